/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Influence totals of estimates for callers who compute variances of their own: the terms of linear.c added up record by
 * record over the clusters of the first stage. */
#include <estimate/estimate.h>

#include <math.h>
#include <stdlib.h>

#include <base/keys.h>

#define RUN ((size_t)1024)

/* Terms by cell, so that a record finds its own. */
typedef struct job {
  const tg_tally *tally;
  tg_terms terms;
  size_t *begin; /* of each cell */
  size_t count;  /* estimates */
  double *totals;
  double *storage;
  unsigned char *states;
  tg_values *values; /* of each indicator; those without a term are not evaluated */
  unsigned char *used;
} job;

static int by_cell(const void *a, const void *b) {
  const tg_term *p = a, *q = b;
  if (p->cell != q->cell)
    return p->cell < q->cell ? -1 : 1;
  return (p->output > q->output) - (p->output < q->output);
}

static trygg_status prepare(job *j, trygg_error *error) {
  size_t cells = j->tally->cell_count, indicators = j->tally->indicators.all;
  j->begin = tg_memory_new(cells + 1, sizeof *j->begin);
  j->used = tg_memory_new(indicators, 1);
  j->values = tg_memory_new(indicators, sizeof *j->values);
  j->storage = tg_memory_new(2 * RUN * indicators, sizeof *j->storage);
  j->states = tg_memory_new(indicators, RUN);
  if (!j->begin || !j->used || !j->values || !j->storage || !j->states)
    return tg_error_memory(error);
  if (j->terms.count)
    qsort(j->terms.list, j->terms.count, sizeof *j->terms.list, by_cell);
  for (size_t t = 0; t < j->terms.count; t++) {
    j->begin[j->terms.list[t].cell + 1]++;
    j->used[j->terms.list[t].indicator] = 1;
  }
  for (size_t c = 0; c < cells; c++)
    j->begin[c + 1] += j->begin[c];
  for (size_t k = 0; k < indicators; k++)
    j->values[k] = (tg_values){j->storage + 2 * k * RUN, j->storage + (2 * k + 1) * RUN, j->states + k * RUN};
  return TRYGG_OK;
}

static void add_record(job *j, size_t record, size_t i) {
  const trygg_design *design = j->tally->design;
  double *totals = j->totals + (design->cluster ? design->cluster[record] : record) * j->count;
  uint32_t cell;
  if (j->tally->entry[record] == TG_RANK_NONE)
    return;
  cell = j->tally->entry_cell[j->tally->entry[record]];
  for (size_t t = j->begin[cell]; t < j->begin[cell + 1]; t++) {
    const tg_term *term = &j->terms.list[t];
    const tg_values *v = &j->values[term->indicator];
    const double *weight = tg_design_weight(design, j->tally->indicators.list[term->indicator].weight);
    double w = weight ? weight[record] : 1, y = v->y[i];
    if (v->state[i] != TG_INSIDE || !(w > 0))
      continue;
    y = isnan(term->threshold) ? y - term->shift * v->x[i] : (y <= term->threshold);
    totals[term->output] += w * tg_tally_linear(term->y, y, term->x, v->x[i]);
  }
}

static void add_all(job *j) {
  const trygg_responses *responses = j->tally->design->responses;
  for (size_t first = 0; first < responses->count; first += RUN) {
    size_t count = responses->count - first < RUN ? responses->count - first : RUN;
    for (size_t k = 0; k < j->tally->indicators.all; k++)
      if (j->used[k])
        tg_indicator_evaluate(&j->tally->indicators.list[k], responses, first, count, &j->values[k]);
    for (size_t i = 0; i < count; i++)
      add_record(j, first + i, i);
  }
}

trygg_status trygg_estimate_influence(const trygg_estimates *estimates, const size_t *rows, size_t count,
                                      double *totals, size_t *strata, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  job j = {.count = count, .totals = totals};
  const trygg_design *design;
  if (!estimates || (count && (!rows || !totals)))
    return tg_error_set(error, TRYGG_EINVAL, "estimates, rows and room for the totals were expected");
  j.tally = estimates->tally;
  design = j.tally->design;
  if (design->responses->released)
    return tg_error_set(error, TRYGG_EINVAL,
                        "the records were not kept (trygg_estimate_stream); load them again");
  if (tg_design_has_residuals(design))
    return tg_error_set(error, TRYGG_EUNSUPPORTED,
                        "influence totals of weights that were calibrated or adjusted would have to be those of residuals, which are "
                        "not yet handed out");
  for (size_t i = 0; i < count; i++) {
    if (rows[i] >= estimates->row_count) {
      status = tg_error_set(error, TRYGG_EINVAL, "a row is past the last estimate");
      goto cleanup;
    }
    if (!isnan(estimates->rows[rows[i]].estimate))
      TRY(tg_estimate_add_terms(estimates, rows[i], 1, i, &j.terms, error));
  }
  TRY(prepare(&j, error));
  for (size_t i = 0; i < design->cluster_count; i++) {
    for (size_t o = 0; o < count; o++)
      totals[i * count + o] = isnan(estimates->rows[rows[o]].estimate) ? NAN : 0;
    if (strata)
      strata[i] = design->cluster ? design->cluster_stratum[i] : design->stratum[i];
  }
  add_all(&j);
cleanup:
  tg_estimate_clear_terms(&j.terms);
  tg_memory_free(j.begin);
  tg_memory_free(j.used);
  tg_memory_free(j.values);
  tg_memory_free(j.storage);
  tg_memory_free(j.states);
  return status;
}
