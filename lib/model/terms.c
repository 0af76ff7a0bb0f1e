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
                                tg_model_term *term, const char **reference, trygg_error *error) {
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
  *reference = equal ? equal + 1 : NULL;
  if (equal && !term->is_factor)
    return refuse(column->variable->name, "is a number: no level of it is compared with", error);
  return TRYGG_OK;
}

/* One more term, unless it is there: named twice it is a fault, named by a*b it is not. */
static trygg_status add_term(trygg_model *model, const char *text, size_t length, const char *equal,
                             int implied, const char **references, trygg_error *error) {
  tg_model_term term = {.implied = implied};
  const char *reference = NULL;
  size_t k = 0;
  trygg_status status = create_term(model, text, length, equal, &term, &reference, error);
  if (status != TRYGG_OK)
    return status;
  while (k < model->term_count && model->terms[k].variable != term.variable)
    k++;
  if (k < model->term_count && !implied && !model->terms[k].implied)
    return refuse(tg_model_variable(model, &term)->name, "is named twice", error);
  if (k == model->term_count)
    model->terms[model->term_count++] = term;
  model->terms[k].implied &= implied;
  if (reference)
    references[k] = reference;
  return TRYGG_OK;
}

trygg_status tg_terms_create(trygg_model *model, const trygg_model_options *options, const char **references,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  model->terms = tg_memory_new(2 * options->on_count, sizeof *model->terms);
  if (!model->terms)
    return tg_error_memory(error);
  for (size_t i = 0; i < options->on_count; i++) {
    const char *text = options->on[i], *sign = tg_interactions_sign(model, text), *equal = strchr(text, '=');
    if (!sign) {
      TRY(add_term(model, text, equal ? (size_t)(equal - text) : strlen(text), equal, 0, references, error));
    } else if (*sign == '*' && !strpbrk(sign + 1, "*:")) {
      TRY(add_term(model, text, (size_t)(sign - text), NULL, 1, references, error));
      TRY(add_term(model, sign + 1, strlen(sign + 1), NULL, 1, references, error));
    }
  }
  TRY(tg_interactions_create(model, options, error));
cleanup:
  return status;
}
