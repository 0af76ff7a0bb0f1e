/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each step solves a weighted least squares problem for the change of b (McCullagh & Nelder 1989, Generalized Linear
 * Models, 2.5, written for the step instead of the new b):
 *
 *   min over s of  sum W d (r/d - X s)^2,  r = y - mean, d = slope
 *
 * so that near the end the step, not b, carries the rounding.  A step that does not lower the loss is halved. */
#include <numeric/regress.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/solve.h>
#include <numeric/sum.h>

#define STEPS 100
#define HALVINGS 40
#define FAR 30 /* odds or rates of 1 to 10^13: nobody's data say that */

/* Memory of a fit. */
typedef struct fit {
  const tg_regress_data *data;
  const tg_regress_family *family;
  double *a;         /* rows x columns */
  double *target;    /* rows */
  double *trial_eta; /* rows */
  double *trial;     /* columns */
} fit;

static double offset_of(const tg_regress_data *data, size_t row) {
  return data->offset ? data->offset[row] : 0;
}

/* X b with the rounding of each product, since the terms of an ill-conditioned fit cancel. */
static void multiply(const tg_regress_data *data, const double *b, double *eta) {
  for (size_t i = 0; i < data->rows; i++) {
    tg_sum sum = {0, 0};
    for (size_t j = 0; j < data->columns; j++) {
      double x = data->x[i * data->columns + j], product = x * b[j];
      tg_sum_add(&sum, product);
      tg_sum_add(&sum, fma(x, b[j], -product));
    }
    eta[i] = tg_sum_value(&sum);
  }
}

static void find_eta(const tg_regress_data *data, const double *b, double *eta) {
  multiply(data, b, eta);
  for (size_t i = 0; data->offset && i < data->rows; i++)
    eta[i] += data->offset[i];
}

static double loss_at(const fit *f, const double *eta) {
  tg_sum sum = {0, 0};
  for (size_t i = 0; i < f->data->rows; i++)
    tg_sum_add(&sum, f->data->weight[i] * f->family->loss(f->data->y[i], eta[i]));
  return tg_sum_value(&sum);
}

/* One step from eta; with `whole` (the first one) the solution itself, working outcome eta + r / d less the offset. */
static trygg_status solve_step(const fit *f, const double *eta, int whole, double *step, trygg_error *error) {
  const tg_regress_data *data = f->data;
  for (size_t i = 0; i < data->rows; i++) {
    double d = f->family->slope(eta[i]), root = sqrt(data->weight[i] * d);
    double r = data->y[i] - f->family->mean(eta[i]);
    f->target[i] = f->family->is_linear ? root * (data->y[i] - offset_of(data, i))
                                        : root * (r / d + (whole ? eta[i] - offset_of(data, i) : 0));
    for (size_t j = 0; j < data->columns; j++)
      f->a[i * data->columns + j] = root * data->x[i * data->columns + j];
  }
  return tg_solve_least_squares(f->a, data->rows, data->columns, f->target, step, error);
}

/* b + step, halved until the loss is no larger; 0 when it never is. */
static int take_step(fit *f, double *b, double *eta, double *step, double *loss) {
  size_t columns = f->data->columns;
  for (int halving = 0; halving < HALVINGS; halving++) {
    double next;
    for (size_t j = 0; j < columns; j++)
      f->trial[j] = b[j] + step[j];
    find_eta(f->data, f->trial, f->trial_eta);
    next = loss_at(f, f->trial_eta);
    if (next <= *loss + 64 * DBL_EPSILON * fabs(*loss)) {
      memcpy(b, f->trial, columns * sizeof *b);
      memcpy(eta, f->trial_eta, f->data->rows * sizeof *eta);
      *loss = next;
      return 1;
    }
    for (size_t j = 0; j < columns; j++)
      step[j] /= 2;
  }
  return 0;
}

/* Largest change of eta that a step makes, against the size of eta. */
static double step_size(const fit *f, const double *step, const double *eta) {
  double change = 0, size = 1;
  multiply(f->data, step, f->trial_eta);
  for (size_t i = 0; i < f->data->rows; i++) {
    change = fmax(change, fabs(f->trial_eta[i]));
    size = fmax(size, fabs(eta[i]));
  }
  return change / size;
}

static int runs_off(const fit *f, const double *eta) {
  for (size_t i = 0; i < f->data->rows; i++)
    if (!(f->family->slope(eta[i]) > 0) || f->family->slope(eta[i]) < exp(-FAR))
      return 1;
  return 0;
}

static void find_start(const fit *f, double *eta) {
  tg_sum whole = {0, 0}, weight = {0, 0};
  for (size_t i = 0; i < f->data->rows; i++) {
    tg_sum_add(&whole, f->data->weight[i] * f->data->y[i]);
    tg_sum_add(&weight, f->data->weight[i]);
  }
  for (size_t i = 0; i < f->data->rows; i++)
    eta[i] = f->family->start(f->data->y[i], tg_sum_value(&whole) / tg_sum_value(&weight));
}

static trygg_status iterate(fit *f, double *b, double *step, double *eta, tg_regress_end *end,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double loss, size = INFINITY, before;
  find_start(f, eta);
  TRY(solve_step(f, eta, 1, b, error));
  find_eta(f->data, b, eta);
  memcpy(step, b, f->data->columns * sizeof *step);
  *end = TG_REGRESS_DONE;
  if (f->family->is_linear)
    return TRYGG_OK;
  loss = loss_at(f, eta);
  if (!isfinite(loss)) { /* the first step overshot: begin at b = 0 */
    memset(b, 0, f->data->columns * sizeof *b);
    find_eta(f->data, b, eta);
    loss = loss_at(f, eta);
  }
  for (int round = 0; round < STEPS; round++) {
    if (runs_off(f, eta))
      break;
    TRY(solve_step(f, eta, 0, step, error));
    before = size;
    size = step_size(f, step, eta);
    /* Convergence is quadratic: where a step is this small and no longer falls, rounding is all that is left. */
    if (size <= DBL_EPSILON || (size < 1e-9 && size > before / 4))
      return TRYGG_OK;
    if (!take_step(f, b, eta, step, &loss))
      return TRYGG_OK; /* nothing lowers the loss: at its minimum to rounding */
  }
  *end = TG_REGRESS_DIVERGES;
cleanup:
  return status;
}

/* ---- orthogonal columns -------------------------------------------------------------------- */

/* Gram-Schmidt, each column taken twice (Giraud, Langou & Rozloznik 2005: twice is enough); R may be NULL.
 * Columns shorter than `tolerance` times what they were follow from those before them and are left out. */
static void orthogonalize(double *a, size_t rows, size_t columns, double tolerance, double *r,
                          unsigned char *dependent) {
  for (size_t k = 0; k < columns; k++) {
    double before = 0, after = 0;
    for (size_t i = 0; i < rows; i++)
      before += a[i * columns + k] * a[i * columns + k];
    for (int pass = 0; pass < 2; pass++)
      for (size_t j = 0; j < k; j++) {
        double product = 0;
        if (dependent[j])
          continue;
        for (size_t i = 0; i < rows; i++)
          product += a[i * columns + j] * a[i * columns + k];
        for (size_t i = 0; i < rows; i++)
          a[i * columns + k] -= product * a[i * columns + j];
        if (r)
          r[j * columns + k] += product;
      }
    for (size_t i = 0; i < rows; i++)
      after += a[i * columns + k] * a[i * columns + k];
    dependent[k] = !(sqrt(after) > tolerance * sqrt(before));
    after = sqrt(after);
    if (r)
      r[k * columns + k] = after;
    for (size_t i = 0; i < rows && !dependent[k]; i++)
      a[i * columns + k] /= after;
  }
}

trygg_status tg_regress_dependent(const tg_regress_data *data, unsigned char *dependent, trygg_error *error) {
  size_t rows = data->rows, columns = data->columns;
  double *a = tg_memory_new(rows * columns, sizeof *a);
  if (!a)
    return tg_error_memory(error);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < columns; j++)
      a[i * columns + j] = sqrt(data->weight[i]) * data->x[i * columns + j];
  /* As tg_solve_least_squares, with room for what two passes add. */
  orthogonalize(a, rows, columns, 64 * DBL_EPSILON * sqrt((double)rows), NULL, dependent);
  tg_memory_free(a);
  return TRYGG_OK;
}

/* inverse = R^-1 R^-T: the condition of X is not squared, as it would be from X' W X. */
static trygg_status invert_information(fit *f, const double *eta, double *inverse, trygg_error *error) {
  const tg_regress_data *data = f->data;
  size_t columns = data->columns;
  trygg_status status = TRYGG_OK;
  double *r = tg_memory_new(2 * columns * columns, sizeof *r), *m = r ? r + columns * columns : NULL;
  unsigned char *dependent = tg_memory_new(columns, 1);
  if (!r || !dependent) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < data->rows; i++)
    for (size_t j = 0; j < columns; j++)
      f->a[i * columns + j] = sqrt(data->weight[i] * f->family->slope(eta[i])) * data->x[i * columns + j];
  orthogonalize(f->a, data->rows, columns, 0, r, dependent);
  for (size_t j = 0; j < columns; j++) /* m = R^-1, column by column */
    for (size_t i = j + 1; i-- > 0;) {
      double value = i == j;
      for (size_t k = i + 1; k <= j; k++)
        value -= r[i * columns + k] * m[k * columns + j];
      m[i * columns + j] = value / r[i * columns + i];
    }
  for (size_t i = 0; i < columns; i++)
    for (size_t j = 0; j < columns; j++) {
      double value = 0;
      for (size_t k = i > j ? i : j; k < columns; k++)
        value += m[i * columns + k] * m[j * columns + k];
      inverse[i * columns + j] = value;
    }
cleanup:
  tg_memory_free(r);
  tg_memory_free(dependent);
  return status;
}

trygg_status tg_regress_fit(const tg_regress_data *data, const tg_regress_family *family, double *b,
                            double *step, double *eta, double *inverse, tg_regress_end *end,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  fit f = {.data = data, .family = family};
  f.a = tg_memory_new(data->rows * data->columns, sizeof *f.a);
  f.target = tg_memory_new(data->rows, sizeof *f.target);
  f.trial_eta = tg_memory_new(data->rows, sizeof *f.trial_eta);
  f.trial = tg_memory_new(data->columns, sizeof *f.trial);
  if (!f.a || !f.target || !f.trial_eta || !f.trial) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(iterate(&f, b, step, eta, end, error));
  if (*end == TG_REGRESS_DONE)
    TRY(invert_information(&f, eta, inverse, error));
cleanup:
  tg_memory_free(f.a);
  tg_memory_free(f.target);
  tg_memory_free(f.trial_eta);
  tg_memory_free(f.trial);
  return status;
}
