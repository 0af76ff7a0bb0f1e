/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON: row objects and a provenance object. */
#include <report/json.h>

#include <math.h>
#include <string.h>

#include <base/number.h>

/* Append a string as RFC 8259 wants it; bytes that are no UTF-8 become U+FFFD. */
static void put_string(tg_text *out, const char *text) {
  size_t left = strlen(text), size;

  tg_text_putc(out, '"');
  for (; left > 0; text += size, left -= size) {
    unsigned char byte = (unsigned char)*text;
    size = tg_text_utf8(text, left);
    if (size == 0) {
      tg_text_put(out, "\xef\xbf\xbd");
      size = 1;
    } else if (byte == '"' || byte == '\\') {
      tg_text_format(out, "\\%c", byte);
    } else if (byte < 0x20 || byte == 0x7f) {
      tg_text_format(out, "\\u%04x", (unsigned)byte);
    } else {
      tg_text_append(out, text, size);
    }
  }
  tg_text_putc(out, '"');
}

static void put_cell(const trygg_table *table, size_t row, size_t column, tg_text *out) {
  char digits[TG_NUMBER_SIZE];
  double value = trygg_table_number(table, row, column);

  if (trygg_table_missing(table, row, column))
    tg_text_put(out, "null");
  else if (trygg_table_type(table, column) == TRYGG_TEXT)
    put_string(out, trygg_table_text(table, row, column));
  else if (trygg_table_type(table, column) == TRYGG_INTEGER)
    tg_text_put(out, tg_number_format_integer(digits, trygg_table_integer(table, row, column)));
  else if (isfinite(value))
    tg_text_number(out, value);
  else
    tg_text_put(out, "null");
}

/* How many notes have the key of note `at`, and whether it is the first of them. */
static size_t count_notes(const trygg_table *table, size_t at, int *is_first) {
  size_t count = 0;

  *is_first = 1;
  for (size_t i = 0; i < trygg_table_notes(table); i++) {
    if (strcmp(trygg_table_note_key(table, i), trygg_table_note_key(table, at)) != 0)
      continue;
    count++;
    if (i < at)
      *is_first = 0;
  }
  return count;
}

/* A key that comes more than once has an array of texts. */
static void put_note(const trygg_table *table, size_t at, size_t count, tg_text *out) {
  const char *separator = "";

  put_string(out, trygg_table_note_key(table, at));
  tg_text_put(out, count > 1 ? ": [" : ": ");
  for (size_t i = at; i < trygg_table_notes(table); i++) {
    if (strcmp(trygg_table_note_key(table, i), trygg_table_note_key(table, at)) != 0)
      continue;
    tg_text_put(out, separator);
    put_string(out, trygg_table_note_text(table, i));
    separator = ", ";
  }
  if (count > 1)
    tg_text_putc(out, ']');
}

trygg_status tg_json_write(const tg_view *view, tg_text *out, trygg_error *error) {
  const trygg_table *table = view->table;
  const char *separator = "";

  (void)error;
  tg_text_put(out, "{\n\"provenance\": {");
  for (size_t i = 0; i < trygg_table_notes(table); i++) {
    int is_first;
    size_t count = count_notes(table, i, &is_first);
    if (!is_first)
      continue;
    tg_text_put(out, separator);
    put_note(table, i, count, out);
    separator = ", ";
  }
  tg_text_put(out, "},\n\"rows\": [");
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    tg_text_put(out, row == 0 ? "\n{" : ",\n{");
    for (size_t i = 0; i < trygg_table_columns(table); i++) {
      if (i > 0)
        tg_text_put(out, ", ");
      put_string(out, trygg_table_name(table, i));
      tg_text_put(out, ": ");
      put_cell(table, row, i, out);
    }
    tg_text_putc(out, '}');
  }
  tg_text_put(out, trygg_table_rows(table) > 0 ? "\n]\n}\n" : "]\n}\n");
  return TRYGG_OK;
}
