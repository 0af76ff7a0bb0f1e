/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interactions: whether one background goes otherwise with the outcome at each answer to others.
 *
 * Beside its variables an interaction has the products of their columns, so that of two factors with levels compared with a
 * and b the coefficient of levels l and m is the difference of differences (lm - am) - (lb - ab) on the scale of the
 * model; of three it is how much that differs at a level of the third, and so on.  A number with itself is its square. */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/text.h>

static trygg_status refuse(const char *name, const char *why, trygg_error *error) {
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "on", "`%s` %s", name, why);
}

const char *tg_interactions_sign(const trygg_model *model, const char *text) {
  const char *equal = strchr(text, '='), *sign = strpbrk(text, "*:");
  if (tg_codebook_find_variable(model->estimates->tally->design->responses->codebook, text, strlen(text)) !=
      TG_NONE)
    return NULL;
  return equal && sign && sign > equal ? NULL : sign; /* a code may have any sign in it */
}

static const tg_model_term *term_of(const trygg_model *model, const tg_model_interaction *joint,
                                    size_t side) {
  return &model->terms[joint->term[side]];
}

static size_t levels_of(const tg_model_term *term) {
  return term->is_factor ? term->level_count : 1;
}

/* ---- names ----------------------------------------------------------------------------------------- */

static trygg_status find_term(const trygg_model *model, const char *text, const char *name, size_t length,
                              size_t *out, trygg_error *error) {
  const trygg_codebook *codebook = model->estimates->tally->design->responses->codebook;
  size_t variable = tg_codebook_find_variable(codebook, name, length);
  trygg_error place = {.field = "on"};
  if (variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, length, &place, error);
  for (*out = 0; *out < model->term_count; (*out)++)
    if (model->terms[*out].variable == variable)
      return TRYGG_OK;
  return refuse(text, "needs its variables by themselves too; name them, or write a*b", error);
}

/* The terms that a text joins, factors before numbers, else as they are named. */
static trygg_status read_terms(const trygg_model *model, const char *text, size_t *terms, size_t *count,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t named[TG_MODEL_JOINED];
  *count = 0;
  for (const char *begin = text, *end; begin; begin = *end ? end + 1 : NULL) {
    end = begin + strcspn(begin, "*:");
    if (*count == TG_MODEL_JOINED)
      return refuse(text, "joins more variables than eight", error);
    TRY(find_term(model, text, begin, (size_t)(end - begin), &named[(*count)++], error));
  }
  for (size_t i = 0, k = 0; k < 2 * *count; k++) /* factors, then numbers */
    if (model->terms[named[k % *count]].is_factor == (k < *count))
      terms[i++] = named[k % *count];
  for (size_t i = 0; i < *count; i++)
    for (size_t k = 0; k < i; k++)
      if (terms[i] == terms[k] && (*count > 2 || model->terms[terms[i]].is_factor))
        return refuse(text, "joins a variable with itself; only a number has a square", error);
cleanup:
  return status;
}

/* Whether the interaction is of these terms, in whatever order. */
static int is_of(const tg_model_interaction *joint, const size_t *terms, size_t count) {
  size_t met = 0;
  for (size_t i = 0; i < joint->order; i++)
    for (size_t k = 0; k < count; k++)
      if (joint->term[i] == terms[k]) {
        met++;
        break;
      }
  return joint->order == count && met == count &&
         (count != 2 || (terms[0] == terms[1]) == (joint->term[0] == joint->term[1]));
}

static const tg_model_interaction *find_joint(const trygg_model *model, const size_t *terms, size_t count) {
  for (size_t i = 0; i < model->interaction_count; i++)
    if (is_of(&model->interactions[i], terms, count))
      return &model->interactions[i];
  return NULL;
}

static trygg_status add_joint(trygg_model *model, const size_t *terms, size_t count, size_t *capacity,
                              trygg_error *error) {
  tg_model_interaction *joint;
  tg_text name = {0};
  if (tg_memory_grow((void **)&model->interactions, capacity, model->interaction_count + 1,
                     sizeof *model->interactions))
    return tg_error_memory(error);
  joint = &model->interactions[model->interaction_count++];
  *joint = (tg_model_interaction){.order = count};
  memcpy(joint->term, terms, count * sizeof *terms);
  for (size_t side = 0; side < count; side++) {
    joint->numbers += !term_of(model, joint, side)->is_factor;
    tg_text_format(&name, "%s%s", side ? ":" : "",
                   tg_model_variable(model, term_of(model, joint, side))->name);
  }
  joint->name = name.bytes;
  return name.failed ? tg_error_memory(error) : TRYGG_OK;
}

/* a*b*c: every two of them, then all three, unless they are there. */
static trygg_status add_all(trygg_model *model, const size_t *terms, size_t count, size_t *capacity,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t order = 2; order <= count; order++)
    for (size_t set = 0; set < (size_t)1 << count; set++) {
      size_t chosen[TG_MODEL_JOINED], n = 0;
      for (size_t i = 0; i < count; i++) /* set says who is not in: a:b, then a:c, then b:c */
        if (!(set >> (count - 1 - i) & 1))
          chosen[n++] = terms[i];
      if (n == order && !find_joint(model, chosen, n))
        TRY(add_joint(model, chosen, n, capacity, error));
    }
cleanup:
  return status;
}

/* a:b:c, whose parts a:b, a:c, b:c must be named too: what it says is how much they differ. */
static trygg_status add_one(trygg_model *model, const char *text, const size_t *terms, size_t count,
                            size_t *capacity, trygg_error *error) {
  if (find_joint(model, terms, count))
    return refuse(text, "is named twice", error);
  for (size_t without = 0; count > 2 && without < count; without++) {
    size_t part[TG_MODEL_JOINED], n = 0;
    for (size_t i = 0; i < count; i++)
      if (i != without)
        part[n++] = terms[i];
    if (!find_joint(model, part, n))
      return refuse(text,
                    "needs the interactions of fewer of its variables before it; name them, or write a*b*c",
                    error);
  }
  return add_joint(model, terms, count, capacity, error);
}

trygg_status tg_interactions_create(trygg_model *model, const trygg_model_options *options,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t capacity = 0;
  for (size_t i = 0; i < options->on_count; i++) {
    const char *text = options->on[i], *sign = tg_interactions_sign(model, text);
    size_t terms[TG_MODEL_JOINED], count;
    if (!sign)
      continue;
    if (strchr(sign, *sign == '*' ? ':' : '*'))
      return refuse(text, "has both `*` and `:`; name one interaction at a time", error);
    TRY(read_terms(model, text, terms, &count, error));
    if (!model->intercept)
      return refuse(text, "needs an intercept", error);
    if (*sign == '*' && find_joint(model, terms, count))
      return refuse(text, "is named twice", error);
    TRY(*sign == '*' ? add_all(model, terms, count, &capacity, error)
                     : add_one(model, text, terms, count, &capacity, error));
  }
cleanup:
  return status;
}

void tg_interactions_clear(trygg_model *model) {
  for (size_t i = 0; i < model->interaction_count; i++) {
    tg_model_interaction *joint = &model->interactions[i];
    for (size_t k = 0; joint->level && k < joint->level_count; k++)
      tg_memory_free(joint->level[k]);
    tg_memory_free(joint->level);
    tg_memory_free(joint->n);
    tg_memory_free(joint->name);
  }
  tg_memory_free(model->interactions);
}

/* ---- columns --------------------------------------------------------------------------------------- */

size_t tg_interactions_at(const trygg_model *model, const tg_model_interaction *joint, const size_t *levels) {
  size_t at = 0;
  for (size_t side = 0; side < joint->order; side++)
    at = at * levels_of(term_of(model, joint, side)) + levels[side];
  return at;
}

void tg_interactions_levels(const trygg_model *model, const tg_model_interaction *joint, size_t at,
                            size_t *levels) {
  for (size_t side = joint->order; side-- > 0;) {
    size_t width = levels_of(term_of(model, joint, side));
    levels[side] = at % width;
    at /= width;
  }
}

/* The level of a column of a term, counted from its first. */
static size_t level_of_column(const tg_model_term *term, size_t column) {
  return term->is_factor ? column + (column >= term->reference) : 0;
}

size_t tg_interactions_of_column(const trygg_model *model, const tg_model_interaction *joint, size_t column) {
  size_t levels[TG_MODEL_JOINED], at = column - joint->column;
  for (size_t side = joint->order; side-- > 0;) {
    size_t width = term_of(model, joint, side)->column_count;
    levels[side] = level_of_column(term_of(model, joint, side), at % width);
    at /= width;
  }
  return tg_interactions_at(model, joint, levels);
}

size_t tg_interactions_reference(const trygg_model *model, const tg_model_interaction *joint) {
  size_t levels[TG_MODEL_JOINED];
  for (size_t side = 0; side < joint->order; side++)
    levels[side] = term_of(model, joint, side)->is_factor ? term_of(model, joint, side)->reference : 0;
  return tg_interactions_at(model, joint, levels);
}

/* "CODE:CODE" of each combination; of a number nothing. */
static trygg_status name_levels(const trygg_model *model, tg_model_interaction *joint, trygg_error *error) {
  joint->level = tg_memory_new(joint->level_count, sizeof *joint->level);
  joint->n = tg_memory_new(joint->level_count, sizeof *joint->n);
  if (!joint->level || !joint->n)
    return tg_error_memory(error);
  for (size_t i = 0; i < joint->level_count; i++) {
    tg_text text = {0};
    size_t levels[TG_MODEL_JOINED];
    tg_interactions_levels(model, joint, i, levels);
    tg_text_put(&text, "");
    for (size_t side = 0; side < joint->order - joint->numbers; side++)
      tg_text_format(&text, "%s%s", side ? ":" : "",
                     tg_model_level_name(term_of(model, joint, side), levels[side]));
    joint->level[i] = text.bytes;
    if (text.failed)
      return tg_error_memory(error);
  }
  return TRYGG_OK;
}

trygg_status tg_interactions_lay(trygg_model *model, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < model->interaction_count; i++) {
    tg_model_interaction *joint = &model->interactions[i];
    joint->column = model->columns;
    joint->column_count = joint->level_count = 1;
    for (size_t side = 0; side < joint->order; side++) {
      if (levels_of(term_of(model, joint, side)) > TG_MODEL_COLUMNS / joint->level_count)
        return refuse(joint->name, "has too many combinations; join levels with bands in derived.csv", error);
      joint->column_count *= term_of(model, joint, side)->column_count;
      joint->level_count *= levels_of(term_of(model, joint, side));
    }
    model->columns += joint->column_count;
    TRY(name_levels(model, joint, error));
  }
cleanup:
  return status;
}

void tg_interactions_lay_outputs(trygg_model *model) {
  for (size_t i = 0; i < model->interaction_count; i++) {
    tg_model_interaction *joint = &model->interactions[i];
    joint->output = model->value_count;
    joint->output_count = joint->numbers < 2 ? joint->level_count : 0;
    model->value_count += joint->output_count;
  }
}

/* ---- rows ------------------------------------------------------------------------------------------- */

/* The column of a side that a column of the interaction is a product with. */
static size_t factor_of(const trygg_model *model, const tg_model_interaction *joint, size_t column,
                        size_t side) {
  for (size_t later = side + 1; later < joint->order; later++)
    column /= term_of(model, joint, later)->column_count;
  return term_of(model, joint, side)->column + column % term_of(model, joint, side)->column_count;
}

void tg_interactions_fill(const trygg_model *model, double *x) {
  for (size_t i = 0; i < model->interaction_count; i++) {
    const tg_model_interaction *joint = &model->interactions[i];
    for (size_t k = 0; k < joint->column_count; k++) {
      double product = 1;
      for (size_t side = 0; side < joint->order; side++)
        product *= x[factor_of(model, joint, k, side)];
      x[joint->column + k] = product;
    }
  }
}

void tg_interactions_slope(const trygg_model *model, const tg_model_term *number, const double *x,
                           double *slope) {
  for (size_t j = 0; j < model->columns; j++)
    slope[j] = j == number->column;
  for (size_t i = 0; i < model->interaction_count; i++) {
    const tg_model_interaction *joint = &model->interactions[i];
    for (size_t k = 0; k < joint->column_count; k++) /* the rule for products */
      for (size_t moved = 0; moved < joint->order; moved++) {
        double product = term_of(model, joint, moved) == number;
        for (size_t side = 0; side < joint->order; side++)
          if (side != moved)
            product *= x[factor_of(model, joint, k, side)];
        slope[joint->column + k] += product;
      }
  }
}
