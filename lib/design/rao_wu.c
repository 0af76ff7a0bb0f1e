/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap of Rao and Wu (1988, JASA 83:231-241; as weights: Rao, Wu & Yue 1992, Survey Methodology 18:209-217):
 * n_h - 1 units are drawn with replacement, k_i times unit i;
 *
 *   change = sqrt(1 - f_h) (n_h / (n_h - 1) k_i - 1),   V = 1/(R - 1) sum_r (theta_r - mean)^2
 *
 * which gives linear statistics the linearised variance in expectation, finite populations included. */
#include <math.h>

#include <base/error.h>
#include <design/panel.h>
#include <design/replicates.h>

trygg_status tg_rao_wu_prepare(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  trygg_status status = tg_replicates_strata(replicates, design, error);
  if (status != TRYGG_OK)
    return status;
  replicates->scale = 1 / (double)(replicates->count - (replicates->mse ? 0 : 1));
  for (size_t h = 0; h < design->stratum_count; h++) {
    double n = (double)design->strata[h].clusters, spread = sqrt(design->strata[h].remaining);
    if (n < 2)
      continue;
    replicates->base[h] = -spread;
    replicates->step[h] = spread * n / (n - 1);
  }
  if (tg_panel_is_linked(design))
    tg_panel_bootstrap_prepare(replicates, design);
  return TRYGG_OK;
}

void tg_rao_wu_draw(const tg_replicates *replicates, const trygg_design *design, size_t h, size_t first,
                    size_t count, tg_replicate_stream *stream, int16_t *draws) {
  size_t n = design->strata[h].clusters;
  (void)replicates;
  (void)first;
  for (size_t i = 0; i + 1 < n; i++)
    for (size_t k = 0; k < count; k++)
      draws[tg_random_index(&stream->random[k], (uint32_t)n) * TG_LANES + k]++;
}
