/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fixed-width files: the same responses as from the same answers in CSV, every layout that cannot be, and every line
 * that is not as its layout says. */
#include "support.h"

#include <iconv.h>
#include <string.h>
#include <zlib.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/load.h>
#include <source/fixed.h>

static trygg_error error;

/* ---- lines to records -------------------------------------------------------------------------------- */

static trygg_status arrange(const void *bytes, size_t length, const tg_fixed_column *columns, size_t count,
                            char decimal, size_t step, tg_text *out) {
  tg_source *source = NULL;
  char piece[4096];
  size_t got = 0;
  memset(&error, 0, sizeof error);
  tg_text_clear(out);
  trygg_status status = tg_source_open_memory("scb.txt", bytes, length, NULL, &source, &error);
  if (status == TRYGG_OK)
    status = tg_source_arrange(source, columns, count, decimal, &error);
  do {
    if (status == TRYGG_OK)
      status = tg_source_read(source, piece, step, &got, &error);
    if (status == TRYGG_OK)
      tg_text_append(out, piece, got);
  } while (status == TRYGG_OK && got > 0);
  tg_source_free(source);
  for (size_t i = 0; i < out->length; i++) /* to be readable below */
    if (out->bytes[i] == TG_FIXED_DELIMITER)
      out->bytes[i] = '|';
  return status;
}

/* "a" characters 1-2, "b" 3-5 with a decimal, "c" 4-6, which overlaps it, and "d" to the end of the line. */
static const double ninety_nine[] = {99};
static const tg_fixed_column four[] = {{"a", 0, 2, 0, NULL, 0},
                                       {"b", 2, 5, 1, ninety_nine, 1},
                                       {"c", 3, 6, 0, NULL, 0},
                                       {"d", 6, SIZE_MAX, 0, NULL, 0}};

#define ck_arranged(text, count, expected)                                                                   \
  do {                                                                                                       \
    for (size_t step = 1; step < 70; step += 1 + step / 3) {                                                 \
      tg_text out = {0};                                                                                     \
      ck_ok(arrange(text, sizeof(text) - 1, four, count, '.', step, &out));                                  \
      ck_assert_str_eq(out.bytes, expected);                                                                 \
      tg_text_free(&out);                                                                                    \
    }                                                                                                        \
  } while (0)

START_TEST(columns_are_cut_out_and_trimmed) {
  ck_arranged("ab123456\n", 3, "a|b|c\nab|12.3|234\n");
  ck_arranged("a  1 4 rest of it  \n", 4, "a|b|c|d\na|0.1|1 4|rest of it\n");
  ck_arranged(" \t    x\n", 4, "a|b|c|d\n|||x\n"); /* a tab is a character like any other, and a blank */
}
END_TEST

START_TEST(every_line_end_will_do) {
  ck_arranged("ab1234\ncd5678\n", 1, "a\nab\ncd\n");
  ck_arranged("ab1234\r\ncd1234\r\n", 1, "a\nab\ncd\n");
  ck_arranged("ab1234\rcd1234\r", 1, "a\nab\ncd\n");
  ck_arranged("ab1234\rcd1234\nef1234\r\ngh1234", 1, "a\nab\ncd\nef\ngh\n");
  ck_arranged("ab1234\r\n\x1A", 1, "a\nab\n");
  ck_arranged("ab1234\x1A", 1, "a\nab\n");
  ck_arranged("ab1234\n\n   \r\r\ncd1234\n", 1, "a\nab\n\n\n\ncd\n"); /* as many lines as there were */
}
END_TEST

START_TEST(what_a_reader_would_take_for_its_own_is_quoted) {
  ck_arranged("\"\"123\"a,b;c\n", 4, "a|b|c|d\n\"\"\"\"\"\"|12.3|\"23\"\"\"|\"a,b;c\"\n");
  ck_arranged("a\x1F"
              "1234\n",
              1, "a\n\"a|\"\n");
}
END_TEST

START_TEST(implied_decimals_are_written_out) {
  static const tg_fixed_column money[] = {{"m", 0, 7, 2, ninety_nine, 1}};
  static const struct {
    const char *cell, *expected;
  } cases[] = {{"0012345", "00123.45"}, {"     12", "0.12"},    {"      5", "0.05"},  {"      0", "0.00"},
               {"  -1234", "-12.34"},   {"     -5", "-0.05"},   {"   +123", "+1.23"}, {"9999999", "99999.99"},
               {"     99", "99"},       {"0000099", "0000099"}, {"  12.34", "12.34"}, {"  1,234", "1,234"},
               {"    1e2", "1e2"},      {"     NA", "NA"},      {"      -", "-"},     {"", ""},
               {"  - 123", "- 123"},    {"12     ", "0.12"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    tg_text line = {0}, expected = {0}, out = {0};
    tg_text_format(&line, "%sx\n", *cases[i].cell ? cases[i].cell : "       ");
    tg_text_format(&expected, "m\n%s\n", cases[i].expected);
    ck_ok(arrange(line.bytes, line.length, money, 1, '.', 100, &out));
    ck_assert_str_eq(out.bytes, expected.bytes);
    tg_text_free(&line);
    tg_text_free(&expected);
    tg_text_free(&out);
  }
  tg_text out = {0};
  ck_ok(arrange("0012345\n", 8, money, 1, ',', 3, &out)); /* the sign that the file is declared to have */
  ck_assert_str_eq(out.bytes, "m\n00123,45\n");
  tg_text_free(&out);
}
END_TEST

/* Positions are characters: the same layout fits whatever the file was saved in. */
START_TEST(positions_are_characters_in_every_encoding) {
  static const char text[] =
      "\xC3\x85r123\xC3\xA5n\n\xC3\xB6 456x\xE2\x82\xACy\n"; /* the euro sign: three bytes */
  static const char *const encodings[] = {"UTF-8", "WINDOWS-1252", "UTF-16"};
  for (size_t i = 0; i < 3; i++) {
    char bytes[200], *in = (char *)(uintptr_t)text, *at = bytes;
    size_t left = sizeof bytes, length = sizeof text - 1;
    iconv_t converter = iconv_open(encodings[i], "UTF-8");
    ck_assert(converter != (iconv_t)-1);
    ck_assert_uint_eq(iconv(converter, &in, &length, &at, &left), 0);
    iconv_close(converter);
    for (size_t step = 1; step < 9; step++) {
      tg_text out = {0};
      ck_ok(arrange(bytes, sizeof bytes - left, four, 4, '.', step, &out));
      ck_assert_str_eq(out.bytes, "a|b|c|d\n\xC3\x85r|12.3|23\xC3\xA5|n\n\xC3\xB6|45.6|56x|\xE2\x82\xACy\n");
      tg_text_free(&out);
    }
  }
}
END_TEST

START_TEST(lines_that_do_not_fit_are_refused_with_line_and_column) {
  static const struct {
    const char *text;
    size_t columns;
    int line, column;
    const char *word;
  } cases[] = {
      {"ab123456\nab12\n", 3, 2, 3, "the record has 4 characters"}, /* `b` is cut */
      {"ab123456\na\n", 3, 2, 1, "up to character 6"},
      {"ab123\n", 3, 1, 4, "up to character 6"},
      {"ab12345\n\nab12345\nab1234", 4, 0, 0, NULL}, /* an open column may be empty */
      {"ab1234\nab123", 4, 2, 4, "up to character 6"},
      {"ab1234x\nab1234xy\n", 3, 2, 7, "the first one 7"},
      {"ab1234x\nab1234  \nab1234\n", 3, 0, 0, NULL}, /* blanks behind do not matter */
      {"\xC3\xA5"
       "b1234\n\xC3\xA5"
       "b123\n",
       3, 2, 4, "the record has 5 characters"},
      {"ab1234xy\n\xC3\xA5"
       "b1234x\n",
       3, 2, 7, "the record has 7 characters"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t step = 1; step < 40; step += 6) {
      tg_text out = {0};
      trygg_status status =
          arrange(cases[i].text, strlen(cases[i].text), four, cases[i].columns, '.', step, &out);
      ck_assert_msg(status == (cases[i].line ? TRYGG_EPARSE : TRYGG_OK), "%zu: %s", i, error.message);
      ck_assert_int_eq(error.line, cases[i].line);
      ck_assert_int_eq(error.column, cases[i].column);
      if (cases[i].word)
        ck_assert_msg(strstr(error.message, cases[i].word) != NULL, "%s", error.message);
      /* Whatever the read size, the lines before the fault were given. */
      for (size_t line = 1; cases[i].line > 1 && line < (size_t)cases[i].line; line++)
        ck_assert_ptr_nonnull(strchr(strchr(out.bytes, '\n') + 1, '\n'));
      tg_text_free(&out);
    }
}
END_TEST

START_TEST(long_lines_are_whole_and_limited) {
  static const tg_fixed_column wide[] = {{"a", 0, 2, 0, NULL, 0}, {"z", 299999, 300000, 0, NULL, 0}};
  tg_text text = {0}, out = {0};
  for (int i = 0; i < 300000; i++)
    tg_text_putc(&text, i == 299999 ? 'z' : 'a');
  tg_text_put(&text, "\r\nbb");
  for (int i = 2; i < 300000; i++)
    tg_text_putc(&text, ' ');
  ck_ok(arrange(text.bytes, text.length, wide, 2, '.', 1000, &out));
  ck_assert_str_eq(out.bytes, "a|z\naa|z\nbb|\n");
  tg_text_clear(&text);
  while (text.length < (size_t)20 << 20)
    tg_text_put(&text, "no line ends here, however long one looks for them          ");
  ck_assert_int_eq(arrange(text.bytes, text.length, wide, 2, '.', 4096, &out), TRYGG_ELIMIT);
  ck_assert_int_eq(error.line, 1);
  ck_assert_ptr_nonnull(strstr(error.message, "layout.csv"));
  tg_text_free(&text);
  tg_text_free(&out);
}
END_TEST

/* ---- surveys --------------------------------------------------------------------------------------------- */

typedef struct texts {
  const char *survey, *layout, *files, *recodes, *settings, *derived;
} texts;

static trygg_status try_build(const texts *given, trygg_codebook **out) {
  const struct {
    const char *table, *text;
  } tables[] = {{"settings", given->settings ? given->settings : "form_id,duplicates\nt,last\n"},
                {"survey", given->survey},
                {"choices", "list_name,name,missing\nyn,1,\nyn,2,\nyn,9,no_answer\ntown,0380,\ntown,0381,\n"},
                {"derived", given->derived},
                {"layout", given->layout},
                {"files", given->files},
                {"recodes", given->recodes}};
  trygg_codebook *codebook = NULL;
  memset(&error, 0, sizeof error);
  trygg_status status = trygg_codebook_create(&codebook, &error);
  for (size_t i = 0; i < sizeof tables / sizeof *tables && status == TRYGG_OK; i++)
    if (tables[i].text)
      status =
          trygg_codebook_add_csv(codebook, tables[i].table, tables[i].text, strlen(tables[i].text), &error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &error);
  if (status != TRYGG_OK)
    trygg_codebook_free(codebook);
  *out = status == TRYGG_OK ? codebook : NULL;
  return status;
}

static trygg_status try_load(const texts *given, const char *name, const char *data, trygg_responses **out) {
  trygg_codebook *codebook = NULL;
  *out = NULL;
  trygg_status status = try_build(given, &codebook);
  if (status == TRYGG_OK)
    status = trygg_responses_load_memory(codebook, name, data, strlen(data), NULL, out, &error);
  trygg_codebook_free(codebook);
  return status;
}

static const tg_column *column(const trygg_responses *responses, const char *name) {
  size_t variable = tg_codebook_find_variable(responses->codebook, name, strlen(name));
  ck_assert_uint_ne(variable, TG_NONE);
  return &responses->columns[variable];
}

static double number(const trygg_responses *responses, const char *name, size_t record) {
  return tg_column_number(column(responses, name), record);
}

static int64_t counted(const trygg_responses *responses, const char *account, const char *reason) {
  trygg_table *table = NULL;
  int64_t sum = 0;
  ck_ok(trygg_responses_account(responses, &table, &error));
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    if (strcmp(trygg_table_text(table, row, 4), account) == 0 &&
        strcmp(trygg_table_text(table, row, 5), reason) == 0)
      sum += trygg_table_integer(table, row, 6);
  trygg_table_free(table);
  return sum;
}

#define SURVEY                                                                                               \
  "type,name,role,missing\ntext,id,id,\nselect_one town,town,stratum,\ndecimal,w,weight,\n"                  \
  "select_one yn,q1,,\ninteger,age,,999=refused\ndecimal,income,,99999=no_answer\ntext,note,,\n"
#define LAYOUT                                                                                                  \
  "name,start,width,decimals\nid,1,6,\ncounty,7,2,\ntown,7,4,\nw,11,6,3\nq1,17,1,0\nage,18,3,\nincome,21,7,2\n" \
  "note,29,8,\n"

static const texts scb = {SURVEY, LAYOUT, NULL, NULL, NULL, NULL};

static const char lines[] = "a1    0380001500199  12345  \xC3\x85sa     \n"
                            "a2    0381     52 30  99999         \n"
                            "a3    03811234569999   -150  \"o\"    \n"
                            "a1    03800020001 31                \n";

static void check_lines(const trygg_responses *r) {
  ck_assert_uint_eq(r->count, 3); /* a1 twice: the last one stays */
  ck_near(number(r, "w", 0), 0.005, 0);
  ck_near(number(r, "w", 1), 123.456, 0);
  ck_near(number(r, "w", 2), 2, 0);
  ck_assert_int_eq(tg_column_missing(column(r, "income"), 0), TG_NO_ANSWER);
  ck_near(number(r, "income", 1), -1.5, 0);
  ck_assert_int_eq(tg_column_missing(column(r, "income"), 2), TG_NO_ANSWER);
  ck_near(number(r, "age", 0), 30, 0);
  ck_assert_int_eq(tg_column_missing(column(r, "age"), 1), TG_REFUSED);
  ck_assert_int_eq(tg_column_missing(column(r, "q1"), 1), TG_NO_ANSWER);
  const tg_column *note = column(r, "note"), *town = column(r, "town");
  ck_assert_str_eq(note->dictionary.texts[tg_column_stored_text(note, 1)], "\"o\"");
  ck_assert_str_eq(town->variable->codes[tg_column_code(town, 0)].text, "0381");
}

START_TEST(a_fixed_width_file_is_coded_as_any_other) {
  trygg_responses *r;
  ck_ok(try_load(&scb, "scb.txt", lines, &r));
  check_lines(r);
  ck_assert_int_eq(counted(r, "file", "delimiter fixed"), 4);
  ck_assert_int_eq(counted(r, "read", ""), 4);
  ck_assert_int_eq(counted(r, "duplicate", ""), 1);
  ck_assert_uint_eq(trygg_responses_warnings(r), 0);
  trygg_responses_free(r);
}
END_TEST

/* Each rejected record with its cells, read again, on its own line of the file. */
static int keep(void *user, const char *bytes, size_t length) {
  tg_text_append(user, bytes, length);
  return 0;
}

START_TEST(rejected_records_of_fixed_columns_can_be_written) {
  const char *path = write_text(temporary_folder(), "scb.txt", lines);
  trygg_load_options options = {.size = sizeof options, .keep_rejected = 1};
  trygg_codebook *codebook = NULL;
  trygg_responses *r = NULL;
  tg_text out = {0};
  ck_ok(try_build(&scb, &codebook));
  ck_ok(trygg_responses_load(codebook, &path, 1, &options, &r, &error));
  ck_ok(trygg_responses_write_rejected(r, &options, keep, &out, &error));
  ck_assert_msg(strncmp(out.bytes, "file,line,reason,id,town,w,q1,age,income,note\r\n", 47) == 0, "%s",
                out.bytes);
  ck_assert_msg(strstr(out.bytes, "scb.txt,1,duplicate,a1,0380,001.500,1,99,123.45,\xC3\x85sa\r\n") != NULL,
                "%s", out.bytes);
  tg_text_free(&out);
  trygg_responses_free(r);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(which_layout_a_file_has) {
  texts given = scb;
  trygg_responses *r;
  /* Two layouts by the names of files; a file with neither is delimited. */
  given.layout = "name,start,width,file\nw,1,2,old*\nq1,3,1,old*\nq1,1,1,new*\nw,2,,new*\n";
  given.survey = "type,name,role\ndecimal,w,weight\nselect_one yn,q1,\n";
  ck_ok(try_load(&given, "old.txt", "251\n", &r));
  ck_near(number(r, "w", 0), 25, 0);
  trygg_responses_free(r);
  ck_ok(try_load(&given, "somewhere/new.txt.gz", "1251\n", &r));
  ck_near(number(r, "w", 0), 251, 0);
  trygg_responses_free(r);
  ck_ok(try_load(&given, "other.csv", "w,q1\n7,1\n", &r));
  ck_near(number(r, "w", 0), 7, 0);
  ck_assert_int_eq(counted(r, "file", "delimiter ,"), 1);
  trygg_responses_free(r);
  /* files.csv has the last word. */
  given.files = "file,delimiter,decimal\nold.csv,\",\",\nnew.csv,fixed,\",\"\nthird.txt,fixed,\n";
  ck_ok(try_load(&given, "old.csv", "w,q1\n7,1\n", &r));
  ck_near(number(r, "w", 0), 7, 0);
  trygg_responses_free(r);
  ck_ok(try_load(&given, "new.csv", "12,5\n", &r));
  ck_near(number(r, "w", 0), 2.5, 0);
  ck_assert_int_eq(counted(r, "file", "decimal ,"), 1);
  trygg_responses_free(r);
  ck_assert_int_eq(try_load(&given, "third.txt", "12\n", &r), TRYGG_ECODEBOOK);
  ck_assert_ptr_nonnull(strstr(error.message, "files.csv (line 4)"));
  ck_assert_str_eq(error.file, "third.txt");
}
END_TEST

START_TEST(constants_and_recodes_are_for_fixed_columns_too) {
  texts given = {.survey =
                     "type,name,role\nselect_one town,town,stratum\ndecimal,w,weight\nselect_one yn,q1,\n"
                     "decimal,pay,\n",
                 .layout = "name,start,width,decimals\nw,1,2,1\nold_q1,3,1,\nmoney,4,4,2\n",
                 .files = "file,town\n*.txt,0381\n",
                 .recodes = "variable,from,codes,to\nq1,old_q1,1,2\nq1,old_q1,2,1\npay,money,,\n"};
  trygg_responses *r;
  ck_ok(try_load(&given, "d.txt", "1511234\n202 550\n", &r));
  ck_assert_uint_eq(trygg_responses_warnings(r), 0); /* recodes read these columns */
  ck_near(number(r, "w", 0), 1.5, 0);
  ck_near(number(r, "pay", 0), 12.34, 0);
  ck_near(number(r, "pay", 1), 5.5, 0);
  const tg_column *q1 = column(r, "q1");
  ck_assert_str_eq(q1->variable->codes[tg_column_code(q1, 0)].text, "2");
  ck_assert_str_eq(q1->variable->codes[tg_column_code(q1, 1)].text, "1");
  trygg_responses_free(r);
}
END_TEST

START_TEST(faults_of_cells_have_the_position_of_their_column) {
  trygg_responses *r;
  ck_assert_int_eq(try_load(&scb, "d.txt",
                            "a1    0380001500199  12345          \n"
                            "\n"
                            "a2    0380   x50199  12345          \n",
                            &r),
                   TRYGG_EDATA);
  ck_assert_int_eq(error.line, 3);
  ck_assert_int_eq(error.column, 11);
  ck_assert_str_eq(error.field, "w");
  ck_assert_int_eq(try_load(&scb, "d.txt", "a1    0380  -500199  12345          \n", &r), TRYGG_EDATA);
  ck_assert_int_eq(error.column, 11);
  ck_assert_ptr_nonnull(strstr(error.message, "negative"));
  texts given = scb;
  given.settings = "form_id\nt\n";
  ck_assert_int_eq(try_load(&given, "d.txt", lines, &r), TRYGG_EDATA);
  ck_assert_int_eq(error.line, 4);
  ck_assert_ptr_nonnull(strstr(error.message, "on line 1"));
  /* A role whose column the layout does not have. */
  given.layout = "name,start,width\nid,1,4\nq1,5,1\n";
  ck_assert_int_eq(try_load(&given, "d.txt", "a1  1\n", &r), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "add it to layout.csv"));
}
END_TEST

/* ---- layouts that cannot be ---------------------------------------------------------------------------------- */

START_TEST(layouts_that_cannot_be_are_refused_with_their_place) {
  static const struct {
    const char *layout;
    trygg_status status;
    int line, column;
    const char *word;
  } cases[] = {
      {"name,width\nid,1\n", TRYGG_ENAME, 1, 0, "needs a column `start`"},
      {"name,start\nid,\n", TRYGG_ECODEBOOK, 2, 2, "first character"},
      {"name,start\nid,0\n", TRYGG_EPARSE, 2, 2, "whole number from 1"},
      {"name,start\nid,one\n", TRYGG_EPARSE, 2, 2, "`one` is no start"},
      {"name,start\nid,1000001\n", TRYGG_EPARSE, 2, 2, "to 1000000"},
      {"name,start,width\nid,1,0\n", TRYGG_EPARSE, 2, 3, "`0` is no width"},
      {"name,start,width\nid,1,2.5\n", TRYGG_EPARSE, 2, 3, "is no width"},
      {"name,start,end\nid,5,4\n", TRYGG_ECODEBOOK, 2, 3, "ends before it starts"},
      {"name,start,width,end\nid,5,4,9\n", TRYGG_ECODEBOOK, 2, 4, "give the end 8"},
      {"name,start,width,decimals\nw,1,4,-1\n", TRYGG_EPARSE, 2, 4, "from 0 to 15"},
      {"name,start,width,decimals\nage,1,4,1\n", TRYGG_ECODEBOOK, 2, 4, "type in survey.csv is integer"},
      {"name,start,width,decimals\nq1,1,4,1\n", TRYGG_ECODEBOOK, 2, 4, "is select_one"},
      {"name,start,width\nid,1,2\nid,3,4\n", TRYGG_ECODEBOOK, 3, 1, "first in line 2"},
      {"name,start,width\nid,1,4\nw,3,4\n", TRYGG_ECODEBOOK, 3, 2, "begins within `id` (line 2)"},
      {"name,start,width\nw,3,4\nid,1,4\nq1,3,1\n", TRYGG_ECODEBOOK, 2, 2, "begins within `id` (line 3)"},
      {"name,start,width\nid,1,9\nw,2,4\nq1,3,9\n", TRYGG_ECODEBOOK, 4, 2, "begins within `w`"},
      {"name,start,width\nid,1,\nw,3,4\n", TRYGG_ECODEBOOK, 2, 0, "only the last column"},
      {"name,start,end\nid,1,\nw,1,\n", TRYGG_ECODEBOOK, 2, 3, "only the last column"},
      {"name,start,width\na b,1,2\n", TRYGG_ECODEBOOK, 2, 1, "has a blank"},
      {"name,start,width\nno,1,2\nnot,3,2\n", TRYGG_ECODEBOOK, 2, 1, "no column of this layout"},
      {"name,start,width,file\nid,1,2,a*\nno,3,2,b*\n", TRYGG_ECODEBOOK, 3, 1, "no column of this layout"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    texts given = scb;
    trygg_codebook *codebook;
    given.layout = cases[i].layout;
    trygg_status status = try_build(&given, &codebook);
    ck_assert_msg(status == cases[i].status && error.line == cases[i].line &&
                      (error.column == cases[i].column || strstr(cases[i].word, "only the last")) &&
                      strstr(error.message, cases[i].word),
                  "%zu: status %d at %d:%d: %s", i, (int)status, (int)error.line, (int)error.column,
                  error.message);
    ck_assert_str_eq(error.file, "layout");
    trygg_codebook_free(codebook);
  }
  texts given = scb;
  trygg_codebook *codebook;
  given.layout = NULL;
  given.files = "file,delimiter\n*,fixed\n";
  ck_assert_int_eq(try_build(&given, &codebook), TRYGG_ECODEBOOK);
  ck_assert_int_eq(error.line, 2);
  ck_assert_int_eq(error.column, 2);
  ck_assert_ptr_nonnull(strstr(error.message, "no layout.csv"));
}
END_TEST

static int has_warning(const trygg_codebook *codebook, const char *part) {
  for (size_t i = 0; i < trygg_codebook_warnings(codebook); i++)
    if (strstr(trygg_codebook_warning(codebook, i), part))
      return 1;
  return 0;
}

START_TEST(columns_that_nobody_reads_are_told_and_left_out) {
  texts given = scb;
  trygg_codebook *codebook;
  given.layout = "name,start,width\nid,1,4\ntwon,5,4\nold,9,1\nrow,10,1\n";
  given.derived = "name,type,rule,from\nold,integer,sum,age\n";
  given.recodes = "variable,from\nq1,row\n";
  ck_ok(try_build(&given, &codebook));
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 2);
  ck_assert(has_warning(codebook,
                        "layout:3: the column `twon` is not in survey.csv and is left out; did you mean "
                        "`town`?"));
  ck_assert(has_warning(codebook, "layout:4: the column `old` is left out, since derived.csv"));
  const tg_record_layout *layout = tg_codebook_layout(codebook, "x");
  ck_assert_uint_eq(layout->column_count, 2);
  ck_assert_str_eq(layout->columns[1].name, "row");
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- the same as CSV, on every way of reading ------------------------------------------------------------------ */

static void ck_same(const trygg_responses *a, const trygg_responses *b) {
  ck_assert_uint_eq(a->count, b->count);
  for (size_t i = 0; i < a->column_count; i++) {
    const tg_column *x = &a->columns[i], *y = &b->columns[i];
    ck_assert_int_eq(x->present, y->present);
    ck_assert_uint_eq(tg_columns_stored_width(x), tg_columns_stored_width(y));
    if (x->present)
      ck_assert_int_eq(
          memcmp(tg_columns_block(x), tg_columns_block(y), a->count * tg_columns_stored_width(x)), 0);
    ck_assert_uint_eq(x->dictionary.count, y->dictionary.count);
    for (size_t k = 0; k < x->dictionary.count; k++)
      ck_assert_str_eq(x->dictionary.texts[k], y->dictionary.texts[k]);
  }
}

/* More than two megabytes, so that there are chunks; some cells need quotes in CSV. */
static void make_both(tg_text *csv, tg_text *fixed) {
  static const char *const notes[] = {"", "a,b", "say \"no\"", "\xC3\xA5ngrar mig", "x"};
  static const size_t characters[] = {0, 3, 8, 10, 1};
  tg_text_put(csv, "id,town,w,q1,age,income,note\n");
  for (int i = 0; i < 60000; i++) {
    int note = i % 5, age = i % 13 == 0 ? 999 : i % 90;
    tg_text_format(csv, "%d,0%d,%d.%03d,%d,%d,", i, 380 + i % 2, i % 900, i % 1000, 1 + i % 2, age);
    if (i % 7 == 0)
      tg_text_put(csv, "99999");
    else if (i % 11)
      tg_text_format(csv, "%d.%02d", i % 977, i % 100);
    tg_text_format(csv, ",%s%s%s\n", note == 1 ? "\"" : "", note == 2 ? "\"say \"\"no\"\"\"" : notes[note],
                   note == 1 ? "\"" : "");
    tg_text_format(fixed, "%-6d0%d%03d%03d%d%3d", i, 380 + i % 2, i % 900, i % 1000, 1 + i % 2, age);
    if (i % 7 == 0)
      tg_text_put(fixed, "  99999");
    else if (i % 11)
      tg_text_format(fixed, "%5d%02d", i % 977, i % 100);
    else
      tg_text_put(fixed, "       ");
    tg_text_format(fixed, "  %s%*s\r\n", notes[note], (int)(10 - characters[note]), "");
  }
}

START_TEST(fixed_columns_give_what_csv_gives) {
  static const size_t sizes[] = {0, 4093, 65536};
  texts given = scb;
  tg_text csv = {0}, fixed = {0};
  trygg_codebook *codebook = NULL;
  trygg_responses *expected = NULL, *met = NULL;
  given.layout =
      "name,start,width,decimals,file\nid,1,6,,*.txt\ntown,7,4,,*.txt\nw,11,6,3,*.txt\nq1,17,1,0,*.txt\n"
      "age,18,3,,*.txt\nincome,21,7,2,*.txt\nnote,30,10,,*.txt\n";
  make_both(&csv, &fixed);
  ck_assert_uint_gt(fixed.length, (size_t)2 << 20);
  ck_ok(try_build(&given, &codebook));
  tg_load_reading reference = {.reference = 1};
  trygg_load_options options = {.size = sizeof options};
  ck_ok(tg_load_memory(codebook, "d.csv", csv.bytes, csv.length, &options, &reference, &expected, &error));
  ck_assert_uint_eq(expected->count, 60000);
  uLong bound = compressBound(fixed.length) + 100;
  unsigned char *packed = tg_memory_new(bound, 1);
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  ck_assert_int_eq(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = (Bytef *)(uintptr_t)fixed.bytes;
  stream.avail_in = (uInt)fixed.length;
  stream.next_out = packed;
  stream.avail_out = (uInt)bound;
  ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bound -= stream.avail_out;
  deflateEnd(&stream);
  for (int threads = 1; threads <= 5; threads++)
    for (size_t size = 0; size < 3; size++)
      for (int as = 0; as < 2; as++) {
        tg_load_reading reading = {
            .reference = threads == 5, .piece = sizes[size], .read_size = sizes[2 - size]};
        options.threads = threads;
        ck_ok(tg_load_memory(codebook, "d.txt", as ? (void *)packed : fixed.bytes, as ? bound : fixed.length,
                             &options, &reading, &met, &error));
        ck_same(expected, met);
        trygg_responses_free(met);
      }
  tg_memory_free(packed);
  tg_text_free(&csv);
  tg_text_free(&fixed);
  trygg_responses_free(expected);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(memory_that_runs_out_is_an_error) {
  trygg_responses *r;
  for (int for_ever = 0; for_ever < 2; for_ever++) {
    trygg_status status = TRYGG_ENOMEM;
    long k = 0;
    for (; status != TRYGG_OK; k++) {
      tg_memory_fail(k, for_ever);
      status = try_load(&scb, "scb.txt", lines, &r);
      tg_memory_fail(-1, 0);
      ck_assert_msg(status == TRYGG_ENOMEM || status == TRYGG_OK, "allocation %ld: status %d", k,
                    (int)status);
      ck_assert((status == TRYGG_OK) == (r != NULL));
    }
    check_lines(r);
    trygg_responses_free(r);
    ck_assert_int_gt(k, 100);
  }
}
END_TEST

static Suite *fixed_suite(void) {
  Suite *suite = suite_create("fixed");
  TCase *stage = tcase_create("lines"), *surveys = tcase_create("surveys");
  tcase_add_test(stage, columns_are_cut_out_and_trimmed);
  tcase_add_test(stage, every_line_end_will_do);
  tcase_add_test(stage, what_a_reader_would_take_for_its_own_is_quoted);
  tcase_add_test(stage, implied_decimals_are_written_out);
  tcase_add_test(stage, positions_are_characters_in_every_encoding);
  tcase_add_test(stage, lines_that_do_not_fit_are_refused_with_line_and_column);
  tcase_add_test(stage, long_lines_are_whole_and_limited);
  suite_add_tcase(suite, stage);
  tcase_add_test(surveys, a_fixed_width_file_is_coded_as_any_other);
  tcase_add_test(surveys, rejected_records_of_fixed_columns_can_be_written);
  tcase_add_test(surveys, which_layout_a_file_has);
  tcase_add_test(surveys, constants_and_recodes_are_for_fixed_columns_too);
  tcase_add_test(surveys, faults_of_cells_have_the_position_of_their_column);
  tcase_add_test(surveys, layouts_that_cannot_be_are_refused_with_their_place);
  tcase_add_test(surveys, columns_that_nobody_reads_are_told_and_left_out);
  tcase_add_test(surveys, fixed_columns_give_what_csv_gives);
  tcase_add_test(surveys, memory_that_runs_out_is_an_error);
  tcase_set_timeout(surveys, 120);
  suite_add_tcase(suite, surveys);
  return suite;
}

int main(void) {
  return run_suite(fixed_suite());
}
