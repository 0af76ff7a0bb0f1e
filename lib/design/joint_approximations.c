/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joint probabilities of samples of fixed size n, approximated from those of the units: for i other than j
 *
 *   Overton       pi_ij = pi_i pi_j (n - 1) / (n - (pi_i + pi_j)/2)
 *                 (Stehman & Overton 1989; Overton & Stehman 1995, The American Statistician 49:261-268)
 *   Hartley, Rao  pi_ij = pi_i pi_j (n - 1) / (n - pi_i - pi_j + sum_U pi^2 / n)
 *                 (Hartley & Rao 1962, Annals of Mathematical Statistics 33:350-374)
 *
 * With q = 1 - pi, D_ij = -(a (q_i + q_j) + b) / (n - 1) for both: a = 1/2, b = 0, and a = 1, b = sum_U pi^2 / n - 1, where
 * the sum over the population is estimated by that of pi over the sample (as R survey's HR()).  So the form is a matter of
 * the sums S = sum z, Q = sum q and B = sum q z, and no matrix is made:
 *
 *   sum_(j != i) (a (q_i + q_j) + b) (z_j - g z_i) = (a q_i + b) (S - m z_i) + a (B - k_i z_i)
 *
 * where g = 0, m = 1, k_i = q_i give Horvitz and Thompson's form, g = 1, m = n, k_i = Q Yates and Grundy's. */
#include <design/inclusion.h>

static void apply(const tg_inclusion_block *block, double a, double b, const double *z, double *out) {
  double n = (double)block->count, s = 0, q = 0, both = 0;
  for (size_t i = 0; i < block->count; i++) {
    s += z[i];
    q += 1 - block->probability[i];
    both += (1 - block->probability[i]) * z[i];
  }
  for (size_t i = 0; i < block->count; i++) {
    double mine = 1 - block->probability[i];
    double others = block->count < 2      ? 0
                    : block->yates_grundy ? (a * mine + b) * (s - n * z[i]) + a * (both - q * z[i])
                                          : (a * mine + b) * (s - z[i]) + a * (both - mine * z[i]);
    out[i] = (block->yates_grundy ? 0 : mine * z[i]) - (block->count < 2 ? 0 : others / (n - 1));
  }
}

void tg_joint_approximations_overton(const tg_inclusion_block *block, const double *z, double *out) {
  apply(block, 0.5, 0, z, out);
}

void tg_joint_approximations_hartley_rao(const tg_inclusion_block *block, const double *z, double *out) {
  double mean = 0;
  for (size_t i = 0; i < block->count; i++)
    mean += block->probability[i] / (double)block->count;
  apply(block, 1, mean - 1, z, out);
}
