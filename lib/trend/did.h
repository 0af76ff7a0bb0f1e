/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each file of tests of measures offers to the registry. */
#ifndef TG_TREND_DID_H
#define TG_TREND_DID_H

#include <trend/measures.h>

typedef trygg_status tg_measure_run(const tg_follow *, const tg_measure_test *, trygg_error *);
typedef void tg_measure_finish(const tg_measures *, tg_effect *, double variance, double df);

tg_measure_run tg_did_change, tg_did_trend_adjusted, tg_did_spillover, tg_did_agree;
tg_measure_run tg_pretrend_joint, tg_pretrend_slope;
tg_measure_run tg_placebo_leads, tg_placebo_years, tg_placebo_areas;
tg_measure_run tg_synthetic_effect, tg_synthetic_fit, tg_synthetic_weights, tg_synthetic_rank;

/* t, its limits and p; the same with the p of ranks; without a p; the smallest slope that would be found. */
tg_measure_finish tg_did_finish, tg_placebo_finish, tg_synthetic_finish, tg_pretrend_detectable;

/* Weights of the waves before with which sum h D is the slope per year of the line through them. */
void tg_pretrend_weigh(const tg_follow *follow, double *weights);

/* Rank `statistics[0]` among all: those at least as large (not below 0); NaN ones do not count.  p = rank / count. */
void tg_placebo_rank(const double *statistics, size_t count, double level, tg_effect *effect);

#endif
