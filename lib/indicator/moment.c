/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments: means of products of numbers, of which variances, correlations and alpha are made.
 *
 * Numbers are taken less a centre, so that large close ones do not cancel: S^2 of y is that of y - c, and the sums of
 * squares about a value met in the data lose no more digits than (mean - c)^2 / S^2 has. */
#include <indicator/types.h>

#include <math.h>

#include <base/error.h>

static const tg_indicator_type moment_type = {
    .name = "moment", .help = "", .estimand = TG_RATIO, .evaluate = tg_moment_evaluate};

trygg_status tg_moment_compile(tg_indicator *indicator, const trygg_codebook *codebook,
                               const trygg_error *place, trygg_error *error) {
  (void)codebook;
  (void)place;
  indicator->right = TG_NONE;
  indicator->centre = tg_memory_new(indicator->item_count, sizeof *indicator->centre);
  if (!indicator->centre)
    return tg_error_memory(error);
  for (size_t k = 0; k < indicator->item_count; k++)
    indicator->centre[k] = NAN;
  return TRYGG_OK;
}

trygg_status tg_moment_append(tg_indicators *all, size_t at, size_t left, size_t right, trygg_error *error) {
  tg_indicator *part;
  size_t depth;
  trygg_status status = tg_indicator_append_part(all, at, &part, error);
  if (status != TRYGG_OK)
    return status;
  depth = part->depth;
  *part = all->list[at];
  part->type = &moment_type;
  part->estimand = TG_RATIO;
  part->function = NULL;
  part->borrows = 1;
  part->part_begin = part->part_count = 0;
  part->depth = depth;
  part->left = left;
  part->right = right;
  return TRYGG_OK;
}

/* The number of an item, reversed where it is; NaN where it has none or does not count. */
static double number(const tg_indicator *indicator, size_t k, const trygg_responses *responses,
                     size_t record) {
  const tg_item *item = &indicator->items[k];
  const tg_column *column = &responses->columns[item->variable];
  double y = tg_item_counts(item, column, record) ? tg_column_number(column, record) : NAN;
  return item->reversed ? indicator->low + indicator->high - y : y;
}

void tg_moment_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                        size_t count, tg_values *values) {
  int known = !isnan(indicator->centre[0]);
  for (size_t i = 0; i < count; i++) {
    double left = NAN, right = 1, sum = 0;
    values->x[i] = 1;
    if (!values->state[i])
      continue;
    for (size_t k = 0; k < indicator->item_count; k++) {
      double d = number(indicator, k, responses, first + i) - (known ? indicator->centre[k] : 0);
      left = k == indicator->left ? d : left;
      right = k == indicator->right ? d : right;
      sum += d;
    }
    left = indicator->left == TG_MOMENT_SUM ? sum : left;
    right = indicator->right == TG_MOMENT_SUM ? sum : right;
    values->y[i] = left * right;
    if (isnan(sum)) /* all items must be valid */
      values->state[i] = TG_ITEM_MISSING;
  }
}

/* The first record in which all items have numbers: which one it is does not depend on how records come in. */
static void find_centre(const tg_indicator *indicator, const trygg_responses *responses) {
  unsigned char state = TG_INSIDE;
  double y, x;
  tg_values value = {&y, &x, &state};
  for (size_t i = 0; i < responses->count; i++) {
    tg_indicator_evaluate(indicator, responses, i, 1, &value);
    if (state != TG_INSIDE)
      continue;
    for (size_t k = 0; k < indicator->item_count; k++)
      indicator->centre[k] = number(indicator, k, responses, i);
    return;
  }
}

void tg_indicator_centre(tg_indicators *all, const trygg_responses *responses) {
  for (size_t i = 0; i < all->all; i++)
    if (all->list[i].centre && !all->list[i].borrows && isnan(all->list[i].centre[0]))
      find_centre(&all->list[i], responses);
}
