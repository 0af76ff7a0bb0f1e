/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What replicate weights change in the sums of cells. */
#ifndef TG_TALLY_REPLICATE_H
#define TG_TALLY_REPLICATE_H

#include <design/replicates.h>
#include <tally/influence.h>
#include <tally/tally.h>

/* Pairs of an indicator and a cell whose sums are asked for. */
typedef struct tg_pairs {
  size_t count;
  size_t *used; /* the indicators */
  size_t used_count;
  uint32_t *position; /* [used * cell_count + cell]: number of the pair; TG_RANK_NONE: not asked for */
} tg_pairs;

/* sums[pair * 2 * TG_LANES + k] and, TG_LANES behind, the sums over the pair's records of (w_k - w) x and of
 * (w_k - w) y', w_k being the weight in replicate k.  `changes` as tg_replicates_changes made them.  From the
 * totals of clusters, or, where changes are records' own, from the records run by run. */
trygg_status tg_replicate_sums(const tg_tally *tally, const tg_pairs *pairs, const double *changes,
                               double *sums, trygg_error *error);

/* The covariance matrix of statistics known by their records' influence; not for methods that delete, which give them
 * the linearised one. */
trygg_status tg_replicate_influence(const tg_influence *influence, double *covariance, trygg_error *error);

/* By what the change of a record with weight w is multiplied for an indicator with weight `own` (NULL: 1). */
static inline double tg_replicate_factor(const trygg_design *design, const double *own, size_t record) {
  const double *weight = design->weight;
  double w = weight ? weight[record] : 1, mine = own ? own[record] : 1;
  if (!design->replicates->absolute)
    return mine;
  return own == weight ? 1 : w > 0 ? mine / w : 0;
}

#endif
