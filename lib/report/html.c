/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One self-contained HTML file of sections, each a chart, a table and how the figures were made. */
#include <report/discoveries.h>
#include <report/html.h>

#include <base/error.h>
#include <codebook/codebook.h>
#include <report/chart.h>
#include <report/label.h>
#include <report/layout.h>
#include <report/sentence.h>
#include <report/markup.h>
#include <report/svg.h>

static const char style[] =
    "body{font:16px/1.5 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,'Liberation Sans','DejaVu Sans',"
    "sans-serif;color:#1f2937;background:#fff;margin:0 auto;padding:1.5rem;max-width:62rem}\n"
    "h1{font-size:1.75rem;line-height:1.2;margin:.5rem 0 1rem}\n"
    "h2{font-size:1.25rem;line-height:1.3;margin:2.25rem 0 .5rem;border-top:1px solid #e5e7eb;padding-top:1.25rem}\n"
    "section svg{display:block;max-width:100%;height:auto;margin:.5rem 0 .5rem -.9rem}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-size:.9rem;margin:.75rem 0;font-variant-numeric:tabular-nums}\n"
    "caption{text-align:left;color:#4b5563;padding:.25rem 0}\n"
    "th,td{padding:.3rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid #e5e7eb}\n"
    "thead th{border-bottom:2px solid #9ca3af;vertical-align:bottom}\n"
    "tbody th{font-weight:normal}\n"
    ".n{text-align:right}td.n{white-space:nowrap}\n"
    ".foot,.notes{font-size:.8rem;color:#4b5563;margin:.25rem 0;overflow-wrap:anywhere}\n"
    "@media print{body{font-size:10pt;padding:0;max-width:none}h1{font-size:16pt}h2{font-size:12pt;"
    "break-after:avoid}svg,tr{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}"
    "table{font-size:8.5pt}}\n";

void tg_html_begin(const tg_view *view, const char *title, tg_text *out) {
  if (title == NULL && view->title != NULL)
    title = view->title;
  if (title == NULL && view->codebook != NULL && view->codebook->settings.title != NULL)
    title = view->codebook->settings.title;
  if (title == NULL || *title == '\0')
    title = tg_view_word(view, "table");
  tg_text_format(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                 tg_label_language(view));
  tg_text_put(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  tg_markup_element(out, "<title>", title, "</title>\n");
  tg_text_put(out, "<style>\n");
  tg_text_put(out, style);
  tg_text_put(out, "</style>\n</head>\n<body>\n");
  tg_markup_element(out, "<h1>", title, "</h1>\n");
}

void tg_html_end(tg_text *out) {
  tg_text_put(out, "</body>\n</html>\n");
}

void tg_html_heading(const char *heading, const char *note, tg_text *out) {
  if (heading != NULL)
    tg_markup_element(out, "<h2>", heading, "</h2>\n");
  if (note != NULL)
    tg_markup_element(out, "<p>", note, "</p>\n");
}

/* One cell; `word` is where it is made. */
static void put_cell(const tg_view *view, const tg_layout *layout, size_t position, size_t row, tg_text *word,
                     tg_text *out) {
  const tg_layout_column *column = &layout->columns[position];
  int is_head = row == SIZE_MAX || (position == 0 && column->kind == TG_KIND_KEY);

  tg_text_clear(word);
  tg_text_put(word, "");
  if (row == SIZE_MAX)
    tg_layout_header(view, layout, position, word);
  else
    tg_layout_cell(view, layout, position, row, word);
  tg_text_put(out, is_head ? "<th" : "<td");
  if (is_head)
    tg_text_put(out, row == SIZE_MAX ? " scope=\"col\"" : " scope=\"row\"");
  if (tg_layout_is_numeric(column))
    tg_text_put(out, " class=\"n\"");
  tg_text_putc(out, '>');
  tg_markup_append(out, word->failed ? "" : word->bytes, word->failed ? 0 : word->length);
  tg_text_put(out, is_head ? "</th>" : "</td>");
}

static void put_caption(const tg_view *view, const tg_layout *layout, tg_text *word, tg_text *out) {
  tg_text_put(out, "<caption>");
  for (size_t i = 0; i < layout->caption_count; i++) {
    tg_text_clear(word);
    tg_text_put(word, "");
    tg_label_cell(view, 0, layout->captions[i], word);
    tg_markup_put(out, tg_label_column(view, layout->captions[i]));
    tg_text_put(out, ": ");
    tg_markup_append(out, word->failed ? "" : word->bytes, word->failed ? 0 : word->length);
    if (i + 1 < layout->caption_count)
      tg_text_put(out, " \xc2\xb7 ");
  }
  tg_text_put(out, "</caption>\n");
}

static trygg_status put_table(const tg_view *view, int details, tg_text *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_layout layout = {0};
  tg_text word = {0};
  size_t rows = trygg_table_rows(view->table);

  TRY(tg_layout_make(view, &layout, error));
  while (!details && tg_layout_spare(&layout, TG_LAYOUT_DETAIL))
    continue;
  tg_text_put(out, "<div class=\"wide\"><table>\n");
  if (layout.caption_count > 0)
    put_caption(view, &layout, &word, out);
  tg_text_put(out, "<thead><tr>");
  for (size_t i = 0; i < layout.count; i++)
    put_cell(view, &layout, i, SIZE_MAX, &word, out);
  tg_text_put(out, "</tr></thead>\n<tbody>\n");
  for (size_t row = 0; row < rows; row++) {
    tg_text_put(out, "<tr>");
    for (size_t i = 0; i < layout.count; i++)
      put_cell(view, &layout, i, row, &word, out);
    tg_text_put(out, "</tr>\n");
  }
  tg_text_put(out, "</tbody></table></div>\n");
  if (rows == 0)
    tg_markup_element(out, "<p class=\"foot\">", tg_view_word(view, "no_rows"), "</p>\n");
  if (word.failed)
    TRY(tg_error_memory(error));

cleanup:
  tg_layout_clear(&layout);
  tg_text_free(&word);
  return status;
}

static void put_footnote(void *user, const char *name, const char *text) {
  tg_text *out = user;

  tg_text_put(out, "<p class=\"foot\">");
  if (name != NULL) {
    tg_markup_put(out, name);
    tg_text_put(out, ": ");
  }
  tg_markup_put(out, text);
  tg_text_put(out, "</p>\n");
}

static trygg_status put_notes(const tg_view *view, tg_text *out, trygg_error *error) {
  tg_text value = {0};

  tg_label_footnotes(view, put_footnote, out);
  if (trygg_table_notes(view->table) == 0)
    return TRYGG_OK;
  tg_markup_element(out, "<p class=\"notes\">", tg_view_word(view, "provenance"), ". ");
  for (size_t i = 0; i < trygg_table_notes(view->table); i++) {
    if (i > 0)
      tg_text_put(out, " \xc2\xb7 ");
    tg_markup_put(out, tg_label_note(view, i));
    tg_text_clear(&value);
    tg_text_put(&value, "");
    tg_label_note_text(view, i, &value);
    if (value.failed) {
      tg_text_free(&value);
      return tg_error_memory(error);
    }
    tg_markup_element(out, ": ", value.bytes, "");
  }
  tg_text_put(out, "</p>\n");
  tg_text_free(&value);
  return TRYGG_OK;
}

static void put_sentence(void *user, const char *sentence) {
  tg_markup_element(user, "<p>", sentence, "</p>\n");
}

static trygg_status put_sentences(const tg_view *view, tg_text *out, trygg_error *error) {
  trygg_status status = tg_sentence_lines(view, put_sentence, out, error);

  return status == TRYGG_OK ? tg_discoveries_lines(view, put_sentence, out, error) : status;
}

static trygg_status put_figures(const tg_view *view, int details, tg_text *out, trygg_error *error) {
  trygg_status status = put_table(view, details, out, error);

  return status == TRYGG_OK ? put_notes(view, out, error) : status;
}

/* Trend tests of a picture over the waves speak first, and have their table below it. */
trygg_status tg_html_show(const tg_view *view, trygg_report_kind kind, int details, size_t id, tg_text *out,
                          trygg_error *error) {
  int has_chart = kind != TRYGG_REPORT_TABLE && tg_chart_exists(view),
      has_trend = has_chart && view->trend != NULL && tg_chart_has_waves(view);
  tg_view untitled = *view, tests = *view; /* the heading stands above the picture already */
  trygg_status status = TRYGG_OK;

  untitled.title = NULL;
  tests.table = view->trend;
  if (kind != TRYGG_REPORT_TABLE)
    TRY(put_sentences(has_trend ? &tests : view, out, error));
  if (has_chart)
    TRY(tg_svg_draw(&untitled, id, out, error));
  if (has_trend && kind == TRYGG_REPORT_BOTH)
    TRY(put_figures(&tests, details, out, error));
  if (kind != TRYGG_REPORT_CHART)
    TRY(put_figures(view, details, out, error));
  else
    TRY(put_notes(view, out, error));

cleanup:
  return status;
}

trygg_status tg_html_write(const tg_view *view, tg_text *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;

  tg_html_begin(view, NULL, out);
  tg_text_put(out, "<section>\n");
  TRY(tg_html_show(view, TRYGG_REPORT_BOTH, 1, 1, out, error));
  tg_text_put(out, "</section>\n");
  tg_html_end(out);

cleanup:
  return status;
}
