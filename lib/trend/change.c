/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change up to the last wave, and what can be said of it beside that it is not 0.
 *
 *   detectable   the smallest true change that would be found with probability 0.8: (t_{(1+level)/2} + t_0.8) se, on the df
 *                of the change (Bloom 1995, Eval. Rev. 19:547-556)
 *   equivalent   is the change within +-margin: the larger p of two one-sided t tests, and limits at 2 level - 1
 *                (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657-680)
 *   no_worse     is a change for the worse less than the margin: one of them */
#include <math.h>

#include <numeric/distribution.h>
#include <trend/tests.h>

#define POWER 0.8

trygg_status tg_difference_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  (void)finding;
  (void)error;
  c[0] = -1;
  c[span->count - 1] = 1;
  return TRYGG_OK;
}

/* No points: what it looks at is the shift. */
trygg_status tg_bridge_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  (void)span;
  (void)c;
  (void)finding;
  (void)error;
  return TRYGG_OK;
}

/* The mean of the waves before the last: each counts the same. */
trygg_status tg_since_earlier_contrast(const tg_span *span, double *c, tg_finding *finding,
                                       trygg_error *error) {
  size_t last = span->count - 1;
  (void)finding;
  (void)error;
  for (size_t i = 0; i < last; i++)
    c[i] = -1 / (double)last;
  c[last] = 1;
  return TRYGG_OK;
}

double tg_change_detectable(double se, double df, double level) {
  if (!(se > 0) || !(df > 0))
    return NAN;
  return se * (tg_distribution_t_quantile((1 + level) / 2, df) + tg_distribution_t_quantile(POWER, df));
}

trygg_status tg_detectable_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                  trygg_error *error) {
  double se = sqrt(given->variance);
  (void)span;
  (void)error;
  finding->df2 = given->df;
  finding->estimate = tg_change_detectable(se, given->df, given->level);
  finding->se = isnan(finding->estimate) ? NAN : se;
  return TRYGG_OK;
}

/* P(T >= t) */
static double upper_tail(double t, double df) {
  return tg_distribution_t(-t, df);
}

/* Limits and t of a change, with those of two one-sided tests in their place. */
static trygg_status one_sided(const tg_span *span, const tg_given *given, tg_finding *finding,
                              trygg_error *error) {
  tg_given narrower = *given;
  trygg_status status;
  narrower.level = 2 * given->level - 1;
  status = tg_linear_finish(span, &narrower, finding, error);
  finding->p = finding->statistic = NAN;
  return status;
}

trygg_status tg_equivalent_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                  trygg_error *error) {
  double margin = span->series->margin;
  trygg_status status = one_sided(span, given, finding, error);
  if (status != TRYGG_OK || !(finding->se > 0) || !(finding->df2 > 0))
    return status;
  finding->statistic = (margin - fabs(finding->estimate)) / finding->se;
  finding->p = upper_tail(finding->statistic, finding->df2);
  return TRYGG_OK;
}

int tg_no_worse_applies(const tg_indicator *indicator) {
  return indicator->better != 0;
}

trygg_status tg_no_worse_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                trygg_error *error) {
  const tg_series *series = span->series;
  int better = series->estimates->tally->indicators.list[series->indicator].better;
  trygg_status status = one_sided(span, given, finding, error);
  if (status != TRYGG_OK || !(finding->se > 0) || !(finding->df2 > 0))
    return status;
  finding->statistic = (better * finding->estimate + series->margin) / finding->se;
  finding->p = upper_tail(finding->statistic, finding->df2);
  return TRYGG_OK;
}
