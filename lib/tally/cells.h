/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which cell and entry each record belongs to. */
#ifndef TG_TALLY_CELLS_H
#define TG_TALLY_CELLS_H

#include <tally/tally.h>

trygg_status tg_cells_index(tg_tally *tally, const tg_tally_request *request, trygg_error *error);

/* Let the keys of cells tell a by-variable more: with its categories, and one number that none has. */
trygg_status tg_cells_widen(uint64_t *radix, const tg_categories *categories, trygg_error *error);

/* Cells from their keys wave * radix + codes, in increasing order; codes of radix - 1: one is missing. */
trygg_status tg_cells_decode(tg_tally *tally, const uint64_t *keys, uint64_t radix, trygg_error *error);

/* Entries from their keys unit * cells + cell, in increasing order; and for each cell the list of its entries. */
trygg_status tg_cells_list_entries(tg_tally *tally, const uint64_t *keys, trygg_error *error);

/* Free all that the index of cells and entries holds. */
void tg_cells_clear(tg_tally *tally);

#endif
