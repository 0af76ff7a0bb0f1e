/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running the tests that are asked for on every series, and their table. */
#include <math.h>
#include <string.h>

#include <base/options.h>
#include <base/text.h>
#include <trend/trend.h>

static const tg_column_description columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator", 0},
    {"test", TRYGG_TEXT, TRYGG_KEY, "the test", 0},
    {"waves", TRYGG_TEXT, TRYGG_KEY, "waves it used, separated by spaces", 0},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "its statistic: t, F or S", 0},
    {"df1", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the numerator; 1 for t", 0},
    {"df2", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the denominator, or of t", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "change, slope per year, or tau", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows of the test", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* One test on one series. */
typedef struct trial {
  const tg_test *test;
  tg_span span;
  tg_finding finding;
  size_t output; /* TG_NONE: no terms */
  unsigned flags;
  int applies; /* to the type of indicator; else there is no row */
  int enough;  /* waves for the test */
  double p_adjusted;
} trial;

typedef struct trials {
  trial *list; /* series by series, tests in order */
  size_t count, test_count, series_count;
  const tg_test **tests;
  tg_terms terms;
  size_t outputs;
} trials;

static const char *test_name_at(const void *context, size_t i) {
  (void)context;
  return tg_tests[i].name;
}

static trygg_status choose_tests(const trygg_trend_options *options, trials *all, trygg_error *error) {
  size_t wanted = options->test_count;
  all->tests = tg_memory_new(tg_test_count + wanted, sizeof *all->tests);
  if (!all->tests)
    return tg_error_memory(error);
  for (size_t i = 0; !wanted && i < tg_test_count; i++)
    all->tests[all->test_count++] = &tg_tests[i];
  for (size_t i = 0; i < wanted; i++) {
    size_t k = 0;
    const char *nearest;
    while (k < tg_test_count && strcmp(tg_tests[k].name, options->tests[i]))
      k++;
    if (k < tg_test_count) {
      all->tests[all->test_count++] = &tg_tests[k];
      continue;
    }
    nearest = tg_text_nearest(options->tests[i], tg_test_count, test_name_at, NULL);
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "test", "no trend test `%s`; did you mean `%s`?",
                       options->tests[i], nearest ? nearest : tg_tests->name);
  }
  return TRYGG_OK;
}

/* The waves a test looks at; a break in the way empties it or shortens it. */
static void place(trial *t, const tg_series *series) {
  size_t last = t->test->last_waves;
  t->span = (tg_span){series, series->since_break, series->count - series->since_break};
  if (last && series->count >= last)
    t->span = (tg_span){series, series->count - last, last};
  for (size_t i = 0; i < t->span.count; i++)
    t->flags |= series->estimates->rows[tg_span_row(&t->span, i)].flags & (TG_FLAG_BOUNDARY | TG_FLAG_LONELY);
  t->enough = t->span.count >= t->test->min_waves && series->since_break <= t->span.first;
  if (!t->enough)
    t->flags |= series->since_break ? TG_FLAG_BREAK : TG_FLAG_FEW_WAVES;
}

static trygg_status prepare_trial(trials *all, trial *t, const tg_series *series, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  t->output = TG_NONE;
  t->finding = (tg_finding){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0};
  t->p_adjusted = NAN;
  place(t, series);
  if (!t->enough || !t->test->terms)
    return TRYGG_OK;
  TRY(t->test->terms(&t->span, all->outputs, &all->terms, &t->finding, error));
  if (!t->finding.no_test)
    t->output = all->outputs++;
cleanup:
  return status;
}

/* Trials stand series by series; their outputs are numbered indicator by indicator, so that those worked on together
 * need few indicators. */
static trygg_status prepare(trials *all, const tg_series *series, size_t indicators, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  all->count = all->series_count * all->test_count;
  all->list = tg_memory_new(all->count, sizeof *all->list);
  if (!all->list)
    return tg_error_memory(error);
  for (size_t k = 0; k < indicators; k++)
    for (size_t s = k; s < all->series_count; s += indicators)
      for (size_t i = 0; i < all->test_count; i++) {
        trial *t = &all->list[s * all->test_count + i];
        const tg_indicator *indicator = &series[s].estimates->tally->indicators.list[k];
        t->test = all->tests[i];
        t->applies = !t->test->applies || t->test->applies(indicator);
        if (t->applies)
          TRY(prepare_trial(all, t, &series[s], error));
      }
cleanup:
  return status;
}

static trygg_status run(trials *all, const trygg_estimates *estimates, double level, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *variance = tg_memory_new(all->outputs, sizeof *variance),
         *df = tg_memory_new(all->outputs, sizeof *df);
  if (!variance || !df) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_estimate_combine(estimates, &all->terms, all->outputs, 0, variance, df, error));
  for (size_t i = 0; i < all->count; i++) {
    trial *t = &all->list[i];
    if (!t->applies || !t->enough || t->finding.no_test)
      continue;
    TRY(t->test->finish(&t->span, t->output == TG_NONE ? NAN : variance[t->output],
                        t->output == TG_NONE ? NAN : df[t->output], level, &t->finding, error));
    if (t->output != TG_NONE && (!(df[t->output] > 0) || t->finding.df2 <= 0))
      t->flags |= TG_FLAG_NO_DF;
  }
cleanup:
  tg_memory_free(variance);
  tg_memory_free(df);
  return status;
}

/* Smallest base of the waves used; where too few waves were left, of all of them. */
static int64_t base_of(const trial *t) {
  const tg_series *series = t->span.series;
  int64_t base = INT64_MAX;
  for (size_t i = 0; i < t->span.count; i++) {
    int64_t one = tg_row_base(&series->estimates->rows[tg_span_row(&t->span, i)]);
    base = one < base ? one : base;
  }
  return base;
}

/* The family of an adjustment is the printed rows of one test. */
static trygg_status adjust(trials *all, const trygg_trend_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->series_count, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  for (size_t k = 0; k < all->test_count; k++) {
    for (size_t s = 0; s < all->series_count; s++) {
      const trial *t = &all->list[s * all->test_count + k];
      p[s] = t->applies && base_of(t) >= options->min_n ? t->finding.p : NAN;
    }
    TRY(trygg_inference_adjust(options->adjust, p, all->series_count, error));
    for (size_t s = 0; s < all->series_count; s++)
      all->list[s * all->test_count + k].p_adjusted = p[s];
  }
cleanup:
  tg_memory_free(p);
  return status;
}

static trygg_status set_waves(trygg_table *table, size_t column, const trial *t, trygg_error *error) {
  const trygg_responses *responses = t->span.series->estimates->tally->design->responses;
  trygg_status status;
  tg_text text = {0};
  for (size_t i = 0; i < t->span.count; i++) {
    if (i)
      tg_text_putc(&text, ' ');
    tg_text_put(&text, responses->waves[t->span.series->waves[t->span.first + i]].code);
  }
  status = text.failed ? tg_error_memory(error) : tg_table_set_text(table, column, text.bytes, error);
  tg_text_free(&text);
  return status;
}

static tg_unit unit_of(const trial *t, const tg_indicator *indicator) {
  return t->test->unit == TG_TEST_CHANGE && indicator->type->is_share ? TG_UNIT_CHANGE : TG_UNIT_NUMBER;
}

static trygg_status add_row(trygg_table *table, const trygg_estimates *estimates, const trial *t,
                            trygg_error *error) {
  const tg_series *series = t->span.series;
  const tg_indicator *indicator = &estimates->tally->indicators.list[series->indicator];
  const tg_finding *f = &t->finding;
  size_t column = estimates->tally->by_count;
  trygg_status status = TRYGG_OK;
  double cells[] = {f->statistic, f->df1,   f->df2, f->estimate,  f->se,
                    f->lower,     f->upper, f->p,   t->p_adjusted};
  TRY(tg_table_add_row(table, error));
  TRY(tg_inference_set_keys(table, estimates, series->domain, 0, error));
  TRY(tg_table_set_text(table, column++, indicator->name, error));
  TRY(tg_table_set_text(table, column++, t->test->name, error));
  TRY(set_waves(table, column++, t, error));
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, t->flags, error));
  tg_table_set_base(table, base_of(t));
  tg_table_set_unit(table, unit_of(t, indicator));
cleanup:
  return status;
}

static void clear_trials(trials *all) {
  tg_memory_free(all->list);
  tg_memory_free((void *)all->tests);
  tg_estimate_clear_terms(&all->terms);
}

trygg_status trygg_trend_table(const trygg_estimates *estimates, const trygg_trend_options *options,
                               trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  tg_series *series = NULL;
  trials all = {0};
  trygg_trend_options chosen;
  double level = 0;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_trend_options", error));
  TRY(tg_options_list(chosen.tests, chosen.test_count, "test", error));
  if (!chosen.adjust)
    chosen.adjust = "holm";
  TRY(tg_inference_level(chosen.level, &level, error));
  TRY(choose_tests(&chosen, &all, error));
  TRY(tg_series_create(estimates, chosen.across_breaks, &series, &all.series_count, error));
  TRY(prepare(&all, series, estimates->tally->indicators.count, error));
  TRY(run(&all, estimates, level, error));
  TRY(adjust(&all, &chosen, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_inference_add_keys(table, estimates, 0, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
  TRY(tg_inference_add_notes(table, estimates, level, error));
  TRY(tg_table_add_note(table, "adjust", chosen.adjust, error));
  for (size_t i = 0; i < all.count; i++)
    if (all.list[i].applies)
      TRY(add_row(table, estimates, &all.list[i], error));
  *out = table;
  table = NULL;
cleanup:
  tg_series_free(series, all.series_count);
  clear_trials(&all);
  trygg_table_free(table);
  return status;
}
