/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons: identities, published figures, edges, and what disclosure control makes of them.  The numbers of R survey
 * are in test_golden.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <table/table.h>
#include <trygg/disclosure.h>
#include <trygg/indicator.h>
#include <trygg/inference.h>

#include "fixture.h"

static trygg_error error;

/* Areas A (12), B (9), C (6) and one record without; two waves; shares, a mean, a question of 2024 only. */
static const char *make_data(void) {
  static char text[16384];
  size_t at = (size_t)snprintf(text, sizeof text, "wave,area,w,q,x,late,all\n");
  for (int wave = 2020; wave <= 2024; wave += 4)
    for (int i = 0; i < 28; i++) {
      const char *area = i < 12 ? "A" : i < 21 ? "B" : i < 27 ? "C" : "";
      at += (size_t)snprintf(text + at, sizeof text - at, "%d,%s,%d.5,%d,%d,%s,%d\n", wave, area, 1 + i % 4,
                             (i * 7 + wave / 4) % 3 == 0 ? 1 : 2, i * i % 11,
                             wave == 2024 ? i % 2 ? "1" : "2" : "", area[0] == 'C' ? 1 : 2);
    }
  return text;
}

static const char survey[] =
    "type,name,role\ninteger,wave,wave\nselect_one area,area,domain\ndecimal,w,weight\n"
    "select_one yn,q,\ninteger,x,\nselect_one yn,late,\nselect_one yn,all,\n";
static const char choices[] = "list_name,name\narea,A\narea,B\narea,C\nyn,1\nyn,2\n";
static const char indicators[] = "name,type,variable,numerator\nhit,share,q,1\nx,mean,x,\nlate,share,late,1\n"
                                 "all,share,all,1\nmedian,quantile,x,0.5\n";
static const char references[] = "variables,category,indicator,estimate,se,lower,upper,level,n,source\n"
                                 ",,hit,0.25,0.02,,,,,county\n"
                                 "area,A,hit,0.25,,0.2,0.3,0.9,,\n"
                                 "area,B,hit,0.25,,,,,400,\n"
                                 "area,C,hit,0.25,,,,,,\n"
                                 ",,x,5,,,,,400,\n";

static fixture load(void) {
  fixture_texts texts = {
      .survey = survey, .choices = choices, .indicators = indicators, .references = references};
  texts.data = make_data();
  return fixture_load(&texts);
}

static trygg_table *compare(const trygg_estimates *estimates, const char *against, const char *scale) {
  trygg_comparison_options options = {.size = sizeof options, .against = against, .scale = scale};
  trygg_table *table = NULL;
  ck_ok(trygg_inference_compare(estimates, &options, &table, &error));
  return table;
}

/* The row of an area (NULL: the total), wave and indicator, with a certain other side where `b` says one. */
static size_t find(const trygg_table *table, const char *wave, const char *area, const char *indicator,
                   const char *b) {
  for (size_t r = 0; r < trygg_table_rows(table); r++)
    if (!strcmp(trygg_table_text(table, r, 0), wave) &&
        !strcmp(trygg_table_text(table, r, 1), area ? area : "") &&
        !strcmp(trygg_table_text(table, r, 2), indicator) &&
        (!b || !strcmp(trygg_table_text(table, r, 4), b)))
      return r;
  return SIZE_MAX;
}

static double cell(const trygg_table *table, const char *wave, const char *area, const char *indicator,
                   const char *column) {
  size_t row = find(table, wave, area, indicator, NULL);
  ck_assert_msg(row != SIZE_MAX, "no row %s %s %s", wave, area, indicator);
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

static const char *flags_of(const trygg_table *table, size_t row) {
  return trygg_table_text(table, row, trygg_table_find(table, "flag"));
}

/* theta_d - theta = (1 - share of d) (theta_d - theta_rest), and so are the standard errors where the shares are
 * constants; where weights are random, the values alone. */
START_TEST(difference_from_all_is_a_part_of_that_from_the_rest) {
  fixture f = load();
  trygg_estimates *e =
      fixture_estimate(&f, "area", "area=A,B,C"); /* the total without the record that has no area */
  trygg_table *rest = compare(e, NULL, NULL), *total = compare(e, "total", NULL);
  for (const char *area = "ABC"; *area; area++) {
    char code[] = {*area, 0};
    double part =
        fixture_get(e, "2024", code, "hit").weighted_n / fixture_get(e, "2024", NULL, "hit").weighted_n;
    ck_near(cell(total, "2024", code, "hit", "difference"),
            (1 - part) * cell(rest, "2024", code, "hit", "difference"), 1e-12);
    ck_assert(cell(rest, "2024", code, "hit", "se") > 0);
  }
  ck_assert_uint_eq(find(rest, "2024", NULL, "hit", NULL), SIZE_MAX); /* all have no rest */
  trygg_table_free(rest);
  trygg_table_free(total);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(groups_apart_are_a_contrast_of_their_estimates) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *group = compare(e, "area=A", NULL), *pairs = compare(e, "pairs", NULL),
              *ratio = compare(e, "area=A", "ratio");
  static const char *const a[] = {"A"}, *const c[] = {"C"};
  size_t rows[] = {trygg_estimate_find(e, "2024", c, "x"), trygg_estimate_find(e, "2024", a, "x")}, row;
  double coefficients[] = {1, -1};
  trygg_contrast k;
  ck_ok(trygg_inference_contrast(e, rows, coefficients, 2, 0, &k, &error));
  ck_near(cell(group, "2024", "C", "x", "difference"), k.estimate, 1e-14);
  ck_near(cell(group, "2024", "C", "x", "se"), k.se, 1e-14);
  ck_near(cell(group, "2024", "C", "x", "df"), k.df, 0);
  ck_near(cell(group, "2024", "C", "x", "p"), k.p, 1e-13);
  row = find(pairs, "2024", "A", "x", "area=C");
  ck_assert_uint_ne(row, SIZE_MAX);
  ck_assert_str_eq(trygg_table_text(pairs, row, 3), "area=A");
  ck_near(trygg_table_number(pairs, row, 5), -k.estimate, 1e-14);
  ck_assert_uint_eq(find(pairs, "2024", "C", "x", NULL), SIZE_MAX); /* said already */
  ck_assert_uint_eq(find(group, "2024", "A", "x", NULL), SIZE_MAX); /* it is itself the other side */
  ck_assert_str_eq(trygg_table_name(ratio, 5), "ratio");
  ck_near(cell(ratio, "2024", "C", "x", "ratio"),
          trygg_estimate_get(e, rows[0]).estimate / trygg_estimate_get(e, rows[1]).estimate, 1e-14);
  trygg_table_free(group);
  trygg_table_free(pairs);
  trygg_table_free(ratio);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Several codes make one group; all but one's own are the rest. */
START_TEST(a_group_of_several_codes_is_the_rest_of_the_one_left) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *rest = compare(e, "rest", NULL), *group = compare(e, "area=A,B", NULL);
  static const char *const columns[] = {"difference", "se", "df", "p"};
  for (size_t i = 0; i < 4; i++)
    ck_near(cell(group, "2024", "C", "hit", columns[i]), cell(rest, "2024", "C", "hit", columns[i]), 0);
  ck_near(cell(group, "2024", "C", "median", "difference"), cell(rest, "2024", "C", "median", "difference"),
          0);
  trygg_table_free(rest);
  trygg_table_free(group);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* A published figure is as sure as its se, else its interval, else its n says; without any there is no test. */
START_TEST(published_figures_have_the_error_that_is_known) {
  static const struct {
    const char *area;
    double error; /* qnorm(0.95) = 1.6448536269514722 */
  } known[] = {{NULL, 0.02}, {"A", 0.1 / (2 * 1.6448536269514722)}, {"B", 0.021650635094610966}};
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = compare(e, "reference", NULL);
  size_t row = find(table, "2024", "C", "hit", NULL);
  for (size_t i = 0; i < 3; i++) {
    trygg_estimate own = fixture_get(e, "2024", known[i].area, "hit");
    ck_near(cell(table, "2024", known[i].area, "hit", "difference"), own.estimate - 0.25, 1e-14);
    ck_near(cell(table, "2024", known[i].area, "hit", "se"), hypot(own.se, known[i].error), 1e-12);
    ck_near(cell(table, "2024", known[i].area, "hit", "df"), own.df, 0);
  }
  ck_assert(!isnan(trygg_table_number(table, row, 5)));
  for (size_t column = trygg_table_find(table, "se"); column < trygg_table_columns(table) - 1; column++)
    if (column != trygg_table_find(table, "df"))
      ck_assert(isnan(trygg_table_number(table, row, column)));
  ck_assert_ptr_nonnull(strstr(flags_of(table, row), "no_se"));
  /* n of a mean does not say how it varies. */
  ck_assert_ptr_nonnull(strstr(flags_of(table, find(table, "2024", "A", "x", NULL)), "no_se"));
  ck_assert_str_eq(trygg_table_text(table, find(table, "2024", NULL, "hit", NULL), 4), "county");
  ck_assert_str_eq(trygg_table_text(table, row, 4), "reference");
  ck_assert_uint_eq(find(table, "2024", NULL, "late", NULL), SIZE_MAX); /* nobody published it */
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(a_wave_is_compared_with_the_last_one_that_asked) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = compare(e, "wave", NULL);
  size_t row = find(table, "2024", "B", "x", NULL);
  ck_assert_str_eq(trygg_table_text(table, row, 3), "2024");
  ck_assert_str_eq(trygg_table_text(table, row, 4), "2020");
  ck_near(trygg_table_number(table, row, 5),
          fixture_get(e, "2024", "B", "x").estimate - fixture_get(e, "2020", "B", "x").estimate, 1e-14);
  ck_assert_uint_ne(find(table, "2024", NULL, "x", NULL), SIZE_MAX);
  ck_assert_uint_eq(find(table, "2020", NULL, "x", NULL), SIZE_MAX);
  ck_assert_uint_eq(find(table, "2024", NULL, "late", NULL), SIZE_MAX);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(nothing_is_compared_across_a_break_unless_asked_for) {
  fixture_texts texts = {.survey = survey,
                         .choices = choices,
                         .indicators = indicators,
                         .breaks = "wave,indicator\n2022,hit\n",
                         .data = make_data()};
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_comparison_options options = {.size = sizeof options, .against = "wave", .across_breaks = 1};
  trygg_table *table = compare(e, "wave", NULL), *across = NULL;
  ck_assert(trygg_table_missing(table, 0, 4));
  ck_assert_ptr_nonnull(strstr(flags_of(table, 0), "break"));
  ck_ok(trygg_inference_compare(e, &options, &across, &error));
  ck_assert(!trygg_table_missing(across, 0, 4));
  trygg_table_free(table);
  trygg_table_free(across);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* C is at 1, A and B at 0: differences of 1 without sampling error; C less the rest is 1, A less B is 0. */
START_TEST(shares_of_0_and_1_have_differences_without_a_test) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *rest = compare(e, "rest", NULL), *ratio = compare(e, "rest", "ratio"),
              *odds = compare(e, "rest", "odds");
  ck_near(cell(rest, "2024", "C", "all", "difference"), 1, 0);
  ck_near(cell(rest, "2024", "C", "all", "se"), 0, 0);
  ck_assert(isnan(cell(rest, "2024", "C", "all", "p")));
  ck_assert(isnan(cell(rest, "2024", "C", "all", "lower")));
  ck_assert_ptr_nonnull(strstr(flags_of(rest, find(rest, "2024", "C", "all", NULL)), "boundary"));
  ck_assert(isnan(cell(ratio, "2024", "C", "all", "ratio"))); /* 1 over 0 */
  ck_assert(isnan(cell(odds, "2024", "A", "all", "odds_ratio")));
  ck_assert_uint_eq(find(odds, "2024", "A", "x", NULL), SIZE_MAX); /* a mean has no odds */
  trygg_table_free(rest);
  trygg_table_free(ratio);
  trygg_table_free(odds);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* One group has no rest; one record in a group has no df there, yet there are some in the union. */
START_TEST(few_groups_and_few_records_are_told_apart) {
  static const char data[] =
      "wave,area,w,q,x,late,all\n1,A,1,1,2,1,1\n1,B,1,1,2,1,1\n1,B,1,2,4,1,1\n1,B,2,2,5,1,1\n";
  fixture_texts texts = {.survey = survey, .choices = choices, .indicators = indicators, .data = data};
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL), *one = fixture_estimate(&f, "area", "area=B");
  trygg_table *table = compare(e, NULL, NULL), *alone = compare(one, NULL, NULL);
  ck_near(cell(table, "1", "A", "x", "difference"), 2 - 4, 1e-14);
  ck_near(cell(table, "1", "A", "x", "df"), 3, 0);
  ck_assert(cell(table, "1", "A", "x", "se") > 0);
  ck_assert(isnan(cell(alone, "1", "B", "x", "difference")));
  ck_assert_ptr_nonnull(strstr(flags_of(alone, find(alone, "1", "B", "x", NULL)), "empty"));
  trygg_table_free(table);
  trygg_table_free(alone);
  trygg_estimate_free(e);
  trygg_estimate_free(one);
  fixture_free(&f);
}
END_TEST

START_TEST(an_adjustment_counts_the_rows_that_will_be_printed) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_comparison_options options = {.size = sizeof options, .min_n = 9}; /* C has 6, the rest of A 15 */
  trygg_table *all = compare(e, NULL, NULL), *some = NULL;
  ck_ok(trygg_inference_compare(e, &options, &some, &error));
  ck_assert(isnan(cell(some, "2024", "C", "hit", "p_adjusted")));
  ck_assert(!isnan(cell(all, "2024", "C", "hit", "p_adjusted")));
  ck_assert(cell(some, "2024", "A", "hit", "p_adjusted") <= cell(all, "2024", "A", "hit", "p_adjusted"));
  trygg_table_free(all);
  trygg_table_free(some);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static size_t suppressed(const trygg_table *table, const char *wave, const char *indicator, int64_t min_n,
                         char areas[8]) {
  trygg_disclosure_options rules = {sizeof rules, min_n};
  trygg_publication *publication = NULL;
  const trygg_table *shown;
  size_t count = 0;
  ck_ok(trygg_disclosure_publish((trygg_table *)(uintptr_t)table, &rules, &publication, &error));
  shown = trygg_disclosure_table(publication);
  for (size_t r = 0; r < trygg_table_rows(shown); r++)
    if (!strcmp(flags_of(shown, r), "suppressed") && !strcmp(trygg_table_text(shown, r, 0), wave) &&
        !strcmp(trygg_table_text(shown, r, 2), indicator))
      areas[count++] = *trygg_table_text(shown, r, 1);
  areas[count] = 0;
  trygg_disclosure_free(publication);
  return count;
}

/* Differences from the rest, or from all, sum to nothing: all but one give that one. */
START_TEST(a_small_group_takes_the_smallest_other_with_it) {
  fixture f = load();
  trygg_estimates *known = fixture_estimate(&f, "area", "area=A,B,C"),
                  *e = fixture_estimate(&f, "area", NULL);
  trygg_table *rest = compare(known, "rest", NULL), *total = compare(known, "total", NULL),
              *with_uncoded = compare(e, "total", NULL), *rest_of_coded = compare(e, "rest", NULL),
              *pairs = compare(known, "pairs", NULL);
  char areas[8];
  ck_assert_uint_eq(suppressed(rest, "2024", "x", 8, areas), 2);
  ck_assert_str_eq(areas, "BC");
  ck_assert_uint_eq(suppressed(total, "2024", "x", 8, areas), 2);
  ck_assert_str_eq(areas, "BC");
  ck_assert_uint_eq(suppressed(rest, "2024", "x", 3, areas), 0);
  /* One respondent of all has no area: differences from all would give that one back. */
  ck_assert_uint_eq(suppressed(with_uncoded, "2024", "x", 3, areas), 1);
  ck_assert_str_eq(areas, "C");
  ck_assert_uint_eq(suppressed(rest_of_coded, "2024", "x", 3, areas), 0);
  /* A less B and A less C do not sum to anything known. */
  ck_assert_uint_eq(suppressed(pairs, "2024", "x", 8, areas), 2);
  ck_assert_str_eq(areas, "AB");
  trygg_table_free(rest);
  trygg_table_free(total);
  trygg_table_free(with_uncoded);
  trygg_table_free(rest_of_coded);
  trygg_table_free(pairs);
  trygg_estimate_free(known);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(threads_do_not_change_a_bit) {
  fixture f = load();
  static const char *const by[] = {"area"};
  trygg_table *tables[2];
  for (int t = 0; t < 2; t++) {
    trygg_estimate_options options = {.size = sizeof options, .by = by, .by_count = 1, .threads = 1 + 3 * t};
    trygg_estimates *e = NULL;
    ck_ok(trygg_estimate_create(f.design, &options, &e, &error));
    tables[t] = compare(e, NULL, NULL);
    trygg_estimate_free(e);
  }
  for (size_t r = 0; r < trygg_table_rows(tables[0]); r++)
    for (size_t c = 5; c + 1 < trygg_table_columns(tables[0]); c++)
      ck_near(trygg_table_number(tables[0], r, c), trygg_table_number(tables[1], r, c), 0);
  trygg_table_free(tables[0]);
  trygg_table_free(tables[1]);
  fixture_free(&f);
}
END_TEST

static void refuse(const trygg_estimates *e, trygg_comparison_options options, trygg_status status,
                   const char *message) {
  trygg_table *table = (trygg_table *)&error;
  options.size = sizeof options;
  ck_assert_msg(trygg_inference_compare(e, &options, &table, &error) == status, "%s", error.message);
  ck_assert_ptr_null(table);
  ck_assert_msg(strstr(error.message, message) != NULL, "%s", error.message);
}

START_TEST(wrong_arguments_are_refused) {
  fixture_texts plain = {.survey = survey, .choices = choices, .indicators = indicators, .data = make_data()};
  fixture f = fixture_load(&plain);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL), *total = fixture_estimate(&f, NULL, NULL),
                  *pooled = NULL;
  trygg_estimate_options pool = {.size = sizeof pool, .pool = 1};
  trygg_table *table = NULL;
  ck_ok(trygg_estimate_create(f.design, &pool, &pooled, &error));
  refuse(e, (trygg_comparison_options){.against = "resst"}, TRYGG_ENAME, "did you mean `rest`");
  refuse(e, (trygg_comparison_options){.against = "aera=A"}, TRYGG_ENAME, "did you mean `area`");
  refuse(e, (trygg_comparison_options){.against = "area=D"}, TRYGG_ENAME, "no code of `area`");
  refuse(e, (trygg_comparison_options){.against = "area=A q=1"}, TRYGG_EINVAL, "one condition");
  refuse(e, (trygg_comparison_options){.against = "area="}, TRYGG_ENAME, "no code of `area`");
  refuse(e, (trygg_comparison_options){.against = "q=1"}, TRYGG_EINVAL, "by-variable");
  refuse(e, (trygg_comparison_options){.scale = "rato"}, TRYGG_ENAME, "did you mean `ratio`");
  refuse(e, (trygg_comparison_options){.adjust = "tukey"}, TRYGG_ENAME, "`holm`");
  refuse(e, (trygg_comparison_options){.level = 95}, TRYGG_EINVAL, "confidence level");
  refuse(e, (trygg_comparison_options){.against = "reference"}, TRYGG_ECODEBOOK, "references.csv");
  refuse(total, (trygg_comparison_options){.against = "rest"}, TRYGG_EINVAL, "no groups");
  refuse(pooled, (trygg_comparison_options){.against = "wave"}, TRYGG_EINVAL, "pooled waves");
  refuse(NULL, (trygg_comparison_options){.against = "rest"}, TRYGG_EINVAL, "no estimates");
  ck_assert_int_eq(trygg_inference_compare(e, NULL, NULL, &error), TRYGG_EINVAL);
  ck_ok(trygg_inference_compare(e, NULL, &table, &error));
  for (size_t i = 0; trygg_inference_against(i); i++)
    ck_assert(trygg_inference_against_help(i) && strlen(trygg_inference_against_help(i)) > 10);
  for (size_t i = 0; trygg_inference_scale(i); i++)
    ck_assert(trygg_inference_scale_help(i) && strlen(trygg_inference_scale_help(i)) > 10);
  ck_assert_ptr_null(trygg_inference_against_help(99));
  ck_assert_ptr_null(trygg_inference_scale_help(99));
  trygg_table_free(table);
  trygg_estimate_free(e);
  trygg_estimate_free(total);
  trygg_estimate_free(pooled);
  fixture_free(&f);
}
END_TEST

START_TEST(a_published_share_is_between_0_and_1) {
  fixture_texts texts = {.survey = survey,
                         .choices = choices,
                         .indicators = indicators,
                         .references = "indicator,estimate\nx,28\nhit,28\n",
                         .data = make_data()};
  fixture f = fixture_load(&texts);
  ck_assert_int_eq(trygg_indicator_check(f.codebook, &error), TRYGG_ECODEBOOK);
  ck_assert_int_eq((int)error.line, 3);
  ck_assert_ptr_nonnull(strstr(error.message, "0.28"));
  fixture_free(&f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("compare");
  TCase *tests = tcase_create("compare");
  tcase_add_test(tests, difference_from_all_is_a_part_of_that_from_the_rest);
  tcase_add_test(tests, groups_apart_are_a_contrast_of_their_estimates);
  tcase_add_test(tests, a_group_of_several_codes_is_the_rest_of_the_one_left);
  tcase_add_test(tests, published_figures_have_the_error_that_is_known);
  tcase_add_test(tests, a_wave_is_compared_with_the_last_one_that_asked);
  tcase_add_test(tests, nothing_is_compared_across_a_break_unless_asked_for);
  tcase_add_test(tests, shares_of_0_and_1_have_differences_without_a_test);
  tcase_add_test(tests, few_groups_and_few_records_are_told_apart);
  tcase_add_test(tests, an_adjustment_counts_the_rows_that_will_be_printed);
  tcase_add_test(tests, a_small_group_takes_the_smallest_other_with_it);
  tcase_add_test(tests, threads_do_not_change_a_bit);
  tcase_add_test(tests, wrong_arguments_are_refused);
  tcase_add_test(tests, a_published_share_is_between_0_and_1);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
