/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear contrasts of wave estimates: L = sum c_i theta_i, V(L) = c' V c, t = L / se(L) on the df of the union of the
 * waves' domains (Korn & Graubard 1999, Analysis of Health Surveys, 5.4). */
#include <math.h>

#include <trend/tests.h>

/* c_i = v_i (t_i - tbar) / sum v (t - tbar)^2, tbar = sum v t / sum v; ordinary least squares with v = 1. */
void tg_linear_weigh(const tg_span *span, double *c) {
  double weights = 0, mean = 0, squares = 0;
  for (size_t i = 0; i < span->count; i++) {
    weights += c[i];
    mean += c[i] * tg_span_time(span, i);
  }
  mean /= weights;
  for (size_t i = 0; i < span->count; i++)
    squares += c[i] * (tg_span_time(span, i) - mean) * (tg_span_time(span, i) - mean);
  for (size_t i = 0; i < span->count; i++)
    c[i] *= (tg_span_time(span, i) - mean) / squares;
}

trygg_status tg_linear_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  (void)finding;
  (void)error;
  for (size_t i = 0; i < span->count; i++)
    c[i] = 1;
  tg_linear_weigh(span, c);
  return TRYGG_OK;
}

trygg_status tg_wls_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  (void)error;
  for (size_t i = 0; i < span->count; i++) {
    c[i] = 1 / tg_span_covariance(span, i, i);
    if (!isfinite(c[i])) /* a wave at 0 or 1 has no variance to weigh by */
      finding->no_test = 1;
  }
  if (!finding->no_test)
    tg_linear_weigh(span, c);
  return TRYGG_OK;
}

trygg_status tg_linear_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                              trygg_error *error) {
  tg_limits limits;
  (void)span;
  (void)error;
  finding->se = sqrt(given->variance);
  finding->df1 = 1;
  finding->df2 = given->df - finding->df_lost;
  finding->p = tg_inference_p(finding->estimate, finding->se, finding->df2);
  finding->statistic = finding->se > 0 ? finding->estimate / finding->se : NAN;
  /* No sampling error is not certainty: every wave at 0 or 1, or equal values throughout. */
  limits = tg_inference_symmetric(finding->estimate, finding->se > 0 ? finding->se : NAN, finding->df2,
                                  given->level);
  finding->lower = limits.lower;
  finding->upper = limits.upper;
  return TRYGG_OK;
}
