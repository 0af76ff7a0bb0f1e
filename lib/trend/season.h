/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall and Sen within seasons. */
#ifndef TG_TREND_SEASON_H
#define TG_TREND_SEASON_H

#include <base/error.h>

typedef struct tg_season {
  double s, variance, tau, z, p;
  double slope;   /* median of the slopes within seasons */
  size_t seasons; /* with two values or more */
} tg_season;

/* The season of a time is its fraction of a year.  `correlated`: with the covariances of the seasons, of the years that
 * have all of them, without continuity correction. */
trygg_status tg_season_test(const double *t, const double *y, size_t n, int correlated, tg_season *out,
                            trygg_error *error);

#endif
