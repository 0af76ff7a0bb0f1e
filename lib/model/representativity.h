/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R-indicators in the making: the people drawn of one wave, the fit of their propensities, and the rows of the table. */
#ifndef TG_MODEL_REPRESENTATIVITY_H
#define TG_MODEL_REPRESENTATIVITY_H

#include <model/evenness.h>
#include <model/model.h>

/* People drawn in one wave with the same known background: a row of the regression. */
typedef struct tg_drawn_pattern {
  uint64_t key; /* their categories, as digits */
  double n;
  double weight, square, answered; /* sums of d and d^2, and of d over those who answered */
} tg_drawn_pattern;

typedef struct tg_drawn_figures {
  double n, mean;                  /* people; propensity on average, which is the response rate */
  double whole, square;            /* sums of d and d^2 */
  double r, unadjusted, se, bound; /* R; bound: (1 - R) / (2 mean) */
} tg_drawn_figures;

typedef struct tg_representativity {
  const trygg_responses *drawn;
  size_t count; /* variables */
  size_t *variables;
  uint32_t **index; /* [variable][record] */
  tg_categories *categories;
  tg_drawn_pattern *patterns; /* of one wave */
  size_t pattern_count;
  double *x, *weight, *square, *y, *rho; /* of its patterns */
  size_t column_count;
  double *covariance; /* of the coefficients */
  int fitted;         /* it has some meaning */
  const double *d;    /* of each record; NULL: 1 */
  int64_t left_out;
  double z;             /* normal quantile of the level */
  unsigned char *waves; /* of each wave: it is asked for */
  trygg_table *table;
  trygg_error *error;
} tg_representativity;

typedef struct tg_drawn_row {
  const char *wave, *measure, *variable, *category;
  double n, estimate, se, low, high; /* low, high: where its interval must end */
  int64_t base;
  unsigned flags;
  tg_unit unit;
} tg_drawn_row;

/* Sums over the people of a category. */
typedef struct tg_drawn_category {
  double n, weight, square, answered;
} tg_drawn_category;

/* The category of a variable in a pattern. */
static inline size_t tg_representativity_category(const tg_representativity *w, uint64_t key,
                                                  size_t variable) {
  for (size_t v = w->count; v-- > variable + 1;)
    key /= w->categories[v].count;
  return (size_t)(key % w->categories[variable].count);
}

static inline tg_propensities tg_representativity_fit(const tg_representativity *w,
                                                      const tg_drawn_figures *f) {
  return (tg_propensities){w->pattern_count, w->column_count, w->x, w->weight, w->square,
                           w->rho,           w->covariance,   f->n, f->whole};
}

trygg_status tg_representativity_add_row(const tg_representativity *w, const tg_drawn_row *r);

/* Rates and partial R-indicators of a variable: partial.c.  `of` has room for its categories. */
trygg_status tg_representativity_add_variable(const tg_representativity *w, const char *wave,
                                              const tg_drawn_figures *f, size_t v, tg_drawn_category *of);

#endif
