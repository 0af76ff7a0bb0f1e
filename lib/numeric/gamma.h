/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The incomplete gamma function, and the two terms in which Loader writes densities. */
#ifndef TG_NUMERIC_GAMMA_H
#define TG_NUMERIC_GAMMA_H

/* log(z!) - log(sqrt(2 pi z) (z/e)^z), the error of Stirling's formula; z > 0. */
double tg_gamma_stirling_error(double z);

/* k log(k/m) + m - k with m = n x, without cancellation where k and m are near. */
double tg_gamma_deviance(double k, double n, double x);

/* Gamma(a, x) / Gamma(a), the upper tail; a > 0, x >= 0, else NaN. */
double tg_gamma_upper(double a, double x);

#endif
