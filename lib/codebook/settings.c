/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.csv: what holds for the whole survey. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/text.h>
#include <codebook/labels.h>

enum {
  SET_TITLE,
  SET_FORM,
  SET_VERSION,
  SET_LANGUAGE,
  SET_WAVES,
  SET_WAVE,
  SET_POOL,
  SET_LONELY,
  SET_DOMAIN_LONELY,
  SET_DUPLICATES,
  SET_MIN_ANSWERED,
  SET_CLOSES,
  SET_ANSWERS,
  SET_CALIBRATE,
  SET_CALIBRATE_SPREAD,
  SET_CALIBRATE_HOUSEHOLDS,
  SET_RESPONSE,
  SET_RESPONSE_ON,
  SET_RESPONSE_LEAST,
  SET_RESPONSE_COLLAPSE,
  SET_TRIM,
  SET_TRIM_STRATA,
  SET_INCLUSION,
  SET_PHASE2,
  SET_PHASE2_STRATA,
  SET_PHASE2_CLUSTERS,
  SET_PHASE2_INCLUSION,
  SET_REPLICATE_TYPE,
  SET_REPLICATE_SCALE,
  SET_REPLICATE_RSCALES,
  SET_REPLICATE_RHO,
  SET_REPLICATE_MSE,
  SET_FIELDS
};

static const tg_sheet_field fields[SET_FIELDS] = {
    [SET_TITLE] = {"form_title", 0, "title of the survey"},
    [SET_FORM] = {"form_id", 0, "short name of the survey"},
    [SET_VERSION] = {"version", 0, "version of this folder"},
    [SET_LANGUAGE] = {"default_language", 0, "language of the columns `label`: sv or en"},
    [SET_WAVES] =
        {"waves", 0,
         "independent (each wave is a sample of its own), overlapping (of the same clusters) or panel (some persons or clusters are in several)"},
    [SET_WAVE] = {"wave", 0, "the only wave, where no column has that role"},
    [SET_POOL] = {"pool", 0, "totals of pooled waves: average, sum or equal"},
    [SET_LONELY] = {"lonely", 0, "a stratum with one cluster: fail, certainty, adjust, average or collapse"},
    [SET_DOMAIN_LONELY] = {"domain_lonely", 0,
                           "yes: adjust and average also where only a group leaves a stratum one cluster"},
    [SET_DUPLICATES] = {"duplicates", 0, "the same id twice: fail, first, last, complete or source:A,B"},
    [SET_MIN_ANSWERED] = {"min_answered", 0,
                          "questions a record must have answered: a share, or a number above 1"},
    [SET_CLOSES] = {"closes", 0, "last day that counts: 2024-12-01, or 2023=2023-12-01 2024=2024-12-01"},
    [SET_ANSWERS] = {"answers", 0, "what the data hold: codes or labels"},
    [SET_CALIBRATE] =
        {"calibrate", 0,
         "how weights come to meet margins.csv: linear, rake, logit:L,U, truncated:L,U or given"},
    [SET_CALIBRATE_SPREAD] = {"calibrate_spread", 0,
                              "a number to which the variance of what is estimated is proportional"},
    [SET_CALIBRATE_HOUSEHOLDS] = {"calibrate_households", 0,
                                  "yes: one weight for all persons of a household; empty or no: not"},
    [SET_RESPONSE] = {"response", 0,
                      "how weights make up for who did not answer: classes, propensity or quantiles:N"},
    [SET_RESPONSE_ON] = {"response_on", 0,
                         "what is known of everybody drawn: variables, with blanks between"},
    [SET_RESPONSE_LEAST] = {"response_least", 0, "how many must have answered in a class"},
    [SET_RESPONSE_COLLAPSE] = {"response_collapse", 0,
                               "yes: smaller classes are joined with a neighbour; empty or no: refused"},
    [SET_TRIM] = {"trim", 0, "bounds of the weights: weight:L,U, median:L,U or mean:L,U"},
    [SET_TRIM_STRATA] = {"trim_strata", 0, "yes: strata are trimmed each by itself; empty or no: waves are"},
    [SET_INCLUSION] =
        {"inclusion", 0,
         "how variances use the role inclusion: brewer, overton, hartley-rao, joint or poisson"},
    [SET_PHASE2] = {"phase2", 0, "who of the sample was drawn once more, and answered: VAR=CODE"},
    [SET_PHASE2_STRATA] = {"phase2_strata", 0,
                           "what they were drawn by, each by itself: variables, with blanks between"},
    [SET_PHASE2_CLUSTERS] = {"phase2_clusters", 0,
                             "what was drawn, where not records: variables, with blanks between"},
    [SET_PHASE2_INCLUSION] = {"phase2_inclusion", 0,
                              "the probability with which each was drawn by itself: a number"},
    [SET_REPLICATE_TYPE] =
        {"replicate_type", 0,
         "how replicate weights in the data were made: BRR, Fay, JK1, JKn, JK2, bootstrap, "
         "successive-difference, ACS or other"},
    [SET_REPLICATE_SCALE] = {"replicate_scale", 0,
                             "factor of their sum of squares, where the type leaves it open"},
    [SET_REPLICATE_RSCALES] = {"replicate_rscales", 0,
                               "factor of each replicate, or one for all, with blanks between"},
    [SET_REPLICATE_RHO] = {"replicate_rho", 0, "Fay's factor"},
    [SET_REPLICATE_MSE] = {"replicate_mse", 0,
                           "1: squares about the full estimate; 0: about the mean of the replicates"},
};

const char *const tg_waves_names[TG_WAVES_MODES] = {[TG_WAVES_INDEPENDENT] = "independent",
                                                    [TG_WAVES_OVERLAPPING] = "overlapping",
                                                    [TG_WAVES_PANEL] = "panel"};
static const char *const pool_names[] = {
    [TG_POOL_AVERAGE] = "average", [TG_POOL_SUM] = "sum", [TG_POOL_EQUAL] = "equal"};
static const char *const duplicates_names[] = {[TG_DUPLICATES_FAIL] = "fail",
                                               [TG_DUPLICATES_FIRST] = "first",
                                               [TG_DUPLICATES_LAST] = "last",
                                               [TG_DUPLICATES_COMPLETE] = "complete",
                                               [TG_DUPLICATES_SOURCE] = "source:A,B"};
static const char *const no_yes[] = {"no", "yes"};
static const char *const answers_names[] = {"codes", "labels"};
static const char *const yes_names[] = {"no", "yes"};
const char *const tg_lonely_names[TG_LONELY_MODES] = {[TG_LONELY_FAIL] = "fail",
                                                      [TG_LONELY_CERTAINTY] = "certainty",
                                                      [TG_LONELY_ADJUST] = "adjust",
                                                      [TG_LONELY_AVERAGE] = "average",
                                                      [TG_LONELY_COLLAPSE] = "collapse"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The chosen word, 0 (the first) where the cell is empty. */
static trygg_status choose(const tg_sheet_row *row, size_t field, const char *const *names, size_t count,
                           int *out, trygg_error *error) {
  *out = 0;
  return row->cells[field][0] ? tg_sheet_choose(row, field, names, count, out, error) : TRYGG_OK;
}

/* source:A,B -- the sources from the most trusted on. */
static trygg_status read_sources(tg_settings *settings, const tg_sheet_row *row, const char *list,
                                 trygg_error *error) {
  settings->duplicates = TG_DUPLICATES_SOURCE;
  for (const char *begin = list;;) {
    const char *comma = strchr(begin, ',');
    size_t length = comma ? (size_t)(comma - begin) : strlen(begin);
    const char *source = tg_text_trim(begin, &length);
    if (length == 0)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SET_DUPLICATES,
                           "`%s` names no source; write it as source:web,paper",
                           TG_SHOWN(row->cells[SET_DUPLICATES]));
    char **grown =
        tg_sheet_room(settings->duplicate_sources, settings->duplicate_source_count, sizeof *grown);
    if (!grown)
      return tg_error_memory(error);
    settings->duplicate_sources = grown;
    if (!(grown[settings->duplicate_source_count] = tg_memory_text(source, length)))
      return tg_error_memory(error);
    settings->duplicate_source_count++;
    if (!comma)
      return TRYGG_OK;
    begin = comma + 1;
  }
}

static trygg_status read_duplicates(tg_settings *settings, const tg_sheet_row *row, trygg_error *error) {
  int chosen;
  const char *cell = row->cells[SET_DUPLICATES];
  if (strncmp(cell, "source:", 7) == 0)
    return read_sources(settings, row, cell + 7, error);
  trygg_status status =
      choose(row, SET_DUPLICATES, duplicates_names, COUNT(duplicates_names), &chosen, error);
  if (status == TRYGG_OK)
    settings->duplicates = (tg_duplicates)chosen;
  return status;
}

/* One closing day: DATE or WAVE=DATE. */
static trygg_status add_closing(tg_settings *settings, const tg_sheet_row *row, const char *word,
                                size_t length, trygg_error *error) {
  const char *equals = memchr(word, '=', length);
  size_t wave_length = equals ? (size_t)(equals - word) : 0;
  const char *date = equals ? equals + 1 : word;
  double day;
  if (equals == word || tg_codebook_parse_date(date, length - (size_t)(date - word), &day) != 0)
    return tg_sheet_fail(error, TRYGG_EPARSE, row, SET_CLOSES,
                         "`%s` is no closing day; write 2024-12-01, or WAVE=2024-12-01",
                         tg_sheet_show(word, length).text);
  for (size_t i = 0; i < settings->closing_count; i++)
    if (tg_text_equal(word, wave_length, settings->closes[i].wave))
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SET_CLOSES, "wave `%s` has two closing days",
                           tg_sheet_show(word, wave_length).text);
  tg_closing *grown = tg_sheet_room(settings->closes, settings->closing_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  settings->closes = grown;
  tg_closing *closing = &grown[settings->closing_count];
  if (!(closing->wave = tg_memory_text(word, wave_length)))
    return tg_error_memory(error);
  closing->date = day;
  settings->closing_count++;
  return TRYGG_OK;
}

/* Cells that are kept as they are. */
static const size_t text_cells[] = {SET_TITLE,     SET_FORM,      SET_VERSION,          SET_LANGUAGE,
                                    SET_WAVE,      SET_CALIBRATE, SET_CALIBRATE_SPREAD, SET_TRIM,
                                    SET_INCLUSION, SET_RESPONSE,  SET_RESPONSE_ON};
static const size_t phase_cells[TG_SECOND_PHASE_FIELDS] = {SET_PHASE2, SET_PHASE2_STRATA, SET_PHASE2_CLUSTERS,
                                                           SET_PHASE2_INCLUSION};

static void list_texts(tg_settings *settings, char **texts[COUNT(text_cells)]) {
  char **const all[] = {
      &settings->title,     &settings->form_id,   &settings->version,          &settings->default_language,
      &settings->wave,      &settings->calibrate, &settings->calibrate_spread, &settings->trim,
      &settings->inclusion, &settings->response,  &settings->response_on};
  memcpy(texts, all, sizeof all);
}

static trygg_status copy_texts(tg_settings *settings, const tg_sheet_row *row, trygg_error *error) {
  char **texts[COUNT(text_cells)], **phase[COUNT(phase_cells)];
  trygg_status status = TRYGG_OK;
  list_texts(settings, texts);
  tg_second_phase_list(&settings->second_phase, phase);
  TRY(tg_sheet_copy_cells(row, texts, text_cells, COUNT(text_cells), error));
  TRY(tg_sheet_copy_cells(row, phase, phase_cells, COUNT(phase_cells), error));
cleanup:
  return status;
}

static trygg_status add_settings(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_settings *settings = &codebook->settings;
  static const size_t replicate_fields[TG_REPLICATE_FIELDS] = {
      SET_REPLICATE_TYPE, SET_REPLICATE_SCALE, SET_REPLICATE_RSCALES, SET_REPLICATE_RHO, SET_REPLICATE_MSE};
  int waves, pool, lonely;
  const char *cursor = row->cells[SET_CLOSES], *word;
  size_t length;
  if (settings->title)
    return tg_error_at(error, TRYGG_ECODEBOOK, row->file, row->line, 0, NULL,
                       "the table has a second row; settings are one row");
  TRY(copy_texts(settings, row, error));
  TRY(choose(row, SET_WAVES, tg_waves_names, TG_WAVES_MODES, &waves, error));
  TRY(choose(row, SET_POOL, pool_names, COUNT(pool_names), &pool, error));
  TRY(choose(row, SET_LONELY, tg_lonely_names, TG_LONELY_MODES, &lonely, error));
  TRY(choose(row, SET_DOMAIN_LONELY, no_yes, COUNT(no_yes), &settings->domain_lonely, error));
  TRY(choose(row, SET_ANSWERS, answers_names, COUNT(answers_names), &settings->answers_are_labels, error));
  TRY(choose(row, SET_CALIBRATE_HOUSEHOLDS, yes_names, COUNT(yes_names), &settings->calibrate_households,
             error));
  TRY(choose(row, SET_RESPONSE_COLLAPSE, yes_names, COUNT(yes_names), &settings->response_collapse, error));
  TRY(tg_sheet_number(row, SET_RESPONSE_LEAST, &settings->response_least, error));
  TRY(choose(row, SET_TRIM_STRATA, yes_names, COUNT(yes_names), &settings->trim_strata, error));
  TRY(read_duplicates(settings, row, error));
  TRY(tg_replicates_read(&settings->replicates, row, replicate_fields, error));
  TRY(tg_sheet_number(row, SET_MIN_ANSWERED, &settings->min_answered, error));
  settings->waves = (tg_waves_mode)waves;
  settings->pool = (tg_pool_mode)pool;
  settings->lonely = (tg_lonely)lonely;
  if (settings->min_answered < 0)
    status =
        tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SET_MIN_ANSWERED, "`min_answered` cannot be negative");
  if (isnan(settings->response_least))
    settings->response_least = 0;
  if (isnan(settings->min_answered))
    settings->min_answered = 0;
  while (status == TRYGG_OK && (word = tg_text_word(&cursor, &length)))
    TRY(add_closing(settings, row, word, length, error));
cleanup:
  return status;
}

const tg_sheet tg_settings_sheet = {
    .name = "settings",
    .help = "what holds for the whole survey, in one row",
    .required = 1,
    .fields = fields,
    .field_count = SET_FIELDS,
    .add = add_settings,
};

/* ---- with the other tables ---------------------------------------------------------------------- */

static trygg_status check_sources(const trygg_codebook *codebook, const tg_sheet_row *row,
                                  trygg_error *error) {
  const tg_settings *settings = &codebook->settings;
  size_t source = tg_codebook_find_role(codebook, TG_ROLE_SOURCE, 1, 0);
  if (settings->duplicates == TG_DUPLICATES_SOURCE && source == TG_NONE)
    return tg_sheet_fail(
        error, TRYGG_ECODEBOOK, row, SET_DUPLICATES,
        "`duplicates` goes by source and no variable has the role `source`; give one in survey.csv");
  for (size_t i = 0; i < settings->duplicate_source_count; i++) {
    trygg_error place = tg_sheet_place(row, SET_DUPLICATES);
    const char *name = settings->duplicate_sources[i];
    trygg_status status = tg_codes_check(codebook, source, name, strlen(name), &place, error);
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

static trygg_status check_waves(const trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_settings *settings = &codebook->settings;
  size_t wave = tg_codebook_find_role(codebook, TG_ROLE_WAVE, 1, 0);
  trygg_error place = tg_sheet_place(row, SET_CLOSES);
  if (settings->wave[0] && wave != TG_NONE)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SET_WAVE,
                         "`%s` of survey.csv has the role `wave`, so that `wave` here must stay empty",
                         codebook->variables[wave].name);
  if (settings->waves == TG_WAVES_PANEL && tg_codebook_find_role(codebook, TG_ROLE_ID, 1, 0) == TG_NONE &&
      tg_codebook_find_role(codebook, TG_ROLE_CLUSTER, 1, 0) == TG_NONE)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SET_WAVES,
                         "a panel knows persons by their id and clusters by their code; give a variable of "
                         "survey.csv the role `id` or `cluster`");
  if (settings->closing_count && tg_codebook_find_role(codebook, TG_ROLE_DATE, 1, 0) == TG_NONE)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SET_CLOSES,
                         "`closes` needs a variable with the role `date`, and survey.csv has none");
  for (size_t i = 0; i < settings->closing_count; i++)
    if (settings->closes[i].wave[0])
      TRY(tg_waves_check(codebook, settings->closes[i].wave, &place, error));
  place = tg_sheet_place(row, SET_WAVE);
  if (settings->wave[0])
    TRY(tg_waves_check(codebook, settings->wave, &place, error));
cleanup:
  return status;
}

/* Labels of `label::sv` serve as the default where default_language is sv and no `label` is given. */
static int fill_default_labels(trygg_codebook *codebook, tg_language language) {
  int failed = 0;
  for (size_t i = 0; i < codebook->variable_count; i++) {
    tg_variable *variable = &codebook->variables[i];
    failed |= tg_labels_default(&variable->labels, language);
    for (size_t code = 0; code < variable->code_count; code++)
      failed |= tg_labels_default(&variable->codes[code].labels, language);
  }
  for (size_t i = 0; i < codebook->indicator_count; i++)
    failed |= tg_labels_default(&codebook->indicators[i].labels, language);
  for (size_t i = 0; i < codebook->index_count; i++)
    failed |= tg_labels_default(&codebook->indices[i].labels, language);
  for (size_t i = 0; i < codebook->wave_count; i++)
    failed |= tg_labels_default(&codebook->waves[i].labels, language);
  for (size_t i = 0; i < codebook->measure_count; i++)
    failed |= tg_labels_default(&codebook->measures[i].labels, language);
  return failed;
}

static trygg_status link_language(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  const char *name = codebook->settings.default_language;
  tg_language language = TG_DEFAULT_LANGUAGE;
  if (name[0] && tg_labels_language(name, strlen(name), &language) != 0)
    return tg_reader_warn(codebook, row->file, row->line,
                          "`default_language` is neither sv nor en and has no effect", error);
  if (language != TG_DEFAULT_LANGUAGE && fill_default_labels(codebook, language) != 0)
    return tg_error_memory(error);
  return TRYGG_OK;
}

/* "form_id version", from what is given. */
static trygg_status make_title(trygg_codebook *codebook, trygg_error *error) {
  const tg_settings *settings = &codebook->settings;
  tg_text title = {0};
  tg_text_put(&title, settings->form_id[0] ? settings->form_id : settings->title);
  if (settings->version[0]) {
    tg_text_put(&title, title.length ? " " : "");
    tg_text_put(&title, settings->version);
  }
  if (title.failed) {
    tg_text_free(&title);
    return tg_error_memory(error);
  }
  codebook->title = title.bytes;
  return TRYGG_OK;
}

trygg_status tg_settings_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_settings *settings = &codebook->settings;
  const tg_sheet_rows *rows = &codebook->reader->sheets[TG_SETTINGS];
  if (rows->count == 0) {
    char **texts[COUNT(text_cells)], **phase[COUNT(phase_cells)];
    list_texts(settings, texts);
    tg_second_phase_list(&settings->second_phase, phase);
    for (size_t i = 0; i < COUNT(texts); i++)
      if (!(*texts[i] = tg_memory_string("")))
        return tg_error_memory(error);
    for (size_t i = 0; i < COUNT(phase); i++)
      if (!(*phase[i] = tg_memory_string("")))
        return tg_error_memory(error);
  } else {
    TRY(tg_second_phase_link(codebook, rows->rows[0], phase_cells, error));
    TRY(check_sources(codebook, rows->rows[0], error));
    TRY(check_waves(codebook, rows->rows[0], error));
    TRY(link_language(codebook, rows->rows[0], error));
  }
  TRY(make_title(codebook, error));
cleanup:
  return status;
}
