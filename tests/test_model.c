/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regressions against R survey (tests/golden/model.csv), against estimates and trends that must be the same, and at
 * the edges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/disclosure.h>
#include <trygg/model.h>
#include <trygg/trend.h>

#include <base/memory.h>
#include <base/number.h>
#include <model/families.h>

#include "fixture.h"

static trygg_error error;

/* ---- surveys ----------------------------------------------------------------------------------- */

#define MOST 8

/* What to fit: `on` has blanks between. */
typedef struct wanted {
  const char *outcome, *on, *family, *reference, *where, *offset, *exposure;
  int threads, no_intercept;
} wanted;

static trygg_status fit(const fixture *f, const wanted *w, trygg_model **out) {
  char text[256], *state = NULL;
  const char *on[MOST];
  trygg_model_options options = {.size = sizeof options,
                                 .outcome = w->outcome,
                                 .on = on,
                                 .family = w->family,
                                 .reference = w->reference,
                                 .no_intercept = w->no_intercept,
                                 .offset = w->offset,
                                 .exposure = w->exposure,
                                 .where = &w->where,
                                 .where_count = w->where != NULL,
                                 .threads = w->threads ? w->threads : 1};
  snprintf(text, sizeof text, "%s", w->on);
  for (char *word = strtok_r(text, " ", &state); word; word = strtok_r(NULL, " ", &state))
    on[options.on_count++] = word;
  return trygg_model_create(f->design, &options, out, &error);
}

static trygg_model *fitted(const fixture *f, wanted w) {
  trygg_model *model = NULL;
  ck_ok(fit(f, &w, &model));
  return model;
}

/* The figure PART TERM LEVEL. */
static size_t find(const trygg_model *model, const char *part, const char *term, const char *level) {
  for (size_t i = 0; i < trygg_model_count(model); i++) {
    trygg_model_figure figure = trygg_model_get(model, i);
    if (!strcmp(figure.part, part) && !strcmp(figure.term, term) && !strcmp(figure.level, level))
      return i;
  }
  ck_abort_msg("no %s of %s %s", part, term, level);
  return SIZE_MAX;
}

static trygg_model_figure get(const trygg_model *model, const char *part, const char *term,
                              const char *level) {
  return trygg_model_get(model, find(model, part, term, level));
}

/* ---- R survey ------------------------------------------------------------------------------------ */

typedef struct golden_case {
  const char *name, *folder, *lonely;
  wanted what;
} golden_case;

#define NHANES_NUMBERS                                                                                       \
  "name,type,rule,from,codes\nscore,integer,cap,age,9\nsquare,integer,product,age age,\n"                    \
  "chosen,select_one ab,bands,race,1=a 2=b 3=b 4=a\n"

static const golden_case cases[] = {
    {"clus1 linear", "apiclus1", NULL, {"api_mean", "stype ell meals", .where = NULL}},
    {"clus1 logistic", "apiclus1", NULL, {"wide", "stype ell", .family = NULL}},
    {"clus1 poisson", "apiclus1", NULL, {"enroll_total", "stype meals", .family = NULL}},
    {"strat common", "apistrat", NULL, {"wide", "comp_imp", .reference = "common"}},
    {"strat where stype", "apistrat", NULL, {"api_mean", "comp_imp=No meals", .where = "stype=E,H"}},
    {"clus1 exposure", "apiclus1", NULL, {"enroll_total", "stype meals", .exposure = "api_stu"}},
    {"clus1 offset", "apiclus1", NULL, {"api_mean", "ell stype", .offset = "api99"}},
    {"clus2 linear", "apiclus2", NULL, {"api_mean", "ell meals", .family = "linear"}},
    {"clus2 logistic", "apiclus2", NULL, {"wide", "ell meals", .family = "logistic"}},
    {"stages linear", "apimobility", NULL, {"api_mean", "ell meals mobility", .family = NULL}},
    {"stages logistic", "apimobility", NULL, {"wide", "ell meals mobility", .family = NULL}},
    {"nhanes trend", "nhanes", NULL, {"high", "score", .family = NULL}},
    {"nhanes quadratic", "nhanes", NULL, {"high", "score square", .family = NULL}},
    {"nhanes background", "nhanes", NULL, {"high", "race age sex", .family = NULL}},
    {"nhanes rates", "nhanes", NULL, {"high", "race sex", .family = "poisson"}},
    {"nhanes shares", "nhanes", NULL, {"chol=1", "race sex", .family = "linear"}},
    {"nhanes women", "nhanes", NULL, {"high", "race", .where = "sex=2"}},
    {"nhanes race sex", "nhanes", NULL, {"high", "race*sex", .family = NULL}},
    {"nhanes score race", "nhanes", NULL, {"high", "score race score:race", .family = NULL}},
    {"nhanes square", "nhanes", NULL, {"high", "score*score sex", .family = NULL}},
    {"clus1 numbers", "apiclus1", NULL, {"api_mean", "ell*meals stype", .family = NULL}},
    {"clus1 counts", "apiclus1", NULL, {"enroll_total", "stype*sch_wide", .family = NULL}},
    {"panel", "panel", NULL, {"afraid", "sex score", .family = NULL}},
    {"panel adjust", "panel", "adjust", {"afraid", "sex score", .family = NULL}},
    {"county", "county", NULL, {"worried", "wave sex area x", .family = NULL}},
    {"county offset", "county", NULL, {"worried", "sex area", .offset = "x"}},
    {"county three", "county", NULL, {"worried", "sex*area*x", .family = NULL}},
    {"nhanes three", "nhanes", NULL, {"high", "age*sex*chosen", .family = "linear"}},
    {"myco", "myco", NULL, {"ill", "recent scar", .family = NULL}},
};

enum { case_count = sizeof cases / sizeof *cases };

static double largest_difference; /* over a case, relative */

static void compare(const char *what, double met, double expected, double scale, double tolerance) {
  double difference = fabs(met - expected) / fmax(fabs(expected), scale);
  ck_assert_msg(difference <= tolerance, "%s: %.17g, expected %.17g (%g)", what, met, expected, difference);
  largest_difference = fmax(largest_difference, difference);
}

/* An `effect` is a difference that is compared with no level. */
static double table_number(const trygg_table *table, const char *part, const char *term, const char *level,
                           const char *column) {
  int effect = !strcmp(part, "effect"), difference = effect || !strcmp(part, "difference");
  for (size_t r = 0; r < trygg_table_rows(table); r++)
    if (!strcmp(trygg_table_text(table, r, 1), effect ? "difference" : part) &&
        !strcmp(trygg_table_text(table, r, 2), term) && !strcmp(trygg_table_text(table, r, 3), level) &&
        (!difference || (*trygg_table_text(table, r, 4) == 0) == effect))
      return trygg_table_number(table, r, trygg_table_find(table, column));
  ck_abort_msg("no row %s %s %s", part, term, level);
  return NAN;
}

/* `PART TERM LEVEL`, cut at its blanks; `.` is empty. */
typedef struct figure_name {
  char text[128];
  const char *part, *term, *level;
} figure_name;

static void cut(figure_name *name, const char *text, size_t length) {
  char *state = NULL;
  ck_assert_uint_lt(length, sizeof name->text);
  memcpy(name->text, text, length);
  name->text[length] = 0;
  name->part = strtok_r(name->text, " ", &state);
  name->term = strtok_r(NULL, " ", &state);
  name->level = strtok_r(NULL, " ", &state);
  if (!name->level || !strcmp(name->level, "."))
    name->level = "";
}

static size_t find_named(const trygg_model *model, const char *text, size_t length) {
  figure_name name;
  cut(&name, text, length);
  return find(model, name.part, strcmp(name.term, "(intercept)") ? name.term : "", name.level);
}

static void compare_row(const trygg_model *model, const trygg_table *table, const char *figure,
                        const char *statistic, double value) {
  const char *both = strstr(figure, " & ");
  char what[256];
  figure_name name;
  snprintf(what, sizeof what, "%s %s", figure, statistic);
  if (!strcmp(figure, ".")) {
    ck_assert_double_eq(trygg_model_summarize(model).df, value);
    return;
  }
  if (both) {
    size_t a = find_named(model, figure, (size_t)(both - figure)),
           b = find_named(model, both + 3, strlen(both + 3));
    compare(what, trygg_model_covariance(model, a, b), value,
            trygg_model_get(model, a).se * trygg_model_get(model, b).se, 1e-10);
    return;
  }
  cut(&name, figure, strlen(figure));
  /* d log p = t dt, and an F of many terms inverts their covariance. */
  compare(what, table_number(table, name.part, name.term, name.level, statistic), value, 0,
          !strcmp(statistic, "p")           ? 1e-8
          : !strcmp(statistic, "statistic") ? 1e-9
                                            : 1e-10);
}

static const char *const every_test[] = {"wald", "working_wald", "likelihood_ratio", "score", "quasi_score"};
enum { test_count = sizeof every_test / sizeof *every_test };

/* T6, T7 (`stages`), T8 (`myco`) and W4 (`nhanes`) of docs/evidence.md are among them. */
START_TEST(regression_has_the_numbers_of_R_survey) {
  const golden_case *c = &cases[_i];
  fixture f = fixture_golden(c->folder, !strcmp(c->folder, "nhanes") ? NHANES_NUMBERS : NULL, c->lonely);
  trygg_model *model = fitted(&f, c->what);
  trygg_table *table = NULL;
  trygg_model_table_options every = {.size = sizeof every, .tests = every_test, .test_count = test_count};
  char path[4096], *text, *line, *state = NULL;
  size_t compared = 0;
  ck_ok(trygg_model_table(model, &every, &table, &error));
  snprintf(path, sizeof path, "%s/golden/model.csv", tests_folder());
  text = fixture_read_text(path);
  largest_difference = 0;
  for (line = strtok_r(text, "\n", &state); (line = strtok_r(NULL, "\n", &state));) {
    char *cell = NULL, *name = strtok_r(line, ",", &cell), *figure = strtok_r(NULL, ",", &cell),
         *statistic = strtok_r(NULL, ",", &cell);
    double value;
    ck_assert_int_eq(tg_number_parse(cell, strlen(cell), '.', &value), 0);
    if (strcmp(name, c->name))
      continue;
    compare_row(model, table, figure, statistic, value);
    compared++;
  }
  ck_assert_uint_gt(compared, 0);
  printf("%s: %zu numbers, largest difference %.1e\n", c->name, compared, largest_difference);
  free(text);
  trygg_table_free(table);
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

/* R survey 4.1-1: svyglm() on calibrate(dclus1, ~stype, c(6194, 755, 1018)), converged. */
START_TEST(calibrated_weights_leave_the_variance_of_their_residuals) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators"};
  static const double known[][2] = {{808.90531325860832, 19.638215620182212},
                                    {-0.42345143675933, 0.301676353781228},
                                    {-3.13332460445147, 0.332436938999855},
                                    {1.2565416773607767, 0.4004201761606053},
                                    {0.0234725664587209, 0.0137101734864788}};
  char path[4096], *texts[5];
  trygg_model *linear, *logistic;
  fixture f;
  for (size_t i = 0; i < 4; i++) {
    snprintf(path, sizeof path, "%s/data/golden/apiclus1/%s.csv", tests_folder(), tables[i]);
    texts[i] = fixture_read_text(path);
  }
  snprintf(path, sizeof path, "%s/data/golden/apiclus1.csv", tests_folder());
  texts[4] = fixture_read_text(path);
  f = fixture_load(
      &(fixture_texts){.settings = texts[0],
                       .survey = texts[1],
                       .choices = texts[2],
                       .indicators = texts[3],
                       .data = texts[4],
                       .margins = "variables,category,total\nstype,E,4421\nstype,H,755\nstype,M,1018\n",
                       .calibrate = "linear"});
  linear = fitted(&f, (wanted){"api_mean", "ell meals", .family = NULL});
  logistic = fitted(&f, (wanted){"wide", "ell", .family = NULL});
  for (size_t i = 0; i < 5; i++) {
    trygg_model_figure figure = trygg_model_get(i < 3 ? linear : logistic, i < 3 ? i : i - 3);
    ck_near(figure.estimate, known[i][0], 1e-12);
    ck_near(figure.se, known[i][1], 1e-12);
  }
  trygg_model_free(linear);
  trygg_model_free(logistic);
  fixture_free(&f);
  for (size_t i = 0; i < 5; i++)
    free(texts[i]);
}
END_TEST

/* ---- what must be the same ----------------------------------------------------------------------- */

static double log_odds(double p) {
  return log(p / (1 - p));
}

/* A model of one factor says what its shares say, to the last bits. */
START_TEST(model_of_one_factor_is_its_shares) {
  static const char *const families[] = {"logistic", "poisson", "linear"};
  fixture f = fixture_golden("nhanes", NULL, NULL);
  trygg_estimates *estimates = fixture_estimate(&f, "race", NULL);
  for (size_t k = 0; k < 3; k++) {
    trygg_model *model = fitted(&f, (wanted){"high", "race=2", .family = families[k]});
    double at_reference = fixture_get(estimates, "", "2", "high").estimate;
    size_t rows[4];
    double covariance[16];
    for (size_t level = 0; level < 4; level++) {
      char code[2] = {(char)('1' + level), 0};
      const char *by[] = {code};
      trygg_estimate share = fixture_get(estimates, "", code, "high");
      trygg_model_figure prediction = get(model, "prediction", "race", code);
      rows[level] = trygg_estimate_find(estimates, "", by, "high");
      ck_near(prediction.estimate, share.estimate, 1e-14);
      ck_near(prediction.se, share.se, 1e-13);
      ck_assert_int_eq(prediction.n, share.n);
      if (level != 1) {
        double b = get(model, "coefficient", "race", code).estimate, p = share.estimate;
        ck_assert_str_eq(get(model, "coefficient", "race", code).against, "2");
        ck_near(b,
                k == 0   ? log_odds(p) - log_odds(at_reference)
                : k == 1 ? log(p / at_reference)
                         : p - at_reference,
                1e-13);
      }
    }
    ck_ok(trygg_estimate_covariance(estimates, rows, 4, covariance, &error));
    for (size_t i = 0; i < 4; i++)
      for (size_t j = 0; j < 4; j++) {
        char a[2] = {(char)('1' + i), 0}, b[2] = {(char)('1' + j), 0};
        double met = trygg_model_covariance(model, find(model, "prediction", "race", a),
                                            find(model, "prediction", "race", b));
        ck_assert(fabs(met - covariance[4 * i + j]) <= 1e-12 * sqrt(covariance[5 * i] * covariance[5 * j]));
      }
    trygg_model_free(model);
  }
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* With all combinations of two factors a model says what the shares of the combinations say, whatever its family; and the
 * level compared with may be named. */
START_TEST(model_of_a_cross_is_its_shares) {
  static const char *const families[] = {"logistic", "poisson", "linear"}, *const by[] = {"race", "sex"};
  fixture f = fixture_golden("nhanes", NULL, NULL);
  trygg_estimate_options what = {.size = sizeof what, .by = by, .by_count = 2};
  trygg_estimates *estimates = NULL;
  ck_ok(trygg_estimate_create(f.design, &what, &estimates, &error));
  for (size_t k = 0; k < 3; k++) {
    trygg_model *model = fitted(&f, (wanted){"high", "race*sex race=2 sex=2", .family = families[k]});
    size_t rows[8], figures[8];
    double covariance[64];
    for (size_t i = 0; i < 8; i++) {
      const char race[] = {(char)('1' + i / 2), 0}, sex[] = {(char)('1' + i % 2), 0}, *codes[] = {race, sex};
      char level[8];
      trygg_estimate share;
      trygg_model_figure prediction;
      snprintf(level, sizeof level, "%s:%s", race, sex);
      rows[i] = trygg_estimate_find(estimates, "", codes, "high");
      figures[i] = find(model, "prediction", "race:sex", level);
      share = trygg_estimate_get(estimates, rows[i]);
      prediction = trygg_model_get(model, figures[i]);
      ck_near(prediction.estimate, share.estimate, 1e-13);
      ck_near(prediction.se, share.se, 1e-12);
      ck_assert_int_eq(prediction.n, share.n);
    }
    ck_ok(trygg_estimate_covariance(estimates, rows, 8, covariance, &error));
    for (size_t i = 0; i < 8; i++)
      for (size_t j = 0; j < 8; j++)
        ck_assert(fabs(trygg_model_covariance(model, figures[i], figures[j]) - covariance[8 * i + j]) <=
                  1e-11 * sqrt(covariance[9 * i] * covariance[9 * j]));
    ck_assert_str_eq(get(model, "coefficient", "race:sex", "1:1").against, "2:2");
    trygg_model_free(model);
  }
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* Without background the intercept is the estimate itself, and its standard error by the delta method. */
START_TEST(model_without_background_is_the_estimate) {
  fixture f = fixture_golden("county", NULL, "certainty");
  trygg_estimate_options what = {.size = sizeof what, .pool = 1};
  trygg_estimates *estimates = NULL;
  trygg_model *model = fitted(&f, (wanted){"worried", "", .family = NULL});
  trygg_model_figure b = trygg_model_get(model, 0);
  trygg_estimate share;
  ck_ok(trygg_estimate_create(f.design, &what, &estimates, &error));
  share = fixture_get(estimates, "", NULL, "worried");
  ck_assert_uint_eq(trygg_model_count(model), 1);
  ck_assert_str_eq(b.part, "coefficient");
  ck_assert_str_eq(b.term, "");
  ck_near(b.estimate, log_odds(share.estimate), 1e-14);
  ck_near(b.se, share.se / (share.estimate * (1 - share.estimate)), 1e-13);
  ck_near(trygg_model_summarize(model).outcome, share.estimate, 1e-14);
  ck_assert_double_eq(trygg_model_summarize(model).df, share.df);
  ck_near(trygg_model_summarize(model).weighted_n, share.weighted_n, 1e-14);
  trygg_model_free(model);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

static double trend_number(const trygg_table *trends, const char *indicator, const char *test,
                           const char *column) {
  for (size_t r = 0; r < trygg_table_rows(trends); r++)
    if (!strcmp(trygg_table_text(trends, r, 0), indicator) && !strcmp(trygg_table_text(trends, r, 1), test))
      return trygg_table_number(trends, r, trygg_table_find(trends, column));
  ck_abort_msg("no trend %s of %s", test, indicator);
  return NAN;
}

/* A golden survey whose data have the wave once more, as a number `year`. */
static fixture load_with_year(const char *folder, const char *lonely) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators"};
  char path[4096], *texts[5], *data, *at;
  fixture f;
  for (size_t i = 0; i < 4; i++) {
    snprintf(path, sizeof path, "%s/data/golden/%s/%s.csv", tests_folder(), folder, tables[i]);
    texts[i] = fixture_read_text(path);
  }
  texts[1] = realloc(texts[1], strlen(texts[1]) + 64);
  strcat(texts[1], "integer,year,The wave again,\n");
  snprintf(path, sizeof path, "%s/data/golden/%s.csv", tests_folder(), folder);
  data = fixture_read_text(path);
  at = texts[4] = malloc(2 * strlen(data) + 64);
  for (char *state = NULL, *line = strtok_r(data, "\n", &state); line; line = strtok_r(NULL, "\n", &state))
    at +=
        sprintf(at, "%s,%.4s\n", line, strncmp(line, "wave", 4) ? line : "year"); /* the wave stands first */
  f = fixture_load(&(fixture_texts){.settings = texts[0],
                                    .survey = texts[1],
                                    .choices = texts[2],
                                    .indicators = texts[3],
                                    .data = texts[4],
                                    .lonely = lonely});
  free(data);
  for (size_t i = 0; i < 5; i++)
    free(texts[i]);
  return f;
}

static void check_slope(const fixture *f, const trygg_table *trends, const char *indicator, const char *test,
                        const char *family) {
  trygg_model *model = fitted(f, (wanted){indicator, "year", .family = family});
  trygg_model_figure slope = get(model, "coefficient", "year", "");
  ck_near(slope.estimate, trend_number(trends, indicator, test, "estimate"), 1e-11);
  ck_near(slope.se, trend_number(trends, indicator, test, "se"), 1e-11);
  ck_assert_double_eq(trygg_model_summarize(model).df, trend_number(trends, indicator, test, "df2"));
  trygg_model_free(model);
}

/* ... and the adjusted ones those on the year and background, by whatever variance. */
static void check_adjusted(const fixture *f, const trygg_estimates *estimates, const char *indicator,
                           const char *test, const char *family) {
  static const char *const on[] = {"sex"};
  trygg_trend_options options = {
      .size = sizeof options, .tests = &test, .test_count = 1, .on = on, .on_count = 1};
  trygg_model *model = fitted(f, (wanted){indicator, "sex year", .family = family});
  trygg_model_figure slope = get(model, "coefficient", "year", "");
  trygg_table *trends = NULL;
  ck_ok(trygg_trend_table(estimates, &options, &trends, &error));
  ck_near(trend_number(trends, indicator, test, "estimate"), slope.estimate, 1e-11);
  ck_near(trend_number(trends, indicator, test, "se"), slope.se, 1e-11);
  ck_assert_double_eq(trygg_model_summarize(model).df, trend_number(trends, indicator, test, "df2"));
  trygg_table_free(trends);
  trygg_model_free(model);
}

/* The trend tests record_linear and record_logit are regressions on the year. */
START_TEST(record_slopes_of_trends_are_regressions_on_the_year) {
  static const struct {
    const char *folder, *lonely, *share, *mean;
  } surveys[] = {{"panel", "certainty", "afraid", "score_mean"},
                 {"panel", "adjust", "afraid", "score_mean"},
                 {"county", "certainty", "worried", "x_mean"},
                 {"county", "adjust", "worried", "x_mean"},
                 {"county", "average", "low_any", "points"}};
  fixture f = load_with_year(surveys[_i].folder, surveys[_i].lonely);
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *trends = NULL;
  ck_ok(trygg_trend_table(estimates, NULL, &trends, &error));
  check_slope(&f, trends, surveys[_i].share, "record_linear", "linear");
  check_slope(&f, trends, surveys[_i].mean, "record_linear", NULL);
  check_slope(&f, trends, surveys[_i].share, "record_logit", NULL);
  check_adjusted(&f, estimates, surveys[_i].share, "record_linear_adjusted", "linear");
  check_adjusted(&f, estimates, surveys[_i].mean, "record_linear_adjusted", NULL);
  check_adjusted(&f, estimates, surveys[_i].share, "record_logit_adjusted", NULL);
  trygg_table_free(trends);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* What a level is compared with moves coefficients only; so does the order of the terms. */
START_TEST(predictions_and_tests_do_not_depend_on_the_reference) {
  fixture f = fixture_golden("nhanes", NULL, NULL);
  trygg_model *a = fitted(&f, (wanted){"high", "race age sex", .family = NULL});
  trygg_model *b = fitted(&f, (wanted){"high", "sex=2 age=3 race=4", .family = NULL});
  static const char *const terms[] = {"race", "age", "sex", NULL};
  for (size_t i = 0; i < trygg_model_count(a); i++) {
    trygg_model_figure figure = trygg_model_get(a, i), other;
    if (!strcmp(figure.part, "coefficient"))
      continue;
    other = get(b, figure.part, figure.term, figure.level);
    ck_near(other.estimate, figure.estimate, 1e-12);
    ck_near(other.se, figure.se, 1e-11);
  }
  for (size_t i = 0; i < 4; i++) {
    double f1, f2, df1, df2, df3, df4, p1, p2;
    ck_ok(trygg_model_test(a, terms[i], &f1, &df1, &df2, &p1, &error));
    ck_ok(trygg_model_test(b, terms[i], &f2, &df3, &df4, &p2, &error));
    ck_near(f2, f1, 1e-9);
    ck_near(p2, p1, 1e-8);
    ck_assert(df1 == df3 && df2 == df4);
  }
  ck_near(get(a, "coefficient", "sex", "2").estimate, -get(b, "coefficient", "sex", "1").estimate, 1e-11);
  trygg_model_free(a);
  trygg_model_free(b);
  fixture_free(&f);
}
END_TEST

/* Without an intercept a factor has its means, with their covariance. */
START_TEST(without_intercept_a_factor_has_its_means) {
  fixture f = fixture_golden("nhanes", NULL, NULL);
  trygg_estimates *estimates = fixture_estimate(&f, "age", NULL);
  trygg_model *model = fitted(&f, (wanted){"high", "age", .family = "linear", .no_intercept = 1});
  for (size_t i = 0; i < 4; i++) {
    char code[2] = {(char)('1' + i), 0};
    trygg_model_figure mean = get(model, "coefficient", "age", code);
    ck_near(mean.estimate, fixture_get(estimates, "", code, "high").estimate, 1e-14);
    ck_near(mean.se, fixture_get(estimates, "", code, "high").se, 1e-13);
    ck_assert_str_eq(mean.against, "");
  }
  trygg_model_free(model);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

static trygg_model_finding tested(const trygg_model *model, const char *test, const char *term) {
  trygg_model_finding finding;
  ck_ok(trygg_model_test_by(model, test, term, &finding, &error));
  return finding;
}

/* A quadratic likelihood falls by b' V0^-1 b; of one column F is t^2, and a mixture of one weight is F. */
START_TEST(tests_of_terms_agree_where_they_are_one) {
  fixture f = fixture_golden("nhanes", NHANES_NUMBERS, NULL);
  trygg_model *model = fitted(&f, (wanted){"high", "race sex score", .family = "linear"});
  static const char *const terms[] = {"race", "sex", NULL};
  for (size_t i = 0; i < 3; i++) {
    trygg_model_finding a = tested(model, "working_wald", terms[i]),
                        b = tested(model, "likelihood_ratio", terms[i]);
    ck_near(a.statistic, b.statistic, 1e-11);
    ck_near(a.p, b.p, 1e-9);
    ck_near(a.df1, b.df1, 1e-15);
    ck_assert(isnan(a.estimate) && isnan(b.se));
  }
  ck_near(tested(model, "wald", "sex").statistic, tested(model, "working_wald", "sex").statistic, 1e-12);
  ck_near(tested(model, NULL, "sex").p, tested(model, "working_wald", "sex").p, 1e-11);
  ck_near(tested(model, "score", "sex").statistic, tested(model, "quasi_score", "sex").statistic, 1e-12);
  ck_near(tested(model, "score", "sex").p, tested(model, "quasi_score", "sex").p, 1e-11);
  ck_near(pow(tested(model, "score", "sex").estimate / tested(model, "score", "sex").se, 2),
          tested(model, "score", "sex").statistic, 1e-12);
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

/* What a term is compared with, and in which units weights and numbers are, is nothing to its tests. */
START_TEST(tests_of_terms_do_not_depend_on_units) {
  fixture f = fixture_golden("nhanes", NHANES_NUMBERS, NULL);
  trygg_model *a = fitted(&f, (wanted){"high", "race sex score", .family = NULL}),
              *b = fitted(&f, (wanted){"high", "score race=3 sex=2", .family = NULL});
  for (size_t i = 0; i < test_count; i++) {
    trygg_model_finding one = tested(a, every_test[i], "race"), other = tested(b, every_test[i], "race");
    ck_near(one.statistic, other.statistic, 1e-9);
    ck_near(one.p, other.p, 1e-8);
  }
  trygg_model_free(a);
  trygg_model_free(b);
  fixture_free(&f);
}
END_TEST

START_TEST(bits_are_the_same_on_any_threads) {
  fixture f = fixture_golden("nhanes", NHANES_NUMBERS, NULL);
  trygg_model *one = fitted(&f, (wanted){"high", "race score sex", .threads = 1});
  for (int threads = 2; threads <= 16; threads *= 2) {
    trygg_model *many = fitted(&f, (wanted){"high", "race score sex", .threads = threads});
    for (size_t i = 0; i < trygg_model_count(one); i++) {
      trygg_model_figure a = trygg_model_get(one, i), b = trygg_model_get(many, i);
      ck_assert(memcmp(&a.estimate, &b.estimate, sizeof a.estimate) == 0);
      ck_assert(memcmp(&a.se, &b.se, sizeof a.se) == 0);
    }
    for (size_t i = 0; i < test_count; i++) {
      trygg_model_finding a = tested(one, every_test[i], "race"), b = tested(many, every_test[i], "race");
      ck_assert(memcmp(&a, &b, sizeof a) == 0);
    }
    trygg_model_free(many);
  }
  trygg_model_free(one);
  fixture_free(&f);
}
END_TEST

/* ---- small surveys ------------------------------------------------------------------------------- */

#define SMALL_SURVEY                                                                                          \
  "type,name,role\ndecimal,w,weight\ninteger,c,cluster\nselect_one yn,y,\nselect_one g,g,\nselect_one g,h,\n" \
  "integer,x,\ninteger,k,\ndate,d,\ntext,t,\nselect_multiple g,m,\n"
#define SMALL_CHOICES "list_name,name,label\nyn,0,no\nyn,1,yes\ng,a,A\ng,b,B\ng,c,C\n"
#define SMALL_INDICATORS                                                                                     \
  "name,type,variable,numerator,denominator\nbad,share,y,1,\nxs,mean,x,,\nks,total,k,,\nper,ratio,x,,k\n"    \
  "mid,quantile,x,0.5,\n"
#define SMALL_HEADER "w,c,y,g,h,x,k,d,t,m\n"

static fixture small(const char *data) {
  char text[8192];
  snprintf(text, sizeof text, SMALL_HEADER "%s", data);
  return fixture_load(&(fixture_texts){
      .survey = SMALL_SURVEY, .choices = SMALL_CHOICES, .indicators = SMALL_INDICATORS, .data = text});
}

static const char *note_of(const trygg_table *table, const char *key) {
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    if (!strcmp(trygg_table_note_key(table, i), key))
      return trygg_table_note_text(table, i);
  ck_abort_msg("no note `%s`", key);
  return NULL;
}

/* The same time for everybody moves the intercept alone; a linear offset is taken off the outcome. */
START_TEST(offsets_move_what_they_must) {
  static const char data[] =
      "1,1,0,a,a,3,2,,,\n1,2,1,b,b,5,2,,,\n1,3,0,a,a,4,2,,,\n1,4,1,b,b,9,2,,,\n1,5,1,a,b,2,2,,,\n"
      "1,6,0,b,a,7,2,,,\n1,7,0,,a,7,2,,,\n1,8,0,a,a,7,,,,\n";
  fixture f = small(data);
  trygg_model *bare = fitted(&f, (wanted){"xs", "g", .family = "poisson", .where = "k=2"});
  trygg_model *per = fitted(&f, (wanted){"xs", "g", .family = "poisson", .exposure = "k"});
  trygg_model *straight = fitted(&f, (wanted){"xs", "g", .family = "linear", .offset = "k"});
  trygg_table *table = NULL;
  ck_assert_int_eq(trygg_model_summarize(per).n, 6);
  ck_assert_int_eq(trygg_model_summarize(per).left_out, 2);
  ck_near(trygg_model_get(per, 0).estimate, trygg_model_get(bare, 0).estimate - log(2), 1e-14);
  for (size_t i = 1; i < trygg_model_count(per);
       i++) { /* the effect, and the predictions with the time they had */
    ck_near(trygg_model_get(per, i).estimate, trygg_model_get(bare, i).estimate, 1e-13);
    ck_near(trygg_model_get(per, i).se, trygg_model_get(bare, i).se, 1e-13);
  }
  ck_near(get(straight, "coefficient", "", "").estimate, 3 - 2, 1e-14); /* the mean of a less its offset */
  ck_near(get(straight, "prediction", "g", "b").estimate, get(bare, "prediction", "g", "b").estimate, 1e-14);
  for (size_t i = 0; i < test_count; i++)
    ck_near(tested(per, every_test[i], NULL).statistic, tested(bare, every_test[i], NULL).statistic, 1e-12);
  ck_ok(trygg_model_table(per, NULL, &table, &error));
  ck_assert_str_eq(note_of(table, "exposure"), "k");
  ck_assert_str_eq(note_of(table, "left_out"), "2 (g 1, k 1)");
  trygg_table_free(table);
  trygg_model_free(bare);
  trygg_model_free(per);
  trygg_model_free(straight);
  fixture_free(&f);
}
END_TEST

#define TEN_RECORDS                                                                                          \
  "1,1,0,a,a,1,0,2020-01-01,q,a\n2,2,1,a,b,2,1,2020-01-01,q,b\n1,3,0,a,a,3,2,,q,a\n1.5,4,1,b,b,4,0,,q,b\n"   \
  "1,5,0,b,a,5,3,,q,a\n1,6,1,b,b,6,1,,q,a\n2,7,1,c,a,7,2,,q,a\n1,8,0,c,b,8,4,,q,a\n3,9,1,c,c,9,1,,q,a\n"     \
  "1,10,0,c,c,11,0,,q,a\n"

/* Weight 3 is the same answer three times for the fit, and one cluster for the variance. */
START_TEST(weights_count_records) {
  fixture f = small(TEN_RECORDS);
  fixture g =
      small("1,1,0,a,a,1,0,,,\n1,2,1,a,b,2,1,,,\n1,2,1,a,b,2,1,,,\n1,3,0,a,a,3,2,,,\n1.5,4,1,b,b,4,0,,,\n"
            "1,5,0,b,a,5,3,,,\n1,6,1,b,b,6,1,,,\n1,7,1,c,a,7,2,,,\n1,7,1,c,a,7,2,,,\n1,8,0,c,b,8,4,,,\n"
            "1,9,1,c,c,9,1,,,\n1,9,1,c,c,9,1,,,\n1,9,1,c,c,9,1,,,\n1,10,0,c,c,11,0,,,\n"
            "0,11,1,a,a,100,5,,,\n");
  trygg_model *a = fitted(&f, (wanted){"xs", "g h", .family = NULL}),
              *b = fitted(&g, (wanted){"xs", "g h", .family = NULL});
  for (size_t i = 0; i < trygg_model_count(a); i++) {
    ck_near(trygg_model_get(b, i).estimate, trygg_model_get(a, i).estimate, 1e-12);
    /* The eleventh cluster has weight 0: it is in n_h, and adds nothing. */
    ck_near(trygg_model_get(b, i).se, trygg_model_get(a, i).se * sqrt(11.0 / 10 / (10.0 / 9)), 1e-12);
  }
  ck_assert_int_eq(trygg_model_summarize(b).n, 14);
  trygg_model_free(a);
  trygg_model_free(b);
  fixture_free(&f);
  fixture_free(&g);
}
END_TEST

START_TEST(huge_and_tiny_weights_change_nothing) {
  static const double scales[] = {1e-290, 1e-30, 1024, 1e290};
  fixture f = small(TEN_RECORDS);
  trygg_model *whole = fitted(&f, (wanted){"bad", "x", .family = NULL});
  for (size_t k = 0; k < 4; k++) {
    char data[1024] = "";
    static const double w[] = {1, 2, 1, 1.5, 1, 1, 2, 1, 3, 1};
    static const char *const rest[] = {"0,a,a,1", "1,a,b,2", "0,a,a,3", "1,b,b,4", "0,b,a,5",
                                       "1,b,b,6", "1,c,a,7", "0,c,b,8", "1,c,c,9", "0,c,c,11"};
    fixture g;
    trygg_model *scaled;
    for (int i = 0; i < 10; i++) {
      char number[TG_NUMBER_SIZE];
      sprintf(data + strlen(data), "%s,%d,%s,0,,,\n", tg_number_format(number, w[i] * scales[k]), i + 1,
              rest[i]);
    }
    g = small(data);
    scaled = fitted(&g, (wanted){"bad", "x", .family = NULL});
    for (size_t i = 0; i < trygg_model_count(whole); i++) {
      ck_near(trygg_model_get(scaled, i).estimate, trygg_model_get(whole, i).estimate, 1e-12);
      ck_near(trygg_model_get(scaled, i).se, trygg_model_get(whole, i).se, 1e-12);
    }
    trygg_model_free(scaled);
    fixture_free(&g);
  }
  trygg_model_free(whole);
  fixture_free(&f);
}
END_TEST

START_TEST(records_without_background_are_counted_and_noted) {
  fixture f = small("1,1,0,a,a,1,0,,,\n1,2,1,,b,2,1,,,\n1,3,0,a,,,2,,,\n1,4,1,b,b,4,0,,,\n1,5,0,b,a,,3,,,\n"
                    "1,6,1,b,b,6,1,,,\n1,7,,c,a,7,2,,,\n1,8,1,a,b,8,4,,,\n");
  trygg_model *model = fitted(&f, (wanted){"bad", "g x", .family = "linear"});
  trygg_table *table = NULL;
  size_t met = 0;
  ck_assert_int_eq(trygg_model_summarize(model).n, 4); /* records 1, 4, 6, 8 */
  ck_assert_int_eq(trygg_model_summarize(model).left_out, 3);
  ck_ok(trygg_model_table(model, NULL, &table, &error));
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    if (!strcmp(trygg_table_note_key(table, i), "left_out")) {
      ck_assert_str_eq(trygg_table_note_text(table, i), "3 (g 1, x 2)");
      met++;
    }
  ck_assert_uint_eq(met, 1);
  trygg_table_free(table);
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

/* An outcome that does not vary has no variance, and no t. */
START_TEST(constant_outcome_of_a_linear_model_has_no_error) {
  fixture f = small("1,1,1,a,a,7,0,,,\n2,2,1,a,b,7,1,,,\n1,3,1,b,a,7,2,,,\n3,4,1,b,b,7,0,,,\n");
  trygg_model *model = fitted(&f, (wanted){"xs", "g", .family = NULL});
  ck_assert_double_eq(trygg_model_get(model, 0).estimate, 7);
  ck_assert_double_eq(trygg_model_get(model, 1).estimate, 0);
  for (size_t i = 0; i < trygg_model_count(model); i++)
    ck_assert_double_eq(trygg_model_get(model, i).se, 0);
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

/* With as many coefficients as clusters there are no degrees of freedom, and no interval. */
START_TEST(without_degrees_of_freedom_there_is_no_interval) {
  fixture f = small("1,1,0,a,a,1,0,,,\n2,2,1,a,b,2,1,,,\n1,3,0,b,a,3,2,,,\n3,4,1,b,b,4,0,,,\n");
  trygg_model *model = fitted(&f, (wanted){"xs", "g h k", .family = NULL});
  trygg_table *table = NULL;
  ck_assert_double_eq(trygg_model_summarize(model).df, 0);
  ck_ok(trygg_model_table(model, NULL, &table, &error));
  for (size_t r = 0; r < trygg_table_rows(table); r++) {
    ck_assert(trygg_table_missing(table, r, trygg_table_find(table, "lower")));
    ck_assert(trygg_table_missing(table, r, trygg_table_find(table, "p")));
    ck_assert_ptr_nonnull(strstr(trygg_table_text(table, r, trygg_table_find(table, "flag")), "no_df"));
  }
  trygg_table_free(table);
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

static double far_away(double y, double middle) {
  (void)y;
  (void)middle;
  return -5;
}

/* From a start as bad as this a whole step leads to exp(999): only halved ones get there. */
START_TEST(steps_that_overshoot_are_halved) {
  tg_regress_family family = tg_poisson_regress;
  const double x[] = {1, 1}, weight[] = {1, 3}, y[] = {400, 1200};
  const tg_regress_data data = {x, weight, y, 2, 1, NULL};
  double b, step, eta[2], inverse;
  tg_regress_end end;
  family.start = far_away;
  ck_ok(tg_regress_fit(&data, &family, &b, &step, eta, &inverse, &end, &error));
  ck_assert_int_eq(end, TG_REGRESS_DONE);
  ck_near(b, log(1000), 1e-14);
  ck_near(inverse, 1.0 / 4000, 1e-13);
}
END_TEST

START_TEST(of_equally_common_levels_the_first_is_compared_with) {
  fixture f =
      small("1,1,0,b,a,1,0,,,\n1,2,1,b,b,2,1,,,\n1,3,0,c,a,3,2,,,\n1,4,1,c,b,4,0,,,\n1,5,1,a,b,4,0,,,\n");
  trygg_model *model = fitted(&f, (wanted){"xs", "g", .reference = "common"});
  ck_assert_str_eq(get(model, "coefficient", "g", "a").against, "b");
  ck_assert_str_eq(get(model, "coefficient", "g", "c").against, "b");
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

/* ---- refusals -------------------------------------------------------------------------------------- */

static void refuse(const char *data, wanted w, trygg_status status, const char *says) {
  fixture f = small(data);
  trygg_model *model = (trygg_model *)1;
  trygg_status met = fit(&f, &w, &model);
  ck_assert_msg(met == status && strstr(error.message, says), "status %d: %s", (int)met, error.message);
  ck_assert_ptr_null(model);
  fixture_free(&f);
}

START_TEST(faults_are_named) {
  static const struct {
    wanted what;
    trygg_status status;
    const char *says;
  } faults[] = {
      {{"bad", "g gg", .family = NULL}, TRYGG_ENAME, "`gg`"},
      {{"bas", "g", .family = NULL}, TRYGG_ENAME, "`bad`"},
      {{"y", "g", .family = NULL}, TRYGG_ENAME, "`y=0`"},
      {{"y=7", "g", .family = NULL}, TRYGG_ENAME, "`y=7`"},
      {{"bad", "g g", .family = NULL}, TRYGG_EINVAL, "twice"},
      {{"bad", "d", .family = NULL}, TRYGG_EINVAL, "date"},
      {{"bad", "t", .family = NULL}, TRYGG_EINVAL, "free text"},
      {{"bad", "m", .family = NULL}, TRYGG_EINVAL, "several answers"},
      {{"bad", "x=3", .family = NULL}, TRYGG_EINVAL, "is a number"},
      {{"bad", "g=d", .family = NULL}, TRYGG_ENAME, "`g=d`"},
      {{"per", "g", .family = NULL}, TRYGG_EINVAL, "no mean over respondents"},
      {{"mid", "g", .family = NULL}, TRYGG_EINVAL, "no mean over respondents"},
      {{"bad", "g", .family = "probit"}, TRYGG_ENAME, "`probit`"},
      {{"bad", "g", .reference = "last"}, TRYGG_ENAME, "`common`"},
      {{"xs", "g", .family = "logistic"}, TRYGG_EDATA, "from 0 to 1"},
      {{"bad", "g", .where = "g=a"}, TRYGG_EDATA, "the same `g`"},
      {{"bad", "", .no_intercept = 1}, TRYGG_EINVAL, "intercept"},
  };
  refuse(TEN_RECORDS, faults[_i].what, faults[_i].status, faults[_i].says);
}
END_TEST

START_TEST(interactions_that_are_none_are_refused) {
  static const struct {
    wanted what;
    trygg_status status;
    const char *says;
  } faults[] = {
      {{"bad", "g:h", .family = NULL}, TRYGG_EINVAL, "variables by themselves"},
      {{"bad", "g g:h", .family = NULL}, TRYGG_EINVAL, "variables by themselves"},
      {{"bad", "g*nobody", .family = NULL}, TRYGG_ENAME, "`nobody`"},
      {{"bad", "g*h*h", .family = NULL}, TRYGG_EINVAL, "a variable with itself"},
      {{"bad", "g*x*x", .family = NULL}, TRYGG_EINVAL, "a variable with itself"},
      {{"bad", "g h x g:h:x", .family = NULL}, TRYGG_EINVAL, "needs the interactions of fewer"},
      {{"bad", "g*h g*x g:h:x", .family = NULL}, TRYGG_EINVAL, "needs the interactions of fewer"},
      {{"bad", "g*h:x", .family = NULL}, TRYGG_EINVAL, "both `*` and `:`"},
      {{"bad", "g*h*x*k*g*h*x*k*g", .family = NULL}, TRYGG_EINVAL, "more variables than eight"},
      {{"bad", "g*h*x x:h:g", .family = NULL}, TRYGG_EINVAL, "`x:h:g` is named twice"},
      {{"bad", "g g:g", .family = NULL}, TRYGG_EINVAL, "only a number has a square"},
      {{"bad", "g*h h:g", .family = NULL}, TRYGG_EINVAL, "`h:g` is named twice"},
      {{"bad", "h*h", .family = NULL}, TRYGG_EINVAL, "only a number has a square"},
      {{"bad", "g*h", .no_intercept = 1}, TRYGG_EINVAL, "needs an intercept"},
      {{"bad", "g h g*h", .reference = "last"}, TRYGG_ENAME, "`common`"},
      {{"xs", "g*h", .family = NULL}, TRYGG_ENUMERIC, "`g:h` follows from the terms before it"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    refuse("1,1,0,a,a,1,2,,,\n1,2,1,a,b,2,4,,,\n1,3,0,b,b,3,6,,,\n1,4,1,b,a,4,8,,,\n1,5,1,c,a,5,10,,,\n",
           faults[i].what, faults[i].status, faults[i].says);
}
END_TEST

START_TEST(terms_that_follow_from_others_are_named) {
  refuse("1,1,0,a,a,1,2,,,\n1,2,1,a,a,2,4,,,\n1,3,0,b,b,3,6,,,\n1,4,1,b,b,4,8,,,\n1,5,1,c,c,5,10,,,\n",
         (wanted){"xs", "g h", .family = NULL}, TRYGG_ENUMERIC, "`h` follows from the terms before it");
  refuse("1,1,0,a,a,1,2,,,\n1,2,1,a,b,2,4,,,\n1,3,0,b,a,3,6,,,\n1,4,1,b,b,4,8,,,\n1,5,1,c,a,5,10,,,\n",
         (wanted){"bad", "x k", .family = NULL}, TRYGG_ENUMERIC, "`k` follows from the terms before it");
}
END_TEST

START_TEST(separation_is_named) {
  static const char at_a_level[] = "1,1,0,a,a,1,0,,,\n1,2,0,a,b,2,1,,,\n1,3,0,b,a,3,2,,,\n1,4,1,b,b,4,0,,,\n"
                                   "1,5,1,c,a,5,3,,,\n1,6,0,c,b,6,1,,,\n";
  static const char by_number[] = "1,1,0,a,a,1,0,,,\n1,2,0,b,b,2,1,,,\n1,3,0,a,a,3,2,,,\n1,4,1,a,b,4,0,,,\n"
                                  "1,5,1,b,a,5,3,,,\n1,6,1,a,b,6,1,,,\n";
  static const char everybody[] = "1,1,1,a,a,1,0,,,\n1,2,1,b,b,2,0,,,\n";
  refuse(at_a_level, (wanted){"bad", "g", .family = NULL}, TRYGG_ENUMERIC, "`g=a`");
  refuse(at_a_level, (wanted){"bad", "h g=b", .family = "poisson"}, TRYGG_ENUMERIC, "`g=a`");
  refuse(by_number, (wanted){"bad", "x", .family = NULL}, TRYGG_ENUMERIC, "`x` tells the outcome");
  refuse(by_number, (wanted){"bad", "g x", .family = NULL}, TRYGG_ENUMERIC, "`x`");
  refuse(everybody, (wanted){"bad", "g", .family = NULL}, TRYGG_ENUMERIC, "the same in all records");
  refuse(everybody, (wanted){"ks", "g", .family = NULL}, TRYGG_ENUMERIC, "the same in all records");
}
END_TEST

START_TEST(nobody_to_fit_is_said) {
  refuse("1,1,0,,a,1,0,,,\n1,2,,a,b,2,1,,,\n", (wanted){"bad", "g", .family = NULL}, TRYGG_EDATA,
         "no record has both");
}
END_TEST

START_TEST(calls_refuse_what_is_no_model) {
  trygg_model *model = NULL;
  trygg_table *table = NULL;
  double number;
  fixture f = small(TEN_RECORDS);
  trygg_model_options options = {.size = sizeof options};
  trygg_model_table_options bad_level = {.size = sizeof bad_level, .level = 2};
  const char *part = "predictoin";
  trygg_model_table_options bad_part = {.size = sizeof bad_part, .parts = &part, .part_count = 1};
  ck_assert_int_eq(trygg_model_create(f.design, NULL, &model, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_model_create(f.design, &options, &model, &error), TRYGG_EINVAL);
  options.outcome = "bad";
  ck_assert_int_eq(trygg_model_create(NULL, &options, &model, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_model_create(f.design, &options, NULL, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_model_table(NULL, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_model_test(NULL, NULL, &number, &number, &number, &number, &error), TRYGG_EINVAL);
  ck_assert_uint_eq(trygg_model_count(NULL), 0);
  ck_assert_ptr_null(trygg_model_get(NULL, 0).part);
  ck_assert(isnan(trygg_model_covariance(NULL, 0, 0)));
  ck_assert_int_eq(trygg_model_summarize(NULL).n, 0);
  ck_assert_ptr_null(trygg_model_retain(NULL));
  model = fitted(&f, (wanted){"bad", "h", .family = "linear"});
  ck_assert_int_eq(trygg_model_table(model, &bad_level, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_model_table(model, &bad_part, &table, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "`prediction`"));
  ck_assert_ptr_null(table);
  {
    const char *test = "likelihod_ratio";
    trygg_model_table_options bad_test = {.size = sizeof bad_test, .tests = &test, .test_count = 1};
    trygg_model_finding finding;
    ck_assert_int_eq(trygg_model_table(model, &bad_test, &table, &error), TRYGG_ENAME);
    ck_assert_ptr_nonnull(strstr(error.message, "`likelihood_ratio`"));
    ck_assert_int_eq(trygg_model_test_by(model, test, NULL, &finding, &error), TRYGG_ENAME);
    ck_assert_int_eq(trygg_model_test_by(model, "score", "hh", &finding, &error), TRYGG_ENAME);
    ck_assert_int_eq(trygg_model_test_by(NULL, NULL, NULL, &finding, &error), TRYGG_EINVAL);
    ck_assert_int_eq(trygg_model_test_by(model, NULL, NULL, NULL, &error), TRYGG_EINVAL);
  }
  ck_assert_int_eq(trygg_model_test(model, "hh", &number, &number, &number, &number, &error), TRYGG_ENAME);
  trygg_model_free(trygg_model_retain(model));
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

START_TEST(registries_list_themselves) {
  size_t i;
  for (i = 0; trygg_model_family(i); i++)
    ck_assert_ptr_nonnull(trygg_model_family_help(i));
  ck_assert_uint_eq(i, 3);
  ck_assert_ptr_null(trygg_model_family_help(i));
  for (i = 0; trygg_model_part(i); i++)
    ck_assert_ptr_nonnull(trygg_model_part_help(i));
  ck_assert_uint_eq(i, 5);
  ck_assert_ptr_null(trygg_model_part_help(i));
  for (i = 0; trygg_model_term_test(i); i++) {
    ck_assert_str_eq(trygg_model_term_test(i), every_test[i]);
    ck_assert_ptr_nonnull(trygg_model_term_test_help(i));
  }
  ck_assert_uint_eq(i, test_count);
  ck_assert_ptr_null(trygg_model_term_test_help(i));
}
END_TEST

START_TEST(offsets_that_are_none_are_refused) {
  static const char data[] = "1,1,0,a,a,1,0,,,\n1,2,1,a,b,2,4,,,\n1,3,0,b,b,3,6,,,\n1,4,1,b,a,4,8,,,\n";
  refuse(data, (wanted){"xs", "g", .offset = "kk"}, TRYGG_ENAME, "`k`");
  refuse(data, (wanted){"xs", "g", .exposure = "t"}, TRYGG_EINVAL, "`t` is no number");
  refuse(data, (wanted){"xs", "g", .offset = "h"}, TRYGG_EINVAL, "`h` is no number");
  refuse(data, (wanted){"xs", "g", .offset = "k", .exposure = "k"}, TRYGG_EINVAL, "one too many");
  refuse(data, (wanted){"xs", "g", .exposure = "k"}, TRYGG_EDATA, "0 or less");
}
END_TEST

/* ---- the table ------------------------------------------------------------------------------------- */

START_TEST(small_levels_are_suppressed_with_their_comparisons) {
  fixture f = small(TEN_RECORDS);
  trygg_model *model = fitted(&f, (wanted){"xs", "g=b h", .family = NULL});
  trygg_table *table = NULL;
  trygg_publication *publication = NULL;
  trygg_disclosure_options options = {sizeof options, 4};
  const trygg_table *published;
  ck_ok(trygg_model_table(model, NULL, &table, &error));
  ck_ok(trygg_disclosure_publish(table, &options, &publication, &error));
  published = trygg_disclosure_table(publication);
  /* a and b have three records each, c four; of h a has five, b three, c two. */
  ck_assert(isnan(table_number(published, "prediction", "g", "a", "estimate")));
  ck_assert(!isnan(table_number(published, "prediction", "g", "c", "estimate")));
  ck_assert(isnan(table_number(published, "difference", "g", "c", "estimate")));
  ck_assert(isnan(table_number(published, "coefficient", "g", "c", "estimate")));
  ck_assert(isnan(table_number(published, "coefficient", "(intercept)", "", "estimate")));
  ck_assert(!isnan(table_number(published, "wald", "g", "", "statistic")));
  trygg_disclosure_free(publication);
  trygg_table_free(table);
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

START_TEST(ratios_are_exponentials_and_shares_stay_shares) {
  fixture f = fixture_golden("nhanes", NULL, NULL);
  static const char *const parts[] = {"ratio", "prediction"};
  trygg_model_table_options options = {.size = sizeof options, .parts = parts, .part_count = 2, .level = 0.9};
  trygg_model *model = fitted(&f, (wanted){"high", "age", .family = NULL});
  trygg_table *table = NULL;
  trygg_model_figure b = get(model, "coefficient", "age", "2");
  ck_ok(trygg_model_table(model, &options, &table, &error));
  ck_near(table_number(table, "odds_ratio", "age", "2", "estimate"), exp(b.estimate), 1e-14);
  ck_near(table_number(table, "odds_ratio", "age", "2", "se"), exp(b.estimate) * b.se, 1e-14);
  ck_near(table_number(table, "odds_ratio", "age", "2", "lower") *
              table_number(table, "odds_ratio", "age", "2", "upper"),
          exp(2 * b.estimate), 1e-13);
  for (size_t r = 0; r < trygg_table_rows(table); r++) {
    ck_assert(strcmp(trygg_table_text(table, r, 1), "coefficient"));
    if (!strcmp(trygg_table_text(table, r, 1), "prediction"))
      ck_assert(trygg_table_number(table, r, trygg_table_find(table, "lower")) > 0);
  }
  trygg_table_free(table);
  trygg_model_free(model);
  fixture_free(&f);
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------------- */

static void all_of(const fixture *f, wanted what, int *failed) {
  trygg_model *model = NULL;
  trygg_table *table = NULL;
  trygg_status status = fit(f, &what, &model);
  trygg_model_table_options every = {.size = sizeof every, .tests = every_test, .test_count = test_count};
  if (status == TRYGG_OK)
    status = trygg_model_table(model, &every, &table, &error);
  *failed = status != TRYGG_OK;
  ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%s", error.message);
  ck_assert(status == TRYGG_OK || table == NULL);
  trygg_table_free(table);
  trygg_model_free(model);
}

START_TEST(every_allocation_may_fail) {
  fixture f = small(TEN_RECORDS);
  for (int for_ever = 0; for_ever < 4; for_ever++) {
    int failed = 1;
    for (long after = 0; failed; after++) {
      tg_memory_fail(after, for_ever % 2);
      all_of(&f,
             for_ever < 2 ? (wanted){"bad", "h x", .family = NULL}
                          : (wanted){"bad", "h*x", .family = "linear", .offset = "k"},
             &failed);
      tg_memory_fail(-1, 0);
      ck_assert_int_lt(after, 5000);
    }
  }
  /* ... also on the way to the name of a fault. */
  for (long after = 0;; after++) {
    trygg_model *model = NULL;
    trygg_status status;
    tg_memory_fail(after, 0);
    status = fit(&f, &(wanted){"bad", "x k x", .family = NULL}, &model);
    tg_memory_fail(-1, 0);
    ck_assert_ptr_null(model);
    if (status != TRYGG_ENOMEM) {
      ck_assert_int_eq(status, TRYGG_EINVAL);
      break;
    }
  }
  for (long after = 0;; after++) {
    trygg_model *model = NULL;
    trygg_status status;
    tg_memory_fail(after, 0);
    status = fit(&f, &(wanted){"bad", "h*x", .family = NULL}, &model);
    tg_memory_fail(-1, 0);
    ck_assert_ptr_null(model);
    if (status != TRYGG_ENOMEM) {
      ck_assert_int_eq(status, TRYGG_ENUMERIC);
      ck_assert_ptr_nonnull(strstr(error.message, "`h:x`"));
      break;
    }
  }
  fixture_free(&f);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("model");
  TCase *golden = tcase_create("golden");
  tcase_add_test(golden, model_of_a_cross_is_its_shares);
  tcase_add_loop_test(golden, regression_has_the_numbers_of_R_survey, 0, case_count);
  tcase_add_test(golden, calibrated_weights_leave_the_variance_of_their_residuals);
  suite_add_tcase(s, golden);
  TCase *same = tcase_create("same");
  tcase_add_test(same, model_of_one_factor_is_its_shares);
  tcase_add_test(same, model_without_background_is_the_estimate);
  tcase_add_loop_test(same, record_slopes_of_trends_are_regressions_on_the_year, 0, 5);
  tcase_add_test(same, predictions_and_tests_do_not_depend_on_the_reference);
  tcase_add_test(same, without_intercept_a_factor_has_its_means);
  tcase_add_test(same, tests_of_terms_agree_where_they_are_one);
  tcase_add_test(same, tests_of_terms_do_not_depend_on_units);
  tcase_add_test(same, offsets_move_what_they_must);
  tcase_add_test(same, bits_are_the_same_on_any_threads);
  suite_add_tcase(s, same);
  TCase *edges = tcase_create("edges");
  tcase_add_test(edges, weights_count_records);
  tcase_add_test(edges, huge_and_tiny_weights_change_nothing);
  tcase_add_test(edges, records_without_background_are_counted_and_noted);
  tcase_add_test(edges, constant_outcome_of_a_linear_model_has_no_error);
  tcase_add_test(edges, without_degrees_of_freedom_there_is_no_interval);
  tcase_add_test(edges, steps_that_overshoot_are_halved);
  tcase_add_test(edges, of_equally_common_levels_the_first_is_compared_with);
  suite_add_tcase(s, edges);
  TCase *refusals = tcase_create("refusals");
  tcase_add_loop_test(refusals, faults_are_named, 0, 17);
  tcase_add_test(refusals, interactions_that_are_none_are_refused);
  tcase_add_test(refusals, offsets_that_are_none_are_refused);
  tcase_add_test(refusals, terms_that_follow_from_others_are_named);
  tcase_add_test(refusals, separation_is_named);
  tcase_add_test(refusals, nobody_to_fit_is_said);
  tcase_add_test(refusals, calls_refuse_what_is_no_model);
  tcase_add_test(refusals, registries_list_themselves);
  suite_add_tcase(s, refusals);
  TCase *tables = tcase_create("tables");
  tcase_add_test(tables, small_levels_are_suppressed_with_their_comparisons);
  tcase_add_test(tables, ratios_are_exponentials_and_shares_stay_shares);
  suite_add_tcase(s, tables);
  TCase *memory = tcase_create("memory");
  tcase_set_timeout(memory, 60);
  tcase_add_test(memory, every_allocation_may_fail);
  suite_add_tcase(s, memory);
  return s;
}

int main(void) {
  return run_suite(suite());
}
