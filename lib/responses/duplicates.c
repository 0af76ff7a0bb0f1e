/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An index of ids, kept only while loading and wiped afterwards. */
#include <responses/duplicates.h>

#include <string.h>

#include <base/memory.h>

/* In `bytes` a key is its length and then its parts, each with its own length. */
typedef uint32_t key_size;

static key_size key_length(const char *key) {
  key_size length;
  memcpy(&length, key, sizeof length);
  return length;
}

static uint32_t hash(const char *bytes, size_t length) {
  uint64_t value = UINT64_C(14695981039346656037); /* FNV-1a */
  for (size_t i = 0; i < length; i++)
    value = (value ^ (unsigned char)bytes[i]) * UINT64_C(1099511628211);
  return (uint32_t)(value ^ value >> 32);
}

static int reserve(tg_duplicates_index *index, size_t more) {
  size_t needed = index->used + more;
  if (needed <= index->capacity)
    return 0;
  size_t capacity = index->capacity ? index->capacity * 2 : 1024;
  capacity = capacity > needed ? capacity : needed;
  char *larger = tg_memory_new(capacity, 1);
  if (!larger)
    return -1;
  if (index->capacity)
    memcpy(larger, index->bytes, index->capacity);
  tg_memory_wipe(index->bytes, index->capacity);
  index->bytes = larger;
  index->capacity = capacity;
  return 0;
}

void tg_duplicates_begin_key(tg_duplicates_index *index) {
  index->key = 0;
}

int tg_duplicates_add_part(tg_duplicates_index *index, const char *text, size_t length) {
  key_size part = (key_size)length;
  if (length > UINT32_MAX / 2 || index->key > UINT32_MAX / 2 ||
      reserve(index, sizeof(key_size) + index->key + sizeof part + length) != 0)
    return -1;
  char *to = index->bytes + index->used + sizeof(key_size) + index->key;
  memcpy(to, &part, sizeof part); /* so that (a, bc) is not (ab, c) */
  if (length)
    memcpy(to + sizeof part, text, length);
  index->key += sizeof part + length;
  key_size key = (key_size)index->key;
  memcpy(index->bytes + index->used, &key, sizeof key);
  return 0;
}

static size_t find_slot(const tg_duplicates_index *index, const char *key, uint32_t key_hash) {
  size_t mask = index->slot_count - 1, length = sizeof(key_size) + key_length(key), slot = key_hash & mask;
  for (; index->slots[slot].entry; slot = (slot + 1) & mask) {
    if (index->slots[slot].hash != key_hash)
      continue;
    const char *other = index->bytes + index->entries[index->slots[slot].entry - 1].key;
    if (sizeof(key_size) + key_length(other) == length && memcmp(other, key, length) == 0)
      break;
  }
  return slot;
}

static int grow_slots(tg_duplicates_index *index) {
  if ((index->count + 1) * 2 <= index->slot_count)
    return 0;
  size_t count = index->slot_count ? index->slot_count * 2 : 64;
  tg_duplicates_slot *slots = tg_memory_new(count, sizeof *slots);
  if (!slots)
    return -1;
  for (size_t i = 0; i < index->slot_count; i++) {
    if (!index->slots[i].entry)
      continue;
    size_t slot = index->slots[i].hash & (count - 1);
    while (slots[slot].entry)
      slot = (slot + 1) & (count - 1);
    slots[slot] = index->slots[i];
  }
  tg_memory_free(index->slots);
  index->slots = slots;
  index->slot_count = count;
  return 0;
}

int tg_duplicates_find_or_add(tg_duplicates_index *index, const tg_duplicates_entry *entry,
                              tg_duplicates_entry **found) {
  *found = NULL;
  if (index->count >= UINT32_MAX - 1 || grow_slots(index) != 0)
    return -1;
  const char *key = index->bytes + index->used;
  uint32_t key_hash = hash(key, sizeof(key_size) + key_length(key));
  tg_duplicates_slot *slot = &index->slots[find_slot(index, key, key_hash)];
  if (slot->entry) {
    *found = &index->entries[slot->entry - 1];
    return 0;
  }
  if (tg_memory_grow((void **)&index->entries, &index->entry_capacity, index->count + 1,
                     sizeof *index->entries) != 0)
    return -1;
  index->entries[index->count] = *entry;
  index->entries[index->count].key = index->used;
  *slot = (tg_duplicates_slot){(uint32_t)++index->count, key_hash};
  index->used += sizeof(key_size) + key_length(key);
  return 0;
}

int tg_duplicates_prefers_new(tg_duplicates mode, const tg_duplicates_entry *found,
                              const tg_duplicates_entry *newcomer) {
  switch (mode) {
  case TG_DUPLICATES_LAST:
    return 1;
  case TG_DUPLICATES_COMPLETE:
    return newcomer->answered > found->answered;
  case TG_DUPLICATES_SOURCE:
    return newcomer->rank < found->rank;
  case TG_DUPLICATES_FAIL:
  case TG_DUPLICATES_FIRST:
    break;
  }
  return 0;
}

void tg_duplicates_clear(tg_duplicates_index *index) {
  tg_memory_wipe(index->bytes, index->capacity);
  tg_memory_free(index->entries);
  tg_memory_free(index->slots);
  memset(index, 0, sizeof *index);
}
