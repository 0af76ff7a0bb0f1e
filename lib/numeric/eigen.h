/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eigenvalues of symmetric matrices (row-major). */
#ifndef TG_NUMERIC_EIGEN_H
#define TG_NUMERIC_EIGEN_H

#include <stddef.h>

/* Eigenvalues `values` of a symmetric matrix A = U diag(values) U', which is overwritten, and U'z in place of z, size x
 * columns; of the identity that gives the eigenvectors as rows.  `work` has room for 3 x size.  Returns 0, or -1 when a
 * value does not settle. */
int tg_eigen_turn(double *matrix, size_t size, double *values, double *z, size_t columns, double *work);

#endif
