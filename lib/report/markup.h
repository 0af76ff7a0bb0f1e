/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as XML and HTML want it. */
#ifndef TG_REPORT_MARKUP_H
#define TG_REPORT_MARKUP_H

#include <base/text.h>

/* Append text with & < > " ' escaped; what XML does not allow becomes U+FFFD. */
void tg_markup_put(tg_text *out, const char *text);
void tg_markup_append(tg_text *out, const char *text, size_t length);

/* Append `head`, the escaped text, `tail`. */
void tg_markup_element(tg_text *out, const char *head, const char *text, const char *tail);

/* Append a coordinate with at most one decimal. */
void tg_markup_coordinate(tg_text *out, double value);

/* Append ` name="value"`. */
void tg_markup_attribute(tg_text *out, const char *name, double value);

#endif
