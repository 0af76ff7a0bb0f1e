/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the names of background variables to terms. */
#include <model/model.h>

#include <string.h>

#include <base/options.h>
#include <base/text.h>

static trygg_status refuse(const char *name, const char *why, trygg_error *error) {
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "on", "`%s` %s", name, why);
}

/* As for by-variables of a table, but numbers may stand for themselves. */
static trygg_status check_variable(const tg_variable *variable, trygg_error *error) {
  if (variable->type == TG_SELECT_MULTIPLE)
    return refuse(variable->name, "has several answers at once; make an indicator of each in derived.csv",
                  error);
  if (variable->type == TG_DATE)
    return refuse(variable->name, "is a date; make bands or a number of it in derived.csv", error);
  if (variable->role == TG_ROLE_ID)
    return refuse(variable->name, "tells respondents apart; it is no background", error);
  if (tg_variable_is_free_text(variable))
    return refuse(variable->name,
                  "is free text, and what people wrote would be printed; give it codes, or the role `domain` "
                  "if it names areas",
                  error);
  return TRYGG_OK;
}

/* A variable, with the level to compare with behind `equal` (NULL: none named). */
static trygg_status create_term(const trygg_model *model, const char *text, size_t length, const char *equal,
                                tg_model_term *term, trygg_error *error) {
  const trygg_responses *responses = model->estimates->tally->design->responses;
  trygg_error place = {0};
  trygg_status status;
  const tg_column *column;
  tg_text_print(place.field, sizeof place.field, "on");
  term->variable = tg_codebook_find_variable(responses->codebook, text, length);
  if (term->variable == TG_NONE)
    return tg_codebook_unknown_variable(responses->codebook, text, length, &place, error);
  column = &responses->columns[term->variable];
  status = check_variable(column->variable, error);
  if (status != TRYGG_OK)
    return status;
  term->is_factor = column->kind != TG_COLUMN_NUMBER;
  term->reference = term->column = term->output = TG_NONE;
  term->wanted = equal ? equal + 1 : NULL;
  if (equal && !term->is_factor)
    return refuse(column->variable->name, "is a number: no level of it is compared with", error);
  return TRYGG_OK;
}

/* One more term, unless it is there: named twice it is a fault, named by a*b it is not. */
static trygg_status add_term(trygg_model *model, const char *text, size_t length, const char *equal,
                             int implied, size_t *capacity, trygg_error *error) {
  tg_model_term term = {.implied = implied};
  size_t k = 0;
  trygg_status status = create_term(model, text, length, equal, &term, error);
  if (status != TRYGG_OK)
    return status;
  while (k < model->term_count && model->terms[k].variable != term.variable)
    k++;
  if (k < model->term_count && !implied && !model->terms[k].implied)
    return refuse(tg_model_variable(model, &term)->name, "is named twice", error);
  if (k == model->term_count) {
    if (tg_memory_grow((void **)&model->terms, capacity, k + 1, sizeof *model->terms))
      return tg_error_memory(error);
    model->terms[model->term_count++] = term;
  }
  model->terms[k].implied &= implied;
  if (term.wanted)
    model->terms[k].wanted = term.wanted;
  return TRYGG_OK;
}

trygg_status tg_terms_create(trygg_model *model, const trygg_model_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t capacity = 0;
  for (size_t i = 0; i < options->on_count; i++) {
    const char *text = options->on[i], *sign = tg_interactions_sign(model, text), *equal = strchr(text, '=');
    if (!sign) {
      TRY(add_term(model, text, equal ? (size_t)(equal - text) : strlen(text), equal, 0, &capacity, error));
      continue;
    }
    for (const char *begin = text, *end; *sign == '*' && begin; begin = *end ? end + 1 : NULL) {
      end = begin + strcspn(begin, "*:");
      TRY(add_term(model, begin, (size_t)(end - begin), NULL, 1, &capacity, error));
    }
  }
  TRY(tg_interactions_create(model, options, error));
cleanup:
  return status;
}

trygg_status tg_terms_find_offset(trygg_model *model, const trygg_model_options *options,
                                  trygg_error *error) {
  const trygg_responses *responses = model->estimates->tally->design->responses;
  const char *name = options->exposure ? options->exposure : options->offset;
  const char *field = options->exposure ? "exposure" : "offset";
  trygg_error place = {0};
  model->offset = TG_NONE;
  model->exposure = options->exposure != NULL;
  if (!name)
    return TRYGG_OK;
  if (options->exposure && options->offset)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "offset",
                       "an offset and an exposure are one too many; give one");
  tg_text_print(place.field, sizeof place.field, "%s", field);
  model->offset = tg_codebook_find_variable(responses->codebook, name, strlen(name));
  if (model->offset == TG_NONE)
    return tg_codebook_unknown_variable(responses->codebook, name, strlen(name), &place, error);
  if (responses->columns[model->offset].kind != TG_COLUMN_NUMBER)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, field,
                       "`%s` is no number; give a variable of type integer or decimal", name);
  return TRYGG_OK;
}
