/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap of a panel.  Draws of n_h - 1 units a stratum cannot be the same for a unit in all its waves, as its strata
 * and their sizes differ.  A sign xi = +1 or -1 can, drawn once for a unit whatever waves it is in (the generalised
 * bootstrap of Beaumont & Patak 2012, Int. Stat. Rev. 80:127-148):
 *
 *   change = lambda sqrt((1 - f_h) n_h/(n_h - 1)) (xi_i - xibar_h),   V = 1/(lambda^2 (R - 1)) sum_r (theta_r - mean)^2
 *
 * In expectation this gives linear statistics of one wave the linearised variance, and two waves the covariance of
 * design/panel.c with kappa = 1.  With lambda = 1/2 no weight becomes negative: sqrt(n/(n - 1)) (1 - 1/n) < 1. */
#include <math.h>

#include <base/error.h>
#include <base/memory.h>
#include <design/panel.h>
#include <design/replicates.h>

#define LAMBDA 0.5

void tg_panel_bootstrap_prepare(tg_replicates *replicates, const trygg_design *design) {
  replicates->scale /= LAMBDA * LAMBDA;
  for (size_t h = 0; h < design->stratum_count; h++) {
    double n = (double)design->strata[h].clusters;
    replicates->base[h] = 0;
    replicates->step[h] = n > 1 ? LAMBDA * sqrt(design->strata[h].remaining * n / (n - 1)) : 0;
  }
}

static signed char draw_sign(tg_random *random) {
  return tg_random_index(random, 2) ? 1 : -1;
}

/* Signs of linked units first, then of those that are in one wave, in the order of units. */
static void draw_signs(const trygg_design *design, tg_random *random, signed char *linked,
                       signed char *signs) {
  const tg_panel *panel = design->panel;
  for (size_t l = 0; l < panel->linked_count; l++)
    linked[l] = draw_sign(random);
  for (size_t i = 0; i < design->cluster_count; i++)
    signs[i] = panel->linked[i] == TG_RANK_NONE ? draw_sign(random) : linked[panel->linked[i]];
}

static void set_changes(const trygg_design *design, const signed char *signs, double *sums, double *changes) {
  for (size_t h = 0; h < design->stratum_count; h++)
    sums[h] = 0;
  for (size_t i = 0; i < design->cluster_count; i++)
    sums[tg_panel_stratum(design, i)] += signs[i];
  for (size_t i = 0; i < design->cluster_count; i++) {
    size_t h = tg_panel_stratum(design, i);
    changes[i * TG_LANES] =
        design->replicates->step[h] * (signs[i] - sums[h] / (double)design->strata[h].clusters);
  }
}

trygg_status tg_panel_bootstrap_changes(const trygg_design *design, size_t first, size_t count,
                                        tg_replicate_stream *stream, double *changes, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  signed char *linked = tg_memory_new(design->panel->linked_count, 1);
  signed char *signs = tg_memory_new(design->cluster_count, 1);
  double *sums = tg_memory_new(design->stratum_count, sizeof *sums);
  (void)first;
  if (!linked || !signs || !sums) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < count; k++) {
    draw_signs(design, &stream->random[k], linked, signs);
    set_changes(design, signs, sums, changes + k);
  }
cleanup:
  tg_memory_free(linked);
  tg_memory_free(signs);
  tg_memory_free(sums);
  return status;
}
