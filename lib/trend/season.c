/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seasonal Mann-Kendall: S = sum_g S_g over the seasons, which are independent, V(S) = sum_g V(S_g) (Hirsch, Slack & Smith
 * 1982, Water Resour. Res. 18:107-121), or correlated, as series of several areas are (regional.c; Hirsch & Slack 1984,
 * 20:727-732).  Where all seasons have so few values that S_g is exact, so is the sum.  The slope is the median of those
 * within seasons. */
#include <trend/season.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <trend/kendall.h>
#include <trend/regional.h>
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

/* ---- seasons that are independent ---------------------------------------------------------- */

/* S of the seasons so far: its chances of most, most - 2, ..., -most; `of` NULL where one has too many values. */
typedef struct chances {
  double *of;
  size_t most;
} chances;

static trygg_status add_season(chances *sum, const double *y, size_t n, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double one[TG_KENDALL_ORDERS], *of = NULL;
  size_t most = 0;
  if (!sum->of)
    return TRYGG_OK;
  if (n <= TG_KENDALL_EXACT) {
    TRY(tg_kendall_chances(y, n, one, &most, error));
    of = tg_memory_new(sum->most + most + 1, sizeof *of);
    if (!of)
      return tg_error_memory(error);
    for (size_t i = 0; i <= sum->most; i++)
      for (size_t k = 0; k <= most; k++)
        of[i + k] += sum->of[i] * one[k];
  }
  tg_memory_free(sum->of);
  *sum = (chances){of, sum->most + most};
cleanup:
  return status;
}

static void judge_exactly(const chances *sum, tg_season *out) {
  out->p = 0;
  for (size_t k = 0; k <= sum->most; k++)
    if (fabs((double)sum->most - 2 * (double)k) >= fabs(out->s))
      out->p += sum->of[k];
  out->p = fmin(1, out->p);
  out->smallest_p = 2 * sum->of[0];
}

static trygg_status test_independent(const seasons *s, tg_season *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  chances sum = {tg_memory_new(1, sizeof *sum.of), 0};
  double pairs = 0;
  if (!sum.of)
    return tg_error_memory(error);
  sum.of[0] = 1;
  for (size_t g = 0; g < s->count; g++) {
    size_t from = s->starts[g], m = s->starts[g + 1] - from;
    tg_kendall one;
    if (m < 2)
      continue;
    TRY(tg_kendall_test(s->time + from, s->value + from, m, &one, error));
    TRY(add_season(&sum, s->value + from, m, error));
    out->seasons++;
    out->s += one.s;
    out->variance += one.variance;
    pairs += (double)(m * (m - 1)) / 2;
  }
  out->tau = out->s / pairs;
  if (!(out->variance > 0) || out->seasons < 2)
    goto cleanup;
  tg_kendall_judge(out->s, out->variance, &out->z, &out->p);
  if (sum.of)
    judge_exactly(&sum, out);
cleanup:
  tg_memory_free(sum.of);
  return status;
}

/* ---- seasons as series beside each other ---------------------------------------------------- */

/* 1 if all seasons are of the same years: then the values stand as tg_regional_kendall() has them. */
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

static trygg_status test_together(const seasons *s, int page, tg_season *out, trygg_error *error) {
  tg_regional test;
  trygg_status status;
  if (s->count < 2 || !complete(s))
    return TRYGG_OK;
  status = (page ? tg_regional_page : tg_regional_kendall)(s->value, s->count, s->starts[1], &test, error);
  if (status == TRYGG_OK)
    *out = (tg_season){test.statistic, test.variance,   test.estimate, test.z,
                       test.p,         test.smallest_p, NAN,           s->count};
  return status;
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

trygg_status tg_season_test(const double *t, const double *y, size_t n, tg_season_kind kind, tg_season *out,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  seasons s = {0};
  *out = (tg_season){.z = NAN, .p = NAN, .tau = NAN};
  TRY(divide(t, y, n, &s, error));
  if (kind == TG_SEASONS_INDEPENDENT)
    TRY(test_independent(&s, out, error));
  else
    TRY(test_together(&s, kind == TG_SEASONS_PAGE, out, error));
  TRY(add_slopes(&s, &out->slope, error));
cleanup:
  tg_memory_free(s.memory);
  tg_memory_free(s.season);
  return status;
}

static trygg_status finish(const tg_span *span, tg_season_kind kind, int slope, tg_finding *finding,
                           trygg_error *error) {
  tg_season test;
  trygg_status status =
      tg_season_test(tg_span_times(span), tg_span_values(span), span->count, kind, &test, error);
  if (status != TRYGG_OK || isnan(test.p))
    return status;
  finding->statistic = test.s;
  finding->estimate = slope ? test.slope : test.tau;
  finding->p = test.p;
  finding->smallest_p = test.smallest_p;
  return TRYGG_OK;
}

trygg_status tg_seasonal_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                trygg_error *error) {
  (void)given;
  return finish(span, TG_SEASONS_INDEPENDENT, 0, finding, error);
}

trygg_status tg_seasonal_correlated_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                           trygg_error *error) {
  (void)given;
  return finish(span, TG_SEASONS_CORRELATED, 0, finding, error);
}

trygg_status tg_seasonal_page_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                     trygg_error *error) {
  (void)given;
  return finish(span, TG_SEASONS_PAGE, 0, finding, error);
}

trygg_status tg_seasonal_slope_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                      trygg_error *error) {
  (void)given;
  return finish(span, TG_SEASONS_INDEPENDENT, 1, finding, error);
}
