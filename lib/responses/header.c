/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The header row of a file: which column is which variable, and what must be there. */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/load.h>
#include <source/fixed.h>

#define NEAREST_MOST 100 /* unknown columns for which the nearest name is looked for */

/* A file whose header row is missing begins with a person's answers: only what looks like a name is shown. */
static int looks_like_name(const char *name) {
  unsigned char first = (unsigned char)name[0];
  return ((first | 32) >= 'a' && (first | 32) <= 'z') || first == '_' || first >= 0x80;
}

static const char *column_name(char out[64], const char *name, size_t column) {
  if (looks_like_name(name))
    tg_text_print(out, 64, "`%s`", name);
  else
    tg_text_print(out, 64, "number %zu", column);
  return out;
}

static trygg_status fail(tg_load *load, trygg_status status, int64_t line, size_t column, const char *text) {
  return tg_error_at(load->error, status, load->file, line, column, NULL, "%s", text);
}

/* ---- what must be there -------------------------------------------------------------- */

typedef struct header {
  const char *const *names;
  const size_t *lengths;
  size_t count;
  int64_t line;
} header;

static const char *name_at(const void *context, size_t i) {
  const header *columns = context;
  return looks_like_name(columns->names[i]) ? columns->names[i] : "";
}

/* Roles without which the file cannot be read as it is described. */
static int is_required(const tg_load *load, tg_role role) {
  switch (role) {
  case TG_ROLE_ID:
  case TG_ROLE_WAVE:
  case TG_ROLE_WEIGHT:
  case TG_ROLE_STRATUM:
  case TG_ROLE_CLUSTER:
  case TG_ROLE_FPC:
  case TG_ROLE_INCLUSION:
  case TG_ROLE_STATUS:
  case TG_ROLE_REPLICATE:
    return 1;
  case TG_ROLE_SOURCE:
    return load->codebook->settings.duplicates == TG_DUPLICATES_SOURCE;
  case TG_ROLE_DATE:
    return load->codebook->settings.closing_count > 0;
  default:
    return 0;
  }
}

static const char *role_name(tg_role role) {
  static const char *const names[TG_ROLES] = {
      [TG_ROLE_ID] = "id",           [TG_ROLE_WAVE] = "wave",           [TG_ROLE_WEIGHT] = "weight",
      [TG_ROLE_STRATUM] = "stratum", [TG_ROLE_CLUSTER] = "cluster",     [TG_ROLE_FPC] = "fpc",
      [TG_ROLE_STATUS] = "status",   [TG_ROLE_REPLICATE] = "replicate", [TG_ROLE_SOURCE] = "source",
      [TG_ROLE_DATE] = "date",       [TG_ROLE_INCLUSION] = "inclusion",
  };
  return names[role] ? names[role] : "variable";
}

static trygg_status check_required(tg_load *load, const header *columns) {
  for (size_t i = 0; i < load->codebook->derived_begin; i++) {
    const tg_variable *variable = load->variables[i].variable;
    if (load->variables[i].in_file || !is_required(load, variable->role))
      continue;
    const char *nearest = tg_text_nearest(variable->name, columns->count, name_at, columns);
    return tg_error_at(load->error, TRYGG_ENAME, load->file, columns->line, 0, variable->name,
                       "the file has no column `%s`, which the survey folder gives the role %s%s%s%s",
                       variable->name, role_name(variable->role),
                       nearest && *nearest ? "; is it the column `" : "", nearest ? nearest : "",
                       nearest && *nearest ? "`?"
                       : load->layout      ? "; add it to layout.csv"
                                           : "; check the header row and the delimiter");
  }
  return TRYGG_OK;
}

/* ---- columns to variables --------------------------------------------------------------- */

static const char *variable_name_at(const void *context, size_t i) {
  const trygg_codebook *codebook = context;
  return codebook->variables[i].name;
}

/* Each unknown name is warned of once, however many files have it. */
static trygg_status warn_unknown(tg_load *load, const char *name, size_t length, size_t column) {
  char shown[64];
  uint32_t index;
  int is_new;
  if (tg_files_reads(load->codebook, name, length))
    return TRYGG_OK;
  if (tg_dictionary_add(&load->unknown_columns, name, length, &index, &is_new) != 0)
    return tg_error_memory(load->error);
  if (!is_new)
    return TRYGG_OK;
  /* Thousands of columns, each compared with thousands of variables, would take longer than all records. */
  const char *nearest =
      load->unknown_columns.count <= TG_MISSING_KINDS + NEAREST_MOST
          ? tg_text_nearest(name, load->codebook->variable_count, variable_name_at, load->codebook)
          : NULL;
  char text[256];
  tg_text_print(text, sizeof text, "the column %s is not in survey.csv and is ignored%s%s%s",
                column_name(shown, name, column), nearest ? "; did you mean `" : "", nearest ? nearest : "",
                nearest ? "`?" : "");
  return tg_load_warn(load, load->file, text);
}

static trygg_status take_name(tg_load *load, const header *columns, size_t i, tg_dictionary_builder *seen) {
  size_t length = columns->lengths[i];
  const char *name = tg_text_trim(columns->names[i], &length);
  char shown[64];
  uint32_t index;
  int is_new;
  if (length == 0)
    return fail(load, TRYGG_EPARSE, columns->line, i + 1,
                "the column has no name; every column of the header row needs one");
  if (tg_dictionary_add(seen, name, length, &index, &is_new) != 0)
    return tg_error_memory(load->error);
  name = tg_dictionary_text(seen, index); /* with a NUL behind the trimmed name */
  if (!is_new)
    return tg_error_at(load->error, TRYGG_EPARSE, load->file, columns->line, i + 1, NULL,
                       "two columns have the same name (the second is %s); rename or remove one",
                       column_name(shown, name, i + 1));
  size_t variable = tg_codebook_find_variable(load->codebook, name, length);
  load->fields[i] = NULL;
  if (variable == TG_NONE)
    return warn_unknown(load, name, length, i + 1);
  if (variable >= load->codebook->derived_begin) {
    char text[256];
    tg_text_print(text, sizeof text, "the column `%s` is ignored, since derived.csv computes that variable",
                  name);
    return tg_load_warn(load, load->file, text);
  }
  load->fields[i] = &load->variables[variable];
  load->variables[variable].in_file = 1;
  return TRYGG_OK;
}

/* Give the file's variables room; records of earlier files were not asked. */
static trygg_status open_columns(tg_load *load) {
  for (size_t i = 0; i < load->variable_count; i++) {
    tg_load_variable *variable = &load->variables[i];
    tg_column *column = variable->column;
    if (!variable->in_file || variable->variable->role == TG_ROLE_ID)
      continue;
    if (!column->present) {
      trygg_status status = tg_columns_resize(column, 0, 0, load->responses->capacity, load->error);
      if (status != TRYGG_OK)
        return status;
      column->present = 1;
    }
    tg_columns_not_asked(column, variable->stored, load->count);
    variable->stored = load->count;
  }
  return TRYGG_OK;
}

/* min_answered up to 1 is a share of the questions in the file, above it their number. */
static void count_questions(tg_load *load) {
  double least = load->codebook->settings.min_answered;
  load->question_count = 0;
  for (size_t i = 0; i < load->variable_count; i++)
    load->question_count += (size_t)(load->variables[i].in_file && load->variables[i].question);
  /* A share such as 0.3 of 10 must not need 4 because of its binary form. */
  load->answers_needed = least <= 1 ? ceil(least * (double)load->question_count - 1e-9) : least;
}

trygg_status tg_header_begin_file(tg_load *load, const char *file, const char *const *names,
                                  const size_t *lengths, size_t count, int64_t line) {
  trygg_status status = TRYGG_OK;
  header columns = {names, lengths, count, line};
  tg_dictionary_builder seen = {0};
  tg_account *account = load->responses->account;
  if (tg_account_add_file(account, file) != 0 ||
      tg_memory_grow((void **)&load->file_begins, &load->file_begin_capacity, account->file_count,
                     sizeof(size_t)) != 0) {
    status = tg_error_memory(load->error);
    goto cleanup;
  }
  load->file = account->files[account->file_count - 1];
  load->file_begins[account->file_count - 1] = load->released + load->count;
  tg_load_variable **fields =
      tg_memory_resize(load->fields, count + load->codebook->derived_begin, sizeof *fields);
  if (!fields) {
    status = tg_error_memory(load->error);
    goto cleanup;
  }
  load->fields = fields;
  load->field_count = load->all_count = count;
  for (size_t i = 0; i < load->variable_count; i++) {
    const tg_variable *variable = load->variables[i].variable;
    load->variables[i].in_file = 0;
    load->variables[i].question = variable->role == TG_ROLE_NONE && !variable->rule;
  }
  for (size_t i = 0; i < count; i++)
    TRY(take_name(load, &columns, i, &seen));
  TRY(tg_files_begin(load, names, lengths, count, line));
  TRY(check_required(load, &columns));
  TRY(open_columns(load));
  count_questions(load);
cleanup:
  tg_dictionary_builder_clear(&seen);
  return status;
}

trygg_status tg_header_end_file(tg_load *load) {
  for (size_t i = 0; i < load->variable_count; i++)
    if (load->variables[i].in_file)
      load->variables[i].stored = load->count;
  return TRYGG_OK;
}

size_t tg_header_column(const tg_load *load, const tg_load_variable *variable) {
  for (size_t i = 0; i < load->field_count; i++)
    if (load->fields[i] == variable)
      return load->layout ? load->layout->columns[i].begin + 1 : i + 1;
  return 0;
}
