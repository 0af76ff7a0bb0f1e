/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weighted quantiles with Woodruff's interval.
 *
 *   q = min { y : F(y) >= p },  F(y) = sum of w over y_k <= y / sum of w         (rule "math"; others: tg_quantile_rule)
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
#include <tally/influence.h>

static int by_value(const void *a, const void *b) {
  const tg_valued *p = a, *q = b;
  if (p->y != q->y)
    return p->y < q->y ? -1 : 1;
  if (p->weight !=
      q->weight) /* rules that interpolate depend on it, and should not on the order of the records */
    return p->weight < q->weight ? -1 : 1;
  return (p->record > q->record) - (p->record < q->record);
}

static int by_cell(const void *a, const void *b) {
  const tg_valued *p = a, *q = b;
  if (p->cell != q->cell)
    return p->cell < q->cell ? -1 : 1;
  return by_value(a, b);
}

/* All values of the indicator that count. */
static trygg_status collect(const tg_tally *tally, size_t k, tg_valued *out, size_t *count,
                            trygg_error *error) {
  enum { RUN = 2048 };
  const trygg_responses *responses = tally->design->responses;
  const double *weight = tg_design_weight(tally->design, tally->indicators.list[k].weight);
  double *storage = tg_memory_new(2 * RUN, sizeof *storage);
  unsigned char *state = tg_memory_new(RUN, 1);
  tg_values values = {storage, storage + RUN, state};
  *count = 0;
  for (size_t first = 0; storage && state && first < responses->count; first += RUN) {
    size_t run = responses->count - first < RUN ? responses->count - first : RUN;
    tg_indicator_evaluate(&tally->indicators.list[k], responses, first, run, &values);
    for (size_t i = 0; i < run; i++) {
      uint32_t e = tally->entry[first + i];
      double w = weight ? weight[first + i] : 1;
      if (e != TG_RANK_NONE && state[i] == TG_INSIDE && w > 0)
        out[(*count)++] = (tg_valued){values.y[i], w, tally->entry_cell[e], (uint32_t)(first + i)};
    }
  }
  tg_memory_free(storage);
  tg_memory_free(state);
  return storage && state ? TRYGG_OK : tg_error_memory(error);
}

static trygg_status sort_values(const tg_tally *tally, size_t k, tg_sorted *sorted, trygg_error *error) {
  size_t count;
  trygg_status status = TRYGG_OK;
  sorted->values = tg_memory_new(tally->design->responses->count, sizeof *sorted->values);
  sorted->cell_begin = tg_memory_new(tally->cell_count + 1, sizeof *sorted->cell_begin);
  if (!sorted->values || !sorted->cell_begin)
    return tg_error_memory(error); /* freed with the estimates */
  TRY(collect(tally, k, sorted->values, &count, error));
  if (count)
    qsort(sorted->values, count, sizeof *sorted->values, by_cell);
  for (size_t i = 0; i < count; i++)
    sorted->cell_begin[sorted->values[i].cell + 1]++;
  for (size_t c = 0; c < tally->cell_count; c++)
    sorted->cell_begin[c + 1] += sorted->cell_begin[c];
cleanup:
  return status;
}

/* Those of its one cell as they stand, or a sorted copy. */
static trygg_status distribution_of(const tg_sorted *sorted, const tg_domain *domain, tg_ordered *out,
                                    trygg_error *error) {
  tg_sum total = {0};
  size_t at = 0;
  *out = (tg_ordered){0};
  for (size_t c = 0; c < domain->cell_count; c++)
    out->count += sorted->cell_begin[domain->cells[c] + 1] - sorted->cell_begin[domain->cells[c]];
  if (domain->cell_count == 1)
    out->values = sorted->values + sorted->cell_begin[domain->cells[0]];
  else {
    out->copy = tg_memory_new(out->count, sizeof *out->copy);
    if (!out->copy)
      return tg_error_memory(error);
    for (size_t c = 0; c < domain->cell_count; c++) {
      size_t begin = sorted->cell_begin[domain->cells[c]],
             count = sorted->cell_begin[domain->cells[c] + 1] - begin;
      if (count)
        memcpy(out->copy + at, sorted->values + begin, count * sizeof *out->copy);
      at += count;
    }
    if (at)
      qsort(out->copy, at, sizeof *out->copy, by_value);
    out->values = out->copy;
  }
  for (size_t i = 0; i < out->count; i++)
    tg_sum_add(&total, out->values[i].weight);
  out->total = tg_sum_value(&total);
  return TRYGG_OK;
}

/* The value at the share p where F takes steps.  F is compared with a tolerance for the rounding of its sum, so that
 * p = 1/2 of four equal weights finds the second; the sums are compensated, since a few thousand roundings would pass any
 * tolerance. */
static double step_at(const tg_ordered *d, const tg_quantile_rule *rule, double p) {
  const double tolerance = 4 * DBL_EPSILON;
  tg_sum sum = {0};
  size_t distinct = 0;
  for (size_t i = 0; i < d->count; i++) {
    size_t next = i + 1;
    distinct += i == 0 || d->values[i].y != d->values[i - 1].y;
    tg_sum_add(&sum, d->values[i].weight);
    if (tg_sum_value(&sum) < p * d->total * (1 - tolerance))
      continue;
    if (next == d->count || tg_sum_value(&sum) > p * d->total * (1 + tolerance))
      return d->values[i].y;
    if (rule->even)
      return d->values[distinct % 2 == 0 ? i : next].y;
    return (1 - rule->share) * d->values[i].y + rule->share * d->values[next].y;
  }
  return d->values[d->count - 1].y;
}

/* The value at the share p on the lines between the points of the rule; beyond the ends, the end. */
static double line_at(const tg_ordered *d, const tg_quantile_rule *rule, double p) {
  double last = d->values[d->count - 1].weight, total = d->total + rule->last * last, before = 0;
  tg_sum sum = {0};
  for (size_t i = 0; i < d->count; i++) {
    double weight = d->values[i].weight, at = (tg_sum_value(&sum) + rule->share * weight) / total;
    if (at >= p && i == 0)
      return d->values[0].y;
    if (at >= p)
      return d->values[i - 1].y + (p - before) / (at - before) * (d->values[i].y - d->values[i - 1].y);
    tg_sum_add(&sum, weight);
    before = at;
  }
  return d->values[d->count - 1].y;
}

/* The last value whose point is at or below p. */
static double point_at(const tg_ordered *d, const tg_quantile_rule *rule, double p) {
  const double tolerance = 4 * DBL_EPSILON;
  double n = (double)d->count, last = d->values[0].y;
  tg_sum sum = {0};
  for (size_t i = 0; i < d->count; i++) {
    tg_sum_add(&sum, d->values[i].weight);
    if ((n / d->total * (tg_sum_value(&sum) - rule->share * d->values[i].weight) + rule->share) / (n + 1) >
        p * (1 + tolerance))
      break;
    last = d->values[i].y;
  }
  return last;
}

static double invert(const tg_ordered *d, const tg_quantile_rule *rule, double p) {
  if (!(p >= 0 && p <= 1) || !d->count)
    return NAN;
  switch (rule->reads) {
  case TG_QUANTILE_LINES:
    return line_at(d, rule, p);
  case TG_QUANTILE_POINTS:
    return point_at(d, rule, p);
  default:
    return step_at(d, rule, p);
  }
}

static double share_at(const tg_ordered *d, double y) {
  tg_sum sum = {0};
  for (size_t i = 0; i < d->count && d->values[i].y <= y; i++)
    tg_sum_add(&sum, d->values[i].weight);
  return tg_sum_value(&sum) / d->total;
}

/* F(value) in the domain of a row, linearised as any share: terms with a threshold. */
static trygg_status add_share(const trygg_estimates *estimates, size_t index, double value, double share,
                              size_t output, tg_terms *terms, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_domain *domain = &estimates->domains[row->domain];
  if (tg_memory_grow((void **)&terms->list, &terms->capacity, terms->count + domain->cell_count,
                     sizeof *terms->list))
    return tg_error_memory(error);
  for (size_t c = 0; c < domain->cell_count; c++)
    terms->list[terms->count++] = (tg_term){.output = (uint32_t)output,
                                            .indicator = (uint32_t)row->indicator,
                                            .cell = domain->cells[c],
                                            .y = 1 / row->weight,
                                            .x = -share / row->weight,
                                            .threshold = value};
  return TRYGG_OK;
}

/* The variances of F(q) in all domains. */
static trygg_status share_variances(trygg_estimates *estimates, size_t k, trygg_error *error) {
  tg_terms terms = {0};
  trygg_status status = TRYGG_OK;
  double *variance = tg_memory_new(estimates->domain_count, sizeof *variance);
  if (!variance)
    return tg_error_memory(error);
  for (size_t d = 0; d < estimates->domain_count; d++) {
    const tg_row *row = &estimates->rows[tg_row_at(estimates, d, k)];
    if (row->n > 0)
      TRY(add_share(estimates, tg_row_at(estimates, d, k), row->estimate, row->share, d, &terms, error));
  }
  TRY(tg_tally_combine(estimates->tally, terms.list, terms.count, estimates->domain_count, 0, 1, variance,
                       NULL, error));
  for (size_t d = 0; d < estimates->domain_count; d++)
    estimates->rows[tg_row_at(estimates, d, k)].share_se = sqrt(variance[d]);
cleanup:
  tg_memory_free(variance);
  tg_estimate_clear_terms(&terms);
  return status;
}

/* What one pass over the domains sets: first q and F(q), then, once F's variance is known, the standard error. */
static void set_value(tg_row *row, const tg_ordered *d, const tg_indicator *indicator) {
  row->estimate = invert(d, indicator->rule, indicator->probability);
  row->share = share_at(d, row->estimate);
}

static void set_error(tg_row *row, const tg_ordered *d, const tg_indicator *indicator) {
  const tg_quantile_rule *rule = indicator->rule;
  double t = row->df > 0 ? tg_distribution_t_quantile(0.975, row->df) : NAN;
  row->se =
      (invert(d, rule, row->share + t * row->share_se) - invert(d, rule, row->share - t * row->share_se)) /
      (2 * t);
}

trygg_status tg_quantile_estimate(trygg_estimates *estimates, size_t k, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  trygg_status status = TRYGG_OK;
  tg_ordered d = {0};
  if (!estimates->of)
    TRY(sort_values(tally, k, &estimates->sorted[k], error));
  /* Replicates give the errors of all rows together, later. */
  for (int round = 0; round < (tally->design->replicates ? 1 : 2); round++) {
    for (size_t i = 0; i < estimates->domain_count; i++) {
      tg_row *row = &estimates->rows[tg_row_at(estimates, i, k)];
      if (row->n == 0)
        continue;
      TRY(distribution_of(&estimates->sorted[k], &estimates->domains[i], &d, error));
      if (round == 0)
        set_value(row, &d, &tally->indicators.list[k]);
      else
        set_error(row, &d, &tally->indicators.list[k]);
      tg_memory_free(d.copy);
      d = (tg_ordered){0};
    }
    if (round == 0 && !tally->design->replicates)
      TRY(share_variances(estimates, k, error));
  }
cleanup:
  tg_memory_free(d.copy);
  return status;
}

trygg_status tg_quantile_order(const trygg_estimates *estimates, size_t index, tg_ordered *out,
                               trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  return distribution_of(&estimates->sorted[row->indicator], &estimates->domains[row->domain], out, error);
}

trygg_status tg_quantile_invert(const trygg_estimates *estimates, size_t index, const double *p, double *out,
                                size_t count, trygg_error *error) {
  tg_ordered d;
  trygg_status status = tg_quantile_order(estimates, index, &d, error);
  for (size_t i = 0; status == TRYGG_OK && i < count; i++)
    out[i] = invert(&d, tg_row_indicator(estimates, index)->rule, p[i]);
  tg_memory_free(status == TRYGG_OK ? d.copy : NULL);
  return status;
}

/* Shares at or below values, by what each record adds to them: w (1[y <= value] - share) / sum of w. */
typedef struct stepping {
  const tg_ordered *d;
  const uint32_t *place; /* of each record among the ordered values, from 1; 0: it is none of them */
  const double *values, *shares;
  size_t count;
} stepping;

static void fill_steps(const void *context, size_t first, size_t records, double *u, unsigned char *inside) {
  const stepping *s = context;
  for (size_t r = 0; r < records; r++) {
    const tg_valued *value;
    inside[r] = s->place[first + r] != 0;
    if (!inside[r])
      continue;
    value = &s->d->values[s->place[first + r] - 1];
    for (size_t o = 0; o < s->count; o++)
      u[r * s->count + o] = value->weight * ((value->y <= s->values[o]) - s->shares[o]) / s->d->total;
  }
}

/* Their errors from replicates, whose changes of the weights are those of the records' additions. */
static trygg_status share_errors_of_replicates(const trygg_estimates *estimates, size_t index,
                                               const double *values, const double *shares, size_t count,
                                               double *errors, trygg_error *error) {
  const trygg_design *design = estimates->tally->design;
  double *covariance = tg_memory_new(count * count, sizeof *covariance);
  uint32_t *place = tg_memory_new(design->responses->count, sizeof *place);
  tg_ordered d = {0};
  stepping s = {&d, place, values, shares, count};
  tg_influence influence = {
      design, count, fill_steps, &s, 0, tg_design_weight(design, tg_row_indicator(estimates, index)->weight)};
  tg_influence_degrees degrees;
  trygg_status status = TRYGG_OK;
  if (!covariance || !place) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_quantile_order(estimates, index, &d, error));
  for (size_t i = 0; i < d.count; i++)
    place[d.values[i].record] = (uint32_t)i + 1;
  TRY(tg_influence_covariance(&influence, covariance, &degrees, error));
  for (size_t i = 0; i < count; i++)
    errors[i] = sqrt(covariance[i * count + i]);
cleanup:
  tg_memory_free(d.copy);
  tg_memory_free(place);
  tg_memory_free(covariance);
  return status;
}

trygg_status tg_quantile_share_errors(const trygg_estimates *estimates, size_t index, const double *values,
                                      const double *shares, size_t count, double *errors,
                                      trygg_error *error) {
  tg_terms terms = {0};
  trygg_status status = TRYGG_OK;
  if (estimates->tally->design->replicates)
    return share_errors_of_replicates(estimates, index, values, shares, count, errors, error);
  for (size_t i = 0; i < count; i++)
    TRY(add_share(estimates, index, values[i], shares[i], i, &terms, error));
  TRY(tg_tally_combine(estimates->tally, terms.list, terms.count, count, 0, 1, errors, NULL, error));
  for (size_t i = 0; i < count; i++)
    errors[i] = sqrt(errors[i]);
cleanup:
  tg_estimate_clear_terms(&terms);
  return status;
}
