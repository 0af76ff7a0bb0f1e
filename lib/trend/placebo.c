/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Effects where there was no measure: what chance, and all that was not asked about, make of two changes.
 *
 *   lead           D_w - D_b in an earlier wave w: 0 where both sides went the same way
 *   placebo        D_w - D_(w-1): an earlier wave as if the measure had begun then
 *   placebo_areas  D / se(D) of each area as if it had had the measure, against all the others; p is the share of
 *                  areas whose |t| is at least that of the one that had it
 *
 * (Bertrand, Duflo & Mullainathan 2004, Q. J. Econ. 119:249-275; MacKinnon & Webb 2020, J. Econometrics 218:435-450, on
 * ranking t rather than D: small areas vary more). */
#include <trend/did.h>

#include <math.h>

/* How far below the one an equal statistic may come out. */
#define ROUNDING 1e-9

trygg_status tg_placebo_leads(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t last = follow->before_count - 1;
  for (size_t i = 0; i < last; i++) {
    TRY(tg_effect_add(follow, test, follow->before[i], last, 1, error));
    TRY(tg_effect_difference(follow, follow->before[i], 1, error));
    TRY(tg_effect_difference(follow, follow->before[last], -1, error));
  }
cleanup:
  return status;
}

trygg_status tg_placebo_years(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 1; i < follow->before_count; i++) {
    TRY(tg_effect_add(follow, test, follow->before[i], i - 1, 1, error));
    TRY(tg_effect_difference(follow, follow->before[i], 1, error));
    TRY(tg_effect_difference(follow, follow->before[i - 1], -1, error));
  }
cleanup:
  return status;
}

void tg_placebo_rank(const double *statistics, size_t count, double level, tg_effect *effect) {
  size_t ranked = 0, rank = 0;
  for (size_t i = 0; i < count; i++) {
    ranked += !isnan(statistics[i]);
    rank += statistics[i] >= statistics[0] * (1 - ROUNDING);
  }
  effect->areas = ranked;
  if (isnan(statistics[0]))
    return;
  effect->p = (double)rank / (double)ranked;
  if (1 / (double)ranked > 1 - level)
    effect->flags |= TG_FLAG_CANNOT_REJECT;
}

/* ---- areas -------------------------------------------------------------------------------------------------- */

/* Change of unit u, 0 the one with the measure, less that of its others. */
static trygg_status add_unit(const tg_follow *follow, size_t u, size_t wave, tg_terms *terms, double *value,
                             trygg_error *error) {
  const tg_measure_sides *sides = follow->sides;
  size_t area = u ? sides->pools[follow->comparison] + 2 * (u - 1) : TG_REACHED,
         others = u ? area + 1 : TG_COMPARED + follow->comparison, waves[] = {wave, tg_follow_last(follow)};
  trygg_status status = TRYGG_OK;
  for (size_t k = 0; k < 4 && status == TRYGG_OK; k++) {
    tg_measure_cell cell = {waves[k / 2], k % 2 ? others : area};
    double slope, linked = tg_follow_value(follow, cell, &slope), sign = k == 1 || k == 2 ? -1 : 1;
    *value += sign * linked;
    if (!isnan(linked))
      status = tg_estimate_add_terms(follow->all->made,
                                     (size_t)(tg_follow_row(follow, cell) - follow->all->made->rows),
                                     sign * slope, u, terms, error);
  }
  return status;
}

/* |t| of every unit; NaN where an area has no figures. */
static trygg_status find_statistics(const tg_follow *follow, size_t wave, size_t units, double *statistics,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double *variance = tg_memory_new(units, sizeof *variance);
  if (!variance)
    return tg_error_memory(error);
  for (size_t u = 0; u < units; u++) {
    statistics[u] = 0;
    TRY(add_unit(follow, u, wave, &terms, &statistics[u], error));
  }
  TRY(tg_estimate_combine(follow->all->made, &terms, units, 0, variance, NULL, error));
  for (size_t u = 0; u < units; u++)
    statistics[u] = variance[u] > 0 ? fabs(statistics[u]) / sqrt(variance[u]) : NAN;
cleanup:
  tg_memory_free(variance);
  tg_estimate_clear_terms(&terms);
  return status;
}

/* The row of `change`, whose t is the statistic. */
void tg_placebo_finish(const tg_measures *all, tg_effect *effect, double variance, double df) {
  double p = effect->p;
  tg_did_finish(all, effect, variance, df);
  effect->p = p;
}

trygg_status tg_placebo_areas(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  tg_measures *all = follow->all;
  size_t units = 1 + follow->sides->pool_counts[follow->comparison], first = all->effect_count;
  trygg_status status = TRYGG_OK;
  double *statistics = tg_memory_new(units, sizeof *statistics);
  if (!statistics)
    return tg_error_memory(error);
  TRY(tg_did_change(follow, test, error));
  for (size_t i = first; i < all->effect_count; i++) {
    tg_effect *effect = &all->effects[i];
    if (effect->output == TG_NONE || isnan(effect->estimate))
      continue;
    TRY(find_statistics(follow, effect->wave, units, statistics, error));
    tg_placebo_rank(statistics, units, all->level, effect);
  }
cleanup:
  tg_memory_free(statistics);
  return status;
}
