/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logistic regression: mean = 1 / (1 + exp(-eta)), slope = mean (1 - mean); with e = exp(-|eta|) nothing
 * overflows and nothing cancels. */
#include <numeric/regress.h>

#include <math.h>

static double mean(double eta) {
  double e = exp(-fabs(eta));
  return eta < 0 ? e / (1 + e) : 1 / (1 + e);
}

static double slope(double eta) {
  double e = exp(-fabs(eta));
  return e / ((1 + e) * (1 + e));
}

static double loss(double y, double eta) {
  return fmax(eta, 0) + log1p(exp(-fabs(eta))) - y * eta;
}

static double start(double y, double middle) {
  double mu = (y + middle) / 2;
  return log(mu / (1 - mu));
}

const tg_regress_family tg_logistic_regress = {mean, slope, loss, start, 0};
