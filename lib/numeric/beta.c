/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The incomplete beta function by its continued fraction, and its inverse by Newton's method. */
#include <numeric/beta.h>

#include <float.h>
#include <math.h>

#include <numeric/gamma.h>

/* GSL's gsl_cdf_beta_P loses eight digits at a = b = 1e7 and its inverse aborts or
 * loops there, so this one file does without: the power terms are taken from
 * Loader's saddle point form (gamma.h), which does not cancel. */

enum { most_terms = 2000000, most_steps = 200 };

/* Logits beyond this one belong to numbers below 1e-300 or as near to 1. */
static const double logit_limit = 690.775;

/* log( x^a y^b / B(a, b) ) */
static double log_power_terms(double a, double b, double x, double y) {
  static const double log_two_pi = 1.837877066409345483560659472811;
  double n = a + b;
  double exponent = tg_gamma_stirling_error(n) - tg_gamma_stirling_error(a) - tg_gamma_stirling_error(b) -
                    tg_gamma_deviance(a, n, x) - tg_gamma_deviance(b, n, y);
  return exponent + 0.5 * (log(a) + log(b) - log(n) - log_two_pi);
}

static double away_from_zero(double value) {
  return fabs(value) < DBL_MIN * 16 ? DBL_MIN * 16 : value;
}

/* x^a y^b / (B(a, b) I_x(a, b)) for x up to about the mean: the even part of the
 * classical fraction, DiDonato and Morris 1992 (ACM TOMS 18:360-373, eq. 9), by the
 * modified Lentz method.  It takes a y - b x from x and y, where the classical form
 * takes 1 - (a + b) x / (a + 1) and loses what a rounded x near 1 has lost. */
static double continued_fraction(double a, double b, double x, double y) {
  double shift = a * y - b * x + 1.0;
  double value = away_from_zero(a * shift / (a + 1.0)), c = value, d = 0.0;
  for (int i = 1; i <= most_terms; i++) {
    double m = i, odd = a + 2.0 * m - 1.0;
    double over = (a + m - 1.0) / odd * ((a + b + m - 1.0) / odd) * m * (b - m) * x * x;
    double under = m + m * (b - m) * x / odd + (a + m) * (shift + m * (2.0 - x)) / (a + 2.0 * m + 1.0);
    d = 1.0 / away_from_zero(under + over * d);
    c = away_from_zero(under + over / c);
    value *= c * d;
    if (fabs(c * d - 1.0) <= DBL_EPSILON)
      return value;
  }
  return NAN;
}

/* log(1 - e^v) for v <= 0. */
static double log_complement(double v) {
  return v > -0.693147180559945309 ? log(-expm1(v)) : log1p(-exp(v));
}

int tg_beta_incomplete(double a, double b, double x, double y, tg_beta *out) {
  *out = (tg_beta){NAN, NAN, NAN, NAN, NAN};
  if (!(a > 0 && b > 0 && isfinite(a) && isfinite(b) && x >= 0 && x <= 1 && y >= 0 && y <= 1))
    return -1;
  if (x == 0.0 || y == 0.0) {
    *out = x == 0.0 ? (tg_beta){0, 1, -INFINITY, 0, -INFINITY} : (tg_beta){1, 0, 0, -INFINITY, -INFINITY};
    return 0;
  }
  double slope = log_power_terms(a, b, x, y);
  int below = x < (a + 1.0) / (a + b + 2.0);
  double direct = slope - log(below ? continued_fraction(a, b, x, y) : continued_fraction(b, a, y, x));
  if (isnan(direct))
    return -1;
  if (direct > 0.0)
    direct = 0.0;
  double other = log_complement(direct), value = exp(direct), rest = -expm1(direct);
  *out = below ? (tg_beta){value, rest, direct, other, slope} : (tg_beta){rest, value, other, direct, slope};
  return 0;
}

static void from_logit(double u, double *x, double *y) {
  double e = exp(-fabs(u));
  double small = e / (1.0 + e), large = 1.0 / (1.0 + e);
  *x = u < 0 ? small : large;
  *y = u < 0 ? large : small;
}

/* For p <= q.  In u = logit(x) the density is log-concave, therefore log P is concave
 * and increasing: Newton's method comes from anywhere to the left of the root in
 * one step and climbs from there, so it needs no bracket. */
static int solve_lower(double p, double a, double b, double *x, double *y) {
  double target = log(p), u = log(a) - log(b), last = INFINITY;
  if (u > logit_limit)
    u = logit_limit;
  if (u < -logit_limit)
    u = -logit_limit;
  for (int step = 0; step < most_steps; step++) {
    tg_beta at;
    from_logit(u, x, y);
    if (tg_beta_incomplete(a, b, *x, *y, &at) != 0)
      return -1;
    double move = (target - at.log_lower) * exp(at.log_lower - at.log_slope);
    if (isnan(move))
      return -1;
    if (fabs(u) >= logit_limit && fabs(u + move) >= fabs(u)) {
      *x = u < 0 ? 0.0 : 1.0;
      *y = 1.0 - *x;
      return 0;
    }
    u = fmin(fmax(u + move, -logit_limit), logit_limit);
    /* Near the root steps shrink until they are rounding; then they stop shrinking. */
    if (fabs(move) <= DBL_EPSILON * fabs(u) || (fabs(move) < 1e-9 * (1 + fabs(u)) && fabs(move) >= last)) {
      from_logit(u, x, y);
      return 0;
    }
    last = fabs(move);
  }
  return -1;
}

int tg_beta_quantile(double p, double q, double a, double b, double *x, double *y) {
  *x = *y = NAN;
  if (!(p >= 0 && p <= 1 && q >= 0 && q <= 1 && a > 0 && b > 0 && isfinite(a) && isfinite(b)))
    return -1;
  if (p == 0.0 || q == 0.0) {
    *x = p == 0.0 ? 0.0 : 1.0;
    *y = 1.0 - *x;
    return 0;
  }
  int failed = p <= q ? solve_lower(p, a, b, x, y) : solve_lower(q, b, a, y, x);
  if (failed)
    *x = *y = NAN;
  return failed;
}
