/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units of the first stage that are in several waves: persons by their id, clusters by their code.
 *
 * Each wave has strata and a sample of its own, as if waves were independent.  What they share is known by the linked
 * units alone, in whatever strata they are: they may have moved. */
#ifndef TG_DESIGN_PANEL_H
#define TG_DESIGN_PANEL_H

#include <base/keys.h>
#include <design/design.h>

/* Units of one stratum that are also in another, of another wave. */
typedef struct tg_panel_link {
  uint32_t stratum; /* the other */
  size_t back;      /* the link from there to here */
  double count;     /* units */
  double share;     /* kappa of panel.c: what their products count, from -1 to 1 */
  int same_codes;   /* it is the same stratum in another wave */
} tg_panel_link;

typedef struct tg_panel {
  uint32_t *linked; /* of each unit: the number of what is in several waves; TG_RANK_NONE: it is in one */
  size_t linked_count;
  uint32_t *members; /* units of linked l, in the order of records: members[begin[l]..begin[l + 1]) */
  size_t *begin;
  tg_panel_link *links; /* of stratum h: links[link_begin[h]..link_begin[h + 1]), by the other */
  size_t *link_begin;
} tg_panel;

/* Make design->panel if its waves are one; strata and clusters, with their populations, are final. */
trygg_status tg_panel_create(trygg_design *design, trygg_error *error);
void tg_panel_free(tg_panel *panel);

/* Some units are in several waves, so that waves covary. */
static inline int tg_panel_is_linked(const trygg_design *design) {
  return design->panel && design->panel->linked_count > 0;
}

/* Statistics of the two waves covary: they are in one group of strata, or linked. */
static inline int tg_panel_joins_waves(const trygg_design *design) {
  return design->group_count == 1 || tg_panel_is_linked(design);
}

/* Of a unit of the first stage. */
static inline uint32_t tg_panel_stratum(const trygg_design *design, size_t unit) {
  return design->cluster ? design->cluster_stratum[unit] : design->stratum[unit];
}

/* The link between two strata, which is there. */
const tg_panel_link *tg_panel_find(const tg_panel *panel, uint32_t from, uint32_t to);

/* A stratum is one that was met in an earlier wave, with some of the same units. */
int tg_panel_is_again(const tg_panel *panel, size_t stratum, int (*met)(const void *, size_t),
                      const void *context);

/* Distinct units of the groups of strata with a mark, less their strata; of two phases, of that with fewer. */
double tg_panel_df(const trygg_design *design, const unsigned char *groups);

/* Units that are in both of two waves. */
size_t tg_panel_overlap(const trygg_design *design, size_t wave, size_t other);

#endif
