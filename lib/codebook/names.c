/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open addressing with linear steps, kept at most half full. */
#include <codebook/names.h>

#include <string.h>

#include <base/memory.h>
#include <base/text.h>

/* Fowler, Noll, Vo: hash = (hash xor byte) * prime. */
uint64_t tg_names_hash(uint64_t hash, const void *bytes, size_t length) {
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ byte[i]) * UINT64_C(1099511628211);
  return hash;
}

/* The slot that holds the name, or the free one where it belongs. */
static struct tg_name_slot *slot_of(struct tg_name_slot *slots, size_t size, const char *name,
                                    size_t length) {
  size_t at = (size_t)tg_names_hash(TG_NAMES_HASH, name, length) & (size - 1);
  while (slots[at].name && !tg_text_equal(name, length, slots[at].name))
    at = (at + 1) & (size - 1);
  return &slots[at];
}

static int enlarge(tg_names *names) {
  size_t size = names->size ? names->size * 2 : 16;
  struct tg_name_slot *slots = tg_memory_new(size, sizeof *slots);
  if (!slots)
    return -1;
  for (size_t i = 0; i < names->size; i++)
    if (names->slots[i].name)
      *slot_of(slots, size, names->slots[i].name, strlen(names->slots[i].name)) = names->slots[i];
  tg_memory_free(names->slots);
  names->slots = slots;
  names->size = size;
  return 0;
}

int tg_names_put(tg_names *names, const char *name, size_t position) {
  if (2 * (names->count + 1) > names->size && enlarge(names) != 0)
    return -1;
  struct tg_name_slot *slot = slot_of(names->slots, names->size, name, strlen(name));
  if (!slot->name)
    names->count++;
  slot->name = name;
  slot->position = position;
  return 0;
}

size_t tg_names_find(const tg_names *names, const char *name, size_t length) {
  if (!names->size)
    return SIZE_MAX;
  const struct tg_name_slot *slot = slot_of(names->slots, names->size, name, length);
  return slot->name ? slot->position : SIZE_MAX;
}

void tg_names_clear(tg_names *names) {
  tg_memory_free(names->slots);
  *names = (tg_names){0};
}
