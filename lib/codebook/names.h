/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash of names: which position a name has, without reading them all. */
#ifndef TG_CODEBOOK_NAMES_H
#define TG_CODEBOOK_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise.  Names are borrowed. */
typedef struct tg_names {
  struct tg_name_slot {
    const char *name;
    size_t position;
  } * slots;
  size_t size, count;
} tg_names;

/* Remember a name that is not yet there; 0, or -1 without memory. */
int tg_names_put(tg_names *names, const char *name, size_t position);

/* Position of a name, or SIZE_MAX. */
size_t tg_names_find(const tg_names *names, const char *name, size_t length);

void tg_names_clear(tg_names *names);

/* FNV-1a, 64 bits: continue `hash` over bytes; begin with TG_NAMES_HASH. */
#define TG_NAMES_HASH UINT64_C(14695981039346656037)
uint64_t tg_names_hash(uint64_t hash, const void *bytes, size_t length);

#endif
