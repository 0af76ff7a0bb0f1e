/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An index of ids, kept only while loading and wiped afterwards. */
#include <responses/duplicates.h>

#include <string.h>

#include <base/memory.h>

/* In `bytes` each id of a key is its length and its text, so that (a, bc) is not (ab, c). */
typedef uint32_t id_length;

/* By copy and wipe: what realloc leaves behind may hold ids. */
static int reserve(tg_duplicates_index *index, size_t more) {
  size_t needed = index->used + more;
  if (needed <= index->capacity)
    return 0;
  size_t capacity = index->capacity ? index->capacity * 2 : 1024;
  capacity = capacity > needed ? capacity : needed;
  char *larger = tg_memory_new(capacity, 1);
  if (!larger)
    return -1;
  if (index->used)
    memcpy(larger, index->bytes, index->used);
  tg_memory_wipe(index->bytes, index->capacity);
  index->bytes = larger;
  index->capacity = capacity;
  return 0;
}

static int add_ids(tg_duplicates_index *index, const tg_duplicates_key *key) {
  size_t size = 0;
  for (size_t i = 0; i < key->id_count; i++)
    size += sizeof(id_length) + key->ids[i].length;
  if (reserve(index, size) != 0)
    return -1;
  char *to = index->bytes + index->used;
  for (size_t i = 0; i < key->id_count; i++) {
    const tg_piece_id *id = &key->ids[i];
    memcpy(to, &id->length, sizeof(id_length));
    memcpy(to + sizeof(id_length), id->text, id->length);
    to += sizeof(id_length) + id->length;
  }
  index->used += size;
  return 0;
}

static int has_ids(const char *bytes, const tg_duplicates_key *key) {
  for (size_t i = 0; i < key->id_count; i++) {
    const tg_piece_id *id = &key->ids[i];
    if (memcmp(bytes, &id->length, sizeof(id_length)) != 0 ||
        memcmp(bytes + sizeof(id_length), id->text, id->length) != 0)
      return 0;
    bytes += sizeof(id_length) + id->length;
  }
  return 1;
}

/* Who answers in several waves has neighbouring slots. */
static size_t find_slot(const tg_duplicates_index *index, const tg_duplicates_key *key) {
  size_t mask = index->slot_count - 1, slot = key->hash & mask;
  for (; index->slots[slot].entry; slot = (slot + 1) & mask) {
    const tg_duplicates_slot *met = &index->slots[slot];
    if (met->hash == key->hash && met->wave == key->wave &&
        has_ids(index->bytes + index->entries[met->entry - 1].key, key))
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

int tg_duplicates_find_or_add(tg_duplicates_index *index, const tg_duplicates_key *key,
                              const tg_duplicates_entry *entry, tg_duplicates_entry **found) {
  *found = NULL;
  if (index->count >= UINT32_MAX - 1 || grow_slots(index) != 0)
    return -1;
  tg_duplicates_slot *slot = &index->slots[find_slot(index, key)];
  if (slot->entry) {
    *found = &index->entries[slot->entry - 1];
    return 0;
  }
  size_t begin = index->used;
  if (tg_memory_grow((void **)&index->entries, &index->entry_capacity, index->count + 1,
                     sizeof *index->entries) != 0 ||
      add_ids(index, key) != 0)
    return -1;
  index->entries[index->count] = *entry;
  index->entries[index->count].key = begin;
  *slot = (tg_duplicates_slot){(uint32_t)++index->count, key->wave, key->hash};
  return 0;
}

static int have_same_ids(const char *a, const char *b, size_t count) {
  for (size_t i = 0; i < count; i++) {
    id_length length, other;
    memcpy(&length, a, sizeof length);
    memcpy(&other, b, sizeof other);
    if (length != other || memcmp(a + sizeof length, b + sizeof length, length) != 0)
      return 0;
    a += sizeof length + length;
    b += sizeof length + length;
  }
  return 1;
}

/* The wave is not in the hash, so that entries of the same ids lie behind the same slot, and nothing is ever taken out:
 * the first of them on the way is the same for all. */
void tg_duplicates_unite(const tg_duplicates_index *index, size_t id_count, uint32_t *first) {
  for (size_t s = 0; s < index->slot_count; s++) {
    const tg_duplicates_slot *of = &index->slots[s];
    size_t mask = index->slot_count - 1, slot = of->hash & mask;
    if (!of->entry)
      continue;
    while (index->slots[slot].hash != of->hash ||
           !have_same_ids(index->bytes + index->entries[index->slots[slot].entry - 1].key,
                          index->bytes + index->entries[of->entry - 1].key, id_count))
      slot = (slot + 1) & mask;
    first[of->entry - 1] = index->slots[slot].entry - 1;
  }
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
