/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From options to a fitted model, and the handle that keeps it. */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/options.h>
#include <base/text.h>
#include <numeric/sum.h>
#include <tally/influence.h>

/* ---- the outcome ------------------------------------------------------------------------------- */

static trygg_status find_outcome(trygg_model *model, const char *outcome, trygg_error *error) {
  const tg_indicators *all = &model->estimates->tally->indicators;
  const tg_indicator *indicator;
  while (model->outcome < all->count && all->count > 1 && strcmp(all->list[model->outcome].name, outcome))
    model->outcome++;
  if (model->outcome == all->count)
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "outcome",
                       "`%s` is no single outcome; give an indicator, or one answer to a question as `%s`",
                       outcome, all->list[0].name);
  indicator = tg_model_indicator(model);
  if (indicator->estimand == TG_QUANTILE || indicator->estimand == TG_FUNCTION ||
      indicator->denominator_variable != TG_NONE)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "outcome",
        "`%s` is no mean over respondents; give an indicator of type share, any, mean, scale or total",
        indicator->name);
  return TRYGG_OK;
}

/* What the records were chosen by, for the provenance: "ar=2024 kommun=0380". */
static trygg_status keep_choice(trygg_model *model, const trygg_model_options *options, trygg_error *error) {
  const trygg_codebook *codebook = model->estimates->tally->design->responses->codebook;
  size_t wave = tg_codebook_find_role(codebook, TG_ROLE_WAVE, 1, 0);
  tg_text text = {0};
  for (size_t i = 0; i < options->wave_count; i++) {
    if (i == 0)
      tg_text_format(&text, "%s=", wave == TG_NONE ? "wave" : codebook->variables[wave].name);
    tg_text_format(&text, "%s%s", i ? "," : "", options->waves[i]);
  }
  for (size_t i = 0; i < options->where_count; i++)
    tg_text_format(&text, "%s%s", text.length ? " " : "", options->where[i]);
  model->only = text.bytes;
  return text.failed ? tg_error_memory(error) : TRYGG_OK;
}

/* An estimate of the outcome over all waves together says which records, conditions, weights and df are meant. */
static trygg_status estimate_outcome(trygg_design *design, const trygg_model_options *options,
                                     trygg_model *model, trygg_error *error) {
  const char *equal = strchr(options->outcome, '=');
  size_t length = equal ? (size_t)(equal - options->outcome) : strlen(options->outcome);
  char *name = tg_memory_text(options->outcome, length);
  const char *names[] = {name};
  trygg_status status = TRYGG_OK;
  trygg_estimate_options what = {.size = sizeof what,
                                 .indicators = names,
                                 .indicator_count = 1,
                                 .where = options->where,
                                 .where_count = options->where_count,
                                 .waves = options->waves,
                                 .wave_count = options->wave_count,
                                 .pool = 1,
                                 .df = options->df,
                                 .threads = options->threads,
                                 .progress = options->progress};
  if (!name)
    return tg_error_memory(error);
  TRY(trygg_estimate_create(design, &what, &model->estimates, error));
  TRY(find_outcome(model, options->outcome, error));
  TRY(keep_choice(model, options, error));
cleanup:
  tg_memory_free(name);
  return status;
}

/* ---- the covariance ---------------------------------------------------------------------------- */

static void fill(const void *context, size_t first, size_t records, double *u, unsigned char *inside) {
  const tg_addends *a = context;
  for (size_t r = 0; r < records; r++) {
    size_t record = first + r, row = a->frame->pattern[record];
    double w, residual;
    inside[r] = row != TG_RANK_NONE;
    if (!inside[r])
      continue;
    w = a->frame->scale * (a->frame->weight ? a->frame->weight[record] : 1);
    residual = a->frame->y[record] - a->mean[row];
    for (size_t o = 0; o < a->count; o++)
      u[r * a->count + o] =
          w * ((a->apart ? a->apart[row * a->count + o] : 0) + residual * a->along[row * a->count + o]);
  }
}

trygg_status tg_model_spread(const trygg_model *model, const tg_addends *addends, double *covariance,
                             tg_influence_degrees *degrees, trygg_error *error) {
  tg_influence influence = {model->estimates->tally->design, addends->count, fill, addends, 1,
                            addends->frame->weight};
  return tg_influence_covariance(&influence, covariance, degrees, error);
}

void tg_model_find_df(trygg_model *model, const tg_influence_degrees *degrees) {
  const trygg_estimates *estimates = model->estimates;
  double lost = (double)model->columns - 1;
  model->lonely = degrees->lonely;
  model->df = estimates->df_rule == TG_DF_GIVEN    ? estimates->df_given
              : estimates->df_rule == TG_DF_DESIGN ? degrees->design - lost
                                                   : degrees->domain - lost;
}

static trygg_status find_covariance(trygg_model *model, const tg_addends *a, trygg_error *error) {
  tg_influence_degrees degrees;
  trygg_status status = TRYGG_OK;
  TRY(tg_model_spread(model, a, model->covariance, &degrees, error));
  tg_model_find_df(model, &degrees);
  for (size_t i = 0; i < model->value_count; i++)
    if (!isfinite(model->value[i]) || !isfinite(model->covariance[i * model->value_count + i]))
      status = tg_error_set(error, TRYGG_ENUMERIC, "a figure of the regression leaves the range of numbers");
cleanup:
  return status;
}

/* Sums of squares about the prediction and about the mean. */
static void summarize(trygg_model *model, const tg_frame *frame, const double *mean) {
  tg_sum y = {0, 0}, residual = {0, 0}, total = {0, 0}, whole = {0, 0};
  double middle;
  for (size_t row = 0; row < frame->rows; row++) {
    tg_sum_add(&y, frame->row_weight[row] * frame->row_y[row]);
    tg_sum_add(&whole, frame->row_weight[row]);
  }
  middle = tg_sum_value(&y) / tg_sum_value(&whole);
  model->mean = middle + frame->shift;
  for (size_t i = 0; i < frame->records; i++) {
    double w, r, d;
    if (frame->pattern[i] == TG_RANK_NONE)
      continue;
    w = frame->weight ? frame->weight[i] : 1;
    r = frame->y[i] - mean[frame->pattern[i]];
    d = frame->y[i] - (model->intercept ? middle : 0);
    tg_sum_add(&residual, w * r * r);
    tg_sum_add(&total, w * d * d);
  }
  model->residual = tg_sum_value(&residual);
  model->total = tg_sum_value(&total);
}

/* Shifted outcomes move the intercept and the predictions. */
static void shift_back(trygg_model *model, double shift) {
  if (shift == 0)
    return;
  model->value[0] += shift;
  for (size_t t = 0; t < model->term_count; t++)
    for (size_t l = 0; model->terms[t].is_factor && l < model->terms[t].level_count; l++)
      model->value[model->terms[t].output + l] += shift;
  for (size_t i = 0; i < model->interaction_count; i++) /* effects do not move */
    for (size_t k = 0; model->interactions[i].numbers == 0 && k < model->interactions[i].output_count; k++)
      model->value[model->interactions[i].output + k] += shift;
}

/* ---- the fit ----------------------------------------------------------------------------------- */

trygg_status tg_model_fit(trygg_model *model, const tg_frame *frame, double *step, trygg_error *error) {
  tg_regress_data data = {frame->x,    frame->row_weight, frame->row_y,
                          frame->rows, model->columns,    frame->offset};
  tg_regress_end end = TG_REGRESS_DONE;
  trygg_status status = TRYGG_OK;
  TRY(tg_faults_check(model, frame, error));
  TRY(tg_regress_fit(&data, model->family->regress, model->value, step, model->eta, model->inverse, &end,
                     error));
  if (end == TG_REGRESS_DIVERGES)
    TRY(tg_faults_diverged(model, frame, step, error));
cleanup:
  return status;
}

static trygg_status fit(trygg_model *model, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_frame *frame = &model->frame;
  size_t p = model->columns, k = model->value_count;
  double *step = tg_memory_new(p, sizeof *step), *mean = tg_memory_new(frame->rows, sizeof *mean);
  double *apart = frame->rows > SIZE_MAX / k ? NULL : tg_memory_new(frame->rows * k, sizeof *apart);
  double *along = apart ? tg_memory_new(frame->rows * k, sizeof *along) : NULL;
  tg_addends a = {frame, k, mean, apart, along};
  model->eta = tg_memory_new(frame->rows, sizeof *model->eta);
  model->inverse = tg_memory_new(p * p, sizeof *model->inverse);
  model->value = tg_memory_new(k, sizeof *model->value);
  model->covariance = tg_memory_new(k * k, sizeof *model->covariance);
  if (!step || !mean || !apart || !along || !model->eta || !model->inverse || !model->value ||
      !model->covariance) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_model_fit(model, frame, step, error));
  TRY(tg_predictions_linearize(model, frame, model->eta, model->inverse, apart, along, error));
  for (size_t row = 0; row < frame->rows; row++)
    mean[row] = model->family->regress->mean(model->eta[row]);
  summarize(model, frame, mean);
  TRY(find_covariance(model, &a, error));
  shift_back(model, frame->shift);
cleanup:
  tg_memory_free(step);
  tg_memory_free(mean);
  tg_memory_free(apart);
  tg_memory_free(along);
  return status;
}

static trygg_status find_common(const char *name, int *common, trygg_error *error) {
  *common = name && !strcmp(name, "common");
  if (!name || *common || !strcmp(name, "first"))
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "reference",
                     "levels are compared with the `first` or the "
                     "most `common` one");
}

static trygg_status create(trygg_design *design, const trygg_model_options *options, trygg_model *model,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int common = 0;
  TRY(find_common(options->reference, &common, error));
  TRY(estimate_outcome(design, options, model, error));
  model->intercept = !options->no_intercept;
  model->family = tg_family_find(options->family, tg_model_indicator(model)->type, error);
  if (!model->family) {
    status = TRYGG_ENAME;
    goto cleanup;
  }
  TRY(tg_terms_create(model, options, error));
  TRY(tg_terms_find_offset(model, options, error));
  if (!model->intercept && !model->term_count)
    TRY(tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "on",
                    "without an intercept a regression needs some background"));
  TRY(tg_frame_create(model, common, &model->frame, error));
  TRY(fit(model, error));
cleanup:
  return status;
}

trygg_status trygg_model_create(trygg_design *design, const trygg_model_options *options, trygg_model **out,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_model *model = NULL;
  trygg_model_options chosen;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the model was given");
  *out = NULL;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_model_options", error));
  if (!design || !chosen.outcome)
    return tg_error_set(error, TRYGG_EINVAL, "a design and the name of an outcome were expected");
  if (design->responses->released)
    return tg_error_set(error, TRYGG_EINVAL,
                        "a regression reads the records again, but they were not kept; load them");
  TRY(tg_options_list(chosen.on, chosen.on_count, "on", error));
  model = tg_memory_new(1, sizeof *model);
  if (!model)
    return tg_error_memory(error);
  tg_references_begin(&model->references);
  TRY(create(design, &chosen, model, error));
  *out = model;
  model = NULL;
cleanup:
  trygg_model_free(model);
  return status;
}

trygg_model *trygg_model_retain(trygg_model *model) {
  if (model)
    tg_references_take(&model->references);
  return model;
}

void trygg_model_free(trygg_model *model) {
  if (!model || !tg_references_drop(&model->references))
    return;
  for (size_t t = 0; t < model->term_count; t++) {
    tg_categories_clear(&model->terms[t].categories);
    tg_memory_free(model->terms[t].level);
    tg_memory_free(model->terms[t].n);
  }
  tg_memory_free(model->terms);
  tg_interactions_clear(model);
  tg_memory_free(model->only);
  tg_memory_free(model->value);
  tg_memory_free(model->covariance);
  tg_memory_free(model->eta);
  tg_memory_free(model->inverse);
  tg_frame_clear(&model->frame);
  trygg_estimate_free(model->estimates);
  tg_memory_free(model);
}
