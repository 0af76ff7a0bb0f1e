/* SPDX-License-Identifier: GPL-3.0-or-later */
/* V_ab = M_ab - B_a'M_xb - B_b'M_xa + B_a'M_xx B_b + B_a'V(T) B_b, see the header. */
#include <tally/residual.h>

#include <math.h>

#include <base/memory.h>

int tg_residual_begin(tg_residual *r, const trygg_design *design, size_t own) {
  *r = (tg_residual){
      .calibration = design->calibration, .own = own, .may_be_negative = design->inclusion != NULL};
  if (!r->calibration)
    return 0;
  r->regressed = tg_memory_new(own * r->calibration->patterns.aim_count, sizeof *r->regressed);
  return r->regressed ? 0 : -1;
}

void tg_residual_clear(tg_residual *r) {
  tg_memory_free(r->regressed);
  *r = (tg_residual){0};
}

void tg_residual_regress(tg_residual *r, size_t output, size_t record, double z) {
  const tg_patterns *patterns;
  size_t pattern;
  if (!r->calibration || r->known)
    return;
  patterns = &r->calibration->patterns;
  pattern = patterns->of[record];
  z *= tg_calibrate_own(r->calibration, record);
  for (size_t k = patterns->begin[pattern]; k < patterns->begin[pattern + 1]; k++)
    r->regressed[output * patterns->aim_count + patterns->column[k]] += patterns->value[k] * z;
}

void tg_residual_touch(const tg_residual *r, size_t record, tg_spread *spread) {
  const tg_patterns *patterns;
  size_t pattern;
  double w;
  if (!r->calibration || !((w = r->calibration->weight[record]) > 0))
    return;
  patterns = &r->calibration->patterns;
  pattern = patterns->of[record];
  for (size_t k = patterns->begin[pattern]; k < patterns->begin[pattern + 1]; k++)
    tg_spread_touch(spread, r->own + patterns->column[k], w * patterns->value[k]);
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
  double uncertainty, whole = r->matrix[a * r->size + b];
  double rest = whole + dot(of_a, r->products + b * r->aims, r->aims) - cross(r, a, of_b);
  trygg_status status = tg_calibrate_uncertainty(r->residual->calibration, of_a, of_b, &uncertainty, error);
  double size = r->residual->may_be_negative ? fabs(rest) : rest;
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
    TRY(tg_calibrate_regress(residual->calibration, residual->regressed + o * r.aims,
                             r.coefficients + o * r.aims, error));
    multiply(&r, o);
  }
  TRY(reduce_all(&r, full, variance, error));
cleanup:
  tg_memory_free(r.coefficients);
  tg_memory_free(r.products);
  return status;
}
