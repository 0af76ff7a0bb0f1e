/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file estimate.h
 * @brief Design-based estimates: shares, means, totals, ratios, quantiles, by domain, and their covariance.
 *
 * One call estimates every indicator in every cell asked for, in one pass over
 * the records.  Domains are true domains: records outside count as zeros, so
 * the design keeps all its clusters (Särndal, Swensson & Wretman 1992, 10.3).
 * Estimates are immutable, retain their design, and may be shared by threads.
 */
#ifndef TRYGG_ESTIMATE_H
#define TRYGG_ESTIMATE_H

#include <trygg/design.h>

TRYGG_BEGIN_DECLS

/** Estimates of several indicators in several domains. */
typedef struct trygg_estimates trygg_estimates;

/** What to estimate; zero everywhere means every indicator, each wave, all records. */
typedef struct trygg_estimate_options {
  size_t size;                    /**< sizeof(trygg_estimate_options). */
  const char *const *indicators;  /**< Indicators, or variables (each answer's share, a number's mean). */
  size_t indicator_count;         /**< 0: every indicator of the codebook. */
  const char *const *by;          /**< Variables whose combinations are the domains. */
  size_t by_count;                /**< 0: totals only.  Totals are always estimated. */
  const char *const *where;       /**< Conditions `VAR=CODE[,CODE]`, all of which must hold. */
  size_t where_count;             /**< 0: none. */
  const char *const *waves;       /**< Codes of waves. */
  size_t wave_count;              /**< 0: all waves. */
  int pool;                       /**< 1: one estimate over the waves together, as `settings.pool` says. */
  const char *df;                 /**< Degrees of freedom: `domain` (default), `design`, or a number. */
  int threads;                    /**< 0: as many as there are processors. */
  const trygg_progress *progress; /**< NULL: none. */
} trygg_estimate_options;

/** One estimate; texts are borrowed from the estimates. */
typedef struct trygg_estimate {
  const char *wave;      /**< Code; "" when pooled. */
  const char *indicator; /**< Name. */
  int64_t n;             /**< Records in the denominator with a positive weight. */
  double weighted_n;     /**< Their sum of weights. */
  double estimate;       /**< Shares 0-1; NaN where there is none. */
  double se;             /**< Standard error, by the design's variance method; NaN where there is none. */
  double df;             /**< Degrees of freedom: distinct clusters minus strata of the domain, by default. */
  double deff;           /**< Variance over that of a simple random sample drawn with replacement. */
  uint32_t flags;        /**< Bit i set: the flag trygg_table_flag(i). */
} trygg_estimate;

/**
 * Estimate.
 *
 * @param[in]  options  NULL: defaults.
 * @param[out] out      Yours to free; NULL on failure.
 * @retval TRYGG_ENAME     An unknown indicator, variable, code or wave; the message has the nearest.
 * @retval TRYGG_EDESIGN   A lonely cluster under `fail` in a wave that is asked for.
 * @retval TRYGG_ENUMERIC  Sums leave the range of a double.
 */
TRYGG_API trygg_status trygg_estimate_create(trygg_design *design, const trygg_estimate_options *options,
                                             trygg_estimates **out, trygg_error *error);

/**
 * Estimate from data files that need not fit in memory: their records are added up as they are read, and not kept.
 *
 * The numbers are, bit for bit, those of trygg_responses_load(), trygg_design_create() and trygg_estimate_create().
 * Memory grows with ids, clusters and cells, not with records.  What needs the records once more is refused with a
 * reason, before anything is read where that can be known: quantiles; in samples of people (no clusters) ratios of
 * two numbers, pooling `equal`, `domain_lonely`, and later every covariance (trygg_estimate_covariance(), trends, comparisons, indices);
 * duplicates `last`, `complete` and `source`; SPSS, Stata and SAS files.
 *
 * @param[in]  files      @p file_count paths, `-` is standard input; gzip is seen by content.
 * @param[in]  load       NULL: defaults.  Its progress is shown; those of @p tables are not.
 * @param[in]  design     NULL: defaults.
 * @param[in]  tables     @p count options, one a table, NULL in it: defaults; all are made in one reading.
 * @param[out] out        @p count estimates, yours to free; all NULL on failure.
 * @param[out] responses  NULL, or a place for the responses without their records: number, waves, warnings, the
 *                        account but for its rows about variables and days.  Yours to free.
 * @retval TRYGG_EINVAL  Something is asked for that needs the records.
 * @retval TRYGG_EDATA   As in loading; or a question was answered first after so many empty cells of the wave that it
 *                       had been taken not to have been asked (the message says what to do).
 */
TRYGG_API trygg_status trygg_estimate_stream(trygg_codebook *codebook, const char *const *files, size_t file_count,
                                             const trygg_load_options *load, const trygg_design_options *design,
                                             const trygg_estimate_options *const *tables, size_t count,
                                             trygg_estimates **out, trygg_responses **responses,
                                             trygg_error *error);

/** Number of estimates, in the order wave, domain (the total first), indicator. */
TRYGG_API size_t trygg_estimate_count(const trygg_estimates *estimates);

/** One estimate; all zero and NULL out of range. */
TRYGG_API trygg_estimate trygg_estimate_get(const trygg_estimates *estimates, size_t row);

/** Code of the @p by-th by-variable in a row, "" in a total; borrowed; NULL out of range. */
TRYGG_API const char *trygg_estimate_by(const trygg_estimates *estimates, size_t row, size_t by);

/** Row of an indicator in a wave ("" pooled) and domain (@p by codes, NULL for the total); SIZE_MAX if none. */
TRYGG_API size_t trygg_estimate_find(const trygg_estimates *estimates, const char *wave,
                                     const char *const *by, const char *indicator);

/**
 * Covariance matrix of @p count estimates, any of them.
 *
 * Exact under the design: the same respondents, clusters and overlapping waves are accounted for
 * (Taylor linearisation, Woodruff 1971; or replicate estimates, where the design has replicates).
 *
 * @param[in]  rows    Estimates.
 * @param[in]  count   How many.
 * @param[out] matrix  @p count x @p count, row-major; rows without an estimate give NaN.
 */
TRYGG_API trygg_status trygg_estimate_covariance(const trygg_estimates *estimates, const size_t *rows,
                                                 size_t count, double *matrix, trygg_error *error);

/**
 * Influence totals of @p count estimates, for variances of your own: what each cluster of the first stage adds to the
 * linearised estimates, the sum of w u over its records.
 *
 * With z_i the totals of an estimate and h the strata, its variance in a design of one stage is
 * sum_h (1 - f_h) n_h/(n_h - 1) sum_i (z_i - zbar_h)^2, over all clusters, zeros included; n_h and f_h are those of
 * trygg_design_stratum().  A total of one person is that person's answer: treat what comes as the data themselves.
 *
 * @param[in]  rows    Estimates.
 * @param[in]  count   How many.
 * @param[out] totals  trygg_design_clusters() x @p count, row-major; clusters are numbered in the order of their strata
 *                     and codes, or, where records are clusters, as the records came.  NaN for rows without an
 *                     estimate.
 * @param[out] strata  Stratum of each cluster; NULL: not wanted.
 * @retval TRYGG_EINVAL       A row that is not there; records that were not kept.
 * @retval TRYGG_EUNSUPPORTED  Calibrated weights.
 */
TRYGG_API trygg_status trygg_estimate_influence(const trygg_estimates *estimates, const size_t *rows,
                                                size_t count, double *totals, size_t *strata,
                                                trygg_error *error);

/** Take one more reference; returns @p estimates. */
TRYGG_API trygg_estimates *trygg_estimate_retain(trygg_estimates *estimates);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_estimate_free(trygg_estimates *estimates);

TRYGG_END_DECLS

#endif /* TRYGG_ESTIMATE_H */
