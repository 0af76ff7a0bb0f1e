/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room base: errors, memory, numbers as text, text, threads. */
#include "support.h"

#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/number.h>
#include <base/options.h>
#include <base/text.h>
#include <base/thread.h>
#include <trygg/version.h>

/* --- Errors --------------------------------------------------------------------- */

START_TEST(every_status_has_a_text_of_its_own) {
  for (int a = TRYGG_OK; a <= TRYGG_EINTERNAL; a++) {
    const char *text = trygg_error_text((trygg_status)a);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_gt((int)strlen(text), 3);
    ck_assert_str_ne(text, "unknown status");
    for (int b = TRYGG_OK; b < a; b++)
      ck_assert_str_ne(text, trygg_error_text((trygg_status)b));
  }
  ck_assert_str_eq(trygg_error_text((trygg_status)(TRYGG_EINTERNAL + 1)), "unknown status");
  ck_assert_str_eq(trygg_error_text((trygg_status)-1), "unknown status");
}
END_TEST

START_TEST(version_is_the_one_compiled_against) {
  ck_assert_str_eq(trygg_version(), TRYGG_VERSION);
}
END_TEST

START_TEST(version_says_what_the_library_was_built_with) {
#ifdef HAVE_ISAL
  ck_assert_ptr_nonnull(strstr(trygg_version_libraries(), "gzip is inflated by ISA-L;"));
#else
  ck_assert_ptr_nonnull(strstr(trygg_version_libraries(), "gzip is inflated by zlib;"));
#endif
#ifdef HAVE_READSTAT
  ck_assert_ptr_nonnull(strstr(trygg_version_libraries(), "are read by ReadStat"));
#else
  ck_assert_ptr_nonnull(strstr(trygg_version_libraries(), "are not read"));
#endif
}
END_TEST

START_TEST(error_holds_place_and_message) {
  trygg_error error;
  memset(&error, 'x', sizeof error);
  trygg_status status =
      tg_error_at(&error, TRYGG_EPARSE, "data.csv", 17, 3, "vikt", "met %d fields, expected %s", 4, "five");
  ck_assert_int_eq(status, TRYGG_EPARSE);
  ck_assert_int_eq(error.status, TRYGG_EPARSE);
  ck_assert_int_eq(error.line, 17);
  ck_assert_int_eq(error.column, 3);
  ck_assert_str_eq(error.file, "data.csv");
  ck_assert_str_eq(error.field, "vikt");
  ck_assert_str_eq(error.message, "met 4 fields, expected five");
  ck_assert_int_eq(tg_error_set(&error, TRYGG_EINVAL, "no"), TRYGG_EINVAL);
  ck_assert_int_eq(error.line, 0);
  ck_assert_str_eq(error.file, "");
  ck_assert_int_eq(tg_error_memory(&error), TRYGG_ENOMEM);
  ck_assert_str_eq(error.message, "out of memory");
  ck_assert_int_eq(tg_error_set(NULL, TRYGG_EIO, "nobody listens"), TRYGG_EIO);
  ck_assert_int_eq(tg_error_at(NULL, TRYGG_EIO, NULL, 0, 0, NULL, "nobody listens"), TRYGG_EIO);
}
END_TEST

START_TEST(error_can_be_built_from_itself) {
  trygg_error error;
  tg_error_at(&error, TRYGG_EPARSE, "a.csv", 2, 1, "x", "inner");
  tg_error_at(&error, TRYGG_EDATA, error.file, error.line, 0, error.field, "outer: %s", error.message);
  ck_assert_str_eq(error.message, "outer: inner");
  ck_assert_str_eq(error.file, "a.csv");
  ck_assert_str_eq(error.field, "x");
}
END_TEST

/* Whole characters and a NUL, whatever the cut. */
static void assert_utf8(const char *text, size_t size) {
  size_t length = strnlen(text, size);
  ck_assert_uint_lt(length, size);
  for (size_t i = 0; i < length;) {
    size_t bytes = tg_text_utf8(text + i, length - i);
    ck_assert_uint_gt(bytes, 0);
    i += bytes;
  }
}

START_TEST(error_texts_are_cut_at_whole_characters) {
  static const char *const letters[] = {"\xc3\xa5", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  for (size_t l = 0; l < 3; l++)
    for (size_t shift = 0; shift < 5; shift++) {
      char text[2100] = "";
      for (size_t i = 0; i < shift; i++)
        strcat(text, "a");
      while (strlen(text) < 2000)
        strcat(text, letters[l]);
      trygg_error error;
      tg_error_at(&error, TRYGG_EIO, text, 1, 1, text, "%s", text);
      assert_utf8(error.message, sizeof error.message);
      assert_utf8(error.file, sizeof error.file);
      assert_utf8(error.field, sizeof error.field);
      ck_assert_uint_ge(strlen(error.message), sizeof error.message - strlen(letters[l]));
      ck_assert_uint_ge(strlen(error.field), sizeof error.field - strlen(letters[l]));
      ck_assert_ptr_null(strchr(error.message, '?')); /* a cut character leaves no trace */
    }
}
END_TEST

START_TEST(error_texts_have_no_stray_bytes_or_control_characters) {
  trygg_error error;
  tg_error_at(&error, TRYGG_EIO, "v\xe5r.csv", 1, 1, "a\x1b[31mb", "%s", "line\nnext \xc0\x80 ok");
  ck_assert_str_eq(error.file, "v?r.csv");
  ck_assert_str_eq(error.field, "a?[31mb");
  ck_assert_str_eq(error.message, "line?next ?? ok");
}
END_TEST

/* --- Memory --------------------------------------------------------------------- */

START_TEST(new_memory_is_zero_and_never_null_for_nothing) {
  unsigned char *block = tg_memory_new(1000, 3);
  for (size_t i = 0; i < 3000; i++)
    ck_assert_uint_eq(block[i], 0);
  tg_memory_free(block);
  static const size_t shapes[][2] = {{0, 8}, {8, 0}, {0, 0}};
  for (size_t i = 0; i < 3; i++) {
    void *nothing = tg_memory_new(shapes[i][0], shapes[i][1]),
         *room = tg_memory_room(shapes[i][0], shapes[i][1]);
    ck_assert_ptr_nonnull(nothing);
    ck_assert_ptr_nonnull(room);
    tg_memory_free(nothing);
    tg_memory_free(room);
  }
  block = tg_memory_room(3, 1000001);
  memset(block, 1, 3000003);
  tg_memory_free(block);
  tg_memory_free(NULL);
  tg_memory_wipe(NULL, 10);
}
END_TEST

START_TEST(size_products_do_not_overflow) {
  void *block = tg_memory_new(4, 4);
  ck_assert_ptr_null(tg_memory_new(SIZE_MAX, 2));
  ck_assert_ptr_null(tg_memory_new(2, SIZE_MAX));
  ck_assert_ptr_null(tg_memory_room(2, SIZE_MAX));
  ck_assert_ptr_null(tg_memory_room((size_t)PTRDIFF_MAX, 1));
  ck_assert_ptr_null(tg_memory_new(SIZE_MAX / 8 + 2, 8)); /* wraps to 8 bytes */
  ck_assert_ptr_null(tg_memory_new((size_t)PTRDIFF_MAX + 1, 1));
  ck_assert_ptr_null(tg_memory_resize(block, SIZE_MAX / 8 + 2, 8));
  size_t capacity = 4;
  ck_assert_int_eq(tg_memory_grow(&block, &capacity, SIZE_MAX / 2, 4), -1);
  ck_assert_int_eq(tg_memory_grow(&block, &capacity, SIZE_MAX, 1), -1);
  ck_assert_uint_eq(capacity, 4);
  ck_assert_ptr_null(tg_memory_text("x", SIZE_MAX));
  memset(block, 1, 16); /* still there */
  tg_memory_wipe(block, 16);
}
END_TEST

START_TEST(growing_keeps_contents_and_doubles) {
  uint32_t *values = NULL;
  void *block = NULL;
  size_t capacity = 0;
  int changes = 0;
  for (uint32_t i = 0; i < 10000; i++) {
    size_t before = capacity;
    ck_assert_int_eq(tg_memory_grow(&block, &capacity, i + 1, sizeof *values), 0);
    ck_assert_uint_gt(capacity, i);
    changes += capacity != before;
    values = block;
    values[i] = i;
  }
  ck_assert_int_le(changes, 12);
  for (uint32_t i = 0; i < 10000; i++)
    ck_assert_uint_eq(values[i], i);
  tg_memory_free(block);
}
END_TEST

START_TEST(texts_are_copied_with_an_end) {
  char *copy = tg_memory_text("abcdef", 3);
  ck_assert_str_eq(copy, "abc");
  tg_memory_free(copy);
  copy = tg_memory_text(NULL, 0);
  ck_assert_str_eq(copy, "");
  tg_memory_free(copy);
  copy = tg_memory_string("\xc3\xa5ngest");
  ck_assert_str_eq(copy, "\xc3\xa5ngest");
  tg_memory_free(copy);
  copy = tg_memory_string(NULL);
  ck_assert_str_eq(copy, "");
  tg_memory_free(copy);
}
END_TEST

START_TEST(hook_fails_the_chosen_allocation_once_or_for_ever) {
  void *a, *b, *c, *d;
  tg_memory_fail(1, 0);
  a = tg_memory_new(1, 1);
  b = tg_memory_new(1, 1);
  c = tg_memory_new(1, 1);
  ck_assert_ptr_nonnull(a);
  ck_assert_ptr_null(b);
  ck_assert_ptr_nonnull(c);
  tg_memory_fail(1, 1);
  d = tg_memory_string("x");
  ck_assert_ptr_nonnull(d);
  for (int i = 0; i < 5; i++) {
    ck_assert_ptr_null(tg_memory_new(1, 1));
    ck_assert_ptr_null(tg_memory_resize(d, 10, 1));
    ck_assert_ptr_null(tg_memory_string("y"));
  }
  tg_memory_fail(-1, 0);
  ck_assert_str_eq(d, "x");
  tg_memory_free(a);
  tg_memory_free(c);
  tg_memory_free(d);
  a = tg_memory_new(1, 1);
  ck_assert_ptr_nonnull(a);
  tg_memory_free(a);
}
END_TEST

START_TEST(last_reference_is_seen_once) {
  tg_references references;
  tg_references_begin(&references);
  tg_references_take(&references);
  tg_references_take(&references);
  ck_assert_int_eq(tg_references_drop(&references), 0);
  ck_assert_int_eq(tg_references_drop(&references), 0);
  ck_assert_int_eq(tg_references_drop(&references), 1);
}
END_TEST

/* --- Numbers -------------------------------------------------------------------- */

static int parse(const char *text, char decimal, double *out) {
  /* A copy without NUL shows reads beyond the slice. */
  size_t length = strlen(text);
  char *slice = malloc(length ? length : 1);
  memcpy(slice, text, length);
  int result = tg_number_parse(slice, length, decimal, out);
  free(slice);
  return result;
}

START_TEST(numbers_of_the_grammar_are_read) {
  static const struct {
    const char *text;
    char decimal;
    double value;
  } cases[] = {
      {"0", 0, 0.0},
      {"1", '.', 1.0},
      {"007", '.', 7.0},
      {"+5", '.', 5.0},
      {"-1.5", '.', -1.5},
      {"1.5", 0, 1.5},
      {"1,5", 0, 1.5},
      {"1,5", ',', 1.5},
      {".5", '.', 0.5},
      {"5.", '.', 5.0},
      {"-,25", ',', -0.25},
      {"1e3", '.', 1000.0},
      {"1E+3", '.', 1000.0},
      {"1.25e-2", '.', 0.0125},
      {"  2.5\t", '.', 2.5},
      {"\xc2\xa0"
       "12\xc2\xa0",
       '.', 12.0},
      {"0.1", '.', 0.1},
      {"123456789012345678", '.', 123456789012345678.0},
      {"9007199254740993", '.', 9007199254740992.0},
      {"9007199254740993.0000000000000000000000001", '.', 9007199254740994.0},
      {"1e22", '.', 1e22},
      {"1e23", '.', 1e23},
      {"8.41e21", '.', 8.41e21},
      {"9007199254740991e22", '.', 9007199254740991e22},
      {"2.2250738585072011e-308", '.', 2.2250738585072011e-308},
      {"2.2250738585072014e-308", '.', DBL_MIN},
      {"4.9e-324", '.', 4.9406564584124654e-324},
      {"4.9406564584124654e-324", '.', 4.9406564584124654e-324},
      {"1.7976931348623157e308", '.', DBL_MAX},
      {"0e999999999999999999999999", '.', 0.0},
      {"0.000e-999999999999999999999", '.', 0.0},
      {"00000000000000000000000000000000000001", '.', 1.0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value = -99;
    ck_assert_msg(parse(cases[i].text, cases[i].decimal, &value) == 0, "refused: %s", cases[i].text);
    ck_assert_msg(value == cases[i].value, "%s gave %.17g", cases[i].text, value);
  }
  double zero;
  ck_assert_int_eq(parse("-0", '.', &zero), 0);
  ck_assert(zero == 0.0 && signbit(zero));
}
END_TEST

START_TEST(other_texts_are_refused) {
  static const struct {
    const char *text;
    char decimal;
  } cases[] = {
      {"", 0},
      {" ", 0},
      {".", 0},
      {",", ','},
      {"+", 0},
      {"-", 0},
      {"-.", 0},
      {"e5", 0},
      {".e5", 0},
      {"1e", 0},
      {"1e+", 0},
      {"1e-", 0},
      {"1e1.5", 0},
      {"1e 5", 0},
      {"0x1p3", 0},
      {"0x10", 0},
      {"inf", 0},
      {"-INF", 0},
      {"Infinity", 0},
      {"nan", 0},
      {"nan(abc)", 0},
      {"NaN", 0},
      {"NA", 0},
      {"1_000", 0},
      {"1 000", 0},
      {"1\xc2\xa0"
       "000",
       0},
      {"1,000.5", 0},
      {"1.000,5", 0},
      {"1.5", ','},
      {"1,5", '.'},
      {"1..5", 0},
      {"1.5.2", 0},
      {"--1", 0},
      {"+-1", 0},
      {"1-", 0},
      {"1+", 0},
      {"- 1", 0},
      {"\xe2\x88\x92"
       "1",
       0},
      {"1e400", 0},
      {"-1e400", 0},
      {"1e-400", 0},
      {"2e-324", 0},
      {"1.8e308", 0},
      {"1e99999999999999999999", 0},
      {"1e-99999999999999999999", 0},
      {"12abc", 0},
      {"%5", 0},
      {"1\n", 0},
      {"1.5d0", 0},
      {"#NULL!", 0},
      {"\xd9\xa1", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    double value = -99;
    ck_assert_msg(parse(cases[i].text, cases[i].decimal, &value) == -1, "read %s as %g", cases[i].text,
                  value);
    ck_assert_msg(value == -99, "touched the output for %s", cases[i].text);
  }
  double value;
  ck_assert_int_eq(tg_number_parse("1\0"
                                   "2",
                                   3, 0, &value),
                   -1);
  ck_assert_int_eq(tg_number_parse("1\0", 2, 0, &value), -1);
  ck_assert_int_eq(tg_number_parse(NULL, 0, 0, &value), -1);
}
END_TEST

START_TEST(long_digit_strings_are_rounded_once) {
  /* Half-way between 1 and its neighbour, then one digit far behind it. */
  const char *half = "1.00000000000000011102230246251565404236316680908203125";
  char text[4000];
  double value;
  ck_assert_int_eq(parse(half, '.', &value), 0);
  ck_assert(value == 1.0);
  strcpy(text, half);
  while (strlen(text) < 3000)
    strcat(text, "0");
  ck_assert_int_eq(parse(text, '.', &value), 0);
  ck_assert(value == 1.0);
  strcat(text, "1");
  ck_assert_int_eq(parse(text, '.', &value), 0);
  ck_assert(value == 1.0 + DBL_EPSILON);
  /* A thousand zeros before or behind the point cancel against the exponent. */
  strcpy(text, "0.");
  while (strlen(text) < 1002)
    strcat(text, "0");
  strcat(text, "25e1000");
  ck_assert_int_eq(parse(text, '.', &value), 0);
  ck_assert(value == 0.25);
  strcpy(text, "25");
  while (strlen(text) < 1002)
    strcat(text, "0");
  strcat(text, "e-1000");
  ck_assert_int_eq(parse(text, '.', &value), 0);
  ck_assert(value == 25.0);
  /* More digits than are kept, before the point. */
  memset(text, '9', 2000);
  strcpy(text + 2000, "e-1999");
  ck_assert_int_eq(parse(text, '.', &value), 0);
  ck_assert(value == 10.0);
}
END_TEST

/* xorshift64* (Marsaglia 2003; Vigna 2016): bit patterns that do not repeat. */
static uint64_t next_bits(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * UINT64_C(2685821657736338717);
}

START_TEST(any_double_reads_back_as_it_was_written) {
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < 100000; i++) {
    uint64_t bits = next_bits(&state), again;
    double value, back;
    char text[TG_NUMBER_SIZE];
    memcpy(&value, &bits, sizeof value);
    if (i % 4 == 1) /* what surveys hold */
      value = (double)(int64_t)(bits >> 40) / 1000.0;
    if (i % 4 == 2)
      value = (double)(int64_t)(bits >> 12) / 9007199254740992.0;
    if (!isfinite(value))
      continue;
    tg_number_format(text, value);
    ck_assert_uint_lt(strlen(text), TG_NUMBER_SIZE);
    ck_assert_msg(tg_number_parse(text, strlen(text), '.', &back) == 0, "%s", text);
    memcpy(&bits, &value, sizeof bits);
    memcpy(&again, &back, sizeof again);
    ck_assert_msg(bits == again, "%s gave %.17g for %.17g", text, back, value);
  }
}
END_TEST

START_TEST(fast_and_exact_conversions_agree) {
  /* Short decimals take the exact path; the same number with forty more zeros the long one. */
  uint64_t state = 42;
  for (int i = 0; i < 50000; i++) {
    char text[64], longer[128];
    double value, same;
    uint64_t bits = next_bits(&state);
    snprintf(text, sizeof text, "%" PRIu64 "e%d", bits >> (11 + i % 40), (int)(i % 61) - 30);
    char *e = strchr(text, 'e');
    snprintf(longer, sizeof longer, "%.*s.0000000000000000000000000000000000000000%s", (int)(e - text), text,
             e);
    ck_assert_int_eq(parse(text, '.', &value), 0);
    ck_assert_int_eq(parse(longer, '.', &same), 0);
    ck_assert_msg(value == same, "%s", text);
  }
}
END_TEST

START_TEST(numbers_are_written_short) {
  static const struct {
    double value;
    const char *text;
  } cases[] = {
      {0, "0"},
      {-0.0, "-0"},
      {1, "1"},
      {-12, "-12"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {100000, "100000"},
      {123456789, "123456789"},
      {999999999999999, "999999999999999"},
      {1e15, "1e+15"},
      {1e-5, "1e-05"},
      {1.5, "1.5"},
      {-2.25e-300, "-2.25e-300"},
      {DBL_MAX, "1.7976931348623157e+308"},
      {4.9406564584124654e-324, "4.94065645841247e-324"},
      {INFINITY, "inf"},
      {-INFINITY, "-inf"},
      {NAN, "nan"},
      {-NAN, "nan"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[TG_NUMBER_SIZE];
    ck_assert_str_eq(tg_number_format(text, cases[i].value), cases[i].text);
  }
}
END_TEST

START_TEST(fixed_numbers_are_for_people) {
  char text[TG_NUMBER_SIZE];
  ck_assert_str_eq(tg_number_fixed(text, 12.345678, 2), "12.35");
  ck_assert_str_eq(tg_number_fixed(text, 2.5, 0), "2");
  ck_assert_str_eq(tg_number_fixed(text, -0.04, 1), "0.0");
  ck_assert_str_eq(tg_number_fixed(text, -0.0, 0), "0");
  ck_assert_str_eq(tg_number_fixed(text, -0.06, 1), "-0.1");
  ck_assert_str_eq(tg_number_fixed(text, -10.0, 1), "-10.0");
  ck_assert_str_eq(tg_number_fixed(text, 7, -3), "7");
  ck_assert_str_eq(tg_number_fixed(text, -999999999999999.0, 99), "-999999999999999.000000000000");
  ck_assert_str_eq(tg_number_fixed(text, 1e300, 2), "1e+300");
  ck_assert_str_eq(tg_number_fixed(text, NAN, 2), "nan");
  ck_assert_str_eq(tg_number_fixed(text, -INFINITY, 2), "-inf");
}
END_TEST

START_TEST(whole_numbers_keep_every_digit) {
  int64_t value;
  char text[TG_NUMBER_SIZE];
  ck_assert_int_eq(tg_number_parse_integer(" 9223372036854775807 ", 21, &value), 0);
  ck_assert(value == INT64_MAX);
  ck_assert_int_eq(tg_number_parse_integer("-9223372036854775808", 20, &value), 0);
  ck_assert(value == INT64_MIN);
  ck_assert_str_eq(tg_number_format_integer(text, INT64_MIN), "-9223372036854775808");
  ck_assert_int_eq(tg_number_parse_integer("+0380", 5, &value), 0);
  ck_assert_int_eq(value, 380);
  static const char *const refused[] = {"",
                                        " ",
                                        "+",
                                        "-",
                                        "1.0",
                                        "1e3",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999999",
                                        "1 2",
                                        "a",
                                        "--1"};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    ck_assert_msg(tg_number_parse_integer(refused[i], strlen(refused[i]), &value) == -1, "%s", refused[i]);
  ck_assert_int_eq(value, 380);
}
END_TEST

START_TEST(numbers_do_not_know_the_locale) {
  static const char *const wanted[] = {"sv_SE.UTF-8", "sv_SE.utf8", "de_DE.UTF-8", "fr_FR.UTF-8",
                                       "ps_AF.UTF-8"};
  char *before = strdup(setlocale(LC_ALL, NULL));
  int found = 0;
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    if (!setlocale(LC_ALL, wanted[i]))
      continue;
    found += strcmp(localeconv()->decimal_point, ".") != 0;
    char text[TG_NUMBER_SIZE];
    double value;
    ck_assert_str_eq(tg_number_format(text, 1.5), "1.5");
    ck_assert_str_eq(tg_number_format(text, -1234567.25), "-1234567.25");
    ck_assert_str_eq(tg_number_fixed(text, 1234.5, 2), "1234.50");
    ck_assert_int_eq(parse("1.5", '.', &value), 0);
    ck_assert(value == 1.5);
    ck_assert_int_eq(parse("1.50000000000000000000000000000001", '.', &value), 0);
    ck_assert(value == 1.5);
    ck_assert_int_eq(parse("1,5", '.', &value), -1);
    ck_assert_int_eq(parse("1,50000000000000000000000000000001", ',', &value), 0);
    ck_assert(value == 1.5);
  }
  setlocale(LC_ALL, before);
  free(before);
  if (!found)
    fprintf(stderr, "note: no locale with a decimal comma is installed; only the current one was tried\n");
}
END_TEST

/* --- Text ----------------------------------------------------------------------- */

START_TEST(text_grows_by_all_its_ways) {
  tg_text text = {0};
  tg_text_put(&text, "");
  ck_assert_str_eq(text.bytes, "");
  tg_text_put(&text, "a");
  tg_text_putc(&text, 'b');
  tg_text_append(&text, "cdX", 2);
  tg_text_format(&text, "-%d-%s-", 7, "e");
  tg_text_number(&text, 0.5);
  ck_assert_str_eq(text.bytes, "abcd-7-e-0.5");
  ck_assert_uint_eq(text.length, 12);
  tg_text_clear(&text);
  ck_assert_uint_eq(text.length, 0);
  ck_assert_str_eq(text.bytes, "");
  char large[1000];
  memset(large, 'z', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  tg_text_format(&text, "<%s>", large);
  ck_assert_uint_eq(text.length, 1001);
  ck_assert(text.bytes[0] == '<' && text.bytes[1000] == '>' && text.bytes[1001] == '\0');
  tg_text_free(&text);
  ck_assert_ptr_null(text.bytes);
  tg_text_free(&text);
}
END_TEST

START_TEST(text_without_memory_fails_and_stays_failed) {
  char large[600];
  memset(large, 'z', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  int succeeded = 0;
  for (long k = 0; !succeeded; k++) {
    tg_text text = {0};
    tg_memory_fail(k, 0);
    tg_text_put(&text, "begin");
    tg_text_format(&text, "%s", large);
    tg_memory_fail(-1, 0);
    succeeded = !text.failed;
    if (text.failed) {
      size_t length = text.length;
      tg_text_put(&text, "more");
      ck_assert_uint_eq(text.length, length);
    } else
      ck_assert_uint_eq(text.length, 604);
    ck_assert_int_le((int)k, 3);
    tg_text_free(&text);
  }
}
END_TEST

START_TEST(printed_text_is_cut_at_a_whole_character) {
  char out[8];
  tg_text_print(out, sizeof out, "%s", "aaaaaa\xc3\xa5");
  ck_assert_str_eq(out, "aaaaaa");
  tg_text_print(out, sizeof out, "%s", "aaaaa\xc3\xa5");
  ck_assert_str_eq(out, "aaaaa\xc3\xa5");
  tg_text_print(out, sizeof out, "%s",
                "aaaaa\xc3\xa5"
                "b");
  ck_assert_str_eq(out, "aaaaa\xc3\xa5");
  tg_text_print(out, sizeof out, "%s", "aaaa\xf0\x9f\x98\x80");
  ck_assert_str_eq(out, "aaaa");
  tg_text_print(out, sizeof out, "%d", 1234567);
  ck_assert_str_eq(out, "1234567");
  tg_text_print(out, 1, "%s", "abc");
  ck_assert_str_eq(out, "");
  out[0] = 'x';
  tg_text_print(out, 0, "%s", "abc");
  ck_assert_int_eq(out[0], 'x');
}
END_TEST

static const char *nearest(const char *name) {
  static const char *const names[] = {
      "burglary", "unsafe_evening", "worry_burglary", "x1", "x2", "v\xc3\xa5ld", "id"};
  return tg_text_nearest(name, sizeof names / sizeof *names, tg_text_name_at, names);
}

START_TEST(misspelt_names_find_their_neighbour) {
  ck_assert_str_eq(nearest("burglry"), "burglary");
  ck_assert_str_eq(nearest("Burglary"), "burglary");
  ck_assert_str_eq(nearest("bruglary"), "burglary");
  ck_assert_str_eq(nearest("unsafe_evenings"), "unsafe_evening");
  ck_assert_str_eq(nearest("unsafe"), "unsafe_evening");
  ck_assert_str_eq(nearest("worry_burglery"), "worry_burglary");
  ck_assert_str_eq(nearest("V\xc3\x85LD"), "v\xc3\xa5ld");
  ck_assert_str_eq(nearest("vald"), "v\xc3\xa5ld");
  ck_assert_str_eq(nearest("x3"), "x1");
  ck_assert_str_eq(nearest("ID"), "id");
  ck_assert_ptr_null(nearest("completely_different"));
  ck_assert_ptr_null(nearest(""));
  ck_assert_ptr_null(nearest("q"));
  ck_assert_ptr_null(tg_text_nearest("a", 0, tg_text_name_at, NULL));
  char long_name[500];
  memset(long_name, 'a', sizeof long_name - 1);
  long_name[sizeof long_name - 1] = '\0';
  ck_assert_ptr_null(nearest(long_name));
}
END_TEST

START_TEST(blanks_are_trimmed_and_words_split) {
  const char *text = " \t\xc2\xa0 a b\xc2\xa0\t ";
  size_t length = strlen(text);
  const char *start = tg_text_trim(text, &length);
  ck_assert(tg_text_equal(start, length, "a b"));
  length = 4;
  start = tg_text_trim("   \t", &length);
  ck_assert_uint_eq(length, 0);
  length = 2;
  start = tg_text_trim("\xc3\xa0", &length); /* ends in the byte that ends a NBSP */
  ck_assert_uint_eq(length, 2);
  const char *cursor = "  4 5\t1..3\xc2\xa0x\r\n";
  static const char *const words[] = {"4", "5", "1..3", "x"};
  for (size_t i = 0; i < 4; i++) {
    const char *word = tg_text_word(&cursor, &length);
    ck_assert(word && tg_text_equal(word, length, words[i]));
  }
  ck_assert_ptr_null(tg_text_word(&cursor, &length));
  ck_assert_ptr_null(tg_text_word(&cursor, &length));
}
END_TEST

START_TEST(texts_compare_with_and_without_case) {
  ck_assert(tg_text_equal("abc", 2, "ab"));
  ck_assert(!tg_text_equal("abc", 3, "ab"));
  ck_assert(!tg_text_equal("ab\0", 3, "ab"));
  ck_assert(tg_text_equal("", 0, ""));
  ck_assert(tg_text_same("Ja", "jA"));
  ck_assert(!tg_text_same("ja", "jag"));
  ck_assert(!tg_text_same("jag", "ja"));
  ck_assert(!tg_text_same("[", "{"));
}
END_TEST

START_TEST(utf8_is_told_from_other_bytes) {
  static const struct {
    const char *bytes;
    size_t length, expected;
  } cases[] = {
      {"a", 1, 1},
      {"\0", 1, 1},
      {"\xc3\xa5", 2, 2},
      {"\xc3\xa5", 1, 0},
      {"\xe2\x82\xac", 3, 3},
      {"\xf0\x9f\x98\x80", 4, 4},
      {"\xf4\x8f\xbf\xbf", 4, 4},
      {"\xf4\x90\x80\x80", 4, 0}, /* above U+10FFFF */
      {"\xed\xa0\x80", 3, 0},     /* surrogate */
      {"\xc0\x80", 2, 0},         /* too long a NUL */
      {"\xe0\x80\x80", 3, 0},
      {"\xf0\x80\x80\x80", 4, 0},
      {"\x80", 1, 0},
      {"\xe5r", 2, 0}, /* Windows-1252 */
      {"\xff", 1, 0},
      {"", 0, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_uint_eq(tg_text_utf8(cases[i].bytes, cases[i].length), cases[i].expected);
}
END_TEST

START_TEST(width_counts_characters) {
  ck_assert_uint_eq(tg_text_width(""), 0);
  ck_assert_uint_eq(tg_text_width("Uppsala"), 7);
  ck_assert_uint_eq(tg_text_width("\xc3\x96sthammar"), 10 - 1);
  ck_assert_uint_eq(tg_text_width("a\xcc\x8a"), 1); /* a with a combining ring */
  ck_assert_uint_eq(tg_text_width("\xe5\xe5"), 2);
}
END_TEST

/* --- Threads -------------------------------------------------------------------- */

typedef struct squares {
  double results[1000];
  atomic_int order[1000];
  atomic_int taken;
  size_t fails_from; /* tasks at or above fail, the lower ones later */
  atomic_int unblocked;
} squares;

static trygg_status square(void *context, size_t task, trygg_error *error) {
  squares *shared = context;
  atomic_fetch_add(&shared->taken, 1);
  if (task >= shared->fails_from) {
    if (task == shared->fails_from)
      usleep(20000); /* the lowest failure is the last to be known */
    return tg_error_set(error, TRYGG_EDATA, "task %d failed", (int)task);
  }
  shared->results[task] = (double)(task * task);
  return TRYGG_OK;
}

START_TEST(every_task_runs_once_for_any_number_of_threads) {
  static const int threads[] = {0, 1, 2, 3, 8, 300};
  for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
    squares *shared = calloc(1, sizeof *shared);
    trygg_error error;
    shared->fails_from = SIZE_MAX;
    ck_ok(tg_thread_run(threads[i], 1000, square, shared, NULL, "test", &error));
    ck_assert_int_eq(atomic_load(&shared->taken), 1000);
    for (size_t k = 0; k < 1000; k++)
      ck_assert(shared->results[k] == (double)(k * k));
    ck_ok(tg_thread_run(threads[i], 0, square, shared, NULL, "test", &error));
    ck_assert_int_eq(atomic_load(&shared->taken), 1000);
    free(shared);
  }
}
END_TEST

START_TEST(lowest_failing_task_gives_the_error) {
  static const int threads[] = {1, 2, 4, 16};
  for (int round = 0; round < 10; round++)
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
      squares *shared = calloc(1, sizeof *shared);
      trygg_error error = {0};
      shared->fails_from = 37;
      trygg_status status = tg_thread_run(threads[i], 1000, square, shared, NULL, "test", &error);
      ck_assert_int_eq(status, TRYGG_EDATA);
      ck_assert_str_eq(error.message, "task 37 failed");
      for (size_t k = 0; k < 37; k++)
        ck_assert(shared->results[k] == (double)(k * k));
      ck_assert_int_lt(atomic_load(&shared->taken), 1000);
      ck_assert_int_eq(tg_thread_run(threads[i], 1000, square, shared, NULL, "test", NULL), TRYGG_EDATA);
      free(shared);
    }
}
END_TEST

typedef struct reports {
  pthread_t thread;
  int calls, foreign;
  uint64_t last, stop_at;
} reports;

static int report(void *user, const char *stage, uint64_t done, uint64_t total) {
  reports *seen = user;
  seen->calls++;
  seen->foreign +=
      !pthread_equal(seen->thread, pthread_self()) || strcmp(stage, "stage") != 0 || total != 1000;
  seen->foreign += done < seen->last;
  seen->last = done;
  return done >= seen->stop_at;
}

static trygg_status slow(void *context, size_t task, trygg_error *error) {
  usleep(200);
  return square(context, task, error);
}

START_TEST(progress_runs_on_the_callers_thread_up_to_the_end) {
  for (int threads = 1; threads <= 4; threads++) {
    squares *shared = calloc(1, sizeof *shared);
    reports seen = {.thread = pthread_self(), .stop_at = UINT64_MAX};
    trygg_progress progress = {sizeof progress, report, &seen};
    trygg_error error;
    shared->fails_from = SIZE_MAX;
    ck_ok(tg_thread_run(threads, 1000, slow, shared, &progress, "stage", &error));
    ck_assert_int_gt(seen.calls, 1);
    ck_assert_int_eq(seen.foreign, 0);
    ck_assert_uint_eq(seen.last, 1000);
    free(shared);
  }
}
END_TEST

START_TEST(progress_can_stop_the_work) {
  static const uint64_t stops[] = {0, 1, 100};
  for (int threads = 1; threads <= 4; threads++)
    for (size_t i = 0; i < 3; i++) {
      squares *shared = calloc(1, sizeof *shared);
      reports seen = {.thread = pthread_self(), .stop_at = stops[i]};
      trygg_progress progress = {sizeof progress, report, &seen};
      trygg_error error;
      shared->fails_from = SIZE_MAX;
      ck_assert_int_eq(tg_thread_run(threads, 1000, slow, shared, &progress, "stage", &error),
                       TRYGG_ECANCELLED);
      ck_assert_int_eq(error.status, TRYGG_ECANCELLED);
      ck_assert_int_lt(atomic_load(&shared->taken), 1000);
      if (stops[i] == 0)
        ck_assert_int_eq(atomic_load(&shared->taken), 0);
      free(shared);
    }
  trygg_error error;
  ck_ok(tg_thread_progress(NULL, "stage", 1, 2, &error));
  trygg_progress silent = {.size = sizeof silent};
  ck_ok(tg_thread_progress(&silent, "stage", 1, 2, &error));
}
END_TEST

static trygg_status look_at_signals(void *context, size_t task, trygg_error *error) {
  squares *shared = context;
  sigset_t mask;
  (void)task;
  (void)error;
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  if (!sigismember(&mask, SIGINT) || !sigismember(&mask, SIGALRM) || !sigismember(&mask, SIGTERM))
    atomic_fetch_add(&shared->unblocked, 1);
  return TRYGG_OK;
}

START_TEST(threads_block_signals_and_the_caller_keeps_its_own) {
  squares *shared = calloc(1, sizeof *shared);
  trygg_error error;
  sigset_t mask;
  ck_ok(tg_thread_run(3, 100, look_at_signals, shared, NULL, "test", &error));
  ck_assert_int_eq(atomic_load(&shared->unblocked), 0);
  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  ck_assert(!sigismember(&mask, SIGINT));
  free(shared);
}
END_TEST

START_TEST(thread_count_follows_wish_tasks_and_processors) {
  ck_assert_int_eq(tg_thread_count(3, 100), 3);
  ck_assert_int_eq(tg_thread_count(8, 2), 2);
  ck_assert_int_eq(tg_thread_count(8, 0), 1);
  ck_assert_int_ge(tg_thread_count(0, 100), 1);
  ck_assert_int_ge(tg_thread_count(-5, 100), 1);
  ck_assert_int_le(tg_thread_count(INT_MAX, SIZE_MAX), 256);
}
END_TEST

/* --- What the tests themselves stand on --------------------------------------------- */

START_TEST(nearly_is_relative) {
  ck_assert(nearly(1.0, 1.0 + 1e-12, 1e-11));
  ck_assert(!nearly(1.0, 1.0 + 1e-10, 1e-11));
  ck_assert(!nearly(1e-20, 2e-20, 1e-3));
  ck_assert(nearly(NAN, NAN, 0) && !nearly(NAN, 1, 1) && !nearly(1, NAN, 1));
  ck_assert(nearly(INFINITY, INFINITY, 0) && !nearly(INFINITY, -INFINITY, 1) && !nearly(1, INFINITY, 1));
  ck_assert(nearly(0.0, 0.0, 0) && !nearly(1e-300, 0.0, 1e-9));
}
END_TEST

START_TEST(written_files_hold_their_bytes) {
  const char *folder = temporary_folder();
  const char *path = write_file(folder, "a.bin", "x\0y", 3);
  FILE *file = fopen(path, "rb");
  char bytes[8];
  ck_assert_uint_eq(fread(bytes, 1, sizeof bytes, file), 3);
  fclose(file);
  ck_assert_mem_eq(bytes, "x\0y", 3);
  ck_assert_str_ne(folder, temporary_folder());
}
END_TEST

/* An option struct as an older and a newer caller know it. */
typedef struct known_options {
  size_t size;
  int a, b;
} known_options;

START_TEST(options_of_other_versions_are_taken_as_far_as_both_know_them) {
  struct {
    size_t size;
    int a, b, c;
  } newer = {sizeof newer, 1, 2, 3};
  struct {
    size_t size;
    int a;
  } older = {offsetof(known_options, b), 7};
  known_options got = {0, 9, 9};
  trygg_error error = {0};
  ck_ok(tg_options_take(&got, sizeof got, &newer, "known_options", &error));
  ck_assert(got.size == sizeof got && got.a == 1 && got.b == 2);
  ck_ok(tg_options_take(&got, sizeof got, &older, "known_options", &error));
  ck_assert(got.a == 7 && got.b == 0);
  ck_ok(tg_options_take(&got, sizeof got, NULL, "known_options", &error));
  ck_assert(got.a == 0 && got.b == 0);
  newer.size = 0;
  ck_assert_int_eq(tg_options_take(&got, sizeof got, &newer, "known_options", &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "sizeof(known_options)"));
}
END_TEST

static Suite *base_suite(void) {
  Suite *suite = suite_create("base");
  TCase *errors = tcase_create("error"), *memory = tcase_create("memory"), *number = tcase_create("number");
  TCase *text = tcase_create("text"), *thread = tcase_create("thread"), *support = tcase_create("support");
  tcase_add_test(errors, options_of_other_versions_are_taken_as_far_as_both_know_them);
  tcase_add_test(errors, every_status_has_a_text_of_its_own);
  tcase_add_test(errors, version_is_the_one_compiled_against);
  tcase_add_test(errors, version_says_what_the_library_was_built_with);
  tcase_add_test(errors, error_holds_place_and_message);
  tcase_add_test(errors, error_can_be_built_from_itself);
  tcase_add_test(errors, error_texts_are_cut_at_whole_characters);
  tcase_add_test(errors, error_texts_have_no_stray_bytes_or_control_characters);
  tcase_add_test(memory, new_memory_is_zero_and_never_null_for_nothing);
  tcase_add_test(memory, size_products_do_not_overflow);
  tcase_add_test(memory, growing_keeps_contents_and_doubles);
  tcase_add_test(memory, texts_are_copied_with_an_end);
  tcase_add_test(memory, hook_fails_the_chosen_allocation_once_or_for_ever);
  tcase_add_test(memory, last_reference_is_seen_once);
  tcase_add_test(number, numbers_of_the_grammar_are_read);
  tcase_add_test(number, other_texts_are_refused);
  tcase_add_test(number, long_digit_strings_are_rounded_once);
  tcase_add_test(number, any_double_reads_back_as_it_was_written);
  tcase_add_test(number, fast_and_exact_conversions_agree);
  tcase_add_test(number, numbers_are_written_short);
  tcase_add_test(number, fixed_numbers_are_for_people);
  tcase_add_test(number, whole_numbers_keep_every_digit);
  tcase_add_test(number, numbers_do_not_know_the_locale);
  tcase_add_test(text, text_grows_by_all_its_ways);
  tcase_add_test(text, text_without_memory_fails_and_stays_failed);
  tcase_add_test(text, printed_text_is_cut_at_a_whole_character);
  tcase_add_test(text, misspelt_names_find_their_neighbour);
  tcase_add_test(text, blanks_are_trimmed_and_words_split);
  tcase_add_test(text, texts_compare_with_and_without_case);
  tcase_add_test(text, utf8_is_told_from_other_bytes);
  tcase_add_test(text, width_counts_characters);
  tcase_add_test(thread, every_task_runs_once_for_any_number_of_threads);
  tcase_add_test(thread, lowest_failing_task_gives_the_error);
  tcase_add_test(thread, progress_runs_on_the_callers_thread_up_to_the_end);
  tcase_add_test(thread, progress_can_stop_the_work);
  tcase_add_test(thread, threads_block_signals_and_the_caller_keeps_its_own);
  tcase_add_test(thread, thread_count_follows_wish_tasks_and_processors);
  tcase_set_timeout(thread, 60);
  tcase_set_timeout(number, 60);
  tcase_add_test(support, nearly_is_relative);
  tcase_add_test(support, written_files_hold_their_bytes);
  suite_add_tcase(suite, errors);
  suite_add_tcase(suite, memory);
  suite_add_tcase(suite, number);
  suite_add_tcase(suite, text);
  suite_add_tcase(suite, thread);
  suite_add_tcase(suite, support);
  return suite;
}

int main(void) {
  return run_suite(base_suite());
}
