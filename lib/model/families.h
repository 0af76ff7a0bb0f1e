/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kinds of regression there are: adding one is a row in families.c and a file beside it. */
#ifndef TG_MODEL_FAMILIES_H
#define TG_MODEL_FAMILIES_H

#include <indicator/indicator.h>
#include <numeric/regress.h>

typedef struct tg_family {
  const char *name, *help;
  const tg_regress_family *regress;
  double (*bend)(double eta);                  /* d slope / d eta */
  double low, high;                            /* the outcomes it takes */
  const char *ratio;                           /* what exp(b) is; NULL: nothing */
  int (*suits)(const tg_indicator_type *type); /* the family of the type where none is asked for */
} tg_family;

extern const tg_family tg_families[];
extern const size_t tg_family_count;

extern const tg_regress_family tg_linear_regress, tg_poisson_regress;
double tg_linear_bend(double eta);
int tg_linear_suits(const tg_indicator_type *type);
double tg_logistic_bend(double eta);
int tg_logistic_suits(const tg_indicator_type *type);
double tg_poisson_bend(double eta);
int tg_poisson_suits(const tg_indicator_type *type);

/* The family called `name` (NULL: the one that suits the type); NULL and an error when there is none. */
const tg_family *tg_family_find(const char *name, const tg_indicator_type *type, trygg_error *error);

#endif
