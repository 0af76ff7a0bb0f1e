/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Margins of the codebook as aims of each wave, and which aims a record counts for. */
#ifndef TG_DESIGN_AIMS_H
#define TG_DESIGN_AIMS_H

#include <design/pattern.h>
#include <responses/combine.h>

typedef enum tg_margin_kind { TG_MARGIN_CATEGORIES, TG_MARGIN_NUMBER, TG_MARGIN_PEOPLE } tg_margin_kind;

/* The rows of a wave with the same variables. */
typedef struct tg_margin {
  tg_margin_kind kind;
  size_t wave;
  const tg_margin_row *row; /* the first */
  size_t first, count;      /* aims */
  size_t *parts;            /* of the combination, one a variable */
  uint32_t *table;          /* [combination of its categories] to one of its aims; NULL: other kinds */
  size_t table_size;
} tg_margin;

/* Records that have the same wave, categories and numbers are alike to all margins: what is asked of a million records
 * is asked of one of each combination. */
typedef struct tg_aims {
  const trygg_responses *responses;
  const tg_pattern_request *request;
  tg_patterns *patterns; /* gets the aims, and for now the combination of each record */
  tg_combination combination;
  size_t *variables; /* of its parts: of categories, or of a number behind those; that of waves has none */
  const tg_part *spread; /* the last part; NULL: none is asked for */
  size_t count;          /* of combinations that occur */
  size_t *example;       /* the first record of each */
  size_t *weighted; /* records of each whose weight is not 0, and the first of them; NULL: not counted yet */
  size_t *first_weighted;
  tg_margin *list;
  size_t margin_count;
} tg_aims;

/* Fill all but what is given: responses, request, patterns. */
trygg_status tg_aims_find(tg_aims *margins, trygg_error *error);
void tg_aims_clear(tg_aims *margins);

/* Which of the margin's aims a record counts for, or among which of the numbers it is: below tg_aims_ranks(), or
 * TG_RANK_NONE when it has no row or *missing. */
uint32_t tg_aims_rank(const tg_aims *margins, const tg_margin *margin, size_t record, int *missing);
size_t tg_aims_ranks(const tg_aims *margins, const tg_margin *margin);

/* Count records whose weight is not 0, if that has not been done. */
trygg_status tg_aims_weigh(tg_aims *margins, trygg_error *error);

#endif
