/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cells of a tally have to do with the auxiliary variables of a calibrated design: sums by cell and aim, from
 * which the residual variance of any statistic over cells follows (tally/auxiliary.h). */
#ifndef TG_TALLY_JOINT_H
#define TG_TALLY_JOINT_H

#include <tally/auxiliary.h>
#include <tally/tally.h>

/* A joint is the records of one pattern in a cell, or in an entry where records are clusters. */
struct tg_joint {
  tg_auxiliary *auxiliary;
  uint32_t *of; /* of each record; TG_RANK_NONE outside */
  uint32_t
      *place; /* of each joint: its cell, or the place of its entry in cell_entries; in increasing order */
  uint32_t *pattern;
  size_t count;
  tg_sparse pairs; /* aims of each cell, values mean nothing */
};

/* Of a tally with records, whose design suits (tg_auxiliary_suits). */
trygg_status tg_joint_create(const tg_tally *tally, tg_joint **out, trygg_error *error);
void tg_joint_free(tg_joint *joint);

/* What an indicator adds to t and l of tg_auxiliary_work, for every pair: coefficients of w y' and w x. */
typedef struct tg_joint_sums {
  double ty, tx, ly, lx;
} tg_joint_sums;

/* sums[pair], yours to free. */
trygg_status tg_joint_gather(const tg_tally *tally, size_t indicator, tg_joint_sums **sums,
                             trygg_error *error);

/* Add y times the sums of w y' in a cell and x times those of w x. */
void tg_joint_add(const tg_joint *joint, const tg_joint_sums *sums, uint32_t cell, double y, double x,
                  tg_auxiliary_work *work);

#endif
