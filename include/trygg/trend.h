/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file trend.h
 * @brief Change between waves and over all of them, with the covariance of the waves.
 */
#ifndef TRYGG_TREND_H
#define TRYGG_TREND_H

#include <trygg/inference.h>

TRYGG_BEGIN_DECLS

/** Name of the @p i-th trend test (`difference`, `linear`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_trend_test(size_t i);

/** One line of help on the @p i-th trend test, or NULL; borrowed. */
TRYGG_API const char *trygg_trend_help(size_t i);

/** The fewest waves that the @p i-th trend test runs on; 0 past the last. */
TRYGG_API size_t trygg_trend_waves(size_t i);

/** 1 if the @p i-th trend test is one of those that are run when none is named. */
TRYGG_API int trygg_trend_usual(size_t i);

/** Options of trend tests; zero everywhere means the usual tests, Holm, no line across a break. */
typedef struct trygg_trend_options {
  size_t size;              /**< sizeof(trygg_trend_options). */
  const char *const *tests; /**< Names, or the one word `all`. */
  size_t test_count;        /**< 0: the usual ones, trygg_trend_usual(). */
  double level;             /**< Confidence level; 0: 0.95. */
  const char *adjust;       /**< As trygg_inference_adjust(); NULL: `holm`, over the rows of one test. */
  int across_breaks;        /**< 1: let trends run across declared breaks. */
  int64_t min_n; /**< Rows that rest on fewer respondents are no part of an adjustment: they will not be
                                 published.  0: all rows are. */
  double start;  /**< Decimal year in which a measure began: tests of a change of level and slope then have
                                 rows.  0: none. */
  double margin; /**< A change that does not matter, in the unit of the estimate (0.02: two percentage points
                                 of a share): tests of equivalence then have rows.  On another scale how many times
                                 as much, as 1.1.  0: not said. */
  const char
      *covariate; /**< Name of an indicator: partial_mann_kendall then asks whether the others have a trend
                                 beyond that of its series in the same domain.  NULL: none. */
  const char *
      scale; /**< trygg_inference_scale(): on which values are compared and lines drawn; NULL: `difference`. */
  const char
      *base; /**< Code of the wave (of trygg_trend_series() its time as text) with which `since_base` compares
                          later ones.  NULL: none. */
  int references; /**< 1: published figures of references.csv are waves of the series too. */
  int pool_waves; /**< Each point is the mean of so many waves that follow each other; 0 and 1: of one. */
  const char *const
      *on;         /**< Background as in ::trygg_model_options: the adjusted slopes of records then have rows.
                              Compared with time there are no levels, so that those of `A=B` only must be met with. */
  size_t on_count; /**< 0: none. */
} trygg_trend_options;

/**
 * Test the series of every domain and indicator of @p estimates (not pooled):
 * `<by...>, indicator, test, waves, at, statistic, df1, df2, estimate, se,
 * lower, upper, p, p_adjusted, flag`; `at` is the wave with which a test that
 * looks for one says something new begins.
 *
 * Waves without an estimate are left out.  Trends use the waves since the last
 * declared break; a difference across one is empty, flag `break`.
 *
 * @retval TRYGG_ENAME      An unknown test.
 * @retval TRYGG_ECODEBOOK  A wave whose time is not known: give it in waves.csv.
 */
TRYGG_API trygg_status trygg_trend_table(const trygg_estimates *estimates, const trygg_trend_options *options,
                                         trygg_table **out, trygg_error *error);

/**
 * Test a series that was published, or computed elsewhere: `test, waves, at,
 * statistic, ...` as trygg_trend_table(), `waves` and `at` being times.
 *
 * @param time        @p count decimal years, increasing.
 * @param estimate    What was estimated at each.
 * @param covariance  @p count x @p count, symmetric: variances (squared standard errors) on the diagonal, 0
 *                    beside it for independent samples.  NULL: not known; tests that need it have the flag `no_se`.
 * @param df          Degrees of freedom of the covariance; 0: large.
 *
 * All arrays are only read.  Tests on records, several areas and a covariate have no row.
 *
 * @retval TRYGG_ENAME   An unknown test.
 * @retval TRYGG_EINVAL  A number that is not finite, times out of order, an asymmetric covariance.
 */
TRYGG_API trygg_status trygg_trend_series(const double *time, const double *estimate,
                                          const double *covariance, size_t count, double df,
                                          const trygg_trend_options *options, trygg_table **out,
                                          trygg_error *error);

/** Name of the @p i-th test of measures (`change`, `pretrend`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_trend_measure_test(size_t i);

/** One line of help on the @p i-th test of measures, or NULL; borrowed. */
TRYGG_API const char *trygg_trend_measure_help(size_t i);

/** Options of the follow-up of measures; zero everywhere means what changed, whether the comparisons agree and whether
 * the difference was the same before. */
typedef struct trygg_measure_options {
  size_t size;              /**< sizeof(trygg_measure_options). */
  const char *const *tests; /**< trygg_trend_measure_test(), or the one word `all`. */
  size_t test_count;        /**< 0: `change agree pretrend`. */
  const char *scale;        /**< trygg_inference_scale(); NULL: `difference`. */
  double level;             /**< Confidence level; 0: 0.95. */
  const char *adjust;       /**< As trygg_inference_adjust(); NULL: `holm`, over the rows of one test. */
  int across_breaks;        /**< 1: compare waves across declared breaks. */
  int64_t min_n; /**< Rows that rest on fewer respondents are no part of an adjustment.  0: all rows are. */
} trygg_measure_options;

/**
 * Follow up the measures of measures.csv (@p estimates not pooled, with the variables of their conditions as
 * by-variables): `wave, indicator, name, comparison, test, since, areas, statistic, df1, df2, estimate, se,
 * lower, upper, p, p_adjusted, flag`.
 *
 * All is about the difference between those whom a measure reached and those compared with, and how much it is another
 * than it was in the waves `since`.  All figures are of one tally, so that what they share is accounted for; df is
 * that of the union of their domains.  A test has a row for each wave that it speaks of; where there are too few
 * waves before the measure, one empty row whose flag says why.
 *
 * The areas of `placebo_areas` and the synthetic area are the codes of the first variable in the measure's `where`
 * that the comparison is made of.  `areas` says how many there are, with the one that had the measure where they are
 * ranked; where even the first rank would not be below 1 - level, the flag is `cannot_reject`.
 *
 * Ratios and odds ratios are tested on the logarithm, and what is linear (slopes, lines, mixtures) is so there.
 *
 * @retval TRYGG_ENAME      An unknown test, scale or adjustment.
 * @retval TRYGG_EINVAL     Pooled waves; a variable of a condition that is no by-variable.
 * @retval TRYGG_ECODEBOOK  No measures; a wave whose time is not known.
 */
TRYGG_API trygg_status trygg_trend_measures(const trygg_estimates *estimates,
                                            const trygg_measure_options *options, trygg_table **out,
                                            trygg_error *error);

TRYGG_END_DECLS

#endif /* TRYGG_TREND_H */
