/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log(p / (1 - p)) +- t se / (p (1 - p)), back-transformed (R survey's "xlogit"; SUDAAN). */
#include <math.h>

#include <inference/intervals.h>
#include <numeric/distribution.h>

tg_limits tg_logit_run(const tg_share *share, double alpha) {
  double t = tg_distribution_t_quantile(1 - alpha / 2, share->df);
  double logit = log(share->p / (1 - share->p)), half = t * share->se / (share->p * (1 - share->p));
  return (tg_limits){1 / (1 + exp(-(logit - half))), 1 / (1 + exp(-(logit + half)))};
}
