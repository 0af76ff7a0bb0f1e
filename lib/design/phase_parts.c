/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples like that of the first phase, with its strata and units crossed with what the second phase says of records. */
#include <design/phases.h>

#include <base/error.h>
#include <base/keys.h>
#include <design/stages.h>

/* c (1 - f), or what a lonely rule leaves of it: the stratum's part in D of a unit with itself. */
static double alone(const trygg_design *design, const double *factor, size_t stratum) {
  double n = (double)design->strata[stratum].clusters;
  return factor[stratum] * (n - 1) / n;
}

/* ranks[i] of id[i] and key[i] together, 0 where there is no key; *distinct holds id * keys + key of each rank. */
static trygg_status cross(const uint32_t *id, const tg_phases_keys *keys, size_t records, uint32_t *ranks,
                          uint64_t **distinct, size_t *count, trygg_error *error) {
  uint64_t *both = tg_memory_new(records, sizeof *both);
  trygg_status status = TRYGG_OK;
  if (!both)
    return tg_error_memory(error);
  for (size_t i = 0; i < records; i++)
    both[i] = keys->key[i] == TG_RANK_NONE ? TG_KEY_NONE : (uint64_t)id[i] * keys->count + keys->key[i];
  TRY(tg_keys_rank(both, records, ranks, distinct, count, error));
  for (size_t i = 0; i < records; i++)
    ranks[i] = ranks[i] == TG_RANK_NONE ? 0 : ranks[i];
cleanup:
  tg_memory_free(both);
  return status;
}

/* ---- crossed with keys ------------------------------------------------------------------------------- */

typedef struct refining {
  const trygg_design *design;
  const double *factor;
  const tg_phases_keys *keys;
  trygg_design *part;
  int adds; /* some stratum adds something */
} refining;

/* Of each record its stratum at a level (0: the first stage), from 0. */
static uint32_t *strata_at(const trygg_design *design, size_t level, size_t first) {
  uint32_t *of = tg_memory_new(design->responses->count, sizeof *of);
  for (size_t i = 0; of && i < design->responses->count; i++)
    of[i] = (uint32_t)(tg_stages_stratum(design, (int)level + 1, i) - first);
  return of;
}

/* Strata of a level behind those of the levels before, with as many units as the first phase has in them; which of them
 * each record is in. */
static trygg_status add_strata(refining *r, size_t level, uint32_t *of_record, size_t *count,
                               trygg_error *error) {
  const trygg_design *design = r->design;
  size_t first = level ? design->stages[level - 1].first : 0, before = tg_design_all_strata(r->part);
  uint32_t *stratum = strata_at(design, level, first);
  uint64_t *distinct = NULL;
  trygg_status status = TRYGG_OK;
  tg_stratum *grown;
  if (!stratum)
    return tg_error_memory(error);
  TRY(cross(stratum, r->keys, design->responses->count, of_record, &distinct, count, error));
  grown = tg_memory_resize(r->part->strata, before + *count, sizeof *grown);
  if (!grown) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  r->part->strata = grown;
  for (size_t s = 0; s < *count; s++) {
    size_t of = first + (size_t)(distinct[s] / r->keys->count);
    grown[before + s] =
        (tg_stratum){.group = design->strata[of].group,
                     .clusters = design->strata[of].clusters,
                     .remaining = 1,
                     .scale = r->keys->scale[distinct[s] % r->keys->count] * alone(design, r->factor, of)};
    r->adds |= grown[before + s].scale != 0;
  }
cleanup:
  tg_memory_free(stratum);
  tg_memory_free(distinct);
  return status;
}

/* The units of a level, which each record is in (NULL: records are), and the stratum of each. */
static trygg_status add_units(const refining *r, const uint32_t *unit, const uint32_t *stratum,
                              uint32_t **of_record, uint32_t **of_unit, size_t *count, trygg_error *error) {
  size_t records = r->design->responses->count;
  uint64_t *distinct = NULL;
  trygg_status status = TRYGG_OK;
  *count = records;
  if (!unit)
    return TRYGG_OK;
  *of_record = tg_memory_new(records, sizeof **of_record);
  if (!*of_record)
    return tg_error_memory(error);
  TRY(cross(unit, r->keys, records, *of_record, &distinct, count, error));
  *of_unit = tg_memory_new(*count, sizeof **of_unit);
  if (!*of_unit) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records; i++)
    if (r->keys->key[i] != TG_RANK_NONE)
      (*of_unit)[(*of_record)[i]] = stratum[i];
cleanup:
  tg_memory_free(distinct);
  return status;
}

/* A later stage, whose strata lie in units of the level before. */
static trygg_status add_stage(refining *r, size_t level, trygg_error *error) {
  trygg_design *part = r->part;
  const uint32_t *above = level == 1 ? part->cluster : part->stages[level - 2].unit;
  size_t records = part->responses->count, first = tg_design_all_strata(part);
  trygg_status status = TRYGG_OK;
  tg_stage made = {.first = first};
  uint32_t *stratum = tg_memory_new(records, sizeof *stratum);
  if (!stratum)
    return tg_error_memory(error);
  TRY(add_strata(r, level, stratum, &made.stratum_count, error));
  made.parent = tg_memory_new(made.stratum_count, sizeof *made.parent);
  if (!made.parent) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records; i++)
    if (r->keys->key[i] != TG_RANK_NONE)
      made.parent[stratum[i]] = above[i];
  TRY(add_units(r, r->design->stages[level - 1].unit, stratum, &made.unit, &made.unit_stratum,
                &made.unit_count, error));
  if (!made.unit) {
    made.stratum = stratum;
    stratum = NULL;
  }
cleanup:
  tg_memory_free(stratum);
  part->stages[part->stage_count++] = made; /* freed with the part */
  return status;
}

trygg_status tg_phases_refine(const trygg_design *design, const double *factor, const tg_phases_keys *keys,
                              trygg_design **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  refining r = {design, factor, keys, NULL, 0};
  *out = NULL;
  TRY(tg_phases_begin_part(design, &r.part, error));
  TRY(add_strata(&r, 0, r.part->stratum, &r.part->stratum_count, error));
  TRY(add_units(&r, design->cluster, r.part->stratum, &r.part->cluster, &r.part->cluster_stratum,
                &r.part->cluster_count, error));
  r.part->stages = tg_memory_new(design->stage_count, sizeof *r.part->stages);
  if (!r.part->stages) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t level = 1; level <= design->stage_count; level++)
    TRY(add_stage(&r, level, error));
  if (r.adds) {
    *out = r.part;
    r.part = NULL;
  }
cleanup:
  trygg_design_free(r.part);
  return status;
}

/* ---- one by one ------------------------------------------------------------------------------------------ */

/* D1 of a record with itself: c (1 - f) of each stage. */
static double own_factor(const trygg_design *design, const double *factor, size_t record) {
  double sum = 0;
  for (size_t stage = 1; stage <= design->stage_count + 1; stage++)
    sum += alone(design, factor, tg_stages_stratum(design, (int)stage, record));
  return sum;
}

/* Q(z of c) = D1_cc z_c^2, of units that a stratum has without end: their mean is then 0. */
static trygg_status set_strata(trygg_design *part, const trygg_design *design, const double *factor,
                               const tg_phases_keys *keys, int *adds, trygg_error *error) {
  size_t records = design->responses->count;
  part->strata = tg_memory_new(part->stratum_count, sizeof *part->strata);
  if (!part->strata)
    return tg_error_memory(error);
  for (size_t i = 0; i < records; i++) {
    tg_stratum *stratum = &part->strata[part->stratum[i]];
    if (keys->key[i] == TG_RANK_NONE || stratum->clusters)
      continue;
    *stratum = (tg_stratum){.group = design->strata[design->stratum[i]].group,
                            .clusters = SIZE_MAX,
                            .remaining = 1,
                            .scale = keys->scale[keys->key[i]] * own_factor(design, factor, i)};
    *adds |= stratum->scale != 0;
  }
  return TRYGG_OK;
}

trygg_status tg_phases_single(const trygg_design *design, const double *factor, const tg_phases_keys *keys,
                              trygg_design **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_design *part = NULL;
  size_t last = design->stage_count;
  uint32_t *stratum = strata_at(design, last, last ? design->stages[last - 1].first : 0);
  uint64_t *distinct = NULL;
  int adds = 0;
  *out = NULL;
  if (!stratum)
    return tg_error_memory(error);
  TRY(tg_phases_begin_part(design, &part, error));
  TRY(cross(stratum, keys, design->responses->count, part->stratum, &distinct, &part->stratum_count, error));
  TRY(set_strata(part, design, factor, keys, &adds, error));
  TRY(add_units(&(refining){design, factor, keys, part, 0}, design->phases->unit, part->stratum,
                &part->cluster, &part->cluster_stratum, &part->cluster_count, error));
  if (adds) {
    *out = part;
    part = NULL;
  }
cleanup:
  trygg_design_free(part);
  tg_memory_free(stratum);
  tg_memory_free(distinct);
  return status;
}
