/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks that know their size, for libraries whose free hook does not tell it. */
#ifndef TG_SOURCE_BLOCK_H
#define TG_SOURCE_BLOCK_H

#include <stddef.h>

/* zlib's window and libcsv's field buffer hold answers: both are wiped when freed. */
void *tg_block_new(size_t bytes);
void *tg_block_resize(void *block, size_t bytes); /* the old block stays on failure */
void tg_block_free(void *block);                  /* NULL is allowed */

#endif
