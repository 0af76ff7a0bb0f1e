/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Poisson sampling: each unit is drawn or not by itself, so that pi_ij = pi_i pi_j, and with z = y / pi
 *
 *   V = sum_i (1 - pi_i) z_i^2 = sum_i (1 - pi_i) / pi_i^2 y_i^2        (Särndal, Swensson & Wretman 1992, 3.5) */
#include <design/inclusion.h>

void tg_poisson_apply(const tg_inclusion_block *block, const double *z, double *out) {
  for (size_t i = 0; i < block->count; i++)
    out[i] = (1 - block->probability[i]) * z[i];
}
