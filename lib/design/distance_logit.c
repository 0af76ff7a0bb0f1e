/* SPDX-License-Identifier: GPL-3.0-or-later */
/* F(u) = (L (U-1) + U (1-L) e^(A u)) / ((U-1) + (1-L) e^(A u)), A = (U-L) / ((1-L)(U-1)): between L and U
 * (Deville & Särndal 1992, case 6). */
#include <design/distance.h>

#include <math.h>

/* e^(A u) (1-L) over its sum with (U-1), without overflow: the way from L to U that has been gone. */
static double way(double u, double lower, double upper) {
  double a = (upper - lower) / ((1 - lower) * (upper - 1));
  return 1 / (1 + (upper - 1) / (1 - lower) * exp(-a * u));
}

double tg_distance_logit_factor(double u, double lower, double upper) {
  return lower + (upper - lower) * way(u, lower, upper);
}

double tg_distance_logit_slope(double u, double lower, double upper) {
  double a = (upper - lower) / ((1 - lower) * (upper - 1)), s = way(u, lower, upper);
  return (upper - lower) * a * s * (1 - s);
}
