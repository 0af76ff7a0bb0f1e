/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that are not in the data. */
#include <design/weights.h>

#include <string.h>

#include <base/options.h>
#include <base/text.h>
#include <design/phases.h>
#include <design/response.h>
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

/* ---- who did not answer --------------------------------------------------------------------------- */

static const char *response_of(const trygg_codebook *codebook, const trygg_design_options *options) {
  return options->response ? options->response : codebook->settings.response;
}

static trygg_status add_variable(const trygg_codebook *codebook, const char *name, size_t length,
                                 tg_response_request *request, trygg_error *error) {
  trygg_error place = {0};
  size_t variable = tg_codebook_find_variable(codebook, name, length);
  tg_text_print(place.field, sizeof place.field, "response_on");
  if (variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, length, &place, error);
  for (size_t v = 0; v < request->variable_count; v++)
    if (request->variables[v] == variable)
      return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "response_on", "`%s` is there twice",
                         codebook->variables[variable].name);
  request->variables[request->variable_count++] = variable;
  return TRYGG_OK;
}

/* Those of the options, else those of settings.csv with blanks between. */
static trygg_status find_variables(const trygg_codebook *codebook, const trygg_design_options *options,
                                   tg_response_request *request, trygg_error *error) {
  const char *words = codebook->settings.response_on, *word;
  trygg_status status = TRYGG_OK;
  size_t length;
  TRY(tg_options_list(options->response_on, options->response_on_count, "response_on", error));
  request->variables = tg_memory_new(codebook->variable_count, sizeof *request->variables);
  if (!request->variables)
    return tg_error_memory(error);
  for (size_t i = 0; i < options->response_on_count; i++)
    TRY(add_variable(codebook, options->response_on[i], strlen(options->response_on[i]), request, error));
  while (!options->response_on_count && (word = tg_text_word(&words, &length)))
    TRY(add_variable(codebook, word, length, request, error));
cleanup:
  return status;
}

/* Weights of another kind, of households say, are of those who answered too, and of those drawn once more for all. */
static trygg_status silence_weights(trygg_design *design, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  const trygg_codebook *codebook = responses->codebook;
  design->answered_weight = tg_memory_new(responses->column_count, sizeof *design->answered_weight);
  if (!design->answered_weight)
    return tg_error_memory(error);
  for (size_t k = 0; k < codebook->indicator_count; k++) {
    const char *name = codebook->indicators[k].weight;
    size_t v = *name ? tg_codebook_find_variable(codebook, name, strlen(name)) : TG_NONE;
    const double *number = v == TG_NONE ? NULL : responses->columns[v].values.number;
    if (!number || design->answered_weight[v])
      continue;
    if (!(design->answered_weight[v] = tg_memory_new(responses->count, sizeof *number)))
      return tg_error_memory(error);
    for (size_t i = 0; i < responses->count; i++)
      design->answered_weight[v][i] =
          responses->silent[i] ? 0 : number[i] * (design->phases ? design->phases->expansion[i] : 1);
  }
  return TRYGG_OK;
}

static trygg_status respond(trygg_design *design, const trygg_design_options *options, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  const tg_settings *settings = &responses->codebook->settings;
  tg_response_request request = {.method = response_of(responses->codebook, options),
                                 .weight = design->weight};
  tg_response_choice choice;
  trygg_status status = TRYGG_OK;
  TRY(tg_response_parse(request.method, &choice, error));
  if (!choice.method && responses->keeps_silent)
    return tg_error_set(
        error, TRYGG_EINVAL,
        "the records hold those who did not answer too; load them without `keep_silent`, or say how "
        "the weights make up for them (`response`)");
  if (!choice.method)
    return TRYGG_OK;
  if (!responses->keeps_silent)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "response",
                       "the records of those who did not answer are needed; load them with `keep_silent`");
  TRY(find_variables(responses->codebook, options, &request, error));
  request.least = options->response_least > 0 ? options->response_least : settings->response_least;
  request.collapse = options->response_collapse || settings->response_collapse;
  TRY(tg_response_create(responses, &request, &design->response, error));
  design->weight = design->response->weight;
cleanup:
  tg_memory_free(request.variables);
  return status;
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
  request.two_phases = design->phases != NULL;
  request.first = design->phases ? design->phases->first : NULL;
  if (!codebook->margin_count)
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "calibrate",
                       "there is nothing to calibrate to: the survey folder has no margins.csv");
  TRY(find_spread(codebook, options->spread ? options->spread : codebook->settings.calibrate_spread,
                  &request.spread, error));
  request.households = options->households || codebook->settings.calibrate_households;
  if (request.households)
    TRY(check_households(design, error));
  TRY(tg_calibrate_create(design->responses, &request, &design->calibration, error));
  if (design->calibration->first_phase && design->response)
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "calibrate",
                       "weights that make up for who did not answer are calibrated to known totals, not to those of "
                       "the first phase; fill them in margins.csv, or leave `response` or `calibrate` out");
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
  TRY(tg_phases_read(design, error));
  TRY(respond(design, options, error));
  if (design->phases || design->response)
    TRY(silence_weights(design, error));
  TRY(calibrate(design, options, error));
  TRY(trim(design, options, error));
  if (design->response && design->calibration)
    TRY(tg_response_connect(design->response, design->calibration, error));
cleanup:
  return status;
}

int tg_weights_are_made(const trygg_design *design) {
  return design->response || design->calibration || design->trim;
}

/* A trimmed weight is a multiple of what it was before calibration and is then calibrated: what bounds are for is the
 * sample that was drawn, not one that counts a record twice. */
trygg_status tg_weights_remake(const trygg_design *design, double *weight, trygg_error *error) {
  const double *base = tg_design_base_weight(design);
  trygg_status status = design->response ? tg_response_weights(design->response, weight, error) : TRYGG_OK;
  if (status != TRYGG_OK)
    return status;
  for (size_t i = 0; i < design->responses->count && design->trim; i++)
    if (weight[i] != 0)
      weight[i] *= design->trim->weight[i] / (base ? base[i] : 1);
  return design->calibration ? tg_calibrate_weights(design->calibration, weight, weight, error) : TRYGG_OK;
}

trygg_status tg_weights_check_stream(const trygg_codebook *codebook, const trygg_design_options *options,
                                     trygg_error *error) {
  tg_distance_choice choice;
  tg_trim_choice bounds;
  tg_response_choice response;
  trygg_design_options chosen;
  trygg_status status = TRYGG_OK;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_design_options", error));
  TRY(tg_distance_parse(method_of(codebook, &chosen), &choice, error));
  if (choice.row)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "calibrate",
        "calibration needs all records at once, which a stream does not keep; do not stream, or have "
        "calibrated weights in the data");
  TRY(tg_response_parse(response_of(codebook, &chosen), &response, error));
  if (response.method)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "response",
        "those who did not answer are made up for by their records, which a stream does not keep; do not "
        "stream, or have adjusted weights in the data");
  TRY(tg_trim_parse(chosen.trim ? chosen.trim : codebook->settings.trim, &bounds, error));
  if (bounds.kind)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "trim",
        "trimming needs all weights at once, which a stream does not keep; do not stream, or have "
        "trimmed weights in the data");
  if (codebook->settings.second_phase.declared)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "phase2",
        "a sample of two phases needs the records of both, which a stream does not keep; do not stream");
  if (!has_weight(codebook) && tg_codebook_has_populations(codebook))
    return tg_error_at(
        error, TRYGG_EINVAL, codebook->strata[0].file, 0, 0, "population",
        "weights from the sizes of strata need all records at once, which a stream does not keep; do "
        "not stream, or have weights in the data");
cleanup:
  return status;
}
