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
#include <trygg/table.h>

TRYGG_BEGIN_DECLS

/** A sampling design over loaded responses. */
typedef struct trygg_design trygg_design;

/** Options of a design; zero everywhere means the default. */
typedef struct trygg_design_options {
  size_t size;        /**< sizeof(trygg_design_options). */
  const char *lonely; /**< `fail certainty adjust average collapse`; NULL: the codebook's. */
  int domain_lonely;  /**< 1: `adjust` and `average` also where only a domain leaves a stratum one cluster. */
  const char *variance; /**< `taylor`, or replicates as trygg_design_variance() names them, with an argument:
                             `bootstrap:500`, `fay:0.3`.  NULL: `given` where the codebook has replicate
                             weights, else `taylor`. */
  uint64_t seed;        /**< Of bootstraps; 0: 1. */
  const char *calibrate; /**< `linear rake logit:L,U truncated:L,U given none`; NULL: the codebook's. */
  const char *spread;    /**< A number to which the variance of residuals is proportional; NULL: the codebook's. */
  int households;        /**< 1: one calibrated weight for all persons of a household; 0: as the codebook says. */
  const char *trim; /**< Bounds of the weights, as trygg_design_trim() names them: `median:3`, `weight:0.5,8`; `none`;
                         NULL: the codebook's. */
  int trim_strata;  /**< 1: strata are trimmed each by itself; 0: as the codebook says, else waves are. */
  int threads;      /**< 0: as many as there are processors.  The design is the same with any number. */
  const char *response; /**< How weights make up for who did not answer, as trygg_design_response() names it: `classes`,
                             `propensity`, `quantiles:5`; `none`; NULL: the codebook's. */
  const char *const *response_on; /**< What is known of everybody who was drawn: variables. */
  size_t response_on_count;       /**< How many; 0: the codebook's. */
  double response_least;          /**< How many must have answered in a class; 0: the codebook's, else 20. */
  int response_collapse; /**< 1: smaller classes are joined with a neighbour; 0: as the codebook says, else refused. */
} trygg_design_options;

/**
 * Describe how @p responses were sampled.
 *
 * Strata are read within their wave unless `settings.waves` is `overlapping`;
 * cluster codes within their stratum; without a cluster every record is its own.
 * With `panel`, waves covary by the records with the same id, or the clusters with the same code, whatever their
 * stratum (Tam 1984, Am. Stat. 38:288-289; Knottnerus & van Delden 2012, Survey Methodology 38:43-52).
 * A lonely cluster (one in its stratum, which is not a census of it) fails only
 * when an estimate needs that wave.
 *
 * Units of the role `inclusion` were drawn without replacement, each with the probability that stands there (above 0, at
 * most 1).  The variance of a total of weighted totals z_i is then, in each stratum and for each stage that has them,
 * Horvitz and Thompson's sum_ij D_ij z_i z_j or Yates and Grundy's -1/2 sum_ij D_ij (z_i - z_j)^2, D_ij =
 * (pi_ij - pi_i pi_j) / pi_ij and D_ii = 1 - pi_i, or Brewer's approximation n/(n - 1) sum_i (1 - pi_i) (z_i - zbar)^2, as
 * `inclusion` of settings.csv says (Särndal, Swensson & Wretman 1992, 2.8 and 4.3; Brewer 2002, ch. 9).  It may be
 * negative: see TRYGG_FLAG_NEGATIVE_VARIANCE.
 *
 * In a sample of two phases (`phase2` of settings.csv) roles and weights are those of the first, of which a fixed number of
 * records or clusters was drawn once more in each stratum of the second, or each with a probability of its own; weights grow
 * by what the second phase left out.  With D of each phase, the variance is sum_ij D1_ij (1 - D2_ij) z_i z_j + sum_ij D2_ij
 * z_i z_j (Särndal, Swensson & Wretman 1992, 9.3.7), for any design of the first phase but those with inclusion
 * probabilities; it may be negative too.  Empty totals of `margins.csv` are then those of the first phase, and vary with it
 * (9.7).
 *
 * Weights are those of the role `weight`; without it, population over sample of each stratum of `strata.csv`, if that
 * has populations, or 1 over the inclusion probabilities of all stages; else 1.  `calibrate` makes them meet the totals of `margins.csv`, wave by wave (Deville & Särndal
 * 1992, JASA 87:376-382), and every variance is then that of the calibrated residuals, also in domains.  With `given`
 * the weights are calibrated already: they stay, and must meet the totals to a thousandth, or the totals are empty.
 *
 * `response` makes up for those who were drawn and did not answer, by what is known of everybody; the responses must
 * then hold them (`keep_silent`), with the weights that they were drawn by.  It comes before calibration.  `classes` are the
 * crossed codes of `response_on`: weights grow by the weighted share of a class that answered.  `propensity` divides weights
 * by the probability to answer of a logistic regression on `response_on`, weighted by the design (numbers as they are,
 * codes by main effects); `quantiles:N` makes N classes of that probability.  Each wave is adjusted by itself.  Variances
 * are those of what each person drawn adds (Kim & Kim 2007, Can. J. Stat. 35:501-514), and those who did not answer count
 * among the clusters of their stratum.
 *
 * `trim` cuts weights that are beyond its bounds.  The others take over what was cut, each the same, until none is beyond
 * (as R survey's trimWeights(strict = TRUE)), so that the sum of the weights of a wave or stratum stays.  Calibrated
 * weights are calibrated again: those at a bound stay there, and the others meet what is left of the margins.  Variances
 * take the bounds as given.
 *
 * @param[in]  options  NULL: defaults.
 * @param[out] out      Yours to free; NULL on failure.
 * @retval TRYGG_EDATA    A record without stratum or cluster; of those drawn one without a weight or what `response_on`
 *                        names, or nobody who did not answer.
 * @retval TRYGG_EUNSUPPORTED  A panel with finite populations of later stages.
 * @retval TRYGG_EDESIGN  A panel where no record has an id, or a cluster code stands in two strata of a wave; a finite
 *                        population smaller than its sample, or not one a stratum; a probability that is none, not one a
 *                        unit, or a pair without one; a rule, panel or replicates that do not know probabilities or phases; a stratum of the
 *                        second phase of which nobody was drawn; totals
 *                        that no weights meet (the message names one and by how much it is missed), a respondent without a
 *                        place in them, weights that would be negative, or bounds that leave no room for the sum; a class in
 *                        which too few answered, or a model of response that runs off.
 * @retval TRYGG_ENAME    No such rule, calibration or variable.
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

/** A stratum of the first stage. */
typedef struct trygg_stratum {
  const char *name; /**< Wave, where there are several, and codes; borrowed from the design. */
  size_t clusters;  /**< In the sample. */
  double fraction;  /**< How much of its population they are; 0 where that is not known. */
} trygg_stratum;

/** The stratum with number @p stratum; all zero and NULL out of range. */
TRYGG_API trygg_stratum trygg_design_stratum(const trygg_design *design, size_t stratum);

/** Sum of the weights. */
TRYGG_API double trygg_design_population(const trygg_design *design);

/** Name of the @p i-th way to calibrate, borrowed; NULL after the last one. */
TRYGG_API const char *trygg_design_calibration(size_t i);

/** What it does, one English line, borrowed; NULL after the last one. */
TRYGG_API const char *trygg_design_calibration_help(size_t i);

/** Name of the @p i-th way to make up for who did not answer, borrowed; NULL after the last one. */
TRYGG_API const char *trygg_design_response(size_t i);

/** What it does, one English line, borrowed; NULL after the last one. */
TRYGG_API const char *trygg_design_response_help(size_t i);

/**
 * How those who answered stand for those who did not: a row a class of each wave, or a wave where a model gives each person
 * a probability of their own; none where nothing was adjusted.
 *
 * Columns `wave, class, drawn, answered, rate, factor_lowest, factor_highest`: records drawn and answered, the weighted
 * share that answered, and by how much weights grew.  A class is its codes; of classes that were joined, the first and the
 * last; of quantiles their numbers, from those least likely to answer on.
 *
 * @param[out] out  Yours to free; NULL on failure.
 */
TRYGG_API trygg_status trygg_design_nonresponse(const trygg_design *design, trygg_table **out, trygg_error *error);

/** Name of the @p i-th way to give bounds to weights (`weight`, `median`, ...), borrowed; NULL after the last one. */
TRYGG_API const char *trygg_design_trim(size_t i);

/** What its bounds are, one English line, borrowed; NULL after the last one. */
TRYGG_API const char *trygg_design_trim_help(size_t i);

/**
 * What the weights are like: a row a wave.
 *
 * `n` records with a positive weight; the sum of the weights and Kish's design effect n sum w^2 / (sum w)^2 (Kish 1965,
 * 11.7) before and after calibration; lowest, median and highest weight after it; of the factors by which it changed
 * weights the lowest, the 5th, 50th and 95th percentile and the highest; steps that solving its equations took.
 * Without calibration `after` is as `before`, and there are no factors.  With trimming, how many records are at the
 * lower and at the upper bound, and Kish's design effect before it.
 *
 * @param[out] out  Yours to free; NULL on failure.
 */
TRYGG_API trygg_status trygg_design_weights(const trygg_design *design, trygg_table **out, trygg_error *error);

/**
 * Margins before and after calibration: a row a total of `margins.csv`, none without calibration.
 *
 * @param[out] out  Yours to free; NULL on failure.
 */
TRYGG_API trygg_status trygg_design_margins(const trygg_design *design, trygg_table **out, trygg_error *error);

/** Take one more reference; returns @p design. */
TRYGG_API trygg_design *trygg_design_retain(trygg_design *design);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_design_free(trygg_design *design);

TRYGG_END_DECLS

#endif /* TRYGG_DESIGN_H */
