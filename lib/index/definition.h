/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an index is made of, from the rows of indices.csv. */
#ifndef TG_INDEX_DEFINITION_H
#define TG_INDEX_DEFINITION_H

#include <trygg/index.h>

#include <codebook/codebook.h>

/* Points are linear in the share between knots, clamped outside. */
typedef struct tg_knot {
  double share, points;
} tg_knot;

typedef struct tg_index_item {
  const tg_index_row *row;
  size_t indicator; /* of the codebook */
  double weight;
  int reversed; /* better = high: the knots are for 1 - p */
  tg_knot *knots;
  size_t knot_count;
} tg_index_item;

typedef struct tg_index_section {
  const char *name; /* "" where the index has no sections */
  double weight;
  tg_index_item *items;
  size_t item_count, item_capacity;
} tg_index_section;

typedef struct tg_index_definition {
  const char *name;
  tg_index_section *sections;
  size_t section_count, section_capacity;
} tg_index_definition;

typedef struct tg_index_definitions {
  tg_index_definition *list;
  size_t count, capacity;
} tg_index_definitions;

/* The indices called `names` (none: all), in the order of indices.csv. */
trygg_status tg_definition_read(const trygg_codebook *codebook, const char *const *names, size_t count,
                                tg_index_definitions *out, trygg_error *error);
void tg_definition_clear(tg_index_definitions *definitions);

/* Points at a share, and their slope (of the piece to the right at a knot; 0 where clamped). */
double tg_definition_points(const tg_index_item *item, double share, double *slope);

#endif
