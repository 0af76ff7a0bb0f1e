/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a table can be drawn: figures with intervals, by series and wave. */
#ifndef TG_REPORT_CHART_H
#define TG_REPORT_CHART_H

#include <codebook/codebook.h>
#include <report/draw.h>
#include <report/scale.h>
#include <report/view.h>

#define TG_CHART_SERIES 400 /* more than these nobody looks at in a picture: whole groups are left out */

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
  size_t left_out; /* rows that are not drawn, since their series are too many or their unit is another */
  size_t drawn;    /* those that are */
  size_t *keys;    /* key columns that tell series apart */
  size_t key_count;
  size_t group_key; /* column whose labels head groups of series, or SIZE_MAX */
  tg_chart_series *series;
  size_t series_count;
  size_t from, until; /* the series to be drawn; at first all */
  const char **waves; /* codes in order; one empty code where the table has none */
  double *times;      /* decimal years, else 0, 1, 2 ... */
  int is_timed;       /* they are years */
  size_t wave_count;
  size_t *wave_rows; /* storage of by_wave */
} tg_chart;

/* 1 when the table has figures to draw. */
int tg_chart_exists(const tg_view *view);

/* 1 when its rows are of more than one wave. */
int tg_chart_has_waves(const tg_view *view);

trygg_status tg_chart_make(const tg_view *view, tg_chart *out, trygg_error *error);
void tg_chart_clear(tg_chart *chart);

/* The row of a series in a wave, SIZE_MAX: none; its figure as drawn, NaN: none. */
size_t tg_chart_row(const tg_chart *chart, size_t series, size_t wave);
double tg_chart_figure(const tg_chart *chart, size_t series, size_t wave);

/* The wave before in which a series was asked, if nothing parts the two: no break, no missing figure; SIZE_MAX: none. */
size_t tg_chart_joined(const tg_chart *chart, size_t series, size_t wave);

/* 1 for a figure that is flagged as unreliable, whose marker is hollow. */
int tg_chart_is_weak(const tg_chart *chart, size_t row);

/* 1 when a series has any figure. */
int tg_chart_has_figures(const tg_chart *chart, size_t series);

/* 1 when two series measure the same thing and share an axis: one indicator, where that tells series apart. */
int tg_chart_share_axis(const tg_chart *chart, size_t a, size_t b);

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

/* What is known of the break of a series between wave - 1 and wave: its row of breaks.csv, or NULL. */
const tg_break_row *tg_chart_find_break(const tg_chart *chart, size_t series, size_t wave);

/* An axis over the figures of the series that share one with `series` (SIZE_MAX: of all) from a wave on, as
 * tg_scale_make. */
tg_scale tg_chart_scale(const tg_chart *chart, size_t series, size_t first_wave, size_t ticks, double zero);

/* Append the label of a wave. */
void tg_chart_put_wave(const tg_chart *chart, size_t wave, tg_text *out);

/* Append what the axis measures: "Estimate, %". */
void tg_chart_put_axis(const tg_chart *chart, tg_text *out);

#endif
