/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classic trend tests on published series, tests over waves by hand, breaks. */
#include <trend/kendall.h>
#include <trend/trend.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "nile.h"

/* K1. */
START_TEST(mann_kendall_of_the_nile) {
  /* R trend 1.1.6 mk.test(Nile) and Kendall 2.2.1 */
  tg_kendall k;
  ck_assert_int_eq(tg_kendall_test(NULL, nile, 100, &k, NULL), TRYGG_OK);
  ck_near(k.s, -1387, 0);
  ck_near(k.variance, 112728.333333333, 1e-12);
  ck_near(k.z, -4.12806652284, 1e-11);
  ck_near(k.p, 3.65826292166e-5, 1e-9);
  ck_near(k.tau, -0.280741334725, 1e-11);
}
END_TEST

START_TEST(sen_slope_of_the_nile) {
  double year[100], slope, lower, upper;
  for (int i = 0; i < 100; i++)
    year[i] = 1871 + i;
  ck_assert_int_eq(tg_kendall_slope(year, nile, 100, 0.95, &slope, &lower, &upper, NULL), TRYGG_OK);
  ck_near(slope, -2.6, 1e-14);
  ck_near(lower, -3.62790697674, 1e-11);
  ck_near(upper, -1.42857142857, 1e-11);
}
END_TEST

START_TEST(mann_kendall_corrects_for_ties) {
  /* Sachs (1997, p. 668), as in R trend's vignette. */
  const double y[] = {5, 6, 2, 3, 5, 6, 4, 3, 7, 8, 9, 7, 5, 3, 4, 7, 3, 5, 6, 7, 8, 9};
  tg_kendall k;
  ck_assert_int_eq(tg_kendall_test(NULL, y, 22, &k, NULL), TRYGG_OK);
  ck_near(k.s, 67, 0);
  ck_near(k.variance, 1225, 1e-14);
  ck_near(k.z, 1.88571428571, 1e-11);
  ck_near(k.p, 0.059333466755, 1e-10);
}
END_TEST

START_TEST(mann_kendall_is_exact_for_short_series) {
  const double four[] = {1, 2, 3, 4}, five[] = {1, 2, 3, 5, 4}, one_tie[] = {1, 2, 2, 3}, flat[] = {2, 2, 2};
  tg_kendall k;
  tg_kendall_test(NULL, four, 4, &k, NULL);
  ck_near(k.p, 2.0 / 24, 1e-15); /* two of the 24 orders have |S| = 6: four waves cannot reject at 5 % */
  tg_kendall_test(NULL, five, 5, &k, NULL);
  ck_near(k.s, 8, 0);
  ck_near(k.p, 2 * (1.0 + 4.0) / 120, 1e-15); /* 1 and 4 permutations of five have 0 and 1 inversions */
  tg_kendall_test(NULL, one_tie, 4, &k, NULL);
  ck_near(k.s, 5, 0);
  ck_near(k.variance, (4 * 3 * 13 - 2 * 1 * 9) / 18.0, 1e-15);
  tg_kendall_test(NULL, flat, 3, &k, NULL);
  ck_assert(isnan(k.p) && isnan(k.tau));
}
END_TEST

START_TEST(mann_kendall_turns_with_the_series) {
  double back[100];
  tg_kendall a, b;
  for (int i = 0; i < 100; i++)
    back[i] = nile[99 - i];
  tg_kendall_test(NULL, nile, 100, &a, NULL);
  tg_kendall_test(NULL, back, 100, &b, NULL);
  ck_near(a.s, -b.s, 0);
  ck_near(a.p, b.p, 1e-15);
}
END_TEST

START_TEST(sen_slope_uses_real_times_and_needs_enough_pairs) {
  const double t[] = {2012, 2014, 2017, 2020}, y[] = {1, 5, 11, 17};
  double slope, lower, upper;
  tg_kendall_slope(t, y, 4, 0.95, &slope, &lower, &upper, NULL);
  ck_near(slope, 2, 1e-14);
  ck_assert(isnan(lower) && isnan(upper)); /* ranks outside 1..6 at 95 % */
}
END_TEST

/* ---- over waves ------------------------------------------------------------------------- */

#define SURVEY "type,name,role\ninteger,year,wave\ndecimal,w,weight\nselect_one yn,a,\ninteger,id,\n"
#define CHOICES "list_name,name\nyn,1\nyn,2\n"
#define INDICATORS "name,type,variable,numerator\nyes,share,a,1\n"

/* Waves 2010, 2012, 2015, 2016 of ten records each with 2, 3, 5, 6 hits, weight 1. */
static const char *four_waves(void) {
  static const int years[] = {2010, 2012, 2015, 2016}, hits[] = {2, 3, 5, 6};
  static char text[2000];
  char *at = text + sprintf(text, "year,w,a,id\n");
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < 10; i++)
      at += sprintf(at, "%d,1,%d,%d\n", years[k], i < hits[k] ? 1 : 2, i);
  return text;
}

static trygg_table *trend(const fixture_texts *texts, const char *test, int across) {
  fixture f = fixture_load(texts);
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_trend_options options = {
      .size = sizeof options, .tests = &test, .test_count = test != NULL, .across_breaks = across};
  trygg_table *table = NULL;
  trygg_error error = {0};
  ck_ok(trygg_trend_table(estimates, &options, &table, &error));
  trygg_estimate_free(estimates);
  fixture_free(&f);
  return table;
}

static double cell(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

static const char *text_cell(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_text(table, row, trygg_table_find(table, column));
}

/* With w = 1 a wave's variance is p (1 - p) / (n - 1): the with-replacement form with n = 10. */
static const double share[] = {0.2, 0.3, 0.5, 0.6}, year[] = {2010, 2012, 2015, 2016};

START_TEST(difference_of_independent_waves_adds_variances) {
  trygg_table *table = trend(
      &(fixture_texts){.survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = four_waves()},
      "difference", 0);
  ck_near(cell(table, 0, "estimate"), 0.1, 1e-14);
  ck_near(cell(table, 0, "se"), sqrt((0.25 + 0.24) / 9), 1e-12);
  ck_near(cell(table, 0, "df2"), 18, 0);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2015 2016");
  trygg_table_free(table);
}
END_TEST

START_TEST(linear_slope_is_least_squares_over_real_years) {
  double mean = (2010 + 2012 + 2015 + 2016) / 4.0, squares = 0, slope = 0, variance = 0;
  trygg_table *table = trend(
      &(fixture_texts){.survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = four_waves()},
      "linear", 0);
  for (int i = 0; i < 4; i++)
    squares += (year[i] - mean) * (year[i] - mean);
  for (int i = 0; i < 4; i++) {
    double c = (year[i] - mean) / squares;
    slope += c * share[i];
    variance += c * c * share[i] * (1 - share[i]) / 9;
  }
  ck_near(cell(table, 0, "estimate"), slope, 1e-12);
  ck_near(cell(table, 0, "se"), sqrt(variance), 1e-12);
  ck_near(cell(table, 0, "df2"), 36, 0);
  trygg_table_free(table);
}
END_TEST

START_TEST(wls_slope_and_heterogeneity_by_hand) {
  double w[4], sw = 0, mean = 0, centre = 0, squares = 0, slope = 0, q = 0, variance = 0;
  fixture_texts texts = {
      .survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = four_waves()};
  trygg_table *table = trend(&texts, "wls_slope", 0);
  for (int i = 0; i < 4; i++) {
    w[i] = 9 / (share[i] * (1 - share[i]));
    sw += w[i];
    mean += w[i] * year[i];
    centre += w[i] * share[i];
  }
  mean /= sw;
  centre /= sw;
  for (int i = 0; i < 4; i++) {
    squares += w[i] * (year[i] - mean) * (year[i] - mean);
    q += w[i] * (share[i] - centre) * (share[i] - centre); /* Cochran's Q */
  }
  for (int i = 0; i < 4; i++) {
    slope += w[i] * (year[i] - mean) / squares * share[i];
    variance += pow(w[i] * (year[i] - mean) / squares, 2) / w[i];
  }
  ck_near(cell(table, 0, "estimate"), slope, 1e-12);
  ck_near(cell(table, 0, "se"), sqrt(variance), 1e-12);
  trygg_table_free(table);
  table = trend(&texts, "heterogeneity", 0);
  ck_near(cell(table, 0, "statistic"), q * (36 - 3 + 1) / (36 * 3.0), 1e-10);
  ck_near(cell(table, 0, "df1"), 3, 0);
  ck_near(cell(table, 0, "df2"), 34, 0);
  trygg_table_free(table);
}
END_TEST

START_TEST(no_slope_runs_across_a_break_unless_asked) {
  fixture_texts texts = {.survey = SURVEY,
                         .choices = CHOICES,
                         .indicators = INDICATORS,
                         .data = four_waves(),
                         .breaks = "wave,indicator,kind,note\n2015,,break,new method\n"};
  trygg_table *table = trend(&texts, "linear", 0);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2015 2016");
  ck_near(cell(table, 0, "estimate"), 0.1, 1e-12);
  trygg_table_free(table);
  table = trend(&texts, "linear", 1);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2010 2012 2015 2016");
  trygg_table_free(table);
  texts.breaks = "wave\n2016\n";
  table = trend(&texts, "difference", 0);
  ck_assert(trygg_table_missing(table, 0, trygg_table_find(table, "estimate")));
  ck_assert_str_eq(text_cell(table, 0, "flag"), "break");
  trygg_table_free(table);
  table = trend(&texts, "linear", 0);
  ck_assert(trygg_table_missing(table, 0, trygg_table_find(table, "estimate")));
  ck_assert_str_eq(text_cell(table, 0, "flag"), "break");
  trygg_table_free(table);
}
END_TEST

START_TEST(break_of_another_indicator_does_not_matter) {
  trygg_table *table = trend(&(fixture_texts){.survey = SURVEY,
                                              .choices = CHOICES,
                                              .data = four_waves(),
                                              .indicators = INDICATORS "no,share,a,2\n",
                                              .breaks = "wave,indicator\n2015,no\n"},
                             "linear", 0);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2010 2012 2015 2016");
  ck_assert_str_eq(text_cell(table, 1, "waves"), "2015 2016");
  trygg_table_free(table);
}
END_TEST

START_TEST(record_slope_equals_weighted_least_squares_on_records) {
  /* Ten records a wave, equal weights: the slope on records is that on the waves. */
  fixture_texts texts = {
      .survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = four_waves()};
  trygg_table *records = trend(&texts, "record_linear", 0), *waves = trend(&texts, "linear", 0);
  ck_near(cell(records, 0, "estimate"), cell(waves, 0, "estimate"), 1e-12);
  ck_near(cell(records, 0, "df2"), cell(waves, 0, "df2") - 1, 0);
  trygg_table_free(records);
  trygg_table_free(waves);
}
END_TEST

START_TEST(logit_slope_of_two_waves_is_the_log_odds_ratio) {
  trygg_table *table = trend(&(fixture_texts){.survey = SURVEY,
                                              .choices = CHOICES,
                                              .indicators = INDICATORS,
                                              .data = four_waves(),
                                              .breaks = "wave\n2015\n"},
                             "record_logit", 0);
  double odds = log(0.6 / 0.4) - log(0.5 / 0.5);
  ck_near(cell(table, 0, "estimate"), odds, 1e-10); /* one year apart */
  ck_near(cell(table, 0, "se"), sqrt(0.24 / 9 / pow(0.24, 2) + 0.25 / 9 / pow(0.25, 2)), 1e-9);
  trygg_table_free(table);
}
END_TEST

/* From 0.5 to 0.6 where low is better: worse by 0.1, which is less than 0.3 with P(T > (0.3 - 0.1)/se). */
START_TEST(no_worse_knows_which_way_is_worse) {
  fixture f =
      fixture_load(&(fixture_texts){.survey = SURVEY,
                                    .choices = CHOICES,
                                    .data = four_waves(),
                                    .indicators = "name,type,variable,numerator,better\nbad,share,a,1,low\n"
                                                  "good,share,a,1,high\nneither,share,a,1,\n"});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  const char *test = "no_worse";
  trygg_trend_options options = {.size = sizeof options, .tests = &test, .test_count = 1, .margin = 0.3};
  trygg_table *table = NULL;
  trygg_error error = {0};
  double se = sqrt((0.25 + 0.24) / 9);
  ck_ok(trygg_trend_table(estimates, &options, &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 2);
  ck_near(cell(table, 0, "statistic"), (0.3 - 0.1) / se, 1e-12);
  ck_near(cell(table, 1, "statistic"), (0.3 + 0.1) / se, 1e-12);
  ck_assert(cell(table, 1, "p") < cell(table, 0, "p"));
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* For a share P(later higher) - P(later lower) is the difference of two waves: J is the mean over pairs. */
START_TEST(jonckheere_of_a_share_is_a_contrast) {
  trygg_table *table = trend(
      &(fixture_texts){.survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = four_waves()},
      "jonckheere", 0);
  double estimate = 0, variance = 0;
  for (int w = 0; w < 4; w++) {
    double c =
        (2 * w - 3) / 6.0; /* pairs in which wave w is the later one, less those in which it is the earlier */
    estimate += c * share[w];
    variance += c * c * share[w] * (1 - share[w]) / 9;
  }
  ck_near(cell(table, 0, "estimate"), estimate, 1e-13);
  ck_near(cell(table, 0, "se"), sqrt(variance), 1e-13);
  ck_near(cell(table, 0, "df2"), 36, 0);
  trygg_table_free(table);
}
END_TEST

/* Two samples of numbers: (J + 1)/2 is the area under the curve, and its variance that of DeLong, DeLong & Clarke-Pearson
 * (1988, Biometrics 44:837-845), by the placements of each value among those of the other. */
START_TEST(jonckheere_of_two_waves_is_the_area_under_the_curve) {
  static const double first[] = {447, 396, 383, 410}, second[] = {438, 521, 468, 391, 504, 472};
  char data[400], *at = data + sprintf(data, "year,score\n");
  double a[4] = {0}, b[6] = {0}, area = 0, s10 = 0, s01 = 0;
  trygg_table *table;
  for (int i = 0; i < 4; i++)
    at += sprintf(at, "2010,%g\n", first[i]);
  for (int j = 0; j < 6; j++)
    at += sprintf(at, "2011,%g\n", second[j]);
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 6; j++) {
      a[i] += (second[j] > first[i]) / 6.0;
      b[j] += (second[j] > first[i]) / 4.0;
      area += (second[j] > first[i]) / 24.0;
    }
  for (int i = 0; i < 4; i++)
    s10 += (a[i] - area) * (a[i] - area) / 3;
  for (int j = 0; j < 6; j++)
    s01 += (b[j] - area) * (b[j] - area) / 5;
  table = trend(&(fixture_texts){.survey = "type,name,role\ninteger,year,wave\ndecimal,score,\n",
                                 .choices = CHOICES,
                                 .indicators = "name,type,variable\nm,mean,score\n",
                                 .data = data},
                "jonckheere", 0);
  ck_near(cell(table, 0, "estimate"), 2 * area - 1, 1e-13);
  ck_near(cell(table, 0, "se"), 2 * sqrt(s10 / 4 + s01 / 6), 1e-13);
  trygg_table_free(table);
}
END_TEST

/* Cochran and Armitage over waves of equal size are the slope of the shares, and X2 its t squared. */
START_TEST(cochran_armitage_of_equal_waves_is_the_slope) {
  fixture_texts texts = {
      .survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = four_waves()};
  trygg_table *shares = trend(&texts, "cochran_armitage", 0), *line = trend(&texts, "linear", 0),
              *classic = trend(&texts, "cochran_armitage_classic", 0);
  double mean = 0, top = 0, squares = 0;
  ck_near(cell(shares, 0, "estimate"), cell(line, 0, "estimate"), 1e-12);
  ck_near(cell(shares, 0, "se"), cell(line, 0, "se"), 1e-12);
  ck_near(cell(shares, 0, "statistic"), pow(cell(line, 0, "statistic"), 2), 1e-12);
  for (int w = 0; w < 4; w++)
    mean += year[w] / 4;
  for (int w = 0; w < 4; w++) {
    top += 10 * (year[w] - mean) * share[w];
    squares += 10 * pow(year[w] - mean, 2);
  }
  ck_near(cell(classic, 0, "statistic"), top * top / (0.4 * 0.6 * squares), 1e-12);
  trygg_table_free(shares);
  trygg_table_free(line);
  trygg_table_free(classic);
}
END_TEST

START_TEST(unknown_time_says_where_to_give_it) {
  fixture f = fixture_load(&(fixture_texts){.survey = "type,name,role\ntext,round,wave\nselect_one yn,a,\n",
                                            .choices = CHOICES,
                                            .indicators = INDICATORS,
                                            .data = "round,a\nfirst,1\nfirst,2\nsecond,1\nsecond,2\n"});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = NULL;
  trygg_error error = {0};
  ck_assert_int_eq(trygg_trend_table(estimates, NULL, &table, &error), TRYGG_ECODEBOOK);
  ck_assert_ptr_null(table);
  ck_assert_str_eq(error.file, "waves.csv");
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(every_test_has_help_and_the_usual_ones_run) {
  trygg_table *table = trend(
      &(fixture_texts){.survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = four_waves()},
      NULL, 0);
  size_t row = 0;
  for (size_t i = 0; i < tg_test_count; i++) {
    ck_assert(strlen(trygg_trend_help(i)) > 10);
    ck_assert(trygg_trend_waves(i) >= 2 && trygg_trend_waves(i) <= 100);
    if (!trygg_trend_usual(i) || tg_tests[i].needs & (TG_NEEDS_BRIDGE | TG_NEEDS_BACKGROUND))
      continue;
    ck_assert_str_eq(text_cell(table, row, "test"), trygg_trend_test(i));
    ck_assert(!trygg_table_missing(table, row++, trygg_table_find(table, "statistic")));
  }
  ck_assert_uint_eq(trygg_trend_waves(tg_test_count), 0);
  ck_assert_uint_eq(trygg_table_rows(table), row);
  ck_assert_ptr_null(trygg_trend_test(tg_test_count));
  trygg_table_free(table);
}
END_TEST

START_TEST(shares_of_0_throughout_have_no_interval) {
  static const char data[] = "year,w,a,id\n2010,1,2,1\n2010,1,2,2\n2011,1,2,1\n2011,1,2,2\n";
  fixture_texts texts = {.survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = data};
  trygg_table *table = trend(&texts, NULL, 0);
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    ck_assert(trygg_table_missing(table, row, trygg_table_find(table, "lower")));
    ck_assert(trygg_table_missing(table, row, trygg_table_find(table, "p")));
    ck_assert_ptr_nonnull(strstr(text_cell(table, row, "flag"), "boundary"));
    if (!strcmp(text_cell(table, row, "test"), "record_logit"))
      ck_assert(trygg_table_missing(table, row, trygg_table_find(table, "estimate")));
  }
  trygg_table_free(table);
}
END_TEST

START_TEST(tests_that_do_not_apply_give_no_row) {
  trygg_table *table = trend(&(fixture_texts){.survey = SURVEY,
                                              .choices = CHOICES,
                                              .data = four_waves(),
                                              .indicators = "name,type,variable,numerator\nt,total,a,1\n"},
                             NULL, 0);
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    ck_assert(strncmp(text_cell(table, row, "test"), "record_", 7));
  ck_assert_uint_eq(trygg_table_rows(table), 7); /* the usual nine without those on records */
  trygg_table_free(table);
}
END_TEST

START_TEST(rows_that_will_not_be_published_are_no_part_of_the_family) {
  fixture f = fixture_load(&(fixture_texts){.survey = SURVEY,
                                            .choices = CHOICES,
                                            .data = four_waves(),
                                            .indicators = INDICATORS "no,share,a,2\nfew,share,a,1\n"});
  trygg_estimates *estimates = fixture_estimate(&f, "a", NULL);
  const char *test = "difference";
  trygg_trend_options options = {.size = sizeof options, .tests = &test, .test_count = 1};
  trygg_table *all = NULL, *large = NULL;
  trygg_error error = {0};
  ck_ok(trygg_trend_table(estimates, &options, &all, &error));
  options.min_n = 8; /* the cells by answer have fewer */
  ck_ok(trygg_trend_table(estimates, &options, &large, &error));
  ck_assert(cell(large, 0, "p_adjusted") <= cell(all, 0, "p_adjusted"));
  for (size_t row = 3; row < trygg_table_rows(large); row++)
    ck_assert(trygg_table_missing(large, row, trygg_table_find(large, "p_adjusted")));
  trygg_table_free(all);
  trygg_table_free(large);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

static Suite *trend_suite(void) {
  Suite *suite = suite_create("trend");
  TCase *tests = tcase_create("trend");
  tcase_add_test(tests, mann_kendall_of_the_nile);
  tcase_add_test(tests, sen_slope_of_the_nile);
  tcase_add_test(tests, mann_kendall_corrects_for_ties);
  tcase_add_test(tests, mann_kendall_is_exact_for_short_series);
  tcase_add_test(tests, mann_kendall_turns_with_the_series);
  tcase_add_test(tests, sen_slope_uses_real_times_and_needs_enough_pairs);
  tcase_add_test(tests, difference_of_independent_waves_adds_variances);
  tcase_add_test(tests, linear_slope_is_least_squares_over_real_years);
  tcase_add_test(tests, wls_slope_and_heterogeneity_by_hand);
  tcase_add_test(tests, no_slope_runs_across_a_break_unless_asked);
  tcase_add_test(tests, break_of_another_indicator_does_not_matter);
  tcase_add_test(tests, record_slope_equals_weighted_least_squares_on_records);
  tcase_add_test(tests, logit_slope_of_two_waves_is_the_log_odds_ratio);
  tcase_add_test(tests, no_worse_knows_which_way_is_worse);
  tcase_add_test(tests, jonckheere_of_a_share_is_a_contrast);
  tcase_add_test(tests, jonckheere_of_two_waves_is_the_area_under_the_curve);
  tcase_add_test(tests, cochran_armitage_of_equal_waves_is_the_slope);
  tcase_add_test(tests, unknown_time_says_where_to_give_it);
  tcase_add_test(tests, every_test_has_help_and_the_usual_ones_run);
  tcase_add_test(tests, shares_of_0_throughout_have_no_interval);
  tcase_add_test(tests, tests_that_do_not_apply_give_no_row);
  tcase_add_test(tests, rows_that_will_not_be_published_are_no_part_of_the_family);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(trend_suite());
}
