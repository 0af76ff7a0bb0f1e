/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests for a change of level at an unknown time, on the bare values:
 *
 *   pettitt    K = max |U_k|, U_k = 2 sum_{i<=k} rank_i - k (n + 1); p = 2 exp(-6 K^2/(n^3 + n^2)), up to 30 values from
 *              random orders of them (Pettitt 1979, Appl. Stat. 28:126-135)
 *   buishand   R = (max S_k - min S_k) / (s sqrt n), S_k = sum_{i<=k} (y_i - m), S_0 = 0 (Buishand 1982, J. Hydrol.
 *              58:11-27)
 *   snht       T = max_k k z1^2 + (n - k) z2^2, z1 and z2 the means of (y - m)/s before and after k (Alexandersson 1986,
 *              J. Climatol. 6:661-675)
 *
 * with s on n for buishand and on n - 1 for snht, as their tables have it; p from draws of independent normal values. */
#include <trend/change_point.h>

#include <math.h>

#include <base/memory.h>
#include <numeric/random.h>
#include <trend/draws.h>
#include <trend/tests.h>

#define ORDERS 30 /* up to so many values Pettitt's p comes from random orders */

static void moments(const double *y, size_t n, double *mean, double *squares) {
  *mean = *squares = 0;
  for (size_t i = 0; i < n; i++)
    *mean += y[i] / (double)n;
  for (size_t i = 0; i < n; i++)
    *squares += (y[i] - *mean) * (y[i] - *mean);
}

double tg_change_point_pettitt(const double *y, size_t n, size_t *at) {
  double u = 0, most = 0;
  for (size_t k = 0; k + 1 < n; k++) { /* U_k - U_k-1 = sum_j sgn(y_k - y_j) */
    for (size_t j = 0; j < n; j++)
      u += (y[k] > y[j]) - (y[k] < y[j]);
    if (fabs(u) > most) {
      most = fabs(u);
      *at = k + 1;
    }
  }
  return most > 0 ? most : NAN;
}

double tg_change_point_pettitt_p(double k, size_t n) {
  double m = (double)n;
  return fmin(1, 2 * exp(-6 * k * k / (m * m * m + m * m)));
}

double tg_change_point_buishand(const double *y, size_t n, size_t *at) {
  double mean, squares, s = 0, low = 0, high = 0, most = 0;
  moments(y, n, &mean, &squares);
  for (size_t k = 0; k + 1 < n; k++) {
    s += y[k] - mean;
    low = fmin(low, s);
    high = fmax(high, s);
    if (fabs(s) > most) {
      most = fabs(s);
      *at = k + 1;
    }
  }
  return squares > 0 ? (high - low) / sqrt(squares) : NAN;
}

double tg_change_point_snht(const double *y, size_t n, size_t *at) {
  double mean, squares, s = 0, most = 0;
  moments(y, n, &mean, &squares);
  for (size_t k = 1; k < n; k++) {
    double before, after, t;
    s += y[k - 1] - mean;
    before = s / (double)k;
    after = -s / (double)(n - k);
    t = ((double)k * before * before + (double)(n - k) * after * after) / (squares / (double)(n - 1));
    if (t > most) {
      most = t;
      *at = k;
    }
  }
  return squares > 0 ? most : NAN;
}

static void next_normal(tg_random *random, const double *y, double *out, size_t n) {
  (void)y;
  for (size_t i = 0; i < n; i++)
    out[i] = tg_random_normal(random);
}

/* A random order (Durstenfeld 1964, Comm. ACM 7:420). */
static void next_order(tg_random *random, const double *y, double *out, size_t n) {
  for (size_t i = 0; i < n; i++) {
    size_t j = (size_t)tg_random_below(random, i + 1);
    out[i] = out[j];
    out[j] = y[i];
  }
}

static trygg_status share_as_large(const tg_span *span, tg_change_point_statistic *statistic,
                                   void (*next)(tg_random *, const double *, double *, size_t), double met,
                                   double *p, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = span->count, beyond = 0, draws = 0, at;
  double *drawn = tg_memory_new(n, sizeof *drawn);
  tg_random *random = tg_memory_new(1, sizeof *random);
  if (!drawn || !random) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  tg_random_seed(random, n, 0);
  for (; tg_draws_more(beyond, draws); draws++) {
    next(random, tg_span_values(span), drawn, n);
    beyond += statistic(drawn, n, &at) >= met * (1 - 1e-12);
  }
  *p = tg_draws_p_so_far(beyond, draws);
cleanup:
  tg_memory_free(random);
  tg_memory_free(drawn);
  return status;
}

static trygg_status finish(const tg_span *span, tg_change_point_statistic *statistic, int orders,
                           tg_finding *finding, trygg_error *error) {
  finding->statistic = statistic(tg_span_values(span), span->count, finding->changes);
  if (isnan(finding->statistic))
    return TRYGG_OK;
  finding->change_count = 1;
  return share_as_large(span, statistic, orders ? next_order : next_normal, finding->statistic, &finding->p,
                        error);
}

trygg_status tg_pettitt_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                               trygg_error *error) {
  (void)given;
  if (span->count <= ORDERS)
    return finish(span, tg_change_point_pettitt, 1, finding, error);
  finding->statistic = tg_change_point_pettitt(tg_span_values(span), span->count, finding->changes);
  finding->change_count = !isnan(finding->statistic);
  finding->p = tg_change_point_pettitt_p(finding->statistic, span->count);
  return TRYGG_OK;
}

trygg_status tg_buishand_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                trygg_error *error) {
  (void)given;
  return finish(span, tg_change_point_buishand, 0, finding, error);
}

trygg_status tg_snht_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                            trygg_error *error) {
  (void)given;
  return finish(span, tg_change_point_snht, 0, finding, error);
}
