/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a table can be drawn: figures with intervals, by series and wave. */
#include <report/chart.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/number.h>
#include <report/figure.h>
#include <report/label.h>
#include <table/flag.h>

static const char *const drawn_columns[] = {"estimate", "points", "difference", "ratio", "odds_ratio"};

/* The column to draw, or SIZE_MAX. */
static size_t find_value(const trygg_table *table) {
  for (size_t i = 0; i < sizeof drawn_columns / sizeof *drawn_columns; i++) {
    size_t column = trygg_table_find(table, drawn_columns[i]);
    if (column != SIZE_MAX && trygg_table_role(table, column) == TRYGG_VALUE)
      return column;
  }
  return SIZE_MAX;
}

static size_t find_first_figure(const trygg_table *table, size_t value) {
  size_t row = 0;

  while (row < trygg_table_rows(table) && !isfinite(trygg_table_number(table, row, value)))
    row++;
  return row < trygg_table_rows(table) ? row : SIZE_MAX;
}

int tg_chart_exists(const tg_view *view) {
  size_t value = find_value(view->table);

  return value != SIZE_MAX && find_first_figure(view->table, value) != SIZE_MAX;
}

static int same_text(const trygg_table *table, size_t a, size_t b, size_t column) {
  const char *left = trygg_table_text(table, a, column), *right = trygg_table_text(table, b, column);

  return left == NULL || right == NULL || strcmp(left, right) == 0;
}

int tg_chart_has_waves(const tg_view *view) {
  size_t wave = trygg_table_find(view->table, "wave"), row = 1;

  if (wave == SIZE_MAX)
    return 0;
  while (row < trygg_table_rows(view->table) && same_text(view->table, row, row - 1, wave))
    row++;
  return row < trygg_table_rows(view->table);
}

/* Rows that can share an axis with the first figure: of its unit and its test or part. */
static trygg_status choose_rows(tg_chart *chart, trygg_error *error) {
  const trygg_table *table = chart->view->table;
  size_t rows = trygg_table_rows(table), first = find_first_figure(table, chart->value);
  size_t test = tg_table_find_fixed(table, "test"), part = tg_table_find_fixed(table, "part");

  chart->unit = tg_view_unit(chart->view, first);
  chart->factor = tg_figure_factor(chart->unit);
  chart->rows = tg_memory_new(rows, sizeof *chart->rows);
  if (chart->rows == NULL)
    return tg_error_memory(error);
  for (size_t row = 0; row < rows; row++) {
    if ((test != SIZE_MAX && !same_text(table, row, first, test)) ||
        (part != SIZE_MAX && !same_text(table, row, first, part)))
      continue;
    if (tg_view_unit(chart->view, row) == chart->unit)
      chart->rows[chart->row_count++] = row;
    else
      chart->left_out += isfinite(trygg_table_number(table, row, chart->value)) != 0;
  }
  chart->drawn = chart->row_count;
  return TRYGG_OK;
}

/* Whether a column that differs says the same in all rows of a wave, as the wave that is compared with. */
static int follows_wave(const tg_chart *chart, size_t column) {
  const trygg_table *table = chart->view->table;
  size_t wave = trygg_table_find(table, "wave");

  for (size_t i = 1; i < chart->row_count; i++)
    if (wave == SIZE_MAX || (same_text(table, chart->rows[i], chart->rows[i - 1], wave) &&
                             !same_text(table, chart->rows[i], chart->rows[i - 1], column)))
      return 0;
  return 1;
}

/* Text keys other than the wave that differ between the rows of the chart. */
static trygg_status choose_keys(tg_chart *chart, trygg_error *error) {
  const trygg_table *table = chart->view->table;
  size_t last_fixed = SIZE_MAX, domains = 0;

  chart->keys = tg_memory_new(trygg_table_columns(table), sizeof *chart->keys);
  if (chart->keys == NULL)
    return tg_error_memory(error);
  for (size_t i = 0; i < trygg_table_columns(table); i++) {
    const char *name = trygg_table_name(table, i);
    size_t row = 1;
    if (trygg_table_role(table, i) != TRYGG_KEY || strcmp(name, "wave") == 0 ||
        i == tg_table_find_fixed(table, "waves") || tg_view_repeats(chart->view, i))
      continue;
    while (row < chart->row_count && same_text(table, chart->rows[row], chart->rows[0], i))
      row++;
    if (row >= chart->row_count || (i == tg_table_find_fixed(table, "b") && follows_wave(chart, i)))
      continue;
    chart->keys[chart->key_count++] = i;
    if (tg_table_is_domain(table, i))
      domains++;
    else
      last_fixed = i;
  }
  chart->group_key = SIZE_MAX;
  if (chart->key_count >= 2)
    chart->group_key = domains > 0 && last_fixed != SIZE_MAX ? last_fixed : chart->keys[0];
  return TRYGG_OK;
}

/* ---- waves and series ------------------------------------------------------------------ */

static size_t find_wave(const tg_chart *chart, size_t row) {
  size_t column = trygg_table_find(chart->view->table, "wave"), wave = 0;
  const char *code = column == SIZE_MAX ? "" : trygg_table_text(chart->view->table, row, column);

  while (wave < chart->wave_count && strcmp(chart->waves[wave], code == NULL ? "" : code) != 0)
    wave++;
  return wave;
}

static double time_of_wave(const tg_view *view, const char *code) {
  double time;

  if (view->codebook != NULL)
    return tg_codebook_wave_time(view->codebook, code);
  return strlen(code) == 4 && tg_number_parse(code, 4, '.', &time) == 0 ? time : NAN;
}

/* Waves in order of appearance, which is time order; their times, or 0, 1, 2 ... where one is not known. */
static trygg_status choose_waves(tg_chart *chart, trygg_error *error) {
  size_t column = trygg_table_find(chart->view->table, "wave");
  int known = 1;

  chart->waves = tg_memory_new(chart->row_count, sizeof *chart->waves);
  chart->times = tg_memory_new(chart->row_count, sizeof *chart->times);
  if (chart->waves == NULL || chart->times == NULL)
    return tg_error_memory(error);
  for (size_t i = 0; i < chart->row_count; i++) {
    const char *code = column == SIZE_MAX ? "" : trygg_table_text(chart->view->table, chart->rows[i], column);
    if (find_wave(chart, chart->rows[i]) == chart->wave_count)
      chart->waves[chart->wave_count++] = code == NULL ? "" : code;
  }
  for (size_t i = 0; i < chart->wave_count; i++) {
    chart->times[i] = time_of_wave(chart->view, chart->waves[i]);
    known = known && isfinite(chart->times[i]) && (i == 0 || chart->times[i] > chart->times[i - 1]);
  }
  for (size_t i = 0; !known && i < chart->wave_count; i++)
    chart->times[i] = (double)i;
  chart->is_timed = known;
  return TRYGG_OK;
}

static int same_series(const tg_chart *chart, size_t a, size_t b) {
  for (size_t k = 0; k < chart->key_count; k++)
    if (!same_text(chart->view->table, a, b, chart->keys[k]))
      return 0;
  return 1;
}

/* Of the keys that label a mark, those that can stand for a total do. */
static int is_total(const tg_chart *chart, size_t row) {
  const trygg_table *table = chart->view->table;
  size_t totals = 0;

  for (size_t k = 0; k < chart->key_count; k++) {
    size_t column = chart->keys[k];
    if (column == chart->group_key ||
        (!tg_table_is_domain(table, column) && strcmp(trygg_table_name(table, column), "section") != 0))
      continue;
    totals++;
    if (*trygg_table_text(table, row, column) != '\0')
      return 0;
  }
  return totals > 0;
}

/* The group of a series is that of the first series with the same group label. */
static size_t find_group(const tg_chart *chart, size_t series) {
  for (size_t i = 0; chart->group_key != SIZE_MAX && i < series; i++)
    if (same_text(chart->view->table, chart->series[i].first, chart->series[series].first, chart->group_key))
      return chart->series[i].group;
  return series;
}

/* Groups together, each in table order (an insertion sort keeps it; series of a group come nearly in order). */
static void sort_series(tg_chart *chart) {
  for (size_t i = 1; i < chart->series_count; i++) {
    tg_chart_series moved = chart->series[i];
    size_t at = i;
    for (; at > 0 && chart->series[at - 1].group > moved.group; at--)
      chart->series[at] = chart->series[at - 1];
    chart->series[at] = moved;
  }
}

static void begin_series(tg_chart *chart, size_t row) {
  size_t at = chart->series_count++;
  tg_chart_series *series = &chart->series[at];

  series->first = row;
  series->by_wave = chart->wave_rows + at * chart->wave_count;
  series->is_total = is_total(chart, row);
  series->group = find_group(chart, at);
  for (size_t w = 0; w < chart->wave_count; w++)
    series->by_wave[w] = SIZE_MAX;
}

/* Each wave has mostly the series of the one before in the same order: the search begins behind the last hit. */
static trygg_status choose_series(tg_chart *chart, trygg_error *error) {
  size_t at = 0;

  chart->series = tg_memory_new(chart->row_count, sizeof *chart->series);
  chart->wave_rows = tg_memory_new(chart->row_count * chart->wave_count, sizeof *chart->wave_rows);
  if (chart->series == NULL || chart->wave_rows == NULL)
    return tg_error_memory(error);
  for (size_t i = 0; i < chart->row_count; i++) {
    size_t row = chart->rows[i], tried = 0;
    for (at++; tried < chart->series_count; tried++, at++) {
      at = at < chart->series_count ? at : 0;
      if (same_series(chart, chart->series[at].first, row))
        break;
    }
    if (tried == chart->series_count) {
      at = chart->series_count;
      begin_series(chart, row);
    }
    chart->series[at].by_wave[find_wave(chart, row)] = row;
  }
  sort_series(chart);
  return TRYGG_OK;
}

/* Leave out the last groups, or in a single one the last series, where there are too many. */
static void limit_series(tg_chart *chart) {
  size_t kept = TG_CHART_SERIES, group;

  if (chart->series_count <= kept)
    return;
  group = chart->series[kept].group;
  while (kept > 0 && chart->series[kept - 1].group == group)
    kept--;
  if (kept == 0)
    kept = TG_CHART_SERIES;
  for (size_t i = kept; i < chart->series_count; i++)
    for (size_t w = 0; w < chart->wave_count; w++)
      if (chart->series[i].by_wave[w] != SIZE_MAX) {
        chart->left_out++;
        chart->drawn--;
      }
  chart->series_count = kept;
}

trygg_status tg_chart_make(const tg_view *view, tg_chart *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;

  *out = (tg_chart){.view = view};
  if (!tg_chart_exists(view))
    return tg_error_set(
        error, TRYGG_EINVAL,
        "the table has no published estimate, difference or points to draw; choose another format");
  out->value = find_value(view->table);
  out->neutral = strstr(trygg_table_name(view->table, out->value), "ratio") != NULL ? 1 : 0;
  out->lower = trygg_table_find(view->table, "lower");
  out->upper = trygg_table_find(view->table, "upper");
  TRY(choose_rows(out, error));
  TRY(choose_keys(out, error));
  TRY(choose_waves(out, error));
  TRY(choose_series(out, error));
  limit_series(out);
  out->until = out->series_count;

cleanup:
  if (status != TRYGG_OK)
    tg_chart_clear(out);
  return status;
}

void tg_chart_clear(tg_chart *chart) {
  tg_memory_free(chart->rows);
  tg_memory_free(chart->keys);
  tg_memory_free(chart->series);
  tg_memory_free(chart->waves);
  tg_memory_free(chart->times);
  tg_memory_free(chart->wave_rows);
  *chart = (tg_chart){0};
}

/* ---- figures ----------------------------------------------------------------------------- */

static double drawn(const tg_chart *chart, size_t row, size_t column) {
  double value = trygg_table_number(chart->view->table, row, column);

  return isfinite(value) ? value * chart->factor : NAN;
}

double tg_chart_value(const tg_chart *chart, size_t row) {
  return drawn(chart, row, chart->value);
}

double tg_chart_lower(const tg_chart *chart, size_t row) {
  return drawn(chart, row, chart->lower);
}

double tg_chart_upper(const tg_chart *chart, size_t row) {
  return drawn(chart, row, chart->upper);
}

size_t tg_chart_row(const tg_chart *chart, size_t series, size_t wave) {
  return chart->series[series].by_wave[wave];
}

double tg_chart_figure(const tg_chart *chart, size_t series, size_t wave) {
  size_t row = tg_chart_row(chart, series, wave);

  return row == SIZE_MAX ? NAN : tg_chart_value(chart, row);
}

int tg_chart_is_weak(const tg_chart *chart, size_t row) {
  return (tg_view_flags(chart->view, row) & TG_FLAG_UNRELIABLE) != 0;
}

int tg_chart_has_figures(const tg_chart *chart, size_t series) {
  for (size_t wave = 0; wave < chart->wave_count; wave++)
    if (!isnan(tg_chart_figure(chart, series, wave)))
      return 1;
  return 0;
}

int tg_chart_share_axis(const tg_chart *chart, size_t a, size_t b) {
  size_t indicator = tg_table_find_fixed(chart->view->table, "indicator");

  return indicator == SIZE_MAX ||
         same_text(chart->view->table, chart->series[a].first, chart->series[b].first, indicator);
}

void tg_chart_put_figure(const tg_chart *chart, size_t row, tg_text *out) {
  unsigned flags = tg_view_flags(chart->view, row);

  if (isnan(tg_chart_value(chart, row))) {
    tg_text_put(out, tg_figure_missing(chart->view, row));
    tg_text_putc(out, ' ');
    tg_text_put(out, tg_view_word(chart->view, flags & TG_FLAG_SUPPRESSED ? "suppressed" : "unavailable"));
    return;
  }
  tg_figure_cell(chart->view, row, chart->value, 0, out);
  if (isnan(tg_chart_lower(chart, row)) || isnan(tg_chart_upper(chart, row)))
    return;
  tg_text_put(out, " (");
  tg_figure_interval(chart->view, row, chart->lower, chart->upper, out);
  tg_text_putc(out, ')');
}

/* A variable that does not divide a series is not named, but for the total of all, once. */
void tg_chart_put_label(const tg_chart *chart, size_t series, tg_text *out) {
  const trygg_table *table = chart->view->table;
  size_t row = chart->series[series].first, total = SIZE_MAX, named = 0;

  tg_text_put(out, "");
  for (size_t k = 0; k < chart->key_count; k++) {
    size_t column = chart->keys[k];
    const char *text = trygg_table_text(table, row, column);
    if (column == chart->group_key)
      continue;
    if (tg_table_is_domain(table, column) && text != NULL && *text == '\0') {
      total = column;
      continue;
    }
    tg_text_put(out, named++ > 0 ? " \xc2\xb7 " : "");
    tg_label_cell(chart->view, row, column, out);
  }
  if (named == 0 && total != SIZE_MAX)
    tg_label_cell(chart->view, row, total, out);
}

const tg_break_row *tg_chart_find_break(const tg_chart *chart, size_t series, size_t wave) {
  const trygg_codebook *codebook = chart->view->codebook;
  size_t column = trygg_table_find(chart->view->table, "indicator");
  const char *indicator =
      column == SIZE_MAX ? "" : trygg_table_text(chart->view->table, chart->series[series].first, column);

  for (size_t i = 0; codebook != NULL && i < codebook->break_count; i++) {
    const tg_break_row *known = &codebook->breaks[i];
    double time = tg_codebook_wave_time(codebook, known->wave);
    int is_here =
        strcmp(known->wave, chart->waves[wave]) == 0 ||
        (wave > 0 && chart->is_timed && time > chart->times[wave - 1] && time <= chart->times[wave]);
    if (is_here &&
        (known->indicator == TG_NONE || strcmp(codebook->indicators[known->indicator].name, indicator) == 0))
      return known;
  }
  return NULL;
}

int tg_chart_breaks(const tg_chart *chart, size_t series, size_t wave) {
  size_t row = tg_chart_row(chart, series, wave);

  return (row != SIZE_MAX && tg_view_flags(chart->view, row) & TG_FLAG_BREAK) ||
         tg_chart_find_break(chart, series, wave) != NULL;
}

size_t tg_chart_joined(const tg_chart *chart, size_t series, size_t wave) {
  if (isnan(tg_chart_figure(chart, series, wave)))
    return SIZE_MAX;
  while (wave > 0 && !tg_chart_breaks(chart, series, wave)) {
    size_t row = tg_chart_row(chart, series, --wave);
    if (!isnan(tg_chart_figure(chart, series, wave)))
      return wave;
    if (row == SIZE_MAX || !(tg_view_flags(chart->view, row) & TG_FLAG_NOT_ASKED))
      return SIZE_MAX;
  }
  return SIZE_MAX;
}

tg_scale tg_chart_scale(const tg_chart *chart, size_t series, size_t first_wave, size_t ticks, double zero) {
  double least = INFINITY, most = -INFINITY;

  for (size_t i = 0; i < chart->series_count; i++) {
    if (series != SIZE_MAX && !tg_chart_share_axis(chart, series, i))
      continue;
    for (size_t wave = first_wave; wave < chart->wave_count; wave++) {
      double value = tg_chart_figure(chart, i, wave), lower, upper;
      if (isnan(value))
        continue;
      lower = tg_chart_lower(chart, tg_chart_row(chart, i, wave));
      upper = tg_chart_upper(chart, tg_chart_row(chart, i, wave));
      least = fmin(least, isnan(lower) ? value : lower);
      most = fmax(most, isnan(upper) ? value : upper);
    }
  }
  return tg_scale_make(least, most, ticks, zero);
}

void tg_chart_put_wave(const tg_chart *chart, size_t wave, tg_text *out) {
  size_t column = trygg_table_find(chart->view->table, "wave");

  tg_text_put(out, "");
  for (size_t i = 0; column != SIZE_MAX && i < chart->row_count; i++)
    if (find_wave(chart, chart->rows[i]) == wave) {
      tg_label_cell(chart->view, chart->rows[i], column, out);
      return;
    }
}

void tg_chart_put_axis(const tg_chart *chart, tg_text *out) {
  tg_text_put(out, tg_label_column(chart->view, chart->value));
  if (chart->factor > 1) {
    tg_text_put(out, ", ");
    tg_text_put(out, tg_messages_text(chart->view->language, "unit",
                                      chart->unit == TG_UNIT_SHARE ? "percent" : "points_of_percent"));
  }
}
