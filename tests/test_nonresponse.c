/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Those who did not answer: R-indicators against numbers of glm() in R and by hand, late against early and modes against
 * comparisons of groups that must be the same, tipping points by hand, and the edges of all three. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/disclosure.h>
#include <trygg/model.h>

#include <base/memory.h>
#include <base/text.h>

#include "fixture.h"

static trygg_error error;

/* ---- a small survey ------------------------------------------------------------------------------- */

static const char SURVEY[] =
    "type,name,role\ninteger,ar,wave\nselect_one sex,sex,domain\nselect_one age,age,domain\n"
    "select_one utfall,utfall,status\nselect_one mode,mode,source\ndate,dag,date\n"
    "decimal,w,weight\nselect_one yn,q,\ninteger,h,\ninteger,d,\n";
static const char CHOICES[] =
    "list_name,name,disposition\nsex,1,\nsex,2,\nage,1,\nage,2,\nage,3,\nutfall,1,I\n"
    "utfall,2,R\nutfall,3,NC\nutfall,4,NE\nmode,1,\nmode,2,\nmode,3,\nyn,1,\nyn,2,\n";
static const char INDICATORS[] =
    "name,type,variable,numerator\nyes,share,q,1\nmean,mean,h,\nhalf,quantile,h,0.5\n"
    "many,total,q,1\n";

/* People drawn and answered by sex and age: the response rate is 0.54. */
static const int DRAWN[6] = {40, 50, 60, 45, 55, 50}, ANSWERED[6] = {12, 22, 40, 20, 30, 38};

/* A person: answers come on days 1 to 7, the modes in turn, from the third answer of ten on q is 1. */
static void put_person(tg_text *data, int wave, int sex, int age, int answered, int i, int modes) {
  if (answered)
    tg_text_format(data, "%d,%d,%d,1,%d,2024-09-%02d,%d.5,%d,%d,%d\n", wave, sex, age, 1 + i % modes,
                   1 + i % 7, 1 + i % 3, i % 10 < 3 ? 1 : 2, (i * 37) % 50, 1 + (i + sex + age) % 4);
  else
    tg_text_format(data, "%d,%d,%d,%d,,,,,,%d\n", wave, sex, age, 2 + i % 2, 1 + (i + sex + age) % 4);
}

static char *make_data(const int *drawn, const int *answered, int waves, int modes) {
  tg_text data = {0};
  tg_text_put(&data, "ar,sex,age,utfall,mode,dag,w,q,h,d\n");
  for (int wave = 0; wave < waves; wave++)
    for (int cell = 0; cell < 6; cell++)
      for (int i = 0; i < drawn[cell]; i++)
        put_person(&data, 2020 + wave, 1 + cell / 3, 1 + cell % 3, i < answered[cell], i + wave, modes);
  tg_text_put(&data, "2020,1,1,4,,,,,,1\n"); /* not of the population */
  ck_assert(!data.failed);
  return data.bytes;
}

/* The survey, and the same with those who did not answer. */
typedef struct surveyed {
  fixture f;
  trygg_responses *drawn;
  char *data;
} surveyed;

static trygg_status load_drawn(const surveyed *s, trygg_responses **out) {
  trygg_load_options options = {.size = sizeof options, .keep_silent = 1, .threads = 1};
  return trygg_responses_load_memory(s->f.codebook, "data.csv", s->data, strlen(s->data), &options, out,
                                     &error);
}

static surveyed survey(const int *drawn, const int *answered, int waves, int modes) {
  surveyed s = {.data = make_data(drawn, answered, waves, modes)};
  s.f = fixture_load(
      &(fixture_texts){.survey = SURVEY, .choices = CHOICES, .indicators = INDICATORS, .data = s.data});
  ck_ok(load_drawn(&s, &s.drawn));
  return s;
}

static void forget(surveyed *s) {
  fixture_free(&s->f);
  trygg_responses_free(s->drawn);
  free(s->data);
}

static trygg_status try_represent(const surveyed *s, const char *on, const trygg_estimates *estimates,
                                  trygg_table **out) {
  const char *names[] = {on, "age"};
  trygg_representativity_options options = {
      .size = sizeof options, .on = names, .on_count = !strcmp(on, "sex") ? 1 : 2, .estimates = estimates};
  if (!strcmp(on, "sex age"))
    names[0] = "sex";
  return trygg_model_representativity(s->drawn, &options, out, &error);
}

static trygg_table *represent(const surveyed *s, const char *on, const trygg_estimates *estimates) {
  trygg_table *table = NULL;
  ck_ok(try_represent(s, on, estimates, &table));
  return table;
}

/* A cell of the row that begins with these texts. */
static double cell(const trygg_table *table, const char *const *keys, size_t count, const char *column) {
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    size_t k = 0;
    while (k < count && !strcmp(trygg_table_text(table, row, k), keys[k]))
      k++;
    if (k == count)
      return trygg_table_number(table, row, trygg_table_find(table, column));
  }
  ck_abort_msg("no row %s %s", keys[0], keys[1]);
  return NAN;
}
#define CELL(table, column, ...)                                                                             \
  cell(table, (const char *const[]){__VA_ARGS__},                                                            \
       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), column)

/* ---- representativity --------------------------------------------------------------------------------- */

/* glm(r ~ factor(sex) + factor(age), binomial) of R 4.2 and the formulas of Shlomo, Skinner & Schouten in matrices. */
START_TEST(indicators_have_the_numbers_of_R) {
  surveyed s = survey(DRAWN, ANSWERED, 1, 2);
  trygg_table *table = represent(&s, "sex age", NULL);
  ck_near(CELL(table, "estimate", "2020", "response_rate", "", ""), 0.54, 1e-13);
  ck_near(CELL(table, "estimate", "2020", "r_indicator", "", ""), 0.724145036533957231, 1e-11);
  ck_near(CELL(table, "estimate", "2020", "r_unadjusted", "", ""), 0.703457664536156546, 1e-11);
  ck_near(CELL(table, "se", "2020", "r_indicator", "", ""), 0.054701938397793783, 1e-10);
  ck_near(CELL(table, "drawn", "2020", "r_indicator", "", ""), 300, 0);
  trygg_table_free(table);
  table = represent(&s, "sex", NULL);
  ck_near(CELL(table, "estimate", "2020", "r_indicator", "", ""), 0.953059042543514034, 1e-11);
  ck_near(CELL(table, "se", "2020", "r_indicator", "", ""), 0.062462703409381794, 1e-10);
  trygg_table_free(table);
  forget(&s);
}
END_TEST

/* Of two groups of 150 with rates a and b the propensities are the rates: S^2 = (a - b)^2/4 n/(n - 1), the partial R of
 * the variable is |a - b|/2, of a category (a - b)/2 sqrt(1/2); and the variance of a rate less the mean is half that. */
START_TEST(two_groups_are_as_by_hand) {
  surveyed s = survey(DRAWN, ANSWERED, 1, 2);
  trygg_table *table = represent(&s, "sex", NULL);
  double a = 74 / 150.0, b = 88 / 150.0, s2 = (a - b) * (a - b) / 4 * 300 / 299;
  double excess = (a * (1 - a) + b * (1 - b)) / 2 / 150;
  ck_near(CELL(table, "estimate", "2020", "r_unadjusted", "", ""), 1 - 2 * sqrt(s2), 1e-12);
  ck_near(CELL(table, "estimate", "2020", "r_indicator", "", ""), 1 - 2 * sqrt(s2 * 301 / 300 - excess),
          1e-11);
  ck_near(CELL(table, "estimate", "2020", "partial", "sex", ""), sqrt(s2 * 301 / 300 - excess), 1e-11);
  ck_near(CELL(table, "se", "2020", "partial", "sex", ""),
          CELL(table, "se", "2020", "r_indicator", "", "") / 2,
          1e-11); /* of one variable all of the spread goes along it */
  ck_near(CELL(table, "estimate", "2020", "partial_unadjusted", "sex", ""), (b - a) / 2, 1e-12);
  ck_near(CELL(table, "estimate", "2020", "partial", "sex", "1"), (a - b) / 2 * sqrt(0.5), 1e-12);
  ck_near(CELL(table, "se", "2020", "partial", "sex", "2"), sqrt(0.5) / 2 * sqrt(2 * excess), 1e-12);
  ck_near(CELL(table, "estimate", "2020", "response_rate", "sex", "2"), b, 1e-13);
  trygg_table_free(table);
  forget(&s);
}
END_TEST

/* Person by person in R: evenness.c's formulas with matrices of all 300; people counting once, and by a weight. */
START_TEST(partial_indicators_have_the_numbers_of_R) {
  static const struct {
    const char *weight;
    double rate, r, r_se, sex, sex_se, sex_plain, man, man_se, age, age_se, old, old_se, partial;
  } known[] = {{NULL, 0.54, 0.72414503653395701, 0.054701938397793769, 0.048967768613254511,
                0.029069802627337157, 0.056212292600874042, 0.034814847109628698, 0.020707076097112708,
                0.13518718153279799, 0.027449263538075738, 0.10295492099533611, 0.021838150931590361,
                0.12877863331127459},
               {"d", 0.53733333333333366, 0.72705139531057816, 0.060251928845028828, 0.044605904475687345,
                0.032361571592071363, 0.053883838797387708, 0.031706645113422048, 0.023041921390029113,
                0.13567042570188256, 0.030179479974376974, 0.10402704282530409, 0.023970683317574855,
                0.12880021189143306}};
  surveyed s = survey(DRAWN, ANSWERED, 1, 2);
  const char *const on[] = {"sex", "age"};
  for (size_t i = 0; i < 2; i++) {
    trygg_representativity_options options = {
        .size = sizeof options, .on = on, .on_count = 2, .drawn_weight = known[i].weight};
    trygg_table *table = NULL;
    ck_ok(trygg_model_representativity(s.drawn, &options, &table, &error));
    ck_near(CELL(table, "estimate", "2020", "response_rate", "", ""), known[i].rate, 1e-12);
    ck_near(CELL(table, "estimate", "2020", "r_indicator", "", ""), known[i].r, 1e-11);
    ck_near(CELL(table, "se", "2020", "r_indicator", "", ""), known[i].r_se, 1e-10);
    ck_near(CELL(table, "estimate", "2020", "conditional", "sex", ""), known[i].sex, 1e-10);
    ck_near(CELL(table, "se", "2020", "conditional", "sex", ""), known[i].sex_se, 1e-10);
    ck_near(CELL(table, "estimate", "2020", "conditional_unadjusted", "sex", ""), known[i].sex_plain, 1e-10);
    ck_near(CELL(table, "estimate", "2020", "conditional", "sex", "1"), known[i].man, 1e-10);
    ck_near(CELL(table, "se", "2020", "conditional", "sex", "1"), known[i].man_se, 1e-10);
    ck_near(CELL(table, "estimate", "2020", "conditional", "age", ""), known[i].age, 1e-10);
    ck_near(CELL(table, "se", "2020", "conditional", "age", ""), known[i].age_se, 1e-10);
    ck_near(CELL(table, "estimate", "2020", "conditional", "age", "3"), known[i].old, 1e-10);
    ck_near(CELL(table, "se", "2020", "conditional", "age", "3"), known[i].old_se, 1e-10);
    ck_near(CELL(table, "estimate", "2020", "partial", "age", ""), known[i].partial, 1e-10);
    trygg_table_free(table);
  }
  forget(&s);
}
END_TEST

/* The spread is that between the ages and that within them; and that within them the sum over the sexes. */
START_TEST(partial_indicators_add_up) {
  surveyed s = survey(DRAWN, ANSWERED, 1, 2);
  trygg_table *table = represent(&s, "sex age", NULL);
  double all = (1 - CELL(table, "estimate", "2020", "r_unadjusted", "", "")) / 2;
  double between = CELL(table, "estimate", "2020", "partial_unadjusted", "age", "");
  double within = CELL(table, "estimate", "2020", "conditional_unadjusted", "sex", "");
  ck_near(between * between * 300 / 299 + within * within, all * all, 1e-10);
  ck_near(pow(CELL(table, "estimate", "2020", "conditional", "sex", "1"), 2) +
              pow(CELL(table, "estimate", "2020", "conditional", "sex", "2"), 2),
          pow(CELL(table, "estimate", "2020", "conditional", "sex", ""), 2), 1e-10);
  trygg_table_free(table);
  table = represent(&s, "sex", NULL); /* beside no others */
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    ck_assert_ptr_null(strstr(trygg_table_text(table, row, 1), "conditional"));
  trygg_table_free(table);
  forget(&s);
}
END_TEST

/* |B| <= (1 - R) S(y) / (2 mean), for shares alone. */
START_TEST(bias_is_bounded_by_the_indicator) {
  surveyed s = survey(DRAWN, ANSWERED, 1, 2);
  trygg_estimates *estimates = fixture_estimate(&s.f, NULL, NULL);
  trygg_table *table = represent(&s, "sex age", estimates);
  double p = fixture_get(estimates, "2020", NULL, "yes").estimate;
  ck_near(CELL(table, "estimate", "2020", "bias_bound", "yes"),
          (1 - CELL(table, "estimate", "2020", "r_indicator")) * sqrt(p * (1 - p)) / (2 * 0.54), 1e-12);
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    ck_assert_str_ne(trygg_table_text(table, row, 2), "mean");
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  forget(&s);
}
END_TEST

/* Everybody in one wave would be an error of its own; here everybody of one sex, or in equal shares. */
START_TEST(even_and_extreme_response_has_an_indicator) {
  static const int even[6] = {20, 20, 20, 20, 20, 20}, half[6] = {10, 10, 10, 10, 10, 10};
  static const int men[6] = {20, 20, 20, 5, 5, 5};
  surveyed s = survey(even, half, 1, 2);
  trygg_table *table = represent(&s, "sex age", NULL);
  ck_near(CELL(table, "estimate", "2020", "r_indicator"), 1, 1e-7);
  ck_near(CELL(table, "estimate", "2020", "r_unadjusted"), 1, 1e-7);
  trygg_table_free(table);
  forget(&s);
  s = survey(even, men, 1, 2);
  table = represent(&s, "sex", NULL);
  ck_near(CELL(table, "estimate", "2020", "r_unadjusted"), 1 - 2 * sqrt(0.375 * 0.375 * 120 / 119), 1e-9);
  ck_assert(isnan(CELL(table, "se", "2020", "r_indicator")));
  trygg_table_free(table);
  forget(&s);
}
END_TEST

START_TEST(a_wave_in_which_all_answered_has_1) {
  static const int one[6] = {30, 0, 0, 30, 0, 0};
  surveyed s = survey(one, one, 1, 2);
  char *more = malloc(strlen(s.data) + 64);
  ck_assert_ptr_nonnull(more);
  sprintf(more, "%s2021,1,1,2,,,,,,1\n2021,2,2,1,1,2024-09-01,1,1,3,1\n", s.data);
  free(s.data);
  s.data = more;
  trygg_responses_free(s.drawn);
  ck_ok(load_drawn(&s, &s.drawn));
  trygg_table *table = represent(&s, "sex", NULL);
  ck_near(CELL(table, "estimate", "2020", "r_indicator"), 1, 0);
  ck_assert(isnan(CELL(table, "se", "2020", "r_indicator")));
  ck_near(CELL(table, "estimate", "2020", "response_rate"), 1, 0);
  trygg_table_free(table);
  forget(&s);
}
END_TEST

/* Who did not answer is in no account of interviews, and in no design. */
START_TEST(the_silent_do_not_count_as_interviews) {
  surveyed s = survey(DRAWN, ANSWERED, 2, 2);
  trygg_table *rates = NULL, *kept = NULL;
  trygg_design *design = NULL;
  ck_assert_uint_eq(trygg_responses_count(s.drawn), 600);
  ck_assert_uint_eq(trygg_responses_count(s.f.responses), 324);
  ck_ok(trygg_responses_rates(s.f.responses, &rates, &error));
  ck_ok(trygg_responses_rates(s.drawn, &kept, &error));
  ck_assert_uint_eq(trygg_table_rows(rates), trygg_table_rows(kept));
  for (size_t row = 0; row < trygg_table_rows(rates); row++)
    for (size_t column = 3; column < trygg_table_columns(rates); column++)
      ck_near(trygg_table_number(kept, row, column), trygg_table_number(rates, row, column), 0);
  ck_assert_int_eq(trygg_design_create(s.drawn, NULL, &design, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(design);
  const char *file = "data.csv";
  const trygg_estimate_options *all = NULL;
  trygg_load_options options = {.size = sizeof options, .keep_silent = 1};
  trygg_estimates *estimates = NULL;
  ck_assert_int_eq(
      trygg_estimate_stream(s.f.codebook, &file, 1, &options, NULL, &all, 1, &estimates, NULL, &error),
      TRYGG_EINVAL);
  ck_assert_ptr_null(estimates);
  trygg_table_free(rates);
  trygg_table_free(kept);
  forget(&s);
}
END_TEST

START_TEST(representativity_says_what_it_needs) {
  surveyed s = survey(DRAWN, ANSWERED, 1, 2);
  trygg_table *table = NULL;
  const char *on[] = {"sexx", "h"};
  trygg_representativity_options options = {.size = sizeof options, .on = on, .on_count = 1};
  ck_assert_int_eq(trygg_model_representativity(s.drawn, &options, &table, &error), TRYGG_ENAME);
  options.on = on + 1;
  ck_assert_int_eq(trygg_model_representativity(s.drawn, &options, &table, &error), TRYGG_EINVAL);
  on[0] = "sex";
  options.on = on;
  options.waves = (const char *const[]){"2020", "2202"};
  options.wave_count = 2;
  ck_assert_int_eq(trygg_model_representativity(s.drawn, &options, &table, &error), TRYGG_ENAME);
  ck_assert_str_eq(error.message, "the data have no wave `2202`; the nearest is `2020`");
  options.on_count = options.wave_count = 0;
  ck_assert_int_eq(trygg_model_representativity(s.drawn, &options, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_model_representativity(s.f.responses, &options, &table, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(table);
  forget(&s);
  s = survey(DRAWN, DRAWN, 1, 2);
  ck_assert_int_eq(try_represent(&s, "sex", NULL, &table), TRYGG_EDATA);
  forget(&s);
}
END_TEST

/* ---- late and early, mode and mode ---------------------------------------------------------------------- */

static trygg_table *compare_answers(const fixture *f, int64_t min_n) {
  trygg_nonresponse_options options = {.size = sizeof options, .min_n = min_n};
  trygg_table *table = NULL;
  ck_ok(trygg_model_nonresponse(f->design, &options, &table, &error));
  return table;
}

/* Days as bands and modes as groups, compared as any groups are. */
START_TEST(differences_are_those_of_groups) {
  static const char *const indicators[] = {"yes", "mean", "half"}, *const columns[] = {"difference", "se",
                                                                                       "p"};
  surveyed s = survey(DRAWN, ANSWERED, 2, 2);
  const char *by = "mode";
  trygg_estimate_options what = {.size = sizeof what, .by = &by, .by_count = 1};
  trygg_comparison_options against = {.size = sizeof against, .against = "mode=1"};
  trygg_estimates *estimates = NULL;
  trygg_table *groups = NULL, *table = compare_answers(&s.f, 0);
  ck_ok(trygg_estimate_create(s.f.design, &what, &estimates, &error));
  ck_ok(trygg_inference_compare(estimates, &against, &groups, &error));
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < 3; k++)
      ck_near(CELL(table, columns[k], "2021", indicators[i], "mode", "mode=2", "mode=1"),
              CELL(groups, columns[k], "2021", "2", indicators[i]), 1e-12);
  trygg_table_free(groups);
  trygg_estimate_free(estimates);
  trygg_table_free(table);
  forget(&s);
}
END_TEST

/* Days 1 to 7 come in turn: half have answered on day 4. */
START_TEST(early_is_up_to_the_median_day) {
  surveyed s = survey(DRAWN, ANSWERED, 1, 1);
  trygg_table *table = compare_answers(&s.f, 0);
  double weights[2] = {0, 0}, sums[2] = {0, 0};
  for (int c = 0; c < 6; c++)
    for (int i = 0; i < ANSWERED[c]; i++) {
      int late = 1 + i % 7 > 4;
      weights[late] += 1 + i % 3 + 0.5;
      sums[late] += (1 + i % 3 + 0.5) * (i % 10 < 3);
    }
  ck_near(CELL(table, "difference", "2020", "yes", "timing", "late", "early"),
          sums[1] / weights[1] - sums[0] / weights[0], 1e-13);
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    if (!strcmp(trygg_table_note_key(table, i), "early"))
      ck_assert_str_eq(trygg_table_note_text(table, i), "2020 2024-09-04");
  for (size_t row = 0; row < trygg_table_rows(table); row++) /* one mode: nothing to compare */
    ck_assert_str_eq(trygg_table_text(table, row, 2), "timing");
  trygg_table_free(table);
  forget(&s);
}
END_TEST

START_TEST(three_modes_are_each_compared_with_the_rest) {
  surveyed s = survey(DRAWN, ANSWERED, 1, 3);
  trygg_table *table = compare_answers(&s.f, 0);
  double p[64];
  size_t count = 0;
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    p[count++] = trygg_table_number(table, row, trygg_table_find(table, "p"));
    if (!strcmp(trygg_table_text(table, row, 2), "mode"))
      ck_assert_str_eq(trygg_table_text(table, row, 4), "rest");
  }
  ck_assert_uint_eq(count, 4 + 3 * 4);
  ck_ok(trygg_inference_adjust("holm", p, count, &error));
  for (size_t row = 0; row < count; row++) {
    double adjusted = trygg_table_number(table, row, trygg_table_find(table, "p_adjusted"));
    ck_assert(isnan(p[row]) ? isnan(adjusted) : fabs(p[row] - adjusted) < 1e-14);
  }
  trygg_table_free(table);
  table = compare_answers(&s.f, 1000); /* none will be published: no adjustment */
  for (size_t row = 0; row < count; row++)
    ck_assert(trygg_table_missing(table, row, trygg_table_find(table, "p_adjusted")));
  trygg_table_free(table);
  forget(&s);
}
END_TEST

START_TEST(no_dates_and_no_modes_give_an_empty_table) {
  fixture f = fixture_load(&(fixture_texts){.survey = "type,name,role\nselect_one yn,q,\n",
                                            .choices = "list_name,name\nyn,1\nyn,2\n",
                                            .settings = "form_id,wave\nt,2020\n",
                                            .indicators = "name,type,variable,numerator\nyes,share,q,1\n",
                                            .data = "q\n1\n2\n1\n"});
  trygg_table *table = compare_answers(&f, 0);
  ck_assert_uint_eq(trygg_table_rows(table), 0);
  ck_assert_uint_ge(trygg_table_notes(table), 2);
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

/* ---- tipping points -------------------------------------------------------------------------------------- */

static trygg_table *tip(const trygg_estimates *estimates) {
  trygg_table *table = NULL;
  ck_ok(trygg_model_tipping(estimates, NULL, &table, &error));
  return table;
}

/* r p + (1 - r) q is the reference. */
START_TEST(at_the_tipping_point_the_whole_is_at_the_reference) {
  surveyed s = survey(DRAWN, ANSWERED, 2, 2);
  trygg_estimates *estimates = fixture_estimate(&s.f, "sex", NULL);
  trygg_table *table = tip(estimates);
  size_t rows = trygg_table_rows(table), rate = trygg_table_find(table, "rate");
  ck_assert_uint_eq(rows, 2 * (2 + 3 + 3) + 3); /* ends, and the total of a sex; 2021 with the wave before */
  for (size_t row = 0; row < rows; row++) {
    double r = trygg_table_number(table, row, rate), p = trygg_table_number(table, row, rate + 1);
    double c = trygg_table_number(table, row, rate + 2), q = trygg_table_number(table, row, rate + 3);
    ck_near(r, 0.54, 1e-13);
    ck_near(r * p + (1 - r) * q, c, 1e-13);
    ck_assert_int_eq(strstr(trygg_table_text(table, row, rate + 4), "impossible") != NULL, q < 0 || q > 1);
    ck_assert_str_eq(trygg_table_text(table, row, 2), "yes");
  }
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  forget(&s);
}
END_TEST

/* Of 3 answers in 10 have it; at a rate of 0.97 nobody can bring it to the ends of a wide interval. */
START_TEST(few_silent_overturn_nothing) {
  static const int drawn[6] = {21, 20, 20, 20, 20, 20}, answered[6] = {20, 20, 20, 20, 20, 20};
  surveyed s = survey(drawn, answered, 1, 2);
  trygg_estimates *estimates = fixture_estimate(&s.f, NULL, NULL);
  trygg_table *table = tip(estimates);
  ck_assert_uint_eq(trygg_table_rows(table), 2);
  for (size_t row = 0; row < 2; row++)
    ck_assert_ptr_nonnull(
        strstr(trygg_table_text(table, row, trygg_table_find(table, "flag")), "impossible"));
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  forget(&s);
}
END_TEST

/* ---- for all ------------------------------------------------------------------------------------------------ */

/* Rows about fewer people than are published are suppressed, whatever the table. */
START_TEST(nothing_is_said_of_few_people) {
  static const int drawn[6] = {60, 60, 8, 60, 60, 4}, answered[6] = {30, 31, 4, 33, 34, 2};
  surveyed s = survey(drawn, answered, 1, 2);
  trygg_disclosure_options options = {.size = sizeof options};
  trygg_table *table = represent(&s, "sex age", NULL);
  trygg_publication *publication = NULL;
  ck_ok(trygg_disclosure_publish(table, &options, &publication, &error));
  const trygg_table *out = trygg_disclosure_table(publication);
  ck_assert(isnan(CELL(out, "estimate", "2020", "response_rate", "age", "3")));
  ck_assert(isnan(CELL(out, "estimate", "2020", "partial", "age", "3")));
  ck_assert(isnan(CELL(out, "estimate", "2020", "partial", "age", "")));
  ck_assert(!isnan(CELL(out, "estimate", "2020", "partial", "sex", "")));
  trygg_disclosure_free(publication);
  trygg_table_free(table);
  forget(&s);
}
END_TEST

START_TEST(every_allocation_may_fail) {
  static const int drawn[6] = {4, 3, 2, 4, 3, 3}, answered[6] = {2, 2, 1, 1, 2, 2};
  surveyed s = survey(drawn, answered, 2, 2);
  trygg_estimates *estimates = fixture_estimate(&s.f, "sex", NULL);
  trygg_nonresponse_options options = {.size = sizeof options};
  for (int what = 0; what < 4; what++)
    for (int for_ever = 0; for_ever < 2; for_ever++) {
      trygg_status status = TRYGG_ENOMEM;
      for (long after = 0; status == TRYGG_ENOMEM; after++) {
        trygg_table *table = NULL;
        trygg_responses *drawn_again = NULL;
        tg_memory_fail(after, for_ever);
        status = what == 0   ? try_represent(&s, "sex age", estimates, &table)
                 : what == 1 ? trygg_model_nonresponse(s.f.design, &options, &table, &error)
                 : what == 2 ? trygg_model_tipping(estimates, NULL, &table, &error)
                             : load_drawn(&s, &drawn_again);
        tg_memory_fail(-1, 0);
        ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%s", error.message);
        ck_assert(status == TRYGG_OK || (table == NULL && drawn_again == NULL));
        ck_assert_int_lt(after, 5000);
        trygg_table_free(table);
        trygg_responses_free(drawn_again);
      }
    }
  trygg_estimate_free(estimates);
  forget(&s);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("nonresponse");
  TCase *all = tcase_create("nonresponse");
  tcase_add_test(all, indicators_have_the_numbers_of_R);
  tcase_add_test(all, two_groups_are_as_by_hand);
  tcase_add_test(all, bias_is_bounded_by_the_indicator);
  tcase_add_test(all, even_and_extreme_response_has_an_indicator);
  tcase_add_test(all, a_wave_in_which_all_answered_has_1);
  tcase_add_test(all, the_silent_do_not_count_as_interviews);
  tcase_add_test(all, partial_indicators_have_the_numbers_of_R);
  tcase_add_test(all, partial_indicators_add_up);
  tcase_add_test(all, representativity_says_what_it_needs);
  tcase_add_test(all, differences_are_those_of_groups);
  tcase_add_test(all, early_is_up_to_the_median_day);
  tcase_add_test(all, three_modes_are_each_compared_with_the_rest);
  tcase_add_test(all, no_dates_and_no_modes_give_an_empty_table);
  tcase_add_test(all, at_the_tipping_point_the_whole_is_at_the_reference);
  tcase_add_test(all, few_silent_overturn_nothing);
  tcase_add_test(all, nothing_is_said_of_few_people);
  tcase_add_test(all, every_allocation_may_fail);
  suite_add_tcase(s, all);
  return s;
}

int main(void) {
  return run_suite(suite());
}
