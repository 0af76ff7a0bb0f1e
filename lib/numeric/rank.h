/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numerical rank of a matrix. */
#ifndef TG_NUMERIC_RANK_H
#define TG_NUMERIC_RANK_H

#include <stddef.h>

/* Rank of a (rows x columns, row-major; overwritten): columns are scaled to length 1, and one of which less than
 * `tolerance` is left when what the others explain is taken off does not count. */
size_t tg_rank_matrix(double *a, size_t rows, size_t columns, double tolerance);

#endif
