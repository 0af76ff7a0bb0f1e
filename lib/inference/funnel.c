/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control limits of many areas about a common figure c (Spiegelhalter 2005, Stat. Med. 24:1185-1202).
 *
 *   D_i = g(p_i) - g(c),   V_i = V(D_i),   z_i = D_i / sqrt V_i,   limits  c +- t sqrt V_i
 *
 * with g the identity; of shares the arcsine of the root, whose variance 1/(4 n_i) depends on the effective number of
 * answers alone.  c is a target, or the figure of all.  An area is part of that, so V_i has their covariance, which a
 * classic funnel leaves out: an area with a third of the answers would be given limits that are a fifth too wide.
 *
 * Shares are then judged as n_i = 1/(4 V_i) answers of which x = n_i p_i hit, by the binomial tail with half of x
 *
 *   z_i = Phi^-1( P(X < x) + P(X = x)/2 ),   P(X <= x) = I_{1-c}(n - x, x + 1)
 *
 * for x that are no whole numbers too, and limits are where z is +-t: the normal distribution has lower limits that are
 * too low, or below 0, of rare answers, the arcsine ones that nobody with the answer is below far too often (n 50,
 * c 0.05: 7.7 % below the limit of 99.8 %; here none).
 *
 * At a share of 0 or 1 no spread was seen: as many answers are taken to be effective as there are,
 * V_i = (1 - 2 f) / (4 n_i) + V(g(c)), f the area's part of the whole.
 *
 * Where areas differ more than by chance (section 4 there), with z' the z of which a tenth at each end is drawn in to
 * the next one (winsorised), phi = sum z'^2 / I and w_i = 1 / V_i:
 *
 *   multiplicative  V_i max(phi, 1)
 *   additive        V_i + tau^2,  tau^2 = max(0, (I phi - (I - 1)) / (sum w - sum w^2 / sum w)) */
#include <inference/funnel.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/options.h>
#include <base/text.h>
#include <inference/inference.h>
#include <numeric/distribution.h>
#include <numeric/solve.h>

#define OUTER 0.998
#define WINSORISED 0.1 /* of the areas, at each end */

static const tg_column_description columns[] = {
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "records in the denominator with a positive weight", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "the estimate; shares lie in 0-1", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "its standard error", 1},
    {"target", TRYGG_NUMBER, TRYGG_VALUE, "what it is compared with: the figure of all, or that given", 1},
    {"effective_n", TRYGG_NUMBER, TRYGG_VALUE,
     "answers of a simple random sample that would tell as much of its distance from the target", 0},
    {"limit_lower", TRYGG_NUMBER, TRYGG_VALUE, "lower control limit", 1},
    {"limit_upper", TRYGG_NUMBER, TRYGG_VALUE, "upper control limit", 1},
    {"outer_lower", TRYGG_NUMBER, TRYGG_VALUE, "lower control limit of 99.8 %", 1},
    {"outer_upper", TRYGG_NUMBER, TRYGG_VALUE, "upper control limit of 99.8 %", 1},
    {"phi", TRYGG_NUMBER, TRYGG_VALUE,
     "variance between areas over that of chance, by which limits are widened", 0},
    {"tau", TRYGG_NUMBER, TRYGG_VALUE, "spread of areas about the target beyond chance", 1},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "distance from the target in its standard errors", 0},
    {"df", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom", 0},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows", 0},
    {"position", TRYGG_TEXT, TRYGG_VALUE, "inside, above or below the limits, above_outer or below_outer", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* ---- shares -------------------------------------------------------------------------------------------- */

double tg_funnel_deviate(double share, double answers, double target) {
  double hits = share * answers, misses = answers - hits;
  double at_most = misses > 0 ? tg_distribution_beta(1 - target, misses, hits + 1) : 1,
         fewer = hits > 0 ? tg_distribution_beta(1 - target, misses + 1, hits) : 0,
         at_least = hits > 0 ? tg_distribution_beta(target, hits, misses + 1) : 1,
         more = misses > 0 ? tg_distribution_beta(target, hits + 1, misses) : 0;
  double below = (at_most + fewer) / 2, above = (at_least + more) / 2; /* the smaller has all its digits */
  return below < above ? tg_distribution_normal_quantile(below) : -tg_distribution_normal_quantile(above);
}

typedef struct sought {
  double answers, target, deviate;
} sought;

static double too_far(double share, void *context) {
  const sought *at = context;
  return tg_funnel_deviate(share, at->answers, at->target) - at->deviate;
}

double tg_funnel_limit(double answers, double target, double deviate) {
  sought at = {answers, target, deviate};
  if (isnan(answers) || isnan(target) || isnan(deviate))
    return NAN;
  if (too_far(0, &at) >= 0)
    return 0;
  if (too_far(1, &at) <= 0)
    return 1;
  return tg_solve_root(too_far, &at, 0, 1);
}

/* ---- how areas differ beyond chance --------------------------------------------------------------------- */

static int increasing(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double tg_funnel_phi(double *z, size_t count) {
  size_t drawn_in = (size_t)(WINSORISED * (double)count);
  double sum = 0;
  if (!count)
    return 1;
  qsort(z, count, sizeof *z, increasing);
  for (size_t i = 0; i < count; i++) {
    size_t at = i < drawn_in ? drawn_in : i > count - 1 - drawn_in ? count - 1 - drawn_in : i;
    sum += z[at] * z[at];
  }
  return sum / (double)count;
}

static void leave_alone(double phi, const double *variance, size_t count, double *factor, double *tau2) {
  (void)phi;
  (void)variance;
  (void)count;
  *factor = 1;
  *tau2 = 0;
}

static void multiply(double phi, const double *variance, size_t count, double *factor, double *tau2) {
  (void)variance;
  (void)count;
  *factor = fmax(phi, 1);
  *tau2 = 0;
}

static void add(double phi, const double *variance, size_t count, double *factor, double *tau2) {
  double weights = 0, squares = 0, left;
  for (size_t i = 0; i < count; i++) {
    weights += 1 / variance[i];
    squares += 1 / (variance[i] * variance[i]);
  }
  left = weights - squares / weights;
  *factor = 1;
  *tau2 = left > 0 ? fmax(0, ((double)count * phi - ((double)count - 1)) / left) : 0;
}

static const struct dispersion {
  const char *name, *help;
  int has_phi, has_tau;
  void (*model)(double phi, const double *variance, size_t count, double *factor, double *tau2);
} dispersions[] = {
    {"none", "limits of sampling error alone", 0, 0, leave_alone},
    {"multiplicative", "limits widened by how much the areas spread beyond it, small and large ones alike", 1,
     0, multiply},
    {"additive", "limits for areas that truly differ a little: those of large ones do not close", 0, 1, add},
};

static const size_t dispersion_count = sizeof dispersions / sizeof *dispersions;

const char *trygg_inference_dispersion(size_t i) {
  return i < dispersion_count ? dispersions[i].name : NULL;
}

const char *trygg_inference_dispersion_help(size_t i) {
  return i < dispersion_count ? dispersions[i].help : NULL;
}

static const char *dispersion_name_at(const void *context, size_t i) {
  (void)context;
  return dispersions[i].name;
}

static trygg_status find_dispersion(const char *name, const struct dispersion **out, trygg_error *error) {
  const char *nearest;
  for (size_t i = 0; i < dispersion_count; i++)
    if (!name || !strcmp(dispersions[i].name, name)) {
      *out = &dispersions[i];
      return TRYGG_OK;
    }
  nearest = tg_text_nearest(name, dispersion_count, dispersion_name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "dispersion",
                     "no model of how areas differ is called `%s`; did you mean `%s`?", name,
                     nearest ? nearest : dispersions->name);
}

/* ---- the areas ------------------------------------------------------------------------------------------ */

/* A row of the estimates: an area in a wave. */
typedef struct point {
  size_t output; /* of the variance; TG_NONE: it has no distance */
  unsigned flags;
  double distance, variance, df;
  double target, effective, factor, tau, z, p, p_adjusted;
  tg_limits inner, outer;
} point;

typedef struct funnel {
  const trygg_estimates *estimates;
  const struct dispersion *dispersion;
  double target, level; /* target: NaN is the figure of all */
  int64_t min_n;
  const char *adjust;
  point *points; /* a row of the estimates each */
} funnel;

static double link(int is_share, double estimate, double *slope) {
  *slope = is_share ? 1 / (2 * sqrt(estimate * (1 - estimate))) : 1;
  return is_share ? asin(sqrt(estimate)) : estimate;
}

static int is_total(const trygg_estimates *estimates, size_t row) {
  return estimates->domains[estimates->rows[row].domain].group == TG_TOTAL_DOMAIN;
}

/* Totals grow with the area: they have no common figure. */
static int is_shown(const trygg_estimates *estimates, size_t row) {
  return tg_row_indicator(estimates, row)->estimand != TG_TOTAL;
}

static size_t total_of(const trygg_estimates *estimates, size_t row) {
  const tg_row *r = &estimates->rows[row];
  return tg_estimate_row(estimates, estimates->domains[r->domain].wave, TG_TOTAL_DOMAIN, r->indicator);
}

static trygg_status add_point(const funnel *f, size_t row, size_t output, tg_terms *terms,
                              trygg_error *error) {
  const trygg_estimates *estimates = f->estimates;
  const tg_row *area = &estimates->rows[row], *all = &estimates->rows[total_of(estimates, row)];
  int is_share = tg_row_indicator(estimates, row)->type->is_share;
  trygg_status status = TRYGG_OK;
  point *at = &f->points[row];
  double slope, slope_of_target, target = isnan(f->target) ? all->estimate : f->target;
  at->target = target;
  at->flags = area->flags;
  if (isnan(area->estimate) || isnan(area->se) || isnan(target) || (is_share && !(target > 0 && target < 1)))
    return TRYGG_OK;
  at->distance = link(is_share, area->estimate, &slope) - link(is_share, target, &slope_of_target);
  at->output = output;
  TRY(tg_estimate_add_terms(estimates, row, isfinite(slope) ? slope : 0, output, terms, error));
  if (isnan(f->target))
    TRY(tg_estimate_add_terms(estimates, total_of(estimates, row), -slope_of_target, output, terms, error));
cleanup:
  return status;
}

/* Where no spread was seen the variance is that of so many answers; else it is known. */
static double variance_of(const funnel *f, size_t row, double variance) {
  const tg_row *area = &f->estimates->rows[row], *all = &f->estimates->rows[total_of(f->estimates, row)];
  double part = isnan(f->target) ? area->weight / all->weight : 0;
  if (area->flags & TG_FLAG_BOUNDARY)
    variance += (1 - 2 * part) / (4 * area->n);
  return variance > 0 ? variance : NAN;
}

static trygg_status measure(const funnel *f, trygg_error *error) {
  const trygg_estimates *estimates = f->estimates;
  trygg_status status = TRYGG_OK;
  size_t outputs = 0, indicators = estimates->tally->indicators.count;
  tg_terms terms = {0};
  double *variance = tg_memory_new(estimates->row_count, sizeof *variance),
         *df = tg_memory_new(estimates->row_count, sizeof *df);
  if (!variance || !df)
    TRY(tg_error_memory(error));
  /* Outputs are numbered indicator by indicator, so that those worked on together need few of them. */
  for (size_t k = 0; k < indicators; k++)
    for (size_t row = k; row < estimates->row_count; row += indicators) {
      f->points[row] =
          (point){TG_NONE, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, {NAN, NAN}, {NAN, NAN}};
      if (is_total(estimates, row) || !is_shown(estimates, row))
        continue;
      TRY(add_point(f, row, outputs, &terms, error));
      outputs += f->points[row].output != TG_NONE;
    }
  TRY(tg_estimate_combine(estimates, &terms, outputs, 0, variance, df, error));
  for (size_t row = 0; row < estimates->row_count; row++)
    if (f->points[row].output != TG_NONE) {
      f->points[row].variance = variance_of(f, row, variance[f->points[row].output]);
      f->points[row].df = df[f->points[row].output];
    }
cleanup:
  tg_memory_free(variance);
  tg_memory_free(df);
  tg_estimate_clear_terms(&terms);
  return status;
}

/* ---- limits --------------------------------------------------------------------------------------------- */

static double deviate_of(const funnel *f, size_t row, double variance) {
  const point *at = &f->points[row];
  if (tg_row_indicator(f->estimates, row)->type->is_share)
    return tg_funnel_deviate(f->estimates->rows[row].estimate, 1 / (4 * variance), at->target);
  return at->distance / sqrt(variance);
}

static tg_limits limits_at(const point *at, int is_share, double variance, double level) {
  double t = at->df > 0 ? tg_distribution_t_quantile((1 + level) / 2, at->df) : NAN,
         answers = 1 / (4 * variance);
  if (is_share)
    return (tg_limits){tg_funnel_limit(answers, at->target, -t), tg_funnel_limit(answers, at->target, t)};
  return tg_inference_symmetric(at->target, sqrt(variance), at->df, level);
}

/* Answers of a simple random sample with this variance: shares have 1/(4 n), the others S^2/n with the S^2 of all. */
static double effective_of(const funnel *f, size_t row) {
  const tg_row *all = &f->estimates->rows[total_of(f->estimates, row)];
  double square =
      tg_row_indicator(f->estimates, row)->type->is_share ? 0.25 : all->se * all->se * all->n / all->deff;
  return square > 0 && isfinite(square) ? square / f->points[row].variance : NAN;
}

static void judge(const funnel *f, size_t row, double factor, double tau2) {
  point *at = &f->points[row];
  int is_share = tg_row_indicator(f->estimates, row)->type->is_share;
  double variance = at->variance * factor + tau2, slope;
  at->factor = factor;
  at->tau = sqrt(tau2);
  at->effective = effective_of(f, row);
  at->z = deviate_of(f, row, variance);
  at->p = tg_inference_p(at->z, 1, at->df);
  at->inner = limits_at(at, is_share, variance, f->level);
  at->outer = limits_at(at, is_share, variance, OUTER);
  if (f->dispersion->has_phi || f->dispersion->has_tau)
    at->flags |= TG_FLAG_MODEL;
  if (!(at->df > 0))
    at->flags |= TG_FLAG_NO_DF;
  link(is_share, at->target, &slope);
  at->tau /= slope; /* in the unit of the estimate */
}

static int takes_part(const funnel *f, size_t row) {
  return f->points[row].variance > 0 && tg_row_base(&f->estimates->rows[row]) >= f->min_n;
}

/* The areas of one wave and indicator. */
static trygg_status draw_limits(const funnel *f, size_t total, trygg_error *error) {
  const trygg_estimates *estimates = f->estimates;
  const tg_row *all = &estimates->rows[total];
  trygg_status status = TRYGG_OK;
  double factor, tau2, *z = tg_memory_new(2 * estimates->group_count + 1, sizeof *z),
                       *variance = z + estimates->group_count;
  size_t count = 0;
  if (!z)
    return tg_error_memory(error);
  for (int round = 0; round < 2; round++) {
    if (round == 1)
      f->dispersion->model(tg_funnel_phi(z, count), variance, count, &factor, &tau2);
    for (size_t g = 0; g < estimates->group_count; g++) {
      size_t row =
          tg_estimate_row(estimates, estimates->domains[all->domain].wave, (uint32_t)g, all->indicator);
      if (row == TG_NONE || f->points[row].output == TG_NONE)
        continue;
      if (round == 1) {
        judge(f, row, factor, tau2);
      } else if (takes_part(f, row)) {
        variance[count] = f->points[row].variance;
        z[count++] = deviate_of(f, row, f->points[row].variance);
      }
    }
  }
  tg_memory_free(z);
  return status;
}

static trygg_status adjust(const funnel *f, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = f->estimates->row_count;
  double *p = tg_memory_new(count, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  for (size_t row = 0; row < count; row++)
    p[row] = takes_part(f, row) ? f->points[row].p : NAN;
  TRY(trygg_inference_adjust(f->adjust, p, count, error));
  for (size_t row = 0; row < count; row++)
    f->points[row].p_adjusted = p[row];
cleanup:
  tg_memory_free(p);
  return status;
}

/* ---- the table ------------------------------------------------------------------------------------------ */

static const char *position_of(const point *at, double estimate) {
  if (isnan(at->inner.lower))
    return NULL;
  if (estimate > at->inner.upper)
    return estimate > at->outer.upper ? "above_outer" : "above";
  if (estimate < at->inner.lower)
    return estimate < at->outer.lower ? "below_outer" : "below";
  return "inside";
}

static trygg_status add_row(const funnel *f, trygg_table *table, size_t row, trygg_error *error) {
  const trygg_estimates *estimates = f->estimates;
  const tg_row *r = &estimates->rows[row];
  const tg_indicator *indicator = tg_row_indicator(estimates, row);
  const point *at = &f->points[row];
  const double cells[] = {r->estimate,
                          r->se,
                          at->target,
                          at->effective,
                          at->inner.lower,
                          at->inner.upper,
                          at->outer.lower,
                          at->outer.upper,
                          f->dispersion->has_phi ? at->factor : NAN,
                          f->dispersion->has_tau ? at->tau : NAN,
                          at->z,
                          at->df,
                          at->p,
                          at->p_adjusted};
  size_t column = 1 + estimates->tally->by_count;
  trygg_status status = TRYGG_OK;
  TRY(tg_table_add_row(table, error));
  TRY(tg_inference_set_keys(table, estimates, &estimates->domains[r->domain], 1, error));
  TRY(tg_table_set_text(table, column++, indicator->name, error));
  tg_table_set_integer(table, column++, (int64_t)r->n);
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_text(table, column++, position_of(at, r->estimate), error));
  TRY(tg_table_set_flags(table, column, at->output == TG_NONE ? r->flags : at->flags, error));
  tg_table_set_base(table, tg_row_base(r));
  tg_table_set_unit(table, tg_inference_unit(indicator));
cleanup:
  return status;
}

static trygg_status make_table(const funnel *f, trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  TRY(tg_table_create(&table, error));
  TRY(tg_inference_add_keys(table, f->estimates, 1, error));
  TRY(tg_table_add_column(table, "indicator", TRYGG_TEXT, TRYGG_KEY, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
  TRY(tg_inference_add_notes(table, f->estimates, f->level, error));
  TRY(tg_table_add_note(table, "dispersion", f->dispersion->name, error));
  TRY(tg_table_add_note(table, "adjust", f->adjust, error));
  for (size_t row = 0; row < f->estimates->row_count; row++)
    if (is_shown(f->estimates, row))
      TRY(add_row(f, table, row, error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  return status;
}

static trygg_status take_options(const trygg_funnel_options *options, funnel *f, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_funnel_options chosen;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_funnel_options", error));
  TRY(find_dispersion(chosen.dispersion, &f->dispersion, error));
  TRY(tg_inference_level(chosen.level, &f->level, error));
  if (!isfinite(chosen.target))
    TRY(tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "target", "a target is a number, as 0.25 of a share"));
  f->target = chosen.target != 0 ? chosen.target : NAN;
  f->min_n = chosen.min_n;
  f->adjust = chosen.adjust ? chosen.adjust : "holm";
cleanup:
  return status;
}

trygg_status trygg_inference_funnel(const trygg_estimates *estimates, const trygg_funnel_options *options,
                                    trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  funnel f = {.estimates = estimates};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  TRY(take_options(options, &f, error));
  if (!estimates->tally->by_count)
    TRY(tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "by",
                    "there are no areas to draw limits for; name a by-variable"));
  f.points = tg_memory_new(estimates->row_count, sizeof *f.points);
  if (!f.points)
    TRY(tg_error_memory(error));
  TRY(measure(&f, error));
  for (size_t row = 0; row < estimates->row_count; row++)
    if (is_total(estimates, row) && is_shown(estimates, row))
      TRY(draw_limits(&f, row, error));
  TRY(adjust(&f, error));
  TRY(make_table(&f, out, error));
cleanup:
  tg_memory_free(f.points);
  return status;
}
