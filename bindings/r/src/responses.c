/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codebooks and responses: read from folders, files and columns, and what they hold. */
#include <string.h>

#include "package.h"

#include <trygg/arrow.h>

SEXP r_codebook_read(SEXP folder) {
  SEXP pointer = PROTECT(handle_new(CODEBOOK));
  trygg_error error;
  trygg_codebook *codebook;
  trygg_status status = trygg_codebook_read(options_text(folder, "folder"), &codebook, &error);
  SEXP result = handle_finish(pointer, status, codebook, &error);
  UNPROTECT(1);
  return result;
}

/* From the texts of tables, named by them. */
SEXP r_codebook_build(SEXP tables) {
  SEXP pointer = PROTECT(handle_new(CODEBOOK)), names = Rf_getAttrib(tables, R_NamesSymbol), result;
  size_t count, name_count;
  const char *const *texts = options_texts(tables, "tables", &count);
  const char *const *keys = options_texts(names, "names of tables", &name_count);
  trygg_error error;
  trygg_codebook *codebook;
  trygg_status status = trygg_codebook_create(&codebook, &error);
  for (size_t i = 0; status == TRYGG_OK && i < count; i++)
    status = trygg_codebook_add_csv(codebook, keys[i], texts[i], strlen(texts[i]), &error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &error);
  if (status != TRYGG_OK)
    trygg_codebook_free(codebook);
  result = handle_finish(pointer, status, codebook, &error);
  UNPROTECT(1);
  return result;
}

SEXP r_load_files(SEXP codebook, SEXP files, SEXP list) {
  SEXP pointer = PROTECT(handle_new(RESPONSES)), result;
  call self;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  size_t count;
  const char *const *paths = options_texts(files, "files", &count);
  void *from = handle_get(codebook, CODEBOOK);
  options_read(&self, list, load_options, &options, sizeof options);
  status = trygg_responses_load(from, paths, count, &options, &responses, &self.error);
  result = call_finish(pointer, status, responses, &self);
  UNPROTECT(1);
  return result;
}

/* Texts of a column; NULL for a missing one. */
static const char *const *cells_of(SEXP column) {
  R_xlen_t length = Rf_xlength(column);
  const char **texts = (const char **)R_alloc((size_t)length + 1, sizeof *texts);
  for (R_xlen_t i = 0; i < length; i++)
    texts[i] = STRING_ELT(column, i) == NA_STRING ? NULL : Rf_translateCharUTF8(STRING_ELT(column, i));
  return texts;
}

/* R's missing integer is the library's. */
static void borrow_column(trygg_array *array, SEXP column) {
  switch (TYPEOF(column)) {
  case REALSXP:
    array->type = TRYGG_ARRAY_DOUBLE;
    array->values = REAL_RO(column);
    break;
  case INTSXP:
    array->type = TRYGG_ARRAY_INT32;
    array->values = INTEGER_RO(column);
    break;
  case STRSXP:
    array->type = TRYGG_ARRAY_TEXT;
    array->values = cells_of(column);
    break;
  default:
    Rf_error("column `%s` holds neither numbers nor texts", array->name);
  }
}

/* From a named list of doubles, integers and texts of equal length. */
SEXP r_load_columns(SEXP codebook, SEXP columns, SEXP list) {
  SEXP pointer = PROTECT(handle_new(RESPONSES)), result;
  call self;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  R_xlen_t count = Rf_xlength(columns), rows = count ? Rf_xlength(VECTOR_ELT(columns, 0)) : 0;
  size_t name_count;
  const char *const *names =
      options_texts(Rf_getAttrib(columns, R_NamesSymbol), "names of columns", &name_count);
  trygg_array *arrays = (trygg_array *)R_alloc((size_t)count + 1, sizeof *arrays);
  void *from = handle_get(codebook, CODEBOOK);
  for (R_xlen_t i = 0; i < count; i++) {
    arrays[i].name = names[i];
    if (Rf_xlength(VECTOR_ELT(columns, i)) != rows)
      Rf_error("column `%s` is %.0f long and `%s` %.0f; every column needs a value for each record", names[i],
               (double)Rf_xlength(VECTOR_ELT(columns, i)), names[0], (double)rows);
    borrow_column(&arrays[i], VECTOR_ELT(columns, i));
  }
  options_read(&self, list, load_options, &options, sizeof options);
  status = trygg_responses_load_arrays(from, arrays, (size_t)count, (size_t)rows, &options, &responses,
                                       &self.error);
  result = call_finish(pointer, status, responses, &self);
  UNPROTECT(1);
  return result;
}

/* From an external pointer to an ArrowArrayStream, as those of package nanoarrow, which is read to its end. */
SEXP r_load_arrow(SEXP codebook, SEXP stream, SEXP list) {
  SEXP pointer = PROTECT(handle_new(RESPONSES)), result;
  call self;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  void *from = handle_get(codebook, CODEBOOK);
  struct ArrowArrayStream *batches = TYPEOF(stream) == EXTPTRSXP ? R_ExternalPtrAddr(stream) : NULL;
  if (!batches || !batches->release)
    Rf_error("this Arrow stream has been read already; make it anew");
  options_read(&self, list, load_options, &options, sizeof options);
  status = trygg_responses_load_arrow(from, batches, &options, &responses, &self.error);
  result = call_finish(pointer, status, responses, &self);
  UNPROTECT(1);
  return result;
}

/* ---- what they hold ------------------------------------------------------------------------------- */

static SEXP text_vector(const char *(*at)(const void *, size_t), const void *handle) {
  size_t count = 0;
  SEXP result;
  while (at(handle, count))
    count++;
  result = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)count));
  for (size_t i = 0; i < count; i++)
    SET_STRING_ELT(result, (R_xlen_t)i, text_new(at(handle, i)));
  UNPROTECT(1);
  return result;
}

/* The texts that a handle lends, or the names of a registry. */
static const char *format_name(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);
  return format ? format->name : NULL;
}

/* The i-th of those tests of trends that are run when none is named. */
static const char *usual_test(size_t i) {
  for (size_t test = 0; trygg_trend_test(test); test++)
    if (trygg_trend_usual(test) && i-- == 0)
      return trygg_trend_test(test);
  return NULL;
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
                  {"usual_test", usual_test},
                  {"against", trygg_inference_against},
                  {"variance", trygg_design_variance},
                  {"calibration", trygg_design_calibration},
                  {"trim", trygg_design_trim},
                  {"response", trygg_design_response},
                  {"scale", trygg_inference_scale},
                  {"adjustment", trygg_inference_adjustment},
                  {"dispersion", trygg_inference_dispersion},
                  {"group_test", trygg_inference_group_test},
                  {"measure_test", trygg_trend_measure_test},
                  {"family", trygg_model_family},
                  {"part", trygg_model_part},
                  {"term_test", trygg_model_term_test},
                  {"flag", trygg_table_flag},
                  {"format", format_name}};

static const char *registry_at(const void *self, size_t i) {
  return registries[*(const size_t *)self].at(i);
}

SEXP r_texts(SEXP handle, SEXP name) {
  const char *wanted = options_text(name, "name");
  for (size_t i = 0; i < sizeof lent / sizeof *lent; i++)
    if (!strcmp(wanted, lent[i].name))
      return text_vector(lent[i].at, handle_get(handle, lent[i].of));
  for (size_t i = 0; i < sizeof registries / sizeof *registries; i++)
    if (!strcmp(wanted, registries[i].name))
      return text_vector(registry_at, &i);
  Rf_error("there are no texts `%s`", wanted);
}

SEXP r_label(SEXP codebook, SEXP name, SEXP code, SEXP language) {
  void *from = handle_get(codebook, CODEBOOK);
  const char *in = language == R_NilValue ? NULL : options_text(language, "language");
  if (code == R_NilValue)
    return text_new_vector(trygg_codebook_label(from, options_text(name, "name"), in));
  return text_new_vector(
      trygg_codebook_code_label(from, options_text(name, "name"), options_text(code, "code"), in));
}

/* What indicators.csv says; missing where there is no such indicator or column. */
SEXP r_declared(SEXP codebook, SEXP indicator, SEXP column) {
  return text_new_vector(trygg_codebook_declared(
      handle_get(codebook, CODEBOOK), options_text(indicator, "indicator"), options_text(column, "column")));
}

SEXP r_title(SEXP codebook) {
  return text_new_vector(trygg_codebook_title(handle_get(codebook, CODEBOOK)));
}

/* Bytes that the columns take. */
SEXP r_memory(SEXP responses) {
  return Rf_ScalarReal((double)trygg_responses_memory(handle_get(responses, RESPONSES)));
}

SEXP r_count(SEXP responses) {
  return Rf_ScalarReal((double)trygg_responses_count(handle_get(responses, RESPONSES)));
}

/* Functions from a handle to a table. */
#define TABLE_OF(name, from_kind, function)                                                                  \
  SEXP name(SEXP handle) {                                                                                   \
    SEXP pointer = PROTECT(handle_new(TABLE)), result;                                                       \
    trygg_error error;                                                                                       \
    trygg_table *table;                                                                                      \
    trygg_status status = function(handle_get(handle, from_kind), &table, &error);                           \
    result = handle_finish(pointer, status, table, &error);                                                  \
    UNPROTECT(1);                                                                                            \
    return result;                                                                                           \
  }
TABLE_OF(r_account, RESPONSES, trygg_responses_account)
TABLE_OF(r_rates, RESPONSES, trygg_responses_rates)
TABLE_OF(r_rejected, RESPONSES, trygg_responses_rejected)
TABLE_OF(r_weights, DESIGN, trygg_design_weights)
TABLE_OF(r_margins, DESIGN, trygg_design_margins)
TABLE_OF(r_nonresponse_weights, DESIGN, trygg_design_nonresponse)

SEXP r_codes(SEXP responses, SEXP variable) {
  SEXP pointer = PROTECT(handle_new(TABLE)), result;
  trygg_error error;
  trygg_table *table;
  trygg_status status = trygg_responses_codes(handle_get(responses, RESPONSES),
                                              options_text(variable, "variable"), &table, &error);
  result = handle_finish(pointer, status, table, &error);
  UNPROTECT(1);
  return result;
}
