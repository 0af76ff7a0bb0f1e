/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a table can be drawn: figures with intervals, by series and wave. */
#ifndef TG_REPORT_CHART_H
#define TG_REPORT_CHART_H

#include <report/draw.h>
#include <report/scale.h>
#include <report/view.h>

#define TG_CHART_ROWS 2000 /* rows of a table that are looked at */

/* One or more waves of the same thing. */
typedef struct tg_chart_series {
  size_t first;    /* a row of it */
  size_t *by_wave; /* [wave_count] its row in each wave, SIZE_MAX: none */
  size_t group;    /* order of its group */
  int is_total;    /* over every by-variable, or the whole index */
} tg_chart_series;

typedef struct tg_chart {
  const tg_view *view;
  size_t value, lower, upper; /* columns; limits may be SIZE_MAX */
  tg_unit unit;
  double factor;  /* from the table's value to the one drawn */
  double neutral; /* where both sides of a comparison are equal: 1 of ratios, else 0 */
  size_t *rows;
  size_t row_count;
  size_t left_out; /* rows that are not drawn for being too many */
  size_t *keys;    /* key columns that tell series apart */
  size_t key_count;
  size_t group_key; /* column whose labels head groups of series, or SIZE_MAX */
  tg_chart_series *series;
  size_t series_count;
  const char **waves; /* codes in order; one empty code where the table has none */
  double *times;      /* decimal years, else 0, 1, 2 ... */
  size_t wave_count;
  size_t *wave_rows; /* storage of by_wave */
} tg_chart;

/* 1 when the table has figures to draw. */
int tg_chart_exists(const tg_view *view);

trygg_status tg_chart_make(const tg_view *view, tg_chart *out, trygg_error *error);
void tg_chart_clear(tg_chart *chart);

/* The figure, or its lower or upper limit, as drawn; NaN when missing. */
double tg_chart_value(const tg_chart *chart, size_t row);
double tg_chart_lower(const tg_chart *chart, size_t row);
double tg_chart_upper(const tg_chart *chart, size_t row);

/* Append "12.3 (10.1–14.6)", or what stands for a missing figure. */
void tg_chart_put_figure(const tg_chart *chart, size_t row, tg_text *out);

/* Append the labels of the keys that tell series apart, except that of the group. */
void tg_chart_put_label(const tg_chart *chart, size_t series, tg_text *out);

/* 1 when the series is broken between wave - 1 and wave. */
int tg_chart_breaks(const tg_chart *chart, size_t series, size_t wave);

/* An axis over the figures of the chart from a wave on, zero included where it is near. */
tg_scale tg_chart_scale(const tg_chart *chart, size_t first_wave, size_t ticks);

/* Append the label of a wave. */
void tg_chart_put_wave(const tg_chart *chart, size_t wave, tg_text *out);

/* Append what the axis measures: "Estimate, %". */
void tg_chart_put_axis(const tg_chart *chart, tg_text *out);

#endif
