/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates before and after weighting: differences and their errors against R (tests/golden/weighting.csv), the two
 * estimates against those of the two designs, and the edges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/model.h>

#include <base/memory.h>
#include <base/number.h>
#include <design/design.h>

#include "fixture.h"

static trygg_error error;

/* ---- the schools of R survey --------------------------------------------------------------------------- */

#define TYPES "variables,category,total\nstype,E,4421\nstype,H,755\nstype,M,1018\n"
#define TYPES_INDEX TYPES "api99,,3914069\n"
#define WIDE_INDEX "variables,category,total\nsch_wide,Yes,5122\nsch_wide,No,1072\napi99,,3914069\n"

static const struct {
  const char *name, *folder, *margins, *calibrate;
} cases[] = {
    {"poststratified", "apiclus1", TYPES, "linear"},
    {"linear", "apiclus1", TYPES_INDEX, "linear"},
    {"rake", "apiclus1", TYPES_INDEX, "rake"},
    {"records", "apistrat", WIDE_INDEX, "linear"},
};

static char *read_table(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/data/golden/%s%s%s.csv", tests_folder(), folder, *name ? "/" : "", name);
  return fixture_read_text(path);
}

static fixture schools(const char *folder, const char *margins, const char *calibrate, const char *variance) {
  char *texts[] = {read_table(folder, "settings"), read_table(folder, "survey"),
                   read_table(folder, "choices"), read_table(folder, "indicators"), read_table(folder, "")};
  fixture f = fixture_load(&(fixture_texts){.settings = texts[0],
                                            .survey = texts[1],
                                            .choices = texts[2],
                                            .indicators = texts[3],
                                            .data = texts[4],
                                            .margins = margins,
                                            .calibrate = calibrate,
                                            .variance = variance});
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    free(texts[i]);
  return f;
}

static trygg_status try_weighting(const fixture *f, const char *by, const char *indicator,
                                  trygg_table **out) {
  const trygg_estimate_options what = {.size = sizeof what,
                                       .by = &by,
                                       .by_count = by != NULL,
                                       .indicators = &indicator,
                                       .indicator_count = indicator != NULL,
                                       .threads = 1};
  const trygg_nonresponse_options options = {.size = sizeof options, .estimates = &what};
  return trygg_model_weighting(f->design, &options, out, &error);
}

static trygg_table *weighting(const fixture *f, const char *by, const char *indicator) {
  trygg_table *table = NULL;
  ck_ok(try_weighting(f, by, indicator, &table));
  return table;
}

/* A figure of an indicator, in a group where there are any (`code` empty: in all). */
static double figure(const trygg_table *table, const char *code, const char *indicator, const char *column) {
  size_t of = trygg_table_find(table, "indicator");
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    if (!strcmp(trygg_table_text(table, row, of), indicator) &&
        (of == 1 || !strcmp(trygg_table_text(table, row, 1), code)))
      return trygg_table_number(table, row, trygg_table_find(table, column));
  ck_abort_msg("no row %s %s", code, indicator);
  return NAN;
}

START_TEST(differences_have_the_numbers_of_R) {
  fixture f = schools(cases[_i].folder, cases[_i].margins, cases[_i].calibrate, NULL);
  trygg_table *in_all = weighting(&f, NULL, NULL), *by_code = weighting(&f, "comp_imp", NULL);
  char path[4096], line[512];
  size_t compared = 0;
  double largest = 0;
  FILE *file;
  snprintf(path, sizeof path, "%s/golden/weighting.csv", tests_folder());
  file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file)) {
    char *cells[5], *next = line;
    double value, met;
    for (size_t i = 0; i < 5; i++)
      cells[i] = strsep(&next, ",\n");
    if (strcmp(cells[0], cases[_i].name))
      continue;
    ck_assert_int_eq(tg_number_parse(cells[4], strlen(cells[4]), '.', &value), 0);
    met = figure(*cells[1] ? by_code : in_all, cells[1], cells[2], cells[3]);
    /* A difference has lost the digits that its sides share; after calibration to it a mean has no error. */
    if (fabs(value) > 1e-9) {
      double size = strcmp(cells[3], "difference")
                        ? fabs(value)
                        : fabs(figure(*cells[1] ? by_code : in_all, cells[1], cells[2], "after"));
      ck_assert_msg(fabs(met - value) <= 1e-10 * size, "%s, %s %s %s: %.17g, expected %.17g", cells[0],
                    cells[1], cells[2], cells[3], met, value);
      largest = fmax(largest, fabs(met - value) / size);
    } else {
      ck_assert_double_le(fabs(met), 1e-7);
    }
    compared++;
  }
  fclose(file);
  printf("%s: %zu numbers, largest difference %.1e\n", cases[_i].name, compared, largest);
  ck_assert_uint_gt(compared, 120);
  trygg_table_free(in_all);
  trygg_table_free(by_code);
  fixture_free(&f);
}
END_TEST

/* Every indicator, quantiles and functions too, stands there as the designs without and with calibration have it. */
START_TEST(both_estimates_are_those_of_the_two_designs) {
  fixture after = schools("apiclus1", TYPES_INDEX, "rake", NULL),
          before = schools("apiclus1", NULL, NULL, NULL);
  trygg_table *table = weighting(&after, "stype", NULL);
  trygg_estimates *a = fixture_estimate(&after, "stype", NULL), *b = fixture_estimate(&before, "stype", NULL);
  ck_assert_uint_eq(trygg_table_rows(table), trygg_estimate_count(a));
  ck_assert_uint_eq(trygg_table_rows(table), trygg_estimate_count(b));
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    trygg_estimate one = trygg_estimate_get(b, row), other = trygg_estimate_get(a, row);
    const double expected[] = {one.estimate, one.se, other.estimate, other.se, other.estimate - one.estimate};
    static const char *const columns[] = {"before", "before_se", "after", "after_se", "difference"};
    ck_assert_str_eq(trygg_table_text(table, row, trygg_table_find(table, "indicator")), one.indicator);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
      double met = trygg_table_number(table, row, trygg_table_find(table, columns[c]));
      if (isnan(expected[c]) || isnan(met))
        ck_assert(isnan(expected[c]) && isnan(met));
      else
        ck_assert_double_le(fabs(met - expected[c]), 1e-11 * fabs(one.estimate) + 1e-13);
    }
  }
  trygg_estimate_free(a);
  trygg_estimate_free(b);
  trygg_table_free(table);
  fixture_free(&after);
  fixture_free(&before);
}
END_TEST

/* ---- a small survey ---------------------------------------------------------------------------------------- */

#define SURVEY                                                                                               \
  "type,name,role\nselect_one sex,sex,domain\ndecimal,y,\nselect_one yn,q,\ndecimal,w,weight\ndecimal,v,\n"
#define CHOICES "list_name,name\nsex,1\nsex,2\nyn,0\nyn,1\n"
#define INDICATORS                                                                                           \
  "name,type,variable,numerator,weight\nt,total,y,,\ns,share,q,1,\nmen,total,sex,1,\nown,mean,y,,v\n"
#define MARGINS "variables,category,total\nsex,1,60\nsex,2,40\n"
static const char people[] =
    "sex,y,q,w,v\n1,2,0,10,1\n1,5,1,8,1\n1,6,1,14,2\n2,1,0,9,2\n2,4,0,12,1\n2,4,1,7,1\n";

static fixture small(const char *calibrate, const char *trim, const char *variance) {
  return fixture_load(&(fixture_texts){.survey = SURVEY,
                                       .choices = CHOICES,
                                       .indicators = INDICATORS,
                                       .margins = MARGINS,
                                       .data = people,
                                       .calibrate = calibrate,
                                       .trim = trim,
                                       .variance = variance});
}

START_TEST(a_total_that_is_known_has_the_error_it_had_before) {
  fixture f = small("linear", NULL, NULL);
  trygg_table *table = weighting(&f, NULL, NULL);
  ck_assert_uint_eq(trygg_table_rows(table), 3); /* `own` has another weight */
  ck_near(figure(table, "", "men", "before"), 32, 0);
  ck_near(figure(table, "", "men", "after"), 60, 1e-14);
  ck_near(figure(table, "", "men", "after_se"), 0, 0);
  ck_near(figure(table, "", "men", "se"), figure(table, "", "men", "before_se"), 1e-14);
  /* n/(n - 1) (sum of squares of 10, 8, 14 and three 0 - square of their sum / n) */
  ck_near(figure(table, "", "men", "se"), sqrt(6.0 / 5 * (360 - 32.0 * 32 / 6)), 1e-14);
  ck_near(figure(table, "", "men", "statistic"), 28 / figure(table, "", "men", "se"), 1e-13);
  ck_near(figure(table, "", "s", "n"), 6, 0);
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

/* Weights that meet the margins already do not change: no difference, and no error of it. */
START_TEST(what_does_not_change_has_no_difference) {
  fixture f = fixture_load(&(fixture_texts){.survey = SURVEY,
                                            .choices = CHOICES,
                                            .indicators = INDICATORS,
                                            .margins = "variables,category,total\nsex,1,32\nsex,2,28\n",
                                            .data = people,
                                            .calibrate = "rake"});
  trygg_table *table = weighting(&f, NULL, "s");
  ck_near(figure(table, "", "s", "before"), 29.0 / 60, 1e-15);
  ck_assert_double_le(fabs(figure(table, "", "s", "difference")), 1e-15);
  /* But another sample would have been calibrated: the error is that of the regression. */
  ck_assert_double_gt(figure(table, "", "s", "se"), 0.001);
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

/* Trimmed weights are constants: the difference of two means of the same people. */
START_TEST(trimming_is_compared_too) {
  fixture f = small(NULL, "weight:0,12", NULL), drawn = small(NULL, NULL, NULL);
  trygg_table *table = weighting(&f, NULL, "s");
  const double d[] = {10, 8, 14, 9, 12, 7}, q[] = {0, 1, 1, 0, 0, 1};
  double after = 0, squares = 0, sum = 0;
  for (size_t i = 0; i < 6; i++)
    after += f.design->weight[i] * q[i] / 60;
  for (size_t i = 0; i < 6; i++) {
    double z = (f.design->weight[i] * (q[i] - after) - d[i] * (q[i] - 29.0 / 60)) / 60;
    squares += z * z;
    sum += z;
  }
  ck_near(figure(table, "", "s", "after"), after, 1e-14);
  ck_near(figure(table, "", "s", "difference"), after - 29.0 / 60, 1e-12);
  ck_near(figure(table, "", "s", "se"), sqrt(6.0 / 5 * (squares - sum * sum / 6)), 1e-12);
  trygg_table_free(table);
  fixture_free(&f);
  fixture_free(&drawn);
}
END_TEST

static const struct {
  const char *calibrate, *variance, *indicator;
  trygg_status status;
  const char *says;
} refusals[] = {
    {NULL, NULL, NULL, TRYGG_EINVAL, "calibrate them"},
    {"linear", "jackknife", NULL, TRYGG_EUNSUPPORTED, "taylor"},
    {"linear", NULL, "yy", TRYGG_ENAME, "`yy`"},
};

START_TEST(says_what_it_needs) {
  fixture f = small(refusals[_i].calibrate, NULL, refusals[_i].variance);
  trygg_table *table = (trygg_table *)&f;
  ck_assert_int_eq(try_weighting(&f, NULL, refusals[_i].indicator, &table), refusals[_i].status);
  ck_assert_ptr_null(table);
  ck_assert_msg(strstr(error.message, refusals[_i].says) != NULL, "%s", error.message);
  fixture_free(&f);
}
END_TEST

START_TEST(given_weights_do_not_say_what_they_were) {
  fixture f = fixture_load(&(fixture_texts){.survey = SURVEY,
                                            .choices = CHOICES,
                                            .indicators = INDICATORS,
                                            .margins = "variables,category,total\nsex,,\n",
                                            .data = people,
                                            .calibrate = "given"});
  trygg_table *table = NULL;
  ck_assert_int_eq(try_weighting(&f, NULL, NULL, &table), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "what they were before"));
  ck_assert_int_eq(trygg_model_weighting(NULL, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_model_weighting(f.design, NULL, NULL, &error), TRYGG_EINVAL);
  fixture_free(&f);
}
END_TEST

START_TEST(every_allocation_may_fail) {
  fixture f = small("rake", NULL, NULL);
  trygg_status status = TRYGG_ENOMEM;
  long k = 0;
  for (; status != TRYGG_OK; k++) {
    trygg_table *table = NULL;
    ck_assert_int_lt((int)k, 2000);
    tg_memory_fail(k, 0);
    status = try_weighting(&f, "sex", NULL, &table);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%ld: %s", k, error.message);
    ck_assert((table != NULL) == (status == TRYGG_OK));
    trygg_table_free(table);
  }
  ck_assert_int_gt((int)k, 50);
  fixture_free(&f);
}
END_TEST

static Suite *weighting_suite(void) {
  Suite *suite = suite_create("weighting");
  TCase *known = tcase_create("known answers");
  tcase_set_timeout(known, 60);
  tcase_add_loop_test(known, differences_have_the_numbers_of_R, 0, sizeof cases / sizeof *cases);
  tcase_add_test(known, both_estimates_are_those_of_the_two_designs);
  tcase_add_test(known, a_total_that_is_known_has_the_error_it_had_before);
  tcase_add_test(known, what_does_not_change_has_no_difference);
  tcase_add_test(known, trimming_is_compared_too);
  suite_add_tcase(suite, known);
  TCase *edges = tcase_create("edges");
  tcase_add_loop_test(edges, says_what_it_needs, 0, sizeof refusals / sizeof *refusals);
  tcase_add_test(edges, given_weights_do_not_say_what_they_were);
  tcase_add_test(edges, every_allocation_may_fail);
  suite_add_tcase(suite, edges);
  return suite;
}

int main(void) {
  return run_suite(weighting_suite());
}
