/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people read them: per cent, decimals that the uncertainty carries, comma or point. */
#ifndef TG_REPORT_FIGURE_H
#define TG_REPORT_FIGURE_H

#include <report/view.h>

#define TG_FIGURE_SUPPRESSED ".."
#define TG_FIGURE_MISSING "-"

/* The factor from the table's value to the one shown: 100 for shares and their changes. */
double tg_figure_factor(tg_unit unit);

/* Decimals of the scaled figures of a row: one for per cent, two for points; for changes of shares such that the
 * standard error shows one digit, at least one; else such that it shows two. */
int tg_figure_decimals(const tg_view *view, size_t row);

/* Append a number with so many decimals, thousands apart, in the reader's language. */
void tg_figure_put(const tg_view *view, double value, int decimals, tg_text *out);

/* Append the figure in a cell, by the kind of its column; `..` or `-` where it is missing.
 * `with_unit` adds the unit of the row to a scaled figure. */
void tg_figure_cell(const tg_view *view, size_t row, size_t column, int with_unit, tg_text *out);

/* Append "10.1–14.6" from two columns. */
void tg_figure_interval(const tg_view *view, size_t row, size_t lower, size_t upper, tg_text *out);

/* What stands for a missing figure in a row. */
const char *tg_figure_missing(const tg_view *view, size_t row);

/* The unit as it stands behind a figure, "" for none. */
const char *tg_figure_unit(const tg_view *view, tg_unit unit);

#endif
