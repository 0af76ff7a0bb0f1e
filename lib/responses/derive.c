/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables that derived.csv makes of others, record by record.
 *
 * A missing input makes the result missing, of the kind of the first input that is missing.  `first` takes
 * the first answer; `count` takes a missing answer for one that is not in the set.  Where no input was asked,
 * their result was not asked either. */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/columns.h>
#include <responses/dictionary.h>
#include <responses/load.h>

typedef struct deriving {
  trygg_responses *responses;
  tg_column *to;
  const tg_rule *rule;
  tg_dictionary_builder texts; /* of a text result */
  uint32_t **maps;             /* [from]: value of the result by code or text of the input */
  trygg_error *error;
} deriving;

static const tg_column *from_column(const deriving *made, size_t i) {
  return &made->responses->columns[made->rule->from[i]];
}

/* ---- numbers ------------------------------------------------------------------------------------- */

static double product_of(double a, double b) {
  return a * b;
}
static double sum_of(double a, double b) {
  return a + b;
}
static double difference_of(double a, double b) {
  return a - b;
}

static void combine(deriving *made, double (*operation)(double, double)) {
  for (size_t record = 0; record < made->responses->count; record++) {
    double value = tg_column_number(from_column(made, 0), record);
    for (size_t i = 1; i < made->rule->from_count && !isnan(value); i++) {
      double next = tg_column_number(from_column(made, i), record);
      value = isnan(next) ? next : operation(value, next);
    }
    /* Beyond the range of a double there is no number. */
    made->to->values.number[record] =
        isnan(value) || isfinite(value) ? value : tg_missing_number(TG_UNKNOWN_CODE);
  }
}

static trygg_status derive_product(deriving *made) {
  combine(made, product_of);
  return TRYGG_OK;
}

static trygg_status derive_sum(deriving *made) {
  combine(made, sum_of);
  return TRYGG_OK;
}

static trygg_status derive_difference(deriving *made) {
  combine(made, difference_of);
  return TRYGG_OK;
}

static trygg_status derive_cap(deriving *made) {
  for (size_t record = 0; record < made->responses->count; record++) {
    double value = tg_column_number(from_column(made, 0), record);
    made->to->values.number[record] = value > made->rule->number ? made->rule->number : value;
  }
  return TRYGG_OK;
}

static trygg_status derive_count(deriving *made) {
  for (size_t record = 0; record < made->responses->count; record++) {
    size_t count = 0, asked = 0;
    for (size_t i = 0; i < made->rule->from_count; i++) {
      asked += tg_column_missing(from_column(made, i), record) != TG_NOT_ASKED;
      count += (size_t)tg_code_set_matches(&made->rule->sets[i], from_column(made, i), record);
    }
    made->to->values.number[record] = asked ? (double)count : tg_missing_number(TG_NOT_ASKED);
  }
  return TRYGG_OK;
}

/* ---- codes and texts ------------------------------------------------------------------------------- */

#define KIND UINT32_C(0x80000000) /* a missing kind instead of a value */

static void set_value(deriving *made, size_t record, uint32_t value) {
  tg_column *to = made->to;
  uint32_t kind = value & 0xFF;
  switch (to->kind) {
  case TG_COLUMN_CODE8:
    to->values.code8[record] = value & KIND ? TG_CODE8(kind) : (uint8_t)value;
    break;
  case TG_COLUMN_CODE16:
    to->values.code16[record] = value & KIND ? TG_CODE16(kind) : (uint16_t)value;
    break;
  case TG_COLUMN_TEXT:
    to->values.text[record] = value & KIND ? TG_DICTIONARY_MISSING(kind) : value;
    break;
  case TG_COLUMN_MASK:
  case TG_COLUMN_NUMBER:
    break;
  }
}

/* The result's value for a text: its code, or its place among the texts. */
static trygg_status value_of_text(deriving *made, const char *text, size_t length, uint32_t *value) {
  int by_number;
  if (made->to->kind == TG_COLUMN_TEXT)
    return tg_dictionary_add(&made->texts, text, length, value, NULL) == 0 ? TRYGG_OK
                                                                           : tg_error_memory(made->error);
  size_t code = tg_variable_code(made->to->variable, text, length, &by_number);
  *value = code == TG_NONE ? KIND | TG_UNKNOWN_CODE : (uint32_t)code;
  return TRYGG_OK;
}

static trygg_status derive_bands(deriving *made) {
  const tg_rule *rule = made->rule;
  trygg_status status = TRYGG_OK;
  uint32_t *values = tg_memory_new(rule->band_count, sizeof *values);
  if (!values)
    return tg_error_memory(made->error);
  for (size_t i = 0; i < rule->band_count; i++) {
    const char *text = made->to->variable->codes[rule->bands[i].code].text;
    TRY(value_of_text(made, text, strlen(text), &values[i]));
  }
  for (size_t record = 0; record < made->responses->count; record++) {
    double number = tg_column_number(from_column(made, 0), record);
    uint32_t value = KIND | (isnan(number) ? tg_missing_of(number) : TG_UNKNOWN_CODE);
    for (size_t i = 0; i < rule->band_count; i++)
      if (number >= rule->bands[i].lower && number <= rule->bands[i].upper) {
        value = values[i];
        break;
      }
    set_value(made, record, value);
  }
cleanup:
  tg_memory_free(values);
  return status;
}

/* Bytes of the first `characters` characters. */
static size_t prefix_length(const char *text, double characters) {
  size_t length = 0, step;
  for (double seen = 0; seen < characters && (step = tg_text_utf8(text + length, strlen(text + length))) > 0;
       seen++)
    length += step;
  return length;
}

/* For each code or text of an input, the value that its first `characters` characters have in the result. */
static trygg_status map_input(deriving *made, size_t i, double characters) {
  trygg_status status = TRYGG_OK;
  const tg_column *from = from_column(made, i);
  int text = from->kind == TG_COLUMN_TEXT;
  size_t count = text ? from->dictionary.count : from->variable->code_count;
  made->maps[i] = tg_memory_new(count, sizeof **made->maps);
  if (!made->maps[i])
    return tg_error_memory(made->error);
  for (size_t value = 0; value < count; value++) {
    const char *whole = text ? from->dictionary.texts[value] : from->variable->codes[value].text;
    tg_missing missing =
        text ? (tg_missing)from->dictionary.missing[value] : from->variable->codes[value].missing;
    if (missing != TG_VALID)
      made->maps[i][value] = KIND | missing;
    else
      TRY(value_of_text(made, whole, prefix_length(whole, characters), &made->maps[i][value]));
  }
cleanup:
  return status;
}

static uint32_t mapped(const deriving *made, size_t i, size_t record) {
  const tg_column *from = from_column(made, i);
  if (from->present && from->kind == TG_COLUMN_TEXT)
    return made->maps[i][from->values.text[record]];
  size_t code = from->present ? tg_column_code(from, record) : TG_NONE;
  return code != TG_NONE ? made->maps[i][code] : KIND | tg_column_missing(from, record);
}

static trygg_status derive_prefix(deriving *made) {
  trygg_status status = map_input(made, 0, made->rule->number);
  for (size_t record = 0; status == TRYGG_OK && record < made->responses->count; record++)
    set_value(made, record, mapped(made, 0, record));
  return status;
}

static void derive_first_number(deriving *made) {
  for (size_t record = 0; record < made->responses->count; record++) {
    double value = tg_column_number(from_column(made, 0), record);
    for (size_t i = 1; i < made->rule->from_count && isnan(value); i++) {
      double next = tg_column_number(from_column(made, i), record);
      /* Of several missing ones, not asked says least. */
      if (!isnan(next) || tg_missing_of(value) == TG_NOT_ASKED)
        value = next;
    }
    made->to->values.number[record] = value;
  }
}

static trygg_status derive_first(deriving *made) {
  if (made->to->kind == TG_COLUMN_NUMBER) {
    derive_first_number(made);
    return TRYGG_OK;
  }
  for (size_t i = 0; i < made->rule->from_count; i++) {
    trygg_status status = map_input(made, i, INFINITY);
    if (status != TRYGG_OK)
      return status;
  }
  for (size_t record = 0; record < made->responses->count; record++) {
    uint32_t value = mapped(made, 0, record);
    for (size_t i = 1; i < made->rule->from_count && (value & KIND); i++) {
      uint32_t next = mapped(made, i, record);
      if (!(next & KIND) || (value & 0xFF) == TG_NOT_ASKED)
        value = next;
    }
    set_value(made, record, value);
  }
  return TRYGG_OK;
}

/* ---- all of them ------------------------------------------------------------------------------------- */

static trygg_status (*const rules[TG_RULES])(deriving *made) = {
    [TG_RULE_PRODUCT] = derive_product,       [TG_RULE_SUM] = derive_sum,
    [TG_RULE_DIFFERENCE] = derive_difference, [TG_RULE_CAP] = derive_cap,
    [TG_RULE_BANDS] = derive_bands,           [TG_RULE_PREFIX] = derive_prefix,
    [TG_RULE_COUNT] = derive_count,           [TG_RULE_FIRST] = derive_first,
};

/* A derived variable was asked where some record has another value than not_asked. */
static void mark_asked(trygg_responses *responses, size_t variable) {
  unsigned char *asked = responses->asked + variable * responses->wave_count;
  for (size_t record = 0; record < responses->count; record++)
    if (!asked[responses->wave[record]])
      asked[responses->wave[record]] =
          tg_column_missing(&responses->columns[variable], record) != TG_NOT_ASKED;
}

static trygg_status derive(trygg_responses *responses, size_t variable, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_column *column = &responses->columns[variable];
  deriving made = {.responses = responses, .to = column, .rule = column->variable->rule, .error = error};
  made.maps = tg_memory_new(made.rule->from_count, sizeof *made.maps);
  if (!made.maps || tg_dictionary_begin(&made.texts) != 0) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_columns_resize(column, 0, 0, responses->capacity, error));
  column->present = 1;
  TRY(rules[made.rule->kind](&made));
  if (column->kind == TG_COLUMN_TEXT)
    TRY(tg_dictionary_finish(&made.texts, column->variable, column->values.text, responses->count,
                             &column->dictionary, error));
  mark_asked(responses, variable);
cleanup:
  for (size_t i = 0; made.maps && i < made.rule->from_count; i++)
    tg_memory_free(made.maps[i]);
  tg_memory_free(made.maps);
  tg_dictionary_builder_clear(&made.texts);
  return status;
}

trygg_status tg_derive_all(trygg_responses *responses, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const trygg_codebook *codebook = responses->codebook;
  for (size_t i = codebook->derived_begin; i < codebook->variable_count && status == TRYGG_OK; i++)
    if (codebook->variables[i].rule)
      status = derive(responses, i, error);
  return status;
}
