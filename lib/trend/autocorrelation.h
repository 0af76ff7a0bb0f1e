/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is made of a series whose neighbours resemble each other. */
#ifndef TG_TREND_AUTOCORRELATION_H
#define TG_TREND_AUTOCORRELATION_H

#include <base/error.h>

#define TG_BLOCK_DRAWS 2000

/* y less its Sen slope times t. */
trygg_status tg_autocorrelation_detrend(const double *t, const double *y, size_t n, double *out,
                                        double *slope, trygg_error *error);

/* n/n*, what V(S) is multiplied by: Hamed & Rao's of the ranks, else Yue & Wang's. */
trygg_status tg_autocorrelation_inflation(const double *t, const double *y, size_t n, int of_ranks,
                                          double *ratio, trygg_error *error);

/* The n - 1 values without what each inherits from the one before. */
trygg_status tg_autocorrelation_whiten(const double *t, const double *y, size_t n, int trend_free,
                                       double *out, trygg_error *error);

#endif
