/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in the second phase, with what weights, and what its draw adds to a variance. */
#include <design/phases.h>

#include <math.h>

#include <base/keys.h>
#include <base/number.h>
#include <base/text.h>
#include <design/codes.h>

void tg_phases_free(tg_phases *p) {
  if (!p)
    return;
  for (size_t k = 0; k < TG_PHASE_PARTS; k++)
    trygg_design_free(p->parts[k]);
  tg_memory_free(p->root);
  tg_memory_free(p->expansion);
  tg_memory_free(p->weight);
  tg_memory_free(p->stratum);
  tg_memory_free(p->unit);
  tg_memory_free(p->unit_stratum);
  tg_memory_free(p->drawn);
  tg_memory_free(p->all);
  tg_memory_free(p);
}

static int is_drawn(const trygg_design *design, size_t record) {
  return design->responses->silent[record] != TG_FIRST_PHASE_ONLY;
}

/* ---- what it is not combined with --------------------------------------------------------------------- */

static trygg_status check_design(const trygg_design *design, trygg_error *error) {
  size_t drawn = 0;
  if (design->responses->codebook->settings.waves == TG_WAVES_PANEL)
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "phase2",
                       "the waves of a panel are linked where each is a sample of one phase; set `waves` in "
                       "settings.csv to independent, or leave `phase2` empty");
  if (design->inclusion)
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "phase2",
                       "a second phase is known of samples whose units were drawn alike; take the role "
                       "inclusion away, or leave `phase2` empty");
  if (tg_design_looks_at_domains(design))
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "domain_lonely",
                       "a sample of two phases knows no lonely units of domains; leave domain_lonely out");
  for (size_t i = 0; i < design->responses->count; i++)
    drawn += is_drawn(design, i);
  if (!drawn && design->responses->count)
    return tg_error_at(error, TRYGG_EDATA, NULL, 0, 0, "phase2",
                       "no record is in the second phase; look at the condition `phase2` in settings.csv");
  return TRYGG_OK;
}

/* ---- strata and units of the second phase --------------------------------------------------------------- */

trygg_status tg_phases_begin_part(const trygg_design *design, trygg_design **out, trygg_error *error) {
  trygg_design *part = *out = tg_memory_new(1, sizeof *part);
  if (!part)
    return tg_error_memory(error);
  tg_references_begin(&part->references);
  part->responses = trygg_responses_retain(design->responses);
  part->group_count = design->group_count;
  part->lonely = TG_LONELY_CERTAINTY;
  part->stratum = tg_memory_new(design->responses->count, sizeof *part->stratum);
  return part->stratum ? TRYGG_OK : tg_error_memory(error);
}

/* Records are drawn anew in each wave; clusters that are the same in all of them are drawn for all. */
static int is_by_wave(const trygg_design *design) {
  return design->responses->codebook->settings.waves != TG_WAVES_OVERLAPPING ||
         !design->responses->codebook->settings.second_phase.cluster_count;
}

static trygg_status name_strata(trygg_design *design, const tg_codes *codes, const tg_numbers *numbers,
                                trygg_error *error) {
  const trygg_responses *responses = design->responses;
  trygg_design *second = design->phases->parts[TG_PHASE_SECOND];
  const tg_combination *c = &codes->combination;
  trygg_status status = TRYGG_OK;
  second->strata = tg_memory_new(numbers->count, sizeof *second->strata);
  if (!second->strata)
    return tg_error_memory(error);
  for (size_t g = 0; g < numbers->count; g++, second->stratum_count++) {
    const char *names[TG_CODES_MOST], *wave = NULL;
    for (size_t k = codes->first; k < c->part_count; k++)
      names[k - codes->first] = c->parts[k].names.names[tg_combination_number(c, numbers->keys[g], k)];
    if (codes->first && responses->wave_count > 1)
      wave = responses->waves[numbers->within[g]].code;
    TRY(tg_design_name_stratum(&second->strata[g], wave, names, c->part_count - codes->first, error));
    second->strata[g].group = design->group_count > 1 ? numbers->within[g] : 0;
  }
cleanup:
  return status;
}

static trygg_status number_strata(trygg_design *design, trygg_error *error) {
  const tg_second_phase *of = &design->responses->codebook->settings.second_phase;
  tg_phases *p = design->phases;
  trygg_status status = TRYGG_OK;
  tg_codes codes = {0};
  tg_numbers numbers = {0};
  tg_part waves = tg_part_of_waves(design->responses);
  TRY(tg_codes_begin_with(&codes, design, is_by_wave(design) ? &waves : NULL, of->strata, of->stratum_count,
                          error));
  TRY(tg_codes_number(&codes, &numbers, error));
  TRY(name_strata(design, &codes, &numbers, error));
  p->stratum = numbers.of_record;
  p->stratum_count = numbers.count;
  numbers.of_record = NULL;
cleanup:
  tg_codes_clear(&codes);
  tg_codes_clear_numbers(&numbers);
  return status;
}

static trygg_status number_units(trygg_design *design, trygg_error *error) {
  const tg_second_phase *of = &design->responses->codebook->settings.second_phase;
  tg_phases *p = design->phases;
  trygg_status status = TRYGG_OK;
  tg_codes codes = {0};
  tg_numbers numbers = {0};
  tg_part strata = tg_part_of_numbers(p->stratum, p->stratum_count);
  p->unit_count = design->responses->count;
  if (!of->cluster_count)
    return TRYGG_OK;
  TRY(tg_codes_begin_with(&codes, design, &strata, of->clusters, of->cluster_count, error));
  TRY(tg_codes_number(&codes, &numbers, error));
  p->unit = numbers.of_record;
  p->unit_stratum = numbers.within;
  p->unit_count = numbers.count;
  numbers.of_record = numbers.within = NULL;
cleanup:
  tg_codes_clear(&codes);
  tg_codes_clear_numbers(&numbers);
  return status;
}

/* m_g and n_g. */
static trygg_status count_units(trygg_design *design, trygg_error *error) {
  tg_phases *p = design->phases;
  trygg_status status = TRYGG_OK;
  signed char *met = tg_memory_new(p->unit_count, 1); /* 1: drawn, -1: not */
  p->drawn = tg_memory_new(p->stratum_count, sizeof *p->drawn);
  p->all = tg_memory_new(p->stratum_count, sizeof *p->all);
  if (!met || !p->drawn || !p->all) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < design->responses->count; i++) {
    size_t unit = p->unit ? p->unit[i] : i;
    signed char state = is_drawn(design, i) ? 1 : -1;
    if (met[unit] && met[unit] != state) {
      status = tg_error_at(
          error, TRYGG_EDESIGN, NULL, 0, 0, "phase2_clusters",
          "a cluster of stratum `%s` of the second phase was drawn with some of its records and "
          "not with others; it is drawn as a whole, or records are (leave `phase2_clusters` empty)",
          p->parts[TG_PHASE_SECOND]->strata[p->stratum[i]].name);
      goto cleanup;
    }
    p->all[p->stratum[i]] += !met[unit];
    p->drawn[p->stratum[i]] += !met[unit] && state > 0;
    met[unit] = state;
  }
cleanup:
  tg_memory_free(met);
  return status;
}

/* ---- its weights ------------------------------------------------------------------------------------------ */

static trygg_status expand_strata(trygg_design *design, trygg_error *error) {
  const tg_phases *p = design->phases;
  char number[TG_NUMBER_SIZE];
  for (size_t g = 0; g < p->stratum_count; g++)
    if (p->drawn[g] == 0)
      return tg_error_at(
          error, TRYGG_EDESIGN, NULL, 0, 0, "phase2_strata",
          "stratum `%s` of the second phase has %s units in the sample and none that was drawn, so "
          "that nobody stands for them; join it with another (derived.csv, recodes.csv)",
          p->parts[TG_PHASE_SECOND]->strata[g].name, tg_number_format_integer(number, (int64_t)p->all[g]));
  for (size_t i = 0; i < design->responses->count; i++)
    if (is_drawn(design, i))
      p->expansion[i] = p->all[p->stratum[i]] / p->drawn[p->stratum[i]];
  return TRYGG_OK;
}

static trygg_status expand_units(trygg_design *design, size_t variable, trygg_error *error) {
  tg_phases *p = design->phases;
  const tg_column *column = &design->responses->columns[variable];
  trygg_status status = TRYGG_OK;
  double *of = tg_memory_new(p->unit_count, sizeof *of);
  p->root = tg_memory_new(design->responses->count, sizeof *p->root);
  if (!of || !p->root) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < design->responses->count; i++) {
    size_t unit = p->unit ? p->unit[i] : i;
    double probability = tg_column_number(column, i);
    if (!is_drawn(design, i))
      continue;
    if (!(probability > 0 && probability <= 1) || (of[unit] != 0 && of[unit] != probability)) {
      status = tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, column->variable->name,
                           "a record of the second phase has no probability above 0 and at most 1, or its "
                           "cluster has two; mend it");
      goto cleanup;
    }
    of[unit] = probability;
    p->expansion[i] = 1 / probability;
    p->root[i] = sqrt(1 - probability);
  }
cleanup:
  tg_memory_free(of);
  return status;
}

static trygg_status expand(trygg_design *design, trygg_error *error) {
  tg_phases *p = design->phases;
  size_t variable = design->responses->codebook->settings.second_phase.inclusion;
  trygg_status status = TRYGG_OK;
  p->expansion = tg_memory_new(design->responses->count, sizeof *p->expansion);
  if (!p->expansion)
    return tg_error_memory(error);
  TRY(variable == TG_NONE ? expand_strata(design, error) : expand_units(design, variable, error));
cleanup:
  return status;
}

/* ---- what it adds ------------------------------------------------------------------------------------------ */

/* Q2(z) = sum_g (1 - f_g) m_g/(m_g - 1) sum_c (z_c - zbar_g)^2, of Poisson sampling sum_c (1 - p_c) z_c^2: as of units
 * without end, whose mean is 0. */
static trygg_status settle_second(trygg_design *design, trygg_error *error) {
  tg_phases *p = design->phases;
  trygg_design *second = p->parts[TG_PHASE_SECOND];
  second->lonely = design->lonely;
  second->cluster_count = p->unit_count;
  for (size_t i = 0; i < design->responses->count; i++)
    second->stratum[i] = p->stratum[i];
  if (p->unit) {
    second->cluster = tg_memory_new(design->responses->count, sizeof *second->cluster);
    second->cluster_stratum = tg_memory_new(p->unit_count, sizeof *second->cluster_stratum);
    if (!second->cluster || !second->cluster_stratum)
      return tg_error_memory(error);
    for (size_t i = 0; i < design->responses->count; i++)
      second->cluster[i] = p->unit[i];
    for (size_t c = 0; c < p->unit_count; c++)
      second->cluster_stratum[c] = p->unit_stratum[c];
  }
  for (size_t g = 0; g < p->stratum_count; g++) {
    tg_stratum *stratum = &second->strata[g];
    stratum->clusters = p->root ? SIZE_MAX : (size_t)p->drawn[g];
    stratum->fraction = p->root ? 0 : p->drawn[g] / p->all[g];
    stratum->remaining = 1 - stratum->fraction;
    second->lonely_count += (size_t)tg_stratum_is_lonely(stratum);
  }
  return TRYGG_OK;
}

trygg_status tg_phases_read(trygg_design *design, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_phases *p;
  size_t records = design->responses->count;
  if (!design->responses->codebook->settings.second_phase.declared)
    return TRYGG_OK;
  TRY(check_design(design, error));
  p = design->phases = tg_memory_new(1, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  TRY(tg_phases_begin_part(design, &p->parts[TG_PHASE_SECOND], error));
  TRY(number_strata(design, error));
  TRY(number_units(design, error));
  TRY(count_units(design, error));
  TRY(expand(design, error));
  TRY(settle_second(design, error));
  p->weight = tg_memory_new(records, sizeof *p->weight);
  if (!p->weight)
    return tg_error_memory(error);
  for (size_t i = 0; i < records; i++)
    p->weight[i] = p->expansion[i] * (design->weight ? design->weight[i] : 1);
  p->first = design->weight;
  design->weight = p->weight;
cleanup:
  return status;
}

/* ---- what it makes of the first phase ----------------------------------------------------------------------- */

/* Of a lonely unit there are no pairs, and 1 - D2 of it is f. */
static void find_scales(const tg_phases *p, double *pairs, double *units) {
  for (size_t g = 0; g < p->stratum_count; g++) {
    double m = p->drawn[g], rest = p->root ? 1 : 1 - m / p->all[g];
    int alone = m < 2 || p->root;
    pairs[g] = alone ? 0 : rest / (m - 1);
    units[g] = alone ? -rest : -rest * m / (m - 1);
  }
}

/* Each unit lies in one last unit of the first phase. */
static trygg_status check_nesting(const trygg_design *design, const uint32_t *last, int *nested,
                                  trygg_error *error) {
  const tg_phases *p = design->phases;
  uint32_t *of;
  *nested = 1;
  if (!p->unit)
    return TRYGG_OK;
  of = tg_memory_new(p->unit_count, sizeof *of);
  if (!of)
    return tg_error_memory(error);
  for (size_t i = 0; i < design->responses->count; i++) {
    uint32_t place = (last ? last[i] : (uint32_t)i) + 1;
    *nested &= !of[p->unit[i]] || of[p->unit[i]] == place;
    of[p->unit[i]] = place;
  }
  tg_memory_free(of);
  return TRYGG_OK;
}

/* The sum over units c of a_g(c) Q(z of c). */
static trygg_status make_units(trygg_design *design, const double *factor, const uint32_t *key,
                               const double *scale, trygg_error *error) {
  tg_phases *p = design->phases;
  const tg_stage *last = design->stage_count ? &design->stages[design->stage_count - 1] : NULL;
  trygg_status status = TRYGG_OK;
  tg_phases_keys keys = {key, p->stratum_count, scale};
  double *of_unit = NULL;
  uint32_t *unit = NULL;
  int nested;
  TRY(check_nesting(design, last ? last->unit : design->cluster, &nested, error));
  if (nested) {
    TRY(tg_phases_single(design, factor, &keys, &p->parts[TG_PHASE_UNITS], error));
    goto cleanup;
  }
  of_unit = tg_memory_new(p->unit_count, sizeof *of_unit);
  unit = tg_memory_new(design->responses->count, sizeof *unit);
  if (!of_unit || !unit) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < design->responses->count; i++)
    unit[i] = key[i] == TG_RANK_NONE ? TG_RANK_NONE : p->unit[i];
  for (size_t c = 0; c < p->unit_count; c++)
    of_unit[c] = scale[p->unit_stratum[c]];
  keys = (tg_phases_keys){unit, p->unit_count, of_unit};
  TRY(tg_phases_refine(design, factor, &keys, &p->parts[TG_PHASE_UNITS], error));
cleanup:
  tg_memory_free(of_unit);
  tg_memory_free(unit);
  return status;
}

trygg_status tg_phases_settle(trygg_design *design, trygg_error *error) {
  tg_phases *p = design->phases;
  trygg_status status = TRYGG_OK;
  size_t records = design->responses->count;
  double *factor, *pairs = NULL, *units = NULL;
  uint32_t *key = NULL;
  if (!p)
    return TRYGG_OK;
  factor = tg_memory_new(tg_design_all_strata(design), sizeof *factor);
  pairs = tg_memory_new(p->stratum_count, sizeof *pairs);
  units = tg_memory_new(p->stratum_count, sizeof *units);
  key = tg_memory_new(records, sizeof *key);
  if (!factor || !pairs || !units || !key) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  tg_variance_factors(design, factor);
  find_scales(p, pairs, units);
  for (size_t i = 0; i < records; i++)
    key[i] = is_drawn(design, i) ? p->stratum[i] : TG_RANK_NONE;
  TRY(tg_phases_refine(design, factor, &(tg_phases_keys){key, p->stratum_count, pairs},
                       &p->parts[TG_PHASE_PAIRS], error));
  TRY(make_units(design, factor, key, units, error));
cleanup:
  tg_memory_free(factor);
  tg_memory_free(pairs);
  tg_memory_free(units);
  tg_memory_free(key);
  return status;
}

/* ---- lonely units and degrees of freedom --------------------------------------------------------------------- */

static size_t find_lonely(const trygg_design *design, size_t group) {
  const trygg_design *second = design->phases->parts[TG_PHASE_SECOND];
  for (size_t g = 0; g < second->stratum_count && second->lonely_count; g++)
    if (second->strata[g].group == group && tg_stratum_is_lonely(&second->strata[g]))
      return g;
  return TG_NONE;
}

int tg_phases_is_lonely(const trygg_design *design, size_t group) {
  return design->phases && find_lonely(design, group) != TG_NONE;
}

trygg_status tg_phases_check_group(const trygg_design *design, size_t group, trygg_error *error) {
  size_t lonely = find_lonely(design, group);
  if (lonely == TG_NONE)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "phase2_strata",
      "stratum `%s` of the second phase has only one unit, which gives no variance; join it with "
      "another (derived.csv, recodes.csv), or choose --lonely certainty, adjust or average",
      design->phases->parts[TG_PHASE_SECOND]->strata[lonely].name);
}

double tg_phases_df(const tg_phases *p, const unsigned char *groups) {
  const trygg_design *second = p->parts[TG_PHASE_SECOND];
  double df = 0;
  for (size_t g = 0; g < p->stratum_count; g++)
    df += groups[second->strata[g].group] ? p->drawn[g] - 1 : 0;
  return df;
}
