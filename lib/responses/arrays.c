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
static size_t print_whole(char out[TG_NUMBER_SIZE], double value) {
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

/* `text` lives as long as the record: ids are looked at when it is complete. */
static void convert_double(tg_load *load, tg_load_variable *variable, double value,
                           char text[TG_NUMBER_SIZE]) {
  size_t length = 0;
  text[0] = '\0';
  if (!isnan(value) && fabs(value) <= 9007199254740992.0 && value == floor(value))
    length = print_whole(text, value);
  else if (!isnan(value))
    length = strlen(tg_number_format(text, value)); /* "inf" is then a cell that is no number */
  variable->convert(load, variable, text, length);
}

static void convert_row(tg_load *load, const trygg_array *arrays, size_t row, char (*texts)[TG_NUMBER_SIZE]) {
  for (size_t i = 0; i < load->field_count; i++) {
    tg_load_variable *variable = load->fields[i];
    if (!variable)
      continue;
    load->numeric_cells = arrays[i].type != TRYGG_ARRAY_TEXT;
    load->decimal = load->numeric_cells ? '.' : load->options.decimal;
    if (arrays[i].type == TRYGG_ARRAY_DOUBLE) {
      convert_double(load, variable, ((const double *)arrays[i].values)[row], texts[i]);
    } else if (arrays[i].type == TRYGG_ARRAY_INT32) {
      int32_t value = ((const int32_t *)arrays[i].values)[row];
      convert_double(load, variable, value == INT32_MIN ? (double)NAN : (double)value, texts[i]);
    } else {
      const char *text = ((const char *const *)arrays[i].values)[row];
      variable->convert(load, variable, text ? text : "", text ? strlen(text) : 0);
    }
  }
}

static trygg_status load_rows(tg_load *load, const trygg_array *arrays, size_t rows) {
  trygg_status status = TRYGG_OK;
  char(*texts)[TG_NUMBER_SIZE] = tg_memory_new(load->field_count, sizeof *texts);
  if (!texts)
    return tg_error_memory(load->error);
  for (size_t row = 0; row < rows; row++) {
    if (row % PROGRESS_ROWS == 0)
      TRY(tg_thread_progress(load->options.progress, "load", row, rows, load->error));
    TRY(tg_record_begin(load, (int64_t)row + 1));
    convert_row(load, arrays, row, texts);
    TRY(tg_record_end(load));
  }
cleanup:
  tg_memory_wipe(texts, load->field_count * sizeof *texts);
  return status;
}

trygg_status trygg_responses_load_arrays(trygg_codebook *codebook, const trygg_array *arrays, size_t count,
                                         size_t rows, const trygg_load_options *options,
                                         trygg_responses **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_load load = {0};
  const char **names = NULL;
  size_t *lengths = NULL;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the responses");
  *out = NULL;
  TRY(check_arrays(arrays, count, rows, error));
  TRY(tg_load_begin(&load, codebook, options, error));
  names = tg_memory_new(count, sizeof *names);
  lengths = tg_memory_new(count, sizeof *lengths);
  if (!names || !lengths) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++) {
    names[i] = arrays[i].name;
    lengths[i] = strlen(arrays[i].name);
  }
  TRY(tg_header_begin_file(&load, NAME, names, lengths, count, 0));
  TRY(load_rows(&load, arrays, rows));
  TRY(tg_header_end_file(&load));
  TRY(tg_finish_load(&load, out));
cleanup:
  tg_memory_free(names);
  tg_memory_free(lengths);
  tg_load_end(&load);
  return status;
}
