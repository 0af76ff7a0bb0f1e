/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of a column, each stored once. */
#include <responses/dictionary.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>

/* Eight bytes at a time; what is left as a text of its own. */
uint32_t tg_dictionary_hash(const char *text, size_t length) {
  uint64_t value = 0, word = 0;
  size_t left = length;
  for (; left > 8; text += 8, left -= 8) {
    memcpy(&word, text, 8);
    value = (value ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    value ^= value >> 29;
  }
  word = 0;
  for (size_t i = 0; i < left; i++)
    word |= (uint64_t)(unsigned char)text[i] << 8 * i;
  return tg_dictionary_hash_short(value ^ word, length);
}

static size_t length_of(const tg_dictionary_builder *builder, size_t index) {
  return builder->offsets[index + 1] - builder->offsets[index] - 1;
}

/* Larger blocks by copy and wipe: what realloc leaves behind may hold answers. */
static int grow_bytes(tg_dictionary_builder *builder, size_t needed) {
  if (needed <= builder->capacity)
    return 0;
  size_t capacity = builder->capacity ? builder->capacity * 2 : 256;
  capacity = capacity > needed ? capacity : needed;
  char *larger = tg_memory_new(capacity, 1);
  if (!larger)
    return -1;
  if (builder->used)
    memcpy(larger, builder->bytes, builder->used);
  tg_memory_wipe(builder->bytes, builder->capacity);
  builder->bytes = larger;
  builder->capacity = capacity;
  return 0;
}

static int append(tg_dictionary_builder *builder, const char *text, size_t length) {
  if (builder->count >= UINT32_MAX - 1 || grow_bytes(builder, builder->used + length + 1) != 0 ||
      tg_memory_grow((void **)&builder->offsets, &builder->offset_capacity, builder->count + 2,
                     sizeof(size_t)) != 0)
    return -1;
  if (length)
    memcpy(builder->bytes + builder->used, text, length);
  builder->bytes[builder->used + length] = '\0';
  builder->offsets[builder->count] = builder->used;
  builder->used += length + 1;
  builder->offsets[++builder->count] = builder->used;
  return 0;
}

static size_t find_slot(const tg_dictionary_builder *builder, const char *text, size_t length,
                        uint32_t hash) {
  size_t mask = builder->slot_count - 1, slot = hash & mask;
  for (; builder->slots[slot].index != 0; slot = (slot + 1) & mask) {
    uint32_t index = builder->slots[slot].index;
    if (builder->slots[slot].hash == hash && length_of(builder, index) == length &&
        memcmp(builder->bytes + builder->offsets[index], text, length) == 0)
      break;
  }
  return slot;
}

static int grow_slots(tg_dictionary_builder *builder) {
  if ((builder->count + 1) * 2 <= builder->slot_count)
    return 0;
  size_t old_count = builder->slot_count, count = old_count ? old_count * 2 : 16;
  tg_dictionary_slot *old = builder->slots, *slots = tg_memory_new(count, sizeof *slots);
  if (!slots)
    return -1;
  for (size_t i = 0; i < old_count; i++) {
    if (!old[i].index)
      continue;
    size_t slot = old[i].hash & (count - 1);
    while (slots[slot].index)
      slot = (slot + 1) & (count - 1);
    slots[slot] = old[i];
  }
  builder->slots = slots;
  builder->slot_count = count;
  tg_memory_free(old);
  return 0;
}

int tg_dictionary_begin(tg_dictionary_builder *builder) {
  while (builder->count < TG_MISSING_KINDS) /* the empty cell, then the kinds */
    if (append(builder, "", 0) != 0)
      return -1;
  return 0;
}

int tg_dictionary_add(tg_dictionary_builder *builder, const char *text, size_t length, uint32_t *index,
                      int *is_new) {
  uint32_t hash = tg_dictionary_hash(text, length);
  if (is_new)
    *is_new = 0;
  if (builder->count < TG_MISSING_KINDS && tg_dictionary_begin(builder) != 0)
    return -1;
  *index = TG_DICTIONARY_EMPTY;
  if (length == 0)
    return 0;
  if (grow_slots(builder) != 0)
    return -1;
  size_t slot = find_slot(builder, text, length, hash);
  if (builder->slots[slot].index == 0) {
    if (append(builder, text, length) != 0)
      return -1;
    builder->slots[slot] = (tg_dictionary_slot){(uint32_t)(builder->count - 1), hash};
    if (is_new)
      *is_new = 1;
  }
  *index = builder->slots[slot].index;
  return 0;
}

const char *tg_dictionary_text(const tg_dictionary_builder *builder, uint32_t index) {
  return index < builder->count ? builder->bytes + builder->offsets[index] : "";
}

/* ---- the finished dictionary ------------------------------------------------------ */

typedef struct entry {
  const char *text;
  uint32_t index;
} entry;

static int compare(const void *a, const void *b) {
  const entry *left = a, *right = b;
  int order = strcmp(left->text, right->text);
  return order ? order : (left->index > right->index) - (left->index < right->index);
}

static tg_missing kind_of(const tg_variable *variable, uint32_t index, const char *text) {
  int by_number;
  if (index == TG_DICTIONARY_EMPTY)
    return variable->empty == TG_VALID ? TG_NO_ANSWER : variable->empty;
  if (index < TG_MISSING_KINDS)
    return (tg_missing)index;
  size_t code = variable->code_count ? tg_variable_code(variable, text, strlen(text), &by_number) : TG_NONE;
  return code == TG_NONE ? TG_VALID : variable->codes[code].missing;
}

/* Copy the entries in their order; map[old index] = new index. */
static trygg_status settle(const tg_variable *variable, const entry *entries, size_t count, uint32_t *map,
                           tg_dictionary *out, trygg_error *error) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++)
    size += strlen(entries[i].text) + 1;
  out->texts = tg_memory_new(count, sizeof *out->texts);
  out->missing = tg_memory_new(count, 1);
  out->bytes = tg_memory_new(size, 1);
  if (!out->texts || !out->missing || !out->bytes)
    return tg_error_memory(error);
  out->size = size;
  char *to = out->bytes;
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(entries[i].text);
    memcpy(to, entries[i].text, length);
    out->texts[i] = to;
    out->missing[i] = (unsigned char)kind_of(variable, entries[i].index, to);
    map[entries[i].index] = (uint32_t)i;
    to += length + 1;
  }
  out->count = count;
  return TRYGG_OK;
}

trygg_status tg_dictionary_use(const tg_dictionary_builder *builder, const tg_variable *variable, uint32_t *indexes,
                               size_t count, tg_dictionary *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t kept = 0, all = builder->count < TG_MISSING_KINDS ? TG_MISSING_KINDS : builder->count;
  uint32_t *map = tg_memory_new(all, sizeof *map);
  entry *entries = tg_memory_new(all, sizeof *entries);
  if (!map || !entries) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  map[TG_DICTIONARY_EMPTY] = 1;
  for (size_t i = 0; i < count; i++)
    map[indexes[i]] = 1;
  for (size_t i = 0; i < all; i++)
    if (map[i])
      entries[kept++] = (entry){tg_dictionary_text(builder, (uint32_t)i), (uint32_t)i};
  qsort(entries, kept, sizeof *entries, compare);
  TRY(settle(variable, entries, kept, map, out, error));
  for (size_t i = 0; i < count; i++)
    indexes[i] = map[indexes[i]];
cleanup:
  if (status != TRYGG_OK)
    tg_dictionary_clear(out);
  tg_memory_free(map);
  tg_memory_free(entries);
  return status;
}

trygg_status tg_dictionary_finish(tg_dictionary_builder *builder, const tg_variable *variable,
                                  uint32_t *indexes, size_t count, tg_dictionary *out, trygg_error *error) {
  trygg_status status = tg_dictionary_use(builder, variable, indexes, count, out, error);
  if (status == TRYGG_OK)
    tg_dictionary_builder_clear(builder);
  return status;
}

void tg_dictionary_builder_clear(tg_dictionary_builder *builder) {
  tg_memory_wipe(builder->bytes, builder->capacity);
  tg_memory_free(builder->offsets);
  tg_memory_free(builder->slots);
  *builder = (tg_dictionary_builder){.generation = builder->generation + 1};
}

void tg_dictionary_clear(tg_dictionary *dictionary) {
  tg_memory_wipe(dictionary->bytes, dictionary->size);
  tg_memory_free(dictionary->texts);
  tg_memory_free(dictionary->missing);
  memset(dictionary, 0, sizeof *dictionary);
}
