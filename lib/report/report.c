/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and pictures out: the registry of formats, and the way to the caller's sink. */
#include <trygg/report.h>

#include <string.h>

#include <base/options.h>
#include <base/error.h>
#include <base/text.h>
#include <report/csv.h>
#include <report/html.h>
#include <report/json.h>
#include <report/plain.h>
#include <report/svg.h>

#define DEFAULT_WIDTH 100
#define PIECE ((size_t)65536) /* handed to the sink at a time */

/* One row a format.  `language` is the default one. */
static const struct {
  trygg_report_format format;
  tg_message_language language;
  tg_view_writer write;
} formats[] = {
    {{"table", "text/plain; charset=utf-8", "aligned text for people"}, TG_MESSAGE_ENGLISH, tg_plain_write},
    {{"csv", "text/csv; charset=utf-8", "comma, point, codes, shares 0-1; for programs"},
     TG_MESSAGE_ENGLISH,
     tg_csv_write},
    {{"csv-sv", "text/csv; charset=utf-8",
      "semicolon, decimal comma, labels, per cent; for a Swedish spreadsheet"},
     TG_MESSAGE_SWEDISH,
     tg_csv_write_swedish},
    {{"json", "application/json", "rows as objects, with provenance"}, TG_MESSAGE_ENGLISH, tg_json_write},
    {{"svg", "image/svg+xml", "a chart with intervals"}, TG_MESSAGE_ENGLISH, tg_svg_write},
    {{"html", "text/html; charset=utf-8", "one file with chart, table and provenance"},
     TG_MESSAGE_ENGLISH,
     tg_html_write},
};

#define FORMATS (sizeof formats / sizeof *formats)

const trygg_report_format *trygg_report_formats(size_t format) {
  return format < FORMATS ? &formats[format].format : NULL;
}

static const char *format_name_at(const void *context, size_t i) {
  (void)context;
  return formats[i].format.name;
}

static trygg_status find_format(const char *name, size_t *out, trygg_error *error) {
  const char *nearest;

  for (*out = 0; *out < FORMATS; ++*out)
    if (strcmp(formats[*out].format.name, name) == 0)
      return TRYGG_OK;
  nearest = tg_text_nearest(name, FORMATS, format_name_at, NULL);
  if (nearest != NULL)
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "format", "no format `%s`; did you mean `%s`?", name,
                       nearest);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "format",
                     "no format `%s`; use table, csv, csv-sv, json, svg or html", name);
}

static trygg_status find_language(const char *name, tg_message_language *out, trygg_error *error) {
  if (name == NULL || *name == '\0')
    return TRYGG_OK;
  if (strcmp(name, "en") == 0)
    *out = TG_MESSAGE_ENGLISH;
  else if (strcmp(name, "sv") == 0)
    *out = TG_MESSAGE_SWEDISH;
  else
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "language", "no language `%s`; use en or sv", name);
  return TRYGG_OK;
}

/* The view that options ask for; its table is set later. */
static trygg_status make_view(const trygg_report_options *options, tg_message_language language, tg_view *out,
                              trygg_error *error) {
  trygg_report_options chosen;
  trygg_status status = tg_options_take(&chosen, sizeof chosen, options, "trygg_report_options", error);

  if (status != TRYGG_OK)
    return status;
  *out = (tg_view){.codebook = chosen.codebook,
                   .language = language,
                   .title = chosen.title,
                   .trend = chosen.trend ? trygg_disclosure_table(chosen.trend) : NULL,
                   .color = chosen.color,
                   .width = chosen.width < 0    ? SIZE_MAX
                            : chosen.width == 0 ? DEFAULT_WIDTH
                                                : (size_t)chosen.width};
  return find_language(chosen.language, &out->language, error);
}

static trygg_status send(const tg_text *text, trygg_report_sink sink, void *user, trygg_error *error) {
  for (size_t sent = 0; sent < text->length; sent += PIECE) {
    size_t left = text->length - sent;
    if (sink(user, text->bytes + sent, left < PIECE ? left : PIECE) != 0)
      return tg_error_set(error, TRYGG_EIO, "the output could not be written after %zu of %zu bytes", sent,
                          text->length);
  }
  return TRYGG_OK;
}

trygg_status trygg_report_write(const trygg_publication *publication, const char *format,
                                const trygg_report_options *options, trygg_report_sink sink, void *user,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_text text = {0};
  tg_view view;
  size_t chosen;

  if (publication == NULL || format == NULL || sink == NULL)
    return tg_error_set(error, TRYGG_EINVAL, "no %s was given to write",
                        publication == NULL ? "publication"
                        : format == NULL    ? "format"
                                            : "sink");
  TRY(find_format(format, &chosen, error));
  TRY(make_view(options, formats[chosen].language, &view, error));
  view.table = trygg_disclosure_table(publication);
  TRY(formats[chosen].write(&view, &text, error));
  if (text.failed)
    TRY(tg_error_memory(error));
  TRY(send(&text, sink, user, error));

cleanup:
  tg_text_free(&text);
  return status;
}

static trygg_status compose_page(const trygg_report_page *page, tg_view *view, tg_text *out,
                                 trygg_error *error) {
  trygg_status status = TRYGG_OK;

  tg_html_begin(view, page->title, out);
  for (size_t i = 0; i < page->lead_count; i++)
    tg_html_heading(NULL, page->lead[i], out);
  for (size_t i = 0; i < page->section_count; i++) {
    const trygg_report_section *section = &page->sections[i];
    tg_text_put(out, "<section>\n");
    tg_html_heading(section->heading, section->note, out);
    view->table = trygg_disclosure_table(section->publication);
    if (view->table != NULL)
      TRY(tg_html_show(view, section->kind, 0, i + 1, out, error));
    tg_text_put(out, "</section>\n");
  }
  tg_html_end(out);
  if (out->failed)
    TRY(tg_error_memory(error));

cleanup:
  return status;
}

trygg_status trygg_report_write_page(const trygg_report_page *page, const trygg_report_options *options,
                                     trygg_report_sink sink, void *user, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_report_page chosen = {0};
  tg_text text = {0};
  tg_view view;

  if (page == NULL || sink == NULL)
    return tg_error_set(error, TRYGG_EINVAL, "no page or no sink was given to write");
  memcpy(&chosen, page, page->size < sizeof chosen ? page->size : sizeof chosen);
  if ((chosen.lead_count > 0 && chosen.lead == NULL) || (chosen.section_count > 0 && chosen.sections == NULL))
    return tg_error_set(error, TRYGG_EINVAL, "the page counts lines or sections and has none");
  TRY(make_view(options, TG_MESSAGE_ENGLISH, &view, error));
  TRY(compose_page(&chosen, &view, &text, error));
  TRY(send(&text, sink, user, error));

cleanup:
  tg_text_free(&text);
  return status;
}
