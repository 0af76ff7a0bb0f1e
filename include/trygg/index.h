/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file index.h
 * @brief The safety index: shares to points 0-6, points to sections, sections to a total.
 *
 * An index is defined in `indices.csv`.  Its sampling error comes from the
 * joint covariance of its items, which the same respondents answered.
 */
#ifndef TRYGG_INDEX_H
#define TRYGG_INDEX_H

#include <trygg/inference.h>

TRYGG_BEGIN_DECLS

/** Options of an index; zero everywhere means every index of the codebook. */
typedef struct trygg_index_options {
  size_t size;              /**< sizeof(trygg_index_options). */
  const char *const *names; /**< Indices. */
  size_t name_count;        /**< 0: all. */
  double level;             /**< Confidence level; 0: 0.95. */
} trygg_index_options;

/**
 * Check the indices of a finished codebook: knots, presets, weights, items.
 *
 * @retval TRYGG_ECODEBOOK  Knots that are no increasing `share:points` pairs, a weight below 0, ...
 */
TRYGG_API trygg_status trygg_index_check(const trygg_codebook *codebook, trygg_error *error);

/**
 * Compute indices in every wave and domain of @p estimates, which must hold
 * their items: `wave, <by...>, index, section, n, points, se, df, lower, upper,
 * rank, rank_lower, rank_upper, flag`; an empty section is the whole index.
 *
 * Points are piecewise linear in the share between knots, clamped outside;
 * S = sum w_i s_i / sum w_i, T = sum v_g S_g / sum v_g; the standard error is
 * linearised (delta method on the slopes of the pieces).  `n` is the smallest
 * number of answers behind an item.  Ranks are among the domains of a wave,
 * 1 has the fewest points; their limits hold jointly over the domains (Klein,
 * Wright & Wieczorek 2020, J. R. Stat. Soc. A 183:1191-1206).
 *
 * @retval TRYGG_ENAME  An unknown index, or an item that was not estimated.
 */
TRYGG_API trygg_status trygg_index_table(const trygg_estimates *estimates, const trygg_index_options *options,
                                         trygg_table **out, trygg_error *error);

/** Names of the indicators that the indices named need, each once; borrowed names in a list that is yours (free with
 * trygg_index_free_items()). */
TRYGG_API trygg_status trygg_index_items(const trygg_codebook *codebook, const trygg_index_options *options,
                                         const char ***items, size_t *count, trygg_error *error);

/** Free a list of trygg_index_items(); NULL is allowed. */
TRYGG_API void trygg_index_free_items(const char **items);

TRYGG_END_DECLS

#endif /* TRYGG_INDEX_H */
