/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slopes of records adjusted for background, against R survey (tests/golden/adjusted.csv), against the regressions that they
 * are, and at the edges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/model.h>
#include <trygg/trend.h>

#include <base/memory.h>
#include <base/number.h>

#include "fixture.h"

static trygg_error error;

/* ---- running ------------------------------------------------------------------------------------- */

#define MOST 4

static const char *const both[] = {"record_linear_adjusted", "record_logit_adjusted"};

/* `on` has + between. */
static trygg_status try_run(const trygg_estimates *estimates, const char *on, const char *const *tests,
                            size_t test_count, trygg_table **out) {
  char text[128], *state = NULL;
  const char *names[MOST];
  trygg_trend_options options = {
      .size = sizeof options, .tests = tests, .test_count = test_count, .on = names};
  snprintf(text, sizeof text, "%s", on);
  for (char *name = strtok_r(text, "+", &state); name; name = strtok_r(NULL, "+", &state))
    names[options.on_count++] = name;
  error = (trygg_error){0};
  return trygg_trend_table(estimates, &options, out, &error);
}

static trygg_table *run(const trygg_estimates *estimates, const char *on) {
  trygg_table *table = NULL;
  ck_ok(try_run(estimates, on, both, 2, &table));
  return table;
}

static trygg_estimates *estimate(const fixture *f, const char *by, const char *indicator) {
  trygg_estimates *estimates = NULL;
  trygg_estimate_options options = {.size = sizeof options,
                                    .indicators = &indicator,
                                    .indicator_count = indicator != NULL,
                                    .by = &by,
                                    .by_count = by != NULL};
  ck_ok(trygg_estimate_create(f->design, &options, &estimates, &error));
  return estimates;
}

static const char *cell(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_text(table, row, trygg_table_find(table, column));
}

static double number(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

/* The row of a test in a group (NULL: the total) by the table's first column. */
static size_t row_of(const trygg_table *table, const char *group, const char *indicator, const char *test) {
  for (size_t r = 0; r < trygg_table_rows(table); r++) {
    const char *met = group ? trygg_table_text(table, r, 0) : NULL;
    if (!strcmp(cell(table, r, "test"), test) &&
        (!indicator || !strcmp(cell(table, r, "indicator"), indicator)) &&
        (!group || !strcmp(met ? met : "", group)))
      return r;
  }
  ck_abort_msg("no row of %s in %s", test, group ? group : "the total");
  return 0;
}

/* ---- R survey ------------------------------------------------------------------------------------ */

START_TEST(slopes_are_those_of_R_svyglm) {
  char path[4096], *text, *line, *state = NULL;
  double largest = 0;
  size_t compared = 0;
  snprintf(path, sizeof path, "%s/golden/adjusted.csv", tests_folder());
  text = fixture_read_text(path);
  for (line = strtok_r(text, "\n", &state); (line = strtok_r(NULL, "\n", &state));) {
    char *cells[8];
    double value, found;
    for (size_t i = 0; i < 8; i++) {
      cells[i] = line;
      line += strcspn(line, ",");
      if (*line)
        *line++ = '\0';
    }
    ck_assert_int_eq(tg_number_parse(cells[7], strlen(cells[7]), '.', &value), 0);
    fixture f = fixture_golden(cells[0], NULL, NULL);
    trygg_estimates *estimates = estimate(&f, *cells[1] ? cells[1] : NULL, cells[3]);
    trygg_table *table = run(estimates, cells[4]);
    size_t row = row_of(table, *cells[1] ? cells[2] : NULL, NULL, cells[5]);
    found = number(table, row, cells[6]);
    ck_assert_msg(fabs(found - value) <= 1e-10 * fabs(value),
                  "%s by %s %s, %s on %s: %s of %s is %.17g, R has %.17g", cells[0], cells[1], cells[2],
                  cells[3], cells[4], cells[6], cells[5], found, value);
    largest = fmax(largest, fabs(found / value - 1));
    compared++;
    trygg_table_free(table);
    trygg_estimate_free(estimates);
    fixture_free(&f);
  }
  printf("%zu numbers, largest relative difference %.1e\n", compared, largest);
  ck_assert_uint_eq(compared, 76);
  free(text);
}
END_TEST

/* ---- edges --------------------------------------------------------------------------------------- */

/* Seven people a wave, in areas A (five) and B (two); q was asked as `q` says of each wave: a code a person. */
static fixture small(const char *const q[3], const char *breaks) {
  static char data[8192];
  static const int waves[] = {2018, 2020, 2022};
  char *at = data + sprintf(data, "wave,weight,area,sex,age,text,afraid,q\n");
  for (int w = 0; w < 3; w++)
    for (int i = 0; i < 7; i++)
      at += sprintf(at, "%d,%d,%s,%d,%d,x%d,%d,%.1s\n", waves[w], 1 + (3 * i + w) % 4, i < 5 ? "A" : "B",
                    1 + (i + w) % 2, 20 + 7 * i + w * w, i, (i * i + w) % 3 == 0,
                    q[w][i] == '-' ? "" : &q[w][i]);
  return fixture_load(&(fixture_texts){
      .settings = "form_title,form_id,version,waves\nTest,test,1,independent\n",
      .survey = "type,name,role\ninteger,wave,wave\ndecimal,weight,weight\nselect_one area,area,domain\n"
                "select_one sex,sex,\ninteger,age,\ntext,text,\nselect_one no_yes,afraid,\nselect_one q,q,\n",
      .choices = "list_name,name\narea,A\narea,B\nsex,1\nsex,2\nno_yes,0\nno_yes,1\nq,1\nq,2\nq,3\n",
      .indicators = "name,type,variable,numerator\nafraid,share,afraid,1\nage_mean,mean,age,\n",
      .breaks = breaks,
      .data = data});
}

static const char *const everybody[] = {"1212121", "1122112", "2212112"};

static void refuse(const trygg_estimates *estimates, const char *on, trygg_status expected,
                   const char *word) {
  trygg_table *table = NULL;
  ck_assert_int_eq(try_run(estimates, on, both, 1, &table), expected);
  ck_assert_ptr_null(table);
  ck_assert_msg(strstr(error.message, word) != NULL, "`%s` does not say %s", error.message, word);
}

START_TEST(what_is_no_background_is_said) {
  fixture f = small(everybody, NULL);
  trygg_estimates *estimates = estimate(&f, NULL, "afraid"), *pooled = NULL;
  trygg_estimate_options pool = {.size = sizeof pool, .pool = 1};
  refuse(estimates, "", TRYGG_EINVAL, "background");
  refuse(estimates, "sexx", TRYGG_ENAME, "sex");
  refuse(estimates, "text", TRYGG_EINVAL, "free text");
  refuse(estimates, "sex+sex", TRYGG_EINVAL, "twice");
  refuse(estimates, "sex=9", TRYGG_ENAME, "sex=9");
  refuse(estimates, "wave", TRYGG_ENUMERIC, "`wave`");
  ck_ok(trygg_estimate_create(f.design, &pool, &pooled, &error));
  refuse(pooled, "sex", TRYGG_EINVAL, "pooled");
  trygg_estimate_free(pooled);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* Given background they are among the usual tests, without it they are not; a series from elsewhere has no records. */
START_TEST(adjusted_slopes_are_there_when_background_is) {
  static const double time[] = {2018, 2020, 2022}, value[] = {1, 2, 4};
  static const char *const sex[] = {"sex"};
  trygg_trend_options options = {.size = sizeof options};
  fixture f = small(everybody, NULL);
  trygg_estimates *estimates = estimate(&f, NULL, "afraid");
  trygg_table *table = NULL;
  for (options.on = sex; options.on_count < 2; options.on_count++) {
    size_t found = 0;
    ck_ok(trygg_trend_table(estimates, &options, &table, &error));
    for (size_t r = 0; r < trygg_table_rows(table); r++)
      found += strstr(cell(table, r, "test"), "_adjusted") != NULL;
    ck_assert_uint_eq(found, 2 * options.on_count);
    trygg_table_free(table);
  }
  options.on_count = 1;
  options.tests = both;
  options.test_count = 2;
  ck_ok(trygg_trend_series(time, value, NULL, 3, 0, &options, &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 0);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* Of area B's two people there are too few for four columns; A and the total are fitted, and what is the same in the whole
 * of an area leaves its slope alone. */
START_TEST(a_group_with_too_few_is_empty_and_the_others_are_there) {
  fixture f = small(everybody, NULL);
  trygg_estimates *estimates = estimate(&f, "area", "afraid");
  trygg_table *table = run(estimates, "sex+age+q"), *apart = run(estimates, "sex+age"),
              *same = run(estimates, "sex+age+area=B");
  size_t b = row_of(table, "B", NULL, both[1]);
  ck_assert(isnan(number(table, b, "estimate")) && isnan(number(table, b, "p")));
  ck_assert(strstr(cell(table, b, "flag"), "no_fit") != NULL);
  ck_assert(number(table, row_of(table, NULL, NULL, both[0]), "se") > 0);
  ck_assert(number(table, row_of(table, "A", NULL, both[0]), "se") > 0);
  for (size_t i = 0; i < 2; i++) {
    size_t with = row_of(same, "A", NULL, both[0]), without = row_of(apart, "A", NULL, both[0]);
    ck_assert_double_eq(number(same, with, i ? "se" : "estimate"),
                        number(apart, without, i ? "se" : "estimate"));
    ck_assert_double_eq(number(same, with, "df2"), number(apart, without, "df2"));
  }
  ck_assert_double_ne(number(same, 0, "estimate"), number(apart, 0, "estimate"));
  trygg_table_free(table);
  trygg_table_free(apart);
  trygg_table_free(same);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* Records without background are not in the model, and the row rests on those that are. */
START_TEST(missing_background_leaves_records_out) {
  static const char *const some[] = {"12-2121", "1122112", "-2--112"}, *const none[] = {"1212121", "-------",
                                                                                        "2212112"};
  static const char *const q[] = {"q"};
  trygg_trend_options options = {
      .size = sizeof options, .tests = both, .test_count = 1, .on = q, .on_count = 1, .min_n = 4};
  fixture f = small(some, NULL);
  trygg_estimates *estimates = estimate(&f, NULL, "afraid");
  trygg_table *table = run(estimates, "q");
  ck_assert_double_eq(number(table, 0, "df2"), 21 - 4 - 3 + 1 - 3);
  trygg_table_free(table);
  for (; options.min_n <= 5; options.min_n++) { /* four are left of 2022 */
    ck_ok(trygg_trend_table(estimates, &options, &table, &error));
    ck_assert(isnan(number(table, 0, "p_adjusted")) == (options.min_n == 5));
    trygg_table_free(table);
  }
  trygg_estimate_free(estimates);
  fixture_free(&f);
  f = small(none, NULL);
  estimates = estimate(&f, NULL, "afraid");
  refuse(estimates, "q", TRYGG_EDATA, "in some wave nobody");
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* A break has the waves after it alone, as the slopes that are not adjusted. */
START_TEST(a_break_cuts_the_series) {
  fixture f = small(everybody, "wave,kind\n2020,break\n"), late = small(everybody, "wave,kind\n2022,break\n");
  trygg_estimates *estimates = estimate(&f, NULL, "afraid"), *one = estimate(&late, NULL, "afraid");
  trygg_table *table = run(estimates, "sex"), *empty = run(one, "sex");
  ck_assert_str_eq(cell(table, 0, "waves"), "2020 2022");
  ck_assert_double_eq(number(table, 0, "df2"), 14 - 2 + 1 - 3);
  ck_assert_str_eq(cell(empty, 0, "flag"), "break");
  ck_assert(isnan(number(empty, 0, "estimate")));
  trygg_table_free(table);
  trygg_table_free(empty);
  trygg_estimate_free(estimates);
  trygg_estimate_free(one);
  fixture_free(&f);
  fixture_free(&late);
}
END_TEST

START_TEST(every_allocation_may_fail) {
  fixture f = small(everybody, NULL);
  trygg_estimates *estimates = estimate(&f, "area", NULL);
  for (int for_ever = 0; for_ever < 2; for_ever++)
    for (long after = 0;; after++) {
      trygg_table *table = NULL;
      trygg_status status;
      tg_memory_fail(after, for_ever);
      status = try_run(estimates, "sex*age+q", both, 2, &table);
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

static Suite *adjusted_suite(void) {
  Suite *suite = suite_create("adjusted");
  TCase *known = tcase_create("known"), *edges = tcase_create("edges");
  tcase_set_timeout(known, 60);
  tcase_add_test(known, slopes_are_those_of_R_svyglm);
  suite_add_tcase(suite, known);
  tcase_set_timeout(edges, 60);
  tcase_add_test(edges, what_is_no_background_is_said);
  tcase_add_test(edges, adjusted_slopes_are_there_when_background_is);
  tcase_add_test(edges, a_group_with_too_few_is_empty_and_the_others_are_there);
  tcase_add_test(edges, missing_background_leaves_records_out);
  tcase_add_test(edges, a_break_cuts_the_series);
  tcase_add_test(edges, every_allocation_may_fail);
  suite_add_tcase(suite, edges);
  return suite;
}

int main(void) {
  return run_suite(adjusted_suite());
}
