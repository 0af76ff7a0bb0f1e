/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every allocation and every read fails in turn, once and for ever, from the survey folder to the page: the
 * call says so, gives nothing, leaks nothing (the sanitizers look on), and what it was given is as before. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

#include <base/memory.h>
#include <base/text.h>
#include <trygg/disclosure.h>
#include <trygg/index.h>
#include <trygg/report.h>
#include <trygg/responses.h>
#include <trygg/trend.h>

static trygg_error error;

/* ---- reads that fail on demand ---------------------------------------------------------------- */

/* The library is linked into this program, so its calls of read() come here. */
static struct {
  long countdown; /* reads still to succeed; negative: off */
  int for_ever;
  int code;       /* errno; 0: an early end */
  size_t longest; /* bytes a read gives at most; 0: as many as were asked for */
  long calls;
} reads = {-1, 0, 0, 0, 0};

static void reads_as_usual(void) {
  reads.countdown = -1;
  reads.for_ever = reads.code = 0;
  reads.longest = 0;
  reads.calls = 0;
}

static int read_fails(void) {
  reads.calls++;
  if (reads.countdown < 0)
    return 0;
  if (reads.countdown > 0) {
    reads.countdown--;
    return 0;
  }
  if (!reads.for_ever)
    reads.countdown = -1;
  return 1;
}

/* Named by the C library; declared in unistd.h. */
ssize_t read(int descriptor, void *buffer, size_t size) {
  if (read_fails()) {
    errno = reads.code;
    return reads.code ? -1 : 0;
  }
  if (reads.longest && size > reads.longest)
    size = reads.longest;
  return (ssize_t)syscall(SYS_read, descriptor, buffer, size);
}

ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
  if (read_fails()) {
    errno = reads.code;
    return reads.code ? -1 : 0;
  }
  if (reads.longest && size > reads.longest)
    size = reads.longest;
  return (ssize_t)syscall(SYS_pread64, descriptor, buffer, size, offset);
}

/* What glibc's fortified headers make of read() and pread() where they know the size of the buffer. */
ssize_t __read_chk(int descriptor, void *buffer, size_t size, size_t room);
ssize_t __pread_chk(int descriptor, void *buffer, size_t size, off_t offset, size_t room);
ssize_t __read_chk(int descriptor, void *buffer, size_t size, size_t room) {
  return read(descriptor, buffer, size < room ? size : room);
}
ssize_t __pread_chk(int descriptor, void *buffer, size_t size, off_t offset, size_t room) {
  return pread(descriptor, buffer, size < room ? size : room, offset);
}

/* ---- a small survey, on disk ---------------------------------------------------------------- */

static const struct {
  const char *name, *text;
} tables[] = {
    {"settings.csv", "form_title,form_id,version,duplicates\nTest,test,1,last\n"},
    {"survey.csv", "type,name,label,role,missing\ntext,id,,id,\ninteger,wave,Year,wave,\ntext,s,,stratum,\n"
                   "decimal,w,,weight,\nselect_one area,area,Area,domain,\nselect_one yn,q1,Afraid?,,\n"
                   "select_one yn,q2,Hit?,,\ninteger,age,Age,,999=refused\ntext,note,,,\n"},
    {"choices.csv", "list_name,name,label,missing\narea,A,North,\narea,B,South,\nyn,1,Yes,\nyn,2,No,\n"
                    "yn,8,Do not know,dont_know\n"},
    {"derived.csv", "name,type,rule,from,codes\nold,text,bands,age,..40=young 41..=old\n"},
    {"indicators.csv", "name,label,type,variable,numerator,better,standard\nafraid,Afraid,share,q1,1,low,\n"
                       "hit,Hit,share,q2,1,low,\nmean_age,Age,mean,age,,,\nmedian,Median,quantile,age,0.5,,\n"
                       "spread,Spread,deviation,age,,,\nodds,Odds,expression,,afraid / (1 - afraid),,\n"
                       "evenly,Age,mean,age,,,old young:2 old:3\n"},
    {"indices.csv", "index,section,indicator,weight,knots,label\ni,fear,afraid,1,0:0 0.5:3 1:6,\n"
                    "i,crime,hit,1,ratio 0.4,\n"},
    {"waves.csv", "wave,time,label\n2020,2020.5,\n2022,2022.5,\n2024,2024.5,\n"},
    {"measures.csv", "name,label,where,comparison,start,indicators\nlight,Light,area=A,,2024,afraid\n"
                     "light,,area=A,area=B,2024,afraid\n"},
    {"references.csv", "variables,category,indicator,estimate,n\narea,A,afraid,0.3,100\n,,hit,0.2,\n"},
    {"strata.csv", "wave,stratum,population\n,n,1000\n,m,800\n"},
};

static const char *folder, *data_file, *packed_file;

static void make_data(tg_text *data) {
  tg_text_put(data, "id,wave,s,w,area,q1,q2,age,note,extra\n");
  for (int wave = 2020; wave <= 2024; wave += 2)
    for (int i = 0; i < 24; i++)
      tg_text_format(data, "p%d,%d,%s,1.%d,%s,%d,%d,%d,\"text %d, of it\",x\n", i, wave, i % 2 ? "n" : "m",
                     i % 7, i % 3 ? "A" : "B",
                     i % 5 == wave % 5 ? 1
                     : i % 11 == 0     ? 8
                                       : 2,
                     i % 4 == 0 ? 1 : 2, 16 + i * 3, i % 6);
  tg_text_put(data, "p1,2020,n,1.1,7,1,1,999,late,x\n"); /* a duplicate, an unknown code, a missing code */
}

static void write_packed(const tg_text *data) {
  unsigned char bytes[20000];
  size_t half = data->length / 2, at = 0;
  for (int member = 0; member < 2; member++) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)(data->bytes + (member ? half : 0));
    stream.avail_in = (uInt)(member ? data->length - half : half);
    stream.next_out = bytes + at;
    stream.avail_out = (uInt)(sizeof bytes - at);
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    at = sizeof bytes - stream.avail_out;
    deflateEnd(&stream);
  }
  packed_file = write_file(folder, "data.csv.gz", bytes, at);
}

static void set_up(void) {
  tg_text data = {0};
  reads_as_usual();
  folder = temporary_folder();
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    write_text(folder, tables[i].name, tables[i].text);
  make_data(&data);
  data_file = write_file(temporary_folder(), "data.csv", data.bytes, data.length);
  folder = temporary_folder();
  write_packed(&data);
  folder = temporary_folder();
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    write_text(folder, tables[i].name, tables[i].text);
  tg_text_free(&data);
}

/* ---- the chain ---------------------------------------------------------------- */

/* What each link has made; the next ones take it. */
typedef struct chain {
  trygg_codebook *codebook;
  trygg_responses *responses;
  trygg_table *account;
  trygg_design *design;
  trygg_estimates *estimates;
  trygg_table *shares, *limits, *comparison, *trend, *series, *index;
  trygg_publication *publication;
  double covariance[4];
  tg_text text; /* of the report being written */
  const char *format;
} chain;

static trygg_status link_codebook(chain *c) {
  return trygg_codebook_read(folder, &c->codebook, &error);
}

static trygg_status load(chain *c, const char *file, int threads) {
  trygg_load_options options = {.size = sizeof options, .threads = threads};
  return trygg_responses_load(c->codebook, &file, 1, &options, &c->responses, &error);
}
static trygg_status link_load(chain *c) {
  return load(c, data_file, 1);
}
static trygg_status link_load_packed(chain *c) {
  return load(c, packed_file, 1);
}
static trygg_status link_load_threads(chain *c) {
  return load(c, packed_file, 2);
}
static trygg_status link_account(chain *c) {
  return trygg_responses_account(c->responses, &c->account, &error);
}
static trygg_status link_design(chain *c) {
  return trygg_design_create(c->responses, NULL, &c->design, &error);
}

static trygg_status estimate(chain *c, int threads) {
  static const char *const by[] = {"area"};
  static const char *const where[] = {"age=16..70"};
  trygg_estimate_options options = {
      .size = sizeof options, .by = by, .by_count = 1, .where = where, .where_count = 1, .threads = threads};
  return trygg_estimate_create(c->design, &options, &c->estimates, &error);
}
static trygg_status link_estimate(chain *c) {
  return estimate(c, 1);
}
static trygg_status link_estimate_threads(chain *c) {
  return estimate(c, 2);
}
static trygg_status link_covariance(chain *c) {
  static const size_t rows[] = {0, 1};
  return trygg_estimate_covariance(c->estimates, rows, 2, c->covariance, &error);
}
static trygg_status link_shares(chain *c) {
  return trygg_inference_table(c->estimates, NULL, &c->shares, &error);
}
static trygg_status link_funnel(chain *c) {
  trygg_funnel_options options = {.size = sizeof options, .dispersion = "additive"};
  return trygg_inference_funnel(c->estimates, &options, &c->limits, &error);
}
static trygg_status compare(chain *c, const char *against) {
  trygg_comparison_options options = {.size = sizeof options, .against = against};
  return trygg_inference_compare(c->estimates, &options, &c->comparison, &error);
}
static trygg_status link_compare_rest(chain *c) {
  return compare(c, NULL);
}
static trygg_status link_compare_group(chain *c) {
  return compare(c, "area=B");
}
static trygg_status link_compare_published(chain *c) {
  return compare(c, "reference");
}
static trygg_status link_measures(chain *c) {
  static const char *const all[] = {"all"};
  trygg_measure_options options = {.size = sizeof options, .tests = all, .test_count = 1};
  return trygg_trend_measures(c->estimates, &options, &c->comparison, &error);
}
static trygg_status link_compare_waves(chain *c) {
  return compare(c, "wave");
}
static trygg_status link_trend(chain *c) {
  return trygg_trend_table(c->estimates, NULL, &c->trend, &error);
}
static trygg_status write_series(const trygg_trend_options *options, trygg_table **out) {
  double time[12], value[12], covariance[144] = {0};
  for (int i = 0; i < 12; i++) {
    time[i] = 2010 + i / 2.0;
    value[i] = i % 5;
    covariance[13 * i] = 1;
  }
  return trygg_trend_series(time, value, covariance, 12, 50, options, out, &error);
}

/* Every test that draws no random numbers, on twelve half-years: long enough for all of them but yue_wang. */
static trygg_status link_series(chain *c) {
  static const char *const tests[] = {
      "linear",         "quadratic",     "cubic",        "wls_slope",    "gls_slope",
      "lack_of_fit",    "heterogeneity", "level_change", "slope_change", "joinpoint_last",
      "mann_kendall",   "sen_slope",     "cox_stuart",   "seasonal",     "seasonal_correlated",
      "seasonal_slope", "seasonal_page", "hamed_rao",     "yue_wang",     "prewhitened",  "trend_free"};
  trygg_trend_options options = {
      .size = sizeof options, .tests = tests, .test_count = sizeof tests / sizeof *tests, .start = 2013};
  return write_series(&options, &c->series);
}
static trygg_status link_index(chain *c) {
  return trygg_index_table(c->estimates, NULL, &c->index, &error);
}
static trygg_status link_publish(chain *c) {
  trygg_disclosure_options options = {sizeof options, 5};
  return trygg_disclosure_publish(c->shares, &options, &c->publication, &error);
}

/* The sink is the caller's: its memory does not count. */
static int keep(void *user, const char *bytes, size_t length) {
  tg_text *text = user;
  tg_memory_fail(-1, 0);
  tg_text_append(text, bytes, length);
  return text->failed;
}

static trygg_status link_report(chain *c) {
  trygg_report_options options = {.size = sizeof options, .codebook = c->codebook};
  tg_text_clear(&c->text);
  return trygg_report_write(c->publication, c->format, &options, keep, &c->text, &error);
}

static trygg_status link_page(chain *c) {
  const trygg_report_section sections[] = {{"One", "A note", c->publication, TRYGG_REPORT_BOTH},
                                           {"Two", NULL, c->publication, TRYGG_REPORT_TABLE}};
  trygg_report_page page = {.size = sizeof page, .sections = sections, .section_count = 2};
  trygg_report_options options = {.size = sizeof options, .codebook = c->codebook};
  tg_text_clear(&c->text);
  return trygg_report_write_page(&page, &options, keep, &c->text, &error);
}

typedef struct chain_link {
  const char *name;
  trygg_status (*make)(chain *c);
  size_t result; /* where in the chain its handle stands; 0: it has none */
  void (*drop)(void *handle);
} chain_link;

static void drop_codebook(void *handle) {
  trygg_codebook_free(handle);
}
static void drop_responses(void *handle) {
  trygg_responses_free(handle);
}
static void drop_design(void *handle) {
  trygg_design_free(handle);
}
static void drop_estimates(void *handle) {
  trygg_estimate_free(handle);
}
static void drop_table(void *handle) {
  trygg_table_free(handle);
}
static void drop_publication(void *handle) {
  trygg_disclosure_free(handle);
}

#define RESULT(member) offsetof(chain, member)
/* Several rows may make the same thing: the last one stays for the links below. */
static const chain_link links[] = {
    {"codebook", link_codebook, RESULT(codebook), drop_codebook},
    {"load on threads", link_load_threads, RESULT(responses), drop_responses},
    {"load packed", link_load_packed, RESULT(responses), drop_responses},
    {"load", link_load, RESULT(responses), drop_responses},
    {"account", link_account, RESULT(account), drop_table},
    {"design", link_design, RESULT(design), drop_design},
    {"estimate on threads", link_estimate_threads, RESULT(estimates), drop_estimates},
    {"estimate", link_estimate, RESULT(estimates), drop_estimates},
    {"covariance", link_covariance, 0, NULL},
    {"shares", link_shares, RESULT(shares), drop_table},
    {"control limits", link_funnel, RESULT(limits), drop_table},
    {"compare with the rest", link_compare_rest, RESULT(comparison), drop_table},
    {"compare with a group", link_compare_group, RESULT(comparison), drop_table},
    {"compare with published figures", link_compare_published, RESULT(comparison), drop_table},
    {"measures", link_measures, RESULT(comparison), drop_table},
    {"compare with the wave before", link_compare_waves, RESULT(comparison), drop_table},
    {"trend", link_trend, RESULT(trend), drop_table},
    {"a series", link_series, RESULT(series), drop_table},
    {"index", link_index, RESULT(index), drop_table},
    {"publish", link_publish, RESULT(publication), drop_publication},
    {"report", link_report, 0, NULL},
    {"page", link_page, 0, NULL},
};

enum { LINKS = sizeof links / sizeof *links };

static void **handle_of(chain *c, const chain_link *link) {
  return link->result || link->make == link_codebook ? (void **)((char *)c + link->result) : NULL;
}

static void drop(chain *c, const chain_link *link) {
  void **handle = handle_of(c, link);
  if (handle && *handle)
    link->drop(*handle);
  if (handle)
    *handle = NULL;
}

/* Make all the links before `end`. */
static void make(chain *c, size_t end) {
  memset(c, 0, sizeof *c);
  c->format = "csv";
  for (size_t i = 0; i < end; i++) {
    drop(c, &links[i]);
    ck_ok(links[i].make(c));
  }
}

static void clear(chain *c) {
  for (size_t i = LINKS; i-- > 0;)
    drop(c, &links[i]);
  tg_text_free(&c->text);
}

/* A table as CSV, all of it, to compare. */
static void show(trygg_table *table, tg_text *out) {
  trygg_disclosure_options options = {sizeof options, -1};
  trygg_report_options how = {.size = sizeof how};
  trygg_publication *publication = NULL;
  ck_ok(trygg_disclosure_publish(table, &options, &publication, &error));
  ck_ok(trygg_report_write(publication, "csv", &how, keep, out, &error));
  trygg_disclosure_free(publication);
}

/* All that can be seen of a whole chain. */
static void show_all(chain *c, tg_text *out) {
  show(c->account, out);
  show(c->shares, out);
  show(c->comparison, out);
  show(c->limits, out);
  show(c->trend, out);
  show(c->series, out);
  show(c->index, out);
  tg_text_append(out, c->text.bytes, c->text.length);
  ck_assert(!out->failed && out->length > 2000);
}

/* Make what follows a link, and compare all with an undisturbed chain. */
static void check_rest(chain *c, size_t link) {
  chain whole;
  tg_text expected = {0}, met = {0};
  make(&whole, LINKS);
  show_all(&whole, &expected);
  for (size_t i = link + 1; i < LINKS; i++) {
    drop(c, &links[i]);
    ck_ok(links[i].make(c));
  }
  show_all(c, &met);
  ck_assert_str_eq(met.bytes, expected.bytes);
  clear(&whole);
  tg_text_free(&expected);
  tg_text_free(&met);
}

/* ---- allocations ---------------------------------------------------------------- */

/* Let the link's k-th allocation fail, for k = 0, 1, ... until the call succeeds; how many failed. */
static long exhaust(chain *c, const chain_link *link, int for_ever) {
  void **handle = handle_of(c, link);
  for (long k = 0;; k++) {
    drop(c, link);
    if (handle)
      *handle = &error; /* must become NULL */
    memset(&error, 0, sizeof error);
    tg_memory_fail(k, for_ever);
    trygg_status status = link->make(c);
    tg_memory_fail(-1, 0);
    if (status == TRYGG_OK) {
      ck_assert_msg(!handle || *handle, "%s", link->name);
      return k;
    }
    if (handle) {
      ck_assert_msg(!*handle, "%s, allocation %ld: a result beside an error", link->name, k);
    }
    ck_assert_msg(status == TRYGG_ENOMEM && error.status == TRYGG_ENOMEM, "%s, allocation %ld: status %d: %s",
                  link->name, k, (int)status, error.message);
    ck_assert_msg(c->text.length == 0, "%s, allocation %ld: output before the error", link->name, k);
  }
}

START_TEST(an_allocation_that_fails_stops_the_call_and_changes_nothing) {
  const chain_link *link = &links[_i / 2];
  chain c;
  set_up();
  make(&c, (size_t)_i / 2);
  long failed = exhaust(&c, link, _i % 2);
  ck_assert_msg(failed > 0, "%s allocates nothing?", link->name);
  /* The inputs of the call and what it made at last give what an undisturbed chain gives. */
  check_rest(&c, (size_t)_i / 2);
  clear(&c);
}
END_TEST

START_TEST(a_test_that_draws_survives_without_memory) {
  static const char *const tests[] = {
      "joinpoint", "mann_kendall_design", "sen_slope_design", "siegel_slope", "pettitt", "buishand",
      "snht",      "block_bootstrap"};
  trygg_trend_options options = {.size = sizeof options, .tests = &tests[_i], .test_count = 1};
  for (int for_ever = 0; for_ever < 2; for_ever++) {
    trygg_status status = TRYGG_ENOMEM;
    for (long k = 0; status != TRYGG_OK; k++) {
      trygg_table *table = NULL;
      tg_memory_fail(k, for_ever);
      status = write_series(&options, &table);
      tg_memory_fail(-1, 0);
      ck_assert(status == TRYGG_OK || (status == TRYGG_ENOMEM && !table));
      ck_assert_int_lt(k, 1000);
      trygg_table_free(table);
    }
  }
}
END_TEST

START_TEST(every_format_survives_without_memory) {
  static const char *const formats[] = {"table", "csv", "csv-sv", "json", "svg", "html"};
  chain c;
  set_up();
  make(&c, LINKS - 2);
  c.format = formats[_i];
  for (int for_ever = 0; for_ever < 2; for_ever++)
    ck_assert_int_gt(exhaust(&c, &links[LINKS - 2], for_ever), 0);
  ck_assert_uint_gt(c.text.length, 100);
  clear(&c);
}
END_TEST

/* ---- reads ---------------------------------------------------------------- */

static const chain_link *const readers[] = {&links[0], &links[1], &links[2], &links[3]};

/* Let the link's k-th read fail; how many reads there were. */
static long starve(chain *c, const chain_link *link, int code, int for_ever) {
  void **handle = handle_of(c, link);
  for (long k = 0;; k++) {
    drop(c, link);
    *handle = &error;
    memset(&error, 0, sizeof error);
    reads_as_usual();
    reads.countdown = k;
    reads.for_ever = for_ever;
    reads.code = code;
    reads.longest = 150; /* several reads a file */
    trygg_status status = link->make(c);
    int met = reads.countdown != 0 || for_ever ? reads.calls > k : 0;
    reads_as_usual();
    if (status == TRYGG_OK) {
      /* The read that meets the true end may be told so; what only looks at the beginning of a file may fail
       * once, when the same bytes are then read. */
      int looked = met && code != 0 && !for_ever && k < 4 && link->make != link_codebook;
      ck_assert_msg(!met || code == 0 || looked, "%s: read %ld failed and nobody said so", link->name, k);
      if (looked) {
        ck_assert_uint_eq(trygg_responses_count(c->responses), 3 * 24);
        continue;
      }
      return k;
    }
    ck_assert_msg(met && !*handle, "%s, read %ld: %s", link->name, k, error.message);
    /* An early end of gzip data is a truncated file, of a plain one a file that changed. */
    ck_assert_msg(status == TRYGG_EIO || (code == 0 && status == TRYGG_EPARSE), "%s, read %ld: status %d: %s",
                  link->name, k, (int)status, error.message);
    ck_assert_msg(error.file[0] && error.message[0], "%s, read %ld", link->name, k);
  }
}

START_TEST(a_read_that_fails_is_never_taken_for_the_end) {
  chain c;
  set_up();
  make(&c, (size_t)_i ? 1 : 0);
  for (int for_ever = 0; for_ever < 2; for_ever++)
    ck_assert_int_gt(starve(&c, readers[_i], EIO, for_ever), 2);
  check_rest(&c, (size_t)_i);
  clear(&c);
}
END_TEST

START_TEST(an_early_end_is_seen) {
  chain c;
  set_up();
  make(&c, (size_t)_i ? 1 : 0);
  ck_assert_int_gt(starve(&c, readers[_i], 0, 1), 2);
  check_rest(&c, (size_t)_i);
  clear(&c);
}
END_TEST

/* Short and interrupted reads are no faults. */
START_TEST(short_and_interrupted_reads_change_nothing) {
  static const size_t sizes[] = {1, 2, 7, 4096};
  tg_text expected = {0};
  chain c;
  set_up();
  make(&c, LINKS);
  show_all(&c, &expected);
  clear(&c);
  for (size_t i = 0; i < 8; i++) {
    tg_text met = {0};
    memset(&c, 0, sizeof c);
    c.format = "csv";
    for (size_t k = 0; k < LINKS; k++) {
      drop(&c, &links[k]);
      reads_as_usual();
      reads.longest = sizes[i % 4];
      if (i >= 4) {
        reads.countdown = (long)i;
        reads.code = EINTR;
      }
      ck_ok(links[k].make(&c));
    }
    reads_as_usual();
    show_all(&c, &met);
    ck_assert_str_eq(met.bytes, expected.bytes);
    clear(&c);
    tg_text_free(&met);
  }
  tg_text_free(&expected);
}
END_TEST

START_TEST(the_first_fault_of_two_files_names_its_file) {
  chain c;
  const char *files[2];
  trygg_responses *responses = (trygg_responses *)&error;
  set_up();
  make(&c, 1);
  files[0] = data_file;
  files[1] = packed_file;
  /* Nothing of the first file stays when the second cannot be read. */
  trygg_load_options options = {.size = sizeof options, .threads = 1};
  long before = 0;
  {
    trygg_responses *first = NULL;
    reads_as_usual();
    ck_ok(trygg_responses_load(c.codebook, files, 1, &options, &first, &error));
    before = reads.calls;
    trygg_responses_free(first);
  }
  reads_as_usual();
  reads.countdown = before;
  reads.code = EIO;
  reads.for_ever = 1;
  trygg_status status = trygg_responses_load(c.codebook, files, 2, &options, &responses, &error);
  reads_as_usual();
  ck_assert_int_eq(status, TRYGG_EIO);
  ck_assert_ptr_null(responses);
  ck_assert_str_eq(error.file, packed_file);
  clear(&c);
}
END_TEST

static Suite *failures_suite(void) {
  Suite *suite = suite_create("failures");
  TCase *memory = tcase_create("memory"), *files = tcase_create("reads");
  tcase_set_timeout(memory, 300);
  tcase_add_loop_test(memory, an_allocation_that_fails_stops_the_call_and_changes_nothing, 0, 2 * LINKS);
  tcase_add_loop_test(memory, a_test_that_draws_survives_without_memory, 0, 8);
  tcase_add_loop_test(memory, every_format_survives_without_memory, 0, 6);
  suite_add_tcase(suite, memory);
  tcase_set_timeout(files, 120);
  tcase_add_loop_test(files, a_read_that_fails_is_never_taken_for_the_end, 0, 4);
  tcase_add_loop_test(files, an_early_end_is_seen, 0, 4);
  tcase_add_test(files, short_and_interrupted_reads_change_nothing);
  tcase_add_test(files, the_first_fault_of_two_files_names_its_file);
  suite_add_tcase(suite, files);
  return suite;
}

int main(void) {
  return run_suite(failures_suite());
}
