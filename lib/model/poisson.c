/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Poisson regression: mean = exp(eta) = slope.  The design-based covariance does not need counts to vary as Poisson's
 * do. */
#include <model/families.h>

#include <math.h>

static double mean(double eta) {
  return exp(eta);
}

static double loss(double y, double eta) {
  return exp(eta) - y * eta;
}

static double start(double y, double middle) {
  return log((y + middle) / 2);
}

const tg_regress_family tg_poisson_regress = {mean, mean, loss, start, 0};

double tg_poisson_bend(double eta) {
  return exp(eta);
}

/* A total is a number a person adds to: how many times. */
int tg_poisson_suits(const tg_indicator_type *type) {
  return type->estimand == TG_TOTAL;
}
