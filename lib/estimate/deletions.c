/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The delete-one jackknife without its replicates.  Leaving unit i of stratum h out changes a sum S by
 *
 *   dS = (S_h - n_h z_i) / (n_h - 1)
 *
 * S_h the stratum's part of the sum and z_i the unit's: only the statistics that the unit has a part in need a look,
 * and the n_h - t units without a part in one are all alike (z = 0). */
#include <estimate/replicates.h>

#include <math.h>

#include <base/keys.h>

#define RUN ((size_t)1024)

typedef struct pass {
  const tg_plan *plan;
  tg_squares *squares;
  size_t strata;
  double *x, *y;      /* S_h of slot s: [s * strata + h] */
  size_t *slot_begin; /* slots of pair p: pair_slots[slot_begin[p]..slot_begin[p + 1]) */
  uint32_t *pair_slots;
  size_t *statistic_begin; /* statistics of slot s, likewise */
  uint32_t *slot_statistics;
  double *seen;    /* units of stratum h that have a part in statistic s: [s * strata + h]; full: any */
  double *zx, *zy; /* of the unit at hand, by slot; 0 between units */
  unsigned char *slot_met, *statistic_met;
  uint32_t *slots, *statistics; /* met */
  size_t slot_count, statistic_count;
  double *dx, *dy, *difference;
} pass;

/* ---- who has a part in what -------------------------------------------------------------------- */

static int index_pairs(pass *p) {
  const tg_plan *plan = p->plan;
  size_t total = plan->pair_begin[plan->slot_count], pairs = plan->pairs.count;
  p->slot_begin = tg_memory_new(pairs + 2, sizeof *p->slot_begin);
  p->pair_slots = tg_memory_new(total, sizeof *p->pair_slots);
  if (!p->slot_begin || !p->pair_slots)
    return -1;
  for (size_t i = 0; i < total; i++)
    p->slot_begin[plan->slot_pairs[i] + 2]++;
  for (size_t i = 0; i < pairs; i++)
    p->slot_begin[i + 2] += p->slot_begin[i + 1];
  for (size_t s = 0; s < plan->slot_count; s++)
    for (size_t i = plan->pair_begin[s]; i < plan->pair_begin[s + 1]; i++)
      p->pair_slots[p->slot_begin[plan->slot_pairs[i] + 1]++] = (uint32_t)s;
  return 0;
}

static int index_slots(pass *p) {
  const tg_plan *plan = p->plan;
  size_t total = 0;
  for (size_t i = 0; i < plan->part_count; i++)
    total += plan->slot_number[i];
  p->statistic_begin = tg_memory_new(plan->slot_count + 2, sizeof *p->statistic_begin);
  p->slot_statistics = tg_memory_new(total, sizeof *p->slot_statistics);
  if (!p->statistic_begin || !p->slot_statistics)
    return -1;
  for (size_t i = 0; i < plan->part_count; i++)
    for (size_t s = plan->slot_first[i]; s < plan->slot_first[i] + plan->slot_number[i]; s++)
      p->statistic_begin[s + 2]++;
  for (size_t s = 0; s < plan->slot_count; s++)
    p->statistic_begin[s + 2] += p->statistic_begin[s + 1];
  for (size_t t = 0; t < plan->statistic_count; t++)
    for (size_t i = plan->part_begin[t]; i < plan->part_begin[t + 1]; i++)
      for (size_t s = plan->slot_first[i]; s < plan->slot_first[i] + plan->slot_number[i]; s++)
        p->slot_statistics[p->statistic_begin[s + 1]++] = (uint32_t)t;
  return 0;
}

static int allocate(pass *p) {
  size_t slots = p->plan->slot_count, statistics = p->plan->statistic_count;
  p->x = tg_memory_new(slots * p->strata, sizeof *p->x);
  p->y = tg_memory_new(slots * p->strata, sizeof *p->y);
  p->seen = tg_memory_new(statistics * p->strata, sizeof *p->seen);
  p->zx = tg_memory_new(slots, sizeof *p->zx);
  p->zy = tg_memory_new(slots, sizeof *p->zy);
  p->slot_met = tg_memory_new(slots, 1);
  p->statistic_met = tg_memory_new(statistics, 1);
  p->slots = tg_memory_new(slots, sizeof *p->slots);
  p->statistics = tg_memory_new(statistics, sizeof *p->statistics);
  p->dx = tg_memory_new(slots, sizeof *p->dx);
  p->dy = tg_memory_new(slots, sizeof *p->dy);
  p->difference = tg_memory_new(statistics, sizeof *p->difference);
  return p->x && p->y && p->seen && p->zx && p->zy && p->slot_met && p->statistic_met && p->slots &&
                 p->statistics && p->dx && p->dy && p->difference
             ? index_pairs(p) || index_slots(p)
             : -1;
}

static void clear(pass *p) {
  void *blocks[] = {p->x,         p->y,  p->slot_begin, p->pair_slots,      p->statistic_begin,
                    p->seen,      p->zx, p->zy,         p->slot_statistics, p->slot_met,
                    p->slots,     p->dx, p->dy,         p->statistic_met,   p->statistics,
                    p->difference};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
}

/* ---- sums of strata ------------------------------------------------------------------------------ */

/* Add sums x, y' of an indicator in a cell to a place for each slot that has the pair. */
static void add_pair(pass *p, uint32_t pair, uint32_t cell, double x, double y, double *to_x, double *to_y,
                     size_t stride, int is_unit) {
  const tg_plan *plan = p->plan;
  const tg_tally *tally = plan->estimates->tally;
  for (size_t i = p->slot_begin[pair]; i < p->slot_begin[pair + 1]; i++) {
    size_t s = p->pair_slots[i];
    size_t indicator = plan->slots[s].estimates->rows[plan->slots[s].row].indicator;
    double d = tally->shift[indicator * tally->cell_count + cell] - plan->slots[s].shift;
    to_x[s * stride] += x;
    to_y[s * stride] += y + d * x;
    if (is_unit && !p->slot_met[s]) {
      p->slot_met[s] = 1;
      p->slots[p->slot_count++] = (uint32_t)s;
    }
  }
}

static void add_strata(pass *p) {
  const tg_tally *tally = p->plan->estimates->tally;
  const trygg_design *design = tally->design;
  const tg_pairs *pairs = &p->plan->pairs;
  for (size_t k = 0; k < pairs->used_count; k++)
    for (size_t e = 0; e < tally->entry_count; e++) {
      uint32_t cell = tally->entry_cell[e], unit = tally->entry_unit[e];
      uint32_t pair = pairs->position[k * tally->cell_count + cell];
      const tg_sums *sums = &tally->sums[pairs->used[k] * tally->entry_count + e];
      size_t h = design->cluster ? design->cluster_stratum[unit] : unit;
      if (pair != TG_RANK_NONE && sums->n > 0)
        add_pair(p, pair, cell, sums->x, sums->y, p->x + h, p->y + h, p->strata, 0);
    }
}

/* ---- units ---------------------------------------------------------------------------------------- */

static void set_differences(pass *p, size_t s, size_t h) {
  double n = (double)p->plan->estimates->tally->design->strata[h].clusters;
  p->dx[s] = tg_tally_linear(1, p->x[s * p->strata + h], -n, p->zx[s]) / (n - 1);
  p->dy[s] = tg_tally_linear(1, p->y[s * p->strata + h], -n, p->zy[s]) / (n - 1);
}

static double difference_of(pass *p, size_t statistic, size_t h) {
  const tg_plan *plan = p->plan;
  for (size_t i = plan->part_begin[statistic]; i < plan->part_begin[statistic + 1]; i++)
    for (size_t s = plan->slot_first[i]; s < plan->slot_first[i] + plan->slot_number[i]; s++)
      set_differences(p, s, h);
  return tg_plan_difference(plan, statistic, p->dx, p->dy, 1);
}

/* For a matrix every statistic is needed in every unit. */
static void finish_whole(pass *p, size_t h, double rscale) {
  for (size_t t = 0; t < p->plan->statistic_count; t++) {
    p->difference[t] = difference_of(p, t, h);
    p->seen[t * p->strata + h]++;
  }
  tg_squares_add_all(p->squares, p->difference, rscale, 1);
}

static void finish_unit(pass *p, size_t h) {
  double rscale = p->plan->estimates->tally->design->replicates->rscales[h];
  for (size_t i = 0; i < p->slot_count && rscale > 0; i++)
    for (size_t k = p->statistic_begin[p->slots[i]]; k < p->statistic_begin[p->slots[i] + 1]; k++) {
      uint32_t t = p->slot_statistics[k];
      if (!p->statistic_met[t])
        p->statistics[p->statistic_count++] = t;
      p->statistic_met[t] = 1;
    }
  if (p->squares->full && p->statistic_count)
    finish_whole(p, h, rscale);
  for (size_t i = 0; i < p->statistic_count; i++) {
    uint32_t t = p->statistics[i];
    p->statistic_met[t] = 0;
    if (p->squares->full)
      continue;
    tg_squares_add(p->squares, t, difference_of(p, t, h), rscale, 1);
    p->seen[t * p->strata + h]++;
  }
  for (size_t i = 0; i < p->slot_count; i++) {
    p->zx[p->slots[i]] = p->zy[p->slots[i]] = 0;
    p->slot_met[p->slots[i]] = 0;
  }
  p->slot_count = p->statistic_count = 0;
}

static void pass_clusters(pass *p) {
  const tg_tally *tally = p->plan->estimates->tally;
  const tg_pairs *pairs = &p->plan->pairs;
  for (size_t e = 0; e < tally->entry_count; e++) {
    uint32_t cell = tally->entry_cell[e], unit = tally->entry_unit[e];
    for (size_t k = 0; k < pairs->used_count; k++) {
      uint32_t pair = pairs->position[k * tally->cell_count + cell];
      const tg_sums *sums = &tally->sums[pairs->used[k] * tally->entry_count + e];
      if (pair != TG_RANK_NONE && sums->n > 0)
        add_pair(p, pair, cell, sums->x, sums->y, p->zx, p->zy, 1, 1);
    }
    if (e + 1 == tally->entry_count || tally->entry_unit[e + 1] != unit)
      finish_unit(p, tally->design->cluster_stratum[unit]);
  }
}

/* Values of the indicators in use, RUN records at a time. */
typedef struct run_values {
  double *storage;
  unsigned char *states;
  tg_values *values;
} run_values;

static void add_record(pass *p, const run_values *run, size_t i, size_t record) {
  const tg_tally *tally = p->plan->estimates->tally;
  const tg_pairs *pairs = &p->plan->pairs;
  uint32_t cell;
  if (tally->entry[record] == TG_RANK_NONE)
    return;
  cell = tally->entry_cell[tally->entry[record]];
  for (size_t k = 0; k < pairs->used_count; k++) {
    uint32_t pair = pairs->position[k * tally->cell_count + cell];
    const tg_values *v = &run->values[k];
    const double *weight = tg_design_weight(tally->design, tally->indicators.list[pairs->used[k]].weight);
    double w = weight ? weight[record] : 1;
    double shift = tally->shift[pairs->used[k] * tally->cell_count + cell];
    if (pair != TG_RANK_NONE && v->state[i] == TG_INSIDE && w > 0)
      add_pair(p, pair, cell, w * v->x[i], w * (v->y[i] - shift * v->x[i]), p->zx, p->zy, 1, 1);
  }
}

static int matters(const pass *p, size_t first, size_t count) {
  const tg_tally *tally = p->plan->estimates->tally;
  const tg_pairs *pairs = &p->plan->pairs;
  for (size_t i = first; i < first + count; i++)
    for (size_t k = 0; k < pairs->used_count && tally->entry[i] != TG_RANK_NONE; k++)
      if (pairs->position[k * tally->cell_count + tally->entry_cell[tally->entry[i]]] != TG_RANK_NONE)
        return 1;
  return 0;
}

static trygg_status pass_records(pass *p, trygg_error *error) {
  const tg_tally *tally = p->plan->estimates->tally;
  const trygg_responses *responses = tally->design->responses;
  const tg_pairs *pairs = &p->plan->pairs;
  trygg_status status = TRYGG_OK;
  run_values run = {tg_memory_new(pairs->used_count * 2 * RUN, sizeof *run.storage),
                    tg_memory_new(pairs->used_count, RUN),
                    tg_memory_new(pairs->used_count, sizeof *run.values)};
  if (!run.storage || !run.states || !run.values) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < pairs->used_count; k++)
    run.values[k] =
        (tg_values){run.storage + 2 * k * RUN, run.storage + (2 * k + 1) * RUN, run.states + k * RUN};
  for (size_t first = 0; first < responses->count; first += RUN) {
    size_t count = responses->count - first < RUN ? responses->count - first : RUN;
    if (!matters(p, first, count))
      continue;
    for (size_t k = 0; k < pairs->used_count; k++)
      tg_indicator_evaluate(&tally->indicators.list[pairs->used[k]], responses, first, count, &run.values[k]);
    for (size_t i = 0; i < count; i++) {
      add_record(p, &run, i, first + i);
      finish_unit(p, tally->design->stratum[first + i]);
    }
  }
cleanup:
  tg_memory_free(run.storage);
  tg_memory_free(run.states);
  tg_memory_free(run.values);
  return status;
}

/* The units that had no part in a statistic. */
static void add_others(pass *p) {
  const trygg_design *design = p->plan->estimates->tally->design;
  size_t statistics = p->plan->statistic_count;
  for (size_t h = 0; h < p->strata; h++) {
    double n = (double)design->strata[h].clusters, rscale = design->replicates->rscales[h];
    if (!(rscale > 0))
      continue;
    for (size_t t = 0; t < statistics; t++) {
      double others = n - p->seen[t * p->strata + h];
      p->difference[t] = others > 0 ? difference_of(p, t, h) : 0;
      if (!p->squares->full && others > 0)
        tg_squares_add(p->squares, t, p->difference[t], rscale, others);
    }
    if (p->squares->full && statistics && n > p->seen[h])
      tg_squares_add_all(p->squares, p->difference, rscale, n - p->seen[h]);
  }
}

trygg_status tg_deletions_pass(const tg_plan *plan, tg_squares *squares, trygg_error *error) {
  const trygg_design *design = plan->estimates->tally->design;
  trygg_status status = TRYGG_OK;
  pass p = {.plan = plan, .squares = squares, .strata = design->stratum_count};
  if (allocate(&p)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  add_strata(&p);
  if (design->cluster)
    pass_clusters(&p);
  else
    TRY(pass_records(&p, error));
  add_others(&p);
cleanup:
  clear(&p);
  return status;
}
