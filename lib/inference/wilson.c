/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wilson's score interval with n_eff = p (1 - p) / se^2 cases and t in the place of z (R survey 4.5; Wilson 1927,
 * JASA 22:209-212):  (p + t^2/2n +- t sqrt(p (1 - p)/n + t^2/4n^2)) / (1 + t^2/n). */
#include <math.h>

#include <inference/intervals.h>
#include <numeric/distribution.h>

tg_limits tg_wilson_run(const tg_share *share, double alpha) {
  double t = tg_distribution_t_quantile(1 - alpha / 2, share->df), p = share->p;
  double n = p * (1 - p) / (share->se * share->se), ratio = t * t / n;
  double centre = p + ratio / 2, half = t * sqrt(p * (1 - p) / n + ratio / (4 * n));
  return (tg_limits){(centre - half) / (1 + ratio), (centre + half) / (1 + ratio)};
}
