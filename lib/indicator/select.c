/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which indicators are asked for: by name, by variable, or all. */
#include <indicator/types.h>

#include <string.h>

#include <base/text.h>

#define DEEPEST 16 /* functions of functions */

static void clear_one(tg_indicator *indicator) {
  tg_memory_free(indicator->standard);
  tg_memory_free(indicator->standard_codes);
  tg_memory_free(indicator->standard_variables);
  tg_expression_free(indicator->expression);
  if (indicator->borrows)
    return;
  tg_memory_free(indicator->centre);
  tg_memory_free(indicator->bridges);
  for (size_t i = 0; i < indicator->item_count; i++) {
    tg_code_set_clear(&indicator->items[i].codes);
    tg_code_set_clear(&indicator->items[i].numerator);
  }
  tg_memory_free(indicator->items);
  tg_conditions_clear(&indicator->where);
  tg_memory_free(indicator->name);
}

void tg_indicator_clear(tg_indicators *indicators) {
  for (size_t i = 0; i < indicators->all; i++)
    clear_one(&indicators->list[i]);
  tg_memory_free(indicators->list);
  *indicators = (tg_indicators){0};
}

/* Room for one more, zeroed and already counted, so that clearing the list clears it. */
static tg_indicator *append(tg_indicators *indicators, trygg_error *error) {
  tg_indicator *last;
  if (tg_memory_grow((void **)&indicators->list, &indicators->capacity, indicators->all + 1,
                     sizeof *indicators->list)) {
    tg_error_memory(error);
    return NULL;
  }
  last = &indicators->list[indicators->all++];
  memset(last, 0, sizeof *last);
  return last;
}

static const tg_indicator_type *type_called(const char *name) {
  for (size_t i = 0; i < tg_indicator_type_count; i++)
    if (!strcmp(tg_indicator_types[i].name, name))
      return &tg_indicator_types[i];
  return NULL;
}

/* An indicator made from one variable: the share of `code`, or the mean when code is NULL. */
static trygg_status append_variable(const trygg_codebook *codebook, size_t variable, const char *code,
                                    tg_indicators *out, trygg_error *error) {
  tg_indicator *indicator = append(out, error);
  const char *name = codebook->variables[variable].name;
  tg_text text = {0};
  if (!indicator)
    return TRYGG_ENOMEM;
  indicator->type = type_called(code ? "share" : "mean");
  indicator->estimand = indicator->type->estimand;
  indicator->denominator_variable = indicator->weight = TG_NONE;
  indicator->min_valid = 1;
  tg_text_put(&text, name);
  if (code) {
    tg_text_putc(&text, '=');
    tg_text_put(&text, code);
  }
  indicator->items = tg_memory_new(1, sizeof *indicator->items);
  if (text.failed || !indicator->items) {
    tg_text_free(&text);
    return tg_error_memory(error);
  }
  indicator->name = text.bytes;
  indicator->item_count = 1;
  indicator->items->variable = variable;
  indicator->items->kinds = 1u << TG_VALID;
  indicator->items->has_numerator = code != NULL;
  return code ? tg_code_set_parse(codebook, variable, code, NULL, &indicator->items->numerator, error)
              : TRYGG_OK;
}

static trygg_status select_variable(const trygg_codebook *codebook, size_t index, tg_indicators *out,
                                    trygg_error *error) {
  const tg_variable *variable = &codebook->variables[index];
  if (variable->type == TG_STRING || variable->type == TG_DATE)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "indicator",
                       "variable `%s` is a text or a date; give one with answers or numbers", variable->name);
  if (!tg_variable_is_coded(variable))
    return append_variable(codebook, index, NULL, out, error);
  for (size_t i = 0; i < variable->code_count; i++)
    if (variable->codes[i].missing == TG_VALID) {
      trygg_status status = append_variable(codebook, index, variable->codes[i].text, out, error);
      if (status != TRYGG_OK)
        return status;
    }
  return TRYGG_OK;
}

static trygg_status select_row(const trygg_codebook *codebook, size_t row, tg_indicators *out,
                               trygg_error *error) {
  tg_indicator *indicator = append(out, error);
  return indicator ? tg_indicator_compile(codebook, row, 1, indicator, error) : TRYGG_ENOMEM;
}

/* ---- parts ------------------------------------------------------------------------------------------ */

trygg_status tg_indicator_append_part(tg_indicators *all, size_t at, tg_indicator **out, trygg_error *error) {
  size_t depth = all->list[at].depth + 1;
  if (depth > DEEPEST)
    return tg_error_at(error, TRYGG_ECODEBOOK, all->list[at].row->file, all->list[at].row->line, 0,
                       "numerator",
                       "`%s` is made of itself, or of formulas within formulas, more than %d deep",
                       all->list[at].name, DEEPEST);
  *out = append(all, error);
  if (!*out)
    return TRYGG_ENOMEM;
  (*out)->depth = depth;
  return TRYGG_OK;
}

trygg_status tg_indicator_append_row(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                                     size_t row, int standardise, trygg_error *error) {
  tg_indicator *part;
  trygg_status status = tg_indicator_append_part(all, at, &part, error);
  return status == TRYGG_OK ? tg_indicator_compile(codebook, row, standardise, part, error) : status;
}

/* The same indicator of the records of the old method.  A function has parts of its own. */
static trygg_status append_old(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_indicator *old = append(all, error);
  if (!old)
    return TRYGG_ENOMEM;
  if (all->list[at].estimand == TG_FUNCTION) {
    status =
        tg_indicator_compile(codebook, (size_t)(all->list[at].row - codebook->indicators), 1, old, error);
  } else {
    *old = all->list[at];
    old->borrows = 1;
  }
  old->is_old = 1;
  all->list[at].old = all->all - 1;
  return status;
}

/* Parts are appended behind their whole, and may be wholes themselves. */
static trygg_status divide(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  all->list[at].part_begin = all->all;
  TRY(all->list[at].function->divide(all, at, codebook, error));
  all->list[at].part_count = all->all - all->list[at].part_begin;
  for (size_t k = all->list[at].part_begin; k < all->all; k++)
    TRY(tg_bridges_find(&all->list[k], &all->list[at], codebook, error));
cleanup:
  return status;
}

static trygg_status append_others(const trygg_codebook *codebook, tg_indicators *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  out->count = out->all;
  for (size_t i = 0; i < out->all; i++) {
    TRY(tg_bridges_find(&out->list[i], NULL, codebook, error));
    if (i < out->count && out->list[i].bridge_count)
      TRY(append_old(out, i, codebook, error));
    if (out->list[i].estimand == TG_FUNCTION)
      TRY(divide(out, i, codebook, error));
  }
cleanup:
  return status;
}

trygg_status tg_indicator_select(const trygg_codebook *codebook, const char *const *names, size_t count,
                                 tg_indicators *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  *out = (tg_indicators){0};
  if (!names || !count)
    for (size_t i = 0; i < codebook->indicator_count; i++)
      TRY(select_row(codebook, i, out, error));
  for (size_t i = 0; names && i < count; i++) {
    size_t length = strlen(names[i]);
    size_t row = tg_codebook_find_indicator(codebook, names[i], length);
    size_t variable = tg_codebook_find_variable(codebook, names[i], length);
    if (row != TG_NONE)
      TRY(select_row(codebook, row, out, error));
    else if (variable != TG_NONE)
      TRY(select_variable(codebook, variable, out, error));
    else
      TRY(tg_codebook_unknown_indicator(codebook, names[i], length, NULL, error));
  }
  TRY(append_others(codebook, out, error));
cleanup:
  if (status != TRYGG_OK)
    tg_indicator_clear(out);
  return status;
}
