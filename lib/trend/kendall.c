/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall and Sen.
 *
 *   S = sum_{i<j} sgn(t_j - t_i) sgn(y_j - y_i)
 *   V(S) = [v(n) - sum_t v(t) - sum_u v(u)] / 18,  v(n) = n(n-1)(2n+5), over groups of t equal times and u equal values,
 *          + sum t(t-1) sum u(u-1) / (2n(n-1)) + sum t(t-1)(t-2) sum u(u-1)(u-2) / (9n(n-1)(n-2))
 *   tau-a = S / N,  tau-b = S / sqrt((N - sum t(t-1)/2) (N - sum u(u-1)/2)),  N = n(n-1)/2
 *
 * (Mann 1945, Econometrica 13:245-259; Kendall 1975, Rank Correlation Methods, 3.4 and 4.3).  For n <= 10 different
 * times p comes from the exact distribution of S: of the inversions of a random order of values, ties among them, whose
 * generating function is the q-multinomial [n]! / prod [u]! (Andrews 1976, The Theory of Partitions, 3.6).
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

#define EXACT TG_KENDALL_EXACT

static int increasing(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void tg_kendall_sort(double *numbers, size_t count) {
  qsort(numbers, count, sizeof *numbers, increasing);
}

/* Sums over groups of equal numbers. */
typedef struct ties {
  double pairs, triples, five; /* sum t(t-1), t(t-1)(t-2), t(t-1)(2t+5) */
  size_t sizes[EXACT];         /* of the groups, for short series */
  size_t groups;
} ties;

static trygg_status count_ties(const double *y, size_t n, ties *out, trygg_error *error) {
  double *sorted = tg_memory_new(n, sizeof *sorted);
  *out = (ties){0};
  if (!sorted)
    return tg_error_memory(error);
  memcpy(sorted, y, n * sizeof *sorted);
  tg_kendall_sort(sorted, n);
  for (size_t i = 0, k; i < n; i = k) {
    double t;
    for (k = i; k < n && sorted[k] == sorted[i];)
      k++;
    t = (double)(k - i);
    out->pairs += t * (t - 1);
    out->triples += t * (t - 1) * (t - 2);
    out->five += t * (t - 1) * (2 * t + 5);
    if (n <= EXACT)
      out->sizes[out->groups++] = k - i;
  }
  tg_memory_free(sorted);
  return TRYGG_OK;
}

/* counts[k] orders have k inversions, S = most - 2k.  All are whole numbers up to 10!, so the products and quotients of
 * (1 - q^m) are exact. */
static size_t count_orders(const ties *values, double *counts) {
  size_t m = 0, most = 0;
  memset(counts, 0, TG_KENDALL_ORDERS * sizeof *counts);
  counts[0] = 1;
  for (size_t g = 0; g < values->groups; g++)
    for (size_t i = 1; i <= values->sizes[g]; i++) {
      m++;
      most += m - i;
      for (size_t k = TG_KENDALL_ORDERS - 1; k >= m; k--)
        counts[k] -= counts[k - m];
      for (size_t k = i; k < TG_KENDALL_ORDERS; k++)
        counts[k] += counts[k - i];
    }
  return most;
}

/* P(|S| >= |s|) and the smallest such. */
static void exact(const ties *values, double s, double *p, double *smallest) {
  double counts[TG_KENDALL_ORDERS], all = 0, tail = 0;
  size_t most = count_orders(values, counts);
  for (size_t k = 0; k <= most; k++) {
    all += counts[k];
    if (fabs((double)most - 2 * (double)k) >= fabs(s))
      tail += counts[k];
  }
  *p = tail / all;
  *smallest = 2 / all;
}

trygg_status tg_kendall_chances(const double *y, size_t n, double *chances, size_t *most,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  ties values;
  double all = 0;
  TRY(count_ties(y, n, &values, error));
  *most = count_orders(&values, chances);
  for (size_t k = 0; k <= *most; k++)
    all += chances[k];
  for (size_t k = 0; k <= *most; k++)
    chances[k] /= all;
cleanup:
  return status;
}

void tg_kendall_judge(double s, double variance, double *z, double *p) {
  *z = s == 0 ? 0 : (s - (s > 0 ? 1 : -1)) / sqrt(variance);
  *p = 2 * tg_distribution_normal_upper(fabs(*z));
}

static double sign(double x) {
  return (x > 0) - (x < 0);
}

trygg_status tg_kendall_test(const double *t, const double *y, size_t n, tg_kendall *out,
                             trygg_error *error) {
  double m = (double)n, pairs = m * (m - 1) / 2;
  ties times = {0}, values;
  trygg_status status = TRYGG_OK;
  *out = (tg_kendall){0};
  if (t)
    TRY(count_ties(t, n, &times, error));
  TRY(count_ties(y, n, &values, error));
  for (size_t j = 1; j < n; j++)
    for (size_t i = 0; i < j; i++)
      out->s += (t ? sign(t[j] - t[i]) : 1) * sign(y[j] - y[i]);
  out->variance = (m * (m - 1) * (2 * m + 5) - times.five - values.five) / 18 +
                  times.pairs * values.pairs / (2 * m * (m - 1));
  if (n > 2)
    out->variance += times.triples * values.triples / (9 * m * (m - 1) * (m - 2));
  out->tau_a = out->s / pairs;
  out->tau = out->s / sqrt((pairs - times.pairs / 2) * (pairs - values.pairs / 2));
  tg_kendall_judge(out->s, out->variance, &out->z, &out->p);
  if (n <= EXACT && times.pairs == 0)
    exact(&values, out->s, &out->p, &out->smallest_p);
  if (values.pairs == 2 * pairs || times.pairs == 2 * pairs) /* all tied */
    out->tau = out->tau_a = out->z = out->p = NAN;
cleanup:
  return status;
}

trygg_status tg_kendall_slopes(const double *t, const double *y, size_t n, double **slopes, size_t *count,
                               trygg_error *error) {
  *count = 0;
  *slopes = tg_memory_new(n * (n - 1) / 2, sizeof **slopes);
  if (!*slopes)
    return tg_error_memory(error);
  for (size_t j = 1; j < n; j++)
    for (size_t i = 0; i < j; i++)
      if (t[j] != t[i])
        (*slopes)[(*count)++] = (y[j] - y[i]) / (t[j] - t[i]);
  tg_kendall_sort(*slopes, *count);
  return TRYGG_OK;
}

double tg_kendall_median(const double *sorted, size_t count) {
  if (!count)
    return NAN;
  return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

trygg_status tg_kendall_slope(const double *t, const double *y, size_t n, double level, double *slope,
                              double *lower, double *upper, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_kendall test;
  size_t count = 0;
  double *slopes = NULL, pairs, spread;
  *slope = *lower = *upper = NAN;
  TRY(tg_kendall_slopes(t, y, n, &slopes, &count, error));
  TRY(tg_kendall_test(t, y, n, &test, error));
  *slope = tg_kendall_median(slopes, count);
  pairs = (double)count;
  spread = tg_distribution_normal_quantile((1 + level) / 2) * sqrt(test.variance);
  /* Ranks are rounded to whole ones; below 1 or above N the sample is too small for the level. */
  if (count && isfinite(spread) && rint((pairs - spread) / 2) >= 1 &&
      rint((pairs + spread) / 2 + 1) <= pairs) {
    *lower = slopes[(size_t)rint((pairs - spread) / 2) - 1];
    *upper = slopes[(size_t)rint((pairs + spread) / 2 + 1) - 1];
  }
cleanup:
  tg_memory_free(slopes);
  return status;
}

trygg_status tg_mann_kendall_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                    trygg_error *error) {
  tg_kendall test;
  trygg_status status = tg_kendall_test(tg_span_times(span), tg_span_values(span), span->count, &test, error);
  (void)given;
  if (status == TRYGG_OK) {
    finding->statistic = test.s;
    finding->estimate = test.tau;
    finding->p = test.p;
    finding->smallest_p = test.smallest_p;
  }
  return status;
}

trygg_status tg_sen_slope_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                 trygg_error *error) {
  trygg_status status = tg_mann_kendall_finish(span, given, finding, error);
  if (status != TRYGG_OK)
    return status;
  return tg_kendall_slope(tg_span_times(span), tg_span_values(span), span->count, given->level,
                          &finding->estimate, &finding->lower, &finding->upper, error);
}
