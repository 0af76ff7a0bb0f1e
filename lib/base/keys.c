/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranks of distinct keys, through one open-addressing table. */
#include <base/keys.h>

#include <stdlib.h>
#include <string.h>

#include <base/memory.h>

/* Fibonacci hashing spreads consecutive keys, which is what mixed-radix keys are. */
static size_t place(const tg_keys *table, uint64_t key) {
  return (size_t)((key * UINT64_C(11400714819323198485)) >> 20) & table->mask;
}

static tg_key_slot *find(const tg_keys *table, uint64_t key) {
  size_t i = place(table, key);
  while (table->slots[i].key != TG_KEY_NONE && table->slots[i].key != key)
    i = (i + 1) & table->mask;
  return &table->slots[i];
}

static int resize(tg_keys *table, size_t size) {
  tg_key_slot *slots = tg_memory_new(size, sizeof *slots);
  if (!slots)
    return -1;
  memset(slots, 0xff, size * sizeof *slots);
  tg_memory_free(table->slots);
  table->slots = slots;
  table->mask = size - 1;
  for (size_t i = 0; i < table->used; i++)
    *find(table, table->met[i]) = (tg_key_slot){table->met[i], (uint32_t)i};
  return 0;
}

int tg_keys_add(tg_keys *table, uint64_t key, uint32_t *index) {
  tg_key_slot *found;
  if (!table->slots && resize(table, 1024))
    return -1;
  found = find(table, key);
  if (found->key == key) {
    *index = found->index;
    return 0;
  }
  if (tg_memory_grow((void **)&table->met, &table->met_capacity, table->used + 1, sizeof *table->met))
    return -1;
  *index = (uint32_t)table->used;
  *found = (tg_key_slot){key, *index};
  table->met[table->used++] = key;
  return table->used * 2 > table->mask ? resize(table, (table->mask + 1) * 2) : 0;
}

int tg_keys_add_path(tg_keys *steps, tg_keys *ends, const uint32_t *path, size_t length, uint32_t *index) {
  uint32_t at = 0;
  for (size_t i = 0; i + 1 < length; i++, at++) /* so that 0 is the beginning */
    if (tg_keys_add(steps, (uint64_t)at << 32 | path[i], &at))
      return -1;
  return tg_keys_add(ends, (uint64_t)at << 32 | (length ? path[length - 1] : 0), index);
}

void tg_keys_clear(tg_keys *keys) {
  tg_memory_free(keys->slots);
  tg_memory_free(keys->met);
  *keys = (tg_keys){0};
}

static int compare(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Keys that are not much larger than there are records mark their places in a table: its order is theirs. */
static trygg_status rank_in_table(const uint64_t *keys, size_t count, uint64_t largest, uint32_t *ranks,
                                  uint64_t **distinct, size_t *distinct_count, trygg_error *error) {
  uint32_t *rank = tg_memory_new((size_t)largest + 1, sizeof *rank);
  size_t used = 0;
  if (!rank)
    return tg_error_memory(error);
  for (size_t i = 0; i < count; i++)
    if (keys[i] != TG_KEY_NONE)
      rank[keys[i]] = 1;
  for (uint64_t key = 0; key <= largest; key++)
    used += rank[key];
  *distinct = tg_memory_new(used, sizeof **distinct);
  if (!*distinct) {
    tg_memory_free(rank);
    return tg_error_memory(error);
  }
  *distinct_count = used;
  used = 0;
  for (uint64_t key = 0; key <= largest; key++)
    if (rank[key]) {
      (*distinct)[used] = key;
      rank[key] = (uint32_t)used++;
    }
  for (size_t i = 0; i < count; i++)
    ranks[i] = keys[i] == TG_KEY_NONE ? TG_RANK_NONE : rank[keys[i]];
  tg_memory_free(rank);
  return TRYGG_OK;
}

trygg_status tg_keys_rank(const uint64_t *keys, size_t count, uint32_t *ranks, uint64_t **distinct,
                          size_t *distinct_count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_keys table = {0};
  uint32_t *order = NULL;
  uint64_t last = TG_KEY_NONE;
  uint32_t last_index = TG_RANK_NONE;
  uint64_t largest = 0;
  *distinct = NULL;
  *distinct_count = 0;
  for (size_t i = 0; i < count; i++)
    largest = keys[i] != TG_KEY_NONE && keys[i] > largest ? keys[i] : largest;
  if (largest / 4 < count)
    return rank_in_table(keys, count, largest, ranks, distinct, distinct_count, error);
  if (resize(&table, 1024))
    goto memory;
  for (size_t i = 0; i < count; i++) {
    if (keys[i] == TG_KEY_NONE) {
      ranks[i] = TG_RANK_NONE;
      continue;
    }
    if (keys[i] != last) { /* records of one area tend to stand together */
      if (tg_keys_add(&table, keys[i], &last_index))
        goto memory;
      last = keys[i];
    }
    ranks[i] = last_index;
  }
  *distinct = tg_memory_new(table.used, sizeof **distinct);
  order = tg_memory_new(table.used, sizeof *order);
  if (!*distinct || !order)
    goto memory;
  if (table.used) {
    memcpy(*distinct, table.met, table.used * sizeof **distinct);
    qsort(*distinct, table.used, sizeof **distinct, compare);
  }
  for (size_t i = 0; i < table.used; i++)
    order[find(&table, (*distinct)[i])->index] = (uint32_t)i;
  for (size_t i = 0; i < count; i++)
    if (ranks[i] != TG_RANK_NONE)
      ranks[i] = order[ranks[i]];
  *distinct_count = table.used;
  goto cleanup;
memory:
  tg_memory_free(*distinct);
  *distinct = NULL;
  status = tg_error_memory(error);
cleanup:
  tg_keys_clear(&table);
  tg_memory_free(order);
  return status;
}
