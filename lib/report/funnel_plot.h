/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Areas and their control limits, by how much each is known. */
#ifndef TG_REPORT_FUNNEL_PLOT_H
#define TG_REPORT_FUNNEL_PLOT_H

#include <report/chart.h>

/* A table of control limits. */
int tg_funnel_plot_fit(const tg_chart *chart);

/* Whole panels that a page has room for, one at least. */
size_t tg_funnel_plot_page(const tg_chart *chart, double width, double height);

/* Draw the last wave, an indicator below the other, from *height down; *height becomes the end.  Areas outside the
 * limits are named. */
trygg_status tg_funnel_plot_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                                 trygg_error *error);

#endif
