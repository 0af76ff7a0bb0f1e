/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What weights and their calibration are like, without a word about any one respondent. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <design/trim.h>
#include <numeric/sum.h>
#include <table/table.h>

enum {
  W_WAVE,
  W_N,
  W_BEFORE,
  W_AFTER,
  W_DEFF_BEFORE,
  W_DEFF_AFTER,
  W_LOWEST,
  W_MEDIAN,
  W_HIGHEST,
  W_FACTOR_LOWEST,
  W_FACTOR_5,
  W_FACTOR_50,
  W_FACTOR_95,
  W_FACTOR_HIGHEST,
  W_STEPS,
  W_TRIMMED_LOW,
  W_TRIMMED_HIGH,
  W_DEFF_UNTRIMMED,
  W_COLUMNS
};

static const tg_column_description weight_columns[W_COLUMNS] = {
    [W_WAVE] = {"wave", TRYGG_TEXT, TRYGG_KEY, "the wave", 0},
    [W_N] = {"n", TRYGG_INTEGER, TRYGG_VALUE, "records with a positive weight", 0},
    [W_BEFORE] = {"before", TRYGG_NUMBER, TRYGG_VALUE, "sum of the weights before calibration", 0},
    [W_AFTER] = {"after", TRYGG_NUMBER, TRYGG_VALUE, "sum of the weights", 0},
    [W_DEFF_BEFORE] = {"deff_before", TRYGG_NUMBER, TRYGG_VALUE, "Kish's design effect before", 0},
    [W_DEFF_AFTER] = {"deff_after", TRYGG_NUMBER, TRYGG_VALUE, "Kish's design effect of the weights", 0},
    [W_LOWEST] = {"lowest", TRYGG_NUMBER, TRYGG_VALUE, "lowest positive weight", 0},
    [W_MEDIAN] = {"median", TRYGG_NUMBER, TRYGG_VALUE, "median weight", 0},
    [W_HIGHEST] = {"highest", TRYGG_NUMBER, TRYGG_VALUE, "highest weight", 0},
    [W_FACTOR_LOWEST] = {"factor_lowest", TRYGG_NUMBER, TRYGG_VALUE, "lowest factor of calibration", 0},
    [W_FACTOR_5] = {"factor_5", TRYGG_NUMBER, TRYGG_VALUE, "5th percentile of the factors", 0},
    [W_FACTOR_50] = {"factor_50", TRYGG_NUMBER, TRYGG_VALUE, "median factor", 0},
    [W_FACTOR_95] = {"factor_95", TRYGG_NUMBER, TRYGG_VALUE, "95th percentile of the factors", 0},
    [W_FACTOR_HIGHEST] = {"factor_highest", TRYGG_NUMBER, TRYGG_VALUE, "highest factor", 0},
    [W_STEPS] = {"steps", TRYGG_INTEGER, TRYGG_VALUE, "steps to the solution", 0},
    [W_TRIMMED_LOW] = {"trimmed_low", TRYGG_INTEGER, TRYGG_VALUE, "records at the lower bound of trimming",
                       0},
    [W_TRIMMED_HIGH] = {"trimmed_high", TRYGG_INTEGER, TRYGG_VALUE, "records at the upper bound", 0},
    [W_DEFF_UNTRIMMED] = {"deff_untrimmed", TRYGG_NUMBER, TRYGG_VALUE, "Kish's design effect before trimming",
                          0},
};

enum { M_WAVE, M_VARIABLES, M_CATEGORY, M_N, M_TOTAL, M_SE, M_BEFORE, M_AFTER, M_DIFFERENCE, M_COLUMNS };

static const tg_column_description margin_columns[M_COLUMNS] = {
    [M_WAVE] = {"wave", TRYGG_TEXT, TRYGG_KEY, "the wave", 0},
    [M_VARIABLES] = {"variables", TRYGG_TEXT, TRYGG_KEY, "variables of the margin", 0},
    [M_CATEGORY] = {"category", TRYGG_TEXT, TRYGG_KEY, "codes; empty: a sum", 0},
    [M_N] = {"n", TRYGG_INTEGER, TRYGG_VALUE, "records with a positive weight", 0},
    [M_TOTAL] = {"total", TRYGG_NUMBER, TRYGG_VALUE, "total of the population", 0},
    [M_SE] = {"se", TRYGG_NUMBER, TRYGG_VALUE, "its standard error, where it is an estimate", 0},
    [M_BEFORE] = {"before", TRYGG_NUMBER, TRYGG_VALUE, "as the weights had it", 0},
    [M_AFTER] = {"after", TRYGG_NUMBER, TRYGG_VALUE, "as the calibrated weights have it", 0},
    [M_DIFFERENCE] = {"difference", TRYGG_NUMBER, TRYGG_VALUE, "after less total", 0},
};

/* Weights before and after, and factors, of the records of a wave with a positive weight. */
typedef struct spread_of {
  double *weights, *factors;
  size_t count;
  tg_sum before, before_squares, after, after_squares;
} spread_of;

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void gather(const trygg_design *design, size_t wave, spread_of *s) {
  const trygg_responses *responses = design->responses;
  const double *base = tg_design_base_weight(design);
  *s = (spread_of){.weights = s->weights, .factors = s->factors};
  for (size_t i = 0; i < responses->count; i++) {
    double d = base ? base[i] : 1, w = design->weight ? design->weight[i] : 1;
    if (responses->wave[i] != wave || !(w > 0))
      continue;
    tg_sum_add(&s->before, d);
    tg_sum_add(&s->before_squares, d * d);
    tg_sum_add(&s->after, w);
    tg_sum_add(&s->after_squares, w * w);
    s->weights[s->count] = w;
    s->factors[s->count++] = w / d;
  }
  if (s->count) {
    qsort(s->weights, s->count, sizeof *s->weights, by_size);
    qsort(s->factors, s->count, sizeof *s->factors, by_size);
  }
}

/* The value that a share of them lies at or below. */
static double at(const double *sorted, size_t count, double share) {
  size_t k = (size_t)ceil(share * (double)count);
  return count ? sorted[k ? k - 1 : 0] : NAN;
}

static double kish(double n, const tg_sum *sum, const tg_sum *squares) {
  double total = tg_sum_value(sum);
  return n * tg_sum_value(squares) / (total * total);
}

/* How many records of the wave are at the bounds, and what it was like before. */
static void set_trimmed(const trygg_design *design, size_t wave, trygg_table *table) {
  const tg_trim *trim = design->trim;
  tg_sum sum = {0}, squares = {0};
  int64_t n = 0, low = 0, high = 0;
  for (size_t g = 0; g < trim->group_count; g++)
    for (size_t k = trim->begin[g]; k < trim->begin[g + 1]; k++) {
      double before = trim->before[trim->member[k]], after = trim->weight[trim->member[k]];
      if (design->responses->wave[trim->member[k]] != wave)
        continue;
      n++;
      low += after == trim->groups[g].lower;
      high += after == trim->groups[g].upper;
      tg_sum_add(&sum, before);
      tg_sum_add(&squares, before * before);
    }
  tg_table_set_integer(table, W_TRIMMED_LOW, low);
  tg_table_set_integer(table, W_TRIMMED_HIGH, high);
  tg_table_set_number(table, W_DEFF_UNTRIMMED, kish((double)n, &sum, &squares));
}

static trygg_status add_weights(const trygg_design *design, size_t wave, spread_of *s, trygg_table *table,
                                trygg_error *error) {
  const tg_calibration *c = design->calibration;
  trygg_status status = TRYGG_OK;
  double n;
  gather(design, wave, s);
  n = (double)s->count;
  TRY(tg_table_add_row(table, error));
  TRY(tg_table_set_text(table, W_WAVE, design->responses->waves[wave].code, error));
  tg_table_set_base(table, (int64_t)s->count);
  tg_table_set_integer(table, W_N, (int64_t)s->count);
  tg_table_set_number(table, W_BEFORE, tg_sum_value(&s->before));
  tg_table_set_number(table, W_AFTER, tg_sum_value(&s->after));
  tg_table_set_number(table, W_DEFF_BEFORE, kish(n, &s->before, &s->before_squares));
  tg_table_set_number(table, W_DEFF_AFTER, kish(n, &s->after, &s->after_squares));
  tg_table_set_number(table, W_LOWEST, at(s->weights, s->count, 0));
  tg_table_set_number(table, W_MEDIAN, at(s->weights, s->count, 0.5));
  tg_table_set_number(table, W_HIGHEST, at(s->weights, s->count, 1));
  if (design->trim)
    set_trimmed(design, wave, table);
  if (!c || !c->patterns.waves[wave].aims)
    goto cleanup;
  tg_table_set_number(table, W_FACTOR_LOWEST, at(s->factors, s->count, 0));
  tg_table_set_number(table, W_FACTOR_5, at(s->factors, s->count, 0.05));
  tg_table_set_number(table, W_FACTOR_50, at(s->factors, s->count, 0.5));
  tg_table_set_number(table, W_FACTOR_95, at(s->factors, s->count, 0.95));
  tg_table_set_number(table, W_FACTOR_HIGHEST, at(s->factors, s->count, 1));
  tg_table_set_integer(table, W_STEPS, c->iterations[wave]);
cleanup:
  return status;
}

trygg_status trygg_design_weights(const trygg_design *design, trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  spread_of s = {0};
  if (!design || !out)
    return tg_error_set(error, TRYGG_EINVAL, "a design and a place for the table were expected");
  *out = NULL;
  if (design->responses->released)
    return tg_error_set(error, TRYGG_EINVAL, "the records were not kept; load them again");
  s.weights = tg_memory_new(design->responses->count, sizeof *s.weights);
  s.factors = tg_memory_new(design->responses->count, sizeof *s.factors);
  if (!s.weights || !s.factors) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_columns(table, weight_columns, W_COLUMNS, error));
  for (size_t w = 0; w < design->responses->wave_count; w++)
    TRY(add_weights(design, w, &s, table, error));
  *out = table;
  table = NULL;
cleanup:
  tg_memory_free(s.weights);
  tg_memory_free(s.factors);
  trygg_table_free(table);
  return status;
}

/* Records of positive weight that count for each aim. */
static void count_records(const tg_calibration *c, int64_t *counts) {
  for (size_t i = 0; i < c->records; i++) {
    size_t p = c->patterns.of[i];
    for (size_t k = c->patterns.begin[p]; k < c->patterns.begin[p + 1] && c->weight[i] > 0; k++)
      counts[c->patterns.column[k]]++;
  }
}

static trygg_status add_aim(const trygg_design *design, const tg_aim *aim, size_t wave, int64_t count,
                            trygg_table *table, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(tg_table_add_row(table, error));
  TRY(tg_table_set_text(table, M_WAVE, design->responses->waves[wave].code, error));
  TRY(tg_table_set_text(table, M_VARIABLES, aim->row->names, error));
  TRY(tg_table_set_text(table, M_CATEGORY, aim->category, error));
  tg_table_set_base(table, count);
  tg_table_set_integer(table, M_N, count);
  tg_table_set_number(table, M_TOTAL, aim->total);
  tg_table_set_number(table, M_SE, aim->se > 0 ? aim->se : NAN);
  tg_table_set_number(table, M_BEFORE, aim->before);
  tg_table_set_number(table, M_AFTER, aim->after);
  tg_table_set_number(table, M_DIFFERENCE, aim->after - aim->total);
cleanup:
  return status;
}

trygg_status trygg_design_margins(const trygg_design *design, trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  int64_t *counts = NULL;
  const tg_calibration *c;
  if (!design || !out)
    return tg_error_set(error, TRYGG_EINVAL, "a design and a place for the table were expected");
  *out = NULL;
  c = design->calibration;
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_columns(table, margin_columns, M_COLUMNS, error));
  counts = tg_memory_new(c ? c->patterns.aim_count : 0, sizeof *counts);
  if (!counts) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (c)
    count_records(c, counts);
  for (size_t w = 0; c && w < c->patterns.wave_count; w++) {
    const tg_pattern_wave *wave = &c->patterns.waves[w];
    for (size_t j = wave->first_aim; j < wave->first_aim + wave->aims; j++)
      TRY(add_aim(design, &c->patterns.aims[j], w, counts[j], table, error));
  }
  *out = table;
  table = NULL;
cleanup:
  tg_memory_free(counts);
  trygg_table_free(table);
  return status;
}
