/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart as an SVG picture. */
#ifndef TG_REPORT_SVG_H
#define TG_REPORT_SVG_H

#include <report/view.h>

/* A file of its own. */
trygg_status tg_svg_write(const tg_view *view, tg_text *out, trygg_error *error);

/* An element to stand in HTML; `id` makes the ids of its parts unique on the page. */
trygg_status tg_svg_draw(const tg_view *view, size_t id, tg_text *out, trygg_error *error);

#endif
