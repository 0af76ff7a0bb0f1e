/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weighted sums of chi squares, which quadratic forms of estimates are distributed as when the weights are not those of
 * simple random sampling (Rao & Scott 1981). */
#ifndef TG_NUMERIC_MIXTURE_H
#define TG_NUMERIC_MIXTURE_H

#include <stddef.h>

/* P(sum of weight[i] Z_i^2 > x) with independent normal Z_i and weights >= 0; with a finite `df` the sum is held against an
 * independent chi square of df degrees: P(sum > x chi2 / df), which for equal weights is the tail of an F.
 * To 12 digits, however small.  NaN for weights below 0 or not finite, or df not above 0. */
double tg_mixture_upper(double x, const double *weight, size_t count, double df);

#endif
