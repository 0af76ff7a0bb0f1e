/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of indices in domains. */
#ifndef TG_INDEX_INDEX_H
#define TG_INDEX_INDEX_H

#include <index/definition.h>
#include <inference/inference.h>

/* One figure: a section, or (section TG_NONE) the whole index, in a domain. */
typedef struct tg_index_value {
  size_t definition, section, domain;
  double points, se, df, lower, upper;
  int64_t n; /* smallest number of answers behind an item; INT64_MAX where nothing was asked */
  unsigned flags;
  size_t rank, rank_lower, rank_upper; /* 0: none */
} tg_index_value;

/* All figures, in the order domain, definition, sections, whole. */
trygg_status tg_index_values(const trygg_estimates *estimates, const tg_index_definitions *definitions,
                             double level, tg_index_value **out, size_t *count, trygg_error *error);

/* Ranks among the by-domains of each wave, for each figure of a definition. */
trygg_status tg_ranks_set(const trygg_estimates *estimates, tg_index_value *values, size_t count,
                          double level, trygg_error *error);

#endif
