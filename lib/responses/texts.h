/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The different texts of a column that one reader met.  They outlive a piece, so that a text that comes again and
 * again is looked up in the load's dictionary once. */
#ifndef TG_RESPONSES_TEXTS_H
#define TG_RESPONSES_TEXTS_H

#include <string.h>

#include <responses/dictionary.h>

/* Texts of up to eight bytes are their own key, others have their home. */
typedef struct tg_texts_slot {
  uint64_t key;
  uint32_t length, index; /* index 0: free */
} tg_texts_slot;

typedef struct tg_texts_text {
  size_t offset; /* in `bytes` */
  uint32_t length, home;
} tg_texts_text;

/* Zero-initialise. */
typedef struct tg_texts {
  tg_texts_text *texts; /* [0] is the empty cell */
  size_t count, capacity;
  char *bytes;
  size_t used, size;
  tg_texts_slot *slots; /* open addressing */
  size_t slot_count;
  uint32_t *map; /* the load's indexes of the first `settled` texts */
  size_t settled, map_capacity;
  uint64_t generation; /* of the dictionary that they are of */
} tg_texts;

/* Up to eight bytes as a number; no byte is 0, so different texts differ. */
static inline uint64_t tg_texts_key(const char *text, size_t length) {
  uint64_t key = 0;
  for (size_t i = 0; i < length; i++)
    key |= (uint64_t)(unsigned char)text[i] << 8 * i;
  return key;
}

/* The same of text[0..length) with eight readable bytes behind `text`. */
static inline uint64_t tg_texts_key_padded(const char *text, size_t length) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t key;
  memcpy(&key, text, sizeof key);
  return length >= 8 ? key : key & ((UINT64_C(1) << 8 * length) - 1);
#else
  return tg_texts_key(text, length < 8 ? length : 8);
#endif
}

/* Where a text of up to eight bytes belongs.  Most are codes of digits, and such codes lie close together: their
 * number as place keeps them in few cache lines and out of each other's way. */
static inline uint32_t tg_texts_home(uint64_t key, size_t length, size_t digits, uint64_t number) {
  return digits == length ? (uint32_t)number : tg_dictionary_hash_short(key, length);
}

/* Index of a text; -1 without memory. */
int tg_texts_add(tg_texts *texts, const char *text, size_t length, uint32_t *index);

/* Index of a text of one to eight bytes where it is known, else 0. */
static inline uint32_t tg_texts_find_short(const tg_texts *texts, uint64_t key, size_t length,
                                           uint32_t home) {
  if (texts->slot_count == 0)
    return 0;
  size_t mask = texts->slot_count - 1, slot = home & mask;
  for (uint32_t index; (index = texts->slots[slot].index) != 0; slot = (slot + 1) & mask)
    if (texts->slots[slot].key == key && texts->slots[slot].length == length)
      return index;
  return 0;
}

/* Make map[0..count) the indexes in `dictionary`, to which new texts are added; 0, or -1 without memory. */
int tg_texts_settle(tg_texts *texts, tg_dictionary_builder *dictionary);

/* Before the next piece: forget them all once they are many, for then most of them do not come again. */
void tg_texts_limit(tg_texts *texts);

void tg_texts_clear(tg_texts *texts);

#endif
