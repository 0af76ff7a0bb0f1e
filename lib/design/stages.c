/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each stage numbers its strata within the units of the stage before, and its units within those. */
#include <design/stages.h>

#include <design/codes.h>
#include <design/inclusion.h>
#include <design/populations.h>

static int has_stage(const trygg_design *design, int stage) {
  static const tg_role roles[] = {TG_ROLE_STRATUM, TG_ROLE_CLUSTER, TG_ROLE_FPC, TG_ROLE_INCLUSION};
  for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
    if (tg_codebook_find_role(design->responses->codebook, roles[i], stage, 0) != TG_NONE)
      return 1;
  return 0;
}

/* Units of the stage before the one that is made. */
typedef struct parents {
  const uint32_t *unit,
      *stratum; /* of each record; of each unit, an index into design->strata less `first` */
  size_t count, first;
} parents;

static parents last_units(const trygg_design *design) {
  const tg_stage *last = design->stage_count ? &design->stages[design->stage_count - 1] : NULL;
  if (last)
    return (parents){last->unit, last->unit_stratum, last->unit_count, last->first};
  return (parents){design->cluster, design->cluster_stratum, design->cluster_count, 0};
}

/* Room for the stage and its strata behind those that are there. */
static trygg_status grow(trygg_design *design, size_t strata, tg_stage **out, trygg_error *error) {
  size_t all = tg_design_all_strata(design);
  tg_stage *stages = tg_memory_resize(design->stages, design->stage_count + 1, sizeof *stages);
  tg_stratum *grown;
  if (!stages)
    return tg_error_memory(error);
  design->stages = stages;
  grown = tg_memory_resize(design->strata, all + strata, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  design->strata = grown;
  *out = &stages[design->stage_count++];
  **out = (tg_stage){.first = all, .stratum_count = strata};
  return TRYGG_OK;
}

static void settle_strata(trygg_design *design, const tg_stage *stage, const parents *before) {
  for (size_t h = 0; h < stage->stratum_count; h++) {
    const tg_stratum *above = &design->strata[before->first + before->stratum[stage->parent[h]]];
    double fraction = tg_inclusion_fraction(design, design->stage_count - 1, stage->parent[h], above);
    design->strata[stage->first + h] = (tg_stratum){
        .group = above->group + design->group_count, .remaining = 1, .scale = above->scale * fraction};
  }
  for (size_t i = 0; stage->unit && i < stage->unit_count; i++)
    design->strata[stage->first + stage->unit_stratum[i]].clusters++;
  for (size_t i = 0; stage->stratum && i < design->responses->count; i++)
    design->strata[stage->first + stage->stratum[i]].clusters++;
}

/* Number a role's codes within `count` units (of each record in `within`; NULL: the record itself). */
static trygg_status number_role(tg_codes *codes, const trygg_design *design, tg_role role, int stage,
                                const uint32_t *within, size_t count, tg_numbers *out, trygg_error *error) {
  tg_part part = tg_part_of_numbers(within, count);
  trygg_status status = TRYGG_OK;
  TRY(tg_codes_begin(codes, design, within ? &part : NULL, role, stage, error));
  TRY(tg_codes_number(codes, out, error));
cleanup:
  return status;
}

/* The strata and units of one more stage, whose strata have no finite populations yet. */
static trygg_status number_next(trygg_design *design, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  int stage = (int)design->stage_count + 2;
  trygg_status status = TRYGG_OK;
  tg_codes codes = {0};
  tg_numbers strata = {0}, units = {0};
  parents before = last_units(design);
  tg_stage *made = NULL;
  TRY(number_role(&codes, design, TG_ROLE_STRATUM, stage, before.unit, before.count, &strata, error));
  if (tg_codebook_find_role(responses->codebook, TG_ROLE_CLUSTER, stage, 0) != TG_NONE)
    TRY(number_role(&codes, design, TG_ROLE_CLUSTER, stage, strata.of_record, strata.count, &units, error));
  TRY(grow(design, strata.count, &made, error));
  made->parent = strata.within;
  made->unit = units.of_record;
  made->unit_stratum = units.within;
  made->unit_count = made->unit ? units.count : responses->count;
  made->stratum = made->unit ? NULL : strata.of_record;
  strata.of_record = made->unit ? strata.of_record : NULL;
  strata.within = units.of_record = units.within = NULL;
  settle_strata(design, made, &before);
cleanup:
  tg_codes_clear(&codes);
  tg_codes_clear_numbers(&strata);
  tg_codes_clear_numbers(&units);
  return status;
}

/* Whether a unit of the last stage stands for a known number, so that a further stage would count. */
static int is_counted(const trygg_design *design) {
  size_t first = design->stage_count ? design->stages[design->stage_count - 1].first : 0;
  for (size_t h = first; h < tg_design_all_strata(design); h++)
    if (design->strata[h].scale > 0 && (design->strata[h].fraction > 0 || design->strata[h].unequal))
      return 1;
  return 0;
}

trygg_status tg_stages_add(trygg_design *design, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (int stage = 2; is_counted(design) && has_stage(design, stage); stage++) {
    TRY(number_next(design, error));
    TRY(tg_populations_read(design, stage, error));
    TRY(tg_inclusion_read(design, stage, error));
  }
cleanup:
  return status;
}

int tg_stages_matter(const trygg_design *design) {
  return is_counted(design) && has_stage(design, 2);
}

size_t tg_stages_stratum(const trygg_design *design, int stage, size_t record) {
  const tg_stage *later = stage > 1 ? &design->stages[stage - 2] : NULL;
  if (!later)
    return design->stratum[record];
  return later->first + (later->stratum ? later->stratum[record] : later->unit_stratum[later->unit[record]]);
}

/* ---- for messages ------------------------------------------------------------------------------------ */

/* ", cluster `12 3`" */
static void put_role(const trygg_design *design, tg_role role, int stage, const char *word, size_t record,
                     tg_text *out) {
  const trygg_codebook *codebook = design->responses->codebook;
  size_t v = tg_codebook_find_role(codebook, role, stage, 0);
  if (v == TG_NONE)
    return;
  tg_text_format(out, ", %s `", word);
  for (int first = 1; v != TG_NONE; first = 0, v = tg_codebook_find_role(codebook, role, stage, v + 1)) {
    if (!first)
      tg_text_putc(out, ' ');
    tg_text_put(out, tg_codes_text(&design->responses->columns[v], record));
  }
  tg_text_putc(out, '`');
}

/* Some record of a stratum. */
static size_t record_of(const trygg_design *design, int stage, size_t stratum) {
  size_t i = 0;
  while (i + 1 < design->responses->count && tg_stages_stratum(design, stage, i) != stratum)
    i++;
  return i;
}

void tg_stages_title(const trygg_design *design, size_t stratum, tg_text *out) {
  int stage = 1;
  size_t record;
  while ((size_t)stage <= design->stage_count && stratum >= design->stages[stage - 1].first)
    stage++;
  if (stage == 1) {
    tg_text_format(out, "stratum `%s`", design->strata[stratum].name);
    return;
  }
  record = record_of(design, stage, stratum);
  tg_text_format(out, "stratum `%s`", design->strata[design->stratum[record]].name);
  for (int s = 1; s < stage; s++) {
    put_role(design, TG_ROLE_CLUSTER, s, "cluster", record, out);
    put_role(design, TG_ROLE_STRATUM, s + 1, "stratum", record, out);
  }
  tg_text_format(out, ", stage %d,", stage);
}
