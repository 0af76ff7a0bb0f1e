/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which cell and entry each record belongs to. */
#ifndef TG_TALLY_CELLS_H
#define TG_TALLY_CELLS_H

#include <tally/tally.h>

trygg_status tg_cells_index(tg_tally *tally, const tg_tally_request *request, trygg_error *error);

#endif
