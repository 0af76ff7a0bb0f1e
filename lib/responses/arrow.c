/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading from an Arrow stream: its batches are loaded as arrays are, one after the other. */
#include <responses/load.h>

#include <string.h>

#include <base/memory.h>
#include <table/arrow.h>

#define NAME "(arrow)"

_Static_assert(TG_ARRAYS_CELL >= TG_ARROW_CELL, "an Arrow cell fits where an array's does");

static const char *column_name(const void *context, size_t column) {
  return ((const tg_arrow_batch *)context)->columns[column].name;
}

static int column_is_number(const void *context, size_t column) {
  const tg_arrow_column *self = &((const tg_arrow_batch *)context)->columns[column];
  if (!self->layout)
    return 0;
  return self->values ? self->values->layout->is_number : self->layout->is_number;
}

static double column_number(const void *context, size_t column, size_t row) {
  return tg_arrow_number(context, column, row);
}

static const char *column_text(const void *context, size_t column, size_t row, char out[TG_ARRAYS_CELL],
                               size_t *length) {
  return tg_arrow_cell(context, column, row, out, length);
}

/* The producer's words, which are about itself. */
static trygg_status fail(struct ArrowArrayStream *stream, const char *what, trygg_error *error) {
  const char *why = stream->get_last_error ? stream->get_last_error(stream) : NULL;
  return tg_error_at(error, TRYGG_EIO, NAME, 0, 0, NULL, "the stream cannot give %s: %s", what,
                     why ? why : "it does not say why");
}

/* Columns of variables must be of a type that is an answer; others are empty. */
static trygg_status check_columns(const tg_load *load, const tg_arrow_batch *batch, trygg_error *error) {
  for (size_t i = 0; i < batch->column_count; i++) {
    const tg_arrow_column *column = &batch->columns[i];
    if (!column->layout && load->fields[i])
      return tg_error_at(
          error, TRYGG_EUNSUPPORTED, NAME, 0, i + 1, column->name,
          "column `%s` is of Arrow type `%s`, of which no answers are made; cast it to a number or "
          "text",
          column->name, column->format);
  }
  return TRYGG_OK;
}

/* Room for a batch: exactly for the first, which is often the only one, else at least twice as much as before. */
static trygg_status reserve(tg_load *load, size_t rows) {
  size_t needed = load->count + rows, capacity = load->responses->capacity;
  if (needed <= capacity)
    return TRYGG_OK;
  return tg_record_reserve(load, load->count && needed < 2 * capacity ? 2 * capacity : needed);
}

static trygg_status load_batches(tg_load *load, struct ArrowArrayStream *stream, tg_arrow_batch *batch) {
  tg_arrays_source source = {batch, 0, column_name, column_is_number, column_number, column_text};
  trygg_status status = TRYGG_OK;
  struct ArrowArray array = {0};
  size_t before = 0;
  TRY(tg_arrays_begin(load, NAME, &source, batch->column_count));
  TRY(check_columns(load, batch, load->error));
  for (;;) {
    if (stream->get_next(stream, &array) != 0) {
      array.release = NULL; /* nothing was handed out */
      status = fail(stream, "its next batch", load->error);
      goto cleanup;
    }
    if (!array.release) /* a batch without rows is not the end */
      break;
    TRY(tg_arrow_turn(batch, &array, load->error));
    TRY(reserve(load, batch->rows));
    TRY(tg_arrays_rows(load, &source, batch->rows, before));
    before += batch->rows;
    array.release(&array);
  }
  TRY(tg_arrays_end(load));
cleanup:
  if (array.release)
    array.release(&array);
  return status;
}

static trygg_status load_stream(tg_load *load, struct ArrowArrayStream *stream) {
  struct ArrowSchema schema = {0};
  tg_arrow_batch batch = {0};
  trygg_status status = TRYGG_OK;
  if (stream->get_schema(stream, &schema) != 0)
    return fail(stream, "its schema", load->error);
  TRY(tg_arrow_begin(&schema, &batch, load->error));
  TRY(load_batches(load, stream, &batch));
cleanup:
  tg_arrow_end(&batch);
  if (schema.release)
    schema.release(&schema);
  return status;
}

trygg_status trygg_responses_load_arrow(trygg_codebook *codebook, struct ArrowArrayStream *stream,
                                        const trygg_load_options *options, trygg_responses **out,
                                        trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_load load = {0};
  if (!stream || !stream->release)
    return tg_error_set(error, TRYGG_EINVAL, "no stream was given, or one that is released");
  if (!out) {
    status = tg_error_set(error, TRYGG_EINVAL, "there is no place for the responses");
    goto cleanup;
  }
  *out = NULL;
  TRY(tg_load_begin(&load, codebook, options, error));
  TRY(load_stream(&load, stream));
  TRY(tg_finish_load(&load, out));
cleanup:
  tg_load_end(&load);
  stream->release(stream);
  return status;
}
