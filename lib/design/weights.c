/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that are not in the data. */
#include <design/weights.h>

#include <string.h>

#include <base/options.h>
#include <base/text.h>
#include <design/trim.h>

/* ---- from the sizes of strata ------------------------------------------------------------------- */

static int has_weight(const trygg_codebook *codebook) {
  return tg_codebook_find_role(codebook, TG_ROLE_WEIGHT, 1, 0) != TG_NONE;
}

/* d = N_h / n_h: n_h people were drawn, or where that is not said, as many as there are records. */
static trygg_status from_strata(trygg_design *design, trygg_error *error) {
  const tg_strata_row *rows = design->responses->codebook->strata;
  size_t records = design->responses->count;
  for (size_t h = 0; h < design->stratum_count; h++) {
    const tg_stratum *stratum = &design->strata[h];
    if (!(stratum->people > 0))
      return tg_error_at(
          error, TRYGG_EDESIGN, rows[0].file, 0, 0, "population",
          "stratum `%s` has no population, from which its weight would come; fill it in, or give "
          "the data a variable with the role weight",
          stratum->name);
    if (stratum->drawn > 0 && stratum->drawn < (double)stratum->clusters)
      return tg_error_at(error, TRYGG_EDESIGN, rows[0].file, 0, 0, "sample",
                         "stratum `%s` has more records than its sample; mend `sample`", stratum->name);
  }
  design->made_weight = tg_memory_new(records, sizeof *design->made_weight);
  if (!design->made_weight)
    return tg_error_memory(error);
  for (size_t i = 0; i < records; i++) {
    const tg_stratum *stratum = &design->strata[design->stratum[i]];
    design->made_weight[i] =
        stratum->people / (stratum->drawn > 0 ? stratum->drawn : (double)stratum->clusters);
  }
  design->weight = design->made_weight;
  return TRYGG_OK;
}

/* ---- from inclusion probabilities ---------------------------------------------------------------- */

/* w = 1 / pi, over all stages; a stage with another role has a fraction that is not in the data yet. */
static trygg_status from_inclusion(trygg_design *design, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  const trygg_codebook *codebook = responses->codebook;
  design->made_weight = tg_memory_new(responses->count, sizeof *design->made_weight);
  if (!design->made_weight)
    return tg_error_memory(error);
  for (size_t i = 0; i < responses->count; i++)
    design->made_weight[i] = 1;
  for (size_t v = 0; v < codebook->variable_count; v++) {
    if (codebook->variables[v].role == TG_ROLE_FPC)
      return tg_error_at(
          error, TRYGG_EDESIGN, NULL, 0, 0, codebook->variables[v].name,
          "weights come from inclusion probabilities where every stage has them; give the data a "
          "variable with the role weight");
    for (size_t i = 0; i < responses->count && codebook->variables[v].role == TG_ROLE_INCLUSION; i++)
      design->made_weight[i] /= tg_column_number(&responses->columns[v], i);
  }
  design->weight = design->made_weight;
  return TRYGG_OK;
}

/* ---- calibration --------------------------------------------------------------------------------- */

static const char *method_of(const trygg_codebook *codebook, const trygg_design_options *options) {
  return options->calibrate ? options->calibrate : codebook->settings.calibrate;
}

static trygg_status find_spread(const trygg_codebook *codebook, const char *name, size_t *out,
                                trygg_error *error) {
  trygg_error place = {0};
  *out = TG_NONE;
  if (!name || !*name)
    return TRYGG_OK;
  tg_text_print(place.field, sizeof place.field, "spread");
  *out = tg_codebook_find_variable(codebook, name, strlen(name));
  if (*out == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, strlen(name), &place, error);
  if (codebook->variables[*out].type == TG_INTEGER || codebook->variables[*out].type == TG_DECIMAL)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "spread", "`%s` is no number", name);
}

/* Persons of a household are drawn together, which only a cluster says. */
static trygg_status check_households(const trygg_design *design, trygg_error *error) {
  if (design->cluster)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "households",
                     "persons of a household were drawn together; give a variable of the household the role "
                     "cluster, or the sampling error is too small");
}

static trygg_status calibrate(trygg_design *design, const trygg_design_options *options, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  tg_calibrate_request request = {
      .method = method_of(codebook, options), .weight = design->weight, .threads = design->threads};
  trygg_status status = TRYGG_OK;
  TRY(tg_distance_parse(request.method, &request.distance, error));
  if (!request.distance.row)
    return TRYGG_OK;
  if (!codebook->margin_count)
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "calibrate",
                       "there is nothing to calibrate to: the survey folder has no margins.csv");
  TRY(find_spread(codebook, options->spread ? options->spread : codebook->settings.calibrate_spread,
                  &request.spread, error));
  request.households = options->households || codebook->settings.calibrate_households;
  if (request.households)
    TRY(check_households(design, error));
  TRY(tg_calibrate_create(design->responses, &request, &design->calibration, error));
  design->weight = design->calibration->weight;
cleanup:
  return status;
}

static trygg_status trim(trygg_design *design, const trygg_design_options *options, trygg_error *error) {
  const tg_settings *settings = &design->responses->codebook->settings;
  trygg_status status = TRYGG_OK;
  TRY(tg_trim_create(design, options->trim ? options->trim : settings->trim,
                     options->trim_strata || settings->trim_strata, &design->trim, error));
  if (design->trim)
    design->weight = design->trim->weight;
cleanup:
  return status;
}

trygg_status tg_weights_make(trygg_design *design, const trygg_design_options *options, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const trygg_codebook *codebook = design->responses->codebook;
  if (!has_weight(codebook) && tg_codebook_has_populations(codebook) && design->responses->count)
    TRY(from_strata(design, error));
  else if (!has_weight(codebook) && design->inclusion)
    TRY(from_inclusion(design, error));
  TRY(calibrate(design, options, error));
  TRY(trim(design, options, error));
cleanup:
  return status;
}

int tg_weights_are_made(const trygg_design *design) {
  return design->calibration || design->trim;
}

/* A trimmed weight is a multiple of what it was before calibration and is then calibrated: what bounds are for is the
 * sample that was drawn, not one that counts a record twice. */
trygg_status tg_weights_remake(const trygg_design *design, double *weight, trygg_error *error) {
  const double *base = tg_design_base_weight(design);
  for (size_t i = 0; i < design->responses->count && design->trim; i++)
    if (weight[i] != 0)
      weight[i] *= design->trim->weight[i] / (base ? base[i] : 1);
  return design->calibration ? tg_calibrate_weights(design->calibration, weight, weight, error) : TRYGG_OK;
}

trygg_status tg_weights_check_stream(const trygg_codebook *codebook, const trygg_design_options *options,
                                     trygg_error *error) {
  tg_distance_choice choice;
  tg_trim_choice bounds;
  trygg_design_options chosen;
  trygg_status status = TRYGG_OK;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_design_options", error));
  TRY(tg_distance_parse(method_of(codebook, &chosen), &choice, error));
  if (choice.row)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "calibrate",
        "calibration needs all records at once, which a stream does not keep; do not stream, or have "
        "calibrated weights in the data");
  TRY(tg_trim_parse(chosen.trim ? chosen.trim : codebook->settings.trim, &bounds, error));
  if (bounds.kind)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "trim",
        "trimming needs all weights at once, which a stream does not keep; do not stream, or have "
        "trimmed weights in the data");
  if (!has_weight(codebook) && tg_codebook_has_populations(codebook))
    return tg_error_at(
        error, TRYGG_EINVAL, codebook->strata[0].file, 0, 0, "population",
        "weights from the sizes of strata need all records at once, which a stream does not keep; do "
        "not stream, or have weights in the data");
cleanup:
  return status;
}
