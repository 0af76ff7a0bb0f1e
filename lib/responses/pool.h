/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Categories of a variable whose records come window by window: numbered as they are met, put in canonical order at
 * the end, so that they are those of tg_column_categories over all records. */
#ifndef TG_RESPONSES_POOL_H
#define TG_RESPONSES_POOL_H

#include <responses/dictionary.h>

/* Zero-initialise. */
typedef struct tg_pool {
  tg_dictionary_builder texts;
} tg_pool;

size_t tg_pool_count(const tg_pool *pool);

/* Name of the number-th category met, borrowed until the next one is. */
const char *tg_pool_name(const tg_pool *pool, size_t number);

/* Take a window's categories in: numbers[i] is the number of the i-th one. */
trygg_status tg_pool_add(tg_pool *pool, const tg_categories *categories, uint32_t *numbers,
                         trygg_error *error);

/* All categories of the variable in canonical order (yours to clear), and place[number] of each in it. */
trygg_status tg_pool_finish(const tg_pool *pool, const tg_variable *variable, uint32_t *place,
                            tg_categories *out, trygg_error *error);

void tg_pool_clear(tg_pool *pool);

#endif
