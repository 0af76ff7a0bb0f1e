/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much propensities to answer spread, in all or within cells: what R-indicators are made of. */
#ifndef TG_MODEL_EVENNESS_H
#define TG_MODEL_EVENNESS_H

#include <base/error.h>

/* Propensities by a logistic model, a row for people with the same background. */
typedef struct tg_propensities {
  size_t rows, columns;
  const double *x;               /* rows x columns */
  const double *weight, *square; /* of each row: sums over its people of their weights d and of d^2 */
  const double *rho;             /* of each row */
  const double *covariance;      /* V, of the coefficients */
  double people, whole;          /* how many, and the sum of d */
} tg_propensities;

typedef struct tg_evenness {
  double square;   /* S^2 */
  double plain;    /* the same over n, not n - 1 */
  double excess;   /* what it is too large by, on average */
  double variance; /* of S^2 */
} tg_evenness;

/* The spread of the rows about the mean of their cell (0 .. cells - 1 each; NULL: all are in one), counting those that
 * `counts` marks (NULL: all). */
trygg_status tg_evenness_find(const tg_propensities *fit, const uint32_t *cell, size_t cells,
                              const unsigned char *counts, tg_evenness *out, trygg_error *error);

#endif
