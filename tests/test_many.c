/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many areas at once: control limits against formulas and comparisons, and their picture; pooled trends against
 * metafor and formulas. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <inference/funnel.h>
#include <numeric/distribution.h>
#include <numeric/effects.h>
#include <numeric/random.h>
#include <table/table.h>
#include <trygg/disclosure.h>
#include <trygg/inference.h>
#include <trygg/report.h>
#include <trygg/trend.h>

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

/* R: b <- pbinom(k - 1, n, c) + dbinom(k, n, c) / 2; qnorm(b) */
START_TEST(shares_are_judged_by_the_binomial_distribution) {
  static const struct {
    double hits, answers, target, deviate;
  } cases[] = {{0, 50, 0.05, -1.76869387329015}, {1, 50, 0.05, -0.922291152749563},
               {7, 50, 0.05, 2.4329881487623},   {30, 50, 0.3, 4.35288063096045},
               {50, 50, 0.9, 2.79726181115676},  {120, 400, 0.25, 2.26846672000188},
               {0, 50, 0.02, -0.907448484247891}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double share = cases[i].hits / cases[i].answers, deviate = cases[i].deviate;
    ck_near(tg_funnel_deviate(share, cases[i].answers, cases[i].target), deviate, 1e-12);
    ck_assert(fabs(tg_funnel_limit(cases[i].answers, cases[i].target, deviate) - share) < 1e-9);
  }
  ck_assert(tg_funnel_limit(50, 0.05, -2) == 0); /* nobody is not few */
  ck_assert(tg_funnel_limit(50, 0.95, 2) == 1);
  ck_assert(isnan(tg_funnel_limit(NAN, 0.5, 2)));
  /* Large numbers are normal. */
  ck_near(tg_funnel_limit(1e6, 0.3, 1.96), 0.3 + 1.96 * sqrt(0.21 / 1e6), 1e-5);
}
END_TEST

/* About a target: n = p (1 - p) / se^2 answers, limits where their deviate is that of t. */
START_TEST(limits_about_a_target_are_those_of_the_effective_answers) {
  fixture f = load();
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = limits(e, (trygg_funnel_options){.target = 0.3});
  for (int area = 1; area < AREAS; area++) {
    double p = cell(table, area, "hit", "estimate");
    if (p == 1)
      continue;
    double se = cell(table, area, "hit", "se"), n = p * (1 - p) / (se * se),
           df = cell(table, area, "hit", "df"), deviate = tg_funnel_deviate(p, n, 0.3),
           t = tg_distribution_t_quantile(0.975, df), outer = tg_distribution_t_quantile(0.999, df);
    ck_near(cell(table, area, "hit", "effective_n"), n, 1e-12);
    ck_near(cell(table, area, "hit", "target"), 0.3, 0);
    ck_near(cell(table, area, "hit", "statistic"), deviate, 1e-12);
    ck_near(tg_funnel_deviate(cell(table, area, "hit", "limit_upper"), n, 0.3), t, 1e-9);
    ck_near(tg_funnel_deviate(cell(table, area, "hit", "limit_lower"), n, 0.3), -t, 1e-9);
    ck_near(tg_funnel_deviate(cell(table, area, "hit", "outer_upper"), n, 0.3), outer, 1e-9);
    ck_near(cell(table, area, "hit", "p"), tg_distribution_t_two_sided(deviate, df), 1e-12);
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
  ck_near(cell(about, AREAS, "hit", "statistic"), tg_distribution_normal_quantile(pow(0.9, 58) / 2), 1e-12);
  ck_assert_str_eq(text(about, AREAS, "hit", "position"), "below");
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

/* ---- partial pooling --------------------------------------------------------------------------- */

/* Log relative risks of 13 trials of BCG vaccine (Colditz et al. 1994, JAMA 271:698-702) and their variances: tau^2
 * 0.3132 (SE 0.1664), mean -0.7145 (SE 0.1798), Q(12) = 152.2330, I^2 = 92.22 %, limits of tau^2 0.1197 and 1.1115, as R
 * metafor's documentation has them; predictions and their errors by the formulas in R with dense matrices. */
START_TEST(BCG_trials_are_pooled) {
  static const double y[] = {-0.88931133392020545, -1.5853886572014306,  -1.348073148299693,
                             -1.4415511900213054,  -0.21754732221129569, -0.78611558581886398,
                             -1.6208982235983924,  0.011952333523841173, -0.46941764873814867,
                             -1.3713448034727846,  -0.33935882833839015, 0.44591340057137829,
                             -0.017313948216879493},
                      v[] = {0.32558476500396133,  0.19458112139814385,   0.41536796536796539,
                             0.020010031902247573, 0.051210172169630863,  0.0069056184559087574,
                             0.22301724757231517,  0.0039615792978177295, 0.056434210463248966,
                             0.07302479361302891,  0.01241221397155972,   0.53250584520015276,
                             0.071404659683986293},
                      blup[] = {-0.80023356197035, -1.25170598030225,   -0.986903093357502,
                                -1.39789769649515, -0.287379806476374,  -0.784571533645954,
                                -1.2439634651733,  0.00287924789676708, -0.50683635929277,
                                -1.24717301599844, -0.35365840052076,   -0.284733712861197,
                                -0.146743069858526},
                      mse[] = {0.188495339582401,  0.139311658669184,   0.211514516240286,
                               0.0194692451921117, 0.0473775786604945,  0.00684480200986748,
                               0.152082495566099,  0.00394187783247096, 0.0517432165016706,
                               0.0650286544331206, 0.0122104652351534,  0.233616483604428,
                               0.0637695839092811};
  double covariance[13 * 13] = {0}, lower, upper;
  tg_effects e = {0};
  for (size_t i = 0; i < 13; i++)
    covariance[i * 13 + i] = v[i];
  ck_ok(tg_effects_fit(y, covariance, 13, &e, &error));
  ck_near(e.tau2, 0.313243258136481, 1e-11);
  ck_near(e.tau2_se, 0.166425752836971, 1e-11);
  ck_near(e.mean, -0.714532342158139, 1e-12);
  ck_near(e.mean_se, 0.179781516105206, 1e-11);
  ck_near(e.adjusted_se, 0.180791744092848, 1e-11);
  ck_near(e.heterogeneity, 152.233008082373, 1e-12);
  ck_near(e.tau2 / (e.tau2 + e.chance), 0.92221384521269, 1e-11);
  tg_effects_limits(&e, 0.95, &lower, &upper);
  ck_near(lower, 0.119718361141261, 1e-11);
  ck_near(upper, 1.11147908406093, 1e-11);
  for (size_t i = 0; i < 13; i++) {
    double value, error2;
    tg_effects_predict(&e, i, &value, &error2);
    ck_near(value, blup[i], 1e-10);
    ck_near(error2, mse[i], 1e-10);
  }
  tg_effects_clear(&e);
}
END_TEST

/* Errors that go together: the likelihood maximised, and the formulas, with dense matrices in R. */
START_TEST(areas_that_share_errors_are_pooled_along_the_axes) {
  static const double y[] = {1.2, -.4, .7, 2.9, .1}, s[] = {.5, .6, .4, .7, .3},
                      blup[] = {1.20118890334884, -0.204912090101085, 0.660551049543148, 2.39575868455195,
                                0.0598415698486117},
                      mse[] = {0.255673122896452, 0.367204187010957, 0.168364593501295, 0.48029555974835,
                               0.092593671024625};
  double v[25];
  tg_effects e = {0};
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++)
      v[i * 5 + j] = s[i] * s[j] * pow(0.4, abs(i - j));
  ck_ok(tg_effects_fit(y, v, 5, &e, &error));
  ck_near(e.tau2, 1.24572666904517, 1e-10);
  ck_near(e.tau2_se, 1.02200137860212, 1e-10);
  ck_near(e.mean, 0.822485623438294, 1e-11);
  ck_near(e.mean_se, 0.585775918271584, 1e-10);
  ck_near(e.adjusted_se, 0.600598630410962, 1e-10);
  for (size_t i = 0; i < 5; i++) {
    double value, error2;
    tg_effects_predict(&e, i, &value, &error2);
    ck_near(value, blup[i], 1e-10);
    ck_near(error2, mse[i], 1e-10);
  }
  tg_effects_clear(&e);
}
END_TEST

/* Equal variances v: tau^2 = s^2 - v, each value is drawn in by v / s^2, the mean is the mean, its error s / sqrt K. */
START_TEST(equal_variances_are_pooled_by_hand) {
  static const double y[] = {1, 2, 3, 4, 6, 8};
  double v[36] = {0}, s2 = 6.8, value, error2, lower, upper; /* mean 4, squares 34 */
  tg_effects e = {0};
  for (int i = 0; i < 6; i++)
    v[i * 7] = 2;
  ck_ok(tg_effects_fit(y, v, 6, &e, &error));
  ck_near(e.tau2, s2 - 2, 1e-12);
  ck_near(e.mean, 4, 1e-14);
  ck_near(e.mean_se, sqrt(s2 / 6), 1e-12);
  ck_near(e.adjusted_se, sqrt(s2 / 6), 1e-12);
  ck_near(e.heterogeneity, 34 / 2., 1e-13);
  ck_near(e.chance, 2, 1e-14);
  tg_effects_predict(&e, 0, &value, &error2);
  ck_near(value, 4 - 3 * (1 - 2 / s2), 1e-12);
  ck_near(error2, 2 * 4.8 / s2 + pow(2 / s2, 2) * s2 / 6 + 2 * (4 / pow(s2, 3)) * 2 * s2 * s2 / 6, 1e-12);
  tg_effects_clear(&e);
  /* No more than chance: all areas are at the mean. */
  for (int i = 0; i < 6; i++)
    v[i * 7] = 7;
  ck_ok(tg_effects_fit(y, v, 6, &e, &error));
  ck_assert(e.tau2 == 0);
  ck_near(e.adjusted_se, sqrt(7 / 6.), 1e-14); /* never below what the areas' own errors leave */
  tg_effects_predict(&e, 5, &value, &error2);
  ck_near(value, 4, 1e-14);
  ck_near(error2, 7 / 6. + 2 * (1 / 7.) * 2 * 49 / 6, 1e-13);
  tg_effects_limits(&e, 0.95, &lower, &upper);
  ck_assert(lower == 0 && upper > 0);
  tg_effects_clear(&e);
  v[0] = 0;
  ck_assert_int_eq(tg_effects_fit(y, v, 6, &e, &error), TRYGG_ENUMERIC);
  ck_assert_ptr_null(e.value);
  for (int i = 0; i < 36; i++)
    v[i] = 7; /* singular: taken for independent */
  ck_ok(tg_effects_fit(y, v, 6, &e, &error));
  ck_assert(e.axes == NULL && e.tau2 == 0);
  tg_effects_clear(&e);
}
END_TEST

/* Where areas truly differ as much as chance has them, 95 % intervals hold the truth in about 95 of 100. */
START_TEST(pooled_intervals_cover) {
  enum { K = 20, DRAWN = 1500 };
  double y[K], truth[K], v[K * K] = {0}, areas = 0, mean = 0, spread = 0,
                               t = tg_distribution_t_quantile(0.975, K - 1);
  tg_random random;
  tg_random_seed(&random, 1, 7);
  for (int i = 0; i < K; i++)
    v[i * (K + 1)] = 0.5 + 0.5 * (i % 4);
  for (int drawn = 0; drawn < DRAWN; drawn++) {
    tg_effects e = {0};
    double lower, upper;
    for (int i = 0; i < K; i++) {
      truth[i] = 2 + tg_random_normal(&random);
      y[i] = truth[i] + sqrt(v[i * (K + 1)]) * tg_random_normal(&random);
    }
    ck_ok(tg_effects_fit(y, v, K, &e, &error));
    for (size_t i = 0; i < K; i++) {
      double value, error2;
      tg_effects_predict(&e, i, &value, &error2);
      areas += fabs(value - truth[i]) <= t * sqrt(error2);
    }
    mean += fabs(e.mean - 2) <= t * e.adjusted_se;
    tg_effects_limits(&e, 0.95, &lower, &upper);
    spread += lower <= 1 && upper >= 1;
    tg_effects_clear(&e);
  }
  /* Three standard errors of a share of 1,500 are 1.7 points. */
  ck_assert_msg(fabs(areas / (K * DRAWN) - 0.95) < 0.01, "areas %g", areas / (K * DRAWN));
  ck_assert_msg(fabs(mean / DRAWN - 0.95) < 0.017, "mean %g", mean / DRAWN);
  ck_assert_msg(fabs(spread / DRAWN - 0.95) < 0.017, "spread %g", spread / DRAWN);
}
END_TEST

/* Eight areas over three waves; `crossing` clusters have people of all areas. */
static fixture load_waves(int crossing) {
  static char data[65536], choices[256];
  size_t at = (size_t)snprintf(data, sizeof data, "wave,area,school,w,x,never\n"),
         end = (size_t)snprintf(choices, sizeof choices, "list_name,name\nyn,1\nyn,2\n");
  for (int area = 1; area <= 8; area++)
    end += (size_t)snprintf(choices + end, sizeof choices - end, "area,%02d\n", area);
  for (int wave = 2018; wave <= 2024; wave += 3)
    for (int area = 1; area <= 8; area++)
      for (int i = 0; i < 10 + 3 * area; i++)
        at += (size_t)snprintf(data + at, sizeof data - at, "%d,%02d,%d,%d,%d,%d\n", wave, area, i % 9 + 1,
                               1 + i % 3,
                               (i * i * 7 + wave * area + (i % 9) * wave) % 23 + area * (wave - 2018) / 6,
                               area == 1 ? 2 : 1 + i % 2);
  fixture_texts texts = {
      .survey = crossing ? "type,name,role\ninteger,wave,wave\nselect_one area,area,domain\n"
                           "text,school,cluster\ndecimal,w,weight\ninteger,x,\nselect_one yn,never,\n"
                         : "type,name,role\ninteger,wave,wave\nselect_one area,area,domain\n"
                           "text,school,\ndecimal,w,weight\ninteger,x,\nselect_one yn,never,\n",
      .choices = choices,
      .indicators = "name,type,variable,numerator\nx,mean,x,\nnever,share,never,1\n",
      .data = data};
  return fixture_load(&texts);
}

static trygg_table *trend(const trygg_estimates *estimates, int64_t min_n) {
  static const char *const tests[] = {"linear", "pooled_slope", "pooled_spread", "pooled_range",
                                      "pooled_share"};
  trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 5, .min_n = min_n};
  trygg_table *table = NULL;
  ck_ok(trygg_trend_table(estimates, &options, &table, &error));
  return table;
}

static size_t trend_row(const trygg_table *table, int area, const char *indicator, const char *test) {
  char code[8] = "";
  if (area)
    snprintf(code, sizeof code, "%02d", area);
  for (size_t r = 0; r < trygg_table_rows(table); r++)
    if (!strcmp(trygg_table_text(table, r, 0), code) && !strcmp(trygg_table_text(table, r, 1), indicator) &&
        !strcmp(trygg_table_text(table, r, 2), test))
      return r;
  return SIZE_MAX;
}

static double trend_cell(const trygg_table *table, int area, const char *indicator, const char *test,
                         const char *column) {
  size_t row = trend_row(table, area, indicator, test);
  ck_assert_msg(row != SIZE_MAX, "no row of %d %s %s", area, indicator, test);
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

/* Slope i is c' theta_i, so V(i, j) = c' V_ij c. */
static void slopes_of(const trygg_estimates *estimates, double *slopes, double *v) {
  static const char *const waves[] = {"2018", "2021", "2024"};
  static const double c[] = {-1 / 6., 0, 1 / 6.};
  size_t rows[24];
  double covariance[24 * 24];
  for (int area = 0; area < 8; area++) {
    char code[8];
    const char *by[] = {code};
    snprintf(code, sizeof code, "%02d", area + 1);
    for (int w = 0; w < 3; w++)
      rows[area * 3 + w] = trygg_estimate_find(estimates, waves[w], by, "x");
  }
  ck_ok(trygg_estimate_covariance(estimates, rows, 24, covariance, &error));
  for (int i = 0; i < 8; i++) {
    slopes[i] = 0;
    for (int a = 0; a < 3; a++)
      slopes[i] += c[a] * trygg_estimate_get(estimates, rows[i * 3 + a]).estimate;
    for (int j = 0; j < 8; j++) {
      v[i * 8 + j] = 0;
      for (int a = 0; a < 3; a++)
        for (int b = 0; b < 3; b++)
          v[i * 8 + j] += c[a] * c[b] * covariance[(i * 3 + a) * 24 + j * 3 + b];
    }
  }
}

START_TEST(pooled_slopes_are_those_of_the_design) {
  fixture f = load_waves(_i);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = trend(e, 0);
  double slopes[8], v[64], lower, upper, t = tg_distribution_t_quantile(0.975, 7);
  tg_effects effects = {0};
  slopes_of(e, slopes, v);
  ck_ok(tg_effects_fit(slopes, v, 8, &effects, &error));
  ck_assert_msg((effects.axes != NULL) == _i, "areas share %d", _i);
  for (int area = 1; area <= 8; area++) {
    double value, error2;
    tg_effects_predict(&effects, (size_t)area - 1, &value, &error2);
    ck_near(trend_cell(table, area, "x", "linear", "estimate"), slopes[area - 1], 1e-12);
    ck_near(trend_cell(table, area, "x", "pooled_slope", "estimate"), value, 1e-9);
    ck_near(trend_cell(table, area, "x", "pooled_slope", "se"), sqrt(error2), 1e-9);
    ck_near(trend_cell(table, area, "x", "pooled_slope", "upper"), value + t * sqrt(error2), 1e-9);
    ck_assert(isnan(trend_cell(table, area, "x", "pooled_slope", "p")));
    ck_assert_uint_eq(trend_row(table, area, "x", "pooled_spread"), SIZE_MAX);
    ck_assert_str_eq(
        trygg_table_text(table, trend_row(table, area, "x", "pooled_slope"), trygg_table_find(table, "flag")),
        "model");
  }
  ck_near(trend_cell(table, 0, "x", "pooled_slope", "estimate"), effects.mean, 1e-9);
  ck_near(trend_cell(table, 0, "x", "pooled_slope", "se"), effects.adjusted_se, 1e-9);
  ck_near(trend_cell(table, 0, "x", "pooled_slope", "df2"), 7, 0);
  ck_near(trend_cell(table, 0, "x", "pooled_slope", "p"),
          tg_distribution_t_two_sided(effects.mean / effects.adjusted_se, 7), 1e-9);
  tg_effects_limits(&effects, 0.95, &lower, &upper);
  ck_near(trend_cell(table, 0, "x", "pooled_spread", "estimate"), sqrt(effects.tau2), 1e-9);
  ck_near(trend_cell(table, 0, "x", "pooled_spread", "upper"), sqrt(upper), 1e-9);
  ck_near(trend_cell(table, 0, "x", "pooled_spread", "statistic"), effects.heterogeneity, 1e-9);
  ck_near(trend_cell(table, 0, "x", "pooled_spread", "p"),
          tg_distribution_chisq_upper(effects.heterogeneity, 7), 1e-9);
  ck_near(trend_cell(table, 0, "x", "pooled_range", "se"),
          sqrt(effects.tau2 + effects.adjusted_se * effects.adjusted_se), 1e-9);
  ck_near(trend_cell(table, 0, "x", "pooled_range", "df2"), 6, 0);
  ck_near(trend_cell(table, 0, "x", "pooled_share", "estimate"),
          effects.tau2 / (effects.tau2 + effects.chance), 1e-9);
  tg_effects_clear(&effects);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* An area without a single answer has no variance; one that is not published takes no part. */
START_TEST(areas_without_a_slope_are_left_out_of_the_pool) {
  fixture f = load_waves(0);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL), *two = fixture_estimate(&f, "area", "area=01,02"),
                  *three = fixture_estimate(&f, "area", "area=02,03,04"),
                  *none = fixture_estimate(&f, NULL, NULL);
  trygg_table *all = trend(e, 0), *some = trend(e, 20), *few = trend(two, 0), *least = trend(three, 0),
              *table = NULL;
  trygg_trend_options options = {
      .size = sizeof options, .tests = (const char *const[]){"pooled_slope"}, .test_count = 1};
  ck_assert(isnan(trend_cell(all, 1, "never", "pooled_slope", "estimate")));
  ck_near(trend_cell(all, 0, "never", "pooled_slope", "df2"), 6, 0);
  ck_near(trend_cell(all, 0, "x", "pooled_slope", "df2"), 7, 0);
  ck_near(trend_cell(some, 0, "x", "pooled_slope", "df2"), 4, 0); /* 13, 16, 19 respondents */
  ck_assert(isnan(trend_cell(some, 3, "x", "pooled_slope", "estimate")));
  ck_assert(!isnan(trend_cell(some, 4, "x", "pooled_slope", "estimate")));
  ck_assert(isnan(trend_cell(few, 0, "x", "pooled_slope", "estimate")));
  ck_assert_str_eq(
      trygg_table_text(few, trend_row(few, 1, "x", "pooled_slope"), trygg_table_find(few, "flag")), "no_df");
  ck_near(trend_cell(least, 0, "x", "pooled_slope", "df2"), 2, 0);
  ck_near(trend_cell(least, 0, "x", "pooled_range", "df2"), 1, 0);
  ck_assert_int_eq(trygg_trend_table(none, &options, &table, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "several areas"));
  ck_assert_int_eq(trygg_trend_series((const double[]){1, 2}, (const double[]){1, 2}, NULL, 2, 0, &options,
                                      &table, &error),
                   TRYGG_EINVAL);
  trygg_table_free(all);
  trygg_table_free(some);
  trygg_table_free(few);
  trygg_table_free(least);
  trygg_estimate_free(e);
  trygg_estimate_free(two);
  trygg_estimate_free(three);
  trygg_estimate_free(none);
  fixture_free(&f);
}
END_TEST

START_TEST(no_memory_stops_a_pool) {
  static const char *const tests[] = {"pooled_slope", "pooled_spread"};
  fixture f = load_waves(1);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 2};
  trygg_table *table = NULL;
  for (long k = 0;; k++) {
    trygg_status status;
    memset(&error, 0, sizeof error);
    tg_memory_fail(k, 0);
    status = trygg_trend_table(e, &options, &table, &error);
    tg_memory_fail(-1, 0);
    if (status == TRYGG_OK) {
      ck_assert_int_ge(k, 20);
      break;
    }
    ck_assert_int_eq(status, TRYGG_ENOMEM);
    ck_assert_ptr_null(table);
  }
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- control limits over time ------------------------------------------------------------------- */

static trygg_table *control(const double *values, const double *v, size_t n, double df) {
  static const char *const tests[] = {"control"};
  static const double times[] = {2010, 2012, 2013, 2016, 2018, 2021, 2022, 2024, 2025, 2026};
  trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 1};
  trygg_table *table = NULL;
  ck_ok(trygg_trend_series(times, values, v, n, df, &options, &table, &error));
  return table;
}

static double found(const trygg_table *table, const char *column) {
  return trygg_table_number(table, 0, trygg_table_find(table, column));
}

/* Equal errors: R, x <- c(3, 5, 4, 8); t = (12 - mean(x)) / (sd(x) sqrt(1 + 1/4)) on 3 df. */
START_TEST(with_equal_errors_the_last_wave_is_one_more_value_of_a_sample) {
  static const double values[] = {3, 5, 4, 8, 12};
  double v[25] = {0}, s2 = 14 / 3., t;
  trygg_table *table;
  for (int i = 0; i < 5; i++)
    v[i * 6] = 2;
  table = control(values, v, 5, 0);
  t = 7 / sqrt(s2 * 1.25);
  ck_near(found(table, "estimate"), 7, 1e-13);
  ck_near(found(table, "se"), sqrt(s2 * 1.25), 1e-11);
  ck_near(found(table, "statistic"), t, 1e-11);
  ck_near(found(table, "df2"), 3, 0);
  ck_near(found(table, "p"), tg_distribution_t_two_sided(t, 3), 1e-11);
  ck_assert_str_eq(trygg_table_text(table, 0, trygg_table_find(table, "flag")), "model");
  trygg_table_free(table);
}
END_TEST

/* No more than sampling error: (theta_last - sum w theta / sum w) and 1/sum w + v_last. */
START_TEST(waves_that_differ_by_chance_set_limits_by_their_errors) {
  static const double values[] = {3, 3.1, 2.9, 3.05, 4};
  double v[25] = {0}, weights = 0, mean = 0;
  trygg_table *table;
  for (int i = 0; i < 5; i++)
    v[i * 6] = 0.5 + i;
  for (int i = 0; i < 4; i++) {
    weights += 1 / v[i * 6];
    mean += values[i] / v[i * 6];
  }
  table = control(values, v, 5, 0);
  ck_near(found(table, "estimate"), 4 - mean / weights, 1e-12);
  ck_near(found(table, "se"), sqrt(1 / weights + v[24]), 1e-12);
  trygg_table_free(table);
  v[0] = 0; /* a wave at 0 or 1 */
  table = control(values, v, 5, 0);
  ck_assert(isnan(found(table, "se")) && isnan(found(table, "p")));
  trygg_table_free(table);
  table = control(values, (const double[9]){1, 0, 0, 0, 1, 0, 0, 0, 1}, 3, 0);
  ck_assert_str_eq(trygg_table_text(table, 0, trygg_table_find(table, "flag")), "few_waves");
  trygg_table_free(table);
}
END_TEST

/* Waves that share people: V(D) = d' V d + tau^2 (1 + c'c) with d = (-c, 1). */
START_TEST(waves_that_share_people_set_limits_by_their_covariance) {
  static const double values[] = {3, 6, 2, 7, 9};
  double v[25], before[16], d[5], variance = 0, squares = 0;
  tg_effects e = {0};
  trygg_table *table;
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++)
      v[i * 5 + j] = (1 + 0.1 * i) * (1 + 0.1 * j) * pow(0.5, abs(i - j));
  for (int i = 0; i < 4; i++)
    memcpy(before + i * 4, v + i * 5, 4 * sizeof *v);
  ck_ok(tg_effects_fit(values, before, 4, &e, &error));
  ck_assert(e.tau2 > 1);
  table = control(values, v, 5, 0);
  for (size_t i = 0; i < 4; i++)
    d[i] = -tg_effects_weight(&e, i);
  d[4] = 1;
  for (int i = 0; i < 5; i++) {
    squares += d[i] * d[i];
    for (int j = 0; j < 5; j++)
      variance += d[i] * d[j] * v[i * 5 + j];
  }
  ck_near(d[0] + d[1] + d[2] + d[3], -1, 1e-14);
  ck_near(found(table, "estimate"), 9 - e.mean, 1e-12);
  ck_near(found(table, "se"), sqrt(variance + e.tau2 * squares), 1e-11);
  tg_effects_clear(&e);
  trygg_table_free(table);
}
END_TEST

/* Under a level that moves and one that does not, at most one in twenty is outside. */
START_TEST(the_last_wave_is_seldom_outside_by_chance) {
  enum { DRAWN = 2000 };
  tg_random random;
  tg_random_seed(&random, 3, 1);
  for (int moves = 0; moves < 2; moves++)
    for (size_t n = 4; n <= 10; n += 3) {
      int outside = 0;
      for (int drawn = 0; drawn < DRAWN; drawn++) {
        double values[10], v[100] = {0};
        trygg_table *table;
        for (size_t i = 0; i < n; i++) {
          v[i * n + i] = 0.6 + 0.4 * (double)(i % 3);
          values[i] = 2 * moves * tg_random_normal(&random) + sqrt(v[i * n + i]) * tg_random_normal(&random);
        }
        table = control(values, v, n, 0);
        outside += found(table, "p") < 0.05;
        trygg_table_free(table);
      }
      ck_assert_msg(outside < 0.065 * DRAWN, "%zu waves, moves %d: %d of %d outside", n, moves, outside,
                    DRAWN);
    }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("many");
  TCase *tests = tcase_create("many");
  tcase_add_test(tests, shares_are_judged_by_the_binomial_distribution);
  tcase_add_test(tests, limits_about_a_target_are_those_of_the_effective_answers);
  tcase_add_test(tests, a_distance_from_all_is_a_comparison_with_all);
  tcase_add_test(tests, an_area_without_the_answer_has_limits_by_its_answers);
  tcase_add_test(tests, a_tenth_at_each_end_is_drawn_in);
  tcase_add_test(tests, overdispersion_widens_the_limits);
  tcase_add_test(tests, small_areas_take_no_part);
  tcase_add_test(tests, wrong_arguments_of_limits_are_refused);
  tcase_add_test(tests, no_memory_is_an_error_of_every_format);
  tcase_add_test(tests, a_picture_has_curves_and_names_who_is_outside);
  tcase_add_test(tests, BCG_trials_are_pooled);
  tcase_add_test(tests, areas_that_share_errors_are_pooled_along_the_axes);
  tcase_add_test(tests, equal_variances_are_pooled_by_hand);
  tcase_add_test(tests, pooled_intervals_cover);
  tcase_add_loop_test(tests, pooled_slopes_are_those_of_the_design, 0, 2);
  tcase_add_test(tests, no_memory_stops_a_pool);
  tcase_add_test(tests, areas_without_a_slope_are_left_out_of_the_pool);
  tcase_add_test(tests, with_equal_errors_the_last_wave_is_one_more_value_of_a_sample);
  tcase_add_test(tests, waves_that_differ_by_chance_set_limits_by_their_errors);
  tcase_add_test(tests, waves_that_share_people_set_limits_by_their_covariance);
  tcase_add_test(tests, the_last_wave_is_seldom_outside_by_chance);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
