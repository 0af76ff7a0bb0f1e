/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates as a table, and the keys and notes that all tables of estimates share. */
#include <inference/inference.h>

#include <math.h>

#include <base/number.h>
#include <design/response.h>
#include <design/trim.h>
#include <base/options.h>
#include <base/text.h>
#include <design/inclusion.h>
#include <design/panel.h>
#include <design/replicates.h>

static const tg_column_description columns[] = {
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "records in the denominator with a positive weight", 0},
    {"weighted_n", TRYGG_NUMBER, TRYGG_VALUE, "their sum of weights", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "the estimate; shares lie in 0-1", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"df", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom", 0},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"deff", TRYGG_NUMBER, TRYGG_VALUE, "design effect over simple random sampling with replacement", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

trygg_status tg_inference_add_keys(trygg_table *table, const trygg_estimates *estimates, int with_wave,
                                   trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  trygg_status status = TRYGG_OK;
  if (with_wave)
    TRY(tg_table_add_column(table, "wave", TRYGG_TEXT, TRYGG_KEY, error));
  for (size_t k = 0; k < tally->by_count; k++)
    TRY(tg_table_add_column(table, tally->design->responses->codebook->variables[tally->by[k]].name,
                            TRYGG_TEXT, TRYGG_KEY, error));
cleanup:
  return status;
}

trygg_status tg_inference_set_keys(trygg_table *table, const trygg_estimates *estimates,
                                   const tg_domain *domain, int with_wave, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  trygg_status status = TRYGG_OK;
  size_t column = 0;
  if (with_wave)
    TRY(tg_table_set_text(
        table, column++,
        domain->wave == TG_POOLED ? NULL : tally->design->responses->waves[domain->wave].code, error));
  for (size_t k = 0; k < tally->by_count; k++)
    TRY(tg_table_set_text(table, column++, domain->by ? tally->categories[k].names[domain->by[k]] : NULL,
                          error));
cleanup:
  return status;
}

static trygg_status add_variance(trygg_table *table, const tg_replicates *replicates, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  char number[TG_NUMBER_SIZE];
  TRY(tg_table_add_note(table, "variance", replicates ? replicates->method->name : "taylor", error));
  if (!replicates)
    return TRYGG_OK;
  TRY(tg_table_add_note(table, "replicates", tg_number_format_integer(number, (int64_t)replicates->count),
                        error));
  if (replicates->method->is_random)
    TRY(tg_table_add_note(table, "seed", tg_number_format_integer(number, (int64_t)replicates->seed), error));
cleanup:
  return status;
}

/* How many units two waves of a panel share: neighbours always, others that share some. */
static trygg_status add_overlaps(trygg_table *table, const trygg_estimates *estimates, trygg_error *error) {
  const trygg_design *design = estimates->tally->design;
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; design->panel && i < estimates->wave_count; i++)
    for (size_t j = i + 1; j < estimates->wave_count; j++) {
      size_t units = tg_panel_overlap(design, estimates->waves[i], estimates->waves[j]);
      tg_text waves = {0};
      if (!units && j > i + 1)
        continue;
      tg_text_format(&waves, "%s & %s", design->responses->waves[estimates->waves[i]].code,
                     design->responses->waves[estimates->waves[j]].code);
      status = waves.failed ? tg_error_memory(error)
                            : tg_table_add_count(table, "overlap", waves.bytes, (int64_t)units, error);
      tg_text_free(&waves);
      if (status != TRYGG_OK)
        return status;
    }
  return status;
}

/* The method, and the variables it goes by. */
static trygg_status add_response(trygg_table *table, const tg_response *response, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_text names = {0};
  for (size_t v = 0; v < response->variable_count; v++)
    tg_text_format(&names, "%s%s", v ? " " : "",
                   response->responses->codebook->variables[response->variables[v]].name);
  TRY(names.failed ? tg_error_memory(error) : tg_table_add_note(table, "response", response->method, error));
  TRY(tg_table_add_note(table, "response_on", names.bytes, error));
cleanup:
  tg_text_free(&names);
  return status;
}

/* Who is in the second phase, and what the draw went by. */
static trygg_status add_phases(trygg_table *table, const trygg_codebook *codebook, trygg_error *error) {
  const tg_second_phase *phase = &codebook->settings.second_phase;
  const char *const names[] = {"phase2", "phase2_strata", "phase2_clusters", "phase2_inclusion"};
  const char *const texts[] = {phase->drawn_text, phase->strata_text, phase->clusters_text,
                               phase->inclusion_text};
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < sizeof names / sizeof *names && status == TRYGG_OK; i++)
    if (*texts[i])
      status = tg_table_add_note(table, names[i], texts[i], error);
  return status;
}

trygg_status tg_inference_add_notes(trygg_table *table, const trygg_estimates *estimates, double level,
                                    trygg_error *error) {
  static const char *const df_rules[] = {"domain", "design", "given"};
  const trygg_design *design = estimates->tally->design;
  const trygg_codebook *codebook = design->responses->codebook;
  trygg_status status = TRYGG_OK;
  char number[TG_NUMBER_SIZE];
  TRY(tg_table_add_note(table, "survey", codebook->title, error));
  TRY(tg_table_add_note(table, "definition", codebook->hash, error));
  TRY(tg_table_add_note(table, "library", trygg_version(), error));
  TRY(tg_table_add_note(table, "records",
                        tg_number_format_integer(number, (int64_t)tg_responses_answered(design->responses)),
                        error));
  TRY(tg_table_add_note(table, "strata", tg_number_format_integer(number, (int64_t)design->stratum_count),
                        error));
  TRY(tg_table_add_note(table, "clusters", tg_number_format_integer(number, (int64_t)design->cluster_count),
                        error));
  TRY(tg_table_add_note(table, "waves", tg_waves_names[codebook->settings.waves], error));
  TRY(add_overlaps(table, estimates, error));
  TRY(add_variance(table, design->replicates, error));
  if (design->inclusion)
    TRY(tg_table_add_note(table, "inclusion", design->inclusion->name, error));
  if (design->phases)
    TRY(add_phases(table, codebook, error));
  if (design->response)
    TRY(add_response(table, design->response, error));
  if (design->calibration)
    TRY(tg_table_add_note(table, "calibrate", design->calibration->method, error));
  if (design->trim)
    TRY(tg_table_add_note(table, "trim", design->trim->method, error));
  TRY(tg_table_add_note(table, "lonely", tg_lonely_names[design->lonely], error));
  if (design->domain_lonely)
    TRY(tg_table_add_note(table, "domain_lonely", "yes", error));
  TRY(tg_table_add_note(table, "df", df_rules[estimates->df_rule], error));
  TRY(tg_table_add_note(table, "level", tg_number_format(number, level), error));
  if (estimates->tally->by_missing_records)
    TRY(tg_table_add_note(table, "by_missing",
                          tg_number_format_integer(number, (int64_t)estimates->tally->by_missing_records),
                          error));
cleanup:
  return status;
}

static trygg_status add_row(trygg_table *table, const trygg_estimates *estimates, size_t index,
                            const tg_interval *interval, double level, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_indicator *indicator = tg_row_indicator(estimates, index);
  size_t column = 1 + estimates->tally->by_count;
  trygg_status status = TRYGG_OK;
  tg_limits limits;
  TRY(tg_inference_limits(estimates, index, interval, level, &limits, error));
  TRY(tg_table_add_row(table, error));
  TRY(tg_inference_set_keys(table, estimates, &estimates->domains[row->domain], 1, error));
  TRY(tg_table_set_text(table, column++, indicator->name, error));
  tg_table_set_integer(table, column++, (int64_t)row->n);
  tg_table_set_number(table, column++, row->weight);
  tg_table_set_number(table, column++, row->estimate);
  tg_table_set_number(table, column++, row->se);
  tg_table_set_number(table, column++, row->df);
  tg_table_set_number(table, column++, limits.lower);
  tg_table_set_number(table, column++, limits.upper);
  tg_table_set_number(table, column++, row->deff);
  TRY(tg_table_set_flags(table, column, row->flags, error));
  tg_table_set_base(table, tg_row_base(row));
  tg_table_set_unit(table, tg_inference_unit(indicator));
cleanup:
  return status;
}

trygg_status trygg_inference_table(const trygg_estimates *estimates, const trygg_inference_options *options,
                                   trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  trygg_inference_options chosen;
  const tg_interval *interval;
  double level = 0;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_inference_options", error));
  interval = tg_interval_find(chosen.ci, error);
  if (!interval)
    return TRYGG_ENAME;
  TRY(tg_inference_level(chosen.level, &level, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_inference_add_keys(table, estimates, 1, error));
  TRY(tg_table_add_column(table, "indicator", TRYGG_TEXT, TRYGG_KEY, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
  TRY(tg_inference_add_notes(table, estimates, level, error));
  TRY(tg_table_add_note(table, "ci", interval->name, error));
  for (size_t i = 0; i < estimates->row_count; i++)
    TRY(add_row(table, estimates, i, chosen.ci ? interval : NULL, level, error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  return status;
}
