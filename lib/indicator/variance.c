/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Types variance and deviation: S^2 = n/(n - 1) (M2 - M1^2) with the weighted means M1 of y and M2 of y^2, and its root
 * (R survey's svyvar). */
#include <indicator/types.h>

#include <math.h>

#include <base/error.h>

static trygg_status divide(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                           trygg_error *error) {
  trygg_status status;
  (void)codebook;
  status = tg_moment_append(all, at, 0, TG_NONE, error);
  return status == TRYGG_OK ? tg_moment_append(all, at, 0, 0, error) : status;
}

/* dS^2 = n/(n - 1) (dM2 - 2 M1 dM1) */
static double variance(const tg_indicator *indicator, double n, const double *m, double *gradient) {
  double factor = n / (n - 1), value = factor * (m[1] - m[0] * m[0]);
  (void)indicator;
  gradient[0] = -2 * factor * m[0];
  gradient[1] = factor;
  return n > 1 ? fmax(value, 0) : NAN;
}

static double variance_root(const tg_indicator *indicator, double n, const double *m, double *gradient) {
  double root = sqrt(variance(indicator, n, m, gradient));
  for (int i = 0; i < 2; i++)
    gradient[i] = root > 0 ? gradient[i] / (2 * root) : 0;
  return root;
}

const tg_function tg_variance_function = {divide, variance};
const tg_function tg_variance_root_function = {divide, variance_root};
