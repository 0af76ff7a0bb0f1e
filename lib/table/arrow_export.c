/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table as an Arrow stream.  Schemas and arrays own all they point at, each child by itself, since a consumer may
 * move any of them away and release it later, after the stream. */
#include <table/arrow.h>

#include <errno.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <table/table.h>

/* ---- schemas ----------------------------------------------------------------------------- */

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t i = 0; i < schema->n_children; i++)
    if (schema->children[i]) {
      if (schema->children[i]->release)
        schema->children[i]->release(schema->children[i]);
      tg_memory_free(schema->children[i]);
    }
  tg_memory_free(schema->children);
  tg_memory_free(schema->private_data); /* name and metadata in one block */
  schema->release = NULL;
}

/* A key and its value after one another, each behind its length (C data interface, ArrowSchema.metadata); returns
 * the place behind them. */
static char *put_text(char *at, const char *text) {
  int32_t length = (int32_t)strlen(text);
  memcpy(at, &length, sizeof length);
  memcpy(at + sizeof length, text, (size_t)length);
  return at + sizeof length + (size_t)length;
}

static char *make_metadata(const trygg_table *table) {
  int32_t count = (int32_t)trygg_table_notes(table);
  size_t size = sizeof count;
  char *metadata, *at;
  for (int32_t i = 0; i < count; i++)
    size += 2 * sizeof count + strlen(trygg_table_note_key(table, (size_t)i)) +
            strlen(trygg_table_note_text(table, (size_t)i));
  metadata = tg_memory_new(size, 1);
  if (!metadata)
    return NULL;
  memcpy(metadata, &count, sizeof count);
  at = metadata + sizeof count;
  for (int32_t i = 0; i < count; i++)
    at = put_text(put_text(at, trygg_table_note_key(table, (size_t)i)),
                  trygg_table_note_text(table, (size_t)i));
  return metadata;
}

static const char *format_of(trygg_column_type type) {
  static const char *const formats[] = {[TRYGG_NUMBER] = "g", [TRYGG_INTEGER] = "l", [TRYGG_TEXT] = "u"};
  return formats[type];
}

static int make_child_schema(const trygg_table *table, size_t column, struct ArrowSchema *out) {
  char *name = tg_memory_string(trygg_table_name(table, column));
  *out = (struct ArrowSchema){.format = format_of(trygg_table_type(table, column)),
                              .name = name,
                              .flags = ARROW_FLAG_NULLABLE,
                              .private_data = name,
                              .release = release_schema};
  return name ? 0 : ENOMEM;
}

static int make_schema(const trygg_table *table, struct ArrowSchema *out) {
  size_t count = trygg_table_columns(table);
  char *metadata = make_metadata(table);
  *out = (struct ArrowSchema){
      .format = "+s", .name = "", .metadata = metadata, .private_data = metadata, .release = release_schema};
  out->children = tg_memory_new(count, sizeof(struct ArrowSchema *));
  if (!metadata || !out->children)
    return ENOMEM;
  out->n_children = (int64_t)count;
  for (size_t i = 0; i < count; i++) {
    out->children[i] = tg_memory_new(1, sizeof(struct ArrowSchema));
    if (!out->children[i] || make_child_schema(table, i, out->children[i]))
      return ENOMEM;
  }
  return 0;
}

/* ---- arrays ------------------------------------------------------------------------------ */

#define BUFFERS 3 /* which cells are there; values or offsets; bytes of texts */

static void release_array(struct ArrowArray *array) {
  void **owned = array->private_data;
  for (int64_t i = 0; i < array->n_children; i++)
    if (array->children[i]) {
      if (array->children[i]->release)
        array->children[i]->release(array->children[i]);
      tg_memory_free(array->children[i]);
    }
  tg_memory_free(array->children);
  for (int i = 0; owned && i < BUFFERS; i++)
    tg_memory_free(owned[i]);
  tg_memory_free(owned);
  array->release = NULL;
}

/* An array with room for its buffers, all of them empty. */
static int begin_array(size_t rows, int64_t buffers, struct ArrowArray *out) {
  *out = (struct ArrowArray){.length = (int64_t)rows, .n_buffers = buffers, .release = release_array};
  out->private_data = tg_memory_new(BUFFERS, sizeof(void *));
  out->buffers = out->private_data;
  return out->private_data ? 0 : ENOMEM;
}

/* The bitmap, and the count of cells that are not there. */
static int fill_validity(const trygg_table *table, size_t column, struct ArrowArray *out) {
  size_t rows = trygg_table_rows(table);
  unsigned char *bits = tg_memory_new((rows + 7) / 8, 1);
  out->buffers[0] = bits;
  if (!bits)
    return ENOMEM;
  for (size_t row = 0; row < rows; row++) {
    int missing = trygg_table_missing(table, row, column);
    out->null_count += missing;
    bits[row / 8] = (unsigned char)(bits[row / 8] | (!missing << (row % 8)));
  }
  return 0;
}

static int fill_texts(const trygg_table *table, size_t column, struct ArrowArray *out) {
  size_t rows = trygg_table_rows(table), size = 0;
  int32_t *offsets = tg_memory_new(rows + 1, sizeof *offsets);
  char *bytes;
  out->buffers[1] = offsets;
  for (size_t row = 0; row < rows; row++)
    size += strlen(trygg_table_text(table, row, column));
  bytes = tg_memory_new(size ? size : 1, 1);
  out->buffers[2] = bytes;
  if (!offsets || !bytes)
    return ENOMEM;
  for (size_t row = 0; row < rows; row++) {
    const char *text = trygg_table_text(table, row, column);
    size_t length = strlen(text);
    memcpy(bytes + offsets[row], text, length);
    offsets[row + 1] = offsets[row] + (int32_t)length;
  }
  return 0;
}

static int fill_numbers(const trygg_table *table, size_t column, struct ArrowArray *out) {
  size_t rows = trygg_table_rows(table);
  double *numbers = tg_memory_new(rows, sizeof *numbers);
  out->buffers[1] = numbers;
  for (size_t row = 0; numbers && row < rows; row++)
    numbers[row] = trygg_table_missing(table, row, column) ? 0 : trygg_table_number(table, row, column);
  return numbers ? 0 : ENOMEM;
}

static int fill_integers(const trygg_table *table, size_t column, struct ArrowArray *out) {
  size_t rows = trygg_table_rows(table);
  int64_t *integers = tg_memory_new(rows, sizeof *integers);
  out->buffers[1] = integers;
  for (size_t row = 0; integers && row < rows; row++)
    integers[row] = trygg_table_integer(table, row, column);
  return integers ? 0 : ENOMEM;
}

static int make_child_array(const trygg_table *table, size_t column, struct ArrowArray *out) {
  static int (*const fill[])(const trygg_table *, size_t, struct ArrowArray *) = {
      [TRYGG_NUMBER] = fill_numbers, [TRYGG_INTEGER] = fill_integers, [TRYGG_TEXT] = fill_texts};
  trygg_column_type type = trygg_table_type(table, column);
  if (begin_array(trygg_table_rows(table), type == TRYGG_TEXT ? 3 : 2, out))
    return ENOMEM;
  return fill_validity(table, column, out) || fill[type](table, column, out) ? ENOMEM : 0;
}

static int make_array(const trygg_table *table, struct ArrowArray *out) {
  size_t count = trygg_table_columns(table);
  if (begin_array(trygg_table_rows(table), 1, out))
    return ENOMEM;
  out->children = tg_memory_new(count, sizeof(struct ArrowArray *));
  if (!out->children)
    return ENOMEM;
  out->n_children = (int64_t)count;
  for (size_t i = 0; i < count; i++) {
    out->children[i] = tg_memory_new(1, sizeof(struct ArrowArray));
    if (!out->children[i] || make_child_array(table, i, out->children[i]))
      return ENOMEM;
  }
  return 0;
}

/* ---- the stream --------------------------------------------------------------------------- */

typedef struct producer {
  trygg_table *table; /* retained */
  int done, failed;
} producer;

/* May be called any number of times: some consumers do. */
static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  producer *self = stream->private_data;
  self->failed = make_schema(self->table, out);
  if (self->failed)
    release_schema(out);
  return self->failed;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  producer *self = stream->private_data;
  self->failed = 0;
  if (self->done) {
    *out = (struct ArrowArray){0};
    return 0;
  }
  self->failed = make_array(self->table, out);
  if (self->failed)
    release_array(out);
  else
    self->done = 1;
  return self->failed;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  const producer *self = stream->private_data;
  return self->failed ? trygg_error_text(TRYGG_ENOMEM) : NULL;
}

static void release_stream(struct ArrowArrayStream *stream) {
  producer *self = stream->private_data;
  trygg_table_free(self->table);
  tg_memory_free(self);
  stream->release = NULL;
}

/* Texts of a column are addressed by 32 bits. */
static trygg_status check_size(const trygg_table *table, size_t column, trygg_error *error) {
  uint64_t size = 0;
  if (trygg_table_type(table, column) != TRYGG_TEXT)
    return TRYGG_OK;
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    size += strlen(trygg_table_text(table, row, column));
  if (size <= INT32_MAX)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_ELIMIT, NULL, 0, column + 1, trygg_table_name(table, column),
      "the texts of the column take more than 2 GiB, which a stream cannot hold; export fewer rows");
}

trygg_status trygg_arrow_export(trygg_table *table, struct ArrowArrayStream *out, trygg_error *error) {
  producer *self;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the stream");
  *out = (struct ArrowArrayStream){0};
  if (!table)
    return tg_error_set(error, TRYGG_EINVAL, "no table was given");
  for (size_t i = 0; i < trygg_table_columns(table); i++) {
    trygg_status status = check_size(table, i, error);
    if (status != TRYGG_OK)
      return status;
  }
  self = tg_memory_new(1, sizeof *self);
  if (!self)
    return tg_error_memory(error);
  self->table = trygg_table_retain(table);
  *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, self};
  return TRYGG_OK;
}
