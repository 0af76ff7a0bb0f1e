/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparisons of estimates: which pairs there are, on which scale, and what is found. */
#ifndef TG_INFERENCE_COMPARE_H
#define TG_INFERENCE_COMPARE_H

#include <base/text.h>
#include <inference/inference.h>

/* One comparison.  a is a row of the estimates; b a row of `other`, or, without that, a published figure. */
typedef struct tg_pair {
  size_t a, b;
  const trygg_estimates *other;
  const tg_published_row *published;
  unsigned flags; /* why the two cannot be compared; 0: they can */
  /* What was found; NaN: nothing. */
  size_t output; /* of the variance, TG_NONE */
  double value, se, df, lower, upper, statistic, p, p_adjusted;
} tg_pair;

/* All comparisons of one call. */
typedef struct tg_compare {
  const trygg_estimates *estimates;
  const char *against;
  int across_breaks;
  tg_code_set codes;     /* of VAR=CODE */
  trygg_estimates *made; /* of the domains that only stand on the other side; NULL */
  size_t *made_of;       /* of each domain the one of `made`, TG_NONE */
  tg_pair *list;         /* in the order domain, indicator */
  size_t count, capacity;
} tg_compare;

/* One row a kind of comparison (pairs.c). */
typedef struct tg_comparison {
  const char *name, *help;
  int of_groups; /* needs a by-variable: totals are compared with nothing */
  int of_waves;  /* a and b are waves of one group */
  trygg_status (*prepare)(tg_compare *all, trygg_error *error); /* NULL: nothing to prepare */
  /* Add the pairs of an indicator in a domain. */
  trygg_status (*add)(tg_compare *all, size_t domain, size_t indicator, trygg_error *error);
  /* Append what b is called in the table. */
  void (*name_other)(const tg_compare *all, const tg_pair *pair, tg_text *out);
} tg_comparison;

/* The last one stands for VAR=CODE. */
extern const tg_comparison tg_comparisons[];
extern const size_t tg_comparison_count;

/* The kind that all->against asks for (NULL: the first); fills all->codes.  TRYGG_ENAME when there is none. */
trygg_status tg_pairs_find(tg_compare *all, const tg_comparison **out, trygg_error *error);

/* Make every pair. */
trygg_status tg_pairs_make(tg_compare *all, const tg_comparison *kind, trygg_error *error);

/* Standard error of a published figure: as given, from its interval, or of a share from its number of answers; NaN where
 * nothing is known of it. */
double tg_pairs_published_error(const tg_published_row *figure, int is_share);

/* Whether the codes of a figure are among those of a domain; figures for everybody go with every domain.  `codes` is work
 * room, which says when it failed. */
int tg_pairs_describes(const tg_tally *tally, const tg_published_row *figure, const tg_domain *domain,
                       tg_text *codes);

/* Append what a is called: the codes of its group as VAR=CODE, or `total`. */
void tg_pairs_name_group(const trygg_estimates *estimates, const tg_domain *domain, tg_text *out);

void tg_pairs_clear(tg_compare *all);

/* One row a scale on which a and b are compared (scales.c): link(a) - link(b), shown as back(...). */
typedef struct tg_contrast_scale {
  const char *name, *help;
  const char *column; /* of the table */
  int of_shares;      /* has no meaning for anything else */
  int changes_unit;   /* the result is no share any more, nor in the unit of the estimate */
  double (*link)(double estimate, double *slope); /* NaN where it has none; slope: its derivative */
  double (*back)(double linked);                  /* of a difference of two */
  double (*inverse)(double linked);               /* of link */
} tg_contrast_scale;

extern const tg_contrast_scale tg_contrast_scales[];
extern const size_t tg_contrast_scale_count;

/* The scale called `name` (NULL: the first). */
trygg_status tg_scales_find(const char *name, const tg_contrast_scale **out, trygg_error *error);

#endif
