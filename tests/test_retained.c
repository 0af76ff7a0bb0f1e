/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Standard errors of tables and comparisons come from sums that a tally retains; covariance matrices from the records,
 * another way.  The two must agree, whatever the design. */
#include <base/memory.h>
#include <base/text.h>
#include <trygg/inference.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define PLAIN                                                                                                \
  "type,name,role\ninteger,w,weight\nselect_one sex,sex,\nselect_one band,band,\ntext,area,domain\n"
#define VALUES "decimal,x,\ndecimal,y,\ndecimal,v,\nselect_one yn,q,\n"
#define CHOICES "list_name,name\nsex,1\nsex,2\nband,1\nband,2\nband,3\nyn,0\nyn,1\nyear,2020\nyear,2024\n"
#define INDICATORS                                                                                           \
  "name,type,variable,numerator,denominator,weight,where\nm,mean,y,,,,\nt,total,y,,,,\ns,share,q,1,,,\n"     \
  "r,ratio,y,,x,,\nl,mean,v,,,,\no,mean,y,,,w2,\nk,mean,y,,,,sex=2\n"
#define MARGINS                                                                                              \
  "variables,category,total\nsex,1,3100\nsex,2,2900\nband,1,2000\nband,2,2100\nband,3,1900\nx,,31000\n"

static const struct {
  const char *title, *roles; /* of stratum, cluster, second weight */
  const char *settings;
  const char *margins, *calibrate;
  int waves;
  const char *trim;
} designs[] = {
    {"records", "text,h,\ntext,c,\n", NULL, NULL, NULL, 0, NULL},
    {"records, strata", "text,h,stratum\ntext,c,\n", NULL, NULL, NULL, 0, NULL},
    {"clusters", "text,h,\ntext,c,cluster\n", NULL, NULL, NULL, 0, NULL},
    {"clusters, strata", "text,h,stratum\ntext,c,cluster\n", NULL, NULL, NULL, 0, NULL},
    {"records, linear", "text,h,\ntext,c,\n", NULL, MARGINS, "linear", 0, NULL},
    {"records, strata, rake", "text,h,stratum\ntext,c,\n", NULL, MARGINS, "rake", 0, NULL},
    {"clusters, linear", "text,h,\ntext,c,cluster\n", NULL, MARGINS, "linear", 0, NULL},
    {"clusters, strata, rake", "text,h,stratum\ntext,c,cluster\n", NULL, MARGINS, "rake", 0, NULL},
    {"clusters, strata, logit", "text,h,stratum\ntext,c,cluster\n", NULL, MARGINS, "logit:0.2,5", 0, NULL},
    {"lonely average", "text,u,stratum\ntext,c,cluster\n", "form_id,lonely\nt,average\n", MARGINS, "rake", 0,
     NULL},
    {"lonely certainty", "text,u,stratum\ntext,c,cluster\n", "form_id,lonely\nt,certainty\n", MARGINS, "rake",
     0, NULL},
    {"lonely adjust", "text,u,stratum\ntext,c,cluster\n", "form_id,lonely\nt,adjust\n", MARGINS, "rake", 0,
     NULL},
    {"uncertain totals", "text,h,stratum\ntext,c,\n", NULL,
     "variables,category,total,se\nsex,1,3100,40\nsex,2,2900,50\n", "linear", 0, NULL},
    {"only the number of people", "text,h,stratum\ntext,c,\n", NULL, "variables,category,total\n,,6000\n",
     "linear", 0, NULL},
    {"waves", "text,h,stratum\ntext,c,cluster\n", NULL, MARGINS, "rake", 1, NULL},
    {"overlapping waves", "text,h,stratum\ntext,c,cluster\n", "form_id,waves\nt,overlapping\n", MARGINS,
     "rake", 1, NULL},
    {"records, trimmed", "text,h,stratum\ntext,c,\n", NULL, MARGINS, "rake", 0, "median:1.7"},
    {"clusters, trimmed", "text,h,stratum\ntext,c,cluster\n", NULL, MARGINS, "rake", 0, "median:1.7"},
    {"waves of records", "text,h,stratum\ntext,c,\n", NULL, MARGINS, "linear", 1, NULL},
};
#define DESIGNS ((int)(sizeof designs / sizeof *designs))

static uint32_t state;

static unsigned below(unsigned count) {
  state = state * UINT32_C(1664525) + UINT32_C(1013904223);
  return (state >> 8) % count;
}

/* 240 people in 3 strata and 24 clusters, one of which u leaves alone; a tenth gave no answer, some count for nothing, v hardly varies. */
static char *invent(int waves) {
  tg_text text = {0};
  state = 7;
  tg_text_format(&text, "w,sex,band,area,x,y,v,q,h,c,u,w2%s\n", waves ? ",year" : "");
  for (unsigned i = 0; i < 240; i++) {
    unsigned cluster = i / 10, answers = below(10);
    tg_text_format(&text, "%u,%u,%u,%c,%u", below(20) ? 10 + below(30) : 0, 1 + below(2), 1 + below(3),
                   'A' + (int)((cluster + below(2)) % 5), 1 + below(9));
    if (answers)
      tg_text_format(&text, ",%u", 3 + below(9) + cluster % 4);
    else
      tg_text_put(&text, ",");
    tg_text_format(&text, ",1000000.%u,%u,%u,%u,%u,%u", below(10), below(3) == 0, cluster / 8, cluster,
                   cluster == 23 ? 9 : cluster / 8, below(9));
    tg_text_format(&text, waves ? ",%u\n" : "\n", i % 2 ? 2020 : 2024);
  }
  ck_assert(!text.failed);
  return text.bytes;
}

static char *margins_of(const char *margins, int waves) {
  tg_text text = {0};
  char *copy = tg_memory_string(margins), *next = copy;
  if (!waves)
    return copy;
  for (char *line; (line = strsep(&next, "\n")) && *line;)
    if (text.length == 0)
      tg_text_format(&text, "wave,%s\n", line);
    else
      tg_text_format(&text, "2020,%s\n2024,%s\n", line, line);
  tg_memory_free(copy);
  ck_assert(!text.failed);
  return text.bytes;
}

static fixture load(int d) {
  char *data = invent(designs[d].waves), *margins = NULL;
  tg_text survey = {0};
  fixture f;
  if (designs[d].margins)
    margins = margins_of(designs[d].margins, designs[d].waves);
  tg_text_format(&survey, "%s%s%sdecimal,w2,\n%s", PLAIN, VALUES, designs[d].roles,
                 designs[d].waves ? "select_one year,year,wave\n" : "");
  f = fixture_load(&(fixture_texts){.settings = designs[d].settings,
                                    .survey = survey.bytes,
                                    .choices = CHOICES,
                                    .indicators = INDICATORS,
                                    .margins = margins,
                                    .calibrate = designs[d].calibrate,
                                    .trim = designs[d].trim,
                                    .data = data});
  tg_memory_free(data);
  tg_memory_free(margins);
  tg_text_free(&survey);
  return f;
}

static double *matrix_of(const trygg_estimates *e) {
  size_t n = trygg_estimate_count(e);
  double *matrix = calloc(n * n, sizeof *matrix);
  size_t *rows = calloc(n, sizeof *rows);
  trygg_error error = {0};
  ck_assert(matrix && rows);
  for (size_t i = 0; i < n; i++)
    rows[i] = i;
  ck_ok(trygg_estimate_covariance(e, rows, n, matrix, &error));
  free(rows);
  return matrix;
}

START_TEST(standard_errors_of_a_table_are_those_of_the_covariance_matrix) {
  fixture f = load(_i);
  for (int by = 0; by < 3; by++) {
    trygg_estimates *e = fixture_estimate(&f, by == 0 ? NULL : by == 1 ? "area" : "sex", NULL);
    size_t n = trygg_estimate_count(e);
    double *matrix = matrix_of(e);
    for (size_t i = 0; i < n; i++) {
      double se = trygg_estimate_get(e, i).se, other = sqrt(matrix[i * n + i]);
      if (isnan(se) && isnan(other))
        continue;
      ck_assert_msg(fabs(se - other) <= 1e-11 * other + 1e-9 * (other < 1e-6),
                    "%s, row %zu: %.17g, not %.17g", designs[_i].title, i, se, other);
    }
    free(matrix);
    trygg_estimate_free(e);
  }
  fixture_free(&f);
}
END_TEST

/* Of two areas each is the other's rest. */
START_TEST(errors_of_differences_are_those_of_the_covariance_matrix) {
  fixture f = load(_i);
  trygg_estimates *e = fixture_estimate(&f, "sex", NULL);
  size_t n = trygg_estimate_count(e), indicators = 7, compared = 0;
  double *matrix = matrix_of(e);
  trygg_comparison_options options = {.size = sizeof options, .against = "rest"};
  trygg_table *table = NULL;
  trygg_error error = {0};
  ck_ok(trygg_inference_compare(e, &options, &table, &error));
  for (size_t r = 0; r < trygg_table_rows(table); r++) {
    size_t wave = r / (2 * indicators), first = (3 * wave + 1) * indicators + r % indicators,
           second = first + indicators;
    double variance =
        matrix[first * n + first] + matrix[second * n + second] - 2 * matrix[first * n + second];
    double se = trygg_table_number(table, r, trygg_table_find(table, "se"));
    if (isnan(trygg_estimate_get(e, first).se) || isnan(trygg_estimate_get(e, second).se))
      continue; /* who have no men have nothing to compare them with */
    ck_assert_msg(fabs(se * se - variance) <= 1e-10 * variance + 1e-12, "%s, row %zu: %.17g, not %.17g",
                  designs[_i].title, r, se, sqrt(variance));
    compared++;
  }
  ck_assert_int_ge((int)compared, 6 * 2);
  free(matrix);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* The mean of a number that varies by a ten-millionth keeps its digits: it is that of the number less its mean. */
START_TEST(large_numbers_that_vary_little_keep_their_digits) {
  fixture f = load(_i);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate l = fixture_get(e, designs[_i].waves ? "2020" : "", NULL, "l");
  ck_assert(l.estimate > 1000000 && l.estimate < 1000001);
  ck_assert(l.se > 1e-3 && l.se < 1);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static trygg_status estimate_once(const fixture *f, trygg_error *error) {
  const char *by = "area";
  const trygg_estimate_options options = {.size = sizeof options, .by = &by, .by_count = 1, .threads = 1};
  trygg_comparison_options compared = {.size = sizeof compared};
  trygg_estimates *e = NULL;
  trygg_table *table = NULL;
  trygg_status status = trygg_estimate_create(f->design, &options, &e, error);
  if (status == TRYGG_OK)
    status = trygg_inference_compare(e, &compared, &table, error);
  trygg_table_free(table);
  trygg_estimate_free(e);
  return status;
}

START_TEST(every_allocation_may_fail) {
  fixture f = load(_i);
  trygg_error error = {0};
  trygg_status status = TRYGG_ENOMEM;
  for (long k = 0; status != TRYGG_OK; k += 3) {
    ck_assert_int_lt((int)k, 20000);
    tg_memory_fail(k, 0);
    status = estimate_once(&f, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%ld: %s", k, error.message);
  }
  fixture_free(&f);
}
END_TEST

START_TEST(threads_change_no_bit) {
  fixture f = load(_i);
  trygg_estimates *e[2] = {NULL, NULL};
  const char *by = "area";
  trygg_error error = {0};
  for (int k = 0; k < 2; k++) {
    const trygg_estimate_options options = {
        .size = sizeof options, .by = &by, .by_count = 1, .threads = 1 + 2 * k};
    ck_ok(trygg_estimate_create(f.design, &options, &e[k], &error));
  }
  for (size_t i = 0; i < trygg_estimate_count(e[0]); i++) {
    double one = trygg_estimate_get(e[0], i).se, other = trygg_estimate_get(e[1], i).se;
    ck_assert(!memcmp(&one, &other, sizeof one));
  }
  trygg_estimate_free(e[0]);
  trygg_estimate_free(e[1]);
  fixture_free(&f);
}
END_TEST

static Suite *retained_suite(void) {
  Suite *suite = suite_create("retained");
  TCase *cases = tcase_create("retained sums");
  tcase_set_timeout(cases, 120);
  tcase_add_loop_test(cases, standard_errors_of_a_table_are_those_of_the_covariance_matrix, 0, DESIGNS);
  tcase_add_loop_test(cases, errors_of_differences_are_those_of_the_covariance_matrix, 0, DESIGNS);
  tcase_add_loop_test(cases, large_numbers_that_vary_little_keep_their_digits, 0, DESIGNS);
  tcase_add_loop_test(cases, threads_change_no_bit, 0, DESIGNS);
  tcase_add_loop_test(cases, every_allocation_may_fail, 5, 8);
  suite_add_tcase(suite, cases);
  return suite;
}

int main(void) {
  return run_suite(retained_suite());
}
