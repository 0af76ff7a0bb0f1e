/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of R survey (tests/golden/golden.csv, made by make_golden.R), met by the library. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/trend.h>

#include <base/number.h>
#include <estimate/estimate.h>

#include "fixture.h"

/* ---- what the cases are -------------------------------------------------------------------- */

/* A case of golden.csv; NULL and 0 are the folder's own or none. */
typedef struct golden_case {
  const char *name;
  const char *folder;   /* tests/data/golden/FOLDER and FOLDER.csv */
  const char *without;  /* roles that are taken away, each with a blank behind */
  const char *settings; /* instead of settings.csv */
  const char *by[2];
  const char *where;
  const char *lonely;
  const char *variance; /* NULL: the folder's own */
  int drops;            /* some replicates have no estimate of some rows, and are left out of those alone */
  const char *also;     /* a variable to estimate besides the indicators */
  int pool;
  const char *margins, *calibrate, *spread; /* margins.csv, and how the weights come to meet it */
  int households;                           /* districts are households */
} golden_case;

#define COUNTY_SUM "waves,lonely,pool\nindependent,certainty,sum\n"
#define PANEL "waves\npanel\n"
#define COUNTY_EQUAL "waves,lonely,pool\nindependent,certainty,equal\n"

#define RSCALES                                                                                              \
  "0.75 0.934 0.903 0.986 1.239 1.407 0 0.711 1.257 1.261 1.385 0.749 0.799 1.456 "                          \
  "0.766 0.922 0.665 1.285 1.103 1.306"
#define TYPES "variables,category,total\nstype,E,4421\nstype,H,755\nstype,M,1018\n"
#define TYPES_INDEX TYPES "api99,,3914069\n"
#define TYPES_WIDE TYPES "sch_wide,No,1072\nsch_wide,Yes,5122\n"
#define WIDE_INDEX "variables,category,total\nsch_wide,Yes,5122\nsch_wide,No,1072\napi99,,3914069\n"
#define PEOPLE_BY_WAVE                                                                                        \
  "wave,variables,category,total\n2005,sex,1,3200\n2005,sex,2,4100\n2008,sex,1,3300\n2008,sex,2,4000\n"            \
  "2010,sex,1,3400\n2010,sex,2,3900\n2013,sex,1,3300\n2013,sex,2,4200\n2018,sex,1,3200\n2018,sex,2,4100\n"        \
  "2020,sex,1,3500\n2020,sex,2,3800\n"
#define CALIBRATED(case_name, folder_name, margin_rows, method, ...)                                         \
  {.name = "calibrated " case_name,                                                                          \
   .folder = folder_name,                                                                                    \
   .margins = margin_rows,                                                                                   \
   .calibrate = method,                                                                                      \
   __VA_ARGS__},                                                                                             \
  {                                                                                                          \
    .name = "calibrated " case_name " by comp_imp", .folder = folder_name, .margins = margin_rows,           \
    .calibrate = method, .by = {"comp_imp"}, __VA_ARGS__                                                     \
  }

static const golden_case cases[] = {
    {.name = "strat", .folder = "apistrat", .also = "stype"},
    {.name = "strat by comp_imp", .folder = "apistrat", .by = {"comp_imp"}},
    {.name = "strat by comp_imp stype", .folder = "apistrat", .by = {"comp_imp", "stype"}},
    {.name = "strat where awards", .folder = "apistrat", .where = "awards=Yes"},
    {.name = "strat unstratified", .folder = "apistrat", .without = "stratum fpc "},
    {.name = "clus1", .folder = "apiclus1"},
    {.name = "clus1 by stype", .folder = "apiclus1", .by = {"stype"}},
    {.name = "clus1 by comp_imp", .folder = "apiclus1", .by = {"comp_imp"}},
    {.name = "clus2", .folder = "apiclus2"},
    {.name = "clus2 by stype", .folder = "apiclus2", .by = {"stype"}},
    /* W1 and W2 of docs/evidence.md. */
    {.name = "years overlapping", .folder = "apiyears"},
    {.name = "years overlapping by comp_imp", .folder = "apiyears", .by = {"comp_imp"}},
    {.name = "years panel", .folder = "apiyears", .settings = PANEL},
    {.name = "years panel by comp_imp", .folder = "apiyears", .settings = PANEL, .by = {"comp_imp"}},
    {.name = "years independent", .folder = "apiyears", .settings = "waves\nindependent\n"},
    {.name = "cohort", .folder = "cohort"},
    {.name = "cohort by sex", .folder = "cohort", .by = {"sex"}},
    {.name = "cohort no fpc", .folder = "cohort", .without = "fpc "},
    {.name = "cohort no fpc by sex", .folder = "cohort", .without = "fpc ", .by = {"sex"}},
    {.name = "cohort pooled", .folder = "cohort", .pool = 1},
    {.name = "rotating", .folder = "rotating"},
    {.name = "rotating by sex", .folder = "rotating", .by = {"sex"}},
    {.name = "rotating no fpc", .folder = "rotating", .without = "fpc "},
    {.name = "rotating no fpc by sex", .folder = "rotating", .without = "fpc ", .by = {"sex"}},
    {.name = "rotating no strata", .folder = "rotating", .without = "stratum fpc "},
    {.name = "lonely certainty", .folder = "lonely", .without = "fpc "},
    {.name = "lonely adjust", .folder = "lonely", .without = "fpc ", .lonely = "adjust"},
    {.name = "lonely average", .folder = "lonely", .without = "fpc ", .lonely = "average"},
    {.name = "lonely census", .folder = "lonely", .lonely = "fail"},
    {.name = "five certainty", .folder = "five"},
    {.name = "five adjust", .folder = "five", .lonely = "adjust"},
    {.name = "five average", .folder = "five", .lonely = "average"},
    {.name = "fpc", .folder = "fpc"},
    {.name = "fpc where x", .folder = "fpc", .where = "x=4.0001.."},
    {.name = "no fpc", .folder = "fpc", .without = "fpc "},
    {.name = "no fpc where x", .folder = "fpc", .without = "fpc ", .where = "x=4.0001.."},
    {.name = "scd", .folder = "scd"},
    {.name = "nhanes", .folder = "nhanes"},
    /* W3: a linear, a quadratic and a cubic contrast. */
    {.name = "nhanes by age", .folder = "nhanes", .by = {"age"}},
    {.name = "nhanes by race", .folder = "nhanes", .by = {"race"}},
    {.name = "nhanes by race sex", .folder = "nhanes", .by = {"race", "sex"}},
    {.name = "county certainty", .folder = "county"},
    {.name = "county adjust", .folder = "county", .lonely = "adjust"},
    {.name = "county average", .folder = "county", .lonely = "average"},
    {.name = "county by sex", .folder = "county", .by = {"sex"}},
    {.name = "county by sex area", .folder = "county", .by = {"sex", "area"}},
    {.name = "county where area", .folder = "county", .where = "area=N"},
    {.name = "county pooled", .folder = "county", .pool = 1},
    {.name = "county pooled average", .folder = "county", .pool = 1},
    {.name = "county pooled sum", .folder = "county", .pool = 1, .settings = COUNTY_SUM},
    {.name = "county pooled equal", .folder = "county", .pool = 1, .settings = COUNTY_EQUAL},
    {.name = "stages", .folder = "apistages"},
    {.name = "stages by stype", .folder = "apistages", .by = {"stype"}},
    {.name = "mu284", .folder = "mu284"},
    {.name = "three stages", .folder = "stages3"},
    {.name = "three stages by sex", .folder = "stages3", .by = {"sex"}},
    {.name = "two of three stages", .folder = "stages3", .without = "fpc3 "},
    {.name = "two of three stages by sex", .folder = "stages3", .without = "fpc3 ", .by = {"sex"}},
    {.name = "alone adjust", .folder = "alone", .by = {"stype"}, .lonely = "adjust"},
    {.name = "alone average", .folder = "alone", .by = {"stype"}, .lonely = "average"},
    {.name = "panel certainty", .folder = "panel"},
    {.name = "panel adjust", .folder = "panel", .lonely = "adjust"},
    {.name = "panel average", .folder = "panel", .lonely = "average"},
    {.name = "panel by sex", .folder = "panel", .by = {"sex"}},
    {.name = "panel pooled", .folder = "panel", .pool = 1},
    {.name = "panel pooled adjust", .folder = "panel", .pool = 1, .lonely = "adjust"},
    {.name = "clus1 jackknife", .folder = "apiclus1", .variance = "jackknife"},
    {.name = "clus1 by stype jackknife",
     .folder = "apiclus1",
     .by = {"stype"},
     .variance = "jackknife",
     .drops = 1},
    {.name = "strat jackknife", .folder = "apistrat", .variance = "jackknife"},
    {.name = "strat by stype jackknife", .folder = "apistrat", .by = {"stype"}, .variance = "jackknife"},
    {.name = "clus2 jackknife", .folder = "apiclus2", .variance = "jackknife"},
    {.name = "nhanes jackknife", .folder = "nhanes", .variance = "jackknife"},
    {.name = "scd jackknife", .folder = "scd", .variance = "jackknife"},
    {.name = "scd brr", .folder = "scd", .variance = "brr"},
    {.name = "scd fay", .folder = "scd", .variance = "fay:0.3"},
    {.name = "halves brr", .folder = "halves", .variance = "brr"},
    {.name = "halves fay", .folder = "halves", .variance = "fay:0.5"},
    {.name = "halves by sex brr", .folder = "halves", .by = {"sex"}, .variance = "brr"},
    {.name = "halves by sex fay", .folder = "halves", .by = {"sex"}, .variance = "fay:0.5"},
    {.name = "given brr", .folder = "apirep", .settings = "replicate_type\nBRR\n"},
    {.name = "given brr mse", .folder = "apirep", .settings = "replicate_type,replicate_mse\nBRR,1\n"},
    {.name = "given fay", .folder = "apirep", .settings = "replicate_type,replicate_rho\nFay,0.3\n"},
    {.name = "given jk1", .folder = "apirep", .settings = "replicate_type\nJK1\n"},
    {.name = "given jk1 scale",
     .folder = "apirep",
     .settings = "replicate_type,replicate_scale,replicate_mse\nJK1,0.5,1\n"},
    {.name = "given jkn",
     .folder = "apirep",
     .settings = "replicate_type,replicate_rscales\nJKn," RSCALES "\n"},
    {.name = "given jkn mse",
     .folder = "apirep",
     .settings = "replicate_type,replicate_rscales,replicate_mse\nJKn," RSCALES ",1\n"},
    {.name = "given jk2", .folder = "apirep", .settings = "replicate_type\nJK2\n"},
    {.name = "given bootstrap", .folder = "apirep"},
    {.name = "given acs", .folder = "apirep", .settings = "replicate_type\nACS\n"},
    {.name = "given successive",
     .folder = "apirep",
     .settings = "replicate_type,replicate_mse\nsuccessive-difference,0\n"},
    {.name = "given other",
     .folder = "apirep",
     .settings = "replicate_type,replicate_scale,replicate_rscales\nother,0.25," RSCALES "\n"},
    {.name = "given by stype bootstrap", .folder = "apirep", .by = {"stype"}, .drops = 1},
    CALIBRATED("strata", "apiclus1", TYPES, "linear", .pool = 0),
    CALIBRATED("linear", "apiclus1", TYPES_INDEX, "linear", .pool = 0),
    CALIBRATED("rake", "apiclus1", TYPES_INDEX, "rake", .pool = 0),
    CALIBRATED("logit", "apiclus1", TYPES_INDEX, "logit:0.4,2", .pool = 0),
    CALIBRATED("truncated", "apiclus1", TYPES_INDEX, "truncated:0.45,1.8", .pool = 0),
    CALIBRATED("margins", "apiclus1", TYPES_WIDE, "rake", .pool = 0),
    CALIBRATED("spread", "apiclus1", TYPES_INDEX, "rake", .spread = "enroll"),
    CALIBRATED("records", "apistrat", WIDE_INDEX, "rake", .pool = 0),
    CALIBRATED("given", "apiclus1", "variables,category,total\nstype,,\napi99,,\n", "given", .pool = 0),
    CALIBRATED("households", "apiclus1", TYPES, "linear", .households = 1),
    {.name = "calibrated strata jackknife",
     .folder = "apiclus1",
     .margins = TYPES,
     .calibrate = "linear",
     .variance = "jackknife"},
    {.name = "calibrated linear jackknife",
     .folder = "apiclus1",
     .margins = TYPES_INDEX,
     .calibrate = "linear",
     .variance = "jackknife"},
    {.name = "calibrated panel", .folder = "panel", .margins = PEOPLE_BY_WAVE, .calibrate = "linear"},
    {.name = "calibrated ratio",
     .folder = "apistrat",
     .margins = "variables,category,total\nenroll,,3811472\n",
     .calibrate = "linear",
     .spread = "enroll"},
};

enum { case_count = sizeof cases / sizeof *cases };

/* How near the library must be; what is not named: 1e-10 relative. */
static const double near = 1e-10;
/* R's glm stops on the deviance, which is flat at its minimum: its own coefficients have half the digits. */
static const double near_regression = 1e-8;
/* d log p = t dt: what is 1e-10 in t is a hundred times that in the tail. */
static const double near_p = 1e-8;
/* A quadratic form in an inverse of six waves' covariance loses its condition. */
static const double near_wald = 1e-9;

/* ---- loading ------------------------------------------------------------------------------- */

static char *read_text(const char *path) {
  FILE *file = fopen(path, "rb");
  char *text;
  long length;
  ck_assert_msg(file != NULL, "cannot open %s", path);
  fseek(file, 0, SEEK_END);
  length = ftell(file);
  rewind(file);
  text = calloc((size_t)length + 1, 1);
  ck_assert_ptr_nonnull(text);
  ck_assert_uint_eq(fread(text, 1, (size_t)length, file), (size_t)length);
  fclose(file);
  return text;
}

static char *append(char *text, const char *more) {
  size_t length = strlen(text);
  text = realloc(text, length + strlen(more) + 1);
  ck_assert_ptr_nonnull(text);
  strcpy(text + length, more);
  return text;
}

static void add_text(trygg_codebook *codebook, const char *table, const char *text) {
  trygg_error error = {0};
  ck_ok(trygg_codebook_add_csv(codebook, table, text, strlen(text), &error));
}

static trygg_codebook *build_codebook(const golden_case *c) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators"};
  trygg_codebook *codebook = NULL;
  trygg_error error = {0};
  ck_ok(trygg_codebook_create(&codebook, &error));
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    char path[4096], *text;
    snprintf(path, sizeof path, "%s/data/golden/%s/%s.csv", tests_folder(), c->folder, tables[i]);
    text = i == 0 && c->settings ? strdup(c->settings) : read_text(path);
    if (i == 1 && c->without)
      fixture_drop_roles(text, c->without);
    if (i == 1 && c->households)
      text = append(text, "integer,house,The district again,household\n");
    ck_ok(trygg_codebook_add_csv(codebook, tables[i], text, strlen(text), &error));
    free(text);
  }
  if (c->margins)
    add_text(codebook, "margins", c->margins);
  if (c->households)
    add_text(codebook, "recodes", "variable,from,codes,to\nhouse,dnum,,\n");
  ck_ok(trygg_codebook_finish(codebook, &error));
  return codebook;
}

/* A loaded case. */
typedef struct survey {
  trygg_codebook *codebook;
  trygg_responses *responses;
} survey;

static survey load(const golden_case *c) {
  char path[4096];
  const char *file = path;
  survey s = {build_codebook(c), NULL};
  trygg_error error = {0};
  snprintf(path, sizeof path, "%s/data/golden/%s.csv", tests_folder(), c->folder);
  ck_ok(trygg_responses_load(s.codebook, &file, 1, NULL, &s.responses, &error));
  return s;
}

static void unload(survey *s) {
  trygg_codebook_free(s->codebook);
  trygg_responses_free(s->responses);
}

static trygg_estimates *estimate_threads(const golden_case *c, const survey *s, int threads) {
  trygg_design_options how = {.size = sizeof how,
                              .lonely = c->lonely,
                              .variance = c->variance,
                              .calibrate = c->calibrate,
                              .spread = c->spread,
                              .households = c->households};
  trygg_estimate_options what = {
      .size = sizeof what, .by = c->by, .pool = c->pool, .where = &c->where, .threads = threads};
  const char *names[64];
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  trygg_error error = {0};
  what.by_count = c->by[1] ? 2 : c->by[0] != NULL;
  what.where_count = c->where != NULL;
  what.indicators = names;
  what.indicator_count = trygg_codebook_indicators(s->codebook);
  for (size_t i = 0; i < what.indicator_count; i++)
    names[i] = trygg_codebook_indicator(s->codebook, i);
  if (c->also)
    names[what.indicator_count++] = c->also;
  ck_ok(trygg_design_create(s->responses, &how, &design, &error));
  ck_ok(trygg_estimate_create(design, &what, &estimates, &error));
  trygg_design_free(design);
  return estimates;
}

static trygg_estimates *estimate(const golden_case *c) {
  survey s = load(c);
  trygg_estimates *estimates = estimate_threads(c, &s, 1);
  unload(&s);
  return estimates;
}

/* ---- golden.csv ---------------------------------------------------------------------------- */

typedef struct golden_row {
  const char *name, *key, *statistic;
  double value;
} golden_row;

typedef struct golden_file {
  char *text;
  golden_row *rows;
  size_t count;
} golden_file;

static golden_file read_golden(void) {
  golden_file file = {0};
  char path[4096], *line, *state = NULL;
  size_t capacity = 16384;
  snprintf(path, sizeof path, "%s/golden/golden.csv", tests_folder());
  file.text = read_text(path);
  file.rows = calloc(capacity, sizeof *file.rows);
  line = strtok_r(file.text, "\n", &state);
  ck_assert_str_eq(line, "case,key,statistic,value");
  while ((line = strtok_r(NULL, "\n", &state))) {
    golden_row *row = &file.rows[file.count++];
    char *cell = NULL, *value;
    ck_assert_uint_lt(file.count, capacity);
    row->name = strtok_r(line, ",", &cell);
    row->key = strtok_r(NULL, ",", &cell);
    row->statistic = strtok_r(NULL, ",", &cell);
    value = strtok_r(NULL, ",", &cell);
    ck_assert_ptr_nonnull(value);
    row->value = NAN;
    ck_assert(!strcmp(value, "NaN") || !tg_number_parse(value, strlen(value), '.', &row->value));
  }
  return file;
}

static void free_golden(golden_file *file) {
  free(file->rows);
  free(file->text);
}

/* ---- keys ---------------------------------------------------------------------------------- */

/* A key cut at its two bars; the middle one is cut at its blanks.  The texts lie within `text`. */
typedef struct golden_key {
  char text[256];
  const char *first, *by[2], *last;
  size_t by_count;
} golden_key;

static void cut(golden_key *key, const char *text, size_t length) {
  char *middle, *last, *word, *state = NULL;
  ck_assert_uint_lt(length, sizeof key->text);
  memset(key, 0, sizeof *key);
  memcpy(key->text, text, length);
  middle = strchr(key->text, '|');
  ck_assert_ptr_nonnull(middle);
  *middle++ = 0;
  last = strchr(middle, '|');
  ck_assert_ptr_nonnull(last);
  *last++ = 0;
  key->first = key->text;
  key->last = last;
  for (word = strtok_r(middle, " ", &state); word; word = strtok_r(NULL, " ", &state))
    key->by[key->by_count++] = word;
}

/* wave|by-codes|indicator */
static size_t find_row(const trygg_estimates *estimates, const char *text, size_t length) {
  golden_key key;
  size_t row;
  cut(&key, text, length);
  row = trygg_estimate_find(estimates, key.first, key.by_count ? key.by : NULL, key.last);
  ck_assert_msg(row != SIZE_MAX, "no estimate `%.*s`", (int)length, text);
  return row;
}

/* ---- comparing ----------------------------------------------------------------------------- */

/* Everything of one case that its rows are compared with, made when first asked for. */
typedef struct subject {
  const golden_case *which;
  trygg_estimates *estimates;
  trygg_table *trends;
  trygg_table *comparison; /* the last one asked for, its kind and scale */
  char compared[64];
  trygg_table *intervals[8];
} subject;

static void compare(const golden_row *row, double met, double tolerance, double scale) {
  double expected = row->value;
  int same = isnan(met) || isnan(expected) ? isnan(met) && isnan(expected)
                                           : fabs(met - expected) <= tolerance * fmax(fabs(expected), scale);
  ck_assert_msg(same, "%s,%s,%s: %.17g, expected %.17g", row->name, row->key, row->statistic, met, expected);
}

/* Covariances near 0 are near against the standard errors. */
static void compare_covariance(const subject *s, const golden_row *row) {
  const char *bar = strstr(row->key, " & ");
  size_t rows[2] = {find_row(s->estimates, row->key, (size_t)(bar - row->key)),
                    find_row(s->estimates, bar + 3, strlen(bar + 3))};
  double matrix[4];
  trygg_error error = {0};
  ck_ok(trygg_estimate_covariance(s->estimates, rows, 2, matrix, &error));
  compare(row, matrix[1], near, sqrt(matrix[0] * matrix[3]));
  compare(row, matrix[2], near, sqrt(matrix[0] * matrix[3]));
}

static void compare_contrast(const subject *s, const golden_row *row) {
  size_t rows[8], count = 0;
  double coefficients[8];
  trygg_contrast c;
  trygg_error error = {0};
  for (const char *part = row->key, *next; part; part = next) {
    const char *star = strstr(part, " * "), *plus = strstr(part, " + ");
    ck_assert_uint_lt(count, 8);
    ck_assert_int_eq(tg_number_parse(part, (size_t)(star - part), '.', &coefficients[count]), 0);
    rows[count++] = find_row(s->estimates, star + 3, plus ? (size_t)(plus - star - 3) : strlen(star + 3));
    next = plus ? plus + 3 : NULL;
  }
  ck_ok(trygg_inference_contrast(s->estimates, rows, coefficients, count, 0, &c, &error));
  if (!strcmp(row->statistic, "estimate"))
    compare(row, c.estimate, near, 0);
  else if (!strcmp(row->statistic, "se"))
    compare(row, c.se, near, 0);
  else if (!strcmp(row->statistic, "df"))
    compare(row, c.df, 0, 0);
  else if (!strcmp(row->statistic, "lower"))
    compare(row, c.lower, near, fabs(c.estimate));
  else if (!strcmp(row->statistic, "p"))
    compare(row, c.p, near_p, 0);
  else
    ck_abort_msg("unknown statistic %s", row->statistic);
}

static int is_trend(const char *name) {
  for (size_t i = 0; trygg_trend_test(i); i++)
    if (!strcmp(trygg_trend_test(i), name))
      return 1;
  return 0;
}

/* by-codes|indicator|test */
static void compare_trend(subject *s, const golden_row *row, const golden_key *key) {
  size_t bys = s->which->by[1] ? 2 : s->which->by[0] != NULL, column, r = 0;
  int regression = !strncmp(key->last, "record", 6);
  double tolerance = !strcmp(row->statistic, "p")          ? near_p
                     : regression                          ? near_regression
                     : !strcmp(key->last, "heterogeneity") ? near_wald
                                                           : near;
  trygg_error error = {0};
  if (!s->trends)
    ck_ok(trygg_trend_table(s->estimates, NULL, &s->trends, &error));
  for (; r < trygg_table_rows(s->trends); r++)
    if ((!bys || !strcmp(trygg_table_text(s->trends, r, 0), key->first)) &&
        !strcmp(trygg_table_text(s->trends, r, bys), key->by[0]) &&
        !strcmp(trygg_table_text(s->trends, r, bys + 1), key->last))
      break;
  ck_assert_msg(r < trygg_table_rows(s->trends), "no trend %s", row->key);
  column = trygg_table_find(s->trends, row->statistic);
  ck_assert_uint_ne(column, SIZE_MAX);
  compare(row, trygg_table_number(s->trends, r, column), tolerance, 0);
}

/* lower:KIND or upper:KIND; limits near 0 are near against the estimate. */
static void compare_limit(subject *s, const golden_row *row, size_t index) {
  const char *name = strchr(row->statistic, ':') + 1;
  size_t kind = 0, column;
  trygg_error error = {0};
  while (trygg_inference_interval(kind) && strcmp(trygg_inference_interval(kind), name))
    kind++;
  ck_assert_ptr_nonnull(trygg_inference_interval(kind));
  if (!s->intervals[kind]) {
    trygg_inference_options options = {.size = sizeof options, .ci = name};
    ck_ok(trygg_inference_table(s->estimates, &options, &s->intervals[kind], &error));
  }
  column = trygg_table_find(s->intervals[kind], row->statistic[0] == 'l' ? "lower" : "upper");
  compare(row, trygg_table_number(s->intervals[kind], index, column), near,
          fabs(trygg_estimate_get(s->estimates, index).estimate));
}

static void compare_estimate(subject *s, const golden_row *row) {
  size_t index = find_row(s->estimates, row->key, strlen(row->key));
  trygg_estimate e = trygg_estimate_get(s->estimates, index);
  if (strchr(row->statistic, ':'))
    compare_limit(s, row, index);
  else if (!strcmp(row->statistic, "estimate"))
    compare(row, e.estimate, near, 0);
  else if (!strcmp(row->statistic, "se"))
    compare(row, e.se, near, 1e-3 * near * fabs(e.estimate));
  else if (!strcmp(row->statistic, "df"))
    compare(row, e.df, 0, 0);
  else if (!strcmp(row->statistic, "deff"))
    compare(row, e.deff, near, 0);
  else if (!strcmp(row->statistic, "n"))
    compare(row, (double)e.n, 0, 0);
  else if (!strcmp(row->statistic, "weighted_n"))
    compare(row, e.weighted_n, near, 0);
  else
    ck_abort_msg("unknown statistic %s", row->statistic);
}

/* KEY ~ AGAINST ~ SCALE */
static void compare_comparison(subject *s, const golden_row *row) {
  const char *tilde = strstr(row->key, " ~ "), *scale = strstr(tilde + 3, " ~ ");
  char against[64];
  size_t bys = s->which->by[1] ? 2 : s->which->by[0] != NULL, r = 0, column;
  golden_key key;
  trygg_error error = {0};
  snprintf(against, sizeof against, "%.*s", (int)(scale - tilde - 3), tilde + 3);
  for (char *at = against; *at; at++)
    *at = *at == ';' ? ',' : *at; /* a comma ends a cell of golden.csv */
  cut(&key, row->key, (size_t)(tilde - row->key));
  if (strcmp(s->compared, tilde)) {
    trygg_comparison_options options = {.size = sizeof options, .against = against, .scale = scale + 3};
    trygg_table_free(s->comparison);
    ck_ok(trygg_inference_compare(s->estimates, &options, &s->comparison, &error));
    snprintf(s->compared, sizeof s->compared, "%s", tilde);
  }
  for (; r < trygg_table_rows(s->comparison); r++) {
    int same = !strcmp(trygg_table_text(s->comparison, r, 0), key.first) &&
               !strcmp(trygg_table_text(s->comparison, r, 1 + bys), key.last);
    for (size_t k = 0; k < bys; k++)
      same &= !strcmp(trygg_table_text(s->comparison, r, 1 + k), key.by_count ? key.by[k] : "");
    if (same)
      break;
  }
  ck_assert_msg(r < trygg_table_rows(s->comparison), "no comparison %s", row->key);
  column = strcmp(row->statistic, "value") ? trygg_table_find(s->comparison, row->statistic) : 4 + bys;
  compare(row, trygg_table_number(s->comparison, r, column), *row->statistic == 'p' ? near_p : near,
          *row->statistic == 'p' ? 0 : 1e-3);
}

/* Factors by which calibration changed the weights. */
static void compare_factor(const subject *s, const golden_row *row) {
  int highest = !strcmp(row->statistic, "highest factor");
  trygg_table *table = NULL;
  trygg_error error = {0};
  ck_ok(trygg_design_weights(s->estimates->tally->design, &table, &error));
  compare(row,
          trygg_table_number(table, 0, trygg_table_find(table, highest ? "factor_highest" : "factor_lowest")),
          near, 0);
  trygg_table_free(table);
}

static void compare_row(subject *s, const golden_row *row) {
  golden_key key;
  if (!strcmp(row->key, "weights")) {
    compare_factor(s, row);
    return;
  }
  if (strstr(row->key, " & ")) {
    compare_covariance(s, row);
    return;
  }
  if (strstr(row->key, " * ")) {
    compare_contrast(s, row);
    return;
  }
  if (strstr(row->key, " ~ ")) {
    compare_comparison(s, row);
    return;
  }
  cut(&key, row->key, strlen(row->key));
  if (is_trend(key.last))
    compare_trend(s, row, &key);
  else
    compare_estimate(s, row);
}

START_TEST(case_has_the_numbers_of_R_survey) {
  subject s = {.which = &cases[_i]};
  golden_file golden = read_golden();
  size_t compared = 0;
  s.estimates = estimate(s.which);
  for (size_t i = 0; i < golden.count; i++)
    if (!strcmp(golden.rows[i].name, s.which->name)) {
      compare_row(&s, &golden.rows[i]);
      compared++;
    }
  ck_assert_msg(compared > 0, "golden.csv has no case `%s`", s.which->name);
  trygg_estimate_free(s.estimates);
  trygg_table_free(s.trends);
  trygg_table_free(s.comparison);
  for (size_t i = 0; i < 8; i++)
    trygg_table_free(s.intervals[i]);
  free_golden(&golden);
}
END_TEST

START_TEST(every_frozen_number_belongs_to_a_case) {
  golden_file golden = read_golden();
  ck_assert_uint_ge(golden.count, 2000);
  for (size_t i = 0; i < golden.count; i++) {
    size_t c = 0;
    while (c < case_count && strcmp(cases[c].name, golden.rows[i].name))
      c++;
    ck_assert_msg(c < case_count, "no case `%s` in this program", golden.rows[i].name);
  }
  free_golden(&golden);
}
END_TEST

/* ---- identities, in every case ------------------------------------------------------------- */

/* Rows of a case that have a standard error; at most `most`. */
static size_t rows_with_error(const trygg_estimates *estimates, size_t *rows, size_t most) {
  size_t count = 0;
  for (size_t i = 0; i < trygg_estimate_count(estimates) && count < most; i++)
    if (!isnan(trygg_estimate_get(estimates, i).se))
      rows[count++] = i;
  return count;
}

enum { most_rows = 150 };

START_TEST(covariance_of_an_estimate_with_itself_is_its_squared_error) {
  trygg_estimates *estimates = estimate(&cases[_i]);
  size_t rows[most_rows], count = rows_with_error(estimates, rows, most_rows);
  double *matrix = calloc(count * count, sizeof *matrix);
  trygg_error error = {0};
  ck_assert_uint_gt(count, 0);
  ck_ok(trygg_estimate_covariance(estimates, rows, count, matrix, &error));
  for (size_t i = 0; i < count; i++) {
    trygg_estimate e = trygg_estimate_get(estimates, rows[i]);
    if (e.flags & TRYGG_FLAG_BOUNDARY || e.se == 0)
      ck_assert_msg(matrix[i * count + i] == 0, "%s %s: %g, se 0", e.wave, e.indicator,
                    matrix[i * count + i]);
    else
      ck_near(matrix[i * count + i], e.se * e.se, 1e-10);
    for (size_t j = 0; j < i; j++) {
      double both = sqrt(matrix[i * count + i] * matrix[j * count + j]);
      ck_assert(matrix[i * count + j] == matrix[j * count + i]);
      ck_assert_msg(fabs(matrix[i * count + j]) <= both * (1 + 1e-9), "|cov| %.17g above %.17g: %s, %s",
                    matrix[i * count + j], both, e.indicator,
                    trygg_estimate_get(estimates, rows[j]).indicator);
    }
  }
  free(matrix);
  trygg_estimate_free(estimates);
}
END_TEST

START_TEST(difference_has_the_variance_that_the_covariance_says) {
  trygg_estimates *estimates = estimate(&cases[_i]);
  size_t rows[most_rows], count = cases[_i].drops ? 0 : rows_with_error(estimates, rows, most_rows);
  const double plus_minus[2] = {1, -1}, one = 1;
  trygg_error error = {0};
  /* With domain_lonely a stratum may be left one cluster by either domain and not by both together. */
  for (size_t i = 0; i + 1 < count && strcmp(cases[_i].folder, "alone"); i++) {
    double v[4];
    double rounding = 0; /* of a total that calibration makes certain, in its difference from another */
    trygg_contrast difference, alone;
    trygg_estimate a = trygg_estimate_get(estimates, rows[i]), b = trygg_estimate_get(estimates, rows[i + 1]);
    ck_ok(trygg_estimate_covariance(estimates, rows + i, 2, v, &error));
    ck_ok(trygg_inference_contrast(estimates, rows + i, plus_minus, 2, 0, &difference, &error));
    ck_ok(trygg_inference_contrast(estimates, rows + i, &one, 1, 0, &alone, &error));
    ck_assert(difference.estimate == a.estimate - b.estimate);
    if (cases[_i].calibrate && (a.se == 0 || b.se == 0))
      rounding = 1e-15 * fmax(a.estimate * a.estimate, b.estimate * b.estimate);
    ck_assert_msg(fabs(difference.se * difference.se - (v[0] + v[3] - v[1] - v[2])) <=
                      1e-10 * (v[0] + v[3]) + rounding,
                  "%s %s - %s: %.17g, expected %.17g of %.17g", a.wave, a.indicator, b.indicator,
                  difference.se * difference.se, v[0] + v[3] - v[1] - v[2], v[0] + v[3]);
    ck_assert(alone.estimate == a.estimate);
    if (cases[_i].pool == 0)
      ck_assert(alone.df == a.df);
    ck_assert(fabs(alone.se - a.se) <= 1e-10 * a.se);
  }
  trygg_estimate_free(estimates);
}
END_TEST

static int same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

START_TEST(threads_change_no_bit) {
  survey s = load(&cases[_i]);
  trygg_estimates *one = estimate_threads(&cases[_i], &s, 1);
  for (int threads = 2; threads <= 3; threads++) {
    trygg_estimates *more = estimate_threads(&cases[_i], &s, threads);
    ck_assert_uint_eq(trygg_estimate_count(more), trygg_estimate_count(one));
    for (size_t i = 0; i < trygg_estimate_count(one); i++) {
      trygg_estimate a = trygg_estimate_get(one, i), b = trygg_estimate_get(more, i);
      ck_assert(same_bits(a.estimate, b.estimate) && same_bits(a.se, b.se) && same_bits(a.deff, b.deff) &&
                same_bits(a.df, b.df) && same_bits(a.weighted_n, b.weighted_n) && a.n == b.n &&
                a.flags == b.flags);
    }
    trygg_estimate_free(more);
  }
  trygg_estimate_free(one);
  unload(&s);
}
END_TEST

/* ---- identities, with changed data --------------------------------------------------------- */

/* What is done to the rows of a data file. */
typedef struct change {
  const char *column;  /* whose numbers are multiplied by */
  double factor;       /* ... this */
  const char *outside; /* only in rows without this text; NULL: in all */
  int reverse;         /* rows from the last to the first */
  int twice;           /* every row two times */
} change;

static size_t column_number(const char *header, const char *name) {
  size_t column = 0;
  const char *at = header;
  for (size_t length = strlen(name); strncmp(at, name, length) || !strchr(",\n", at[length]); column++) {
    at = strpbrk(at, ",\n");
    ck_assert_msg(at && *at++ == ',', "no column %s", name);
  }
  return column;
}

static void write_row(FILE *to, char *row, size_t column, const change *how) {
  int changed = how->column && !(how->outside && strstr(row, how->outside));
  for (size_t c = 0;; c++) {
    char *end = strchr(row, ','), number[TG_NUMBER_SIZE];
    double value;
    size_t length = end ? (size_t)(end - row) : strlen(row);
    if (changed && c == column && !tg_number_parse(row, length, '.', &value))
      fputs(tg_number_format(number, value * how->factor), to);
    else
      fwrite(row, 1, length, to);
    fputc(end ? ',' : '\n', to);
    if (!end)
      return;
    row = end + 1;
  }
}

/* The case's data after the change, loaded. */
static survey load_changed(const golden_case *c, const change *how) {
  char path[4096], *text, *line, *state = NULL, *changed = NULL, *rows[10000];
  size_t count = 0, length = 0, column = 0;
  survey s = {build_codebook(c), NULL};
  FILE *to = open_memstream(&changed, &length);
  trygg_error error = {0};
  snprintf(path, sizeof path, "%s/data/golden/%s.csv", tests_folder(), c->folder);
  text = read_text(path);
  if (how->column)
    column = column_number(text, how->column);
  fprintf(to, "%s\n", strtok_r(text, "\n", &state));
  while ((line = strtok_r(NULL, "\n", &state)))
    rows[count++] = line;
  for (size_t i = 0; i < count; i++)
    for (int time = 0; time <= how->twice; time++)
      write_row(to, rows[how->reverse ? count - 1 - i : i], column, how);
  fclose(to);
  ck_ok(trygg_responses_load_memory(s.codebook, "changed", changed, length, NULL, &s.responses, &error));
  free(changed);
  free(text);
  return s;
}

static trygg_estimates *estimate_changed(const golden_case *c, const change *how) {
  survey s = load_changed(c, how);
  trygg_estimates *estimates = estimate_threads(c, &s, 1);
  unload(&s);
  return estimates;
}

static const golden_case varied[] = {
    {.name = "element", .folder = "apistrat", .by = {"comp_imp"}},
    {.name = "clustered", .folder = "apiclus1", .by = {"stype"}},
    {.name = "waves", .folder = "county", .by = {"sex"}},
    {.name = "adjust", .folder = "county", .lonely = "adjust"},
    {.name = "overlapping", .folder = "panel"},
    {.name = "persons", .folder = "rotating"}, /* the last: nobody may be there twice */
};

enum { varied_count = sizeof varied / sizeof *varied };

static const char *weight_of(const golden_case *c) {
  return strncmp(c->folder, "api", 3) ? "weight" : "pw";
}

static int is_total(const char *indicator) {
  return strstr(indicator, "total") || strstr(indicator, "count");
}

START_TEST(weights_times_eight_change_no_bit_but_totals) {
  trygg_estimates *before = estimate(&varied[_i]);
  trygg_estimates *after =
      estimate_changed(&varied[_i], &(change){.column = weight_of(&varied[_i]), .factor = 8});
  for (size_t i = 0; i < trygg_estimate_count(before); i++) {
    trygg_estimate a = trygg_estimate_get(before, i), b = trygg_estimate_get(after, i);
    double factor = is_total(a.indicator) ? 8 : 1;
    ck_assert_msg(same_bits(a.estimate * factor, b.estimate) && same_bits(a.se * factor, b.se) &&
                      same_bits(a.deff, b.deff),
                  "%s %s: %.17g %.17g %.17g, expected %.17g %.17g %.17g", a.wave, a.indicator, b.estimate,
                  b.se, b.deff, a.estimate * factor, a.se * factor, a.deff);
  }
  trygg_estimate_free(before);
  trygg_estimate_free(after);
}
END_TEST

START_TEST(order_of_rows_changes_a_few_last_digits_at_most) {
  trygg_estimates *before = estimate(&varied[_i]),
                  *after = estimate_changed(&varied[_i], &(change){.reverse = 1});
  for (size_t i = 0; i < trygg_estimate_count(before); i++) {
    trygg_estimate a = trygg_estimate_get(before, i), b = trygg_estimate_get(after, i);
    ck_near(b.estimate, a.estimate, 2e-14);
    ck_assert_msg(nearly(b.se, a.se, 1e-13), "%s %s: se %.17g, %.17g", a.wave, a.indicator, a.se, b.se);
    ck_near(b.deff, a.deff, 1e-12);
    ck_assert(a.df == b.df || isnan(a.df));
  }
  trygg_estimate_free(before);
  trygg_estimate_free(after);
}
END_TEST

START_TEST(record_that_is_there_twice_has_twice_the_weight) {
  trygg_estimates *twice = estimate_changed(&varied[_i], &(change){.twice = 1});
  trygg_estimates *heavy =
      estimate_changed(&varied[_i], &(change){.column = weight_of(&varied[_i]), .factor = 2});
  for (size_t i = 0; i < trygg_estimate_count(twice); i++) {
    trygg_estimate a = trygg_estimate_get(twice, i), b = trygg_estimate_get(heavy, i);
    if (!strcmp(a.indicator, "worried_house")) /* has a weight of its own, which stays */
      continue;
    if (strstr(a.indicator, "_hf") || strstr(a.indicator, "_shah") || strstr(a.indicator, "_varia") || strstr(a.indicator, "_deviation"))
      continue; /* by their definition these depend on how many records there are */
    ck_near(a.estimate, b.estimate, 1e-13);
    ck_assert_int_eq(a.n, 2 * b.n);
    if (strcmp(varied[_i].folder, "apistrat")) { /* clusters are what they were */
      ck_assert_msg(nearly(a.se, b.se, 1e-12), "%s %s: se %.17g, %.17g", a.wave, a.indicator, a.se, b.se);
      ck_assert(a.df == b.df || isnan(a.df));
    }
  }
  trygg_estimate_free(twice);
  trygg_estimate_free(heavy);
}
END_TEST

/* Särndal, Swensson & Wretman 1992, 10.3: a domain's total is the total of a value that is 0 outside. */
START_TEST(domain_total_is_the_total_of_zeros_outside) {
  static const char *const waves[] = {"2012", "2016", "2019", "2024"};
  const golden_case county = {.folder = "county", .lonely = _i ? "adjust" : NULL};
  const golden_case north = {.folder = "county", .where = "area=N", .lonely = _i ? "adjust" : NULL};
  trygg_estimates *domain = estimate(&north);
  trygg_estimates *zeros = estimate_changed(&county, &(change){.column = "x", .factor = 0, .outside = ",N,"});
  for (size_t wave = 0; wave < 4; wave++) {
    trygg_estimate a = trygg_estimate_get(domain, trygg_estimate_find(domain, waves[wave], NULL, "x_total"));
    trygg_estimate b = trygg_estimate_get(zeros, trygg_estimate_find(zeros, waves[wave], NULL, "x_total"));
    ck_assert(a.estimate > 0 && a.se > 0);
    ck_near(b.estimate, a.estimate, 1e-14);
    ck_near(b.se, a.se, 1e-13);
    ck_assert_int_gt(b.n, a.n);
  }
  trygg_estimate_free(domain);
  trygg_estimate_free(zeros);
}
END_TEST

/* ---- edges --------------------------------------------------------------------------------- */

static const char clustered[] =
    "type,name,role\ninteger,psu,cluster\ntext,g,domain\ndecimal,w,weight\ndecimal,y,\n";
static const char single[] = "type,name,role\ntext,g,domain\ndecimal,w,weight\ndecimal,y,\n";

/* The first record, from which values are counted, is of the other group. */
static const char equal_values[] =
    "psu,g,w,y\n1,a,1.7,5.3\n1,b,33.84,28.1\n2,b,1.1,28.1\n2,a,7.3,4\n3,b,0.3,28.1\n"
    "4,b,12.9,28.1\n4,a,3.1,9.77\n";

START_TEST(equal_values_have_exactly_no_error) {
  fixture f = fixture_load(&(fixture_texts){.survey = _i ? clustered : single,
                                            .data = equal_values,
                                            .indicators = "name,type,variable\nm,mean,y\n"});
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  trygg_estimate b = fixture_get(e, "", "b", "m");
  const char *by = "b";
  size_t rows[2] = {trygg_estimate_find(e, "", &by, "m"), trygg_estimate_find(e, "", NULL, "m")};
  double v[4];
  trygg_error error = {0};
  ck_near(b.estimate, 28.1, 1e-15);
  ck_assert(b.se == 0);
  ck_assert(isnan(b.deff));
  ck_ok(trygg_estimate_covariance(e, rows, 2, v, &error));
  ck_assert(v[0] == 0 && v[1] == 0 && v[2] == 0 && v[3] > 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* `rows` records of equal weight, y = 1, 2, 3 ... */
static char *counting_records(int rows, const char *weight) {
  char *text = NULL;
  size_t length;
  FILE *to = open_memstream(&text, &length);
  fputs("psu,g,w,y\n", to);
  for (int i = 1; i <= rows; i++)
    fprintf(to, "%d,a,%s,%d\n", i, weight, i);
  fclose(to);
  return text;
}

START_TEST(median_of_many_equal_weights_is_the_middle_one) {
  char *data = counting_records(5000, "0.1");
  fixture f = fixture_load(&(fixture_texts){.survey = single,
                                            .data = data,
                                            .indicators = "name,type,variable,numerator\nq,quantile,y,0.5\n"
                                                          "q9,quantile,y,0.9\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_assert(fixture_get(e, "", NULL, "q").estimate == 2500);
  ck_assert(fixture_get(e, "", NULL, "q9").estimate == 4500);
  trygg_estimate_free(e);
  fixture_free(&f);
  free(data);
}
END_TEST

START_TEST(small_share_keeps_its_digits_when_its_only_hit_comes_first) {
  char *data = counting_records(30000, "1");
  fixture f = fixture_load(&(fixture_texts){
      .survey = single, .data = data, .indicators = "name,type,variable,numerator\np,share,y,1\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "p").estimate, 1.0 / 30000, 3e-16);
  trygg_estimate_free(e);
  fixture_free(&f);
  free(data);
}
END_TEST

START_TEST(sums_beyond_a_double_are_told) {
  fixture f = fixture_load(&(fixture_texts){.survey = single,
                                            .data = "g,w,y\na,1e308,1\na,1e308,2\na,1e308,2\n",
                                            .indicators = "name,type,variable\nm,mean,y\n"});
  trygg_estimates *e = NULL;
  trygg_error error = {0};
  ck_assert_int_eq(trygg_estimate_create(f.design, NULL, &e, &error), TRYGG_ENUMERIC);
  ck_assert_ptr_null(e);
  fixture_free(&f);
}
END_TEST

static double design_df(const survey *s, const char *wave, int pool) {
  trygg_estimate_options what = {
      .size = sizeof what, .waves = &wave, .wave_count = 1, .pool = pool, .df = "design"};
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  trygg_error error = {0};
  double df;
  ck_ok(trygg_design_create(s->responses, NULL, &design, &error));
  ck_ok(trygg_estimate_create(design, &what, &estimates, &error));
  df = trygg_estimate_get(estimates, 0).df;
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  return df;
}

START_TEST(df_of_the_design_are_those_of_the_waves_asked_for) {
  static const golden_case county = {.folder = "county"};
  survey s = load(&county);
  ck_assert(design_df(&s, "2016", 0) > 0);
  ck_assert(design_df(&s, "2016", 0) == design_df(&s, "2016", 1));
  ck_assert(design_df(&s, "2019", 0) == design_df(&s, "2019", 1));
  unload(&s);
}
END_TEST

static Suite *golden_suite(void) {
  Suite *suite = suite_create("golden");
  TCase *numbers = tcase_create("numbers"), *identities = tcase_create("identities");
  TCase *edges = tcase_create("edges");
  tcase_set_timeout(numbers, 120);
  tcase_add_loop_test(numbers, case_has_the_numbers_of_R_survey, 0, case_count);
  tcase_add_test(numbers, every_frozen_number_belongs_to_a_case);
  suite_add_tcase(suite, numbers);
  tcase_set_timeout(identities, 120);
  tcase_add_loop_test(identities, covariance_of_an_estimate_with_itself_is_its_squared_error, 0, case_count);
  tcase_add_loop_test(identities, difference_has_the_variance_that_the_covariance_says, 0, case_count);
  tcase_add_loop_test(identities, threads_change_no_bit, 0, case_count);
  tcase_add_loop_test(identities, weights_times_eight_change_no_bit_but_totals, 0, varied_count);
  tcase_add_loop_test(identities, order_of_rows_changes_a_few_last_digits_at_most, 0, varied_count);
  tcase_add_loop_test(identities, record_that_is_there_twice_has_twice_the_weight, 0,
                      varied_count - 1);
  tcase_add_loop_test(identities, domain_total_is_the_total_of_zeros_outside, 0, 2);
  suite_add_tcase(suite, identities);
  tcase_add_loop_test(edges, equal_values_have_exactly_no_error, 0, 2);
  tcase_add_test(edges, median_of_many_equal_weights_is_the_middle_one);
  tcase_add_test(edges, small_share_keeps_its_digits_when_its_only_hit_comes_first);
  tcase_add_test(edges, sums_beyond_a_double_are_told);
  tcase_add_test(edges, df_of_the_design_are_those_of_the_waves_asked_for);
  suite_add_tcase(suite, edges);
  return suite;
}

int main(void) {
  return run_suite(golden_suite());
}
