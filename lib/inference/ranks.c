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

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/keys.h>
#include <numeric/distribution.h>
#include <numeric/solve.h>
#include <numeric/sum.h>
#include <tally/influence.h>

#define RUN ((size_t)1024)

/* A record with a value in some group. */
typedef struct ranked {
  double y, weight;
  size_t record;
} ranked;

/* Records, their groups and scores. */
typedef struct ranking {
  const tg_groups *groups;
  uint32_t *group; /* of each record; TG_RANK_NONE: none */
  double *score;   /* of each record */
  const double *weight;
  ranked *list;
  size_t count;
  double *mean, *share; /* of each group: mean score, sum of weights */
} ranking;

static int by_value(const void *a, const void *b) {
  const ranked *p = a, *q = b;
  if (p->y != q->y)
    return p->y < q->y ? -1 : 1;
  return (p->record > q->record) - (p->record < q->record);
}

/* Which group each record is in. */
static trygg_status find_groups(ranking *r, trygg_error *error) {
  const tg_tally *tally = r->groups->estimates->tally;
  size_t records = tally->design->responses->count;
  uint32_t *of_cell = tg_memory_new(tally->cell_count, sizeof *of_cell);
  if (!of_cell)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++)
    of_cell[c] = TG_RANK_NONE;
  for (size_t g = 0; g < r->groups->count; g++) {
    const tg_domain *domain = &r->groups->estimates->domains[r->groups->domains[g]];
    for (size_t k = 0; k < domain->cell_count; k++)
      of_cell[domain->cells[k]] = (uint32_t)g;
  }
  for (size_t i = 0; i < records; i++)
    r->group[i] =
        tally->entry[i] == TG_RANK_NONE ? TG_RANK_NONE : of_cell[tally->entry_cell[tally->entry[i]]];
  tg_memory_free(of_cell);
  return TRYGG_OK;
}

/* Values of the records that have one. */
static void read_values(ranking *r) {
  const tg_tally *tally = r->groups->estimates->tally;
  const trygg_responses *responses = tally->design->responses;
  double y[RUN], x[RUN];
  unsigned char state[RUN];
  tg_values values = {y, x, state};
  for (size_t first = 0; first < responses->count; first += RUN) {
    size_t rest = responses->count - first, count = rest < RUN ? rest : RUN;
    tg_indicator_evaluate(&tally->indicators.list[r->groups->first], responses, first, count, &values);
    for (size_t i = 0; i < count; i++) {
      size_t record = first + i;
      double w = r->weight ? r->weight[record] : 1;
      if (state[i] != TG_INSIDE || !(w > 0))
        r->group[record] = TG_RANK_NONE;
      if (r->group[record] != TG_RANK_NONE)
        r->list[r->count++] = (ranked){y[i], w, record};
    }
  }
  if (r->count)
    qsort(r->list, r->count, sizeof *r->list, by_value);
}

static void score_ranks(ranking *r, double (*score)(double rank)) {
  tg_sum below = {0, 0};
  double whole;
  for (size_t i = 0; i < r->count; i++)
    tg_sum_add(&below, r->list[i].weight);
  whole = tg_sum_value(&below);
  below = (tg_sum){0, 0};
  for (size_t i = 0, end; i < r->count; i = end) {
    tg_sum tied = {0, 0};
    double rank;
    for (end = i; end < r->count && r->list[end].y == r->list[i].y; end++)
      tg_sum_add(&tied, r->list[end].weight);
    rank = (tg_sum_value(&below) + tg_sum_value(&tied) / 2) / whole;
    for (size_t k = i; k < end; k++)
      r->score[r->list[k].record] = score(rank);
    tg_sum_merge(&below, &tied);
  }
}

static trygg_status find_means(ranking *r, trygg_error *error) {
  size_t groups = r->groups->count;
  tg_sum *sums = tg_memory_new(2 * groups, sizeof *sums);
  if (!sums)
    return tg_error_memory(error);
  for (size_t i = 0; i < r->count; i++) {
    size_t record = r->list[i].record, g = r->group[record];
    tg_sum_add(&sums[2 * g], r->list[i].weight);
    tg_sum_add(&sums[2 * g + 1], r->list[i].weight * r->score[record]);
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
    size_t g = r->group[first + i];
    double w, influence;
    inside[i] = g != TG_RANK_NONE;
    if (!inside[i])
      continue;
    w = r->weight ? r->weight[first + i] : 1;
    influence = w * (r->score[first + i] - r->mean[g]) / r->share[g];
    for (size_t o = 0; o < outputs; o++)
      u[i * outputs + o] = g == 0 ? -influence : g == o + 1 ? influence : 0;
  }
}

static trygg_status compare_means(const ranking *r, tg_group_finding *finding, trygg_error *error) {
  const trygg_estimates *estimates = r->groups->estimates;
  size_t q = r->groups->count - 1, rank = 0;
  tg_influence influence = {estimates->tally->design, q, fill, r, 0, r->weight};
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
  r.weight = tg_design_weight(design, groups->estimates->tally->indicators.list[groups->first].weight);
  r.group = tg_memory_new(records, sizeof *r.group);
  r.score = tg_memory_new(records, sizeof *r.score);
  r.list = tg_memory_new(records, sizeof *r.list);
  r.mean = tg_memory_new(2 * groups->count, sizeof *r.mean);
  if (!r.group || !r.score || !r.list || !r.mean) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  r.share = r.mean + groups->count;
  TRY(find_groups(&r, error));
  read_values(&r);
  score_ranks(&r, score);
  TRY(find_means(&r, error));
  TRY(compare_means(&r, finding, error));
cleanup:
  tg_memory_free(r.group);
  tg_memory_free(r.score);
  tg_memory_free(r.list);
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
