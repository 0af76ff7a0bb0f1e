/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells, entries, sums and the two ways to a variance: retained moments and linearised records. */
#include <tally/tally.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/text.h>
#include <responses/combine.h>
#include <tally/team.h>

#include "fixture.h"

static const fixture_texts texts = {
    .survey = "type,name,role\ninteger,year,wave\ntext,str,stratum\ndecimal,w,weight\nselect_one two,g,\n"
              "select_one two,a,\ndecimal,y,\n",
    .choices = "list_name,name,missing\ntwo,1,\ntwo,2,\ntwo,9,no_answer\n",
    .indicators = "name,type,variable,numerator\ns,share,a,1\nm,mean,y,\n",
    .data = "year,str,w,g,a,y\n2010,1,2,1,1,5\n2010,1,1,2,2,7\n2010,2,3,1,1,9\n2010,2,1,9,1,2\n"
            "2012,1,1,1,2,4\n2012,1,2,1,1,6\n2012,2,0,2,1,8\n2012,2,4,2,9,1\n"};

/* A tally by g of both indicators. */
static tg_tally *tally_by_g(fixture *f, const unsigned char *waves) {
  tg_tally *tally = NULL;
  tg_indicators indicators = {0};
  trygg_error error = {0};
  size_t by = tg_codebook_find_variable(f->codebook, "g", 1);
  tg_tally_request request = {.by = &by, .by_count = 1, .waves = waves, .threads = 1};
  ck_ok(tg_indicator_select(f->codebook, NULL, 0, &indicators, &error));
  ck_ok(tg_tally_create(f->design, &indicators, &request, &tally, &error));
  return tally;
}

START_TEST(cells_stand_in_the_order_wave_and_codes) {
  fixture f = fixture_load(&texts);
  tg_tally *tally = tally_by_g(&f, NULL);
  ck_assert_uint_eq(tally->cell_count, 5);
  ck_assert(tally->cells[0].wave == 0 && tally->cells[0].by[0] == 0);
  ck_assert(tally->cells[1].wave == 0 && tally->cells[1].by[0] == 1);
  ck_assert(tally->cells[2].wave == 0 && tally->cells[2].by_missing); /* in totals only */
  ck_assert(tally->cells[3].wave == 1 && tally->cells[4].wave == 1);
  ck_assert_uint_eq(tally->by_missing_records, 1);
  tg_tally_free(tally);
  fixture_free(&f);
}
END_TEST

START_TEST(waves_that_are_not_asked_for_are_outside) {
  fixture f = fixture_load(&texts);
  tg_tally *tally = tally_by_g(&f, (const unsigned char[]){0, 1});
  ck_assert_uint_eq(tally->cell_count, 2);
  for (int i = 0; i < 4; i++)
    ck_assert_uint_eq(tally->entry[i], TG_RANK_NONE);
  tg_tally_free(tally);
  fixture_free(&f);
}
END_TEST

START_TEST(sums_are_those_added_by_hand) {
  fixture f = fixture_load(&texts);
  tg_tally *tally = tally_by_g(&f, NULL);
  tg_workspace *workspace = tg_workspace_create(tally);
  const uint32_t first_wave[] = {0, 1, 2}, second[] = {3, 4};
  tg_domain_sums sums;
  tg_tally_domain(tally, 0, first_wave, 3, workspace, &sums);
  ck_near(sums.n, 4, 0);
  ck_near(sums.x, 7, 0);
  ck_near(sums.shift * sums.x + sums.y, 6, 0);
  ck_near(sums.clusters, 4, 0);
  ck_near(sums.strata, 2, 0);
  tg_tally_domain(tally, 0, second, 2, workspace, &sums);
  ck_near(sums.n, 2, 0); /* one has weight 0, one no answer */
  ck_near(sums.missing, 1, 0);
  ck_near(sums.strata, 1, 0);
  tg_workspace_free(workspace);
  tg_tally_free(tally);
  fixture_free(&f);
}
END_TEST

/* The total of w y in 2010: strata {10, 7} and {27, 2}. */
START_TEST(variance_of_a_total_both_ways) {
  fixture f = fixture_load(&texts);
  tg_tally *tally = tally_by_g(&f, NULL);
  tg_workspace *workspace = tg_workspace_create(tally);
  const uint32_t cells[] = {0, 1, 2};
  double expected = 9 + 625, variance, df;
  int lonely = 0;
  tg_term terms[3];
  trygg_error error = {0};
  for (uint32_t i = 0; i < 3; i++)
    terms[i] = (tg_term){0, 1, cells[i], 1, 0, 0, NAN, 0};
  ck_near(tg_tally_variance(tally, 1, cells, 3, 1, 0, 0, workspace, &lonely), expected, 1e-13);
  ck_ok(tg_tally_combine(tally, terms, 3, 1, 0, 1, &variance, &df, &error));
  ck_near(variance, expected, 1e-13);
  ck_near(df, 2, 0);
  ck_ok(tg_tally_combine(tally, terms, 3, 1, 1, 1, &variance, &df, &error));
  ck_near(variance, expected, 1e-13);
  ck_assert_int_eq(lonely, 0);
  tg_workspace_free(workspace);
  tg_tally_free(tally);
  fixture_free(&f);
}
END_TEST

START_TEST(covariance_matrix_agrees_with_single_variances_over_many_outputs) {
  enum { OUTPUTS = 150 }; /* more than are worked on together */
  fixture f = fixture_load(&texts);
  tg_tally *tally = tally_by_g(&f, NULL);
  static tg_term terms[OUTPUTS * 2], copy[OUTPUTS * 2];
  static double single[OUTPUTS], matrix[OUTPUTS * OUTPUTS];
  trygg_error error = {0};
  for (uint32_t o = 0; o < OUTPUTS; o++) {
    terms[2 * o] = (tg_term){o, o % 2, o % 5, 1 + o % 7, -0.3 * (o % 3), 0, NAN, 0};
    terms[2 * o + 1] = (tg_term){o, 1, (o + 3) % 5, 0.5, 0.1 * o, 2, NAN, 0};
  }
  memcpy(copy, terms, sizeof terms);
  ck_ok(tg_tally_combine(tally, terms, 2 * OUTPUTS, OUTPUTS, 0, 2, single, NULL, &error));
  ck_ok(tg_tally_combine(tally, copy, 2 * OUTPUTS, OUTPUTS, 1, 1, matrix, NULL, &error));
  for (int o = 0; o < OUTPUTS; o++)
    ck_near(matrix[o * OUTPUTS + o], single[o], 1e-11);
  for (int p = 0; p < OUTPUTS; p++)
    for (int q = 0; q < p; q++)
      ck_assert(fabs(matrix[p * OUTPUTS + q]) <= sqrt(single[p] * single[q]) * (1 + 1e-9));
  tg_tally_free(tally);
  fixture_free(&f);
}
END_TEST

/* More records than a block, with their answers as codes and as numbers; clustered or not. */
enum { MANY = 70000 };
static fixture many_records(int clustered, int records, const char *indicators) {
  fixture_texts many = {
      .survey = clustered ? "type,name,role\ninteger,str,stratum\ninteger,c,cluster\ndecimal,w,weight\n"
                            "select_one two,g,\nselect_one scale,a,\nselect_one scale,unasked,\ndecimal,y,\n"
                          : "type,name,role\ninteger,str,stratum\ninteger,c,\ndecimal,w,weight\n"
                            "select_one two,g,\nselect_one scale,a,\nselect_one scale,unasked,\ndecimal,y,\n",
      .choices = "list_name,name,missing,score\ntwo,1,,\ntwo,2,,\nscale,1,,1000001\nscale,2,,1000002\n"
                 "scale,3,,1000004\nscale,9,no_answer,\n",
      .indicators = indicators};
  static const char *const answers[] = {"1,1000001", "2,1000002", "3,1000004", "9,"};
  tg_text data = {0};
  uint64_t random = 7;
  fixture f;
  tg_text_put(&data, "str,c,w,g,a,y\n");
  for (int i = 0; i < records; i++) {
    random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    tg_text_format(&data, "%d,%d,%d.%d,%d,%s\n", (int)(random >> 40 & 3), (int)(random >> 44 & 15),
                   (int)(random >> 50 & 7), 100 + (int)(random >> 33 & 127), 1 + (int)(random >> 54 & 1),
                   answers[random >> 56 & 3]);
  }
  many.data = data.bytes;
  f = fixture_load(&many);
  tg_text_free(&data);
  return f;
}

/* A one-byte column is looked up, a number is not, and neither way loses anything at the block's end. */
START_TEST(codes_and_numbers_give_the_same_sums) {
  fixture f = many_records(_i, MANY, "name,type,variable\nm,mean,a\nk,mean,y\n");
  tg_tally *tally = tally_by_g(&f, NULL);
  tg_workspace *workspace = tg_workspace_create(tally);
  for (uint32_t c = 0; c < 2; c++) {
    tg_domain_sums code, number;
    int lonely = 0;
    tg_tally_domain(tally, 0, &c, 1, workspace, &code);
    tg_tally_domain(tally, 1, &c, 1, workspace, &number);
    ck_near(code.n, number.n, 0);
    ck_near(code.missing, number.missing, 0);
    ck_assert(code.n > 20000 && code.missing > 5000);
    ck_near(code.x, number.x, 1e-14);
    ck_near(code.weight, number.weight, 1e-14);
    ck_near(code.shift + code.y / code.x, number.shift + number.y / number.x, 1e-15);
    ck_near(tg_tally_variance(tally, 0, &c, 1, 1, -code.y / code.x, code.shift, workspace, &lonely),
            tg_tally_variance(tally, 1, &c, 1, 1, -number.y / number.x, number.shift, workspace, &lonely),
            1e-12);
  }
  tg_workspace_free(workspace);
  tg_tally_free(tally);
  fixture_free(&f);
}
END_TEST

/* Of ten indicators four and four go side by side, where their answers say all, and two alone. */
START_TEST(indicators_side_by_side_have_the_bits_of_each_alone) {
  static const char *const names[] = {"i0", "i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9"};
  fixture f = many_records(
      _i, MANY,
      "name,type,variable,numerator,where\ni0,mean,a,,\ni1,share,g,1,\ni2,share,a,2 3,\n"
      "i3,total,g,2,\ni4,mean,a,,\ni5,mean,y,,\ni6,share,a,1,g=2\ni7,total,y,,\ni8,mean,a,,\ni9,share,a,2,\n");
  size_t by = tg_codebook_find_variable(f.codebook, "g", 1);
  tg_tally_request request = {.by = &by, .by_count = 1, .threads = 1};
  tg_tally *together = NULL;
  trygg_error error = {0};
  tg_indicators indicators = {0};
  ck_ok(tg_indicator_select(f.codebook, names, 10, &indicators, &error));
  ck_ok(tg_tally_create(f.design, &indicators, &request, &together, &error));
  for (size_t k = 0; k < 10; k++) {
    tg_tally *alone = NULL;
    tg_indicators one = {0};
    ck_ok(tg_indicator_select(f.codebook, &names[k], 1, &one, &error));
    ck_ok(tg_tally_create(f.design, &one, &request, &alone, &error));
    size_t cells = alone->cell_count, entries = alone->entry_count;
    ck_assert(alone->cell_sums[1].n > 10000);
    ck_assert(!memcmp(alone->shift, together->shift + k * cells, cells * sizeof *alone->shift));
    ck_assert(!memcmp(alone->sums, together->sums + k * entries, entries * sizeof *alone->sums));
    ck_assert(!memcmp(alone->cell_sums, together->cell_sums + k * cells, cells * sizeof *alone->cell_sums));
    ck_assert(_i ||
              !memcmp(alone->moments, together->moments + k * entries, entries * sizeof *alone->moments));
    tg_tally_free(alone);
  }
  tg_tally_free(together);
  fixture_free(&f);
}
END_TEST

/* Wide instructions or not, and any number of threads, at the ends of sixteens and of blocks. */
START_TEST(wide_instructions_give_the_same_bits) {
  static const int sizes[] = {1, 2, 15, 16, 17, 33, 65535, 65536, 65537, 70000};
  fixture f =
      many_records(1, sizes[_i],
                   "name,type,variable,numerator,where\ni0,mean,a,,\ni1,share,a,2 3,\ni2,mean,unasked,,\n"
                   "i3,total,g,2,\ni4,mean,a,,g=1\ni5,share,g,1,\ni6,mean,a,,\ni7,share,a,1,\n"
                   "i8,mean,y,,\n");
  size_t by = tg_codebook_find_variable(f.codebook, "g", 1);
  tg_tally *narrow = NULL;
  trygg_error error = {0};
  for (int threads = 0; threads <= 8; threads++) {
    tg_tally_request request = {.by = &by, .by_count = 1, .threads = threads ? threads : 1};
    tg_indicators indicators = {0};
    tg_tally *tally = NULL;
    ck_ok(tg_indicator_select(f.codebook, NULL, 0, &indicators, &error));
    tg_team_narrow(threads == 0);
    ck_ok(tg_tally_create(f.design, &indicators, &request, &tally, &error));
    tg_team_narrow(0);
    size_t cells = 9 * tally->cell_count, entries = 9 * tally->entry_count;
    ck_assert(!narrow || tally->entry_count == narrow->entry_count);
    ck_assert(!narrow || !memcmp(tally->shift, narrow->shift, cells * sizeof *tally->shift));
    ck_assert(!narrow || !memcmp(tally->sums, narrow->sums, entries * sizeof *tally->sums));
    ck_assert(!narrow || !memcmp(tally->cell_sums, narrow->cell_sums, cells * sizeof *tally->cell_sums));
    if (narrow)
      tg_tally_free(tally);
    else
      narrow = tally;
  }
  tg_tally_free(narrow);
  fixture_free(&f);
}
END_TEST

START_TEST(keys_are_ranked_in_order) {
  const uint64_t keys[] = {7, TG_KEY_NONE, 3, 7, UINT64_C(1) << 60, 3, 0};
  const uint32_t expected[] = {2, TG_RANK_NONE, 1, 2, 3, 1, 0};
  uint32_t ranks[7];
  uint64_t *distinct = NULL;
  size_t count = 0;
  trygg_error error = {0};
  ck_ok(tg_keys_rank(keys, 7, ranks, &distinct, &count, &error));
  ck_assert_uint_eq(count, 4);
  ck_assert_int_eq(memcmp(ranks, expected, sizeof ranks), 0);
  ck_assert(distinct[0] == 0 && distinct[3] == UINT64_C(1) << 60);
  tg_memory_free(distinct);
  ck_ok(tg_keys_rank(keys, 0, ranks, &distinct, &count, &error));
  ck_assert_uint_eq(count, 0);
  tg_memory_free(distinct);
}
END_TEST

START_TEST(a_hundred_thousand_keys_find_their_ranks) {
  enum { COUNT = 100000 };
  static uint64_t keys[COUNT];
  static uint32_t ranks[COUNT];
  uint64_t *distinct = NULL, state = 1;
  size_t count = 0;
  trygg_error error = {0};
  for (int i = 0; i < COUNT; i++)
    keys[i] = (state = state * UINT64_C(6364136223846793005) + 1442695040888963407u) >> 46;
  ck_ok(tg_keys_rank(keys, COUNT, ranks, &distinct, &count, &error));
  for (size_t k = 1; k < count; k++)
    ck_assert(distinct[k - 1] < distinct[k]);
  for (int i = 0; i < COUNT; i++)
    ck_assert(distinct[ranks[i]] == keys[i]);
  tg_memory_free(distinct);
}
END_TEST

/* Stored values of each width, with and without a table, with values that have no number: numbered as keys made by hand
 * are ranked.  Few combinations go through a table, many through hashing, and more than a key holds in rounds. */
START_TEST(combinations_are_ranked_as_their_keys_are) {
  enum { RECORDS = 150000, PARTS = 6 };
  static const size_t sizes[3][PARTS] = {
      {3, 5, 4, 7, 3, 2}, {3, 200, 300, 9, 2, 2}, {200, 30000, 3000000, 60000, 4000000, 1000000}};
  const size_t *size = sizes[_i];
  static uint8_t bytes[RECORDS];
  static uint16_t shorts[2][RECORDS];
  static uint32_t words[3][RECORDS], of[RECORDS], again[RECORDS], expected[RECORDS];
  static uint64_t keys[RECORDS];
  const struct {
    const void *values;
    unsigned char width, has_table;
  } kinds[PARTS] = {{bytes, 1, 1},     {shorts[0], 2, 0}, {words[0], 4, 1},
                    {shorts[1], 2, 1}, {words[1], 4, 0},  {words[2], 4, 0}};
  tg_combination c = {.records = RECORDS, .threads = 1};
  uint64_t state = 5, *distinct = NULL, *by_hand = NULL;
  size_t count = 0, wanted = 0;
  trygg_error error = {0};
  for (int k = 0; k < PARTS; k++) {
    tg_part part = {.values = kinds[k].values, .width = kinds[k].width, .size = size[k], .count = size[k]};
    for (size_t i = 0; i < RECORDS; i++) {
      uint32_t value;
      state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
      value = (uint32_t)((state >> 33) % (size[k] + 1)); /* the last one is no number */
      if (part.width == 1)
        bytes[i] = (uint8_t)value;
      else if (part.width == 2)
        shorts[k == 3][i] = (uint16_t)value;
      else
        words[k == 2 ? 0 : k - 3][i] = value == size[k] ? TG_RANK_NONE : value;
    }
    if (kinds[k].has_table) { /* in the opposite order, every seventh without a number */
      part.table = tg_memory_new(size[k] + 1, sizeof *part.table);
      for (size_t v = 0; v < size[k]; v++)
        part.table[v] = v % 7 == 6 ? TG_RANK_NONE : (uint32_t)(size[k] - 1 - v);
      part.table[size[k]] = TG_RANK_NONE;
    }
    ck_ok(tg_combination_add(&c, &part, &error));
  }
  memset(expected, 0, sizeof expected); /* of the case before, where tests share a process */
  for (int k = 0; k < PARTS; k++) {     /* round by round, as nothing else could hold them */
    uint64_t *last = by_hand;
    for (size_t i = 0; i < RECORDS; i++) {
      uint32_t number = tg_part_number(&c.parts[k], i);
      keys[i] = (uint64_t)expected[i] * (size[k] + 1) + (number == TG_RANK_NONE ? size[k] : number);
    }
    ck_ok(tg_keys_rank(keys, RECORDS, expected, &by_hand, &wanted, &error));
    tg_memory_free(last);
  }
  ck_ok(tg_combination_rank(&c, of, NULL, &count, &error));
  ck_assert_uint_eq(count, wanted);
  ck_assert(!memcmp(of, expected, sizeof of));
  for (c.threads = 2; c.threads < 4; c.threads++) {
    memset(again, 0, sizeof again);
    ck_ok(tg_combination_rank(&c, again, NULL, &count, &error));
    ck_assert(!memcmp(of, again, sizeof of));
  }
  if (_i == 2)
    ck_assert_int_eq(tg_combination_rank(&c, again, &distinct, &count, &error), TRYGG_ELIMIT);
  else {
    ck_ok(tg_combination_rank(&c, again, &distinct, &count, &error));
    for (size_t i = 0; i < RECORDS; i++)
      for (size_t k = 0; k < PARTS; k++)
        ck_assert_uint_eq(tg_combination_number(&c, distinct[of[i]], k), tg_part_number(&c.parts[k], i));
  }
  c.strict = 1; /* as if those without a number of the last part were not there */
  for (size_t i = 0; i < RECORDS; i++)
    keys[i] = tg_part_number(&c.parts[PARTS - 1], i) == TG_RANK_NONE ? TG_KEY_NONE : expected[i];
  tg_memory_free(by_hand);
  ck_ok(tg_keys_rank(keys, RECORDS, expected, &by_hand, &wanted, &error));
  ck_ok(tg_combination_rank(&c, of, NULL, &count, &error));
  ck_assert_uint_eq(count, wanted);
  ck_assert(!memcmp(of, expected, sizeof of));
  tg_memory_free(distinct);
  tg_memory_free(by_hand);
  tg_combination_clear(&c);
}
END_TEST

static Suite *tally_suite(void) {
  Suite *suite = suite_create("tally");
  TCase *tests = tcase_create("tally");
  tcase_add_test(tests, cells_stand_in_the_order_wave_and_codes);
  tcase_add_test(tests, waves_that_are_not_asked_for_are_outside);
  tcase_add_test(tests, sums_are_those_added_by_hand);
  tcase_add_test(tests, variance_of_a_total_both_ways);
  tcase_add_test(tests, covariance_matrix_agrees_with_single_variances_over_many_outputs);
  tcase_add_loop_test(tests, codes_and_numbers_give_the_same_sums, 0, 2);
  tcase_add_loop_test(tests, indicators_side_by_side_have_the_bits_of_each_alone, 0, 2);
  tcase_add_loop_test(tests, wide_instructions_give_the_same_bits, 0, 10);
  tcase_add_test(tests, keys_are_ranked_in_order);
  tcase_add_test(tests, a_hundred_thousand_keys_find_their_ranks);
  tcase_add_loop_test(tests, combinations_are_ranked_as_their_keys_are, 0, 3);
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(tally_suite());
}
