/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that are trimmed, and weights of those who answered that stand for those who did not. */
#include <base/memory.h>
#include <design/trim.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static trygg_error error;

/* A number of the first row of a table of the design's weights. */
static double of_weights(const fixture *f, const char *column) {
  trygg_table *table = NULL;
  double value;
  ck_ok(trygg_design_weights(f->design, &table, &error));
  value = trygg_table_number(table, 0, trygg_table_find(table, column));
  trygg_table_free(table);
  return value;
}

/* ---- trimming ---------------------------------------------------------------------------------------- */

#define PEOPLE "type,name,role\nselect_one sex,sex,\ninteger,y,\ndecimal,w,weight\n"
#define CHOICES "list_name,name\nsex,1\nsex,2\n"
#define FIGURES "name,type,variable\nt,total,y\nm,mean,y\n"
#define DATA "sex,y,w\n1,3,1\n1,4,2\n1,8,2.5\n1,9,3\n1,2,4\n2,4,4.5\n2,9,5\n2,8,9\n2,6,14\n2,5,30\n"

/* R survey 4.1-1: trimWeights(svydesign(~1, weights = ~w), upper, lower, strict = TRUE), its weights, and SE of
 * svytotal(~y) and svymean(~y). */
static const struct {
  const char *trim;
  double weights[10], total, total_se, mean_se;
} trimmed[] = {
    {"weight:12",
     {3.5, 4.5, 5, 5.5, 6.5, 7, 7.5, 11.5, 12, 12},
     450.5,
     87.85546843158561,
     0.7185219121722072},
    {"weight:8", {5.625, 6.625, 7.125, 7.625, 8, 8, 8, 8, 8, 8}, 441, 66.3434351604504, 0.8149833596725825},
    {"weight:3,12",
     {3.042857142857144, 3.042857142857144, 3.042857142857144, 6.342857142857143, 7.342857142857146,
      7.842857142857141, 8.342857142857147, 12, 12, 12},
     451.87142857142862,
     97.19253736644544,
     0.7659063370000248},
    {"weight:2.2,9",
     {2.96, 2.96, 7.360000000000003, 7.86, 8.860000000000001, 9, 9, 9, 9, 9},
     456.06,
     82.91205541616571,
     0.841961394677350},
    {"weight:4,20", {4, 4, 4, 4, 4.5, 5, 5.5, 9.5, 14.5, 20}, 437.5, 104.6455658135807, 0.5979388465366094},
    {"weight:6,9",
     {6.857142857142858, 6.857142857142858, 6.857142857142858, 6.857142857142858, 6.857142857142858,
      6.857142857142858, 6.857142857142858, 9, 9, 9},
     438.42857142857144,
     63.64458070457551,
     0.7680288840265455},
};

static fixture trim_load(const char *trim) {
  return fixture_load(&(fixture_texts){
      .survey = PEOPLE, .choices = CHOICES, .indicators = FIGURES, .data = DATA, .trim = trim});
}

START_TEST(trimmed_weights_are_those_of_r) {
  fixture f = trim_load(trimmed[_i].trim);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  for (size_t i = 0; i < 10; i++)
    ck_near(f.design->weight[i], trimmed[_i].weights[i], 2e-15);
  ck_near(trygg_design_population(f.design), 75, 1e-15);
  ck_near(fixture_get(e, "", NULL, "t").estimate, trimmed[_i].total, 1e-14);
  ck_near(fixture_get(e, "", NULL, "t").se, trimmed[_i].total_se, 1e-13);
  ck_near(fixture_get(e, "", NULL, "m").se, trimmed[_i].mean_se, 1e-13);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(bounds_are_multiples_of_the_median_or_the_mean) {
  static const char *const same[] = {"weight:8.5", "median:2", "mean:1.1333333333333333"};
  fixture whole = trim_load("weight:8.5"); /* median (4 + 4.5) / 2, mean 7.5 */
  for (size_t m = 0; m < 3; m++) {
    fixture f = trim_load(same[m]);
    for (size_t i = 0; i < 10; i++)
      ck_near(f.design->weight[i], whole.design->weight[i], 1e-15);
    ck_near(of_weights(&f, "trimmed_high"), 5, 0);
    ck_near(of_weights(&f, "trimmed_low"), 0, 0);
    /* Kish: n sum w^2 / (sum w)^2 */
    ck_near(of_weights(&f, "deff_untrimmed"), 10 * 1258.5 / 5625, 1e-15);
    ck_assert(of_weights(&f, "deff_after") < 1.1);
    ck_near(of_weights(&f, "highest"), 8.5, 1e-15);
    fixture_free(&f);
  }
  fixture_free(&whole);
}
END_TEST

START_TEST(bounds_that_no_weight_meets_change_nothing) {
  static const char *const wide[] = {"weight:30", "weight:1,30", "weight:1,", "median:100", "none", ""};
  fixture f = trim_load(wide[_i]), plain = trim_load(NULL);
  for (size_t i = 0; i < 10; i++)
    ck_assert(f.design->weight[i] == plain.design->weight[i]);
  fixture_free(&f);
  fixture_free(&plain);
}
END_TEST

/* Each stratum keeps its sum: 12.5 and 62.5. */
START_TEST(strata_are_trimmed_each_by_itself) {
  fixture_texts texts = {.survey = "type,name,role\ninteger,sex,stratum\ninteger,y,\ndecimal,w,weight\n",
                         .data = DATA,
                         .trim = "median:1.5",
                         .trim_strata = 1};
  fixture f = fixture_load(&texts);
  double first = 0, second = 0;
  for (size_t i = 0; i < 10; i++)
    *(i < 5 ? &first : &second) += f.design->weight[i];
  ck_near(first, 12.5, 1e-15);
  ck_near(second, 62.5, 1e-15);
  ck_near(f.design->weight[4], 3.75, 1e-15); /* 1.5 x 2.5, and 0.25 taken over by four */
  ck_near(f.design->weight[3], 3.0625, 1e-15);
  fixture_free(&f);
  texts.settings = "form_id,trim,trim_strata\nt,median:1.5,yes\n"; /* the folder says it */
  texts.trim = NULL;
  texts.trim_strata = 0;
  f = fixture_load(&texts);
  ck_near(f.design->weight[4], 3.75, 1e-15);
  texts.trim = "none";
  fixture_free(&f);
  f = fixture_load(&texts);
  ck_near(f.design->weight[4], 4, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(weights_of_nothing_stay_nothing) {
  fixture f = fixture_load(&(fixture_texts){.survey = PEOPLE,
                                            .choices = CHOICES,
                                            .data = "sex,y,w\n1,1,0\n1,1,2\n1,1,2\n1,1,1e9\n2,1,0\n",
                                            .trim = "weight:1,5e8"});
  ck_assert(f.design->weight[0] == 0 && f.design->weight[4] == 0);
  ck_near(f.design->weight[3], 5e8, 0);
  ck_near(f.design->weight[1], 2 + 2.5e8, 1e-15);
  fixture_free(&f);
}
END_TEST

static const struct {
  const char *trim, *calibrate, *margins;
  trygg_status status;
  const char *says;
} refused[] = {
    {"weight:7", NULL, NULL, TRYGG_EDESIGN,
     "add up to 75.0, but 10 weights of 7 at most to 70.0; the highest bound must be a weight of 7.5 or more"},
    {"weight:8,9", NULL, NULL, TRYGG_EDESIGN,
     "10 weights of 8 at least to 80.0; the lowest bound must be a weight of 7.5 or less"},
    {"mean:0.9", NULL, NULL, TRYGG_EDESIGN, "must be a weight of 7.5 or more"},
    {"medain:3", NULL, NULL, TRYGG_ENAME, "did you mean `median`"},
    {"median", NULL, NULL, TRYGG_EINVAL, "median:0.3,3"},
    {"median:", NULL, NULL, TRYGG_EINVAL, "median:0.3,3"},
    {"median:3,2", NULL, NULL, TRYGG_EINVAL, "median:0.3,3"},
    {"median:,", NULL, NULL, TRYGG_EINVAL, "median:0.3,3"},
    {"weight:-1,2", NULL, NULL, TRYGG_EINVAL, "weight:0.3,3"},
    {"weight:x", NULL, NULL, TRYGG_EINVAL, "weight:0.3,3"},
    {"weight:9", "rake", "sex,1,50\nsex,2,50\n", TRYGG_EDESIGN,
     "`sex` 1 has 50.0 people, and weights within the bounds of trimming come to 45.0 at most"},
    {"weight:9,20", "rake", "sex,1,40\nsex,2,50\n", TRYGG_EDESIGN, "come to 45.0 at least"},
    {"weight:20", "given", "sex,,\n", TRYGG_EDESIGN, "--calibrate rake"},
    {"weight:11", "rake", "sex,1,50\nsex,2,50\ny,,700\n", TRYGG_EDESIGN, "held at the bounds of trimming"},
};

START_TEST(what_cannot_be_trimmed_is_said_with_by_how_much) {
  char margins[128];
  fixture_texts texts = {.survey = PEOPLE,
                         .choices = CHOICES,
                         .data = DATA,
                         .trim = refused[_i].trim,
                         .calibrate = refused[_i].calibrate};
  snprintf(margins, sizeof margins, "variables,category,total\n%s",
           refused[_i].margins ? refused[_i].margins : "");
  texts.margins = refused[_i].margins ? margins : NULL;
  error = fixture_refuse(&texts, refused[_i].status);
  ck_assert_msg(strstr(error.message, refused[_i].says) != NULL, "%s", error.message);
}
END_TEST

START_TEST(ways_to_trim_are_listed_with_a_line_of_help_each) {
  static const char *const names[] = {"weight", "median", "mean"};
  for (size_t i = 0; i < 3; i++) {
    ck_assert_str_eq(trygg_design_trim(i), names[i]);
    ck_assert_uint_gt(strlen(trygg_design_trim_help(i)), 10);
  }
  ck_assert_ptr_null(trygg_design_trim(3));
  ck_assert_ptr_null(trygg_design_trim_help(3));
}
END_TEST

/* ---- trimming what is calibrated ------------------------------------------------------------------------ */

#define TYPES "variables,category,total\nstype,E,4421\nstype,H,755\nstype,M,1018\napi99,,3914069\n"

/* A folder of tests/data/golden, calibrated. */
static fixture schools(const char *calibrate, const char *trim, const char *variance) {
  static const char *const tables[] = {"survey", "choices", "indicators"};
  char *texts[4], path[4096];
  fixture f;
  for (size_t i = 0; i < 4; i++) {
    snprintf(path, sizeof path, i < 3 ? "%s/data/golden/apiclus1/%s.csv" : "%s/data/golden/apiclus1.csv",
             tests_folder(), i < 3 ? tables[i] : NULL);
    texts[i] = fixture_read_text(path);
  }
  f = fixture_load(&(fixture_texts){.survey = texts[0],
                                    .choices = texts[1],
                                    .indicators = texts[2],
                                    .margins = TYPES,
                                    .data = texts[3],
                                    .calibrate = calibrate,
                                    .trim = trim,
                                    .variance = variance});
  for (size_t i = 0; i < 4; i++)
    free(texts[i]);
  return f;
}

/* R survey 4.1-1: calibrate(dclus1, ~stype + api99, bounds = list(lower, upper), bounds.const = TRUE, calfun, epsilon =
 * 1e-12), of api00 the mean and of enroll the total. */
static const struct {
  const char *calibrate, *trim;
  double low, high, mean, mean_se, total, total_se;
} within[] = {
    {"linear", "weight:55", 0, 11, 665.323095726491033, 3.443168783051562, 3665816.4127762774,
     381170.2661579761},
    {"rake", "weight:55", 0, 15, 665.410601871610993, 3.443330801074762, 3664482.5498599778,
     379095.0229861045},
    {"linear", "weight:17,60", 3, 5, 665.356401287634412, 3.439797068154474, 3643635.7688168469,
     384323.3554466411},
    {"rake", "weight:17,60", 0, 8, 665.403912718142465, 3.439271361388326, 3648564.782305202,
     381512.664018158},
};

START_TEST(calibrated_weights_within_bounds_are_those_of_r) {
  fixture f = schools(within[_i].calibrate, within[_i].trim, NULL);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_table *margins = NULL;
  ck_near(of_weights(&f, "trimmed_low"), within[_i].low, 0);
  ck_near(of_weights(&f, "trimmed_high"), within[_i].high, 0);
  ck_near(fixture_get(e, "", NULL, "api_mean").estimate, within[_i].mean, 1e-11);
  ck_near(fixture_get(e, "", NULL, "api_mean").se, within[_i].mean_se, 1e-10);
  ck_near(fixture_get(e, "", NULL, "enroll_total").estimate, within[_i].total, 1e-11);
  ck_near(fixture_get(e, "", NULL, "enroll_total").se, within[_i].total_se, 1e-10);
  ck_ok(trygg_design_margins(f.design, &margins, &error));
  for (size_t r = 0; r < trygg_table_rows(margins); r++)
    ck_assert(fabs(trygg_table_number(margins, r, trygg_table_find(margins, "difference"))) <= 1e-9 * 6194);
  trygg_table_free(margins);
  trygg_estimate_free(e);
  e = fixture_estimate(&f, "stype", NULL); /* what was calibrated to has no error */
  ck_assert(fixture_get(e, "", "H", "api99_mean").se > 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Replicates take a trimmed weight as a multiple of the weight that it was made from: of a total the jackknife gives the
 * linearised error. */
START_TEST(replicates_of_trimmed_weights_agree_with_linearisation) {
  fixture_texts texts = {.survey = PEOPLE,
                         .choices = CHOICES,
                         .indicators = FIGURES,
                         .data = DATA,
                         .trim = "weight:12",
                         .variance = "jackknife"};
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "t").se, trimmed[0].total_se, 1e-13);
  ck_near(fixture_get(e, "", NULL, "m").se, trimmed[0].mean_se, 0.1);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(replicates_of_trimmed_and_calibrated_weights_meet_the_margins) {
  fixture f = schools("linear", "weight:17,60", "jackknife"),
          linear = schools("linear", "weight:17,60", NULL);
  trygg_estimates *e = fixture_estimate(&f, "stype", NULL), *l = fixture_estimate(&linear, "stype", NULL);
  trygg_estimate all = fixture_get(e, "", NULL, "api99_mean"), first = fixture_get(l, "", NULL, "api99_mean");
  ck_near(all.estimate, 3914069 / 6194.0, 1e-12);
  ck_assert(all.se < 1e-9 && first.se < 1e-9);
  /* as before trimming: 10.02 and 8.07 */
  ck_near(fixture_get(e, "", "E", "api_mean").se, fixture_get(l, "", "E", "api_mean").se, 0.35);
  trygg_estimate_free(e);
  trygg_estimate_free(l);
  fixture_free(&f);
  fixture_free(&linear);
}
END_TEST

static trygg_status trim_once(trygg_responses *responses, const char *calibrate, trygg_error *fault) {
  const trygg_design_options options = {.size = sizeof options,
                                        .calibrate = calibrate,
                                        .trim = calibrate ? "weight:3,22" : "median:0.5,3",
                                        .variance = calibrate ? "bootstrap:5" : NULL};
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  trygg_table *weights = NULL;
  trygg_status status = trygg_design_create(responses, &options, &design, fault);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(design, NULL, &estimates, fault);
  if (status == TRYGG_OK)
    status = trygg_design_weights(design, &weights, fault);
  trygg_table_free(weights);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  return status;
}

START_TEST(every_allocation_of_trimming_may_fail) {
  const char *calibrate = _i ? "rake" : NULL;
  fixture f = fixture_load(&(fixture_texts){.survey = PEOPLE,
                                            .choices = CHOICES,
                                            .indicators = FIGURES,
                                            .margins = "variables,category,total\nsex,1,30\nsex,2,60\n",
                                            .data = DATA});
  trygg_status status = TRYGG_ENOMEM;
  long k = 0;
  ck_ok(trim_once(f.responses, calibrate, &error));
  for (; status != TRYGG_OK; k++) {
    ck_assert_int_lt((int)k, 2000);
    tg_memory_fail(k, 0);
    status = trim_once(f.responses, calibrate, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%ld: %s", k, error.message);
  }
  ck_assert_int_gt((int)k, 40);
  fixture_free(&f);
}
END_TEST

/* ---- who did not answer ------------------------------------------------------------------------------------ */

/* Two strata of 240 and 720 people, or 50 and 90 clusters; status 2 did not answer. */
#define DRAWN_HEAD "str,c,sex,age,inc,w,N,M,status,y\n"
static const char drawn[] = DRAWN_HEAD
    "a,1,2,16,22,10.25,240,50,1,8.3\na,1,1,16,31,10.25,240,50,2,\na,1,1,16,36,10.25,240,50,2,\n"
    "a,2,1,16,27,10.5,240,50,2,\na,2,1,45,32,10.5,240,50,2,\na,2,2,45,25,10.5,240,50,2,\n"
    "a,3,1,45,24,10.75,240,50,1,8.2\na,3,2,45,30,10.75,240,50,2,\na,3,1,45,40,10.75,240,50,1,11.8\n"
    "a,4,2,45,28,11,240,50,2,\na,4,1,65,25,11,240,50,2,\na,4,2,45,18,11,240,50,2,\n"
    "a,5,2,45,22,11.25,240,50,1,10.9\na,5,2,65,20,11.25,240,50,2,\na,5,2,65,23,11.25,240,50,2,\n"
    "a,6,2,45,21,11.5,240,50,2,\na,6,2,45,33,11.5,240,50,2,\na,6,1,16,28,11.5,240,50,2,\n"
    "a,7,2,16,20,11.75,240,50,2,\na,7,1,65,24,11.75,240,50,2,\na,7,1,45,31,11.75,240,50,2,\n"
    "a,8,1,65,35,12,240,50,1,7.9\na,8,1,16,36,12,240,50,1,11.5\na,8,1,65,30,12,240,50,1,8.3\n"
    "b,9,2,45,49,20.9,720,90,1,12.3\nb,9,2,65,25,20.9,720,90,1,9.9\nb,9,1,16,38,20.9,720,90,2,\n"
    "b,10,1,16,28,21,720,90,2,\nb,10,2,45,35,21,720,90,1,9.8\nb,10,2,16,29,21,720,90,1,9.9\n"
    "b,11,1,16,27,21.1,720,90,1,9.3\nb,11,2,65,29,21.1,720,90,2,\nb,11,1,16,30,21.1,720,90,2,\n"
    "b,12,1,45,16,21.2,720,90,2,\nb,12,1,16,42,21.2,720,90,2,\nb,12,2,16,36,21.2,720,90,1,12.1\n"
    "b,13,1,45,21,21.3,720,90,1,6.9\nb,13,2,16,16,21.3,720,90,2,\nb,13,2,16,33,21.3,720,90,1,11.5\n"
    "b,14,1,45,36,21.4,720,90,2,\nb,14,2,65,37,21.4,720,90,2,\nb,14,1,45,32,21.4,720,90,1,10.2\n"
    "b,15,1,45,29,21.5,720,90,1,8.1\nb,15,2,16,33,21.5,720,90,2,\nb,15,2,16,24,21.5,720,90,1,7\n"
    "b,16,1,65,25,21.6,720,90,1,9.1\nb,16,2,65,44,21.6,720,90,2,\nb,16,1,45,24,21.6,720,90,1,8.6\n"
    "b,17,2,16,29,21.7,720,90,1,9.7\nb,17,2,65,22,21.7,720,90,2,\nb,17,2,45,45,21.7,720,90,1,11.2\n"
    "b,18,2,16,27,21.8,720,90,2,\nb,18,1,16,38,21.8,720,90,2,\nb,18,2,65,38,21.8,720,90,1,9.8\n"
    "b,19,1,65,22,21.9,720,90,1,8.2\nb,19,2,16,33,21.9,720,90,1,9\nb,19,2,16,25,21.9,720,90,2,\n"
    "b,20,2,65,11,22,720,90,1,7.3\nb,20,2,16,39,22,720,90,2,\nb,20,2,65,35,22,720,90,1,11.2\n";

#define DRAWN(stratum_role, cluster_role, fpc_role)                                                          \
  "type,name,role\ntext,str," stratum_role "\ninteger,c," cluster_role "\nselect_one sex,sex,domain\n"       \
  "select_one age,age,\ninteger,inc,\ndecimal,w,weight\n" fpc_role                                           \
  "\nselect_one st,status,status\ndecimal,y,\n"
#define DRAWN_PEOPLE DRAWN("stratum", "", "integer,N,fpc\ninteger,M,")
#define DRAWN_CLUSTERS DRAWN("stratum", "cluster", "integer,N,\ninteger,M,fpc")
#define DRAWN_CHOICES                                                                                        \
  "list_name,name,disposition\nsex,1,\nsex,2,\nage,16,\nage,45,\nage,65,\nst,1,I\nst,2,R\nst,3,NE\n"

static fixture_texts answered(const char *response, const char *a, const char *b) {
  return (fixture_texts){.survey = DRAWN_PEOPLE,
                         .choices = DRAWN_CHOICES,
                         .indicators = FIGURES,
                         .data = drawn,
                         .response = response,
                         .response_on = {a, b},
                         .response_least = 2};
}

/* By hand in R: weights, glm() for the propensities, and the SE: svyrecvar() of what each person drawn adds
 * (design/response.h), and the sum of f (1 - p) z^2 over those who answered (tally/answering.h).  People as units, then
 * clusters. */
static const struct {
  const char *response, *on[2];
  double total, total_se, mean, mean_se, cluster_total_se, cluster_mean_se;
} responded[] = {
    {"classes",
     {"sex"},
     9901.2641201438018,
     302.78981622036144,
     9.527775327313126,
     0.2921365638393682,
     242.90623195331375,
     0.23612201707895028},
    {"classes",
     {"sex", "age"},
     10051.961997269298,
     296.97979485124671,
     9.6727886809750743,
     0.28550340578284694,
     247.44418837493137,
     0.23668218703505342},
    {"propensity",
     {"sex", "inc"},
     9868.7804556035044,
     248.54623990613277,
     9.4916384296591367,
     0.23785580480777246,
     215.28651057129673,
     0.21042850043180339},
    {"quantiles",
     {"sex", "inc"},
     9930.3446643958814,
     291.75537790395128,
     9.5557589149306015,
     0.27892398778770772,
     277.94358674710219,
     0.26120784212036158},
    {"quantiles:3",
     {"sex", "inc"},
     9904.5057296233208,
     311.9804858698796,
     9.5308946589908796,
     0.30050866788567254,
     278.79158719525293,
     0.26892656084355038},
};

START_TEST(weights_of_who_answered_and_their_errors_are_those_of_r) {
  for (int clusters = 0; clusters < 2; clusters++) {
    fixture_texts texts = answered(responded[_i].response, responded[_i].on[0], responded[_i].on[1]);
    fixture f;
    trygg_estimates *e;
    texts.survey = clusters ? DRAWN_CLUSTERS : DRAWN_PEOPLE;
    f = fixture_load(&texts);
    e = fixture_estimate(&f, NULL, NULL);
    ck_assert_int_eq((int)fixture_get(e, "", NULL, "t").n, 27);
    ck_near(fixture_get(e, "", NULL, "t").estimate, responded[_i].total, 1e-12);
    ck_near(fixture_get(e, "", NULL, "m").estimate, responded[_i].mean, 1e-12);
    ck_near(fixture_get(e, "", NULL, "t").se,
            clusters ? responded[_i].cluster_total_se : responded[_i].total_se, 1e-11);
    ck_near(fixture_get(e, "", NULL, "m").se,
            clusters ? responded[_i].cluster_mean_se : responded[_i].mean_se, 1e-11);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

/* Calibrated afterwards, by hand in R as well: the residuals of calibration take the place of the values. */
#define REGISTER "variables,category,total\nsex,1,400\nsex,2,560\ninc,,29000\n"

START_TEST(what_is_calibrated_afterwards_has_the_error_of_both) {
  for (int clusters = 0; clusters < 2; clusters++) {
    fixture_texts texts = answered("classes", "age", NULL);
    fixture f;
    trygg_estimates *e;
    texts.survey = clusters ? DRAWN_CLUSTERS : DRAWN_PEOPLE;
    texts.margins = REGISTER;
    texts.calibrate = "linear";
    f = fixture_load(&texts);
    e = fixture_estimate(&f, NULL, NULL);
    ck_near(fixture_get(e, "", NULL, "t").estimate, 9202.4011063282815, 1e-12);
    ck_near(fixture_get(e, "", NULL, "t").se, clusters ? 182.48130283892326 : 189.07429747952023, 1e-11);
    ck_near(fixture_get(e, "", NULL, "m").se, clusters ? 0.19008469045721163 : 0.19695239320783339, 1e-11);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

/* ---- edges of non-response ---------------------------------------------------------------------------------- */

/* The weight of a class is what was drawn of it, and trimming and calibration come after. */
START_TEST(classes_keep_what_was_drawn_of_them) {
  fixture_texts texts = answered("classes", "sex", "age");
  fixture f = fixture_load(&texts);
  double sums[2][3] = {{0}}, weights[2][3] = {{0}};
  for (size_t i = 0; i < 60; i++) {
    size_t sex = tg_column_code(&f.responses->columns[2], i),
           age = tg_column_code(&f.responses->columns[3], i);
    sums[sex][age] += f.responses->columns[5].values.number[i];
    weights[sex][age] += f.design->weight[i];
    ck_assert_int_eq(f.design->weight[i] > 0, !f.responses->silent[i]);
  }
  for (size_t k = 0; k < 6; k++)
    ck_near(weights[k / 3][k % 3], sums[k / 3][k % 3], 1e-14);
  fixture_free(&f);
  texts.trim = "median:1.5";
  f = fixture_load(&texts);
  ck_assert(of_weights(&f, "trimmed_high") > 0);
  ck_near(of_weights(&f, "after"), of_weights(&f, "before"), 1e-14);
  ck_assert(of_weights(&f, "deff_after") < of_weights(&f, "deff_untrimmed"));
  fixture_free(&f);
}
END_TEST

/* What those drawn are known by is estimated as well as from all of them: N of a sex by its design weights. */
START_TEST(what_classes_are_made_of_has_the_error_of_the_sample_drawn) {
  fixture_texts texts = answered("classes", "sex", NULL),
                whole = {.survey = DRAWN_PEOPLE, .choices = DRAWN_CHOICES, .data = drawn};
  fixture f, all;
  trygg_estimates *e, *from_all;
  char *everybody = strdup(drawn);
  texts.indicators = whole.indicators = "name,type,variable,numerator\nwomen,total,sex,2\n";
  for (char *at = everybody; (at = strstr(at, ",2,\n"));) /* all answered */
    memcpy(at, ",1,\n", 4);
  whole.data = everybody;
  f = fixture_load(&texts);
  all = fixture_load(&whole);
  e = fixture_estimate(&f, NULL, NULL);
  from_all = fixture_estimate(&all, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "women").estimate, fixture_get(from_all, "", NULL, "women").estimate,
          1e-14);
  ck_near(fixture_get(e, "", NULL, "women").se, fixture_get(from_all, "", NULL, "women").se, 1e-13);
  trygg_estimate_free(e);
  trygg_estimate_free(from_all);
  fixture_free(&f);
  fixture_free(&all);
  free(everybody);
}
END_TEST

/* Where all are drawn, chance in who answers is all there is: of m in n = N who answered the mean varies as in a sample of
 * them, (1 - m/N) s^2/m but for m - 1 instead of m. */
START_TEST(in_a_census_answering_is_the_sample) {
  static const char data[] =
      "n,g,s,y\n8,1,1,3\n8,1,1,5\n8,1,2,\n8,1,1,10\n8,1,2,\n8,1,1,6\n8,1,2,\n8,1,1,1\n";
  fixture f = fixture_load(&(fixture_texts){
      .survey = "type,name,role\ninteger,n,fpc\nselect_one g,g,\nselect_one st,s,status\ninteger,y,\n",
      .choices = "list_name,name,disposition\ng,1,\nst,1,I\nst,2,R\n",
      .indicators = "name,type,variable\nm,mean,y\nt,total,y\n",
      .data = data,
      .response = "classes",
      .response_on = {"g"},
      .response_least = 1});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  double squares = 4 + 0 + 25 + 1 + 16, variance = (1 - 5.0 / 8) * squares / 25;
  ck_near(fixture_get(e, "", NULL, "m").estimate, 5, 1e-15);
  ck_near(fixture_get(e, "", NULL, "m").se, sqrt(variance), 1e-14);
  ck_near(fixture_get(e, "", NULL, "t").se, 8 * sqrt(variance), 1e-14);
  trygg_estimate_free(e);
  e = NULL;
  for (long after = 0, failed = 1; failed; after++) {
    trygg_estimate_options options = {.size = sizeof options, .threads = 1};
    trygg_status status;
    tg_memory_fail(after, after % 2);
    status = trygg_estimate_create(f.design, &options, &e, &error);
    tg_memory_fail(-1, 0);
    failed = status == TRYGG_ENOMEM;
    ck_assert(failed ? !e : status == TRYGG_OK);
    ck_assert_int_lt(after, 2000);
  }
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static double chance(uint32_t *random) {
  *random = *random * 1664525u + 1013904223u;
  return (*random >> 8) / 16777216.0;
}

/* 60 % of 200 people are drawn, again and again, of whom each answers by chance, the one group more than the other: the
 * errors are right on average, where those of the sample alone would be three quarters: f(1 - p)/(1 - f) is 0.75. */
START_TEST(errors_hold_where_much_of_a_population_is_drawn) {
  enum { people = 200, drawn_people = 120, samples = 1500 };
  double sum = 0, squares = 0, estimated = 0, variance;
  uint32_t random = 7;
  for (int sample = 0; sample < samples; sample++) {
    char *data = NULL;
    size_t size;
    int order[people];
    FILE *to = open_memstream(&data, &size);
    fixture f;
    trygg_estimates *e;
    trygg_estimate m;
    for (int i = 0; i < people; i++)
      order[i] = i;
    fputs("n,g,s,y\n", to);
    for (int i = 0; i < drawn_people; i++) {
      int other = i + (int)(chance(&random) * (people - i)), k = order[other], answers;
      order[other] = order[i];
      answers = chance(&random) < (k % 2 ? 0.6 : 0.4);
      fprintf(to, answers ? "200,%d,1,%d\n" : "200,%d,2,\n", 1 + k % 2, (k * 37) % 100 + 40 * (k % 2));
    }
    fclose(to);
    f = fixture_load(&(fixture_texts){
        .survey = "type,name,role\ninteger,n,fpc\nselect_one g,g,\nselect_one st,s,status\ninteger,y,\n",
        .choices = "list_name,name,disposition\ng,1,\ng,2,\nst,1,I\nst,2,R\n",
        .indicators = "name,type,variable\nm,mean,y\n",
        .data = data,
        .response = "classes",
        .response_on = {"g"},
        .response_least = 1});
    e = fixture_estimate(&f, NULL, NULL);
    m = fixture_get(e, "", NULL, "m");
    sum += m.estimate;
    squares += m.estimate * m.estimate;
    estimated += m.se * m.se;
    trygg_estimate_free(e);
    fixture_free(&f);
    free(data);
  }
  variance = (squares - sum * sum / samples) / (samples - 1);
  printf("variance of %d samples %.3f, estimated %.3f\n", samples, variance, estimated / samples);
  ck_assert(fabs(estimated / samples / variance - 1) < 0.1);
}
END_TEST

/* A sample of 600, of whom some four in ten answered, the one age more than the other; y goes with age. */
static char *many(void) {
  char *data = NULL;
  size_t size;
  uint32_t random = 1;
  FILE *to = open_memstream(&data, &size);
  fputs(DRAWN_HEAD, to);
  for (int i = 0; i < 600; i++) {
    double draws[4];
    for (int k = 0; k < 4; k++) {
      random = random * 1664525u + 1013904223u;
      draws[k] = (random >> 8) / 16777216.0;
    }
    int age = draws[0] < 0.3   ? 16
              : draws[0] < 0.7 ? 45
                               : 65,
        sex = 1 + (draws[1] < 0.5),
        answered = draws[2] < (age == 16   ? 0.25
                               : age == 45 ? 0.4
                                           : 0.6);
    fprintf(to, "%s,%d,%d,%d,%d,%d,,,%d,", i < 200 ? "a" : "b", i, sex, age, 20 + i % 17, i < 200 ? 5 : 11,
            2 - answered);
    fprintf(to, answered ? "%d.%d\n" : "\n", age / 10 + (int)(6 * draws[3]), i % 10);
  }
  fclose(to);
  return data;
}

/* Each replicate of the people drawn is adjusted, and calibrated, anew: their errors are as the linearised ones, which are
 * smaller than those that take the weights for granted. */
START_TEST(replicates_are_adjusted_anew) {
  static const char *const variances[] = {"jackknife", "bootstrap:1000"};
  char *data = many();
  fixture_texts texts = answered(responded[_i % 5].response, "age", _i % 5 == 2 ? "inc" : "sex");
  texts.survey = DRAWN("stratum", "", "integer,N,\ninteger,M,");
  texts.data = data;
  texts.margins = "variables,category,total\nsex,1,2600\nsex,2,2800\n";
  texts.calibrate = _i < 5 ? NULL : "rake";
  texts.response_collapse = 1;
  fixture linear = fixture_load(&texts);
  trygg_estimates *l = fixture_estimate(&linear, "sex", NULL);
  for (size_t v = 0; v < 2; v++) {
    trygg_estimates *e;
    fixture f;
    texts.variance = variances[v];
    texts.seed = 7;
    f = fixture_load(&texts);
    e = fixture_estimate(&f, "sex", NULL);
    ck_assert_uint_eq(trygg_estimate_count(e), trygg_estimate_count(l));
    for (size_t r = 0; r < trygg_estimate_count(e); r++) {
      ck_near(trygg_estimate_get(e, r).estimate, trygg_estimate_get(l, r).estimate, 1e-13);
      ck_near(trygg_estimate_get(e, r).se, trygg_estimate_get(l, r).se, v ? 0.1 : 0.03);
    }
    trygg_estimate_free(e);
    fixture_free(&f);
  }
  trygg_estimate_free(l);
  fixture_free(&linear);
  free(data);
}
END_TEST

static trygg_table *classes_of(const fixture *f) {
  trygg_table *table = NULL;
  ck_ok(trygg_design_nonresponse(f->design, &table, &error));
  return table;
}

/* Women of 16 have 2, of 45 6, of 65 4; men 7, 4, 4. */
START_TEST(small_classes_are_joined_with_their_neighbours) {
  static const struct {
    double least;
    const char *classes[6];
    int answered[6];
  } expected[] = {{2, {"1 16", "1 45", "1 65", "2 16", "2 45", "2 65"}, {2, 6, 4, 7, 4, 4}},
                  {4, {"1 16 .. 1 45", "1 65", "2 16", "2 45", "2 65"}, {8, 4, 7, 4, 4}},
                  {5, {"1 16 .. 1 65", "2 16", "2 45 .. 2 65"}, {12, 7, 8}},
                  {9, {"1 16 .. 1 65", "2 16 .. 2 65"}, {12, 15}},
                  {13, {"1 16 .. 2 65"}, {27}}};
  fixture_texts texts = answered("classes", "sex", "age");
  fixture f;
  trygg_table *table;
  texts.response_least = expected[_i].least;
  texts.response_collapse = 1;
  f = fixture_load(&texts);
  table = classes_of(&f);
  for (size_t r = 0; r < trygg_table_rows(table); r++) {
    ck_assert_str_eq(trygg_table_text(table, r, 1), expected[_i].classes[r]);
    ck_assert_int_eq((int)trygg_table_integer(table, r, 3), expected[_i].answered[r]);
    ck_near(trygg_table_number(table, r, 4) * trygg_table_number(table, r, 5), 1, 1e-14);
    ck_assert(trygg_table_number(table, r, 5) == trygg_table_number(table, r, 6));
  }
  ck_assert(trygg_table_rows(table) == 6 || !expected[_i].classes[trygg_table_rows(table)]);
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(a_model_has_a_row_a_wave_and_quantiles_their_numbers) {
  fixture_texts texts = answered("propensity", "sex", "inc");
  fixture f = fixture_load(&texts);
  trygg_table *table = classes_of(&f);
  ck_assert_uint_eq(trygg_table_rows(table), 1);
  ck_near(trygg_table_number(table, 0, 5), 1.8480605557973904, 1e-12);
  ck_near(trygg_table_number(table, 0, 6), 2.2133943321034004, 1e-12);
  trygg_table_free(table);
  fixture_free(&f);
  texts.response = "quantiles";
  texts.response_least = 4;
  texts.response_collapse = 1;
  f = fixture_load(&texts); /* 6 6 3 6 6 answered */
  table = classes_of(&f);
  ck_assert_uint_eq(trygg_table_rows(table), 4);
  ck_assert_str_eq(trygg_table_text(table, 1, 1), "2 .. 3");
  ck_assert_int_eq((int)trygg_table_integer(table, 1, 3), 9);
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

/* Waves are adjusted each by itself; one in which everybody answered stays.  The folder says so, and the load keeps who did
 * not answer by itself. */
START_TEST(the_folder_says_how_waves_are_adjusted) {
  fixture_texts texts = {
      .settings = "form_id,response,response_on,response_least\nt,classes,sex,1\n",
      .survey =
          "type,name,role\ninteger,year,wave\nselect_one sex,sex,\nselect_one st,status,status\ndecimal,y,\n"
          "decimal,w,weight\ndecimal,h,\n",
      .choices = DRAWN_CHOICES,
      .indicators = "name,type,variable,numerator,weight\nt,total,y,,\nhh,total,y,,h\nn,total,sex,1,h\n",
      .data = "year,sex,status,y,w,h\n2020,1,1,2,10,3\n2020,1,2,,30,3\n2020,2,1,4,10,3\n2020,2,1,5,10,3\n"
              "2020,1,3,,10,3\n2022,1,1,3,5,4\n2022,2,1,6,5,4\n"};
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_assert_uint_eq(f.responses->count, 6); /* who was not eligible stays out */
  ck_near(f.design->weight[0], 40, 0);
  ck_near(fixture_get(e, "2020", NULL, "t").estimate, 2 * 40 + 90, 1e-15);
  ck_near(fixture_get(e, "2022", NULL, "t").estimate, 45, 1e-15);
  ck_near(fixture_get(e, "2020", NULL, "n").estimate, 3, 0); /* weights of another kind make up for nobody */
  trygg_estimate_free(e);
  fixture_free(&f);
  texts.response = "none";
  error = fixture_refuse(&texts, TRYGG_EINVAL); /* the fixture keeps who did not answer */
  ck_assert_ptr_nonnull(strstr(error.message, "keep_silent"));
}
END_TEST

START_TEST(weights_come_from_strata_of_who_was_drawn) {
  fixture_texts texts = {
      .survey =
          "type,name,role\ntext,s,stratum\nselect_one sex,sex,\nselect_one st,status,status\ndecimal,y,\n",
      .choices = DRAWN_CHOICES,
      .strata = "stratum,population\na,40\nb,90\n",
      .data = "s,sex,status,y\na,1,1,2\na,1,2,\na,2,1,4\na,2,1,5\nb,1,1,3\nb,1,2,\nb,2,1,6\n",
      .response = "classes",
      .response_on = {"sex"},
      .response_least = 1};
  fixture f = fixture_load(&texts);
  ck_near(trygg_design_population(f.design), 130, 1e-15);
  ck_near(f.design->weight[0], 10 * 80 / 40.0,
          1e-15); /* men: 2 of 10 and 2 of 30 drawn, one of each answered */
  ck_near(f.design->weight[6], 30, 1e-15);
  fixture_free(&f);
}
END_TEST

static const struct {
  const char *response, *on[2];
  double least;
  int collapse;
  trygg_status status;
  const char *says;
} unanswered[] = {
    {"classes",
     {"sex", "age"},
     0,
     0,
     TRYGG_EDESIGN,
     "class `1 16` has 2 who answered of 11 drawn, and 20 are wanted"},
    {"classes", {"sex"}, 28, 1, TRYGG_EDESIGN, "there is none to join it with"},
    {"quantiles", {"sex", "inc"}, 4, 0, TRYGG_EDESIGN, "class `3` has 3 who answered of 11 drawn"},
    {"classes", {"inc"}, 1, 0, TRYGG_EINVAL, "make bands of it in derived.csv"},
    {"classes", {"sexx"}, 1, 0, TRYGG_ENAME, "did you mean `sex`"},
    {"classes", {"sex", "sex"}, 1, 0, TRYGG_EINVAL, "there twice"},
    {"classes", {NULL}, 1, 0, TRYGG_EINVAL, "known of everybody"},
    {"klasses", {"sex"}, 1, 0, TRYGG_ENAME, "did you mean `classes`"},
    {"classes:5", {"sex"}, 1, 0, TRYGG_EINVAL, "nothing behind a colon"},
    {"quantiles:1", {"sex"}, 1, 0, TRYGG_EINVAL, "from 2 to 100"},
    {"quantiles:x", {"sex"}, 1, 0, TRYGG_EINVAL, "from 2 to 100"},
    {"propensity", {"status"}, 1, 0, TRYGG_EDESIGN, "runs off"},
    {"propensity", {"y"}, 1, 0, TRYGG_EDATA, "33 of those who were drawn have no `y`"},
};

START_TEST(what_cannot_be_made_up_for_is_said) {
  fixture_texts texts = answered(unanswered[_i].response, unanswered[_i].on[0], unanswered[_i].on[1]);
  texts.response_least = unanswered[_i].least;
  texts.response_collapse = unanswered[_i].collapse;
  error = fixture_refuse(&texts, unanswered[_i].status);
  ck_assert_msg(strstr(error.message, unanswered[_i].says) != NULL, "%s", error.message);
}
END_TEST

START_TEST(data_without_the_silent_or_their_weights_are_refused) {
  fixture_texts texts = answered("classes", "sex", NULL);
  texts.data = DRAWN_HEAD "a,1,2,16,22,10.25,240,50,1,8.3\na,1,1,16,31,10.25,240,50,1,4\n";
  ck_assert_ptr_nonnull(strstr(fixture_refuse(&texts, TRYGG_EDATA).message, "nobody who was drawn"));
  texts.data = DRAWN_HEAD "a,1,2,16,22,10.25,240,50,1,8.3\na,1,1,16,31,,240,50,2,\n";
  ck_assert_ptr_nonnull(strstr(fixture_refuse(&texts, TRYGG_EDATA).message, "1 of those who did not answer"));
  texts = answered(NULL, "sex", NULL);
  fixture f = fixture_load(&texts); /* without them */
  trygg_design_options options = {.size = sizeof options, .response = "classes"};
  trygg_design *design = NULL;
  ck_assert_int_eq(trygg_design_create(f.responses, &options, &design, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "keep_silent"));
  fixture_free(&f);
}
END_TEST

START_TEST(ways_to_make_up_are_listed_with_a_line_of_help_each) {
  static const char *const names[] = {"classes", "propensity", "quantiles"};
  for (size_t i = 0; i < 3; i++) {
    ck_assert_str_eq(trygg_design_response(i), names[i]);
    ck_assert_uint_gt(strlen(trygg_design_response_help(i)), 10);
  }
  ck_assert_ptr_null(trygg_design_response(3));
  ck_assert_ptr_null(trygg_design_response_help(3));
}
END_TEST

static trygg_status respond_once(trygg_responses *responses, const char *method, trygg_error *fault) {
  const char *on[] = {"sex", "age"};
  const trygg_design_options options = {.size = sizeof options,
                                        .calibrate = "rake",
                                        .response = method,
                                        .response_on = on,
                                        .response_on_count = 2,
                                        .response_least = 5,
                                        .response_collapse = 1,
                                        .variance = strcmp(method, "classes") ? NULL : "bootstrap:3"};
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  trygg_table *table = NULL;
  trygg_status status = trygg_design_create(responses, &options, &design, fault);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(design, NULL, &estimates, fault);
  if (status == TRYGG_OK)
    status = trygg_design_nonresponse(design, &table, fault);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  return status;
}

START_TEST(every_allocation_of_adjusting_may_fail) {
  fixture_texts texts = answered("classes", "sex", NULL);
  fixture f;
  trygg_status status = TRYGG_ENOMEM;
  long k = 0;
  texts.margins = REGISTER;
  f = fixture_load(&texts);
  ck_ok(respond_once(f.responses, trygg_design_response((size_t)_i), &error));
  for (; status != TRYGG_OK; k++) {
    ck_assert_int_lt((int)k, 3000);
    tg_memory_fail(k, 0);
    status = respond_once(f.responses, trygg_design_response((size_t)_i), &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%ld: %s", k, error.message);
  }
  ck_assert_int_gt((int)k, 50);
  fixture_free(&f);
}
END_TEST

static Suite *weights_suite(void) {
  Suite *suite = suite_create("weights");
  TCase *trim = tcase_create("trim");
  tcase_add_loop_test(trim, trimmed_weights_are_those_of_r, 0, sizeof trimmed / sizeof *trimmed);
  tcase_add_test(trim, bounds_are_multiples_of_the_median_or_the_mean);
  tcase_add_loop_test(trim, bounds_that_no_weight_meets_change_nothing, 0, 6);
  tcase_add_test(trim, strata_are_trimmed_each_by_itself);
  tcase_add_test(trim, weights_of_nothing_stay_nothing);
  tcase_add_loop_test(trim, what_cannot_be_trimmed_is_said_with_by_how_much, 0,
                      sizeof refused / sizeof *refused);
  tcase_add_test(trim, ways_to_trim_are_listed_with_a_line_of_help_each);
  tcase_add_loop_test(trim, calibrated_weights_within_bounds_are_those_of_r, 0,
                      sizeof within / sizeof *within);
  tcase_add_test(trim, replicates_of_trimmed_weights_agree_with_linearisation);
  tcase_add_test(trim, replicates_of_trimmed_and_calibrated_weights_meet_the_margins);
  tcase_add_loop_test(trim, every_allocation_of_trimming_may_fail, 0, 2);
  suite_add_tcase(suite, trim);
  TCase *response = tcase_create("response");
  tcase_add_loop_test(response, weights_of_who_answered_and_their_errors_are_those_of_r, 0,
                      sizeof responded / sizeof *responded);
  tcase_add_test(response, what_is_calibrated_afterwards_has_the_error_of_both);
  tcase_add_test(response, classes_keep_what_was_drawn_of_them);
  tcase_add_test(response, in_a_census_answering_is_the_sample);
  tcase_add_test(response, errors_hold_where_much_of_a_population_is_drawn);
  tcase_add_test(response, what_classes_are_made_of_has_the_error_of_the_sample_drawn);
  tcase_add_loop_test(response, replicates_are_adjusted_anew, 0, 10);
  tcase_add_loop_test(response, small_classes_are_joined_with_their_neighbours, 0, 5);
  tcase_add_test(response, a_model_has_a_row_a_wave_and_quantiles_their_numbers);
  tcase_add_test(response, the_folder_says_how_waves_are_adjusted);
  tcase_add_test(response, weights_come_from_strata_of_who_was_drawn);
  tcase_add_loop_test(response, what_cannot_be_made_up_for_is_said, 0,
                      sizeof unanswered / sizeof *unanswered);
  tcase_add_test(response, data_without_the_silent_or_their_weights_are_refused);
  tcase_add_test(response, ways_to_make_up_are_listed_with_a_line_of_help_each);
  tcase_add_loop_test(response, every_allocation_of_adjusting_may_fail, 0, 3);
  suite_add_tcase(suite, response);
  return suite;
}

int main(void) {
  return run_suite(weights_suite());
}
