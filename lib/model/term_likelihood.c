/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The working likelihood ratio: twice the sum of w (log likelihood with the term less that without), by Rao and Scott's
 * correction with the eigenvalues of V0^-1 V of the coefficients (Lumley & Scott 2014, Scand. J. Stat. 41:88-103).  The scale of
 * weights and of a linear model's variance is in both the statistic and V0, and cancels. */
#include <model/term_tests.h>

#include <numeric/sum.h>

trygg_status tg_term_likelihood_run(const tg_term_trial *t, trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_frame *frame = &t->model->frame;
  const tg_regress_family *family = t->model->family->regress;
  double *v = tg_term_wald_covariance(t), *inverse = tg_term_wald_inverse(t);
  tg_sum sum = {0, 0};
  if (!v || !inverse) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t row = 0; row < frame->rows; row++) {
    double y = frame->row_y[row];
    tg_sum_add(&sum, frame->row_weight[row] *
                         (family->loss(y, t->null->eta[row]) - family->loss(y, t->model->eta[row])));
  }
  TRY(tg_term_test_correct(2 * tg_sum_value(&sum), v, inverse, t->count, t->model->df, out, error));
cleanup:
  tg_memory_free(v);
  tg_memory_free(inverse);
  return status;
}
