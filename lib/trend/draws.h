/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series as they could have come out: normal, with the covariance of a span. */
#ifndef TG_TREND_DRAWS_H
#define TG_TREND_DRAWS_H

#include <numeric/random.h>
#include <numeric/semidefinite.h>
#include <trend/trend.h>

#define TG_DRAWS 20000
#define TG_DRAWS_SEED 20120
#define TG_DRAWS_BEYOND                                                                                      \
  1000 /* of them that are as large: enough to know p by, and a p of 0.05 needs all draws */

/* Zero-initialise; one a thread. */
typedef struct tg_draws {
  tg_semidefinite factor;
  tg_random *random;
  double *normal;
  size_t count; /* of the span */
} tg_draws;

/* Draws about 0 with the covariance of the span; without one, independent of variance 1.  The same seed always. */
trygg_status tg_draws_begin(const tg_span *span, tg_draws *out, trygg_error *error);
void tg_draws_next(tg_draws *draws, double *value);
void tg_draws_clear(tg_draws *draws);

/* p of a statistic that was met or exceeded by `count` of `draws` draws: the observed one is counted too (Davison &
 * Hinkley 1997, Bootstrap Methods and their Application, 4.2.1). */
static inline double tg_draws_p(size_t count, size_t draws) {
  return ((double)count + 1) / ((double)draws + 1);
}

/* 1 while more draws are to be made, and p where no more were (Besag & Clifford 1991, Biometrika 78:301-304). */
static inline int tg_draws_more(size_t count, size_t draws) {
  return draws < TG_DRAWS && count < TG_DRAWS_BEYOND;
}
static inline double tg_draws_p_so_far(size_t count, size_t draws) {
  return count < TG_DRAWS_BEYOND ? tg_draws_p(count, draws) : (double)count / (double)draws;
}

#endif
