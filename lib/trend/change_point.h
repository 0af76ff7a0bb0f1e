/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a bare series changes level. */
#ifndef TG_TREND_CHANGE_POINT_H
#define TG_TREND_CHANGE_POINT_H

#include <stddef.h>

typedef double tg_change_point_statistic(const double *y, size_t n, size_t *at);

/* Each gives its statistic and the first value of the new level; NaN when all values are equal. */
tg_change_point_statistic tg_change_point_pettitt, tg_change_point_buishand, tg_change_point_snht;

/* min(1, 2 exp(-6 K^2 / (n^3 + n^2))). */
double tg_change_point_pettitt_p(double k, size_t n);

#endif
