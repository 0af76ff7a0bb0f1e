/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Score tests: how the likelihood of the model without a term rises towards it (Rao, Scott & Skinner 1998, Stat. Sinica
 * 8:1059-1070).  With o the columns of the term, i the others, A the information, everything at the fit without the term:
 *
 *   S = sum of w x~ (y - mean),   x~ = x_o - A_oi A_ii^-1 x_i
 *
 * x~ takes out what the estimated coefficients of the others move.  V is the covariance of S under the design, and
 * V0 = A_oo - A_oi A_ii^-1 A_io the one under the model.
 *
 *   quasi_score   S' V^-1 S as an adjusted F
 *   score         S' V0^-1 S by Rao and Scott's correction, with the eigenvalues of V0^-1 V
 *
 * Of one column S and its standard error are given too. */
#include <model/term_tests.h>

#include <math.h>

#include <numeric/solve.h>
#include <numeric/sum.h>

typedef struct score {
  double *efficient;                /* x~, rows x count */
  double *sum;                      /* S */
  double *covariance, *information; /* V and V0, count x count */
} score;

static void clear(score *s) {
  tg_memory_free(s->efficient);
  tg_memory_free(s->sum);
  tg_memory_free(s->covariance);
  tg_memory_free(s->information);
}

static const double *row_of(const tg_term_trial *t, size_t row) {
  return t->model->frame.x + row * t->model->columns + t->first;
}

/* b = A_oi A_ii^-1, count x columns of the model without the term. */
static void find_coefficients(const tg_term_trial *t, double *b, double *cross) {
  const tg_null_model *null = t->null;
  const tg_frame *frame = &t->model->frame;
  for (size_t row = 0; row < frame->rows; row++) {
    double w = frame->row_weight[row] * t->model->family->regress->slope(null->eta[row]);
    for (size_t o = 0; o < t->count; o++)
      for (size_t i = 0; i < null->columns; i++)
        cross[o * null->columns + i] += w * row_of(t, row)[o] * null->x[row * null->columns + i];
  }
  for (size_t o = 0; o < t->count; o++)
    for (size_t i = 0; i < null->columns; i++)
      for (size_t k = 0; k < null->columns; k++)
        b[o * null->columns + i] += cross[o * null->columns + k] * null->inverse[k * null->columns + i];
}

/* x~ of each row, V0 as the sum of w slope x~ x~', and S. */
static void add_rows(const tg_term_trial *t, const double *b, score *s) {
  const tg_null_model *null = t->null;
  const tg_frame *frame = &t->model->frame;
  for (size_t row = 0; row < frame->rows; row++) {
    double *x = s->efficient + row * t->count;
    double w = frame->row_weight[row] * t->model->family->regress->slope(null->eta[row]);
    for (size_t o = 0; o < t->count; o++) {
      tg_sum sum = {row_of(t, row)[o], 0};
      for (size_t i = 0; i < null->columns; i++)
        tg_sum_add(&sum, -b[o * null->columns + i] * null->x[row * null->columns + i]);
      x[o] = tg_sum_value(&sum);
    }
    for (size_t o = 0; o < t->count; o++)
      for (size_t k = 0; k < t->count; k++)
        s->information[o * t->count + k] += w * x[o] * x[k];
  }
  for (size_t o = 0; o < t->count; o++) {
    tg_sum sum = {0, 0};
    for (size_t row = 0; row < frame->rows; row++)
      tg_sum_add(&sum, frame->row_weight[row] * (frame->row_y[row] - null->mean[row]) *
                           s->efficient[row * t->count + o]);
    s->sum[o] = tg_sum_value(&sum);
  }
}

static trygg_status create(const tg_term_trial *t, score *s, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_frame *frame = &t->model->frame;
  size_t q = t->count, p = t->null->columns;
  tg_influence_degrees degrees;
  tg_addends addends = {frame, q, t->null->mean, NULL, NULL};
  double *b = tg_memory_new(2 * q * p, sizeof *b);
  *s = (score){tg_memory_new(frame->rows * q, sizeof *s->efficient), tg_memory_new(q, sizeof *s->sum),
               tg_memory_new(q * q, sizeof *s->covariance), tg_memory_new(q * q, sizeof *s->information)};
  if (!b || !s->efficient || !s->sum || !s->covariance || !s->information) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  find_coefficients(t, b, b + q * p);
  add_rows(t, b, s);
  addends.along = s->efficient;
  TRY(tg_model_spread(t->model, &addends, s->covariance, &degrees, error));
cleanup:
  tg_memory_free(b);
  return status;
}

/* Of one column the score itself, in the units of the weights as they were given. */
static void show(const tg_term_trial *t, const score *s, trygg_model_finding *out) {
  if (t->count != 1)
    return;
  out->estimate = s->sum[0] / t->model->frame.scale;
  out->se = sqrt(fmax(s->covariance[0], 0)) / t->model->frame.scale;
}

trygg_status tg_term_score_run(const tg_term_trial *t, trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  score s = {0};
  double *again = NULL, form = 0;
  size_t rank;
  TRY(create(t, &s, error));
  show(t, &s, out);
  again = tg_memory_new(t->count * t->count, sizeof *again);
  if (!again) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < t->count * t->count; i++)
    again[i] = s.information[i];
  TRY(tg_solve_quadratic(again, s.sum, t->count, &form, &rank, error));
  TRY(tg_term_test_correct(form, s.covariance, s.information, t->count, t->model->df, out, error));
cleanup:
  tg_memory_free(again);
  clear(&s);
  return status;
}

trygg_status tg_term_score_run_quasi(const tg_term_trial *t, trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  score s = {0};
  TRY(create(t, &s, error));
  show(t, &s, out);
  TRY(tg_term_wald_adjust(s.covariance, s.sum, t->count, t->model->df, out, error));
cleanup:
  clear(&s);
  return status;
}
