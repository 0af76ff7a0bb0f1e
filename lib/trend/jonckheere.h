/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jonckheere and Terpstra's test of numbers in groups that have an order. */
#ifndef TG_TREND_JONCKHEERE_H
#define TG_TREND_JONCKHEERE_H

#include <base/error.h>

typedef struct tg_jonckheere {
  double j;          /* pairs whose later one is higher, ties as halves */
  double pairs;      /* of different groups */
  double variance;   /* of J, corrected for ties */
  double z, p;       /* two-sided; exact or by permutation for few numbers */
  double smallest_p; /* of the exact distribution; 0 otherwise */
} tg_jonckheere;

/* `y` in increasing order, value i in group[i] of `groups`. */
trygg_status tg_jonckheere_test(const double *y, const size_t *group, size_t n, size_t groups,
                                tg_jonckheere *out, trygg_error *error);

#endif
