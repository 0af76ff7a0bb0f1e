/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a row of a piece, which is not stored yet. */
#ifndef TG_RESPONSES_ROW_H
#define TG_RESPONSES_ROW_H

#include <responses/load.h>

/* Of codes and texts: what is stored, or will be. */
static inline uint32_t tg_row_stored(const tg_load_variable *variable, const void *values, size_t row) {
  switch (variable->column->kind) {
  case TG_COLUMN_CODE8:
    return ((const uint8_t *)values)[row];
  case TG_COLUMN_CODE16:
    return ((const uint16_t *)values)[row];
  case TG_COLUMN_TEXT:
    return ((const uint32_t *)values)[row];
  default:
    return 0;
  }
}

/* The code or text of a value, "" where it has none; borrowed until the next piece. */
static inline const char *tg_row_text_of(const tg_load_variable *variable, uint32_t value) {
  tg_column_kind kind = variable->column->kind;
  if (kind == TG_COLUMN_TEXT)
    return tg_dictionary_text(&variable->texts, value);
  return (kind == TG_COLUMN_CODE8 || kind == TG_COLUMN_CODE16) && value < variable->variable->code_count
             ? variable->variable->codes[value].text
             : "";
}

/* The same of a row of the piece; a variable that the file lacks has no values there. */
static inline uint32_t tg_row_value(const tg_piece *piece, const tg_load_variable *variable, size_t row) {
  const void *values = piece->columns[variable->index].values;
  return values ? tg_row_stored(variable, values, row) : TG_DICTIONARY_EMPTY;
}

static inline const char *tg_row_text(const tg_piece *piece, const tg_load_variable *variable, size_t row) {
  return piece->columns[variable->index].values ? tg_row_text_of(variable, tg_row_value(piece, variable, row)) : "";
}

static inline double tg_row_number(const tg_piece *piece, const tg_load_variable *variable, size_t row) {
  return ((const double *)piece->columns[variable->index].values)[row];
}

static inline int tg_row_filled(const tg_piece *piece, const tg_load_variable *variable, size_t row) {
  const tg_piece_column *column = &piece->columns[variable->index];
  if (variable->variable->role == TG_ROLE_ID)
    return piece->ids[row * piece->id_count + variable->id].length > 0;
  return column->filled ? column->filled[row] : tg_row_stored(variable, column->values, row) != variable->unfilled;
}

#endif
