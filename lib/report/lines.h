/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over the waves, with intervals. */
#ifndef TG_REPORT_LINES_H
#define TG_REPORT_LINES_H

#include <report/chart.h>

/* More series than this are no longer told apart; fewer, where each has a fitted line too. */
#define TG_LINES_SERIES TG_DRAW_SERIES
#define TG_LINES_FITTED 3

/* Several waves of few series. */
int tg_lines_fit(const tg_chart *chart);

/* Draw every wave from *height down; *height becomes the end.  Lines do not run across a break or a gap. */
trygg_status tg_lines_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                           trygg_error *error);

#endif
