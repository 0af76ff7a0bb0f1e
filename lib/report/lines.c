/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over the waves, with intervals. */
#include <report/lines.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <report/figure.h>
#include <report/layout.h>

#define MARGIN 16.0
#define PLOT_HEIGHT 330.0
#define WIDEST_LABEL 220.0
#define LEADING 15.0
#define WAVE_GAP 8.0          /* between the labels of two waves */
#define DODGE 5.0             /* between series at the same wave, so that intervals do not hide each other */
#define WAVES_WITH_FIGURES 12 /* a lone series has its figures written where there is room */

static const tg_draw_font tick_font = {12, 0, TG_DRAW_SOFT, 'e'};
static const tg_draw_font wave_font = {12, 0, TG_DRAW_SOFT, 'm'};
static const tg_draw_font axis_font = {12, 0, TG_DRAW_SOFT, 's'};
static const tg_draw_font figure_font = {12, 1, TG_DRAW_INK, 'm'};
static const tg_draw_font break_font = {11.5, 0, TG_DRAW_SOFT, 'm'};

typedef struct lines_picture {
  const tg_chart *chart;
  double width;                    /* of the picture */
  double left, right, top, bottom; /* of the plot */
  double label_begin;
  tg_scale scale;
  int has_line; /* of a trend */
  tg_text word;
  tg_text *out;
} lines_picture;

static double place_wave(const lines_picture *picture, size_t wave) {
  const tg_chart *chart = picture->chart;
  double first = chart->times[0], last = chart->times[chart->wave_count - 1];

  return picture->left + 34 +
         (chart->times[wave] - first) / (last - first) * (picture->right - picture->left - 68);
}

static double place_point(const lines_picture *picture, size_t series, size_t wave) {
  double middle = (double)(picture->chart->series_count - 1) / 2;

  return place_wave(picture, wave) + ((double)series - middle) * DODGE;
}

/* The figure of a series in a wave, NaN where there is none. */
static double value_at(const lines_picture *picture, size_t series, size_t wave) {
  size_t row = picture->chart->series[series].by_wave[wave];

  return row == SIZE_MAX ? NAN : tg_chart_value(picture->chart, row);
}

/* A series without a single figure is named below the plot. */
static int has_figures(const lines_picture *picture, size_t series) {
  for (size_t wave = 0; wave < picture->chart->wave_count; wave++)
    if (!isnan(value_at(picture, series, wave)))
      return 1;
  return 0;
}

static void draw_grid(lines_picture *picture) {
  for (size_t i = 0; i < picture->scale.ticks; i++) {
    double value = tg_scale_tick(&picture->scale, i), y = tg_scale_place(&picture->scale, value);
    int is_zero = value == 0;
    tg_draw_line(picture->out, picture->left, y, picture->right, y, is_zero ? TG_DRAW_AXIS : TG_DRAW_GRID, 1,
                 NULL);
    tg_text_clear(&picture->word);
    tg_figure_put(picture->chart->view, value, picture->scale.decimals, &picture->word);
    if (!picture->word.failed)
      tg_draw_text(picture->out, picture->left - 8, y + 4, &tick_font, picture->word.bytes);
  }
}

/* Half the width of the label of a wave, which is put into picture->word; 0 without memory. */
static double measure_wave(lines_picture *picture, size_t wave) {
  tg_text_clear(&picture->word);
  tg_chart_put_wave(picture->chart, wave, &picture->word);
  return picture->word.failed
             ? 0
             : tg_draw_width(picture->word.bytes, picture->word.length, wave_font.size, 0) / 2;
}

/* Where the middle of such a label is: below its tick, but not out of the picture. */
static double place_label(const lines_picture *picture, size_t wave, double half) {
  return fmin(fmax(place_wave(picture, wave), half + WAVE_GAP), picture->width - half - WAVE_GAP);
}

/* Labels of the last wave and of the first, then from the last backwards those that there is room for. */
static void draw_waves(lines_picture *picture) {
  size_t count = picture->chart->wave_count;
  double half = measure_wave(picture, count - 1);
  double free_until = place_label(picture, count - 1, half) - half - WAVE_GAP, free_from;

  half = measure_wave(picture, 0);
  free_from = place_label(picture, 0, half) + half;
  free_from = free_from <= free_until ? free_from + WAVE_GAP : -INFINITY;
  for (size_t i = count; i-- > 0 && !picture->word.failed;) {
    double tick = place_wave(picture, i), x;
    int is_end = i + 1 == count || (i == 0 && isfinite(free_from));
    tg_draw_line(picture->out, tick, picture->bottom, tick, picture->bottom + 5, TG_DRAW_AXIS, 1, NULL);
    half = measure_wave(picture, i);
    x = place_label(picture, i, half);
    if (picture->word.failed || (!is_end && (x + half > free_until || x - half < free_from)))
      continue;
    tg_draw_text(picture->out, x, picture->bottom + 20, &wave_font, picture->word.bytes);
    if (!is_end)
      free_until = x - half - WAVE_GAP;
  }
}

static void draw_breaks(lines_picture *picture) {
  for (size_t wave = 1; wave < picture->chart->wave_count; wave++) {
    double x = (place_wave(picture, wave - 1) + place_wave(picture, wave)) / 2;
    size_t series = 0;
    while (series < picture->chart->series_count && !tg_chart_breaks(picture->chart, series, wave))
      series++;
    if (series == picture->chart->series_count)
      continue;
    tg_draw_line(picture->out, x, picture->top - 4, x, picture->bottom, TG_DRAW_SOFT, 1, "4 4");
    tg_draw_text(picture->out, x, picture->top - 9, &break_font, tg_view_word(picture->chart->view, "break"));
  }
}

static void draw_segments(lines_picture *picture, size_t series, const char *color) {
  for (size_t wave = 1; wave < picture->chart->wave_count; wave++) {
    double from = value_at(picture, series, wave - 1), to = value_at(picture, series, wave);
    if (isnan(from) || isnan(to) || tg_chart_breaks(picture->chart, series, wave))
      continue;
    tg_draw_line(picture->out, place_point(picture, series, wave - 1), tg_scale_place(&picture->scale, from),
                 place_point(picture, series, wave), tg_scale_place(&picture->scale, to), color, 2, NULL);
  }
}

/* ---- trends that were tested ---------------------------------------------------------------- */

/* The row of a test on the series in the table of trend tests; SIZE_MAX: none with a figure. */
static size_t find_trend(const tg_chart *chart, size_t series, const char *test, const char *figure) {
  const trygg_table *trend = chart->view->trend, *table = chart->view->table;
  size_t name = tg_table_find_fixed(trend, "test"), value = tg_table_find_fixed(trend, figure);
  for (size_t row = 0; row < trygg_table_rows(trend); row++) {
    int same = !strcmp(trygg_table_text(trend, row, name), test) && !trygg_table_missing(trend, row, value);
    for (size_t i = 0; i < trygg_table_columns(table) && same; i++) {
      const char *key = trygg_table_name(table, i);
      size_t other = trygg_table_find(trend, key);
      if (trygg_table_role(table, i) == TRYGG_KEY && strcmp(key, "wave") != 0)
        same = other != SIZE_MAX && !strcmp(trygg_table_text(table, chart->series[series].first, i),
                                            trygg_table_text(trend, row, other));
    }
    if (same)
      return row;
  }
  return SIZE_MAX;
}

/* Whether a wave's code is one of the words of a text. */
static int is_among(const char *words, const char *code) {
  size_t length = strlen(code);
  for (const char *at = words; at && *at; at += strcspn(at, " "), at += *at == ' ')
    if (strcspn(at, " ") == length && !strncmp(at, code, length))
      return 1;
  return 0;
}

/* The line of `linear` goes through the means of the times and figures of its waves. */
static void draw_line(lines_picture *picture, size_t series, const char *color) {
  const tg_chart *chart = picture->chart;
  const trygg_table *trend = chart->view->trend;
  size_t row = find_trend(chart, series, "linear", "estimate"), first = SIZE_MAX, last = 0, count = 0;
  double time = 0, value = 0, slope;
  if (row == SIZE_MAX)
    return;
  for (size_t wave = 0; wave < chart->wave_count; wave++) {
    if (!is_among(trygg_table_text(trend, row, tg_table_find_fixed(trend, "waves")), chart->waves[wave]))
      continue;
    if (isnan(value_at(picture, series, wave)))
      return;
    first = count++ ? first : wave;
    last = wave;
    time += chart->times[wave];
    value += value_at(picture, series, wave);
  }
  if (count < 3)
    return;
  slope = trygg_table_number(trend, row, tg_table_find_fixed(trend, "estimate")) * chart->factor;
  time /= (double)count;
  value /= (double)count;
  tg_draw_line(picture->out, place_wave(picture, first),
               tg_scale_place(&picture->scale, value + slope * (chart->times[first] - time)),
               place_wave(picture, last),
               tg_scale_place(&picture->scale, value + slope * (chart->times[last] - time)), color, 1.6,
               "7 4");
  picture->has_line = 1;
}

/* Where a lone series bends, if its p is small. */
static void draw_bend(lines_picture *picture) {
  const tg_chart *chart = picture->chart;
  const trygg_table *trend = chart->view->trend;
  size_t row = find_trend(chart, 0, "joinpoint", "p");
  if (row == SIZE_MAX || trygg_table_number(trend, row, tg_table_find_fixed(trend, "p")) > 0.05)
    return;
  for (size_t wave = 0; wave < chart->wave_count; wave++)
    if (is_among(trygg_table_text(trend, row, tg_table_find_fixed(trend, "at")), chart->waves[wave])) {
      double x = place_wave(picture, wave);
      tg_draw_line(picture->out, x, picture->top - 4, x, picture->bottom, TG_DRAW_SOFT, 1, "1 3");
      tg_draw_text(picture->out, x, picture->top - 9, &break_font, tg_view_word(chart->view, "joint"));
    }
}

static void draw_trends(lines_picture *picture) {
  if (!picture->chart->view->trend || tg_table_find_fixed(picture->chart->view->trend, "test") == SIZE_MAX)
    return;
  for (size_t i = 0; i < picture->chart->series_count; i++)
    draw_line(picture, i, tg_draw_colors[i]);
  if (picture->chart->series_count == 1)
    draw_bend(picture);
}

/* ---- figures -------------------------------------------------------------------------------- */

/* Above its interval, the figure of a lone series. */
static void write_figure(lines_picture *picture, size_t row, double x, double y) {
  tg_text_clear(&picture->word);
  tg_figure_cell(picture->chart->view, row, picture->chart->value, 0, &picture->word);
  if (!picture->word.failed)
    tg_draw_text(picture->out, x, y - 8, &figure_font, picture->word.bytes);
}

static void draw_points(lines_picture *picture, size_t series, const char *color) {
  const tg_chart *chart = picture->chart;

  for (size_t wave = 0; wave < chart->wave_count; wave++) {
    size_t row = chart->series[series].by_wave[wave];
    double x = place_point(picture, series, wave), lower, upper, value, y;
    tg_draw_font empty = {13, 1, color, 'm'};
    if (row == SIZE_MAX)
      continue;
    value = tg_chart_value(chart, row);
    lower = tg_chart_lower(chart, row);
    upper = tg_chart_upper(chart, row);
    if (isnan(value)) {
      if (has_figures(picture, series))
        tg_draw_text(picture->out, x, picture->bottom - 5, &empty, tg_figure_missing(chart->view, row));
      continue;
    }
    y = tg_scale_place(&picture->scale, value);
    if (!isnan(lower) && !isnan(upper))
      tg_draw_line(picture->out, x, tg_scale_place(&picture->scale, lower), x,
                   tg_scale_place(&picture->scale, upper), color, 1.6, NULL);
    tg_draw_marker(picture->out, series, x, y, 4.2, color, 1);
    if (chart->series_count == 1 && chart->wave_count <= WAVES_WITH_FIGURES)
      write_figure(picture, row, x, isnan(upper) ? y : tg_scale_place(&picture->scale, upper));
  }
}

/* ---- labels at the end of the lines -------------------------------------------------------- */

typedef struct end_label {
  size_t series;
  double x, wanted, y, height; /* where the line ends, where the label would be and is */
} end_label;

/* From top to bottom, none over another, all within the plot where they fit. */
static void place_labels(const lines_picture *picture, end_label *labels, size_t count) {
  double free_from = picture->top - 10, free_until = picture->bottom + 6;

  for (size_t i = 1; i < count; i++) {
    end_label moved = labels[i];
    size_t at = i;
    for (; at > 0 && labels[at - 1].wanted > moved.wanted; at--)
      labels[at] = labels[at - 1];
    labels[at] = moved;
  }
  for (size_t i = 0; i < count; i++) {
    labels[i].y = fmax(labels[i].wanted - labels[i].height / 2, free_from);
    free_from = labels[i].y + labels[i].height + 4;
  }
  for (size_t i = count; i-- > 0;) {
    labels[i].y = fmin(labels[i].y, free_until - labels[i].height);
    free_until = labels[i].y - 4;
  }
}

static tg_draw_lines wrap_label(lines_picture *picture, size_t series, const tg_draw_font *font) {
  tg_text_clear(&picture->word);
  tg_chart_put_label(picture->chart, series, &picture->word);
  return tg_draw_wrap(picture->word.failed ? "" : picture->word.bytes, font, WIDEST_LABEL, 3);
}

/* Room that the labels need. */
static double widest_label(lines_picture *picture) {
  double widest = 60;

  for (size_t i = 0; i < picture->chart->series_count; i++) {
    tg_draw_font font = {12.5, picture->chart->series[i].is_total, tg_draw_colors[i], 's'};
    tg_draw_lines wrapped = wrap_label(picture, i, &font);
    for (size_t line = 0; !picture->word.failed && line < wrapped.count; line++)
      widest = fmax(widest, tg_draw_width(picture->word.bytes + wrapped.begin[line], wrapped.length[line],
                                          font.size, font.bold));
  }
  return fmin(widest, WIDEST_LABEL) + 4;
}

static void draw_labels(lines_picture *picture) {
  end_label labels[TG_LINES_SERIES];
  size_t count = 0;

  for (size_t i = 0; i < picture->chart->series_count; i++) {
    tg_draw_font font = {12.5, picture->chart->series[i].is_total, tg_draw_colors[i], 's'};
    size_t wave = picture->chart->wave_count - 1;
    if (!has_figures(picture, i))
      continue;
    while (isnan(value_at(picture, i, wave)))
      wave--;
    labels[count++] = (end_label){.series = i,
                                  .x = place_point(picture, i, wave),
                                  .wanted = tg_scale_place(&picture->scale, value_at(picture, i, wave)),
                                  .height = (double)wrap_label(picture, i, &font).count * LEADING};
  }
  place_labels(picture, labels, count);
  for (size_t i = 0; i < count; i++) {
    size_t series = labels[i].series;
    tg_draw_font font = {12.5, picture->chart->series[series].is_total, tg_draw_colors[series], 's'};
    tg_draw_lines wrapped = wrap_label(picture, series, &font);
    double middle = labels[i].y + labels[i].height / 2;
    tg_draw_line(picture->out, labels[i].x + 7, labels[i].wanted, picture->label_begin - 14, middle,
                 tg_draw_colors[series], 0.8, "2 3");
    tg_draw_marker(picture->out, series, picture->label_begin - 8, middle, 3.8, tg_draw_colors[series], 1);
    if (!picture->word.failed)
      tg_draw_wrapped(picture->out, picture->label_begin + 2, labels[i].y + 11.5, LEADING, &font,
                      picture->word.bytes, &wrapped);
  }
}

/* "Håbo, Älvkarleby: too few answers", for series without a figure. */
static void name_empty_series(lines_picture *picture, double x, double y) {
  const char *separator = "";

  tg_text_clear(&picture->word);
  for (size_t i = 0; i < picture->chart->series_count; i++) {
    if (has_figures(picture, i))
      continue;
    tg_text_put(&picture->word, separator);
    tg_chart_put_label(picture->chart, i, &picture->word);
    separator = ", ";
  }
  if (picture->word.length == 0)
    return;
  tg_text_put(&picture->word, ": ");
  tg_text_put(&picture->word, tg_view_word(picture->chart->view, "no_figure"));
  if (!picture->word.failed)
    tg_draw_text(picture->out, x, y, &axis_font, picture->word.bytes);
}

/* What the axis measures, above it; what the thin lines are, below. */
static void draw_legend(lines_picture *picture) {
  tg_text_clear(&picture->word);
  tg_chart_put_axis(picture->chart, &picture->word);
  if (!picture->word.failed)
    tg_draw_text(picture->out, MARGIN, picture->top - 20, &axis_font, picture->word.bytes);
  if (picture->has_line) {
    tg_draw_line(picture->out, picture->left + 140, picture->bottom + 42, picture->left + 172,
                 picture->bottom + 42, tg_draw_colors[0], 1.6, "7 4");
    tg_draw_text(picture->out, picture->left + 180, picture->bottom + 46, &axis_font,
                 tg_view_word(picture->chart->view, "trend_line"));
  }
  name_empty_series(picture, picture->left + (picture->has_line ? 340 : 140), picture->bottom + 46);
  if (picture->chart->lower == SIZE_MAX)
    return;
  tg_draw_line(picture->out, picture->left + 6, picture->bottom + 34, picture->left + 6, picture->bottom + 50,
               tg_draw_colors[0], 1.6, NULL);
  tg_draw_text(picture->out, picture->left + 16, picture->bottom + 46, &axis_font,
               tg_layout_interval(picture->chart->view, picture->chart->lower));
}

int tg_lines_fit(const tg_chart *chart) {
  return chart->wave_count > 1 && chart->series_count <= TG_LINES_SERIES;
}

trygg_status tg_lines_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                           trygg_error *error) {
  lines_picture picture = {.chart = chart, .out = out, .width = width, .left = MARGIN + 46};
  trygg_status status = TRYGG_OK;

  picture.label_begin = width - MARGIN - widest_label(&picture);
  picture.right = chart->series_count > 1 ? picture.label_begin - 24 : width - MARGIN;
  picture.top = *height + 44;
  picture.bottom = picture.top + PLOT_HEIGHT;
  picture.scale = tg_chart_scale(chart, 0, 6);
  picture.scale.from = picture.bottom;
  picture.scale.to = picture.top;
  draw_grid(&picture);
  draw_waves(&picture);
  draw_breaks(&picture);
  draw_trends(&picture);
  for (size_t i = 0; i < chart->series_count; i++)
    draw_segments(&picture, i, tg_draw_colors[i]);
  for (size_t i = 0; i < chart->series_count; i++)
    draw_points(&picture, i, tg_draw_colors[i]);
  if (chart->series_count > 1)
    draw_labels(&picture);
  draw_legend(&picture);
  *height = picture.bottom + 62;
  if (picture.word.failed)
    status = tg_error_memory(error);
  tg_text_free(&picture.word);
  return status;
}
