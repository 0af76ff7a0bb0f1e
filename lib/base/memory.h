/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation with overflow checks, and a hook that makes it fail on demand. */
#ifndef TG_BASE_MEMORY_H
#define TG_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdatomic.h>

/* count * size bytes, zeroed; never NULL for count 0; NULL without memory. */
void *tg_memory_new(size_t count, size_t size);

/* The same with any content: room for what is written before it is read. */
void *tg_memory_room(size_t count, size_t size);

/* Resize to count * size bytes; new bytes are not zeroed; the old block stays on failure. */
void *tg_memory_resize(void *block, size_t count, size_t size);

/* Grow *block (elements of `size` bytes) so that at least `needed` fit,
 * doubling *capacity; 0 on success, -1 without memory (nothing changed). */
int tg_memory_grow(void **block, size_t *capacity, size_t needed, size_t size);

/* A copy of `length` bytes with a NUL after them. */
char *tg_memory_text(const char *text, size_t length);

/* A copy of a C string; NULL stays NULL only when memory ran out. */
char *tg_memory_string(const char *text);

void tg_memory_free(void *block);

/* Overwrite, then free: for blocks that held answers. */
void tg_memory_wipe(void *block, size_t bytes);

/* Test hook: let the `after`-th allocation from now fail (0: the next), once or
 * for ever; a negative value switches it off.  Counts over all threads. */
void tg_memory_fail(long after, int for_ever);

/* Reference counts of handles. */
typedef atomic_uint tg_references;
void tg_references_begin(tg_references *references);  /* one reference */
void tg_references_take(tg_references *references);
int tg_references_drop(tg_references *references); /* 1 when it was the last one */

#endif
