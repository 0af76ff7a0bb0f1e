/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Average predictions and effects, and what each record adds to them and to the coefficients.
 *
 * A coefficient is b = A^-1 sum of w x y at the fit, A = X' W slope X, so that a record adds (Binder 1983)
 *
 *   u_b = A^-1 x w (y - mean)
 *
 * The average prediction at level l is m = sum of w mean(eta_l) / sum of w, eta_l the record's eta with level l in the
 * place of its own, in all columns that it has a part in.  Two things of it are estimated: b, and the distribution of
 * background over which is averaged, so
 *
 *   u_m = G' u_b + w (mean(eta_l) - m) / W,   G = dm/db = sum of w slope(eta_l) x_l / W
 *
 * (Graubard & Korn 1999, Biometrics 55:652-659, who let the averaging be random; R's svypredmeans adds the two variances
 * without their covariance).  In a model of one factor m is the share at the level, and u_m the share's own influence.
 * The average effect of a number z is sum of w slope(eta) deta/dz / W, with G from the bend of the mean; of an
 * interaction there are predictions at each combination of levels, or effects of the number at each level. */
#include <model/model.h>

#include <math.h>

#include <numeric/sum.h>

/* One prediction or effect in the making. */
typedef struct figure {
  const trygg_model *model;
  const tg_frame *frame;
  const double *eta;                           /* of each row */
  const tg_model_term *moved[TG_MODEL_JOINED]; /* terms whose level is given */
  size_t moved_count, level[TG_MODEL_JOINED];
  const tg_model_term *number; /* whose effect it is; NULL: a prediction */
  double whole;                /* sum of row weights */
  double *x, *slope;           /* a row with the levels given, and how its columns change with the number */
  double *gradient;
} figure;

static double product(const figure *f, const double *x) {
  tg_sum sum = {0, 0};
  for (size_t j = 0; j < f->model->columns; j++)
    tg_sum_add(&sum, x[j] * f->model->value[j]);
  return tg_sum_value(&sum);
}

/* The row with the figure's levels into f->x; its eta. */
static double move_row(const figure *f, size_t row) {
  const double *x = f->frame->x + row * f->model->columns;
  for (size_t j = 0; j < f->model->columns; j++)
    f->x[j] = x[j];
  for (size_t side = 0; side < f->moved_count; side++) {
    const tg_model_term *term = f->moved[side];
    size_t column = tg_model_column(term, f->level[side]);
    for (size_t k = 0; k < term->column_count; k++)
      f->x[term->column + k] = term->column + k == column;
  }
  if (f->moved_count == 0)
    return f->eta[row];
  tg_interactions_fill(f->model, f->x);
  return product(f, f->x) + (f->frame->offset ? f->frame->offset[row] : 0);
}

/* What is averaged: the mean at the levels, or how it changes with the number; its derivative by b, times the row's weight,
 * into the gradient. */
static double value_of(const figure *f, size_t row) {
  const tg_family *family = f->model->family;
  double w = f->frame->row_weight[row] / f->whole, eta = move_row(f, row),
         slope = family->regress->slope(eta);
  if (!f->number) {
    for (size_t j = 0; j < f->model->columns; j++)
      f->gradient[j] += w * slope * f->x[j];
    return family->regress->mean(eta);
  }
  tg_interactions_slope(f->model, f->number, f->x, f->slope);
  double change = product(f, f->slope), bend = w * family->bend(eta) * change;
  for (size_t j = 0; j < f->model->columns; j++)
    f->gradient[j] += bend * f->x[j] + w * slope * f->slope[j];
  return slope * change;
}

static void linearize_figure(const figure *f, size_t output, double *apart, double *along) {
  size_t rows = f->frame->rows, outputs = f->model->value_count, columns = f->model->columns;
  tg_sum sum = {0, 0};
  double mean;
  for (size_t j = 0; j < columns; j++)
    f->gradient[j] = 0;
  for (size_t row = 0; row < rows; row++) {
    apart[row * outputs + output] = value_of(f, row);
    tg_sum_add(&sum, f->frame->row_weight[row] * apart[row * outputs + output]);
  }
  mean = tg_sum_value(&sum) / f->whole;
  for (size_t row = 0; row < rows; row++) {
    double *of_row = along + row * outputs;
    apart[row * outputs + output] = (apart[row * outputs + output] - mean) / f->whole;
    for (size_t j = 0; j < columns; j++)
      of_row[output] += f->gradient[j] * of_row[j];
  }
  f->model->value[output] = mean;
}

static void linearize_term(figure *f, const tg_model_term *term, double *apart, double *along) {
  f->moved[0] = term;
  f->moved_count = term->is_factor != 0;
  f->number = term->is_factor ? NULL : term;
  for (f->level[0] = 0; f->level[0] < (term->is_factor ? term->level_count : 1); f->level[0]++)
    linearize_figure(f, term->output + f->level[0], apart, along);
}

static void linearize_interaction(figure *f, const tg_model_interaction *joint, double *apart,
                                  double *along) {
  f->moved_count = joint->order - joint->numbers;
  for (size_t side = 0; side < joint->order; side++)
    f->moved[side] = &f->model->terms[joint->term[side]];
  f->number = joint->numbers ? f->moved[joint->order - 1] : NULL;
  for (size_t at = 0; at < joint->output_count; at++) {
    tg_interactions_levels(f->model, joint, at, f->level);
    linearize_figure(f, joint->output + at, apart, along);
  }
}

trygg_status tg_predictions_linearize(trygg_model *model, const tg_frame *frame, const double *eta,
                                      const double *inverse, double *apart, double *along,
                                      trygg_error *error) {
  size_t columns = model->columns, outputs = model->value_count;
  double *memory = tg_memory_new(3 * columns, sizeof *memory);
  figure f = {.model = model, .frame = frame, .eta = eta, .x = memory};
  tg_sum whole = {0, 0};
  if (!memory)
    return tg_error_memory(error);
  f.slope = memory + columns;
  f.gradient = memory + 2 * columns;
  for (size_t row = 0; row < frame->rows; row++) {
    tg_sum_add(&whole, frame->row_weight[row]);
    for (size_t k = 0; k < columns; k++)
      for (size_t j = 0; j < columns; j++)
        along[row * outputs + k] += inverse[k * columns + j] * frame->x[row * columns + j];
  }
  f.whole = tg_sum_value(&whole);
  for (size_t t = 0; t < model->term_count; t++)
    linearize_term(&f, &model->terms[t], apart, along);
  for (size_t i = 0; i < model->interaction_count; i++)
    linearize_interaction(&f, &model->interactions[i], apart, along);
  tg_memory_free(memory);
  return TRYGG_OK;
}
