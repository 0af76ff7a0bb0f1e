/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall and Page over several series of the same waves. */
#ifndef TG_TREND_REGIONAL_H
#define TG_TREND_REGIONAL_H

#include <trend/trend.h>

typedef struct tg_regional {
  double statistic;  /* S, or L */
  double variance;   /* under no trend */
  double estimate;   /* tau-a, or the mean rank correlation with time */
  double z, p;       /* two-sided */
  double smallest_p; /* of the exact distribution; 0 for the normal one */
} tg_regional;

/* Sum of Kendall's S; `y`: series by series, `n` values each, that may be correlated.  Exact up to 8 values. */
trygg_status tg_regional_kendall(const double *y, size_t series, size_t n, tg_regional *out,
                                 trygg_error *error);

/* Page's L; the series are independent.  Exact up to 10 values if the series are not too many. */
trygg_status tg_regional_page(const double *y, size_t series, size_t n, tg_regional *out, trygg_error *error);

/* p and the smallest p of what was found, into a finding. */
void tg_regional_report(const tg_regional *test, tg_finding *finding);

#endif
