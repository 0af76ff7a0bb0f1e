/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generalised linear models with canonical links, by iterated weighted least squares on the caller's memory. */
#ifndef TG_NUMERIC_REGRESS_H
#define TG_NUMERIC_REGRESS_H

#include <base/error.h>

/* A distribution with its canonical link: the variance is the slope of the mean, so that the fit solves
 * X' W (y - mean(X b)) = 0. */
typedef struct tg_regress_family {
  double (*mean)(double eta);
  double (*slope)(double eta); /* d mean / d eta */
  double (*loss)(double y,
                 double eta); /* minus the log likelihood of one case, up to what depends on y alone */
  double (*start)(double y, double middle); /* eta to begin at; middle: the mean of all y */
  int is_linear;                            /* mean(eta) = eta: one step is the fit */
} tg_regress_family;

extern const tg_regress_family tg_logistic_regress; /* logistic.c */

/* Rows x columns of x (row-major), a weight > 0 and an outcome each row; eta = offset + X b. */
typedef struct tg_regress_data {
  const double *x, *weight, *y;
  size_t rows, columns;
  const double *offset; /* NULL: none */
} tg_regress_data;

typedef enum tg_regress_end {
  TG_REGRESS_DONE,
  TG_REGRESS_DIVERGES /* the coefficients run off: `b` has the last, `step` where they are going */
} tg_regress_end;

/* Mark the columns that follow from those before them (weighted, to rounding). */
trygg_status tg_regress_dependent(const tg_regress_data *data, unsigned char *dependent, trygg_error *error);

/* Fit: b, the last step (both `columns` long), eta of each row, and the inverse of the information
 * (X' W slope X)^-1, columns x columns.  The columns must not depend on one another. */
trygg_status tg_regress_fit(const tg_regress_data *data, const tg_regress_family *family, double *b,
                            double *step, double *eta, double *inverse, tg_regress_end *end,
                            trygg_error *error);

#endif
