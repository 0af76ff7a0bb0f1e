/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals against R survey, adjustments against R's p.adjust, contrasts. */
#include <inference/inference.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <base/memory.h>

#include "fixture.h"

/* R survey 4.5, apiclus1, I(ell == 0): svyciprop by method (wilson: the formula of 4.5). */
static const tg_share ell = {0.0218579235, 0.02262245086, 183, 14};

static const struct {
  const char *kind;
  double lower, upper;
} known[] = {{"wald", -0.02666240796, 0.07037825495},
             {"logit", 0.002304691284, 0.177747766823},
             /* R 4.1 gives 0.000307 below, the square of a negative sine; the angle stops at 0. */
             {"asin", 0, 0.0955767363668},
             {"beta", 0.0002161468327, 0.1375077639150},
             /* The ratio's own limits, by R's uniroot(); R survey's spline gives 0.000664 and 0.107778. */
             {"likelihood", 0.000675005747545, 0.107778513270455},
             {"wilson", 0.003178777238, 0.1353912851}};

START_TEST(limits_equal_survey) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    const tg_interval *interval = tg_interval_find(known[i].kind, NULL);
    tg_limits limits = interval->run(&ell, 0.05);
    ck_near(limits.lower, known[i].lower, 2e-7); /* p and se are given to ten digits */
    ck_near(limits.upper, known[i].upper, 2e-8);
  }
}
END_TEST

START_TEST(limits_mirror_for_the_complement) {
  tg_share other = {1 - ell.p, ell.se, ell.n, ell.df};
  for (size_t i = 0; i < tg_interval_count; i++) {
    tg_limits a = tg_intervals[i].run(&ell, 0.1), b = tg_intervals[i].run(&other, 0.1);
    ck_near(1 - b.upper, a.lower, 1e-9);
    ck_near(1 - b.lower, a.upper, 1e-9);
  }
}
END_TEST

START_TEST(limits_hold_the_estimate_and_widen_with_the_level) {
  for (size_t i = 0; i < tg_interval_count; i++) {
    tg_limits narrow = tg_intervals[i].run(&ell, 0.2), wide = tg_intervals[i].run(&ell, 0.01);
    ck_assert(narrow.lower < ell.p && ell.p < narrow.upper);
    ck_assert(wide.lower < narrow.lower && narrow.upper < wide.upper);
  }
}
END_TEST

START_TEST(unknown_interval_names_the_nearest) {
  trygg_error error = {0};
  ck_assert_ptr_null(tg_interval_find("wilsn", &error));
  ck_assert_ptr_nonnull(strstr(error.message, "`wilson`"));
}
END_TEST

START_TEST(adjusted_p_equal_p_adjust) {
  /* R: p.adjust(c(0.01, 0.04, 0.03, 0.02, NA, 0.9), "holm") and "BH" */
  double holm[] = {0.01, 0.04, 0.03, 0.02, NAN, 0.9}, bh[] = {0.01, 0.04, 0.03, 0.02, NAN, 0.9};
  const double expected_holm[] = {0.05, 0.09, 0.09, 0.08, NAN, 0.9},
               expected_bh[] = {0.05, 0.05, 0.05, 0.05, NAN, 0.9};
  trygg_error error = {0};
  ck_ok(trygg_inference_adjust("holm", holm, 6, &error));
  ck_ok(trygg_inference_adjust("bh", bh, 6, &error));
  for (size_t i = 0; i < 6; i++) {
    ck_near(holm[i], expected_holm[i], 1e-14);
    ck_near(bh[i], expected_bh[i], 1e-14);
  }
  ck_ok(trygg_inference_adjust("none", holm, 6, &error));
  ck_near(holm[0], 0.05, 1e-14);
  ck_assert_int_eq(trygg_inference_adjust("bonferoni", holm, 6, &error), TRYGG_ENAME);
  ck_assert_int_eq(trygg_inference_adjust("hoolm", holm, 6, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "`holm`"));
  ck_assert_int_eq(trygg_inference_adjust(NULL, holm, 6, &error), TRYGG_ENAME);
}
END_TEST

/* Benjamini & Hochberg 1995, table 1: 15 p-values of thrombolysis, of which step up at 0.05 keeps four, and R's
 * p.adjust(p, "BH"), p.adjust(p, "BY"), p.adjust(p, "holm"). */
START_TEST(adjusted_p_of_the_paper_equal_p_adjust) {
  static const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                             0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  static const char *const methods[] = {"holm", "bh", "by"};
  static const double expected[3][15] = {
      {0.0015, 0.0055999999999999999, 0.0247, 0.11399999999999999, 0.22109999999999999, 0.27799999999999997,
       0.27799999999999997, 0.27799999999999997, 0.32130000000000003, 1, 1, 1, 1, 1, 1},
      {0.0015, 0.0030000000000000001, 0.0094999999999999998, 0.035624999999999997, 0.060299999999999999,
       0.063857142857142862, 0.063857142857142862, 0.064500000000000002, 0.076500000000000012,
       0.48599999999999999, 0.58118181818181813, 0.71487499999999993, 0.75323076923076926,
       0.81321428571428567, 1},
      {0.0049773434898434899, 0.0099546869796869799, 0.031523175435675434, 0.11821190788378289,
       0.20008920829170829, 0.21189262285333715, 0.21189262285333715, 0.21402577006327006,
       0.25384451798201801, 1, 1, 1, 1, 1, 1},
  };
  trygg_error error = {0};
  for (size_t k = 0; k < 3; k++) {
    double adjusted[15];
    memcpy(adjusted, p, sizeof adjusted);
    ck_ok(trygg_inference_adjust(methods[k], adjusted, 15, &error));
    for (size_t i = 0; i < 15; i++)
      ck_near(adjusted[i], expected[k][i], 1e-14);
  }
}
END_TEST

START_TEST(every_adjustment_has_a_name_and_help) {
  size_t i = 0;
  double p = 0.5;
  trygg_error error = {0};
  for (; trygg_inference_adjustment(i); i++) {
    ck_assert_ptr_nonnull(trygg_inference_adjustment_help(i));
    ck_ok(trygg_inference_adjust(trygg_inference_adjustment(i), &p, 1, &error));
    ck_assert(p == 0.5); /* a single test needs no adjustment */
    ck_ok(trygg_inference_adjust(trygg_inference_adjustment(i), NULL, 0, &error));
  }
  ck_assert_uint_eq(i, 4);
  ck_assert_ptr_null(trygg_inference_adjustment_help(i));
}
END_TEST

static const fixture_texts boundary = {
    .survey = "type,name,role\ntext,str,stratum\ndecimal,w,weight\nselect_one yn,a,\nselect_one yn,g,\n",
    .choices = "list_name,name\nyn,1\nyn,2\n",
    .indicators = "name,type,variable,numerator\nyes,share,a,1\nno,share,a,2\n",
    .data = "str,w,a,g\n1,1,1,1\n1,2,1,1\n1,1,1,1\n2,3,1,1\n2,1,1,1\n2,2,1,2\n"};

START_TEST(shares_of_0_and_1_have_exact_limits) {
  fixture f = fixture_load(&boundary);
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = NULL;
  trygg_error error = {0};
  trygg_inference_options options = {sizeof options, 0, "wald"};
  size_t lower, upper, se, flag;
  ck_ok(trygg_inference_table(estimates, &options, &table, &error));
  lower = trygg_table_find(table, "lower");
  upper = trygg_table_find(table, "upper");
  se = trygg_table_find(table, "se");
  flag = trygg_table_find(table, "flag");
  /* Six of six: lower limit (alpha/2)^(1/6); none of six: its complement. */
  ck_near(trygg_table_number(table, 0, lower), pow(0.025, 1.0 / 6), 1e-12);
  ck_near(trygg_table_number(table, 0, upper), 1, 0);
  ck_near(trygg_table_number(table, 1, lower), 0, 0);
  ck_near(trygg_table_number(table, 1, upper), 1 - pow(0.025, 1.0 / 6), 1e-12);
  ck_near(trygg_table_number(table, 0, se), 0, 0);
  ck_assert_ptr_nonnull(strstr(trygg_table_text(table, 0, flag), "boundary"));
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(without_df_there_is_no_interval) {
  fixture f = fixture_load(&boundary);
  trygg_estimates *estimates = fixture_estimate(&f, "g", NULL);
  trygg_table *table = NULL;
  trygg_error error = {0};
  ck_ok(trygg_inference_table(estimates, NULL, &table, &error));
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    if (!strcmp(trygg_table_text(table, row, 1), "2")) { /* one record */
      ck_assert(trygg_table_missing(table, row, trygg_table_find(table, "lower")));
      ck_assert_ptr_nonnull(strstr(trygg_table_text(table, row, trygg_table_find(table, "flag")), "no_df"));
    }
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(contrast_of_complements_is_exact) {
  fixture_texts texts = boundary;
  fixture f;
  trygg_estimates *estimates;
  trygg_contrast sum, difference;
  trygg_error error = {0};
  const size_t rows[] = {0, 1};
  texts.data = "str,w,a,g\n1,1,1,1\n1,2,2,1\n1,1,1,1\n2,3,1,1\n2,1,2,1\n2,2,1,2\n";
  f = fixture_load(&texts);
  estimates = fixture_estimate(&f, NULL, NULL);
  ck_ok(trygg_inference_contrast(estimates, rows, (const double[]){1, 1}, 2, 0, &sum, &error));
  ck_ok(trygg_inference_contrast(estimates, rows, (const double[]){1, -1}, 2, 0, &difference, &error));
  ck_near(sum.estimate, 1, 1e-15);
  ck_assert(sum.se < 1e-16); /* yes + no is always 1 */
  ck_near(difference.se, 2 * trygg_estimate_get(estimates, 0).se, 1e-12);
  ck_near(difference.df, 4, 0);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* ---- quantiles that a score test does not reject -------------------------------------------------- */

static fixture numbers(const char *data, const char *quantiles, const char *variance) {
  char indicators[256];
  snprintf(indicators, sizeof indicators, "name,type,variable,numerator\n%s", quantiles);
  return fixture_load(
      &(fixture_texts){.survey = "type,name,role\nselect_one g,g,\ndecimal,w,weight\ninteger,y,\n",
                       .choices = "list_name,name\ng,1\ng,2\n",
                       .indicators = indicators,
                       .data = data,
                       .variance = variance});
}

static tg_limits score_limits(const trygg_estimates *estimates, size_t row) {
  tg_limits limits;
  trygg_error error = {0};
  ck_ok(tg_inference_limits(estimates, row, tg_interval_find("score", NULL), 0.95, &limits, &error));
  return limits;
}

/* Values 1 to 10 of equal weight: SE(F) = sqrt(F (1 - F) / 9), t = 2.262.  At 0.5: 0.3 <= t 0.4/3 at F 0.2 and 0.8, but
 * 0.4 > t 0.1 at 0.1 and 0.9.  At 0.9: 0.3 <= t SE(0.6), 0.4 > t SE(0.5); 0.1 <= t SE(0.9), so that 1 is not rejected. */
START_TEST(score_limits_of_quantiles_by_hand) {
  fixture f = numbers("g,w,y\n1,1,3\n1,1,1\n1,1,2\n1,1,4\n1,1,10\n1,1,8\n1,1,9\n1,1,7\n1,1,6\n1,1,5\n",
                      "q1,quantile,y,0.1\nq5,quantile,y,0.5\nq9,quantile,y,0.9\n", NULL);
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  tg_limits low = score_limits(estimates, 0), half = score_limits(estimates, 1),
            high = score_limits(estimates, 2);
  ck_near(half.lower, 2, 0);
  ck_near(half.upper, 9, 0);
  ck_near(high.lower, 6, 0); /* Woodruff's, with the error at 0.9, is 7 */
  ck_assert(isnan(high.upper) && isnan(low.lower));
  ck_near(low.upper, 5, 0);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* The limits are where the test says so: every value is tried by the share at or below it. */
START_TEST(score_limits_are_those_of_the_test) {
  enum { COUNT = 97 };
  char data[4096] = "g,w,y\n", indicators[4096] = "q3,quantile,y,0.3\nq6,quantile,y,0.62\n";
  size_t at = strlen(data);
  fixture f, shares;
  trygg_estimates *estimates, *below;
  for (int i = 0; i < COUNT; i++)
    at += (size_t)snprintf(data + at, sizeof data - at, "%d,%d,%d\n", 1 + i % 2, 1 + i * 7 % 5,
                           i * i * 31 % 89);
  f = numbers(data, indicators, NULL);
  estimates = fixture_estimate(&f, NULL, NULL);
  for (size_t row = 0; row < 2; row++) {
    tg_limits limits = score_limits(estimates, row);
    double p = row ? 0.62 : 0.3, lower = NAN, upper = NAN;
    for (int y = 0; y < 89; y++) {
      trygg_estimate e;
      double t;
      snprintf(indicators, sizeof indicators, "name,type,variable,numerator\ns,share,y,0..%d\n", y);
      shares = fixture_load(
          &(fixture_texts){.survey = "type,name,role\nselect_one g,g,\ndecimal,w,weight\ninteger,y,\n",
                           .choices = "list_name,name\ng,1\ng,2\n",
                           .indicators = indicators,
                           .data = data});
      below = fixture_estimate(&shares, NULL, NULL);
      e = trygg_estimate_get(below, 0);
      t = 1.98498431152227; /* R: qt(0.975, 96) */
      if (isnan(lower) && e.estimate - p >= -t * e.se)
        lower = y;
      if (isnan(upper) && e.estimate - p >= t * e.se)
        upper = y;
      trygg_estimate_free(below);
      fixture_free(&shares);
    }
    /* The first of the shares that take a step, so that the value itself is met. */
    ck_near(limits.lower, lower, 0);
    ck_near(limits.upper, upper, 0);
  }
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(score_limits_of_equal_values_are_the_value) {
  fixture f = numbers("g,w,y\n1,1,4\n1,2,4\n1,1,4\n2,5,7\n", "q,quantile,y,0.5\n", NULL);
  trygg_estimates *estimates = fixture_estimate(&f, "g", NULL);
  tg_limits limits = score_limits(estimates, trygg_estimate_find(estimates, "", (const char *[]){"1"}, "q"));
  ck_near(limits.lower, 4, 0);
  ck_near(limits.upper, 4, 0);
  limits = score_limits(estimates, trygg_estimate_find(estimates, "", (const char *[]){"2"}, "q"));
  ck_assert(isnan(limits.lower) && isnan(limits.upper)); /* one record */
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* The jackknife gives sums their linearised error, so that its limits are the same; those of a bootstrap are near, and
 * belong to its own errors. */
START_TEST(score_limits_of_replicates_are_of_their_errors) {
  char data[8192] = "g,w,y\n";
  trygg_estimates *estimates[3];
  fixture f[3];
  const char *const variances[] = {NULL, "jackknife", "bootstrap:600"};
  tg_limits limits[3];
  for (int i = 0; i < 120; i++)
    sprintf(data + strlen(data), "1,%d,%d\n", 1 + i % 3, (i * 53) % 1000);
  for (size_t k = 0; k < 3; k++) {
    f[k] = numbers(data, "q,quantile,y,0.5\n", variances[k]);
    estimates[k] = fixture_estimate(&f[k], NULL, NULL);
    limits[k] = score_limits(estimates[k], 0);
  }
  ck_near(limits[1].lower, limits[0].lower, 1e-12);
  ck_near(limits[1].upper, limits[0].upper, 1e-12);
  ck_assert(fabs(limits[2].lower - limits[0].lower) < 30 && fabs(limits[2].upper - limits[0].upper) < 30);
  ck_assert(limits[2].lower != limits[0].lower || limits[2].upper != limits[0].upper);
  for (size_t k = 0; k < 3; k++) {
    trygg_estimate_free(estimates[k]);
    fixture_free(&f[k]);
  }
}
END_TEST

START_TEST(score_limits_may_lack_memory) {
  fixture f =
      numbers("g,w,y\n1,1,4\n1,2,5\n1,1,6\n2,5,7\n", "q,quantile,y,0.5\n", _i ? "bootstrap:20" : NULL);
  trygg_estimates *estimates = fixture_estimate(&f, "g", NULL);
  trygg_inference_options options = {sizeof options, 0, "score"};
  for (long after = 0;; after++) {
    trygg_table *table = NULL;
    trygg_error error = {0};
    trygg_status status;
    tg_memory_fail(after, 0);
    status = trygg_inference_table(estimates, &options, &table, &error);
    tg_memory_fail(-1, 0);
    trygg_table_free(table);
    if (status == TRYGG_OK)
      break;
    ck_assert(status == TRYGG_ENOMEM && !table);
  }
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(level_outside_is_refused) {
  double level;
  ck_assert_int_eq(tg_inference_level(1, &level, NULL), TRYGG_EINVAL);
  ck_assert_int_eq(tg_inference_level(-0.1, &level, NULL), TRYGG_EINVAL);
  ck_assert_int_eq(tg_inference_level(NAN, &level, NULL), TRYGG_EINVAL);
  ck_assert_int_eq(tg_inference_level(0, &level, NULL), TRYGG_OK);
  ck_near(level, 0.95, 0);
}
END_TEST

START_TEST(every_interval_is_listed_with_help) {
  size_t i = 0;
  for (; trygg_inference_interval(i); i++)
    ck_assert(strlen(trygg_inference_interval_help(i)) > 10);
  ck_assert_uint_eq(i, tg_interval_count);
  ck_assert_ptr_null(trygg_inference_interval_help(i));
}
END_TEST

START_TEST(estimates_that_are_retained_outlive_their_first_owner) {
  fixture f = fixture_load(&boundary);
  trygg_estimates *first = fixture_estimate(&f, NULL, NULL), *second = trygg_estimate_retain(first);
  trygg_estimate_free(first);
  fixture_free(&f);
  ck_near(trygg_estimate_get(second, 0).estimate, 1, 0);
  trygg_estimate_free(second);
}
END_TEST

static Suite *inference_suite(void) {
  Suite *suite = suite_create("inference");
  TCase *tests = tcase_create("inference");
  tcase_add_test(tests, limits_equal_survey);
  tcase_add_test(tests, limits_mirror_for_the_complement);
  tcase_add_test(tests, limits_hold_the_estimate_and_widen_with_the_level);
  tcase_add_test(tests, unknown_interval_names_the_nearest);
  tcase_add_test(tests, adjusted_p_equal_p_adjust);
  tcase_add_test(tests, adjusted_p_of_the_paper_equal_p_adjust);
  tcase_add_test(tests, every_adjustment_has_a_name_and_help);
  tcase_add_test(tests, shares_of_0_and_1_have_exact_limits);
  tcase_add_test(tests, without_df_there_is_no_interval);
  tcase_add_test(tests, contrast_of_complements_is_exact);
  tcase_add_test(tests, score_limits_of_quantiles_by_hand);
  tcase_add_test(tests, score_limits_are_those_of_the_test);
  tcase_add_test(tests, score_limits_of_equal_values_are_the_value);
  tcase_add_test(tests, score_limits_of_replicates_are_of_their_errors);
  tcase_add_loop_test(tests, score_limits_may_lack_memory, 0, 2);
  tcase_add_test(tests, level_outside_is_refused);
  tcase_add_test(tests, every_interval_is_listed_with_help);
  tcase_add_test(tests, estimates_that_are_retained_outlive_their_first_owner);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(inference_suite());
}
