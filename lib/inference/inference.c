/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits and p-values of estimates, contrasts, and adjustment for many tests. */
#include <inference/inference.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>
#include <inference/intervals.h>
#include <numeric/distribution.h>

trygg_status tg_inference_level(double wanted, double *level, trygg_error *error) {
  *level = wanted == 0 ? 0.95 : wanted;
  if (*level > 0 && *level < 1)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "level",
                     "a confidence level lies between 0 and 1, as 0.95");
}

tg_limits tg_inference_symmetric(double estimate, double se, double df, double level) {
  double t = df > 0 ? tg_distribution_t_quantile((1 + level) / 2, df) : NAN;
  tg_limits limits = {estimate - t * se, estimate + t * se};
  /* A given df near 0 has a t quantile beyond any double: that is no interval, as without df. */
  return isinf(limits.lower) || isinf(limits.upper) ? (tg_limits){NAN, NAN} : limits;
}

double tg_inference_p(double estimate, double se, double df) {
  return se > 0 && df > 0 ? tg_distribution_t_two_sided(estimate / se, df) : NAN;
}

tg_unit tg_inference_unit(const tg_indicator *indicator) {
  return indicator->type->is_share ? TG_UNIT_SHARE : TG_UNIT_NUMBER;
}

static trygg_status quantile_limits(const trygg_estimates *estimates, size_t index,
                                    const tg_interval *interval, double level, tg_limits *out,
                                    trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  tg_share share = {row->share, row->share_se, row->n, row->df};
  tg_limits shares = interval && row->share_se > 0 && row->share < 1
                         ? interval->run(&share, 1 - level)
                         : tg_inference_symmetric(row->share, row->share_se, row->df, level);
  trygg_status status = TRYGG_OK;
  double values[2];
  if (interval && interval->of_quantile)
    TRY(interval->of_quantile(estimates, index, level, &shares, error));
  TRY(tg_quantile_invert(estimates, index, (const double[]){shares.lower, shares.upper}, values, 2, error));
  *out = (tg_limits){values[0], values[1]};
cleanup:
  return status;
}

trygg_status tg_inference_limits(const trygg_estimates *estimates, size_t index, const tg_interval *interval,
                                 double level, tg_limits *out, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_indicator_type *type = tg_row_indicator(estimates, index)->type;
  tg_share share = {row->estimate, row->se, row->n, row->df};
  *out = (tg_limits){NAN, NAN};
  if (isnan(row->estimate) || !(row->df > 0))
    return TRYGG_OK;
  if (tg_row_indicator(estimates, index)->estimand == TG_QUANTILE)
    return quantile_limits(estimates, index, interval, level, out, error);
  if (row->flags & TG_FLAG_BOUNDARY)
    *out = tg_beta_exact(row->estimate * row->n, row->n, 1 - level);
  else if (type->is_share && row->se > 0)
    *out = (interval ? interval : tg_intervals)->run(&share, 1 - level);
  else
    *out = tg_inference_symmetric(row->estimate, row->se, row->df, level);
  return TRYGG_OK;
}

trygg_status trygg_inference_contrast(const trygg_estimates *estimates, const size_t *rows,
                                      const double *coefficients, size_t count, double level,
                                      trygg_contrast *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double variance = 0;
  tg_limits limits;
  if (!estimates || !out || (count && (!rows || !coefficients)))
    return tg_error_set(error, TRYGG_EINVAL,
                        "estimates, rows, coefficients and a place for the result were expected");
  memset(out, 0, sizeof *out);
  TRY(tg_inference_level(level, &level, error));
  for (size_t i = 0; i < count; i++) {
    if (rows[i] >= estimates->row_count) {
      status = tg_error_set(error, TRYGG_EINVAL, "a row is past the last estimate");
      goto cleanup;
    }
    if (coefficients[i] == 0)
      continue;
    out->estimate += coefficients[i] * estimates->rows[rows[i]].estimate;
    if (!isnan(estimates->rows[rows[i]].estimate))
      TRY(tg_estimate_add_terms(estimates, rows[i], coefficients[i], 0, &terms, error));
  }
  TRY(tg_estimate_combine(estimates, &terms, 1, 0, &variance, &out->df, error));
  out->se = isnan(out->estimate) ? NAN : sqrt(variance);
  limits = tg_inference_symmetric(out->estimate, out->se, out->df, level);
  out->lower = limits.lower;
  out->upper = limits.upper;
  out->statistic = out->estimate / out->se;
  out->p = tg_inference_p(out->estimate, out->se, out->df);
cleanup:
  tg_estimate_clear_terms(&terms);
  return status;
}

/* ---- many tests ------------------------------------------------------------------------ */

typedef struct ordered {
  double p;
  size_t position;
} ordered;

static int increasing(const void *a, const void *b) {
  const ordered *x = a, *y = b;
  if (x->p != y->p)
    return x->p < y->p ? -1 : 1;
  return (x->position > y->position) - (x->position < y->position);
}

/* Step down: max over j <= i of (m - j) p_(j), j from 0. */
static void holm(ordered *list, size_t m) {
  double worst = 0;
  for (size_t i = 0; i < m; i++) {
    worst = fmax(worst, (double)(m - i) * list[i].p);
    list[i].p = fmin(worst, 1);
  }
}

/* Step up: min over j >= i of m / (j + 1) p_(j). */
static void benjamini_hochberg(ordered *list, size_t m) {
  double best = 1;
  for (size_t i = m; i-- > 0;) {
    best = fmin(best, (double)m / (double)(i + 1) * list[i].p);
    list[i].p = best;
  }
}

/* The same with m (1 + 1/2 + ... + 1/m) tests: under whatever dependence. */
static void benjamini_yekutieli(ordered *list, size_t m) {
  double best = 1, harmonic = 0;
  for (size_t i = m; i > 0; i--)
    harmonic += 1 / (double)i;
  for (size_t i = m; i-- > 0;) {
    best = fmin(best, harmonic * (double)m / (double)(i + 1) * list[i].p);
    list[i].p = best;
  }
}

static void nothing(ordered *list, size_t m) {
  (void)list;
  (void)m;
}

static const struct adjustment {
  const char *name, *help;
  void (*run)(ordered *list, size_t m); /* of m p-values in increasing order */
} adjustments[] = {
    {"holm", "the chance of any false finding at most 1 - level (Holm)", holm},
    {"bh", "the expected share of false ones among the findings at most 1 - level (Benjamini-Hochberg)",
     benjamini_hochberg},
    {"by", "the same, however the tests depend on each other (Benjamini-Yekutieli)", benjamini_yekutieli},
    {"none", "p-values as they are", nothing},
};

static const size_t adjustment_count = sizeof adjustments / sizeof *adjustments;

const char *trygg_inference_adjustment(size_t i) {
  return i < adjustment_count ? adjustments[i].name : NULL;
}

const char *trygg_inference_adjustment_help(size_t i) {
  return i < adjustment_count ? adjustments[i].help : NULL;
}

static const char *adjustment_name_at(const void *context, size_t i) {
  (void)context;
  return adjustments[i].name;
}

static trygg_status find_adjustment(const char *method, const struct adjustment **out, trygg_error *error) {
  const char *nearest;
  for (size_t i = 0; i < adjustment_count; i++)
    if (method && !strcmp(adjustments[i].name, method)) {
      *out = &adjustments[i];
      return TRYGG_OK;
    }
  nearest = method ? tg_text_nearest(method, adjustment_count, adjustment_name_at, NULL) : NULL;
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "adjust",
                     "p-values are not adjusted by `%s`; did you mean `%s`?", method ? method : "",
                     nearest ? nearest : adjustments->name);
}

trygg_status trygg_inference_adjust(const char *method, double *p, size_t count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const struct adjustment *chosen;
  size_t m = 0;
  ordered *list = NULL;
  if (count && !p)
    return tg_error_set(error, TRYGG_EINVAL, "no p-values were given");
  TRY(find_adjustment(method, &chosen, error));
  list = tg_memory_new(count, sizeof *list);
  if (!list)
    TRY(tg_error_memory(error));
  for (size_t i = 0; i < count; i++)
    if (!isnan(p[i]))
      list[m++] = (ordered){p[i], i};
  if (m)
    qsort(list, m, sizeof *list, increasing);
  chosen->run(list, m);
  for (size_t i = 0; i < m; i++)
    p[list[i].position] = list[i].p;
cleanup:
  tg_memory_free(list);
  return status;
}
