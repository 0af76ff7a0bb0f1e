/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From roles of variables to strata, clusters and finite populations. */
#include <design/design.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/options.h>
#include <base/number.h>
#include <base/text.h>
#include <numeric/sum.h>

/* Combined categories of several columns, as one key a record in mixed radix: the first column varies slowest,
 * so increasing keys are the canonical order of the combinations. */
typedef struct combination {
  uint64_t *keys; /* of each record */
  uint64_t radix; /* product of the counts so far */
  struct {
    tg_categories categories;
    size_t variable;
  } parts[16];
  size_t part_count;
  uint32_t *scratch;
} combination;

static void combination_clear(combination *all) {
  for (size_t i = 0; i < all->part_count; i++)
    tg_categories_clear(&all->parts[i].categories);
  tg_memory_free(all->keys);
  tg_memory_free(all->scratch);
}

static trygg_status combine_role(combination *all, const trygg_responses *responses, tg_role role,
                                 trygg_error *error) {
  const trygg_codebook *codebook = responses->codebook;
  for (size_t v = tg_codebook_find_role(codebook, role, 1, 0); v != TG_NONE;
       v = tg_codebook_find_role(codebook, role, 1, v + 1)) {
    trygg_status status;
    tg_categories *categories = &all->parts[all->part_count].categories;
    uint64_t count, missing = 0;
    if (all->part_count == sizeof all->parts / sizeof *all->parts)
      return tg_error_set(error, TRYGG_EDESIGN, "more than 16 stratum and cluster variables");
    status = tg_column_categories(&responses->columns[v], responses->count, all->scratch, categories, error);
    if (status != TRYGG_OK)
      return status;
    all->parts[all->part_count++].variable = v;
    count = categories->count ? categories->count : 1;
    if (all->radix > UINT64_MAX / 2 / count)
      return tg_error_set(error, TRYGG_EDESIGN, "too many combinations of strata and clusters");
    all->radix *= count;
    for (size_t i = 0; i < responses->count; i++) {
      missing += all->scratch[i] == TG_RANK_NONE;
      all->keys[i] = all->keys[i] * count + (all->scratch[i] == TG_RANK_NONE ? 0 : all->scratch[i]);
    }
    if (missing) {
      char number[TG_NUMBER_SIZE];
      return tg_error_at(
          error, TRYGG_EDATA, NULL, 0, 0, codebook->variables[v].name,
          "%s records have no value in `%s`, which the sampling design needs; fill it in the data",
          tg_number_format_integer(number, (int64_t)missing), codebook->variables[v].name);
    }
  }
  return TRYGG_OK;
}

/* "0380 north", the wave first where it is given. */
trygg_status tg_design_name_stratum(tg_stratum *stratum, const char *wave, const char *const *names,
                                    size_t count, trygg_error *error) {
  tg_text text = {0};
  tg_text_put(&text, wave ? wave : "");
  for (size_t i = 0; i < count; i++) {
    if (text.length)
      tg_text_putc(&text, ' ');
    tg_text_put(&text, names[i]);
  }
  if (!text.length)
    tg_text_put(&text, "(all)");
  if (text.failed) {
    tg_text_free(&text);
    return tg_error_memory(error);
  }
  stratum->name = text.bytes;
  stratum->codes = text.bytes + (wave ? strlen(wave) : 0); /* the name begins with the wave and a blank */
  stratum->codes += strspn(stratum->codes, " ");
  return TRYGG_OK;
}

static trygg_status name_stratum(const combination *all, const trygg_responses *responses, uint64_t key,
                                 int with_wave, tg_stratum *stratum, trygg_error *error) {
  const char *names[16];
  for (size_t i = all->part_count; i-- > 0;) {
    size_t radix = all->parts[i].categories.count ? all->parts[i].categories.count : 1;
    names[i] = all->parts[i].categories.count ? all->parts[i].categories.names[key % radix] : "";
    key /= radix;
  }
  return tg_design_name_stratum(stratum,
                                with_wave && responses->wave_count > 1 ? responses->waves[key].code : NULL,
                                names, all->part_count, error);
}

static trygg_status make_strata(trygg_design *design, combination *all, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  int independent = responses->codebook->settings.waves == TG_WAVES_INDEPENDENT;
  trygg_status status = TRYGG_OK;
  uint64_t *distinct = NULL, strata_of_wave;
  all->radix = 1;
  if (independent)
    for (size_t i = 0; i < responses->count; i++)
      all->keys[i] = responses->wave[i];
  TRY(combine_role(all, responses, TG_ROLE_STRATUM, error));
  strata_of_wave = all->radix;
  design->group_count = independent && responses->wave_count ? responses->wave_count : 1;
  TRY(tg_keys_rank(all->keys, responses->count, design->stratum, &distinct, &design->stratum_count, error));
  design->strata = tg_memory_new(design->stratum_count, sizeof *design->strata);
  if (!design->strata) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t h = 0; h < design->stratum_count; h++) {
    design->strata[h].group = independent ? (size_t)(distinct[h] / strata_of_wave) : 0;
    design->strata[h].remaining = 1;
    TRY(name_stratum(all, responses, distinct[h], independent, &design->strata[h], error));
  }
cleanup:
  tg_memory_free(distinct);
  return status;
}

static trygg_status make_clusters(trygg_design *design, combination *all, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  trygg_status status = TRYGG_OK;
  uint64_t *distinct = NULL, clusters;
  if (tg_codebook_find_role(responses->codebook, TG_ROLE_CLUSTER, 1, 0) == TG_NONE) {
    design->cluster_count = responses->count;
    for (size_t i = 0; i < responses->count; i++)
      design->strata[design->stratum[i]].clusters++;
    return TRYGG_OK;
  }
  for (size_t i = 0; i < responses->count; i++)
    all->keys[i] = design->stratum[i];
  all->radix = design->stratum_count ? design->stratum_count : 1;
  TRY(combine_role(all, responses, TG_ROLE_CLUSTER, error));
  design->cluster = tg_memory_new(responses->count, sizeof *design->cluster);
  if (!design->cluster) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_keys_rank(all->keys, responses->count, design->cluster, &distinct, &design->cluster_count, error));
  design->cluster_stratum = tg_memory_new(design->cluster_count, sizeof *design->cluster_stratum);
  if (!design->cluster_stratum) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  clusters = design->stratum_count ? all->radix / design->stratum_count : 1;
  for (size_t i = 0; i < design->cluster_count; i++) {
    design->cluster_stratum[i] = (uint32_t)(distinct[i] / clusters);
    design->strata[design->cluster_stratum[i]].clusters++;
  }
cleanup:
  tg_memory_free(distinct);
  return status;
}

static trygg_status set_population(tg_stratum *stratum, double value, trygg_error *error) {
  double n = (double)stratum->clusters;
  /* As in R survey and Stata: up to 1 it is the sampled fraction, above the number of clusters. */
  double fraction = value <= 1 ? value : n / value;
  if (!(value > 0) || (value > 1 && value < n)) {
    char text[TG_NUMBER_SIZE], sample[TG_NUMBER_SIZE];
    return tg_error_set(
        error, TRYGG_EDESIGN,
        "stratum `%s` has a finite population of %s but %s sampled clusters; it must be at least that",
        stratum->name, tg_number_format(text, value), tg_number_format(sample, n));
  }
  stratum->remaining = 1 - fraction;
  return TRYGG_OK;
}

trygg_status tg_design_read_populations(const trygg_design *design, size_t variable, const uint32_t *numbers,
                                        double *population, trygg_error *error) {
  const tg_column *column = &design->responses->columns[variable];
  for (size_t i = 0; i < design->responses->count; i++) {
    uint32_t h = design->stratum[i];
    double value = tg_column_number(column, i), *met = &population[numbers ? numbers[h] : h];
    if (isnan(value) || (*met != 0 && *met != value))
      return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, column->variable->name,
                         "stratum `%s` %s; give one value for all its records", design->strata[h].name,
                         isnan(value) ? "has records without a finite population"
                                      : "has two finite populations");
    *met = value;
  }
  return TRYGG_OK;
}

static trygg_status populations_from_column(trygg_design *design, size_t variable, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *population = tg_memory_new(design->stratum_count, sizeof *population);
  if (!population)
    return tg_error_memory(error);
  TRY(tg_design_read_populations(design, variable, NULL, population, error));
  TRY(tg_design_set_populations(design, population, error));
cleanup:
  tg_memory_free(population);
  return status;
}

/* Does a word mean a code: the same text, or the same number (a spreadsheet turns 0380 into 380). */
static int same_code(const char *word, size_t length, const char *code, size_t code_length) {
  double a, b;
  if (length == code_length && !memcmp(word, code, length))
    return 1;
  return !tg_number_parse(word, length, 0, &a) && !tg_number_parse(code, code_length, 0, &b) && a == b;
}

/* Is the row about the stratum: its wave (none: every wave), and its codes with blanks between. */
static int row_matches(const trygg_design *design, const tg_strata_row *row, const tg_stratum *stratum) {
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
    if (row_matches(design, row, &design->strata[h])) {
      trygg_status status =
          isnan(row->population) ? TRYGG_OK : set_population(&design->strata[h], row->population, error);
      if (status != TRYGG_OK)
        return status;
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
static trygg_status populations_from_table(trygg_design *design, trygg_error *error) {
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

trygg_status tg_design_set_populations(trygg_design *design, const double *population, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  if (tg_codebook_find_role(design->responses->codebook, TG_ROLE_FPC, 1, 0) == TG_NONE)
    TRY(populations_from_table(design, error));
  else
    for (size_t h = 0; h < design->stratum_count; h++)
      TRY(set_population(&design->strata[h], population[h], error));
  for (size_t h = 0; h < design->stratum_count; h++)
    design->lonely_count += (size_t)tg_stratum_is_lonely(&design->strata[h]);
cleanup:
  return status;
}

static trygg_status make_populations(trygg_design *design, trygg_error *error) {
  size_t variable = tg_codebook_find_role(design->responses->codebook, TG_ROLE_FPC, 1, 0);
  return variable != TG_NONE ? populations_from_column(design, variable, error)
                             : tg_design_set_populations(design, NULL, error);
}

static trygg_status choose_lonely(trygg_design *design, const char *name, trygg_error *error) {
  const char *nearest;
  design->lonely = design->responses->codebook->settings.lonely;
  if (!name)
    return TRYGG_OK;
  for (int i = 0; i < TG_LONELY_MODES; i++)
    if (!strcmp(name, tg_lonely_names[i])) {
      design->lonely = (tg_lonely)i;
      return TRYGG_OK;
    }
  nearest = tg_text_nearest(name, TG_LONELY_MODES, tg_text_name_at, tg_lonely_names);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "lonely",
                     "no rule `%s` for lonely clusters; did you mean `%s`?", name,
                     nearest ? nearest : "adjust");
}

trygg_status tg_design_begin(trygg_responses *responses, const trygg_design_options *options,
                             trygg_design **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_design_options chosen;
  trygg_design *design = NULL;
  *out = NULL;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_design_options", error));
  design = tg_memory_new(1, sizeof *design);
  if (!design)
    return tg_error_memory(error);
  tg_references_begin(&design->references);
  design->responses = trygg_responses_retain(responses);
  design->weight = tg_design_weight(design, tg_codebook_find_role(responses->codebook, TG_ROLE_WEIGHT, 1, 0));
  TRY(choose_lonely(design, chosen.lonely, error));
  design->stratum = tg_memory_new(responses->count, sizeof *design->stratum);
  if (!design->stratum) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  *out = design;
  design = NULL;
cleanup:
  trygg_design_free(design);
  return status;
}

/* Strata and clusters, and finite populations where the records are all there are. */
static trygg_status create(trygg_responses *responses, const trygg_design_options *options, int all_records,
                           trygg_design **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_design *design = NULL;
  combination all = {0};
  TRY(tg_design_begin(responses, options, &design, error));
  all.keys = tg_memory_new(responses->count, sizeof *all.keys);
  all.scratch = tg_memory_new(responses->count, sizeof *all.scratch);
  if (!all.keys || !all.scratch) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(make_strata(design, &all, error));
  TRY(make_clusters(design, &all, error));
  if (all_records)
    TRY(make_populations(design, error));
  *out = design;
  design = NULL;
cleanup:
  combination_clear(&all);
  trygg_design_free(design);
  return status;
}

trygg_status tg_design_of_window(trygg_responses *window, trygg_design **out, trygg_error *error) {
  return create(window, NULL, 0, out, error);
}

trygg_status trygg_design_create(trygg_responses *responses, const trygg_design_options *options,
                                 trygg_design **out, trygg_error *error) {
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the design was given");
  *out = NULL;
  if (!responses)
    return tg_error_set(error, TRYGG_EINVAL, "no responses were given");
  if (responses->released)
    return tg_error_set(error, TRYGG_EINVAL,
                        "the records were not kept (trygg_estimate_stream); load them again");
  return create(responses, options, 1, out, error);
}

const double *tg_design_weight(const trygg_design *design, size_t variable) {
  return variable == TG_NONE ? design->weight : design->responses->columns[variable].values.number;
}

size_t trygg_design_strata(const trygg_design *design) {
  return design ? design->stratum_count : 0;
}

size_t trygg_design_clusters(const trygg_design *design) {
  return design ? design->cluster_count : 0;
}

double trygg_design_population(const trygg_design *design) {
  tg_sum sum = {0};
  if (!design)
    return 0;
  if (design->responses->released)
    return design->population;
  for (size_t i = 0; i < design->responses->count; i++)
    tg_sum_add(&sum, design->weight ? design->weight[i] : 1);
  return tg_sum_value(&sum);
}

trygg_design *trygg_design_retain(trygg_design *design) {
  if (design)
    tg_references_take(&design->references);
  return design;
}

void trygg_design_free(trygg_design *design) {
  if (!design || !tg_references_drop(&design->references))
    return;
  for (size_t h = 0; h < design->stratum_count && design->strata; h++)
    tg_memory_free(design->strata[h].name);
  tg_memory_free(design->strata);
  tg_memory_free(design->stratum);
  tg_memory_free(design->cluster);
  tg_memory_free(design->cluster_stratum);
  trygg_responses_free(design->responses);
  tg_memory_free(design);
}
