/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of a column: its missing kind, its number, whether it is in a set. */
#include <responses/responses.h>

#include <math.h>
#include <string.h>

#include <base/number.h>

/* The kind that a stored code above all codes stands for. */
static tg_missing kind_of(size_t kind) {
  return kind > TG_VALID && kind < TG_MISSING_KINDS ? (tg_missing)kind : TG_UNKNOWN_CODE;
}

static tg_missing code_missing(const tg_variable *variable, size_t code, size_t most) {
  return code < variable->code_count ? variable->codes[code].missing : kind_of(most - code);
}

tg_missing tg_column_missing(const tg_column *column, size_t record) {
  if (!column->present)
    return TG_NOT_ASKED;
  switch (column->kind) {
  case TG_COLUMN_CODE8:
    return code_missing(column->variable, column->values.code8[record], 255);
  case TG_COLUMN_CODE16:
    return code_missing(column->variable, column->values.code16[record], 65535);
  case TG_COLUMN_MASK: {
    uint64_t mask = column->values.mask[record];
    return mask & TG_MASK_MISSING ? kind_of((size_t)(mask & 0xFF)) : TG_VALID;
  }
  case TG_COLUMN_NUMBER:
    return tg_missing_of(tg_column_stored_number(column, record));
  case TG_COLUMN_TEXT:
    return (tg_missing)column->dictionary.missing[tg_column_stored_text(column, record)];
  }
  return TG_NOT_ASKED;
}

static double code_number(const tg_code *code) {
  if (code->missing != TG_VALID)
    return tg_missing_number(code->missing);
  double number = isnan(code->score) ? code->number : code->score;
  return isnan(number) ? tg_missing_number(TG_UNKNOWN_CODE)
                       : number; /* a code that is a word has no number */
}

double tg_column_number(const tg_column *column, size_t record) {
  tg_missing missing = tg_column_missing(column, record);
  double number;
  if (missing != TG_VALID)
    return tg_missing_number(missing);
  switch (column->kind) {
  case TG_COLUMN_NUMBER:
    return tg_column_stored_number(column, record);
  case TG_COLUMN_CODE8:
    return code_number(&column->variable->codes[column->values.code8[record]]);
  case TG_COLUMN_CODE16:
    return code_number(&column->variable->codes[column->values.code16[record]]);
  case TG_COLUMN_TEXT: {
    const char *text = column->dictionary.texts[tg_column_stored_text(column, record)];
    if (tg_number_parse(text, strlen(text), 0, &number) == 0)
      return number;
    break;
  }
  case TG_COLUMN_MASK:
    break;
  }
  return tg_missing_number(TG_UNKNOWN_CODE);
}

/* ---- sets of codes ------------------------------------------------------------------- */

static int in_intervals(const tg_code_set *set, double value) {
  for (size_t i = 0; i < set->interval_count; i++)
    if (value >= set->intervals[i][0] && value <= set->intervals[i][1])
      return 1;
  return 0;
}

/* A missing number is in the set when the set names a code of its kind. */
static int number_matches(const tg_code_set *set, const tg_variable *variable, double value) {
  tg_missing missing = tg_missing_of(value);
  if (missing == TG_VALID)
    return in_intervals(set, value);
  for (size_t i = 0; i < variable->code_count; i++)
    if (variable->codes[i].missing == missing && in_intervals(set, variable->codes[i].number))
      return 1;
  return 0;
}

static int mask_matches(const tg_code_set *set, const tg_variable *variable, uint64_t mask) {
  tg_missing missing = mask & TG_MASK_MISSING ? kind_of((size_t)(mask & 0xFF)) : TG_VALID;
  for (size_t i = 0; i < variable->code_count; i++)
    if (set->codes[i] && (missing == TG_VALID ? (mask >> i & 1) != 0 : variable->codes[i].missing == missing))
      return 1;
  return 0;
}

static int text_matches(const tg_code_set *set, const char *text) {
  double number;
  for (size_t i = 0; i < set->text_count; i++)
    if (strcmp(set->texts[i], text) == 0)
      return 1;
  return set->interval_count > 0 && *text && tg_number_parse(text, strlen(text), 0, &number) == 0 &&
         in_intervals(set, number);
}

int tg_code_set_matches(const tg_code_set *set, const tg_column *column, size_t record) {
  if (!column->present)
    return 0;
  switch (column->kind) {
  case TG_COLUMN_CODE8:
  case TG_COLUMN_CODE16: {
    size_t code = tg_column_code(column, record);
    return code != TG_NONE && set->codes[code];
  }
  case TG_COLUMN_MASK:
    return mask_matches(set, column->variable, column->values.mask[record]);
  case TG_COLUMN_NUMBER:
    return number_matches(set, column->variable, tg_column_stored_number(column, record));
  case TG_COLUMN_TEXT:
    return text_matches(set, column->dictionary.texts[tg_column_stored_text(column, record)]);
  }
  return 0;
}

/* The same for a run of records, where one byte a record is looked up in a table. */
static void apply_code8(const tg_code_set *set, const tg_column *column, size_t first, size_t count,
                        unsigned char *keep) {
  unsigned char table[256] = {0};
  const uint8_t *values = column->values.code8 + first;
  memcpy(table, set->codes, column->variable->code_count);
  for (size_t i = 0; i < count; i++)
    keep[i] &= table[values[i]];
}

/* Neighbouring records often have the same text. */
static void apply_text(const tg_code_set *set, const tg_column *column, size_t first, size_t count,
                       unsigned char *keep) {
  uint32_t last = UINT32_MAX;
  unsigned char matches = 0;
  for (size_t i = 0; i < count; i++) {
    if (!keep[i])
      continue;
    uint32_t text = tg_column_stored_text(column, first + i);
    if (text != last) {
      last = text;
      matches = (unsigned char)text_matches(set, column->dictionary.texts[last]);
    }
    keep[i] = matches;
  }
}

void tg_conditions_apply(const tg_conditions *conditions, const trygg_responses *responses, size_t first,
                         size_t count, unsigned char *keep) {
  for (size_t i = 0; i < count; i++)
    keep[i] = keep[i] != 0;
  for (size_t c = 0; c < conditions->count; c++) {
    const tg_code_set *set = &conditions->sets[c];
    const tg_column *column = &responses->columns[set->variable];
    if (!column->present)
      memset(keep, 0, count);
    else if (column->kind == TG_COLUMN_CODE8)
      apply_code8(set, column, first, count, keep);
    else if (column->kind == TG_COLUMN_TEXT)
      apply_text(set, column, first, count, keep);
    else
      for (size_t i = 0; i < count; i++)
        keep[i] = keep[i] && tg_code_set_matches(set, column, first + i);
  }
}
