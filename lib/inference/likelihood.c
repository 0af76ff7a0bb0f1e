/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shares that a likelihood ratio does not reject, its statistic divided by the design effect and compared with t^2
 * (Rao & Scott 1984, Ann. Stat. 12:46-60; R survey's "likelihood", which draws a spline through ten points of it):
 *
 *   2 n_eff [p log(p / q) + (1 - p) log((1 - p) / (1 - q))] <= t^2,  n_eff = p (1 - p) / se^2
 */
#include <math.h>

#include <inference/intervals.h>
#include <numeric/distribution.h>
#include <numeric/solve.h>

typedef struct ratio {
  double p, effective, most; /* most: t^2 */
} ratio;

/* Near p both logarithms are of numbers near 1, whose difference from 1 is exact. */
static double excess(double q, void *context) {
  const ratio *r = context;
  double d = q - r->p;
  return -2 * r->effective * (r->p * log1p(d / r->p) + (1 - r->p) * log1p(-d / (1 - r->p))) - r->most;
}

/* From p towards an end, halving what is left of the way until the limit is passed. */
static double limit(ratio *r, double end) {
  double inside = r->p, outside = (r->p + end) / 2;
  while (outside != end && outside != inside && excess(outside, r) < 0) {
    inside = outside;
    outside = (outside + end) / 2;
  }
  return outside == end || outside == inside ? end : tg_solve_root(excess, r, inside, outside);
}

tg_limits tg_likelihood_run(const tg_share *share, double alpha) {
  double t = tg_distribution_t_quantile(1 - alpha / 2, share->df);
  ratio r = {share->p, share->p * (1 - share->p) / (share->se * share->se), t * t};
  return (tg_limits){limit(&r, 0), limit(&r, 1)};
}
