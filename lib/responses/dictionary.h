/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts as small numbers: given in the order they come, renumbered by bytes at the end. */
#ifndef TG_RESPONSES_DICTIONARY_H
#define TG_RESPONSES_DICTIONARY_H

#include <responses/responses.h>

#define TG_DICTIONARY_EMPTY 0u                         /* index of an empty cell */
#define TG_DICTIONARY_MISSING(kind) ((uint32_t)(kind)) /* index of a missing kind that no text stands for */

typedef struct tg_dictionary_slot {
  uint32_t index; /* 0: free */
  uint32_t hash;
} tg_dictionary_slot;

/* Zero-initialise. */
typedef struct tg_dictionary_builder {
  char *bytes;
  size_t used, capacity;
  size_t *offsets; /* of text i; offsets[count] is the end */
  size_t count, offset_capacity;
  tg_dictionary_slot *slots; /* open addressing */
  size_t slot_count;
  uint64_t generation; /* how often it was cleared: indexes of before mean nothing */
} tg_dictionary_builder;

/* Where a text belongs in a table; the order of texts never depends on it. */
uint32_t tg_dictionary_hash(const char *text, size_t length);

/* The same of a text of up to eight bytes, the first one lowest in `key`. */
static inline uint32_t tg_dictionary_hash_short(uint64_t key, size_t length) {
  uint64_t value = (key ^ length * UINT64_C(0xD6E8FEB86659FD93)) * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(value >> 32 ^ value >> 47);
}

/* Index of a text, added when new (*is_new may be NULL); 0, or -1 without memory or with too many texts. */
int tg_dictionary_add(tg_dictionary_builder *builder, const char *text, size_t length, uint32_t *index,
                      int *is_new);

/* Make the indexes of missing kinds valid before any text is added; 0, or -1 without memory. */
int tg_dictionary_begin(tg_dictionary_builder *builder);

/* Text of an index, borrowed until the next add. */
const char *tg_dictionary_text(const tg_dictionary_builder *builder, uint32_t index);

/* Keep what `indexes` uses, sort, and rewrite the indexes. */
trygg_status tg_dictionary_use(const tg_dictionary_builder *builder, const tg_variable *variable, uint32_t *indexes,
                               size_t count, tg_dictionary *out, trygg_error *error);

/* The same at the end: the builder is cleared on success. */
trygg_status tg_dictionary_finish(tg_dictionary_builder *builder, const tg_variable *variable,
                                  uint32_t *indexes, size_t count, tg_dictionary *out, trygg_error *error);

void tg_dictionary_builder_clear(tg_dictionary_builder *builder);
void tg_dictionary_clear(tg_dictionary *dictionary);

#endif
