/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Page's test of an order that was foreseen, over blocks that are independent: with R the midranks of the n waves within a
 * block
 *
 *   L = sum_g sum_j j R_gj,  E(L) = m n (n + 1)^2 / 4,
 *   V(L) = sum_g [sum_j (j - jbar)^2] [sum_j (R_gj - Rbar)^2] / (n - 1),  m n^2 (n + 1)^2 (n - 1) / 144 without ties
 *
 * (Page 1963, JASA 58:216-230).  Each block's part runs over the orders of its own ranks, ties among them; the exact
 * distribution of L is that of their sum.  The mean over the blocks of Spearman's correlation with time is
 * (L - E(L)) / (m n (n^2 - 1) / 12), ties counting as less. */
#include <trend/regional.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <numeric/distribution.h>

#define EXACT 10        /* waves */
#define MOST_STEPS 4000 /* of 2 L, from its smallest value to its largest */

/* The chances of 2 L = low, low + 1, ..., low + steps. */
typedef struct chances {
  double *of;
  size_t low, steps;
} chances;

/* Twice the midranks of a block: whole numbers. */
static void rank(const double *y, size_t n, size_t *twice) {
  for (size_t i = 0; i < n; i++) {
    twice[i] = 1;
    for (size_t j = 0; j < n; j++)
      twice[i] += y[j] < y[i] ? 2 : y[j] == y[i];
  }
}

/* Smallest and largest of 2 sum j R_j of increasing ranks: they fall, and they rise. */
static void ends(const size_t *twice, size_t n, size_t *low, size_t *high) {
  *low = *high = 0;
  for (size_t i = 0; i < n; i++) {
    *low += (n - i) * twice[i];
    *high += (i + 1) * twice[i];
  }
}

/* The chances of one block, over the sets of ranks that have been given to the first waves: the next of them goes to wave
 * number |set| + 1. */
static trygg_status block_chances(const size_t *twice, size_t n, chances *out, trygg_error *error) {
  size_t high, sets = (size_t)1 << n;
  double *of;
  ends(twice, n, &out->low, &high);
  out->steps = high - out->low;
  of = tg_memory_new(sets * (high + 1), sizeof *of);
  out->of = tg_memory_new(out->steps + 1, sizeof *out->of);
  if (!of || !out->of) {
    tg_memory_free(of);
    return tg_error_memory(error);
  }
  of[0] = 1;
  for (size_t set = 0; set + 1 < sets; set++) {
    size_t wave = 1;
    for (size_t i = 0; i < n; i++)
      wave += set >> i & 1;
    for (size_t i = 0; i < n; i++) {
      double *next = of + (set | (size_t)1 << i) * (high + 1);
      if (set >> i & 1)
        continue;
      for (size_t k = 0; k + wave * twice[i] <= high; k++)
        next[k + wave * twice[i]] += of[set * (high + 1) + k] / (double)(n + 1 - wave);
    }
  }
  memcpy(out->of, of + (sets - 1) * (high + 1) + out->low, (out->steps + 1) * sizeof *of);
  tg_memory_free(of);
  return TRYGG_OK;
}

static trygg_status add_block(chances *sum, const chances *block, trygg_error *error) {
  double *of = tg_memory_new(sum->steps + block->steps + 1, sizeof *of);
  if (!of)
    return tg_error_memory(error);
  for (size_t i = 0; i <= sum->steps; i++)
    for (size_t k = 0; sum->of[i] > 0 && k <= block->steps; k++)
      of[i + k] += sum->of[i] * block->of[k];
  tg_memory_free(sum->of);
  *sum = (chances){of, sum->low + block->low, sum->steps + block->steps};
  return TRYGG_OK;
}

static int increasing(const void *a, const void *b) {
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

/* P(|L - E| >= |l - E|); 2 L and its mean are whole numbers.  Sorts the ranks of each block. */
static trygg_status exact(size_t *twice, size_t series, size_t n, tg_regional *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  chances sum = {NULL, 0, 0}, block = {NULL, 0, 0};
  double middle = (double)(series * n * (n + 1) * (n + 1) / 2), met = fabs(2 * out->statistic - middle);
  sum.of = tg_memory_new(1, sizeof *sum.of);
  if (!sum.of)
    return tg_error_memory(error);
  sum.of[0] = 1;
  for (size_t g = 0; g < series; g++) {
    size_t *ranks = twice + g * n;
    qsort(ranks, n, sizeof *ranks, increasing);
    if (!g || memcmp(ranks, ranks - n, n * sizeof *ranks) != 0) {
      tg_memory_free(block.of);
      block.of = NULL;
      TRY(block_chances(ranks, n, &block, error));
    }
    TRY(add_block(&sum, &block, error));
  }
  out->p = 0;
  for (size_t k = 0; k <= sum.steps; k++)
    if (fabs((double)(sum.low + k) - middle) >= met)
      out->p += sum.of[k];
  out->p = fmin(1, out->p);
  out->smallest_p = sum.of[0] + sum.of[sum.steps];
cleanup:
  tg_memory_free(block.of);
  tg_memory_free(sum.of);
  return status;
}

trygg_status tg_regional_page(const double *y, size_t series, size_t n, tg_regional *out,
                              trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double m = (double)series, k = (double)n, centre = (k + 1) / 2, from_mean;
  size_t *twice = tg_memory_new(series * n, sizeof *twice);
  *out = (tg_regional){.z = NAN, .p = NAN};
  if (!twice)
    return tg_error_memory(error);
  for (size_t g = 0; g < series; g++) {
    double squares = 0;
    rank(y + g * n, n, twice + g * n);
    for (size_t i = 0; i < n; i++) {
      double r = (double)twice[g * n + i] / 2;
      out->statistic += (double)(i + 1) * r;
      squares += (r - centre) * (r - centre);
    }
    out->variance += k * (k * k - 1) / 12 * squares / (k - 1);
  }
  from_mean = out->statistic - m * k * centre * centre;
  out->estimate = from_mean / (m * k * (k * k - 1) / 12);
  if (!(out->variance > 0))
    goto cleanup;
  out->z = from_mean / sqrt(out->variance);
  out->p = 2 * tg_distribution_normal_upper(fabs(out->z));
  if (n <= EXACT && series * n * (n * n - 1) / 3 <= MOST_STEPS)
    TRY(exact(twice, series, n, out, error));
cleanup:
  tg_memory_free(twice);
  return status;
}
