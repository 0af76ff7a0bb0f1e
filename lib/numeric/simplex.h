/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares with weights: no weight below 0, all of them together 1. */
#ifndef TG_NUMERIC_SIMPLEX_H
#define TG_NUMERIC_SIMPLEX_H

#include <base/error.h>

/* The weights w >= 0, sum w = 1, for which |a w - b| is least; a is rows x columns, row-major, columns >= 1, all finite.
 * Where b can be met exactly by many w, it is one that at most rows + 1 columns have a part in. */
trygg_status tg_simplex_fit(const double *a, size_t rows, size_t columns, const double *b, double *w,
                            trygg_error *error);

#endif
