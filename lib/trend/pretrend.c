/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Did both sides go the same way before the measure?  With D_1..D_n the differences in the n waves before,
 *
 *   pretrend             D_2 - D_1 = ... = D_n - D_(n-1) = 0, by adjusted Wald F
 *   pretrend_slope       sum_i h_i D_i, h_i = (t_i - tbar) / sum (t - tbar)^2; t
 *   pretrend_detectable  the smallest slope that would be found in 4 samples of 5
 *
 * That no difference is found does not show that there is none, and effects reported only where none was found are
 * biased: the test is weak where the error is large (Roth 2022, Am. Econ. Rev. Insights 4:305-322). */
#include <trend/did.h>

#include <math.h>

#include <trend/tests.h>

void tg_pretrend_weigh(const tg_follow *follow, double *weights) {
  size_t n = follow->before_count;
  double mean = 0, squares = 0;
  for (size_t i = 0; i < n; i++)
    mean += tg_follow_time(follow, follow->before[i]) / (double)n;
  for (size_t i = 0; i < n; i++) {
    weights[i] = tg_follow_time(follow, follow->before[i]) - mean;
    squares += weights[i] * weights[i];
  }
  for (size_t i = 0; i < n; i++)
    weights[i] /= squares;
}

trygg_status tg_pretrend_joint(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  size_t n = follow->before_count, q = n - 1, count = 2 * n;
  trygg_status status = TRYGG_OK;
  tg_measure_cell *cells = tg_memory_new(count, sizeof *cells);
  double *rows = tg_memory_new(q * count, sizeof *rows);
  if (!cells || !rows) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < n; i++) {
    cells[2 * i] = (tg_measure_cell){follow->before[i], TG_REACHED};
    cells[2 * i + 1] = (tg_measure_cell){follow->before[i], TG_COMPARED + follow->comparison};
  }
  for (size_t i = 0; i < q; i++) {
    double *row = rows + i * count + 2 * i;
    row[0] = -1;
    row[1] = 1;
    row[2] = 1;
    row[3] = -1;
  }
  TRY(tg_effect_add(follow, test, follow->before[n - 1], 0, n, error));
  TRY(tg_effect_wald(follow, cells, count, rows, q, error));
cleanup:
  tg_memory_free(cells);
  tg_memory_free(rows);
  return status;
}

trygg_status tg_pretrend_slope(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  size_t n = follow->before_count;
  trygg_status status = TRYGG_OK;
  double *weights = tg_memory_new(n, sizeof *weights);
  if (!weights)
    return tg_error_memory(error);
  tg_pretrend_weigh(follow, weights);
  TRY(tg_effect_add(follow, test, follow->before[n - 1], 0, n, error));
  for (size_t i = 0; i < n; i++)
    TRY(tg_effect_difference(follow, follow->before[i], weights[i], error));
cleanup:
  tg_memory_free(weights);
  return status;
}

void tg_pretrend_detectable(const tg_measures *all, tg_effect *effect, double variance, double df) {
  const tg_contrast_scale *scale = all->scale;
  double se = sqrt(variance), linked = tg_change_detectable(se, df, all->level);
  effect->df1 = 1;
  effect->df2 = df;
  effect->estimate = scale->back(linked);
  effect->se = isnan(linked) ? NAN : se;
  if (scale->changes_unit)
    effect->se *= effect->estimate;
}
