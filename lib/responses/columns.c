/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One block a column; every block that held answers is wiped before it goes. */
#include <responses/columns.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <responses/dictionary.h>

#define CODE8_CODES 240 /* the bytes above are missing kinds */

/* Roles whose values are codes of units, and so text even where they look like numbers. */
static const unsigned char role_is_text[TG_ROLES] = {
    [TG_ROLE_ID] = 1,     [TG_ROLE_WAVE] = 1,   [TG_ROLE_STRATUM] = 1,   [TG_ROLE_CLUSTER] = 1,
    [TG_ROLE_STATUS] = 1, [TG_ROLE_SOURCE] = 1, [TG_ROLE_HOUSEHOLD] = 1,
};

tg_column_kind tg_columns_kind(const tg_variable *variable) {
  if (variable->type == TG_SELECT_ONE)
    return variable->code_count <= CODE8_CODES ? TG_COLUMN_CODE8 : TG_COLUMN_CODE16;
  if (variable->type == TG_SELECT_MULTIPLE)
    return TG_COLUMN_MASK;
  return variable->type == TG_STRING || role_is_text[variable->role] ? TG_COLUMN_TEXT : TG_COLUMN_NUMBER;
}

size_t tg_columns_width(tg_column_kind kind) {
  static const unsigned char widths[] = {
      [TG_COLUMN_CODE8] = 1,  [TG_COLUMN_CODE16] = 2, [TG_COLUMN_MASK] = 8,
      [TG_COLUMN_NUMBER] = 8, [TG_COLUMN_TEXT] = 4,
  };
  return widths[kind];
}

void *tg_columns_block(const tg_column *column) {
  switch (column->kind) {
  case TG_COLUMN_CODE8:
    return column->values.code8;
  case TG_COLUMN_CODE16:
    return column->values.code16;
  case TG_COLUMN_MASK:
    return column->values.mask;
  case TG_COLUMN_NUMBER:
    return column->values.number;
  case TG_COLUMN_TEXT:
    return column->values.text;
  }
  return NULL;
}

static void set_block(tg_column *column, void *block) {
  switch (column->kind) {
  case TG_COLUMN_CODE8:
    column->values.code8 = block;
    break;
  case TG_COLUMN_CODE16:
    column->values.code16 = block;
    break;
  case TG_COLUMN_MASK:
    column->values.mask = block;
    break;
  case TG_COLUMN_NUMBER:
    column->values.number = block;
    break;
  case TG_COLUMN_TEXT:
    column->values.text = block;
    break;
  }
}

trygg_status tg_columns_resize(tg_column *column, size_t count, size_t old_capacity, size_t capacity,
                               trygg_error *error) {
  size_t width = tg_columns_width(column->kind);
  void *old = tg_columns_block(column), *block = tg_memory_new(capacity, width);
  if (!block)
    return tg_error_memory(error);
  if (old && count)
    memcpy(block, old, count * width);
  tg_memory_wipe(old, old_capacity * width);
  set_block(column, block);
  return TRYGG_OK;
}

void tg_columns_not_asked(tg_column *column, size_t from, size_t to) {
  if (!tg_columns_block(column) || to <= from)
    return;
  switch (column->kind) {
  case TG_COLUMN_CODE8:
    memset(column->values.code8 + from, TG_CODE8(TG_NOT_ASKED), to - from);
    break;
  case TG_COLUMN_CODE16:
    for (size_t i = from; i < to; i++)
      column->values.code16[i] = TG_CODE16(TG_NOT_ASKED);
    break;
  case TG_COLUMN_MASK:
    for (size_t i = from; i < to; i++)
      column->values.mask[i] = TG_MASK_MISSING | TG_NOT_ASKED;
    break;
  case TG_COLUMN_NUMBER:
    for (size_t i = from; i < to; i++)
      column->values.number[i] = tg_missing_number(TG_NOT_ASKED);
    break;
  case TG_COLUMN_TEXT:
    for (size_t i = from; i < to; i++)
      column->values.text[i] = TG_DICTIONARY_MISSING(TG_NOT_ASKED);
    break;
  }
}

void tg_columns_remove(void *values, size_t width, size_t count, const size_t *dropped,
                       size_t dropped_count) {
  char *bytes = values;
  if (!values || dropped_count == 0)
    return;
  size_t to = dropped[0];
  for (size_t i = 0; i < dropped_count; i++) {
    size_t from = dropped[i] + 1, end = i + 1 < dropped_count ? dropped[i + 1] : count;
    memmove(bytes + to * width, bytes + from * width, (end - from) * width);
    to += end - from;
  }
}

/* ---- narrow columns ---------------------------------------------------------------------------- */

size_t tg_columns_stored_width(const tg_column *column) {
  return column->width ? column->width : tg_columns_width(column->kind);
}

/* Room for the missing kinds below the whole numbers of a width. */
#define LEAST16 (INT16_MIN + TG_MISSING_KINDS)
#define LEAST32 (INT32_MIN + TG_MISSING_KINDS)

/* 1 for exactly the NaN of a missing kind. */
static int is_missing(double value) {
  double same = tg_missing_number(tg_missing_of(value));
  return tg_missing_of(value) != TG_VALID && memcmp(&same, &value, sizeof same) == 0;
}

/* How many bytes give back the same numbers bit by bit: 2, 4, or 0 for doubles. */
static unsigned char number_width(const double *values, size_t count) {
  int32_t least = 0, most = 0;
  for (size_t i = 0; i < count; i++) {
    double value = values[i];
    if (value >= LEAST32 && value <= INT32_MAX) {
      int32_t whole = (int32_t)value;
      if ((double)whole != value || (whole == 0 && signbit(value)))
        return 0;
      least = whole < least ? whole : least;
      most = whole > most ? whole : most;
    } else if (!is_missing(value))
      return 0;
  }
  return least >= LEAST16 && most <= INT16_MAX ? 2 : 4;
}

/* The narrow values begin where the wide ones do and never overtake them. */
static void narrow_values(tg_column *column, size_t count, unsigned char width) {
  char *to = tg_columns_block(column);
  int64_t least = width == 2 ? INT16_MIN : INT32_MIN;
  for (size_t i = 0; i < count; i++, to += width) {
    int32_t narrow;
    if (column->kind == TG_COLUMN_TEXT)
      narrow = (int32_t)column->values.text[i];
    else {
      double value = column->values.number[i];
      narrow = (int32_t)(value >= LEAST32 ? (int64_t)value : least + (int64_t)tg_missing_of(value));
    }
    int16_t two = (int16_t)narrow;
    if (width == 2)
      memcpy(to, &two, sizeof two);
    else
      memcpy(to, &narrow, sizeof narrow);
  }
}

void tg_columns_narrow(tg_column *column, size_t count, size_t used, size_t capacity) {
  size_t wide = tg_columns_width(column->kind);
  unsigned char width = 0;
  if (!column->present || !tg_columns_block(column) || column->width)
    return;
  if (column->kind == TG_COLUMN_TEXT && column->dictionary.count <= UINT16_MAX)
    width = 2;
  else if (column->kind == TG_COLUMN_NUMBER)
    width = number_width(column->values.number, count);
  if (width == 0)
    return;
  narrow_values(column, count, width);
  char *block = tg_columns_block(column);
  memset(block + count * width, 0, used * wide - count * width); /* answers stay nowhere */
  void *smaller = tg_memory_resize(block, capacity, width);
  set_block(column, smaller ? smaller : block);
  column->width = width;
}

void tg_columns_clear(tg_column *column, size_t capacity) {
  tg_memory_wipe(tg_columns_block(column), capacity * tg_columns_stored_width(column));
  set_block(column, NULL);
  tg_dictionary_clear(&column->dictionary);
}
