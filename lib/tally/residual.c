/* SPDX-License-Identifier: GPL-3.0-or-later */
/* V_ab = M_ab - B_a'M_xb - B_b'M_xa + B_a'M_xx B_b + B_a'V(T) B_b, see the header. */
#include <tally/residual.h>

#include <math.h>

#include <base/memory.h>

int tg_residual_begin(tg_residual *r, const trygg_design *design, size_t own) {
  *r = (tg_residual){.calibration = design->calibration,
                     .response = design->response,
                     .own = own,
                     .may_be_negative = design->inclusion || design->phases};
  if (!tg_residual_matters(r))
    return 0;
  r->regressed = tg_memory_new(own * tg_residual_totals(r), sizeof *r->regressed);
  return r->regressed ? 0 : -1;
}

void tg_residual_clear(tg_residual *r) {
  tg_memory_free(r->regressed);
  *r = (tg_residual){0};
}

void tg_residual_mark(const tg_residual *r, tg_spread *spread) {
  for (size_t k = 0; k < tg_residual_aims(r) && r->calibration->first_phase; k++)
    spread->second[r->own + k] = 1;
}

void tg_residual_regress(tg_residual *r, size_t output, size_t record, double z) {
  double *t;
  if (r->known || !tg_residual_matters(r))
    return;
  t = r->regressed + output * tg_residual_totals(r);
  if (r->calibration) {
    const tg_patterns *patterns = &r->calibration->patterns;
    size_t pattern = patterns->of[record];
    double own = z * tg_calibrate_own(r->calibration, record);
    for (size_t k = patterns->begin[pattern]; k < patterns->begin[pattern + 1]; k++)
      t[patterns->column[k]] += patterns->value[k] * own;
  }
  if (r->response) {
    size_t first, count;
    const double *x = tg_response_columns(r->response, record, &first, &count);
    double own = z * tg_response_lean(r->response, record);
    for (size_t k = 0; k < count; k++)
      t[tg_residual_aims(r) + first + k] += x[k] * own;
  }
}

void tg_residual_touch(const tg_residual *r, size_t record, tg_spread *spread) {
  if (r->calibration && r->calibration->weight[record] > 0) {
    const tg_patterns *patterns = &r->calibration->patterns;
    size_t pattern = patterns->of[record];
    double w = r->calibration->weight[record];
    for (size_t k = patterns->begin[pattern]; k < patterns->begin[pattern + 1]; k++)
      tg_spread_touch(spread, r->own + patterns->column[k], w * patterns->value[k]);
  }
  if (r->response && r->response->gap[record] != 0) {
    size_t first, count, behind = r->own + tg_residual_aims(r);
    const double *x = tg_response_columns(r->response, record, &first, &count);
    for (size_t k = 0; k < count; k++)
      tg_spread_touch(spread, behind + first + k, r->response->gap[record] * x[k]);
  }
}

/* ---- from one covariance matrix to the other ------------------------------------------------------ */

typedef struct reduction {
  const tg_residual *residual;
  const double *matrix;
  size_t size, own, aims;
  double *coefficients; /* B of each own output */
  double *products;     /* M_xx B - M_xb */
} reduction;

static void multiply(const reduction *r, size_t b) {
  const double *coefficients = r->coefficients + b * r->aims;
  for (size_t i = 0; i < r->aims; i++) {
    const double *row = r->matrix + (r->own + i) * r->size;
    double sum = 0;
    for (size_t j = 0; j < r->aims; j++)
      sum += row[r->own + j] * coefficients[j];
    r->products[b * r->aims + i] = sum - row[b];
  }
}

static double dot(const double *a, const double *b, size_t count) {
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += a[i] * b[i];
  return sum;
}

/* M_xa of one output with the B of another. */
static double cross(const reduction *r, size_t a, const double *coefficients) {
  double sum = 0;
  for (size_t j = 0; j < r->aims; j++)
    sum += r->matrix[(r->own + j) * r->size + a] * coefficients[j];
  return sum;
}

static trygg_status reduce_pair(const reduction *r, size_t a, size_t b, double *out, trygg_error *error) {
  const double *of_a = r->coefficients + a * r->aims, *of_b = r->coefficients + b * r->aims;
  double uncertainty = 0, whole = r->matrix[a * r->size + b];
  double rest = whole + dot(of_a, r->products + b * r->aims, r->aims) - cross(r, a, of_b);
  trygg_status status = TRYGG_OK;
  double size = r->residual->may_be_negative ? fabs(rest) : rest;
  if (r->residual->calibration)
    status = tg_calibrate_uncertainty(r->residual->calibration, of_a, of_b, &uncertainty, error);
  if (a == b && size < TG_RESIDUAL_NOTHING * (fabs(whole) + fabs(cross(r, a, of_a))))
    rest = 0;
  *out = rest + uncertainty;
  return status;
}

static trygg_status reduce_all(const reduction *r, int full, double *variance, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t a = 0; a < r->own; a++) {
    if (!full) {
      TRY(reduce_pair(r, a, a, &variance[a], error));
      continue;
    }
    for (size_t b = 0; b <= a; b++) {
      TRY(reduce_pair(r, a, b, &variance[a * r->own + b], error));
      variance[b * r->own + a] = variance[a * r->own + b];
    }
  }
  for (size_t a = 0; a < r->own && full; a++)
    for (size_t b = 0; b < r->own; b++) /* nothing varies with what does not vary */
      if (variance[a * r->own + a] == 0 || variance[b * r->own + b] == 0)
        variance[a * r->own + b] = 0;
cleanup:
  return status;
}

/* B of the calibration, then that of the response of what the calibration leaves. */
static trygg_status find_coefficients(const tg_residual *r, const double *t, double *b, trygg_error *error) {
  size_t aims = tg_residual_aims(r);
  trygg_status status = TRYGG_OK;
  if (r->calibration)
    TRY(tg_calibrate_regress(r->calibration, t, b, error));
  if (r->response)
    TRY(tg_response_regress(r->response, t + aims, r->calibration ? b : NULL, aims, b + aims, error));
cleanup:
  return status;
}

trygg_status tg_residual_reduce(const tg_residual *residual, const double *matrix, int full, double *variance,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  reduction r = {residual, matrix, tg_residual_outputs(residual), residual->own, 0, NULL, NULL};
  r.aims = r.size - r.own;
  r.coefficients = tg_memory_new(r.own * r.aims, sizeof *r.coefficients);
  r.products = tg_memory_new(r.own * r.aims, sizeof *r.products);
  if (!r.coefficients || !r.products) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t o = 0; o < r.own; o++) {
    TRY(find_coefficients(residual, residual->regressed + o * r.aims, r.coefficients + o * r.aims, error));
    multiply(&r, o);
  }
  TRY(reduce_all(&r, full, variance, error));
cleanup:
  tg_memory_free(r.coefficients);
  tg_memory_free(r.products);
  return status;
}
