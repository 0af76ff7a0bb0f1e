/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measures.csv: what was done, where and since when, to be followed up.  Rows of one name are one measure with several
 * comparisons. */
#include <codebook/reader.h>

#include <string.h>

#include <base/text.h>
#include <codebook/labels.h>

#define REST "rest"

enum {
  MEASURE_NAME,
  MEASURE_WHERE,
  MEASURE_COMPARISON,
  MEASURE_COMPARISON_NAME,
  MEASURE_START,
  MEASURE_INDICATORS,
  MEASURE_FIELDS
};

static const tg_sheet_field fields[MEASURE_FIELDS] = {
    [MEASURE_NAME] = {"name", 1, "name of the measure; several rows of it have a comparison each"},
    [MEASURE_WHERE] = {"where", 1, "whom it reached: conditions VAR=CODE[,CODE]"},
    [MEASURE_COMPARISON] = {"comparison", 0, "whom to compare with: conditions; empty: everybody else"},
    [MEASURE_COMPARISON_NAME] = {"comparison_name", 0,
                                 "what the comparison is called, as near, distant; empty: its conditions"},
    [MEASURE_START] = {"start", 1, "the first wave after it began"},
    [MEASURE_INDICATORS] = {"indicators", 0,
                            "what it should change, with blanks between; empty: every indicator"},
};

/* ---- reading ------------------------------------------------------------------------------------------- */

static trygg_status start_measure(trygg_codebook *codebook, const tg_sheet_row *row, tg_measure_row **out,
                                  trygg_error *error) {
  tg_measure_row *kept, *grown = tg_sheet_room(codebook->measures, codebook->measure_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->measures = grown;
  kept = *out = &grown[codebook->measure_count++];
  kept->line = row->line;
  kept->name = tg_sheet_copy(row, MEASURE_NAME);
  kept->where = tg_sheet_copy(row, MEASURE_WHERE);
  kept->start = tg_sheet_copy(row, MEASURE_START);
  kept->indicators = tg_sheet_copy(row, MEASURE_INDICATORS);
  kept->file = tg_memory_string(row->file);
  if (!kept->name || !kept->where || !kept->start || !kept->indicators || !kept->file ||
      tg_labels_copy(&kept->labels, &row->labels) != 0)
    return tg_error_memory(error);
  return TRYGG_OK;
}

/* A measure is one thing: what its rows say of it but for the comparison has to agree. */
static trygg_status check_same(const tg_measure_row *measure, const tg_sheet_row *row, trygg_error *error) {
  static const size_t same[] = {MEASURE_WHERE, MEASURE_START, MEASURE_INDICATORS};
  const char *said[] = {measure->where, measure->start, measure->indicators};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    if (strcmp(said[i], row->cells[same[i]]) != 0)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, same[i],
                           "`%s` has another `%s` in line %lld; the rows of a measure differ in their "
                           "comparison alone",
                           TG_SHOWN(measure->name), fields[same[i]].name, (long long)measure->line);
  return TRYGG_OK;
}

static trygg_status add_comparison(tg_measure_row *measure, const tg_sheet_row *row, trygg_error *error) {
  const char *conditions = row->cells[MEASURE_COMPARISON], *name = row->cells[MEASURE_COMPARISON_NAME];
  tg_measure_comparison *kept, *grown;
  if (!*name)
    name = *conditions ? conditions : REST;
  for (size_t i = 0; i < measure->comparison_count; i++)
    if (!strcmp(measure->comparisons[i].name, name))
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row,
                           row->positions[MEASURE_COMPARISON_NAME] ? MEASURE_COMPARISON_NAME : MEASURE_NAME,
                           "`%s` is compared with `%s` in line %lld already", TG_SHOWN(measure->name),
                           TG_SHOWN(name), (long long)measure->comparisons[i].line);
  grown = tg_sheet_room(measure->comparisons, measure->comparison_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  measure->comparisons = grown;
  kept = &grown[measure->comparison_count++];
  kept->line = row->line;
  kept->name = tg_memory_string(name);
  kept->conditions = tg_memory_string(conditions);
  return kept->name && kept->conditions ? TRYGG_OK : tg_error_memory(error);
}

static trygg_status add_measure(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  const char *name = row->cells[MEASURE_NAME];
  size_t i = tg_codebook_find_measure(codebook, name);
  tg_measure_row *measure = i == TG_NONE ? NULL : &codebook->measures[i];
  trygg_status status = TRYGG_OK;
  TRY(tg_sheet_check_name(row, MEASURE_NAME, name, strlen(name), error));
  if (measure)
    TRY(check_same(measure, row, error));
  else
    TRY(start_measure(codebook, row, &measure, error));
  TRY(add_comparison(measure, row, error));
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

size_t tg_codebook_find_measure(const trygg_codebook *codebook, const char *name) {
  for (size_t i = 0; i < codebook->measure_count; i++)
    if (strcmp(codebook->measures[i].name, name) == 0)
      return i;
  return TG_NONE;
}

void tg_measures_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->measure_count; i++) {
    tg_measure_row *row = &codebook->measures[i];
    char *texts[] = {row->name, row->where, row->start, row->indicators, row->file};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
      tg_memory_free(texts[k]);
    for (size_t k = 0; k < row->comparison_count; k++) {
      tg_memory_free(row->comparisons[k].name);
      tg_memory_free(row->comparisons[k].conditions);
    }
    tg_memory_free(row->comparisons);
    tg_labels_clear(&row->labels);
  }
  tg_memory_free(codebook->measures);
}

/* ---- what the rows say of other tables ----------------------------------------------------------------- */

static int share_codes(const trygg_codebook *codebook, const tg_code_set *a, const tg_code_set *b) {
  const tg_variable *variable = &codebook->variables[a->variable];
  for (size_t i = 0; a->codes && b->codes && i < variable->code_count; i++)
    if (a->codes[i] && b->codes[i])
      return 1;
  for (size_t i = 0; i < a->text_count; i++)
    if (tg_code_set_has(b, variable, a->texts[i]))
      return 1;
  for (size_t i = 0; i < a->interval_count; i++)
    for (size_t k = 0; k < b->interval_count; k++)
      if (a->intervals[i][0] <= b->intervals[k][1] && b->intervals[k][0] <= a->intervals[i][1])
        return 1;
  return 0;
}

static const tg_code_set *find_set(const tg_conditions *list, size_t variable) {
  for (size_t i = 0; i < list->count; i++)
    if (list->sets[i].variable == variable)
      return &list->sets[i];
  return NULL;
}

/* A comparison that has codes of every variable in `where`, the same ones among them, cannot be meant.  One that leaves a
 * variable out (the whole county, the same sex in all of it) is without those whom the measure reached. */
static trygg_status check_apart(const trygg_codebook *codebook, const tg_conditions *where,
                                const tg_conditions *comparison, const tg_sheet_row *row,
                                trygg_error *error) {
  for (size_t i = 0; i < where->count; i++) {
    const tg_code_set *set = find_set(comparison, where->sets[i].variable);
    if (!set || !share_codes(codebook, &where->sets[i], set))
      return TRYGG_OK;
  }
  return tg_sheet_fail(
      error, TRYGG_ECODEBOOK, row, MEASURE_COMPARISON,
      "some codes of `%s` are both in `where` and here; compare with those whom the measure did "
      "not reach",
      codebook->variables[where->sets->variable].name);
}

static trygg_status check_conditions(const trygg_codebook *codebook, const tg_sheet_row *row,
                                     trygg_error *error) {
  const trygg_error of_where = tg_sheet_place(row, MEASURE_WHERE),
                    of_comparison = tg_sheet_place(row, MEASURE_COMPARISON);
  tg_conditions where = {0}, comparison = {0};
  trygg_status status = TRYGG_OK;
  TRY(tg_conditions_parse(codebook, row->cells[MEASURE_WHERE], &of_where, &where, error));
  TRY(tg_conditions_parse(codebook, row->cells[MEASURE_COMPARISON], &of_comparison, &comparison, error));
  TRY(check_apart(codebook, &where, &comparison, row, error));
cleanup:
  tg_conditions_clear(&where);
  tg_conditions_clear(&comparison);
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
  const tg_sheet_rows *sheet = &codebook->reader->sheets[TG_MEASURES];
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < sheet->count; i++) {
    const tg_sheet_row *row = sheet->rows[i];
    const trygg_error place = tg_sheet_place(row, MEASURE_START);
    TRY(tg_waves_check(codebook, row->cells[MEASURE_START], &place, error));
    TRY(check_conditions(codebook, row, error));
    TRY(check_indicators(codebook, row, error));
  }
cleanup:
  return status;
}
