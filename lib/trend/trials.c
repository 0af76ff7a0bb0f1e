/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running the tests that are asked for on every series. */
#include <math.h>
#include <string.h>

#include <base/text.h>
#include <trend/pooled.h>
#include <trend/trend.h>

#define ALL "all"

static const char *test_name_at(const void *context, size_t i) {
  (void)context;
  return tg_tests[i].name;
}

/* What a test that was asked for by name is not given. */
static trygg_status check_needs(const tg_test *test, const tg_series *series, const char *covariate,
                                trygg_error *error) {
  if (test->needs & TG_NEEDS_START && isnan(series->start))
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "test",
                       "`%s` needs the year in which the measure began: give start", test->name);
  if (test->needs & TG_NEEDS_MARGIN && !(series->margin > 0))
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "test",
                       "`%s` needs to know what change does not matter: give a margin", test->name);
  if (test->needs & (TG_NEEDS_AREAS | TG_NEEDS_POOL) && series->area_count < 2)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "test",
                       "`%s` is about several areas at once: estimate by area", test->name);
  if (test->needs & TG_NEEDS_COVARIATE && !covariate)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "test",
                       "`%s` needs to know beyond which indicator's trend: give a covariate", test->name);
  return TRYGG_OK;
}

static trygg_status choose_test(const char *name, const tg_series *series, const char *covariate,
                                tg_trials *all, trygg_error *error) {
  const char *nearest;
  for (size_t k = 0; k < tg_test_count; k++)
    if (!strcmp(tg_tests[k].name, name)) {
      all->tests[all->test_count++] = &tg_tests[k];
      return check_needs(&tg_tests[k], series, covariate, error);
    }
  nearest = tg_text_nearest(name, tg_test_count, test_name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "test", "no trend test `%s`; did you mean `%s`?", name,
                     nearest ? nearest : tg_tests->name);
}

/* `series`: the first one, a total. */
static trygg_status choose_tests(const trygg_trend_options *options, const tg_series *series, tg_trials *all,
                                 trygg_error *error) {
  size_t wanted = options->test_count;
  int every = wanted == 1 && !strcmp(options->tests[0], ALL);
  trygg_status status = TRYGG_OK;
  all->tests = tg_memory_new(tg_test_count + wanted, sizeof *all->tests);
  if (!all->tests)
    return tg_error_memory(error);
  for (size_t i = 0; (every || !wanted) && i < tg_test_count; i++)
    if (every || tg_tests[i].usual)
      all->tests[all->test_count++] = &tg_tests[i];
  for (size_t i = 0; i < wanted && !every && status == TRYGG_OK; i++)
    status = choose_test(options->tests[i], series, options->covariate, all, error);
  return status;
}

/* The waves a test looks at; a break in the way empties it or shortens it. */
static void place(tg_trial *t, const tg_series *series) {
  size_t last = t->test->last_waves;
  t->span = (tg_span){series, series->since_break, series->count - series->since_break};
  if (last && series->count >= last)
    t->span = (tg_span){series, series->count - last, last};
  for (size_t i = 0; series->estimates && i < t->span.count; i++)
    t->flags |= series->estimates->rows[tg_span_row(&t->span, i)].flags & (TG_FLAG_BOUNDARY | TG_FLAG_LONELY);
  t->enough = t->span.count >= t->test->min_waves && series->since_break <= t->span.first;
  if (!t->enough)
    t->flags |= series->since_break ? TG_FLAG_BREAK : TG_FLAG_FEW_WAVES;
  else if (t->test->needs & TG_NEEDS_ERRORS && !series->covariance) {
    t->enough = 0;
    t->flags |= TG_FLAG_NO_SE;
  }
}

/* L = sum c theta and V(L) = c' V c, or its terms. */
static trygg_status prepare_contrast(tg_trials *all, tg_trial *t, trygg_error *error) {
  const tg_span *span = &t->span;
  trygg_status status = TRYGG_OK;
  double *c = tg_memory_new(span->count, sizeof *c);
  if (!c)
    return tg_error_memory(error);
  TRY(t->test->contrast(span, c, &t->finding, error));
  if (t->finding.no_test)
    goto cleanup;
  t->finding.estimate = t->given.variance = 0;
  for (size_t i = 0; i < span->count; i++) {
    t->finding.estimate += c[i] * tg_span_value(span, i);
    for (size_t j = 0; j < span->count && !span->series->estimates; j++)
      t->given.variance += c[i] * c[j] * tg_span_covariance(span, i, j);
  }
  t->given.df = span->series->df;
  for (size_t i = 0; i < span->count && span->series->estimates; i++)
    TRY(tg_estimate_add_terms(span->series->estimates, tg_span_row(span, i), c[i], all->outputs, &all->terms,
                              error));
cleanup:
  tg_memory_free(c);
  return status;
}

static trygg_status prepare_trial(tg_trials *all, tg_trial *t, const tg_series *series, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  t->output = TG_NONE;
  t->finding = (tg_finding){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, 0, {0}, 0, 0, 0};
  t->given = (tg_given){NAN, NAN, all->level, NULL};
  t->p_adjusted = NAN;
  place(t, series);
  if (!t->enough || (!t->test->contrast && !t->test->terms))
    return TRYGG_OK;
  if (t->test->contrast)
    TRY(prepare_contrast(all, t, error));
  else
    TRY(t->test->terms(&t->span, all->outputs, &all->terms, &t->finding, error));
  if (!t->finding.no_test && series->estimates)
    t->output = all->outputs++;
cleanup:
  return status;
}

static int applies(const tg_test *test, const tg_series *series) {
  if ((test->needs & TG_NEEDS_START && isnan(series->start)) ||
      (test->needs & TG_NEEDS_MARGIN && !(series->margin > 0)) ||
      (test->needs & TG_NEEDS_AREAS && series->area_count < 2) ||
      (test->needs & TG_NEEDS_POOL && (!series->estimates || series->estimates->group_count < 2)) ||
      (test->needs & TG_NEEDS_COVARIATE && !series->covariate))
    return 0;
  if (!series->estimates)
    return !(test->needs & TG_NEEDS_RECORDS) && !test->applies;
  return !test->applies || test->applies(&series->estimates->tally->indicators.list[series->indicator]);
}

/* Trials stand series by series; their outputs are numbered indicator by indicator, so that those worked on together
 * need few indicators. */
static trygg_status prepare(tg_trials *all, const tg_series *series, size_t indicators, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  all->count = all->series_count * all->test_count;
  all->list = tg_memory_new(all->count, sizeof *all->list);
  if (!all->list)
    return tg_error_memory(error);
  for (size_t k = 0; k < indicators; k++)
    for (size_t s = k; s < all->series_count; s += indicators)
      for (size_t i = 0; i < all->test_count; i++) {
        tg_trial *t = &all->list[s * all->test_count + i];
        t->test = all->tests[i];
        t->applies = applies(t->test, &series[s]);
        if (t->applies)
          TRY(prepare_trial(all, t, &series[s], error));
      }
cleanup:
  return status;
}

static trygg_status combine(tg_trials *all, const trygg_estimates *estimates, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *variance = tg_memory_new(all->outputs, sizeof *variance),
         *df = tg_memory_new(all->outputs, sizeof *df);
  if (!variance || !df) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_estimate_combine(estimates, &all->terms, all->outputs, 0, variance, df, error));
  for (size_t i = 0; i < all->count; i++) {
    tg_trial *t = &all->list[i];
    if (t->applies && t->output != TG_NONE) {
      t->given.variance = variance[t->output];
      t->given.df = df[t->output];
    }
  }
cleanup:
  tg_memory_free(variance);
  tg_memory_free(df);
  return status;
}

/* What a trial is given of the pool of its indicator; an area that is in none has no finding. */
static void give_pool(const tg_pool *pool, tg_trial *t) {
  uint32_t group = t->span.series->group;
  t->given.pool = pool;
  if (pool->count < TG_POOLED_LEAST)
    t->flags |= TG_FLAG_NO_DF;
  if (pool->count < TG_POOLED_LEAST || (group != TG_TOTAL_DOMAIN && pool->places[group] == TG_NONE))
    t->finding.no_test = 1;
  else
    t->flags |= TG_FLAG_MODEL;
}

/* Pool the areas of each indicator, where a test needs that.  The totals are the first series. */
static trygg_status pool_areas(tg_trials *all, const tg_series *series, size_t indicators, int64_t min_n,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  all->pools = tg_memory_new(indicators, sizeof *all->pools);
  all->indicators = indicators;
  if (!all->pools)
    return tg_error_memory(error);
  for (size_t i = 0; i < all->count; i++) {
    tg_trial *t = &all->list[i];
    tg_pool *pool = &all->pools[i / all->test_count % indicators];
    if (!(t->test->needs & TG_NEEDS_POOL) || !t->applies || !t->enough)
      continue;
    if (!pool->places)
      TRY(tg_pooled_fit(&series[i / all->test_count % indicators], min_n, pool, error));
    give_pool(pool, t);
  }
cleanup:
  return status;
}

static trygg_status finish(tg_trials *all, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < all->count; i++) {
    tg_trial *t = &all->list[i];
    if (!t->applies || !t->enough || t->finding.no_test)
      continue;
    TRY(t->test->finish(&t->span, &t->given, &t->finding, error));
    t->flags |= t->finding.flags;
    if (t->output != TG_NONE && (!(t->given.df > 0) || t->finding.df2 <= 0))
      t->flags |= TG_FLAG_NO_DF;
    if (t->finding.smallest_p > 1 - all->level)
      t->flags |= TG_FLAG_CANNOT_REJECT;
  }
cleanup:
  return status;
}

int64_t tg_trial_base(const tg_trial *t) {
  const tg_series *series = t->span.series;
  int64_t base = INT64_MAX;
  for (size_t i = 0; series->estimates && i < t->span.count; i++) {
    int64_t one = tg_row_base(&series->estimates->rows[tg_span_row(&t->span, i)]);
    base = one < base ? one : base;
  }
  return base;
}

/* The family of an adjustment is the printed rows of one test. */
static trygg_status adjust(tg_trials *all, const trygg_trend_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->series_count, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  for (size_t k = 0; k < all->test_count; k++) {
    for (size_t s = 0; s < all->series_count; s++) {
      const tg_trial *t = &all->list[s * all->test_count + k];
      p[s] = t->applies && tg_trial_base(t) >= options->min_n ? t->finding.p : NAN;
    }
    TRY(trygg_inference_adjust(options->adjust, p, all->series_count, error));
    for (size_t s = 0; s < all->series_count; s++)
      all->list[s * all->test_count + k].p_adjusted = p[s];
  }
cleanup:
  tg_memory_free(p);
  return status;
}

trygg_status tg_trials_run(const tg_series *series, size_t series_count, size_t indicators,
                           const trygg_trend_options *options, double level, tg_trials *out,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  out->series_count = series_count;
  out->level = level;
  TRY(choose_tests(options, series, out, error));
  TRY(prepare(out, series, indicators, error));
  if (out->outputs)
    TRY(combine(out, series->estimates, error));
  TRY(pool_areas(out, series, indicators, options->min_n, error));
  TRY(finish(out, error));
  TRY(adjust(out, options, error));
cleanup:
  return status;
}

void tg_trials_clear(tg_trials *trials) {
  tg_memory_free(trials->list);
  tg_memory_free((void *)trials->tests);
  for (size_t k = 0; trials->pools && k < trials->indicators; k++)
    tg_pooled_clear(&trials->pools[k]);
  tg_memory_free(trials->pools);
  tg_estimate_clear_terms(&trials->terms);
}
