/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waves.csv, breaks.csv and strata.csv: what is known of waves beside the answers. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/text.h>
#include <codebook/labels.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- waves ------------------------------------------------------------------------------------------ */

enum { WAVE_WAVE, WAVE_TIME, WAVE_FIELDS };

static const tg_sheet_field wave_fields[WAVE_FIELDS] = {
    [WAVE_WAVE] = {"wave", 1, "code of the wave in the data"},
    [WAVE_TIME] = {"time", 1, "when it was, in years: 2024 or 2024.75"},
};

static trygg_status add_wave(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double time;
  TRY(tg_sheet_number(row, WAVE_TIME, &time, error));
  for (size_t i = 0; i < codebook->wave_count; i++)
    if (strcmp(codebook->waves[i].wave, row->cells[WAVE_WAVE]) == 0)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, WAVE_WAVE, "wave `%s` is there a second time",
                           TG_SHOWN(row->cells[WAVE_WAVE]));
  if (codebook->wave_count >= TG_MAX_WAVES)
    return tg_sheet_fail(error, TRYGG_ELIMIT, row, WAVE_WAVE, "a survey may have at most %d waves",
                         (int)TG_MAX_WAVES);
  tg_wave_row *grown = tg_sheet_room(codebook->waves, codebook->wave_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->waves = grown;
  tg_wave_row *kept = &grown[codebook->wave_count++];
  kept->time = time;
  kept->wave = tg_sheet_copy(row, WAVE_WAVE);
  if (!kept->wave || tg_labels_copy(&kept->labels, &row->labels) != 0)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_waves_sheet = {
    .name = "waves",
    .help = "the waves and when they were",
    .labelled = 1,
    .fields = wave_fields,
    .field_count = WAVE_FIELDS,
    .add = add_wave,
};

static const char *wave_name_at(const void *context, size_t i) {
  return ((const trygg_codebook *)context)->waves[i].wave;
}

trygg_status tg_waves_check(const trygg_codebook *codebook, const char *wave, const trygg_error *place,
                            trygg_error *error) {
  size_t variable = tg_codebook_find_role(codebook, TG_ROLE_WAVE, 1, 0);
  for (size_t i = 0; i < codebook->wave_count; i++)
    if (strcmp(codebook->waves[i].wave, wave) == 0)
      return TRYGG_OK;
  if (codebook->wave_count)
    return tg_error_at(error, TRYGG_ENAME, place->file, place->line, (size_t)place->column, place->field,
                       "no wave of waves.csv is called `%s`%s", TG_SHOWN(wave),
                       TG_SUGGESTED(tg_text_nearest(wave, codebook->wave_count, wave_name_at, codebook)));
  return variable == TG_NONE ? TRYGG_OK
                             : tg_codes_check(codebook, variable, wave, strlen(wave), place, error);
}

/* ---- breaks ------------------------------------------------------------------------------------------ */

enum { BREAK_WAVE, BREAK_INDICATOR, BREAK_KIND, BREAK_PARALLEL, BREAK_SCALE, BREAK_NOTE, BREAK_FIELDS };

static const tg_sheet_field break_fields[BREAK_FIELDS] = {
    [BREAK_WAVE] = {"wave", 1, "first wave of the new series"},
    [BREAK_INDICATOR] = {"indicator", 0, "the indicator that breaks; empty: all"},
    [BREAK_KIND] = {"kind", 0, "break, or bridge where both methods were in use in that wave"},
    [BREAK_PARALLEL] = {"parallel", 0, "VAR=CODE of the wave's records of the old method; of a bridge"},
    [BREAK_SCALE] = {"scale", 0, "difference, ratio or odds: how a bridge moves earlier waves"},
    [BREAK_NOTE] = {"note", 0, "why, for readers"},
};

static trygg_status check_kind(const tg_sheet_row *row, trygg_error *error) {
  static const char *const kinds[] = {"break", "bridge"}, *const scales[] = {"difference", "ratio", "odds"};
  trygg_status status = TRYGG_OK;
  int is_bridge = 0, scale;
  if (row->cells[BREAK_KIND][0])
    TRY(tg_sheet_choose(row, BREAK_KIND, kinds, COUNT(kinds), &is_bridge, error));
  if (row->cells[BREAK_SCALE][0])
    TRY(tg_sheet_choose(row, BREAK_SCALE, scales, COUNT(scales), &scale, error));
  if (is_bridge && !row->cells[BREAK_PARALLEL][0])
    return tg_sheet_fail(
        error, TRYGG_ECODEBOOK, row, BREAK_PARALLEL,
        "a bridge needs the records of this wave that were asked by the old method; mark them "
        "as VAR=CODE");
  for (size_t field = BREAK_PARALLEL; field <= BREAK_SCALE && !is_bridge; field++)
    if (row->cells[field][0])
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                           "`%s` belongs to a bridge; leave it empty for a break", break_fields[field].name);
cleanup:
  return status;
}

static trygg_status add_break(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(check_kind(row, error));
  tg_break_row *grown = tg_sheet_room(codebook->breaks, codebook->break_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->breaks = grown;
  tg_break_row *kept = &grown[codebook->break_count++];
  kept->indicator = TG_NONE;
  kept->line = row->line;
  kept->wave = tg_sheet_copy(row, BREAK_WAVE);
  kept->scale = tg_sheet_copy(row, BREAK_SCALE);
  kept->note = tg_sheet_copy(row, BREAK_NOTE);
  kept->file = tg_memory_string(row->file);
  if (!kept->wave || !kept->scale || !kept->note || !kept->file)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_breaks_sheet = {
    .name = "breaks",
    .help = "where a series is not comparable with what came before",
    .fields = break_fields,
    .field_count = BREAK_FIELDS,
    .add = add_break,
};

static trygg_status link_break(trygg_codebook *codebook, size_t i, trygg_error *error) {
  tg_break_row *kept = &codebook->breaks[i];
  const tg_sheet_row *row = codebook->reader->sheets[TG_BREAKS].rows[i];
  const char *indicator = row->cells[BREAK_INDICATOR];
  trygg_error place = tg_sheet_place(row, BREAK_PARALLEL);
  trygg_status status =
      tg_conditions_parse(codebook, row->cells[BREAK_PARALLEL], &place, &kept->parallel, error);
  if (status != TRYGG_OK)
    return status;
  place = tg_sheet_place(row, BREAK_INDICATOR);
  if (indicator[0]) {
    kept->indicator = tg_codebook_find_indicator(codebook, indicator, strlen(indicator));
    if (kept->indicator == TG_NONE)
      return tg_codebook_unknown_indicator(codebook, indicator, strlen(indicator), &place, error);
  }
  place = tg_sheet_place(row, BREAK_WAVE);
  return tg_waves_check(codebook, kept->wave, &place, error);
}

int tg_codebook_break_is_of(const trygg_codebook *codebook, const tg_break_row *row,
                            const tg_indicator_row *indicator) {
  return row->indicator == TG_NONE || &codebook->indicators[row->indicator] == indicator;
}

const tg_break_row *tg_codebook_break(const trygg_codebook *codebook, const tg_indicator_row *indicator,
                                      double after, double until) {
  const tg_break_row *bridge = NULL;
  for (size_t b = 0; b < codebook->break_count; b++) {
    const tg_break_row *row = &codebook->breaks[b];
    double time = tg_codebook_wave_time(codebook, row->wave);
    if (!tg_codebook_break_is_of(codebook, row, indicator) || !(after < time && time <= until))
      continue;
    if (!row->parallel.count)
      return row;
    bridge = row;
  }
  return bridge;
}

/* ---- strata ------------------------------------------------------------------------------------------ */

enum { STRATUM_WAVE, STRATUM_STRATUM, STRATUM_POPULATION, STRATUM_SAMPLE, STRATUM_COLLAPSE, STRATUM_FIELDS };

static const tg_sheet_field strata_fields[STRATUM_FIELDS] = {
    [STRATUM_WAVE] = {"wave", 0, "the wave; empty: every wave"},
    [STRATUM_STRATUM] = {"stratum", 1,
                         "code of the stratum; several stratum variables: their codes with blanks between"},
    [STRATUM_POPULATION] = {"population", 0, "units in the population, for the finite population correction"},
    [STRATUM_SAMPLE] = {"sample", 0, "units drawn"},
    [STRATUM_COLLAPSE] =
        {"collapse", 0,
         "a number, with a word before it a block: a lonely stratum is joined with the nearest"},
};

static trygg_status check_sizes(const tg_sheet_row *row, double population, double sample,
                                trygg_error *error) {
  if (population < 1)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, STRATUM_POPULATION,
                         "a stratum of the population has at least one unit");
  if (sample < 0)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, STRATUM_SAMPLE, "a sample cannot be negative");
  if (sample > population)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, STRATUM_SAMPLE,
                         "the sample is larger than the population of the stratum");
  return TRYGG_OK;
}

static trygg_status add_stratum(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  static const size_t fields[] = {STRATUM_WAVE, STRATUM_STRATUM, STRATUM_COLLAPSE};
  double population, sample;
  TRY(tg_sheet_number(row, STRATUM_POPULATION, &population, error));
  TRY(tg_sheet_number(row, STRATUM_SAMPLE, &sample, error));
  TRY(check_sizes(row, population, sample, error));
  tg_strata_row *grown = tg_sheet_room(codebook->strata, codebook->strata_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->strata = grown;
  tg_strata_row *kept = &grown[codebook->strata_count++];
  char **const texts[] = {&kept->wave, &kept->stratum, &kept->collapse};
  kept->population = population;
  kept->sample = sample;
  kept->line = row->line;
  TRY(tg_sheet_copy_cells(row, texts, fields, COUNT(fields), error));
  if (!(kept->file = tg_memory_string(row->file)))
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_strata_sheet = {
    .name = "strata",
    .help = "sizes of the strata",
    .fields = strata_fields,
    .field_count = STRATUM_FIELDS,
    .add = add_stratum,
};

/* Several hundred areas times many waves: the pair is looked up, not searched. */
static trygg_status check_strata(const trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_names seen = {0};
  if (codebook->strata_count && tg_codebook_find_role(codebook, TG_ROLE_STRATUM, 1, 0) == TG_NONE)
    return tg_sheet_fail(
        error, TRYGG_ECODEBOOK, codebook->reader->sheets[TG_STRATA].rows[0], STRATUM_STRATUM,
        "no variable of survey.csv has the role `stratum`, so that this table belongs to nothing");
  char **keys = tg_memory_new(codebook->strata_count, sizeof *keys);
  if (!keys)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->strata_count; i++) {
    const tg_sheet_row *row = codebook->reader->sheets[TG_STRATA].rows[i];
    const tg_strata_row *kept = &codebook->strata[i];
    tg_text key = {0};
    tg_text_put(&key, kept->wave);
    tg_text_putc(&key, '\n');
    tg_text_put(&key, kept->stratum);
    keys[i] = key.bytes;
    if (key.failed) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    size_t before = tg_names_find(&seen, keys[i], key.length);
    if (before != SIZE_MAX) {
      status = tg_sheet_fail(error, TRYGG_ECODEBOOK, row, STRATUM_STRATUM,
                             "stratum `%s` of this wave is in line %lld already", TG_SHOWN(kept->stratum),
                             (long long)codebook->strata[before].line);
      goto cleanup;
    }
    trygg_error place = tg_sheet_place(row, STRATUM_WAVE);
    if (kept->wave[0])
      TRY(tg_waves_check(codebook, kept->wave, &place, error));
    if (tg_names_put(&seen, keys[i], i) != 0) {
      status = tg_error_memory(error);
      goto cleanup;
    }
  }
cleanup:
  tg_names_clear(&seen);
  for (size_t i = 0; i < codebook->strata_count; i++)
    tg_memory_free(keys[i]);
  tg_memory_free(keys);
  return status;
}

int tg_codebook_has_populations(const trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->strata_count; i++)
    if (codebook->strata[i].population > 0)
      return 1;
  return 0;
}

trygg_status tg_waves_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t variable = tg_codebook_find_role(codebook, TG_ROLE_WAVE, 1, 0);
  for (size_t i = 0; i < codebook->wave_count && variable != TG_NONE; i++) {
    trygg_error place = tg_sheet_place(codebook->reader->sheets[TG_WAVES].rows[i], WAVE_WAVE);
    TRY(tg_codes_check(codebook, variable, codebook->waves[i].wave, strlen(codebook->waves[i].wave), &place,
                       error));
  }
  for (size_t i = 0; i < codebook->break_count; i++)
    TRY(link_break(codebook, i, error));
  TRY(check_strata(codebook, error));
cleanup:
  return status;
}
