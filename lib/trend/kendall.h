/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kendall's S and what is made of it, for a bare series. */
#ifndef TG_TREND_KENDALL_H
#define TG_TREND_KENDALL_H

#include <base/error.h>

#define TG_KENDALL_EXACT 10 /* values, up to which the distribution of S is that of all their orders */
#define TG_KENDALL_ORDERS (TG_KENDALL_EXACT * (TG_KENDALL_EXACT - 1) / 2 + 1)

typedef struct tg_kendall {
  double s;          /* concordant minus discordant pairs */
  double variance;   /* of S, corrected for ties */
  double tau_a;      /* S over all pairs */
  double tau;        /* tau-b: over the pairs that are not tied */
  double z;          /* (S -+ 1) / sd, 0 when S is 0 */
  double p;          /* two-sided; exact when n <= 10 and no two times are equal */
  double smallest_p; /* of the exact distribution; 0 for the normal one */
} tg_kendall;

/* `y` at times `t`; t NULL: in time order, one a step. */
trygg_status tg_kendall_test(const double *t, const double *y, size_t n, tg_kendall *out, trygg_error *error);

/* The chances of S = most, most - 2, ..., -most, TG_KENDALL_ORDERS at most, over all orders of up to TG_KENDALL_EXACT
 * values. */
trygg_status tg_kendall_chances(const double *y, size_t n, double *chances, size_t *most, trygg_error *error);

/* The covariance of S of two series of the same waves, and of one with itself its variance, corrected for ties
 * (regional.c). */
double tg_kendall_covariance(const double *a, const double *b, size_t n);

/* z and p of S under another variance, with the continuity correction. */
void tg_kendall_judge(double s, double variance, double *z, double *p);

/* All (y_j - y_i) / (t_j - t_i) of different times, in increasing order; yours to free. */
trygg_status tg_kendall_slopes(const double *t, const double *y, size_t n, double **slopes, size_t *count,
                               trygg_error *error);

/* Median of the slopes, and its limits at `level` (NaN where the ranks fall outside). */
trygg_status tg_kendall_slope(const double *t, const double *y, size_t n, double level, double *slope,
                              double *lower, double *upper, trygg_error *error);

void tg_kendall_sort(double *numbers, size_t count);

/* Median of increasing numbers. */
double tg_kendall_median(const double *sorted, size_t count);

#endif
