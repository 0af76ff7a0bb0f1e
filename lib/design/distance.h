/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distances between old and new weights: one row each in distances.c, one file each. */
#ifndef TG_DESIGN_DISTANCE_H
#define TG_DESIGN_DISTANCE_H

#include <base/error.h>

/* A distance is known by the factor g = F(u) by which it changes a weight, u = q x'lambda, F(0) = F'(0) = 1
 * (Deville & Särndal 1992, JASA 87:376-382). */
typedef struct tg_distance {
  const char *name, *help;
  int bounded;            /* written NAME:L,U */
  int keeps;              /* the weights stay as they are */
  double lowest, highest; /* of the factor, when not bounded */
  double (*factor)(double u, double lower, double upper);
  double (*slope)(double u, double lower, double upper); /* F' */
} tg_distance;

extern const tg_distance tg_distances[];
extern const size_t tg_distance_count;

/* A distance as it was asked for. */
typedef struct tg_distance_choice {
  const tg_distance *row; /* NULL: none */
  double lower, upper;    /* of the factor */
} tg_distance_choice;

/* Understand `NAME` or `NAME:L,U`, 0 <= L < 1 < U; NULL, "" and `none` are none. */
trygg_status tg_distance_parse(const char *text, tg_distance_choice *out, trygg_error *error);

double tg_distance_linear_factor(double u, double lower, double upper);
double tg_distance_linear_slope(double u, double lower, double upper);
double tg_distance_rake_factor(double u, double lower, double upper);
double tg_distance_rake_slope(double u, double lower, double upper);
double tg_distance_logit_factor(double u, double lower, double upper);
double tg_distance_logit_slope(double u, double lower, double upper);
double tg_distance_truncated_factor(double u, double lower, double upper);
double tg_distance_truncated_slope(double u, double lower, double upper);
double tg_distance_given_factor(double u, double lower, double upper);
double tg_distance_given_slope(double u, double lower, double upper);

#endif
