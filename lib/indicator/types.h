/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each file of an indicator type offers to the registry. */
#ifndef TG_INDICATOR_TYPES_H
#define TG_INDICATOR_TYPES_H

#include <indicator/indicator.h>

void tg_share_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count,
                       tg_values *);
void tg_any_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count, tg_values *);
void tg_mean_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count, tg_values *);
void tg_total_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count,
                       tg_values *);
void tg_scale_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count,
                       tg_values *);
void tg_ratio_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count,
                       tg_values *);
trygg_status tg_ratio_compile(tg_indicator *, const trygg_codebook *, const trygg_error *place,
                              trygg_error *);
/* Moments, and what is made of them. */
#define TG_MOMENT_SUM (SIZE_MAX - 1)
trygg_status tg_moment_compile(tg_indicator *, const trygg_codebook *, const trygg_error *place,
                               trygg_error *);
void tg_moment_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count,
                        tg_values *);
/* Append the mean of the product of two items (or TG_MOMENT_SUM of all), each less its centre. */
trygg_status tg_moment_append(tg_indicators *all, size_t at, size_t left, size_t right, trygg_error *error);
trygg_status tg_alpha_compile(tg_indicator *, const trygg_codebook *, const trygg_error *place,
                              trygg_error *);
extern const tg_function tg_variance_function, tg_variance_root_function, tg_correlation_function,
    tg_alpha_function;

void tg_expression_evaluate(const tg_indicator *, const trygg_responses *, size_t first, size_t count,
                            tg_values *);
void tg_expression_free(struct tg_expression *expression);
extern const tg_function tg_expression_function;

/* Make an indicator with a standard population a function of its value in each category. */
trygg_status tg_standard_compile(tg_indicator *, const trygg_codebook *, const trygg_error *place,
                                 trygg_error *);

trygg_status tg_quantile_compile(tg_indicator *, const trygg_codebook *, const trygg_error *place,
                                 trygg_error *);

#endif
