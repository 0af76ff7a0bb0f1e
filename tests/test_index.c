/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Knots, presets, sections, the delta method against the covariance matrix, ranks. */
#include <index/index.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define SURVEY                                                                                                 \
  "type,name,role\ntext,str,stratum\ndecimal,w,weight\nselect_one yn,a,\nselect_one yn,b,\nselect_one yn,c,\n" \
  "select_one yn,g,\n"
#define CHOICES "list_name,name\nyn,1\nyn,2\n"
#define INDICATORS                                                                                           \
  "name,type,variable,numerator,better\nia,share,a,1,low\nib,share,b,1,low\nic,share,c,1,high\n"
#define INDICES                                                                                              \
  "index,section,indicator,weight,knots\ns,one,ia,1,0:0 0.5:2 1:6\ns,one,ib,3,ratio 0.4\n"                   \
  "s,two,ic,1,z 0.5 0.25\ns,two,,2,\n"
#define DATA                                                                                                 \
  "str,w,a,b,c,g\n1,1,1,1,1,1\n1,2,2,2,1,1\n1,1,1,2,2,1\n1,3,1,2,2,2\n1,1,2,1,1,2\n2,2,2,1,2,1\n"            \
  "2,1,2,2,1,1\n2,4,1,2,1,2\n2,1,2,2,1,2\n2,1,1,2,2,2\n"

static const fixture_texts texts = {
    .survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .indices = INDICES, .data = DATA};

static tg_index_definitions definitions_of(const char *indices, trygg_status expected, trygg_error *error,
                                           fixture *f) {
  fixture_texts own = texts;
  tg_index_definitions definitions = {0};
  own.indices = indices;
  *f = fixture_load(&own);
  ck_assert_int_eq(tg_definition_read(f->codebook, NULL, 0, &definitions, error), expected);
  return definitions;
}

START_TEST(points_are_linear_between_knots_and_clamped) {
  trygg_error error = {0};
  fixture f;
  tg_index_definitions d = definitions_of(INDICES, TRYGG_OK, &error, &f);
  const tg_index_item *knots = &d.list[0].sections[0].items[0], *ratio = &d.list[0].sections[0].items[1];
  const tg_index_item *z = &d.list[0].sections[1].items[0];
  double slope;
  ck_near(tg_definition_points(knots, 0.25, &slope), 1, 1e-15);
  ck_near(slope, 4, 1e-15);
  ck_near(tg_definition_points(knots, 0.75, &slope), 4, 1e-15);
  ck_near(slope, 8, 1e-15);
  ck_near(tg_definition_points(knots, 1, &slope), 6, 0);
  ck_near(slope, 0, 0);
  ck_near(tg_definition_points(ratio, 0.4, &slope), 2, 1e-14); /* the reference has 2 points */
  ck_near(tg_definition_points(ratio, 1, &slope), 5, 1e-14);
  ck_near(slope, 5, 1e-14);
  /* better = high: z is of 1 - p; 0.5 is its reference, 2 points; p up by 0.25 takes one point off. */
  ck_near(tg_definition_points(z, 0.5, &slope), 2, 1e-14);
  ck_near(slope, -4, 1e-14);
  ck_near(tg_definition_points(z, 0.75, &slope), 1, 1e-14);
  tg_definition_clear(&d);
  fixture_free(&f);
}
END_TEST

static const struct {
  const char *indices, *words;
  trygg_status status;
} faults[] = {
    {"index,section,indicator,weight,knots\ns,one,ia,1,0.5:0 0.5:6\n", "increase", TRYGG_ECODEBOOK},
    {"index,section,indicator,weight,knots\ns,one,ia,1,0:0\n", "two knots", TRYGG_ECODEBOOK},
    {"index,section,indicator,weight,knots\ns,one,ia,1,0:0 x:6\n", "pairs", TRYGG_ECODEBOOK},
    {"index,section,indicator,weight,knots\ns,one,ia,1,ratio\n", "presets", TRYGG_ECODEBOOK},
    {"index,section,indicator,weight,knots\ns,one,ia,1,ratio 0\n", "above 0", TRYGG_ECODEBOOK},
    {"index,section,indicator,weight,knots\ns,one,ia,1,z 0.1 -1\n", "above 0", TRYGG_ECODEBOOK},
    {"index,section,indicator,weight,knots\ns,one,ia,0,0:0 1:6\n", "above 0", TRYGG_ECODEBOOK},
};

START_TEST(faulty_definitions_are_refused) {
  trygg_error error = {0};
  fixture f;
  tg_index_definitions d = definitions_of(faults[_i].indices, faults[_i].status, &error, &f);
  ck_assert_msg(strstr(error.message, faults[_i].words) != NULL, "%s", error.message);
  tg_definition_clear(&d);
  fixture_free(&f);
}
END_TEST

START_TEST(sections_and_total_equal_the_hand_computation) {
  fixture f = fixture_load(&texts);
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = NULL;
  trygg_error error = {0};
  double pa = 10.0 / 17, pb = 4.0 / 17, pc = 10.0 / 17;
  double a = pa < 0.5 ? 4 * pa : 2 + 8 * (pa - 0.5), b = 5 * pb, c = 2 + (1 - pc - 0.5) * 4;
  double one = (a + 3 * b) / 4, whole = (one + 2 * c) / 3, matrix[9], variance = 0;
  double gradient[3] = {8.0 / 12, 15.0 / 12, -8.0 / 3};
  ck_ok(trygg_index_table(estimates, NULL, &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 3);
  ck_near(trygg_table_number(table, 0, trygg_table_find(table, "points")), one, 1e-13);
  ck_near(trygg_table_number(table, 1, trygg_table_find(table, "points")), c, 1e-13);
  ck_near(trygg_table_number(table, 2, trygg_table_find(table, "points")), whole, 1e-13);
  ck_assert(trygg_table_missing(table, 2, trygg_table_find(table, "section")));
  /* V = g' Cov g with the matrix that the estimates give. */
  ck_ok(trygg_estimate_covariance(estimates, (const size_t[]){0, 1, 2}, 3, matrix, &error));
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      variance += gradient[i] * gradient[j] * matrix[i * 3 + j];
  ck_near(trygg_table_number(table, 2, trygg_table_find(table, "se")), sqrt(variance), 1e-12);
  ck_near(trygg_table_number(table, 2, trygg_table_find(table, "df")), 8, 0);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* R survey 4.1-1: svycontrast() of (6 a + 3 (2 + 8 (b - 0.5))) / 4 over dclus1, and post-stratified by stype. */
START_TEST(index_of_calibrated_weights_has_the_error_of_R_survey) {
  static const double known[2][2] = {{4.07377049180327866, 0.22358451727774006},
                                     {3.92004681950274403, 0.22476127687100575}};
  char path[4096], *survey, *choices, *data;
  snprintf(path, sizeof path, "%s/data/golden/apiclus1/survey.csv", tests_folder());
  survey = fixture_read_text(path);
  snprintf(path, sizeof path, "%s/data/golden/apiclus1/choices.csv", tests_folder());
  choices = fixture_read_text(path);
  snprintf(path, sizeof path, "%s/data/golden/apiclus1.csv", tests_folder());
  data = fixture_read_text(path);
  for (int calibrated = 0; calibrated < 2; calibrated++) {
    fixture f = fixture_load(&(fixture_texts){
        .survey = survey,
        .choices = choices,
        .data = data,
        .indicators = "name,type,variable,numerator\nia,share,sch_wide,Yes\nib,share,awards,Yes\n",
        .indices = "index,section,indicator,weight,knots\ns,one,ia,1,0:0 1:6\ns,one,ib,3,0:0 0.5:2 1:6\n",
        .margins = calibrated ? "variables,category,total\nstype,E,4421\nstype,H,755\nstype,M,1018\n" : NULL,
        .calibrate = calibrated ? "linear" : NULL});
    trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
    trygg_table *table = NULL;
    trygg_error error = {0};
    ck_ok(trygg_index_table(estimates, NULL, &table, &error));
    ck_near(trygg_table_number(table, 0, trygg_table_find(table, "points")), known[calibrated][0], 1e-13);
    ck_near(trygg_table_number(table, 0, trygg_table_find(table, "se")), known[calibrated][1], 1e-11);
    trygg_table_free(table);
    trygg_estimate_free(estimates);
    fixture_free(&f);
  }
  free(survey);
  free(choices);
  free(data);
}
END_TEST

START_TEST(ranks_cover_what_the_error_leaves_open) {
  fixture f = fixture_load(&texts);
  trygg_estimates *estimates = fixture_estimate(&f, "g", NULL);
  trygg_table *table = NULL;
  trygg_error error = {0};
  int ranked = 0;
  ck_ok(trygg_index_table(estimates, NULL, &table, &error));
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    size_t rank = trygg_table_find(table, "rank");
    if (trygg_table_missing(table, row, 1)) { /* the county has no rank */
      ck_assert(trygg_table_missing(table, row, rank));
      continue;
    }
    ranked++;
    ck_assert(trygg_table_integer(table, row, rank) >= trygg_table_integer(table, row, rank + 1));
    ck_assert(trygg_table_integer(table, row, rank) <= trygg_table_integer(table, row, rank + 2));
    ck_assert_int_eq(trygg_table_integer(table, row, rank + 1),
                     1); /* five records a group tell nothing apart */
    ck_assert_int_eq(trygg_table_integer(table, row, rank + 2), 2);
  }
  ck_assert_int_eq(ranked, 6);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(missing_item_makes_the_index_incomplete) {
  fixture_texts own = texts;
  fixture f;
  trygg_estimates *estimates;
  trygg_table *table = NULL;
  trygg_error error = {0};
  own.data = "str,w,a,b,g\n1,1,1,1,1\n1,2,2,2,1\n2,1,1,2,1\n2,1,2,2,1\n";
  f = fixture_load(&own);
  estimates = fixture_estimate(&f, NULL, NULL);
  ck_ok(trygg_index_table(estimates, NULL, &table, &error));
  ck_assert(!trygg_table_missing(table, 0, trygg_table_find(table, "points")));
  ck_assert(trygg_table_missing(table, 2, trygg_table_find(table, "points")));
  ck_assert_ptr_nonnull(strstr(trygg_table_text(table, 2, trygg_table_find(table, "flag")), "incomplete"));
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(items_that_were_not_estimated_are_named) {
  fixture f = fixture_load(&texts);
  const char *only = "ia";
  trygg_estimate_options options = {.size = sizeof options, .indicators = &only, .indicator_count = 1};
  trygg_estimates *estimates = NULL;
  trygg_table *table = NULL;
  trygg_error error = {0};
  const char **items = NULL;
  size_t count = 0;
  ck_ok(trygg_estimate_create(f.design, &options, &estimates, &error));
  ck_assert_int_eq(trygg_index_table(estimates, NULL, &table, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "`ib`"));
  ck_ok(trygg_index_items(f.codebook, NULL, &items, &count, &error));
  ck_assert_uint_eq(count, 3);
  ck_assert_str_eq(items[2], "ic");
  trygg_index_free_items(items);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

static Suite *index_suite(void) {
  Suite *suite = suite_create("index");
  TCase *tests = tcase_create("index");
  tcase_add_test(tests, points_are_linear_between_knots_and_clamped);
  tcase_add_loop_test(tests, faulty_definitions_are_refused, 0, (int)(sizeof faults / sizeof *faults));
  tcase_add_test(tests, sections_and_total_equal_the_hand_computation);
  tcase_add_test(tests, index_of_calibrated_weights_has_the_error_of_R_survey);
  tcase_add_test(tests, ranks_cover_what_the_error_leaves_open);
  tcase_add_test(tests, missing_item_makes_the_index_incomplete);
  tcase_add_test(tests, items_that_were_not_estimated_are_named);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(index_suite());
}
