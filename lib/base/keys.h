/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distinct 64-bit keys, ranked in increasing order: how combinations of categories become 0..n-1. */
#ifndef TG_BASE_KEYS_H
#define TG_BASE_KEYS_H

#include <base/error.h>

#define TG_KEY_NONE UINT64_MAX  /* a record without a key */
#define TG_RANK_NONE UINT32_MAX /* its rank */

/* ranks[i] = rank of keys[i] among the distinct keys (TG_RANK_NONE for TG_KEY_NONE);
 * *distinct (yours to free with tg_memory_free) holds them in increasing order. */
trygg_status tg_keys_rank(const uint64_t *keys, size_t count, uint32_t *ranks, uint64_t **distinct,
                          size_t *distinct_count, trygg_error *error);

typedef struct tg_key_slot {
  uint64_t key;
  uint32_t index; /* position among the keys met so far */
} tg_key_slot;

/* Keys numbered from 0 in the order they are met.  Zero-initialise. */
typedef struct tg_keys {
  tg_key_slot *slots;
  size_t mask, used; /* used: distinct keys */
  uint64_t *met;     /* them */
  size_t met_capacity;
} tg_keys;

/* Number of a key (not TG_KEY_NONE), added when new; 0, or -1 without memory. */
int tg_keys_add(tg_keys *keys, uint64_t key, uint32_t *index);

/* Number of a path among the `ends`, all of whose paths have the same length; `steps` numbers its beginnings. */
int tg_keys_add_path(tg_keys *steps, tg_keys *ends, const uint32_t *path, size_t length, uint32_t *index);

void tg_keys_clear(tg_keys *keys);

#endif
