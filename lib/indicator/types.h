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
trygg_status tg_quantile_compile(tg_indicator *, const trygg_codebook *, const trygg_error *place,
                                 trygg_error *);

#endif
