/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of Python objects as an Arrow stream. */
#ifndef TG_COLUMNS_H
#define TG_COLUMNS_H

#include "extension.h"

typedef struct tg_column tg_column;

/* What a stream borrows from. */
typedef struct tg_columns {
  tg_keep keep;
  tg_column *columns;
  struct ArrowSchema **schemas;
  struct ArrowArray **arrays;
  const void *no_buffer[1];
  size_t count, rows, next;
  int gathers; /* some column has strides */
} tg_columns;

/* A list of (name, cells, mask or None, dictionary or None), all of one length, as a stream.  Cells are a buffer, or a
 * sequence of numbers or of texts with None among them; a mask has a byte a row, not 0 where the cell is missing; with
 * a dictionary, a list of texts, the cells are its indices, below 0 for none.  The list must outlive the stream.
 * -1 when something was raised; close in any case. */
int tg_columns_open(tg_columns *columns, PyObject *list, struct ArrowArrayStream *out);
void tg_columns_close(tg_columns *columns);

#endif /* TG_COLUMNS_H */
