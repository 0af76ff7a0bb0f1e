/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Siegel's repeated medians (Siegel 1982, Biometrika 69:242-244): up to half the waves may be wild.  Limits, where the
 * errors are known: the slope less the quantiles of the slopes of draws of the errors, as a slope moves by what a line
 * added to the values adds (basic bootstrap, Davison & Hinkley 1997, 2.1). */
#include <trend/siegel.h>

#include <math.h>

#include <base/memory.h>
#include <trend/draws.h>
#include <trend/kendall.h>
#include <trend/tests.h>

double tg_siegel_slope(const double *t, const double *y, size_t n, double *work) {
  double *medians = work, *slopes = work + n;
  for (size_t i = 0; i < n; i++) {
    size_t count = 0;
    for (size_t j = 0; j < n; j++)
      if (j != i)
        slopes[count++] = (y[j] - y[i]) / (t[j] - t[i]);
    tg_kendall_sort(slopes, count);
    medians[i] = tg_kendall_median(slopes, count);
  }
  tg_kendall_sort(medians, n);
  return tg_kendall_median(medians, n);
}

/* The values as they could have come out about those seen. */
static trygg_status draw(const tg_span *span, double *work, double *slopes, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = span->count;
  tg_draws draws = {0};
  double *value = work + 2 * n;
  TRY(tg_draws_begin(span, &draws, error));
  for (size_t k = 0; k < TG_DRAWS; k++) {
    tg_draws_next(&draws, value);
    for (size_t i = 0; i < n; i++)
      value[i] += tg_span_value(span, i);
    slopes[k] = tg_siegel_slope(tg_span_times(span), value, n, work);
  }
  tg_kendall_sort(slopes, TG_DRAWS);
cleanup:
  tg_draws_clear(&draws);
  return status;
}

trygg_status tg_siegel_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                              trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double tail = (1 - given->level) / 2, *work = tg_memory_new(3 * span->count, sizeof *work),
         *slopes = tg_memory_new(TG_DRAWS, sizeof *slopes);
  if (!work || !slopes) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  finding->estimate = tg_siegel_slope(tg_span_times(span), tg_span_values(span), span->count, work);
  if (!tg_span_has_errors(span))
    goto cleanup;
  TRY(draw(span, work, slopes, error));
  finding->lower = 2 * finding->estimate - slopes[(size_t)((1 - tail) * TG_DRAWS)];
  finding->upper = 2 * finding->estimate - slopes[(size_t)(tail * TG_DRAWS)];
cleanup:
  tg_memory_free(slopes);
  tg_memory_free(work);
  return status;
}
