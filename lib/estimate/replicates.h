/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variances from replicate estimates: what statistics are made of, what replicates change in it, and the sum of
 * squares. */
#ifndef TG_ESTIMATE_REPLICATES_H
#define TG_ESTIMATE_REPLICATES_H

#include <estimate/estimate.h>
#include <tally/replicate.h>

/* Variances of the outputs (or, full, their covariance matrix) from the parts; `dropped` (may be NULL) says where some
 * replicate gave no estimate and was left out. */
trygg_status tg_replicates_combine(const trygg_estimates *estimates, const tg_part *parts, size_t count,
                                   size_t outputs, int full, double *variance, unsigned char *dropped,
                                   trygg_error *error);

/* Whether quantiles may be estimated anew in each replicate. */
int tg_replicates_suit_quantiles(const trygg_estimates *estimates);

/* ---- the plan of a combination ------------------------------------------------------------- */

/* Sums over the cells of a row, or of one of its waves where waves are pooled equally. */
typedef struct tg_slot {
  const trygg_estimates *estimates; /* whose row it is */
  size_t row;
  const uint32_t *cells;
  size_t cell_count;
  double x, y, shift; /* full sums, y of values less shift times x */
  double weight;      /* of the slot in its row: 1, or one over the number of waves */
  tg_ordered ordered; /* values of a quantile */
} tg_slot;

typedef struct tg_plan {
  const trygg_estimates *estimates;
  const tg_part *parts; /* in the order of their statistics */
  size_t part_count;
  tg_slot *slots;
  size_t slot_count, slot_capacity;
  size_t *slot_first, *slot_number; /* slots of each part */
  tg_pairs pairs;
  size_t *pair_begin; /* pairs of slot s: slot_pairs[pair_begin[s]..pair_begin[s + 1]) */
  uint32_t *slot_pairs;
  /* A statistic is what an output takes from one group of strata: independent waves do not vary together, whatever
   * chance there is in their replicates. */
  size_t statistic_count;
  size_t *part_begin; /* parts of statistic s */
  size_t *output, *group;
} tg_plan;

trygg_status tg_plan_create(const trygg_estimates *estimates, tg_part *parts, size_t count, tg_plan *out,
                            trygg_error *error);
void tg_plan_clear(tg_plan *plan);

/* By how much a statistic differs from that of the full sample.  dx and dy: by how much the sums of slot s do, at
 * [s * stride]; quantiles: dx is the difference of the quantile, dy that of the share.  NaN: no estimate. */
double tg_plan_difference(const tg_plan *plan, size_t statistic, const double *dx, const double *dy,
                          size_t stride);

/* ---- sums of squares -------------------------------------------------------------------------- */

/* Of statistics over replicates; several can be added up. */
typedef struct tg_squares {
  size_t count; /* statistics */
  int full;
  double *replicates; /* of each statistic (full: of all): those that count for the mean */
  double *rscales;    /* ... their factors */
  double *plain;      /* sum of differences, where the factor is above 0 */
  double *scaled;     /* sum of factor x difference */
  double *products;   /* of squares; full: [count * count], of products */
  unsigned char *dropped;
} tg_squares;

int tg_squares_create(tg_squares *squares, size_t count, int full);
void tg_squares_clear(tg_squares *squares);

/* Add a replicate (or `times` like it) to one statistic. */
void tg_squares_add(tg_squares *squares, size_t statistic, double difference, double rscale, double times);

/* ... to all of them; NaN in `difference` becomes 0 where there is a matrix. */
void tg_squares_add_all(tg_squares *squares, double *difference, double rscale, double times);

void tg_squares_merge(tg_squares *squares, const tg_squares *other);

/* Add variances of outputs, or their matrix, to what is there. */
void tg_squares_finish(const tg_squares *squares, const tg_plan *plan, size_t outputs, double *variance,
                       unsigned char *dropped);

/* deletions.c: all replicates that leave a unit out. */
trygg_status tg_deletions_pass(const tg_plan *plan, tg_squares *squares, trygg_error *error);

#endif
