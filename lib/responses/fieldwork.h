/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wave of a record, and the account's cell of its file, wave and strata. */
#ifndef TG_RESPONSES_FIELDWORK_H
#define TG_RESPONSES_FIELDWORK_H

#include <responses/load.h>

/* Where the values of a record's strata are: in a piece, or in the columns once it is kept. */
typedef struct tg_fieldwork_place {
  const tg_piece *piece; /* NULL: the columns */
  size_t row;
} tg_fieldwork_place;

/* Number of a row's wave, in the order of arrival; TG_NO_WAVE when it has none. */
trygg_status tg_fieldwork_wave(tg_load *load, const tg_piece *piece, size_t row, uint32_t *out);

/* Index of the account's cell of a record, made where it is new. */
trygg_status tg_fieldwork_cell(tg_load *load, uint32_t file, uint32_t wave, const tg_fieldwork_place *at,
                               uint32_t *out);

/* Count a row's fate in its cell. */
trygg_status tg_fieldwork_count(tg_load *load, const tg_piece *piece, size_t row, tg_fate fate, uint32_t wave);

#endif
