/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replicate weights: how they are made or where they stand, and what squared differences are multiplied by.
 *
 *   V = scale sum_r rscale_r (theta_r - centre)^2,  centre: the replicates' mean, or with mse the full estimate
 *
 * Made replicates multiply the weights of a unit (a cluster; a record where records are clusters) by 1 + change, so
 * that they act on totals of units.  There is never a matrix of records x replicates: changes are made for
 * TG_LANES replicates at a time. */
#ifndef TG_DESIGN_REPLICATES_H
#define TG_DESIGN_REPLICATES_H

#include <design/design.h>
#include <numeric/random.h>

#define TG_LANES ((size_t)8) /* replicates worked on together */

typedef struct tg_replicate_method tg_replicate_method;

/* Replicates of a design; part of it and as immutable. */
typedef struct tg_replicates {
  const tg_replicate_method *method;
  size_t count; /* replicates */
  double rho;   /* Fay's */
  double scale;
  double *rscales; /* of each replicate; NULL: all 1.  Of each stratum with `deletes` */
  int mse;
  double df; /* at most, whatever a domain has */
  uint64_t seed;
  int deletes;         /* replicates are known without weights: deletions.c */
  int absolute;        /* changes are replicate weight less weight; else relative to the weight */
  int given;           /* whole weights stand in the data */
  int by_record;       /* a change is a record's own, not its cluster's */
  int remade;          /* each replicate is adjusted and calibrated anew, so that changes are records' own */
  size_t drawn_count;  /* ... units that are drawn */
  size_t unit_count;   /* clusters, or records */
  size_t *order;       /* units in stratum order; NULL: as they are numbered */
  size_t *begin;       /* units of stratum h: order[begin[h]..begin[h + 1]) */
  double *base, *step; /* of each stratum of all stages: change = base + step x draw */
  signed char *signs;  /* a Hadamard matrix, [replicate * order_of_signs + column] */
  size_t sign_count;   /* its order */
  size_t *row;         /* successive differences: first row of a unit, and second */
  size_t *variables;   /* given: column of each replicate */
} tg_replicates;

/* Random numbers of the replicates that are worked on together. */
typedef struct tg_replicate_stream {
  tg_random random[TG_LANES];
} tg_replicate_stream;

/* One row a method (methods.c), one file a method or a family. */
struct tg_replicate_method {
  const char *name, *help;
  enum { TG_ARGUMENT_NONE, TG_ARGUMENT_COUNT, TG_ARGUMENT_RHO } argument;
  int deletes;   /* a jackknife: each replicate leaves a unit out, and its rscales are per stratum */
  int is_random; /* draws need random numbers */
  int quantiles; /* a quantile may be estimated anew in each replicate */
  /* Check that the design suits the method; set count, scale, rscales, base, step and what `draw` needs. */
  trygg_status (*prepare)(tg_replicates *replicates, const trygg_design *design, trygg_error *error);
  /* draws[i * TG_LANES + k] for unit i of stratum h, in the order of `order`, and replicate first + k, k < count.
   * NULL: deletes, or given. */
  void (*draw)(const tg_replicates *replicates, const trygg_design *design, size_t h, size_t first,
               size_t count, tg_replicate_stream *stream, int16_t *draws);
  /* Changes of each record of a sample of several stages, as tg_replicates_changes; NULL: such samples are refused. */
  trygg_status (*stages)(const trygg_design *design, size_t first, size_t count, tg_replicate_stream *stream,
                         double *changes, trygg_error *error);
  /* The same of each unit of a panel, all its waves jointly; NULL: panels are refused. */
  trygg_status (*panel)(const trygg_design *design, size_t first, size_t count, tg_replicate_stream *stream,
                        double *changes, trygg_error *error);
};

extern const tg_replicate_method tg_replicate_methods[];
extern const size_t tg_replicate_method_count;

/* Make design->replicates as the options say (NULL: `given` where the codebook has replicate weights, else `taylor`,
 * which leaves NULL). */
trygg_status tg_replicates_create(trygg_design *design, const trygg_design_options *options,
                                  trygg_error *error);
void tg_replicates_free(tg_replicates *replicates);

/* Changes of all units in the replicates first..first+count-1: changes[unit * TG_LANES + k], 0 in lanes past
 * `count`, NaN in those of a replicate that cannot be calibrated.  Not with `deletes`. */
trygg_status tg_replicates_changes(const trygg_design *design, size_t first, size_t count, double *changes,
                                   trygg_error *error);

/* Set the degrees of freedom of given replicate weights: the rank of their matrix less one. */
trygg_status tg_given_df(const trygg_design *design, tg_replicates *replicates, trygg_error *error);

/* ---- what the files of methods offer to the registry ----------------------------------------- */

trygg_status tg_jackknife_prepare(tg_replicates *, const trygg_design *, trygg_error *);
trygg_status tg_jackknife_spell_out(tg_replicates *, const trygg_design *, trygg_error *);
void tg_jackknife_draw(const tg_replicates *, const trygg_design *, size_t h, size_t first, size_t count,
                       tg_replicate_stream *, int16_t *draws);
trygg_status tg_brr_prepare(tg_replicates *, const trygg_design *, trygg_error *);
void tg_brr_draw(const tg_replicates *, const trygg_design *, size_t h, size_t first, size_t count,
                 tg_replicate_stream *, int16_t *draws);
trygg_status tg_rao_wu_prepare(tg_replicates *, const trygg_design *, trygg_error *);
void tg_rao_wu_draw(const tg_replicates *, const trygg_design *, size_t h, size_t first, size_t count,
                    tg_replicate_stream *, int16_t *draws);
void tg_panel_bootstrap_prepare(tg_replicates *, const trygg_design *);
trygg_status tg_panel_bootstrap_changes(const trygg_design *, size_t first, size_t count, tg_replicate_stream *,
                                        double *changes, trygg_error *);
trygg_status tg_canty_davison_prepare(tg_replicates *, const trygg_design *, trygg_error *);
void tg_canty_davison_draw(const tg_replicates *, const trygg_design *, size_t h, size_t first, size_t count,
                           tg_replicate_stream *, int16_t *draws);
trygg_status tg_preston_prepare(tg_replicates *, const trygg_design *, trygg_error *);
void tg_preston_draw(const tg_replicates *, const trygg_design *, size_t h, size_t first, size_t count,
                     tg_replicate_stream *, int16_t *draws);
trygg_status tg_preston_changes(const trygg_design *, size_t first, size_t count, tg_replicate_stream *,
                                double *changes, trygg_error *);
trygg_status tg_successive_prepare(tg_replicates *, const trygg_design *, trygg_error *);
void tg_successive_draw(const tg_replicates *, const trygg_design *, size_t h, size_t first, size_t count,
                        tg_replicate_stream *, int16_t *draws);
trygg_status tg_given_prepare(tg_replicates *, const trygg_design *, trygg_error *);

/* Room for base and step of each stratum of all stages. */
trygg_status tg_replicates_strata(tg_replicates *replicates, const trygg_design *design, trygg_error *error);

/* Signs of the smallest Hadamard matrix of at least `least` rows. */
trygg_status tg_replicates_signs(tg_replicates *replicates, size_t least, trygg_error *error);

#endif
