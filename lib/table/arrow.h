/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrow batches as cells: what a column holds, and the text of each of its cells. */
#ifndef TG_TABLE_ARROW_H
#define TG_TABLE_ARROW_H

#include <trygg/arrow.h>

#include <stddef.h>

#define TG_ARROW_CELL                                                                                        \
  64 /* bytes that any cell fits in that is no text: a decimal of 38 digits, a timestamp */

typedef struct tg_arrow_column tg_arrow_column;

/* The text of a cell that is not null; `out` is room for it, which texts do not need. */
typedef const char *(*tg_arrow_text)(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                                     size_t *length);

/* How one layout of the format is read: a row of the registry in arrow_column.c. */
typedef struct tg_arrow_layout {
  const char *format;     /* of the schema; one that ends in `:` or `,` has parameters behind it */
  size_t width;           /* bytes of a value; 0: bits or texts */
  int is_number, buffers; /* a number, whose decimal sign is a point; buffers it must have */
  tg_arrow_text text;
  double (*number)(const tg_arrow_column *column,
                   size_t row); /* NULL: none, or a double cannot hold all of them */
} tg_arrow_layout;

/* A column of a batch; what it points at belongs to the batch. */
struct tg_arrow_column {
  const char *name;
  const tg_arrow_layout *layout;     /* NULL: no answer can be read from it */
  const tg_arrow_layout *dictionary; /* of the values that indices stand for; NULL: none */
  const char *format;                /* as the producer wrote it */
  int scale;                         /* of decimals; of timestamps: digits of a second's fraction */
  const struct ArrowArray *array;
  size_t offset;           /* of row 0 */
  tg_arrow_column *values; /* the dictionary as a column */
};

/* What a batch is made of; the schema must outlive it. */
typedef struct tg_arrow_batch {
  tg_arrow_column *columns, *dictionaries;
  size_t column_count, rows;
  const struct ArrowArray *array;
} tg_arrow_batch;

/* Make room for batches of a schema and see what its columns are. */
trygg_status tg_arrow_begin(const struct ArrowSchema *schema, tg_arrow_batch *out, trygg_error *error);

/* Turn to the next batch: check its shape; its buffers are borrowed. */
trygg_status tg_arrow_turn(tg_arrow_batch *batch, const struct ArrowArray *array, trygg_error *error);
void tg_arrow_end(tg_arrow_batch *batch);

/* Text of a cell; *length is 0 where it is empty: null, NaN, or of a
 * type without text.  NULL where the batch contradicts itself: an index or
 * offset that points outside. */
const char *tg_arrow_cell(const tg_arrow_batch *batch, size_t column, size_t row, char out[TG_ARROW_CELL],
                          size_t *length);

/* A whole or floating point number, NaN where the cell is none or only its text is exact. */
double tg_arrow_number(const tg_arrow_batch *batch, size_t column, size_t row);

#endif
