/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cholesky's factor with the largest remaining diagonal first (Higham 2002, "Accuracy and stability of numerical
 * algorithms", 10.3): P'S A S P = L L' up to the rank, S the scales to a unit diagonal. */
#include <numeric/semidefinite.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include <base/memory.h>

void tg_semidefinite_clear(tg_semidefinite *f) {
  tg_memory_free(f->factor);
  tg_memory_free(f->scale);
  tg_memory_free(f->order);
  *f = (tg_semidefinite){0};
}

static int scale_matrix(tg_semidefinite *f, const double *matrix) {
  size_t n = f->size;
  for (size_t i = 0; i < n; i++) {
    double d = matrix[i * n + i];
    f->scale[i] = d > 0 ? 1 / sqrt(d) : 0;
    f->order[i] = i;
    if (!isfinite(d) || !isfinite(f->scale[i]))
      return -1;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j <= i; j++) {
      f->factor[i * n + j] = matrix[i * n + j] * f->scale[i] * f->scale[j];
      if (!isfinite(f->factor[i * n + j]))
        return -1;
    }
  return 0;
}

static void swap_numbers(double *a, double *b) {
  double keep = *a;
  *a = *b;
  *b = keep;
}

/* Exchange rows and columns k < p of the lower triangle, those left of k being L already. */
static void exchange(tg_semidefinite *f, size_t k, size_t p) {
  double *a = f->factor;
  size_t n = f->size, keep = f->order[k];
  f->order[k] = f->order[p];
  f->order[p] = keep;
  for (size_t j = 0; j < k; j++)
    swap_numbers(&a[k * n + j], &a[p * n + j]);
  swap_numbers(&a[k * n + k], &a[p * n + p]);
  for (size_t i = k + 1; i < p; i++)
    swap_numbers(&a[i * n + k], &a[p * n + i]);
  for (size_t i = p + 1; i < n; i++)
    swap_numbers(&a[i * n + k], &a[i * n + p]);
}

trygg_status tg_semidefinite_factor(double *matrix, size_t size, tg_semidefinite *f, trygg_error *error) {
  size_t n = size;
  *f = (tg_semidefinite){.size = size};
  f->factor = tg_memory_new(n, n * sizeof *f->factor + (n == 0));
  f->scale = tg_memory_new(n, sizeof *f->scale);
  f->order = tg_memory_new(n, sizeof *f->order);
  if (!f->factor || !f->scale || !f->order) {
    tg_semidefinite_clear(f);
    return tg_error_memory(error);
  }
  if (scale_matrix(f, matrix)) {
    tg_semidefinite_clear(f);
    return tg_error_set(error, TRYGG_ENUMERIC, "A matrix of sums of squares is not finite.");
  }
  for (size_t k = 0; k < n; k++) {
    double *a = f->factor, pivot;
    size_t best = k;
    for (size_t i = k + 1; i < n; i++)
      if (a[i * n + i] > a[best * n + best])
        best = i;
    /* What is left of a dependent row is rounding. */
    if (!(a[best * n + best] > 64 * DBL_EPSILON * (double)n))
      return TRYGG_OK;
    if (best != k)
      exchange(f, k, best);
    f->rank = k + 1;
    pivot = a[k * n + k] = sqrt(a[k * n + k]);
    for (size_t i = k + 1; i < n; i++)
      a[i * n + k] /= pivot;
    for (size_t i = k + 1; i < n; i++)
      if (a[i * n + k] != 0)
        for (size_t j = k + 1; j <= i; j++)
          a[i * n + j] -= a[i * n + k] * a[j * n + k];
  }
  return TRYGG_OK;
}

/* y = L^-T L^-1 y over the independent rows, in their order. */
static void solve_permuted(const tg_semidefinite *f, double *y) {
  const double *a = f->factor;
  for (size_t i = 0; i < f->rank; i++) {
    for (size_t j = 0; j < i; j++)
      y[i] -= a[i * f->size + j] * y[j];
    y[i] /= a[i * f->size + i];
  }
  for (size_t i = f->rank; i-- > 0;) {
    for (size_t j = i + 1; j < f->rank; j++)
      y[i] -= a[j * f->size + i] * y[j];
    y[i] /= a[i * f->size + i];
  }
}

void tg_semidefinite_solve(const tg_semidefinite *f, const double *b, double *x, double *work) {
  for (size_t k = 0; k < f->rank; k++)
    work[k] = b[f->order[k]] * f->scale[f->order[k]];
  solve_permuted(f, work);
  for (size_t i = 0; i < f->size; i++)
    x[i] = 0;
  for (size_t k = 0; k < f->rank; k++)
    x[f->order[k]] = work[k] * f->scale[f->order[k]];
}

/* The dependent row is L_k L^-1 times the independent ones: with y = L^-T L_k', A (e_k - y) = 0. */
void tg_semidefinite_null(const tg_semidefinite *f, size_t k, double *out, double *work) {
  size_t row = f->rank + k;
  for (size_t i = f->rank; i-- > 0;) {
    work[i] = f->factor[row * f->size + i];
    for (size_t j = i + 1; j < f->rank; j++)
      work[i] -= f->factor[j * f->size + i] * work[j];
    work[i] /= f->factor[i * f->size + i];
  }
  for (size_t i = 0; i < f->size; i++)
    out[i] = 0;
  for (size_t i = 0; i < f->rank; i++)
    out[f->order[i]] = -work[i] * f->scale[f->order[i]];
  /* A row of zeros has no scale and depends on nothing. */
  out[f->order[row]] = f->scale[f->order[row]] > 0 ? f->scale[f->order[row]] : 1;
}
