/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting sorts within each block, done once for all indicators of a weight. */
#include <tally/blocks.h>

#include <base/keys.h>
#include <base/thread.h>

#define LENGTHS ((size_t)64) /* longer runs are of one kind: they end seldom */

typedef struct arrange_context {
  const tg_tally *tally;
  const double *weight; /* NULL: all 1 */
  int nobody;           /* the weight is in no file yet, so that nobody has one */
  tg_blocks *blocks;
} arrange_context;

/* Memory of one block's task. */
typedef struct scratch {
  uint32_t *next; /* of each entry its records in the block, then the place of the next one */
  uint32_t *met;  /* entries with records, as first met */
} scratch;

static int belongs(const arrange_context *context, size_t i) {
  return context->tally->entry[i] != TG_RANK_NONE && !context->nobody &&
         (!context->weight || context->weight[i] > 0);
}

/* Runs in order of length: loops over runs of one length end when the processor expects it, which pays where
 * entries are small (six thousand of them in a million records: a fifth of a tally's time). */
static void sort_runs(const scratch *s, size_t count, tg_run *runs) {
  size_t begin[LENGTHS + 1] = {0};
  for (size_t r = 0; r < count; r++) {
    size_t length = s->next[s->met[r]];
    begin[length < LENGTHS ? length : LENGTHS]++;
  }
  for (size_t k = 0, place = 0; k <= LENGTHS; k++) {
    size_t here = begin[k];
    begin[k] = place;
    place += here;
  }
  for (size_t r = 0; r < count; r++) {
    size_t length = s->next[s->met[r]];
    runs[begin[length < LENGTHS ? length : LENGTHS]++] = (tg_run){s->met[r], (uint32_t)length};
  }
}

static trygg_status arrange_block(void *opaque, size_t b, trygg_error *error) {
  const arrange_context *context = opaque;
  const tg_blocks *blocks = context->blocks;
  const uint32_t *entry = context->tally->entry;
  size_t first = b * TG_BLOCK, records = context->tally->design->responses->count, runs = 0;
  size_t end = first + TG_BLOCK < records ? first + TG_BLOCK : records;
  uint32_t place = 0;
  trygg_status status = TRYGG_OK;
  scratch s = {0};
  s.next = tg_memory_new(context->tally->entry_count, sizeof *s.next);
  s.met = tg_memory_new(end - first, sizeof *s.met);
  if (!s.next || !s.met) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = first; i < end; i++)
    if (belongs(context, i) && !s.next[entry[i]]++)
      s.met[runs++] = entry[i];
  sort_runs(&s, runs, blocks->runs + first);
  for (size_t r = 0; r < runs; r++) {
    s.next[blocks->runs[first + r].entry] = place;
    place += blocks->runs[first + r].count;
  }
  for (size_t i = first; i < end; i++)
    if (belongs(context, i)) {
      size_t k = first + s.next[entry[i]]++;
      blocks->position[k] = (uint16_t)(i - first);
      blocks->weight[k] = context->weight ? context->weight[i] : 1;
    }
  blocks->run_count[b] = runs;
cleanup:
  tg_memory_free(s.next);
  tg_memory_free(s.met);
  return status;
}

trygg_status tg_blocks_arrange(const tg_tally *tally, size_t weight_variable, int threads, tg_blocks *out,
                               trygg_error *error) {
  size_t records = tally->design->responses->count;
  int nobody = weight_variable != TG_NONE && !tally->design->responses->columns[weight_variable].present;
  arrange_context context = {tally, tg_design_weight(tally->design, weight_variable), nobody, out};
  out->variable = weight_variable;
  out->count = (records + TG_BLOCK - 1) / TG_BLOCK;
  out->position = tg_memory_new(records, sizeof *out->position);
  out->weight = tg_memory_new(records, sizeof *out->weight);
  out->runs = tg_memory_new(records, sizeof *out->runs);
  out->run_count = tg_memory_new(out->count, sizeof *out->run_count);
  if (!out->position || !out->weight || !out->runs || !out->run_count)
    return tg_error_memory(error);
  return tg_thread_run(tg_thread_count(threads, out->count), out->count, arrange_block, &context, NULL, NULL,
                       error);
}

void tg_blocks_renumber(tg_blocks *blocks, const uint32_t *entries) {
  for (size_t b = 0; b < blocks->count; b++)
    for (size_t r = 0; r < blocks->run_count[b]; r++) {
      tg_run *run = &blocks->runs[b * TG_BLOCK + r];
      run->entry = entries[run->entry];
    }
}

void tg_blocks_clear(tg_blocks *blocks) {
  tg_memory_free(blocks->position);
  tg_memory_free(blocks->weight);
  tg_memory_free(blocks->runs);
  tg_memory_free(blocks->run_count);
  *blocks = (tg_blocks){0};
}
