/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classic rank test and slope for a bare series. */
#ifndef TG_TREND_KENDALL_H
#define TG_TREND_KENDALL_H

#include <base/error.h>

typedef struct tg_kendall {
  double s;        /* concordant minus discordant pairs */
  double variance; /* of S, corrected for ties */
  double tau;      /* Kendall's tau-b */
  double z;        /* (S -+ 1) / sd, 0 when S is 0 */
  double p;        /* two-sided; exact when n <= 10 without ties */
} tg_kendall;

/* `y` in time order. */
trygg_status tg_kendall_test(const double *y, size_t n, tg_kendall *out, trygg_error *error);

/* Median of (y_j - y_i) / (t_j - t_i) over pairs of different times, and its limits at `level` (NaN where the
 * ranks fall outside). */
trygg_status tg_kendall_slope(const double *t, const double *y, size_t n, double level, double *slope,
                              double *lower, double *upper, trygg_error *error);

#endif
