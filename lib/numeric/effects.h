/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of several areas that differ by chance and in truth: b = mu + u + e, u ~ N(0, tau^2), e ~ N(0, V) with V
 * known. */
#ifndef TG_NUMERIC_EFFECTS_H
#define TG_NUMERIC_EFFECTS_H

#include <base/error.h>

/* What was found; zero-initialise.  Treat what is not named `of` something as opaque. */
typedef struct tg_effects {
  size_t count;
  double *variance, *one, *value; /* V, a one and b along the axes of V */
  double *axes;                   /* rows are the axes; NULL: V is diagonal */
  double tau2;                    /* of u, by restricted maximum likelihood; 0: no more than chance */
  double tau2_se;                 /* its standard error by the information */
  double mean, mean_se;           /* mu, and the error that V and tau^2 leave it */
  double adjusted_se;             /* that by Knapp & Hartung, on count - 1 df; never below mean_se */
  double chance;                  /* typical variance of e (Higgins & Thompson) */
  double heterogeneity;           /* Cochran's Q, on count - 1 df when tau^2 is 0 */
} tg_effects;

/* Fit `count` > 1 values with their covariance (count x count), whose diagonal is above 0.  Covariances that are too
 * many for what they were estimated from (V is singular) are taken to be 0.  TRYGG_ENUMERIC where something is not
 * finite. */
trygg_status tg_effects_fit(const double *values, const double *covariance, size_t count, tg_effects *out,
                            trygg_error *error);
void tg_effects_clear(tg_effects *effects);

/* The best prediction of mu + u of area i, and its mean squared error with the part that comes of not knowing tau^2. */
void tg_effects_predict(const tg_effects *effects, size_t i, double *value, double *error2);

/* What value i counts for in the mean. */
double tg_effects_weight(const tg_effects *effects, size_t i);

/* Limits of tau^2 by the profile of Q (Viechtbauer 2007, Stat. Med. 26:37-52). */
void tg_effects_limits(const tg_effects *effects, double level, double *lower, double *upper);

#endif
