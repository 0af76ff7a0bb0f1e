/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Residual variances of many statistics of a calibrated design of one stage, without a pass for each of them.
 *
 * With z the values of a statistic added up over the units, v those of the auxiliary variables, B its regression:
 *   V = Q(z - v'B) = Q(z) - 2 B'l + B'A B,   A = Q(v, v),   l = Q(v, z),
 * Q the design's form: sum over strata of factor times sum of products about the mean.  A is the design's; the rest is
 * linear in z (tally/joint.h).
 *
 * Nothing may cancel: where every unit of a stratum has an auxiliary variable, v is about its mean. */
#ifndef TG_TALLY_AUXILIARY_H
#define TG_TALLY_AUXILIARY_H

#include <design/calibrate.h>
#include <tally/sparse.h>

typedef struct tg_auxiliary {
  const trygg_design *design;
  double *factor;      /* of each stratum: (1 - f) n/(n - 1), the lonely rule included */
  double *mean_weight; /* of each stratum's records of positive weight */
  /* By aims of the calibration.  Where records are clusters, they have no rows of their own: with w the weight, m the mean
   * weight of the stratum and x the value of the pattern, v = x (w - m) + (x m - centre). */
  tg_sparse clusters; /* v of each */
  tg_sparse centres;  /* of each stratum: mean of what all its units have, else 0 */
  tg_sparse rests;    /* of each stratum: sum of v */
  tg_sparse squares;  /* A, of each aim up to the diagonal */
} tg_auxiliary;

/* 0 where the design is not calibrated, or its weights make up for who did not answer, or later stages or a lonely rule ask for more than Q. */
int tg_auxiliary_suits(const trygg_design *design);

trygg_status tg_auxiliary_create(const trygg_design *design, tg_auxiliary **out, trygg_error *error);
void tg_auxiliary_free(tg_auxiliary *auxiliary);

/* A statistic: over the aims, t of tg_calibrate_regress() and sum of factor times v z; `b` is room. */
typedef struct tg_auxiliary_work {
  double *t, *l, *b;
} tg_auxiliary_work;

/* 0, or -1 without memory. */
int tg_auxiliary_begin(const tg_auxiliary *auxiliary, tg_auxiliary_work *work);
void tg_auxiliary_clear(tg_auxiliary_work *work);

/* Its variance, from Q(z) and the sums of z over the strata; t and l are 0 again. */
trygg_status tg_auxiliary_variance(const tg_auxiliary *auxiliary, const tg_stratum_sums *strata, size_t count,
                                   double whole, tg_auxiliary_work *work, double *variance,
                                   trygg_error *error);

#endif
