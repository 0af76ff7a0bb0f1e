/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading files: options, one file after the other, all or nothing. */
#include <responses/load.h>

#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/text.h>
#include <base/thread.h>
#include <source/labelled.h>
#include <source/records.h>

#define FIRST_CAPACITY 1024

/* ---- the beginning and the end of a load ------------------------------------------------ */

static trygg_status take_options(tg_load *load, const trygg_load_options *options, trygg_error *error) {
  if (!options)
    return TRYGG_OK;
  if (options->size < sizeof options->size)
    return tg_error_set(error, TRYGG_EINVAL,
                        "`size` of the load options is not set to sizeof(trygg_load_options)");
  memcpy(&load->options, options, options->size < sizeof *options ? options->size : sizeof *options);
  char delimiter = load->options.delimiter, decimal = load->options.decimal;
  if (delimiter && delimiter != ',' && delimiter != ';' && delimiter != '\t')
    return tg_error_set(error, TRYGG_EINVAL, "the delimiter can be `,` `;` or a tab");
  if (decimal && decimal != '.' && decimal != ',')
    return tg_error_set(error, TRYGG_EINVAL, "the decimal sign can be `.` or `,`");
  if (load->options.threads < 0)
    return tg_error_set(error, TRYGG_EINVAL, "the number of threads is negative");
  return TRYGG_OK;
}

/* Weights named by indicators count like the weight itself: no negative one may pass. */
static void mark_strict(tg_load *load) {
  const trygg_codebook *codebook = load->codebook;
  for (size_t i = 0; i < load->variable_count; i++) {
    tg_role role = codebook->variables[i].role;
    int number = role == TG_ROLE_FPC || role == TG_ROLE_REPLICATE || role == TG_ROLE_INCLUSION;
    load->variables[i].strict = role == TG_ROLE_WEIGHT ? TG_LOAD_WEIGHT
                                : number               ? TG_LOAD_NUMBER
                                                       : TG_LOAD_LENIENT;
  }
  for (size_t i = 0; i < codebook->indicator_count; i++) {
    const char *weight = codebook->indicators[i].weight;
    size_t variable =
        weight && *weight ? tg_codebook_find_variable(codebook, weight, strlen(weight)) : TG_NONE;
    if (variable != TG_NONE)
      load->variables[variable].strict = TG_LOAD_WEIGHT;
  }
}

/* The codebook has seen to it that roles have types that suit them. */
static void take_role(tg_load *load, tg_load_variable *variable) {
  tg_load_variable **only[TG_ROLES] = {
      [TG_ROLE_WAVE] = &load->wave, [TG_ROLE_WEIGHT] = &load->weight, [TG_ROLE_STATUS] = &load->status,
      [TG_ROLE_DATE] = &load->date, [TG_ROLE_SOURCE] = &load->source,
  };
  tg_role role = variable->variable->role;
  if (only[role] && !*only[role])
    *only[role] = variable;
  if (role == TG_ROLE_ID)
    variable->id = load->id_count++;
  if (role == TG_ROLE_STRATUM && variable->variable->stage <= 1)
    load->strata[load->stratum_count++] = variable;
  variable->question = role == TG_ROLE_NONE && !variable->variable->rule;
}

/* Weights that make up for who did not answer need their records. */
static int keeps_silent(const tg_load *load) {
  const char *response = load->codebook->settings.response;
  return load->options.keep_silent ? load->options.keep_silent > 0
                                   : *response && strcmp(response, "none") != 0;
}

static trygg_status begin_responses(tg_load *load, trygg_error *error) {
  trygg_responses *responses = tg_memory_new(1, sizeof *responses);
  if (!responses)
    return tg_error_memory(error);
  tg_references_begin(&responses->references);
  load->responses = responses;
  responses->codebook = trygg_codebook_retain(load->codebook);
  responses->capacity = FIRST_CAPACITY;
  responses->columns = tg_memory_new(load->variable_count, sizeof *responses->columns);
  responses->wave = tg_memory_new(responses->capacity, sizeof *responses->wave);
  responses->account = tg_memory_new(1, sizeof *responses->account);
  responses->keeps_silent = keeps_silent(load);
  int keeps = responses->keeps_silent || load->codebook->settings.second_phase.declared;
  if (keeps)
    responses->silent = tg_memory_new(responses->capacity, 1);
  if (!responses->columns || !responses->wave || !responses->account || (keeps && !responses->silent))
    return tg_error_memory(error);
  responses->column_count = load->variable_count;
  responses->account->keeps_rejected = load->options.keep_rejected;
  return TRYGG_OK;
}

trygg_status tg_load_begin(tg_load *load, trygg_codebook *codebook, const trygg_load_options *options,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  load->error = error;
  if (!codebook || !codebook->finished)
    return tg_error_set(error, TRYGG_EINVAL,
                        "the codebook is missing or not finished (trygg_codebook_finish)");
  TRY(take_options(load, options, error));
  load->codebook = codebook;
  load->variable_count = codebook->variable_count;
  TRY(begin_responses(load, error));
  load->variables = tg_memory_new(load->variable_count, sizeof *load->variables);
  load->strata = tg_memory_new(load->variable_count, sizeof *load->strata);
  if (!load->variables || !load->strata) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < load->variable_count; i++) {
    tg_load_variable *variable = &load->variables[i];
    variable->variable = &codebook->variables[i];
    variable->index = i;
    variable->column = &load->responses->columns[i];
    variable->column->variable = variable->variable;
    variable->column->kind = tg_columns_kind(variable->variable);
    TRY(tg_convert_prepare(load, variable));
    take_role(load, variable);
  }
  mark_strict(load);
cleanup:
  return status;
}

void tg_load_end(tg_load *load) {
  for (size_t i = 0; i < load->variable_count && load->variables; i++) {
    tg_dictionary_builder_clear(&load->variables[i].texts);
    tg_memory_free(load->variables[i].bytes);
    tg_memory_free(load->variables[i].digits);
  }
  for (size_t i = 0; i < load->wave_count; i++) {
    tg_memory_free(load->waves[i].code);
    tg_memory_free(load->waves[i].asked);
    tg_memory_free(load->waves[i].assumed);
    tg_memory_free(load->waves[i].recoded);
  }
  tg_piece_close(&load->single);
  tg_files_clear_plan(&load->plan);
  trygg_responses_free(load->responses);
  tg_duplicates_clear(&load->duplicates);
  tg_dictionary_builder_clear(&load->unknown_columns);
  tg_memory_free(load->waves);
  tg_memory_free(load->wave_of_text);
  tg_memory_free(load->variables);
  tg_memory_free(load->strata);
  tg_memory_free(load->fields);
  tg_memory_free(load->file_begins);
  tg_memory_free(load->cells);
  tg_memory_wipe(load->unknown_log, load->unknown_log_capacity * sizeof *load->unknown_log);
  tg_memory_free(load->dropped);
}

trygg_status tg_load_warn(tg_load *load, const char *file, const char *text) {
  trygg_responses *responses = load->responses;
  tg_text whole = {0};
  if (file)
    tg_text_format(&whole, "%s: ", file);
  tg_text_put(&whole, text);
  if (whole.failed || tg_memory_grow((void **)&responses->warnings, &load->warning_capacity,
                                     responses->warning_count + 1, sizeof(char *)) != 0) {
    tg_text_free(&whole);
    return tg_error_memory(load->error);
  }
  responses->warnings[responses->warning_count++] = whole.bytes;
  return TRYGG_OK;
}

/* ---- records of a file -------------------------------------------------------------------- */

typedef struct file_reader {
  tg_load *load;
  const char *name;
  char delimiter;
  size_t columns; /* of the header; 0 before it */
} file_reader;

static trygg_status begin_file(file_reader *reader, const tg_record *record) {
  tg_load *load = reader->load;
  const tg_file_row *about = tg_files_find(load, reader->name);
  load->decimal = about && about->decimal ? about->decimal : load->options.decimal;
  if (!load->decimal)
    load->decimal = reader->delimiter == ',' ? '.' : '\0'; /* 0: either sign */
  reader->columns = record->count;
  return tg_header_begin_file(load, reader->name, record->fields, record->lengths, record->count,
                              record->line);
}

static trygg_status take_record(void *context, const tg_record *record, trygg_error *error) {
  file_reader *reader = context;
  tg_load *load = reader->load;
  if (reader->columns == 0)
    return begin_file(reader, record);
  if (record->count != reader->columns)
    return tg_error_at(
        error, TRYGG_EPARSE, reader->name, record->line, 0, NULL,
        "the record has %zu field%s, the header %zu; give each record a field for each column, and put "
        "fields that hold the delimiter in quotes",
        record->count, record->count == 1 ? "" : "s", reader->columns);
  trygg_status status = tg_record_begin(load, record->line);
  if (status != TRYGG_OK)
    return status;
  for (size_t i = 0; i < record->count; i++) {
    const tg_load_variable *variable = load->fields[i];
    if (variable)
      variable->convert(&load->single, variable, record->fields[i], record->lengths[i]);
  }
  tg_recode_record(load, &load->plan, &load->single, record->fields, record->lengths);
  return tg_record_end(load);
}

static trygg_status load_source(tg_load *load, tg_source *source, const trygg_progress *progress) {
  trygg_status status = TRYGG_OK;
  tg_records *records = NULL;
  file_reader reader = {.load = load, .name = tg_source_name(source)};
  tg_records_options options;
  TRY(tg_files_describe(load->codebook, &load->options, source, &options, &load->layout, load->error));
  options.progress = progress;
  TRY(tg_records_open(source, &options, take_record, &reader, &records, load->error));
  reader.delimiter = tg_records_delimiter(records);
  if (!load->reading.reference) {
    TRY(tg_records_header(records));
    if (reader.columns > 0 && load->plan.slot_count == 0) /* recodes look at all cells of a record */
      TRY(tg_chunks_read(load, records, source, progress));
  }
  TRY(tg_records_rest(records));
  TRY(tg_header_end_file(load));
  TRY(tg_files_account(load, reader.delimiter, tg_source_encoding(source)));
  if (tg_source_guessed(source))
    TRY(tg_load_warn(load, reader.name, "the file is no UTF-8 and was read as Windows-1252"));
cleanup:
  load->layout = NULL;
  tg_records_free(records);
  return status;
}

/* ---- several files: progress over all of them ------------------------------------------------- */

typedef struct files_progress {
  const trygg_progress *to;
  uint64_t before, total; /* bytes of the files already read, of all; total 0 where unknown */
} files_progress;

static int report(void *user, const char *stage, uint64_t done, uint64_t total) {
  files_progress *progress = user;
  (void)total;
  return progress->to->report(progress->to->user, stage, progress->before + done, progress->total);
}

static uint64_t size_of(const char *const *files, size_t count) {
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t size = tg_source_size(files[i]);
    if (size == 0)
      return 0;
    total += size;
  }
  return total;
}

trygg_status tg_load_files(tg_load *load, const char *const *files, size_t count) {
  trygg_status status = TRYGG_OK;
  tg_source *source = NULL;
  tg_source_limits limits = {load->options.max_bytes, load->options.max_ratio};
  files_progress progress = {load->options.progress, 0, size_of(files, count)};
  trygg_progress all = {sizeof all, report, &progress};
  int wanted = load->options.progress && load->options.progress->report;
  for (size_t i = 0; i < count; i++) {
    int labelled;
    TRY(tg_labelled_is_file(files[i], &labelled, load->error));
    if (labelled) {
      if (load->windows) {
        status = tg_error_at(
            load->error, TRYGG_EINVAL, files[i], 0, 0, NULL,
            "SPSS, Stata and SAS files are read whole and cannot be streamed; load them, or export "
            "the data as CSV");
        goto cleanup;
      }
      TRY(tg_labelled_load(load, files[i]));
      progress.before += tg_source_size(files[i]);
      continue;
    }
    TRY(tg_source_open(files[i], &limits, &source, load->error));
    TRY(load_source(load, source, wanted ? &all : NULL));
    progress.before += tg_source_done(source);
    tg_source_free(source);
    source = NULL;
  }
cleanup:
  tg_source_free(source);
  return status;
}

trygg_status trygg_responses_load(trygg_codebook *codebook, const char *const *files, size_t count,
                                  const trygg_load_options *options, trygg_responses **out,
                                  trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_load load = {0};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the responses");
  *out = NULL;
  if (!files || count == 0)
    return tg_error_set(error, TRYGG_EINVAL, "no data file was given");
  TRY(tg_load_begin(&load, codebook, options, error));
  TRY(tg_load_files(&load, files, count));
  TRY(tg_finish_load(&load, out));
cleanup:
  tg_load_end(&load);
  return status;
}

trygg_status tg_load_memory(trygg_codebook *codebook, const char *name, const void *bytes, size_t length,
                            const trygg_load_options *options, const tg_load_reading *reading,
                            trygg_responses **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_load load = {0};
  tg_source *source = NULL;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the responses");
  *out = NULL;
  TRY(tg_load_begin(&load, codebook, options, error));
  if (reading)
    load.reading = *reading;
  tg_source_limits limits = {load.options.max_bytes, load.options.max_ratio};
  TRY(tg_source_open_memory(name, bytes, length, &limits, &source, error));
  TRY(load_source(&load, source, load.options.progress));
  TRY(tg_finish_load(&load, out));
cleanup:
  tg_source_free(source);
  tg_load_end(&load);
  return status;
}

trygg_status trygg_responses_load_memory(trygg_codebook *codebook, const char *name, const void *bytes,
                                         size_t length, const trygg_load_options *options,
                                         trygg_responses **out, trygg_error *error) {
  return tg_load_memory(codebook, name, bytes, length, options, NULL, out, error);
}
