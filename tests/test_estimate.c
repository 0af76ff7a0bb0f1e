/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published values, domains, pooling, overlapping waves, edges and options of estimates. */
#include <estimate/estimate.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* Stata's fpc.dta, as in the Stata manual ([SVY] variance estimation) and R survey's tests. */
#define FPC_SURVEY                                                                                           \
  "type,name,role\ntext,str,stratum\ntext,psu,cluster\ndecimal,w,weight\ndecimal,x,\ninteger,large,\n"       \
  "integer,one,\ndecimal,nh,%s\n"
#define FPC_DATA                                                                                             \
  "str,psu,w,x,large,one,nh\n1,1,3,2.8,0,1,15\n1,2,3,4.1,1,1,15\n1,3,3,6.8,1,1,15\n1,4,3,6.8,1,1,15\n"       \
  "1,5,3,9.2,1,1,15\n2,1,4,3.7,0,1,12\n2,2,4,6.6,1,1,12\n2,3,4,4.2,1,1,12\n"
#define FPC_INDICATORS                                                                                       \
  "name,type,variable,denominator,where\nmean,mean,x,,\ntotal,total,x,,\nbig,mean,x,,large=1\n"              \
  "bigtotal,total,x,,large=1\nratio,ratio,x,one,\n"

static fixture stata(int with_fpc) {
  static char survey[400];
  snprintf(survey, sizeof survey, FPC_SURVEY, with_fpc ? "fpc" : "");
  return fixture_load(&(fixture_texts){.survey = survey, .indicators = FPC_INDICATORS, .data = FPC_DATA});
}

START_TEST(stata_fpc_example) {
  fixture f = stata(0);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "mean").estimate, 5.448148, 1e-7);
  ck_near(fixture_get(e, "", NULL, "mean").se, 0.7412683, 1e-6);
  ck_near(fixture_get(e, "", NULL, "total").estimate, 147.1, 1e-14);
  ck_near(fixture_get(e, "", NULL, "total").se, 20.01424, 1e-6);
  ck_near(fixture_get(e, "", NULL, "mean").df, 6, 0);
  /* R survey tests: the domain x > 4 (two records of str 1, 2 below) */
  ck_near(fixture_get(e, "", NULL, "big").estimate, 6.195, 1e-12);
  ck_near(fixture_get(e, "", NULL, "big").se, 0.7555129, 1e-6);
  ck_near(fixture_get(e, "", NULL, "bigtotal").estimate, 123.9, 1e-12);
  ck_near(fixture_get(e, "", NULL, "bigtotal").se, 33.00409, 1e-6);
  /* over a constant, a ratio is a mean */
  ck_near(fixture_get(e, "", NULL, "ratio").se, fixture_get(e, "", NULL, "mean").se, 1e-13);
  trygg_estimate_free(e);
  fixture_free(&f);
  f = stata(1);
  e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "mean").se, 0.6160407, 1e-6);
  ck_near(fixture_get(e, "", NULL, "total").se, 16.63312, 1e-5);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(levy_and_lemeshow_ratio) {
  /* R survey's scd (Levy & Lemeshow): arrests over alive in three strata of two ambulance companies */
  fixture f = fixture_load(&(fixture_texts){
      .survey =
          "type,name,role\ntext,esa,stratum\ntext,psu,cluster\ndecimal,w,weight\ninteger,arrests,\ninteger,alive,\n",
      .indicators = "name,type,variable,denominator\nr,ratio,alive,arrests\n",
      .data =
          "esa,psu,w,arrests,alive\n1,1,1,120,25\n1,2,1,78,24\n2,1,1,185,30\n2,2,1,228,49\n3,1,1,670,80\n3,2,1,530,70\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "r").estimate, 0.1535063501, 1e-9);
  ck_near(fixture_get(e, "", NULL, "r").se, 0.0098073036, 1e-8);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- identities ---------------------------------------------------------------------------- */

/* 3 waves x 4 strata x 12 records with answers that follow a fixed rule. */
static const char *synthetic(double scale, int reversed) {
  static char text[40000];
  char lines[144][80], *at = text + sprintf(text, "year,str,psu,w,a,y,g\n");
  int n = 0;
  unsigned state = 7;
  for (int wave = 0; wave < 3; wave++)
    for (int h = 0; h < 4; h++)
      for (int i = 0; i < 12; i++) {
        state = state * 1103515245u + 12345u;
        sprintf(lines[n++], "%d,%d,%d,%g,%d,%d,%d\n", 2010 + wave * 2, h, i / 3,
                (1 + (state >> 16) % 5) * scale, 1 + (int)((state >> 20) % 2), (int)((state >> 18) % 17),
                1 + (int)((state >> 24) % 3));
      }
  for (int i = 0; i < n; i++)
    at += sprintf(at, "%s", lines[reversed ? n - 1 - i : i]);
  return text;
}

#define SYN_SURVEY(cluster)                                                                                  \
  "type,name,role\ninteger,year,wave\ntext,str,stratum\ntext,psu," cluster "\ndecimal,w,weight\n"            \
  "select_one two,a,\ninteger,y,\nselect_one three,g,\n"
#define SYN_CHOICES "list_name,name\ntwo,1\ntwo,2\nthree,1\nthree,2\nthree,3\n"
#define SYN_INDICATORS                                                                                       \
  "name,type,variable,numerator\ns,share,a,1\nm,mean,y,\nt,total,y,\nh,total,a,2\nq,quantile,y,0.5\n"

static fixture_texts synthetic_texts(int clustered) {
  return (fixture_texts){.survey = clustered ? SYN_SURVEY("cluster") : SYN_SURVEY(""),
                         .choices = SYN_CHOICES,
                         .indicators = SYN_INDICATORS,
                         .data = synthetic(1, 0)};
}

/* The two ways to a variance, through retained sums and through linearised records, agree in every row. */
START_TEST(covariance_diagonal_is_the_squared_error) {
  fixture_texts texts = synthetic_texts(_i);
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  size_t count = trygg_estimate_count(e), *rows = malloc(count * sizeof *rows);
  double *matrix = malloc(count * count * sizeof *matrix);
  trygg_error error = {0};
  for (size_t i = 0; i < count; i++)
    rows[i] = i;
  ck_ok(trygg_estimate_covariance(e, rows, count, matrix, &error));
  for (size_t i = 0; i < count; i++) {
    trygg_estimate one = trygg_estimate_get(e, i);
    ck_near(matrix[i * count + i], one.se * one.se, 1e-11);
    for (size_t j = 0; j < count; j++)
      if (strcmp(one.wave, trygg_estimate_get(e, j).wave) &&
          !isnan(matrix[i * count + j])) /* independent waves */
        ck_near(matrix[i * count + j], 0, 0);
  }
  free(rows);
  free(matrix);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(domains_add_up_to_the_total) {
  fixture_texts texts = synthetic_texts(_i);
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  const char *codes[] = {"1", "2", "3"};
  size_t rows[3];
  double matrix[9], sum = 0, variance = 0;
  trygg_error error = {0};
  for (int k = 0; k < 3; k++) {
    rows[k] = trygg_estimate_find(e, "2012", &codes[k], "t");
    sum += trygg_estimate_get(e, rows[k]).estimate;
  }
  ck_ok(trygg_estimate_covariance(e, rows, 3, matrix, &error));
  for (int k = 0; k < 9; k++)
    variance += matrix[k];
  ck_near(sum, fixture_get(e, "2012", NULL, "t").estimate, 1e-13);
  ck_near(sqrt(variance), fixture_get(e, "2012", NULL, "t").se, 1e-11);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(where_is_a_domain_and_equals_the_by_cell) {
  fixture_texts texts = synthetic_texts(_i);
  fixture f = fixture_load(&texts);
  trygg_estimates *by = fixture_estimate(&f, "g", NULL), *where = fixture_estimate(&f, NULL, "g=2");
  static const char *const names[] = {"s", "m", "t", "h", "q"};
  for (int k = 0; k < 5; k++) {
    trygg_estimate a = fixture_get(by, "2014", "2", names[k]), b = fixture_get(where, "2014", NULL, names[k]);
    ck_near(a.estimate, b.estimate, 1e-14);
    ck_near(a.se, b.se, 1e-13);
    ck_near(a.df, b.df, 0);
    ck_near(a.deff, b.deff, 1e-13);
  }
  trygg_estimate_free(by);
  trygg_estimate_free(where);
  fixture_free(&f);
}
END_TEST

static void same_bits(const trygg_estimates *a, const trygg_estimates *b) {
  ck_assert_uint_eq(trygg_estimate_count(a), trygg_estimate_count(b));
  for (size_t i = 0; i < trygg_estimate_count(a); i++) {
    trygg_estimate x = trygg_estimate_get(a, i), y = trygg_estimate_get(b, i);
    ck_assert_int_eq(memcmp(&x.weighted_n, &y.weighted_n, 5 * sizeof(double)), 0);
  }
}

START_TEST(bits_do_not_depend_on_threads) {
  fixture_texts texts = synthetic_texts(_i);
  fixture f = fixture_load(&texts);
  const char *by = "g";
  trygg_estimates *e[3];
  trygg_error error = {0};
  for (int k = 0; k < 3; k++) {
    trygg_estimate_options options = {.size = sizeof options, .by = &by, .by_count = 1, .threads = k + 1};
    ck_ok(trygg_estimate_create(f.design, &options, &e[k], &error));
  }
  same_bits(e[0], e[1]);
  same_bits(e[0], e[2]);
  for (int k = 0; k < 3; k++)
    trygg_estimate_free(e[k]);
  fixture_free(&f);
}
END_TEST

START_TEST(weights_times_a_power_of_two_change_no_bit_of_a_mean) {
  fixture_texts texts = synthetic_texts(_i);
  fixture a = fixture_load(&texts), b;
  trygg_estimates *x, *y;
  texts.data = synthetic(1024, 0);
  b = fixture_load(&texts);
  x = fixture_estimate(&a, "g", NULL);
  y = fixture_estimate(&b, "g", NULL);
  for (size_t i = 0; i < trygg_estimate_count(x); i++) {
    trygg_estimate p = trygg_estimate_get(x, i), q = trygg_estimate_get(y, i);
    if (!strcmp(p.indicator, "s") || !strcmp(p.indicator, "m")) {
      ck_assert(p.estimate == q.estimate && p.se == q.se && p.deff == q.deff);
    } else if (strcmp(p.indicator, "q"))
      ck_assert(p.estimate * 1024 == q.estimate && p.se * 1024 == q.se);
  }
  trygg_estimate_free(x);
  trygg_estimate_free(y);
  fixture_free(&a);
  fixture_free(&b);
}
END_TEST

START_TEST(order_of_records_changes_a_few_last_digits_at_most) {
  fixture_texts texts = synthetic_texts(_i);
  fixture a = fixture_load(&texts), b;
  trygg_estimates *x, *y;
  texts.data = synthetic(1, 1);
  b = fixture_load(&texts);
  x = fixture_estimate(&a, "g", NULL);
  y = fixture_estimate(&b, "g", NULL);
  for (size_t i = 0; i < trygg_estimate_count(x); i++) {
    ck_near(trygg_estimate_get(x, i).estimate, trygg_estimate_get(y, i).estimate, 1e-15);
    ck_near(trygg_estimate_get(x, i).se, trygg_estimate_get(y, i).se, 1e-13);
  }
  trygg_estimate_free(x);
  trygg_estimate_free(y);
  fixture_free(&a);
  fixture_free(&b);
}
END_TEST

START_TEST(stratum_shares_have_no_variance) {
  /* With equal weights a stratum's share of a stratified sample is fixed by the design. */
  fixture f =
      fixture_load(&(fixture_texts){.survey = "type,name,role\nselect_one two,h,stratum\ndecimal,w,weight\n",
                                    .choices = SYN_CHOICES,
                                    .indicators = "name,type,variable,numerator\ns,share,h,1\nt,total,h,1\n",
                                    .data = "h,w\n1,3.3\n1,3.3\n1,3.3\n2,7.7\n2,7.7\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "s").se, 0, 0);
  ck_near(fixture_get(e, "", NULL, "t").se, 0, 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(large_close_numbers_do_not_cancel) {
  /* NIST NumAcc3 and NumAcc4 (mean 1000000.2 and 10000000.2, sd 0.1) as a simple random sample: se = sd / sqrt(n). */
  static char text[60000];
  for (int k = 0; k < 2; k++) {
    const char *c = k ? "10000000" : "1000000";
    char *at = text + sprintf(text, "y\n%s.2\n", c);
    fixture f;
    trygg_estimates *e;
    for (int i = 0; i < 500; i++)
      at += sprintf(at, "%s.1\n%s.3\n", c, c);
    f = fixture_load(&(fixture_texts){
        .survey = "type,name\ndecimal,y\n", .data = text, .indicators = "name,type,variable\nm,mean,y\n"});
    e = fixture_estimate(&f, NULL, NULL);
    ck_near(fixture_get(e, "", NULL, "m").estimate, k ? 10000000.2 : 1000000.2, 1e-15);
    ck_near(fixture_get(e, "", NULL, "m").se, 0.1 / sqrt(1001),
            k ? 6e-9 : 4e-10); /* what a double's input leaves */
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

/* ---- waves ----------------------------------------------------------------------------------- */

START_TEST(overlapping_waves_share_their_clusters) {
  /* Six clusters in both waves: the difference has the variance of the clusters' own changes. */
  static const char survey[] = "type,name,role\ninteger,year,wave\ntext,psu,cluster\ndecimal,y,\n";
  static const char data[] = "year,psu,y\n2010,a,1\n2010,b,4\n2010,c,2\n2010,d,8\n2010,e,5\n2010,f,7\n"
                             "2011,a,2\n2011,b,4\n2011,c,4\n2011,d,9\n2011,e,5\n2011,f,9\n";
  static const double change[] = {1, 0, 2, 1, 0, 2};
  double mean = 1, squares = 0, matrix[4];
  fixture f = fixture_load(&(fixture_texts){.settings = "form_id,waves\nt,overlapping\n",
                                            .survey = survey,
                                            .indicators = "name,type,variable\nm,mean,y\n",
                                            .data = data});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_error error = {0};
  for (int i = 0; i < 6; i++)
    squares += (change[i] - mean) * (change[i] - mean);
  ck_ok(trygg_estimate_covariance(e, (const size_t[]){0, 1}, 2, matrix, &error));
  ck_near(matrix[0] + matrix[3] - 2 * matrix[1], squares / 5 / 6, 1e-12);
  ck_assert(matrix[1] > 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(pooling_follows_the_settings) {
  static const char survey[] = "type,name,role\ninteger,year,wave\ndecimal,w,weight\ndecimal,y,\n";
  static const char data[] = "year,w,y\n2010,1,1\n2010,1,3\n2011,3,5\n2011,3,9\n";
  static const struct {
    const char *settings;
    double mean, total;
  } modes[] = {{"form_id,pool\nt,average\n", (4 + 42) / 8.0, 23},
               {"form_id,pool\nt,sum\n", (4 + 42) / 8.0, 46},
               {"form_id,pool\nt,equal\n", (2 + 7) / 2.0, 23}};
  fixture f = fixture_load(&(fixture_texts){.settings = modes[_i].settings,
                                            .survey = survey,
                                            .data = data,
                                            .indicators = "name,type,variable\nm,mean,y\nt,total,y\n"});
  trygg_estimate_options options = {.size = sizeof options, .pool = 1};
  trygg_estimates *e = NULL;
  trygg_error error = {0};
  double matrix[4];
  ck_ok(trygg_estimate_create(f.design, &options, &e, &error));
  ck_assert_uint_eq(trygg_estimate_count(e), 2);
  ck_near(fixture_get(e, "", NULL, "m").estimate, modes[_i].mean, 1e-14);
  ck_near(fixture_get(e, "", NULL, "t").estimate, modes[_i].total, 1e-14);
  if (_i == 2) /* the mean of two independent means: (1 + 4) / 4 */
    ck_near(fixture_get(e, "", NULL, "m").se, sqrt((1.0 + 4.0) / 4), 1e-13);
  ck_ok(trygg_estimate_covariance(e, (const size_t[]){0, 1}, 2, matrix, &error));
  ck_near(matrix[0], pow(fixture_get(e, "", NULL, "m").se, 2), 1e-12);
  ck_near(matrix[3], pow(fixture_get(e, "", NULL, "t").se, 2), 1e-12);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- edges ----------------------------------------------------------------------------------- */

START_TEST(zero_weight_counts_for_the_design_only) {
  static const char survey[] = "type,name,role\ntext,psu,cluster\ndecimal,w,weight\ndecimal,y,\n";
  fixture f = fixture_load(&(fixture_texts){.survey = survey,
                                            .indicators = "name,type,variable\nt,total,y\n",
                                            .data = "psu,w,y\n1,2,3\n2,1,4\n3,0,100\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate t = fixture_get(e, "", NULL, "t");
  /* totals 6, 4 and 0 of three clusters: 3/2 x (sum of squares about 10/3) */
  double m = 10.0 / 3, v = 1.5 * (pow(6 - m, 2) + pow(4 - m, 2) + m * m);
  ck_assert_int_eq((int)t.n, 2);
  ck_near(t.estimate, 10, 0);
  ck_near(t.se, sqrt(v), 1e-13);
  ck_near(t.df, 1, 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(nothing_valid_gives_no_estimate) {
  fixture f =
      fixture_load(&(fixture_texts){.survey = "type,name,role\ninteger,year,wave\ndecimal,y,\ndecimal,z,\n",
                                    .indicators = "name,type,variable\nm,mean,y\n",
                                    .data = "year,y,z\n2010,1,1\n2010,2,1\n2011,,1\n2011,,2\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate empty = fixture_get(e, "2011", NULL, "m");
  ck_assert(isnan(empty.estimate) && isnan(empty.se) && empty.n == 0);
  ck_assert(empty.flags & TG_FLAG_NOT_ASKED);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(one_record_has_an_estimate_but_no_df) {
  fixture f = fixture_load(&(fixture_texts){.survey = "type,name,role\ndecimal,y,\n",
                                            .lonely = "certainty",
                                            .indicators = "name,type,variable\nm,mean,y\n",
                                            .data = "y\n7\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate one = fixture_get(e, "", NULL, "m");
  ck_near(one.estimate, 7, 0);
  ck_near(one.df, 0, 0);
  ck_assert(one.flags & TG_FLAG_NO_DF);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(totals_that_miss_answers_say_so) {
  fixture f = fixture_load(&(fixture_texts){.survey = "type,name,role\ndecimal,y,\n",
                                            .indicators = "name,type,variable\nt,total,y\n",
                                            .data = "y,x\n7,1\n,1\n3,1\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "t").estimate, 10, 0);
  ck_assert(fixture_get(e, "", NULL, "t").flags & TG_FLAG_ITEM_MISSING);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(alternative_weight_leaves_out_who_has_none) {
  fixture f = fixture_load(
      &(fixture_texts){.survey = "type,name,role\ndecimal,w,weight\ndecimal,household,\ndecimal,y,\n",
                       .indicators = "name,type,variable,weight\nm,mean,y,household\n",
                       .data = "w,household,y\n1,2,5\n1,,100\n1,6,9\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate m = fixture_get(e, "", NULL, "m");
  ck_near(m.estimate, (10 + 54) / 8.0, 1e-14);
  ck_assert_int_eq((int)m.n, 2);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(weights_beyond_a_double_are_told) {
  fixture f = fixture_load(&(fixture_texts){.survey = "type,name,role\ndecimal,w,weight\ndecimal,y,\n",
                                            .indicators = "name,type,variable\nt,total,y\n",
                                            .data = "w,y\n1e200,1e100\n1e200,3e100\n1e200,2e100\n"});
  trygg_estimates *e = NULL;
  trygg_error error = {0};
  ck_assert_int_eq(trygg_estimate_create(f.design, NULL, &e, &error), TRYGG_ENUMERIC);
  ck_assert_ptr_null(e);
  fixture_free(&f);
}
END_TEST

static const struct {
  trygg_estimate_options options;
  trygg_status status;
  const char *words;
} refused[] = {
    {{.size = sizeof(trygg_estimate_options),
      .indicators = (const char *const[]){"ss"},
      .indicator_count = 1},
     TRYGG_ENAME,
     "`s`"},
    {{.size = sizeof(trygg_estimate_options), .by = (const char *const[]){"gg"}, .by_count = 1},
     TRYGG_ENAME,
     "`g`"},
    {{.size = sizeof(trygg_estimate_options), .by = (const char *const[]){"w"}, .by_count = 1},
     TRYGG_EINVAL,
     "bands"},
    {{.size = sizeof(trygg_estimate_options), .by = (const char *const[]){"g", "g"}, .by_count = 2},
     TRYGG_EINVAL,
     "twice"},
    {{.size = sizeof(trygg_estimate_options), .where = (const char *const[]){"g=9"}, .where_count = 1},
     TRYGG_ENAME,
     ""},
    {{.size = sizeof(trygg_estimate_options), .where = (const char *const[]){"g"}, .where_count = 1},
     TRYGG_EINVAL,
     "VAR=CODE"},
    {{.size = sizeof(trygg_estimate_options), .waves = (const char *const[]){"2011"}, .wave_count = 1},
     TRYGG_ENAME,
     "2011"},
    {{.size = sizeof(trygg_estimate_options), .df = "dsign"}, TRYGG_EINVAL, "design"},
    {{.size = sizeof(trygg_estimate_options), .df = "-3"}, TRYGG_EINVAL, "number"},
};

START_TEST(options_that_make_no_sense_are_refused) {
  fixture_texts texts = synthetic_texts(0);
  fixture f = fixture_load(&texts);
  trygg_estimates *e = NULL;
  trygg_error error = {0};
  ck_assert_msg(trygg_estimate_create(f.design, &refused[_i].options, &e, &error) == refused[_i].status,
                "%d: %s", _i, error.message);
  ck_assert_msg(strstr(error.message, refused[_i].words) != NULL, "%s", error.message);
  ck_assert_ptr_null(e);
  fixture_free(&f);
}
END_TEST

START_TEST(handles_may_be_freed_in_any_order) {
  fixture_texts texts = synthetic_texts(1);
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  double variance;
  trygg_error error = {0};
  trygg_codebook_free(f.codebook);
  trygg_responses_free(f.responses);
  trygg_design_free(f.design);
  ck_ok(trygg_estimate_covariance(e, (const size_t[]){0}, 1, &variance, &error));
  ck_assert_str_eq(trygg_estimate_get(e, 0).indicator, "s");
  trygg_estimate_free(e);
  trygg_estimate_free(NULL);
}
END_TEST

START_TEST(failing_allocations_leave_nothing) {
  fixture_texts texts = synthetic_texts(_i);
  fixture f = fixture_load(&texts);
  const char *by = "g";
  trygg_estimate_options options = {.size = sizeof options, .by = &by, .by_count = 1, .threads = 1};
  trygg_estimates *e = NULL;
  trygg_status status = TRYGG_ENOMEM;
  for (long k = 0; status != TRYGG_OK; k++) {
    trygg_error error = {0};
    ck_assert_int_lt((int)k, 5000);
    tg_memory_fail(k, 0);
    status = trygg_estimate_create(f.design, &options, &e, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || (status == TRYGG_ENOMEM && !e));
  }
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* One far value at the head of the file: what it does to a domain it is not in is nothing. */
START_TEST(far_first_record_does_not_disturb_other_domains) {
  static const char tail[] = "1,2,10\n1.7,2,20\n1,2,35\n2.1,2,41\n1.3,2,12\n1,2,28\n",
                    far[] = "1,1,12000000000\n";
  fixture f[2];
  trygg_estimate e[2];
  for (int k = 0; k < 2; k++) {
    static char text[400];
    snprintf(text, sizeof text, "w,g,y\n%s%s%s", k ? "" : far, tail, k ? far : "");
    f[k] = fixture_load(
        &(fixture_texts){.survey = "type,name,role\ndecimal,w,weight\nselect_one three,g,\ndecimal,y,\n",
                         .choices = SYN_CHOICES,
                         .indicators = "name,type,variable\nm,mean,y\n",
                         .data = text});
    trygg_estimates *all = fixture_estimate(&f[k], "g", NULL);
    e[k] = fixture_get(all, "", "2", "m");
    trygg_estimate_free(all);
    fixture_free(&f[k]);
  }
  ck_near(e[0].se, e[1].se, 1e-13);
  ck_near(e[0].deff, e[1].deff, 1e-13);
  ck_assert(e[0].se > 1);
}
END_TEST

START_TEST(ratio_with_a_tiny_first_denominator_keeps_its_error) {
  static const char head[] = "w,y,x\n1,0.0000003,0.0000001\n",
                    tail[] = "1,3,2\n2,5,3\n1.5,1,2\n1,9,4\n3,2,2\n";
  char text[300];
  trygg_estimate e[2];
  for (int k = 0; k < 2; k++) {
    snprintf(text, sizeof text, "%s%s%s", k ? "w,y,x\n" : head, tail, k ? head + 6 : "");
    fixture f =
        fixture_load(&(fixture_texts){.survey = "type,name,role\ndecimal,w,weight\ndecimal,y,\ndecimal,x,\n",
                                      .indicators = "name,type,variable,denominator\nr,ratio,y,x\n",
                                      .data = text});
    trygg_estimates *all = fixture_estimate(&f, NULL, NULL);
    e[k] = fixture_get(all, "", NULL, "r");
    trygg_estimate_free(all);
    fixture_free(&f);
  }
  ck_near(e[0].se, e[1].se, 1e-13);
  ck_assert(e[0].se > 0.1);
}
END_TEST

#define PART_ASKED                                                                                           \
  (&(fixture_texts){.survey = "type,name,role\ninteger,year,wave\nselect_one two,a,\nselect_one two,b,\n",   \
                    .choices = SYN_CHOICES,                                                                  \
                    .indicators = "name,type,variable,numerator\nan,any,a b,1\nto,total,b,1\n",              \
                    .data = "year,a,b\n2010,1,2\n2010,2,2\n2010,2,1\n2011,1,\n2011,2,\n2011,1,\n"})

START_TEST(any_without_all_its_items_has_no_value) {
  fixture f = fixture_load(PART_ASKED);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate an = fixture_get(e, "2011", NULL, "an");
  ck_assert(isnan(an.estimate) && an.n == 0); /* hits only would be 100 % */
  ck_assert(an.flags == (TG_FLAG_NOT_ASKED | TG_FLAG_INCOMPLETE));
  ck_near(fixture_get(e, "2010", NULL, "an").estimate, 2.0 / 3, 1e-15);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(pooled_total_is_the_mean_of_waves_that_asked) {
  fixture f = fixture_load(PART_ASKED);
  trygg_estimate_options options = {.size = sizeof options, .pool = 1};
  trygg_estimates *e = NULL;
  trygg_error error = {0};
  ck_ok(trygg_estimate_create(f.design, &options, &e, &error));
  ck_near(fixture_get(e, "", NULL, "to").estimate, 1, 0);
  ck_assert(!(fixture_get(e, "", NULL, "to").flags & TG_FLAG_ITEM_MISSING));
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(lists_with_null_are_refused) {
  fixture_texts texts = synthetic_texts(0);
  fixture f = fixture_load(&texts);
  const char *none = NULL;
  trygg_estimate_options options[] = {
      {.size = sizeof *options, .by_count = 1},        {.size = sizeof *options, .by = &none, .by_count = 1},
      {.size = sizeof *options, .indicator_count = 1}, {.size = sizeof *options, .wave_count = 2},
      {.size = sizeof *options, .where_count = 1},     {.size = 0}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    trygg_estimates *e = NULL;
    ck_assert_int_eq(trygg_estimate_create(f.design, &options[i], &e, NULL), TRYGG_EINVAL);
  }
  ck_assert_uint_eq(trygg_estimate_find(NULL, "", NULL, "s"), SIZE_MAX);
  fixture_free(&f);
}
END_TEST

START_TEST(free_text_does_not_divide_a_table) {
  const char *by = "remark";
  trygg_estimate_options options = {.size = sizeof options, .by = &by, .by_count = 1};
  trygg_estimates *e = NULL;
  trygg_error error = {0};
  fixture f =
      fixture_load(&(fixture_texts){.survey = "type,name,role\ntext,remark,\ntext,area,domain\ndecimal,y,\n",
                                    .indicators = "name,type,variable\nm,mean,y\n",
                                    .data = "remark,area,y\nhe hit me,north,1\nnothing,south,2\n"});
  ck_assert_int_eq(trygg_estimate_create(f.design, &options, &e, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "free text"));
  by = "area";
  ck_ok(trygg_estimate_create(f.design, &options, &e, &error));
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(every_estimate_is_found_again) {
  fixture_texts texts = synthetic_texts(1);
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  for (size_t i = 0; i < trygg_estimate_count(e); i++) {
    trygg_estimate one = trygg_estimate_get(e, i);
    const char *code = trygg_estimate_by(e, i, 0);
    ck_assert_uint_eq(trygg_estimate_find(e, one.wave, *code ? &code : NULL, one.indicator), i);
  }
  ck_assert_uint_eq(trygg_estimate_find(e, "1999", NULL, "s"), SIZE_MAX);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static Suite *estimate_suite(void) {
  Suite *suite = suite_create("estimate");
  TCase *tests = tcase_create("estimate");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, stata_fpc_example);
  tcase_add_test(tests, levy_and_lemeshow_ratio);
  tcase_add_loop_test(tests, covariance_diagonal_is_the_squared_error, 0, 2);
  tcase_add_loop_test(tests, domains_add_up_to_the_total, 0, 2);
  tcase_add_loop_test(tests, where_is_a_domain_and_equals_the_by_cell, 0, 2);
  tcase_add_loop_test(tests, bits_do_not_depend_on_threads, 0, 2);
  tcase_add_loop_test(tests, weights_times_a_power_of_two_change_no_bit_of_a_mean, 0, 2);
  tcase_add_loop_test(tests, order_of_records_changes_a_few_last_digits_at_most, 0, 2);
  tcase_add_test(tests, stratum_shares_have_no_variance);
  tcase_add_test(tests, large_close_numbers_do_not_cancel);
  tcase_add_test(tests, overlapping_waves_share_their_clusters);
  tcase_add_loop_test(tests, pooling_follows_the_settings, 0, 3);
  tcase_add_test(tests, zero_weight_counts_for_the_design_only);
  tcase_add_test(tests, nothing_valid_gives_no_estimate);
  tcase_add_test(tests, one_record_has_an_estimate_but_no_df);
  tcase_add_test(tests, totals_that_miss_answers_say_so);
  tcase_add_test(tests, alternative_weight_leaves_out_who_has_none);
  tcase_add_test(tests, weights_beyond_a_double_are_told);
  tcase_add_loop_test(tests, options_that_make_no_sense_are_refused, 0,
                      (int)(sizeof refused / sizeof *refused));
  tcase_add_test(tests, handles_may_be_freed_in_any_order);
  tcase_add_loop_test(tests, failing_allocations_leave_nothing, 0, 2);
  tcase_add_test(tests, far_first_record_does_not_disturb_other_domains);
  tcase_add_test(tests, ratio_with_a_tiny_first_denominator_keeps_its_error);
  tcase_add_test(tests, any_without_all_its_items_has_no_value);
  tcase_add_test(tests, pooled_total_is_the_mean_of_waves_that_asked);
  tcase_add_test(tests, lists_with_null_are_refused);
  tcase_add_test(tests, every_estimate_is_found_again);
  tcase_add_test(tests, free_text_does_not_divide_a_table);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(estimate_suite());
}
