/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of intervals for shares: adding one is a row here and a file beside it.  The first is the default. */
#include <inference/intervals.h>

#include <string.h>

#include <base/text.h>

const tg_interval tg_intervals[] = {
    {"logit", "on the log odds, back-transformed; stays within 0-1", tg_logit_run, NULL},
    {"wald", "estimate +- t standard errors", tg_wald_run, NULL},
    {"wilson", "Wilson's score interval with the effective number of cases", tg_wilson_run, NULL},
    {"beta", "Korn and Graubard's, exact for the effective number of cases", tg_beta_run, NULL},
    {"asin", "on the arcsine of the square root, back-transformed", tg_asin_run, NULL},
    {"likelihood", "of the likelihood ratio with the effective number of cases", tg_likelihood_run, NULL},
    {"score", "what a score test does not reject: of shares Wilson's, of quantiles Francisco and Fuller's",
     tg_wilson_run, tg_score_of_quantile},
};

const size_t tg_interval_count = sizeof tg_intervals / sizeof *tg_intervals;

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return tg_intervals[i].name;
}

const tg_interval *tg_interval_find(const char *name, trygg_error *error) {
  const char *nearest;
  if (!name)
    return tg_intervals;
  for (size_t i = 0; i < tg_interval_count; i++)
    if (!strcmp(tg_intervals[i].name, name))
      return &tg_intervals[i];
  nearest = tg_text_nearest(name, tg_interval_count, name_at, NULL);
  tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "ci", "no kind of interval `%s`; did you mean `%s`?", name,
              nearest ? nearest : tg_intervals->name);
  return NULL;
}

const char *trygg_inference_interval(size_t i) {
  return i < tg_interval_count ? tg_intervals[i].name : NULL;
}

const char *trygg_inference_interval_help(size_t i) {
  return i < tg_interval_count ? tg_intervals[i].help : NULL;
}
