/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of indicator types: adding one is a row here and a file beside it. */
#include <indicator/types.h>

const tg_indicator_type tg_indicator_types[] = {
    {"share", "share of the denominator whose answer is in the numerator", TG_RATIO, 1,
     TG_NEEDS_NUMERATOR | TG_USES_DENOMINATOR, NULL, tg_share_evaluate, NULL},
    {"any", "share with a numerator answer to at least one of several variables", TG_RATIO, 1,
     TG_NEEDS_NUMERATOR | TG_USES_DENOMINATOR | TG_USES_MIN_VALID | TG_MANY_VARIABLES, NULL, tg_any_evaluate,
     NULL},
    {"mean", "mean of a number or of the answers' scores", TG_RATIO, 0,
     TG_USES_DENOMINATOR | TG_READS_NUMBERS, NULL, tg_mean_evaluate, NULL},
    {"total", "weighted total of a number, or number of people with a numerator answer", TG_TOTAL, 0,
     TG_USES_NUMERATOR | TG_USES_DENOMINATOR | TG_READS_NUMBERS, NULL, tg_total_evaluate, NULL},
    {"ratio", "one number over another, both valid", TG_RATIO, 0, TG_READS_NUMBERS, tg_ratio_compile,
     tg_ratio_evaluate, NULL},
    {"quantile", "quantile of a number; the numerator is the probability, and a rule other than math",
     TG_QUANTILE, 0, TG_USES_NUMERATOR | TG_NUMERATOR_IS_TEXT | TG_READS_NUMBERS, tg_quantile_compile,
     tg_mean_evaluate, NULL},
    {"scale", "mean of several items rescaled from low..high to 0-100", TG_RATIO, 0,
     TG_USES_DENOMINATOR | TG_USES_MIN_VALID | TG_NEEDS_BOUNDS | TG_MANY_VARIABLES | TG_READS_NUMBERS, NULL,
     tg_scale_evaluate, NULL},
    {"variance", "variance of a number, with n/(n - 1)", TG_FUNCTION, 0,
     TG_USES_DENOMINATOR | TG_READS_NUMBERS, tg_moment_compile, tg_moment_evaluate, &tg_variance_function},
    {"deviation", "standard deviation of a number", TG_FUNCTION, 0, TG_USES_DENOMINATOR | TG_READS_NUMBERS,
     tg_moment_compile, tg_moment_evaluate, &tg_variance_root_function},
    {"correlation", "Pearson's correlation of two numbers, both valid", TG_FUNCTION, 0,
     TG_USES_DENOMINATOR | TG_READS_NUMBERS | TG_MANY_VARIABLES | TG_TWO_VARIABLES, tg_moment_compile,
     tg_moment_evaluate, &tg_correlation_function},
    {"alpha", "Cronbach's alpha of the items of a scale, all valid", TG_FUNCTION, 0,
     TG_USES_DENOMINATOR | TG_READS_NUMBERS | TG_MANY_VARIABLES | TG_USES_BOUNDS, tg_alpha_compile,
     tg_moment_evaluate, &tg_alpha_function},
    {"expression", "a formula of other indicators, as (a - b) / c, with + - * / ^ log exp sqrt", TG_FUNCTION,
     0, TG_NEEDS_NUMERATOR | TG_NUMERATOR_IS_TEXT | TG_WITHOUT_VARIABLE, NULL, tg_expression_evaluate,
     &tg_expression_function},
};

const size_t tg_indicator_type_count = sizeof tg_indicator_types / sizeof *tg_indicator_types;

const char *trygg_indicator_type(size_t i) {
  return i < tg_indicator_type_count ? tg_indicator_types[i].name : NULL;
}

const char *trygg_indicator_help(size_t i) {
  return i < tg_indicator_type_count ? tg_indicator_types[i].help : NULL;
}
