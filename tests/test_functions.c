/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates made of others: variances, correlations, alpha, standard populations, formulas; and the rules of quantiles.
 * The numbers of R survey are in test_golden.c; these are worked out by hand, certified, or identities. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <indicator/indicator.h>
#include <trygg/inference.h>

#include "fixture.h"

static trygg_error error;

#define SURVEY                                                                                               \
  "type,name,role\ninteger,wave,wave\nselect_one g,g,domain\ninteger,y,\ninteger,z,\ninteger,v,\nselect_one a,a,\n"
#define CHOICES "list_name,name\ng,1\ng,2\na,1\na,2\n"

static fixture load(const char *indicators, const char *data) {
  fixture_texts texts = {.survey = SURVEY, .choices = CHOICES, .indicators = indicators, .data = data};
  return fixture_load(&texts);
}

static trygg_estimate only(const trygg_estimates *e, const char *by, const char *name) {
  return fixture_get(e, "1", by, name);
}

/* The median and quartile of 1, 2, 3, 4 by each rule: Hyndman & Fan 1996, as R's quantile(type = ). */
START_TEST(rules_of_quantiles_by_hand) {
  static const struct {
    const char *rule;
    double quarter, half;
  } known[] = {{"math", 1, 2},       {"school", 1.5, 2.5},
               {"hf1", 1, 2},        {"hf2", 1.5, 2.5},
               {"hf3", 2, 2},        {"hf4", 1, 2},
               {"hf5", 1.5, 2.5},    {"hf6", 1.25, 2.5},
               {"hf7", 1.75, 2.5},   {"hf8", 1 + 5.0 / 12, 2.5},
               {"hf9", 1.4375, 2.5}, {"shahvaish", 1, 2}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char text[128];
    fixture f;
    trygg_estimates *e;
    snprintf(text, sizeof text, "name,type,variable,numerator\nq,quantile,y,0.25 %s\nh,quantile,y,0.5 %s\n",
             known[i].rule, known[i].rule);
    f = load(text, "wave,g,y,z,v,a\n1,1,3,1,1,1\n1,1,1,1,1,1\n1,1,4,1,1,1\n1,2,2,1,1,1\n");
    e = fixture_estimate(&f, "g", NULL);
    ck_near(only(e, NULL, "q").estimate, known[i].quarter, 1e-15);
    ck_near(only(e, NULL, "h").estimate, known[i].half, 1e-15);
    ck_near(only(e, "2", "h").estimate, 2, 0); /* one value is its own quantile */
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

/* Weights 1 1 2 are 0.75 0.75 1.5 with the mean 1: points 7/32, 13/32, 22/32, whatever the unit of the weights. */
START_TEST(points_of_shah_and_vaish_by_hand) {
  static const char *const units[] = {"0.001", "1", "900"};
  static const char *const twice[] = {"0.002", "2", "1800"};
  for (size_t i = 0; i < 3; i++) {
    char data[128];
    fixture_texts texts = {
        .survey = "type,name,role\ninteger,wave,wave\ndecimal,w,weight\ninteger,y,\n",
        .indicators =
            "name,type,variable,numerator\nfirst,quantile,y,0.1 shahvaish\nlow,quantile,y,0.4 shahvaish\n"
            "half,quantile,y,0.40625 shahvaish\nlast,quantile,y,0.69 shahvaish\n"};
    fixture f;
    trygg_estimates *e;
    snprintf(data, sizeof data, "wave,w,y\n1,%s,5\n1,%s,9\n1,%s,7\n", units[i], twice[i], units[i]);
    texts.data = data;
    f = fixture_load(&texts);
    e = fixture_estimate(&f, NULL, NULL);
    ck_near(only(e, NULL, "first").estimate, 5, 0);
    ck_near(only(e, NULL, "low").estimate, 5, 0);
    ck_near(only(e, NULL, "half").estimate, 7, 0);
    ck_near(only(e, NULL, "last").estimate, 9, 0);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

/* NIST StRD NumAcc4: 1001 values about 10000000.2, certified mean 10000000.2 and standard deviation 0.1. */
START_TEST(variance_of_large_close_numbers_is_certified) {
  char *text = malloc(64 * 1001), *at = text;
  fixture_texts texts = {.survey = "type,name,role\ninteger,wave,wave\ndecimal,y,\n",
                         .indicators =
                             "name,type,variable\ns,deviation,y\nv,variance,y\nr,correlation,y y\n"};
  fixture f;
  trygg_estimates *e;
  at += sprintf(at, "wave,y\n1,10000000.2\n");
  for (int i = 0; i < 500; i++)
    at += sprintf(at, "1,10000000.1\n1,10000000.3\n");
  texts.data = text;
  f = fixture_load(&texts);
  e = fixture_estimate(&f, NULL, NULL);
  ck_near(only(e, NULL, "s").estimate, 0.1, 6e-9); /* as far as doubles can tell 10000000.1 from .2 */
  ck_near(only(e, NULL, "s").estimate, (10000000.3 - 10000000.1) / 2, 1e-13);
  ck_near(only(e, NULL, "v").estimate, 0.01, 1.2e-8);
  ck_near(only(e, NULL, "r").estimate, 1, 1e-14);
  ck_assert(only(e, NULL, "s").se > 0);
  trygg_estimate_free(e);
  fixture_free(&f);
  free(text);
}
END_TEST

/* y 1 2 4 9: mean 4, S^2 38/3; z = 10 - 2 y; v never varies. */
START_TEST(moments_by_hand) {
  fixture f = load(
      "name,type,variable,numerator\nvar,variance,y,\ndev,deviation,y,\nr,correlation,y z,\nnone,correlation,y v,\n"
      "same,alpha,y y y,\nvary,variance,v,\nspread,deviation,v,\n",
      "wave,g,y,z,v,a\n1,1,1,8,5,1\n1,1,2,6,5,1\n1,1,4,2,5,1\n1,1,9,-8,5,2\n1,1,,3,,2\n1,2,7,7,7,1\n");
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  ck_near(only(e, "1", "var").estimate, 38.0 / 3, 1e-14);
  ck_near(only(e, "1", "dev").estimate, sqrt(38.0 / 3), 1e-14);
  ck_near(only(e, "1", "dev").se, only(e, "1", "var").se / (2 * sqrt(38.0 / 3)), 1e-13);
  ck_assert_int_eq(only(e, "1", "var").n, 4);
  ck_near(only(e, "1", "r").estimate, -1, 1e-14);
  ck_assert(isnan(only(e, "1", "none").estimate));
  ck_near(only(e, "1", "same").estimate, 1, 1e-14);
  ck_near(only(e, "1", "vary").estimate, 0, 0);
  ck_near(only(e, "1", "spread").estimate, 0, 0);
  ck_near(only(e, "1", "spread").se, 0, 0);
  /* one record does not vary, and nobody can say how much they would */
  ck_assert(isnan(only(e, "2", "var").estimate));
  ck_assert(isnan(only(e, "2", "r").estimate));
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(where_nobody_answered_there_is_nothing) {
  fixture f = load(
      "name,type,variable,numerator,standard\nvar,variance,y,,\nm,mean,y,,\ntwice,expression,,2 * m,\nold,mean,y,,a 1:1 2:1\n",
      "wave,g,y,z,v,a\n1,1,,,,1\n1,1,,,,2\n1,2,3,,,1\n1,2,4,,,1\n");
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  ck_assert(isnan(only(e, "1", "var").estimate) && isnan(only(e, "1", "var").se));
  ck_assert(only(e, "1", "var").flags & TRYGG_FLAG_EMPTY);
  ck_assert(isnan(only(e, "1", "twice").estimate));
  ck_assert(only(e, "1", "twice").flags & TRYGG_FLAG_INCOMPLETE);
  ck_near(only(e, "2", "twice").estimate, 7, 1e-15);
  /* nobody of category 2: what they would say is not known */
  ck_assert(isnan(only(e, "2", "old").estimate));
  ck_assert(only(e, "2", "old").flags & TRYGG_FLAG_INCOMPLETE);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Category 1: 2 of 4 hit, category 2: 1 of 2; 3 and 1 people in the population make (3 * 0.5 + 0.5) / 4. */
START_TEST(standardised_shares_by_hand) {
  fixture f = load(
      "name,type,variable,numerator,standard\nn,share,y,1,\ns,share,y,1,a 1:3 2:1\nall,share,v,1,a 1:3 2:1\nm,mean,y,,\"a 1:1,5 2:0,5\"\n",
      "wave,g,y,z,v,a\n1,1,1,0,1,1\n1,1,1,0,1,1\n1,1,1,0,1,1\n1,1,2,0,1,1\n1,1,1,0,1,2\n1,1,2,0,1,2\n1,1,2,0,1,\n");
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate s = only(e, NULL, "s");
  ck_near(s.estimate, 0.75 * 0.75 + 0.25 * 0.5, 1e-15);
  ck_near(only(e, NULL, "m").estimate, 0.75 * 1.25 + 0.25 * 1.5, 1e-15);
  ck_assert_int_eq(s.n, 6); /* who has no category counts for nothing */
  /* u = P_g (y - p_g) / N_g on 7 records: V = 7/6 sum u^2 */
  ck_near(s.se, sqrt(7.0 / 6 * (9.0 / 16 * (3 * 0.0625 + 0.5625) / 16 + 1.0 / 16 * 0.5 / 4)), 1e-14);
  ck_near(only(e, NULL, "all").estimate, 1, 0);
  ck_near(only(e, NULL, "all").se, 0, 0);
  ck_assert(only(e, NULL, "all").flags & TRYGG_FLAG_BOUNDARY);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

#define CROSSED                                                                                                 \
  "wave,g,y,z,v,a\n1,1,1,1,1,1\n1,1,2,1,1,1\n1,1,2,2,1,1\n1,1,1,2,1,1\n1,1,1,2,1,1\n1,2,1,1,1,2\n1,2,1,2,1,2\n" \
  "1,2,2,2,1,2\n1,2,2,1,1,2\n1,2,2,1,1,2\n1,1,1,1,1,\n"

/* Two variables crossed, by hand: hits of y = 1 are 1/2, 2/3 (a = 1, g = 1: z = 1, 2), and so on. */
START_TEST(crossed_populations_by_hand) {
  fixture f = fixture_load(&(fixture_texts){
      .survey =
          "type,name,role\ninteger,wave,wave\ninteger,g,\ninteger,y,\nselect_one g,z,\ninteger,v,\nselect_one a,a,\n",
      .choices = CHOICES,
      .indicators = "name,type,variable,numerator,standard\n"
                    "s,share,y,1,\"a,z 1,1:1 1,2:2 2,1:3 2,2:4\"\nnamed,share,y,1,known\n"
                    "people,share,y,1,\"z,a 2,2:400 2,1:200 1,2:300 1,1:100\"\n",
      .standards = "standard,variables,category,people\nother,a,1,5\nother,a,2,5\n"
                   "known,a z,1 1,1\nknown,a z,1 2,2\nknown,a z,2 1,3\nknown,a z,2 2,4\n",
      .data = CROSSED});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate s = only(e, NULL, "s"), named = only(e, NULL, "named"), people = only(e, NULL, "people");
  /* a z: 11 1/2, 12 2/3, 21 1/3, 22 1/2 */
  ck_near(s.estimate, 0.1 * 0.5 + 0.2 * 2 / 3 + 0.3 / 3 + 0.4 * 0.5, 1e-15);
  ck_assert_int_eq(s.n, 10);
  /* u = P (y - p) / n of the cell: V = 11/10 sum u^2, since their sum is 0 */
  ck_near(s.se, sqrt(1.1 * (0.01 * 0.5 / 4 + 0.04 * (2.0 / 3) / 9 + 0.09 * (2.0 / 3) / 9 + 0.16 * 0.5 / 4)),
          1e-14);
  ck_assert(named.estimate == s.estimate && named.se == s.se);
  ck_near(people.estimate, s.estimate, 1e-15);
  ck_near(people.se, s.se, 1e-14);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Standardised to what the groups have anyway, a share is what it was. */
START_TEST(a_standard_as_the_sample_changes_nothing) {
  fixture f = fixture_load(&(fixture_texts){
      .survey =
          "type,name,role\ninteger,wave,wave\ninteger,g,\ninteger,y,\nselect_one g,z,\ninteger,v,\nselect_one a,a,\n",
      .choices = CHOICES,
      .indicators = "name,type,variable,numerator,where,standard\n"
                    "s,share,y,1,,\"a,z 1,1:2 1,2:3 2,1:3 2,2:2\"\nplain,share,y,1,\"a=1,2\",\n",
      .data = CROSSED});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(only(e, NULL, "s").estimate, only(e, NULL, "plain").estimate, 1e-15);
  ck_assert(only(e, NULL, "s").se < only(e, NULL, "plain").se); /* the mix no longer varies */
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(faults_of_a_standard_population_are_told) {
  static const struct {
    const char *standard, *type, *words;
    trygg_status status;
  } faults[] = {
      {"b 1:1 2:1", "mean", "`b`", TRYGG_ENAME},
      {"a 1:1 3:1", "mean", "no code of `a`", TRYGG_ENAME},
      {"a 1:1 2", "mean", "CODE", TRYGG_ECODEBOOK},
      {"a 1:1 2:0", "mean", "the people that have them", TRYGG_ECODEBOOK},
      {"a 1:1 2:-4", "mean", "the people that have them", TRYGG_ECODEBOOK},
      {"a 1:1", "mean", "two categories", TRYGG_ECODEBOOK},
      {"a 1:1 2:1 1:3", "mean", "twice", TRYGG_ECODEBOOK},
      {"a 1:1 2:1", "variance", "only shares, means", TRYGG_ECODEBOOK},
      {"a 1:1 2:1", "total", "only shares, means", TRYGG_ECODEBOOK},
      {"\"a,g 1,1:1 1,2:1 2,1:1\"", "mean", "4 combinations, but only 3", TRYGG_ECODEBOOK},
      {"\"a,g 1,1:1 1,2:1 2,1:1 2,1:1\"", "mean", "twice", TRYGG_ECODEBOOK},
      {"\"a,g 1,1:1 1:1\"", "mean", "the people that have them", TRYGG_ECODEBOOK},
      {"\"a,g 1,1,1:1 1,2:1\"", "mean", "the people that have them", TRYGG_ECODEBOOK},
      {"\"a,g ,1:1 1,2:1\"", "mean", "the people that have them", TRYGG_ECODEBOOK},
      {"\"a,h 1,1:1 1,2:1\"", "mean", "`h`", TRYGG_ENAME},
      {"knwon", "mean", "no population `knwon`", TRYGG_ENAME},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char text[200];
    fixture f;
    snprintf(text, sizeof text, "name,type,variable,standard\nx,%s,y,%s\n", faults[i].type,
             faults[i].standard);
    f = load(text, "wave,g,y,z,v,a\n1,1,1,1,1,1\n");
    ck_assert_msg(trygg_indicator_check(f.codebook, &error) == faults[i].status, "%s: %s", faults[i].standard,
                  error.message);
    ck_assert_str_eq(error.field, "standard");
    ck_assert_int_eq((int)error.line, 2);
    if (strcmp(faults[i].words, "CODE"))
      ck_assert_msg(strstr(error.message, faults[i].words) != NULL, "%s", error.message);
    fixture_free(&f);
  }
}
END_TEST

/* Precedence, signs, names with signs in them, functions; derivatives against differences. */
START_TEST(formulas_have_the_value_and_gradient_of_what_they_say) {
  static const struct {
    const char *formula;
    double value; /* m = 4, k = 3, m-k = 5 (a name) */
  } known[] = {
      {"m + k * 2", 10},      {"(m + k) * 2", 14},          {"m - k - 1", 0},      {"m-k - 1", 4},
      {"m / k / 2", 4.0 / 6}, {"2 ^ 3 ^ 2 * k", 1536},      {"-m ^ 2", -16},       {"--m", 4},
      {"m ^ -1", 0.25},       {"sqrt(m) + exp(log(k))", 5}, {"m*k", 12},           {" ( ( m ) ) ", 4},
      {"0.5*m + .25", 2.25},  {"(k - m) ^ 3", -1},          {"log(m) / log(2)", 2}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char text[400];
    fixture f;
    trygg_estimates *e;
    tg_indicators list = {0};
    double parts[3], gradient[3], moved[3];
    const tg_indicator *x;
    snprintf(text, sizeof text,
             "name,type,variable,numerator\nx,expression,,%s\nm,mean,y,\nk,mean,z,\nm-k,mean,v,\n",
             known[i].formula);
    f = load(text, "wave,g,y,z,v,a\n1,1,3,2,4,1\n1,1,5,4,6,1\n");
    e = fixture_estimate(&f, NULL, NULL);
    ck_near(only(e, NULL, "x").estimate, known[i].value, 1e-14);
    ck_ok(tg_indicator_select(f.codebook, (const char *const[]){"x"}, 1, &list, &error));
    x = &list.list[0];
    for (size_t k = 0; k < x->part_count; k++)
      parts[k] = fixture_get(e, "1", NULL, list.list[x->part_begin + k].name).estimate;
    x->function->combine(x, 2, parts, gradient);
    for (size_t k = 0; k < x->part_count; k++) {
      double up, down, step = 1e-5;
      memcpy(moved, parts, sizeof moved);
      moved[k] = parts[k] + step;
      up = x->function->combine(x, 2, moved, (double[3]){0});
      moved[k] = parts[k] - step;
      down = x->function->combine(x, 2, moved, (double[3]){0});
      ck_assert_msg(fabs((up - down) / (2 * step) - gradient[k]) < 1e-4 * fmax(1, fabs(gradient[k])),
                    "%s: %g", known[i].formula, gradient[k]);
    }
    tg_indicator_clear(&list);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

START_TEST(a_formula_without_a_value_is_empty_and_one_of_one_part_is_it) {
  fixture f = load(
      "name,type,variable,numerator\nm,mean,y,\nsame,expression,,m\nroot,expression,,sqrt(0 - m)\nover,expression,,1 / (m - m)\n"
      "h,share,a,1\nless,expression,,1 - h\nnested,expression,,less * 2\n",
      "wave,g,y,z,v,a\n1,1,3,2,4,1\n1,1,5,4,6,1\n1,2,2,1,1,2\n");
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  trygg_estimate same = only(e, NULL, "same"), m = only(e, NULL, "m");
  ck_near(same.estimate, m.estimate, 0);
  ck_near(same.se, m.se, 1e-15);
  ck_near(same.df, m.df, 0);
  ck_assert_int_eq(same.n, m.n);
  ck_assert(isnan(only(e, NULL, "root").estimate) && isnan(only(e, NULL, "root").se));
  ck_assert(isnan(only(e, NULL, "over").estimate));
  ck_near(only(e, NULL, "nested").se, 2 * only(e, NULL, "h").se, 1e-14);
  /* a difference between groups of a formula has the standard error of the formula's linearised form */
  {
    trygg_comparison_options options = {.size = sizeof options};
    trygg_table *table = NULL;
    double se[2] = {0, 0};
    ck_ok(trygg_inference_compare(e, &options, &table, &error));
    for (size_t r = 0; r < trygg_table_rows(table); r++)
      for (int k = 0; k < 2; k++)
        if (!strcmp(trygg_table_text(table, r, 2), k ? "nested" : "h"))
          se[k] = trygg_table_number(table, r, trygg_table_find(table, "se"));
    ck_near(se[1], 2 * se[0], 1e-14);
    trygg_table_free(table);
  }
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Parts are none of the estimates that are asked for. */
START_TEST(parts_are_not_seen) {
  fixture f = load("name,type,variable,numerator\nm,mean,y,\nr,correlation,y z,\nx,expression,,m + r\n",
                   "wave,g,y,z,v,a\n1,1,3,2,4,1\n1,1,5,4,6,1\n1,2,2,1,1,2\n");
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  double matrix[4];
  size_t rows[2];
  ck_assert_uint_eq(trygg_estimate_count(e), 9); /* three indicators in all and two groups */
  rows[0] = trygg_estimate_find(e, "1", NULL, "m");
  rows[1] = trygg_estimate_find(e, "1", NULL, "x");
  ck_ok(trygg_estimate_covariance(e, rows, 2, matrix, &error));
  ck_near(sqrt(matrix[3]), only(e, NULL, "x").se, 1e-12);
  ck_near(matrix[1], matrix[2], 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("functions");
  TCase *tests = tcase_create("functions");
  tcase_add_test(tests, rules_of_quantiles_by_hand);
  tcase_add_test(tests, points_of_shah_and_vaish_by_hand);
  tcase_add_test(tests, variance_of_large_close_numbers_is_certified);
  tcase_add_test(tests, moments_by_hand);
  tcase_add_test(tests, where_nobody_answered_there_is_nothing);
  tcase_add_test(tests, standardised_shares_by_hand);
  tcase_add_test(tests, crossed_populations_by_hand);
  tcase_add_test(tests, a_standard_as_the_sample_changes_nothing);
  tcase_add_test(tests, faults_of_a_standard_population_are_told);
  tcase_add_test(tests, formulas_have_the_value_and_gradient_of_what_they_say);
  tcase_add_test(tests, a_formula_without_a_value_is_empty_and_one_of_one_part_is_it);
  tcase_add_test(tests, parts_are_not_seen);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
