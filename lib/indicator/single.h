/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indicators whose value comes from one answer. */
#ifndef TG_INDICATOR_SINGLE_H
#define TG_INDICATOR_SINGLE_H

#include <indicator/indicator.h>

/* The value of an answer that is in the denominator; NaN where it has none. */
typedef double (*tg_single_value)(const tg_item *item, const tg_column *column, size_t record);

/* Fill y, x = 1 and state of a run of records.  A one-byte column has at most 256 different answers, which are
 * looked at once a run instead of once a record. */
void tg_single_evaluate(const tg_item *item, const tg_column *column, tg_single_value value, size_t first,
                        size_t count, tg_values *values);

/* Different answers of a one-byte column. */
#define TG_SINGLE_ANSWERS ((size_t)256)

/* y, x and state of every possible answer (TG_SINGLE_ANSWERS long) of an indicator that depends on one one-byte
 * column only: *found is then 1, and *answers the column, NULL where no file had it. */
trygg_status tg_single_table(const tg_indicator *indicator, const trygg_responses *responses,
                             tg_values *table, int *found, const uint8_t **answers, trygg_error *error);

#endif
