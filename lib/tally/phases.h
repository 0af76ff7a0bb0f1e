/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the second phase of a sample adds to variances of linear statistics, part of tally/spread.h. */
#ifndef TG_TALLY_PHASES_H
#define TG_TALLY_PHASES_H

#include <tally/spread.h>

/* Make spread->phases; 0, or -1 without memory. */
int tg_spread_phases_begin(tg_spread *spread);
void tg_spread_phases_free(tg_spread_phases *phases);

/* The record at hand is complete. */
void tg_spread_phases_add(tg_spread *spread, size_t record);

/* As those of the spread, which call them; 0, or -1 without memory. */
int tg_spread_phases_settle(tg_spread *spread);
int tg_spread_phases_begin_products(tg_spread *spread, int full);

/* Add to the variances, or with `full` to the matrix, of the first phase alone. */
trygg_status tg_spread_phases_finish(const tg_spread *spread, int full, double *values, trygg_error *error);

/* Degrees of freedom of an output are those of the phase with fewer. */
void tg_spread_phases_df(const tg_spread *spread, size_t count, double *df);

#endif
