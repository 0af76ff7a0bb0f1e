/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partial pooling: the slopes b of K areas with their design covariance V scatter more than they differ, and those of
 * small areas most.  With
 *
 *   b = mu + u + e,  u ~ N(0, tau^2),  e ~ N(0, V)
 *
 * each is drawn towards mu as far as its own error says (Fay & Herriot 1979, JASA 74:269-277, without covariates;
 * numeric/effects.c has the formulas).  The slopes are those of `linear`, V is that of the design with what areas share,
 * taken to be known.
 *
 *   pooled_slope   an area's prediction +- t sqrt MSE; of the whole mu, its error by Knapp and Hartung, t; K - 1 df
 *   pooled_spread  tau with its limits by the profile of Cochran's Q, and Q
 *   pooled_range   mu +- t sqrt(tau^2 + se^2), K - 2 df: the slope of an area that was not asked (Higgins, Thompson &
 *                  Spiegelhalter 2009, J. R. Stat. Soc. A 172:137-159)
 *   pooled_share   I^2 = tau^2 / (tau^2 + typical variance) (Higgins & Thompson 2002, Stat. Med. 21:1539-1558) */
#include <trend/pooled.h>

#include <math.h>

#include <numeric/distribution.h>
#include <trend/tests.h>

/* The waves of an area since the break, where they make a slope that may be published. */
static int make_span(const tg_series *area, int64_t min_n, tg_span *span) {
  tg_trial trial = {.span = {area, area->since_break, area->count - area->since_break, 1, TG_NONE}};
  *span = trial.span;
  return span->count >= 2 && tg_span_has_errors(span) && tg_trial_base(&trial) >= min_n;
}

static trygg_status add_slope(const tg_span *span, size_t output, tg_terms *terms, double *slope,
                              double *apart, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_finding finding = {0};
  double *c = tg_memory_new(span->count, sizeof *c);
  if (!c)
    return tg_error_memory(error);
  TRY(tg_linear_contrast(span, c, &finding, error));
  *slope = 0;
  for (size_t i = 0; i < span->count; i++)
    *slope += c[i] * tg_span_value(span, i);
  TRY(tg_spans_add_terms(span, c, output, terms, apart, error));
cleanup:
  tg_memory_free(c);
  return status;
}

/* The slopes that can be had, and their covariance; pool->places counts them. */
static trygg_status gather(const tg_series *total, int64_t min_n, tg_pool *pool, double *slopes,
                           double *covariance, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  tg_span span;
  double *apart = tg_memory_new(total->area_count, sizeof *apart); /* that published figures add */
  if (!apart)
    return tg_error_memory(error);
  for (size_t g = 0; g < total->area_count; g++) {
    pool->places[g] = TG_NONE;
    if (!make_span(tg_series_area(total, g), min_n, &span))
      continue;
    TRY(add_slope(&span, pool->count, &terms, &slopes[pool->count], &apart[pool->count], error));
    pool->places[g] = pool->count++;
  }
  if (pool->count)
    TRY(tg_estimate_combine(total->estimates, &terms, pool->count, 1, covariance, NULL, error));
  for (size_t g = 0; g < pool->count; g++)
    covariance[g * pool->count + g] += apart[g];
cleanup:
  tg_memory_free(apart);
  tg_estimate_clear_terms(&terms);
  return status;
}

/* Leave out areas without a variance, as where every wave is at 0 or 1: slopes and matrix close up. */
static void close_up(size_t areas, tg_pool *pool, double *slopes, double *covariance) {
  size_t before = pool->count, kept = 0;
  for (size_t g = 0; g < areas; g++) {
    size_t at = pool->places[g];
    if (at == TG_NONE)
      continue;
    if (!(covariance[at * before + at] > 0 && isfinite(covariance[at * before + at]))) {
      pool->places[g] = TG_NONE;
      continue;
    }
    slopes[kept] = slopes[at];
    for (size_t j = 0; j < before; j++) /* row and column: kept <= at, so nothing is lost */
      covariance[kept * before + j] = covariance[at * before + j];
    for (size_t i = 0; i < before; i++)
      covariance[i * before + kept] = covariance[i * before + at];
    pool->places[g] = kept++;
  }
  for (size_t i = 0; i < kept; i++)
    for (size_t j = 0; j < kept; j++)
      covariance[i * kept + j] = covariance[i * before + j];
  pool->count = kept;
}

trygg_status tg_pooled_fit(const tg_series *total, int64_t min_n, tg_pool *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t areas = total->area_count;
  double *slopes = tg_memory_new(areas, sizeof *slopes),
         *covariance = tg_memory_new(areas, areas * sizeof *covariance);
  out->places = tg_memory_new(areas, sizeof *out->places);
  if (!slopes || !covariance || !out->places)
    TRY(tg_error_memory(error));
  TRY(gather(total, min_n, out, slopes, covariance, error));
  close_up(areas, out, slopes, covariance);
  if (out->count >= TG_POOLED_LEAST)
    TRY(tg_effects_fit(slopes, covariance, out->count, &out->effects, error));
cleanup:
  tg_memory_free(slopes);
  tg_memory_free(covariance);
  return status;
}

void tg_pooled_clear(tg_pool *pool) {
  tg_memory_free(pool->places);
  tg_effects_clear(&pool->effects);
}

/* ---- findings ------------------------------------------------------------------------------------ */

static void set_limits(tg_finding *finding, double df, double level) {
  tg_limits limits = tg_inference_symmetric(finding->estimate, finding->se, df, level);
  finding->df2 = df;
  finding->lower = limits.lower;
  finding->upper = limits.upper;
}

trygg_status tg_pooled_slope_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                    trygg_error *error) {
  const tg_effects *effects = &given->pool->effects;
  double df = (double)effects->count - 1, error2;
  (void)error;
  if (span->series->group != TG_TOTAL_DOMAIN) {
    tg_effects_predict(effects, given->pool->places[span->series->group], &finding->estimate, &error2);
    finding->se = sqrt(error2);
  } else {
    finding->estimate = effects->mean;
    finding->se = effects->adjusted_se;
    finding->statistic = finding->estimate / finding->se;
    finding->df1 = 1;
    finding->p = tg_inference_p(finding->estimate, finding->se, df);
  }
  set_limits(finding, df, given->level);
  return TRYGG_OK;
}

trygg_status tg_pooled_spread_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                     trygg_error *error) {
  const tg_effects *effects = &given->pool->effects;
  double lower, upper;
  (void)span;
  (void)error;
  tg_effects_limits(effects, given->level, &lower, &upper);
  finding->statistic = effects->heterogeneity;
  finding->df1 = (double)effects->count - 1;
  finding->p = tg_distribution_chisq_upper(finding->statistic, finding->df1);
  finding->estimate = sqrt(effects->tau2);
  finding->lower = sqrt(lower);
  finding->upper = sqrt(upper);
  return TRYGG_OK;
}

trygg_status tg_pooled_range_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                    trygg_error *error) {
  const tg_effects *effects = &given->pool->effects;
  (void)span;
  (void)error;
  finding->estimate = effects->mean;
  finding->se = sqrt(effects->tau2 + effects->adjusted_se * effects->adjusted_se);
  set_limits(finding, (double)effects->count - 2, given->level);
  return TRYGG_OK;
}

trygg_status tg_pooled_share_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                    trygg_error *error) {
  const tg_effects *effects = &given->pool->effects;
  (void)span;
  (void)error;
  finding->estimate = effects->tau2 / (effects->tau2 + effects->chance);
  return TRYGG_OK;
}
