/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several tables below one another, with the union of their columns. */
#include <table/table.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/text.h>

/* The keys of a row as one text, so that rows of tables with other columns can be compared. */
typedef struct row_key {
  char *text;
  size_t table, row, order; /* order: over all tables */
} row_key;

static int is_wave(const trygg_table *table, size_t column) {
  return strcmp(trygg_table_name(table, column), "wave") == 0;
}

static int is_by(const trygg_table *table, size_t column) {
  return tg_table_is_domain(table, column) && !is_wave(table, column);
}

static int is_other(const trygg_table *table, size_t column) {
  return !is_wave(table, column) && !is_by(table, column);
}

/* Append the columns of all tables that `wanted` says and that the result does not have yet.  A by-variable
 * stays one: what tg_table_is_domain() says of a column lives on in the way it is added. */
static trygg_status add_columns(trygg_table *table, trygg_table *const *tables, size_t count,
                                int (*wanted)(const trygg_table *, size_t), trygg_error *error) {
  for (size_t t = 0; t < count; t++)
    for (size_t i = 0; i < trygg_table_columns(tables[t]); i++) {
      const char *name = trygg_table_name(tables[t], i);
      size_t known = trygg_table_find(table, name);
      tg_column_description described = {.name = name,
                                         .type = trygg_table_type(tables[t], i),
                                         .role = trygg_table_role(tables[t], i),
                                         .scaled = tg_table_scaled(tables[t], i)};
      trygg_status status = TRYGG_OK;
      if (!wanted(tables[t], i))
        continue;
      if (known != SIZE_MAX && (trygg_table_type(table, known) != described.type ||
                                trygg_table_role(table, known) != described.role))
        return tg_error_set(error, TRYGG_EINVAL, "column `%s` is not the same thing in the tables to bind",
                            name);
      if (known == SIZE_MAX)
        status = is_by(tables[t], i) ? tg_table_add_column(table, name, described.type, described.role, error)
                                     : tg_table_add_columns(table, &described, 1, error);
      if (status != TRYGG_OK)
        return status;
    }
  return TRYGG_OK;
}

/* Notes of all tables, each key and text once. */
static trygg_status add_notes(trygg_table *table, const trygg_table *from, trygg_error *error) {
  for (size_t i = 0; i < trygg_table_notes(from); i++) {
    const char *key = trygg_table_note_key(from, i), *text = trygg_table_note_text(from, i);
    int known = 0;
    for (size_t k = 0; k < trygg_table_notes(table) && !known; k++)
      known = strcmp(trygg_table_note_key(table, k), key) == 0 &&
              strcmp(trygg_table_note_text(table, k), text) == 0;
    trygg_status status = known ? TRYGG_OK : tg_table_copy_note(table, from, i, error);
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

/* One row of `from` as the last row of `table`. */
static trygg_status add_row(trygg_table *table, const trygg_table *from, size_t row, trygg_error *error) {
  trygg_status status = tg_table_add_row(table, error);

  for (size_t i = 0; status == TRYGG_OK && i < trygg_table_columns(from); i++) {
    size_t column = trygg_table_find(table, trygg_table_name(from, i));
    if (trygg_table_missing(from, row, i))
      continue;
    if (trygg_table_type(from, i) == TRYGG_NUMBER)
      tg_table_set_number(table, column, trygg_table_number(from, row, i));
    else if (trygg_table_type(from, i) == TRYGG_INTEGER)
      tg_table_set_integer(table, column, trygg_table_integer(from, row, i));
    else
      status = tg_table_set_text(table, column, trygg_table_text(from, row, i), error);
  }
  if (status == TRYGG_OK) {
    tg_table_set_base(table, tg_table_base(from, row));
    tg_table_set_unit(table, tg_table_unit(from, row));
  }
  return status;
}

/* ---- rows that several tables have --------------------------------------------------- */

/* A total over a by-variable and a table without that variable say the same: an empty cell. */
static char *key_text(const trygg_table *table, const trygg_table *from, size_t row) {
  tg_text key = {0};

  for (size_t i = 0; i < trygg_table_columns(table); i++) {
    size_t column = trygg_table_find(from, trygg_table_name(table, i));
    if (trygg_table_role(table, i) != TRYGG_KEY)
      continue;
    if (column != SIZE_MAX && !trygg_table_missing(from, row, column)) {
      if (trygg_table_type(table, i) == TRYGG_TEXT)
        tg_text_put(&key, trygg_table_text(from, row, column));
      else
        tg_text_number(&key, trygg_table_number(from, row, column));
    }
    tg_text_putc(&key, '\x1f');
  }
  if (key.failed) {
    tg_text_free(&key);
    return NULL;
  }
  return key.bytes != NULL ? key.bytes : tg_memory_string("");
}

static int compare_keys(const void *a, const void *b) {
  const row_key *one = a, *two = b;
  int order = strcmp(one->text, two->text);

  return order != 0 ? order : (one->order > two->order) - (one->order < two->order);
}

static int compare_orders(const void *a, const void *b) {
  const row_key *one = a, *two = b;

  return (one->order > two->order) - (one->order < two->order);
}

/* Let table be SIZE_MAX where an earlier table has a row of the same keys. */
static void drop_repeated(row_key *keys, size_t count) {
  qsort(keys, count, sizeof *keys, compare_keys);
  for (size_t i = 0, first = 0; i < count; i++) {
    if (strcmp(keys[i].text, keys[first].text) != 0)
      first = i;
    if (keys[i].table > keys[first].table)
      keys[i].table = SIZE_MAX;
  }
  qsort(keys, count, sizeof *keys, compare_orders);
}

static trygg_status add_rows(trygg_table *table, trygg_table *const *tables, size_t count,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  row_key *keys = NULL;
  size_t rows = 0, filled = 0;

  for (size_t t = 0; t < count; t++)
    rows += trygg_table_rows(tables[t]);
  keys = tg_memory_new(rows, sizeof *keys);
  if (keys == NULL)
    return tg_error_memory(error);
  for (size_t t = 0; t < count; t++)
    for (size_t row = 0; row < trygg_table_rows(tables[t]); row++) {
      keys[filled] = (row_key){key_text(table, tables[t], row), t, row, filled};
      if (keys[filled].text == NULL)
        TRY(tg_error_memory(error));
      filled++;
    }
  drop_repeated(keys, filled);
  for (size_t i = 0; i < filled; i++)
    if (keys[i].table != SIZE_MAX)
      TRY(add_row(table, tables[keys[i].table], keys[i].row, error));

cleanup:
  for (size_t i = 0; i < filled; i++)
    tg_memory_free(keys[i].text);
  tg_memory_free(keys);
  return status;
}

trygg_status trygg_table_bind(trygg_table *const *tables, size_t count, trygg_table **out,
                              trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;

  if (out == NULL)
    return tg_error_set(error, TRYGG_EINVAL, "no place was given for the bound table");
  *out = NULL;
  for (size_t t = 0; t < count; t++)
    if (tables == NULL || tables[t] == NULL)
      return tg_error_set(error, TRYGG_EINVAL, "one of the tables to bind is NULL");
  TRY(tg_table_create(&table, error));
  TRY(add_columns(table, tables, count, is_wave, error));
  TRY(add_columns(table, tables, count, is_by, error));
  TRY(add_columns(table, tables, count, is_other, error));
  for (size_t t = 0; t < count; t++)
    TRY(add_notes(table, tables[t], error));
  TRY(add_rows(table, tables, count, error));
  *out = table;
  table = NULL;

cleanup:
  trygg_table_free(table);
  return status;
}
