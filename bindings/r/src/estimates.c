/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From responses to designs, estimates, and what is made of them. */
#include "package.h"

#define STEP(name, from_kind, table, options_type, type, to_kind, function)                                  \
  SEXP name(SEXP handle, SEXP list) {                                                                        \
    SEXP pointer = PROTECT(handle_new(to_kind)), result;                                                     \
    call self;                                                                                               \
    options_type options = {0};                                                                              \
    type *made;                                                                                              \
    trygg_status status;                                                                                     \
    void *from = handle_get(handle, from_kind);                                                              \
    options_read(&self, list, table, &options, sizeof options);                                              \
    status = function(from, &options, &made, &self.error);                                                   \
    result = call_finish(pointer, status, made, &self);                                                      \
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
STEP(r_measures, ESTIMATES, measure_options, trygg_measure_options, trygg_table, TABLE, trygg_trend_measures)
STEP(r_model, DESIGN, model_options, trygg_model_options, trygg_model, MODEL, trygg_model_create)
STEP(r_model_table, MODEL, model_table_options, trygg_model_table_options, trygg_table, TABLE,
     trygg_model_table)
STEP(r_compare, ESTIMATES, comparison_options, trygg_comparison_options, trygg_table, TABLE,
     trygg_inference_compare)
STEP(r_funnel, ESTIMATES, funnel_options, trygg_funnel_options, trygg_table, TABLE, trygg_inference_funnel)
STEP(r_test_groups, ESTIMATES, group_test_options, trygg_group_test_options, trygg_table, TABLE,
     trygg_inference_test_groups)
STEP(r_publish, TABLE, disclosure_options, trygg_disclosure_options, trygg_publication, PUBLICATION,
     trygg_disclosure_publish)

STEP(r_tipping, ESTIMATES, tipping_options, trygg_tipping_options, trygg_table, TABLE, trygg_model_tipping)

/* A series that was computed elsewhere; `covariance` may be NULL. */
SEXP r_series(SEXP time, SEXP estimate, SEXP covariance, SEXP df, SEXP list) {
  SEXP pointer = PROTECT(handle_new(TABLE)), result;
  call self;
  trygg_trend_options options = {0};
  trygg_table *table;
  trygg_status status;
  size_t count = (size_t)Rf_xlength(time);
  if (TYPEOF(time) != REALSXP || TYPEOF(estimate) != REALSXP || (size_t)Rf_xlength(estimate) != count ||
      (covariance != R_NilValue &&
       (TYPEOF(covariance) != REALSXP || (size_t)Rf_xlength(covariance) != count * count)))
    Rf_error("a series has a time and an estimate for each wave, and a covariance for each two");
  options_read(&self, list, trend_options, &options, sizeof options);
  status = trygg_trend_series(REAL_RO(time), REAL_RO(estimate),
                              covariance == R_NilValue ? NULL : REAL_RO(covariance), count, Rf_asReal(df),
                              &options, &table, &self.error);
  result = call_finish(pointer, status, table, &self);
  UNPROTECT(1);
  return result;
}

/* A table about the people of a design, by options of non-response. */
static SEXP about_people(SEXP design, SEXP what, SEXP list,
                         trygg_status (*make)(trygg_design *, const trygg_nonresponse_options *,
                                              trygg_table **, trygg_error *)) {
  SEXP pointer = PROTECT(handle_new(TABLE)), result;
  call self, other;
  trygg_estimate_options estimates = {0};
  trygg_nonresponse_options options = {0};
  trygg_table *table;
  trygg_status status;
  void *from = handle_get(design, DESIGN);
  options_read(&self, list, nonresponse_options, &options, sizeof options);
  options_read(&other, what, estimate_options, &estimates, sizeof estimates);
  options.estimates = &estimates;
  status = make(from, &options, &table, &self.error);
  self.interrupted = other.interrupted;
  result = call_finish(pointer, status, table, &self);
  UNPROTECT(1);
  return result;
}

SEXP r_nonresponse(SEXP design, SEXP what, SEXP list) {
  return about_people(design, what, list, trygg_model_nonresponse);
}

SEXP r_weighting(SEXP design, SEXP what, SEXP list) {
  return about_people(design, what, list, trygg_model_weighting);
}

/* `estimates` may be NULL. */
SEXP r_representativity(SEXP drawn, SEXP estimates, SEXP list) {
  SEXP pointer = PROTECT(handle_new(TABLE)), result;
  call self;
  trygg_representativity_options options = {0};
  trygg_table *table;
  trygg_status status;
  void *from = handle_get(drawn, RESPONSES);
  options_read(&self, list, representativity_options, &options, sizeof options);
  if (estimates != R_NilValue)
    options.estimates = handle_get(estimates, ESTIMATES);
  status = trygg_model_representativity(from, &options, &table, &self.error);
  result = call_finish(pointer, status, table, &self);
  UNPROTECT(1);
  return result;
}

/* Estimates of a stream of files that is not kept. */
SEXP r_stream(SEXP codebook, SEXP files, SEXP load, SEXP design, SEXP estimate) {
  SEXP pointer = PROTECT(handle_new(ESTIMATES)), from = PROTECT(handle_new(RESPONSES)), result;
  call self, other;
  trygg_load_options loading = {0};
  trygg_design_options designing = {0};
  trygg_estimate_options estimating = {0};
  const trygg_estimate_options *tables = &estimating;
  trygg_estimates *estimates;
  trygg_responses *responses;
  trygg_status status;
  size_t count;
  const char *const *paths = options_texts(files, "files", &count);
  void *survey = handle_get(codebook, CODEBOOK);
  options_read(&other, estimate, estimate_options, &estimating, sizeof estimating);
  options_read(&other, design, design_options, &designing, sizeof designing);
  options_read(&self, load, load_options, &loading, sizeof loading);
  estimating.progress = NULL; /* reading tells all there is to tell */
  status = trygg_estimate_stream(survey, paths, count, &loading, &designing, &tables, 1, &estimates,
                                 &responses, &self.error);
  if (status == TRYGG_OK)
    R_SetExternalPtrAddr(from, responses);
  result = call_finish(pointer, status, estimates, &self);
  UNPROTECT(2);
  return result;
}

SEXP r_index_items(SEXP codebook, SEXP list) {
  call self;
  trygg_index_options options = {0};
  const char **items;
  size_t count;
  SEXP result;
  void *from = handle_get(codebook, CODEBOOK);
  options_read(&self, list, index_options, &options, sizeof options);
  if (trygg_index_items(from, &options, &items, &count, &self.error) != TRYGG_OK)
    return failure_new(&self.error);
  result = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)count));
  for (size_t i = 0; i < count; i++)
    SET_STRING_ELT(result, (R_xlen_t)i, text_new(items[i]));
  trygg_index_free_items(items);
  UNPROTECT(1);
  return result;
}

SEXP r_covariance(SEXP estimates, SEXP rows) {
  R_xlen_t count = Rf_xlength(rows);
  SEXP matrix = PROTECT(Rf_allocMatrix(REALSXP, (int)count, (int)count));
  trygg_error error;
  trygg_status status = trygg_estimate_covariance(handle_get(estimates, ESTIMATES), options_rows(rows),
                                                  (size_t)count, REAL(matrix), &error);
  UNPROTECT(1);
  return status == TRYGG_OK ? matrix : failure_new(&error);
}

SEXP r_contrast(SEXP estimates, SEXP rows, SEXP coefficients, SEXP level) {
  static const char *const names[] = {"estimate", "se", "df", "lower", "upper", "statistic", "p", ""};
  trygg_contrast c;
  trygg_error error;
  double values[7];
  SEXP list;
  if (trygg_inference_contrast(handle_get(estimates, ESTIMATES), options_rows(rows), REAL_RO(coefficients),
                               (size_t)Rf_xlength(rows), Rf_asReal(level), &c, &error) != TRYGG_OK)
    return failure_new(&error);
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

/* A matrix with a row an estimate and a column a cluster, with the strata of the clusters as attribute. */
SEXP r_influence(SEXP estimates, SEXP design, SEXP rows) {
  R_xlen_t count = Rf_xlength(rows);
  size_t clusters = trygg_design_clusters(handle_get(design, DESIGN));
  SEXP matrix = PROTECT(Rf_allocMatrix(REALSXP, (int)count, (int)clusters));
  SEXP numbers = PROTECT(Rf_allocVector(INTSXP, (R_xlen_t)clusters));
  size_t *strata = (size_t *)R_alloc(clusters + 1, sizeof *strata);
  trygg_error error;
  trygg_status status = trygg_estimate_influence(handle_get(estimates, ESTIMATES), options_rows(rows),
                                                 (size_t)count, REAL(matrix), strata, &error);
  for (size_t i = 0; status == TRYGG_OK && i < clusters; i++)
    INTEGER(numbers)[i] = (int)strata[i] + 1;
  Rf_setAttrib(matrix, Rf_install("strata"), numbers);
  UNPROTECT(2);
  return status == TRYGG_OK ? matrix : failure_new(&error);
}
