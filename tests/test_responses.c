/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to typed columns: codes, faults with their place, duplicates, waves, the account. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/responses.h>

static trygg_error error;

/* ---- small surveys ------------------------------------------------------------------------- */

static const char survey_csv[] = "type,name,label,role,missing,empty\n"
                                 "text,id,,id,,\n"
                                 "text,wave,,wave,,\n"
                                 "text,stratum,,stratum,,\n"
                                 "decimal,w,,weight,,\n"
                                 "select_one area,area,,domain,,\n"
                                 "select_one scale,q1,,,88=dont_know 99=refused,\n"
                                 "select_one scale,q2,,,,not_applicable\n"
                                 "select_multiple crime,crimes,,,99=no_answer,\n"
                                 "integer,age,,,999=refused,\n"
                                 "decimal,money,,,,\n"
                                 "text,note,,,-=no_answer,\n"
                                 "date,day,,,,\n";
static const char choices_csv[] = "list_name,name,label,missing,score\n"
                                  "area,0380,Uppsala,,\narea,0381,Enkoping,,\n"
                                  "scale,1,Never,,10\nscale,2,Seldom,,\nscale,3,Often,,30\n"
                                  "crime,theft,,,\ncrime,fraud,,,\ncrime,threat,,,\n";
static const char header[] = "id,wave,stratum,w,area,q1,q2,crimes,age,money,note,day\n";

typedef struct survey {
  const char *settings, *survey, *choices, *indicators, *waves, *derived;
} survey;

static trygg_codebook *build(const survey *texts) {
  static const survey none;
  trygg_codebook *codebook = NULL;
  texts = texts ? texts : &none;
  const struct {
    const char *table, *text;
  } tables[] = {{"settings", texts->settings ? texts->settings : "form_title,form_id,version\nTest,test,1\n"},
                {"survey", texts->survey ? texts->survey : survey_csv},
                {"choices", texts->choices ? texts->choices : choices_csv},
                {"indicators", texts->indicators},
                {"waves", texts->waves},
                {"derived", texts->derived}};
  ck_ok(trygg_codebook_create(&codebook, &error));
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
    if (tables[i].text)
      ck_ok(
          trygg_codebook_add_csv(codebook, tables[i].table, tables[i].text, strlen(tables[i].text), &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  return codebook;
}

static trygg_status load_options(const survey *texts, const char *data, const trygg_load_options *options,
                                 trygg_responses **out) {
  trygg_codebook *codebook = build(texts);
  trygg_status status =
      trygg_responses_load_memory(codebook, "data.csv", data, strlen(data), options, out, &error);
  trygg_codebook_free(codebook);
  return status;
}

static trygg_responses *load(const survey *texts, const char *data) {
  trygg_responses *responses = NULL;
  ck_ok(load_options(texts, data, NULL, &responses));
  return responses;
}

/* The load must fail at a place, with a word in the message. */
static void refuse(const survey *texts, const char *data, trygg_status status, int line, int column,
                   const char *word) {
  trygg_responses *responses = (trygg_responses *)&error;
  memset(&error, 0, sizeof error);
  trygg_status met = load_options(texts, data, NULL, &responses);
  ck_assert_msg(met == status, "status %d, expected %d: %s", (int)met, (int)status, error.message);
  ck_assert_ptr_null(responses);
  ck_assert_msg(error.line == line && error.column == column, "%lld:%d, expected %d:%d: %s",
                (long long)error.line, (int)error.column, line, column, error.message);
  ck_assert_msg(strstr(error.message, word) != NULL, "%s", error.message);
  ck_assert_str_eq(error.file, "data.csv");
}

static const tg_column *column(const trygg_responses *responses, const char *name) {
  size_t variable = tg_codebook_find_variable(responses->codebook, name, strlen(name));
  ck_assert_uint_ne(variable, TG_NONE);
  return &responses->columns[variable];
}

/* A value as text: a code, a number, a text, or its missing kind in brackets. */
static const char *shown(const trygg_responses *responses, const char *name, size_t record) {
  static char out[8][80];
  static size_t next;
  char *text = out[next++ % 8];
  const tg_column *c = column(responses, name);
  tg_missing missing = tg_column_missing(c, record);
  if (missing != TG_VALID)
    tg_text_print(text, 80, "(%s)", tg_missing_name(missing));
  else if (c->kind == TG_COLUMN_TEXT)
    tg_text_print(text, 80, "%s", c->dictionary.texts[c->values.text[record]]);
  else if (c->kind == TG_COLUMN_NUMBER) {
    tg_text number = {0};
    tg_text_number(&number, c->values.number[record]);
    tg_text_print(text, 80, "%s", number.bytes);
    tg_text_free(&number);
  } else if (c->kind == TG_COLUMN_MASK) {
    text[0] = '\0';
    for (size_t i = 0; i < c->variable->code_count; i++)
      if (c->values.mask[record] >> i & 1)
        tg_text_print(text + strlen(text), 80 - strlen(text), "%s%s", text[0] ? " " : "",
                      c->variable->codes[i].text);
  } else
    tg_text_print(text, 80, "%s", c->variable->codes[tg_column_code(c, record)].text);
  return text;
}

#define ck_value(responses, name, record, expected) ck_assert_str_eq(shown(responses, name, record), expected)

/* Count in the account's row; -1 when there is no such row.  NULL matches anything and sums. */
static int64_t account(const trygg_responses *responses, const char *wave, const char *stratum,
                       const char *variable, const char *what, const char *reason) {
  trygg_table *table = NULL;
  int64_t sum = -1;
  const char *wanted[] = {NULL, wave, stratum, variable, what, reason};
  ck_ok(trygg_responses_account(responses, &table, &error));
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    int same = 1;
    for (size_t i = 0; i < 6; i++)
      same &= !wanted[i] || strcmp(trygg_table_text(table, row, i), wanted[i]) == 0;
    if (same)
      sum = (sum < 0 ? 0 : sum) + trygg_table_integer(table, row, 6);
  }
  trygg_table_free(table);
  return sum;
}

/* read = accepted + duplicates + rejected, and accepted is what there is. */
static void check_sums(const trygg_responses *responses) {
  int64_t accepted = account(responses, NULL, NULL, "", "accepted", NULL);
  int64_t duplicates = account(responses, NULL, NULL, "", "duplicate", NULL);
  int64_t rejected = account(responses, NULL, NULL, "", "rejected", NULL);
  ck_assert_int_eq(accepted, (int64_t)trygg_responses_count(responses));
  ck_assert_int_eq(account(responses, NULL, NULL, "", "read", NULL),
                   accepted + (duplicates < 0 ? 0 : duplicates) + (rejected < 0 ? 0 : rejected));
}

/* ---- codes and cells ----------------------------------------------------------------------------- */

START_TEST(cells_become_codes_numbers_and_missing_kinds) {
  char data[2000];
  tg_text_print(data, sizeof data, "%s%s", header,
                "a,2024,s,1.5,0380,1,3,theft threat,34,1.25,\"x, y\",2024-03-01\n"
                "b,2024,s,2,0381,88,,fraud,999,,,\n"
                "c,2024,s,1,381,99,#NULL!,99,NA,.,-,2024-03-01 12:30\n"
                "d,2024,s,1,9999,7,1.0,arson theft,3.5,x, plain ,2024-13-01\n"
                "e,2024,s,1,\xC2\xA0"
                "0380\xC2\xA0,\" 2 \",2,,1e2,-3,NA,\n");
  trygg_responses *r = load(NULL, data);
  static const struct {
    const char *variable, *values[5];
  } expected[] = {
      {"area", {"0380", "0381", "0381", "(unknown_code)", "0380"}},
      {"q1", {"1", "(dont_know)", "(refused)", "(unknown_code)", "2"}},
      {"q2", {"3", "(not_applicable)", "(not_applicable)", "1", "2"}},
      {"crimes", {"theft threat", "fraud", "(no_answer)", "(unknown_code)", "(no_answer)"}},
      {"age", {"34", "(refused)", "(no_answer)", "(unknown_code)", "100"}},
      {"money", {"1.25", "(no_answer)", "(no_answer)", "(unknown_code)", "-3"}},
      {"note", {"x, y", "(no_answer)", "(no_answer)", "plain", "(no_answer)"}},
      {"day", {"19783", "(no_answer)", "19783", "(unknown_code)", "(no_answer)"}},
      {"w", {"1.5", "2", "1", "1", "1"}},
      {"id", {"(not_asked)", "(not_asked)", "(not_asked)", "(not_asked)", "(not_asked)"}},
  };
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
    for (size_t k = 0; k < 5; k++)
      ck_value(r, expected[i].variable, k, expected[i].values[k]);
  ck_assert_int_eq(account(r, "2024", NULL, "area", "recoded_by_number", NULL), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "q2", "recoded_by_number", NULL), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "area", "unknown_code", "9999"), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "area", "unknown_code", NULL), 1); /* listed once, not again */
  ck_assert_int_eq(account(r, "2024", NULL, "q1", "unknown_code", "7"), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "crimes", "unknown_code", "(text)"), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "age", "unknown_code", "3.5"), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "q1", "missing", "dont_know"), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "q2", "missing", "not_applicable"), 2);
  ck_assert_int_eq(account(r, "2024", NULL, "note", "missing", "no_answer"), 3);
  check_sums(r);
  /* scores before numbers; a code that is a word has none */
  ck_near(tg_column_number(column(r, "q1"), 0), 10, 0);
  ck_near(tg_column_number(column(r, "q1"), 4), 2, 0);
  ck_assert_int_eq(tg_missing_of(tg_column_number(column(r, "q1"), 1)), TG_DONT_KNOW);
  ck_near(tg_column_number(column(r, "area"), 0), 380, 0);
  trygg_responses_free(r);
}
END_TEST

START_TEST(labels_are_answers_where_the_settings_say_so) {
  survey texts = {.settings = "form_title,form_id,version,answers\nT,t,1,labels\n",
                  .survey = "type,name,role\ndecimal,w,weight\nselect_one scale,q1,\n"};
  trygg_responses *r = load(&texts, "w,q1\n1,Never\n1,Often\n1,2\n1,often\n");
  ck_value(r, "q1", 0, "1");
  ck_value(r, "q1", 1, "3");
  ck_value(r, "q1", 2, "2");
  ck_value(r, "q1", 3, "(unknown_code)");
  trygg_responses_free(r);
}
END_TEST

START_TEST(decimal_commas_are_read_as_the_delimiter_allows) {
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\ndecimal,x,\nselect_one scale,q1,\n"};
  trygg_responses *r = load(&texts, "w;x;q1\n1,5;-0,25;1,0\n2.5;3;2\n");
  ck_value(r, "w", 0, "1.5");
  ck_value(r, "x", 0, "-0.25");
  ck_value(r, "q1", 0, "1");
  ck_value(r, "w", 1, "2.5");
  trygg_responses_free(r);
  refuse(&texts, "w,x,q1\n\"1,5\",2,1\n", TRYGG_EDATA, 2, 1, "decimal point");
  trygg_load_options options = {.size = sizeof options, .decimal = ','};
  ck_ok(load_options(&texts, "w,x,q1\n\"1,5\",\"2,5\",1\n", &options, &r));
  ck_value(r, "w", 0, "1.5");
  trygg_responses_free(r);
  ck_assert_int_eq(load_options(&texts, "w;x;q1\n1.5;2;1\n", &options, &r), TRYGG_EDATA);
}
END_TEST

START_TEST(dialects_give_the_same_responses) {
  static const char *const texts[] = {
      "w,area,note\n1,0380,\xC3\xA5\n2,0381,x\n", "w;area;note\r\n1;0380;\xC3\xA5\r\n2;0381;x\r\n",
      "w\tarea\tnote\r1\t0380\t\xC3\xA5\r2\t0381\tx", "sep=;\nw;area;note\n1,0;0380;\xE5\n2;0381;x\n\x1a",
      "\xEF\xBB\xBF\"w\",\"area\",\"note\"\n\"1\",\"0380\",\"\xC3\xA5\"\n2,0381,x\n"};
  survey about = {.survey = "type,name,role\ndecimal,w,weight\nselect_one area,area,\ntext,note,\n"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    trygg_responses *r = load(&about, texts[i]);
    ck_assert_uint_eq(trygg_responses_count(r), 2);
    ck_value(r, "w", 0, "1");
    ck_value(r, "area", 0, "0380");
    ck_value(r, "note", 0, "å");
    ck_value(r, "note", 1, "x");
    trygg_responses_free(r);
  }
}
END_TEST

/* ---- faults of the file ------------------------------------------------------------------------------ */

START_TEST(faults_of_the_file_have_line_and_column) {
  survey texts = {.survey = "type,name,role\ntext,id,id\ndecimal,w,weight\nselect_one scale,q1,\n"};
  refuse(&texts, "id,w,q1\na,1,1\nb,1\n", TRYGG_EPARSE, 3, 0, "2 fields, the header 3");
  refuse(&texts, "id,w,q1\na,1,1,1\n", TRYGG_EPARSE, 2, 0, "4 fields, the header 3");
  refuse(&texts, "id,w,q1\n\"a\nb\",1,1\n\nc\n", TRYGG_EPARSE, 5, 0, "1 field, the header 3");
  refuse(&texts, "id,w,q1\na,1,\"1\n", TRYGG_EPARSE, 2, 3, "never closed");
  refuse(&texts, "id,w,q1,w\na,1,1,1\n", TRYGG_EPARSE, 1, 4, "same name");
  refuse(&texts, "id,,q1\na,1,1\n", TRYGG_EPARSE, 1, 2, "no name");
  refuse(&texts, "", TRYGG_EPARSE, 0, 0, "is empty");
  refuse(&texts, "id,w,q1\n", TRYGG_EDATA, 0, 0, "no record was accepted of 0");
  refuse(&texts, "id,weight,q1\na,1,1\n", TRYGG_ENAME, 1, 0, "no column `w`");
  ck_assert_str_eq(error.field, "w");
  refuse(&texts, "idd,w,q1\na,1,1\n", TRYGG_ENAME, 1, 0, "is it the column `idd`?");
  refuse(&texts, "id;w;q1\na;1;1\nb;-1;1\n", TRYGG_EDATA, 3, 2, "negative weight");
  ck_assert_str_eq(error.field, "w");
  refuse(&texts, "id,q1,w\na,1,x\n", TRYGG_EDATA, 2, 3, "no number");
  refuse(&texts, "id,w,q1\na,,1\nb,,1\n", TRYGG_EDATA, 0, 0, "of 2 read: no_weight 2");
}
END_TEST

START_TEST(every_role_of_the_design_must_be_in_the_data) {
  static const char *const roles[] = {"id", "wave", "weight", "stratum", "cluster", "fpc", "status"};
  for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
    char text[200];
    tg_text_print(text, sizeof text, "type,name,role\n%s,x,%s\nselect_one scale,q1,\n",
                  strcmp(roles[i], "status") == 0 ? "select_one st" : "integer", roles[i]);
    survey texts = {.survey = text, .choices = "list_name,name,disposition\nscale,1,\nst,1,I\n"};
    refuse(&texts, "q1\n1\n", TRYGG_ENAME, 1, 0, roles[i]);
  }
}
END_TEST

START_TEST(strict_numbers_are_refused_and_others_counted) {
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\ninteger,fpc,fpc\ndecimal,hw,\n"
                            "select_one scale,q1,\n",
                  .indicators = "name,type,variable,numerator,weight\ni,share,q1,1,hw\n"};
  refuse(&texts, "w,fpc,hw,q1\n1,many,1,1\n", TRYGG_EDATA, 2, 2, "no number");
  refuse(&texts, "w,fpc,hw,q1\n1,1,-1,1\n", TRYGG_EDATA, 2, 3, "negative weight");
  refuse(&texts, "w,fpc,hw,q1\n1,1,x,1\n", TRYGG_EDATA, 2, 3, "no number");
  trygg_responses *r = load(&texts, "w,fpc,hw,q1\n1,100,,1\n0,100,3,1\n,100,3,1\n");
  ck_assert_uint_eq(trygg_responses_count(r), 2); /* zero is kept, empty is not */
  ck_value(r, "hw", 0, "(no_answer)");
  ck_value(r, "w", 1, "0");
  ck_assert_int_eq(account(r, NULL, NULL, "", "rejected", "no_weight"), 1);
  check_sums(r);
  trygg_responses_free(r);
}
END_TEST

START_TEST(options_and_arguments_are_checked) {
  trygg_codebook *codebook = build(NULL);
  trygg_responses *r = NULL;
  trygg_load_options options = {.size = sizeof options, .delimiter = 'x'};
  const char *files[] = {"/nowhere/data.csv"};
  ck_assert_int_eq(trygg_responses_load(NULL, files, 1, NULL, &r, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_load(codebook, NULL, 1, NULL, &r, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_load(codebook, files, 0, NULL, &r, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_load(codebook, files, 1, NULL, NULL, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_load(codebook, files, 1, &options, &r, &error), TRYGG_EINVAL);
  options = (trygg_load_options){.size = sizeof options, .decimal = ';'};
  ck_assert_int_eq(trygg_responses_load(codebook, files, 1, &options, &r, &error), TRYGG_EINVAL);
  options = (trygg_load_options){.size = 0};
  ck_assert_int_eq(trygg_responses_load(codebook, files, 1, &options, &r, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_load(codebook, files, 1, NULL, &r, &error), TRYGG_EIO);
  ck_assert_str_eq(error.file, "/nowhere/data.csv");
  ck_assert_ptr_null(r);
  ck_assert_int_eq(trygg_responses_load(codebook, files, 1, NULL, &r, NULL), TRYGG_EIO);
  trygg_codebook_free(codebook);
  trygg_responses_free(NULL);
  ck_assert_uint_eq(trygg_responses_count(NULL), 0);
  ck_assert_ptr_null(trygg_responses_wave(NULL, 0));
}
END_TEST

START_TEST(limits_reach_the_reader) {
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\ntext,note,\n"};
  trygg_load_options options = {.size = sizeof options, .max_field = 5};
  trygg_responses *r;
  ck_assert_int_eq(load_options(&texts, "w,note\n1,123456\n", &options, &r), TRYGG_ELIMIT);
  options = (trygg_load_options){.size = sizeof options, .max_columns = 1};
  ck_assert_int_eq(load_options(&texts, "w,note\n1,1\n", &options, &r), TRYGG_ELIMIT);
  options = (trygg_load_options){.size = sizeof options, .max_record = 8};
  ck_assert_int_eq(load_options(&texts, "w,note\n1,1234567\n", &options, &r), TRYGG_ELIMIT);
  options = (trygg_load_options){.size = sizeof options, .max_bytes = 8};
  ck_assert_int_eq(load_options(&texts, "w,note\n1,1234567\n", &options, &r), TRYGG_ELIMIT);
}
END_TEST

/* ---- which records -------------------------------------------------------------------------------------- */

START_TEST(only_interviews_are_accepted) {
  survey texts = {
      .survey = "type,name,role\ndecimal,w,weight\nselect_one status,st,status\n",
      .choices = "list_name,name,label,disposition\nstatus,1,,I\nstatus,2,,P\nstatus,3,,R\nstatus,4,,NC\n"
                 "status,5,,NE\nstatus,6,,UH\nstatus,7,,UO\nstatus,8,,O\n"};
  /* outside the sample the weight does not matter */
  trygg_responses *r = load(&texts, "w,st\n1,1\n1,2\n,3\n-1,4\nx,5\n1,6\n1,7\n1,8\n1,9\n1,\n");
  ck_assert_uint_eq(trygg_responses_count(r), 2);
  static const char *const reasons[] = {"R", "NC", "NE", "UH", "UO", "O"};
  for (size_t i = 0; i < 6; i++) {
    char reason[40];
    tg_text_print(reason, sizeof reason, "disposition_%s", reasons[i]);
    ck_assert_int_eq(account(r, NULL, NULL, "", "rejected", reason), 1);
  }
  ck_assert_int_eq(account(r, NULL, NULL, "", "rejected", "disposition_unknown"), 2);
  check_sums(r);
  trygg_responses_free(r);
}
END_TEST

START_TEST(late_answers_are_rejected_by_wave) {
  survey texts = {.settings = "form_title,form_id,version,closes\nT,t,1,2023=2023-12-01 2024-12-01\n",
                  .survey = "type,name,role\ndecimal,w,weight\ninteger,y,wave\ndate,d,date\n"};
  trygg_responses *r = load(&texts, "w,y,d\n1,2023,2023-12-01\n1,2023,2023-12-02\n1,2024,2024-12-01T23:59\n"
                                    "1,2024,2024-12-02\n1,2024,\n1,2024,unknown\n");
  ck_assert_uint_eq(trygg_responses_count(r), 4);
  ck_assert_int_eq(account(r, "2023", NULL, "", "rejected", "late"), 1);
  ck_assert_int_eq(account(r, "2024", NULL, "", "rejected", "late"), 1);
  check_sums(r);
  trygg_responses_free(r);
  survey no_date = texts;
  no_date.survey = "type,name,role\ndecimal,w,weight\ninteger,y,wave\ndate,d,date\ninteger,x,\n";
  refuse(&no_date, "w,y,x\n1,2023,1\n", TRYGG_ENAME, 1, 0, "date");
}
END_TEST

START_TEST(partial_answers_are_rejected) {
  static const char about[] =
      "type,name,role,missing,empty\ndecimal,w,weight,,\nselect_one scale,a,,88=dont_know,\n"
      "select_one scale,b,,,\nselect_one scale,c,,,\nselect_one scale,d,,,\ninteger,age,,,\n"
      "select_one area,area,domain,,\n";
  static const char data[] =
      "w,a,b,c,d,age,area\n1,1,1,1,1,30,0380\n1,88,9,,,,0380\n1,1,,,,,0380\n1,,,,,,0380\n";
  static const struct {
    const char *least;
    size_t accepted;
  } cases[] = {{"0", 4}, {"0.4", 2}, {"0.41", 1}, {"0.2", 3}, {"1", 1}, {"2", 2}, {"3", 1}, {"5", 1}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char settings[200];
    tg_text_print(settings, sizeof settings, "form_title,form_id,version,min_answered\nT,t,1,%s\n",
                  cases[i].least);
    survey texts = {.settings = settings, .survey = about};
    trygg_responses *r = load(&texts, data);
    ck_assert_msg(trygg_responses_count(r) == cases[i].accepted, "%s: %zu", cases[i].least,
                  trygg_responses_count(r));
    if (cases[i].accepted < 4)
      ck_assert_int_eq(account(r, NULL, NULL, "", "rejected", "too_few_answers"),
                       4 - (int64_t)cases[i].accepted);
    check_sums(r);
    trygg_responses_free(r);
  }
}
END_TEST

/* 0.28 * 25 is a little more than 7 in binary. */
START_TEST(a_share_of_the_questions_is_no_trap) {
  tg_text about = {0}, data = {0};
  tg_text_put(&about, "type,name,role\ndecimal,w,weight\n");
  tg_text_put(&data, "w");
  for (int i = 0; i < 25; i++) {
    tg_text_format(&about, "select_one scale,q%d,\n", i);
    tg_text_format(&data, ",q%d", i);
  }
  for (int answered = 6; answered <= 8; answered++) {
    tg_text_put(&data, "\n1");
    for (int i = 0; i < 25; i++)
      tg_text_put(&data, i < answered ? ",1" : ",");
  }
  survey texts = {.settings = "form_title,form_id,version,min_answered\nT,t,1,0.28\n", .survey = about.bytes};
  trygg_responses *r = load(&texts, data.bytes);
  ck_assert_uint_eq(trygg_responses_count(r), 2);
  trygg_responses_free(r);
  tg_text_free(&about);
  tg_text_free(&data);
}
END_TEST

START_TEST(duplicates_are_refused_by_default) {
  survey texts = {.survey = "type,name,role\ntext,a,id\ntext,b,id\ntext,y,wave\ndecimal,w,weight\n"};
  refuse(&texts, "a,b,y,w\n1,2,2023,1\n1,2,2024,1\n1,3,2024,1\n1,2,2024,1\n", TRYGG_EDATA, 5, 0, "line 3");
  ck_assert_str_eq(error.field, "id");
  /* several ids combine; wave counts; ids are texts; an empty id is nobody's */
  trygg_responses *r =
      load(&texts, "a,b,y,w\n1,23,2024,1\n12,3,2024,1\n01,23,2024,1\n1,23,2023,1\n,3,2024,1\n,3,2024,1\n"
                   "NA,3,2024,1\n");
  ck_assert_uint_eq(trygg_responses_count(r), 7);
  trygg_responses_free(r);
}
END_TEST

static const char duplicates_survey[] =
    "type,name,role\ntext,id,id\ndecimal,w,weight\ntext,s,source\ninteger,x,\n"
    "select_one scale,q1,\nselect_one scale,q2,\n";
static const char duplicates_data[] =
    "id,w,s,x,q1,q2\np,1,paper,1,1,\nq,1,web,2,1,1\np,1,web,3,1,3\nr,1,web,4,,\n"
    "q,1,paper,5,1,2\np,1,phone,6,,\np,1,paper,7,3,3\n";

static void check_kept(const char *mode, const char *expected) {
  char settings[200];
  tg_text kept = {0};
  tg_text_print(settings, sizeof settings, "form_title,form_id,version,duplicates\nT,t,1,\"%s\"\n", mode);
  survey texts = {.settings = settings, .survey = duplicates_survey};
  trygg_responses *r = load(&texts, duplicates_data);
  for (size_t i = 0; i < trygg_responses_count(r); i++)
    tg_text_put(&kept, shown(r, "x", i));
  ck_assert_msg(strcmp(kept.bytes, expected) == 0, "%s keeps %s, expected %s", mode, kept.bytes, expected);
  ck_assert_int_eq(account(r, NULL, NULL, "", "duplicate", NULL), 7 - (int64_t)strlen(expected));
  check_sums(r);
  tg_text_free(&kept);
  trygg_responses_free(r);
}

START_TEST(duplicates_are_kept_as_the_settings_say) {
  check_kept("first", "124");
  check_kept("last", "457");
  check_kept("complete", "234");
  check_kept("source:web,paper", "234");
  check_kept("source:phone", "246");
  check_kept("source:paper", "145");
}
END_TEST

START_TEST(removing_duplicates_keeps_every_column_in_step) {
  survey texts = {.settings = "form_title,form_id,version,duplicates\nT,t,1,last\n"};
  tg_text data = {0};
  tg_text_put(&data, header);
  for (int i = 0; i < 3000; i++) /* every third id comes again */
    tg_text_format(&data, "%d,%d,s%d,%d,038%d,%d,%d,%s,%d,%d.5,n%d,2024-01-%d\n", i % 3 == 2 ? i - 1 : i,
                   2020 + i / 1500, i % 7, i + 1, i % 2, i % 3 + 1, i % 4, i % 2 ? "theft" : "fraud threat",
                   i % 90, i, i, i % 9 + 10);
  trygg_responses *r = load(&texts, data.bytes);
  ck_assert_uint_eq(trygg_responses_count(r), 2000);
  for (size_t k = 0; k < 2000; k++) {
    int i = (int)tg_column_number(column(r, "w"), k) - 1;
    char text[40];
    ck_assert_int_ne(i % 3, 1);
    ck_near(tg_column_number(column(r, "money"), k), i + 0.5, 0);
    ck_near(tg_column_number(column(r, "age"), k), i % 90, 0);
    tg_text_print(text, sizeof text, "n%d", i);
    ck_value(r, "note", k, text);
    tg_text_print(text, sizeof text, "s%d", i % 7);
    ck_value(r, "stratum", k, text);
    tg_text_print(text, sizeof text, "038%d", i % 2);
    ck_value(r, "area", k, text);
    ck_value(r, "q2", k, i % 4 == 0 ? "(unknown_code)" : i % 4 == 1 ? "1" : i % 4 == 2 ? "2" : "3");
    ck_value(r, "crimes", k, i % 2 ? "theft" : "fraud threat");
  }
  /* unknown codes are counted of the kept records only, in their wave */
  ck_assert_int_eq(account(r, "2020", NULL, "q2", "unknown_code", "0"), 250);
  ck_assert_int_eq(account(r, "2021", NULL, "q2", "unknown_code", "0"), 250);
  ck_assert_int_eq(account(r, NULL, NULL, "", "duplicate", NULL), 1000);
  ck_assert_uint_eq(r->waves[0].count, 1000);
  ck_assert_uint_eq(r->waves[1].count, 1000);
  check_sums(r);
  trygg_responses_free(r);
  tg_text_free(&data);
}
END_TEST

/* ---- waves and files ---------------------------------------------------------------------------------------- */

START_TEST(waves_are_sorted_by_time_or_else_by_code) {
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\ntext,y,wave\n"};
  trygg_responses *r = load(&texts, "w,y\n1,2024\n1,2020\n1,\n1,2024\n1,2022\n");
  ck_assert_uint_eq(trygg_responses_waves(r), 3);
  ck_assert_str_eq(trygg_responses_wave(r, 0), "2020");
  ck_assert_str_eq(trygg_responses_wave(r, 2), "2024");
  ck_assert_ptr_null(trygg_responses_wave(r, 3));
  ck_near(r->waves[1].time, 2022, 0);
  ck_assert_uint_eq(r->waves[2].count, 2);
  ck_assert_uint_eq(r->wave[0], 2);
  ck_assert_uint_eq(r->wave[1], 0);
  ck_assert_int_eq(account(r, "", NULL, "", "rejected", "no_wave"), 1);
  check_sums(r);
  trygg_responses_free(r);
  texts.waves = "wave,time,label\nb,2019.5,\na,2021,\n";
  r = load(&texts, "w,y\n1,a\n1,b\n");
  ck_assert_str_eq(trygg_responses_wave(r, 0), "b");
  ck_near(r->waves[0].time, 2019.5, 0);
  trygg_responses_free(r);
  texts.waves = NULL;
  r = load(&texts, "w,y\n1,b\n1,a\n1,2020\n");
  ck_assert_str_eq(trygg_responses_wave(r, 0), "2020");
  ck_assert_str_eq(trygg_responses_wave(r, 1), "a");
  ck_assert(isnan(r->waves[1].time));
  trygg_responses_free(r);
}
END_TEST

START_TEST(without_a_wave_variable_there_is_one_wave) {
  survey texts = {.survey = "type,name,role\nselect_one scale,q1,\n"};
  trygg_responses *r = load(&texts, "q1\n1\n\n3\n");
  ck_assert_uint_eq(trygg_responses_waves(r), 1);
  ck_assert_str_eq(trygg_responses_wave(r, 0), "");
  ck_assert_uint_eq(trygg_responses_count(r), 3); /* in one column a blank line is a record */
  ck_assert_uint_eq(trygg_responses_warnings(r), 1);
  ck_assert_ptr_nonnull(strstr(trygg_responses_warning(r, 0), "every weight is 1"));
  ck_assert_ptr_null(trygg_responses_warning(r, 1));
  trygg_responses_free(r);
  texts.settings = "form_title,form_id,version,wave\nT,t,1,2024\n";
  r = load(&texts, "q1\n1\n");
  ck_assert_str_eq(trygg_responses_wave(r, 0), "2024");
  trygg_responses_free(r);
}
END_TEST

START_TEST(a_question_without_answers_in_a_wave_was_not_asked) {
  survey texts = {
      .survey = "type,name,role,empty\ndecimal,w,weight,\ntext,y,wave,\nselect_one scale,q1,,\n"
                "select_one scale,q2,,1\ntext,note,,\ninteger,age,,not_applicable\nselect_one scale,q3,,\n"};
  trygg_responses *r =
      load(&texts, "w,y,q1,q2,note,age\n1,2023,1,,,\n1,2023,,,,\n1,2024,,2,x,5\n1,2024,,,,\n");
  static const struct {
    const char *variable, *values[4];
    int asked[2];
  } expected[] = {
      {"q1", {"1", "(no_answer)", "(not_asked)", "(not_asked)"}, {1, 0}},
      {"q2", {"1", "1", "2", "1"}, {1, 1}}, /* an empty cell is a code: it is an answer */
      {"note", {"(not_asked)", "(not_asked)", "x", "(no_answer)"}, {0, 1}},
      {"age", {"(not_asked)", "(not_asked)", "5", "(not_applicable)"}, {0, 1}},
      {"q3", {"(not_asked)", "(not_asked)", "(not_asked)", "(not_asked)"}, {0, 0}},
  };
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    size_t variable = (size_t)(column(r, expected[i].variable) - r->columns);
    for (size_t k = 0; k < 4; k++)
      ck_value(r, expected[i].variable, k, expected[i].values[k]);
    for (size_t w = 0; w < 2; w++)
      ck_assert_int_eq(r->asked[variable * 2 + w], expected[i].asked[w]);
  }
  ck_assert_int_eq(account(r, "2024", NULL, "q1", "missing", "not_asked"), 2);
  ck_assert_int_eq(account(r, "2023", NULL, "q3", "missing", "not_asked"), 2);
  ck_assert_str_eq(column(r, "note")->dictionary.texts[0], "");
  trygg_responses_free(r);
}
END_TEST

START_TEST(files_are_pooled_in_order_whatever_their_columns) {
  const char *folder = temporary_folder();
  const char *files[] = {write_text(folder, "a.csv", "w,y,q1,note\n1,2024,1,b\n2,2024,2,a\n"),
                         write_text(folder, "b.csv", "note;q2;y;w\nc;3;2024;3,5\n;1;2023;4\n"),
                         write_text(folder, "c.csv", "y\tw\n2023\t5\n"),
                         write_text(folder, "d.csv", "q1,w,y,extra\n3,6,2023,1\n")};
  survey texts = {
      .survey = "type,name,role\ndecimal,w,weight\ntext,y,wave\nselect_one scale,q1,\nselect_one scale,q2,\n"
                "text,note,\n"};
  trygg_codebook *codebook = build(&texts);
  trygg_responses *r;
  ck_ok(trygg_responses_load(codebook, files, 4, NULL, &r, &error));
  static const struct {
    const char *variable, *values[6];
  } expected[] = {
      {"w", {"1", "2", "3.5", "4", "5", "6"}},
      {"q1", {"1", "2", "(not_asked)", "(not_asked)", "(not_asked)", "3"}},
      {"q2", {"(not_asked)", "(not_asked)", "3", "1", "(not_asked)", "(not_asked)"}},
      {"note", {"b", "a", "c", "(not_asked)", "(not_asked)", "(not_asked)"}}, /* none in 2023 */
  };
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
    for (size_t k = 0; k < 6; k++)
      ck_value(r, expected[i].variable, k, expected[i].values[k]);
  ck_assert_uint_eq(trygg_responses_warnings(r), 1);
  ck_assert_ptr_nonnull(strstr(trygg_responses_warning(r, 0), "`extra`"));
  trygg_table *table;
  ck_ok(trygg_responses_account(r, &table, &error));
  ck_assert_str_eq(trygg_table_text(table, 0, 0), files[0]);
  trygg_table_free(table);
  check_sums(r);
  trygg_responses_free(r);
  /* the fault of a later file leaves nothing */
  const char *bad[] = {files[0], write_text(folder, "e.csv", "w,y\n1,2024\n1\n")};
  ck_assert_int_eq(trygg_responses_load(codebook, bad, 2, NULL, &r, &error), TRYGG_EPARSE);
  ck_assert_str_eq(error.file, bad[1]);
  ck_assert_int_eq(error.line, 3);
  ck_assert_ptr_null(r);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(a_duplicate_in_another_file_names_both) {
  const char *folder = temporary_folder();
  const char *files[] = {write_text(folder, "a.csv", "id,w\nx,1\ny,1\n"),
                         write_text(folder, "b.csv", "w,id\n1,z\n1,y\n")};
  survey texts = {.survey = "type,name,role\ntext,id,id\ndecimal,w,weight\n"};
  trygg_codebook *codebook = build(&texts);
  trygg_responses *r;
  ck_assert_int_eq(trygg_responses_load(codebook, files, 2, NULL, &r, &error), TRYGG_EDATA);
  ck_assert_str_eq(error.file, files[1]);
  ck_assert_int_eq(error.line, 3);
  ck_assert_ptr_nonnull(strstr(error.message, "line 3 of "));
  ck_assert_ptr_nonnull(strstr(error.message, "a.csv"));
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(a_replaced_record_is_a_duplicate_of_its_own_file) {
  const char *folder = temporary_folder();
  const char *files[] = {write_text(folder, "a.csv", "id,w\nx,1\ny,1\n"),
                         write_text(folder, "b.csv", "id,w\nz,1\nz,2\ny,2\n")};
  survey texts = {.settings = "form_title,form_id,version,duplicates\nT,t,1,last\n",
                  .survey = "type,name,role\ntext,id,id\ndecimal,w,weight\n"};
  trygg_codebook *codebook = build(&texts);
  trygg_responses *r;
  trygg_table *table;
  ck_ok(trygg_responses_load(codebook, files, 2, NULL, &r, &error));
  ck_ok(trygg_responses_account(r, &table, &error));
  static const int64_t counts[] = {2, 1, 1, 3, 2, 1}; /* read, accepted, duplicate of a, then of b */
  for (size_t i = 0; i < 6; i++) {
    ck_assert_str_eq(trygg_table_text(table, i, 0), files[i / 3]);
    ck_assert_int_eq(trygg_table_integer(table, i, 6), counts[i]);
  }
  trygg_table_free(table);
  trygg_responses_free(r);
  trygg_codebook_free(codebook);
}
END_TEST

/* So many that some hashes of 32 bits are the same: ids must be compared themselves. */
START_TEST(different_ids_are_never_taken_for_duplicates) {
  tg_text data = {0};
  survey texts = {.survey = "type,name,role\ntext,id,id\ndecimal,w,weight\n"};
  tg_text_put(&data, "id,w\n");
  for (int i = 0; i < 200000; i++)
    tg_text_format(&data, "%06d,1\n", i);
  trygg_responses *r = load(&texts, data.bytes);
  ck_assert_uint_eq(trygg_responses_count(r), 200000);
  trygg_responses_free(r);
  tg_text_free(&data);
}
END_TEST

START_TEST(unknown_columns_warn_once_with_the_nearest_name) {
  const char *folder = temporary_folder();
  const char *files[] = {write_text(folder, "a.csv", "w,q11,33,Weight\n1,1,1,1\n"),
                         write_text(folder, "b.csv", "w,q11,33,Weight\n1,1,1,1\n")};
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\nselect_one scale,q1,\n"};
  trygg_codebook *codebook = build(&texts);
  trygg_responses *r;
  ck_ok(trygg_responses_load(codebook, files, 2, NULL, &r, &error));
  ck_assert_uint_eq(trygg_responses_warnings(r), 4);
  ck_assert_ptr_nonnull(strstr(trygg_responses_warning(r, 0), "`q11` is not in survey.csv"));
  ck_assert_ptr_nonnull(strstr(trygg_responses_warning(r, 0), "did you mean `q1`?"));
  ck_assert_ptr_nonnull(
      strstr(trygg_responses_warning(r, 1), "column number 3")); /* perhaps an answer: not shown */
  ck_assert_str_eq(trygg_responses_warning(r, 3), "`q1` is in no file and was not asked");
  trygg_responses_free(r);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(the_account_is_by_file_wave_and_stratum) {
  survey texts = {
      .survey =
          "type,name,role\ndecimal,w,weight\ntext,y,wave\nselect_one area,k,stratum\ninteger,s,stratum\n"};
  trygg_responses *r =
      load(&texts, "w,y,k,s\n1,2023,0380,1\n,2023,0380,1\n1,2023,0380,2\n1,2024,381,1\n,,,\n1,2024,0381,1\n");
  ck_assert_int_eq(account(r, "2023", "0380 1", "", "read", NULL), 2);
  ck_assert_int_eq(account(r, "2023", "0380 1", "", "accepted", NULL), 1);
  ck_assert_int_eq(account(r, "2023", "0380 1", "", "rejected", "no_weight"), 1);
  ck_assert_int_eq(account(r, "2023", "0380 2", "", "accepted", NULL), 1);
  ck_assert_int_eq(account(r, "2023", "0380 2", "", "rejected", NULL), -1); /* no rows of zero */
  ck_assert_int_eq(account(r, "2024", "0381 1", "", "accepted", NULL), 2);  /* one of them written 381 */
  ck_assert_int_eq(account(r, "", NULL, "", "rejected", "no_wave"), 1);
  check_sums(r);
  trygg_responses *kept = load(&texts, "w,y,k,s\n1,2023,0380,1\n,2023,0380,gone\n");
  ck_assert_uint_eq(column(kept, "s")->dictionary.count,
                    2); /* "" and "1": nothing of a rejected record stays */
  trygg_responses_free(kept);
  trygg_table *table;
  ck_ok(trygg_responses_account(r, &table, &error));
  static const char *const names[] = {"file", "wave", "stratum", "variable", "account", "reason", "count"};
  for (size_t i = 0; i < 7; i++)
    ck_assert_str_eq(trygg_table_name(table, i), names[i]);
  trygg_table_free(table);
  trygg_responses_free(r);
}
END_TEST

/* ---- derived variables, sets, categories ------------------------------------------------------------------- */

static const char derived_survey[] =
    "type,name,role,missing\ndecimal,w,weight,\ninteger,a,,99=refused\ndecimal,b,,\n"
    "select_one scale,q1,,88=dont_know\nselect_one scale,q2,,\ntext,t,,\n"
    "select_one kommun,k,,\n";
static const char derived_choices[] =
    "list_name,name,score\nscale,1,10\nscale,2,\nscale,3,\nband,young,\nband,old,\n"
    "kommun,038001,\nkommun,038102,\nshort,0380,\nshort,0381,\n";

START_TEST(derived_variables_follow_their_rules) {
  survey texts = {
      .survey = derived_survey,
      .choices = derived_choices,
      .derived =
          "name,type,rule,from,codes\nproduct,decimal,product,a b,\nsum,decimal,sum,a b q1,\n"
          "difference,decimal,difference,a b,\ncap,integer,cap,a,40\n"
          "band,select_one band,bands,a,16..24=young 25..=old\nbandtext,text,bands,a,..24=y 25..=o\n"
          "short,select_one short,prefix,k,4\nstart,text,prefix,t,2\ncount,integer,count,q1 q2,2..3\n"
          "first,select_one scale,first,q1 q2,\nfirstnumber,decimal,first,b a,\ntwice,decimal,sum,sum sum,\n"};
  trygg_responses *r =
      load(&texts, "w,a,b,q1,q2,t,k\n1,20,0.5,1,2,\xC3\xA5\xC3\xA4\xC3\xB6,038001\n1,50,,88,3,x,038102\n"
                   "1,99,2,,,,\n1,15,1e308,3,3,abc,5\n");
  static const struct {
    const char *variable, *values[4];
  } expected[] = {
      {"product", {"10", "(no_answer)", "(refused)", "1.5e+309"}},
      {"sum", {"30.5", "(no_answer)", "(refused)", "1e+308"}},
      {"difference", {"19.5", "(no_answer)", "(refused)", "-1e+308"}},
      {"cap", {"20", "40", "(refused)", "15"}},
      {"band", {"young", "old", "(refused)", "(unknown_code)"}},
      {"bandtext", {"y", "o", "(refused)", "y"}},
      {"short", {"0380", "0381", "(no_answer)", "(unknown_code)"}},
      {"start", {"åä", "x", "(no_answer)", "ab"}},
      {"count", {"1", "1", "0", "2"}},
      {"first", {"1", "3", "(no_answer)", "3"}},
      {"firstnumber", {"0.5", "50", "2", "1e+308"}},
      {"twice", {"61", "(no_answer)", "(refused)", "(unknown_code)"}},
  };
  for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
    for (size_t k = 0; k < 4; k++)
      if (strcmp(expected[i].values[k], "1.5e+309") == 0)
        ck_value(r, expected[i].variable, k, "(unknown_code)"); /* beyond a double */
      else
        ck_value(r, expected[i].variable, k, expected[i].values[k]);
  trygg_responses_free(r);
}
END_TEST

START_TEST(derived_variables_of_what_was_not_asked_were_not_asked) {
  survey texts = {
      .survey = "type,name,role\ndecimal,w,weight\ntext,y,wave\nselect_one scale,q1,\nselect_one scale,q2,\n",
      .derived =
          "name,type,rule,from,codes\ncount,integer,count,q1 q2,1\nfirst,select_one scale,first,q1 q2,\n"
          "sum,integer,sum,q1 q2,\nnumber,integer,first,q1 q2,\n"};
  trygg_responses *r =
      load(&texts, "w,y,q1,q2\n1,2022,,\n1,2023,1,\n1,2024,1,2\n1,2024,,2\n1,2025,,\n1,2025,,3\n");
  ck_value(r, "count", 0, "(not_asked)");
  ck_value(r, "first", 0, "(not_asked)");
  ck_value(r, "count", 1, "1");
  ck_value(r, "first", 1, "1");
  ck_value(r, "sum", 1, "(not_asked)");
  ck_value(r, "first", 4, "(no_answer)");
  ck_value(r, "number", 4, "(no_answer)"); /* of two missing ones, not asked says least */
  ck_value(r, "sum", 2, "12");
  ck_value(r, "first", 3, "2");
  size_t count = (size_t)(column(r, "count") - r->columns), sum = (size_t)(column(r, "sum") - r->columns);
  ck_assert_int_eq(r->asked[count * 4], 0);
  ck_assert_int_eq(r->asked[count * 4 + 1], 1);
  ck_assert_int_eq(r->asked[sum * 4 + 1], 0);
  ck_assert_int_eq(r->asked[sum * 4 + 2], 1);
  trygg_responses_free(r);
  r = load(&texts, "w,y\n1,2022\n"); /* no input at all */
  ck_value(r, "sum", 0, "(not_asked)");
  trygg_responses_free(r);
}
END_TEST

static void check_matches(const trygg_responses *r, const char *text, const char *expected) {
  tg_conditions conditions = {0};
  unsigned char keep[8];
  char met[9];
  memset(keep, 1, sizeof keep);
  ck_ok(tg_conditions_parse(r->codebook, text, NULL, &conditions, &error));
  tg_conditions_apply(&conditions, r, 0, r->count, keep);
  for (size_t i = 0; i < r->count; i++) {
    met[i] = keep[i] ? '1' : '0';
    if (conditions.count == 1)
      ck_assert_int_eq(tg_code_set_matches(&conditions.sets[0], &r->columns[conditions.sets[0].variable], i),
                       keep[i]);
  }
  met[r->count] = '\0';
  ck_assert_msg(strcmp(met, expected) == 0, "%s: %s, expected %s", text, met, expected);
  if (r->count > 2) {             /* a later block */
    memset(keep, 2, sizeof keep); /* anything but 0 is kept */
    tg_conditions_apply(&conditions, r, 2, r->count - 2, keep);
    for (size_t i = 2; i < r->count; i++)
      ck_assert_int_eq(keep[i - 2], expected[i] == '1');
  }
  tg_conditions_clear(&conditions);
}

START_TEST(conditions_choose_records) {
  char data[2000];
  tg_text_print(data, sizeof data, "%s%s", header,
                "a,2024,01,1.5,0380,1,3,theft threat,34,1.25,x,2024-03-01\n"
                "b,2024,1,2,0381,88,,fraud,999,,y,\n"
                "c,2023,2,1,381,99,1,99,16,2,,2024-04-01\n"
                "d,2023,s,1,,7,2,,70,-1,x,\n");
  trygg_responses *r = load(NULL, data);
  check_matches(r, "area=0380", "1000");
  check_matches(r, "area=0380,0381", "1110");
  check_matches(r, "q1=88", "0100");
  check_matches(r, "q1=1..3", "1000");
  check_matches(r, "q2=1,2", "0011");
  check_matches(r, "crimes=threat,fraud", "1100");
  check_matches(r, "crimes=99", "0011"); /* the kind no_answer, which an empty cell has too */
  check_matches(r, "age=16..34", "1010");
  check_matches(r, "age=999", "0100");
  check_matches(r, "money=-5..1.5", "1001");
  check_matches(r, "note=x", "1001");
  check_matches(r, "wave=2024", "1100");
  check_matches(r, "stratum=1", "0100");
  check_matches(r, "day=2024-03-01..2024-03-31", "1000");
  check_matches(r, "area=0381 wave=2023", "0010");
  check_matches(r, "", "1111");
  trygg_responses_free(r);
}
END_TEST

static void check_categories(const trygg_responses *r, const char *variable, const char *expected) {
  tg_categories categories;
  tg_text text = {0};
  uint32_t index[8];
  ck_ok(tg_column_categories(column(r, variable), r->count, index, &categories, &error));
  for (size_t i = 0; i < categories.count; i++)
    tg_text_format(&text, "%s ", categories.names[i]);
  tg_text_put(&text, ":");
  for (size_t i = 0; i < r->count; i++)
    tg_text_format(&text, " %d", index[i] == UINT32_MAX ? -1 : (int)index[i]);
  ck_assert_str_eq(text.bytes, expected);
  tg_text_free(&text);
  tg_categories_clear(&categories);
}

START_TEST(categories_are_in_canonical_order) {
  char data[2000];
  tg_text_print(data, sizeof data, "%s%s", header,
                "a,2024,z,1.5,0381,3,,theft,34,1.25,\xC3\xA5,2024-03-01\n"
                "b,2023,a,0,0381,88,,,999,,,\n"
                "c,2024,B,1,,1,,,-0,1e10,B,1969-12-31\n"
                "d,2024,a,1,0381,7,,,5,1.25,b,2024-02-29\n");
  trygg_responses *r = load(NULL, data);
  check_categories(r, "area", "0380 0381 : 1 1 -1 1");
  check_categories(r, "q1", "1 2 3 : 2 -1 0 -1");
  check_categories(r, "stratum", "B a z : 2 1 0 1");
  check_categories(r, "age", "0 5 34 : 2 -1 0 1");
  check_categories(r, "money", "1.25 10000000000 : 0 -1 1 0");
  check_categories(r, "note", "B b å : 2 -1 0 1");
  check_categories(r, "day", "1969-12-31 2024-02-29 2024-03-01 : 2 -1 0 1");
  check_categories(r, "q2", "1 2 3 : -1 -1 -1 -1");
  check_categories(r, "id", ": -1 -1 -1 -1");
  tg_categories categories;
  uint32_t index[4];
  ck_assert_int_eq(tg_column_categories(column(r, "crimes"), 4, index, &categories, &error), TRYGG_EINVAL);
  trygg_responses_free(r);
}
END_TEST

START_TEST(many_codes_take_two_bytes) {
  tg_text choices = {0}, data = {0};
  tg_text_put(&choices, "list_name,name\n");
  tg_text_put(&data, "w,k\n");
  for (int i = 0; i < 290; i++) {
    tg_text_format(&choices, "kommun,%04d\n", i * 7);
    tg_text_format(&data, "1,%04d\n", (289 - i) * 7);
  }
  tg_text_put(&data, "1,\n1,9999\n");
  survey texts = {.survey = "type,name,role,missing\ndecimal,w,weight,\nselect_one kommun,k,,0007=refused\n",
                  .choices = choices.bytes};
  trygg_responses *r = load(&texts, data.bytes);
  ck_assert_int_eq(column(r, "k")->kind, TG_COLUMN_CODE16);
  for (size_t i = 0; i < 290; i++)
    if (i == 288)
      ck_value(r, "k", i, "(refused)");
    else
      ck_assert_uint_eq(tg_column_code(column(r, "k"), i), 289 - i);
  ck_value(r, "k", 290, "(no_answer)");
  ck_value(r, "k", 291, "(unknown_code)");
  trygg_responses_free(r);
  tg_text_free(&choices);
  tg_text_free(&data);
}
END_TEST

/* ---- arrays, memory, secrets --------------------------------------------------------------------------------- */

static void check_same(const trygg_responses *a, const trygg_responses *b) {
  ck_assert_uint_eq(a->count, b->count);
  ck_assert_uint_eq(a->wave_count, b->wave_count);
  ck_assert_int_eq(memcmp(a->wave, b->wave, a->count * sizeof *a->wave), 0);
  for (size_t v = 0; v < a->column_count; v++)
    for (size_t i = 0; i < a->count; i++) {
      const char *name = a->columns[v].variable->name;
      ck_assert_msg(strcmp(shown(a, name, i), shown(b, name, i)) == 0, "%s of %zu: %s, %s", name, i,
                    shown(a, name, i), shown(b, name, i));
    }
}

START_TEST(arrays_give_what_the_file_gives) {
  char data[2000];
  tg_text_print(data, sizeof data, "%s%s", header,
                "1,2024,1,1.5,0380,1,3,theft threat,34,0.1,x,2024-03-01\n"
                "2,2024,2,0.30000000000000004,0381,88,,fraud,999,,,\n"
                "3,2023,1,1e-7,9999,99,2,99,,-123456789.25,-,2024-03-02\n");
  trygg_responses *file = load(NULL, data), *arrays;
  static const int32_t id[] = {1, 2, 3}, wave[] = {2024, 2024, 2023}, area[] = {380, 381, 9999},
                       q2[] = {3, INT32_MIN, 2};
  static const double stratum[] = {1, 2, 1}, w[] = {1.5, 0.30000000000000004, 1e-7}, q1[] = {1, 88, 99};
  double age[] = {34, 999, NAN}, money[] = {0.1, NAN, -123456789.25};
  static const char *const crimes[] = {"theft threat", "fraud", "99"}, *const note[] = {"x", NULL, "-"},
                           *const day[] = {"2024-03-01", "", "2024-03-02"};
  const trygg_array given[] = {
      {"note", TRYGG_ARRAY_TEXT, note},     {"id", TRYGG_ARRAY_INT32, id},
      {"wave", TRYGG_ARRAY_INT32, wave},    {"stratum", TRYGG_ARRAY_DOUBLE, stratum},
      {"w", TRYGG_ARRAY_DOUBLE, w},         {"area", TRYGG_ARRAY_INT32, area},
      {"q1", TRYGG_ARRAY_DOUBLE, q1},       {"q2", TRYGG_ARRAY_INT32, q2},
      {"crimes", TRYGG_ARRAY_TEXT, crimes}, {"age", TRYGG_ARRAY_DOUBLE, age},
      {"money", TRYGG_ARRAY_DOUBLE, money}, {"day", TRYGG_ARRAY_TEXT, day},
  };
  trygg_load_options options = {.size = sizeof options, .decimal = ','}; /* numbers have no decimal sign */
  trygg_codebook *codebook = build(NULL);
  ck_ok(trygg_responses_load_arrays(codebook, given, 12, 3, NULL, &arrays, &error));
  check_same(arrays, file);
  ck_assert_int_eq(account(arrays, NULL, NULL, "area", "recoded_by_number", NULL),
                   -1); /* numbers match as numbers */
  ck_assert_int_eq(account(arrays, NULL, NULL, "area", "unknown_code", "9999"), 1);
  check_sums(arrays);
  trygg_responses_free(arrays);
  ck_ok(trygg_responses_load_arrays(codebook, given, 12, 3, &options, &arrays, &error));
  check_same(arrays, file);
  trygg_responses_free(arrays);
  trygg_responses_free(file);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(faults_of_arrays_give_the_row) {
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\ninteger,x,\n"};
  trygg_codebook *codebook = build(&texts);
  trygg_responses *r;
  double w[] = {1, -1, 1};
  int32_t x[] = {1, 2, 3};
  trygg_array given[] = {{"x", TRYGG_ARRAY_INT32, x}, {"w", TRYGG_ARRAY_DOUBLE, w}};
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 2, 3, NULL, &r, &error), TRYGG_EDATA);
  ck_assert_int_eq(error.line, 2);
  ck_assert_int_eq(error.column, 2);
  w[1] = INFINITY;
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 2, 3, NULL, &r, &error), TRYGG_EDATA);
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 1, 3, NULL, &r, &error), TRYGG_ENAME);
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 2, 0, NULL, &r, &error), TRYGG_EDATA);
  given[0].values = NULL;
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 2, 3, NULL, &r, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, NULL, 2, 3, NULL, &r, &error), TRYGG_EINVAL);
  given[0] = (trygg_array){"w", TRYGG_ARRAY_DOUBLE, w};
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 2, 3, NULL, &r, &error), TRYGG_EPARSE);
  given[0] = (trygg_array){"x", (trygg_array_type)9, x};
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 2, 3, NULL, &r, &error), TRYGG_EINVAL);
  trygg_codebook_free(codebook);
}
END_TEST

/* Rows are judged by the thousand; what they give does not depend on it. */
START_TEST(many_rows_of_arrays_give_what_the_file_gives) {
  enum { ROWS = 2500 };
  survey texts = {.survey = "type,name,role,missing\ndecimal,w,weight,\nselect_one answer,q,,9=no_answer\n"
                            "select_one area,a,,\ninteger,x,,\ntext,t,,\n",
                  .choices =
                      "list_name,name\nanswer,1\nanswer,2\nanswer,12\nanswer,word\narea,0380\narea,07\n"
                      "area,10380\narea,1000\n"};
  static const int32_t answers[] = {1, 2, 9, 12, 3, INT32_MIN, -1},
                       areas[] = {380, 7, 10380, 1000, 70, 12345};
  static double w[ROWS], a[ROWS];
  static int32_t q[ROWS], x[ROWS];
  static const char *t[ROWS];
  static char data[ROWS * 64];
  const trygg_array given[] = {{"w", TRYGG_ARRAY_DOUBLE, w},
                               {"q", TRYGG_ARRAY_INT32, q},
                               {"a", TRYGG_ARRAY_DOUBLE, a},
                               {"x", TRYGG_ARRAY_INT32, x},
                               {"t", TRYGG_ARRAY_TEXT, t}};
  size_t used = (size_t)sprintf(data, "w,q,a,x,t\n");
  trygg_codebook *codebook = build(&texts);
  trygg_responses *arrays, *file;
  for (int i = 0; i < ROWS; i++) {
    int missing = i % 7 == 5;
    w[i] = i % 11 == 3 ? (double)NAN : 1 + i % 4;
    q[i] = answers[i % 7];
    a[i] = areas[i % 6];
    x[i] = i;
    t[i] = i % 2 ? "å" : NULL;
    used += (size_t)(isnan(w[i]) ? sprintf(data + used, ",") : sprintf(data + used, "%d,", (int)w[i]));
    used += (size_t)(missing ? sprintf(data + used, ",") : sprintf(data + used, "%d,", (int)q[i]));
    used += (size_t)sprintf(data + used, "%d,%d,%s\n", (int)a[i], i, t[i] ? t[i] : "");
  }
  ck_ok(trygg_responses_load_arrays(codebook, given, 5, ROWS, NULL, &arrays, &error));
  ck_ok(trygg_responses_load_memory(codebook, "data", data, used, NULL, &file, &error));
  check_same(arrays, file);
  ck_assert_int_eq(account(arrays, NULL, NULL, "q", "unknown_code", "3"),
                   account(file, NULL, NULL, "q", "unknown_code", "3"));
  check_sums(arrays);
  trygg_responses_free(file);
  trygg_responses_free(arrays);

  /* The first fault is told of, in whichever thousand it is. */
  w[2222] = w[2300] = -1;
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 5, ROWS, NULL, &arrays, &error), TRYGG_EDATA);
  ck_assert_int_eq(error.line, 2223);
  w[1023] = w[1024] = -1;
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, given, 5, ROWS, NULL, &arrays, &error), TRYGG_EDATA);
  ck_assert_int_eq(error.line, 1024);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(the_codes_that_occur_are_counted) {
  survey texts = {.survey =
                      "type,name,role\nselect_one scale,q,\ntext,area,domain\ntext,note,\ninteger,age,\n"};
  trygg_responses *r = load(&texts, "q,area,note,age\n3,b,x,30\n1,a,y,2\n3,b,z,30\n,,,\n");
  trygg_table *table;
  ck_ok(trygg_responses_codes(r, "q", &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 2); /* the code without records is not there */
  ck_assert_str_eq(trygg_table_text(table, 0, 0), "1");
  ck_assert_str_eq(trygg_table_text(table, 1, 0), "3");
  ck_assert_int_eq(trygg_table_integer(table, 1, 1), 2);
  trygg_table_free(table);
  ck_ok(trygg_responses_codes(r, "area", &table, &error));
  ck_assert_str_eq(trygg_table_text(table, 0, 0), "a");
  trygg_table_free(table);
  ck_ok(trygg_responses_codes(r, "age", &table, &error));
  ck_assert_str_eq(trygg_table_text(table, 1, 0), "30");
  trygg_table_free(table);
  ck_assert_int_eq(trygg_responses_codes(r, "note", &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_codes(r, "aera", &table, &error), TRYGG_ENAME);
  ck_assert_int_eq(trygg_responses_codes(NULL, "q", &table, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_codes(r, "q", NULL, &error), TRYGG_EINVAL);
  for (long after = 0;; after++) {
    tg_memory_fail(after, 0);
    trygg_status status = trygg_responses_codes(r, "q", &table, &error);
    tg_memory_fail(-1, 0);
    if (status == TRYGG_OK)
      break;
    ck_assert_int_eq(status, TRYGG_ENOMEM);
    ck_assert_ptr_null(table);
  }
  trygg_table_free(table);
  trygg_responses_free(r);
}
END_TEST

START_TEST(an_answer_takes_one_byte) {
  tg_text about = {0}, data = {0};
  tg_text_put(&about, "type,name,role\ndecimal,w,weight\n");
  tg_text_put(&data, "w");
  for (int i = 0; i < 40; i++) {
    tg_text_format(&about, "select_one scale,q%d,\n", i);
    tg_text_format(&data, ",q%d", i);
  }
  for (int row = 0; row < 5000; row++) {
    tg_text_put(&data, "\n1");
    for (int i = 0; i < 40; i++)
      tg_text_format(&data, ",%d", (row + i) % 3 + 1);
  }
  survey texts = {.survey = about.bytes};
  trygg_responses *r = load(&texts, data.bytes);
  ck_assert_uint_eq(trygg_responses_count(r), 5000);
  ck_assert_uint_eq(trygg_responses_memory(r), 5000 * (40 + 8 + 2)); /* answers, weight, wave */
  for (size_t row = 0; row < 5000; row++)
    for (size_t i = 0; i < 40; i++)
      ck_assert_uint_eq(r->columns[i + 1].values.code8[row], (row + i) % 3);
  trygg_responses_free(r);
  tg_text_free(&about);
  tg_text_free(&data);
}
END_TEST

START_TEST(answers_never_appear_in_messages) {
  static const char *const files[] = {
      "id,wave,stratum,w,area,q1,note\nCANARY1,CANARY2,CANARY3,1,CANARY4,CANARY5,CANARY6\nCANARY1,CANARY2,CANARY3,1,CANARY4,1,x\n",
      "id,wave,stratum,w,area,q1,note\nCANARY1,CANARY2,CANARY3,CANARY4,CANARY5,CANARY6,CANARY7\n",
      "id,wave,stratum,w,area,q1,note\nCANARY1,CANARY2,CANARY3,-1,CANARY5,CANARY6,CANARY7\n",
      "id,wave,stratum,w,area,q1,note\nCANARY1,CANARY2,CANARY3,1\n",
      "id,wave,stratum,w,area,q1,note\n\"CANARY1,CANARY2\n",
      "id,wave,stratum,w,area,q1,note\nCANARY1,CAN\"ARY2\n",
      "id,wave,stratum,w,area,q1,note\n\"CANARY1\"CANARY2,\n",
      "id,wave,stratum,w,area,q1,note\nCANARY1,\xC3\xA5,\xE5"
      "CANARY\n",
      "id,wave,stratum,w,area,q1,note\nCANARY1,CANARY2,CANARY3,,CANARY4,CANARY5,CANARY6\n",
      "19980101,2024,1,2.5,0380,1,7\n",
  };
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    trygg_responses *r = NULL;
    memset(&error, 0, sizeof error);
    ck_assert_int_ne(load_options(NULL, files[i], NULL, &r), TRYGG_OK);
    ck_assert_msg(!strstr(error.message, "CANARY") && !strstr(error.field, "CANARY") &&
                      !strstr(error.message, "19980101"),
                  "%zu: %s", i, error.message);
  }
  /* an accepted file: warnings and the account of unknown codes */
  trygg_responses *r =
      load(NULL, "id,wave,stratum,w,area,q1,note\nCANARY1,2024,1,1,CANARY LONG,CANARYCANARY,CANARY6\n");
  trygg_table *table;
  for (size_t i = 0; i < trygg_responses_warnings(r); i++)
    ck_assert_ptr_null(strstr(trygg_responses_warning(r, i), "CANARY"));
  ck_ok(trygg_responses_account(r, &table, &error));
  for (size_t i = 0; i < trygg_table_rows(table); i++)
    for (size_t k = 0; k < 6; k++)
      ck_assert_ptr_null(strstr(trygg_table_text(table, i, k), "CANARY"));
  ck_assert_int_eq(account(r, NULL, NULL, "area", "unknown_code", "(text)"), 1);
  trygg_table_free(table);
  trygg_responses_free(r);
}
END_TEST

START_TEST(references_outlive_the_codebook) {
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\n"};
  trygg_responses *r = load(&texts, "w\n1\n2\n"); /* the codebook is freed by now */
  ck_assert_ptr_eq(trygg_responses_retain(r), r);
  trygg_responses_free(r);
  ck_assert_str_eq(r->codebook->variables[0].name, "w");
  ck_assert_uint_eq(trygg_responses_count(r), 2);
  trygg_responses_free(r);
}
END_TEST

static int stop_at_once(void *user, const char *stage, uint64_t done, uint64_t total) {
  uint64_t *seen = user;
  ck_assert_str_eq(stage, "load");
  seen[0] = done;
  seen[1] = total;
  return 1;
}

START_TEST(a_load_can_be_stopped) {
  survey texts = {.survey = "type,name,role\ndecimal,w,weight\n"};
  uint64_t seen[2] = {0, 0};
  trygg_progress progress = {sizeof progress, stop_at_once, seen};
  trygg_load_options options = {.size = sizeof options, .progress = &progress};
  tg_text data = {0};
  trygg_responses *r;
  tg_text_put(&data, "w\n");
  while (data.length < 3 << 20)
    tg_text_put(&data, "1234567\n");
  const char *folder = temporary_folder();
  const char *files[] = {write_text(folder, "small.csv", "w\n1\n"),
                         write_text(folder, "large.csv", data.bytes)};
  trygg_codebook *codebook = build(&texts);
  ck_assert_int_eq(trygg_responses_load(codebook, files, 2, &options, &r, &error), TRYGG_ECANCELLED);
  ck_assert_ptr_null(r);
  ck_assert_uint_gt(seen[0], 1 << 20);
  ck_assert_uint_eq(seen[1], data.length + 4); /* over all files */
  double w = 1;
  trygg_array given = {"w", TRYGG_ARRAY_DOUBLE, &w};
  ck_assert_int_eq(trygg_responses_load_arrays(codebook, &given, 1, 1, &options, &r, &error),
                   TRYGG_ECANCELLED);
  trygg_codebook_free(codebook);
  tg_text_free(&data);
}
END_TEST

START_TEST(gzip_gives_the_same_and_damage_gives_nothing) {
  static unsigned char packed[4096];
  char data[2000];
  tg_text_print(data, sizeof data, "%s%s", header, "a,2024,s,1.5,0380,1,3,theft,34,1.25,x,2024-03-01\n");
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  ck_assert_int_eq(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = (Bytef *)data;
  stream.avail_in = (uInt)strlen(data);
  stream.next_out = packed;
  stream.avail_out = sizeof packed;
  ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
  size_t length = sizeof packed - stream.avail_out;
  deflateEnd(&stream);
  trygg_codebook *codebook = build(NULL);
  trygg_responses *plain = load(NULL, data), *r;
  ck_ok(trygg_responses_load_memory(codebook, "data.csv.gz", packed, length, NULL, &r, &error));
  check_same(r, plain);
  trygg_responses_free(r);
  for (size_t cut = 0; cut < length; cut++) {
    ck_assert_int_ne(trygg_responses_load_memory(codebook, "data.csv.gz", packed, cut, NULL, &r, &error),
                     TRYGG_OK);
    ck_assert_ptr_null(r);
  }
  trygg_responses_free(plain);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(memory_that_runs_out_is_an_error_and_leaks_nothing) {
  survey texts = {.settings = "form_title,form_id,version,duplicates\nT,t,1,last\n",
                  .derived =
                      "name,type,rule,from,codes\nkind,text,prefix,note,1\nmany,integer,count,q1 q2,1\n"
                      "some,select_one scale,first,q1 q2,\nold,text,bands,age,..30=a 31..=b\n"};
  char data[2000];
  tg_text_print(
      data, sizeof data, "%s%s", "id,wave,stratum,w,area,q1,q2,crimes,age,money,note,extra\n",
      "a,2024,s,1.5,380,1,3,theft,34,1.25,x,1\nb,2023,s,1,0381,77,3,,34,1,\xC3\xA5,1\n"
      "a,2024,t,1.5,0380,1,3,theft,,1.25,a long text in a cell,1\nc,2024,t,,0380,1,3,x,,1.25,y,1\n");
  trygg_codebook *codebook = build(&texts);
  for (int for_ever = 0; for_ever < 2; for_ever++) {
    trygg_status status = TRYGG_ENOMEM;
    long k = 0;
    for (; status != TRYGG_OK; k++) {
      trygg_responses *r = (trygg_responses *)&error;
      trygg_table *table = NULL;
      tg_memory_fail(k, for_ever);
      status = trygg_responses_load_memory(codebook, "data.csv", data, strlen(data), NULL, &r, &error);
      if (status == TRYGG_OK)
        status = trygg_responses_account(r, &table, &error);
      tg_memory_fail(-1, 0);
      ck_assert_msg(status == TRYGG_ENOMEM || status == TRYGG_OK, "%ld: %d %s", k, (int)status,
                    error.message);
      ck_assert_int_eq(status == TRYGG_OK, table != NULL);
      trygg_table_free(table);
      trygg_responses_free(r);
    }
    ck_assert_int_gt(k, 60);
  }
  trygg_responses *r = load(&texts, data);
  size_t records = trygg_responses_count(r);
  static const char *const variables[] = {"area", "note", "age"};
  for (size_t v = 0; v < 3; v++) {
    trygg_status status = TRYGG_ENOMEM;
    for (long k = 0; status != TRYGG_OK; k++) {
      tg_categories categories;
      uint32_t index[8];
      ck_assert_uint_le(records, 8);
      tg_memory_fail(k, 0);
      status = tg_column_categories(column(r, variables[v]), records, index, &categories, &error);
      tg_memory_fail(-1, 0);
      ck_assert(status == TRYGG_ENOMEM || status == TRYGG_OK);
      tg_categories_clear(&categories);
    }
  }
  trygg_responses_free(r);
  trygg_codebook_free(codebook);
}
END_TEST

/* The same records in any order of columns, files cut anywhere: the same columns. */
START_TEST(cutting_the_input_changes_nothing) {
  tg_text data = {0}, first = {0}, second = {0};
  tg_text_put(&data, header);
  tg_text_put(&first, header);
  tg_text_put(&second, header);
  for (int i = 0; i < 4000; i++) {
    tg_text record = {0};
    tg_text_format(&record, "%d,%d,s%d,%d,038%d,%d,%d,%s,%d,%d.5,\"n%d\n%s\",2024-01-%d\n", i, 2020 + i % 3,
                   (i * 7) % 50, i + 1, i % 2, i % 3 + 1, i % 4, i % 2 ? "theft" : "fraud threat", i % 90, i,
                   (i * 31) % 1000, i % 5 ? "" : "\"\"", i % 9 + 10);
    tg_text_put(&data, record.bytes);
    tg_text_put(i < 1777 ? &first : &second, record.bytes);
    tg_text_free(&record);
  }
  const char *folder = temporary_folder();
  const char *files[] = {write_text(folder, "a.csv", first.bytes), write_text(folder, "b.csv", second.bytes)};
  trygg_codebook *codebook = build(NULL);
  trygg_responses *whole = load(NULL, data.bytes), *parts;
  ck_ok(trygg_responses_load(codebook, files, 2, NULL, &parts, &error));
  check_same(whole, parts);
  trygg_responses_free(whole);
  trygg_responses_free(parts);
  trygg_codebook_free(codebook);
  tg_text_free(&data);
  tg_text_free(&first);
  tg_text_free(&second);
}
END_TEST

static Suite *responses_suite(void) {
  Suite *suite = suite_create("responses");
  TCase *cells = tcase_create("cells"), *faults = tcase_create("faults"), *records = tcase_create("records"),
        *waves = tcase_create("waves"), *values = tcase_create("values"), *whole = tcase_create("whole");
  tcase_add_test(cells, cells_become_codes_numbers_and_missing_kinds);
  tcase_add_test(cells, labels_are_answers_where_the_settings_say_so);
  tcase_add_test(cells, decimal_commas_are_read_as_the_delimiter_allows);
  tcase_add_test(cells, dialects_give_the_same_responses);
  tcase_add_test(cells, many_codes_take_two_bytes);
  suite_add_tcase(suite, cells);
  tcase_add_test(faults, faults_of_the_file_have_line_and_column);
  tcase_add_test(faults, every_role_of_the_design_must_be_in_the_data);
  tcase_add_test(faults, strict_numbers_are_refused_and_others_counted);
  tcase_add_test(faults, options_and_arguments_are_checked);
  tcase_add_test(faults, limits_reach_the_reader);
  suite_add_tcase(suite, faults);
  tcase_add_test(records, only_interviews_are_accepted);
  tcase_add_test(records, late_answers_are_rejected_by_wave);
  tcase_add_test(records, partial_answers_are_rejected);
  tcase_add_test(records, a_share_of_the_questions_is_no_trap);
  tcase_add_test(records, duplicates_are_refused_by_default);
  tcase_add_test(records, duplicates_are_kept_as_the_settings_say);
  tcase_add_test(records, removing_duplicates_keeps_every_column_in_step);
  suite_add_tcase(suite, records);
  tcase_add_test(waves, waves_are_sorted_by_time_or_else_by_code);
  tcase_add_test(waves, without_a_wave_variable_there_is_one_wave);
  tcase_add_test(waves, a_question_without_answers_in_a_wave_was_not_asked);
  tcase_add_test(waves, files_are_pooled_in_order_whatever_their_columns);
  tcase_add_test(waves, a_duplicate_in_another_file_names_both);
  tcase_add_test(waves, a_replaced_record_is_a_duplicate_of_its_own_file);
  tcase_add_test(waves, different_ids_are_never_taken_for_duplicates);
  tcase_set_timeout(waves, 60);
  tcase_add_test(waves, unknown_columns_warn_once_with_the_nearest_name);
  tcase_add_test(waves, the_account_is_by_file_wave_and_stratum);
  suite_add_tcase(suite, waves);
  tcase_add_test(values, derived_variables_follow_their_rules);
  tcase_add_test(values, derived_variables_of_what_was_not_asked_were_not_asked);
  tcase_add_test(values, conditions_choose_records);
  tcase_add_test(values, categories_are_in_canonical_order);
  suite_add_tcase(suite, values);
  tcase_set_timeout(whole, 60);
  tcase_add_test(whole, arrays_give_what_the_file_gives);
  tcase_add_test(whole, faults_of_arrays_give_the_row);
  tcase_add_test(whole, many_rows_of_arrays_give_what_the_file_gives);
  tcase_add_test(whole, the_codes_that_occur_are_counted);
  tcase_add_test(whole, an_answer_takes_one_byte);
  tcase_add_test(whole, answers_never_appear_in_messages);
  tcase_add_test(whole, references_outlive_the_codebook);
  tcase_add_test(whole, a_load_can_be_stopped);
  tcase_add_test(whole, gzip_gives_the_same_and_damage_gives_nothing);
  tcase_add_test(whole, memory_that_runs_out_is_an_error_and_leaks_nothing);
  tcase_add_test(whole, cutting_the_input_changes_nothing);
  suite_add_tcase(suite, whole);
  return suite;
}

int main(void) {
  return run_suite(responses_suite());
}
