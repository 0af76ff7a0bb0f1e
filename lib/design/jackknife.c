/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delete-one jackknife: replicate (h, i) leaves unit i of stratum h out and multiplies the weights of the others of h
 * by n_h / (n_h - 1); its squared difference counts (1 - f_h) (n_h - 1) / n_h (JKn; with one stratum JK1.  Wolter
 * 2007, 4.5; finite populations as R survey).  Replicates are never written down: what one changes is known from
 * the totals of its stratum and unit. */
#include <base/error.h>
#include <design/replicates.h>

trygg_status tg_jackknife_prepare(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  replicates->rscales = tg_memory_new(design->stratum_count, sizeof *replicates->rscales);
  if (!replicates->rscales)
    return tg_error_memory(error);
  replicates->count = replicates->unit_count;
  replicates->scale = 1;
  for (size_t h = 0; h < design->stratum_count; h++) {
    double n = (double)design->strata[h].clusters;
    replicates->rscales[h] = n > 1 ? design->strata[h].remaining * (n - 1) / n : 0;
  }
  return TRYGG_OK;
}
