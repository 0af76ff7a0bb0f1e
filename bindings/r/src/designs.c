/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What designs and models hold. */
#include "package.h"

/* Strata, clusters, population. */
SEXP r_sizes(SEXP design) {
  const trygg_design *of = handle_get(design, DESIGN);
  SEXP sizes = PROTECT(Rf_allocVector(REALSXP, 3));
  REAL(sizes)[0] = (double)trygg_design_strata(of);
  REAL(sizes)[1] = (double)trygg_design_clusters(of);
  REAL(sizes)[2] = trygg_design_population(of);
  UNPROTECT(1);
  return sizes;
}

SEXP r_strata(SEXP design) {
  static const char *const names[] = {"stratum", "clusters", "fraction", ""};
  const trygg_design *of = handle_get(design, DESIGN);
  R_xlen_t count = (R_xlen_t)trygg_design_strata(of);
  SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  SET_VECTOR_ELT(list, 0, Rf_allocVector(STRSXP, count));
  SET_VECTOR_ELT(list, 1, Rf_allocVector(REALSXP, count));
  SET_VECTOR_ELT(list, 2, Rf_allocVector(REALSXP, count));
  for (R_xlen_t i = 0; i < count; i++) {
    trygg_stratum stratum = trygg_design_stratum(of, (size_t)i);
    SET_STRING_ELT(VECTOR_ELT(list, 0), i, text_new(stratum.name));
    REAL(VECTOR_ELT(list, 1))[i] = (double)stratum.clusters;
    REAL(VECTOR_ELT(list, 2))[i] = stratum.fraction;
  }
  UNPROTECT(1);
  return list;
}

/* ---- models -------------------------------------------------------------------------------------- */

SEXP r_model_figures(SEXP model) {
  static const char *const names[] = {"part", "term", "level", "against", "n", "estimate", "se", ""};
  const trygg_model *of = handle_get(model, MODEL);
  R_xlen_t count = (R_xlen_t)trygg_model_count(of);
  SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  for (int i = 0; i < 7; i++)
    SET_VECTOR_ELT(list, i, Rf_allocVector(i < 4 ? STRSXP : REALSXP, count));
  for (R_xlen_t i = 0; i < count; i++) {
    trygg_model_figure figure = trygg_model_get(of, (size_t)i);
    SET_STRING_ELT(VECTOR_ELT(list, 0), i, text_new(figure.part));
    SET_STRING_ELT(VECTOR_ELT(list, 1), i, text_new(figure.term));
    SET_STRING_ELT(VECTOR_ELT(list, 2), i, text_new(figure.level));
    SET_STRING_ELT(VECTOR_ELT(list, 3), i, text_new(figure.against));
    REAL(VECTOR_ELT(list, 4))[i] = (double)figure.n;
    REAL(VECTOR_ELT(list, 5))[i] = figure.estimate;
    REAL(VECTOR_ELT(list, 6))[i] = figure.se;
  }
  UNPROTECT(1);
  return list;
}

SEXP r_model_covariance(SEXP model, SEXP figures) {
  const trygg_model *of = handle_get(model, MODEL);
  R_xlen_t count = Rf_xlength(figures);
  const size_t *rows = options_rows(figures);
  SEXP matrix = PROTECT(Rf_allocMatrix(REALSXP, (int)count, (int)count));
  for (R_xlen_t i = 0; i < count; i++)
    for (R_xlen_t j = 0; j < count; j++)
      REAL(matrix)[i + count * j] = trygg_model_covariance(of, rows[i], rows[j]);
  UNPROTECT(1);
  return matrix;
}

SEXP r_model_summary(SEXP model) {
  static const char *const names[] = {
      "family", "nobs", "left.out", "weighted_n", "df.residual", "residual", "total", "coefficients", ""};
  trygg_model_summary summary = trygg_model_summarize(handle_get(model, MODEL));
  const double values[] = {
      (double)summary.n, (double)summary.left_out,    summary.weighted_n, summary.df, summary.residual,
      summary.total,     (double)summary.coefficients};
  SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  SET_VECTOR_ELT(list, 0, text_new_vector(summary.family));
  for (int i = 0; i < 7; i++)
    SET_VECTOR_ELT(list, i + 1, Rf_ScalarReal(values[i]));
  UNPROTECT(1);
  return list;
}
