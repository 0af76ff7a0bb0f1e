/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Storage of columns: kinds, growth, ranges that were not asked, removal of records. */
#ifndef TG_RESPONSES_COLUMNS_H
#define TG_RESPONSES_COLUMNS_H

#include <responses/responses.h>

/* How the answers to a variable are stored, and the bytes that one takes. */
tg_column_kind tg_columns_kind(const tg_variable *variable);
size_t tg_columns_width(tg_column_kind kind);

/* The block of the values, whatever their kind; NULL when not present. */
void *tg_columns_block(const tg_column *column);

/* Move a column to a block for `capacity` records that keeps the first `count`; NULL values are allocated. */
trygg_status tg_columns_resize(tg_column *column, size_t count, size_t old_capacity, size_t capacity,
                               trygg_error *error);

/* Store whole numbers in two or four bytes and texts in two, where every value of `count` fits: in place, so that
 * nothing can fail.  For finished columns only; `used` records were ever stored. */
void tg_columns_narrow(tg_column *column, size_t count, size_t used, size_t capacity);

/* Bytes that a value of a finished column takes. */
size_t tg_columns_stored_width(const tg_column *column);

/* Records from..to-1 were not asked.  Of a text column: the builder's index, before tg_dictionary_finish. */
void tg_columns_not_asked(tg_column *column, size_t from, size_t to);

/* Take the `dropped` records (increasing) out of `count` values of `width` bytes. */
void tg_columns_remove(void *values, size_t width, size_t count, const size_t *dropped, size_t dropped_count);

/* Wipe and free the values, which have room for `capacity`, and the dictionary. */
void tg_columns_clear(tg_column *column, size_t capacity);

#endif
