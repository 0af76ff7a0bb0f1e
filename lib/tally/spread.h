/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How linear statistics spread over the units of each stratum, of every stage, and the variance that follows.
 *
 * A record or unit at hand is built up by touching outputs; when it is complete it is added to its stratum, and to the
 * unit of the stage before that it lies in.  Covariance matrices take the same twice: first for means, then for
 * products about them. */
#ifndef TG_TALLY_SPREAD_H
#define TG_TALLY_SPREAD_H

#include <design/inclusion.h>
#include <tally/link.h>

/* One output within one stratum, over the units that are touched. */
typedef struct tg_stratum_spread {
  double n, first, sum, squares; /* sum and squares about `first` */
} tg_stratum_spread;

/* Sums over the units of a stage, while they are not complete. */
typedef struct tg_spread_level {
  size_t units, first; /* first: of the stage's strata in the design's */
  size_t strata;
  const uint32_t *unit_stratum; /* of each unit, from 0 */
  const uint32_t *parent;       /* of each of its strata: unit of the level before; NULL at the first stage */
  double *u;                    /* [unit * count + output] */
  unsigned char *met;
} tg_spread_level;

typedef struct tg_spread_forms tg_spread_forms;
typedef struct tg_spread_phases tg_spread_phases;
typedef struct tg_spread_answering tg_spread_answering;

typedef struct tg_spread {
  const trygg_design *design;
  size_t count;          /* outputs */
  size_t strata;         /* of all stages */
  unsigned char *across; /* of each output, see tg_term; yours to fill */
  unsigned char *second; /* of each output, 1: of two phases it varies with the second alone; yours to fill */
  double *u;             /* the unit at hand, one an output */
  unsigned char *met;    /* it has a record that counts for the output */
  uint32_t *touched;
  size_t touched_count;
  tg_stratum_spread *of; /* [output * strata + stratum] */
  double *factor;        /* of each stratum */
  double *share; /* rule `average` by domains: square root of what is instead of 1, as `of`; else NULL */
  tg_spread_level
      levels[TG_MAX_STAGES]; /* stages whose units are not records, or have probabilities of their own */
  size_t level_count;
  int records_are_units;          /* of the last level */
  tg_spread_forms *forms;         /* of strata whose units have probabilities of their own, else NULL */
  tg_spread_phases *phases;       /* what a second phase adds, else NULL */
  tg_spread_answering *answering; /* what chance adds in who answers, else NULL */
  /* From tg_spread_begin_products on: */
  double *centre;   /* as `of` */
  double *rest;     /* as `of`: sums about the centre */
  double *about;    /* the unit at hand about its centres, in the order of `touched` */
  double *products; /* [output * count + output], the lower half; NULL: only variances are asked for */
  tg_link link;     /* of waves, in a panel */
} tg_spread;

/* What comes is records, else clusters of a design of one stage; 0, or -1 without memory; to be cleared in either case. */
int tg_spread_begin(tg_spread *spread, const trygg_design *design, size_t count, int records);
void tg_spread_clear(tg_spread *spread);

static inline void tg_spread_touch(tg_spread *spread, size_t output, double value) {
  if (!spread->met[output])
    spread->touched[spread->touched_count++] = (uint32_t)output;
  spread->met[output] = 1;
  spread->u[output] += value;
}

/* What was touched is the sum of a cluster, or of a record; begin the next one. */
void tg_spread_add_cluster(tg_spread *spread, size_t cluster);
void tg_spread_add_record(tg_spread *spread, size_t record);

/* All were added; 0, or -1 without memory. */
int tg_spread_settle(tg_spread *spread);

/* In a panel some output is of several waves, whose covariance asks for products. */
int tg_spread_needs_products(const tg_spread *spread);

/* From now on the same comes once more, for a matrix, or with `full` 0 for variances of outputs over the waves of a panel;
 * then settle again.  0, or -1 without memory. */
int tg_spread_begin_products(tg_spread *spread, int full);

/* Results: variances[count], or matrix[count * count]; degrees of freedom of the first `count` outputs, distinct
 * clusters less strata of the first stage. */
trygg_status tg_spread_variances(const tg_spread *spread, double *variances, trygg_error *error);
trygg_status tg_spread_matrix(const tg_spread *spread, double *matrix, trygg_error *error);
void tg_spread_df(const tg_spread *spread, size_t count, double *df);

#endif
