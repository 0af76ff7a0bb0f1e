/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes keep the codebook's order, in which every window has all of them; texts are put in order by bytes, numbers by
 * size. */
#include <responses/pool.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/number.h>
#include <responses/columns.h>

size_t tg_pool_count(const tg_pool *pool) {
  return pool->texts.count > TG_MISSING_KINDS ? pool->texts.count - TG_MISSING_KINDS : 0;
}

const char *tg_pool_name(const tg_pool *pool, size_t number) {
  return tg_dictionary_text(&pool->texts, (uint32_t)number + TG_MISSING_KINDS);
}

trygg_status tg_pool_add(tg_pool *pool, const tg_categories *categories, uint32_t *numbers,
                         trygg_error *error) {
  for (size_t i = 0; i < categories->count; i++) {
    if (tg_dictionary_add(&pool->texts, categories->names[i], strlen(categories->names[i]), &numbers[i],
                          NULL) != 0)
      return tg_error_memory(error);
    numbers[i] -= TG_MISSING_KINDS; /* no category is the empty text */
  }
  return TRYGG_OK;
}

typedef struct entry {
  const char *name;
  double value; /* of a number */
  uint32_t number;
} entry;

static int compare(const void *a, const void *b) {
  const entry *left = a, *right = b;
  if (left->value != right->value)
    return left->value < right->value ? -1 : 1;
  return strcmp(left->name, right->name);
}

trygg_status tg_pool_finish(const tg_pool *pool, const tg_variable *variable, uint32_t *place,
                            tg_categories *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = tg_pool_count(pool);
  tg_column_kind kind = tg_columns_kind(variable);
  entry *entries = tg_memory_new(count, sizeof *entries);
  *out = (tg_categories){.names = tg_memory_new(count, sizeof *out->names)};
  if (!entries || !out->names) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++) {
    entries[i] = (entry){tg_pool_name(pool, i), 0, (uint32_t)i};
    if (kind == TG_COLUMN_NUMBER)
      tg_number_parse(entries[i].name, strlen(entries[i].name), '.', &entries[i].value);
  }
  if (kind == TG_COLUMN_TEXT || kind == TG_COLUMN_NUMBER)
    qsort(entries, count, sizeof *entries, compare);
  for (size_t i = 0; i < count; i++) {
    place[entries[i].number] = (uint32_t)i;
    out->names[i] = tg_memory_string(entries[i].name);
    if (!out->names[i]) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    out->count++;
  }
cleanup:
  tg_memory_free(entries);
  if (status != TRYGG_OK)
    tg_categories_clear(out);
  return status;
}

void tg_pool_clear(tg_pool *pool) {
  tg_dictionary_builder_clear(&pool->texts);
}
