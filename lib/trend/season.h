/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall and Sen within seasons. */
#ifndef TG_TREND_SEASON_H
#define TG_TREND_SEASON_H

#include <base/error.h>

typedef enum tg_season_kind { TG_SEASONS_INDEPENDENT, TG_SEASONS_CORRELATED, TG_SEASONS_PAGE } tg_season_kind;

typedef struct tg_season {
  double s, variance, tau, z, p; /* Page: L and the mean rank correlation in the place of S and tau-a */
  double smallest_p;             /* of the exact distribution; 0 for the normal one */
  double slope;                  /* median of the slopes within seasons */
  size_t seasons;                /* with two values or more */
} tg_season;

/* The season of a time is its fraction of a year.  Correlated, and Page's: of years that have all seasons, as several
 * series of the same waves (regional.h). */
trygg_status tg_season_test(const double *t, const double *y, size_t n, tg_season_kind kind, tg_season *out,
                            trygg_error *error);

#endif
