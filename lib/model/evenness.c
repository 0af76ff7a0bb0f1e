/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With rho the propensities of n people, d their weights (1 each, or those they were drawn by) that add up to W, z = rho (1 -
 * rho) x, V the covariance of the coefficients, and bars for means over a cell:
 *
 *   S^2    = n/(n - 1) sum of d/W (rho - rho_bar)^2
 *   excess = sum of d/W z'V z - S^2 sum of d^2/W^2         of all in one cell (Shlomo, Skinner & Schouten 2012)
 *          = sum of d/W (z - z_bar)'V (z - z_bar)          within cells, by the same expansion rho^ - rho = z'(b^ - b)
 *   V(S^2) = 4 A'V A + 2 tr(B V B V) + C                   (Shlomo, Skinner & Schouten 2012, with d in the place of 1)
 *   A = sum of d/W (rho - rho_bar)(z - z_bar),  B = sum of d/W (z - z_bar)(z - z_bar)',
 *   C = n/(n - 1) sum of d^2/W^2 (q - sum of d/W q)^2,  q = (rho - rho_bar)^2
 *
 * where sums over some of the people alone have q, A and B of those.  People are drawn and answer one by one, from a large
 * population. */
#include <model/evenness.h>

#include <math.h>
#include <stdint.h>

#include <base/memory.h>

typedef struct working {
  const tg_propensities *fit;
  const uint32_t *cell;
  const unsigned char *counts;
  double *share, *rho, *z;        /* of each cell: its part of W, and its means of rho and z */
  double *a, *b, *turned, *apart; /* A, B, B V, and z - z_bar of the row at hand */
} working;

static size_t cell_of(const working *w, size_t row) {
  return w->cell ? w->cell[row] : 0;
}

static double slope_of(const working *w, size_t row) {
  return w->fit->rho[row] * (1 - w->fit->rho[row]);
}

static void find_means(const working *w, size_t cells) {
  const tg_propensities *fit = w->fit;
  size_t p = fit->columns;
  for (size_t i = 0; i < fit->rows; i++) {
    size_t c = cell_of(w, i);
    double share = fit->weight[i] / fit->whole;
    w->share[c] += share;
    w->rho[c] += share * fit->rho[i];
    for (size_t j = 0; j < p; j++)
      w->z[c * p + j] += share * slope_of(w, i) * fit->x[i * p + j];
  }
  for (size_t c = 0; c < cells; c++) {
    if (!(w->share[c] > 0))
      continue;
    w->rho[c] /= w->share[c];
    for (size_t j = 0; j < p; j++)
      w->z[c * p + j] /= w->share[c];
  }
}

static double quadratic(const working *w, const double *z) {
  size_t p = w->fit->columns;
  double sum = 0;
  for (size_t j = 0; j < p; j++)
    for (size_t k = 0; k < p; k++)
      sum += z[j] * w->fit->covariance[j * p + k] * z[k];
  return sum;
}

/* A, B, the sum of d/W q, and that of z'V z: of z itself where all are in one cell, else of z - z_bar. */
static void add_rows(const working *w, double *squares, double *form) {
  const tg_propensities *fit = w->fit;
  size_t p = fit->columns;
  for (size_t i = 0; i < fit->rows; i++) {
    double share = fit->weight[i] / fit->whole, d = fit->rho[i] - w->rho[cell_of(w, i)];
    const double *middle = w->z + cell_of(w, i) * p;
    if (w->counts && !w->counts[i])
      continue;
    *squares += share * d * d;
    for (size_t j = 0; j < p; j++)
      w->apart[j] = slope_of(w, i) * fit->x[i * p + j] - (w->cell ? middle[j] : 0);
    *form += share * quadratic(w, w->apart);
    for (size_t j = 0; j < p && !w->cell; j++)
      w->apart[j] -= middle[j];
    for (size_t j = 0; j < p; j++) {
      w->a[j] += share * d * w->apart[j];
      for (size_t k = 0; k < p; k++)
        w->b[j * p + k] += share * w->apart[j] * w->apart[k];
    }
  }
}

/* 2 tr(B V B V) */
static double trace(const working *w) {
  size_t p = w->fit->columns;
  double sum = 0;
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++) {
      double value = 0;
      for (size_t k = 0; k < p; k++)
        value += w->b[i * p + k] * w->fit->covariance[k * p + j];
      w->turned[i * p + j] = value;
    }
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++)
      sum += w->turned[i * p + j] * w->turned[j * p + i];
  return 2 * sum;
}

trygg_status tg_evenness_find(const tg_propensities *fit, const uint32_t *cell, size_t cells,
                              const unsigned char *counts, tg_evenness *out, trygg_error *error) {
  size_t p = fit->columns;
  double squares = 0, form = 0, sampled = 0, whole = 0, correction = fit->people / (fit->people - 1);
  working w = {.fit = fit, .cell = cell, .counts = counts};
  double *memory = cells > SIZE_MAX / 16 / (p + 2)
                       ? NULL
                       : tg_memory_new(cells * (p + 2) + 2 * p * p + 2 * p, sizeof *memory);
  if (!memory)
    return tg_error_memory(error);
  w.share = memory;
  w.rho = w.share + cells;
  w.z = w.rho + cells;
  w.a = w.z + cells * p;
  w.apart = w.a + p;
  w.b = w.apart + p;
  w.turned = w.b + p * p;
  find_means(&w, cells);
  add_rows(&w, &squares, &form);
  for (size_t i = 0; i < fit->rows; i++) {
    double d = fit->rho[i] - w.rho[cell_of(&w, i)], q = counts && !counts[i] ? 0 : d * d;
    double square = fit->square[i] / fit->whole / fit->whole;
    whole += square;
    sampled += square * (q - squares) * (q - squares);
  }
  out->plain = squares;
  out->square = squares * correction;
  out->excess = form - (cell ? 0 : out->square * whole);
  out->variance = 4 * quadratic(&w, w.a) + trace(&w) + sampled * correction;
  tg_memory_free(memory);
  return TRYGG_OK;
}
