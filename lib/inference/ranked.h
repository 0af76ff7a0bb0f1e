/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of some groups in the order of their values, for tests by ranks. */
#ifndef TG_INFERENCE_RANKED_H
#define TG_INFERENCE_RANKED_H

#include <estimate/estimate.h>

/* A record with a value in some group. */
typedef struct tg_ranked {
  double y, weight;
  size_t record;
} tg_ranked;

/* Zero-initialise. */
typedef struct tg_ranked_list {
  tg_ranked *list; /* by value; equal ones in the order of the records */
  size_t count;
  uint32_t *group;      /* of each record of the data; TG_RANK_NONE: none, or no value */
  const double *weight; /* of each record of the data; NULL: 1 */
} tg_ranked_list;

/* Read the values of an indicator; group g is domain domains[g] of the estimates. */
trygg_status tg_ranked_read(const trygg_estimates *estimates, size_t indicator, const size_t *domains,
                            size_t groups, tg_ranked_list *out, trygg_error *error);
void tg_ranked_clear(tg_ranked_list *ranked);

#endif
