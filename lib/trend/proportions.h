/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TG_TREND_PROPORTIONS_H
#define TG_TREND_PROPORTIONS_H

#include <stddef.h>

/* Cochran and Armitage's X2 of shares of n at times t. */
double tg_proportions_chisq(const double *t, const double *share, const double *n, size_t count);

#endif
