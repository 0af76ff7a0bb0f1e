/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines that tests of trends fitted to the series of a chart. */
#include <report/trends.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/number.h>
#include <numeric/solve.h>
#include <table/flag.h>

#define FEWEST 3 /* waves: through two points every line goes */

static const char *text_of(const trygg_table *trend, size_t row, const char *column) {
  size_t at = tg_table_find_fixed(trend, column);

  return at == SIZE_MAX ? "" : trygg_table_text(trend, row, at);
}

static double number_of(const trygg_table *trend, size_t row, const char *column) {
  size_t at = tg_table_find_fixed(trend, column);

  return at == SIZE_MAX ? NAN : trygg_table_number(trend, row, at);
}

static int is_of_series(const tg_chart *chart, size_t series, size_t row) {
  const trygg_table *trend = chart->view->trend, *table = chart->view->table;

  for (size_t i = 0; i < trygg_table_columns(table); i++) {
    const char *key = trygg_table_name(table, i);
    size_t other;
    if (trygg_table_role(table, i) != TRYGG_KEY || strcmp(key, "wave") == 0)
      continue;
    other = trygg_table_find(trend, key);
    if (other == SIZE_MAX || strcmp(trygg_table_text(table, chart->series[series].first, i),
                                    trygg_table_text(trend, row, other)) != 0)
      return 0;
  }
  return 1;
}

/* The series that is drawn is not the one that was tested where figures were moved over a bridge, pooled, or taken to
 * another scale: no line is true of both. */
static int is_tested_as_drawn(const trygg_table *trend, size_t row) {
  for (size_t i = 0; i < trygg_table_notes(trend); i++) {
    const char *key = trygg_table_note_key(trend, i);
    if (strcmp(key, "scale") == 0 || strcmp(key, "pool_waves") == 0)
      return 0;
  }
  return !(tg_flag_parse(text_of(trend, row, "flag")) & TG_FLAG_BRIDGED);
}

/* The row of a test on the series in the table of trend tests; SIZE_MAX: none with such a figure. */
static size_t find_row(const tg_chart *chart, size_t series, const char *test, const char *figure) {
  const trygg_table *trend = chart->view->trend;

  for (size_t row = 0; row < trygg_table_rows(trend); row++)
    if (strcmp(text_of(trend, row, "test"), test) == 0 && !isnan(number_of(trend, row, figure)) &&
        is_of_series(chart, series, row) && is_tested_as_drawn(trend, row))
      return row;
  return SIZE_MAX;
}

/* Whether a wave's code is one of the words of a text. */
static int is_among(const char *words, const char *code) {
  const char *word;
  size_t length;

  while ((word = tg_text_word(&words, &length)) != NULL)
    if (tg_text_equal(word, length, code))
      return 1;
  return 0;
}

/* The waves that a test used, in order; 0 when one of them has no figure to draw, as published ones, or they are too
 * few. */
static size_t list_waves(const tg_chart *chart, size_t series, const char *used, size_t *waves) {
  const char *words = used;
  size_t count = 0, wanted = 0, length;

  while (tg_text_word(&words, &length) != NULL)
    wanted++;

  for (size_t wave = 0; wave < chart->wave_count; wave++) {
    if (!is_among(used, chart->waves[wave]))
      continue;
    if (isnan(tg_chart_figure(chart, series, wave)))
      return 0;
    waves[count++] = wave;
  }
  return count < FEWEST || count < wanted ? 0 : count;
}

/* ---- straight ------------------------------------------------------------------------------- */

/* The line of `linear` goes through the means of the times and figures of its waves. */
static void fit_straight(const tg_chart *chart, size_t series, size_t row, const size_t *waves, size_t count,
                         tg_trends_line *out) {
  double slope = number_of(chart->view->trend, row, "estimate") * chart->factor, time = 0, value = 0;

  for (size_t i = 0; i < count; i++) {
    time += chart->times[waves[i]] / (double)count;
    value += tg_chart_figure(chart, series, waves[i]) / (double)count;
  }
  out->count = 2;
  for (size_t end = 0; end < 2; end++) {
    out->wave[end] = waves[end == 0 ? 0 : count - 1];
    out->value[end] = value + slope * (chart->times[out->wave[end]] - time);
  }
}

/* ---- with a bend ---------------------------------------------------------------------------- */

/* 1 when the bend of a joinpoint holds at the level of the limits, adjusted for the number of tests. */
static int is_clear(const trygg_table *trend, size_t row) {
  double level = 0.95, p = number_of(trend, row, "p_adjusted");

  for (size_t i = 0; i < trygg_table_notes(trend); i++) {
    const char *text = trygg_table_note_text(trend, i);
    if (strcmp(trygg_table_note_key(trend, i), "level") == 0)
      tg_number_parse(text, strlen(text), '.', &level);
  }
  if (isnan(p))
    p = number_of(trend, row, "p");
  return p <= 1 - level;
}

/* 1 over the standard error of the figure in each wave, or 1 for all where one has none. */
static void weigh(const tg_chart *chart, size_t series, const size_t *waves, size_t count, double *weight) {
  size_t column = tg_table_find_fixed(chart->view->table, "se");
  int known = column != SIZE_MAX;

  for (size_t i = 0; known && i < count; i++) {
    double se = trygg_table_number(chart->view->table, tg_chart_row(chart, series, waves[i]), column);
    weight[i] = 1 / se;
    known = se > 0;
  }
  for (size_t i = 0; !known && i < count; i++)
    weight[i] = 1;
}

/* Two lines joined at a wave, each wave weighted by its precision, as the test fits them where waves are independent:
 * y = a + b t + c (t - joint)+, rows divided by the standard error. */
static trygg_status fit_bent(const tg_chart *chart, size_t series, size_t joint, const size_t *waves,
                             size_t count, tg_trends_line *out, trygg_error *error) {
  double *x = tg_memory_new(5 * count, sizeof *x), fitted[3], *y, *weight;
  const double begin = chart->times[waves[0]], bend = chart->times[joint];
  trygg_status status;

  if (x == NULL)
    return tg_error_memory(error);
  y = x + 3 * count;
  weight = y + count;
  weigh(chart, series, waves, count, weight);
  for (size_t i = 0; i < count; i++) {
    double time = chart->times[waves[i]];
    x[3 * i] = weight[i];
    x[3 * i + 1] = weight[i] * (time - begin);
    x[3 * i + 2] = weight[i] * fmax(0, time - bend);
    y[i] = weight[i] * tg_chart_figure(chart, series, waves[i]);
  }
  status = tg_solve_least_squares(x, count, 3, y, fitted, error);
  tg_memory_free(x);
  if (status != TRYGG_OK)
    return status == TRYGG_ENUMERIC ? TRYGG_OK : status; /* no line is drawn */
  out->count = 3;
  out->wave[0] = waves[0];
  out->wave[1] = joint;
  out->wave[2] = waves[count - 1];
  for (size_t i = 0; i < 3; i++) {
    double time = chart->times[out->wave[i]];
    out->value[i] = fitted[0] + fitted[1] * (time - begin) + fitted[2] * fmax(0, time - bend);
  }
  return TRYGG_OK;
}

/* The inner wave where a clear bend is, SIZE_MAX: none. */
static size_t find_joint(const tg_chart *chart, size_t row, const size_t *waves, size_t count) {
  if (!is_clear(chart->view->trend, row))
    return SIZE_MAX;
  for (size_t i = 1; i + 1 < count; i++)
    if (is_among(text_of(chart->view->trend, row, "at"), chart->waves[waves[i]]))
      return waves[i];
  return SIZE_MAX;
}

trygg_status tg_trends_find(const tg_chart *chart, size_t series, tg_trends_line *out, trygg_error *error) {
  const trygg_table *trend = chart->view->trend;
  trygg_status status = TRYGG_OK;
  size_t *waves, count, joint, row;

  *out = (tg_trends_line){0};
  if (trend == NULL || !chart->is_timed || tg_table_find_fixed(trend, "test") == SIZE_MAX)
    return TRYGG_OK;
  waves = tg_memory_new(chart->wave_count, sizeof *waves);
  if (waves == NULL)
    return tg_error_memory(error);
  row = find_row(chart, series, "joinpoint", "p");
  count = row == SIZE_MAX ? 0 : list_waves(chart, series, text_of(trend, row, "waves"), waves);
  joint = count == 0 ? SIZE_MAX : find_joint(chart, row, waves, count);
  if (joint != SIZE_MAX)
    TRY(fit_bent(chart, series, joint, waves, count, out, error));
  if (out->count > 0)
    goto cleanup;
  row = find_row(chart, series, "linear", "estimate");
  count = row == SIZE_MAX ? 0 : list_waves(chart, series, text_of(trend, row, "waves"), waves);
  if (count > 0)
    fit_straight(chart, series, row, waves, count, out);

cleanup:
  tg_memory_free(waves);
  return status;
}
