/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type correlation: r = C / sqrt(A B), A = M(yy) - M(y)^2, B = M(zz) - M(z)^2, C = M(yz) - M(y) M(z) of weighted means. */
#include <indicator/types.h>

#include <math.h>

#include <base/error.h>

enum { Y, Z, YY, ZZ, YZ };

static trygg_status divide(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                           trygg_error *error) {
  static const size_t items[][2] = {{0, TG_NONE}, {1, TG_NONE}, {0, 0}, {1, 1}, {0, 1}};
  trygg_status status = TRYGG_OK;
  (void)codebook;
  for (size_t i = 0; i < sizeof items / sizeof *items && status == TRYGG_OK; i++)
    status = tg_moment_append(all, at, items[i][0], items[i][1], error);
  return status;
}

/* dr = dC / sqrt(A B) - r/2 (dA / A + dB / B); numbers that do not vary have no correlation. */
static double correlation(const tg_indicator *indicator, double n, const double *m, double *gradient) {
  double a = m[YY] - m[Y] * m[Y], b = m[ZZ] - m[Z] * m[Z], c = m[YZ] - m[Y] * m[Z];
  double root = sqrt(a) * sqrt(b), r = c / root;
  (void)indicator;
  (void)n;
  gradient[YZ] = 1 / root;
  gradient[YY] = -r / (2 * a);
  gradient[ZZ] = -r / (2 * b);
  gradient[Y] = -m[Z] / root + r * m[Y] / a;
  gradient[Z] = -m[Y] / root + r * m[Z] / b;
  return a > 0 && b > 0 ? fmin(fmax(r, -1), 1) : NAN;
}

const tg_function tg_correlation_function = {divide, correlation};
