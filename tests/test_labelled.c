/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPSS, Stata and SAS files, written here by ReadStat itself: what comes out, what is refused, what is drafted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trygg/responses.h>

#include <base/memory.h>
#include <codebook/codebook.h>
#include <responses/responses.h>
#include <source/labelled.h>

#include "support.h"

/* ---- which files ------------------------------------------------------------------------- */

START_TEST(kinds_are_seen_by_content) {
  static const unsigned char stata[] = {114, 2, 1, 0};
  static const unsigned char csv[] = "id;q1\n1;2\n";
  ck_assert(tg_labelled_is_memory("$FL2@(#)", 8));
  ck_assert(tg_labelled_is_memory("$FL3@(#)", 8));
  ck_assert(tg_labelled_is_memory("<stata_dta><header>", 19));
  ck_assert(tg_labelled_is_memory(stata, sizeof stata));
  ck_assert(!tg_labelled_is_memory(csv, sizeof csv - 1));
  ck_assert(!tg_labelled_is_memory("$FL", 3));
  ck_assert(!tg_labelled_is_memory(NULL, 0));
  /* Stata before 117: version 104 to 115, either byte order, a 1 and a 0. */
  ck_assert(tg_labelled_is_memory("\x68\x01\x01\x00", 4));
  ck_assert(tg_labelled_is_memory("\x73\x02\x01\x00", 4));
  ck_assert(!tg_labelled_is_memory("\x67\x01\x01\x00", 4));
  ck_assert(!tg_labelled_is_memory("\x74\x02\x01\x00", 4));
  ck_assert(!tg_labelled_is_memory("\x72\x03\x01\x00", 4));
  ck_assert(!tg_labelled_is_memory("\x72\x01\x02\x00", 4));
  ck_assert(!tg_labelled_is_memory("\x72\x01\x01\x01", 4));
  ck_assert(!tg_labelled_is_memory("", 0));
  trygg_error error = {0};
  int is = 1;
  ck_ok(tg_labelled_is_file("-", &is, &error));
  ck_assert_int_eq(is, 0);
  is = 1;
  ck_ok(tg_labelled_is_file("/no/such/file.sav", &is, &error));
  ck_assert_int_eq(is, 0);
  is = 1;
  ck_ok(tg_labelled_is_file(temporary_folder(), &is, &error));
  ck_assert_int_eq(is, 0);
  is = 1;
  ck_ok(tg_labelled_is_file(NULL, &is, &error));
  ck_assert_int_eq(is, 0);
}
END_TEST

START_TEST(a_beginning_that_cannot_be_read_is_an_error_and_no_other_kind) {
  static const char path[] = "/proc/self/mem";
  trygg_error error = {0};
  trygg_codebook *codebook;
  trygg_responses *responses = (trygg_responses *)&error;
  int is = 1;
  if (access(path, R_OK) != 0)
    return; /* only Linux has a file whose first byte cannot be read */
  ck_assert_int_eq(tg_labelled_is_file(path, &is, &error), TRYGG_EIO);
  ck_assert_int_eq(is, 0);
  ck_assert_str_eq(error.file, path);
  ck_assert_ptr_nonnull(strstr(error.message, "cannot be read"));
  static const char survey[] = "type,name\ninteger,age\n";
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "survey", survey, sizeof survey - 1, &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  const char *paths[] = {path};
  ck_assert_int_eq(trygg_responses_load(codebook, paths, 1, NULL, &responses, &error), TRYGG_EIO);
  ck_assert_ptr_null(responses);
  ck_assert_ptr_nonnull(strstr(error.message, "cannot be read"));
  trygg_codebook_free(codebook);
}
END_TEST

#ifndef HAVE_READSTAT

START_TEST(without_readstat_the_error_names_it) {
  trygg_error error;
  tg_labelled file;
  const char *path = write_text(temporary_folder(), "data.sav", "$FL2@(#) and so on");
  ck_assert_int_eq(tg_labelled_read(path, NULL, &file, &error), TRYGG_EUNSUPPORTED);
  ck_assert_ptr_nonnull(strstr(error.message, "libreadstat-dev"));
}
END_TEST

#else

#include <readstat.h>

/* ---- writing ------------------------------------------------------------------------------- */

typedef struct buffer {
  char bytes[65536];
  size_t length;
} buffer;

static ssize_t append(const void *data, size_t length, void *context) {
  buffer *to = context;
  ck_assert_uint_le(to->length + length, sizeof to->bytes);
  memcpy(to->bytes + to->length, data, length);
  to->length += length;
  return (ssize_t)length;
}

enum { ROWS = 40 };

/* Weight 1/3, 2/3, ...; an opinion 1..4, 8 and 9; an age with 999; a date; a name. */
static void write_spss(buffer *out, readstat_compress_t compression) {
  readstat_writer_t *writer = readstat_writer_init();
  out->length = 0;
  readstat_set_data_writer(writer, append);
  readstat_writer_set_file_label(writer, "Trygghet");
  readstat_writer_set_compression(writer, compression);
  readstat_writer_set_file_timestamp(writer, 1700000000);
  readstat_label_set_t *set = readstat_add_label_set(writer, READSTAT_TYPE_DOUBLE, "labels0");
  readstat_label_double_value(set, 1, "Mycket trygg");
  readstat_label_double_value(set, 2, "Ganska trygg");
  readstat_label_double_value(set, 3, "Ganska otrygg");
  readstat_label_double_value(set, 4, "Mycket otrygg");
  readstat_label_double_value(set, 8, "Vet ej");
  readstat_label_set_t *ages = readstat_add_label_set(writer, READSTAT_TYPE_DOUBLE, "labels1");
  readstat_label_double_value(ages, 999, "Vill inte svara");
  readstat_variable_t *id = readstat_add_variable(writer, "lopnr", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_t *weight = readstat_add_variable(writer, "vikt", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_t *opinion = readstat_add_variable(writer, "kvall", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_set_label(opinion, "Ute ensam sen kv\xC3\xA4ll");
  readstat_variable_set_label_set(opinion, set);
  readstat_variable_add_missing_double_value(opinion, 9);
  readstat_variable_t *age = readstat_add_variable(writer, "alder", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_set_label_set(age, ages);
  readstat_variable_t *date = readstat_add_variable(writer, "dag", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_set_format(date, "EDATE10");
  readstat_variable_t *name = readstat_add_variable(writer, "namn", READSTAT_TYPE_STRING, 20);
  ck_assert_int_eq(readstat_begin_writing_sav(writer, out, ROWS), READSTAT_OK);
  for (int row = 0; row < ROWS; row++) {
    char who[20];
    snprintf(who, sizeof who, "Kan\xC3\xA5rie %d", row);
    readstat_begin_row(writer);
    readstat_insert_double_value(writer, id, row + 1);
    readstat_insert_double_value(writer, weight, (row + 1) / 3.0);
    if (row == 7)
      readstat_insert_missing_value(writer, opinion);
    else
      readstat_insert_double_value(writer, opinion, row == 8 ? 8 : row == 9 ? 9 : row % 4 + 1);
    readstat_insert_double_value(writer, age, row == 3 ? 999 : 16 + row * 1.0);
    readstat_insert_double_value(writer, date, 86400.0 * (141428 + 19000 + row) + 3600);
    readstat_insert_string_value(writer, name, who);
    ck_assert_int_eq(readstat_end_row(writer), READSTAT_OK);
  }
  ck_assert_int_eq(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
}

/* A column of whole numbers with .a and a system-missing value, one of days. */
static void write_stata(buffer *out) {
  readstat_writer_t *writer = readstat_writer_init();
  out->length = 0;
  readstat_set_data_writer(writer, append);
  readstat_writer_set_file_timestamp(writer, 1700000000);
  readstat_label_set_t *set = readstat_add_label_set(writer, READSTAT_TYPE_INT32, "oro");
  readstat_label_int32_value(set, 1, "Never");
  readstat_label_int32_value(set, 2, "Often");
  readstat_label_tagged_value(set, 'a', "Don't know");
  readstat_variable_t *worry = readstat_add_variable(writer, "oro", READSTAT_TYPE_INT32, 0);
  readstat_variable_set_label_set(worry, set);
  readstat_variable_t *number = readstat_add_variable(writer, "antal", READSTAT_TYPE_DOUBLE, 0);
  readstat_variable_t *day = readstat_add_variable(writer, "dag", READSTAT_TYPE_INT32, 0);
  readstat_variable_set_format(day, "%td");
  ck_assert_int_eq(readstat_begin_writing_dta(writer, out, ROWS), READSTAT_OK);
  for (int row = 0; row < ROWS; row++) {
    readstat_begin_row(writer);
    if (row == 0)
      readstat_insert_tagged_missing_value(writer, worry, 'a');
    else if (row == 1)
      readstat_insert_missing_value(writer, worry);
    else
      readstat_insert_int32_value(writer, worry, row % 2 + 1);
    if (row == 2)
      readstat_insert_tagged_missing_value(writer, number, 'z');
    else
      readstat_insert_double_value(writer, number, row * 1.5);
    readstat_insert_int32_value(writer, day, 3653 + row);
    ck_assert_int_eq(readstat_end_row(writer), READSTAT_OK);
  }
  ck_assert_int_eq(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
}

static void write_sas(buffer *out) {
  readstat_writer_t *writer = readstat_writer_init();
  out->length = 0;
  readstat_set_data_writer(writer, append);
  readstat_writer_set_file_timestamp(writer, 1700000000);
  readstat_variable_t *number = readstat_add_variable(writer, "antal", READSTAT_TYPE_DOUBLE, 8);
  readstat_variable_t *name = readstat_add_variable(writer, "namn", READSTAT_TYPE_STRING, 8);
  ck_assert_int_eq(readstat_begin_writing_sas7bdat(writer, out, 3), READSTAT_OK);
  for (int row = 0; row < 3; row++) {
    readstat_begin_row(writer);
    readstat_insert_double_value(writer, number, row + 0.1);
    readstat_insert_string_value(writer, name, row == 1 ? "" : "ja");
    ck_assert_int_eq(readstat_end_row(writer), READSTAT_OK);
  }
  ck_assert_int_eq(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
}

static const tg_labelled_column *column_of(const tg_labelled *file, const char *name) {
  for (size_t i = 0; i < file->column_count; i++)
    if (strcmp(file->columns[i].name, name) == 0)
      return &file->columns[i];
  ck_abort_msg("no column %s", name);
  return NULL;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void check_spss(const buffer *bytes) {
  trygg_error error;
  tg_labelled file;
  ck_ok(tg_labelled_read_memory("a.sav", bytes->bytes, bytes->length, NULL, &file, &error));
  ck_assert_uint_eq(file.rows, ROWS);
  ck_assert_str_eq(file.kind, "SPSS");
  const tg_labelled_column *weight = column_of(&file, "vikt"), *opinion = column_of(&file, "kvall"),
                           *date = column_of(&file, "dag"), *name = column_of(&file, "namn");
  for (int row = 0; row < ROWS; row++)
    ck_assert_double_eq(weight->numbers[row], (row + 1) / 3.0);
  ck_assert_double_nan(opinion->numbers[7]);
  ck_assert_double_eq(opinion->numbers[9], 9); /* user-missing is kept apart from system-missing */
  ck_assert_uint_eq(opinion->range_count, 1);
  ck_assert_double_eq(opinion->ranges[0].low, 9);
  ck_assert_double_eq(opinion->ranges[0].high, 9);
  ck_assert_str_eq(opinion->label, "Ute ensam sen kv\xC3\xA4ll");
  ck_assert_uint_eq(opinion->code_count, 5);
  ck_assert_str_eq(opinion->codes[4].text, "8");
  ck_assert_str_eq(opinion->codes[4].label, "Vet ej");
  ck_assert_str_eq(date->texts[0], "2022-01-08"); /* day 19000 of 1970 */
  ck_assert_str_eq(name->texts[12], "Kan\xC3\xA5rie 12");
  tg_labelled_clear(&file);
}

START_TEST(spss_numbers_are_exact_and_both_kinds_of_missing_stay_apart) {
  static buffer bytes;
  static const readstat_compress_t compressions[] = {READSTAT_COMPRESS_NONE, READSTAT_COMPRESS_ROWS,
                                                     READSTAT_COMPRESS_BINARY};
  write_spss(&bytes, compressions[_i]);
  ck_assert_int_eq(bytes.bytes[3], _i == 2 ? '3' : '2'); /* $FL3 is a .zsav */
  check_spss(&bytes);
}
END_TEST

/* ReadStat writes portable files of ASCII only. */
static void write_portable(buffer *out) {
  readstat_writer_t *writer = readstat_writer_init();
  out->length = 0;
  readstat_set_data_writer(writer, append);
  readstat_writer_set_file_timestamp(writer, 1700000000);
  readstat_variable_t *opinion = readstat_add_variable(writer, "KVALL", READSTAT_TYPE_DOUBLE, 0);
  readstat_variable_t *weight = readstat_add_variable(writer, "VIKT", READSTAT_TYPE_DOUBLE, 0);
  ck_assert_int_eq(readstat_begin_writing_por(writer, out, ROWS), READSTAT_OK);
  for (int row = 0; row < ROWS; row++) {
    readstat_begin_row(writer);
    if (row == 7)
      readstat_insert_missing_value(writer, opinion);
    else
      readstat_insert_double_value(writer, opinion, row % 10);
    readstat_insert_double_value(writer, weight, (row + 1) / 8.0);
    ck_assert_int_eq(readstat_end_row(writer), READSTAT_OK);
  }
  ck_assert_int_eq(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
}

START_TEST(spss_portable_files_are_read) {
  static buffer bytes;
  trygg_error error;
  tg_labelled file;
  write_portable(&bytes);
  ck_assert(tg_labelled_is_memory(bytes.bytes, bytes.length));
  ck_ok(tg_labelled_read_memory("a.por", bytes.bytes, bytes.length, NULL, &file, &error));
  ck_assert_uint_eq(file.rows, ROWS);
  ck_assert_double_nan(column_of(&file, "KVALL")->numbers[7]);
  ck_assert_double_eq(column_of(&file, "KVALL")->numbers[9], 9);
  ck_near(column_of(&file, "VIKT")->numbers[2], 0.375, 1e-14); /* its fractions are of base 30 */
  tg_labelled_clear(&file);
}
END_TEST

START_TEST(stata_tags_become_letters) {
  static buffer bytes;
  trygg_error error;
  tg_labelled file;
  write_stata(&bytes);
  ck_ok(tg_labelled_read_memory("a.dta", bytes.bytes, bytes.length, NULL, &file, &error));
  const tg_labelled_column *worry = column_of(&file, "oro"), *number = column_of(&file, "antal");
  ck_assert_ptr_null(worry->numbers);
  ck_assert_str_eq(worry->texts[0], "a");
  ck_assert_ptr_null(worry->texts[1]);
  ck_assert_str_eq(worry->texts[3], "2");
  ck_assert_str_eq(number->texts[2], "z");
  ck_assert_str_eq(number->texts[3], "4.5");
  ck_assert_str_eq(column_of(&file, "dag")->texts[1], "1970-01-02");
  ck_assert_uint_eq(worry->code_count, 3);
  tg_labelled_clear(&file);
}
END_TEST

START_TEST(sas_files_are_read) {
  static buffer bytes;
  trygg_error error;
  tg_labelled file;
  write_sas(&bytes);
  ck_ok(tg_labelled_read_memory("a.sas7bdat", bytes.bytes, bytes.length, NULL, &file, &error));
  ck_assert_uint_eq(file.rows, 3);
  ck_assert_double_eq(column_of(&file, "antal")->numbers[2], 2.1);
  ck_assert_ptr_null(column_of(&file, "namn")->texts[1]);
  tg_labelled_clear(&file);
}
END_TEST

static int wants_weight(const void *context, const char *name) {
  (void)context;
  return strcmp(name, "vikt") == 0;
}

START_TEST(only_wanted_columns_are_kept) {
  static buffer bytes;
  trygg_error error;
  tg_labelled file;
  tg_labelled_options options = {.wants = wants_weight};
  write_spss(&bytes, READSTAT_COMPRESS_ROWS);
  ck_ok(tg_labelled_read_memory("a.sav", bytes.bytes, bytes.length, &options, &file, &error));
  ck_assert_uint_eq(file.column_count, 6);
  ck_assert_ptr_null(column_of(&file, "namn")->texts);
  ck_assert_ptr_null(column_of(&file, "kvall")->numbers);
  ck_assert_double_eq(column_of(&file, "vikt")->numbers[2], 1);
  tg_labelled_clear(&file);
}
END_TEST

/* ---- limits and damage ------------------------------------------------------------------------- */

START_TEST(limits_are_kept) {
  static buffer bytes;
  trygg_error error;
  tg_labelled file;
  const tg_labelled_options limits[] = {
      {.max_columns = 5}, {.max_bytes = 1000}, {.max_bytes = 4000}, {.max_field = 5}};
  write_spss(&bytes, READSTAT_COMPRESS_ROWS);
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    ck_assert_int_eq(tg_labelled_read_memory("a.sav", bytes.bytes, bytes.length, &limits[i], &file, &error),
                     TRYGG_ELIMIT);
    ck_assert_uint_eq(file.column_count, 0);
    ck_assert_ptr_null(strstr(error.message, "Kan\xC3\xA5rie"));
  }
}
END_TEST

START_TEST(a_truncated_file_is_never_taken_for_a_shorter_one) {
  static buffer bytes;
  if (_i == 0)
    write_spss(&bytes, READSTAT_COMPRESS_NONE);
  else
    write_stata(&bytes);
  for (size_t length = 0; length < bytes.length; length++) {
    trygg_error error;
    tg_labelled file;
    char *copy = malloc(length + 1); /* so that a sanitizer sees a read past the end */
    memcpy(copy, bytes.bytes, length);
    if (tg_labelled_read_memory("a", copy, length, NULL, &file, &error) == TRYGG_OK)
      ck_assert_uint_eq(file.rows, ROWS);
    tg_labelled_clear(&file);
    free(copy);
  }
}
END_TEST

START_TEST(no_flipped_bit_does_harm) {
  static buffer bytes;
  if (_i == 0)
    write_spss(&bytes, READSTAT_COMPRESS_ROWS);
  else
    write_stata(&bytes);
  /* A flip in a count may ask for many rows: the limit answers. */
  tg_labelled_options options = {.max_bytes = 1 << 20};
  for (size_t bit = 0; bit < bytes.length * 8; bit += 3) {
    trygg_error error;
    tg_labelled file;
    bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
    if (tg_labelled_read_memory("a", bytes.bytes, bytes.length, &options, &file, &error) != TRYGG_OK)
      ck_assert_ptr_null(strstr(error.message, "rie "));
    tg_labelled_clear(&file);
    bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
  }
}
END_TEST

START_TEST(running_out_of_memory_leaves_nothing) {
  static buffer bytes;
  trygg_status status = TRYGG_ENOMEM;
  write_stata(&bytes);
  for (long k = 0; status == TRYGG_ENOMEM; k++) {
    trygg_error error;
    tg_labelled file;
    tg_memory_fail(k, 0);
    status = tg_labelled_read_memory("a.dta", bytes.bytes, bytes.length, NULL, &file, &error);
    tg_memory_fail(-1, 0);
    if (status != TRYGG_OK) {
      ck_assert_int_eq(status, TRYGG_ENOMEM);
      ck_assert_uint_eq(file.column_count, 0);
    }
    tg_labelled_clear(&file);
    ck_assert_int_lt(k, 100000);
  }
}
END_TEST

/* ---- responses ----------------------------------------------------------------------------------- */

static trygg_codebook *opinion_codebook(void) {
  trygg_error error;
  trygg_codebook *codebook;
  static const char survey[] =
      "type,name,role,missing\ninteger,lopnr,id,\ndecimal,vikt,weight,\n"
      "select_one kvall,kvall,,9=no_answer\ninteger,alder,,999=refused\ndate,dag,date,\n";
  static const char choices[] =
      "list_name,name,missing\nkvall,1,\nkvall,2,\nkvall,3,\nkvall,4,\nkvall,8,dont_know\n";
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "survey", survey, sizeof survey - 1, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "choices", choices, sizeof choices - 1, &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  return codebook;
}

START_TEST(responses_of_an_spss_file_are_those_of_the_same_csv) {
  static buffer bytes;
  static char csv[8192];
  size_t length = 0;
  trygg_error error;
  trygg_codebook *codebook = opinion_codebook();
  trygg_responses *labelled, *plain;
  write_spss(&bytes, READSTAT_COMPRESS_BINARY);
  const char *path = write_file(temporary_folder(), "data.sav", bytes.bytes, bytes.length);
  length += (size_t)snprintf(csv, sizeof csv, "lopnr,vikt,kvall,alder,dag\n");
  for (int row = 0; row < ROWS; row++) {
    char weight[40], opinion[8];
    snprintf(weight, sizeof weight, "%.17g", (row + 1) / 3.0);
    for (char *c = weight; *c; c++)
      *c = *c == ',' ? '.' : *c; /* a Swedish locale */
    snprintf(opinion, sizeof opinion, "%d", row == 8 ? 8 : row == 9 ? 9 : row % 4 + 1);
    length += (size_t)snprintf(csv + length, sizeof csv - length, "%d,%s,%s,%d,2022-%02d-%02d\n", row + 1,
                               weight, row == 7 ? "" : opinion, row == 3 ? 999 : 16 + row, row < 24 ? 1 : 2,
                               row < 24 ? row + 8 : row - 23);
  }
  ck_ok(trygg_responses_load(codebook, (const char *const[]){path}, 1, NULL, &labelled, &error));
  ck_ok(trygg_responses_load_memory(codebook, "data.csv", csv, length, NULL, &plain, &error));
  ck_assert_uint_eq(trygg_responses_count(labelled), ROWS);
  ck_assert_uint_eq(trygg_responses_count(plain), ROWS);
  for (size_t i = 1; i < codebook->variable_count; i++)
    for (size_t record = 0; record < ROWS; record++) {
      ck_assert_int_eq(tg_column_missing(&labelled->columns[i], record),
                       tg_column_missing(&plain->columns[i], record));
      if (tg_column_missing(&plain->columns[i], record) == TG_VALID)
        ck_assert_double_eq(tg_column_number(&labelled->columns[i], record),
                            tg_column_number(&plain->columns[i], record));
    }
  ck_assert_int_eq(tg_column_missing(&labelled->columns[2], 7), TG_NO_ANSWER);
  ck_assert_int_eq(tg_column_missing(&labelled->columns[2], 8), TG_DONT_KNOW);
  ck_assert_int_eq(tg_column_missing(&labelled->columns[3], 3), TG_REFUSED);
  trygg_responses_free(labelled);
  trygg_responses_free(plain);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(recodes_see_columns_that_are_no_variables) {
  static buffer bytes;
  trygg_error error;
  trygg_codebook *codebook;
  trygg_responses *responses;
  static const char survey[] = "type,name\nselect_one grov,otrygg\ndecimal,vikt\n";
  static const char choices[] = "list_name,name\ngrov,0\ngrov,1\n";
  static const char recodes[] =
      "variable,from,codes,to,wave,file\notrygg,kvall,1 2,0,,\notrygg,kvall,3 4,1,,\n";
  write_spss(&bytes, READSTAT_COMPRESS_ROWS);
  const char *path = write_file(temporary_folder(), "data.sav", bytes.bytes, bytes.length);
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "survey", survey, sizeof survey - 1, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "choices", choices, sizeof choices - 1, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "recodes", recodes, sizeof recodes - 1, &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  ck_ok(trygg_responses_load(codebook, (const char *const[]){path}, 1, NULL, &responses, &error));
  ck_assert_double_eq(tg_column_number(&responses->columns[0], 0), 0); /* 1 */
  ck_assert_double_eq(tg_column_number(&responses->columns[0], 3), 1); /* 4 */
  ck_assert_int_ne(tg_column_missing(&responses->columns[0], 7), TG_VALID);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(a_damaged_file_among_others_loads_nothing) {
  static buffer bytes;
  trygg_error error;
  trygg_codebook *codebook = opinion_codebook();
  trygg_responses *responses = (trygg_responses *)1;
  const char *folder = temporary_folder();
  write_spss(&bytes, READSTAT_COMPRESS_NONE);
  const char *files[] = {write_file(folder, "whole.sav", bytes.bytes, bytes.length),
                         write_file(folder, "half.sav", bytes.bytes, bytes.length / 2)};
  ck_assert_int_eq(trygg_responses_load(codebook, files, 2, NULL, &responses, &error), TRYGG_EPARSE);
  ck_assert_ptr_null(responses);
  ck_assert_ptr_nonnull(strstr(error.file, "half.sav"));
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- drafts --------------------------------------------------------------------------------------- */

/* The drafted folder as a codebook. */
static trygg_codebook *take_draft(const trygg_draft *draft) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators"};
  trygg_error error;
  trygg_codebook *codebook;
  ck_ok(trygg_codebook_create(&codebook, &error));
  for (size_t i = 0; i < 4; i++) {
    const char *text = trygg_codebook_draft_text(draft, i);
    ck_assert_int_eq(strncmp(trygg_codebook_draft_file(draft, i), tables[i], strlen(tables[i])), 0);
    ck_ok(trygg_codebook_add_csv(codebook, tables[i], text, strlen(text), &error));
  }
  ck_ok(trygg_codebook_finish(codebook, &error));
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 0);
  return codebook;
}

START_TEST(a_draft_has_the_files_labels_and_missing_values) {
  static buffer bytes;
  trygg_error error;
  trygg_draft *draft;
  trygg_responses *responses;
  write_spss(&bytes, READSTAT_COMPRESS_ROWS);
  const char *path = write_file(temporary_folder(), "data.sav", bytes.bytes, bytes.length);
  ck_ok(trygg_codebook_draft(path, NULL, &draft, &error));
  trygg_codebook *codebook = take_draft(draft);
  ck_assert_int_eq(trygg_codebook_draft_records(draft), ROWS);
  ck_assert_str_eq(trygg_codebook_form_title(codebook), "Trygghet");
  ck_assert_str_eq(trygg_codebook_label(codebook, "kvall", NULL), "Ute ensam sen kv\xC3\xA4ll");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "kvall", "4", NULL), "Mycket otrygg");
  const tg_variable *opinion = &codebook->variables[tg_codebook_find_variable(codebook, "kvall", 5)];
  ck_assert_uint_eq(opinion->code_count, 6);
  ck_assert_int_eq(opinion->codes[4].missing, TG_DONT_KNOW);
  ck_assert_int_eq(opinion->codes[5].missing, TG_NO_ANSWER); /* 9, which the file declares */
  const tg_variable *age = &codebook->variables[tg_codebook_find_variable(codebook, "alder", 5)];
  ck_assert_int_eq(age->type, TG_INTEGER); /* only its 999 has a label */
  ck_assert_uint_eq(age->code_count, 1);
  ck_assert_int_eq(age->codes[0].missing, TG_REFUSED);
  ck_assert_int_eq(codebook->variables[tg_codebook_find_variable(codebook, "vikt", 4)].role, TG_ROLE_WEIGHT);
  ck_assert_int_eq(codebook->variables[tg_codebook_find_variable(codebook, "lopnr", 5)].role, TG_ROLE_ID);
  ck_assert_int_eq(codebook->variables[tg_codebook_find_variable(codebook, "dag", 3)].type, TG_DATE);
  for (size_t i = 0; trygg_codebook_draft_file(draft, i); i++)
    ck_assert_ptr_null(strstr(trygg_codebook_draft_text(draft, i), "Kan\xC3\xA5rie"));
  ck_ok(trygg_responses_load(codebook, (const char *const[]){path}, 1, NULL, &responses, &error));
  ck_assert_uint_eq(trygg_responses_count(responses), ROWS);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
  trygg_codebook_draft_free(draft);
}
END_TEST

START_TEST(a_draft_of_a_stata_file_knows_its_tags) {
  static buffer bytes;
  trygg_error error;
  trygg_draft *draft;
  trygg_responses *responses;
  write_stata(&bytes);
  const char *path = write_file(temporary_folder(), "data.dta", bytes.bytes, bytes.length);
  ck_ok(trygg_codebook_draft(path, NULL, &draft, &error));
  trygg_codebook *codebook = take_draft(draft);
  size_t worry = tg_codebook_find_variable(codebook, "oro", 3),
         number = tg_codebook_find_variable(codebook, "antal", 5);
  ck_assert_uint_eq(codebook->variables[worry].code_count, 3);
  ck_assert_int_eq(codebook->variables[worry].codes[2].missing, TG_DONT_KNOW);
  ck_assert_int_eq(codebook->variables[number].type, TG_DECIMAL);
  ck_ok(trygg_responses_load(codebook, (const char *const[]){path}, 1, NULL, &responses, &error));
  ck_assert_int_eq(tg_column_missing(&responses->columns[worry], 0), TG_DONT_KNOW);
  ck_assert_int_eq(tg_column_missing(&responses->columns[worry], 1), TG_NO_ANSWER);
  ck_assert_int_eq(tg_column_missing(&responses->columns[number], 2), TG_NO_ANSWER);
  ck_assert_double_eq(tg_column_number(&responses->columns[number], 3), 4.5);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
  trygg_codebook_draft_free(draft);
}
END_TEST

/* Four questions; the first two have the same answers, the third others, the fourth one more, and a 5 that has no
 * label. */
static void write_lists(buffer *out) {
  static const char *const sets[] = {"a", "b", "c", "d"}, *const names[] = {"q1", "q2", "q3", "q4"};
  readstat_writer_t *writer = readstat_writer_init();
  readstat_variable_t *columns[4];
  out->length = 0;
  readstat_set_data_writer(writer, append);
  readstat_writer_set_file_timestamp(writer, 1700000000);
  for (int i = 0; i < 4; i++) {
    readstat_label_set_t *set = readstat_add_label_set(writer, READSTAT_TYPE_INT32, sets[i]);
    readstat_label_int32_value(set, 1, "Never");
    readstat_label_int32_value(set, 2, i == 2 ? "Always" : "Often");
    if (i == 3)
      readstat_label_int32_value(set, 3, "Daily");
    columns[i] = readstat_add_variable(writer, names[i], READSTAT_TYPE_INT32, 0);
    readstat_variable_set_label_set(columns[i], set);
  }
  ck_assert_int_eq(readstat_begin_writing_dta(writer, out, ROWS), READSTAT_OK);
  for (int row = 0; row < ROWS; row++) {
    readstat_begin_row(writer);
    for (int i = 0; i < 4; i++)
      readstat_insert_int32_value(writer, columns[i], i == 3 && row < 4 ? 5 : row % (i == 3 ? 3 : 2) + 1);
    ck_assert_int_eq(readstat_end_row(writer), READSTAT_OK);
  }
  ck_assert_int_eq(readstat_end_writing(writer), READSTAT_OK);
  readstat_writer_free(writer);
}

START_TEST(questions_with_the_same_answers_share_a_list) {
  static buffer bytes;
  trygg_error error;
  trygg_draft *draft;
  write_lists(&bytes);
  const char *path = write_file(temporary_folder(), "data.dta", bytes.bytes, bytes.length);
  ck_ok(trygg_codebook_draft(path, NULL, &draft, &error));
  trygg_codebook *codebook = take_draft(draft);
  size_t lists = 0;
  for (const char *at = trygg_codebook_draft_text(draft, 2); (at = strstr(at, "Never")); at++)
    lists++;
  ck_assert_uint_eq(lists, 3);
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "q1", "2", NULL), "Often");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "q2", "2", NULL), "Often");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "q3", "2", NULL), "Always");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "q4", "3", NULL), "Daily");
  const tg_variable *last = &codebook->variables[tg_codebook_find_variable(codebook, "q4", 2)];
  ck_assert_uint_eq(last->code_count, 4); /* an answer without a label is one nonetheless */
  ck_assert_str_eq(last->codes[3].text, "5");
  trygg_codebook_free(codebook);
  trygg_codebook_draft_free(draft);
}
END_TEST

START_TEST(a_draft_without_memory_leaves_nothing) {
  static buffer bytes;
  trygg_status status = TRYGG_ENOMEM;
  write_spss(&bytes, READSTAT_COMPRESS_ROWS);
  const char *path = write_file(temporary_folder(), "data.sav", bytes.bytes, bytes.length);
  for (long k = 0; status == TRYGG_ENOMEM; k++) {
    trygg_error error;
    trygg_draft *draft;
    tg_memory_fail(k, 0);
    status = trygg_codebook_draft(path, NULL, &draft, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    ck_assert((status == TRYGG_OK) == (draft != NULL));
    trygg_codebook_draft_free(draft);
  }
}
END_TEST

#endif

static Suite *labelled_suite(void) {
  Suite *suite = suite_create("labelled");
  TCase *tests = tcase_create("labelled");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, kinds_are_seen_by_content);
  tcase_add_test(tests, a_beginning_that_cannot_be_read_is_an_error_and_no_other_kind);
#ifndef HAVE_READSTAT
  tcase_add_test(tests, without_readstat_the_error_names_it);
#else
  tcase_add_loop_test(tests, spss_numbers_are_exact_and_both_kinds_of_missing_stay_apart, 0, 3);
  tcase_add_test(tests, spss_portable_files_are_read);
  tcase_add_test(tests, stata_tags_become_letters);
  tcase_add_test(tests, sas_files_are_read);
  tcase_add_test(tests, only_wanted_columns_are_kept);
  tcase_add_test(tests, limits_are_kept);
  tcase_add_loop_test(tests, a_truncated_file_is_never_taken_for_a_shorter_one, 0, 2);
  tcase_add_loop_test(tests, no_flipped_bit_does_harm, 0, 2);
  tcase_add_test(tests, running_out_of_memory_leaves_nothing);
  tcase_add_test(tests, responses_of_an_spss_file_are_those_of_the_same_csv);
  tcase_add_test(tests, recodes_see_columns_that_are_no_variables);
  tcase_add_test(tests, a_damaged_file_among_others_loads_nothing);
  tcase_add_test(tests, a_draft_has_the_files_labels_and_missing_values);
  tcase_add_test(tests, a_draft_of_a_stata_file_knows_its_tags);
  tcase_add_test(tests, questions_with_the_same_answers_share_a_list);
  tcase_add_test(tests, a_draft_without_memory_leaves_nothing);
#endif
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(labelled_suite());
}
