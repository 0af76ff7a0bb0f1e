/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recodes.csv: cells of single waves or files read as other codes, or from another column. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { RECODE_VARIABLE, RECODE_FROM, RECODE_CODES, RECODE_TO, RECODE_WAVE, RECODE_FILE, RECODE_FIELDS };

static const tg_sheet_field fields[RECODE_FIELDS] = {
    [RECODE_VARIABLE] = {"variable", 1, "the variable of survey.csv that gets the value"},
    [RECODE_FROM] = {"from", 0, "the column of the data it is read from; empty: the variable's own"},
    [RECODE_CODES] = {"codes", 0, "codes in that column, as 4 5 or 16..24; empty: every one"},
    [RECODE_TO] = {"to", 0, "the code it becomes, or a kind of missing; empty beside codes: an empty cell"},
    [RECODE_WAVE] = {"wave", 0, "only in these waves; empty: in every wave"},
    [RECODE_FILE] = {"file", 0, "only in files with this name, as in files.csv; empty: in every file"},
};

/* ---- codes --------------------------------------------------------------------------------------- */

/* "16..24", "65..", "..15"; 0, 1 when it is no range, -1 when an end is no number or they are swapped. */
static int parse_range(const char *text, size_t length, tg_recode_code *out) {
  const char *dots = NULL;
  for (size_t i = 0; i + 1 < length && !dots; i++)
    if (text[i] == '.' && text[i + 1] == '.')
      dots = text + i;
  if (!dots)
    return 1;
  size_t before = (size_t)(dots - text), after = length - before - 2;
  *out = (tg_recode_code){NULL, -(double)INFINITY, (double)INFINITY};
  if (before + after == 0 || (before && tg_number_parse(text, before, 0, &out->lower) != 0) ||
      (after && tg_number_parse(dots + 2, after, 0, &out->upper) != 0) || out->lower > out->upper)
    return -1;
  return 0;
}

static trygg_status add_code(tg_recode_row *kept, const tg_sheet_row *row, const char *word, size_t length,
                             trygg_error *error) {
  tg_recode_code code = {0};
  int range = parse_range(word, length, &code);
  if (range < 0)
    return tg_sheet_fail(error, TRYGG_EPARSE, row, RECODE_CODES,
                         "`%s` is no range of codes; write it as 16..24", tg_sheet_show(word, length).text);
  tg_recode_code *grown = tg_sheet_room(kept->codes, kept->code_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  kept->codes = grown;
  if (range == 1) {
    if (tg_number_parse(word, length, 0, &code.lower) != 0)
      code.lower = (double)NAN;
    code.upper = code.lower;
    if (!(code.text = tg_memory_text(word, length)))
      return tg_error_memory(error);
  }
  grown[kept->code_count++] = code;
  return TRYGG_OK;
}

static trygg_status add_wave(tg_recode_row *kept, const char *word, size_t length, trygg_error *error) {
  char **grown = tg_sheet_room(kept->waves, kept->wave_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  kept->waves = grown;
  if (!(grown[kept->wave_count] = tg_memory_text(word, length)))
    return tg_error_memory(error);
  kept->wave_count++;
  return TRYGG_OK;
}

/* Next word between blanks and commas. */
static const char *next_word(const char **cursor, size_t *length) {
  const char *begin = *cursor + strspn(*cursor, ", \t");
  *length = strcspn(begin, ", \t");
  *cursor = begin + *length;
  return *length ? begin : NULL;
}

static trygg_status add_recode(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *cursor, *word;
  size_t length;
  tg_recode_row *grown = tg_sheet_room(codebook->recodes, codebook->recode_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->recodes = grown;
  tg_recode_row *kept = &grown[codebook->recode_count++];
  char **const texts[] = {&kept->from, &kept->whole, &kept->to, &kept->pattern};
  static const size_t cells[] = {RECODE_FROM, RECODE_CODES, RECODE_TO, RECODE_FILE};
  kept->variable = TG_NONE;
  kept->line = row->line;
  if (row->cells[RECODE_FROM][0] == '\0') {
    if (!(kept->from = tg_sheet_copy(row, RECODE_VARIABLE)))
      return tg_error_memory(error);
    TRY(tg_sheet_copy_cells(row, texts + 1, cells + 1, 3, error));
  } else {
    TRY(tg_sheet_copy_cells(row, texts, cells, 4, error));
  }
  if (!(kept->file = tg_memory_string(row->file)))
    return tg_error_memory(error);
  kept->unchanged = kept->whole[0] == '\0' && kept->to[0] == '\0';
  for (cursor = kept->whole; (word = next_word(&cursor, &length));)
    TRY(add_code(kept, row, word, length, error));
  for (cursor = row->cells[RECODE_WAVE]; (word = next_word(&cursor, &length));)
    TRY(add_wave(kept, word, length, error));
cleanup:
  return status;
}

const tg_sheet tg_recodes_sheet = {
    .name = "recodes",
    .help = "cells of single waves or files read as other codes, or from another column",
    .fields = fields,
    .field_count = RECODE_FIELDS,
    .add = add_recode,
};

void tg_recodes_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->recode_count; i++) {
    tg_recode_row *row = &codebook->recodes[i];
    for (size_t k = 0; k < row->code_count; k++)
      tg_memory_free(row->codes[k].text);
    for (size_t k = 0; k < row->wave_count; k++)
      tg_memory_free(row->waves[k]);
    tg_memory_free(row->codes);
    tg_memory_free(row->waves);
    tg_memory_free(row->from);
    tg_memory_free(row->whole);
    tg_memory_free(row->to);
    tg_memory_free(row->pattern);
    tg_memory_free(row->file);
  }
  tg_memory_free(codebook->recodes);
}

/* ---- what the new code is --------------------------------------------------------------------------- */

static const char *code_name_at(const void *context, size_t i) {
  return ((const tg_variable *)context)->codes[i].text;
}

/* `to` must be a value of the variable, or a kind of missing; a code goes before a kind of the same name. */
static trygg_status link_to(tg_recode_row *kept, const tg_variable *variable, const tg_sheet_row *row,
                            trygg_error *error) {
  const char *to = kept->to, *near = NULL;
  size_t length = strlen(to);
  double value;
  int by_number;
  if (length == 0 || variable->type == TG_STRING)
    return TRYGG_OK;
  size_t code = tg_variable_code(variable, to, length, &by_number);
  if (code != TG_NONE) { /* as the codebook writes it */
    char *text = tg_memory_string(variable->codes[code].text);
    if (!text)
      return tg_error_memory(error);
    tg_memory_free(kept->to);
    kept->to = text;
    return TRYGG_OK;
  }
  if (variable->type == TG_DATE
          ? tg_codebook_parse_date(to, length, &value) == 0
          : !tg_variable_is_coded(variable) && tg_number_parse(to, length, 0, &value) == 0)
    return TRYGG_OK;
  if (tg_missing_find(to, length, &kept->kind) == 0 && kept->kind != TG_VALID &&
      kept->kind != TG_UNKNOWN_CODE)
    return TRYGG_OK;
  kept->kind = TG_VALID;
  near = tg_text_nearest(to, variable->code_count, code_name_at, variable);
  if (!near)
    near = tg_text_nearest(to, TG_UNKNOWN_CODE - 1, tg_text_name_at, tg_missing_names + 1);
  return tg_sheet_fail(error, TRYGG_ENAME, row, RECODE_TO, "`%s` is no code of `%s` and no kind of missing%s",
                       TG_SHOWN(to), TG_SHOWN(variable->name), TG_SUGGESTED(near));
}

static trygg_status check_variable(const trygg_codebook *codebook, const tg_recode_row *kept,
                                   const tg_sheet_row *row, trygg_error *error) {
  const tg_variable *variable = &codebook->variables[kept->variable];
  if (kept->variable >= codebook->derived_begin)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, RECODE_VARIABLE,
                         "`%s` is computed by derived.csv; recode what it is made from",
                         TG_SHOWN(variable->name));
  if (variable->role == TG_ROLE_WAVE && kept->wave_count)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, RECODE_WAVE,
                         "`%s` says which wave it is and cannot be recoded in one wave only; name the file",
                         TG_SHOWN(variable->name));
  return TRYGG_OK;
}

static trygg_status link_recode(trygg_codebook *codebook, size_t i, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_sheet_row *row = codebook->reader->sheets[TG_RECODES].rows[i];
  tg_recode_row *kept = &codebook->recodes[i];
  const char *name = row->cells[RECODE_VARIABLE];
  trygg_error place = tg_sheet_place(row, RECODE_VARIABLE);
  kept->variable = tg_codebook_find_variable(codebook, name, strlen(name));
  if (kept->variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, strlen(name), &place, error);
  TRY(check_variable(codebook, kept, row, error));
  TRY(link_to(kept, &codebook->variables[kept->variable], row, error));
  place = tg_sheet_place(row, RECODE_WAVE);
  for (size_t k = 0; k < kept->wave_count; k++)
    TRY(tg_waves_check(codebook, kept->waves[k], &place, error));
cleanup:
  return status;
}

trygg_status tg_recodes_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < codebook->recode_count && status == TRYGG_OK; i++)
    status = link_recode(codebook, i, error);
  return status;
}
