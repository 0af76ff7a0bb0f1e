/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the records for each indicator, indicators shared among threads: what an indicator adds up
 * does not depend on who does it, so the bits are the same on any number of threads.  Within a block the
 * records of an entry are added up side by side, in their order; blocks are merged in order with compensated sums. */
#include <tally/tally.h>

#include <string.h>

#include <base/keys.h>
#include <base/text.h>
#include <base/thread.h>
#include <indicator/single.h>
#include <numeric/sum.h>
#include <tally/blocks.h>
#include <tally/cells.h>

/* Two numbers added at once. */
typedef double pair __attribute__((vector_size(2 * sizeof(double))));

/* Sums of one indicator over the records of a run (those of an entry within a block), or over an entry. */
typedef struct partial {
  pair xy; /* sum of w x, sum of w y' */
  pair qn; /* sum of w y'^2; records inside plus MISSING times those without a value: exact below 2^53 */
} partial;

#define MISSING 0x1p32 /* more than there are records */

/* What `partial` does not say where x can be other than 1: records inside, sum of w, w x^2, w x y'. */
typedef struct other_sums {
  double n, weight, qxx, qxy;
} other_sums;

/* Sums over an entry while blocks are merged. */
typedef struct entry_sums {
  partial sums;
  pair correction;        /* of sums.xy */
  const partial *answers; /* the table of its cell; NULL until it is known */
} entry_sums;

/* Memory of one gathering task. */
typedef struct gather {
  const tg_tally *tally;
  const tg_indicator *indicator;
  const tg_blocks *blocks;
  double *storage;      /* of values.y and x */
  tg_values values;     /* of the block at hand, or of every answer */
  const uint8_t *codes; /* answers of all records that `values` are for; NULL: these are of a block's */
  entry_sums *entries;
  other_sums *others;  /* of each entry; NULL with codes */
  tg_moments *moments; /* NULL with clusters */
  double *shift;       /* of each cell; NaN until a record is met */
  /* With codes: what each answer adds at weight 1, a table for each answer whose y may be the shift. */
  partial *answers;       /* [table][answer] */
  uint8_t table_of[256];  /* of each answer as shift */
  const partial **tables; /* of each cell; NULL until a record is met */
} gather;

static void add_moments(tg_moments *m, int is_first, double wx, double wy) {
  double dx, dy;
  if (is_first) {
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

/* y of the cell's first record, so that y' of equal values is 0 and large close ones do not cancel.  A share
 * has no large numbers to take away, and a small one would lose digits by it; a ratio's x may be near 0. */
static double find_shift(const tg_indicator *indicator, double x, double y) {
  int is_mean = indicator->type->estimand == TG_RATIO && indicator->denominator_variable == TG_NONE;
  return is_mean && !indicator->type->is_share ? y / x : 0;
}

/* Records at `position` of the block at hand.  Sums stay in registers over the run. */
static partial add_records(const gather *g, const tg_run *run, const uint16_t *position,
                           const double *weight) {
  partial s = {0};
  other_sums others = g->others[run->entry];
  tg_moments moments = g->moments ? g->moments[run->entry] : (tg_moments){0};
  double *shift_of_cell = &g->shift[g->tally->entry_cell[run->entry]], shift = *shift_of_cell;
  for (size_t k = 0; k < run->count; k++) {
    size_t i = position[k];
    double w = weight[k], x, y;
    if (g->values.state[i] != TG_INSIDE) {
      s.qn[1] += g->values.state[i] == TG_ITEM_MISSING ? MISSING : 0;
      continue;
    }
    x = g->values.x[i];
    y = g->values.y[i];
    if (isnan(shift))
      shift = find_shift(g->indicator, x, y);
    y -= shift * x;
    add_moments(&moments, others.n == 0, w * x, w * y);
    s.xy += (pair){w * x, w * y};
    s.qn += (pair){w * y * y, 1};
    others.n++;
    others.weight += w;
    others.qxx += w * x * x;
    others.qxy += w * x * y;
  }
  *shift_of_cell = shift;
  g->others[run->entry] = others;
  if (g->moments)
    g->moments[run->entry] = moments;
  return s;
}

/* What answers add to a run's cell; where nobody in it has answered yet, any table counts the missing. */
static const partial *answers_of(const gather *g, const tg_run *run, const uint8_t *codes,
                                 const uint16_t *position) {
  entry_sums *entry = &g->entries[run->entry];
  uint32_t cell = g->tally->entry_cell[run->entry];
  for (size_t k = 0; !g->tables[cell] && k < run->count; k++) {
    uint8_t code = codes[position[k]];
    if (g->values.state[code] == TG_INSIDE) {
      g->shift[cell] = find_shift(g->indicator, 1, g->values.y[code]);
      g->tables[cell] = g->answers + g->table_of[code] * TG_SINGLE_ANSWERS;
    }
  }
  entry->answers = g->tables[cell];
  return entry->answers ? entry->answers : g->answers;
}

/* Records of a clustered design, where x is 1 and answers say all, so that nothing has to be decided. */
static partial add_answers(const gather *g, const tg_run *run, const uint8_t *codes, const uint16_t *position,
                           const double *weight) {
  const partial *known = g->entries[run->entry].answers;
  const partial *answers = known ? known : answers_of(g, run, codes, position);
  partial s = {0};
  for (size_t k = 0; k < run->count; k++) {
    const partial *answer = &answers[codes[position[k]]];
    s.xy += answer->xy * (pair){weight[k], weight[k]};
    s.qn += answer->qn * (pair){weight[k], 1};
  }
  return s;
}

/* The same with moments. */
static partial add_moments_of_answers(const gather *g, const tg_run *run, const uint8_t *codes,
                                      const uint16_t *position, const double *weight) {
  const partial *known = g->entries[run->entry].answers;
  const partial *answers = known ? known : answers_of(g, run, codes, position);
  tg_moments *m = &g->moments[run->entry];
  partial s = {0};
  pair about, sums = {m->sx, m->sy}, squares = {m->sxx, m->syy};
  double product = m->sxy;
  for (size_t k = 0; m->ax == 0 && k < run->count; k++) { /* w x of the first record inside is not 0 */
    const partial *answer = &answers[codes[position[k]]];
    m->ax = weight[k] * answer->xy[0];
    m->ay = weight[k] * answer->xy[1];
  }
  about = (pair){m->ax, m->ay};
  for (size_t k = 0; k < run->count; k++) {
    const partial *answer = &answers[codes[position[k]]];
    pair xy = answer->xy * (pair){weight[k], weight[k]};
    pair d = xy - about * (pair){answer->xy[0], answer->xy[0]}; /* 0 outside */
    s.xy += xy;
    s.qn += answer->qn * (pair){weight[k], 1};
    sums += d;
    squares += d * d;
    product += d[0] * d[1];
  }
  *m = (tg_moments){m->ax, m->ay, sums[0], sums[1], squares[0], product, squares[1]};
  return s;
}

/* The exact error of each sum is kept (Knuth 1997, TAOCP 2, 4.2.2, theorem B). */
static void merge_run(entry_sums *entry, const partial *run) {
  pair before = entry->sums.xy, after = before + run->xy, added = after - before;
  entry->correction += (before - (after - added)) + (run->xy - added);
  entry->sums.xy = after;
  entry->sums.qn += run->qn;
}

static partial run_sums(const gather *g, const tg_run *run, size_t first, size_t place) {
  const uint16_t *position = g->blocks->position + place;
  const double *weight = g->blocks->weight + place;
  if (!g->codes)
    return add_records(g, run, position, weight);
  if (g->moments)
    return add_moments_of_answers(g, run, g->codes + first, position, weight);
  return add_answers(g, run, g->codes + first, position, weight);
}

static void add_block(gather *g, size_t block) {
  size_t first = block * TG_BLOCK, place = first, records = g->tally->design->responses->count;
  if (!g->codes)
    tg_indicator_evaluate(g->indicator, g->tally->design->responses, first,
                          records - first < TG_BLOCK ? records - first : TG_BLOCK, &g->values);
  for (size_t r = 0; r < g->blocks->run_count[block]; r++) {
    const tg_run *run = &g->blocks->runs[first + r];
    partial s = run_sums(g, run, first, place);
    merge_run(&g->entries[run->entry], &s);
    place += run->count;
  }
}

static void finish(const gather *g, tg_sums *sums, tg_cell_sums *cells) {
  for (size_t c = 0; c < g->tally->cell_count; c++)
    if (isnan(g->shift[c]))
      g->shift[c] = 0;
  for (size_t e = 0; e < g->tally->entry_count; e++) {
    const entry_sums *entry = &g->entries[e];
    tg_cell_sums *cell = &cells[g->tally->entry_cell[e]];
    double missing = floor(entry->sums.qn[1] / MISSING), n = entry->sums.qn[1] - missing * MISSING;
    tg_sum x = {entry->sums.xy[0], entry->correction[0]}, y = {entry->sums.xy[1], entry->correction[1]};
    sums[e] = (tg_sums){n, tg_sum_value(&x), tg_sum_value(&y)};
    cell->n += n;
    cell->missing += missing;
    cell->weight += g->others ? g->others[e].weight : sums[e].x;
    cell->qxx += g->others ? g->others[e].qxx : sums[e].x;
    cell->qxy += g->others ? g->others[e].qxy : sums[e].y;
    cell->qyy += entry->sums.qn[0];
  }
}

static void fill_table(const gather *g, double shift, partial *table) {
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++) {
    double y = g->values.y[i] - shift;
    table[i] = (partial){{0, 0}, {0, g->values.state[i] == TG_ITEM_MISSING ? MISSING : 0}};
    if (g->values.state[i] == TG_INSIDE)
      table[i] = (partial){{1, y}, {y * y, 1}};
  }
}

static trygg_status prepare_answers(gather *g, trygg_error *error) {
  size_t inside = 0;
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++)
    if (g->values.state[i] == TG_INSIDE)
      g->table_of[i] = (uint8_t)inside++;
  g->answers = tg_memory_new((inside ? inside : 1) * TG_SINGLE_ANSWERS, sizeof *g->answers);
  g->tables = tg_memory_new(g->tally->cell_count, sizeof *g->tables);
  if (!g->answers || !g->tables)
    return tg_error_memory(error);
  fill_table(g, 0, g->answers);
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++)
    if (g->values.state[i] == TG_INSIDE)
      fill_table(g, find_shift(g->indicator, 1, g->values.y[i]),
                 g->answers + g->table_of[i] * TG_SINGLE_ANSWERS);
  return TRYGG_OK;
}

/* Values of every answer where the indicator depends on one, else room for those of a block. */
static trygg_status prepare_values(gather *g, trygg_error *error) {
  const trygg_responses *responses = g->tally->design->responses;
  size_t size = responses->count < TG_BLOCK ? responses->count : TG_BLOCK;
  trygg_status status;
  if (size < TG_SINGLE_ANSWERS)
    size = TG_SINGLE_ANSWERS;
  g->storage = tg_memory_new(2 * size, sizeof *g->storage);
  g->values.state = tg_memory_new(size, 1);
  if (!g->storage || !g->values.state)
    return tg_error_memory(error);
  g->values.y = g->storage;
  g->values.x = g->storage + size;
  status = tg_single_table(g->indicator, responses, &g->values, &g->codes, error);
  if (status != TRYGG_OK)
    return status;
  if (g->codes)
    return prepare_answers(g, error);
  g->others = tg_memory_new(g->tally->entry_count, sizeof *g->others);
  return g->others ? TRYGG_OK : tg_error_memory(error);
}

/* Blocks of each distinct weight of the indicators. */
typedef struct gather_context {
  tg_tally *tally;
  tg_blocks *blocks;
  size_t block_count;
} gather_context;

static const tg_blocks *blocks_of(const gather_context *context, size_t weight_variable) {
  for (size_t i = 0; i < context->block_count; i++)
    if (context->blocks[i].variable == weight_variable)
      return &context->blocks[i];
  return NULL;
}

static trygg_status gather_indicator(void *opaque, size_t k, trygg_error *error) {
  const gather_context *context = opaque;
  tg_tally *tally = context->tally;
  trygg_status status = TRYGG_OK;
  gather g = {.tally = tally, .indicator = &tally->indicators.list[k]};
  g.shift = tally->shift + k * tally->cell_count;
  g.blocks = blocks_of(context, g.indicator->weight);
  g.moments = tally->moments ? tally->moments + k * tally->entry_count : NULL;
  g.entries = tg_memory_new(tally->entry_count, sizeof *g.entries);
  if (!g.entries) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t c = 0; c < tally->cell_count; c++)
    g.shift[c] = NAN;
  TRY(prepare_values(&g, error));
  for (size_t b = 0; b < g.blocks->count; b++)
    add_block(&g, b);
  finish(&g, tally->sums + k * tally->entry_count, tally->cell_sums + k * tally->cell_count);
cleanup:
  tg_memory_free(g.storage);
  tg_memory_free(g.values.state);
  tg_memory_free(g.answers);
  tg_memory_free(g.tables);
  tg_memory_free(g.entries);
  tg_memory_free(g.others);
  return status;
}

static trygg_status gather_all(tg_tally *tally, const tg_tally_request *request, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = tally->indicators.count;
  gather_context context = {.tally = tally, .blocks = tg_memory_new(count, sizeof *context.blocks)};
  tally->shift = tg_memory_new(count * tally->cell_count, sizeof *tally->shift);
  tally->sums = tg_memory_new(count * tally->entry_count, sizeof *tally->sums);
  tally->cell_sums = tg_memory_new(count * tally->cell_count, sizeof *tally->cell_sums);
  if (!tally->design->cluster)
    tally->moments = tg_memory_new(count * tally->entry_count, sizeof *tally->moments);
  if (!context.blocks || !tally->shift || !tally->sums || !tally->cell_sums ||
      (!tally->design->cluster && !tally->moments)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < count; k++)
    if (!blocks_of(&context, tally->indicators.list[k].weight))
      TRY(tg_blocks_arrange(tally, tally->indicators.list[k].weight, request->threads,
                            &context.blocks[context.block_count++], error));
  TRY(tg_thread_run(tg_thread_count(request->threads, count), count, gather_indicator, &context,
                    request->progress, "tally", error));
cleanup:
  for (size_t i = 0; i < context.block_count; i++)
    tg_blocks_clear(&context.blocks[i]);
  tg_memory_free(context.blocks);
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
