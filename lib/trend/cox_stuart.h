/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TG_TREND_COX_STUART_H
#define TG_TREND_COX_STUART_H

#include <stddef.h>

typedef struct tg_cox_stuart {
  double rises, pairs; /* of the pairs that differ */
  double z;            /* by the normal approximation of all pairs, as it is published */
  double p;            /* two-sided, exact */
} tg_cox_stuart;

/* `y` in time order. */
void tg_cox_stuart_test(const double *y, size_t n, tg_cox_stuart *out);

#endif
