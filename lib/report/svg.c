/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart as an SVG picture: heading, what the picture says in words, the marks. */
#include <report/svg.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <report/chart.h>
#include <report/footing.h>
#include <report/kinds.h>
#include <report/label.h>
#include <report/markup.h>
#include <report/sentence.h>

#define WIDTH 900.0
#define MARGIN 16.0
#define PAGE_HEIGHT 1080.0 /* so that it fits on a page as tall as A4 with its margins and a heading */
#define FONTS "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

static const tg_draw_font title_font = {18, 1, TG_DRAW_INK, 's'};
static const tg_draw_font caption_font = {13, 0, TG_DRAW_SOFT, 's'};
static const tg_draw_font lone_font = {15, 1, TG_DRAW_INK,
                                       's'}; /* a caption that is all the title there is */

static int tells_series(const tg_chart *chart, size_t column) {
  for (size_t k = 0; k < chart->key_count; k++)
    if (chart->keys[k] == column)
      return 1;
  return 0;
}

/* Whether a column that tells no series apart differs all the same: the wave before each wave. */
static int differs(const tg_chart *chart, size_t column) {
  const trygg_table *table = chart->view->table;

  for (size_t i = 1; i < chart->row_count; i++)
    if (strcmp(trygg_table_text(table, chart->rows[i], column),
               trygg_table_text(table, chart->rows[0], column)) != 0)
      return 1;
  return 0;
}

/* The keys that all marks share, joined; the wave too unless it is an axis. */
static void put_caption(const tg_chart *chart, const tg_chart_kind *kind, tg_text *out) {
  const trygg_table *table = chart->view->table;
  size_t row = chart->series[0].first;
  const char *separator = "";

  tg_text_put(out, "");
  for (size_t i = 0; i < trygg_table_columns(table); i++) {
    const char *text = trygg_table_text(table, row, i);
    int is_wave = strcmp(trygg_table_name(table, i), "wave") == 0;
    int is_other = i == tg_table_find_fixed(table, "b");
    if (tg_view_repeats(chart->view, i) || trygg_table_role(table, i) != TRYGG_KEY || text == NULL ||
        *text == '\0' || tells_series(chart, i) || i == tg_table_find_fixed(table, "waves") ||
        (is_wave && kind->over_waves))
      continue;
    tg_text_put(out, separator);
    if (is_other)
      tg_text_format(out, "%s: ", tg_label_column(chart->view, i));
    if (is_other && differs(chart, i))
      tg_text_put(out, tg_view_word(chart->view, "wave_before"));
    else if (is_wave)
      tg_chart_put_wave(chart, chart->wave_count - 1, out);
    else
      tg_label_cell(chart->view, row, i, out);
    separator = " \xc2\xb7 ";
  }
}

/* "18 rows; highest: Burglary 12.3 (10.1–14.6); lowest: ..." for those who do not see the picture. */
static void put_extreme(const tg_chart *chart, const char *word, int sign, tg_text *out) {
  size_t best = SIZE_MAX, last = chart->wave_count - 1;

  for (size_t i = 0; i < chart->series_count; i++) {
    size_t row = chart->series[i].by_wave[last];
    if (row == SIZE_MAX || isnan(tg_chart_value(chart, row)))
      continue;
    if (best == SIZE_MAX ||
        sign * tg_chart_value(chart, row) > sign * tg_chart_value(chart, chart->series[best].by_wave[last]))
      best = i;
  }
  if (best == SIZE_MAX)
    return;
  tg_text_put(out, "; ");
  tg_text_put(out, tg_view_word(chart->view, word));
  tg_text_put(out, ": ");
  tg_chart_put_label(chart, best, out);
  tg_text_putc(out, ' ');
  tg_chart_put_figure(chart, chart->series[best].by_wave[last], out);
}

static void add_sentence(void *user, const char *sentence) {
  tg_text *out = user;

  tg_text_put(out, out->length > 0 && out->bytes[out->length - 1] == '.' ? " " : ". ");
  tg_text_put(out, sentence);
}

/* What the tests of its trends say, in the words of the table. */
static trygg_status put_trends(const tg_chart *chart, tg_text *out, trygg_error *error) {
  tg_view tests = *chart->view;

  tests.table = tests.trend;
  return tests.table == NULL || chart->wave_count < 2 ? TRYGG_OK
                                                      : tg_sentence_lines(&tests, add_sentence, out, error);
}

static void put_description(const tg_chart *chart, tg_text *out) {
  tg_text_put(out, tg_view_word(chart->view, "chart_of"));
  tg_text_format(out, " %zu ", chart->drawn);
  tg_text_put(out, tg_view_word(chart->view, "rows"));
  put_extreme(chart, "highest", 1, out);
  if (chart->series_count > 1)
    put_extreme(chart, "lowest", -1, out);
}

/* The first part of a chart has the ids chart1-title and chart1-text, the next chart1-2-title. */
static void put_id(size_t id, size_t page, const char *part, tg_text *out) {
  if (page == 0)
    tg_text_format(out, "chart%zu-%s", id, part);
  else
    tg_text_format(out, "chart%zu-%zu-%s", id, page + 1, part);
}

static void put_begin(const tg_chart *chart, size_t id, size_t page, double height, const char *title,
                      const char *description, tg_text *out) {
  tg_text_put(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"");
  tg_text_format(out, " lang=\"%s\" aria-labelledby=\"", tg_label_language(chart->view));
  put_id(id, page, "title", out);
  tg_text_putc(out, ' ');
  put_id(id, page, "text", out);
  tg_text_put(out, "\" viewBox=\"0 0 ");
  tg_markup_coordinate(out, WIDTH);
  tg_text_putc(out, ' ');
  tg_markup_coordinate(out, height);
  tg_text_putc(out, '"');
  tg_markup_attribute(out, "width", WIDTH);
  tg_markup_attribute(out, "height", height);
  tg_text_put(out, " font-family=\"" FONTS "\">\n");
  tg_text_put(out, "<title id=\"");
  put_id(id, page, "title", out);
  tg_markup_element(out, "\">", title, "</title>\n");
  tg_text_put(out, "<desc id=\"");
  put_id(id, page, "text", out);
  tg_markup_element(out, "\">", description, "</desc>\n");
  tg_text_put(out, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
}

/* Title and caption; *height becomes their end. */
static void draw_heading(const tg_chart *chart, const char *caption, double *height, tg_text *out) {
  const char *title = chart->view->title;
  const tg_draw_font *font = title == NULL ? &lone_font : &caption_font;
  tg_draw_lines lines;

  *height = MARGIN;
  if (title != NULL) {
    lines = tg_draw_wrap(title, &title_font, WIDTH - 2 * MARGIN, 3);
    tg_draw_wrapped(out, MARGIN, *height + 16, 23, &title_font, title, &lines);
    *height += (double)lines.count * 23 + 4;
  }
  lines = tg_draw_wrap(caption, font, WIDTH - 2 * MARGIN, 3);
  tg_draw_wrapped(out, MARGIN, *height + 13, 18, font, caption, &lines);
  *height += (double)lines.count * 18;
}

static void draw_left_out(const tg_chart *chart, double *height, tg_text *out) {
  tg_text words = {0};

  if (chart->left_out == 0)
    return;
  tg_text_format(&words, "%zu ", chart->left_out);
  tg_text_put(&words, tg_view_word(chart->view, "more_rows"));
  if (words.failed)
    out->failed = 1;
  else
    tg_draw_text(out, MARGIN, *height + 6, &caption_font, words.bytes);
  *height += 18;
  tg_text_free(&words);
}

/* One picture of the series from..until; `page` is its number, with `is_alone` it says where it is from. */
static trygg_status draw_page(const tg_chart *chart, const tg_chart_kind *kind, size_t id, size_t page,
                              int is_alone, tg_text *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_view *view = chart->view;
  tg_text caption = {0}, description = {0}, body = {0};
  double height = 0;

  put_caption(chart, kind, &caption);
  put_description(chart, &description);
  if (page == 0)
    TRY(put_trends(chart, &description, error));
  if (caption.failed || description.failed)
    TRY(tg_error_memory(error));
  draw_heading(chart, caption.bytes, &height, &body);
  TRY(kind->draw(chart, WIDTH, &height, &body, error));
  if (chart->until == chart->series_count)
    draw_left_out(chart, &height, &body);
  if (is_alone)
    TRY(tg_footing_draw(chart, WIDTH, &height, &body, error));
  if (body.failed)
    TRY(tg_error_memory(error));
  put_begin(chart, id, page, height,
            view->title != NULL  ? view->title
            : caption.length > 0 ? caption.bytes
                                 : tg_view_word(view, "chart"),
            description.bytes, out);
  tg_text_append(out, body.bytes, body.length);
  tg_text_put(out, "</svg>\n");

cleanup:
  tg_text_free(&caption);
  tg_text_free(&description);
  tg_text_free(&body);
  return status;
}

trygg_status tg_svg_draw(const tg_view *view, size_t id, tg_text *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_chart_kind *kind;
  tg_chart chart = {0};
  size_t end, page = 0;

  TRY(tg_chart_make(view, &chart, error));
  kind = tg_kinds_choose(&chart);
  end = chart.series_count;
  for (; chart.from < end; chart.from = chart.until) {
    chart.until = end;
    if (kind->page != NULL)
      chart.until = kind->page(&chart, WIDTH, PAGE_HEIGHT);
    TRY(draw_page(&chart, kind, id, page++, 0, out, error));
  }

cleanup:
  tg_chart_clear(&chart);
  return status;
}

trygg_status tg_svg_write(const tg_view *view, tg_text *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_chart chart = {0};

  tg_text_put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  TRY(tg_chart_make(view, &chart, error));
  TRY(draw_page(&chart, tg_kinds_choose(&chart), 0, 0, 1, out, error));

cleanup:
  tg_chart_clear(&chart);
  return status;
}
