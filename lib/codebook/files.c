/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files.csv: how single data files are written, and what their names say that their columns do not. */
#include <codebook/reader.h>

#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <source/fixed.h>

enum { FILE_FILE, FILE_DELIMITER, FILE_DECIMAL, FILE_ENCODING, FILE_FIELDS };

static const tg_sheet_field fields[FILE_FIELDS] = {
    [FILE_FILE] = {"file", 1, "name of the data file; `*` stands for any characters, `?` for one"},
    [FILE_DELIMITER] = {"delimiter", 0,
                        "what stands between the columns: , ; or tab, or fixed: as layout.csv says; empty: seen"},
    [FILE_DECIMAL] = {"decimal", 0, "decimal sign: . or ,; empty: seen from the delimiter"},
    [FILE_ENCODING] = {"encoding", 0, "UTF-8, Windows-1252, ISO-8859-1 or UTF-16; empty: seen from the file"},
};

const char *const tg_codebook_encodings[] = {"UTF-8", "Windows-1252", "ISO-8859-1", "UTF-16", NULL};

/* ---- cells from a list -------------------------------------------------------------------------- */

/* What may be written, and what it means: a sign, or the position of an encoding. */
typedef struct word {
  const char *text;
  int meaning;
} word;

static const word delimiters[] = {{",", ','},     {";", ';'},         {"tab", '\t'},
                                  {"comma", ','}, {"semicolon", ';'}, {"\\t", '\t'},
                                  {"fixed", TG_FIXED_DELIMITER}};
static const word decimals[] = {{".", '.'}, {",", ','}, {"point", '.'}, {"comma", ','}};
static const word encodings[] = {{"UTF-8", 0},  {"UTF8", 0},       {"Windows-1252", 1}, {"cp1252", 1},
                                 {"ANSI", 1},   {"ISO-8859-1", 2}, {"Latin-1", 2},      {"Latin1", 2},
                                 {"UTF-16", 3}, {"UTF16", 3}};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The meaning of a cell; `none` where it is empty. */
static trygg_status choose(const tg_sheet_row *row, size_t field, const word *words, size_t count,
                           const char *known, int none, int *out, trygg_error *error) {
  const char *cell = row->cells[field];
  *out = none;
  if (cell[0] == '\0')
    return TRYGG_OK;
  for (size_t i = 0; i < count; i++)
    if (tg_text_same(words[i].text, cell)) {
      *out = words[i].meaning;
      return TRYGG_OK;
    }
  return tg_sheet_fail(error, TRYGG_ENAME, row, field, "`%s` is no %s (known: %s)", TG_SHOWN(cell),
                       fields[field].name, known);
}

static trygg_status add_file(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int delimiter, decimal, encoding;
  TRY(choose(row, FILE_DELIMITER, delimiters, COUNT(delimiters), ", ; tab fixed", 0, &delimiter, error));
  TRY(choose(row, FILE_DECIMAL, decimals, COUNT(decimals), ". ,", 0, &decimal, error));
  TRY(choose(row, FILE_ENCODING, encodings, COUNT(encodings), "UTF-8 Windows-1252 ISO-8859-1 UTF-16", -1,
             &encoding, error));
  tg_file_row *grown = tg_sheet_room(codebook->files, codebook->file_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->files = grown;
  tg_file_row *kept = &grown[codebook->file_count++];
  *kept = (tg_file_row){.delimiter = (char)delimiter,
                        .decimal = (char)decimal,
                        .encoding = encoding < 0 ? NULL : tg_codebook_encodings[encoding],
                        .line = row->line};
  kept->pattern = tg_sheet_copy(row, FILE_FILE);
  kept->file = tg_memory_string(row->file);
  if (!kept->pattern || !kept->file)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_files_sheet = {
    .name = "files",
    .help = "how single data files are written, and variables that are the same in all of a file",
    .open = 1,
    .fields = fields,
    .field_count = FILE_FIELDS,
    .add = add_file,
};

void tg_files_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->file_count; i++) {
    tg_file_row *row = &codebook->files[i];
    for (size_t k = 0; k < row->constant_count; k++)
      tg_memory_free(row->constants[k].text);
    tg_memory_free(row->constants);
    tg_memory_free(row->pattern);
    tg_memory_free(row->file);
  }
  tg_memory_free(codebook->files);
}

/* ---- constants ------------------------------------------------------------------------------------- */

static const char *field_or_variable_at(const void *context, size_t i) {
  const trygg_codebook *codebook = context;
  return i < FILE_FIELDS ? fields[i].name : codebook->variables[i - FILE_FIELDS].name;
}

/* Every column that is no field must be a variable of survey.csv. */
static trygg_status find_constant(const trygg_codebook *codebook, const tg_sheet_other *other,
                                  const trygg_error *place, size_t *out, trygg_error *error) {
  *out = tg_codebook_find_variable(codebook, other->name, strlen(other->name));
  if (*out == TG_NONE)
    return tg_error_at(error, TRYGG_ENAME, place->file, place->line, (size_t)place->column, place->field,
                       "column `%s` of files.csv is no variable of survey.csv%s", TG_SHOWN(other->name),
                       TG_SUGGESTED(tg_text_nearest(other->name, FILE_FIELDS + codebook->variable_count,
                                                    field_or_variable_at, codebook)));
  if (*out >= codebook->derived_begin)
    return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, (size_t)place->column, place->field,
                       "`%s` is computed by derived.csv and cannot be a constant of a file",
                       TG_SHOWN(other->name));
  return TRYGG_OK;
}

/* A value that no record could have is found here and not once a record. */
static trygg_status check_value(const trygg_codebook *codebook, size_t index, const char *text,
                                const trygg_error *place, trygg_error *error) {
  const tg_variable *variable = &codebook->variables[index];
  double value;
  size_t length = strlen(text);
  int by_number, fits = 1;
  if (variable->type == TG_SELECT_ONE && !codebook->settings.answers_are_labels)
    return tg_codes_check(codebook, index, text, length, place, error);
  if (variable->type == TG_INTEGER || variable->type == TG_DECIMAL)
    fits = tg_number_parse(text, length, 0, &value) == 0;
  else if (variable->type == TG_DATE)
    fits = tg_codebook_parse_date(text, length, &value) == 0;
  if (fits || tg_variable_code(variable, text, length, &by_number) != TG_NONE)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, (size_t)place->column, place->field,
                     "`%s` is no value of `%s`, whose type is %s", TG_SHOWN(text), TG_SHOWN(variable->name),
                     tg_survey_types[variable->type]);
}

/* A code as the codebook writes it. */
static const char *canonical(const tg_variable *variable, const char *text) {
  int by_number;
  size_t code = variable->code_count ? tg_variable_code(variable, text, strlen(text), &by_number) : TG_NONE;
  return code == TG_NONE ? text : variable->codes[code].text;
}

static trygg_status link_file(trygg_codebook *codebook, size_t i, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_sheet_row *row = codebook->reader->sheets[TG_FILES].rows[i];
  tg_file_row *kept = &codebook->files[i];
  if (kept->delimiter == TG_FIXED_DELIMITER && codebook->layout_row_count == 0)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, FILE_DELIMITER,
                         "the columns are fixed, and there is no layout.csv that says where they stand");
  kept->constants = tg_memory_new(row->other_count, sizeof *kept->constants);
  if (!kept->constants)
    return tg_error_memory(error);
  for (size_t k = 0; k < row->other_count; k++) {
    const tg_sheet_other *other = &row->others[k];
    trygg_error place = {0};
    size_t variable;
    (void)tg_error_at(&place, TRYGG_OK, row->file, row->line, (size_t)other->position, other->name, "%s", "");
    TRY(find_constant(codebook, other, &place, &variable, error));
    if (other->cell[0] == '\0')
      continue;
    TRY(check_value(codebook, variable, other->cell, &place, error));
    tg_file_constant *constant = &kept->constants[kept->constant_count++];
    constant->variable = variable;
    if (!(constant->text = tg_memory_string(canonical(&codebook->variables[variable], other->cell)))) {
      status = tg_error_memory(error);
      goto cleanup;
    }
  }
cleanup:
  return status;
}

trygg_status tg_files_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < codebook->file_count && status == TRYGG_OK; i++)
    status = link_file(codebook, i, error);
  return status;
}

/* ---- patterns ---------------------------------------------------------------------------------------- */

/* Bytes of the character at text, at least one. */
static size_t step_of(const char *text) {
  size_t length = strlen(text), step = tg_text_utf8(text, length < 4 ? length : 4);
  return step ? step : 1;
}

/* Only the last star need be tried again: an earlier one that took more would leave less to match. */
static int matches(const char *pattern, const char *text, const char *end) {
  const char *star = NULL, *retry = NULL;
  while (text < end) {
    if (*pattern == '*') {
      star = ++pattern;
      retry = text;
    } else if (*pattern == '?') {
      pattern++;
      text += step_of(text);
    } else if (*pattern && *pattern == *text) {
      pattern++;
      text++;
    } else if (star) {
      pattern = star;
      text = ++retry;
    } else {
      return 0;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

int tg_codebook_pattern(const char *pattern, const char *path) {
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *end = path + strlen(path);
  const char *plain = end - base > 3 && tg_text_same(end - 3, ".gz") ? end - 3 : end;
  return matches(pattern, base, end) || matches(pattern, path, end) || matches(pattern, base, plain) ||
         matches(pattern, path, plain);
}

const tg_file_row *tg_codebook_file(const trygg_codebook *codebook, const char *path) {
  for (size_t i = 0; i < codebook->file_count; i++)
    if (tg_codebook_pattern(codebook->files[i].pattern, path))
      return &codebook->files[i];
  return NULL;
}
