/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests between groups against R survey (tests/golden/groups.csv), against each other, and at the edges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/inference.h>

#include <base/memory.h>
#include <base/number.h>

#include "fixture.h"

static trygg_error error;

/* `by`: NULL, a variable, or two with + between. */
static trygg_estimates *estimate(const fixture *f, const char *by, const char *indicator) {
  trygg_estimates *estimates = NULL;
  char first[64] = "";
  const char *plus = by ? strchr(by, '+') : NULL, *names[] = {by, plus ? plus + 1 : NULL};
  trygg_estimate_options options = {.size = sizeof options,
                                    .indicators = &indicator,
                                    .indicator_count = 1,
                                    .by = names,
                                    .by_count = plus ? 2 : by != NULL,
                                    .pool = 1,
                                    .threads = 1};
  if (plus) {
    snprintf(first, sizeof first, "%.*s", (int)(plus - by), by);
    names[0] = first;
  }
  ck_ok(trygg_estimate_create(f->design, &options, &estimates, &error));
  return estimates;
}

static trygg_table *run(const trygg_estimates *estimates, const char *test, const double *expected,
                        size_t count) {
  trygg_group_test_options options = {.size = sizeof options,
                                      .tests = &test,
                                      .test_count = test != NULL,
                                      .expected = expected,
                                      .expected_count = count};
  trygg_table *table = NULL;
  ck_ok(trygg_inference_test_groups(estimates, &options, &table, &error));
  return table;
}

static double number(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

static double of_test(const trygg_table *table, const char *test, const char *column) {
  for (size_t r = 0; r < trygg_table_rows(table); r++)
    if (!strcmp(trygg_table_text(table, r, 2), test))
      return number(table, r, column);
  ck_abort_msg("no test %s", test);
  return NAN;
}

/* ---- R survey ------------------------------------------------------------------------------------ */

/* The schools of apiclus1 made to meet the state's of each type. */
static fixture calibrated(void) {
  static const char *const tables[] = {"settings.csv", "survey.csv", "choices.csv", "indicators.csv"};
  char path[4096], *texts[5];
  fixture f;
  for (size_t i = 0; i < 5; i++) {
    snprintf(path, sizeof path, "%s/data/golden/apiclus1%s%s", tests_folder(), i < 4 ? "/" : "",
             i < 4 ? tables[i] : ".csv");
    texts[i] = fixture_read_text(path);
  }
  f = fixture_load(
      &(fixture_texts){.settings = texts[0],
                       .survey = texts[1],
                       .choices = texts[2],
                       .indicators = texts[3],
                       .data = texts[4],
                       .margins = "variables,category,total\nstype,E,4421\nstype,H,755\nstype,M,1018\n",
                       .calibrate = "linear"});
  for (size_t i = 0; i < 5; i++)
    free(texts[i]);
  return f;
}

/* T1 to T5 of docs/evidence.md are among them. */
START_TEST(tests_have_the_numbers_of_R_survey) {
  static const double schools[] = {0.7, 0.15, 0.15}, people[] = {0.15, 0.65, 0.12, 0.08},
                      awards[] = {0.35, 0.65};
  static const struct {
    const double *shares;
    size_t count;
  } expected[] = {{schools, 3}, {schools, 3}, {people, 4}, {awards, 2}};
  static const char *const folders[] = {"apiclus1", "apistrat", "nhanes", "calibrated"};
  fixture f = _i == 3 ? calibrated() : fixture_golden(folders[_i], NULL, NULL);
  char path[4096], line[512];
  size_t compared = 0;
  double largest = 0;
  FILE *file;
  snprintf(path, sizeof path, "%s/golden/groups.csv", tests_folder());
  file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file)) {
    char *cell = NULL, *folder = strtok_r(line, ",", &cell), *by = strtok_r(NULL, ",", &cell),
         *indicator = strtok_r(NULL, ",", &cell), *test = strtok_r(NULL, ",", &cell),
         *statistic = strtok_r(NULL, ",", &cell), *text = strtok_r(NULL, ",\n", &cell);
    double value, met, tolerance = !strcmp(statistic, "p") ? 1e-8 : 1e-10;
    trygg_estimates *estimates;
    trygg_table *table;
    if (strcmp(folder, folders[_i]))
      continue;
    ck_assert_int_eq(tg_number_parse(text, strlen(text), '.', &value), 0);
    estimates = estimate(&f, strcmp(by, "-") ? by : NULL, indicator);
    table = run(estimates, test, expected[_i].shares, expected[_i].count);
    met = of_test(table, test, statistic);
    /* R has the first-order statistic from its p only. */
    if (!strcmp(test, "rao_scott_first"))
      tolerance = 1e-8;
    ck_assert_msg(fabs(met - value) <= tolerance * fabs(value), "%s by %s, %s, %s: %.17g, expected %.17g",
                  indicator, by, test, statistic, met, value);
    if (tolerance < 1e-8)
      largest = fmax(largest, fabs(met - value) / fabs(value));
    compared++;
    trygg_table_free(table);
    trygg_estimate_free(estimates);
  }
  fclose(file);
  printf("%s: %zu numbers, largest difference %.1e\n", folders[_i], compared, largest);
  ck_assert_uint_gt(compared, 10);
  fixture_free(&f);
}
END_TEST

/* ---- what must be the same ----------------------------------------------------------------------- */

/* Of two groups and two answers all corrections are one: F = t^2 of something; and of ranks F = t^2. */
START_TEST(tests_of_two_by_two_agree) {
  fixture f = fixture_golden("nhanes", NULL, NULL);
  trygg_estimates *estimates = estimate(&f, "sex", "high");
  trygg_table *table = run(estimates, NULL, NULL, 0);
  double t = of_test(table, "wilcoxon", "statistic");
  ck_near(of_test(table, "rao_scott", "statistic"), of_test(table, "rao_scott_first", "statistic"), 1e-11);
  ck_near(of_test(table, "rao_scott", "df1"), 1, 1e-11);
  ck_near(of_test(table, "rao_scott", "p"), of_test(table, "rao_scott_exact", "p"), 1e-11); /* one weight */
  ck_near(of_test(table, "wald", "statistic"), of_test(table, "adjusted_wald", "statistic"), 1e-13);
  ck_near(of_test(table, "wald", "df2"), of_test(table, "rao_scott", "df2"), 1e-11);
  ck_near(of_test(table, "kruskal_wallis", "statistic"), t * t, 1e-13);
  ck_near(of_test(table, "kruskal_wallis", "p"), of_test(table, "wilcoxon", "p"), 1e-12);
  /* Ranks of a share are a line in the share: the same test as that of the means. */
  ck_near(fabs(t), fabs(of_test(table, "t", "statistic")), 1e-11);
  ck_near(of_test(table, "t", "p"), of_test(table, "wilcoxon", "p"), 1e-10);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* A share and the question it is of are the same table. */
START_TEST(a_share_is_its_question_of_two_answers) {
  fixture f = fixture_golden("nhanes", NULL, NULL);
  trygg_estimates *share = estimate(&f, "race", "high"), *question = estimate(&f, "race", "chol");
  static const char *const tests[] = {"rao_scott", "rao_scott_first", "rao_scott_exact", "wald",
                                      "adjusted_wald"};
  for (size_t i = 0; i < 5; i++) {
    trygg_table *a = run(share, tests[i], NULL, 0), *b = run(question, tests[i], NULL, 0);
    ck_assert_str_eq(trygg_table_text(b, 0, 1), "chol");
    ck_near(number(a, 0, "statistic"), number(b, 0, "statistic"), 1e-11);
    ck_near(number(a, 0, "p"), number(b, 0, "p"), 1e-10);
    trygg_table_free(a);
    trygg_table_free(b);
  }
  trygg_estimate_free(share);
  trygg_estimate_free(question);
  fixture_free(&f);
}
END_TEST

/* ---- small surveys ------------------------------------------------------------------------------- */

#define SMALL_SURVEY "type,name,role\ndecimal,w,weight\nselect_one yn,y,\nselect_one abc,g,\ninteger,x,\n"
#define SMALL_CHOICES "list_name,name,label\nyn,0,no\nyn,1,yes\nabc,a,A\nabc,b,B\nabc,c,C\n"
#define SMALL_INDICATORS "name,type,variable,numerator\nbad,share,y,1\nxs,mean,x,\nsum,total,x,\n"

static fixture small(const char *data) {
  char text[4096];
  snprintf(text, sizeof text, "w,y,g,x\n%s", data);
  return fixture_load(&(fixture_texts){
      .survey = SMALL_SURVEY, .choices = SMALL_CHOICES, .indicators = SMALL_INDICATORS, .data = text});
}

/* Ranks by hand: values 1 1 2 5, weights 1 3 2 2 of 8: (4/2)/8, (4 + 1)/8, (6 + 1)/8. */
START_TEST(ranks_of_ties_do_not_depend_on_the_order) {
  fixture f = small("1,0,a,1\n2,0,a,2\n3,0,b,1\n2,1,b,5\n"),
          g = small("3,0,b,1\n2,1,b,5\n2,0,a,2\n1,0,a,1\n");
  trygg_estimates *a = estimate(&f, "g", "xs"), *b = estimate(&g, "g", "xs");
  trygg_table *s = run(a, "wilcoxon", NULL, 0), *t = run(b, "wilcoxon", NULL, 0);
  double first = (0.25 + 2 * 0.625) / 3, second = (3 * 0.25 + 2 * 0.875) / 5;
  ck_near(number(s, 0, "estimate"), second - first, 1e-15);
  ck_near(number(t, 0, "estimate"), number(s, 0, "estimate"), 1e-15);
  ck_near(number(t, 0, "p"), number(s, 0, "p"), 1e-14);
  trygg_table_free(s);
  trygg_table_free(t);
  trygg_estimate_free(a);
  trygg_estimate_free(b);
  fixture_free(&f);
  fixture_free(&g);
}
END_TEST

#define TWELVE                                                                                               \
  "1,0,a,1\n1,1,a,2\n1,0,a,3\n2,0,a,4\n1,1,b,5\n1,1,b,6\n1,0,b,3\n1,1,b,8\n2,0,c,1\n1,0,c,7\n1,1,c,2\n1,0,c,3\n"

START_TEST(tests_that_do_not_apply_have_no_row) {
  fixture f = small(TWELVE);
  static const struct {
    const char *indicator;
    size_t rows;
  } known[] = {{"bad", 8}, {"xs", 3}, {"sum", 0}, {"y", 5}}; /* three groups: neither t nor wilcoxon */
  for (size_t i = 0; i < 4; i++) {
    trygg_estimates *estimates = estimate(&f, "g", known[i].indicator);
    trygg_table *table = run(estimates, NULL, NULL, 0);
    ck_assert_uint_eq(trygg_table_rows(table), known[i].rows);
    for (size_t r = 0; r < trygg_table_rows(table); r++) {
      ck_assert(number(table, r, "groups") == 3 && number(table, r, "n") == 12);
      ck_assert(number(table, r, "p") > 0 && number(table, r, "p") <= 1);
      ck_assert(number(table, r, "p_adjusted") == number(table, r, "p"));
    }
    trygg_table_free(table);
    trygg_estimate_free(estimates);
  }
  fixture_free(&f);
}
END_TEST

/* Nobody, everybody, one record a group, one cell empty: a row without p, or one that holds. */
START_TEST(edges_have_no_p) {
  static const char *const without[] = {"1,0,a,1\n1,0,b,1\n1,0,b,1\n", "1,1,a,1\n1,1,b,1\n1,1,b,1\n"};
  for (size_t i = 0; i < 2; i++) {
    fixture f = small(without[i]);
    trygg_estimates *estimates = estimate(&f, "g", "bad");
    trygg_table *table = run(estimates, NULL, NULL, 0);
    for (size_t r = 0; r < trygg_table_rows(table); r++) {
      ck_assert(isnan(number(table, r, "p")));
      ck_assert_str_eq(trygg_table_text(table, r, trygg_table_find(table, "flag")), "no_df");
    }
    trygg_table_free(table);
    trygg_estimate_free(estimates);
    fixture_free(&f);
  }
}
END_TEST

START_TEST(an_empty_cell_leaves_a_test) {
  fixture f = small("1,0,a,1\n1,0,a,2\n1,0,a,3\n2,1,b,4\n1,1,b,5\n1,0,b,6\n1,0,c,3\n1,1,c,8\n2,0,c,1\n");
  trygg_estimates *estimates = estimate(&f, "g", "bad");
  trygg_table *table = run(estimates, "rao_scott", NULL, 0);
  ck_assert(number(table, 0, "p") > 0);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

static trygg_status fit_texts(const fixture *f, const char *indicator, const char *const *texts, size_t count,
                              trygg_table **out) {
  trygg_estimates *estimates = estimate(f, NULL, indicator);
  const char *test = "goodness_of_fit";
  trygg_group_test_options options = {.size = sizeof options,
                                      .tests = &test,
                                      .test_count = 1,
                                      .expected_texts = texts,
                                      .expected_text_count = count};
  trygg_status status = trygg_inference_test_groups(estimates, &options, out, &error);
  trygg_estimate_free(estimates);
  return status;
}

/* Of T5, in another order, and as people; of a share, and of its question. */
START_TEST(expected_shares_may_be_texts) {
  fixture f = fixture_golden("apiclus1", NULL, NULL), g = small(TWELVE);
  trygg_table *shares, *people, *share, *question;
  ck_ok(fit_texts(&f, "stype", (const char *[]){"M:0.15", "E:0.7", "H:0.15"}, 3, &shares));
  ck_ok(fit_texts(&f, "stype", (const char *[]){"E:1400", "H:300", "M:300"}, 3, &people));
  ck_near(number(shares, 0, "statistic"), 297.259946 / 71.19048462, 1e-8);
  ck_near(number(shares, 0, "p"), 0.07414692763, 1e-9);
  ck_near(number(people, 0, "p"), number(shares, 0, "p"), 1e-13);
  ck_ok(fit_texts(&g, "bad", (const char *[]){"0.3"}, 1, &share));
  ck_ok(fit_texts(&g, "y", (const char *[]){"0:0.7", "1:0.3"}, 2, &question));
  ck_near(number(question, 0, "p"), number(share, 0, "p"), 1e-12);
  ck_near(number(question, 0, "statistic"), number(share, 0, "statistic"), 1e-12);
  trygg_table_free(shares);
  trygg_table_free(people);
  trygg_table_free(share);
  trygg_table_free(question);
  fixture_free(&f);
  fixture_free(&g);
}
END_TEST

/* One share is tested by t with the error under the hypothesis' linearised form: chi square is (p - p0)^2 / V on 1. */
START_TEST(fit_of_one_share_is_its_distance_over_its_error) {
  fixture f = small(TWELVE);
  trygg_table *table;
  trygg_estimates *estimates = estimate(&f, NULL, "bad");
  trygg_estimate e = trygg_estimate_get(estimates, 0);
  char text[TG_NUMBER_SIZE];
  tg_number_format(text, e.estimate);
  ck_ok(fit_texts(&f, "bad", (const char *[]){text}, 1, &table));
  ck_near(number(table, 0, "df1"), 1, 1e-12);
  ck_assert(number(table, 0, "statistic") < 1e-25); /* as expected */
  ck_near(number(table, 0, "p"), 1, 1e-12);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(expected_texts_that_are_wrong_are_refused) {
  static const struct {
    const char *indicator, *texts[3], *words;
    size_t count;
    trygg_status status;
  } faults[] = {{"y", {"0:0.5"}, "`1` has no expected share", 1, TRYGG_EINVAL},
                {"y", {"0:0.5", "2:0.5"}, "no answer `2`", 2, TRYGG_ENAME},
                {"y", {"0:0.5", "0:0.5"}, "twice", 2, TRYGG_EINVAL},
                {"y", {"0:0.5", "1:-0.5"}, "above 0", 2, TRYGG_EINVAL},
                {"y", {"0:0.5", "1:x"}, "above 0", 2, TRYGG_EINVAL},
                {"y", {"0.5", "0.5"}, "code and share", 2, TRYGG_EINVAL},
                {"bad", {"0.5", "0.5"}, "one number", 2, TRYGG_EINVAL},
                {"bad", {"1"}, "one number", 1, TRYGG_EINVAL},
                {"bad", {NULL}, "give them", 0, TRYGG_EINVAL},
                {NULL, {"0.5"}, "name it alone", 1, TRYGG_EINVAL}};
  fixture f = small(TWELVE);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    trygg_table *table = NULL;
    trygg_estimates *all = fixture_estimate(&f, NULL, NULL);
    trygg_group_test_options options = {
        .size = sizeof options, .expected_texts = faults[i].texts, .expected_text_count = faults[i].count};
    trygg_status status = faults[i].indicator
                              ? fit_texts(&f, faults[i].indicator, faults[i].texts, faults[i].count, &table)
                              : trygg_inference_test_groups(all, &options, &table, &error);
    ck_assert_int_eq(status, faults[i].status);
    ck_assert_ptr_null(table);
    ck_assert_str_eq(error.field, "expected");
    ck_assert_msg(strstr(error.message, faults[i].words) != NULL, "%s", error.message);
    trygg_estimate_free(all);
  }
  fixture_free(&f);
}
END_TEST

START_TEST(calls_refuse_what_cannot_be_tested) {
  fixture f = small(TWELVE);
  trygg_estimates *totals = estimate(&f, NULL, "bad"), *groups = estimate(&f, "g", "bad");
  trygg_table *table = NULL;
  const char *name = "raoscott";
  const double negative[] = {0.5, -0.5};
  trygg_group_test_options unknown = {.size = sizeof unknown, .tests = &name, .test_count = 1};
  trygg_group_test_options bad = {.size = sizeof bad, .expected = negative, .expected_count = 2};
  ck_assert_int_eq(trygg_inference_test_groups(totals, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "no groups"));
  ck_assert_int_eq(trygg_inference_test_groups(groups, &unknown, &table, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "`rao_scott`"));
  ck_assert_int_eq(trygg_inference_test_groups(groups, &bad, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_inference_test_groups(NULL, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_inference_test_groups(groups, NULL, NULL, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(table);
  for (size_t i = 0; trygg_inference_group_test(i); i++)
    ck_assert_ptr_nonnull(trygg_inference_group_test_help(i));
  ck_assert_ptr_null(trygg_inference_group_test_help(100));
  trygg_estimate_free(totals);
  trygg_estimate_free(groups);
  fixture_free(&f);
}
END_TEST

START_TEST(every_allocation_may_fail) {
  fixture f = small(TWELVE);
  const double expected[] = {0.6, 0.4};
  const char *texts[] = {"0.3"};
  trygg_group_test_options options = {.size = sizeof options, .expected = expected, .expected_count = 2};
  trygg_estimates *estimates = estimate(&f, "g", "bad");
  for (int for_ever = 0; for_ever<4; for_ever++, options.expected_texts = for_ever> 1 ? texts : NULL,
           options.expected_text_count = for_ever > 1)
    for (long after = 0;; after++) {
      trygg_table *table = NULL;
      trygg_status status;
      tg_memory_fail(after, for_ever % 2);
      status = trygg_inference_test_groups(estimates, &options, &table, &error);
      tg_memory_fail(-1, 0);
      ck_assert(status == TRYGG_OK || (status == TRYGG_ENOMEM && !table));
      trygg_table_free(table);
      if (status == TRYGG_OK)
        break;
    }
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("groups");
  TCase *golden = tcase_create("golden"), *same = tcase_create("same"), *edges = tcase_create("edges");
  tcase_add_loop_test(golden, tests_have_the_numbers_of_R_survey, 0, 4);
  tcase_set_timeout(golden, 60);
  suite_add_tcase(s, golden);
  tcase_add_test(same, tests_of_two_by_two_agree);
  tcase_add_test(same, a_share_is_its_question_of_two_answers);
  suite_add_tcase(s, same);
  tcase_add_test(edges, ranks_of_ties_do_not_depend_on_the_order);
  tcase_add_test(edges, tests_that_do_not_apply_have_no_row);
  tcase_add_test(edges, edges_have_no_p);
  tcase_add_test(edges, an_empty_cell_leaves_a_test);
  tcase_add_test(edges, expected_shares_may_be_texts);
  tcase_add_test(edges, fit_of_one_share_is_its_distance_over_its_error);
  tcase_add_test(edges, expected_texts_that_are_wrong_are_refused);
  tcase_add_test(edges, calls_refuse_what_cannot_be_tested);
  tcase_add_test(edges, every_allocation_may_fail);
  suite_add_tcase(s, edges);
  return s;
}

int main(void) {
  return run_suite(suite());
}
