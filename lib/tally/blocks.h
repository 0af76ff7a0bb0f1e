/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of each block in the order of their entries, so that what an entry adds up stands side by side. */
#ifndef TG_TALLY_BLOCKS_H
#define TG_TALLY_BLOCKS_H

#include <tally/tally.h>

/* Consecutive records of one entry. */
typedef struct tg_run {
  uint32_t entry, count;
} tg_run;

/* Records inside whose weight is positive, in the order block, entry, record; an entry has one run in a block.
 * Places and weights of block b start at [b * TG_BLOCK]. */
typedef struct tg_blocks {
  size_t variable;    /* of the weight; TG_NONE: the design's */
  size_t count;       /* blocks */
  uint16_t *position; /* of a record within its block */
  double *weight;     /* the same records' */
  tg_run **runs;      /* [block][run] */
  size_t *run_count;  /* of each block */
} tg_blocks;

/* Arrange the tally's records for a weight; blocks are shared among threads. */
trygg_status tg_blocks_arrange(const tg_tally *tally, size_t weight_variable, int threads, tg_blocks *out,
                               trygg_error *error);

/* Give entry e of the runs the number `entries[e]`. */
void tg_blocks_renumber(tg_blocks *blocks, const uint32_t *entries);

void tg_blocks_clear(tg_blocks *blocks);

#endif
