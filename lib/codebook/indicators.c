/* SPDX-License-Identifier: GPL-3.0-or-later */
/* indicators.csv and indices.csv: kept as texts, since later rooms give them meaning; names are checked here. */
#include <codebook/reader.h>

#include <string.h>

#include <base/text.h>
#include <codebook/labels.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- indicators ------------------------------------------------------------------------------------ */

enum {
  IND_NAME,
  IND_TOPIC,
  IND_TYPE,
  IND_VARIABLE,
  IND_NUMERATOR,
  IND_DENOMINATOR,
  IND_WHERE,
  IND_WEIGHT,
  IND_MIN_VALID,
  IND_LOW,
  IND_HIGH,
  IND_BETTER,
  IND_SENSITIVE,
  IND_STANDARD,
  IND_FIELDS
};

static const tg_sheet_field indicator_fields[IND_FIELDS] = {
    [IND_NAME] = {"name", 1, "name of the indicator"},
    [IND_TOPIC] = {"topic", 0, "what it is about, as alcohol_drugs"},
    [IND_TYPE] =
        {"type", 1,
         "share, any, mean, total, ratio, quantile, scale, variance, deviation, correlation, alpha or expression"},
    [IND_VARIABLE] = {"variable", 0, "variable, or several with blanks between; `-name` is a reversed item"},
    [IND_NUMERATOR] = {"numerator", 0, "codes that count as the problem, as 4 5 or 1..3"},
    [IND_DENOMINATOR] = {"denominator", 0,
                         "valid, applicable, all, or kinds and codes to add; of a ratio, a variable"},
    [IND_WHERE] = {"where", 0, "restricts the base: VAR=CODE,CODE, several with blanks between"},
    [IND_WEIGHT] = {"weight", 0, "another weight variable, as for households"},
    [IND_MIN_VALID] = {"min_valid", 0, "items that must be answered, for any and scale (all)"},
    [IND_LOW] = {"low", 0, "lowest value of an item of a scale"},
    [IND_HIGH] = {"high", 0, "highest value of an item of a scale"},
    [IND_BETTER] = {"better", 0, "which values are good: low or high"},
    [IND_SENSITIVE] = {"sensitive", 0, "whether the answers are sensitive"},
    [IND_STANDARD] = {"standard", 0, "standard population: variables and CODE:PEOPLE for each of their codes, or a name from standards.csv"},
};

static trygg_status add_indicator(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  static const size_t fields[] = {IND_NAME,        IND_TOPIC,  IND_TYPE,      IND_VARIABLE,  IND_NUMERATOR,
                                  IND_DENOMINATOR, IND_WHERE,  IND_WEIGHT,    IND_MIN_VALID, IND_LOW,
                                  IND_HIGH,        IND_BETTER, IND_SENSITIVE, IND_STANDARD};
  const char *name = row->cells[IND_NAME];
  trygg_status status = tg_sheet_check_name(row, IND_NAME, name, strlen(name), error);
  if (status != TRYGG_OK)
    return status;
  size_t before = tg_codebook_find_indicator(codebook, name, strlen(name));
  if (before != TG_NONE)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, IND_NAME,
                         "indicator `%s` is there a second time (first in line "
                         "%lld)",
                         TG_SHOWN(name), (long long)codebook->indicators[before].line);
  tg_indicator_row *grown = tg_sheet_room(codebook->indicators, codebook->indicator_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->indicators = grown;
  tg_indicator_row *kept = &grown[codebook->indicator_count++];
  char **const texts[] = {&kept->name,      &kept->topic,       &kept->type,  &kept->variable,
                          &kept->numerator, &kept->denominator, &kept->where, &kept->weight,
                          &kept->min_valid, &kept->low,         &kept->high,  &kept->better,
                          &kept->sensitive, &kept->standard};
  kept->line = row->line;
  if (tg_sheet_copy_cells(row, texts, fields, COUNT(fields), error) != TRYGG_OK ||
      !(kept->file = tg_memory_string(row->file)) || tg_labels_copy(&kept->labels, &row->labels) != 0 ||
      tg_names_put(&codebook->indicator_names, kept->name, codebook->indicator_count - 1) != 0)
    return tg_error_memory(error);
  return TRYGG_OK;
}

const tg_sheet tg_indicators_sheet = {
    .name = "indicators",
    .help = "what is estimated",
    .labelled = 1,
    .fields = indicator_fields,
    .field_count = IND_FIELDS,
    .add = add_indicator,
};

/* An indicator may be called like the variable that it is made from, and then stands before it; like another it would
 * mislead. */
static trygg_status check_own_name(const trygg_codebook *codebook, const tg_sheet_row *row,
                                   trygg_error *error) {
  const char *name = row->cells[IND_NAME], *cursor = row->cells[IND_VARIABLE], *word;
  size_t length, same = tg_codebook_find_variable(codebook, name, strlen(name));
  if (same == TG_NONE)
    return TRYGG_OK;
  while ((word = tg_text_word(&cursor, &length)))
    if (tg_text_equal(word, length, name))
      return TRYGG_OK;
  return tg_sheet_fail(
      error, TRYGG_ECODEBOOK, row, IND_NAME,
      "`%s` is the name of a variable (%s:%lld) that the indicator is not made from; give it a name of "
      "its own",
      name, codebook->variables[same].file, (long long)codebook->variables[same].line);
}

/* Every word of the cell must be a variable, `-` before it or not. */
static trygg_status check_items(const trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  const char *cursor = row->cells[IND_VARIABLE], *word;
  size_t length;
  while ((word = tg_text_word(&cursor, &length))) {
    size_t minus = word[0] == '-';
    if (tg_codebook_find_variable(codebook, word + minus, length - minus) != TG_NONE)
      continue;
    trygg_error place = tg_sheet_place(row, IND_VARIABLE);
    return tg_codebook_unknown_variable(codebook, word + minus, length - minus, &place, error);
  }
  return TRYGG_OK;
}

static trygg_status check_weight(const trygg_codebook *codebook, const tg_sheet_row *row,
                                 trygg_error *error) {
  const char *name = row->cells[IND_WEIGHT];
  if (name[0] == '\0')
    return TRYGG_OK;
  size_t at = tg_codebook_find_variable(codebook, name, strlen(name));
  trygg_error place = tg_sheet_place(row, IND_WEIGHT);
  if (at == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, strlen(name), &place, error);
  if (codebook->variables[at].type != TG_INTEGER && codebook->variables[at].type != TG_DECIMAL)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, IND_WEIGHT,
                         "a weight must be integer or decimal, and `%s` is %s", name,
                         tg_survey_types[codebook->variables[at].type]);
  return TRYGG_OK;
}

static trygg_status link_indicator(const trygg_codebook *codebook, const tg_sheet_row *row,
                                   trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_conditions conditions = {0};
  trygg_error place = tg_sheet_place(row, IND_WHERE);
  TRY(check_own_name(codebook, row, error));
  TRY(check_items(codebook, row, error));
  TRY(check_weight(codebook, row, error));
  TRY(tg_conditions_parse(codebook, row->cells[IND_WHERE], &place, &conditions, error));
cleanup:
  tg_conditions_clear(&conditions);
  return status;
}

/* ---- indices ------------------------------------------------------------------------------------------ */

enum { INX_INDEX, INX_SECTION, INX_INDICATOR, INX_WEIGHT, INX_KNOTS, INX_FIELDS };

static const tg_sheet_field index_fields[INX_FIELDS] = {
    [INX_INDEX] = {"index", 1, "name of the index"},
    [INX_SECTION] = {"section", 0, "section of the index; empty: the index as a whole"},
    [INX_INDICATOR] = {"indicator", 0,
                       "indicator in that section; empty: the row is about the section itself"},
    [INX_WEIGHT] = {"weight", 0, "weight within the section, or of the section within the index (1)"},
    [INX_KNOTS] = {"knots", 0, "share:points pairs as 0:0 0.10:2 0.30:6, or ratio R, or z R S"},
};

static trygg_status add_index(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  static const size_t fields[] = {INX_INDEX, INX_SECTION, INX_INDICATOR, INX_WEIGHT, INX_KNOTS};
  double weight;
  TRY(tg_sheet_check_name(row, INX_INDEX, row->cells[INX_INDEX], strlen(row->cells[INX_INDEX]), error));
  TRY(tg_sheet_number(row, INX_WEIGHT, &weight, error));
  if (weight < 0)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, INX_WEIGHT, "the weight of an item cannot be negative");
  for (size_t i = 0; i < codebook->index_count; i++) {
    const tg_index_row *other = &codebook->indices[i];
    if (strcmp(other->index, row->cells[INX_INDEX]) == 0 &&
        strcmp(other->section, row->cells[INX_SECTION]) == 0 &&
        strcmp(other->indicator, row->cells[INX_INDICATOR]) == 0)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, INX_INDICATOR,
                           "the same index, section and indicator are in line %lld already",
                           (long long)other->line);
  }
  if (codebook->index_count >= TG_MAX_INDEX_ROWS)
    return tg_sheet_fail(error, TRYGG_ELIMIT, row, INX_INDEX, "the table may have at most %d rows",
                         (int)TG_MAX_INDEX_ROWS);
  tg_index_row *grown = tg_sheet_room(codebook->indices, codebook->index_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->indices = grown;
  tg_index_row *kept = &grown[codebook->index_count++];
  char **const texts[] = {&kept->index, &kept->section, &kept->indicator, &kept->weight, &kept->knots};
  kept->line = row->line;
  TRY(tg_sheet_copy_cells(row, texts, fields, COUNT(fields), error));
  kept->file = tg_memory_string(row->file);
  if (!kept->file || tg_labels_copy(&kept->labels, &row->labels) != 0)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_indices_sheet = {
    .name = "indices",
    .help = "indices and their sections",
    .labelled = 1,
    .fields = index_fields,
    .field_count = INX_FIELDS,
    .add = add_index,
};

trygg_status tg_indicators_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_sheet_rows *indicators = &codebook->reader->sheets[TG_INDICATORS];
  const tg_sheet_rows *indices = &codebook->reader->sheets[TG_INDICES];
  for (size_t i = 0; i < indicators->count; i++)
    TRY(link_indicator(codebook, indicators->rows[i], error));
  for (size_t i = 0; i < indices->count; i++) {
    const char *name = indices->rows[i]->cells[INX_INDICATOR];
    if (name[0] == '\0' || tg_codebook_find_indicator(codebook, name, strlen(name)) != TG_NONE)
      continue;
    trygg_error place = tg_sheet_place(indices->rows[i], INX_INDICATOR);
    return tg_codebook_unknown_indicator(codebook, name, strlen(name), &place, error);
  }
cleanup:
  return status;
}
