/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of each stratum was drawn. */
#include <design/populations.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <design/stages.h>

/* As in R survey and Stata: up to 1 it is the sampled fraction, above the number of units. */
static void set_population(tg_stratum *stratum, double value) {
  stratum->fraction = value <= 1 ? value : (double)stratum->clusters / value;
  stratum->remaining = 1 - stratum->fraction;
}

/* ---- from strata.csv ------------------------------------------------------------------------------ */

/* A population of one person is no fraction. */
static trygg_status from_row(tg_stratum *stratum, double people, trygg_error *error) {
  char text[TG_NUMBER_SIZE], sample[TG_NUMBER_SIZE];
  double n = (double)stratum->clusters;
  if (people < n)
    return tg_error_set(
        error, TRYGG_EDESIGN,
        "stratum `%s` has a finite population of %s but %s sampled people; it must be at least that",
        stratum->name, tg_number_format(text, people), tg_number_format(sample, n));
  stratum->fraction = n / people;
  stratum->remaining = 1 - stratum->fraction;
  return TRYGG_OK;
}

/* Does a word mean a code: the same text, or the same number (a spreadsheet turns 0380 into 380). */
static int same_code(const char *word, size_t length, const char *code, size_t code_length) {
  double a, b;
  if (length == code_length && !memcmp(word, code, length))
    return 1;
  return !tg_number_parse(word, length, 0, &a) && !tg_number_parse(code, code_length, 0, &b) && a == b;
}

int tg_populations_row_matches(const trygg_design *design, const tg_strata_row *row,
                               const tg_stratum *stratum) {
  const trygg_responses *responses = design->responses;
  int independent = responses->codebook->settings.waves == TG_WAVES_INDEPENDENT;
  const char *mine = stratum->codes, *theirs = row->stratum, *word, *code;
  size_t length, code_length;
  if (*row->wave && independent && strcmp(row->wave, responses->waves[stratum->group].code))
    return 0;
  if (!strcmp(mine, theirs))
    return 1;
  do {
    word = tg_text_word(&theirs, &length);
    code = tg_text_word(&mine, &code_length);
    if (word && code && !same_code(word, length, code, code_length))
      return 0;
  } while (word && code);
  return !word && !code;
}

/* A row is for a wave that the data have. */
static int wave_is_there(const trygg_design *design, const char *wave) {
  for (size_t w = 0; w < design->responses->wave_count; w++)
    if (!*wave || !strcmp(wave, design->responses->waves[w].code))
      return 1;
  return 0;
}

static trygg_status apply_row(trygg_design *design, const tg_strata_row *row, unsigned char *named,
                              trygg_error *error) {
  int matched = 0;
  for (size_t h = 0; h < design->stratum_count; h++)
    if (tg_populations_row_matches(design, row, &design->strata[h])) {
      trygg_status status =
          isnan(row->population) ? TRYGG_OK : from_row(&design->strata[h], row->population, error);
      if (status != TRYGG_OK)
        return status;
      design->strata[h].people = isnan(row->population) ? 0 : row->population;
      design->strata[h].drawn = isnan(row->sample) ? 0 : row->sample;
      matched = named[h] = 1;
    }
  if (matched || !wave_is_there(design, row->wave))
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, row->file, row->line, 0, "stratum",
      "no accepted record is in stratum `%s`; mend its code, or take the row away and its people out of "
      "the population",
      row->stratum);
}

/* strata.csv counts people: finite populations of samples of people.  Every stratum must be named, and every row be of
 * use, for a population that is silently left out makes an interval too wide or too narrow. */
static trygg_status from_table(trygg_design *design, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  trygg_status status = TRYGG_OK;
  int populations = 0;
  unsigned char *named;
  for (size_t i = 0; i < codebook->strata_count; i++)
    populations |= !isnan(codebook->strata[i].population);
  if (!populations)
    return TRYGG_OK;
  if (design->cluster)
    return tg_error_at(
        error, TRYGG_EDESIGN, codebook->strata[0].file, 0, 0, "population",
        "the populations count people, but clusters were sampled; leave the column empty and give the "
        "number of clusters in the data, as a variable with role fpc");
  named = tg_memory_new(design->stratum_count, 1);
  if (!named)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->strata_count; i++)
    TRY(apply_row(design, &codebook->strata[i], named, error));
  for (size_t h = 0; h < design->stratum_count; h++)
    if (!named[h]) {
      status = tg_error_at(error, TRYGG_EDESIGN, codebook->strata[0].file, 0, 0, "stratum",
                           "stratum `%s` has no row; add one, with an empty population if it is not known",
                           design->strata[h].name);
      goto cleanup;
    }
cleanup:
  tg_memory_free(named);
  return status;
}

/* ---- from a variable ---------------------------------------------------------------------------- */

/* "stratum `A`, cluster `12`, stage 2, has two finite populations ..." */
static trygg_status refuse(const trygg_design *design, size_t stratum, const tg_variable *variable,
                           const char *fault, trygg_error *error) {
  tg_text title = {0};
  trygg_status status;
  tg_stages_title(design, stratum, &title);
  status = title.failed
               ? tg_error_memory(error)
               : tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, variable->name, "%s %s", title.bytes, fault);
  tg_text_free(&title);
  return status;
}

static size_t first_of(const trygg_design *design, int stage) {
  return stage == 1 ? 0 : design->stages[stage - 2].first;
}

trygg_status tg_populations_gather(const trygg_design *design, int stage, size_t variable,
                                   const uint32_t *numbers, double *population, trygg_error *error) {
  const tg_column *column = &design->responses->columns[variable];
  size_t first = first_of(design, stage);
  for (size_t i = 0; i < design->responses->count; i++) {
    size_t h = tg_stages_stratum(design, stage, i) - first;
    double value = tg_column_number(column, i), *met = &population[numbers ? numbers[h] : h];
    if (isnan(value) || (*met != 0 && *met != value))
      return refuse(design, first + h, column->variable,
                    isnan(value)
                        ? "has records without a finite population; give one value for all its records"
                        : "has two finite populations; give one value for all its records",
                    error);
    *met = value;
  }
  return TRYGG_OK;
}

/* A 1 beside numbers above 1 is a number of units too, not all of them. */
static int is_too_small(const tg_stratum *stratum, double value, int has_numbers) {
  return !(value > 0) || ((value > 1 || (value == 1 && has_numbers)) && value < (double)stratum->clusters);
}

trygg_status tg_populations_set(trygg_design *design, int stage, const double *population,
                                trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  size_t variable = tg_codebook_find_role(codebook, TG_ROLE_FPC, stage, 0), first = first_of(design, stage);
  size_t count = stage == 1 ? design->stratum_count : design->stages[stage - 2].stratum_count;
  int has_numbers = 0;
  if (variable == TG_NONE)
    return stage == 1 ? from_table(design, error) : TRYGG_OK;
  for (size_t h = 0; h < count; h++)
    has_numbers |= population[h] > 1;
  for (size_t h = 0; h < count; h++) {
    char fault[160], size[TG_NUMBER_SIZE], sample[TG_NUMBER_SIZE];
    if (!is_too_small(&design->strata[first + h], population[h], has_numbers)) {
      set_population(&design->strata[first + h], population[h]);
      continue;
    }
    tg_text_print(fault, sizeof fault,
                  "has a finite population of %s but %s sampled units; it must be at least that, or the "
                  "fraction that was drawn",
                  tg_number_format(size, population[h]),
                  tg_number_format(sample, (double)design->strata[first + h].clusters));
    return refuse(design, first + h, &codebook->variables[variable], fault, error);
  }
  return TRYGG_OK;
}

trygg_status tg_populations_read(trygg_design *design, int stage, trygg_error *error) {
  size_t variable = tg_codebook_find_role(design->responses->codebook, TG_ROLE_FPC, stage, 0);
  trygg_status status = TRYGG_OK;
  double *population = tg_memory_new(tg_design_all_strata(design), sizeof *population);
  if (!population)
    return tg_error_memory(error);
  if (variable != TG_NONE)
    TRY(tg_populations_gather(design, stage, variable, NULL, population, error));
  TRY(tg_populations_set(design, stage, population, error));
cleanup:
  tg_memory_free(population);
  return status;
}
