/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of tests between groups, and their table. */
#include <inference/groups.h>

#include <math.h>
#include <string.h>

#include <base/options.h>
#include <base/text.h>

const tg_group_test tg_group_tests[] = {
    {"rao_scott", "do the answers depend on the group; Pearson's chi square, second-order correction, F",
     TG_GROUPS_SHARES, tg_contingency_second_order},
    {"rao_scott_first", "the same with the first-order correction, chi square", TG_GROUPS_SHARES,
     tg_contingency_first_order},
    {"rao_scott_exact", "the same, p not of F but of the sum of weighted chi squares that it stands for",
     TG_GROUPS_SHARES, tg_contingency_exact},
    {"wald", "the same by Wald's statistic; F, too liberal where clusters are few", TG_GROUPS_SHARES,
     tg_contingency_wald},
    {"adjusted_wald", "the same, adjusted for few clusters; F", TG_GROUPS_SHARES,
     tg_contingency_adjusted_wald},
    {"t", "second group minus first; t", TG_GROUPS_MEAN | TG_GROUPS_TWO, tg_groups_t},
    {"wilcoxon", "mean rank of the second group minus that of the first; t",
     TG_GROUPS_MEAN | TG_GROUPS_TWO | TG_GROUPS_RECORDS, tg_ranks_wilcoxon},
    {"kruskal_wallis", "do the mean ranks differ; F", TG_GROUPS_MEAN | TG_GROUPS_RECORDS,
     tg_ranks_kruskal_wallis},
    {"van_der_waerden", "the same with normal scores of the ranks; F", TG_GROUPS_MEAN | TG_GROUPS_RECORDS,
     tg_ranks_van_der_waerden},
    {"median", "do the shares above the common median differ; F", TG_GROUPS_MEAN | TG_GROUPS_RECORDS,
     tg_ranks_median},
    {"goodness_of_fit",
     "do all answers together have the expected shares; chi square, second-order correction",
     TG_GROUPS_SHARES | TG_GROUPS_EXPECTED, tg_contingency_fit},
};

const size_t tg_group_test_count = sizeof tg_group_tests / sizeof *tg_group_tests;

const char *trygg_inference_group_test(size_t i) {
  return i < tg_group_test_count ? tg_group_tests[i].name : NULL;
}

const char *trygg_inference_group_test_help(size_t i) {
  return i < tg_group_test_count ? tg_group_tests[i].help : NULL;
}

/* df: clusters less strata of both groups, less one for the second mean (R survey's svyttest). */
trygg_status tg_groups_t(const tg_groups *groups, tg_group_finding *finding, trygg_error *error) {
  size_t width = groups->estimates->tally->indicators.count;
  size_t rows[2] = {groups->domains[0] * width + groups->first, groups->domains[1] * width + groups->first};
  const double coefficients[2] = {-1, 1};
  trygg_contrast contrast;
  trygg_status status =
      trygg_inference_contrast(groups->estimates, rows, coefficients, 2, 0, &contrast, error);
  if (status != TRYGG_OK)
    return status;
  finding->estimate = contrast.estimate;
  finding->se = contrast.se;
  finding->df1 = 1;
  finding->df2 = groups->estimates->df_rule == TG_DF_GIVEN ? contrast.df : contrast.df - 1;
  finding->statistic = contrast.se > 0 ? contrast.statistic : NAN;
  finding->p = tg_inference_p(contrast.estimate, contrast.se, finding->df2);
  return TRYGG_OK;
}

/* ---- what there is to test --------------------------------------------------------------------------- */

static const tg_indicator *indicator_at(const trygg_estimates *estimates, size_t k) {
  return &estimates->tally->indicators.list[k];
}

/* An indicator made from one answer of a question. */
static int is_answer(const tg_indicator *indicator) {
  return !indicator->row && indicator->type->is_share;
}

size_t tg_groups_answers(const trygg_estimates *estimates, size_t k) {
  size_t end = k + 1;
  if (!is_answer(indicator_at(estimates, k)))
    return 1;
  while (end < estimates->tally->indicators.count && is_answer(indicator_at(estimates, end)) &&
         indicator_at(estimates, end)->items->variable == indicator_at(estimates, k)->items->variable)
    end++;
  return end - k;
}

/* The groups of a wave that have records with a value; for expected shares the total. */
static void find_groups(tg_groups *groups, int total) {
  const trygg_estimates *estimates = groups->estimates;
  size_t width = estimates->tally->indicators.count;
  groups->count = 0;
  groups->n = 0;
  groups->least = INFINITY;
  for (size_t g = 0; g < (total ? 1 : estimates->group_count); g++) {
    size_t row =
        tg_estimate_row(estimates, groups->wave, total ? TG_TOTAL_DOMAIN : (uint32_t)g, groups->first);
    if (row == TG_NONE || !(estimates->rows[row].n > 0))
      continue;
    groups->domains[groups->count++] = row / width;
    groups->n += estimates->rows[row].n;
    groups->least = fmin(groups->least, estimates->rows[row].n);
  }
}

/* Whether the test has a meaning for what is there. */
static int applies(const tg_group_test *test, const tg_groups *groups) {
  const tg_indicator *indicator = indicator_at(groups->estimates, groups->first);
  int mean = indicator->estimand == TG_RATIO && indicator->denominator_variable == TG_NONE;
  if ((test->needs & TG_GROUPS_RECORDS) && !groups->estimates->tally->entry)
    return 0;
  /* The records of a function say nothing of it: a standardised share is not the share of them. */
  if (indicator->estimand == TG_FUNCTION && test->needs & (TG_GROUPS_EXPECTED | TG_GROUPS_SHARES))
    return 0;
  if (test->needs & TG_GROUPS_EXPECTED)
    return indicator->type->is_share && groups->expected != NULL &&
           groups->expected_count == (groups->indicators > 1 ? groups->indicators : 2);
  if ((test->needs & TG_GROUPS_SHARES) && !indicator->type->is_share)
    return 0;
  if ((test->needs & TG_GROUPS_MEAN) && (!mean || groups->indicators > 1))
    return 0;
  return groups->count >= 2 && (!(test->needs & TG_GROUPS_TWO) || groups->count == 2);
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const tg_column_description columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator, or the question all of whose answers are looked at",
     0},
    {"test", TRYGG_TEXT, TRYGG_KEY, "the test", 0},
    {"groups", TRYGG_INTEGER, TRYGG_VALUE, "groups with records", 0},
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "records in the test", 0},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "t, F or chi square", 0},
    {"df1", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the numerator; 1 for t", 0},
    {"df2", TRYGG_NUMBER, TRYGG_VALUE, "of the denominator, or of t; empty for chi square", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "of two groups: the second minus the first, or their mean ranks",
     0},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "its standard error", 0},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows of the test", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* One test that is run. */
typedef struct trial {
  const tg_group_test *test;
  uint32_t wave;
  const tg_indicator *indicator;
  int is_question;
  size_t groups;
  double n, least, p_adjusted;
  tg_group_finding finding;
} trial;

typedef struct trials {
  trial *list;
  size_t count, capacity;
  unsigned char wanted[sizeof tg_group_tests / sizeof *tg_group_tests];
} trials;

static const char *test_name_at(const void *context, size_t i) {
  (void)context;
  return tg_group_tests[i].name;
}

static trygg_status choose_tests(const trygg_group_test_options *options, trials *all, trygg_error *error) {
  memset(all->wanted, options->test_count == 0, sizeof all->wanted);
  for (size_t i = 0; i < options->test_count; i++) {
    size_t k = 0;
    const char *nearest;
    while (k < tg_group_test_count && strcmp(tg_group_tests[k].name, options->tests[i]))
      k++;
    if (k < tg_group_test_count) {
      all->wanted[k] = 1;
      continue;
    }
    nearest = tg_text_nearest(options->tests[i], tg_group_test_count, test_name_at, NULL);
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "test", "no test of groups `%s`; did you mean `%s`?",
                       options->tests[i], nearest ? nearest : tg_group_tests->name);
  }
  return TRYGG_OK;
}

/* Every wanted test of one indicator or question in one wave. */
static trygg_status run_tests(trials *all, tg_groups *groups, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t k = 0; k < tg_group_test_count; k++) {
    const tg_group_test *test = &tg_group_tests[k];
    trial *t;
    find_groups(groups, (test->needs & TG_GROUPS_EXPECTED) != 0);
    if (!all->wanted[k] || groups->count == 0 || !applies(test, groups))
      continue;
    if (tg_memory_grow((void **)&all->list, &all->capacity, all->count + 1, sizeof *all->list))
      return tg_error_memory(error);
    t = &all->list[all->count++];
    *t = (trial){test,
                 groups->wave,
                 indicator_at(groups->estimates, groups->first),
                 groups->indicators > 1,
                 groups->count,
                 groups->n,
                 groups->least,
                 NAN,
                 {NAN, NAN, NAN, NAN, NAN, NAN}};
    TRY(test->run(groups, &t->finding, error));
  }
cleanup:
  return status;
}

static trygg_status run_all(trials *all, const trygg_estimates *estimates,
                            const trygg_group_test_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t indicators = estimates->tally->indicators.count,
         waves = estimates->pooled ? 1 : estimates->wave_count;
  tg_groups groups = {
      .estimates = estimates, .expected = options->expected, .expected_count = options->expected_count};
  groups.domains = tg_memory_new(estimates->group_count + 1, sizeof *groups.domains);
  if (!groups.domains)
    return tg_error_memory(error);
  for (size_t w = 0; w < waves; w++)
    for (groups.first = 0; groups.first < indicators; groups.first += groups.indicators) {
      groups.wave = estimates->pooled ? TG_POOLED : estimates->waves[w];
      groups.indicators = tg_groups_answers(estimates, groups.first);
      TRY(run_tests(all, &groups, error));
    }
cleanup:
  tg_memory_free(groups.domains);
  return status;
}

/* The family of an adjustment is the printed rows of one test. */
static trygg_status adjust(trials *all, const trygg_group_test_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->count, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  for (size_t k = 0; k < tg_group_test_count; k++) {
    for (size_t i = 0; i < all->count; i++)
      p[i] = all->list[i].test == &tg_group_tests[k] && all->list[i].least >= (double)options->min_n
                 ? all->list[i].finding.p
                 : NAN;
    TRY(trygg_inference_adjust(options->adjust ? options->adjust : "holm", p, all->count, error));
    for (size_t i = 0; i < all->count; i++)
      if (all->list[i].test == &tg_group_tests[k])
        all->list[i].p_adjusted = p[i];
  }
cleanup:
  tg_memory_free(p);
  return status;
}

/* The name of an indicator; of a question that of its variable. */
static const char *name_of(const trygg_estimates *estimates, const trial *t) {
  const trygg_codebook *codebook = estimates->tally->design->responses->codebook;
  return t->is_question ? codebook->variables[t->indicator->items->variable].name : t->indicator->name;
}

static trygg_status add_row(trygg_table *table, const trygg_estimates *estimates, const trial *t,
                            trygg_error *error) {
  const tg_group_finding *f = &t->finding;
  double cells[] = {f->statistic, f->df1,       isinf(f->df2) ? NAN : f->df2, f->estimate, f->se,
                    f->p,         t->p_adjusted};
  trygg_status status = TRYGG_OK;
  size_t column = 0;
  TRY(tg_table_add_row(table, error));
  TRY(tg_table_set_text(
      table, column++, t->wave == TG_POOLED ? NULL : estimates->tally->design->responses->waves[t->wave].code,
      error));
  TRY(tg_table_set_text(table, column++, name_of(estimates, t), error));
  TRY(tg_table_set_text(table, column++, t->test->name, error));
  tg_table_set_integer(table, column++, (int64_t)t->groups);
  tg_table_set_integer(table, column++, (int64_t)t->n);
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, isnan(f->p) ? TG_FLAG_NO_DF : 0, error));
  tg_table_set_base(table, (int64_t)t->least);
cleanup:
  return status;
}

static trygg_status check(const trygg_estimates *estimates, const trygg_group_test_options *options,
                          const trials *all, trygg_error *error) {
  if (options->test_count && !options->expected && all->wanted[tg_group_test_count - 1])
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "expected",
                       "`goodness_of_fit` compares with expected shares; give them");
  if (!estimates->tally->by_count && !options->expected)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "by",
                       "there are no groups to test; give a by-variable");
  for (size_t i = 0; i < options->expected_count; i++)
    if (!options->expected || !(options->expected[i] > 0) || !isfinite(options->expected[i]))
      return tg_error_set(error, TRYGG_EINVAL, "expected shares are numbers above 0, one for each answer");
  return TRYGG_OK;
}

trygg_status trygg_inference_test_groups(const trygg_estimates *estimates,
                                         const trygg_group_test_options *options, trygg_table **out,
                                         trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_group_test_options chosen;
  trygg_table *table = NULL;
  trials all = {0};
  double *expected = NULL;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_group_test_options", error));
  TRY(tg_options_list(chosen.tests, chosen.test_count, "test", error));
  TRY(choose_tests(&chosen, &all, error));
  TRY(tg_options_list(chosen.expected_texts, chosen.expected_text_count, "expected", error));
  if (chosen.expected_text_count) {
    TRY(tg_expected_read(estimates, &chosen, &expected, &chosen.expected_count, error));
    chosen.expected = expected;
  }
  TRY(check(estimates, &chosen, &all, error));
  TRY(run_all(&all, estimates, &chosen, error));
  TRY(adjust(&all, &chosen, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_column(table, "wave", TRYGG_TEXT, TRYGG_KEY, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
  TRY(tg_inference_add_notes(table, estimates, 0.95, error));
  TRY(tg_table_add_note(table, "adjust", chosen.adjust ? chosen.adjust : "holm", error));
  for (size_t i = 0; i < all.count; i++)
    TRY(add_row(table, estimates, &all.list[i], error));
  *out = table;
  table = NULL;
cleanup:
  tg_memory_free(expected);
  tg_memory_free(all.list);
  trygg_table_free(table);
  return status;
}
