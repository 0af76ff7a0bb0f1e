/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Difference in differences: with D_w the figure of those whom a measure reached less that of those compared with, in
 * wave w, and b the last wave before it,
 *
 *   change          D_w - D_b                                  w since
 *   trend_adjusted  D_w - (a + h t_w), a + h t the line by least squares through all D before
 *   spillover       (C_w - C_b) - (L_w - L_b)                  C a comparison, L the last one
 *   agree           are all of these 0, by adjusted Wald F
 *
 * (Angrist & Pischke 2009, Mostly Harmless Econometrics, 5.2; the error of the line's extrapolation is in that of
 * trend_adjusted). */
#include <trend/did.h>

#include <math.h>

/* The test of one linear estimate, as those of comparisons: on the scale asked for, shown in its unit. */
void tg_did_finish(const tg_measures *all, tg_effect *effect, double variance, double df) {
  const tg_contrast_scale *scale = all->scale;
  double linked = effect->estimate, se = sqrt(variance);
  /* No sampling error is not certainty: shares of 0 or 1, or equal values throughout. */
  tg_limits limits = tg_inference_symmetric(linked, se > 0 ? se : NAN, df, all->level);
  effect->se = se;
  effect->df1 = 1;
  effect->df2 = df;
  effect->statistic = se > 0 ? linked / se : NAN;
  effect->p = tg_inference_p(linked, se, df);
  effect->estimate = scale->back(linked);
  effect->lower = scale->back(limits.lower);
  effect->upper = scale->back(limits.upper);
  if (scale->changes_unit)
    effect->se *= effect->estimate;
}

/* A row for a wave since, compared with the last `count` waves before; 0 where a break lies between: it stays empty. */
static int begin(const tg_follow *follow, const tg_measure_test *test, size_t wave, size_t count,
                 trygg_error *error, trygg_status *status) {
  *status = tg_effect_add(follow, test, wave, follow->before_count - count, count, error);
  if (*status != TRYGG_OK)
    return 0;
  if (tg_follow_breaks(follow, tg_follow_last(follow), wave)) {
    tg_effect_last(follow)->flags |= TG_FLAG_BREAK;
    return 0;
  }
  return 1;
}

trygg_status tg_did_change(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < follow->after_count && status == TRYGG_OK; i++)
    if (begin(follow, test, follow->after[i], 1, error, &status)) {
      TRY(tg_effect_difference(follow, follow->after[i], 1, error));
      TRY(tg_effect_difference(follow, tg_follow_last(follow), -1, error));
    }
cleanup:
  return status;
}

/* a + h t_w = sum_i (1/n + (t_w - tbar) h_i) D_i with the weights h of the slope. */
trygg_status tg_did_trend_adjusted(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = follow->before_count;
  double mean = 0, *weights = tg_memory_new(n, sizeof *weights);
  if (!weights)
    return tg_error_memory(error);
  tg_pretrend_weigh(follow, weights);
  for (size_t i = 0; i < n; i++)
    mean += tg_follow_time(follow, follow->before[i]) / (double)n;
  for (size_t w = 0; w < follow->after_count && status == TRYGG_OK; w++) {
    double ahead = tg_follow_time(follow, follow->after[w]) - mean;
    if (!begin(follow, test, follow->after[w], n, error, &status))
      continue;
    TRY(tg_effect_difference(follow, follow->after[w], 1, error));
    for (size_t i = 0; i < n; i++)
      TRY(tg_effect_difference(follow, follow->before[i], -1 / (double)n - ahead * weights[i], error));
  }
cleanup:
  tg_memory_free(weights);
  return status;
}

/* ---- comparisons with one another ------------------------------------------------------------------------ */

trygg_status tg_did_spillover(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  size_t last = follow->sides->measure->comparison_count - 1;
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < follow->after_count && status == TRYGG_OK; i++) {
    size_t waves[] = {follow->after[i], tg_follow_last(follow)};
    if (!begin(follow, test, waves[0], 1, error, &status))
      continue;
    for (size_t k = 0; k < 2; k++) {
      double sign = k ? -1 : 1;
      TRY(tg_effect_term(follow, (tg_measure_cell){waves[k], TG_COMPARED + follow->comparison}, sign, error));
      TRY(tg_effect_term(follow, (tg_measure_cell){waves[k], TG_COMPARED + last}, -sign, error));
    }
  }
cleanup:
  return status;
}

trygg_status tg_did_agree(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  size_t comparisons = follow->sides->measure->comparison_count, q = comparisons - 1, count = 2 * comparisons;
  trygg_status status = TRYGG_OK;
  tg_measure_cell *cells = tg_memory_new(count, sizeof *cells);
  double *rows = tg_memory_new(q * count, sizeof *rows);
  if (!cells || !rows)
    status = tg_error_memory(error);
  for (size_t i = 0; i < q && status == TRYGG_OK; i++)
    for (size_t k = 0; k < 2; k++) {
      rows[i * count + 2 * i + k] = k ? -1 : 1;
      rows[i * count + 2 * q + k] = k ? 1 : -1;
    }
  for (size_t w = 0; w < follow->after_count && status == TRYGG_OK; w++) {
    if (!begin(follow, test, follow->after[w], 1, error, &status))
      continue;
    for (size_t i = 0; i < comparisons; i++) {
      cells[2 * i] = (tg_measure_cell){follow->after[w], TG_COMPARED + i};
      cells[2 * i + 1] = (tg_measure_cell){tg_follow_last(follow), TG_COMPARED + i};
    }
    TRY(tg_effect_wald(follow, cells, count, rows, q, error));
  }
cleanup:
  tg_memory_free(cells);
  tg_memory_free(rows);
  return status;
}
