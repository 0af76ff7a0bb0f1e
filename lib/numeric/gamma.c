/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The incomplete gamma function by its series and its continued fraction. */
#include <numeric/gamma.h>

#include <float.h>
#include <math.h>
#include <stddef.h>

/* gsl_cdf_chisq_Q calls the error handler, which aborts the host, from about two
 * million degrees of freedom and at infinity; this file never fails. */

/* lgamma without its global sign. */
static double log_gamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

/* Series from Abramowitz and Stegun 6.1.41, to full precision from z = 15. */
double tg_gamma_stirling_error(double z) {
  static const double half_log_two_pi = 0.918938533204672741780329736406;
  if (z < 15.0)
    return log_gamma(z + 1.0) - (z + 0.5) * log(z) + z - half_log_two_pi;
  static const double coefficients[] = {3617.0 / 122400, -1.0 / 156,  691.0 / 360360, -1.0 / 1188,
                                        1.0 / 1680,      -1.0 / 1260, 1.0 / 360};
  double series = 0;
  for (size_t i = 0; i < sizeof coefficients / sizeof *coefficients; i++)
    series = (series - coefficients[i]) / (z * z);
  return (series + 1.0 / 12) / z;
}

/* Loader 2000, "Fast and accurate computation of binomial probabilities". */
double tg_gamma_deviance(double k, double n, double x) {
  double m = n * x, difference = k - m;
  if (fabs(difference) >= 0.1 * (k + m)) {
    double ratio = k / m;
    return k * (m >= DBL_MIN && isfinite(ratio) ? log(ratio) : log(k) - log(n) - log(x)) + m - k;
  }
  double v = difference / (k + m), sum = difference * v, term = 2 * k * v;
  for (int j = 1; j < 1000; j++) {
    term *= v * v;
    double next = sum + term / (2 * j + 1);
    if (next == sum)
      break;
    sum = next;
  }
  return sum;
}

/* log( x^a e^-x / Gamma(a) ) */
static double log_power_terms(double a, double x) {
  static const double log_two_pi = 1.837877066409345483560659472811;
  return 0.5 * (log(a) - log_two_pi) - tg_gamma_stirling_error(a) - tg_gamma_deviance(a, 1.0, x);
}

/* a Gamma(a) / (x^a e^-x) * P(a, x): Abramowitz and Stegun 6.5.29, positive terms. */
static double lower_series(double a, double x) {
  double term = 1.0, sum = 1.0;
  for (double n = 1.0; term > sum * (DBL_EPSILON / 4); n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/* Gamma(a) / (x^a e^-x) * Q(a, x): the even part of Abramowitz and Stegun 6.5.31 by
 * the modified Lentz method, for x >= a + 1, where nothing in it nears zero. */
static double upper_fraction(double a, double x) {
  double b = x + 1.0 - a, c = 1.0 / DBL_MIN, d = 1.0 / b, value = d;
  for (double n = 1.0; n < 1e7; n++) {
    double over = -n * (n - a);
    b += 2.0;
    d = 1.0 / (over * d + b);
    c = b + over / c;
    value *= c * d;
    if (fabs(c * d - 1.0) <= DBL_EPSILON)
      break;
  }
  return value;
}

double tg_gamma_upper(double a, double x) {
  if (!(a > 0 && x >= 0))
    return NAN;
  if (x == 0.0 || isinf(a))
    return isinf(a) && isinf(x) ? NAN : 1.0;
  if (isinf(x))
    return 0.0;
  /* The number of terms grows as sqrt(a); there the cube root of a gamma variable is
   * normal to the last bit (Wilson and Hilferty 1931, PNAS 17:684-688). */
  if (a > 1e11)
    return 0.5 * erfc(3.0 * sqrt(a) * (cbrt(x / a) - 1.0 + 1.0 / (9.0 * a)) * M_SQRT1_2);
  double log_power = log_power_terms(a, x);
  if (x < a + 1.0)
    return -expm1(log_power + log(lower_series(a, x) / a));
  return exp(log_power) * upper_fraction(a, x);
}
