/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables and pictures out: exact texts of small tables, escaping, charts, languages, failures. */
#include "picture.h"
#include "support.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>
#include <report/csv.h>
#include <report/messages.h>
#include <report/scale.h>
#include <table/flag.h>
#include <table/table.h>
#include <trygg/report.h>
#include <trygg/trend.h>

static trygg_error error;

/* ---- a small survey --------------------------------------------------------------------------- */

static const char settings_csv[] = "form_title,form_id,version,default_language\nTrygg & säker,trygg,3,en\n";
static const char survey_csv[] = "type,name,label::English (en),label::Svenska (sv),role\n"
                                 "text,year,Year,År,wave\n"
                                 "select_one k,kommun,Municipality,Kommun,domain\n"
                                 "select_one yes,worry,Worried,Orolig,\n"
                                 "integer,score,Score,Poäng,\n";
static const char choices_csv[] = "list_name,name,label::English (en),label::Svenska (sv)\n"
                                  "k,0380,Uppsala,Uppsala\nk,0319,Älvkarleby,Älvkarleby\n"
                                  "k,0330,\"<b>Knivsta</b> & \"\"co\"\"\",Knivsta\n"
                                  "yes,1,Yes,Ja\nyes,2,No,Nej\n";
static const char indicators_csv[] =
    "name,label::English (en),label::Svenska (sv),topic,type,variable,numerator\n"
    "unsafe,Unsafe late in the evening,Otrygg sen kväll,safety,share,worry,1\n"
    "mood,Mean mood,Medelhumör,health,mean,score,\n";
static const char waves_csv[] = "wave,time,label::English (en),label::Svenska (sv)\n"
                                "2012,2012,2012,2012\n2015,2015,2015,2015\n2017,2017,2017,2017\n"
                                "2020,2020,2020,2020\n2024,2024,Autumn 2024,Hösten 2024\n";
static const char breaks_csv[] = "wave,indicator,kind,note\n2017,,break,new method\n";

static trygg_codebook *make_codebook(void) {
  trygg_codebook *codebook;

  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "settings", settings_csv, strlen(settings_csv), &error));
  ck_ok(trygg_codebook_add_csv(codebook, "survey", survey_csv, strlen(survey_csv), &error));
  ck_ok(trygg_codebook_add_csv(codebook, "choices", choices_csv, strlen(choices_csv), &error));
  ck_ok(trygg_codebook_add_csv(codebook, "indicators", indicators_csv, strlen(indicators_csv), &error));
  ck_ok(trygg_codebook_add_csv(codebook, "waves", waves_csv, strlen(waves_csv), &error));
  ck_ok(trygg_codebook_add_csv(codebook, "breaks", breaks_csv, strlen(breaks_csv), &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  return codebook;
}

static const tg_column_description estimate_columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "", 0},      {"n", TRYGG_INTEGER, TRYGG_VALUE, "", 0},
    {"weighted_n", TRYGG_NUMBER, TRYGG_VALUE, "", 0}, {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "", 1},         {"df", TRYGG_NUMBER, TRYGG_VALUE, "", 0},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "", 1},      {"upper", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
    {"deff", TRYGG_NUMBER, TRYGG_VALUE, "", 0},       {"flag", TRYGG_TEXT, TRYGG_FLAG, "", 0},
};

/* wave, kommun, indicator, n, weighted_n, estimate, se, df, lower, upper, deff, flag */
static trygg_table *make_estimates(void) {
  trygg_table *table;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "wave", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "kommun", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_columns(table, estimate_columns, 10, &error));
  return table;
}

static void add_estimate(trygg_table *table, const char *wave, const char *kommun, const char *indicator,
                         int64_t n, double estimate, double se, tg_unit unit, unsigned flags) {
  ck_ok(tg_table_add_row(table, &error));
  ck_ok(tg_table_set_text(table, 0, wave, &error));
  ck_ok(tg_table_set_text(table, 1, kommun, &error));
  ck_ok(tg_table_set_text(table, 2, indicator, &error));
  tg_table_set_integer(table, 3, n);
  tg_table_set_number(table, 4, (double)n * 10.5);
  tg_table_set_number(table, 5, estimate);
  tg_table_set_number(table, 6, se);
  tg_table_set_number(table, 7, (double)n - 4);
  tg_table_set_number(table, 8, estimate - 2 * se);
  tg_table_set_number(table, 9, estimate + 2 * se);
  tg_table_set_number(table, 10, 1.25);
  ck_ok(tg_table_set_flags(table, 11, flags, &error));
  tg_table_set_base(table, n);
  tg_table_set_unit(table, unit);
}

static trygg_publication *publish(trygg_table *table) {
  trygg_publication *publication;

  ck_ok(trygg_disclosure_publish(table, NULL, &publication, &error));
  trygg_table_free(table);
  return publication;
}

/* Shares of two municipalities and their total, one too small, one without an interval. */
static trygg_publication *small_publication(void) {
  trygg_table *table = make_estimates();

  add_estimate(table, "2024", NULL, "unsafe", 1200, 0.125, 0.0625, TG_UNIT_SHARE, 0);
  add_estimate(table, "2024", "0380", "unsafe", 40, 0.07, NAN, TG_UNIT_SHARE, TG_FLAG_NO_DF);
  add_estimate(table, "2024", "0319", "unsafe", 12, 0.5, 0.1, TG_UNIT_SHARE, 0);
  add_estimate(table, "2024", "0330", "unsafe", 1148, 1e-5, 0.5, TG_UNIT_SHARE, 0);
  ck_ok(tg_table_add_note(table, "level", "0.95", &error));
  return publish(table);
}

/* Shares of each wave for so many series. */
static trygg_publication *waves_publication(int series) {
  static const char *const waves[] = {"2012", "2015", "2017", "2020", "2024"};
  static const char *const communes[] = {NULL, "0380", "0319", "0330", "5", "6", "7", "8"};
  trygg_table *table = make_estimates();

  for (size_t w = 0; w < 5; w++)
    for (int s = 0; s < series; s++)
      add_estimate(table, waves[w], communes[s], "unsafe", 500, 0.1 + 0.01 * (double)w + 0.05 * s, 0.02,
                   TG_UNIT_SHARE, 0);
  return publish(table);
}

/* ---- writing to memory -------------------------------------------------------------------------- */

static int append(void *user, const char *bytes, size_t length) {
  tg_text_append(user, bytes, length);
  return 0;
}

static tg_text written;

static const char *write_with(const trygg_publication *publication, const char *format,
                              const trygg_report_options *options) {
  tg_text_free(&written);
  ck_ok(trygg_report_write(publication, format, options, append, &written, &error));
  return written.bytes;
}

static const char *write_in(const trygg_publication *publication, const char *format, const char *language,
                            const trygg_codebook *codebook) {
  trygg_report_options options = {sizeof options, language, codebook, 0, 0, NULL, NULL};

  return write_with(publication, format, &options);
}

/* ---- CSV and JSON -------------------------------------------------------------------------------- */

START_TEST(csv_has_codes_shares_and_empty_cells) {
  trygg_publication *publication = small_publication();
  trygg_codebook *codebook = make_codebook();

  ck_assert_str_eq(write_in(publication, "csv", "sv", codebook),
                   "wave,kommun,indicator,n,weighted_n,estimate,se,df,lower,upper,deff,flag\n"
                   "2024,,unsafe,1200,12600,0.125,0.0625,1196,0,0.25,1.25,\n"
                   "2024,0380,unsafe,,,,,,,,,suppressed\n"
                   "2024,0319,unsafe,,,,,,,,,suppressed\n"
                   "2024,0330,unsafe,1148,12054,1e-05,0.5,1144,-0.99999,1.00001,1.25,\n");
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(swedish_csv_has_labels_per_cent_and_two_points) {
  trygg_publication *publication = small_publication();
  trygg_codebook *codebook = make_codebook();

  ck_assert_str_eq(
      write_in(publication, "csv-sv", NULL, codebook),
      "\xef\xbb\xbfMätning;Kommun;Indikator;Antal svar;Viktat antal;Skattning, %;Medelfel, procentenheter;"
      "Frihetsgrader;Nedre gräns, %;Övre gräns, %;Designeffekt;Anmärkning\r\n"
      "Hösten 2024;Alla;Otrygg sen kväll;1200;12600;12,5;6,25;1196;0;25;1,25;\r\n"
      "Hösten 2024;Uppsala;Otrygg sen kväll;..;..;..;..;..;..;..;..;för få svar\r\n"
      "Hösten 2024;Älvkarleby;Otrygg sen kväll;..;..;..;..;..;..;..;..;för få svar\r\n"
      "Hösten 2024;Knivsta;Otrygg sen kväll;1148;12054;0,001;50;1144;-99,999;100,001;1,25;\r\n");
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(json_has_provenance_and_nulls) {
  trygg_publication *publication = small_publication();

  ck_assert_str_eq(
      write_in(publication, "json", NULL, NULL),
      "{\n\"provenance\": {\"level\": \"0.95\", \"disclosure\": \"min_n 30\", \"suppressed_rows\": \"2\", "
      "\"complement_rows\": \"1\"},\n\"rows\": [\n"
      "{\"wave\": \"2024\", \"kommun\": null, \"indicator\": \"unsafe\", \"n\": 1200, \"weighted_n\": 12600, "
      "\"estimate\": 0.125, \"se\": 0.0625, \"df\": 1196, \"lower\": 0, \"upper\": 0.25, \"deff\": 1.25, "
      "\"flag\": null},\n"
      "{\"wave\": \"2024\", \"kommun\": \"0380\", \"indicator\": \"unsafe\", \"n\": null, \"weighted_n\": null, "
      "\"estimate\": null, \"se\": null, \"df\": null, \"lower\": null, \"upper\": null, \"deff\": null, "
      "\"flag\": \"suppressed\"},\n"
      "{\"wave\": \"2024\", \"kommun\": \"0319\", \"indicator\": \"unsafe\", \"n\": null, \"weighted_n\": null, "
      "\"estimate\": null, \"se\": null, \"df\": null, \"lower\": null, \"upper\": null, \"deff\": null, "
      "\"flag\": \"suppressed\"},\n"
      "{\"wave\": \"2024\", \"kommun\": \"0330\", \"indicator\": \"unsafe\", \"n\": 1148, \"weighted_n\": 12054, "
      "\"estimate\": 1e-05, \"se\": 0.5, \"df\": 1144, \"lower\": -0.99999, \"upper\": 1.00001, \"deff\": 1.25, "
      "\"flag\": null}\n]\n}\n");
  trygg_disclosure_free(publication);
}
END_TEST

/* A table of one text column and one number. */
static trygg_publication *text_publication(const char *const *texts, size_t rows) {
  trygg_table *table;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "code", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "estimate", TRYGG_NUMBER, TRYGG_VALUE, &error));
  for (size_t i = 0; i < rows; i++) {
    ck_ok(tg_table_add_row(table, &error));
    ck_ok(tg_table_set_text(table, 0, texts[i], &error));
    tg_table_set_number(table, 1, -0.1);
  }
  return publish(table);
}

START_TEST(csv_quotes_what_needs_it_and_disarms_formulas) {
  const char *const texts[] = {"=1+1",       "+1",         "-1",  "@x", "\tx", "a,b",
                               "say \"hi\"", "two\nlines", "a;b", " b", "a=b"};
  trygg_publication *publication = text_publication(texts, 11);

  ck_assert_str_eq(write_in(publication, "csv", NULL, NULL),
                   "code,estimate\n'=1+1,-0.1\n'+1,-0.1\n'-1,-0.1\n'@x,-0.1\n'\tx,-0.1\n\"a,b\",-0.1\n"
                   "\"say \"\"hi\"\"\",-0.1\n\"two\nlines\",-0.1\na;b,-0.1\n\" b\",-0.1\na=b,-0.1\n");
  ck_assert_ptr_nonnull(strstr(write_in(publication, "csv-sv", NULL, NULL), "\r\n\"a;b\";-0,1\r\n"));
  ck_assert_ptr_nonnull(strstr(written.bytes, "\r\n'=1+1;-0,1\r\n"));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(json_escapes_and_is_always_utf8) {
  const char *const texts[] = {"\"\\\n\x01\x7f", "å\xff"
                                                 "b\xc3"};
  trygg_publication *publication = text_publication(texts, 2);
  const char *json = write_in(publication, "json", NULL, NULL);

  ck_assert_ptr_nonnull(strstr(json, "\"\\\"\\\\\\u000a\\u0001\\u007f\""));
  ck_assert_ptr_nonnull(strstr(json, "\"å\xef\xbf\xbd"
                                     "b\xef\xbf\xbd\""));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(json_keeps_notes_of_one_key_as_a_list) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;

  ck_ok(tg_table_add_note(table, "break", "2017", &error));
  ck_ok(tg_table_add_note(table, "level", "0.95", &error));
  ck_ok(tg_table_add_note(table, "break", "2021", &error));
  publication = publish(table);
  ck_assert_str_eq(write_in(publication, "json", NULL, NULL),
                   "{\n\"provenance\": {\"break\": [\"2017\", \"2021\"], \"level\": \"0.95\", "
                   "\"disclosure\": \"min_n 30\"},\n\"rows\": []\n}\n");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(infinite_numbers_are_unavailable) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;

  add_estimate(table, "2024", NULL, "mood", 100, INFINITY, 1, TG_UNIT_NUMBER, 0);
  publication = publish(table);
  ck_assert_ptr_nonnull(
      strstr(write_in(publication, "csv", NULL, NULL), "\n2024,,mood,100,1050,,1,96,,,1.25,\n"));
  ck_assert_ptr_nonnull(strstr(write_in(publication, "json", NULL, NULL), "\"estimate\": null"));
  ck_assert_ptr_null(strstr(write_in(publication, "csv-sv", NULL, NULL), "inf"));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(per_cent_moves_the_point_and_changes_no_digit) {
  static const struct {
    double value;
    const char *text;
  } known[] = {{0.07, "7"},    {0.123, "12.3"}, {0, "0"},        {1, "100"},
               {0.5, "50"},    {0.005, "0.5"},  {1e-5, "0.001"}, {-0.0123, "-1.23"},
               {12.5, "1250"}, {0.29, "29"},    {1e-300, NULL},  {1.0 / 3, "33.33333333333333"},
               {1e20, NULL},   {0.58, "58"}};

  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    tg_text text = {0};
    double back;
    tg_csv_put_percent(known[i].value, &text);
    if (known[i].text != NULL)
      ck_assert_str_eq(text.bytes, known[i].text);
    ck_assert_int_eq(tg_number_parse(text.bytes, text.length, '.', &back), 0);
    ck_near(back, known[i].value * 100, 1e-15);
    tg_text_free(&text);
  }
}
END_TEST

/* ---- text for people -------------------------------------------------------------------------------- */

START_TEST(a_table_for_people_is_aligned) {
  trygg_publication *publication = small_publication();

  ck_assert_str_eq(
      write_in(publication, "table", NULL, NULL),
      "Wave: 2024\nIndicator: unsafe\n\n"
      "kommun  Answers  Estimate, %  Std. error     df     95% interval  Design effect  Note\n"
      "All       1,200         12.5         6.2  1,196         0.0–25.0           1.25\n"
      "0380         ..           ..          ..     ..               ..             ..  suppressed\n"
      "0319         ..           ..          ..     ..               ..             ..  suppressed\n"
      "0330      1,148          0.0        50.0  1,144  −100.0 to 100.0           1.25\n\n"
      "suppressed: too few answers to publish, shown as ..\n"
      "Level: 0.95\nDisclosure control: min_n 30\nSuppressed rows: 2\n"
      "Of these, to protect others: 1\n");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_table_for_people_speaks_swedish) {
  trygg_publication *publication = small_publication();
  trygg_codebook *codebook = make_codebook();
  const char *text = write_in(publication, "table", "sv", codebook);

  ck_assert_ptr_nonnull(strstr(text, "Mätning: Hösten 2024\nIndikator: Otrygg sen kväll\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nAlla             1\xc2\xa0"
                                     "200          12,5"));
  ck_assert_ptr_nonnull(strstr(text, "för få svar: för få svar för att redovisas"));
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(missing_figures_that_are_not_suppressed_are_told_apart) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  const char *text;

  add_estimate(table, "2024", NULL, "unsafe", 60, 0.07, NAN, TG_UNIT_SHARE, TG_FLAG_NO_DF);
  add_estimate(table, "2020", NULL, "unsafe", 12, 0.07, 0.1, TG_UNIT_SHARE, 0);
  publication = publish(table);
  text = write_in(publication, "table", NULL, NULL);
  ck_assert_ptr_nonnull(strstr(
      text, "2024       60              630          7.0  56         -           1.25  no interval\n"));
  ck_assert_ptr_nonnull(
      strstr(text, "2020       ..               ..           ..  ..        ..             ..  suppressed\n"));
  ck_assert_ptr_nonnull(strstr(text, "- means not available\n"));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(figures_of_several_units_each_say_their_own) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  const char *text;

  add_estimate(table, "2024", NULL, "unsafe", 60, 0.07, 0.01, TG_UNIT_SHARE, 0);
  add_estimate(table, "2024", NULL, "mood", 60, 3.14159, 0.021, TG_UNIT_NUMBER, 0);
  add_estimate(table, "2024", NULL, "index", 60, 2.344, 0.1, TG_UNIT_POINTS, 0);
  add_estimate(table, "2024", NULL, "change", 60, -0.0211, 0.013, TG_UNIT_CHANGE, 0);
  publication = publish(table);
  text = write_in(publication, "table", NULL, NULL);
  ck_assert_ptr_nonnull(strstr(text, " Estimate  "));
  ck_assert_ptr_nonnull(strstr(text, " 7.0%  "));
  ck_assert_ptr_nonnull(strstr(text, " 3.142  "));
  ck_assert_ptr_nonnull(strstr(text, " 2.34  "));
  ck_assert_ptr_nonnull(strstr(text, " −2.1\xc2\xa0pp  "));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(shares_in_a_table_of_tests_are_percentage_points) {
  static const tg_column_description columns[] = {
      {"test", TRYGG_TEXT, TRYGG_KEY, "", 0},         {"waves", TRYGG_TEXT, TRYGG_KEY, "", 0},
      {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "", 1}, {"se", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
      {"p", TRYGG_NUMBER, TRYGG_VALUE, "", 0},
  };
  trygg_table *table;
  trygg_publication *publication;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_columns(table, columns, 5, &error));
  ck_ok(tg_table_add_row(table, &error));
  ck_ok(tg_table_set_text(table, 0, "difference", &error));
  ck_ok(tg_table_set_text(table, 1, "2017 2020 2024", &error));
  tg_table_set_number(table, 2, 0.0342);
  tg_table_set_number(table, 3, 0.012);
  tg_table_set_number(table, 4, 0.0002);
  tg_table_set_unit(table, TG_UNIT_SHARE);
  publication = publish(table);
  ck_assert_ptr_nonnull(
      strstr(write_in(publication, "table", "sv", NULL),
             "Test                  Mätningar  Skattning, procentenheter  Medelfel  p-värde\n"
             "Senaste förändringen  2017–2024                        3,4       1,2   <0,001\n"));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_table_fits_into_the_width_and_details_go_first) {
  trygg_publication *publication = small_publication();
  trygg_codebook *codebook = make_codebook();
  trygg_report_options options = {sizeof options, "sv", codebook, 0, 70, "Title", NULL};
  const char *text = write_with(publication, "table", &options), *line = strchr(text, '\n');

  ck_assert_ptr_nonnull(strstr(text, "Skattning, %"));
  ck_assert_ptr_null(strstr(text, "Designeffekt"));
  for (size_t i = 0; i < 8; i++) { /* captions, header, rows */
    char copy[256] = {0};
    size_t length = strcspn(line + 1, "\n");
    memcpy(copy, line + 1, length < 255 ? length : 255);
    ck_assert_uint_le(tg_text_width(copy), 70);
    line += 1 + length;
  }
  options.width = -1;
  ck_assert_ptr_nonnull(strstr(write_with(publication, "table", &options), "Designeffekt"));
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_key_that_does_not_fit_stands_above_its_rows) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  trygg_codebook *codebook = make_codebook();
  trygg_report_options options = {sizeof options, "en", codebook, 0, 56, NULL, NULL};

  add_estimate(table, "2020", "0319", "unsafe", 1000, 0.1, 0.01, TG_UNIT_SHARE, 0);
  add_estimate(table, "2024", "0319", "unsafe", 1000, 0.2, 0.01, TG_UNIT_SHARE, 0);
  add_estimate(table, "2020", "0380", "unsafe", 1000, 0.3, 0.01, TG_UNIT_SHARE, 0);
  add_estimate(table, "2024", "0380", "unsafe", 1000, 0.4, 0.01, TG_UNIT_SHARE, 0);
  publication = publish(table);
  ck_assert_ptr_nonnull(strstr(write_with(publication, "table", &options),
                               "  Wave         Answers  Estimate, %   Interval\n"
                               "Älvkarleby\n"
                               "  2020           1,000         10.0   8.0–12.0\n"
                               "  Autumn 2024    1,000         20.0  18.0–22.0\n"
                               "Uppsala\n"
                               "  2020           1,000         30.0  28.0–32.0\n"
                               "  Autumn 2024    1,000         40.0  38.0–42.0\n"));
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(colour_comes_only_when_asked_for) {
  trygg_publication *publication = small_publication();
  trygg_report_options options = {sizeof options, NULL, NULL, 1, 0, NULL, NULL};

  ck_assert_ptr_null(strchr(write_in(publication, "table", NULL, NULL), '\x1b'));
  ck_assert_ptr_nonnull(strchr(write_with(publication, "table", &options), '\x1b'));
  ck_assert_ptr_null(strchr(write_with(publication, "csv", &options), '\x1b'));
  trygg_disclosure_free(publication);
}
END_TEST

/* ---- pictures and pages ------------------------------------------------------------------------------ */

START_TEST(the_check_of_pictures_can_fail) {
  ck_assert_ptr_null(malformed("<a><b c=\"d>\"/>e &amp; f</a>\n"));
  ck_assert_ptr_nonnull(malformed("<a><b></a></b>"));
  ck_assert_ptr_nonnull(malformed("<a>&</a>"));
  ck_assert_ptr_nonnull(malformed("<a></a><b></b>"));
  ck_assert_ptr_nonnull(malformed("<a b=\"<\"></a>"));
}
END_TEST

START_TEST(dots_are_well_formed_and_show_every_row) {
  trygg_publication *publication = small_publication();
  trygg_codebook *codebook = make_codebook();
  trygg_report_options options = {sizeof options, "en", codebook, 0, 0, "Where & <how> \"bad\"?", NULL};
  const char *svg = write_with(publication, "svg", &options), *why = malformed(svg);

  ck_assert_msg(why == NULL, "%s in %s", why, svg);
  ck_assert_ptr_nonnull(strstr(svg, "role=\"img\""));
  ck_assert_ptr_nonnull(
      strstr(svg, "<title id=\"chart0-title\">Where &amp; &lt;how&gt; &quot;bad&quot;?</title>"));
  ck_assert_ptr_nonnull(strstr(svg, "<desc id=\"chart0-text\">"));
  ck_assert_ptr_nonnull(strstr(svg, ">&lt;b&gt;Knivsta&lt;/b&gt; &amp; &quot;co&quot;</text>"));
  ck_assert_ptr_nonnull(strstr(svg, ">12.5 (0.0–25.0)</text>"));
  ck_assert_uint_eq(count(svg, ">.. too few answers</text>"), 2);
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(lines_do_not_run_across_a_break) {
  trygg_publication *publication = waves_publication(1);
  trygg_codebook *codebook = make_codebook();
  const char *svg = write_in(publication, "svg", "sv", codebook);

  ck_assert_ptr_null(malformed(svg));
  ck_assert_uint_eq(count(svg, " stroke-width=\"2\"/>"), 3);  /* 2012-2015, 2017-2020, 2020-2024 */
  ck_assert_uint_eq(count(svg, ">tidsseriebrott</text>"), 2); /* at the line, and what it means */
  ck_assert_ptr_nonnull(strstr(svg, ">Hösten 2024</text>"));
  ck_assert_uint_eq(count(write_in(publication, "svg", "sv", NULL), " stroke-width=\"2\"/>"), 4);
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

/* Labels too long to stand side by side: those at the ends have room. */
START_TEST(the_first_and_the_last_wave_are_always_named) {
  static const char *const waves[] = {
      "the wave of the early autumn, the first", "the wave of the early autumn, the second",
      "the wave of the early autumn, the third", "the wave of the early autumn, the last"};
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  const char *text;

  for (size_t w = 0; w < 4; w++)
    add_estimate(table, waves[w], NULL, "unsafe", 500, 0.1 + 0.01 * (double)w, 0.02, TG_UNIT_SHARE, 0);
  publication = publish(table);
  text = write_in(publication, "svg", NULL, NULL);
  ck_assert_ptr_nonnull(strstr(text, waves[0]));
  ck_assert_ptr_null(strstr(text, waves[1]));
  ck_assert_ptr_null(strstr(text, waves[2]));
  ck_assert_ptr_nonnull(strstr(text, waves[3]));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_suppressed_wave_leaves_a_gap_in_the_line) {
  static const char *const waves[] = {"2012", "2015", "2020", "2024"};
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  const char *svg;

  for (size_t w = 0; w < 4; w++)
    add_estimate(table, waves[w], NULL, "unsafe", w == 1 ? 10 : 500, 0.1, 0.02, TG_UNIT_SHARE, 0);
  publication = publish(table);
  svg = write_in(publication, "svg", NULL, NULL);
  ck_assert_uint_eq(count(svg, " stroke-width=\"2\"/>"), 1);
  ck_assert_uint_eq(count(svg, ">..</text>"), 1);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(many_series_over_waves_each_have_a_panel) {
  trygg_publication *publication = waves_publication(8);
  trygg_codebook *codebook = make_codebook();
  const char *svg = write_in(publication, "svg", "en", codebook);

  ck_assert_ptr_null(malformed(svg));
  ck_assert_uint_eq(count(svg, ">2024: "), 8);
  ck_assert_uint_eq(count(svg, "<circle"), 8 * 5);
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

/* The line of `linear` lies in the picture of the estimates, from the first wave to the last that it used. */
START_TEST(the_line_of_a_trend_is_drawn_into_the_estimates) {
  static const tg_column_description columns[] = {{"kommun", TRYGG_TEXT, TRYGG_KEY, "", 0},
                                                  {"indicator", TRYGG_TEXT, TRYGG_KEY, "", 0},
                                                  {"test", TRYGG_TEXT, TRYGG_KEY, "", 0},
                                                  {"waves", TRYGG_TEXT, TRYGG_KEY, "", 0},
                                                  {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "", 1}};
  const char *waves[] = {"2017", "2020", "2024"};
  trygg_report_options options = {.size = sizeof options};
  trygg_table *table = make_estimates(), *tests;
  trygg_publication *publication, *trend;

  for (int i = 0; i < 3; i++)
    add_estimate(table, waves[i], NULL, "unsafe", 1000, 0.3 + 0.02 * i, 0.01, TG_UNIT_SHARE, 0);
  ck_ok(tg_table_create(&tests, &error));
  ck_ok(tg_table_add_columns(tests, columns, 5, &error));
  ck_ok(tg_table_add_row(tests, &error));
  ck_ok(tg_table_set_text(tests, 1, "unsafe", &error));
  ck_ok(tg_table_set_text(tests, 2, "linear", &error));
  ck_ok(tg_table_set_text(tests, 3, "2017 2020 2024", &error));
  tg_table_set_number(tests, 4, 0.0057);
  tg_table_set_base(tests, 1000);
  publication = publish(table);
  trend = publish(tests);
  ck_assert_ptr_null(strstr(write_with(publication, "svg", &options), "linear trend"));
  options.trend = trend;
  write_with(publication, "svg", &options);
  ck_assert_ptr_nonnull(strstr(written.bytes, ">linear trend<"));
  ck_assert_ptr_nonnull(strstr(written.bytes, "\"7 4\""));
  trygg_disclosure_free(publication);
  trygg_disclosure_free(trend);
}
END_TEST

START_TEST(a_trend_is_said_in_a_sentence) {
  const double time[] = {2012, 2015, 2017, 2020}, falls[] = {9, 7.6, 6.5, 5}, waves[] = {5, 7, 4, 5.2},
               variance[16] = {[0] = 0.04, [5] = 0.04, [10] = 0.04, [15] = 0.04};
  trygg_publication *publication;
  trygg_table *table;

  ck_ok(trygg_trend_series(time, falls, variance, 4, 0, NULL, &table, &error));
  publication = publish(table);
  write_in(publication, "table", "en", NULL);
  ck_assert_ptr_nonnull(strstr(written.bytes,
                               "2012–2020: down 0.503 a year (95% interval 0.436–0.570), p <0.001; "
                               "not clearly bent, p = "));
  write_in(publication, "html", "sv", NULL);
  ck_assert_ptr_nonnull(
      strstr(written.bytes, "<p>2012–2020: ned 0,503 om året (95 % intervall 0,436–0,570)"));
  trygg_disclosure_free(publication);
  ck_ok(trygg_trend_series(time, waves, variance, 4, 0, NULL, &table, &error));
  publication = publish(table);
  write_in(publication, "table", "en", NULL);
  ck_assert_ptr_nonnull(strstr(written.bytes, "2012–2020: no clear change, −0.0"));
  ck_assert_ptr_nonnull(strstr(written.bytes, "; not along a straight line, p <0.001."));
  trygg_disclosure_free(publication);
}
END_TEST

/* Areas with p = 0.001, 0.002, ... of which the step-up of 0.05 keeps the last with p <= 0.05 i / m. */
static trygg_publication *publish_many_tests(size_t count, const char *method) {
  trygg_table *table = NULL;
  double p[40], adjusted[40];

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "area", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(
      tg_table_add_columns(table,
                           (const tg_column_description[]){{"test", TRYGG_TEXT, TRYGG_KEY, "", 0},
                                                           {"p", TRYGG_NUMBER, TRYGG_VALUE, "", 0},
                                                           {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "", 0}},
                           3, &error));
  ck_ok(tg_table_add_note(table, "adjust", method, &error));
  for (size_t i = 0; i < count; i++)
    p[i] = adjusted[i] = i < 3 ? 0.001 : i < 6 ? 0.03 : 0.5;
  ck_ok(trygg_inference_adjust(method, adjusted, count, &error));
  for (size_t i = 0; i < count; i++) {
    ck_ok(tg_table_add_row(table, &error));
    ck_ok(tg_table_set_text(table, 0, "A", &error));
    ck_ok(tg_table_set_text(table, 1, "difference", &error));
    tg_table_set_number(table, 2, p[i]);
    tg_table_set_number(table, 3, adjusted[i]);
  }
  return publish(table);
}

START_TEST(of_many_tests_a_sentence_says_how_many_are_findings) {
  static const struct {
    const char *method, *language, *expected;
  } cases[] = {
      {"none", "en",
       "Latest change: 6 of 40 have p below 0.05; by chance alone 2.0 would have p below 0.05.\n"},
      {"bh", "en",
       "Latest change: 3 of 40 remain at a false discovery rate of 5%; by chance alone 2.0 would have p below 0.05.\n"},
      {"by", "en", "Latest change: 0 of 40 remain at a false discovery rate of 5% however they depend"},
      {"holm", "en", "Latest change: 3 of 40 remain with a risk of at most 5% of any false one; by chance"},
      {"bh", "sv",
       "Senaste förändringen: 3 av 40 står kvar vid en andel falska fynd på 5\u00a0%; av bara slump skulle 2,0 ha p "
       "under 0,05.\n"},
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    trygg_publication *publication = publish_many_tests(40, cases[i].method);
    ck_assert_msg(strstr(write_in(publication, "table", cases[i].language, NULL), cases[i].expected) != NULL,
                  "%s", written.bytes);
    ck_assert_ptr_nonnull(strstr(write_in(publication, "html", "en", NULL), "<p>Latest change: "));
    trygg_disclosure_free(publication);
  }
}
END_TEST

START_TEST(of_few_tests_no_sentence_counts_findings) {
  trygg_publication *publication = publish_many_tests(12, "bh");

  ck_assert_ptr_null(strstr(write_in(publication, "table", "en", NULL), "by chance"));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_table_without_figures_is_no_picture_but_a_page) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;

  add_estimate(table, "2024", NULL, "unsafe", 10, 0.1, 0.02, TG_UNIT_SHARE, 0);
  publication = publish(table);
  tg_text_free(&written);
  ck_assert_int_eq(trygg_report_write(publication, "svg", NULL, append, &written, &error), TRYGG_EINVAL);
  ck_assert_uint_eq(written.length, 0);
  ck_assert_ptr_null(strstr(write_in(publication, "html", NULL, NULL), "<svg"));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(html_is_one_file_that_escapes_everything) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  trygg_report_options options = {sizeof options, "sv", NULL, 0, 0, "<script>alert('x')</script>", NULL};
  const char *html;

  add_estimate(table, "<img src=x>", "\"&'", "</table><script>", 100, 0.1, 0.02, TG_UNIT_SHARE, 0);
  ck_ok(tg_table_add_note(table, "</p><script>", "\x01<b>&", &error));
  publication = publish(table);
  html = write_with(publication, "html", &options);
  ck_assert_ptr_null(strstr(html, "<script"));
  ck_assert_ptr_null(strstr(html, "<img"));
  ck_assert_ptr_null(strstr(html, "<b>"));
  ck_assert_ptr_nonnull(strstr(html, "<html lang=\"sv\">"));
  ck_assert_ptr_nonnull(strstr(html, "&quot;&amp;&#39;"));
  ck_assert_ptr_nonnull(strstr(html, ": \xef\xbf\xbd&lt;b&gt;&amp;"));
  ck_assert_ptr_null(strstr(html, "http-equiv"));
  ck_assert_ptr_null(strstr(html, "url("));
  ck_assert_ptr_null(strstr(html, "@import"));
  ck_assert_uint_eq(count(html, "<svg"), 1);
  ck_assert_uint_eq(count(html, "<table>"), 1);
  trygg_disclosure_free(publication);
}
END_TEST

static trygg_status write_page(const trygg_publication *a, const trygg_publication *b, const char *language,
                               trygg_report_sink sink, void *user) {
  const trygg_report_section sections[] = {{"First <1>", "Note & more", a, TRYGG_REPORT_BOTH},
                                           {"Second", NULL, b, TRYGG_REPORT_TABLE},
                                           {NULL, "Only words", NULL, TRYGG_REPORT_BOTH},
                                           {"Third", NULL, a, TRYGG_REPORT_CHART}};
  const char *const lead[] = {"5,000 answers", "51 % answered"};
  trygg_report_page page = {sizeof page, "Safety & us", lead, 2, sections, 4};
  trygg_report_options options = {sizeof options, language, NULL, 0, 0, NULL, NULL};

  return trygg_report_write_page(&page, &options, sink, user, &error);
}

START_TEST(a_page_holds_its_sections_in_order) {
  trygg_publication *a = small_publication(), *b = waves_publication(2);
  const char *html;

  tg_text_free(&written);
  ck_ok(write_page(a, b, "en", append, &written));
  html = written.bytes;
  ck_assert_ptr_nonnull(
      strstr(html, "<h1>Safety &amp; us</h1>\n<p>5,000 answers</p>\n<p>51 % answered</p>\n"));
  ck_assert_ptr_nonnull(strstr(html, "<h2>First &lt;1&gt;</h2>\n<p>Note &amp; more</p>\n<svg"));
  ck_assert(strstr(html, "First") < strstr(html, "Second") && strstr(html, "Second") < strstr(html, "Third"));
  ck_assert_uint_eq(count(html, "<table>"), 2);
  ck_assert_uint_eq(count(html, "<svg"), 2);
  ck_assert_uint_eq(count(html, "id=\"chart1-title\""), 1);
  ck_assert_uint_eq(count(html, "id=\"chart4-title\""), 1);
  ck_assert_ptr_null(strstr(html, "Design effect"));
  trygg_disclosure_free(a);
  trygg_disclosure_free(b);
}
END_TEST

START_TEST(axes_have_round_ticks_that_cover_the_figures) {
  const double ranges[][2] = {{0.3, 41.2},      {-3.1, 7},    {84, 91.5}, {0, 0},   {5, 5},
                              {-0.004, -0.001}, {1e-9, 2e-9}, {0, 1e12},  {NAN, 1}, {-7, -6.9}};

  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    tg_scale scale = tg_scale_make(ranges[i][0], ranges[i][1], 6, 0.5);
    double part = scale.step / pow(10, floor(log10(scale.step) + 1e-9));
    ck_assert_uint_ge(scale.ticks, 2);
    ck_assert_uint_le(scale.ticks, 12);
    ck_assert(fabs(part - 1) < 1e-6 || fabs(part - 2) < 1e-6 || fabs(part - 5) < 1e-6);
    if (isnan(ranges[i][0]))
      continue;
    ck_assert(scale.low <= ranges[i][0] + scale.step * 1e-6);
    ck_assert(tg_scale_tick(&scale, scale.ticks - 1) >= ranges[i][1] - scale.step * 1e-6);
  }
  ck_assert(tg_scale_make(0.3, 41.2, 6, 0.5).low == 0);
  ck_assert(tg_scale_make(18, 41.2, 6, 0.34).low > 0);
  ck_assert(tg_scale_make(84, 91.5, 6, 0.5).low > 80);
}
END_TEST

START_TEST(a_trimmed_axis_still_covers_the_figures_and_has_round_ticks) {
  const double ranges[][2] = {{9, 64}, {18.9, 40.2}, {-7.9, 31}, {0, 0.031}, {5, 5}};

  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    tg_scale whole = tg_scale_make(ranges[i][0], ranges[i][1], 4, 0.34), scale = whole;
    tg_scale_trim(&scale);
    ck_assert(scale.low <= ranges[i][0] && scale.high >= ranges[i][1]);
    ck_assert(scale.low >= whole.low && scale.high <= whole.high);
    ck_assert_uint_ge(scale.ticks, 2);
    for (size_t k = 0; k < scale.ticks; k++) {
      double tick = tg_scale_tick(&scale, k);
      ck_assert(tick >= scale.low - 1e-9 && tick <= scale.high + 1e-9);
      ck_near(tick, round(tick / scale.step) * scale.step, 1e-12);
    }
  }
}
END_TEST

START_TEST(swedish_csv_has_ten_digits_and_whole_counts) {
  static const tg_column_description columns[] = {{"n", TRYGG_INTEGER, TRYGG_VALUE, "", 0},
                                                  {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
                                                  {"se", TRYGG_NUMBER, TRYGG_VALUE, "", 1},
                                                  {"weighted_n", TRYGG_NUMBER, TRYGG_VALUE, "", 0},
                                                  {"p", TRYGG_NUMBER, TRYGG_VALUE, "", 0}};
  static const struct {
    int64_t n;
    double estimate, se, weighted_n, p;
    tg_unit unit;
    const char *line;
  } rows[] = {
      {12345678901234, 0.43999999999999995, 1.0 / 3, 1234567890123.4, 1e-30, TG_UNIT_SHARE,
       "\n12345678901234;44;33,33333333;1234567890123;1e-30\r\n"},
      {3, -2.0 / 3, 1e-20 / 3, 0.1 + 0.2, 0, TG_UNIT_NUMBER, "\n3;-0,6666666667;3,333333333e-21;0,3;0\r\n"},
      {0, 999999.99999999999, 1e200 / 3, 1999.9999999999998, 1, TG_UNIT_NUMBER, "\n0;1000000;"},
  };
  trygg_table *table;
  trygg_publication *publication;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_columns(table, columns, 5, &error));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ck_ok(tg_table_add_row(table, &error));
    tg_table_set_integer(table, 0, rows[i].n);
    tg_table_set_number(table, 1, rows[i].estimate);
    tg_table_set_number(table, 2, rows[i].se);
    tg_table_set_number(table, 3, rows[i].weighted_n);
    tg_table_set_number(table, 4, rows[i].p);
    tg_table_set_unit(table, rows[i].unit);
  }
  publication = publish(table);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *text = write_in(publication, "csv-sv", NULL, NULL);
    ck_assert_msg(strstr(text, rows[i].line) != NULL, "no %s in %s", rows[i].line, text);
  }
  ck_assert_ptr_nonnull(strstr(write_in(publication, "csv", NULL, NULL), ",0.30000000000000004,"));
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(notes_are_in_the_language_of_the_reader) {
  static const char *const notes[][2] = {
      {"waves", "independent"}, {"variance", "taylor"}, {"lonely", "fail"},          {"df", "domain"},
      {"level", "0.95"},        {"level", "0.999"},     {"survey", "Independent 1"}, {"adjust", "bh"}};
  static const char swedish[] = "Mätningar: oberoende\nVarians: Taylorlinearisering\n"
                                "Ensamma strata: tillåts inte\nFrihetsgrader: i redovisningsgruppen\n"
                                "Konfidensgrad: 95\xc2\xa0%\nKonfidensgrad: 99,9\xc2\xa0%\n"
                                "Undersökning: Independent 1\nJustering av p: Benjamini–Hochberg\n"
                                "Sekretess: minsta antal svarande 30\n";
  trygg_table *table = make_estimates();
  trygg_publication *publication;

  add_estimate(table, "2024", NULL, "unsafe", 60, 0.07, 0.01, TG_UNIT_SHARE, 0);
  for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
    ck_ok(tg_table_add_note(table, notes[i][0], notes[i][1], &error));
  publication = publish(table);
  ck_assert_ptr_nonnull(strstr(write_in(publication, "table", "sv", NULL), swedish));
  ck_assert_ptr_nonnull(strstr(write_in(publication, "html", "sv", NULL), "Mätningar: oberoende"));
  ck_assert_ptr_nonnull(strstr(write_in(publication, "table", "en", NULL), "\nLevel: 0.95\n"));
  ck_assert_ptr_nonnull(strstr(write_in(publication, "json", "sv", NULL), "\"waves\": \"independent\""));
  trygg_disclosure_free(publication);
}
END_TEST

/* A variable called like a column of another program is labelled as the variable it is. */
START_TEST(a_variable_is_no_column_of_another_program) {
  trygg_table *table;
  trygg_publication *publication;
  const char *text;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "b", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "test", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_columns(table, estimate_columns, 10, &error));
  for (int i = 0; i < 2; i++) {
    ck_ok(tg_table_add_row(table, &error));
    ck_ok(tg_table_set_text(table, 0, i == 0 ? NULL : "total", &error));
    ck_ok(tg_table_set_text(table, 1, i == 0 ? NULL : "linear", &error));
    ck_ok(tg_table_set_text(table, 2, "unsafe", &error));
    tg_table_set_number(table, 5, 0.25);
    tg_table_set_unit(table, TG_UNIT_SHARE);
  }
  publication = publish(table);
  text = write_in(publication, "table", "sv", NULL);
  ck_assert_ptr_nonnull(strstr(text, "\nb      test    Antal svar  Skattning, %  Intervall\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nAlla   Alla  "));
  ck_assert_ptr_nonnull(strstr(text, "\ntotal  linear  "));
  trygg_disclosure_free(publication);
}
END_TEST

/* ---- words ------------------------------------------------------------------------------------------- */

START_TEST(every_message_is_there_in_both_languages) {
  const char *group, *name, *texts[TG_MESSAGE_LANGUAGES];
  size_t i = 0;

  for (; tg_messages_at(i, &group, &name, texts) == 0; i++)
    for (size_t l = 0; l < TG_MESSAGE_LANGUAGES; l++) {
      ck_assert_msg(texts[l] != NULL && texts[l][0] != '\0', "%s.%s lacks a text", group, name);
      ck_assert_ptr_eq(tg_messages_find((tg_message_language)l, group, name), texts[l]);
    }
  ck_assert_uint_gt(i, 50);
}
END_TEST

START_TEST(every_flag_can_be_explained_in_both_languages) {
  for (size_t i = 0; trygg_table_flag(i) != NULL; i++)
    for (size_t l = 0; l < TG_MESSAGE_LANGUAGES; l++) {
      ck_assert_ptr_nonnull(tg_messages_find((tg_message_language)l, "flag", trygg_table_flag(i)));
      ck_assert_ptr_nonnull(tg_messages_find((tg_message_language)l, "footnote", trygg_table_flag(i)));
    }
}
END_TEST

START_TEST(an_answer_of_a_variable_is_labelled_by_both) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  trygg_codebook *codebook = make_codebook();

  add_estimate(table, "2024", NULL, "worry=1", 100, 0.1, 0.02, TG_UNIT_SHARE, 0);
  add_estimate(table, "2024", NULL, "worry=2", 100, 0.9, 0.02, TG_UNIT_SHARE, 0);
  publication = publish(table);
  ck_assert_ptr_nonnull(strstr(write_in(publication, "csv-sv", NULL, codebook), ";Orolig: Ja;"));
  ck_assert_ptr_nonnull(strstr(write_in(publication, "csv-sv", "en", codebook), ";Worried: No;"));
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

/* ---- failures ---------------------------------------------------------------------------------------- */

START_TEST(unknown_formats_and_languages_are_refused) {
  trygg_publication *publication = small_publication();
  trygg_report_options options = {sizeof options, "fi", NULL, 0, 0, NULL, NULL};
  const trygg_report_page page = {.size = sizeof page, .section_count = 1};
  const trygg_report_page no_lines = {.size = sizeof no_lines, .lead_count = 1};

  ck_assert_int_eq(trygg_report_write(publication, "cvs", NULL, append, &written, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "did you mean `csv`"));
  ck_assert_int_eq(trygg_report_write(publication, NULL, NULL, append, &written, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_report_write(publication, "csv", NULL, NULL, &written, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_report_write(NULL, NULL, NULL, NULL, NULL, NULL), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_report_write_page(&page, NULL, NULL, &written, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_report_write_page(&page, NULL, append, &written, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_report_write_page(&no_lines, NULL, append, &written, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_report_write(publication, "csv", &options, append, &written, &error), TRYGG_EINVAL);
  ck_assert_str_eq(error.field, "language");
  ck_assert_int_eq(trygg_report_write(NULL, "csv", NULL, append, &written, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_report_write_page(NULL, NULL, append, &written, &error), TRYGG_EINVAL);
  trygg_disclosure_free(publication);
}
END_TEST

/* Takes so many pieces, then fails. */
static int fail_after(void *user, const char *bytes, size_t length) {
  int *left = user;

  (void)bytes;
  (void)length;
  return (*left)-- <= 0;
}

START_TEST(a_sink_that_fails_is_an_input_output_error) {
  trygg_table *table = make_estimates();
  trygg_publication *publication;
  int left = 0;

  for (int i = 0; i < 4000; i++)
    add_estimate(table, "2024", "0380", "unsafe", 100 + i, 0.1, 0.02, TG_UNIT_SHARE, 0);
  publication = publish(table);
  for (size_t f = 0; trygg_report_formats(f) != NULL; f++) {
    left = 0;
    ck_assert_int_eq(
        trygg_report_write(publication, trygg_report_formats(f)->name, NULL, fail_after, &left, &error),
        TRYGG_EIO);
  }
  left = 1; /* the second piece fails */
  ck_assert_int_eq(trygg_report_write(publication, "csv", NULL, fail_after, &left, &error), TRYGG_EIO);
  left = 0;
  ck_assert_int_eq(write_page(publication, publication, "sv", fail_after, &left), TRYGG_EIO);
  ck_assert_uint_eq(count(write_in(publication, "csv", NULL, NULL), "\n"), 4001);
  trygg_disclosure_free(publication);
}
END_TEST

/* Write in the format number `f`, or as a page after the last one. */
static trygg_status write_any(size_t f, const trygg_publication *publication,
                              const trygg_codebook *codebook) {
  trygg_report_options options = {sizeof options, "sv", codebook, 0, 0, "Title", NULL};

  tg_text_clear(&written);
  if (trygg_report_formats(f) == NULL)
    return write_page(publication, publication, "en", fail_after, &(int){1000});
  return trygg_report_write(publication, trygg_report_formats(f)->name, &options, fail_after, &(int){1000},
                            &error);
}

START_TEST(running_out_of_memory_is_an_error_and_leaks_nothing) {
  trygg_publication *publications[] = {small_publication(), waves_publication(3)};
  trygg_codebook *codebook = make_codebook();

  for (size_t p = 0; p < 2; p++)
    for (size_t f = 0; f < 7; f++) {
      trygg_status status = TRYGG_ENOMEM;
      for (long k = 0; status != TRYGG_OK; k++) {
        tg_memory_fail(k, 1);
        status = write_any(f, publications[p], codebook);
        tg_memory_fail(-1, 0);
        ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
      }
    }
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publications[0]);
  trygg_disclosure_free(publications[1]);
}
END_TEST

START_TEST(output_does_not_depend_on_the_locale) {
  static const char *const locales[] = {"sv_SE.UTF-8", "sv_SE.utf8", "de_DE.UTF-8", "fr_FR.UTF-8"};
  trygg_publication *publication = waves_publication(3);
  trygg_codebook *codebook = make_codebook();
  const char *before = setlocale(LC_ALL, NULL), *comma = NULL;
  char *saved = strdup(before), *expected[16] = {NULL};

  setlocale(LC_ALL, "C");
  for (size_t f = 0; trygg_report_formats(f) != NULL; f++)
    expected[f] = strdup(write_in(publication, trygg_report_formats(f)->name, "sv", codebook));
  for (size_t i = 0; comma == NULL && i < 4; i++)
    if (setlocale(LC_ALL, locales[i]) != NULL && strcmp(localeconv()->decimal_point, ",") == 0)
      comma = locales[i];
  if (comma == NULL)
    puts("output_does_not_depend_on_the_locale: skipped, no locale with a decimal comma is installed");
  for (size_t f = 0; trygg_report_formats(f) != NULL; f++) {
    ck_assert_str_eq(write_in(publication, trygg_report_formats(f)->name, "sv", codebook), expected[f]);
    free(expected[f]);
  }
  setlocale(LC_ALL, saved);
  free(saved);
  trygg_codebook_free(codebook);
  trygg_disclosure_free(publication);
}
END_TEST

static Suite *report_suite(void) {
  Suite *suite = suite_create("report");
  TCase *test_case = tcase_create("report");

  tcase_set_timeout(test_case, 60);
  tcase_add_test(test_case, csv_has_codes_shares_and_empty_cells);
  tcase_add_test(test_case, swedish_csv_has_labels_per_cent_and_two_points);
  tcase_add_test(test_case, json_has_provenance_and_nulls);
  tcase_add_test(test_case, csv_quotes_what_needs_it_and_disarms_formulas);
  tcase_add_test(test_case, json_escapes_and_is_always_utf8);
  tcase_add_test(test_case, json_keeps_notes_of_one_key_as_a_list);
  tcase_add_test(test_case, infinite_numbers_are_unavailable);
  tcase_add_test(test_case, per_cent_moves_the_point_and_changes_no_digit);
  tcase_add_test(test_case, a_table_for_people_is_aligned);
  tcase_add_test(test_case, a_table_for_people_speaks_swedish);
  tcase_add_test(test_case, missing_figures_that_are_not_suppressed_are_told_apart);
  tcase_add_test(test_case, figures_of_several_units_each_say_their_own);
  tcase_add_test(test_case, shares_in_a_table_of_tests_are_percentage_points);
  tcase_add_test(test_case, a_table_fits_into_the_width_and_details_go_first);
  tcase_add_test(test_case, a_key_that_does_not_fit_stands_above_its_rows);
  tcase_add_test(test_case, colour_comes_only_when_asked_for);
  tcase_add_test(test_case, the_check_of_pictures_can_fail);
  tcase_add_test(test_case, dots_are_well_formed_and_show_every_row);
  tcase_add_test(test_case, lines_do_not_run_across_a_break);
  tcase_add_test(test_case, the_first_and_the_last_wave_are_always_named);
  tcase_add_test(test_case, a_suppressed_wave_leaves_a_gap_in_the_line);
  tcase_add_test(test_case, many_series_over_waves_each_have_a_panel);
  tcase_add_test(test_case, a_trend_is_said_in_a_sentence);
  tcase_add_test(test_case, of_many_tests_a_sentence_says_how_many_are_findings);
  tcase_add_test(test_case, of_few_tests_no_sentence_counts_findings);
  tcase_add_test(test_case, the_line_of_a_trend_is_drawn_into_the_estimates);
  tcase_add_test(test_case, a_table_without_figures_is_no_picture_but_a_page);
  tcase_add_test(test_case, html_is_one_file_that_escapes_everything);
  tcase_add_test(test_case, a_page_holds_its_sections_in_order);
  tcase_add_test(test_case, axes_have_round_ticks_that_cover_the_figures);
  tcase_add_test(test_case, a_trimmed_axis_still_covers_the_figures_and_has_round_ticks);
  tcase_add_test(test_case, every_message_is_there_in_both_languages);
  tcase_add_test(test_case, every_flag_can_be_explained_in_both_languages);
  tcase_add_test(test_case, an_answer_of_a_variable_is_labelled_by_both);
  tcase_add_test(test_case, swedish_csv_has_ten_digits_and_whole_counts);
  tcase_add_test(test_case, notes_are_in_the_language_of_the_reader);
  tcase_add_test(test_case, a_variable_is_no_column_of_another_program);
  tcase_add_test(test_case, unknown_formats_and_languages_are_refused);
  tcase_add_test(test_case, a_sink_that_fails_is_an_input_output_error);
  tcase_add_test(test_case, running_out_of_memory_is_an_error_and_leaks_nothing);
  tcase_add_test(test_case, output_does_not_depend_on_the_locale);
  suite_add_tcase(suite, test_case);
  return suite;
}

int main(void) {
  int failed = run_suite(report_suite());

  tg_text_free(&written);
  return failed;
}
