/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.csv: what was sent out, for response rates. */
#include <codebook/reader.h>

#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { SAMPLE_WAVE, SAMPLE_VARIABLES, SAMPLE_CATEGORY, SAMPLE_DISPOSITION, SAMPLE_COUNT, SAMPLE_FIELDS };

static const tg_sheet_field fields[SAMPLE_FIELDS] = {
    [SAMPLE_WAVE] = {"wave", 0, "the wave; may be empty where there is only one"},
    [SAMPLE_VARIABLES] = {"variables", 0,
                          "variables that make the category, with blanks between; empty: all"},
    [SAMPLE_CATEGORY] = {"category", 0, "their codes in the same order, with blanks between"},
    [SAMPLE_DISPOSITION] = {"disposition", 0, "I P R NC O UH UO NE; empty: all that was sent out"},
    [SAMPLE_COUNT] = {"count", 1, "how many"},
};

static trygg_status read_count(const tg_sheet_row *row, int64_t *out, trygg_error *error) {
  const char *cell = row->cells[SAMPLE_COUNT];
  if (tg_number_parse_integer(cell, strlen(cell), out) == 0 && *out >= 0)
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_EPARSE, row, SAMPLE_COUNT,
                       "`%s` is no count; write a whole number from 0 on", TG_SHOWN(cell));
}

/* The words of a cell with one blank between. */
static char *tidy(const char *cell) {
  tg_text text = {0};
  size_t length;
  tg_text_put(&text, "");
  for (const char *word; (word = tg_text_word(&cell, &length));) {
    tg_text_put(&text, text.length ? " " : "");
    tg_text_append(&text, word, length);
  }
  if (text.failed)
    tg_text_free(&text);
  return text.failed ? NULL : text.bytes;
}

static trygg_status add_sample(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int disposition = TG_DISPOSITIONS;
  int64_t count;
  TRY(read_count(row, &count, error));
  if (row->cells[SAMPLE_DISPOSITION][0])
    TRY(tg_sheet_choose(row, SAMPLE_DISPOSITION, tg_choices_dispositions, TG_DISPOSITIONS, &disposition,
                        error));
  tg_sample_row *grown = tg_sheet_room(codebook->sample, codebook->sample_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->sample = grown;
  tg_sample_row *kept = &grown[codebook->sample_count++];
  kept->disposition = disposition;
  kept->count = count;
  kept->line = row->line;
  kept->wave = tg_sheet_copy(row, SAMPLE_WAVE);
  kept->names = tidy(row->cells[SAMPLE_VARIABLES]);
  kept->category = tidy(row->cells[SAMPLE_CATEGORY]);
  kept->file = tg_memory_string(row->file);
  if (!kept->wave || !kept->names || !kept->category || !kept->file)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_sample_sheet = {
    .name = "sample",
    .help = "what was sent out, for response rates",
    .fields = fields,
    .field_count = SAMPLE_FIELDS,
    .add = add_sample,
};

void tg_sample_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->sample_count; i++) {
    tg_sample_row *row = &codebook->sample[i];
    tg_memory_free(row->variables);
    tg_memory_free(row->wave);
    tg_memory_free(row->names);
    tg_memory_free(row->category);
    tg_memory_free(row->file);
  }
  tg_memory_free(codebook->sample);
}

/* ---- variables and their codes ------------------------------------------------------------------------ */

static trygg_status find_variables(trygg_codebook *codebook, tg_sample_row *kept, const tg_sheet_row *row,
                                   trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, SAMPLE_VARIABLES);
  const char *cursor = kept->names, *word;
  size_t length;
  while ((word = tg_text_word(&cursor, &length))) {
    size_t variable = tg_codebook_find_variable(codebook, word, length);
    if (variable == TG_NONE)
      return tg_codebook_unknown_variable(codebook, word, length, &place, error);
    const tg_variable *found = &codebook->variables[variable];
    if (found->type == TG_SELECT_MULTIPLE || found->role == TG_ROLE_ID)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SAMPLE_VARIABLES,
                           "`%s` is no variable that splits people into groups", TG_SHOWN(found->name));
    size_t *grown = tg_sheet_room(kept->variables, kept->variable_count, sizeof *grown);
    if (!grown)
      return tg_error_memory(error);
    kept->variables = grown;
    grown[kept->variable_count++] = variable;
  }
  return TRYGG_OK;
}

/* A code is kept as the codebook writes it: 380 is 0380 where that is the code. */
static trygg_status put_code(const trygg_codebook *codebook, size_t variable, const char *word, size_t length,
                             const tg_sheet_row *row, tg_text *out, trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, SAMPLE_CATEGORY);
  const tg_variable *about = &codebook->variables[variable];
  int by_number;
  trygg_status status = tg_codes_check(codebook, variable, word, length, &place, error);
  if (status != TRYGG_OK)
    return status;
  tg_text_put(out, out->length ? " " : "");
  size_t code = about->code_count ? tg_variable_code(about, word, length, &by_number) : TG_NONE;
  if (code != TG_NONE)
    tg_text_put(out, about->codes[code].text);
  else
    tg_text_append(out, word, length);
  return TRYGG_OK;
}

/* The codes of the category; those of one variable alone may have blanks. */
static trygg_status link_category(const trygg_codebook *codebook, tg_sample_row *kept,
                                  const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_text text = {0};
  size_t words = 0, length;
  const char *cursor = kept->category, *word = cursor;
  tg_text_put(&text, "");
  if (kept->variable_count == 1 && *cursor) {
    TRY(put_code(codebook, kept->variables[0], cursor, strlen(cursor), row, &text, error));
    words = 1;
  }
  while (kept->variable_count != 1 && (word = tg_text_word(&cursor, &length))) {
    if (words < kept->variable_count)
      TRY(put_code(codebook, kept->variables[words], word, length, row, &text, error));
    words++;
  }
  if (words != kept->variable_count) {
    status = tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SAMPLE_CATEGORY,
                           "`%s` has %d codes where `variables` names %d; write one code a variable",
                           TG_SHOWN(kept->category), (int)words, (int)kept->variable_count);
    goto cleanup;
  }
  if (text.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  tg_memory_free(kept->category);
  kept->category = text.bytes;
  text = (tg_text){0};
cleanup:
  tg_text_free(&text);
  return status;
}

static trygg_status link_wave(const trygg_codebook *codebook, const tg_sample_row *kept,
                              const tg_sheet_row *row, trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, SAMPLE_WAVE);
  if (kept->wave[0])
    return tg_waves_check(codebook, kept->wave, &place, error);
  if (tg_codebook_find_role(codebook, TG_ROLE_WAVE, 1, 0) == TG_NONE)
    return TRYGG_OK;
  return tg_sheet_fail(
      error, TRYGG_ECODEBOOK, row, SAMPLE_WAVE,
      "the wave is empty, and a variable of survey.csv has the role `wave`; say which it is");
}

/* Each wave, category and disposition is there once. */
static trygg_status check_once(const trygg_codebook *codebook, tg_names *seen, char **keys, size_t i,
                               const tg_sheet_row *row, trygg_error *error) {
  const tg_sample_row *kept = &codebook->sample[i];
  tg_text key = {0};
  tg_text_format(&key, "%s\n%s\n%s\n%d", kept->wave, kept->names, kept->category, kept->disposition);
  keys[i] = key.bytes;
  if (key.failed)
    return tg_error_memory(error);
  size_t before = tg_names_find(seen, keys[i], key.length);
  if (before != SIZE_MAX)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SAMPLE_DISPOSITION,
                         "this wave, category and disposition are in line %lld already",
                         (long long)codebook->sample[before].line);
  return tg_names_put(seen, keys[i], i) == 0 ? TRYGG_OK : tg_error_memory(error);
}

trygg_status tg_sample_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_names seen = {0};
  char **keys = tg_memory_new(codebook->sample_count, sizeof *keys);
  if (!keys)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->sample_count; i++) {
    const tg_sheet_row *row = codebook->reader->sheets[TG_SAMPLE].rows[i];
    tg_sample_row *kept = &codebook->sample[i];
    TRY(link_wave(codebook, kept, row, error));
    TRY(find_variables(codebook, kept, row, error));
    TRY(link_category(codebook, kept, row, error));
    TRY(check_once(codebook, &seen, keys, i, row, error));
  }
cleanup:
  tg_names_clear(&seen);
  for (size_t i = 0; i < codebook->sample_count; i++)
    tg_memory_free(keys[i]);
  tg_memory_free(keys);
  return status;
}
