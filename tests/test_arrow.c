/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrow in and out: every layout, slices, changing dictionaries, streams that break the rules, and releasing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/arrow.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>
#include <table/arrow.h>
#include <table/table.h>

#include "fixture.h"

static trygg_error error;

/* ---- a producer ------------------------------------------------------------------------------
 *
 * Schemas and arrays stand still in the test; only how often they are released is counted. */

static int schemas_alive, arrays_alive, streams_alive;

static void release_schema(struct ArrowSchema *schema) {
  schemas_alive--;
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
  arrays_alive--;
  array->release = NULL;
}

typedef struct producer {
  struct ArrowSchema schema;
  struct ArrowArray *batches;
  size_t count, next;
  int fails_at; /* batch that fails; -1: none; -2: the schema */
} producer;

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  producer *self = stream->private_data;
  if (self->fails_at == -2)
    return 5;
  *out = self->schema;
  out->release = release_schema;
  schemas_alive++;
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  producer *self = stream->private_data;
  if (self->fails_at == (int)self->next)
    return 5;
  *out = (struct ArrowArray){0};
  if (self->next == self->count)
    return 0;
  *out = self->batches[self->next++];
  out->release = release_array;
  arrays_alive++;
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return "the disk is gone";
}

static void release_stream(struct ArrowArrayStream *stream) {
  streams_alive--;
  stream->release = NULL;
}

static struct ArrowArrayStream stream_of(producer *self) {
  streams_alive++;
  self->next = 0;
  return (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, self};
}

/* ---- cells of one column ----------------------------------------------------------------------- */

/* A column of one batch: its schema and array, ready to be looked at. */
typedef struct column {
  struct ArrowSchema schema, root, *child;
  struct ArrowArray array, batch, *array_child;
  const void *buffers[5], *root_buffers[1];
} column;

static void make_column(column *c, const char *format, int64_t length, int64_t buffers) {
  *c = (column){.schema = {.format = format, .name = "x"}};
  c->child = &c->schema;
  c->root = (struct ArrowSchema){.format = "+s", .name = "", .n_children = 1, .children = &c->child};
  c->array = (struct ArrowArray){.length = length, .n_buffers = buffers, .buffers = c->buffers};
  c->array_child = &c->array;
  c->batch = (struct ArrowArray){.length = length,
                                 .n_buffers = 1,
                                 .buffers = c->root_buffers,
                                 .n_children = 1,
                                 .children = &c->array_child};
}

/* Cells of the column, with blanks between; "-": empty, "!": the column contradicts itself. */
static const char *cells_of(column *c) {
  static char result[1024];
  tg_arrow_batch batch;
  size_t used = 0;
  ck_ok(tg_arrow_begin(&c->root, &batch, &error));
  ck_ok(tg_arrow_turn(&batch, &c->batch, &error));
  for (size_t row = 0; row < batch.rows; row++) {
    char out[TG_ARROW_CELL];
    size_t length;
    const char *text = tg_arrow_cell(&batch, 0, row, out, &length);
    if (row > 0)
      result[used++] = ' ';
    if (!text || length == 0) {
      result[used++] = text ? '-' : '!';
      continue;
    }
    memcpy(result + used, text, length);
    used += length;
  }
  result[used] = '\0';
  tg_arrow_end(&batch);
  return result;
}

static const char *cells_with(const char *format, const void *values, int64_t length) {
  static column c;
  make_column(&c, format, length, 2);
  c.buffers[1] = values;
  return cells_of(&c);
}

START_TEST(numbers_of_every_width_are_read) {
  static const int8_t c[] = {-128, 0, 127};
  static const uint8_t C[] = {0, 128, 255};
  static const int16_t s[] = {-32768, 32767};
  static const uint16_t S[] = {65535};
  static const int32_t i[] = {INT32_MIN, INT32_MAX};
  static const uint32_t I[] = {UINT32_MAX};
  static const int64_t l[] = {INT64_MIN, INT64_MAX, 0};
  static const uint64_t L[] = {UINT64_MAX};
  static const float f[] = {0.5F, -3};
  static const double g[] = {0.1, 1e300, -2, NAN, 123456789012};
  static const unsigned char b[] = {0x05};
  ck_assert_str_eq(cells_with("c", c, 3), "-128 0 127");
  ck_assert_str_eq(cells_with("C", C, 3), "0 128 255");
  ck_assert_str_eq(cells_with("s", s, 2), "-32768 32767");
  ck_assert_str_eq(cells_with("S", S, 1), "65535");
  ck_assert_str_eq(cells_with("i", i, 2), "-2147483648 2147483647");
  ck_assert_str_eq(cells_with("I", I, 1), "4294967295");
  ck_assert_str_eq(cells_with("l", l, 3), "-9223372036854775808 9223372036854775807 0");
  ck_assert_str_eq(cells_with("L", L, 1), "18446744073709551615");
  ck_assert_str_eq(cells_with("f", f, 2), "0.5 -3");
  ck_assert_str_eq(cells_with("g", g, 5), "0.1 1e+300 -2 - 123456789012");
  ck_assert_str_eq(cells_with("b", b, 4), "1 0 1 0");
  ck_assert_str_eq(cells_with("n", NULL, 2), "- -");
}
END_TEST

START_TEST(values_need_not_be_aligned) {
  char bytes[1 + 2 * sizeof(double)];
  double values[] = {0.25, 7};
  memcpy(bytes + 1, values, sizeof values);
  ck_assert_str_eq(cells_with("g", bytes + 1, 2), "0.25 7");
}
END_TEST

START_TEST(decimals_have_their_point) {
  static const __int128 values[] = {0,     5,    -5,
                                    12345, -100, (__int128)1000000000000000000 * 1000000000000000000};
  ck_assert_str_eq(cells_with("d:10,2", values, 5), "0.00 0.05 -0.05 123.45 -1.00");
  ck_assert_str_eq(cells_with("d:38,0,128", values + 5, 1), "1000000000000000000000000000000000000");
  ck_assert_str_eq(cells_with("d:38,2,256", values, 1), "-"); /* of no type that is an answer */
  ck_assert_str_eq(cells_with("d:38", values, 1), "-");
}
END_TEST

/* Days by `date -u -d @...`. */
START_TEST(days_and_times_are_iso_texts) {
  static const int32_t days[] = {0, -1, 19967, 11016, -719528, 2932896, 2932897};
  static const int64_t milliseconds[] = {1725148800000, -1};
  static const int64_t seconds[] = {1725192000, -1, 0};
  static const int64_t nanoseconds[] = {1725192000123456789, -1};
  ck_assert_str_eq(cells_with("tdD", days, 7),
                   "1970-01-01 1969-12-31 2024-09-01 2000-02-29 0000-01-01 9999-12-31 9999-12-31");
  ck_assert_str_eq(cells_with("tdm", milliseconds, 2), "2024-09-01 1969-12-31");
  ck_assert_str_eq(cells_with("tss:", seconds, 3),
                   "2024-09-01T12:00:00 1969-12-31T23:59:59 1970-01-01T00:00:00");
  ck_assert_str_eq(cells_with("tsn:Europe/Stockholm", nanoseconds, 2),
                   "2024-09-01T12:00:00 1969-12-31T23:59:59");
}
END_TEST

START_TEST(texts_come_in_three_layouts) {
  static const int32_t short_ends[] = {0, 2, 2, 5};
  static const int64_t long_ends[] = {0, 2, 2, 5};
  static const char far[] = "ett helt långt svar";
  unsigned char views[3][16] = {{0}};
  int64_t sizes[] = {sizeof far - 1};
  column c;
  make_column(&c, "u", 3, 3);
  c.buffers[1] = short_ends;
  c.buffers[2] = "\xC3\xA5"
                 "bcd";
  ck_assert_str_eq(cells_of(&c), "å - bcd");
  make_column(&c, "U", 3, 3);
  c.buffers[1] = long_ends;
  c.buffers[2] = "\xC3\xA5"
                 "bcd";
  ck_assert_str_eq(cells_of(&c), "å - bcd");
  views[0][0] = 3;
  memcpy(views[0] + 4, "abc", 3);
  views[2][0] = (unsigned char)(sizeof far - 1);
  memcpy(views[2] + 4, far, 4);
  make_column(&c, "vu", 3, 4);
  c.buffers[1] = views;
  c.buffers[2] = far;
  c.buffers[3] = sizes;
  ck_assert_str_eq(cells_of(&c), "abc - ett helt långt svar");
  sizes[0]--; /* the text would end behind its buffer */
  ck_assert_str_eq(cells_of(&c), "abc - !");
}
END_TEST

START_TEST(offsets_that_fall_are_met) {
  static const int32_t falling[] = {0, 3, 1}, negative[] = {-1, 3, 3};
  column c;
  make_column(&c, "u", 2, 3);
  c.buffers[1] = falling;
  c.buffers[2] = "abc";
  ck_assert_str_eq(cells_of(&c), "abc !");
  c.buffers[1] = negative;
  ck_assert_str_eq(cells_of(&c), "! -");
}
END_TEST

START_TEST(slices_and_bitmaps_are_minded) {
  static const int32_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  static const unsigned char valid[] = {0xF7, 0x03},
                             root_valid[] = {0xDF}; /* row 3 is null; the root's row 5 is */
  column c;
  make_column(&c, "i", 4, 2);
  c.buffers[0] = valid;
  c.buffers[1] = values;
  c.array.offset = 2;
  c.array.null_count = -1;
  ck_assert_str_eq(cells_of(&c), "2 - 4 5");
  c.array.null_count = 0; /* then the bitmap does not matter */
  ck_assert_str_eq(cells_of(&c), "2 3 4 5");
  c.array.length = 8;
  c.batch.offset = 4; /* the root's own slice */
  c.batch.null_count = 1;
  c.root_buffers[0] = root_valid;
  ck_assert_str_eq(cells_of(&c), "6 - 8 9");
}
END_TEST

START_TEST(indices_stand_for_their_dictionary) {
  static const int32_t ends[] = {0, 1, 3};
  static const int8_t indices[] = {1, 0, 2, -1, 1};
  static const unsigned char valid[] = {0x0F}, word_valid[] = {0x02};
  struct ArrowSchema words = {.format = "u", .name = ""};
  const void *buffers[] = {NULL, ends, "abb"};
  struct ArrowArray dictionary = {.length = 2, .n_buffers = 3, .buffers = buffers};
  column c;
  make_column(&c, "c", 5, 2);
  c.schema.dictionary = &words;
  c.array.dictionary = &dictionary;
  c.buffers[0] = valid;
  c.buffers[1] = indices;
  c.array.null_count = 1;
  ck_assert_str_eq(cells_of(&c), "bb a ! ! -");
  buffers[0] = word_valid;
  dictionary.null_count = 1;
  ck_assert_str_eq(cells_of(&c), "bb - ! ! -");
}
END_TEST

/* ---- whole streams -------------------------------------------------------------------------------- */

static const fixture_texts survey = {
    .survey = "type,name,role\nselect_one area,area,stratum\ndecimal,w,weight\nselect_one yes,unsafe,\n"
              "integer,age,\ntext,note,\n",
    .choices = "list_name,name,label\narea,a,Öster\narea,b,Väster\nyes,1,Yes\nyes,2,No\n",
    .indicators = "name,type,variable,numerator\nunsafe,share,unsafe,1\nage,mean,age,\n",
    .data = "area,w,unsafe,age,note\na,1.5,1,20,\na,2,2,31,x\nb,1,1,,y\nb,2.5,2,47,\na,1,,50,z\nb,3,1,64,\n",
};

/* The data of `survey` in two batches with an empty one between; dictionaries differ, the first batch is a slice. */
typedef struct streamed {
  struct ArrowSchema schemas[5], words, *children[5];
  struct ArrowArray arrays[3][5], dictionaries[3], batches[3], *array_children[3][5];
  const void *buffers[3][5][3], *dictionary_buffers[3][3], *batch_buffers[1];
  producer producer;
} streamed;

static void add_batch(streamed *s, int which, const void *const values[5], const void *const valid[5],
                      const char *words, const int32_t *word_ends, int64_t word_count, int64_t offset,
                      int64_t rows) {
  static const int32_t note_ends[] = {0, 0, 0, 1, 2, 2};
  for (int i = 0; i < 5; i++) {
    s->buffers[which][i][0] = valid[i];
    s->buffers[which][i][1] = i == 4 ? note_ends : values[i];
    s->buffers[which][i][2] = values[i];
    s->arrays[which][i] = (struct ArrowArray){.length = rows,
                                              .offset = offset,
                                              .null_count = -1,
                                              .n_buffers = i == 4 ? 3 : 2,
                                              .buffers = s->buffers[which][i]};
    s->array_children[which][i] = &s->arrays[which][i];
  }
  s->dictionary_buffers[which][1] = word_ends;
  s->dictionary_buffers[which][2] = words;
  s->dictionaries[which] =
      (struct ArrowArray){.length = word_count, .n_buffers = 3, .buffers = s->dictionary_buffers[which]};
  s->arrays[which][0].dictionary = &s->dictionaries[which];
  s->batches[which] = (struct ArrowArray){.length = rows,
                                          .n_buffers = 1,
                                          .buffers = s->batch_buffers,
                                          .n_children = 5,
                                          .children = s->array_children[which]};
}

static void make_stream(streamed *s) {
  static const char *const names[] = {"area", "w", "unsafe", "age", "note"};
  static const char *const formats[] = {"S", "g", "i", "l", "u"};
  static const uint16_t area0[] = {7, 1, 1, 0}, area1[] = {1, 0, 1};
  static const double w0[] = {9, 1.5, 2, 1}, w1[] = {2.5, 1, 3};
  static const int32_t unsafe0[] = {9, 1, 2, 1}, unsafe1[] = {2, 0, 1}, ends[] = {0, 1, 2},
                       back[] = {0, 1, 2};
  static const int64_t age0[] = {9, 20, 31, 0}, age1[] = {47, 50, 64};
  static const unsigned char but_last[] = {0x07}, but_middle[] = {0x05};
  *s = (streamed){.words = {.format = "u", .name = ""}};
  for (int i = 0; i < 5; i++) {
    s->schemas[i] = (struct ArrowSchema){.format = formats[i], .name = names[i]};
    s->children[i] = &s->schemas[i];
  }
  s->schemas[0].dictionary = &s->words;
  s->producer.schema =
      (struct ArrowSchema){.format = "+s", .name = "", .n_children = 5, .children = s->children};
  add_batch(s, 0, (const void *const[]){area0, w0, unsafe0, age0, "xy"},
            (const void *const[]){NULL, NULL, NULL, but_last, NULL}, "ba", ends, 2, 1, 3);
  add_batch(s, 1, (const void *const[]){area1, w1, unsafe1, age1, "zz"},
            (const void *const[]){NULL, NULL, NULL, NULL, NULL}, "ab", back, 2, 0, 0);
  add_batch(s, 2, (const void *const[]){area1, w1, unsafe1, age1, "zz"},
            (const void *const[]){NULL, NULL, but_middle, NULL, NULL}, "ab", back, 2, 0, 3);
  s->producer.batches = s->batches;
  s->producer.count = 3;
  s->producer.fails_at = -1;
}

static trygg_status load(const fixture *f, streamed *s, trygg_responses **out) {
  struct ArrowArrayStream stream = stream_of(&s->producer);
  trygg_status status = trygg_responses_load_arrow(f->codebook, &stream, NULL, out, &error);
  ck_assert(stream.release == NULL);
  ck_assert_int_eq(schemas_alive, 0);
  ck_assert_int_eq(arrays_alive, 0);
  ck_assert_int_eq(streams_alive, 0);
  return status;
}

START_TEST(a_stream_gives_what_the_file_gives) {
  fixture f = fixture_load(&survey), g = {0};
  streamed s;
  make_stream(&s);
  ck_ok(load(&f, &s, &g.responses));
  ck_ok(trygg_design_create(g.responses, NULL, &g.design, &error));
  trygg_estimates *from_file = fixture_estimate(&f, "area", NULL),
                  *from_stream = fixture_estimate(&g, "area", NULL);
  ck_assert_uint_eq(trygg_estimate_count(from_file), 6);
  ck_assert_uint_eq(trygg_estimate_count(from_stream), 6);
  for (size_t row = 0; row < 6; row++) {
    trygg_estimate a = trygg_estimate_get(from_file, row), b = trygg_estimate_get(from_stream, row);
    ck_assert_int_eq(a.n, b.n);
    ck_assert(a.estimate == b.estimate && a.se == b.se && a.weighted_n == b.weighted_n);
  }
  ck_assert_uint_eq(trygg_responses_memory(f.responses), trygg_responses_memory(g.responses));
  trygg_estimate_free(from_file);
  trygg_estimate_free(from_stream);
  fixture_free(&f);
  fixture_free(&g);
}
END_TEST

START_TEST(a_producer_that_fails_is_quoted) {
  fixture f = fixture_load(&survey);
  trygg_responses *r;
  streamed s;
  make_stream(&s);
  for (int at = -2; at < 4; at++) {
    if (at == -1)
      continue;
    s.producer.fails_at = at;
    ck_assert_int_eq(load(&f, &s, &r), TRYGG_EIO);
    ck_assert_ptr_null(r);
    ck_assert_ptr_nonnull(strstr(error.message, "the disk is gone"));
  }
  fixture_free(&f);
}
END_TEST

START_TEST(batches_that_break_the_rules_are_refused) {
  fixture f = fixture_load(&survey);
  trygg_responses *r;
  streamed s;
  make_stream(&s);
  s.producer.schema.format = "i";
  ck_assert_int_eq(load(&f, &s, &r), TRYGG_EPARSE);
  make_stream(&s);
  s.batches[0].n_children = 4;
  ck_assert_int_eq(load(&f, &s, &r), TRYGG_EPARSE);
  make_stream(&s);
  s.arrays[2][1].length = 2;
  ck_assert_int_eq(load(&f, &s, &r), TRYGG_EPARSE);
  ck_assert_str_eq(error.field, "w");
  make_stream(&s);
  s.arrays[2][1].buffers[1] = NULL;
  ck_assert_int_eq(load(&f, &s, &r), TRYGG_EPARSE);
  make_stream(&s);
  s.arrays[2][0].dictionary = NULL;
  ck_assert_int_eq(load(&f, &s, &r), TRYGG_EPARSE);
  make_stream(&s);
  s.dictionaries[2].length = 1; /* an index points behind it */
  ck_assert_int_eq(load(&f, &s, &r), TRYGG_EPARSE);
  ck_assert_str_eq(error.field, "area");
  ck_assert_int_eq(error.line, 4);
  fixture_free(&f);
}
END_TEST

START_TEST(types_that_are_no_answer_are_refused_only_where_they_are_asked_for) {
  fixture f = fixture_load(&survey);
  trygg_responses *r;
  streamed s;
  make_stream(&s);
  s.schemas[3].format = "+l";
  ck_assert_int_eq(load(&f, &s, &r), TRYGG_EUNSUPPORTED);
  ck_assert_str_eq(error.field, "age");
  s.schemas[3].name = "another";
  ck_ok(load(&f, &s, &r));
  ck_assert_uint_eq(trygg_responses_count(r), 6);
  trygg_responses_free(r);
  fixture_free(&f);
}
END_TEST

START_TEST(every_allocation_of_loading_may_fail) {
  fixture f = fixture_load(&survey);
  trygg_responses *r;
  trygg_status status = TRYGG_ENOMEM;
  long after = 0;
  streamed s;
  make_stream(&s);
  for (; status != TRYGG_OK; after++) {
    tg_memory_fail(after, 0);
    status = load(&f, &s, &r);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    ck_assert(status == TRYGG_OK || r == NULL);
  }
  ck_assert_int_gt(after, 20);
  trygg_responses_free(r);
  fixture_free(&f);
}
END_TEST

/* ---- out ------------------------------------------------------------------------------------------ */

/* kommun (text), n (integer), estimate (number), each with missing cells, over `rows` rows. */
static trygg_table *make_table(size_t rows) {
  trygg_table *table;
  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "kommun", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "n", TRYGG_INTEGER, TRYGG_VALUE, &error));
  ck_ok(tg_table_add_column(table, "estimate", TRYGG_NUMBER, TRYGG_VALUE, &error));
  ck_ok(tg_table_add_note(table, "survey", "trygghet 1", &error));
  for (size_t i = 0; i < rows; i++) {
    ck_ok(tg_table_add_row(table, &error));
    ck_ok(tg_table_set_text(table, 0, i % 4 == 3 ? NULL : i % 4 == 2 ? "" : "Håbo", &error));
    if (i % 5)
      tg_table_set_integer(table, 1, (int64_t)i - 3);
    tg_table_set_number(table, 2, i % 3 ? (double)i / 7 : NAN);
  }
  return table;
}

static void check_schema(const struct ArrowSchema *schema) {
  static const char metadata[] = "\1\0\0\0\6\0\0\0survey\n\0\0\0trygghet 1";
  ck_assert_str_eq(schema->format, "+s");
  ck_assert_int_eq(schema->n_children, 3);
  ck_assert_int_eq(memcmp(schema->metadata, metadata, sizeof metadata - 1), 0);
  ck_assert_str_eq(schema->children[0]->format, "u");
  ck_assert_str_eq(schema->children[1]->format, "l");
  ck_assert_str_eq(schema->children[2]->format, "g");
  ck_assert_str_eq(schema->children[0]->name, "kommun");
}

START_TEST(a_table_is_read_back_from_its_stream) {
  trygg_table *table = make_table(100);
  struct ArrowArrayStream stream;
  struct ArrowSchema schema;
  struct ArrowArray array, end, moved;
  tg_arrow_batch batch;
  char out[TG_ARROW_CELL], number[TG_NUMBER_SIZE];
  ck_ok(trygg_arrow_export(table, &stream, &error));
  for (int again = 0; again < 3; again++) { /* consumers ask more than once */
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    check_schema(&schema);
    if (again < 2)
      schema.release(&schema);
  }
  ck_assert_int_eq(stream.get_next(&stream, &array), 0);
  ck_assert_int_eq(stream.get_next(&stream, &end), 0);
  ck_assert(end.release == NULL);
  ck_assert(stream.get_last_error(&stream) == NULL);
  stream.release(&stream);
  trygg_table_free(table); /* what was handed out lives on */
  ck_ok(tg_arrow_begin(&schema, &batch, &error));
  ck_ok(tg_arrow_turn(&batch, &array, &error));
  for (size_t i = 0; i < 100; i++) {
    size_t length;
    const char *text = tg_arrow_cell(&batch, 0, i, out, &length);
    ck_assert(tg_text_equal(text, length, i % 4 > 1 ? "" : "Håbo"));
    text = tg_arrow_cell(&batch, 1, i, out, &length);
    ck_assert(tg_text_equal(text, length, i % 5 ? tg_number_format_integer(number, (int64_t)i - 3) : ""));
    text = tg_arrow_cell(&batch, 2, i, out, &length);
    ck_assert(tg_text_equal(text, length, i % 3 ? tg_number_format(number, (double)i / 7) : ""));
  }
  ck_assert_int_eq(array.children[0]->null_count, 25); /* an empty text is none */
  ck_assert_int_eq(array.children[1]->null_count, 20);
  ck_assert_int_eq(array.children[2]->null_count, 34);
  tg_arrow_end(&batch);
  moved = *array.children[1]; /* a child may be moved away and outlive its parent */
  array.children[1]->release = NULL;
  array.release(&array);
  ck_assert_int_eq(((const int64_t *)moved.buffers[1])[4], 1);
  moved.release(&moved);
  schema.release(&schema);
}
END_TEST

START_TEST(a_table_without_rows_is_a_stream_too) {
  trygg_table *table = make_table(0);
  struct ArrowArrayStream stream;
  struct ArrowArray array;
  ck_ok(trygg_arrow_export(table, &stream, &error));
  ck_assert_int_eq(stream.get_next(&stream, &array), 0);
  ck_assert_int_eq(array.length, 0);
  ck_assert_int_eq(((const int32_t *)array.children[0]->buffers[1])[0], 0);
  array.release(&array);
  stream.release(&stream);
  trygg_table_free(table);
}
END_TEST

START_TEST(every_allocation_of_export_may_fail) {
  trygg_table *table = make_table(20);
  int done = 0;
  for (long after = 0; !done; after++) {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    tg_memory_fail(after, 0);
    if (trygg_arrow_export(table, &stream, &error) != TRYGG_OK) {
      tg_memory_fail(-1, 0);
      ck_assert(stream.release == NULL);
      continue;
    }
    int failed = stream.get_schema(&stream, &schema) || stream.get_next(&stream, &array);
    tg_memory_fail(-1, 0);
    ck_assert(!failed || stream.get_last_error(&stream) != NULL);
    if (schema.release)
      schema.release(&schema);
    if (array.release)
      array.release(&array);
    stream.release(&stream);
    done = !failed;
    ck_assert_int_lt(after, 1000);
  }
  trygg_table_free(table);
}
END_TEST

START_TEST(nothing_is_taken_from_nothing) {
  fixture f = fixture_load(&survey);
  struct ArrowArrayStream stream = {0};
  trygg_responses *r;
  ck_assert_int_eq(trygg_responses_load_arrow(f.codebook, &stream, NULL, &r, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_responses_load_arrow(f.codebook, NULL, NULL, &r, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_arrow_export(NULL, &stream, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_arrow_export(NULL, NULL, &error), TRYGG_EINVAL);
  fixture_free(&f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("arrow");
  TCase *tcase = tcase_create("all");
  tcase_add_test(tcase, numbers_of_every_width_are_read);
  tcase_add_test(tcase, values_need_not_be_aligned);
  tcase_add_test(tcase, decimals_have_their_point);
  tcase_add_test(tcase, days_and_times_are_iso_texts);
  tcase_add_test(tcase, texts_come_in_three_layouts);
  tcase_add_test(tcase, offsets_that_fall_are_met);
  tcase_add_test(tcase, slices_and_bitmaps_are_minded);
  tcase_add_test(tcase, indices_stand_for_their_dictionary);
  tcase_add_test(tcase, a_stream_gives_what_the_file_gives);
  tcase_add_test(tcase, a_producer_that_fails_is_quoted);
  tcase_add_test(tcase, batches_that_break_the_rules_are_refused);
  tcase_add_test(tcase, types_that_are_no_answer_are_refused_only_where_they_are_asked_for);
  tcase_add_test(tcase, every_allocation_of_loading_may_fail);
  tcase_add_test(tcase, a_table_is_read_back_from_its_stream);
  tcase_add_test(tcase, a_table_without_rows_is_a_stream_too);
  tcase_add_test(tcase, every_allocation_of_export_may_fail);
  tcase_add_test(tcase, nothing_is_taken_from_nothing);
  suite_add_tcase(suite, tcase);
  return run_suite(suite);
}
