/* SPDX-License-Identifier: GPL-3.0-or-later */
/* That who answers is chance too: what it adds to variances of linear statistics where much of the population was drawn,
 * part of tally/spread.h. */
#ifndef TG_TALLY_ANSWERING_H
#define TG_TALLY_ANSWERING_H

#include <tally/spread.h>

/* Make spread->answering where the weights make up for who did not answer and populations are finite; 0, or -1 without
 * memory.  The outputs end with those of the response (tally/residual.h). */
int tg_spread_answering_begin(tg_spread *spread);
void tg_spread_answering_free(tg_spread_answering *answering);

/* Products are asked for: 0, or -1 without memory. */
int tg_spread_answering_begin_products(tg_spread *spread);

/* The record at hand is complete. */
void tg_spread_answering_add(tg_spread *spread, size_t record);

/* Add to the matrix of the sample alone. */
void tg_spread_answering_finish(const tg_spread *spread, double *matrix);

#endif
