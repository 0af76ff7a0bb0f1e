/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.csv: where the columns of fixed-width files stand, as the record description that comes with them says. */
#include <codebook/reader.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <source/fixed.h>

enum { LAYOUT_NAME, LAYOUT_START, LAYOUT_WIDTH, LAYOUT_END, LAYOUT_DECIMALS, LAYOUT_FILE, LAYOUT_FIELDS };

static const tg_sheet_field fields[LAYOUT_FIELDS] = {
    [LAYOUT_NAME] = {"name", 1, "the column: a variable of survey.csv, or what recodes.csv reads"},
    [LAYOUT_START] = {"start", 1, "its first character in the line, from 1"},
    [LAYOUT_WIDTH] = {"width", 0, "how many characters it has; or give its end"},
    [LAYOUT_END] = {"end", 0, "its last character; neither: it goes on to the end of the line"},
    [LAYOUT_DECIMALS] = {"decimals", 0, "how many of its last digits are decimals"},
    [LAYOUT_FILE] = {"file", 0, "only in files with this name, as in files.csv; empty: in every file"},
};

enum { MAX_POSITION = 1000000, MAX_DECIMALS = 15 };

/* A whole number from `least` to `most`; `none` where the cell is empty. */
static trygg_status read_whole(const tg_sheet_row *row, size_t field, int64_t least, int64_t most,
                               int64_t none, int64_t *out, trygg_error *error) {
  const char *cell = row->cells[field];
  *out = none;
  if (cell[0] == '\0' ||
      (tg_number_parse_integer(cell, strlen(cell), out) == 0 && *out >= least && *out <= most))
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_EPARSE, row, field,
                       "`%s` is no %s; write a whole number from %lld to %lld", TG_SHOWN(cell),
                       fields[field].name, (long long)least, (long long)most);
}

/* Width and end say the same, where both are there. */
static trygg_status read_end(const tg_sheet_row *row, int64_t start, int64_t *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int64_t width, end;
  TRY(read_whole(row, LAYOUT_WIDTH, 1, MAX_POSITION, 0, &width, error));
  TRY(read_whole(row, LAYOUT_END, 1, MAX_POSITION, 0, &end, error));
  if (end && end < start)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, LAYOUT_END, "the column ends before it starts");
  if (end && width && end != start + width - 1)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, LAYOUT_END,
                         "start and width give the end %lld; leave one of width and end empty",
                         (long long)(start + width - 1));
  *out = end ? end : width ? start + width - 1 : 0;
cleanup:
  return status;
}

static trygg_status add_layout(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *name = row->cells[LAYOUT_NAME];
  int64_t start, end, decimals;
  TRY(tg_sheet_check_name(row, LAYOUT_NAME, name, strlen(name), error));
  TRY(read_whole(row, LAYOUT_START, 1, MAX_POSITION, 0, &start, error));
  TRY(read_end(row, start, &end, error));
  TRY(read_whole(row, LAYOUT_DECIMALS, 0, MAX_DECIMALS, 0, &decimals, error));
  tg_record_layout_row *grown =
      tg_sheet_room(codebook->layout_rows, codebook->layout_row_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->layout_rows = grown;
  tg_record_layout_row *kept = &grown[codebook->layout_row_count++];
  kept->begin = (size_t)start - 1;
  kept->end = end ? (size_t)end : SIZE_MAX;
  kept->decimals = (size_t)decimals;
  kept->line = row->line;
  kept->name = tg_sheet_copy(row, LAYOUT_NAME);
  kept->pattern = tg_sheet_copy(row, LAYOUT_FILE);
  if (!kept->name || !kept->pattern)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_record_layout_sheet = {
    .name = "layout",
    .help = "where the columns of fixed-width files stand",
    .fields = fields,
    .field_count = LAYOUT_FIELDS,
    .add = add_layout,
};

void tg_record_layout_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->layout_count; i++) {
    tg_record_layout *layout = &codebook->layouts[i];
    for (size_t k = 0; k < layout->column_count; k++)
      tg_memory_free((void *)(uintptr_t)layout->columns[k].codes);
    tg_memory_free(layout->columns);
  }
  tg_memory_free(codebook->layouts);
  for (size_t i = 0; i < codebook->layout_row_count; i++) {
    tg_memory_free(codebook->layout_rows[i].name);
    tg_memory_free(codebook->layout_rows[i].pattern);
  }
  tg_memory_free(codebook->layout_rows);
}

/* ---- one layout: the rows with the same pattern ------------------------------------------------------- */

static int by_place(const void *a, const void *b) {
  const tg_record_layout_row *x = *(const tg_record_layout_row *const *)a,
                             *y = *(const tg_record_layout_row *const *)b;
  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  if (x->end != y->end)
    return x->end > y->end ? -1 : 1;
  return (x->line > y->line) - (x->line < y->line);
}

static const tg_sheet_row *sheet_row(const trygg_codebook *codebook, const tg_record_layout_row *row) {
  return codebook->reader->sheets[TG_LAYOUT].rows[row - codebook->layout_rows];
}

/* The district within the area code is fine; where only parts meet, one of the positions is wrong. */
static trygg_status check_places(const trygg_codebook *codebook, const tg_record_layout_row **rows,
                                 size_t count, trygg_error *error) {
  size_t depth =
      0; /* rows[0..depth): columns that lie within each other and around the next one, outermost first */
  qsort(rows, count, sizeof *rows, by_place);
  for (size_t i = 0; i < count; i++) {
    const tg_record_layout_row *row = rows[i];
    while (depth > 0 && rows[depth - 1]->end <= row->begin)
      depth--;
    const tg_record_layout_row *around = depth > 0 ? rows[depth - 1] : NULL;
    if (around && around->end == SIZE_MAX)
      return tg_sheet_fail(
          error, TRYGG_ECODEBOOK, sheet_row(codebook, around), LAYOUT_END,
          "`%s` has neither width nor end, and `%s` (line %lld) begins behind it; only the last "
          "column can go on to the end of the line",
          TG_SHOWN(around->name), TG_SHOWN(row->name), (long long)row->line);
    if (around && around->end < row->end)
      return tg_sheet_fail(
          error, TRYGG_ECODEBOOK, sheet_row(codebook, row), LAYOUT_START,
          "`%s` begins within `%s` (line %lld) and ends behind it; a column may lie within another, "
          "but not in part",
          TG_SHOWN(row->name), TG_SHOWN(around->name), (long long)around->line);
    rows[depth++] = row;
  }
  return TRYGG_OK;
}

static int is_read_by_recode(const trygg_codebook *codebook, const char *name) {
  for (size_t i = 0; i < codebook->recode_count; i++)
    if (strcmp(codebook->recodes[i].from, name) == 0)
      return 1;
  return 0;
}

static const char *variable_name_at(const void *context, size_t i) {
  return ((const trygg_codebook *)context)->variables[i].name;
}

/* A record description has columns that nobody asks for: they are left out, but a misspelt one is told. */
static trygg_status warn_unread(trygg_codebook *codebook, const tg_record_layout_row *row, int derived,
                                trygg_error *error) {
  const tg_sheet_row *from = sheet_row(codebook, row);
  char text[300];
  if (derived)
    tg_text_print(text, sizeof text, "the column `%s` is left out, since derived.csv computes that variable",
                  TG_SHOWN(row->name));
  else
    tg_text_print(
        text, sizeof text, "the column `%s` is not in survey.csv and is left out%s", TG_SHOWN(row->name),
        TG_SUGGESTED(tg_text_nearest(row->name, codebook->variable_count, variable_name_at, codebook)));
  return tg_reader_warn(codebook, from->file, from->line, text, error);
}

/* Digits that are a code of the variable are no amount. */
static trygg_status take_codes(const trygg_codebook *codebook, const tg_record_layout_row *row,
                               const tg_variable *variable, tg_fixed_column *column, trygg_error *error) {
  if (variable->type != TG_DECIMAL)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, sheet_row(codebook, row), LAYOUT_DECIMALS,
                         "`%s` cannot have decimals, since its type in survey.csv is %s and not decimal",
                         TG_SHOWN(row->name), tg_survey_types[variable->type]);
  double *codes = tg_memory_new(variable->code_count, sizeof *codes);
  if (!codes)
    return tg_error_memory(error);
  column->codes = codes;
  for (size_t i = 0; i < variable->code_count; i++)
    if (!isnan(variable->codes[i].number))
      codes[column->code_count++] = variable->codes[i].number;
  return TRYGG_OK;
}

static trygg_status take_column(trygg_codebook *codebook, tg_record_layout *layout,
                                const tg_record_layout_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t variable = tg_codebook_find_variable(codebook, row->name, strlen(row->name));
  int derived = variable != TG_NONE && variable >= codebook->derived_begin;
  if ((variable == TG_NONE || derived) && !is_read_by_recode(codebook, row->name))
    return warn_unread(codebook, row, derived, error);
  tg_fixed_column *column = &layout->columns[layout->column_count++];
  *column = (tg_fixed_column){row->name, row->begin, row->end, row->decimals, NULL, 0};
  if (row->decimals && variable != TG_NONE && !derived)
    status = take_codes(codebook, row, &codebook->variables[variable], column, error);
  return status;
}

/* All rows with the pattern of the first one. */
static trygg_status link_layout(trygg_codebook *codebook, size_t first, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t all = codebook->layout_row_count, count = 0;
  tg_names seen = {0};
  tg_record_layout *layout = &codebook->layouts[codebook->layout_count++];
  layout->pattern = codebook->layout_rows[first].pattern;
  layout->line = codebook->layout_rows[first].line;
  const tg_record_layout_row **rows = tg_memory_new(all - first, sizeof *rows);
  layout->columns = tg_memory_new(all - first, sizeof *layout->columns);
  if (!rows || !layout->columns) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = first; i < all; i++) {
    const tg_record_layout_row *row = &codebook->layout_rows[i];
    if (strcmp(row->pattern, layout->pattern) != 0)
      continue;
    size_t before = tg_names_find(&seen, row->name, strlen(row->name));
    if (before != SIZE_MAX) {
      status = tg_sheet_fail(error, TRYGG_ECODEBOOK, sheet_row(codebook, row), LAYOUT_NAME,
                             "`%s` is there a second time (first in line %lld)", TG_SHOWN(row->name),
                             (long long)codebook->layout_rows[before].line);
      goto cleanup;
    }
    if (tg_names_put(&seen, row->name, i) != 0) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    rows[count++] = row;
    TRY(take_column(codebook, layout, row, error));
  }
  TRY(check_places(codebook, rows, count, error));
  if (layout->column_count == 0)
    status = tg_sheet_fail(error, TRYGG_ECODEBOOK, sheet_row(codebook, &codebook->layout_rows[first]),
                           LAYOUT_NAME, "no column of this layout is a variable of survey.csv");
cleanup:
  tg_names_clear(&seen);
  tg_memory_free(rows);
  return status;
}

static int has_layout(const trygg_codebook *codebook, const char *pattern) {
  for (size_t i = 0; i < codebook->layout_count; i++)
    if (strcmp(codebook->layouts[i].pattern, pattern) == 0)
      return 1;
  return 0;
}

trygg_status tg_record_layout_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  codebook->layouts = tg_memory_new(codebook->layout_row_count, sizeof *codebook->layouts);
  if (!codebook->layouts)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->layout_row_count; i++)
    if (!has_layout(codebook, codebook->layout_rows[i].pattern))
      TRY(link_layout(codebook, i, error));
cleanup:
  return status;
}

/* ---- asking ------------------------------------------------------------------------------------------- */

const tg_record_layout *tg_codebook_layout(const trygg_codebook *codebook, const char *path) {
  const tg_file_row *row = tg_codebook_file(codebook, path);
  if (row && row->delimiter && row->delimiter != TG_FIXED_DELIMITER)
    return NULL;
  for (size_t i = 0; i < codebook->layout_count; i++)
    if (!codebook->layouts[i].pattern[0] || tg_codebook_pattern(codebook->layouts[i].pattern, path))
      return &codebook->layouts[i];
  return NULL;
}
