/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV for programs, and CSV for spreadsheets with Swedish settings. */
#include <report/csv.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/number.h>
#include <report/figure.h>
#include <report/label.h>

#define DIGITS 10 /* of a figure in a spreadsheet */

/* Append a text as a field.  A spreadsheet runs what begins with = + - @ as a formula, also behind a tab or a
 * carriage return, so such a text gets an apostrophe (OWASP, CSV injection). */
static void put_field(tg_text *out, const char *text, char delimiter) {
  const char special[] = {delimiter, '"', '\r', '\n', '\0'};
  int guarded = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;

  if (strpbrk(text, special) == NULL && *text != ' ' && (*text == '\0' || text[strlen(text) - 1] != ' ')) {
    if (guarded)
      tg_text_putc(out, '\'');
    tg_text_put(out, text);
    return;
  }
  tg_text_putc(out, '"');
  if (guarded)
    tg_text_putc(out, '\'');
  for (; *text != '\0'; text++) {
    if (*text == '"')
      tg_text_putc(out, '"');
    tg_text_putc(out, *text);
  }
  tg_text_putc(out, '"');
}

static void put_cell(const trygg_table *table, size_t row, size_t column, tg_text *out) {
  char digits[TG_NUMBER_SIZE];

  if (trygg_table_missing(table, row, column))
    return;
  switch (trygg_table_type(table, column)) {
  case TRYGG_TEXT:
    put_field(out, trygg_table_text(table, row, column), ',');
    break;
  case TRYGG_INTEGER:
    tg_text_put(out, tg_number_format_integer(digits, trygg_table_integer(table, row, column)));
    break;
  case TRYGG_NUMBER:
    if (isfinite(trygg_table_number(table, row, column)))
      tg_text_number(out, trygg_table_number(table, row, column));
    break;
  }
}

trygg_status tg_csv_write(const tg_view *view, tg_text *out, trygg_error *error) {
  const trygg_table *table = view->table;
  size_t columns = trygg_table_columns(table);

  (void)error;
  for (size_t i = 0; i < columns; i++) {
    put_field(out, trygg_table_name(table, i), ',');
    tg_text_putc(out, i + 1 < columns ? ',' : '\n');
  }
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    for (size_t i = 0; i < columns; i++) {
      put_cell(table, row, i, out);
      tg_text_putc(out, i + 1 < columns ? ',' : '\n');
    }
  return TRYGG_OK;
}

/* ---- for spreadsheets ---------------------------------------------------------------- */

/* The digits of d.ddde+xx (or plain) with the point moved two places; multiplying by 100 would bring in new
 * digits (0.07 * 100 is 7.000000000000001). */
void tg_csv_put_percent(double value, tg_text *out) {
  char number[TG_NUMBER_SIZE], digits[TG_NUMBER_SIZE];
  const char *at = tg_number_format(number, value);
  int count = 0, point = -1;
  int64_t exponent = 0;

  if (*at == '-') {
    tg_text_putc(out, '-');
    at++;
  }
  for (; *at != '\0' && *at != 'e'; at++) {
    if (*at == '.')
      point = count;
    else
      digits[count++] = *at;
  }
  if (*at == 'e')
    tg_number_parse_integer(at + 1, strlen(at + 1), &exponent);
  point = (point < 0 ? count : point) + (int)exponent + 2;
  while (count > 1 && digits[0] == '0' && point > 1) {
    memmove(digits, digits + 1, (size_t)--count);
    point--;
  }
  if (value == 0)
    point = 1;
  if (point <= 0)
    tg_text_putc(out, '0');
  for (int i = 0; i < point; i++)
    tg_text_putc(out, i < count ? digits[i] : '0');
  if (point < count)
    tg_text_putc(out, '.');
  for (int i = point; i < 0; i++)
    tg_text_putc(out, '0');
  for (int i = point < 0 ? 0 : point; i < count; i++)
    tg_text_putc(out, digits[i]);
}

/* The nearest number of DIGITS significant digits: people are not helped by the last bits of a computation.
 * Digits before the point all stay.  The power of ten goes by text, which is exact. */
static double round_for_people(double value) {
  double wanted = value == 0 ? 0 : DIGITS - 1 - floor(log10(fabs(value))), rounded;
  int decimals = wanted > 0 ? (int)wanted : 0;
  char text[64];

  if (value == 0 || decimals > 300 || fabs(value) >= 1e15)
    return value;
  tg_text_print(text, sizeof text, "%llde%d", llround(value * pow(10, decimals)), -decimals);
  return tg_number_parse(text, strlen(text), '.', &rounded) == 0 ? rounded : value;
}

/* Append a figure with a decimal comma. */
static void put_figure(const tg_view *view, size_t row, size_t column, tg_text *out) {
  double value = trygg_table_number(view->table, row, column);
  size_t begin = out->length;

  if (!isfinite(value)) {
    if (strcmp(tg_figure_missing(view, row), TG_FIGURE_SUPPRESSED) == 0)
      tg_text_put(out, TG_FIGURE_SUPPRESSED);
    return;
  }
  if (trygg_table_type(view->table, column) == TRYGG_NUMBER)
    value = round_for_people(value);
  if (tg_view_kind(view, column) == TG_KIND_SCALED && tg_figure_factor(tg_view_unit(view, row)) > 1)
    tg_csv_put_percent(value, out);
  else
    tg_text_number(out, value);
  for (size_t i = begin; !out->failed && i < out->length; i++)
    if (out->bytes[i] == '.')
      out->bytes[i] = ',';
}

/* The header says what the figures are in, where all rows agree. */
static void put_header(const tg_view *view, size_t column, tg_text *label, tg_text *out) {
  tg_unit unit;

  tg_text_clear(label);
  tg_text_put(label, tg_label_column(view, column));
  if (tg_view_kind(view, column) == TG_KIND_SCALED && tg_view_one_unit(view, &unit) &&
      tg_figure_factor(unit) > 1) {
    int in_percent = tg_view_column_unit(view, column, unit) == TG_UNIT_SHARE &&
                     strcmp(trygg_table_name(view->table, column), "se") != 0;
    tg_text_put(label, ", ");
    tg_text_put(label,
                tg_messages_text(view->language, "unit", in_percent ? "percent" : "points_of_percent"));
  }
  if (!label->failed)
    put_field(out, label->bytes, ';');
}

static void put_label(const tg_view *view, size_t row, size_t column, tg_text *label, tg_text *out) {
  tg_text_clear(label);
  tg_text_put(label, "");
  if (tg_view_kind(view, column) == TG_KIND_FLAG)
    tg_label_flags(view, row, label);
  else
    tg_label_cell(view, row, column, label);
  if (!label->failed)
    put_field(out, label->bytes, ';');
}

trygg_status tg_csv_write_swedish(const tg_view *view, tg_text *out, trygg_error *error) {
  const trygg_table *table = view->table;
  size_t columns = trygg_table_columns(table);
  tg_text label = {0};
  trygg_status status = TRYGG_OK;

  tg_text_put(out, "\xef\xbb\xbf");
  for (size_t i = 0; i < columns; i++) {
    put_header(view, i, &label, out);
    tg_text_put(out, i + 1 < columns ? ";" : "\r\n");
  }
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    for (size_t i = 0; i < columns; i++) {
      tg_kind kind = tg_view_kind(view, i);
      if (kind == TG_KIND_KEY || kind == TG_KIND_FLAG)
        put_label(view, row, i, &label, out);
      else
        put_figure(view, row, i, out);
      tg_text_put(out, i + 1 < columns ? ";" : "\r\n");
    }
  if (label.failed)
    status = tg_error_memory(error);
  tg_text_free(&label);
  return status;
}
