/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells and entries of a tally whose records come in windows: numbered as they are met, by what they are called
 * rather than by where they stand, and put in order at the end. */
#ifndef TG_TALLY_GROWTH_H
#define TG_TALLY_GROWTH_H

#include <tally/tally.h>

trygg_status tg_growth_create(size_t by_count, tg_growth **out, trygg_error *error);

/* Take in the cells and entries of a window: (*entries)[e] (yours to free) is the tally's entry of the window's e-th. */
trygg_status tg_growth_add(tg_tally *tally, const tg_tally *index, const uint32_t *units, uint32_t **entries,
                           trygg_error *error);

/* Put all in order: cells and entries become those of a tally of all records at once, and tally->cell_met and
 * entry_met say which number each was met by. */
trygg_status tg_growth_finish(tg_tally *tally, const tg_tally_order *order, trygg_error *error);

void tg_growth_free(tg_growth *growth);

#endif
