/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type alpha: Cronbach's alpha of K items, K/(K - 1) (1 - sum_i V_i / V), V_i the variance of an item and V that of their
 * sum (Cronbach 1951, Psychometrika 16:297-334; R survey's svycralpha). */
#include <indicator/types.h>

#include <math.h>

#include <base/error.h>

trygg_status tg_alpha_compile(tg_indicator *indicator, const trygg_codebook *codebook,
                              const trygg_error *place, trygg_error *error) {
  if (indicator->item_count < 2)
    return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, "variable",
                       "alpha needs two items or more");
  for (size_t k = 0; k < indicator->item_count; k++)
    if (indicator->items[k].reversed && !(indicator->low < indicator->high))
      return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, "low",
                         "a reversed item needs `low` below `high`, the ends of the items");
  return tg_moment_compile(indicator, codebook, place, error);
}

/* The mean and the square of each item, then of their sum. */
static trygg_status divide(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t items = all->list[at].item_count;
  (void)codebook;
  for (size_t k = 0; k <= items && status == TRYGG_OK; k++) {
    size_t which = k < items ? k : TG_MOMENT_SUM;
    status = tg_moment_append(all, at, which, TG_NONE, error);
    if (status == TRYGG_OK)
      status = tg_moment_append(all, at, which, which, error);
  }
  return status;
}

/* With f = K/(K - 1) and S = sum of V_i: d alpha = -f/V sum dV_i + f S/V^2 dV, dV_i = dM2 - 2 M1 dM1. */
static double alpha(const tg_indicator *indicator, double n, const double *m, double *gradient) {
  size_t items = indicator->item_count;
  double factor = (double)items / ((double)items - 1), sum = 0;
  double total = m[2 * items + 1] - m[2 * items] * m[2 * items];
  (void)n;
  for (size_t k = 0; k < items; k++)
    sum += m[2 * k + 1] - m[2 * k] * m[2 * k];
  for (size_t k = 0; k <= items; k++) {
    double slope = k < items ? -factor / total : factor * sum / (total * total);
    gradient[2 * k + 1] = slope;
    gradient[2 * k] = -2 * m[2 * k] * slope;
  }
  return total > 0 ? factor * (1 - sum / total) : NAN;
}

const tg_function tg_alpha_function = {divide, alpha};
