/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the texts of indicators.csv to something that can be evaluated. */
#include <indicator/types.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

static const char *type_name_at(const void *context, size_t i) {
  (void)context;
  return tg_indicator_types[i].name;
}

static trygg_error *at_field(trygg_error *place, const char *field) {
  tg_text_print(place->field, sizeof place->field, "%s", field);
  return place;
}

static trygg_status fault(const trygg_error *place, const char *field, trygg_error *error, const char *what) {
  return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, field, "%s", what);
}

static trygg_status compile_type(tg_indicator *indicator, const trygg_error *place, trygg_error *error) {
  const char *name = *indicator->row->type ? indicator->row->type : "share";
  const char *nearest;
  for (size_t i = 0; i < tg_indicator_type_count; i++)
    if (!strcmp(tg_indicator_types[i].name, name)) {
      indicator->type = &tg_indicator_types[i];
      return TRYGG_OK;
    }
  nearest = tg_text_nearest(name, tg_indicator_type_count, type_name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, place->file, place->line, 0, "type",
                     "no indicator type `%s`; did you mean `%s`?", name, nearest ? nearest : "share");
}

static trygg_status compile_items(tg_indicator *indicator, const trygg_codebook *codebook, trygg_error *place,
                                  trygg_error *error) {
  const char *cursor = indicator->row->variable, *word;
  size_t length, count = 0;
  at_field(place, "variable");
  while ((word = tg_text_word(&cursor, &length)))
    count++;
  if (indicator->type->uses & TG_WITHOUT_VARIABLE)
    return count ? fault(place, "variable", error,
                         "this type of indicator has no variable; leave the cell empty")
                 : TRYGG_OK;
  if (!count)
    return fault(place, "variable", error, "an indicator needs a variable");
  if (count != 2 && indicator->type->uses & TG_TWO_VARIABLES)
    return fault(place, "variable", error, "this type of indicator takes two variables");
  if (count > 1 && !(indicator->type->uses & TG_MANY_VARIABLES))
    return fault(place, "variable", error, "this type of indicator takes one variable");
  indicator->items = tg_memory_new(count, sizeof *indicator->items);
  if (!indicator->items)
    return tg_error_memory(error);
  indicator->item_count = count;
  cursor = indicator->row->variable;
  for (tg_item *item = indicator->items; (word = tg_text_word(&cursor, &length)); item++) {
    if (*word == '-') {
      item->reversed = 1;
      word++, length--;
      if (!(indicator->type->uses & (TG_NEEDS_BOUNDS | TG_USES_BOUNDS)))
        return fault(place, "variable", error, "only items of a scale are reversed with `-`");
    }
    item->variable = tg_codebook_find_variable(codebook, word, length);
    if (item->variable == TG_NONE)
      return tg_codebook_unknown_variable(codebook, word, length, place, error);
    item->kinds = 1u << TG_VALID;
  }
  return TRYGG_OK;
}

/* A word of the denominator: valid, applicable, all, a kind of missing; -1 when it must be a code. */
static int denominator_kinds(const char *word, size_t length, unsigned *kinds) {
  const unsigned every = (1u << TG_MISSING_KINDS) - 1;
  tg_missing kind;
  if (tg_text_equal(word, length, "valid"))
    *kinds |= 1u << TG_VALID;
  else if (tg_text_equal(word, length, "applicable"))
    *kinds |= every & ~(1u << TG_NOT_ASKED) & ~(1u << TG_NOT_APPLICABLE);
  else if (tg_text_equal(word, length, "all"))
    *kinds |= every & ~(1u << TG_NOT_ASKED);
  else if (!tg_missing_find(word, length, &kind) && kind != TG_VALID)
    *kinds |= 1u << kind;
  else
    return -1;
  return 0;
}

static trygg_status compile_denominator(tg_indicator *indicator, const trygg_codebook *codebook,
                                        trygg_error *place, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *cursor = indicator->row->denominator, *word;
  size_t length;
  unsigned kinds = 0;
  tg_text codes = {0};
  at_field(place, "denominator");
  while ((word = tg_text_word(&cursor, &length)))
    if (denominator_kinds(word, length, &kinds)) {
      if (codes.length)
        tg_text_putc(&codes, ' ');
      tg_text_append(&codes, word, length);
    }
  if (codes.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < indicator->item_count; i++) {
    tg_item *item = &indicator->items[i];
    item->kinds = kinds;
    if (codes.length) {
      TRY(tg_code_set_parse(codebook, item->variable, codes.bytes, place, &item->codes, error));
      item->has_codes = 1;
    }
  }
cleanup:
  tg_text_free(&codes);
  return status;
}

static trygg_status compile_numerator(tg_indicator *indicator, const trygg_codebook *codebook,
                                      trygg_error *place, trygg_error *error) {
  const char *text = indicator->row->numerator;
  at_field(place, "numerator");
  if (indicator->type->uses & TG_NUMERATOR_IS_TEXT)
    return TRYGG_OK;
  for (size_t i = 0; i < indicator->item_count; i++) {
    trygg_status status = tg_code_set_parse(codebook, indicator->items[i].variable, text, place,
                                            &indicator->items[i].numerator, error);
    if (status != TRYGG_OK)
      return status;
    indicator->items[i].has_numerator = 1;
  }
  return TRYGG_OK;
}

static trygg_status compile_number(const char *text, const char *field, double *out, const trygg_error *place,
                                   trygg_error *error) {
  if (*text && tg_number_parse(text, strlen(text), 0, out))
    return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, field, "a number was expected");
  return TRYGG_OK;
}

static trygg_status compile_bounds(tg_indicator *indicator, const trygg_error *place, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_indicator_row *row = indicator->row;
  double min_valid = (double)indicator->item_count;
  indicator->low = indicator->high = NAN;
  TRY(compile_number(row->low, "low", &indicator->low, place, error));
  TRY(compile_number(row->high, "high", &indicator->high, place, error));
  TRY(compile_number(row->min_valid, "min_valid", &min_valid, place, error));
  if ((indicator->type->uses & TG_NEEDS_BOUNDS) && !(indicator->low < indicator->high))
    return fault(place, "low", error, "a scale needs `low` below `high`, the ends of its items");
  if (*row->min_valid &&
      !(min_valid >= 1 && min_valid <= (double)indicator->item_count && min_valid == floor(min_valid)))
    return fault(place, "min_valid", error, "min_valid is a whole number from 1 to the number of variables");
  indicator->min_valid = (size_t)min_valid;
  if (*row->better && strcmp(row->better, "low") && strcmp(row->better, "high"))
    return fault(place, "better", error, "better is `low` or `high`");
  indicator->better = *row->better ? (*row->better == 'l' ? -1 : 1) : 0;
cleanup:
  return status;
}

static trygg_status check_columns(const tg_indicator *indicator, const trygg_error *place,
                                  trygg_error *error) {
  const tg_indicator_row *row = indicator->row;
  unsigned uses = indicator->type->uses;
  if ((uses & TG_NEEDS_NUMERATOR) && !*row->numerator)
    return fault(place, "numerator", error, "this type needs the problem answers in the column `numerator`");
  if (*row->numerator && !(uses & (TG_NEEDS_NUMERATOR | TG_USES_NUMERATOR)))
    return fault(place, "numerator", error, "this type of indicator has no numerator; leave the cell empty");
  if (*row->min_valid && !(uses & TG_USES_MIN_VALID))
    return fault(place, "min_valid", error, "this type of indicator has no min_valid; leave the cell empty");
  return TRYGG_OK;
}

/* A mean of texts, dates or several answers at once has no meaning. */
static trygg_status check_numbers(const tg_indicator *indicator, const trygg_codebook *codebook,
                                  const trygg_error *place, trygg_error *error) {
  for (size_t i = 0; i < indicator->item_count; i++) {
    const tg_variable *variable = &codebook->variables[indicator->items[i].variable];
    if ((indicator->type->uses & TG_READS_NUMBERS) && !indicator->items[i].has_numerator &&
        variable->type != TG_INTEGER && variable->type != TG_DECIMAL && variable->type != TG_SELECT_ONE)
      return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, "variable",
                         "`%s` has neither numbers nor scores, which this type of indicator needs",
                         variable->name);
  }
  return TRYGG_OK;
}

static trygg_status compile_weight(tg_indicator *indicator, const trygg_codebook *codebook,
                                   trygg_error *place, trygg_error *error) {
  const char *name = indicator->row->weight;
  indicator->weight = TG_NONE;
  if (!*name)
    return TRYGG_OK;
  indicator->weight = tg_codebook_find_variable(codebook, name, strlen(name));
  if (indicator->weight == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, strlen(name), at_field(place, "weight"), error);
  if (tg_variable_is_coded(&codebook->variables[indicator->weight]))
    return fault(place, "weight", error, "a weight is a variable of type decimal or integer");
  return TRYGG_OK;
}

trygg_status tg_indicator_compile(const trygg_codebook *codebook, size_t row, int standardise,
                                  tg_indicator *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_error place = {0};
  out->row = &codebook->indicators[row];
  out->denominator_variable = TG_NONE;
  place.line = out->row->line;
  tg_text_print(place.file, sizeof place.file, "%s", out->row->file ? out->row->file : "indicators");
  out->name = tg_memory_string(out->row->name);
  if (!out->name)
    return tg_error_memory(error);
  TRY(compile_type(out, &place, error));
  out->estimand = out->type->estimand;
  out->function = out->type->function;
  TRY(check_columns(out, &place, error));
  TRY(compile_items(out, codebook, &place, error));
  TRY(compile_weight(out, codebook, &place, error));
  TRY(tg_conditions_parse(codebook, out->row->where, at_field(&place, "where"), &out->where, error));
  if (*out->row->numerator)
    TRY(compile_numerator(out, codebook, &place, error));
  if (*out->row->denominator && (out->type->uses & TG_USES_DENOMINATOR))
    TRY(compile_denominator(out, codebook, &place, error));
  TRY(check_numbers(out, codebook, &place, error));
  TRY(compile_bounds(out, &place, error));
  if (out->type->compile)
    TRY(out->type->compile(out, codebook, &place, error));
  if (standardise && *out->row->standard)
    TRY(tg_standard_compile(out, codebook, &place, error));
cleanup:
  return status; /* the caller clears a half-made one with the list it is in */
}

/* Published figures are in the unit of their indicators. */
static trygg_status check_published(const trygg_codebook *codebook, const tg_indicators *all,
                                    trygg_error *error) {
  for (size_t i = 0; i < codebook->published_count; i++) {
    const tg_published_row *row = &codebook->published[i];
    double most = isnan(row->upper) ? row->estimate : row->upper;
    double least = isnan(row->lower) ? row->estimate : row->lower;
    if (all->list[row->indicator].type->is_share && !(least >= 0 && most <= 1))
      return tg_error_at(error, TRYGG_ECODEBOOK, row->file, row->line, 0, "estimate",
                         "`%s` is a share, which lies between 0 and 1; write 28 per cent as 0.28",
                         all->list[row->indicator].name);
  }
  return TRYGG_OK;
}

trygg_status trygg_indicator_check(const trygg_codebook *codebook, trygg_error *error) {
  trygg_status status;
  tg_indicators all = {0};
  if (!codebook || !codebook->finished)
    return tg_error_set(error, TRYGG_EINVAL, "a finished codebook was expected");
  status = tg_indicator_select(codebook, NULL, 0, &all, error);
  if (status == TRYGG_OK)
    status = check_published(codebook, &all, error);
  tg_indicator_clear(&all);
  return status;
}

int tg_item_counts(const tg_item *item, const tg_column *column, size_t record) {
  if (item->kinds & (1u << tg_column_missing(column, record)))
    return 1;
  return item->has_codes && tg_code_set_matches(&item->codes, column, record);
}

void tg_indicator_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                           size_t count, tg_values *values) {
  memset(values->state, TG_INSIDE, count);
  if (indicator->where.count)
    tg_conditions_apply(&indicator->where, responses, first, count, values->state);
  if (indicator->bridge_count)
    tg_bridges_apply(indicator, responses, first, count, values->state);
  indicator->type->evaluate(indicator, responses, first, count, values);
}

static size_t was_asked(const trygg_responses *responses, size_t variable, size_t wave) {
  return responses->asked[variable * responses->wave_count + wave] != 0;
}

size_t tg_indicator_asked(const tg_indicator *indicator, const trygg_responses *responses, size_t wave) {
  size_t asked = 0;
  if (indicator->denominator_variable != TG_NONE &&
      !was_asked(responses, indicator->denominator_variable, wave))
    return 0;
  for (size_t i = 0; i < indicator->item_count; i++)
    asked += was_asked(responses, indicator->items[i].variable, wave);
  return asked;
}
