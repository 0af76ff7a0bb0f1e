/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scanner and its threads against libcsv: random files must give the same responses or the same fault. */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <base/memory.h>
#include <base/pipeline.h>
#include <base/text.h>
#include <responses/load.h>
#include <source/cut.h>

static trygg_error error;

/* ---- surveys ------------------------------------------------------------------------------- */

static const char survey_csv[] = "type,name,role,missing,empty\n"
                                 "text,id,id,,\n"
                                 "text,wave,wave,,\n"
                                 "text,stratum,stratum,,\n"
                                 "decimal,w,weight,,\n"
                                 "select_one area,area,domain,,\n"
                                 "select_one scale,q1,,88=dont_know 99=refused,\n"
                                 "select_one scale,q2,,,not_applicable\n"
                                 "select_one scale,q3,,,3\n"
                                 "select_one many,q4,,,\n"
                                 "select_multiple crime,crimes,,99=no_answer,\n"
                                 "integer,age,,999=refused,\n"
                                 "decimal,money,,,\n"
                                 "text,note,,-=no_answer,\n"
                                 "date,day,date,,\n";
static const char status_csv[] = "type,name,role\n"
                                 "text,id,id\n"
                                 "select_one outcome,status,status\n"
                                 "select_one area,area,stratum\n"
                                 "text,stratum,stratum\n"
                                 "select_one scale,q1,\n"
                                 "select_one scale,q2,\n"
                                 "decimal,money,\n";
/* Questions in a row, and cells longer than a word of the processor. */
static const char long_csv[] = "type,name,role,missing,empty\n"
                               "text,id,id,,\n"
                               "select_one scale,a1,,88=dont_know 99=refused,\n"
                               "select_one scale,a2,,88=dont_know 99=refused,\n"
                               "select_one scale,a3,,88=dont_know 99=refused,\n"
                               "select_one scale,a4,,88=dont_know 99=refused,\n"
                               "select_one scale,a5,,88=dont_know 99=refused,3\n"
                               "select_one scale,a6,,,not_applicable\n"
                               "select_one scale,a7,,,not_applicable\n"
                               "select_one scale,a8,,,not_applicable\n"
                               "select_one scale,a9,,88=dont_know 99=refused,\n"
                               "select_one scale,a10,,88=dont_know 99=refused,\n"
                               "select_one area,area,,,\n"
                               "select_one many,q4,,,\n"
                               "integer,whole,,,\n"
                               "decimal,precise,,-1=refused 99=dont_know,\n"
                               "decimal,w,weight,,\n"
                               "date,day,,2024-01-11=refused,\n"
                               "text,place,,,\n";
static const char one_csv[] = "type,name,role\nselect_one scale,q1,\n";

/* `region` is in no file. */
static const char recoded_csv[] = "type,name,role,missing,empty\n"
                                  "text,id,id,,\n"
                                  "text,wave,wave,,\n"
                                  "text,stratum,stratum,,\n"
                                  "select_one area,area,domain,,\n"
                                  "select_one area,region,,,\n"
                                  "select_one scale,q1,,88=dont_know 99=refused,\n"
                                  "select_one scale,q2,,,not_applicable\n"
                                  "select_one scale,q3,,,3\n"
                                  "integer,age,,999=refused,\n"
                                  "decimal,money,,,\n";

typedef struct survey {
  const char *settings, *survey, *recodes, *files;
} survey;

static const survey surveys[] = {
    {"form_id,duplicates\ntest,first\n", survey_csv, NULL, NULL},
    {"form_id,duplicates\ntest,fail\n", survey_csv, NULL, NULL},
    {"form_id,duplicates,min_answered\ntest,complete,0.5\n", survey_csv, NULL, NULL},
    {"form_id,duplicates,closes\ntest,last,2024-01-20\n", survey_csv, NULL, NULL},
    {"form_id,duplicates\ntest,last\n", status_csv, NULL, NULL},
    {"form_id\ntest\n", one_csv, NULL, NULL},
    {"form_id,duplicates\ntest,first\n", long_csv, NULL, NULL},
    {"form_id,duplicates\ntest,first\n", recoded_csv,
     "variable,from,codes,to,wave\nq1,,3,2,2020\nq1,,2,1,2021\nq2,q3,1,3,2021\nage,,0..9,5,\nage,,10..120,,\n"
     "stratum,area,0380,s1,2022\n",
     "file,region\n*.csv,0381\n"},
};
enum { surveys_count = sizeof surveys / sizeof surveys[0] };

static trygg_codebook *build(const survey *texts) {
  trygg_codebook *codebook = NULL;
  tg_text choices = {0};
  tg_text_put(&choices, "list_name,name,label,missing,disposition\n"
                        "area,0380,Uppsala,,\narea,0381,Enkoping,,\n"
                        "scale,1,Never,,\nscale,2,Seldom,,\nscale,3,Often,,\nscale,a,Word,,\n"
                        "crime,theft,,,\ncrime,fraud,,,\ncrime,threat,,,\n"
                        "outcome,1,,,I\noutcome,2,,,P\noutcome,3,,,R\noutcome,4,,,NC\noutcome,5,,,UO\n");
  for (int i = 0; i < 300; i++)
    tg_text_format(&choices, "many,%d,,,\n", i);
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add_csv(codebook, "settings", texts->settings, strlen(texts->settings), &error));
  ck_ok(trygg_codebook_add_csv(codebook, "survey", texts->survey, strlen(texts->survey), &error));
  ck_ok(trygg_codebook_add_csv(codebook, "choices", choices.bytes, choices.length, &error));
  if (texts->recodes)
    ck_ok(trygg_codebook_add_csv(codebook, "recodes", texts->recodes, strlen(texts->recodes), &error));
  if (texts->files)
    ck_ok(trygg_codebook_add_csv(codebook, "files", texts->files, strlen(texts->files), &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  tg_text_free(&choices);
  return codebook;
}

/* ---- what a load gave, as a text -------------------------------------------------------------- */

static void put_bytes(tg_text *out, const void *bytes, size_t length) {
  const unsigned char *at = bytes;
  for (size_t i = 0; i < length; i++)
    tg_text_format(out, "%02x", at[i]);
  tg_text_putc(out, '\n');
}

static void put_column(tg_text *out, const tg_column *column, size_t count) {
  tg_text_format(out, "column %s %d %d ", column->variable->name, (int)column->kind, column->present);
  if (!column->present) {
    tg_text_putc(out, '\n');
    return;
  }
  put_bytes(out, tg_columns_block(column), count * tg_columns_stored_width(column));
  for (size_t i = 0; i < column->dictionary.count; i++)
    tg_text_format(out, "  text `%s` %d\n", column->dictionary.texts[i], column->dictionary.missing[i]);
}

static void put_account(tg_text *out, const trygg_responses *responses) {
  trygg_table *table = NULL;
  ck_ok(trygg_responses_account(responses, &table, &error));
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    for (size_t i = 1; i < 6; i++) /* not the name of the file */
      tg_text_format(out, "%s|", trygg_table_text(table, row, i));
    tg_text_format(out, "%lld\n", (long long)trygg_table_integer(table, row, 6));
  }
  trygg_table_free(table);
}

static void put_responses(tg_text *out, const trygg_responses *responses) {
  tg_text_format(out, "records %zu\n", responses->count);
  for (size_t i = 0; i < responses->column_count; i++)
    put_column(out, &responses->columns[i], responses->count);
  put_bytes(out, responses->wave, responses->count * sizeof *responses->wave);
  for (size_t i = 0; i < responses->wave_count; i++)
    tg_text_format(out, "wave %s %zu\n", responses->waves[i].code, responses->waves[i].count);
  put_bytes(out, responses->asked, responses->column_count * responses->wave_count);
  put_account(out, responses);
  for (size_t i = 0; i < responses->warning_count; i++)
    tg_text_format(out, "warning %s\n", responses->warnings[i]);
}

static void put_load(tg_text *out, trygg_codebook *codebook, const tg_text *data,
                     const trygg_load_options *options, const tg_load_reading *reading) {
  trygg_responses *responses = NULL;
  memset(&error, 0, sizeof error);
  tg_text_clear(out);
  trygg_status status =
      tg_load_memory(codebook, "data.csv", data->bytes, data->length, options, reading, &responses, &error);
  if (status == TRYGG_OK)
    put_responses(out, responses);
  else
    tg_text_format(out, "status %d line %lld column %d field %s: %s\n", (int)status, (long long)error.line,
                   (int)error.column, error.field, error.message);
  ck_assert_int_eq(out->failed, 0);
  trygg_responses_free(responses);
}

/* ---- random files ------------------------------------------------------------------------------ */

static uint64_t state;

static unsigned below(unsigned n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned)(state >> 33) % n;
}

static int once_in(unsigned n) {
  return below(n) == 0;
}

/* How one file is written. */
typedef struct dialect {
  char delimiter;
  int line_end;    /* 0 LF, 1 CRLF, 2 CR, 3 any */
  unsigned quotes; /* a field in quotes once in so many */
  unsigned faults; /* a fault once in so many fields; 0: none */
  int latin;
} dialect;

static void put_line_end(tg_text *out, const dialect *as) {
  static const char *const ends[] = {"\n", "\r\n", "\r"};
  tg_text_put(out, ends[as->line_end == 3 ? below(3) : (unsigned)as->line_end]);
}

static const char *any_of(const char *const *texts, size_t count) {
  return texts[below((unsigned)count)];
}
#define ANY(...)                                                                                             \
  any_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* A cell that suits the column most of the time. */
static void put_value(tg_text *out, const char *name, int record) {
  if (once_in(12))
    return;
  if (once_in(40)) {
    tg_text_put(out, ANY("NA", ".", "#NULL!", "x", "-", "  ", "1,0", "01", "7 7", "a", "\xC3\xA9", "\xC2\xA0",
                         "9e99", "1e2", "-0", "+3", "0.10", "12345678901234567890", "N", "#", ".5", "5."));
    return;
  }
  if (strcmp(name, "id") == 0)
    tg_text_format(out, "%d", once_in(30) ? record / 2 : record);
  else if (strcmp(name, "wave") == 0)
    tg_text_put(out, ANY("2020", "2021", "2022"));
  else if (strcmp(name, "stratum") == 0)
    tg_text_format(out, "s%u", below(12));
  else if (strcmp(name, "w") == 0)
    tg_text_format(out, "%u.%u", below(300), below(10000));
  else if (strcmp(name, "area") == 0)
    tg_text_put(out, ANY("0380", "0381", "380"));
  else if (strcmp(name, "crimes") == 0)
    tg_text_put(out, ANY("theft", "fraud threat", "99", "theft theft", "threat no"));
  else if (strcmp(name, "day") == 0)
    tg_text_format(out, "2024-0%u-%u%s", 1 + once_in(30), 10 + below(21),
                   once_in(5) ? ANY("T10:11:12", " 7", "x", "0") : "");
  else if (strcmp(name, "place") == 0)
    tg_text_format(out, "%0*u", (int)below(10), below(once_in(3) ? 100000000 : 300));
  else if (strcmp(name, "whole") == 0 || strcmp(name, "precise") == 0)
    for (unsigned i = below(18), dot = once_in(2) ? below(18) : 99; i > 0; i--) {
      tg_text_format(out, "%u", below(10));
      if (i == dot)
        tg_text_put(out, ANY(".", ","));
    }
  else if (strcmp(name, "money") == 0)
    tg_text_format(out, "%u%s%u", below(100000), ANY(".", ","), below(1000));
  else if (strcmp(name, "age") == 0)
    tg_text_format(out, "%u", once_in(20) ? 999 : below(100));
  else if (strcmp(name, "note") == 0)
    for (unsigned i = below(once_in(200) ? 3000 : 5); i > 0; i--)
      tg_text_put(out, ANY("word ", "na", "\xC3\xA5", "x"));
  else if (strcmp(name, "q4") == 0)
    tg_text_format(out, "%u", below(310));
  else
    tg_text_put(out, ANY("1", "2", "3", "1", "2", "88", "99", "a", "4"));
}

static void put_quoted(tg_text *out, const tg_text *value, const dialect *as) {
  tg_text_putc(out, '"');
  for (size_t i = 0; i < value->length; i++) {
    if (value->bytes[i] == '"')
      tg_text_putc(out, '"');
    tg_text_putc(out, value->bytes[i]);
  }
  if (once_in(6))
    tg_text_put(out, ANY("\"\"", "\n", "\r\n", "\r", "\n\n", " ", "\"\"\"\""));
  if (once_in(9))
    tg_text_putc(out, as->delimiter);
  tg_text_putc(out, '"');
}

static void put_cell(tg_text *out, const char *name, int record, const dialect *as) {
  tg_text value = {0};
  tg_text_put(&value, "");
  put_value(&value, name, record);
  int holds = memchr(value.bytes, as->delimiter, value.length) != NULL;
  if (once_in(25))
    tg_text_put(out, ANY(" ", "  ", as->delimiter == '\t' ? " " : "\t"));
  if (holds || (as->quotes && once_in(as->quotes)))
    put_quoted(out, &value, as);
  else
    tg_text_append(out, value.bytes, value.length);
  if (once_in(25))
    tg_text_put(out, " ");
  if (as->faults && once_in(as->faults))
    tg_text_put(out, ANY("\"", "\"x", "\" \"", "\x80", "\x81", as->delimiter == ',' ? "," : ";", "\n"));
  if (as->latin && once_in(30))
    tg_text_put(out, ANY("\xE5", "\xE4", "\x80"));
  tg_text_free(&value);
}

static size_t put_header(tg_text *out, const trygg_codebook *codebook, const dialect *as,
                         const char **names) {
  size_t count = 0;
  for (size_t i = 0; i < codebook->variable_count; i++)
    if (strcmp(codebook->variables[i].name, "region") != 0)
      names[count++] = codebook->variables[i].name;
  for (size_t i = count; i > 1; i--) {
    size_t other = below((unsigned)i);
    const char *name = names[i - 1];
    names[i - 1] = names[other];
    names[other] = name;
  }
  if (count > 1 && once_in(3))
    names[count++] = "other";
  if (once_in(20))
    tg_text_put(out, "\xEF\xBB\xBF");
  if (once_in(20))
    tg_text_format(out, "sep=%c\n", as->delimiter);
  for (size_t i = 0; i < count; i++) {
    if (i)
      tg_text_putc(out, as->delimiter);
    tg_text_format(out, once_in(10) ? "\"%s\"" : "%s", names[i]);
  }
  put_line_end(out, as);
  return count;
}

static void put_file(tg_text *out, const trygg_codebook *codebook) {
  const char *names[32];
  dialect as = {.delimiter = ",;\t"[below(3)], .line_end = (int)below(4), .latin = once_in(10)};
  as.quotes = once_in(3) ? 0 : 1 + below(once_in(2) ? 3 : 40);
  as.faults = once_in(3) ? 50 + below(2000) : 0;
  tg_text_clear(out);
  size_t count = put_header(out, codebook, &as, names);
  int records = (int)below(once_in(10) ? 400 : 60);
  for (int record = 0; record < records; record++) {
    if (once_in(30))
      tg_text_put(out, ANY("", " ", "  \t"));
    if (once_in(30))
      put_line_end(out, &as);
    for (size_t i = 0; i < count; i++) {
      if (i)
        tg_text_putc(out, as.delimiter);
      put_cell(out, names[i], record, &as);
    }
    if (as.faults && once_in(as.faults))
      tg_text_put(out, ANY("\"never closed", "\x1A"));
    if (record + 1 < records || !once_in(4))
      put_line_end(out, &as);
  }
  if (once_in(10))
    tg_text_putc(out, 0x1A);
}

/* The text as one to three gzip members, sometimes damaged unless it is to be `sound`. */
static void compress_text(const tg_text *text, tg_text *out, int sound) {
  size_t members = 1 + below(3), from = 0;
  tg_text_clear(out);
  for (size_t i = 0; i < members; i++) {
    size_t length = i + 1 == members ? text->length - from : below((unsigned)(text->length - from) + 1);
    unsigned char packed[1 << 16];
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)(text->bytes + from);
    stream.avail_in = (uInt)length;
    int code;
    do {
      stream.next_out = packed;
      stream.avail_out = sizeof packed;
      code = deflate(&stream, Z_FINISH);
      tg_text_append(out, (const char *)packed, sizeof packed - stream.avail_out);
    } while (code == Z_OK);
    deflateEnd(&stream);
    from += length;
  }
  if (!sound && once_in(5))
    out->bytes[below((unsigned)out->length)] ^= (char)(1 << below(8));
  if (!sound && once_in(10))
    out->length -= below((unsigned)out->length);
}

/* ---- the tests ----------------------------------------------------------------------------------- */

static const size_t pieces[] = {0, 1, 50, 300, 2000};
static const size_t read_sizes[] = {0, 1, 7, 64, 1000};

static void compare(trygg_codebook *codebook, const tg_text *data, const trygg_load_options *base,
                    unsigned file, size_t *loaded) {
  tg_text expected = {0}, met = {0};
  tg_load_reading reading = {.reference = 1};
  trygg_load_options options = *base;
  put_load(&expected, codebook, data, &options, &reading);
  *loaded += strncmp(expected.bytes, "records", 7) == 0;
  for (unsigned i = 0; i < 6; i++) {
    unsigned k = file * 6 + i;
    options.threads = 1 + (int)(i % 3);
    reading = (tg_load_reading){0, pieces[k % 5], read_sizes[k / 5 % 5]};
    put_load(&met, codebook, data, &options, &reading);
    if (strcmp(expected.bytes, met.bytes) == 0)
      continue;
    size_t at = 0;
    while (expected.bytes[at] && expected.bytes[at] == met.bytes[at])
      at++;
    while (at > 0 && expected.bytes[at - 1] != '\n')
      at--;
    ck_abort_msg("file %u, %d threads, pieces of %zu, reads of %zu: libcsv\n%.300s\nscanner\n%.300s", file,
                 options.threads, reading.piece, reading.read_size, expected.bytes + at, met.bytes + at);
  }
  tg_text_free(&expected);
  tg_text_free(&met);
}

static void compare_files(unsigned count, uint64_t seed, int packed) {
  trygg_codebook *codebooks[surveys_count];
  tg_text data = {0}, gzip = {0};
  size_t loaded = 0;
  state = seed;
  for (size_t i = 0; i < surveys_count; i++)
    codebooks[i] = build(&surveys[i]);
  for (unsigned file = 0; file < count; file++) {
    trygg_load_options options = {.size = sizeof options};
    if (once_in(12))
      options.max_field = 20 + below(100);
    if (once_in(12))
      options.max_record = 80 + below(300);
    trygg_codebook *codebook = codebooks[below(surveys_count)];
    put_file(&data, codebook);
    if (packed)
      compress_text(&data, &gzip, 0);
    compare(codebook, packed ? &gzip : &data, &options, file, &loaded);
  }
  /* Faults must not be all that is compared. */
  ck_assert_msg(loaded * 4 > count && loaded < count, "%zu of %u files were loaded", loaded, count);
  for (size_t i = 0; i < surveys_count; i++)
    trygg_codebook_free(codebooks[i]);
  tg_text_free(&data);
  tg_text_free(&gzip);
}

START_TEST(the_scanner_gives_what_libcsv_gives) {
  compare_files(2000, UINT64_C(88172645463325252), 0);
}
END_TEST

START_TEST(packed_files_too) {
  compare_files(400, UINT64_C(1181783497276652981), 1);
}
END_TEST

/* More records than a block: whole numbers and texts become narrow, and nothing else changes. */
START_TEST(large_loads_are_narrow_and_the_same_for_all_threads) {
  static const survey large = {"form_id\ntest\n",
                               "type,name,role,missing\n"
                               "integer,number,,\ninteger,small,,99=refused\ndecimal,half,,\n"
                               "decimal,w,weight,\ntext,area,,-=no_answer\ntext,key,,\n",
                               NULL, NULL};
  enum { records = 150000 };
  trygg_codebook *codebook = build(&large);
  tg_text data = {0}, expected = {0}, met = {0};
  tg_text_put(&data, "number,small,half,w,area,key\n");
  for (int i = 0; i < records; i++)
    tg_text_format(&data, "%d,%d,%d.5,2,%s%d,k%d\n", i * 7 - 500000, i % 100, i, i % 50 ? "a" : "-", i % 50,
                   i);
  for (int threads = 0; threads < 4; threads++) {
    trygg_load_options options = {.size = sizeof options, .threads = threads};
    tg_load_reading reading = {.reference = threads == 0};
    put_load(threads ? &met : &expected, codebook, &data, &options, &reading);
    if (threads)
      ck_assert_msg(strcmp(expected.bytes, met.bytes) == 0, "%d threads", threads);
  }
  trygg_responses *responses = NULL;
  ck_ok(trygg_responses_load_memory(codebook, "data.csv", data.bytes, data.length, NULL, &responses, &error));
  const tg_column *columns = responses->columns;
  ck_assert_int_eq(columns[0].width, 4);
  ck_assert_int_eq(columns[1].width, 2);
  ck_assert_int_eq(columns[2].width, 0);
  ck_assert_int_eq(columns[3].width, 0);
  ck_assert_int_eq(columns[4].width, 2);
  ck_assert_int_eq(columns[5].width, 0); /* too many texts */
  for (int i = 0; i < records; i++) {
    char key[16];
    tg_text_print(key, sizeof key, "k%d", i);
    ck_assert(tg_column_number(&columns[0], (size_t)i) == i * 7 - 500000);
    if (i % 100 == 99)
      ck_assert_int_eq(tg_column_missing(&columns[1], (size_t)i), TG_REFUSED);
    else
      ck_assert(tg_column_number(&columns[1], (size_t)i) == i % 100);
    ck_assert(tg_column_number(&columns[2], (size_t)i) == i + 0.5);
    ck_assert_str_eq(columns[5].dictionary.texts[tg_column_stored_text(&columns[5], (size_t)i)], key);
  }
  ck_assert_uint_lt(trygg_responses_memory(responses) / records, 4 + 2 + 8 + 8 + 2 + 4 + 2 + 20);
  tg_categories categories;
  uint32_t *index = tg_memory_new(records, sizeof *index);
  ck_ok(tg_column_categories(&columns[1], records, index, &categories, &error));
  ck_assert_uint_eq(categories.count, 99);
  ck_assert_uint_eq(index[98], 98);
  ck_assert_uint_eq(index[99], UINT32_MAX);
  tg_categories_clear(&categories);
  ck_ok(tg_column_categories(&columns[4], records, index, &categories, &error));
  ck_assert_uint_eq(categories.count, 50);
  ck_assert_str_eq(categories.names[index[1]], "a1");
  tg_categories_clear(&categories);
  tg_memory_free(index);
  trygg_responses_free(responses);
  tg_text_free(&data);
  tg_text_free(&expected);
  tg_text_free(&met);
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- many columns ----------------------------------------------------------------------------- */

/* A file of `columns` questions, of which survey.csv knows every `step`-th. */
static trygg_codebook *build_wide(int columns, int step, tg_text *data) {
  tg_text known = {0};
  tg_text_put(&known, "type,name,role,missing\ntext,id,id,\n");
  for (int i = 0; i < columns; i += step)
    tg_text_format(&known, "%s,q%d,,99=refused\n", i % 16 ? "select_one scale" : "integer", i);
  trygg_codebook *codebook = build(&(survey){"form_id\ntest\n", known.bytes, NULL, NULL});
  tg_text_free(&known);
  tg_text_put(data, "id");
  for (int i = 0; i < columns; i++)
    tg_text_format(data, ",q%d", i);
  for (int record = 0; record < 12; record++) {
    tg_text_format(data, "\n%d", record);
    for (int i = 0; i < columns; i++)
      tg_text_put(data, (record + i) % 11 ? (record + i) % 3 ? ",1" : ",3" : ",99");
  }
  tg_text_put(data, "\n");
  return codebook;
}

START_TEST(thousands_of_columns_are_read_as_few_are) {
  enum { columns = 6000, step = 125 };
  tg_text data[2] = {{0}}, expected = {0}, met = {0};
  for (int all = 0; all < 2; all++) {
    trygg_codebook *codebook = build_wide(columns, all ? 1 : step, &data[all]);
    trygg_responses *responses = NULL;
    for (int threads = 0; threads < 3; threads++) {
      trygg_load_options options = {.size = sizeof options, .threads = threads};
      tg_load_reading reading = {.reference = threads == 0, .piece = 20000};
      put_load(threads ? &met : &expected, codebook, &data[all], &options, &reading);
      if (threads)
        ck_assert_msg(strcmp(expected.bytes, met.bytes) == 0, "%d threads", threads);
    }
    ck_ok(trygg_responses_load_memory(codebook, "wide.csv", data[all].bytes, data[all].length, NULL,
                                      &responses, &error));
    ck_assert_int_eq(responses->count, 12);
    ck_assert_int_eq(responses->columns[1].values.number[1], 1); /* q0, an integer */
    const tg_column *last = &responses->columns[responses->column_count - 1];
    int question = all ? columns - 1 : columns - step;
    for (size_t record = 0; record < responses->count; record++) {
      int at = (int)record + question, code = at % 11 ? at % 3 ? 1 : 3 : 99;
      ck_assert_str_eq(last->variable->codes[tg_column_code(last, record)].text, code == 1   ? "1"
                                                                                 : code == 3 ? "3"
                                                                                             : "99");
    }
    trygg_responses_free(responses);
    trygg_codebook_free(codebook);
    tg_text_free(&data[all]);
  }
  tg_text_free(&expected);
  tg_text_free(&met);
}
END_TEST

START_TEST(more_columns_than_a_spreadsheet_has_are_refused) {
  tg_text data = {0};
  trygg_codebook *codebook = build_wide(16384, 4000, &data); /* and the id */
  trygg_responses *responses = NULL;
  ck_assert_int_eq(
      trygg_responses_load_memory(codebook, "wide.csv", data.bytes, data.length, NULL, &responses, &error),
      TRYGG_ELIMIT);
  ck_assert_int_eq(error.line, 1);
  ck_assert_int_eq(error.column, 16385);
  ck_assert(strstr(error.message, "more than 16384 fields"));
  trygg_load_options options = {.size = sizeof options, .max_columns = 16385};
  ck_ok(trygg_responses_load_memory(codebook, "wide.csv", data.bytes, data.length, &options, &responses,
                                    &error));
  ck_assert_int_eq(responses->count, 12);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
  tg_text_free(&data);
}
END_TEST

/* ---- the same text from everywhere ----------------------------------------------------------------- */

typedef struct feed {
  const char *path;
  const tg_text *text;
  size_t step;
} feed;

static void *write_fifo(void *context) {
  const feed *from = context;
  int to = open(from->path, O_WRONLY);
  for (size_t at = 0; at < from->text->length && to >= 0;) {
    size_t left = from->text->length - at;
    ssize_t written = write(to, from->text->bytes + at, left < from->step ? left : from->step);
    if (written <= 0)
      break;
    at += (size_t)written;
  }
  if (to >= 0)
    close(to);
  return NULL;
}

static void check_path(trygg_codebook *codebook, const char *path, int threads, const tg_text *expected) {
  trygg_load_options options = {.size = sizeof options, .threads = threads};
  trygg_responses *responses = NULL;
  tg_text met = {0};
  ck_ok(trygg_responses_load(codebook, &path, 1, &options, &responses, &error));
  put_responses(&met, responses);
  ck_assert_msg(strcmp(met.bytes, expected->bytes) == 0, "%s, %d threads", path, threads);
  trygg_responses_free(responses);
  tg_text_free(&met);
}

/* More than two megabytes, so that there are chunks. */
START_TEST(every_source_gives_the_same) {
  static const size_t steps[] = {1009, 4096, 65536, 100003, 1 << 20};
  trygg_codebook *codebook = build(&surveys[0]);
  tg_text data = {0}, gzip = {0}, expected = {0};
  trygg_load_options options = {.size = sizeof options};
  tg_load_reading reading = {.reference = 1};
  tg_text_put(&data, "id,wave,stratum,w,area,q1,q2,q3,q4,crimes,age,money,note,day\n");
  for (int i = 0; i < 40000; i++)
    tg_text_format(&data, "%d,202%d,s%d,%d.25,038%d,%d,%d,3,%d,theft,%d,1.5,\"a\"\"%d\nb\",2024-01-12\n", i,
                   i % 3, i % 40, i % 900, i % 2, i % 4, i % 5, i % 300, i % 110, i % 777);
  put_load(&expected, codebook, &data, &options, &reading);
  ck_assert(strncmp(expected.bytes, "records 40000", 13) == 0);
  const char *folder = temporary_folder();
  const char *plain = write_file(folder, "plain.csv", data.bytes, data.length);
  const char *fifo = write_text(folder, "fifo.csv", "");
  state = 4711;
  for (int threads = 1; threads <= 6; threads++) {
    check_path(codebook, plain, threads, &expected);
    compress_text(&data, &gzip, 1);
    check_path(codebook, write_file(folder, "packed.csv", gzip.bytes, gzip.length), threads, &expected);
  }
  ck_assert_int_eq(unlink(fifo), 0);
  ck_assert_int_eq(mkfifo(fifo, 0600), 0);
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    pthread_t writer;
    feed from = {fifo, &data, steps[i]};
    ck_assert_int_eq(pthread_create(&writer, NULL, write_fifo, &from), 0);
    check_path(codebook, fifo, 1 + (int)i % 3, &expected);
    pthread_join(writer, NULL);
  }
  int before = dup(0), file = open(plain, O_RDONLY);
  ck_assert(before >= 0 && file >= 0 && dup2(file, 0) == 0);
  check_path(codebook, "-", 2, &expected);
  dup2(before, 0);
  close(before);
  close(file);
  tg_text_free(&data);
  tg_text_free(&gzip);
  tg_text_free(&expected);
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- where a text is cut ------------------------------------------------------------------------- */

START_TEST(a_text_is_cut_behind_whole_records) {
  static const struct {
    const char *text;
    size_t whole;
  } cases[] = {
      {"", 0},
      {"a", 0},
      {"a\n", 2},
      {"a\nb", 2},
      {"a\r\nb", 3},
      {"a\rb", 2},
      {"a\r", 0},
      {"a\rb\r", 2},
      {"\"a\n", 0},
      {"a\n\"b\nc", 2},
      {"\"a\n\"\nb", 5},
      {"\"\"\n\"", 3},
      {"\"a\"\"\n\"\n", 7},
      {"a\n\"b\"\"\nc\"", 2},
      {"\"a\r\n\"\rb", 6},
      {"\n\n", 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int has_quotes;
    size_t whole = tg_cut_whole(cases[i].text, strlen(cases[i].text), &has_quotes);
    ck_assert_msg(whole == cases[i].whole, "case %zu: %zu", i, whole);
    ck_assert_int_eq(has_quotes, strchr(cases[i].text, '"') != NULL);
  }
}
END_TEST

/* ---- ids -------------------------------------------------------------------------------------- */

START_TEST(ids_with_one_hash_are_told_apart_byte_by_byte) {
  static const char *const pairs[][2] = {{"a", "bc"}, {"ab", "c"}, {"a", "b"}, {"abc", "d"}, {"a", "bd"}};
  tg_duplicates_index index = {0};
  for (int turn = 0; turn < 2; turn++)
    for (uint32_t wave = 0; wave < 3; wave++)
      for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        tg_piece_id ids[2];
        for (size_t k = 0; k < 2; k++)
          ids[k] = (tg_piece_id){pairs[i][k], (uint32_t)strlen(pairs[i][k]), 0};
        tg_duplicates_key key = {ids, 2, wave, 7};
        tg_duplicates_entry entry = {.record = 10 * wave + i}, *found = NULL;
        ck_assert_int_eq(tg_duplicates_find_or_add(&index, &key, &entry, &found), 0);
        ck_assert_int_eq(found != NULL, turn);
        if (found)
          ck_assert_int_eq(found->record, 10 * wave + i);
      }
  ck_assert_int_eq(index.count, 15);
  tg_duplicates_clear(&index);
}
END_TEST

/* ---- the pipeline --------------------------------------------------------------------------------- */

typedef struct counting {
  int values[8];
  int next, last, sum, refuse_at, pauses;
} counting;

static int count_up(void *context, size_t slot) {
  counting *all = context;
  all->values[slot] = ++all->next;
  return all->next < all->last;
}

static void square(void *context, size_t slot) {
  counting *all = context;
  all->values[slot] *= all->values[slot];
}

static trygg_status add_up(void *context, size_t slot, int *stop, trygg_error *to) {
  counting *all = context;
  int root = all->refuse_at / 2;
  all->sum = all->sum * 3 % 1000003 + all->values[slot]; /* depends on the order */
  *stop = all->refuse_at % 2 == 0 && all->values[slot] == root * root;
  return all->refuse_at % 2 == 1 && all->values[slot] == root * root
             ? tg_error_set(to, TRYGG_EDATA, "refused")
             : TRYGG_OK;
}

static trygg_status count_pause(void *context, trygg_error *to) {
  (void)to;
  ((counting *)context)->pauses++;
  return TRYGG_OK;
}

START_TEST(pieces_are_taken_in_order_by_any_number_of_threads) {
  int expected = 0;
  for (int threads = 1; threads <= 6; threads++) {
    counting all = {.last = 1000, .refuse_at = -1};
    size_t read, taken;
    tg_pipeline pipeline = {count_up, square, add_up, count_pause, &all};
    ck_ok(tg_pipeline_run(&pipeline, threads, 8, &read, &taken, &error));
    ck_assert_uint_eq(read, 1000);
    ck_assert_uint_eq(taken, 1000);
    ck_assert_int_gt(all.pauses, 0);
    if (threads == 1)
      expected = all.sum;
    ck_assert_int_eq(all.sum, expected);
  }
}
END_TEST

START_TEST(a_piece_that_is_refused_ends_the_pipeline) {
  for (int threads = 1; threads <= 4; threads++) {
    counting all = {.last = 1000000, .refuse_at = 101};
    size_t read, taken;
    tg_pipeline pipeline = {count_up, square, add_up, NULL, &all};
    ck_assert_int_eq(tg_pipeline_run(&pipeline, threads, 8, &read, &taken, &error), TRYGG_EDATA);
    ck_assert_uint_eq(taken, 50);
    ck_assert(read >= 50 && read <= 58);
    all = (counting){.last = 1000000, .refuse_at = 100};
    ck_ok(tg_pipeline_run(&pipeline, threads, 8, &read, &taken, &error));
    ck_assert_uint_eq(taken, 50);
  }
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------- */

START_TEST(memory_that_runs_out_in_a_thread_is_an_error) {
  trygg_codebook *codebook = build(&surveys[0]);
  tg_text data = {0};
  trygg_load_options options = {.size = sizeof options, .threads = 2};
  tg_load_reading reading = {0, 600, 0};
  trygg_status status = TRYGG_ENOMEM;
  tg_text_put(&data, "id,wave,stratum,w,area,q1,q2,q3,q4,crimes,age,money,note,day\n");
  for (int i = 0; i < 60; i++)
    tg_text_format(&data, "%d,2020,s%d,1.5,0380,%d,x,3,12,theft,20,1.5,\"a\"\"%d\",2024-01-12\n", i, i % 7,
                   i % 6, i);
  for (long k = 0; status != TRYGG_OK; k++) {
    trygg_responses *responses = NULL;
    ck_assert_int_lt(k, 5000);
    tg_memory_fail(k, 0);
    status =
        tg_load_memory(codebook, "data.csv", data.bytes, data.length, &options, &reading, &responses, &error);
    tg_memory_fail(-1, 0);
    ck_assert_int_eq(status == TRYGG_OK || status == TRYGG_ENOMEM, 1);
    ck_assert_int_eq(responses != NULL, status == TRYGG_OK);
    trygg_responses_free(responses);
  }
  tg_text_free(&data);
  trygg_codebook_free(codebook);
}
END_TEST

static Suite *reader_suite(void) {
  Suite *suite = suite_create("reader");
  TCase *files = tcase_create("files"), *parts = tcase_create("parts");
  tcase_set_timeout(files, 600);
  tcase_add_test(files, the_scanner_gives_what_libcsv_gives);
  tcase_add_test(files, packed_files_too);
  tcase_add_test(files, every_source_gives_the_same);
  tcase_add_test(files, thousands_of_columns_are_read_as_few_are);
  tcase_add_test(files, more_columns_than_a_spreadsheet_has_are_refused);
  tcase_add_test(files, large_loads_are_narrow_and_the_same_for_all_threads);
  suite_add_tcase(suite, files);
  tcase_set_timeout(parts, 120);
  tcase_add_test(parts, ids_with_one_hash_are_told_apart_byte_by_byte);
  tcase_add_test(parts, a_text_is_cut_behind_whole_records);
  tcase_add_test(parts, pieces_are_taken_in_order_by_any_number_of_threads);
  tcase_add_test(parts, a_piece_that_is_refused_ends_the_pipeline);
  tcase_add_test(parts, memory_that_runs_out_in_a_thread_is_an_error);
  suite_add_tcase(suite, parts);
  return suite;
}

int main(void) {
  return run_suite(reader_suite());
}
