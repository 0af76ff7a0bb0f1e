/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follow-up of the measures of measures.csv: whom each reached and is compared with, over the waves, and the tests of what
 * it did. */
#ifndef TG_TREND_MEASURES_H
#define TG_TREND_MEASURES_H

#include <trygg/trend.h>

#include <inference/compare.h>

/* The sides of a measure, all of them estimated in every wave: whom it reached, then its comparisons, then the areas
 * of each comparison, each with all the other areas. */
typedef struct tg_measure_sides {
  const tg_measure_row *measure;
  size_t domain; /* the first, of the first wave: wave by wave, sides in order */
  size_t count;
  size_t variable;             /* whose codes are the areas */
  size_t *pools, *pool_counts; /* of each comparison, the side of its first area and how many areas it has */
  const char **codes;          /* of each side that is an area */
} tg_measure_sides;

enum { TG_REACHED = 0, TG_COMPARED = 1 /* the first comparison's */ };

struct tg_measure_test;
struct tg_measures;

/* One measure, comparison and indicator over the waves. */
typedef struct tg_follow {
  struct tg_measures *all;
  const tg_measure_sides *sides;
  size_t comparison, indicator;
  size_t
      *before; /* waves ahead of it with figures on both sides, none of them across a break from the last */
  size_t before_count;
  size_t *after; /* every wave since */
  size_t after_count;
  unsigned flags; /* why there are no more waves before */
} tg_follow;

/* One row of the table, and what it comes from; NaN is empty. */
typedef struct tg_effect {
  const struct tg_measure_test *test;
  const tg_follow *follow;
  const char *code; /* of the area it is about; NULL: none */
  size_t wave;
  size_t since, since_count; /* of follow->before: what it is compared with */
  size_t areas;              /* among which p ranks it, or that make it up; 0: none */
  size_t output;             /* of the terms; TG_NONE: none */
  unsigned flags;
  int64_t base;
  double statistic, df1, df2, estimate, se, lower, upper, p, p_adjusted;
} tg_effect;

/* A figure, by its wave and side. */
typedef struct tg_measure_cell {
  size_t wave, side;
} tg_measure_cell;

enum {
  TG_MEASURE_SEVERAL = 1, /* compares the comparisons: each with the last one */
  TG_MEASURE_WHOLE = 2,   /* all of them at once */
  TG_MEASURE_AREAS = 4,   /* looks at the areas one by one */
  TG_MEASURE_MODEL = 8    /* rests on more than the sample */
};

/* One row a test (measures.c), one file a family. */
typedef struct tg_measure_test {
  const char *name, *help;
  int usual;
  unsigned needs;
  size_t min_before; /* waves ahead of the measure; else there is one empty row that says why */
  trygg_status (*run)(const tg_follow *follow, const struct tg_measure_test *test, trygg_error *error);
  /* What follows from the variance and df of a linear estimate; NULL: `run` fills the rows. */
  void (*finish)(const struct tg_measures *all, tg_effect *effect, double variance, double df);
} tg_measure_test;

extern const tg_measure_test tg_measure_tests[];
extern const size_t tg_measure_test_count;

/* One follow-up of all measures. */
typedef struct tg_measures {
  const trygg_estimates *estimates;
  const tg_contrast_scale *scale;
  double level;
  int across_breaks;
  unsigned needs;          /* of the tests that are wanted, together */
  tg_measure_sides *sides; /* one a measure */
  trygg_estimates *made;   /* of their domains */
  tg_follow *follows; /* measure by measure, indicator, comparison */
  size_t follow_count;
  tg_effect *effects;
  size_t effect_count, effect_capacity;
  tg_terms terms;
  size_t outputs;
} tg_measures;

/* sides.c: estimate every side of every measure. */
trygg_status tg_sides_create(tg_measures *all, trygg_error *error);
void tg_sides_clear(tg_measures *all);

/* follow.c: the waves before and since; the link of a figure, NaN where it has none. */
trygg_status tg_follow_create(tg_measures *all, trygg_error *error);
void tg_follow_clear(tg_measures *all);
double tg_follow_time(const tg_follow *follow, size_t wave);
int tg_follow_breaks(const tg_follow *follow, size_t from,
                     size_t to); /* is there a break between two waves */
double tg_follow_value(const tg_follow *follow, tg_measure_cell cell, double *slope);
const tg_row *tg_follow_row(const tg_follow *follow, tg_measure_cell cell);

/* The last wave before the measure, where there is one. */
static inline size_t tg_follow_last(const tg_follow *follow) {
  return follow->before[follow->before_count - 1];
}

/* effect.c: add a row, empty as yet, compared with `count` of the waves before from `since` on. */
trygg_status tg_effect_add(const tg_follow *follow, const tg_measure_test *test, size_t wave, size_t since,
                           size_t count, trygg_error *error);

/* The last row that was added. */
tg_effect *tg_effect_last(const tg_follow *follow);

/* Add `coefficient` times a figure to the last row; and the difference of those it reached and those compared with. */
trygg_status tg_effect_term(const tg_follow *follow, tg_measure_cell cell, double coefficient,
                            trygg_error *error);
trygg_status tg_effect_difference(const tg_follow *follow, size_t wave, double coefficient,
                                  trygg_error *error);

/* Fill the last row with the adjusted Wald F of `q` rows of coefficients of `count` cells. */
trygg_status tg_effect_wald(const tg_follow *follow, const tg_measure_cell *cells, size_t count,
                            const double *rows, size_t q, trygg_error *error);

/* Variances of all rows, and what follows from them. */
trygg_status tg_effect_finish(tg_measures *all, trygg_error *error);

#endif
