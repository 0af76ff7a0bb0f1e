/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several tables in one fuzz input: a line "== NAME" begins the table of that name. */
#ifndef TESTS_FUZZ_TABLES_H
#define TESTS_FUZZ_TABLES_H

#include "fuzz.h"

typedef struct tables_cursor {
  const uint8_t *data;
  size_t size, at;
} tables_cursor;

/* Copies of their own, so that reading past the end is seen. */
typedef struct tables_piece {
  char name[24];
  char *text;
  size_t length;
} tables_piece;

static inline size_t tables_mark(const tables_cursor *cursor, size_t from) {
  for (size_t i = from; i + 3 <= cursor->size; i++)
    if (memcmp(cursor->data + i, "== ", 3) == 0 && (i == 0 || cursor->data[i - 1] == '\n'))
      return i;
  return cursor->size;
}

/* The next table; 0 after the last one.  What stands before the first mark is left out. */
static inline int tables_next(tables_cursor *cursor, tables_piece *piece) {
  size_t begin = tables_mark(cursor, cursor->at), used = 0;
  if (begin == cursor->size)
    return 0;
  size_t end = tables_mark(cursor, begin + 3);
  for (begin += 3; begin < end && cursor->data[begin] != '\n'; begin++)
    if (used + 1 < sizeof piece->name)
      piece->name[used++] = (char)cursor->data[begin];
  piece->name[used] = '\0';
  begin += begin < end;
  piece->length = end - begin;
  piece->text = malloc(piece->length ? piece->length : 1);
  HOLDS(piece->text);
  if (piece->length)
    memcpy(piece->text, cursor->data + begin, piece->length);
  cursor->at = end;
  return 1;
}

static inline void tables_free(tables_piece *piece) {
  free(piece->text);
  piece->text = NULL;
}

#endif
