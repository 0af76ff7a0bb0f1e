/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions: the normal from GSL, t, F and beta from the incomplete beta function. */
#include <numeric/distribution.h>

#include <gsl/gsl_cdf.h>
#include <math.h>

#include <numeric/beta.h>
#include <numeric/gamma.h>

/* From here on t is the normal of a transformed argument to the last bits; the
 * terms left out are of order t^7 / df^3. */
static const double many_df = 1e8;

/* --- Normal ----------------------------------------------------------------- */

double tg_distribution_normal(double z) {
  return isnan(z) ? NAN : gsl_cdf_ugaussian_P(z);
}

double tg_distribution_normal_upper(double z) {
  return isnan(z) ? NAN : gsl_cdf_ugaussian_Q(z);
}

double tg_distribution_normal_quantile(double p) {
  if (!(p >= 0 && p <= 1))
    return NAN;
  if (p == 0 || p == 1)
    return p == 0 ? -INFINITY : INFINITY;
  return gsl_cdf_ugaussian_Pinv(p);
}

/* --- Student's t ------------------------------------------------------------- */

/* P(T > t) for t >= 0. */
static double t_upper(double t, double df) {
  if (isinf(t))
    return 0.0;
  if (df >= many_df) {
    /* Abramowitz and Stegun 26.7.8 and its next term; far out both tails are 0. */
    double t2 = t * t;
    if (t2 > 1600.0)
      return 0.0;
    return gsl_cdf_ugaussian_Q(t - t * (t2 + 1) / (4 * df) +
                               t * (13 * t2 * t2 + 8 * t2 + 3) / (96 * df * df));
  }
  /* Abramowitz and Stegun 26.7.1: I_x(df/2, 1/2) / 2 at x = df / (df + t^2), written
   * so that t^2 cannot overflow. */
  double r = t / sqrt(df), r2 = r * r;
  double x = isinf(r2) ? 0.0 : 1.0 / (1.0 + r2), y = isinf(r2) ? 1.0 : r2 / (1.0 + r2);
  tg_beta tails;
  return tg_beta_incomplete(0.5 * df, 0.5, x, y, &tails) == 0 ? 0.5 * tails.lower : NAN;
}

double tg_distribution_t(double t, double df) {
  if (isnan(t) || !(df > 0))
    return NAN;
  double tail = t_upper(fabs(t), df);
  return t < 0 ? tail : 1.0 - tail;
}

double tg_distribution_t_two_sided(double t, double df) {
  return isnan(t) || !(df > 0) ? NAN : 2.0 * t_upper(fabs(t), df);
}

/* The t > 0 with P(T > t) = tail, tail < 1/2. */
static double t_from_tail(double tail, double df) {
  if (df >= many_df) {
    /* Abramowitz and Stegun 26.7.5 */
    double z = -gsl_cdf_ugaussian_Pinv(tail), z2 = z * z;
    return z + z * (z2 + 1) / (4 * df) + z * (5 * z2 * z2 + 16 * z2 + 3) / (96 * df * df);
  }
  double x, y;
  if (tg_beta_quantile(2.0 * tail, 1.0 - 2.0 * tail, 0.5 * df, 0.5, &x, &y) != 0)
    return NAN;
  return sqrt(df) * sqrt(y / x);
}

double tg_distribution_t_quantile(double p, double df) {
  if (!(p >= 0 && p <= 1) || !(df > 0))
    return NAN;
  if (p == 0 || p == 1)
    return p == 0 ? -INFINITY : INFINITY;
  if (p == 0.5)
    return 0.0;
  return p < 0.5 ? -t_from_tail(p, df) : t_from_tail(1.0 - p, df);
}

/* --- F and chi-squared --------------------------------------------------------- */

double tg_distribution_f_upper(double f, double df1, double df2) {
  if (isnan(f) || !(df1 > 0 && df2 > 0) || isinf(df1))
    return NAN;
  if (f <= 0 || isinf(f))
    return f <= 0 ? 1.0 : 0.0;
  if (df2 > 1e16) /* the difference from infinity is below a double's precision */
    return tg_distribution_chisq_upper(f * df1, df1);
  /* Abramowitz and Stegun 26.6.2: I_x(df2/2, df1/2) at x = df2 / (df2 + df1 f). */
  double ratio = df1 / df2 * f;
  double x = isinf(ratio) ? 0.0 : 1.0 / (1.0 + ratio), y = isinf(ratio) ? 1.0 : ratio / (1.0 + ratio);
  tg_beta tails;
  return tg_beta_incomplete(0.5 * df2, 0.5 * df1, x, y, &tails) == 0 ? tails.lower : NAN;
}

double tg_distribution_chisq_upper(double x, double df) {
  if (isnan(x) || !(df > 0) || isinf(df))
    return NAN;
  return x <= 0 ? 1.0 : tg_gamma_upper(0.5 * df, 0.5 * x);
}

/* --- Beta ------------------------------------------------------------------------ */

double tg_distribution_beta(double x, double a, double b) {
  if (isnan(x) || !(a > 0 && b > 0))
    return NAN;
  if (x <= 0 || x >= 1)
    return x <= 0 ? 0.0 : 1.0;
  tg_beta tails;
  return tg_beta_incomplete(a, b, x, 1.0 - x, &tails) == 0 ? tails.lower : NAN;
}

double tg_distribution_beta_quantile(double p, double a, double b) {
  if (!(p >= 0 && p <= 1 && a >= 0 && b >= 0) || (a == 0 && b == 0))
    return NAN;
  if (a == 0 || b == 0)
    return a == 0 ? 0.0 : 1.0;
  double x, y;
  return tg_beta_quantile(p, 1.0 - p, a, b, &x, &y) == 0 ? x : NAN;
}
