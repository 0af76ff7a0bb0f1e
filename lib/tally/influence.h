/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance of statistics that are known by what each record adds to them: regressions, rank tests.
 *
 * The one way from records to a design-based covariance for what is no linear combination of the tally's sums. */
#ifndef TG_TALLY_INFLUENCE_H
#define TG_TALLY_INFLUENCE_H

#include <design/design.h>

/* Statistics by their influence values, u of record i and statistic o: the statistic is linearised to sum_i u_io
 * (the weight is part of u). */
typedef struct tg_influence {
  const trygg_design *design;
  size_t count; /* statistics */
  /* Of records first..first+records-1: inside[r] = 1 where the record counts, and then u[r * count + o] of each
   * statistic; else inside[r] = 0, and u is not read.  Called more than once for the same records. */
  void (*fill)(const void *context, size_t first, size_t records, double *u, unsigned char *inside);
  const void *context;
  int across;           /* the lonely rule `adjust` compares with the clusters of all waves, see tg_term */
  const double *weight; /* that u comes by: the design's own may be calibrated */
} tg_influence;

/* What the records that count say of degrees of freedom. */
typedef struct tg_influence_degrees {
  double domain; /* clusters with a record that counts, less their strata */
  double design; /* clusters of the waves with a record that counts, less their strata */
  int lonely;    /* a lonely stratum took part */
} tg_influence_degrees;

/* The covariance matrix (count x count, row-major) under the design. */
trygg_status tg_influence_covariance(const tg_influence *influence, double *covariance,
                                     tg_influence_degrees *degrees, trygg_error *error);

#endif
