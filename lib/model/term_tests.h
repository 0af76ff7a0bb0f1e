/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of whether a term matters: adding one is a row in term_tests.c. */
#ifndef TG_MODEL_TERM_TESTS_H
#define TG_MODEL_TERM_TESTS_H

#include <model/model.h>

/* A model without `count` of its columns, from `first` on. */
typedef struct tg_null_model {
  double *x;    /* rows x columns */
  double *eta;  /* of each row */
  double *mean; /* of each row */
  double *inverse;
  size_t columns;
} tg_null_model;

/* What a test looks at. */
typedef struct tg_term_trial {
  const trygg_model *model;
  size_t first, count;       /* the columns whose coefficients may be 0 */
  const tg_null_model *null; /* where the test needs it; NULL: it could not be fitted */
} tg_term_trial;

typedef struct tg_term_test {
  const char *name, *help;
  int needs_null;
  trygg_status (*run)(const tg_term_trial *trial, trygg_model_finding *out, trygg_error *error);
} tg_term_test;

extern const tg_term_test tg_term_tests[];
extern const size_t tg_term_test_count;

/* The test called `name`; NULL and an error when there is none. */
const tg_term_test *tg_term_test_find(const char *name, trygg_error *error);

/* Of `count` coefficients from `first` on. */
trygg_status tg_term_test_run(const tg_term_test *test, const trygg_model *model, size_t first, size_t count,
                              trygg_model_finding *out, trygg_error *error);

trygg_status tg_term_wald_run(const tg_term_trial *, trygg_model_finding *, trygg_error *);
trygg_status tg_term_wald_run_working(const tg_term_trial *, trygg_model_finding *, trygg_error *);
trygg_status tg_term_likelihood_run(const tg_term_trial *, trygg_model_finding *, trygg_error *);
trygg_status tg_term_score_run(const tg_term_trial *, trygg_model_finding *, trygg_error *);
trygg_status tg_term_score_run_quasi(const tg_term_trial *, trygg_model_finding *, trygg_error *);

/* term_wald.c: the covariance of the term's coefficients under the design and under the model, to be freed; NULL without memory.
 * An adjusted F of y' A^-1 y; A is overwritten. */
double *tg_term_wald_covariance(const tg_term_trial *trial);
double *tg_term_wald_inverse(const tg_term_trial *trial);
trygg_status tg_term_wald_adjust(double *matrix, const double *y, size_t count, double df,
                                 trygg_model_finding *out, trygg_error *error);

/* F and p of a quadratic form that is distributed as the sum of l Z^2, l the values of A v = l B v: F = form / sum of l on
 * (sum of l)^2 / sum of l^2 (Satterthwaite) and df; p is that of the sum itself.  A and B are overwritten. */
trygg_status tg_term_test_correct(double form, double *a, double *b, size_t size, double df,
                                  trygg_model_finding *out, trygg_error *error);

#endif
