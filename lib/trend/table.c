/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of trend tests. */
#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/options.h>
#include <base/text.h>
#include <trend/trend.h>

static const tg_column_description columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator", 0},
    {"test", TRYGG_TEXT, TRYGG_KEY, "the test", 0},
    {"waves", TRYGG_TEXT, TRYGG_KEY, "waves it used, separated by spaces", 0},
    {"at", TRYGG_TEXT, TRYGG_VALUE, "the wave with which something new begins", 0},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "its statistic: t, F or S, as the test's help says", 0},
    {"df1", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the numerator; 1 for t", 0},
    {"df2", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the denominator, or of t", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "change, slope per year, or as the test's help says", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows of the test", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* Codes of a point's waves; where a series has none, its time. */
static void put_wave(tg_text *text, const tg_span *span, size_t i) {
  const tg_series *series = span->series;
  char number[TG_NUMBER_SIZE];
  if (text->length)
    tg_text_putc(text, ' ');
  if (series->estimates) {
    const tg_point *point = &series->points[tg_span_point(span, i)];
    tg_text_put(text, point->code);
    if (point->until != point->code)
      tg_text_format(text, "/%s", point->until);
  } else {
    tg_text_put(text, tg_number_format(number, tg_span_time(span, i)));
  }
}

static trygg_status set_waves(trygg_table *table, size_t column, const tg_trial *t, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_text used = {0}, at = {0};
  for (size_t i = 0; i < t->span.count; i++)
    put_wave(&used, &t->span, i);
  for (size_t i = 0; i < t->finding.change_count; i++)
    put_wave(&at, &t->span, t->finding.changes[i]);
  if (t->span.shift != TG_NONE)
    tg_text_put(&used, t->span.series->shifts[t->span.shift].bridge->wave);
  if (used.failed || at.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_table_set_text(table, column, used.length ? used.bytes : "", error));
  if (at.length)
    TRY(tg_table_set_text(table, column + 1, at.bytes, error));
cleanup:
  tg_text_free(&used);
  tg_text_free(&at);
  return status;
}

/* The cells from `test` on. */
static trygg_status set_finding(trygg_table *table, size_t column, const tg_trial *t, trygg_error *error) {
  const tg_finding *f = &t->finding;
  trygg_status status = TRYGG_OK;
  double cells[] = {f->statistic, f->df1,   f->df2, f->estimate,  f->se,
                    f->lower,     f->upper, f->p,   t->p_adjusted};
  TRY(tg_table_set_text(table, column++, t->test->name, error));
  TRY(set_waves(table, column, t, error));
  column += 2;
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, t->flags, error));
cleanup:
  return status;
}

static tg_unit unit_of(const tg_trial *t, const tg_indicator *indicator) {
  const tg_series *series = t->span.series;
  const tg_contrast_scale *scale =
      t->span.shift == TG_NONE ? series->scale : series->shifts[t->span.shift].scale;
  return t->test->unit == TG_TEST_CHANGE && indicator->type->is_share && !scale->changes_unit
             ? TG_UNIT_CHANGE
             : TG_UNIT_NUMBER;
}

static trygg_status add_row(trygg_table *table, const trygg_estimates *estimates, const tg_trial *t,
                            trygg_error *error) {
  const tg_series *series = t->span.series;
  const tg_indicator *indicator = &estimates->tally->indicators.list[series->indicator];
  size_t column = estimates->tally->by_count;
  trygg_status status = TRYGG_OK;
  TRY(tg_table_add_row(table, error));
  TRY(tg_inference_set_keys(table, estimates, series->domain, 0, error));
  TRY(tg_table_set_text(table, column++, indicator->name, error));
  TRY(set_finding(table, column, t, error));
  tg_table_set_base(table, tg_trial_base(t));
  tg_table_set_unit(table, unit_of(t, indicator));
cleanup:
  return status;
}

static trygg_status take_options(const trygg_trend_options *options, trygg_trend_options *chosen,
                                 double *level, trygg_error *error) {
  const tg_contrast_scale *scale;
  trygg_status status = TRYGG_OK;
  TRY(tg_options_take(chosen, sizeof *chosen, options, "trygg_trend_options", error));
  TRY(tg_options_list(chosen->tests, chosen->test_count, "test", error));
  TRY(tg_options_list(chosen->on, chosen->on_count, "on", error));
  if (!chosen->adjust)
    chosen->adjust = "holm";
  TRY(tg_inference_level(chosen->level, level, error));
  TRY(tg_scales_find(chosen->scale, &scale, error));
  if (scale->changes_unit && chosen->margin != 0 && !(chosen->margin > 1))
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "margin",
                       "on the scale `%s` the margin is how many times as much does not matter, as 1.1",
                       scale->name);
  chosen->scale = scale->name;
cleanup:
  return status;
}

/* What slopes of records were adjusted for. */
static trygg_status note_background(trygg_table *table, const trygg_trend_options *options,
                                    trygg_error *error) {
  trygg_status status;
  tg_text text = {0};
  if (!options->on_count)
    return TRYGG_OK;
  for (size_t i = 0; i < options->on_count; i++)
    tg_text_format(&text, "%s%s", i ? "," : "", options->on[i]);
  status = text.failed ? tg_error_memory(error) : tg_table_add_note(table, "adjusted_for", text.bytes, error);
  tg_text_free(&text);
  return status;
}

/* How the tests were made, and what they rest on beside the data. */
static trygg_status add_notes(trygg_table *table, const trygg_trend_options *options, const tg_series *series,
                              size_t count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  char text[TG_NUMBER_SIZE];
  size_t published = 0, passed_over = 0;
  for (size_t i = 0; i < count; i++) {
    published += series[i].published;
    passed_over += series[i].passed_over;
  }
  TRY(tg_table_add_note(table, "adjust", options->adjust, error));
  if (options->scale != tg_contrast_scales->name)
    TRY(tg_table_add_note(table, "scale", options->scale, error));
  if (options->pool_waves > 1)
    TRY(tg_table_add_note(table, "pool_waves", tg_number_format(text, (double)options->pool_waves), error));
  TRY(note_background(table, options, error));
  if (!options->references)
    return TRYGG_OK;
  TRY(tg_table_add_note(table, "published", tg_number_format(text, (double)published), error));
  TRY(tg_table_add_note(table, "published_passed_over", tg_number_format(text, (double)passed_over), error));
cleanup:
  return status;
}

trygg_status trygg_trend_table(const trygg_estimates *estimates, const trygg_trend_options *options,
                               trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  tg_series *series = NULL;
  tg_trials all = {0};
  trygg_trend_options chosen;
  size_t series_count = 0;
  double level = 0;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  TRY(take_options(options, &chosen, &level, error));
  TRY(tg_series_create(estimates, &chosen, &series, &series_count, error));
  TRY(tg_trials_run(series, series_count, estimates->tally->indicators.count, &chosen, level, &all, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_inference_add_keys(table, estimates, 0, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
  TRY(tg_inference_add_notes(table, estimates, level, error));
  TRY(add_notes(table, &chosen, series, series_count, error));
  for (size_t i = 0; i < all.count; i++)
    if (all.list[i].applies)
      TRY(add_row(table, estimates, &all.list[i], error));
  *out = table;
  table = NULL;
cleanup:
  tg_trials_clear(&all);
  tg_series_free(series, series_count);
  trygg_table_free(table);
  return status;
}

static trygg_status check_points(const double *time, const double *estimate, const double *covariance,
                                 size_t count, trygg_error *error) {
  if (!time || !estimate || !count)
    return tg_error_set(error, TRYGG_EINVAL, "a series needs times and estimates");
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(time[i]) || !isfinite(estimate[i]) || (covariance && !(covariance[i * count + i] >= 0)))
      return tg_error_set(error, TRYGG_EINVAL,
                          "point %zu of the series has no finite time, estimate or variance; leave it out",
                          i + 1);
    if (i && !(time[i] > time[i - 1]))
      return tg_error_set(error, TRYGG_EINVAL, "point %zu of the series is not later than the one before",
                          i + 1);
    for (size_t j = 0; j < i && covariance; j++)
      if (!(covariance[i * count + j] == covariance[j * count + i]))
        return tg_error_set(error, TRYGG_EINVAL, "the covariance of points %zu and %zu is not symmetric",
                            j + 1, i + 1);
  }
  return TRYGG_OK;
}

static double *copy(const double *numbers, size_t rows, size_t width) {
  double *out = tg_memory_new(rows, width * sizeof *out);
  if (out)
    memcpy(out, numbers, rows * width * sizeof *out);
  return out;
}

/* The series owns copies, which are brought to the scale. */
static trygg_status take_points(tg_series *series, const double *time, const double *estimate,
                                const double *covariance, const trygg_trend_options *options,
                                trygg_error *error) {
  size_t count = series->count;
  char number[TG_NUMBER_SIZE];
  trygg_status status = tg_scales_find(options->scale, &series->scale, error);
  if (status != TRYGG_OK)
    return status;
  series->start = options->start != 0 ? options->start : NAN;
  series->margin = series->scale->changes_unit ? log(options->margin) : options->margin;
  series->time = copy(time, count, 1);
  series->value = copy(estimate, count, 1);
  series->covariance = covariance ? copy(covariance, count, count) : NULL;
  if (!series->time || !series->value || (covariance && !series->covariance))
    return tg_error_memory(error);
  series->on = options->on;
  series->on_count = options->on_count;
  series->has_base = options->base != NULL;
  series->base = TG_NONE;
  for (size_t i = 0; options->base && i < count; i++)
    if (!strcmp(tg_number_format(number, time[i]), options->base))
      series->base = i;
  if (series->has_base && series->base == TG_NONE)
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "base", "no point of the series is of `%s`",
                       options->base);
  tg_joined_rescale(series);
  return TRYGG_OK;
}

trygg_status trygg_trend_series(const double *time, const double *estimate, const double *covariance,
                                size_t count, double df, const trygg_trend_options *options,
                                trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  tg_series series = {.group = TG_TOTAL_DOMAIN, .count = count, .df = df > 0 ? df : INFINITY};
  tg_trials all = {0};
  trygg_trend_options chosen;
  char number[TG_NUMBER_SIZE];
  double level = 0;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  TRY(check_points(time, estimate, covariance, count, error));
  TRY(take_options(options, &chosen, &level, error));
  TRY(take_points(&series, time, estimate, covariance, &chosen, error));
  TRY(tg_trials_run(&series, 1, 1, &chosen, level, &all, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_columns(table, columns + 1, sizeof columns / sizeof *columns - 1, error));
  TRY(tg_table_add_note(table, "level", tg_number_format(number, level), error));
  TRY(tg_table_add_note(table, "adjust", chosen.adjust, error));
  for (size_t i = 0; i < all.count; i++) {
    if (!all.list[i].applies)
      continue;
    TRY(tg_table_add_row(table, error));
    TRY(set_finding(table, 0, &all.list[i], error));
  }
  *out = table;
  table = NULL;
cleanup:
  tg_trials_clear(&all);
  tg_series_clear(&series);
  trygg_table_free(table);
  return status;
}
