/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linear contrasts of wave estimates: L = sum c_i theta_i, V(L) = c' V c, t = L / se(L) on the df of the union of the
 * waves' domains (Korn & Graubard 1999, Analysis of Health Surveys, 5.4). */
#include <math.h>

#include <trend/tests.h>

static trygg_status add(const tg_span *span, size_t i, double coefficient, size_t output, tg_terms *terms,
                        tg_finding *finding, trygg_error *error) {
  finding->estimate += coefficient * tg_span_value(span, i);
  return tg_estimate_add_terms(span->series->estimates, tg_span_row(span, i), coefficient, output, terms,
                               error);
}

trygg_status tg_difference_terms(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                                 trygg_error *error) {
  trygg_status status;
  finding->estimate = 0;
  status = add(span, 0, -1, output, terms, finding, error);
  return status == TRYGG_OK ? add(span, 1, 1, output, terms, finding, error) : status;
}

/* c_i = v_i (t_i - tbar) / sum v (t - tbar)^2, tbar = sum v t / sum v; ordinary least squares with v = 1. */
static trygg_status slope_terms(const tg_span *span, const double *v, size_t output, tg_terms *terms,
                                tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double weights = 0, mean = 0, squares = 0;
  for (size_t i = 0; i < span->count; i++) {
    weights += v ? v[i] : 1;
    mean += (v ? v[i] : 1) * tg_span_time(span, i);
  }
  mean /= weights;
  for (size_t i = 0; i < span->count; i++)
    squares += (v ? v[i] : 1) * (tg_span_time(span, i) - mean) * (tg_span_time(span, i) - mean);
  finding->estimate = 0;
  for (size_t i = 0; i < span->count && status == TRYGG_OK; i++)
    status = add(span, i, (v ? v[i] : 1) * (tg_span_time(span, i) - mean) / squares, output, terms, finding,
                 error);
  return status;
}

trygg_status tg_linear_terms(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                             trygg_error *error) {
  return slope_terms(span, NULL, output, terms, finding, error);
}

trygg_status tg_wls_terms(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                          trygg_error *error) {
  trygg_status status;
  double *v = tg_memory_new(span->count, sizeof *v);
  if (!v)
    return tg_error_memory(error);
  for (size_t i = 0; i < span->count; i++) {
    v[i] = 1 / tg_span_covariance(span, i, i);
    if (!isfinite(v[i])) /* a wave at 0 or 1 has no variance to weigh by */
      finding->no_test = 1;
  }
  status = finding->no_test ? TRYGG_OK : slope_terms(span, v, output, terms, finding, error);
  tg_memory_free(v);
  return status;
}

trygg_status tg_linear_finish(const tg_span *span, double variance, double df, double level,
                              tg_finding *finding, trygg_error *error) {
  tg_limits limits;
  (void)span;
  (void)error;
  finding->se = sqrt(variance);
  finding->df1 = 1;
  finding->df2 = df - finding->df_lost;
  finding->p = tg_inference_p(finding->estimate, finding->se, finding->df2);
  finding->statistic = finding->se > 0 ? finding->estimate / finding->se : NAN;
  /* No sampling error is not certainty: every wave at 0 or 1, or equal values throughout. */
  limits =
      tg_inference_symmetric(finding->estimate, finding->se > 0 ? finding->se : NAN, finding->df2, level);
  finding->lower = limits.lower;
  finding->upper = limits.upper;
  return TRYGG_OK;
}
