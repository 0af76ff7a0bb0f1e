/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines whose columns stand at fixed positions, as delimited records. */
#ifndef TG_SOURCE_FIXED_H
#define TG_SOURCE_FIXED_H

#include <base/error.h>

/* Positions are characters of the decoded text, not bytes: in the one-byte encodings that such files come in they
 * are the same, and a file that was saved as UTF-8 keeps its layout. */
typedef struct tg_fixed_column {
  const char *name;
  size_t begin, end;   /* characters before it, and with it; SIZE_MAX: it goes on to the end of the line */
  size_t decimals;     /* how many of its last digits are decimals, where the cell has no sign for them */
  const double *codes; /* numbers that are codes, such as 99999 for "no answer": they have no decimals */
  size_t code_count;
} tg_fixed_column;

/* Between the fields of the records given: ASCII's unit separator, which no answer has. */
#define TG_FIXED_DELIMITER '\x1F'

typedef struct tg_fixed tg_fixed;

/* Where the lines come from; *length 0 is the end. */
typedef trygg_status (*tg_fixed_text)(void *context, char *buffer, size_t size, size_t *length,
                                      trygg_error *error);

/* Columns may overlap and stand in any order.  `file` and the columns are borrowed; `decimal` is the sign to write. */
trygg_status tg_fixed_create(const char *file, const tg_fixed_column *columns, size_t count, char decimal,
                             tg_fixed **out, trygg_error *error);

/* Up to `size` bytes of delimited text: the names of the columns, then one record a line, without the blanks around
 * its fields.  A blank line stays one.  A line that ends before a column does, or has text behind the columns and
 * another length than the first: TRYGG_EPARSE with the line and the position of the column. */
trygg_status tg_fixed_read(tg_fixed *fixed, tg_fixed_text text, void *context, char *out, size_t size,
                           size_t *length, trygg_error *error);

void tg_fixed_free(tg_fixed *fixed);

#endif
