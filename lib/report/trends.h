/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines that tests of trends fitted to the series of a chart. */
#ifndef TG_REPORT_TRENDS_H
#define TG_REPORT_TRENDS_H

#include <report/chart.h>

#define TG_TRENDS_POINTS 3 /* two ends and a bend */

/* A line over the waves it was fitted to, straight or with a bend. */
typedef struct tg_trends_line {
  size_t count; /* points; 0: no line */
  size_t wave[TG_TRENDS_POINTS];
  double value[TG_TRENDS_POINTS]; /* on the scale of the chart */
} tg_trends_line;

/* The line of a series: that of `joinpoint` where it bends clearly, else that of `linear`. */
trygg_status tg_trends_find(const tg_chart *chart, size_t series, tg_trends_line *out, trygg_error *error);

#endif
