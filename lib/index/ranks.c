/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranks of areas, and what the sampling error leaves open about them.
 *
 * With limits (L_k, U_k) that hold jointly for all K areas at the level, the rank of area k lies, at that level and for
 * all areas together, between 1 + #{j : U_j < L_k} and K - #{j : L_j > U_k}  (Klein, Wright & Wieczorek 2020,
 * J. R. Stat. Soc. A 183:1191-1206).  Joint limits by Bonferroni: each area at 1 - alpha / K, which needs no
 * independence between areas. */
#include <index/index.h>

#include <math.h>

typedef struct area {
  tg_index_value *value;
  tg_limits limits;
} area;

static void rank_areas(area *areas, size_t count) {
  for (size_t k = 0; k < count; k++) {
    tg_index_value *value = areas[k].value;
    size_t below = 0, surely_below = 0, surely_above = 0;
    for (size_t j = 0; j < count; j++) {
      below += areas[j].value->points < value->points;
      surely_below += areas[j].limits.upper < areas[k].limits.lower;
      surely_above += areas[j].limits.lower > areas[k].limits.upper;
    }
    value->rank = 1 + below;
    value->rank_lower = 1 + surely_below;
    value->rank_upper = count - surely_above;
  }
}

/* The same figure of the same index in another by-domain of the same wave. */
static int comparable(const trygg_estimates *estimates, const tg_index_value *a, const tg_index_value *b) {
  const tg_domain *p = &estimates->domains[a->domain], *q = &estimates->domains[b->domain];
  return a->definition == b->definition && a->section == b->section && p->wave == q->wave && p->by && q->by &&
         !isnan(b->points) && !isnan(b->se) && b->df > 0;
}

trygg_status tg_ranks_set(const trygg_estimates *estimates, tg_index_value *values, size_t count,
                          double level, trygg_error *error) {
  area *areas = tg_memory_new(estimates->domain_count, sizeof *areas);
  if (!areas)
    return tg_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    size_t k = 0;
    if (values[i].rank || !comparable(estimates, &values[i], &values[i]))
      continue;
    for (size_t j = i; j < count; j++)
      if (comparable(estimates, &values[i], &values[j]))
        areas[k++].value = &values[j];
    for (size_t j = 0; j < k; j++)
      areas[j].limits = tg_inference_symmetric(areas[j].value->points, areas[j].value->se, areas[j].value->df,
                                               1 - (1 - level) / (double)k);
    rank_areas(areas, k);
  }
  tg_memory_free(areas);
  return TRYGG_OK;
}
