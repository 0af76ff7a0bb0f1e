/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions: forward ones from GSL, quantiles as bracketed roots of them.
 * Arguments out of range give NaN; nothing here reaches GSL's error handler. */
#ifndef TG_NUMERIC_DISTRIBUTION_H
#define TG_NUMERIC_DISTRIBUTION_H

double tg_distribution_normal(double z);          /* P(Z <= z) */
double tg_distribution_normal_upper(double z);    /* P(Z > z) */
double tg_distribution_normal_quantile(double p); /* 0 -> -inf, 1 -> inf */
/* Student's t; df > 0, +inf is the normal. */
double tg_distribution_t(double t, double df);
double tg_distribution_t_two_sided(double t, double df); /* P(|T| >= |t|) */
double tg_distribution_t_quantile(double p, double df);
double tg_distribution_f_upper(double f, double df1, double df2); /* df2 may be +inf */
double tg_distribution_chisq_upper(double x, double df);
double tg_distribution_beta(double x, double a, double b);
/* a = 0 gives 0, b = 0 gives 1 (the limits the Clopper-Pearson interval needs). */
double tg_distribution_beta_quantile(double p, double a, double b);

#endif
