/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each file of trend tests offers to the registry. */
#ifndef TG_TREND_TESTS_H
#define TG_TREND_TESTS_H

#include <trend/trend.h>

trygg_status tg_difference_terms(const tg_span *, size_t output, tg_terms *, tg_finding *, trygg_error *);
trygg_status tg_linear_terms(const tg_span *, size_t output, tg_terms *, tg_finding *, trygg_error *);
trygg_status tg_wls_terms(const tg_span *, size_t output, tg_terms *, tg_finding *, trygg_error *);
trygg_status tg_record_linear_terms(const tg_span *, size_t output, tg_terms *, tg_finding *, trygg_error *);
trygg_status tg_record_logit_terms(const tg_span *, size_t output, tg_terms *, tg_finding *, trygg_error *);
int tg_record_linear_applies(const tg_indicator *);
int tg_record_logit_applies(const tg_indicator *);
trygg_status tg_heterogeneity_terms(const tg_span *, size_t output, tg_terms *, tg_finding *, trygg_error *);

/* t = estimate / se on df: for every test whose estimate is one linear statistic. */
trygg_status tg_linear_finish(const tg_span *, double variance, double df, double level, tg_finding *,
                              trygg_error *);
trygg_status tg_heterogeneity_finish(const tg_span *, double variance, double df, double level, tg_finding *,
                                     trygg_error *);
trygg_status tg_mann_kendall_finish(const tg_span *, double variance, double df, double level, tg_finding *,
                                    trygg_error *);
trygg_status tg_sen_slope_finish(const tg_span *, double variance, double df, double level, tg_finding *,
                                 trygg_error *);

#endif
