/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interrupted series: theta = a + b t + level 1[t >= s] + slope (t - s)+, s when a measure began, by generalised least
 * squares (Wagner, Soumerai, Zhang & Ross-Degnan 2002, J. Clin. Pharm. Ther. 27:299-309; the waves' covariance in the
 * place of their independence).  The change of level is that at s. */
#include <math.h>

#include <base/memory.h>
#include <trend/gls.h>
#include <trend/tests.h>

#define LEAST 2 /* waves before, and from the start on */

static trygg_status contrast(const tg_span *span, size_t which, double *c, tg_finding *finding,
                             trygg_error *error) {
  trygg_status status;
  size_t n = span->count, before = 0;
  double start = span->series->start, *x = tg_memory_new(4 * n, sizeof *x);
  if (!x)
    return tg_error_memory(error);
  for (size_t i = 0; i < n; i++) {
    double after = tg_span_time(span, i) - start;
    before += after < 0;
    x[4 * i] = 1;
    x[4 * i + 1] = tg_span_time(span, i) - tg_span_time(span, 0);
    x[4 * i + 2] = after >= 0;
    x[4 * i + 3] = fmax(0, after);
  }
  finding->no_test = before < LEAST || n - before < LEAST;
  if (finding->no_test) {
    tg_memory_free(x);
    return TRYGG_OK;
  }
  finding->changes[0] = before;
  finding->change_count = 1;
  status = tg_gls_coefficients(span, x, 4, which, c, finding, error);
  tg_memory_free(x);
  return status;
}

trygg_status tg_level_change_contrast(const tg_span *span, double *c, tg_finding *finding,
                                      trygg_error *error) {
  return contrast(span, 2, c, finding, error);
}

trygg_status tg_slope_change_contrast(const tg_span *span, double *c, tg_finding *finding,
                                      trygg_error *error) {
  return contrast(span, 3, c, finding, error);
}
