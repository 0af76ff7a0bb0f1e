/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines joined at observed waves (Kim, Fay, Feuer & Midthune 2000, Stat. Med. 19:335-351), by generalised least squares
 * with the covariance of the waves.
 *
 * joinpoint: with t_j the t of the change of slope at inner wave j, two waves or more on each side, the largest |t_j|.  A
 * line is no part of t_j: whitened, the q = K - 2 residuals u of a line are N(0, I), z_j = e_j' u with e_j of length 1 and
 * e_i' e_j the correlation of the changes, and p is the share of draws of u whose largest is as large.  Where V is an
 * estimate on nu df, so is its part for the residuals, and t_j is that of gls.c.  The draws then have a Wishart matrix S on
 * nu df in the place of V nu: z_j = nu^1/2 e_j' S^-1 u / (e_j' S^-1 e_j)^1/2, T2 = nu u' S^-1 u and
 *
 *   t_j^2 = z_j^2 (nu - q + 1) / (nu + T2 - z_j^2)
 *
 * with S = L L', L the triangle of roots of chi-squares and normals of Bartlett (1933, Proc. R. Soc. Edinburgh 53:260-283;
 * Anderson 2003, An Introduction to Multivariate Statistical Analysis, 7.2).
 *
 * joinpoint_last: the slope after the last joint, of the number of joints with the smallest
 * BIC = W + p log K, W the weighted sum of squares that is left and p the regressors: up to one joint, from 11 waves two
 * (with 7 and 11 waves the National Center for Health Statistics begins to look for one and two bends: Ingram et al. 2018,
 * Vital and Health Statistics 2:179).  Its standard error is that of the lines given the joints. */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/distribution.h>
#include <trend/draws.h>
#include <trend/gls.h>
#include <trend/tests.h>

#define APART 2 /* waves on each side of a joint, it not counted */
#define TWO_FROM 11

/* Regressors 1, t and, of each joint, (t_j - t)+: the coefficient of t is the slope after the last joint, that of a joint
 * how much the slope rises there. */
static size_t fill(const tg_span *span, const size_t *joints, size_t count, double *x) {
  size_t columns = count + 2;
  for (size_t i = 0; i < span->count; i++) {
    x[i * columns] = 1;
    x[i * columns + 1] = tg_span_time(span, i) - tg_span_time(span, 0);
    for (size_t k = 0; k < count; k++)
      x[i * columns + 2 + k] = fmax(0, tg_span_time(span, joints[k]) - tg_span_time(span, i));
  }
  return columns;
}

/* ---- one joint, tested ------------------------------------------------------------------ */

/* The changes of slope at all candidates: their coefficients over their standard errors. */
typedef struct candidates {
  double *z; /* count x waves */
  double *se;
  double *shrink; /* of t, for V's own error: at most 1 */
  double df;      /* that V's error leaves */
  size_t count, first;
} candidates;

static trygg_status list_candidates(const tg_span *span, double df, candidates *out, tg_finding *finding,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = span->count;
  double *x = tg_memory_new(3 * n, sizeof *x);
  out->first = APART;
  out->count = n - 2 * APART;
  out->z = tg_memory_new(out->count * n, sizeof *out->z);
  out->se = tg_memory_new(out->count, sizeof *out->se);
  out->shrink = tg_memory_new(out->count, sizeof *out->shrink);
  out->df = df;
  if (!x || !out->z || !out->se || !out->shrink) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < out->count; k++) {
    double *c = out->z + k * n, variance = 0;
    size_t joint = out->first + k;
    TRY(tg_gls_coefficients(span, x, fill(span, &joint, 1, x), 2, c, finding, error));
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++)
        variance += c[i] * c[j] * tg_span_covariance(span, i, j);
    out->se[k] = sqrt(variance);
    out->shrink[k] = 1;
    if (isfinite(df)) { /* one number of residuals for all candidates */
      out->df = df - finding->df_lost;
      out->shrink[k] = sqrt(fmax(0, out->df / df) / (1 + finding->misfit / df));
    }
    if (!(variance > 0))
      finding->no_test = 1;
    for (size_t i = 0; i < n; i++)
      c[i] /= out->se[k];
  }
cleanup:
  tg_memory_free(x);
  return status;
}

/* The largest |t|. */
static double largest(const candidates *all, const double *value, size_t n, size_t *at) {
  double most = -1;
  for (size_t k = 0; k < all->count; k++) {
    double z = 0;
    for (size_t i = 0; i < n; i++)
      z += all->z[k * n + i] * value[i];
    z *= all->shrink[k];
    if (fabs(z) > most) {
      most = fabs(z);
      *at = k;
    }
  }
  return most;
}

/* ---- its distribution ------------------------------------------------------------------- */

#define LARGE_DF 1000 /* from which V is as good as known */

/* What a draw needs: e_j in coordinates of which the j-th has the first j + 1, as L L' = their correlations. */
typedef struct reference {
  double *unit; /* candidates x residuals */
  size_t candidates, residuals;
  double df;         /* of V; LARGE_DF and more: known */
  double *u, *l, *f; /* of one draw: residuals, triangle, L^-1 e_j */
  tg_random *random;
} reference;

/* Row by row of the triangle; a change that the ones before determine keeps its direction among theirs. */
static void find_units(const tg_span *span, const candidates *all, reference *r) {
  size_t n = span->count;
  for (size_t a = 0; a < r->candidates; a++) {
    double *row = r->unit + a * r->residuals, left = 1;
    for (size_t b = 0; b < a; b++) {
      const double *other = r->unit + b * r->residuals;
      double sum = 0;
      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          sum += all->z[a * n + i] * all->z[b * n + j] * tg_span_covariance(span, i, j);
      for (size_t k = 0; k < b; k++)
        sum -= row[k] * other[k];
      row[b] = other[b] > 0 ? sum / other[b] : 0;
      left -= row[b] * row[b];
    }
    row[a] = left > 1e-10 ? sqrt(left) : 0;
  }
}

/* x = L^-1 b, b 0 from `used` on; the sum of squares of x. */
static double solve(const double *l, const double *b, size_t used, size_t q, double *x) {
  double squares = 0;
  for (size_t i = 0; i < q; i++) {
    double sum = i < used ? b[i] : 0;
    for (size_t k = 0; k < i; k++)
      sum -= l[i * q + k] * x[k];
    x[i] = sum / l[i * q + i];
    squares += x[i] * x[i];
  }
  return squares;
}

static double dot(const double *a, const double *b, size_t n) {
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* The largest |t| of a draw. */
static double next(reference *r) {
  size_t q = r->residuals;
  double largest = 0, whole, nu = r->df;
  for (size_t i = 0; i < q; i++)
    r->u[i] = tg_random_normal(r->random);
  if (r->df >= LARGE_DF) {
    for (size_t j = 0; j < r->candidates; j++)
      largest = fmax(largest, fabs(dot(r->unit + j * q, r->u, j + 1)));
    return largest;
  }
  for (size_t i = 0; i < q; i++) {
    for (size_t k = 0; k < i; k++)
      r->l[i * q + k] = tg_random_normal(r->random);
    r->l[i * q + i] = sqrt(tg_random_chi_square(r->random, r->df - (double)i));
  }
  whole = nu * solve(r->l, r->u, q, q, r->u);
  for (size_t j = 0; j < r->candidates; j++) {
    double length = solve(r->l, r->unit + j * q, j + 1, q, r->f), z = dot(r->f, r->u, q);
    z = nu * z * z / length;
    largest = fmax(largest, sqrt(z * (nu - (double)q + 1) / (nu + whole - z)));
  }
  return largest;
}

static trygg_status share_as_large(const tg_span *span, const candidates *all, double df, double met,
                                   double *p, trygg_error *error) {
  size_t q = span->count - 2, beyond = 0, draws = 0;
  double *memory = tg_memory_new((all->count + q + 2) * q, sizeof *memory);
  tg_random *random = tg_memory_new(1, sizeof *random);
  reference r = {memory,
                 all->count,
                 q,
                 df,
                 memory + all->count * q,
                 memory + (all->count + 1) * q,
                 memory + (all->count + 1 + q) * q,
                 random};
  trygg_status status = memory && random ? TRYGG_OK : tg_error_memory(error);
  if (status == TRYGG_OK) {
    tg_random_seed(random, TG_DRAWS_SEED, 0);
    find_units(span, all, &r);
    for (; tg_draws_more(beyond, draws); draws++)
      beyond += next(&r) >= met;
    *p = tg_draws_p_so_far(beyond, draws);
  }
  tg_memory_free(random);
  tg_memory_free(memory);
  return status;
}

trygg_status tg_joinpoint_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                 trygg_error *error) {
  trygg_status status = TRYGG_OK;
  candidates all = {0};
  size_t at = 0;
  finding->estimate = NAN;
  TRY(list_candidates(span, given->df, &all, finding, error));
  if (finding->no_test || !(all.df >= 1) || !(given->df > (double)(span->count - 3)))
    goto cleanup;
  finding->statistic = largest(&all, tg_span_values(span), span->count, &at);
  finding->estimate = 0;
  for (size_t i = 0; i < span->count; i++)
    finding->estimate += all.z[at * span->count + i] * all.se[at] * tg_span_value(span, i);
  finding->changes[0] = all.first + at;
  finding->change_count = 1;
  finding->df2 = all.df;
  TRY(share_as_large(span, &all, given->df, finding->statistic, &finding->p, error));
cleanup:
  tg_memory_free(all.z);
  tg_memory_free(all.se);
  tg_memory_free(all.shrink);
  return status;
}

/* ---- as many as BIC wants --------------------------------------------------------------- */

typedef struct search {
  const tg_span *span;
  double *x, *c, *best_c;
  double best;
  tg_finding finding; /* of the fit at hand */
  tg_finding *chosen;
} search;

/* Fit with these joints; keep it if its BIC is the smallest so far. */
static trygg_status try_joints(search *s, const size_t *joints, size_t count, trygg_error *error) {
  size_t columns = fill(s->span, joints, count, s->x), n = s->span->count;
  trygg_status status;
  double bic;
  status = tg_gls_coefficients(s->span, s->x, columns, 1, s->c, &s->finding, error);
  if (status != TRYGG_OK || s->finding.no_test)
    return status;
  bic = s->finding.misfit + (double)columns * log((double)n);
  if (bic < s->best) {
    s->best = bic;
    memcpy(s->best_c, s->c, n * sizeof *s->c);
    s->chosen->misfit = s->finding.misfit;
    s->chosen->df_lost = s->finding.df_lost;
    s->chosen->change_count = count;
    for (size_t k = 0; k < count; k++)
      s->chosen->changes[k] = joints[k];
  }
  return TRYGG_OK;
}

trygg_status tg_joinpoint_last_contrast(const tg_span *span, double *c, tg_finding *finding,
                                        trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t n = span->count, joints[2] = {0};
  double *memory = tg_memory_new((TG_GLS_COLUMNS + 1) * n, sizeof *memory);
  search s = {.span = span,
              .x = memory,
              .c = memory + TG_GLS_COLUMNS * n,
              .best_c = c,
              .best = INFINITY,
              .chosen = finding};
  if (!memory)
    return tg_error_memory(error);
  TRY(try_joints(&s, joints, 0, error));
  for (joints[0] = APART; joints[0] + APART < n; joints[0]++) {
    TRY(try_joints(&s, joints, 1, error));
    for (joints[1] = joints[0] + APART + 1; n >= TWO_FROM && joints[1] + APART < n; joints[1]++)
      TRY(try_joints(&s, joints, 2, error));
  }
  finding->no_test = !isfinite(s.best);
cleanup:
  tg_memory_free(memory);
  return status;
}
