/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replicates change the weights of units, so the sums of a cell change by sum over units of change x unit's sum: a
 * product of matrices of which one is made of totals of clusters and the other is there for a few replicates at a
 * time. */
#include <tally/replicate.h>

#include <string.h>

#include <base/keys.h>

#define RUN ((size_t)1024)

typedef double pair __attribute__((vector_size(2 * sizeof(double))));

_Static_assert(TG_LANES == 8, "a product is written out for eight lanes");

/* Sums of x and y' in all lanes: few enough to stay in registers. */
typedef struct lanes {
  pair x0, x1, x2, x3, y0, y1, y2, y3;
} lanes;

static inline void add(lanes *sums, const double *changes, double x, double y) {
  const pair *c = (const pair *)changes; /* from tg_memory_new: aligned to 16 bytes */
  pair xx = {x, x}, yy = {y, y};
  sums->x0 += c[0] * xx;
  sums->x1 += c[1] * xx;
  sums->x2 += c[2] * xx;
  sums->x3 += c[3] * xx;
  sums->y0 += c[0] * yy;
  sums->y1 += c[1] * yy;
  sums->y2 += c[2] * yy;
  sums->y3 += c[3] * yy;
}

static void add_entries(const tg_tally *tally, size_t indicator, const uint32_t *position,
                        const double *changes, lanes *out) {
  const tg_sums *sums = tally->sums + indicator * tally->entry_count;
  for (size_t e = 0; e < tally->entry_count;) {
    uint32_t cell = tally->entry_cell[e], at = position[cell];
    lanes run;
    if (at == TG_RANK_NONE) {
      e++;
      continue;
    }
    run = out[at];
    for (; e < tally->entry_count && tally->entry_cell[e] == cell; e++)
      add(&run, changes + tally->entry_unit[e] * TG_LANES, sums[e].x, sums[e].y);
    out[at] = run;
  }
}

/* Records first..first+count-1 for one indicator. */
static void add_records(const tg_tally *tally, size_t indicator, const uint32_t *position, size_t first,
                        size_t count, const tg_values *values, const double *changes, lanes *out) {
  const trygg_design *design = tally->design;
  const double *weight = tg_design_weight(design, tally->indicators.list[indicator].weight);
  const double *shift = tally->shift + indicator * tally->cell_count;
  for (size_t i = 0; i < count; i++) {
    uint32_t e = tally->entry[first + i], cell, at;
    double factor;
    if (e == TG_RANK_NONE || values->state[i] != TG_INSIDE)
      continue;
    cell = tally->entry_cell[e];
    at = position[cell];
    factor = tg_replicate_factor(design, weight, first + i);
    if (at != TG_RANK_NONE && factor > 0)
      add(&out[at], changes + (first + i) * TG_LANES, factor * values->x[i],
          factor * (values->y[i] - shift[cell] * values->x[i]));
  }
}

/* A run without records in cells that are asked for need not be evaluated. */
static int run_matters(const tg_tally *tally, const uint32_t *position, size_t first, size_t count) {
  for (size_t i = first; i < first + count; i++)
    if (tally->entry[i] != TG_RANK_NONE && position[tally->entry_cell[tally->entry[i]]] != TG_RANK_NONE)
      return 1;
  return 0;
}

static trygg_status pass_records(const tg_tally *tally, const tg_pairs *pairs, const double *changes,
                                 lanes *out, trygg_error *error) {
  size_t records = tally->design->responses->count;
  double *storage = tg_memory_new(2 * RUN, sizeof *storage);
  unsigned char *state = tg_memory_new(RUN, 1);
  tg_values values = {storage, storage + RUN, state};
  for (size_t first = 0; first < records && storage && state; first += RUN) {
    size_t count = records - first < RUN ? records - first : RUN;
    for (size_t k = 0; k < pairs->used_count; k++) {
      const uint32_t *position = pairs->position + k * tally->cell_count;
      if (!run_matters(tally, position, first, count))
        continue;
      tg_indicator_evaluate(&tally->indicators.list[pairs->used[k]], tally->design->responses, first, count,
                            &values);
      add_records(tally, pairs->used[k], position, first, count, &values, changes, out);
    }
  }
  tg_memory_free(storage);
  tg_memory_free(state);
  return storage && state ? TRYGG_OK : tg_error_memory(error);
}

trygg_status tg_replicate_sums(const tg_tally *tally, const tg_pairs *pairs, const double *changes,
                               double *sums, trygg_error *error) {
  lanes *out = (lanes *)sums;
  memset(sums, 0, pairs->count * sizeof *out);
  if (tally->design->replicates->by_record)
    return pass_records(tally, pairs, changes, out, error);
  for (size_t k = 0; k < pairs->used_count; k++)
    add_entries(tally, pairs->used[k], pairs->position + k * tally->cell_count, changes, out);
  return TRYGG_OK;
}
