/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIST's regressions and analyses of variance through a whole survey: text, design, model.  The digits asked for are those
 * of exact arithmetic on the data as doubles, less a little. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/model.h>

#include <base/number.h>

#include "fixture.h"
#include "nist.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static trygg_error error;

/* Correct digits: 15 at most. */
static double digits_of(double met, double certified) {
  return met == certified ? 15 : fmin(15, -log10(fabs(met - certified) / fabs(certified)));
}

#define ck_digits(met, certified, least)                                                                     \
  do {                                                                                                       \
    double ck_met = (met), ck_certified = (certified);                                                       \
    ck_assert_msg(digits_of(ck_met, ck_certified) >= (least), "%s = %.17g, certified %.15g: %.1f digits",    \
                  #met, ck_met, ck_certified, digits_of(ck_met, ck_certified));                              \
  } while (0)

/* A growing text. */
typedef struct text {
  char *bytes;
  size_t length, capacity;
} text;

static void put(text *t, const char *string) {
  size_t length = strlen(string);
  if (t->length + length + 1 > t->capacity) {
    t->capacity = 2 * (t->length + length + 1);
    t->bytes = realloc(t->bytes, t->capacity);
    ck_assert_ptr_nonnull(t->bytes);
  }
  memcpy(t->bytes + t->length, string, length + 1);
  t->length += length;
}

static void put_number(text *t, double value, const char *end) {
  char number[TG_NUMBER_SIZE];
  put(t, tg_number_format(number, value));
  put(t, end);
}

/* Rows of an outcome and `columns` numbers x1, x2, ... */
static trygg_model *fit(const double *rows, size_t count, size_t columns, int no_intercept) {
  text survey = {0}, data = {0};
  char names[10][24];
  const char *on[10];
  trygg_model_options options = {
      .size = sizeof options, .outcome = "y", .on = on, .on_count = columns, .no_intercept = no_intercept};
  trygg_model *model = NULL;
  fixture f;
  put(&survey, "type,name\ndecimal,y\n");
  put(&data, "y");
  for (size_t j = 0; j < columns; j++) {
    snprintf(names[j], sizeof names[j], "x%zu", j);
    on[j] = names[j];
    put(&survey, "decimal,");
    put(&survey, names[j]);
    put(&survey, "\n");
    put(&data, ",");
    put(&data, names[j]);
  }
  put(&data, "\n");
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j <= columns; j++)
      put_number(&data, rows[i * (columns + 1) + j], j < columns ? "," : "\n");
  f = fixture_load(&(fixture_texts){.survey = survey.bytes, .data = data.bytes});
  ck_ok(trygg_model_create(f.design, &options, &model, &error));
  fixture_free(&f);
  free(survey.bytes);
  free(data.bytes);
  return model;
}

/* Coefficients, residual sum of squares and R2. */
static void check(trygg_model *model, const double *certified, size_t count, double least, double residual,
                  double r2, double least_of_squares) {
  trygg_model_summary summary = trygg_model_summarize(model);
  ck_assert_uint_eq(summary.coefficients, count);
  for (size_t j = 0; j < count; j++)
    ck_digits(trygg_model_get(model, j).estimate, certified[j], least);
  if (residual > 0) {
    ck_digits(summary.residual, residual, least_of_squares);
    ck_digits(1 - summary.residual / summary.total, r2, fmin(13, least_of_squares + 4));
  }
  trygg_model_free(model);
}

START_TEST(nist_norris) {
  check(fit(&norris[0][0], COUNT(norris), 1, 0), (const double[]){-0.262323073774029, 1.00211681802045}, 2,
        13.9, 26.6173985294224, 0.999993745883712, 12.5);
}
END_TEST

START_TEST(nist_no_intercept) {
  double rows[22];
  for (int i = 0; i < 11; i++) {
    rows[2 * i] = 130 + i;
    rows[2 * i + 1] = 60 + i;
  }
  check(fit(rows, 11, 1, 1), (const double[]){2.07438016528926}, 1, 14.5, 127.272727272727, 0.999365492298663,
        13);
  check(fit((const double[]){3, 4, 4, 5, 4, 6}, 3, 1, 1), (const double[]){0.727272727272727}, 1, 14.5,
        2 * 0.136363636363636, 0.993348115299335, 13);
}
END_TEST

START_TEST(nist_longley) {
  static const double certified[] = {-3482258.63459582, 15.0618722713733,  -0.0358191792925910,
                                     -2.02022980381683, -1.03322686717359, -0.0511041056535807,
                                     1829.15146461355};
  check(fit(&longley[0][0], COUNT(longley), 6, 0), certified, 7, 14.3, 836424.055505915, 0.995479004577296,
        12.5);
}
END_TEST

START_TEST(nist_wampler) {
  static const double ones[] = {1, 1, 1, 1, 1, 1}, tenths[] = {1, 0.1, 0.01, 0.001, 0.0001, 0.00001};
  static const double factors[] = {0, 0, 1, 100, 10000}, least[] = {14.5, 13, 14.5, 14.5, 14.5};
  double rows[21 * 6], mse = 5570284.53333333 * factors[_i] * factors[_i];
  for (int i = 0; i < 21; i++) {
    double power = 1, sum = 0, decimal = 0;
    for (int k = 0; k < 6; k++, power *= i) {
      if (k > 0)
        rows[6 * i + k] = power;
      sum += power;
      decimal += power * pow(10, 5 - k);
    }
    rows[6 * i] = _i == 1 ? decimal / 1e5 : sum + factors[_i] * wampler_shifts[i];
  }
  check(fit(rows, 21, 5, 0), _i == 1 ? tenths : ones, 6, least[_i], 15 * mse,
        _i == 2   ? 0.999995559025820
        : _i == 3 ? 0.957478440825662
                  : 0.224668921574940E-02,
        13);
}
END_TEST

START_TEST(nist_filip) {
  static const double certified[] = {-1467.48961422980,    -2772.17959193342,     -2316.37108160893,
                                     -1127.97394098372,    -354.478233703349,     -75.1242017393757,
                                     -10.8753180355343,    -1.06221498588947,     -0.0670191154593408,
                                     -0.00246781078275479, -0.0000402962525080404};
  double rows[82 * 11];
  for (size_t i = 0; i < 82; i++) {
    rows[11 * i] = filip[i][0];
    for (int k = 1; k < 11; k++)
      rows[11 * i + (size_t)k] = pow(filip[i][1], k);
  }
  check(fit(rows, 82, 10, 0), certified, 11, 7.5, 0.795851382172941E-03, 0.996727416185620, 7.5);
}
END_TEST

/* ---- analysis of variance: an outcome on groups ---------------------------------------------------- */

/* F = (total - residual) / between over residual / within; the groups are 1, 2, ... */
static double variance_ratio(const char *data, double between, double within) {
  fixture f = fixture_load(&(fixture_texts){
      .survey = "type,name\nselect_one g,g\ndecimal,y\n",
      .choices = "list_name,name,label\ng,1,A\ng,2,B\ng,3,C\ng,4,D\ng,5,E\ng,6,F\ng,7,G\ng,8,H\ng,9,I\n",
      .data = data});
  const char *on = "g";
  trygg_model_options options = {.size = sizeof options, .outcome = "y", .on = &on, .on_count = 1};
  trygg_model *model = NULL;
  trygg_model_summary summary;
  ck_ok(trygg_model_create(f.design, &options, &model, &error));
  summary = trygg_model_summarize(model);
  trygg_model_free(model);
  fixture_free(&f);
  return (summary.total - summary.residual) / between / (summary.residual / within);
}

/* Simon and Lesage 1 to 9: tenths beside a large number, which are printed as decimals. */
static text simon_lesage(const char *whole, size_t records) {
  static const int first[] = {4, 3, 5, 3, 5, 3, 5, 3, 5};
  text data = {0};
  char line[64];
  put(&data, "g,y\n");
  for (int g = 1; g <= 9; g++)
    for (size_t i = 0; i < records; i++) {
      int tenth = first[g - 1] + (i == 0 ? 0 : i % 2 ? -1 : 1);
      snprintf(line, sizeof line, "%d,%s.%d\n", g, whole, tenth);
      put(&data, line);
    }
  return data;
}

START_TEST(nist_simon_lesage) {
  static const char *const wholes[] = {"1", "1000000", "1000000000000"};
  static const size_t records[] = {21, 201, 2001};
  static const double f[] = {21, 201, 2001};
  static const double ceilings[3][3] = {{15, 15, 15}, {10.4, 10.2, 10.2}, {4.4, 4.2, 4.2}};
  int size = _i % 3;
  text data = simon_lesage(wholes[_i / 3], records[size]);
  double met = variance_ratio(data.bytes, 8, 9 * ((double)records[size] - 1));
  printf("SmLs%02d %.1f digits\n", _i + 1, digits_of(met, f[size]));
  ck_digits(met, f[size], fmin(ceilings[_i / 3][size] - 0.1, 14.4));
  free(data.bytes);
}
END_TEST

START_TEST(nist_sirstv) {
  static const char data[] =
      "g,y\n1,196.3052\n1,196.1240\n1,196.1890\n1,196.2569\n1,196.3403\n2,196.3042\n2,196.3825\n2,196.1669\n"
      "2,196.3257\n2,196.0422\n3,196.1303\n3,196.2005\n3,196.2889\n3,196.0343\n3,196.1811\n4,196.2795\n4,196.1748\n"
      "4,196.1494\n4,196.1485\n4,195.9885\n5,196.2119\n5,196.1051\n5,196.1850\n5,196.0052\n5,196.2090\n";
  ck_digits(variance_ratio(data, 4, 20), 1.18046237440255, 13);
}
END_TEST

/* Atomic weight of silver: seven digits in common. */
START_TEST(nist_atmwtag) {
  static const char *const fractions[2] = {
      "8681568 8681465 8681572 8681785 8681446 8681903 8681526 8681494 8681616 8681587 8681519 8681486 8681419 "
      "8681569 8681508 8681672 8681385 8681518 8681662 8681424 8681360 8681333 8681610 8681477",
      "8681079 8681344 8681513 8681197 8681604 8681385 8681642 8681365 8681151 8681082 8681517 8681448 8681198 "
      "8681482 8681334 8681609 8681101 8681512 8681469 8681360 8681254 8681261 8681450 8681368"};
  text data = {0};
  char line[64];
  put(&data, "g,y\n");
  for (int g = 0; g < 2; g++)
    for (const char *at = fractions[g]; strlen(at) >= 7; at += strlen(at) > 7 ? 8 : 7) {
      snprintf(line, sizeof line, "%d,107.%.7s\n", g + 1, at);
      put(&data, line);
    }
  ck_digits(variance_ratio(data.bytes, 1, 46), 15.9467335677930, 10.1);
  free(data.bytes);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("regression");
  TCase *lines = tcase_create("lines"), *groups = tcase_create("groups");
  tcase_add_test(lines, nist_norris);
  tcase_add_test(lines, nist_no_intercept);
  tcase_add_test(lines, nist_longley);
  tcase_add_loop_test(lines, nist_wampler, 0, 5);
  tcase_add_test(lines, nist_filip);
  suite_add_tcase(s, lines);
  tcase_add_loop_test(groups, nist_simon_lesage, 0, 9);
  tcase_add_test(groups, nist_sirstv);
  tcase_add_test(groups, nist_atmwtag);
  tcase_set_timeout(groups, 60);
  suite_add_tcase(s, groups);
  return s;
}

int main(void) {
  return run_suite(suite());
}
