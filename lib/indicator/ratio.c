/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type ratio: y over x, where both are valid. */
#include <math.h>
#include <string.h>

#include <base/text.h>
#include <indicator/types.h>

trygg_status tg_ratio_compile(tg_indicator *indicator, const trygg_codebook *codebook,
                              const trygg_error *place, trygg_error *error) {
  const char *name = indicator->row->denominator;
  trygg_error at = *place;
  tg_text_print(at.field, sizeof at.field, "denominator");
  if (!*name)
    return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, "denominator",
                       "a ratio needs a variable in the column `denominator`");
  indicator->denominator_variable = tg_codebook_find_variable(codebook, name, strlen(name));
  if (indicator->denominator_variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, strlen(name), &at, error);
  return TRYGG_OK;
}

void tg_ratio_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                       size_t count, tg_values *values) {
  const tg_column *over = &responses->columns[indicator->items->variable];
  const tg_column *under = &responses->columns[indicator->denominator_variable];
  for (size_t i = 0; i < count; i++) {
    values->y[i] = tg_column_number(over, first + i);
    values->x[i] = tg_column_number(under, first + i);
    if (values->state[i] && (isnan(values->y[i]) || isnan(values->x[i])))
      values->state[i] = TG_ITEM_MISSING;
  }
}
