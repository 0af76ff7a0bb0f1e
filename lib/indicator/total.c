/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type total: y is the number, or 1 for an answer in the numerator; missing ones add nothing. */
#include <indicator/types.h>

void tg_total_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                       size_t count, tg_values *values) {
  const tg_column *column = &responses->columns[indicator->items->variable];
  if (indicator->items->has_numerator)
    tg_share_evaluate(indicator, responses, first, count, values);
  else
    tg_mean_evaluate(indicator, responses, first, count, values);
  /* Who was not asked, or was routed past the question, has nothing to add: only answers that should be there are
   * missed. */
  for (size_t i = 0; i < count; i++)
    if (values->state[i] == TG_ITEM_MISSING) {
      tg_missing kind = tg_column_missing(column, first + i);
      if (kind == TG_NOT_APPLICABLE || kind == TG_NOT_ASKED)
        values->state[i] = TG_OUTSIDE;
    }
}
