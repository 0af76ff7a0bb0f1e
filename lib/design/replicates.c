/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From `bootstrap:500` to replicates of a design. */
#include <design/replicates.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/number.h>
#include <base/options.h>
#include <base/text.h>
#include <design/inclusion.h>
#include <design/panel.h>
#include <design/trim.h>
#include <design/weights.h>
#include <numeric/hadamard.h>

#define DEFAULT_COUNT 500
#define MOST_COUNT 100000

/* ---- the method --------------------------------------------------------------------------- */

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return i ? tg_replicate_methods[i - 1].name : "taylor";
}

static trygg_status refuse(const char *what, trygg_error *error) {
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "variance", "%s", what);
}

static trygg_status read_argument(const tg_replicate_method *method, const char *text, size_t *count,
                                  double *rho, trygg_error *error) {
  int64_t number = DEFAULT_COUNT;
  switch (method->argument) {
  case TG_ARGUMENT_COUNT:
    if (text && (tg_number_parse_integer(text, strlen(text), &number) || number < 2 || number > MOST_COUNT))
      return refuse("the number of replicates is a whole number from 2 to 100000, as in bootstrap:500",
                    error);
    *count = (size_t)number;
    return TRYGG_OK;
  case TG_ARGUMENT_RHO:
    if (!text || tg_number_parse(text, strlen(text), '.', rho) || !(*rho >= 0 && *rho < 1))
      return refuse("Fay's method needs its rho, from 0 to below 1, as in fay:0.3", error);
    return TRYGG_OK;
  default:
    return text ? refuse("only bootstraps and fay have something behind a colon", error) : TRYGG_OK;
  }
}

/* *method stays NULL for `taylor`. */
static trygg_status read_spec(const char *spec, const tg_replicate_method **method, size_t *count,
                              double *rho, trygg_error *error) {
  const char *colon = strchr(spec, ':'), *nearest;
  size_t length = colon ? (size_t)(colon - spec) : strlen(spec);
  char name[64];
  *method = NULL;
  if (!strcmp(spec, "taylor"))
    return TRYGG_OK;
  for (size_t i = 0; i < tg_replicate_method_count; i++)
    if (tg_text_equal(spec, length, tg_replicate_methods[i].name)) {
      *method = &tg_replicate_methods[i];
      return read_argument(*method, colon ? colon + 1 : NULL, count, rho, error);
    }
  tg_text_print(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), spec);
  nearest = tg_text_nearest(name, tg_replicate_method_count + 1, name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "variance", "no way to compute variances `%s`%s%s%s",
                     name, nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

const char *trygg_design_variance(size_t i) {
  return i <= tg_replicate_method_count ? name_at(NULL, i) : NULL;
}

const char *trygg_design_variance_help(size_t i) {
  if (i > tg_replicate_method_count)
    return NULL;
  return i ? tg_replicate_methods[i - 1].help : "linearisation (Taylor, Woodruff)";
}

trygg_status trygg_design_variance_check(const char *variance, trygg_error *error) {
  const tg_replicate_method *method;
  size_t count;
  double rho;
  if (!variance)
    return tg_error_set(error, TRYGG_EINVAL, "no name of a variance method was given");
  return read_spec(variance, &method, &count, &rho, error);
}

/* ---- units -------------------------------------------------------------------------------- */

/* Where each stratum's units stand: clusters are numbered so; records are sorted by counting. */
static trygg_status index_units(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  replicates->unit_count = design->cluster_count;
  replicates->by_record = !design->cluster;
  replicates->begin = tg_memory_new(design->stratum_count + 1, sizeof *replicates->begin);
  if (!replicates->begin)
    return tg_error_memory(error);
  for (size_t h = 0; h < design->stratum_count; h++)
    replicates->begin[h + 1] = replicates->begin[h] + design->strata[h].clusters;
  if (design->cluster || design->stratum_count <= 1)
    return TRYGG_OK;
  replicates->order = tg_memory_new(replicates->unit_count, sizeof *replicates->order);
  if (!replicates->order)
    return tg_error_memory(error);
  for (size_t i = 0; i < replicates->unit_count; i++)
    replicates->order[replicates->begin[design->stratum[i]]++] = i;
  for (size_t h = design->stratum_count; h > 0; h--)
    replicates->begin[h] = replicates->begin[h - 1];
  replicates->begin[0] = 0;
  return TRYGG_OK;
}

trygg_status tg_replicates_strata(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  size_t strata = tg_design_all_strata(design);
  replicates->base = tg_memory_new(strata, sizeof *replicates->base);
  replicates->step = tg_memory_new(strata, sizeof *replicates->step);
  return replicates->base && replicates->step ? TRYGG_OK : tg_error_memory(error);
}

trygg_status tg_replicates_signs(tg_replicates *replicates, size_t least, trygg_error *error) {
  size_t order = tg_hadamard_order(least);
  if (!order)
    return tg_error_set(error, TRYGG_EDESIGN,
                        "the design has too many strata for balanced half-samples (at most 4095); choose "
                        "--variance jackknife or bootstrap");
  replicates->signs = tg_memory_new(order * order, 1);
  if (!replicates->signs)
    return tg_error_memory(error);
  replicates->sign_count = order;
  return tg_hadamard_fill(order, replicates->signs, error);
}

/* ---- making them --------------------------------------------------------------------------- */

/* The rules `adjust` and `average` say what a lone cluster adds to a sum of squares; no replicate weight does that. */
static trygg_status check_lonely(const trygg_design *design, trygg_error *error) {
  if (!design->lonely_count || design->lonely == TG_LONELY_FAIL || design->lonely == TG_LONELY_CERTAINTY)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "lonely",
                     "--lonely %s has no form in replicate weights; choose --lonely certainty or --variance "
                     "taylor",
                     tg_lonely_names[design->lonely]);
}

/* What is drawn within clusters varies too where the sampled fraction of clusters counts. */
static trygg_status check_stages(const trygg_design *design, trygg_error *error) {
  if (!design->stage_count || design->replicates->method->stages)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "variance",
      "--variance %s replicates clusters alone, and the later stages of the sample have finite "
      "populations; choose --variance preston or taylor, or take the roles of later stages away",
      design->replicates->method->name);
}

/* Who is in several waves must be drawn for all of them at once. */
static trygg_status check_panel(const trygg_design *design, trygg_error *error) {
  if (!tg_panel_is_linked(design) || design->replicates->method->panel)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "variance",
      "--variance %s draws every wave for itself, and the waves of a panel share people or clusters; "
      "choose --variance taylor or bootstrap",
      design->replicates->method->name);
}

static trygg_status check_inclusion(const trygg_design *design, trygg_error *error) {
  if (!design->inclusion)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "variance",
      "--variance %s does not know inclusion probabilities; choose --variance taylor, or take the role "
      "inclusion away to have clusters replicated as if they were drawn with replacement",
      design->replicates->method->name);
}

static trygg_status check_phases(const trygg_design *design, trygg_error *error) {
  if (!design->phases)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "variance",
                     "--variance %s replicates one sample, and this one was drawn in two phases (`phase2` in "
                     "settings.csv); choose --variance taylor",
                     design->replicates->method->name);
}

/* Totals of clusters are all that is left of records that were not kept. */
static trygg_status check_kept(const trygg_design *design, trygg_error *error) {
  const tg_replicates *replicates = design->replicates;
  if (!design->responses->released ||
      (design->cluster && !replicates->given && replicates->method->prepare != tg_successive_prepare))
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "variance",
      "--variance %s needs the records, and they are not kept when they are streamed; load them, or "
      "choose --variance taylor",
      replicates->method->name);
}

/* Whether the calibration can be made anew. */
static trygg_status check_calibration(const trygg_design *design, trygg_error *error) {
  const tg_calibration *calibration = design->calibration;
  if (!strcmp(calibration->method, "given"))
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, "calibrate",
        "weights that were calibrated elsewhere cannot be calibrated anew for replicates; choose "
        "--variance taylor");
  for (size_t w = 0; w < design->responses->wave_count; w++)
    if (calibration->waves[w].uncertainty)
      return tg_error_at(
          error, TRYGG_EDESIGN, NULL, 0, 0, "calibrate",
          "replicates do not vary the totals of margins.csv that have a standard error; choose "
          "--variance taylor");
  return TRYGG_OK;
}

/* Every replicate is made as the weights were, record by record. */
static trygg_status remake(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  const tg_calibration *calibration = design->calibration;
  trygg_status status = TRYGG_OK;
  if (replicates->given && calibration && !strcmp(calibration->method, "given")) /* so are these */
    return TRYGG_OK;
  if (!tg_weights_are_made(design))
    return TRYGG_OK;
  if (calibration)
    TRY(check_calibration(design, error));
  if (replicates->deletes)
    TRY(tg_jackknife_spell_out(replicates, design, error));
  replicates->remade = replicates->absolute = replicates->by_record = 1;
  replicates->drawn_count = replicates->unit_count;
  replicates->unit_count = design->responses->count;
cleanup:
  return status;
}

trygg_status tg_replicates_create(trygg_design *design, const trygg_design_options *options,
                                  trygg_error *error) {
  const tg_replicate_settings *settings = &design->responses->codebook->settings.replicates;
  const tg_replicate_method *method = NULL;
  trygg_status status = TRYGG_OK;
  trygg_design_options chosen;
  tg_replicates *replicates;
  size_t count = 0;
  double rho = 0;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_design_options", error));
  if (!chosen.variance)
    chosen.variance = settings->type == TG_REPLICATE_NONE ? "taylor" : "given";
  TRY(read_spec(chosen.variance, &method, &count, &rho, error));
  if (!method)
    return TRYGG_OK;
  replicates = design->replicates = tg_memory_new(1, sizeof *replicates);
  if (!replicates)
    return tg_error_memory(error);
  *replicates = (tg_replicates){
      .method = method, .deletes = method->deletes, .count = count, .rho = rho, .df = INFINITY};
  replicates->seed = chosen.seed ? chosen.seed : 1;
  replicates->given = method->prepare == tg_given_prepare;
  replicates->mse = replicates->given ? settings->mse : method->prepare == tg_successive_prepare;
  TRY(check_kept(design, error));
  replicates->absolute = replicates->given;
  if (replicates->given) {
    TRY(method->prepare(replicates, design, error));
    TRY(remake(replicates, design, error));
    return TRYGG_OK;
  }
  TRY(check_inclusion(design, error));
  TRY(check_phases(design, error));
  TRY(check_lonely(design, error));
  TRY(check_stages(design, error));
  TRY(check_panel(design, error));
  TRY(index_units(replicates, design, error));
  TRY(method->prepare(replicates, design, error));
  if (!method->deletes)
    replicates->df = (double)replicates->count - 1;
  TRY(remake(replicates, design, error));
cleanup:
  return status;
}

void tg_replicates_free(tg_replicates *replicates) {
  if (!replicates)
    return;
  tg_memory_free(replicates->rscales);
  tg_memory_free(replicates->order);
  tg_memory_free(replicates->begin);
  tg_memory_free(replicates->base);
  tg_memory_free(replicates->step);
  tg_memory_free(replicates->signs);
  tg_memory_free(replicates->row);
  tg_memory_free(replicates->variables);
  tg_memory_free(replicates);
}

/* ---- changes -------------------------------------------------------------------------------- */

static void changes_given(const trygg_design *design, size_t first, size_t count, double *changes) {
  const tg_replicates *replicates = design->replicates;
  for (size_t k = 0; k < count; k++) {
    const double *weights = design->responses->columns[replicates->variables[first + k]].values.number;
    for (size_t i = 0; i < replicates->unit_count; i++)
      changes[i * TG_LANES + k] = weights[i] - (design->weight ? design->weight[i] : 1);
  }
}

/* Each replicate has random numbers of its own, used up stratum by stratum in their order. */
static trygg_status draw_changes(const trygg_design *design, size_t first, size_t count, double *changes,
                                 trygg_error *error) {
  const tg_replicates *replicates = design->replicates;
  trygg_status status = TRYGG_OK;
  size_t most = 0;
  int16_t *draws = NULL;
  tg_replicate_stream *stream = NULL;
  for (size_t h = 0; h < design->stratum_count; h++)
    most = design->strata[h].clusters > most ? design->strata[h].clusters : most;
  draws = tg_memory_new(most * TG_LANES, sizeof *draws);
  stream = tg_memory_new(1, sizeof *stream);
  if (!draws || !stream) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < count && replicates->method->is_random; k++)
    tg_random_seed(&stream->random[k], replicates->seed, first + k);
  if (tg_panel_is_linked(design)) {
    status = replicates->method->panel(design, first, count, stream, changes, error);
    goto cleanup;
  }
  if (design->stage_count) {
    status = replicates->method->stages(design, first, count, stream, changes, error);
    goto cleanup;
  }
  for (size_t h = 0; h < design->stratum_count; h++) {
    size_t begin = replicates->begin[h], units = replicates->begin[h + 1] - begin;
    memset(draws, 0, units * TG_LANES * sizeof *draws);
    replicates->method->draw(replicates, design, h, first, count, stream, draws);
    for (size_t i = 0; i < units; i++) {
      double *change = changes + (replicates->order ? replicates->order[begin + i] : begin + i) * TG_LANES;
      for (size_t k = 0; k < count; k++)
        change[k] = replicates->base[h] + replicates->step[h] * draws[i * TG_LANES + k];
    }
  }
cleanup:
  tg_memory_free(draws);
  tg_memory_free(stream);
  return status;
}

/* Replicate weights made as the weights were, less the weights. */
static trygg_status remade_changes(const trygg_design *design, size_t first, size_t count, double *changes,
                                   trygg_error *error) {
  const tg_replicates *replicates = design->replicates;
  const double *before = tg_design_drawn_weight(design);
  size_t records = design->responses->count;
  trygg_status status = TRYGG_OK;
  double *drawn = tg_memory_new(replicates->given ? 0 : replicates->drawn_count * TG_LANES, sizeof *drawn);
  double *weights = tg_memory_new(records, sizeof *weights);
  if (!drawn || !weights) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (!replicates->given)
    TRY(draw_changes(design, first, count, drawn, error));
  for (size_t k = 0; k < count; k++) {
    trygg_error fault = {0};
    for (size_t i = 0; i < records; i++) {
      size_t unit = design->cluster && !design->stage_count ? design->cluster[i] : i;
      weights[i] = replicates->given
                       ? design->responses->columns[replicates->variables[first + k]].values.number[i]
                       : (before ? before[i] : 1) * (1 + drawn[unit * TG_LANES + k]);
    }
    status = tg_weights_remake(design, weights, &fault);
    if (status == TRYGG_ENOMEM) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    for (size_t i = 0; i < records; i++)
      changes[i * TG_LANES + k] = status == TRYGG_OK ? weights[i] - design->weight[i] : NAN;
    status = TRYGG_OK; /* a replicate that cannot meet the margins is left out */
  }
cleanup:
  tg_memory_free(drawn);
  tg_memory_free(weights);
  return status;
}

trygg_status tg_replicates_changes(const trygg_design *design, size_t first, size_t count, double *changes,
                                   trygg_error *error) {
  const tg_replicates *replicates = design->replicates;
  memset(changes, 0, replicates->unit_count * TG_LANES * sizeof *changes);
  if (replicates->remade)
    return remade_changes(design, first, count, changes, error);
  if (!replicates->given)
    return draw_changes(design, first, count, changes, error);
  changes_given(design, first, count, changes);
  return TRYGG_OK;
}
