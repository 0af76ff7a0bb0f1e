/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From roles of variables to strata and clusters of the first stage, and what follows of them. */
#include <design/replicates.h>

#include <string.h>

#include <base/options.h>
#include <base/text.h>
#include <design/calibrate.h>
#include <design/codes.h>
#include <design/collapse.h>
#include <design/inclusion.h>
#include <design/panel.h>
#include <design/phases.h>
#include <design/populations.h>
#include <design/response.h>
#include <design/stages.h>
#include <design/trim.h>
#include <design/weights.h>
#include <numeric/sum.h>

/* "0380 north", the wave first where it is given. */
trygg_status tg_design_name_stratum(tg_stratum *stratum, const char *wave, const char *const *names,
                                    size_t count, trygg_error *error) {
  tg_text text = {0};
  *stratum = (tg_stratum){.remaining = 1, .scale = 1};
  tg_text_put(&text, wave ? wave : "");
  for (size_t i = 0; i < count; i++) {
    if (text.length)
      tg_text_putc(&text, ' ');
    tg_text_put(&text, names[i]);
  }
  if (!text.length)
    tg_text_put(&text, "(all)");
  if (text.failed) {
    tg_text_free(&text);
    return tg_error_memory(error);
  }
  stratum->name = text.bytes;
  stratum->codes = text.bytes + (wave ? strlen(wave) : 0); /* the name begins with the wave and a blank */
  stratum->codes += strspn(stratum->codes, " ");
  return TRYGG_OK;
}

static trygg_status name_stratum(const tg_codes *codes, uint64_t key, const char *wave, tg_stratum *stratum,
                                 trygg_error *error) {
  const tg_combination *c = &codes->combination;
  const char *names[16];
  for (size_t k = codes->first; k < c->part_count; k++)
    names[k - codes->first] = c->parts[k].names.names[tg_combination_number(c, key, k)];
  return tg_design_name_stratum(stratum, wave, names, c->part_count - codes->first, error);
}

static trygg_status make_strata(trygg_design *design, tg_codes *all, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  int independent = responses->codebook->settings.waves != TG_WAVES_OVERLAPPING;
  trygg_status status = TRYGG_OK;
  tg_numbers numbers = {0};
  tg_part waves = tg_part_of_waves(responses);
  design->group_count = independent && responses->wave_count ? responses->wave_count : 1;
  TRY(tg_codes_begin(all, design, independent ? &waves : NULL, TG_ROLE_STRATUM, 1, error));
  TRY(tg_codes_number(all, &numbers, error));
  design->strata = tg_memory_new(numbers.count, sizeof *design->strata);
  if (!design->strata) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  design->stratum_count = numbers.count;
  for (size_t h = 0; h < design->stratum_count; h++) {
    const char *wave =
        independent && responses->wave_count > 1 ? responses->waves[numbers.within[h]].code : NULL;
    TRY(name_stratum(all, numbers.keys[h], wave, &design->strata[h], error));
    design->strata[h].group = numbers.within[h];
  }
  tg_memory_free(design->stratum);
  design->stratum = numbers.of_record;
  numbers.of_record = NULL;
cleanup:
  tg_codes_clear_numbers(&numbers);
  return status;
}

static trygg_status make_clusters(trygg_design *design, tg_codes *all, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  trygg_status status = TRYGG_OK;
  tg_numbers numbers = {0};
  tg_part strata = tg_part_of_numbers(design->stratum, design->stratum_count);
  if (tg_codebook_find_role(responses->codebook, TG_ROLE_CLUSTER, 1, 0) == TG_NONE) {
    design->cluster_count = responses->count;
    for (size_t i = 0; i < responses->count; i++)
      design->strata[design->stratum[i]].clusters++;
    return TRYGG_OK;
  }
  TRY(tg_codes_begin(all, design, &strata, TG_ROLE_CLUSTER, 1, error));
  TRY(tg_codes_number(all, &numbers, error));
  design->cluster = numbers.of_record;
  design->cluster_stratum = numbers.within;
  design->cluster_count = numbers.count;
  for (size_t i = 0; i < design->cluster_count; i++)
    design->strata[design->cluster_stratum[i]].clusters++;
  numbers.of_record = numbers.within = NULL;
cleanup:
  tg_codes_clear_numbers(&numbers);
  return status;
}

static trygg_status choose_lonely(const trygg_codebook *codebook, const char *name, tg_lonely *out,
                                  trygg_error *error) {
  const char *nearest;
  *out = codebook->settings.lonely;
  if (!name)
    return TRYGG_OK;
  for (int i = 0; i < TG_LONELY_MODES; i++)
    if (!strcmp(name, tg_lonely_names[i])) {
      *out = (tg_lonely)i;
      return TRYGG_OK;
    }
  nearest = tg_text_nearest(name, TG_LONELY_MODES, tg_text_name_at, tg_lonely_names);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "lonely",
                     "no rule `%s` for lonely clusters; did you mean `%s`?", name,
                     nearest ? nearest : "adjust");
}

trygg_status tg_design_take_options(const trygg_codebook *codebook, const trygg_design_options *options,
                                    tg_lonely *lonely, int *domain_lonely, trygg_error *error) {
  trygg_design_options chosen;
  trygg_status status = tg_options_take(&chosen, sizeof chosen, options, "trygg_design_options", error);
  *domain_lonely = chosen.domain_lonely || codebook->settings.domain_lonely;
  return status == TRYGG_OK ? choose_lonely(codebook, chosen.lonely, lonely, error) : status;
}

trygg_status tg_design_begin(trygg_responses *responses, const trygg_design_options *options,
                             trygg_design **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_design *design = NULL;
  tg_lonely lonely;
  int domain_lonely;
  *out = NULL;
  TRY(tg_design_take_options(responses->codebook, options, &lonely, &domain_lonely, error));
  design = tg_memory_new(1, sizeof *design);
  if (!design)
    return tg_error_memory(error);
  tg_references_begin(&design->references);
  design->responses = trygg_responses_retain(responses);
  design->weight = tg_design_base_weight(design);
  design->lonely = lonely;
  design->domain_lonely = domain_lonely;
  design->stratum = tg_memory_new(responses->count, sizeof *design->stratum);
  if (!design->stratum) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  *out = design;
  design = NULL;
cleanup:
  trygg_design_free(design);
  return status;
}

trygg_status tg_design_settle(trygg_design *design, int with_records, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  if (design->lonely == TG_LONELY_COLLAPSE && with_records)
    TRY(tg_collapse_strata(design, error));
  if (with_records)
    TRY(tg_stages_add(design, error));
  else if (tg_stages_matter(design))
    return tg_error_set(
        error, TRYGG_EUNSUPPORTED,
        "later stages of the sample have finite populations, which needs all records at once; "
        "keep them, or take the roles fpc2, ... away for the variance of the first stage");
  for (size_t h = 0; h < tg_design_all_strata(design); h++)
    design->lonely_count += (size_t)tg_stratum_is_lonely(&design->strata[h]);
  if (design->lonely == TG_LONELY_COLLAPSE && design->lonely_count && !with_records)
    return tg_error_set(error, TRYGG_EUNSUPPORTED,
                        "the rule collapse for lonely strata needs all records at once; keep them, or "
                        "choose certainty, adjust or average");
cleanup:
  return status;
}

/* Strata and clusters, and all that follows where the records are all there are. */
static trygg_status create(trygg_responses *responses, const trygg_design_options *options, int all_records,
                           trygg_design **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_design *design = NULL;
  tg_codes all = {0};
  trygg_design_options chosen;
  TRY(tg_design_begin(responses, options, &design, error));
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_design_options", error));
  design->threads = all_records ? chosen.threads : 1;
  TRY(make_strata(design, &all, error));
  TRY(make_clusters(design, &all, error));
  if (all_records) {
    TRY(tg_inclusion_read(design, 1, error));
    TRY(tg_populations_read(design, 1, error));
    TRY(tg_weights_make(design, &chosen,
                        error)); /* by the strata as they were drawn, before any are joined */
    TRY(tg_design_settle(design, 1, error));
    TRY(tg_phases_settle(design, error));
    TRY(tg_panel_create(design, error));
    TRY(tg_replicates_create(design, options, error));
  }
  *out = design;
  design = NULL;
cleanup:
  tg_codes_clear(&all);
  trygg_design_free(design);
  return status;
}

trygg_status tg_design_of_window(trygg_responses *window, trygg_design **out, trygg_error *error) {
  return create(window, NULL, 0, out, error);
}

trygg_status trygg_design_create(trygg_responses *responses, const trygg_design_options *options,
                                 trygg_design **out, trygg_error *error) {
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the design was given");
  *out = NULL;
  if (!responses)
    return tg_error_set(error, TRYGG_EINVAL, "no responses were given");
  if (responses->released)
    return tg_error_set(error, TRYGG_EINVAL,
                        "the records were not kept (trygg_estimate_stream); load them again");
  return create(responses, options, 1, out, error);
}

static trygg_status refuse_lonely(const trygg_design *design, size_t stratum, trygg_error *error) {
  int collapsed = design->lonely == TG_LONELY_COLLAPSE && stratum < design->stratum_count;
  tg_text title = {0};
  trygg_status status;
  tg_stages_title(design, stratum, &title);
  if (title.failed)
    status = tg_error_memory(error);
  else if (collapsed)
    status = tg_error_set(error, TRYGG_EDESIGN,
                          "%s has only one cluster and no stratum to be joined with; give it and those like "
                          "it a number in column `collapse` of strata.csv",
                          title.bytes);
  else
    status = tg_error_set(error, TRYGG_EDESIGN,
                          "%s has only one cluster, which gives no variance; choose --lonely certainty, "
                          "adjust or average, or set `lonely` in settings.csv",
                          title.bytes);
  tg_text_free(&title);
  return status;
}

trygg_status tg_design_check_group(const trygg_design *design, size_t group, trygg_error *error) {
  int refuses = design->lonely == TG_LONELY_FAIL || design->lonely == TG_LONELY_COLLAPSE;
  trygg_status status = refuses && design->phases ? tg_phases_check_group(design, group, error) : TRYGG_OK;
  if (status != TRYGG_OK || !refuses || !design->lonely_count ||
      (design->replicates && design->replicates->given))
    return status;
  for (size_t h = 0; h < tg_design_all_strata(design); h++)
    if (design->strata[h].group % design->group_count == group && tg_stratum_is_lonely(&design->strata[h]))
      return refuse_lonely(design, h, error);
  return TRYGG_OK;
}

const double *tg_design_weight(const trygg_design *design, size_t variable) {
  const trygg_responses *responses = design->responses;
  if (variable == TG_WEIGHT_DRAWN)
    return tg_design_drawn_weight(design);
  /* Who names the design's own weight means what has become of it. */
  if (variable == TG_NONE || responses->codebook->variables[variable].role == TG_ROLE_WEIGHT)
    return design->weight;
  if (design->answered_weight && design->answered_weight[variable])
    return design->answered_weight[variable];
  return responses->columns[variable].values.number;
}

int tg_design_lacks_weight(const trygg_design *design, size_t variable) {
  return variable != TG_NONE && variable != TG_WEIGHT_DRAWN && !design->responses->columns[variable].present;
}

const double *tg_design_base_weight(const trygg_design *design) {
  return design->response ? design->response->weight : tg_design_drawn_weight(design);
}

const double *tg_design_drawn_weight(const trygg_design *design) {
  size_t variable = tg_codebook_find_role(design->responses->codebook, TG_ROLE_WEIGHT, 1, 0);
  if (design->phases && design->phases->weight)
    return design->phases->weight;
  if (design->made_weight)
    return design->made_weight;
  return variable == TG_NONE ? NULL : design->responses->columns[variable].values.number;
}

size_t trygg_design_strata(const trygg_design *design) {
  return design ? design->stratum_count : 0;
}

size_t trygg_design_clusters(const trygg_design *design) {
  return design ? design->cluster_count : 0;
}

trygg_stratum trygg_design_stratum(const trygg_design *design, size_t stratum) {
  const tg_stratum *h;
  if (!design || stratum >= design->stratum_count)
    return (trygg_stratum){0};
  h = &design->strata[stratum];
  return (trygg_stratum){h->name, h->clusters, h->fraction};
}

double trygg_design_population(const trygg_design *design) {
  tg_sum sum = {0};
  if (!design)
    return 0;
  if (design->responses->released)
    return design->population;
  for (size_t i = 0; i < design->responses->count; i++)
    tg_sum_add(&sum, design->weight ? design->weight[i] : 1);
  return tg_sum_value(&sum);
}

trygg_design *trygg_design_retain(trygg_design *design) {
  if (design)
    tg_references_take(&design->references);
  return design;
}

void trygg_design_free(trygg_design *design) {
  if (!design || !tg_references_drop(&design->references))
    return;
  for (size_t h = 0; h < design->stratum_count && design->strata; h++)
    tg_memory_free(design->strata[h].name);
  tg_memory_free(design->strata);
  tg_inclusion_free(design->inclusion, design->stratum_count);
  tg_memory_free(design->stratum);
  tg_memory_free(design->cluster);
  tg_memory_free(design->cluster_stratum);
  for (size_t s = 0; s < design->stage_count; s++) {
    tg_memory_free(design->stages[s].parent);
    tg_memory_free(design->stages[s].stratum);
    tg_memory_free(design->stages[s].unit);
    tg_memory_free(design->stages[s].unit_stratum);
  }
  tg_memory_free(design->stages);
  tg_panel_free(design->panel);
  tg_phases_free(design->phases);
  tg_replicates_free(design->replicates);
  tg_memory_free(design->made_weight);
  tg_response_free(design->response);
  for (size_t v = 0; design->answered_weight && v < design->responses->column_count; v++)
    tg_memory_free(design->answered_weight[v]);
  tg_memory_free(design->answered_weight);
  tg_calibrate_free(design->calibration);
  tg_trim_free(design->trim);
  trygg_responses_free(design->responses);
  tg_memory_free(design);
}
