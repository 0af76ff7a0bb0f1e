/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roots and linear algebra on the caller's memory.  Matrices are row-major. */
#ifndef TG_NUMERIC_SOLVE_H
#define TG_NUMERIC_SOLVE_H

#include <base/error.h>

/* Root of f on [lower, upper], f(lower) and f(upper) of different sign (or one of
 * them 0), to the last bits (Brent's method).  NaN when f is NaN or the signs agree. */
double tg_solve_root(double (*f)(double x, void *context), void *context, double lower, double upper);

/* Least squares: minimise |b - A x| by Householder QR with column scaling,
 * refined with residuals in twice the precision (a copy of A is made for that).
 * a (rows x columns, rows >= columns) and b (rows) are overwritten; x has `columns`.
 * TRYGG_ENUMERIC when A has not full rank (the message names the column). */
trygg_status tg_solve_least_squares(double *a, size_t rows, size_t columns, double *b, double *x,
                                    trygg_error *error);

/* Inverse of a symmetric positive definite matrix in place, scaled to a unit
 * diagonal first.  TRYGG_ENUMERIC when it is not positive definite; then its
 * contents are lost. */
trygg_status tg_solve_inverse(double *matrix, size_t size, trygg_error *error);

/* y' A^-1 y and the numerical rank, by eigenvalues of the scaled symmetric matrix
 * (A is overwritten); directions below 1e-12 of the largest are left out. */
trygg_status tg_solve_quadratic(double *matrix, const double *y, size_t size, double *value, size_t *rank,
                                trygg_error *error);

/* The `size` values l with A v = l B v, A symmetric, B symmetric positive definite; both are overwritten.
 * TRYGG_ENUMERIC when B is not positive definite or something is not finite. */
trygg_status tg_solve_pencil(double *a, double *b, size_t size, double *values, trygg_error *error);

#endif
