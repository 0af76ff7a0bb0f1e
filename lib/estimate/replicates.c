/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variances from replicates: eight at a time, each eight a task of its own, so that sums do not depend on threads. */
#include <estimate/replicates.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/thread.h>
#include <numeric/sum.h>

#define CHUNK ((size_t)64) /* statistics whose deletions are gone through together */

int tg_replicates_suit_quantiles(const trygg_estimates *estimates) {
  const tg_replicates *replicates = estimates->tally->design->replicates;
  tg_replicate_type type = estimates->tally->design->responses->codebook->settings.replicates.type;
  if (replicates->given && (type == TG_REPLICATE_JK1 || type == TG_REPLICATE_JKN || type == TG_REPLICATE_JK2))
    return 0;
  return replicates->method->quantiles;
}

/* ---- quantiles ------------------------------------------------------------------------------- */

typedef struct lane_weights {
  double of[TG_LANES];
} lane_weights;

/* Weights of a value in each lane. */
static lane_weights weights_of(const tg_plan *plan, const tg_slot *slot, const tg_valued *value,
                               const double *changes) {
  const trygg_design *design = plan->estimates->tally->design;
  const tg_replicates *replicates = design->replicates;
  size_t indicator = slot->estimates->rows[slot->row].indicator;
  size_t unit = replicates->by_record ? value->record : design->cluster[value->record];
  double factor = tg_replicate_factor(
      design, tg_design_weight(design, plan->estimates->tally->indicators.list[indicator].weight),
      value->record);
  lane_weights result;
  for (size_t k = 0; k < TG_LANES; k++)
    result.of[k] = value->weight + factor * changes[unit * TG_LANES + k];
  return result;
}

/* q_r = min { y : F_r(y) >= p } less q, and F_r(q) less F(q). */
static void add_quantile(const tg_plan *plan, const tg_slot *slot, const double *changes, double *dq,
                         double *dshare) {
  const tg_row *row = &slot->estimates->rows[slot->row];
  double p = tg_row_indicator(slot->estimates, slot->row)->probability;
  tg_sum total[TG_LANES] = {{0, 0}}, below[TG_LANES] = {{0, 0}}, sum[TG_LANES] = {{0, 0}};
  for (size_t i = 0; i < slot->ordered.count; i++) {
    lane_weights w = weights_of(plan, slot, &slot->ordered.values[i], changes);
    for (size_t k = 0; k < TG_LANES; k++)
      tg_sum_add(&total[k], w.of[k]);
    for (size_t k = 0; k < TG_LANES && slot->ordered.values[i].y <= row->estimate; k++)
      tg_sum_add(&below[k], w.of[k]);
  }
  for (size_t k = 0; k < TG_LANES; k++) {
    dshare[k] = tg_sum_value(&below[k]) / tg_sum_value(&total[k]) - row->share;
    dq[k] = NAN;
  }
  for (size_t i = 0; i < slot->ordered.count; i++) {
    lane_weights w = weights_of(plan, slot, &slot->ordered.values[i], changes);
    for (size_t k = 0; k < TG_LANES; k++) {
      tg_sum_add(&sum[k], w.of[k]);
      if (isnan(dq[k]) && tg_sum_value(&total[k]) > 0 &&
          tg_sum_value(&sum[k]) >= p * tg_sum_value(&total[k]) * (1 - 4 * DBL_EPSILON))
        dq[k] = slot->ordered.values[i].y - row->estimate;
    }
  }
}

/* ---- eight replicates -------------------------------------------------------------------------- */

typedef struct chunk_context {
  const tg_plan *plan;
  tg_squares *squares; /* of each chunk */
  int full;
} chunk_context;

/* What the lanes change in the sums of every slot, from those of its pairs. */
static void add_slots(const tg_plan *plan, const double *changes, const double *sums, double *dx,
                      double *dy) {
  const tg_tally *tally = plan->estimates->tally;
  for (size_t s = 0; s < plan->slot_count; s++) {
    const tg_slot *slot = &plan->slots[s];
    const double *shift = tally->shift + slot->estimates->rows[slot->row].indicator * tally->cell_count;
    double *x = dx + s * TG_LANES, *y = dy + s * TG_LANES;
    if (slot->ordered.values)
      add_quantile(plan, slot, changes, x, y);
    for (size_t i = plan->pair_begin[s]; i < plan->pair_begin[s + 1]; i++) {
      const double *pair = sums + plan->slot_pairs[i] * 2 * TG_LANES;
      double d = shift[slot->cells[i - plan->pair_begin[s]]] - slot->shift;
      for (size_t k = 0; k < TG_LANES; k++) {
        x[k] += pair[k];
        y[k] += pair[TG_LANES + k] + d * pair[k];
      }
    }
  }
}

static trygg_status run_chunk(void *opaque, size_t chunk, trygg_error *error) {
  const chunk_context *context = opaque;
  const tg_plan *plan = context->plan;
  const trygg_design *design = plan->estimates->tally->design;
  const tg_replicates *replicates = design->replicates;
  size_t first = chunk * TG_LANES, rest = replicates->count - first,
         count = rest < TG_LANES ? rest : TG_LANES;
  size_t statistics = plan->statistic_count;
  trygg_status status = TRYGG_OK;
  double *changes = tg_memory_new(replicates->unit_count * TG_LANES, sizeof *changes);
  double *sums = tg_memory_new(plan->pairs.count * 2 * TG_LANES, sizeof *sums);
  double *dx = tg_memory_new(2 * plan->slot_count * TG_LANES, sizeof *dx), *dy;
  double *difference = tg_memory_new(statistics, sizeof *difference);
  if (!changes || !sums || !dx || !difference ||
      tg_squares_create(&context->squares[chunk], statistics, context->full)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  dy = dx + plan->slot_count * TG_LANES;
  TRY(tg_replicates_changes(design, first, count, changes, error));
  TRY(tg_replicate_sums(plan->estimates->tally, &plan->pairs, changes, sums, error));
  add_slots(plan, changes, sums, dx, dy);
  for (size_t k = 0; k < count; k++) {
    for (size_t s = 0; s < statistics; s++)
      difference[s] = tg_plan_difference(plan, s, dx + k, dy + k, TG_LANES);
    tg_squares_add_all(&context->squares[chunk], difference,
                       replicates->rscales ? replicates->rscales[first + k] : 1, 1);
  }
cleanup:
  tg_memory_free(changes);
  tg_memory_free(sums);
  tg_memory_free(dx);
  tg_memory_free(difference);
  return status;
}

static trygg_status combine_weights(const trygg_estimates *estimates, tg_part *parts, size_t count,
                                    size_t outputs, int full, double *variance, unsigned char *dropped,
                                    trygg_error *error) {
  const tg_replicates *replicates = estimates->tally->design->replicates;
  size_t chunks = (replicates->count + TG_LANES - 1) / TG_LANES;
  trygg_status status = TRYGG_OK;
  tg_plan plan = {0};
  chunk_context context = {&plan, NULL, full};
  TRY(tg_plan_create(estimates, parts, count, &plan, error));
  context.squares = tg_memory_new(chunks, sizeof *context.squares);
  if (!context.squares) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_thread_run(tg_thread_count(estimates->threads, chunks), chunks, run_chunk, &context, NULL, NULL,
                    error));
  for (size_t c = 1; c < chunks; c++)
    tg_squares_merge(&context.squares[0], &context.squares[c]);
  tg_squares_finish(&context.squares[0], &plan, outputs, variance, dropped);
cleanup:
  for (size_t c = 0; c < chunks && context.squares; c++)
    tg_squares_clear(&context.squares[c]);
  tg_memory_free(context.squares);
  tg_plan_clear(&plan);
  return status;
}

/* ---- deletions ------------------------------------------------------------------------------------ */

typedef struct deletion_context {
  const trygg_estimates *estimates;
  tg_part *parts; /* sorted by output */
  size_t *begin;  /* parts of each chunk of outputs */
  size_t outputs;
  int full;
  double *variance;
  unsigned char *dropped;
} deletion_context;

static trygg_status run_deletions(void *opaque, size_t chunk, trygg_error *error) {
  const deletion_context *c = opaque;
  trygg_status status = TRYGG_OK;
  tg_plan plan = {0};
  tg_squares squares = {0};
  TRY(tg_plan_create(c->estimates, c->parts + c->begin[chunk], c->begin[chunk + 1] - c->begin[chunk], &plan,
                     error));
  if (tg_squares_create(&squares, plan.statistic_count, c->full)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_deletions_pass(&plan, &squares, error));
  tg_squares_finish(&squares, &plan, c->outputs, c->variance, c->dropped);
cleanup:
  tg_squares_clear(&squares);
  tg_plan_clear(&plan);
  return status;
}

static int by_output(const void *a, const void *b) {
  const tg_part *p = a, *q = b;
  return (p->output > q->output) - (p->output < q->output);
}

static trygg_status combine_deletions(const trygg_estimates *estimates, tg_part *parts, size_t count,
                                      size_t outputs, int full, double *variance, unsigned char *dropped,
                                      trygg_error *error) {
  size_t chunks = full || !outputs ? 1 : (outputs + CHUNK - 1) / CHUNK;
  trygg_status status = TRYGG_OK;
  deletion_context context = {estimates, parts, NULL, outputs, full, variance, dropped};
  context.begin = tg_memory_new(chunks + 1, sizeof *context.begin);
  if (!context.begin)
    return tg_error_memory(error);
  if (count)
    qsort(parts, count, sizeof *parts, by_output);
  for (size_t p = 0; p < count; p++)
    context.begin[full ? 1 : parts[p].output / CHUNK + 1]++;
  for (size_t c = 0; c < chunks; c++)
    context.begin[c + 1] += context.begin[c];
  TRY(tg_thread_run(tg_thread_count(estimates->threads, chunks), chunks, run_deletions, &context, NULL, NULL,
                    error));
cleanup:
  tg_memory_free(context.begin);
  return status;
}

trygg_status tg_replicates_combine(const trygg_estimates *estimates, const tg_part *parts, size_t count,
                                   size_t outputs, int full, double *variance, unsigned char *dropped,
                                   trygg_error *error) {
  trygg_status status;
  tg_part *sorted = tg_memory_new(count, sizeof *sorted);
  if (!sorted)
    return tg_error_memory(error);
  if (count)
    memcpy(sorted, parts, count * sizeof *sorted);
  for (size_t i = 0; i < (full ? outputs * outputs : outputs); i++)
    variance[i] = 0;
  if (estimates->tally->design->replicates->deletes)
    status = combine_deletions(estimates, sorted, count, outputs, full, variance, dropped, error);
  else
    status = combine_weights(estimates, sorted, count, outputs, full, variance, dropped, error);
  tg_memory_free(sorted);
  return status;
}
