/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What marks mean, below a chart: samples with words, in as many lines as they need. */
#ifndef TG_REPORT_LEGEND_H
#define TG_REPORT_LEGEND_H

#include <report/chart.h>

typedef enum tg_legend_sample { TG_LEGEND_WORD, TG_LEGEND_LINE, TG_LEGEND_BAR } tg_legend_sample;

typedef struct tg_legend {
  double x, y; /* where the next sample begins; the middle of its line */
  double left, right;
  tg_text *out;
} tg_legend;

/* From the middle of the first line at y; nothing goes beyond left and right. */
tg_legend tg_legend_begin(double left, double right, double y, tg_text *out);

/* A sample, with its dashes or NULL, and what it means. */
void tg_legend_add(tg_legend *legend, tg_legend_sample sample, const char *color, double width,
                   const char *dashes, const char *text);

/* A paragraph on lines of its own. */
void tg_legend_say(tg_legend *legend, const char *text);

/* The breaks between the waves of the chart: their sign, and what breaks.csv says of each. */
trygg_status tg_legend_breaks(tg_legend *legend, const tg_chart *chart, trygg_error *error);

/* The lower end of what was written. */
double tg_legend_end(const tg_legend *legend);

#endif
