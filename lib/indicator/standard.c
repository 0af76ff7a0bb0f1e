/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Direct standardisation: R = sum_g P_g R_g, the value in each category g of one or more crossed variables, weighted by the
 * category's share P_g of a standard population, so that groups of other ages and sexes can be compared (R survey's
 * svystandardize gives the same linearised values). */
#include <indicator/types.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

/* ---- the population -------------------------------------------------------------------------------- */

static trygg_status fault(const trygg_error *place, trygg_error *error, const char *what) {
  return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, "standard", "%s", what);
}

/* The codes of part `part`, one a variable, each ended by NUL. */
static const char *codes_of(const tg_indicator *indicator, size_t part) {
  const char *code = indicator->standard_codes;
  for (size_t i = 0; i < part * indicator->standard_count; i++)
    code += strlen(code) + 1;
  return code;
}

static const char *code_of(const tg_indicator *indicator, size_t part, size_t variable) {
  const char *code = codes_of(indicator, part);
  while (variable--)
    code += strlen(code) + 1;
  return code;
}

/* The next word up to a separator or the end; NULL at the end. */
static const char *next_of(const char **cursor, const char *end, char separator, size_t *length) {
  const char *begin = *cursor;
  if (!begin || begin > end)
    return NULL;
  *length = 0;
  while (begin + *length < end && begin[*length] != separator)
    (*length)++;
  *cursor = begin + *length + 1;
  return begin;
}

/* One more category: its codes with a separator between, and its people. */
static trygg_status add_part(tg_indicator *indicator, const char *codes, size_t length, char separator,
                             double people, size_t *capacity, tg_text *all, trygg_error *error) {
  const char *cursor = codes, *code;
  size_t words = 0, size;
  if (tg_memory_grow((void **)&indicator->standard, capacity, indicator->part_count + 1,
                     sizeof *indicator->standard))
    return tg_error_memory(error);
  while ((code = next_of(&cursor, codes + length, separator, &size))) {
    if (size == 0)
      return TRYGG_EPARSE;
    tg_text_append(all, code, size);
    tg_text_append(all, "", 1);
    words++;
  }
  if (words != indicator->standard_count)
    return TRYGG_EPARSE;
  indicator->standard[indicator->part_count++] = people;
  return TRYGG_OK;
}

static trygg_status add_variable(tg_indicator *indicator, size_t variable, trygg_error *error) {
  size_t *grown =
      tg_memory_resize(indicator->standard_variables, indicator->standard_count + 1, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  indicator->standard_variables = grown;
  grown[indicator->standard_count++] = variable;
  return TRYGG_OK;
}

/* Written in the cell: `age 1:24100 2:30200`, or crossed `age,sex 1,1:24100 1,2:23800 ...`. */
static trygg_status read_cell(tg_indicator *indicator, const trygg_codebook *codebook,
                              const trygg_error *place, tg_text *codes, trygg_error *error) {
  const char *cursor = indicator->row->standard, *word, *end, *name;
  size_t length, size, capacity = 0;
  trygg_status status = TRYGG_OK;
  word = tg_text_word(&cursor, &length);
  end = word + length;
  for (const char *names = word; (name = next_of(&names, end, ',', &size));) {
    size_t variable = tg_codebook_find_variable(codebook, name, size);
    if (variable == TG_NONE)
      return tg_codebook_unknown_variable(codebook, name, size, place, error);
    TRY(add_variable(indicator, variable, error));
  }
  while ((word = tg_text_word(&cursor, &length))) {
    size_t code = length;
    double people = NAN;
    while (code > 0 && word[code - 1] != ':')
      code--;
    status =
        code < 2 || tg_number_parse(word + code, length - code, 0, &people) || !(people > 0) || isinf(people)
            ? TRYGG_EPARSE
            : add_part(indicator, word, code - 1, ',', people, &capacity, codes, error);
    if (status == TRYGG_EPARSE)
      return fault(place, error,
                   "write variables and their codes with the people that have them: age 1:24100 2:30200, or "
                   "age,sex 1,1:12000 1,2:12100, or a name from standards.csv");
    TRY(status);
  }
cleanup:
  return status;
}

static const char *standard_name_at(const void *context, size_t i) {
  return ((const trygg_codebook *)context)->standards[i].name;
}

/* Named in the cell: rows of standards.csv. */
static trygg_status read_rows(tg_indicator *indicator, const trygg_codebook *codebook,
                              const trygg_error *place, tg_text *codes, trygg_error *error) {
  const char *name = indicator->row->standard, *nearest;
  trygg_status status = TRYGG_OK;
  size_t capacity = 0;
  for (size_t i = 0; i < codebook->standard_count; i++) {
    const tg_standard_row *row = &codebook->standards[i];
    if (strcmp(row->name, name))
      continue;
    for (size_t k = 0; !indicator->part_count && k < row->variable_count; k++)
      TRY(add_variable(indicator, row->variables[k], error));
    /* the one code of one variable may have blanks */
    TRY(add_part(indicator, row->category, strlen(row->category), row->variable_count > 1 ? ' ' : '\0',
                 row->people, &capacity, codes, error));
  }
  if (indicator->part_count)
    return TRYGG_OK;
  nearest = tg_text_nearest(name, codebook->standard_count, standard_name_at, codebook);
  return tg_error_at(error, TRYGG_ENAME, place->file, place->line, 0, "standard",
                     "standards.csv has no population `%s`%s%s%s", name, nearest ? "; did you mean `" : "",
                     nearest ? nearest : "", nearest ? "`?" : "");
cleanup:
  return status;
}

/* Each combination of the codes is there, and once. */
static trygg_status check_parts(const tg_indicator *indicator, const trygg_error *place, trygg_error *error) {
  size_t whole = 1;
  if (indicator->part_count < 2)
    return fault(place, error, "a standard population needs two categories or more");
  for (size_t v = 0; v < indicator->standard_count; v++) {
    size_t distinct = 0;
    for (size_t g = 0; g < indicator->part_count; g++) {
      size_t before = 0;
      while (before < g && strcmp(code_of(indicator, before, v), code_of(indicator, g, v)))
        before++;
      distinct += before == g;
    }
    whole *= distinct;
  }
  for (size_t g = 0; g < indicator->part_count; g++)
    for (size_t h = 0; h < g; h++) {
      size_t same = 0;
      for (size_t v = 0; v < indicator->standard_count; v++)
        same += !strcmp(code_of(indicator, h, v), code_of(indicator, g, v));
      if (same == indicator->standard_count)
        return fault(place, error, "a category of the standard population is there twice");
    }
  if (indicator->part_count == whole)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_ECODEBOOK, place->file, place->line, 0, "standard",
      "the codes of the standard population have %zu combinations, but only %zu are there; give "
      "the others too, or join codes",
      whole, indicator->part_count);
}

/* ---- the indicator ------------------------------------------------------------------------------------ */

/* VAR=CODE,CODE as one more condition. */
static trygg_status add_condition(tg_indicator *indicator, const trygg_codebook *codebook, size_t variable,
                                  const char *codes, const trygg_error *place, trygg_error *error) {
  trygg_status status;
  tg_text text = {0};
  tg_text_format(&text, "%s=%s", codebook->variables[variable].name, codes);
  if (text.failed)
    return tg_error_memory(error);
  status = tg_conditions_parse(codebook, text.bytes, place, &indicator->where, error);
  tg_text_free(&text);
  return status;
}

/* The whole is over all categories: any of the codes of each variable. */
static trygg_status restrict_whole(tg_indicator *indicator, const trygg_codebook *codebook,
                                   const trygg_error *place, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_text codes = {0};
  for (size_t v = 0; v < indicator->standard_count; v++) {
    tg_text_clear(&codes);
    tg_text_put(&codes, "");
    for (size_t g = 0; g < indicator->part_count; g++) {
      tg_text_put(&codes, g ? "," : "");
      tg_text_put(&codes, code_of(indicator, g, v));
    }
    if (codes.failed) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(add_condition(indicator, codebook, indicator->standard_variables[v], codes.bytes, place, error));
  }
cleanup:
  tg_text_free(&codes);
  return status;
}

/* The value in the category of a part. */
static trygg_status divide(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                           trygg_error *error) {
  size_t count = all->list[at].part_count, row = (size_t)(all->list[at].row - codebook->indicators);
  trygg_error place = {.field = "standard"};
  trygg_status status = TRYGG_OK;
  place.line = all->list[at].row->line;
  for (size_t g = 0; g < count; g++) {
    TRY(tg_indicator_append_row(all, at, codebook, row, 0, error));
    for (size_t v = 0; v < all->list[at].standard_count; v++)
      TRY(add_condition(&all->list[all->all - 1], codebook, all->list[at].standard_variables[v],
                        code_of(&all->list[at], g, v), &place, error));
  }
cleanup:
  return status;
}

static double standardised(const tg_indicator *indicator, double n, const double *parts, double *gradient) {
  double value = 0;
  (void)n;
  for (size_t g = 0; g < indicator->part_count; g++) {
    gradient[g] = indicator->standard[g];
    value += indicator->standard[g] * parts[g];
  }
  return value;
}

static const tg_function standard_function = {divide, standardised};

trygg_status tg_standard_compile(tg_indicator *indicator, const trygg_codebook *codebook,
                                 const trygg_error *place, trygg_error *error) {
  const char *cursor = indicator->row->standard;
  size_t length;
  trygg_status status = TRYGG_OK;
  trygg_error at = *place;
  tg_text codes = {0};
  double total = 0;
  tg_text_print(at.field, sizeof at.field, "standard");
  if (indicator->estimand != TG_RATIO)
    return fault(place, error,
                 "only shares, means, ratios and scales are standardised; leave the cell empty");
  tg_text_word(&cursor, &length);
  TRY(tg_text_word(&cursor, &length) ? read_cell(indicator, codebook, &at, &codes, error)
                                     : read_rows(indicator, codebook, &at, &codes, error));
  if (codes.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  indicator->standard_codes = codes.bytes;
  codes = (tg_text){0};
  TRY(check_parts(indicator, place, error));
  for (size_t g = 0; g < indicator->part_count; g++)
    total += indicator->standard[g];
  for (size_t g = 0; g < indicator->part_count; g++)
    indicator->standard[g] /= total;
  TRY(restrict_whole(indicator, codebook, &at, error));
  indicator->estimand = TG_FUNCTION;
  indicator->function = &standard_function;
cleanup:
  tg_text_free(&codes);
  return status;
}
