/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row a field; a new option of the library is a new row here. */
#include "option_tables.h"

#include <trygg.h>

#define FIELD(field, kind)                                                                                   \
  { #field, TG_OPTION_##kind, offsetof(STRUCT, field), 0 }
#define TEXTS(field, count)                                                                                  \
  { #field, TG_OPTION_TEXTS, offsetof(STRUCT, field), offsetof(STRUCT, count) }
#define NUMBERS(field, count)                                                                                \
  { #field, TG_OPTION_NUMBERS, offsetof(STRUCT, field), offsetof(STRUCT, count) }
#define END                                                                                                  \
  { NULL, TG_OPTION_TEXT, 0, 0 }

#define STRUCT trygg_load_options
const tg_option tg_load_options[] = {
    FIELD(delimiter, CHARACTER), FIELD(decimal, CHARACTER),  FIELD(threads, INT),
    FIELD(max_field, UINT64),    FIELD(max_columns, UINT64), FIELD(max_record, UINT64),
    FIELD(max_bytes, UINT64),    FIELD(max_ratio, UINT64),   FIELD(progress, PROGRESS),
    FIELD(keep_rejected, INT),   FIELD(keep_silent, INT),    END};
#undef STRUCT

#define STRUCT trygg_design_options
const tg_option tg_design_options[] = {FIELD(lonely, TEXT),
                                       FIELD(domain_lonely, INT),
                                       FIELD(variance, TEXT),
                                       FIELD(seed, UINT64),
                                       FIELD(calibrate, TEXT),
                                       FIELD(spread, TEXT),
                                       FIELD(households, INT),
                                       FIELD(trim, TEXT),
                                       FIELD(trim_strata, INT),
                                       FIELD(threads, INT),
                                       FIELD(response, TEXT),
                                       TEXTS(response_on, response_on_count),
                                       FIELD(response_least, DOUBLE),
                                       FIELD(response_collapse, INT),
                                       END};
#undef STRUCT

#define STRUCT trygg_estimate_options
const tg_option tg_estimate_options[] = {TEXTS(indicators, indicator_count),
                                         TEXTS(by, by_count),
                                         TEXTS(where, where_count),
                                         TEXTS(waves, wave_count),
                                         FIELD(pool, INT),
                                         FIELD(df, TEXT),
                                         FIELD(threads, INT),
                                         FIELD(progress, PROGRESS),
                                         END};
#undef STRUCT

#define STRUCT trygg_inference_options
const tg_option tg_inference_options[] = {FIELD(level, DOUBLE), FIELD(ci, TEXT), END};
#undef STRUCT

#define STRUCT trygg_index_options
const tg_option tg_index_options[] = {TEXTS(names, name_count), FIELD(level, DOUBLE), END};
#undef STRUCT

#define STRUCT trygg_trend_options
const tg_option tg_trend_options[] = {TEXTS(tests, test_count),
                                      FIELD(level, DOUBLE),
                                      FIELD(adjust, TEXT),
                                      FIELD(across_breaks, INT),
                                      FIELD(min_n, INT64),
                                      FIELD(start, DOUBLE),
                                      FIELD(margin, DOUBLE),
                                      FIELD(covariate, TEXT),
                                      FIELD(scale, TEXT),
                                      FIELD(base, TEXT),
                                      FIELD(references, INT),
                                      FIELD(pool_waves, INT),
                                      TEXTS(on, on_count),
                                      END};
#undef STRUCT

#define STRUCT trygg_measure_options
const tg_option tg_measure_options[] = {TEXTS(tests, test_count),
                                        FIELD(scale, TEXT),
                                        FIELD(level, DOUBLE),
                                        FIELD(adjust, TEXT),
                                        FIELD(across_breaks, INT),
                                        FIELD(min_n, INT64),
                                        END};
#undef STRUCT

#define STRUCT trygg_comparison_options
const tg_option tg_comparison_options[] = {FIELD(against, TEXT),
                                           FIELD(scale, TEXT),
                                           FIELD(level, DOUBLE),
                                           FIELD(adjust, TEXT),
                                           FIELD(across_breaks, INT),
                                           FIELD(min_n, INT64),
                                           END};
#undef STRUCT

#define STRUCT trygg_funnel_options
const tg_option tg_funnel_options[] = {FIELD(target, DOUBLE), FIELD(dispersion, TEXT), FIELD(level, DOUBLE),
                                       FIELD(adjust, TEXT),   FIELD(min_n, INT64),     END};
#undef STRUCT

#define STRUCT trygg_group_test_options
const tg_option tg_group_test_options[] = {TEXTS(tests, test_count),
                                           NUMBERS(expected, expected_count),
                                           TEXTS(expected_texts, expected_text_count),
                                           FIELD(adjust, TEXT),
                                           FIELD(min_n, INT64),
                                           END};
#undef STRUCT

#define STRUCT trygg_model_options
const tg_option tg_model_options[] = {FIELD(outcome, TEXT),
                                      TEXTS(on, on_count),
                                      FIELD(family, TEXT),
                                      FIELD(reference, TEXT),
                                      FIELD(no_intercept, INT),
                                      TEXTS(where, where_count),
                                      TEXTS(waves, wave_count),
                                      FIELD(df, TEXT),
                                      FIELD(threads, INT),
                                      FIELD(progress, PROGRESS),
                                      FIELD(offset, TEXT),
                                      FIELD(exposure, TEXT),
                                      END};
#undef STRUCT

#define STRUCT trygg_model_table_options
const tg_option tg_model_table_options[] = {TEXTS(parts, part_count), FIELD(level, DOUBLE),
                                            TEXTS(tests, test_count), END};
#undef STRUCT

#define STRUCT trygg_nonresponse_options
const tg_option tg_nonresponse_options[] = {FIELD(estimates, NESTED), FIELD(level, DOUBLE),
                                            FIELD(adjust, TEXT), FIELD(min_n, INT64), END};
#undef STRUCT

#define STRUCT trygg_representativity_options
const tg_option tg_representativity_options[] = {TEXTS(on, on_count), TEXTS(waves, wave_count),
                                                 FIELD(estimates, ESTIMATES), FIELD(level, DOUBLE),
                                                 FIELD(drawn_weight, TEXT), END};
#undef STRUCT

#define STRUCT trygg_tipping_options
const tg_option tg_tipping_options[] = {FIELD(level, DOUBLE), FIELD(ci, TEXT), END};
#undef STRUCT

#define STRUCT trygg_disclosure_options
const tg_option tg_disclosure_options[] = {FIELD(min_n, INT64), END};
#undef STRUCT

#define STRUCT trygg_report_options
const tg_option tg_report_options[] = {FIELD(language, TEXT),
                                       FIELD(codebook, CODEBOOK),
                                       FIELD(color, INT),
                                       FIELD(width, INT),
                                       FIELD(title, TEXT),
                                       FIELD(trend, PUBLICATION),
                                       END};
#undef STRUCT
