/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over the waves, with intervals. */
#include <report/lines.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <report/figure.h>
#include <report/layout.h>
#include <report/legend.h>
#include <report/trends.h>
#include <table/flag.h>

#define MARGIN 16.0
#define PLOT_HEIGHT 330.0
#define WIDEST_LABEL 220.0
#define LEADING 15.0
#define ZERO 0.34             /* of the axis at most, for zero */
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
  int has_line, has_bend, has_weak; /* anywhere */
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
  const tg_chart *chart = picture->chart;

  for (size_t wave = 1; wave < chart->wave_count; wave++) {
    size_t before = tg_chart_joined(chart, series, wave);
    if (before != SIZE_MAX)
      tg_draw_line(picture->out, place_point(picture, series, before),
                   tg_scale_place(&picture->scale, tg_chart_figure(chart, series, before)),
                   place_point(picture, series, wave),
                   tg_scale_place(&picture->scale, tg_chart_figure(chart, series, wave)), color, 2, NULL);
  }
}

/* ---- trends that were tested ---------------------------------------------------------------- */

static trygg_status draw_trend(lines_picture *picture, size_t series, trygg_error *error) {
  const char *color = tg_draw_colors[series];
  trygg_status status = TRYGG_OK;
  tg_trends_line line;

  TRY(tg_trends_find(picture->chart, series, &line, error));
  for (size_t i = 1; i < line.count; i++)
    tg_draw_line(picture->out, place_wave(picture, line.wave[i - 1]),
                 tg_scale_place(&picture->scale, line.value[i - 1]), place_wave(picture, line.wave[i]),
                 tg_scale_place(&picture->scale, line.value[i]), color, 1.6, "7 4");
  for (size_t i = 1; i + 1 < line.count; i++) /* where it bends */
    tg_draw_marker(picture->out, 3, place_wave(picture, line.wave[i]),
                   tg_scale_place(&picture->scale, line.value[i]), 7, color, 0);
  picture->has_line |= line.count > 0;
  picture->has_bend |= line.count > 2;

cleanup:
  return status;
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
      if (tg_view_flags(chart->view, row) & TG_FLAG_SUPPRESSED && tg_chart_has_figures(chart, series))
        tg_draw_text(picture->out, x, picture->bottom - 5, &empty, tg_figure_missing(chart->view, row));
      continue;
    }
    y = tg_scale_place(&picture->scale, value);
    if (!isnan(lower) && !isnan(upper))
      tg_draw_line(picture->out, x, tg_scale_place(&picture->scale, lower), x,
                   tg_scale_place(&picture->scale, upper), color, 1.6, NULL);
    tg_draw_marker(picture->out, series, x, y, 4.2, color, !tg_chart_is_weak(chart, row));
    picture->has_weak |= tg_chart_is_weak(chart, row);
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
    if (!tg_chart_has_figures(picture->chart, i))
      continue;
    while (isnan(tg_chart_figure(picture->chart, i, wave)))
      wave--;
    labels[count++] =
        (end_label){.series = i,
                    .x = place_point(picture, i, wave),
                    .wanted = tg_scale_place(&picture->scale, tg_chart_figure(picture->chart, i, wave)),
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
static void name_empty_series(lines_picture *picture, tg_legend *legend) {
  const char *separator = "";

  tg_text_clear(&picture->word);
  for (size_t i = 0; i < picture->chart->series_count; i++) {
    if (tg_chart_has_figures(picture->chart, i))
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
    tg_legend_say(legend, picture->word.bytes);
}

/* What the axis measures, above it; what the marks are, below. */
static trygg_status draw_legend(lines_picture *picture, double *height, trygg_error *error) {
  const tg_chart *chart = picture->chart;
  tg_legend legend =
      tg_legend_begin(picture->left, picture->width - MARGIN, picture->bottom + 42, picture->out);
  trygg_status status = TRYGG_OK;

  tg_text_clear(&picture->word);
  tg_chart_put_axis(chart, &picture->word);
  if (!picture->word.failed)
    tg_draw_text(picture->out, MARGIN, picture->top - 20, &axis_font, picture->word.bytes);
  if (chart->lower != SIZE_MAX)
    tg_legend_add(&legend, TG_LEGEND_BAR, tg_draw_colors[0], 1.6, NULL,
                  tg_layout_interval(chart->view, chart->lower));
  if (picture->has_weak)
    tg_legend_add(&legend, TG_LEGEND_WORD, NULL, 0, NULL, tg_view_word(chart->view, "weak_figure"));
  if (picture->has_line)
    tg_legend_add(&legend, TG_LEGEND_LINE, tg_draw_colors[0], 1.6, "7 4",
                  tg_view_word(chart->view, picture->has_bend ? "trend_line_bent" : "trend_line"));
  TRY(tg_legend_breaks(&legend, chart, error));
  name_empty_series(picture, &legend);
  *height = tg_legend_end(&legend) + 6;

cleanup:
  return status;
}

int tg_lines_fit(const tg_chart *chart) {
  size_t most = chart->view->trend != NULL && chart->wave_count > 2 ? TG_LINES_FITTED : TG_LINES_SERIES;

  return chart->wave_count > 1 && chart->series_count <= most;
}

trygg_status tg_lines_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                           trygg_error *error) {
  lines_picture picture = {.chart = chart, .out = out, .width = width, .left = MARGIN + 46};
  trygg_status status = TRYGG_OK;

  picture.label_begin = width - MARGIN - widest_label(&picture);
  picture.right = chart->series_count > 1 ? picture.label_begin - 24 : width - MARGIN;
  picture.top = *height + 44;
  picture.bottom = picture.top + PLOT_HEIGHT;
  picture.scale = tg_chart_scale(chart, SIZE_MAX, 0, 6, ZERO);
  picture.scale.from = picture.bottom;
  picture.scale.to = picture.top;
  draw_grid(&picture);
  draw_waves(&picture);
  draw_breaks(&picture);
  for (size_t i = 0; i < chart->series_count; i++)
    draw_segments(&picture, i, tg_draw_colors[i]);
  for (size_t i = 0; i < chart->series_count; i++)
    TRY(draw_trend(&picture, i, error));
  for (size_t i = 0; i < chart->series_count; i++)
    draw_points(&picture, i, tg_draw_colors[i]);
  if (chart->series_count > 1)
    draw_labels(&picture);
  TRY(draw_legend(&picture, height, error));
  if (picture.word.failed)
    TRY(tg_error_memory(error));

cleanup:
  tg_text_free(&picture.word);
  return status;
}
