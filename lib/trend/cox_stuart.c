/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cox and Stuart's S3: is the last third of the series above the first, value by value?  A sign test of the pairs that
 * differ (Cox & Stuart 1955, Biometrika 42:80-95); z is that of Sachs (1997, p. 486), (|S - n/6| - 1/2) / sqrt(n/12), S the
 * larger of rises and falls, without the 1/2 from n = 31 on. */
#include <trend/cox_stuart.h>

#include <math.h>

#include <numeric/distribution.h>
#include <trend/tests.h>

void tg_cox_stuart_test(const double *y, size_t n, tg_cox_stuart *out) {
  size_t third = (n + 2) / 3;
  double falls = 0, m = (double)n, more;
  *out = (tg_cox_stuart){0};
  for (size_t i = 0; i < third; i++) {
    out->rises += y[n - third + i] > y[i];
    falls += y[n - third + i] < y[i];
  }
  out->pairs = out->rises + falls;
  more = fmax(out->rises, falls);
  out->z = (fabs(more - m / 6) - (n <= 30 ? 0.5 : 0)) / sqrt(m / 12);
  if (falls > out->rises)
    out->z = -out->z;
  /* P(X >= more) of Binomial(pairs, 1/2) = I_1/2(more, pairs - more + 1). */
  out->p = out->pairs > 0 ? fmin(1, 2 * tg_distribution_beta(0.5, more, out->pairs - more + 1)) : NAN;
}

trygg_status tg_cox_stuart_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                  trygg_error *error) {
  tg_cox_stuart test;
  (void)given;
  (void)error;
  tg_cox_stuart_test(tg_span_values(span), span->count, &test);
  if (!(test.pairs > 0))
    return TRYGG_OK;
  finding->statistic = test.rises;
  finding->estimate = test.rises / test.pairs;
  finding->p = test.p;
  finding->smallest_p = 2 * pow(0.5, test.pairs);
  return TRYGG_OK;
}
