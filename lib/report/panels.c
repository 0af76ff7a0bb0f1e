/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small multiples. */
#include <report/panels.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <report/figure.h>
#include <report/label.h>
#include <report/layout.h>
#include <report/legend.h>
#include <report/trends.h>
#include <table/flag.h>

#define MARGIN 16.0
#define GUTTER 34.0 /* left of each plot, for its ticks or as a gap */
#define PLOT_HEIGHT 116.0
#define INSET 12.0 /* from the edges of the plot to the first and the last wave */
#define LEADING 15.0
#define ABOVE 10.0 /* a plot, under its words */
#define GROUP 19.0 /* around the heading of a group */
#define BELOW 34.0 /* under a plot: its waves, and a gap */
#define WAVE_GAP 6.0
#define FEW 9 /* series of a group that have wider panels */
#define TICKS 4
#define ZERO 0.34      /* as small as panels are, they do not waste half of their height on it */
#define FEWEST_WAVES 3 /* two are compared better side by side */

static const tg_draw_font title_font = {12.5, 1, TG_DRAW_INK, 's'};
static const tg_draw_font figure_font = {11.5, 0, TG_DRAW_INK, 's'};
static const tg_draw_font tick_font = {11, 0, TG_DRAW_SOFT, 'e'};
static const tg_draw_font wave_font = {11, 0, TG_DRAW_SOFT, 'm'};
static const tg_draw_font empty_font = {13, 1, TG_DRAW_INK, 'm'};
static const tg_draw_font group_font = {13.5, 1, TG_DRAW_INK, 's'};

typedef struct panels {
  const tg_chart *chart;
  double width;
  size_t columns;
  double left, right, top, bottom; /* of the plot at hand */
  tg_scale scale;
  int full_waves;                                        /* waves have their labels, else their codes */
  int has_line, has_bend, has_total, has_weak, has_axes; /* drawn anywhere */
  tg_text word;
  tg_text *out;
} panels;

/* ---- places ---------------------------------------------------------------------------------- */

static double column_width(const panels *picture) {
  return (picture->width - 2 * MARGIN) / (double)picture->columns;
}

static double place_wave(const panels *picture, size_t wave) {
  const tg_chart *chart = picture->chart;
  double first = chart->times[0], last = chart->times[chart->wave_count - 1];

  return picture->left + INSET +
         (chart->times[wave] - first) / (last - first) * (picture->right - picture->left - 2 * INSET);
}

static void place_column(panels *picture, size_t column) {
  picture->left = MARGIN + GUTTER + (double)column * column_width(picture);
  picture->right = MARGIN + (double)(column + 1) * column_width(picture);
}

/* The series behind whose panel a total is drawn: that of its group; SIZE_MAX: none. */
static size_t find_total(const panels *picture, size_t series) {
  const tg_chart *chart = picture->chart;

  for (size_t i = 0; i < chart->series_count; i++)
    if (chart->series[i].is_total && tg_chart_share_axis(chart, i, series) &&
        (chart->group_key == SIZE_MAX || chart->series[i].group == chart->series[series].group))
      return i == series ? SIZE_MAX : i;
  return SIZE_MAX;
}

/* ---- the frame of a panel -------------------------------------------------------------------- */

static void draw_grid(panels *picture, int with_ticks) {
  for (size_t i = 0; i < picture->scale.ticks; i++) {
    double value = tg_scale_tick(&picture->scale, i), y = tg_scale_place(&picture->scale, value);
    int is_neutral = value == picture->chart->neutral;
    tg_draw_line(picture->out, picture->left, y, picture->right, y, is_neutral ? TG_DRAW_AXIS : TG_DRAW_GRID,
                 1, NULL);
    if (!with_ticks)
      continue;
    tg_text_clear(&picture->word);
    tg_figure_put(picture->chart->view, value, picture->scale.decimals, &picture->word);
    if (!picture->word.failed)
      tg_draw_text(picture->out, picture->left - 6, y + 4, &tick_font, picture->word.bytes);
  }
}

/* Put the label of a wave, or its code, into picture->word; half its width. */
static double measure_wave(panels *picture, size_t wave) {
  tg_text_clear(&picture->word);
  if (picture->full_waves)
    tg_chart_put_wave(picture->chart, wave, &picture->word);
  else
    tg_text_put(&picture->word, picture->chart->waves[wave]);
  return picture->word.failed
             ? 0
             : tg_draw_width(picture->word.bytes, picture->word.length, wave_font.size, 0) / 2;
}

/* Where the middle of such a label is: below its tick, but not out of the column. */
static double place_label(const panels *picture, size_t wave, double half) {
  return fmin(fmax(place_wave(picture, wave), picture->left - GUTTER + half + WAVE_GAP),
              fmax(picture->right - half, picture->left + half - GUTTER + WAVE_GAP));
}

/* Whether the labels of all waves stand side by side in the first column. */
static int labels_fit(panels *picture) {
  double end = -INFINITY;

  for (size_t wave = 0; wave < picture->chart->wave_count; wave++) {
    double half = measure_wave(picture, wave), x = place_label(picture, wave, half);
    if (x - half < end + WAVE_GAP)
      return 0;
    end = x + half;
  }
  return 1;
}

/* The last wave, the first where it fits, then from the last backwards those that there is room for. */
static void draw_waves(panels *picture) {
  size_t count = picture->chart->wave_count;
  double half = measure_wave(picture, 0), free_from = place_label(picture, 0, half) + half + WAVE_GAP,
         free_until = INFINITY;

  for (size_t i = count; i-- > 0 && !picture->word.failed;) {
    double tick = place_wave(picture, i), x;
    tg_draw_line(picture->out, tick, picture->bottom, tick, picture->bottom + 4, TG_DRAW_AXIS, 1, NULL);
    half = measure_wave(picture, i);
    x = place_label(picture, i, half);
    if (picture->word.failed || x + half > free_until || (i > 0 && i + 1 < count && x - half < free_from))
      continue;
    tg_draw_text(picture->out, x, picture->bottom + 16, &wave_font, picture->word.bytes);
    free_until = x - half - WAVE_GAP;
  }
}

static void draw_breaks(panels *picture, size_t series) {
  for (size_t wave = 1; wave < picture->chart->wave_count; wave++) {
    double x = (place_wave(picture, wave - 1) + place_wave(picture, wave)) / 2;
    if (tg_chart_breaks(picture->chart, series, wave))
      tg_draw_line(picture->out, x, picture->top - 2, x, picture->bottom, TG_DRAW_SOFT, 1, "4 4");
  }
}

/* ---- the marks of a panel -------------------------------------------------------------------- */

static void draw_segments(panels *picture, size_t series, const char *color, double width) {
  const tg_chart *chart = picture->chart;

  for (size_t wave = 1; wave < chart->wave_count; wave++) {
    size_t before = tg_chart_joined(chart, series, wave);
    if (before != SIZE_MAX)
      tg_draw_line(picture->out, place_wave(picture, before),
                   tg_scale_place(&picture->scale, tg_chart_figure(chart, series, before)),
                   place_wave(picture, wave),
                   tg_scale_place(&picture->scale, tg_chart_figure(chart, series, wave)), color, width, NULL);
  }
}

static void draw_points(panels *picture, size_t series) {
  const tg_chart *chart = picture->chart;

  for (size_t wave = 0; wave < chart->wave_count; wave++) {
    size_t row = tg_chart_row(chart, series, wave);
    double x = place_wave(picture, wave), value, lower, upper;
    if (row == SIZE_MAX)
      continue;
    value = tg_chart_value(chart, row);
    if (isnan(value)) {
      if (tg_view_flags(chart->view, row) & TG_FLAG_SUPPRESSED && tg_chart_has_figures(chart, series))
        tg_draw_text(picture->out, x, picture->bottom - 4, &empty_font, tg_figure_missing(chart->view, row));
      continue;
    }
    lower = tg_chart_lower(chart, row);
    upper = tg_chart_upper(chart, row);
    if (!isnan(lower) && !isnan(upper))
      tg_draw_line(picture->out, x, tg_scale_place(&picture->scale, lower), x,
                   tg_scale_place(&picture->scale, upper), tg_draw_colors[0], 1.4, NULL);
    tg_draw_marker(picture->out, 0, x, tg_scale_place(&picture->scale, value), 3, tg_draw_colors[0],
                   !tg_chart_is_weak(chart, row));
    picture->has_weak |= tg_chart_is_weak(chart, row);
  }
}

/* The line that a test fitted, with a ring where it bends. */
static trygg_status draw_trend(panels *picture, size_t series, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_trends_line line;

  TRY(tg_trends_find(picture->chart, series, &line, error));
  for (size_t i = 1; i < line.count; i++)
    tg_draw_line(picture->out, place_wave(picture, line.wave[i - 1]),
                 tg_scale_place(&picture->scale, line.value[i - 1]), place_wave(picture, line.wave[i]),
                 tg_scale_place(&picture->scale, line.value[i]), TG_DRAW_INK, 1.6, "6 3");
  for (size_t i = 1; i + 1 < line.count; i++)
    tg_draw_marker(picture->out, 3, place_wave(picture, line.wave[i]),
                   tg_scale_place(&picture->scale, line.value[i]), 5, TG_DRAW_INK, 0);
  picture->has_line |= line.count > 0;
  picture->has_bend |= line.count > 2;

cleanup:
  return status;
}

/* ---- panels, rows and groups ----------------------------------------------------------------- */

static tg_draw_lines wrap_title(panels *picture, size_t series) {
  tg_text_clear(&picture->word);
  tg_chart_put_label(picture->chart, series, &picture->word);
  return tg_draw_wrap(picture->word.failed ? "" : picture->word.bytes, &title_font,
                      column_width(picture) - GUTTER, 3);
}

/* "2024: 26.1 (22.2–30.4)", of the last wave. */
static void write_figure(panels *picture, size_t series, double y) {
  const tg_chart *chart = picture->chart;
  size_t last = chart->wave_count - 1, row = tg_chart_row(chart, series, last);
  tg_draw_lines line;

  tg_text_clear(&picture->word);
  tg_text_put(&picture->word, chart->waves[last]);
  tg_text_put(&picture->word, ": ");
  if (row == SIZE_MAX)
    tg_text_put(&picture->word, TG_FIGURE_MISSING);
  else
    tg_chart_put_figure(chart, row, &picture->word);
  if (picture->word.failed)
    return;
  line = tg_draw_wrap(picture->word.bytes, &figure_font, column_width(picture) - GUTTER, 1);
  tg_draw_wrapped(picture->out, picture->left, y, LEADING, &figure_font, picture->word.bytes, &line);
}

static trygg_status draw_panel(panels *picture, size_t series, int with_ticks, trygg_error *error) {
  size_t total = find_total(picture, series);
  trygg_status status = TRYGG_OK;

  picture->scale = tg_chart_scale(picture->chart, series, 0, TICKS, ZERO);
  tg_scale_trim(&picture->scale);
  picture->scale.from = picture->bottom;
  picture->scale.to = picture->top;
  draw_grid(picture, with_ticks);
  draw_waves(picture);
  if (total != SIZE_MAX)
    draw_segments(picture, total, TG_DRAW_BEHIND, 1.2);
  picture->has_total |= total != SIZE_MAX;
  draw_breaks(picture, series);
  draw_segments(picture, series, tg_draw_colors[0], 1.8);
  TRY(draw_trend(picture, series, error));
  draw_points(picture, series);

cleanup:
  return status;
}

/* Lines of the longest title of a row. */
static size_t title_lines(panels *picture, size_t first, size_t end) {
  size_t lines = 1;

  for (size_t i = first; i < end; i++) {
    tg_draw_lines title = wrap_title(picture, i);
    lines = title.count > lines ? title.count : lines;
  }
  return lines;
}

static double row_height(size_t lines) {
  return (double)(lines + 1) * LEADING + ABOVE + PLOT_HEIGHT + BELOW;
}

/* The end of the row that begins with a series. */
static size_t row_end(const panels *picture, size_t begin) {
  const tg_chart *chart = picture->chart;
  size_t end = begin + 1;

  while (end < chart->until && end - begin < picture->columns &&
         (chart->group_key == SIZE_MAX || chart->series[end].group == chart->series[begin].group))
    end++;
  return end;
}

static int begins_group(const panels *picture, size_t series) {
  const tg_chart *chart = picture->chart;

  return chart->group_key != SIZE_MAX &&
         (series == chart->from || chart->series[series].group != chart->series[series - 1].group);
}

/* Draw the series from `first` until `end` side by side below *y. */
static trygg_status draw_row(panels *picture, size_t first, size_t end, double *y, trygg_error *error) {
  size_t lines = title_lines(picture, first, end);
  trygg_status status = TRYGG_OK;

  picture->top = *y + (double)(lines + 1) * LEADING + ABOVE;
  picture->bottom = picture->top + PLOT_HEIGHT;
  for (size_t i = first; i < end; i++) {
    tg_draw_lines title = wrap_title(picture, i);
    place_column(picture, i - first);
    if (!picture->word.failed)
      tg_draw_wrapped(picture->out, picture->left, *y + 12 + (double)(lines - title.count) * LEADING, LEADING,
                      &title_font, picture->word.bytes, &title);
    write_figure(picture, i, *y + 12 + (double)lines * LEADING);
    picture->has_axes |= i > first && !tg_chart_share_axis(picture->chart, i, i - 1);
    TRY(draw_panel(picture, i, i == first || !tg_chart_share_axis(picture->chart, i, i - 1), error));
  }
  *y += row_height(lines);

cleanup:
  return status;
}

static void draw_group(panels *picture, size_t series, double *y) {
  const tg_chart *chart = picture->chart;
  tg_draw_lines lines;

  tg_text_clear(&picture->word);
  tg_label_cell(chart->view, chart->series[series].first, chart->group_key, &picture->word);
  if (picture->word.failed)
    return;
  lines = tg_draw_wrap(picture->word.bytes, &group_font, picture->width - 2 * MARGIN, 2);
  tg_draw_band(picture->out, MARGIN / 2, *y, picture->width - MARGIN, (double)lines.count * 17 + 7);
  tg_draw_wrapped(picture->out, MARGIN, *y + 16, 17, &group_font, picture->word.bytes, &lines);
  *y += (double)lines.count * 17 + GROUP;
}

static trygg_status draw_series(panels *picture, double *y, trygg_error *error) {
  trygg_status status = TRYGG_OK;

  for (size_t begin = picture->chart->from, end; begin < picture->chart->until; begin = end) {
    end = row_end(picture, begin);
    if (begins_group(picture, begin))
      draw_group(picture, begin, y);
    TRY(draw_row(picture, begin, end, y, error));
  }

cleanup:
  return status;
}

static trygg_status draw_legend(panels *picture, double *y, trygg_error *error) {
  tg_legend legend = tg_legend_begin(MARGIN, picture->width - MARGIN, *y + 8, picture->out);
  const tg_chart *chart = picture->chart;
  trygg_status status = TRYGG_OK;

  tg_text_clear(&picture->word);
  tg_chart_put_axis(chart, &picture->word);
  if (!picture->word.failed)
    tg_legend_add(&legend, TG_LEGEND_WORD, NULL, 0, NULL, picture->word.bytes);
  if (chart->lower != SIZE_MAX)
    tg_legend_add(&legend, TG_LEGEND_BAR, tg_draw_colors[0], 1.4, NULL,
                  tg_layout_interval(chart->view, chart->lower));
  if (picture->has_weak)
    tg_legend_add(&legend, TG_LEGEND_WORD, NULL, 0, NULL, tg_view_word(chart->view, "weak_figure"));
  if (picture->has_line)
    tg_legend_add(&legend, TG_LEGEND_LINE, TG_DRAW_INK, 1.6, "6 3",
                  tg_view_word(chart->view, picture->has_bend ? "trend_line_bent" : "trend_line"));
  if (picture->has_total)
    tg_legend_add(&legend, TG_LEGEND_LINE, TG_DRAW_BEHIND, 1.2, NULL,
                  tg_view_word(chart->view, "total_line"));
  if (picture->has_axes)
    tg_legend_add(&legend, TG_LEGEND_WORD, NULL, 0, NULL, tg_view_word(chart->view, "own_axes"));
  TRY(tg_legend_breaks(&legend, chart, error));
  *y = tg_legend_end(&legend);

cleanup:
  return status;
}

int tg_panels_fit(const tg_chart *chart) {
  return chart->wave_count >= FEWEST_WAVES;
}

/* Few panels in each group are wider. */
static panels begin_panels(const tg_chart *chart, double width, tg_text *out) {
  panels picture = {.chart = chart, .width = width, .columns = 3, .out = out};

  for (size_t i = FEW; i < chart->series_count; i++)
    if (chart->group_key == SIZE_MAX || chart->series[i].group == chart->series[i - FEW].group)
      picture.columns = 4;
  return picture;
}

size_t tg_panels_page(const tg_chart *chart, double width, double height) {
  panels picture = begin_panels(chart, width, NULL);
  double used = 60; /* the legend */
  size_t begin = chart->from;

  while (begin < chart->until) {
    size_t end = row_end(&picture, begin);
    used += row_height(title_lines(&picture, begin, end)) + (begins_group(&picture, begin) ? 17 + GROUP : 0);
    if (used > height && begin > chart->from)
      break;
    begin = end;
  }
  tg_text_free(&picture.word);
  return begin;
}

trygg_status tg_panels_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                            trygg_error *error) {
  panels picture = begin_panels(chart, width, out);
  trygg_status status = TRYGG_OK;
  double y = *height + 12;

  place_column(&picture, 0);
  picture.full_waves = 1;
  picture.full_waves = labels_fit(&picture);
  TRY(draw_series(&picture, &y, error));
  TRY(draw_legend(&picture, &y, error));
  *height = y + 8;
  if (picture.word.failed)
    TRY(tg_error_memory(error));

cleanup:
  tg_text_free(&picture.word);
  return status;
}
