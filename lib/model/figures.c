/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be read from a fitted model: its figures and their covariance. */
#include <model/model.h>

#include <math.h>

trygg_model_summary trygg_model_summarize(const trygg_model *model) {
  trygg_model_summary result = {0};
  if (!model)
    return result;
  result.family = model->family->name;
  result.n = (int64_t)model->n;
  result.left_out = (int64_t)model->left_out;
  result.weighted_n = model->weight;
  result.df = model->df;
  result.outcome = model->mean;
  result.residual = model->residual;
  result.total = model->total;
  result.coefficients = model->columns;
  return result;
}

size_t trygg_model_count(const trygg_model *model) {
  return model ? model->value_count : 0;
}

double trygg_model_covariance(const trygg_model *model, size_t a, size_t b) {
  if (!model || a >= model->value_count || b >= model->value_count)
    return NAN;
  return model->covariance[a * model->value_count + b];
}

/* Whether a figure is of the term, and then its level. */
static int is_coefficient_of(const tg_model_term *term, size_t figure, size_t *level) {
  if (figure < term->column || figure >= term->column + term->column_count)
    return 0;
  *level = figure - term->column;
  *level += term->reference != TG_NONE && *level >= term->reference;
  return 1;
}

static int is_output_of(const tg_model_term *term, size_t figure, size_t *level) {
  *level = figure - term->output;
  return figure >= term->output && *level < (term->is_factor ? term->level_count : 1);
}

/* What an interaction says of a figure; 0: it is none of its. */
static int describe_interaction(const trygg_model *model, const tg_model_interaction *joint, size_t figure,
                                trygg_model_figure *out) {
  int coefficient = figure >= joint->column && figure < joint->column + joint->column_count;
  size_t at;
  if (!coefficient && !(figure >= joint->output && figure < joint->output + joint->output_count))
    return 0;
  at = coefficient ? tg_interactions_of_column(model, joint, figure) : figure - joint->output;
  out->term = joint->name;
  out->level = joint->level[at];
  out->n = (int64_t)joint->n[at];
  if (coefficient)
    out->against = joint->level[tg_interactions_reference(model, joint)];
  else
    out->part = joint->numbers ? "effect" : "prediction";
  return 1;
}

trygg_model_figure trygg_model_get(const trygg_model *model, size_t figure) {
  trygg_model_figure result = {0};
  if (!model || figure >= model->value_count)
    return result;
  result = (trygg_model_figure){"coefficient",
                                "",
                                "",
                                "",
                                (int64_t)model->n,
                                model->value[figure],
                                sqrt(trygg_model_covariance(model, figure, figure))};
  for (size_t t = 0; t < model->term_count; t++) {
    const tg_model_term *term = &model->terms[t];
    size_t level = 0;
    int is_coefficient = is_coefficient_of(term, figure, &level);
    if (!is_coefficient && !is_output_of(term, figure, &level))
      continue;
    result.term = tg_model_variable(model, term)->name;
    if (!is_coefficient)
      result.part = term->is_factor ? "prediction" : "effect";
    if (!term->is_factor)
      break;
    result.level = tg_model_level_name(term, level);
    result.n = (int64_t)term->n[level];
    if (is_coefficient && term->reference != TG_NONE)
      result.against = tg_model_level_name(term, term->reference);
    break;
  }
  for (size_t i = 0; i < model->interaction_count; i++)
    if (describe_interaction(model, &model->interactions[i], figure, &result))
      break;
  return result;
}
