/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey folder as one text: "== TABLE" lines with the CSV of the table below each. */
#include "fuzz.h"

#include <codebook/codebook.h>
#include <trygg/index.h>
#include <trygg/indicator.h>

#include "tables.h"

/* Everything that a finished codebook answers. */
static void ask(const trygg_codebook *codebook) {
  static const char *const languages[] = {NULL, "sv", "en", "xx"};
  for (size_t i = 0; i < trygg_codebook_variables(codebook); i++) {
    const char *name = trygg_codebook_variable(codebook, i);
    HOLDS(name && *name && tg_codebook_find_variable(codebook, name, strlen(name)) == i);
    const tg_variable *variable = &codebook->variables[i];
    for (size_t k = 0; k < variable->code_count; k++) {
      int by_number = 0;
      const char *text = variable->codes[k].text;
      HOLDS(tg_variable_code(variable, text, strlen(text), &by_number) == k && !by_number);
      HOLDS(*trygg_codebook_code_label(codebook, name, text, languages[k % 4]));
    }
    HOLDS(trygg_codebook_label(codebook, name, languages[i % 4]) != NULL);
  }
  for (size_t i = 0; i < trygg_codebook_indicators(codebook); i++) {
    const char *name = trygg_codebook_indicator(codebook, i);
    HOLDS(name && *name && trygg_codebook_declared(codebook, name, "type") != NULL);
  }
  for (size_t i = 0; i < trygg_codebook_warnings(codebook); i++)
    HOLDS(*trygg_codebook_warning(codebook, i));
  HOLDS(trygg_codebook_title(codebook) && trygg_codebook_form_title(codebook));
  HOLDS(strlen(codebook->hash) == 16);
}

static void check(const trygg_codebook *codebook) {
  trygg_error error = {0};
  trygg_status status = trygg_indicator_check(codebook, &error);
  if (status != TRYGG_OK)
    HOLDS_ERROR(status, error);
  memset(&error, 0, sizeof error);
  status = trygg_index_check(codebook, &error);
  if (status != TRYGG_OK)
    HOLDS_ERROR(status, error);
  const char **items = NULL;
  size_t count = 0;
  memset(&error, 0, sizeof error);
  status = trygg_index_items(codebook, NULL, &items, &count, &error);
  if (status != TRYGG_OK) {
    HOLDS(items == NULL);
    HOLDS_ERROR(status, error);
  }
  trygg_index_free_items(items);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  trygg_codebook *codebook = NULL;
  trygg_error error = {0};
  tables_cursor cursor = {data, size, 0};
  tables_piece piece;
  if (size > 65536)
    return 0;
  HOLDS(trygg_codebook_create(&codebook, &error) == TRYGG_OK);
  while (tables_next(&cursor, &piece)) {
    memset(&error, 0, sizeof error);
    trygg_status status = trygg_codebook_add_csv(codebook, piece.name, piece.text, piece.length, &error);
    tables_free(&piece);
    if (status != TRYGG_OK)
      HOLDS_ERROR(status, error);
    HOLDS(status != TRYGG_ENOMEM);
  }
  memset(&error, 0, sizeof error);
  trygg_status status = trygg_codebook_finish(codebook, &error);
  if (status == TRYGG_OK) {
    ask(codebook);
    check(codebook);
  } else
    HOLDS_ERROR(status, error);
  trygg_codebook_free(codebook);
  return 0;
}
