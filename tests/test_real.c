/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three national surveys with their published figures and R survey's numbers.  The data are not part of the
 * project: they are looked for in the folder $TRYGG_REAL, else in ../shared/real beside the source tree. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trygg/trend.h>

#include <base/number.h>

#include "support.h"

static const char *real_path(const char *name) {
  static char path[4096];
  const char *folder = getenv("TRYGG_REAL");
  if (folder && *folder)
    snprintf(path, sizeof path, "%s/%s", folder, name);
  else
    snprintf(path, sizeof path, "%s/../shared/real/%s", source_folder(), name);
  return path;
}

/* 1 when the survey is there; else says why its test is passed over. */
static int have(const char *name) {
  if (access(real_path(name), R_OK) == 0)
    return 1;
  printf("skipped: %s is not there; set TRYGG_REAL to the folder of the real surveys\n", real_path(name));
  fflush(stdout);
  return 0;
}

static trygg_design *load(const char *survey, const char *data) {
  char folder[4096];
  const char *file = real_path(data);
  trygg_codebook *codebook = NULL;
  trygg_responses *responses = NULL;
  trygg_design *design = NULL;
  trygg_error error = {0};
  snprintf(folder, sizeof folder, "%s/examples/surveys/%s", source_folder(), survey);
  ck_ok(trygg_codebook_read(folder, &codebook, &error));
  ck_ok(trygg_responses_load(codebook, &file, 1, NULL, &responses, &error));
  ck_ok(trygg_design_create(responses, NULL, &design, &error));
  trygg_codebook_free(codebook);
  trygg_responses_free(responses);
  return design;
}

static trygg_estimates *estimate(trygg_design *design, const char *by, const char *indicator) {
  trygg_estimate_options options = {.size = sizeof options,
                                    .by = &by,
                                    .by_count = by != NULL,
                                    .indicators = &indicator,
                                    .indicator_count = indicator != NULL};
  trygg_estimates *estimates = NULL;
  trygg_error error = {0};
  ck_ok(trygg_estimate_create(design, &options, &estimates, &error));
  return estimates;
}

static trygg_estimate get(const trygg_estimates *estimates, const char *wave, const char *by,
                          const char *indicator) {
  size_t row = trygg_estimate_find(estimates, wave, by ? &by : NULL, indicator);
  ck_assert_msg(row != SIZE_MAX, "no estimate of %s in %s, %s", indicator, wave, by ? by : "all");
  return trygg_estimate_get(estimates, row);
}

static double number(const char *text) {
  double value = NAN;
  ck_assert_msg(text && !tg_number_parse(text, strlen(text), '.', &value), "no number: %s",
                text ? text : "nothing");
  return value;
}

/* Every row of `wave,group_var,group,indicator,n,sum_w,est,se` within 1e-9; the figures have 12 digits.
 * Returns the number of rows whose group is `by`. */
static int compare_reference(const char *path, const trygg_estimates *estimates, const char *by) {
  char line[1024];
  int rows = 0;
  FILE *file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
  ck_assert_int_eq(strncmp(line, "wave,group_var,group,indicator,n,sum_w,est,se", 45), 0);
  while (fgets(line, sizeof line, file)) {
    char *cell[8], *state = NULL;
    trygg_estimate e;
    line[strcspn(line, "\r\n")] = 0;
    if (strchr(line, '"')) /* the results of a test */
      continue;
    for (int i = 0; i < 8; i++)
      ck_assert_ptr_nonnull((cell[i] = strtok_r(i ? NULL : line, ",", &state)));
    if (strcmp(cell[1], by ? by : "all"))
      continue;
    e = get(estimates, cell[0], by ? cell[2] : NULL, cell[3]);
    ck_assert_int_eq(e.n, (int64_t)number(cell[4]));
    ck_assert_msg(nearly(e.weighted_n, number(cell[5]), 1e-9) && nearly(e.estimate, number(cell[6]), 1e-9) &&
                      nearly(e.se, number(cell[7]), 1e-9),
                  "%s %s %s: %.12g %.12g %.12g, expected %s %s %s", cell[0], cell[2], cell[3], e.weighted_n,
                  e.estimate, e.se, cell[5], cell[6], cell[7]);
    rows++;
  }
  fclose(file);
  return rows;
}

/* ---- Chile: ENUSC 2024 --------------------------------------------------------------------- */

static void enusc(const char *by, int rows) {
  trygg_design *design = load("enusc-2024", "enusc-2024/enusc2024.csv.gz");
  trygg_estimates *estimates = estimate(design, by, NULL);
  ck_assert_uint_eq(trygg_design_strata(design), 136);
  ck_assert_uint_eq(trygg_design_clusters(design), 2705);
  ck_assert_int_eq(compare_reference(real_path("enusc-2024/reference.csv"), estimates, NULL), 16);
  if (by)
    ck_assert_int_eq(compare_reference(real_path("enusc-2024/reference.csv"), estimates, by), rows);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
}

START_TEST(enusc_by_sex_has_every_number_of_R_survey) {
  if (have("enusc-2024/enusc2024.csv.gz"))
    enusc("rph_sexo", 28);
}
END_TEST

/* Published by INE and the Ministry of Security, in per cent with one decimal. */
static const struct {
  const char *region, *indicator, *published;
} figures[] = {
    {NULL, "up_country_all", "87.7"}, {NULL, "up_com_all", "74.5"},    {NULL, "up_barrio_all", "50.8"},
    {NULL, "vp_dc", "28.0"},          {NULL, "vp_dv", "5.8"},          {NULL, "vh_dc", "38.5"},
    {NULL, "vh_dv", "8.5"},           {"4", "up_country_all", "88.4"}, {"4", "vh_dv", "6.6"},
};

START_TEST(enusc_has_the_published_figures) {
  trygg_design *design;
  trygg_estimates *estimates;
  if (!have("enusc-2024/enusc2024.csv.gz"))
    return;
  design = load("enusc-2024", "enusc-2024/enusc2024.csv.gz");
  estimates = estimate(design, "enc_region", NULL);
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
    char met[TG_NUMBER_SIZE];
    double share = get(estimates, "2024", figures[i].region, figures[i].indicator).estimate;
    ck_assert_str_eq(tg_number_fixed(met, share * 100, 1), figures[i].published);
  }
  trygg_estimate_free(estimates);
  trygg_design_free(design);
}
END_TEST

/* ---- United States: General Social Survey -------------------------------------------------- */

/* The seven years after reference.csv, from R survey 4.1-1 in the same way.  2012's 1300 are NORC's 445 yes and
 * 855 no. */
static const struct {
  const char *year, *sex;
  int n;
  double estimate, se;
} later_years[] = {
    {"2000", NULL, 1831, 0.372845151657, 0.01525736622599},
    {"2000", "1", 809, 0.2387143995672, 0.0174586705229},
    {"2000", "2", 1022, 0.4995409311179, 0.01913388373892},
    {"2002", NULL, 919, 0.3118128492941, 0.01967776504496},
    {"2002", "1", 497, 0.2073596630609, 0.02193986180375},
    {"2002", "2", 422, 0.4703062550201, 0.03167082928294},
    {"2004", NULL, 895, 0.3117065643759, 0.01883984623803},
    {"2004", "1", 410, 0.2240850245841, 0.02296785608367},
    {"2004", "2", 485, 0.3933252743191, 0.02800676941937},
    {"2006", NULL, 1993, 0.3451716023934, 0.0155391763707},
    {"2006", "1", 863, 0.2342985321657, 0.01688909596548},
    {"2006", "2", 1130, 0.4483191879795, 0.0207494820033},
    {"2008", NULL, 1349, 0.3274471923797, 0.01809770400742},
    {"2008", "1", 611, 0.1724440652702, 0.02035445140226},
    {"2008", "2", 738, 0.4689889909279, 0.02468970458065},
    {"2010", NULL, 1276, 0.3244364502406, 0.01789299780733},
    {"2010", "1", 578, 0.2313456907625, 0.02373027027462},
    {"2010", "2", 698, 0.4152817434658, 0.02267934489904},
    {"2012", NULL, 1300, 0.3323999683215, 0.01704667454524},
    {"2012", "1", 577, 0.2006954490269, 0.02054521492963},
    {"2012", "2", 723, 0.4581729078435, 0.02406479195846},
};

START_TEST(gss_by_year_and_sex_has_every_number_of_R_survey) {
  trygg_design *design;
  trygg_estimates *estimates;
  if (!have("gss-fear/gss_fear.csv.gz"))
    return;
  design = load("gss-fear", "gss-fear/gss_fear.csv.gz");
  estimates = estimate(design, "sex", "afraid");
  ck_assert_int_eq(compare_reference(real_path("gss-fear/reference.csv"), estimates, NULL) +
                       compare_reference(real_path("gss-fear/reference.csv"), estimates, "sex"),
                   51);
  for (size_t i = 0; i < sizeof later_years / sizeof *later_years; i++) {
    trygg_estimate e = get(estimates, later_years[i].year, later_years[i].sex, "afraid");
    ck_assert_int_eq(e.n, later_years[i].n);
    ck_near(e.estimate, later_years[i].estimate, 1e-9);
    ck_near(e.se, later_years[i].se, 1e-9);
  }
  /* The only year with a lonely stratum says so. */
  ck_assert(get(estimates, "1993", NULL, "afraid").flags & TRYGG_FLAG_LONELY);
  ck_assert(!(get(estimates, "1994", NULL, "afraid").flags & TRYGG_FLAG_LONELY));
  trygg_estimate_free(estimates);
  trygg_design_free(design);
}
END_TEST

static size_t trend_row(const trygg_table *table, const char *test) {
  size_t column = trygg_table_find(table, "test");
  for (size_t r = 0; r < trygg_table_rows(table); r++)
    if (!strcmp(trygg_table_text(table, r, column), test))
      return r;
  ck_abort_msg("no row of %s", test);
  return 0;
}

static double trend_number(const trygg_table *table, const char *test, const char *column) {
  return trygg_table_number(table, trend_row(table, test), trygg_table_find(table, column));
}

START_TEST(gss_slopes_over_24_waves_are_those_of_R_svyglm) {
  trygg_design *design;
  trygg_estimates *estimates;
  trygg_table *table = NULL;
  trygg_error error = {0};
  size_t waves = 1;
  if (!have("gss-fear/gss_fear.csv.gz"))
    return;
  design = load("gss-fear", "gss-fear/gss_fear.csv.gz");
  estimates = estimate(design, NULL, "afraid");
  ck_ok(trygg_trend_table(estimates, NULL, &table, &error));
  for (const char *c =
           trygg_table_text(table, trend_row(table, "record_linear"), trygg_table_find(table, "waves"));
       *c; c++)
    waves += *c == ' ';
  ck_assert_uint_eq(waves, 24);
  ck_near(trend_number(table, "record_linear", "estimate"), -0.00265408266, 2e-9);
  ck_near(trend_number(table, "record_linear", "se"), 0.00030871364, 1e-8);
  ck_near(trend_number(table, "record_logit", "estimate"), -0.01119195436, 1e-9);
  ck_near(trend_number(table, "record_logit", "se"), 0.00130985265, 1e-8);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
}
END_TEST

START_TEST(gss_slope_since_1994_is_that_of_R_svyglm) {
  static const char *const waves[] = {"1994", "1996", "1998", "2000", "2002",
                                      "2004", "2006", "2008", "2010", "2012"};
  static const char *const tests[] = {"record_linear"}, *const afraid[] = {"afraid"};
  trygg_estimate_options what = {.size = sizeof what,
                                 .indicators = afraid,
                                 .indicator_count = 1,
                                 .waves = waves,
                                 .wave_count = sizeof waves / sizeof *waves};
  trygg_trend_options how = {.size = sizeof how, .tests = tests, .test_count = 1};
  trygg_design *design;
  trygg_estimates *estimates = NULL;
  trygg_table *table = NULL;
  trygg_error error = {0};
  if (!have("gss-fear/gss_fear.csv.gz"))
    return;
  design = load("gss-fear", "gss-fear/gss_fear.csv.gz");
  ck_ok(trygg_estimate_create(design, &what, &estimates, &error));
  ck_ok(trygg_trend_table(estimates, &how, &table, &error));
  ck_near(trend_number(table, "record_linear", "estimate"), -0.00665033098, 1e-9);
  ck_near(trend_number(table, "record_linear", "se"), 0.00092429837, 1e-8);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
}
END_TEST

/* ---- United States: National Crime Victimization Survey ------------------------------------ */

START_TEST(ncvs_property_crime_rate_is_the_known_one) {
  trygg_design *design;
  trygg_estimates *estimates;
  trygg_estimate rate, any;
  char text[TG_NUMBER_SIZE];
  if (!have("ncvs-2021/ncvs2021_household.csv.gz"))
    return;
  design = load("ncvs-2021", "ncvs-2021/ncvs2021_household.csv.gz");
  estimates = estimate(design, NULL, NULL);
  rate = get(estimates, "2021", NULL, "prop_rate");
  any = get(estimates, "2021", NULL, "any_property");
  ck_assert_int_eq(rate.n, 150138);
  ck_assert_str_eq(tg_number_fixed(text, rate.estimate, 3), "90.335");
  ck_assert_str_eq(tg_number_fixed(text, rate.se, 3), "1.948");
  ck_assert_str_eq(tg_number_fixed(text, any.estimate * 100, 2), "4.14");
  trygg_estimate_free(estimates);
  trygg_design_free(design);
}
END_TEST

static Suite *real_suite(void) {
  Suite *suite = suite_create("real");
  TCase *surveys = tcase_create("surveys");
  tcase_set_timeout(surveys, 300);
  tcase_add_test(surveys, enusc_by_sex_has_every_number_of_R_survey);
  tcase_add_test(surveys, enusc_has_the_published_figures);
  tcase_add_test(surveys, gss_by_year_and_sex_has_every_number_of_R_survey);
  tcase_add_test(surveys, gss_slopes_over_24_waves_are_those_of_R_svyglm);
  tcase_add_test(surveys, gss_slope_since_1994_is_that_of_R_svyglm);
  tcase_add_test(surveys, ncvs_property_crime_rate_is_the_known_one);
  suite_add_tcase(suite, surveys);
  return suite;
}

int main(void) {
  return run_suite(real_suite());
}
