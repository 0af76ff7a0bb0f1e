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
  if (test->needs & TG_NEEDS_BASE && !series->has_base)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "test",
                       "`%s` needs the wave that others are compared with: give a base", test->name);
  if (test->needs & TG_NEEDS_COVARIATE && !covariate)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "test",
                       "`%s` needs to know beyond which indicator's trend: give a covariate", test->name);
  if (test->needs & TG_NEEDS_BACKGROUND && !series->on_count)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "test",
                       "`%s` needs to know what to adjust for: give background by on", test->name);
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

/* ---- what each row looks at ---------------------------------------------------------------------------- */

/* Whether the span begins before the point and reaches it. */
static int runs_over(const tg_span *span, size_t at) {
  return span->count && span->first < at && tg_span_point(span, span->count - 1) >= at;
}

static int has_values(const tg_span *span) {
  size_t i = 0;
  while (i < span->count && !isnan(tg_span_value(span, i)))
    i++;
  return i == span->count;
}

static int is_across_break(const tg_span *span) {
  const tg_point *points = span->series->points;
  return points && span->count &&
         points[tg_span_point(span, 0)].breaks != points[tg_span_point(span, span->count - 1)].breaks;
}

/* A break in the way empties a row. */
static void judge_span(tg_trial *t) {
  const tg_span *span = &t->span;
  const tg_series *series = span->series;
  size_t first = t->test->needs & TG_NEEDS_RECORDS ? series->since_records : series->since_break;
  int whole = t->test->needs & TG_NEEDS_RECORDS ? first <= span->first : !is_across_break(span);
  for (size_t i = 0; series->estimates && i < span->count; i++)
    t->flags |= series->points[tg_span_point(span, i)].flags;
  for (size_t b = 0; b < series->shift_count; b++)
    t->flags |= runs_over(span, series->shifts[b].at) || span->shift == b ? TG_FLAG_BRIDGED : 0;
  t->enough = span->shift != TG_NONE || (span->count >= t->test->min_waves && whole);
  if (!t->enough) {
    t->flags |= first ? TG_FLAG_BREAK : TG_FLAG_FEW_WAVES;
  } else if (!has_values(span)) { /* 0 or 1, where the scale has nothing */
    t->enough = 0;
  } else if (t->test->needs & TG_NEEDS_ERRORS && !tg_span_has_errors(span)) {
    t->enough = 0;
    t->flags |= TG_FLAG_NO_SE;
  }
}

/* ---- estimates that are linear in the points ------------------------------------------------------------ */

/* The terms, and what published figures add to the variance. */
static trygg_status add_inputs(tg_trials *all, tg_trial *t, const double *c, trygg_error *error) {
  size_t before = all->terms.count;
  trygg_status status = tg_spans_add_terms(&t->span, c, all->outputs, &all->terms, &t->apart, error);
  t->given.variance = t->apart;
  t->given.df = INFINITY; /* of published figures alone */
  if (status == TRYGG_OK && all->terms.count > before)
    t->output = all->outputs++;
  return status;
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
  t->finding.estimate = span->shift == TG_NONE ? 0 : span->series->shifts[span->shift].value;
  for (size_t i = 0; i < span->count; i++)
    t->finding.estimate += c[i] * tg_span_value(span, i);
  if (span->series->estimates) {
    TRY(add_inputs(all, t, c, error));
    goto cleanup;
  }
  t->given.variance = 0;
  t->given.df = span->series->df;
  for (size_t i = 0; i < span->count; i++)
    for (size_t j = 0; j < span->count; j++)
      t->given.variance += c[i] * c[j] * tg_span_covariance(span, i, j);
cleanup:
  tg_memory_free(c);
  return status;
}

static trygg_status prepare_trial(tg_trials *all, tg_trial *t, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  t->output = TG_NONE;
  t->finding = (tg_finding){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0, 0, {0}, 0, 0, 0, 0};
  t->given = (tg_given){NAN, NAN, all->level, NULL};
  t->p_adjusted = NAN;
  judge_span(t);
  if (!t->enough || (!t->test->contrast && !t->test->terms))
    return TRYGG_OK;
  if (t->test->contrast)
    return prepare_contrast(all, t, error);
  TRY(t->test->terms(&t->span, all->outputs, &all->terms, &t->finding, error));
  if (!t->finding.no_test)
    t->output = all->outputs++;
cleanup:
  return status;
}

/* ---- all rows ------------------------------------------------------------------------------------------- */

/* Whether a series has what the test needs. */
static int is_given(unsigned needs, const tg_series *series) {
  return !((needs & TG_NEEDS_START && isnan(series->start)) ||
           (needs & TG_NEEDS_MARGIN && !(series->margin > 0)) ||
           (needs & TG_NEEDS_AREAS && series->area_count < 2) ||
           (needs & TG_NEEDS_POOL &&
            (!series->estimates || series->estimates->group_count < 2 || series->scale->changes_unit)) ||
           (needs & TG_NEEDS_COVARIATE && !series->covariate) ||
           (needs & TG_NEEDS_BASE && !series->has_base) ||
           (needs & TG_NEEDS_BACKGROUND && !series->on_count) ||
           (needs & TG_NEEDS_BRIDGE && !series->shift_count) ||
           (needs & TG_NEEDS_RECORDS && (!series->estimates || series->scale->changes_unit)));
}

static int applies(const tg_test *test, const tg_series *series) {
  const tg_indicator *indicator =
      series->estimates ? &series->estimates->tally->indicators.list[series->indicator] : NULL;
  if (!is_given(test->needs, series) || (indicator && series->scale->of_shares && !indicator->type->is_share))
    return 0;
  return !test->applies || (indicator && test->applies(indicator));
}

static size_t count_rows(const tg_test *test, const tg_series *series) {
  tg_span span;
  size_t count = 0;
  while (tg_spans_place(test, series, count, &span))
    count++;
  return count;
}

/* Rows stand series by series. */
static trygg_status lay_rows(tg_trials *all, const tg_series *series, trygg_error *error) {
  size_t kinds = all->series_count * all->test_count;
  all->begin = tg_memory_new(kinds + 1, sizeof *all->begin);
  if (!all->begin)
    return tg_error_memory(error);
  for (size_t k = 0; k < kinds; k++)
    all->begin[k + 1] =
        all->begin[k] + count_rows(all->tests[k % all->test_count], &series[k / all->test_count]);
  all->count = all->begin[kinds];
  all->list = tg_memory_new(all->count, sizeof *all->list);
  return all->list ? TRYGG_OK : tg_error_memory(error);
}

static trygg_status prepare_rows(tg_trials *all, const tg_series *series, size_t index, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t k = index * all->test_count; k < (index + 1) * all->test_count; k++)
    for (size_t i = all->begin[k]; i < all->begin[k + 1]; i++) {
      tg_trial *t = &all->list[i];
      t->test_index = k % all->test_count;
      t->test = all->tests[t->test_index];
      t->applies = applies(t->test, series);
      tg_spans_place(t->test, series, i - all->begin[k], &t->span);
      if (t->applies)
        TRY(prepare_trial(all, t, error));
    }
cleanup:
  return status;
}

/* Outputs are numbered indicator by indicator, so that those worked on together need few of them. */
static trygg_status prepare(tg_trials *all, const tg_series *series, size_t indicators, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(lay_rows(all, series, error));
  for (size_t k = 0; k < indicators; k++)
    for (size_t s = k; s < all->series_count; s += indicators)
      TRY(prepare_rows(all, &series[s], s, error));
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
      t->given.variance = variance[t->output] + t->apart;
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
    size_t k = t->span.series->indicator;
    tg_pool *pool = &all->pools[k];
    if (!(t->test->needs & TG_NEEDS_POOL) || !t->applies || !t->enough)
      continue;
    if (!pool->places)
      TRY(tg_pooled_fit(&series[k], min_n, pool, error));
    give_pool(pool, t);
  }
cleanup:
  return status;
}

/* A change on the scale of logarithms is shown as what it multiplies by. */
static void show_on_scale(tg_trial *t) {
  const tg_contrast_scale *scale =
      t->span.shift == TG_NONE ? t->span.series->scale : t->span.series->shifts[t->span.shift].scale;
  tg_finding *f = &t->finding;
  if (!scale->changes_unit || t->test->unit != TG_TEST_CHANGE)
    return;
  f->estimate = scale->back(f->estimate);
  f->lower = scale->back(f->lower);
  f->upper = scale->back(f->upper);
  f->se *= f->estimate;
}

/* Regressions that records do not let themselves be fitted by. */
typedef struct tg_unfitted {
  size_t fits;
  trygg_error total; /* why that of the first total was none */
} tg_unfitted;

/* A regression on background that fails empties its row; all of them failing is a fault of the background, and said as one
 * of a total: of a group it could tell what somebody answered. */
static trygg_status finish_fit(tg_trial *t, tg_unfitted *unfitted, trygg_error *error) {
  trygg_error why = {0};
  trygg_status status = t->test->finish(&t->span, &t->given, &t->finding, &why);
  if (status == TRYGG_OK) {
    unfitted->fits++;
    return TRYGG_OK;
  }
  if (status != TRYGG_EDATA && status != TRYGG_ENUMERIC) {
    if (error)
      *error = why;
    return status;
  }
  t->flags |= TG_FLAG_NO_FIT;
  if (t->span.series->group == TG_TOTAL_DOMAIN && unfitted->total.status == TRYGG_OK)
    unfitted->total = why;
  return TRYGG_OK;
}

static trygg_status finish(tg_trials *all, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_unfitted unfitted = {0};
  for (size_t i = 0; i < all->count; i++) {
    tg_trial *t = &all->list[i];
    if (!t->applies || !t->enough || t->finding.no_test)
      continue;
    if (t->test->needs & TG_NEEDS_BACKGROUND)
      TRY(finish_fit(t, &unfitted, error));
    else
      TRY(t->test->finish(&t->span, &t->given, &t->finding, error));
    t->flags |= t->finding.flags;
    if (t->output != TG_NONE && (!(t->given.df > 0) || t->finding.df2 <= 0))
      t->flags |= TG_FLAG_NO_DF;
    if (t->finding.smallest_p > 1 - all->level)
      t->flags |= TG_FLAG_CANNOT_REJECT;
    show_on_scale(t);
  }
  if (!unfitted.fits && unfitted.total.status != TRYGG_OK) {
    status = unfitted.total.status;
    if (error)
      *error = unfitted.total;
  }
cleanup:
  return status;
}

int64_t tg_trial_base(const tg_trial *t) {
  const tg_series *series = t->span.series;
  int64_t base = INT64_MAX;
  for (size_t m = 0; m < series->input_count; m++)
    if (series->inputs[m].row != TG_NONE && tg_spans_rest_on(&t->span, m)) {
      int64_t one = tg_row_base(&series->estimates->rows[series->inputs[m].row]);
      base = one < base ? one : base;
    }
  if (t->finding.least > 0 && t->finding.least < (double)base)
    base = (int64_t)t->finding.least;
  return base;
}

/* The family of an adjustment is the printed rows of one test. */
static trygg_status adjust(tg_trials *all, const trygg_trend_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->count, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  for (size_t k = 0; k < all->test_count; k++) {
    for (size_t i = 0; i < all->count; i++) {
      const tg_trial *t = &all->list[i];
      p[i] = t->test_index == k && t->applies && tg_trial_base(t) >= options->min_n ? t->finding.p : NAN;
    }
    TRY(trygg_inference_adjust(options->adjust, p, all->count, error));
    for (size_t i = 0; i < all->count; i++)
      if (all->list[i].test_index == k)
        all->list[i].p_adjusted = p[i];
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
  tg_memory_free(trials->begin);
  tg_memory_free((void *)trials->tests);
  for (size_t k = 0; trials->pools && k < trials->indicators; k++)
    tg_pooled_clear(&trials->pools[k]);
  tg_memory_free(trials->pools);
  tg_estimate_clear_terms(&trials->terms);
}
