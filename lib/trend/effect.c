/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the follow-up of measures: linear combinations of figures, on the scale asked for, and their errors.
 *
 *   D = sum_i c_i g(theta_i),  V(D) = V(sum_i c_i g'(theta_i) u_i)
 *
 * with u the linearised estimates of one tally (delta method; g the identity, log or log odds).  df is that of the
 * union of their domains, also for figures whose c_i is 0. */
#include <trend/measures.h>

#include <math.h>

#include <numeric/solve.h>
#include <trend/tests.h>

trygg_status tg_effect_add(const tg_follow *follow, const tg_measure_test *test, size_t wave, size_t since,
                           size_t count, trygg_error *error) {
  tg_measures *all = follow->all;
  if (tg_memory_grow((void **)&all->effects, &all->effect_capacity, all->effect_count + 1,
                     sizeof *all->effects))
    return tg_error_memory(error);
  all->effects[all->effect_count++] = (tg_effect){.test = test,
                                                  .follow = follow,
                                                  .wave = wave,
                                                  .since = since,
                                                  .since_count = count,
                                                  .output = TG_NONE,
                                                  .flags = test->needs & TG_MEASURE_MODEL ? TG_FLAG_MODEL : 0,
                                                  .base = INT64_MAX,
                                                  .statistic = NAN,
                                                  .df1 = NAN,
                                                  .df2 = NAN,
                                                  .estimate = NAN,
                                                  .se = NAN,
                                                  .lower = NAN,
                                                  .upper = NAN,
                                                  .p = NAN,
                                                  .p_adjusted = NAN};
  return TRYGG_OK;
}

tg_effect *tg_effect_last(const tg_follow *follow) {
  return &follow->all->effects[follow->all->effect_count - 1];
}

/* The row rests on this figure too. */
static void rest_on(const tg_follow *follow, tg_measure_cell cell) {
  const tg_row *row = tg_follow_row(follow, cell);
  tg_effect *effect = tg_effect_last(follow);
  int64_t base = tg_row_base(row);
  effect->flags |= row->flags;
  effect->base = base < effect->base ? base : effect->base;
}

static trygg_status add_terms(const tg_follow *follow, tg_measure_cell cell, double coefficient,
                              size_t output, tg_terms *terms, double *value, trygg_error *error) {
  const tg_measures *all = follow->all;
  double slope, linked = tg_follow_value(follow, cell, &slope);
  *value += coefficient * linked;
  if (isnan(linked))
    return TRYGG_OK;
  return tg_estimate_add_terms(all->made, (size_t)(tg_follow_row(follow, cell) - all->made->rows),
                               coefficient * slope, output, terms, error);
}

trygg_status tg_effect_term(const tg_follow *follow, tg_measure_cell cell, double coefficient,
                            trygg_error *error) {
  tg_measures *all = follow->all;
  tg_effect *effect = tg_effect_last(follow);
  rest_on(follow, cell);
  if (effect->output == TG_NONE) {
    effect->output = all->outputs++;
    effect->estimate = effect->se = 0; /* se: NaN once a figure has none */
  }
  if (isnan(tg_follow_row(follow, cell)->se))
    effect->se = NAN;
  return add_terms(follow, cell, coefficient, effect->output, &all->terms, &effect->estimate, error);
}

trygg_status tg_effect_difference(const tg_follow *follow, size_t wave, double coefficient,
                                  trygg_error *error) {
  trygg_status status;
  status = tg_effect_term(follow, (tg_measure_cell){wave, TG_REACHED}, coefficient, error);
  if (status == TRYGG_OK)
    status = tg_effect_term(follow, (tg_measure_cell){wave, TG_COMPARED + follow->comparison}, -coefficient,
                            error);
  return status;
}

/* ---- several at once ---------------------------------------------------------------------------------- */

/* The `q` combinations d, their covariance, and as one more output of 0 what all cells are of: it has the df of their
 * union. */
static trygg_status combine(const tg_follow *follow, const tg_measure_cell *cells, size_t count,
                            const double *rows, size_t q, double *d, double *matrix, double *df,
                            trygg_error *error) {
  const tg_measures *all = follow->all;
  size_t outputs = q + 1;
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double *full = tg_memory_new(outputs * outputs, sizeof *full), *dfs = tg_memory_new(outputs, sizeof *dfs),
         nothing = 0;
  if (!full || !dfs) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t j = 0; j < count; j++) {
    for (size_t i = 0; i < q; i++)
      if (rows[i * count + j] != 0)
        TRY(add_terms(follow, cells[j], rows[i * count + j], i, &terms, &d[i], error));
    TRY(add_terms(follow, cells[j], 0, q, &terms, &nothing, error));
  }
  TRY(tg_estimate_combine(all->made, &terms, outputs, 1, full, dfs, error));
  *df = dfs[q];
  for (size_t i = 0; i < q; i++)
    for (size_t j = 0; j < q; j++)
      matrix[i * q + j] = full[i * outputs + j];
cleanup:
  tg_memory_free(full);
  tg_memory_free(dfs);
  tg_estimate_clear_terms(&terms);
  return status;
}

static unsigned judge(tg_effect *effect, double wald, size_t rank, double df) {
  tg_finding finding = {.statistic = NAN, .df1 = NAN, .df2 = NAN, .p = NAN};
  tg_wald_judge(wald, rank, df, &finding);
  effect->statistic = finding.statistic;
  effect->df1 = finding.df1;
  effect->df2 = finding.df2;
  effect->p = finding.p;
  return rank && isnan(finding.p) ? TG_FLAG_NO_DF : 0;
}

trygg_status tg_effect_wald(const tg_follow *follow, const tg_measure_cell *cells, size_t count,
                            const double *rows, size_t q, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *d = tg_memory_new(q, sizeof *d), *matrix = tg_memory_new(q * q, sizeof *matrix), df = NAN,
         wald = NAN;
  size_t rank = 0;
  int known = 1;
  if (!d || !matrix) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t j = 0; j < count; j++) {
    rest_on(follow, cells[j]);
    if (!isnan(tg_follow_row(follow, cells[j])->estimate) && isnan(tg_follow_row(follow, cells[j])->se))
      tg_effect_last(follow)->flags |= TG_FLAG_NO_SE;
    known &= !isnan(tg_follow_row(follow, cells[j])->se);
  }
  TRY(combine(follow, cells, count, rows, q, d, matrix, &df, error));
  for (size_t i = 0; i < q; i++)
    known &= !isnan(d[i]); /* also a share of 0 or 1 has no log odds */
  if (!known)
    goto cleanup;
  TRY(tg_solve_quadratic(matrix, d, q, &wald, &rank, error));
  tg_effect_last(follow)->flags |= judge(tg_effect_last(follow), wald, rank, df);
cleanup:
  tg_memory_free(d);
  tg_memory_free(matrix);
  return status;
}

/* ---- what follows from variances ------------------------------------------------------------------------- */

trygg_status tg_effect_finish(tg_measures *all, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *variance = tg_memory_new(all->outputs, sizeof *variance),
         *df = tg_memory_new(all->outputs, sizeof *df);
  if (!variance || !df) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (all->outputs)
    TRY(tg_estimate_combine(all->made, &all->terms, all->outputs, 0, variance, df, error));
  for (size_t i = 0; i < all->effect_count; i++) {
    tg_effect *effect = &all->effects[i];
    if (effect->output == TG_NONE)
      continue;
    if (isnan(effect->estimate)) {
      effect->se = NAN;
      continue;
    }
    if (isnan(effect->se))
      effect->flags |= TG_FLAG_NO_SE;
    else if (!(df[effect->output] > 0))
      effect->flags |= TG_FLAG_NO_DF;
    effect->test->finish(all, effect, isnan(effect->se) ? NAN : variance[effect->output], df[effect->output]);
  }
cleanup:
  tg_memory_free(variance);
  tg_memory_free(df);
  return status;
}
