/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hadamard matrices by construction (Hedayat & Wallis 1978, Ann. Stat. 6:1184-1238, sections 3 and 4):
 *
 *   product   H_ab = H_a x H_b (Kronecker); of H_2 alone: Sylvester's
 *   Paley I   n = q + 1,    q a prime, 3 modulo 4:  H = I + S,  S = [0 1'; -1 Q]
 *   Paley II  n = 2(q + 1), q a prime, 1 modulo 4:  H = C x [1 1; 1 -1] + I x [1 -1; -1 -1],  C = [0 1'; 1 Q]
 *
 * with Q_ij = chi(i - j), chi the quadratic character modulo q (0 at 0, +1 at squares, -1 elsewhere). */
#include <numeric/hadamard.h>

#include <string.h>

#include <base/memory.h>

static int is_prime(size_t n) {
  for (size_t d = 2; d * d <= n; d++)
    if (n % d == 0)
      return 0;
  return n > 1;
}

typedef enum construction { NONE, TRIVIAL, PALEY_1, PALEY_2, PRODUCT } construction;

/* How an order is made; of a product, the smaller factor.  Powers of two are Sylvester's, products of 2. */
static construction how(size_t n, size_t *factor) {
  size_t ignored;
  if (n == 1 || n == 2)
    return TRIVIAL;
  if (n == 0 || n % 4)
    return NONE;
  if ((n & (n - 1)) != 0) {
    if (is_prime(n - 1)) /* 3 modulo 4 */
      return PALEY_1;
    if (n / 2 % 4 == 2 && is_prime(n / 2 - 1)) /* 1 modulo 4 */
      return PALEY_2;
  }
  for (*factor = 2; *factor * *factor <= n; *factor += 2)
    if (n % *factor == 0 && how(*factor, &ignored) != NONE && how(n / *factor, &ignored) != NONE)
      return PRODUCT;
  return NONE;
}

size_t tg_hadamard_order(size_t least) {
  size_t factor;
  for (size_t n = least ? least : 1; n <= TG_HADAMARD_MOST; n++)
    if (how(n, &factor) != NONE)
      return n;
  return 0;
}

/* chi of 0..q-1. */
static signed char *character(size_t q) {
  signed char *chi = tg_memory_new(q, 1);
  if (!chi)
    return NULL;
  memset(chi, -1, q);
  chi[0] = 0;
  for (size_t i = 1; i < q; i++)
    chi[i * i % q] = 1;
  return chi;
}

/* Entry of S (q = 3 modulo 4) or C. */
static int bordered(const signed char *chi, size_t q, size_t i, size_t j) {
  if (i == 0 || j == 0)
    return i == j ? 0 : j == 0 && q % 4 == 3 ? -1 : 1;
  return chi[(q + i - j) % q];
}

static void fill_paley_1(size_t n, const signed char *chi, signed char *out) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      out[i * n + j] = (signed char)(bordered(chi, n - 1, i, j) + (i == j));
}

static void fill_paley_2(size_t n, const signed char *chi, signed char *out) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      int c = bordered(chi, n / 2 - 1, i / 2, j / 2), second = i % 2 && j % 2;
      int diagonal = i / 2 != j / 2 ? 0 : i % 2 || j % 2 ? -1 : 1;
      out[i * n + j] = (signed char)((second ? -c : c) + diagonal);
    }
}

static trygg_status fill_product(size_t n, size_t factor, signed char *out, trygg_error *error) {
  size_t other = n / factor;
  trygg_status status = TRYGG_OK;
  signed char *a = tg_memory_new(factor * factor, 1), *b = tg_memory_new(other * other, 1);
  if (!a || !b) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_hadamard_fill(factor, a, error));
  TRY(tg_hadamard_fill(other, b, error));
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      out[i * n + j] = (signed char)(a[i / other * factor + j / other] * b[i % other * other + j % other]);
cleanup:
  tg_memory_free(a);
  tg_memory_free(b);
  return status;
}

/* Signs of rows and columns are free: make the first of each +1. */
static void normalise(size_t n, signed char *out) {
  for (size_t i = 0; i < n; i++)
    if (out[i * n] < 0)
      for (size_t j = 0; j < n; j++)
        out[i * n + j] = (signed char)-out[i * n + j];
  for (size_t j = 1; j < n; j++)
    if (out[j] < 0)
      for (size_t i = 0; i < n; i++)
        out[i * n + j] = (signed char)-out[i * n + j];
}

trygg_status tg_hadamard_fill(size_t n, signed char *out, trygg_error *error) {
  size_t factor = 0;
  construction made = how(n, &factor);
  signed char *chi = NULL;
  trygg_status status = TRYGG_OK;
  if (made == NONE)
    return tg_error_set(error, TRYGG_EINVAL, "no Hadamard matrix of that order is constructed here");
  if (made == PALEY_1 || made == PALEY_2) {
    chi = character(made == PALEY_1 ? n - 1 : n / 2 - 1);
    if (!chi)
      return tg_error_memory(error);
  }
  if (made == TRIVIAL)
    for (size_t i = 0; i < n * n; i++)
      out[i] = i == 3 ? -1 : 1;
  else if (made == PALEY_1)
    fill_paley_1(n, chi, out);
  else if (made == PALEY_2)
    fill_paley_2(n, chi, out);
  else
    TRY(fill_product(n, factor, out, error));
  normalise(n, out);
cleanup:
  tg_memory_free(chi);
  return status;
}
