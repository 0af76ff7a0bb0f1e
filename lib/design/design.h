/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A design from inside: which stratum and cluster each record is in, and what a variance does with them. */
#ifndef TG_DESIGN_DESIGN_H
#define TG_DESIGN_DESIGN_H

#include <trygg/design.h>

#include <responses/responses.h>

typedef struct tg_stratum {
  char *name;        /* for messages: the wave where there are several, and codes, with blanks between */
  const char *codes; /* the name without the wave */
  size_t group;      /* wave when waves are independent, else 0: where lonely rules look for company */
  size_t clusters;   /* n_h: in the design, whatever their weight */
  double remaining;  /* 1 - n_h / N_h; 1 without a finite population */
} tg_stratum;

struct trygg_design {
  tg_references references;
  trygg_responses *responses;
  const double *weight; /* of each record; NULL: all 1 */
  uint32_t *stratum;    /* of each record */
  uint32_t *cluster; /* of each record, numbered within strata in stratum order; NULL: records are clusters */
  tg_stratum *strata; /* in the order group, codes */
  size_t stratum_count;
  uint32_t *cluster_stratum; /* of each cluster; NULL when records are clusters */
  size_t cluster_count;
  size_t group_count;
  size_t lonely_count; /* lonely strata */
  tg_lonely lonely;
  double population; /* sum of the weights of records that were not kept */
};

/* ---- steps of making one ------------------------------------------------------------------- */

/* Without strata, clusters and populations. */
trygg_status tg_design_begin(trygg_responses *responses, const trygg_design_options *options,
                             trygg_design **out, trygg_error *error);

/* Strata and clusters of some of the records, without populations. */
trygg_status tg_design_of_window(trygg_responses *window, trygg_design **out, trygg_error *error);

/* Name a stratum by its wave (NULL: not said) and codes. */
trygg_status tg_design_name_stratum(tg_stratum *stratum, const char *wave, const char *const *names,
                                    size_t count, trygg_error *error);

/* The finite population of each stratum as the records have it (0: not met yet), by the strata's `numbers` (NULL: as
 * they stand). */
trygg_status tg_design_read_populations(const trygg_design *design, size_t variable, const uint32_t *numbers,
                                        double *population, trygg_error *error);

/* Set them: those, or without such a variable those of strata.csv; then lonely strata are counted. */
trygg_status tg_design_set_populations(trygg_design *design, const double *population, trygg_error *error);

/* 1 when the design has one cluster of a stratum that is no census of it. */
static inline int tg_stratum_is_lonely(const tg_stratum *stratum) {
  return stratum->clusters == 1 && stratum->remaining > 0;
}

/* TRYGG_EDESIGN when lonely is `fail` and a stratum of the group is lonely. */
trygg_status tg_design_check_group(const trygg_design *design, size_t group, trygg_error *error);

static inline size_t tg_design_group_of_wave(const trygg_design *design, size_t wave) {
  return design->group_count > 1 ? wave : 0;
}

/* Weight column of a variable (TG_NONE: the design's own); NULL stands for 1 everywhere. */
const double *tg_design_weight(const trygg_design *design, size_t variable);

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

/* For covariances: factor[h] = (1 - f_h) n_h/(n_h - 1), the lonely rule `average` included, 0 for lonely strata. */
void tg_variance_factors(const trygg_design *design, double *factor);

/* ... and what the rule `adjust` adds to the covariance of two statistics with the stratum sums sum_a and sum_b
 * (stratum_count long); 0 under any other rule.  `across`: company is looked for in all groups together. */
double tg_variance_adjusted(const trygg_design *design, const double *sum_a, const double *sum_b, int across);

#endif
