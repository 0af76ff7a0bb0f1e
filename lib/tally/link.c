/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products over linked units.
 *
 * For a pair of strata h and k with n units in both, u the values about centres and d_h what the mean of all units of the
 * stratum, those not listed being 0 there, still is about them:
 *
 *   sum_i (u_i - d_h)(v_i - d_k) = sum_i u_i v_i - d_k sum_i u_i - d_h sum_i v_i + n d_h d_k
 *
 * The centres are the means wherever every unit is listed, so that nothing large cancels. */
#include <tally/link.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>

int tg_link_begin(tg_link *l, const trygg_design *design, size_t count, int full) {
  size_t links;
  *l = (tg_link){.count = count, .full = full};
  if (!tg_panel_is_linked(design))
    return 0;
  l->design = design;
  links = design->panel->link_begin[design->stratum_count];
  l->again = tg_memory_new(count, sizeof *l->again);
  l->cross = tg_memory_new(full ? count * count : count, sizeof *l->cross);
  l->sums = tg_memory_new(links * count, sizeof *l->sums);
  l->at = tg_memory_new(count, sizeof *l->at);
  l->stamp = tg_memory_new(count, sizeof *l->stamp);
  return l->again && l->cross && l->sums && l->at && l->stamp ? 0 : -1;
}

void tg_link_clear(tg_link *l) {
  void *blocks[] = {l->parts, l->values, l->again, l->cross, l->sums, l->at, l->stamp};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
  *l = (tg_link){0};
}

void tg_link_add(tg_link *l, size_t unit, uint32_t stratum, const uint32_t *touched, const double *about,
                 size_t count) {
  uint32_t linked = l->design ? l->design->panel->linked[unit] : TG_RANK_NONE;
  if (linked == TG_RANK_NONE || l->failed || !count)
    return;
  if (tg_memory_grow((void **)&l->parts, &l->part_capacity, l->part_count + 1, sizeof *l->parts) ||
      tg_memory_grow((void **)&l->values, &l->value_capacity, l->value_count + count, sizeof *l->values)) {
    l->failed = 1;
    return;
  }
  l->parts[l->part_count++] = (tg_link_part){linked, stratum, l->value_count, l->value_count + count};
  for (size_t k = 0; k < count; k++)
    l->values[l->value_count++] = (tg_link_value){touched[k], about[k]};
}

/* ---- pairs of one unit ---------------------------------------------------------------------------- */

/* The unit is in other strata too, whether it touched something there or not. */
static void add_sums(tg_link *l, const tg_link_part *part) {
  const tg_panel *panel = l->design->panel;
  for (size_t m = panel->begin[part->linked]; m < panel->begin[part->linked + 1]; m++) {
    uint32_t other = tg_panel_stratum(l->design, panel->members[m]);
    double *sums;
    if (other == part->stratum)
      continue;
    sums = l->sums + (size_t)(tg_panel_find(panel, part->stratum, other) - panel->links) * l->count;
    for (size_t x = part->begin; x < part->end; x++)
      sums[l->values[x].output] += l->values[x].about;
  }
}

/* cross += weight times the products of two parts and those of the two the other way round. */
static void add_all_products(tg_link *l, const tg_link_part *a, const tg_link_part *b, double weight) {
  for (size_t x = a->begin; x < a->end; x++)
    for (size_t y = b->begin; y < b->end; y++) {
      size_t p = l->values[x].output, q = l->values[y].output;
      double product = weight * l->values[x].about * l->values[y].about;
      l->cross[p > q ? p * l->count + q : q * l->count + p] += p == q ? 2 * product : product;
    }
}

/* The same where only variances are asked for. */
static void add_squares(tg_link *l, const tg_link_part *a, const tg_link_part *b, double weight) {
  for (size_t x = a->begin; x < a->end; x++)
    l->at[l->values[x].output] = l->values[x].about;
  for (size_t y = b->begin; y < b->end; y++)
    l->cross[l->values[y].output] += 2 * weight * l->at[l->values[y].output] * l->values[y].about;
  for (size_t x = a->begin; x < a->end; x++)
    l->at[l->values[x].output] = 0;
}

static double weight_of(const tg_panel_link *link, const double *factor, uint32_t stratum) {
  return link->share * sqrt(factor[stratum] * factor[link->stratum]);
}

static void add_pair(tg_link *l, const tg_link_part *a, const tg_link_part *b, const double *factor) {
  const tg_panel_link *link = tg_panel_find(l->design->panel, a->stratum, b->stratum);
  double weight = weight_of(link, factor, a->stratum);
  if (l->full)
    add_all_products(l, a, b, weight);
  else
    add_squares(l, a, b, weight);
}

static void count_again(tg_link *l, const tg_link_part *part) {
  for (size_t x = part->begin; x < part->end; x++) {
    uint32_t o = l->values[x].output;
    l->again[o] += l->stamp[o] == part->linked + 1;
    l->stamp[o] = part->linked + 1;
  }
}

/* Parts by unit, in the order in which they came: one after the other may be of different waves. */
static int sort_parts(tg_link *l, size_t **out) {
  size_t linked = l->design->panel->linked_count;
  size_t *begin = tg_memory_new(linked + 2, sizeof *begin);
  tg_link_part *sorted = tg_memory_new(l->part_count, sizeof *sorted);
  *out = begin;
  if (!begin || !sorted) {
    tg_memory_free(begin);
    tg_memory_free(sorted);
    return -1;
  }
  for (size_t i = 0; i < l->part_count; i++)
    begin[l->parts[i].linked + 2]++;
  for (size_t u = 2; u < linked + 2; u++)
    begin[u] += begin[u - 1];
  for (size_t i = 0; i < l->part_count; i++)
    sorted[begin[l->parts[i].linked + 1]++] = l->parts[i];
  tg_memory_free(l->parts);
  l->parts = sorted;
  return 0;
}

/* ---- what the means still are about the centres ----------------------------------------------------- */

/* d and the sums of both sides, in strata h and the link's, of outputs that have any. */
typedef struct side {
  const double *sums, *rest;
  size_t stratum, strata;
  double units; /* of the stratum */
} side;

static double mean_of(const side *s, size_t output) {
  return s->rest[output * s->strata + s->stratum] / s->units;
}

static double correction(const side *h, const side *k, double count, size_t p, size_t q) {
  double d = mean_of(h, p), e = mean_of(k, q);
  return count * d * e - e * h->sums[p] - d * k->sums[q];
}

static void correct_link(tg_link *l, const side *h, const side *k, double count, double weight) {
  for (size_t p = 0; p < l->count; p++) {
    if (h->sums[p] == 0 && mean_of(h, p) == 0)
      continue;
    if (!l->full)
      l->cross[p] += weight * correction(h, k, count, p, p);
    for (size_t q = 0; q <= p && l->full; q++)
      l->cross[p * l->count + q] += weight * correction(h, k, count, p, q);
  }
}

/* Links are listed from both sides, so that every ordered pair of outputs comes once. */
static void correct(tg_link *l, const double *factor, const double *rest, size_t strata) {
  const tg_panel *panel = l->design->panel;
  for (size_t a = 0; a < l->design->stratum_count; a++)
    for (size_t p = panel->link_begin[a]; p < panel->link_begin[a + 1]; p++) {
      const tg_panel_link *link = &panel->links[p];
      side h = {l->sums + p * l->count, rest, a, strata, (double)l->design->strata[a].clusters};
      side k = {l->sums + link->back * l->count, rest, link->stratum, strata,
                (double)l->design->strata[link->stratum].clusters};
      correct_link(l, &h, &k, link->count, weight_of(link, factor, (uint32_t)a));
    }
}

int tg_link_settle(tg_link *l, const double *factor, const double *rest, size_t strata) {
  size_t *begin;
  if (!l->design)
    return 0;
  if (l->failed || sort_parts(l, &begin))
    return -1;
  for (size_t u = 0; u < l->design->panel->linked_count; u++)
    for (size_t i = begin[u]; i < begin[u + 1]; i++) {
      count_again(l, &l->parts[i]);
      add_sums(l, &l->parts[i]);
      for (size_t j = i + 1; j < begin[u + 1]; j++)
        add_pair(l, &l->parts[i], &l->parts[j], factor);
    }
  tg_memory_free(begin);
  correct(l, factor, rest, strata);
  return 0;
}
