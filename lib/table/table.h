/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Building result tables column by column, row by row. */
#ifndef TG_TABLE_TABLE_H
#define TG_TABLE_TABLE_H

#include <trygg/table.h>

/* What the scaled columns of a row measure; decides how people see them. */
typedef enum tg_unit {
  TG_UNIT_NUMBER, /* a mean, total, statistic: as it is */
  TG_UNIT_SHARE,  /* 0-1; people see per cent */
  TG_UNIT_CHANGE, /* a difference or slope of shares; people see percentage points */
  TG_UNIT_POINTS  /* index points, 0-6 */
} tg_unit;

/* What a column is called, holds and is for: results describe themselves with a
 * const array of these, from which help and docs follow. */
typedef struct tg_column_description {
  const char *name;
  trygg_column_type type;
  trygg_column_role role;
  const char *help; /* one English line */
  int scaled;       /* 1: in the row's unit (estimate, se, lower, upper, difference, points) */
} tg_column_description;

trygg_status tg_table_create(trygg_table **out, trygg_error *error);

/* A table without rows with the columns and notes of `source`. */
trygg_status tg_table_create_like(const trygg_table *source, trygg_table **out, trygg_error *error);

/* Append a column to a table without rows; not scaled. */
trygg_status tg_table_add_column(trygg_table *table, const char *name, trygg_column_type type,
                                 trygg_column_role role, trygg_error *error);
trygg_status tg_table_add_columns(trygg_table *table, const tg_column_description *columns, size_t count,
                                  trygg_error *error);

/* Whether a column is in the unit of its row. */
void tg_table_set_scaled(trygg_table *table, size_t column, int scaled);
int tg_table_scaled(const trygg_table *table, size_t column);

/* Append an empty row: every cell missing, base unknown (INT64_MAX: nothing to
 * protect), unit TG_UNIT_NUMBER. */
trygg_status tg_table_add_row(trygg_table *table, trygg_error *error);

/* Set a cell of the last row.  NaN is missing; so is NULL text. */
void tg_table_set_number(trygg_table *table, size_t column, double value);
void tg_table_set_integer(trygg_table *table, size_t column, int64_t value);
trygg_status tg_table_set_text(trygg_table *table, size_t column, const char *text, trygg_error *error);

/* Set a text cell of the last row to the names of `flags` (table/flag.h); none: missing. */
trygg_status tg_table_set_flags(trygg_table *table, size_t column, unsigned flags, trygg_error *error);

/* Set a cell of the last row to the one in `row` of `source`, whose columns are the same. */
trygg_status tg_table_copy_cell(trygg_table *table, size_t column, const trygg_table *source, size_t row,
                                trygg_error *error);

/* The smallest unweighted number of respondents behind the last row; what
 * disclosure control looks at. */
void tg_table_set_base(trygg_table *table, int64_t base);
int64_t tg_table_base(const trygg_table *table, size_t row);

/* What the scaled columns of the last row measure. */
void tg_table_set_unit(trygg_table *table, tg_unit unit);
tg_unit tg_table_unit(const trygg_table *table, size_t row);

/* 1 when an empty cell in this key column of texts means the total over it: `wave`, and
 * by-variables, which are the keys added by tg_table_add_column() under any name but
 * `indicator`.  The fixed keys of a table come with tg_table_add_columns(). */
int tg_table_is_domain(const trygg_table *table, size_t column);

/* Position of the column called `name` that is no by-variable (one may be called like a column of another
 * result), or SIZE_MAX. */
size_t tg_table_find_fixed(const trygg_table *table, const char *name);

/* Replace the first note of that key, or add one. */
trygg_status tg_table_set_note(trygg_table *table, const char *key, const char *text, trygg_error *error);
trygg_status tg_table_add_note(trygg_table *table, const char *key, const char *text, trygg_error *error);

/* Add the note at `position` of another table. */
trygg_status tg_table_copy_note(trygg_table *table, const trygg_table *source, size_t position,
                                trygg_error *error);

/* Add a note "OF: COUNT" about people, which disclosure control looks at; none at all give nobody away. */
trygg_status tg_table_add_count(trygg_table *table, const char *key, const char *of, int64_t count,
                                trygg_error *error);

/* Such counts below min_n become "OF: <MIN_N". */
trygg_status tg_table_hide_counts(trygg_table *table, int64_t min_n, trygg_error *error);

#endif
