/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of charts: one row each in kinds.c, the first that fits is drawn. */
#ifndef TG_REPORT_KINDS_H
#define TG_REPORT_KINDS_H

#include <report/chart.h>

typedef struct tg_chart_kind {
  const char *name;
  int over_waves; /* the waves are an axis; else the last wave is drawn, and named above it */
  int (*fits)(const tg_chart *chart);
  /* Draw chart->from..until from *height down; *height becomes the end. */
  trygg_status (*draw)(const tg_chart *chart, double width, double *height, tg_text *out, trygg_error *error);
  /* Where a page that begins with series chart->from ends at the latest, for kinds that grow with the number of series;
   * NULL: all are drawn together. */
  size_t (*page)(const tg_chart *chart, double width, double height);
} tg_chart_kind;

/* The first kind that fits; the last one always does. */
const tg_chart_kind *tg_kinds_choose(const tg_chart *chart);

#endif
