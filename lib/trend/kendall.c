/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall and Sen.
 *
 *   S = sum_{i<j} sgn(y_j - y_i),  V(S) = [n(n-1)(2n+5) - sum_t t(t-1)(2t+5)] / 18 over groups of t ties
 *   tau-b = S / sqrt(n(n-1)/2 (n(n-1)/2 - sum t(t-1)/2))
 *
 * (Mann 1945, Econometrica 13:245-259; Kendall 1975, Rank Correlation Methods).  For n <= 10 without ties p comes
 * from the exact distribution of S, i.e. of inversions of a random permutation.
 *
 *   slope = median of (y_j - y_i)/(t_j - t_i); limits: the values of rank (N - C)/2 and (N + C)/2 + 1, C = z sqrt V(S)
 *
 * (Sen 1968, JASA 63:1379-1389; Gilbert 1987, Statistical Methods for Environmental Pollution Monitoring, 16.5). */
#include <trend/kendall.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <trend/tests.h>

#define EXACT 10

static int increasing(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* P(|S| >= |s|): counts[k] permutations of n have k inversions, S = n(n-1)/2 - 2k. */
static double exact_p(size_t n, double s) {
  double counts[EXACT * (EXACT - 1) / 2 + 1] = {1}, next[EXACT * (EXACT - 1) / 2 + 1], all = 1, tail = 0;
  size_t most = 0;
  for (size_t m = 2; m <= n; m++) { /* the m-th element adds 0..m-1 inversions */
    memset(next, 0, sizeof next);
    for (size_t k = 0; k <= most; k++)
      for (size_t add = 0; add < m; add++)
        next[k + add] += counts[k];
    memcpy(counts, next, sizeof counts);
    most += m - 1;
    all *= (double)m;
  }
  for (size_t k = 0; k <= most; k++)
    if (fabs((double)most - 2 * (double)k) >= fabs(s))
      tail += counts[k];
  return fmin(tail / all, 1);
}

trygg_status tg_kendall_test(const double *y, size_t n, tg_kendall *out, trygg_error *error) {
  double m = (double)n, pairs = m * (m - 1) / 2, tied_pairs = 0, ties = 0;
  double *sorted = tg_memory_new(n, sizeof *sorted);
  if (!sorted)
    return tg_error_memory(error);
  *out = (tg_kendall){0};
  for (size_t j = 1; j < n; j++)
    for (size_t i = 0; i < j; i++)
      out->s += (y[j] > y[i]) - (y[j] < y[i]);
  memcpy(sorted, y, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, increasing);
  for (size_t i = 0, k; i < n; i = k) {
    double t;
    for (k = i; k < n && sorted[k] == sorted[i];)
      k++;
    t = (double)(k - i);
    tied_pairs += t * (t - 1) / 2;
    ties += t * (t - 1) * (2 * t + 5);
  }
  out->variance = (m * (m - 1) * (2 * m + 5) - ties) / 18;
  out->tau = out->s / sqrt(pairs * (pairs - tied_pairs));
  out->z = out->s == 0 ? 0 : (out->s - (out->s > 0 ? 1 : -1)) / sqrt(out->variance);
  out->p =
      n <= EXACT && tied_pairs == 0 ? exact_p(n, out->s) : 2 * tg_distribution_normal_upper(fabs(out->z));
  if (!(out->variance > 0)) /* all values tied */
    out->tau = out->z = out->p = NAN;
  tg_memory_free(sorted);
  return TRYGG_OK;
}

trygg_status tg_kendall_slope(const double *t, const double *y, size_t n, double level, double *slope,
                              double *lower, double *upper, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_kendall test;
  size_t count = 0;
  double *slopes = tg_memory_new(n * (n - 1) / 2, sizeof *slopes), pairs, spread;
  *slope = *lower = *upper = NAN;
  if (!slopes)
    return tg_error_memory(error);
  TRY(tg_kendall_test(y, n, &test, error));
  for (size_t j = 1; j < n; j++)
    for (size_t i = 0; i < j; i++)
      if (t[j] != t[i])
        slopes[count++] = (y[j] - y[i]) / (t[j] - t[i]);
  if (!count)
    goto cleanup;
  qsort(slopes, count, sizeof *slopes, increasing);
  *slope = count % 2 ? slopes[count / 2] : (slopes[count / 2 - 1] + slopes[count / 2]) / 2;
  pairs = (double)count;
  spread = tg_distribution_normal_quantile((1 + level) / 2) * sqrt(test.variance);
  /* Ranks are rounded to whole ones; below 1 or above N the sample is too small for the level. */
  if (isfinite(spread) && rint((pairs - spread) / 2) >= 1 && rint((pairs + spread) / 2 + 1) <= pairs) {
    *lower = slopes[(size_t)rint((pairs - spread) / 2) - 1];
    *upper = slopes[(size_t)rint((pairs + spread) / 2 + 1) - 1];
  }
cleanup:
  tg_memory_free(slopes);
  return status;
}

trygg_status tg_mann_kendall_finish(const tg_span *span, double variance, double df, double level,
                                    tg_finding *finding, trygg_error *error) {
  tg_kendall test;
  trygg_status status = tg_kendall_test(span->series->value + span->first, span->count, &test, error);
  (void)variance;
  (void)df;
  (void)level;
  if (status == TRYGG_OK) {
    finding->statistic = test.s;
    finding->estimate = test.tau;
    finding->p = test.p;
  }
  return status;
}

trygg_status tg_sen_slope_finish(const tg_span *span, double variance, double df, double level,
                                 tg_finding *finding, trygg_error *error) {
  tg_kendall test;
  trygg_status status = tg_kendall_test(span->series->value + span->first, span->count, &test, error);
  (void)variance;
  (void)df;
  if (status != TRYGG_OK)
    return status;
  finding->statistic = test.s;
  finding->p = test.p;
  return tg_kendall_slope(span->series->time + span->first, span->series->value + span->first, span->count,
                          level, &finding->estimate, &finding->lower, &finding->upper, error);
}
