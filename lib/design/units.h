/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strata and clusters of records that come in windows: numbered as they are met, by what they are called, and put in
 * order at the end, where they become the design that all records at once would have. */
#ifndef TG_DESIGN_UNITS_H
#define TG_DESIGN_UNITS_H

#include <design/design.h>

typedef struct tg_units tg_units;

trygg_status tg_units_create(const trygg_codebook *codebook, tg_units **out, trygg_error *error);
void tg_units_free(tg_units *units);

/* Take in a window's design (tg_design_of_window).  Its waves stand in the order in which they were met. */
trygg_status tg_units_add(tg_units *units, const trygg_design *window, trygg_error *error);

/* Number of each unit of the last window: of its clusters, or of its strata where records are clusters. */
const uint32_t *tg_units_numbers(const tg_units *units);

/* The design of all records, which are not kept; responses have the waves in their order. */
trygg_status tg_units_finish(tg_units *units, trygg_responses *responses, const trygg_design_options *options,
                             trygg_design **out, trygg_error *error);

/* After that: the unit of the design that has each number, and the wave. */
const uint32_t *tg_units_places(const tg_units *units);
const uint32_t *tg_units_waves(const tg_units *units);

#endif
