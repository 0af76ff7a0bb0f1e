/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measures.csv: what was done, where and since when, to be followed up. */
#include <codebook/reader.h>

#include <string.h>

#include <base/text.h>
#include <codebook/labels.h>

enum { MEASURE_NAME, MEASURE_WHERE, MEASURE_COMPARISON, MEASURE_START, MEASURE_INDICATORS, MEASURE_FIELDS };

static const tg_sheet_field fields[MEASURE_FIELDS] = {
    [MEASURE_NAME] = {"name", 1, "name of the measure"},
    [MEASURE_WHERE] = {"where", 1, "whom it reached: conditions VAR=CODE[,CODE]"},
    [MEASURE_COMPARISON] = {"comparison", 0, "whom to compare with: conditions; empty: everybody else"},
    [MEASURE_START] = {"start", 1, "the first wave after it began"},
    [MEASURE_INDICATORS] = {"indicators", 0,
                            "what it should change, with blanks between; empty: every indicator"},
};

static trygg_status add_measure(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *name = row->cells[MEASURE_NAME];
  tg_measure_row *grown;
  TRY(tg_sheet_check_name(row, MEASURE_NAME, name, strlen(name), error));
  for (size_t i = 0; i < codebook->measure_count; i++)
    if (!strcmp(codebook->measures[i].name, name))
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MEASURE_NAME, "`%s` is in line %lld already",
                           TG_SHOWN(name), (long long)codebook->measures[i].line);
  grown = tg_sheet_room(codebook->measures, codebook->measure_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->measures = grown;
  tg_measure_row *kept = &grown[codebook->measure_count++];
  *kept = (tg_measure_row){.line = row->line};
  kept->name = tg_sheet_copy(row, MEASURE_NAME);
  kept->where = tg_sheet_copy(row, MEASURE_WHERE);
  kept->comparison = tg_sheet_copy(row, MEASURE_COMPARISON);
  kept->start = tg_sheet_copy(row, MEASURE_START);
  kept->indicators = tg_sheet_copy(row, MEASURE_INDICATORS);
  kept->file = tg_memory_string(row->file);
  if (!kept->name || !kept->where || !kept->comparison || !kept->start || !kept->indicators || !kept->file ||
      tg_labels_copy(&kept->labels, &row->labels) != 0)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_measures_sheet = {
    .name = "measures",
    .help = "measures to follow up",
    .labelled = 1,
    .fields = fields,
    .field_count = MEASURE_FIELDS,
    .add = add_measure,
};

void tg_measures_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->measure_count; i++) {
    tg_measure_row *row = &codebook->measures[i];
    char *texts[] = {row->name, row->where, row->comparison, row->start, row->indicators, row->file};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
      tg_memory_free(texts[k]);
    tg_labels_clear(&row->labels);
  }
  tg_memory_free(codebook->measures);
}

static trygg_status check_conditions(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                                     trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, field);
  tg_conditions conditions = {0};
  trygg_status status = tg_conditions_parse(codebook, row->cells[field], &place, &conditions, error);
  tg_conditions_clear(&conditions);
  return status;
}

static trygg_status check_indicators(const trygg_codebook *codebook, const tg_sheet_row *row,
                                     trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, MEASURE_INDICATORS);
  const char *cursor = row->cells[MEASURE_INDICATORS];
  size_t length;
  for (const char *word; (word = tg_text_word(&cursor, &length));)
    if (tg_codebook_find_indicator(codebook, word, length) == TG_NONE)
      return tg_codebook_unknown_indicator(codebook, word, length, &place, error);
  return TRYGG_OK;
}

trygg_status tg_measures_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < codebook->measure_count; i++) {
    const tg_sheet_row *row = codebook->reader->sheets[TG_MEASURES].rows[i];
    const trygg_error place = tg_sheet_place(row, MEASURE_START);
    TRY(tg_waves_check(codebook, codebook->measures[i].start, &place, error));
    TRY(check_conditions(codebook, row, MEASURE_WHERE, error));
    TRY(check_conditions(codebook, row, MEASURE_COMPARISON, error));
    TRY(check_indicators(codebook, row, error));
  }
cleanup:
  return status;
}
