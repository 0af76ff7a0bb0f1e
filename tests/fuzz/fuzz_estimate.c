/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a small survey and its data to tables and pages: no crash, no hang, no number that cannot be.
 *
 * The input is tables as in fuzz_folder.c and `data`, the file; tables that it leaves out are those below.
 * `options` (one line: by,where,ci,df,format) chooses what is asked for. */
#include "fuzz.h"

#include <math.h>

#include <trygg/disclosure.h>
#include <trygg/index.h>
#include <trygg/report.h>
#include <trygg/trend.h>

#include <responses/responses.h>

#include "tables.h"

enum {
  SETTINGS,
  SURVEY,
  CHOICES,
  INDICATORS,
  INDICES,
  WAVES,
  BREAKS,
  STRATA,
  DERIVED,
  DATA,
  OPTIONS,
  TABLES
};

static const struct {
  const char *name, *text;
} defaults[TABLES] = {
    {"settings", "form_title,form_id,version,lonely\nTest,test,1,adjust\n"},
    {"survey", "type,name,role\ntext,wave,wave\ntext,stratum,stratum\ntext,psu,cluster\ndecimal,w,weight\n"
               "select_one area,area,domain\nselect_one yn,q1,\nselect_one yn,q2,\ninteger,age,\n"},
    {"choices", "list_name,name,missing\narea,A,\narea,B,\nyn,1,\nyn,2,\nyn,8,dont_know\n"},
    {"indicators",
     "name,type,variable,numerator,denominator,min_valid,low,high,better\n"
     "s1,share,q1,1,valid,,,,low\ns2,share,q2,1,valid,,,,low\na,any,q1 q2,1,,,,,\nm,mean,age,,,,,,\n"
     "t,total,age,,,,,,\nr,ratio,age,,w,,,,\nq,quantile,age,0.5,,,,,\nsc,scale,q1 q2,,,1,1,2,\n"},
    {"indices", "index,section,indicator,weight,knots\ni,one,s1,1,0:0 0.5:3 1:6\ni,two,s2,2,ratio 0.3\n"},
    {"waves", NULL},
    {"breaks", NULL},
    {"strata", NULL},
    {"derived", NULL},
    {"data", "wave,stratum,psu,w,area,q1,q2,age\n"
             "2020,a,1,1,A,1,2,30\n2020,a,2,2,A,2,1,41\n2020,b,3,1,B,1,8,52\n2020,b,4,1.5,B,2,2,63\n"
             "2022,a,1,1,A,1,1,31\n2022,a,2,1,B,2,2,47\n2022,b,3,2,B,2,1,58\n2022,b,4,1,A,1,2,69\n"
             "2024,a,1,1,A,2,1,33\n2024,a,2,3,B,1,2,44\n2024,b,3,1,A,1,1,55\n2024,b,4,1,B,2,1,77\n"},
    {"options", "area,,logit,domain,csv\n"},
};

typedef struct input {
  tables_piece pieces[TABLES];
} input;

static void read_input(const uint8_t *data, size_t size, input *in) {
  tables_cursor cursor = {data, size, 0};
  tables_piece piece;
  while (tables_next(&cursor, &piece)) {
    size_t i = 0;
    while (i < TABLES && strcmp(defaults[i].name, piece.name) != 0)
      i++;
    if (i == TABLES || in->pieces[i].text)
      tables_free(&piece);
    else
      in->pieces[i] = piece;
  }
  for (size_t i = 0; i < TABLES; i++)
    if (!in->pieces[i].text && defaults[i].text) {
      in->pieces[i].length = strlen(defaults[i].text);
      in->pieces[i].text = malloc(in->pieces[i].length);
      HOLDS(in->pieces[i].text);
      memcpy(in->pieces[i].text, defaults[i].text, in->pieces[i].length);
    }
}

static trygg_codebook *build(const input *in) {
  trygg_codebook *codebook = NULL;
  trygg_error error = {0};
  HOLDS(trygg_codebook_create(&codebook, &error) == TRYGG_OK);
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < DATA && status == TRYGG_OK; i++)
    if (in->pieces[i].text)
      status = trygg_codebook_add_csv(codebook, defaults[i].name, in->pieces[i].text, in->pieces[i].length,
                                      &error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &error);
  if (status == TRYGG_OK)
    return codebook;
  trygg_codebook_free(codebook);
  return NULL;
}

/* ---- what is asked for ----------------------------------------------------------------------- */

typedef struct request {
  char text[120];
  const char *words[5]; /* by, where, ci, df, format */
} request;

static void read_request(const tables_piece *piece, request *asked) {
  size_t length = piece->length < sizeof asked->text - 1 ? piece->length : sizeof asked->text - 1, word = 0;
  memcpy(asked->text, piece->text, length);
  asked->text[length] = '\0';
  asked->text[strcspn(asked->text, "\r\n")] = '\0';
  for (size_t i = 0; i < 5; i++)
    asked->words[i] = "";
  asked->words[word++] = asked->text;
  for (char *at = asked->text; *at && word < 5; at++)
    if (*at == ',') {
      *at = '\0';
      asked->words[word++] = at + 1;
    }
}

/* ---- what must hold -------------------------------------------------------------------------- */

static int is_infinite(double value) {
  return isinf(value) != 0;
}

static void check_estimates(const trygg_estimates *estimates) {
  trygg_error error = {0};
  size_t count = trygg_estimate_count(estimates), some = count < 12 ? count : 12, rows[12];
  double matrix[12 * 12];
  for (size_t i = 0; i < count; i++) {
    trygg_estimate e = trygg_estimate_get(estimates, i);
    HOLDS(e.n >= 0 && e.weighted_n >= 0 && isfinite(e.weighted_n));
    HOLDS(!is_infinite(e.estimate) && !is_infinite(e.se) && !is_infinite(e.df));
    HOLDS(isnan(e.se) || e.se >= 0);
    HOLDS(!isnan(e.estimate) || isnan(e.se));
    HOLDS(isnan(e.deff) || e.deff >= 0);
    if (i < some)
      rows[i] = i;
  }
  if (trygg_estimate_covariance(estimates, rows, some, matrix, &error) != TRYGG_OK)
    return;
  for (size_t i = 0; i < some; i++) {
    trygg_estimate e = trygg_estimate_get(estimates, i);
    double se = e.se, again = sqrt(matrix[i * some + i]);
    /* A share that only rounds to 0 or 1 says 0 and has a little. */
    if (e.flags & TRYGG_FLAG_BOUNDARY)
      HOLDS(se == 0 && again <= 1e-15);
    else
      HOLDS(isnan(se) || fabs(again - se) <= 1e-6 * se + 1e-150);
    for (size_t k = 0; k < some; k++) {
      double other = trygg_estimate_get(estimates, k).se;
      HOLDS(isnan(matrix[i * some + k]) == (isnan(se) || isnan(other)));
      if (e.flags & TRYGG_FLAG_BOUNDARY || trygg_estimate_get(estimates, k).flags & TRYGG_FLAG_BOUNDARY)
        continue;
      HOLDS(isnan(se) || isnan(other) || fabs(matrix[i * some + k]) <= se * other * (1 + 1e-6) + 1e-300);
    }
  }
}

/* Numbers of a result: none infinite, limits around the estimate in order, p within 0 and 1. */
static void check_table(const trygg_table *table) {
  static const char *const shares[] = {"p", "p_adjusted"};
  for (size_t column = 0; column < trygg_table_columns(table); column++)
    for (size_t row = 0; row < trygg_table_rows(table); row++)
      HOLDS(trygg_table_type(table, column) == TRYGG_TEXT ||
            !is_infinite(trygg_table_number(table, row, column)));
  for (size_t i = 0; i < 2; i++) {
    size_t column = trygg_table_find(table, shares[i]);
    for (size_t row = 0; column != SIZE_MAX && row < trygg_table_rows(table); row++) {
      double p = trygg_table_number(table, row, column);
      HOLDS(isnan(p) || (p >= 0 && p <= 1));
    }
  }
  size_t lower = trygg_table_find(table, "lower"), upper = trygg_table_find(table, "upper");
  for (size_t row = 0; lower != SIZE_MAX && upper != SIZE_MAX && row < trygg_table_rows(table); row++) {
    double a = trygg_table_number(table, row, lower), b = trygg_table_number(table, row, upper);
    HOLDS(isnan(a) || isnan(b) || a <= b);
  }
}

static int count_bytes(void *user, const char *bytes, size_t length) {
  size_t *sum = user;
  for (size_t i = 0; i < length; i++)
    *sum += (unsigned char)bytes[i] != 0;
  return 0;
}

static void write_table(trygg_table *table, const trygg_codebook *codebook, const char *format) {
  trygg_publication *publication = NULL;
  trygg_error error = {0};
  size_t bytes = 0;
  check_table(table);
  trygg_disclosure_options rules = {sizeof rules, 2};
  trygg_status status = trygg_disclosure_publish(table, &rules, &publication, &error);
  HOLDS(status == TRYGG_OK && publication);
  trygg_report_options options = {.size = sizeof options, .language = "sv", .codebook = codebook};
  memset(&error, 0, sizeof error);
  status = trygg_report_write(publication, format, &options, count_bytes, &bytes, &error);
  if (status != TRYGG_OK) {
    HOLDS(bytes == 0);
    HOLDS_ERROR(status, error);
  }
  trygg_disclosure_free(publication);
}

/* Whatever a step says, it gives a table or an error. */
static void finish_step(trygg_status status, trygg_table *table, const trygg_error *error,
                        const trygg_codebook *codebook, const char *format) {
  if (status == TRYGG_OK)
    write_table(table, codebook, format);
  else {
    HOLDS(table == NULL);
    HOLDS_ERROR(status, *error);
  }
  trygg_table_free(table);
}

static void use_estimates(const trygg_estimates *estimates, const trygg_codebook *codebook,
                          const request *asked) {
  trygg_error error = {0};
  trygg_table *table = NULL;
  trygg_inference_options options = {sizeof options, 0, *asked->words[2] ? asked->words[2] : NULL};
  const char *format = *asked->words[4] ? asked->words[4] : "csv";
  check_estimates(estimates);
  trygg_status status = trygg_inference_table(estimates, &options, &table, &error);
  finish_step(status, table, &error, codebook, format);
  table = NULL;
  status = trygg_trend_table(estimates, NULL, &table, &error);
  finish_step(status, table, &error, codebook, format);
  table = NULL;
  status = trygg_index_table(estimates, NULL, &table, &error);
  finish_step(status, table, &error, codebook, format);
}

static void estimate(trygg_design *design, const trygg_codebook *codebook, const request *asked) {
  for (int pool = 0; pool < 2; pool++) {
    trygg_estimates *estimates = NULL;
    trygg_error error = {0};
    trygg_estimate_options options = {.size = sizeof options,
                                      .by = asked->words,
                                      .by_count = *asked->words[0] != '\0',
                                      .where = asked->words + 1,
                                      .where_count = *asked->words[1] != '\0',
                                      .pool = pool,
                                      .df = *asked->words[3] ? asked->words[3] : NULL,
                                      .threads = 1};
    trygg_status status = trygg_estimate_create(design, &options, &estimates, &error);
    if (status == TRYGG_OK)
      use_estimates(estimates, codebook, asked);
    else {
      HOLDS(estimates == NULL);
      HOLDS_ERROR(status, error);
    }
    trygg_estimate_free(estimates);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input in = {0};
  request asked;
  trygg_error error = {0};
  trygg_responses *responses = NULL;
  trygg_design *design = NULL;
  if (size > 8192)
    return 0;
  read_input(data, size, &in);
  read_request(&in.pieces[OPTIONS], &asked);
  trygg_codebook *codebook = build(&in);
  trygg_load_options options = {.size = sizeof options, .threads = 1};
  if (codebook && trygg_responses_load_memory(codebook, "data", in.pieces[DATA].text, in.pieces[DATA].length,
                                              &options, &responses, &error) == TRYGG_OK) {
    trygg_status status = trygg_design_create(responses, NULL, &design, &error);
    if (status == TRYGG_OK)
      estimate(design, codebook, &asked);
    else
      HOLDS_ERROR(status, error);
  }
  trygg_design_free(design);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
  for (size_t i = 0; i < TABLES; i++)
    tables_free(&in.pieces[i]);
  return 0;
}
