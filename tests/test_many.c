/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many areas at once: control limits against formulas and comparisons, and their picture. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <inference/funnel.h>
#include <numeric/distribution.h>
#include <table/table.h>
#include <trygg/disclosure.h>
#include <trygg/inference.h>
#include <trygg/report.h>

#include "fixture.h"

static trygg_error error;

enum { AREAS = 20 };

/* Areas 1..20 with 20, 22, ... respondents; area 20 has none with the answer. */
static const char *make_data(void) {
  static char text[65536];
  size_t at = (size_t)snprintf(text, sizeof text, "wave,area,w,q,x\n");
  for (int area = 1; area <= AREAS; area++)
    for (int i = 0; i < 18 + 2 * area; i++)
      at += (size_t)snprintf(text + at, sizeof text - at, "2024,%02d,%d.5,%d,%d\n", area, 1 + i % 4,
                             area < AREAS && (i * (area + 3)) % 7 < 2 ? 1 : 2,
                             (i * i + area * area) % (11 + area % 5));
  return text;
}

static fixture load(void) {
  static char choices[1024];
  size_t at = (size_t)snprintf(choices, sizeof choices, "list_name,name\nyn,1\nyn,2\n");
  for (int area = 1; area <= AREAS; area++)
    at += (size_t)snprintf(choices + at, sizeof choices - at, "area,%02d\n", area);
  fixture_texts texts = {
      .survey = "type,name,role\ninteger,wave,wave\nselect_one area,area,domain\ndecimal,w,weight\n"
                "select_one yn,q,\ninteger,x,\n",
      .choices = choices,
      .indicators = "name,type,variable,numerator\nhit,share,q,1\nx,mean,x,\nsum,total,x,\nall,share,q,1 2\n",
      .data = make_data()};
  return fixture_load(&texts);
}

static trygg_table *limits(const trygg_estimates *estimates, trygg_funnel_options options) {
  trygg_table *table = NULL;
  options.size = sizeof options;
  ck_ok(trygg_inference_funnel(estimates, &options, &table, &error));
  return table;
}

static size_t row_of(const trygg_table *table, int area, const char *indicator) {
  char code[8] = "";
  if (area)
    snprintf(code, sizeof code, "%02d", area);
  for (size_t r = 0; r < trygg_table_rows(table); r++)
    if (!strcmp(trygg_table_text(table, r, 1), code) && !strcmp(trygg_table_text(table, r, 2), indicator))
      return r;
  return SIZE_MAX;
}

static double cell(const trygg_table *table, int area, const char *indicator, const char *column) {
  size_t row = row_of(table, area, indicator);
  ck_assert_msg(row != SIZE_MAX, "no row of %d %s", area, indicator);
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

static const char *text(const trygg_table *table, int area, const char *indicator, const char *column) {
  return trygg_table_text(table, row_of(table, area, indicator), trygg_table_find(table, column));
}

/* ---- limits ---------------------------------------------------------------------------------- */

/* About a target sin^2(asin sqrt c +- t / (2 sqrt n)), n = p (1 - p) / se^2: Spiegelhalter 2005, table of
 * transformations. */
START_TEST(limits_about_a_target_are_those_of_the_arcsine) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = limits(e, (trygg_funnel_options){.target = 0.3});
  for (int area = 1; area < AREAS; area++) {
    double p = cell(table, area, "hit", "estimate");
    if (p == 1)
      continue;
    double se = cell(table, area, "hit", "se"), n = p * (1 - p) / (se * se),
           df = cell(table, area, "hit", "df"), distance = (asin(sqrt(p)) - asin(sqrt(0.3))) * 2 * sqrt(n);
    ck_near(cell(table, area, "hit", "effective_n"), n, 1e-12);
    ck_near(cell(table, area, "hit", "target"), 0.3, 0);
    ck_near(cell(table, area, "hit", "statistic"), distance, 1e-12);
    ck_near(cell(table, area, "hit", "limit_upper"),
            pow(sin(asin(sqrt(0.3)) + tg_distribution_t_quantile(0.975, df) / (2 * sqrt(n))), 2), 1e-12);
    ck_near(cell(table, area, "hit", "outer_upper"),
            pow(sin(asin(sqrt(0.3)) + tg_distribution_t_quantile(0.999, df) / (2 * sqrt(n))), 2), 1e-12);
    ck_near(cell(table, area, "hit", "p"), tg_distribution_t_two_sided(distance, df), 1e-12);
  }
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Of means the distance from all is that of a comparison with all, which knows the overlap; so is its test. */
START_TEST(a_distance_from_all_is_a_comparison_with_all) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_comparison_options options = {.size = sizeof options, .against = "total"};
  trygg_table *table = limits(e, (trygg_funnel_options){0}), *compared = NULL;
  ck_ok(trygg_inference_compare(e, &options, &compared, &error));
  for (int area = 1; area <= AREAS; area++) {
    double half = cell(table, area, "x", "limit_upper") - cell(table, area, "x", "target");
    ck_near(cell(table, area, "x", "statistic"), cell(compared, area, "x", "statistic"), 1e-12);
    ck_near(cell(table, area, "x", "p"), cell(compared, area, "x", "p"), 1e-12);
    ck_near(half, cell(compared, area, "x", "upper") - cell(compared, area, "x", "difference"), 1e-10);
    ck_assert_str_eq(text(table, area, "x", "position"),
                     cell(compared, area, "x", "p") > 0.05 ? "inside"
                     : cell(compared, area, "x", "p") > 0.002
                         ? cell(compared, area, "x", "difference") > 0 ? "above" : "below"
                     : cell(compared, area, "x", "difference") > 0 ? "above_outer"
                                                                   : "below_outer");
  }
  trygg_table_free(table);
  trygg_table_free(compared);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(an_area_without_the_answer_has_limits_by_its_answers) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *about = limits(e, (trygg_funnel_options){.target = 0.1}),
              *all = limits(e, (trygg_funnel_options){0});
  ck_near(cell(about, AREAS, "hit", "effective_n"), 58, 1e-12);
  ck_near(cell(about, AREAS, "hit", "statistic"), -asin(sqrt(0.1)) * 2 * sqrt(58), 1e-12);
  ck_assert_str_eq(text(about, AREAS, "hit", "position"), "below_outer");
  ck_assert_ptr_nonnull(strstr(text(about, AREAS, "hit", "flag"), "boundary"));
  /* With all, itself among them: a larger effective number, since what it shares does not count. */
  ck_assert(cell(all, AREAS, "hit", "effective_n") > 58);
  ck_assert(isnan(cell(all, 1, "all", "limit_upper"))); /* everybody: nothing to be outside of */
  ck_assert_ptr_nonnull(strstr(text(all, 1, "all", "flag"), "boundary"));
  ck_assert_uint_eq(row_of(all, 1, "sum"), SIZE_MAX);
  ck_assert(isnan(cell(all, 0, "hit", "limit_upper")));
  ck_assert(cell(all, 0, "hit", "estimate") > 0);
  trygg_table_free(about);
  trygg_table_free(all);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- areas that differ more ------------------------------------------------------------------ */

START_TEST(a_tenth_at_each_end_is_drawn_in) {
  double z[] = {-1, 10, 2, 3, 4, 5, 6, 7, 9, 8}, few[] = {-3, 1, 2};
  /* 2 twice, 3, ..., 8, 9 twice */
  ck_near(tg_funnel_phi(z, 10), (2 * 4 + 9 + 16 + 25 + 36 + 49 + 64 + 2 * 81) / 10., 1e-15);
  ck_near(tg_funnel_phi(few, 3), 14. / 3, 1e-15);
  ck_near(tg_funnel_phi(few, 0), 1, 0);
}
END_TEST

/* By the formulas, from the distances and variances that the limits of sampling error give. */
START_TEST(overdispersion_widens_the_limits) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *none = limits(e, (trygg_funnel_options){0}),
              *times = limits(e, (trygg_funnel_options){.dispersion = "multiplicative"}),
              *plus = limits(e, (trygg_funnel_options){.dispersion = "additive"});
  double z[AREAS], variance[AREAS], weights = 0, squares = 0, phi, tau2;
  for (int i = 0; i < AREAS; i++) {
    z[i] = cell(none, i + 1, "x", "statistic");
    variance[i] = pow((cell(none, i + 1, "x", "estimate") - cell(none, i + 1, "x", "target")) / z[i], 2);
    weights += 1 / variance[i];
    squares += 1 / pow(variance[i], 2);
  }
  phi = tg_funnel_phi(z, AREAS);
  tau2 = (AREAS * phi - (AREAS - 1)) / (weights - squares / weights);
  ck_assert_msg(phi > 1, "phi %g", phi);
  for (int area = 1; area <= AREAS; area++) {
    double distance = cell(none, area, "x", "estimate") - cell(none, area, "x", "target");
    ck_near(cell(times, area, "x", "phi"), phi, 1e-9);
    ck_near(cell(times, area, "x", "statistic"), cell(none, area, "x", "statistic") / sqrt(phi), 1e-9);
    ck_near(cell(plus, area, "x", "tau"), sqrt(tau2), 1e-9);
    ck_near(cell(plus, area, "x", "statistic"), distance / sqrt(variance[area - 1] + tau2), 1e-9);
    ck_assert(isnan(cell(plus, area, "x", "phi")) && isnan(cell(times, area, "x", "tau")));
    ck_assert_ptr_nonnull(strstr(text(plus, area, "x", "flag"), "model"));
    ck_assert_ptr_null(strstr(text(none, area, "x", "flag"), "model"));
  }
  trygg_table_free(none);
  trygg_table_free(times);
  trygg_table_free(plus);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Areas that will not be published say nothing of how areas differ, and are no part of an adjustment. */
START_TEST(small_areas_take_no_part) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *all = limits(e, (trygg_funnel_options){.dispersion = "multiplicative"}),
              *some = limits(e, (trygg_funnel_options){.dispersion = "multiplicative", .min_n = 30});
  trygg_disclosure_options rules = {sizeof rules, 30};
  trygg_publication *publication = NULL;
  ck_assert(cell(all, 20, "x", "phi") != cell(some, 20, "x", "phi"));
  ck_assert(isnan(cell(some, 1, "x", "p_adjusted")) && !isnan(cell(some, 20, "x", "p_adjusted")));
  ck_ok(trygg_disclosure_publish(some, &rules, &publication, &error));
  ck_assert_str_eq(text(trygg_disclosure_table(publication), 1, "x", "flag"), "suppressed");
  ck_assert(isnan(cell(trygg_disclosure_table(publication), 1, "x", "effective_n")));
  trygg_disclosure_free(publication);
  trygg_table_free(all);
  trygg_table_free(some);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(wrong_arguments_of_limits_are_refused) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL), *totals = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = NULL;
  trygg_funnel_options options = {.size = sizeof options, .dispersion = "additiv"};
  ck_assert_int_eq(trygg_inference_funnel(e, &options, &table, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "`additive`"));
  options = (trygg_funnel_options){.size = sizeof options, .target = NAN};
  ck_assert_int_eq(trygg_inference_funnel(e, &options, &table, &error), TRYGG_EINVAL);
  options = (trygg_funnel_options){.size = sizeof options, .adjust = "tukey"};
  ck_assert_int_eq(trygg_inference_funnel(e, &options, &table, &error), TRYGG_ENAME);
  options = (trygg_funnel_options){.size = sizeof options, .level = 2};
  ck_assert_int_eq(trygg_inference_funnel(e, &options, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_inference_funnel(totals, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_str_eq(error.field, "by");
  ck_assert_int_eq(trygg_inference_funnel(NULL, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_inference_funnel(e, NULL, NULL, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(table);
  for (size_t i = 0; trygg_inference_dispersion(i); i++)
    ck_assert_ptr_nonnull(trygg_inference_dispersion_help(i));
  ck_assert_ptr_null(trygg_inference_dispersion_help(3));
  trygg_estimate_free(e);
  trygg_estimate_free(totals);
  fixture_free(&f);
}
END_TEST

/* ---- the picture ----------------------------------------------------------------------------- */

static int append(void *user, const char *bytes, size_t length) {
  tg_text_append(user, bytes, length);
  return 0;
}

static int ignore(void *user, const char *bytes, size_t length) {
  (void)user;
  (void)bytes;
  (void)length;
  return 0;
}

static void draw(trygg_table *table, const char *language, tg_text *out) {
  trygg_disclosure_options rules = {sizeof rules, 30};
  trygg_report_options options = {.size = sizeof options, .language = language};
  trygg_publication *publication = NULL;
  ck_ok(trygg_disclosure_publish(table, &rules, &publication, &error));
  tg_text_clear(out);
  ck_ok(trygg_report_write(publication, "svg", &options, append, out, &error));
  trygg_disclosure_free(publication);
}

static size_t count(const char *in, const char *what) {
  size_t found = 0;
  for (; (in = strstr(in, what)) != NULL; in += strlen(what))
    found++;
  return found;
}

START_TEST(a_picture_has_curves_and_names_who_is_outside) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *all = limits(e, (trygg_funnel_options){.min_n = 30}), *hits = NULL, *means = NULL;
  tg_text svg = {0};
  size_t outside = 0;
  ck_ok(trygg_table_select(all, "indicator", "hit", &hits, &error));
  ck_ok(trygg_table_select(all, "indicator", "x", &means, &error));
  draw(hits, "en", &svg);
  ck_assert_uint_eq(count(svg.bytes, "<polyline"), 4);
  ck_assert_uint_eq(count(svg.bytes, "stroke-dasharray=\"6 4\""), 3); /* two limits and the legend */
  ck_assert_ptr_nonnull(strstr(svg.bytes, ">95% limits<"));
  ck_assert_ptr_null(strstr(svg.bytes, ">01<")); /* 20 respondents */
  for (int area = 7; area <= AREAS; area++)
    if (strcmp(text(hits, area, "hit", "position"), "inside") != 0) {
      char name[16];
      snprintf(name, sizeof name, ">%02d<", area);
      ck_assert_msg(strstr(svg.bytes, name) != NULL, "%s is not named", name);
      outside++;
    }
  ck_assert_uint_ge(outside, 1);
  draw(means, "sv", &svg);
  ck_assert_uint_eq(count(svg.bytes, "<polyline"), 4);
  ck_assert_ptr_nonnull(strstr(svg.bytes, "Effektivt antal svar"));
  draw(all, "en", &svg); /* shares, one below the other; a mean has another axis */
  ck_assert_uint_eq(count(svg.bytes, "<polyline"), 4);
  tg_text_free(&svg);
  trygg_table_free(all);
  trygg_table_free(hits);
  trygg_table_free(means);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(no_memory_is_an_error_of_every_format) {
  static const char *const formats[] = {"svg", "table", "html"};
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = limits(e, (trygg_funnel_options){0});
  trygg_disclosure_options rules = {sizeof rules, -1};
  trygg_report_options options = {.size = sizeof options};
  trygg_publication *publication = NULL;
  ck_ok(trygg_disclosure_publish(table, &rules, &publication, &error));
  for (size_t i = 0; i < 3; i++)
    for (long k = 0;; k++) {
      trygg_status status;
      memset(&error, 0, sizeof error);
      tg_memory_fail(k, 0);
      status = trygg_report_write(publication, formats[i], &options, ignore, NULL, &error);
      tg_memory_fail(-1, 0);
      if (status == TRYGG_OK) {
        ck_assert_int_ge(k, 5);
        break;
      }
      ck_assert_int_eq(status, TRYGG_ENOMEM);
    }
  trygg_disclosure_free(publication);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("many");
  TCase *tests = tcase_create("many");
  tcase_add_test(tests, limits_about_a_target_are_those_of_the_arcsine);
  tcase_add_test(tests, a_distance_from_all_is_a_comparison_with_all);
  tcase_add_test(tests, an_area_without_the_answer_has_limits_by_its_answers);
  tcase_add_test(tests, a_tenth_at_each_end_is_drawn_in);
  tcase_add_test(tests, overdispersion_widens_the_limits);
  tcase_add_test(tests, small_areas_take_no_part);
  tcase_add_test(tests, wrong_arguments_of_limits_are_refused);
  tcase_add_test(tests, no_memory_is_an_error_of_every_format);
  tcase_add_test(tests, a_picture_has_curves_and_names_who_is_outside);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
