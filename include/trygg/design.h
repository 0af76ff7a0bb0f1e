/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file design.h
 * @brief How the respondents were sampled: strata, clusters, finite populations, weights.
 *
 * The columns come from the roles of the codebook.  A design retains its
 * responses, is immutable, and may be shared by any number of threads.
 */
#ifndef TRYGG_DESIGN_H
#define TRYGG_DESIGN_H

#include <trygg/responses.h>

TRYGG_BEGIN_DECLS

/** A sampling design over loaded responses. */
typedef struct trygg_design trygg_design;

/** Options of a design; zero everywhere means the default. */
typedef struct trygg_design_options {
  size_t size;        /**< sizeof(trygg_design_options). */
  const char *lonely; /**< `fail certainty adjust average`; NULL: the codebook's. */
  int domain_lonely;  /**< 1: `adjust` and `average` also where only a domain leaves a stratum one cluster. */
  const char *variance; /**< `taylor`, or replicates as trygg_design_variance() names them, with an argument:
                             `bootstrap:500`, `fay:0.3`.  NULL: `given` where the codebook has replicate
                             weights, else `taylor`. */
  uint64_t seed;        /**< Of bootstraps; 0: 1. */
} trygg_design_options;

/**
 * Describe how @p responses were sampled.
 *
 * Strata are read within their wave unless `settings.waves` is `overlapping`;
 * cluster codes within their stratum; without a cluster every record is its own.
 * A lonely cluster (one in its stratum, which is not a census of it) fails only
 * when an estimate needs that wave.
 *
 * @param[in]  options  NULL: defaults.
 * @param[out] out      Yours to free; NULL on failure.
 * @retval TRYGG_EDATA    A record without stratum or cluster.
 * @retval TRYGG_EDESIGN  A finite population smaller than its sample, or not one a stratum.
 */
TRYGG_API trygg_status trygg_design_create(trygg_responses *responses, const trygg_design_options *options,
                                           trygg_design **out, trygg_error *error);

/** Name of the @p i-th way to compute variances (`taylor`, `jackknife`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_design_variance(size_t i);

/** One line of help on the @p i-th way to compute variances, or NULL; borrowed. */
TRYGG_API const char *trygg_design_variance_help(size_t i);

/**
 * Whether @p variance can be in trygg_design_options.
 *
 * @retval TRYGG_ENAME   No such method; the message has the nearest.
 * @retval TRYGG_EINVAL  An argument that is missing, out of range or too much.
 */
TRYGG_API trygg_status trygg_design_variance_check(const char *variance, trygg_error *error);

/** Strata, over all waves. */
TRYGG_API size_t trygg_design_strata(const trygg_design *design);

/** Clusters (primary sampling units), over all waves. */
TRYGG_API size_t trygg_design_clusters(const trygg_design *design);

/** Sum of the weights. */
TRYGG_API double trygg_design_population(const trygg_design *design);

/** Take one more reference; returns @p design. */
TRYGG_API trygg_design *trygg_design_retain(trygg_design *design);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_design_free(trygg_design *design);

TRYGG_END_DECLS

#endif /* TRYGG_DESIGN_H */
