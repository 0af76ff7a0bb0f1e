/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type share: y = 1 where the answer is in the numerator, over answers in the denominator. */
#include <indicator/single.h>
#include <indicator/types.h>

static double hit(const tg_item *item, const tg_column *column, size_t record) {
  return tg_item_hits(item, column, record);
}

void tg_share_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                       size_t count, tg_values *values) {
  tg_single_evaluate(indicator->items, &responses->columns[indicator->items->variable], hit, first, count,
                     values);
}
