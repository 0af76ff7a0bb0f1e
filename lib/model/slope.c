/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regression on the time of the wave and background.  Of the coefficients b = A^-1 sum of w x y only that of time is
 * wanted, to which a record adds (A^-1 x)_time w (y - mean) (Binder 1983, Int. Stat. Rev. 51:279-292; predictions.c has
 * the whole). */
#include <model/slope.h>

#include <math.h>

#include <model/model.h>

/* The time is the first term, so that what follows from it is told of the background. */
static trygg_status create_terms(trygg_model *model, const tg_slope_request *request, trygg_error *error) {
  trygg_model_options options = {.on = request->on, .on_count = request->on_count};
  trygg_status status = TRYGG_OK;
  model->terms = tg_memory_new(1, sizeof *model->terms);
  if (!model->terms)
    return tg_error_memory(error);
  model->term_count = 1;
  model->terms->variable = model->terms->reference = model->terms->output = TG_NONE;
  TRY(tg_terms_create(model, &options, error));
  for (size_t t = 0; t < model->term_count && model->in_part; t++)
    model->terms[t].wanted = NULL;
cleanup:
  return status;
}

/* Records of each time, of which there are few; the fewest. */
static trygg_status count_times(const trygg_model *model, const tg_slope_request *request, double *least,
                                trygg_error *error) {
  const tg_frame *frame = &model->frame;
  size_t column = model->terms->column, count = 0, k;
  double *time = tg_memory_new(2 * request->times, sizeof *time), *records = time + request->times;
  if (!time)
    return tg_error_memory(error);
  for (size_t row = 0; row < frame->rows; row++) {
    double value = frame->x[row * model->columns + column];
    for (k = 0; k < count && time[k] != value; k++)
      ;
    if (k == count)
      time[count++] = value;
    records[k] += frame->count[row];
  }
  *least = INFINITY;
  for (k = 0; k < count; k++)
    *least = fmin(*least, records[k]);
  tg_memory_free(time);
  return count == request->times
             ? TRYGG_OK
             : tg_error_at(
                   error, TRYGG_EDATA, NULL, 0, 0, "on",
                   "in some wave nobody has both an answer to `%s` and to all of the background; leave "
                   "the wave out by --wave, or take other background",
                   tg_model_indicator(model)->name);
}

/* The coefficient of time alone: one statistic. */
static trygg_status find_variance(trygg_model *model, double *variance, trygg_error *error) {
  const tg_frame *frame = &model->frame;
  size_t p = model->columns, time = model->terms->column;
  trygg_status status = TRYGG_OK;
  tg_influence_degrees degrees;
  double *memory = tg_memory_new(2 * frame->rows, sizeof *memory), *mean = memory,
         *along = memory + frame->rows;
  tg_addends addends = {frame, 1, mean, NULL, along};
  if (!memory)
    return tg_error_memory(error);
  for (size_t row = 0; row < frame->rows; row++) {
    mean[row] = model->family->regress->mean(model->eta[row]);
    for (size_t j = 0; j < p; j++)
      along[row] += model->inverse[time * p + j] * frame->x[row * p + j];
  }
  TRY(tg_model_spread(model, &addends, variance, &degrees, error));
  tg_model_find_df(model, &degrees);
  if (!isfinite(*variance) || !isfinite(model->value[time]))
    status = tg_error_set(error, TRYGG_ENUMERIC, "a figure of the regression leaves the range of numbers");
cleanup:
  tg_memory_free(memory);
  return status;
}

static trygg_status fit(trygg_model *model, tg_slope *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t p = model->columns;
  double *step = tg_memory_new(p, sizeof *step);
  model->eta = tg_memory_new(model->frame.rows, sizeof *model->eta);
  model->inverse = tg_memory_new(p * p, sizeof *model->inverse);
  model->value = tg_memory_new(p, sizeof *model->value);
  if (!step || !model->eta || !model->inverse || !model->value)
    TRY(tg_error_memory(error));
  TRY(tg_model_fit(model, &model->frame, step, error));
  TRY(find_variance(model, &out->variance, error));
  out->estimate = model->value[model->terms->column];
  out->df = model->df;
cleanup:
  tg_memory_free(step);
  return status;
}

trygg_status tg_slope_fit(const tg_slope_request *request, tg_slope *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_model *model;
  if (request->estimates->tally->design->responses->released)
    return tg_error_set(error, TRYGG_EINVAL,
                        "a regression reads the records again, but they were not kept; load them");
  model = tg_memory_new(1, sizeof *model);
  if (!model)
    return tg_error_memory(error);
  tg_references_begin(&model->references);
  model->estimates = trygg_estimate_retain((trygg_estimates *)request->estimates);
  model->outcome = request->indicator;
  model->by_cell = request->time;
  model->in_part = request->in_part;
  model->intercept = 1;
  model->offset = TG_NONE;
  model->family = tg_family_find(request->family, tg_model_indicator(model)->type, error);
  if (!model->family) {
    status = TRYGG_ENAME;
    goto cleanup;
  }
  TRY(create_terms(model, request, error));
  TRY(tg_frame_create(model, 0, &model->frame, error));
  TRY(count_times(model, request, &out->least, error));
  TRY(fit(model, out, error));
cleanup:
  trygg_model_free(model);
  return status;
}
