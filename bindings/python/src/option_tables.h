/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of the library's option structs by name, for bindings that take options by keyword.  The packages for
 * Python and R have this file and option_tables.c word for word alike (tests/check/bindings.sh). */
#ifndef TG_OPTION_TABLES_H
#define TG_OPTION_TABLES_H

#include <stddef.h>

typedef enum tg_option_kind {
  TG_OPTION_TEXT,
  TG_OPTION_TEXTS,     /* an array and its length */
  TG_OPTION_NUMBERS,   /* doubles, and how many */
  TG_OPTION_CHARACTER, /* one char */
  TG_OPTION_INT,
  TG_OPTION_INT64,
  TG_OPTION_UINT64,
  TG_OPTION_DOUBLE,
  TG_OPTION_PROGRESS,    /* filled for every call; the caller's function is kept beside */
  TG_OPTION_CODEBOOK,    /* a handle */
  TG_OPTION_ESTIMATES,   /* a handle */
  TG_OPTION_PUBLICATION, /* a handle */
  TG_OPTION_NESTED       /* a pointer to another option struct, which the caller fills */
} tg_option_kind;

/* A field of an option struct. */
typedef struct tg_option {
  const char *name; /* NULL ends a table */
  tg_option_kind kind;
  size_t offset, count_offset;
} tg_option;

extern const tg_option tg_load_options[], tg_design_options[], tg_estimate_options[], tg_inference_options[],
    tg_index_options[], tg_trend_options[], tg_measure_options[], tg_comparison_options[],
    tg_funnel_options[], tg_group_test_options[], tg_model_options[], tg_model_table_options[],
    tg_nonresponse_options[], tg_representativity_options[], tg_tipping_options[], tg_disclosure_options[],
    tg_report_options[];

#endif /* TG_OPTION_TABLES_H */
