/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks with their size in front, so that freeing can wipe all of them. */
#include <source/block.h>

#include <string.h>

#include <base/memory.h>

/* The size takes one alignment unit, so that the block behind it is aligned for any type. */
#define HEADER (sizeof(max_align_t) > sizeof(size_t) ? sizeof(max_align_t) : sizeof(size_t))

static size_t *head_of(void *block) {
  return (size_t *)(void *)((char *)block - HEADER);
}

void *tg_block_new(size_t bytes) {
  if (bytes > SIZE_MAX - HEADER)
    return NULL;
  char *head = tg_memory_new(1, HEADER + bytes);
  if (!head)
    return NULL;
  *(size_t *)(void *)head = bytes;
  return head + HEADER;
}

/* Not realloc: that may leave a copy of the answers behind. */
void *tg_block_resize(void *block, size_t bytes) {
  char *larger = tg_block_new(bytes);
  if (!larger || !block)
    return larger;
  size_t old = *head_of(block);
  memcpy(larger, block, old < bytes ? old : bytes);
  tg_block_free(block);
  return larger;
}

void tg_block_free(void *block) {
  if (block)
    tg_memory_wipe(head_of(block), HEADER + *head_of(block));
}
