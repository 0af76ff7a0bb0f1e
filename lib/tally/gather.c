/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the records for each indicator, indicators shared among threads: what an indicator adds up
 * does not depend on who does it, so the bits are the same on any number of threads.  Within a block the
 * records of an entry are added up side by side, in their order; blocks are merged in order with compensated sums.
 * What is added up stays from window to window, so that a stream gives the bits of records that are kept. */
#include <tally/gather.h>

#include <string.h>

#include <base/thread.h>
#include <indicator/single.h>
#include <numeric/sum.h>
#include <tally/blocks.h>

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
  uint32_t n, missing;    /* what was taken out of sums.qn[1], see settle_counts() */
} entry_sums;

/* What was added up of one indicator so far. */
struct tg_gathered {
  size_t entry_count, cell_count; /* entries and cells that have room */
  entry_sums *entries;
  other_sums *others;  /* of each entry; NULL with answers */
  tg_moments *moments; /* NULL with clusters */
  double *shift;       /* of each cell; NaN until a record is met */
  size_t entry_capacity, other_capacity, moment_capacity, shift_capacity;
  /* Where the indicator depends on one answer: what each adds at weight 1, a table for each answer whose y may be the
   * shift. */
  partial *answers;       /* [table][answer] */
  uint8_t table_of[256];  /* of each answer as shift */
  const partial **tables; /* of each cell; NULL until a record is met */
  size_t table_capacity;
};

/* Memory of one gathering task. */
typedef struct gather {
  const tg_tally *tally;
  const tg_indicator *indicator;
  const trygg_responses *records;
  const tg_blocks *blocks;
  double *storage;  /* of values.y and x */
  tg_values values; /* of the block at hand, or of every answer */
  const uint8_t
      *codes; /* answers of the block's records, which `values` are for; NULL: `values` are the records' */
  const uint8_t *column; /* answers of all records; NULL with codes: the variable is in no file yet */
  uint8_t *absent;       /* [TG_BLOCK] where it is in none */
  tg_gathered *to;
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
  int is_mean = indicator->estimand == TG_RATIO && indicator->denominator_variable == TG_NONE;
  return is_mean && !indicator->type->is_share ? y / x : 0;
}

/* Records at `position` of the block at hand.  Sums stay in registers over the run. */
static partial add_records(const gather *g, const tg_run *run, const uint16_t *position,
                           const double *weight) {
  partial s = {0};
  other_sums others = g->to->others[run->entry];
  tg_moments moments = g->to->moments ? g->to->moments[run->entry] : (tg_moments){0};
  double *shift_of_cell = &g->to->shift[g->tally->entry_cell[run->entry]], shift = *shift_of_cell;
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
  g->to->others[run->entry] = others;
  if (g->to->moments)
    g->to->moments[run->entry] = moments;
  return s;
}

/* What answers add to a run's cell; where nobody in it has answered yet, any table counts the missing. */
static const partial *answers_of(const gather *g, const tg_run *run, const uint8_t *codes,
                                 const uint16_t *position) {
  entry_sums *entry = &g->to->entries[run->entry];
  uint32_t cell = g->tally->entry_cell[run->entry];
  for (size_t k = 0; !g->to->tables[cell] && k < run->count; k++) {
    uint8_t code = codes[position[k]];
    if (g->values.state[code] == TG_INSIDE) {
      g->to->shift[cell] = find_shift(g->indicator, 1, g->values.y[code]);
      g->to->tables[cell] = g->to->answers + g->to->table_of[code] * TG_SINGLE_ANSWERS;
    }
  }
  entry->answers = g->to->tables[cell];
  return entry->answers ? entry->answers : g->to->answers;
}

/* Records of a clustered design, where x is 1 and answers say all, so that nothing has to be decided. */
static partial add_answers(const gather *g, const tg_run *run, const uint8_t *codes, const uint16_t *position,
                           const double *weight) {
  const partial *known = g->to->entries[run->entry].answers;
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
  const partial *known = g->to->entries[run->entry].answers;
  const partial *answers = known ? known : answers_of(g, run, codes, position);
  tg_moments *m = &g->to->moments[run->entry];
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

static partial run_sums(const gather *g, const tg_run *run, size_t place) {
  const uint16_t *position = g->blocks->position + place;
  const double *weight = g->blocks->weight + place;
  if (!g->codes)
    return add_records(g, run, position, weight);
  if (g->to->moments)
    return add_moments_of_answers(g, run, g->codes, position, weight);
  return add_answers(g, run, g->codes, position, weight);
}

/* Two counts share a number, which holds both exactly for as many records as there are between two calls of this. */
static void settle_counts(const tg_gathered *to) {
  for (size_t e = 0; e < to->entry_count; e++) {
    entry_sums *entry = &to->entries[e];
    double missing = floor(entry->sums.qn[1] / MISSING);
    entry->missing += (uint32_t)missing;
    entry->n += (uint32_t)(entry->sums.qn[1] - missing * MISSING);
    entry->sums.qn[1] = 0;
  }
}

static void add_block(gather *g, size_t block) {
  size_t first = block * TG_BLOCK, place = first, records = g->records->count;
  if (g->column)
    g->codes = g->column + first;
  else if (!g->codes)
    tg_indicator_evaluate(g->indicator, g->records, first,
                          records - first < TG_BLOCK ? records - first : TG_BLOCK, &g->values);
  for (size_t r = 0; r < g->blocks->run_count[block]; r++) {
    const tg_run *run = &g->blocks->runs[first + r];
    partial s = run_sums(g, run, place);
    merge_run(&g->to->entries[run->entry], &s);
    place += run->count;
  }
}

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
    const entry_sums *entry = &from->entries[met];
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

static void fill_table(const gather *g, double shift, partial *table) {
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++) {
    double y = g->values.y[i] - shift;
    table[i] = (partial){{0, 0}, {0, g->values.state[i] == TG_ITEM_MISSING ? MISSING : 0}};
    if (g->values.state[i] == TG_INSIDE)
      table[i] = (partial){{1, y}, {y * y, 1}};
  }
}

static trygg_status prepare_answers(gather *g, trygg_error *error) {
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
      fill_table(g, find_shift(g->indicator, 1, g->values.y[i]),
                 to->answers + to->table_of[i] * TG_SINGLE_ANSWERS);
  return TRYGG_OK;
}

/* Values of every answer where the indicator depends on one, else room for those of a block. */
static trygg_status prepare_values(gather *g, trygg_error *error) {
  size_t size = g->records->count < TG_BLOCK ? g->records->count : TG_BLOCK;
  int by_answer;
  trygg_status status;
  if (size < TG_SINGLE_ANSWERS)
    size = TG_SINGLE_ANSWERS;
  g->storage = tg_memory_new(2 * size, sizeof *g->storage);
  g->values.state = tg_memory_new(size, 1);
  if (!g->storage || !g->values.state)
    return tg_error_memory(error);
  g->values.y = g->storage;
  g->values.x = g->storage + size;
  status = tg_single_table(g->indicator, g->records, &g->values, &by_answer, &g->column, error);
  if (status != TRYGG_OK || !by_answer)
    return status;
  if (!g->column) {
    g->codes = g->absent = tg_memory_new(size, 1);
    if (!g->absent)
      return tg_error_memory(error);
    memset(g->absent, TG_CODE8(TG_NOT_ASKED), size);
  }
  return g->to->answers ? TRYGG_OK : prepare_answers(g, error);
}

/* Room for `count` elements, new ones zero; 0, or -1 without memory. */
static int enlarge(void **block, size_t *capacity, size_t old, size_t count, size_t width) {
  if (tg_memory_grow(block, capacity, count, width) != 0)
    return -1;
  memset((char *)*block + old * width, 0, (count - old) * width);
  return 0;
}

/* Room for all entries and cells of the tally. */
static trygg_status make_room(gather *g, trygg_error *error) {
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
  tg_blocks *blocks;
  size_t block_count;
} gather_context;

static const tg_blocks *blocks_of(const gather_context *context, size_t weight_variable) {
  for (size_t i = 0; i < context->block_count; i++)
    if (context->blocks[i].variable == weight_variable)
      return &context->blocks[i];
  return NULL;
}

static trygg_status add_window(const gather_context *context, size_t k, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_tally *tally = context->tally;
  gather g = {.tally = tally,
              .indicator = &tally->indicators.list[k],
              .records = context->window->index->design->responses,
              .to = &tally->gathered[k]};
  g.blocks = blocks_of(context, g.indicator->weight);
  TRY(prepare_values(&g, error));
  TRY(make_room(&g, error));
  for (size_t b = 0; b < g.blocks->count; b++) {
    add_block(&g, b);
    if (b % TG_GATHER_BLOCKS == TG_GATHER_BLOCKS - 1)
      settle_counts(g.to);
  }
  settle_counts(g.to);
cleanup:
  tg_memory_free(g.storage);
  tg_memory_free(g.values.state);
  tg_memory_free(g.absent);
  return status;
}

static trygg_status gather_indicator(void *opaque, size_t k, trygg_error *error) {
  const gather_context *context = opaque;
  tg_tally *tally = context->tally;
  tg_gathered *gathered = &tally->gathered[k];
  trygg_status status = context->window ? add_window(context, k, error) : TRYGG_OK;
  if (status != TRYGG_OK || !context->last)
    return status;
  finish_cells(gathered, tally, tally->shift + k * tally->cell_count);
  finish(gathered, tally, tally->sums + k * tally->entry_count,
         tally->moments ? tally->moments + k * tally->entry_count : NULL,
         tally->cell_sums + k * tally->cell_count);
  clear(gathered);
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
  size_t count = tally->indicators.all;
  gather_context context = {tally, window, last, tg_memory_new(count, sizeof *context.blocks), 0};
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
  TRY(tg_thread_run(tg_thread_count(request->threads, count), count, gather_indicator, &context,
                    request->progress, "tally", error));
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
