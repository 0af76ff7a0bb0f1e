/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Balanced repeated replication (McCarthy 1969; Fay's variant: Judkins 1990, J. Off. Stat. 6:223-239).
 *
 *   change of unit i of stratum h in replicate r = -+ (1 - rho) sqrt(1 - f_h) H_rh,  V = 1/(R (1 - rho)^2) sum_r (.)^2
 *
 * - for the first of the two units, + for the second.  Each stratum has a column of a Hadamard matrix of its own, and
 * never the one of all +1, in which it would not vary against the full sample.  The columns are orthogonal, so that
 * linear statistics get the linearised variance exactly, finite populations included (rho = 0, f = 0: one of the two
 * is doubled, the other left out). */
#include <math.h>

#include <base/error.h>
#include <design/replicates.h>

/* Strata that vary, i.e. that need a column. */
static int varies(const tg_stratum *stratum) {
  return stratum->clusters > 1 && stratum->remaining > 0;
}

trygg_status tg_brr_prepare(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  double kept = replicates->rho, columns = 0;
  trygg_status status = TRYGG_OK;
  for (size_t h = 0; h < design->stratum_count; h++) {
    if (varies(&design->strata[h]) && design->strata[h].clusters != 2)
      return tg_error_set(error, TRYGG_EDESIGN,
                          "half-samples need two clusters a stratum, and stratum `%s` has %zu; choose "
                          "--variance jackknife or bootstrap",
                          design->strata[h].name, design->strata[h].clusters);
    columns += varies(&design->strata[h]);
  }
  TRY(tg_replicates_strata(replicates, design, error));
  TRY(tg_replicates_signs(replicates, (size_t)columns + 1, error));
  replicates->count = replicates->sign_count;
  replicates->scale = 1 / ((double)replicates->count * (1 - kept) * (1 - kept));
  for (size_t h = 0; h < design->stratum_count; h++)
    replicates->step[h] = varies(&design->strata[h]) ? (1 - kept) * sqrt(design->strata[h].remaining) : 0;
  /* The column of each stratum, counted once. */
  replicates->row = tg_memory_new(design->stratum_count, sizeof *replicates->row);
  if (!replicates->row) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t h = 0, column = 1; h < design->stratum_count; h++)
    replicates->row[h] = varies(&design->strata[h]) ? column++ : 0;
cleanup:
  return status;
}

void tg_brr_draw(const tg_replicates *replicates, const trygg_design *design, size_t h, size_t first,
                 size_t count, tg_replicate_stream *stream, int16_t *draws) {
  (void)stream;
  for (size_t k = 0; k < count && varies(&design->strata[h]); k++) {
    int16_t sign = replicates->signs[(first + k) * replicates->sign_count + replicates->row[h]];
    draws[k] = (int16_t)-sign;
    draws[TG_LANES + k] = sign;
  }
}
