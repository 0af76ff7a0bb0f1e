/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mann-Kendall over several areas: S = sum_g S_g and V(S) = sum_{g,h} C_gh over their series,
 *
 *   C_gh = [K_gh + 4 sum_i R_ig R_ih - n (n + 1)^2] / 3,  K_gh = sum_{i<j} sgn((y_jg - y_ig)(y_jh - y_ih))
 *
 * R the midranks within a series (Dietz & Killeen 1981, JASA 76:169-174; Hirsch & Slack 1984, Water Resour. Res.
 * 20:727-732).  C_gg is the variance of S_g, corrected for ties.  That is the variance of S over all orders of the waves,
 * each wave keeping its areas together, so that areas may resemble each other in whatever way; up to 8 waves p comes from
 * these orders themselves.  z has no continuity correction, as S moves by steps of many sizes. */
#include <trend/regional.h>

#include <math.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <trend/kendall.h>
#include <trend/tests.h>

#define EXACT 8

static double sign(double x) {
  return (x > 0) - (x < 0);
}

/* 2 R - (n + 1) of value i of a series: what it is above less what it is below. */
static double above(const double *y, size_t n, size_t i) {
  double sum = 0;
  for (size_t j = 0; j < n; j++)
    sum += sign(y[i] - y[j]);
  return sum;
}

/* C_gh; with 4 R R' = (2R - n - 1)(2R' - n - 1) + (n + 1)(2R + 2R' - n - 1) its last term is taken off without
 * cancellation. */
double tg_kendall_covariance(const double *a, const double *b, size_t n) {
  double k = 0, products = 0;
  for (size_t j = 0; j < n; j++) {
    products += above(a, n, j) * above(b, n, j);
    for (size_t i = 0; i < j; i++)
      k += sign((a[j] - a[i]) * (b[j] - b[i]));
  }
  return (k + products) / 3;
}

/* Orders of the waves: how many, how many with |S| as large as met, and with the largest. */
typedef struct orders {
  const double *later; /* what S gains where the second of two waves follows the first, n x n */
  size_t n;
  double met, largest, all, beyond, at_largest;
} orders;

static void judge_order(orders *o, double s) {
  o->all++;
  o->beyond += fabs(s) >= o->met;
  if (fabs(s) > o->largest) {
    o->largest = fabs(s);
    o->at_largest = 0;
  }
  o->at_largest += fabs(s) == o->largest;
}

/* All orders that begin with the waves in `placed`, whose part of S is known: sums of whole numbers, so exact. */
static void visit(orders *o, unsigned placed, double s) {
  if (placed == (1u << o->n) - 1)
    judge_order(o, s);
  for (size_t next = 0; next < o->n; next++) {
    double sum = s;
    if (placed >> next & 1)
      continue;
    for (size_t i = 0; i < o->n; i++)
      if (placed >> i & 1)
        sum += o->later[i * o->n + next];
    visit(o, placed | 1u << next, sum);
  }
}

static void sum_signs(const double *y, size_t series, size_t n, double *later) {
  for (size_t g = 0; g < series; g++)
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++)
        later[i * n + j] += sign(y[g * n + j] - y[g * n + i]);
}

trygg_status tg_regional_kendall(const double *y, size_t series, size_t n, tg_regional *out,
                                 trygg_error *error) {
  double *later = tg_memory_new(n * n, sizeof *later);
  *out = (tg_regional){.z = NAN, .p = NAN};
  if (!later)
    return tg_error_memory(error);
  sum_signs(y, series, n, later);
  for (size_t j = 0; j < n; j++)
    for (size_t i = 0; i < j; i++)
      out->statistic += later[i * n + j];
  for (size_t g = 0; g < series; g++)
    for (size_t h = 0; h < series; h++)
      out->variance += tg_kendall_covariance(y + g * n, y + h * n, n);
  out->estimate = out->statistic / ((double)series * (double)n * (double)(n - 1) / 2);
  if (out->variance > 0) {
    out->z = out->statistic / sqrt(out->variance);
    out->p = 2 * tg_distribution_normal_upper(fabs(out->z));
  }
  if (out->variance > 0 && n <= EXACT) {
    orders o = {.later = later, .n = n, .met = fabs(out->statistic)};
    visit(&o, 0, 0);
    out->p = o.beyond / o.all;
    out->smallest_p = o.at_largest / o.all;
  }
  tg_memory_free(later);
  return TRYGG_OK;
}

/* ---- the areas of a survey ----------------------------------------------------------------- */

/* Of each area that has all waves of the span its values, series by series. */
static size_t collect(const tg_span *span, double *y) {
  const tg_series *total = span->series;
  size_t areas = 0;
  for (size_t a = 0; a < total->area_count; a++) {
    const tg_series *area = tg_series_area(total, a);
    size_t at = 0, found = 0;
    for (size_t i = 0; i < span->count; i++) {
      while (at < area->count && area->time[at] < tg_span_time(span, i))
        at++;
      if (at < area->count && area->time[at] == tg_span_time(span, i))
        y[areas * span->count + found++] = area->value[at];
    }
    areas += found == span->count;
  }
  return areas;
}

void tg_regional_report(const tg_regional *test, tg_finding *finding) {
  if (isnan(test->p))
    return;
  finding->statistic = test->statistic;
  finding->estimate = test->estimate;
  finding->p = test->p;
  finding->smallest_p = test->smallest_p;
}

static trygg_status finish(const tg_span *span,
                           trygg_status (*test)(const double *, size_t, size_t, tg_regional *, trygg_error *),
                           tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_regional found;
  size_t areas;
  double *y = tg_memory_new(span->series->area_count * span->count, sizeof *y);
  if (!y)
    return tg_error_memory(error);
  areas = collect(span, y);
  if (areas >= 2) {
    TRY(test(y, areas, span->count, &found, error));
    tg_regional_report(&found, finding);
  }
cleanup:
  tg_memory_free(y);
  return status;
}

trygg_status tg_regional_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                trygg_error *error) {
  (void)given;
  return finish(span, tg_regional_kendall, finding, error);
}

trygg_status tg_page_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                            trygg_error *error) {
  (void)given;
  return finish(span, tg_regional_page, finding, error);
}
