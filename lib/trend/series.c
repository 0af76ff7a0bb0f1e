/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From estimates and published figures to series: which waves a domain has, when they were, where the series breaks and
 * where a bridge carries it over. */
#include <trend/trend.h>

#include <string.h>

#include <base/text.h>

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

static const tg_indicator *indicator_of(const tg_series *series) {
  return &series->estimates->tally->indicators.list[series->indicator];
}

static const trygg_codebook *codebook_of(const tg_series *series) {
  return series->estimates->tally->design->responses->codebook;
}

static trygg_status allocate(tg_series *series, size_t most, trygg_error *error) {
  size_t bridges = indicator_of(series)->bridge_count;
  series->points = tg_memory_new(most, sizeof *series->points);
  series->time = tg_memory_new(most, sizeof *series->time);
  series->value = tg_memory_new(most, sizeof *series->value);
  series->inputs = tg_memory_new(most + bridges, sizeof *series->inputs);
  series->shifts = tg_memory_new(bridges, sizeof *series->shifts);
  if (series->points && series->time && series->value && series->inputs && series->shifts)
    return TRYGG_OK;
  return tg_error_memory(error);
}

/* ---- points -------------------------------------------------------------------------------------------- */

/* The place of a time among the points, which are moved up. */
static size_t insert(tg_series *series, double time, const char *code) {
  size_t at = series->count++;
  for (; at > 0 && series->time[at - 1] > time; at--) {
    series->points[at] = series->points[at - 1];
    series->time[at] = series->time[at - 1];
    series->inputs[at] = series->inputs[at - 1];
  }
  series->points[at] = (tg_point){.code = code, .until = code, .row = TG_NONE};
  series->time[at] = time;
  return at;
}

static void add_waves(tg_series *series) {
  const trygg_estimates *estimates = series->estimates;
  const tg_wave *waves = estimates->tally->design->responses->waves;
  for (size_t w = 0; w < estimates->wave_count; w++) {
    size_t index = tg_estimate_row(estimates, estimates->waves[w], series->group, series->indicator), at;
    const tg_row *row = index == TG_NONE ? NULL : &estimates->rows[index];
    if (row)
      series->domain = &estimates->domains[row->domain];
    if (!row || isnan(row->estimate) || isnan(row->se))
      continue;
    at = insert(series, waves[estimates->waves[w]].time, waves[estimates->waves[w]].code);
    series->points[at].row = index;
    series->points[at].flags = row->flags & (TG_FLAG_BOUNDARY | TG_FLAG_LONELY);
    series->inputs[at] = (tg_input){index, NULL, row->estimate, row->se * row->se};
  }
}

static int has_wave(const tg_series *series, const char *code) {
  for (size_t i = 0; i < series->count; i++)
    if (!strcmp(series->points[i].code, code))
      return 1;
  return 0;
}

/* Figures of a wave for just the series' group.  The survey's own data go before them, and the first of several sources
 * before the others. */
static trygg_status add_published(tg_series *series, trygg_error *error) {
  const trygg_codebook *codebook = codebook_of(series);
  const tg_tally *tally = series->estimates->tally;
  size_t variables = series->group == TG_TOTAL_DOMAIN ? 0 : tally->by_count;
  trygg_status status = TRYGG_OK;
  tg_text codes = {0};
  for (size_t i = 0; i < codebook->published_count && status == TRYGG_OK; i++) {
    const tg_published_row *figure = &codebook->published[i];
    double time = tg_codebook_wave_time(codebook, figure->wave), se;
    if (!*figure->wave || figure->variable_count != variables || !series->domain ||
        &codebook->indicators[figure->indicator] != indicator_of(series)->row ||
        !tg_pairs_describes(tally, figure, series->domain, &codes))
      continue;
    if (has_wave(series, figure->wave)) {
      series->passed_over++;
      continue;
    }
    if (isnan(time)) {
      status = tg_error_at(
          error, TRYGG_ECODEBOOK, "waves.csv", 0, 0, "wave",
          "the time of wave `%s` of references.csv is not known; give its decimal year in waves.csv",
          figure->wave);
      break;
    }
    se = tg_pairs_published_error(figure, indicator_of(series)->type->is_share);
    series->inputs[insert(series, time, figure->wave)] =
        (tg_input){TG_NONE, figure, figure->estimate, se * se};
    series->published++;
  }
  if (codes.failed)
    status = tg_error_memory(error);
  tg_text_free(&codes);
  return status;
}

/* ---- breaks and bridges -------------------------------------------------------------------------------- */

/* What the old method found in the wave of a point; TG_NONE. */
static size_t find_old(const tg_series *series, size_t at) {
  const trygg_estimates *estimates = series->estimates;
  size_t old = indicator_of(series)->old, row;
  if (!old || series->points[at].row == TG_NONE)
    return TG_NONE;
  row = tg_row_at(estimates, estimates->rows[series->points[at].row].domain, old);
  return isnan(estimates->rows[row].estimate) || isnan(estimates->rows[row].se) ? TG_NONE : row;
}

/* Carry the series over a bridge to point `at`; 0 when it cannot be. */
static int cross(tg_series *series, const tg_break_row *bridge, size_t at) {
  size_t row = strcmp(bridge->wave, series->points[at].code) ? TG_NONE : find_old(series, at);
  const tg_row *old;
  if (row == TG_NONE)
    return 0;
  old = &series->estimates->rows[row];
  series->shifts[series->shift_count++] =
      (tg_shift){.bridge = bridge, .at = at, .new_way = at, .old_way = series->input_count};
  series->inputs[series->input_count++] = (tg_input){row, NULL, old->estimate, old->se * old->se};
  return 1;
}

static trygg_status find_breaks(tg_series *series, int across, trygg_error *error) {
  const trygg_codebook *codebook = codebook_of(series);
  trygg_status status = TRYGG_OK;
  series->input_count = series->count;
  for (size_t i = 1; i < series->count; i++) {
    const tg_break_row *met =
        tg_codebook_break(codebook, indicator_of(series)->row, series->time[i - 1], series->time[i]);
    series->points[i].breaks = series->points[i - 1].breaks;
    if (!met)
      continue;
    if (!(met->parallel.count && cross(series, met, i))) {
      series->since_break = across ? 0 : i;
      series->points[i].breaks += !across;
      continue;
    }
    TRY(tg_scales_find(*met->scale ? met->scale : NULL, &series->shifts[series->shift_count - 1].scale,
                       error));
  }
  series->since_records = series->since_break;
  for (size_t i = series->since_break; i < series->count; i++)
    if (series->points[i].row == TG_NONE)
      series->since_records = i + 1;
  if (series->shift_count && series->shifts[series->shift_count - 1].at > series->since_records)
    series->since_records = series->shifts[series->shift_count - 1].at;
cleanup:
  return status;
}

/* ---- all series ---------------------------------------------------------------------------------------- */

/* The point of the base wave; TG_NONE. */
static size_t find_base(const tg_series *series, const char *base) {
  for (size_t i = 0; base && i < series->count; i++)
    if (!strcmp(series->points[i].code, base))
      return i;
  return TG_NONE;
}

static trygg_status fill(tg_series *series, const trygg_trend_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t published = options->references ? codebook_of(series)->published_count : 0;
  TRY(allocate(series, series->estimates->wave_count + published, error));
  add_waves(series);
  if (options->references)
    TRY(add_published(series, error));
  TRY(find_breaks(series, options->across_breaks, error));
  TRY(tg_joined_map(series, options->pool_waves > 1 ? (size_t)options->pool_waves : 1, error));
  series->has_base = options->base != NULL;
  series->base = find_base(series, options->base);
cleanup:
  return status;
}

/* A wave that no series has cannot be what others are compared with. */
static trygg_status check_base(const trygg_estimates *estimates, const trygg_trend_options *options,
                               trygg_error *error) {
  const trygg_responses *responses = estimates->tally->design->responses;
  const char *base = options->base;
  int found = !base;
  for (size_t w = 0; !found && w < estimates->wave_count; w++)
    found = !strcmp(responses->waves[estimates->waves[w]].code, base);
  for (size_t i = 0; !found && options->references && i < responses->codebook->published_count; i++)
    found = !strcmp(responses->codebook->published[i].wave, base);
  return found ? TRYGG_OK
               : tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "base",
                             "there is no wave `%s` to compare with among those of the series", base);
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
  const tg_contrast_scale *scale = NULL;
  *count = groups * indicators;
  *out = tg_memory_new(*count, sizeof **out);
  if (!*out)
    return tg_error_memory(error);
  TRY(tg_series_check_times(estimates, error));
  TRY(find_covariate(&estimates->tally->indicators, options->covariate, &covariate, error));
  TRY(check_base(estimates, options, error));
  TRY(tg_scales_find(options->scale, &scale, error));
  for (size_t i = 0; i < *count; i++) {
    tg_series *series = &(*out)[i];
    series->estimates = estimates;
    series->start = options->start != 0 ? options->start : NAN;
    series->scale = scale;
    series->margin = scale->changes_unit ? log(options->margin) : options->margin;
    series->on = options->on;
    series->on_count = options->on_count;
    series->indicator = i % indicators;
    series->group = i < indicators ? TG_TOTAL_DOMAIN : (uint32_t)(i / indicators - 1);
    if (covariate != TG_NONE && series->indicator != covariate)
      series->covariate = *out + (i - series->indicator) + covariate;
    if (i < indicators) {
      series->areas = *out + indicators + i;
      series->area_count = groups - 1;
      series->area_step = indicators;
    }
    TRY(fill(series, options, error));
  }
  TRY(tg_joined_covariances(*out, *count, error));
cleanup:
  if (status != TRYGG_OK) {
    tg_series_free(*out, *count);
    *out = NULL;
  }
  return status;
}

void tg_series_clear(tg_series *series) {
  void *blocks[] = {series->points,     series->time, series->value, series->inputs,
                    series->covariance, series->map,  series->shifts};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
  *series = (tg_series){0};
}

void tg_series_free(tg_series *list, size_t count) {
  for (size_t i = 0; list && i < count; i++)
    tg_series_clear(&list[i]);
  tg_memory_free(list);
}
