/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of series over waves, read back: every mark is there, no word is over another, nothing is told by colour alone. */
#include "picture.h"
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>
#include <report/draw.h>
#include <table/flag.h>
#include <table/table.h>
#include <trygg/report.h>

static trygg_error error;

/* ---- surveys of any size ------------------------------------------------------------------------- */

/* What a picture is made of. */
typedef struct survey {
  const char *name;
  int areas, indicators, waves; /* areas: besides the total */
  int long_labels;
  int level;      /* 1: all series have the same figures */
  int gap;        /* the area that lacks the second wave, 0: none */
  int suppressed; /* the area whose last figure rests on too few */
  int empty;      /* the area that has no figure */
  int bends;
  int untested; /* 1: without trends */
  int other; /* the tests are of another series: 1 moved over a bridge, 2 on another scale, 3 with published waves */
  const char *language;
} survey;

static void add_file(trygg_codebook *codebook, const char *name, const tg_text *text) {
  ck_ok(trygg_codebook_add_csv(codebook, name, text->bytes, text->length, &error));
}

static trygg_codebook *make_codebook(const survey *of) {
  static const char settings[] = "form_title,form_id,version,default_language\nCharts,charts,1,en\n";
  static const char breaks[] =
      "wave,indicator,kind,note\n2003,,break,\"a new method, and a new form: levels before cannot be compared\"\n";
  tg_text survey_csv = {0}, choices = {0}, indicators = {0}, waves = {0};
  trygg_codebook *codebook;

  tg_text_put(&survey_csv, "type,name,label::English (en),label::Svenska (sv),role\ntext,year,Year,År,wave\n"
                           "select_one a,area,Area,Område,domain\nselect_one yes,worry,Worried,Orolig,\n");
  tg_text_put(&choices,
              "list_name,name,label::English (en),label::Svenska (sv)\nyes,1,Yes,Ja\nyes,2,No,Nej\n");
  for (int i = 1; i <= of->areas || i == 1; i++)
    tg_text_format(&choices,
                   of->long_labels
                       ? "a,%d,The parish by the lake & the river number %d,Södra Trögds och Östanvästerböles"
                         " kommundelsnämnd med skärgården %d\n"
                       : "a,%d,Area %d,Område %d\n",
                   i, i, i);
  tg_text_put(&indicators,
              "name,label::English (en),label::Svenska (sv),topic,type,variable,numerator,better\n");
  for (int i = 1; i <= of->indicators; i++)
    tg_text_format(
        &indicators,
        of->long_labels
            ? "q%d,\"Unsafe late in the evening, or stays in because of it, question %d\",\"Otrygg ute"
              " sen kväll, eller går inte ut av otrygghet, fråga %d\",safety,share,worry,1,low\n"
            : "q%d,Question %d,Fråga %d,safety,share,worry,1,low\n",
        i, i, i);
  tg_text_put(&waves, "wave,time,label::English (en),label::Svenska (sv)\n");
  for (int i = 1; i <= of->waves; i++)
    tg_text_format(&waves, "%d,%d.75,Autumn of %d,Hösten %d\n", 2000 + i, 2000 + i, 2000 + i, 2000 + i);
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "settings", settings, strlen(settings), &error));
  add_file(codebook, "survey", &survey_csv);
  add_file(codebook, "choices", &choices);
  add_file(codebook, "indicators", &indicators);
  add_file(codebook, "waves", &waves);
  if (of->waves >= 3)
    ck_ok(trygg_codebook_add_csv(codebook, "breaks", breaks, strlen(breaks), &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  tg_text_free(&survey_csv);
  tg_text_free(&choices);
  tg_text_free(&indicators);
  tg_text_free(&waves);
  return codebook;
}

static const tg_column_description estimate_columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "", 0},    {"n", TRYGG_INTEGER, TRYGG_VALUE, "", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "", 1}, {"se", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "", 1},    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "", 0},
};

static const tg_column_description trend_columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "", 0},      {"test", TRYGG_TEXT, TRYGG_KEY, "", 0},
    {"waves", TRYGG_TEXT, TRYGG_KEY, "", 0},          {"at", TRYGG_TEXT, TRYGG_VALUE, "", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "", 1},   {"lower", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "", 1},      {"p", TRYGG_NUMBER, TRYGG_VALUE, "", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "", 0}, {"flag", TRYGG_TEXT, TRYGG_FLAG, "", 0},
};

static const char *code_of(int number, const char *format) {
  static char codes[4][16];
  static int next;
  char *code = codes[next++ % 4];

  tg_text_print(code, sizeof codes[0], format, number);
  return code;
}

static double figure_of(const survey *of, int area, int indicator, int wave) {
  if (of->level)
    return 0.3;
  return 0.1 + 0.02 * (double)(area % 7) + 0.05 * (double)(indicator % 9) +
         0.013 * fabs((double)(wave - of->waves / 2 - 1));
}

/* A series is the total (area 0) or an area. */
static void add_estimate(trygg_table *table, const survey *of, int area, int indicator, int wave) {
  int64_t n = area != 0 && ((area == of->suppressed && wave == of->waves) || area == of->empty) ? 10 : 400;
  double figure = figure_of(of, area, indicator, wave);

  if (area != 0 && area == of->gap && wave == 2)
    return;
  ck_ok(tg_table_add_row(table, &error));
  ck_ok(tg_table_set_text(table, 0, code_of(2000 + wave, "%d"), &error));
  ck_ok(tg_table_set_text(table, 1, area == 0 ? NULL : code_of(area, "%d"), &error));
  ck_ok(tg_table_set_text(table, 2, code_of(indicator, "q%d"), &error));
  tg_table_set_integer(table, 3, area == 0 ? 400 * of->areas + 400 : n);
  tg_table_set_number(table, 4, figure);
  tg_table_set_number(table, 5, 0.02);
  tg_table_set_number(table, 6, figure - 0.04);
  tg_table_set_number(table, 7, figure + 0.04);
  ck_ok(tg_table_set_flags(table, 8, area == 2 && wave == 1 ? TG_FLAG_UNRELIABLE : 0, &error));
  tg_table_set_base(table, area == 0 ? 400 * of->areas + 400 : n);
  tg_table_set_unit(table, TG_UNIT_SHARE);
}

static trygg_publication *publish(trygg_table *table) {
  const trygg_disclosure_options options = {.size = sizeof options};
  trygg_publication *publication;

  ck_ok(trygg_disclosure_publish(table, &options, &publication, &error));
  trygg_table_free(table);
  return publication;
}

static trygg_publication *make_estimates(const survey *of) {
  trygg_table *table;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "wave", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "area", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_columns(table, estimate_columns, 7, &error));
  for (int wave = 1; wave <= of->waves; wave++)
    for (int area = 0; area <= of->areas; area++)
      for (int indicator = 1; indicator <= of->indicators; indicator++)
        add_estimate(table, of, area, indicator, wave);
  return publish(table);
}

static void add_test(trygg_table *table, const survey *of, int area, int indicator, const char *test,
                     double p) {
  tg_text waves = {0};

  for (int wave = 3; wave <= of->waves; wave++) /* since the break */
    tg_text_format(&waves, wave > 3 ? " %d" : "%d", 2000 + wave);
  if (of->other == 3)
    tg_text_put(&waves, " 2099");
  ck_ok(tg_table_add_row(table, &error));
  ck_ok(tg_table_set_text(table, 0, area == 0 ? NULL : code_of(area, "%d"), &error));
  ck_ok(tg_table_set_text(table, 1, code_of(indicator, "q%d"), &error));
  ck_ok(tg_table_set_text(table, 2, test, &error));
  ck_ok(tg_table_set_text(table, 3, waves.length > 0 ? waves.bytes : "", &error));
  ck_ok(tg_table_set_text(table, 4, code_of(2000 + of->waves / 2 + 1, "%d"), &error));
  tg_table_set_number(table, 5, 0.013);
  tg_table_set_number(table, 6, 0.003);
  tg_table_set_number(table, 7, 0.023);
  tg_table_set_number(table, 8, p);
  tg_table_set_number(table, 9, p);
  ck_ok(tg_table_set_flags(table, 10, of->other == 1 ? TG_FLAG_BRIDGED : 0, &error));
  tg_table_set_base(table, 400);
  tg_table_set_unit(table, TG_UNIT_SHARE);
  tg_text_free(&waves);
}

static trygg_publication *make_trends(const survey *of) {
  trygg_table *table;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "area", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_columns(table, trend_columns, sizeof trend_columns / sizeof *trend_columns, &error));
  if (of->other == 2)
    ck_ok(tg_table_add_note(table, "scale", "ratio", &error));
  for (int area = 0; area <= of->areas; area++)
    for (int indicator = 1; indicator <= of->indicators; indicator++) {
      add_test(table, of, area, indicator, "linear", 0.03);
      if (of->waves >= 9)
        add_test(table, of, area, indicator, "joinpoint", of->bends ? 0.001 : 0.2);
    }
  return publish(table);
}

/* ---- drawing -------------------------------------------------------------------------------------- */

static int append(void *user, const char *bytes, size_t length) {
  tg_text_append(user, bytes, length);
  return 0;
}

static tg_text written;

/* Draw a survey in a format. */
static trygg_status write_as(const survey *of, const char *format) {
  trygg_codebook *codebook = make_codebook(of);
  trygg_publication *estimates = make_estimates(of), *trends = make_trends(of);
  trygg_report_options options = {.size = sizeof options,
                                  .language = of->language,
                                  .codebook = codebook,
                                  .trend = of->untested ? NULL : trends};
  trygg_status status;

  tg_text_free(&written);
  status = trygg_report_write(estimates, format, &options, append, &written, &error);
  trygg_codebook_free(codebook);
  trygg_disclosure_free(estimates);
  trygg_disclosure_free(trends);
  return status;
}

static const char *draw(const survey *of) {
  ck_ok(write_as(of, "svg"));
  return written.bytes;
}

static const survey surveys[] = {
    {.name = "one series", .indicators = 1, .waves = 5},
    {.name = "three series", .areas = 2, .indicators = 1, .waves = 5, .long_labels = 1, .language = "sv"},
    {.name = "six series at the same height",
     .untested = 1,
     .areas = 5,
     .indicators = 1,
     .waves = 4,
     .long_labels = 1,
     .level = 1},
    {.name = "six series, one empty, many waves",
     .untested = 1,
     .areas = 5,
     .indicators = 1,
     .waves = 24,
     .bends = 1,
     .empty = 3},
    {.name = "eight areas", .areas = 8, .indicators = 1, .waves = 5},
    {.name = "eight areas, gaps",
     .areas = 8,
     .indicators = 1,
     .waves = 5,
     .gap = 2,
     .suppressed = 4,
     .empty = 6},
    {.name = "long Swedish labels",
     .areas = 13,
     .indicators = 1,
     .waves = 5,
     .long_labels = 1,
     .language = "sv"},
    {.name = "eighty areas", .areas = 80, .indicators = 1, .waves = 9, .bends = 1},
    {.name = "33 indicators", .indicators = 33, .waves = 5, .long_labels = 1, .language = "sv"},
    {.name = "areas by indicators", .areas = 8, .indicators = 4, .waves = 24, .long_labels = 1},
    {.name = "two waves", .areas = 12, .indicators = 2, .waves = 2, .long_labels = 1},
    {.name = "six series and their trends", .areas = 5, .indicators = 1, .waves = 24, .bends = 1, .empty = 3},
    {.name = "more than can be drawn", .areas = 80, .indicators = 6, .waves = 3},
};

#define SURVEYS (sizeof surveys / sizeof *surveys)

START_TEST(words_do_not_collide_and_stay_in_the_picture) {
  const survey *of = &surveys[_i];
  const char *svg = draw(of), *why = malformed(svg);

  ck_assert_msg(why == NULL, "%s: %s", of->name, why);
  check_words(svg, of->name);
}
END_TEST

START_TEST(a_picture_is_the_same_each_time) {
  const survey *of = &surveys[_i];
  char *first = strdup(draw(of));

  ck_assert_str_eq(draw(of), first);
  free(first);
}
END_TEST

/* Solid lines of such a width; a series is drawn with one, its intervals are upright. */
static size_t count_lines(const char *svg, double width, const char *color, int upright) {
  size_t found = 0;

  for (mark line = next_mark(svg, "line"); line.begin != NULL; line = next_mark(line.content, "line")) {
    int is_upright = mark_number(&line, "x1") == mark_number(&line, "x2");
    char tag[300];
    tg_text_print(tag, sizeof tag, "%.*s", (int)strcspn(line.begin, ">"), line.begin);
    found += mark_number(&line, "stroke-width") == width && mark_is(&line, "stroke", color) &&
             is_upright == upright && strstr(tag, "dasharray") == NULL;
  }
  return found;
}

/* Lines with such dashes, of the height of a plot at least, or of any direction where height is 0. */
static size_t count_dashed(const char *svg, const char *dashes, double height) {
  size_t found = 0;

  for (mark line = next_mark(svg, "line"); line.begin != NULL; line = next_mark(line.content, "line"))
    found += mark_is(&line, "stroke-dasharray", dashes) &&
             (height == 0 || fabs(mark_number(&line, "y2") - mark_number(&line, "y1")) >= height);
  return found;
}

/* Nine panels of five waves with a break before the third: a line of two waves and one of three in each, the total's
 * behind eight of them. */
START_TEST(each_panel_has_its_line_its_intervals_its_break_and_its_trend) {
  const char *svg = draw(&surveys[4]);

  ck_assert_uint_eq(count(svg, "<circle"), 9 * 5);
  ck_assert_uint_eq(count(svg, ">2005: "), 9);
  ck_assert_uint_eq(count_lines(svg, 1.4, tg_draw_colors[0], 1), 9 * 5 + 1); /* and one in the legend */
  ck_assert_uint_eq(count_lines(svg, 1.8, tg_draw_colors[0], 0), 9 * 3);
  ck_assert_uint_eq(count_lines(svg, 1.2, TG_DRAW_BEHIND, 0), 8 * 3 + 1);
  ck_assert_uint_eq(count_dashed(svg, "4 4", 100), 9);
  ck_assert_uint_eq(count_dashed(svg, "6 3", 0), 9 + 1);
  ck_assert_ptr_nonnull(strstr(svg, ">break in series<"));
  ck_assert_ptr_nonnull(
      strstr(svg, ">Break in series, Autumn of 2003: a new method, and a new form: levels before"));
  ck_assert_ptr_nonnull(strstr(svg, "Answers behind a figure: 400–3,600"));
}
END_TEST

/* Area 2 has no second wave, area 4 too few in the last, area 6 in all; one figure is unreliable. */
START_TEST(gaps_are_seen_and_suppressed_figures_are_not) {
  const char *svg = draw(&surveys[5]);

  ck_assert_uint_eq(count(svg, "<circle"), 9 * 5 - 1 - 1 - 5);
  ck_assert_uint_eq(count(svg, ">2005: .. too few answers<"), 2);
  ck_assert_uint_eq(count(svg, ">..<"), 1);
  ck_assert_uint_eq(count_lines(svg, 1.8, tg_draw_colors[0], 0), 9 * 3 - 1 - 1 - 3);
  ck_assert_uint_eq(count(svg, "fill=\"#ffffff\" stroke=\"#0b5cad\""), 1); /* the hollow marker */
  ck_assert_ptr_nonnull(strstr(svg, ">○ unreliable<"));
}
END_TEST

/* 81 series of six indicators are more than 400: the last two indicators are left out, and the picture says so. */
START_TEST(whole_indicators_are_left_out_where_series_are_too_many) {
  const char *svg = draw(&surveys[12]);

  ck_assert_uint_eq(count(svg, ">2003: "), 4 * 81);
  ck_assert_ptr_nonnull(strstr(svg, ">Question 4<"));
  ck_assert_ptr_null(strstr(svg, ">Question 5<"));
  ck_assert_ptr_nonnull(strstr(svg, ">486 more rows are in the table only<"));
}
END_TEST

/* Panels of one indicator have one axis, those of several each their own. */
START_TEST(axes_are_common_where_the_same_is_measured) {
  ck_assert_ptr_null(strstr(draw(&surveys[4]), ">each panel has its own axis<"));
  ck_assert_ptr_nonnull(strstr(draw(&surveys[8]), ">varje ruta har sin egen axel<"));
  ck_assert_ptr_null(strstr(draw(&surveys[9]), ">each panel has its own axis<"));
}
END_TEST

START_TEST(a_clear_bend_is_drawn_and_marked) {
  const survey bent = {.name = "bent", .indicators = 1, .waves = 9, .bends = 1},
               straight = {.name = "straight", .indicators = 1, .waves = 9};
  const char *svg = draw(&bent);

  ck_assert_uint_eq(count_dashed(svg, "7 4", 0), 2 + 1);
  ck_assert_ptr_nonnull(strstr(svg, ">fitted trend, ◇ where it bends<"));
  svg = draw(&straight);
  ck_assert_uint_eq(count_dashed(svg, "7 4", 0), 1 + 1);
  ck_assert_ptr_nonnull(strstr(svg, ">linear trend<"));
}
END_TEST

/* What was fitted to figures moved over a bridge, to ratios, or to more waves than are drawn is no line of theirs. */
START_TEST(a_line_is_drawn_through_the_figures_it_was_fitted_to_alone) {
  for (int other = 0; other <= 3; other++) {
    const survey of = {.name = "other", .indicators = 1, .waves = 9, .bends = _i, .other = other};
    const char *svg = draw(&of);
    ck_assert_uint_eq(count_dashed(svg, "7 4", 0), other == 0 ? (size_t)(1 + _i + 1) : 0);
  }
}
END_TEST

/* The figures fall to the wave 2005 and rise from it: the fitted lines meet every figure there. */
START_TEST(the_bent_line_goes_where_the_figures_go) {
  const survey bent = {.name = "bent", .indicators = 1, .waves = 9, .bends = 1};
  const char *svg = draw(&bent);
  double markers[16] = {0};
  size_t seen = 0;

  for (mark circle = next_mark(svg, "circle"); circle.begin != NULL && seen < 16;
       circle = next_mark(circle.content, "circle"))
    markers[seen++] = mark_number(&circle, "cy");
  ck_assert_uint_eq(seen, 9);
  for (mark line = next_mark(svg, "line"); line.begin != NULL; line = next_mark(line.content, "line"))
    if (mark_is(&line, "stroke-dasharray", "7 4") && mark_number(&line, "y1") != mark_number(&line, "y2")) {
      int falls = mark_number(&line, "y2") > mark_number(&line, "y1");
      ck_assert(fabs(mark_number(&line, "y1") - markers[falls ? 2 : 4]) < 0.2);
      ck_assert(fabs(mark_number(&line, "y2") - markers[falls ? 4 : 8]) < 0.2);
    }
}
END_TEST

/* Corners of a marker about its own middle: its shape. */
static void read_shape(const mark *polygon, char *out, size_t size) {
  const char *at = strstr(polygon->begin, "points=\"") + 8;
  double place[2][8] = {{0}}, middle[2] = {0, 0};
  int corners = 0;

  for (; *at != '"' && corners < 8; corners++)
    for (int axis = 0; axis < 2; axis++) {
      size_t length = strcspn(at, ", \"");
      ck_assert_int_eq(tg_number_parse(at, length, '.', &place[axis][corners]), 0);
      middle[axis] += place[axis][corners];
      at += length + (at[length] != '"');
    }
  *out = '\0';
  for (int i = 0; i < corners; i++) {
    size_t used = strlen(out);
    snprintf(out + used, size - used, "%.0f,%.0f ", place[0][i] - middle[0] / corners,
             place[1][i] - middle[1] / corners);
  }
}

/* Six lines in grey: the marker beside each label has a shape of its own. */
START_TEST(lines_are_told_apart_without_colour) {
  const survey six = {.name = "six", .untested = 1, .areas = 5, .indicators = 1, .waves = 4};
  const char *svg = draw(&six), *labels = strstr(svg, "stroke-dasharray=\"2 3\"");
  char shapes[8][200];
  size_t found = 0, circles = 0;

  for (mark polygon = next_mark(labels, "polygon"); polygon.begin != NULL && found < 8;
       polygon = next_mark(polygon.content, "polygon"))
    read_shape(&polygon, shapes[found++], sizeof shapes[0]);
  for (mark circle = next_mark(labels, "circle"); circle.begin != NULL;
       circle = next_mark(circle.content, "circle"))
    circles++;
  ck_assert_uint_eq(found, 5);
  ck_assert_uint_eq(circles, 1);
  for (size_t i = 0; i < found; i++)
    for (size_t k = 0; k < i; k++)
      ck_assert_str_ne(shapes[i], shapes[k]);
}
END_TEST

/* A page has the sentences, the picture, the tests and the estimates, in this order; a long picture is in parts that fit
 * on a sheet. */
START_TEST(a_page_says_first_shows_then_and_has_the_tables_last) {
  const char *sentence, *picture, *tests, *estimates;

  ck_ok(write_as(&surveys[4], "html"));
  sentence = strstr(written.bytes,
                    "<p>Question 1, Area 2, 2003–2005, since the break: up 1.3 percentage points a year,"
                    " for the worse (Interval 0.3–2.3), p = 0.030.</p>");
  picture = strstr(written.bytes, "<svg");
  tests = strstr(written.bytes, "<table>");
  ck_assert_ptr_nonnull(sentence);
  ck_assert_ptr_nonnull(tests);
  estimates = strstr(tests + 1, "<table>");
  ck_assert_ptr_nonnull(estimates);
  ck_assert(sentence < picture && picture < tests);
  ck_assert_ptr_nonnull(strstr(picture, "<desc id=\"chart1-text\">"));
  ck_assert_ptr_nonnull(strstr(estimates, "Autumn of 2005"));
  ck_assert_uint_eq(count(written.bytes, "<svg"), 1);
  ck_ok(write_as(&surveys[7], "html"));
  ck_assert_uint_gt(count(written.bytes, "<svg"), 2);
  ck_assert_uint_eq(count(written.bytes, ">2009: "), 81);
  ck_assert_uint_eq(count(written.bytes, "id=\"chart1-2-title\""), 1);
  for (mark svg = next_mark(written.bytes, "svg"); svg.begin != NULL; svg = next_mark(svg.content, "svg"))
    ck_assert(mark_number(&svg, "height") < 1273); /* 900 wide, as A4 */
}
END_TEST

START_TEST(running_out_of_memory_is_an_error_and_leaks_nothing) {
  static const int few[] = {1, 3, 5};
  const char *const formats[] = {"svg", "html"};

  for (size_t i = 0; i < 3; i++) {
    const survey *of = &surveys[few[i]];
    trygg_codebook *codebook = make_codebook(of);
    trygg_publication *estimates = make_estimates(of), *trends = make_trends(of);
    trygg_report_options options = {.size = sizeof options, .codebook = codebook, .trend = trends};
    for (size_t f = 0; f < 2; f++) {
      trygg_status status = TRYGG_ENOMEM;
      for (long k = 0; status != TRYGG_OK; k += k < 200 ? 1 : 97) {
        tg_text_clear(&written);
        tg_memory_fail(k, 1);
        status = trygg_report_write(estimates, formats[f], &options, append, &written, &error);
        tg_memory_fail(-1, 0);
        if (written.failed) {
          tg_text_free(&written);
          status = TRYGG_ENOMEM;
        }
        ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM || status == TRYGG_EIO);
      }
    }
    trygg_codebook_free(codebook);
    trygg_disclosure_free(estimates);
    trygg_disclosure_free(trends);
  }
}
END_TEST

static Suite *charts_suite(void) {
  Suite *suite = suite_create("charts");
  TCase *test_case = tcase_create("charts");

  tcase_set_timeout(test_case, 120);
  tcase_add_loop_test(test_case, words_do_not_collide_and_stay_in_the_picture, 0, SURVEYS);
  tcase_add_loop_test(test_case, a_picture_is_the_same_each_time, 0, SURVEYS);
  tcase_add_test(test_case, each_panel_has_its_line_its_intervals_its_break_and_its_trend);
  tcase_add_test(test_case, gaps_are_seen_and_suppressed_figures_are_not);
  tcase_add_test(test_case, whole_indicators_are_left_out_where_series_are_too_many);
  tcase_add_test(test_case, axes_are_common_where_the_same_is_measured);
  tcase_add_test(test_case, a_clear_bend_is_drawn_and_marked);
  tcase_add_loop_test(test_case, a_line_is_drawn_through_the_figures_it_was_fitted_to_alone, 0, 2);
  tcase_add_test(test_case, the_bent_line_goes_where_the_figures_go);
  tcase_add_test(test_case, lines_are_told_apart_without_colour);
  tcase_add_test(test_case, a_page_says_first_shows_then_and_has_the_tables_last);
  tcase_add_test(test_case, running_out_of_memory_is_an_error_and_leaks_nothing);
  suite_add_tcase(suite, test_case);
  return suite;
}

int main(void) {
  int failed = run_suite(charts_suite());

  tg_text_free(&written);
  return failed;
}
