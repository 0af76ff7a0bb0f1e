/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A design from inside: which stratum and unit of each stage a record is in, and what a variance does with them. */
#ifndef TG_DESIGN_DESIGN_H
#define TG_DESIGN_DESIGN_H

#include <trygg/design.h>

#include <responses/responses.h>

/* A stratum of the first stage; or, of a later one, a unit of the stage before or a stratum within it. */
typedef struct tg_stratum {
  char *name; /* for messages: the wave where there are several, and codes, with blanks between; NULL later */
  const char *codes; /* the name without the wave */
  size_t
      group; /* wave when waves are independent, else 0, plus group_count a stage: where lonely rules look */
  size_t clusters;      /* n_h: in the design, whatever their weight */
  double fraction;      /* f_h = n_h / N_h; 0 without a finite population */
  double remaining;     /* 1 - f_h */
  double scale;         /* product of f over the units it lies in; 1 at the first stage */
  double people, drawn; /* population and sample of strata.csv; 0: not given */
  int unequal;          /* its units were drawn with probabilities of their own: design->inclusion */
  int independent;      /* ... one by one, so that a lone unit has a variance too */
} tg_stratum;

/* A stage after the first.  Its units are numbered in the order of those they lie in. */
typedef struct tg_stage {
  size_t first; /* its strata are strata[first .. first + stratum_count) of the design */
  size_t stratum_count;
  uint32_t *parent;  /* of each of its strata: unit of the stage before */
  uint32_t *stratum; /* of each record, from 0, when records are the units; else NULL */
  uint32_t *unit;    /* of each record; NULL: records are the units, and no stage comes after */
  size_t unit_count;
  uint32_t *unit_stratum; /* of each unit, from 0 */
} tg_stage;

struct trygg_design {
  tg_references references;
  trygg_responses *responses;
  const double *weight; /* of each record; NULL: all 1 */
  uint32_t *stratum;    /* of each record */
  uint32_t *cluster; /* of each record, numbered within strata in stratum order; NULL: records are clusters */
  tg_stratum *strata; /* in the order group, codes; behind stratum_count those of later stages */
  size_t stratum_count;
  uint32_t *cluster_stratum; /* of each cluster; NULL when records are clusters */
  size_t cluster_count;
  size_t group_count;
  size_t lonely_count; /* lonely strata */
  tg_lonely lonely;
  int threads;       /* to make it with */
  double population; /* sum of the weights of records that were not kept */
  int domain_lonely; /* `adjust` and `average` also where only the domain leaves a stratum one unit */
  tg_stage *stages;  /* after the first; only those that add to a variance */
  size_t stage_count;
  struct tg_panel *panel;           /* NULL: waves are independent, or one sample */
  struct tg_phases *phases;         /* NULL: who answered was drawn once; else what is here is of the first phase */
  struct tg_inclusion *inclusion;   /* NULL: all units of a stratum were drawn with the same probability */
  struct tg_replicates *replicates; /* NULL: variances are linearised */
  double *made_weight;              /* weights from strata.csv, before calibration; NULL: those of the data */
  struct tg_response *response;     /* made up for who did not answer, then calibrated; NULL: not */
  double **
      answered_weight; /* of variables that are weights: those of who answered, else 0; NULL without response and second phase */
  struct tg_calibration *calibration; /* NULL: none */
  struct tg_trim *trim;               /* NULL: none */
};

/* ---- steps of making one ------------------------------------------------------------------- */

/* What the options say, with the codebook. */
trygg_status tg_design_take_options(const trygg_codebook *codebook, const trygg_design_options *options,
                                    tg_lonely *lonely, int *domain_lonely, trygg_error *error);

/* Without strata, clusters and populations. */
trygg_status tg_design_begin(trygg_responses *responses, const trygg_design_options *options,
                             trygg_design **out, trygg_error *error);

/* Strata and clusters of some of the records, without populations. */
trygg_status tg_design_of_window(trygg_responses *window, trygg_design **out, trygg_error *error);

/* Name a stratum of the first stage by its wave (NULL: not said) and codes; all else is as without more stages and
 * populations. */
trygg_status tg_design_name_stratum(tg_stratum *stratum, const char *wave, const char *const *names,
                                    size_t count, trygg_error *error);

/* What follows when the strata and clusters of the first stage and their finite populations stand: later stages (they
 * need records that were kept), and which strata are lonely. */
trygg_status tg_design_settle(trygg_design *design, int with_records, trygg_error *error);

/* 1 when the design has one unit of a stratum that is no census of it, and this matters. */
static inline int tg_stratum_is_lonely(const tg_stratum *stratum) {
  return stratum->clusters == 1 && stratum->remaining > 0 && stratum->scale > 0 && !stratum->independent;
}

/* Strata of all stages. */
static inline size_t tg_design_all_strata(const trygg_design *design) {
  return design->stage_count ? design->stages[design->stage_count - 1].first +
                                   design->stages[design->stage_count - 1].stratum_count
                             : design->stratum_count;
}

/* All of a variance is in the sums of the first stage's strata: no later stage or phase adds to it, and units of a stratum
 * were drawn with the same probability. */
static inline int tg_design_has_one_stage(const trygg_design *design) {
  return !design->stage_count && !design->inclusion && !design->phases;
}

/* A lonely rule asks how many units of a stratum have somebody in the domain. */
static inline int tg_design_looks_at_domains(const trygg_design *design) {
  return design->domain_lonely && (design->lonely == TG_LONELY_ADJUST || design->lonely == TG_LONELY_AVERAGE);
}

/* Groups of the strata of all stages. */
static inline size_t tg_design_all_groups(const trygg_design *design) {
  return design->group_count * (design->stage_count + 1);
}

/* TRYGG_EDESIGN when lonely is `fail` and a stratum of the group is lonely. */
trygg_status tg_design_check_group(const trygg_design *design, size_t group, trygg_error *error);

static inline size_t tg_design_group_of_wave(const trygg_design *design, size_t wave) {
  return design->group_count > 1 ? wave : 0;
}

#define TG_WEIGHT_DRAWN (TG_NONE - 1) /* in place of a variable: the weights that people were drawn by */

/* Weight column of a variable (TG_NONE: the design's own); NULL stands for 1 everywhere. */
const double *tg_design_weight(const trygg_design *design, size_t variable);

/* 1 when the variable was in no file yet, so that nobody has this weight. */
int tg_design_lacks_weight(const trygg_design *design, size_t variable);

/* The design's own weights that people were drawn by; NULL stands for 1 everywhere. */
const double *tg_design_drawn_weight(const trygg_design *design);

/* A variance must know how weights were made: of residuals, of what people drawn add. */
static inline int tg_design_has_residuals(const trygg_design *design) {
  return design->calibration || design->response;
}

/* The design's own weights before calibration; NULL stands for 1 everywhere. */
const double *tg_design_base_weight(const trygg_design *design);

/* ---- variance of a total from its strata --------------------------------------------------
 *
 * For one linear statistic: per stratum its cluster totals z_i have the sum S_h and, over all n_h
 * clusters of the design (zeros included), the centred square sum M_h = sum (z_i - S_h/n_h)^2. */
typedef struct tg_stratum_sums {
  uint32_t stratum;
  double sum;     /* S_h */
  double squares; /* M_h */
} tg_stratum_sums;

/* V = sum_h (1 - f_h) n_h/(n_h - 1) M_h, and what the lonely rule adds.  Strata that are not listed have only
 * zeros.  `list` need not be sorted but holds each stratum once.  *lonely_met is set when a lonely stratum
 * had a rule applied. */
double tg_variance_total(const trygg_design *design, const tg_stratum_sums *list, size_t count,
                         int *lonely_met);

/* Of all stages: factor[s] = c_s (1 - f_s) n_s/(n_s - 1), or c_s where units have probabilities of their own, the lonely
 * rule `average` of the design included, 0 for lonely strata. */
void tg_variance_factors(const trygg_design *design, double *factor);

/* A statistic's sums in the strata of all stages, and where only a domain leaves it one unit. */
typedef struct tg_adjusted {
  const double *sum;
  const unsigned char *alone;
} tg_adjusted;

/* What the rule `adjust` adds to the covariance of two statistics.  `across`: company is looked for in all groups of a
 * stage together. */
double tg_variance_adjusted(const trygg_design *design, const tg_adjusted *a, const tg_adjusted *b,
                            int across);

#endif
