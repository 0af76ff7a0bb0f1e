/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adding up the runs of a block: the loops that a tally's time goes to. */
#ifndef TG_TALLY_RUNS_H
#define TG_TALLY_RUNS_H

#include <tally/blocks.h>
#include <tally/tally.h>

/* Two numbers added at once. */
typedef double tg_pair __attribute__((vector_size(2 * sizeof(double))));

/* Sums of one indicator over the records of a run (those of an entry within a block), or over an entry. */
typedef struct tg_partial {
  tg_pair xy; /* sum of w x, sum of w y' */
  tg_pair
      qn; /* sum of w y'^2; records inside plus TG_GATHER_MISSING times those without a value: exact below 2^53 */
} tg_partial;

#define TG_GATHER_MISSING 0x1p32 /* more than there are records */

/* What tg_partial does not say where x can be other than 1: records inside, sum of w, w x^2, w x y'. */
typedef struct tg_other_sums {
  double n, weight, qxx, qxy;
} tg_other_sums;

/* Sums over an entry while blocks are merged. */
typedef struct tg_entry_sums {
  tg_partial sums;
  tg_pair correction;        /* of sums.xy */
  const tg_partial *answers; /* the table of its cell; NULL until it is known */
  uint32_t n, missing;       /* what was taken out of sums.qn[1], see tg_runs_settle() */
} tg_entry_sums;

/* What was added up of one indicator so far. */
struct tg_gathered {
  size_t entry_count, cell_count; /* entries and cells that have room */
  tg_entry_sums *entries;
  tg_other_sums *others; /* of each entry; NULL with answers */
  tg_moments *moments;   /* NULL with clusters */
  double *shift;         /* of each cell; NaN until a record is met */
  size_t entry_capacity, other_capacity, moment_capacity, shift_capacity;
  /* Where the indicator depends on one answer: what each adds at weight 1, a table for each answer whose y may be the
   * shift. */
  tg_partial *answers;       /* [table][answer] */
  uint8_t table_of[256];     /* of each answer as shift */
  const tg_partial **tables; /* of each cell; NULL until a record is met */
  size_t table_capacity;
};

/* An indicator while records are added to it. */
typedef struct tg_gather {
  const tg_tally *tally;
  const tg_indicator *indicator;
  const trygg_responses *records;
  const tg_blocks *blocks;
  double *storage;  /* of values.y and x */
  tg_values values; /* of the block at hand, or of every answer */
  const uint8_t
      *codes; /* answers of the block's records, which `values` are for; NULL: `values` are the records' */
  const uint8_t *column; /* answers of all records; NULL with codes: the variable is in no file yet */
  uint8_t *absent;       /* [TG_BLOCK] where it is in none */
  tg_gathered *to;
} tg_gather;

/* y of a cell's first record, by which its y are shifted. */
double tg_runs_shift(const tg_indicator *indicator, double x, double y);

/* What answers add to a run's cell at weight 1; where nobody in it has answered yet, any table counts the missing. */
const tg_partial *tg_runs_find_table(const tg_gather *gather, const tg_run *run, const uint16_t *position);

static inline const tg_partial *tg_runs_table(const tg_gather *g, const tg_run *run,
                                              const uint16_t *position) {
  const tg_partial *known = g->to->entries[run->entry].answers;
  return known ? known : tg_runs_find_table(g, run, position);
}

/* The exact error of each sum is kept (Knuth 1997, TAOCP 2, 4.2.2, theorem B). */
static inline void tg_runs_merge(tg_entry_sums *entry, const tg_partial *run) {
  tg_pair before = entry->sums.xy, after = before + run->xy, added = after - before;
  entry->correction += (before - (after - added)) + (run->xy - added);
  entry->sums.xy = after;
  entry->sums.qn += run->qn;
}

/* Indicators that may be added up side by side. */
enum { TG_RUNS_TEAM = 4 };

/* Add a block's records to each of up to TG_RUNS_TEAM indicators; `answers` is room for TG_BLOCK.  What each adds up
 * does not depend on the others. */
void tg_runs_add(tg_gather *team, size_t count, size_t block, uint32_t *answers);

/* Two counts share a number, which holds both exactly for TG_GATHER_BLOCKS blocks: take them out of it. */
void tg_runs_settle(const tg_gathered *to);

#endif
