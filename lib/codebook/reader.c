/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of tables, and the one way by which rows of files, texts and calls come in. */
#include <codebook/reader.h>

#include <string.h>

#include <base/text.h>
#include <codebook/labels.h>
#include <source/records.h>

/* ---- the list ----------------------------------------------------------------------------- */

#define NOT_YET(sheet_name, what)                                                                            \
  { .name = sheet_name, .help = what }

static const tg_sheet unread[] = {
    NOT_YET("policy", "disclosure rules by topic"),
};

static const tg_sheet *const sheets[TG_SHEETS] = {
    [TG_SETTINGS] = &tg_settings_sheet,     [TG_CHOICES] = &tg_choices_sheet,
    [TG_SURVEY] = &tg_survey_sheet,         [TG_DERIVED] = &tg_derived_sheet,
    [TG_INDICATORS] = &tg_indicators_sheet, [TG_INDICES] = &tg_indices_sheet,
    [TG_WAVES] = &tg_waves_sheet,           [TG_BREAKS] = &tg_breaks_sheet,
    [TG_STRATA] = &tg_strata_sheet,         [TG_FILES] = &tg_files_sheet,
    [TG_RECODES] = &tg_recodes_sheet,       [TG_SAMPLE] = &tg_sample_sheet,
    [TG_MARGINS] = &tg_margins_sheet,       [TG_PUBLISHED] = &tg_published_sheet,
    [TG_STANDARDS] = &tg_standards_sheet,   [TG_LAYOUT] = &tg_record_layout_sheet,
    [TG_JOINT] = &tg_joint_sheet,           [TG_MEASURES] = &tg_measures_sheet,
};

enum { UNREAD = sizeof unread / sizeof *unread };

const tg_sheet *tg_reader_sheet(size_t i) {
  return i < TG_SHEETS ? sheets[i] : i < (size_t)TG_SHEETS + UNREAD ? &unread[i - TG_SHEETS] : NULL;
}

const tg_sheet *tg_reader_find(const char *name, size_t length, size_t *kind) {
  const tg_sheet *sheet;
  for (*kind = 0; (sheet = tg_reader_sheet(*kind)); (*kind)++)
    if (tg_text_equal(name, length, sheet->name))
      return sheet;
  return NULL;
}

static const char *sheet_name_at(const void *context, size_t i) {
  (void)context;
  return tg_reader_sheet(i)->name;
}

const char *tg_reader_nearest(const char *name) {
  return tg_text_nearest(name, (size_t)TG_SHEETS + UNREAD, sheet_name_at, NULL);
}

/* ---- warnings ------------------------------------------------------------------------------ */

trygg_status tg_reader_warn(trygg_codebook *codebook, const char *file, int64_t line, const char *text,
                            trygg_error *error) {
  if (codebook->warning_count > TG_MAX_WARNINGS)
    return TRYGG_OK;
  if (codebook->warning_count == TG_MAX_WARNINGS)
    text = "more warnings follow and are not listed";
  tg_text whole = {0};
  tg_text_format(&whole, "%s:%lld: %s", file, (long long)line, text);
  char **grown = tg_sheet_room(codebook->warnings, codebook->warning_count, sizeof *grown);
  if (grown)
    codebook->warnings = grown;
  if (!grown || whole.failed) {
    tg_text_free(&whole);
    return tg_error_memory(error);
  }
  codebook->warnings[codebook->warning_count++] = whole.bytes;
  return TRYGG_OK;
}

static void forget_warnings(trygg_codebook *codebook, size_t count) {
  while (codebook->warning_count > count)
    tg_memory_free(codebook->warnings[--codebook->warning_count]);
}

/* Whether a warning with this text behind "file:line: " was given before: calls name
 * their columns anew for each row. */
static int warned_before(const trygg_codebook *codebook, const char *file, const char *text) {
  size_t file_length = strlen(file), length = strlen(text);
  for (size_t i = 0; i < codebook->warning_count; i++) {
    const char *warning = codebook->warnings[i];
    size_t whole = strlen(warning);
    if (whole > length && strncmp(warning, file, file_length) == 0 &&
        strcmp(warning + whole - length, text) == 0)
      return 1;
  }
  return 0;
}

/* ---- rows ---------------------------------------------------------------------------------- */

typedef struct intake {
  trygg_codebook *codebook;
  size_t kind;
  const char *file;
  int64_t line; /* of the header */
  tg_sheet_header header;
} intake;

static trygg_status warn_unknown(void *context, const char *column, const char *near, trygg_error *error) {
  const intake *take = context;
  char text[400];
  int label = strncmp(column, "label::", 7) == 0;
  tg_text_print(text, sizeof text, "column `%s` of `%s` is not known and is left out%s", TG_SHOWN(column),
                sheets[take->kind]->name, label ? "; labels are kept in en and sv" : TG_SUGGESTED(near));
  if (warned_before(take->codebook, take->file, text))
    return TRYGG_OK;
  return tg_reader_warn(take->codebook, take->file, take->line, text, error);
}

/* The reader's own copy of a file name. */
static const char *keep_file(tg_codebook_reader *reader, const char *name) {
  for (size_t i = reader->file_count; i-- > 0;)
    if (strcmp(reader->files[i], name) == 0)
      return reader->files[i];
  char **grown = tg_sheet_room(reader->files, reader->file_count, sizeof *grown);
  if (!grown)
    return NULL;
  reader->files = grown;
  char *copy = tg_memory_string(name);
  if (copy)
    reader->files[reader->file_count++] = copy;
  return copy;
}

/* Take the row alone into an empty codebook: what is wrong with it by itself is said at once. */
static trygg_status try_row(const tg_sheet_row *row, trygg_error *error) {
  tg_codebook_reader reader = {0};
  trygg_codebook trial = {.reader = &reader};
  trygg_status status = row->sheet->add(&trial, row, error);
  tg_choices_clear(&reader);
  tg_codebook_clear(&trial);
  return status;
}

/* The one function that all rows pass. */
static trygg_status add_row(const intake *take, int64_t line, const char *const *cells, int skip_empty,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_sheet_rows *rows = &take->codebook->reader->sheets[take->kind];
  tg_sheet_row *row = NULL;
  if (rows->count >= TG_MAX_ROWS)
    return tg_error_at(error, TRYGG_ELIMIT, take->file, line, 0, NULL, "a table may have at most %d rows",
                       (int)TG_MAX_ROWS);
  TRY(tg_sheet_row_create(&take->header, line, cells, skip_empty, &row, error));
  if (!row)
    return TRYGG_OK;
  TRY(try_row(row, error));
  tg_sheet_row **grown = tg_sheet_room(rows->rows, rows->count, sizeof *grown);
  if (!grown) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  rows->rows = grown;
  rows->rows[rows->count++] = row;
cleanup:
  if (status != TRYGG_OK)
    tg_sheet_row_free(row);
  return status;
}

static void forget_rows(trygg_codebook *codebook, size_t kind, size_t count) {
  tg_sheet_rows *rows = &codebook->reader->sheets[kind];
  while (rows->count > count)
    tg_sheet_row_free(rows->rows[--rows->count]);
}

static trygg_status take_record(void *context, const tg_record *record, trygg_error *error) {
  intake *take = context;
  if (!take->header.sheet) {
    take->line = record->line;
    return tg_sheet_header_create(sheets[take->kind], take->file, record->line, record->fields, record->count,
                                  warn_unknown, take, &take->header, error);
  }
  if (record->count != take->header.count)
    return tg_error_at(
        error, TRYGG_EPARSE, take->file, record->line, 0, NULL,
        "the row has %lld cells where the header has %lld columns; quote cells that hold the delimiter",
        (long long)record->count, (long long)take->header.count);
  return add_row(take, record->line, record->fields, 1, error);
}

trygg_status tg_reader_take(trygg_codebook *codebook, size_t kind, struct tg_source *source,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_records_options options = {0};
  size_t rows = codebook->reader->sheets[kind].count, warnings = codebook->warning_count;
  intake take = {
      .codebook = codebook, .kind = kind, .file = keep_file(codebook->reader, tg_source_name(source))};
  if (!take.file)
    return tg_error_memory(error);
  TRY(tg_records_read(source, &options, take_record, &take, NULL, error));
  if (!take.header.sheet)
    status = tg_error_at(error, TRYGG_EPARSE, take.file, 1, 0, NULL,
                         "the file is empty; its first row must name the columns of table `%s`",
                         sheets[kind]->name);
cleanup:
  tg_sheet_header_clear(&take.header);
  if (status != TRYGG_OK) {
    forget_rows(codebook, kind, rows);
    forget_warnings(codebook, warnings);
  }
  return status;
}

/* ---- calls --------------------------------------------------------------------------------- */

static trygg_status check_unfinished(const trygg_codebook *codebook, trygg_error *error) {
  if (!codebook)
    return tg_error_set(error, TRYGG_EINVAL, "no codebook is given");
  if (codebook->finished || !codebook->reader)
    return tg_error_set(error, TRYGG_EINVAL, "the codebook is finished and cannot change; create a new one");
  return TRYGG_OK;
}

/* The table that a call means. */
static trygg_status find_table(const char *table, size_t *kind, trygg_error *error) {
  if (!table)
    return tg_error_set(error, TRYGG_EINVAL, "no table is named");
  const tg_sheet *sheet = tg_reader_find(table, strlen(table), kind);
  if (!sheet)
    return tg_error_at(error, TRYGG_ENAME, table, 0, 0, NULL, "no table is called `%s`%s", TG_SHOWN(table),
                       TG_SUGGESTED(tg_reader_nearest(table)));
  if (!sheet->add)
    return tg_error_at(error, TRYGG_EUNSUPPORTED, table, 0, 0, NULL,
                       "table `%s` (%s) is not yet read by this version", table, sheet->help);
  return TRYGG_OK;
}

trygg_status trygg_codebook_add(trygg_codebook *codebook, const char *table, const char *const *columns,
                                const char *const *values, size_t count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  intake take = {.codebook = codebook};
  TRY(check_unfinished(codebook, error));
  size_t warnings = codebook->warning_count;
  if (count && (!columns || !values))
    return tg_error_set(error, TRYGG_EINVAL, "columns or values are missing");
  for (size_t i = 0; i < count; i++)
    if (!columns[i])
      return tg_error_set(error, TRYGG_EINVAL, "a column has no name");
  TRY(find_table(table, &take.kind, error));
  if (!(take.file = keep_file(codebook->reader, table)))
    return tg_error_memory(error);
  take.line = (int64_t)codebook->reader->sheets[take.kind].count + 2;
  status = tg_sheet_header_create(sheets[take.kind], take.file, take.line, columns, count, warn_unknown,
                                  &take, &take.header, error);
  if (status == TRYGG_OK)
    status = add_row(&take, take.line, values, 0, error);
  tg_sheet_header_clear(&take.header);
  if (status != TRYGG_OK)
    forget_warnings(codebook, warnings);
cleanup:
  return status;
}

trygg_status trygg_codebook_add_csv(trygg_codebook *codebook, const char *table, const char *text,
                                    size_t length, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_source *source = NULL;
  size_t kind;
  TRY(check_unfinished(codebook, error));
  if (!text)
    return tg_error_set(error, TRYGG_EINVAL, "no text is given");
  TRY(find_table(table, &kind, error));
  TRY(tg_source_open_memory(table, text, length, NULL, &source, error));
  TRY(tg_reader_take(codebook, kind, source, error));
cleanup:
  tg_source_free(source);
  return status;
}

/* ---- finishing ------------------------------------------------------------------------------ */

static trygg_status build(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t kind = 0; kind < TG_SHEETS; kind++) {
    const tg_sheet_rows *rows = &codebook->reader->sheets[kind];
    for (size_t i = 0; i < rows->count; i++)
      TRY(sheets[kind]->add(codebook, rows->rows[i], error));
    if (kind == TG_SURVEY)
      codebook->derived_begin = codebook->variable_count;
  }
  TRY(tg_survey_link(codebook, error));
  TRY(tg_derived_link(codebook, error));
  TRY(tg_indicators_link(codebook, error));
  TRY(tg_waves_link(codebook, error));
  TRY(tg_settings_link(codebook, error));
  TRY(tg_files_link(codebook, error));
  TRY(tg_recodes_link(codebook, error));
  TRY(tg_record_layout_link(codebook, error));
  TRY(tg_sample_link(codebook, error));
  TRY(tg_margins_link(codebook, error));
  TRY(tg_joint_link(codebook, error));
  TRY(tg_published_link(codebook, error));
  TRY(tg_standards_link(codebook, error));
  TRY(tg_measures_link(codebook, error));
cleanup:
  return status;
}

/* What the codebook says as one number: tables, columns and cells that are not empty, in
 * the order of tables and rows, so that a folder and the same calls agree. */
static uint64_t hash_rows(const tg_codebook_reader *reader) {
  uint64_t hash = TG_NAMES_HASH;
  for (size_t kind = 0; kind < TG_SHEETS; kind++)
    for (size_t i = 0; i < reader->sheets[kind].count; i++) {
      const tg_sheet_row *row = reader->sheets[kind].rows[i];
      hash = tg_names_hash(hash, row->sheet->name, strlen(row->sheet->name) + 1);
      for (size_t field = 0; field < row->sheet->field_count; field++)
        if (row->cells[field][0]) {
          hash =
              tg_names_hash(hash, row->sheet->fields[field].name, strlen(row->sheet->fields[field].name) + 1);
          hash = tg_names_hash(hash, row->cells[field], strlen(row->cells[field]) + 1);
        }
      for (size_t other = 0; other < row->other_count; other++)
        if (row->others[other].cell[0]) {
          hash = tg_names_hash(hash, row->others[other].name, strlen(row->others[other].name) + 1);
          hash = tg_names_hash(hash, row->others[other].cell, strlen(row->others[other].cell) + 1);
        }
      for (int language = 0; language < TG_LANGUAGES; language++)
        if (row->labels.text[language]) {
          const char mark[] = {'l', (char)('0' + language)};
          hash = tg_names_hash(hash, mark, sizeof mark);
          hash = tg_names_hash(hash, row->labels.text[language], strlen(row->labels.text[language]) + 1);
        }
    }
  return hash;
}

trygg_status trygg_codebook_finish(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(check_unfinished(codebook, error));
  size_t warnings = codebook->warning_count;
  status = build(codebook, error);
  tg_choices_clear(codebook->reader);
  if (status != TRYGG_OK) {
    tg_codebook_clear(codebook);
    forget_warnings(codebook, warnings);
    return status;
  }
  tg_text_print(codebook->hash, sizeof codebook->hash, "%016llx",
                (unsigned long long)hash_rows(codebook->reader));
  for (size_t i = 0; i < codebook->variable_count; i++)
    codebook->variables[i].row = NULL;
  tg_reader_free(codebook->reader);
  codebook->reader = NULL;
  codebook->finished = 1;
cleanup:
  return status;
}

void tg_reader_free(tg_codebook_reader *reader) {
  if (!reader)
    return;
  for (size_t kind = 0; kind < TG_SHEETS; kind++) {
    for (size_t i = 0; i < reader->sheets[kind].count; i++)
      tg_sheet_row_free(reader->sheets[kind].rows[i]);
    tg_memory_free(reader->sheets[kind].rows);
  }
  for (size_t i = 0; i < reader->file_count; i++)
    tg_memory_free(reader->files[i]);
  tg_memory_free(reader->files);
  tg_choices_clear(reader);
  tg_memory_free(reader);
}
