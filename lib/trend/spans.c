/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which points of a series each row of a test looks at. */
#include <trend/trend.h>

static int place_pair(const tg_series *series, size_t nth, tg_span *out) {
  for (size_t later = 1; later < series->count; nth -= later++)
    if (nth < later) {
      *out = (tg_span){series, nth, 2, later - nth, TG_NONE};
      return 1;
    }
  return 0;
}

static int place_since_base(const tg_series *series, size_t nth, tg_span *out) {
  if (series->base == TG_NONE || nth + 1 >= series->count - series->base)
    return 0;
  *out = (tg_span){series, series->base, 2, nth + 1, TG_NONE};
  return 1;
}

static int place_bridge(const tg_series *series, size_t nth, tg_span *out) {
  if (nth >= series->shift_count)
    return 0;
  *out = (tg_span){series, 0, 0, 1, nth};
  return 1;
}

static const struct {
  size_t last_waves;
  int (*place)(const tg_series *series, size_t nth, tg_span *out);
} kinds[] = {{TG_EVERY_PAIR, place_pair},
             {TG_EVERY_WAVE_SINCE_BASE, place_since_base},
             {TG_EVERY_BRIDGE, place_bridge}};

int tg_spans_place(const tg_test *test, const tg_series *series, size_t nth, tg_span *out) {
  size_t last = test->last_waves,
         first = test->needs & TG_NEEDS_RECORDS ? series->since_records : series->since_break;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    if (kinds[k].last_waves == last) {
      int found = kinds[k].place(series, nth, out);
      if (!found && !nth)
        *out = (tg_span){series, 0, 0, 1, TG_NONE};
      return found || !nth;
    }
  *out = (tg_span){series, first, series->count - first, 1, TG_NONE};
  if (last && series->count >= last)
    *out = (tg_span){series, series->count - last, last, 1, TG_NONE};
  return !nth;
}

/* How an estimate with coefficients c of the points, or the shift of a bridge, changes with an input. */
static double change_with(const tg_span *span, const double *c, size_t input) {
  const tg_series *series = span->series;
  double sum = 0;
  if (span->shift != TG_NONE)
    return series->map[(series->count + span->shift) * series->input_count + input];
  for (size_t i = 0; i < span->count; i++)
    sum += c[i] * series->map[tg_span_point(span, i) * series->input_count + input];
  return sum;
}

int tg_spans_rest_on(const tg_span *span, size_t input) {
  const tg_series *series = span->series;
  int found = span->shift != TG_NONE && change_with(span, NULL, input) != 0;
  for (size_t i = 0; i < span->count && !found; i++)
    found = series->map[tg_span_point(span, i) * series->input_count + input] != 0;
  return found;
}

trygg_status tg_spans_add_terms(const tg_span *span, const double *c, size_t output, tg_terms *terms,
                                double *apart, trygg_error *error) {
  const tg_series *series = span->series;
  trygg_status status = TRYGG_OK;
  *apart = 0;
  for (size_t m = 0; m < series->input_count; m++) {
    const tg_input *input = &series->inputs[m];
    double change;
    if (!tg_spans_rest_on(span, m))
      continue;
    change = change_with(span, c, m);
    if (input->row != TG_NONE)
      TRY(tg_estimate_add_terms(series->estimates, input->row, change, output, terms, error));
    else
      *apart += change * change * input->variance;
  }
cleanup:
  return status;
}
