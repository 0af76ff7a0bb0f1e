/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variances and covariances of linear combinations of sums: contrasts, indices, slopes, blocks of estimates.
 *
 * Every such statistic is linearised to one number a record, u = sum of w (a y' + b x) over its terms, and
 *
 *   Cov(p, q) = sum_h (1 - f_h) n_h/(n_h - 1) [ sum_i u_pi u_qi - S_ph S_qh / n_h ]
 *
 * over clusters i (Woodruff 1971, JASA 66:411-414, for the linearisation).  Variances alone are summed about the
 * first value met in the stratum, which keeps exact zeros; whole matrices from the raw products. */
#include <tally/tally.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/keys.h>
#include <base/thread.h>

#define RUN ((size_t)1024)
#define CHUNK ((size_t)64) /* outputs worked on together: fixed, so that threads do not change the sums */

/* Spread of one output within one stratum, over units that are not zero. */
typedef struct spread {
  double n, first, sum, squares; /* sum and squares about `first` */
} spread;

/* A job: the outputs first..first+count-1 and their terms, sorted by cell. */
typedef struct job {
  const tg_tally *tally;
  const tg_term *terms;
  size_t first, count;
  int full;
  size_t *cell_begin; /* terms of each cell */
  size_t *used;       /* distinct indicators of the terms */
  size_t used_count;
  uint32_t *local;       /* position in `used` of each indicator */
  const double **weight; /* of each used indicator */
  tg_values *values;     /* the same, RUN long */
  double *storage;
  unsigned char *states;
  int thresholds;        /* some term has one */
  double *u;             /* the unit at hand, one an output */
  unsigned char *met;    /* the unit has a record that counts for the output */
  unsigned char *across; /* of each output, see tg_term */
  uint32_t *touched;
  size_t touched_count;
  spread *spreads;       /* [output * strata + stratum] */
  double *products;      /* full: [count * count] */
  double *factor;        /* of each stratum */
  double *clusters;      /* of each output */
  unsigned char *strata; /* [output * strata + stratum] has a unit that counts */
  double *cluster_u;     /* thresholds with clusters: [cluster * count + output] */
  unsigned char *cluster_met;
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

/* ---- units ---------------------------------------------------------------------------- */

static void touch(job *j, size_t output, double value) {
  if (!j->met[output])
    j->touched[j->touched_count++] = (uint32_t)output;
  j->met[output] = 1;
  j->u[output] += value;
}

/* The unit (record or cluster) of stratum h is complete. */
static void finish_unit(job *j, uint32_t h) {
  size_t strata = j->tally->design->stratum_count;
  for (size_t k = 0; k < j->touched_count; k++) {
    size_t o = j->touched[k];
    spread *s = &j->spreads[o * strata + h];
    double d;
    if (s->n == 0 && !j->full)
      s->first = j->u[o];
    d = j->u[o] - s->first;
    s->n++;
    s->sum += d;
    s->squares += d * d;
    j->clusters[o]++;
    j->strata[o * strata + h] = 1;
  }
  if (j->full)
    for (size_t k = 0; k < j->touched_count; k++)
      for (size_t l = 0; l < j->touched_count; l++)
        j->products[j->touched[k] * j->count + j->touched[l]] +=
            j->factor[h] * j->u[j->touched[k]] * j->u[j->touched[l]];
  for (size_t k = 0; k < j->touched_count; k++) {
    j->u[j->touched[k]] = 0;
    j->met[j->touched[k]] = 0;
  }
  j->touched_count = 0;
}

/* ---- from records --------------------------------------------------------------------- */

static void add_record(job *j, uint32_t cell, size_t record, size_t i) {
  for (size_t t = j->cell_begin[cell]; t < j->cell_begin[cell + 1]; t++) {
    const tg_term *term = &j->terms[t];
    size_t k = j->local[term->indicator];
    double w = j->weight[k] ? j->weight[k][record] : 1, x = j->values[k].x[i], y = j->values[k].y[i];
    if (j->values[k].state[i] != TG_INSIDE || !(w > 0))
      continue;
    y = isnan(term->threshold) ? y - term->shift * x : (y <= term->threshold);
    touch(j, term->output - j->first, w * tg_tally_linear(term->y, y, term->x, x));
  }
}

/* The unit at hand is one record of a clustered design: add it to its cluster. */
static void keep_for_cluster(job *j, uint32_t cluster) {
  for (size_t k = 0; k < j->touched_count; k++) {
    size_t o = j->touched[k];
    j->cluster_u[cluster * j->count + o] += j->u[o];
    j->cluster_met[cluster * j->count + o] |= j->met[o];
    j->u[o] = 0;
    j->met[o] = 0;
  }
  j->touched_count = 0;
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
    if (!run_matters(j, first, count))
      continue;
    for (size_t k = 0; k < j->used_count; k++)
      tg_indicator_evaluate(&j->tally->indicators.list[j->used[k]], design->responses, first, count,
                            &j->values[k]);
    for (size_t i = 0; i < count; i++) {
      uint32_t e = j->tally->entry[first + i];
      if (e == TG_RANK_NONE)
        continue;
      add_record(j, j->tally->entry_cell[e], first + i, i);
      if (design->cluster)
        keep_for_cluster(j, design->cluster[first + i]);
      else
        finish_unit(j, design->stratum[first + i]);
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
        touch(j, term->output - j->first,
              tg_tally_linear(term->y, sums->y, term->x + term->y * (shift - term->shift), sums->x));
    }
    if (e + 1 == tally->entry_count || tally->entry_unit[e + 1] != tally->entry_unit[e])
      finish_unit(j, tally->design->cluster_stratum[tally->entry_unit[e]]);
  }
}

static void pass_kept_clusters(job *j) {
  const trygg_design *design = j->tally->design;
  for (size_t i = 0; i < design->cluster_count; i++) {
    for (size_t o = 0; o < j->count; o++)
      if (j->cluster_met[i * j->count + o])
        touch(j, o, j->cluster_u[i * j->count + o]);
    finish_unit(j, design->cluster_stratum[i]);
  }
}

/* ---- results --------------------------------------------------------------------------- */

static double variance_of(const job *j, size_t o) {
  const trygg_design *design = j->tally->design;
  double result = 0;
  for (size_t h = 0; h < design->stratum_count; h++) {
    const spread *s = &j->spreads[o * design->stratum_count + h];
    double n = (double)design->strata[h].clusters, mean, squares;
    if (s->n == 0 || design->strata[h].clusters < 2)
      continue;
    mean = s->first + s->sum / s->n;
    squares = s->squares - s->sum * s->sum / s->n;
    if (squares < 8 * DBL_EPSILON * s->squares)
      squares = 0;
    if (n > s->n)
      squares += mean * mean * s->n * (n - s->n) / n;
    result += j->factor[h] * squares;
  }
  return result;
}

static void stratum_sums(const job *j, size_t o, double *out) {
  size_t strata = j->tally->design->stratum_count;
  for (size_t h = 0; h < strata; h++) {
    const spread *s = &j->spreads[o * strata + h];
    out[h] = s->first * s->n + s->sum;
  }
}

static trygg_status finish_variances(job *j, double *variance, trygg_error *error) {
  size_t strata = j->tally->design->stratum_count;
  double *sums = tg_memory_new(strata, sizeof *sums);
  if (!sums)
    return tg_error_memory(error);
  for (size_t o = 0; o < j->count; o++) {
    stratum_sums(j, o, sums);
    variance[j->first + o] =
        variance_of(j, o) + tg_variance_adjusted(j->tally->design, sums, sums, j->across[o]);
  }
  tg_memory_free(sums);
  return TRYGG_OK;
}

static trygg_status finish_matrix(job *j, double *variance, trygg_error *error) {
  const trygg_design *design = j->tally->design;
  size_t strata = design->stratum_count, m = j->count;
  double *sums = tg_memory_new(strata * m, sizeof *sums);
  if (!sums)
    return tg_error_memory(error);
  for (size_t o = 0; o < m; o++)
    stratum_sums(j, o, sums + o * strata);
  for (size_t p = 0; p < m; p++) {
    for (size_t q = 0; q <= p; q++) {
      const double *x = sums + p * strata, *y = sums + q * strata;
      double value = j->products[p * m + q];
      for (size_t h = 0; h < strata; h++)
        value -= j->factor[h] * x[h] * y[h] / (double)design->strata[h].clusters;
      variance[p * m + q] = value;
    }
    if (variance[p * m + p] < 64 * DBL_EPSILON * j->products[p * m + p])
      variance[p * m + p] = 0;
  }
  for (size_t p = 0; p < m; p++)
    for (size_t q = 0; q < p; q++) /* nothing varies with what does not vary */
      if (variance[p * m + p] == 0 || variance[q * m + q] == 0)
        variance[p * m + q] = 0;
  for (size_t p = 0; p < m; p++)
    for (size_t q = 0; q <= p; q++) {
      variance[p * m + q] +=
          tg_variance_adjusted(design, sums + p * strata, sums + q * strata, j->across[p] && j->across[q]);
      variance[q * m + p] = variance[p * m + q];
    }
  tg_memory_free(sums);
  return TRYGG_OK;
}

static void finish_df(const job *j, double *df) {
  size_t strata = j->tally->design->stratum_count;
  for (size_t o = 0; o < j->count; o++) {
    double met = 0;
    for (size_t h = 0; h < strata; h++)
      met += j->strata[o * strata + h];
    df[j->first + o] = j->clusters[o] - met;
  }
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
  size_t cells = j->tally->cell_count, indicators = j->tally->indicators.count;
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

static int allocate_outputs(job *j) {
  const trygg_design *design = j->tally->design;
  size_t m = j->count, strata = design->stratum_count;
  j->u = tg_memory_new(m, sizeof *j->u);
  j->met = tg_memory_new(m, 1);
  j->across = tg_memory_new(m, 1);
  j->touched = tg_memory_new(m, sizeof *j->touched);
  j->spreads = tg_memory_new(m * strata, sizeof *j->spreads);
  j->products = tg_memory_new(j->full ? m * m : 0, sizeof *j->products);
  j->factor = tg_memory_new(strata, sizeof *j->factor);
  j->clusters = tg_memory_new(m, sizeof *j->clusters);
  j->strata = tg_memory_new(m * strata, 1);
  if (design->cluster && j->thresholds) {
    j->cluster_u = tg_memory_new(design->cluster_count * m, sizeof *j->cluster_u);
    j->cluster_met = tg_memory_new(design->cluster_count * m, 1);
    if (!j->cluster_u || !j->cluster_met)
      return -1;
  }
  if (!j->u || !j->met || !j->across || !j->touched || !j->spreads || !j->products || !j->factor ||
      !j->clusters || !j->strata)
    return -1;
  tg_variance_factors(design, j->factor);
  return 0;
}

static void clear_job(job *j) {
  void *blocks[] = {j->cell_begin, j->used,     j->local,  j->weight,    j->values,      j->storage,
                    j->states,     j->u,        j->met,    j->touched,   j->spreads,     j->products,
                    j->factor,     j->clusters, j->strata, j->cluster_u, j->cluster_met, j->across};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
}

static trygg_status run_job(job *j, size_t terms, double *variance, double *df, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int clustered = j->tally->design->cluster != NULL;
  if (index_terms(j, terms) || allocate_outputs(j) || allocate_values(j)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t t = 0; t < terms; t++)
    j->across[j->terms[t].output - j->first] = j->terms[t].across != 0;
  if (clustered && !j->thresholds)
    pass_entries(j);
  else
    pass_records(j);
  if (clustered && j->thresholds)
    pass_kept_clusters(j);
  TRY(j->full ? finish_matrix(j, variance, error) : finish_variances(j, variance, error));
  if (df)
    finish_df(j, df);
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
  return run_job(&j, c->begin[chunk + 1] - c->begin[chunk], c->variance, c->df, error);
}

trygg_status tg_tally_combine(const tg_tally *tally, tg_term *terms, size_t count, size_t outputs, int full,
                              int threads, double *variance, double *df, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t chunks = (outputs + CHUNK - 1) / CHUNK;
  chunk_context context = {tally, terms, NULL, outputs, variance, df};
  if (!outputs)
    return TRYGG_OK;
  if (full) {
    job j = {.tally = tally, .terms = terms, .count = outputs, .full = 1};
    if (count)
      qsort(terms, count, sizeof *terms, by_cell);
    return run_job(&j, count, variance, df, error);
  }
  if (count)
    qsort(terms, count, sizeof *terms, by_output_chunk);
  context.begin = tg_memory_new(chunks + 1, sizeof *context.begin);
  if (!context.begin)
    return tg_error_memory(error);
  for (size_t t = 0; t < count; t++)
    context.begin[terms[t].output / CHUNK + 1]++;
  for (size_t c = 0; c < chunks; c++)
    context.begin[c + 1] += context.begin[c];
  status = tg_thread_run(tg_thread_count(threads, chunks), chunks, run_chunk, &context, NULL, NULL, error);
  tg_memory_free(context.begin);
  return status;
}
