/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wald's tests of q coefficients b.  V is their covariance under the design, V0 the one they would have if the model were true
 * and the sample simple and random.
 *
 *   wald           W = b' V^-1 b,   F = W (df - q + 1) / (q df) on q and df - q + 1 (Korn & Graubard 1990)
 *   working_wald   b' V0^-1 b by Rao and Scott's correction, with the eigenvalues of V0^-1 V */
#include <model/term_tests.h>

#include <math.h>

#include <numeric/distribution.h>
#include <numeric/solve.h>

/* The rows and columns of the term, of a matrix of `width`. */
static double *copy_block(const tg_term_trial *t, const double *matrix, size_t width) {
  double *block = tg_memory_new(t->count * t->count, sizeof *block);
  for (size_t i = 0; block && i < t->count; i++)
    for (size_t j = 0; j < t->count; j++)
      block[i * t->count + j] = matrix[(t->first + i) * width + t->first + j];
  return block;
}

double *tg_term_wald_covariance(const tg_term_trial *t) {
  return copy_block(t, t->model->covariance, t->model->value_count);
}

double *tg_term_wald_inverse(const tg_term_trial *t) {
  return copy_block(t, t->model->inverse, t->model->columns);
}

trygg_status tg_term_wald_adjust(double *matrix, const double *y, size_t count, double df,
                                 trygg_model_finding *out, trygg_error *error) {
  size_t rank = 0;
  double form = 0;
  trygg_status status = tg_solve_quadratic(matrix, y, count, &form, &rank, error);
  if (status != TRYGG_OK)
    return status;
  out->df1 = (double)rank;
  out->df2 = df - (double)rank + 1;
  if (rank == 0 || !(out->df2 > 0))
    return TRYGG_OK;
  out->statistic = form * out->df2 / (out->df1 * df);
  out->p = tg_distribution_f_upper(out->statistic, out->df1, out->df2);
  return TRYGG_OK;
}

trygg_status tg_term_wald_run(const tg_term_trial *t, trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *v = tg_term_wald_covariance(t);
  if (!v)
    return tg_error_memory(error);
  TRY(tg_term_wald_adjust(v, t->model->value + t->first, t->count, t->model->df, out, error));
cleanup:
  tg_memory_free(v);
  return status;
}

trygg_status tg_term_wald_run_working(const tg_term_trial *t, trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *v = tg_term_wald_covariance(t), *inverse = tg_term_wald_inverse(t),
         *again = tg_term_wald_inverse(t), form = 0;
  size_t rank;
  if (!v || !inverse || !again) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_solve_quadratic(again, t->model->value + t->first, t->count, &form, &rank, error));
  TRY(tg_term_test_correct(form, v, inverse, t->count, t->model->df, out, error));
cleanup:
  tg_memory_free(v);
  tg_memory_free(inverse);
  tg_memory_free(again);
  return status;
}
