/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the package share: handles are external pointers, options come as named lists, results leave as
 * data frames.  A failing call returns an object of class `trygg_failure`, which R code raises: nothing here jumps
 * over memory that is to be freed. */
#ifndef TRYGG_R_PACKAGE_H
#define TRYGG_R_PACKAGE_H

#include <stddef.h>

#include <trygg.h>

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>

/* ---- texts and errors: handles.c ---------------------------------------------------------------- */

SEXP text_new(const char *text);        /* a CHARSXP; NA for NULL */
SEXP text_new_vector(const char *text); /* of one */
SEXP failure_new(const trygg_error *error);

/* ---- handles: handles.c ----------------------------------------------------------------------- */

typedef enum kind { CODEBOOK, RESPONSES, DESIGN, ESTIMATES, MODEL, TABLE, PUBLICATION, KINDS } kind;

SEXP handle_new(kind of); /* empty; made before the call that fills it, so that nothing is lost */
void *handle_get(SEXP pointer, kind of);
SEXP handle_finish(SEXP pointer, trygg_status status, void *handle, const trygg_error *error);

/* ---- options: options.c ------------------------------------------------------------------------- */

typedef enum option_kind {
  TEXT,
  TEXTS,
  NUMBERS,
  CHARACTER,
  INT,
  INT64,
  DOUBLE,
  PUBLISHED,
  PROGRESS
} option_kind;

/* A field of an option struct. */
typedef struct option {
  const char *name;
  option_kind kind;
  size_t offset, count_offset;
} option;

extern const option load_options[], design_options[], estimate_options[], inference_options[],
    index_options[], trend_options[], measure_options[], model_options[], model_table_options[],
    nonresponse_options[], representativity_options[], tipping_options[], comparison_options[],
    funnel_options[], group_test_options[], disclosure_options[], report_options[];

/* How a call hears of progress: an R function of stage, done, total, or R_NilValue. */
typedef struct call {
  trygg_progress progress;
  SEXP report;
  int interrupted;
  trygg_error error;
} call;

/* Fill `options`, a zeroed struct of `size` bytes, from a named list; NULL stands for the default. */
void options_read(call *self, SEXP list, const option *table, void *options, size_t size);
const char *options_text(SEXP value, const char *what); /* one text, else an R error that names `what` */
const char *const *options_texts(SEXP value, const char *what, size_t *count); /* none missing */
size_t *options_rows(SEXP rows);                                               /* which count from 1 in R */
SEXP call_finish(SEXP pointer, trygg_status status, void *handle, const call *self);

/* ---- what R calls ------------------------------------------------------------------------- */

SEXP r_codebook_read(SEXP);
SEXP r_codebook_build(SEXP);
SEXP r_load_files(SEXP, SEXP, SEXP);
SEXP r_load_columns(SEXP, SEXP, SEXP);
SEXP r_texts(SEXP, SEXP);
SEXP r_label(SEXP, SEXP, SEXP, SEXP);
SEXP r_count(SEXP);
SEXP r_account(SEXP);
SEXP r_rates(SEXP);
SEXP r_codes(SEXP, SEXP);
SEXP r_weights(SEXP);
SEXP r_nonresponse_weights(SEXP);
SEXP r_margins(SEXP);
SEXP r_design(SEXP, SEXP);
SEXP r_estimate(SEXP, SEXP);
SEXP r_inference(SEXP, SEXP);
SEXP r_index(SEXP, SEXP);
SEXP r_index_items(SEXP, SEXP);
SEXP r_trend(SEXP, SEXP);
SEXP r_measures(SEXP, SEXP);
SEXP r_compare(SEXP, SEXP);
SEXP r_funnel(SEXP, SEXP);
SEXP r_test_groups(SEXP, SEXP);
SEXP r_stream(SEXP, SEXP, SEXP, SEXP, SEXP);
SEXP r_model(SEXP, SEXP);
SEXP r_model_table(SEXP, SEXP);
SEXP r_publish(SEXP, SEXP);
SEXP r_covariance(SEXP, SEXP);
SEXP r_contrast(SEXP, SEXP, SEXP, SEXP);
SEXP r_table(SEXP);
SEXP r_publication_table(SEXP);
SEXP r_write(SEXP, SEXP, SEXP, SEXP);
SEXP r_version(void);
SEXP r_load_arrow(SEXP, SEXP, SEXP);
SEXP r_declared(SEXP, SEXP, SEXP);
SEXP r_title(SEXP);
SEXP r_memory(SEXP);
SEXP r_rejected(SEXP);
SEXP r_tipping(SEXP, SEXP);
SEXP r_nonresponse(SEXP, SEXP, SEXP);
SEXP r_weighting(SEXP, SEXP, SEXP);
SEXP r_representativity(SEXP, SEXP, SEXP);
SEXP r_influence(SEXP, SEXP, SEXP);
SEXP r_sizes(SEXP);
SEXP r_strata(SEXP);
SEXP r_model_figures(SEXP);
SEXP r_model_covariance(SEXP, SEXP);
SEXP r_model_summary(SEXP);
SEXP r_series(SEXP, SEXP, SEXP, SEXP, SEXP);
SEXP r_arrow_new(void);
SEXP r_arrow_export(SEXP);

#endif /* TRYGG_R_PACKAGE_H */
