/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Design-based rank tests (Lumley & Scott 2013, Biometrika 100:831-842): each record gets its estimated rank in the
 * population, as a share of it,
 *
 *   r_i = (sum of w_k over y_k < y_i  +  half of it over y_k = y_i) / N
 *
 * a score g(r) of it, and the groups' mean scores are compared with their design-based covariance.  Records with the same
 * value have the same rank, whatever their order (R's svyranktest averages mid-ranks by record, so that with unequal
 * weights it depends on the order of the data). */
#include <inference/groups.h>
#include <inference/ranked.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/keys.h>
#include <numeric/distribution.h>
#include <numeric/solve.h>
#include <numeric/sum.h>
#include <tally/influence.h>

/* Records, their groups and scores. */
typedef struct ranking {
  const tg_groups *groups;
  tg_ranked_list records;
  double *score;        /* of each record of the data */
  double *mean, *share; /* of each group: mean score, sum of weights */
} ranking;

static void score_ranks(ranking *r, double (*score)(double rank)) {
  tg_sum below = {0, 0};
  double whole;
  for (size_t i = 0; i < r->records.count; i++)
    tg_sum_add(&below, r->records.list[i].weight);
  whole = tg_sum_value(&below);
  below = (tg_sum){0, 0};
  for (size_t i = 0, end; i < r->records.count; i = end) {
    tg_sum tied = {0, 0};
    double rank;
    for (end = i; end < r->records.count && r->records.list[end].y == r->records.list[i].y; end++)
      tg_sum_add(&tied, r->records.list[end].weight);
    rank = (tg_sum_value(&below) + tg_sum_value(&tied) / 2) / whole;
    for (size_t k = i; k < end; k++)
      r->score[r->records.list[k].record] = score(rank);
    tg_sum_merge(&below, &tied);
  }
}

static trygg_status find_means(ranking *r, trygg_error *error) {
  size_t groups = r->groups->count;
  tg_sum *sums = tg_memory_new(2 * groups, sizeof *sums);
  if (!sums)
    return tg_error_memory(error);
  for (size_t i = 0; i < r->records.count; i++) {
    size_t record = r->records.list[i].record, g = r->records.group[record];
    tg_sum_add(&sums[2 * g], r->records.list[i].weight);
    tg_sum_add(&sums[2 * g + 1], r->records.list[i].weight * r->score[record]);
  }
  for (size_t g = 0; g < groups; g++) {
    r->share[g] = tg_sum_value(&sums[2 * g]);
    r->mean[g] = tg_sum_value(&sums[2 * g + 1]) / r->share[g];
  }
  tg_memory_free(sums);
  return TRYGG_OK;
}

/* Mean score of each group but the first, less that of the first: w (s - mean_g) / W_g, as of any domain mean. */
static void fill(const void *context, size_t first, size_t records, double *u, unsigned char *inside) {
  const ranking *r = context;
  size_t outputs = r->groups->count - 1;
  for (size_t i = 0; i < records; i++) {
    size_t g = r->records.group[first + i];
    double w, influence;
    inside[i] = g != TG_RANK_NONE;
    if (!inside[i])
      continue;
    w = r->records.weight ? r->records.weight[first + i] : 1;
    influence = w * (r->score[first + i] - r->mean[g]) / r->share[g];
    for (size_t o = 0; o < outputs; o++)
      u[i * outputs + o] = g == 0 ? -influence : g == o + 1 ? influence : 0;
  }
}

static trygg_status compare_means(const ranking *r, tg_group_finding *finding, trygg_error *error) {
  const trygg_estimates *estimates = r->groups->estimates;
  size_t q = r->groups->count - 1, rank = 0;
  tg_influence influence = {estimates->tally->design, q, fill, r, 0, r->records.weight};
  tg_influence_degrees degrees;
  trygg_status status = TRYGG_OK;
  double df, wald = 0, *v = tg_memory_new(q * q, sizeof *v), *d = tg_memory_new(q, sizeof *d);
  if (!v || !d) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < q; k++)
    d[k] = r->mean[k + 1] - r->mean[0];
  TRY(tg_influence_covariance(&influence, v, &degrees, error));
  df = estimates->df_rule == TG_DF_GIVEN    ? estimates->df_given
       : estimates->df_rule == TG_DF_DESIGN ? degrees.design
                                            : degrees.domain;
  finding->estimate = q == 1 ? d[0] : NAN;
  finding->se = q == 1 ? sqrt(v[0]) : NAN;
  TRY(tg_solve_quadratic(v, d, q, &wald, &rank, error));
  finding->df1 = (double)rank;
  finding->df2 = df - (double)rank;
  if (rank == 0 || !(finding->df2 > 0))
    goto cleanup;
  finding->statistic = wald / (double)rank;
  finding->p = tg_distribution_f_upper(finding->statistic, finding->df1, finding->df2);
cleanup:
  tg_memory_free(v);
  tg_memory_free(d);
  return status;
}

static trygg_status test_ranks(const tg_groups *groups, double (*score)(double rank),
                               tg_group_finding *finding, trygg_error *error) {
  const trygg_design *design = groups->estimates->tally->design;
  size_t records = design->responses->count;
  trygg_status status = TRYGG_OK;
  ranking r = {.groups = groups};
  r.score = tg_memory_new(records, sizeof *r.score);
  r.mean = tg_memory_new(2 * groups->count, sizeof *r.mean);
  if (!r.score || !r.mean) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  r.share = r.mean + groups->count;
  TRY(tg_ranked_read(groups->estimates, groups->first, groups->domains, groups->count, &r.records, error));
  score_ranks(&r, score);
  TRY(find_means(&r, error));
  TRY(compare_means(&r, finding, error));
cleanup:
  tg_ranked_clear(&r.records);
  tg_memory_free(r.score);
  tg_memory_free(r.mean);
  return status;
}

/* ---- scores ---------------------------------------------------------------------------------------- */

static double as_it_is(double rank) {
  return rank;
}

static double above_half(double rank) {
  return rank > 0.5;
}

/* With two groups F is the square of t, which has the sign of the difference. */
trygg_status tg_ranks_wilcoxon(const tg_groups *groups, tg_group_finding *finding, trygg_error *error) {
  trygg_status status = test_ranks(groups, as_it_is, finding, error);
  finding->statistic = finding->estimate / finding->se;
  return status;
}

trygg_status tg_ranks_kruskal_wallis(const tg_groups *groups, tg_group_finding *finding, trygg_error *error) {
  return test_ranks(groups, as_it_is, finding, error);
}

trygg_status tg_ranks_van_der_waerden(const tg_groups *groups, tg_group_finding *finding,
                                      trygg_error *error) {
  return test_ranks(groups, tg_distribution_normal_quantile, finding, error);
}

trygg_status tg_ranks_median(const tg_groups *groups, tg_group_finding *finding, trygg_error *error) {
  return test_ranks(groups, above_half, finding, error);
}
