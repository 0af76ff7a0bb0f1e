/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One reading of the files; each window's strata, clusters and sums are added to those of the windows before it. */
#include <estimate/stream.h>

#include <string.h>

#include <base/options.h>
#include <design/units.h>
#include <design/weights.h>
#include <estimate/estimate.h>
#include <responses/window.h>

/* One table while it is tallied. */
typedef struct table {
  trygg_estimate_options options;
  tg_estimate_plan plan;
  trygg_estimates *estimates;
} table;

typedef struct stream {
  const trygg_codebook *codebook;
  table *tables;
  size_t count;
  tg_units *units;
  unsigned char *needs; /* [variable] */
} stream;

/* ---- what needs the records once more -------------------------------------------------------------------- */

static int has_role(const trygg_codebook *codebook, tg_role role, int stage) {
  return tg_codebook_find_role(codebook, role, stage, 0) != TG_NONE;
}

static trygg_status refuse(const char *name, trygg_error *error, const char *reason) {
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, name, "`%s` cannot be estimated from a stream: %s",
                     name, reason);
}

static trygg_status check_indicator(const trygg_codebook *codebook, const tg_indicator *indicator, int pooled,
                                    trygg_error *error) {
  int clustered = has_role(codebook, TG_ROLE_CLUSTER, 1);
  if (indicator->estimand == TG_QUANTILE)
    return refuse(indicator->name, error,
                  "a quantile needs all values at once; leave it out (--indicator), or do not stream");
  if (!clustered && indicator->estimand == TG_FUNCTION)
    return refuse(
        indicator->name, error,
        "the error of a function of several figures takes a second look at the records; leave it out "
        "(--indicator), or do not stream");
  if (!clustered && indicator->denominator_variable != TG_NONE)
    return refuse(
        indicator->name, error,
        "the error of a ratio of two numbers takes a second look at the records; leave it out (--indicator), "
        "or do not stream");
  if (!clustered && pooled && indicator->estimand == TG_RATIO && codebook->settings.pool == TG_POOL_EQUAL)
    return refuse(
        indicator->name, error,
        "pooling waves equally (`pool` in settings.csv) takes a second look at the records; pool by `average`, "
        "or do not stream");
  return TRYGG_OK;
}

static trygg_status check_design(const trygg_codebook *codebook, const trygg_design_options *options,
                                 trygg_error *error) {
  tg_lonely lonely;
  int domain_lonely;
  trygg_status status = tg_design_take_options(codebook, options, &lonely, &domain_lonely, error);
  if (status == TRYGG_OK)
    status = tg_weights_check_stream(codebook, options, error);
  if (status != TRYGG_OK)
    return status;
  if (domain_lonely && (lonely == TG_LONELY_ADJUST || lonely == TG_LONELY_AVERAGE) &&
      !has_role(codebook, TG_ROLE_CLUSTER, 1))
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "domain_lonely",
        "lonely people of a group are found by a second look at the records, which a stream does not "
        "keep; set domain_lonely to `no`, or do not stream");
  if (has_role(codebook, TG_ROLE_INCLUSION, 1))
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "inclusion",
        "variances by inclusion probabilities need all records at once, which a stream does not keep; do "
        "not stream, or take the role inclusion away");
  if (has_role(codebook, TG_ROLE_FPC, 1) &&
      (has_role(codebook, TG_ROLE_STRATUM, 2) || has_role(codebook, TG_ROLE_CLUSTER, 2) ||
       has_role(codebook, TG_ROLE_FPC, 2)))
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "fpc2",
        "later stages of a sample with finite populations need all records at once, which a stream does "
        "not keep; do not stream, or take the roles of the second stage away");
  return TRYGG_OK;
}

/* ---- what is needed of the variables ------------------------------------------------------------------------ */

static void need_conditions(const stream *s, const tg_conditions *conditions) {
  for (size_t i = 0; i < conditions->count; i++)
    s->needs[conditions->sets[i].variable] |= TG_WINDOW_VALUES;
}

/* Types of many variables look at how many of them the wave asked. */
static void need_indicator(const stream *s, const tg_indicator *indicator) {
  int asked = indicator->type->uses & TG_MANY_VARIABLES ? TG_WINDOW_ASKED : 0;
  for (size_t i = 0; i < indicator->item_count; i++)
    s->needs[indicator->items[i].variable] |= (unsigned char)(TG_WINDOW_VALUES | asked);
  if (indicator->denominator_variable != TG_NONE)
    s->needs[indicator->denominator_variable] |= TG_WINDOW_VALUES;
  need_conditions(s, &indicator->where);
}

/* Derived variables need those that they are made of, which come before them. */
static void need_inputs(const stream *s) {
  for (size_t i = s->codebook->variable_count; i-- > s->codebook->derived_begin;) {
    const tg_variable *variable = &s->codebook->variables[i];
    if (!variable->rule || (!s->needs[i] && variable->role == TG_ROLE_NONE))
      continue;
    for (size_t k = 0; k < variable->rule->from_count; k++)
      s->needs[variable->rule->from[k]] |= TG_WINDOW_VALUES;
  }
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

static trygg_status begin_table(const stream *s, table *t, const trygg_estimate_options *options,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_tally_request request = {0};
  TRY(tg_options_take(&t->options, sizeof t->options, options, "trygg_estimate_options", error));
  TRY(tg_estimate_begin(&t->options, &t->estimates, error));
  TRY(tg_estimate_plan_names(s->codebook, &t->options, &t->plan, t->estimates, error));
  for (size_t k = 0; k < t->plan.indicators.all; k++) {
    TRY(check_indicator(s->codebook, &t->plan.indicators.list[k], t->options.pool, error));
    need_indicator(s, &t->plan.indicators.list[k]);
  }
  for (size_t k = 0; k < t->plan.by_count; k++)
    s->needs[t->plan.by[k]] |= TG_WINDOW_KEPT;
  need_conditions(s, &t->plan.where);
  request.by = t->plan.by;
  request.by_count = t->plan.by_count;
  TRY(tg_tally_begin(&t->plan.indicators, &request, &t->estimates->tally, error));
cleanup:
  return status;
}

/* Which of the window's waves are asked for; whether all of those are there is seen at the end. */
static unsigned char *choose_waves(const table *t, const trygg_responses *window) {
  unsigned char *waves = tg_memory_new(window->wave_count, 1);
  for (size_t w = 0; w < window->wave_count && waves; w++) {
    waves[w] = t->options.wave_count == 0;
    for (size_t i = 0; i < t->options.wave_count; i++)
      waves[w] |= !strcmp(t->options.waves[i], window->waves[w].code);
  }
  return waves;
}

static trygg_status add_window(const stream *s, table *t, trygg_design *window, trygg_error *error) {
  unsigned char *waves = choose_waves(t, window->responses);
  tg_tally_request request = {t->plan.by, t->plan.by_count, &t->plan.where, waves, t->options.threads, NULL};
  trygg_status status;
  if (!waves)
    return tg_error_memory(error);
  status = tg_tally_add(t->estimates->tally, window, tg_units_numbers(s->units), &request, error);
  tg_memory_free(waves);
  return status;
}

static trygg_status take_window(void *user, trygg_responses *responses, trygg_error *error) {
  stream *s = user;
  trygg_status status = TRYGG_OK;
  trygg_design *window = NULL;
  TRY(tg_design_of_window(responses, &window, error));
  TRY(tg_units_add(s->units, window, error));
  for (size_t i = 0; i < s->count; i++)
    TRY(add_window(s, &s->tables[i], window, error));
cleanup:
  trygg_design_free(window);
  return status;
}

static trygg_status finish_table(const stream *s, table *t, trygg_design *design, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_tally_request request = {.threads = t->options.threads};
  tg_tally_order order = {tg_units_places(s->units), tg_units_waves(s->units)};
  TRY(tg_estimate_plan_waves(design, &t->options, &t->plan, t->estimates, error));
  TRY(tg_tally_finish(t->estimates->tally, design, &order, &request, error));
  TRY(tg_estimate_rows(t->estimates, NULL, error));
cleanup:
  return status;
}

/* ---- all of it ------------------------------------------------------------------------------------------------- */

static trygg_status begin(stream *s, const trygg_estimate_options *const *tables, size_t count,
                          trygg_error *error) {
  trygg_status status = TRYGG_OK;
  s->needs = tg_memory_new(s->codebook->variable_count, 1);
  s->tables = tg_memory_new(count, sizeof *s->tables);
  if (!s->needs || !s->tables)
    return tg_error_memory(error);
  s->count = count;
  TRY(tg_units_create(s->codebook, &s->units, error));
  for (size_t i = 0; i < count; i++)
    TRY(begin_table(s, &s->tables[i], tables ? tables[i] : NULL, error));
  need_inputs(s);
cleanup:
  return status;
}

static void clear(stream *s) {
  for (size_t i = 0; i < s->count; i++) {
    tg_estimate_clear_plan(&s->tables[i].plan);
    trygg_estimate_free(s->tables[i].estimates);
  }
  tg_memory_free(s->tables);
  tg_memory_free(s->needs);
  tg_units_free(s->units);
}

static trygg_status run(stream *s, const tg_stream_source *source, const trygg_design_options *options,
                        trygg_responses **responses, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_design *design = NULL;
  tg_window_options windows = {source->window, s->needs, take_window, s};
  TRY(tg_window_load(source->codebook, source->files, source->file_count, source->load, &windows, responses,
                     error));
  TRY(tg_units_finish(s->units, *responses, options, &design, error));
  for (size_t i = 0; i < s->count; i++)
    TRY(finish_table(s, &s->tables[i], design, error));
cleanup:
  trygg_design_free(design);
  return status;
}

trygg_status tg_stream_estimate(const tg_stream_source *source, const trygg_design_options *design,
                                const trygg_estimate_options *const *tables, size_t count,
                                trygg_estimates **out, trygg_responses **responses, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  stream s = {.codebook = source->codebook};
  trygg_responses *met = NULL;
  TRY(check_design(source->codebook, design, error));
  TRY(begin(&s, tables, count, error));
  TRY(run(&s, source, design, &met, error));
  for (size_t i = 0; i < count; i++) {
    out[i] = s.tables[i].estimates;
    s.tables[i].estimates = NULL;
  }
  if (responses) {
    *responses = met;
    met = NULL;
  }
cleanup:
  clear(&s);
  trygg_responses_free(met);
  return status;
}

trygg_status trygg_estimate_stream(trygg_codebook *codebook, const char *const *files, size_t file_count,
                                   const trygg_load_options *load, const trygg_design_options *design,
                                   const trygg_estimate_options *const *tables, size_t count,
                                   trygg_estimates **out, trygg_responses **responses, trygg_error *error) {
  tg_stream_source source = {codebook, files, file_count, load, 0};
  if (!out || count == 0)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the estimates was given");
  for (size_t i = 0; i < count; i++)
    out[i] = NULL;
  if (responses)
    *responses = NULL;
  if (!codebook || !codebook->finished)
    return tg_error_set(error, TRYGG_EINVAL,
                        "the codebook is missing or not finished (trygg_codebook_finish)");
  if (!files || file_count == 0)
    return tg_error_set(error, TRYGG_EINVAL, "no data file was given");
  return tg_stream_estimate(&source, design, tables, count, out, responses, error);
}
