/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A funnel plot: estimates by effective answers, limits as curves that close to the right.
 *
 * A limit lies t errors from the target (inference/funnel.c), the square of an error at x answers being
 *
 *   a / x + tau^2,   a = phi/4 for shares
 *
 * t, and a of other figures, are taken from the limits of the area that is known best. */
#include <report/funnel_plot.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <inference/funnel.h>
#include <numeric/distribution.h>
#include <report/figure.h>
#include <report/label.h>
#include <report/markup.h>

#define MARGIN 16.0
#define PLOT_HEIGHT 400.0
#define PANEL_HEIGHT (PLOT_HEIGHT + 150) /* at most */
#define STEPS 240                        /* of a curve */
#define NAMED_INSIDE 12                  /* so many areas are all named */
#define RADIUS 4.6
#define LABEL_HEIGHT 14.0
#define WIDEST_LABEL 260.0
#define OUTER 0.998

static const tg_draw_font tick_font = {12, 0, TG_DRAW_SOFT, 'e'};
static const tg_draw_font x_tick_font = {12, 0, TG_DRAW_SOFT, 'm'};
static const tg_draw_font axis_font = {12, 0, TG_DRAW_SOFT, 's'};
static const tg_draw_font x_axis_font = {12, 0, TG_DRAW_SOFT, 'e'};
static const tg_draw_font panel_font = {13.5, 1, TG_DRAW_INK, 's'};
static const tg_draw_font inside_font = {11.5, 0, TG_DRAW_SOFT, 's'};
static const tg_draw_font outside_font = {12, 1, TG_DRAW_INK, 's'};

typedef struct box {
  double left, right, top, bottom;
} box;

/* An area on paper. */
typedef struct mark {
  size_t row;
  double x, y;
  int outside; /* 0, 1: beyond the inner, 2: beyond the outer limits */
} mark;

typedef struct funnel_plot {
  const tg_chart *chart;
  double width;
  size_t effective, target, limit[2], outer[2], phi, tau, position; /* columns */
  mark *marks;
  size_t count;
  box *taken; /* by labels */
  size_t taken_count;
  tg_scale x, y;
  int is_share;
  double middle, a, tau2, t[2]; /* of the curves */
  tg_text word;
  tg_text *out;
} funnel_plot;

static double number(const funnel_plot *plot, size_t row, size_t column) {
  return trygg_table_number(plot->chart->view->table, row, column);
}

/* ---- what is drawn ------------------------------------------------------------------------------------ */

static void find_columns(funnel_plot *plot) {
  const trygg_table *table = plot->chart->view->table;
  plot->effective = tg_table_find_fixed(table, "effective_n");
  plot->target = tg_table_find_fixed(table, "target");
  plot->limit[0] = tg_table_find_fixed(table, "limit_lower");
  plot->limit[1] = tg_table_find_fixed(table, "limit_upper");
  plot->outer[0] = tg_table_find_fixed(table, "outer_lower");
  plot->outer[1] = tg_table_find_fixed(table, "outer_upper");
  plot->phi = tg_table_find_fixed(table, "phi");
  plot->tau = tg_table_find_fixed(table, "tau");
  plot->position = tg_table_find_fixed(table, "position");
}

/* The end of the series that are drawn together with one. */
static size_t end_of_panel(const tg_chart *chart, size_t series) {
  size_t end = series + 1;
  while (end < chart->until && tg_chart_share_axis(chart, series, end))
    end++;
  return end;
}

/* The areas of some series, and the one that is known best. */
static size_t gather(funnel_plot *plot, size_t from, size_t until) {
  const tg_chart *chart = plot->chart;
  size_t best = SIZE_MAX;
  plot->count = plot->taken_count = 0;
  for (size_t i = from; i < until; i++) {
    size_t row = tg_chart_row(chart, i, chart->wave_count - 1);
    const char *position;
    if (row == SIZE_MAX || isnan(number(plot, row, plot->limit[1])) ||
        !(number(plot, row, plot->effective) > 0))
      continue;
    position = trygg_table_text(chart->view->table, row, plot->position);
    plot->marks[plot->count++] = (mark){row, 0, 0,
                                        !strcmp(position, "inside") ? 0
                                        : strstr(position, "outer") ? 2
                                                                    : 1};
    if (best == SIZE_MAX || number(plot, row, plot->effective) > number(plot, best, plot->effective))
      best = row;
  }
  return best;
}

/* Errors from the target to the limits of the area that is known best; of the two sides the one that has not met 0 or 1. */
static double errors_to(const funnel_plot *plot, size_t row, const size_t *limit, double variance) {
  double lower = number(plot, row, limit[0]), upper = number(plot, row, limit[1]);
  if (plot->is_share)
    return fabs(tg_funnel_deviate(upper < 1 ? upper : lower, 1 / (4 * variance), plot->middle));
  return (upper - plot->middle) / sqrt(variance);
}

static void find_curves(funnel_plot *plot, size_t best) {
  double phi = number(plot, best, plot->phi), tau = number(plot, best, plot->tau),
         x = number(plot, best, plot->effective), half, variance;
  plot->is_share = plot->chart->unit == TG_UNIT_SHARE;
  plot->middle = number(plot, best, plot->target);
  plot->tau2 = isnan(tau) ? 0 : tau * tau / (plot->is_share ? 4 * plot->middle * (1 - plot->middle) : 1);
  half =
      (number(plot, best, plot->outer[1]) - plot->middle) / tg_distribution_normal_quantile((1 + OUTER) / 2);
  plot->a = plot->is_share ? (isnan(phi) ? 1 : phi) / 4 : fmax(0, half * half - plot->tau2) * x;
  variance = plot->a / x + plot->tau2;
  plot->t[0] = errors_to(plot, best, plot->limit, variance);
  plot->t[1] = errors_to(plot, best, plot->outer, variance);
}

static double curve_at(const funnel_plot *plot, int which, int side, double x) {
  double variance = plot->a / x + plot->tau2, t = side * plot->t[which];
  return plot->chart->factor * (plot->is_share ? tg_funnel_limit(1 / (4 * variance), plot->middle, t)
                                               : plot->middle + t * sqrt(variance));
}

static double value_of(const funnel_plot *plot, size_t row) {
  return tg_chart_value(plot->chart, row);
}

/* Up and down to every estimate, and to the outer limits of the area that is known least but those of a third of the
 * most: left of that the curves leave the picture. */
static void find_scales(funnel_plot *plot, double top) {
  double most = 0, least = INFINITY, low = INFINITY, high = -INFINITY, x;
  for (size_t i = 0; i < plot->count; i++) {
    double effective = number(plot, plot->marks[i].row, plot->effective),
           value = value_of(plot, plot->marks[i].row);
    most = fmax(most, effective);
    least = fmin(least, effective);
    low = fmin(low, value);
    high = fmax(high, value);
  }
  x = fmax(least, most / 6);
  low = fmin(low, curve_at(plot, 1, -1, x));
  high = fmax(high, curve_at(plot, 1, 1, x));
  plot->x = tg_scale_make(least * 0.8, most * 1.04, 6, 0.5);
  plot->x.from = MARGIN + 46;
  plot->x.to = plot->width - MARGIN - 6;
  low -= (high - low) / 40;
  high += (high - low) / 40;
  if (plot->is_share)
    low = fmax(low, 0);
  plot->y = tg_scale_make(low, high, 6, 0.3);
  plot->y.from = top + PLOT_HEIGHT;
  plot->y.to = top;
  for (size_t i = 0; i < plot->count; i++) {
    plot->marks[i].x = tg_scale_place(&plot->x, number(plot, plot->marks[i].row, plot->effective));
    plot->marks[i].y = tg_scale_place(&plot->y, value_of(plot, plot->marks[i].row));
  }
}

/* ---- axes and curves ---------------------------------------------------------------------------------- */

static void put_tick(funnel_plot *plot, const tg_scale *scale, double value) {
  tg_text_clear(&plot->word);
  tg_figure_put(plot->chart->view, value, scale->decimals, &plot->word);
}

static void draw_axes(funnel_plot *plot) {
  for (size_t i = 0; i < plot->y.ticks; i++) {
    double value = tg_scale_tick(&plot->y, i), y = tg_scale_place(&plot->y, value);
    tg_draw_line(plot->out, plot->x.from, y, plot->x.to, y, TG_DRAW_GRID, 1, NULL);
    put_tick(plot, &plot->y, value);
    if (!plot->word.failed)
      tg_draw_text(plot->out, plot->x.from - 8, y + 4, &tick_font, plot->word.bytes);
  }
  tg_draw_line(plot->out, plot->x.from, plot->y.from, plot->x.to, plot->y.from, TG_DRAW_AXIS, 1, NULL);
  for (size_t i = 0; i < plot->x.ticks; i++) {
    double value = tg_scale_tick(&plot->x, i), x = tg_scale_place(&plot->x, value);
    tg_draw_line(plot->out, x, plot->y.from, x, plot->y.from + 5, TG_DRAW_AXIS, 1, NULL);
    put_tick(plot, &plot->x, value);
    if (!plot->word.failed)
      tg_draw_text(plot->out, x, plot->y.from + 19, &x_tick_font, plot->word.bytes);
  }
  tg_draw_text(plot->out, plot->x.to, plot->y.from + 38, &x_axis_font,
               tg_view_word(plot->chart->view, "effective_answers"));
  tg_text_clear(&plot->word);
  tg_chart_put_axis(plot->chart, &plot->word);
  if (!plot->word.failed)
    tg_draw_text(plot->out, MARGIN, plot->y.to - 12, &axis_font, plot->word.bytes);
}

static void draw_curve(funnel_plot *plot, int which, int side) {
  int begun = 0;
  tg_text_put(plot->out, "<polyline fill=\"none\" points=\"");
  for (int i = 1; i <= STEPS; i++) {
    /* Squares: more steps where the curve bends most. */
    double part = (double)i / STEPS, x = plot->x.low + (plot->x.high - plot->x.low) * part * part,
           value = curve_at(plot, which, side, x);
    if (!(value >= plot->y.low && value <= plot->y.high))
      continue;
    if (begun)
      tg_text_putc(plot->out, ' ');
    begun = 1;
    tg_markup_coordinate(plot->out, tg_scale_place(&plot->x, x));
    tg_text_putc(plot->out, ',');
    tg_markup_coordinate(plot->out, tg_scale_place(&plot->y, value));
  }
  tg_text_format(plot->out, "\" stroke=\"%s\" stroke-width=\"%s\"%s/>\n", tg_draw_colors[0],
                 which ? "1.6" : "1.3", which ? "" : " stroke-dasharray=\"6 4\"");
}

static void draw_curves(funnel_plot *plot) {
  double y = tg_scale_place(&plot->y, plot->middle * plot->chart->factor);
  tg_draw_line(plot->out, plot->x.from, y, plot->x.to, y, TG_DRAW_SOFT, 1.2, NULL);
  for (int which = 0; which < 2; which++) {
    draw_curve(plot, which, -1);
    draw_curve(plot, which, 1);
  }
}

/* ---- marks and their names ---------------------------------------------------------------------------- */

static void draw_marks(funnel_plot *plot) {
  for (size_t i = 0; i < plot->count; i++) {
    const mark *m = &plot->marks[i];
    tg_draw_marker(plot->out, m->outside == 2 ? 3 : 0, m->x, m->y, m->outside ? RADIUS : RADIUS - 1,
                   m->outside ? TG_DRAW_INK : TG_DRAW_SOFT, m->outside > 0);
  }
}

/* The codes of the area, without the indicator. */
static void put_name(funnel_plot *plot, size_t row, tg_text *out) {
  const trygg_table *table = plot->chart->view->table;
  const char *separator = "";
  for (size_t i = 0; i < trygg_table_columns(table); i++) {
    if (!tg_table_is_domain(table, i) || !strcmp(trygg_table_name(table, i), "wave"))
      continue;
    tg_text_put(out, separator);
    tg_label_cell(plot->chart->view, row, i, out);
    separator = " \xc2\xb7 ";
  }
}

static int overlap(const box *a, const box *b) {
  return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static int is_free(const funnel_plot *plot, const box *place) {
  if (place->left < plot->x.from + 2 || place->right > plot->x.to + 4 || place->top < plot->y.to - 6 ||
      place->bottom > plot->y.from - 1)
    return 0;
  for (size_t i = 0; i < plot->taken_count; i++)
    if (overlap(place, &plot->taken[i]))
      return 0;
  for (size_t i = 0; i < plot->count; i++) {
    box point = {plot->marks[i].x - RADIUS - 1, plot->marks[i].x + RADIUS + 1, plot->marks[i].y - RADIUS - 1,
                 plot->marks[i].y + RADIUS + 1};
    if (overlap(place, &point))
      return 0;
  }
  return 1;
}

/* Beside the mark, then above and below it, then further and further off with a line to it; 0: nowhere. */
static int place_name(const funnel_plot *plot, const mark *m, double width, box *place, int *far_off) {
  static const double along[] = {1, -1, 1, -1, 0, 0, 1, -1};
  static const double across[] = {0, 0, -1, -1, -1, 1, 1, 1};
  for (int ring = 0; ring < 5; ring++)
    for (size_t k = 0; k < sizeof along / sizeof *along; k++) {
      double gap = 8 + 16 * ring, left, middle;
      if (ring > 0 && across[k] == 0)
        continue;
      left = along[k] > 0 ? m->x + gap : along[k] < 0 ? m->x - gap - width : m->x - width / 2;
      middle = m->y + across[k] * (gap + LABEL_HEIGHT / 2 - (along[k] != 0 ? 4 : 0));
      *place = (box){left, left + width, middle - LABEL_HEIGHT / 2, middle + LABEL_HEIGHT / 2};
      *far_off = ring > 0;
      if (is_free(plot, place))
        return 1;
    }
  return 0;
}

/* So that a name can be read where it stands on a curve. */
static void draw_ground(funnel_plot *plot, const box *place) {
  tg_text_put(plot->out, "<rect");
  tg_markup_attribute(plot->out, "x", place->left - 1);
  tg_markup_attribute(plot->out, "y", place->top + 1);
  tg_markup_attribute(plot->out, "width", place->right - place->left + 2);
  tg_markup_attribute(plot->out, "height", place->bottom - place->top - 1);
  tg_text_put(plot->out, " fill=\"#ffffff\" fill-opacity=\"0.8\"/>\n");
}

/* The name of a mark, where there is room; else it is appended to those that are listed below. */
static void draw_name(funnel_plot *plot, const mark *m, tg_text *listed) {
  const tg_draw_font *font = m->outside ? &outside_font : &inside_font;
  tg_draw_font turned = *font;
  tg_draw_lines cut;
  double width;
  box place;
  int far_off, is_left;
  tg_text_clear(&plot->word);
  put_name(plot, m->row, &plot->word);
  if (plot->word.failed || !plot->word.length)
    return;
  cut = tg_draw_wrap(plot->word.bytes, font, WIDEST_LABEL, 1);
  width = 1.08 * tg_draw_width(plot->word.bytes, cut.length[0], font->size, font->bold) +
          (cut.cut ? font->size : 0);
  if (!place_name(plot, m, width, &place, &far_off)) {
    if (m->outside) {
      tg_text_put(listed, listed->length ? ", " : "");
      tg_text_put(listed, plot->word.bytes);
    }
    return;
  }
  plot->taken[plot->taken_count++] = place;
  if (far_off)
    tg_draw_line(plot->out, m->x, m->y, fmin(fmax(m->x, place.left), place.right),
                 place.top > m->y ? place.top + 2 : place.bottom - 2, TG_DRAW_AXIS, 0.8, NULL);
  draw_ground(plot, &place);
  /* Towards its mark, since a reader's letters may be wider. */
  is_left = place.right < m->x;
  turned.anchor = is_left ? 'e' : 's';
  tg_draw_wrapped(plot->out, is_left ? place.right : place.left, place.bottom - 3, LABEL_HEIGHT, &turned,
                  plot->word.bytes, &cut);
}

/* Those farthest out first. */
static void draw_names(funnel_plot *plot, tg_text *listed) {
  for (int outside = 2; outside >= (plot->count <= NAMED_INSIDE ? 0 : 1); outside--)
    for (size_t i = 0; i < plot->count; i++)
      if (plot->marks[i].outside == outside)
        draw_name(plot, &plot->marks[i], listed);
}

/* ---- the picture --------------------------------------------------------------------------------------- */

static void put_legend(funnel_plot *plot, double *x, double y, const char *text) {
  tg_draw_text(plot->out, *x, y + 4, &axis_font, text);
  *x += tg_draw_width(text, strlen(text), axis_font.size, 0) + 18;
}

static void draw_legend(funnel_plot *plot, double y, size_t row) {
  const tg_view *view = plot->chart->view;
  double x = plot->x.from;
  tg_draw_line(plot->out, x, y, x + 26, y, TG_DRAW_SOFT, 1.2, NULL);
  x += 32;
  tg_text_clear(&plot->word);
  tg_text_put(&plot->word, tg_view_word(view, "target"));
  tg_text_putc(&plot->word, ' ');
  tg_figure_cell(view, row, plot->target, 1, &plot->word);
  if (!plot->word.failed)
    put_legend(plot, &x, y, plot->word.bytes);
  tg_draw_line(plot->out, x, y, x + 26, y, tg_draw_colors[0], 1.3, "6 4");
  x += 32;
  put_legend(plot, &x, y, tg_view_word(view, tg_view_level(view) == 0.95 ? "limits_95" : "limits"));
  tg_draw_line(plot->out, x, y, x + 26, y, tg_draw_colors[0], 1.6, NULL);
  x += 32;
  put_legend(plot, &x, y, tg_view_word(view, "outer_limits"));
  tg_draw_marker(plot->out, 0, x + 5, y, RADIUS, TG_DRAW_INK, 1);
  tg_draw_marker(plot->out, 3, x + 19, y, RADIUS, TG_DRAW_INK, 1);
  x += 30;
  put_legend(plot, &x, y, tg_view_word(view, "outside"));
}

/* Names that found no room. */
static void list_names(funnel_plot *plot, const tg_text *listed, double *height) {
  tg_draw_lines lines;
  if (!listed->length)
    return;
  tg_text_clear(&plot->word);
  tg_text_put(&plot->word, tg_view_word(plot->chart->view, "outside_too"));
  tg_text_put(&plot->word, listed->bytes);
  if (plot->word.failed)
    return;
  lines = tg_draw_wrap(plot->word.bytes, &axis_font, plot->width - 2 * MARGIN, TG_DRAW_LINES);
  tg_draw_wrapped(plot->out, MARGIN, *height + 10, 16, &axis_font, plot->word.bytes, &lines);
  *height += 16 * (double)lines.count + 6;
}

static void draw_panel(funnel_plot *plot, size_t from, size_t until, double *height) {
  tg_text listed = {0};
  size_t best = gather(plot, from, until),
         indicator = tg_table_find_fixed(plot->chart->view->table, "indicator");
  if (best == SIZE_MAX)
    return;
  if (until - from < plot->chart->series_count && indicator != SIZE_MAX) {
    tg_text_clear(&plot->word);
    tg_label_cell(plot->chart->view, best, indicator, &plot->word);
    if (!plot->word.failed) {
      tg_draw_lines lines = tg_draw_wrap(plot->word.bytes, &panel_font, plot->width - 2 * MARGIN, 2);
      tg_draw_wrapped(plot->out, MARGIN, *height + 26, 17, &panel_font, plot->word.bytes, &lines);
      *height += 14 + 17 * (double)lines.count;
    }
  }
  find_curves(plot, best);
  find_scales(plot, *height + 40);
  draw_axes(plot);
  draw_curves(plot);
  draw_marks(plot);
  draw_names(plot, &listed);
  draw_legend(plot, plot->y.from + 34, best);
  *height = plot->y.from + 52;
  list_names(plot, &listed, height);
  plot->word.failed |= listed.failed;
  tg_text_free(&listed);
}

int tg_funnel_plot_fit(const tg_chart *chart) {
  const trygg_table *table = chart->view->table;
  return tg_table_find_fixed(table, "effective_n") != SIZE_MAX &&
         tg_table_find_fixed(table, "outer_upper") != SIZE_MAX;
}

size_t tg_funnel_plot_page(const tg_chart *chart, double width, double height) {
  size_t end = end_of_panel(chart, chart->from);
  (void)width;
  for (double used = 2 * PANEL_HEIGHT; used <= height && end < chart->until; used += PANEL_HEIGHT)
    end = end_of_panel(chart, end);
  return end;
}

trygg_status tg_funnel_plot_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                                 trygg_error *error) {
  trygg_status status = TRYGG_OK;
  funnel_plot plot = {.chart = chart, .width = width, .out = out};
  plot.marks = tg_memory_new(chart->series_count, sizeof *plot.marks);
  plot.taken = tg_memory_new(chart->series_count, sizeof *plot.taken);
  if (!plot.marks || !plot.taken)
    TRY(tg_error_memory(error));
  find_columns(&plot);
  for (size_t i = chart->from, end; i < chart->until; i = end) {
    end = end_of_panel(chart, i);
    draw_panel(&plot, i, end, height);
  }
  if (plot.word.failed)
    TRY(tg_error_memory(error));
cleanup:
  tg_memory_free(plot.marks);
  tg_memory_free(plot.taken);
  tg_text_free(&plot.word);
  return status;
}
