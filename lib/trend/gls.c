/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generalised least squares, b = (X' V^-1 X)^-1 X' V^-1 theta (Aitken 1935).  The coefficients of one regressor are those
 * of ordinary least squares, o, less what the residuals B theta tell about its error, the rows of B being a basis of all
 * that X cannot follow:
 *
 *   c = o - B' (B V B')^-1 B V o
 *
 * which asks V only for the covariance of the residuals.  As V is itself an estimate on nu df, with q = K - p of them
 *
 *   V(b) = c' V c (1 + W/nu) nu/(nu - q),   t on nu - q df,   W = (B theta)' (B V B')^-1 B theta
 *
 * (the residuals are covariates whose expectation is 0: Rao 1967, Proc. Fifth Berkeley Symposium 1:355-372; Grizzle &
 * Allen 1969, Biometrics 25:357-381). */
#include <trend/gls.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/semidefinite.h>
#include <trend/tests.h>

/* Take the directions of the first `count` rows, of length 1, off a row; what is left of its length. */
static double orthogonalise(const double *rows, size_t count, double *row, size_t n) {
  double length = 0;
  for (size_t pass = 0; pass < 2; pass++)
    for (size_t k = 0; k < count; k++) {
      double along = 0;
      for (size_t i = 0; i < n; i++)
        along += row[i] * rows[k * n + i];
      for (size_t i = 0; i < n; i++)
        row[i] -= along * rows[k * n + i];
    }
  for (size_t i = 0; i < n; i++)
    length += row[i] * row[i];
  return sqrt(length);
}

static int add_direction(double *rows, size_t *count, double *row, size_t n, double least) {
  double length = orthogonalise(rows, *count, row, n);
  if (!(length > least))
    return 0;
  for (size_t i = 0; i < n; i++)
    rows[*count * n + i] = row[i] / length;
  ++*count;
  return 1;
}

static double column_length(const double *x, size_t columns, size_t k, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += x[i * columns + k] * x[i * columns + k];
  return sqrt(sum);
}

/* An orthonormal basis of all series: first the span of the regressors, `which` the last of them, then the rest.  The
 * ordinary coefficients are the last direction over what is left of the regressor along it.  1 when X has not full
 * rank. */
static int make_basis(const double *x, size_t columns, size_t which, size_t n, double *rows, double *row,
                      double *ordinary) {
  size_t count = 0;
  for (size_t m = 1; m <= columns; m++) {
    size_t k = (which + m) % columns;
    double along = 0;
    for (size_t i = 0; i < n; i++)
      row[i] = x[i * columns + k];
    if (!add_direction(rows, &count, row, n, 1e-9 * column_length(x, columns, k, n)))
      return 1;
    for (size_t i = 0; i < n; i++)
      along += rows[(count - 1) * n + i] * x[i * columns + k];
    for (size_t i = 0; i < n; i++)
      ordinary[i] = rows[(count - 1) * n + i] / along;
  }
  /* Of n unit vectors one always has a share of at least 1/n in what is missing. */
  for (size_t i = 0; i < n && count < n; i++) {
    memset(row, 0, n * sizeof *row);
    row[i] = 1;
    add_direction(rows, &count, row, n, 0.1 / (double)n);
  }
  return count < n;
}

static trygg_status take_off_residuals(const tg_span *span, const double *rows, size_t q, double *c,
                                       trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = span->count;
  tg_semidefinite factor = {0};
  double *matrix = tg_memory_new(q, q * sizeof *matrix), *x = tg_memory_new(q, 2 * sizeof *x);
  if (!matrix || !x) {
    tg_memory_free(matrix);
    tg_memory_free(x);
    return tg_error_memory(error);
  }
  tg_wald_covariance(span, rows, q, matrix);
  for (size_t a = 0; a < q; a++)
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++)
        x[a] += rows[a * n + i] * tg_span_covariance(span, i, j) * c[j];
  TRY(tg_semidefinite_factor(matrix, q, &factor, error));
  tg_semidefinite_solve(&factor, x, x, x + q);
  for (size_t a = 0; a < q; a++)
    for (size_t i = 0; i < n; i++)
      c[i] -= rows[a * n + i] * x[a];
cleanup:
  tg_semidefinite_clear(&factor);
  tg_memory_free(x);
  return status;
}

trygg_status tg_gls_coefficients(const tg_span *span, const double *x, size_t columns, size_t which,
                                 double *c, tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = span->count, rank = 0;
  double *rows = tg_memory_new((n + 1) * n, sizeof *rows);
  if (!rows)
    return tg_error_memory(error);
  const double *residuals = rows + columns * n;
  finding->misfit = 0;
  finding->no_test = make_basis(x, columns, which, n, rows, rows + n * n, c);
  if (finding->no_test || columns == n)
    goto cleanup;
  TRY(take_off_residuals(span, residuals, n - columns, c, error));
  TRY(tg_wald_of(span, residuals, n - columns, &finding->misfit, &rank, error));
  finding->df_lost = (double)rank;
cleanup:
  tg_memory_free(rows);
  return status;
}

trygg_status tg_gls_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  trygg_status status;
  double *x = tg_memory_new(2 * span->count, sizeof *x);
  if (!x)
    return tg_error_memory(error);
  for (size_t i = 0; i < span->count; i++) {
    x[2 * i] = 1;
    x[2 * i + 1] = tg_span_time(span, i) - tg_span_time(span, 0);
  }
  status = tg_gls_coefficients(span, x, 2, 1, c, finding, error);
  tg_memory_free(x);
  return status;
}

trygg_status tg_gls_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                           trygg_error *error) {
  double df = given->df, left = df - finding->df_lost;
  tg_given with = *given;
  if (isfinite(df))
    with.variance = left > 0 ? given->variance * (1 + finding->misfit / df) * df / left : NAN;
  return tg_linear_finish(span, &with, finding, error); /* takes the lost df off */
}
