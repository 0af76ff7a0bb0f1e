/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Symmetric positive semidefinite systems, whose rows may depend on one another. */
#ifndef TG_NUMERIC_SEMIDEFINITE_H
#define TG_NUMERIC_SEMIDEFINITE_H

#include <base/error.h>

/* A factor of A; zero-initialise.  Rows order[0..rank) are independent, the others follow from them. */
typedef struct tg_semidefinite {
  double
      *factor;   /* U of the scaled matrix: a row where A has it, its columns as A's, row-major size x size */
  double *scale; /* of each row, to a unit diagonal */
  size_t *order;
  size_t size, rank;
} tg_semidefinite;

/* Factor a symmetric matrix (row-major, from tg_memory_new(); taken over, also on failure).  TRYGG_ENUMERIC when it is
 * not finite. */
trygg_status tg_semidefinite_factor(double *matrix, size_t size, tg_semidefinite *out, trygg_error *error);
void tg_semidefinite_clear(tg_semidefinite *factor);

/* An x with A x = b, 0 in the dependent rows; for a b that is no A x, one that meets the independent rows.
 * x and b may be the same; `work` has room for `size` numbers, here and below. */
void tg_semidefinite_solve(const tg_semidefinite *factor, const double *b, double *x, double *work);

/* Dependent row k < size - rank as a vector of the null space: A out = 0. */
void tg_semidefinite_null(const tg_semidefinite *factor, size_t k, double *out, double *work);

#endif
