/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every type of indicator on a few records whose values are worked out by hand, and every fault of a definition. */
#include <indicator/indicator.h>

#include <math.h>
#include <string.h>

#include "fixture.h"

#define SURVEY                                                                                                             \
  "type,name,role,missing\ndecimal,w,weight,\nselect_one five,q1,,\nselect_one other,q2,,\ninteger,number,,99=no_answer\n" \
  "decimal,size,,\nselect_one yn,owner,,\ntext,remark,,\n"
#define CHOICES                                                                                              \
  "list_name,name,missing,score\nfive,1,,10\nfive,2,,\nfive,3,,\nfive,4,,\nfive,5,,\nfive,8,dont_know,\n"    \
  "five,9,not_applicable,\nother,1,,\nother,2,,\nother,3,,\nother,4,,\nother,5,,\nyn,1,,\nyn,2,,\n"
/* q1: 1 2 8 (empty) 9 5 */
#define DATA                                                                                                 \
  "w,q1,q2,number,size,owner\n1,1,5,3,2,1\n1,2,,0,1,2\n1,8,4,99,4,1\n1,,,7,,1\n1,9,2,1,5,1\n1,5,1,2,1,2\n"

/* Expected state (0 outside, 1 inside, 2 missing) and y of the six records. */
static const struct {
  const char *row; /* type,variable,numerator,denominator,where,min_valid,low,high */
  unsigned char state[6];
  double y[6];
} cases[] = {
    {"share,q1,1 2,,,,,", {1, 1, 2, 2, 2, 1}, {1, 1, 0, 0, 0, 0}},
    {"share,q1,1..2,valid dont_know,,,,", {1, 1, 1, 2, 2, 1}, {1, 1, 0, 0, 0, 0}},
    {"share,q1,1,applicable,,,,", {1, 1, 1, 1, 2, 1}, {1, 0, 0, 0, 0, 0}},
    {"share,q1,1,all,,,,", {1, 1, 1, 1, 1, 1}, {1, 0, 0, 0, 0, 0}},
    {"share,q1,1,1 2,,,,", {1, 1, 2, 2, 2, 2}, {1, 0, 0, 0, 0, 0}},
    {"share,q1,1,valid 8,,,,", {1, 1, 1, 2, 2, 1}, {1, 0, 0, 0, 0, 0}},
    {"share,q1,1,,owner=1,,,", {1, 0, 2, 2, 2, 0}, {1, 0, 0, 0, 0, 0}},
    {"share,number,1..3,,,,,", {1, 1, 2, 1, 1, 1}, {1, 0, 0, 0, 1, 1}},
    {"any,q1 q2,5,,,,,", {1, 2, 2, 2, 2, 1}, {1, 0, 0, 0, 0, 1}},
    {"any,q1 q2,5,,,1,,", {1, 1, 1, 2, 1, 1}, {1, 0, 0, 0, 0, 1}},
    {"mean,number,,,,,,", {1, 1, 2, 1, 1, 1}, {3, 0, 0, 7, 1, 2}},
    {"mean,q1,,,,,,", {1, 1, 2, 2, 2, 1}, {10, 2, 0, 0, 0, 5}},
    {"total,number,,,,,,", {1, 1, 2, 1, 1, 1}, {3, 0, 0, 7, 1, 2}},
    {"total,q1,2,,,,,", {1, 1, 2, 2, 0, 1}, {0, 1, 0, 0, 0, 0}},
    {"ratio,number,,size,,,,", {1, 1, 2, 2, 1, 1}, {3, 0, 0, 0, 1, 2}},
    {"quantile,number,0.5,,,,,", {1, 1, 2, 1, 1, 1}, {3, 0, 0, 7, 1, 2}},
    {"scale,-q2,,,,,1,5", {1, 2, 1, 2, 1, 1}, {0, 0, 25, 0, 75, 100}},
    {"scale,number q2,,,,1,0,10", {1, 1, 1, 1, 1, 1}, {40, 0, 40, 70, 15, 15}},
};

static fixture_texts with_row(const char *row, char text[400]) {
  strcpy(text, "name,type,variable,numerator,denominator,where,min_valid,low,high\nx,");
  strcat(text, row);
  strcat(text, "\n");
  return (fixture_texts){.survey = SURVEY, .choices = CHOICES, .indicators = text, .data = DATA};
}

START_TEST(values_are_those_worked_out_by_hand) {
  char text[400];
  fixture_texts texts = with_row(cases[_i].row, text);
  fixture f = fixture_load(&texts);
  tg_indicators list = {0};
  double y[6], x[6];
  unsigned char state[6];
  tg_values values = {y, x, state};
  trygg_error error = {0};
  ck_ok(tg_indicator_select(f.codebook, NULL, 0, &list, &error));
  ck_assert_uint_eq(list.count, 1);
  tg_indicator_evaluate(&list.list[0], f.responses, 0, 6, &values);
  for (int i = 0; i < 6; i++) {
    ck_assert_msg(state[i] == cases[_i].state[i], "%s: record %d has state %d", cases[_i].row, i, state[i]);
    if (state[i] == TG_INSIDE)
      ck_assert_msg(nearly(y[i], cases[_i].y[i], 1e-14), "%s: record %d is %g", cases[_i].row, i, y[i]);
  }
  if (strstr(cases[_i].row, "ratio"))
    ck_near(x[0], 2, 0);
  tg_indicator_clear(&list);
  fixture_free(&f);
}
END_TEST

static const struct {
  const char *row, *field, *words;
  trygg_status status;
} faults[] = {
    {"shar,q1,1,,,,,", "type", "`share`", TRYGG_ENAME},
    {"share,q1,,,,,,", "numerator", "problem answers", TRYGG_ECODEBOOK},
    {"share,q1,7,,,,,", "numerator", "", TRYGG_ENAME},
    {"share,q1 q2,1,,,,,", "variable", "one variable", TRYGG_ECODEBOOK},
    {"share,q1,1,dont_knw,,,,", "denominator", "", TRYGG_ENAME},
    {"share,-q1,1,,,,,", "variable", "scale", TRYGG_ECODEBOOK},
    {"mean,number,1,,,,,", "numerator", "empty", TRYGG_ECODEBOOK},
    {"any,q1 q2,1,,,3,,", "min_valid", "number of variables", TRYGG_ECODEBOOK},
    {"scale,q1,,,,,5,1", "low", "below", TRYGG_ECODEBOOK},
    {"scale,q1,,,,,,", "low", "below", TRYGG_ECODEBOOK},
    {"ratio,number,,,,,,", "denominator", "needs a variable", TRYGG_ECODEBOOK},
    {"ratio,number,,siz,,,,", "denominator", "`size`", TRYGG_ENAME},
    {"mean,remark,,,,,,", "variable", "numbers", TRYGG_ECODEBOOK},
    {"quantile,number,,,,,,", "numerator", "probability", TRYGG_ECODEBOOK},
    {"quantile,number,1.5,,,,,", "numerator", "between 0 and 1", TRYGG_ECODEBOOK},
    {"quantile,number,0.5 hf10,,,,,", "numerator", "did you mean `hf1`", TRYGG_ENAME},
    {"variance,number q2,,,,,,", "variable", "one variable", TRYGG_ECODEBOOK},
    {"variance,remark,,,,,,", "variable", "numbers", TRYGG_ECODEBOOK},
    {"correlation,number,,,,,,", "variable", "two variables", TRYGG_ECODEBOOK},
    {"correlation,number q2 size,,,,,,", "variable", "two variables", TRYGG_ECODEBOOK},
    {"alpha,q2,,,,,,", "variable", "two items", TRYGG_ECODEBOOK},
    {"alpha,q2 -number,,,,,,", "low", "below", TRYGG_ECODEBOOK},
    {"expression,,,,,,,", "numerator", "numerator", TRYGG_ECODEBOOK},
    {"expression,number,x + 1,,,,,", "variable", "no variable", TRYGG_ECODEBOOK},
    {"expression,,x,,owner=1,,,", "where", "indicators of the formula", TRYGG_ECODEBOOK},
    {"expression,,x + 1,,,,,", "numerator", "made of itself", TRYGG_ECODEBOOK},
    {"expression,,y,,,,,", "numerator", "`y`", TRYGG_ENAME},
    {"expression,,2 * (x,,,,,", "numerator", "at character 7 of the formula: `)` was expected",
     TRYGG_ECODEBOOK},
    {"expression,,2 * x),,,,,", "numerator", "at character 6 of the formula, `)`: an operator",
     TRYGG_ECODEBOOK},
    {"expression,,2 + 3,,,,,", "numerator", "no indicator", TRYGG_ECODEBOOK},
    {"expression,,x x,,,,,", "numerator", "an operator was expected", TRYGG_ECODEBOOK},
    {"expression,,x / * 2,,,,,", "numerator", "a number, an indicator or `(`", TRYGG_ECODEBOOK},
    {"expression,,x / ,,,,,", "numerator", "a number, an indicator or `(`", TRYGG_ECODEBOOK},
    {"expression,,1.2.3 * x,,,,,", "numerator", "`1.2.3`: this is no number", TRYGG_ECODEBOOK},
    {"expression,,log x,,,,,", "numerator", "`log`", TRYGG_ENAME},
};

START_TEST(faults_are_told_with_place_and_nearest_name) {
  char text[400];
  fixture_texts texts = with_row(faults[_i].row, text);
  fixture f = fixture_load(&texts);
  trygg_error error = {0};
  ck_assert_msg(trygg_indicator_check(f.codebook, &error) == faults[_i].status, "%s: %s", faults[_i].row,
                error.message);
  ck_assert_msg(!strcmp(error.field, faults[_i].field), "%s: field %s: %s", faults[_i].row, error.field,
                error.message);
  ck_assert_int_eq((int)error.line, 2);
  ck_assert_msg(strstr(error.message, faults[_i].words) != NULL, "%s", error.message);
  fixture_free(&f);
}
END_TEST

START_TEST(variables_become_shares_or_means) {
  char text[400];
  fixture_texts texts = with_row("share,q1,1,,,,,", text);
  fixture f = fixture_load(&texts);
  tg_indicators list = {0};
  trygg_error error = {0};
  ck_ok(tg_indicator_select(f.codebook, (const char *const[]){"q1", "number"}, 2, &list, &error));
  ck_assert_uint_eq(list.count, 6); /* five valid answers and a mean */
  ck_assert_str_eq(list.list[0].name, "q1=1");
  ck_assert_str_eq(list.list[5].name, "number");
  ck_assert_str_eq(list.list[5].type->name, "mean");
  tg_indicator_clear(&list);
  ck_assert_int_eq(tg_indicator_select(f.codebook, (const char *const[]){"numbr"}, 1, &list, &error),
                   TRYGG_ENAME);
  ck_assert_uint_eq(list.count, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(every_type_is_listed_with_help) {
  size_t i = 0;
  for (; trygg_indicator_type(i); i++)
    ck_assert(strlen(trygg_indicator_help(i)) > 10);
  ck_assert_uint_eq(i, tg_indicator_type_count);
  ck_assert_ptr_null(trygg_indicator_help(i));
}
END_TEST

START_TEST(failing_allocations_leave_nothing) {
  static const char *const rows[] = {
      "any,q1 q2,1 2,valid dont_know 5,owner=1 q2=1..3,1,,", "alpha,q2 number -size,,,,,1,9",
      "share,q1,1,,,,,\ny,mean,number,,,,,,\nz,expression,,(x - y) / exp(x ^ 2),,,,,"};
  char text[400];
  fixture_texts texts = with_row(rows[_i], text);
  fixture f = fixture_load(&texts);
  tg_indicators list = {0};
  trygg_status status = TRYGG_ENOMEM;
  for (long k = 0; status != TRYGG_OK; k++) {
    trygg_error error = {0};
    ck_assert_int_lt((int)k, 500);
    tg_memory_fail(k, 0);
    status = tg_indicator_select(f.codebook, NULL, 0, &list, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%d: %d %s", (int)k, (int)status,
                  error.message);
  }
  tg_indicator_clear(&list);
  fixture_free(&f);
}
END_TEST

START_TEST(codebook_says_what_it_declares) {
  fixture f = fixture_load(&(fixture_texts){
      .settings = "form_title,form_id,version\nSafety in Town,town,3\n",
      .survey = "type,name,role\ntext,area,domain\ndecimal,w,weight\ntext,town,domain\ndecimal,x,\n",
      .indicators = "name,type,variable,better\nm,mean,x,low\n",
      .data = "area,w,town,x\na,1,b,2\n"});
  ck_assert_str_eq(trygg_codebook_domain(f.codebook, 0), "area");
  ck_assert_str_eq(trygg_codebook_domain(f.codebook, 1), "town");
  ck_assert_ptr_null(trygg_codebook_domain(f.codebook, 2));
  ck_assert_str_eq(trygg_codebook_declared(f.codebook, "m", "better"), "low");
  ck_assert_str_eq(trygg_codebook_declared(f.codebook, "m", "topic"), "");
  ck_assert_ptr_null(trygg_codebook_declared(f.codebook, "m", "colour"));
  ck_assert_ptr_null(trygg_codebook_declared(f.codebook, "n", "better"));
  ck_assert_str_eq(trygg_codebook_form_title(f.codebook), "Safety in Town");
  fixture_free(&f);
}
END_TEST

static Suite *indicator_suite(void) {
  Suite *suite = suite_create("indicator");
  TCase *tests = tcase_create("indicator");
  tcase_add_loop_test(tests, values_are_those_worked_out_by_hand, 0, (int)(sizeof cases / sizeof *cases));
  tcase_add_loop_test(tests, faults_are_told_with_place_and_nearest_name, 0,
                      (int)(sizeof faults / sizeof *faults));
  tcase_add_test(tests, variables_become_shares_or_means);
  tcase_add_test(tests, every_type_is_listed_with_help);
  tcase_add_loop_test(tests, failing_allocations_leave_nothing, 0, 3);
  tcase_add_test(tests, codebook_says_what_it_declares);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(indicator_suite());
}
