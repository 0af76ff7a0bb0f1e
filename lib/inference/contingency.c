/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of two-way tables of weighted totals, answers by groups.
 *
 * With p the shares of all cells, n the records, C the contrasts that are orthogonal to rows and columns, D = diag(p)
 * and V the covariance of p (Rao & Scott 1984, Ann. Stat. 12:46-60; Thomas & Rao 1987, JASA 82:630-636)
 *
 *   X2    = n sum (p_rc - p_r p_c)^2 / (p_r p_c)
 *   Delta = (C' D^-1 C / n)^-1 (C' D^-1 V D^-1 C)
 *   first order   X2 / mean(diag Delta)  on chi square of q = (R - 1)(C - 1)
 *   second order  X2 / tr Delta          on F of d, d nu with d = (tr Delta)^2 / tr Delta^2
 *   exact         X2 on the sum of l Z^2 over (chi square of d nu) / (d nu), l the eigenvalues of Delta
 *
 * n cancels.  The Wald test is of N_rc - N_r N_c / N over the cells outside the first row and column, with the
 * covariance of the totals (Koch, Freeman & Freeman 1975, Int. Stat. Rev. 43:59-78). */
#include <inference/groups.h>

#include <math.h>

#include <numeric/distribution.h>
#include <numeric/mixture.h>
#include <numeric/solve.h>

/* A table of totals: rows are groups, columns answers; empty columns are left out. */
typedef struct contingency {
  const tg_groups *groups;
  int complement;  /* of one share the second column is the rest of its denominator */
  size_t *answers; /* indicator of each column */
  size_t rows, columns, cells;
  double *total;      /* [row * columns + column] */
  double *covariance; /* cells x cells, of the totals */
  double whole, nu;
} contingency;

static void clear(contingency *t) {
  tg_memory_free(t->answers);
  tg_memory_free(t->total);
  tg_memory_free(t->covariance);
}

/* Total of an answer in a group; complement: of the others. */
static double total_of(const tg_groups *groups, size_t group, size_t answer, int complement) {
  const tg_row *row = tg_groups_row(groups, group, answer);
  double hits = row->y + row->shift * row->x;
  return complement ? row->x - hits : hits;
}

static trygg_status lay_out(contingency *t, const tg_groups *groups, trygg_error *error) {
  size_t most = groups->indicators > 1 ? groups->indicators : 2;
  *t = (contingency){.groups = groups, .complement = groups->indicators == 1, .rows = groups->count};
  t->answers = tg_memory_new(most, sizeof *t->answers);
  t->total = tg_memory_new(t->rows * most, sizeof *t->total);
  if (!t->answers || !t->total)
    return tg_error_memory(error);
  for (size_t c = 0; c < most; c++) {
    double sum = 0;
    for (size_t r = 0; r < t->rows; r++)
      sum += total_of(groups, r, t->complement ? 0 : c, t->complement && c == 1);
    if (sum > 0)
      t->answers[t->columns++] = c;
  }
  t->cells = t->rows * t->columns;
  for (size_t r = 0; r < t->rows; r++)
    for (size_t c = 0; c < t->columns; c++) {
      double *cell = &t->total[r * t->columns + c];
      *cell = total_of(groups, r, t->complement ? 0 : t->answers[c], t->complement && t->answers[c] == 1);
      t->whole += *cell;
    }
  return TRYGG_OK;
}

/* Totals, their covariance, and nu: clusters less strata of the records in the table. */
static trygg_status create(contingency *t, const tg_groups *groups, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double *df = NULL;
  size_t width = groups->estimates->tally->indicators.count;
  TRY(lay_out(t, groups, error));
  t->covariance = tg_memory_new((t->cells + 1) * (t->cells + 1), sizeof *t->covariance);
  df = tg_memory_new(t->cells + 1, sizeof *df);
  if (!t->covariance || !df) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t r = 0; r < t->rows; r++)
    for (size_t c = 0; c < t->columns; c++) {
      size_t row = groups->domains[r] * width + groups->first + (t->complement ? 0 : t->answers[c]);
      int others = t->complement && t->answers[c] == 1;
      TRY(tg_estimate_add_totals(groups->estimates, row, others ? -1 : 1, others, 0, r * t->columns + c,
                                 &terms, error));
      TRY(tg_estimate_add_totals(groups->estimates, row, 0, 0, 0, t->cells, &terms, error)); /* for nu */
    }
  TRY(tg_estimate_combine(groups->estimates, &terms, t->cells + 1, 1, t->covariance, df, error));
  t->nu = df[t->cells];
  for (size_t i = 0; i < t->cells; i++) /* without the last row and column */
    for (size_t j = 0; j < t->cells; j++)
      t->covariance[i * t->cells + j] = t->covariance[i * (t->cells + 1) + j];
cleanup:
  tg_estimate_clear_terms(&terms);
  tg_memory_free(df);
  return status;
}

static double row_share(const contingency *t, size_t r) {
  double sum = 0;
  for (size_t c = 0; c < t->columns; c++)
    sum += t->total[r * t->columns + c];
  return sum / t->whole;
}

static double column_share(const contingency *t, size_t c) {
  double sum = 0;
  for (size_t r = 0; r < t->rows; r++)
    sum += t->total[r * t->columns + c];
  return sum / t->whole;
}

/* X2 / n */
static double pearson(const contingency *t) {
  double sum = 0;
  for (size_t r = 0; r < t->rows; r++)
    for (size_t c = 0; c < t->columns; c++) {
      double e = row_share(t, r) * column_share(t, c), d = t->total[r * t->columns + c] / t->whole - e;
      sum += d * d / e;
    }
  return sum;
}

/* The i-th contrast of k levels: level i + 1 against the mean of those before it. */
static double contrast(size_t i, size_t level) {
  return level > i + 1 ? 0 : level == i + 1 ? 1 : -1 / (double)(i + 1);
}

/* out = A B A' for A p x q, B q x q; memory: p x q. */
static void sandwich(const double *a, const double *b, size_t p, size_t q, double *memory, double *out) {
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < q; j++) {
      memory[i * q + j] = 0;
      for (size_t k = 0; k < q; k++)
        memory[i * q + j] += a[i * q + k] * b[k * q + j];
    }
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++) {
      out[i * p + j] = 0;
      for (size_t k = 0; k < q; k++)
        out[i * p + j] += memory[i * q + k] * a[j * q + k];
    }
}

/* Covariance of the shares p = N_rc / N in the place of that of the totals: u_p = (u_rc - p u_N) / N. */
static trygg_status divide_by_whole(contingency *t, trygg_error *error) {
  size_t k = t->cells;
  double *sums = tg_memory_new(k, sizeof *sums), all = 0;
  if (!sums)
    return tg_error_memory(error);
  for (size_t i = 0; i < k; i++) {
    for (size_t j = 0; j < k; j++)
      sums[i] += t->covariance[i * k + j];
    all += sums[i];
  }
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < k; j++) {
      double p = t->total[i] / t->whole, q = t->total[j] / t->whole;
      double v = t->covariance[i * k + j] - p * sums[j] - q * sums[i] + p * q * all;
      t->covariance[i * k + j] = v / t->whole / t->whole;
    }
  tg_memory_free(sums);
  return TRYGG_OK;
}

/* Eigenvalues of Delta / n, q of them; `failed` where a cell is so empty that there are none. */
static trygg_status find_eigenvalues(contingency *t, size_t q, double *values, int *failed,
                                     trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t k = t->cells;
  double *a = tg_memory_new(q * k, sizeof *a), *memory = tg_memory_new(q * k, sizeof *memory);
  double *m = tg_memory_new(2 * q * q, sizeof *m), *middle = m ? m + q * q : NULL;
  *failed = 0;
  if (!a || !memory || !m) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(divide_by_whole(t, error));
  for (size_t i = 0; i < q; i++) /* a = C' D^-1, where 1/0 is 0; m = C' D^-1 C */
    for (size_t cell = 0; cell < k; cell++) {
      size_t r = cell / t->columns, c = cell % t->columns;
      double p = t->total[cell] / t->whole;
      a[i * k + cell] = p > 0 ? contrast(i / (t->columns - 1), r) * contrast(i % (t->columns - 1), c) / p : 0;
      for (size_t j = 0; j < q; j++)
        m[i * q + j] +=
            a[i * k + cell] * contrast(j / (t->columns - 1), r) * contrast(j % (t->columns - 1), c);
    }
  sandwich(a, t->covariance, q, k, memory, middle);
  status = tg_solve_pencil(middle, m, q, values, error);
  *failed = status == TRYGG_ENUMERIC;
  if (*failed)
    status = TRYGG_OK;
cleanup:
  tg_memory_free(a);
  tg_memory_free(memory);
  tg_memory_free(m);
  return status;
}

typedef enum correction { FIRST_ORDER, SECOND_ORDER, EXACT } correction;

static void finish(double x2, double *values, size_t q, double nu, correction kind,
                   tg_group_finding *finding) {
  double trace = 0, trace_of_square = 0;
  for (size_t i = 0; i < q; i++) {
    values[i] = fmax(values[i], 0); /* rounding */
    trace += values[i];
    trace_of_square += values[i] * values[i];
  }
  if (!(trace > 0) || !(nu > 0))
    return;
  finding->statistic = x2 / trace * (kind == FIRST_ORDER ? (double)q : 1);
  finding->df1 = kind == FIRST_ORDER ? (double)q : trace * trace / trace_of_square;
  finding->df2 = kind == FIRST_ORDER ? INFINITY : finding->df1 * nu;
  finding->p = kind == EXACT ? tg_mixture_upper(x2, values, q, finding->df2)
               : kind == SECOND_ORDER
                   ? tg_distribution_f_upper(finding->statistic, finding->df1, finding->df2)
                   : tg_distribution_chisq_upper(finding->statistic, finding->df1);
}

static trygg_status correct(const tg_groups *groups, correction kind, tg_group_finding *finding,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  contingency t = {0};
  double *values = NULL;
  size_t q;
  int failed = 0;
  TRY(create(&t, groups, error));
  if (t.columns < 2)
    goto cleanup;
  q = (t.rows - 1) * (t.columns - 1);
  values = tg_memory_new(q, sizeof *values);
  if (!values) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(find_eigenvalues(&t, q, values, &failed, error));
  if (!failed)
    finish(pearson(&t), values, q, t.nu, kind, finding);
cleanup:
  tg_memory_free(values);
  clear(&t);
  return status;
}

trygg_status tg_contingency_second_order(const tg_groups *groups, tg_group_finding *finding,
                                         trygg_error *error) {
  return correct(groups, SECOND_ORDER, finding, error);
}

trygg_status tg_contingency_first_order(const tg_groups *groups, tg_group_finding *finding,
                                        trygg_error *error) {
  return correct(groups, FIRST_ORDER, finding, error);
}

trygg_status tg_contingency_exact(const tg_groups *groups, tg_group_finding *finding, trygg_error *error) {
  return correct(groups, EXACT, finding, error);
}

/* ---- Wald ------------------------------------------------------------------------------------------ */

/* N_rc - N_r N_c / N of cell i, and its derivative by the total of cell j (divided by N where it is homogeneous). */
static double departure(const contingency *t, size_t cell) {
  return t->total[cell] - row_share(t, cell / t->columns) * column_share(t, cell % t->columns) * t->whole;
}

static double derivative(const contingency *t, size_t cell, size_t by) {
  double row = row_share(t, cell / t->columns), column = column_share(t, cell % t->columns);
  return (cell == by) - (cell / t->columns == by / t->columns) * column -
         (cell % t->columns == by % t->columns) * row + row * column;
}

static trygg_status wald(const tg_groups *groups, int adjusted, tg_group_finding *finding,
                         trygg_error *error) {
  trygg_status status = TRYGG_OK;
  contingency t = {0};
  double *a = NULL, *memory = NULL, *v = NULL, *y = NULL, statistic = 0;
  size_t q = 0, rank = 0;
  TRY(create(&t, groups, error));
  if (t.columns < 2)
    goto cleanup;
  q = (t.rows - 1) * (t.columns - 1);
  a = tg_memory_new(q * t.cells, sizeof *a);
  memory = tg_memory_new(q * t.cells, sizeof *memory);
  v = tg_memory_new(q * q, sizeof *v);
  y = tg_memory_new(q, sizeof *y);
  if (!a || !memory || !v || !y) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < q; i++) {
    size_t cell = (1 + i / (t.columns - 1)) * t.columns + 1 + i % (t.columns - 1);
    y[i] = departure(&t, cell) / t.whole;
    for (size_t j = 0; j < t.cells; j++)
      a[i * t.cells + j] = derivative(&t, cell, j) / t.whole;
  }
  sandwich(a, t.covariance, q, t.cells, memory, v);
  TRY(tg_solve_quadratic(v, y, q, &statistic, &rank, error));
  finding->df1 = (double)rank;
  finding->df2 = adjusted ? t.nu - (double)rank + 1 : t.nu;
  if (rank == 0 || !(finding->df2 > 0))
    goto cleanup;
  finding->statistic = statistic / (double)rank * (adjusted ? finding->df2 / t.nu : 1);
  finding->p = tg_distribution_f_upper(finding->statistic, finding->df1, finding->df2);
cleanup:
  tg_memory_free(a);
  tg_memory_free(memory);
  tg_memory_free(v);
  tg_memory_free(y);
  clear(&t);
  return status;
}

trygg_status tg_contingency_wald(const tg_groups *groups, tg_group_finding *finding, trygg_error *error) {
  return wald(groups, 0, finding, error);
}

trygg_status tg_contingency_adjusted_wald(const tg_groups *groups, tg_group_finding *finding,
                                          trygg_error *error) {
  return wald(groups, 1, finding, error);
}

/* ---- goodness of fit --------------------------------------------------------------------------------- */

/* X2 = sum (N_c - E_c)^2 / E_c with E_c = N p_c; its terms' roots (N_c - E_c) / sqrt(E_c) have the covariance W, and
 * X2 / (tr W^2 / tr W) is referred to chi square of (tr W)^2 / tr W^2 (Rao & Scott 1981, JASA 76:221-230). */
trygg_status tg_contingency_fit(const tg_groups *groups, tg_group_finding *finding, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  contingency t = {0};
  double *a = NULL, *memory = NULL, *w = NULL, trace = 0, square = 0, x2 = 0, given = 0;
  TRY(create(&t, groups, error));
  a = tg_memory_new(t.cells * t.cells, sizeof *a);
  memory = tg_memory_new(t.cells * t.cells, sizeof *memory);
  w = tg_memory_new(t.cells * t.cells, sizeof *w);
  if (!a || !memory || !w) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t c = 0; c < groups->expected_count; c++)
    given += groups->expected[c];
  for (size_t c = 0; c < t.cells; c++) {
    double p = groups->expected[t.answers[c]] / given, e = t.whole * p, d = t.total[c] - e;
    x2 += d * d / e;
    for (size_t j = 0; j < t.cells; j++)
      a[c * t.cells + j] = ((c == j) - p) / sqrt(e) - p * d / (2 * e * sqrt(e));
  }
  sandwich(a, t.covariance, t.cells, t.cells, memory, w);
  for (size_t i = 0; i < t.cells; i++) {
    trace += w[i * t.cells + i];
    for (size_t j = 0; j < t.cells; j++)
      square += w[i * t.cells + j] * w[j * t.cells + i];
  }
  if (!(trace > 0))
    goto cleanup;
  finding->statistic = x2 * trace / square;
  finding->df1 = trace * trace / square;
  finding->df2 = INFINITY;
  finding->p = tg_distribution_chisq_upper(finding->statistic, finding->df1);
cleanup:
  tg_memory_free(a);
  tg_memory_free(memory);
  tg_memory_free(w);
  clear(&t);
  return status;
}
