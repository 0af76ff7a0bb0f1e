/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file inference.h
 * @brief Intervals, contrasts and adjustments for many tests.
 */
#ifndef TRYGG_INFERENCE_H
#define TRYGG_INFERENCE_H

#include <trygg/estimate.h>

TRYGG_BEGIN_DECLS

/** Name of the @p i-th kind of interval for shares (`logit`, `wald`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_inference_interval(size_t i);

/** One line of help on the @p i-th kind of interval, or NULL; borrowed. */
TRYGG_API const char *trygg_inference_interval_help(size_t i);

/** How intervals are made; zero everywhere means the default. */
typedef struct trygg_inference_options {
  size_t size;    /**< sizeof(trygg_inference_options). */
  double level;   /**< Confidence level between 0 and 1; 0: 0.95. */
  const char *ci; /**< Kind of interval for shares; NULL: `logit`.  Other estimates: estimate +- t se. */
} trygg_inference_options;

/**
 * Estimates as a table: `wave, <by...>, indicator, n, weighted_n, estimate, se,
 * df, lower, upper, deff, flag`.
 *
 * At a share of 0 or 1 every kind gives the Korn-Graubard limits with all n
 * cases effective; without degrees of freedom there is no interval; quantiles
 * have Woodruff's, by `score` Francisco and Fuller's (1991, Ann. Stat. 19:454-469).
 *
 * @retval TRYGG_ENAME   An unknown kind of interval.
 * @retval TRYGG_EINVAL  A level outside 0..1; a by-variable named like a column.
 * @retval TRYGG_EUNSUPPORTED  `score` of a quantile whose errors are from replicates.
 */
TRYGG_API trygg_status trygg_inference_table(const trygg_estimates *estimates,
                                             const trygg_inference_options *options, trygg_table **out,
                                             trygg_error *error);

/** A linear combination of estimates. */
typedef struct trygg_contrast {
  double estimate, se, df, lower, upper;
  double statistic; /**< estimate / se */
  double p;         /**< Two-sided, t on df; NaN without se or df. */
} trygg_contrast;

/**
 * The combination sum of coefficients[i] x estimate rows[i], with the covariance of
 * the rows; df is that of the union of their domains.
 *
 * @param[in] level  Confidence level; 0: 0.95.
 */
TRYGG_API trygg_status trygg_inference_contrast(const trygg_estimates *estimates, const size_t *rows,
                                                const double *coefficients, size_t count, double level,
                                                trygg_contrast *out, trygg_error *error);

/** Name of the @p i-th kind of comparison (`rest`, `total`, ...; the last stands for `VAR=CODE`), or NULL; borrowed. */
TRYGG_API const char *trygg_inference_against(size_t i);

/** One line of help on the @p i-th kind of comparison, or NULL; borrowed. */
TRYGG_API const char *trygg_inference_against_help(size_t i);

/** Name of the @p i-th scale of comparisons (`difference`, `ratio`, `odds`), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_inference_scale(size_t i);

/** One line of help on the @p i-th scale, or NULL; borrowed. */
TRYGG_API const char *trygg_inference_scale_help(size_t i);

/** Options of comparisons; zero everywhere means each group with the rest, differences, Holm. */
typedef struct trygg_comparison_options {
  size_t size;         /**< sizeof(trygg_comparison_options). */
  const char *against; /**< trygg_inference_against(), or a group `VAR=CODE[,CODE]`; NULL: `rest`. */
  const char *scale;   /**< trygg_inference_scale(); NULL: `difference`. */
  double level;        /**< Confidence level; 0: 0.95. */
  const char *adjust;  /**< As trygg_inference_adjust(); NULL: `holm`, over all rows. */
  int across_breaks;   /**< 1: compare waves across declared breaks. */
  int64_t min_n;       /**< Rows that rest on fewer respondents are no part of an adjustment: they will not be
                            published.  0: all rows are. */
} trygg_comparison_options;

/**
 * Compare estimates: `wave, <by...>, indicator, a, b, difference, se, df, lower,
 * upper, statistic, p, p_adjusted, flag`; on another scale the sixth column is
 * called `ratio` or `odds_ratio`.
 *
 * The covariance of the two sides is that of the design, whether they overlap (an
 * area and its county), are apart (an area and the rest) or are waves with the same
 * clusters; df is that of the union of their domains.  The rest are those with
 * another code: who has none is in the total only.  A published figure is taken to
 * be independent of the survey; its standard error is `se`, else from `lower`,
 * `upper` and `level` by the normal distribution, else of a share sqrt(p(1 - p)/n);
 * without any of them there is no test, flag `no_se`.  A group is compared with the
 * published figures that have the most of its codes, those for everybody at last.
 *
 * Ratios and odds ratios are tested on the logarithm (delta method), and so is
 * their interval; `se` is that of the ratio itself.
 *
 * @retval TRYGG_ENAME      An unknown kind, scale, adjustment, variable or code.
 * @retval TRYGG_EINVAL     No by-variable where groups are compared, or pooled waves with one another.
 * @retval TRYGG_ECODEBOOK  No published figures, or a break and a wave whose time is not known.
 */
TRYGG_API trygg_status trygg_inference_compare(const trygg_estimates *estimates,
                                               const trygg_comparison_options *options, trygg_table **out,
                                               trygg_error *error);

/** Name of the @p i-th model of how areas differ beyond chance (`none`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_inference_dispersion(size_t i);

/** One line of help on the @p i-th model of how areas differ, or NULL; borrowed. */
TRYGG_API const char *trygg_inference_dispersion_help(size_t i);

/** Options of control limits; zero everywhere means about the figure of all, sampling error alone, Holm. */
typedef struct trygg_funnel_options {
  size_t size;   /**< sizeof(trygg_funnel_options). */
  double target; /**< What the areas are compared with; 0: the figure of all, themselves among them. */
  const char *dispersion; /**< trygg_inference_dispersion(); NULL: `none`. */
  double level;           /**< Of the inner limits; 0: 0.95.  The outer ones are 0.998. */
  const char *adjust;     /**< As trygg_inference_adjust(); NULL: `holm`, over all rows. */
  int64_t
      min_n; /**< Areas on fewer respondents say nothing of how areas differ, and are no part of an adjustment: they
                      will not be published.  0: all are. */
} trygg_funnel_options;

/**
 * Control limits for a funnel plot (Spiegelhalter 2005, Stat. Med. 24:1185-1202): `wave, <by...>, indicator, n,
 * estimate, se, target, effective_n, limit_lower, limit_upper, outer_lower, outer_upper, phi, tau, statistic, df, p,
 * p_adjusted, position, flag`, one row an area and one the whole, of every indicator but totals.
 *
 * An area whose estimate is outside its limits differs from the target by more than its own standard error makes of
 * 5 and of 0.2 areas in 100; `position` says so.  What an area has in common with the figure of all is accounted for.
 * Shares are judged by the binomial distribution (mid-p) of their effective answers, so that rare ones have limits too;
 * t has the area's df.
 *
 * @retval TRYGG_ENAME   An unknown model or adjustment.
 * @retval TRYGG_EINVAL  No by-variable, or a target that is no number.
 */
TRYGG_API trygg_status trygg_inference_funnel(const trygg_estimates *estimates,
                                              const trygg_funnel_options *options, trygg_table **out,
                                              trygg_error *error);

/** Name of the @p i-th test between groups (`rao_scott`, `t`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_inference_group_test(size_t i);

/** One line of help on the @p i-th test between groups, or NULL; borrowed. */
TRYGG_API const char *trygg_inference_group_test_help(size_t i);

/** Options of tests between groups; zero everywhere means every test that applies, Holm. */
typedef struct trygg_group_test_options {
  size_t size;              /**< sizeof(trygg_group_test_options). */
  const char *const *tests; /**< Names. */
  size_t test_count;        /**< 0: all that apply. */
  const double
      *expected; /**< Of `goodness_of_fit`: the share of each answer to the question, in the codebook's
                                 order; of a share, of hits and of the others.  NULL: no such test. */
  size_t expected_count; /**< How many. */
  const char *adjust;    /**< As trygg_inference_adjust(); NULL: `holm`, over the rows of one test. */
  int64_t min_n; /**< Rows with a group of fewer respondents are no part of an adjustment.  0: all are. */
  const char *const
      *expected_texts;        /**< Instead of `expected`: `CODE:SHARE` of each answer in any order, or of a
                                          share one number, that of hits.  People do for shares.  The estimates are
                                          then of one question or share. */
  size_t expected_text_count; /**< 0: none. */
} trygg_group_test_options;

/**
 * Test whether the groups of @p estimates, all at once, differ: `wave, indicator, test,
 * groups, n, statistic, df1, df2, estimate, se, p, p_adjusted, flag`.
 *
 * Of shares, and of all answers to a question (a variable named as an indicator), the
 * two-way table with the groups is tested (Rao & Scott 1984, Ann. Stat. 12:46-60; Wald);
 * of means, two groups by t, and ranks (Lumley & Scott 2013, Biometrika 100:831-842).
 * A test has no row where it does not apply (ranks: also where records are not kept), and no p
 * without degrees of freedom.
 *
 * @retval TRYGG_ENAME   An unknown test, adjustment or code.
 * @retval TRYGG_EINVAL  No by-variable; expected shares that are none; `goodness_of_fit` by name without any.
 */
TRYGG_API trygg_status trygg_inference_test_groups(const trygg_estimates *estimates,
                                                   const trygg_group_test_options *options, trygg_table **out,
                                                   trygg_error *error);

/** Name of the @p i-th way to adjust p-values for many tests (`holm`, `bh`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_inference_adjustment(size_t i);

/** One line of help on the @p i-th way to adjust p-values, or NULL; borrowed. */
TRYGG_API const char *trygg_inference_adjustment_help(size_t i);

/**
 * Adjust @p count p-values for many tests, in place; NaN ones are no tests.
 *
 * @param[in] method  `none`, `holm` (Holm 1979, Scand. J. Stat. 6:65-70), `bh` (Benjamini & Hochberg 1995, J. R. Stat.
 *                    Soc. B 57:289-300) or `by` (Benjamini & Yekutieli 2001, Ann. Stat. 29:1165-1188).
 * @retval TRYGG_ENAME  Another method; the message has the nearest.
 */
TRYGG_API trygg_status trygg_inference_adjust(const char *method, double *p, size_t count,
                                              trygg_error *error);

TRYGG_END_DECLS

#endif /* TRYGG_INFERENCE_H */
