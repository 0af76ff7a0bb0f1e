/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dots with intervals, a row a series. */
#ifndef TG_REPORT_DOTS_H
#define TG_REPORT_DOTS_H

#include <report/chart.h>

/* Any chart can be drawn as dots. */
int tg_dots_fit(const tg_chart *chart);

/* Draw the last wave, and hollow behind it the wave before, from *height down; *height becomes the end. */
trygg_status tg_dots_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                          trygg_error *error);

/* The end of a page of such a height that begins with series chart->from. */
size_t tg_dots_page(const tg_chart *chart, double width, double height);

#endif
