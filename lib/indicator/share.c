/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type share: y = 1 where the answer is in the numerator, over answers in the denominator. */
#include <indicator/types.h>

/* What each stored byte of an answer means, worked out once a run instead of once a record. */
static void tabulate(const tg_item *item, const tg_column *column, unsigned char state[256], double y[256]) {
  uint8_t byte;
  tg_column one = *column;
  one.values.code8 = &byte;
  for (int i = 0; i < 256; i++) {
    byte = (uint8_t)i;
    state[i] = (unsigned char)(tg_item_counts(item, &one, 0) ? TG_INSIDE : TG_ITEM_MISSING);
    y[i] = state[i] == TG_INSIDE && tg_item_hits(item, &one, 0);
  }
}

void tg_share_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first, size_t count,
                       tg_values *values) {
  const tg_item *item = indicator->items;
  const tg_column *column = &responses->columns[item->variable];
  if (column->kind == TG_COLUMN_CODE8 && column->values.code8) {
    unsigned char state[256];
    double y[256];
    tabulate(item, column, state, y);
    for (size_t i = 0; i < count; i++) {
      uint8_t byte = column->values.code8[first + i];
      values->state[i] = values->state[i] ? state[byte] : TG_OUTSIDE;
      values->y[i] = y[byte];
      values->x[i] = 1;
    }
    return;
  }
  for (size_t i = 0; i < count; i++) {
    if (values->state[i] && !tg_item_counts(item, column, first + i))
      values->state[i] = TG_ITEM_MISSING;
    values->y[i] = values->state[i] == TG_INSIDE && tg_item_hits(item, column, first + i);
    values->x[i] = 1;
  }
}
