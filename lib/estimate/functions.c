/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates that are smooth functions of others: theta = f(theta_1, ..., theta_m).
 *
 *   u_k = sum_i f_i u_ik,  f_i the derivative by theta_i at the estimates           (Woodruff 1971, JASA 66:411-414)
 *
 * The parts are estimated as everything else, so whatever holds for their linearised values (domains, waves, clusters,
 * other weights) holds for the function. */
#include <estimate/estimate.h>

#include <math.h>

#include <design/panel.h>

/* Estimates of the parts and derivatives by them, side by side. */
static double *open_parts(const trygg_estimates *estimates, const tg_row *row, trygg_error *error) {
  const tg_indicator *indicator = &estimates->tally->indicators.list[row->indicator];
  double *parts = tg_memory_new(2 * indicator->part_count, sizeof *parts);
  if (!parts)
    tg_error_memory(error);
  for (size_t i = 0; parts && i < indicator->part_count; i++)
    parts[i] = estimates->rows[tg_row_at(estimates, row->domain, indicator->part_begin + i)].estimate;
  return parts;
}

trygg_status tg_functions_add_terms(const trygg_estimates *estimates, size_t index, double coefficient,
                                    size_t output, tg_terms *terms, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_indicator *indicator = &estimates->tally->indicators.list[row->indicator];
  double *parts = open_parts(estimates, row, error), *gradient;
  trygg_status status = TRYGG_OK;
  if (!parts)
    return TRYGG_ENOMEM;
  gradient = parts + indicator->part_count;
  indicator->function->combine(indicator, row->n, parts, gradient);
  for (size_t i = 0; i < indicator->part_count && status == TRYGG_OK; i++)
    status = tg_estimate_add_terms(estimates, tg_row_at(estimates, row->domain, indicator->part_begin + i),
                                   coefficient * gradient[i], output, terms, error);
  tg_memory_free(parts);
  return status;
}

/* A formula has no respondents of its own: it rests on the fewest behind a part. */
static void take_base(const trygg_estimates *estimates, tg_row *row, const tg_indicator *indicator) {
  for (size_t i = 0; i < indicator->part_count; i++) {
    const tg_row *part = &estimates->rows[tg_row_at(estimates, row->domain, indicator->part_begin + i)];
    if (i == 0 || part->n < row->n) {
      row->n = part->n;
      row->weight = part->weight;
      row->df = part->df;
    }
  }
  row->flags = 0;
}

/* Value of a row; NaN where a part has none. */
static trygg_status set_value(const trygg_estimates *estimates, tg_row *row, const tg_indicator *indicator,
                              trygg_error *error) {
  double *parts;
  unsigned missing = 0;
  if (!indicator->item_count)
    take_base(estimates, row, indicator);
  row->estimate = row->se = row->deff = NAN;
  for (size_t i = 0; i < indicator->part_count; i++) {
    const tg_row *part = &estimates->rows[tg_row_at(estimates, row->domain, indicator->part_begin + i)];
    row->flags |= part->flags & TG_FLAG_LONELY;
    if (isnan(part->estimate) || isnan(part->se))
      missing |= TG_FLAG_INCOMPLETE | (part->flags & (TG_FLAG_NOT_ASKED | TG_FLAG_EMPTY | TG_FLAG_NO_SE));
  }
  row->flags |= missing;
  if (missing)
    return TRYGG_OK;
  parts = open_parts(estimates, row, error);
  if (!parts)
    return TRYGG_ENOMEM;
  row->estimate = indicator->function->combine(indicator, row->n, parts, parts + indicator->part_count);
  if (!isfinite(row->estimate))
    row->estimate = NAN;
  tg_memory_free(parts);
  return TRYGG_OK;
}

static void set_error(tg_row *row, const tg_indicator *indicator, double variance, double df,
                      int has_own_df) {
  tg_rows_set_error(row, variance);
  if (!has_own_df)
    row->df = df;
  if (!(row->df > 0))
    row->flags |= TG_FLAG_NO_DF;
  if (indicator->type->is_share && (row->estimate == 0 || row->estimate == 1)) {
    row->se = 0;
    row->flags |= TG_FLAG_BOUNDARY;
  }
}

trygg_status tg_functions_estimate(trygg_estimates *estimates, size_t k, trygg_error *error) {
  const tg_indicator *indicator = &estimates->tally->indicators.list[k];
  size_t domains = estimates->domain_count;
  int is_of_panel = estimates->pooled && tg_panel_is_linked(estimates->tally->design);
  int has_own_df = indicator->item_count > 0 && !is_of_panel; /* its own counts people once a wave */
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double *variance = tg_memory_new(2 * domains, sizeof *variance);
  if (!variance)
    return tg_error_memory(error);
  for (size_t d = 0; d < domains; d++) {
    tg_row *row = &estimates->rows[tg_row_at(estimates, d, k)];
    TRY(set_value(estimates, row, indicator, error));
    if (!isnan(row->estimate))
      TRY(tg_functions_add_terms(estimates, tg_row_at(estimates, d, k), 1, d, &terms, error));
  }
  TRY(tg_estimate_combine(estimates, &terms, domains, 0, variance, variance + domains, error));
  for (size_t d = 0; d < domains; d++) {
    tg_row *row = &estimates->rows[tg_row_at(estimates, d, k)];
    if (isnan(row->estimate))
      continue;
    set_error(row, indicator, variance[d], variance[domains + d], has_own_df);
    TRY(tg_rows_judge(row, indicator, error));
  }
cleanup:
  tg_memory_free(variance);
  tg_estimate_clear_terms(&terms);
  return status;
}
