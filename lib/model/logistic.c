/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Logistic regression of shares; the distribution is in numeric/logistic.c. */
#include <model/families.h>

#include <math.h>

double tg_logistic_bend(double eta) {
  double e = exp(-fabs(eta));
  return -copysign(tg_logistic_regress.slope(eta) * (1 - e) / (1 + e), eta); /* 1 - 2 mean = -tanh(eta / 2) */
}

int tg_logistic_suits(const tg_indicator_type *type) {
  return type->is_share;
}
