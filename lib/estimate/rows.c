/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimates of one indicator in every domain, with variance, df and design effect. */
#include <estimate/estimate.h>

#include <float.h>
#include <math.h>

/* Below these an interval's coverage is not vouched for: effective cases on either side of a share, effective
 * cases of anything else, degrees of freedom. */
#define RELIABLE_SIDE 20
#define RELIABLE_CASES 40
#define RELIABLE_DF 30

double tg_rows_df(const trygg_estimates *estimates, const tg_domain *domain, double domain_df) {
  const trygg_design *design = estimates->tally->design;
  double df = 0;
  if (estimates->df_rule == TG_DF_DOMAIN)
    return domain_df;
  if (estimates->df_rule == TG_DF_GIVEN)
    return estimates->df_given;
  for (size_t h = 0; h < design->stratum_count; h++) {
    size_t group = design->strata[h].group;
    int inside = design->group_count == 1 || group == domain->wave;
    for (size_t w = 0; w < estimates->wave_count && domain->wave == TG_POOLED && !inside; w++)
      inside = group == estimates->waves[w];
    if (inside)
      df += (double)design->strata[h].clusters - 1;
  }
  return df;
}

/* Design effect: V over the variance of the same statistic in a simple random sample with replacement of the n
 * records, S^2 / n, S^2 the weighted variance with n/(n - 1) of the linearised e = y - R x (R survey's
 * deff = "replace"; Kish 1965, 8.2). */
static double design_effect(const tg_domain_sums *sums, tg_estimand estimand, double scale, double variance) {
  double n = sums->n, r = estimand == TG_RATIO ? sums->y / sums->x : sums->y / sums->weight;
  double over = estimand == TG_RATIO ? sums->qxx : sums->weight,
         cross = estimand == TG_RATIO ? sums->qxy : sums->y;
  double squares = sums->qyy - 2 * r * cross + r * r * over;
  double s2 = n / (n - 1) * squares / sums->weight;
  double factor = estimand == TG_RATIO ? sums->weight / sums->x : sums->weight * scale;
  /* Equal values leave only rounding. */
  if (!(n > 1) || !(squares > 8 * DBL_EPSILON * (sums->qyy + r * r * over)))
    return NAN;
  return variance / (factor * factor * s2 / n);
}

static void judge_reliability(tg_row *row, int is_share) {
  double effective = row->n / (row->deff > 0 ? row->deff : 1);
  int few = is_share
                ? effective * row->estimate < RELIABLE_SIDE || effective * (1 - row->estimate) < RELIABLE_SIDE
                : effective < RELIABLE_CASES;
  if (few || row->df < RELIABLE_DF)
    row->flags |= TG_FLAG_UNRELIABLE;
}

/* How a wave total enters the estimate of a domain: pooled totals are means of wave totals unless settings.pool is
 * `sum`. */
static double total_scale(const trygg_estimates *estimates, const tg_domain *domain) {
  const trygg_responses *responses = estimates->tally->design->responses;
  if (domain->wave != TG_POOLED || responses->codebook->settings.pool == TG_POOL_SUM ||
      !estimates->wave_count)
    return 1;
  return 1 / (double)estimates->wave_count;
}

static void fill_value(trygg_estimates *estimates, tg_row *row, const tg_domain_sums *sums,
                       tg_workspace *workspace) {
  const tg_indicator *indicator = &estimates->tally->indicators.list[row->indicator];
  const tg_domain *domain = &estimates->domains[row->domain];
  double shift = estimates->tally->shift[row->indicator], scale = total_scale(estimates, domain), variance;
  int lonely = 0, ratio = indicator->type->estimand == TG_RATIO;
  double r = sums->y / sums->x;
  row->estimate = ratio ? shift + r : scale * sums->y;
  if (ratio && sums->x == 0) {
    row->estimate = row->se = NAN;
    return;
  }
  variance = tg_tally_variance(estimates->tally, row->indicator, domain->cells, domain->cell_count,
                               ratio ? 1 / sums->x : scale, ratio ? -r / sums->x : 0, workspace, &lonely);
  row->se = sqrt(variance);
  row->deff = design_effect(sums, indicator->type->estimand, scale, variance);
  if (lonely)
    row->flags |= TG_FLAG_LONELY;
  if (indicator->type->is_share && (row->estimate == 0 || row->estimate == 1)) {
    row->se = 0;
    row->deff = NAN;
    row->flags |= TG_FLAG_BOUNDARY;
  }
  if (indicator->type->estimand == TG_TOTAL && sums->missing > 0)
    row->flags |= TG_FLAG_ITEM_MISSING;
}

/* The question was in none of the domain's waves. */
static int not_asked(const trygg_estimates *estimates, const tg_row *row) {
  const tg_indicator *indicator = &estimates->tally->indicators.list[row->indicator];
  uint32_t wave = estimates->domains[row->domain].wave;
  for (size_t w = 0; w < estimates->wave_count; w++)
    if ((wave == TG_POOLED || estimates->waves[w] == wave) &&
        !tg_indicator_not_asked(indicator, estimates->tally->design->responses, estimates->waves[w]))
      return 0;
  return 1;
}

static void fill_row(trygg_estimates *estimates, size_t domain, size_t indicator, tg_workspace *workspace) {
  tg_row *row = &estimates->rows[domain * estimates->tally->indicators.count + indicator];
  const tg_domain *d = &estimates->domains[domain];
  tg_domain_sums sums;
  tg_tally_domain(estimates->tally, indicator, d->cells, d->cell_count, workspace, &sums);
  *row = (tg_row){
      .domain = domain, .indicator = indicator, .n = sums.n, .weight = sums.weight, .x = sums.x, .y = sums.y};
  row->estimate = row->se = row->deff = row->share = row->share_se = NAN;
  row->df = tg_rows_df(estimates, d, sums.clusters - sums.strata);
  if (sums.n == 0) {
    row->df = NAN;
    if (not_asked(estimates, row))
      row->flags |= TG_FLAG_NOT_ASKED;
    return;
  }
  if (row->df <= 0)
    row->flags |= TG_FLAG_NO_DF;
  if (estimates->tally->indicators.list[indicator].type->estimand != TG_QUANTILE)
    fill_value(estimates, row, &sums, workspace);
}

/* settings.pool = equal: the mean of the waves' own ratios, R = sum_w R_w / W over waves that have the indicator. */
static trygg_status pool_equally(trygg_estimates *estimates, tg_row *row, tg_workspace *workspace,
                                 trygg_error *error) {
  const tg_domain *domain = &estimates->domains[row->domain];
  double sum = 0, waves = 0;
  tg_terms terms = {0};
  trygg_status status = TRYGG_OK;
  double variance;
  for (size_t first = 0, end; first < domain->cell_count; first = end) {
    tg_domain_sums sums;
    for (end = first; end < domain->cell_count && estimates->tally->cells[domain->cells[end]].wave ==
                                                      estimates->tally->cells[domain->cells[first]].wave;)
      end++;
    tg_tally_domain(estimates->tally, row->indicator, domain->cells + first, end - first, workspace, &sums);
    if (sums.x != 0) {
      sum += estimates->tally->shift[row->indicator] + sums.y / sums.x;
      waves++;
    }
  }
  if (waves == 0)
    return TRYGG_OK;
  row->estimate = sum / waves;
  TRY(tg_estimate_add_terms(estimates, (size_t)(row - estimates->rows), 1, 0, &terms, error));
  TRY(tg_estimate_combine(estimates, &terms, 1, 0, &variance, NULL, error));
  row->se = sqrt(variance);
cleanup:
  tg_estimate_clear_terms(&terms);
  return status;
}

trygg_status tg_rows_estimate(trygg_estimates *estimates, size_t indicator, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_indicator *what = &estimates->tally->indicators.list[indicator];
  int equal = estimates->pooled && what->type->estimand == TG_RATIO &&
              estimates->tally->design->responses->codebook->settings.pool == TG_POOL_EQUAL;
  tg_workspace *workspace = tg_workspace_create(estimates->tally);
  if (!workspace)
    return tg_error_memory(error);
  for (size_t d = 0; d < estimates->domain_count; d++) {
    fill_row(estimates, d, indicator, workspace);
    if (equal)
      TRY(pool_equally(estimates, &estimates->rows[d * estimates->tally->indicators.count + indicator],
                       workspace, error));
  }
  if (what->type->estimand == TG_QUANTILE)
    TRY(tg_quantile_estimate(estimates, indicator, error));
  for (size_t d = 0; d < estimates->domain_count; d++) {
    tg_row *row = &estimates->rows[d * estimates->tally->indicators.count + indicator];
    int summed = isfinite(row->weight) && isfinite(row->x) && isfinite(row->y);
    if (!summed || (!isnan(row->estimate) && what->type->estimand != TG_QUANTILE && !isfinite(row->se))) {
      status = tg_error_at(
          error, TRYGG_ENUMERIC, NULL, 0, 0, what->name,
          "the weights or values of `%s` are too large to be squared and summed; rescale them", what->name);
      goto cleanup;
    }
    if (row->n > 0 && !isnan(row->estimate))
      judge_reliability(row, what->type->is_share);
  }
cleanup:
  tg_workspace_free(workspace);
  return status;
}
