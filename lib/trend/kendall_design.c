/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall and Sen for estimates, whose errors differ and may be correlated.  The classic null distribution takes
 * the values for exchangeable, which waves of unequal size or with common clusters are not.  Here it is that of
 * theta* ~ N(mu 1, V):
 *
 *   S = sum_{i<j} w_ij sgn(theta_j - theta_i)
 *   V(S) = sum over pairs a, b of w_a w_b (2/pi) asin rho_ab,  rho_ab the correlation of the two differences
 *
 * (Sheppard's orthant formula; for equal and independent errors rho is +-1/2 or 0 and V(S) = n(n-1)(2n+5)/18), and p from
 * draws of S under it.  S depends on signs alone, so that an unknown common factor of V, hence V's degrees of freedom,
 * make no difference.
 *
 * The slope solves S(b) = 0 for theta - b t with w_ij = (t_j - t_i)^2 / V(theta_j - theta_i), which is the weighted median
 * of the slopes between waves; its limits are the b whose S is at the edge of what the draws accept (Theil 1950; Sen
 * 1968, with this distribution of S in place of Kendall's). */
#include <math.h>
#include <stdlib.h>

#include <base/memory.h>
#include <trend/draws.h>
#include <trend/kendall.h>
#include <trend/tests.h>

typedef struct pair {
  size_t i, j;
  double weight, slope, variance;
} pair;

static int by_slope(const void *a, const void *b) {
  double x = ((const pair *)a)->slope, y = ((const pair *)b)->slope;
  return (x > y) - (x < y);
}

static double covariance(const tg_span *span, const pair *a, const pair *b) {
  return tg_span_covariance(span, a->j, b->j) - tg_span_covariance(span, a->j, b->i) -
         tg_span_covariance(span, a->i, b->j) + tg_span_covariance(span, a->i, b->i);
}

/* Pairs of waves by slope; those that have no error between them make the test impossible. */
static trygg_status list_pairs(const tg_span *span, int weighted, pair **out, size_t *count,
                               tg_finding *finding, trygg_error *error) {
  size_t n = 0;
  pair *pairs = tg_memory_new(span->count * (span->count - 1) / 2, sizeof *pairs);
  if (!pairs)
    return tg_error_memory(error);
  for (size_t j = 1; j < span->count; j++)
    for (size_t i = 0; i < j; i++) {
      pair *p = &pairs[n++];
      double apart = tg_span_time(span, j) - tg_span_time(span, i);
      *p = (pair){i, j, 1, (tg_span_value(span, j) - tg_span_value(span, i)) / apart, 0};
      p->variance = covariance(span, p, p);
      if (!(p->variance > 0))
        finding->no_test = 1;
      if (weighted)
        p->weight = apart * apart / p->variance;
    }
  qsort(pairs, n, sizeof *pairs, by_slope);
  *out = pairs;
  *count = n;
  return TRYGG_OK;
}

static double statistic(const pair *pairs, size_t count, const double *value) {
  double s = 0;
  for (size_t k = 0; k < count; k++) {
    double d = value[pairs[k].j] - value[pairs[k].i];
    s += pairs[k].weight * ((d > 0) - (d < 0));
  }
  return s;
}

static double analytic_variance(const tg_span *span, const pair *pairs, size_t count) {
  double sum = 0;
  for (size_t a = 0; a < count; a++)
    for (size_t b = 0; b < count; b++) {
      double rho = covariance(span, &pairs[a], &pairs[b]) / sqrt(pairs[a].variance * pairs[b].variance);
      sum += pairs[a].weight * pairs[b].weight * (2 / M_PI) * asin(fmax(-1, fmin(1, rho)));
    }
  return sum;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* What the draws of |S| tell: limits of a slope need all of them, p alone often fewer. */
typedef struct outcome {
  double *sizes; /* in increasing order */
  size_t drawn;
  double p, smallest_p;
} outcome;

/* Sums of weights that differ by rounding alone are the same S. */
static double just_below(double s) {
  return fabs(s) * (1 - 1e-12);
}

static trygg_status draw(const tg_span *span, const pair *pairs, size_t count, int all, double met,
                         outcome *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_draws draws = {0};
  size_t beyond = 0, most = 0;
  double *value = tg_memory_new(span->count, sizeof *value);
  out->sizes = tg_memory_new(TG_DRAWS, sizeof *out->sizes);
  if (!value || !out->sizes) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_draws_begin(span, &draws, error));
  for (; all ? out->drawn < TG_DRAWS : tg_draws_more(beyond, out->drawn); out->drawn++) {
    tg_draws_next(&draws, value);
    out->sizes[out->drawn] = fabs(statistic(pairs, count, value));
    beyond += out->sizes[out->drawn] >= just_below(met);
  }
  qsort(out->sizes, out->drawn, sizeof *out->sizes, by_size);
  while (most < out->drawn && out->sizes[out->drawn - 1 - most] >= just_below(out->sizes[out->drawn - 1]))
    most++;
  out->p = (all ? tg_draws_p : tg_draws_p_so_far)(beyond, out->drawn);
  out->smallest_p = tg_draws_p(most, out->drawn);
cleanup:
  tg_draws_clear(&draws);
  tg_memory_free(value);
  return status;
}

/* S of theta - b t falls by twice a pair's weight where b passes its slope: the estimate is where it passes 0, the limits
 * where it passes what a share `level` of the draws stays within. */
static void invert(const pair *pairs, size_t count, const double *sizes, double level, tg_finding *finding) {
  double s = 0, within = sizes[(size_t)ceil(level * TG_DRAWS) - 1] * (1 + 1e-12), before;
  int found = 0;
  for (size_t k = 0; k < count; k++)
    s += pairs[k].weight;
  for (size_t k = 0; k < count; k++) {
    before = s;
    s -= 2 * pairs[k].weight;
    if (before > within && s <= within)
      finding->lower = pairs[k].slope;
    if (before >= -within && s < -within)
      finding->upper = pairs[k].slope;
    if (!found && s <= 1e-12 * within) {
      found = 1;
      /* Exactly half the weight on each side: midway, as a median. */
      finding->estimate = fabs(s) <= 1e-12 * within && k + 1 < count
                              ? (pairs[k].slope + pairs[k + 1].slope) / 2
                              : pairs[k].slope;
    }
  }
}

static trygg_status finish(const tg_span *span, int slope, double level, tg_finding *finding,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  pair *pairs = NULL;
  outcome drawn = {0};
  size_t count = 0;
  TRY(list_pairs(span, slope, &pairs, &count, finding, error));
  finding->estimate = NAN;
  if (finding->no_test)
    goto cleanup;
  finding->statistic = statistic(pairs, count, tg_span_values(span));
  TRY(draw(span, pairs, count, slope, finding->statistic, &drawn, error));
  finding->p = drawn.p;
  finding->smallest_p = drawn.smallest_p;
  if (slope) {
    invert(pairs, count, drawn.sizes, level, finding);
  } else {
    finding->estimate = finding->statistic / (double)count;
    finding->se = sqrt(analytic_variance(span, pairs, count)) / (double)count;
  }
cleanup:
  tg_memory_free(pairs);
  tg_memory_free(drawn.sizes);
  return status;
}

trygg_status tg_kendall_design_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                      trygg_error *error) {
  return finish(span, 0, given->level, finding, error);
}

trygg_status tg_sen_design_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                  trygg_error *error) {
  return finish(span, 1, given->level, finding, error);
}
