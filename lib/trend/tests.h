/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each file of trend tests offers to the registry, and to the others. */
#ifndef TG_TREND_TESTS_H
#define TG_TREND_TESTS_H

#include <trend/trend.h>

typedef trygg_status tg_test_contrast(const tg_span *, double *coefficients, tg_finding *, trygg_error *);
typedef trygg_status tg_test_terms(const tg_span *, size_t output, tg_terms *, tg_finding *, trygg_error *);
typedef trygg_status tg_test_finish(const tg_span *, const tg_given *, tg_finding *, trygg_error *);
typedef int tg_test_applies(const tg_indicator *);

tg_test_contrast tg_difference_contrast, tg_bridge_contrast, tg_control_contrast, tg_since_earlier_contrast,
    tg_linear_contrast, tg_wls_contrast, tg_gls_contrast, tg_quadratic_contrast, tg_cubic_contrast,
    tg_wald_contrast, tg_joinpoint_last_contrast, tg_level_change_contrast, tg_slope_change_contrast,
    tg_proportions_contrast;
tg_test_terms tg_record_linear_terms, tg_record_logit_terms;
tg_test_applies tg_record_linear_applies, tg_record_logit_applies, tg_proportions_applies,
    tg_no_worse_applies;

/* t = estimate / se on df - finding->df_lost: for every test whose estimate is one linear statistic. */
tg_test_finish tg_linear_finish;
tg_test_finish tg_record_linear_adjusted_finish, tg_record_logit_adjusted_finish, tg_detectable_finish,
    tg_equivalent_finish, tg_no_worse_finish;
tg_test_finish tg_gls_finish, tg_heterogeneity_finish, tg_lack_of_fit_finish, tg_joinpoint_finish,
    tg_kendall_design_finish, tg_sen_design_finish, tg_proportions_finish, tg_proportions_classic_finish,
    tg_jonckheere_finish, tg_control_finish, tg_pooled_slope_finish, tg_pooled_spread_finish,
    tg_pooled_range_finish, tg_pooled_share_finish;
tg_test_finish tg_mann_kendall_finish, tg_sen_slope_finish, tg_siegel_finish, tg_seasonal_finish,
    tg_seasonal_correlated_finish, tg_seasonal_page_finish, tg_seasonal_slope_finish, tg_partial_finish,
    tg_jonckheere_classic_finish, tg_regional_finish, tg_page_finish, tg_hamed_rao_finish, tg_yue_wang_finish,
    tg_prewhitened_finish, tg_trend_free_finish, tg_block_bootstrap_finish, tg_pettitt_finish,
    tg_buishand_finish, tg_snht_finish, tg_cox_stuart_finish;

/* Weights of the waves into the coefficients of the weighted slope. */
void tg_linear_weigh(const tg_span *span, double *weights);

/* rows V rows' of `q` rows of coefficients, q x q; and d' (rows V rows')^-1 d of d = rows theta, with its rank. */
void tg_wald_covariance(const tg_span *span, const double *rows, size_t q, double *matrix);
trygg_status tg_wald_of(const tg_span *span, const double *rows, size_t q, double *wald, size_t *rank,
                        trygg_error *error);

/* Adjusted F and p of W; nothing without rank or degrees of freedom. */
void tg_wald_judge(double wald, size_t rank, double df, tg_finding *finding);

/* The smallest true change that would be found with probability 0.8; NaN without an error or df. */
double tg_change_detectable(double se, double df, double level);

#endif
