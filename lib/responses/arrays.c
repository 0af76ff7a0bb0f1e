/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading from arrays of the caller: each value becomes the cell text that a file would have. */
#include <responses/load.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/thread.h>

#define NAME "(arrays)"
#define PROGRESS_ROWS 65536
#define PIECE_ROWS 1024

static trygg_status check_arrays(const trygg_array *arrays, size_t count, size_t rows, trygg_error *error) {
  if (!arrays || count == 0)
    return tg_error_set(error, TRYGG_EINVAL, "no array was given");
  for (size_t i = 0; i < count; i++) {
    if (!arrays[i].name || (!arrays[i].values && rows))
      return tg_error_at(error, TRYGG_EINVAL, NAME, 0, i + 1, NULL, "the array has no name or no values");
    if (arrays[i].type != TRYGG_ARRAY_DOUBLE && arrays[i].type != TRYGG_ARRAY_INT32 &&
        arrays[i].type != TRYGG_ARRAY_TEXT)
      return tg_error_at(error, TRYGG_EINVAL, NAME, 0, i + 1, arrays[i].name,
                         "the type of the array is unknown");
  }
  return TRYGG_OK;
}

/* Digits of a whole number that a double holds exactly; much faster than the general formatting. */
static size_t print_whole(char *out, double value) {
  char digits[TG_NUMBER_SIZE];
  size_t count = 0, length = 0;
  uint64_t whole = (uint64_t)fabs(value);
  if (value < 0)
    out[length++] = '-';
  do
    digits[count++] = (char)('0' + whole % 10);
  while ((whole /= 10) > 0);
  while (count > 0)
    out[length++] = digits[--count];
  out[length] = '\0';
  return length;
}

static double array_number(const void *context, size_t column, size_t row) {
  const trygg_array *array = (const trygg_array *)context + column;
  if (array->type == TRYGG_ARRAY_INT32) {
    int32_t whole = ((const int32_t *)array->values)[row];
    return whole == INT32_MIN ? (double)NAN : (double)whole;
  }
  return array->type == TRYGG_ARRAY_DOUBLE ? ((const double *)array->values)[row] : (double)NAN;
}

/* The cell text of a value of a caller's array. */
static const char *array_text(const void *context, size_t column, size_t row, char out[TG_ARRAYS_CELL],
                              size_t *length) {
  const trygg_array *array = (const trygg_array *)context + column;
  double value;
  *length = 0;
  out[0] = '\0';
  if (array->type == TRYGG_ARRAY_TEXT) {
    const char *text = ((const char *const *)array->values)[row];
    *length = text ? strlen(text) : 0;
    return text ? text : "";
  }
  value = array_number(context, column, row);
  if (!isnan(value) && fabs(value) <= 9007199254740992.0 && value == floor(value))
    *length = print_whole(out, value);
  else if (!isnan(value))
    *length = strlen(tg_number_format(out, value)); /* "inf" is then a cell that is no number */
  return out;
}

/* The cells of a record as texts; they live as long as the record: ids are looked at when it is complete. */
typedef struct row_texts {
  char (*numbers)[TG_ARRAYS_CELL];
  const char **texts;
  size_t *lengths;
} row_texts;

/* A small whole number of a coded variable, by the table of its digits: 1 when it was stored. */
static int convert_digits(tg_piece *piece, const tg_load_variable *variable, double value) {
  if (!variable->digits || !(value >= 0 && value < 10000) || signbit(value))
    return 0;
  size_t whole = (size_t)value, count = 1 + (whole > 9) + (whole > 99) + (whole > 999);
  if ((double)whole != value || count > variable->digits_most)
    return 0;
  uint16_t stored = variable->digits[tg_load_digits(count) + whole];
  if (stored == TG_LOAD_SLOW_DIGITS)
    return 0;
  if (variable->column->kind == TG_COLUMN_CODE8)
    ((uint8_t *)piece->columns[variable->index].values)[piece->count] = (uint8_t)stored;
  else
    ((uint16_t *)piece->columns[variable->index].values)[piece->count] = stored;
  return 1;
}

static trygg_status convert_row(tg_load *load, const tg_arrays_source *source, size_t row, int64_t line,
                                const row_texts *cells) {
  tg_piece *piece = &load->single;
  for (size_t i = 0; i < load->field_count; i++) {
    const tg_load_variable *variable = load->fields[i];
    if (load->plan.slot_count == 0) {
      double value = variable ? source->number(source->context, i, row) : (double)NAN;
      if (!variable || convert_digits(piece, variable, value) || tg_convert_number(piece, variable, value))
        continue;
    }
    cells->texts[i] = source->text(source->context, i, row, cells->numbers[i], &cells->lengths[i]);
    if (!cells->texts[i])
      return tg_error_at(load->error, TRYGG_EPARSE, load->file, line, i + 1,
                         variable ? variable->variable->name : NULL,
                         "the column contradicts itself: an offset or index points outside");
    piece->numeric_cells = source->is_number(source->context, i);
    piece->decimal = piece->numeric_cells ? '.' : load->options.decimal;
    if (variable)
      variable->convert(piece, variable, cells->texts[i], cells->lengths[i]);
  }
  piece->numeric_cells = 0;
  tg_recode_record(load, &load->plan, piece, cells->texts, cells->lengths);
  return TRYGG_OK;
}

/* Rows from `first` on as one piece.  A row that cannot be read is told of after those before it are judged, which may
 * have a fault of their own. */
static trygg_status take_rows(tg_load *load, const tg_arrays_source *source, size_t first, size_t rows,
                              size_t before, const row_texts *cells) {
  trygg_status status, broken = TRYGG_OK;
  tg_piece *piece = &load->single;
  int64_t line = (int64_t)(before + first);
  status = tg_record_begin(load, line + 1);
  for (size_t i = 0; status == TRYGG_OK && broken == TRYGG_OK && i < rows; i++) {
    piece->lines[i] = (uint32_t)i + 1;
    piece->count = i;
    broken = convert_row(load, source, first + i, line + (int64_t)i + 1, cells);
    piece->count += broken == TRYGG_OK;
  }
  if (status != TRYGG_OK || piece->count == 0)
    return status != TRYGG_OK ? status : broken;
  status = tg_record_take(load, piece);
  return status != TRYGG_OK ? status : broken;
}

trygg_status tg_arrays_rows(tg_load *load, const tg_arrays_source *source, size_t rows, size_t before) {
  trygg_status status = TRYGG_OK;
  /* Ids and what recodes look at are texts that live in the cells of one record. */
  size_t most = load->id_count == 0 && load->plan.slot_count == 0 ? PIECE_ROWS : 1;
  row_texts cells = {.numbers = tg_memory_new(load->field_count, sizeof *cells.numbers),
                     .texts = tg_memory_new(load->field_count, sizeof *cells.texts),
                     .lengths = tg_memory_new(load->field_count, sizeof *cells.lengths)};
  if (!cells.numbers || !cells.texts || !cells.lengths) {
    status = tg_error_memory(load->error);
    goto cleanup;
  }
  TRY(tg_record_room(load, most));
  for (size_t row = 0; row < rows; row += most) {
    if ((before + row) / PROGRESS_ROWS != (before + row + most - 1) / PROGRESS_ROWS || before + row == 0)
      TRY(tg_thread_progress(load->options.progress, "load", before + row, source->total, load->error));
    TRY(take_rows(load, source, row, rows - row < most ? rows - row : most, before, &cells));
  }
cleanup:
  tg_memory_wipe(cells.numbers, cells.numbers ? load->field_count * sizeof *cells.numbers : 0);
  tg_memory_free(cells.texts);
  tg_memory_free(cells.lengths);
  return status;
}

trygg_status tg_arrays_begin(tg_load *load, const char *name, const tg_arrays_source *source, size_t count) {
  trygg_status status = TRYGG_OK;
  const char **names = tg_memory_new(count, sizeof *names);
  size_t *lengths = tg_memory_new(count, sizeof *lengths);
  if (!names || !lengths) {
    status = tg_error_memory(load->error);
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++) {
    names[i] = source->name(source->context, i);
    lengths[i] = strlen(names[i]);
  }
  status = tg_header_begin_file(load, name, names, lengths, count, 0);
cleanup:
  tg_memory_free(names);
  tg_memory_free(lengths);
  return status;
}

trygg_status tg_arrays_end(tg_load *load) {
  trygg_status status = tg_header_end_file(load);
  return status == TRYGG_OK ? tg_files_account(load, '\0', NULL) : status;
}

static const char *array_name(const void *context, size_t column) {
  return ((const trygg_array *)context)[column].name;
}

static int array_is_number(const void *context, size_t column) {
  return ((const trygg_array *)context)[column].type != TRYGG_ARRAY_TEXT;
}

trygg_status tg_arrays_load(tg_load *load, const char *name, const trygg_array *arrays, size_t count,
                            size_t rows) {
  tg_arrays_source source = {arrays, rows, array_name, array_is_number, array_number, array_text};
  trygg_status status = TRYGG_OK;
  TRY(tg_arrays_begin(load, name, &source, count));
  TRY(tg_arrays_rows(load, &source, rows, 0));
  TRY(tg_arrays_end(load));
cleanup:
  return status;
}

trygg_status trygg_responses_load_arrays(trygg_codebook *codebook, const trygg_array *arrays, size_t count,
                                         size_t rows, const trygg_load_options *options,
                                         trygg_responses **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_load load = {0};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the responses");
  *out = NULL;
  TRY(check_arrays(arrays, count, rows, error));
  TRY(tg_load_begin(&load, codebook, options, error));
  TRY(tg_arrays_load(&load, NAME, arrays, count, rows));
  TRY(tg_finish_load(&load, out));
cleanup:
  tg_load_end(&load);
  return status;
}
