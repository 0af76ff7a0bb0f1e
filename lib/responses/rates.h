/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Response rates of AAPOR and the Swedish svarsandel, from counts of final dispositions. */
#ifndef TG_RESPONSES_RATES_H
#define TG_RESPONSES_RATES_H

#include <responses/responses.h>

typedef enum tg_rate {
  TG_RATE_RR1,
  TG_RATE_RR2,
  TG_RATE_RR3,
  TG_RATE_RR4,
  TG_RATE_RR5,
  TG_RATE_RR6,
  TG_RATE_SVARSANDEL,
  TG_RATES
} tg_rate;

extern const char *const tg_rates_names[TG_RATES];               /* "rr1" ... "svarsandel" */
extern const char *const tg_rates_dispositions[TG_DISPOSITIONS]; /* "I" ... "NE" */

/* Rates of counts by tg_disposition; NaN where a denominator is 0.
 *
 * The American Association for Public Opinion Research, Standard Definitions: with k = (I+P) + (R+NC+O),
 *   RR1 = I / (k + UH + UO)        RR2 = (I+P) / (k + UH + UO)
 *   RR3 = I / (k + e(UH + UO))     RR4 = (I+P) / (k + e(UH + UO))
 *   RR5 = I / k                    RR6 = (I+P) / k
 * where e = k / (k + NE) is the share of eligible ones among those of whom it is known (proportional allocation).
 * Svarsandel = (I+P) / (all less overcoverage), NE being the overcoverage. */
void tg_rates_compute(const int64_t counts[TG_DISPOSITIONS], double rates[TG_RATES], double *e);

/* Which counts a rate divides: interviews alone, or with the partial ones. */
int64_t tg_rates_numerator(const int64_t counts[TG_DISPOSITIONS], tg_rate rate);

/* Dispositions of a wave, or of a category in it. */
typedef struct tg_rates_group {
  const char *wave;
  const char *names; /* of the variables, "" : the whole wave */
  char *category;
  char *key; /* of all three */
  int64_t counts[TG_DISPOSITIONS];
  int known;                            /* it is known what was sent out; otherwise there are no rates */
  int contradicts;                      /* sample.csv has other sums than the records */
  int is_stratum;                       /* the category is a stratum of the account */
  int64_t sent;                         /* by sample.csv, -1 where it does not say */
  unsigned char given[TG_DISPOSITIONS]; /* by sample.csv */
} tg_rates_group;

typedef struct tg_rates {
  tg_rates_group *groups; /* waves in the order of the responses; a wave before its categories */
  size_t count;
  tg_names keys; /* of the groups */
  char *strata;  /* names of the stratum variables */
} tg_rates;

trygg_status tg_rates_collect(const trygg_responses *responses, tg_rates *out, trygg_error *error);
void tg_rates_clear(tg_rates *rates);

#endif
