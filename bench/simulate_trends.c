/* How often the trend tests reject at 5 %: where nothing changes (the size) and where something does (the power).
 *
 * known, estimated   series of 3 to 12 waves with unequal errors, neighbours correlated 0.5, whose covariance is known, or
 *                    estimated on 40 degrees of freedom (a Wishart matrix over 40)
 * records            surveys of 40 clusters of 10 that stay in the sample, opinions shared within them; tests of the
 *                    estimates and of the records
 * bare               independent values with equal errors, two a year: what the classic tests take for granted
 * areas, shared      eight areas whose values are independent, or share good and bad years
 * covariate          a series and a covariate, correlated 0.8 wave by wave
 *
 * What is asked of the size: 4 to 6 % of tests that know the errors; at most 6 % of tests by ranks and draws, which on
 * few waves have few values of p, the largest within 5 % being printed as `attainable`; of the classic ones that on bare
 * series alone, elsewhere it is printed beside.  Tests whose help says that they do not hold it are not asked.
 *
 * usage: simulate_trends [SERIES [DRAWN]]: series for the size of each test, and of those that draw random numbers
 * themselves; chance is allowed for in the latter, two standard errors of 6 %.  A quarter of each for the power. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/thread.h>
#include <numeric/random.h>
#include <trend/partial.h>
#include <trend/regional.h>
#include <trygg.h>

#define MOST_WAVES 100
#define AREAS 8
#define CLUSTERS 40
#define PEOPLE 10 /* of a cluster, in a wave */
#define DF 40
#define LINE 0.05

/* ---- what is simulated --------------------------------------------------------------------- */

typedef enum source { KNOWN, ESTIMATED, RECORDS, BARE, ALIKE, SHARED, COVARIATE, SOURCES } source;

#define SETTINGS 6 /* numbers of waves of a source, at most */
static const struct {
  const char *name;
  int waves[SETTINGS]; /* 0: no more */
} sources[SOURCES] = {
    {"known", {3, 5, 8, 12}},      {"estimated", {3, 5, 8, 12}}, {"records", {3, 5, 8, 12}},
    {"bare", {5, 8, 12, 30, 100}}, {"areas", {3, 5, 8, 12}},     {"shared", {3, 5, 8, 12}},
    {"covariate", {8, 12}},
};

/* In which sources a test runs. */
#define SERIES (1u << KNOWN | 1u << ESTIMATED | 1u << RECORDS)
#define ANY (SERIES | 1u << BARE)
#define OVER (1u << ALIKE | 1u << SHARED)

/* What is asked of its size. */
typedef enum goal {
  EXACT,      /* 4 to 6 % */
  BOUNDED,    /* at most 6 % */
  CLASSIC,    /* at most 6 % of bare series, or areas that are independent */
  CORRELATED, /* at most 6 % of areas that share years too */
  NOTHING
} goal;

static const struct {
  const char *name;
  unsigned sources;
  goal goal;
  int draws; /* it draws random numbers */
} tests[] = {{"linear", SERIES, EXACT, 0},
             {"quadratic", SERIES, EXACT, 0},
             {"cubic", SERIES, EXACT, 0},
             {"wls_slope", SERIES, EXACT, 0},
             {"gls_slope", SERIES, EXACT, 0},
             {"lack_of_fit", SERIES, EXACT, 0},
             {"heterogeneity", SERIES, EXACT, 0},
             {"record_linear", 1u << RECORDS, EXACT, 0},
             {"record_logit", 1u << RECORDS, EXACT, 0},
             {"cochran_armitage", 1u << RECORDS, EXACT, 0},
             {"jonckheere", 1u << RECORDS, EXACT, 0},
             {"joinpoint", SERIES, BOUNDED, 1},
             {"mann_kendall_design", SERIES, BOUNDED, 1},
             {"sen_slope_design", SERIES, BOUNDED, 1},
             {"joinpoint_last", SERIES, NOTHING, 0},
             {"mann_kendall", ANY, CLASSIC, 0},
             {"cox_stuart", ANY, CLASSIC, 0},
             {"prewhitened", ANY, CLASSIC, 0},
             {"trend_free", ANY, CLASSIC, 0},
             {"yue_wang", ANY, CLASSIC, 0},
             {"hamed_rao", ANY, NOTHING, 0},
             {"pettitt", ANY, CLASSIC, 1},
             {"buishand", 1u << BARE, CLASSIC, 1},
             {"snht", 1u << BARE, CLASSIC, 1},
             {"block_bootstrap", 1u << BARE, CLASSIC, 1},
             {"seasonal", 1u << BARE, CLASSIC, 0},
             {"seasonal_correlated", 1u << BARE, CLASSIC, 0},
             {"seasonal_page", 1u << BARE, CLASSIC, 0},
             {"cochran_armitage_classic", 1u << RECORDS, NOTHING, 0},
             {"jonckheere_classic", 1u << RECORDS, NOTHING, 0},
             {"regional", OVER, CORRELATED, 0},
             {"page", OVER, CLASSIC, 0},
             {"partial_mann_kendall", 1u << COVARIATE, BOUNDED, 0}};

enum { TESTS = sizeof tests / sizeof *tests };

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
  int waves, trend; /* waves 0: there is no such setting */
  size_t batch;
} setting;

static setting setting_of(const simulation *s, size_t task) {
  setting at;
  at.batch = task % s->batches;
  task /= s->batches;
  at.trend = (int)(task % 2);
  task /= 2;
  at.from = (source)(task / SETTINGS);
  at.waves = sources[at.from].waves[task % SETTINGS];
  return at;
}

/* ---- counting ------------------------------------------------------------------------------ */

static void count_p(double p, count *to) {
  if (isnan(p))
    return;
  to->run++;
  to->rejected += p <= LINE;
  if (p <= LINE)
    to->largest = fmax(to->largest, p);
}

static void count_table(const trygg_table *table, count *to) {
  size_t name = trygg_table_find(table, "test"), p = trygg_table_find(table, "p");
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    for (size_t t = 0; t < TESTS; t++)
      if (!strcmp(tests[t].name, trygg_table_text(table, row, name)))
        count_p(trygg_table_number(table, row, p), &to[t]);
}

/* The tests for this series; those that draw run on the first ones alone. */
static size_t choose(const simulation *s, const setting *at, size_t number, const char **names) {
  size_t n = 0;
  for (size_t t = 0; t < TESTS; t++)
    if (tests[t].sources >> at->from & 1 &&
        (!tests[t].draws || number < (at->trend ? s->drawn / 4 : s->drawn)))
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

/* A trend of four standard deviations over all waves, but at most half of one a wave. */
static void draw_bare(tg_random *random, const setting *at, double *out) {
  double slope = fmin(0.5, 4.0 / at->waves);
  for (int w = 0; w < at->waves; w++)
    out[w] = tg_random_normal(random) + at->trend * slope * w;
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
  if (at->from == BARE)
    draw_bare(random, at, value);
  else
    draw(random, at->waves, value);
  for (int w = 0; w < at->waves; w++) {
    time[w] = at->from == BARE ? 2000.25 + 0.5 * w : 2012 + w;
    value[w] += at->from == BARE ? 0 : at->trend * 0.5 * w;
  }
  if (at->from != BARE)
    covariance(random, at->from, at->waves, v);
  status = trygg_trend_series(time, value, at->from == BARE ? NULL : v, (size_t)at->waves,
                              at->from == ESTIMATED ? DF : 0, &options, &table, error);
  if (status == TRYGG_OK)
    count_table(table, to);
  trygg_table_free(table);
  return status;
}

/* ---- several series ------------------------------------------------------------------------ */

static count *counts_of(count *to, const char *name) {
  size_t t = 0;
  while (strcmp(tests[t].name, name) != 0)
    t++;
  return &to[t];
}

/* Years in common have a standard deviation of 0.7 where the areas' own is 1. */
static trygg_status run_areas(const simulation *s, const setting *at, tg_random *random, size_t number,
                              count *to, trygg_error *error) {
  double value[AREAS * MOST_WAVES], year[MOST_WAVES];
  tg_regional test;
  trygg_status status;
  (void)s;
  (void)number;
  for (int w = 0; w < at->waves; w++)
    year[w] = (at->from == SHARED ? 0.7 * tg_random_normal(random) : 0) + at->trend * 0.1 * w;
  for (int i = 0; i < AREAS * at->waves; i++)
    value[i] = tg_random_normal(random) + year[i % at->waves];
  status = tg_regional_kendall(value, AREAS, (size_t)at->waves, &test, error);
  if (status != TRYGG_OK)
    return status;
  count_p(test.p, counts_of(to, "regional"));
  status = tg_regional_page(value, AREAS, (size_t)at->waves, &test, error);
  if (status == TRYGG_OK)
    count_p(test.p, counts_of(to, "page"));
  return status;
}

static trygg_status run_covariate(const simulation *s, const setting *at, tg_random *random, size_t number,
                                  count *to, trygg_error *error) {
  double value[MOST_WAVES], covariate[MOST_WAVES];
  tg_partial test;
  (void)s;
  (void)number;
  (void)error;
  for (int w = 0; w < at->waves; w++) {
    covariate[w] = tg_random_normal(random);
    value[w] = 0.8 * covariate[w] + 0.6 * tg_random_normal(random) + at->trend * 0.2 * w;
  }
  tg_partial_test(value, covariate, (size_t)at->waves, &test);
  count_p(test.p, counts_of(to, "partial_mann_kendall"));
  return TRYGG_OK;
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
  static _Thread_local int32_t cells[3][CLUSTERS * PEOPLE * MOST_WAVES]; /* each wave has so many */
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
  static trygg_status (*const run[SOURCES])(const simulation *, const setting *, tg_random *, size_t, count *,
                                            trygg_error *) = {
      run_series, run_series, run_records, run_series, run_areas, run_areas, run_covariate};
  const simulation *s = opaque;
  setting at = setting_of(s, task);
  count *to = s->counts + task * TESTS;
  trygg_status status = TRYGG_OK;
  tg_random random;
  tg_random_seed(&random, 6, task);
  size_t series = at.trend ? s->series / 4 : s->series;
  for (size_t k = 0; at.waves && k < BATCH && at.batch * BATCH + k < series && status == TRYGG_OK; k++)
    status = run[at.from](s, &at, &random, at.batch * BATCH + k, to, error);
  return status;
}

static int as_promised(size_t test, const setting *at, double rate, size_t run) {
  double most = 0.06 + (tests[test].draws ? 2 * sqrt(0.06 * 0.94 / (double)run) : 0);
  switch (at->trend ? NOTHING : tests[test].goal) {
  case EXACT:
    return rate >= 0.04 && rate <= 0.06;
  case CLASSIC:
    return (at->from != BARE && at->from != ALIKE) || rate <= most;
  case BOUNDED:
  case CORRELATED:
    return rate <= most;
  default:
    return 1;
  }
}

static size_t print(const simulation *s, size_t first) {
  setting at = setting_of(s, first);
  size_t missed = 0;
  for (size_t t = 0; t < TESTS; t++) {
    count all = {0, 0, 0};
    double rate;
    int met;
    for (size_t b = 0; b < s->batches; b++) {
      const count *one = &s->counts[(first + b) * TESTS + t];
      all.run += one->run;
      all.rejected += one->rejected;
      all.largest = fmax(all.largest, one->largest);
    }
    if (!all.run)
      continue;
    rate = (double)all.rejected / (double)all.run;
    met = as_promised(t, &at, rate, all.run);
    missed += !met;
    printf("%s,%d,%s,%s,%zu,%.4f,%.4f,%s\n", sources[at.from].name, at.waves, at.trend ? "power" : "size",
           tests[t].name, all.run, rate, all.largest, met ? "" : "beyond");
  }
  return missed;
}

int main(int argc, char **argv) {
  simulation s = {.series = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 10000,
                  .drawn = argc > 2 ? (size_t)strtoul(argv[2], NULL, 10) : 1000};
  trygg_error error = {0};
  size_t tasks, missed = 0;
  s.batches = (s.series + BATCH - 1) / BATCH;
  tasks = s.batches * 2 * SETTINGS * SOURCES;
  s.counts = tg_memory_new(tasks * TESTS, sizeof *s.counts);
  if (!s.counts || make_codebook(&s.codebook, &error) ||
      tg_thread_run(tg_thread_count(0, tasks), tasks, run_task, &s, NULL, NULL, &error)) {
    fprintf(stderr, "simulate_trends: %s\n", error.message);
    return 1;
  }
  printf("series,waves,question,test,count,rejected,attainable,goal\n");
  for (size_t first = 0; first < tasks; first += s.batches)
    missed += print(&s, first);
  if (missed)
    printf("# the goal is missed by %zu rows: see `beyond`\n", missed);
  else
    printf("# the goal is met\n");
  tg_memory_free(s.counts);
  trygg_codebook_free(s.codebook);
  return missed > 0;
}
