/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roots and linear algebra on the caller's memory. */
#include <numeric/solve.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/eigen.h>
#include <numeric/sum.h>

/* --- Roots ------------------------------------------------------------------ */

/* Brent 1973, "Algorithms for minimization without derivatives", chapter 4: the root
 * stays between b, the best point, and c; a is the point before b. */
double tg_solve_root(double (*f)(double x, void *context), void *context, double lower, double upper) {
  double a = lower, b = upper, fa = f(a, context), fb = f(b, context);
  if (fa == 0)
    return a;
  if (fb == 0)
    return b;
  if (!((fa < 0 && fb > 0) || (fa > 0 && fb < 0)))
    return NAN;
  double c = a, fc = fa, step = b - a, before = step;
  for (int i = 0; i < 2000; i++) {
    if ((fb > 0) == (fc > 0)) {
      c = a;
      fc = fa;
      step = before = b - a;
    }
    if (fabs(fc) < fabs(fb)) {
      a = b, b = c, c = a;
      fa = fb, fb = fc, fc = fa;
    }
    double tolerance = DBL_EPSILON * fabs(b) + DBL_MIN, middle = 0.5 * (c - b);
    if (fb == 0 || fabs(middle) <= tolerance)
      return b;
    if (fabs(before) < tolerance || fabs(fa) <= fabs(fb))
      step = before = middle;
    else {
      double s = fb / fa, p, q;
      if (a == c) { /* secant */
        p = 2 * middle * s;
        q = 1 - s;
      } else { /* inverse quadratic */
        double r = fb / fc, t = fa / fc;
        p = s * (2 * middle * t * (t - r) - (b - a) * (r - 1));
        q = (t - 1) * (r - 1) * (s - 1);
      }
      if (p > 0)
        q = -q;
      p = fabs(p);
      if (2 * p < fmin(3 * middle * q - fabs(tolerance * q), fabs(before * q))) {
        before = step;
        step = p / q;
      } else
        step = before = middle;
    }
    a = b;
    fa = fb;
    b += fabs(step) > tolerance ? step : copysign(tolerance, middle);
    fb = f(b, context);
    if (isnan(fb))
      return NAN;
  }
  return b;
}

/* --- Least squares ------------------------------------------------------------ */

/* 2^-k that brings a norm to [1/2, 1): scaling by it rounds nothing. */
static double scale_of(double norm) {
  int exponent;
  frexp(norm, &exponent);
  return ldexp(1.0, exponent < -1000 ? 1000 : exponent > 1000 ? -1000 : -exponent);
}

/* Norm of a[first..rows) in a column, safe from overflow. */
static double column_norm(const double *column, size_t first, size_t rows, size_t stride) {
  double largest = 0, sum = 0;
  for (size_t i = first; i < rows; i++) {
    double size = fabs(column[i * stride]);
    if (!(size <= largest)) /* also for NaN */
      largest = size;
    if (isnan(size))
      return NAN;
  }
  if (largest == 0 || isinf(largest))
    return largest;
  double scale = scale_of(largest);
  for (size_t i = first; i < rows; i++)
    sum += column[i * stride] * scale * (column[i * stride] * scale);
  return sqrt(sum) / scale;
}

/* A = Q R by Householder reflections I - v v' / divisor (Golub and Van Loan, "Matrix
 * computations", 5.2): v lies in and below the diagonal of a, R above it, R's own
 * diagonal in `diagonal`. */
typedef struct factors {
  double *a, *diagonal;
  size_t rows, columns;
} factors;

static double divisor_of(const factors *qr, size_t k) {
  return -qr->diagonal[k] * qr->a[k * qr->columns + k];
}

/* Apply reflection k to the columns behind it, row by row, as the matrix lies in
 * memory; `products` has room for all columns. */
static void reflect_columns(const factors *qr, size_t k, double *products) {
  size_t columns = qr->columns;
  double divisor = divisor_of(qr, k);
  for (size_t j = k + 1; j < columns; j++)
    products[j] = 0;
  for (size_t i = k; i < qr->rows; i++)
    for (size_t j = k + 1; j < columns; j++)
      products[j] += qr->a[i * columns + k] * qr->a[i * columns + j];
  for (size_t i = k; i < qr->rows; i++) {
    double part = qr->a[i * columns + k] / divisor;
    for (size_t j = k + 1; j < columns; j++)
      qr->a[i * columns + j] -= products[j] * part;
  }
}

static void reflect_vector(const factors *qr, size_t k, double *vector) {
  double product = 0;
  for (size_t i = k; i < qr->rows; i++)
    product += qr->a[i * qr->columns + k] * vector[i];
  product /= divisor_of(qr, k);
  for (size_t i = k; i < qr->rows; i++)
    vector[i] -= product * qr->a[i * qr->columns + k];
}

/* The first column that depends on those before it, or `columns`. */
static size_t factorize(factors *qr, double *products) {
  double tolerance = 16 * DBL_EPSILON * sqrt((double)qr->rows);
  for (size_t k = 0; k < qr->columns; k++) {
    double norm = column_norm(qr->a + k, k, qr->rows, qr->columns);
    /* The columns have norms between 1/2 and 1. */
    if (!(norm > tolerance))
      return k;
    double *pivot = qr->a + k * qr->columns + k;
    qr->diagonal[k] = *pivot > 0 ? -norm : norm;
    *pivot -= qr->diagonal[k];
    reflect_columns(qr, k, products);
  }
  return qr->columns;
}

/* x = R^-1 x */
static void solve_upper(const factors *qr, double *x) {
  for (size_t k = qr->columns; k-- > 0;) {
    for (size_t j = k + 1; j < qr->columns; j++)
      x[k] -= qr->a[k * qr->columns + j] * x[j];
    x[k] /= qr->diagonal[k];
  }
}

/* x = R^-T x */
static void solve_lower(const factors *qr, double *x) {
  for (size_t k = 0; k < qr->columns; k++) {
    for (size_t j = 0; j < k; j++)
      x[k] -= qr->a[j * qr->columns + k] * x[j];
    x[k] /= qr->diagonal[k];
  }
}

/* Add -a b to a sum with the rounding of the product. */
static void subtract_product(tg_sum *sum, double a, double b) {
  double product = a * b;
  tg_sum_add(sum, -product);
  tg_sum_add(sum, -fma(a, b, -product));
}

/* Bjorck 1967 (BIT 7:257-278): correct x and the residual together by
 *   [I A; A' 0] [dr; dx] = [b - r - A x; -A' r],
 * the right side in twice the precision; a residual alone would leave an error of
 * its own size times the condition squared.  `f` has room for the rows, `g` for twice the columns. */
static void refine(const factors *qr, const double *original, const double *b, double *x, double *residual,
                   double *f, double *g) {
  size_t rows = qr->rows, columns = qr->columns;
  double *change = g + columns, before = INFINITY;
  for (int step = 0; step < 8; step++) {
    for (size_t i = 0; i < rows; i++) {
      tg_sum sum = {b[i], 0};
      tg_sum_add(&sum, -residual[i]);
      for (size_t j = 0; j < columns; j++)
        subtract_product(&sum, original[i * columns + j], x[j]);
      f[i] = tg_sum_value(&sum);
    }
    for (size_t j = 0; j < columns; j++) {
      tg_sum sum = {0, 0};
      for (size_t i = 0; i < rows; i++)
        subtract_product(&sum, original[i * columns + j], residual[i]);
      g[j] = tg_sum_value(&sum);
    }
    solve_lower(qr, g);
    for (size_t k = 0; k < columns; k++)
      reflect_vector(qr, k, f);
    double size = 0, whole = 0;
    for (size_t k = 0; k < columns; k++) {
      change[k] = f[k] - g[k];
      f[k] = g[k];
    }
    solve_upper(qr, change);
    for (size_t k = 0; k < columns; k++) {
      size = fmax(size, fabs(change[k]));
      whole = fmax(whole, fabs(x[k]));
    }
    /* Where rounding is all that is left, stop; where it grows, do not begin. */
    if (!(size < before / 2))
      return;
    before = size;
    for (size_t k = columns; k-- > 0;)
      reflect_vector(qr, k, f);
    for (size_t k = 0; k < columns; k++)
      x[k] += change[k];
    for (size_t i = 0; i < rows; i++)
      residual[i] += f[i];
    if (size <= DBL_EPSILON / 4 * whole)
      return;
  }
}

/* Scale the columns to norms in [1/2, 1); the first that is not finite, or `columns`. */
static size_t scale_columns(double *a, size_t rows, size_t columns, double *scales) {
  for (size_t j = 0; j < columns; j++) {
    double norm = column_norm(a + j, 0, rows, columns);
    if (!isfinite(norm))
      return j;
    scales[j] = norm > 0 ? scale_of(norm) : 1.0;
  }
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++)
      a[i * columns + j] *= scales[j];
  return columns;
}

trygg_status tg_solve_least_squares(double *a, size_t rows, size_t columns, double *b, double *x,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  if (rows < columns)
    return tg_error_set(error, TRYGG_ENUMERIC,
                        "A regression on %zu columns needs as many rows, but there are %zu.", columns, rows);
  for (size_t i = 0; i < rows; i++)
    if (!isfinite(b[i]))
      return tg_error_set(error, TRYGG_ENUMERIC, "Row %zu of a regression has an outcome that is not finite.",
                          i + 1);
  double *small = tg_memory_new(columns, 5 * sizeof *small), *large = NULL;
  if (!small || columns > SIZE_MAX / sizeof *large - 2 ||
      !(large = tg_memory_new(rows, (columns + 2) * sizeof *large))) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  double *scales = small, *products = small + 4 * columns, *original = large,
         *residual = large + rows * columns;
  factors qr = {a, small + columns, rows, columns};
  size_t finite = scale_columns(a, rows, columns, scales);
  if (finite < columns) {
    status = tg_error_set(error, TRYGG_ENUMERIC, "Column %zu of a regression is not finite.", finite + 1);
    goto cleanup;
  }
  memcpy(original, a, rows * columns * sizeof *a);
  size_t rank = factorize(&qr, products);
  if (rank < columns) {
    status = tg_error_set(error, TRYGG_ENUMERIC,
                          "Column %zu of a regression follows from those before it; leave it out.", rank + 1);
    goto cleanup;
  }
  /* From x = 0 and r = 0 the first correction is the solution itself. */
  memset(x, 0, columns * sizeof *x);
  refine(&qr, original, b, x, residual, residual + rows, small + 2 * columns);
  for (size_t j = 0; j < columns; j++)
    x[j] *= scales[j];
cleanup:
  tg_memory_free(small);
  tg_memory_free(large);
  return status;
}

/* --- Symmetric matrices --------------------------------------------------------- */

/* Powers of two near 1 / sqrt(diagonal), 0 where the diagonal is not positive; the
 * matrix becomes S A S with a diagonal in [1/4, 1), exactly.  -1 when not finite. */
static int scale_symmetric(double *matrix, size_t size, double *scales) {
  for (size_t i = 0; i < size; i++) {
    double d = matrix[i * size + i];
    if (!isfinite(d))
      return -1;
    scales[i] = d > 0 ? scale_of(sqrt(d)) : 0.0;
  }
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < size; j++) {
      matrix[i * size + j] = matrix[i * size + j] * scales[i] * scales[j];
      if (!isfinite(matrix[i * size + j]))
        return -1;
    }
  return 0;
}

/* A = L L', L over the lower triangle; the first column where this fails, or `size`. */
static size_t cholesky(double *matrix, size_t size) {
  for (size_t j = 0; j < size; j++) {
    double *row = matrix + j * size, pivot = row[j], whole = row[j];
    for (size_t k = 0; k < j; k++)
      pivot -= row[k] * row[k];
    /* What is left of a dependent column is rounding. */
    if (!(pivot > 4 * DBL_EPSILON * (double)size * whole))
      return j;
    row[j] = sqrt(pivot);
    for (size_t i = j + 1; i < size; i++) {
      double *below = matrix + i * size, value = below[j];
      for (size_t k = 0; k < j; k++)
        value -= below[k] * row[k];
      below[j] = value / row[j];
    }
  }
  return size;
}

/* L becomes its inverse M, then the whole matrix M'M. */
static void invert_from_cholesky(double *matrix, size_t size) {
  for (size_t j = 0; j < size; j++) {
    matrix[j * size + j] = 1.0 / matrix[j * size + j];
    for (size_t i = j + 1; i < size; i++) {
      double value = 0;
      for (size_t k = j; k < i; k++)
        value -= matrix[i * size + k] * matrix[k * size + j];
      matrix[i * size + j] = value / matrix[i * size + i];
    }
  }
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j <= i; j++) {
      double value = 0;
      for (size_t k = i; k < size; k++)
        value += matrix[k * size + i] * matrix[k * size + j];
      matrix[j * size + i] = value; /* upper: the lower triangle is still needed */
    }
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < i; j++)
      matrix[i * size + j] = matrix[j * size + i];
}

trygg_status tg_solve_inverse(double *matrix, size_t size, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  if (size == 0)
    return TRYGG_OK;
  double *scales = tg_memory_new(size, sizeof *scales);
  if (!scales)
    return tg_error_memory(error);
  if (scale_symmetric(matrix, size, scales) != 0) {
    status = tg_error_set(error, TRYGG_ENUMERIC, "A matrix to be inverted is not finite.");
    goto cleanup;
  }
  size_t rank = cholesky(matrix, size);
  if (rank < size) {
    status = tg_error_set(
        error, TRYGG_ENUMERIC,
        "A matrix to be inverted is not positive definite: row %zu follows from those before it.", rank + 1);
    goto cleanup;
  }
  invert_from_cholesky(matrix, size);
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < size; j++)
      matrix[i * size + j] = matrix[i * size + j] * scales[i] * scales[j];
cleanup:
  tg_memory_free(scales);
  return status;
}

/* With S the scales and S A S = U diag(l) U', y' A^-1 y is the sum of (U' S y)^2 / l. */
trygg_status tg_solve_quadratic(double *matrix, const double *y, size_t size, double *value, size_t *rank,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *memory = NULL;
  *value = 0;
  *rank = 0;
  if (size == 0)
    return TRYGG_OK;
  if (size > SIZE_MAX / 8 / sizeof *memory || !(memory = tg_memory_new(6 * size, sizeof *memory)))
    return tg_error_memory(error);
  double *values = memory, *along = memory + size, *scales = memory + 2 * size;
  int finite = scale_symmetric(matrix, size, scales) == 0;
  for (size_t i = 0; i < size; i++) {
    along[i] = y[i] * scales[i];
    finite = finite && isfinite(along[i]);
  }
  if (!finite || tg_eigen_turn(matrix, size, values, along, 1, memory + 3 * size) != 0) {
    status =
        tg_error_set(error, TRYGG_ENUMERIC, "A covariance matrix or what is tested with it is not finite.");
    goto cleanup;
  }
  double largest = 0;
  for (size_t k = 0; k < size; k++)
    largest = fmax(largest, values[k]);
  for (size_t k = 0; k < size; k++) {
    if (!(values[k] > 1e-12 * largest))
      continue;
    *value += along[k] * along[k] / values[k];
    ++*rank;
  }
cleanup:
  tg_memory_free(memory);
  return status;
}

/* One row of L^-1 A: the row with those before it taken out; L in the lower triangle. */
static void take_out(const double *lower, double *a, size_t size, size_t row) {
  for (size_t k = 0; k < row; k++)
    for (size_t j = 0; j < size; j++)
      a[row * size + j] -= lower[row * size + k] * a[k * size + j];
  for (size_t j = 0; j < size; j++)
    a[row * size + j] /= lower[row * size + row];
}

static void transpose(double *a, size_t size) {
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < i; j++) {
      double kept = a[i * size + j];
      a[i * size + j] = a[j * size + i];
      a[j * size + i] = kept;
    }
}

/* With B = L L' they are the eigenvalues of L^-1 A L^-T. */
trygg_status tg_solve_pencil(double *a, double *b, size_t size, double *values, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *memory = size > SIZE_MAX / 8 / sizeof *memory ? NULL : tg_memory_new(5 * size, sizeof *memory);
  if (size == 0) {
    tg_memory_free(memory);
    return TRYGG_OK;
  }
  if (!memory)
    return tg_error_memory(error);
  double *scales = memory, *along = memory + size;
  int fails = scale_symmetric(b, size, scales) != 0 || cholesky(b, size) < size;
  for (size_t i = 0; i < size * size && !fails; i++) {
    a[i] *= scales[i / size] * scales[i % size];
    fails = !isfinite(a[i]);
  }
  for (int side = 0; side < 2 && !fails; side++) {
    for (size_t row = 0; row < size; row++)
      take_out(b, a, size, row);
    transpose(a, size);
  }
  if (fails || tg_eigen_turn(a, size, values, along, 1, memory + 2 * size) != 0)
    status = tg_error_set(error, TRYGG_ENUMERIC,
                          "A matrix that another is held against is not positive definite.");
  tg_memory_free(memory);
  return status;
}
