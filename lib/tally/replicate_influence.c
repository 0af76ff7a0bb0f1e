/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance of linearised statistics from replicate weights.  A statistic is the sum of its records' influence, so that
 * a replicate differs by sum over records of (w_r - w) / w times u; the jackknife gives such sums the linearised
 * covariance exactly and needs no replicates. */
#include <tally/replicate.h>

#include <math.h>
#include <string.h>

#include <base/error.h>

#define RUN ((size_t)1024)

/* Sums over replicates, and those of the eight at hand. */
typedef struct job {
  const tg_influence *influence;
  double *u;
  unsigned char *inside;
  double *changes;
  double *differences; /* [statistic * TG_LANES + k] */
  double *plain, *scaled, *products;
  double replicates, rscales;
} job;

static int allocate(job *j) {
  size_t k = j->influence->count, units = j->influence->design->replicates->unit_count;
  j->u = tg_memory_new(RUN * k, sizeof *j->u);
  j->inside = tg_memory_new(RUN, 1);
  j->changes = tg_memory_new(units * TG_LANES, sizeof *j->changes);
  j->differences = tg_memory_new(k * TG_LANES, sizeof *j->differences);
  j->plain = tg_memory_new(k, sizeof *j->plain);
  j->scaled = tg_memory_new(k, sizeof *j->scaled);
  j->products = tg_memory_new(k * k, sizeof *j->products);
  return j->u && j->inside && j->changes && j->differences && j->plain && j->scaled && j->products ? 0 : -1;
}

static void clear(job *j) {
  void *blocks[] = {j->u, j->inside, j->changes, j->differences, j->plain, j->scaled, j->products};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
}

/* What the change of a record's unit is multiplied by. */
static double factor_of(const trygg_design *design, size_t record) {
  if (!design->replicates->absolute || !design->weight)
    return 1;
  return design->weight[record] > 0 ? 1 / design->weight[record] : 0;
}

static void add_records(job *j) {
  const trygg_design *design = j->influence->design;
  size_t count = j->influence->count;
  memset(j->differences, 0, count * TG_LANES * sizeof *j->differences);
  for (size_t first = 0; first < design->responses->count; first += RUN) {
    size_t rest = design->responses->count - first, records = rest < RUN ? rest : RUN;
    j->influence->fill(j->influence->context, first, records, j->u, j->inside);
    for (size_t r = 0; r < records; r++) {
      size_t unit = design->replicates->by_record ? first + r : design->cluster[first + r];
      double factor = factor_of(design, first + r);
      if (!j->inside[r])
        continue;
      for (size_t o = 0; o < count; o++)
        for (size_t k = 0; k < TG_LANES; k++)
          j->differences[o * TG_LANES + k] += factor * j->changes[unit * TG_LANES + k] * j->u[r * count + o];
    }
  }
}

static void add_replicate(job *j, size_t k, double rscale) {
  size_t count = j->influence->count;
  for (size_t o = 0; o < count; o++)
    if (!isfinite(j->differences[o * TG_LANES + k]))
      return;
  j->replicates += rscale > 0;
  j->rscales += rscale;
  for (size_t o = 0; o < count; o++) {
    double d = j->differences[o * TG_LANES + k];
    j->plain[o] += rscale > 0 ? d : 0;
    j->scaled[o] += rscale * d;
    for (size_t p = 0; p <= o; p++)
      j->products[o * count + p] += rscale * d * j->differences[p * TG_LANES + k];
  }
}

trygg_status tg_replicate_influence(const tg_influence *influence, double *covariance, trygg_error *error) {
  const tg_replicates *replicates = influence->design->replicates;
  size_t count = influence->count;
  trygg_status status = TRYGG_OK;
  job j = {.influence = influence};
  if (allocate(&j)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t first = 0; first < replicates->count; first += TG_LANES) {
    size_t rest = replicates->count - first, lanes = rest < TG_LANES ? rest : TG_LANES;
    TRY(tg_replicates_changes(influence->design, first, lanes, j.changes, error));
    add_records(&j);
    for (size_t k = 0; k < lanes; k++)
      add_replicate(&j, k, replicates->rscales ? replicates->rscales[first + k] : 1);
  }
  for (size_t o = 0; o < count; o++)
    for (size_t p = 0; p <= o; p++) {
      double m = replicates->mse || !(j.replicates > 0) ? 0 : j.plain[o] / j.replicates,
             n = replicates->mse || !(j.replicates > 0) ? 0 : j.plain[p] / j.replicates;
      covariance[o * count + p] = covariance[p * count + o] =
          replicates->scale *
          (j.products[o * count + p] - m * j.scaled[p] - n * j.scaled[o] + m * n * j.rscales);
    }
cleanup:
  clear(&j);
  return status;
}
