/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of the library from named lists, by tables of their fields; progress and interrupts, which are one of them. */
#include <math.h>
#include <string.h>

#include "package.h"

#include <R_ext/Utils.h>

#define FIELD(type, field, kind)                                                                             \
  { #field, kind, offsetof(type, field), 0 }
#define LIST(type, name, field, count)                                                                       \
  { name, TEXTS, offsetof(type, field), offsetof(type, count) }
#define VECTOR(type, name, field, count)                                                                     \
  { name, NUMBERS, offsetof(type, field), offsetof(type, count) }

const option load_options[] = {
    FIELD(trygg_load_options, delimiter, CHARACTER), FIELD(trygg_load_options, decimal, CHARACTER),
    FIELD(trygg_load_options, threads, INT),         FIELD(trygg_load_options, max_field, INT64),
    FIELD(trygg_load_options, max_columns, INT64),   FIELD(trygg_load_options, max_record, INT64),
    FIELD(trygg_load_options, max_bytes, INT64),     FIELD(trygg_load_options, max_ratio, INT64),
    FIELD(trygg_load_options, progress, PROGRESS),   FIELD(trygg_load_options, keep_silent, INT),
    FIELD(trygg_load_options, keep_rejected, INT),   {NULL, TEXT, 0, 0}};
const option design_options[] = {FIELD(trygg_design_options, lonely, TEXT),
                                 FIELD(trygg_design_options, domain_lonely, INT),
                                 FIELD(trygg_design_options, variance, TEXT),
                                 FIELD(trygg_design_options, seed, INT64),
                                 FIELD(trygg_design_options, calibrate, TEXT),
                                 FIELD(trygg_design_options, spread, TEXT),
                                 FIELD(trygg_design_options, households, INT),
                                 FIELD(trygg_design_options, trim, TEXT),
                                 FIELD(trygg_design_options, trim_strata, INT),
                                 FIELD(trygg_design_options, threads, INT),
                                 FIELD(trygg_design_options, response, TEXT),
                                 LIST(trygg_design_options, "response_on", response_on, response_on_count),
                                 FIELD(trygg_design_options, response_least, DOUBLE),
                                 FIELD(trygg_design_options, response_collapse, INT),
                                 {NULL, TEXT, 0, 0}};
const option estimate_options[] = {LIST(trygg_estimate_options, "indicators", indicators, indicator_count),
                                   LIST(trygg_estimate_options, "by", by, by_count),
                                   LIST(trygg_estimate_options, "where", where, where_count),
                                   LIST(trygg_estimate_options, "waves", waves, wave_count),
                                   FIELD(trygg_estimate_options, pool, INT),
                                   FIELD(trygg_estimate_options, df, TEXT),
                                   FIELD(trygg_estimate_options, threads, INT),
                                   FIELD(trygg_estimate_options, progress, PROGRESS),
                                   {NULL, TEXT, 0, 0}};
const option inference_options[] = {FIELD(trygg_inference_options, level, DOUBLE),
                                    FIELD(trygg_inference_options, ci, TEXT),
                                    {NULL, TEXT, 0, 0}};
const option index_options[] = {LIST(trygg_index_options, "names", names, name_count),
                                FIELD(trygg_index_options, level, DOUBLE),
                                {NULL, TEXT, 0, 0}};
const option trend_options[] = {LIST(trygg_trend_options, "tests", tests, test_count),
                                FIELD(trygg_trend_options, level, DOUBLE),
                                FIELD(trygg_trend_options, adjust, TEXT),
                                FIELD(trygg_trend_options, across_breaks, INT),
                                FIELD(trygg_trend_options, min_n, INT64),
                                FIELD(trygg_trend_options, start, DOUBLE),
                                FIELD(trygg_trend_options, margin, DOUBLE),
                                FIELD(trygg_trend_options, covariate, TEXT),
                                FIELD(trygg_trend_options, scale, TEXT),
                                FIELD(trygg_trend_options, base, TEXT),
                                FIELD(trygg_trend_options, references, INT),
                                FIELD(trygg_trend_options, pool_waves, INT),
                                LIST(trygg_trend_options, "on", on, on_count),
                                {NULL, TEXT, 0, 0}};
const option measure_options[] = {LIST(trygg_measure_options, "tests", tests, test_count),
                                  FIELD(trygg_measure_options, scale, TEXT),
                                  FIELD(trygg_measure_options, level, DOUBLE),
                                  FIELD(trygg_measure_options, adjust, TEXT),
                                  FIELD(trygg_measure_options, across_breaks, INT),
                                  FIELD(trygg_measure_options, min_n, INT64),
                                  {NULL, TEXT, 0, 0}};
const option model_options[] = {FIELD(trygg_model_options, outcome, TEXT),
                                LIST(trygg_model_options, "on", on, on_count),
                                FIELD(trygg_model_options, family, TEXT),
                                FIELD(trygg_model_options, reference, TEXT),
                                FIELD(trygg_model_options, no_intercept, INT),
                                LIST(trygg_model_options, "where", where, where_count),
                                LIST(trygg_model_options, "waves", waves, wave_count),
                                FIELD(trygg_model_options, df, TEXT),
                                FIELD(trygg_model_options, threads, INT),
                                FIELD(trygg_model_options, progress, PROGRESS),
                                FIELD(trygg_model_options, offset, TEXT),
                                FIELD(trygg_model_options, exposure, TEXT),
                                {NULL, TEXT, 0, 0}};
const option model_table_options[] = {LIST(trygg_model_table_options, "parts", parts, part_count),
                                      FIELD(trygg_model_table_options, level, DOUBLE),
                                      LIST(trygg_model_table_options, "tests", tests, test_count),
                                      {NULL, TEXT, 0, 0}};
const option comparison_options[] = {FIELD(trygg_comparison_options, against, TEXT),
                                     FIELD(trygg_comparison_options, scale, TEXT),
                                     FIELD(trygg_comparison_options, level, DOUBLE),
                                     FIELD(trygg_comparison_options, adjust, TEXT),
                                     FIELD(trygg_comparison_options, across_breaks, INT),
                                     FIELD(trygg_comparison_options, min_n, INT64),
                                     {NULL, TEXT, 0, 0}};
const option funnel_options[] = {
    FIELD(trygg_funnel_options, target, DOUBLE), FIELD(trygg_funnel_options, dispersion, TEXT),
    FIELD(trygg_funnel_options, level, DOUBLE),  FIELD(trygg_funnel_options, adjust, TEXT),
    FIELD(trygg_funnel_options, min_n, INT64),   {NULL, TEXT, 0, 0}};
const option group_test_options[] = {
    LIST(trygg_group_test_options, "tests", tests, test_count),
    VECTOR(trygg_group_test_options, "expected", expected, expected_count),
    LIST(trygg_group_test_options, "expected_texts", expected_texts, expected_text_count),
    FIELD(trygg_group_test_options, adjust, TEXT),
    FIELD(trygg_group_test_options, min_n, INT64),
    {NULL, TEXT, 0, 0}};
const option nonresponse_options[] = {FIELD(trygg_nonresponse_options, level, DOUBLE),
                                      FIELD(trygg_nonresponse_options, adjust, TEXT),
                                      FIELD(trygg_nonresponse_options, min_n, INT64),
                                      {NULL, TEXT, 0, 0}};
const option representativity_options[] = {LIST(trygg_representativity_options, "on", on, on_count),
                                           LIST(trygg_representativity_options, "waves", waves, wave_count),
                                           FIELD(trygg_representativity_options, level, DOUBLE),
                                          FIELD(trygg_representativity_options, drawn_weight, TEXT),
                                           {NULL, TEXT, 0, 0}};
const option tipping_options[] = {
    FIELD(trygg_tipping_options, level, DOUBLE), FIELD(trygg_tipping_options, ci, TEXT), {NULL, TEXT, 0, 0}};
const option disclosure_options[] = {FIELD(trygg_disclosure_options, min_n, INT64), {NULL, TEXT, 0, 0}};
const option report_options[] = {FIELD(trygg_report_options, language, TEXT),
                                 FIELD(trygg_report_options, width, INT),
                                 FIELD(trygg_report_options, title, TEXT),
                                 FIELD(trygg_report_options, color, INT),
                                 FIELD(trygg_report_options, trend, PUBLISHED),
                                 {NULL, TEXT, 0, 0}};

/* ---- progress and interrupts ---------------------------------------------------------------------- */

/* What a report is of, for R_ToplevelExec(), whose function may jump. */
typedef struct news {
  call *self;
  const char *stage;
  double done, total;
  int failed;
} news;

static void tell(void *pointer) {
  news *it = pointer;
  SEXP expression;
  it->self->interrupted = 1; /* unless the next line returns */
  R_CheckUserInterrupt();
  it->self->interrupted = 0;
  if (it->self->report == R_NilValue)
    return;
  expression = PROTECT(Rf_lang4(it->self->report, PROTECT(text_new_vector(it->stage)),
                                PROTECT(Rf_ScalarReal(it->done)), PROTECT(Rf_ScalarReal(it->total))));
  R_tryEvalSilent(expression, R_GlobalEnv, &it->failed);
  UNPROTECT(4);
}

/* On the caller's thread; must not jump. */
static int report_progress(void *user, const char *stage, uint64_t done, uint64_t total) {
  news it = {user, stage, (double)done, (double)total, 0};
  return !R_ToplevelExec(tell, &it) || it.failed;
}

/* An interrupted call fails with the attribute `interrupted`. */
SEXP call_finish(SEXP pointer, trygg_status status, void *handle, const call *self) {
  SEXP result = PROTECT(handle_finish(pointer, status, handle, &self->error));
  if (status != TRYGG_OK && self->interrupted)
    Rf_setAttrib(result, Rf_install("interrupted"), Rf_ScalarLogical(1));
  UNPROTECT(1);
  return result;
}

/* ---- from R ------------------------------------------------------------------------------------------ */

const char *options_text(SEXP value, const char *what) {
  if (TYPEOF(value) != STRSXP || Rf_xlength(value) != 1 || STRING_ELT(value, 0) == NA_STRING)
    Rf_error("`%s` is to be one text", what);
  return Rf_translateCharUTF8(STRING_ELT(value, 0));
}

const char *const *options_texts(SEXP value, const char *what, size_t *count) {
  R_xlen_t length = Rf_xlength(value);
  const char **texts;
  if (TYPEOF(value) != STRSXP)
    Rf_error("`%s` is to be texts", what);
  texts = (const char **)R_alloc((size_t)length + 1, sizeof *texts);
  for (R_xlen_t i = 0; i < length; i++)
    if (STRING_ELT(value, i) == NA_STRING)
      Rf_error("`%s` has a missing text", what);
    else
      texts[i] = Rf_translateCharUTF8(STRING_ELT(value, i));
  *count = (size_t)length;
  return texts;
}

size_t *options_rows(SEXP rows) {
  size_t *result = (size_t *)R_alloc((size_t)Rf_xlength(rows) + 1, sizeof *result);
  if (TYPEOF(rows) != INTSXP)
    Rf_error("rows are to be whole numbers");
  for (R_xlen_t i = 0; i < Rf_xlength(rows); i++)
    result[i] = (size_t)INTEGER_RO(rows)[i] - 1;
  return result;
}

static double number_of(SEXP value, const char *what, double low, double high) {
  double number =
      Rf_xlength(value) == 1 && (Rf_isNumeric(value) || Rf_isLogical(value)) ? Rf_asReal(value) : NAN;
  if (!(number >= low && number <= high))
    Rf_error("`%s` is to be one number", what);
  return number;
}

static void set_option(call *self, const option *option, SEXP value, char *options) {
  char *to = options + option->offset;
  size_t *count = (size_t *)(void *)(options + option->count_offset);
  switch (option->kind) {
  case TEXT:
    *(const char **)(void *)to = options_text(value, option->name);
    break;
  case TEXTS:
    *(const char *const **)(void *)to = options_texts(value, option->name, count);
    break;
  case NUMBERS:
    if (TYPEOF(value) != REALSXP)
      Rf_error("`%s` is to be numbers", option->name);
    *(const double **)(void *)to = REAL_RO(value);
    *count = (size_t)Rf_xlength(value);
    break;
  case CHARACTER:
    *to = *options_text(value, option->name);
    break;
  case INT:
    *(int *)(void *)to = (int)number_of(value, option->name, -2147483647, 2147483647);
    break;
  case INT64:
    *(int64_t *)(void *)to = (int64_t)number_of(value, option->name, -9e15, 9e15);
    break;
  case DOUBLE:
    *(double *)(void *)to = number_of(value, option->name, -INFINITY, INFINITY);
    break;
  case PUBLISHED:
    *(void **)(void *)to = handle_get(value, PUBLICATION);
    break;
  case PROGRESS:
    self->report = value;
    break;
  }
}

void options_read(call *self, SEXP list, const option *table, void *options, size_t size) {
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  memcpy(options, &size, sizeof size);
  self->report = R_NilValue;
  self->interrupted = 0;
  self->progress.size = sizeof self->progress;
  self->progress.report = report_progress;
  self->progress.user = self;
  for (const option *option = table; option->name; option++)
    if (option->kind == PROGRESS)
      *(const trygg_progress **)(void *)((char *)options + option->offset) = &self->progress;
  for (R_xlen_t i = 0; i < Rf_xlength(list); i++) {
    const option *option = table;
    const char *name = CHAR(STRING_ELT(names, i));
    SEXP value = VECTOR_ELT(list, i);
    while (option->name && strcmp(option->name, name) != 0)
      option++;
    if (!option->name)
      Rf_error("there is no option `%s`", name);
    if (value != R_NilValue)
      set_option(self, option, value, options);
  }
}
