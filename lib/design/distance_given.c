/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights are calibrated already, as a statistics office delivers them: nothing is changed. */
#include <design/distance.h>

double tg_distance_given_factor(double u, double lower, double upper) {
  (void)u, (void)lower, (void)upper;
  return 1;
}

double tg_distance_given_slope(double u, double lower, double upper) {
  (void)u, (void)lower, (void)upper;
  return 1;
}
