/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result tables: cells, notes, units, flags, and running out of memory. */
#include "support.h"

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <table/flag.h>
#include <table/table.h>

static trygg_error error;

static const tg_column_description described[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "what is estimated", 0},
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "respondents", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "the estimate", 1},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "why a number is missing", 0},
};

/* kommun, indicator, n, estimate, flag with `rows` rows */
static trygg_status make(size_t rows, trygg_table **out, trygg_error *why) {
  trygg_status status;
  trygg_table *table = NULL;

  *out = NULL;
  status = tg_table_create(&table, why);
  if (status == TRYGG_OK)
    status = tg_table_add_column(table, "kommun", TRYGG_TEXT, TRYGG_KEY, why);
  if (status == TRYGG_OK)
    status = tg_table_add_columns(table, described, 4, why);
  for (size_t i = 0; status == TRYGG_OK && i < rows; i++) {
    status = tg_table_add_row(table, why);
    if (status == TRYGG_OK)
      status = tg_table_set_text(table, 0, i % 2 ? "0380" : NULL, why);
    if (status == TRYGG_OK)
      status = tg_table_set_text(table, 1, i % 3 ? "otrygg_kväll" : "", why);
    if (status == TRYGG_OK) {
      tg_table_set_integer(table, 2, (int64_t)i - 5);
      tg_table_set_number(table, 3, i % 5 ? (double)i / 7 : NAN);
      status = tg_table_set_flags(table, 4, i % 5 ? 0 : TG_FLAG_NO_DF | TG_FLAG_BOUNDARY, why);
    }
  }
  if (status == TRYGG_OK)
    status = tg_table_add_note(table, "definition", "ntu 1", why);
  if (status == TRYGG_OK)
    *out = table;
  else
    trygg_table_free(table);
  return status;
}

START_TEST(cells_are_read_back_as_they_were_set) {
  trygg_table *table;

  ck_ok(make(1000, &table, &error));
  ck_assert_uint_eq(trygg_table_rows(table), 1000);
  ck_assert_uint_eq(trygg_table_columns(table), 5);
  for (size_t i = 0; i < 1000; i++) {
    ck_assert_int_eq(trygg_table_missing(table, i, 0), i % 2 == 0);
    ck_assert_str_eq(trygg_table_text(table, i, 0), i % 2 ? "0380" : "");
    ck_assert_str_eq(trygg_table_text(table, i, 1), i % 3 ? "otrygg_kväll" : "");
    ck_assert_int_eq(trygg_table_integer(table, i, 2), (int64_t)i - 5);
    ck_assert_int_eq(trygg_table_missing(table, i, 3), i % 5 == 0);
    if (i % 5)
      ck_assert(trygg_table_number(table, i, 3) == (double)i / 7);
    ck_assert_str_eq(trygg_table_text(table, i, 4), i % 5 ? "" : "no_df boundary");
  }
  ck_assert_str_eq(trygg_table_note_key(table, 0), "definition");
  ck_assert_str_eq(trygg_table_note_text(table, 0), "ntu 1");
  trygg_table_free(table);
}
END_TEST

START_TEST(an_empty_text_is_not_a_missing_one) {
  trygg_table *table;

  ck_ok(make(1, &table, &error));
  ck_assert_int_eq(trygg_table_missing(table, 0, 0), 1);
  ck_assert_int_eq(trygg_table_missing(table, 0, 1), 0);
  ck_assert_str_eq(trygg_table_text(table, 0, 1), "");
  trygg_table_free(table);
}
END_TEST

START_TEST(a_cell_of_the_last_row_can_be_set_again) {
  trygg_table *table;

  ck_ok(make(3, &table, &error));
  ck_ok(tg_table_set_text(table, 0, "a long text that comes first", &error));
  ck_ok(tg_table_set_text(table, 0, "short", &error));
  ck_ok(tg_table_set_text(table, 1, NULL, &error));
  tg_table_set_number(table, 3, 2.5);
  tg_table_set_number(table, 3, NAN);
  ck_assert_str_eq(trygg_table_text(table, 2, 0), "short");
  ck_assert_str_eq(trygg_table_text(table, 1, 0), "0380");
  ck_assert_int_eq(trygg_table_missing(table, 2, 1), 1);
  ck_assert(isnan(trygg_table_number(table, 2, 3)));
  trygg_table_free(table);
}
END_TEST

START_TEST(reading_outside_of_the_table_gives_nothing) {
  trygg_table *table;

  ck_ok(make(2, &table, &error));
  ck_assert_int_eq(trygg_table_missing(table, 2, 0), 1);
  ck_assert_int_eq(trygg_table_missing(table, 0, 5), 1);
  ck_assert(isnan(trygg_table_number(table, 9, 3)));
  ck_assert(isnan(trygg_table_number(table, 0, 1)));
  ck_assert_int_eq(trygg_table_integer(table, 0, 3), 0);
  ck_assert_ptr_null(trygg_table_text(table, 0, 2));
  ck_assert_ptr_null(trygg_table_text(table, 0, 5));
  ck_assert_str_eq(trygg_table_text(table, 7, 0), "");
  ck_assert_ptr_null(trygg_table_name(table, 5));
  ck_assert_ptr_null(trygg_table_note_key(table, 1));
  ck_assert_uint_eq(trygg_table_find(table, "se"), SIZE_MAX);
  ck_assert_uint_eq(trygg_table_find(table, "estimate"), 3);
  ck_assert_uint_eq(trygg_table_rows(NULL), 0);
  trygg_table_free(table);
  trygg_table_free(NULL);
}
END_TEST

START_TEST(integers_keep_all_their_digits) {
  trygg_table *table;

  ck_ok(make(1, &table, &error));
  tg_table_set_integer(table, 2, INT64_MIN);
  ck_assert(trygg_table_integer(table, 0, 2) == INT64_MIN);
  ck_assert(trygg_table_number(table, 0, 2) == (double)INT64_MIN);
  trygg_table_free(table);
}
END_TEST

START_TEST(two_columns_of_one_name_are_refused) {
  trygg_table *table;

  ck_ok(make(0, &table, &error));
  ck_assert_int_eq(tg_table_add_column(table, "n", TRYGG_TEXT, TRYGG_KEY, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "`n`"));
  ck_assert_uint_eq(trygg_table_columns(table), 5);
  trygg_table_free(table);
}
END_TEST

START_TEST(rows_know_their_base_and_unit) {
  trygg_table *table;

  ck_ok(make(1, &table, &error));
  ck_assert(tg_table_base(table, 0) == INT64_MAX);
  ck_assert_int_eq(tg_table_unit(table, 0), TG_UNIT_NUMBER);
  tg_table_set_base(table, 29);
  tg_table_set_unit(table, TG_UNIT_SHARE);
  ck_ok(tg_table_add_row(table, &error));
  ck_assert(tg_table_base(table, 0) == 29);
  ck_assert(tg_table_base(table, 1) == INT64_MAX);
  ck_assert_int_eq(tg_table_unit(table, 0), TG_UNIT_SHARE);
  ck_assert_int_eq(tg_table_unit(table, 1), TG_UNIT_NUMBER);
  ck_assert_int_eq(tg_table_scaled(table, 3), 1);
  ck_assert_int_eq(tg_table_scaled(table, 2), 0);
  trygg_table_free(table);
}
END_TEST

START_TEST(by_variables_are_told_from_fixed_keys) {
  static const tg_column_description test = {"test", TRYGG_TEXT, TRYGG_KEY, "the test", 0};
  trygg_table *table;

  ck_ok(make(0, &table, &error));
  ck_ok(tg_table_add_column(table, "wave", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_ok(tg_table_add_columns(table, &test, 1, &error));
  ck_ok(tg_table_add_column(table, "b", TRYGG_TEXT, TRYGG_KEY, &error));
  ck_assert_int_eq(tg_table_is_domain(table, 0), 1); /* kommun */
  ck_assert_int_eq(tg_table_is_domain(table, 1), 0); /* indicator */
  ck_assert_int_eq(tg_table_is_domain(table, 2), 0); /* n */
  ck_assert_int_eq(tg_table_is_domain(table, 5), 1); /* wave */
  ck_assert_int_eq(tg_table_is_domain(table, 6), 0); /* test */
  ck_assert_int_eq(tg_table_is_domain(table, 7), 1); /* b */
  trygg_table_free(table);
}
END_TEST

START_TEST(a_table_like_another_has_its_columns_and_notes_and_no_rows) {
  trygg_table *table, *like;

  ck_ok(make(4, &table, &error));
  ck_ok(tg_table_create_like(table, &like, &error));
  ck_assert_uint_eq(trygg_table_rows(like), 0);
  ck_assert_uint_eq(trygg_table_columns(like), 5);
  ck_assert_str_eq(trygg_table_name(like, 1), "indicator");
  ck_assert_int_eq(trygg_table_type(like, 2), TRYGG_INTEGER);
  ck_assert_int_eq(trygg_table_role(like, 4), TRYGG_FLAG);
  ck_assert_int_eq(tg_table_scaled(like, 3), 1);
  ck_assert_int_eq(tg_table_is_domain(like, 0), 1);
  ck_assert_uint_eq(trygg_table_notes(like), 1);
  ck_ok(tg_table_add_row(like, &error));
  for (size_t i = 0; i < 5; i++)
    ck_ok(tg_table_copy_cell(like, i, table, 3, &error));
  trygg_table_free(table);
  ck_assert_str_eq(trygg_table_text(like, 0, 0), "0380");
  ck_assert_int_eq(trygg_table_integer(like, 0, 2), -2);
  trygg_table_free(like);
}
END_TEST

START_TEST(a_table_lives_until_its_last_reference) {
  trygg_table *table;

  ck_ok(make(1, &table, &error));
  ck_assert_ptr_eq(trygg_table_retain(table), table);
  trygg_table_free(table);
  ck_assert_uint_eq(trygg_table_rows(table), 1);
  trygg_table_free(table);
  ck_assert_ptr_null(trygg_table_retain(NULL));
}
END_TEST

START_TEST(every_flag_is_written_and_read_back) {
  char text[TG_FLAG_SIZE];
  unsigned all = 0;

  for (size_t i = 0; i < TG_FLAG_COUNT; i++) {
    ck_assert_str_eq(tg_flag_text(text, tg_flag_bit(i)), trygg_table_flag(i));
    ck_assert_uint_eq(tg_flag_parse(text), tg_flag_bit(i));
    ck_assert_ptr_nonnull(trygg_table_flag_help(i));
    all |= tg_flag_bit(i);
  }
  ck_assert_uint_eq(tg_flag_parse(tg_flag_text(text, all)), all);
  ck_assert_str_eq(tg_flag_text(text, TG_FLAG_BREAK | TG_FLAG_SUPPRESSED), "suppressed break");
  ck_assert_str_eq(tg_flag_text(text, 0), "");
  ck_assert_uint_eq(tg_flag_parse("suppress  break_ model"), TG_FLAG_MODEL);
  ck_assert_uint_eq(tg_flag_parse(NULL), 0);
  ck_assert_ptr_null(trygg_table_flag(TG_FLAG_COUNT));
}
END_TEST

START_TEST(running_out_of_memory_is_an_error_and_leaks_nothing) {
  trygg_table *table;
  trygg_status status = TRYGG_ENOMEM;
  long allocations = 0;

  for (; status != TRYGG_OK; allocations++) {
    tg_memory_fail(allocations, 1);
    status = make(40, &table, &error);
    tg_memory_fail(-1, 0);
    if (status != TRYGG_OK) {
      ck_assert_int_eq(status, TRYGG_ENOMEM);
      ck_assert_ptr_null(table);
    }
  }
  ck_assert_int_gt(allocations, 20);
  trygg_table_free(table);
  /* One failure, after which memory is there again: growing may recover, anything else is an error. */
  for (long k = 0; k < allocations; k++) {
    tg_memory_fail(k, 0);
    status = make(40, &table, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_ENOMEM || (status == TRYGG_OK && trygg_table_rows(table) == 40));
    trygg_table_free(table);
  }
}
END_TEST

/* wave, VARIABLE, indicator, n, estimate, flag: the total and one cell */
static trygg_status make_by(const char *variable, const char *code, int64_t base, trygg_table **out,
                            trygg_error *why) {
  static const tg_column_description wave = {"wave", TRYGG_TEXT, TRYGG_KEY, "the wave", 0};
  trygg_status status;
  trygg_table *table = NULL;

  *out = NULL;
  status = tg_table_create(&table, why);
  if (status == TRYGG_OK)
    status = tg_table_add_columns(table, &wave, 1, why);
  if (status == TRYGG_OK)
    status = tg_table_add_column(table, variable, TRYGG_TEXT, TRYGG_KEY, why);
  if (status == TRYGG_OK)
    status = tg_table_add_columns(table, described, 4, why);
  for (int row = 0; status == TRYGG_OK && row < 2; row++) {
    status = tg_table_add_row(table, why);
    if (status == TRYGG_OK)
      status = tg_table_set_text(table, 0, "2024", why);
    if (status == TRYGG_OK)
      status = tg_table_set_text(table, 1, row == 0 ? NULL : code, why);
    if (status == TRYGG_OK)
      status = tg_table_set_text(table, 2, "klotter", why);
    tg_table_set_number(table, 4, 0.25 * (row + 1));
    tg_table_set_base(table, base + row);
    tg_table_set_unit(table, TG_UNIT_SHARE);
  }
  if (status == TRYGG_OK)
    status = tg_table_add_note(table, "by", variable, why);
  if (status == TRYGG_OK)
    status = tg_table_add_note(table, "level", "0.95", why);
  if (status == TRYGG_OK)
    *out = table;
  else
    trygg_table_free(table);
  return status;
}

START_TEST(bound_tables_have_all_columns_and_each_total_once) {
  static const char *const names[] = {"wave", "kon", "kommun", "indicator", "n", "estimate", "flag"};
  trygg_table *tables[2], *bound;

  ck_ok(make_by("kon", "1", 100, &tables[0], &error));
  ck_ok(make_by("kommun", "0380", 200, &tables[1], &error));
  ck_ok(trygg_table_bind(tables, 2, &bound, &error));
  ck_assert_uint_eq(trygg_table_columns(bound), 7);
  for (size_t i = 0; i < 7; i++)
    ck_assert_str_eq(trygg_table_name(bound, i), names[i]);
  ck_assert_uint_eq(trygg_table_rows(bound), 3); /* total, kon 1, kommun 0380 */
  ck_assert_int_eq(trygg_table_missing(bound, 0, 1), 1);
  ck_assert_int_eq(trygg_table_missing(bound, 0, 2), 1);
  ck_assert_str_eq(trygg_table_text(bound, 1, 1), "1");
  ck_assert_int_eq(trygg_table_missing(bound, 1, 2), 1);
  ck_assert_int_eq(trygg_table_missing(bound, 2, 1), 1);
  ck_assert_str_eq(trygg_table_text(bound, 2, 2), "0380");
  ck_assert(trygg_table_number(bound, 2, 5) == 0.5);
  ck_assert_int_eq(tg_table_base(bound, 0), 100);
  ck_assert_int_eq(tg_table_base(bound, 1), 101);
  ck_assert_int_eq(tg_table_base(bound, 2), 201);
  ck_assert_int_eq(tg_table_unit(bound, 2), TG_UNIT_SHARE);
  ck_assert_int_eq(tg_table_is_domain(bound, 1), 1);
  ck_assert_int_eq(tg_table_is_domain(bound, 2), 1);
  ck_assert_int_eq(tg_table_is_domain(bound, 3), 0);
  ck_assert_int_eq(tg_table_scaled(bound, 5), 1);
  ck_assert_int_eq(tg_table_scaled(bound, 4), 0);
  ck_assert_uint_eq(trygg_table_notes(bound), 3); /* by kon, level, by kommun */
  trygg_table_free(tables[0]);
  trygg_table_free(tables[1]);
  trygg_table_free(bound);
}
END_TEST

START_TEST(calls_without_a_table_or_a_place_for_one_do_no_harm) {
  trygg_table *table, *out;

  ck_ok(make_by("kon", "1", 100, &table, &error));
  ck_assert_uint_eq(trygg_table_columns(NULL), 0);
  ck_assert_uint_eq(trygg_table_find(NULL, "wave"), SIZE_MAX);
  ck_assert_uint_eq(trygg_table_find(table, NULL), SIZE_MAX);
  ck_assert_ptr_null(trygg_table_name(NULL, 0));
  ck_assert_int_eq(trygg_table_type(NULL, 0), TRYGG_NUMBER);
  ck_assert_int_eq(trygg_table_role(NULL, 0), TRYGG_VALUE);
  ck_assert_int_eq(trygg_table_missing(NULL, 0, 0), 1);
  ck_assert_int_eq(trygg_table_integer(NULL, 0, 0), 0);
  ck_assert(isnan(trygg_table_number(NULL, 0, 0)));
  ck_assert_ptr_null(trygg_table_text(NULL, 0, 0));
  ck_assert_uint_eq(trygg_table_notes(NULL), 0);
  ck_assert_ptr_null(trygg_table_note_key(NULL, 0));
  ck_assert_ptr_null(trygg_table_note_text(NULL, 0));
  ck_assert_int_eq(trygg_table_bind(&table, 1, NULL, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_table_bind(NULL, 1, &out, NULL), TRYGG_EINVAL);
  ck_assert_ptr_null(out);
  ck_assert_int_eq(trygg_table_select(table, "wave", "2024", NULL, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_table_select(table, "wave", NULL, &out, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_table_select(table, NULL, "2024", &out, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_table_select(NULL, "wave", "2024", &out, NULL), TRYGG_EINVAL);
  ck_assert_ptr_null(out);
  trygg_table_free(table);
}
END_TEST

/* `b` is a column of comparisons; here it is a variable like any other. */
START_TEST(by_variables_stand_before_the_indicator_whatever_they_are_called) {
  static const char *const names[] = {"wave", "g", "b", "test", "indicator", "n", "estimate", "flag"};
  trygg_table *tables[3], *bound, *again;

  ck_ok(make_by("g", "1", 100, &tables[0], &error));
  ck_ok(make_by("b", "x", 100, &tables[1], &error));
  ck_ok(make_by("test", "y", 100, &tables[2], &error));
  ck_ok(trygg_table_bind(tables, 3, &bound, &error));
  ck_assert_uint_eq(trygg_table_columns(bound), 8);
  for (size_t i = 0; i < 8; i++) {
    ck_assert_str_eq(trygg_table_name(bound, i), names[i]);
    ck_assert_int_eq(tg_table_is_domain(bound, i), i < 4);
  }
  ck_assert_uint_eq(trygg_table_rows(bound), 4);
  ck_ok(trygg_table_bind(&bound, 1, &again, &error));
  for (size_t i = 0; i < 8; i++)
    ck_assert_int_eq(tg_table_is_domain(again, i), i < 4);
  for (size_t i = 0; i < 3; i++)
    trygg_table_free(tables[i]);
  trygg_table_free(bound);
  trygg_table_free(again);
}
END_TEST

START_TEST(tables_that_disagree_are_not_bound) {
  trygg_table *tables[2], *bound;

  ck_ok(make_by("kon", "1", 100, &tables[0], &error));
  ck_ok(tg_table_create(&tables[1], &error));
  ck_ok(tg_table_add_column(tables[1], "estimate", TRYGG_TEXT, TRYGG_VALUE, &error));
  ck_assert_int_eq(trygg_table_bind(tables, 2, &bound, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(bound);
  trygg_table_free(tables[1]);
  tables[1] = NULL;
  ck_assert_int_eq(trygg_table_bind(tables, 2, &bound, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(bound);
  trygg_table_free(tables[0]);
}
END_TEST

START_TEST(binding_without_memory_is_an_error_and_leaks_nothing) {
  trygg_table *tables[2], *bound = NULL;
  trygg_status status = TRYGG_ENOMEM;
  long k = 0;

  ck_ok(make_by("kon", "1", 100, &tables[0], &error));
  ck_ok(make_by("kommun", "0380", 200, &tables[1], &error));
  for (; status != TRYGG_OK; k++) {
    tg_memory_fail(k, 1);
    status = trygg_table_bind(tables, 2, &bound, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || (status == TRYGG_ENOMEM && bound == NULL));
  }
  ck_assert_int_gt(k, 10);
  trygg_table_free(bound);
  trygg_table_free(tables[0]);
  trygg_table_free(tables[1]);
}
END_TEST

START_TEST(selected_rows_keep_their_base_unit_and_notes) {
  trygg_table *table, *selected;

  ck_ok(make_by("kon", "1", 100, &table, &error));
  ck_ok(trygg_table_select(table, "kon", "1", &selected, &error));
  ck_assert_uint_eq(trygg_table_rows(selected), 1);
  ck_assert(trygg_table_number(selected, 0, trygg_table_find(selected, "estimate")) == 0.5);
  ck_assert_int_eq(tg_table_base(selected, 0), 101);
  ck_assert_int_eq(tg_table_unit(selected, 0), TG_UNIT_SHARE);
  ck_assert_int_eq(tg_table_is_domain(selected, 1), 1);
  ck_assert_uint_eq(trygg_table_notes(selected), 2);
  trygg_table_free(selected);
  ck_ok(trygg_table_select(table, "kon", "", &selected, &error));
  ck_assert_uint_eq(trygg_table_rows(selected), 1);
  ck_assert_int_eq(tg_table_base(selected, 0), 100);
  trygg_table_free(selected);
  ck_assert_int_eq(trygg_table_select(table, "kommun", "1", &selected, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(selected);
  ck_assert_int_eq(trygg_table_select(table, "n", "1", &selected, &error), TRYGG_EINVAL);
  trygg_table_free(table);
}
END_TEST

static Suite *table_suite(void) {
  Suite *suite = suite_create("table");
  TCase *test_case = tcase_create("table");

  tcase_add_test(test_case, cells_are_read_back_as_they_were_set);
  tcase_add_test(test_case, an_empty_text_is_not_a_missing_one);
  tcase_add_test(test_case, a_cell_of_the_last_row_can_be_set_again);
  tcase_add_test(test_case, reading_outside_of_the_table_gives_nothing);
  tcase_add_test(test_case, integers_keep_all_their_digits);
  tcase_add_test(test_case, two_columns_of_one_name_are_refused);
  tcase_add_test(test_case, rows_know_their_base_and_unit);
  tcase_add_test(test_case, by_variables_are_told_from_fixed_keys);
  tcase_add_test(test_case, a_table_like_another_has_its_columns_and_notes_and_no_rows);
  tcase_add_test(test_case, a_table_lives_until_its_last_reference);
  tcase_add_test(test_case, every_flag_is_written_and_read_back);
  tcase_add_test(test_case, bound_tables_have_all_columns_and_each_total_once);
  tcase_add_test(test_case, tables_that_disagree_are_not_bound);
  tcase_add_test(test_case, calls_without_a_table_or_a_place_for_one_do_no_harm);
  tcase_add_test(test_case, by_variables_stand_before_the_indicator_whatever_they_are_called);
  tcase_add_test(test_case, binding_without_memory_is_an_error_and_leaks_nothing);
  tcase_add_test(test_case, selected_rows_keep_their_base_unit_and_notes);
  tcase_add_test(test_case, running_out_of_memory_is_an_error_and_leaks_nothing);
  suite_add_tcase(suite, test_case);
  return suite;
}

int main(void) {
  return run_suite(table_suite());
}
