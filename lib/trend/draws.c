/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <trend/draws.h>

#include <math.h>

#include <base/memory.h>

static trygg_status factor(const tg_span *span, tg_draws *draws, trygg_error *error) {
  size_t n = span->count;
  double *matrix = tg_memory_new(n * n, sizeof *matrix);
  if (!matrix)
    return tg_error_memory(error);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      matrix[i * n + j] = span->series->covariance ? tg_span_covariance(span, i, j) : i == j;
  return tg_semidefinite_factor(matrix, n, &draws->factor, error);
}

trygg_status tg_draws_begin(const tg_span *span, tg_draws *draws, trygg_error *error) {
  draws->count = span->count;
  draws->normal = tg_memory_new(span->count, sizeof *draws->normal);
  draws->random = tg_memory_new(1, sizeof *draws->random);
  if (!draws->normal || !draws->random)
    return tg_error_memory(error);
  tg_random_seed(draws->random, TG_DRAWS_SEED, 0);
  return factor(span, draws, error);
}

void tg_draws_next(tg_draws *draws, double *value) {
  const tg_semidefinite *f = &draws->factor;
  for (size_t j = 0; j < f->rank; j++)
    draws->normal[j] = tg_random_normal(draws->random);
  for (size_t i = 0; i < draws->count; i++) { /* U' z */
    double sum = 0;
    for (size_t j = 0; j < f->rank; j++)
      sum += f->factor[f->order[j] * draws->count + i] * draws->normal[j];
    value[i] = f->scale[i] > 0 ? sum / f->scale[i] : 0;
  }
}

void tg_draws_clear(tg_draws *draws) {
  tg_semidefinite_clear(&draws->factor);
  tg_memory_free(draws->random);
  tg_memory_free(draws->normal);
}
