/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values that a score test does not reject as the quantile at p (Francisco & Fuller 1991, Ann. Stat. 19:454-469):
 *
 *   |F(y) - p| <= t SE(F(y))
 *
 * The standard error is that at y, not at the estimate as in Woodruff's, by the design or by its replicates.  The lower
 * limit is the first value y with F(y) - p >= -t SE, the upper one the first with F(y) - p >= t SE; both are handed on as
 * the share p -+ t SE on the step of F there, so that any rule of quantiles can read them off.  Beyond the ends F is 0 or 1
 * and has no error: the nearest one stands in, and where it does not reject the end, there is no limit. */
#include <inference/intervals.h>

#include <math.h>

#include <numeric/distribution.h>
#include <numeric/sum.h>

#define TRIALS ((size_t)8) /* values of a side that are tried in one pass over the records */

/* The distinct values, the share at or below each, and its standard error where it was asked for. */
typedef struct steps {
  double *value, *share, *error;
  size_t count;
} steps;

/* A limit: values up to `below` are beyond it, those from `first` on are not. */
typedef struct side {
  double sign;
  size_t below, first; /* positions from 1; 0: none, count: the last, whose share is 1 */
} side;

static void clear(steps *all) {
  tg_memory_free(all->value);
}

static trygg_status find_steps(const trygg_estimates *estimates, size_t row, steps *out, trygg_error *error) {
  tg_ordered d;
  trygg_status status = tg_quantile_order(estimates, row, &d, error);
  tg_sum sum = {0};
  if (status != TRYGG_OK)
    return status;
  out->value = tg_memory_new(3 * d.count, sizeof *out->value);
  if (!out->value) {
    tg_memory_free(d.copy);
    return tg_error_memory(error);
  }
  out->share = out->value + d.count;
  out->error = out->share + d.count;
  for (size_t i = 0; i < d.count; i++) {
    tg_sum_add(&sum, d.values[i].weight);
    out->count += i == 0 || d.values[i].y != d.values[i - 1].y;
    out->value[out->count - 1] = d.values[i].y;
    out->share[out->count - 1] = tg_sum_value(&sum) / d.total;
  }
  out->share[out->count - 1] = 1;
  tg_memory_free(d.copy);
  return TRYGG_OK;
}

/* Positions between what is known of a side, evenly apart. */
static size_t choose_trials(const side *s, size_t *out) {
  size_t between = s->first - s->below - 1, count = between < TRIALS ? between : TRIALS;
  for (size_t i = 0; i < count; i++)
    out[i] = s->below + (i + 1) * (between + 1) / (count + 1);
  return count;
}

/* The first of the trials inside, and the one before it. */
static void judge(side *s, const steps *all, const size_t *trial, size_t count, double p, double t) {
  for (size_t i = 0; i < count; i++) {
    if (all->share[trial[i] - 1] - p >= s->sign * t * all->error[trial[i] - 1]) {
      s->first = trial[i];
      return;
    }
    s->below = trial[i];
  }
}

/* Narrow both sides until nothing is between. */
static trygg_status search(const trygg_estimates *estimates, size_t row, steps *all, side *sides, double p,
                           double t, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (;;) {
    size_t trial[2 * TRIALS], first = choose_trials(&sides[0], trial),
                              count = first + choose_trials(&sides[1], trial + first);
    double value[2 * TRIALS], share[2 * TRIALS], errors[2 * TRIALS];
    if (!count)
      break;
    for (size_t i = 0; i < count; i++) {
      value[i] = all->value[trial[i] - 1];
      share[i] = all->share[trial[i] - 1];
    }
    TRY(tg_quantile_share_errors(estimates, row, value, share, count, errors, error));
    for (size_t i = 0; i < count; i++)
      all->error[trial[i] - 1] = errors[i];
    judge(&sides[0], all, trial, first, p, t);
    judge(&sides[1], all, trial + first, count - first, p, t);
  }
cleanup:
  return status;
}

/* The share of a limit: on the step from the value before to the first one inside. */
static double share_of(const side *s, const steps *all, double p, double t) {
  size_t at = s->first;
  double before = at > 1 ? all->share[at - 2] : 0;
  /* The share of the last value has no error. */
  double error = at == all->count && at > 1 ? all->error[at - 2] : all->error[at - 1];
  double share = p + s->sign * t * error;
  if (at > 1 && share <= before) /* the error is larger here than a step before */
    return (before + all->share[at - 1]) / 2;
  return share > 0 && share <= 1 ? share : NAN;
}

trygg_status tg_score_of_quantile(const trygg_estimates *estimates, size_t row, double level, tg_limits *out,
                                  trygg_error *error) {
  double p = tg_row_indicator(estimates, row)->probability;
  double t = tg_distribution_t_quantile((1 + level) / 2, estimates->rows[row].df);
  steps all = {0};
  side sides[2] = {{.sign = -1}, {.sign = 1}};
  trygg_status status = TRYGG_OK;
  TRY(find_steps(estimates, row, &all, error));
  sides[0].first = sides[1].first = all.count;
  TRY(search(estimates, row, &all, sides, p, t, error));
  *out = (tg_limits){share_of(&sides[0], &all, p, t), share_of(&sides[1], &all, p, t)};
cleanup:
  clear(&all);
  return status;
}
