/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The incomplete beta function and its inverse, on which t, F and beta stand. */
#ifndef TG_NUMERIC_BETA_H
#define TG_NUMERIC_BETA_H

/* Both tails of the beta distribution at x and their logarithms: what underflows
 * or is next to 1 in one form is exact in another. */
typedef struct tg_beta {
  double lower, upper;         /* I_x(a, b) and 1 - I_x(a, b) */
  double log_lower, log_upper; /* their natural logarithms */
  double log_slope;            /* log of x^a y^b / B(a, b), the derivative of `lower` by logit(x) */
} tg_beta;

/* a, b > 0 and finite; x and y = 1 - x are both given, each to full precision.
 * 0 when done, -1 (all NaN) when an argument is not allowed or, with min(a, b)
 * far beyond 1e15, when the continued fraction does not settle. */
int tg_beta_incomplete(double a, double b, double x, double y, tg_beta *out);

/* The x with I_x(a, b) = p, and y = 1 - x; p and q = 1 - p are both given, and not
 * both may be rounded to 0 or 1.  Results below 1e-300 are 0. */
int tg_beta_quantile(double p, double q, double a, double b, double *x, double *y);

#endif
