/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers from a state of our own: the same seed and stream give the same numbers everywhere. */
#ifndef TG_NUMERIC_RANDOM_H
#define TG_NUMERIC_RANDOM_H

#include <stdint.h>

/* The Mersenne Twister's state; treat as opaque.  One a thread. */
typedef struct tg_random {
  uint64_t state[640];
} tg_random;

/* Begin anew.  Streams of one seed are independent of each other for all purposes
 * of simulation: use one a task, so that results do not depend on threads. */
void tg_random_seed(tg_random *random, uint64_t seed, uint64_t stream);

/* Uniform on [0, 1) in steps of 2^-53. */
double tg_random_uniform(tg_random *random);

/* Standard normal, by inversion: one number of the sequence each. */
double tg_random_normal(tg_random *random);

/* Chi-square with df > 0 degrees of freedom, whole or not; as quick for many as for few. */
double tg_random_chi_square(tg_random *random, double df);

/* Uniform on 0 .. count-1, without bias; 0 for count 0. */
uint64_t tg_random_below(tg_random *random, uint64_t count);

/* The same for a count of 32 bits, from one word in most cases (Lemire 2019, ACM Trans. Model. Comput. Simul. 29:3). */
uint32_t tg_random_index(tg_random *random, uint32_t count);

#endif
