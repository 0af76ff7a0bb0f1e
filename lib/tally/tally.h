/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sums behind every estimate, gathered in one pass over the records.
 *
 * A cell is one combination of wave and by-codes, as small as a table asks for; an entry is a cell within one
 * stratum (when records are clusters) or within one cluster.  Domains (totals, pooled waves, the rest of the
 * county) are sets of cells, so their sums are sums of entries.
 *
 * Values are shifted: with c of an indicator in a cell, y' = y - c x, so that R = c + Y'/X and a mean of large, close
 * numbers does not cancel.  c is a value met in the cell: a far one elsewhere does no harm. */
#ifndef TG_TALLY_TALLY_H
#define TG_TALLY_TALLY_H

#include <float.h>
#include <math.h>

#include <design/design.h>
#include <indicator/indicator.h>

/* A cell. */
typedef struct tg_cell {
  uint32_t wave;
  int by_missing; /* some by-variable is missing: in totals only */
  uint32_t *by;   /* category of each by-variable, within the tally's storage */
} tg_cell;

/* Sums of one indicator over an entry. */
typedef struct tg_sums {
  double n;    /* records inside the denominator with a positive weight */
  double x, y; /* sum of w x, sum of w y' */
} tg_sums;

/* Second moments of (w x, w y') over an entry, about its first record (a_x, a_y), so that equal values give exact zeros.
 * Only when records are clusters. */
typedef struct tg_moments {
  double ax, ay, sx, sy, sxx, sxy, syy;
} tg_moments;

/* Sums of one indicator over a cell, for design effects and flags. */
typedef struct tg_cell_sums {
  double n, weight;     /* as tg_sums.n; sum of w */
  double qxx, qxy, qyy; /* sums of w x^2, w x y', w y'^2 */
  double missing;       /* records in the base without a value, with a positive weight */
} tg_cell_sums;

typedef struct tg_gathered tg_gathered;
typedef struct tg_growth tg_growth;
typedef struct tg_joint tg_joint;

/* Where records are kept, a tally is made of them at once.  Where they come in windows, which are not kept, cells and
 * entries are numbered as they are met, and put in order at the end: everything else is the same, and so are the bits. */
typedef struct tg_tally {
  trygg_design *design;     /* retained; NULL while windows are added */
  tg_indicators indicators; /* owned */
  size_t *by;               /* by-variables */
  size_t by_count;
  tg_categories *categories; /* of each by-variable */
  tg_cell *cells;            /* in the order wave, by-codes */
  size_t cell_count;
  uint32_t *cell_by; /* storage of tg_cell.by */
  size_t entry_count;
  uint32_t *entry_unit; /* stratum or cluster; entries stand in the order unit, cell */
  uint32_t *entry_cell;
  size_t *cell_begin; /* entries of cell c: cell_entries[cell_begin[c]..cell_begin[c + 1]) */
  uint32_t *cell_entries;
  uint32_t *entry;           /* of each record; TG_RANK_NONE outside; NULL where records are not kept */
  size_t by_missing_records; /* records inside, with a missing by-code */
  double *shift;             /* c: [indicator * cell_count + cell] */
  tg_sums *sums;             /* [indicator * entry_count + entry] */
  tg_moments *moments;       /* the same; NULL with clusters */
  tg_cell_sums *cell_sums;   /* [indicator * cell_count + cell] */
  int has_moments;           /* records are clusters */
  tg_joint *
      joint; /* with the auxiliary variables of a calibrated design; NULL where it is not, or does not suit */
  /* While records are added; the numbers by which cells and entries were met are NULL where they are the final ones. */
  tg_gathered *gathered; /* of each indicator */
  tg_growth *growth;     /* of windows */
  uint32_t *cell_met, *entry_met;
} tg_tally;

typedef struct tg_tally_request {
  const size_t *by; /* variables */
  size_t by_count;
  const tg_conditions *where; /* NULL: none */
  const unsigned char *waves; /* [wave_count] 1 to include; NULL: all */
  int threads;
  const trygg_progress *progress;
} tg_tally_request;

/* Tally all indicators (taken over, also on failure) over all cells. */
trygg_status tg_tally_create(trygg_design *design, tg_indicators *indicators, const tg_tally_request *request,
                             tg_tally **out, trygg_error *error);
void tg_tally_free(tg_tally *tally);

/* The same in steps, of records that are not kept.  Windows are whole blocks but for the last, in the order of the
 * records; `units` numbers the strata or clusters of the window's design as they were met. */
trygg_status tg_tally_begin(tg_indicators *indicators, const tg_tally_request *request, tg_tally **out,
                            trygg_error *error);
trygg_status tg_tally_add(tg_tally *tally, trygg_design *window, const uint32_t *units,
                          const tg_tally_request *request, trygg_error *error);

/* What was numbered as it was met, in the order of the design of all records. */
typedef struct tg_tally_order {
  const uint32_t *units, *waves;
} tg_tally_order;
trygg_status tg_tally_finish(tg_tally *tally, trygg_design *design, const tg_tally_order *order,
                             const tg_tally_request *request, trygg_error *error);

/* a y + b x; where the two cancel, what is left of a difference of equal numbers is rounding. */
static inline double tg_tally_linear(double a, double y, double b, double x) {
  double u = a * y + b * x;
  return fabs(u) < 32 * DBL_EPSILON * fabs(a * y) ? 0 : u;
}

/* ---- domains --------------------------------------------------------------------------- */

typedef struct tg_domain_sums {
  double n, weight, x, y, shift; /* y of y - shift x, the shift of the first cell */
  double qxx, qxy, qyy, missing;
  double clusters, strata; /* distinct ones with a record that counts in n */
} tg_domain_sums;

/* Working memory for domains of one tally; one a thread. */
typedef struct tg_workspace tg_workspace;
tg_workspace *tg_workspace_create(const tg_tally *tally);
void tg_workspace_free(tg_workspace *workspace);

/* Sums of an indicator over the cells of a domain. */
void tg_tally_domain(const tg_tally *tally, size_t indicator, const uint32_t *cells, size_t count,
                     tg_workspace *workspace, tg_domain_sums *out);

/* Variance of sum over the domain of w (a (y - shift x) + b x): the sum's linearised form gives a and b. */
double tg_tally_variance(const tg_tally *tally, size_t indicator, const uint32_t *cells, size_t count,
                         double a, double b, double shift, tg_workspace *workspace, int *lonely_met);

/* ---- several at once: covariances and contrasts ------------------------------------------ */

/* A record of the cell adds w (a (y - shift x) + b x) to the output, with a and b called `y` and `x` here, w, y and x
 * being those of the indicator; with a threshold (quantiles), y - shift x is replaced by 1{y <= threshold}. */
typedef struct tg_term {
  uint32_t output, indicator, cell;
  double y, x, shift;
  double threshold; /* NaN: none */
  int across; /* the output is a statistic of one sample over its waves: the lonely rule `adjust` compares with
                     * the clusters of all of them; its terms agree on this */
} tg_term;

/* What the retained sums say of one statistic. */
typedef struct tg_statistic_sums {
  double variance, df;           /* df: distinct clusters less strata */
  const tg_stratum_sums *strata; /* that were met; within the workspace, until it is used again */
  size_t count;
  int lonely; /* a lonely stratum had a rule applied */
} tg_statistic_sums;

/* One statistic of its terms, none with a threshold, of a design of one stage.  Where records are clusters, all are of one
 * indicator and no cell has two. */
void tg_tally_statistic(const tg_tally *tally, const tg_term *terms, size_t count, tg_workspace *workspace,
                        tg_statistic_sums *out);

/* Variances of `outputs` linear statistics (variance[o]), or with `full` their covariance matrix (row-major), and
 * their degrees of freedom: distinct clusters minus strata that have a record which counts in some term's
 * denominator.  Terms are sorted in place.  Gathers cluster totals from the tally where it has them; record
 * designs and thresholds take one more pass over the records. */
trygg_status tg_tally_combine(const tg_tally *tally, tg_term *terms, size_t count, size_t outputs, int full,
                              int threads, double *variance, double *df, trygg_error *error);

#endif
