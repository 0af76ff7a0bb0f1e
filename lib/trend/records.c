/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regression of the records on the time of their wave, with design-based covariance (Binder 1983, Int. Stat. Rev.
 * 51:279-292).  All records of a wave have the same time, so the fit needs only the waves' totals X = sum w and
 * Y = sum w y, and the influence of a record on the slope is
 *
 *   u_k = g_w w_k (y_k - mu_w),  g_w = (t_w - tbar) / sum X d (t - tbar)^2,  tbar = sum X d t / sum X d
 *
 * with d = 1 and mu = a + b t (linear), or d = mu (1 - mu) and logit mu = a + b t (logistic).  The u add up to 0 over
 * all waves, not in each: the lonely rule `adjust` compares with the clusters of all waves.  df: those of the records'
 * design less one for the slope (R survey's svyglm: degf + 1 - 2). */
#include <math.h>

#include <trend/tests.h>

/* Y/X must be a mean over records: no ratio of two numbers, total or quantile. */
int tg_record_linear_applies(const tg_indicator *indicator) {
  return indicator->estimand == TG_RATIO && indicator->denominator_variable == TG_NONE;
}

int tg_record_logit_applies(const tg_indicator *indicator) {
  return tg_record_linear_applies(indicator) && indicator->type->is_share;
}

/* All hits or none in every wave: the odds have no logarithm. */
static int is_constant(const tg_span *span) {
  double first = tg_span_value(span, 0);
  for (size_t i = 1; i < span->count; i++)
    if (tg_span_value(span, i) != first)
      return 0;
  return first == 0 || first == 1;
}

static const tg_row *row_of(const tg_span *span, size_t i) {
  return &span->series->estimates->rows[tg_span_row(span, i)];
}

/* A fitted line on the scale of the link, centred at tbar; d of each wave is at the fit. */
typedef struct line {
  double at_mean, slope, mean_time, information; /* information: sum X d (t - tbar)^2 */
} line;

static double fitted(const line *l, double time, int logit) {
  double eta = l->at_mean + l->slope * (time - l->mean_time);
  return logit ? 1 / (1 + exp(-eta)) : eta;
}

/* Weighted least squares of z on time with weights v(i) = X d; one step of it is the linear fit. */
static void fit_step(const tg_span *span, line *l, int logit, int first) {
  double v_sum = 0, vt = 0, vz = 0, vtt = 0, vtz = 0, next_mean;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < span->count; i++) {
      double t = tg_span_time(span, i), mu = fitted(l, t, logit), y = tg_span_value(span, i), d, z;
      if (!logit || first)
        mu = logit ? (y + 0.5) / 2 : y;
      d = logit ? mu * (1 - mu) : 1;
      z = logit ? log(mu / (1 - mu)) + (y - mu) / d : y;
      d *= row_of(span, i)->x;
      if (pass == 0) {
        v_sum += d;
        vt += d * t;
        vz += d * z;
      } else {
        vtt += d * (t - vt / v_sum) * (t - vt / v_sum);
        vtz += d * (t - vt / v_sum) * (z - vz / v_sum);
      }
    }
  }
  next_mean = vt / v_sum;
  *l = (line){vz / v_sum, vtz / vtt, next_mean, vtt};
}

static trygg_status add_influence(const tg_span *span, line *l, int logit, size_t output, tg_terms *terms,
                                  tg_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  finding->estimate = l->slope;
  finding->df_lost = 1;
  for (size_t i = 0; i < span->count && status == TRYGG_OK; i++) {
    double t = tg_span_time(span, i), g = (t - l->mean_time) / l->information;
    status = tg_estimate_add_totals(span->series->estimates, tg_span_row(span, i), g, 0, fitted(l, t, logit),
                                    output, terms, error);
  }
  return status;
}

trygg_status tg_record_linear_terms(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                                    trygg_error *error) {
  line l = {0};
  fit_step(span, &l, 0, 1);
  return add_influence(span, &l, 0, output, terms, finding, error);
}

trygg_status tg_record_logit_terms(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                                   trygg_error *error) {
  line l = {0}, last;
  int round = 0;
  finding->no_test = is_constant(span);
  if (finding->no_test)
    return TRYGG_OK;
  do {
    last = l;
    fit_step(span, &l, 1, round == 0);
  } while (isfinite(l.slope) && ++round < 50 &&
           fabs(l.slope - last.slope) > 1e-13 * (fabs(l.slope) + 1e-3) + 1e-300);
  /* With hits in one wave only at one end the slope runs to infinity: there is no estimate. */
  finding->no_test = !isfinite(l.slope) || !(l.information > 0) || round >= 50;
  if (finding->no_test)
    return TRYGG_OK;
  fit_step(span, &l, 1, 0); /* information at the fit */
  return add_influence(span, &l, 1, output, terms, finding, error);
}
