/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of trend tests: adding one is a row here and a file beside it. */
#include <trend/tests.h>

const tg_test tg_tests[] = {
    {"difference", "last wave minus the one before it; t", 2, 2, TG_TEST_CHANGE, NULL, tg_difference_terms,
     tg_linear_finish},
    {"linear", "straight line through the estimates, per year, with their covariance; t", 2, 0,
     TG_TEST_CHANGE, NULL, tg_linear_terms, tg_linear_finish},
    {"wls_slope", "the same line, waves weighted by 1/variance; t", 2, 0, TG_TEST_CHANGE, NULL, tg_wls_terms,
     tg_linear_finish},
    {"heterogeneity", "are all waves equal; adjusted Wald F", 2, 0, TG_TEST_NUMBER, NULL,
     tg_heterogeneity_terms, tg_heterogeneity_finish},
    {"record_linear", "linear regression of the records on time, per year; t", 2, 0, TG_TEST_CHANGE,
     tg_record_linear_applies, tg_record_linear_terms, tg_linear_finish},
    {"record_logit", "logistic regression of the records on time, log odds per year; t", 2, 0, TG_TEST_NUMBER,
     tg_record_logit_applies, tg_record_logit_terms, tg_linear_finish},
    {"mann_kendall", "rank test for a monotone series; S, exact up to 10 waves, estimate Kendall's tau", 3, 0,
     TG_TEST_NUMBER, NULL, NULL, tg_mann_kendall_finish},
    {"sen_slope", "median of the slopes between waves, per year; p of mann_kendall", 3, 0, TG_TEST_CHANGE,
     NULL, NULL, tg_sen_slope_finish},
};

const size_t tg_test_count = sizeof tg_tests / sizeof *tg_tests;

const char *trygg_trend_test(size_t i) {
  return i < tg_test_count ? tg_tests[i].name : NULL;
}

const char *trygg_trend_help(size_t i) {
  return i < tg_test_count ? tg_tests[i].help : NULL;
}
