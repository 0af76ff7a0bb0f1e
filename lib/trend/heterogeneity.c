/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Are all waves equal?  With d_i = theta_i - theta_K, i < K, and D their covariance,
 *
 *   W = d' D^-1 d,   F = W (nu - q + 1) / (nu q)  on (q, nu - q + 1),   q = K - 1
 *
 * (adjusted Wald: Korn & Graubard 1990, Am. Stat. 44:270-276).  For independent waves W is Cochran's Q,
 * sum (theta_i - theta_w)^2 / V_i. */
#include <math.h>

#include <numeric/distribution.h>
#include <numeric/solve.h>
#include <trend/tests.h>

/* The terms are only there to find nu, the df of the union of the waves. */
trygg_status tg_heterogeneity_terms(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  (void)finding;
  for (size_t i = 0; i < span->count && status == TRYGG_OK; i++)
    status = tg_estimate_add_terms(span->series->estimates, tg_span_row(span, i), 1, output, terms, error);
  return status;
}

trygg_status tg_heterogeneity_finish(const tg_span *span, double variance, double df, double level,
                                     tg_finding *finding, trygg_error *error) {
  size_t q = span->count - 1, rank = 0;
  trygg_status status = TRYGG_OK;
  double wald = NAN, *d = tg_memory_new(q, sizeof *d), *matrix = tg_memory_new(q * q, sizeof *matrix);
  (void)variance;
  (void)level;
  if (!d || !matrix) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < q; i++) {
    d[i] = tg_span_value(span, i) - tg_span_value(span, q);
    for (size_t j = 0; j < q; j++)
      matrix[i * q + j] = tg_span_covariance(span, i, j) - tg_span_covariance(span, i, q) -
                          tg_span_covariance(span, q, j) + tg_span_covariance(span, q, q);
  }
  TRY(tg_solve_quadratic(matrix, d, q, &wald, &rank, error));
  if (rank == 0)
    goto cleanup;
  finding->df1 = (double)rank;
  finding->df2 = df - (double)rank + 1;
  if (!(finding->df2 > 0))
    goto cleanup;
  finding->statistic = wald * finding->df2 / (df * (double)rank);
  finding->p = tg_distribution_f_upper(finding->statistic, finding->df1, finding->df2);
cleanup:
  tg_memory_free(d);
  tg_memory_free(matrix);
  return status;
}
