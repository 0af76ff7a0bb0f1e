/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With z_i the total of u over cluster i,
 *
 *   Cov(p, q) = sum_h (1 - f_h) n_h/(n_h - 1) sum_i (z_pi - zbar_ph)(z_qi - zbar_qh)
 *
 * over the n_h clusters of the design (Binder 1983, Int. Stat. Rev. 51:279-292).  Two passes: the means of the strata,
 * then products about them, so that nothing cancels. */
#include <tally/influence.h>

#include <float.h>
#include <string.h>

#include <base/error.h>

#define RUN ((size_t)1024)

/* A cluster of stratum h with a record that counts. */
typedef struct job job;
typedef void (*visitor)(job *j, uint32_t h, const double *z);

struct job {
  const tg_influence *influence;
  const trygg_design *design;
  size_t count;
  double *u; /* of a run of records */
  unsigned char *inside;
  double *totals;            /* of each cluster; NULL where records are clusters */
  unsigned char *totals_met; /* the cluster has a record that counts */
  double *first, *sum;       /* [stratum * count + o]: a value met in the stratum, sum of z less that */
  double *mean;              /* the same, over all clusters of the stratum */
  double *met;               /* of each stratum: clusters that count */
  double *factor;            /* of each stratum */
  double *covariance;
  double *raw; /* of each statistic: sum of factor z^2, which tells rounding from variance */
};

static void fill_run(const job *j, size_t first, size_t records) {
  j->influence->fill(j->influence->context, first, records, j->u, j->inside);
}

static size_t run_length(const job *j, size_t first) {
  size_t rest = j->design->responses->count - first;
  return rest < RUN ? rest : RUN;
}

static void sum_clusters(job *j) {
  size_t k = j->count;
  for (size_t first = 0; first < j->design->responses->count; first += RUN) {
    size_t records = run_length(j, first);
    fill_run(j, first, records);
    for (size_t r = 0; r < records; r++) {
      size_t cluster = j->design->cluster[first + r];
      if (!j->inside[r])
        continue;
      j->totals_met[cluster] = 1;
      for (size_t o = 0; o < k; o++)
        j->totals[cluster * k + o] += j->u[r * k + o];
    }
  }
}

static void visit_units(job *j, visitor visit) {
  if (j->totals) {
    for (size_t i = 0; i < j->design->cluster_count; i++)
      if (j->totals_met[i])
        visit(j, j->design->cluster_stratum[i], j->totals + i * j->count);
    return;
  }
  for (size_t first = 0; first < j->design->responses->count; first += RUN) {
    size_t records = run_length(j, first);
    fill_run(j, first, records);
    for (size_t r = 0; r < records; r++)
      if (j->inside[r])
        visit(j, j->design->stratum[first + r], j->u + r * j->count);
  }
}

static void add_to_sums(job *j, uint32_t h, const double *z) {
  double *first = j->first + h * j->count, *sum = j->sum + h * j->count;
  if (j->met[h]++ == 0)
    memcpy(first, z, j->count * sizeof *z);
  for (size_t o = 0; o < j->count; o++)
    sum[o] += z[o] - first[o];
}

/* Clusters that do not count have the total 0; where all do, equal totals have exactly their value as the mean. */
static void find_means(job *j) {
  for (size_t h = 0; h < j->design->stratum_count; h++)
    for (size_t o = 0; o < j->count; o++) {
      size_t at = h * j->count + o;
      double n = (double)j->design->strata[h].clusters, m = j->met[h];
      j->mean[at] = m == n ? j->first[at] + j->sum[at] / n : (j->first[at] * m + j->sum[at]) / n;
    }
}

static void add_products(job *j, uint32_t h, const double *z) {
  const double *mean = j->mean + h * j->count;
  for (size_t o = 0; o < j->count; o++) {
    double d = j->factor[h] * (z[o] - mean[o]);
    j->raw[o] += j->factor[h] * z[o] * z[o];
    for (size_t p = 0; p <= o; p++)
      j->covariance[o * j->count + p] += d * (z[p] - mean[p]);
  }
}

/* The clusters that do not count lie at -mean. */
static void add_zeros(job *j) {
  for (size_t h = 0; h < j->design->stratum_count; h++) {
    const double *mean = j->mean + h * j->count;
    double zeros = (double)j->design->strata[h].clusters - j->met[h];
    if (j->met[h] == 0 || zeros <= 0)
      continue;
    for (size_t o = 0; o < j->count; o++)
      for (size_t p = 0; p <= o; p++)
        j->covariance[o * j->count + p] += j->factor[h] * zeros * mean[o] * mean[p];
  }
}

/* What is left of equal totals is rounding, and nothing varies with what does not vary. */
static void clean(job *j) {
  const double tiny = 64 * DBL_EPSILON * DBL_EPSILON;
  for (size_t o = 0; o < j->count; o++)
    if (j->covariance[o * j->count + o] <= tiny * j->raw[o])
      j->covariance[o * j->count + o] = 0;
  for (size_t o = 0; o < j->count; o++)
    for (size_t p = 0; p < o; p++)
      if (j->covariance[o * j->count + o] == 0 || j->covariance[p * j->count + p] == 0)
        j->covariance[o * j->count + p] = 0;
}

static trygg_status add_lonely(job *j, trygg_error *error) {
  size_t strata = j->design->stratum_count, k = j->count;
  double *sums = tg_memory_new(strata * k, sizeof *sums);
  if (!sums)
    return tg_error_memory(error);
  for (size_t o = 0; o < k; o++)
    for (size_t h = 0; h < strata; h++)
      sums[o * strata + h] = j->first[h * k + o] * j->met[h] + j->sum[h * k + o];
  for (size_t o = 0; o < k; o++)
    for (size_t p = 0; p <= o; p++) {
      double *at = &j->covariance[o * k + p];
      *at += tg_variance_adjusted(j->design, sums + o * strata, sums + p * strata, j->influence->across);
      j->covariance[p * k + o] = *at;
    }
  tg_memory_free(sums);
  return TRYGG_OK;
}

static trygg_status find_degrees(const job *j, tg_influence_degrees *degrees, trygg_error *error) {
  const trygg_design *design = j->design;
  unsigned char *group_met = tg_memory_new(design->group_count, 1);
  if (!group_met)
    return tg_error_memory(error);
  *degrees = (tg_influence_degrees){0};
  for (size_t h = 0; h < design->stratum_count; h++)
    if (j->met[h] > 0) {
      degrees->domain += j->met[h] - 1;
      group_met[design->strata[h].group] = 1;
    }
  for (size_t h = 0; h < design->stratum_count; h++)
    if (group_met[design->strata[h].group]) {
      degrees->design += (double)design->strata[h].clusters - 1;
      degrees->lonely |=
          tg_stratum_is_lonely(&design->strata[h]) && (j->met[h] > 0 || design->lonely == TG_LONELY_AVERAGE);
    }
  tg_memory_free(group_met);
  return TRYGG_OK;
}

static int allocate(job *j) {
  size_t k = j->count, strata = j->design->stratum_count;
  j->u = tg_memory_new(RUN * k, sizeof *j->u);
  j->inside = tg_memory_new(RUN, 1);
  j->first = tg_memory_new(strata * k, sizeof *j->first);
  j->sum = tg_memory_new(strata * k, sizeof *j->sum);
  j->mean = tg_memory_new(strata * k, sizeof *j->mean);
  j->met = tg_memory_new(strata, sizeof *j->met);
  j->factor = tg_memory_new(strata, sizeof *j->factor);
  j->raw = tg_memory_new(k, sizeof *j->raw);
  if (!j->u || !j->inside || !j->first || !j->sum || !j->mean || !j->met || !j->factor || !j->raw)
    return -1;
  if (!j->design->cluster)
    return 0;
  j->totals = tg_memory_new(j->design->cluster_count * k, sizeof *j->totals);
  j->totals_met = tg_memory_new(j->design->cluster_count, 1);
  return j->totals && j->totals_met ? 0 : -1;
}

static void clear(job *j) {
  void *blocks[] = {j->u,   j->inside, j->totals, j->totals_met, j->first,
                    j->sum, j->mean,   j->met,    j->factor,     j->raw};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
}

trygg_status tg_influence_covariance(const tg_influence *influence, double *covariance,
                                     tg_influence_degrees *degrees, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  job j = {.influence = influence,
           .design = influence->design,
           .count = influence->count,
           .covariance = covariance};
  memset(covariance, 0, j.count * j.count * sizeof *covariance);
  if (allocate(&j)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  tg_variance_factors(j.design, j.factor);
  if (j.totals)
    sum_clusters(&j);
  visit_units(&j, add_to_sums);
  find_means(&j);
  visit_units(&j, add_products);
  add_zeros(&j);
  clean(&j);
  TRY(add_lonely(&j, error));
  TRY(find_degrees(&j, degrees, error));
cleanup:
  clear(&j);
  return status;
}
