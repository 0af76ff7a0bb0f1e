/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Combinations of what several columns say of a record, numbered in their order: how strata, clusters, cells and
 * patterns come about. */
#ifndef TG_RESPONSES_COMBINE_H
#define TG_RESPONSES_COMBINE_H

#include <responses/responses.h>

/* A number 0..count - 1 of each record, or none: what a table makes of a stored value.  Zero-initialise. */
typedef struct tg_part {
  const void *values;  /* of each record, `width` bytes wide: 1, 2 or 4; NULL: no record has a number */
  unsigned char width; /* */
  size_t size;         /* stored values from here on have no number */
  uint32_t *table;     /* [size + 1] TG_RANK_NONE, and the last: none; NULL: stored values are the numbers */
  size_t count;        /* */
  int full;            /* every record has a number */
  uint32_t *owned;     /* values that are the part's own */
  tg_categories names; /* of a column's categories */
} tg_part;

/* The categories of a column as tg_column_categories() has them. */
trygg_status tg_part_of_column(const tg_column *column, size_t records, tg_part *out, trygg_error *error);
/* Numbers below `count`, borrowed; from there on none. */
tg_part tg_part_of_numbers(const uint32_t *numbers, size_t count);
tg_part tg_part_of_waves(const trygg_responses *responses);

void tg_part_clear(tg_part *part);

/* TG_RANK_NONE: none. */
static inline uint32_t tg_part_number(const tg_part *part, size_t record) {
  uint32_t value;
  if (!part->values)
    return UINT32_MAX;
  value = part->width == 1   ? ((const uint8_t *)part->values)[record]
          : part->width == 2 ? ((const uint16_t *)part->values)[record]
                             : ((const uint32_t *)part->values)[record];
  return value >= part->size ? UINT32_MAX : part->table ? part->table[value] : value;
}

/* Zero-initialise but for `records` and `threads` (0: processors). */
typedef struct tg_combination {
  size_t records;
  int threads;
  int strict; /* records without a number of the last part are in no combination: TG_RANK_NONE */
  tg_part *parts;
  size_t part_count, part_capacity;
} tg_combination;

/* One more part, the first one varying slowest; taken over, also on failure. */
trygg_status tg_combination_add(tg_combination *combination, tg_part *part, trygg_error *error);
trygg_status tg_combination_add_column(tg_combination *combination, const tg_column *column,
                                       trygg_error *error);
void tg_combination_clear(tg_combination *combination);

/* of[record] = the number of its combination among the *count that occur, in increasing order, of a part first those
 * that have a number.  *distinct (yours to free) gets a key of each, which tg_combination_number() reads; with NULL
 * there may be any number of parts, else TRYGG_ELIMIT.  The same on any number of threads. */
trygg_status tg_combination_rank(const tg_combination *combination, uint32_t *of, uint64_t **distinct,
                                 size_t *count, trygg_error *error);

/* Part k's number in a combination; TG_RANK_NONE: none. */
uint32_t tg_combination_number(const tg_combination *combination, uint64_t key, size_t k);

#endif
