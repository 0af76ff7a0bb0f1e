/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From options to estimates, and the handle that keeps them. */
#include <estimate/estimate.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/options.h>
#include <base/text.h>
#include <base/thread.h>

void tg_estimate_clear_plan(tg_estimate_plan *p) {
  tg_memory_free(p->by);
  tg_memory_free(p->waves);
  tg_conditions_clear(&p->where);
  tg_indicator_clear(&p->indicators);
}

static trygg_status plan_by(const trygg_codebook *codebook, const trygg_estimate_options *options,
                            tg_estimate_plan *p, trygg_error *error) {
  p->by = tg_memory_new(options->by_count, sizeof *p->by);
  if (!p->by)
    return tg_error_memory(error);
  for (size_t i = 0; i < options->by_count; i++) {
    const char *name = options->by[i];
    trygg_error place = {0};
    const tg_variable *variable;
    tg_text_print(place.field, sizeof place.field, "by");
    p->by[i] = tg_codebook_find_variable(codebook, name, strlen(name));
    if (p->by[i] == TG_NONE)
      return tg_codebook_unknown_variable(codebook, name, strlen(name), &place, error);
    variable = &codebook->variables[p->by[i]];
    if (variable->type == TG_SELECT_MULTIPLE || variable->type == TG_DECIMAL || variable->type == TG_DATE ||
        variable->role == TG_ROLE_ID)
      return tg_error_at(
          error, TRYGG_EINVAL, NULL, 0, 0, "by",
          "`%s` cannot divide a table: give a variable with codes, or make bands of it in derived.csv", name);
    if (tg_variable_is_free_text(variable))
      return tg_error_at(
          error, TRYGG_EINVAL, NULL, 0, 0, "by",
          "`%s` is free text, and what people wrote would be printed; give it codes, or the role "
          "`domain` if it names areas",
          name);
    for (size_t k = 0; k < i; k++)
      if (p->by[k] == p->by[i])
        return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "by", "`%s` is named twice", name);
    p->by_count++;
  }
  return TRYGG_OK;
}

static trygg_status plan_where(const trygg_codebook *codebook, const trygg_estimate_options *options,
                               tg_estimate_plan *p, trygg_error *error) {
  trygg_error place = {0};
  trygg_status status = TRYGG_OK;
  tg_text_print(place.field, sizeof place.field, "where");
  for (size_t i = 0; i < options->where_count && status == TRYGG_OK; i++)
    status = tg_conditions_parse(codebook, options->where[i], &place, &p->where, error);
  if (status != TRYGG_EPARSE)
    return status;
  if (error) /* in a file it would be a fault of the file; here it is one of the argument */
    error->status = TRYGG_EINVAL;
  return TRYGG_EINVAL;
}

static trygg_status plan_df(const char *rule, trygg_estimates *estimates, trygg_error *error) {
  if (!rule || !strcmp(rule, "domain"))
    estimates->df_rule = TG_DF_DOMAIN;
  else if (!strcmp(rule, "design"))
    estimates->df_rule = TG_DF_DESIGN;
  else if (!tg_number_parse(rule, strlen(rule), '.', &estimates->df_given) && estimates->df_given > 0)
    estimates->df_rule = TG_DF_GIVEN;
  else
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "df",
                       "degrees of freedom are `domain`, `design` or a number above 0");
  return TRYGG_OK;
}

trygg_status tg_estimate_plan_names(const trygg_codebook *codebook, const trygg_estimate_options *options,
                                    tg_estimate_plan *p, trygg_estimates *estimates, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(tg_options_list(options->indicators, options->indicator_count, "indicator", error));
  TRY(tg_options_list(options->by, options->by_count, "by", error));
  TRY(tg_options_list(options->where, options->where_count, "where", error));
  TRY(tg_options_list(options->waves, options->wave_count, "wave", error));
  TRY(plan_by(codebook, options, p, error));
  TRY(plan_where(codebook, options, p, error));
  TRY(plan_df(options->df, estimates, error));
  TRY(tg_indicator_select(codebook, options->indicators, options->indicator_count, &p->indicators, error));
cleanup:
  return status;
}

trygg_status tg_estimate_plan_waves(const trygg_design *design, const trygg_estimate_options *options,
                                    tg_estimate_plan *p, trygg_estimates *estimates, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  trygg_status status = TRYGG_OK;
  TRY(tg_responses_mark_waves(responses, options->waves, options->wave_count, &p->waves, error));
  estimates->waves = tg_memory_new(responses->wave_count, sizeof *estimates->waves);
  if (!estimates->waves) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t w = 0; w < responses->wave_count; w++)
    if (p->waves[w]) {
      estimates->waves[estimates->wave_count++] = (uint32_t)w;
      TRY(tg_design_check_group(design, tg_design_group_of_wave(design, w), error));
    }
cleanup:
  return status;
}

static trygg_status estimate_indicator(void *context, size_t k, trygg_error *error) {
  return tg_rows_estimate(context, k, error);
}

/* All rows, once tally and domains are there; functions when their parts, which stand behind them, are done. */
static trygg_status estimate_rows(trygg_estimates *estimates, const trygg_progress *progress,
                                  trygg_error *error) {
  size_t all = estimates->tally->indicators.all;
  trygg_status status;
  estimates->row_count = estimates->domain_count * estimates->tally->indicators.count;
  estimates->rows = tg_memory_new(estimates->domain_count * all, sizeof *estimates->rows);
  if (!estimates->rows)
    return tg_error_memory(error);
  status = tg_thread_run(tg_thread_count(estimates->threads, all), all, estimate_indicator, estimates,
                         progress, "estimate", error);
  if (status == TRYGG_OK && estimates->tally->design->replicates)
    status = tg_rows_replicate(estimates, error);
  for (size_t k = all; k-- > 0 && status == TRYGG_OK;)
    if (estimates->tally->indicators.list[k].estimand == TG_FUNCTION)
      status = tg_functions_estimate(estimates, k, error);
  return status;
}

trygg_status tg_estimate_begin(const trygg_estimate_options *options, trygg_estimates **out,
                               trygg_error *error) {
  trygg_estimates *estimates = tg_memory_new(1, sizeof *estimates);
  *out = estimates;
  if (!estimates)
    return tg_error_memory(error);
  tg_references_begin(&estimates->references);
  estimates->pooled = options->pool;
  estimates->threads = options->threads;
  return TRYGG_OK;
}

trygg_status tg_estimate_rows(trygg_estimates *estimates, const trygg_progress *progress,
                              trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(tg_domains_create(estimates, error));
  estimates->sorted = tg_memory_new(estimates->tally->indicators.all, sizeof *estimates->sorted);
  if (!estimates->sorted) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(estimate_rows(estimates, progress, error));
cleanup:
  return status;
}

trygg_status trygg_estimate_create(trygg_design *design, const trygg_estimate_options *options,
                                   trygg_estimates **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_estimates *estimates = NULL;
  tg_estimate_plan p = {0};
  tg_tally_request request = {0};
  trygg_estimate_options chosen;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the estimates was given");
  *out = NULL;
  if (!design)
    return tg_error_set(error, TRYGG_EINVAL, "no design was given");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_estimate_options", error));
  TRY(tg_estimate_begin(&chosen, &estimates, error));
  TRY(tg_estimate_plan_names(design->responses->codebook, &chosen, &p, estimates, error));
  TRY(tg_estimate_plan_waves(design, &chosen, &p, estimates, error));
  request = (tg_tally_request){p.by, p.by_count, &p.where, p.waves, chosen.threads, chosen.progress};
  TRY(tg_tally_create(design, &p.indicators, &request, &estimates->tally, error));
  TRY(tg_estimate_rows(estimates, chosen.progress, error));
  *out = estimates;
  estimates = NULL;
cleanup:
  tg_estimate_clear_plan(&p);
  trygg_estimate_free(estimates);
  return status;
}

trygg_status tg_estimate_of_domains(const trygg_estimates *of, tg_domain *domains, size_t count,
                                    trygg_estimates **out, trygg_error *error) {
  trygg_status status;
  trygg_estimates *estimates = tg_memory_new(1, sizeof *estimates);
  *out = NULL;
  if (!estimates) {
    tg_domains_clear(domains, count);
    return tg_error_memory(error);
  }
  *estimates = (trygg_estimates){.of = of,
                                 .tally = of->tally,
                                 .domains = domains,
                                 .domain_count = count,
                                 .waves = of->waves,
                                 .wave_count = of->wave_count,
                                 .pooled = of->pooled,
                                 .sorted = of->sorted,
                                 .df_rule = of->df_rule,
                                 .df_given = of->df_given,
                                 .threads = of->threads};
  tg_references_begin(&estimates->references);
  status = estimate_rows(estimates, NULL, error);
  if (status == TRYGG_OK)
    *out = estimates;
  else
    trygg_estimate_free(estimates);
  return status;
}

size_t trygg_estimate_count(const trygg_estimates *estimates) {
  return estimates ? estimates->row_count : 0;
}

static const char *wave_code(const trygg_estimates *estimates, uint32_t wave) {
  return wave == TG_POOLED ? "" : estimates->tally->design->responses->waves[wave].code;
}

trygg_estimate trygg_estimate_get(const trygg_estimates *estimates, size_t index) {
  trygg_estimate result = {0};
  const tg_row *row;
  if (!estimates || index >= estimates->row_count)
    return result;
  row = &estimates->rows[index];
  result.wave = wave_code(estimates, estimates->domains[row->domain].wave);
  result.indicator = tg_row_indicator(estimates, index)->name;
  result.n = (int64_t)row->n;
  result.weighted_n = row->weight;
  result.estimate = row->estimate;
  result.se = row->se;
  result.df = row->df;
  result.deff = row->deff;
  result.flags = row->flags;
  return result;
}

const char *trygg_estimate_by(const trygg_estimates *estimates, size_t index, size_t by) {
  const tg_domain *domain;
  if (!estimates || index >= estimates->row_count || by >= estimates->tally->by_count)
    return NULL;
  domain = &estimates->domains[estimates->rows[index].domain];
  return domain->by ? estimates->tally->categories[by].names[domain->by[by]] : "";
}

/* The wave called `code`, 0 where pooled; TG_NONE. */
static size_t find_wave(const trygg_estimates *estimates, const char *code) {
  if (estimates->pooled)
    return *code ? TG_NONE : 0;
  for (size_t w = 0; w < estimates->wave_count; w++)
    if (!strcmp(wave_code(estimates, estimates->waves[w]), code))
      return estimates->waves[w];
  return TG_NONE;
}

static int has_codes(const trygg_estimates *estimates, const tg_domain *domain, const char *const *by) {
  for (size_t k = 0; k < estimates->tally->by_count; k++)
    if (!by[k] || strcmp(estimates->tally->categories[k].names[domain->by[k]], by[k]))
      return 0;
  return 1;
}

size_t trygg_estimate_find(const trygg_estimates *estimates, const char *wave, const char *const *by,
                           const char *indicator) {
  size_t w, width, k = 0;
  if (!estimates || !wave || !indicator || (by && !estimates->tally->by_count))
    return SIZE_MAX;
  while (k < estimates->tally->indicators.count &&
         strcmp(estimates->tally->indicators.list[k].name, indicator))
    k++;
  w = find_wave(estimates, wave);
  if (w == TG_NONE || k == estimates->tally->indicators.count)
    return SIZE_MAX;
  width = estimates->group_count + 1;
  for (size_t g = by != NULL; g < (by ? width : 1); g++) {
    size_t d = estimates->domain_of[w * width + g];
    if (d != TG_NONE && (!by || has_codes(estimates, &estimates->domains[d], by)))
      return d * estimates->tally->indicators.count + k;
  }
  return SIZE_MAX;
}

size_t tg_estimate_row(const trygg_estimates *estimates, uint32_t wave, uint32_t group, size_t indicator) {
  size_t width = estimates->group_count + 1, w = wave == TG_POOLED ? 0 : wave;
  size_t d = estimates->domain_of[w * width + (group == TG_TOTAL_DOMAIN ? 0 : group + 1)];
  return d == TG_NONE ? TG_NONE : d * estimates->tally->indicators.count + indicator;
}

trygg_estimates *trygg_estimate_retain(trygg_estimates *estimates) {
  if (estimates)
    tg_references_take(&estimates->references);
  return estimates;
}

/* What estimates of other domains borrow. */
static void clear_own(trygg_estimates *estimates) {
  for (size_t k = 0; k < (estimates->sorted ? estimates->tally->indicators.all : 0); k++) {
    tg_memory_free(estimates->sorted[k].values);
    tg_memory_free(estimates->sorted[k].cell_begin);
  }
  tg_memory_free(estimates->sorted);
  tg_memory_free(estimates->waves);
  tg_tally_free(estimates->tally);
}

void trygg_estimate_free(trygg_estimates *estimates) {
  if (!estimates || !tg_references_drop(&estimates->references))
    return;
  tg_domains_clear(estimates->domains, estimates->domain_count);
  tg_memory_free(estimates->domain_of);
  tg_memory_free(estimates->rows);
  if (!estimates->of)
    clear_own(estimates);
  tg_memory_free(estimates);
}
