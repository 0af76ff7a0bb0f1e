/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cholesky's factor with the largest remaining diagonal first (Higham 2002, "Accuracy and stability of numerical
 * algorithms", 10.3): S A S = U'U up to the rank, S the scales to a unit diagonal, the rows of U in the order in which
 * they are taken.  Of equal diagonals the row with the fewest numbers comes first, and only what is not 0 is worked
 * on: the categories of a margin exclude one another, so that the largest margin costs next to nothing. */
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

/* Rows by how many numbers they have, equal ones as they stand. */
static void sort_rows(tg_semidefinite *f, const size_t *numbers, size_t *begin) {
  for (size_t i = 0; i < f->size; i++)
    begin[numbers[i]]++;
  for (size_t k = 0, place = 0; k <= f->size; k++) {
    size_t here = begin[k];
    begin[k] = place;
    place += here;
  }
  for (size_t i = 0; i < f->size; i++)
    f->order[begin[numbers[i]]++] = i;
}

/* Scale to a unit diagonal; -1 when something is not finite. */
static int scale_matrix(tg_semidefinite *f, double *left, size_t *numbers) {
  size_t n = f->size;
  for (size_t i = 0; i < n; i++) {
    double d = f->factor[i * n + i];
    f->scale[i] = d > 0 ? 1 / sqrt(d) : 0;
    left[i] = d > 0;
    if (!isfinite(d) || !isfinite(f->scale[i]))
      return -1;
  }
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double *a = &f->factor[i * n + j];
      if (*a == 0)
        continue;
      *a *= f->scale[i] * f->scale[j];
      if (!isfinite(*a))
        return -1;
      numbers[i]++;
    }
  return 0;
}

/* Take row v as the next one: U's row, and what it leaves of the others.  `met` has room for their numbers. */
static void eliminate(tg_semidefinite *f, size_t v, double *left, size_t *met) {
  double *row = f->factor + v * f->size, pivot = sqrt(left[v]);
  size_t count = 0;
  row[v] = 0;
  for (size_t j = 0; j < f->size; j++)
    if (row[j] != 0) {
      row[j] /= pivot;
      met[count++] = j;
    }
  for (size_t a = 0; a < count; a++) {
    double *other = f->factor + met[a] * f->size, u = row[met[a]];
    for (size_t b = 0; b < count; b++)
      other[met[b]] -= u * row[met[b]];
    other[v] = 0;
    left[met[a]] -= u * u;
  }
  row[v] = pivot;
}

trygg_status tg_semidefinite_factor(double *matrix, size_t size, tg_semidefinite *f, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *left = tg_memory_new(size, sizeof *left);
  size_t *met = tg_memory_new(2 * size + 1, sizeof *met);
  *f = (tg_semidefinite){.factor = matrix, .size = size};
  f->scale = tg_memory_new(size, sizeof *f->scale);
  f->order = tg_memory_new(size, sizeof *f->order);
  if (!left || !met || !f->scale || !f->order) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (scale_matrix(f, left, met)) {
    status = tg_error_set(error, TRYGG_ENUMERIC, "A matrix of sums of squares is not finite.");
    goto cleanup;
  }
  sort_rows(f, met, met + size);
  for (; f->rank < size; f->rank++) {
    size_t best = f->rank, v;
    for (size_t k = best + 1; k < size && left[f->order[best]] < 1; k++) /* nothing is larger than 1 */
      if (left[f->order[k]] > left[f->order[best]])
        best = k;
    v = f->order[best];
    if (!(left[v] > 64 * DBL_EPSILON * (double)size)) /* what is left of a dependent row is rounding */
      break;
    f->order[best] = f->order[f->rank];
    f->order[f->rank] = v;
    eliminate(f, v, left, met);
  }
cleanup:
  tg_memory_free(left);
  tg_memory_free(met);
  if (status != TRYGG_OK)
    tg_semidefinite_clear(f);
  return status;
}

/* y of the independent rows becomes U^-1 y; y of the others has to be 0. */
static void solve_upper(const tg_semidefinite *f, double *y) {
  for (size_t k = f->rank; k-- > 0;) {
    size_t v = f->order[k];
    const double *row = f->factor + v * f->size;
    double pivot = row[v], sum = y[v];
    y[v] = 0;
    for (size_t j = 0; j < f->size; j++)
      sum -= row[j] * y[j];
    y[v] = sum / pivot;
  }
}

void tg_semidefinite_solve(const tg_semidefinite *f, const double *b, double *x, double *work) {
  for (size_t i = 0; i < f->size; i++)
    work[i] = b[i] * f->scale[i];
  for (size_t k = 0; k < f->rank; k++) { /* U'^-1 */
    size_t v = f->order[k];
    const double *row = f->factor + v * f->size;
    double y = work[v] / row[v];
    for (size_t j = 0; j < f->size; j++)
      work[j] -= row[j] * y;
    work[v] = y;
  }
  for (size_t k = f->rank; k < f->size; k++)
    work[f->order[k]] = 0;
  solve_upper(f, work);
  for (size_t i = 0; i < f->size; i++)
    x[i] = work[i] * f->scale[i];
}

/* With u the dependent row's column of U and y = U^-1 u, A (e - y) = 0. */
void tg_semidefinite_null(const tg_semidefinite *f, size_t k, double *out, double *work) {
  size_t dependent = f->order[f->rank + k];
  memset(work, 0, f->size * sizeof *work);
  for (size_t i = 0; i < f->rank; i++)
    work[f->order[i]] = f->factor[f->order[i] * f->size + dependent];
  solve_upper(f, work);
  for (size_t i = 0; i < f->size; i++)
    out[i] = -work[i] * f->scale[i];
  /* A row of zeros has no scale and depends on nothing. */
  out[dependent] = f->scale[dependent] > 0 ? f->scale[dependent] : 1;
}
