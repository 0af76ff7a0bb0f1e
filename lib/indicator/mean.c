/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type mean (and the values of type quantile): y is the number, or the score of the answer. */
#include <indicator/single.h>
#include <indicator/types.h>

static double number(const tg_item *item, const tg_column *column, size_t record) {
  (void)item;
  return tg_column_number(column, record);
}

void tg_mean_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                      size_t count, tg_values *values) {
  tg_single_evaluate(indicator->items, &responses->columns[indicator->items->variable], number, first, count,
                     values);
}
