/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strata, clusters, finite populations and lonely clusters. */
#include <design/design.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <base/memory.h>
#include <table/flag.h>

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

/* ---- several stages ---------------------------------------------------------------------------- */

/* 2 of 4 clusters, in them 2 of 8 and 2 of 4 units. */
#define TWO_STAGES                                                                                           \
  "type,name,role\ntext,a,cluster\ntext,b,cluster2\ndecimal,w,weight\ndecimal,n1,fpc\ndecimal,n2,fpc2\ndecimal,y,\n"
static const char total_y[] = "name,type,variable\nt,total,y\nm,mean,y\n";

static trygg_estimate estimate_y(const char *settings, const char *survey, const char *data,
                                 const char *lonely, const char *which) {
  fixture f = fixture_load(&(fixture_texts){
      .settings = settings, .survey = survey, .indicators = total_y, .data = data, .lonely = lonely});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_estimate t = fixture_get(estimates, "", NULL, which);
  trygg_estimate_free(estimates);
  fixture_free(&f);
  return t;
}

static double variance_y(const char *survey, const char *data) {
  trygg_estimate t = estimate_y(NULL, survey, data, NULL, "t");
  return t.se * t.se;
}

/* By hand (Cochran 1977, 11.42): totals of clusters in the sample 8 (1 + 3) = 32 and 4 (5 + 9) = 56, so that V_1 =
 * (1 - 1/2) 2 (12^2 + 12^2) = 288; within them (1 - 1/4) 2 (8^2 + 8^2) = 192 and (1 - 1/2) 2 (8^2 + 8^2) = 128; V = 288 +
 * (192 + 128) / 2 = 448. */
START_TEST(two_stages_give_the_variance_derived_by_hand) {
  static const char numbers[] = "a,b,w,n1,n2,y\nA,1,8,4,8,1\nA,2,8,4,8,3\nB,1,4,4,4,5\nB,2,4,4,4,9\n";
  static const char fractions[] =
      "a,b,w,n1,n2,y\nA,1,8,.5,.25,1\nA,2,8,.5,.25,3\nB,1,4,.5,.5,5\nB,2,4,.5,.5,9\n";
  static const char people[] = "type,name,role\ntext,a,cluster\ntext,b,\ndecimal,w,weight\ndecimal,n1,fpc\n"
                               "decimal,n2,fpc2\ndecimal,y,\n";
  trygg_estimate t = estimate_y(NULL, TWO_STAGES, numbers, NULL, "t");
  ck_near(t.se * t.se, 448, 1e-14);
  ck_near(t.estimate, 88, 0);
  ck_assert(t.df == 1);
  ck_near(variance_y(TWO_STAGES, fractions), 448, 1e-14);
  ck_near(variance_y(people, numbers), 448, 1e-14); /* the records are the units */
}
END_TEST

/* Särndal, Swensson & Wretman 1992, p. 143: 5 of 50 clusters of Swedish municipalities, 3 of each. */
START_TEST(municipalities_have_the_published_variance) {
  static const char *const rows[] = {"41,49,49", "49,49,45", "31,31,35", "39,41,61", "49,51,33"};
  static const int sizes[] = {5, 8, 5, 9, 7};
  char data[2000] = "a,b,w,n1,n2,y\n";
  for (int i = 0; i < 5; i++)
    for (int k = 0; k < 3; k++)
      snprintf(data + strlen(data), sizeof data - strlen(data), "%d,%d,%s,50,%d,%.2s\n", i, k,
               (const char *[]){"16.666666666666666667", "26.666666666666666667", "16.666666666666666667",
                                "30", "23.333333333333333333"}[i],
               sizes[i], rows[i] + 3 * k);
  trygg_estimate t = estimate_y(NULL, TWO_STAGES, data, NULL, "t");
  ck_near(t.estimate, 15080, 1e-14);
  ck_near(t.se * t.se, 5172234, 0.5 / 5172234);
}
END_TEST

/* When all clusters are in the sample they are strata. */
START_TEST(census_of_clusters_leaves_what_strata_would_have) {
  static const char data[] = "a,b,w,n1,n2,y\nA,1,4,2,8,1\nA,2,4,2,8,3\nB,1,2,2,4,5\nB,2,2,2,4,9\n";
  static const char strata[] =
      "type,name,role\ntext,a,stratum\ntext,b,cluster\ndecimal,w,weight\ndecimal,n1,\n"
      "decimal,n2,fpc\ndecimal,y,\n";
  ck_near(variance_y(TWO_STAGES, data), 80, 1e-15);
  ck_assert(variance_y(TWO_STAGES, data) == variance_y(strata, data));
}
END_TEST

START_TEST(census_of_everything_has_no_error) {
  static const char data[] =
      "a,b,w,n1,n2,y\nA,1,1,2,2,1.7\nA,2,1,2,2,3.3\nB,1,1,2,3,5.9\nB,2,1,2,3,9.1\nB,3,1,2,3,0.7\n";
  ck_assert(estimate_y(NULL, TWO_STAGES, data, NULL, "t").se == 0);
  ck_assert(estimate_y(NULL, TWO_STAGES, data, NULL, "m").se == 0);
  ck_assert(estimate_y(NULL, TWO_STAGES, data, NULL, "m").deff == 0);
}
END_TEST

START_TEST(without_a_population_of_clusters_later_stages_say_nothing) {
  static const char data[] = "a,b,w,n1,n2,y\nA,1,8,4,8,1\nA,2,8,4,8,3\nB,1,4,4,4,5\nB,2,4,4,4,9\n";
  static const char one[] =
      "type,name,role\ntext,a,cluster\ntext,b,\ndecimal,w,weight\ndecimal,n1,\ndecimal,n2,\n"
      "decimal,y,\n";
  static const char two[] = "type,name,role\ntext,a,cluster\ntext,b,cluster2\ndecimal,w,weight\ndecimal,n1,\n"
                            "decimal,n2,\ndecimal,y,\n";
  fixture f = fixture_load(&(fixture_texts){.survey = two, .data = data});
  ck_assert_uint_eq(f.design->stage_count, 0);
  fixture_free(&f);
  ck_assert(variance_y(two, data) == variance_y(one, data));
}
END_TEST

START_TEST(several_cluster_variables_make_one_cluster) {
  static const char survey[] =
      "type,name,role\ntext,a,cluster\ntext,b,cluster\ndecimal,w,weight\ndecimal,y,\n";
  fixture f = fixture_load(
      &(fixture_texts){.survey = survey, .data = "a,b,w,y\n1,1,1,1\n1,2,1,1\n2,1,1,1\n2,1,1,1\n"});
  ck_assert_uint_eq(trygg_design_clusters(f.design), 3);
  fixture_free(&f);
}
END_TEST

START_TEST(faults_of_a_later_stage_name_the_cluster) {
  static const struct {
    const char *rows, *field, *words;
    trygg_status status;
  } faults[] = {
      {"A,1,8,4,8,1\nA,2,8,4,9,3\n", "n2", "cluster `A`, stage 2, has two finite populations", TRYGG_EDESIGN},
      {"A,1,8,4,8,1\nA,2,8,4,,3\n", "n2", "without a finite population", TRYGG_EDESIGN},
      {"A,1,8,4,2,1\nA,2,8,4,2,3\nA,3,8,4,2,3\n", "n2", "finite population of 2 but 3", TRYGG_EDESIGN},
      {"A,1,8,4,1,1\nA,2,8,4,1,3\nB,1,8,4,5,3\n", "n2", "finite population of 1 but 2", TRYGG_EDESIGN},
      {"A,,8,4,8,1\nA,2,8,4,8,3\n", "b", "which the sampling design needs", TRYGG_EDATA},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char data[300];
    trygg_error error;
    snprintf(data, sizeof data, "a,b,w,n1,n2,y\n%s", faults[i].rows);
    error = fixture_refuse(&(fixture_texts){.survey = TWO_STAGES, .data = data}, faults[i].status);
    ck_assert_str_eq(error.field, faults[i].field);
    ck_assert_msg(strstr(error.message, faults[i].words) != NULL, "%s", error.message);
  }
}
END_TEST

/* Cluster A has one unit of 8.  Totals of clusters 32 and 56, V_1 = 288; B adds 128 / 2 = 64. */
static const char one_of_eight[] = "a,b,w,n1,n2,y\nA,1,32,4,8,1\nB,1,4,4,4,5\nB,2,4,4,4,9\n";

START_TEST(lonely_unit_of_a_later_stage_follows_the_rule) {
  fixture f =
      fixture_load(&(fixture_texts){.survey = TWO_STAGES, .indicators = total_y, .data = one_of_eight});
  trygg_estimates *estimates = NULL;
  trygg_error error = {0};
  trygg_estimate t;
  ck_assert_int_eq(trygg_estimate_create(f.design, NULL, &estimates, &error), TRYGG_EDESIGN);
  ck_assert_msg(strstr(error.message, "cluster `A`, stage 2,") != NULL, "%s", error.message);
  fixture_free(&f);
  t = estimate_y(NULL, TWO_STAGES, one_of_eight, "certainty", "t");
  ck_near(t.se * t.se, 288 + 64, 1e-14);
  ck_assert(t.flags & TG_FLAG_LONELY);
  /* The mean of the three units of the stage is 88 / 3. */
  t = estimate_y(NULL, TWO_STAGES, one_of_eight, "adjust", "t");
  ck_near(t.se * t.se, 288 + 64 + 0.5 * 0.875 * (32 - 88.0 / 3) * (32 - 88.0 / 3), 1e-14);
  t = estimate_y(NULL, TWO_STAGES, one_of_eight, "average", "t");
  ck_near(t.se * t.se, 288 + 2 * 64, 1e-14);
}
END_TEST

/* ---- strata that are joined ------------------------------------------------------------------------- */

static double variance_collapsed(const char *strata, const char *lonely, double *df) {
  fixture f = fixture_load(&(fixture_texts){.survey = survey_lonely,
                                            .indicators = total_age,
                                            .strata = strata,
                                            .data = data_lonely,
                                            .lonely = lonely});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_estimate t = fixture_get(estimates, "", NULL, "t");
  *df = t.df;
  trygg_estimate_free(estimates);
  fixture_free(&f);
  return t.se * t.se;
}

/* By hand: totals 320.25 425.25 | 700 1040 | 660.  With 2 and 3 joined their mean is 800 and V = 105^2 + 3/2 (100^2 +
 * 240^2 + 140^2) = 11025 + 130800; with 1 and 3, whose mean is 468.5, V = 3/2 (148.25^2 + 43.25^2 + 191.5^2) + 340^2. */
START_TEST(collapsed_strata_give_the_variance_derived_by_hand) {
  double df, with_first = 1.5 * (148.25 * 148.25 + 43.25 * 43.25 + 191.5 * 191.5) + 340 * 340;
  ck_near(variance_collapsed("stratum,collapse\n1,1\n2,2\n3,3\n", "collapse", &df), 11025 + 130800, 1e-14);
  ck_assert(df == 3); /* 5 clusters in 2 strata */
  ck_near(variance_collapsed("stratum,collapse\n1,1\n2,9\n3,4\n", "collapse", &df), with_first, 1e-14);
  ck_near(variance_collapsed("stratum,collapse\n1,1\n2,7\n3,4\n", "collapse", &df), with_first, 1e-14);
  ck_near(variance_collapsed("stratum,collapse\n1,a 1\n2,b 4\n3,a 4\n", "collapse", &df), with_first, 1e-14);
  ck_near(variance_collapsed("stratum,collapse\n3,a\n1,a\n2,\n", "collapse", &df), with_first, 1e-14);
  ck_near(variance_collapsed("stratum,collapse\n1,1\n2,2\n3,3\n", "certainty", &df), 126625, 1e-14);
}
END_TEST

/* Wolter 2007, 2.5.1: one cluster a stratum, joined by twos and, the last, by threes. */
START_TEST(strata_of_one_cluster_are_joined_with_their_neighbours) {
  static const char survey[] = "type,name,role\ntext,str,stratum\ndecimal,w,weight\ndecimal,y,\n";
  fixture f = fixture_load(&(fixture_texts){.survey = survey,
                                            .indicators = total_y,
                                            .strata = "stratum,collapse\nA,1\nB,2\nC,3\nD,4\nE,5\n",
                                            .data = "str,w,y\nE,1,9\nA,1,1\nC,1,6\nB,1,4\nD,1,8\n",
                                            .lonely = "collapse"});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_estimate t = fixture_get(estimates, "", NULL, "t");
  ck_assert_uint_eq(trygg_design_strata(f.design), 2);
  ck_assert_str_eq(f.design->strata[0].name, "A + B");
  ck_assert_str_eq(f.design->strata[1].name, "C + D + E");
  /* (4 - 1)^2, and 3/2 of the squares of 6, 8, 9 about 23/3. */
  ck_near(t.se * t.se, 9 + 1.5 * (6 * 6 + 8 * 8 + 9 * 9 - 23 * 23 / 3.0), 1e-14);
  ck_assert(t.df == 3);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(joined_strata_are_as_if_declared_one) {
  static const char survey[] =
      "type,name,role\ntext,s,stratum\ntext,a,cluster\ntext,b,cluster2\ndecimal,w,weight\n"
      "decimal,n1,fpc\ndecimal,n2,fpc2\ndecimal,y,\n";
  static const char apart[] =
      "s,a,b,w,n1,n2,y\nZ,1,1,3,5,2,1.5\nZ,1,2,3,5,2,3\nY,1,1,2,8,6,4\nY,1,2,2,8,6,5\nY,2,1,7,8,3,9\n"
      "Y,2,2,7,8,3,2\nX,1,1,4,2,9,8\nX,1,2,4,2,9,7\nX,2,1,4,2,5,1\nX,2,2,4,2,5,1.25\n";
  static const char one[] =
      "s,a,b,w,n1,n2,y\nY,3,1,3,13,2,1.5\nY,3,2,3,13,2,3\nY,1,1,2,13,6,4\nY,1,2,2,13,6,5\n"
      "Y,2,1,7,13,3,9\nY,2,2,7,13,3,2\nX,1,1,4,2,9,8\nX,1,2,4,2,9,7\nX,2,1,4,2,5,1\n"
      "X,2,2,4,2,5,1.25\n";
  fixture a =
      fixture_load(&(fixture_texts){.survey = survey,
                                    .indicators = total_y,
                                    .strata = "stratum,collapse\nX,1\nY,5\nZ,2\n", /* X was taken whole */
                                    .data = apart,
                                    .lonely = "collapse"});
  fixture b = fixture_load(&(fixture_texts){.survey = survey, .indicators = total_y, .data = one});
  trygg_estimates *x = fixture_estimate(&a, NULL, NULL), *y = fixture_estimate(&b, NULL, NULL);
  ck_near(fixture_get(x, "", NULL, "t").se, fixture_get(y, "", NULL, "t").se, 1e-14);
  ck_near(fixture_get(x, "", NULL, "m").se, fixture_get(y, "", NULL, "m").se, 1e-14);
  ck_assert(fixture_get(x, "", NULL, "m").df == fixture_get(y, "", NULL, "m").df);
  trygg_estimate_free(x);
  trygg_estimate_free(y);
  fixture_free(&a);
  fixture_free(&b);
}
END_TEST

START_TEST(stratum_without_company_is_refused_when_an_estimate_needs_it) {
  static const char *const alone[] = {"stratum,collapse\n1,1\n2,2\n3,\n",
                                      "stratum,collapse\n1,a 1\n2,a 2\n3,b 3\n"};
  for (size_t i = 0; i < 2; i++) {
    fixture f = fixture_load(&(fixture_texts){.survey = survey_lonely,
                                              .indicators = total_age,
                                              .strata = alone[i],
                                              .data = data_lonely,
                                              .lonely = "collapse"});
    trygg_estimates *estimates = NULL;
    trygg_error error = {0};
    ck_assert_int_eq(trygg_estimate_create(f.design, NULL, &estimates, &error), TRYGG_EDESIGN);
    ck_assert_msg(strstr(error.message, "stratum `3`") && strstr(error.message, "strata.csv"), "%s",
                  error.message);
    fixture_free(&f);
  }
}
END_TEST

/* ---- covariances ---------------------------------------------------------------------------------- */

/* Two totals of large numbers that vary little: V = 5/4 sum (y - ybar)^2 by hand, 5/4 10 = 12.5; of z, half of it, with
 * the sign turned. */
START_TEST(covariance_of_large_close_totals_keeps_its_digits) {
  fixture f = fixture_load(&(fixture_texts){
      .survey = "type,name,role\ndecimal,w,weight\ndecimal,y,\ndecimal,z,\n",
      .indicators = "name,type,variable\ny_total,total,y\nz_total,total,z\n",
      .data = "w,y,z\n1,1000000001,2000000002.5\n1,1000000002,2000000002\n1,1000000003,2000000001.5\n"
              "1,1000000004,2000000001\n1,1000000005,2000000000.5\n"});
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  size_t rows[2] = {trygg_estimate_find(estimates, "", NULL, "y_total"),
                    trygg_estimate_find(estimates, "", NULL, "z_total")};
  double v[4];
  trygg_error error = {0};
  ck_ok(trygg_estimate_covariance(estimates, rows, 2, v, &error));
  ck_near(v[0], 12.5, 1e-15);
  ck_near(v[1], -6.25, 1e-15);
  ck_near(v[2], -6.25, 1e-15);
  ck_near(v[3], 3.125, 1e-15);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* ---- without memory ----------------------------------------------------------------------------------- */

/* Design, estimates and a covariance; what was made is freed. */
static trygg_status make_all(trygg_responses *responses, const char *lonely, double matrix[4],
                             trygg_error *error) {
  trygg_design_options how = {.size = sizeof how, .lonely = lonely, .domain_lonely = 1};
  static const char *const by[] = {"g"};
  trygg_estimate_options what = {.size = sizeof what, .by = by, .by_count = 1, .threads = 1};
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  const size_t rows[2] = {0, 1};
  trygg_status status = trygg_design_create(responses, &how, &design, error);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(design, &what, &estimates, error);
  if (status == TRYGG_OK)
    status = trygg_estimate_covariance(estimates, rows, 2, matrix, error);
  ck_assert(status == TRYGG_OK || !design || !estimates || trygg_estimate_count(estimates) > 0);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  return status;
}

START_TEST(every_allocation_of_stages_may_fail) {
  static const char *const rules[] = {"collapse", "adjust", "average"};
  static const char survey[] =
      "type,name,role\ntext,s,stratum\ntext,a,cluster\ntext,b,cluster2\nselect_one g,g,\ndecimal,w,weight\n"
      "decimal,n1,fpc\ndecimal,n2,fpc2\ndecimal,n3,fpc3\ndecimal,y,\n";
  static const char data[] =
      "s,a,b,g,w,n1,n2,n3,y\nZ,1,1,1,3,5,2,4,1\nZ,1,1,2,3,5,2,4,3\nZ,1,2,1,3,5,2,3,2\n"
      "Z,1,2,1,3,5,2,3,6\nY,1,1,2,2,8,6,5,4\nY,1,1,1,2,8,6,5,5\nY,1,2,2,2,8,6,5,9\n"
      "Y,1,2,2,2,8,6,5,7\nY,2,1,2,7,8,3,2,2\nY,2,1,1,7,8,3,2,3\nY,2,2,1,7,8,3,2,8\nY,2,2,1,7,8,3,2,9\n";
  fixture f = fixture_load(&(fixture_texts){.survey = survey,
                                            .choices = "list_name,name\ng,1\ng,2\n",
                                            .indicators = total_y,
                                            .strata = "stratum,collapse\nY,1\nZ,2\n",
                                            .data = data,
                                            .lonely = "collapse"});
  double whole[4], met[4];
  trygg_error error = {0};
  ck_ok(make_all(f.responses, rules[_i], whole, &error));
  ck_assert(whole[0] > 0 && whole[3] > 0 && whole[1] == whole[2]);
  for (long k = 0;; k++) {
    trygg_status status;
    tg_memory_fail(k, 0);
    status = make_all(f.responses, rules[_i], met, &error);
    tg_memory_fail(-1, 0);
    if (status == TRYGG_OK) {
      ck_assert_int_gt((int)k, 50);
      break;
    }
    ck_assert_int_eq(status, TRYGG_ENOMEM);
  }
  ck_assert_mem_eq(whole, met, sizeof whole);
  fixture_free(&f);
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
  tcase_add_test(tests, two_stages_give_the_variance_derived_by_hand);
  tcase_add_test(tests, municipalities_have_the_published_variance);
  tcase_add_test(tests, census_of_clusters_leaves_what_strata_would_have);
  tcase_add_test(tests, census_of_everything_has_no_error);
  tcase_add_test(tests, without_a_population_of_clusters_later_stages_say_nothing);
  tcase_add_test(tests, several_cluster_variables_make_one_cluster);
  tcase_add_test(tests, faults_of_a_later_stage_name_the_cluster);
  tcase_add_test(tests, lonely_unit_of_a_later_stage_follows_the_rule);
  tcase_add_test(tests, collapsed_strata_give_the_variance_derived_by_hand);
  tcase_add_test(tests, strata_of_one_cluster_are_joined_with_their_neighbours);
  tcase_add_test(tests, joined_strata_are_as_if_declared_one);
  tcase_add_test(tests, stratum_without_company_is_refused_when_an_estimate_needs_it);
  tcase_add_test(tests, covariance_of_large_close_totals_keeps_its_digits);
  tcase_add_loop_test(tests, every_allocation_of_stages_may_fail, 0, 3);
  tcase_add_test(tests, references_keep_what_they_refer_to);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(design_suite());
}
