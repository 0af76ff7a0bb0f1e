/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handle: making, asking and freeing a codebook. */
#include <codebook/codebook.h>

#include <string.h>

#include <base/text.h>
#include <codebook/labels.h>
#include <codebook/reader.h>

/* ---- freeing -------------------------------------------------------------------------------------- */

void tg_codebook_clear_codes(tg_code *codes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    tg_memory_free(codes[i].text);
    tg_labels_clear(&codes[i].labels);
  }
  tg_memory_free(codes);
}

void tg_codebook_clear_rule(tg_rule *rule) {
  if (!rule)
    return;
  for (size_t i = 0; rule->sets && i < rule->from_count; i++)
    tg_code_set_clear(&rule->sets[i]);
  tg_memory_free(rule->sets);
  tg_memory_free(rule->from);
  tg_memory_free(rule->bands);
  tg_memory_free(rule);
}

static void clear_variables(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->variable_count; i++) {
    tg_variable *variable = &codebook->variables[i];
    tg_codebook_clear_codes(variable->codes, variable->code_count);
    tg_codebook_clear_rule(variable->rule);
    tg_labels_clear(&variable->labels);
    tg_memory_free(variable->name);
    tg_memory_free(variable->list);
    tg_memory_free(variable->file);
    tg_memory_free(variable->text_order);
    tg_memory_free(variable->number_order);
  }
  tg_memory_free(codebook->variables);
  tg_names_clear(&codebook->variable_names);
}

static void free_texts(char *const *texts, size_t count) {
  for (size_t i = 0; i < count; i++)
    tg_memory_free(texts[i]);
}

#define FREE_TEXTS(...)                                                                                      \
  free_texts((char *const[]){__VA_ARGS__}, sizeof((char *const[]){__VA_ARGS__}) / sizeof(char *))

static void clear_indicators(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->indicator_count; i++) {
    tg_indicator_row *row = &codebook->indicators[i];
    FREE_TEXTS(row->name, row->topic, row->type, row->variable, row->numerator, row->denominator, row->where,
               row->weight, row->min_valid, row->low, row->high, row->better, row->sensitive, row->standard,
               row->file);
    tg_labels_clear(&row->labels);
  }
  tg_memory_free(codebook->indicators);
  tg_names_clear(&codebook->indicator_names);
  for (size_t i = 0; i < codebook->index_count; i++) {
    tg_index_row *row = &codebook->indices[i];
    FREE_TEXTS(row->index, row->section, row->indicator, row->weight, row->knots, row->file);
    tg_labels_clear(&row->labels);
  }
  tg_memory_free(codebook->indices);
}

static void clear_waves(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->wave_count; i++) {
    tg_memory_free(codebook->waves[i].wave);
    tg_labels_clear(&codebook->waves[i].labels);
  }
  tg_memory_free(codebook->waves);
  for (size_t i = 0; i < codebook->break_count; i++) {
    FREE_TEXTS(codebook->breaks[i].wave, codebook->breaks[i].scale, codebook->breaks[i].note,
               codebook->breaks[i].file);
    tg_conditions_clear(&codebook->breaks[i].parallel);
  }
  tg_memory_free(codebook->breaks);
  for (size_t i = 0; i < codebook->strata_count; i++)
    FREE_TEXTS(codebook->strata[i].wave, codebook->strata[i].stratum, codebook->strata[i].collapse,
               codebook->strata[i].file);
  tg_memory_free(codebook->strata);
  tg_files_clear(codebook);
  tg_recodes_clear(codebook);
  tg_record_layout_clear(codebook);
  tg_sample_clear(codebook);
  tg_margins_clear(codebook);
  tg_joint_clear(codebook);
  tg_published_clear(codebook);
  tg_standards_clear(codebook);
  tg_measures_clear(codebook);
}

static void clear_settings(tg_settings *settings) {
  FREE_TEXTS(settings->title, settings->form_id, settings->version, settings->default_language,
             settings->wave, settings->calibrate, settings->calibrate_spread, settings->trim,
             settings->inclusion, settings->response, settings->response_on);
  tg_second_phase_clear(&settings->second_phase);
  free_texts(settings->duplicate_sources, settings->duplicate_source_count);
  tg_memory_free(settings->duplicate_sources);
  tg_memory_free(settings->replicates.rscales);
  for (size_t i = 0; i < settings->closing_count; i++)
    tg_memory_free(settings->closes[i].wave);
  tg_memory_free(settings->closes);
}

void tg_codebook_clear(trygg_codebook *codebook) {
  clear_variables(codebook);
  clear_indicators(codebook);
  clear_waves(codebook);
  clear_settings(&codebook->settings);
  tg_memory_free(codebook->title);
  codebook->settings = (tg_settings){0};
  codebook->variables = NULL;
  codebook->indicators = NULL;
  codebook->indices = NULL;
  codebook->waves = NULL;
  codebook->breaks = NULL;
  codebook->strata = NULL;
  codebook->files = NULL;
  codebook->recodes = NULL;
  codebook->layout_rows = NULL;
  codebook->layouts = NULL;
  codebook->sample = NULL;
  codebook->margins = NULL;
  codebook->joint = NULL;
  codebook->published = NULL;
  codebook->standards = NULL;
  codebook->measures = NULL;
  codebook->title = NULL;
  codebook->variable_count = codebook->derived_begin = codebook->indicator_count = codebook->index_count = 0;
  codebook->wave_count = codebook->break_count = codebook->strata_count = 0;
  codebook->file_count = codebook->recode_count = codebook->sample_count = 0;
  codebook->margin_count = codebook->joint_count = codebook->published_count = 0;
  codebook->standard_count = codebook->measure_count = 0;
  codebook->layout_row_count = codebook->layout_count = 0;
}

/* ---- the handle ------------------------------------------------------------------------------------- */

trygg_status trygg_codebook_create(trygg_codebook **out, trygg_error *error) {
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the codebook is given");
  *out = NULL;
  trygg_codebook *codebook = tg_memory_new(1, sizeof *codebook);
  tg_codebook_reader *reader = tg_memory_new(1, sizeof *reader);
  if (!codebook || !reader) {
    tg_memory_free(codebook);
    tg_memory_free(reader);
    return tg_error_memory(error);
  }
  tg_references_begin(&codebook->references);
  codebook->reader = reader;
  *out = codebook;
  return TRYGG_OK;
}

trygg_codebook *trygg_codebook_retain(trygg_codebook *codebook) {
  if (codebook)
    tg_references_take(&codebook->references);
  return codebook;
}

void trygg_codebook_free(trygg_codebook *codebook) {
  if (!codebook || !tg_references_drop(&codebook->references))
    return;
  tg_codebook_clear(codebook);
  free_texts(codebook->warnings, codebook->warning_count);
  tg_memory_free(codebook->warnings);
  tg_reader_free(codebook->reader);
  tg_memory_free(codebook);
}

/* ---- asking ------------------------------------------------------------------------------------------- */

size_t trygg_codebook_warnings(const trygg_codebook *codebook) {
  return codebook ? codebook->warning_count : 0;
}

const char *trygg_codebook_warning(const trygg_codebook *codebook, size_t warning) {
  return codebook && warning < codebook->warning_count ? codebook->warnings[warning] : NULL;
}

size_t trygg_codebook_variables(const trygg_codebook *codebook) {
  return codebook ? codebook->variable_count : 0;
}

const char *trygg_codebook_variable(const trygg_codebook *codebook, size_t variable) {
  return codebook && variable < codebook->variable_count ? codebook->variables[variable].name : NULL;
}

size_t trygg_codebook_indicators(const trygg_codebook *codebook) {
  return codebook ? codebook->indicator_count : 0;
}

const char *trygg_codebook_indicator(const trygg_codebook *codebook, size_t indicator) {
  return codebook && indicator < codebook->indicator_count ? codebook->indicators[indicator].name : NULL;
}

const char *trygg_codebook_title(const trygg_codebook *codebook) {
  return codebook && codebook->title ? codebook->title : "";
}

/* An index is labelled by the rows without a section, a section by the rows with it. */
static const tg_labels *index_labels(const trygg_codebook *codebook, const char *name) {
  for (int sections = 0; sections <= 1; sections++)
    for (size_t i = 0; i < codebook->index_count; i++) {
      const tg_index_row *row = &codebook->indices[i];
      if ((row->section[0] != '\0') == sections && strcmp(sections ? row->section : row->index, name) == 0 &&
          !tg_labels_empty(&row->labels))
        return &row->labels;
    }
  return NULL;
}

const char *trygg_codebook_label(const trygg_codebook *codebook, const char *name, const char *language) {
  if (!name)
    return "";
  if (!codebook)
    return name;
  size_t variable = tg_codebook_find_variable(codebook, name, strlen(name));
  size_t indicator = tg_codebook_find_indicator(codebook, name, strlen(name));
  const tg_labels *labels = index_labels(codebook, name);
  size_t measure = labels ? TG_NONE : tg_codebook_find_measure(codebook, name);
  if (measure != TG_NONE)
    labels = &codebook->measures[measure].labels;
  /* An indicator called like its variable goes first, where it has a label. */
  if (variable != TG_NONE)
    labels = &codebook->variables[variable].labels;
  if (indicator != TG_NONE &&
      (variable == TG_NONE || !tg_labels_empty(&codebook->indicators[indicator].labels)))
    labels = &codebook->indicators[indicator].labels;
  return labels ? tg_labels_text(labels, tg_language_find(language), name) : name;
}

/* Waves without a list of choices have their labels in waves.csv. */
static const tg_labels *wave_labels(const trygg_codebook *codebook, const char *wave) {
  for (size_t i = 0; i < codebook->wave_count; i++)
    if (strcmp(codebook->waves[i].wave, wave) == 0)
      return &codebook->waves[i].labels;
  return NULL;
}

const char *trygg_codebook_code_label(const trygg_codebook *codebook, const char *variable, const char *code,
                                      const char *language) {
  if (!code)
    return "";
  size_t index =
      codebook && variable ? tg_codebook_find_variable(codebook, variable, strlen(variable)) : TG_NONE;
  if (index == TG_NONE)
    return code;
  const tg_variable *found = &codebook->variables[index];
  const tg_labels *labels = NULL;
  int by_number;
  size_t at = tg_variable_code(found, code, strlen(code), &by_number);
  if (at != TG_NONE)
    labels = &found->codes[at].labels;
  if ((!labels || tg_labels_empty(labels)) && found->role == TG_ROLE_WAVE)
    labels = wave_labels(codebook, code);
  return labels ? tg_labels_text(labels, tg_language_find(language), code) : code;
}

/* ---- finding ------------------------------------------------------------------------------------------- */

size_t tg_codebook_find_variable(const trygg_codebook *codebook, const char *name, size_t length) {
  return tg_names_find(&codebook->variable_names, name, length);
}

size_t tg_codebook_find_indicator(const trygg_codebook *codebook, const char *name, size_t length) {
  return tg_names_find(&codebook->indicator_names, name, length);
}

size_t tg_codebook_find_role(const trygg_codebook *codebook, tg_role role, int stage, size_t from) {
  for (size_t i = from; i < codebook->variable_count; i++)
    if (codebook->variables[i].role == role && codebook->variables[i].stage == stage)
      return i;
  return TG_NONE;
}

static const char *variable_name_at(const void *context, size_t i) {
  return ((const trygg_codebook *)context)->variables[i].name;
}

static const char *indicator_name_at(const void *context, size_t i) {
  return ((const trygg_codebook *)context)->indicators[i].name;
}

static const trygg_error nowhere;

static trygg_status unknown(const char *what, const char *shown, const char *near, const trygg_error *place,
                            trygg_error *error) {
  if (!place)
    place = &nowhere;
  return tg_error_at(error, TRYGG_ENAME, place->file, place->line, (size_t)place->column, place->field,
                     "no %s is called `%s`%s", what, shown, TG_SUGGESTED(near));
}

trygg_status tg_codebook_unknown_variable(const trygg_codebook *codebook, const char *name, size_t length,
                                          const trygg_error *place, trygg_error *error) {
  tg_sheet_shown shown = tg_sheet_show(name, length);
  return unknown("variable", shown.text,
                 tg_text_nearest(shown.text, codebook->variable_count, variable_name_at, codebook), place,
                 error);
}

trygg_status tg_codebook_unknown_indicator(const trygg_codebook *codebook, const char *name, size_t length,
                                           const trygg_error *place, trygg_error *error) {
  tg_sheet_shown shown = tg_sheet_show(name, length);
  return unknown("indicator", shown.text,
                 tg_text_nearest(shown.text, codebook->indicator_count, indicator_name_at, codebook), place,
                 error);
}
