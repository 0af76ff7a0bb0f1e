/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers: GSL's mt19937 on the caller's memory. */
#include <numeric/random.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <string.h>

/* GSL keeps 624 words of the machine's `unsigned long` and a counter. */
_Static_assert(sizeof(((tg_random *)0)->state) >= 625 * sizeof(unsigned long), "the state must hold GSL's");

/* Bits of one number spread over all (splitmix64's finalizer, Steele et al. 2014). */
static uint64_t spread(uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
  return bits ^ (bits >> 31);
}

void tg_random_seed(tg_random *random, uint64_t seed, uint64_t stream) {
  uint64_t mixed =
      spread(spread(seed + UINT64_C(0x9e3779b97f4a7c15)) + stream * UINT64_C(0x9e3779b97f4a7c15));
  memset(random->state, 0, sizeof random->state);
  gsl_rng_mt19937->set(random->state, (unsigned long)(mixed >> 32));
}

static uint64_t next_word(tg_random *random) {
  return gsl_rng_mt19937->get(random->state) & UINT64_C(0xffffffff);
}

/* 53 bits of two words. */
static uint64_t next_bits(tg_random *random) {
  uint64_t high = next_word(random);
  return (high >> 5) << 26 | next_word(random) >> 6;
}

double tg_random_uniform(tg_random *random) {
  return (double)next_bits(random) * 0x1p-53;
}

double tg_random_normal(tg_random *random) {
  /* Half a step up: neither 0 nor 1 can come. */
  return gsl_cdf_ugaussian_Pinv(((double)(next_bits(random) >> 1) + 0.5) * 0x1p-52);
}

double tg_random_chi_square(tg_random *random, double df) {
  gsl_rng mersenne = {gsl_rng_mt19937, random->state};
  return gsl_ran_chisq(&mersenne, df);
}

uint64_t tg_random_below(tg_random *random, uint64_t count) {
  if (count == 0)
    return 0;
  uint64_t bits, limit = UINT64_MAX - UINT64_MAX % count;
  do {
    bits = next_word(random) << 32;
    bits |= next_word(random);
  } while (bits >= limit);
  return bits % count;
}

uint32_t tg_random_index(tg_random *random, uint32_t count) {
  uint64_t product = next_word(random) * count;
  /* Of the 2^32 words, 2^32 mod count too many would fall on the smaller numbers: leave those out. */
  if ((uint32_t)product < count) {
    uint32_t excess = count ? (uint32_t)-count % count : 0;
    while ((uint32_t)product < excess)
      product = next_word(random) * count;
  }
  return (uint32_t)(product >> 32);
}
