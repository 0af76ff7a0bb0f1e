/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units drawn without replacement with probabilities of their own, and the variance of a total of theirs.
 *
 * Let pi_i be the probability that unit i was drawn, pi_ij that i and j were, and z_i the weighted total of unit i.  In
 * each stratum, with D_ij = (pi_ij - pi_i pi_j) / pi_ij and D_ii = 1 - pi_i,
 *
 *   Cov(z, y) = sum_i sum_j D_ij z_i y_j                            (Horvitz & Thompson 1952, JASA 47:663-685)
 *             = -1/2 sum_i sum_j D_ij (z_i - z_j) (y_i - y_j)       (Sen 1953; Yates & Grundy 1953, JRSS B 15:253-261)
 *
 * of which the second needs a fixed number of units.  A method says what D is.  Whatever it is, the form is that of a
 * symmetric matrix A, and a method knows how to multiply by it: out = A z, Cov(z, y) = sum_i y_i out_i. */
#ifndef TG_DESIGN_INCLUSION_H
#define TG_DESIGN_INCLUSION_H

#include <design/design.h>

/* The units of a stratum. */
typedef struct tg_inclusion_block {
  size_t count;
  const double *probability; /* pi_i */
  const double *joint;       /* D_ij, [i * count + j], where the method needs them, else NULL */
  int yates_grundy;
} tg_inclusion_block;

/* One row a method (inclusion_methods.c), one file a method or a family. */
typedef struct tg_inclusion_method {
  const char *name, *help;
  int forms;       /* has both forms; else `:` and a form are refused */
  int joint;       /* needs joint.csv */
  int independent; /* units are drawn one by one, so that one alone has a variance too */
  int centred;     /* the rows of A add up to 0 in either form: a constant does not vary */
  void (*apply)(const tg_inclusion_block *block, const double *z, double *out);
} tg_inclusion_method;

extern const tg_inclusion_method tg_inclusion_methods[];
extern const size_t tg_inclusion_method_count;

/* The units of a stage in the order of its strata; unit order[begin[s] + k] is the k-th of stratum s. */
typedef struct tg_inclusion_stage {
  double *probability; /* by that order; NULL: the stage's units are drawn with equal probabilities */
  size_t *begin;
  size_t *order; /* NULL: as they are numbered */
} tg_inclusion_stage;

typedef struct tg_inclusion {
  const tg_inclusion_method *method;
  int yates_grundy;
  char name[40]; /* of method and form, as settings.csv has them */
  tg_inclusion_stage stages[TG_MAX_STAGES];
  double **joint; /* D of each stratum of the first stage; NULL: no table */
} tg_inclusion;

/* Read the probabilities of a stage (1, 2, ...) whose strata and units stand; nothing where no variable has the role. */
trygg_status tg_inclusion_read(trygg_design *design, int stage, trygg_error *error);
void tg_inclusion_free(tg_inclusion *inclusion, size_t strata);

/* What method and form settings.csv names; *method NULL where no variable has the role. */
trygg_status tg_inclusion_choose(const trygg_codebook *codebook, const tg_inclusion_method **method,
                                 int *yates_grundy, trygg_error *error);

/* joint.csv as D of each stratum of the first stage. */
trygg_status tg_joint_probabilities_read(trygg_design *design, trygg_error *error);

/* The probabilities of a stage, NULL where they are equal. */
static inline const tg_inclusion_stage *tg_inclusion_of(const trygg_design *design, size_t later) {
  const tg_inclusion_stage *stage = design->inclusion ? &design->inclusion->stages[later] : NULL;
  return stage && stage->probability ? stage : NULL;
}

/* The share of its stratum that a unit of a stage (0: clusters) stands for, which is what later stages count by. */
static inline double tg_inclusion_fraction(const trygg_design *design, size_t later, size_t unit,
                                           const tg_stratum *stratum) {
  const tg_inclusion_stage *stage = tg_inclusion_of(design, later);
  return stage ? stage->probability[unit] : stratum->fraction; /* units that contain others are in order */
}

/* Units of a stratum (from 0 within its stage). */
tg_inclusion_block tg_inclusion_block_of(const trygg_design *design, size_t later, size_t stratum);

/* ---- what the files of methods offer to the registry ----------------------------------------- */

void tg_brewer_apply(const tg_inclusion_block *, const double *z, double *out);
void tg_joint_approximations_overton(const tg_inclusion_block *, const double *z, double *out);
void tg_joint_approximations_hartley_rao(const tg_inclusion_block *, const double *z, double *out);
void tg_joint_probabilities_apply(const tg_inclusion_block *, const double *z, double *out);
void tg_poisson_apply(const tg_inclusion_block *, const double *z, double *out);

#endif
