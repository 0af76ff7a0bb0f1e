/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several contrasts of the waves at once: with d = C theta and q of them,
 *
 *   W = d' (C V C')^-1 d,   F = W (nu - q + 1) / (nu q)  on (q, nu - q + 1)
 *
 * (adjusted Wald: Korn & Graubard 1990, Am. Stat. 44:270-276; Hotelling's T2 when V is a sample covariance on nu df).
 * For independent waves and C the differences W is Cochran's Q, sum (theta_i - theta_w)^2 / V_i. */
#include <math.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <numeric/solve.h>
#include <trend/tests.h>

/* Row i of C: the differences, or how much the slopes before and after an inner wave differ. */
static void difference_row(const tg_span *span, size_t i, double *row) {
  (void)span;
  row[i] = -1;
  row[i + 1] = 1;
}

static void bend_row(const tg_span *span, size_t i, double *row) {
  double before = tg_span_time(span, i + 1) - tg_span_time(span, i),
         after = tg_span_time(span, i + 2) - tg_span_time(span, i + 1);
  row[i] = 1 / before;
  row[i + 1] = -1 / before - 1 / after;
  row[i + 2] = 1 / after;
}

void tg_wald_covariance(const tg_span *span, const double *rows, size_t q, double *matrix) {
  size_t n = span->count;
  for (size_t a = 0; a < q; a++)
    for (size_t b = 0; b < q; b++) {
      matrix[a * q + b] = 0;
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; rows[a * n + i] != 0 && j < n; j++)
          matrix[a * q + b] += rows[a * n + i] * tg_span_covariance(span, i, j) * rows[b * n + j];
    }
}

void tg_wald_judge(double wald, size_t rank, double df, tg_finding *finding) {
  double q = (double)rank;
  if (!rank)
    return;
  finding->df1 = q;
  finding->df2 = df - q + 1;
  if (!(finding->df2 > 0))
    return;
  finding->statistic = wald / q * (isfinite(df) ? finding->df2 / df : 1);
  finding->p = tg_distribution_f_upper(finding->statistic, finding->df1, finding->df2);
}

trygg_status tg_wald_of(const tg_span *span, const double *rows, size_t q, double *wald, size_t *rank,
                        trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *d = tg_memory_new(q, sizeof *d), *matrix = tg_memory_new(q * q, sizeof *matrix);
  if (!d || !matrix) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t a = 0; a < q; a++)
    for (size_t i = 0; i < span->count; i++)
      d[a] += rows[a * span->count + i] * tg_span_value(span, i);
  tg_wald_covariance(span, rows, q, matrix);
  TRY(tg_solve_quadratic(matrix, d, q, wald, rank, error));
cleanup:
  tg_memory_free(d);
  tg_memory_free(matrix);
  return status;
}

/* Only there to find nu, the df of the union of the waves. */
trygg_status tg_wald_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  (void)finding;
  (void)error;
  for (size_t i = 0; i < span->count; i++)
    c[i] = 1;
  return TRYGG_OK;
}

static trygg_status finish(const tg_span *span, size_t q, void (*fill)(const tg_span *, size_t, double *),
                           double df, tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double wald = NAN, *rows = tg_memory_new(q * span->count, sizeof *rows);
  size_t rank = 0;
  finding->estimate = NAN;
  if (!rows)
    return tg_error_memory(error);
  for (size_t i = 0; i < q; i++)
    fill(span, i, rows + i * span->count);
  TRY(tg_wald_of(span, rows, q, &wald, &rank, error));
  tg_wald_judge(wald, rank, df, finding);
cleanup:
  tg_memory_free(rows);
  return status;
}

trygg_status tg_heterogeneity_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                     trygg_error *error) {
  return finish(span, span->count - 1, difference_row, given->df, finding, error);
}

/* Sum r' V^-1 r of the residuals of the line by generalised least squares is W of the bends: both span what a line
 * cannot follow. */
trygg_status tg_lack_of_fit_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                   trygg_error *error) {
  return finish(span, span->count - 2, bend_row, given->df, finding, error);
}
