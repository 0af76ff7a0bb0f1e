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

#endif
