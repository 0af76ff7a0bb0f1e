/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weighted quantiles with Woodruff's interval.
 *
 *   q = min { y : F(y) >= p },  F(y) = sum of w over y_k <= y / sum of w         (R survey's rule "math")
 *   SE_q = (q(F + t SE_F) - q(F - t SE_F)) / (2 t),  F = F(q), t of the domain's df at 95 %
 *
 * (Woodruff 1952, JASA 47:635-646; centred at F(q), not at p.) */
#include <estimate/estimate.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/keys.h>
#include <numeric/distribution.h>
#include <numeric/sum.h>

/* A value of one record. */
typedef struct valued {
  double y, weight;
  uint32_t cell, record;
} valued;

static int by_value(const void *a, const void *b) {
  const valued *p = a, *q = b;
  if (p->y != q->y)
    return p->y < q->y ? -1 : 1;
  return (p->record > q->record) - (p->record < q->record);
}

/* All values of the indicator that count, in increasing order. */
static trygg_status sorted_values(const tg_tally *tally, size_t k, valued **out, size_t *count,
                                  trygg_error *error) {
  const trygg_responses *responses = tally->design->responses;
  const tg_indicator *indicator = &tally->indicators.list[k];
  const double *weight = tg_design_weight(tally->design, indicator->weight);
  trygg_status status = TRYGG_OK;
  enum { RUN = 2048 };
  double *storage = tg_memory_new(2 * RUN, sizeof *storage);
  unsigned char *state = tg_memory_new(RUN, 1);
  tg_values values = {storage, storage + RUN, state};
  *count = 0;
  *out = tg_memory_new(responses->count, sizeof **out);
  if (!storage || !state || !*out) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t first = 0; first < responses->count; first += RUN) {
    size_t run = responses->count - first < RUN ? responses->count - first : RUN;
    tg_indicator_evaluate(indicator, responses, first, run, &values);
    for (size_t i = 0; i < run; i++) {
      uint32_t e = tally->entry[first + i];
      double w = weight ? weight[first + i] : 1;
      if (e != TG_RANK_NONE && state[i] == TG_INSIDE && w > 0)
        (*out)[(*count)++] = (valued){values.y[i], w, tally->entry_cell[e], (uint32_t)(first + i)};
    }
  }
  if (*count)
    qsort(*out, *count, sizeof **out, by_value);
cleanup:
  tg_memory_free(storage);
  tg_memory_free(state);
  if (status != TRYGG_OK) {
    tg_memory_free(*out);
    *out = NULL;
  }
  return status;
}

/* Sum of the weights of the values whose cell is marked. */
static double total_weight(const valued *values, size_t count, const unsigned char *inside) {
  tg_sum sum = {0};
  for (size_t i = 0; i < count; i++)
    if (inside[values[i].cell])
      tg_sum_add(&sum, values[i].weight);
  return tg_sum_value(&sum);
}

/* q at the share p among the values whose cell is marked, whose weights add up to `total`.  F is compared with a
 * tolerance for the rounding of its sum, so that p = 1/2 of four equal weights finds the second; the sums are
 * compensated, since a few thousand roundings would pass any tolerance. */
static double invert(const valued *values, size_t count, const unsigned char *inside, double total,
                     double p) {
  tg_sum sum = {0};
  double last = NAN;
  if (!(p >= 0 && p <= 1))
    return NAN;
  for (size_t i = 0; i < count; i++)
    if (inside[values[i].cell]) {
      tg_sum_add(&sum, values[i].weight);
      last = values[i].y;
      if (tg_sum_value(&sum) >= p * total * (1 - 4 * DBL_EPSILON))
        return last;
    }
  return last;
}

static double share_at(const valued *values, size_t count, const unsigned char *inside, double total,
                       double y) {
  tg_sum sum = {0};
  for (size_t i = 0; i < count && values[i].y <= y; i++)
    if (inside[values[i].cell])
      tg_sum_add(&sum, values[i].weight);
  return tg_sum_value(&sum) / total;
}

static void mark(const tg_domain *domain, unsigned char *inside, int value) {
  for (size_t c = 0; c < domain->cell_count; c++)
    inside[domain->cells[c]] = (unsigned char)value;
}

/* Variance of F(q), as of any share: terms with a threshold. */
static trygg_status share_variance(trygg_estimates *estimates, tg_row *row, trygg_error *error) {
  const tg_domain *domain = &estimates->domains[row->domain];
  tg_terms terms = {0};
  trygg_status status = TRYGG_OK;
  double variance = 0;
  for (size_t c = 0; c < domain->cell_count; c++) {
    if (tg_memory_grow((void **)&terms.list, &terms.capacity, terms.count + 1, sizeof *terms.list)) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    terms.list[terms.count++] = (tg_term){0,
                                          (uint32_t)row->indicator,
                                          domain->cells[c],
                                          1 / row->weight,
                                          -row->share / row->weight,
                                          row->estimate,
                                          0};
  }
  TRY(tg_tally_combine(estimates->tally, terms.list, terms.count, 1, 0, 1, &variance, NULL, error));
  row->share_se = sqrt(variance);
cleanup:
  tg_estimate_clear_terms(&terms);
  return status;
}

trygg_status tg_quantile_estimate(trygg_estimates *estimates, size_t k, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  double p = tally->indicators.list[k].probability;
  valued *values = NULL;
  size_t count = 0;
  unsigned char *inside = tg_memory_new(tally->cell_count, 1);
  trygg_status status = TRYGG_OK;
  if (!inside)
    return tg_error_memory(error);
  TRY(sorted_values(tally, k, &values, &count, error));
  for (size_t d = 0; d < estimates->domain_count; d++) {
    tg_row *row = &estimates->rows[d * tally->indicators.count + k];
    double t, total;
    if (row->n == 0)
      continue;
    mark(&estimates->domains[d], inside, 1);
    total = total_weight(values, count, inside);
    row->estimate = invert(values, count, inside, total, p);
    row->share = share_at(values, count, inside, total, row->estimate);
    TRY(share_variance(estimates, row, error));
    t = row->df > 0 ? tg_distribution_t_quantile(0.975, row->df) : NAN;
    row->se = (invert(values, count, inside, total, row->share + t * row->share_se) -
               invert(values, count, inside, total, row->share - t * row->share_se)) /
              (2 * t);
    mark(&estimates->domains[d], inside, 0);
  }
cleanup:
  tg_memory_free(values);
  tg_memory_free(inside);
  return status;
}

trygg_status tg_quantile_invert(const trygg_estimates *estimates, size_t index, const double *p, double *out,
                                size_t count, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  valued *values = NULL;
  size_t value_count = 0;
  trygg_status status = TRYGG_OK;
  double total;
  unsigned char *inside = tg_memory_new(estimates->tally->cell_count, 1);
  if (!inside)
    return tg_error_memory(error);
  TRY(sorted_values(estimates->tally, row->indicator, &values, &value_count, error));
  mark(&estimates->domains[row->domain], inside, 1);
  total = total_weight(values, value_count, inside);
  for (size_t i = 0; i < count; i++)
    out[i] = invert(values, value_count, inside, total, p[i]);
cleanup:
  tg_memory_free(values);
  tg_memory_free(inside);
  return status;
}
