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

/** Options of trend tests; zero everywhere means every test, Holm, no line across a break. */
typedef struct trygg_trend_options {
  size_t size;              /**< sizeof(trygg_trend_options). */
  const char *const *tests; /**< Names. */
  size_t test_count;        /**< 0: all. */
  double level;             /**< Confidence level; 0: 0.95. */
  const char *adjust;       /**< As trygg_inference_adjust(); NULL: `holm`, over the rows of one test. */
  int across_breaks;        /**< 1: let trends run across declared breaks. */
  int64_t min_n;            /**< Rows that rest on fewer respondents are no part of an adjustment: they will not be
                                 published.  0: all rows are. */
} trygg_trend_options;

/**
 * Test the series of every domain and indicator of @p estimates (not pooled):
 * `<by...>, indicator, test, waves, statistic, df1, df2, estimate, se, lower,
 * upper, p, p_adjusted, flag`.
 *
 * Waves without an estimate are left out.  Trends use the waves since the last
 * declared break; a difference across one is empty, flag `break`.
 *
 * @retval TRYGG_ENAME      An unknown test.
 * @retval TRYGG_ECODEBOOK  A wave whose time is not known: give it in waves.csv.
 */
TRYGG_API trygg_status trygg_trend_table(const trygg_estimates *estimates, const trygg_trend_options *options,
                                         trygg_table **out, trygg_error *error);

TRYGG_END_DECLS

#endif /* TRYGG_TREND_H */
