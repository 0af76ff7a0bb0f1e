/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Collapsed strata (Wolter 2007, Introduction to Variance Estimation, 2.5; Cochran 1977, 5A.12).  Strata with one cluster
 * each are taken for one stratum with several: with G of them and totals z_i,
 *
 *   v = G/(G - 1) sum_i (z_i - zbar)^2
 *
 * too large by the spread of the strata's own totals, so that those that are joined should be alike, which must have been
 * settled before the answers were seen.  Column `collapse` of strata.csv says so: within a block (the words before the
 * number, if any) the nearest number is the most alike, as ReGenesees' block.vars and sim.score.  The population of
 * what is joined is the sum of theirs. */
#include <design/collapse.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <design/populations.h>

/* A stratum that may be joined with others. */
typedef struct candidate {
  size_t stratum, group;
  const char *block;
  size_t block_length;
  double place;
  int64_t line;
} candidate;

/* "north 3": block and place; without a number the row's line is the place. */
static void read_place(const tg_strata_row *row, candidate *out) {
  const char *last = row->collapse + strlen(row->collapse);
  while (last > row->collapse && last[-1] != ' ')
    last--;
  out->line = row->line;
  out->block = row->collapse;
  if (tg_number_parse(last, strlen(last), 0, &out->place)) {
    out->place = (double)row->line;
    last = row->collapse + strlen(row->collapse);
  }
  out->block_length = (size_t)(last - row->collapse);
  while (out->block_length > 0 && out->block[out->block_length - 1] == ' ')
    out->block_length--;
}

static int compare_block(const candidate *a, const candidate *b) {
  size_t shorter = a->block_length < b->block_length ? a->block_length : b->block_length;
  int order = memcmp(a->block, b->block, shorter);
  if (a->group != b->group)
    return a->group < b->group ? -1 : 1;
  return order ? order : (a->block_length > b->block_length) - (a->block_length < b->block_length);
}

static int compare(const void *a, const void *b) {
  const candidate *p = a, *q = b;
  int block = compare_block(p, q);
  if (block)
    return block;
  if (p->place != q->place)
    return p->place < q->place ? -1 : 1;
  if (p->line != q->line)
    return p->line < q->line ? -1 : 1;
  return (p->stratum > q->stratum) - (p->stratum < q->stratum);
}

/* Strata with a place, but for those that were taken whole: they have no variance to share. */
static size_t find_candidates(const trygg_design *design, candidate *out) {
  const trygg_codebook *codebook = design->responses->codebook;
  size_t count = 0;
  for (size_t h = 0; h < design->stratum_count; h++) {
    const tg_stratum *stratum = &design->strata[h];
    size_t r = 0;
    while (r < codebook->strata_count && !(codebook->strata[r].collapse[0] &&
                                           tg_populations_row_matches(design, &codebook->strata[r], stratum)))
      r++;
    if (r == codebook->strata_count || !(stratum->remaining > 0))
      continue;
    out[count] = (candidate){.stratum = h, .group = stratum->group};
    read_place(&codebook->strata[r], &out[count++]);
  }
  if (count)
    qsort(out, count, sizeof *out, compare);
  return count;
}

static size_t root(const size_t *into, size_t h) {
  while (into[h] != h)
    h = into[h];
  return h;
}

/* The neighbour that is nearest, SIZE_MAX: none.  Of two as near, one that is lonely too and has not been joined, so that
 * few are put together; then the one before. */
static size_t nearest(const trygg_design *design, const candidate *list, size_t count, size_t i,
                      const uint32_t *joined) {
  int before = i > 0 && !compare_block(&list[i - 1], &list[i]);
  int after = i + 1 < count && !compare_block(&list[i + 1], &list[i]);
  if (before && after) {
    double back = list[i].place - list[i - 1].place, forth = list[i + 1].place - list[i].place;
    size_t next = list[i + 1].stratum;
    int next_waits = tg_stratum_is_lonely(&design->strata[next]) && !joined[next];
    size_t last = list[i - 1].stratum;
    int last_waits = tg_stratum_is_lonely(&design->strata[last]) && !joined[last];
    return back < forth || (back == forth && (last_waits || !next_waits)) ? i - 1 : i + 1;
  }
  return before ? i - 1 : after ? i + 1 : SIZE_MAX;
}

/* into[h]: towards the first of the strata that h is joined with; joined[h] is not 0 when there are some.  1 when any is. */
static int join(const trygg_design *design, const candidate *list, size_t count, size_t *into,
                uint32_t *joined) {
  int any = 0;
  for (size_t h = 0; h < design->stratum_count; h++)
    into[h] = h;
  for (size_t i = 0; i < count; i++) {
    size_t h = list[i].stratum, other = nearest(design, list, count, i, joined), a, b;
    if (!tg_stratum_is_lonely(&design->strata[h]) || joined[h] || other == SIZE_MAX)
      continue;
    a = root(into, h);
    b = root(into, list[other].stratum);
    into[a > b ? a : b] = a > b ? b : a;
    joined[h] = joined[list[other].stratum] = 1;
    any = 1;
  }
  return any;
}

/* ---- one stratum of several ------------------------------------------------------------------------- */

static double population_of(const tg_stratum *stratum) {
  return stratum->fraction > 0 ? (double)stratum->clusters / stratum->fraction : INFINITY;
}

/* `to` takes in `from`, whose name is left. */
static trygg_status take_in(tg_stratum *to, const tg_stratum *from, trygg_error *error) {
  double population = population_of(to) + population_of(from);
  tg_text name = {0};
  tg_text_format(&name, "%s + %s", to->name, from->name);
  if (name.failed) {
    tg_text_free(&name);
    return tg_error_memory(error);
  }
  tg_memory_free(to->name);
  to->name = name.bytes;
  to->codes = name.bytes;
  to->clusters += from->clusters;
  to->fraction = isinf(population) ? 0 : (double)to->clusters / population;
  to->remaining = 1 - to->fraction;
  return TRYGG_OK;
}

/* number[h]: of the joined stratum that h is in, in the order of their first. */
static void renumber(trygg_design *design, const size_t *into, uint32_t *number) {
  size_t count = 0;
  for (size_t h = 0; h < design->stratum_count; h++) {
    if (into[h] == h) {
      number[h] = (uint32_t)count;
      design->strata[count++] = design->strata[h];
    } else {
      number[h] = number[root(into, h)];
      tg_memory_free(design->strata[h].name);
    }
  }
  design->stratum_count = count;
  for (size_t i = 0; i < design->responses->count; i++)
    design->stratum[i] = number[design->stratum[i]];
}

/* Clusters are numbered in the order of their strata. */
static trygg_status renumber_clusters(trygg_design *design, const uint32_t *number, trygg_error *error) {
  size_t clusters = design->cluster_count, *next = tg_memory_new(design->stratum_count + 1, sizeof *next);
  uint32_t *place = tg_memory_new(clusters, sizeof *place);
  if (!next || !place) {
    tg_memory_free(next);
    tg_memory_free(place);
    return tg_error_memory(error);
  }
  for (size_t i = 0; i < clusters; i++) {
    design->cluster_stratum[i] = number[design->cluster_stratum[i]];
    next[design->cluster_stratum[i] + 1]++;
  }
  for (size_t h = 0; h < design->stratum_count; h++)
    next[h + 1] += next[h];
  for (size_t i = 0; i < clusters; i++)
    place[i] = (uint32_t)next[design->cluster_stratum[i]]++;
  for (size_t i = 0; i < design->responses->count; i++)
    design->cluster[i] = place[design->cluster[i]];
  for (size_t h = 0, i = 0; h < design->stratum_count; h++)
    while (i < next[h])
      design->cluster_stratum[i++] = (uint32_t)h;
  tg_memory_free(next);
  tg_memory_free(place);
  return TRYGG_OK;
}

trygg_status tg_collapse_strata(trygg_design *design, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  candidate *list = tg_memory_new(design->stratum_count, sizeof *list);
  size_t *into = tg_memory_new(design->stratum_count, sizeof *into);
  uint32_t *number = tg_memory_new(design->stratum_count, sizeof *number);
  if (!list || !into || !number) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (!join(design, list, find_candidates(design, list), into, number))
    goto cleanup;
  for (size_t h = 0; h < design->stratum_count; h++)
    if (into[h] != h)
      TRY(take_in(&design->strata[root(into, h)], &design->strata[h], error));
  renumber(design, into, number);
  if (design->cluster)
    TRY(renumber_clusters(design, number, error));
cleanup:
  tg_memory_free(list);
  tg_memory_free(into);
  tg_memory_free(number);
  return status;
}
