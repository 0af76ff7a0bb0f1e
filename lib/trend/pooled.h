/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slopes of all areas of one indicator, pooled. */
#ifndef TG_TREND_POOLED_H
#define TG_TREND_POOLED_H

#include <numeric/effects.h>
#include <trend/trend.h>

#define TG_POOLED_LEAST 3 /* areas */

struct tg_pool {
  tg_effects effects;
  size_t
      *places;  /* of each area among those fitted; TG_NONE: it has no slope, no error, or is not published */
  size_t count; /* fitted; below TG_POOLED_LEAST: none is */
};

/* Fit the slopes of `linear` of the areas of a total; zero-initialise `out`, and clear it whatever comes back. */
trygg_status tg_pooled_fit(const tg_series *total, int64_t min_n, tg_pool *out, trygg_error *error);
void tg_pooled_clear(tg_pool *pool);

#endif
