/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intervals and tests that every later room uses. */
#ifndef TG_INFERENCE_INFERENCE_H
#define TG_INFERENCE_INFERENCE_H

#include <trygg/inference.h>

#include <estimate/estimate.h>
#include <table/table.h>

typedef struct tg_limits {
  double lower, upper; /* NaN: none */
} tg_limits;

/* A share and what its interval depends on. */
typedef struct tg_share {
  double p, se, n, df;
} tg_share;

/* One row a kind of interval (intervals.c), one file a kind.  0 < p < 1, se > 0, df > 0. */
typedef struct tg_interval {
  const char *name, *help;
  tg_limits (*run)(const tg_share *share, double alpha);
  /* Limits of a quantile as shares, to be read off its distribution; NULL: those of the share at it by `run`. */
  trygg_status (*of_quantile)(const trygg_estimates *estimates, size_t row, double level, tg_limits *out,
                              trygg_error *error);
} tg_interval;

extern const tg_interval tg_intervals[];
extern const size_t tg_interval_count;

/* The kind called `name` (NULL: the first); NULL and an error when there is none. */
const tg_interval *tg_interval_find(const char *name, trygg_error *error);

/* 0.95 for 0; TRYGG_EINVAL outside 0..1. */
trygg_status tg_inference_level(double wanted, double *level, trygg_error *error);

/* The interval of any row, edges as DESIGN says: no df, no interval; a share of 0 or 1 has Korn-Graubard's limits.
 * That of a quantile is Woodruff's: the values at the limits of the share at or below it; or the interval's own.  `interval` NULL: the default,
 * logit for shares and wald for the share at a quantile. */
trygg_status tg_inference_limits(const trygg_estimates *estimates, size_t row, const tg_interval *interval,
                                 double level, tg_limits *out, trygg_error *error);

/* estimate +- t se; NaN without se or df > 0. */
tg_limits tg_inference_symmetric(double estimate, double se, double df, double level);

/* Two-sided p of estimate / se on df; NaN without se > 0 or df > 0. */
double tg_inference_p(double estimate, double se, double df);

/* How an indicator's estimates are shown: shares as per cent, others as numbers. */
tg_unit tg_inference_unit(const tg_indicator *indicator);

/* Columns and cells that every table of estimates begins with: wave (when `with_wave`), by-variables. */
trygg_status tg_inference_add_keys(trygg_table *table, const trygg_estimates *estimates, int with_wave,
                                   trygg_error *error);
trygg_status tg_inference_set_keys(trygg_table *table, const trygg_estimates *estimates,
                                   const tg_domain *domain, int with_wave, trygg_error *error);

/* Notes on survey, definition, design, df rule, level: what a number needs to be understood. */
trygg_status tg_inference_add_notes(trygg_table *table, const trygg_estimates *estimates, double level,
                                    trygg_error *error);

#endif
