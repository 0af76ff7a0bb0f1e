/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of several methods, sources and sizes: against R (tests/golden/joined.csv), by hand, and their edges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/trend.h>

#include <base/memory.h>
#include <base/number.h>

#include "fixture.h"

static trygg_error error;

static double cell(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

static const char *text_cell(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_text(table, row, trygg_table_find(table, column));
}

static int is_empty(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_missing(table, row, trygg_table_find(table, column));
}

static trygg_table *trend(const fixture *f, const char *by, const trygg_trend_options *options) {
  trygg_estimates *estimates = fixture_estimate(f, by, NULL);
  trygg_table *table = NULL;
  ck_ok(trygg_trend_table(estimates, options, &table, &error));
  trygg_estimate_free(estimates);
  return table;
}

/* ---- the numbers of R ---------------------------------------------------------------------------------- */

static const struct {
  const char *design, *bridge, *scale;
} cases[] = {
    {"independent", "difference", "difference"},
    {"independent", "difference", "ratio"},
    {"independent", "difference", "odds"},
    {"independent", "odds", "difference"},
    {"independent", "odds", "ratio"},
    {"independent", "odds", "odds"},
    {"independent", "ratio", "difference"},
    {"independent", "ratio", "ratio"},
    {"overlapping", "difference", "difference"},
    {"overlapping", "difference", "ratio"},
    {"overlapping", "difference", "odds"},
    {"overlapping", "odds", "difference"},
    {"overlapping", "odds", "ratio"},
    {"overlapping", "odds", "odds"},
    {"overlapping", "ratio", "difference"},
    {"overlapping", "ratio", "ratio"},
};

#define SURVEY                                                                                               \
  "type,name,role\ninteger,wave,wave\ntext,stratum,stratum\ninteger,cluster,cluster\n"                       \
  "decimal,weight,weight\nselect_one method,method,\nselect_one sex,sex,\ninteger,age,\n"                    \
  "select_one no_yes,afraid,\ndecimal,score,\n"
#define CHOICES "list_name,name\nmethod,a\nmethod,b\nmethod,c\nsex,1\nsex,2\nno_yes,0\nno_yes,1\n"
#define WAVES "wave,time\n2012,2012\n2015,2015.5\n2017,2017\n2020,2020\n2023,2023\n"

static fixture joined(const char *design, const char *breaks) {
  char path[4096], settings[128], *data;
  fixture f;
  snprintf(settings, sizeof settings, "form_title,form_id,version,waves\nTest,test,1,%s\n", design);
  snprintf(path, sizeof path, "%s/data/golden/joined.csv", tests_folder());
  data = fixture_read_text(path);
  f = fixture_load(&(fixture_texts){.settings = settings,
                                    .survey = SURVEY,
                                    .choices = CHOICES,
                                    .indicators = "name,type,variable,numerator\nafraid,share,afraid,1\n"
                                                  "score,mean,score,\n",
                                    .waves = WAVES,
                                    .breaks = breaks,
                                    .data = data});
  free(data);
  return f;
}

static const char *two_bridges(const char *scale) {
  static char text[256];
  snprintf(text, sizeof text, "wave,kind,parallel,scale\n2017,bridge,method=a,%s\n2020,bridge,method=b,%s\n",
           scale, scale);
  return text;
}

/* The row of a test, "pairs 2012 2020" being one of several. */
static size_t find_row(const trygg_table *table, const char *indicator, const char *sex, const char *what) {
  size_t length = strcspn(what, " ");
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    const char *test = text_cell(table, row, "test");
    if (!strcmp(text_cell(table, row, "indicator"), indicator) &&
        !strcmp(text_cell(table, row, "sex"), sex) && strlen(test) == length &&
        !strncmp(test, what, length) &&
        (!what[length] || !strcmp(text_cell(table, row, "waves"), what + length + 1)))
      return row;
  }
  ck_abort_msg("no row %s %s %s", indicator, sex, what);
  return 0;
}

static void compare(const trygg_table *table, const trygg_table *pooled, char *const *cells,
                    double *largest) {
  int of_pooled = !strncmp(cells[5], "pooled ", 7);
  const trygg_table *in = of_pooled ? pooled : table;
  size_t row = find_row(in, cells[3], cells[4], cells[5] + (of_pooled ? 7 : 0));
  for (size_t k = 0; k < 2; k++) {
    double value, met = cell(in, row, k ? "se" : "estimate");
    ck_assert_int_eq(tg_number_parse(cells[6 + k], strlen(cells[6 + k]), '.', &value), 0);
    /* A slope has lost what its points share. */
    ck_assert_msg(fabs(met - value) <= 1e-10 * fmax(fabs(value), cell(in, row, "se")),
                  "%s %s %s %s %s %s: %.17g, expected %.17g", cells[0], cells[1], cells[2], cells[3],
                  cells[4], cells[5], met, value);
    *largest = fmax(*largest, fabs(met - value) / fmax(fabs(value), cell(in, row, "se")));
  }
}

START_TEST(joined_series_have_the_numbers_of_R) {
  static const char *const tests[] = {"bridge", "pairs", "since_first", "linear"};
  trygg_trend_options options = {
      .size = sizeof options, .tests = tests, .test_count = 4, .scale = cases[_i].scale};
  fixture f = joined(cases[_i].design, two_bridges(cases[_i].bridge));
  trygg_table *table = trend(&f, "sex", &options), *pooled;
  char path[4096], line[512];
  size_t compared = 0;
  double largest = 0;
  FILE *file;
  options.pool_waves = 2;
  pooled = trend(&f, "sex", &options);
  snprintf(path, sizeof path, "%s/golden/joined.csv", tests_folder());
  file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file)) {
    char *cells[8], *next = line;
    for (size_t i = 0; i < 8; i++)
      cells[i] = strsep(&next, ",\n");
    if (strcmp(cells[0], cases[_i].design) || strcmp(cells[1], cases[_i].bridge) ||
        strcmp(cells[2], cases[_i].scale))
      continue;
    compare(table, pooled, cells, &largest);
    compared++;
  }
  fclose(file);
  printf("%s, %s, %s: %zu figures and errors, largest difference %.1e\n", cases[_i].design, cases[_i].bridge,
         cases[_i].scale, compared, largest);
  ck_assert_uint_ge(compared, 12);
  trygg_table_free(table);
  trygg_table_free(pooled);
  fixture_free(&f);
}
END_TEST

/* ---- bridges by hand ----------------------------------------------------------------------------------- */

#define SMALL                                                                                                \
  "type,name,role\ninteger,year,wave\ndecimal,w,weight\nselect_one how,how,\nselect_one sex,sex,\n"          \
  "select_one yn,a,\ninteger,number,\n"
#define ANSWERS "list_name,name\nyn,1\nyn,2\nhow,old\nhow,new\nsex,1\nsex,2\n"
#define YES "name,type,variable,numerator\nyes,share,a,1\n"
#define BRIDGE "wave,kind,parallel,note\n2015,bridge,how=old,by post\n"

/* Ten records a method and year; hits among them. */
static char *put_records(char *at, int year, const char *how, int hits) {
  for (int i = 0; i < 10; i++)
    at += sprintf(at, "%d,1,%s,%d,%d,%d\n", year, how, 1 + i % 2, i < hits ? 1 : 2, i + hits);
  return at;
}

/* 2010 and 2012 by the old method, 2015 by both, 2016 by the new one. */
static const char *methods(int parallel) {
  static char text[4000];
  char *at = text + sprintf(text, "year,w,how,sex,a,number\n");
  at = put_records(at, 2010, "old", 2);
  at = put_records(at, 2012, "old", 3);
  at = parallel ? put_records(at, 2015, "old", 3) : at;
  at = put_records(at, 2015, "new", 5);
  put_records(at, 2016, "new", 6);
  return text;
}

static fixture small(const char *indicators, const char *breaks, int parallel) {
  return fixture_load(&(fixture_texts){.survey = SMALL,
                                       .choices = ANSWERS,
                                       .indicators = indicators,
                                       .breaks = breaks,
                                       .data = methods(parallel)});
}

static trygg_table *run(const fixture *f, const char *test) {
  trygg_trend_options options = {.size = sizeof options, .tests = &test, .test_count = 1};
  return trend(f, NULL, &options);
}

/* 2015 has 20 records, of which 10 answer for each method: V = 20/19 p(1 - p)/10 each, and no covariance. */
START_TEST(earlier_waves_are_moved_with_the_error_of_it) {
  fixture f = small(YES, BRIDGE, 1);
  trygg_table *table = run(&f, "bridge");
  double v10 = 0.16 / 9, v16 = 0.24 / 9, v_new = 20 / 19.0 * 0.25 / 10, v_old = 20 / 19.0 * 0.21 / 10;
  ck_assert_uint_eq(trygg_table_rows(table), 1);
  ck_near(cell(table, 0, "estimate"), 0.2, 1e-14);
  ck_near(cell(table, 0, "se"), sqrt(v_new + v_old), 1e-13);
  ck_near(cell(table, 0, "df2"), 19, 0);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2015");
  ck_assert_str_eq(text_cell(table, 0, "flag"), "bridged");
  trygg_table_free(table);
  table = run(&f, "since_first");
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2010 2012 2015 2016");
  ck_near(cell(table, 0, "estimate"), 0.6 - 0.2 - 0.2, 1e-14);
  ck_near(cell(table, 0, "se"), sqrt(v10 + v16 + v_new + v_old), 1e-13);
  ck_near(cell(table, 0, "df2"), 9 + 9 + 9 + 19, 0);
  ck_assert_str_eq(text_cell(table, 0, "flag"), "bridged");
  trygg_table_free(table);
  table = run(&f, "difference"); /* both after it */
  ck_near(cell(table, 0, "estimate"), 0.1, 1e-14);
  ck_near(cell(table, 0, "se"), sqrt(v16 + v_new), 1e-13);
  ck_assert_str_eq(text_cell(table, 0, "flag"), "");
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(estimates_of_the_wave_are_of_the_new_method) {
  fixture f = small(YES "many,total,a,1\nspread,variance,number,\nmiddle,quantile,number,0.5\n"
                        "formula,expression,,yes / (1 - yes)\n",
                    BRIDGE, 1);
  fixture alone = small(YES "many,total,a,1\nspread,variance,number,\nmiddle,quantile,number,0.5\n"
                            "formula,expression,,yes / (1 - yes)\n",
                        NULL, 0);
  static const char *const names[] = {"yes", "many", "spread", "middle", "formula"};
  trygg_estimates *both = fixture_estimate(&f, "sex", NULL), *one = fixture_estimate(&alone, "sex", NULL);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (const char *sex = "12"; *sex; sex++) {
      const char code[] = {*sex, '\0'};
      trygg_estimate a = fixture_get(both, "2015", code, names[i]),
                     b = fixture_get(one, "2015", code, names[i]);
      ck_assert(a.estimate == b.estimate && a.n == b.n);
      ck_assert(fixture_get(both, "2012", code, names[i]).estimate ==
                fixture_get(one, "2012", code, names[i]).estimate);
    }
  trygg_estimate_free(both);
  trygg_estimate_free(one);
  fixture_free(&f);
  fixture_free(&alone);
}
END_TEST

/* Each type is joined: by the difference of what it finds among the records of either method. */
START_TEST(every_type_of_indicator_is_carried_over) {
  static const char *const rows[] = {"total,a,1",           "mean,number,",        "variance,number,",
                                     "quantile,number,0.5", "expression,,yes * 2", "deviation,number,"};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char indicators[256];
    fixture f, only;
    trygg_table *table;
    trygg_estimates *joined, *old;
    double moved;
    snprintf(indicators, sizeof indicators, YES "x,%s\n", rows[i]);
    f = small(indicators, BRIDGE, 1);
    only = small(indicators, NULL, 1);
    table = run(&f, "bridge");
    joined = fixture_estimate(&f, NULL, NULL);
    old = fixture_estimate(&only, NULL, "how=old");
    moved = fixture_get(joined, "2015", NULL, "x").estimate - fixture_get(old, "2015", NULL, "x").estimate;
    ck_assert_uint_eq(trygg_table_rows(table), 2);
    ck_near(cell(table, 1, "estimate"), moved, 1e-12);
    ck_assert(cell(table, 1, "se") > 0);
    trygg_table_free(table);
    trygg_estimate_free(joined);
    trygg_estimate_free(old);
    fixture_free(&f);
    fixture_free(&only);
  }
}
END_TEST

/* The same people in every cluster by either method: nothing is moved, and nothing uncertain about it. */
START_TEST(a_bridge_without_shift_and_error_is_no_break) {
  static const char survey[] = "type,name,role\ninteger,year,wave\ninteger,c,cluster\ndecimal,w,weight\n"
                               "select_one how,how,\nselect_one yn,a,\n";
  static const char *const tests[] = {"linear", "gls_slope", "since_first", "heterogeneity"};
  char text[2][4000];
  trygg_table *tables[2];
  for (int with = 0; with < 2; with++) {
    char *at = text[with] + sprintf(text[with], "year,c,w,how,a\n");
    fixture f;
    trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 4};
    for (int year = 2013; year < 2018; year++)
      for (int c = 0; c < 8; c++)
        for (int i = 0; i < 3; i++)
          for (int old = year == 2015 && with; old >= 0; old--)
            at += sprintf(at, "%d,%d,%d,%s,%d\n", year, c, 1 + i, old || year < 2015 ? "old" : "new",
                          1 + (7 * year + 3 * c * c + i * i + year * c / 5) % 2);
    f = fixture_load(&(fixture_texts){.settings = "form_title,form_id,version,waves\nT,t,1,overlapping\n",
                                      .survey = survey,
                                      .choices = ANSWERS,
                                      .indicators = YES,
                                      .breaks = with ? BRIDGE : NULL,
                                      .data = text[with]});
    tables[with] = trend(&f, NULL, &options);
    fixture_free(&f);
  }
  for (size_t row = 0; row < 4; row++) {
    static const char *const columns[] = {"estimate", "se", "statistic", "p", "df2"};
    for (size_t k = row == 3 ? 2 : 0; k < 5; k++)
      ck_near(cell(tables[1], row, columns[k]), cell(tables[0], row, columns[k]), 1e-11);
    ck_assert_str_eq(text_cell(tables[1], row, "flag"), "bridged");
    ck_assert_str_eq(text_cell(tables[0], row, "flag"), "");
  }
  trygg_table_free(tables[0]);
  trygg_table_free(tables[1]);
}
END_TEST

START_TEST(without_a_parallel_round_a_bridge_is_a_break) {
  fixture f = small(YES, BRIDGE, 0);
  trygg_table *table = run(&f, "linear");
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2015 2016");
  trygg_table_free(table);
  table = run(&f, "bridge");
  ck_assert_uint_eq(trygg_table_rows(table), 0);
  trygg_table_free(table);
  fixture_free(&f);
  f = small(YES, BRIDGE "2015,break,,\n", 1); /* a break beside it */
  table = run(&f, "linear");
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2015 2016");
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(records_of_two_methods_are_not_mixed) {
  fixture f = small(YES, BRIDGE, 1);
  trygg_table *table = run(&f, "record_linear");
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2015 2016");
  ck_near(cell(table, 0, "estimate"), 0.1, 1e-13);
  trygg_table_free(table);
  fixture_free(&f);
  f = small(YES, "wave,kind,parallel\n2016,bridge,how=old\n", 1);
  table = run(&f, "record_linear");
  ck_assert(is_empty(table, 0, "estimate"));
  ck_assert_str_eq(text_cell(table, 0, "flag"), "break");
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(bridge_of_one_indicator_leaves_the_others_alone) {
  fixture f = small(YES "no,share,a,2\n", "wave,indicator,kind,parallel\n2015,no,bridge,how=old\n", 1);
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = run(&f, "bridge");
  ck_assert_int_eq(fixture_get(estimates, "2015", NULL, "yes").n, 20);
  ck_assert_int_eq(fixture_get(estimates, "2015", NULL, "no").n, 10);
  ck_assert_uint_eq(trygg_table_rows(table), 1);
  ck_assert_str_eq(text_cell(table, 0, "indicator"), "no");
  ck_near(cell(table, 0, "estimate"), -0.2, 1e-14);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* Replicates estimate what the linearised form does: here, records of one wave's design, exactly. */
START_TEST(bridges_run_on_replicates) {
  fixture f = fixture_load(&(fixture_texts){.survey = SMALL,
                                            .choices = ANSWERS,
                                            .indicators = YES,
                                            .breaks = BRIDGE,
                                            .data = methods(1),
                                            .variance = "jackknife"});
  fixture taylor = small(YES, BRIDGE, 1);
  trygg_table *table = run(&f, "linear"), *linear = run(&taylor, "linear");
  ck_near(cell(table, 0, "estimate"), cell(linear, 0, "estimate"), 1e-13);
  ck_near(cell(table, 0, "se"), cell(linear, 0, "se"), 0.1);
  trygg_table_free(table);
  trygg_table_free(linear);
  fixture_free(&f);
  fixture_free(&taylor);
}
END_TEST

/* ---- published figures --------------------------------------------------------------------------------- */

#define PUBLISHED "wave,variables,category,indicator,estimate,se,lower,upper,level,n,source\n"

static fixture with_figures(const char *figures) {
  return fixture_load(&(fixture_texts){
      .survey = SMALL, .choices = ANSWERS, .indicators = YES, .references = figures, .data = methods(0)});
}

static trygg_table *run_published(const fixture *f, const char *by, const char *test) {
  trygg_trend_options options = {.size = sizeof options, .tests = &test, .test_count = 1, .references = 1};
  return trend(f, by, &options);
}

START_TEST(published_figures_are_waves_of_the_series) {
  fixture f = with_figures(PUBLISHED "2005,,,yes,0.15,0.03,,,,,a report\n"
                                     "2007,,,yes,0.25,,0.17,0.33,0.95,,another\n"
                                     "2008,,,yes,0.2,,,,,400,\n2010,,,yes,0.9,0.1,,,,,not ours\n"
                                     "2005,,,yes,0.8,0.1,,,,,a later report\n,,,yes,0.5,0.1,,,,,any year\n");
  trygg_table *table = run_published(&f, NULL, "since_first");
  double se05 = 0.03;
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2005 2007 2008 2010 2012 2015 2016");
  ck_near(cell(table, 0, "estimate"), 0.6 - 0.15, 1e-14);
  ck_near(cell(table, 0, "se"), sqrt(0.24 / 9 + se05 * se05), 1e-13);
  ck_near(cell(table, 0, "df2"), 36, 0);
  for (size_t i = 0, seen = 0; i <= trygg_table_notes(table); i++) {
    const char *key = i < trygg_table_notes(table) ? trygg_table_note_key(table, i) : "";
    const char *text = i < trygg_table_notes(table) ? trygg_table_note_text(table, i) : "";
    seen += (!strcmp(key, "published") && !strcmp(text, "3")) ||
            (!strcmp(key, "published_passed_over") && !strcmp(text, "2"));
    ck_assert(i < trygg_table_notes(table) || seen == 2);
  }
  trygg_table_free(table);
  table = run_published(&f, NULL, "record_linear"); /* of the waves whose records there are */
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2010 2012 2015 2016");
  trygg_table_free(table);
  table = run(&f, "linear"); /* not asked for */
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2010 2012 2015 2016");
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

/* The interval of 2007 is 0.16 wide at 0.95: se 0.16/(2 1.959964); that of 2008 is sqrt(p(1 - p)/400). */
START_TEST(errors_of_published_figures_come_from_what_is_there) {
  fixture f = with_figures(PUBLISHED "2007,,,yes,0.25,,0.17,0.33,0.95,,another\n2008,,,yes,0.2,,,,,400,\n");
  trygg_table *table = run_published(&f, NULL, "pairs");
  double a = 0.16 / (2 * 1.959963984540054), b = 0.02;
  ck_assert_uint_eq(trygg_table_rows(table), 15);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2007 2008");
  ck_near(cell(table, 0, "estimate"), -0.05, 1e-13);
  ck_near(cell(table, 0, "se"), sqrt(a * a + b * b), 1e-13);
  ck_assert(isinf(cell(table, 0, "df2")) || is_empty(table, 0, "df2"));
  ck_near(cell(table, 0, "upper") - cell(table, 0, "estimate"), 1.959963984540054 * cell(table, 0, "se"),
          1e-12);
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(a_figure_without_error_has_its_value_only) {
  fixture f = with_figures(PUBLISHED "2005,,,yes,0.15,,,,,,a report\n");
  trygg_table *table = run_published(&f, NULL, "linear");
  ck_assert(is_empty(table, 0, "estimate"));
  ck_assert_str_eq(text_cell(table, 0, "flag"), "no_se");
  trygg_table_free(table);
  table = run_published(&f, NULL, "sen_slope");
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2005 2010 2012 2015 2016");
  ck_assert(cell(table, 0, "estimate") > 0);
  trygg_table_free(table);
  table = run_published(&f, NULL, "difference"); /* does not look at it */
  ck_near(cell(table, 0, "estimate"), 0.1, 1e-13);
  ck_assert_str_eq(text_cell(table, 0, "flag"), "");
  trygg_table_free(table);
  table = run_published(&f, NULL, "siegel_slope");
  ck_assert(!is_empty(table, 0, "estimate") && is_empty(table, 0, "lower"));
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(groups_have_their_own_figures) {
  fixture f = with_figures(PUBLISHED "2005,sex,1,yes,0.1,0.03,,,,,\n2005,sex,2,yes,0.3,0.03,,,,,\n"
                                     "2004,,,yes,0.15,0.03,,,,,\n");
  trygg_table *table = run_published(&f, "sex", "since_first");
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2004 2010 2012 2015 2016");
  ck_assert_str_eq(text_cell(table, 1, "waves"), "2005 2010 2012 2015 2016");
  ck_near(cell(table, 1, "estimate") - cell(table, 2, "estimate"), 0.2, 1e-13); /* both sexes have 3 of 5 */
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(a_wave_without_a_time_is_refused) {
  fixture f = with_figures(PUBLISHED "12005,,,yes,0.1,0.03,,,,,\n");
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_trend_options options = {.size = sizeof options, .references = 1};
  trygg_table *table = NULL;
  ck_assert_int_eq(trygg_trend_table(estimates, &options, &table, &error), TRYGG_ECODEBOOK);
  ck_assert_str_eq(error.file, "waves.csv");
  ck_assert_ptr_null(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* ---- change -------------------------------------------------------------------------------------------- */

START_TEST(pairs_are_one_family) {
  fixture f = small(YES, NULL, 0);
  trygg_table *table = run(&f, "pairs");
  static const double shares[] = {0.2, 0.3, 0.5, 0.6};
  static const char *const waves[] = {"2010 2012", "2010 2015", "2012 2015",
                                      "2010 2016", "2012 2016", "2015 2016"};
  static const int first[] = {0, 0, 1, 0, 1, 2}, second[] = {1, 2, 2, 3, 3, 3};
  double p[6], most = 0;
  ck_assert_uint_eq(trygg_table_rows(table), 6);
  for (size_t i = 0; i < 6; i++) {
    double a = shares[first[i]], b = shares[second[i]];
    ck_assert_str_eq(text_cell(table, i, "waves"), waves[i]);
    ck_near(cell(table, i, "estimate"), b - a, 1e-13);
    ck_near(cell(table, i, "se"), sqrt((a * (1 - a) + b * (1 - b)) / 9), 1e-13);
    p[i] = cell(table, i, "p");
    most = fmax(most, cell(table, i, "p_adjusted") / p[i]);
  }
  ck_assert_int_eq(trygg_inference_adjust("holm", p, 6, &error), TRYGG_OK);
  for (size_t i = 0; i < 6; i++)
    ck_near(cell(table, i, "p_adjusted"), p[i], 1e-15);
  ck_near(most, 6, 1e-13); /* the smallest, times all there are */
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(later_waves_are_compared_with_the_base) {
  static const char *const tests[] = {"since_base"};
  fixture f = small(YES, NULL, 0);
  trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 1, .base = "2012"};
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = trend(&f, NULL, &options);
  ck_assert_uint_eq(trygg_table_rows(table), 2);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2012 2015");
  ck_near(cell(table, 0, "estimate"), 0.2, 1e-13);
  ck_near(cell(table, 1, "estimate"), 0.3, 1e-13);
  trygg_table_free(table);
  options.base = "2016"; /* nothing later */
  table = trend(&f, NULL, &options);
  ck_assert_uint_eq(trygg_table_rows(table), 1);
  ck_assert_str_eq(text_cell(table, 0, "flag"), "few_waves");
  trygg_table_free(table);
  options.base = "2013";
  ck_assert_int_eq(trygg_trend_table(estimates, &options, &table, &error), TRYGG_ENAME);
  ck_assert_ptr_null(table);
  options.base = NULL;
  ck_assert_int_eq(trygg_trend_table(estimates, &options, &table, &error), TRYGG_EINVAL);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* log(0.6/0.5) with V = V16/0.36 + V15/0.25; limits on the logarithm. */
START_TEST(changes_are_shown_as_ratios) {
  static const char *const tests[] = {"difference", "equivalent", "record_linear", "mann_kendall"};
  fixture f = small(YES, NULL, 0);
  trygg_trend_options options = {
      .size = sizeof options, .tests = tests, .test_count = 4, .scale = "ratio", .margin = 3};
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = trend(&f, NULL, &options);
  double se = sqrt(0.24 / 9 / 0.36 + 0.25 / 9 / 0.25);
  ck_assert_uint_eq(trygg_table_rows(table), 3); /* none on records */
  ck_near(cell(table, 0, "estimate"), 1.2, 1e-13);
  ck_near(cell(table, 0, "se"), 1.2 * se, 1e-13);
  ck_near(log(cell(table, 0, "upper")) + log(cell(table, 0, "lower")), 2 * log(1.2), 1e-12);
  ck_near(cell(table, 0, "statistic"), log(1.2) / se, 1e-12);
  ck_near(cell(table, 1, "statistic"), (log(3) - log(1.2)) / se, 1e-12);
  ck_near(cell(table, 2, "statistic"), 6, 0); /* ranks do not change */
  trygg_table_free(table);
  options.margin = 0.02; /* no ratio above 1 */
  ck_assert_int_eq(trygg_trend_table(estimates, &options, &table, &error), TRYGG_EINVAL);
  options.scale = "ratios";
  ck_assert_int_eq(trygg_trend_table(estimates, &options, &table, &error), TRYGG_ENAME);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

START_TEST(a_share_of_0_has_no_ratio) {
  fixture f =
      fixture_load(&(fixture_texts){.survey = SMALL,
                                    .choices = ANSWERS,
                                    .indicators = YES "number,mean,number,\n",
                                    .data = "year,w,how,sex,a,number\n2015,1,new,1,2,3\n2015,1,new,1,2,4\n"
                                            "2016,1,new,1,1,5\n2016,1,new,1,2,9\n"});
  static const char *const tests[] = {"difference"};
  trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 1, .scale = "odds"};
  trygg_table *table = trend(&f, NULL, &options);
  ck_assert_uint_eq(trygg_table_rows(table), 1); /* a mean has no odds */
  ck_assert(is_empty(table, 0, "estimate"));
  ck_assert_str_eq(text_cell(table, 0, "flag"), "boundary");
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

START_TEST(series_from_elsewhere_have_scales_and_a_base) {
  static const double time[] = {2010, 2012.5, 2016}, value[] = {2, 3, 6},
                      covariance[] = {1, 0.5, 0, 0.5, 1, 0, 0, 0, 4};
  static const char *const tests[] = {"since_base", "linear", "pairs"};
  trygg_trend_options options = {
      .size = sizeof options, .tests = tests, .test_count = 3, .scale = "ratio", .base = "2012.5"};
  trygg_table *table = NULL;
  ck_ok(trygg_trend_series(time, value, covariance, 3, 0, &options, &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 5);
  ck_near(cell(table, 0, "estimate"), 2, 1e-14);
  ck_near(cell(table, 0, "se"), 2 * sqrt(4 / 36.0 + 1 / 9.0), 1e-14);
  ck_assert_str_eq(text_cell(table, 2, "waves"), "2010 2012.5");
  ck_near(cell(table, 2, "se"), 1.5 * sqrt(1 / 4.0 + 1 / 9.0 - 2 * 0.5 / 6), 1e-13);
  trygg_table_free(table);
  options.base = "2012";
  ck_assert_int_eq(trygg_trend_series(time, value, covariance, 3, 0, &options, &table, &error), TRYGG_ENAME);
  ck_assert_ptr_null(table);
}
END_TEST

/* Waves before a break are compared with each other as those after it are, and nothing across it. */
START_TEST(a_pair_on_one_side_of_a_break_is_compared) {
  static const char *const tests[] = {"pairs"}, *const waves[] = {"2010 2012", "2010 2015", "2012 2015",
                                                                  "2010 2016", "2012 2016", "2015 2016"};
  fixture f = small(YES, "wave\n2015\n", 0);
  trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 1};
  trygg_table *table = trend(&f, NULL, &options);
  ck_assert_uint_eq(trygg_table_rows(table), 6);
  for (size_t i = 0; i < 6; i++) {
    int within = i == 0 || i == 5;
    ck_assert_str_eq(text_cell(table, i, "waves"), waves[i]);
    ck_assert_str_eq(text_cell(table, i, "flag"), within ? "" : "break");
    ck_assert_int_eq(is_empty(table, i, "estimate"), !within);
  }
  trygg_table_free(table);
  options.across_breaks = 1;
  table = trend(&f, NULL, &options);
  for (size_t i = 0; i < 6; i++)
    ck_assert(!is_empty(table, i, "estimate"));
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

/* ---- pooled waves -------------------------------------------------------------------------------------- */

/* Means of neighbours; neighbouring points share a wave: V(last - first) of three points is (V16 + V15 + V12 + V10)/4. */
START_TEST(pooled_points_share_waves) {
  static const char *const tests[] = {"since_first", "record_linear", "difference"};
  fixture f = small(YES, NULL, 0);
  trygg_trend_options options = {.size = sizeof options, .tests = tests, .test_count = 3, .pool_waves = 2};
  trygg_table *table = trend(&f, NULL, &options);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2010/2012 2012/2015 2015/2016");
  ck_near(cell(table, 0, "estimate"), 0.55 - 0.25, 1e-13);
  ck_near(cell(table, 0, "se"), sqrt((0.16 + 0.21 + 0.25 + 0.24) / 9 / 4), 1e-13);
  ck_assert(is_empty(table, 1, "estimate"));
  ck_near(cell(table, 2, "estimate"), (0.6 - 0.3) / 2, 1e-13);
  ck_near(cell(table, 2, "se"), sqrt((0.24 + 0.21) / 9 / 4), 1e-13);
  trygg_table_free(table);
  fixture_free(&f);
  f = small(YES, "wave\n2015\n", 0); /* no mean across a break */
  table = trend(&f, NULL, &options);
  ck_assert_str_eq(text_cell(table, 0, "waves"), "2015/2016");
  ck_assert_str_eq(text_cell(table, 0, "flag"), "break");
  trygg_table_free(table);
  options.pool_waves = 5; /* more than there are */
  table = trend(&f, NULL, &options);
  ck_assert_str_eq(text_cell(table, 0, "flag"), "few_waves");
  trygg_table_free(table);
  fixture_free(&f);
}
END_TEST

/* ---- failures ------------------------------------------------------------------------------------------ */

static trygg_status everything(trygg_table **out) {
  fixture f = {0};
  trygg_estimates *estimates = NULL;
  static const char *const tests[] = {"bridge",    "pairs",         "since_base",    "linear",
                                      "gls_slope", "heterogeneity", "record_linear", "sen_slope"};
  trygg_trend_options options = {.size = sizeof options,
                                 .tests = tests,
                                 .test_count = sizeof tests / sizeof *tests,
                                 .references = 1,
                                 .pool_waves = 2,
                                 .scale = "ratio",
                                 .base = "2010"};
  static const struct {
    const char *table, *text;
  } tables[] = {{"settings", "form_title,form_id,version\nTest,test,1\n"},
                {"survey", SMALL},
                {"choices", ANSWERS},
                {"indicators", YES "formula,expression,,yes / (1 - yes)\n"},
                {"references", PUBLISHED "2005,,,yes,0.15,0.03,,,,,a report\n"},
                {"breaks", BRIDGE}};
  trygg_status status = trygg_codebook_create(&f.codebook, &error);
  for (size_t i = 0; status == TRYGG_OK && i < sizeof tables / sizeof *tables; i++)
    status =
        trygg_codebook_add_csv(f.codebook, tables[i].table, tables[i].text, strlen(tables[i].text), &error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(f.codebook, &error);
  if (status == TRYGG_OK)
    status = trygg_responses_load_memory(f.codebook, "d", methods(1), strlen(methods(1)), NULL, &f.responses,
                                         &error);
  if (status == TRYGG_OK)
    status = trygg_design_create(f.responses, NULL, &f.design, &error);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(f.design, NULL, &estimates, &error);
  if (status == TRYGG_OK)
    status = trygg_trend_table(estimates, &options, out, &error);
  trygg_estimate_free(estimates);
  fixture_free(&f);
  return status;
}

START_TEST(every_failed_allocation_is_reported) {
  trygg_table *table = NULL;
  long failures = 0;
  for (long after = 0;; after++) {
    trygg_status status;
    tg_memory_fail(after, 0);
    status = everything(&table);
    tg_memory_fail(-1, 0);
    if (status == TRYGG_OK)
      break;
    ck_assert_int_eq(status, TRYGG_ENOMEM);
    ck_assert_ptr_null(table);
    failures++;
  }
  ck_assert_int_gt((int)failures, 200);
  ck_assert_uint_gt(trygg_table_rows(table), 20);
  trygg_table_free(table);
}
END_TEST

static Suite *joined_suite(void) {
  Suite *suite = suite_create("joined");
  TCase *tests = tcase_create("joined");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, joined_series_have_the_numbers_of_R, 0, sizeof cases / sizeof *cases);
  tcase_add_test(tests, earlier_waves_are_moved_with_the_error_of_it);
  tcase_add_test(tests, estimates_of_the_wave_are_of_the_new_method);
  tcase_add_test(tests, every_type_of_indicator_is_carried_over);
  tcase_add_test(tests, a_bridge_without_shift_and_error_is_no_break);
  tcase_add_test(tests, without_a_parallel_round_a_bridge_is_a_break);
  tcase_add_test(tests, records_of_two_methods_are_not_mixed);
  tcase_add_test(tests, bridge_of_one_indicator_leaves_the_others_alone);
  tcase_add_test(tests, bridges_run_on_replicates);
  tcase_add_test(tests, published_figures_are_waves_of_the_series);
  tcase_add_test(tests, errors_of_published_figures_come_from_what_is_there);
  tcase_add_test(tests, a_figure_without_error_has_its_value_only);
  tcase_add_test(tests, groups_have_their_own_figures);
  tcase_add_test(tests, a_wave_without_a_time_is_refused);
  tcase_add_test(tests, pairs_are_one_family);
  tcase_add_test(tests, later_waves_are_compared_with_the_base);
  tcase_add_test(tests, changes_are_shown_as_ratios);
  tcase_add_test(tests, a_share_of_0_has_no_ratio);
  tcase_add_test(tests, series_from_elsewhere_have_scales_and_a_base);
  tcase_add_test(tests, a_pair_on_one_side_of_a_break_is_compared);
  tcase_add_test(tests, pooled_points_share_waves);
  tcase_add_test(tests, every_failed_allocation_is_reported);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(joined_suite());
}
