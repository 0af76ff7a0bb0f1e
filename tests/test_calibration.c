/* SPDX-License-Identifier: GPL-3.0-or-later */
/* margins.csv, design weights, calibration and the variance of what is calibrated. */
#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>
#include <design/design.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* ---- margins.csv ----------------------------------------------------------------------------- */

#define PEOPLE                                                                                                       \
  "type,name,role\ninteger,year,wave\nselect_one sex,sex,\nselect_one age,age,\ninteger,income,\ntext,area,domain\n" \
  "select_multiple sex,many,\ndecimal,w,weight\n"
#define PEOPLE_CHOICES "list_name,name,missing\nsex,1,\nsex,2,\nsex,9,no_answer\nage,16-44,\nage,45-,\n"

/* The error that margins give when the codebook is finished; TRYGG_OK in its status when there is none. */
static trygg_error margins_error(const char *margins) {
  trygg_codebook *codebook = NULL;
  trygg_error error = {0};
  const struct {
    const char *table, *text;
  } tables[] = {
      {"settings", "form_id\nt\n"}, {"survey", PEOPLE}, {"choices", PEOPLE_CHOICES}, {"margins", margins}};
  trygg_status status = trygg_codebook_create(&codebook, &error);
  for (size_t i = 0; status == TRYGG_OK && i < 4; i++)
    status =
        trygg_codebook_add_csv(codebook, tables[i].table, tables[i].text, strlen(tables[i].text), &error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &error);
  if (status == TRYGG_OK)
    error = (trygg_error){0};
  trygg_codebook_free(codebook);
  return error;
}

static const struct {
  const char *rows; /* behind the header */
  trygg_status status;
  int line;
  const char *field, *says;
} margin_faults[] = {
    {"2024,sexx,1,5,\n", TRYGG_ENAME, 2, "variables", "`sex`"},
    {"2024,many,1,5,\n", TRYGG_ECODEBOOK, 2, "variables", "splits people"},
    {"2024,sex,3,5,\n", TRYGG_ENAME, 2, "category", "`3`"},
    {"2024,sex,9,5,\n", TRYGG_ECODEBOOK, 2, "category", "means a missing answer"},
    {"2024,sex age,1,5,\n", TRYGG_ECODEBOOK, 2, "category", "one code a variable"},
    {"2024,sex age,9 45-,5,\n", TRYGG_ECODEBOOK, 2, "category", "means a missing answer"},
    {"2024,sex,,5,\n", TRYGG_ECODEBOOK, 2, "category", "no number to be summed"},
    {"2024,income area,,5,\n", TRYGG_ECODEBOOK, 2, "category", "no number to be summed"},
    {"2024,sex,1,-5,\n", TRYGG_ECODEBOOK, 2, "total", "not negative"},
    {"2024,,,-5,\n", TRYGG_ECODEBOOK, 2, "total", "not negative"},
    {"2024,sex,1,x,\n", TRYGG_EPARSE, 2, "total", "`x`"},
    {"2024,sex,1,5,-1\n", TRYGG_ECODEBOOK, 2, "se", "not negative"},
    {"2024,sex,1,,2\n", TRYGG_ECODEBOOK, 2, "se", "belongs to a total"},
    {"2024,sex,1,5,\n2024,sex,2,,\n", TRYGG_ECODEBOOK, 3, "total", "fill them all in, or none"},
    {"2024,income,,5,\n2024,income,3,5,\n", TRYGG_ECODEBOOK, 3, "category", "the one or the other"},
    {"2024,sex,1,5,\n2024,sex,2,5,\n2024,sex,01,5,\n", TRYGG_ECODEBOOK, 4, "category", "line 2"},
    {",sex,1,5,\n", TRYGG_ECODEBOOK, 2, "wave", "role `wave`"},
    {"2024,sex,1,5,\n2024,sex,2,5,\n2024,,,11,\n", TRYGG_ECODEBOOK, 4, "total", "adds up to 10 people"},
    {"2024,sex,1,5,\n2024,sex,2,6,\n2024,age,16-44,5,\n2024,age,45-,7,\n", TRYGG_ECODEBOOK, 4, "total",
     "`sex` adds up to 11 people and `age` to 12 in wave 2024"},
};

START_TEST(fault_of_a_margin_is_told_with_its_place) {
  char text[512];
  trygg_error error;
  snprintf(text, sizeof text, "wave,variables,category,total,se\n%s", margin_faults[_i].rows);
  error = margins_error(text);
  ck_assert_msg((trygg_status)error.status == margin_faults[_i].status, "%s: status %d: %s",
                margin_faults[_i].rows, (int)error.status, error.message);
  ck_assert_int_eq((int)error.line, margin_faults[_i].line);
  ck_assert_str_eq(error.field, margin_faults[_i].field);
  ck_assert_msg(strstr(error.message, margin_faults[_i].says) != NULL, "%s", error.message);
}
END_TEST

START_TEST(margins_are_read) {
  ck_assert_int_eq(margins_error("wave,variables,category,total,se\n"
                                 "2024,,,11,\n2024,sex,1,5,0.5\n2024,sex,2,6,\n2024,age  sex,16-44 1,2,\n"
                                 "2024,age sex,45- 1,3,\n2024,age sex,16-44 2,1,\n2024,age sex,45- 2,5,\n"
                                 "2024,income,,-17.5,\n2025,sex,1,50,\n2025,sex,2,60,\n2025,age,,,\n")
                       .status,
                   TRYGG_OK);
  /* rounding of decimals is not held against anybody */
  ck_assert_int_eq(margins_error("wave;variables;category;total;se\n"
                                 "2024;sex;1;0,1;\n2024;sex;2;0,2;\n2024;age;16-44;0,3;\n")
                       .status,
                   TRYGG_OK);
  ck_assert_int_eq(margins_error("wave,variables,category,total,se\n").status, TRYGG_OK);
}
END_TEST

/* ---- design weights ---------------------------------------------------------------------------- */

#define STRATA "type,name,role\ntext,str,stratum\ndecimal,y,\n"
#define STRATA_WEIGHT STRATA "decimal,w,weight\n"
#define TOTAL "name,type,variable\nt,total,y\nm,mean,y\n"

START_TEST(weight_is_population_over_sample_of_the_stratum) {
  static const char data[] = "str,y\na,1\na,2\nb,5\nb,6\nb,7\n";
  fixture f = fixture_load(&(fixture_texts){.survey = STRATA,
                                            .data = data,
                                            .indicators = TOTAL,
                                            .strata = "stratum,population,sample\na,40,4\nb,90,\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(trygg_design_population(f.design), 2 * 10 + 3 * 30, 0);
  ck_near(fixture_get(e, "", NULL, "t").estimate, 10 * 3 + 30 * 18, 0);
  /* (1 - 2/40) 2/1 sum (z - mean)^2 + (1 - 3/90) 3/2 sum (z - mean)^2 */
  ck_near(fixture_get(e, "", NULL, "t").se, sqrt(0.95 * 2 * 50 + 87.0 / 90 * 1.5 * 1800), 1e-14);
  trygg_estimate_free(e);
  fixture_free(&f);
  f = fixture_load(&(fixture_texts){.survey = STRATA_WEIGHT,
                                    .data = "str,y,w\na,1,7\na,2,7\nb,5,8\nb,6,8\n",
                                    .strata = "stratum,population\na,40\nb,90\n"});
  ck_near(trygg_design_population(f.design), 30, 0); /* the data know better */
  fixture_free(&f);
}
END_TEST

#define STRATA_FPC STRATA "decimal,N,fpc\n"

/* A variable with the role fpc and strata.csv say the same thing, and weights come from the table. */
START_TEST(weight_comes_from_strata_beside_a_finite_population) {
  static const char *const data[] = {"str,y,N\na,1,40\na,2,40\nb,5,90\nb,6,90\nb,7,90\n",
                                     "str,y,N\na,1,0.05\na,2,0.05\nb,5,0.03333\nb,6,0.03333\nb,7,0.03333\n"};
  static const char *const sizes[] = {"stratum,population\na,40\nb,90\n",
                                      "stratum,population,sample\na,40,4\nb,90,\n"};
  for (size_t s = 0; s < 2; s++) {
    fixture f = fixture_load(
        &(fixture_texts){.survey = STRATA_FPC, .data = data[_i], .indicators = TOTAL, .strata = sizes[s]});
    trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
    ck_near(trygg_design_population(f.design), s ? 2 * 10 + 90 : 130, 1e-15);
    ck_near(fixture_get(e, "", NULL, "t").estimate, s ? 10 * 3 + 30 * 18 : 20 * 3 + 30 * 18, 1e-15);
    ck_near(fixture_get(e, "", NULL, "t").se,
            sqrt(0.95 * 2 * (s ? 50 : 200) + (_i ? 1 - 0.03333 : 87.0 / 90) * 1.5 * 1800), 1e-14);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

static const struct {
  const char *survey, *data, *strata, *field, *says;
} disagreements[] = {
    {STRATA_FPC, "str,y,N\na,1,40\na,2,40\n", "stratum,population\na,41\n", "N",
     "stratum `a` has a finite population of 40 here and 41 people in strata.csv"},
    {STRATA_FPC, "str,y,N\na,1,0.1\na,2,0.1\n", "stratum,population\na,41\n", "N",
     "a drawn fraction of 0.1 here and 41 people"},
    {STRATA_FPC, "str,y,N\na,1,40\na,2,40\nb,1,9\n", "stratum,population\na,40\n", "stratum",
     "`b` has no row"},
    {STRATA_FPC, "str,y,N\na,1,40\na,2,40\n", "stratum,population\na,40\nc,3\n", "stratum",
     "no accepted record is in stratum `c`"},
    {STRATA_FPC "integer,c,cluster\n", "str,y,N,c\na,1,40,1\na,2,40,2\n", "stratum,population\na,40\n",
     "population", "a variable with the role weight"},
};

START_TEST(populations_that_contradict_each_other_are_refused) {
  trygg_error error = fixture_refuse(&(fixture_texts){.survey = disagreements[_i].survey,
                                                      .data = disagreements[_i].data,
                                                      .strata = disagreements[_i].strata},
                                     TRYGG_EDESIGN);
  ck_assert_str_eq(error.field, disagreements[_i].field);
  ck_assert_msg(strstr(error.message, disagreements[_i].says) != NULL, "%s", error.message);
}
END_TEST

static const struct {
  const char *strata, *field, *says;
} strata_faults[] = {
    {"stratum,population,sample\na,40,4\nb,,\n", "population", "`b` has no population"},
    {"stratum,population,sample\na,40,1\nb,90,4\n", "sample", "`a` has more records"},
};

START_TEST(stratum_whose_weight_cannot_be_made_is_refused) {
  trygg_error error = fixture_refuse(&(fixture_texts){.survey = STRATA,
                                                      .data = "str,y\na,1\na,2\nb,5\nb,6\n",
                                                      .strata = strata_faults[_i].strata},
                                     TRYGG_EDESIGN);
  ck_assert_str_eq(error.field, strata_faults[_i].field);
  ck_assert_msg(strstr(error.message, strata_faults[_i].says) != NULL, "%s", error.message);
}
END_TEST

/* ---- calibration ------------------------------------------------------------------------------- */

#define ADULTS                                                                                               \
  "type,name,role\nselect_one sex,sex,domain\nselect_one age,age,\ndecimal,x,\ndecimal,y,\ndecimal,w,weight\n"
#define ADULTS_CHOICES "list_name,name\nsex,1\nsex,2\nage,16\nage,45\nage,65\nyn,1\n"

/* Ten people; nobody is 65. */
static const char adults[] = "sex,age,x,y,w\n1,16,2,3,10\n1,16,3,4,10\n1,45,4,8,12\n1,45,5,9,9\n2,16,1,2,11\n"
                             "2,16,2,4,8\n2,45,6,9,10\n2,45,7,8,14\n2,45,3,6,7\n2,16,4,5,9\n";

static fixture adults_load(const char *margins, const char *calibrate) {
  return fixture_load(&(fixture_texts){.survey = ADULTS,
                                       .choices = ADULTS_CHOICES,
                                       .indicators = TOTAL,
                                       .margins = margins,
                                       .data = adults,
                                       .calibrate = calibrate});
}

static trygg_error adults_refuse(const char *margins, const char *calibrate, trygg_status status) {
  return fixture_refuse(&(fixture_texts){.survey = ADULTS,
                                         .choices = ADULTS_CHOICES,
                                         .margins = margins,
                                         .data = adults,
                                         .calibrate = calibrate},
                        status);
}

#define SEX "variables,category,total,se\nsex,1,60,\nsex,2,40,\n"

/* Post-stratified by hand: women have y 9 times out of ... : weighted means by sex, times the totals. */
START_TEST(one_complete_margin_is_poststratification) {
  static const char *const methods[] = {"linear", "rake", "logit:0.2,3", "truncated:0.2,3"};
  double men = (30 + 40 + 96 + 81) / 41.0, women = (22 + 32 + 90 + 112 + 42 + 45) / 59.0;
  fixture f = adults_load(SEX, methods[_i]);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  double squares = 0, sum = 0;
  ck_near(fixture_get(e, "", NULL, "t").estimate, 60 * men + 40 * women, 1e-14);
  ck_near(fixture_get(e, "", NULL, "m").estimate, (60 * men + 40 * women) / 100, 1e-14);
  for (size_t i = 0; i < 10; i++) { /* z = w (y - mean of its sex), of which the sum is 0 */
    int man = i < 4;
    double z = f.design->weight[i] * (f.responses->columns[3].values.number[i] - (man ? men : women));
    ck_near(f.design->weight[i], (man ? 60 / 41.0 : 40 / 59.0) * f.responses->columns[4].values.number[i],
            1e-15);
    squares += z * z;
    sum += z;
  }
  ck_near(fixture_get(e, "", NULL, "t").se, sqrt(10.0 / 9 * (squares - sum * sum / 10)), 1e-12);
  trygg_estimate_free(e);
  e = fixture_estimate(&f, "sex", NULL); /* how many there are of a sex is known */
  ck_near(fixture_get(e, "", "1", "t").estimate, 60 * men, 1e-14);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

#define MANY SEX "age,16,45.5,\nage,45,54.5,\nage,65,0,\nx,,390,\n,,100,\n"

START_TEST(weights_meet_every_total_whatever_the_distance) {
  static const char *const methods[] = {"linear", "rake", "logit:0.1,4", "truncated:0.1,4"};
  fixture f = adults_load(MANY, methods[_i]);
  trygg_table *table = NULL;
  trygg_error error = {0};
  double women = 0, young = 0, x = 0, people = 0;
  for (size_t i = 0; i < 10; i++) {
    double w = f.design->weight[i];
    people += w;
    women += w * (i >= 4);
    young += w * (i < 2 || i == 4 || i == 5 || i == 9);
    x += w * f.responses->columns[2].values.number[i];
  }
  ck_near(people, 100, 1e-14);
  ck_near(women, 40, 1e-14);
  ck_near(young, 45.5, 1e-14);
  ck_near(x, 390, 1e-14);
  ck_ok(trygg_design_margins(f.design, &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 7);
  for (size_t r = 0; r < 7; r++)
    ck_assert(fabs(trygg_table_number(table, r, trygg_table_find(table, "difference"))) <= 1e-12 * 100);
  ck_near(trygg_table_number(table, 0, trygg_table_find(table, "before")), 41, 0);
  trygg_table_free(table);
  ck_ok(trygg_design_weights(f.design, &table, &error));
  ck_near(trygg_table_number(table, 0, trygg_table_find(table, "after")), 100, 1e-14);
  ck_near(trygg_table_number(table, 0, trygg_table_find(table, "deff_before")), 10 * 1036 / 1e4, 1e-14);
  ck_assert_int_ge((int)trygg_table_integer(table, 0, trygg_table_find(table, "steps")), 1);
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(known_totals_have_no_error) {
  fixture f = fixture_load(&(fixture_texts){.survey = ADULTS,
                                            .choices = ADULTS_CHOICES,
                                            .indicators =
                                                "name,type,variable,numerator\nmen,total,sex,1\nx,total,x,\n"
                                                "share,share,age,16\n",
                                            .margins = MANY,
                                            .data = adults,
                                            .calibrate = "rake"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "men").estimate, 60, 1e-14);
  ck_assert(fixture_get(e, "", NULL, "men").se == 0);
  ck_assert(fixture_get(e, "", NULL, "x").se == 0);
  ck_assert(fixture_get(e, "", NULL, "share").se == 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static const struct {
  const char *margins, *method;
  trygg_status status;
  const char *says;
} refusals[] = {
    {"variables,category,total\nsex,1,60\n", "rake", TRYGG_EDESIGN,
     "margin `sex` has no row for 6 records, of `2`"},
    {"variables,category,total\nsex,1,60\nsex,2,40\nage,16,40\nage,45,50\nage,65,10\n", "rake", TRYGG_EDESIGN,
     "`age` 65 has 10.000 people and no record with a positive weight"},
    {"variables,category,total\nsex,1,100\nsex,2,0\n", "rake", TRYGG_EDESIGN, "`sex` 2 has a total of 0"},
    {SEX, "logit:0.9,1.1", TRYGG_EDESIGN,
     "`sex` 1 has 60.000 people, but the weights of its records add up to 41.000, and within the bounds to 45.100 at "
     "most"},
    {SEX, "truncated:0.9,2", TRYGG_EDESIGN, "to 53.100 at least"},
    {SEX "x,,900,\n", "rake", TRYGG_EDESIGN, "cannot be met together: `x` comes to"},
    {SEX "x,,450,\n", "truncated:0.4,2", TRYGG_EDESIGN, "widen the bounds or join categories"},
    {SEX "x,,900,\n", "linear", TRYGG_EDESIGN, "weights negative"},
    {SEX, "raked", TRYGG_ENAME, "did you mean `rake`"},
    {SEX, "logit", TRYGG_EINVAL, "logit:0.3,3"},
    {SEX, "logit:1.2,3", TRYGG_EINVAL, "logit:0.3,3"},
    {SEX, "truncated:0.2", TRYGG_EINVAL, "truncated:0.3,3"},
    {SEX, "rake:0.2,3", TRYGG_EINVAL, "has no bounds"},
    {"variables,category,total\nsex,,\n", "rake", TRYGG_EDESIGN, "only --calibrate given"},
    {"wave,variables,category,total\n1999,sex,1,60\n1999,sex,2,40\n", "rake", TRYGG_EDESIGN,
     "no total is for a wave of the data; the first is for `1999`"},
    {SEX, "given", TRYGG_EDESIGN, "they add up to 41 for `sex` 1, not to 60"},
    {NULL, "rake", TRYGG_EDESIGN, "no margins.csv"},
};

START_TEST(what_cannot_be_met_is_said_with_its_margin) {
  trygg_error error = adults_refuse(refusals[_i].margins, refusals[_i].method, refusals[_i].status);
  ck_assert_msg(strstr(error.message, refusals[_i].says) != NULL, "%s", error.message);
}
END_TEST

START_TEST(methods_are_listed_with_a_line_of_help_each) {
  static const char *const names[] = {"linear", "rake", "logit", "truncated", "given"};
  for (size_t i = 0; i < 5; i++) {
    ck_assert_str_eq(trygg_design_calibration(i), names[i]);
    ck_assert_uint_gt(strlen(trygg_design_calibration_help(i)), 10);
  }
  ck_assert_ptr_null(trygg_design_calibration(5));
  ck_assert_ptr_null(trygg_design_calibration_help(5));
}
END_TEST

START_TEST(record_without_an_auxiliary_value_is_refused_unless_its_weight_is_nothing) {
  fixture_texts texts = {.survey = ADULTS,
                         .choices = ADULTS_CHOICES,
                         .margins = "variables,category,total\nsex,1,60\nsex,2,40\nx,,300\n",
                         .calibrate = "rake",
                         .data =
                             "sex,age,x,y,w\n1,16,2,3,10\n1,16,3,4,10\n,45,4,8,1\n,45,5,9,1\n2,16,5,2,11\n"};
  trygg_error error = fixture_refuse(&texts, TRYGG_EDESIGN);
  fixture f;
  ck_assert_ptr_nonnull(strstr(error.message, "2 records have no value in `sex`"));
  texts.data = "sex,age,x,y,w\n1,16,2,3,10\n1,16,3,4,10\n1,45,,8,1\n2,16,5,2,11\n";
  error = fixture_refuse(&texts, TRYGG_EDESIGN);
  ck_assert_ptr_nonnull(strstr(error.message, "1 records have no value in `x`"));
  texts.data = "sex,age,x,y,w\n1,16,2,3,10\n1,16,3,4,10\n,45,,8,0\n2,16,4,2,11\n";
  f = fixture_load(&texts);
  ck_near(f.design->weight[0] + f.design->weight[1], 60, 1e-14);
  ck_assert(f.design->weight[2] == 0);
  fixture_free(&f);
}
END_TEST

/* Two totals N1 and N2 that are estimates: the total of y is N1 m1 + N2 m2, to whose variance they add
 * m1^2 s1^2 + m2^2 s2^2; if N1 + N2 is known besides, (m1 - m2)^2 s^2 / 2 for s1 = s2 = s. */
START_TEST(estimated_totals_add_their_variance) {
  double men = (30 + 40 + 96 + 81) / 41.0, women = (22 + 32 + 90 + 112 + 42 + 45) / 59.0, v[3];
  static const char *const margins[] = {SEX, "variables,category,total,se\nsex,1,60,3\nsex,2,40,4\n",
                                        "variables,category,total,se\n,,100,\nsex,1,60,3\nsex,2,40,3\n"};
  for (int i = 0; i < 3; i++) {
    fixture f = adults_load(margins[i], "linear");
    trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
    v[i] = pow(fixture_get(e, "", NULL, "t").se, 2);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
  ck_near(v[1] - v[0], men * men * 9 + women * women * 16, 1e-10);
  ck_near(v[2] - v[0], (men - women) * (men - women) * 9 / 2, 1e-10);
}
END_TEST

#define YEARS "type,name,role\ninteger,year,wave\nselect_one sex,sex,\ndecimal,y,\ndecimal,w,weight\n"

START_TEST(each_wave_meets_its_own_totals) {
  static const char data[] =
      "year,sex,y,w\n2020,1,1,1\n2020,1,2,1\n2020,2,3,1\n2020,2,5,1\n2022,1,1,1\n2022,1,2,3\n"
      "2022,2,3,1\n2022,2,4,1\n2024,1,1,1\n2024,1,3,1\n2024,2,3,1\n2024,2,4,1\n";
  fixture f = fixture_load(&(fixture_texts){
      .survey = YEARS,
      .choices = ADULTS_CHOICES,
      .indicators = TOTAL,
      .margins =
          "wave,variables,category,total\n2020,sex,1,10\n2024,sex,1,30\n2024,sex,2,50\n2020,sex,2,20\n",
      .data = data,
      .calibrate = "rake"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "2020", NULL, "t").estimate, 5 * 3 + 10 * 8, 1e-14);
  ck_near(fixture_get(e, "2022", NULL, "t").estimate, 14, 1e-14); /* has no totals */
  ck_near(fixture_get(e, "2024", NULL, "t").estimate, 15 * 4 + 25 * 7, 1e-14);
  /* 2024: residuals 15 (-1, 1), 25 (-0.5, 0.5) */
  ck_near(fixture_get(e, "2024", NULL, "t").se, sqrt(4.0 / 3 * (2 * 225 + 2 * 156.25)), 1e-14);
  ck_near(fixture_get(e, "2022", NULL, "t").se, sqrt(4.0 / 3 * (1 + 36 + 9 + 16 - 49)), 1e-13);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- known answers beside those of R (tests/golden) ------------------------------------------------ */

/* B10 of docs/evidence.md.  Kalton & Flores-Cervantes 2003, Journal of Official Statistics 19:81-97: twelve cells, a in 1..4 and b in 1..3; factors
 * of each cell as R's package survey prints them in its tests (kalton.Rout.save). */
static const int kalton_n[3][4] = {{20, 50, 100, 30}, {40, 140, 50, 100}, {40, 310, 50, 70}};

static fixture kalton_load(const char *calibrate) {
  char *data = NULL;
  size_t size;
  FILE *to = open_memstream(&data, &size);
  fixture f;
  fputs("a,b,y,w\n", to);
  for (int b = 0; b < 3; b++)
    for (int a = 0; a < 4; a++)
      for (int i = 0; i < kalton_n[b][a]; i++)
        fprintf(to, "%d,%d,%d,1\n", a + 1, b + 1, i % 7);
  fclose(to);
  f = fixture_load(&(fixture_texts){
      .survey = "type,name,role\ninteger,a,\ninteger,b,\ndecimal,y,\ndecimal,w,weight\n",
      .margins = "variables,category,total\na,1,175\na,2,550\na,3,430\na,4,345\nb,1,365\nb,2,415\nb,3,720\n",
      .data = data,
      .calibrate = calibrate});
  free(data);
  return f;
}

/* The factor of a cell: its first record's weight, since all began with 1. */
static double kalton_factor(const fixture *f, int a, int b) {
  size_t at = 0;
  for (int j = 0; j < b - 1; j++)
    for (int i = 0; i < 4; i++)
      at += (size_t)kalton_n[j][i];
  for (int i = 0; i < a - 1; i++)
    at += (size_t)kalton_n[b - 1][i];
  return f->design->weight[at];
}

static const struct {
  const char *method;
  int a;
  double factors[3]; /* b = 1..3, as printed: two decimals */
} kalton[] = {
    {"rake", 1, {1.81, 1.45, 2.02}},
    {"linear", 1, {1.82, 1.50, 1.97}},
    {"logit:0.5,2.2", 1, {1.87, 1.46, 1.98}},
    {"truncated:0.5,2.2", 3, {2.20, 2.00, 2.20}},
};

START_TEST(factors_are_those_of_kalton_and_flores_cervantes) {
  fixture f = kalton_load(kalton[_i].method);
  for (int b = 1; b <= 3; b++)
    ck_assert_msg(fabs(kalton_factor(&f, kalton[_i].a, b) - kalton[_i].factors[b - 1]) < 0.00501,
                  "%s %d %d: %g", kalton[_i].method, kalton[_i].a, b, kalton_factor(&f, kalton[_i].a, b));
  fixture_free(&f);
}
END_TEST

/* ---- order, and weights that are given ------------------------------------------------------------------ */

/* The same people from the last to the first. */
static char *backwards(const char *text) {
  char *out = calloc(strlen(text) + 1, 1);
  const char *head = strchr(text, '\n') + 1, *end = text + strlen(text);
  ck_assert_ptr_nonnull(out);
  memcpy(out, text, (size_t)(head - text));
  while (end > head) {
    const char *line = end - 1;
    while (line > head && line[-1] != '\n')
      line--;
    strncat(out, line, (size_t)(end - line));
    end = line;
  }
  return out;
}

START_TEST(order_of_records_changes_only_last_digits) {
  char *data = backwards(adults);
  fixture_texts texts = {.survey = ADULTS,
                         .choices = ADULTS_CHOICES,
                         .indicators = TOTAL,
                         .margins = MANY,
                         .calibrate = "logit:0.1,4",
                         .data = adults};
  fixture one = fixture_load(&texts), other;
  trygg_estimates *a = fixture_estimate(&one, "sex", NULL), *b;
  texts.data = data;
  other = fixture_load(&texts);
  b = fixture_estimate(&other, "sex", NULL);
  for (size_t i = 0; i < 10; i++)
    ck_near(other.design->weight[9 - i], one.design->weight[i], 1e-13);
  for (size_t i = 0; i < trygg_estimate_count(a); i++) {
    ck_near(trygg_estimate_get(b, i).estimate, trygg_estimate_get(a, i).estimate, 1e-13);
    ck_near(trygg_estimate_get(b, i).se, trygg_estimate_get(a, i).se, 1e-12);
  }
  trygg_estimate_free(a);
  trygg_estimate_free(b);
  fixture_free(&one);
  fixture_free(&other);
  free(data);
}
END_TEST

/* apiclus1, calibrated by R's values to kinds of school and the index of 1999: SE 3.4418 as calibrated, 3.38 from the
 * weights that came of it, and 22.3 for who takes them for any weights. */
START_TEST(given_weights_know_what_they_were_calibrated_to) {
  static const struct {
    const char *calibrate, *totals;
    double least, most;
  } expected[] = {{"given", "stype,E,4421\nstype,H,755\nstype,M,1018\napi99,,3914069\n", 3.37, 3.39},
                  {"given", "stype,,\napi99,,\n", 3.37, 3.39},
                  {"none", "stype,,\n", 22.2, 22.4}};
  static const char survey[] =
      "type,name,role\nselect_one s,stype,\ninteger,api99,\ninteger,api00,\ndecimal,pw,weight\n"
      "integer,dnum,cluster\ninteger,fpc,fpc\n";
  char path[4096], line[256], margins[256], *data = NULL;
  size_t size, row = 0;
  const char *file = path;
  FILE *from, *to = open_memstream(&data, &size);
  fixture f = fixture_load(&(fixture_texts){
      .survey = survey,
      .choices = "list_name,name\ns,E\ns,H\ns,M\n",
      .margins = "variables,category,total\nstype,E,4421\nstype,H,755\nstype,M,1018\napi99,,3914069\n",
      .data = "stype,api99,api00,pw,dnum,fpc\nE,1,1,1,1,1\n"});
  trygg_design_options linear = {.size = sizeof linear, .calibrate = "linear"};
  trygg_error error = {0};
  trygg_responses *responses = NULL;
  trygg_design *design = NULL;
  snprintf(path, sizeof path, "%s/data/golden/apiclus1.csv", tests_folder());
  ck_ok(trygg_responses_load(f.codebook, &file, 1, NULL, &responses, &error));
  ck_ok(trygg_design_create(responses, &linear, &design, &error));
  from = fopen(path, "r");
  ck_assert_ptr_nonnull(from);
  ck_assert_ptr_nonnull(fgets(line, sizeof line, from));
  fprintf(to, "%.*s,w\n", (int)strcspn(line, "\r\n"), line);
  while (fgets(line, sizeof line, from)) {
    char number[TG_NUMBER_SIZE];
    fprintf(to, "%.*s,%s\n", (int)strcspn(line, "\r\n"), line,
            tg_number_format(number, design->weight[row++]));
  }
  fclose(from);
  fclose(to);
  trygg_design_free(design);
  trygg_responses_free(responses);
  fixture_free(&f);
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    trygg_estimates *e;
    snprintf(margins, sizeof margins, "variables,category,total\n%s", expected[i].totals);
    f = fixture_load(&(fixture_texts){
        .survey = "type,name,role\nselect_one s,stype,\ninteger,api99,\ninteger,api00,\ndecimal,w,weight\n"
                  "integer,dnum,cluster\ninteger,fpc,fpc\n",
        .choices = "list_name,name\ns,E\ns,H\ns,M\n",
        .indicators = "name,type,variable\nm,mean,api00\n",
        .margins = margins,
        .data = data,
        .calibrate = expected[i].calibrate});
    e = fixture_estimate(&f, NULL, NULL);
    ck_near(fixture_get(e, "", NULL, "m").estimate, 665.3090712, 1e-9);
    ck_assert_msg(fixture_get(e, "", NULL, "m").se > expected[i].least &&
                      fixture_get(e, "", NULL, "m").se < expected[i].most,
                  "%s: %.10g", expected[i].totals, fixture_get(e, "", NULL, "m").se);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
  free(data);
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------------ */

static trygg_status calibrate_once(trygg_responses *responses, trygg_error *error) {
  const trygg_design_options options = {
      .size = sizeof options, .calibrate = "truncated:0.2,3", .spread = "x", .households = 1};
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  trygg_table *weights = NULL, *margins = NULL;
  trygg_status status = trygg_design_create(responses, &options, &design, error);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(design, NULL, &estimates, error);
  if (status == TRYGG_OK)
    status = trygg_design_weights(design, &weights, error);
  if (status == TRYGG_OK)
    status = trygg_design_margins(design, &margins, error);
  trygg_table_free(weights);
  trygg_table_free(margins);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  return status;
}

START_TEST(every_allocation_may_fail) {
  fixture f = fixture_load(&(fixture_texts){
      .survey =
          "type,name,role\nselect_one sex,sex,\nselect_one age,age,\ndecimal,x,\ndecimal,y,\ndecimal,w,weight\n"
          "integer,h,household\ninteger,c,cluster\n",
      .choices = ADULTS_CHOICES,
      .indicators = TOTAL,
      .margins = "variables,category,total,se\nsex,1,60,2\nsex,2,40,3\nx,,350,\n,,100,\n",
      .data = "sex,age,x,y,w,h,c\n1,16,2,3,10,1,1\n1,16,3,4,10,1,1\n1,45,4,8,12,2,2\n2,45,5,9,12,2,2\n"
              "2,16,1,2,11,3,3\n2,16,2,4,8,4,4\n2,45,6,9,10,5,5\n"});
  trygg_error error = {0};
  long k = 0;
  trygg_status status = TRYGG_ENOMEM;
  ck_ok(calibrate_once(f.responses, &error));
  for (; status != TRYGG_OK; k++) {
    ck_assert_int_lt((int)k, 2000);
    tg_memory_fail(k, 0);
    status = calibrate_once(f.responses, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%ld: %s", k, error.message);
  }
  ck_assert_int_gt((int)k, 50);
  fixture_free(&f);
}
END_TEST

/* Sums of quarters and blocks: what threads share out does not show, and is what margin after margin by hand comes to.
 * Some records have no age and no weight, so that their patterns are in one margin only. */
START_TEST(raking_has_the_same_bits_on_any_number_of_threads) {
  static const int sizes[] = {40, 65535, 65536, 65537, 150001};
  static const double sexes[] = {6e6, 4e6}, ages[] = {1e6, 2e6, 3e6, 4e6};
  double cells[2][4] = {{0}}, factor[2][4];
  fixture_texts many = {.survey = "type,name,role\nselect_one s,sex,\nselect_one a,age,\ndecimal,w,weight\n",
                        .choices = "list_name,name\ns,1\ns,2\na,1\na,2\na,3\na,4\n",
                        .margins = "variables,category,total\nsex,1,6000000\nsex,2,4000000\nage,1,1000000\n"
                                   "age,2,2000000\nage,3,3000000\nage,4,4000000\n"};
  int count = sizes[_i], *cell = malloc((size_t)count * sizeof *cell);
  double *base = malloc((size_t)count * sizeof *base);
  tg_text data = {0};
  uint64_t random = 11;
  fixture f;
  trygg_error error = {0};
  tg_text_put(&data, "sex,age,w\n");
  for (int i = 0; i < count; i++) {
    random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    int sex = (int)(random >> 60 & 1), age = (int)(random >> 58 & 3), none = i % 37 == 36;
    int thousandths = (int)(1000 + (random >> 33 & 4095));
    cell[i] = sex * 4 + age;
    base[i] = none ? 0 : (double)thousandths / 1000;
    if (none)
      tg_text_format(&data, "%d,,0\n", sex + 1);
    else
      tg_text_format(&data, "%d,%d,%d.%03d\n", sex + 1, age + 1, thousandths / 1000, thousandths % 1000);
    cells[sex][age] += base[i];
  }
  many.data = data.bytes;
  f = fixture_load(&many);
  for (int k = 0; k < 8; k++)
    factor[k / 4][k % 4] = 1;
  for (int sweep = 0; sweep < 200; sweep++)
    for (int margin = 0; margin < 2; margin++)
      for (int k = 0; k < (margin ? 4 : 2); k++) {
        double sum = 0;
        for (int o = 0; o < (margin ? 2 : 4); o++)
          sum += margin ? cells[o][k] * factor[o][k] : cells[k][o] * factor[k][o];
        for (int o = 0; o < (margin ? 2 : 4); o++)
          *(margin ? &factor[o][k] : &factor[k][o]) *= (margin ? ages[k] : sexes[k]) / sum;
      }
  trygg_design *first = NULL;
  for (int threads = 1; threads <= 5; threads++) {
    trygg_design_options options = {.size = sizeof options, .calibrate = "rake", .threads = threads};
    trygg_design *design = NULL;
    ck_ok(trygg_design_create(f.responses, &options, &design, &error));
    if (first)
      ck_assert(!memcmp(design->weight, first->weight, (size_t)count * sizeof *design->weight));
    for (int i = 0; i < count && !first; i++)
      ck_near(design->weight[i], base[i] * factor[cell[i] / 4][cell[i] % 4], 1e-11);
    if (first)
      trygg_design_free(design);
    else
      first = design;
  }
  trygg_design_free(first);
  fixture_free(&f);
  tg_text_free(&data);
  free(cell);
  free(base);
}
END_TEST

static Suite *calibration_suite(void) {
  Suite *suite = suite_create("calibration");
  TCase *margins = tcase_create("margins");
  tcase_add_loop_test(margins, fault_of_a_margin_is_told_with_its_place, 0,
                      sizeof margin_faults / sizeof *margin_faults);
  tcase_add_test(margins, margins_are_read);
  suite_add_tcase(suite, margins);
  TCase *strata = tcase_create("strata");
  tcase_add_test(strata, weight_is_population_over_sample_of_the_stratum);
  tcase_add_loop_test(strata, weight_comes_from_strata_beside_a_finite_population, 0, 2);
  tcase_add_loop_test(strata, populations_that_contradict_each_other_are_refused, 0,
                      sizeof disagreements / sizeof *disagreements);
  tcase_add_loop_test(strata, stratum_whose_weight_cannot_be_made_is_refused, 0,
                      sizeof strata_faults / sizeof *strata_faults);
  suite_add_tcase(suite, strata);
  TCase *weights = tcase_create("weights");
  tcase_add_loop_test(weights, one_complete_margin_is_poststratification, 0, 4);
  tcase_add_loop_test(weights, weights_meet_every_total_whatever_the_distance, 0, 4);
  tcase_add_test(weights, known_totals_have_no_error);
  tcase_add_loop_test(weights, what_cannot_be_met_is_said_with_its_margin, 0,
                      sizeof refusals / sizeof *refusals);
  tcase_add_test(weights, methods_are_listed_with_a_line_of_help_each);
  tcase_add_test(weights, record_without_an_auxiliary_value_is_refused_unless_its_weight_is_nothing);
  tcase_add_test(weights, estimated_totals_add_their_variance);
  tcase_add_test(weights, each_wave_meets_its_own_totals);
  tcase_add_loop_test(weights, factors_are_those_of_kalton_and_flores_cervantes, 0,
                      sizeof kalton / sizeof *kalton);
  tcase_add_test(weights, order_of_records_changes_only_last_digits);
  tcase_add_test(weights, given_weights_know_what_they_were_calibrated_to);
  tcase_add_loop_test(weights, raking_has_the_same_bits_on_any_number_of_threads, 0, 5);
  tcase_add_test(weights, every_allocation_may_fail);
  suite_add_tcase(suite, weights);
  return suite;
}

int main(void) {
  return run_suite(calibration_suite());
}
