/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that were not accepted: where they lie, and they themselves, read again, for whoever asks for them. */
#include <responses/account.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/options.h>
#include <base/text.h>
#include <codebook/names.h>
#include <responses/files.h>
#include <source/labelled.h>
#include <source/records.h>
#include <table/table.h>

/* ---- where they lie ------------------------------------------------------------------------ */

enum { FILE_COLUMN, LINE_COLUMN, ACCOUNT_COLUMN, REASON_COLUMN, COLUMNS };

static const tg_column_description columns[COLUMNS] = {
    [FILE_COLUMN] = {.name = "file", .type = TRYGG_TEXT, .role = TRYGG_KEY, .help = "data file"},
    [LINE_COLUMN] = {.name = "line", .type = TRYGG_INTEGER, .role = TRYGG_KEY, .help = "line it begins on"},
    [ACCOUNT_COLUMN] = {.name = "account",
                        .type = TRYGG_TEXT,
                        .role = TRYGG_KEY,
                        .help = "duplicate or rejected"},
    [REASON_COLUMN] = {.name = "reason", .type = TRYGG_TEXT, .role = TRYGG_KEY, .help = "why rejected"},
};

static int by_place(const void *a, const void *b) {
  const tg_account_rejected *x = a, *y = b;
  if (x->file != y->file)
    return x->file < y->file ? -1 : 1;
  return (x->line > y->line) - (x->line < y->line);
}

/* A copy in the order of files and lines: a duplicate that a later record replaced was noted late. */
static trygg_status in_order(const trygg_responses *responses, tg_account_rejected **out,
                             trygg_error *error) {
  const tg_account *account = responses->account;
  if (!account->keeps_rejected)
    return tg_error_set(
        error, TRYGG_EINVAL,
        "the load was not asked to remember what it rejects; set keep_rejected in its options");
  *out = tg_memory_new(account->rejected_count, sizeof **out);
  if (!*out)
    return tg_error_memory(error);
  if (account->rejected_count) {
    memcpy(*out, account->rejected, account->rejected_count * sizeof **out);
    qsort(*out, account->rejected_count, sizeof **out, by_place);
  }
  return TRYGG_OK;
}

trygg_status trygg_responses_rejected(const trygg_responses *responses, trygg_table **out,
                                      trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  tg_account_rejected *rejected = NULL;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the list");
  *out = NULL;
  if (!responses)
    return tg_error_set(error, TRYGG_EINVAL, "there are no responses");
  const tg_account *account = responses->account;
  TRY(in_order(responses, &rejected, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_columns(table, columns, COLUMNS, error));
  for (size_t i = 0; i < account->rejected_count; i++) {
    const char *reason = tg_account_reason(rejected[i].fate);
    TRY(tg_table_add_row(table, error));
    TRY(tg_table_set_text(table, FILE_COLUMN, account->files[rejected[i].file], error));
    tg_table_set_integer(table, LINE_COLUMN, rejected[i].line);
    TRY(tg_table_set_text(table, ACCOUNT_COLUMN, tg_account_name(rejected[i].fate), error));
    if (reason)
      TRY(tg_table_set_text(table, REASON_COLUMN, reason, error));
  }
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  tg_memory_free(rejected);
  return status;
}

/* ---- reading them again ------------------------------------------------------------------------ */

typedef struct rereading {
  const trygg_responses *responses;
  const trygg_load_options *options;
  tg_account_rejected *rejected;
  size_t next, end; /* of the file being read */
  char **names;     /* columns of all files, in the order in which they are met */
  size_t name_count, name_capacity;
  tg_names positions;
  size_t *place; /* of each column of the file being read: its name */
  size_t columns, place_capacity;
  int writes;         /* else only the headers are looked at */
  const char **cells; /* [name] of the record being written */
  size_t *lengths;
  trygg_responses_sink sink;
  void *user;
  tg_text line;
  trygg_error *error;
} rereading;

static trygg_status take_header(rereading *reading, const tg_record *record) {
  reading->columns = record->count;
  if (tg_memory_grow((void **)&reading->place, &reading->place_capacity, record->count, sizeof(size_t)) != 0)
    return tg_error_memory(reading->error);
  for (size_t i = 0; i < record->count; i++) {
    size_t length = record->lengths[i];
    const char *name = tg_text_trim(record->fields[i], &length);
    reading->place[i] = tg_names_find(&reading->positions, name, length);
    if (reading->place[i] != SIZE_MAX)
      continue;
    if (tg_memory_grow((void **)&reading->names, &reading->name_capacity, reading->name_count + 1,
                       sizeof(char *)) != 0)
      return tg_error_memory(reading->error);
    char *copy = tg_memory_text(name, length);
    if (!copy || tg_names_put(&reading->positions, copy, reading->name_count) != 0) {
      tg_memory_free(copy);
      return tg_error_memory(reading->error);
    }
    reading->place[i] = reading->name_count;
    reading->names[reading->name_count++] = copy;
  }
  return TRYGG_OK;
}

/* A field between quotes where it needs them. */
static void put_field(tg_text *out, const char *text, size_t length) {
  int plain = 1;
  for (size_t i = 0; i < length && plain; i++)
    plain = !strchr(",\"\r\n", text[i]);
  tg_text_put(out, plain ? "" : "\"");
  for (size_t i = 0; i < length && !plain; i++) {
    if (text[i] == '"')
      tg_text_putc(out, '"');
    tg_text_putc(out, text[i]);
  }
  if (plain)
    tg_text_append(out, text, length);
  tg_text_put(out, plain ? "" : "\"");
}

/* Hand over the line; what it held is wiped, not only forgotten. */
static trygg_status give_line(rereading *reading) {
  tg_text *line = &reading->line;
  tg_text_put(line, "\r\n");
  trygg_status status = line->failed ? tg_error_memory(reading->error) : TRYGG_OK;
  if (status == TRYGG_OK && reading->sink(reading->user, line->bytes, line->length) != 0)
    status = tg_error_set(reading->error, TRYGG_EIO, "the rejected records cannot be written");
  if (line->bytes)
    memset(line->bytes, 0, line->length);
  tg_text_clear(line);
  return status;
}

static trygg_status write_names(rereading *reading) {
  tg_text_put(&reading->line, "file,line,reason");
  for (size_t i = 0; i < reading->name_count; i++) {
    tg_text_putc(&reading->line, ',');
    put_field(&reading->line, reading->names[i], strlen(reading->names[i]));
  }
  return give_line(reading);
}

static trygg_status write_record(rereading *reading, const tg_record *record) {
  const tg_account *account = reading->responses->account;
  const tg_account_rejected *rejected = &reading->rejected[reading->next++];
  const char *file = account->files[rejected->file], *reason = tg_account_reason(rejected->fate);
  memset(reading->cells, 0, reading->name_count * sizeof *reading->cells);
  for (size_t i = 0; i < record->count && i < reading->columns; i++) {
    reading->cells[reading->place[i]] = record->fields[i];
    reading->lengths[reading->place[i]] = record->lengths[i];
  }
  put_field(&reading->line, file, strlen(file));
  tg_text_format(&reading->line, ",%lld,%s", (long long)rejected->line,
                 reason ? reason : tg_account_name(rejected->fate));
  for (size_t i = 0; i < reading->name_count; i++) {
    tg_text_putc(&reading->line, ',');
    if (reading->cells[i])
      put_field(&reading->line, reading->cells[i], reading->lengths[i]);
  }
  return give_line(reading);
}

static trygg_status take_record(void *context, const tg_record *record, trygg_error *error) {
  rereading *reading = context;
  (void)error;
  if (reading->columns == 0)
    return take_header(reading, record);
  if (reading->writes && reading->next < reading->end &&
      record->line == reading->rejected[reading->next].line)
    return write_record(reading, record);
  return TRYGG_OK;
}

static trygg_status check_file(const char *file, trygg_error *error) {
  int labelled;
  trygg_status status = tg_labelled_is_file(file, &labelled, error);
  if (status != TRYGG_OK)
    return status;
  const char *why = strcmp(file, "(stdin)") == 0    ? "standard input cannot be read twice"
                    : strcmp(file, "(arrays)") == 0 ? "the records came from the caller's arrays"
                    : labelled                      ? "the file is no text"
                                                    : NULL;
  if (!why)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EUNSUPPORTED, file, 0, 0, NULL,
                     "%s, so its rejected records cannot be written; save the data as CSV first", why);
}

/* Read a file once more, by libcsv: its header only, or to the end. */
static trygg_status read_file(rereading *reading, size_t file) {
  trygg_status status = TRYGG_OK;
  const char *name = reading->responses->account->files[file];
  const trygg_load_options *given = reading->options;
  tg_source_limits limits = {given->max_bytes, given->max_ratio};
  tg_records_options options;
  tg_source *source = NULL;
  tg_records *records = NULL;
  reading->columns = 0;
  TRY(check_file(name, reading->error));
  TRY(tg_source_open(name, &limits, &source, reading->error));
  TRY(tg_files_describe(reading->responses->codebook, given, source, &options, NULL, reading->error));
  TRY(tg_records_open(source, &options, take_record, reading, &records, reading->error));
  TRY(tg_records_header(records));
  if (reading->writes)
    TRY(tg_records_rest(records));
  if (reading->writes && reading->next < reading->end)
    status = tg_error_at(reading->error, TRYGG_EDATA, name, reading->rejected[reading->next].line, 0, NULL,
                         "no record begins on this line any more: the file has changed since it was loaded");
cleanup:
  tg_records_free(records);
  tg_source_free(source);
  return status;
}

/* The files that have rejected records, one after the other. */
static trygg_status read_files(rereading *reading, size_t count) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < count && status == TRYGG_OK; i = reading->end) {
    reading->next = i;
    for (reading->end = i; reading->end < count; reading->end++)
      if (reading->rejected[reading->end].file != reading->rejected[i].file)
        break;
    status = read_file(reading, reading->rejected[i].file);
  }
  return status;
}

trygg_status trygg_responses_write_rejected(const trygg_responses *responses,
                                            const trygg_load_options *options, trygg_responses_sink sink,
                                            void *user, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_load_options given = {0};
  rereading reading = {.responses = responses, .options = &given, .sink = sink, .user = user, .error = error};
  if (!responses || !sink)
    return tg_error_set(error, TRYGG_EINVAL, "there are no responses or nothing that takes the records");
  TRY(tg_options_take(&given, sizeof given, options, "trygg_load_options", error));
  TRY(in_order(responses, &reading.rejected, error));
  size_t count = responses->account->rejected_count;
  TRY(read_files(&reading, count));
  reading.cells = tg_memory_new(reading.name_count, sizeof *reading.cells);
  reading.lengths = tg_memory_new(reading.name_count, sizeof *reading.lengths);
  if (!reading.cells || !reading.lengths) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(write_names(&reading));
  reading.writes = 1;
  TRY(read_files(&reading, count));
cleanup:
  for (size_t i = 0; i < reading.name_count; i++)
    tg_memory_free(reading.names[i]);
  tg_memory_free(reading.names);
  tg_names_clear(&reading.positions);
  tg_memory_free(reading.place);
  tg_memory_free(reading.cells);
  tg_memory_free(reading.lengths);
  tg_memory_free(reading.rejected);
  if (reading.line.bytes)
    memset(reading.line.bytes, 0, reading.line.capacity);
  tg_text_free(&reading.line);
  return status;
}
