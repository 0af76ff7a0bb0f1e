/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One self-contained HTML file of sections, each a chart, a table and how the figures were made. */
#ifndef TG_REPORT_HTML_H
#define TG_REPORT_HTML_H

#include <report/view.h>

/* A page with one section. */
trygg_status tg_html_write(const tg_view *view, tg_text *out, trygg_error *error);

/* The page up to and with its heading: `title`, else the view's, else the survey's. */
void tg_html_begin(const tg_view *view, const char *title, tg_text *out);

/* Heading and note, either may be NULL. */
void tg_html_heading(const char *heading, const char *note, tg_text *out);

/* What a section shows of a table; `details`: also columns that most readers do without; `id`: its number on
 * the page. */
trygg_status tg_html_show(const tg_view *view, trygg_report_kind kind, int details, size_t id, tg_text *out,
                          trygg_error *error);

void tg_html_end(tg_text *out);

#endif
