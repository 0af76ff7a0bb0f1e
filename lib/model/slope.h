/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slope of an outcome over the waves, with background beside it in the regression. */
#ifndef TG_MODEL_SLOPE_H
#define TG_MODEL_SLOPE_H

#include <estimate/estimate.h>

typedef struct tg_slope_request {
  const trygg_estimates *estimates; /* whose records, weights and df rule */
  size_t indicator;
  const char *family;
  const double *time; /* of each cell of their tally; NaN: not in the regression */
  size_t times;       /* how many different ones */
  const char *const *on;
  size_t on_count;
  int in_part; /* a part of the records: levels nobody there has are let be, and variables that do not vary there */
} tg_slope_request;

typedef struct tg_slope {
  double estimate, variance, df;
  double least; /* records of the time that has fewest */
} tg_slope;

/* TRYGG_EDATA or TRYGG_ENUMERIC where these records do not let themselves be fitted, what is said of the background
 * elsewhere. */
trygg_status tg_slope_fit(const tg_slope_request *request, tg_slope *out, trygg_error *error);

#endif
