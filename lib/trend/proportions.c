/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cochran-Armitage: do shares rise or fall with time?
 *
 *   T = sum n_w (t_w - tbar) p_w,  tbar = sum n t / sum n,  p = sum n p / sum n
 *   classic   X2 = T^2 / (p (1 - p) sum n (t - tbar)^2) on chi-square(1)  (Cochran 1954; Armitage 1955, Biometrics 11:375-386)
 *   design    X2 / delta on F(1, nu), delta = V(T) / (p (1 - p) sum n (t - tbar)^2), V the variance by the design
 *             (first-order correction: Rao & Scott 1981, JASA 76:221-230; 1992, Biometrics 48:577-585)
 *
 * with n the respondents.  X2 / delta is T^2 / V(T), and the estimate T over sum n (t - tbar)^2, a slope per year. */
#include <math.h>

#include <numeric/distribution.h>
#include <trend/proportions.h>
#include <trend/tests.h>

int tg_proportions_applies(const tg_indicator *indicator) {
  return tg_record_logit_applies(indicator);
}

double tg_proportions_chisq(const double *t, const double *share, const double *n, size_t count) {
  double all = 0, mean = 0, hits = 0, top = 0, squares = 0;
  for (size_t i = 0; i < count; i++) {
    all += n[i];
    mean += n[i] * t[i];
    hits += n[i] * share[i];
  }
  mean /= all;
  for (size_t i = 0; i < count; i++) {
    top += n[i] * (t[i] - mean) * share[i];
    squares += n[i] * (t[i] - mean) * (t[i] - mean);
  }
  return top * top / (hits / all * (1 - hits / all) * squares);
}

static double respondents(const tg_span *span, size_t i) {
  return (double)span->series->estimates->rows[tg_span_row(span, i)].n;
}

trygg_status tg_proportions_contrast(const tg_span *span, double *c, tg_finding *finding,
                                     trygg_error *error) {
  (void)finding;
  (void)error;
  for (size_t i = 0; i < span->count; i++)
    c[i] = respondents(span, i);
  tg_linear_weigh(span, c);
  return TRYGG_OK;
}

trygg_status tg_proportions_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                   trygg_error *error) {
  trygg_status status = tg_linear_finish(span, given, finding, error);
  finding->statistic *= finding->statistic;
  return status;
}

trygg_status tg_proportions_classic_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                           trygg_error *error) {
  double *n = tg_memory_new(span->count, sizeof *n);
  (void)given;
  if (!n)
    return tg_error_memory(error);
  for (size_t i = 0; i < span->count; i++)
    n[i] = respondents(span, i);
  finding->statistic = tg_proportions_chisq(tg_span_times(span), tg_span_values(span), n, span->count);
  if (isfinite(finding->statistic))
    finding->p = tg_distribution_chisq_upper(finding->statistic, 1);
  else
    finding->statistic = NAN; /* all hits or none */
  tg_memory_free(n);
  return TRYGG_OK;
}
