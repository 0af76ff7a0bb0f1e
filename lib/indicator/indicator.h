/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An indicator turns the answers of a record into y and x, so that an estimate is Y/X or Y,
 * Y = sum of w y and X = sum of w x over the records that are inside its denominator. */
#ifndef TG_INDICATOR_INDICATOR_H
#define TG_INDICATOR_INDICATOR_H

#include <trygg/indicator.h>

#include <responses/responses.h>

/* What is estimated from y and x. */
typedef enum tg_estimand {
  TG_RATIO,    /* Y / X; x is 1 inside the denominator but for type `ratio` */
  TG_TOTAL,    /* Y */
  TG_QUANTILE, /* the value at which the weighted distribution of y passes `probability` */
  TG_FUNCTION  /* a smooth function of the estimates of other indicators, its parts */
} tg_estimand;

/* Where a record stands. */
enum { TG_OUTSIDE = 0, TG_INSIDE = 1, TG_ITEM_MISSING = 2 /* in the base, but without a value */ };

/* y, x and state of a run of records; y and x are only meaningful where state is TG_INSIDE. */
typedef struct tg_values {
  double *y, *x;
  unsigned char *state;
} tg_values;

typedef struct tg_indicator tg_indicator;

/* Columns of indicators.csv a type cares about; the others must be empty. */
enum {
  TG_USES_NUMERATOR = 1,
  TG_NEEDS_NUMERATOR = 2,
  TG_USES_DENOMINATOR = 4, /* kinds and codes; for `ratio` a variable, which it reads itself */
  TG_USES_MIN_VALID = 8,
  TG_NEEDS_BOUNDS = 16, /* low and high */
  TG_MANY_VARIABLES = 32,
  TG_READS_NUMBERS = 64, /* where there is no numerator: answers must have numbers or scores */
  TG_USES_BOUNDS = 128,  /* low and high where an item is reversed */
  TG_WITHOUT_VARIABLE = 256,
  TG_NUMERATOR_IS_TEXT = 512, /* the numerator is no set of codes; the type reads it */
  TG_TWO_VARIABLES = 1024     /* as TG_MANY_VARIABLES, and exactly two */
};

typedef struct tg_indicators tg_indicators;

/* How a function is made of parts. */
typedef struct tg_function {
  /* Append the parts of indicator `at` (tg_indicator_append_part()). */
  trygg_status (*divide)(tg_indicators *all, size_t at, const trygg_codebook *codebook, trygg_error *error);
  /* The value and its gradient at the estimates of the parts; n respondents.  Not finite where it has none. */
  double (*combine)(const tg_indicator *indicator, double n, const double *parts, double *gradient);
} tg_function;

/* One row a type (types.c), one file a type. */
typedef struct tg_indicator_type {
  const char *name, *help;
  tg_estimand estimand;
  int is_share; /* lies in 0..1 and is shown to people as per cent */
  unsigned uses;
  trygg_status (*compile)(tg_indicator *indicator, const trygg_codebook *codebook, const trygg_error *place,
                          trygg_error *error); /* what only this type has; may be NULL */
  /* Fill values for records first..first+count-1, whose state says TG_INSIDE (the base: `where` holds)
   * or TG_OUTSIDE on entry. */
  void (*evaluate)(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                   size_t count, tg_values *values);
  const tg_function *function; /* of TG_FUNCTION, else NULL */
} tg_indicator_type;

extern const tg_indicator_type tg_indicator_types[];
extern const size_t tg_indicator_type_count;

/* One variable of an indicator: which values count, which hit. */
typedef struct tg_item {
  size_t variable;
  int reversed;
  unsigned kinds;    /* bit k: values of missing kind k are in the denominator; bit TG_VALID: valid ones */
  tg_code_set codes; /* further values in the denominator; sets are empty when not given */
  int has_codes;
  tg_code_set numerator;
  int has_numerator;
} tg_item;

/* How a quantile is read off the weighted distribution (quantile.c). */
typedef struct tg_quantile_rule {
  const char *name, *help;
  /* Steps: the value where F reaches p, or, where F equals p, that of the lower (0) or the mean of both (1/2); with `even`
   * the lower one only where it is the 2nd, 4th, ... of the distinct values.
   * Lines: between the values at (C - w + share w) / (T + last w_n), C the sum of the weights so far, T all.
   * Points: the last value whose (n/T (C - share w) + share) / (n + 1) is at most p. */
  enum { TG_QUANTILE_STEPS, TG_QUANTILE_LINES, TG_QUANTILE_POINTS } reads;
  double share, last;
  int even;
} tg_quantile_rule;

struct tg_expression;

struct tg_indicator {
  char *name;
  const tg_indicator_row *row; /* NULL for an indicator made from a variable */
  const tg_indicator_type *type;
  tg_item *items;
  size_t item_count;
  size_t denominator_variable; /* of type ratio, else TG_NONE */
  size_t weight;               /* variable, TG_NONE for the design's own weight */
  tg_conditions where;
  size_t min_valid;
  double low, high, probability;
  const tg_quantile_rule *rule; /* of a quantile */
  int better;                   /* -1 low, 1 high, 0 not said */
  tg_estimand estimand;
  const tg_function *function; /* of TG_FUNCTION */
  size_t part_begin, part_count;
  size_t depth; /* 0, of a part that of its whole + 1 */
  int borrows;  /* name, items, where, bridges and centre are those of another in the list */
  /* Waves in which two methods ran (bridges.c): rows of breaks.csv; whether the records of the old one are meant; and of
   * those that were asked for which in the list is the same one of the old method, 0: there is none. */
  size_t *bridges, bridge_count;
  unsigned char is_old;
  size_t old;
  /* Moments (moment.c): the product of two items, each less its centre. */
  size_t left, right;   /* or TG_MOMENT_SUM; right TG_NONE: the left one alone */
  double *centre;       /* of each item; NaN until a record is met */
  double *standard;     /* shares of the standard population, one a part */
  size_t *standard_variables;
  size_t standard_count; /* of them */
  char *standard_codes;  /* of each part one a variable, each ended by NUL */
  struct tg_expression *expression;
};

/* Compile a row of the codebook into a zeroed indicator; `standardise`: with its standard population. */
trygg_status tg_indicator_compile(const trygg_codebook *codebook, size_t row, int standardise,
                                  tg_indicator *out, trygg_error *error);

/* A list of indicators: first those that are asked for, then those of an old method, and the parts of functions among
 * them, each behind its whole. */
struct tg_indicators {
  tg_indicator *list;
  size_t count; /* asked for */
  size_t all, capacity;
};

/* Compile what `names` say: indicators, or variables (each answer's share as VAR=CODE, a number's mean).
 * No names: every indicator of the codebook. */
trygg_status tg_indicator_select(const trygg_codebook *codebook, const char *const *names, size_t count,
                                 tg_indicators *out, trygg_error *error);
void tg_indicator_clear(tg_indicators *indicators);

/* Append a part of indicator `at`, which is zeroed but for its depth.  The list may move.  TRYGG_ECODEBOOK when functions
 * of functions go too deep. */
trygg_status tg_indicator_append_part(tg_indicators *all, size_t at, tg_indicator **out, trygg_error *error);

/* The same, compiled from a row of the codebook; `standardise`: with its standard population. */
trygg_status tg_indicator_append_row(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                                     size_t row, int standardise, trygg_error *error);

/* Add the bridges that are declared for an indicator, and those of the whole it is a part of (NULL: of none). */
trygg_status tg_bridges_find(tg_indicator *indicator, const tg_indicator *whole,
                             const trygg_codebook *codebook, trygg_error *error);

/* Leave only records of the method that is meant. */
void tg_bridges_apply(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                      size_t count, unsigned char *state);

/* Note the records' values that later ones are centred at, where they are not known yet. */
void tg_indicator_centre(tg_indicators *all, const trygg_responses *responses);

/* y, x and state of records first..first+count-1. */
void tg_indicator_evaluate(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                           size_t count, tg_values *values);

/* How many of the indicator's items were asked in the wave (none when a ratio's denominator was not). */
size_t tg_indicator_asked(const tg_indicator *indicator, const trygg_responses *responses, size_t wave);

/* ---- for the files of types ---------------------------------------------------------- */

/* Is a record's value of the item in the denominator; does it hit the numerator. */
int tg_item_counts(const tg_item *item, const tg_column *column, size_t record);
static inline int tg_item_hits(const tg_item *item, const tg_column *column, size_t record) {
  return tg_code_set_matches(&item->numerator, column, record);
}

#endif
