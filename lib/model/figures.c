/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be read from a fitted model: its figures, their covariance, Wald tests. */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/text.h>
#include <numeric/distribution.h>
#include <numeric/solve.h>

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
static int describe_interaction(const trygg_model *model, const tg_model_interaction *pair, size_t figure,
                                trygg_model_figure *out) {
  int coefficient = figure >= pair->column && figure < pair->column + pair->column_count;
  size_t at;
  if (!coefficient && !(figure >= pair->output && figure < pair->output + pair->output_count))
    return 0;
  at = coefficient ? tg_interactions_of_column(model, pair, figure) : figure - pair->output;
  out->term = pair->name;
  out->level = pair->level[at];
  out->n = (int64_t)pair->n[at];
  if (coefficient)
    out->against = pair->level[tg_interactions_reference(model, pair)];
  else
    out->part = model->terms[pair->term[1]].is_factor ? "prediction" : "effect";
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

/* ---- tests ------------------------------------------------------------------------------------- */

/* W = b' V^-1 b; F by formula in the header. */
trygg_status tg_model_test_columns(const trygg_model *model, size_t first, size_t count, tg_model_test *out,
                                   trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t rank = 0;
  double wald = 0, *block = tg_memory_new(count * count, sizeof *block);
  if (!block)
    return tg_error_memory(error);
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      block[i * count + j] = model->covariance[(first + i) * model->value_count + first + j];
  TRY(tg_solve_quadratic(block, model->value + first, count, &wald, &rank, error));
  *out = (tg_model_test){NAN, (double)rank, model->df - (double)rank + 1, NAN};
  if (rank > 0 && out->df2 > 0) {
    out->statistic = wald * out->df2 / (out->df1 * model->df);
    out->p = tg_distribution_f_upper(out->statistic, out->df1, out->df2);
  }
cleanup:
  tg_memory_free(block);
  return status;
}

/* Names of terms, then of interactions. */
static const char *term_name_at(const void *context, size_t t) {
  const trygg_model *model = context;
  return t < model->term_count ? tg_model_variable(model, &model->terms[t])->name
                               : model->interactions[t - model->term_count].name;
}

trygg_status trygg_model_test(const trygg_model *model, const char *name, double *statistic, double *df1,
                              double *df2, double *p, trygg_error *error) {
  size_t t = 0, count, first, columns;
  trygg_status status = TRYGG_OK;
  tg_model_test test;
  if (!model || !statistic || !df1 || !df2 || !p)
    return tg_error_set(error, TRYGG_EINVAL, "a model and places for the result were expected");
  count = model->term_count + model->interaction_count;
  while (name && t < count && strcmp(term_name_at(model, t), name))
    t++;
  if (name && t == count) {
    const char *nearest = tg_text_nearest(name, count, term_name_at, model);
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "term", "the model has no term `%s`%s%s%s", name,
                       nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
  }
  first = !name                   ? model->intercept != 0
          : t < model->term_count ? model->terms[t].column
                                  : model->interactions[t - model->term_count].column;
  columns = !name                   ? model->columns - first
            : t < model->term_count ? model->terms[t].column_count
                                    : model->interactions[t - model->term_count].column_count;
  TRY(tg_model_test_columns(model, first, columns, &test, error));
  *statistic = test.statistic;
  *df1 = test.df1;
  *df2 = test.df2;
  *p = test.p;
cleanup:
  return status;
}
