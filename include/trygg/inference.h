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
 * have Woodruff's.
 *
 * @retval TRYGG_ENAME   An unknown kind of interval.
 * @retval TRYGG_EINVAL  A level outside 0..1; a by-variable named like a column.
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

/**
 * Adjust @p count p-values for many tests, in place; NaN ones are no tests.
 *
 * @param[in] method  `none`, `holm` (Holm 1979, Scand. J. Stat. 6:65-70) or `bh`
 *                    (Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57:289-300).
 * @retval TRYGG_ENAME  Another method.
 */
TRYGG_API trygg_status trygg_inference_adjust(const char *method, double *p, size_t count,
                                              trygg_error *error);

TRYGG_END_DECLS

#endif /* TRYGG_INFERENCE_H */
