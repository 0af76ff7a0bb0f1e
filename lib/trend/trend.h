/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of estimates over waves, and the tests on them. */
#ifndef TG_TREND_TREND_H
#define TG_TREND_TREND_H

#include <trygg/trend.h>

#include <inference/inference.h>

/* The waves of one indicator in one domain that have an estimate, in time order. */
typedef struct tg_series {
  const trygg_estimates *estimates;
  size_t indicator;
  uint32_t group;          /* TG_TOTAL_DOMAIN: the total */
  const tg_domain *domain; /* of some wave: its by-codes */
  size_t count;
  size_t *rows;
  uint32_t *waves;
  double *time; /* decimal years */
  double *value;
  double *covariance; /* count x count, between the waves */
  size_t since_break; /* first wave after the last declared break */
} tg_series;

/* The waves first..first+count-1 of a series, as one test sees it. */
typedef struct tg_span {
  const tg_series *series;
  size_t first, count;
} tg_span;

static inline double tg_span_time(const tg_span *s, size_t i) {
  return s->series->time[s->first + i];
}
static inline double tg_span_value(const tg_span *s, size_t i) {
  return s->series->value[s->first + i];
}
static inline size_t tg_span_row(const tg_span *s, size_t i) {
  return s->series->rows[s->first + i];
}
static inline double tg_span_covariance(const tg_span *s, size_t i, size_t j) {
  return s->series->covariance[(s->first + i) * s->series->count + s->first + j];
}

/* What a test found; NaN is empty. */
typedef struct tg_finding {
  double statistic, df1, df2, estimate, se, lower, upper, p;
  double df_lost; /* set by `terms`: parameters beyond one (regression: df + 1 - p) */
  int no_test;    /* set by `terms`: cannot be computed here */
} tg_finding;

/* What the estimate of a test measures. */
typedef enum tg_test_unit { TG_TEST_CHANGE, TG_TEST_NUMBER } tg_test_unit;

/* One row a test (tests.c), one file a test or a family of them. */
typedef struct tg_test {
  const char *name, *help;
  size_t min_waves;
  size_t
      last_waves; /* 0: all waves since the break; else that many last ones, across which no break may lie */
  tg_test_unit unit;
  int (*applies)(const tg_indicator *indicator); /* NULL: to every type */
  /* Set finding->estimate and add the terms of its linearised form; their variance and df come to `finish`.
   * NULL: the test needs neither. */
  trygg_status (*terms)(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                        trygg_error *error);
  trygg_status (*finish)(const tg_span *span, double variance, double df, double level, tg_finding *finding,
                         trygg_error *error);
} tg_test;

extern const tg_test tg_tests[];
extern const size_t tg_test_count;

/* The series of every domain group and indicator; yours to clear. */
trygg_status tg_series_create(const trygg_estimates *estimates, int across_breaks, tg_series **out,
                              size_t *count, trygg_error *error);
void tg_series_free(tg_series *list, size_t count);

#endif
