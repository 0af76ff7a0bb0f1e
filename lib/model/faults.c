/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a regression cannot be fitted, by the name of the term: one that follows from others, a level at which the outcome
 * does not vary, a direction in which the likelihood rises for ever (Albert & Anderson 1984, Biometrika 71:1-10). */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/text.h>

/* The level of a factor in a row of the regression. */
static size_t level_in(const tg_model_term *term, const double *x) {
  for (size_t level = 0; level < term->level_count; level++) {
    size_t column = tg_model_column(term, level);
    if (column != TG_NONE && x[column] != 0)
      return level;
  }
  return term->reference;
}

/* Names of the terms that have a marked column, with commas between, each in backticks. */
static void put_terms(const trygg_model *model, const unsigned char *marked, tg_text *out) {
  const char *comma = "";
  for (size_t t = 0; t < model->term_count; t++) {
    const tg_model_term *term = &model->terms[t];
    if (!memchr(marked + term->column, 1, term->column_count))
      continue;
    tg_text_format(out, "%s`%s`", comma, tg_model_term_name(model, term));
    comma = ", ";
  }
  for (size_t i = 0; i < model->interaction_count; i++) {
    const tg_model_interaction *pair = &model->interactions[i];
    if (!memchr(marked + pair->column, 1, pair->column_count))
      continue;
    tg_text_format(out, "%s`%s`", comma, pair->name);
    comma = ", ";
  }
}

static trygg_status say(const trygg_model *model, const unsigned char *marked, const char *what,
                        const char *advice, trygg_error *error) {
  trygg_status status;
  tg_text terms = {0};
  put_terms(model, marked, &terms);
  status = terms.failed
               ? tg_error_memory(error)
               : tg_error_at(error, TRYGG_ENUMERIC, NULL, 0, 0, "on", "%s %s; %s", terms.bytes, what, advice);
  tg_text_free(&terms);
  return status;
}

static trygg_status check_dependence(const trygg_model *model, const tg_frame *frame, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_regress_data data = {frame->x, frame->row_weight, frame->row_y, frame->rows, model->columns, NULL};
  unsigned char *dependent = tg_memory_new(model->columns, 1);
  int any = 0;
  if (!dependent)
    return tg_error_memory(error);
  TRY(tg_regress_dependent(&data, dependent, error));
  for (size_t j = 0; j < model->columns; j++)
    any |= dependent[j];
  if (any)
    status = say(model, dependent, "follows from the terms before it, in whole or at some level",
                 "leave it out, or join levels with bands in derived.csv", error);
cleanup:
  tg_memory_free(dependent);
  return status;
}

static trygg_status does_not_vary(const trygg_model *model, const tg_model_term *term, size_t level,
                                  trygg_error *error) {
  const char *outcome = tg_model_indicator(model)->name;
  if (!term)
    return tg_error_at(error, TRYGG_ENUMERIC, NULL, 0, 0, "outcome",
                       "`%s` is the same in all records of the model; there is nothing to explain", outcome);
  return tg_error_at(
      error, TRYGG_ENUMERIC, NULL, 0, 0, "on",
      "`%s` is the same in all records with `%s=%s`, so that its odds have no logarithm; join the level "
      "with another by bands in derived.csv, or choose --family linear",
      outcome, tg_model_variable(model, term)->name, tg_model_level_name(term, level));
}

/* Hits and misses of each level, or with term NULL of everybody. */
static trygg_status check_levels(const trygg_model *model, const tg_frame *frame, const tg_model_term *term,
                                 trygg_error *error) {
  size_t levels = term ? term->level_count : 1;
  trygg_status status = TRYGG_OK;
  double *hits = tg_memory_new(2 * levels, sizeof *hits), *misses = hits ? hits + levels : NULL;
  if (!hits)
    return tg_error_memory(error);
  for (size_t row = 0; row < frame->rows; row++) {
    size_t level = term ? level_in(term, frame->x + row * model->columns) : 0;
    hits[level] += frame->hits[row];
    misses[level] += frame->misses[row];
  }
  for (size_t level = 0; level < levels; level++)
    if (hits[level] == 0 || misses[level] == 0)
      TRY(does_not_vary(model, term, level, error));
cleanup:
  tg_memory_free(hits);
  return status;
}

trygg_status tg_faults_check(const trygg_model *model, const tg_frame *frame, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(check_dependence(model, frame, error));
  if (model->family->regress->is_linear)
    return TRYGG_OK;
  TRY(check_levels(model, frame, NULL, error));
  for (size_t t = 0; t < model->term_count; t++)
    if (model->terms[t].is_factor)
      TRY(check_levels(model, frame, &model->terms[t], error));
cleanup:
  return status;
}

/* The terms that move eta in the last step: each at least a tenth of what the strongest column moves. */
trygg_status tg_faults_diverged(const trygg_model *model, const tg_frame *frame, const double *step,
                                trygg_error *error) {
  trygg_status status;
  double *move = tg_memory_new(model->columns, sizeof *move), most = 0;
  unsigned char *marked = tg_memory_new(model->columns, 1);
  if (!move || !marked) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t j = model->intercept != 0; j < model->columns; j++) {
    double low = INFINITY, high = -INFINITY;
    for (size_t row = 0; row < frame->rows; row++) {
      low = fmin(low, frame->x[row * model->columns + j]);
      high = fmax(high, frame->x[row * model->columns + j]);
    }
    move[j] = fabs(step[j]) * (high - low);
    most = fmax(most, move[j]);
  }
  for (size_t j = 0; j < model->columns; j++)
    marked[j] = most > 0 && move[j] >= most / 10;
  status = say(model, marked,
               "tells the outcome of some records for certain, so that the fit runs off to infinity",
               "join levels with bands in derived.csv, leave a term out, or choose --family linear", error);
cleanup:
  tg_memory_free(move);
  tg_memory_free(marked);
  return status;
}
