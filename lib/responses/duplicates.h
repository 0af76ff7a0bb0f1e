/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records with the same id in the same wave. */
#ifndef TG_RESPONSES_DUPLICATES_H
#define TG_RESPONSES_DUPLICATES_H

#include <responses/piece.h>

/* A record that has an id. */
typedef struct tg_duplicates_entry {
  size_t record; /* as numbered while loading */
  size_t key;    /* where its ids begin in `bytes` */
  int64_t line;
  uint32_t answered; /* cells that are not empty */
  uint32_t rank;     /* of its source */
} tg_duplicates_entry;

/* Wave and hash beside the entry spare a look at the key itself, which is far away in memory. */
typedef struct tg_duplicates_slot {
  uint32_t entry; /* entry + 1; 0: free */
  uint32_t wave, hash;
} tg_duplicates_slot;

/* Zero-initialise.  Ids are compared byte by byte: a hash alone would lose people. */
typedef struct tg_duplicates_index {
  char *bytes;
  size_t used, capacity;
  tg_duplicates_entry *entries;
  size_t count, entry_capacity;
  tg_duplicates_slot *slots; /* open addressing */
  size_t slot_count;
} tg_duplicates_index;

/* The ids of a record and a wave. */
typedef struct tg_duplicates_key {
  const tg_piece_id *ids;
  size_t id_count;
  uint32_t wave, hash; /* hash: tg_duplicates_hash(ids, id_count) */
} tg_duplicates_key;

/* Of all ids of a record, from those of each; the wave is not in it, since one who asks for a place in advance does
 * not know it yet. */
static inline uint32_t tg_duplicates_hash(const tg_piece_id *ids, size_t count) {
  uint32_t hash = 0;
  for (size_t i = 0; i < count; i++)
    hash = hash * UINT32_C(0x9E3779B1) + ids[i].hash;
  return hash;
}

/* Begin to fetch what tg_duplicates_find_or_add will look at. */
static inline void tg_duplicates_prefetch(const tg_duplicates_index *index, uint32_t hash) {
  if (index->slot_count > 0)
    __builtin_prefetch(&index->slots[hash & (index->slot_count - 1)]);
}

/* The entry that has the key, NULL when there is none; then the key is remembered for `entry` (record, line, answered,
 * rank are taken from it).  0, or -1 without memory. */
int tg_duplicates_find_or_add(tg_duplicates_index *index, const tg_duplicates_key *key,
                              const tg_duplicates_entry *entry, tg_duplicates_entry **found);

/* 1 when the newcomer is to be kept instead of the one found. */
int tg_duplicates_prefers_new(tg_duplicates mode, const tg_duplicates_entry *found,
                              const tg_duplicates_entry *newcomer);

/* first[e] becomes, for every entry, one of those that have its ids, in whatever wave: the same for all of them. */
void tg_duplicates_unite(const tg_duplicates_index *index, size_t id_count, uint32_t *first);

void tg_duplicates_clear(tg_duplicates_index *index);

#endif
