/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strata, clusters, finite populations and lonely clusters. */
#include <design/design.h>

#include <math.h>
#include <string.h>

#include "fixture.h"

/* Stata's fpc.dta: 8 clusters in 2 strata. */
static const char survey_fpc[] = "type,name,role\ntext,str,stratum\ntext,psu,cluster\ndecimal,w,weight\n"
                                 "decimal,nh,fpc\ndecimal,x,\n";
static const char data_fpc[] = "str,psu,w,nh,x\n1,1,3,15,2.8\n1,2,3,15,4.1\n1,3,3,15,6.8\n1,4,3,15,6.8\n"
                               "1,5,3,15,9.2\n2,1,4,12,3.7\n2,2,4,12,6.6\n2,3,4,12,4.2\n";

START_TEST(clusters_are_read_within_their_stratum) {
  fixture f = fixture_load(&(fixture_texts){.survey = survey_fpc, .data = data_fpc});
  ck_assert_uint_eq(trygg_design_strata(f.design), 2);
  ck_assert_uint_eq(trygg_design_clusters(f.design), 8);
  ck_near(trygg_design_population(f.design), 27, 0);
  ck_near(f.design->strata[0].remaining, 1 - 5.0 / 15, 1e-15);
  ck_near(f.design->strata[1].remaining, 1 - 3.0 / 12, 1e-15);
  fixture_free(&f);
}
END_TEST

START_TEST(order_of_records_does_not_change_strata) {
  static const char other[] =
      "str,psu,w,nh,x\n2,3,4,12,4.2\n1,5,3,15,9.2\n2,1,4,12,3.7\n1,1,3,15,2.8\n1,2,3,15,4.1\n"
      "1,4,3,15,6.8\n2,2,4,12,6.6\n1,3,3,15,6.8\n";
  fixture a = fixture_load(&(fixture_texts){.survey = survey_fpc, .data = data_fpc});
  fixture b = fixture_load(&(fixture_texts){.survey = survey_fpc, .data = other});
  for (size_t h = 0; h < 2; h++) {
    ck_assert_str_eq(a.design->strata[h].name, b.design->strata[h].name);
    ck_assert_uint_eq(a.design->strata[h].clusters, b.design->strata[h].clusters);
  }
  fixture_free(&a);
  fixture_free(&b);
}
END_TEST

START_TEST(population_as_fraction_equals_number) {
  static const char fraction[] = "str,psu,w,nh,x\n1,1,3,0.5,2.8\n1,2,3,0.5,4.1\n2,1,4,4,3.7\n2,2,4,4,6.6\n";
  fixture f = fixture_load(&(fixture_texts){.survey = survey_fpc, .data = fraction});
  ck_near(f.design->strata[0].remaining, 0.5, 0);
  ck_near(f.design->strata[1].remaining, 0.5, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(population_from_the_strata_table) {
  static const char survey[] = "type,name,role\ntext,str,stratum\ndecimal,w,weight\ndecimal,x,\n";
  fixture f = fixture_load(&(fixture_texts){.survey = survey,
                                            .strata = "stratum,population\n1,4\n2,8\n",
                                            .data = "str,w,x\n1,2,1\n1,2,2\n2,4,3\n2,4,4\n"});
  ck_near(f.design->strata[0].remaining, 0.5, 0);
  ck_near(f.design->strata[1].remaining, 0.75, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(population_below_sample_is_refused) {
  trygg_error error = fixture_refuse(
      &(fixture_texts){.survey = survey_fpc, .data = "str,psu,w,nh,x\n1,1,3,2,1\n1,2,3,2,1\n1,3,3,2,1\n"},
      TRYGG_EDESIGN);
  ck_assert_ptr_nonnull(strstr(error.message, "`1`"));
}
END_TEST

START_TEST(two_populations_in_a_stratum_are_refused) {
  trygg_error error = fixture_refuse(
      &(fixture_texts){.survey = survey_fpc, .data = "str,psu,w,nh,x\n1,1,3,20,1\n1,2,3,21,1\n"},
      TRYGG_EDESIGN);
  ck_assert_str_eq(error.field, "nh");
}
END_TEST

START_TEST(record_without_stratum_is_refused) {
  trygg_error error = fixture_refuse(
      &(fixture_texts){.survey = survey_fpc, .data = "str,psu,w,nh,x\n,1,3,20,1\n1,2,3,20,1\n"}, TRYGG_EDATA);
  ck_assert_str_eq(error.field, "str");
}
END_TEST

START_TEST(unknown_lonely_rule_names_the_nearest) {
  trygg_error error = fixture_refuse(
      &(fixture_texts){.survey = survey_fpc, .data = data_fpc, .lonely = "adjsut"}, TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "`adjust`"));
}
END_TEST

/* Lumley's 5-row example (R survey's tests, lonely.psu): totals of w Age; strata 1,1,2,2,3. */
static const char survey_lonely[] =
    "type,name,role\ntext,str,stratum\ntext,psu,cluster\ndecimal,w,weight\ninteger,in,\ndecimal,age,\n";
static const char data_lonely[] =
    "str,psu,w,in,age\n1,1,10.5,1,30.5\n1,2,10.5,1,40.5\n2,3,20,1,35\n2,4,20,1,52\n"
    "3,5,15,1,44\n";
static const char total_age[] = "name,type,variable\nt,total,age\n";

static double variance_of_total(const char *lonely) {
  fixture f = fixture_load(&(fixture_texts){
      .survey = survey_lonely, .indicators = total_age, .data = data_lonely, .lonely = lonely});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_estimate t = fixture_get(estimates, "", NULL, "t");
  trygg_estimate_free(estimates);
  fixture_free(&f);
  return t.se * t.se;
}

/* By hand: two clusters z1, z2 in a stratum give (z1 - z2)^2; 10.5 (40.5 - 30.5) and 20 (52 - 35) give
 * 105^2 = 11025 and 340^2 = 115600, together 126625. The mean of all five totals is 629.1. */
START_TEST(lonely_rules_give_the_values_derived_by_hand) {
  ck_near(variance_of_total("certainty"), 126625, 1e-12);
  ck_near(variance_of_total("adjust"), 126625 + (660 - 629.1) * (660 - 629.1), 1e-12);
  ck_near(variance_of_total("average"), 126625 * 3.0 / 2, 1e-12);
}
END_TEST

START_TEST(lonely_cluster_fails_by_default_and_says_what_to_do) {
  fixture f =
      fixture_load(&(fixture_texts){.survey = survey_lonely, .indicators = total_age, .data = data_lonely});
  trygg_estimates *estimates = NULL;
  trygg_error error = {0};
  ck_assert_int_eq(trygg_estimate_create(f.design, NULL, &estimates, &error), TRYGG_EDESIGN);
  ck_assert_ptr_null(estimates);
  ck_assert_ptr_nonnull(strstr(error.message, "--lonely"));
  fixture_free(&f);
}
END_TEST

START_TEST(census_of_a_single_cluster_is_not_lonely) {
  fixture f = fixture_load(
      &(fixture_texts){.survey = survey_fpc, .data = "str,psu,w,nh,x\n1,1,1,1,5\n2,1,2,4,3\n2,2,2,4,4\n"});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

#define WAVES_SURVEY "type,name,role\ninteger,year,wave\ntext,kommun,stratum\ndecimal,w,weight\ndecimal,x,\n"

START_TEST(strata_table_is_read_by_wave_and_as_a_spreadsheet_saves_it) {
  static const char strata[] = "wave,stratum,population\n2020,380,4\n2024,380,40\n";
  static const char both[] =
      "year,kommun,w,x\n2020,0380,2,1\n2020,0380,2,2\n2024,0380,20,3\n2024,0380,20,4\n";
  static const char one[] = "year,kommun,w,x\n2020,0380,2,1\n2020,0380,2,2\n";
  fixture f = fixture_load(&(fixture_texts){.survey = WAVES_SURVEY, .strata = strata, .data = both});
  ck_near(f.design->strata[0].remaining, 0.5, 0);
  ck_near(f.design->strata[1].remaining, 0.95, 1e-15);
  fixture_free(&f);
  f = fixture_load(&(fixture_texts){.survey = WAVES_SURVEY, .strata = strata, .data = one});
  ck_near(f.design->strata[0].remaining, 0.5, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(strata_table_that_does_not_fit_the_data_is_refused) {
  static const char data[] = "year,kommun,w,x\n2020,0380,2,1\n2020,0380,2,2\n2020,0305,2,2\n2020,0305,2,2\n";
  trygg_error error = fixture_refuse(
      &(fixture_texts){
          .survey = WAVES_SURVEY, .data = data, .strata = "stratum,population\n0380,4\n0305,9\n0319,7\n"},
      TRYGG_EDESIGN);
  ck_assert_int_eq((int)error.line, 4);
  error = fixture_refuse(
      &(fixture_texts){.survey = WAVES_SURVEY, .data = data, .strata = "stratum,population\n0380,4\n"},
      TRYGG_EDESIGN);
  ck_assert_ptr_nonnull(strstr(error.message, "`0305`"));
  error = fixture_refuse(
      &(fixture_texts){.survey = "type,name,role\ntext,str,stratum\ntext,psu,cluster\ndecimal,w,weight\n",
                       .data = data_fpc,
                       .strata = "stratum,population\n1,90\n2,80\n"},
      TRYGG_EDESIGN);
  ck_assert_ptr_nonnull(strstr(error.message, "role fpc")); /* people are no clusters */
}
END_TEST

START_TEST(references_keep_what_they_refer_to) {
  fixture f = fixture_load(&(fixture_texts){.survey = survey_fpc, .data = data_fpc});
  trygg_design *again = trygg_design_retain(f.design);
  ck_assert_ptr_eq(again, f.design);
  fixture_free(&f);
  ck_assert_uint_eq(trygg_design_clusters(again), 8);
  trygg_design_free(again);
  ck_assert_ptr_null(trygg_design_retain(NULL));
}
END_TEST

static Suite *design_suite(void) {
  Suite *suite = suite_create("design");
  TCase *tests = tcase_create("design");
  tcase_add_test(tests, clusters_are_read_within_their_stratum);
  tcase_add_test(tests, order_of_records_does_not_change_strata);
  tcase_add_test(tests, population_as_fraction_equals_number);
  tcase_add_test(tests, population_from_the_strata_table);
  tcase_add_test(tests, population_below_sample_is_refused);
  tcase_add_test(tests, two_populations_in_a_stratum_are_refused);
  tcase_add_test(tests, record_without_stratum_is_refused);
  tcase_add_test(tests, unknown_lonely_rule_names_the_nearest);
  tcase_add_test(tests, lonely_rules_give_the_values_derived_by_hand);
  tcase_add_test(tests, lonely_cluster_fails_by_default_and_says_what_to_do);
  tcase_add_test(tests, census_of_a_single_cluster_is_not_lonely);
  tcase_add_test(tests, strata_table_is_read_by_wave_and_as_a_spreadsheet_saves_it);
  tcase_add_test(tests, strata_table_that_does_not_fit_the_data_is_refused);
  tcase_add_test(tests, references_keep_what_they_refer_to);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(design_suite());
}
