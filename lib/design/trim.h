/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trimming: weights beyond bounds are cut to them, and the others take over what was cut, so that totals stay.
 *
 * Without calibration the others all change by the same amount (R survey's trimWeights(strict = TRUE)).  What is
 * calibrated meets its margins again: w = min(U, max(L, d F(q x'lambda))), the weights within the bounds that are
 * nearest to those before (Deville & Särndal 1992, section 3, with bounds on the weights instead of the factors). */
#ifndef TG_DESIGN_TRIM_H
#define TG_DESIGN_TRIM_H

#include <design/calibrate.h>

/* What bounds are multiples of: one row each. */
typedef struct tg_trim_kind {
  const char *name, *help;
  double (*unit)(const double *sorted, size_t count); /* of the positive weights, in order */
} tg_trim_kind;

/* Trimming as it was asked for. */
typedef struct tg_trim_choice {
  const tg_trim_kind *kind; /* NULL: none */
  double lower, upper;      /* multiples; 0 and infinity: no bound */
} tg_trim_choice;

/* Understand `KIND:U`, `KIND:L,U` and `KIND:L,`; NULL, "" and `none` are none. */
trygg_status tg_trim_parse(const char *text, tg_trim_choice *out, trygg_error *error);

/* Weights that are trimmed together: those of a wave, or of a stratum. */
typedef struct tg_trim_group {
  const char *name;    /* of the stratum or wave */
  double lower, upper; /* as weights */
} tg_trim_group;

typedef struct tg_trim {
  char *method; /* as it was asked for */
  size_t records;
  tg_trim_group *groups;
  size_t group_count;
  size_t *begin, *member; /* records with a positive weight of group g: member[begin[g]..begin[g + 1]) */
  double *before,
      *weight; /* of each record; `before` is calibrated where there is something to calibrate to */
} tg_trim;

/* Trim the weights of a design, and calibrate them again where it is calibrated.  TRYGG_EDESIGN says which bound cannot
 * be kept and by how much. */
trygg_status tg_trim_create(trygg_design *design, const char *method, int by_stratum, tg_trim **out,
                            trygg_error *error);
void tg_trim_free(tg_trim *trim);

/* Set trim->weight to the weights that meet the margins of each wave within the bounds of their groups, from those before
 * calibration (NULL: 1), and settle the calibration with them. */
trygg_status tg_trim_calibrated(tg_trim *trim, const trygg_responses *responses, tg_calibration *calibration,
                                const double *base, trygg_error *error);

#endif
