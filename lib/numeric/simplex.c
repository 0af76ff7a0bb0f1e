/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares on the simplex by active sets, as Lawson & Hanson's (1974, Solving Least Squares Problems, ch. 23) for
 * w >= 0, with sum w = 1 kept by writing one weight of the set as 1 less the others.
 *
 * At the least |a w - b|^2 the gradient g = a'(a w - b) is the same, nu, for every column in the set P (w > 0), and no
 * less for any other.  So: begin with the nearest column; take in the one with the least g while that is below nu; move
 * to the least squares of the new P, and no further than a weight stays at 0 or above, dropping the one that reaches
 * 0.  |a w - b| falls each time a column is taken in, so that no P comes back. */
#include <numeric/simplex.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/solve.h>

#define SLACK 1e-12 /* of the size of the gradient: no better than rounding */

typedef struct simplex {
  const double *a, *b;
  size_t rows, columns;
  double *w, *residual;
  size_t *set; /* P */
  size_t count;
  double *system, *right, *solved;
} simplex;

static double at(const simplex *s, size_t row, size_t column) {
  return s->a[row * s->columns + column];
}

static void find_residual(simplex *s) {
  for (size_t i = 0; i < s->rows; i++) {
    s->residual[i] = -s->b[i];
    for (size_t k = 0; k < s->count; k++)
      s->residual[i] += at(s, i, s->set[k]) * s->w[s->set[k]];
  }
}

/* The gradient along column j less that along `from`, and what it could be at most. */
static double descent(const simplex *s, size_t j, size_t from, double *scale) {
  double slope = 0;
  *scale = 0;
  for (size_t i = 0; i < s->rows; i++) {
    slope += (at(s, i, j) - at(s, i, from)) * s->residual[i];
    *scale += (fabs(at(s, i, j)) + fabs(at(s, i, from))) * (fabs(s->residual[i]) + SLACK * fabs(s->b[i]));
  }
  return slope;
}

/* The column that b is nearest to. */
static void begin(simplex *s) {
  double least = INFINITY;
  for (size_t j = 0; j < s->columns; j++) {
    double distance = 0;
    for (size_t i = 0; i < s->rows; i++)
      distance += (at(s, i, j) - s->b[i]) * (at(s, i, j) - s->b[i]);
    if (distance < least) {
      least = distance;
      s->set[0] = j;
    }
  }
  s->count = 1;
  s->w[s->set[0]] = 1;
}

static int is_in(const simplex *s, size_t column) {
  for (size_t k = 0; k < s->count; k++)
    if (s->set[k] == column)
      return 1;
  return 0;
}

/* The column outside of P that leads down most steeply; `columns` when none does. */
static size_t find_entering(const simplex *s) {
  size_t best = s->columns;
  double least = 0, scale;
  for (size_t j = 0; j < s->columns; j++) {
    double slope = descent(s, j, s->set[0], &scale);
    if (slope < least && slope < -SLACK * scale && !is_in(s, j)) {
      least = slope;
      best = j;
    }
  }
  return best;
}

/* Least squares over P: of b - a_0 on a_k - a_0, k > 0.  TRYGG_ENUMERIC where P has a column too many. */
static trygg_status solve(simplex *s) {
  size_t n = s->count - 1;
  double rest = 1;
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < s->rows; i++) {
    s->right[i] = s->b[i] - at(s, i, s->set[0]);
    for (size_t k = 0; k < n; k++)
      s->system[i * n + k] = at(s, i, s->set[k + 1]) - at(s, i, s->set[0]);
  }
  if (n)
    status = tg_solve_least_squares(s->system, s->rows, n, s->right, s->solved + 1, NULL);
  for (size_t k = 1; k <= n; k++)
    rest -= s->solved[k];
  s->solved[0] = rest;
  return status;
}

static void drop(simplex *s, size_t k) {
  s->w[s->set[k]] = 0;
  s->count--;
  memmove(s->set + k, s->set + k + 1, (s->count - k) * sizeof *s->set);
  memmove(s->solved + k, s->solved + k + 1, (s->count - k) * sizeof *s->solved);
}

/* Go from w towards what was solved; 1 when all the way, else the weights that reach 0 are out of P. */
static int move(simplex *s) {
  double part = 1;
  size_t first = s->count;
  for (size_t k = 0; k < s->count; k++) {
    double w = s->w[s->set[k]];
    if (s->solved[k] <= 0 && w / (w - s->solved[k]) < part) {
      part = w / (w - s->solved[k]);
      first = k;
    }
  }
  for (size_t k = 0; k < s->count; k++)
    s->w[s->set[k]] += part * (s->solved[k] - s->w[s->set[k]]);
  if (first == s->count)
    return 1;
  drop(s, first);
  for (size_t k = s->count; k-- > 0;)
    if (s->w[s->set[k]] <= 0 && s->count > 1)
      drop(s, k);
  return 0;
}

/* Take a column in.  0 when it brings nothing: it is a mixture of P already, or its weight does not leave 0. */
static int enter(simplex *s, size_t column, trygg_error *error, trygg_status *status) {
  int arrived = 0;
  s->set[s->count++] = column;
  while (!arrived) {
    *status = s->count > s->rows + 1 ? TRYGG_ENUMERIC : solve(s);
    if (*status == TRYGG_ENUMERIC) {
      *status = TRYGG_OK;
      return 0;
    }
    if (*status != TRYGG_OK) {
      *status = tg_error_memory(error);
      return 0;
    }
    arrived = move(s);
  }
  return s->w[column] > 0;
}

static trygg_status allocate(simplex *s, trygg_error *error) {
  size_t most = (s->rows + 2 < s->columns ? s->rows + 2 : s->columns) + 1;
  s->residual = tg_memory_new(s->rows, sizeof *s->residual);
  s->set = tg_memory_new(most, sizeof *s->set);
  s->system = tg_memory_new(s->rows * most, sizeof *s->system);
  s->right = tg_memory_new(s->rows, sizeof *s->right);
  s->solved = tg_memory_new(most, sizeof *s->solved);
  return s->residual && s->set && s->system && s->right && s->solved ? TRYGG_OK : tg_error_memory(error);
}

trygg_status tg_simplex_fit(const double *a, size_t rows, size_t columns, const double *b, double *w,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  simplex s = {.a = a, .b = b, .rows = rows, .columns = columns, .w = w};
  size_t entering;
  TRY(allocate(&s, error));
  memset(w, 0, columns * sizeof *w);
  begin(&s);
  find_residual(&s);
  while ((entering = find_entering(&s)) < columns && enter(&s, entering, error, &status))
    find_residual(&s);
cleanup:
  tg_memory_free(s.residual);
  tg_memory_free(s.set);
  tg_memory_free(s.system);
  tg_memory_free(s.right);
  tg_memory_free(s.solved);
  return status;
}
