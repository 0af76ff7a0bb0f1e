/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What records are to a calibration: patterns of auxiliary variables.  Records of one pattern get one factor, so a
 * million records that meet five margins are a few thousand rows. */
#ifndef TG_DESIGN_PATTERN_H
#define TG_DESIGN_PATTERN_H

#include <design/design.h>

/* One total of the population: a column x of the auxiliary variables of a wave. */
typedef struct tg_aim {
  const tg_margin_row *row; /* that it comes from */
  size_t margin;        /* of its wave, which the rows with the same variables make; they stand together */
  char *category;       /* codes; "" for a sum */
  int people;           /* x is 1 for those in the category */
  double total, se;     /* NaN: the weights' own */
  double centre;        /* taken from x where people are counted too, so that no digits are lost */
  double before, after; /* the weights' totals */
} tg_aim;

/* The patterns of a wave and its aims stand together. */
typedef struct tg_pattern_wave {
  size_t first_pattern, patterns;
  size_t first_aim, aims;
} tg_pattern_wave;

typedef struct tg_patterns {
  uint32_t *of;     /* of each record */
  size_t count;     /* in the order wave, categories */
  size_t *begin;    /* [count + 1]: the columns of pattern p that are not 0 ... */
  uint32_t *column; /* ... as numbers of aims */
  double *value;    /* ... and x less its centre */
  double *q;        /* of each pattern: 1 / variance */
  tg_aim *aims;     /* in the order wave, row */
  size_t aim_count;
  tg_pattern_wave *waves; /* [wave_count] */
  size_t wave_count;
} tg_patterns;

typedef struct tg_pattern_request {
  const double *weight; /* of each record; NULL: 1.  A record of weight 0 may lack auxiliary values */
  size_t spread;        /* variable to whose variance q is inverse; TG_NONE: 1 */
  int households;       /* persons of a household have its mean x and so one factor */
  int given;            /* totals may be empty */
  int threads;          /* 0: processors */
} tg_pattern_request;

/* Find the patterns of the margins of the codebook.  TRYGG_EDESIGN says which record has no place in them. */
trygg_status tg_pattern_find(const trygg_responses *responses, const tg_pattern_request *request,
                             tg_patterns *out, trygg_error *error);
void tg_patterns_clear(tg_patterns *patterns);

/* Give persons of a household its mean (Lemaitre & Dufour 1987, Survey Methodology 13:199-207). */
trygg_status tg_household_join(const trygg_responses *responses, const double *weight, tg_patterns *patterns,
                               trygg_error *error);

/* Sums of a number over the records of each pattern; NULL: 1.  The same on any number of threads. */
trygg_status tg_pattern_sums(const tg_patterns *patterns, const double *number, size_t records, int threads,
                             double *out, trygg_error *error);

/* Take the weighted mean from sums of numbers, where the wave has a margin of people too. */
void tg_pattern_centre(tg_patterns *patterns, const double *weight);

#endif
