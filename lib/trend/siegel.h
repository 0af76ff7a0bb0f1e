/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TG_TREND_SIEGEL_H
#define TG_TREND_SIEGEL_H

#include <stddef.h>

/* Median over i of the medians over j of (y_j - y_i)/(t_j - t_i); `work` has room for 2n numbers. */
double tg_siegel_slope(const double *t, const double *y, size_t n, double *work);

#endif
