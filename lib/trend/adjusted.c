/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regression of the records on the time of their wave and on background, with design-based covariance: the slope of time
 * among people who are alike in it, so that a population that ages or a sample that turns out another is no trend.  The
 * model is that of trygg-model; df are those of the records' design + 1 - p. */
#include <math.h>

#include <model/slope.h>
#include <trend/tests.h>

/* Times of the span's records about their middle: the slope is the same, its rounding smaller. */
static double *times_of_cells(const tg_span *span) {
  const trygg_estimates *estimates = span->series->estimates;
  double middle = 0, *time = tg_memory_new(estimates->tally->cell_count, sizeof *time);
  for (size_t c = 0; time && c < estimates->tally->cell_count; c++)
    time[c] = NAN;
  for (size_t i = 0; i < span->count; i++)
    middle += tg_span_time(span, i) / (double)span->count;
  for (size_t i = 0; time && i < span->count; i++) {
    const tg_domain *domain = &estimates->domains[estimates->rows[tg_span_row(span, i)].domain];
    for (size_t k = 0; k < domain->cell_count; k++)
      time[domain->cells[k]] = tg_span_time(span, i) - middle;
  }
  return time;
}

static trygg_status fit(const tg_span *span, const char *family, const tg_given *given, tg_finding *finding,
                        trygg_error *error) {
  const tg_series *series = span->series;
  trygg_status status = TRYGG_OK;
  tg_slope slope = {0};
  double *time = times_of_cells(span);
  tg_slope_request request = {.estimates = series->estimates,
                              .indicator = series->indicator,
                              .family = family,
                              .time = time,
                              .times = span->count,
                              .on = series->on,
                              .on_count = series->on_count,
                              .in_part = series->group != TG_TOTAL_DOMAIN};
  if (!time)
    return tg_error_memory(error);
  TRY(tg_slope_fit(&request, &slope, error));
  finding->estimate = slope.estimate;
  finding->least = slope.least;
  if (!(slope.df > 0))
    finding->flags |= TG_FLAG_NO_DF;
  TRY(tg_linear_finish(span, &(tg_given){slope.variance, slope.df, given->level, NULL}, finding, error));
cleanup:
  tg_memory_free(time);
  return status;
}

trygg_status tg_record_linear_adjusted_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                              trygg_error *error) {
  return fit(span, "linear", given, finding, error);
}

trygg_status tg_record_logit_adjusted_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                             trygg_error *error) {
  return fit(span, "logistic", given, finding, error);
}
