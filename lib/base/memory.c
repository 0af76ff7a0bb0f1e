/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation with overflow checks, and a hook that makes it fail on demand. */
#include <base/memory.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE ((size_t)1 << 20)
#define PAGE ((size_t)2 << 20) /* a large one, on most machines */

/* The hook's only state: allocations still to succeed, negative when off. */
static atomic_long countdown = -1;
static atomic_int failing_for_ever = 0;

void tg_memory_fail(long after, int for_ever) {
  atomic_store(&failing_for_ever, for_ever ? 1 : 0);
  atomic_store(&countdown, after < 0 ? -1 : after);
}

/* Whether the hook wants this allocation to fail. */
static int fails(void) {
  long left = atomic_load_explicit(&countdown, memory_order_relaxed);
  while (left >= 0) {
    if (left == 0 && atomic_load(&failing_for_ever))
      return 1;
    if (atomic_compare_exchange_weak(&countdown, &left, left - 1))
      return left == 0;
  }
  return 0;
}

/* count * size into *bytes (at least 1); 0 when no object can be that large. */
static int product(size_t count, size_t size, size_t *bytes) {
  if (size != 0 && count > (size_t)PTRDIFF_MAX / size)
    return 0;
  *bytes = count * size;
  if (*bytes == 0)
    *bytes = 1;
  return 1;
}

/* Fresh memory comes page by page, and each costs a detour through the kernel: a fifth of the time of loading is
 * that.  Where the system has larger pages on request, whole blocks come at once.  The advice changes no content. */
static void ask_for_large_pages(void *block, size_t bytes) {
#ifdef MADV_HUGEPAGE
  long page = sysconf(_SC_PAGESIZE);
  uintptr_t mask = page > 0 ? (uintptr_t)page - 1 : 0, begin = (uintptr_t)block & ~mask;
  if (mask)
    (void)madvise((void *)begin, (((uintptr_t)block + bytes + mask) & ~mask) - begin, MADV_HUGEPAGE);
#else
  (void)block, (void)bytes;
#endif
}

void *tg_memory_new(size_t count, size_t size) {
  size_t bytes;
  if (!product(count, size, &bytes) || fails())
    return NULL;
  void *block = calloc(1, bytes);
  if (block && bytes >= LARGE)
    ask_for_large_pages(block, bytes);
  return block;
}

void *tg_memory_resize(void *block, size_t count, size_t size) {
  size_t bytes;
  if (!product(count, size, &bytes) || fails())
    return NULL;
  return realloc(block, bytes);
}

void *tg_memory_room(size_t count, size_t size) {
  size_t bytes;
  void *block = NULL;
  if (!product(count, size, &bytes) || fails())
    return NULL;
  if (bytes < LARGE)
    return malloc(bytes);
  if (posix_memalign(&block, PAGE, bytes) != 0)
    return NULL;
  ask_for_large_pages(block, bytes);
  return block;
}

int tg_memory_grow(void **block, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity && *block)
    return 0;
  size_t wanted = *capacity < 8 ? 8 : *capacity;
  while (wanted < needed)
    wanted = wanted > SIZE_MAX / 2 ? needed : wanted * 2;
  void *grown = tg_memory_resize(*block, wanted, size);
  if (!grown)
    return -1;
  *block = grown;
  *capacity = wanted;
  return 0;
}

char *tg_memory_text(const char *text, size_t length) {
  if (length == SIZE_MAX)
    return NULL;
  char *copy = tg_memory_resize(NULL, length + 1, 1);
  if (!copy)
    return NULL;
  if (length > 0)
    memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

char *tg_memory_string(const char *text) {
  return tg_memory_text(text, text ? strlen(text) : 0);
}

void tg_memory_free(void *block) {
  free(block);
}

void tg_memory_wipe(void *block, size_t bytes) {
  if (!block)
    return;
  explicit_bzero(block, bytes);
  free(block);
}

void tg_references_begin(tg_references *references) {
  atomic_init(references, 1u);
}

void tg_references_take(tg_references *references) {
  atomic_fetch_add_explicit(references, 1u, memory_order_relaxed);
}

int tg_references_drop(tg_references *references) {
  /* The last owner must see what all others wrote before it frees. */
  return atomic_fetch_sub_explicit(references, 1u, memory_order_acq_rel) == 1u;
}
