/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells of Arrow columns as the text that a file would have (Arrow columnar format 1.4, C data interface).
 *
 * The interface does not say how long buffers are, so only what is written in them can be checked: offsets that grow,
 * indices within their dictionary, views within their buffers.  Values are copied out: buffers need not be aligned. */
#include <table/arrow.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/number.h>

/* ---- values ---------------------------------------------------------------------------- */

static const void *buffer_of(const tg_arrow_column *column, size_t which) {
  return column->array->buffers[which];
}

static int bit_at(const void *bits, size_t at) {
  return ((const unsigned char *)bits)[at / 8] >> (at % 8) & 1;
}

/* Copy a value of a width that the compiler knows. */
#define COPY_VALUE(column, row, out)                                                                         \
  memcpy(out, (const char *)buffer_of(column, 1) + ((column)->offset + (row)) * sizeof *(out), sizeof *(out))

static const char *put_digits(char out[TG_ARROW_CELL], int negative, uint64_t whole, size_t *length) {
  char digits[24];
  size_t count = 0, used = 0;
  if (negative)
    out[used++] = '-';
  do
    digits[count++] = (char)('0' + whole % 10);
  while ((whole /= 10) > 0);
  while (count > 0)
    out[used++] = digits[--count];
  out[used] = '\0';
  *length = used;
  return out;
}

static const char *put_integer(char out[TG_ARROW_CELL], int64_t value, size_t *length) {
  return put_digits(out, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, length);
}

static const char *put_double(char out[TG_ARROW_CELL], double value, size_t *length) {
  *length = 0;
  out[0] = '\0';
  if (isnan(value))
    return out;
  if (fabs(value) <= 9007199254740992.0 && value == floor(value))
    return put_digits(out, value < 0, (uint64_t)fabs(value), length);
  tg_number_format(out, value); /* "inf" is then a cell that is no number */
  *length = strlen(out);
  return out;
}

/* Whole numbers that a double may have rounded are left to their text. */
static double exact(double whole) {
  return fabs(whole) <= 9007199254740992.0 ? whole : (double)NAN;
}

#define INTEGER(type)                                                                                        \
  static const char *type##_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],         \
                                 size_t *length) {                                                           \
    type##_t value;                                                                                          \
    COPY_VALUE(column, row, &value);                                                                         \
    return put_integer(out, (int64_t)value, length);                                                         \
  }                                                                                                          \
  static double type##_number(const tg_arrow_column *column, size_t row) {                                   \
    type##_t value;                                                                                          \
    COPY_VALUE(column, row, &value);                                                                         \
    return exact((double)value);                                                                             \
  }
INTEGER(int8)
INTEGER(uint8)
INTEGER(int16)
INTEGER(uint16)
INTEGER(int32)
INTEGER(uint32)
INTEGER(int64)

static const char *uint64_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                               size_t *length) {
  uint64_t value;
  COPY_VALUE(column, row, &value);
  return put_digits(out, 0, value, length);
}

static const char *float_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                              size_t *length) {
  float value;
  COPY_VALUE(column, row, &value);
  return put_double(out, (double)value, length);
}

static const char *double_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                               size_t *length) {
  double value;
  COPY_VALUE(column, row, &value);
  return put_double(out, value, length);
}

static double float_number(const tg_arrow_column *column, size_t row) {
  float value;
  COPY_VALUE(column, row, &value);
  return (double)value;
}

static double double_number(const tg_arrow_column *column, size_t row) {
  double value;
  COPY_VALUE(column, row, &value);
  return value;
}

static const char *bool_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                             size_t *length) {
  return put_integer(out, bit_at(buffer_of(column, 1), column->offset + row), length);
}

/* A decimal of 128 bits: `scale` digits behind the point. */
static const char *decimal_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                                size_t *length) {
  __int128 value;
  unsigned __int128 rest;
  char digits[48];
  int count = 0;
  size_t used = 0;
  COPY_VALUE(column, row, &value);
  rest = value < 0 ? 0 - (unsigned __int128)value : (unsigned __int128)value;
  while (rest > 0 || count <= column->scale) {
    digits[count++] = (char)('0' + (int)(rest % 10));
    rest /= 10;
  }
  if (value < 0)
    out[used++] = '-';
  while (count > 0) {
    out[used++] = digits[--count];
    if (count == column->scale && count > 0)
      out[used++] = '.';
  }
  out[used] = '\0';
  *length = used;
  return out;
}

/* ---- days and times --------------------------------------------------------------------- */

static size_t put_date(char out[TG_ARROW_CELL], int64_t days) {
  tg_number_format_date(out, (double)days);
  return strlen(out);
}

static size_t put_two(char *out, int64_t value) {
  out[0] = (char)('0' + value / 10);
  out[1] = (char)('0' + value % 10);
  return 2;
}

static int64_t floor_divide(int64_t value, int64_t by) {
  int64_t result = value / by;
  return value % by < 0 ? result - 1 : result;
}

static const char *day_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                            size_t *length) {
  int32_t days;
  COPY_VALUE(column, row, &days);
  *length = put_date(out, days);
  return out;
}

static const char *milliseconds_day_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                                         size_t *length) {
  int64_t value;
  COPY_VALUE(column, row, &value);
  *length = put_date(out, floor_divide(value, 86400000));
  return out;
}

/* `scale` is the digits of a second's fraction, which is left out: 2024-09-01T12:00:00. */
static const char *timestamp_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                                  size_t *length) {
  int64_t value, seconds, second_of_day;
  size_t used;
  COPY_VALUE(column, row, &value);
  seconds = value;
  for (int i = 0; i < column->scale; i++)
    seconds = floor_divide(seconds, 10);
  used = put_date(out, floor_divide(seconds, 86400));
  second_of_day = seconds - floor_divide(seconds, 86400) * 86400;
  out[used++] = 'T';
  used += put_two(out + used, second_of_day / 3600);
  out[used++] = ':';
  used += put_two(out + used, second_of_day / 60 % 60);
  out[used++] = ':';
  used += put_two(out + used, second_of_day % 60);
  out[used] = '\0';
  *length = used;
  return out;
}

/* ---- texts ------------------------------------------------------------------------------- */

static const char *slice(const tg_arrow_column *column, int64_t begin, int64_t end, size_t *length) {
  const char *bytes = buffer_of(column, 2);
  if (begin < 0 || end < begin || (!bytes && end > begin))
    return NULL;
  *length = (size_t)(end - begin);
  return bytes ? bytes + begin : "";
}

static const char *utf8_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                             size_t *length) {
  int32_t ends[2];
  (void)out;
  memcpy(ends, (const char *)buffer_of(column, 1) + (column->offset + row) * sizeof *ends, sizeof ends);
  return slice(column, ends[0], ends[1], length);
}

static const char *large_utf8_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                                   size_t *length) {
  int64_t ends[2];
  (void)out;
  memcpy(ends, (const char *)buffer_of(column, 1) + (column->offset + row) * sizeof *ends, sizeof ends);
  return slice(column, ends[0], ends[1], length);
}

#define VIEW_INLINE 12 /* bytes of a text that stands in the view itself */

/* A view is 16 bytes: length, then the text, or its first 4 bytes, number of a buffer and offset in it.  The sizes of
 * these buffers are the last buffer. */
static const char *view_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                             size_t *length) {
  const char *view = (const char *)buffer_of(column, 1) + (column->offset + row) * 16;
  int64_t texts = column->array->n_buffers - 3, size;
  int32_t count, where[2];
  memcpy(&count, view, sizeof count);
  if (count < 0)
    return NULL;
  *length = (size_t)count;
  if (count <= VIEW_INLINE) {
    memcpy(out, view + 4, VIEW_INLINE);
    return out;
  }
  memcpy(where, view + 8, sizeof where);
  if (where[0] < 0 || where[0] >= texts || where[1] < 0)
    return NULL;
  memcpy(&size, (const char *)buffer_of(column, (size_t)texts + 2) + (size_t)where[0] * sizeof size,
         sizeof size);
  if (where[1] > size - count || !buffer_of(column, (size_t)where[0] + 2))
    return NULL;
  return (const char *)buffer_of(column, (size_t)where[0] + 2) + where[1];
}

static const char *null_text(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                             size_t *length) {
  (void)column;
  (void)row;
  *length = 0;
  out[0] = '\0';
  return out;
}

/* ---- layouts ------------------------------------------------------------------------------ */

static const tg_arrow_layout layouts[] = {
    {"n", 0, 0, 0, null_text, NULL},          {"b", 0, 1, 2, bool_text, NULL},
    {"c", 1, 1, 2, int8_text, int8_number},   {"C", 1, 1, 2, uint8_text, uint8_number},
    {"s", 2, 1, 2, int16_text, int16_number}, {"S", 2, 1, 2, uint16_text, uint16_number},
    {"i", 4, 1, 2, int32_text, int32_number}, {"I", 4, 1, 2, uint32_text, uint32_number},
    {"l", 8, 1, 2, int64_text, int64_number}, {"L", 8, 1, 2, uint64_text, NULL},
    {"f", 4, 1, 2, float_text, float_number}, {"g", 8, 1, 2, double_text, double_number},
    {"d:", 16, 1, 2, decimal_text, NULL},     {"u", 0, 0, 3, utf8_text, NULL},
    {"U", 0, 0, 3, large_utf8_text, NULL},    {"vu", 0, 0, 3, view_text, NULL},
    {"tdD", 4, 0, 2, day_text, NULL},         {"tdm", 8, 0, 2, milliseconds_day_text, NULL},
    {"tss:", 8, 0, 2, timestamp_text, NULL},  {"tsm:", 8, 0, 2, timestamp_text, NULL},
    {"tsu:", 8, 0, 2, timestamp_text, NULL},  {"tsn:", 8, 0, 2, timestamp_text, NULL},
};

static const tg_arrow_layout *find_layout(const char *format) {
  for (size_t i = 0; format && i < sizeof layouts / sizeof *layouts; i++) {
    size_t length = strlen(layouts[i].format);
    int open = layouts[i].format[length - 1] == ':';
    if (open ? !strncmp(format, layouts[i].format, length) : !strcmp(format, layouts[i].format))
      return &layouts[i];
  }
  return NULL;
}

/* Digits behind the point: `d:precision,scale` or `d:precision,scale,128`; of a timestamp by its unit.  -1 where no
 * text is made of it. */
static int scale_of(const char *format) {
  static const char units[] = "smun";
  const char *comma = strchr(format, ',');
  int64_t scale, bits;
  const char *end;
  if (format[0] == 't' && format[1] == 's')
    return 3 * (int)(strchr(units, format[2]) - units);
  if (format[0] != 'd')
    return 0;
  if (!comma)
    return -1;
  end = strchr(comma + 1, ',');
  if (tg_number_parse_integer(comma + 1, end ? (size_t)(end - comma - 1) : strlen(comma + 1), &scale))
    return -1;
  if (end && (tg_number_parse_integer(end + 1, strlen(end + 1), &bits) || bits != 128))
    return -1;
  return scale >= 0 && scale <= 38 ? (int)scale : -1;
}

static void see_column(const struct ArrowSchema *schema, tg_arrow_column *column) {
  column->name = schema->name ? schema->name : "";
  column->format = schema->format ? schema->format : "";
  column->layout = find_layout(schema->format);
  column->scale = column->layout ? scale_of(column->format) : 0;
  if (column->scale < 0)
    column->layout = NULL;
}

/* ---- batches ------------------------------------------------------------------------------- */

trygg_status tg_arrow_begin(const struct ArrowSchema *schema, tg_arrow_batch *out, trygg_error *error) {
  *out = (tg_arrow_batch){0};
  if (!schema->format || strcmp(schema->format, "+s") != 0)
    return tg_error_set(error, TRYGG_EPARSE, "the stream's batches are no structs (`+s`) but `%s`",
                        schema->format ? schema->format : "");
  if (schema->n_children < 0 || (schema->n_children && !schema->children))
    return tg_error_set(error, TRYGG_EPARSE, "the schema has no children where it says it has");
  out->column_count = (size_t)schema->n_children;
  out->columns = tg_memory_new(out->column_count, sizeof *out->columns);
  out->dictionaries = tg_memory_new(out->column_count, sizeof *out->dictionaries);
  if (!out->columns || !out->dictionaries) {
    tg_arrow_end(out);
    return tg_error_memory(error);
  }
  for (size_t i = 0; i < out->column_count; i++) {
    tg_arrow_column *column = &out->columns[i];
    see_column(schema->children[i], column);
    if (!schema->children[i]->dictionary)
      continue;
    column->values = &out->dictionaries[i];
    see_column(schema->children[i]->dictionary, column->values);
    if (!column->values->layout || !column->layout || !column->layout->is_number)
      column->layout = NULL;
  }
  return TRYGG_OK;
}

/* Take over a column's buffers for rows from `offset`. */
static trygg_status turn_column(tg_arrow_column *column, const struct ArrowArray *array, size_t offset,
                                size_t rows, trygg_error *error) {
  int64_t buffers = column->layout ? column->layout->buffers : 0;
  int empty = array->length == 0;
  column->array = array;
  column->offset = offset + (size_t)array->offset;
  if (array->length < 0 || array->offset < 0 || (size_t)array->length < offset + rows)
    return tg_error_at(error, TRYGG_EPARSE, NULL, 0, 0, column->name, "column `%s` is shorter than its batch",
                       column->name);
  if (array->n_buffers < buffers || (buffers && !array->buffers) ||
      (buffers > 1 && !empty && !array->buffers[1]))
    return tg_error_at(error, TRYGG_EPARSE, NULL, 0, 0, column->name,
                       "column `%s` lacks buffers that its type `%s` has", column->name, column->format);
  return TRYGG_OK;
}

trygg_status tg_arrow_turn(tg_arrow_batch *batch, const struct ArrowArray *array, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  batch->array = array;
  if (array->length < 0 || array->offset < 0 || array->n_children != (int64_t)batch->column_count ||
      (array->n_children && !array->children))
    return tg_error_set(error, TRYGG_EPARSE, "a batch of the stream does not have the schema's columns");
  batch->rows = (size_t)array->length;
  for (size_t i = 0; i < batch->column_count; i++) {
    tg_arrow_column *column = &batch->columns[i];
    const struct ArrowArray *child = array->children[i];
    TRY(turn_column(column, child, (size_t)array->offset, batch->rows, error));
    if (!column->values)
      continue;
    if (!child->dictionary) {
      status = tg_error_at(error, TRYGG_EPARSE, NULL, 0, 0, column->name,
                           "column `%s` has no dictionary in one of the batches", column->name);
      goto cleanup;
    }
    TRY(turn_column(column->values, child->dictionary, 0, (size_t)child->dictionary->length, error));
  }
cleanup:
  return status;
}

void tg_arrow_end(tg_arrow_batch *batch) {
  tg_memory_free(batch->columns);
  tg_memory_free(batch->dictionaries);
  *batch = (tg_arrow_batch){0};
}

/* The first buffer, where there is one, says which cells are there. */
static int is_null(const tg_arrow_column *column, size_t row) {
  const void *valid =
      column->layout->buffers > 0 && column->array->null_count != 0 ? buffer_of(column, 0) : NULL;
  return valid && !bit_at(valid, column->offset + row);
}

static int is_row_null(const tg_arrow_batch *batch, size_t row) {
  const struct ArrowArray *root = batch->array;
  const void *valid = root->n_buffers > 0 && root->buffers && root->null_count != 0 ? root->buffers[0] : NULL;
  return valid && !bit_at(valid, (size_t)root->offset + row);
}

static const char *column_cell(const tg_arrow_column *column, size_t row, char out[TG_ARROW_CELL],
                               size_t *length) {
  if (is_null(column, row))
    return null_text(column, row, out, length);
  return column->layout->text(column, row, out, length);
}

const char *tg_arrow_cell(const tg_arrow_batch *batch, size_t which, size_t row, char out[TG_ARROW_CELL],
                          size_t *length) {
  const tg_arrow_column *column = &batch->columns[which];
  const char *text;
  int64_t index;
  if (!column->layout || is_row_null(batch, row))
    return null_text(column, row, out, length);
  text = column_cell(column, row, out, length);
  if (!text || !column->values || *length == 0)
    return text;
  if (tg_number_parse_integer(text, *length, &index) || index < 0 || index >= column->values->array->length)
    return NULL;
  return column_cell(column->values, (size_t)index, out, length);
}

double tg_arrow_number(const tg_arrow_batch *batch, size_t which, size_t row) {
  const tg_arrow_column *column = &batch->columns[which];
  if (!column->layout || !column->layout->number || column->values || is_row_null(batch, row) ||
      is_null(column, row))
    return NAN;
  return column->layout->number(column, row);
}
