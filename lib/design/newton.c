/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calibration equations of one wave by Newton's method, and what is said when they have no solution.
 *
 *   r(lambda) = T - sum of D F(q x'lambda) x = 0,  D the sum of d over a pattern
 *
 * -r is the gradient of a convex function, so a step that goes too far, or not far enough, is found by the sign
 * of the slope along it.  Without a solution, ridge: r = e S lambda has one for any e > 0, and as e goes to 0 its r
 * tends to the smallest miss there is, in squares of shares of the totals. */
#include <design/calibrate.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <numeric/sum.h>

enum { MOST_STEPS = 200 };
#define RIDGE 1e-6      /* of the diagonal, in search of the smallest miss */
#define FLAT 1e-6       /* least slope of F in the matrix: a weight at its bound can come back */
#define MET 4e-15       /* of the sum of sizes, times its root: rounding */
#define NEARLY_MET 1e-9 /* what Newton's method cannot better is met if it is this near */

typedef struct solver {
  const tg_calibration *calibration;
  const tg_patterns *patterns;
  const tg_pattern_wave *wave;
  const tg_distance *distance;
  double lower, upper;
  const double *sums;
  double *factor;
  size_t aims;
  double ridge;
  double *target;         /* T of each aim */
  double *lambda, *trial; /* of each aim */
  double *step, *rest;    /* r */
  double *size;           /* of each aim: |T| + sum of |D g x| */
  double *penalty;        /* S */
  double *correction, *work;
} solver;

static void clear_solver(solver *s) {
  tg_memory_free(s->target);
}

static trygg_status make_solver(const tg_newton *newton, solver *s, trygg_error *error) {
  const tg_calibration *c = newton->calibration;
  size_t n;
  *s = (solver){.calibration = c, .patterns = &c->patterns, .wave = &c->patterns.waves[newton->wave]};
  s->distance = c->distance.row;
  s->lower = c->distance.lower;
  s->upper = c->distance.upper;
  s->sums = newton->sums;
  s->factor = newton->factor;
  s->aims = n = s->wave->aims;
  s->target = tg_memory_new(n, 9 * sizeof *s->target);
  if (!s->target)
    return tg_error_memory(error);
  s->lambda = s->target + n;
  s->trial = s->target + 2 * n;
  s->step = s->target + 3 * n;
  s->rest = s->target + 4 * n;
  s->size = s->target + 5 * n;
  s->penalty = s->target + 6 * n;
  s->correction = s->target + 7 * n;
  s->work = s->target + 8 * n;
  return TRYGG_OK;
}

/* The end of the margin that aim j begins. */
static size_t margin_end(const solver *s, size_t j) {
  const tg_aim *aims = s->patterns->aims + s->wave->first_aim;
  size_t end = j + 1;
  while (end < s->aims && aims[end].margin == aims[j].margin)
    end++;
  return end;
}

/* Totals are centred by N, that of the first margin of people.  Other margins differ by rounding at most
 * (margins.csv is checked) and are scaled to it, or nothing would meet both. */
static void set_targets(solver *s) {
  const tg_aim *aims = s->patterns->aims + s->wave->first_aim;
  double people = 0;
  int known = 0;
  for (size_t j = 0, end; j < s->aims; j = end) {
    tg_sum sum = {0};
    double own;
    end = margin_end(s, j);
    for (size_t k = j; k < end; k++)
      tg_sum_add(&sum, s->target[k] = aims[k].total);
    own = tg_sum_value(&sum);
    people = aims[j].people && !known ? own : people;
    known |= aims[j].people;
    for (size_t k = j; aims[j].people && own > 0 && own != people && k < end; k++)
      s->target[k] *= people / own;
  }
  for (size_t j = 0; j < s->aims; j++)
    s->target[j] -= aims[j].centre * people;
}

/* Factors, rests and sizes at `lambda`. */
static void evaluate(solver *s, const double *lambda) {
  const tg_patterns *p = s->patterns;
  size_t first = s->wave->first_aim, end = s->wave->first_pattern + s->wave->patterns;
  for (size_t j = 0; j < s->aims; j++) {
    s->rest[j] = s->target[j];
    s->size[j] = fabs(s->target[j]);
    s->correction[j] = 0;
  }
  for (size_t i = s->wave->first_pattern; i < end; i++) {
    double u = 0;
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++)
      u += p->value[k] * lambda[p->column[k] - first];
    s->factor[i] = s->distance->factor(p->q[i] * u, s->lower, s->upper);
    if (s->sums[i] == 0)
      continue;
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++) {
      size_t j = p->column[k] - first;
      double part = s->sums[i] * s->factor[i] * p->value[k];
      tg_sum sum = {s->rest[j], s->correction[j]};
      tg_sum_add(&sum, -part);
      s->rest[j] = sum.sum;
      s->correction[j] = sum.correction;
      s->size[j] += fabs(part);
    }
  }
  for (size_t j = 0; j < s->aims; j++) {
    tg_sum sum = {s->rest[j], s->correction[j]};
    tg_sum_add(&sum, -s->ridge * s->penalty[j] * lambda[j]);
    s->rest[j] = tg_sum_value(&sum);
  }
}

/* The largest rest as a share of its size; infinite when something is not finite. */
static double worst(const solver *s, size_t *at) {
  double result = 0;
  for (size_t j = 0; j < s->aims; j++) {
    double share = s->rest[j] == 0 ? 0 : fabs(s->rest[j]) / s->size[j];
    if (!isfinite(share))
      return INFINITY;
    if (share > result) {
      result = share;
      if (at)
        *at = j;
    }
  }
  return result;
}

/* sum of D q F' x x' */
static trygg_status fill_matrix(const solver *s, double **out, trygg_error *error) {
  const tg_patterns *p = s->patterns;
  size_t first = s->wave->first_aim, end = s->wave->first_pattern + s->wave->patterns, n = s->aims;
  double *matrix = *out = tg_memory_new(n, n * sizeof *matrix);
  if (!matrix)
    return tg_error_memory(error);
  for (size_t i = s->wave->first_pattern; i < end; i++) {
    double u = 0, slope;
    if (s->sums[i] == 0)
      continue;
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++)
      u += p->value[k] * s->lambda[p->column[k] - first];
    slope = s->distance->slope(p->q[i] * u, s->lower, s->upper);
    slope = s->sums[i] * p->q[i] * (slope > FLAT ? slope : FLAT);
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++)
      for (size_t l = p->begin[i]; l < p->begin[i + 1]; l++)
        matrix[(p->column[k] - first) * n + p->column[l] - first] += slope * p->value[k] * p->value[l];
  }
  for (size_t j = 0; j < n; j++)
    matrix[j * n + j] += s->ridge * s->penalty[j];
  return TRYGG_OK;
}

/* The slope of the convex function along the step, at a share of it. */
static double slope_at(solver *s, double share) {
  double slope = 0;
  for (size_t j = 0; j < s->aims; j++)
    s->trial[j] = s->lambda[j] + share * s->step[j];
  evaluate(s, s->trial);
  for (size_t j = 0; j < s->aims; j++)
    slope -= s->rest[j] * s->step[j];
  return isnan(slope) ? INFINITY : slope;
}

/* Go along the step to where the slope has lost half or more of its size. */
static void search(solver *s, double begin) {
  double near = 0, far = INFINITY, share = 1;
  for (int i = 0; i < 100; i++) {
    double slope = slope_at(s, share);
    if (fabs(slope) <= 0.5 * fabs(begin))
      break;
    if (slope > 0)
      far = share;
    else
      near = share;
    share = isinf(far) ? 2 * share : (near + far) / 2;
    if (share > 1e9 || far - near <= DBL_EPSILON * far)
      break;
  }
  memcpy(s->lambda, s->trial, s->aims * sizeof *s->lambda);
}

/* Patterns with a weight have one category of each margin, in the margins' order. */
static int is_in_all_margins(const solver *s) {
  const tg_patterns *p = s->patterns;
  size_t last = s->wave->first_pattern + s->wave->patterns, m = 0;
  for (size_t j = 0, end; j < s->aims; j = end, m++) {
    end = margin_end(s, j);
    for (size_t i = s->wave->first_pattern; i < last; i++) {
      size_t at = p->begin[i] + m, column = at < p->begin[i + 1] ? p->column[at] - s->wave->first_aim : end;
      if (s->sums[i] != 0 && (column < j || column >= end))
        return 0;
    }
  }
  for (size_t i = s->wave->first_pattern; i < last; i++)
    if (s->sums[i] != 0 && p->begin[i + 1] - p->begin[i] != m)
      return 0;
  return 1;
}

/* Raking to categories, where nothing but the margins' own factors is asked for. */
static int is_by_categories(const solver *s) {
  const tg_patterns *p = s->patterns;
  size_t end = s->wave->first_pattern + s->wave->patterns;
  if (s->distance->factor != tg_distance_rake_factor || s->ridge > 0)
    return 0;
  for (size_t j = 0; j < s->aims; j++)
    if (!p->aims[s->wave->first_aim + j].people || !(s->target[j] > 0))
      return 0;
  for (size_t i = s->wave->first_pattern; i < end; i++) {
    if (p->q[i] != 1)
      return 0;
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++)
      if (p->value[k] != 1)
        return 0;
  }
  return is_in_all_margins(s);
}

/* Sums of the factors' weights over the categories of the m-th margin, into `rest`. */
static void sum_margin(solver *s, size_t m, size_t begin, size_t end) {
  const tg_patterns *p = s->patterns;
  size_t last = s->wave->first_pattern + s->wave->patterns;
  for (size_t j = begin; j < end; j++)
    s->rest[j] = s->correction[j] = 0;
  for (size_t i = s->wave->first_pattern; i < last; i++) {
    size_t j;
    tg_sum sum;
    if (s->sums[i] == 0)
      continue;
    j = p->column[p->begin[i] + m] - s->wave->first_aim;
    sum = (tg_sum){s->rest[j], s->correction[j]};
    tg_sum_add(&sum, s->sums[i] * s->factor[i]);
    s->rest[j] = sum.sum;
    s->correction[j] = sum.correction;
  }
}

/* Each margin in turn is met by one factor a category (Deming & Stephan 1940, Ann. Math. Stat. 11:427-444).  That goes
 * down the same convex function along blocks of lambda, without the matrix, whose factoring takes long where margins
 * have hundreds of categories.  Newton's method ends what this begins. */
static void rake_in_turn(solver *s) {
  const tg_patterns *p = s->patterns;
  size_t first = s->wave->first_aim, last = s->wave->first_pattern + s->wave->patterns;
  double before = INFINITY, left;
  for (int sweep = 0; sweep < MOST_STEPS; sweep++, before = left) {
    left = 0;
    for (size_t j = 0, m = 0, end; j < s->aims; j = end, m++) {
      end = margin_end(s, j);
      sum_margin(s, m, j, end);
      for (size_t k = j; k < end; k++) {
        double sum = s->rest[k] + s->correction[k];
        s->step[k] = sum > 0 ? s->target[k] / sum : 1;
        s->lambda[k] += log(s->step[k]);
        left = fmax(left, fabs(s->step[k] - 1));
      }
      for (size_t i = s->wave->first_pattern; i < last; i++)
        if (s->sums[i] != 0)
          s->factor[i] *= s->step[p->column[p->begin[i] + m] - first];
    }
    if (left <= MET || !(left < 0.9 * before))
      break;
  }
}

/* Newton's steps until nothing is left or nothing gets better; the share that is left in *left. */
static trygg_status iterate(solver *s, int *iterations, double *left, trygg_error *error) {
  double best = INFINITY;
  int idle = 0;
  trygg_status status = TRYGG_OK;
  tg_semidefinite factor = {0};
  double *matrix;
  memset(s->lambda, 0, s->aims * sizeof *s->lambda);
  evaluate(s, s->lambda);
  if (is_by_categories(s)) {
    rake_in_turn(s);
    evaluate(s, s->lambda);
  }
  for (int i = 0;; i++) {
    double begin = 0;
    *left = worst(s, NULL);
    *iterations = i;
    idle = *left < 0.5 * best ? 0 : idle + 1;
    best = *left < best ? *left : best;
    if (*left <= MET || i == MOST_STEPS || (idle > 2 && *left <= NEARLY_MET) || idle > 40)
      break;
    TRY(fill_matrix(s, &matrix, error));
    TRY(tg_semidefinite_factor(matrix, s->aims, &factor, error));
    tg_semidefinite_solve(&factor, s->rest, s->step, s->work);
    tg_semidefinite_clear(&factor);
    for (size_t j = 0; j < s->aims; j++)
      begin -= s->rest[j] * s->step[j];
    if (!(begin < 0)) /* what is left has no direction: it contradicts itself */
      break;
    search(s, begin);
  }
cleanup:
  tg_semidefinite_clear(&factor);
  return status;
}

/* ---- when it cannot be met ----------------------------------------------------------------------- */

/* "`alder` 16-24 in wave 2024" */
static void put_aim(tg_text *text, const solver *s, size_t j) {
  const tg_aim *aim = &s->patterns->aims[s->wave->first_aim + j];
  const char *wave = aim->row->wave;
  if (aim->row->names[0])
    tg_text_format(text, "`%s`%s%s", aim->row->names, aim->category[0] ? " " : "", aim->category);
  else
    tg_text_put(text, "the number of people");
  if (*wave)
    tg_text_format(text, " in wave %s", wave);
}

/* Numbers as people read them. */
static const char *show(char out[TG_NUMBER_SIZE], double value) {
  return fabs(value) >= 100 ? tg_number_fixed(out, value, 0) : tg_number_fixed(out, value, 3);
}

static trygg_status fail(const solver *s, size_t j, tg_text *text, trygg_error *error) {
  const tg_margin_row *row = s->patterns->aims[s->wave->first_aim + j].row;
  trygg_status status =
      text->failed ? tg_error_memory(error)
                   : tg_error_at(error, TRYGG_EDESIGN, row->file, row->line, 0, "total", "%s", text->bytes);
  tg_text_free(text);
  return status;
}

/* Each total by itself: somebody must be there, and the bounds must reach it. */
static trygg_status check_reach(const solver *s, trygg_error *error) {
  const tg_patterns *p = s->patterns;
  double *reach = s->work;
  memset(reach, 0, s->aims * sizeof *reach);
  for (size_t i = s->wave->first_pattern; i < s->wave->first_pattern + s->wave->patterns; i++)
    for (size_t k = p->begin[i]; k < p->begin[i + 1]; k++)
      reach[p->column[k] - s->wave->first_aim] += s->sums[i] * fabs(p->value[k]);
  for (size_t j = 0; j < s->aims; j++) {
    const tg_aim *aim = &p->aims[s->wave->first_aim + j];
    char a[TG_NUMBER_SIZE], b[TG_NUMBER_SIZE], c[TG_NUMBER_SIZE];
    double least = s->lower * reach[j], most = s->upper * reach[j], slack = 1e-9 * fabs(aim->total);
    tg_text text = {0};
    if (!aim->people || (reach[j] == 0 && aim->total == 0) ||
        (reach[j] > 0 && aim->total >= least - slack && aim->total <= most + slack &&
         (aim->total > 0 || s->lower < 0 || s->distance->bounded)))
      continue;
    put_aim(&text, s, j);
    if (reach[j] == 0)
      tg_text_format(
          &text,
          " has %s people and no record with a positive weight; join the category with another, in "
          "the data and in margins.csv",
          show(a, aim->total));
    else if (aim->total == 0)
      tg_text_put(&text, " has a total of 0, and records with a positive weight; mend the one or the other");
    else
      tg_text_format(
          &text,
          " has %s people, but the weights of its records add up to %s, and within the bounds to %s at %s; "
          "widen the bounds",
          show(a, aim->total), show(b, reach[j]), show(c, aim->total < least ? least : most),
          aim->total < least ? "least" : "most");
    return fail(s, j, &text, error);
  }
  return TRYGG_OK;
}

/* Totals that can each be met but not together: the smallest miss there is. */
static trygg_status report_miss(solver *s, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int iterations;
  double left, largest = DBL_MIN;
  size_t at = 0, missed = 0;
  char a[TG_NUMBER_SIZE], b[TG_NUMBER_SIZE];
  tg_text text = {0};
  for (size_t j = 0; j < s->aims; j++)
    largest = fmax(largest, fabs(s->target[j]));
  for (size_t j = 0; j < s->aims; j++)
    s->penalty[j] = fmax(s->target[j] * s->target[j] / largest, 1e-6 * largest);
  s->ridge = RIDGE;
  TRY(iterate(s, &iterations, &left, error));
  s->ridge = 0;
  evaluate(s, s->lambda);
  worst(s, &at);
  for (size_t j = 0; j < s->aims; j++)
    missed += fabs(s->rest[j]) > 1e-6 * s->size[j];
  const tg_aim *aim = &s->patterns->aims[s->wave->first_aim + at];
  tg_text_put(&text, "the margins cannot be met together: ");
  put_aim(&text, s, at);
  tg_text_format(&text, " comes to %s at best instead of %s", show(a, aim->total - s->rest[at]),
                 show(b, aim->total));
  if (missed > 1)
    tg_text_format(&text, " (%lld totals are missed)", (long long)missed);
  tg_text_put(&text, s->distance->bounded ? "; widen the bounds or join categories"
                                          : "; join categories, or take a margin away");
  status = fail(s, at, &text, error);
cleanup:
  return status;
}

trygg_status tg_newton_solve(tg_newton *newton, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double left = 0;
  solver s;
  TRY(make_solver(newton, &s, error));
  set_targets(&s);
  TRY(check_reach(&s, error));
  TRY(iterate(&s, &newton->iterations, &left, error));
  if (left > NEARLY_MET)
    TRY(report_miss(&s, error));
cleanup:
  clear_solver(&s);
  return status;
}
