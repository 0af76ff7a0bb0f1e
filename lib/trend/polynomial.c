/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quadratic and cubic contrasts: orthonormal polynomials over the actual times, by Gram-Schmidt on powers of the
 * standardised time, each orthogonalised twice; R's contr.poly(K, scores = t).  A quadratic one is about what is left
 * when the line is taken off, and so on.  The United States' National Center for Health Statistics tests quadratic
 * trends from 7 points on and cubic ones from 11 (Ingram et al. 2018, Vital and Health Statistics 2:179). */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <trend/tests.h>

#define MOST 3

static double product(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static void standardise(const tg_span *span, double *z) {
  double mean = 0, largest = 0;
  for (size_t i = 0; i < span->count; i++)
    mean += tg_span_time(span, i) / (double)span->count;
  for (size_t i = 0; i < span->count; i++) {
    z[i] = tg_span_time(span, i) - mean;
    largest = fmax(largest, fabs(z[i]));
  }
  for (size_t i = 0; i < span->count; i++)
    z[i] /= largest;
}

static trygg_status contrast(const tg_span *span, size_t degree, double *c, trygg_error *error) {
  size_t n = span->count;
  double *basis = tg_memory_new((MOST + 2) * n, sizeof *basis), *z;
  if (!basis)
    return tg_error_memory(error);
  z = basis + (MOST + 1) * n;
  standardise(span, z);
  for (size_t k = 0; k <= degree; k++) {
    double *row = basis + k * n, length;
    for (size_t i = 0; i < n; i++)
      row[i] = k ? row[i - n] * z[i] : 1;
    for (size_t j = 0; j < 2 * k; j++) {
      const double *other = basis + j % k * n;
      double along = product(row, other, n);
      for (size_t i = 0; i < n; i++)
        row[i] -= along * other[i];
    }
    length = sqrt(product(row, row, n));
    for (size_t i = 0; i < n; i++)
      row[i] /= length;
  }
  memcpy(c, basis + degree * n, n * sizeof *c);
  tg_memory_free(basis);
  return TRYGG_OK;
}

trygg_status tg_quadratic_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  (void)finding;
  return contrast(span, 2, c, error);
}

trygg_status tg_cubic_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  (void)finding;
  return contrast(span, 3, c, error);
}
