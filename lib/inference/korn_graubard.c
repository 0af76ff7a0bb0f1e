/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Korn and Graubard's interval (1998, Survey Methodology 24:193-201): Clopper-Pearson's with
 *
 *   n* = n_eff (t_{n-1} / t_df)^2,  n_eff = p (1 - p) / se^2,  t the 1 - alpha/2 quantiles
 *   lower = B^-1(alpha/2; x, n* - x + 1), upper = B^-1(1 - alpha/2; x + 1, n* - x),  x = p n*
 *
 * n is the number of cases in the domain. */
#include <inference/intervals.h>
#include <numeric/distribution.h>

tg_limits tg_beta_exact(double x, double cases, double alpha) {
  return (tg_limits){tg_distribution_beta_quantile(alpha / 2, x, cases - x + 1),
                     tg_distribution_beta_quantile(1 - alpha / 2, x + 1, cases - x)};
}

tg_limits tg_beta_run(const tg_share *share, double alpha) {
  double effective = share->p * (1 - share->p) / (share->se * share->se);
  double ratio = tg_distribution_t_quantile(1 - alpha / 2, share->n - 1) /
                 tg_distribution_t_quantile(1 - alpha / 2, share->df);
  double cases = share->n > 1 ? effective * ratio * ratio : effective;
  return tg_beta_exact(share->p * cases, cases, alpha);
}
