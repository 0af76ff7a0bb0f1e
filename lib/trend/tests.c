/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of trend tests: adding one is a row here and a file beside it. */
#include <trend/tests.h>

#define SERIES TG_NEEDS_SERIES
#define AREAS TG_NEEDS_AREAS
#define COVARIATE TG_NEEDS_COVARIATE
#define ERRORS TG_NEEDS_ERRORS
#define START (TG_NEEDS_ERRORS | TG_NEEDS_START)
#define MARGIN (TG_NEEDS_ERRORS | TG_NEEDS_MARGIN)
#define POOL (TG_NEEDS_ERRORS | TG_NEEDS_POOL)
#define RECORDS (TG_NEEDS_ERRORS | TG_NEEDS_RECORDS)
#define BASE (TG_NEEDS_ERRORS | TG_NEEDS_BASE)
#define BRIDGE (TG_NEEDS_ERRORS | TG_NEEDS_BRIDGE)
#define BACKGROUND (RECORDS | TG_NEEDS_BACKGROUND)
#define CHANGE TG_TEST_CHANGE
#define NUMBER TG_TEST_NUMBER

/* name, help, needs, usual, least and last waves, unit of the estimate, applies, contrast, terms, finish */
const tg_test tg_tests[] = {
    {"difference", "last wave minus the one before it; t", ERRORS, 1, 2, 2, CHANGE, NULL,
     tg_difference_contrast, NULL, tg_linear_finish},
    {"bridge", "how far the waves before a new method were moved: what it found less the old one; t", BRIDGE,
     1, 2, TG_EVERY_BRIDGE, CHANGE, NULL, tg_bridge_contrast, NULL, tg_linear_finish},
    {"pairs", "each wave minus each earlier one; t", ERRORS, 0, 2, TG_EVERY_PAIR, CHANGE, NULL,
     tg_difference_contrast, NULL, tg_linear_finish},
    {"since_base", "each later wave minus the wave --base; t", BASE, 0, 2, TG_EVERY_WAVE_SINCE_BASE, CHANGE,
     NULL, tg_difference_contrast, NULL, tg_linear_finish},
    {"since_first", "last wave minus the first; t", ERRORS, 0, 2, 0, CHANGE, NULL, tg_difference_contrast,
     NULL, tg_linear_finish},
    {"since_earlier", "last wave minus the mean of those before it; t", ERRORS, 0, 3, 0, CHANGE, NULL,
     tg_since_earlier_contrast, NULL, tg_linear_finish},
    {"control", "last wave against limits that those before it set, by how much they differ and are known; t",
     ERRORS, 0, 4, 0, CHANGE, NULL, tg_control_contrast, NULL, tg_control_finish},
    {"detectable", "smallest change since the wave before that would be found in 4 samples of 5", ERRORS, 0,
     2, 2, CHANGE, NULL, tg_difference_contrast, NULL, tg_detectable_finish},
    {"equivalent",
     "is the change since the wave before within +-margin; smaller t of two, limits at 2 level - 1", MARGIN,
     0, 2, 2, CHANGE, NULL, tg_difference_contrast, NULL, tg_equivalent_finish},
    {"no_worse", "is a change for the worse less than the margin; t, limits at 2 level - 1", MARGIN, 0, 2, 2,
     CHANGE, tg_no_worse_applies, tg_difference_contrast, NULL, tg_no_worse_finish},
    {"linear", "straight line through the estimates, per year, with their covariance; t", ERRORS, 1, 2, 0,
     CHANGE, NULL, tg_linear_contrast, NULL, tg_linear_finish},
    {"quadratic", "orthonormal quadratic contrast over the actual times: does the trend bend; t", ERRORS, 0,
     3, 0, CHANGE, NULL, tg_quadratic_contrast, NULL, tg_linear_finish},
    {"cubic", "orthonormal cubic contrast; t", ERRORS, 0, 4, 0, CHANGE, NULL, tg_cubic_contrast, NULL,
     tg_linear_finish},
    {"wls_slope", "the same line, waves weighted by 1/variance; t", ERRORS, 1, 2, 0, CHANGE, NULL,
     tg_wls_contrast, NULL, tg_linear_finish},
    {"gls_slope", "the same line by generalised least squares, with the covariance of the waves; t", ERRORS,
     0, 3, 0, CHANGE, NULL, tg_gls_contrast, NULL, tg_gls_finish},
    {"lack_of_fit", "do the waves leave the line of gls_slope; adjusted Wald F", ERRORS, 1, 3, 0, NUMBER,
     NULL, tg_wald_contrast, NULL, tg_lack_of_fit_finish},
    {"heterogeneity", "are all waves equal; adjusted Wald F", ERRORS, 1, 2, 0, NUMBER, NULL, tg_wald_contrast,
     NULL, tg_heterogeneity_finish},
    {"record_linear", "linear regression of the records on time, per year; t", RECORDS, 1, 2, 0, CHANGE,
     tg_record_linear_applies, NULL, tg_record_linear_terms, tg_linear_finish},
    {"record_logit", "logistic regression of the records on time, log odds per year; t", RECORDS, 1, 2, 0,
     NUMBER, tg_record_logit_applies, NULL, tg_record_logit_terms, tg_linear_finish},
    {"record_linear_adjusted", "record_linear with the background of --on in the regression; t", BACKGROUND,
     1, 2, 0, CHANGE, tg_record_linear_applies, NULL, NULL, tg_record_linear_adjusted_finish},
    {"record_logit_adjusted", "record_logit with the background of --on in the regression; t", BACKGROUND, 1,
     2, 0, NUMBER, tg_record_logit_applies, NULL, NULL, tg_record_logit_adjusted_finish},
    {"cochran_armitage", "do shares rise with time, with Rao and Scott's correction; X2, slope per year",
     RECORDS, 0, 2, 0, CHANGE, tg_proportions_applies, tg_proportions_contrast, NULL, tg_proportions_finish},
    {"jonckheere", "is a later answer more often higher than lower, over pairs of waves, by design; t",
     RECORDS, 0, 2, 0, NUMBER, tg_record_linear_applies, NULL, NULL, tg_jonckheere_finish},
    {"pooled_slope",
     "slope of each area, drawn towards the mean of all as far as it may be chance; t of the mean", POOL, 0,
     2, 0, CHANGE, NULL, NULL, NULL, tg_pooled_slope_finish},
    {"pooled_spread", "how far the areas' slopes truly lie apart, as a standard deviation; Cochran's Q",
     POOL | AREAS, 0, 2, 0, CHANGE, NULL, NULL, NULL, tg_pooled_spread_finish},
    {"pooled_range", "between which limits the slope of one more area would lie", POOL | AREAS, 0, 2, 0,
     CHANGE, NULL, NULL, NULL, tg_pooled_range_finish},
    {"pooled_share", "how much of the spread of the areas' slopes is no chance: I2", POOL | AREAS, 0, 2, 0,
     NUMBER, NULL, NULL, NULL, tg_pooled_share_finish},
    {"joinpoint", "two lines joined at the wave `at`; largest |t| of a change of slope, p from draws", ERRORS,
     0, 7, 0, CHANGE, NULL, tg_wald_contrast, NULL, tg_joinpoint_finish},
    {"joinpoint_last",
     "slope after the last of the joints that BIC chooses, as if given; t, finds slopes in 12 to 17 % of series "
     "without one",
     ERRORS, 0, 7, 0, CHANGE, NULL, tg_joinpoint_last_contrast, NULL, tg_gls_finish},
    {"level_change", "change of level when a measure began, beside lines before and after; t", START, 0, 5, 0,
     CHANGE, NULL, tg_level_change_contrast, NULL, tg_gls_finish},
    {"slope_change", "change of slope when a measure began, per year; t", START, 0, 5, 0, CHANGE, NULL,
     tg_slope_change_contrast, NULL, tg_gls_finish},
    {"mann_kendall_design", "rank test for a monotone series, with the covariance of the waves; S, tau-a",
     ERRORS, 0, 3, 0, NUMBER, NULL, NULL, NULL, tg_kendall_design_finish},
    {"sen_slope_design", "weighted median of the slopes between waves, with their covariance, per year",
     ERRORS, 0, 3, 0, CHANGE, NULL, NULL, NULL, tg_sen_design_finish},
    {"mann_kendall", "classic: rank test of the bare series; S, exact up to 10 waves, tau-b", SERIES, 1, 3, 0,
     NUMBER, NULL, NULL, NULL, tg_mann_kendall_finish},
    {"sen_slope", "classic: median of the slopes between waves, per year; p of mann_kendall", SERIES, 1, 3, 0,
     CHANGE, NULL, NULL, NULL, tg_sen_slope_finish},
    {"siegel_slope", "median of the median slopes from each wave, per year", SERIES, 0, 3, 0, CHANGE, NULL,
     NULL, NULL, tg_siegel_finish},
    {"jonckheere_classic",
     "classic: jonckheere as if answers were a simple random sample; J, up to 100 answers exact or by draws",
     RECORDS, 0, 2, 0, NUMBER, tg_record_linear_applies, NULL, NULL, tg_jonckheere_classic_finish},
    {"cochran_armitage_classic", "classic: the same as if answers were a simple random sample; X2", RECORDS,
     0, 2, 0, NUMBER, tg_proportions_applies, NULL, NULL, tg_proportions_classic_finish},
    {"cox_stuart", "classic: last third against first, sign test; rises, their share", SERIES, 0, 6, 0,
     NUMBER, NULL, NULL, NULL, tg_cox_stuart_finish},
    {"seasonal", "classic: Mann-Kendall within the times of the year; S, tau-a", SERIES, 0, 8, 0, NUMBER,
     NULL, NULL, NULL, tg_seasonal_finish},
    {"seasonal_correlated", "classic: the same, times of the year correlated", SERIES, 0, 8, 0, NUMBER, NULL,
     NULL, NULL, tg_seasonal_correlated_finish},
    {"seasonal_page", "classic: Page's L, the times of the year being blocks; L, mean rank correlation",
     SERIES, 0, 8, 0, NUMBER, NULL, NULL, NULL, tg_seasonal_page_finish},
    {"seasonal_slope", "classic: median of the slopes within the times of the year; p of seasonal", SERIES, 0,
     8, 0, CHANGE, NULL, NULL, NULL, tg_seasonal_slope_finish},
    {"regional", "classic: Mann-Kendall over all areas, which may be correlated; S, tau-a", AREAS, 0, 3, 0,
     NUMBER, NULL, NULL, NULL, tg_regional_finish},
    {"page", "classic: Page's L, the areas being blocks that are independent; L, mean rank correlation",
     AREAS, 0, 3, 0, NUMBER, NULL, NULL, NULL, tg_page_finish},
    {"partial_mann_kendall",
     "classic: Mann-Kendall beyond the trend of a covariate; S, correlation of the two S", COVARIATE, 0, 8, 0,
     NUMBER, NULL, NULL, NULL, tg_partial_finish},
    {"hamed_rao",
     "classic: Mann-Kendall with Hamed and Rao's variance for autocorrelation; finds trends in 7 to 10 % of "
     "series without one; S, tau-b",
     SERIES, 0, 11, 0, NUMBER, NULL, NULL, NULL, tg_hamed_rao_finish},
    {"yue_wang", "classic: Mann-Kendall with Yue and Wang's variance; S, tau-b", SERIES, 0, 100, 0, NUMBER,
     NULL, NULL, NULL, tg_yue_wang_finish},
    {"prewhitened", "classic: Mann-Kendall without what each wave inherits from the last; S, tau-b", SERIES,
     0, 11, 0, NUMBER, NULL, NULL, NULL, tg_prewhitened_finish},
    {"trend_free", "classic: the same, the trend taken off while that is found; S, tau-b", SERIES, 0, 12, 0,
     NUMBER, NULL, NULL, NULL, tg_trend_free_finish},
    {"block_bootstrap", "classic: S among those of resampled blocks of the series; S, tau-b", SERIES, 0, 11,
     0, NUMBER, NULL, NULL, NULL, tg_block_bootstrap_finish},
    {"pettitt", "classic: change of level at the wave `at`, by ranks; K", SERIES, 0, 6, 0, NUMBER, NULL, NULL,
     NULL, tg_pettitt_finish},
    {"buishand", "classic: the same by cumulative deviations; R", SERIES, 0, 6, 0, NUMBER, NULL, NULL, NULL,
     tg_buishand_finish},
    {"snht", "classic: the same by the means before and after; T", SERIES, 0, 6, 0, NUMBER, NULL, NULL, NULL,
     tg_snht_finish},
};

const size_t tg_test_count = sizeof tg_tests / sizeof *tg_tests;

const char *trygg_trend_test(size_t i) {
  return i < tg_test_count ? tg_tests[i].name : NULL;
}

const char *trygg_trend_help(size_t i) {
  return i < tg_test_count ? tg_tests[i].help : NULL;
}

size_t trygg_trend_waves(size_t i) {
  return i < tg_test_count ? tg_tests[i].min_waves : 0;
}

int trygg_trend_usual(size_t i) {
  return i < tg_test_count && tg_tests[i].usual;
}
