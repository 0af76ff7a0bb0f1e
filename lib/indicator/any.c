/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type any: 1 when a valid item hits; 0 when none hits and at least min_valid are valid; else missing.  In a wave
 * that asked fewer than min_valid of the items only hits could be known, and they would be 100 %: it has no value. */
#include <indicator/types.h>

void tg_any_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                     size_t count, tg_values *values) {
  for (size_t i = 0; i < count; i++) {
    size_t valid = 0, hits = 0;
    values->x[i] = 1;
    if (!values->state[i])
      continue;
    if (tg_indicator_asked(indicator, responses, responses->wave[first + i]) < indicator->min_valid) {
      values->state[i] = TG_OUTSIDE;
      continue;
    }
    for (size_t k = 0; k < indicator->item_count; k++) {
      const tg_item *item = &indicator->items[k];
      const tg_column *column = &responses->columns[item->variable];
      if (!tg_item_counts(item, column, first + i))
        continue;
      valid++;
      hits += tg_item_hits(item, column, first + i) != 0;
    }
    if (!hits && valid < indicator->min_valid)
      values->state[i] = TG_ITEM_MISSING;
    values->y[i] = hits > 0;
  }
}
