/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of whether groups differ, all of them at once: adding one is a row in groups.c. */
#ifndef TG_INFERENCE_GROUPS_H
#define TG_INFERENCE_GROUPS_H

#include <inference/inference.h>

/* What a test looks at: one indicator, or the answers to a question, in the groups of one wave. */
typedef struct tg_groups {
  const trygg_estimates *estimates;
  uint32_t wave;    /* or TG_POOLED */
  const char *name; /* of the indicator or question */
  size_t first,
      indicators;  /* in the tally; more than one: the answers to a question, whose shares add up to 1 */
  size_t *domains; /* of the groups that have records with a value */
  size_t count;
  double n, least;        /* their records, and those of the smallest group */
  const double *expected; /* share of each answer; NULL: none were given */
  size_t expected_count;
} tg_groups;

/* What a test found; NaN is empty. */
typedef struct tg_group_finding {
  double statistic, df1, df2, estimate, se, p;
} tg_group_finding;

/* What a test needs. */
enum {
  TG_GROUPS_SHARES = 1,   /* a share, or the answers to a question */
  TG_GROUPS_MEAN = 2,     /* one indicator that is a mean over records */
  TG_GROUPS_TWO = 4,      /* exactly two groups; others need two or more */
  TG_GROUPS_EXPECTED = 8, /* expected shares, and no groups */
  TG_GROUPS_RECORDS = 16  /* reads the records again, which a stream does not keep */
};

typedef struct tg_group_test {
  const char *name, *help;
  unsigned needs;
  trygg_status (*run)(const tg_groups *groups, tg_group_finding *finding, trygg_error *error);
} tg_group_test;

extern const tg_group_test tg_group_tests[];
extern const size_t tg_group_test_count;

static inline const tg_row *tg_groups_row(const tg_groups *groups, size_t group, size_t indicator) {
  size_t width = groups->estimates->tally->indicators.count;
  return &groups->estimates->rows[groups->domains[group] * width + groups->first + indicator];
}

/* How many indicators from `first` on are the answers to one question; 1 for anything else. */
size_t tg_groups_answers(const trygg_estimates *estimates, size_t first);

/* The expected share of each answer from the texts of the options (expected.c); to be freed, also on failure. */
trygg_status tg_expected_read(const trygg_estimates *estimates, const trygg_group_test_options *options,
                              double **out, size_t *count, trygg_error *error);

trygg_status tg_contingency_second_order(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_contingency_first_order(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_contingency_exact(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_contingency_wald(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_contingency_adjusted_wald(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_contingency_fit(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_groups_t(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_ranks_wilcoxon(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_ranks_kruskal_wallis(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_ranks_van_der_waerden(const tg_groups *, tg_group_finding *, trygg_error *);
trygg_status tg_ranks_median(const tg_groups *, tg_group_finding *, trygg_error *);

#endif
