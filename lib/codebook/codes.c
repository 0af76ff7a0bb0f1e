/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which code a cell means, sets of codes, and conditions. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <codebook/labels.h>

/* ---- one code ---------------------------------------------------------------------------------- */

/* Sign of text[0..length) against a string, by bytes. */
static int compare(const char *text, size_t length, const char *string) {
  int sign = strncmp(text, string, length);
  return sign ? sign : string[length] ? -1 : 0;
}

static size_t code_by_text(const tg_variable *variable, const char *text, size_t length) {
  if (!variable->text_order) {
    for (size_t i = 0; i < variable->code_count; i++)
      if (tg_text_equal(text, length, variable->codes[i].text))
        return i;
    return TG_NONE;
  }
  size_t low = 0, high = variable->code_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2, code = variable->text_order[middle];
    int sign = compare(text, length, variable->codes[code].text);
    if (sign == 0)
      return code;
    if (sign < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return TG_NONE;
}

/* The code with that number, when exactly one has it. */
static size_t code_by_number(const tg_variable *variable, double number) {
  size_t found = TG_NONE;
  if (!variable->number_order) {
    for (size_t i = 0; i < variable->code_count; i++)
      if (variable->codes[i].number == number) {
        if (found != TG_NONE)
          return TG_NONE;
        found = i;
      }
    return found;
  }
  size_t low = 0, high = variable->number_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (variable->codes[variable->number_order[middle]].number < number)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == variable->number_count || variable->codes[variable->number_order[low]].number != number)
    return TG_NONE;
  if (low + 1 < variable->number_count && variable->codes[variable->number_order[low + 1]].number == number)
    return TG_NONE;
  return variable->number_order[low];
}

size_t tg_variable_code(const tg_variable *variable, const char *text, size_t length, int *by_number) {
  double number;
  *by_number = 0;
  text = tg_text_trim(text, &length);
  size_t code = code_by_text(variable, text, length);
  if (code != TG_NONE || variable->code_count == 0 || tg_number_parse(text, length, 0, &number) != 0)
    return code;
  code = code_by_number(variable, number);
  *by_number = code != TG_NONE;
  return code;
}

size_t tg_variable_code_by_label(const tg_variable *variable, const char *text, size_t length) {
  text = tg_text_trim(text, &length);
  for (size_t i = 0; i < variable->code_count; i++)
    for (int language = 0; language < TG_LANGUAGES; language++) {
      const char *label = variable->codes[i].labels.text[language];
      if (label && tg_text_equal(text, length, label))
        return i;
    }
  return TG_NONE;
}

/* ---- faults ------------------------------------------------------------------------------------- */

static const trygg_error nowhere;

#define FAIL(status, ...)                                                                                    \
  tg_error_at(error, status, place->file, place->line, (size_t)place->column, place->field, __VA_ARGS__)

static const char *code_name_at(const void *context, size_t i) {
  return ((const tg_variable *)context)->codes[i].text;
}

static trygg_status unknown_code(const tg_variable *variable, const char *code, size_t length,
                                 const trygg_error *place, trygg_error *error) {
  char shown[80];
  tg_text_print(shown, sizeof shown, "%s", tg_sheet_show(code, length).text);
  const char *near = tg_text_nearest(shown, variable->code_count, code_name_at, variable);
  return FAIL(TRYGG_ENAME, "`%s` is no code of `%s`%s", shown, TG_SHOWN(variable->name), TG_SUGGESTED(near));
}

trygg_status tg_codes_check(const trygg_codebook *codebook, size_t index, const char *code, size_t length,
                            const trygg_error *place, trygg_error *error) {
  const tg_variable *variable = &codebook->variables[index];
  int by_number;
  if (!tg_variable_is_coded(variable) || tg_variable_code(variable, code, length, &by_number) != TG_NONE)
    return TRYGG_OK;
  return unknown_code(variable, code, length, place, error);
}

/* ---- sets ---------------------------------------------------------------------------------------- */

void tg_code_set_clear(tg_code_set *set) {
  for (size_t i = 0; i < set->text_count; i++)
    tg_memory_free(set->texts[i]);
  tg_memory_free(set->texts);
  tg_memory_free(set->codes);
  tg_memory_free(set->intervals);
  *set = (tg_code_set){0};
}

static trygg_status add_interval(tg_code_set *set, double lower, double upper, trygg_error *error) {
  double(*grown)[2] = tg_sheet_room(set->intervals, set->interval_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  set->intervals = grown;
  grown[set->interval_count][0] = lower;
  grown[set->interval_count][1] = upper;
  set->interval_count++;
  return TRYGG_OK;
}

static trygg_status add_text(tg_code_set *set, const char *text, size_t length, trygg_error *error) {
  char **grown = tg_sheet_room(set->texts, set->text_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  set->texts = grown;
  if (!(grown[set->text_count] = tg_memory_text(text, length)))
    return tg_error_memory(error);
  set->text_count++;
  return TRYGG_OK;
}

/* A value of a variable that is no select: a day where it is a date. */
static int parse_value(const tg_variable *variable, const char *text, size_t length, double *out) {
  return variable->type == TG_DATE ? tg_codebook_parse_date(text, length, out)
                                   : tg_number_parse(text, length, 0, out);
}

/* "1..3", "65..", "..15": returns 0, 1 when it is no range, -1 when an end is no value or they are swapped. */
static int parse_range(const tg_variable *variable, const char *text, size_t length, double *lower,
                       double *upper) {
  const char *dots = NULL;
  for (size_t i = 0; i + 1 < length && !dots; i++)
    if (text[i] == '.' && text[i + 1] == '.')
      dots = text + i;
  if (!dots)
    return 1;
  size_t before = (size_t)(dots - text), after = length - before - 2;
  *lower = -(double)INFINITY;
  *upper = (double)INFINITY;
  if (before + after == 0 || (before && parse_value(variable, text, before, lower) != 0) ||
      (after && parse_value(variable, dots + 2, after, upper) != 0) || *lower > *upper)
    return -1;
  return 0;
}

/* A range takes in the codes that are answers: 0..99 does not mean the 88 that is dont_know. */
static int add_code_range(tg_code_set *set, const tg_variable *variable, double lower, double upper) {
  int any = 0;
  for (size_t i = 0; i < variable->code_count; i++)
    if (variable->codes[i].missing == TG_VALID && variable->codes[i].number >= lower &&
        variable->codes[i].number <= upper)
      set->codes[i] = 1, any = 1;
  return any;
}

static trygg_status add_coded(tg_code_set *set, const tg_variable *variable, const char *word, size_t length,
                              const trygg_error *place, trygg_error *error) {
  double lower, upper;
  int by_number;
  size_t code = tg_variable_code(variable, word, length, &by_number);
  if (code != TG_NONE) {
    set->codes[code] = 1;
    return TRYGG_OK;
  }
  int range = parse_range(variable, word, length, &lower, &upper);
  if (range == 1)
    return unknown_code(variable, word, length, place, error);
  if (range < 0)
    return FAIL(TRYGG_EPARSE, "`%s` is no range of codes; write it as 1..3",
                tg_sheet_show(word, length).text);
  if (!add_code_range(set, variable, lower, upper))
    return FAIL(TRYGG_ENAME, "no code of `%s` lies in `%s`", TG_SHOWN(variable->name),
                tg_sheet_show(word, length).text);
  return TRYGG_OK;
}

/* Design variables hold codes even where they are numbers, so the word counts as it is written too. */
static int is_key(const tg_variable *variable) {
#define ROLE(role) (1u << (role))
  static const unsigned keys = ROLE(TG_ROLE_ID) | ROLE(TG_ROLE_WAVE) | ROLE(TG_ROLE_STRATUM) |
                               ROLE(TG_ROLE_CLUSTER) | ROLE(TG_ROLE_HOUSEHOLD) | ROLE(TG_ROLE_SOURCE) |
                               ROLE(TG_ROLE_STATUS);
  return (keys & ROLE(variable->role)) != 0;
#undef ROLE
}

int tg_code_set_has(const tg_code_set *set, const tg_variable *variable, const char *text) {
  double number;
  int by_number;
  if (tg_variable_is_coded(variable)) {
    size_t code = tg_variable_code(variable, text, strlen(text), &by_number);
    return code != TG_NONE && set->codes[code];
  }
  for (size_t i = 0; i < set->text_count; i++)
    if (strcmp(set->texts[i], text) == 0)
      return 1;
  if (!*text || parse_value(variable, text, strlen(text), &number) != 0)
    return 0;
  for (size_t i = 0; i < set->interval_count; i++)
    if (number >= set->intervals[i][0] && number <= set->intervals[i][1])
      return 1;
  return 0;
}

static trygg_status add_number(tg_code_set *set, const tg_variable *variable, const char *word, size_t length,
                               const trygg_error *place, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double lower, upper;
  int range = parse_range(variable, word, length, &lower, &upper);
  if (range == 1 && parse_value(variable, word, length, &lower) == 0) {
    upper = lower;
    range = 0;
    if (is_key(variable))
      TRY(add_text(set, word, length, error));
  }
  if (range != 0)
    return FAIL(TRYGG_EPARSE, "`%s` is no value of `%s`; write %s", tg_sheet_show(word, length).text,
                TG_SHOWN(variable->name),
                variable->type == TG_DATE ? "2024-05-31 or 2024-01-01..2024-05-31" : "5 or 1..3");
  TRY(add_interval(set, lower, upper, error));
cleanup:
  return status;
}

static trygg_status add_word(tg_code_set *set, const tg_variable *variable, const char *word, size_t length,
                             const trygg_error *place, trygg_error *error) {
  if (tg_variable_is_coded(variable))
    return add_coded(set, variable, word, length, place, error);
  if (variable->type == TG_STRING)
    return add_text(set, word, length, error);
  return add_number(set, variable, word, length, place, error);
}

/* Next word of a set, between blanks and commas. */
static const char *set_word(const char **cursor, const char *end, size_t *length) {
  const char *begin = *cursor;
  while (begin < end && strchr(", \t", *begin))
    begin++;
  const char *stop = begin;
  while (stop < end && !strchr(", \t", *stop))
    stop++;
  *cursor = stop;
  *length = (size_t)(stop - begin);
  return *length ? begin : NULL;
}

static trygg_status parse_set(const trygg_codebook *codebook, size_t index, const char *text, size_t length,
                              const trygg_error *place, tg_code_set *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_variable *variable = &codebook->variables[index];
  const char *cursor = text, *word;
  size_t word_length, words = 0, trimmed = length;
  const char *whole = tg_text_trim(text, &trimmed);
  *out = (tg_code_set){.variable = index};
  if (tg_variable_is_coded(variable)) {
    out->codes = tg_memory_new(variable->code_count, 1);
    if (!out->codes)
      return tg_error_memory(error);
    /* A code of several words is taken whole, when nothing else is named. */
    size_t code = code_by_text(variable, whole, trimmed);
    if (code != TG_NONE) {
      out->codes[code] = 1;
      return TRYGG_OK;
    }
  }
  for (; (word = set_word(&cursor, text + length, &word_length)); words++)
    TRY(add_word(out, variable, word, word_length, place, error));
  if (words == 0)
    status = FAIL(TRYGG_ENAME, "no code of `%s` is given; write for instance 4 5 or 1..3",
                  TG_SHOWN(variable->name));
cleanup:
  if (status != TRYGG_OK)
    tg_code_set_clear(out);
  return status;
}

trygg_status tg_code_set_parse(const trygg_codebook *codebook, size_t variable, const char *text,
                               const trygg_error *place, tg_code_set *out, trygg_error *error) {
  return parse_set(codebook, variable, text ? text : "", text ? strlen(text) : 0, place ? place : &nowhere,
                   out, error);
}

/* ---- conditions ------------------------------------------------------------------------------------ */

void tg_conditions_clear(tg_conditions *conditions) {
  for (size_t i = 0; i < conditions->count; i++)
    tg_code_set_clear(&conditions->sets[i]);
  tg_memory_free(conditions->sets);
  *conditions = (tg_conditions){0};
}

static trygg_status parse_condition(const trygg_codebook *codebook, const char *word, size_t length,
                                    const trygg_error *place, tg_code_set *out, trygg_error *error) {
  const char *equals = memchr(word, '=', length);
  if (!equals || equals == word)
    return FAIL(TRYGG_EPARSE, "`%s` is no condition; write it as VAR=CODE or VAR=CODE,CODE, without blanks",
                tg_sheet_show(word, length).text);
  size_t name_length = (size_t)(equals - word);
  size_t variable = tg_codebook_find_variable(codebook, word, name_length);
  if (variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, word, name_length, place, error);
  return parse_set(codebook, variable, equals + 1, length - name_length - 1, place, out, error);
}

trygg_status tg_conditions_parse(const trygg_codebook *codebook, const char *text, const trygg_error *place,
                                 tg_conditions *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *cursor = text ? text : "", *word;
  size_t length, before = out->count;
  while ((word = tg_text_word(&cursor, &length))) {
    tg_code_set *grown = tg_memory_resize(out->sets, out->count + 1, sizeof *grown);
    if (!grown) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    out->sets = grown;
    TRY(parse_condition(codebook, word, length, place ? place : &nowhere, &grown[out->count], error));
    out->count++;
  }
cleanup:
  while (status != TRYGG_OK && out->count > before)
    tg_code_set_clear(&out->sets[--out->count]);
  return status;
}
