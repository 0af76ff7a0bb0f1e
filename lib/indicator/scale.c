/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type scale: the mean of the valid items, reversed ones turned, from low..high to 0-100. */
#include <math.h>

#include <indicator/types.h>

void tg_scale_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                       size_t count, tg_values *values) {
  double low = indicator->low, high = indicator->high;
  for (size_t i = 0; i < count; i++) {
    size_t valid = 0;
    double sum = 0;
    values->x[i] = 1;
    if (!values->state[i])
      continue;
    for (size_t k = 0; k < indicator->item_count; k++) {
      const tg_item *item = &indicator->items[k];
      const tg_column *column = &responses->columns[item->variable];
      double y = tg_column_number(column, first + i);
      if (isnan(y) || !tg_item_counts(item, column, first + i))
        continue;
      valid++;
      sum += item->reversed ? low + high - y : y;
    }
    if (valid < indicator->min_valid)
      values->state[i] = TG_ITEM_MISSING;
    else
      values->y[i] = (sum / (double)valid - low) / (high - low) * 100;
  }
}
