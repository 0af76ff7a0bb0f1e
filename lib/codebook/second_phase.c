/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The columns phase2... of settings.csv. */
#include <codebook/second_phase.h>

#include <string.h>

#include <base/text.h>
#include <codebook/reader.h>

enum { DRAWN, STRATA, CLUSTERS, INCLUSION };

void tg_second_phase_list(tg_second_phase *phase, char **texts[TG_SECOND_PHASE_FIELDS]) {
  char **const all[] = {&phase->drawn_text, &phase->strata_text, &phase->clusters_text,
                        &phase->inclusion_text};
  memcpy(texts, all, sizeof all);
}

void tg_second_phase_clear(tg_second_phase *phase) {
  char **texts[TG_SECOND_PHASE_FIELDS];
  tg_second_phase_list(phase, texts);
  for (size_t i = 0; i < TG_SECOND_PHASE_FIELDS; i++)
    tg_memory_free(*texts[i]);
  tg_memory_free(phase->strata);
  tg_memory_free(phase->clusters);
  tg_code_set_clear(&phase->drawn);
  *phase = (tg_second_phase){0};
}

/* One condition on a variable of the data, which is read when a record is judged. */
static trygg_status read_drawn(trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                               trygg_error *error) {
  tg_second_phase *phase = &codebook->settings.second_phase;
  trygg_error place = tg_sheet_place(row, field);
  tg_conditions conditions = {0};
  trygg_status status = tg_conditions_parse(codebook, phase->drawn_text, &place, &conditions, error);
  const tg_variable *variable;
  if (status != TRYGG_OK) {
    tg_conditions_clear(&conditions);
    return status;
  }
  variable = &codebook->variables[conditions.sets[0].variable];
  if (conditions.count > 1 || variable->rule || variable->type == TG_SELECT_MULTIPLE ||
      variable->type == TG_STRING || variable->type == TG_DATE)
    status =
        tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                      "`phase2` is one condition VAR=CODE on a select_one, integer or decimal of survey.csv");
  else {
    phase->drawn = conditions.sets[0];
    conditions.sets[0] = (tg_code_set){0};
    phase->declared = 1;
  }
  tg_conditions_clear(&conditions);
  return status;
}

static trygg_status read_variables(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                                   const char *text, size_t **out, size_t *count, trygg_error *error) {
  trygg_error place = tg_sheet_place(row, field);
  const char *word;
  size_t length;
  *out = tg_memory_new(codebook->variable_count, sizeof **out);
  if (!*out)
    return tg_error_memory(error);
  while ((word = tg_text_word(&text, &length))) {
    size_t variable = tg_codebook_find_variable(codebook, word, length);
    if (variable == TG_NONE)
      return tg_codebook_unknown_variable(codebook, word, length, &place, error);
    if (codebook->variables[variable].type == TG_SELECT_MULTIPLE ||
        codebook->variables[variable].type == TG_DATE)
      return tg_sheet_fail(
          error, TRYGG_ECODEBOOK, row, field, "`%s` is a %s, which makes no strata or clusters",
          codebook->variables[variable].name, tg_survey_types[codebook->variables[variable].type]);
    if (*count == codebook->variable_count)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field, "a variable is there twice");
    (*out)[(*count)++] = variable;
  }
  return TRYGG_OK;
}

static trygg_status read_inclusion(trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                                   trygg_error *error) {
  tg_second_phase *phase = &codebook->settings.second_phase;
  const char *name = phase->inclusion_text;
  trygg_error place = tg_sheet_place(row, field);
  size_t variable = tg_codebook_find_variable(codebook, name, strlen(name));
  if (!*name)
    return TRYGG_OK;
  if (variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, strlen(name), &place, error);
  if (codebook->variables[variable].type != TG_DECIMAL && codebook->variables[variable].type != TG_INTEGER)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field, "`%s` is no number", name);
  if (phase->stratum_count)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                         "units are drawn one by one, each with its probability, or a fixed number of every "
                         "stratum; leave `phase2_inclusion` or `phase2_strata` empty");
  phase->inclusion = variable;
  return TRYGG_OK;
}

trygg_status tg_second_phase_link(trygg_codebook *codebook, const tg_sheet_row *row,
                                  const size_t fields[TG_SECOND_PHASE_FIELDS], trygg_error *error) {
  tg_second_phase *phase = &codebook->settings.second_phase;
  trygg_status status = TRYGG_OK;
  char **texts[TG_SECOND_PHASE_FIELDS];
  phase->inclusion = TG_NONE;
  tg_second_phase_list(phase, texts);
  if (!*phase->drawn_text) {
    for (size_t i = STRATA; i < TG_SECOND_PHASE_FIELDS; i++)
      if (**texts[i])
        return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, fields[i],
                             "the second phase needs `phase2`, a condition that says who was drawn for it");
    return TRYGG_OK;
  }
  TRY(read_drawn(codebook, row, fields[DRAWN], error));
  TRY(read_variables(codebook, row, fields[STRATA], phase->strata_text, &phase->strata, &phase->stratum_count,
                     error));
  TRY(read_variables(codebook, row, fields[CLUSTERS], phase->clusters_text, &phase->clusters,
                     &phase->cluster_count, error));
  TRY(read_inclusion(codebook, row, fields[INCLUSION], error));
cleanup:
  return status;
}
