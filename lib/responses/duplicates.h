/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records with the same id in the same wave. */
#ifndef TG_RESPONSES_DUPLICATES_H
#define TG_RESPONSES_DUPLICATES_H

#include <responses/responses.h>

/* A record that has an id. */
typedef struct tg_duplicates_entry {
  size_t record; /* as numbered while loading */
  size_t key;    /* where its wave and ids begin in `bytes` */
  int64_t line;
  uint32_t answered; /* cells that are not empty */
  uint32_t rank;     /* of its source */
} tg_duplicates_entry;

/* The hash beside the entry spares a look at the key itself, which is far away in memory. */
typedef struct tg_duplicates_slot {
  uint32_t entry; /* entry + 1; 0: free */
  uint32_t hash;
} tg_duplicates_slot;

/* Zero-initialise.  Ids are compared byte by byte: a hash alone would lose people. */
typedef struct tg_duplicates_index {
  char *bytes;
  size_t used, capacity;
  size_t key; /* length of the key being made, behind `used` */
  tg_duplicates_entry *entries;
  size_t count, entry_capacity;
  tg_duplicates_slot *slots; /* open addressing */
  size_t slot_count;
} tg_duplicates_index;

/* Begin the key of the next entry, then append its parts; 0, or -1 without memory. */
void tg_duplicates_begin_key(tg_duplicates_index *index);
int tg_duplicates_add_part(tg_duplicates_index *index, const char *text, size_t length);

/* The entry that has the key just made, NULL when there is none; then the key is remembered for `entry`
 * (record, line, answered, rank are taken from it).  0, or -1 without memory. */
int tg_duplicates_find_or_add(tg_duplicates_index *index, const tg_duplicates_entry *entry,
                              tg_duplicates_entry **found);

/* 1 when the newcomer is to be kept instead of the one found. */
int tg_duplicates_prefers_new(tg_duplicates mode, const tg_duplicates_entry *found,
                              const tg_duplicates_entry *newcomer);

void tg_duplicates_clear(tg_duplicates_index *index);

#endif
