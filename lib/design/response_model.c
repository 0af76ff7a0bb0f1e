/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probability to answer of a logistic regression, weighted by the design, wave by wave: an intercept, a column for
 * each code and one for each number, less those that follow from the columns before them. */
#include <design/response.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>
#include <numeric/regress.h>

/* ---- columns ------------------------------------------------------------------------------------------- */

static int is_number(const tg_response *r, size_t v) {
  tg_variable_type type = r->responses->codebook->variables[r->variables[v]].type;
  return type == TG_INTEGER || type == TG_DECIMAL;
}

static size_t all_columns(const tg_response *r) {
  size_t count = 1;
  for (size_t v = 0; v < r->variable_count; v++)
    count += is_number(r, v) ? 1 : r->names[v].count;
  return count;
}

static void fill_row(const tg_response *r, const tg_response_group *group, double *x) {
  size_t at = 1;
  x[0] = 1;
  for (size_t v = 0; v < r->variable_count; v++) {
    if (is_number(r, v))
      x[at] = tg_column_number(&r->responses->columns[r->variables[v]], group->first);
    else
      x[at + r->category[v][group->first]] = 1;
    at += is_number(r, v) ? 1 : r->names[v].count;
  }
}

/* The rows of a wave that has people of a weight; others are left out of every sum. */
static size_t usable(const tg_response_group *group) {
  return group->weight > 0;
}

/* Columns of a wave that are no sum of others, behind those of the waves before. */
static trygg_status make_columns(tg_response *r, size_t w, size_t *capacity, trygg_error *error) {
  tg_response_wave *wave = &r->waves[w];
  size_t all = all_columns(r), rows = 0, at = wave->first_group ? r->x_begin[wave->first_group] : 0;
  trygg_status status = TRYGG_OK;
  double *x = tg_memory_new(wave->groups * all, sizeof *x),
         *weight = tg_memory_new(wave->groups, sizeof *weight);
  unsigned char *dependent = tg_memory_new(all, 1);
  if (!x || !weight || !dependent) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t g = wave->first_group; g < wave->first_group + wave->groups; g++)
    if (usable(&r->groups[g])) {
      weight[rows] = r->groups[g].weight;
      fill_row(r, &r->groups[g], x + all * rows++);
    }
  TRY(tg_regress_dependent(&(tg_regress_data){x, weight, weight, rows, all, NULL}, dependent, error));
  for (size_t j = 0; j < all; j++)
    wave->columns += !dependent[j];
  wave->first_column = r->column_count;
  r->column_count += wave->columns;
  if (tg_memory_grow((void **)&r->x, capacity, at + wave->groups * wave->columns, sizeof *r->x)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t g = wave->first_group, row = 0; g < wave->first_group + wave->groups; g++) {
    r->x_begin[g] = at;
    for (size_t j = 0; j < all && usable(&r->groups[g]); j++)
      if (!dependent[j])
        r->x[at++] = x[row * all + j];
    row += usable(&r->groups[g]);
    at = r->x_begin[g] + wave->columns;
  }
  r->x_begin[wave->first_group + wave->groups] = at;
cleanup:
  tg_memory_free(x);
  tg_memory_free(weight);
  tg_memory_free(dependent);
  return status;
}

/* ---- the fit ------------------------------------------------------------------------------------------------ */

static trygg_status refuse(const tg_response *r, size_t w, trygg_error *error) {
  const char *wave = r->responses->waves[w].code;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "response",
      "the model of who answered%s%s runs off: of some of the people drawn all or none answered; name "
      "fewer variables, or adjust by classes",
      *wave ? " in wave " : "", wave);
}

/* Everybody or nobody answered: there is nothing to fit. */
static int is_constant(const tg_response_wave *wave, tg_response_group *groups) {
  double all = 0, answered = 0;
  for (size_t g = wave->first_group; g < wave->first_group + wave->groups; g++) {
    all += groups[g].weight;
    answered += groups[g].weighted;
  }
  for (size_t g = wave->first_group;
       g < wave->first_group + wave->groups && (answered == all || answered == 0); g++)
    groups[g].propensity = answered == 0 ? 0 : 1;
  return answered == all || answered == 0;
}

trygg_status tg_response_fit(const tg_response *r, size_t w, tg_response_group *groups, trygg_error *error) {
  const tg_response_wave *wave = &r->waves[w];
  size_t p = wave->columns, rows = 0, end = wave->first_group + wave->groups;
  trygg_status status = TRYGG_OK;
  tg_regress_end ending;
  double *x = NULL, *weight = NULL, *y, *eta, *b, *step, *inverse;
  if (!wave->groups || is_constant(wave, groups))
    return TRYGG_OK;
  x = tg_memory_new(wave->groups * p, sizeof *x);
  weight = tg_memory_new(3 * wave->groups + (2 + p) * p, sizeof *weight);
  if (!x || !weight) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  y = weight + wave->groups;
  eta = y + wave->groups;
  b = eta + wave->groups;
  step = b + p;
  inverse = step + p;
  for (size_t g = wave->first_group; g < end; g++)
    if (usable(&groups[g])) {
      weight[rows] = groups[g].weight;
      y[rows] = groups[g].weighted / groups[g].weight;
      memcpy(x + p * rows++, r->x + r->x_begin[g], p * sizeof *x);
    }
  TRY(tg_regress_fit(&(tg_regress_data){x, weight, y, rows, p, NULL}, &tg_logistic_regress, b, step, eta, inverse,
                     &ending, error));
  if (ending == TG_REGRESS_DIVERGES) {
    status = refuse(r, w, error);
    goto cleanup;
  }
  rows = 0;
  for (size_t g = wave->first_group; g < end; g++)
    groups[g].propensity = usable(&groups[g]) ? tg_logistic_regress.mean(eta[rows++]) : 1;
cleanup:
  tg_memory_free(x);
  tg_memory_free(weight);
  return status;
}

/* sum of d p (1 - p) x x' */
static trygg_status make_normal(tg_response *r, size_t w, trygg_error *error) {
  tg_response_wave *wave = &r->waves[w];
  size_t n = wave->columns;
  double *matrix = tg_memory_new(n, n * sizeof *matrix);
  if (!matrix)
    return tg_error_memory(error);
  for (size_t g = wave->first_group; g < wave->first_group + wave->groups; g++) {
    double p = r->groups[g].propensity;
    const double *x = r->x + r->x_begin[g];
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++)
        matrix[i * n + j] += r->groups[g].weight * p * (1 - p) * x[i] * x[j];
  }
  return tg_semidefinite_factor(matrix, n, &wave->normal, error);
}

static trygg_status fit_waves(tg_response *r, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t capacity = 0;
  TRY(tg_response_check_columns(all_columns(r), error));
  r->x_begin = tg_memory_new(r->group_count + 1, sizeof *r->x_begin);
  if (!r->x_begin)
    return tg_error_memory(error);
  for (size_t w = 0; w < r->responses->wave_count; w++) {
    if (!r->waves[w].groups)
      continue;
    TRY(make_columns(r, w, &capacity, error));
    TRY(tg_response_fit(r, w, r->groups, error));
    if (!(r->groups[r->waves[w].first_group].propensity > 0)) {
      status = refuse(r, w, error);
      goto cleanup;
    }
  }
cleanup:
  return status;
}

trygg_status tg_response_make_model(tg_response *r, const double *base, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  (void)base;
  TRY(fit_waves(r, error));
  for (size_t w = 0; w < r->responses->wave_count; w++)
    TRY(make_normal(r, w, error));
cleanup:
  return status;
}

/* ---- classes of its quantiles ------------------------------------------------------------------------------- */

typedef struct placed {
  double propensity, people;
  size_t group;
} placed;

static int by_propensity(const void *a, const void *b) {
  const placed *p = a, *q = b;
  if (p->propensity != q->propensity)
    return p->propensity < q->propensity ? -1 : 1;
  return (p->group > q->group) - (p->group < q->group);
}

/* Of each group its part, from 1: one more than there are quantiles below its propensity, the k-th being the least that k/N
 * of the people drawn are at or below. */
static void cut(const tg_response *r, const tg_response_wave *wave, placed *list, int *part) {
  double all = 0, passed = 0, parts = (double)r->choice.parts;
  int quantile = 1, below = 0;
  for (size_t k = 0; k < wave->groups; k++) {
    const tg_response_group *group = &r->groups[wave->first_group + k];
    list[k] = (placed){group->propensity, group->drawn, wave->first_group + k};
    all += group->drawn;
  }
  qsort(list, wave->groups, sizeof *list, by_propensity);
  for (size_t k = 0, end; k < wave->groups; k = end) {
    for (end = k; end < wave->groups && list[end].propensity == list[k].propensity; end++)
      passed += list[end].people;
    for (size_t j = k; j < end; j++)
      part[list[j].group] = below + 1;
    for (; quantile < parts && passed * parts >= quantile * all; quantile++)
      below = quantile;
  }
}

/* Groups become their parts, in order; `part` of each group is read. */
static trygg_status take_parts(tg_response *r, const int *part, trygg_error *error) {
  size_t waves = r->responses->wave_count, parts = (size_t)r->choice.parts, count = 0;
  tg_response_group *all = tg_memory_new(waves * parts, sizeof *all);
  uint32_t *place = tg_memory_new(waves * parts, sizeof *place);
  if (!all || !place) {
    tg_memory_free(all);
    tg_memory_free(place);
    return tg_error_memory(error);
  }
  for (size_t g = 0; g < r->group_count; g++) {
    const tg_response_group *from = &r->groups[g];
    tg_response_group *into = &all[from->wave * parts + (size_t)part[g] - 1];
    if (!into->part)
      *into = (tg_response_group){.first = from->first,
                                  .last = from->first,
                                  .wave = from->wave,
                                  .part = part[g],
                                  .last_part = part[g]};
    into->drawn += from->drawn;
    into->answered += from->answered;
    into->weight += from->weight;
    into->weighted += from->weighted;
  }
  for (size_t i = 0; i < r->responses->count; i++)
    r->of[i] = (uint32_t)(r->responses->wave[i] * parts + (size_t)part[r->of[i]] - 1);
  for (size_t k = 0; k < waves * parts; k++) {
    place[k] = (uint32_t)count;
    if (all[k].part)
      all[count++] = all[k];
  }
  for (size_t i = 0; i < r->responses->count; i++)
    r->of[i] = place[r->of[i]];
  tg_memory_free(r->groups);
  tg_memory_free(place);
  r->groups = all;
  r->group_count = count;
  return TRYGG_OK;
}

trygg_status tg_response_make_quantiles(tg_response *r, const double *base, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  placed *list = tg_memory_new(r->group_count, sizeof *list);
  int *part = tg_memory_new(r->group_count, sizeof *part);
  if (!list || !part) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(fit_waves(r, error));
  for (size_t w = 0; w < r->responses->wave_count; w++)
    cut(r, &r->waves[w], list, part);
  TRY(take_parts(r, part, error));
  TRY(tg_response_make_classes(r, base, error));
cleanup:
  tg_memory_free(list);
  tg_memory_free(part);
  return status;
}
