/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each file of an interval offers to the registry. */
#ifndef TG_INFERENCE_INTERVALS_H
#define TG_INFERENCE_INTERVALS_H

#include <inference/inference.h>

tg_limits tg_logit_run(const tg_share *share, double alpha);
tg_limits tg_wald_run(const tg_share *share, double alpha);
tg_limits tg_wilson_run(const tg_share *share, double alpha);
tg_limits tg_beta_run(const tg_share *share, double alpha);
tg_limits tg_asin_run(const tg_share *share, double alpha);
tg_limits tg_likelihood_run(const tg_share *share, double alpha);

trygg_status tg_score_of_quantile(const trygg_estimates *estimates, size_t row, double level, tg_limits *out,
                                  trygg_error *error);

/* Clopper-Pearson's limits for `cases` cases of which x hit. */
tg_limits tg_beta_exact(double x, double cases, double alpha);

#endif
