/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compensated sums (Neumaier 1974, ZAMM 54:39-51). */
#ifndef TG_NUMERIC_SUM_H
#define TG_NUMERIC_SUM_H

#include <math.h>

/* value() = sum + correction; zero-initialise. */
typedef struct tg_sum {
  double sum, correction;
} tg_sum;

static inline void tg_sum_add(tg_sum *sum, double x) {
  double t = sum->sum + x;
  if (fabs(sum->sum) >= fabs(x))
    sum->correction += (sum->sum - t) + x;
  else
    sum->correction += (x - t) + sum->sum;
  sum->sum = t;
}

/* Add another sum, as when blocks are merged in order. */
static inline void tg_sum_merge(tg_sum *sum, const tg_sum *other) {
  tg_sum_add(sum, other->sum);
  sum->correction += other->correction;
}

static inline double tg_sum_value(const tg_sum *sum) {
  /* An infinite sum has a NaN correction; the sum alone says what happened. */
  return isfinite(sum->correction) ? sum->sum + sum->correction : sum->sum;
}

#endif
