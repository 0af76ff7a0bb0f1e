/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the records for each indicator or team of them, shared among threads: what an indicator adds up
 * does not depend on who does it or with whom, so the bits are the same on any number of threads.  Within a block the
 * records of an entry are added up in their order; blocks are merged in order with compensated sums.
 * What is added up stays from window to window, so that a stream gives the bits of records that are kept. */
#include <tally/gather.h>

#include <string.h>

#include <base/thread.h>
#include <indicator/single.h>
#include <numeric/sum.h>
#include <tally/runs.h>

/* ---- from what was gathered to the tally, in its order ----------------------------------------------- */

static void finish_cells(const tg_gathered *from, const tg_tally *tally, double *shift) {
  for (size_t c = 0; c < tally->cell_count; c++) {
    double met = from->shift[tally->cell_met ? tally->cell_met[c] : c];
    shift[c] = isnan(met) ? 0 : met;
  }
}

static void finish(const tg_gathered *from, const tg_tally *tally, tg_sums *sums, tg_moments *moments,
                   tg_cell_sums *cells) {
  for (size_t e = 0; e < tally->entry_count; e++) {
    size_t met = tally->entry_met ? tally->entry_met[e] : e;
    const tg_entry_sums *entry = &from->entries[met];
    tg_cell_sums *cell = &cells[tally->entry_cell[e]];
    tg_sum x = {entry->sums.xy[0], entry->correction[0]}, y = {entry->sums.xy[1], entry->correction[1]};
    sums[e] = (tg_sums){entry->n, tg_sum_value(&x), tg_sum_value(&y)};
    if (moments)
      moments[e] = from->moments[met];
    cell->n += entry->n;
    cell->missing += entry->missing;
    cell->weight += from->others ? from->others[met].weight : sums[e].x;
    cell->qxx += from->others ? from->others[met].qxx : sums[e].x;
    cell->qxy += from->others ? from->others[met].qxy : sums[e].y;
    cell->qyy += entry->sums.qn[0];
  }
}

/* ---- values and room ----------------------------------------------------------------------------------- */

static void fill_table(const tg_gather *g, double shift, tg_partial *table) {
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++) {
    double y = g->values.y[i] - shift;
    table[i] = (tg_partial){{0, 0}, {0, g->values.state[i] == TG_ITEM_MISSING ? TG_GATHER_MISSING : 0}};
    if (g->values.state[i] == TG_INSIDE)
      table[i] = (tg_partial){{1, y}, {y * y, 1}};
  }
}

static trygg_status prepare_answers(tg_gather *g, trygg_error *error) {
  tg_gathered *to = g->to;
  size_t inside = 0;
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++)
    if (g->values.state[i] == TG_INSIDE)
      to->table_of[i] = (uint8_t)inside++;
  to->answers = tg_memory_new((inside ? inside : 1) * TG_SINGLE_ANSWERS, sizeof *to->answers);
  if (!to->answers)
    return tg_error_memory(error);
  fill_table(g, 0, to->answers);
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++)
    if (g->values.state[i] == TG_INSIDE)
      fill_table(g, tg_runs_shift(g->indicator, 1, g->values.y[i]),
                 to->answers + to->table_of[i] * TG_SINGLE_ANSWERS);
  return TRYGG_OK;
}

static trygg_status make_values(tg_gather *g, size_t size, trygg_error *error) {
  tg_memory_free(g->storage);
  tg_memory_free(g->values.state);
  g->storage = tg_memory_new(2 * size, sizeof *g->storage);
  g->values = (tg_values){g->storage, g->storage ? g->storage + size : NULL, tg_memory_new(size, 1)};
  return g->storage && g->values.state ? TRYGG_OK : tg_error_memory(error);
}

/* Values of every answer where the indicator depends on one, else room for those of a block. */
static trygg_status prepare_values(tg_gather *g, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t size = g->records->count < TG_BLOCK ? g->records->count : TG_BLOCK;
  int by_answer;
  TRY(make_values(g, TG_SINGLE_ANSWERS, error));
  TRY(tg_single_table(g->indicator, g->records, &g->values, &by_answer, &g->column, error));
  if (!by_answer)
    return make_values(g, size, error);
  if (!g->column) {
    g->codes = g->absent = tg_memory_new(size, 1);
    if (!g->absent)
      return tg_error_memory(error);
    memset(g->absent, TG_CODE8(TG_NOT_ASKED), size);
  }
  if (!g->to->answers)
    TRY(prepare_answers(g, error));
cleanup:
  return status;
}

/* Room for `count` elements, new ones zero; 0, or -1 without memory. */
static int enlarge(void **block, size_t *capacity, size_t old, size_t count, size_t width) {
  if (tg_memory_grow(block, capacity, count, width) != 0)
    return -1;
  memset((char *)*block + old * width, 0, (count - old) * width);
  return 0;
}

/* Room for all entries and cells of the tally. */
static trygg_status make_room(tg_gather *g, trygg_error *error) {
  tg_gathered *to = g->to;
  size_t old = to->entry_count, entries = g->tally->entry_count, cells = g->tally->cell_count;
  if (enlarge((void **)&to->entries, &to->entry_capacity, old, entries, sizeof *to->entries) != 0 ||
      (!to->answers &&
       enlarge((void **)&to->others, &to->other_capacity, old, entries, sizeof *to->others) != 0) ||
      (g->tally->has_moments &&
       enlarge((void **)&to->moments, &to->moment_capacity, old, entries, sizeof *to->moments) != 0))
    return tg_error_memory(error);
  to->entry_count = entries;
  if (enlarge((void **)&to->shift, &to->shift_capacity, to->cell_count, cells, sizeof *to->shift) != 0 ||
      enlarge((void **)&to->tables, &to->table_capacity, to->cell_count, cells, sizeof *to->tables) != 0)
    return tg_error_memory(error);
  for (; to->cell_count < cells; to->cell_count++)
    to->shift[to->cell_count] = NAN;
  return TRYGG_OK;
}

static void clear(tg_gathered *gathered) {
  tg_memory_free(gathered->entries);
  tg_memory_free(gathered->others);
  tg_memory_free(gathered->moments);
  tg_memory_free(gathered->shift);
  tg_memory_free(gathered->answers);
  tg_memory_free(gathered->tables);
  *gathered = (tg_gathered){0};
}

/* ---- all indicators -------------------------------------------------------------------------------------- */

/* Blocks of each distinct weight of the indicators. */
typedef struct gather_context {
  tg_tally *tally;
  const tg_gather_window *window; /* NULL: nothing more is added */
  int last;
  size_t team; /* indicators of one task */
  tg_blocks *blocks;
  size_t block_count;
} gather_context;

static const tg_blocks *blocks_of(const gather_context *context, size_t weight_variable) {
  for (size_t i = 0; i < context->block_count; i++)
    if (context->blocks[i].variable == weight_variable)
      return &context->blocks[i];
  return NULL;
}

static trygg_status prepare(const gather_context *context, size_t k, tg_gather *g, trygg_error *error) {
  const tg_tally *tally = context->tally;
  trygg_status status = TRYGG_OK;
  *g = (tg_gather){.tally = tally,
                   .indicator = &tally->indicators.list[k],
                   .records = context->window->index->design->responses,
                   .to = &tally->gathered[k]};
  g->blocks = blocks_of(context, g->indicator->weight);
  TRY(prepare_values(g, error));
  TRY(make_room(g, error));
cleanup:
  return status;
}

static trygg_status add_window(const gather_context *context, size_t first, size_t count,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_gather team[TG_RUNS_TEAM] = {{0}};
  uint32_t *answers = tg_memory_new(TG_BLOCK, sizeof *answers);
  if (!answers)
    return tg_error_memory(error);
  for (size_t i = 0; i < count; i++)
    TRY(prepare(context, first + i, &team[i], error));
  for (size_t b = 0; b < team[0].blocks->count; b++) {
    tg_runs_add(team, count, b, answers);
    for (size_t i = 0; b % TG_GATHER_BLOCKS == TG_GATHER_BLOCKS - 1 && i < count; i++)
      tg_runs_settle(team[i].to);
  }
  for (size_t i = 0; i < count; i++)
    tg_runs_settle(team[i].to);
cleanup:
  for (size_t i = 0; i < count; i++) {
    tg_memory_free(team[i].storage);
    tg_memory_free(team[i].values.state);
    tg_memory_free(team[i].absent);
  }
  tg_memory_free(answers);
  return status;
}

static trygg_status gather_team(void *opaque, size_t task, trygg_error *error) {
  const gather_context *context = opaque;
  tg_tally *tally = context->tally;
  size_t first = task * context->team, left = tally->indicators.all - first;
  size_t count = left < context->team ? left : context->team;
  trygg_status status = context->window ? add_window(context, first, count, error) : TRYGG_OK;
  if (status != TRYGG_OK || !context->last)
    return status;
  for (size_t k = first; k < first + count; k++) {
    finish_cells(&tally->gathered[k], tally, tally->shift + k * tally->cell_count);
    finish(&tally->gathered[k], tally, tally->sums + k * tally->entry_count,
           tally->moments ? tally->moments + k * tally->entry_count : NULL,
           tally->cell_sums + k * tally->cell_count);
    clear(&tally->gathered[k]);
  }
  return TRYGG_OK;
}

/* Room for what the tally keeps. */
static trygg_status open_results(tg_tally *tally, trygg_error *error) {
  size_t count = tally->indicators.all;
  tally->shift = tg_memory_new(count * tally->cell_count, sizeof *tally->shift);
  tally->sums = tg_memory_new(count * tally->entry_count, sizeof *tally->sums);
  tally->cell_sums = tg_memory_new(count * tally->cell_count, sizeof *tally->cell_sums);
  if (tally->has_moments)
    tally->moments = tg_memory_new(count * tally->entry_count, sizeof *tally->moments);
  return tally->shift && tally->sums && tally->cell_sums && (tally->moments || !tally->has_moments)
             ? TRYGG_OK
             : tg_error_memory(error);
}

/* Records of the window in the order of their entries, for each weight. */
static trygg_status arrange(gather_context *context, int threads, trygg_error *error) {
  const tg_gather_window *window = context->window;
  trygg_status status = TRYGG_OK;
  for (size_t k = 0; k < context->tally->indicators.all && status == TRYGG_OK; k++) {
    size_t weight = context->tally->indicators.list[k].weight;
    if (blocks_of(context, weight))
      continue;
    tg_blocks *blocks = &context->blocks[context->block_count++];
    status = tg_blocks_arrange(window->index, weight, threads, blocks, error);
    if (status == TRYGG_OK && window->entries)
      tg_blocks_renumber(blocks, window->entries);
  }
  return status;
}

trygg_status tg_gather_all(tg_tally *tally, const tg_gather_window *window, int last,
                           const tg_tally_request *request, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = tally->indicators.all, tasks;
  int threads = tg_thread_count(request->threads, count);
  gather_context context = {.tally = tally, .window = window, .last = last};
  context.team =
      count < (size_t)threads * TG_RUNS_TEAM ? 1 : TG_RUNS_TEAM; /* work for every thread comes first */
  context.blocks = tg_memory_new(count, sizeof *context.blocks);
  tasks = (count + context.team - 1) / context.team;
  if (!context.blocks) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (!tally->gathered)
    tally->gathered = tg_memory_new(count, sizeof *tally->gathered);
  if (!tally->gathered) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (last)
    TRY(open_results(tally, error));
  if (window)
    tg_indicator_centre(&tally->indicators, window->index->design->responses);
  if (window)
    TRY(arrange(&context, request->threads, error));
  TRY(tg_thread_run(threads, tasks, gather_team, &context, request->progress, "tally", error));
cleanup:
  for (size_t i = 0; i < context.block_count; i++)
    tg_blocks_clear(&context.blocks[i]);
  tg_memory_free(context.blocks);
  return status;
}

void tg_gather_free(tg_tally *tally) {
  for (size_t k = 0; k < tally->indicators.all && tally->gathered; k++)
    clear(&tally->gathered[k]);
  tg_memory_free(tally->gathered);
  tally->gathered = NULL;
}
