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

/* VAR, or VAR=CODE with the level to compare with. */
static trygg_status create_term(const trygg_model *model, const char *text, tg_model_term *term,
                                const char **reference, trygg_error *error) {
  const trygg_responses *responses = model->estimates->tally->design->responses;
  const char *equal = strchr(text, '=');
  size_t length = equal ? (size_t)(equal - text) : strlen(text);
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

trygg_status tg_terms_create(trygg_model *model, const trygg_model_options *options, const char **references,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  model->terms = tg_memory_new(options->on_count, sizeof *model->terms);
  if (!model->terms)
    return tg_error_memory(error);
  for (size_t i = 0; i < options->on_count; i++) {
    TRY(create_term(model, options->on[i], &model->terms[i], &references[i], error));
    for (size_t k = 0; k < i; k++)
      if (model->terms[k].variable == model->terms[i].variable)
        return refuse(tg_model_variable(model, &model->terms[i])->name, "is named twice", error);
    model->term_count++;
  }
cleanup:
  return status;
}
