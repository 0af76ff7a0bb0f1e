/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gram-Schmidt with pivoting, each column orthogonalised twice (Björck 1967, BIT 7:1-21; "twice is enough": Giraud,
 * Langou & Rozložník 2005). */
#include <numeric/rank.h>

#include <math.h>

static double column_length(const double *a, size_t rows, size_t columns, size_t k) {
  double largest = 0, sum = 0;
  for (size_t i = 0; i < rows; i++)
    largest = fmax(largest, fabs(a[i * columns + k]));
  for (size_t i = 0; i < rows && largest > 0; i++)
    sum += a[i * columns + k] / largest * (a[i * columns + k] / largest);
  return largest * sqrt(sum);
}

static void scale_column(double *a, size_t rows, size_t columns, size_t k, double length) {
  for (size_t i = 0; i < rows; i++)
    a[i * columns + k] = length > 0 ? a[i * columns + k] / length : 0;
}

static void swap_columns(double *a, size_t rows, size_t columns, size_t j, size_t k) {
  for (size_t i = 0; i < rows && j != k; i++) {
    double kept = a[i * columns + j];
    a[i * columns + j] = a[i * columns + k];
    a[i * columns + k] = kept;
  }
}

/* Take the direction of column k off column j. */
static void take_off(double *a, size_t rows, size_t columns, size_t k, size_t j) {
  double product = 0;
  for (size_t i = 0; i < rows; i++)
    product += a[i * columns + k] * a[i * columns + j];
  for (size_t i = 0; i < rows; i++)
    a[i * columns + j] -= product * a[i * columns + k];
}

size_t tg_rank_matrix(double *a, size_t rows, size_t columns, double tolerance) {
  for (size_t k = 0; k < columns; k++)
    scale_column(a, rows, columns, k, column_length(a, rows, columns, k));
  for (size_t k = 0; k < columns; k++) {
    size_t longest = k;
    double length = -1;
    for (size_t j = k; j < columns; j++) {
      double one = column_length(a, rows, columns, j);
      if (one > length) {
        length = one;
        longest = j;
      }
    }
    if (!(length > tolerance))
      return k;
    swap_columns(a, rows, columns, k, longest);
    for (size_t j = 0; j < k; j++)
      take_off(a, rows, columns, j, k);
    scale_column(a, rows, columns, k, column_length(a, rows, columns, k));
    for (size_t j = k + 1; j < columns; j++)
      take_off(a, rows, columns, k, j);
  }
  return columns;
}
