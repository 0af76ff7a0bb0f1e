/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average predictions and effects, and what each record adds to them and to the coefficients.
 *
 * A coefficient is b = A^-1 sum of w x y at the fit, A = X' W slope X, so that a record adds (Binder 1983)
 *
 *   u_b = A^-1 x w (y - mean)
 *
 * The average prediction at level l is m = sum of w mean(eta_l) / sum of w, eta_l the record's eta with level l in the
 * place of its own.  Two things of it are estimated: b, and the distribution of background over which is averaged, so
 *
 *   u_m = G' u_b + w (mean(eta_l) - m) / W,   G = dm/db = sum of w slope(eta_l) x_l / W
 *
 * (Graubard & Korn 1999, Biometrics 55:652-659, who let the averaging be random; R's svypredmeans adds the two variances
 * without their covariance).  In a model of one factor m is the share at the level, and u_m the share's own influence.
 * The average effect of a number is sum of w slope(eta) b_j / W, with G from the bend of the mean. */
#include <model/model.h>

#include <math.h>

#include <numeric/sum.h>

/* One prediction or effect in the making. */
typedef struct figure {
  const trygg_model *model;
  const tg_frame *frame;
  const double *eta; /* of each row */
  const tg_model_term *term;
  size_t level;
  double whole; /* sum of row weights */
} figure;

/* eta of a row with the figure's level. */
static double moved_eta(const figure *f, size_t row) {
  const tg_model_term *term = f->term;
  const double *x = f->frame->x + row * f->model->columns, *b = f->model->value;
  size_t column = tg_model_column(term, f->level);
  tg_sum eta = {0, 0};
  for (size_t j = 0; j < f->model->columns; j++)
    if (j < term->column || j >= term->column + term->column_count)
      tg_sum_add(&eta, x[j] * b[j]);
  if (column != TG_NONE)
    tg_sum_add(&eta, b[column]);
  return tg_sum_value(&eta);
}

/* What is averaged: the mean at the level, or the slope times the coefficient of a number. */
static double value_of(const figure *f, size_t row) {
  const tg_regress_family *regress = f->model->family->regress;
  if (f->term->is_factor)
    return regress->mean(moved_eta(f, row));
  return regress->slope(f->eta[row]) * f->model->value[f->term->column];
}

/* Its derivative by b, times the row's weight, into the gradient. */
static void add_gradient(const figure *f, size_t row, double *gradient) {
  const trygg_model *model = f->model;
  const tg_model_term *term = f->term;
  const double *x = f->frame->x + row * model->columns;
  double w = f->frame->row_weight[row] / f->whole;
  if (!term->is_factor) {
    double bend = w * model->family->bend(f->eta[row]) * model->value[term->column];
    for (size_t j = 0; j < model->columns; j++)
      gradient[j] += bend * x[j];
    gradient[term->column] += w * model->family->regress->slope(f->eta[row]);
    return;
  }
  double slope = w * model->family->regress->slope(moved_eta(f, row));
  size_t column = tg_model_column(term, f->level);
  for (size_t j = 0; j < model->columns; j++)
    if (j < term->column || j >= term->column + term->column_count)
      gradient[j] += slope * x[j];
  if (column != TG_NONE)
    gradient[column] += slope;
}

static void linearize_figure(const figure *f, size_t output, double *gradient, double *apart, double *along) {
  size_t rows = f->frame->rows, outputs = f->model->value_count, columns = f->model->columns;
  tg_sum sum = {0, 0};
  double mean;
  for (size_t j = 0; j < columns; j++)
    gradient[j] = 0;
  for (size_t row = 0; row < rows; row++) {
    apart[row * outputs + output] = value_of(f, row);
    tg_sum_add(&sum, f->frame->row_weight[row] * apart[row * outputs + output]);
    add_gradient(f, row, gradient);
  }
  mean = tg_sum_value(&sum) / f->whole;
  for (size_t row = 0; row < rows; row++) {
    double *of_row = along + row * outputs;
    apart[row * outputs + output] = (apart[row * outputs + output] - mean) / f->whole;
    for (size_t j = 0; j < columns; j++)
      of_row[output] += gradient[j] * of_row[j];
  }
  f->model->value[output] = mean;
}

trygg_status tg_predictions_linearize(trygg_model *model, const tg_frame *frame, const double *eta,
                                      const double *inverse, double *apart, double *along,
                                      trygg_error *error) {
  size_t columns = model->columns, outputs = model->value_count;
  double *gradient = tg_memory_new(columns, sizeof *gradient);
  figure f = {.model = model, .frame = frame, .eta = eta};
  tg_sum whole = {0, 0};
  if (!gradient)
    return tg_error_memory(error);
  for (size_t row = 0; row < frame->rows; row++) {
    tg_sum_add(&whole, frame->row_weight[row]);
    for (size_t k = 0; k < columns; k++)
      for (size_t j = 0; j < columns; j++)
        along[row * outputs + k] += inverse[k * columns + j] * frame->x[row * columns + j];
  }
  f.whole = tg_sum_value(&whole);
  for (size_t t = 0; t < model->term_count; t++) {
    f.term = &model->terms[t];
    for (f.level = 0; f.level < (f.term->is_factor ? f.term->level_count : 1); f.level++)
      linearize_figure(&f, f.term->output + f.level, gradient, apart, along);
  }
  tg_memory_free(gradient);
  return TRYGG_OK;
}
