/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions that R calls, registered. */
#include "package.h"

#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>

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
                                          ENTRY(r_nonresponse_weights, 1),
                                          ENTRY(r_margins, 1),
                                          ENTRY(r_design, 2),
                                          ENTRY(r_estimate, 2),
                                          ENTRY(r_inference, 2),
                                          ENTRY(r_index, 2),
                                          ENTRY(r_index_items, 2),
                                          ENTRY(r_trend, 2),
                                          ENTRY(r_measures, 2),
                                          ENTRY(r_compare, 2),
                                          ENTRY(r_funnel, 2),
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
                                          ENTRY(r_load_arrow, 3),
                                          ENTRY(r_declared, 3),
                                          ENTRY(r_title, 1),
                                          ENTRY(r_memory, 1),
                                          ENTRY(r_rejected, 1),
                                          ENTRY(r_tipping, 2),
                                          ENTRY(r_nonresponse, 3),
                                          ENTRY(r_weighting, 3),
                                          ENTRY(r_representativity, 3),
                                          ENTRY(r_influence, 3),
                                          ENTRY(r_sizes, 1),
                                          ENTRY(r_strata, 1),
                                          ENTRY(r_model_figures, 1),
                                          ENTRY(r_model_covariance, 2),
                                          ENTRY(r_model_summary, 1),
                                          ENTRY(r_series, 5),
                                          ENTRY(r_arrow_new, 0),
                                          ENTRY(r_arrow_export, 1),
                                          {NULL, NULL, 0}};

attribute_visible void R_init_trygg(DllInfo *library) {
  R_registerRoutines(library, NULL, entries, NULL, NULL);
  R_useDynamicSymbols(library, FALSE);
  R_forceSymbols(library, TRUE);
}
