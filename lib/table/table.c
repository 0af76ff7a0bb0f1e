/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result tables: typed columns that grow a row at a time, then are only read. */
#include <table/table.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/text.h>
#include <table/flag.h>

/* Cells of a column.  Text is kept as Arrow does, offsets into one run of bytes,
 * except that every text ends in a NUL, so that a cell can be lent as a C string. */
typedef struct column {
  char *name;
  trygg_column_type type;
  trygg_column_role role;
  int scaled, described; /* described: came with a tg_column_description */
  unsigned char *valid;  /* [rows] */
  double *numbers;       /* TRYGG_NUMBER */
  int64_t *integers;     /* TRYGG_INTEGER */
  size_t *offsets;       /* TRYGG_TEXT: begin of each cell */
  char *bytes;
  size_t bytes_used, bytes_capacity;
} column;

typedef struct note {
  char *key, *text;
  int64_t base; /* people it counts; INT64_MAX: none */
} note;

struct trygg_table {
  tg_references references;
  column *columns;
  size_t column_count, column_capacity;
  int64_t *bases;       /* [rows] */
  unsigned char *units; /* [rows] a tg_unit */
  size_t rows, row_capacity;
  note *notes;
  size_t note_count, note_capacity;
};

/* ---- making ------------------------------------------------------------------------ */

trygg_status tg_table_create(trygg_table **out, trygg_error *error) {
  trygg_table *table = tg_memory_new(1, sizeof *table);

  *out = table;
  if (table == NULL)
    return tg_error_memory(error);
  tg_references_begin(&table->references);
  return TRYGG_OK;
}

trygg_status tg_table_create_like(const trygg_table *source, trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;

  *out = NULL;
  TRY(tg_table_create(&table, error));
  for (size_t i = 0; i < source->column_count; i++) {
    const column *from = &source->columns[i];
    TRY(tg_table_add_column(table, from->name, from->type, from->role, error));
    table->columns[i].scaled = from->scaled;
    table->columns[i].described = from->described;
  }
  for (size_t i = 0; i < source->note_count; i++)
    TRY(tg_table_copy_note(table, source, i, error));
  *out = table;
  table = NULL;

cleanup:
  trygg_table_free(table);
  return status;
}

trygg_status tg_table_add_column(trygg_table *table, const char *name, trygg_column_type type,
                                 trygg_column_role role, trygg_error *error) {
  char *copy;

  if (table->rows > 0)
    return tg_error_set(error, TRYGG_EINTERNAL, "column `%s` was added to a table that has rows", name);
  if (trygg_table_find(table, name) != SIZE_MAX)
    return tg_error_set(error, TRYGG_EINVAL,
                        "two columns of the result would be called `%s`; rename the variable", name);
  if (tg_memory_grow((void **)&table->columns, &table->column_capacity, table->column_count + 1,
                     sizeof *table->columns) != 0)
    return tg_error_memory(error);
  copy = tg_memory_string(name);
  if (copy == NULL)
    return tg_error_memory(error);
  table->columns[table->column_count++] = (column){.name = copy, .type = type, .role = role};
  return TRYGG_OK;
}

trygg_status tg_table_add_columns(trygg_table *table, const tg_column_description *columns, size_t count,
                                  trygg_error *error) {
  for (size_t i = 0; i < count; i++) {
    trygg_status status =
        tg_table_add_column(table, columns[i].name, columns[i].type, columns[i].role, error);
    if (status != TRYGG_OK)
      return status;
    table->columns[table->column_count - 1].scaled = columns[i].scaled;
    table->columns[table->column_count - 1].described = 1;
  }
  return TRYGG_OK;
}

void tg_table_set_scaled(trygg_table *table, size_t position, int scaled) {
  if (position < table->column_count)
    table->columns[position].scaled = scaled;
}

int tg_table_scaled(const trygg_table *table, size_t position) {
  return table != NULL && position < table->column_count ? table->columns[position].scaled : 0;
}

/* ---- rows -------------------------------------------------------------------------- */

/* Resize one array of a column; the old one stays on failure. */
static int resize(void **array, size_t count, size_t size) {
  void *larger = tg_memory_resize(*array, count, size);
  if (larger == NULL)
    return -1;
  *array = larger;
  return 0;
}

static int resize_column(column *cells, size_t capacity) {
  if (resize((void **)&cells->valid, capacity, sizeof *cells->valid) != 0)
    return -1;
  if (cells->type == TRYGG_NUMBER)
    return resize((void **)&cells->numbers, capacity, sizeof *cells->numbers);
  if (cells->type == TRYGG_INTEGER)
    return resize((void **)&cells->integers, capacity, sizeof *cells->integers);
  return resize((void **)&cells->offsets, capacity, sizeof *cells->offsets);
}

/* All arrays grow, or the table keeps its rows and its capacity. */
static int grow_rows(trygg_table *table) {
  size_t capacity = table->row_capacity == 0 ? 16 : table->row_capacity * 2;

  if (resize((void **)&table->bases, capacity, sizeof *table->bases) != 0 ||
      resize((void **)&table->units, capacity, sizeof *table->units) != 0)
    return -1;
  for (size_t i = 0; i < table->column_count; i++)
    if (resize_column(&table->columns[i], capacity) != 0)
      return -1;
  table->row_capacity = capacity;
  return 0;
}

trygg_status tg_table_add_row(trygg_table *table, trygg_error *error) {
  size_t row = table->rows;

  if (row == table->row_capacity && grow_rows(table) != 0)
    return tg_error_memory(error);
  for (size_t i = 0; i < table->column_count; i++) {
    column *cells = &table->columns[i];
    cells->valid[row] = 0;
    if (cells->type == TRYGG_NUMBER)
      cells->numbers[row] = NAN;
    else if (cells->type == TRYGG_INTEGER)
      cells->integers[row] = 0;
    else
      cells->offsets[row] = cells->bytes_used;
  }
  table->bases[row] = INT64_MAX;
  table->units[row] = TG_UNIT_NUMBER;
  table->rows++;
  return TRYGG_OK;
}

/* The column, when it is of that type and there is a last row; else NULL. */
static column *settable(trygg_table *table, size_t position, trygg_column_type type) {
  if (table->rows == 0 || position >= table->column_count || table->columns[position].type != type)
    return NULL;
  return &table->columns[position];
}

void tg_table_set_number(trygg_table *table, size_t position, double value) {
  column *cells = settable(table, position, TRYGG_NUMBER);

  if (cells == NULL)
    return;
  cells->numbers[table->rows - 1] = value;
  cells->valid[table->rows - 1] = (unsigned char)!isnan(value);
}

void tg_table_set_integer(trygg_table *table, size_t position, int64_t value) {
  column *cells = settable(table, position, TRYGG_INTEGER);

  if (cells == NULL)
    return;
  cells->integers[table->rows - 1] = value;
  cells->valid[table->rows - 1] = 1;
}

trygg_status tg_table_set_text(trygg_table *table, size_t position, const char *text, trygg_error *error) {
  column *cells = settable(table, position, TRYGG_TEXT);
  size_t row = table->rows - 1, begin, length;

  if (cells == NULL)
    return tg_error_set(error, TRYGG_EINTERNAL,
                        "a text was set in a column of numbers or a table without rows");
  begin = cells->offsets[row];
  if (text == NULL) {
    cells->valid[row] = 0;
    cells->bytes_used = begin;
    return TRYGG_OK;
  }
  length = strlen(text) + 1;
  if (tg_memory_grow((void **)&cells->bytes, &cells->bytes_capacity, begin + length, 1) != 0)
    return tg_error_memory(error);
  memcpy(cells->bytes + begin, text, length);
  cells->bytes_used = begin + length;
  cells->valid[row] = 1;
  return TRYGG_OK;
}

trygg_status tg_table_set_flags(trygg_table *table, size_t position, unsigned flags, trygg_error *error) {
  char text[TG_FLAG_SIZE];

  return tg_table_set_text(table, position, flags == 0 ? NULL : tg_flag_text(text, flags), error);
}

trygg_status tg_table_copy_cell(trygg_table *table, size_t position, const trygg_table *source, size_t row,
                                trygg_error *error) {
  if (trygg_table_missing(source, row, position))
    return TRYGG_OK;
  switch (trygg_table_type(source, position)) {
  case TRYGG_NUMBER:
    tg_table_set_number(table, position, trygg_table_number(source, row, position));
    return TRYGG_OK;
  case TRYGG_INTEGER:
    tg_table_set_integer(table, position, trygg_table_integer(source, row, position));
    return TRYGG_OK;
  case TRYGG_TEXT:
    break;
  }
  return tg_table_set_text(table, position, trygg_table_text(source, row, position), error);
}

void tg_table_set_base(trygg_table *table, int64_t base) {
  if (table->rows > 0)
    table->bases[table->rows - 1] = base;
}

int64_t tg_table_base(const trygg_table *table, size_t row) {
  return table != NULL && row < table->rows ? table->bases[row] : INT64_MAX;
}

void tg_table_set_unit(trygg_table *table, tg_unit unit) {
  if (table->rows > 0)
    table->units[table->rows - 1] = (unsigned char)unit;
}

tg_unit tg_table_unit(const trygg_table *table, size_t row) {
  return table != NULL && row < table->rows ? (tg_unit)table->units[row] : TG_UNIT_NUMBER;
}

/* ---- notes ------------------------------------------------------------------------- */

trygg_status tg_table_add_note(trygg_table *table, const char *key, const char *text, trygg_error *error) {
  note added = {tg_memory_string(key), tg_memory_string(text), INT64_MAX};

  if (added.key == NULL || added.text == NULL ||
      tg_memory_grow((void **)&table->notes, &table->note_capacity, table->note_count + 1,
                     sizeof *table->notes) != 0) {
    tg_memory_free(added.key);
    tg_memory_free(added.text);
    return tg_error_memory(error);
  }
  table->notes[table->note_count++] = added;
  return TRYGG_OK;
}

trygg_status tg_table_copy_note(trygg_table *table, const trygg_table *source, size_t position,
                                trygg_error *error) {
  const note *from = &source->notes[position];
  trygg_status status = tg_table_add_note(table, from->key, from->text, error);
  if (status == TRYGG_OK)
    table->notes[table->note_count - 1].base = from->base;
  return status;
}

trygg_status tg_table_add_count(trygg_table *table, const char *key, const char *of, int64_t count,
                                trygg_error *error) {
  trygg_status status;
  tg_text text = {0};
  tg_text_format(&text, "%s: %lld", of, (long long)count);
  status = text.failed ? tg_error_memory(error) : tg_table_add_note(table, key, text.bytes, error);
  if (status == TRYGG_OK && count > 0)
    table->notes[table->note_count - 1].base = count;
  tg_text_free(&text);
  return status;
}

trygg_status tg_table_hide_counts(trygg_table *table, int64_t min_n, trygg_error *error) {
  for (size_t i = 0; i < table->note_count; i++) {
    note *one = &table->notes[i];
    tg_text text = {0};
    if (one->base >= min_n)
      continue;
    tg_text_format(&text, "%.*s <%lld", (int)(strrchr(one->text, ' ') - one->text), one->text,
                   (long long)min_n);
    if (text.failed) {
      tg_text_free(&text);
      return tg_error_memory(error);
    }
    tg_memory_free(one->text);
    one->text = text.bytes;
    one->base = INT64_MAX;
  }
  return TRYGG_OK;
}

trygg_status tg_table_set_note(trygg_table *table, const char *key, const char *text, trygg_error *error) {
  for (size_t i = 0; i < table->note_count; i++) {
    char *copy;
    if (strcmp(table->notes[i].key, key) != 0)
      continue;
    copy = tg_memory_string(text);
    if (copy == NULL)
      return tg_error_memory(error);
    tg_memory_free(table->notes[i].text);
    table->notes[i].text = copy;
    return TRYGG_OK;
  }
  return tg_table_add_note(table, key, text, error);
}

size_t trygg_table_notes(const trygg_table *table) {
  return table == NULL ? 0 : table->note_count;
}

const char *trygg_table_note_key(const trygg_table *table, size_t position) {
  return position < trygg_table_notes(table) ? table->notes[position].key : NULL;
}

const char *trygg_table_note_text(const trygg_table *table, size_t position) {
  return position < trygg_table_notes(table) ? table->notes[position].text : NULL;
}

/* ---- reading ----------------------------------------------------------------------- */

size_t trygg_table_rows(const trygg_table *table) {
  return table == NULL ? 0 : table->rows;
}

size_t trygg_table_columns(const trygg_table *table) {
  return table == NULL ? 0 : table->column_count;
}

const char *trygg_table_name(const trygg_table *table, size_t position) {
  return position < trygg_table_columns(table) ? table->columns[position].name : NULL;
}

trygg_column_type trygg_table_type(const trygg_table *table, size_t position) {
  return position < trygg_table_columns(table) ? table->columns[position].type : TRYGG_NUMBER;
}

trygg_column_role trygg_table_role(const trygg_table *table, size_t position) {
  return position < trygg_table_columns(table) ? table->columns[position].role : TRYGG_VALUE;
}

size_t trygg_table_find(const trygg_table *table, const char *name) {
  for (size_t i = 0; name != NULL && i < trygg_table_columns(table); i++)
    if (strcmp(table->columns[i].name, name) == 0)
      return i;
  return SIZE_MAX;
}

/* The column that has a value in this row; NULL when missing or out of range. */
static const column *cell(const trygg_table *table, size_t row, size_t position) {
  if (table == NULL || row >= table->rows || position >= table->column_count)
    return NULL;
  return table->columns[position].valid[row] ? &table->columns[position] : NULL;
}

int trygg_table_missing(const trygg_table *table, size_t row, size_t position) {
  return cell(table, row, position) == NULL;
}

double trygg_table_number(const trygg_table *table, size_t row, size_t position) {
  const column *cells = cell(table, row, position);

  if (cells == NULL || cells->type == TRYGG_TEXT)
    return NAN;
  return cells->type == TRYGG_NUMBER ? cells->numbers[row] : (double)cells->integers[row];
}

int64_t trygg_table_integer(const trygg_table *table, size_t row, size_t position) {
  const column *cells = cell(table, row, position);

  return cells != NULL && cells->type == TRYGG_INTEGER ? cells->integers[row] : 0;
}

const char *trygg_table_text(const trygg_table *table, size_t row, size_t position) {
  const column *cells = cell(table, row, position);

  if (position >= trygg_table_columns(table) || table->columns[position].type != TRYGG_TEXT)
    return NULL;
  return cells == NULL ? "" : cells->bytes + cells->offsets[row];
}

int tg_table_is_domain(const trygg_table *table, size_t position) {
  const char *name = trygg_table_name(table, position);

  if (name == NULL || trygg_table_role(table, position) != TRYGG_KEY ||
      trygg_table_type(table, position) != TRYGG_TEXT)
    return 0;
  return strcmp(name, "wave") == 0 || (strcmp(name, "indicator") != 0 && !table->columns[position].described);
}

size_t tg_table_find_fixed(const trygg_table *table, const char *name) {
  size_t position = trygg_table_find(table, name);

  return position != SIZE_MAX && tg_table_is_domain(table, position) ? SIZE_MAX : position;
}

/* ---- lifetime ---------------------------------------------------------------------- */

trygg_table *trygg_table_retain(trygg_table *table) {
  if (table != NULL)
    tg_references_take(&table->references);
  return table;
}

void trygg_table_free(trygg_table *table) {
  if (table == NULL || !tg_references_drop(&table->references))
    return;
  for (size_t i = 0; i < table->column_count; i++) {
    column *cells = &table->columns[i];
    tg_memory_free(cells->name);
    tg_memory_free(cells->valid);
    tg_memory_free(cells->numbers);
    tg_memory_free(cells->integers);
    tg_memory_free(cells->offsets);
    tg_memory_free(cells->bytes);
  }
  for (size_t i = 0; i < table->note_count; i++) {
    tg_memory_free(table->notes[i].key);
    tg_memory_free(table->notes[i].text);
  }
  tg_memory_free(table->columns);
  tg_memory_free(table->bases);
  tg_memory_free(table->units);
  tg_memory_free(table->notes);
  tg_memory_free(table);
}
