/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variances and covariances of linear combinations of sums: contrasts, indices, slopes, blocks of estimates.
 *
 * Every such statistic is linearised to one number a record, u = sum of w (a y' + b x) over its terms (Woodruff 1971,
 * JASA 66:411-414), and u is added up over the records of a unit.  Units of one stage are added up to those of the stage
 * before; tally/spread.c makes variances of them.  Variances that the sums of the tally know already come from
 * tally/retained.c. */
#include <tally/tally.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/keys.h>
#include <base/thread.h>
#include <tally/residual.h>
#include <tally/retained.h>
#include <tally/spread.h>

#define RUN ((size_t)1024)
#define CHUNK ((size_t)64) /* outputs worked on together: fixed, so that threads do not change the sums */

/* A job: the outputs first..first+count-1 and their terms, sorted by cell. */
typedef struct job {
  const tg_tally *tally;
  const tg_term *terms;
  size_t first, count;
  size_t *cell_begin; /* terms of each cell */
  size_t *used;       /* distinct indicators of the terms */
  size_t used_count;
  uint32_t *local;       /* position in `used` of each indicator */
  const double **weight; /* of each used indicator */
  tg_values *values;     /* the same, RUN long */
  double *storage;
  unsigned char *states;
  int thresholds; /* some term has one */
  tg_spread spread;
  tg_residual residual; /* of a design whose weights were made */
} job;

static int by_output_chunk(const void *a, const void *b) {
  const tg_term *p = a, *q = b;
  size_t x = p->output / CHUNK, y = q->output / CHUNK;
  if (x != y)
    return x < y ? -1 : 1;
  if (p->cell != q->cell)
    return p->cell < q->cell ? -1 : 1;
  if (p->indicator != q->indicator)
    return p->indicator < q->indicator ? -1 : 1;
  return (p->output > q->output) - (p->output < q->output);
}

static int by_cell(const void *a, const void *b) {
  const tg_term *p = a, *q = b;
  if (p->cell != q->cell)
    return p->cell < q->cell ? -1 : 1;
  if (p->indicator != q->indicator)
    return p->indicator < q->indicator ? -1 : 1;
  return (p->output > q->output) - (p->output < q->output);
}

/* ---- from records --------------------------------------------------------------------- */

static void add_record(job *j, uint32_t cell, size_t record, size_t i) {
  for (size_t t = j->cell_begin[cell]; t < j->cell_begin[cell + 1]; t++) {
    const tg_term *term = &j->terms[t];
    size_t k = j->local[term->indicator];
    double w = j->weight[k] ? j->weight[k][record] : 1, x = j->values[k].x[i], y = j->values[k].y[i], value;
    if (j->values[k].state[i] != TG_INSIDE || !(w > 0))
      continue;
    y = isnan(term->threshold) ? y - term->shift * x : (y <= term->threshold);
    value = w * tg_tally_linear(term->y, y, term->x, x);
    tg_spread_touch(&j->spread, term->output - j->first, value);
    if (j->weight[k] == j->tally->design->weight) /* another weight was not calibrated */
      tg_residual_regress(&j->residual, term->output - j->first, record, value);
  }
}

/* Some record of the run has a term: areas tend to stand together, so most runs can be passed over. */
static int run_matters(const job *j, size_t first, size_t count) {
  for (size_t i = first; i < first + count; i++) {
    uint32_t e = j->tally->entry[i];
    if (e != TG_RANK_NONE &&
        j->cell_begin[j->tally->entry_cell[e]] < j->cell_begin[j->tally->entry_cell[e] + 1])
      return 1;
  }
  return 0;
}

static void pass_records(job *j) {
  const trygg_design *design = j->tally->design;
  size_t records = design->responses->count;
  for (size_t first = 0; first < records; first += RUN) {
    size_t count = records - first < RUN ? records - first : RUN;
    int matters = run_matters(j, first, count);
    if (!matters && !tg_residual_matters(&j->residual))
      continue;
    for (size_t k = 0; k < j->used_count && matters; k++)
      tg_indicator_evaluate(&j->tally->indicators.list[j->used[k]], design->responses, first, count,
                            &j->values[k]);
    for (size_t i = 0; i < count; i++) {
      uint32_t e = j->tally->entry[first + i];
      if (e == TG_RANK_NONE && !tg_residual_matters(&j->residual))
        continue;
      if (e != TG_RANK_NONE && matters)
        add_record(j, j->tally->entry_cell[e], first + i, i);
      tg_residual_touch(&j->residual, first + i, &j->spread);
      tg_spread_add_record(&j->spread, first + i);
    }
  }
}

/* ---- from clusters --------------------------------------------------------------------- */

static void pass_entries(job *j) {
  const tg_tally *tally = j->tally;
  for (size_t e = 0; e < tally->entry_count; e++) {
    uint32_t cell = tally->entry_cell[e];
    for (size_t t = j->cell_begin[cell]; t < j->cell_begin[cell + 1]; t++) {
      const tg_term *term = &j->terms[t];
      const tg_sums *sums = &tally->sums[term->indicator * tally->entry_count + e];
      double shift = tally->shift[term->indicator * tally->cell_count + cell];
      if (sums->n > 0)
        tg_spread_touch(
            &j->spread, term->output - j->first,
            tg_tally_linear(term->y, sums->y, term->x + term->y * (shift - term->shift), sums->x));
    }
    if (e + 1 == tally->entry_count || tally->entry_unit[e + 1] != tally->entry_unit[e])
      tg_spread_add_cluster(&j->spread, tally->entry_unit[e]);
  }
}

/* Sums of clusters are at hand unless values are compared with a threshold, or later stages or inclusion probabilities
 * need sums of their own, or auxiliary values are needed beside them. */
static int needs_records(const job *j) {
  return !j->tally->design->cluster || j->thresholds || !tg_design_has_one_stage(j->tally->design) ||
         tg_residual_matters(&j->residual);
}

static int pass(job *j) {
  if (needs_records(j))
    pass_records(j);
  else
    pass_entries(j);
  return tg_spread_settle(&j->spread);
}

/* ---- jobs ------------------------------------------------------------------------------ */

static int allocate_values(job *j) {
  size_t n = j->used_count;
  j->weight = tg_memory_new(n, sizeof *j->weight);
  j->values = tg_memory_new(n, sizeof *j->values);
  j->storage = tg_memory_new(n * 2 * RUN, sizeof *j->storage);
  j->states = tg_memory_new(n, RUN);
  if (!j->weight || !j->values || !j->storage || !j->states)
    return -1;
  for (size_t k = 0; k < n; k++) {
    j->values[k] = (tg_values){j->storage + 2 * k * RUN, j->storage + (2 * k + 1) * RUN, j->states + k * RUN};
    j->weight[k] = tg_design_weight(j->tally->design, j->tally->indicators.list[j->used[k]].weight);
  }
  return 0;
}

static int index_terms(job *j, size_t count) {
  size_t cells = j->tally->cell_count, indicators = j->tally->indicators.all;
  j->cell_begin = tg_memory_new(cells + 1, sizeof *j->cell_begin);
  j->used = tg_memory_new(indicators, sizeof *j->used);
  j->local = tg_memory_new(indicators, sizeof *j->local);
  if (!j->cell_begin || !j->used || !j->local)
    return -1;
  memset(j->local, 0xff, indicators * sizeof *j->local);
  for (size_t t = 0; t < count; t++) {
    j->cell_begin[j->terms[t].cell + 1]++;
    j->thresholds |= !isnan(j->terms[t].threshold);
    if (j->local[j->terms[t].indicator] == UINT32_MAX) {
      j->local[j->terms[t].indicator] = (uint32_t)j->used_count;
      j->used[j->used_count++] = j->terms[t].indicator;
    }
  }
  for (size_t c = 0; c < cells; c++)
    j->cell_begin[c + 1] += j->cell_begin[c];
  return 0;
}

static void clear_job(job *j) {
  void *blocks[] = {j->cell_begin, j->used, j->local, j->weight, j->values, j->storage, j->states};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
  tg_spread_clear(&j->spread);
  tg_residual_clear(&j->residual);
}

/* The auxiliary totals are as the outputs, which agree in it. */
static void set_across(job *j, size_t terms) {
  for (size_t o = j->count; o < j->spread.count; o++)
    j->spread.across[o] = terms && j->terms[0].across;
  for (size_t t = 0; t < terms; t++)
    j->spread.across[j->terms[t].output - j->first] = j->terms[t].across != 0;
}

/* The first pass was made: another for products, and the matrix. */
static trygg_status make_matrix(job *j, double *matrix, trygg_error *error) {
  if (tg_spread_begin_products(&j->spread, 1) || pass(j))
    return tg_error_memory(error);
  return tg_spread_matrix(&j->spread, matrix, error);
}

static trygg_status make_residuals(job *j, int full, double *variance, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t size = j->spread.count;
  double *matrix = tg_memory_new(size * size, sizeof *matrix);
  if (!matrix)
    return tg_error_memory(error);
  j->residual.known = 1;
  TRY(make_matrix(j, matrix, error));
  TRY(tg_residual_reduce(&j->residual, matrix, full, variance, error));
cleanup:
  tg_memory_free(matrix);
  return status;
}

static trygg_status begin_job(job *j, size_t terms, trygg_error *error) {
  if (tg_residual_begin(&j->residual, j->tally->design, j->count) || index_terms(j, terms) ||
      allocate_values(j) ||
      tg_spread_begin(&j->spread, j->tally->design, tg_residual_outputs(&j->residual), needs_records(j)))
    return tg_error_memory(error);
  set_across(j, terms);
  tg_residual_mark(&j->residual, &j->spread);
  return pass(j) ? tg_error_memory(error) : TRYGG_OK;
}

static trygg_status run_job(job *j, size_t terms, int full, double *variance, double *df,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(begin_job(j, terms, error));
  if (tg_residual_matters(&j->residual))
    TRY(make_residuals(j, full, variance + (full ? 0 : j->first), error));
  else if (full)
    TRY(make_matrix(j, variance, error));
  else {
    if (tg_spread_needs_products(&j->spread) && (tg_spread_begin_products(&j->spread, 0) || pass(j))) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(tg_spread_variances(&j->spread, variance + j->first, error));
  }
  if (df)
    tg_spread_df(&j->spread, j->count, df + j->first);
cleanup:
  clear_job(j);
  return status;
}

typedef struct chunk_context {
  const tg_tally *tally;
  const tg_term *terms;
  size_t *begin; /* terms of each chunk */
  size_t outputs;
  double *variance, *df;
} chunk_context;

static trygg_status run_chunk(void *opaque, size_t chunk, trygg_error *error) {
  chunk_context *c = opaque;
  size_t rest = c->outputs - chunk * CHUNK;
  job j = {.tally = c->tally, .first = chunk * CHUNK};
  j.terms = c->terms ? c->terms + c->begin[chunk] : NULL; /* none where no row has an estimate */
  j.count = rest < CHUNK ? rest : CHUNK;
  return run_job(&j, c->begin[chunk + 1] - c->begin[chunk], 0, c->variance, c->df, error);
}

/* Variances from the records, in chunks of outputs. */
static trygg_status pass_chunks(const tg_tally *tally, tg_term *terms, size_t count, size_t outputs,
                                int threads, double *variance, double *df, trygg_error *error) {
  size_t chunks = (outputs + CHUNK - 1) / CHUNK;
  chunk_context context = {tally,   terms,    tg_memory_new(chunks + 1, sizeof *context.begin),
                           outputs, variance, df};
  trygg_status status;
  if (!context.begin)
    return tg_error_memory(error);
  if (count)
    qsort(terms, count, sizeof *terms, by_output_chunk);
  for (size_t t = 0; t < count; t++)
    context.begin[terms[t].output / CHUNK + 1]++;
  for (size_t c = 0; c < chunks; c++)
    context.begin[c + 1] += context.begin[c];
  status = tg_thread_run(tg_thread_count(threads, chunks), chunks, run_chunk, &context, NULL, NULL, error);
  tg_memory_free(context.begin);
  return status;
}

/* ---- what the retained sums leave -------------------------------------------------------------------- */

static int by_output(const void *a, const void *b) {
  const tg_term *p = a, *q = b;
  return p->output != q->output ? (p->output > q->output) - (p->output < q->output) : by_cell(a, b);
}

static void order_by_output(tg_term *terms, size_t count) {
  for (size_t t = 1; t < count; t++)
    if (terms[t].output < terms[t - 1].output) {
      qsort(terms, count, sizeof *terms, by_output);
      return;
    }
}

/* Outputs that are not known yet, numbered anew. */
typedef struct remaining {
  unsigned char *known;
  uint32_t *output; /* of each that remains */
  size_t count, terms;
  double *variance, *df; /* the same */
} remaining;

/* Terms of what remains move to the front. */
static void take_terms(remaining *r, tg_term *terms, const size_t *begin, size_t outputs) {
  for (size_t o = 0; o < outputs; o++) {
    for (size_t t = begin[o]; t < begin[o + 1] && !r->known[o]; t++) {
      terms[r->terms] = terms[t];
      terms[r->terms++].output = (uint32_t)r->count;
    }
    if (!r->known[o])
      r->output[r->count++] = (uint32_t)o;
  }
}

static trygg_status find_variances(const tg_tally *tally, tg_term *terms, size_t count, size_t outputs,
                                   int threads, double *variance, double *df, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  remaining r = {tg_memory_new(outputs, 1),
                 tg_memory_new(outputs, sizeof *r.output),
                 0,
                 0,
                 tg_memory_new(outputs, sizeof *r.variance),
                 tg_memory_new(outputs, sizeof *r.df)};
  size_t *begin = tg_memory_new(outputs + 1, sizeof *begin);
  tg_retained retained = {tally, terms, begin, outputs, threads};
  if (!r.known || !r.output || !r.variance || !r.df || !begin) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  order_by_output(terms, count);
  for (size_t t = 0; t < count; t++)
    begin[terms[t].output + 1]++;
  for (size_t o = 0; o < outputs; o++)
    begin[o + 1] += begin[o];
  TRY(tg_retained_variances(&retained, r.known, variance, df, error));
  take_terms(&r, terms, begin, outputs);
  if (r.count)
    TRY(pass_chunks(tally, terms, r.terms, r.count, threads, r.variance, r.df, error));
  for (size_t i = 0; i < r.count; i++) {
    variance[r.output[i]] = r.variance[i];
    if (df)
      df[r.output[i]] = r.df[i];
  }
cleanup:
  tg_memory_free(r.known);
  tg_memory_free(r.output);
  tg_memory_free(r.variance);
  tg_memory_free(r.df);
  tg_memory_free(begin);
  return status;
}

trygg_status tg_tally_combine(const tg_tally *tally, tg_term *terms, size_t count, size_t outputs, int full,
                              int threads, double *variance, double *df, trygg_error *error) {
  job j = {.tally = tally, .terms = terms, .count = outputs};
  if (!outputs)
    return TRYGG_OK;
  if (!tally->entry && !tally->design->cluster)
    return tg_error_set(
        error, TRYGG_EINVAL,
        "the estimates are from a stream: covariances in a sample of people need the records, which were "
        "not kept; load them (trygg_responses_load)");
  if (!full)
    return find_variances(tally, terms, count, outputs, threads, variance, df, error);
  if (count)
    qsort(terms, count, sizeof *terms, by_cell);
  return run_job(&j, count, 1, variance, df, error);
}
