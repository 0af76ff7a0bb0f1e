/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes as combinations, ranked. */
#include <design/codes.h>

#include <base/keys.h>
#include <base/number.h>

void tg_codes_clear(tg_codes *codes) {
  tg_combination_clear(&codes->combination);
  codes->first = 0;
}

trygg_status tg_codes_begin_with(tg_codes *codes, const trygg_design *design, tg_part *within,
                                 const size_t *variables, size_t count, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  trygg_status status = TRYGG_OK;
  tg_combination *c = &codes->combination;
  tg_codes_clear(codes);
  codes->responses = responses;
  c->records = responses->count;
  c->threads = design->threads;
  if (count > TG_CODES_MOST)
    return tg_error_set(error, TRYGG_EDESIGN, "more than 16 stratum or cluster variables");
  if (within)
    TRY(tg_combination_add(c, within, error));
  codes->first = c->part_count;
  for (size_t k = 0; k < count; k++) {
    codes->variables[k] = variables[k];
    TRY(tg_combination_add_column(c, &responses->columns[variables[k]], error));
  }
cleanup:
  return status;
}

trygg_status tg_codes_begin(tg_codes *codes, const trygg_design *design, tg_part *within, tg_role role,
                            int stage, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  size_t variables[TG_CODES_MOST + 1], count = 0;
  for (size_t v = tg_codebook_find_role(codebook, role, stage, 0); v != TG_NONE && count <= TG_CODES_MOST;
       v = tg_codebook_find_role(codebook, role, stage, v + 1))
    variables[count++] = v;
  return tg_codes_begin_with(codes, design, within, variables, count, error);
}

static trygg_status refuse_missing(const tg_codes *codes, size_t k, trygg_error *error) {
  const char *name = codes->responses->codebook->variables[codes->variables[k - codes->first]].name;
  char number[TG_NUMBER_SIZE];
  int64_t missing = 0;
  for (size_t i = 0; i < codes->responses->count; i++)
    missing += tg_part_number(&codes->combination.parts[k], i) == TG_RANK_NONE;
  return tg_error_at(error, TRYGG_EDATA, NULL, 0, 0, name,
                     "%s records have no value in `%s`, which the sampling design needs; fill it in the data",
                     tg_number_format_integer(number, missing), name);
}

void tg_codes_clear_numbers(tg_numbers *n) {
  tg_memory_free(n->of_record);
  tg_memory_free(n->within);
  tg_memory_free(n->keys);
  *n = (tg_numbers){0};
}

trygg_status tg_codes_number(const tg_codes *codes, tg_numbers *out, trygg_error *error) {
  const tg_combination *c = &codes->combination;
  trygg_status status = TRYGG_OK;
  *out = (tg_numbers){.of_record = tg_memory_room(c->records, sizeof *out->of_record)};
  if (!out->of_record)
    return tg_error_memory(error);
  TRY(tg_combination_rank(c, out->of_record, &out->keys, &out->count, error));
  out->within = tg_memory_new(out->count, sizeof *out->within);
  if (!out->within) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = codes->first; k < c->part_count; k++)
    for (size_t i = 0; i < out->count; i++)
      if (tg_combination_number(c, out->keys[i], k) == TG_RANK_NONE) {
        status = refuse_missing(codes, k, error);
        goto cleanup;
      }
  for (size_t i = 0; i < out->count && codes->first; i++)
    out->within[i] = tg_combination_number(c, out->keys[i], 0);
cleanup:
  if (status != TRYGG_OK)
    tg_codes_clear_numbers(out);
  return status;
}

const char *tg_codes_text(const tg_column *column, size_t record) {
  if (column->kind == TG_COLUMN_TEXT)
    return column->dictionary.texts[tg_column_stored_text(column, record)];
  return column->variable->codes[tg_column_code(column, record)].text;
}
