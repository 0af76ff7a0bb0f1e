/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evaluating one answer a record, by table where the column is narrow. */
#include <indicator/single.h>

#include <math.h>

#include <base/error.h>

static unsigned char judge(const tg_item *item, const tg_column *column, tg_single_value value, size_t record,
                           double *y) {
  *y = tg_item_counts(item, column, record) ? value(item, column, record) : NAN;
  return isnan(*y) ? TG_ITEM_MISSING : TG_INSIDE;
}

static void from_table(const tg_item *item, const tg_column *column, tg_single_value value, size_t first,
                       size_t count, tg_values *values) {
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

/* The column on which alone the indicator depends, if it is one byte wide.  Types of many variables also look at what
 * was asked in the record's wave. */
static const tg_column *only_column(const tg_indicator *indicator, const trygg_responses *responses) {
  const tg_column *column = indicator->item_count ? &responses->columns[indicator->items->variable] : NULL;
  if (indicator->item_count != 1 || indicator->centre || (indicator->type->uses & TG_MANY_VARIABLES) ||
      indicator->denominator_variable != TG_NONE || column->kind != TG_COLUMN_CODE8)
    return NULL;
  if (indicator->bridge_count) /* and what method asked it */
    return NULL;
  for (size_t c = 0; c < indicator->where.count; c++)
    if (indicator->where.sets[c].variable != indicator->items->variable)
      return NULL;
  return column;
}

trygg_status tg_single_table(const tg_indicator *indicator, const trygg_responses *responses,
                             tg_values *table, int *found, const uint8_t **answers, trygg_error *error) {
  const tg_column *column = only_column(indicator, responses);
  size_t variable = column ? indicator->items->variable : 0;
  uint8_t every[TG_SINGLE_ANSWERS];
  trygg_responses all = {.codebook = responses->codebook, .count = TG_SINGLE_ANSWERS};
  *answers = NULL;
  *found = column != NULL;
  if (!column)
    return TRYGG_OK;
  /* Only the place of this one column is looked at. */
  all.columns = tg_memory_new(variable + 1, sizeof *all.columns);
  if (!all.columns)
    return tg_error_memory(error);
  for (size_t i = 0; i < TG_SINGLE_ANSWERS; i++)
    every[i] = (uint8_t)i;
  all.columns[variable] = *column;
  all.columns[variable].present = 1;
  all.columns[variable].values.code8 = every;
  tg_indicator_evaluate(indicator, &all, 0, TG_SINGLE_ANSWERS, table);
  tg_memory_free(all.columns);
  *answers = column->values.code8;
  return TRYGG_OK;
}
