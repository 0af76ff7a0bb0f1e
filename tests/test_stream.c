/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates of records that are not kept: the same bits as when they are, whatever the windows, and refusals. */
#include <estimate/stream.h>

#include <math.h>
#include <string.h>
#include <zlib.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/responses.h>
#include <trygg/inference.h>

#include "fixture.h"

static trygg_error error;

/* ---- the same bits ------------------------------------------------------------------------------------ */

/* ... and nearly the same where windows are no whole blocks, so that other records are added up side by side. */
static int same(double a, double b, int exactly) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)) || (!exactly && nearly(a, b, 1e-12));
}

static void check_row(const trygg_estimates *kept, const trygg_estimates *streamed, size_t row,
                      size_t by_count, int exactly) {
  trygg_estimate a = trygg_estimate_get(kept, row), b = trygg_estimate_get(streamed, row);
  ck_assert_str_eq(a.wave, b.wave);
  ck_assert_str_eq(a.indicator, b.indicator);
  for (size_t k = 0; k < by_count; k++)
    ck_assert_str_eq(trygg_estimate_by(kept, row, k), trygg_estimate_by(streamed, row, k));
  ck_assert_msg(
      a.n == b.n && a.flags == b.flags && same(a.weighted_n, b.weighted_n, exactly) &&
          same(a.estimate, b.estimate, exactly) && same(a.se, b.se, exactly) && same(a.df, b.df, 1) &&
          same(a.deff, b.deff, exactly),
      "row %zu (%s %s): n %lld %lld, weights %.17g %.17g, estimate %.17g %.17g, se %.17g %.17g, deff %.17g "
      "%.17g, flags %x %x",
      row, a.wave, a.indicator, (long long)a.n, (long long)b.n, a.weighted_n, b.weighted_n, a.estimate,
      b.estimate, a.se, b.se, a.deff, b.deff, a.flags, b.flags);
}

/* What is compared: files against the records that were kept of the same, by several tables at once. */
typedef struct comparison {
  const fixture *f;
  const char *const *files;
  size_t file_count;
  const trygg_estimate_options *const *tables;
  size_t count;
  const char *lonely;
} comparison;

static void check_stream(const comparison *what, size_t window, int threads) {
  trygg_load_options load = {.size = sizeof load, .threads = threads};
  trygg_design_options design = {.size = sizeof design, .lonely = what->lonely};
  tg_stream_source source = {what->f->codebook, what->files, what->file_count, &load, window};
  trygg_estimates *streamed[8] = {0};
  trygg_responses *responses = NULL;
  ck_assert_uint_le(what->count, 8);
  ck_ok(tg_stream_estimate(&source, &design, what->tables, what->count, streamed, &responses, &error));
  ck_assert_uint_eq(trygg_responses_count(responses), trygg_responses_count(what->f->responses));
  ck_assert_uint_eq(trygg_responses_warnings(responses), trygg_responses_warnings(what->f->responses));
  for (size_t i = 0; i < what->count; i++) {
    trygg_estimates *kept = NULL;
    ck_ok(trygg_estimate_create(what->f->design, what->tables[i], &kept, &error));
    ck_assert_uint_eq(trygg_estimate_count(kept), trygg_estimate_count(streamed[i]));
    ck_assert_uint_gt(trygg_estimate_count(kept), 0);
    for (size_t row = 0; row < trygg_estimate_count(kept); row++)
      check_row(kept, streamed[i], row, what->tables[i]->by_count, window % TG_BLOCK == 0);
    trygg_estimate_free(kept);
    trygg_estimate_free(streamed[i]);
  }
  trygg_responses_free(responses);
}

/* One table of a file, thrown away. */
static trygg_status stream_one(const fixture *f, const char *path, size_t window,
                               const trygg_estimate_options *options) {
  tg_stream_source source = {f->codebook, &path, 1, NULL, window};
  trygg_estimates *estimates = NULL;
  trygg_responses *responses = NULL;
  trygg_status status;
  error = (trygg_error){0};
  status = tg_stream_estimate(&source, NULL, &options, 1, &estimates, &responses, &error);
  ck_assert((status == TRYGG_OK) == (estimates != NULL) && (status == TRYGG_OK) == (responses != NULL));
  trygg_estimate_free(estimates);
  trygg_responses_free(responses);
  return status;
}

/* ---- a survey of some size ------------------------------------------------------------------------------ */

static uint64_t state;

static unsigned below(unsigned count) {
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)((state >> 33) % count);
}

#define CHOICES                                                                                              \
  "list_name,name,missing,score\nsex,2,,\nsex,1,,\nscale,1,,1\nscale,2,,2\nscale,3,,5\nscale,8,dont_know,\n" \
  "scale,9,no_answer,\n"
#define SURVEY(cluster_role, fpc_role)                                                                       \
  "type,name,role\ntext,id,id\ninteger,year,wave\ntext,str,stratum\ninteger,psu," cluster_role               \
  "\ninteger,fpc," fpc_role "\ndecimal,w,weight\ndecimal,w2,\nselect_one sex,g,\ntext,area,domain\n"         \
  "integer,age,\nselect_one scale,q1,\nselect_one scale,q2,\nselect_one scale,q3,\ndecimal,y,\ndecimal,z,\n" \
  "text,note,\n"
#define INDICATORS                                                                                           \
  "name,type,variable,numerator,denominator,where,min_valid,low,high,weight\n"                               \
  "share,share,q1,2 3,,,,,,\nall,share,q2,3,all,,,,,\nmean,mean,y,,,,,,,\nscore,mean,q3,,,,,,,\n"            \
  "total,total,y,,,,,,,\nhits,total,q2,1,,,,,,\nany,any,q1 q2,3,,,1,,,\nscale,scale,q1 -q2 q3,,,,2,1,5,\n"   \
  "owners,share,q1,1,,g=2,,,,\nhouse,share,q1,3,,,,,,w2\n"
#define RATIO "ratio,ratio,y,,z,,,,,\n"

/* One record.  Weights and values have many digits, so that the order of adding shows. */
static void add_record(tg_text *out, unsigned id, unsigned year) {
  unsigned stratum = below(7), area = below(40), psu = below(9);
  tg_text_format(out, "p%u,%u,%c%u,%u,%u,%u.%04u,", id, year, "zabqm"[stratum % 5], stratum, psu,
                 50 + stratum, 1 + below(90), below(10000));
  if (below(10))
    tg_text_format(out, "%u.%03u", below(5), below(1000));
  tg_text_format(out, ",%s,omr %c%u,%u,", below(20) ? below(2) ? "1" : "2" : "", 'a' + (int)(area * 7 % 26),
                 area, 16 + below(6) * 10);
  for (int q = 1; q <= 3; q++)
    if (q == 3 && year == 2019)
      tg_text_put(out, ","); /* not asked */
    else
      tg_text_format(out, "%s,", (const char *const[]){"1", "2", "3", "8", "9", ""}[below(6)]);
  tg_text_format(out, "%u.%05u,%u.%02u,said %u \n", 1000000 + below(9), below(100000), below(50), below(100),
                 id);
}

static const char header[] = "id,year,str,psu,fpc,w,w2,g,area,age,q1,q2,q3,y,z,note\n";

enum { LARGE = 150000, SPLIT = 70001 };

/* Records of three waves, in random order or one wave after the other, as one text and as two files. */
typedef struct large {
  tg_text text;
  const char *whole, *parts[2];
} large;

static large make_large(int sorted) {
  large made = {0};
  const char *folder = temporary_folder();
  size_t split = 0;
  state = 7;
  tg_text_put(&made.text, header);
  for (unsigned i = 0; i < LARGE; i++) {
    if (i == SPLIT)
      split = made.text.length;
    add_record(&made.text, i, 2017 + (sorted ? i / 60000 : below(3)));
  }
  ck_assert(!made.text.failed);
  made.whole = write_file(folder, "whole.csv", made.text.bytes, made.text.length);
  made.parts[0] = write_file(folder, "first.csv", made.text.bytes, split);
  tg_text second = {0};
  tg_text_put(&second, header);
  tg_text_append(&second, made.text.bytes + split, made.text.length - split);
  made.parts[1] = write_file(folder, "second.csv", second.bytes, second.length);
  tg_text_free(&second);
  return made;
}

static const char *compressed(const large *made) {
  const char *path = write_text(temporary_folder(), "whole.csv.gz", "");
  gzFile file = gzopen(path, "wb1");
  ck_assert_int_eq(gzwrite(file, made->text.bytes, (unsigned)made->text.length), (int)made->text.length);
  ck_assert_int_eq(gzclose(file), Z_OK);
  return path;
}

static const char *const by_sex[] = {"g"}, *const by_area[] = {"area"}, *const by_age_sex[] = {"age", "g"};
static const char *const where[] = {"q2=1,2,8", "age=16,26,36"}, *const waves[] = {"2018", "2019"};
static const trygg_estimate_options tables[] = {
    {.size = sizeof *tables},
    {.size = sizeof *tables, .by = by_sex, .by_count = 1, .threads = 3},
    {.size = sizeof *tables, .by = by_area, .by_count = 1, .pool = 1},
    {.size = sizeof *tables, .by = by_age_sex, .by_count = 2, .where = where, .where_count = 2},
    {.size = sizeof *tables, .by = by_area, .by_count = 1, .waves = waves, .wave_count = 2, .df = "design"}};
static const trygg_estimate_options *const all_tables[] = {&tables[0], &tables[1], &tables[2], &tables[3],
                                                           &tables[4]};

/* Every way of reading, in windows of one block and of two. */
static void check_large(const fixture_texts *texts, int sorted) {
  large made = make_large(sorted);
  fixture_texts all = *texts;
  all.data = made.text.bytes;
  fixture f = fixture_load(&all);
  const char *gz = compressed(&made);
  comparison what = {&f, &made.whole, 1, all_tables, 5, texts->lonely};
  check_stream(&what, 65536, 1);
  check_stream(&what, 65536, 4);
  check_stream(&what, 131072, 2);
  check_stream(&what, 0, 2);
  what.files = &gz;
  check_stream(&what, 65536, 2);
  what.files = made.parts;
  what.file_count = 2;
  check_stream(&what, 65536, 3);
  fixture_free(&f);
  tg_text_free(&made.text);
}

START_TEST(samples_of_people_give_the_same_bits) {
  fixture_texts texts = {.survey = SURVEY("", ""), .choices = CHOICES, .indicators = INDICATORS};
  check_large(&texts, 0);
}
END_TEST

START_TEST(samples_of_clusters_give_the_same_bits) {
  fixture_texts texts = {
      .survey = SURVEY("cluster", "fpc"), .choices = CHOICES, .indicators = INDICATORS RATIO};
  check_large(&texts, 0);
}
END_TEST

START_TEST(waves_one_after_the_other_give_the_same_bits) {
  fixture_texts texts = {.settings = "form_title,form_id,version,pool\nT,t,1,sum\n",
                         .survey = SURVEY("", ""),
                         .choices = CHOICES,
                         .indicators = INDICATORS};
  check_large(&texts, 1);
}
END_TEST

START_TEST(overlapping_waves_give_the_same_bits) {
  fixture_texts texts = {.settings = "form_title,form_id,version,waves\nT,t,1,overlapping\n",
                         .survey = SURVEY("cluster", ""),
                         .choices = CHOICES,
                         .indicators = INDICATORS RATIO};
  check_large(&texts, 1);
}
END_TEST

/* ---- small windows, which are no whole blocks ------------------------------------------------------------- */

#define SMALL_SURVEY                                                                                             \
  "type,name,role\ninteger,year,wave\ntext,str,stratum\ndecimal,w,weight\nselect_one two,g,\ntext,area,domain\n" \
  "integer,age,\nselect_one two,a,\nselect_one two,b,\ndecimal,y,\n"
static const fixture_texts small = {
    .survey = SMALL_SURVEY,
    .choices = "list_name,name,missing\ntwo,1,\ntwo,2,\ntwo,9,no_answer\n",
    .indicators =
        "name,type,variable,numerator,min_valid\ns,share,a,1,\nm,mean,y,,\nn,any,a b,1,1\none,any,a,1,1\n",
    .data =
        "year,str,w,g,area,age,a,b,y\n2012,n 2,2,2,ost,30,1,1,5\n2010,n 2,2,2,vast,4,2,1,5\n"
        "2012,n,2,1,ost,7,9,2,8\n2010,s,1,1,,7,2,2,7\n2010,s,3,,alv,100,1,1,9\n2012,s,4,2,vast,4,2,2,3\n"
        "2010,n 2,2,1,alv,9,1,1,4\n2012,s,4,1,bro,30,2,2,3\n2010,m,1,1,ost,4,1,2,2\n2012,n,1,1,ost,4,1,1,4\n"
        "2010,m,1,2,ost,30,2,1,2\n2012,n 2,3,1,bro,100,2,1,6\n"};

static void check_small(const fixture_texts *texts) {
  fixture f = fixture_load(texts);
  const char *path = write_text(temporary_folder(), "small.csv", texts->data);
  static const char *const area_age[] = {"area", "age"};
  static const trygg_estimate_options options[] = {
      {.size = sizeof *options, .by = area_age, .by_count = 1},
      {.size = sizeof *options, .by = area_age + 1, .by_count = 1},
      {.size = sizeof *options, .by = area_age, .by_count = 2, .pool = 1}};
  const trygg_estimate_options *const list[] = {&options[0], &options[1], &options[2]};
  comparison what = {&f, &path, 1, list, 3, texts->lonely};
  for (size_t window = 1; window <= 13; window++)
    check_stream(&what, window, 1 + (int)window % 3);
  fixture_free(&f);
}

START_TEST(windows_of_any_size_meet_strata_codes_and_cells_in_any_order) {
  check_small(&small);
}
END_TEST

START_TEST(populations_are_checked_against_all_records) {
  fixture_texts texts = small;
  texts.strata =
      "wave,stratum,population\n2010,n 2,20\n2010,s,2\n2010,m,40\n2012,n,4\n2012,s,30\n2012,n 2,5\n";
  check_small(&texts);
  texts.survey =
      "type,name,role\ninteger,year,wave\ntext,str,stratum\ndecimal,w,weight\nselect_one two,g,\ntext,area,domain\n"
      "integer,age,fpc\nselect_one two,a,\nselect_one two,b,\ndecimal,y,\n";
  texts.strata = NULL;
  texts.data =
      "year,str,w,g,area,age,a,b,y\n2010,a,1,1,x,9,1,1,1\n2010,a,1,1,x,9,2,1,1\n2010,b,1,1,x,3,1,2,1\n"
      "2010,a,1,1,x,9,1,1,1\n2010,b,1,1,x,3,1,1,1\n2010,b,1,1,x,2,1,1,1\n";
  const char *path = write_text(temporary_folder(), "two.csv", texts.data);
  trygg_error kept = fixture_refuse(&texts, TRYGG_EDESIGN);
  ck_assert_ptr_nonnull(strstr(kept.message, "two finite populations"));
  texts.data = "year,str,w,g,area,age,a,b,y\n2010,a,1,1,x,9,1,1,1\n2010,a,1,1,x,9,1,1,2\n";
  check_small(&texts);
  fixture f = fixture_load(&texts);
  for (size_t window = 1; window <= 7; window++) {
    ck_assert_int_eq(stream_one(&f, path, window, NULL), TRYGG_EDESIGN);
    ck_assert_str_eq(error.message, kept.message);
  }
  fixture_free(&f);
}
END_TEST

START_TEST(a_population_smaller_than_all_its_records_is_refused) {
  fixture_texts texts = small;
  texts.survey =
      "type,name,role\ninteger,year,wave\ntext,str,stratum\ndecimal,w,weight\ninteger,age,fpc\nselect_one two,a,\n"
      "select_one two,b,\ndecimal,y,\n";
  texts.data = "year,str,w,age,a,b,y\n2010,a,1,2,1,1,1\n2010,a,1,2,1,1,2\n2010,a,1,2,1,1,2\n";
  const char *path = write_text(temporary_folder(), "many.csv", texts.data);
  trygg_error kept = fixture_refuse(&texts, TRYGG_EDESIGN);
  texts.data = "year,str,w,age,a,b,y\n2010,a,1,2,1,1,1\n";
  fixture f = fixture_load(&texts);
  ck_assert_int_eq(stream_one(&f, path, 1, NULL), TRYGG_EDESIGN);
  ck_assert_str_eq(error.message, kept.message);
  fixture_free(&f);
}
END_TEST

START_TEST(lonely_clusters_are_known_at_the_end) {
  fixture_texts texts = small;
  texts.data =
      "year,str,w,g,area,age,a,b,y\n2010,a,1,1,x,9,1,1,1\n2010,b,1,1,x,9,2,1,3\n2010,c,1,1,x,3,1,2,4\n"
      "2010,b,1,1,x,9,1,1,1\n2010,a,1,1,x,3,1,1,7\n";
  texts.lonely = "adjust";
  check_small(&texts);
  texts.lonely = "average";
  check_small(&texts);
}
END_TEST

START_TEST(derived_variables_are_made_in_each_window) {
  fixture_texts texts = small;
  texts.derived =
      "name,label,type,rule,from,codes\nkind,,text,prefix,area,1\nband,,text,bands,age,..7=young 8..=old\n"
      "both,,integer,count,a b,1\n";
  fixture f = fixture_load(&texts);
  const char *path = write_text(temporary_folder(), "small.csv", texts.data);
  static const char *const derived[] = {"kind", "band", "both"}, *const names[] = {"both", "m"};
  static const trygg_estimate_options options[] = {
      {.size = sizeof *options, .by = derived, .by_count = 2, .indicators = names, .indicator_count = 2},
      {.size = sizeof *options, .by = derived + 2, .by_count = 1}};
  const trygg_estimate_options *const list[] = {&options[0], &options[1]};
  comparison what = {&f, &path, 1, list, 2, NULL};
  for (size_t window = 1; window <= 13; window++)
    check_stream(&what, window, 1);
  fixture_free(&f);
}
END_TEST

/* ---- questions that were not asked ---------------------------------------------------------------------- */

#define ASKED_SURVEY                                                                                         \
  "type,name,role\ninteger,year,wave\ndecimal,w,weight\nselect_one two,a,\nselect_one two,b,\n"
static const fixture_texts asked = {
    .survey = ASKED_SURVEY,
    .choices = "list_name,name,missing\ntwo,1,\ntwo,2,\ntwo,9,no_answer\n",
    .indicators =
        "name,type,variable,numerator,denominator,min_valid\nof_all,share,a,1,all,\nany,any,a b,1,,1\n",
    .data = "year,w,a,b\n2010,1,1,1\n2010,2,2,1\n2010,1,,2\n2012,1,,1\n2012,2,,2\n2012,3,,1\n2012,3,,2\n"};

START_TEST(a_question_that_no_record_of_a_wave_answers_was_not_asked_in_it) {
  fixture f = fixture_load(&asked);
  const char *path = write_text(temporary_folder(), "asked.csv", asked.data);
  static const trygg_estimate_options options = {.size = sizeof options};
  const trygg_estimate_options *list[] = {&options};
  comparison what = {&f, &path, 1, list, 1, NULL};
  for (size_t window = 1; window <= 8; window++)
    check_stream(&what, window, 1);
  fixture_free(&f);
}
END_TEST

START_TEST(a_first_answer_after_a_whole_window_is_refused_where_it_matters) {
  fixture f = fixture_load(&asked);
  const char *late = "year,w,a,b\n2010,1,1,1\n2010,2,2,1\n2012,1,,1\n2012,2,,2\n2012,3,,1\n2012,3,1,2\n";
  const char *path = write_text(temporary_folder(), "late.csv", late);
  static const char *const a[] = {"of_all"}, *const b[] = {"b"};
  static const trygg_estimate_options matters = {.size = sizeof matters,
                                                 .indicators = a,
                                                 .indicator_count = 1},
                                      not = {.size = sizeof not,
                                             .indicators = b,
                                             .indicator_count = 1,
                                             .by = a + 1};
  for (size_t window = 1; window <= 4; window++) {
    ck_assert_int_eq(stream_one(&f, path, window, &matters), TRYGG_EDATA);
    ck_assert_str_eq(error.field, "a");
    ck_assert_ptr_nonnull(strstr(error.message, "in wave 2012 comes after so many empty cells"));
    ck_assert_ptr_nonnull(strstr(error.message, "or do not stream"));
    ck_assert_int_eq(stream_one(&f, path, window, &not ), TRYGG_OK);
  }
  ck_assert_int_eq(stream_one(&f, path, 6, &matters), TRYGG_OK);
  fixture_free(&f);
}
END_TEST

/* A wave begins near the end of a block with empty cells: the window ends before that block. */
START_TEST(a_window_ends_before_a_wave_of_which_little_is_known) {
  tg_text data = {0};
  fixture_texts texts = asked;
  enum { FIRST = 2 * TG_BLOCK - 40, EMPTY = 3000, ALL = 3 * TG_BLOCK };
  tg_text_put(&data, "year,w,a,b\n");
  state = 3;
  for (unsigned i = 0; i < ALL; i++)
    tg_text_format(&data, "%s,%u.%u,%s,%s\n", i < FIRST ? "2010" : "2012", below(9), 1 + below(99),
                   i < FIRST || i > FIRST + EMPTY ? (below(2) ? "1" : "2") : "", below(2) ? "1" : "9");
  ck_assert(!data.failed);
  texts.data = data.bytes;
  fixture f = fixture_load(&texts);
  const char *path = write_text(temporary_folder(), "waves.csv", data.bytes);
  static const trygg_estimate_options options = {.size = sizeof options};
  const trygg_estimate_options *list[] = {&options};
  comparison what = {&f, &path, 1, list, 1, NULL};
  check_stream(&what, 2 * TG_BLOCK, 2);
  check_stream(&what, 3 * TG_BLOCK, 1);
  ck_assert_int_eq(stream_one(&f, path, TG_BLOCK, &options),
                   TRYGG_EDATA); /* the block begins with another wave */
  fixture_free(&f);
  tg_text_free(&data);
}
END_TEST

START_TEST(a_variable_of_some_files_is_not_asked_in_the_others) {
  fixture f = fixture_load(&asked);
  const char *folder = temporary_folder();
  const char *files[] = {
      write_text(folder, "1.csv", "year,w,b\n2010,1,1\n2010,2,2\n2010,2,1\n"),
      write_text(folder, "2.csv", "year,w,a,b\n2010,1,1,\n2012,2,2,2\n2012,3,2,2\n2010,3,2,1\n"),
      write_text(folder, "3.csv", "b,year,w\n1,2012,3\n2,2010,5\n")};
  static const char *const names[] = {"of_all", "a", "b"};
  static const trygg_estimate_options options = {
      .size = sizeof options, .indicators = names, .indicator_count = 3};
  const trygg_estimate_options *list[] = {&options};
  fixture all = {.codebook = f.codebook};
  ck_ok(trygg_responses_load(f.codebook, files, 3, NULL, &all.responses, &error));
  ck_ok(trygg_design_create(all.responses, NULL, &all.design, &error));
  comparison what = {&all, files, 3, list, 1, NULL};
  for (size_t window = 1; window <= 10; window++)
    check_stream(&what, window, 1);
  trygg_design_free(all.design);
  trygg_responses_free(all.responses);
  fixture_free(&f);
}
END_TEST

/* A weight that comes with the second file: nobody of the first has one. */
START_TEST(nobody_has_a_weight_that_is_in_no_file_yet) {
  fixture_texts texts = asked;
  texts.survey = ASKED_SURVEY "decimal,house,\n";
  texts.indicators = "name,type,variable,numerator,weight\ns,share,a,1,house\n";
  texts.data = "year,w,a,b,house\n2010,1,1,1,2\n";
  fixture f = fixture_load(&texts), all = {.codebook = f.codebook};
  const char *files[] = {
      write_text(temporary_folder(), "1.csv", "year,w,a\n2010,1,1\n2010,2,2\n2010,2,1\n"),
      write_text(temporary_folder(), "2.csv", "year,w,a,house\n2010,1,1,3\n2010,2,2,4\n2010,3,2,\n")};
  static const trygg_estimate_options options = {.size = sizeof options};
  const trygg_estimate_options *list[] = {&options};
  ck_ok(trygg_responses_load(f.codebook, files, 2, NULL, &all.responses, &error));
  ck_ok(trygg_design_create(all.responses, NULL, &all.design, &error));
  comparison what = {&all, files, 2, list, 1, NULL};
  for (size_t window = 1; window <= 7; window++)
    check_stream(&what, window, 1);
  trygg_design_free(all.design);
  trygg_responses_free(all.responses);
  fixture_free(&f);
}
END_TEST

/* ---- ids ------------------------------------------------------------------------------------------------- */

static const fixture_texts people = {
    .settings = "form_title,form_id,version,duplicates,lonely\nT,t,1,first,certainty\n",
    .survey =
        "type,name,role\ntext,id,id\ninteger,year,wave\ndecimal,w,weight\nselect_one two,a,\nselect_one two,b,\n",
    .choices = "list_name,name,missing\ntwo,1,\ntwo,2,\n",
    .indicators = "name,type,variable,numerator\ns,share,a,1\n",
    .data =
        "id,year,w,a,b\nx,2010,1,1,\ny,2010,1,2,\nx,2012,3,1,\nx,2010,5,1,1\nz,2010,2,2,\ny,2010,1,1,\nx,2012,1,1,\n"};

START_TEST(the_first_of_several_records_of_a_person_is_known_over_windows) {
  fixture f = fixture_load(&people);
  const char *path = write_text(temporary_folder(), "people.csv", people.data);
  static const trygg_estimate_options options = {.size = sizeof options};
  const trygg_estimate_options *list[] = {&options};
  comparison what = {&f, &path, 1, list, 1, NULL};
  ck_assert_uint_eq(trygg_responses_count(f.responses), 4);
  for (size_t window = 1; window <= 5; window++)
    check_stream(&what, window, 1);
  fixture_free(&f);
}
END_TEST

START_TEST(duplicates_fail_with_both_lines_whatever_the_windows) {
  fixture_texts texts = people;
  texts.settings = "form_title,form_id,version,duplicates\nT,t,1,fail\n";
  texts.data = "id,year,w,a,b\nx,2010,1,1,\n";
  fixture f = fixture_load(&texts);
  const char *files[] = {
      write_text(temporary_folder(), "1.csv", "id,year,w,a,b\nx,2010,1,1,\ny,2010,1,1,\n"),
      write_text(temporary_folder(), "2.csv", "id,year,w,a,b\nz,2010,1,1,\ny,2010,1,1,\n")};
  for (size_t window = 1; window <= 5; window++) {
    tg_stream_source source = {f.codebook, files, 2, NULL, window};
    trygg_estimates *estimates = NULL;
    ck_assert_int_eq(tg_stream_estimate(&source, NULL, NULL, 1, &estimates, NULL, &error), TRYGG_EDATA);
    ck_assert(error.line == 3 && strstr(error.file, "2.csv"));
    ck_assert_ptr_nonnull(strstr(error.message, "on line 3 of "));
    ck_assert_ptr_nonnull(strstr(error.message, "1.csv"));
    ck_assert_ptr_null(estimates);
  }
  fixture_free(&f);
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------------------------- */

/* The stream is refused with a message that holds `word`, though there is no file to read. */
static void check_refused(const fixture_texts *texts, const trygg_estimate_options *options,
                          const char *field, const char *word) {
  fixture f = fixture_load(texts);
  ck_assert_int_eq(stream_one(&f, "/nowhere/data.csv", 0, options), TRYGG_EINVAL);
  ck_assert_str_eq(error.field, field);
  ck_assert_msg(strstr(error.message, word) != NULL, "%s", error.message);
  ck_assert_ptr_nonnull(strstr(error.message, "stream"));
  fixture_free(&f);
}

START_TEST(what_needs_the_records_is_refused_before_they_are_read) {
  fixture_texts texts = small;
  trygg_estimate_options pool = {.size = sizeof pool, .pool = 1};
  texts.indicators = "name,type,variable,numerator\nmedian,quantile,y,0.5\n";
  check_refused(&texts, NULL, "median", "a quantile needs all values at once");
  texts.indicators = "name,type,variable,denominator\nper,ratio,y,age\n";
  check_refused(&texts, NULL, "per", "a second look at the records");
  texts = small;
  texts.settings = "form_title,form_id,version,pool\nT,t,1,equal\n";
  check_refused(&texts, &pool, "s", "pooling waves equally");
  texts.settings = "form_title,form_id,version,lonely,domain_lonely\nT,t,1,adjust,yes\n";
  check_refused(&texts, NULL, "domain_lonely", "a second look at the records");
  texts = small;
  texts.survey =
      "type,name,role\ninteger,year,wave\ntext,str,cluster\ndecimal,w,weight\nselect_one two,g,\ntext,area,cluster2\n"
      "integer,age,fpc\nselect_one two,a,\nselect_one two,b,\ndecimal,y,\n";
  texts.data = "year,str,w,g,area,age,a,b,y\n2010,n,2,2,ost,30,1,1,5\n2010,m,2,2,vast,30,2,1,5\n";
  check_refused(&texts, NULL, "fpc2", "later stages");
  texts = people;
  texts.settings = "form_title,form_id,version,duplicates\nT,t,1,last\n";
  check_refused(&texts, NULL, "duplicates", "`last` may choose a record that comes later");
  texts.settings = "form_title,form_id,version,duplicates\nT,t,1,complete\n";
  check_refused(&texts, NULL, "duplicates", "`complete`");
}
END_TEST

START_TEST(names_are_checked_before_anything_is_read) {
  fixture f = fixture_load(&small);
  static const char *const names[] = {"none"}, *const years[] = {"2011"};
  trygg_estimate_options options = {.size = sizeof options, .by = names, .by_count = 1};
  trygg_design_options lonely = {.size = sizeof lonely, .lonely = "adjst"};
  const char *path = "/nowhere/data.csv";
  tg_stream_source source = {f.codebook, &path, 1, NULL, 0};
  trygg_estimates *estimates = NULL;
  ck_assert_int_eq(stream_one(&f, path, 0, &options), TRYGG_ENAME);
  options = (trygg_estimate_options){.size = sizeof options, .indicators = names, .indicator_count = 1};
  ck_assert_int_eq(stream_one(&f, path, 0, &options), TRYGG_ENAME);
  ck_assert_int_eq(tg_stream_estimate(&source, &lonely, NULL, 1, &estimates, NULL, &error), TRYGG_ENAME);
  ck_assert_int_eq(stream_one(&f, path, 0, NULL), TRYGG_EIO);
  path = write_text(temporary_folder(), "small.csv", small.data);
  options = (trygg_estimate_options){.size = sizeof options, .waves = years, .wave_count = 1};
  ck_assert_int_eq(stream_one(&f, path, 3, &options), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "no wave `2011`"));
  fixture_free(&f);
}
END_TEST

START_TEST(arguments_are_checked) {
  fixture f = fixture_load(&small);
  const char *path = write_text(temporary_folder(), "small.csv", small.data);
  const char *const spss = write_text(temporary_folder(), "small.sav", "$FL2");
  trygg_estimates *two[2] = {NULL, NULL};
  const trygg_estimate_options options = {.size = sizeof options}, *asked_for[] = {&options, NULL};
  ck_assert_int_eq(trygg_estimate_stream(f.codebook, &path, 1, NULL, NULL, NULL, 1, NULL, NULL, &error),
                   TRYGG_EINVAL);
  ck_assert_int_eq(trygg_estimate_stream(f.codebook, &path, 1, NULL, NULL, NULL, 0, two, NULL, &error),
                   TRYGG_EINVAL);
  ck_assert_int_eq(trygg_estimate_stream(NULL, &path, 1, NULL, NULL, NULL, 1, two, NULL, &error),
                   TRYGG_EINVAL);
  ck_assert_int_eq(trygg_estimate_stream(f.codebook, NULL, 1, NULL, NULL, NULL, 1, two, NULL, &error),
                   TRYGG_EINVAL);
  ck_assert_int_eq(trygg_estimate_stream(f.codebook, &path, 0, NULL, NULL, NULL, 1, two, NULL, &error),
                   TRYGG_EINVAL);
  ck_assert_int_eq(trygg_estimate_stream(f.codebook, &spss, 1, NULL, NULL, NULL, 1, two, NULL, &error),
                   TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "cannot be streamed"));
  ck_assert(!two[0] && !two[1]);
  ck_ok(trygg_estimate_stream(f.codebook, &path, 1, NULL, NULL, asked_for, 2, two, NULL, &error));
  ck_assert_uint_eq(trygg_estimate_count(two[0]), trygg_estimate_count(two[1]));
  trygg_estimate_free(two[0]);
  trygg_estimate_free(two[1]);
  fixture_free(&f);
}
END_TEST

/* ---- what is left of a stream --------------------------------------------------------------------------- */

START_TEST(the_account_of_the_records_is_left) {
  fixture f = fixture_load(&people);
  const char *path = write_text(temporary_folder(), "data.csv", people.data);
  tg_stream_source source = {f.codebook, &path, 1, NULL, 2};
  trygg_estimates *estimates = NULL;
  trygg_responses *responses = NULL;
  trygg_design *design = NULL;
  trygg_table *account = NULL;
  ck_ok(tg_stream_estimate(&source, NULL, NULL, 1, &estimates, &responses, &error));
  ck_ok(trygg_responses_account(responses, &account, &error));
  int64_t counts[3] = {0};
  for (size_t row = 0; row < trygg_table_rows(account); row++)
    for (int k = 0; k < 3; k++)
      if (!strcmp(trygg_table_text(account, row, 4),
                  (const char *const[]){"read", "accepted", "duplicate"}[k]))
        counts[k] += trygg_table_integer(account, row, 6);
  ck_assert(counts[0] == 7 && counts[1] == 4 && counts[2] == 3);
  ck_assert_uint_eq(trygg_responses_waves(responses), 2);
  ck_assert_int_eq(trygg_design_create(responses, NULL, &design, &error), TRYGG_EINVAL);
  ck_assert_ptr_nonnull(strstr(error.message, "not kept"));
  trygg_table_free(account);
  trygg_responses_free(responses);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* Clusters are kept, people are not. */
START_TEST(covariances_are_those_of_clusters_or_refused) {
  for (int clustered = 0; clustered < 2; clustered++) {
    fixture_texts texts = small;
    texts.survey =
        clustered
            ? "type,name,role\ninteger,year,wave\ntext,str,stratum\ndecimal,w,weight\nselect_one two,g,\n"
              "text,area,cluster\ninteger,age,\nselect_one two,a,\nselect_one two,b,\ndecimal,y,\n"
            : SMALL_SURVEY;
    texts.data =
        "year,str,w,g,area,age,a,b,y\n2010,n,2,2,ost,30,1,1,5\n2010,n,2,2,vast,4,2,1,5\n2010,s,1,1,ost,7,9,2,8\n"
        "2010,s,1,1,alv,7,2,2,7\n2010,n,3,1,vast,9,1,1,9\n";
    fixture f = fixture_load(&texts);
    const char *path = write_text(temporary_folder(), "small.csv", texts.data);
    tg_stream_source source = {f.codebook, &path, 1, NULL, 2};
    trygg_estimates *streamed = NULL, *kept = fixture_estimate(&f, NULL, NULL);
    static const size_t rows[] = {0, 1, 2};
    double a[9], b[9];
    ck_ok(tg_stream_estimate(&source, NULL, NULL, 1, &streamed, NULL, &error));
    ck_ok(trygg_estimate_covariance(kept, rows, 3, a, &error));
    ck_assert_int_eq(trygg_estimate_covariance(streamed, rows, 3, b, &error),
                     clustered ? TRYGG_OK : TRYGG_EINVAL);
    for (int i = 0; i < 9 && clustered; i++)
      ck_near(b[i], a[i], 1e-12);
    if (!clustered)
      ck_assert_ptr_nonnull(strstr(error.message, "need the records"));
    trygg_estimate_free(kept);
    trygg_estimate_free(streamed);
    fixture_free(&f);
  }
}
END_TEST

START_TEST(tables_with_intervals_are_the_same) {
  fixture f = fixture_load(&small);
  const char *path = write_text(temporary_folder(), "small.csv", small.data);
  trygg_estimates *streamed = NULL, *kept = fixture_estimate(&f, NULL, NULL);
  trygg_table *a = NULL, *b = NULL;
  ck_ok(trygg_estimate_stream(f.codebook, &path, 1, NULL, NULL, NULL, 1, &streamed, NULL, &error));
  ck_ok(trygg_inference_table(kept, NULL, &a, &error));
  ck_ok(trygg_inference_table(streamed, NULL, &b, &error));
  ck_assert_uint_eq(trygg_table_rows(a), trygg_table_rows(b));
  ck_assert_uint_eq(trygg_table_notes(a), trygg_table_notes(b));
  for (size_t i = 0; i < trygg_table_notes(a); i++)
    ck_assert_str_eq(trygg_table_note_text(a, i), trygg_table_note_text(b, i));
  trygg_table_free(a);
  trygg_table_free(b);
  trygg_estimate_free(kept);
  trygg_estimate_free(streamed);
  fixture_free(&f);
}
END_TEST

/* ---- what fails ------------------------------------------------------------------------------------------- */

/* Every allocation in turn, in windows of two records; nothing is given, and the next attempt succeeds. */
static void fail_allocations(const fixture_texts *texts, int for_ever) {
  fixture f = fixture_load(texts);
  const char *path = write_text(temporary_folder(), "small.csv", texts->data);
  static const char *const by[] = {"area", "age"};
  static const trygg_estimate_options options = {
      .size = sizeof options, .by = by, .by_count = 2, .threads = 1};
  long failed = 0;
  for (int done = 0; !done; failed++) {
    tg_memory_fail(failed, for_ever);
    trygg_status status = stream_one(&f, path, 2, &options);
    tg_memory_fail(-1, 0);
    done = status == TRYGG_OK;
    ck_assert_msg(done || status == TRYGG_ENOMEM, "allocation %ld: %d %s", failed, (int)status,
                  error.message);
  }
  ck_assert_int_gt(failed, 200);
  fixture_free(&f);
}

START_TEST(each_allocation_fails_in_turn) {
  fixture_texts texts = small;
  fail_allocations(&texts, _i);
  texts.survey = "type,name,role\ninteger,year,wave\ntext,str,stratum\ndecimal,w,weight\nselect_one two,g,\n"
                 "text,area,domain\ninteger,age,cluster\nselect_one two,a,\nselect_one two,b,\ndecimal,y,\n";
  texts.settings = "form_title,form_id,version,lonely\nT,t,1,certainty\n";
  texts.derived = "name,label,type,rule,from,codes\nkind,,text,prefix,area,1\n";
  fail_allocations(&texts, _i);
}
END_TEST

static int cancel_at; /* reports still to come */

static int cancel(void *user, const char *stage, uint64_t done, uint64_t total) {
  (void)user, (void)stage, (void)done, (void)total;
  return cancel_at-- <= 0;
}

START_TEST(a_stream_can_be_cancelled) {
  large made = make_large(0);
  fixture_texts texts = {.survey = SURVEY("", ""), .choices = CHOICES, .indicators = INDICATORS};
  tg_text first = {0};
  tg_text_append(&first, made.text.bytes, 4096);
  *strrchr(first.bytes, '\n') = '\0';
  texts.data = first.bytes;
  texts.lonely = "certainty";
  fixture f = fixture_load(&texts);
  trygg_progress progress = {sizeof progress, cancel, NULL};
  trygg_load_options load = {.size = sizeof load, .progress = &progress, .threads = 2};
  trygg_estimates *estimates = NULL;
  for (cancel_at = 0; cancel_at < 4;) {
    int at = cancel_at;
    ck_assert_int_eq(
        trygg_estimate_stream(f.codebook, &made.whole, 1, &load, NULL, NULL, 1, &estimates, NULL, &error),
        TRYGG_ECANCELLED);
    ck_assert_ptr_null(estimates);
    cancel_at = at + 1;
  }
  fixture_free(&f);
  tg_text_free(&first);
  tg_text_free(&made.text);
}
END_TEST

static Suite *stream_suite(void) {
  Suite *s = suite_create("stream");
  TCase *t = tcase_create("stream");
  tcase_set_timeout(t, 120);
  tcase_add_test(t, samples_of_people_give_the_same_bits);
  tcase_add_test(t, samples_of_clusters_give_the_same_bits);
  tcase_add_test(t, waves_one_after_the_other_give_the_same_bits);
  tcase_add_test(t, overlapping_waves_give_the_same_bits);
  tcase_add_test(t, windows_of_any_size_meet_strata_codes_and_cells_in_any_order);
  tcase_add_test(t, populations_are_checked_against_all_records);
  tcase_add_test(t, a_population_smaller_than_all_its_records_is_refused);
  tcase_add_test(t, lonely_clusters_are_known_at_the_end);
  tcase_add_test(t, derived_variables_are_made_in_each_window);
  tcase_add_test(t, a_question_that_no_record_of_a_wave_answers_was_not_asked_in_it);
  tcase_add_test(t, a_first_answer_after_a_whole_window_is_refused_where_it_matters);
  tcase_add_test(t, a_window_ends_before_a_wave_of_which_little_is_known);
  tcase_add_test(t, a_variable_of_some_files_is_not_asked_in_the_others);
  tcase_add_test(t, nobody_has_a_weight_that_is_in_no_file_yet);
  tcase_add_test(t, the_first_of_several_records_of_a_person_is_known_over_windows);
  tcase_add_test(t, duplicates_fail_with_both_lines_whatever_the_windows);
  tcase_add_test(t, what_needs_the_records_is_refused_before_they_are_read);
  tcase_add_test(t, names_are_checked_before_anything_is_read);
  tcase_add_test(t, arguments_are_checked);
  tcase_add_test(t, the_account_of_the_records_is_left);
  tcase_add_test(t, covariances_are_those_of_clusters_or_refused);
  tcase_add_test(t, tables_with_intervals_are_the_same);
  tcase_add_loop_test(t, each_allocation_fails_in_turn, 0, 2);
  tcase_add_test(t, a_stream_can_be_cancelled);
  suite_add_tcase(s, t);
  return s;
}

int main(void) {
  return run_suite(stream_suite());
}
