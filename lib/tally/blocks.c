/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting sorts within each block, done once for all indicators of a weight. */
#include <tally/blocks.h>

#include <base/keys.h>
#include <base/thread.h>

typedef struct arrange_context {
  const tg_tally *tally;
  const double *weight; /* NULL: all 1 */
  int nobody;           /* the weight is in no file yet, so that nobody has one */
  tg_blocks *blocks;
} arrange_context;

static int belongs(const arrange_context *context, size_t i) {
  return context->tally->entry[i] != TG_RANK_NONE && !context->nobody &&
         (!context->weight || context->weight[i] > 0);
}

static trygg_status arrange_block(void *opaque, size_t b, trygg_error *error) {
  const arrange_context *context = opaque;
  const tg_blocks *blocks = context->blocks;
  const uint32_t *entry = context->tally->entry;
  size_t first = b * TG_BLOCK, records = context->tally->design->responses->count, runs = 0;
  size_t end = first + TG_BLOCK < records ? first + TG_BLOCK : records;
  uint32_t place = 0, *next = tg_memory_new(context->tally->entry_count, sizeof *next);
  if (!next)
    return tg_error_memory(error);
  for (size_t i = first; i < end; i++)
    if (belongs(context, i))
      runs += next[entry[i]]++ == 0;
  blocks->runs[b] = tg_memory_new(runs, sizeof **blocks->runs);
  if (!blocks->runs[b]) {
    tg_memory_free(next);
    return tg_error_memory(error);
  }
  runs = 0;
  for (size_t e = 0; e < context->tally->entry_count; e++)
    if (next[e]) {
      uint32_t count = next[e];
      blocks->runs[b][runs++] = (tg_run){(uint32_t)e, count};
      next[e] = place; /* of the entry's next record */
      place += count;
    }
  for (size_t i = first; i < end; i++)
    if (belongs(context, i)) {
      size_t k = first + next[entry[i]]++;
      blocks->position[k] = (uint16_t)(i - first);
      blocks->weight[k] = context->weight ? context->weight[i] : 1;
    }
  blocks->run_count[b] = runs;
  tg_memory_free(next);
  return TRYGG_OK;
}

trygg_status tg_blocks_arrange(const tg_tally *tally, size_t weight_variable, int threads, tg_blocks *out,
                               trygg_error *error) {
  size_t records = tally->design->responses->count;
  int nobody = tg_design_lacks_weight(tally->design, weight_variable);
  arrange_context context = {tally, tg_design_weight(tally->design, weight_variable), nobody, out};
  out->variable = weight_variable;
  out->count = (records + TG_BLOCK - 1) / TG_BLOCK;
  out->position = tg_memory_room(records, sizeof *out->position);
  out->weight = tg_memory_room(records, sizeof *out->weight);
  out->runs = tg_memory_new(out->count, sizeof *out->runs);
  out->run_count = tg_memory_new(out->count, sizeof *out->run_count);
  if (!out->position || !out->weight || !out->runs || !out->run_count)
    return tg_error_memory(error);
  return tg_thread_run(tg_thread_count(threads, out->count), out->count, arrange_block, &context, NULL, NULL,
                       error);
}

void tg_blocks_renumber(tg_blocks *blocks, const uint32_t *entries) {
  for (size_t b = 0; b < blocks->count; b++)
    for (size_t r = 0; r < blocks->run_count[b]; r++) {
      tg_run *run = &blocks->runs[b][r];
      run->entry = entries[run->entry];
    }
}

void tg_blocks_clear(tg_blocks *blocks) {
  tg_memory_free(blocks->position);
  tg_memory_free(blocks->weight);
  for (size_t b = 0; b < blocks->count && blocks->runs; b++)
    tg_memory_free(blocks->runs[b]);
  tg_memory_free(blocks->runs);
  tg_memory_free(blocks->run_count);
  *blocks = (tg_blocks){0};
}
