/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the records for each indicator, indicators shared among threads: what an indicator adds up does
 * not depend on who does it, so the bits are the same on any number of threads. */
#include <tally/tally.h>

#include <string.h>

#include <base/keys.h>
#include <base/text.h>
#include <base/thread.h>
#include <numeric/sum.h>
#include <tally/cells.h>

#define RUN ((size_t)2048) /* records evaluated at a time: their values stay in the cache */

/* Entries that have records in each block, so that block sums are merged without walking all entries. */
typedef struct block_entries {
  uint32_t *list;
  size_t *begin; /* [blocks + 1] */
  size_t blocks;
} block_entries;

typedef struct gather_context {
  tg_tally *tally;
  const block_entries *blocks;
} gather_context;

/* Memory of one gathering task. */
typedef struct gather {
  tg_tally *tally;
  const tg_indicator *indicator;
  const double *weight;
  tg_values values;
  double *storage;       /* of values.y and x */
  tg_sums *block;        /* [entry] sums of the block at hand */
  double *correction;    /* [2 * entry] Neumaier corrections of x and y over blocks */
  tg_sums *sums;         /* the tally's, of this indicator */
  tg_moments *moments;   /* NULL with clusters */
  tg_cell_sums *cells;
  double *shift;
  int shifted; /* *shift is known */
} gather;

static void add_moments(tg_moments *m, double n, double wx, double wy) {
  double dx, dy;
  if (n == 0) {
    m->ax = wx;
    m->ay = wy;
  }
  dx = wx - m->ax;
  dy = wy - m->ay;
  m->sx += dx;
  m->sy += dy;
  m->sxx += dx * dx;
  m->sxy += dx * dy;
  m->syy += dy * dy;
}

static void add_run(gather *g, size_t first, size_t count) {
  tg_tally *tally = g->tally;
  tg_indicator_evaluate(g->indicator, tally->design->responses, first, count, &g->values);
  for (size_t i = 0; i < count; i++) {
    uint32_t e = tally->entry[first + i];
    double w = g->weight ? g->weight[first + i] : 1, x, y;
    tg_cell_sums *cell;
    if (e == TG_RANK_NONE || g->values.state[i] == TG_OUTSIDE || !(w > 0))
      continue;
    cell = &g->cells[tally->entry_cell[e]];
    if (g->values.state[i] == TG_ITEM_MISSING) {
      cell->missing++;
      continue;
    }
    x = g->values.x[i];
    y = g->values.y[i];
    if (!g->shifted) {
      /* A share has no large numbers to take away, and a small one would lose digits by it. */
      if (g->indicator->type->estimand == TG_RATIO && !g->indicator->type->is_share && x != 0)
        *g->shift = y / x;
      g->shifted = 1;
    }
    y -= *g->shift * x;
    cell->n++;
    cell->weight += w;
    cell->qxx += w * x * x;
    cell->qxy += w * x * y;
    cell->qyy += w * y * y;
    if (g->moments)
      add_moments(&g->moments[e], g->sums[e].n + g->block[e].n, w * x, w * y);
    g->block[e].n++;
    g->block[e].x += w * x;
    g->block[e].y += w * y;
  }
}

static void add_compensated(double *sum, double *correction, double x) {
  tg_sum s = {*sum, *correction};
  tg_sum_add(&s, x);
  *sum = s.sum;
  *correction = s.correction;
}

static void merge_block(gather *g, const uint32_t *entries, size_t count) {
  for (size_t k = 0; k < count; k++) {
    uint32_t e = entries[k];
    g->sums[e].n += g->block[e].n;
    add_compensated(&g->sums[e].x, &g->correction[2 * e], g->block[e].x);
    add_compensated(&g->sums[e].y, &g->correction[2 * e + 1], g->block[e].y);
    g->block[e] = (tg_sums){0};
  }
}

static trygg_status gather_indicator(void *opaque, size_t k, trygg_error *error) {
  const gather_context *context = opaque;
  tg_tally *tally = context->tally;
  size_t entries = tally->entry_count, records = tally->design->responses->count;
  trygg_status status = TRYGG_OK;
  gather g = {.tally = tally, .indicator = &tally->indicators.list[k]};
  g.weight = tg_design_weight(tally->design, g.indicator->weight);
  g.sums = tally->sums + k * entries;
  g.moments = tally->moments ? tally->moments + k * entries : NULL;
  g.cells = tally->cell_sums + k * tally->cell_count;
  g.shift = &tally->shift[k];
  g.storage = tg_memory_new(2 * RUN, sizeof *g.storage);
  g.values.state = tg_memory_new(RUN, 1);
  g.block = tg_memory_new(entries, sizeof *g.block);
  g.correction = tg_memory_new(2 * entries, sizeof *g.correction);
  if (!g.storage || !g.values.state || !g.block || !g.correction) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  g.values.y = g.storage;
  g.values.x = g.storage + RUN;
  for (size_t b = 0; b < context->blocks->blocks; b++) {
    size_t end = (b + 1) * TG_BLOCK < records ? (b + 1) * TG_BLOCK : records;
    for (size_t first = b * TG_BLOCK; first < end; first += RUN)
      add_run(&g, first, end - first < RUN ? end - first : RUN);
    merge_block(&g, context->blocks->list + context->blocks->begin[b],
                context->blocks->begin[b + 1] - context->blocks->begin[b]);
  }
  for (size_t e = 0; e < entries; e++) {
    g.sums[e].x += g.correction[2 * e];
    g.sums[e].y += g.correction[2 * e + 1];
  }
cleanup:
  tg_memory_free(g.storage);
  tg_memory_free(g.values.state);
  tg_memory_free(g.block);
  tg_memory_free(g.correction);
  return status;
}

static trygg_status index_blocks(const tg_tally *tally, block_entries *out, trygg_error *error) {
  size_t records = tally->design->responses->count, used = 0, capacity = 0;
  size_t *seen = tg_memory_new(tally->entry_count, sizeof *seen); /* block + 1 in which it was last seen */
  out->blocks = (records + TG_BLOCK - 1) / TG_BLOCK;
  out->begin = tg_memory_new(out->blocks + 1, sizeof *out->begin);
  if (!seen || !out->begin)
    goto memory;
  for (size_t i = 0; i < records; i++) {
    uint32_t e = tally->entry[i];
    if (i % TG_BLOCK == 0)
      out->begin[i / TG_BLOCK] = used;
    if (e == TG_RANK_NONE || seen[e] == i / TG_BLOCK + 1)
      continue;
    seen[e] = i / TG_BLOCK + 1;
    if (tg_memory_grow((void **)&out->list, &capacity, used + 1, sizeof *out->list))
      goto memory;
    out->list[used++] = e;
  }
  out->begin[out->blocks] = used;
  tg_memory_free(seen);
  return TRYGG_OK;
memory:
  tg_memory_free(seen);
  return tg_error_memory(error);
}

static trygg_status gather_all(tg_tally *tally, const tg_tally_request *request, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  block_entries blocks = {0};
  gather_context context = {tally, &blocks};
  size_t count = tally->indicators.count;
  tally->shift = tg_memory_new(count, sizeof *tally->shift);
  tally->sums = tg_memory_new(count * tally->entry_count, sizeof *tally->sums);
  tally->cell_sums = tg_memory_new(count * tally->cell_count, sizeof *tally->cell_sums);
  if (!tally->design->cluster)
    tally->moments = tg_memory_new(count * tally->entry_count, sizeof *tally->moments);
  if (!tally->shift || !tally->sums || !tally->cell_sums || (!tally->design->cluster && !tally->moments)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(index_blocks(tally, &blocks, error));
  TRY(tg_thread_run(tg_thread_count(request->threads, count), count, gather_indicator, &context, request->progress,
                    "tally", error));
cleanup:
  tg_memory_free(blocks.list);
  tg_memory_free(blocks.begin);
  return status;
}

trygg_status tg_tally_create(trygg_design *design, tg_indicators *indicators, const tg_tally_request *request,
                             tg_tally **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_tally *tally = tg_memory_new(1, sizeof *tally);
  *out = NULL;
  if (!tally) {
    tg_indicator_clear(indicators);
    return tg_error_memory(error);
  }
  tally->indicators = *indicators;
  *indicators = (tg_indicators){0};
  tally->design = trygg_design_retain(design);
  tally->by_count = request->by_count;
  tally->by = tg_memory_new(request->by_count, sizeof *tally->by);
  if (!tally->by) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < request->by_count; k++)
    tally->by[k] = request->by[k];
  TRY(tg_cells_index(tally, request, error));
  TRY(gather_all(tally, request, error));
  *out = tally;
  tally = NULL;
cleanup:
  tg_tally_free(tally);
  return status;
}

void tg_tally_free(tg_tally *tally) {
  if (!tally)
    return;
  for (size_t k = 0; k < tally->by_count && tally->categories; k++)
    tg_categories_clear(&tally->categories[k]);
  tg_memory_free(tally->categories);
  tg_memory_free(tally->by);
  tg_memory_free(tally->cells);
  tg_memory_free(tally->cell_by);
  tg_memory_free(tally->entry_unit);
  tg_memory_free(tally->entry_cell);
  tg_memory_free(tally->cell_begin);
  tg_memory_free(tally->cell_entries);
  tg_memory_free(tally->entry);
  tg_memory_free(tally->shift);
  tg_memory_free(tally->sums);
  tg_memory_free(tally->moments);
  tg_memory_free(tally->cell_sums);
  tg_indicator_clear(&tally->indicators);
  trygg_design_free(tally->design);
  tg_memory_free(tally);
}
