/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Synthetic comparison area: the mixture of areas of a comparison that was most like the one with the measure before it
 * began (Abadie, Diamond & Hainmueller 2010, J. Am. Stat. Assoc. 105:493-505; on the series itself, without covariates).
 *
 *   w = argmin sum over the waves before of (Y_0 - sum_j w_j Y_j)^2,  w >= 0, sum w = 1
 *   effect in a wave since   Y_0 - sum_j w_j Y_j, its error that of the sample, the weights taken as given
 *   rank                     RMSPE since / RMSPE before, of each area as if it had had the measure; p its rank
 *
 * RMSPE: root of the mean square of the gap.  Every area has all the others to be made of, that with the measure among
 * them, as in their placebo studies. */
#include <trend/did.h>

#include <math.h>

#include <numeric/simplex.h>

/* A fit this much closer than the figures are large is exact: the areas could make any series. */
#define EXACT 1e-9

/* Figures of the areas that have them in every wave used, the one with the measure first. */
typedef struct panel {
  size_t *sides, units; /* the side of each unit */
  size_t *after, after_count;
  size_t before_count;
  double *values; /* [wave * units + unit]: waves before, then since */
  double largest;
} panel;

static int has_figure(const tg_follow *follow, size_t wave, size_t side) {
  double slope;
  return !isnan(tg_follow_value(follow, (tg_measure_cell){wave, side}, &slope));
}

static int is_complete(const tg_follow *follow, const panel *p, size_t side) {
  for (size_t i = 0; i < p->before_count; i++)
    if (!has_figure(follow, follow->before[i], side))
      return 0;
  for (size_t i = 0; i < p->after_count; i++)
    if (!has_figure(follow, p->after[i], side))
      return 0;
  return 1;
}

static void clear_panel(panel *p) {
  tg_memory_free(p->sides);
  tg_memory_free(p->after);
  tg_memory_free(p->values);
}

static void fill_values(const tg_follow *follow, panel *p) {
  for (size_t i = 0; i < p->before_count + p->after_count; i++)
    for (size_t u = 0; u < p->units; u++) {
      size_t wave = i < p->before_count ? follow->before[i] : p->after[i - p->before_count];
      double slope, value = tg_follow_value(follow, (tg_measure_cell){wave, p->sides[u]}, &slope);
      p->values[i * p->units + u] = value;
      p->largest = fmax(p->largest, fabs(value));
    }
}

static trygg_status make_panel(const tg_follow *follow, panel *p, trygg_error *error) {
  size_t pool = follow->sides->pools[follow->comparison],
         count = follow->sides->pool_counts[follow->comparison];
  *p = (panel){.before_count = follow->before_count};
  p->sides = tg_memory_new(count + 1, sizeof *p->sides);
  p->after = tg_memory_new(follow->after_count, sizeof *p->after);
  if (!p->sides || !p->after)
    return tg_error_memory(error);
  for (size_t i = 0; i < follow->after_count; i++)
    if (has_figure(follow, follow->after[i], TG_REACHED) &&
        !tg_follow_breaks(follow, tg_follow_last(follow), follow->after[i]))
      p->after[p->after_count++] = follow->after[i];
  p->sides[p->units++] = TG_REACHED;
  for (size_t i = 0; i < count; i++)
    if (is_complete(follow, p, pool + 2 * i))
      p->sides[p->units++] = pool + 2 * i;
  p->values = tg_memory_new((p->before_count + p->after_count) * p->units, sizeof *p->values);
  if (!p->values)
    return tg_error_memory(error);
  fill_values(follow, p);
  return TRYGG_OK;
}

/* The weights of the other units for unit u; its own is 0. */
static trygg_status fit(const panel *p, size_t u, double *weights, trygg_error *error) {
  size_t others = p->units - 1;
  trygg_status status = TRYGG_OK;
  double *a = tg_memory_new(p->before_count * others, sizeof *a),
         *b = tg_memory_new(p->before_count, sizeof *b);
  if (!a || !b) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < p->before_count; i++) {
    b[i] = p->values[i * p->units + u];
    for (size_t j = 0; j < others; j++)
      a[i * others + j] = p->values[i * p->units + j + (j >= u)];
  }
  TRY(tg_simplex_fit(a, p->before_count, others, b, weights, error));
  for (size_t j = others; j > u; j--)
    weights[j] = weights[j - 1];
  weights[u] = 0;
cleanup:
  tg_memory_free(a);
  tg_memory_free(b);
  return status;
}

/* Root mean square of the gap over the waves from..to of the panel. */
static double find_gap(const panel *p, size_t u, const double *weights, size_t from, size_t to) {
  double sum = 0;
  for (size_t i = from; i < to; i++) {
    double gap = p->values[i * p->units + u];
    for (size_t j = 0; j < p->units; j++)
      gap -= weights[j] * p->values[i * p->units + j];
    sum += gap * gap;
  }
  return sqrt(sum / (double)(to - from));
}

/* The panel and the weights of the one with the measure; without another area there are no weights. */
static trygg_status begin(const tg_follow *follow, panel *p, double **weights, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(make_panel(follow, p, error));
  *weights = tg_memory_new(p->units, sizeof **weights);
  if (!*weights)
    status = tg_error_memory(error);
  else if (p->units > 1)
    status = fit(p, 0, *weights, error);
cleanup:
  return status;
}

/* What a row rests on, though it is no linear combination of it. */
static void rest_on(const tg_follow *follow, const panel *p, const double *weights) {
  tg_effect *effect = tg_effect_last(follow);
  for (size_t i = 0; i < p->before_count; i++)
    for (size_t u = 0; u < p->units; u++) {
      int64_t base = tg_row_base(tg_follow_row(follow, (tg_measure_cell){follow->before[i], p->sides[u]}));
      if ((u == 0 || weights[u] > 0) && base < effect->base)
        effect->base = base;
    }
}

static trygg_status add_row(const tg_follow *follow, const tg_measure_test *test, const panel *p,
                            const double *weights, size_t wave, trygg_error *error) {
  trygg_status status = tg_effect_add(follow, test, wave, 0, follow->before_count, error);
  if (status != TRYGG_OK)
    return status;
  rest_on(follow, p, weights);
  if (p->units < 2)
    tg_effect_last(follow)->flags |= TG_FLAG_EMPTY;
  tg_effect_last(follow)->areas = p->units - 1;
  return TRYGG_OK;
}

trygg_status tg_synthetic_effect(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  panel p = {0};
  double *weights = NULL;
  TRY(begin(follow, &p, &weights, error));
  for (size_t i = 0; i < p.after_count; i++) {
    TRY(add_row(follow, test, &p, weights, p.after[i], error));
    if (p.units > 1)
      TRY(tg_effect_term(follow, (tg_measure_cell){p.after[i], TG_REACHED}, 1, error));
    for (size_t u = 1; u < p.units; u++)
      if (weights[u] > 0)
        TRY(tg_effect_term(follow, (tg_measure_cell){p.after[i], p.sides[u]}, -weights[u], error));
  }
cleanup:
  clear_panel(&p);
  tg_memory_free(weights);
  return status;
}

/* Limits by the sample alone; no p, since what the weights are fitted to has chance in it too. */
void tg_synthetic_finish(const tg_measures *all, tg_effect *effect, double variance, double df) {
  tg_did_finish(all, effect, variance, df);
  effect->statistic = effect->p = NAN;
}

trygg_status tg_synthetic_fit(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  panel p = {0};
  double *weights = NULL;
  TRY(begin(follow, &p, &weights, error));
  TRY(add_row(follow, test, &p, weights, tg_follow_last(follow), error));
  if (p.units > 1)
    tg_effect_last(follow)->estimate = follow->all->scale->back(find_gap(&p, 0, weights, 0, p.before_count));
cleanup:
  clear_panel(&p);
  tg_memory_free(weights);
  return status;
}

trygg_status tg_synthetic_weights(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  panel p = {0};
  double *weights = NULL;
  TRY(begin(follow, &p, &weights, error));
  for (size_t u = 1; u < p.units; u++)
    if (weights[u] > 0) {
      TRY(add_row(follow, test, &p, weights, tg_follow_last(follow), error));
      tg_effect_last(follow)->estimate = weights[u];
      tg_effect_last(follow)->code = follow->sides->codes[p.sides[u]];
    }
cleanup:
  clear_panel(&p);
  tg_memory_free(weights);
  return status;
}

/* RMSPE since over that before of every unit; infinite where the one before is 0. */
static trygg_status find_ratios(const panel *p, double *ratios, trygg_error *error) {
  size_t waves = p->before_count + p->after_count;
  trygg_status status = TRYGG_OK;
  double *weights = tg_memory_new(p->units, sizeof *weights);
  if (!weights)
    return tg_error_memory(error);
  for (size_t u = 0; u < p->units; u++) {
    double before, after;
    TRY(fit(p, u, weights, error));
    before = find_gap(p, u, weights, 0, p->before_count);
    after = find_gap(p, u, weights, p->before_count, waves);
    ratios[u] = before > EXACT * p->largest ? after / before : INFINITY;
  }
cleanup:
  tg_memory_free(weights);
  return status;
}

/* Where so few waves can be met exactly, how well they are is no yardstick. */
trygg_status tg_synthetic_rank(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  panel p = {0};
  double *weights = NULL, *ratios = NULL;
  TRY(begin(follow, &p, &weights, error));
  if (!p.after_count)
    goto cleanup;
  TRY(add_row(follow, test, &p, weights, p.after[p.after_count - 1], error));
  ratios = tg_memory_new(p.units, sizeof *ratios);
  if (!ratios) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (p.units < 2)
    goto cleanup;
  TRY(find_ratios(&p, ratios, error));
  if (isinf(ratios[0])) {
    tg_effect_last(follow)->flags |= TG_FLAG_FEW_WAVES;
    goto cleanup;
  }
  tg_effect_last(follow)->statistic = ratios[0];
  tg_placebo_rank(ratios, p.units, follow->all->level, tg_effect_last(follow));
cleanup:
  clear_panel(&p);
  tg_memory_free(weights);
  tg_memory_free(ratios);
  return status;
}
