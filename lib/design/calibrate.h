/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibration: weights w = d g that meet the margins of the population, and what their variance needs.
 *
 * Deville & Särndal 1992 (JASA 87:376-382): with d the weights before, x the auxiliary variables and q their spread,
 *   sum of d F(q x'lambda) x = T,   w = d F(q x'lambda).
 * The variance of a statistic with linearised values u is that of the residuals,
 *   sum of w (u - x'B),   B = (sum of d q x x')^- sum of d q x u,
 * for u of all records: those outside a domain have u = 0 and residuals that are not. */
#ifndef TG_DESIGN_CALIBRATE_H
#define TG_DESIGN_CALIBRATE_H

#include <design/distance.h>
#include <design/pattern.h>
#include <numeric/semidefinite.h>

typedef struct tg_calibrated_wave {
  tg_semidefinite normal; /* sum of d q x x' */
  double *uncertainty;    /* covariance of the totals, aims x aims; NULL: all are known */
} tg_calibrated_wave;

typedef struct tg_calibration {
  tg_distance_choice distance;
  char *method; /* as it was asked for */
  tg_patterns patterns;
  double *factor;     /* g of each pattern */
  double *regression; /* q / g of each pattern, which makes w of a record its d q; 0 where g is 0 */
  double *own;        /* the same of each record, where weights are trimmed; else NULL */
  double *weight;     /* w of each record */
  int first_phase;    /* the totals are those of a first phase, which vary as it does */
  size_t records;
  int *iterations; /* of each wave */
  tg_calibrated_wave *waves;
} tg_calibration;

typedef struct tg_calibrate_request {
  const char *method; /* for people */
  tg_distance_choice distance;
  const double *weight; /* d of each record; NULL: 1 */
  int two_phases;       /* totals that are empty are those of the first phase ... */
  const double *first;  /* ... with these weights; NULL: 1 */
  size_t spread;        /* as tg_pattern_request */
  int households;
  int threads; /* 0: processors */
} tg_calibrate_request;

/* Calibrate each wave that has margins.  TRYGG_EDESIGN names the margin that cannot be met and by how much. */
trygg_status tg_calibrate_create(const trygg_responses *responses, const tg_calibrate_request *request,
                                 tg_calibration **out, trygg_error *error);
void tg_calibrate_free(tg_calibration *calibration);

/* Other weights that meet the margins take the place of those there are, from these before (NULL: 1). */
trygg_status tg_calibrate_settle(tg_calibration *calibration, const double *base, const double *weight,
                                 trygg_error *error);

/* Calibrate other weights of the same records to the same totals (replicates): base[i] to out[i], which may be the
 * same.  With `given` they stay.  Any number of threads may do so at once. */
trygg_status tg_calibrate_weights(const tg_calibration *calibration, const double *base, double *out,
                                  trygg_error *error);

/* The same on sums of the weights over the patterns: factor[p] for each. */
trygg_status tg_calibrate_factors(const tg_calibration *calibration, const double *sums, double *factor,
                                  trygg_error *error);

/* ---- the variance of what is calibrated ------------------------------------------------------ */

/* What makes w of a record its d q. */
static inline double tg_calibrate_own(const tg_calibration *calibration, size_t record) {
  return calibration->own ? calibration->own[record]
                          : calibration->regression[calibration->patterns.of[record]];
}

/* B of a statistic from t[j] = sum over all records of their own d q / w times x_j z, z = w u: for every aim j. */
trygg_status tg_calibrate_regress(const tg_calibration *calibration, const double *t, double *b,
                                  trygg_error *error);

/* What estimated totals add to the covariance of two statistics with these B. */
trygg_status tg_calibrate_uncertainty(const tg_calibration *calibration, const double *b1, const double *b2,
                                      double *out, trygg_error *error);

/* ---- newton.c ---------------------------------------------------------------------------------- */

/* One wave: patterns and aims of it alone. */
typedef struct tg_newton {
  const tg_calibration *calibration;
  size_t wave;
  const double *sums; /* of d over each pattern (of all waves) */
  double *factor;     /* g of each pattern: set */
  int iterations;
} tg_newton;

trygg_status tg_newton_solve(tg_newton *newton, trygg_error *error);

#endif
