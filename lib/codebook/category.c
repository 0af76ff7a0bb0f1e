/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of people as tables write them: in one cell the variables, in the next their codes in the same order. */
#include <codebook/reader.h>

#include <string.h>

#include <base/text.h>

char *tg_category_tidy(const char *cell) {
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

trygg_status tg_category_variables(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                                   size_t **variables, size_t *count, trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, field);
  const char *cursor = row->cells[field], *word;
  size_t length;
  while ((word = tg_text_word(&cursor, &length))) {
    size_t variable = tg_codebook_find_variable(codebook, word, length);
    if (variable == TG_NONE)
      return tg_codebook_unknown_variable(codebook, word, length, &place, error);
    const tg_variable *found = &codebook->variables[variable];
    if (found->type == TG_SELECT_MULTIPLE || found->role == TG_ROLE_ID)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                           "`%s` is no variable that splits people into groups", TG_SHOWN(found->name));
    size_t *grown = tg_sheet_room(*variables, *count, sizeof *grown);
    if (!grown)
      return tg_error_memory(error);
    *variables = grown;
    grown[(*count)++] = variable;
  }
  return TRYGG_OK;
}

/* A code is kept as the codebook writes it: 380 is 0380 where that is the code. */
static trygg_status put_code(const trygg_codebook *codebook, size_t variable, const char *word, size_t length,
                             const trygg_error *place, tg_text *out, trygg_error *error) {
  const tg_variable *about = &codebook->variables[variable];
  int by_number;
  trygg_status status = tg_codes_check(codebook, variable, word, length, place, error);
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

trygg_status tg_category_codes(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                               const size_t *variables, size_t count, char **category, trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, field);
  trygg_status status = TRYGG_OK;
  tg_text text = {0};
  size_t words = 0, length;
  const char *cursor = *category, *word = cursor;
  tg_text_put(&text, "");
  if (count == 1 && *cursor) { /* the code of one variable alone may have blanks */
    TRY(put_code(codebook, variables[0], cursor, strlen(cursor), &place, &text, error));
    words = 1;
  }
  while (count != 1 && (word = tg_text_word(&cursor, &length))) {
    if (words < count)
      TRY(put_code(codebook, variables[words], word, length, &place, &text, error));
    words++;
  }
  if (words != count) {
    status = tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                           "`%s` has %d codes where `variables` names %d; write one code a variable",
                           TG_SHOWN(*category), (int)words, (int)count);
    goto cleanup;
  }
  if (text.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  tg_memory_free(*category);
  *category = text.bytes;
  text = (tg_text){0};
cleanup:
  tg_text_free(&text);
  return status;
}

trygg_status tg_category_wave(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                              trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, field);
  if (row->cells[field][0])
    return tg_waves_check(codebook, row->cells[field], &place, error);
  if (tg_codebook_find_role(codebook, TG_ROLE_WAVE, 1, 0) == TG_NONE)
    return TRYGG_OK;
  return tg_sheet_fail(
      error, TRYGG_ECODEBOOK, row, field,
      "the wave is empty, and a variable of survey.csv has the role `wave`; say which it is");
}
