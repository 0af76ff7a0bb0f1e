/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluating one answer a record, by table where the column is narrow. */
#include <indicator/single.h>

#include <math.h>

static unsigned char judge(const tg_item *item, const tg_column *column, tg_single_value value, size_t record,
                           double *y) {
  *y = tg_item_counts(item, column, record) ? value(item, column, record) : NAN;
  return isnan(*y) ? TG_ITEM_MISSING : TG_INSIDE;
}

static void from_table(const tg_item *item, const tg_column *column, tg_single_value value, size_t first, size_t count,
                       tg_values *values) {
  unsigned char state[256];
  double y[256];
  uint8_t byte;
  const uint8_t *answers = column->values.code8 + first;
  tg_column one = *column;
  one.values.code8 = &byte;
  for (int i = 0; i < 256; i++) {
    byte = (uint8_t)i;
    state[i] = judge(item, &one, value, 0, &y[i]);
  }
  for (size_t i = 0; i < count; i++) {
    values->state[i] = values->state[i] ? state[answers[i]] : TG_OUTSIDE;
    values->y[i] = y[answers[i]];
    values->x[i] = 1;
  }
}

void tg_single_evaluate(const tg_item *item, const tg_column *column, tg_single_value value, size_t first,
                        size_t count, tg_values *values) {
  if (column->kind == TG_COLUMN_CODE8 && column->values.code8 && count > 256) {
    from_table(item, column, value, first, count, values);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    if (values->state[i])
      values->state[i] = judge(item, column, value, first + i, &values->y[i]);
    values->x[i] = 1;
  }
}
