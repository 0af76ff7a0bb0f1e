/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partial Mann-Kendall: has the series a trend beyond that of a covariate?
 *
 *   S = S_y - (C_xy / C_xx) S_x,  V(S) = C_yy - C_xy^2 / C_xx
 *
 * with the covariances of S_x and S_y of regional.c, that is S_y given S_x if both were normal (Libiseller & Grimvall 2002,
 * Environmetrics 13:71-84).  No continuity correction, as S moves by steps of many sizes. */
#include <trend/partial.h>

#include <math.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <trend/kendall.h>
#include <trend/tests.h>

static double sum_of_signs(const double *y, size_t n) {
  double s = 0;
  for (size_t j = 1; j < n; j++)
    for (size_t i = 0; i < j; i++)
      s += (y[j] > y[i]) - (y[j] < y[i]);
  return s;
}

void tg_partial_test(const double *y, const double *x, size_t n, tg_partial *out) {
  double yy = tg_kendall_covariance(y, y, n), xx = tg_kendall_covariance(x, x, n),
         xy = tg_kendall_covariance(x, y, n);
  *out = (tg_partial){NAN, NAN, NAN, NAN, NAN};
  if (!(xx > 0) || !(xx * yy > xy * xy))
    return;
  out->correlation = xy / sqrt(xx * yy);
  out->s = sum_of_signs(y, n) - xy / xx * sum_of_signs(x, n);
  out->variance = yy - xy * xy / xx;
  out->z = out->s / sqrt(out->variance);
  out->p = 2 * tg_distribution_normal_upper(fabs(out->z));
}

/* The waves of the span that the covariate has too. */
static size_t collect(const tg_span *span, double *y, double *x) {
  const tg_series *covariate = span->series->covariate;
  size_t at = 0, count = 0;
  for (size_t i = 0; i < span->count; i++) {
    while (at < covariate->count && covariate->time[at] < tg_span_time(span, i))
      at++;
    if (at == covariate->count || covariate->time[at] != tg_span_time(span, i))
      continue;
    y[count] = tg_span_value(span, i);
    x[count++] = covariate->value[at];
  }
  return count;
}

trygg_status tg_partial_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                               trygg_error *error) {
  tg_partial test;
  double *y = tg_memory_new(2 * span->count, sizeof *y), *x = y + span->count;
  (void)given;
  if (!y)
    return tg_error_memory(error);
  if (collect(span, y, x) == span->count) {
    tg_partial_test(y, x, span->count, &test);
    finding->statistic = test.s;
    finding->estimate = test.correlation;
    finding->p = test.p;
  }
  tg_memory_free(y);
  return TRYGG_OK;
}
