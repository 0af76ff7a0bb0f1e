/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes in mixed radix, ranked. */
#include <design/codes.h>

#include <base/keys.h>
#include <base/number.h>

static void clear_parts(tg_codes *all) {
  while (all->part_count > 0)
    tg_categories_clear(&all->parts[--all->part_count]);
}

void tg_codes_clear(tg_codes *all) {
  clear_parts(all);
  tg_memory_free(all->keys);
  tg_memory_free(all->scratch);
}

trygg_status tg_codes_begin(tg_codes *all, const trygg_responses *responses, const uint32_t *within,
                            size_t count, trygg_error *error) {
  all->responses = responses;
  if (!all->keys) {
    all->keys = tg_memory_new(responses->count, sizeof *all->keys);
    all->scratch = tg_memory_new(responses->count, sizeof *all->scratch);
    if (!all->keys || !all->scratch)
      return tg_error_memory(error);
  }
  clear_parts(all);
  all->radix = count ? count : 1;
  for (size_t i = 0; i < responses->count; i++)
    all->keys[i] = within ? within[i] : 0;
  return TRYGG_OK;
}

/* One more column: all->scratch has its categories. */
static trygg_status combine(tg_codes *all, uint64_t count, trygg_error *error) {
  count = count ? count : 1;
  if (all->radix > UINT64_MAX / 2 / count)
    return tg_error_set(error, TRYGG_EDESIGN, "too many tg_codess of strata and clusters");
  all->radix *= count;
  for (size_t i = 0; i < all->responses->count; i++)
    all->keys[i] = all->keys[i] * count + (all->scratch[i] == TG_RANK_NONE ? 0 : all->scratch[i]);
  return TRYGG_OK;
}

static trygg_status refuse_missing(const tg_codes *all, const char *name, trygg_error *error) {
  char number[TG_NUMBER_SIZE];
  int64_t missing = 0;
  for (size_t i = 0; i < all->responses->count; i++)
    missing += all->scratch[i] == TG_RANK_NONE;
  if (!missing)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EDATA, NULL, 0, 0, name,
                     "%s records have no value in `%s`, which the sampling design needs; fill it in the data",
                     tg_number_format_integer(number, missing), name);
}

trygg_status tg_codes_combine(tg_codes *all, tg_role role, int stage, trygg_error *error) {
  const trygg_responses *responses = all->responses;
  const trygg_codebook *codebook = responses->codebook;
  trygg_status status = TRYGG_OK;
  for (size_t v = tg_codebook_find_role(codebook, role, stage, 0); v != TG_NONE;
       v = tg_codebook_find_role(codebook, role, stage, v + 1)) {
    tg_categories *categories = &all->parts[all->part_count];
    if (all->part_count == sizeof all->parts / sizeof *all->parts)
      return tg_error_set(error, TRYGG_EDESIGN, "more than 16 stratum or cluster variables");
    TRY(tg_column_categories(&responses->columns[v], responses->count, all->scratch, categories, error));
    all->part_count++;
    TRY(combine(all, categories->count, error));
    TRY(refuse_missing(all, codebook->variables[v].name, error));
  }
cleanup:
  return status;
}

void tg_codes_clear_numbers(tg_numbers *n) {
  tg_memory_free(n->of_record);
  tg_memory_free(n->within);
  tg_memory_free(n->distinct);
  *n = (tg_numbers){0};
}

trygg_status tg_codes_number(const tg_codes *all, size_t within_count, tg_numbers *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint64_t inside = all->radix / (within_count ? within_count : 1);
  *out = (tg_numbers){.of_record = tg_memory_new(all->responses->count, sizeof *out->of_record)};
  if (!out->of_record)
    return tg_error_memory(error);
  TRY(tg_keys_rank(all->keys, all->responses->count, out->of_record, &out->distinct, &out->count, error));
  out->within = tg_memory_new(out->count, sizeof *out->within);
  if (!out->within) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < out->count; i++)
    out->within[i] = (uint32_t)(out->distinct[i] / inside);
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
