/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of one reader: a table of its own, and where the load's dictionary has them. */
#include <responses/texts.h>

#include <base/memory.h>

/* What a processor's second cache holds beside the columns of a piece. */
#define TEXTS_MOST 16384
#define BYTES_MOST ((size_t)256 << 10)

static int grow_slots(tg_texts *texts) {
  size_t count = texts->slot_count ? texts->slot_count * 2 : 16;
  tg_texts_slot *slots = tg_memory_new(count, sizeof *slots);
  if (!slots)
    return -1;
  for (size_t i = 0; i < texts->slot_count; i++) {
    if (!texts->slots[i].index)
      continue;
    size_t slot = texts->texts[texts->slots[i].index].home & (count - 1);
    while (slots[slot].index)
      slot = (slot + 1) & (count - 1);
    slots[slot] = texts->slots[i];
  }
  tg_memory_wipe(texts->slots, texts->slot_count * sizeof *slots);
  texts->slots = slots;
  texts->slot_count = count;
  return 0;
}

/* By copy and wipe: what realloc leaves behind may hold answers. */
static int grow_bytes(tg_texts *texts, size_t needed) {
  if (needed <= texts->size)
    return 0;
  size_t size = texts->size ? texts->size * 2 : 64;
  size = size > needed ? size : needed;
  char *larger = tg_memory_new(size, 1);
  if (!larger)
    return -1;
  if (texts->used)
    memcpy(larger, texts->bytes, texts->used);
  tg_memory_wipe(texts->bytes, texts->size);
  texts->bytes = larger;
  texts->size = size;
  return 0;
}

static int append(tg_texts *texts, const char *text, size_t length, uint32_t home) {
  if (grow_bytes(texts, texts->used + length) != 0 ||
      tg_memory_grow((void **)&texts->texts, &texts->capacity, texts->count + 1, sizeof *texts->texts) != 0)
    return -1;
  memcpy(texts->bytes + texts->used, text, length);
  texts->texts[texts->count++] = (tg_texts_text){texts->used, (uint32_t)length, home};
  texts->used += length;
  return 0;
}

static uint32_t home_of(const char *text, size_t length) {
  uint64_t number = 0;
  size_t digits = 0;
  if (length > 8)
    return tg_dictionary_hash(text, length);
  for (; digits < length && text[digits] >= '0' && text[digits] <= '9'; digits++)
    number = number * 10 + (uint64_t)(text[digits] - '0');
  return tg_texts_home(tg_texts_key(text, length), length, digits, number);
}

int tg_texts_add(tg_texts *texts, const char *text, size_t length, uint32_t *index) {
  *index = 0;
  if (length == 0)
    return 0;
  if (texts->count == 0)
    texts->count = 1;
  if (length > UINT32_MAX || texts->count >= UINT32_MAX ||
      (texts->count * 2 >= texts->slot_count && grow_slots(texts) != 0))
    return -1;
  uint32_t home = home_of(text, length);
  uint64_t key = length <= 8 ? tg_texts_key(text, length) : home;
  size_t mask = texts->slot_count - 1, slot = home & mask;
  for (; texts->slots[slot].index; slot = (slot + 1) & mask) {
    const tg_texts_slot *met = &texts->slots[slot];
    if (met->key == key && met->length == length &&
        (length <= 8 || memcmp(texts->bytes + texts->texts[met->index].offset, text, length) == 0)) {
      *index = met->index;
      return 0;
    }
  }
  if (append(texts, text, length, home) != 0)
    return -1;
  *index = (uint32_t)(texts->count - 1);
  texts->slots[slot] = (tg_texts_slot){key, (uint32_t)length, *index};
  return 0;
}

int tg_texts_settle(tg_texts *texts, tg_dictionary_builder *dictionary) {
  if (tg_memory_grow((void **)&texts->map, &texts->map_capacity, texts->count + 1, sizeof *texts->map) != 0 ||
      tg_dictionary_begin(dictionary) != 0)
    return -1;
  if (texts->generation != dictionary->generation || texts->settled == 0) {
    texts->map[0] = TG_DICTIONARY_EMPTY;
    texts->settled = 1;
    texts->generation = dictionary->generation;
  }
  for (; texts->settled < texts->count; texts->settled++) {
    const tg_texts_text *text = &texts->texts[texts->settled];
    if (tg_dictionary_add(dictionary, texts->bytes + text->offset, text->length, &texts->map[texts->settled],
                          NULL) != 0)
      return -1;
  }
  return 0;
}

void tg_texts_limit(tg_texts *texts) {
  if (texts->count <= TEXTS_MOST && texts->used <= BYTES_MOST)
    return;
  memset(texts->slots, 0, texts->slot_count * sizeof *texts->slots);
  texts->count = texts->settled = 0;
  texts->used = 0;
}

void tg_texts_clear(tg_texts *texts) {
  tg_memory_wipe(texts->bytes, texts->size);
  tg_memory_wipe(texts->slots, texts->slot_count * sizeof *texts->slots);
  tg_memory_free(texts->texts);
  tg_memory_free(texts->map);
  *texts = (tg_texts){0};
}
