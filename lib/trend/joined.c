/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One series out of waves of several methods, sources and sizes.
 *
 * With g the scale of a bridge, n and o what the new and the old method found in its wave, a wave before it becomes
 *
 *   theta' = g^-1(g(theta) + g(n) - g(o)),   d theta' = (g'(theta) d theta + g'(n) dn - g'(o) do) / g'(theta')
 *
 * (Van den Brakel, Smith & Compton 2008, Surv. Methodol. 34:177-190: a discontinuity estimated by a parallel run).  Waves
 * pooled in a point are its mean.  All points so are functions of the inputs with derivatives J, and their covariance is
 * J V J', V that of the inputs: those of the survey by its design, published figures each by itself. */
#include <trend/trend.h>

#include <string.h>

#include <design/panel.h>

static double *row_of(const tg_series *series, size_t i) {
  return series->map + i * series->input_count;
}

static void scale_row(const tg_series *series, size_t i, double by) {
  for (size_t m = 0; m < series->input_count; m++)
    row_of(series, i)[m] *= by;
}

/* ---- bridges ------------------------------------------------------------------------------------------- */

static void move(tg_series *series, size_t which) {
  tg_shift *shift = &series->shifts[which];
  double slope_new, slope_old, slope, moved,
      at_new = shift->scale->link(series->inputs[shift->new_way].value, &slope_new),
      at_old = shift->scale->link(series->inputs[shift->old_way].value, &slope_old);
  shift->value = at_new - at_old;
  row_of(series, series->count + which)[shift->new_way] = slope_new;
  row_of(series, series->count + which)[shift->old_way] = -slope_old;
  for (size_t i = 0; i < shift->at; i++) {
    double *row = row_of(series, i), linked = shift->scale->link(series->value[i], &slope);
    series->value[i] = shift->scale->inverse(linked + shift->value);
    shift->scale->link(series->value[i], &moved);
    scale_row(series, i, slope / moved);
    row[shift->new_way] += slope_new / moved;
    row[shift->old_way] -= slope_old / moved;
  }
}

/* ---- pooled waves -------------------------------------------------------------------------------------- */

/* Point `to` becomes the mean of `pool` points from `from` on, of which none before it is needed any more. */
static void take_mean(tg_series *series, size_t from, size_t pool, size_t to) {
  double *row = row_of(series, to), time = 0, value = 0;
  tg_point point = {.code = series->points[from].code,
                    .until = series->points[from + pool - 1].until,
                    .row = TG_NONE,
                    .breaks = series->points[from].breaks};
  for (size_t k = from; k < from + pool; k++) {
    time += series->time[k] / (double)pool;
    value += series->value[k] / (double)pool;
    point.flags |= series->points[k].flags;
  }
  for (size_t m = 0; m < series->input_count; m++) {
    double sum = 0;
    for (size_t k = from; k < from + pool; k++)
      sum += row_of(series, k)[m] / (double)pool;
    row[m] = sum;
  }
  series->points[to] = point;
  series->time[to] = time;
  series->value[to] = value;
}

/* Whether the `pool` points from i on make one: there are so many, and no break is among them. */
static int is_run(const tg_series *series, size_t pool, size_t i) {
  return i + pool <= series->count && series->points[i].breaks == series->points[i + pool - 1].breaks;
}

static size_t runs_before(const tg_series *series, size_t pool, size_t end) {
  size_t count = 0;
  for (size_t i = 0; i < end; i++)
    count += is_run(series, pool, i);
  return count;
}

/* Neighbours share all waves but one. */
static void pool_waves(tg_series *series, size_t pool) {
  size_t waves = series->count, since_break = runs_before(series, pool, series->since_break), count = 0;
  for (size_t b = 0; b < series->shift_count; b++)
    series->shifts[b].at = runs_before(series, pool, series->shifts[b].at);
  for (size_t i = 0; i < waves; i++)
    if (is_run(series, pool, i))
      take_mean(series, i, pool, count++);
  memmove(row_of(series, count), row_of(series, waves),
          series->shift_count * series->input_count * sizeof *series->map);
  series->count = count;
  series->since_break = since_break;
  series->since_records = count; /* a point is no wave's records any more */
}

/* ---- values -------------------------------------------------------------------------------------------- */

trygg_status tg_joined_map(tg_series *series, size_t pool, trygg_error *error) {
  series->map =
      tg_memory_new((series->count + series->shift_count) * series->input_count, sizeof *series->map);
  if (!series->map)
    return tg_error_memory(error);
  for (size_t i = 0; i < series->count; i++) {
    series->value[i] = series->inputs[i].value;
    row_of(series, i)[i] = 1;
  }
  for (size_t b = 0; b < series->shift_count; b++)
    move(series, b);
  if (pool > 1)
    pool_waves(series, pool);
  for (size_t i = 0; i < series->count; i++) {
    double slope;
    series->value[i] = series->scale->link(series->value[i], &slope);
    scale_row(series, i, slope);
  }
  return TRYGG_OK;
}

void tg_joined_rescale(tg_series *series) {
  for (size_t i = 0; i < series->count; i++) {
    double slope;
    series->value[i] = series->scale->link(series->value[i], &slope);
    for (size_t j = 0; series->covariance && j < series->count; j++) {
      series->covariance[i * series->count + j] *= slope;
      series->covariance[j * series->count + i] *= slope;
    }
  }
}

/* ---- covariance ---------------------------------------------------------------------------------------- */

/* cov(n, o) = (V(n) + V(o) - V(n - o)) / 2: one variance a bridge. */
static trygg_status find_bridge_covariances(tg_series *list, size_t count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double *variance = NULL;
  size_t outputs = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t b = 0; b < list[i].shift_count; b++, outputs++) {
      const tg_shift *shift = &list[i].shifts[b];
      TRY(tg_estimate_add_terms(list[i].estimates, list[i].inputs[shift->new_way].row, 1, outputs, &terms,
                                error));
      TRY(tg_estimate_add_terms(list[i].estimates, list[i].inputs[shift->old_way].row, -1, outputs, &terms,
                                error));
    }
  if (!outputs)
    return TRYGG_OK;
  variance = tg_memory_new(outputs, sizeof *variance);
  if (!variance) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_estimate_combine(list->estimates, &terms, outputs, 0, variance, NULL, error));
  outputs = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t b = 0; b < list[i].shift_count; b++) {
      tg_shift *shift = &list[i].shifts[b];
      shift->covariance = (list[i].inputs[shift->new_way].variance + list[i].inputs[shift->old_way].variance -
                           variance[outputs++]) /
                          2;
    }
cleanup:
  tg_memory_free(variance);
  tg_estimate_clear_terms(&terms);
  return status;
}

/* Overlapping waves share clusters, panels share people: then every pair of inputs may covary. */
static trygg_status fill_linked(const tg_series *series, double *v, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  for (size_t m = 0; m < series->input_count; m++)
    if (series->inputs[m].row != TG_NONE)
      TRY(tg_estimate_add_terms(series->estimates, series->inputs[m].row, 1, m, &terms, error));
  if (terms.count)
    TRY(tg_estimate_combine(series->estimates, &terms, series->input_count, 1, v, NULL, error));
cleanup:
  tg_estimate_clear_terms(&terms);
  return status;
}

static trygg_status fill_inputs(const tg_series *series, int linked, double *v, trygg_error *error) {
  size_t n = series->input_count;
  trygg_status status = linked ? fill_linked(series, v, error) : TRYGG_OK;
  if (status != TRYGG_OK)
    return status;
  for (size_t m = 0; m < n; m++)
    if (!linked || series->inputs[m].row == TG_NONE)
      v[m * n + m] = series->inputs[m].variance;
  for (size_t b = 0; b < series->shift_count && !linked; b++) {
    const tg_shift *shift = &series->shifts[b];
    v[shift->new_way * n + shift->old_way] = v[shift->old_way * n + shift->new_way] = shift->covariance;
  }
  return TRYGG_OK;
}

/* J V J'; what is not known of one input is not known of the points that change with it, and of no others. */
static trygg_status find_covariance(tg_series *series, int linked, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = series->input_count;
  double *v = tg_memory_new(n * n, sizeof *v);
  series->covariance = tg_memory_new(series->count * series->count, sizeof *series->covariance);
  if (!v || !series->covariance) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(fill_inputs(series, linked, v, error));
  for (size_t i = 0; i < series->count; i++)
    for (size_t j = 0; j <= i; j++) {
      const double *a = row_of(series, i), *b = row_of(series, j);
      double sum = 0;
      for (size_t k = 0; k < n; k++)
        for (size_t m = 0; a[k] != 0 && m < n; m++)
          sum += b[m] != 0 ? a[k] * v[k * n + m] * b[m] : 0;
      series->covariance[i * series->count + j] = series->covariance[j * series->count + i] = sum;
    }
cleanup:
  tg_memory_free(v);
  return status;
}

trygg_status tg_joined_covariances(tg_series *list, size_t count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int linked = tg_panel_joins_waves(list->estimates->tally->design);
  if (!linked)
    TRY(find_bridge_covariances(list, count, error));
  for (size_t i = 0; i < count; i++)
    TRY(find_covariance(&list[i], linked, error));
cleanup:
  return status;
}
