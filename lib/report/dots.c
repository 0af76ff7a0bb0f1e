/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dots with intervals, a row a series. */
#include <report/dots.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <report/figure.h>
#include <report/label.h>
#include <report/layout.h>

#define MARGIN 16.0
#define WIDEST_LABEL 350.0
#define LEADING 15.5
#define SMALLEST_ROW 24.0
#define PREVIOUS "#8a93a0"

static const tg_draw_font label_font = {13, 0, TG_DRAW_INK, 'e'};
static const tg_draw_font total_font = {13, 1, TG_DRAW_INK, 'e'};
static const tg_draw_font group_font = {13.5, 1, TG_DRAW_INK, 's'};
static const tg_draw_font figure_font = {12.5, 0, TG_DRAW_INK, 's'};
static const tg_draw_font empty_font = {12.5, 0, TG_DRAW_SOFT, 's'};
static const tg_draw_font tick_font = {12, 0, TG_DRAW_SOFT, 'm'};
static const tg_draw_font legend_font = {12, 0, TG_DRAW_SOFT, 's'};

typedef struct dots {
  const tg_chart *chart;
  double width, label_end, figure_begin;
  size_t now, before; /* waves; before is SIZE_MAX where there is one wave */
  tg_scale scale;
  tg_text word; /* the text being written */
  tg_text *out;
} dots;

static const char *label_of(dots *picture, size_t series) {
  tg_text_clear(&picture->word);
  tg_chart_put_label(picture->chart, series, &picture->word);
  return picture->word.failed ? "" : picture->word.bytes;
}

static const char *figure_of(dots *picture, size_t row) {
  tg_text_clear(&picture->word);
  tg_text_put(&picture->word, "");
  if (row != SIZE_MAX)
    tg_chart_put_figure(picture->chart, row, &picture->word);
  return picture->word.failed ? "" : picture->word.bytes;
}

static const tg_draw_font *font_of(const dots *picture, size_t series) {
  return picture->chart->series[series].is_total ? &total_font : &label_font;
}

/* Room for labels on the left and figures on the right; the rest is for the dots. */
static void divide(dots *picture) {
  const tg_chart *chart = picture->chart;
  double label = 40, figure = 40;

  for (size_t i = 0; i < chart->series_count; i++) {
    const tg_draw_font *font = font_of(picture, i);
    const char *text = label_of(picture, i);
    label = fmax(label, tg_draw_width(text, strlen(text), font->size, font->bold));
    text = figure_of(picture, chart->series[i].by_wave[picture->now]);
    figure = fmax(figure, tg_draw_width(text, strlen(text), figure_font.size, 0));
  }
  picture->label_end = MARGIN + fmin(label, WIDEST_LABEL);
  picture->figure_begin = picture->width - MARGIN - figure;
  picture->scale =
      tg_chart_scale(chart, SIZE_MAX, picture->before == SIZE_MAX ? picture->now : picture->before, 6, 0.5);
  picture->scale.from = picture->label_end + 18;
  picture->scale.to = picture->figure_begin - 18;
}

static void draw_grid(dots *picture, double top, double bottom) {
  for (size_t i = 0; i < picture->scale.ticks; i++) {
    double value = tg_scale_tick(&picture->scale, i), x = tg_scale_place(&picture->scale, value);
    int is_zero = value == picture->chart->neutral && picture->scale.low < value;
    tg_draw_line(picture->out, x, top, x, bottom, is_zero ? TG_DRAW_AXIS : TG_DRAW_GRID, is_zero ? 1.5 : 1,
                 NULL);
    tg_text_clear(&picture->word);
    tg_figure_put(picture->chart->view, value, picture->scale.decimals, &picture->word);
    if (picture->word.failed)
      return;
    tg_draw_text(picture->out, x, top - 7, &tick_font, picture->word.bytes);
    tg_draw_text(picture->out, x, bottom + 16, &tick_font, picture->word.bytes);
  }
}

/* The interval as a line, the figure as a mark on it. */
static void draw_figure(dots *picture, size_t row, double y, int is_now, int is_total) {
  const tg_chart *chart = picture->chart;
  double value = tg_chart_value(chart, row), lower = tg_chart_lower(chart, row),
         upper = tg_chart_upper(chart, row);
  const char *color = is_now ? tg_draw_colors[0] : PREVIOUS;

  if (isnan(value))
    return;
  if (!isnan(lower) && !isnan(upper))
    tg_draw_line(picture->out, tg_scale_place(&picture->scale, lower), y,
                 tg_scale_place(&picture->scale, upper), y, color, is_now ? 2.5 : 1.2, NULL);
  tg_draw_marker(picture->out, is_total ? 3 : 0, tg_scale_place(&picture->scale, value), y,
                 is_now ? 4.5 : 3.2, color, is_now);
}

static tg_draw_lines wrap_label(dots *picture, size_t series) {
  return tg_draw_wrap(label_of(picture, series), font_of(picture, series), WIDEST_LABEL, 3);
}

static double row_height(const tg_draw_lines *label) {
  return fmax(SMALLEST_ROW, (double)label->count * LEADING + 9);
}

/* Draw the row of a series with its upper edge at y; its height. */
static double draw_series(dots *picture, size_t series, double y) {
  const tg_chart_series *drawn = &picture->chart->series[series];
  const tg_draw_font *font = font_of(picture, series);
  tg_draw_lines lines = wrap_label(picture, series);
  const char *text = picture->word.failed ? "" : picture->word.bytes;
  double height = row_height(&lines), middle = y + height / 2;
  size_t now = drawn->by_wave[picture->now];
  size_t before = picture->before == SIZE_MAX ? SIZE_MAX : drawn->by_wave[picture->before];
  int has_before = before != SIZE_MAX && !isnan(tg_chart_value(picture->chart, before));
  double shift = has_before ? 4 : 0;

  tg_draw_wrapped(picture->out, picture->label_end, middle + 4.5 - (double)(lines.count - 1) * LEADING / 2,
                  LEADING, font, text, &lines);
  tg_draw_line(picture->out, picture->scale.from, y + height, picture->scale.to, y + height, "#f3f4f6", 1,
               NULL);
  if (has_before)
    draw_figure(picture, before, middle + shift, 0, drawn->is_total);
  if (now == SIZE_MAX)
    return height;
  draw_figure(picture, now, middle - shift, 1, drawn->is_total);
  tg_draw_text(picture->out, picture->figure_begin, middle + 4.5,
               isnan(tg_chart_value(picture->chart, now)) ? &empty_font : &figure_font,
               figure_of(picture, now));
  return height;
}

/* Draw the heading of the group that begins with a series; its height. */
static double draw_group(dots *picture, size_t series, double y) {
  const tg_chart *chart = picture->chart;
  tg_draw_lines lines;

  if (chart->group_key == SIZE_MAX ||
      (series > chart->from && chart->series[series].group == chart->series[series - 1].group))
    return 0;
  tg_text_clear(&picture->word);
  tg_label_cell(chart->view, chart->series[series].first, chart->group_key, &picture->word);
  if (picture->word.failed)
    return 0;
  lines = tg_draw_wrap(picture->word.bytes, &group_font, picture->width - 2 * MARGIN, 2);
  tg_draw_band(picture->out, MARGIN / 2, y + 8, picture->width - MARGIN, (double)lines.count * 17 + 7);
  tg_draw_wrapped(picture->out, MARGIN, y + 24, 17, &group_font, picture->word.bytes, &lines);
  return 17 + (double)lines.count * 17;
}

static void draw_legend_word(dots *picture, double *x, double y, const char *text) {
  tg_draw_text(picture->out, *x, y + 4, &legend_font, text);
  *x += tg_draw_width(text, strlen(text), legend_font.size, 0) + 22;
}

static void draw_legend_wave(dots *picture, double *x, double y, size_t wave, int is_now) {
  tg_draw_marker(picture->out, 0, *x + 5, y, is_now ? 4.5 : 3.2, is_now ? tg_draw_colors[0] : PREVIOUS,
                 is_now);
  *x += 16;
  tg_text_clear(&picture->word);
  tg_chart_put_wave(picture->chart, wave, &picture->word);
  if (!picture->word.failed)
    draw_legend_word(picture, x, y, picture->word.bytes);
}

static void draw_legend(dots *picture, double y) {
  double x = picture->scale.from;

  tg_text_clear(&picture->word);
  tg_chart_put_axis(picture->chart, &picture->word);
  if (!picture->word.failed)
    draw_legend_word(picture, &x, y, picture->word.bytes);
  if (picture->chart->lower != SIZE_MAX) {
    tg_draw_line(picture->out, x, y, x + 20, y, tg_draw_colors[0], 2.5, NULL);
    x += 26;
    draw_legend_word(picture, &x, y, tg_layout_interval(picture->chart->view, picture->chart->lower));
  }
  if (picture->before == SIZE_MAX)
    return;
  draw_legend_wave(picture, &x, y, picture->now, 1);
  draw_legend_wave(picture, &x, y, picture->before, 0);
}

int tg_dots_fit(const tg_chart *chart) {
  (void)chart;
  return 1;
}

size_t tg_dots_page(const tg_chart *chart, double width, double height) {
  dots picture = {.chart = chart, .width = width};
  double used = 90; /* ticks and legend */
  size_t end = chart->from;

  for (; end < chart->until; end++) {
    tg_draw_lines lines = wrap_label(&picture, end);
    used += row_height(&lines);
    if (chart->group_key != SIZE_MAX &&
        (end == chart->from || chart->series[end].group != chart->series[end - 1].group))
      used += 34;
    if (used > height && end > chart->from)
      break;
  }
  tg_text_free(&picture.word);
  return end;
}

trygg_status tg_dots_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                          trygg_error *error) {
  dots picture = {.chart = chart, .width = width, .out = out, .now = chart->wave_count - 1};
  tg_text rows = {0};
  trygg_status status = TRYGG_OK;
  double top = *height + 24, y = top;

  picture.before = chart->wave_count > 1 ? picture.now - 1 : SIZE_MAX;
  divide(&picture);
  picture.out = &rows; /* drawn first, since the grid behind them needs their height */
  for (size_t i = chart->from; i < chart->until; i++) {
    y += draw_group(&picture, i, y);
    y += draw_series(&picture, i, y);
  }
  picture.out = out;
  draw_grid(&picture, top, y);
  if (rows.bytes != NULL)
    tg_text_append(out, rows.bytes, rows.length);
  draw_legend(&picture, y + 38);
  *height = y + 56;
  if (rows.failed || picture.word.failed)
    status = tg_error_memory(error);
  tg_text_free(&rows);
  tg_text_free(&picture.word);
  return status;
}
