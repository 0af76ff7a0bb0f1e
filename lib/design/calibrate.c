/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From margins to weights, and the regression that their variance goes by. */
#include <design/calibrate.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/thread.h>
#include <numeric/sum.h>

/* Given weights have few decimals: they meet a total when they come as near. */
#define GIVEN_NEAR 1e-3

void tg_calibrate_free(tg_calibration *c) {
  if (!c)
    return;
  for (size_t w = 0; c->waves && w < c->patterns.wave_count; w++) {
    tg_semidefinite_clear(&c->waves[w].normal);
    tg_memory_free(c->waves[w].uncertainty);
  }
  tg_memory_free(c->waves);
  tg_memory_free(c->method);
  tg_memory_free(c->factor);
  tg_memory_free(c->regression);
  tg_memory_free(c->own);
  tg_memory_free(c->weight);
  tg_memory_free(c->iterations);
  tg_patterns_clear(&c->patterns);
  tg_memory_free(c);
}

/* ---- totals before and after ------------------------------------------------------------------- */

/* Sums of x with these weights of the patterns, into `before` or `after` of each aim. */
static trygg_status set_sums(tg_calibration *c, const double *sums, int after, trygg_error *error) {
  tg_patterns *p = &c->patterns;
  tg_sum *totals = tg_memory_new(p->aim_count, sizeof *totals);
  if (!totals)
    return tg_error_memory(error);
  for (size_t i = 0; i < p->count; i++)
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++)
      tg_sum_add(&totals[p->column[k]], sums[i] * (p->value[k] + p->aims[p->column[k]].centre));
  for (size_t j = 0; j < p->aim_count; j++)
    *(after ? &p->aims[j].after : &p->aims[j].before) = tg_sum_value(&totals[j]);
  tg_memory_free(totals);
  return TRYGG_OK;
}

/* What is given must be true; what is not given, the weights say. */
static trygg_status check_given(tg_calibration *c, trygg_error *error) {
  for (size_t j = 0; j < c->patterns.aim_count; j++) {
    tg_aim *aim = &c->patterns.aims[j];
    char met[TG_NUMBER_SIZE], wanted[TG_NUMBER_SIZE];
    if (isnan(aim->total))
      aim->total = aim->before;
    if (fabs(aim->total - aim->before) > GIVEN_NEAR * fmax(fabs(aim->total), fabs(aim->before)))
      return tg_error_at(
          error, TRYGG_EDESIGN, aim->row->file, aim->row->line, 0, "total",
          "the given weights are not calibrated to this: they add up to %s for `%s` %s, not to %s; "
          "calibrate them, by rake for instance, or leave the totals empty",
          tg_number_fixed(met, aim->before, 0), aim->row->names, aim->category,
          tg_number_fixed(wanted, aim->total, 0));
  }
  return TRYGG_OK;
}

/* What is not given, the first phase says.  All is or nothing, for a number is taken about its mean. */
static trygg_status take_first(tg_calibration *c, const tg_calibrate_request *request, double *sums,
                               trygg_error *error) {
  tg_patterns *p = &c->patterns;
  trygg_status status = TRYGG_OK;
  size_t empty = 0, known = 0;
  for (size_t j = 0; j < p->aim_count; j++) {
    empty += isnan(p->aims[j].total);
    known = isnan(p->aims[j].total) ? known : j;
  }
  if (!empty)
    return TRYGG_OK;
  if (empty < p->aim_count)
    return tg_error_at(
        error, TRYGG_EDESIGN, p->aims[known].row->file, p->aims[known].row->line, 0, "total",
        "the totals of `%s` are given and others are empty, as those of the first phase of the sample; "
        "fill them all in, or none",
        p->aims[known].row->names);
  c->first_phase = 1;
  TRY(tg_pattern_sums(p, request->first, c->records, request->threads, sums, error));
  TRY(set_sums(c, sums, 1, error));
  for (size_t j = 0; j < p->aim_count; j++)
    p->aims[j].total = p->aims[j].after;
cleanup:
  return status;
}

/* ---- weights -------------------------------------------------------------------------------------- */

static trygg_status solve_waves(const tg_calibration *c, const double *sums, double *factor, int *iterations,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t p = 0; p < c->patterns.count; p++)
    factor[p] = 1;
  for (size_t w = 0; w < c->patterns.wave_count && !c->distance.row->keeps; w++) {
    tg_newton newton = {.calibration = c, .wave = w, .sums = sums, .factor = factor};
    if (!c->patterns.waves[w].aims || !c->patterns.waves[w].patterns)
      continue;
    TRY(tg_newton_solve(&newton, error));
    if (iterations)
      iterations[w] = newton.iterations;
  }
cleanup:
  return status;
}

trygg_status tg_calibrate_factors(const tg_calibration *c, const double *sums, double *factor,
                                  trygg_error *error) {
  return solve_waves(c, sums, factor, NULL, error);
}

/* Weights of a block below 0, and the least. */
typedef struct below {
  size_t count;
  double least;
} below;

static size_t block_count(const tg_calibration *c) {
  return (c->records + TG_BLOCK - 1) / TG_BLOCK;
}

/* w = d g */
static below multiply(const tg_calibration *c, const double *base, const double *factor, size_t block,
                      double *out) {
  size_t first = block * TG_BLOCK, end = c->records - first < TG_BLOCK ? c->records : first + TG_BLOCK;
  below result = {0, 0};
  for (size_t i = first; i < end; i++) {
    out[i] = (base ? base[i] : 1) * factor[c->patterns.of[i]];
    result.count += out[i] < 0;
    result.least = out[i] < result.least ? out[i] : result.least;
  }
  return result;
}

/* A weight below 0 would count people away. */
static trygg_status refuse_negative(below all, trygg_error *error) {
  char number[TG_NUMBER_SIZE], lowest[TG_NUMBER_SIZE];
  if (!all.count)
    return TRYGG_OK;
  return tg_error_set(
      error, TRYGG_EDESIGN,
      "linear calibration makes %s weights negative (down to %s); use rake, or logit or truncated "
      "with bounds",
      tg_number_format_integer(number, (int64_t)all.count), tg_number_fixed(lowest, all.least, 3));
}

static void join(below *all, below one) {
  all->count += one.count;
  all->least = one.least < all->least ? one.least : all->least;
}

trygg_status tg_calibrate_weights(const tg_calibration *c, const double *base, double *out,
                                  trygg_error *error) {
  size_t n = c->patterns.count;
  double *sums = tg_memory_new(n, 2 * sizeof *sums), *factor = sums ? sums + n : NULL;
  trygg_status status = TRYGG_OK;
  below all = {0, 0};
  if (!sums)
    return tg_error_memory(error);
  TRY(tg_pattern_sums(&c->patterns, base, c->records, 1, sums, error));
  TRY(solve_waves(c, sums, factor, NULL, error));
  for (size_t b = 0; b < block_count(c); b++)
    join(&all, multiply(c, base, factor, b, out));
  TRY(refuse_negative(all, error));
cleanup:
  tg_memory_free(sums);
  return status;
}

/* ---- the regression of statistics on what was calibrated to ----------------------------------------- */

static trygg_status make_normal(tg_calibration *c, size_t w, const double *sums, trygg_error *error) {
  const tg_patterns *p = &c->patterns;
  const tg_pattern_wave *wave = &p->waves[w];
  size_t n = wave->aims;
  double *matrix = tg_memory_new(n, n * sizeof *matrix);
  if (!matrix)
    return tg_error_memory(error);
  for (size_t i = wave->first_pattern; i < wave->first_pattern + wave->patterns; i++) {
    double weight = sums[i] * c->regression[i];
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++)
      for (size_t l = p->begin[i]; l < p->begin[i + 1]; l++)
        matrix[(p->column[k] - wave->first_aim) * n + p->column[l] - wave->first_aim] +=
            weight * p->value[k] * p->value[l];
  }
  return tg_semidefinite_factor(matrix, n, &c->waves[w].normal, error);
}

/* Coefficients of x less its centre become those of x: sum of b (x - c) = sum of b x - (sum of b c) 1, and 1 is the
 * sum of the categories of the first margin of people. */
static void uncentre(const tg_calibration *c, size_t w, double *b) {
  const tg_aim *aims = c->patterns.aims + c->patterns.waves[w].first_aim;
  size_t n = c->patterns.waves[w].aims, first = 0;
  double shift = 0;
  while (first < n && !aims[first].people)
    first++;
  for (size_t j = 0; j < n; j++)
    shift += b[j] * aims[j].centre;
  for (size_t j = first; j < n; j++)
    if (aims[j].people && aims[j].margin == aims[first].margin)
      b[j] -= shift;
}

/* V less V C (C'V C)^- C'V, C the dependencies among the columns: errors of totals that contradict one another cannot
 * have happened.  So the result does not depend on which of B's solutions is taken. */
static trygg_status make_uncertainty(tg_calibration *c, size_t w, trygg_error *error) {
  tg_calibrated_wave *wave = &c->waves[w];
  const tg_aim *aims = c->patterns.aims + c->patterns.waves[w].first_aim;
  size_t n = wave->normal.size, d = n - wave->normal.rank;
  trygg_status status = TRYGG_OK;
  tg_semidefinite inner = {0};
  double *null = tg_memory_new(d, n * sizeof *null), *square = tg_memory_new(d, d * sizeof *square),
         *work = tg_memory_new(n + d, 2 * sizeof *work);
  wave->uncertainty = tg_memory_new(n, n * sizeof *wave->uncertainty);
  if (!null || !square || !work || !wave->uncertainty) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < d; k++) {
    tg_semidefinite_null(&wave->normal, k, null + k * n, work);
    uncentre(c, w, null + k * n);
  }
  for (size_t k = 0; k < d; k++)
    for (size_t l = 0; l < d; l++)
      for (size_t j = 0; j < n; j++)
        square[k * d + l] += null[k * n + j] * null[l * n + j] * aims[j].se * aims[j].se;
  status = tg_semidefinite_factor(square, d, &inner, error);
  square = NULL; /* taken over */
  if (status != TRYGG_OK)
    goto cleanup;
  for (size_t i = 0; i < n; i++) {
    double *row = wave->uncertainty + i * n, variance = aims[i].se * aims[i].se;
    for (size_t k = 0; k < d; k++)
      work[k] = null[k * n + i] * variance;
    tg_semidefinite_solve(&inner, work, work, work + d);
    row[i] = variance;
    for (size_t j = 0; j < n; j++)
      for (size_t k = 0; k < d; k++)
        row[j] -= work[k] * null[k * n + j] * aims[j].se * aims[j].se;
  }
cleanup:
  tg_semidefinite_clear(&inner);
  tg_memory_free(null);
  tg_memory_free(square);
  tg_memory_free(work);
  return status;
}

static trygg_status make_regression(tg_calibration *c, size_t w, const double *sums, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_pattern_wave *wave = &c->patterns.waves[w];
  int uncertain = 0;
  for (size_t p = wave->first_pattern; p < wave->first_pattern + wave->patterns; p++)
    c->regression[p] = c->factor[p] == 0 ? 0 : c->patterns.q[p] / c->factor[p];
  for (size_t j = wave->first_aim; j < wave->first_aim + wave->aims; j++)
    uncertain |= c->patterns.aims[j].se > 0;
  TRY(make_normal(c, w, sums, error));
  if (uncertain)
    TRY(make_uncertainty(c, w, error));
cleanup:
  return status;
}

trygg_status tg_calibrate_regress(const tg_calibration *c, const double *t, double *b, trygg_error *error) {
  double *work = tg_memory_new(c->patterns.aim_count, sizeof *work);
  if (!work)
    return tg_error_memory(error);
  for (size_t w = 0; w < c->patterns.wave_count; w++) {
    size_t first = c->patterns.waves[w].first_aim;
    tg_semidefinite_solve(&c->waves[w].normal, t + first, b + first, work);
  }
  tg_memory_free(work);
  return TRYGG_OK;
}

trygg_status tg_calibrate_uncertainty(const tg_calibration *c, const double *b1, const double *b2,
                                      double *out, trygg_error *error) {
  size_t all = c->patterns.aim_count;
  double *own = NULL, sum = 0;
  *out = 0;
  for (size_t w = 0; w < c->patterns.wave_count; w++) {
    size_t first = c->patterns.waves[w].first_aim, n = c->patterns.waves[w].aims;
    if (!c->waves[w].uncertainty)
      continue;
    if (!own && !(own = tg_memory_new(all, 2 * sizeof *own)))
      return tg_error_memory(error);
    memcpy(own, b1 + first, n * sizeof *own);
    memcpy(own + all, b2 + first, n * sizeof *own);
    uncentre(c, w, own);
    uncentre(c, w, own + all);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++)
        sum += own[i] * c->waves[w].uncertainty[i * n + j] * own[all + j];
  }
  tg_memory_free(own);
  *out = sum;
  return TRYGG_OK;
}

static void set_own(tg_calibration *c, const double *base, const double *weight) {
  for (size_t i = 0; i < c->records; i++)
    c->own[i] = weight[i] > 0 ? (base ? base[i] : 1) / weight[i] * c->patterns.q[c->patterns.of[i]] : 0;
}

trygg_status tg_calibrate_settle(tg_calibration *c, const double *base, const double *weight,
                                 trygg_error *error) {
  size_t n = c->patterns.count;
  double *sums = tg_memory_new(n, sizeof *sums);
  trygg_status status = TRYGG_OK;
  c->own = tg_memory_new(c->records, sizeof *c->own);
  if (!sums || !c->own) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  set_own(c, base, weight);
  memcpy(c->weight, weight, c->records * sizeof *weight);
  TRY(tg_pattern_sums(&c->patterns, weight, c->records, 1, sums, error));
  TRY(set_sums(c, sums, 1, error));
cleanup:
  tg_memory_free(sums);
  return status;
}

/* ---- all of it --------------------------------------------------------------------------------------- */

static trygg_status allocate(tg_calibration *c, double **sums, trygg_error *error) {
  size_t n = c->patterns.count, waves = c->patterns.wave_count;
  c->factor = tg_memory_new(n, sizeof *c->factor);
  c->regression = tg_memory_new(n, sizeof *c->regression);
  c->weight = tg_memory_room(c->records, sizeof *c->weight);
  c->waves = tg_memory_new(waves, sizeof *c->waves);
  c->iterations = tg_memory_new(waves, sizeof *c->iterations);
  *sums = tg_memory_new(n, sizeof **sums);
  return c->factor && c->regression && c->weight && c->waves && c->iterations && *sums
             ? TRYGG_OK
             : tg_error_memory(error);
}

/* What is left once the factors are known: a regression a wave, and a block of weights, are a task each. */
typedef struct finishing {
  tg_calibration *calibration;
  const double *base, *sums; /* d of each record; sum of w of each pattern */
  below *below;              /* of each block */
} finishing;

static trygg_status finish_part(void *opaque, size_t task, trygg_error *error) {
  const finishing *f = opaque;
  tg_calibration *c = f->calibration;
  size_t waves = c->patterns.wave_count;
  if (task < waves)
    return make_regression(c, task, f->sums, error);
  f->below[task - waves] = multiply(c, f->base, c->factor, task - waves, c->weight);
  return TRYGG_OK;
}

static trygg_status finish(tg_calibration *c, const tg_calibrate_request *request, double *sums,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t blocks = block_count(c);
  finishing f = {c, request->weight, sums, tg_memory_new(blocks, sizeof *f.below)};
  below all = {0, 0};
  if (!f.below)
    return tg_error_memory(error);
  for (size_t p = 0; p < c->patterns.count; p++)
    sums[p] *= c->factor[p];
  TRY(set_sums(c, sums, 1, error));
  TRY(tg_thread_run(request->threads, c->patterns.wave_count + blocks, finish_part, &f, NULL, NULL, error));
  for (size_t b = 0; b < blocks; b++)
    join(&all, f.below[b]);
  TRY(refuse_negative(all, error));
cleanup:
  tg_memory_free(f.below);
  return status;
}

trygg_status tg_calibrate_create(const trygg_responses *responses, const tg_calibrate_request *request,
                                 tg_calibration **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int first = request->two_phases && !request->distance.row->keeps;
  const tg_pattern_request find = {.weight = first ? request->first : request->weight,
                                   .spread = request->spread,
                                   .households = request->households,
                                   .given = request->distance.row->keeps || first,
                                   .threads = request->threads};
  double *sums = NULL;
  tg_calibration *c = tg_memory_new(1, sizeof *c);
  *out = NULL;
  if (!c)
    return tg_error_memory(error);
  c->distance = request->distance;
  c->records = responses->count;
  c->method = tg_memory_string(request->method);
  if (!c->method) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_pattern_find(responses, &find, &c->patterns, error));
  TRY(allocate(c, &sums, error));
  if (first)
    TRY(take_first(c, request, sums, error));
  TRY(tg_pattern_sums(&c->patterns, request->weight, c->records, request->threads, sums, error));
  tg_pattern_centre(&c->patterns, sums);
  TRY(set_sums(c, sums, 0, error));
  if (c->distance.row->keeps)
    TRY(check_given(c, error));
  TRY(solve_waves(c, sums, c->factor, c->iterations, error));
  TRY(finish(c, request, sums, error));
  *out = c;
  c = NULL;
cleanup:
  tg_memory_free(sums);
  tg_calibrate_free(c);
  return status;
}
