/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follow-up of measures: numbers of R survey and scipy, identities, edges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <trygg/disclosure.h>
#include <trygg/indicator.h>
#include <trygg/trend.h>

#include "fixture.h"

static trygg_error error;

static trygg_table *follow(const trygg_estimates *estimates, const char *test, const char *scale) {
  trygg_measure_options options = {
      .size = sizeof options, .tests = &test, .test_count = test ? 1 : 0, .scale = scale, .adjust = "none"};
  trygg_table *table = NULL;
  ck_ok(trygg_trend_measures(estimates, &options, &table, &error));
  return table;
}

static const char *text(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_text(table, row, trygg_table_find(table, column));
}

static double number(const trygg_table *table, size_t row, const char *column) {
  return trygg_table_number(table, row, trygg_table_find(table, column));
}

/* The n-th row with these keys (NULL: any); SIZE_MAX. */
static size_t find_nth(const trygg_table *table, const char *indicator, const char *comparison,
                       const char *test, const char *wave, size_t n) {
  for (size_t r = 0; r < trygg_table_rows(table); r++)
    if ((!indicator || !strcmp(text(table, r, "indicator"), indicator)) &&
        (!comparison || !strcmp(text(table, r, "comparison"), comparison)) &&
        (!test || !strcmp(text(table, r, "test"), test)) &&
        (!wave || !strcmp(text(table, r, "wave"), wave)) && n-- == 0)
      return r;
  return SIZE_MAX;
}

static size_t find(const trygg_table *table, const char *indicator, const char *comparison, const char *test,
                   const char *wave) {
  size_t row = find_nth(table, indicator, comparison, test, wave, 0);
  ck_assert_msg(row != SIZE_MAX, "no row %s %s %s %s", indicator, comparison, test, wave);
  return row;
}

static int has_flag(const trygg_table *table, size_t row, const char *flag) {
  const char *flags = text(table, row, "flag");
  return flags && strstr(flags, flag) != NULL;
}

/* ---- numbers from elsewhere ------------------------------------------------------------------------------- */

/* A folder of tests/data/golden with the measures given, or its own. */
static fixture golden(const char *folder, const char *measures) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators", "measures"};
  char path[4096], *texts[6];
  fixture f;
  for (size_t i = 0; i < 6; i++) {
    snprintf(path, sizeof path, "%s/data/golden/%s%s%s.csv", tests_folder(), folder, i < 5 ? "/" : "",
             i < 5 ? tables[i] : "");
    texts[i] = i == 4 && measures ? NULL : fixture_read_text(path);
  }
  f = fixture_load(&(fixture_texts){.settings = texts[0],
                                    .survey = texts[1],
                                    .choices = texts[2],
                                    .indicators = texts[3],
                                    .measures = measures ? measures : texts[4],
                                    .data = texts[5]});
  for (size_t i = 0; i < 6; i++)
    free(texts[i]);
  return f;
}

static FILE *open_golden(const char *name) {
  char path[4096];
  FILE *file;
  snprintf(path, sizeof path, "%s/golden/%s", tests_folder(), name);
  file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  return file;
}

/* The same seven waves of clusters, three comparisons, of a mean, a share, and it as ratio and odds: 1,398 numbers. */
START_TEST(follow_up_has_the_numbers_of_R_survey) {
  static const char *const scales[] = {"difference", "ratio", "odds"};
  fixture f = golden("measures", NULL);
  trygg_estimates *estimates = fixture_estimate(&f, "area", NULL);
  FILE *file = open_golden("measures.csv");
  trygg_table *tables[3];
  char line[512];
  double largest = 0;
  size_t compared = 0;
  for (size_t i = 0; i < 3; i++)
    tables[i] = follow(estimates, "all", scales[i]);
  ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    char *cells[7], *from = line;
    size_t scale = 0, row;
    double value, met, tolerance;
    for (size_t i = 0; i < 7; i++) { /* a comparison may be empty */
      cells[i] = from;
      from += strcspn(from, ",\n");
      *from++ = '\0';
    }
    while (strcmp(scales[scale], cells[1]))
      scale++;
    tolerance = !strcmp(cells[5], "p") ? 1e-8 : 1e-10;
    ck_assert_int_eq(tg_number_parse(cells[6], strlen(cells[6]), '.', &value), 0);
    row = find(tables[scale], cells[0], cells[2], cells[3], cells[4]);
    met = number(tables[scale], row, cells[5]);
    /* What is small beside its own error is a difference of large numbers. */
    ck_assert_msg(fabs(met - value) <= tolerance * fmax(fabs(value), 1e-3),
                  "%s %s %s %s %s %s: %.17g, expected %.17g", cells[0], cells[1], cells[2], cells[3],
                  cells[4], cells[5], met, value);
    if (tolerance < 1e-8)
      largest = fmax(largest, fabs(met - value) / fmax(fabs(value), 1e-3));
    compared++;
  }
  fclose(file);
  printf("measures: %zu numbers, largest difference %.1e\n", compared, largest);
  ck_assert_uint_gt(compared, 1300);
  for (size_t i = 0; i < 3; i++)
    trygg_table_free(tables[i]);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* scipy 1.x, SLSQP, polished: weights, fit before, and the ratio of every area, among which A's is ranked. */
START_TEST(the_synthetic_area_is_that_of_scipy) {
  fixture f = golden("measures", NULL);
  trygg_estimates *estimates = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(estimates, "all", NULL);
  FILE *file = open_golden("synthetic.csv");
  char line[512];
  size_t compared = 0, larger[2] = {0, 0};
  double own[2] = {0, 0};
  ck_assert_ptr_nonnull(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    char *rest = NULL, *indicator = strtok_r(line, ",", &rest), *what = strtok_r(NULL, ",", &rest),
         *area = strtok_r(NULL, ",", &rest), *cell = strtok_r(NULL, ",\n", &rest), code[32];
    double value, met = 0;
    int share = !strcmp(indicator, "unsafe");
    ck_assert_int_eq(tg_number_parse(cell, strlen(cell), '.', &value), 0);
    snprintf(code, sizeof code, "rest area=%s", area);
    if (!strcmp(what, "fit")) {
      met = number(table, find(table, indicator, "rest", "synthetic_fit", "2016"), "estimate");
    } else if (!strcmp(what, "weight")) {
      size_t row = find_nth(table, indicator, code, "synthetic_weights", "2016", 0);
      met = row == SIZE_MAX ? 0 : number(table, row, "estimate");
    } else {
      own[share] = *area == 'A' ? value : own[share];
      larger[share] += value >= own[share];
      if (*area != 'A')
        continue;
      met = number(table, find(table, indicator, "rest", "synthetic_rank", "2024"), "statistic");
    }
    ck_assert_msg(fabs(met - value) <= 1e-9 * fmax(fabs(value), 1e-3), "%s %s %s: %.17g, expected %.17g",
                  indicator, what, area, met, value);
    compared++;
  }
  fclose(file);
  ck_assert_uint_eq(compared, 14);
  for (size_t i = 0; i < 2; i++) {
    size_t row = find(table, i ? "unsafe" : "score", "rest", "synthetic_rank", "2024");
    ck_near(number(table, row, "areas"), 6, 0);
    ck_near(number(table, row, "p"), (double)larger[i] / 6, 1e-15);
    ck_assert(has_flag(table, row, "model") && has_flag(table, row, "cannot_reject")); /* 1/6 is no 0.05 */
  }
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* W2 of docs/evidence.md: the same districts in both years; R survey 4.1-1 by svyglm() on the stacked years. */
START_TEST(W2_overlapping_waves_share_their_clusters) {
  fixture f = golden("apiyears", "name,where,comparison,start\nm,comp_imp=Yes,comp_imp=No,2000\n");
  trygg_estimates *e = fixture_estimate(&f, "comp_imp", NULL);
  trygg_table *table = follow(e, "change", NULL);
  ck_assert_uint_eq(trygg_table_rows(table), 1);
  ck_near(number(table, 0, "estimate"), 39.03714286, 1e-9);
  ck_near(number(table, 0, "se"), 3.796119206, 1e-9);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- what must be the same ------------------------------------------------------------------------------- */

/* The spill-over is the difference of two changes: those of whom the measure reached cancel; two comparisons agree by
 * F = t^2. */
START_TEST(comparisons_with_each_other_are_differences_of_changes) {
  fixture f =
      golden("measures", "name,where,comparison,comparison_name,start\nlight,area=A,area=B,near,2018\n"
                         "light,area=A,\"area=C,D\",distant,2018\n");
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "all", NULL);
  static const char *const waves[] = {"2018", "2021", "2024"};
  for (size_t i = 0; i < 3; i++) {
    size_t spill = find(table, "score", "near", "spillover", waves[i]),
           agree = find(table, "score", "", "agree", waves[i]);
    double t = number(table, spill, "statistic");
    ck_near(number(table, spill, "estimate"),
            number(table, find(table, "score", "distant", "change", waves[i]), "estimate") -
                number(table, find(table, "score", "near", "change", waves[i]), "estimate"),
            1e-11);
    ck_near(number(table, agree, "statistic"), t * t, 1e-10);
    ck_near(number(table, agree, "p"), number(table, spill, "p"), 1e-9);
    ck_near(number(table, agree, "df2"), number(table, spill, "df2"), 0);
  }
  ck_assert_uint_eq(find_nth(table, NULL, "distant", "spillover", NULL, 0), SIZE_MAX);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* A placebo start is what a measure that began then would show; with two waves before, the F of the pre-trend is the t^2 of
 * its slope and of that placebo. */
START_TEST(a_placebo_is_a_measure_that_began_before) {
  fixture f =
      golden("measures", "name,where,comparison,start\nnow,area=A,area=B,2015\nthen,area=A,area=B,2012\n");
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "all", NULL);
  size_t placebo = find(table, "score", NULL, "placebo", "2012"), slope, then = SIZE_MAX,
         joint = find(table, "score", NULL, "pretrend", "2012");
  double t = number(table, placebo, "statistic");
  for (size_t n = 0, row; (row = find_nth(table, "score", NULL, "change", "2012", n)) != SIZE_MAX; n++)
    then = row;
  ck_assert_str_eq(text(table, then, "name"), "then");
  ck_assert_str_eq(text(table, placebo, "name"), "now");
  ck_near(number(table, then, "estimate"), number(table, placebo, "estimate"), 0);
  ck_near(number(table, then, "p"), number(table, placebo, "p"), 0);
  slope = find(table, "score", NULL, "pretrend_slope", "2012");
  ck_near(number(table, slope, "estimate"), number(table, placebo, "estimate") / 2, 1e-12);
  ck_near(number(table, slope, "statistic"), t, 1e-10);
  ck_near(number(table, joint, "statistic"), t * t, 1e-10);
  ck_near(number(table, joint, "p"), number(table, placebo, "p"), 1e-9);
  /* Backwards it is the lead. */
  ck_near(number(table, find(table, "score", NULL, "lead", "2010"), "estimate"),
          -number(table, placebo, "estimate"), 1e-12);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(threads_do_not_change_a_bit) {
  fixture f = golden("measures", NULL);
  static const char *const by[] = {"area"};
  trygg_table *tables[2];
  for (int i = 0; i < 2; i++) {
    trygg_estimate_options options = {.size = sizeof options, .by = by, .by_count = 1, .threads = 1 + 3 * i};
    trygg_estimates *e = NULL;
    ck_ok(trygg_estimate_create(f.design, &options, &e, &error));
    tables[i] = follow(e, "all", NULL);
    trygg_estimate_free(e);
  }
  ck_assert_uint_eq(trygg_table_rows(tables[0]), trygg_table_rows(tables[1]));
  for (size_t r = 0; r < trygg_table_rows(tables[0]); r++)
    for (size_t c = trygg_table_find(tables[0], "areas"); c + 1 < trygg_table_columns(tables[0]); c++) {
      double a = trygg_table_number(tables[0], r, c), b = trygg_table_number(tables[1], r, c);
      ck_assert(a == b || (isnan(a) && isnan(b)));
    }
  trygg_table_free(tables[0]);
  trygg_table_free(tables[1]);
  fixture_free(&f);
}
END_TEST

/* ---- small surveys ------------------------------------------------------------------------------------- */

/* Areas A (12), B (9), C (6) and one record without, in the waves given; shares, a mean, a question of 2024 only. */
static const char *make_data(int first, int last) {
  static char text[32768];
  size_t at = (size_t)snprintf(text, sizeof text, "wave,area,w,q,x,late\n");
  for (int wave = first; wave <= last; wave += 4)
    for (int i = 0; i < 28; i++) {
      const char *area = i < 12 ? "A" : i < 21 ? "B" : i < 27 ? "C" : "";
      at += (size_t)snprintf(text + at, sizeof text - at, "%d,%s,%d.5,%d,%d,%s\n", wave, area, 1 + i % 4,
                             (i * 7 + wave / 4) % 3 == 0 ? 1 : 2, (i * i + wave) % 11,
                             wave == 2024 ? i % 2 ? "1" : "2" : "");
    }
  return text;
}

static const char survey[] =
    "type,name,role\ninteger,wave,wave\nselect_one area,area,domain\ndecimal,w,weight\n"
    "select_one yn,q,\ninteger,x,\nselect_one yn,late,\n";
static const char choices[] = "list_name,name\narea,A\narea,B\narea,C\narea,D\nyn,1\nyn,2\n";
static const char indicators[] = "name,type,variable,numerator\nhit,share,q,1\nx,mean,x,\nlate,share,late,1\n"
                                 "median,quantile,x,0.5\n";

static fixture small(const char *measures, const char *breaks, int first) {
  return fixture_load(&(fixture_texts){.survey = survey,
                                       .choices = choices,
                                       .indicators = indicators,
                                       .measures = measures,
                                       .breaks = breaks,
                                       .data = make_data(first, 2024)});
}

/* (C after - C before) - (A after - A before), on every scale. */
START_TEST(a_change_is_a_contrast_of_four_estimates) {
  fixture f = small("name,where,comparison,start,indicators\nlight,area=C,area=A,2024,hit x\n", NULL, 2020);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "change", NULL), *ratio = follow(e, "change", "ratio"),
              *odds = follow(e, "change", "odds");
  static const char *const codes[][1] = {{"C"}, {"A"}};
  static const double signs[] = {1, -1, -1, 1};
  size_t rows[4];
  trygg_contrast k;
  for (size_t i = 0; i < 4; i++)
    rows[i] = trygg_estimate_find(e, i < 2 ? "2024" : "2020", codes[i % 2], "x");
  ck_ok(trygg_inference_contrast(e, rows, signs, 4, 0, &k, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 2); /* hit, x */
  ck_assert_str_eq(text(table, 1, "since"), "2020");
  ck_assert_str_eq(text(table, 1, "comparison"), "area=A");
  ck_near(number(table, 1, "estimate"), k.estimate, 1e-14);
  ck_near(number(table, 1, "se"), k.se, 1e-14);
  ck_near(number(table, 1, "df2"), k.df, 0);
  ck_near(number(table, 1, "p"), k.p, 1e-13);
  /* a ratio of ratios */
  ck_near(number(ratio, 1, "estimate"),
          trygg_estimate_get(e, rows[0]).estimate * trygg_estimate_get(e, rows[3]).estimate /
              (trygg_estimate_get(e, rows[1]).estimate * trygg_estimate_get(e, rows[2]).estimate),
          1e-13);
  ck_assert_uint_eq(trygg_table_rows(odds), 1); /* a mean has no odds */
  trygg_table_free(table);
  trygg_table_free(ratio);
  trygg_table_free(odds);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* All but those it reached are one group of two areas; a comparison by another variable is without them too. */
START_TEST(a_measure_without_comparison_is_compared_with_the_rest) {
  fixture f = small("name,where,comparison,start\na,area=C,,2024\na,area=C,\"area=A,B\",2024\n", NULL, 2020);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "change", NULL);
  static const char *const names[] = {"hit", "x", "median"};
  for (size_t i = 0; i < 3; i++) {
    size_t rest = find(table, names[i], "rest", "change", "2024"),
           named = find(table, names[i], "area=A,B", "change", "2024");
    ck_near(number(table, rest, "estimate"), number(table, named, "estimate"), 0);
    ck_assert(number(table, rest, "se") == number(table, named, "se") || isnan(number(table, rest, "se")));
  }
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* One empty row that says why, rather than none. */
START_TEST(too_few_waves_before_say_so) {
  fixture f =
      small("name,where,comparison,start\nfirst,area=C,area=A,2020\nsecond,area=C,area=A,2024\n", NULL, 2020);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "all", NULL);
  for (size_t r = 0; r < trygg_table_rows(table); r++) {
    int second = !strcmp(text(table, r, "name"), "second"),
        late = !strcmp(text(table, r, "indicator"), "late"),
        one = !strcmp(text(table, r, "test"), "change") || !strcmp(text(table, r, "test"), "placebo_areas");
    if (second && one && !late) {
      ck_assert(!isnan(number(table, r, "estimate")));
      continue;
    }
    ck_assert(isnan(number(table, r, "estimate")) && isnan(number(table, r, "p")));
    ck_assert(has_flag(table, r, late && second ? "not_asked" : "few_waves"));
  }
  ck_assert_uint_eq(find_nth(table, NULL, NULL, "agree", NULL, 0), SIZE_MAX); /* one comparison */
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* 2008 2012 | 2016 2020, start 2020 or 2016: the waves across the break are no part of the past. */
START_TEST(a_break_cuts_off_the_past) {
  fixture f = small("name,where,comparison,start\nlater,area=C,area=A,2024\nacross,area=C,area=A,2016\n",
                    "wave,indicator\n2016,hit\n", 2004);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "all", NULL), *over = NULL;
  trygg_measure_options options = {.size = sizeof options, .across_breaks = 1};
  size_t row = find(table, "hit", NULL, "pretrend", NULL);
  ck_assert_str_eq(text(table, row, "since"), "2016 2020"); /* of later */
  ck_assert(!isnan(number(table, row, "statistic")));
  row = find(table, "hit", NULL, "trend_adjusted", NULL); /* three are needed */
  ck_assert(isnan(number(table, row, "estimate")) && has_flag(table, row, "break"));
  ck_assert_uint_eq(find_nth(table, "hit", NULL, "trend_adjusted", NULL, 1) == SIZE_MAX, 0);
  row = find(table, "x", NULL, "trend_adjusted", "2024"); /* only `hit` breaks */
  ck_assert_str_eq(text(table, row, "since"), "2004 2008 2012 2016 2020");
  /* It begins at the break: what came before cannot be compared. */
  row = find(table, "hit", NULL, "change", "2016");
  ck_assert_str_eq(text(table, row, "name"), "across");
  ck_assert(isnan(number(table, row, "estimate")) && has_flag(table, row, "break"));
  ck_ok(trygg_trend_measures(e, &options, &over, &error));
  row = find(over, "hit", NULL, "change", "2016");
  ck_assert(!isnan(number(over, row, "estimate")));
  trygg_table_free(table);
  trygg_table_free(over);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Nobody lives in D; that gives no figures, and the reason. */
START_TEST(an_empty_comparison_is_flagged) {
  fixture f = small("name,where,comparison,start\nlight,area=C,area=D,2024\n", NULL, 2016);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "all", NULL);
  ck_assert_uint_gt(trygg_table_rows(table), 10);
  for (size_t r = 0; r < trygg_table_rows(table); r++) {
    ck_assert(isnan(number(table, r, "estimate")));
    ck_assert(has_flag(table, r, "empty") || has_flag(table, r, "not_asked"));
  }
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Two areas meet two waves exactly, or not; with more freedom than waves the fit is no yardstick. */
START_TEST(an_exact_fit_is_not_ranked) {
  static const char data[] =
      "wave,area,w,q,x,late\n"
      "2016,A,1,1,4,\n2016,A,1,1,6,\n2016,B,1,1,1,\n2016,B,1,1,3,\n2016,C,1,1,7,\n2016,C,1,1,9,\n"
      "2020,A,1,1,5,\n2020,A,1,1,7,\n2020,B,1,1,2,\n2020,B,1,1,4,\n2020,C,1,1,8,\n2020,C,1,1,10,\n"
      "2024,A,1,1,9,\n2024,A,1,1,11,\n2024,B,1,1,3,\n2024,B,1,1,5,\n2024,C,1,1,9,\n2024,C,1,1,11,\n";
  fixture f = fixture_load(&(fixture_texts){.survey = survey,
                                            .choices = choices,
                                            .indicators = indicators,
                                            .measures = "name,where,start,indicators\nlight,area=A,2024,x\n",
                                            .data = data});
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "all", NULL);
  size_t rank = find(table, "x", "rest", "synthetic_rank", "2024"),
         effect = find(table, "x", "rest", "synthetic", "2024");
  /* A = B/2 + C/2 before: 5 and 6 of 2, 8 and 3, 9; then 10 less 7. */
  ck_near(number(table, find(table, "x", "rest area=B", "synthetic_weights", NULL), "estimate"), 0.5, 1e-14);
  ck_near(number(table, find(table, "x", "rest area=C", "synthetic_weights", NULL), "estimate"), 0.5, 1e-14);
  ck_near(number(table, effect, "estimate"), 3, 1e-14);
  ck_near(number(table, effect, "se"), sqrt(0.9), 1e-14); /* 6/5 (2 0.5^2 + 4 0.25^2) */
  ck_assert(isnan(number(table, effect, "p")) && number(table, effect, "lower") < 3);
  ck_assert(isnan(number(table, rank, "p")) && isnan(number(table, rank, "statistic")));
  ck_assert(has_flag(table, rank, "few_waves") && has_flag(table, rank, "model"));
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* C has 6 respondents a wave. */
START_TEST(what_rests_on_few_is_suppressed) {
  fixture f = small("name,where,start\nlight,area=C,2024\nother,area=A,2024\n", NULL, 2012);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL);
  trygg_table *table = follow(e, "all", NULL);
  trygg_disclosure_options rules = {sizeof rules, 9};
  trygg_publication *publication = NULL;
  const trygg_table *shown;
  ck_ok(trygg_disclosure_publish(table, &rules, &publication, &error));
  shown = trygg_disclosure_table(publication);
  for (size_t r = 0; r < trygg_table_rows(shown); r++) {
    int light = !strcmp(text(shown, r, "name"), "light"),
        synthetic = !strncmp(text(shown, r, "test"), "synth", 5);
    if (!strcmp(text(shown, r, "indicator"), "late"))
      continue;
    if (light)
      ck_assert(!strcmp(text(shown, r, "flag"), "suppressed") && isnan(number(shown, r, "estimate")));
    else if (!synthetic)
      ck_assert(!has_flag(shown, r, "suppressed"));
  }
  trygg_disclosure_free(publication);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(measures_that_cannot_be_followed_say_why) {
  fixture f = small("name,label,where,comparison,start\nlight,Light,area=C q=1,,2024\n", NULL, 2020),
          none = small(NULL, NULL, 2020);
  trygg_estimates *e = fixture_estimate(&f, "area", NULL), *empty = fixture_estimate(&none, "area", NULL),
                  *pooled = NULL;
  const char *by[] = {"area", "q"}, *tests[] = {"pretrnd"};
  trygg_estimate_options options = {.size = sizeof options, .by = by, .by_count = 2, .pool = 1};
  trygg_measure_options wrong = {.size = sizeof wrong, .tests = tests, .test_count = 1},
                        scale = {.size = sizeof scale, .scale = "log"};
  trygg_table *table = NULL;
  ck_ok(trygg_estimate_create(f.design, &options, &pooled, &error));
  ck_assert_int_eq(trygg_trend_measures(e, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "`light` was taken by `q`"));
  ck_assert_int_eq(trygg_trend_measures(pooled, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_trend_measures(empty, NULL, &table, &error), TRYGG_ECODEBOOK);
  ck_assert_ptr_nonnull(strstr(error.message, "measures.csv"));
  ck_assert_int_eq(trygg_trend_measures(empty, &wrong, &table, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "did you mean `pretrend`"));
  ck_assert_int_eq(trygg_trend_measures(empty, &scale, &table, &error), TRYGG_ENAME);
  ck_assert_int_eq(trygg_trend_measures(NULL, NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_trend_measures(e, NULL, NULL, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(table);
  ck_assert_str_eq(trygg_codebook_label(f.codebook, "light", NULL), "Light");
  for (size_t i = 0; trygg_trend_measure_test(i); i++)
    ck_assert_uint_gt(strlen(trygg_trend_measure_help(i)), 10);
  trygg_estimate_free(e);
  trygg_estimate_free(empty);
  trygg_estimate_free(pooled);
  fixture_free(&f);
  fixture_free(&none);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("measures");
  TCase *tests = tcase_create("measures");
  tcase_add_test(tests, follow_up_has_the_numbers_of_R_survey);
  tcase_add_test(tests, the_synthetic_area_is_that_of_scipy);
  tcase_add_test(tests, W2_overlapping_waves_share_their_clusters);
  tcase_add_test(tests, comparisons_with_each_other_are_differences_of_changes);
  tcase_add_test(tests, a_placebo_is_a_measure_that_began_before);
  tcase_add_test(tests, threads_do_not_change_a_bit);
  tcase_add_test(tests, a_change_is_a_contrast_of_four_estimates);
  tcase_add_test(tests, a_measure_without_comparison_is_compared_with_the_rest);
  tcase_add_test(tests, too_few_waves_before_say_so);
  tcase_add_test(tests, a_break_cuts_off_the_past);
  tcase_add_test(tests, an_empty_comparison_is_flagged);
  tcase_add_test(tests, an_exact_fit_is_not_ranked);
  tcase_add_test(tests, what_rests_on_few_is_suppressed);
  tcase_add_test(tests, measures_that_cannot_be_followed_say_why);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
