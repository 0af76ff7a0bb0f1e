/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jonckheere and Terpstra's J = sum_{v<w} (number of pairs with y_v < y_w, ties as halves), for a simple random sample:
 *
 *   E(J) = (N^2 - sum n^2) / 4
 *   V(J) = [v(N) - sum v(n) - sum v(t)] / 72,  v(n) = n(n-1)(2n+5), over groups of n values and t equal values,
 *          + sum n(n-1) sum t(t-1) / (8N(N-1)) + sum n(n-1)(n-2) sum t(t-1)(t-2) / (36N(N-1)(N-2))
 *
 * (Jonckheere 1954, Biometrika 41:133-145; Terpstra 1952, Indag. Math. 14:327-333; Kendall 1975, Rank Correlation Methods,
 * 4.3, as J is Kendall's S of the values and the groups, halved).  Up to 100 values p is exact without ties: J is the sum over
 * groups of Mann and Whitney's U between a group and all before it, which are independent (Terpstra 1952); U has
 *
 *   P(a, b; u) = a/(a+b) P(a-1, b; u-b) + b/(a+b) P(a, b-1; u)
 *
 * as the largest value is in one of the two (Mann & Whitney 1947, Ann. Math. Stat. 18:50-60).  With ties p then comes from
 * random orders of the values. */
#include <trend/jonckheere.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <inference/ranked.h>
#include <numeric/distribution.h>
#include <numeric/random.h>
#include <trend/draws.h>
#include <trend/tests.h>

#define FEW 100

/* Sums over the sizes of groups. */
typedef struct sizes {
  double pairs, triples, five; /* sum n(n-1), n(n-1)(n-2), n(n-1)(2n+5) */
} sizes;

static void add_size(sizes *s, double n) {
  s->pairs += n * (n - 1);
  s->triples += n * (n - 1) * (n - 2);
  s->five += n * (n - 1) * (2 * n + 5);
}

/* J of values in increasing order, `tied[i]` the first of those equal to i: twice what a group gains is what earlier groups
 * have below and at the value. */
static double statistic(const size_t *tied, const size_t *group, size_t n, size_t groups, double *below,
                        double *before) {
  double twice = 0;
  memset(below, 0, groups * sizeof *below);
  for (size_t i = 0, end; i < n; i = end) {
    memcpy(before, below, groups * sizeof *below);
    for (end = i; end < n && tied[end] == i; end++)
      below[group[end]]++;
    for (size_t w = 1; w < groups; w++)
      for (size_t v = 0; v < w; v++)
        twice += (below[w] - before[w]) * (below[v] + before[v]);
  }
  return twice / 2;
}

/* ---- without ties ------------------------------------------------------------------------- */

/* The chances of U = 0..ab, in row b of `rows`, each of a + 1 times b + 1 numbers at most. */
static void mann_whitney(size_t a, size_t b, double *rows, size_t width) {
  memset(rows, 0, (b + 1) * width * sizeof *rows);
  for (size_t k = 0; k <= b; k++)
    rows[k * width] = 1; /* no value of the other group: U = 0 */
  for (size_t i = 1; i <= a; i++)
    for (size_t k = 1; k <= b; k++) { /* row 0 stays U = 0 */
      double *now = rows + k * width, *left = now - width;
      double largest = (double)i / (double)(i + k);
      for (size_t u = i * k + 1; u-- > 0;)
        now[u] = largest * (u >= k ? now[u - k] : 0) + (1 - largest) * left[u];
    }
}

static trygg_status exact(const size_t *n, size_t groups, tg_jonckheere *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t before = n[0], most = 0, all = (size_t)out->pairs;
  double *sum = tg_memory_new(2 * (all + 1), sizeof *sum), *next = sum + all + 1,
         *rows = tg_memory_new((FEW + 1) * (all + 1), sizeof *rows), met = fabs(2 * out->j - out->pairs);
  if (!sum || !rows) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  sum[0] = 1;
  for (size_t g = 1; g < groups; before += n[g++]) {
    size_t u = before * n[g];
    const double *chance = rows + n[g] * (u + 1);
    mann_whitney(before, n[g], rows, u + 1);
    memset(next, 0, (all + 1) * sizeof *next);
    for (size_t i = 0; i <= most; i++)
      for (size_t k = 0; k <= u; k++)
        next[i + k] += sum[i] * chance[k];
    most += u;
    memcpy(sum, next, (most + 1) * sizeof *sum);
  }
  out->p = 0;
  for (size_t i = 0; i <= most; i++)
    if (fabs(2 * (double)i - out->pairs) >= met)
      out->p += sum[i];
  out->p = fmin(1, out->p);
  out->smallest_p = 2 * sum[0];
cleanup:
  tg_memory_free(rows);
  tg_memory_free(sum);
  return status;
}

/* ---- with ties ---------------------------------------------------------------------------- */

static trygg_status permute(const size_t *tied, const size_t *group, size_t n, size_t groups, double *work,
                            tg_jonckheere *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t beyond = 0, draws = 0, *drawn = tg_memory_new(n, sizeof *drawn);
  tg_random *random = tg_memory_new(1, sizeof *random);
  double met = fabs(2 * out->j - out->pairs);
  if (!drawn || !random) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  tg_random_seed(random, n, groups);
  for (; tg_draws_more(beyond, draws); draws++) {
    for (size_t i = 0; i < n; i++) { /* a random order (Durstenfeld 1964, Comm. ACM 7:420) */
      size_t j = (size_t)tg_random_below(random, i + 1);
      drawn[i] = drawn[j];
      drawn[j] = group[i];
    }
    beyond += fabs(2 * statistic(tied, drawn, n, groups, work, work + groups) - out->pairs) >= met;
  }
  out->p = tg_draws_p_so_far(beyond, draws);
cleanup:
  tg_memory_free(random);
  tg_memory_free(drawn);
  return status;
}

/* ---- both --------------------------------------------------------------------------------- */

static double variance(const size_t *in_group, size_t groups, const size_t *tied, size_t n, int *ties) {
  sizes group = {0}, equal = {0}, all = {0};
  double m = (double)n, sum;
  add_size(&all, m);
  for (size_t g = 0; g < groups; g++)
    add_size(&group, (double)in_group[g]);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && tied[end] == i;)
      end++;
    add_size(&equal, (double)(end - i));
  }
  *ties = equal.pairs > 0;
  sum = (all.five - group.five - equal.five) / 72;
  if (n > 1)
    sum += group.pairs * equal.pairs / (8 * m * (m - 1));
  if (n > 2)
    sum += group.triples * equal.triples / (36 * m * (m - 1) * (m - 2));
  return sum;
}

trygg_status tg_jonckheere_test(const double *y, const size_t *group, size_t n, size_t groups,
                                tg_jonckheere *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t *tied = tg_memory_new(n, sizeof *tied), *in_group = tg_memory_new(groups, sizeof *in_group);
  double *work = tg_memory_new(2 * groups, sizeof *work), squares = 0;
  int ties;
  *out = (tg_jonckheere){.z = NAN, .p = NAN};
  if (!tied || !in_group || !work) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < n; i++) {
    tied[i] = i && y[i] == y[i - 1] ? tied[i - 1] : i;
    in_group[group[i]]++;
  }
  for (size_t g = 0; g < groups; g++)
    squares += (double)in_group[g] * (double)in_group[g];
  out->pairs = ((double)n * (double)n - squares) / 2;
  out->j = statistic(tied, group, n, groups, work, work + groups);
  out->variance = variance(in_group, groups, tied, n, &ties);
  if (!(out->variance > 1e-12 * out->pairs)) /* all equal */
    goto cleanup;
  out->z = (out->j - out->pairs / 2) / sqrt(out->variance);
  out->p = 2 * tg_distribution_normal_upper(fabs(out->z));
  if (n <= FEW && ties)
    TRY(permute(tied, group, n, groups, work, out, error));
  else if (n <= FEW)
    TRY(exact(in_group, groups, out, error));
cleanup:
  tg_memory_free(work);
  tg_memory_free(in_group);
  tg_memory_free(tied);
  return status;
}

trygg_status tg_jonckheere_classic_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                          trygg_error *error) {
  const trygg_estimates *estimates = span->series->estimates;
  trygg_status status = TRYGG_OK;
  tg_ranked_list records = {0};
  tg_jonckheere test;
  size_t *domains = tg_memory_new(span->count, sizeof *domains), *group = NULL;
  double *y = NULL;
  (void)given;
  if (!domains)
    return tg_error_memory(error);
  for (size_t i = 0; i < span->count; i++)
    domains[i] = estimates->rows[tg_span_row(span, i)].domain;
  TRY(tg_ranked_read(estimates, span->series->indicator, domains, span->count, &records, error));
  group = tg_memory_new(records.count, sizeof *group);
  y = tg_memory_new(records.count, sizeof *y);
  if (!group || !y) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records.count; i++) {
    y[i] = records.list[i].y;
    group[i] = records.group[records.list[i].record];
  }
  TRY(tg_jonckheere_test(y, group, records.count, span->count, &test, error));
  if (!isnan(test.p)) {
    finding->statistic = test.j;
    finding->estimate = 2 * test.j / test.pairs - 1;
    finding->p = test.p;
    finding->smallest_p = test.smallest_p;
  }
cleanup:
  tg_memory_free(y);
  tg_memory_free(group);
  tg_ranked_clear(&records);
  tg_memory_free(domains);
  return status;
}
