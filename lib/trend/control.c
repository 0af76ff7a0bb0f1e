/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the last wave outside the limits that the m waves before it set?  A control chart of a series with sampling errors:
 *
 *   theta_i = mu + u_i + e_i,  u ~ N(0, tau^2),  e ~ N(0, V);  mu = c' theta, c = (V + tau^2 I)^-1 1 / S_1
 *   D = theta_last - mu,  V(D) = V(theta_last - c' theta) + tau^2 (1 + c'c),  t on m - 1 df
 *
 * tau^2, by restricted maximum likelihood from the waves before, is how much the level moves beside sampling (numeric/
 * effects.c): limits that know sampling error alone find every wave of a large survey outside, those that know only how
 * the waves differ forget what each is worth (Laney 2002, Qual. Eng. 14:531-537).  With equal errors D / sqrt V(D) is the
 * t of one more value against a sample. */
#include <math.h>

#include <base/memory.h>
#include <numeric/effects.h>
#include <trend/tests.h>

/* All but the last wave; no test where one of them has no error. */
static trygg_status fit_earlier(const tg_span *span, tg_effects *effects, tg_finding *finding,
                                trygg_error *error) {
  size_t m = span->count - 1;
  trygg_status status;
  double *covariance = tg_memory_new(m, m * sizeof *covariance);
  if (!covariance)
    return tg_error_memory(error);
  for (size_t i = 0; i < m; i++) {
    for (size_t j = 0; j < m; j++)
      covariance[i * m + j] = tg_span_covariance(span, i, j);
    if (!(covariance[i * m + i] > 0))
      finding->no_test = 1;
  }
  status = finding->no_test ? TRYGG_OK : tg_effects_fit(tg_span_values(span), covariance, m, effects, error);
  tg_memory_free(covariance);
  return status;
}

trygg_status tg_control_contrast(const tg_span *span, double *c, tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_effects effects = {0};
  TRY(fit_earlier(span, &effects, finding, error));
  for (size_t i = 0; i + 1 < span->count && !finding->no_test; i++)
    c[i] = -tg_effects_weight(&effects, i);
  c[span->count - 1] = 1;
cleanup:
  tg_effects_clear(&effects);
  return status;
}

trygg_status tg_control_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_effects effects = {0};
  tg_given with = *given;
  double squares = 1;
  TRY(fit_earlier(span, &effects, finding, error));
  for (size_t i = 0; i + 1 < span->count; i++)
    squares += tg_effects_weight(&effects, i) * tg_effects_weight(&effects, i);
  with.variance += effects.tau2 * squares;
  with.df = (double)span->count - 2;
  finding->flags |= TG_FLAG_MODEL;
  TRY(tg_linear_finish(span, &with, finding, error));
cleanup:
  tg_effects_clear(&effects);
  return status;
}
