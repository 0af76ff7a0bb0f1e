/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delete-one jackknife: replicate (h, i) leaves unit i of stratum h out and multiplies the weights of the others of h
 * by n_h / (n_h - 1); its squared difference counts (1 - f_h) (n_h - 1) / n_h (JKn; with one stratum JK1.  Wolter
 * 2007, 4.5; finite populations as R survey).  Replicates are never written down: what one changes is known from
 * the totals of its stratum and unit; unless weights are calibrated, which every replicate is anew. */
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

#define MOST_UNITS ((size_t)10000) /* replicates that are worth the time, and whose n_h fits a draw */

trygg_status tg_jackknife_spell_out(tg_replicates *replicates, const trygg_design *design,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *of_replicates;
  if (replicates->count > MOST_UNITS)
    return tg_error_set(
        error, TRYGG_EDESIGN,
        "a jackknife of calibrated weights calibrates them anew for each of %zu units; choose "
        "--variance taylor or bootstrap",
        replicates->count);
  TRY(tg_replicates_strata(replicates, design, error));
  of_replicates = tg_memory_new(replicates->count, sizeof *of_replicates);
  if (!of_replicates) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t h = 0; h < design->stratum_count; h++) {
    replicates->step[h] = design->strata[h].clusters > 1 ? 1 / (double)(design->strata[h].clusters - 1) : 0;
    for (size_t r = replicates->begin[h]; r < replicates->begin[h + 1]; r++)
      of_replicates[r] = replicates->rscales[h];
  }
  tg_memory_free(replicates->rscales);
  replicates->rscales = of_replicates;
  replicates->deletes = 0;
cleanup:
  return status;
}

/* Replicate r leaves out the r-th unit in stratum order. */
void tg_jackknife_draw(const tg_replicates *replicates, const trygg_design *design, size_t h, size_t first,
                       size_t count, tg_replicate_stream *stream, int16_t *draws) {
  size_t begin = replicates->begin[h], units = replicates->begin[h + 1] - begin;
  (void)design;
  (void)stream;
  for (size_t k = 0; k < count; k++)
    for (size_t i = 0; i < units && first + k >= begin && first + k < begin + units; i++)
      draws[i * TG_LANES + k] = (int16_t)(begin + i == first + k ? -(int)(units - 1) : 1);
}
