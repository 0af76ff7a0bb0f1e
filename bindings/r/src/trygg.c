/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library for R: handles are external pointers, options come as named lists through the tables below, results
 * leave as data frames.  A failing call returns an object of class `trygg_failure`, which R code raises: nothing here
 * jumps over memory that is to be freed. */
#include <stddef.h>
#include <string.h>

#include <trygg.h>

#define R_NO_REMAP
#include <R.h>
#include <R_ext/Rdynload.h>
#include <R_ext/Utils.h>
#include <R_ext/Visibility.h>
#include <Rinternals.h>

/* ---- errors -------------------------------------------------------------------------------- */

static SEXP utf8(const char *text) {
  return text ? Rf_mkCharCE(text, CE_UTF8) : NA_STRING;
}

static SEXP utf8_vector(const char *text) {
  return Rf_ScalarString(utf8(text));
}

static SEXP failure(const trygg_error *error) {
  static const char *const names[] = {"message", "code", "file", "line", "column", "field", ""};
  SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  SET_VECTOR_ELT(list, 0, utf8_vector(error->message));
  SET_VECTOR_ELT(list, 1, Rf_ScalarInteger(error->status));
  SET_VECTOR_ELT(list, 2, utf8_vector(error->file));
  SET_VECTOR_ELT(list, 3, Rf_ScalarReal((double)error->line));
  SET_VECTOR_ELT(list, 4, Rf_ScalarInteger(error->column));
  SET_VECTOR_ELT(list, 5, utf8_vector(error->field));
  Rf_setAttrib(list, R_ClassSymbol, Rf_mkString("trygg_failure"));
  UNPROTECT(1);
  return list;
}

/* ---- handles -------------------------------------------------------------------------------- */

typedef enum kind { CODEBOOK, RESPONSES, DESIGN, ESTIMATES, MODEL, TABLE, PUBLICATION, KINDS } kind;

static const struct {
  const char *name;
  void (*free)(void *);
} kinds[KINDS] = {
    [CODEBOOK] = {"codebook", (void (*)(void *))trygg_codebook_free},
    [RESPONSES] = {"responses", (void (*)(void *))trygg_responses_free},
    [DESIGN] = {"design", (void (*)(void *))trygg_design_free},
    [ESTIMATES] = {"estimates", (void (*)(void *))trygg_estimate_free},
    [MODEL] = {"model", (void (*)(void *))trygg_model_free},
    [TABLE] = {"table", (void (*)(void *))trygg_table_free},
    [PUBLICATION] = {"publication", (void (*)(void *))trygg_disclosure_free},
};

static void finalize(SEXP pointer) {
  void *handle = R_ExternalPtrAddr(pointer);
  const char *name = CHAR(PRINTNAME(R_ExternalPtrTag(pointer)));
  for (int i = 0; handle && i < KINDS; i++)
    if (!strcmp(name, kinds[i].name))
      kinds[i].free(handle);
  R_ClearExternalPtr(pointer);
}

/* An external pointer made before the call that fills it, so that nothing is lost when R runs out of memory. */
static SEXP new_handle(kind of) {
  SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, Rf_install(kinds[of].name), R_NilValue));
  R_RegisterCFinalizerEx(pointer, finalize, TRUE);
  UNPROTECT(1);
  return pointer;
}

static void *get_handle(SEXP pointer, kind of) {
  if (TYPEOF(pointer) != EXTPTRSXP || R_ExternalPtrTag(pointer) != Rf_install(kinds[of].name) ||
      !R_ExternalPtrAddr(pointer))
    Rf_error("a %s was expected; one that was saved in a file cannot be used again", kinds[of].name);
  return R_ExternalPtrAddr(pointer);
}

/* ---- options --------------------------------------------------------------------------------- */

typedef enum option_kind { TEXT, TEXTS, NUMBERS, CHARACTER, INT, INT64, DOUBLE, PROGRESS } option_kind;

/* A field of an option struct. */
typedef struct option {
  const char *name;
  option_kind kind;
  size_t offset, count_offset;
} option;

#define FIELD(type, field, kind)                                                                             \
  { #field, kind, offsetof(type, field), 0 }
#define LIST(type, name, field, count)                                                                       \
  { name, TEXTS, offsetof(type, field), offsetof(type, count) }
#define VECTOR(type, name, field, count)                                                                     \
  { name, NUMBERS, offsetof(type, field), offsetof(type, count) }

static const option load_options[] = {
    FIELD(trygg_load_options, delimiter, CHARACTER), FIELD(trygg_load_options, decimal, CHARACTER),
    FIELD(trygg_load_options, threads, INT),         FIELD(trygg_load_options, max_field, INT64),
    FIELD(trygg_load_options, max_columns, INT64),   FIELD(trygg_load_options, max_record, INT64),
    FIELD(trygg_load_options, max_bytes, INT64),     FIELD(trygg_load_options, max_ratio, INT64),
    FIELD(trygg_load_options, progress, PROGRESS),   {NULL, TEXT, 0, 0}};
static const option design_options[] = {
    FIELD(trygg_design_options, lonely, TEXT),    FIELD(trygg_design_options, domain_lonely, INT),
    FIELD(trygg_design_options, variance, TEXT),  FIELD(trygg_design_options, seed, INT64),
    FIELD(trygg_design_options, calibrate, TEXT), FIELD(trygg_design_options, spread, TEXT),
    FIELD(trygg_design_options, households, INT), {NULL, TEXT, 0, 0}};
static const option estimate_options[] = {
    LIST(trygg_estimate_options, "indicators", indicators, indicator_count),
    LIST(trygg_estimate_options, "by", by, by_count),
    LIST(trygg_estimate_options, "where", where, where_count),
    LIST(trygg_estimate_options, "waves", waves, wave_count),
    FIELD(trygg_estimate_options, pool, INT),
    FIELD(trygg_estimate_options, df, TEXT),
    FIELD(trygg_estimate_options, threads, INT),
    FIELD(trygg_estimate_options, progress, PROGRESS),
    {NULL, TEXT, 0, 0}};
static const option inference_options[] = {FIELD(trygg_inference_options, level, DOUBLE),
                                           FIELD(trygg_inference_options, ci, TEXT),
                                           {NULL, TEXT, 0, 0}};
static const option index_options[] = {LIST(trygg_index_options, "names", names, name_count),
                                       FIELD(trygg_index_options, level, DOUBLE),
                                       {NULL, TEXT, 0, 0}};
static const option trend_options[] = {LIST(trygg_trend_options, "tests", tests, test_count),
                                       FIELD(trygg_trend_options, level, DOUBLE),
                                       FIELD(trygg_trend_options, adjust, TEXT),
                                       FIELD(trygg_trend_options, across_breaks, INT),
                                       FIELD(trygg_trend_options, min_n, INT64),
                                       {NULL, TEXT, 0, 0}};
static const option model_options[] = {FIELD(trygg_model_options, outcome, TEXT),
                                       LIST(trygg_model_options, "on", on, on_count),
                                       FIELD(trygg_model_options, family, TEXT),
                                       FIELD(trygg_model_options, reference, TEXT),
                                       LIST(trygg_model_options, "where", where, where_count),
                                       LIST(trygg_model_options, "waves", waves, wave_count),
                                       FIELD(trygg_model_options, df, TEXT),
                                       FIELD(trygg_model_options, threads, INT),
                                       FIELD(trygg_model_options, progress, PROGRESS),
                                       {NULL, TEXT, 0, 0}};
static const option model_table_options[] = {LIST(trygg_model_table_options, "parts", parts, part_count),
                                             FIELD(trygg_model_table_options, level, DOUBLE),
                                             {NULL, TEXT, 0, 0}};
static const option comparison_options[] = {FIELD(trygg_comparison_options, against, TEXT),
                                            FIELD(trygg_comparison_options, scale, TEXT),
                                            FIELD(trygg_comparison_options, level, DOUBLE),
                                            FIELD(trygg_comparison_options, adjust, TEXT),
                                            FIELD(trygg_comparison_options, across_breaks, INT),
                                            FIELD(trygg_comparison_options, min_n, INT64),
                                            {NULL, TEXT, 0, 0}};
static const option group_test_options[] = {
    LIST(trygg_group_test_options, "tests", tests, test_count),
    VECTOR(trygg_group_test_options, "expected", expected, expected_count),
    FIELD(trygg_group_test_options, adjust, TEXT),
    FIELD(trygg_group_test_options, min_n, INT64),
    {NULL, TEXT, 0, 0}};
static const option disclosure_options[] = {FIELD(trygg_disclosure_options, min_n, INT64),
                                            {NULL, TEXT, 0, 0}};
static const option report_options[] = {FIELD(trygg_report_options, language, TEXT),
                                        FIELD(trygg_report_options, width, INT),
                                        FIELD(trygg_report_options, title, TEXT),
                                        {NULL, TEXT, 0, 0}};

/* ---- progress and interrupts ---------------------------------------------------------------------- */

/* How a call hears of progress: an R function of stage, done, total, or R_NilValue. */
typedef struct call {
  trygg_progress progress;
  SEXP report;
  trygg_error error;
} call;

static void check_interrupt(void *unused) {
  (void)unused;
  R_CheckUserInterrupt();
}

/* On the caller's thread; must not jump. */
static int report_progress(void *user, const char *stage, uint64_t done, uint64_t total) {
  call *self = user;
  int failed = !R_ToplevelExec(check_interrupt, NULL);
  if (!failed && self->report != R_NilValue) {
    SEXP expression =
        PROTECT(Rf_lang4(self->report, PROTECT(utf8_vector(stage)), PROTECT(Rf_ScalarReal((double)done)),
                         PROTECT(Rf_ScalarReal((double)total))));
    R_tryEvalSilent(expression, R_GlobalEnv, &failed);
    UNPROTECT(4);
  }
  return failed;
}

static const char *one_text(SEXP value) {
  return Rf_translateCharUTF8(STRING_ELT(value, 0));
}

static const char *const *texts_of(SEXP value, size_t *count) {
  R_xlen_t length = Rf_xlength(value);
  const char **texts = (const char **)R_alloc((size_t)length + 1, sizeof *texts);
  for (R_xlen_t i = 0; i < length; i++)
    texts[i] = STRING_ELT(value, i) == NA_STRING ? NULL : Rf_translateCharUTF8(STRING_ELT(value, i));
  *count = (size_t)length;
  return texts;
}

static void set_option(call *self, const option *option, SEXP value, char *options) {
  char *to = options + option->offset;
  switch (option->kind) {
  case TEXT:
    *(const char **)(void *)to = one_text(value);
    break;
  case TEXTS:
    *(const char *const **)(void *)to = texts_of(value, (size_t *)(void *)(options + option->count_offset));
    break;
  case NUMBERS:
    *(const double **)(void *)to = REAL_RO(value);
    *(size_t *)(void *)(options + option->count_offset) = (size_t)Rf_xlength(value);
    break;
  case CHARACTER:
    *to = *one_text(value);
    break;
  case INT:
    *(int *)(void *)to = Rf_asInteger(value);
    break;
  case INT64:
    *(int64_t *)(void *)to = (int64_t)Rf_asReal(value);
    break;
  case DOUBLE:
    *(double *)(void *)to = Rf_asReal(value);
    break;
  case PROGRESS:
    self->report = value;
    break;
  }
}

/* Fill `options`, a zeroed struct of `size` bytes, from a named list; NULL stands for the default. */
static void read_options(call *self, SEXP list, const option *table, void *options, size_t size) {
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  memcpy(options, &size, sizeof size);
  self->report = R_NilValue;
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

static SEXP finish(SEXP pointer, trygg_status status, void *handle, const trygg_error *error) {
  if (status != TRYGG_OK)
    return failure(error);
  R_SetExternalPtrAddr(pointer, handle);
  return pointer;
}

/* ---- codebooks and responses ------------------------------------------------------------------------ */

static SEXP r_codebook_read(SEXP folder) {
  SEXP pointer = PROTECT(new_handle(CODEBOOK));
  trygg_error error;
  trygg_codebook *codebook;
  trygg_status status = trygg_codebook_read(one_text(folder), &codebook, &error);
  SEXP result = finish(pointer, status, codebook, &error);
  UNPROTECT(1);
  return result;
}

/* From the texts of tables, named by them. */
static SEXP r_codebook_build(SEXP tables) {
  SEXP pointer = PROTECT(new_handle(CODEBOOK)), names = Rf_getAttrib(tables, R_NamesSymbol), result;
  size_t count, name_count;
  const char *const *texts = texts_of(tables, &count), *const *keys = texts_of(names, &name_count);
  trygg_error error;
  trygg_codebook *codebook;
  trygg_status status = trygg_codebook_create(&codebook, &error);
  for (size_t i = 0; status == TRYGG_OK && i < count; i++)
    status = trygg_codebook_add_csv(codebook, keys[i], texts[i], strlen(texts[i]), &error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &error);
  if (status != TRYGG_OK)
    trygg_codebook_free(codebook);
  result = finish(pointer, status, codebook, &error);
  UNPROTECT(1);
  return result;
}

static SEXP r_load_files(SEXP codebook, SEXP files, SEXP list) {
  SEXP pointer = PROTECT(new_handle(RESPONSES)), result;
  call self;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  size_t count;
  const char *const *paths = texts_of(files, &count);
  void *from = get_handle(codebook, CODEBOOK);
  read_options(&self, list, load_options, &options, sizeof options);
  status = trygg_responses_load(from, paths, count, &options, &responses, &self.error);
  result = finish(pointer, status, responses, &self.error);
  UNPROTECT(1);
  return result;
}

/* From a list of doubles, integers and texts of equal length; R's missing integer is the library's. */
static SEXP r_load_columns(SEXP codebook, SEXP columns, SEXP list) {
  SEXP pointer = PROTECT(new_handle(RESPONSES)), names = Rf_getAttrib(columns, R_NamesSymbol), result;
  call self;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  R_xlen_t count = Rf_xlength(columns);
  size_t rows = count ? (size_t)Rf_xlength(VECTOR_ELT(columns, 0)) : 0, length;
  trygg_array *arrays = (trygg_array *)R_alloc((size_t)count + 1, sizeof *arrays);
  void *from = get_handle(codebook, CODEBOOK);
  for (R_xlen_t i = 0; i < count; i++) {
    SEXP column = VECTOR_ELT(columns, i);
    arrays[i].name = Rf_translateCharUTF8(STRING_ELT(names, i));
    if (TYPEOF(column) == REALSXP) {
      arrays[i].type = TRYGG_ARRAY_DOUBLE;
      arrays[i].values = REAL_RO(column);
    } else if (TYPEOF(column) == INTSXP) {
      arrays[i].type = TRYGG_ARRAY_INT32;
      arrays[i].values = INTEGER_RO(column);
    } else {
      arrays[i].type = TRYGG_ARRAY_TEXT;
      arrays[i].values = texts_of(column, &length);
    }
  }
  read_options(&self, list, load_options, &options, sizeof options);
  status = trygg_responses_load_arrays(from, arrays, (size_t)count, rows, &options, &responses, &self.error);
  result = finish(pointer, status, responses, &self.error);
  UNPROTECT(1);
  return result;
}

static SEXP text_vector(const char *(*at)(const void *, size_t), const void *handle) {
  size_t count = 0;
  SEXP result;
  while (at(handle, count))
    count++;
  result = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)count));
  for (size_t i = 0; i < count; i++)
    SET_STRING_ELT(result, (R_xlen_t)i, utf8(at(handle, i)));
  UNPROTECT(1);
  return result;
}

/* The texts that a handle lends, or the names of a registry. */
static const char *format_name(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);
  return format ? format->name : NULL;
}

static const struct {
  const char *name;
  kind of;
  const char *(*at)(const void *, size_t);
} lent[] = {{"variables", CODEBOOK, (const char *(*)(const void *, size_t))trygg_codebook_variable},
            {"indicators", CODEBOOK, (const char *(*)(const void *, size_t))trygg_codebook_indicator},
            {"codebook_warnings", CODEBOOK, (const char *(*)(const void *, size_t))trygg_codebook_warning},
            {"domains", CODEBOOK, (const char *(*)(const void *, size_t))trygg_codebook_domain},
            {"waves", RESPONSES, (const char *(*)(const void *, size_t))trygg_responses_wave},
            {"warnings", RESPONSES, (const char *(*)(const void *, size_t))trygg_responses_warning}};

static const struct {
  const char *name;
  const char *(*at)(size_t);
} registries[] = {{"indicator", trygg_indicator_type},
                  {"interval", trygg_inference_interval},
                  {"test", trygg_trend_test},
                  {"against", trygg_inference_against},
                  {"variance", trygg_design_variance},
                  {"calibration", trygg_design_calibration},
                  {"scale", trygg_inference_scale},
                  {"group_test", trygg_inference_group_test},
                  {"family", trygg_model_family},
                  {"flag", trygg_table_flag},
                  {"format", format_name}};

static const char *registry_at(const void *self, size_t i) {
  return registries[*(const size_t *)self].at(i);
}

static SEXP r_texts(SEXP handle, SEXP name) {
  const char *wanted = one_text(name);
  for (size_t i = 0; i < sizeof lent / sizeof *lent; i++)
    if (!strcmp(wanted, lent[i].name))
      return text_vector(lent[i].at, get_handle(handle, lent[i].of));
  for (size_t i = 0; i < sizeof registries / sizeof *registries; i++)
    if (!strcmp(wanted, registries[i].name))
      return text_vector(registry_at, &i);
  Rf_error("there are no texts `%s`", wanted);
}

static SEXP r_label(SEXP codebook, SEXP name, SEXP code, SEXP language) {
  void *from = get_handle(codebook, CODEBOOK);
  const char *in = language == R_NilValue ? NULL : one_text(language);
  if (code == R_NilValue)
    return utf8_vector(trygg_codebook_label(from, one_text(name), in));
  return utf8_vector(trygg_codebook_code_label(from, one_text(name), one_text(code), in));
}

static SEXP r_count(SEXP responses) {
  return Rf_ScalarReal((double)trygg_responses_count(get_handle(responses, RESPONSES)));
}

/* Functions from a handle to a table. */
#define TABLE_OF(name, from_kind, function)                                                                  \
  static SEXP name(SEXP handle) {                                                                            \
    SEXP pointer = PROTECT(new_handle(TABLE)), result;                                                       \
    trygg_error error;                                                                                       \
    trygg_table *table;                                                                                      \
    trygg_status status = function(get_handle(handle, from_kind), &table, &error);                           \
    result = finish(pointer, status, table, &error);                                                         \
    UNPROTECT(1);                                                                                            \
    return result;                                                                                           \
  }
TABLE_OF(r_account, RESPONSES, trygg_responses_account)
TABLE_OF(r_rates, RESPONSES, trygg_responses_rates)
TABLE_OF(r_weights, DESIGN, trygg_design_weights)
TABLE_OF(r_margins, DESIGN, trygg_design_margins)

static SEXP r_codes(SEXP responses, SEXP variable) {
  SEXP pointer = PROTECT(new_handle(TABLE)), result;
  trygg_error error;
  trygg_table *table;
  trygg_status status =
      trygg_responses_codes(get_handle(responses, RESPONSES), one_text(variable), &table, &error);
  result = finish(pointer, status, table, &error);
  UNPROTECT(1);
  return result;
}

/* ---- from a handle and options to another handle -------------------------------------------------------- */

#define STEP(name, from_kind, table, options_type, type, to_kind, function)                                  \
  static SEXP name(SEXP handle, SEXP list) {                                                                 \
    SEXP pointer = PROTECT(new_handle(to_kind)), result;                                                     \
    call self;                                                                                               \
    options_type options = {0};                                                                              \
    type *made;                                                                                              \
    trygg_status status;                                                                                     \
    void *from = get_handle(handle, from_kind);                                                              \
    read_options(&self, list, table, &options, sizeof options);                                              \
    status = function(from, &options, &made, &self.error);                                                   \
    result = finish(pointer, status, made, &self.error);                                                     \
    UNPROTECT(1);                                                                                            \
    return result;                                                                                           \
  }
STEP(r_design, RESPONSES, design_options, trygg_design_options, trygg_design, DESIGN, trygg_design_create)
STEP(r_estimate, DESIGN, estimate_options, trygg_estimate_options, trygg_estimates, ESTIMATES,
     trygg_estimate_create)
STEP(r_inference, ESTIMATES, inference_options, trygg_inference_options, trygg_table, TABLE,
     trygg_inference_table)
STEP(r_index, ESTIMATES, index_options, trygg_index_options, trygg_table, TABLE, trygg_index_table)
STEP(r_trend, ESTIMATES, trend_options, trygg_trend_options, trygg_table, TABLE, trygg_trend_table)
STEP(r_model, DESIGN, model_options, trygg_model_options, trygg_model, MODEL, trygg_model_create)
STEP(r_model_table, MODEL, model_table_options, trygg_model_table_options, trygg_table, TABLE,
     trygg_model_table)
STEP(r_compare, ESTIMATES, comparison_options, trygg_comparison_options, trygg_table, TABLE,
     trygg_inference_compare)
STEP(r_test_groups, ESTIMATES, group_test_options, trygg_group_test_options, trygg_table, TABLE,
     trygg_inference_test_groups)
STEP(r_publish, TABLE, disclosure_options, trygg_disclosure_options, trygg_publication, PUBLICATION,
     trygg_disclosure_publish)

/* Estimates of a stream of files that is not kept. */
static SEXP r_stream(SEXP codebook, SEXP files, SEXP load, SEXP design, SEXP estimate) {
  SEXP pointer = PROTECT(new_handle(ESTIMATES)), from = PROTECT(new_handle(RESPONSES)), result;
  call self, other;
  trygg_load_options loading = {0};
  trygg_design_options designing = {0};
  trygg_estimate_options estimating = {0};
  const trygg_estimate_options *tables = &estimating;
  trygg_estimates *estimates;
  trygg_responses *responses;
  trygg_status status;
  size_t count;
  const char *const *paths = texts_of(files, &count);
  void *survey = get_handle(codebook, CODEBOOK);
  read_options(&other, estimate, estimate_options, &estimating, sizeof estimating);
  read_options(&other, design, design_options, &designing, sizeof designing);
  read_options(&self, load, load_options, &loading, sizeof loading);
  estimating.progress = NULL; /* reading tells all there is to tell */
  status = trygg_estimate_stream(survey, paths, count, &loading, &designing, &tables, 1, &estimates,
                                 &responses, &self.error);
  if (status == TRYGG_OK)
    R_SetExternalPtrAddr(from, responses);
  result = finish(pointer, status, estimates, &self.error);
  UNPROTECT(2);
  return result;
}

static SEXP r_index_items(SEXP codebook, SEXP list) {
  call self;
  trygg_index_options options = {0};
  const char **items;
  size_t count;
  SEXP result;
  void *from = get_handle(codebook, CODEBOOK);
  read_options(&self, list, index_options, &options, sizeof options);
  if (trygg_index_items(from, &options, &items, &count, &self.error) != TRYGG_OK)
    return failure(&self.error);
  result = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)count));
  for (size_t i = 0; i < count; i++)
    SET_STRING_ELT(result, (R_xlen_t)i, utf8(items[i]));
  trygg_index_free_items(items);
  UNPROTECT(1);
  return result;
}

/* Rows count from 1 in R. */
static size_t *rows_of(SEXP rows) {
  size_t *result = (size_t *)R_alloc((size_t)Rf_xlength(rows) + 1, sizeof *result);
  for (R_xlen_t i = 0; i < Rf_xlength(rows); i++)
    result[i] = (size_t)INTEGER_RO(rows)[i] - 1;
  return result;
}

static SEXP r_covariance(SEXP estimates, SEXP rows) {
  R_xlen_t count = Rf_xlength(rows);
  SEXP matrix = PROTECT(Rf_allocMatrix(REALSXP, (int)count, (int)count));
  trygg_error error;
  trygg_status status = trygg_estimate_covariance(get_handle(estimates, ESTIMATES), rows_of(rows),
                                                  (size_t)count, REAL(matrix), &error);
  UNPROTECT(1);
  return status == TRYGG_OK ? matrix : failure(&error);
}

static SEXP r_contrast(SEXP estimates, SEXP rows, SEXP coefficients, SEXP level) {
  static const char *const names[] = {"estimate", "se", "df", "lower", "upper", "statistic", "p", ""};
  trygg_contrast c;
  trygg_error error;
  double values[7];
  SEXP list;
  if (trygg_inference_contrast(get_handle(estimates, ESTIMATES), rows_of(rows), REAL_RO(coefficients),
                               (size_t)Rf_xlength(rows), Rf_asReal(level), &c, &error) != TRYGG_OK)
    return failure(&error);
  values[0] = c.estimate;
  values[1] = c.se;
  values[2] = c.df;
  values[3] = c.lower;
  values[4] = c.upper;
  values[5] = c.statistic;
  values[6] = c.p;
  list = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  for (int i = 0; i < 7; i++)
    SET_VECTOR_ELT(list, i, Rf_ScalarReal(values[i]));
  UNPROTECT(1);
  return list;
}

/* ---- tables ------------------------------------------------------------------------------------------------ */

static SEXP column_of(const trygg_table *table, size_t column) {
  size_t rows = trygg_table_rows(table);
  int is_text = trygg_table_type(table, column) == TRYGG_TEXT;
  SEXP result = PROTECT(Rf_allocVector(is_text ? STRSXP : REALSXP, (R_xlen_t)rows));
  for (size_t i = 0; i < rows; i++) {
    int missing = trygg_table_missing(table, i, column);
    if (is_text)
      SET_STRING_ELT(result, (R_xlen_t)i, missing ? NA_STRING : utf8(trygg_table_text(table, i, column)));
    else
      REAL(result)[i] = missing ? NA_REAL : trygg_table_number(table, i, column);
  }
  UNPROTECT(1);
  return result;
}

/* A list of columns, with the attributes `keys` (names of the key columns) and `notes` (texts named by their keys). */
static SEXP r_table(SEXP handle) {
  const trygg_table *table = get_handle(handle, TABLE);
  size_t columns = trygg_table_columns(table), notes = trygg_table_notes(table);
  SEXP list = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)columns));
  SEXP names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)columns));
  SEXP keys = PROTECT(Rf_allocVector(LGLSXP, (R_xlen_t)columns));
  SEXP texts = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)notes));
  SEXP note_names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)notes));
  for (size_t i = 0; i < columns; i++) {
    SET_STRING_ELT(names, (R_xlen_t)i, utf8(trygg_table_name(table, i)));
    LOGICAL(keys)[i] = trygg_table_role(table, i) == TRYGG_KEY;
    SET_VECTOR_ELT(list, (R_xlen_t)i, column_of(table, i));
  }
  for (size_t i = 0; i < notes; i++) {
    SET_STRING_ELT(note_names, (R_xlen_t)i, utf8(trygg_table_note_key(table, i)));
    SET_STRING_ELT(texts, (R_xlen_t)i, utf8(trygg_table_note_text(table, i)));
  }
  Rf_setAttrib(texts, R_NamesSymbol, note_names);
  Rf_setAttrib(list, R_NamesSymbol, names);
  Rf_setAttrib(list, Rf_install("keys"), keys);
  Rf_setAttrib(list, Rf_install("notes"), texts);
  UNPROTECT(5);
  return list;
}

static SEXP r_publication_table(SEXP handle) {
  SEXP pointer = PROTECT(new_handle(TABLE));
  R_SetExternalPtrAddr(pointer, trygg_table_retain(trygg_disclosure_table(get_handle(handle, PUBLICATION))));
  UNPROTECT(1);
  return pointer;
}

/* What a writer has given so far, in R's memory of the call. */
typedef struct written {
  char *bytes;
  size_t length, capacity;
} written;

static int take_bytes(void *user, const char *bytes, size_t length) {
  written *out = user;
  if (out->length + length > out->capacity) {
    size_t capacity = 2 * (out->length + length);
    char *larger = R_Calloc(capacity, char);
    if (out->bytes) {
      memcpy(larger, out->bytes, out->length);
      R_Free(out->bytes);
    }
    out->bytes = larger;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->length, bytes, length);
  out->length += length;
  return 0;
}

static SEXP r_write(SEXP publication, SEXP format, SEXP codebook, SEXP list) {
  call self;
  trygg_report_options options = {0};
  written out = {0};
  trygg_status status;
  SEXP result;
  void *from = get_handle(publication, PUBLICATION);
  read_options(&self, list, report_options, &options, sizeof options);
  options.codebook = get_handle(codebook, CODEBOOK);
  status = trygg_report_write(from, one_text(format), &options, take_bytes, &out, &self.error);
  result = status == TRYGG_OK ? Rf_ScalarString(Rf_mkCharLenCE(out.bytes, (int)out.length, CE_UTF8))
                              : failure(&self.error);
  if (out.bytes)
    R_Free(out.bytes);
  return result;
}

static SEXP r_version(void) {
  return Rf_mkString(trygg_version());
}

/* ---- registration -------------------------------------------------------------------------------------------- */

#define ENTRY(name, count)                                                                                   \
  { #name, (DL_FUNC)&name, count }
static const R_CallMethodDef entries[] = {ENTRY(r_codebook_read, 1),
                                          ENTRY(r_codebook_build, 1),
                                          ENTRY(r_load_files, 3),
                                          ENTRY(r_load_columns, 3),
                                          ENTRY(r_texts, 2),
                                          ENTRY(r_label, 4),
                                          ENTRY(r_count, 1),
                                          ENTRY(r_account, 1),
                                          ENTRY(r_rates, 1),
                                          ENTRY(r_codes, 2),
                                          ENTRY(r_weights, 1),
                                          ENTRY(r_margins, 1),
                                          ENTRY(r_design, 2),
                                          ENTRY(r_estimate, 2),
                                          ENTRY(r_inference, 2),
                                          ENTRY(r_index, 2),
                                          ENTRY(r_index_items, 2),
                                          ENTRY(r_trend, 2),
                                          ENTRY(r_compare, 2),
                                          ENTRY(r_test_groups, 2),
                                          ENTRY(r_stream, 5),
                                          ENTRY(r_model, 2),
                                          ENTRY(r_model_table, 2),
                                          ENTRY(r_publish, 2),
                                          ENTRY(r_covariance, 2),
                                          ENTRY(r_contrast, 4),
                                          ENTRY(r_table, 1),
                                          ENTRY(r_publication_table, 1),
                                          ENTRY(r_write, 4),
                                          ENTRY(r_version, 0),
                                          {NULL, NULL, 0}};

attribute_visible void R_init_trygg(DllInfo *library) {
  R_registerRoutines(library, NULL, entries, NULL, NULL);
  R_useDynamicSymbols(library, FALSE);
  R_forceSymbols(library, TRUE);
}
