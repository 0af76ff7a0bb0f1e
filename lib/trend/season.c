/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seasonal Mann-Kendall: S = sum_g S_g over the seasons, V(S) = sum_g V(S_g) + sum_{g != h} C_gh,
 *
 *   C_gh = [K_gh + 4 sum_i R_ig R_ih - n (n + 1)^2] / 3,  K_gh = sum_{i<j} sgn((y_jg - y_ig)(y_jh - y_ih))
 *
 * R the midranks within a season (Hirsch, Slack & Smith 1982, Water Resour. Res. 18:107-121; Hirsch & Slack 1984, 20:727-732;
 * Dietz & Killeen 1981).  C is 0 where seasons are taken for independent.  The slope is the median of those within
 * seasons. */
#include <trend/season.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <trend/kendall.h>
#include <trend/tests.h>

#define SEASON_WIDTH 0.004 /* of a year: a day and a half */

/* The values by season: those of season g are at starts[g] up to starts[g + 1], in time order. */
typedef struct seasons {
  double *time, *value, *fraction;
  size_t *season, *starts;
  size_t count, n;
  double *memory;
} seasons;

static int same_season(double a, double b) {
  double apart = fabs(a - b);
  return fmin(apart, 1 - apart) < SEASON_WIDTH;
}

static trygg_status divide(const double *t, const double *y, size_t n, seasons *s, trygg_error *error) {
  size_t at = 0;
  s->n = n;
  s->memory = tg_memory_new(3 * n, sizeof *s->memory);
  s->season = tg_memory_new(2 * n + 1, sizeof *s->season);
  if (!s->memory || !s->season)
    return tg_error_memory(error);
  s->time = s->memory;
  s->value = s->time + n;
  s->fraction = s->value + n;
  s->starts = s->season + n;
  for (size_t i = 0; i < n; i++) {
    double fraction = t[i] - floor(t[i]);
    size_t g = 0;
    while (g < s->count && !same_season(s->fraction[g], fraction))
      g++;
    if (g == s->count)
      s->fraction[s->count++] = fraction;
    s->season[i] = g;
  }
  for (size_t g = 0; g < s->count; g++) {
    for (size_t i = 0; i < n; i++)
      if (s->season[i] == g) {
        s->time[at] = t[i];
        s->value[at++] = y[i];
      }
    s->starts[g + 1] = at;
  }
  return TRYGG_OK;
}

static double sign(double x) {
  return (x > 0) - (x < 0);
}

/* 2 R - (n + 1) of value i of a season: what it is above less what it is below. */
static double above(const double *y, size_t n, size_t i) {
  double sum = 0;
  for (size_t j = 0; j < n; j++)
    sum += sign(y[i] - y[j]);
  return sum;
}

/* C_gh; with 4 R R' = (2R - n - 1)(2R' - n - 1) + (n + 1)(2R + 2R' - n - 1) its last term is taken off without
 * cancellation. */
static double covariance(const double *a, const double *b, size_t n) {
  double k = 0, products = 0;
  for (size_t j = 0; j < n; j++) {
    products += above(a, n, j) * above(b, n, j);
    for (size_t i = 0; i < j; i++)
      k += sign((a[j] - a[i]) * (b[j] - b[i]));
  }
  return (k + products) / 3;
}

/* All seasons of the same years. */
static int complete(const seasons *s) {
  size_t years = s->starts[1];
  if (s->n != years * s->count)
    return 0;
  for (size_t g = 1; g < s->count; g++)
    for (size_t i = 0; i < years; i++)
      if (s->starts[g] != g * years || floor(s->time[g * years + i]) != floor(s->time[i]))
        return 0;
  return 1;
}

static trygg_status add_slopes(const seasons *s, double *slope, trygg_error *error) {
  size_t count = 0, all = 0;
  double *slopes = tg_memory_new(s->n * s->n / 2 + 1, sizeof *slopes);
  trygg_status status = TRYGG_OK;
  if (!slopes)
    return tg_error_memory(error);
  for (size_t g = 0; g < s->count; g++) {
    double *one = NULL;
    size_t from = s->starts[g], n = s->starts[g + 1] - from;
    if (n < 2)
      continue;
    TRY(tg_kendall_slopes(s->time + from, s->value + from, n, &one, &count, error));
    memcpy(slopes + all, one, count * sizeof *slopes);
    all += count;
    tg_memory_free(one);
  }
  tg_kendall_sort(slopes, all);
  *slope = tg_kendall_median(slopes, all);
cleanup:
  tg_memory_free(slopes);
  return status;
}

trygg_status tg_season_test(const double *t, const double *y, size_t n, int correlated, tg_season *out,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  seasons s = {0};
  double pairs = 0;
  *out = (tg_season){.z = NAN, .p = NAN, .slope = NAN, .tau = NAN};
  TRY(divide(t, y, n, &s, error));
  for (size_t g = 0; g < s.count; g++) {
    size_t from = s.starts[g], m = s.starts[g + 1] - from;
    tg_kendall one;
    if (m < 2)
      continue;
    out->seasons++;
    TRY(tg_kendall_test(s.time + from, s.value + from, m, &one, error));
    out->s += one.s;
    out->variance += one.variance;
    pairs += (double)(m * (m - 1)) / 2;
    for (size_t h = 0; correlated && complete(&s) && h < s.count; h++)
      if (h != g)
        out->variance += covariance(s.value + from, s.value + s.starts[h], m);
  }
  TRY(add_slopes(&s, &out->slope, error));
  out->tau = out->s / pairs;
  if (!(out->variance > 0) || out->seasons < 2 || (correlated && !complete(&s)))
    goto cleanup;
  tg_kendall_judge(out->s, out->variance, &out->z, &out->p);
  if (correlated) {
    out->z = out->s / sqrt(out->variance);
    out->p = 2 * tg_distribution_normal_upper(fabs(out->z));
  }
cleanup:
  tg_memory_free(s.memory);
  tg_memory_free(s.season);
  return status;
}

static trygg_status finish(const tg_span *span, int correlated, int slope, tg_finding *finding,
                           trygg_error *error) {
  tg_season test;
  trygg_status status =
      tg_season_test(tg_span_times(span), tg_span_values(span), span->count, correlated, &test, error);
  if (status != TRYGG_OK || isnan(test.p))
    return status;
  finding->statistic = test.s;
  finding->estimate = slope ? test.slope : test.tau;
  finding->p = test.p;
  return TRYGG_OK;
}

trygg_status tg_seasonal_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                trygg_error *error) {
  (void)given;
  return finish(span, 0, 0, finding, error);
}

trygg_status tg_seasonal_correlated_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                           trygg_error *error) {
  (void)given;
  return finish(span, 1, 0, finding, error);
}

trygg_status tg_seasonal_slope_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                      trygg_error *error) {
  (void)given;
  return finish(span, 0, 1, finding, error);
}
