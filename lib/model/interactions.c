/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interactions: whether one background goes otherwise with the outcome at each answer to another.
 *
 * Beside both variables a pair has the products of their columns, so that with levels compared with a and b the
 * coefficient of levels l and m is the difference of differences (lm - am) - (lb - ab) on the scale of the model.  A
 * number with itself is its square. */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/text.h>

static trygg_status refuse(const char *name, const char *why, trygg_error *error) {
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "on", "`%s` %s", name, why);
}

const char *tg_interactions_sign(const trygg_model *model, const char *text) {
  const char *equal = strchr(text, '='), *sign = strpbrk(text, "*:");
  if (tg_codebook_find_variable(model->estimates->tally->design->responses->codebook, text, strlen(text)) != TG_NONE)
    return NULL;
  return equal && sign && sign > equal ? NULL : sign; /* a code may have any sign in it */
}

static const tg_model_term *term_of(const trygg_model *model, const tg_model_interaction *pair, int side) {
  return &model->terms[pair->term[side]];
}

static size_t levels_of(const tg_model_term *term) {
  return term->is_factor ? term->level_count : 1;
}

/* ---- names ----------------------------------------------------------------------------------------- */

static trygg_status find_side(const trygg_model *model, const char *text, const char *name, size_t length,
                              size_t *out, trygg_error *error) {
  const trygg_codebook *codebook = model->estimates->tally->design->responses->codebook;
  size_t variable = tg_codebook_find_variable(codebook, name, length);
  trygg_error place = {.field = "on"};
  if (variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, length, &place, error);
  for (*out = 0; *out < model->term_count; (*out)++)
    if (model->terms[*out].variable == variable)
      return TRYGG_OK;
  return refuse(text, "needs both variables by themselves too; name them, or write a*b", error);
}

static trygg_status name_pair(const trygg_model *model, tg_model_interaction *pair, trygg_error *error) {
  tg_text name = {0};
  tg_text_format(&name, "%s:%s", tg_model_variable(model, term_of(model, pair, 0))->name,
                 tg_model_variable(model, term_of(model, pair, 1))->name);
  pair->name = name.bytes;
  return name.failed ? tg_error_memory(error) : TRYGG_OK;
}

trygg_status tg_interactions_create(trygg_model *model, const trygg_model_options *options,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  model->interactions = tg_memory_new(options->on_count, sizeof *model->interactions);
  if (!model->interactions)
    return tg_error_memory(error);
  for (size_t i = 0; i < options->on_count; i++) {
    const char *text = options->on[i], *sign = tg_interactions_sign(model, text);
    tg_model_interaction *pair = &model->interactions[model->interaction_count];
    if (!sign)
      continue;
    if (strpbrk(sign + 1, "*:"))
      return refuse(text, "joins more than two variables; pairs are possible", error);
    TRY(find_side(model, text, text, (size_t)(sign - text), &pair->term[0], error));
    TRY(find_side(model, text, sign + 1, strlen(sign + 1), &pair->term[1], error));
    if (pair->term[0] == pair->term[1] && term_of(model, pair, 0)->is_factor)
      return refuse(text, "joins answers with themselves; only a number has a square", error);
    if (!model->intercept)
      return refuse(text, "needs an intercept", error);
    for (size_t k = 0; k < model->interaction_count; k++)
      if ((model->interactions[k].term[0] == pair->term[0] &&
           model->interactions[k].term[1] == pair->term[1]) ||
          (model->interactions[k].term[0] == pair->term[1] &&
           model->interactions[k].term[1] == pair->term[0]))
        return refuse(text, "is named twice", error);
    model->interaction_count++;
    /* answers before a number */
    if (!term_of(model, pair, 0)->is_factor && term_of(model, pair, 1)->is_factor) {
      size_t number = pair->term[0];
      pair->term[0] = pair->term[1];
      pair->term[1] = number;
    }
    TRY(name_pair(model, pair, error));
  }
cleanup:
  return status;
}

void tg_interactions_clear(trygg_model *model) {
  for (size_t i = 0; i < model->interaction_count; i++) {
    tg_model_interaction *pair = &model->interactions[i];
    for (size_t k = 0; pair->level && k < pair->level_count; k++)
      tg_memory_free(pair->level[k]);
    tg_memory_free(pair->level);
    tg_memory_free(pair->n);
    tg_memory_free(pair->name);
  }
  tg_memory_free(model->interactions);
}

/* ---- columns --------------------------------------------------------------------------------------- */

size_t tg_interactions_at(const trygg_model *model, const tg_model_interaction *pair, size_t first,
                          size_t second) {
  return first * levels_of(term_of(model, pair, 1)) + second;
}

void tg_interactions_levels(const trygg_model *model, const tg_model_interaction *pair, size_t at,
                            size_t *first, size_t *second) {
  size_t width = levels_of(term_of(model, pair, 1));
  *first = at / width;
  *second = at % width;
}

/* The level of a column of a term, counted from its first. */
static size_t level_of_column(const tg_model_term *term, size_t column) {
  return term->is_factor ? column + (column >= term->reference) : 0;
}

size_t tg_interactions_of_column(const trygg_model *model, const tg_model_interaction *pair, size_t column) {
  size_t width = term_of(model, pair, 1)->column_count, at = column - pair->column;
  return tg_interactions_at(model, pair, level_of_column(term_of(model, pair, 0), at / width),
                            level_of_column(term_of(model, pair, 1), at % width));
}

size_t tg_interactions_reference(const trygg_model *model, const tg_model_interaction *pair) {
  const tg_model_term *a = term_of(model, pair, 0), *b = term_of(model, pair, 1);
  return tg_interactions_at(model, pair, a->is_factor ? a->reference : 0, b->is_factor ? b->reference : 0);
}

/* "CODE:CODE" of each combination; of a number nothing. */
static trygg_status name_levels(const trygg_model *model, tg_model_interaction *pair, trygg_error *error) {
  pair->level = tg_memory_new(pair->level_count, sizeof *pair->level);
  pair->n = tg_memory_new(pair->level_count, sizeof *pair->n);
  if (!pair->level || !pair->n)
    return tg_error_memory(error);
  for (size_t i = 0; i < pair->level_count; i++) {
    tg_text text = {0};
    size_t level[2];
    tg_interactions_levels(model, pair, i, &level[0], &level[1]);
    tg_text_put(&text, "");
    for (int side = 0; side < 2; side++)
      if (term_of(model, pair, side)->is_factor)
        tg_text_format(&text, "%s%s", side ? ":" : "",
                       tg_model_level_name(term_of(model, pair, side), level[side]));
    pair->level[i] = text.bytes;
    if (text.failed)
      return tg_error_memory(error);
  }
  return TRYGG_OK;
}

trygg_status tg_interactions_lay(trygg_model *model, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < model->interaction_count; i++) {
    tg_model_interaction *pair = &model->interactions[i];
    const tg_model_term *a = term_of(model, pair, 0), *b = term_of(model, pair, 1);
    if (levels_of(a) > TG_MODEL_COLUMNS / levels_of(b))
      return refuse(pair->name, "has too many combinations; join levels with bands in derived.csv", error);
    pair->column = model->columns;
    pair->column_count = a->column_count * b->column_count;
    pair->level_count = levels_of(a) * levels_of(b);
    model->columns += pair->column_count;
    TRY(name_levels(model, pair, error));
  }
cleanup:
  return status;
}

void tg_interactions_lay_outputs(trygg_model *model) {
  for (size_t i = 0; i < model->interaction_count; i++) {
    tg_model_interaction *pair = &model->interactions[i];
    pair->output = model->value_count;
    pair->output_count = term_of(model, pair, 0)->is_factor ? pair->level_count : 0;
    model->value_count += pair->output_count;
  }
}

/* ---- rows ------------------------------------------------------------------------------------------- */

void tg_interactions_fill(const trygg_model *model, double *x) {
  for (size_t i = 0; i < model->interaction_count; i++) {
    const tg_model_interaction *pair = &model->interactions[i];
    const tg_model_term *a = term_of(model, pair, 0), *b = term_of(model, pair, 1);
    for (size_t k = 0; k < a->column_count; k++)
      for (size_t l = 0; l < b->column_count; l++)
        x[pair->column + k * b->column_count + l] = x[a->column + k] * x[b->column + l];
  }
}

void tg_interactions_slope(const trygg_model *model, const tg_model_term *number, const double *x,
                           double *slope) {
  for (size_t j = 0; j < model->columns; j++)
    slope[j] = j == number->column;
  for (size_t i = 0; i < model->interaction_count; i++) {
    const tg_model_interaction *pair = &model->interactions[i];
    const tg_model_term *a = term_of(model, pair, 0), *b = term_of(model, pair, 1);
    for (size_t k = 0; k < a->column_count; k++)
      for (size_t l = 0; l < b->column_count; l++)
        slope[pair->column + k * b->column_count + l] =
            (a == number ? x[b->column + l] : 0) + (b == number ? x[a->column + k] : 0);
  }
}
