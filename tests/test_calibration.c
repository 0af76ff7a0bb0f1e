/* SPDX-License-Identifier: GPL-3.0-or-later */
/* margins.csv, design weights, calibration and the variance of what is calibrated. */
#include <math.h>
#include <stdio.h>
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

static Suite *calibration_suite(void) {
  Suite *suite = suite_create("calibration");
  TCase *margins = tcase_create("margins");
  tcase_add_loop_test(margins, fault_of_a_margin_is_told_with_its_place, 0,
                      sizeof margin_faults / sizeof *margin_faults);
  tcase_add_test(margins, margins_are_read);
  suite_add_tcase(suite, margins);
  return suite;
}

int main(void) {
  return run_suite(calibration_suite());
}
