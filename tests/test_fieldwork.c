/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many files made one set: files.csv, recodes.csv, sample.csv, and what the account says of it. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <trygg/design.h>
#include <trygg/estimate.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/load.h>
#include <responses/rates.h>

static trygg_error error;

/* ---- small surveys --------------------------------------------------------------------------------- */

typedef struct texts {
  const char *settings, *survey, *choices, *indicators, *waves, *derived, *files, *recodes, *sample;
} texts;

static trygg_status try_build(const texts *given, trygg_codebook **out, trygg_error *fault) {
  const struct {
    const char *table, *text;
  } tables[] = {{"settings", given->settings ? given->settings : "form_id\nt\n"},
                {"survey", given->survey},
                {"choices", given->choices ? given->choices : "list_name,name\nyesno,1\nyesno,2\n"},
                {"indicators", given->indicators},
                {"waves", given->waves},
                {"derived", given->derived},
                {"files", given->files},
                {"recodes", given->recodes},
                {"sample", given->sample}};
  trygg_codebook *codebook = NULL;
  trygg_status status = trygg_codebook_create(&codebook, fault);
  for (size_t i = 0; i < sizeof tables / sizeof *tables && status == TRYGG_OK; i++)
    if (tables[i].text)
      status =
          trygg_codebook_add_csv(codebook, tables[i].table, tables[i].text, strlen(tables[i].text), fault);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, fault);
  if (status != TRYGG_OK)
    trygg_codebook_free(codebook);
  *out = status == TRYGG_OK ? codebook : NULL;
  return status;
}

static trygg_status try_load(const texts *given, const char *name, const char *data, trygg_responses **out) {
  trygg_codebook *codebook = NULL;
  *out = NULL;
  trygg_status status = try_build(given, &codebook, &error);
  if (status == TRYGG_OK)
    status = trygg_responses_load_memory(codebook, name, data, strlen(data), NULL, out, &error);
  trygg_codebook_free(codebook);
  return status;
}

static trygg_responses *load(const texts *given, const char *name, const char *data) {
  trygg_responses *responses = NULL;
  memset(&error, 0, sizeof error);
  ck_ok(try_load(given, name, data, &responses));
  return responses;
}

static const tg_column *column(const trygg_responses *responses, const char *name) {
  size_t variable = tg_codebook_find_variable(responses->codebook, name, strlen(name));
  ck_assert_uint_ne(variable, TG_NONE);
  return &responses->columns[variable];
}

/* Values of a variable in record order, with commas between; a missing kind in brackets. */
static const char *values(const trygg_responses *responses, const char *name) {
  static char out[4][1000];
  static size_t next;
  char *text = out[next++ % 4];
  const tg_column *c = column(responses, name);
  size_t length = 0;
  text[0] = '\0';
  for (size_t i = 0; i < responses->count; i++) {
    tg_missing missing = tg_column_missing(c, i);
    char number[64];
    const char *value = number;
    if (missing != TG_VALID)
      snprintf(number, sizeof number, "(%s)", tg_missing_name(missing));
    else if (c->kind == TG_COLUMN_NUMBER)
      tg_text_print(number, sizeof number, "%d", (int)c->values.number[i]);
    else if (c->kind == TG_COLUMN_TEXT)
      value = c->dictionary.texts[c->values.text[i]];
    else
      value = c->variable->codes[tg_column_code(c, i)].text;
    length += (size_t)snprintf(text + length, 1000 - length, "%s%s", i ? "," : "", value);
  }
  return text;
}

/* Count in the account's rows that match (NULL: anything), summed; -1 where there is none. */
static int64_t account(const trygg_responses *responses, const char *file, const char *wave, const char *name,
                       const char *reason) {
  trygg_table *table = NULL;
  int64_t sum = -1;
  ck_ok(trygg_responses_account(responses, &table, &error));
  const char *wanted[] = {file, wave, name, reason};
  static const size_t columns[] = {0, 1, 4, 5};
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    int matches = 1;
    for (size_t i = 0; i < 4; i++)
      matches &= !wanted[i] || strcmp(trygg_table_text(table, row, columns[i]), wanted[i]) == 0;
    if (matches)
      sum = (sum < 0 ? 0 : sum) + trygg_table_integer(table, row, 6);
  }
  trygg_table_free(table);
  return sum;
}

static int warned(const trygg_responses *responses, const char *part) {
  for (size_t i = 0; i < trygg_responses_warnings(responses); i++)
    if (strstr(trygg_responses_warning(responses, i), part))
      return 1;
  return 0;
}

/* ---- files.csv --------------------------------------------------------------------------------------- */

START_TEST(patterns_match_the_last_part_or_the_whole_path) {
  static const struct {
    const char *pattern, *path;
    int matches;
  } cases[] = {
      {"uppsala.csv", "uppsala.csv", 1},
      {"uppsala.csv", "/data/2024/uppsala.csv", 1},
      {"uppsala.csv", "/data/2024/uppsala.csv.gz", 1}, /* the same data, packed */
      {"uppsala*", "/data/uppsala-webb.csv", 1},
      {"*2024*", "/data/2024/uppsala.csv", 1},
      {"2024/*", "/data/2024/uppsala.csv", 0},
      {"*/2024/*.csv", "/data/2024/uppsala.csv", 1},
      {"svar?.csv", "svar1.csv", 1},
      {"svar?.csv", "svarå.csv", 1}, /* one character of two bytes */
      {"svar?.csv", "svar12.csv", 0},
      {"svar?.csv", "svar.csv", 0},
      {"*a*b*c", "aabbc", 1},
      {"*a*b*c", "aabbcd", 0},
      {"*", "anything", 1},
      {"", "anything", 0},
      {"Uppsala.csv", "uppsala.csv", 0},
      {"(arrays)", "(arrays)", 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_msg(tg_codebook_pattern(cases[i].pattern, cases[i].path) == cases[i].matches, "%s on %s",
                  cases[i].pattern, cases[i].path);
}
END_TEST

static const texts towns = {
    .survey = "type,name,role\ntext,id,id\nselect_one town,kommun,stratum\ninteger,year,wave\n"
              "decimal,w,weight\nselect_one yesno,q,\n",
    .choices = "list_name,name\ntown,0380\ntown,0381\nyesno,1\nyesno,2\n",
    .files = "file,kommun,year,delimiter,decimal\n"
             "uppsala*,380,2024,,\n"
             "enk*,0381,2020,;,\",\"\n"
             "*,0381,,,\n",
};

START_TEST(constants_of_a_file_are_values_of_its_records) {
  trygg_responses *r = load(&towns, "uppsala.csv", "id,w,q\na,1,1\nb,1.5,2\n");
  ck_assert_str_eq(values(r, "kommun"), "0380,0380"); /* written 380 in the table */
  ck_assert_str_eq(trygg_responses_wave(r, 0), "2024");
  ck_assert_int_eq(account(r, "uppsala.csv", "2024", "accepted", NULL), 2);
  ck_assert_int_eq(account(r, "uppsala.csv", NULL, "file", "constant kommun=0380"), 2);
  ck_assert_int_eq(account(r, "uppsala.csv", NULL, "file", "constant year=2024"), 2);
  ck_assert_int_eq(account(r, "uppsala.csv", NULL, "file", "delimiter ,"), 2);
  ck_assert_int_eq(account(r, "uppsala.csv", NULL, "file", "decimal ."), 2);
  ck_assert_int_eq(account(r, "uppsala.csv", NULL, "file", "encoding UTF-8"), 2);
  ck_assert_int_eq(account(r, NULL, NULL, "recoded_by_number", NULL), -1);
  trygg_responses_free(r);
  /* The first pattern that matches wins; an empty constant leaves the column to the file. */
  r = load(&towns, "other.csv", "id,w,q,year\na,1,1,2020\nb,1.5,2,2024\n");
  ck_assert_str_eq(values(r, "kommun"), "0381,0381");
  ck_assert_uint_eq(trygg_responses_waves(r), 2);
  trygg_responses_free(r);
}
END_TEST

START_TEST(the_table_says_how_a_file_is_written) {
  /* More commas than semicolons in the header: it would be taken for a comma file. */
  trygg_responses *r = load(&towns, "enk.csv", "id;w;q;\"a,b,c,d,e,f\"\na;1,5;1;x\nb;2;2;x\n");
  ck_assert_str_eq(values(r, "kommun"), "0381,0381");
  ck_near(column(r, "w")->values.number[0], 1.5, 0);
  ck_assert_int_eq(account(r, "enk.csv", NULL, "file", "delimiter ;"), 2);
  ck_assert_int_eq(account(r, "enk.csv", NULL, "file", "decimal ,"), 2);
  trygg_responses_free(r);
  /* With the declared decimal comma a point is no decimal sign. */
  ck_assert_int_eq(try_load(&towns, "enk.csv", "id;w;q\na;1.5;1\n", &r), TRYGG_EDATA);
  ck_assert_int_eq((int)error.line, 2);
}
END_TEST

/* Bytes that are UTF-8 too: only the table can say that they are not. */
START_TEST(the_table_says_what_the_bytes_mean) {
  texts given = {.survey = "type,name,role\ndecimal,w,weight\ntext,s,\n",
                 .files = "file,encoding\nu.csv,utf-8\nw.csv,ansi\nl.csv,Latin1\nx.csv,UTF-16\n"};
  static const struct {
    const char *file, *bytes, *expected, *said;
  } cases[] = {{"u.csv", "w,s\n1,\xC3\xA5\n", "\xC3\xA5", "encoding UTF-8"},
               {"w.csv", "w,s\n1,\xC3\xA5\n", "\xC3\x83\xC2\xA5", "encoding Windows-1252"},
               {"w.csv", "w,s\n1,\x80\n", "\xE2\x82\xAC", "encoding Windows-1252"},
               {"l.csv", "w,s\n1,\x80\xE5\n", "\xC2\x80\xC3\xA5", "encoding ISO-8859-1"}};
  trygg_responses *r;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    r = load(&given, cases[i].file, cases[i].bytes);
    ck_assert_str_eq(values(r, "s"), cases[i].expected);
    ck_assert_int_eq(account(r, cases[i].file, NULL, "file", cases[i].said), 1);
    ck_assert_uint_eq(trygg_responses_warnings(r), 0);
    trygg_responses_free(r);
  }
  ck_assert_int_eq(try_load(&given, "u.csv", "w,s\n1,\xE5\n", &r), TRYGG_EPARSE);
  ck_assert_int_eq((int)error.line, 2);
  ck_assert_ptr_nonnull(strstr(error.message, "declared as UTF-8"));
  ck_assert_int_eq(try_load(&given, "w.csv", "w,s\n1,\x81\n", &r), TRYGG_EPARSE);
  ck_assert_int_eq(try_load(&given, "x.csv", "w,s\n1,a\n", &r), TRYGG_EPARSE);
  ck_assert_ptr_nonnull(strstr(error.message, "declared as UTF-16"));
  /* Seen, or declared: the same. */
  static const char wide[] = "\xFE\xFF\0w\0,\0s\0\n\0001\0,\0\xE5\0\n";
  static const char *const names[] = {"x.csv", "seen.csv"};
  for (size_t i = 0; i < 2; i++) {
    trygg_codebook *codebook = NULL;
    ck_ok(try_build(&given, &codebook, &error));
    ck_ok(trygg_responses_load_memory(codebook, names[i], wide, sizeof wide - 1, NULL, &r, &error));
    ck_assert_str_eq(values(r, "s"), "\xC3\xA5");
    ck_assert_int_eq(account(r, names[i], NULL, "file", "encoding UTF-16"), 1);
    ck_assert_uint_eq(trygg_responses_warnings(r), i); /* that no pattern matches */
    trygg_responses_free(r);
    trygg_codebook_free(codebook);
  }
}
END_TEST

START_TEST(a_constant_that_is_a_column_too_is_refused) {
  trygg_responses *r;
  ck_assert_int_eq(try_load(&towns, "uppsala.csv", "id,w,q,kommun\na,1,1,0381\n", &r), TRYGG_ECODEBOOK);
  ck_assert_ptr_null(r);
  ck_assert_str_eq(error.file, "uppsala.csv");
  ck_assert_int_eq((int)error.line, 1);
  ck_assert_int_eq(error.column, 4);
  ck_assert_str_eq(error.field, "kommun");
  ck_assert_ptr_nonnull(strstr(error.message, "files.csv (line 2)"));
}
END_TEST

START_TEST(a_file_that_no_pattern_matches_is_warned_of) {
  texts given = towns;
  given.files = "file,kommun\nuppsala*,0380\n";
  given.survey = "type,name,role\ntext,id,id\nselect_one town,kommun,\ndecimal,w,weight\n";
  trygg_responses *r = load(&given, "knivsta.csv", "id,w\na,1\n");
  ck_assert(warned(r, "knivsta.csv: no pattern"));
  ck_assert_str_eq(values(r, "kommun"), "(not_asked)");
  trygg_responses_free(r);
  r = load(&given, "uppsala.csv", "id,w\na,1\n");
  ck_assert(!warned(r, "no pattern"));
  trygg_responses_free(r);
}
END_TEST

/* Both loads hold the same values, whatever became of the bits beside them. */
static void compare(const trygg_responses *r, const trygg_responses *s) {
  ck_assert_uint_eq(r->count, s->count);
  for (size_t i = 0; i < r->column_count; i++) {
    const tg_column *a = &r->columns[i], *b = &s->columns[i];
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_int_eq(a->present, b->present);
    for (size_t record = 0; record < r->count && a->present; record++) {
      ck_assert_int_eq(tg_column_missing(a, record), tg_column_missing(b, record));
      if (a->kind == TG_COLUMN_CODE8)
        ck_assert_uint_eq(a->values.code8[record], b->values.code8[record]);
      if (a->kind == TG_COLUMN_NUMBER)
        ck_near(a->values.number[record], b->values.number[record], 0);
    }
  }
}

START_TEST(constants_are_the_same_on_every_way_of_reading) {
  enum { RECORDS = 30000 };
  static const tg_load_reading readings[] = {
      {.reference = 1}, {.piece = 5000}, {.piece = 100000, .read_size = 777}, {0}};
  tg_text data = {0}, hand = {0};
  tg_text_put(&data, "id,w,q\n");
  tg_text_put(&hand, "id,w,q,kommun,year\n");
  for (int i = 0; i < RECORDS; i++) {
    tg_text_format(&data, "%d,%d,%d\n", i, i % 7 + 1, i % 2 + 1);
    tg_text_format(&hand, "%d,%d,%d,0380,2024\n", i, i % 7 + 1, i % 2 + 1);
  }
  texts plain = towns;
  plain.files = NULL;
  trygg_responses *by_hand = load(&plain, "uppsala.csv", hand.bytes);
  trygg_codebook *codebook = NULL;
  ck_ok(try_build(&towns, &codebook, &error));
  for (size_t i = 0; i < sizeof readings / sizeof *readings; i++)
    for (int threads = 1; threads <= 3; threads++) {
      const trygg_load_options options = {.size = sizeof options, .threads = threads};
      trygg_responses *r = NULL;
      ck_ok(tg_load_memory(codebook, "uppsala.csv", data.bytes, data.length, &options, &readings[i], &r,
                           &error));
      ck_assert_uint_eq(r->count, RECORDS);
      compare(r, by_hand);
      trygg_responses_free(r);
    }
  trygg_codebook_free(codebook);
  trygg_responses_free(by_hand);
  tg_text_free(&data);
  tg_text_free(&hand);
}
END_TEST

START_TEST(constants_are_no_answers) {
  texts given = towns;
  given.settings = "form_id,min_answered\nt,\"0,5\"\n";
  given.survey = "type,name,role\nselect_one town,kommun,\ninteger,year,\ndecimal,w,weight\n"
                 "select_one yesno,q,\nselect_one yesno,q2,\n";
  trygg_responses *r = load(&given, "uppsala.csv", "w,q,q2\n1,1,\n1,,\n1,1,2\n");
  ck_assert_uint_eq(r->count, 2); /* the second answers 0 of 2, not 2 of 4 */
  ck_assert_int_eq(account(r, NULL, NULL, "rejected", "too_few_answers"), 1);
  trygg_responses_free(r);
}
END_TEST

/* ---- recodes.csv --------------------------------------------------------------------------------------- */

static const char scale_survey[] = "type,name,role,missing\ninteger,year,wave,\ndecimal,w,weight,\n"
                                   "select_one scale,q,,9=dont_know\n";
static const char scale_choices[] = "list_name,name\nscale,1\nscale,2\nscale,3\nscale,4\n";

static texts scaled(const char *recodes) {
  return (texts){.survey = scale_survey, .choices = scale_choices, .recodes = recodes};
}

START_TEST(the_first_row_that_matches_wins) {
  texts given = scaled("variable,codes,to\nq,1..2,1\nq,2 3,2\nq,4,3\nq,5,4\n");
  trygg_responses *r = load(&given, "d.csv", "year,w,q\n1,1,1\n1,1,2\n1,1,3\n1,1,4\n1,1,5\n");
  ck_assert_str_eq(values(r, "q"), "1,1,2,3,4");
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode q: 1..2 = 1"), 2);
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode q: 2 3 = 2"), 1);
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode q: unmatched"), -1);
  trygg_responses_free(r);
}
END_TEST

START_TEST(what_no_row_matches_is_missing_and_counted) {
  texts given = scaled("variable,codes,to\nq,1,4\nq,5,1\n");
  trygg_responses *r = load(&given, "d.csv", "year,w,q\n1,1,1\n1,1,2\n1,1,5\n1,1,9\n1,1,\n1,1,NA\n1,1,2\n");
  /* 2 is a code of the list, but of the old scale nobody said what it means. */
  ck_assert_str_eq(values(r, "q"), "4,(unknown_code),1,(dont_know),(no_answer),(no_answer),(unknown_code)");
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode q: unmatched"), 2);
  ck_assert_int_eq(account(r, NULL, "1", "unknown_code", "2"), 2);
  trygg_responses_free(r);
}
END_TEST

START_TEST(codes_match_as_text_before_they_match_as_numbers) {
  texts given = scaled("variable,codes,to\nq,01,1\nq,1,2\nq,3.5..4,3\nq,7,4\n");
  trygg_responses *r =
      load(&given, "d.csv", "year;w;q\n1;1;01\n1;1;1\n1;1;001\n1;1;3,5\n1;1;3,4\n1;1;\" 7 \"\n1;1;7,0\n");
  ck_assert_str_eq(values(r, "q"), "1,2,1,3,(unknown_code),4,4");
  trygg_responses_free(r);
}
END_TEST

START_TEST(an_empty_to_empties_the_cell_and_a_kind_stands_for_itself) {
  texts given = scaled("variable,codes,to\nq,3,not_asked\nq,4,\nq,5,refused\nq,,2\n");
  trygg_responses *r = load(&given, "d.csv", "year,w,q\n1,1,3\n1,1,4\n1,1,5\n1,1,77\n1,1,9\n1,1,\n");
  ck_assert_str_eq(values(r, "q"), "(not_asked),(no_answer),(refused),2,2,(no_answer)");
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode q: * = 2"), 2);
  trygg_responses_free(r);
}
END_TEST

START_TEST(a_row_without_codes_and_to_leaves_the_rest_as_it_is) {
  texts given = scaled("variable,codes,to\nq,5,4\nq,,\n");
  trygg_responses *r = load(&given, "d.csv", "year,w,q\n1,1,5\n1,1,2\n1,1,9\n1,1,8\n");
  ck_assert_str_eq(values(r, "q"), "4,2,(dont_know),(unknown_code)");
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode q: * = as it is"), 3);
  trygg_responses_free(r);
}
END_TEST

START_TEST(questions_that_changed_names_are_read_by_wave) {
  texts given = {.survey =
                     "type,name,role\ninteger,year,wave\ndecimal,w,weight\ninteger,q12,\ninteger,q13,\n",
                 .recodes = "variable,from,wave\nq12,q13,2020\nq13,q12,2020\n"};
  trygg_responses *r = load(&given, "d.csv", "q12,q13,year,w\n1,2,2020,1\n3,4,2024,1\n5,6,2020,1\n");
  ck_assert_str_eq(values(r, "q12"), "2,3,6");
  ck_assert_str_eq(values(r, "q13"), "1,4,5");
  ck_assert_int_eq(account(r, NULL, NULL, "file", "rename q13 to q12 in 2020"), 2);
  trygg_responses_free(r);
  /* A column that only a recode knows is no unknown column. */
  given.recodes = "variable,from\nq12,F_12\n";
  r = load(&given, "d.csv", "F_12,year,w\n7,2020,1\n");
  ck_assert_str_eq(values(r, "q12"), "7");
  ck_assert(!warned(r, "F_12"));
  trygg_responses_free(r);
  /* Without the column the variable is read from its own, or was not asked. */
  r = load(&given, "d.csv", "q12,year,w\n7,2020,1\n");
  ck_assert_str_eq(values(r, "q12"), "7");
  trygg_responses_free(r);
  given.recodes = "variable,from,wave\nq12,F_12,2020\n";
  r = load(&given, "d.csv", "F_12,year,w\n7,2020,1\n8,2024,1\n");
  ck_assert_str_eq(values(r, "q12"), "7,(not_asked)");
  trygg_responses_free(r);
}
END_TEST

START_TEST(rows_of_one_file_do_not_touch_another) {
  texts given = scaled("variable,from,codes,to,file\nq,,1,4,old*\nq,,4,1,old*\nq,nosuch,,,old*\n");
  trygg_codebook *codebook;
  const char *folder = temporary_folder();
  const char *files[] = {write_text(folder, "old.csv", "year,w,q\n1,1,1\n1,1,4\n"),
                         write_text(folder, "new.csv", "year,w,q\n1,1,1\n1,1,4\n")};
  trygg_responses *r = NULL;
  ck_ok(try_build(&given, &codebook, &error));
  ck_ok(trygg_responses_load(codebook, files, 2, NULL, &r, &error));
  ck_assert_str_eq(values(r, "q"), "4,1,1,4");
  ck_assert(warned(r, "recodes.csv (line 4) reads `q` from the column `nosuch`"));
  ck_assert_int_eq(account(r, files[0], NULL, "file", "recode q: 1 = 4"), 1);
  ck_assert_int_eq(account(r, files[1], NULL, "file", "recode q: 1 = 4"), -1);
  trygg_responses_free(r);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(police_areas_and_age_bands_are_made_from_other_columns) {
  texts given = {
      .survey = "type,name,role,missing\ndecimal,w,weight,\nselect_one town,kommun,,\n"
                "select_one area,lpo,domain,\ninteger,age,,999=refused\nselect_one band,ageband,domain,\n",
      .choices = "list_name,name\ntown,0380\ntown,0381\ntown,0330\narea,north\narea,south\n"
                 "band,1\nband,2\n",
      .files = "file,kommun\nknivsta.csv,0330\n",
      .recodes = "variable,from,codes,to\nlpo,kommun,0380 0381,north\nlpo,kommun,0330,south\n"
                 "ageband,age,16..44,1\nageband,age,45..,2\n"};
  trygg_responses *r = load(&given, "d.csv", "w,kommun,age\n1,0380,16\n1,381,45\n1,0330,15\n1,,999\n");
  ck_assert_str_eq(values(r, "lpo"), "north,north,south,(no_answer)");
  ck_assert_str_eq(values(r, "kommun"), "0380,0381,0330,(no_answer)");
  ck_assert_str_eq(values(r, "ageband"), "1,2,(unknown_code),2"); /* 999 lies in 45.. */
  trygg_responses_free(r);
  r = load(&given, "knivsta.csv", "w,age\n1,50\n");
  ck_assert_str_eq(values(r, "lpo"), "south"); /* from the constant */
  ck_assert_str_eq(values(r, "kommun"), "0330");
  trygg_responses_free(r);
  /* A missing code of the column that is read keeps its kind where no row names it. */
  given.recodes = "variable,from,codes,to\nageband,age,16..44,1\nageband,age,45..120,2\n";
  r = load(&given, "knivsta.csv", "w,age\n1,999\n1,15\n");
  ck_assert_str_eq(values(r, "ageband"), "(refused),(unknown_code)");
  trygg_responses_free(r);
}
END_TEST

START_TEST(a_recoded_wave_decides_which_rows_are_for_a_record) {
  texts given = {.survey =
                     "type,name,role\nselect_one wave,wave,wave\ndecimal,w,weight\nselect_one scale,q,\n",
                 .choices = "list_name,name\nwave,2020\nwave,2024\nscale,1\nscale,2\n",
                 .recodes = "variable,from,codes,to,wave\nq,,1,2,2020\nq,,2,1,2020\n"
                            "wave,period,H20,2020,\nwave,period,H24,2024,\n"};
  trygg_responses *r = load(&given, "d.csv", "w,period,q\n1,H20,1\n1,H24,1\n1,H20,2\n1,H19,2\n");
  ck_assert_str_eq(values(r, "wave"), "2020,2024,2020");
  ck_assert_str_eq(values(r, "q"), "2,1,1");
  ck_assert_int_eq(account(r, NULL, NULL, "rejected", "no_wave"), 1);
  trygg_responses_free(r);
}
END_TEST

START_TEST(each_code_of_a_select_multiple_is_recoded) {
  texts given = {
      .survey = "type,name,role,missing\ndecimal,w,weight,\nselect_multiple crime,m,,99=no_answer\n",
      .choices = "list_name,name\ncrime,theft\ncrime,fraud\ncrime,other\n",
      .recodes = "variable,from,codes,to\nm,old,1 2,theft\nm,old,3,fraud\nm,old,4,\nm,old,5,refused\n"};
  trygg_responses *r =
      load(&given, "d.csv", "w,old\n1,1\n1,2  1\n1,3 1\n1,4\n1,4 3\n1,5\n1,5 3\n1,7\n1,1 7\n1,99\n1,\n");
  const tg_column *m = column(r, "m");
  static const struct {
    uint64_t chosen;
    tg_missing missing;
  } expected[] = {{1, 0},
                  {1, 0},
                  {3, 0},
                  {0, TG_NO_ANSWER},
                  {2, 0},
                  {0, TG_REFUSED},
                  {2, 0},
                  {0, TG_UNKNOWN_CODE},
                  {0, TG_UNKNOWN_CODE},
                  {0, TG_NO_ANSWER},
                  {0, TG_NO_ANSWER}};
  ck_assert_uint_eq(r->count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < r->count; i++) {
    ck_assert_msg(tg_column_missing(m, i) == expected[i].missing, "record %d: %s", (int)i,
                  tg_missing_name(tg_column_missing(m, i)));
    if (expected[i].missing == TG_VALID)
      ck_assert_uint_eq(m->values.mask[i], expected[i].chosen);
  }
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode m from old: 1 2 = theft"), 5);
  ck_assert_int_eq(account(r, NULL, NULL, "file", "recode m: unmatched"), 2);
  trygg_responses_free(r);
}
END_TEST

START_TEST(recoded_answers_count_as_answers) {
  texts given = scaled("variable,from,codes,to\nq,old,1 2,3\n");
  given.settings = "form_id,min_answered\nt,1\n";
  trygg_responses *r = load(&given, "d.csv", "year,w,old\n1,1,1\n1,1,\n1,1,2\n");
  ck_assert_str_eq(values(r, "q"), "3,3");
  ck_assert_int_eq(account(r, NULL, NULL, "rejected", "too_few_answers"), 1);
  trygg_responses_free(r);
}
END_TEST

START_TEST(arrays_are_recoded_like_files) {
  texts given = scaled("variable,from,codes,to\nq,old,1..2,3\nq,old,5,1\n");
  trygg_codebook *codebook;
  trygg_responses *r = NULL;
  const double old[] = {1, 5, (double)NAN, 4}, weights[] = {1, 1, 1, 1};
  const int32_t years[] = {2024, 2024, 2024, 2024};
  const trygg_array arrays[] = {{"year", TRYGG_ARRAY_INT32, years},
                                {"w", TRYGG_ARRAY_DOUBLE, weights},
                                {"old", TRYGG_ARRAY_DOUBLE, old}};
  ck_ok(try_build(&given, &codebook, &error));
  ck_ok(trygg_responses_load_arrays(codebook, arrays, 3, 4, NULL, &r, &error));
  ck_assert_str_eq(values(r, "q"), "3,1,(no_answer),(unknown_code)");
  trygg_responses_free(r);
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- eight municipalities -------------------------------------------------------------------------------- */

/* Answers of municipality k, record i: the same for both ways of preparing them. */
static int answer(int k, int i) {
  return (i * 7 + k * 3) % 5 + 1;
}

static const char *const town_codes[8] = {"0305", "0319", "0330", "0331", "0360", "0380", "0381", "0382"};

static trygg_responses *load_files(const texts *given, const char *const *files, size_t count) {
  trygg_codebook *codebook = NULL;
  trygg_responses *r = NULL;
  ck_ok(try_build(given, &codebook, &error));
  ck_ok(trygg_responses_load(codebook, files, count, NULL, &r, &error));
  trygg_codebook_free(codebook);
  return r;
}

/* The eight as they arrive: no municipality in them, number 2 asks with a five-step scale the other way round,
 * number 5 calls the question otherwise, number 7 has a district that is now part of another. */
static void write_eight(const char *folder, const char **files) {
  for (int k = 0; k < 8; k++) {
    tg_text text = {0};
    char name[32];
    tg_text_put(&text, k == 4 ? "id;vikt;oro_natt;omr\n" : "id;vikt;oro;omr\n");
    for (int i = 0; i < 60; i++) {
      int value = k == 1 ? 6 - answer(k, i) : answer(k, i);
      tg_text_format(&text, "%d;%d,5;%d;%s\n", i, i % 4 + 1, value,
                     k == 6 && i % 3 == 0 ? "C"
                     : i % 2              ? "A"
                                          : "B");
    }
    snprintf(name, sizeof name, "svar-%s.csv", town_codes[k]);
    files[k] = write_text(folder, name, text.bytes);
    tg_text_free(&text);
  }
}

static const char *write_by_hand(const char *folder) {
  tg_text text = {0};
  tg_text_put(&text, "kommun,id,vikt,oro,omr\n");
  for (int k = 0; k < 8; k++)
    for (int i = 0; i < 60; i++)
      tg_text_format(&text, "%s,%d,%d.5,%d,%s\n", town_codes[k], i, i % 4 + 1, answer(k, i),
                     k == 6 && i % 3 == 0 ? "B"
                     : i % 2              ? "A"
                                          : "B");
  const char *file = write_text(folder, "hand.csv", text.bytes);
  tg_text_free(&text);
  return file;
}

static trygg_estimates *estimate(const trygg_responses *responses, trygg_design **design) {
  static const char *const by[] = {"kommun", "omr"};
  trygg_estimate_options options = {.size = sizeof options, .by = by, .by_count = 2};
  trygg_estimates *estimates = NULL;
  ck_ok(trygg_design_create((trygg_responses *)responses, NULL, design, &error));
  ck_ok(trygg_estimate_create(*design, &options, &estimates, &error));
  return estimates;
}

START_TEST(eight_municipalities_pooled_equal_the_same_data_by_hand) {
  texts given = {
      .settings = "form_id,wave\nt,2024\n",
      .survey =
          "type,name,role\nselect_one town,kommun,stratum\ntext,kommunid,id\ntext,id,id\ndecimal,vikt,weight\n"
          "select_one oro,oro,\nselect_one omr,omr,domain\n",
      .choices =
          "list_name,name,score\noro,1,4\noro,2,3\noro,3,2\noro,4,1\noro,5,0\nomr,A,\nomr,B,\n"
          "town,0305,\ntown,0319,\ntown,0330,\ntown,0331,\ntown,0360,\ntown,0380,\ntown,0381,\ntown,0382,\n",
      .indicators =
          "name,type,variable,numerator\norolig,share,oro,1 2\nmedel,mean,oro,\nantal,total,oro,1\n"};
  tg_text files = {0};
  tg_text_put(&files, "file,kommun,kommunid\n");
  for (int k = 0; k < 8; k++)
    tg_text_format(&files, "svar-%s*,%s,%s\n", town_codes[k], town_codes[k], town_codes[k]);
  given.files = files.bytes;
  given.recodes = "variable,from,codes,to,file\n"
                  "oro,,1,5,*0319*\noro,,2,4,*0319*\noro,,3,3,*0319*\noro,,4,2,*0319*\noro,,5,1,*0319*\n"
                  "oro,oro_natt,,,*0360*\n"
                  "omr,,B C,B,*0381*\nomr,,,,*0381*\n";
  const char *folder = temporary_folder(), *eight[8];
  write_eight(folder, eight);
  trygg_responses *pooled = load_files(&given, eight, 8);
  texts plain = given;
  plain.files = plain.recodes = NULL;
  plain.survey = "type,name,role\nselect_one town,kommun,stratum\ntext,id,\ndecimal,vikt,weight\n"
                 "select_one oro,oro,\nselect_one omr,omr,domain\n";
  const char *hand = write_by_hand(folder);
  trygg_responses *by_hand = load_files(&plain, &hand, 1);
  trygg_design *designs[2];
  trygg_estimates *a = estimate(pooled, &designs[0]), *b = estimate(by_hand, &designs[1]);
  size_t rows = trygg_estimate_count(a);
  ck_assert_uint_eq(rows, trygg_estimate_count(b));
  ck_assert_uint_ge(rows, 3 * 17);
  for (size_t row = 0; row < rows; row++) {
    trygg_estimate x = trygg_estimate_get(a, row), y = trygg_estimate_get(b, row);
    ck_assert_str_eq(x.indicator, y.indicator);
    ck_near(x.estimate, y.estimate, 0);
    ck_near(x.se, y.se, 0);
    ck_near(x.df, y.df, 0);
    ck_assert_int_eq(x.n, y.n);
  }
  ck_assert_int_eq(account(pooled, eight[1], NULL, "file", "recode oro: 1 = 5"), 12);
  ck_assert_int_eq(account(pooled, eight[4], NULL, "file", "rename oro_natt to oro"), 60);
  ck_assert_int_eq(account(pooled, eight[6], NULL, "file", "recode omr: B C = B"), 40);
  ck_assert_int_eq(account(pooled, NULL, NULL, "accepted", NULL), 480);
  trygg_estimate_free(a);
  trygg_estimate_free(b);
  trygg_design_free(designs[0]);
  trygg_design_free(designs[1]);
  trygg_responses_free(pooled);
  trygg_responses_free(by_hand);
  tg_text_free(&files);
}
END_TEST

/* ---- response rates ------------------------------------------------------------------------------------------ */

/* A survey of `answers` interviews of which sample.csv knows what was sent out. */
static trygg_responses *load_sent(const char *sample, int answers) {
  texts given = {.survey = "type,name,role\ndecimal,w,weight\n", .sample = sample};
  tg_text data = {0};
  tg_text_put(&data, "w\n");
  for (int i = 0; i < answers; i++)
    tg_text_put(&data, "1\n");
  trygg_responses *r = load(&given, "d.csv", data.bytes);
  tg_text_free(&data);
  return r;
}

static double cell(const trygg_table *table, size_t row, const char *name) {
  size_t at = trygg_table_find(table, name);
  ck_assert_msg(at != SIZE_MAX, "no column %s", name);
  return trygg_table_number(table, row, at);
}

static trygg_table *rates_of(const trygg_responses *responses) {
  trygg_table *table = NULL;
  ck_ok(trygg_responses_rates(responses, &table, &error));
  return table;
}

/* Published response rates whose counts are printed with them; `printed` has `decimals` of a per cent. */
START_TEST(published_response_rates_come_out_as_printed) {
  static const struct {
    const char *survey;
    int answers, sent, overcoverage;
    int decimals;
    const char *printed;
  } cases[] = {
      {"SCB, Trosa 2013", 656, 1000, 4, 1, "65.9"},
      {"Denmark, safety survey 2015", 11047, 19335, 0, 1, "57.1"},
      {"Region Stockholm 2020", 52700, 81300, 0, 0, "65"}, /* "just under 65" */
      {"Uppsala 2023/24", 5552, 14767, 0, 0, "38"},        /* "about 38" */
      {"Uppsala 2020/21", 4638, 10130, 260, 0, "47"}, /* "about 47" is net of some 260 out of the frame */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char sample[100], printed[32];
    snprintf(sample, sizeof sample, "disposition,count\n,%d\nNE,%d\n", cases[i].sent, cases[i].overcoverage);
    trygg_responses *r = load_sent(sample, cases[i].answers);
    trygg_table *table = rates_of(r);
    double net = cases[i].sent - cases[i].overcoverage;
    ck_assert_uint_eq(trygg_table_rows(table), 1);
    ck_near(cell(table, 0, "svarsandel"), cases[i].answers / net, 1e-15);
    ck_near(cell(table, 0, "rr1"), cases[i].answers / net, 1e-15);
    ck_near(cell(table, 0, "UO"), net - cases[i].answers, 0);
    ck_near(cell(table, 0, "sample"), cases[i].sent, 0);
    int64_t tenths = (int64_t)floor(cell(table, 0, "svarsandel") * (cases[i].decimals ? 1000 : 100) + 0.5);
    if (cases[i].decimals)
      snprintf(printed, sizeof printed, "%d.%d", (int)(tenths / 10), (int)(tenths % 10));
    else
      snprintf(printed, sizeof printed, "%d", (int)tenths);
    ck_assert_msg(strcmp(printed, cases[i].printed) == 0, "%s: %s", cases[i].survey, printed);
    trygg_table_free(table);
    trygg_responses_free(r);
  }
}
END_TEST

/* Net rates are printed beside gross counts: the overcoverage they imply is small and positive. */
START_TEST(net_rates_imply_the_overcoverage_that_is_not_printed) {
  static const struct {
    int64_t answers, sent, implied;
    double net;
  } cases[] = {{16971, 45000, 222, 0.379},
               {17578, 40000, 141, 0.441},
               {16756, 40000, 200, 0.421},
               {1669, 3520, 43, 0.48}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t counts[TG_DISPOSITIONS] = {0};
    double rates[TG_RATES], e;
    counts[TG_DISPOSITION_I] = cases[i].answers;
    counts[TG_DISPOSITION_NE] = cases[i].implied;
    counts[TG_DISPOSITION_UO] = cases[i].sent - cases[i].answers - cases[i].implied;
    tg_rates_compute(counts, rates, &e);
    ck_assert_msg(fabs(rates[TG_RATE_SVARSANDEL] - cases[i].net) < 0.0005, "%.17g",
                  rates[TG_RATE_SVARSANDEL]);
    ck_near(e, (double)cases[i].answers / (double)(cases[i].answers + cases[i].implied), 1e-15);
  }
}
END_TEST

/* The formulas of AAPOR's Standard Definitions on counts that make each rate different. */
START_TEST(aapor_rates_follow_their_definitions) {
  const int64_t counts[TG_DISPOSITIONS] = {500, 100, 150, 120, 30, 40, 60, 100};
  double rates[TG_RATES], e;
  tg_rates_compute(counts, rates, &e);
  ck_near(e, 900.0 / 1000.0, 1e-15);
  ck_near(rates[TG_RATE_RR1], 500.0 / 1000.0, 1e-15);
  ck_near(rates[TG_RATE_RR2], 600.0 / 1000.0, 1e-15);
  ck_near(rates[TG_RATE_RR3], 500.0 / 990.0, 1e-15);
  ck_near(rates[TG_RATE_RR4], 600.0 / 990.0, 1e-15);
  ck_near(rates[TG_RATE_RR5], 500.0 / 900.0, 1e-15);
  ck_near(rates[TG_RATE_RR6], 600.0 / 900.0, 1e-15);
  ck_near(rates[TG_RATE_SVARSANDEL], 600.0 / 1000.0, 1e-15);
  const int64_t nobody[TG_DISPOSITIONS] = {0}, unheard[TG_DISPOSITIONS] = {0, 0, 0, 0, 0, 0, 10, 0};
  tg_rates_compute(nobody, rates, &e);
  for (int rate = 0; rate < TG_RATES; rate++)
    ck_assert(isnan(rates[rate]));
  tg_rates_compute(unheard, rates, &e);
  ck_assert(isnan(e) && isnan(rates[TG_RATE_RR3]) && rates[TG_RATE_RR1] == 0);
}
END_TEST

static const texts statuses = {
    .settings = "form_id,closes,min_answered\nt,2024-02-01,1\n",
    .survey =
        "type,name,role\ninteger,year,wave\nselect_one town,kommun,stratum\nselect_one state,status,status\n"
        "date,day,date\ndecimal,w,weight\nselect_one yesno,q,\n",
    .choices =
        "list_name,name,disposition\ntown,0380,\ntown,0381,\nstate,1,I\nstate,2,P\nstate,3,R\nstate,4,NC\n"
        "state,5,O\nstate,6,UH\nstate,7,UO\nstate,8,NE\nyesno,1,\nyesno,2,\n"};
static const char status_data[] = "year,kommun,status,day,w,q\n"
                                  "2024,0380,1,2024-01-10,1,1\n2024,0380,1,2024-01-10,1,2\n"
                                  "2024,0380,2,2024-01-11,1,1\n2024,0380,3,,,\n2024,0380,8,,,\n"
                                  "2024,0381,1,2024-01-11,1,1\n2024,0381,1,2024-03-01,1,1\n" /* late */
                                  "2024,0381,1,2024-01-12,1,\n"                              /* too few */
                                  "2024,0381,4,,,\n2024,0381,5,,,\n2024,0381,6,,,\n2024,0381,7,,,\n"
                                  "2024,0381,,,,\n"; /* status unknown */

START_TEST(dispositions_of_records_give_rates_by_wave_and_stratum) {
  trygg_responses *r = load(&statuses, "d.csv", status_data);
  trygg_table *table = rates_of(r);
  static const char *const names[] = {"I", "P", "R", "NC", "O", "UH", "UO", "NE"};
  static const int expected[3][8] = {
      {3, 1, 2, 1, 2, 1, 2, 1}, {2, 1, 1, 0, 0, 0, 0, 1}, {1, 0, 1, 1, 2, 1, 2, 0}};
  ck_assert_uint_eq(trygg_table_rows(table), 3);
  for (size_t row = 0; row < 3; row++)
    for (size_t i = 0; i < 8; i++)
      ck_assert_msg(cell(table, row, names[i]) == expected[row][i], "row %d %s: %g", (int)row, names[i],
                    cell(table, row, names[i]));
  ck_assert_str_eq(trygg_table_text(table, 0, 0), "2024");
  ck_assert_str_eq(trygg_table_text(table, 0, 1), "");
  ck_assert_str_eq(trygg_table_text(table, 1, 1), "kommun");
  ck_assert_str_eq(trygg_table_text(table, 1, 2), "0380");
  ck_near(cell(table, 0, "rr2"), 4.0 / 12.0, 1e-15);
  ck_near(cell(table, 1, "rr1"), 2.0 / 4.0, 1e-15);
  trygg_table_free(table);
  ck_assert_int_eq(account(r, NULL, "2024", "response_rate", "rr1"), 3 + 2 + 1);
  ck_assert_int_eq(account(r, NULL, "2024", "disposition", "NE"), 1 + 1);
  trygg_responses_free(r);
}
END_TEST

START_TEST(answers_are_counted_by_day_and_missing_ones_have_a_share) {
  trygg_responses *r = load(&statuses, "d.csv", status_data);
  ck_assert_int_eq(account(r, NULL, "2024", "day", "2024-01-10"), 2);
  ck_assert_int_eq(account(r, NULL, "2024", "day", "2024-01-11"), 2);
  ck_assert_int_eq(account(r, NULL, "2024", "day", NULL), 4);
  trygg_responses_free(r);
  texts given = statuses;
  given.settings = NULL;
  r = load(&given, "d.csv", status_data);
  trygg_table *table = NULL;
  ck_ok(trygg_responses_account(r, &table, &error));
  int met = 0;
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    if (strcmp(trygg_table_text(table, row, 3), "q") == 0) {
      ck_assert_str_eq(trygg_table_text(table, row, 5), "no_answer");
      ck_near(cell(table, row, "share"), 1.0 / 6.0, 1e-15);
      met++;
    }
  ck_assert_int_eq(met, 1);
  trygg_table_free(table);
  trygg_responses_free(r);
}
END_TEST

START_TEST(what_was_sent_out_by_category_completes_the_records) {
  texts given = {
      .survey =
          "type,name,role\ninteger,year,wave\nselect_one town,kommun,\nselect_one sex,kon,\ndecimal,w,weight\n",
      .choices = "list_name,name\ntown,0380\ntown,0381\nsex,1\nsex,2\n",
      .sample = "wave,variables,category,disposition,count\n"
                "2024,kommun kon,0380 1,,10\n2024,kommun kon,380 2,,8\n2024,kommun kon,0381 1,,4\n"
                "2024,kommun kon,0380 1,NE,1\n2024,kommun kon,0380 1,R,3\n"
                "2020,kommun,0380,,5\n"};
  trygg_responses *r =
      load(&given, "d.csv", "year,kommun,kon,w\n2024,0380,1,1\n2024,380,1,1\n2024,0380,2,1\n2020,0380,1,1\n");
  trygg_table *table = rates_of(r);
  static const struct {
    const char *wave, *names, *category;
    int interviews, refusals, unknown, sample;
  } expected[] = {{"2020", "", "", 1, 0, 4, 5},
                  {"2020", "kommun", "0380", 1, 0, 4, 5},
                  {"2024", "", "", 3, 3, 15, 22},
                  {"2024", "kommun kon", "0380 1", 2, 3, 4, 10},
                  {"2024", "kommun kon", "0380 2", 1, 0, 7, 8},
                  {"2024", "kommun kon", "0381 1", 0, 0, 4, 4}};
  ck_assert_uint_eq(trygg_table_rows(table), 6);
  for (size_t row = 0; row < 6; row++) {
    ck_assert_str_eq(trygg_table_text(table, row, 0), expected[row].wave);
    ck_assert_str_eq(trygg_table_text(table, row, 1), expected[row].names);
    ck_assert_str_eq(trygg_table_text(table, row, 2), expected[row].category);
    ck_near(cell(table, row, "I"), expected[row].interviews, 0);
    ck_near(cell(table, row, "R"), expected[row].refusals, 0);
    ck_near(cell(table, row, "UO"), expected[row].unknown, 0);
    ck_near(cell(table, row, "sample"), expected[row].sample, 0);
  }
  ck_near(cell(table, 3, "svarsandel"), 2.0 / 9.0, 1e-15);
  trygg_table_free(table);
  trygg_responses_free(r);
}
END_TEST

START_TEST(no_rate_is_given_where_nothing_or_too_much_is_known) {
  trygg_responses *r = load_sent(NULL, 5);
  trygg_table *table = rates_of(r);
  ck_assert(isnan(cell(table, 0, "rr1")));
  ck_near(cell(table, 0, "I"), 5, 0);
  trygg_table_free(table);
  ck_assert_int_eq(account(r, NULL, NULL, "response_rate", NULL), -1);
  trygg_responses_free(r);
  r = load_sent("disposition,count\n,4\n", 5); /* more answers than letters */
  table = rates_of(r);
  ck_assert(isnan(cell(table, 0, "rr1")));
  int said = 0;
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    said |= strcmp(trygg_table_note_key(table, i), "sample_mismatch") == 0;
  ck_assert(said);
  trygg_table_free(table);
  trygg_responses_free(r);
  r = load_sent("disposition,count\n,10\nUO,4\n", 5); /* one is neither */
  table = rates_of(r);
  ck_assert(isnan(cell(table, 0, "rr1")));
  trygg_table_free(table);
  trygg_responses_free(r);
  r = load_sent("disposition,count\nUO,3\nNE,2\n", 5); /* without the whole: what is said adds up */
  table = rates_of(r);
  ck_near(cell(table, 0, "sample"), 10, 0);
  ck_near(cell(table, 0, "rr1"), 5.0 / 8.0, 1e-15);
  trygg_table_free(table);
  trygg_responses_free(r);
  ck_assert_int_eq(trygg_responses_rates(NULL, &table, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(table);
}
END_TEST

/* ---- records that were not accepted ------------------------------------------------------------------------------ */

static const texts twice = {.settings = "form_id,duplicates\nt,last\n",
                            .survey = "type,name,role\ntext,id,id\ndecimal,w,weight\ntext,s,\ntext,t,\n"};

static int append(void *user, const char *bytes, size_t length) {
  tg_text_append(user, bytes, length);
  return 0;
}

static int refuse_line(void *user, const char *bytes, size_t length) {
  (void)bytes;
  (void)length;
  return --*(int *)user < 0;
}

static trygg_responses *load_kept(const char *const *files, size_t count, int keep) {
  trygg_codebook *codebook = NULL;
  trygg_responses *r = NULL;
  const trygg_load_options options = {.size = sizeof options, .keep_rejected = keep};
  ck_ok(try_build(&twice, &codebook, &error));
  ck_ok(trygg_responses_load(codebook, files, count, &options, &r, &error));
  trygg_codebook_free(codebook);
  return r;
}

START_TEST(rejected_records_are_listed_and_written_as_they_were) {
  const char *folder = temporary_folder();
  const char *files[] = {
      write_text(folder, "a.csv", "id,w,s\n1,1,\"a,b\"\n2,,x\n3,1,\"say \"\"no\"\"\nplease\"\n4,1,y\n"),
      write_text(folder, "b.csv", "t;id;w\nz;3;1,5\nä;1;\nq;1;2\n")};
  trygg_responses *r = load_kept(files, 2, 1);
  trygg_table *table = NULL;
  ck_ok(trygg_responses_rejected(r, &table, &error));
  static const int lines[] = {2, 3, 4, 3};
  static const char *const reasons[] = {"", "no_weight", "", "no_weight"};
  ck_assert_uint_eq(trygg_table_rows(table), 4);
  for (size_t i = 0; i < 4; i++) {
    ck_assert_int_eq(trygg_table_integer(table, i, 1), lines[i]);
    ck_assert_str_eq(trygg_table_text(table, i, 2), *reasons[i] ? "rejected" : "duplicate");
    ck_assert_str_eq(trygg_table_text(table, i, 3), reasons[i]);
  }
  trygg_table_free(table);
  tg_text out = {0}, expected = {0};
  ck_ok(trygg_responses_write_rejected(r, NULL, append, &out, &error));
  tg_text_format(&expected,
                 "file,line,reason,id,w,s,t\r\n%s,2,duplicate,1,1,\"a,b\",\r\n%s,3,no_weight,2,,x,\r\n"
                 "%s,4,duplicate,3,1,\"say \"\"no\"\"\nplease\",\r\n%s,3,no_weight,1,,,ä\r\n",
                 files[0], files[0], files[0], files[1]);
  ck_assert_str_eq(out.bytes, expected.bytes);
  tg_text_free(&out);
  tg_text_free(&expected);
  /* What takes the lines may fail at any of them. */
  for (int left = 0; left < 5; left++) {
    int lines_left = left;
    ck_assert_int_eq(trygg_responses_write_rejected(r, NULL, refuse_line, &lines_left, &error), TRYGG_EIO);
  }
  trygg_status status = TRYGG_ENOMEM;
  for (long tries = 0; status == TRYGG_ENOMEM; tries++) {
    tg_memory_fail(tries, 0);
    int enough = 5;
    status = trygg_responses_write_rejected(r, NULL, refuse_line, &enough, &error);
    tg_memory_fail(-1, 0);
  }
  ck_ok(status);
  /* A file that is another by now is not taken for the one that was loaded. */
  write_text(folder, "a.csv", "id,w,s\n1,1,x\n");
  tg_text rest = {0};
  ck_assert_int_eq(trygg_responses_write_rejected(r, NULL, append, &rest, &error), TRYGG_EDATA);
  ck_assert_int_eq((int)error.line, 3);
  tg_text_free(&rest);
  trygg_responses_free(r);
}
END_TEST

START_TEST(rejected_records_are_kept_only_where_that_was_asked) {
  const char *file = write_text(temporary_folder(), "a.csv", "id,w\n1,1\n1,1\n");
  trygg_responses *r = load_kept(&file, 1, 0);
  trygg_table *table = NULL;
  int lines = 9;
  ck_assert_int_eq(trygg_responses_rejected(r, &table, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "keep_rejected"));
  ck_assert_ptr_null(table);
  ck_assert_int_eq(trygg_responses_write_rejected(r, NULL, refuse_line, &lines, &error), TRYGG_EINVAL);
  trygg_responses_free(r);
  /* None rejected: a header alone. */
  file = write_text(temporary_folder(), "a.csv", "id,w\n1,1\n2,1\n");
  r = load_kept(&file, 1, 1);
  tg_text out = {0};
  ck_ok(trygg_responses_write_rejected(r, NULL, append, &out, &error));
  ck_assert_str_eq(out.bytes, "file,line,reason\r\n");
  tg_text_free(&out);
  trygg_responses_free(r);
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------------------------- */

static trygg_status whole_way(void) {
  texts given = statuses;
  given.files = "file,kommun\nd*,0380\n";
  given.recodes = "variable,from,codes,to,wave\nq,q_old,1,2,2024\nq,q_old,,,\nstatus,,1..8,1,\n";
  given.sample = "wave,variables,category,disposition,count\n2024,kommun,0380,,10\n2024,kommun,0380,NE,1\n";
  trygg_responses *responses = NULL;
  trygg_table *rates = NULL, *table = NULL;
  trygg_status status = try_load(
      &given, "d.csv", "year,status,day,w,q_old\n2024,1,2024-01-01,1,1\n2024,2,2024-01-02,1,7\n", &responses);
  if (status == TRYGG_OK)
    status = trygg_responses_rates(responses, &rates, &error);
  if (status == TRYGG_OK)
    status = trygg_responses_account(responses, &table, &error);
  ck_assert(status == TRYGG_OK || !table);
  trygg_table_free(rates);
  trygg_table_free(table);
  trygg_responses_free(responses);
  return status;
}

START_TEST(memory_that_runs_out_is_said_and_leaks_nothing) {
  trygg_status status = TRYGG_ENOMEM;
  long tries = 0;
  for (; status == TRYGG_ENOMEM; tries++) {
    tg_memory_fail(tries, 0);
    status = whole_way();
    tg_memory_fail(-1, 0);
  }
  ck_ok(status);
  ck_assert_int_gt(tries, 200);
}
END_TEST

static Suite *fieldwork_suite(void) {
  Suite *suite = suite_create("fieldwork");
  TCase *tests = tcase_create("fieldwork");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, patterns_match_the_last_part_or_the_whole_path);
  tcase_add_test(tests, constants_of_a_file_are_values_of_its_records);
  tcase_add_test(tests, the_table_says_how_a_file_is_written);
  tcase_add_test(tests, the_table_says_what_the_bytes_mean);
  tcase_add_test(tests, a_constant_that_is_a_column_too_is_refused);
  tcase_add_test(tests, a_file_that_no_pattern_matches_is_warned_of);
  tcase_add_test(tests, constants_are_the_same_on_every_way_of_reading);
  tcase_add_test(tests, constants_are_no_answers);
  tcase_add_test(tests, the_first_row_that_matches_wins);
  tcase_add_test(tests, what_no_row_matches_is_missing_and_counted);
  tcase_add_test(tests, codes_match_as_text_before_they_match_as_numbers);
  tcase_add_test(tests, an_empty_to_empties_the_cell_and_a_kind_stands_for_itself);
  tcase_add_test(tests, a_row_without_codes_and_to_leaves_the_rest_as_it_is);
  tcase_add_test(tests, questions_that_changed_names_are_read_by_wave);
  tcase_add_test(tests, rows_of_one_file_do_not_touch_another);
  tcase_add_test(tests, police_areas_and_age_bands_are_made_from_other_columns);
  tcase_add_test(tests, a_recoded_wave_decides_which_rows_are_for_a_record);
  tcase_add_test(tests, each_code_of_a_select_multiple_is_recoded);
  tcase_add_test(tests, recoded_answers_count_as_answers);
  tcase_add_test(tests, arrays_are_recoded_like_files);
  tcase_add_test(tests, eight_municipalities_pooled_equal_the_same_data_by_hand);
  tcase_add_test(tests, published_response_rates_come_out_as_printed);
  tcase_add_test(tests, net_rates_imply_the_overcoverage_that_is_not_printed);
  tcase_add_test(tests, aapor_rates_follow_their_definitions);
  tcase_add_test(tests, dispositions_of_records_give_rates_by_wave_and_stratum);
  tcase_add_test(tests, answers_are_counted_by_day_and_missing_ones_have_a_share);
  tcase_add_test(tests, what_was_sent_out_by_category_completes_the_records);
  tcase_add_test(tests, no_rate_is_given_where_nothing_or_too_much_is_known);
  tcase_add_test(tests, rejected_records_are_listed_and_written_as_they_were);
  tcase_add_test(tests, rejected_records_are_kept_only_where_that_was_asked);
  tcase_add_test(tests, memory_that_runs_out_is_said_and_leaks_nothing);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(fieldwork_suite());
}
