/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap of Canty and Davison (1999, The Statistician 48:379-391; as R survey's type "bootstrap"): n_h units are
 * drawn with replacement, or without it from a population of round(n_h / f_h) that repeats them;
 *
 *   change = k_i - 1,   V = m / ((m - 1) (R - 1)) sum_r (theta_r - mean)^2,  m the harmonic mean of the n_h */
#include <math.h>

#include <base/error.h>
#include <design/replicates.h>

trygg_status tg_canty_davison_prepare(tg_replicates *replicates, const trygg_design *design,
                                      trygg_error *error) {
  double inverse = 0, mean;
  trygg_status status = tg_replicates_strata(replicates, design, error);
  if (status != TRYGG_OK)
    return status;
  for (size_t h = 0; h < design->stratum_count; h++) {
    inverse += 1 / (double)design->strata[h].clusters;
    if (design->strata[h].clusters < 2 || !(design->strata[h].remaining > 0))
      continue;
    replicates->base[h] = -1;
    replicates->step[h] = 1;
  }
  mean = (double)design->stratum_count / inverse;
  if (!(mean > 1))
    return tg_error_set(error, TRYGG_EDESIGN, "no stratum has two clusters, so that nothing can be drawn");
  replicates->scale = mean / ((mean - 1) * (double)(replicates->count - (replicates->mse ? 0 : 1)));
  return TRYGG_OK;
}

/* Number j of the population is copy j / n of unit j % n.  Where fewer copies than that are left, another number is
 * drawn: what is left is drawn evenly. */
static void draw_copies(tg_random *random, size_t n, double population, size_t k, int16_t *draws) {
  size_t total = (size_t)population;
  for (size_t drawn = 0; drawn < n;) {
    uint64_t pick = tg_random_below(random, total);
    size_t unit = (size_t)(pick % n);
    if (pick / n >= (uint64_t)draws[unit * TG_LANES + k]) {
      draws[unit * TG_LANES + k]++;
      drawn++;
    }
  }
}

void tg_canty_davison_draw(const tg_replicates *replicates, const trygg_design *design, size_t h,
                           size_t first, size_t count, tg_replicate_stream *stream, int16_t *draws) {
  size_t n = design->strata[h].clusters;
  double remaining = design->strata[h].remaining, population = (double)n / (1 - remaining);
  (void)replicates;
  (void)first;
  for (size_t k = 0; k < count && n > 1 && remaining > 0; k++)
    if (remaining < 1 && population < 1e15)
      draw_copies(&stream->random[k], n, floor(population + 0.5), k, draws);
    else
      for (size_t i = 0; i < n; i++)
        draws[tg_random_index(&stream->random[k], (uint32_t)n) * TG_LANES + k]++;
}
