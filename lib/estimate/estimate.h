/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates from inside: rows, the domains they are for, and their linearised form. */
#ifndef TG_ESTIMATE_ESTIMATE_H
#define TG_ESTIMATE_ESTIMATE_H

#include <trygg/estimate.h>

#include <base/error.h>
#include <table/flag.h>
#include <tally/tally.h>

#define TG_POOLED UINT32_MAX /* wave of a domain over several waves */
#define TG_TOTAL_DOMAIN UINT32_MAX

/* A set of cells that estimates are for. */
typedef struct tg_domain {
  uint32_t wave;      /* or TG_POOLED */
  const uint32_t *by; /* category of each by-variable; NULL: the total */
  uint32_t group;     /* number of the by-combination, the same in every wave; TG_TOTAL_DOMAIN: the total */
  uint32_t *cells;    /* sorted, so by wave */
  size_t cell_count;
} tg_domain;

/* One estimate.  R = shift + y / x for ratios. */
typedef struct tg_row {
  size_t domain, indicator;
  double n, weight, x, y, shift; /* sums; y of values less shift times x */
  double estimate, se, df, deff;
  double share, share_se; /* quantiles: the weighted share at or below the estimate */
  unsigned flags;
} tg_row;

typedef enum tg_df_rule { TG_DF_DOMAIN, TG_DF_DESIGN, TG_DF_GIVEN } tg_df_rule;

/* A value of one record, and all of an indicator, cell by cell in increasing order. */
typedef struct tg_valued {
  double y, weight;
  uint32_t cell, record;
} tg_valued;

/* Values of a domain in increasing order; `copy` is to be freed. */
typedef struct tg_ordered {
  const tg_valued *values;
  size_t count;
  double total; /* of the weights */
  tg_valued *copy;
} tg_ordered;

typedef struct tg_sorted {
  tg_valued *values;
  size_t *cell_begin; /* [cell_count + 1] */
} tg_sorted;

struct trygg_estimates {
  tg_references references;
  const trygg_estimates *of; /* borrowed: whose tally and sorted values these are; NULL: their own */
  tg_tally *tally;
  tg_domain *domains; /* in the order wave, total, groups */
  size_t domain_count;
  size_t *domain_of; /* [wave * (group_count + 1) + group + 1], the total first; TG_NONE.  Pooled: wave 0 */
  size_t group_count;
  uint32_t *waves; /* waves estimated, in order */
  size_t wave_count;
  int pooled;
  tg_row *rows;      /* [domain * indicator_count + indicator], then those of parts: tg_row_at() */
  size_t row_count;  /* without parts */
  tg_sorted *sorted; /* of each indicator; empty but for quantiles */
  tg_df_rule df_rule;
  double df_given;
  int threads;
};

/* ---- from options to rows ------------------------------------------------------------------ */

/* What the options mean, before anything is computed.  Zero-initialise. */
typedef struct tg_estimate_plan {
  size_t *by;
  size_t by_count;
  tg_conditions where;
  unsigned char *waves;
  tg_indicators indicators;
} tg_estimate_plan;

trygg_status tg_estimate_begin(const trygg_estimate_options *options, trygg_estimates **out,
                               trygg_error *error);

/* What can be known before any data: all but the waves. */
trygg_status tg_estimate_plan_names(const trygg_codebook *codebook, const trygg_estimate_options *options,
                                    tg_estimate_plan *plan, trygg_estimates *estimates, trygg_error *error);
trygg_status tg_estimate_plan_waves(const trygg_design *design, const trygg_estimate_options *options,
                                    tg_estimate_plan *plan, trygg_estimates *estimates, trygg_error *error);
void tg_estimate_clear_plan(tg_estimate_plan *plan);

/* Domains and rows from the tally. */
trygg_status tg_estimate_rows(trygg_estimates *estimates, const trygg_progress *progress, trygg_error *error);

/* ---- linear statistics --------------------------------------------------------------------- */

/* A function of an estimate that a statistic is linear in. */
typedef double (*tg_curve)(const void *context, double estimate);

/* What a statistic is made of, for replicates, which estimate rows anew instead of linearising them. */
typedef struct tg_part {
  enum {
    TG_PART_ESTIMATE, /* y times (the curve of) the row's estimate */
    TG_PART_TOTAL,    /* sum over the row's domain of w (y (Y - shift X) + x X), Y and X a record's values */
    TG_PART_SHARE     /* y times the share at or below the row's quantile */
  } what;
  uint32_t output, group;           /* the group of strata is found when parts are combined */
  const trygg_estimates *estimates; /* whose row it is */
  size_t row;
  double y, x, shift;
  tg_curve curve; /* NULL: the estimate itself */
  const void *context;
} tg_part;

/* Growing lists: terms for tg_tally_combine, and parts, where variances come from replicates; zero-initialise. */
typedef struct tg_terms {
  tg_term *list;
  size_t count, capacity;
  tg_part *parts;
  size_t part_count, part_capacity;
} tg_terms;

/* Add `coefficient` times the linearised estimate of a row to an output.  A coefficient of 0 adds nothing to the
 * variance, but the row's records count for the df. */
trygg_status tg_estimate_add_terms(const trygg_estimates *estimates, size_t row, double coefficient,
                                   size_t output, tg_terms *terms, trygg_error *error);

/* Add `coefficient` times curve(estimate of the row) to an output; `slope` is the curve's at the estimate. */
trygg_status tg_estimate_add_curve(const trygg_estimates *estimates, size_t row, double coefficient,
                                   double slope, tg_curve curve, const void *context, size_t output,
                                   tg_terms *terms, trygg_error *error);

/* Add sum over the row's domain of w (a y + b x) to an output that is a statistic of one sample over the waves
 * (tg_term.across); y less `shift` times x. */
trygg_status tg_estimate_add_totals(const trygg_estimates *estimates, size_t row, double a, double b,
                                    double shift, size_t output, tg_terms *terms, trygg_error *error);

/* Variances (or, full, the covariance matrix) of outputs and their df by the rule of the estimates.  df may be
 * NULL.  Frees nothing of terms. */
trygg_status tg_estimate_combine(const trygg_estimates *estimates, tg_terms *terms, size_t outputs, int full,
                                 double *variance, double *df, trygg_error *error);
void tg_estimate_clear_terms(tg_terms *terms);

/* ---- steps of an estimation, one file each ------------------------------------------------- */

/* The same indicators in other domains, whose list is taken over, also on failure: the rest of a county, a group with
 * several codes.  `estimates` must outlive them.  Terms of both may stand in one list.  There is no look-up of rows: row d * indicators + k is domain
 * d's.  Their cells are sorted; `by` and `group` say nothing. */
trygg_status tg_estimate_of_domains(const trygg_estimates *estimates, tg_domain *domains, size_t count,
                                    trygg_estimates **out, trygg_error *error);

/* Domains of the tally's cells: for each wave (or pooled) the total and every by-combination that occurs. */
trygg_status tg_domains_create(trygg_estimates *estimates, trygg_error *error);
void tg_domains_clear(tg_domain *domains, size_t count);

/* Fill the rows of one indicator. */
trygg_status tg_rows_estimate(trygg_estimates *estimates, size_t indicator, trygg_error *error);

/* Where variances come from replicates: set the errors of all rows, once all are filled. */
trygg_status tg_rows_replicate(trygg_estimates *estimates, trygg_error *error);
/* Flag what an interval cannot be vouched for; fails where sums left the range of a double. */
/* The standard error, or that the estimate of the variance is negative. */
void tg_rows_set_error(tg_row *row, double variance);

trygg_status tg_rows_judge(tg_row *row, const tg_indicator *indicator, trygg_error *error);

/* Rows of a function from those of its parts, which are there; and the terms of one of them. */
trygg_status tg_functions_estimate(trygg_estimates *estimates, size_t indicator, trygg_error *error);
trygg_status tg_functions_add_terms(const trygg_estimates *estimates, size_t row, double coefficient,
                                    size_t output, tg_terms *terms, trygg_error *error);

/* What a total is multiplied by: 1, or 1/W when it is the mean over the W pooled waves that asked. */
double tg_rows_total_scale(const trygg_estimates *estimates, const tg_domain *domain, size_t indicator);

/* Quantiles: value, share at it and the share's variance for every row of one indicator. */
trygg_status tg_quantile_estimate(trygg_estimates *estimates, size_t indicator, trygg_error *error);

/* Values of the row's domain in increasing order. */
trygg_status tg_quantile_order(const trygg_estimates *estimates, size_t row, tg_ordered *out,
                               trygg_error *error);

/* Values of the row's domain at the weighted shares p[0..count): what an interval for a quantile inverts.
 * NaN where p is outside 0..1. */
trygg_status tg_quantile_invert(const trygg_estimates *estimates, size_t row, const double *p, double *values,
                                size_t count, trygg_error *error);

/* Standard errors of the shares at or below `values` in the row's domain, which are known: linearised, or of the design's
 * replicates. */
trygg_status tg_quantile_share_errors(const trygg_estimates *estimates, size_t row, const double *values,
                                      const double *shares, size_t count, double *errors, trygg_error *error);

static inline const tg_indicator *tg_row_indicator(const trygg_estimates *estimates, size_t row) {
  return &estimates->tally->indicators.list[estimates->rows[row].indicator];
}

/* The row of an indicator, or of a part of one, in a domain. */
static inline size_t tg_row_at(const trygg_estimates *estimates, size_t domain, size_t indicator) {
  size_t count = estimates->tally->indicators.count, parts = estimates->tally->indicators.all - count;
  return indicator < count ? domain * count + indicator
                           : estimates->row_count + domain * parts + indicator - count;
}

/* The row of an indicator in the domain of a wave and group (TG_TOTAL_DOMAIN: the total), or TG_NONE. */
size_t tg_estimate_row(const trygg_estimates *estimates, uint32_t wave, uint32_t group, size_t indicator);

/* Unweighted number of respondents behind a row, which disclosure control looks at; a question that was not asked
 * has nothing to protect. */
static inline int64_t tg_row_base(const tg_row *row) {
  return row->n == 0 && row->flags & TG_FLAG_NOT_ASKED ? INT64_MAX : (int64_t)row->n;
}

#endif
