/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variances of calibrated statistics from those of what they were calibrated to.
 *
 * The residual z - w x'B of a statistic is linear in z and in the auxiliary totals w x, and whatever the design, its
 * variance is a quadratic form: with M the covariance matrix of statistics and auxiliary totals together,
 *   V_ab = M_ab - B_a'M_xb - B_b'M_xa + B_a'M_xx B_b + B_a'V(T) B_b,
 * V(T) the covariance of the population totals where they are estimates.  So everything that the design does (strata,
 * stages, lonely rules) is done in one place, and records outside a domain count by their w x alone.  What it leaves of a
 * variance is right to 1e-13 of what the variance was before.
 *
 * Weights that make up for who did not answer add auxiliary totals of the same kind, whose part of each person drawn is
 * design/response.h's; they stand behind those of the calibration.
 *
 * Totals of the first phase of a sample of two are no constants: sum of w1 x'B varies with the first phase as the statistic
 * itself does, so that only what the second phase adds is that of residuals (Särndal, Swensson & Wretman 1992, 9.7; R
 * survey's calibrate(phase = 2)). */
#ifndef TG_TALLY_RESIDUAL_H
#define TG_TALLY_RESIDUAL_H

#include <design/response.h>
#include <tally/spread.h>

/* What is left of a variance that calibration takes away is rounding below this share of it. */
#define TG_RESIDUAL_NOTHING 1e-13

/* Zero-initialise.  The auxiliary totals are outputs of a spread behind the `own` ones. */
typedef struct tg_residual {
  const tg_calibration *calibration; /* NULL: the design is not calibrated */
  const tg_response
      *response; /* NULL: its weights make up for nobody; without either all this does nothing */
  size_t own;
  double *regressed;   /* t of tg_calibrate_regress() and tg_response_regress(): [output * totals + total] */
  int known;           /* it is complete */
  int may_be_negative; /* the design's variances: those of inclusion probabilities, or of two phases */
} tg_residual;

/* 0, or -1 without memory. */
int tg_residual_begin(tg_residual *residual, const trygg_design *design, size_t own);
void tg_residual_clear(tg_residual *residual);

/* There is something to do. */
static inline int tg_residual_matters(const tg_residual *residual) {
  return residual->calibration || residual->response;
}

/* Auxiliary totals: of the calibration, and of the response. */
static inline size_t tg_residual_aims(const tg_residual *residual) {
  return residual->calibration ? residual->calibration->patterns.aim_count : 0;
}

static inline size_t tg_residual_totals(const tg_residual *residual) {
  return tg_residual_aims(residual) + (residual->response ? residual->response->column_count : 0);
}

/* Outputs of the spread: own ones and auxiliary totals. */
static inline size_t tg_residual_outputs(const tg_residual *residual) {
  return residual->own + tg_residual_totals(residual);
}

/* Say to the spread which outputs are totals of a first phase. */
void tg_residual_mark(const tg_residual *residual, tg_spread *spread);

/* A record adds z to an own output, by the design's weight. */
void tg_residual_regress(tg_residual *residual, size_t output, size_t record, double z);

/* A record of the design, in the domain or not, is complete: touch its auxiliary totals. */
void tg_residual_touch(const tg_residual *residual, size_t record, tg_spread *spread);

/* From the covariance matrix of all outputs that of the own ones (own x own), or with `full` 0 their variances. */
trygg_status tg_residual_reduce(const tg_residual *residual, const double *matrix, int full, double *variance,
                                trygg_error *error);

#endif
