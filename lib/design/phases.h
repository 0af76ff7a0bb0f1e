/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sample of two phases: of what was drawn first some were drawn once more, and only those answered.
 *
 * With pi_1 and pi_2 the probabilities of the phases (of the second, given the first), z = y / (pi_1 pi_2) and
 * D_ij = (pi_ij - pi_i pi_j) / pi_ij of each,
 *
 *   V = sum_ij D1_ij (1 - D2_ij) z_i z_j + sum_ij D2_ij z_i z_j       (Särndal, Swensson & Wretman 1992, 9.3.7)
 *
 * of which the first is what the first phase adds, and the second what the second does (R survey's
 * twophase(method = "full")).  D2 of a second phase that draws m_g of n_g units of each of its strata g by simple random
 * sampling has three values: 1 - f_g on units, f_g = m_g / n_g, -(1 - f_g)/(m_g - 1) on pairs of a stratum, and 0.  So
 *
 *   sum_ij D1_ij (1 - D2_ij) z_i z_j = Q(z) + sum_g b_g Q(z of g) + sum_c a_g(c) Q(z of unit c),
 *   b_g = (1 - f_g)/(m_g - 1),   a_g = -(1 - f_g) m_g/(m_g - 1),
 *
 * Q the quadratic form of the first phase alone, for whatever design that is.  Each of the sums is that of an ordinary
 * sample, whose strata are those of the first phase crossed with g or c, and nothing is made of pairs of records.  Units
 * drawn one by one with probabilities p_c (Poisson sampling) have b = 0 and a_c = -(1 - p_c). */
#ifndef TG_DESIGN_PHASES_H
#define TG_DESIGN_PHASES_H

#include <design/design.h>

/* Parts of the variance beside that of the first phase, each a design of one sample. */
typedef enum tg_phase_part {
  TG_PHASE_SECOND, /* sum_ij D2_ij z_i z_j */
  TG_PHASE_PAIRS,  /* sum_g b_g Q(z of g) */
  TG_PHASE_UNITS,  /* sum_c a_g(c) Q(z of unit c) */
  TG_PHASE_PARTS
} tg_phase_part;

typedef struct tg_phases {
  trygg_design *parts[TG_PHASE_PARTS]; /* NULL: it adds nothing */
  double *root;                        /* of each record what it counts in a part: sqrt(1 - p_c); NULL: 1 */
  double *expansion;                   /* of each record 1 / pi_2; 0: of the first phase alone */
  double *weight;                      /* the same times the weight of the first phase ... */
  const double *first;                 /* ... which this is; NULL: 1 */
  uint32_t *stratum;                   /* of each record, in the second phase or not */
  uint32_t *unit;                      /* the same; NULL: records */
  uint32_t *unit_stratum;
  size_t unit_count;
  double *drawn, *all; /* units of each stratum: m_g, n_g */
  size_t stratum_count;
} tg_phases;

/* Make design->phases where settings.csv has a second phase: who is in it and with what weights.  Strata and clusters of
 * the first phase stand, and so do the weights. */
trygg_status tg_phases_read(trygg_design *design, trygg_error *error);

/* The parts; all of the first phase stands. */
trygg_status tg_phases_settle(trygg_design *design, trygg_error *error);
/* TRYGG_EDESIGN where a stratum of the second phase is lonely; a stratum of the group is, under any rule. */
trygg_status tg_phases_check_group(const trygg_design *design, size_t group, trygg_error *error);
int tg_phases_is_lonely(const trygg_design *design, size_t group);

/* Units drawn less strata of the second phase, of the groups with a mark. */
double tg_phases_df(const tg_phases *phases, const unsigned char *groups);

void tg_phases_free(tg_phases *phases);

/* A sample like that of the first phase, whose strata are crossed with keys: of record i key[i] (TG_RANK_NONE: it has no
 * part in it), which multiplies what the stratum adds by scale[key].  factor: of the first phase (tg_variance_factors). */
typedef struct tg_phases_keys {
  const uint32_t *key;
  size_t count;
  const double *scale;
} tg_phases_keys;

trygg_status tg_phases_refine(const trygg_design *design, const double *factor, const tg_phases_keys *keys,
                              trygg_design **out, trygg_error *error);

/* Units, each of which is in one last unit of the first phase, one by one: what Q(z of unit) counts, times scale[key]. */
trygg_status tg_phases_single(const trygg_design *design, const double *factor, const tg_phases_keys *keys,
                              trygg_design **out, trygg_error *error);

/* Without strata and clusters, and with the records and rules of the design. */
trygg_status tg_phases_begin_part(const trygg_design *design, trygg_design **out, trygg_error *error);

#endif
