/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the role `inclusion` to probabilities of units. */
#include <design/inclusion.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/text.h>
#include <design/stages.h>

/* ---- the method ---------------------------------------------------------------------------------------- */

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return tg_inclusion_methods[i].name;
}

static trygg_status read_form(const tg_inclusion_method *method, const char *form, int *yates_grundy,
                              trygg_error *error) {
  if (!form) {
    *yates_grundy = method->forms;
    return TRYGG_OK;
  }
  if (!method->forms)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "inclusion", "`%s` has nothing behind a colon",
                       method->name);
  *yates_grundy = !strcmp(form, "yates-grundy");
  if (*yates_grundy || !strcmp(form, "horvitz-thompson"))
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "inclusion",
                     "behind the colon of `inclusion` stands yates-grundy (the default) or horvitz-thompson");
}

trygg_status tg_inclusion_choose(const trygg_codebook *codebook, const tg_inclusion_method **method,
                                 int *yates_grundy, trygg_error *error) {
  const char *setting = codebook->settings.inclusion, *colon = strchr(setting, ':'), *nearest;
  size_t length = colon ? (size_t)(colon - setting) : strlen(setting);
  int has_role = 0;
  for (size_t v = 0; v < codebook->variable_count; v++)
    has_role |= codebook->variables[v].role == TG_ROLE_INCLUSION;
  *method = NULL;
  if (!has_role && !*setting)
    return TRYGG_OK;
  if (!has_role)
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, "inclusion",
        "`inclusion` in settings.csv needs a variable with the role `inclusion`, the probability with "
        "which each unit was drawn");
  for (size_t i = 0; i < tg_inclusion_method_count && !*method; i++)
    if (!*setting || tg_text_equal(setting, length, tg_inclusion_methods[i].name))
      *method = &tg_inclusion_methods[i];
  if (*method)
    return read_form(*method, colon ? colon + 1 : NULL, yates_grundy, error);
  nearest = tg_text_nearest(setting, tg_inclusion_method_count, name_at, NULL);
  return tg_error_at(
      error, TRYGG_ENAME, NULL, 0, 0, "inclusion",
      "no variance by inclusion probabilities is called so%s%s%s (known: brewer, overton, hartley-rao, "
      "joint, poisson)",
      nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

static trygg_status begin(trygg_design *design, trygg_error *error) {
  const tg_inclusion_method *method;
  int yates_grundy = 0;
  trygg_status status = TRYGG_OK;
  TRY(tg_inclusion_choose(design->responses->codebook, &method, &yates_grundy, error));
  if (!method)
    return TRYGG_OK;
  if (design->lonely == TG_LONELY_COLLAPSE || tg_design_looks_at_domains(design))
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, "lonely",
        "units with inclusion probabilities of their own know no joined strata and no lonely units of "
        "domains; choose --lonely certainty, adjust or average, and leave domain_lonely out");
  if (design->responses->codebook->settings.waves == TG_WAVES_PANEL)
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, "waves",
        "the waves of a panel are linked where units were drawn alike; set `waves` in settings.csv to "
        "independent, or take the role inclusion away");
  design->inclusion = tg_memory_new(1, sizeof *design->inclusion);
  if (!design->inclusion)
    return tg_error_memory(error);
  design->inclusion->method = method;
  design->inclusion->yates_grundy = yates_grundy;
  tg_text_print(design->inclusion->name, sizeof design->inclusion->name, "%s%s", method->name,
                !method->forms ? ""
                : yates_grundy ? ":yates-grundy"
                               : ":horvitz-thompson");
cleanup:
  return status;
}

void tg_inclusion_free(tg_inclusion *inclusion, size_t strata) {
  if (!inclusion)
    return;
  for (size_t s = 0; s < TG_MAX_STAGES; s++) {
    tg_memory_free(inclusion->stages[s].probability);
    tg_memory_free(inclusion->stages[s].begin);
    tg_memory_free(inclusion->stages[s].order);
  }
  for (size_t h = 0; h < strata && inclusion->joint; h++)
    tg_memory_free(inclusion->joint[h]);
  tg_memory_free(inclusion->joint);
  tg_memory_free(inclusion);
}

tg_inclusion_block tg_inclusion_block_of(const trygg_design *design, size_t later, size_t stratum) {
  const tg_inclusion *inclusion = design->inclusion;
  const tg_inclusion_stage *stage = &inclusion->stages[later];
  return (tg_inclusion_block){
      stage->begin[stratum + 1] - stage->begin[stratum], stage->probability + stage->begin[stratum],
      inclusion->joint && later == 0 ? inclusion->joint[stratum] : NULL, inclusion->yates_grundy};
}

/* ---- the probabilities ------------------------------------------------------------------------------------ */

/* A stage as the two kinds of them have it: the first, and later ones. */
typedef struct drawn {
  size_t later, first_stratum, strata, units;
  const uint32_t *unit;    /* of each record; NULL: records are units */
  const uint32_t *stratum; /* of each record or unit, from 0 */
} drawn;

static drawn stage_of(const trygg_design *design, int stage) {
  const tg_stage *s = stage > 1 ? &design->stages[stage - 2] : NULL;
  if (s)
    return (drawn){(size_t)stage - 1, s->first, s->stratum_count,
                   s->unit_count,     s->unit,  s->unit ? s->unit_stratum : s->stratum};
  return (drawn){0,
                 0,
                 design->stratum_count,
                 design->cluster_count,
                 design->cluster,
                 design->cluster ? design->cluster_stratum : design->stratum};
}

static trygg_status refuse(const trygg_design *design, const drawn *of, size_t unit, const char *name,
                           const char *fault, trygg_error *error) {
  tg_text title = {0};
  trygg_status status;
  tg_stages_title(design, of->first_stratum + of->stratum[unit], &title);
  status = title.failed
               ? tg_error_memory(error)
               : tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, name, "%s has %s", title.bytes, fault);
  tg_text_free(&title);
  return status;
}

/* Of each unit as it is numbered. */
static trygg_status gather(const trygg_design *design, const drawn *of, size_t variable, double *probability,
                           trygg_error *error) {
  const tg_column *column = &design->responses->columns[variable];
  const char *name = column->variable->name;
  for (size_t i = 0; i < design->responses->count; i++) {
    size_t unit = of->unit ? of->unit[i] : i;
    double value = tg_column_number(column, i);
    if (!(value > 0 && value <= 1))
      return refuse(
          design, of, unit, name,
          "a unit whose inclusion probability is missing or not above 0 and at most 1; mend it, or divide a "
          "number of draws by its size",
          error);
    if (probability[unit] != 0 && probability[unit] != value)
      return refuse(design, of, unit, name, "a unit with two inclusion probabilities; give it one", error);
    probability[unit] = value;
  }
  return TRYGG_OK;
}

/* Units in the order of their strata: those that contain others are numbered so, records are not.  Takes over
 * *probability, which is by number, where it can. */
static trygg_status sort_units(const drawn *of, tg_inclusion_stage *out, double **probability,
                               trygg_error *error) {
  out->begin = tg_memory_new(of->strata + 1, sizeof *out->begin);
  if (!out->begin)
    return tg_error_memory(error);
  for (size_t i = 0; i < of->units; i++)
    out->begin[of->stratum[i] + 1]++;
  for (size_t s = 0; s < of->strata; s++)
    out->begin[s + 1] += out->begin[s];
  if (of->unit) {
    out->probability = *probability;
    *probability = NULL;
    return TRYGG_OK;
  }
  out->order = tg_memory_new(of->units, sizeof *out->order);
  out->probability = tg_memory_new(of->units, sizeof *out->probability);
  if (!out->order || !out->probability)
    return tg_error_memory(error);
  for (size_t i = 0; i < of->units; i++) {
    size_t place = out->begin[of->stratum[i]]++;
    out->order[place] = i;
    out->probability[place] = (*probability)[i];
  }
  for (size_t s = of->strata; s > 0; s--)
    out->begin[s] = out->begin[s - 1];
  out->begin[0] = 0;
  return TRYGG_OK;
}

/* A unit alone in its stratum stands for itself and, by 1 - pi, for others (variance.c). */
static void settle_strata(trygg_design *design, const drawn *of, const tg_inclusion_stage *stage) {
  for (size_t s = 0; s < of->strata; s++) {
    tg_stratum *stratum = &design->strata[of->first_stratum + s];
    double least = 1;
    for (size_t k = stage->begin[s]; k < stage->begin[s + 1]; k++)
      least = fmin(least, stage->probability[k]);
    stratum->unequal = 1;
    stratum->independent = design->inclusion->method->independent;
    stratum->remaining = least == 1 ? 0 : stratum->clusters == 1 ? 1 - least : 1;
  }
}

static trygg_status check_table(const trygg_design *design, int stage, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  const tg_inclusion_method *method = design->inclusion->method;
  if (!method->joint)
    return TRYGG_OK;
  if (stage > 1)
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, "inclusion",
        "joint.csv is about clusters of the first stage, and a later one has the role inclusion too; "
        "choose `brewer` in settings.csv");
  if (!codebook->joint_count)
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, "inclusion",
        "`inclusion` is `joint`, and the survey folder has no joint.csv; add it, or choose `brewer`");
  return TRYGG_OK;
}

trygg_status tg_inclusion_read(trygg_design *design, int stage, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  size_t variable = tg_codebook_find_role(codebook, TG_ROLE_INCLUSION, stage, 0);
  trygg_status status = TRYGG_OK;
  tg_inclusion_stage *out;
  double *gathered = NULL;
  drawn of;
  if (stage == 1)
    TRY(begin(design, error));
  if (variable == TG_NONE)
    return TRYGG_OK;
  if (stage == 1 && tg_codebook_has_populations(codebook))
    return tg_error_at(
        error, TRYGG_EDESIGN, codebook->strata[0].file, 0, 0, "population",
        "units drawn with probabilities of their own (`inclusion`) have no common fraction; leave the "
        "populations of strata.csv empty, or take the role away");
  TRY(check_table(design, stage, error));
  of = stage_of(design, stage);
  out = &design->inclusion->stages[of.later];
  gathered = tg_memory_new(of.units, sizeof *gathered);
  if (!gathered) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(gather(design, &of, variable, gathered, error));
  TRY(sort_units(&of, out, &gathered, error));
  settle_strata(design, &of, out);
  if (design->inclusion->method->joint)
    TRY(tg_joint_probabilities_read(design, error));
cleanup:
  tg_memory_free(gathered);
  return status;
}
