/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of each stratum was drawn. */
#include <design/populations.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <design/stages.h>

#define SAME 1e-3 /* fractions have few decimals */

/* As in R survey and Stata: up to 1 it is the sampled fraction, above the number of units. */
static void set_population(tg_stratum *stratum, double value) {
  stratum->fraction = value <= 1 ? value : (double)stratum->clusters / value;
  stratum->remaining = 1 - stratum->fraction;
}

/* ---- from strata.csv ------------------------------------------------------------------------------ */

static trygg_status check_row(const tg_stratum *stratum, double people, trygg_error *error) {
  char text[TG_NUMBER_SIZE], sample[TG_NUMBER_SIZE];
  double n = (double)stratum->clusters;
  if (people >= n)
    return TRYGG_OK;
  return tg_error_set(
      error, TRYGG_EDESIGN,
      "stratum `%s` has a finite population of %s but %s sampled people; it must be at least that",
      stratum->name, tg_number_format(text, people), tg_number_format(sample, n));
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
  int independent = responses->codebook->settings.waves != TG_WAVES_OVERLAPPING;
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

static trygg_status apply_row(trygg_design *design, const tg_strata_row *row, int strict,
                              unsigned char *named, trygg_error *error) {
  int matched = 0;
  for (size_t h = 0; h < design->stratum_count; h++)
    if (tg_populations_row_matches(design, row, &design->strata[h])) {
      trygg_status status =
          isnan(row->population) ? TRYGG_OK : check_row(&design->strata[h], row->population, error);
      if (status != TRYGG_OK)
        return status;
      design->strata[h].people = isnan(row->population) ? 0 : row->population;
      design->strata[h].drawn = isnan(row->sample) ? 0 : row->sample;
      matched = named[h] = 1;
    }
  if (matched || !strict || !wave_is_there(design, row->wave))
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, row->file, row->line, 0, "stratum",
      "no accepted record is in stratum `%s`; mend its code, or take the row away and its people out of "
      "the population",
      row->stratum);
}

/* strata.csv counts people: finite populations of samples of people.  Where they have a use every stratum must be named,
 * and every row be of use, for a population that is silently left out makes an interval too wide or too narrow. */
static trygg_status read_table(trygg_design *design, int strict, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  trygg_status status = TRYGG_OK;
  unsigned char *named = tg_memory_new(design->stratum_count, 1);
  if (!named)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->strata_count; i++)
    TRY(apply_row(design, &codebook->strata[i], strict, named, error));
  for (size_t h = 0; h < design->stratum_count && strict; h++)
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

/* Where a variable with the role fpc says how much was drawn, strata.csv must say the same; where it is there for the
 * weights alone its rows must be complete.  Clusters have finite populations of clusters, of which it says nothing. */
static trygg_status from_table(trygg_design *design, size_t variable, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  int weighted = tg_codebook_find_role(codebook, TG_ROLE_WEIGHT, 1, 0) != TG_NONE;
  trygg_status status = TRYGG_OK;
  if (!tg_codebook_has_populations(codebook) || (design->cluster && variable != TG_NONE && weighted))
    return TRYGG_OK;
  if (design->cluster)
    return tg_error_at(
        error, TRYGG_EDESIGN, codebook->strata[0].file, 0, 0, "population",
        variable == TG_NONE
            ? "the populations count people, but clusters were sampled; leave the column empty and give the "
              "number of clusters in the data, as a variable with role fpc"
            : "the populations count people, but clusters were sampled, and no weights come from that; give the "
              "data a variable with the role weight");
  TRY(read_table(design, variable == TG_NONE || !weighted, error));
  for (size_t h = 0; h < design->stratum_count && variable == TG_NONE; h++) {
    tg_stratum *stratum = &design->strata[h];
    stratum->fraction = stratum->people > 0 ? (double)stratum->clusters / stratum->people : 0;
    stratum->remaining = 1 - stratum->fraction; /* a population of one person is no fraction */
  }
cleanup:
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

/* A stratum's population as people counted it and as records have it, which may be the fraction of it that was drawn or
 * that answered, in few decimals. */
static trygg_status check_agreement(const trygg_design *design, size_t h, double value,
                                    const tg_variable *variable, trygg_error *error) {
  const tg_stratum *stratum = &design->strata[h];
  double people = stratum->people, sampled = value <= 1 ? value * people : 0;
  char fault[160], said[TG_NUMBER_SIZE], counted[TG_NUMBER_SIZE];
  int agrees = value > 1 ? fabs(value - people) <= SAME * people
                         : fabs(sampled - (double)stratum->clusters) <= SAME * sampled ||
                               (stratum->drawn > 0 && fabs(sampled - stratum->drawn) <= SAME * sampled);
  if (!(people > 0) || agrees)
    return TRYGG_OK;
  tg_text_print(
      fault, sizeof fault,
      "has %s %s here and %s people in strata.csv; mend the one or the other, or leave one of them out",
      value > 1 ? "a finite population of" : "a drawn fraction of", tg_number_format(said, value),
      tg_number_format(counted, people));
  return refuse(design, h, variable, fault, error);
}

trygg_status tg_populations_set(trygg_design *design, int stage, const double *population,
                                trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  size_t variable = tg_codebook_find_role(codebook, TG_ROLE_FPC, stage, 0), first = first_of(design, stage);
  size_t count = stage == 1 ? design->stratum_count : design->stages[stage - 2].stratum_count;
  int has_numbers = 0;
  trygg_status status = TRYGG_OK;
  if (stage == 1)
    TRY(from_table(design, variable, error));
  if (variable == TG_NONE)
    goto cleanup;
  for (size_t h = 0; h < count; h++)
    has_numbers |= population[h] > 1;
  for (size_t h = 0; h < count; h++) {
    char fault[160], size[TG_NUMBER_SIZE], sample[TG_NUMBER_SIZE];
    if (!is_too_small(&design->strata[first + h], population[h], has_numbers)) {
      set_population(&design->strata[first + h], population[h]);
      if (stage == 1)
        TRY(check_agreement(design, h, population[h], &codebook->variables[variable], error));
      continue;
    }
    tg_text_print(fault, sizeof fault,
                  "has a finite population of %s but %s sampled units; it must be at least that, or the "
                  "fraction that was drawn",
                  tg_number_format(size, population[h]),
                  tg_number_format(sample, (double)design->strata[first + h].clusters));
    return refuse(design, first + h, &codebook->variables[variable], fault, error);
  }
cleanup:
  return status;
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
