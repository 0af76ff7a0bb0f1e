/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimates of one indicator in every domain, with variance, df and design effect. */
#include <estimate/replicates.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include <design/panel.h>
#include <design/phases.h>

/* Below these an interval's coverage is not vouched for: effective cases on either side of a share, effective
 * cases of anything else, degrees of freedom. */
#define RELIABLE_SIDE 20
#define RELIABLE_CASES 40
#define RELIABLE_DF 30

/* Replicates have degrees of freedom of their own, which a large domain does not add to. */
static double row_df(const trygg_estimates *estimates, const tg_domain *domain, double domain_df) {
  const trygg_design *design = estimates->tally->design;
  double df = 0, most = design->replicates ? design->replicates->df : INFINITY;
  if (estimates->df_rule == TG_DF_DOMAIN)
    return fmin(domain_df, most);
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
  return fmin(df, most);
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

double tg_rows_total_scale(const trygg_estimates *estimates, const tg_domain *domain, size_t indicator) {
  const trygg_responses *responses = estimates->tally->design->responses;
  double asked = 0;
  if (domain->wave != TG_POOLED || responses->codebook->settings.pool == TG_POOL_SUM)
    return 1;
  for (size_t w = 0; w < estimates->wave_count; w++)
    asked +=
        tg_indicator_asked(&estimates->tally->indicators.list[indicator], responses, estimates->waves[w]) > 0;
  return asked > 0 ? 1 / asked : 1;
}

/* A later stage or phase of the domain's waves has a lonely stratum. */
static int lonely_later(const trygg_estimates *estimates, const tg_domain *domain) {
  const trygg_design *design = estimates->tally->design;
  size_t strata = tg_design_all_strata(design);
  for (size_t h = design->stratum_count; h < strata && design->lonely_count; h++) {
    size_t group = design->strata[h].group % design->group_count;
    if (tg_stratum_is_lonely(&design->strata[h]) &&
        (design->group_count == 1 || domain->wave == TG_POOLED || group == domain->wave))
      return 1;
  }
  for (size_t group = 0; group < design->group_count; group++)
    if ((design->group_count == 1 || domain->wave == TG_POOLED || group == domain->wave) &&
        tg_phases_is_lonely(design, group))
      return 1;
  return 0;
}

static void fill_value(trygg_estimates *estimates, tg_row *row, const tg_domain_sums *sums, int from_records,
                       tg_workspace *workspace) {
  const tg_indicator *indicator = &estimates->tally->indicators.list[row->indicator];
  const tg_domain *domain = &estimates->domains[row->domain];
  double scale = tg_rows_total_scale(estimates, domain, row->indicator), variance;
  int lonely = 0, ratio = indicator->estimand == TG_RATIO;
  double r = sums->y / sums->x;
  row->estimate = ratio ? sums->shift + r : scale * (sums->y + sums->shift * sums->x);
  if (ratio && sums->x == 0) {
    row->estimate = row->se = NAN;
    return;
  }
  variance = tg_tally_variance(estimates->tally, row->indicator, domain->cells, domain->cell_count,
                               ratio ? 1 / sums->x : scale, ratio ? -r / sums->x : 0, ratio ? sums->shift : 0,
                               workspace, &lonely);
  row->se = sqrt(variance);
  row->deff = design_effect(sums, indicator->estimand, scale,
                            from_records || estimates->tally->design->replicates ? 1 : variance);
  if (lonely || lonely_later(estimates, domain))
    row->flags |= TG_FLAG_LONELY;
  if ((indicator->type->is_share && (row->estimate == 0 || row->estimate == 1)) ||
      (indicator->item_count && indicator->items->has_numerator && row->estimate == 0)) {
    row->se = 0;
    row->deff = NAN;
    row->flags |= TG_FLAG_BOUNDARY;
  }
  if (indicator->estimand == TG_TOTAL && sums->missing > 0)
    row->flags |= TG_FLAG_ITEM_MISSING;
}

/* Why nobody counts: the question was in none of the domain's waves, too few of its items were, or nobody gave a
 * valid answer. */
static unsigned why_empty(const trygg_estimates *estimates, const tg_row *row) {
  const tg_indicator *indicator = &estimates->tally->indicators.list[row->indicator];
  uint32_t wave = estimates->domains[row->domain].wave;
  size_t most = 0;
  for (size_t w = 0; w < estimates->wave_count; w++)
    if (wave == TG_POOLED || estimates->waves[w] == wave) {
      size_t asked = tg_indicator_asked(indicator, estimates->tally->design->responses, estimates->waves[w]);
      most = asked > most ? asked : most;
    }
  if (most == 0)
    return TG_FLAG_NOT_ASKED;
  return most < indicator->min_valid ? TG_FLAG_NOT_ASKED | TG_FLAG_INCOMPLETE : TG_FLAG_EMPTY;
}

static void fill_row(trygg_estimates *estimates, size_t domain, size_t indicator, int from_records,
                     tg_workspace *workspace) {
  tg_row *row = &estimates->rows[tg_row_at(estimates, domain, indicator)];
  const tg_domain *d = &estimates->domains[domain];
  tg_domain_sums sums;
  tg_tally_domain(estimates->tally, indicator, d->cells, d->cell_count, workspace, &sums);
  *row = (tg_row){.domain = domain,
                  .indicator = indicator,
                  .n = sums.n,
                  .weight = sums.weight,
                  .x = sums.x,
                  .y = sums.y,
                  .shift = sums.shift};
  row->estimate = row->se = row->deff = row->share = row->share_se = NAN;
  row->df = row_df(estimates, d, sums.clusters - sums.strata);
  if (sums.n == 0) {
    row->df = NAN;
    row->flags |= why_empty(estimates, row);
    return;
  }
  if (row->df <= 0)
    row->flags |= TG_FLAG_NO_DF;
  if (estimates->tally->indicators.list[indicator].estimand < TG_QUANTILE)
    fill_value(estimates, row, &sums, from_records, workspace);
}

/* ---- what the retained sums cannot answer ------------------------------------------------------ */

/* Its rows are of several waves that share units. */
static int is_of_panel(const trygg_estimates *estimates) {
  return estimates->pooled && estimates->wave_count > 1 && tg_panel_is_linked(estimates->tally->design);
}

/* Whether the retained sums, which are those of the first stage's units, one statistic at a time, give no standard error:
 * that of the mean of several waves' ratios; of a ratio of two numbers, whose y and R x may be so alike that their
 * moments cancel; under a design of several stages or with inclusion probabilities; where a lonely rule looks at the
 * domain; of what is calibrated; or of several waves of a panel. */
static int needs_records(const trygg_estimates *estimates, size_t indicator, int equal) {
  const trygg_design *design = estimates->tally->design;
  const tg_indicator *what = &estimates->tally->indicators.list[indicator];
  if (what->estimand >= TG_QUANTILE)
    return 0;
  return equal || (what->denominator_variable != TG_NONE && !design->cluster) ||
         !tg_design_has_one_stage(design) || tg_design_looks_at_domains(design) ||
         tg_design_has_residuals(design) || is_of_panel(estimates);
}

void tg_rows_set_error(tg_row *row, double variance) {
  row->se = sqrt(variance);
  if (!(variance < 0))
    return;
  row->se = row->deff = NAN;
  row->flags |= TG_FLAG_NO_SE | TG_FLAG_NEGATIVE_VARIANCE;
}

/* Standard errors from one more pass over the records. */
static trygg_status errors_from_records(trygg_estimates *estimates, size_t indicator, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double *variance = tg_memory_new(estimates->domain_count, sizeof *variance);
  if (!variance)
    return tg_error_memory(error);
  for (size_t d = 0; d < estimates->domain_count; d++)
    if (!isnan(estimates->rows[tg_row_at(estimates, d, indicator)].estimate))
      TRY(tg_estimate_add_terms(estimates, tg_row_at(estimates, d, indicator), 1, d, &terms, error));
  TRY(tg_estimate_combine(estimates, &terms, estimates->domain_count, 0, variance, NULL, error));
  for (size_t d = 0; d < estimates->domain_count; d++) {
    tg_row *row = &estimates->rows[tg_row_at(estimates, d, indicator)];
    if (isnan(row->estimate) || row->flags & TG_FLAG_BOUNDARY)
      continue;
    row->deff *= variance[d]; /* so far that of a variance of 1 */
    tg_rows_set_error(row, variance[d]);
  }
cleanup:
  tg_memory_free(variance);
  tg_estimate_clear_terms(&terms);
  return status;
}

/* Groups of strata of a domain's waves. */
static void mark_groups(const trygg_estimates *estimates, const tg_domain *domain, unsigned char *marks) {
  const trygg_design *design = estimates->tally->design;
  memset(marks, 0, design->group_count);
  if (domain->wave != TG_POOLED)
    marks[tg_design_group_of_wave(design, domain->wave)] = 1;
  for (size_t w = 0; w < estimates->wave_count && domain->wave == TG_POOLED; w++)
    marks[tg_design_group_of_wave(design, estimates->waves[w])] = 1;
}

/* Degrees of freedom: who is in several waves of a panel counts once, and of two phases one has fewer. */
static trygg_status count_units(trygg_estimates *estimates, size_t indicator, trygg_error *error) {
  const trygg_design *design = estimates->tally->design;
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  size_t domains = estimates->domain_count;
  unsigned char *waves = tg_memory_new(design->group_count, 1);
  double *df = tg_memory_new(domains, sizeof *df), *variance = tg_memory_new(domains, sizeof *variance);
  if (!waves || !df || !variance) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t d = 0; d < domains; d++)
    if (!isnan(estimates->rows[tg_row_at(estimates, d, indicator)].estimate))
      TRY(tg_estimate_add_terms(estimates, tg_row_at(estimates, d, indicator), 1, d, &terms, error));
  if (estimates->df_rule == TG_DF_DOMAIN)
    TRY(tg_tally_combine(estimates->tally, terms.list, terms.count, domains, 0, estimates->threads, variance,
                         df, error));
  else
    for (size_t d = 0; d < domains; d++) {
      mark_groups(estimates, &estimates->domains[d], waves);
      df[d] = tg_panel_df(design, waves);
    }
  for (size_t d = 0; d < domains; d++) {
    tg_row *row = &estimates->rows[tg_row_at(estimates, d, indicator)];
    if (isnan(row->estimate))
      continue;
    row->df = fmin(df[d], design->replicates ? design->replicates->df : INFINITY);
    row->flags |= row->df <= 0 ? TG_FLAG_NO_DF : 0;
  }
cleanup:
  tg_memory_free(waves);
  tg_memory_free(df);
  tg_memory_free(variance);
  tg_estimate_clear_terms(&terms);
  return status;
}

/* settings.pool = equal: the mean of the waves' own ratios, R = sum_w R_w / W over the waves that have the indicator. */
static void pool_equally(trygg_estimates *estimates, tg_row *row, tg_workspace *workspace) {
  const tg_domain *domain = &estimates->domains[row->domain];
  const tg_cell *cells = estimates->tally->cells;
  double sum = 0, waves = 0;
  if (isnan(row->estimate))
    return;
  for (size_t first = 0, end; first < domain->cell_count; first = end) {
    tg_domain_sums sums;
    for (end = first;
         end < domain->cell_count && cells[domain->cells[end]].wave == cells[domain->cells[first]].wave;)
      end++;
    tg_tally_domain(estimates->tally, row->indicator, domain->cells + first, end - first, workspace, &sums);
    if (sums.x != 0) {
      sum += sums.shift + sums.y / sums.x;
      waves++;
    }
  }
  row->estimate = sum / waves;
  row->deff = NAN; /* a simple random sample would not weigh the waves equally */
}

/* ---- all rows of an indicator --------------------------------------------------------------- */

trygg_status tg_rows_judge(tg_row *row, const tg_indicator *indicator, trygg_error *error) {
  int quantile = indicator->estimand == TG_QUANTILE;
  int summed = isfinite(row->weight) && isfinite(row->x) && isfinite(row->y);
  int negative = (row->flags & TG_FLAG_NEGATIVE_VARIANCE) != 0;
  if (!summed || (!isnan(row->estimate) && !quantile && !negative && !isfinite(row->se)))
    return tg_error_at(
        error, TRYGG_ENUMERIC, NULL, 0, 0, indicator->name,
        "the weights or values of `%s` leave the range of a double when they are squared and summed; "
        "rescale them",
        indicator->name);
  if (!isnan(row->estimate))
    judge_reliability(row, indicator->type->is_share);
  if (!isnan(row->estimate) && isnan(row->se))
    row->flags |= TG_FLAG_NO_SE;
  return TRYGG_OK;
}

trygg_status tg_rows_estimate(trygg_estimates *estimates, size_t indicator, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_indicator *what = &estimates->tally->indicators.list[indicator];
  int equal = estimates->pooled && what->estimand == TG_RATIO &&
              estimates->tally->design->responses->codebook->settings.pool == TG_POOL_EQUAL;
  int from_records = needs_records(estimates, indicator, equal);
  tg_workspace *workspace = tg_workspace_create(estimates->tally);
  if (!workspace)
    return tg_error_memory(error);
  for (size_t d = 0; d < estimates->domain_count; d++)
    fill_row(estimates, d, indicator, from_records, workspace);
  if (what->estimand == TG_FUNCTION) /* their value comes from their parts, later */
    goto cleanup;
  if (what->estimand == TG_QUANTILE)
    TRY(tg_quantile_estimate(estimates, indicator, error));
  if (equal)
    for (size_t d = 0; d < estimates->domain_count; d++)
      pool_equally(estimates, &estimates->rows[tg_row_at(estimates, d, indicator)], workspace);
  if ((is_of_panel(estimates) || estimates->tally->design->phases) && estimates->df_rule != TG_DF_GIVEN)
    TRY(count_units(estimates, indicator, error));
  if (estimates->tally->design->replicates) /* errors come for all rows together */
    goto cleanup;
  if (from_records)
    TRY(errors_from_records(estimates, indicator, error));
  for (size_t d = 0; d < estimates->domain_count; d++)
    TRY(tg_rows_judge(&estimates->rows[tg_row_at(estimates, d, indicator)], what, error));
cleanup:
  tg_workspace_free(workspace);
  return status;
}

/* ---- errors from replicates -------------------------------------------------------------------- */

/* Design effects were made for a variance of 1, of which they are a multiple. */
static void set_replicate_error(tg_row *row, int is_quantile, double variance, double share_variance,
                                int dropped) {
  if (row->flags & TG_FLAG_BOUNDARY)
    return;
  if (is_quantile)
    row->share_se = sqrt(share_variance);
  else
    row->deff *= variance;
  row->se = sqrt(variance);
  if (dropped)
    row->flags |= TG_FLAG_UNRELIABLE;
}

/* Replicates read quantiles by the rule math. */
static int suits_replicates(const trygg_estimates *estimates, size_t indicator) {
  const tg_quantile_rule *rule = estimates->tally->indicators.list[indicator].rule;
  return tg_replicates_suit_quantiles(estimates) && rule->reads == TG_QUANTILE_STEPS && rule->share == 0 &&
         !rule->even;
}

/* Outputs stand indicator by indicator, so that those worked on together need few. */
static size_t add_parts(const trygg_estimates *estimates, tg_part *parts) {
  size_t domains = estimates->domain_count, indicators = estimates->tally->indicators.all, count = 0;
  for (size_t k = 0; k < indicators; k++)
    for (size_t d = 0; d < domains; d++) {
      size_t row = tg_row_at(estimates, d, k);
      int quantile = estimates->tally->indicators.list[k].estimand == TG_QUANTILE;
      if (isnan(estimates->rows[row].estimate) || (quantile && !suits_replicates(estimates, k)))
        continue;
      parts[count++] =
          (tg_part){.output = (uint32_t)(k * domains + d), .estimates = estimates, .row = row, .y = 1};
      if (quantile)
        parts[count++] = (tg_part){.what = TG_PART_SHARE,
                                   .output = (uint32_t)((indicators + k) * domains + d),
                                   .estimates = estimates,
                                   .row = row,
                                   .y = 1};
    }
  return count;
}

trygg_status tg_rows_replicate(trygg_estimates *estimates, trygg_error *error) {
  size_t domains = estimates->domain_count, indicators = estimates->tally->indicators.all;
  size_t outputs = 2 * domains * indicators;
  trygg_status status = TRYGG_OK;
  tg_part *parts = tg_memory_new(outputs, sizeof *parts);
  double *variance = tg_memory_new(outputs, sizeof *variance);
  unsigned char *dropped = tg_memory_new(outputs, 1);
  if (!parts || !variance || !dropped) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_replicates_combine(estimates, parts, add_parts(estimates, parts), outputs, 0, variance, dropped,
                            error));
  for (size_t k = 0; k < indicators; k++)
    for (size_t d = 0; d < domains; d++) {
      tg_row *row = &estimates->rows[tg_row_at(estimates, d, k)];
      const tg_indicator *indicator = &estimates->tally->indicators.list[k];
      int quantile = indicator->estimand == TG_QUANTILE;
      if (!isnan(row->estimate) && (!quantile || suits_replicates(estimates, k)))
        set_replicate_error(row, quantile, variance[k * domains + d],
                            variance[(indicators + k) * domains + d], dropped[k * domains + d]);
      TRY(tg_rows_judge(row, indicator, error));
    }
cleanup:
  tg_memory_free(parts);
  tg_memory_free(variance);
  tg_memory_free(dropped);
  return status;
}
