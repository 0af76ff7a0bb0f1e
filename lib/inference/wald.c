/* SPDX-License-Identifier: GPL-3.0-or-later */
/* p +- t se; may pass 0 or 1, as in R survey's "mean". */
#include <inference/intervals.h>

tg_limits tg_wald_run(const tg_share *share, double alpha) {
  return tg_inference_symmetric(share->p, share->se, share->df, 1 - alpha);
}
