/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall for a series whose neighbours resemble each other; waves count as equally far apart.  r(k) is the
 * autocorrelation at lag k, sum (y_i - m)(y_i+k - m) / sum (y_i - m)^2.
 *
 *   hamed_rao   V(S) n/n*, n/n* = 1 + 2/(n(n-1)(n-2)) sum (n-k)(n-k-1)(n-k-2) r(k), over the lags whose r(k) of the ranks
 *               of the detrended series is beyond +-1.96/sqrt n (Hamed & Rao 1998, J. Hydrol. 204:182-196)
 *   yue_wang    V(S) (1 + 2 sum (1 - k/n) r(1)^k), r of the detrended series (Yue & Wang 2004, Water Resour. Manage.
 *               18:201-218).  With all r(k) in the place of r(1)^k, as some programs have it, the sum is near -1/2
 *               whatever the series, for the r(k) add up to -1/2: 40 to 47 % of series without trend or correlation are
 *               then rejected at 5 %
 *   prewhitened      S of y_i - r(1) y_i-1 (von Storch 1995)
 *   trend_free       the same of the detrended series, its Sen slope put back (Yue, Pilon, Phinney & Cavadias 2002,
 *                    Hydrol. Process. 16:1807-1829)
 *   block_bootstrap  S among those of blocks drawn from the series, as long as its significant lags last (Kundzewicz &
 *                    Robson 2004, Hydrol. Sci. J. 49:7-19)
 *
 * A variance that comes out negative is no variance: there is no p then. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <numeric/random.h>
#include <trend/autocorrelation.h>
#include <trend/draws.h>
#include <trend/kendall.h>
#include <trend/tests.h>

static void autocorrelations(const double *y, size_t n, double *r) {
  double mean = 0, squares = 0;
  for (size_t i = 0; i < n; i++)
    mean += y[i] / (double)n;
  for (size_t i = 0; i < n; i++)
    squares += (y[i] - mean) * (y[i] - mean);
  for (size_t k = 0; k < n; k++) {
    r[k] = 0;
    for (size_t i = 0; i + k < n; i++)
      r[k] += (y[i] - mean) * (y[i + k] - mean);
    r[k] /= squares;
  }
}

/* Midranks. */
static void ranks(const double *y, size_t n, double *rank) {
  for (size_t i = 0; i < n; i++) {
    rank[i] = 0.5;
    for (size_t j = 0; j < n; j++)
      rank[i] += y[j] < y[i] ? 1 : y[j] == y[i] ? 0.5 : 0;
  }
}

static int significant(double r, size_t n) {
  return fabs(r) > tg_distribution_normal_quantile(0.975) / sqrt((double)n);
}

trygg_status tg_autocorrelation_detrend(const double *t, const double *y, size_t n, double *out,
                                        double *slope, trygg_error *error) {
  double lower, upper;
  trygg_status status = tg_kendall_slope(t, y, n, 0.95, slope, &lower, &upper, error);
  for (size_t i = 0; i < n && status == TRYGG_OK; i++)
    out[i] = y[i] - *slope * t[i];
  return status;
}

trygg_status tg_autocorrelation_inflation(const double *t, const double *y, size_t n, int of_ranks,
                                          double *ratio, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double m = (double)n, slope, sum = 0, *memory = tg_memory_new(3 * n, sizeof *memory);
  if (!memory)
    return tg_error_memory(error);
  double *left = memory, *rank = left + n, *r = rank + n;
  TRY(tg_autocorrelation_detrend(t, y, n, left, &slope, error));
  ranks(left, n, rank);
  autocorrelations(of_ranks ? rank : left, n, r);
  for (size_t k = 1; k < n; k++) {
    double lag = (double)k;
    if (!of_ranks)
      sum += (1 - lag / m) * pow(r[1], lag);
    else if (significant(r[k], n))
      sum += (m - lag) * (m - lag - 1) * (m - lag - 2) * r[k] / (m * (m - 1) * (m - 2));
  }
  *ratio = 1 + 2 * sum;
cleanup:
  tg_memory_free(memory);
  return status;
}

static trygg_status inflated(const tg_span *span, int of_ranks, tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_kendall test;
  double ratio, z;
  TRY(tg_kendall_test(tg_span_times(span), tg_span_values(span), span->count, &test, error));
  TRY(tg_autocorrelation_inflation(tg_span_times(span), tg_span_values(span), span->count, of_ranks, &ratio,
                                   error));
  finding->statistic = test.s;
  finding->estimate = test.tau;
  if (test.variance * ratio > 0)
    tg_kendall_judge(test.s, test.variance * ratio, &z, &finding->p);
cleanup:
  return status;
}

trygg_status tg_hamed_rao_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                 trygg_error *error) {
  (void)given;
  return inflated(span, 1, finding, error);
}

trygg_status tg_yue_wang_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                trygg_error *error) {
  (void)given;
  return inflated(span, 0, finding, error);
}

trygg_status tg_autocorrelation_whiten(const double *t, const double *y, size_t n, int trend_free,
                                       double *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double slope = 0, *left = tg_memory_new(2 * n, sizeof *left), *r = left + n;
  if (!left)
    return tg_error_memory(error);
  memcpy(left, y, n * sizeof *left);
  if (trend_free)
    TRY(tg_autocorrelation_detrend(t, y, n, left, &slope, error));
  autocorrelations(left, n, r);
  for (size_t i = 1; i < n; i++)
    out[i - 1] = left[i] - r[1] * left[i - 1] + slope * t[i];
cleanup:
  tg_memory_free(left);
  return status;
}

static trygg_status whitened(const tg_span *span, int trend_free, tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_kendall test;
  double *white = tg_memory_new(span->count, sizeof *white);
  if (!white)
    return tg_error_memory(error);
  TRY(tg_autocorrelation_whiten(tg_span_times(span), tg_span_values(span), span->count, trend_free, white,
                                error));
  TRY(tg_kendall_test(tg_span_times(span) + 1, white, span->count - 1, &test, error));
  finding->statistic = test.s;
  finding->estimate = test.tau;
  finding->p = test.p;
cleanup:
  tg_memory_free(white);
  return status;
}

trygg_status tg_prewhitened_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                   trygg_error *error) {
  (void)given;
  return whitened(span, 0, finding, error);
}

trygg_status tg_trend_free_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                  trygg_error *error) {
  (void)given;
  return whitened(span, 1, finding, error);
}

/* Blocks of consecutive values from anywhere in the series, one after the other. */
static void draw_blocks(const double *y, size_t n, size_t length, tg_random *random, double *out) {
  for (size_t done = 0; done < n;) {
    size_t from = (size_t)tg_random_below(random, n - length + 1);
    for (size_t i = 0; i < length && done < n; i++)
      out[done++] = y[from + i];
  }
}

static double sum_of_signs(const double *y, size_t n) {
  double s = 0;
  for (size_t j = 1; j < n; j++)
    for (size_t i = 0; i < j; i++)
      s += (y[j] > y[i]) - (y[j] < y[i]);
  return s;
}

trygg_status tg_block_bootstrap_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                       trygg_error *error) {
  size_t n = span->count, length = 1, beyond = 0;
  const double *y = tg_span_values(span);
  tg_kendall test;
  trygg_status status = TRYGG_OK;
  double *r = tg_memory_new(2 * n, sizeof *r), *drawn = r + n;
  tg_random *random = tg_memory_new(1, sizeof *random);
  (void)given;
  if (!r || !random) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_kendall_test(NULL, y, n, &test, error));
  finding->statistic = test.s;
  finding->estimate = test.tau;
  autocorrelations(y, n, r);
  while (length < n / 2 && significant(r[length], n))
    length++;
  tg_random_seed(random, n, length);
  for (size_t k = 0; k < TG_BLOCK_DRAWS; k++) {
    draw_blocks(y, n, length, random, drawn);
    beyond += fabs(sum_of_signs(drawn, n)) >= fabs(test.s);
  }
  if (!isnan(test.p))
    finding->p = tg_draws_p(beyond, TG_BLOCK_DRAWS);
cleanup:
  tg_memory_free(random);
  tg_memory_free(r);
  return status;
}
