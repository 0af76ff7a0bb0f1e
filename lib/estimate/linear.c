/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The linearised form of estimates, and what can be built from it.
 *
 *   total     u_k = s w_k y_k
 *   ratio     u_k = w_k (y_k - R x_k) / X                       (Woodruff 1971)
 *   function  u_k = sum_i f_i u_ik, f_i the derivatives by the parts (functions.c)
 *   quantile  u_k = -(SE_q / SE_F) w_k (1{y_k <= q} - F) / X    (the density implied by Woodruff's interval)
 */
#include <estimate/replicates.h>

#include <math.h>
#include <string.h>

#include <design/panel.h>

static trygg_status add(tg_terms *terms, tg_term term, trygg_error *error) {
  if (tg_memory_grow((void **)&terms->list, &terms->capacity, terms->count + 1, sizeof *terms->list))
    return tg_error_memory(error);
  terms->list[terms->count++] = term;
  return TRYGG_OK;
}

/* Replicates need to know what was linearised. */
static trygg_status add_part(const trygg_estimates *estimates, tg_terms *terms, tg_part part,
                             trygg_error *error) {
  if (!estimates->tally->design->replicates)
    return TRYGG_OK;
  if (tg_memory_grow((void **)&terms->parts, &terms->part_capacity, terms->part_count + 1,
                     sizeof *terms->parts))
    return tg_error_memory(error);
  terms->parts[terms->part_count++] = part;
  return TRYGG_OK;
}

/* The same term for every cell of a run. */
static trygg_status add_cells(tg_term term, const uint32_t *cells, size_t count, tg_terms *terms,
                              trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t k = 0; k < count && status == TRYGG_OK; k++) {
    term.cell = cells[k];
    status = add(terms, term, error);
  }
  return status;
}

/* The mean of wave ratios: each wave's cells get their own R and X; two rounds, as W is counted first. */
static trygg_status add_equal_waves(const trygg_estimates *estimates, const tg_row *row, tg_term term,
                                    double coefficient, tg_terms *terms, trygg_error *error) {
  const tg_domain *domain = &estimates->domains[row->domain];
  const tg_tally *tally = estimates->tally;
  trygg_status status = TRYGG_OK;
  double waves = 0;
  tg_workspace *workspace = tg_workspace_create(tally);
  if (!workspace)
    return tg_error_memory(error);
  for (int round = 0; round < 2; round++)
    for (size_t first = 0, end; first < domain->cell_count; first = end) {
      tg_domain_sums sums;
      for (end = first; end < domain->cell_count &&
                        tally->cells[domain->cells[end]].wave == tally->cells[domain->cells[first]].wave;)
        end++;
      tg_tally_domain(tally, row->indicator, domain->cells + first, end - first, workspace, &sums);
      if (sums.x == 0)
        continue;
      if (round == 0) {
        waves++;
        continue;
      }
      term.y = coefficient / (waves * sums.x);
      term.x = -coefficient * sums.y / (waves * sums.x * sums.x);
      term.shift = sums.shift;
      TRY(add_cells(term, domain->cells + first, end - first, terms, error));
    }
cleanup:
  tg_workspace_free(workspace);
  return status;
}

static trygg_status add_linearised(const trygg_estimates *estimates, size_t index, double coefficient,
                                   size_t output, tg_terms *terms, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_domain *domain = &estimates->domains[row->domain];
  const tg_settings *settings = &estimates->tally->design->responses->codebook->settings;
  double slope = row->share_se > 0 ? row->se / row->share_se : 0;
  tg_term term = {.output = (uint32_t)output, .indicator = (uint32_t)row->indicator, .threshold = NAN};
  switch (tg_row_indicator(estimates, index)->estimand) {
  case TG_TOTAL:
    term.y = coefficient * tg_rows_total_scale(estimates, domain, row->indicator);
    break;
  case TG_QUANTILE:
    term.y = -coefficient * slope / row->x;
    term.x = coefficient * slope * row->share / row->x;
    term.threshold = row->estimate;
    break;
  default:
    if (domain->wave == TG_POOLED && settings->pool == TG_POOL_EQUAL)
      return add_equal_waves(estimates, row, term, coefficient, terms, error);
    term.y = coefficient / row->x;
    term.x = -coefficient * row->y / (row->x * row->x);
    term.shift = row->shift;
  }
  return add_cells(term, domain->cells, domain->cell_count, terms, error);
}

trygg_status tg_estimate_add_curve(const trygg_estimates *estimates, size_t index, double coefficient,
                                   double slope, tg_curve curve, const void *context, size_t output,
                                   tg_terms *terms, trygg_error *error) {
  trygg_status status;
  if (tg_row_indicator(estimates, index)->estimand == TG_FUNCTION) /* by its parts, in replicates too */
    return tg_functions_add_terms(estimates, index, coefficient * slope, output, terms, error);
  status = add_part(estimates, terms,
                    (tg_part){.output = (uint32_t)output,
                              .estimates = estimates,
                              .row = index,
                              .y = coefficient,
                              .curve = curve,
                              .context = context},
                    error);
  if (status == TRYGG_OK)
    status = add_linearised(estimates, index, coefficient * slope, output, terms, error);
  return status;
}

trygg_status tg_estimate_add_terms(const trygg_estimates *estimates, size_t index, double coefficient,
                                   size_t output, tg_terms *terms, trygg_error *error) {
  return tg_estimate_add_curve(estimates, index, coefficient, 1, NULL, NULL, output, terms, error);
}

trygg_status tg_estimate_add_totals(const trygg_estimates *estimates, size_t index, double a, double b,
                                    double shift, size_t output, tg_terms *terms, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_domain *domain = &estimates->domains[row->domain];
  tg_term term = {.output = (uint32_t)output,
                  .indicator = (uint32_t)row->indicator,
                  .y = a,
                  .x = b,
                  .shift = shift,
                  .threshold = NAN,
                  .across = 1};
  tg_part part = {TG_PART_TOTAL, (uint32_t)output, 0, estimates, index, a, b, shift, NULL, NULL};
  trygg_status status = add_part(estimates, terms, part, error);
  if (status != TRYGG_OK)
    return status;
  return add_cells(term, domain->cells, domain->cell_count, terms, error);
}

void tg_estimate_clear_terms(tg_terms *terms) {
  tg_memory_free(terms->list);
  tg_memory_free(terms->parts);
  *terms = (tg_terms){0};
}

/* Under the rule `design` the df of an output are those of the waves its terms come from. */
static void design_df(const trygg_estimates *estimates, const tg_terms *terms, size_t outputs,
                      unsigned char *wave_met, double *df) {
  const tg_tally *tally = estimates->tally;
  const trygg_design *design = tally->design;
  size_t groups = design->group_count;
  for (size_t t = 0; t < terms->count; t++)
    wave_met[terms->list[t].output * groups +
             tg_design_group_of_wave(design, tally->cells[terms->list[t].cell].wave)] = 1;
  for (size_t o = 0; o < outputs; o++) { /* most outputs are of the waves that the one before is of */
    int alike = o && !memcmp(wave_met + o * groups, wave_met + (o - 1) * groups, groups);
    df[o] = alike ? df[o - 1] : tg_panel_df(design, wave_met + o * groups);
  }
}

trygg_status tg_estimate_combine(const trygg_estimates *estimates, tg_terms *terms, size_t outputs, int full,
                                 double *variance, double *df, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  unsigned char *wave_met = NULL;
  const tg_replicates *replicates = estimates->tally->design->replicates;
  double *domain_df = tg_memory_new(outputs, sizeof *domain_df);
  double *linear = tg_memory_new(replicates ? outputs : 0, sizeof *linear); /* comes with the df */
  if (!domain_df || !linear) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (!replicates || df)
    TRY(tg_tally_combine(estimates->tally, terms->list, terms->count, outputs, replicates ? 0 : full,
                         estimates->threads, replicates ? linear : variance, domain_df, error));
  if (replicates)
    TRY(tg_replicates_combine(estimates, terms->parts, terms->part_count, outputs, full, variance, NULL,
                              error));
  if (!df)
    goto cleanup;
  wave_met = tg_memory_new(outputs * estimates->tally->design->group_count, 1);
  if (!wave_met) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (estimates->df_rule == TG_DF_DESIGN)
    design_df(estimates, terms, outputs, wave_met, df);
  else
    for (size_t o = 0; o < outputs; o++)
      df[o] = estimates->df_rule == TG_DF_GIVEN ? estimates->df_given : domain_df[o];
  for (size_t o = 0; o < outputs && replicates && estimates->df_rule != TG_DF_GIVEN; o++)
    df[o] = fmin(df[o], replicates->df);
cleanup:
  tg_memory_free(linear);
  tg_memory_free(domain_df);
  tg_memory_free(wave_met);
  return status;
}

trygg_status trygg_estimate_covariance(const trygg_estimates *estimates, const size_t *rows, size_t count,
                                       double *matrix, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  if (!estimates || (count && (!rows || !matrix)))
    return tg_error_set(error, TRYGG_EINVAL, "estimates, rows and a matrix were expected");
  for (size_t i = 0; i < count; i++) {
    if (rows[i] >= estimates->row_count)
      return tg_error_set(error, TRYGG_EINVAL, "a row is past the last estimate");
    if (isnan(estimates->rows[rows[i]].se))
      continue;
    TRY(tg_estimate_add_terms(estimates, rows[i], 1, i, &terms, error));
  }
  TRY(tg_estimate_combine(estimates, &terms, count, 1, matrix, NULL, error));
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      if (isnan(estimates->rows[rows[i]].se) || isnan(estimates->rows[rows[j]].se))
        matrix[i * count + j] = NAN;
cleanup:
  tg_estimate_clear_terms(&terms);
  return status;
}
