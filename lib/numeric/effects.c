/* SPDX-License-Identifier: GPL-3.0-or-later */
/* b = mu 1 + u + e along the axes of V = U diag(l) U', z = U'b and x = U'1, is a regression through the origin with
 * independent errors of variance l_k + t, t = tau^2.  With w_k = 1/(l_k + t), S_j = sum x^2 w^j and mu = sum x w z / S_1,
 * the restricted likelihood and its score and information are (Harville 1977, JASA 72:320-338)
 *
 *   -2 L = sum log(l + t) + log S_1 + sum w (z - x mu)^2
 *   2 s  = sum w^2 (z - x mu)^2 - (sum w - S_2/S_1)
 *   2 I  = sum w^2 - 2 S_3/S_1 + (S_2/S_1)^2
 *
 * t is the root of the score with the largest likelihood, or 0.  The error of mu is sqrt(max(1, q) / S_1) with
 * q = sum w (z - x mu)^2 / (K - 1) on K - 1 df (Knapp & Hartung 2003, Stat. Med. 22:2693-2710; the bound: Roever, Knapp
 * & Friede 2015, BMC Med. Res. Methodol. 15:99).  Area i, with g_k = U_ik:
 *
 *   mu + t sum g w (z - x mu)
 *   MSE = t - t^2 sum g^2 w + (1 - t sum g x w)^2 / S_1 + 2 sum g^2 l^2 w^3 Var(t),  Var(t) = 2 / sum w^2
 *
 * (Prasad & Rao 1990, JASA 85:163-171; for restricted likelihood Datta & Lahiri 2000, Stat. Sinica 10:613-627). */
#include <numeric/effects.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <numeric/eigen.h>
#include <numeric/solve.h>

#define STEPS 60 /* of the search for brackets of the score's roots */
#define ROUNDING 1e-9
#define SINGULAR 1e-8 /* of the largest eigenvalue */

/* The sums at a value of t. */
typedef struct sums {
  double w1, w2, s1, s2, s3, logs, mean, q1, q2;
} sums;

static sums sum_at(const tg_effects *e, double t) {
  sums s = {0};
  double xz = 0;
  for (size_t k = 0; k < e->count; k++) {
    double w = 1 / (e->variance[k] + t), x2 = e->one[k] * e->one[k];
    s.w1 += w;
    s.w2 += w * w;
    s.s1 += x2 * w;
    s.s2 += x2 * w * w;
    s.s3 += x2 * w * w * w;
    s.logs -= log(w);
    xz += e->one[k] * w * e->value[k];
  }
  s.mean = xz / s.s1;
  for (size_t k = 0; k < e->count; k++) {
    double w = 1 / (e->variance[k] + t), left = e->value[k] - e->one[k] * s.mean;
    s.q1 += w * left * left;
    s.q2 += w * w * left * left;
  }
  return s;
}

static double score(double t, void *context) {
  sums s = sum_at(context, t);
  return s.q2 - (s.w1 - s.s2 / s.s1);
}

static double likelihood(const tg_effects *e, double t) {
  sums s = sum_at(e, t);
  return -(s.logs + log(s.s1) + s.q1) / 2;
}

/* The score may have several roots: it is followed from 0 in growing steps, to where it can only fall. */
static double find_spread(tg_effects *e) {
  double largest = 0, squares = 0, best = 0, best_likelihood = likelihood(e, 0), before = 0, end;
  for (size_t k = 0; k < e->count; k++) {
    largest = fmax(largest, e->variance[k]);
    squares += e->value[k] * e->value[k];
  }
  /* Values about their mean have q2 <= squares w^2, the rest is at least (K - 1) / (largest + t). */
  end = 2 * (squares + largest);
  for (int i = 1; i <= STEPS; i++) {
    double t = end * pow(2, (double)(i - STEPS) / 2), root;
    if (score(before, e) > 0 && score(t, e) <= 0) {
      root = tg_solve_root(score, e, before, t);
      if (likelihood(e, root) > best_likelihood) {
        best = root;
        best_likelihood = likelihood(e, root);
      }
    }
    before = t;
  }
  return best;
}

static void describe(tg_effects *e) {
  double df = (double)e->count - 1;
  sums at = sum_at(e, e->tau2), none = sum_at(e, 0);
  e->mean = at.mean;
  e->mean_se = sqrt(1 / at.s1);
  e->adjusted_se = e->mean_se * sqrt(fmax(1, at.q1 / df));
  e->tau2_se = sqrt(2 / (at.w2 - 2 * at.s3 / at.s1 + at.s2 / at.s1 * (at.s2 / at.s1)));
  e->heterogeneity = none.q1;
  e->chance = df / (none.w1 - none.s2 / none.s1);
}

/* Correlations below 1e-9 are rounding: areas that share no sampling unit. */
static int is_diagonal(const double *covariance, size_t count) {
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < i; j++) {
      double most = ROUNDING * sqrt(covariance[i * count + i]) * sqrt(covariance[j * count + j]);
      if (!(fabs(covariance[i * count + j]) <= most && fabs(covariance[j * count + i]) <= most))
        return 0;
    }
  return 1;
}

/* The axes of V; without any where V is singular, as one that was estimated from too little is. */
static trygg_status turn(const double *values, const double *covariance, tg_effects *e, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = e->count;
  double *matrix = NULL, *work = NULL, least = INFINITY, largest = 0;
  if (!(matrix = tg_memory_new(count, count * sizeof *matrix)) ||
      !(work = tg_memory_new(count, 3 * sizeof *work)) ||
      !(e->axes = tg_memory_new(count, count * sizeof *e->axes)))
    TRY(tg_error_memory(error));
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < count; j++)
      matrix[i * count + j] = (covariance[i * count + j] + covariance[j * count + i]) / 2;
    e->axes[i * count + i] = 1;
  }
  if (tg_eigen_turn(matrix, count, e->variance, e->axes, count, work) != 0)
    TRY(tg_error_set(error, TRYGG_ENUMERIC, "the covariance of the areas has no axes"));
  for (size_t k = 0; k < count; k++) {
    least = fmin(least, e->variance[k]);
    largest = fmax(largest, e->variance[k]);
  }
  if (!(least > SINGULAR * largest)) {
    tg_memory_free(e->axes);
    e->axes = NULL;
    goto cleanup;
  }
  for (size_t k = 0; k < count; k++) {
    e->one[k] = e->value[k] = 0;
    for (size_t i = 0; i < count; i++) {
      e->one[k] += e->axes[k * count + i];
      e->value[k] += e->axes[k * count + i] * values[i];
    }
  }
cleanup:
  tg_memory_free(matrix);
  tg_memory_free(work);
  return status;
}

trygg_status tg_effects_fit(const double *values, const double *covariance, size_t count, tg_effects *out,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  *out = (tg_effects){.count = count};
  out->variance = tg_memory_new(count, sizeof *out->variance);
  out->one = tg_memory_new(count, sizeof *out->one);
  out->value = tg_memory_new(count, sizeof *out->value);
  if (!out->variance || !out->one || !out->value)
    TRY(tg_error_memory(error));
  for (size_t i = 0; i < count; i++)
    if (!isfinite(values[i]) || !isfinite(covariance[i * count + i]) || !(covariance[i * count + i] > 0))
      TRY(tg_error_set(error, TRYGG_ENUMERIC, "an area to be pooled has no finite value or variance"));
  if (!is_diagonal(covariance, count))
    TRY(turn(values, covariance, out, error));
  for (size_t i = 0; i < count && !out->axes; i++) {
    out->variance[i] = covariance[i * count + i];
    out->one[i] = 1;
    out->value[i] = values[i];
  }
  out->tau2 = find_spread(out);
  describe(out);
cleanup:
  if (status != TRYGG_OK)
    tg_effects_clear(out);
  return status;
}

void tg_effects_clear(tg_effects *effects) {
  tg_memory_free(effects->variance);
  tg_memory_free(effects->one);
  tg_memory_free(effects->value);
  tg_memory_free(effects->axes);
  *effects = (tg_effects){0};
}

void tg_effects_predict(const tg_effects *e, size_t i, double *value, double *error2) {
  double t = e->tau2, own = 0, ones = 0, left = 0, third = 0;
  sums s = sum_at(e, t);
  for (size_t k = e->axes ? 0 : i; k < (e->axes ? e->count : i + 1); k++) {
    double g = e->axes ? e->axes[k * e->count + i] : 1, w = 1 / (e->variance[k] + t);
    own += g * g * w;
    ones += g * e->one[k] * w;
    left += g * w * (e->value[k] - e->one[k] * s.mean);
    third += g * g * e->variance[k] * e->variance[k] * w * w * w;
  }
  *value = s.mean + t * left;
  *error2 = t - t * t * own + (1 - t * ones) * (1 - t * ones) / s.s1 + 2 * third * (2 / s.w2);
}

double tg_effects_weight(const tg_effects *e, size_t i) {
  double weight = 0;
  for (size_t k = e->axes ? 0 : i; k < (e->axes ? e->count : i + 1); k++)
    weight += (e->axes ? e->axes[k * e->count + i] : 1) * e->one[k] / (e->variance[k] + e->tau2);
  return weight / sum_at(e, e->tau2).s1;
}

/* ---- limits of the spread ---------------------------------------------------------------------- */

typedef struct profile {
  const tg_effects *effects;
  double p;
} profile;

static double beyond(double t, void *context) {
  const profile *at = context;
  return tg_distribution_chisq_upper(sum_at(at->effects, t).q1, (double)at->effects->count - 1) - at->p;
}

/* Where Q is as improbable as p: it falls with t. */
static double limit(const tg_effects *e, double p) {
  profile at = {e, p};
  double end = e->chance;
  if (beyond(0, &at) >= 0)
    return 0;
  while (beyond(end, &at) < 0 && isfinite(end))
    end *= 2;
  return tg_solve_root(beyond, &at, 0, end);
}

void tg_effects_limits(const tg_effects *e, double level, double *lower, double *upper) {
  *lower = limit(e, (1 - level) / 2);
  *upper = limit(e, (1 + level) / 2);
}
