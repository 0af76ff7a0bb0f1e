/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ReadStat's callbacks filling columns; reading is all or nothing, within limits that ReadStat does not know. */
#include <source/labelled_parse.h>

#ifndef HAVE_READSTAT

trygg_status tg_labelled_parse(const tg_labelled_input *input, const tg_labelled_options *options,
                               tg_labelled *out, trygg_error *error) {
  (void)options;
  (void)out;
  return tg_error_at(error, TRYGG_EUNSUPPORTED, input->name, 0, 0, NULL,
                     "this is a file of %s, and the library was built without ReadStat; install it (Debian: "
                     "libreadstat-dev) and build again, or save the file as CSV",
                     tg_labelled_kind_name(input->kind));
}

#else

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <base/memory.h>
#include <base/text.h>
#include <base/thread.h>
#include <readstat.h>
#include <source/source.h>

#define FIRST_ROWS 256
#define MAX_CODES ((size_t)1 << 18) /* value labels of all columns together */

typedef struct reader_column {
  tg_labelled_time time;
  int tagged; /* some cell is a tagged missing value */
  char *set;  /* name of its value labels, NULL */
} reader_column;

typedef struct reader_label {
  char *set;
  uint32_t hash; /* of the set's name */
  tg_labelled_code code;
} reader_label;

typedef struct label_reader {
  const char *name;
  tg_labelled_kind kind;
  tg_labelled_options options;
  int descriptor; /* -1: memory */
  const unsigned char *bytes;
  uint64_t size, at;
  tg_labelled *out;
  reader_column *columns; /* beside out->columns */
  size_t column_capacity, side_capacity, row_capacity, kept_count;
  reader_label *labels;
  size_t label_count, label_capacity;
  uint64_t cell_bytes;
  trygg_status status;
  trygg_error *error;
} label_reader;

static int fail(label_reader *reader, trygg_status status) {
  if (reader->status == TRYGG_OK)
    reader->status = status;
  return READSTAT_HANDLER_ABORT;
}

static int no_memory(label_reader *reader) {
  return fail(reader, tg_error_memory(reader->error));
}

static int over_limit(label_reader *reader, const char *what, uint64_t most, const char *option) {
  return fail(reader, tg_error_at(reader->error, TRYGG_ELIMIT, reader->name, 0, 0, NULL,
                                  "the file has more than %llu %s; raise the limit %s if that is right",
                                  (unsigned long long)most, what, option));
}

/* ---- where the bytes come from -------------------------------------------------------------- */

static int open_input(const char *path, void *context) {
  (void)path;
  ((label_reader *)context)->at = 0;
  return 0;
}

static int close_input(void *context) {
  (void)context;
  return 0;
}

static readstat_off_t seek_input(readstat_off_t offset, readstat_io_flags_t whence, void *context) {
  label_reader *reader = context;
  int64_t base = whence == READSTAT_SEEK_SET   ? 0
                 : whence == READSTAT_SEEK_CUR ? (int64_t)reader->at
                                               : (int64_t)reader->size;
  int64_t target = 0;
  if (__builtin_add_overflow(base, (int64_t)offset, &target) || target < 0 || (uint64_t)target > reader->size)
    return -1;
  reader->at = (uint64_t)target;
  return (readstat_off_t)target;
}

static ssize_t read_input(void *buffer, size_t size, void *context) {
  label_reader *reader = context;
  uint64_t left = reader->size - reader->at;
  size_t length = left < size ? (size_t)left : size, done = 0;
  if (reader->descriptor < 0 && length)
    memcpy(buffer, reader->bytes + reader->at, done = length);
  while (done < length) {
    ssize_t got = pread(reader->descriptor, (char *)buffer + done, length - done, (off_t)(reader->at + done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    done += (size_t)got;
  }
  reader->at += done;
  return (ssize_t)done;
}

static readstat_error_t update_input(long size, readstat_progress_handler handler, void *user,
                                     void *context) {
  (void)size;
  (void)handler;
  (void)user;
  label_reader *reader = context;
  reader->status = reader->status != TRYGG_OK ? reader->status
                                              : tg_thread_progress(reader->options.progress, "load",
                                                                   reader->at, reader->size, reader->error);
  return reader->status == TRYGG_OK ? READSTAT_OK : READSTAT_ERROR_USER_ABORT;
}

/* ---- columns --------------------------------------------------------------------------------- */

static int is_utf8(const char *text, size_t length) {
  for (size_t i = 0, step; i < length; i += step)
    if ((step = tg_text_utf8(text + i, length - i)) == 0)
      return 0;
  return 1;
}

static int bad_text(label_reader *reader) {
  return fail(reader,
              tg_error_at(reader->error, TRYGG_EPARSE, reader->name, 0, 0, NULL,
                          "a text of the file is not in the encoding that the file says; save it as UTF-8"));
}

static int take_ranges(label_reader *reader, const readstat_variable_t *variable,
                       tg_labelled_column *column) {
  int count = readstat_variable_get_missing_ranges_count(variable);
  if (count <= 0)
    return READSTAT_HANDLER_OK;
  if (!(column->ranges = tg_memory_new((size_t)count, sizeof *column->ranges)))
    return no_memory(reader);
  for (int i = 0; i < count; i++) {
    readstat_value_t low = readstat_variable_get_missing_range_lo(variable, i);
    readstat_value_t high = readstat_variable_get_missing_range_hi(variable, i);
    tg_labelled_range *range = &column->ranges[column->range_count];
    *range = (tg_labelled_range){NAN, NAN, NULL};
    if (readstat_value_type_class(low) == READSTAT_TYPE_CLASS_NUMERIC) {
      range->low = readstat_double_value(low);
      range->high = readstat_double_value(high);
    } else if (readstat_string_value(low) && !(range->text = tg_memory_string(readstat_string_value(low)))) {
      return no_memory(reader);
    }
    column->range_count++;
  }
  return READSTAT_HANDLER_OK;
}

static int take_variable(int index, readstat_variable_t *variable, const char *set, void *context) {
  label_reader *reader = context;
  tg_labelled *out = reader->out;
  const char *name = readstat_variable_get_name(variable), *label = readstat_variable_get_label(variable);
  if (index < 0 || (size_t)index != out->column_count)
    return fail(reader, tg_error_at(reader->error, TRYGG_EPARSE, reader->name, 0, 0, NULL,
                                    "the file is damaged: its columns are not in order"));
  if ((uint64_t)index >= reader->options.max_columns)
    return over_limit(reader, "columns", reader->options.max_columns, "max_columns");
  if (tg_memory_grow((void **)&out->columns, &reader->column_capacity, out->column_count + 1,
                     sizeof *out->columns) != 0 ||
      tg_memory_grow((void **)&reader->columns, &reader->side_capacity, out->column_count + 1,
                     sizeof *reader->columns) != 0)
    return no_memory(reader);
  tg_labelled_column *column = &out->columns[out->column_count];
  reader_column *side = &reader->columns[out->column_count++];
  *column = (tg_labelled_column){0};
  *side = (reader_column){.time = tg_labelled_time_of(reader->kind, readstat_variable_get_format(variable))};
  column->is_text = readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING;
  column->is_date = !column->is_text && side->time != TG_LABELLED_NO_TIME;
  /* The first column is always kept, so that the rows are counted. */
  column->wanted = !reader->options.wants || index == 0 ||
                   reader->options.wants(reader->options.context, name ? name : "");
  reader->kept_count += (size_t)column->wanted;
  if (!(column->name = tg_memory_string(name ? name : "")) ||
      (label && *label && !(column->label = tg_memory_string(label))) ||
      (set && *set && !(side->set = tg_memory_string(set))))
    return no_memory(reader);
  if (!is_utf8(column->name, strlen(column->name)) || (label && !is_utf8(label, strlen(label))))
    return bad_text(reader);
  int result = take_ranges(reader, variable, column);
  return result != READSTAT_HANDLER_OK ? result
         : column->wanted              ? READSTAT_HANDLER_OK
                                       : READSTAT_HANDLER_SKIP_VARIABLE;
}

/* FNV-1a of a name, so that most names are told apart without reading them. */
static uint32_t hash_of(const char *name) {
  uint32_t hash = 2166136261u;
  for (; *name; name++)
    hash = (hash ^ (unsigned char)*name) * 16777619u;
  return hash;
}

static int take_label(const char *set, readstat_value_t value, const char *label, void *context) {
  label_reader *reader = context;
  char number[TG_NUMBER_SIZE] = "";
  const char *text = number;
  if (reader->label_count >= MAX_CODES)
    return over_limit(reader, "value labels", MAX_CODES, "of value labels");
  if (readstat_value_is_tagged_missing(value))
    number[0] = (char)(readstat_value_tag(value) | 32);
  else if (readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING)
    text = readstat_string_value(value) ? readstat_string_value(value) : "";
  else if (!readstat_value_is_system_missing(value))
    tg_number_format(number, readstat_double_value(value));
  if (!*text || !set)
    return READSTAT_HANDLER_OK;
  if (!is_utf8(text, strlen(text)) || (label && !is_utf8(label, strlen(label))))
    return bad_text(reader);
  if (tg_memory_grow((void **)&reader->labels, &reader->label_capacity, reader->label_count + 1,
                     sizeof *reader->labels) != 0)
    return no_memory(reader);
  reader_label *entry = &reader->labels[reader->label_count++];
  *entry = (reader_label){.set = tg_memory_string(set), .hash = hash_of(set)};
  entry->code.text = tg_memory_string(text);
  entry->code.label = tg_memory_string(label ? label : "");
  return entry->set && entry->code.text && entry->code.label ? READSTAT_HANDLER_OK : no_memory(reader);
}

static int take_metadata(readstat_metadata_t *metadata, void *context) {
  label_reader *reader = context;
  const char *title = readstat_get_file_label(metadata);
  if (title && *title && is_utf8(title, strlen(title)) && !reader->out->title &&
      !(reader->out->title = tg_memory_string(title)))
    return no_memory(reader);
  return READSTAT_HANDLER_OK;
}

/* ---- cells ------------------------------------------------------------------------------------ */

/* Room for one more row in every kept column; new cells are empty. */
static int grow_rows(label_reader *reader, size_t needed) {
  size_t capacity = reader->row_capacity ? reader->row_capacity : FIRST_ROWS;
  while (capacity < needed)
    capacity *= 2;
  uint64_t most = reader->options.max_bytes / sizeof(double) / (reader->kept_count + 1);
  if (capacity > most)
    return over_limit(reader, "bytes of cells", reader->options.max_bytes, "max_bytes");
  for (size_t i = 0; i < reader->out->column_count; i++) {
    tg_labelled_column *column = &reader->out->columns[i];
    if (!column->wanted)
      continue;
    if (column->is_text || column->is_date) {
      char **texts = tg_memory_resize(column->texts, capacity, sizeof *texts);
      if (!texts)
        return no_memory(reader);
      column->texts = texts;
      memset(texts + reader->row_capacity, 0, (capacity - reader->row_capacity) * sizeof *texts);
    } else {
      double *numbers = tg_memory_resize(column->numbers, capacity, sizeof *numbers);
      if (!numbers)
        return no_memory(reader);
      column->numbers = numbers;
      for (size_t row = reader->row_capacity; row < capacity; row++)
        numbers[row] = (double)NAN;
    }
  }
  reader->row_capacity = capacity;
  return READSTAT_HANDLER_OK;
}

/* Tags wait in the payload of a NaN until the whole column is known. */
static double tagged(char tag) {
  uint64_t bits = UINT64_C(0x7FF8000000000000) | (unsigned char)(tag | 32);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The letter, or 0 for a plain NaN. */
static char tag_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (char)(bits & 0xFF);
}

static int put_text(label_reader *reader, tg_labelled_column *column, size_t row, const char *text,
                    size_t length) {
  if (length == 0)
    return READSTAT_HANDLER_OK;
  if (length > reader->options.max_field)
    return over_limit(reader, "bytes in a text", reader->options.max_field, "max_field");
  if ((reader->cell_bytes += length + 1) > reader->options.max_bytes)
    return over_limit(reader, "bytes of texts", reader->options.max_bytes, "max_bytes");
  return (column->texts[row] = tg_labelled_keep(reader->out, text, length)) ? READSTAT_HANDLER_OK
                                                                            : no_memory(reader);
}

static int take_value(int row, readstat_variable_t *variable, readstat_value_t value, void *context) {
  label_reader *reader = context;
  int index = readstat_variable_get_index(variable);
  if (row < 0 || index < 0 || (size_t)index >= reader->out->column_count)
    return fail(reader, tg_error_at(reader->error, TRYGG_EPARSE, reader->name, 0, 0, NULL,
                                    "the file is damaged: a cell is outside its columns"));
  tg_labelled_column *column = &reader->out->columns[index];
  reader_column *side = &reader->columns[index];
  if ((size_t)row >= reader->row_capacity && grow_rows(reader, (size_t)row + 1) != READSTAT_HANDLER_OK)
    return READSTAT_HANDLER_ABORT;
  if ((size_t)row >= reader->out->rows)
    reader->out->rows = (size_t)row + 1;
  if (!column->wanted)
    return READSTAT_HANDLER_OK;
  if (column->is_text) {
    const char *text =
        readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING ? readstat_string_value(value) : NULL;
    size_t length = text ? strlen(text) : 0;
    return is_utf8(text, length) ? put_text(reader, column, (size_t)row, text, length) : bad_text(reader);
  }
  if (readstat_value_type_class(value) != READSTAT_TYPE_CLASS_NUMERIC)
    return READSTAT_HANDLER_OK;
  char tag[2] = "";
  if (readstat_value_is_tagged_missing(value))
    tag[0] = (char)(readstat_value_tag(value) | 32);
  double number =
      tag[0] || readstat_value_is_system_missing(value) ? (double)NAN : readstat_double_value(value);
  if (column->is_date) {
    char day[TG_NUMBER_SIZE] = "";
    if (!isnan(number))
      tg_labelled_put_day(day, side->time, number);
    const char *text = tag[0] ? tag : day;
    return put_text(reader, column, (size_t)row, text, strlen(text));
  }
  side->tagged |= tag[0] != '\0';
  column->numbers[row] = tag[0] ? tagged(tag[0]) : isnan(number) ? (double)NAN : number;
  return READSTAT_HANDLER_OK;
}

/* ---- the end of a file ---------------------------------------------------------------------------- */

/* A column with tags is one of texts: "a" beside "1.5". */
static trygg_status spell(label_reader *reader, tg_labelled_column *column) {
  size_t rows = reader->out->rows;
  column->texts = tg_memory_new(rows, sizeof *column->texts);
  if (!column->texts)
    return tg_error_memory(reader->error);
  for (size_t row = 0; row < rows; row++) {
    char text[TG_NUMBER_SIZE] = "";
    if (!isnan(column->numbers[row]))
      tg_number_format(text, column->numbers[row]);
    else
      text[0] = tag_of(column->numbers[row]);
    if (put_text(reader, column, row, text, strlen(text)) != READSTAT_HANDLER_OK)
      return reader->status;
  }
  tg_memory_wipe(column->numbers, rows * sizeof *column->numbers);
  column->numbers = NULL;
  return TRYGG_OK;
}

static trygg_status link_labels(label_reader *reader, tg_labelled_column *column, const char *set,
                                size_t *total) {
  size_t count = 0;
  uint32_t hash = hash_of(set);
  for (size_t i = 0; i < reader->label_count; i++)
    count += reader->labels[i].hash == hash;
  if ((*total += count) > MAX_CODES) {
    over_limit(reader, "value labels", MAX_CODES, "of value labels");
    return reader->status;
  }
  if (count && !(column->codes = tg_memory_new(count, sizeof *column->codes)))
    return tg_error_memory(reader->error);
  for (size_t i = 0; i < reader->label_count; i++) {
    const reader_label *label = &reader->labels[i];
    if (label->hash != hash || strcmp(label->set, set) != 0)
      continue;
    tg_labelled_code *code = &column->codes[column->code_count++];
    code->text = tg_memory_string(label->code.text);
    code->label = *label->code.label ? tg_memory_string(label->code.label) : NULL;
    if (!code->text || (*label->code.label && !code->label))
      return tg_error_memory(reader->error);
  }
  return TRYGG_OK;
}

static trygg_status finish(label_reader *reader) {
  trygg_status status = TRYGG_OK;
  size_t total = 0;
  if (reader->out->column_count == 0)
    return tg_error_at(reader->error, TRYGG_EPARSE, reader->name, 0, 0, NULL, "the file has no column");
  for (size_t i = 0; i < reader->out->column_count; i++) {
    if (reader->columns[i].tagged)
      TRY(spell(reader, &reader->out->columns[i]));
    if (reader->columns[i].set)
      TRY(link_labels(reader, &reader->out->columns[i], reader->columns[i].set, &total));
  }
cleanup:
  return status;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static readstat_parser_t *create_parser(label_reader *reader) {
  readstat_parser_t *parser = readstat_parser_init();
  if (!parser)
    return NULL;
  readstat_set_open_handler(parser, open_input);
  readstat_set_close_handler(parser, close_input);
  readstat_set_seek_handler(parser, seek_input);
  readstat_set_read_handler(parser, read_input);
  readstat_set_update_handler(parser, update_input);
  readstat_set_io_ctx(parser, reader);
  readstat_set_metadata_handler(parser, take_metadata);
  readstat_set_variable_handler(parser, take_variable);
  readstat_set_value_handler(parser, take_value);
  if (!reader->options.wants)
    readstat_set_value_label_handler(parser, take_label);
  return parser;
}

static trygg_status parse(label_reader *reader) {
  static readstat_error_t (*const parsers[TG_LABELLED_KINDS])(readstat_parser_t *, const char *, void *) = {
      [TG_LABELLED_SAV] = readstat_parse_sav,
      [TG_LABELLED_POR] = readstat_parse_por,
      [TG_LABELLED_DTA] = readstat_parse_dta,
      [TG_LABELLED_SAS] = readstat_parse_sas7bdat};
  readstat_parser_t *parser = create_parser(reader);
  if (!parser)
    return tg_error_memory(reader->error);
  readstat_error_t result = parsers[reader->kind](parser, reader->name, reader);
  readstat_parser_free(parser);
  if (reader->status != TRYGG_OK)
    return reader->status;
  if (result == READSTAT_OK)
    return finish(reader);
  return tg_error_at(reader->error, result == READSTAT_ERROR_READ ? TRYGG_EIO : TRYGG_EPARSE, reader->name, 0,
                     0, NULL, "the %s file is damaged or of a kind that ReadStat does not know: %s",
                     tg_labelled_kind_name(reader->kind), readstat_error_message(result));
}

static void take_options(label_reader *reader, const tg_labelled_options *options) {
  if (options)
    reader->options = *options;
  if (!reader->options.max_bytes)
    reader->options.max_bytes = UINT64_C(16) << 30;
  if (!reader->options.max_columns)
    reader->options.max_columns = TG_SOURCE_COLUMNS;
  if (!reader->options.max_field)
    reader->options.max_field = UINT64_C(1) << 20;
}

static void clear_reader(label_reader *reader) {
  for (size_t i = 0; i < reader->label_count; i++) {
    tg_memory_free(reader->labels[i].set);
    tg_memory_free(reader->labels[i].code.text);
    tg_memory_free(reader->labels[i].code.label);
  }
  for (size_t i = 0; i < reader->out->column_count && reader->columns; i++)
    tg_memory_free(reader->columns[i].set);
  tg_memory_free(reader->labels);
  tg_memory_free(reader->columns);
}

trygg_status tg_labelled_parse(const tg_labelled_input *input, const tg_labelled_options *options,
                               tg_labelled *out, trygg_error *error) {
  label_reader reader = {.name = input->name,
                         .kind = input->kind,
                         .descriptor = input->descriptor,
                         .bytes = input->bytes,
                         .size = input->size,
                         .out = out,
                         .error = error};
  take_options(&reader, options);
  out->kind = tg_labelled_kind_name(input->kind);
  if (reader.size > reader.options.max_bytes)
    over_limit(&reader, "bytes", reader.options.max_bytes, "max_bytes");
  trygg_status status = reader.status == TRYGG_OK ? parse(&reader) : reader.status;
  clear_reader(&reader);
  return status;
}

#endif
