/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall beside a covariate. */
#ifndef TG_TREND_PARTIAL_H
#define TG_TREND_PARTIAL_H

#include <base/error.h>

typedef struct tg_partial {
  double s;           /* S less what the covariate lets expect of it */
  double variance;    /* of that */
  double correlation; /* of the two S */
  double z, p;        /* two-sided */
} tg_partial;

/* `y` in time order beside the covariate `x`; NaN where either has no variance left. */
void tg_partial_test(const double *y, const double *x, size_t n, tg_partial *out);

#endif
