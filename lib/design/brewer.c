/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Brewer's approximation for samples of fixed size (Brewer 2002, Combined Survey Sampling Inference, ch. 9; R survey's
 * pps = "brewer"), which needs no joint probabilities:
 *
 *   V = n / (n - 1) sum_i (1 - pi_i) (z_i - zbar)^2
 *
 * With equal probabilities it is the variance of simple random sampling. */
#include <design/inclusion.h>

void tg_brewer_apply(const tg_inclusion_block *block, const double *z, double *out) {
  double n = (double)block->count, mean = 0, rest = 0;
  if (block->count < 2)
    return;
  for (size_t i = 0; i < block->count; i++)
    mean += z[i] / n;
  for (size_t i = 0; i < block->count; i++) {
    out[i] = (1 - block->probability[i]) * (z[i] - mean);
    rest += out[i] / n;
  }
  for (size_t i = 0; i < block->count; i++)
    out[i] = (out[i] - rest) * n / (n - 1);
}
