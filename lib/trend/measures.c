/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of tests of measures, and their table. */
#include <trend/measures.h>

#include <math.h>
#include <string.h>

#include <base/options.h>
#include <base/text.h>
#include <trend/did.h>
#include <trend/trend.h>

#define ALL "all"

#define SEVERAL TG_MEASURE_SEVERAL
#define WHOLE TG_MEASURE_WHOLE
#define AREAS TG_MEASURE_AREAS
#define SYNTHETIC (TG_MEASURE_AREAS | TG_MEASURE_MODEL)

/* name, help, usual, needs, waves before, run, finish */
const tg_measure_test tg_measure_tests[] = {
    {"change", "change since the last wave before, less that of those compared with; t", 1, 0, 1,
     tg_did_change, tg_did_finish},
    {"spillover", "change of a comparison less that of the last one in measures.csv; t", 0, SEVERAL, 1,
     tg_did_spillover, tg_did_finish},
    {"agree", "did all comparisons change alike; adjusted Wald F", 1, SEVERAL | WHOLE, 1, tg_did_agree, NULL},
    {"pretrend", "was the difference the same in all waves before; adjusted Wald F", 1, 0, 2,
     tg_pretrend_joint, NULL},
    {"pretrend_slope", "slope of the difference before, per year; t", 0, 0, 2, tg_pretrend_slope,
     tg_did_finish},
    {"pretrend_detectable", "smallest slope before, per year, that would be found in 4 samples of 5", 0, 0, 2,
     tg_pretrend_slope, tg_pretrend_detectable},
    {"lead", "placebo: difference in an earlier wave less that in the last before; t", 0, 0, 2,
     tg_placebo_leads, tg_did_finish},
    {"placebo", "placebo: an earlier wave as if the measure had begun then; t", 0, 0, 2, tg_placebo_years,
     tg_did_finish},
    {"placebo_areas", "change, its |t| ranked among those of each area as if it had the measure", 0, AREAS, 1,
     tg_placebo_areas, tg_placebo_finish},
    {"trend_adjusted", "change from the line through the differences before; t", 0, 0, 3,
     tg_did_trend_adjusted, tg_did_finish},
    {"synthetic", "model: less the mixture of areas that was most like it before; limits given the weights",
     0, SYNTHETIC, 2, tg_synthetic_effect, tg_synthetic_finish},
    {"synthetic_fit", "model: root mean square of what was left of the difference from it before", 0,
     SYNTHETIC, 2, tg_synthetic_fit, NULL},
    {"synthetic_weights", "model: the weight of each area in the mixture", 0, SYNTHETIC, 2,
     tg_synthetic_weights, NULL},
    {"synthetic_rank",
     "model: that of the waves since over that before, ranked among those of each area as if it had the measure",
     0, SYNTHETIC, 2, tg_synthetic_rank, NULL},
};

const size_t tg_measure_test_count = sizeof tg_measure_tests / sizeof *tg_measure_tests;

const char *trygg_trend_measure_test(size_t i) {
  return i < tg_measure_test_count ? tg_measure_tests[i].name : NULL;
}

const char *trygg_trend_measure_help(size_t i) {
  return i < tg_measure_test_count ? tg_measure_tests[i].help : NULL;
}

/* ---- running them --------------------------------------------------------------------------------------- */

static const char *test_name_at(const void *context, size_t i) {
  (void)context;
  return tg_measure_tests[i].name;
}

/* wanted[k] = 1 for the tests to run, of which there are `tg_measure_test_count`. */
static trygg_status choose(const trygg_measure_options *options, unsigned char *wanted, tg_measures *all,
                           trygg_error *error) {
  int every = options->test_count == 1 && !strcmp(options->tests[0], ALL);
  for (size_t k = 0; k < tg_measure_test_count; k++)
    wanted[k] = every || (!options->test_count && tg_measure_tests[k].usual);
  for (size_t i = 0; i < options->test_count && !every; i++) {
    size_t k = 0;
    const char *nearest;
    while (k < tg_measure_test_count && strcmp(tg_measure_tests[k].name, options->tests[i]))
      k++;
    if (k < tg_measure_test_count) {
      wanted[k] = 1;
      continue;
    }
    nearest = tg_text_nearest(options->tests[i], tg_measure_test_count, test_name_at, NULL);
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "test", "no test of measures `%s`; did you mean `%s`?",
                       options->tests[i], nearest ? nearest : tg_measure_tests->name);
  }
  for (size_t k = 0; k < tg_measure_test_count; k++)
    all->needs |= wanted[k] ? tg_measure_tests[k].needs : 0;
  return TRYGG_OK;
}

static int applies(const tg_follow *follow, const tg_measure_test *test) {
  size_t comparisons = follow->sides->measure->comparison_count;
  int last = follow->comparison + 1 == comparisons;
  if (test->needs & TG_MEASURE_WHOLE)
    return comparisons > 1 && last;
  return !(test->needs & TG_MEASURE_SEVERAL) || !last;
}

/* Too few waves before: one row that says why. */
static trygg_status add_reason(const tg_follow *follow, const tg_measure_test *test, trygg_error *error) {
  size_t wave = follow->before_count  ? tg_follow_last(follow)
                : follow->after_count ? follow->after[0]
                                      : follow->all->estimates->wave_count - 1;
  trygg_status status = tg_effect_add(follow, test, wave, 0, follow->before_count, error);
  if (status == TRYGG_OK)
    tg_effect_last(follow)->flags |= follow->flags;
  return status;
}

/* One test of a measure and indicator, on each comparison. */
static trygg_status run_test(const tg_follow *follows, const tg_measure_test *test, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t c = 0; c < follows->sides->measure->comparison_count; c++)
    if (applies(&follows[c], test))
      TRY(follows[c].before_count < test->min_before ? add_reason(&follows[c], test, error)
                                                     : test->run(&follows[c], test, error));
cleanup:
  return status;
}

static trygg_status run(tg_measures *all, const unsigned char *wanted, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < all->follow_count; i += all->follows[i].sides->measure->comparison_count)
    for (size_t k = 0; k < tg_measure_test_count; k++)
      if (wanted[k])
        TRY(run_test(&all->follows[i], &tg_measure_tests[k], error));
  TRY(tg_effect_finish(all, error));
cleanup:
  return status;
}

/* The family of an adjustment is the printed rows of one test. */
static trygg_status adjust(tg_measures *all, const char *method, int64_t min_n, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->effect_count, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  for (size_t k = 0; k < tg_measure_test_count; k++) {
    for (size_t i = 0; i < all->effect_count; i++)
      p[i] = all->effects[i].test == &tg_measure_tests[k] && all->effects[i].base >= min_n ? all->effects[i].p
                                                                                           : NAN;
    TRY(trygg_inference_adjust(method, p, all->effect_count, error));
    for (size_t i = 0; i < all->effect_count; i++)
      if (all->effects[i].test == &tg_measure_tests[k])
        all->effects[i].p_adjusted = p[i];
  }
cleanup:
  tg_memory_free(p);
  return status;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static const tg_column_description columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator", 0},
    {"name", TRYGG_TEXT, TRYGG_KEY, "the measure", 0},
    {"comparison", TRYGG_TEXT, TRYGG_KEY, "what it is compared with; of a weight its area too", 0},
    {"test", TRYGG_TEXT, TRYGG_KEY, "the test", 0},
    {"since", TRYGG_TEXT, TRYGG_KEY, "waves it is compared with, separated by spaces", 0},
    {"areas", TRYGG_INTEGER, TRYGG_VALUE, "areas that are ranked, or that the mixture may have", 0},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "t or F, or as the test's help says", 0},
    {"df1", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the numerator; 1 for t", 0},
    {"df2", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the denominator, or of t", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "difference of changes, or as the test's help says", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows of the test", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

static const char *code_of(const tg_measures *all, size_t wave) {
  return all->estimates->tally->design->responses->waves[all->estimates->waves[wave]].code;
}

static trygg_status set_since(trygg_table *table, size_t column, const tg_effect *effect,
                              trygg_error *error) {
  trygg_status status;
  tg_text text = {0};
  tg_text_put(&text, "");
  for (size_t i = 0; i < effect->since_count; i++) {
    tg_text_put(&text, i ? " " : "");
    tg_text_put(&text, code_of(effect->follow->all, effect->follow->before[effect->since + i]));
  }
  status = text.failed ? tg_error_memory(error) : tg_table_set_text(table, column, text.bytes, error);
  tg_text_free(&text);
  return status;
}

/* What it is compared with: nothing for the measure as a whole, of a weight also the area it is of. */
static trygg_status set_comparison(trygg_table *table, size_t column, const tg_effect *effect,
                                   trygg_error *error) {
  const tg_follow *follow = effect->follow;
  trygg_status status;
  tg_text text = {0};
  tg_text_put(&text, effect->test->needs & TG_MEASURE_WHOLE
                         ? ""
                         : follow->sides->measure->comparisons[follow->comparison].name);
  if (effect->code) {
    tg_text_putc(&text, ' ');
    tg_text_put(
        &text,
        follow->all->estimates->tally->design->responses->codebook->variables[follow->sides->variable].name);
    tg_text_putc(&text, '=');
    tg_text_put(&text, effect->code);
  }
  status = text.failed ? tg_error_memory(error) : tg_table_set_text(table, column, text.bytes, error);
  tg_text_free(&text);
  return status;
}

static trygg_status set_keys(trygg_table *table, const tg_effect *effect, trygg_error *error) {
  const tg_follow *follow = effect->follow;
  trygg_status status = TRYGG_OK;
  TRY(tg_table_set_text(table, 0, code_of(follow->all, effect->wave), error));
  TRY(tg_table_set_text(table, 1, follow->all->estimates->tally->indicators.list[follow->indicator].name,
                        error));
  TRY(tg_table_set_text(table, 2, follow->sides->measure->name, error));
  TRY(set_comparison(table, 3, effect, error));
  TRY(tg_table_set_text(table, 4, effect->test->name, error));
  TRY(set_since(table, 5, effect, error));
cleanup:
  return status;
}

static trygg_status add_row(trygg_table *table, const tg_effect *effect, trygg_error *error) {
  const tg_measures *all = effect->follow->all;
  const tg_indicator *indicator = &all->estimates->tally->indicators.list[effect->follow->indicator];
  double cells[] = {effect->statistic, effect->df1,   effect->df2, effect->estimate,  effect->se,
                    effect->lower,     effect->upper, effect->p,   effect->p_adjusted};
  trygg_status status = TRYGG_OK;
  size_t column = 6;
  TRY(tg_table_add_row(table, error));
  TRY(set_keys(table, effect, error));
  if (effect->areas)
    tg_table_set_integer(table, column, (int64_t)effect->areas);
  column++;
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, effect->flags, error));
  tg_table_set_base(table, effect->base);
  tg_table_set_unit(table, indicator->type->is_share && !all->scale->changes_unit && !effect->code
                               ? TG_UNIT_CHANGE
                               : TG_UNIT_NUMBER);
cleanup:
  return status;
}

static trygg_status make_table(const tg_measures *all, const char *method, trygg_table **out,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_column(table, "wave", TRYGG_TEXT, TRYGG_KEY, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
  TRY(tg_inference_add_notes(table, all->estimates, all->level, error));
  TRY(tg_table_add_note(table, "scale", all->scale->name, error));
  TRY(tg_table_add_note(table, "adjust", method, error));
  for (size_t i = 0; i < all->effect_count; i++)
    TRY(add_row(table, &all->effects[i], error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  return status;
}

static trygg_status take_options(const trygg_measure_options *options, trygg_measure_options *chosen,
                                 tg_measures *all, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(tg_options_take(chosen, sizeof *chosen, options, "trygg_measure_options", error));
  TRY(tg_options_list(chosen->tests, chosen->test_count, "test", error));
  if (!chosen->adjust)
    chosen->adjust = "holm";
  all->across_breaks = chosen->across_breaks;
  TRY(tg_inference_level(chosen->level, &all->level, error));
  TRY(tg_scales_find(chosen->scale, &all->scale, error));
cleanup:
  return status;
}

trygg_status trygg_trend_measures(const trygg_estimates *estimates, const trygg_measure_options *options,
                                  trygg_table **out, trygg_error *error) {
  unsigned char wanted[sizeof tg_measure_tests / sizeof *tg_measure_tests];
  trygg_status status = TRYGG_OK;
  trygg_measure_options chosen;
  tg_measures all = {.estimates = estimates};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  TRY(take_options(options, &chosen, &all, error));
  TRY(choose(&chosen, wanted, &all, error));
  TRY(tg_series_check_times(estimates, error));
  TRY(tg_sides_create(&all, error));
  TRY(tg_follow_create(&all, error));
  TRY(run(&all, wanted, error));
  TRY(adjust(&all, chosen.adjust, chosen.min_n, error));
  TRY(make_table(&all, chosen.adjust, out, error));
cleanup:
  tg_estimate_clear_terms(&all.terms);
  tg_memory_free(all.effects);
  tg_follow_clear(&all);
  tg_sides_clear(&all);
  return status;
}
