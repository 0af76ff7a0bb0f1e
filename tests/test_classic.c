/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classic tests over several series, beside a covariate and on answers that have an order. */
#include <trend/autocorrelation.h>
#include <trend/jonckheere.h>
#include <trend/kendall.h>
#include <trend/partial.h>
#include <trend/regional.h>
#include <trend/season.h>
#include <trygg/trend.h>

#include <base/memory.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "rain.h"

/* J. W. Longley's (1967) unemployed, armed forces and gross national product, 1947-1962: NIST StRD, R's `longley`. */
static const double longley[3][16] = {{235.6, 232.5, 368.2, 335.1, 209.9, 193.2, 187.0, 357.8, 290.4, 282.2,
                                       293.6, 468.1, 381.3, 393.1, 480.6, 400.7},
                                      {159.0, 145.6, 161.6, 165.0, 309.9, 359.4, 354.7, 335.0, 304.8, 285.7,
                                       279.8, 263.7, 255.2, 251.4, 257.2, 282.7},
                                      {234.289, 259.426, 258.054, 284.599, 328.975, 346.999, 365.385, 363.112,
                                       397.469, 419.180, 442.769, 444.546, 482.704, 502.601, 518.173,
                                       554.894}};

/* ---- several series ----------------------------------------------------------------------- */

/* pymannkendall 1.4.3: correlated_multivariate_test() and the S of multivariate_test(). */
START_TEST(kendall_over_series_that_are_correlated) {
  tg_regional r;
  ck_assert_int_eq(tg_regional_kendall(*longley, 3, 16, &r, NULL), TRYGG_OK);
  ck_near(r.statistic, 178, 0);
  ck_near(r.variance, 1973.3333333333333, 1e-14);
  ck_near(r.z, 4.007004003127659, 1e-13);
  ck_near(r.p, 6.149382123754599e-05, 1e-11);
  ck_near(r.estimate, 0.49444444444444446, 1e-14);
  ck_near(r.smallest_p, 0, 0);
}
END_TEST

START_TEST(one_series_is_mann_kendall) {
  tg_regional r;
  tg_kendall k;
  for (size_t n = 3; n <= 8; n++) {
    tg_kendall_test(NULL, longley[0], n, &k, NULL);
    ck_assert_int_eq(tg_regional_kendall(longley[0], 1, n, &r, NULL), TRYGG_OK);
    ck_near(r.statistic, k.s, 0);
    ck_near(r.variance, k.variance, 1e-14);
    ck_near(r.p, k.p, 1e-14);
    ck_near(r.smallest_p, k.smallest_p, 1e-14);
  }
}
END_TEST

/* The same series twice: S is twice as large and says no more. */
START_TEST(a_copied_area_adds_nothing) {
  double twice[14];
  tg_regional one, two;
  memcpy(twice, longley[1], 7 * sizeof *twice);
  memcpy(twice + 7, longley[1], 7 * sizeof *twice);
  tg_regional_kendall(twice, 1, 7, &one, NULL);
  tg_regional_kendall(twice, 2, 7, &two, NULL);
  ck_near(two.statistic, 2 * one.statistic, 0);
  ck_near(two.variance, 4 * one.variance, 1e-14);
  ck_near(two.estimate, one.estimate, 1e-15);
  ck_near(two.p, one.p, 0);
  ck_near(two.smallest_p, one.smallest_p, 0);
}
END_TEST

/* The variance by covariances is that over all orders: the mean square of S over the 5! orders of the waves. */
START_TEST(covariances_are_those_over_all_orders) {
  static const double y[15] = {1, 2, 2, 3, 5, 2, 1, 4, 4, 4, 5, 4, 3, 1, 2};
  double squares = 0, orders = 0, moved[15];
  tg_regional r, one;
  for (int code = 0; code < 3125; code++) {
    int order[5], used = 0;
    for (int i = 0, rest = code; i < 5; i++, rest /= 5)
      used |= 1 << (order[i] = rest % 5);
    if (used != 31)
      continue;
    for (int g = 0; g < 3; g++)
      for (int i = 0; i < 5; i++)
        moved[5 * g + i] = y[5 * g + order[i]];
    tg_regional_kendall(moved, 3, 5, &one, NULL);
    squares += one.statistic * one.statistic;
    orders++;
  }
  tg_regional_kendall(y, 3, 5, &r, NULL);
  ck_near(orders, 120, 0);
  ck_near(squares / orders, r.variance, 1e-13);
}
END_TEST

/* ---- Page --------------------------------------------------------------------------------- */

/* scipy 1.17.1's page_trend_test(): one-sided, so half. */
START_TEST(page_without_ties) {
  static const double y[15] = {1.2, 3.4, 2.2, 4.1, 5, 2, 1, 4, 3, 6, 5, 2, 3, 7, 8};
  tg_regional r;
  ck_assert_int_eq(tg_regional_page(y, 3, 5, &r, NULL), TRYGG_OK);
  ck_near(r.statistic, 159, 0);
  ck_near(r.p, 2 * 0.0014091435185185183, 1e-13);
  ck_near(erfc(r.z / sqrt(2)) / 2, 0.0027918084031893827, 1e-11);
  ck_near(r.variance, 3 * 25 * 36 * 4 / 144.0, 1e-14);
  ck_near(r.smallest_p, 2 / pow(120, 3), 1e-13);
  ck_near(r.estimate, (0.9 + 0.8 + 0.7) / 3, 1e-14); /* Spearman's, area by area */
}
END_TEST

/* Page's (1963) table, one-sided: 2 blocks of 3 reach 5 % at L = 28 (1/36) and never 1 %; 3 blocks 5 % at 41 (7/216) and 1 %
 * at 42 (1/216). */
START_TEST(page_at_the_values_of_his_table) {
  static const double best[9] = {1, 2, 3, 1, 2, 3, 1, 2, 3}, next[9] = {1, 2, 3, 1, 2, 3, 1, 3, 2};
  tg_regional r;
  tg_regional_page(best, 2, 3, &r, NULL);
  ck_near(r.statistic, 28, 0);
  ck_near(r.p, 2 / 36.0, 1e-14);
  tg_regional_page(best, 3, 3, &r, NULL);
  ck_near(r.statistic, 42, 0);
  ck_near(r.p, 2 / 216.0, 1e-14);
  tg_regional_page(next, 3, 3, &r, NULL);
  ck_near(r.statistic, 41, 0);
  ck_near(r.p, 2 * (1 + 3 * 2) / 216.0, 1e-14); /* each block has two orders that are one short */
}
END_TEST

/* Ten students on three ways of teaching (scipy's example, L = 133.5).  With the ties of each in the distribution, by
 * enumeration in Python: 0.00077; the table without ties, as scipy has it, gives 2 x 0.00182. */
START_TEST(page_with_ties) {
  static const double y[30] = {3, 4, 3, 2, 2, 4, 3, 3, 5, 1, 3, 2, 2, 3, 2,
                               2, 4, 5, 1, 2, 4, 3, 4, 4, 2, 4, 5, 1, 3, 4};
  tg_regional r;
  tg_regional_page(y, 10, 3, &r, NULL);
  ck_near(r.statistic, 133.5, 0);
  ck_near(r.p, 0.0007684296093075238, 1e-12);
  ck_near(r.smallest_p, 1.0584429880268924e-06, 1e-12);
  ck_near(r.variance, 17.5, 1e-14);
}
END_TEST

START_TEST(page_without_differences_says_nothing) {
  static const double flat[8] = {2, 2, 2, 2, 5, 5, 5, 5};
  tg_regional r;
  ck_assert_int_eq(tg_regional_page(flat, 2, 4, &r, NULL), TRYGG_OK);
  ck_assert(isnan(r.p));
  ck_assert_int_eq(tg_regional_kendall(flat, 2, 4, &r, NULL), TRYGG_OK);
  ck_assert(isnan(r.p));
}
END_TEST

/* The normal distribution takes over where the exact one has too many steps, without a jump. */
START_TEST(page_of_many_areas_is_normal) {
  static double y[101 * 5];
  tg_regional few, many;
  for (int g = 0; g < 101; g++)
    for (int i = 0; i < 5; i++)
      y[5 * g + i] = sin(1.7 * g + 2.3 * i) + (g % 4 ? 0 : 0.2 * i);
  tg_regional_page(y, 100, 5, &few, NULL);
  tg_regional_page(y, 101, 5, &many, NULL);
  ck_assert(few.smallest_p > 0 && many.smallest_p == 0);
  ck_near(few.p, erfc(fabs(few.z) / sqrt(2)), 0.03);
  ck_near(many.p, erfc(fabs(many.z) / sqrt(2)), 1e-12);
}
END_TEST

/* ---- times of the year --------------------------------------------------------------------- */

/* Spring and autumn of four years, both rising: S = 12 in one of 24 x 24 pairs of orders, as is -12. */
START_TEST(seasons_are_exact_where_short) {
  static const double t[8] = {2010.25, 2010.75, 2011.25, 2011.75, 2012.25, 2012.75, 2013.25, 2013.75},
                      rising[8] = {1, 5, 2, 6, 3, 7, 4, 8}, tied[8] = {1, 5, 2, 6, 2, 7, 4, 7};
  tg_season s;
  tg_season_test(t, rising, 8, TG_SEASONS_INDEPENDENT, &s, NULL);
  ck_near(s.s, 12, 0);
  ck_near(s.p, 2 / 576.0, 1e-14);
  ck_near(s.smallest_p, 2 / 576.0, 1e-14);
  tg_season_test(t, tied, 8, TG_SEASONS_INDEPENDENT, &s, NULL);
  ck_near(s.s, 10, 0);
  ck_near(s.p, 2 / 144.0, 1e-14); /* twelve orders of each */
  tg_season_test(t, rising, 8, TG_SEASONS_CORRELATED, &s, NULL);
  ck_near(s.s, 12, 0);
  ck_near(s.p, 2 / 24.0, 1e-14); /* of the years */
  tg_season_test(t, rising, 8, TG_SEASONS_PAGE, &s, NULL);
  ck_near(s.s, 60, 0);
  ck_near(s.p, 2 / 576.0, 1e-14);
}
END_TEST

/* K13, thirty years of rain by month (pymannkendall's tests): as one series without the unknown months, whitened, by month,
 * and of the years that have all months, by month and correlated. */
START_TEST(rain_by_month_K13) {
  double t[360], y[360], white[360];
  size_t n = 0, whole = 0;
  tg_kendall k;
  tg_season s;
  for (int i = 0; i < 360; i++)
    if (rain[i] >= 0) {
      t[n] = 1981 + (i + 0.5) / 12;
      y[n++] = rain[i];
    }
  tg_kendall_test(NULL, y, n, &k, NULL);
  ck_near(k.s, -1959, 0);
  ck_near(k.variance, 4889800.333333333, 1e-14);
  ck_near(k.z, -0.8854562842589916, 1e-13);
  ck_near(k.p, 0.37591058740506833, 1e-12);
  tg_autocorrelation_whiten(t, y, n, 0, white, NULL);
  tg_kendall_test(NULL, white, n - 1, &k, NULL);
  ck_near(k.s, -219, 0);
  ck_near(k.z, -0.09882867695903437, 1e-13);
  tg_season_test(t, y, n, TG_SEASONS_INDEPENDENT, &s, NULL);
  ck_near(s.s, -399, 0);
  ck_near(s.variance, 34702.333333333336, 1e-14);
  ck_near(s.z, -2.136504114534638, 1e-13);
  for (int year = 0; year < 30; year++) {
    int known = 1;
    for (int m = 0; m < 12; m++)
      known &= rain[12 * year + m] >= 0;
    for (int m = 0; known && m < 12; m++) {
      t[whole] = 1981 + year + (m + 0.5) / 12;
      y[whole++] = rain[12 * year + m];
    }
  }
  tg_season_test(t, y, whole, TG_SEASONS_CORRELATED, &s, NULL);
  ck_near(s.s, -333, 0);
  ck_near(s.variance, 31427.666666666664, 1e-14);
  ck_near(s.z, -1.878400366918792, 1e-13);
}
END_TEST

/* ---- beside a covariate -------------------------------------------------------------------- */

/* pymannkendall 1.4.3: partial_test() of unemployment given the gross national product. */
START_TEST(kendall_given_a_covariate) {
  tg_partial p;
  tg_partial_test(longley[0], longley[2], 16, &p);
  ck_near(p.s, -16.108108108108112, 1e-13);
  ck_near(p.variance, 302.7027027027027, 1e-13);
  ck_near(p.z, -0.9258409513417883, 1e-13);
  ck_near(p.p, 0.3545286417919502, 1e-12);
}
END_TEST

/* The same of its test data: solids in a river given its discharge, 74 samples with ties in both.  It takes variances
 * without ties, as R's trend does (K4); ours know them. */
START_TEST(kendall_given_a_covariate_with_ties) {
  double untied = 74 * 73 * 153 / 18.0, both = tg_kendall_covariance(solids, discharge, 74);
  tg_kendall y, x;
  tg_partial p;
  tg_kendall_test(NULL, solids, 74, &y, NULL);
  tg_kendall_test(NULL, discharge, 74, &x, NULL);
  ck_near(y.s - both / untied * x.s, -282.53012319329804, 1e-12);
  ck_near(untied - both * both / untied, 23740.695506142725, 1e-12);
  tg_partial_test(solids, discharge, 74, &p);
  ck_near(p.s, y.s - both / x.variance * x.s, 1e-12);
  ck_near(p.variance, y.variance - both * both / x.variance, 1e-12);
  ck_near(p.p, 0.06670496348739152, 0.01);
}
END_TEST

START_TEST(a_covariate_that_says_all_or_nothing) {
  static const double y[8] = {3, 1, 4, 2, 6, 5, 8, 7}, flat[8] = {1, 1, 1, 1, 1, 1, 1, 1},
                      /* reflected halves: unrelated to order in either direction */
      even[8] = {1, 2, 3, 4, 4, 3, 2, 1};
  tg_partial p;
  tg_kendall k;
  tg_partial_test(y, y, 8, &p); /* nothing is left */
  ck_assert(isnan(p.p));
  tg_partial_test(y, flat, 8, &p);
  ck_assert(isnan(p.p));
  tg_partial_test(y, even, 8, &p); /* S of the covariate is 0: S stays */
  tg_kendall_test(NULL, y, 8, &k, NULL);
  ck_near(p.s, k.s, 1e-14);
}
END_TEST

/* ---- Jonckheere and Terpstra ------------------------------------------------------------------- */

/* K10, cups of coffee and tapping of fingers: 447 396 383 410 / 438 521 468 391 504 472 / 513 543 506 489 407. */
static const double coffee[15] = {383, 391, 396, 407, 410, 438, 447, 468, 472, 489, 504, 506, 513, 521, 543};
static const size_t cups[15] = {0, 1, 0, 2, 0, 1, 0, 1, 1, 2, 1, 2, 2, 1, 2};

START_TEST(jonckheere_of_coffee_K10) {
  tg_jonckheere j;
  ck_assert_int_eq(tg_jonckheere_test(coffee, cups, 15, 3, &j, NULL), TRYGG_OK);
  ck_near(j.j, 59, 0);
  ck_near(j.pairs / 2, 37, 0);
  ck_near(j.variance, 88.666667, 1e-8);
  ck_near(j.z, 2.336374674, 1e-9);
  ck_near(erfc(j.z / sqrt(2)) / 2, 0.00973586136, 1e-8); /* R DescTools and clinfun */
  ck_near(j.p, 12444.0 / 630630, 1e-13);                 /* of all ways to form the groups */
  ck_near(j.smallest_p, 2.0 / 630630, 1e-12);
}
END_TEST

/* Two groups: Mann and Whitney.  1 2 4 against 3 5: U = 5 of 6, and P(U >= 5) = 2/10. */
START_TEST(jonckheere_of_two_groups_is_mann_whitney) {
  static const double y[5] = {1, 2, 3, 4, 5};
  static const size_t group[5] = {0, 0, 1, 0, 1};
  tg_jonckheere j;
  tg_jonckheere_test(y, group, 5, 2, &j, NULL);
  ck_near(j.j, 5, 0);
  ck_near(j.variance, 3, 1e-14); /* 3 x 2 x 6 / 12 */
  ck_near(j.p, 0.4, 1e-14);
}
END_TEST

/* With every group of one it is Mann-Kendall; with ties its variance stays that of S, halved. */
START_TEST(jonckheere_of_single_values_is_mann_kendall) {
  static const double times[] = {0, 1, 2, 3, 4, 5, 6}, y[] = {2, 1, 3, 5, 4, 6, 7},
                      tied[] = {1, 1, 2, 3, 3, 4, 5};
  static const size_t wave[] = {1, 0, 2, 4, 3, 5, 6}, in_order[] = {0, 1, 2, 3, 4, 5, 6};
  static const double sorted[] = {1, 2, 3, 4, 5, 6, 7};
  tg_jonckheere j;
  tg_kendall k;
  tg_jonckheere_test(sorted, wave, 7, 7, &j, NULL);
  tg_kendall_test(times, y, 7, &k, NULL);
  ck_near(2 * j.j - 21, k.s, 0);
  ck_near(4 * j.variance, k.variance, 1e-13);
  ck_near(j.p, k.p, 1e-13);
  tg_jonckheere_test(tied, in_order, 7, 7, &j, NULL);
  tg_kendall_test(times, tied, 7, &k, NULL);
  ck_near(2 * j.j - 21, k.s, 0);
  ck_near(4 * j.variance, k.variance, 1e-13);
  ck_assert(fabs(j.p - k.p) < 4 * sqrt(k.p / 20000) + 1e-4); /* by draws */
}
END_TEST

START_TEST(jonckheere_of_equal_answers_says_nothing) {
  static const double y[4] = {1, 1, 1, 1};
  static const size_t group[4] = {0, 1, 0, 1};
  tg_jonckheere j;
  ck_assert_int_eq(tg_jonckheere_test(y, group, 4, 2, &j, NULL), TRYGG_OK);
  ck_assert(isnan(j.p));
}
END_TEST

/* ---- from surveys ---------------------------------------------------------------------------- */

#define WAVES 5
#define MANY 10 /* waves, the same ones again */
static const int hits[4][WAVES] = {{2, 3, 5, 4, 8}, {1, 2, 2, 6, 7}, {4, 3, 6, 7, 9}, {5, 5, 4, 0, 1}};

/* Areas 1 to 3 in all waves, ten answers each; area 4 was not asked after the third. */
static const char *areas(int waves) {
  static char text[16000];
  char *at = text + sprintf(text, "year,w,area,a,b\n");
  for (int w = 0; w < waves; w++)
    for (int g = 0; g < 4; g++)
      for (int i = 0; i < 10 && (g < 3 || w < 3); i++)
        at += sprintf(at, "%d,1,%d,%d,%d\n", 2010 + 2 * w, g + 1, i < hits[g][w % WAVES] ? 1 : 2,
                      (i * (w + 2) + w * g) % 5);
  return text;
}

static const fixture_texts *survey(int waves) {
  static fixture_texts texts = {
      .survey =
          "type,name,role\ninteger,year,wave\ndecimal,w,weight\nselect_one a,area,\nselect_one yn,a,\ninteger,b,\n",
      .choices = "list_name,name\nyn,1\nyn,2\na,1\na,2\na,3\na,4\n",
      .indicators = "name,type,variable,numerator\nyes,share,a,1\nlevel,mean,b,\n"};
  texts.data = areas(waves);
  return &texts;
}

static trygg_table *run(const char *by, const char *const *tests, size_t count, const char *covariate,
                        trygg_status wanted, trygg_error *error) {
  fixture f = fixture_load(survey(WAVES));
  trygg_estimates *estimates = fixture_estimate(&f, by, NULL);
  trygg_trend_options options = {
      .size = sizeof options, .tests = tests, .test_count = count, .covariate = covariate};
  trygg_table *table = NULL;
  ck_assert_int_eq(trygg_trend_table(estimates, &options, &table, error), wanted);
  trygg_estimate_free(estimates);
  fixture_free(&f);
  return table;
}

static double cell(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

/* One row an indicator with an empty area; the area that lacks waves takes no part. */
START_TEST(areas_of_a_survey_make_one_row) {
  static const char *const tests[] = {"regional", "page"};
  double y[3 * WAVES];
  trygg_error error = {0};
  trygg_table *table = run("area", tests, 2, NULL, TRYGG_OK, &error);
  tg_regional kendall, page;
  for (int g = 0; g < 3; g++)
    for (int w = 0; w < WAVES; w++)
      y[g * WAVES + w] = hits[g][w] / 10.0;
  tg_regional_kendall(y, 3, WAVES, &kendall, NULL);
  tg_regional_page(y, 3, WAVES, &page, NULL);
  ck_assert_uint_eq(trygg_table_rows(table), 4);
  ck_assert(trygg_table_missing(table, 0, trygg_table_find(table, "area")));
  ck_assert_str_eq(trygg_table_text(table, 0, trygg_table_find(table, "waves")), "2010 2012 2014 2016 2018");
  ck_near(cell(table, 0, "statistic"), kendall.statistic, 0);
  ck_near(cell(table, 0, "p"), kendall.p, 1e-14);
  ck_near(cell(table, 0, "estimate"), kendall.estimate, 1e-14);
  ck_near(cell(table, 1, "statistic"), page.statistic, 0);
  ck_near(cell(table, 1, "p"), page.p, 1e-14);
  trygg_table_free(table);
}
END_TEST

START_TEST(tests_over_areas_need_areas) {
  static const char *const tests[] = {"page"}, *const all[] = {"all"};
  trygg_error error = {0};
  trygg_table *table = run(NULL, tests, 1, NULL, TRYGG_EINVAL, &error);
  ck_assert_ptr_null(table);
  ck_assert_ptr_nonnull(strstr(error.message, "by area"));
  table = run(NULL, all, 1, NULL, TRYGG_OK, &error);
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    ck_assert_str_ne(trygg_table_text(table, row, trygg_table_find(table, "test")), "page");
  trygg_table_free(table);
}
END_TEST

START_TEST(a_covariate_is_one_of_the_indicators) {
  static const char *const tests[] = {"partial_mann_kendall"};
  trygg_error error = {0};
  trygg_table *table = run(NULL, tests, 1, NULL, TRYGG_EINVAL, &error);
  ck_assert_ptr_nonnull(strstr(error.message, "give a covariate"));
  table = run(NULL, tests, 1, "levle", TRYGG_ENAME, &error);
  ck_assert_ptr_nonnull(strstr(error.message, "`level`"));
  table = run(NULL, tests, 1, "level", TRYGG_OK, &error); /* no row of its own; five waves are too few */
  ck_assert_uint_eq(trygg_table_rows(table), 1);
  ck_assert_str_eq(trygg_table_text(table, 0, 0), "yes");
  ck_assert_str_eq(trygg_table_text(table, 0, trygg_table_find(table, "flag")), "few_waves");
  trygg_table_free(table);
}
END_TEST

/* Of a share J counts pairs: hits in the later and none in the earlier wave, ties as halves. */
START_TEST(jonckheere_of_the_answers_of_a_survey) {
  static const char *const tests[] = {"jonckheere_classic"};
  double in_wave[WAVES] = {0}, yes[WAVES] = {0}, j = 0, pairs = 0;
  trygg_error error = {0};
  trygg_table *table = run(NULL, tests, 1, NULL, TRYGG_OK, &error);
  for (int w = 0; w < WAVES; w++)
    for (int g = 0; g < (w < 3 ? 4 : 3); g++) {
      in_wave[w] += 10;
      yes[w] += hits[g][w];
    }
  for (int w = 0; w < WAVES; w++)
    for (int v = 0; v < w; v++) {
      pairs += in_wave[v] * in_wave[w];
      j += (yes[w] * (in_wave[v] - yes[v]) - (in_wave[w] - yes[w]) * yes[v] + in_wave[v] * in_wave[w]) / 2;
    }
  ck_near(cell(table, 0, "statistic"), j, 1e-14);
  ck_near(cell(table, 0, "estimate"), 2 * j / pairs - 1, 1e-13);
  ck_assert(cell(table, 0, "p") < 0.001); /* 180 answers: normal */
  trygg_table_free(table);
}
END_TEST

/* Beside a covariate the row is that of the two series. */
START_TEST(a_covariate_of_a_survey) {
  static const char *const tests[] = {"partial_mann_kendall"};
  double y[MANY], x[MANY];
  trygg_error error = {0};
  fixture f = fixture_load(survey(MANY));
  trygg_estimates *estimates = fixture_estimate(&f, "area", NULL);
  trygg_trend_options options = {
      .size = sizeof options, .tests = tests, .test_count = 1, .covariate = "level"};
  trygg_table *table = NULL;
  tg_partial p;
  for (int w = 0; w < MANY; w++) {
    char wave[8];
    sprintf(wave, "%d", 2010 + 2 * w);
    y[w] = fixture_get(estimates, wave, "2", "yes").estimate;
    x[w] = fixture_get(estimates, wave, "2", "level").estimate;
  }
  tg_partial_test(y, x, MANY, &p);
  ck_ok(trygg_trend_table(estimates, &options, &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 5);
  ck_assert_str_eq(trygg_table_text(table, 2, 0), "2");
  ck_near(cell(table, 2, "statistic"), p.s, 1e-13);
  ck_near(cell(table, 2, "estimate"), p.correlation, 1e-13);
  ck_near(cell(table, 2, "p"), p.p, 1e-13);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(tests_over_areas_survive_without_memory) {
  static const char *const tests[] = {"regional", "page", "partial_mann_kendall", "jonckheere_classic"};
  fixture f = fixture_load(survey(_i < 2 ? WAVES : MANY));
  trygg_estimates *estimates = fixture_estimate(&f, _i < 3 ? "area" : NULL, NULL);
  trygg_trend_options options = {
      .size = sizeof options, .tests = &tests[_i], .test_count = 1, .covariate = "level"};
  for (int for_ever = 0; for_ever < 2; for_ever++) {
    trygg_status status = TRYGG_ENOMEM;
    for (long k = 0; status != TRYGG_OK; k++) {
      trygg_table *table = NULL;
      trygg_error error = {0};
      tg_memory_fail(k, for_ever);
      status = trygg_trend_table(estimates, &options, &table, &error);
      tg_memory_fail(-1, 0);
      ck_assert(status == TRYGG_OK || (status == TRYGG_ENOMEM && !table));
      ck_assert_int_lt(k, 2000);
      trygg_table_free(table);
    }
  }
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* Five answers with ties, by draws, and without, exactly. */
START_TEST(jonckheere_survives_without_memory) {
  static const double tied[5] = {1, 1, 2, 3, 3}, apart[5] = {1, 2, 3, 4, 5};
  static const size_t group[5] = {0, 1, 0, 1, 2};
  trygg_status status = TRYGG_ENOMEM;
  for (long k = 0; status != TRYGG_OK; k++) {
    tg_jonckheere j;
    trygg_error error = {0};
    tg_memory_fail(k, 0);
    status = tg_jonckheere_test(_i ? tied : apart, group, 5, 3, &j, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    ck_assert_int_lt(k, 10);
  }
}
END_TEST

static Suite *classic_suite(void) {
  Suite *suite = suite_create("classic");
  TCase *tests = tcase_create("classic");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, kendall_over_series_that_are_correlated);
  tcase_add_test(tests, one_series_is_mann_kendall);
  tcase_add_test(tests, a_copied_area_adds_nothing);
  tcase_add_test(tests, covariances_are_those_over_all_orders);
  tcase_add_test(tests, page_without_ties);
  tcase_add_test(tests, page_at_the_values_of_his_table);
  tcase_add_test(tests, page_with_ties);
  tcase_add_test(tests, page_without_differences_says_nothing);
  tcase_add_test(tests, page_of_many_areas_is_normal);
  tcase_add_test(tests, seasons_are_exact_where_short);
  tcase_add_test(tests, kendall_given_a_covariate);
  tcase_add_test(tests, kendall_given_a_covariate_with_ties);
  tcase_add_test(tests, rain_by_month_K13);
  tcase_add_test(tests, a_covariate_that_says_all_or_nothing);
  tcase_add_test(tests, jonckheere_of_coffee_K10);
  tcase_add_test(tests, jonckheere_of_two_groups_is_mann_whitney);
  tcase_add_test(tests, jonckheere_of_single_values_is_mann_kendall);
  tcase_add_test(tests, jonckheere_of_equal_answers_says_nothing);
  tcase_add_test(tests, areas_of_a_survey_make_one_row);
  tcase_add_test(tests, tests_over_areas_need_areas);
  tcase_add_test(tests, a_covariate_is_one_of_the_indicators);
  tcase_add_test(tests, jonckheere_of_the_answers_of_a_survey);
  tcase_add_test(tests, a_covariate_of_a_survey);
  tcase_add_loop_test(tests, tests_over_areas_survive_without_memory, 0, 4);
  tcase_add_loop_test(tests, jonckheere_survives_without_memory, 0, 2);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(classic_suite());
}
