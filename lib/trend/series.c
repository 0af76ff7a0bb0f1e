/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From estimates to series: which waves a domain has, when they were, how they covary, where the series breaks. */
#include <trend/trend.h>

#include <math.h>
#include <string.h>

#include <base/text.h>
#include <design/panel.h>

trygg_status tg_series_check_times(const trygg_estimates *estimates, trygg_error *error) {
  const trygg_responses *responses = estimates->tally->design->responses;
  if (estimates->pooled)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "pool",
                       "pooled estimates have no trend; estimate wave by wave");
  for (size_t w = 0; w < estimates->wave_count; w++)
    if (isnan(responses->waves[estimates->waves[w]].time))
      return tg_error_at(error, TRYGG_ECODEBOOK, "waves.csv", 0, 0, "wave",
                         "the time of wave `%s` is not known; give its decimal year in waves.csv",
                         responses->waves[estimates->waves[w]].code);
  return TRYGG_OK;
}

static trygg_status allocate(tg_series *series, size_t waves, trygg_error *error) {
  series->rows = tg_memory_new(waves, sizeof *series->rows);
  series->waves = tg_memory_new(waves, sizeof *series->waves);
  series->time = tg_memory_new(waves, sizeof *series->time);
  series->value = tg_memory_new(waves, sizeof *series->value);
  series->covariance = tg_memory_new(waves * waves, sizeof *series->covariance);
  if (series->rows && series->waves && series->time && series->value && series->covariance)
    return TRYGG_OK;
  return tg_error_memory(error);
}

/* Independent waves have no covariance; overlapping ones share clusters, panels share people. */
static trygg_status fill_covariance(tg_series *series, trygg_error *error) {
  const trygg_estimates *estimates = series->estimates;
  if (tg_panel_joins_waves(estimates->tally->design) && series->count > 1)
    return trygg_estimate_covariance(estimates, series->rows, series->count, series->covariance, error);
  for (size_t i = 0; i < series->count; i++)
    series->covariance[i * series->count + i] = pow(estimates->rows[series->rows[i]].se, 2);
  return TRYGG_OK;
}

/* The last break for the indicator lies between the waves before and from since_break. */
static size_t after_last_break(const tg_series *series) {
  const trygg_codebook *codebook = series->estimates->tally->design->responses->codebook;
  const tg_indicator *indicator = &series->estimates->tally->indicators.list[series->indicator];
  for (size_t i = series->count; i-- > 1;)
    if (tg_codebook_breaks(codebook, indicator->row, series->time[i - 1], series->time[i]))
      return i;
  return 0;
}

static trygg_status fill(tg_series *series, int across_breaks, trygg_error *error) {
  const trygg_estimates *estimates = series->estimates;
  trygg_status status = TRYGG_OK;
  TRY(allocate(series, estimates->wave_count, error));
  for (size_t w = 0; w < estimates->wave_count; w++) {
    size_t row = tg_estimate_row(estimates, estimates->waves[w], series->group, series->indicator);
    if (row != TG_NONE)
      series->domain = &estimates->domains[estimates->rows[row].domain];
    if (row == TG_NONE || isnan(estimates->rows[row].estimate) || isnan(estimates->rows[row].se))
      continue;
    series->rows[series->count] = row;
    series->waves[series->count] = estimates->waves[w];
    series->time[series->count] = estimates->tally->design->responses->waves[estimates->waves[w]].time;
    series->value[series->count++] = estimates->rows[row].estimate;
  }
  TRY(fill_covariance(series, error));
  series->since_break = across_breaks ? 0 : after_last_break(series);
cleanup:
  return status;
}

static const char *indicator_name(const void *context, size_t i) {
  return ((const tg_indicators *)context)->list[i].name;
}

/* The number of an indicator, or TG_NONE where no name is given. */
static trygg_status find_covariate(const tg_indicators *indicators, const char *name, size_t *found,
                                   trygg_error *error) {
  const char *nearest;
  *found = TG_NONE;
  for (size_t k = 0; name && k < indicators->count; k++)
    if (!strcmp(indicators->list[k].name, name))
      *found = k;
  if (!name || *found != TG_NONE)
    return TRYGG_OK;
  nearest = tg_text_nearest(name, indicators->count, indicator_name, indicators);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "covariate",
                     "the covariate `%s` is not among the indicators that are estimated; did you mean `%s`?",
                     name, nearest ? nearest : indicators->list[0].name);
}

trygg_status tg_series_create(const trygg_estimates *estimates, const trygg_trend_options *options,
                              tg_series **out, size_t *count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t indicators = estimates->tally->indicators.count, groups = estimates->group_count + 1, covariate;
  *count = groups * indicators;
  *out = tg_memory_new(*count, sizeof **out);
  if (!*out)
    return tg_error_memory(error);
  TRY(tg_series_check_times(estimates, error));
  TRY(find_covariate(&estimates->tally->indicators, options->covariate, &covariate, error));
  for (size_t i = 0; i < *count; i++) {
    tg_series *series = &(*out)[i];
    series->estimates = estimates;
    series->start = options->start != 0 ? options->start : NAN;
    series->margin = options->margin;
    series->indicator = i % indicators;
    series->group = i < indicators ? TG_TOTAL_DOMAIN : (uint32_t)(i / indicators - 1);
    if (covariate != TG_NONE && series->indicator != covariate)
      series->covariate = *out + (i - series->indicator) + covariate;
    if (i < indicators) {
      series->areas = *out + indicators + i;
      series->area_count = groups - 1;
      series->area_step = indicators;
    }
    TRY(fill(series, options->across_breaks, error));
  }
cleanup:
  if (status != TRYGG_OK) {
    tg_series_free(*out, *count);
    *out = NULL;
  }
  return status;
}

void tg_series_free(tg_series *list, size_t count) {
  for (size_t i = 0; list && i < count; i++) {
    tg_memory_free(list[i].rows);
    tg_memory_free(list[i].waves);
    tg_memory_free(list[i].time);
    tg_memory_free(list[i].value);
    tg_memory_free(list[i].covariance);
  }
  tg_memory_free(list);
}
