/* SPDX-License-Identifier: GPL-3.0-or-later */
/* asin(sqrt p) +- t se / (2 sqrt(p (1 - p))), kept within 0..pi/2 before it is squared back. */
#include <math.h>

#include <inference/intervals.h>
#include <numeric/distribution.h>

tg_limits tg_asin_run(const tg_share *share, double alpha) {
  double angle = asin(sqrt(share->p)), quarter = acos(0.0);
  double half = tg_distribution_t_quantile(1 - alpha / 2, share->df) * share->se /
                (2 * sqrt(share->p * (1 - share->p)));
  double lower = sin(fmax(angle - half, 0)), upper = sin(fmin(angle + half, quarter));
  return (tg_limits){lower * lower, upper * upper};
}
