/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands below a picture that stands alone. */
#include <report/footing.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <report/figure.h>
#include <report/label.h>
#include <report/sentence.h>

#define MARGIN 16.0
#define LEADING 15.0

static const tg_draw_font font = {11.5, 0, TG_DRAW_SOFT, 's'};

/* The notes that a reader of a picture needs to find and judge its figures, in this order; a table has them all. */
static const char *const sources[] = {"survey",   "definition", "records", "where",      "calibrate",
                                      "response", "trim",       "adjust",  "disclosure", "suppressed_rows"};

typedef struct footing {
  const tg_chart *chart;
  double width, y;
  tg_text word;
  tg_text *out;
} footing;

static void write_paragraph(footing *at) {
  tg_draw_lines lines;

  if (at->word.failed || at->word.length == 0)
    return;
  lines = tg_draw_wrap(at->word.bytes, &font, at->width - 2 * MARGIN, TG_DRAW_LINES);
  tg_draw_wrapped(at->out, MARGIN, at->y, LEADING, &font, at->word.bytes, &lines);
  at->y += (double)lines.count * LEADING;
}

static void put_footnote(void *user, const char *name, const char *text) {
  footing *at = user;

  if (name == NULL) /* the sign of what is not available: no picture has it */
    return;
  tg_text_clear(&at->word);
  tg_text_put(&at->word, name);
  tg_text_put(&at->word, ": ");
  tg_text_put(&at->word, text);
  write_paragraph(at);
}

/* "Answers: 461–6,565", of the figures that are drawn. */
static void put_answers(footing *at) {
  const tg_chart *chart = at->chart;
  size_t column = tg_table_find_fixed(chart->view->table, "n");
  double least = INFINITY, most = -INFINITY;

  for (size_t i = 0; column != SIZE_MAX && i < chart->series_count; i++)
    for (size_t wave = 0; wave < chart->wave_count; wave++)
      if (!isnan(tg_chart_figure(chart, i, wave))) {
        double n = trygg_table_number(chart->view->table, tg_chart_row(chart, i, wave), column);
        least = fmin(least, n);
        most = fmax(most, n);
      }
  if (!(least <= most))
    return;
  tg_text_put(&at->word, tg_view_word(chart->view, "answers_each"));
  tg_text_put(&at->word, ": ");
  tg_figure_put(chart->view, least, 0, &at->word);
  if (least < most) {
    tg_text_put(&at->word, "\xe2\x80\x93");
    tg_figure_put(chart->view, most, 0, &at->word);
  }
}

static void put_sources(footing *at) {
  const tg_view *view = at->chart->view;

  for (size_t s = 0; s < sizeof sources / sizeof *sources; s++)
    for (size_t i = 0; i < trygg_table_notes(view->table); i++) {
      if (strcmp(trygg_table_note_key(view->table, i), sources[s]) != 0)
        continue;
      if (at->word.length > 0)
        tg_text_put(&at->word, " \xc2\xb7 ");
      tg_text_put(&at->word, tg_label_note(view, i));
      tg_text_put(&at->word, ": ");
      tg_label_note_text(view, i, &at->word);
    }
}

static void put_sentence(void *user, const char *text) {
  footing *at = user;

  tg_text_clear(&at->word);
  tg_text_put(&at->word, text);
  write_paragraph(at);
}

/* What the tests of a few series say. */
static trygg_status write_trends(footing *at, trygg_error *error) {
  tg_view tests = *at->chart->view;

  tests.table = tests.trend;
  if (tests.table == NULL || at->chart->wave_count < 2 || at->chart->series_count > TG_DRAW_SERIES)
    return TRYGG_OK;
  return tg_sentence_lines(&tests, put_sentence, at, error);
}

trygg_status tg_footing_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                             trygg_error *error) {
  footing at = {.chart = chart, .width = width, .y = *height + 12, .out = out};
  trygg_status status = TRYGG_OK;

  TRY(write_trends(&at, error));
  tg_label_footnotes(chart->view, put_footnote, &at);
  tg_text_clear(&at.word);
  put_answers(&at);
  put_sources(&at);
  write_paragraph(&at);
  *height = at.y;
  if (at.word.failed)
    TRY(tg_error_memory(error));

cleanup:
  tg_text_free(&at.word);
  return status;
}
