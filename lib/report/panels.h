/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small multiples: a panel a series, all with the same times and, where they measure the same, the same axis. */
#ifndef TG_REPORT_PANELS_H
#define TG_REPORT_PANELS_H

#include <report/chart.h>

/* Several waves of more series than lines can tell apart. */
int tg_panels_fit(const tg_chart *chart);

/* Draw the waves of every series, the total in grey behind it, from *height down; *height becomes the end. */
trygg_status tg_panels_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                            trygg_error *error);

/* The end of a page of such a height that begins with series chart->from. */
size_t tg_panels_page(const tg_chart *chart, double width, double height);

#endif
