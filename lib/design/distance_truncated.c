/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As linear, but stopped at L and U (Deville & Särndal 1992, case 7). */
#include <design/distance.h>

double tg_distance_truncated_factor(double u, double lower, double upper) {
  return 1 + u < lower ? lower : 1 + u > upper ? upper : 1 + u;
}

double tg_distance_truncated_slope(double u, double lower, double upper) {
  return 1 + u > lower && 1 + u < upper;
}
