/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcsv fed one physical line at a time, so that every record has its line number.
 *
 * Measured on libcsv 3.0.3: only CSV_STRICT together with CSV_STRICT_FINI notices an unclosed quote;
 * blank lines vanish; callbacks can neither stop the parser nor see where they are; the
 * reallocation hook is the only way to limit a field, and it has no context argument. */
#include <source/records.h>

#include <csv.h>
#include <string.h>

#include <base/memory.h>
#include <base/thread.h>
#include <source/block.h>
#include <source/dialect.h>

#define BUFFER_SIZE ((size_t)256 << 10)
#define FIELD_BLOCK ((size_t)64 << 10) /* libcsv's own 128 bytes make long fields quadratic */
#define PROGRESS_BYTES (UINT64_C(1) << 20)
#define CONTROL_Z 0x1A /* end of text under DOS; some exporters still write it */

struct tg_records {
  tg_source *source;
  tg_records_options options;
  tg_record_callback callback;
  void *context;
  struct csv_parser parser;
  int parser_ready;
  char delimiter;
  char *buffer;
  size_t buffer_size, begin, end;
  int ended, held; /* held: a Ctrl-Z was the last byte read */
  trygg_status failed; /* of tg_records_text, told once the text before it is read */
  trygg_error failure;
  uint64_t text_bytes, reported;

  int64_t line, record_line;
  int open;       /* a record has begun */
  int after_cr;   /* the last line ended in CR: an LF now belongs to it */
  size_t columns; /* of the header; 0 before it */
  size_t record_bytes;

  char *bytes; /* fields of the record, each with its NUL */
  size_t bytes_used, bytes_capacity;
  const char **fields;
  size_t *lengths;
  size_t count, capacity;
  int row_ended, header_only; /* header_only: stop behind the header */

  trygg_status status; /* of callbacks and limits */
  trygg_error *error;
  int field_limit, no_memory; /* why libcsv could not grow its field */
};

typedef tg_records record_reader;

/* The reader whose libcsv call runs on this thread, for the hooks. */
static _Thread_local record_reader *current;

static void *grow_field(void *block, size_t bytes) {
  /* A closing quote, the NUL, and one byte that libcsv wants free before it looks at the next. */
  if (bytes > current->options.max_field + 3) {
    current->field_limit = 1;
    return NULL;
  }
  /* libcsv retries with less when refused; memory that ran out once stays out. */
  void *larger = current->no_memory ? NULL : tg_block_resize(block, bytes);
  if (!larger)
    current->no_memory = 1;
  return larger;
}

static trygg_status fail_at(record_reader *reader, trygg_status status, const char *what, size_t column) {
  return tg_error_at(reader->error, status, tg_source_name(reader->source), reader->record_line, column, NULL,
                     "%s", what);
}

static trygg_status limit(record_reader *reader, const char *what, uint64_t most, size_t column) {
  return tg_error_at(
      reader->error, TRYGG_ELIMIT, tg_source_name(reader->source), reader->record_line, column, NULL,
      "a %s of more than %llu bytes; close the quote that is open here, or raise the limit max_%s", what,
      (unsigned long long)most, what);
}

/* Twice the room for fields, up to the limit. */
static void grow_columns(record_reader *reader) {
  size_t most = (size_t)reader->options.max_columns;
  if (reader->count >= most) {
    reader->status = tg_error_at(
        reader->error, TRYGG_ELIMIT, tg_source_name(reader->source), reader->record_line, reader->count + 1,
        NULL, "the record has more than %llu fields; raise the limit max_columns if that is right",
        (unsigned long long)most);
    return;
  }
  size_t capacity = reader->capacity < 64 ? 64 : reader->capacity * 2;
  capacity = capacity < most ? capacity : most;
  const char **fields = tg_memory_resize(reader->fields, capacity, sizeof *fields);
  if (fields)
    reader->fields = fields;
  size_t *lengths = fields ? tg_memory_resize(reader->lengths, capacity, sizeof *lengths) : NULL;
  if (!lengths) {
    reader->status = tg_error_memory(reader->error);
    return;
  }
  reader->lengths = lengths;
  reader->capacity = capacity;
}

/* libcsv's callback for a field.  grow_record has made room: a field with its NUL is never longer than its
 * text in the file with what ends it. */
static void take_field(void *bytes, size_t length, void *context) {
  record_reader *reader = context;
  if (reader->status != TRYGG_OK)
    return;
  if (reader->count == reader->capacity) {
    grow_columns(reader);
    if (reader->status != TRYGG_OK)
      return;
  }
  if (length > reader->options.max_field) {
    reader->status = limit(reader, "field", reader->options.max_field, reader->count + 1);
    return;
  }
  char *to = reader->bytes + reader->bytes_used;
  memcpy(to, bytes, length + 1);
  reader->fields[reader->count] = to;
  reader->lengths[reader->count++] = length;
  reader->bytes_used += length + 1;
}

/* libcsv's callback for the end of a record. */
static void take_record(int end, void *context) {
  record_reader *reader = context;
  (void)end;
  reader->row_ended = 1;
  if (reader->status == TRYGG_OK) {
    tg_record record = {reader->fields, reader->lengths, reader->count, reader->record_line};
    if (reader->columns == 0)
      reader->columns = reader->count;
    reader->status = reader->callback(reader->context, &record, reader->error);
  }
  reader->count = 0;
  reader->bytes_used = 0;
  reader->record_bytes = 0;
}

/* Room for the fields of `more` bytes of the record; wipes the old block when it moves. */
static trygg_status grow_record(record_reader *reader, size_t more) {
  size_t needed = reader->record_bytes + more + 2;
  if (needed <= reader->bytes_capacity)
    return TRYGG_OK;
  size_t capacity = reader->bytes_capacity * 2 > needed ? reader->bytes_capacity * 2 : needed;
  char *larger = tg_memory_new(capacity, 1);
  if (!larger)
    return tg_error_memory(reader->error);
  if (reader->bytes_used)
    memcpy(larger, reader->bytes, reader->bytes_used);
  for (size_t i = 0; i < reader->count; i++)
    reader->fields[i] = larger + (reader->fields[i] - reader->bytes);
  tg_memory_wipe(reader->bytes, reader->bytes_capacity);
  reader->bytes = larger;
  reader->bytes_capacity = capacity;
  return TRYGG_OK;
}

/* Why csv_parse stopped early. */
static trygg_status parse_fault(record_reader *reader) {
  size_t column = reader->count + 1;
  if (reader->no_memory)
    return tg_error_memory(reader->error);
  if (reader->field_limit)
    return limit(reader, "field", reader->options.max_field, column);
  if (reader->parser.quoted)
    return fail_at(reader, TRYGG_EPARSE,
                   "a field goes on after its closing quote; a quote within a quoted field is written twice",
                   column);
  return fail_at(
      reader, TRYGG_EPARSE,
      "a quote within a field that does not begin with one; put the field in quotes and write the quote twice",
      column);
}

/* Hand a piece of one physical line to libcsv. */
static trygg_status parse(record_reader *reader, const char *bytes, size_t length) {
  trygg_status status = grow_record(reader, length);
  if (status != TRYGG_OK)
    return status;
  reader->record_bytes += length;
  if (reader->record_bytes > reader->options.max_record)
    return limit(reader, "record", reader->options.max_record, 0);
  record_reader *outer = current;
  current = reader;
  size_t taken = csv_parse(&reader->parser, bytes, length, take_field, take_record, reader);
  current = outer;
  if (reader->status != TRYGG_OK)
    return reader->status;
  return taken == length ? TRYGG_OK : parse_fault(reader);
}

static int is_blank(const record_reader *reader, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    if ((bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\n' && bytes[i] != '\r') ||
        bytes[i] == reader->delimiter)
      return 0;
  return 1;
}

/* A piece that ends with the line (`complete`) or with the buffer. */
static trygg_status take_piece(record_reader *reader, const char *bytes, size_t length, int complete) {
  if (!reader->open) {
    reader->record_line = reader->line;
    reader->record_bytes = 0;
    reader->open = !is_blank(reader, bytes, length);
  }
  reader->row_ended = 0;
  trygg_status status = parse(reader, bytes, length);
  if (status != TRYGG_OK)
    return status;
  if (reader->row_ended)
    reader->open = 0;
  else if (complete && !reader->open && reader->columns == 1) {
    /* In a one-column file a blank line is an empty field, which libcsv drops. */
    status = grow_record(reader, 1);
    if (status != TRYGG_OK)
      return status;
    char nothing = '\0';
    take_field(&nothing, 0, reader);
    take_record(-1, reader);
  }
  if (complete)
    reader->line++;
  return reader->status;
}

/* Length of the piece at bytes[0..length): up to and with the line's end (CR, LF or both). */
static size_t piece_length(const char *bytes, size_t length, int *complete) {
  const char *lf = memchr(bytes, '\n', length);
  const char *cr = memchr(bytes, '\r', lf ? (size_t)(lf - bytes) : length);
  *complete = lf || cr;
  if (cr)
    return (size_t)(cr - bytes) + (lf == cr + 1 ? 2 : 1);
  return lf ? (size_t)(lf - bytes) + 1 : length;
}

static trygg_status take_buffer(record_reader *reader) {
  while (reader->begin < reader->end) {
    const char *bytes = reader->buffer + reader->begin;
    if (reader->after_cr && bytes[0] == '\n') { /* the second half of a CRLF that the buffer cut */
      reader->after_cr = 0;
      trygg_status status = parse(reader, bytes, 1);
      if (status != TRYGG_OK)
        return status;
      reader->begin++;
      continue;
    }
    int complete;
    size_t length = piece_length(bytes, reader->end - reader->begin, &complete);
    reader->after_cr = bytes[length - 1] == '\r';
    trygg_status status = take_piece(reader, bytes, length, complete);
    if (status != TRYGG_OK)
      return status;
    reader->begin += length;
    if (reader->header_only && reader->columns > 0)
      break;
  }
  return TRYGG_OK;
}

static trygg_status report(record_reader *reader) {
  if (reader->text_bytes - reader->reported < PROGRESS_BYTES)
    return TRYGG_OK;
  reader->reported = reader->text_bytes;
  return tg_thread_progress(reader->options.progress, "load", tg_source_done(reader->source),
                            tg_source_total(reader->source), reader->error);
}

/* Next bytes behind what the buffer still holds; a Ctrl-Z at the very end is dropped. */
static trygg_status fill_buffer(record_reader *reader) {
  if (reader->begin == reader->end)
    reader->begin = reader->end = 0;
  if (reader->held)
    reader->buffer[reader->end++] = CONTROL_Z;
  size_t length = 0;
  if (reader->failed != TRYGG_OK) {
    if (reader->error)
      *reader->error = reader->failure;
    return reader->failed;
  }
  trygg_status status = tg_source_read(reader->source, reader->buffer + reader->end,
                                       reader->buffer_size - reader->end, &length, reader->error);
  if (status != TRYGG_OK)
    return status;
  reader->end += length;
  reader->text_bytes += length;
  reader->ended = length == 0;
  int control = reader->end > reader->begin && reader->buffer[reader->end - 1] == CONTROL_Z;
  reader->end -= (size_t)control;
  reader->held = control && !reader->ended;
  return report(reader);
}

/* Fill the first buffer as far as it goes and settle the delimiter on it. */
static trygg_status begin(record_reader *reader) {
  trygg_status status = TRYGG_OK;
  while (!reader->ended && reader->end < reader->buffer_size - 1)
    TRY(fill_buffer(reader));
  char separator = 0;
  reader->begin = tg_dialect_separator(reader->buffer, reader->end, &separator);
  reader->line = reader->options.headless ? 0 : reader->begin > 0 ? 2 : 1;
  reader->delimiter = reader->options.delimiter;
  if (!reader->delimiter)
    reader->delimiter = separator;
  if (!reader->delimiter)
    reader->delimiter = tg_dialect_delimiter(reader->buffer, reader->end);
  csv_set_delim(&reader->parser, (unsigned char)reader->delimiter);
cleanup:
  return status;
}

/* After the last byte: a record without a line end, or an open quote. */
static trygg_status take_last(record_reader *reader) {
  trygg_status status = grow_record(reader, 1);
  if (status != TRYGG_OK)
    return status;
  if (csv_fini(&reader->parser, take_field, take_record, reader) != 0)
    return fail_at(reader, TRYGG_EPARSE,
                   "a quote that opens in this record is never closed; close or remove it",
                   reader->count + 1);
  if (reader->status == TRYGG_OK && reader->columns == 0)
    return tg_error_at(reader->error, TRYGG_EPARSE, tg_source_name(reader->source), 0, 0, NULL,
                       "the file has only blank lines; a header row was expected");
  return reader->status;
}

static trygg_status prepare(record_reader *reader, tg_source *source, const tg_records_options *options,
                            trygg_error *error) {
  reader->source = source;
  reader->error = error;
  if (options)
    reader->options = *options;
  if (!reader->options.max_field)
    reader->options.max_field = UINT64_C(1) << 20;
  if (!reader->options.max_columns)
    reader->options.max_columns = TG_SOURCE_COLUMNS;
  if (!reader->options.max_record)
    reader->options.max_record = UINT64_C(16) << 20;
  if (reader->options.max_field > (SIZE_MAX >> 2) || reader->options.max_record > (SIZE_MAX >> 2) ||
      reader->options.max_columns > (SIZE_MAX >> 5))
    return tg_error_set(error, TRYGG_EINVAL, "a limit of the load options is larger than memory can be");
  reader->buffer = tg_memory_new(BUFFER_SIZE, 1);
  if (!reader->buffer)
    return tg_error_memory(error);
  reader->buffer_size = BUFFER_SIZE;
  if (csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
    return tg_error_set(error, TRYGG_EINTERNAL, "libcsv does not start");
  csv_set_realloc_func(&reader->parser, grow_field);
  csv_set_free_func(&reader->parser, tg_block_free);
  csv_set_blk_size(&reader->parser, FIELD_BLOCK);
  reader->parser_ready = 1;
  return TRYGG_OK;
}

void tg_records_free(tg_records *reader) {
  if (!reader)
    return;
  if (reader->parser_ready)
    csv_free(&reader->parser);
  tg_memory_wipe(reader->buffer, reader->buffer_size);
  tg_memory_wipe(reader->bytes, reader->bytes_capacity);
  tg_memory_free(reader->fields);
  tg_memory_free(reader->lengths);
  tg_memory_free(reader);
}

trygg_status tg_records_open(tg_source *source, const tg_records_options *options,
                             tg_record_callback callback, void *context, tg_records **out,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_records *reader = tg_memory_new(1, sizeof *reader);
  *out = NULL;
  if (!reader)
    return tg_error_memory(error);
  reader->callback = callback;
  reader->context = context;
  TRY(prepare(reader, source, options, error));
  TRY(begin(reader));
  *out = reader;
  reader = NULL;
cleanup:
  tg_records_free(reader);
  return status;
}

char tg_records_delimiter(const tg_records *reader) {
  return reader->delimiter;
}

int64_t tg_records_line(const tg_records *reader) {
  return reader->line;
}

trygg_status tg_records_header(tg_records *reader) {
  trygg_status status = TRYGG_OK;
  reader->header_only = 1;
  for (;;) {
    TRY(take_buffer(reader));
    if (reader->columns > 0 || reader->ended)
      break;
    TRY(fill_buffer(reader));
  }
  /* The second half of the header's CRLF may be in the next buffer. */
  if (reader->after_cr && reader->begin == reader->end && !reader->ended)
    TRY(fill_buffer(reader));
  if (reader->after_cr && reader->begin < reader->end) {
    if (reader->buffer[reader->begin] == '\n') {
      TRY(parse(reader, "\n", 1));
      reader->begin++;
    }
    reader->after_cr = 0;
  }
cleanup:
  reader->header_only = 0;
  return status;
}

trygg_status tg_records_text(tg_records *reader, char *out, size_t size, size_t *length) {
  size_t left = reader->end - reader->begin;
  *length = 0;
  if (left > 0) {
    *length = left < size ? left : size;
    memcpy(out, reader->buffer + reader->begin, *length);
    reader->begin += *length;
    return TRYGG_OK;
  }
  if (reader->held && size > 0) {
    out[0] = CONTROL_Z;
    *length = 1;
    reader->held = 0;
    return TRYGG_OK;
  }
  if (reader->ended || reader->failed != TRYGG_OK)
    return TRYGG_OK;
  reader->failed = tg_source_read(reader->source, out, size, length, &reader->failure);
  reader->text_bytes += *length;
  reader->reported = reader->text_bytes;
  reader->ended = reader->failed == TRYGG_OK && *length == 0;
  return TRYGG_OK;
}

trygg_status tg_records_give_back(tg_records *reader, const char *bytes, size_t length, int64_t lines) {
  size_t left = reader->end - reader->begin, size = left + length + BUFFER_SIZE;
  char *larger = tg_memory_new(size, 1);
  if (!larger)
    return tg_error_memory(reader->error);
  if (length)
    memcpy(larger, bytes, length);
  if (left)
    memcpy(larger + length, reader->buffer + reader->begin, left);
  tg_memory_wipe(reader->buffer, reader->buffer_size);
  reader->buffer = larger;
  reader->buffer_size = size;
  reader->begin = 0;
  reader->end = left + length;
  if (!reader->held && reader->end > 0 && larger[reader->end - 1] == CONTROL_Z) {
    reader->end--;
    reader->held = !reader->ended;
  }
  reader->line += lines;
  return TRYGG_OK;
}

trygg_status tg_records_rest(tg_records *reader) {
  trygg_status status = TRYGG_OK;
  for (;;) {
    TRY(take_buffer(reader));
    if (reader->ended)
      break;
    TRY(fill_buffer(reader));
  }
  TRY(take_last(reader));
cleanup:
  return status;
}

trygg_status tg_records_read(tg_source *source, const tg_records_options *options,
                             tg_record_callback callback, void *context, char *delimiter,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_records *reader = NULL;
  TRY(tg_records_open(source, options, callback, context, &reader, error));
  if (delimiter)
    *delimiter = reader->delimiter;
  TRY(tg_records_rest(reader));
cleanup:
  tg_records_free(reader);
  return status;
}
