/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be published: small rows, the rows that would give them back, and what stays. */
#include "support.h"

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <table/flag.h>
#include <table/table.h>
#include <trygg/disclosure.h>

static trygg_error error;

/* A row of the tables below: two by-variables ("" is the total), the base, flags of the producer. */
typedef struct row {
  const char *wave, *area, *sex;
  int64_t base;
  unsigned flags;
} row;

static const char *const *indicators; /* of the rows, one each; NULL: all of one */

static const tg_column_description columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "", 0},    {"n", TRYGG_INTEGER, TRYGG_VALUE, "", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "", 1}, {"note", TRYGG_TEXT, TRYGG_VALUE, "", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "", 0},
};

static trygg_table *make(const row *rows, size_t count) {
  trygg_table *table;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "wave", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "area", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "sex", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_columns(table, columns, 5, &error));
  for (size_t i = 0; i < count; i++) {
    ck_ok(tg_table_add_row(table, &error));
    ck_ok(tg_table_set_text(table, 0, rows[i].wave, &error));
    ck_ok(tg_table_set_text(table, 1, rows[i].area[0] ? rows[i].area : NULL, &error));
    ck_ok(tg_table_set_text(table, 2, rows[i].sex[0] ? rows[i].sex : NULL, &error));
    ck_ok(tg_table_set_text(table, 3, indicators != NULL ? indicators[i] : "worry", &error));
    tg_table_set_integer(table, 4, rows[i].base);
    tg_table_set_number(table, 5, 0.25);
    ck_ok(tg_table_set_text(table, 6, "about someone", &error));
    ck_ok(tg_table_set_flags(table, 7, rows[i].flags, &error));
    tg_table_set_base(table, rows[i].base);
    tg_table_set_unit(table, TG_UNIT_SHARE);
  }
  ck_ok(tg_table_add_note(table, "method", "taylor", &error));
  return table;
}

static trygg_publication *publish(const row *rows, size_t count, int64_t min_n) {
  trygg_table *table = make(rows, count);
  trygg_disclosure_options options = {sizeof options, min_n};
  trygg_publication *publication;

  ck_ok(trygg_disclosure_publish(table, &options, &publication, &error));
  trygg_table_free(table);
  return publication;
}

/* "x" for a suppressed row, "." for a published one; every suppressed row is checked to hold nothing. */
static const char *pattern(const trygg_publication *publication) {
  static char out[64];
  const trygg_table *table = trygg_disclosure_table(publication);

  for (size_t i = 0; i < trygg_table_rows(table); i++) {
    int hidden = strcmp(trygg_table_text(table, i, 7), "suppressed") == 0;
    for (size_t c = 4; c < 7; c++)
      ck_assert_int_eq(trygg_table_missing(table, i, c), hidden);
    ck_assert_str_ne(trygg_table_text(table, i, 3), "");
    out[i] = hidden ? 'x' : '.';
  }
  out[trygg_table_rows(table)] = '\0';
  return out;
}

static const char *note(const trygg_publication *publication, const char *key) {
  const trygg_table *table = trygg_disclosure_table(publication);

  for (size_t i = 0; i < trygg_table_notes(table); i++)
    if (strcmp(trygg_table_note_key(table, i), key) == 0)
      return trygg_table_note_text(table, i);
  return "(none)";
}

#define PUBLISH(rows, min_n) publish(rows, sizeof rows / sizeof *rows, min_n)

START_TEST(a_small_row_keeps_its_keys_and_the_flag_only) {
  const row rows[] = {{"2023", "0380", "", 29, TG_FLAG_BOUNDARY}, {"2024", "0305", "", 30, TG_FLAG_BOUNDARY}};
  trygg_publication *publication = PUBLISH(rows, 0);
  const trygg_table *table = trygg_disclosure_table(publication);

  ck_assert_str_eq(pattern(publication), "x.");
  ck_assert_str_eq(trygg_table_text(table, 0, 0), "2023");
  ck_assert_str_eq(trygg_table_text(table, 0, 1), "0380");
  ck_assert_int_eq(trygg_table_missing(table, 0, 2), 1);
  ck_assert_int_eq(trygg_table_integer(table, 1, 4), 30);
  ck_assert_str_eq(trygg_table_text(table, 1, 7), "boundary");
  ck_assert_int_eq(tg_table_unit(table, 1), TG_UNIT_SHARE);
  ck_assert_str_eq(note(publication, "disclosure"), "min_n 30");
  ck_assert_str_eq(note(publication, "suppressed_rows"), "1");
  ck_assert_str_eq(note(publication, "complement_rows"), "(none)");
  ck_assert_str_eq(note(publication, "method"), "taylor");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(the_table_given_is_left_as_it_is) {
  const row rows[] = {{"2024", "0380", "", 3, 0}};
  trygg_table *table = make(rows, 1);
  trygg_publication *publication;

  ck_ok(trygg_disclosure_publish(table, NULL, &publication, &error));
  ck_assert_str_eq(pattern(publication), "x");
  ck_assert_int_eq(trygg_table_integer(table, 0, 4), 3);
  ck_assert_uint_eq(trygg_table_notes(table), 1);
  trygg_table_free(table);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(rules_can_be_turned_off_and_the_provenance_says_so) {
  const row rows[] = {
      {"2024", "", "", 100, 0}, {"2024", "1", "", 99, 0}, {"2024", "2", "", 1, TG_FLAG_NO_DF}};
  trygg_publication *publication = PUBLISH(rows, -1);

  ck_assert_str_eq(pattern(publication), "...");
  ck_assert_str_eq(note(publication, "disclosure"), "unprotected");
  ck_assert_uint_eq(trygg_disclosure_suppressed(publication), 0);
  ck_assert_str_eq(trygg_table_text(trygg_disclosure_table(publication), 2, 7), "no_df");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_row_that_rests_on_no_respondents_is_never_small) {
  const row rows[] = {{"2024", "", "", INT64_MAX, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(pattern(publication), ".");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_question_that_was_not_asked_says_so_instead_of_suppressed) {
  const row rows[] = {{"2024", "", "", 0, TG_FLAG_NOT_ASKED}, {"2024", "1", "", 0, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(trygg_table_text(trygg_disclosure_table(publication), 0, 7), "not_asked");
  ck_assert_str_eq(trygg_table_text(trygg_disclosure_table(publication), 1, 7), "suppressed");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(one_suppressed_cell_of_a_total_takes_the_smallest_other_with_it) {
  const row rows[] = {{"2024", "", "", 400, 0}, {"2024", "1", "", 12, 0}, {"2024", "2", "", 250, 0},
                      {"2024", "3", "", 60, 0}, {"2024", "4", "", 78, 0}, {"2023", "", "", 100, 0},
                      {"2023", "1", "", 50, 0}, {"2023", "2", "", 50, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(pattern(publication), ".x.x....");
  ck_assert_uint_eq(trygg_disclosure_suppressed(publication), 2);
  ck_assert_uint_eq(trygg_disclosure_complements(publication), 1);
  ck_assert_str_eq(note(publication, "complement_rows"), "1");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(without_a_total_nothing_can_be_subtracted) {
  const row rows[] = {{"2024", "1", "", 12, 0}, {"2024", "2", "", 250, 0}, {"2023", "", "", 300, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(pattern(publication), "x..");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(several_suppressed_cells_must_together_be_large_enough) {
  const row few[] = {{"2024", "", "", 307, 0},
                     {"2024", "1", "", 3, 0},
                     {"2024", "2", "", 4, 0},
                     {"2024", "3", "", 200, 0},
                     {"2024", "4", "", 100, 0}};
  const row enough[] = {{"2024", "", "", 340, 0},
                        {"2024", "1", "", 20, 0},
                        {"2024", "2", "", 20, 0},
                        {"2024", "3", "", 200, 0},
                        {"2024", "4", "", 100, 0}};
  trygg_publication *publication = PUBLISH(few, 30);

  ck_assert_str_eq(pattern(publication), ".xx.x");
  trygg_disclosure_free(publication);
  publication = PUBLISH(enough, 30);
  ck_assert_str_eq(pattern(publication), ".xx..");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(an_empty_cell_protects_nobody) {
  const row rows[] = {
      {"2024", "", "", 112, 0}, {"2024", "1", "", 12, 0}, {"2024", "2", "", 0, 0}, {"2024", "3", "", 100, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(pattern(publication), ".xxx");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_lone_cell_is_seen_together_with_those_without_a_code) {
  const row rows[] = {{"2024", "", "", 45, 0}, {"2024", "1", "", 12, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(pattern(publication), ".x");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(the_few_without_a_code_are_not_given_back_by_subtraction) {
  const row one[] = {{"2024", "", "", 101, 0}, {"2024", "1", "", 50, 0}, {"2024", "2", "", 50, 0}};
  const row many[] = {{"2024", "", "", 130, 0}, {"2024", "1", "", 50, 0}, {"2024", "2", "", 50, 0}};
  const row none[] = {{"2024", "", "", 100, 0}, {"2024", "1", "", 50, 0}, {"2024", "2", "", 50, 0}};
  const row enough[] = {{"2024", "", "", 131, 0}, {"2024", "1", "", 12, 0}, {"2024", "2", "", 100, 0}};
  const row few[] = {{"2024", "", "", 113, 0}, {"2024", "1", "", 12, 0}, {"2024", "2", "", 100, 0}};
  const row lone[] = {{"2024", "", "", 13, 0}, {"2024", "1", "", 12, 0}};
  trygg_publication *publication = PUBLISH(one, 30);

  ck_assert_str_eq(pattern(publication), ".x.");
  ck_assert_uint_eq(trygg_disclosure_complements(publication), 1);
  ck_assert_str_eq(note(publication, "complement_rows"), "1");
  trygg_disclosure_free(publication);
  publication = PUBLISH(one, 1); /* one respondent may be published */
  ck_assert_str_eq(pattern(publication), "...");
  trygg_disclosure_free(publication);
  publication = PUBLISH(many, 30);
  ck_assert_str_eq(pattern(publication), "...");
  trygg_disclosure_free(publication);
  publication = PUBLISH(none, 30);
  ck_assert_str_eq(pattern(publication), "...");
  trygg_disclosure_free(publication);
  publication = PUBLISH(enough, 30); /* 12 and 19 without a code are seen as 31 */
  ck_assert_str_eq(pattern(publication), ".x.");
  trygg_disclosure_free(publication);
  publication = PUBLISH(few, 30); /* 12 and 1 would be seen as 13 */
  ck_assert_str_eq(pattern(publication), ".xx");
  trygg_disclosure_free(publication);
  publication = PUBLISH(lone, 5); /* no other cell to hide behind */
  ck_assert_str_eq(pattern(publication), ".x");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(in_a_cross_the_few_without_either_code_are_protected) {
  const row rows[] = {{"2024", "", "", 402, 0},
                      {"2024", "1", "1", 90, 0},
                      {"2024", "1", "2", 110, 0},
                      {"2024", "2", "1", 80, 0},
                      {"2024", "2", "2", 120, 0}};
  /* Everybody has an area, but two people of area 1 no sex. */
  const row both[] = {{"2024", "", "", 400, 0},  {"2024", "1", "", 200, 0},  {"2024", "2", "", 200, 0},
                      {"2024", "1", "1", 88, 0}, {"2024", "1", "2", 110, 0}, {"2024", "2", "1", 80, 0},
                      {"2024", "2", "2", 120, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(pattern(publication), "...x.");
  trygg_disclosure_free(publication);
  publication = PUBLISH(both, 30);
  ck_assert_int_eq(pattern(publication)[3], 'x');
  ck_assert_int_eq(pattern(publication)[4], '.');
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(each_indicator_has_those_without_a_code_of_its_own) {
  static const char *const names[] = {"worry", "theft", "fire",  "worry", "theft",
                                      "fire",  "worry", "theft", "fire"};
  const row rows[] = {{"2024", "", "", 200, 0},  {"2024", "", "", 163, 0}, {"2024", "", "", 190, 0},
                      {"2024", "1", "", 90, 0},  {"2024", "1", "", 70, 0}, {"2024", "1", "", 70, 0},
                      {"2024", "2", "", 110, 0}, {"2024", "2", "", 90, 0}, {"2024", "2", "", 90, 0}};
  trygg_publication *publication;

  indicators = names;
  publication = PUBLISH(rows, 30);
  indicators = NULL;
  ck_assert_str_eq(pattern(publication), "....x....");
  trygg_disclosure_free(publication);
}
END_TEST

/* Rows of an index, by area ("" is the total), rest on the item with the fewest answers, another one in each
 * area; "x" and "." as in pattern(). */
static const char *index_pattern(const char *const *areas, const int64_t *bases, size_t count,
                                 int codes_missing) {
  static const tg_column_description index = {"index", TRYGG_TEXT, TRYGG_KEY, "", 0};
  static char out[8];
  trygg_table *table;
  trygg_publication *publication;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "area", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_columns(table, &index, 1, &error));
  ck_ok(tg_table_add_column(table, "points", TRYGG_NUMBER, TRYGG_VALUE, &error));
  for (size_t i = 0; i < count; i++) {
    ck_ok(tg_table_add_row(table, &error));
    ck_ok(tg_table_set_text(table, 0, *areas[i] ? areas[i] : NULL, &error));
    ck_ok(tg_table_set_text(table, 1, "safety", &error));
    tg_table_set_number(table, 2, 3);
    tg_table_set_base(table, bases[i]);
  }
  if (codes_missing)
    ck_ok(tg_table_add_note(table, "by_missing", "1", &error));
  ck_ok(trygg_disclosure_publish(table, NULL, &publication, &error));
  for (size_t i = 0; i < count; i++)
    out[i] = trygg_table_missing(trygg_disclosure_table(publication), i, 2) ? 'x' : '.';
  out[count] = '\0';
  trygg_table_free(table);
  trygg_disclosure_free(publication);
  return out;
}

START_TEST(bases_that_do_not_add_up_hide_nothing_unless_codes_are_missing) {
  static const char *const areas[] = {"", "1", "2"};
  static const int64_t bases[] = {103, 50, 52}, lone[] = {45, 12};

  ck_assert_str_eq(index_pattern(areas, bases, 3, 0), "...");
  ck_assert_str_eq(index_pattern(areas, bases, 3, 1), ".x.");
  ck_assert_str_eq(index_pattern(areas, lone, 2, 0), "xx");
  ck_assert_str_eq(index_pattern(areas, lone, 2, 1), ".x");
}
END_TEST

START_TEST(publishing_again_hides_no_more) {
  const row rows[] = {{"2024", "", "", 101, 0}, {"2024", "1", "", 50, 0}, {"2024", "2", "", 50, 0}};
  trygg_publication *first = PUBLISH(rows, 30), *second;

  ck_ok(trygg_disclosure_publish(trygg_disclosure_table(first), NULL, &second, &error));
  trygg_disclosure_free(first);
  ck_assert_str_eq(pattern(second), ".x.");
  trygg_disclosure_free(second);
}
END_TEST

/* Whether a hidden row is the only hidden one in a line of the 3 x 2 table of the next test. */
static int given_back(const char *seen, const size_t *line, size_t length) {
  size_t hidden = 0;

  for (size_t i = 0; i < length; i++)
    hidden += seen[line[i]] == 'x';
  return hidden == 1;
}

START_TEST(in_a_crossed_breakdown_no_line_has_a_single_suppressed_row) {
  /*      sex  all  1    2
   * area all  0    1    2
   *      1    3    4    5
   *      2    6    7    8
   *      3    9    10   11 */
  const row rows[] = {{"2024", "", "", 630, 0},  {"2024", "", "1", 300, 0},  {"2024", "", "2", 330, 0},
                      {"2024", "1", "", 110, 0}, {"2024", "1", "1", 10, 0},  {"2024", "1", "2", 100, 0},
                      {"2024", "2", "", 220, 0}, {"2024", "2", "1", 110, 0}, {"2024", "2", "2", 110, 0},
                      {"2024", "3", "", 300, 0}, {"2024", "3", "1", 180, 0}, {"2024", "3", "2", 120, 0}};
  const size_t lines[][4] = {{0, 1, 2},    {3, 4, 5},     {6, 7, 8},    {9, 10, 11},
                             {0, 3, 6, 9}, {1, 4, 7, 10}, {2, 5, 8, 11}};
  trygg_publication *publication = PUBLISH(rows, 30);
  const char *seen = pattern(publication);

  ck_assert_int_eq(seen[4], 'x');
  for (size_t i = 0; i < 7; i++)
    ck_assert_msg(!given_back(seen, lines[i], i < 4 ? 3 : 4), "line %d of %s gives a row back", (int)i, seen);
  ck_assert_str_eq(seen, "....xx.xx...");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(a_cross_with_only_the_grand_total_is_protected_too) {
  const row rows[] = {{"2024", "", "", 260, 0},
                      {"2024", "1", "1", 10, 0},
                      {"2024", "1", "2", 100, 0},
                      {"2024", "2", "1", 90, 0},
                      {"2024", "2", "2", 60, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_str_eq(pattern(publication), ".x..x");
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(what_was_suppressed_stays_so_when_published_again) {
  const row rows[] = {{"2024", "", "", 400, 0},
                      {"2024", "1", "", 12, 0},
                      {"2024", "2", "", 250, 0},
                      {"2024", "3", "", 138, 0}};
  const trygg_disclosure_options lower = {sizeof lower, 5};
  trygg_publication *first = PUBLISH(rows, 30), *second;

  ck_ok(trygg_disclosure_publish(trygg_disclosure_table(first), &lower, &second, &error));
  trygg_disclosure_free(first);
  ck_assert_str_eq(pattern(second), ".x.x");
  ck_assert_uint_eq(trygg_disclosure_suppressed(second), 2);
  ck_assert_str_eq(note(second, "disclosure"), "min_n 5");
  ck_assert_uint_eq(trygg_table_notes(trygg_disclosure_table(second)), 4);
  trygg_disclosure_free(second);
}
END_TEST

START_TEST(a_table_without_flags_gets_a_column_for_them) {
  trygg_table *table;
  trygg_publication *publication;

  ck_ok(tg_table_create(&table, &error));
  ck_ok(tg_table_add_column(table, "area", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_column(table, "estimate", TRYGG_NUMBER, TRYGG_VALUE, &error));
  ck_ok(tg_table_add_row(table, &error));
  tg_table_set_number(table, 1, 0.5);
  tg_table_set_base(table, 5);
  ck_ok(trygg_disclosure_publish(table, NULL, &publication, &error));
  trygg_table_free(table);
  table = trygg_disclosure_table(publication);
  ck_assert_str_eq(trygg_table_name(table, 2), "flag");
  ck_assert_str_eq(trygg_table_text(table, 0, 2), "suppressed");
  ck_assert_int_eq(trygg_table_missing(table, 0, 1), 1);
  trygg_disclosure_free(publication);
}
END_TEST

START_TEST(wrong_arguments_are_refused) {
  const row rows[] = {{"2024", "1", "", 12, 0}};
  trygg_table *table = make(rows, 1);
  trygg_disclosure_options options = {sizeof options, -2};
  trygg_publication *publication;

  ck_assert_int_eq(trygg_disclosure_publish(table, &options, &publication, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(publication);
  ck_assert_str_eq(error.field, "min_n");
  ck_assert_int_eq(trygg_disclosure_publish(NULL, NULL, &publication, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_disclosure_publish(table, NULL, NULL, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_disclosure_publish(table, NULL, NULL, NULL), TRYGG_EINVAL);
  ck_assert_uint_eq(trygg_disclosure_suppressed(NULL), 0);
  ck_assert_uint_eq(trygg_disclosure_complements(NULL), 0);
  ck_assert_ptr_null(trygg_disclosure_retain(NULL));
  trygg_table_free(table);
}
END_TEST

START_TEST(a_publication_lives_until_its_last_reference) {
  const row rows[] = {{"2024", "1", "", 120, 0}};
  trygg_publication *publication = PUBLISH(rows, 30);

  ck_assert_ptr_eq(trygg_disclosure_retain(publication), publication);
  trygg_disclosure_free(publication);
  ck_assert_str_eq(pattern(publication), ".");
  trygg_disclosure_free(publication);
  trygg_disclosure_free(NULL);
  ck_assert_ptr_null(trygg_disclosure_table(NULL));
}
END_TEST

START_TEST(running_out_of_memory_is_an_error_and_leaks_nothing) {
  const row rows[] = {{"2024", "", "", 307, 0},  {"2024", "1", "", 3, 0},  {"2024", "2", "", 4, 0},
                      {"2024", "1", "1", 2, 0},  {"2024", "1", "2", 1, 0}, {"2024", "3", "", 200, 0},
                      {"2024", "4", "", 100, 0}, {"2023", "", "", 100, 0}};
  trygg_table *table = make(rows, 8);
  trygg_publication *publication;
  trygg_status status = TRYGG_ENOMEM;
  long k = 0;

  for (; status != TRYGG_OK; k++) {
    tg_memory_fail(k, 1);
    status = trygg_disclosure_publish(table, NULL, &publication, &error);
    tg_memory_fail(-1, 0);
    if (status != TRYGG_OK) {
      ck_assert_int_eq(status, TRYGG_ENOMEM);
      ck_assert_ptr_null(publication);
    }
  }
  ck_assert_int_gt(k, 20);
  trygg_disclosure_free(publication);
  trygg_table_free(table);
}
END_TEST

static Suite *disclosure_suite(void) {
  Suite *suite = suite_create("disclosure");
  TCase *test_case = tcase_create("disclosure");

  tcase_add_test(test_case, a_small_row_keeps_its_keys_and_the_flag_only);
  tcase_add_test(test_case, the_table_given_is_left_as_it_is);
  tcase_add_test(test_case, rules_can_be_turned_off_and_the_provenance_says_so);
  tcase_add_test(test_case, a_row_that_rests_on_no_respondents_is_never_small);
  tcase_add_test(test_case, a_question_that_was_not_asked_says_so_instead_of_suppressed);
  tcase_add_test(test_case, one_suppressed_cell_of_a_total_takes_the_smallest_other_with_it);
  tcase_add_test(test_case, without_a_total_nothing_can_be_subtracted);
  tcase_add_test(test_case, several_suppressed_cells_must_together_be_large_enough);
  tcase_add_test(test_case, an_empty_cell_protects_nobody);
  tcase_add_test(test_case, a_lone_cell_is_seen_together_with_those_without_a_code);
  tcase_add_test(test_case, in_a_crossed_breakdown_no_line_has_a_single_suppressed_row);
  tcase_add_test(test_case, a_cross_with_only_the_grand_total_is_protected_too);
  tcase_add_test(test_case, the_few_without_a_code_are_not_given_back_by_subtraction);
  tcase_add_test(test_case, in_a_cross_the_few_without_either_code_are_protected);
  tcase_add_test(test_case, each_indicator_has_those_without_a_code_of_its_own);
  tcase_add_test(test_case, bases_that_do_not_add_up_hide_nothing_unless_codes_are_missing);
  tcase_add_test(test_case, publishing_again_hides_no_more);
  tcase_add_test(test_case, what_was_suppressed_stays_so_when_published_again);
  tcase_add_test(test_case, a_table_without_flags_gets_a_column_for_them);
  tcase_add_test(test_case, wrong_arguments_are_refused);
  tcase_add_test(test_case, a_publication_lives_until_its_last_reference);
  tcase_add_test(test_case, running_out_of_memory_is_an_error_and_leaks_nothing);
  suite_add_tcase(suite, test_case);
  return suite;
}

int main(void) {
  return run_suite(disclosure_suite());
}
