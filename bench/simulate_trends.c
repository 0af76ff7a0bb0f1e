/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often the trend tests reject at 5 %: where nothing changes (the size, 4 to 6 % for tests that know the errors, at
 * most 6 % for those of ranks) and where something does (the power).
 *
 * series   estimates of 3 to 12 waves with unequal errors, neighbours correlated 0.5, whose covariance is known, or
 *          estimated on 40 degrees of freedom (a Wishart matrix over 40)
 * records  surveys of 40 clusters of 10 that stay in the sample, opinions shared within them; tests of the estimates and
 *          of the records
 *
 * usage: simulate_trends [SERIES [DRAWN]]: series for each line, and for tests that draw random numbers themselves. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/thread.h>
#include <numeric/random.h>
#include <trygg.h>

#define MOST_WAVES 12
#define CLUSTERS 40
#define PEOPLE 10 /* of a cluster, in a wave */
#define DF 40
#define LINE 0.05

/* ---- what is simulated --------------------------------------------------------------------- */

static const int wave_counts[] = {3, 5, 8, 12};

/* Tests, and whether they draw random numbers. */
static const struct {
  const char *name;
  int draws, records; /* records: from records alone */
} tests[] = {{"linear", 0, 0},
             {"quadratic", 0, 0},
             {"wls_slope", 0, 0},
             {"gls_slope", 0, 0},
             {"lack_of_fit", 0, 0},
             {"heterogeneity", 0, 0},
             {"mann_kendall", 0, 0},
             {"cox_stuart", 0, 0},
             {"hamed_rao", 0, 0},
             {"yue_wang", 0, 0},
             {"prewhitened", 0, 0},
             {"trend_free", 0, 0},
             {"mann_kendall_design", 1, 0},
             {"sen_slope_design", 1, 0},
             {"joinpoint", 1, 0},
             {"pettitt", 1, 0},
             {"record_linear", 0, 1},
             {"record_logit", 0, 1},
             {"cochran_armitage", 0, 1},
             {"cochran_armitage_classic", 0, 1},
             {"jonckheere", 0, 1}};

enum { TESTS = sizeof tests / sizeof *tests, WAVES = sizeof wave_counts / sizeof *wave_counts };

typedef enum source { KNOWN, ESTIMATED, RECORDS, SOURCES } source;
static const char *const sources[] = {"known", "estimated", "records"};

typedef struct count {
  size_t run, rejected;
  double largest; /* p at or below 0.05 */
} count;

/* One task: a source, a number of waves, with or without a trend, a batch of series. */
typedef struct simulation {
  size_t series, drawn, batches;
  trygg_codebook *codebook;
  count *counts; /* [task][test] */
} simulation;

#define BATCH 250

typedef struct setting {
  source from;
  int waves, trend;
  size_t batch;
} setting;

static setting setting_of(const simulation *s, size_t task) {
  setting at;
  at.batch = task % s->batches;
  task /= s->batches;
  at.trend = (int)(task % 2);
  task /= 2;
  at.waves = wave_counts[task % WAVES];
  at.from = (source)(task / WAVES);
  return at;
}

/* ---- counting ------------------------------------------------------------------------------ */

static void count_table(const trygg_table *table, count *to) {
  size_t name = trygg_table_find(table, "test"), p = trygg_table_find(table, "p");
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    for (size_t t = 0; t < TESTS; t++) {
      double value = trygg_table_number(table, row, p);
      if (strcmp(tests[t].name, trygg_table_text(table, row, name)) != 0 || isnan(value))
        continue;
      to[t].run++;
      to[t].rejected += value <= LINE;
      if (value <= LINE)
        to[t].largest = fmax(to[t].largest, value);
    }
}

/* The tests for this series; those that draw run on the first ones alone. */
static size_t choose(const simulation *s, const setting *at, size_t number, const char **names) {
  size_t n = 0;
  for (size_t t = 0; t < TESTS; t++)
    if ((!tests[t].draws || number < s->drawn) && (!tests[t].records || at->from == RECORDS))
      names[n++] = tests[t].name;
  return n;
}

/* ---- series -------------------------------------------------------------------------------- */

/* Errors of 1, 1.4, 1.8 and again; neighbours correlated 0.5 (by a moving average, so that all is positive definite). */
static double error_of(int w) {
  return 1 + 0.4 * (w % 3);
}

static void draw(tg_random *random, int waves, double *out) {
  double before = tg_random_normal(random);
  for (int w = 0; w < waves; w++) {
    double next = tg_random_normal(random);
    out[w] = error_of(w) * (before + next) / sqrt(2);
    before = next;
  }
}

static void covariance(tg_random *random, source from, int waves, double *v) {
  double x[MOST_WAVES];
  memset(v, 0, (size_t)(waves * waves) * sizeof *v);
  for (int w = 0; w < waves && from == KNOWN; w++) {
    v[w * waves + w] = error_of(w) * error_of(w);
    if (w + 1 < waves)
      v[w * waves + w + 1] = v[(w + 1) * waves + w] = error_of(w) * error_of(w + 1) / 2;
  }
  for (int k = 0; k < DF && from == ESTIMATED; k++) {
    draw(random, waves, x);
    for (int i = 0; i < waves; i++)
      for (int j = 0; j < waves; j++)
        v[i * waves + j] += x[i] * x[j] / DF;
  }
}

static trygg_status run_series(const simulation *s, const setting *at, tg_random *random, size_t number,
                               count *to, trygg_error *error) {
  const char *names[TESTS];
  trygg_trend_options options = {
      .size = sizeof options, .tests = names, .test_count = choose(s, at, number, names)};
  double time[MOST_WAVES], value[MOST_WAVES], v[MOST_WAVES * MOST_WAVES];
  trygg_table *table;
  trygg_status status;
  draw(random, at->waves, value);
  for (int w = 0; w < at->waves; w++) {
    time[w] = 2012 + w;
    value[w] += at->trend * 0.5 * w;
  }
  covariance(random, at->from, at->waves, v);
  status = trygg_trend_series(time, value, v, (size_t)at->waves, at->from == KNOWN ? 0 : DF, &options, &table,
                              error);
  if (status == TRYGG_OK)
    count_table(table, to);
  trygg_table_free(table);
  return status;
}

/* ---- records ------------------------------------------------------------------------------- */

static trygg_status make_codebook(trygg_codebook **out, trygg_error *error) {
  static const char *const tables[][2] = {
      {"settings", "waves\noverlapping\n"},
      {"survey", "type,name,role\ninteger,year,wave\ninteger,area,cluster\nselect_one yn,unsafe,\n"},
      {"choices", "list_name,name\nyn,0\nyn,1\n"},
      {"indicators", "name,type,variable,numerator\nunsafe,share,unsafe,1\n"}};
  trygg_status status = trygg_codebook_create(out, error);
  for (size_t i = 0; i < sizeof tables / sizeof *tables && status == TRYGG_OK; i++)
    status = trygg_codebook_add_csv(*out, tables[i][0], tables[i][1], strlen(tables[i][1]), error);
  return status == TRYGG_OK ? trygg_codebook_finish(*out, error) : status;
}

/* Logit of being unsafe: that of the cluster, which stays, of the cluster in the wave, and 0.03 a wave. */
static void draw_people(const setting *at, tg_random *random, int32_t *year, int32_t *area, int32_t *answer) {
  size_t i = 0;
  for (int32_t c = 0; c < CLUSTERS; c++) {
    double stays = 0.5 * tg_random_normal(random);
    for (int32_t w = 0; w < at->waves; w++) {
      double eta = -1 + stays + 0.3 * tg_random_normal(random) + 0.05 * at->trend * w;
      for (int k = 0; k < PEOPLE; k++, i++) {
        year[i] = 2012 + w;
        area[i] = c;
        answer[i] = tg_random_uniform(random) < 1 / (1 + exp(-eta));
      }
    }
  }
}

static trygg_status run_records(const simulation *s, const setting *at, tg_random *random, size_t number,
                                count *to, trygg_error *error) {
  static _Thread_local int32_t cells[3][CLUSTERS * PEOPLE * MOST_WAVES];
  const char *names[TESTS];
  trygg_array arrays[] = {{"year", TRYGG_ARRAY_INT32, cells[0]},
                          {"area", TRYGG_ARRAY_INT32, cells[1]},
                          {"unsafe", TRYGG_ARRAY_INT32, cells[2]}};
  trygg_load_options load = {.size = sizeof load, .threads = 1};
  trygg_estimate_options estimate = {.size = sizeof estimate, .threads = 1};
  trygg_trend_options options = {
      .size = sizeof options, .tests = names, .test_count = choose(s, at, number, names)};
  trygg_responses *responses = NULL;
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  trygg_table *table = NULL;
  trygg_status status;
  draw_people(at, random, cells[0], cells[1], cells[2]);
  status = trygg_responses_load_arrays(s->codebook, arrays, 3, (size_t)(CLUSTERS * PEOPLE * at->waves), &load,
                                       &responses, error);
  if (status == TRYGG_OK)
    status = trygg_design_create(responses, NULL, &design, error);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(design, &estimate, &estimates, error);
  if (status == TRYGG_OK)
    status = trygg_trend_table(estimates, &options, &table, error);
  if (status == TRYGG_OK)
    count_table(table, to);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  trygg_responses_free(responses);
  return status;
}

/* ---- all ----------------------------------------------------------------------------------- */

static trygg_status run_task(void *opaque, size_t task, trygg_error *error) {
  const simulation *s = opaque;
  setting at = setting_of(s, task);
  count *to = s->counts + task * TESTS;
  trygg_status status = TRYGG_OK;
  tg_random random;
  tg_random_seed(&random, 6, task);
  for (size_t k = 0; k < BATCH && at.batch * BATCH + k < s->series && status == TRYGG_OK; k++)
    status =
        (at.from == RECORDS ? run_records : run_series)(s, &at, &random, at.batch * BATCH + k, to, error);
  return status;
}

/* 1 where the rate is as promised; tests for bare series have promised nothing. */
static int as_promised(size_t test, const setting *at, double rate) {
  static const char *const exact[] = {"linear",       "quadratic",        "gls_slope", "record_linear",
                                      "record_logit", "cochran_armitage", "jonckheere"};
  static const char *const bounded[] = {"mann_kendall_design", "sen_slope_design", "joinpoint"};
  if (at->trend)
    return 1;
  for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
    if (!strcmp(tests[test].name, exact[i]))
      return rate >= 0.04 && rate <= 0.06;
  for (size_t i = 0; i < sizeof bounded / sizeof *bounded; i++)
    if (!strcmp(tests[test].name, bounded[i]))
      return rate <= 0.06;
  return 1;
}

static int print(const simulation *s, size_t first) {
  setting at = setting_of(s, first);
  int met = 1;
  for (size_t t = 0; t < TESTS; t++) {
    count all = {0, 0, 0};
    double rate;
    for (size_t b = 0; b < s->batches; b++) {
      const count *one = &s->counts[(first + b) * TESTS + t];
      all.run += one->run;
      all.rejected += one->rejected;
      all.largest = fmax(all.largest, one->largest);
    }
    if (!all.run)
      continue;
    rate = (double)all.rejected / (double)all.run;
    met &= as_promised(t, &at, rate);
    printf("%s,%d,%s,%s,%zu,%.4f,%.4f%s\n", sources[at.from], at.waves, at.trend ? "power" : "size",
           tests[t].name, all.run, rate, all.largest, as_promised(t, &at, rate) ? "" : ",beyond");
  }
  return met;
}

int main(int argc, char **argv) {
  simulation s = {.series = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 10000,
                  .drawn = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 2000};
  trygg_error error = {0};
  size_t tasks;
  int met = 1;
  s.batches = (s.series + BATCH - 1) / BATCH;
  tasks = s.batches * 2 * WAVES * SOURCES;
  s.counts = tg_memory_new(tasks * TESTS, sizeof *s.counts);
  if (!s.counts || make_codebook(&s.codebook, &error) ||
      tg_thread_run(tg_thread_count(0, tasks), tasks, run_task, &s, NULL, NULL, &error)) {
    fprintf(stderr, "simulate_trends: %s\n", error.message);
    return 1;
  }
  printf("covariance,waves,question,test,series,rejected,largest_p\n");
  for (size_t first = 0; first < tasks; first += s.batches)
    met &= print(&s, first);
  printf("# the goal is %s\n", met ? "met" : "not met");
  tg_memory_free(s.counts);
  trygg_codebook_free(s.codebook);
  return !met;
}
