/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of estimates over waves, and the tests on them. */
#ifndef TG_TREND_TREND_H
#define TG_TREND_TREND_H

#include <trygg/trend.h>

#include <math.h>

#include <inference/compare.h>

/* What a series is computed from: an estimate, or a published figure. */
typedef struct tg_input {
  size_t row; /* among the estimates and their parts (tg_row_at()); TG_NONE: published */
  const tg_published_row *published;
  double value, variance; /* variance NaN: not known */
} tg_input;

/* A wave of a series, or several that are pooled in one point of it. */
typedef struct tg_point {
  const char *code, *until; /* codes of the first and the last; borrowed */
  size_t row;               /* the estimate that it is; TG_NONE: published, or pooled */
  size_t breaks;            /* declared breaks before it that no bridge crosses */
  unsigned flags;
} tg_point;

/* A bridge: the points before `at` have been moved by what both methods differ by in its wave. */
typedef struct tg_shift {
  const tg_break_row *bridge;
  const tg_contrast_scale *scale;
  size_t at;               /* first point of the new method */
  size_t new_way, old_way; /* inputs: what the two methods found in its wave */
  double value;            /* link(new) - link(old) */
  double covariance;       /* of the two */
} tg_shift;

/* The points of one indicator in one domain, in time order; or a series from elsewhere.  What is not known is NaN. */
typedef struct tg_series {
  const trygg_estimates
      *estimates; /* NULL: from elsewhere; then there are no points, inputs, indicator and domain */
  size_t indicator;
  uint32_t group;          /* TG_TOTAL_DOMAIN: the total */
  const tg_domain *domain; /* of some wave: its by-codes */
  size_t count;
  tg_point *points;
  double *time; /* decimal years */
  double *value;
  double *covariance; /* count x count, between the points; NULL: not known */
  tg_input *inputs;
  size_t input_count;
  const char *const *on; /* background beside time in a regression of the records ... */
  size_t on_count;       /* ... 0: none */
  double *map; /* what points, then shifts, change with the inputs: (count + shift_count) x input_count */
  tg_shift *shifts;
  size_t shift_count;
  const tg_contrast_scale *scale; /* that values are on; NULL: as they are */
  double df;                      /* of the covariance of a series from elsewhere */
  double start;                   /* when the measure began that is followed up; NaN: none */
  double margin;                  /* what change does not matter, on the scale; 0: not said */
  int has_base;                   /* a wave was named that others are compared with ... */
  size_t base;                    /* ... its point; TG_NONE: the series does not have it */
  size_t since_break;             /* first point after the last declared break */
  size_t since_records;           /* first from which on all points are records asked by one method */
  size_t published, passed_over; /* figures that are points, and that were not since the data have the wave */
  const struct tg_series *areas; /* of the total: the same indicator in each by-combination, ... */
  const struct tg_series *covariate; /* in the same by-combination; NULL: none is given, or this is it */
  size_t area_count, area_step;      /* ... so many of them, so far apart; 0 beside the total */
} tg_series;

static inline const tg_series *tg_series_area(const tg_series *total, size_t i) {
  return total->areas + i * total->area_step;
}

/* The points first, first + step, ... of a series, as one test sees it; `step` is 1 but between two points. */
typedef struct tg_span {
  const tg_series *series;
  size_t first, count, step;
  size_t shift; /* the bridge that is looked at instead of the points; TG_NONE */
} tg_span;

static inline const double *tg_span_times(const tg_span *s) {
  return s->series->time + s->first;
}
static inline const double *tg_span_values(const tg_span *s) {
  return s->series->value + s->first;
}
static inline size_t tg_span_point(const tg_span *s, size_t i) {
  return s->first + i * s->step;
}
static inline double tg_span_time(const tg_span *s, size_t i) {
  return s->series->time[tg_span_point(s, i)];
}
static inline double tg_span_value(const tg_span *s, size_t i) {
  return s->series->value[tg_span_point(s, i)];
}
static inline size_t tg_span_row(const tg_span *s, size_t i) {
  return s->series->points[tg_span_point(s, i)].row;
}
static inline double tg_span_covariance(const tg_span *s, size_t i, size_t j) {
  return s->series->covariance[tg_span_point(s, i) * s->series->count + tg_span_point(s, j)];
}

/* Whether the error of every point is known. */
static inline int tg_span_has_errors(const tg_span *s) {
  size_t i = 0;
  while (s->series->covariance && i < s->count && !isnan(tg_span_covariance(s, i, i)))
    i++;
  return i == s->count;
}

#define TG_MOST_CHANGES 3

/* What a test found; NaN is empty. */
typedef struct tg_finding {
  double statistic, df1, df2, estimate, se, lower, upper, p;
  double smallest_p; /* the smallest p that it can give on so many waves; 0: any */
  double df_lost;    /* set by `contrast` and `terms`: parameters beyond one (regression: df + 1 - p) */
  double misfit;     /* set by `contrast`: W of what the fitted line leaves */
  size_t changes[TG_MOST_CHANGES]; /* waves of the span with which something new begins */
  size_t change_count;
  int no_test;    /* set by `contrast` and `terms`: cannot be computed here */
  unsigned flags; /* of the row, beside those of its waves */
  double
      least; /* records of the wave that has fewest of them, where not all behind the estimates are used; 0 */
} tg_finding;

/* The trends of all areas, pooled (pooled.h). */
typedef struct tg_pool tg_pool;

/* What a test is given when it comes to its finding. */
typedef struct tg_given {
  double variance, df; /* of the estimate of `contrast` or `terms`; NaN without one */
  double level;        /* of limits */
  const tg_pool *pool; /* of the areas; NULL where the test needs none */
} tg_given;

/* What a test must be given beside the values and their times: a sum of these. */
typedef enum tg_test_needs {
  TG_NEEDS_SERIES = 0,     /* nothing */
  TG_NEEDS_ERRORS = 1,     /* standard errors, and covariances where waves overlap */
  TG_NEEDS_START = 2,      /* when a measure began */
  TG_NEEDS_MARGIN = 4,     /* what change does not matter */
  TG_NEEDS_RECORDS = 8,    /* the records behind the estimates */
  TG_NEEDS_AREAS = 16,     /* two by-combinations or more: runs on the total alone, one row for all of them */
  TG_NEEDS_COVARIATE = 32, /* the series of another indicator */
  TG_NEEDS_POOL = 64,      /* the trends of all areas, pooled */
  TG_NEEDS_BASE = 128,     /* the wave that others are compared with */
  TG_NEEDS_BRIDGE = 256,   /* a bridge in the series */
  TG_NEEDS_BACKGROUND = 512, /* variables beside time */
} tg_test_needs;

/* Tests that look at two waves, or at a bridge, as often as there are any. */
#define TG_EVERY_PAIR (SIZE_MAX - 1)
#define TG_EVERY_WAVE_SINCE_BASE (SIZE_MAX - 2)
#define TG_EVERY_BRIDGE (SIZE_MAX - 3)

/* What the estimate of a test measures. */
typedef enum tg_test_unit { TG_TEST_CHANGE, TG_TEST_NUMBER } tg_test_unit;

/* One row a test (tests.c), one file a test or a family of them. */
typedef struct tg_test {
  const char *name, *help;
  unsigned needs; /* tg_test_needs */
  int usual;      /* one of those that are run when none is named */
  size_t min_waves;
  size_t
      last_waves; /* 0: all waves since the break; else that many last ones, across which no break may lie; or
                      * one of those below, a row each */
  tg_test_unit unit;
  int (*applies)(const tg_indicator *indicator); /* NULL: to every type */
  /* The coefficients of an estimate that is linear in the waves; its variance and df come to `finish`.  NULL: none. */
  trygg_status (*contrast)(const tg_span *span, double *coefficients, tg_finding *finding,
                           trygg_error *error);
  /* The same for an estimate on the records: set finding->estimate and add the terms of its linearised form. */
  trygg_status (*terms)(const tg_span *span, size_t output, tg_terms *terms, tg_finding *finding,
                        trygg_error *error);
  trygg_status (*finish)(const tg_span *span, const tg_given *given, tg_finding *finding, trygg_error *error);
} tg_test;

extern const tg_test tg_tests[];
extern const size_t tg_test_count;

/* The series of every domain group and indicator; yours to clear. */
trygg_status tg_series_create(const trygg_estimates *estimates, const trygg_trend_options *options,
                              tg_series **out, size_t *count, trygg_error *error);
void tg_series_clear(tg_series *series);
void tg_series_free(tg_series *list, size_t count);

/* Fail where waves are pooled, or when one of them was is not known. */
trygg_status tg_series_check_times(const trygg_estimates *estimates, trygg_error *error);

/* joined.c.  From the inputs of a series, one a point and behind them those of bridges: values, and what they change with. */
trygg_status tg_joined_map(tg_series *series, size_t pool, trygg_error *error);

/* The covariance of the points, once that of the inputs can be known: of many series at once. */
trygg_status tg_joined_covariances(tg_series *list, size_t count, trygg_error *error);

/* Bring values and covariance of a series from elsewhere to the scale. */
void tg_joined_rescale(tg_series *series);

/* spans.c.  What the nth row of a test looks at; 0: there are no more.  A test that finds nothing to look at has one row. */
int tg_spans_place(const tg_test *test, const tg_series *series, size_t nth, tg_span *out);

/* Whether something of the span changes with an input. */
int tg_spans_rest_on(const tg_span *span, size_t input);

/* The terms of an estimate with coefficients c of the points (of a bridge's shift: none), which the survey's own estimates
 * add, and the variance that published figures add. */
trygg_status tg_spans_add_terms(const tg_span *span, const double *c, size_t output, tg_terms *terms,
                                double *apart, trygg_error *error);

/* One row of a test on one series. */
typedef struct tg_trial {
  const tg_test *test;
  size_t test_index; /* among those asked for */
  tg_span span;
  tg_finding finding;
  size_t output; /* among the terms; TG_NONE: none */
  tg_given given;
  double apart; /* variance that published figures add */
  unsigned flags;
  int applies; /* to the type of indicator; else there is no row */
  int enough;  /* waves and standard errors for the test */
  double p_adjusted;
} tg_trial;

typedef struct tg_trials {
  tg_trial *list; /* series by series, tests in order */
  size_t count, test_count, series_count;
  size_t *begin; /* [series * test_count + test]: first trial */
  const tg_test **tests;
  tg_terms terms;
  size_t outputs;
  double level;
  tg_pool *pools; /* of each indicator; NULL: no test needs one */
  size_t indicators;
} tg_trials;

/* Run the tests that are asked for on every series; zero-initialise `out`, and clear it whatever comes back. */
trygg_status tg_trials_run(const tg_series *series, size_t series_count, size_t indicators,
                           const trygg_trend_options *options, double level, tg_trials *out,
                           trygg_error *error);
void tg_trials_clear(tg_trials *trials);

/* Smallest base of the estimates used; where too few waves were left, of all of them. */
int64_t tg_trial_base(const tg_trial *trial);

#endif
