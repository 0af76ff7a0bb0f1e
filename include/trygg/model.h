/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file model.h
 * @brief Regression of an indicator on background: what goes with it, other things equal.
 *
 * Linear, logistic and Poisson regression with weights and the covariance of the
 * design (Binder 1983, Int. Stat. Rev. 51:279-292), which needs neither equal
 * variances nor independent answers.  `where` and waves make a domain, as in
 * estimates: the design keeps all its records.
 *
 * Besides coefficients a model has average predictions: the share (or mean) there
 * would be if everybody had one answer to a background question and kept their own
 * answers to the others.
 */
#ifndef TRYGG_MODEL_H
#define TRYGG_MODEL_H

#include <trygg/inference.h>

TRYGG_BEGIN_DECLS

/** A fitted regression; immutable, may be shared by threads. */
typedef struct trygg_model trygg_model;

/** Name of the @p i-th family (`logistic`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_model_family(size_t i);

/** One line of help on the @p i-th family, or NULL; borrowed. */
TRYGG_API const char *trygg_model_family_help(size_t i);

/** What to fit; outcome and background must be given, zero elsewhere means the default. */
typedef struct trygg_model_options {
  size_t size;         /**< sizeof(trygg_model_options). */
  const char *outcome; /**< An indicator, a number variable, or `VAR=CODE`. */
  const char *const
      *on;            /**< Background variables; `VAR=CODE` names the level others are compared with; `A:B` is
                                      the interaction of two that are named too, of a number with itself its square;
                                      `A*B` stands for `A`, `B` and `A:B`, `A*B*C` for three
                                      variables with `A:B`, `A:C`, `B:C` and `A:B:C`, and so on up to eight. */
  size_t on_count;    /**< How many; 0: the intercept alone. */
  const char *family; /**< NULL: `logistic` for shares, `poisson` for totals, else `linear`. */
  const char *reference;    /**< Level compared with where none is named: `first` (default) or `common`. */
  int no_intercept;         /**< 1: no intercept; the first variable with codes then has all its levels. */
  const char *const *where; /**< Conditions `VAR=CODE[,CODE]`, all of which must hold. */
  size_t where_count;       /**< 0: none. */
  const char *const *waves; /**< Codes of waves. */
  size_t wave_count;        /**< 0: all waves, together. */
  const char *df;           /**< As in estimates; `domain` (default) and `design` lose one a coefficient but
                                      the first: df + 1 - p. */
  int threads;              /**< 0: as many as there are processors. */
  const trygg_progress *progress; /**< NULL: none. */
  const char
      *offset; /**< A number that the linear predictor has as it is, without a coefficient; NULL: none. */
  const char *exposure; /**< ... its logarithm: how much there was to count in; NULL: none. */
} trygg_model_options;

/**
 * Fit.
 *
 * Variables with codes become a column a level but one, numbers a column, interactions the products of both.  Records
 * that lack a background answer are left out, counted and noted in the table.
 *
 * @param[out] out  Yours to free; NULL on failure.
 * @retval TRYGG_ENAME     An unknown indicator, variable, code, wave or family.
 * @retval TRYGG_EINVAL    A variable that is no background: free text, a date, several answers at once.
 * @retval TRYGG_EDATA     A variable without variation, or an outcome the family does not take.
 * @retval TRYGG_ENUMERIC  A term that follows from others, or for which the fit runs off to infinity; the message
 *                         names it.
 */
TRYGG_API trygg_status trygg_model_create(trygg_design *design, const trygg_model_options *options,
                                          trygg_model **out, trygg_error *error);

/** One figure of a model; texts are borrowed from the model. */
typedef struct trygg_model_figure {
  const char *part;    /**< `coefficient`, `prediction` or `effect`. */
  const char *term;    /**< Background variable, `A:B` for an interaction; "" for the intercept. */
  const char *level;   /**< Its code, `CODE:CODE` of two; "" for a number and the intercept. */
  const char *against; /**< Code it is compared with; "" for none. */
  int64_t n;           /**< Records behind it. */
  double estimate; /**< Coefficient; average prediction at a level; average effect of one unit of a number. */
  double se;       /**< Standard error. */
} trygg_model_figure;

/** What a model rests on. */
typedef struct trygg_model_summary {
  const char *family;  /**< Its name. */
  int64_t n;           /**< Records in the fit. */
  int64_t left_out;    /**< Records with an outcome that lack some background answer. */
  double weighted_n;   /**< Sum of the weights of those in the fit. */
  double df;           /**< Degrees of freedom of the coefficients. */
  double outcome;      /**< Weighted mean of the outcome. */
  double residual;     /**< Weighted sum of squares of the outcome less its prediction. */
  double total;        /**< The same less the mean (without an intercept: less 0). */
  size_t coefficients; /**< How many. */
} trygg_model_summary;

/** What a model rests on; all zero for NULL. */
TRYGG_API trygg_model_summary trygg_model_summarize(const trygg_model *model);

/** Number of figures: coefficients first, then predictions and effects in the order of the terms. */
TRYGG_API size_t trygg_model_count(const trygg_model *model);

/** One figure; all zero and NULL out of range. */
TRYGG_API trygg_model_figure trygg_model_get(const trygg_model *model, size_t figure);

/** Covariance of two figures under the design; NaN out of range. */
TRYGG_API double trygg_model_covariance(const trygg_model *model, size_t a, size_t b);

/**
 * Wald test that all coefficients of a term are 0, adjusted for few clusters:
 * F = W (df - q + 1) / (q df) on q and df - q + 1 (Korn & Graubard 1990, Am. Stat. 44:270-276).
 *
 * @param[in]  term       A background variable or interaction, or NULL for all of them.
 * @param[out] statistic  F; NaN without degrees of freedom.
 * @param[out] df1        q.
 * @param[out] df2        df - q + 1.
 * @param[out] p          p-value.
 * @retval TRYGG_ENAME  No such term.
 */
TRYGG_API trygg_status trygg_model_test(const trygg_model *model, const char *term, double *statistic,
                                        double *df1, double *df2, double *p, trygg_error *error);

/** Name of the @p i-th test of terms (`wald`, `likelihood_ratio`, `score`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_model_term_test(size_t i);

/** One line of help on the @p i-th test of terms, or NULL; borrowed. */
TRYGG_API const char *trygg_model_term_test_help(size_t i);

/** What a test of a term found; NaN is empty. */
typedef struct trygg_model_finding {
  double statistic; /**< F. */
  double df1;       /**< Of the numerator; of a corrected test Satterthwaite's, a fraction. */
  double df2;       /**< Of the denominator. */
  double p;         /**< p-value; of a corrected test that of the sum of weighted chi squares itself. */
  double estimate;  /**< The score of a term of one column, by the score tests. */
  double se;        /**< Its standard error. */
} trygg_model_finding;

/**
 * Test that all coefficients of a term are 0.
 *
 * `likelihood_ratio`, `score` and `working_wald` are the tests of a simple random sample, corrected for the design by the
 * eigenvalues l of V0^-1 V: F = statistic / sum of l, p of the sum of l Z^2 (Lumley & Scott 2014, Scand. J. Stat.
 * 41:88-103; Rao, Scott & Skinner 1998, Stat. Sinica 8:1059-1070).  They and `quasi_score` fit the model again without
 * the columns of the term, and do without the coefficients' covariance at a fit that is far from 0.
 *
 * @param[in] test  NULL: `wald`.
 * @param[in] term  As trygg_model_test().
 * @retval TRYGG_ENAME  No such test or term.
 */
TRYGG_API trygg_status trygg_model_test_by(const trygg_model *model, const char *test, const char *term,
                                           trygg_model_finding *out, trygg_error *error);

/** Name of the @p i-th part of a model's table (`prediction`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_model_part(size_t i);

/** One line of help on the @p i-th part, or NULL; borrowed. */
TRYGG_API const char *trygg_model_part_help(size_t i);

/** What of a model becomes a table; zero everywhere means all parts. */
typedef struct trygg_model_table_options {
  size_t size;              /**< sizeof(trygg_model_table_options). */
  const char *const *parts; /**< Names of parts. */
  size_t part_count;        /**< 0: all. */
  double level;             /**< Confidence level; 0: 0.95. */
  const char *const *tests; /**< Names of tests of terms. */
  size_t test_count;        /**< 0: `wald`. */
} trygg_model_table_options;

/**
 * A model as a table: `indicator, part, term, level, against, n, estimate, se, lower,
 * upper, statistic, df1, df2, p, flag`.
 *
 * @retval TRYGG_ENAME   An unknown part or test.
 * @retval TRYGG_EINVAL  A level outside 0..1.
 */
TRYGG_API trygg_status trygg_model_table(const trygg_model *model, const trygg_model_table_options *options,
                                         trygg_table **out, trygg_error *error);

/* ---- those who did not answer -------------------------------------------------------------------- */

/** Whom to compare for signs of non-response bias; zero everywhere means every indicator, each wave, Holm. */
typedef struct trygg_nonresponse_options {
  size_t size;                             /**< sizeof(trygg_nonresponse_options). */
  const trygg_estimate_options *estimates; /**< What to estimate, without `by` and `pool`; NULL: all. */
  double level;                            /**< Confidence level; 0: 0.95. */
  const char *adjust;                      /**< As trygg_inference_adjust(); NULL: `holm`, over all rows. */
  int64_t min_n; /**< Rows with fewer on a side are no part of the adjustment.  0: all are. */
} trygg_nonresponse_options;

/**
 * Compare those who answered late with those who answered early, and each mode of answer with the others: `wave,
 * indicator, method, a, b, difference, se, df, lower, upper, statistic, p, p_adjusted, flag`.
 *
 * `timing` needs a variable with the role `date`: early are those up to the median day of the wave, which a note gives.
 * If the silent are like the late (Lin & Schaeffer 1995, Public Opin. Q. 59:236-258), the difference says which way an
 * estimate errs.  `mode` needs one with the role `source`; who chose a mode differs too, so a difference is no proof of
 * an effect of the mode.  Without either role the table is empty and a note says so.
 *
 * @retval TRYGG_ENAME   An unknown indicator, wave or adjustment.
 * @retval TRYGG_EINVAL  By-variables or pooling.
 */
TRYGG_API trygg_status trygg_model_nonresponse(trygg_design *design, const trygg_nonresponse_options *options,
                                               trygg_table **out, trygg_error *error);

/**
 * What weighting does: every indicator by the weights that people were drawn by and by those the design has become,
 * calibrated, adjusted or trimmed: `wave, <by...>, indicator, n, before, before_se, after, after_se, difference, se, df,
 * lower, upper, statistic, p, p_adjusted, flag`.
 *
 * `difference` is after less before, with the standard error of a difference between two estimates of the same people;
 * that of `after` is of the calibrated residuals.  A large one says that those who answered differ from the
 * population in what the weights were calibrated to, and that this matters for the indicator.  Of what the margins do not know it
 * says nothing.  `options->estimates` may have by-variables and pool; indicators with a weight of their own have no row.
 *
 * @retval TRYGG_ENAME         An unknown indicator, wave or adjustment.
 * @retval TRYGG_EINVAL        The weights are those people were drawn by, or were given as calibrated.
 * @retval TRYGG_EUNSUPPORTED  Replicate weights.
 */
TRYGG_API trygg_status trygg_model_weighting(trygg_design *design, const trygg_nonresponse_options *options,
                                             trygg_table **out, trygg_error *error);

/** What response is to depend on; `on` must be given. */
typedef struct trygg_representativity_options {
  size_t size;                      /**< sizeof(trygg_representativity_options). */
  const char *const *on;            /**< Variables known of everybody who was drawn, each with codes. */
  size_t on_count;                  /**< How many, at least 1. */
  const char *const *waves;         /**< Codes of waves. */
  size_t wave_count;                /**< 0: all waves. */
  const trygg_estimates *estimates; /**< Shares to bound the bias of; NULL: none. */
  double level;                     /**< Confidence level; 0: 0.95. */
  const char
      *drawn_weight; /**< A number of everybody: the weight they were drawn by; NULL: each counts once. */
} trygg_representativity_options;

/**
 * How evenly people answered: R-indicators of each wave (Schouten, Cobben & Bethlehem 2009, Surv. Methodol. 35:101-113).
 *
 * Columns `wave, measure, variable, category, drawn, estimate, se, lower, upper, flag`.  `response_rate` of the wave and of
 * each category; `r_indicator` = 1 - 2 S of the propensities to answer of a logistic regression, 1 when all are as likely to,
 * adjusted for bias, with the standard error of Shlomo, Skinner & Schouten (2012, J. Stat. Plan. Inference 142:201-211)
 * under simple random sampling; `r_unadjusted`; `partial` of each variable, adjusted likewise, and of its categories: how
 * much of the spread goes along it (Schouten, Shlomo & Skinner 2011, J. Off. Stat. 27:231-253), `partial_unadjusted`;
 * where there are several variables `conditional`, what one adds to all the others together, and `conditional_unadjusted`;
 * `bias_bound`, the most by which a share of the estimates' totals can be wrong if response depends on these variables
 * alone.  Everybody drawn counts once, so that all speaks of the sample; with `drawn_weight` it speaks of the population.
 *
 * @param[in] drawn  Loaded with `keep_silent`.
 * @retval TRYGG_ENAME   An unknown variable or wave.
 * @retval TRYGG_EINVAL  Loaded without `keep_silent`, no variable, or one without codes.
 * @retval TRYGG_EDATA   Nobody is silent: the data do not hold those who did not answer.
 */
TRYGG_API trygg_status trygg_model_representativity(const trygg_responses *drawn,
                                                    const trygg_representativity_options *options,
                                                    trygg_table **out, trygg_error *error);

/** How different the silent must be; zero everywhere means the default. */
typedef struct trygg_tipping_options {
  size_t size;    /**< sizeof(trygg_tipping_options). */
  double level;   /**< Confidence level of the interval whose ends are references; 0: 0.95. */
  const char *ci; /**< Its kind; NULL: `logit`. */
} trygg_tipping_options;

/**
 * How many of the silent must have the answer for a share to be at a reference: `wave, <by...>, indicator, silent_at, n,
 * rate, estimate, reference, tipping, flag`.
 *
 * With response rate r and share p among those who answered, the whole is r p + (1 - r) q: it is at a reference c when of the
 * silent q = (c - r p)/(1 - r) have the answer.  References are the ends of the interval (`lower`, `upper`), the `total`
 * that a group belongs to, and the wave before.  Where q is outside 0..1 the row is flagged `impossible`: no answers of
 * the silent undo the finding.  The rate is the svarsandel (trygg_responses_rates()) of the group where it is known, else
 * of the wave; without one there is no tipping point.
 *
 * @retval TRYGG_EINVAL  Pooled waves.
 * @retval TRYGG_ENAME   An unknown kind of interval.
 */
TRYGG_API trygg_status trygg_model_tipping(const trygg_estimates *estimates,
                                           const trygg_tipping_options *options, trygg_table **out,
                                           trygg_error *error);

/** Take one more reference; returns @p model. */
TRYGG_API trygg_model *trygg_model_retain(trygg_model *model);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_model_free(trygg_model *model);

TRYGG_END_DECLS

#endif /* TRYGG_MODEL_H */
