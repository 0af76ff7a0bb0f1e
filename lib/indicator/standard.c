/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Direct standardisation: R = sum_g P_g R_g, the value in each category g of a variable weighted by the category's share P_g
 * of a standard population, so that groups of other ages can be compared (R survey's svystandardize gives the same
 * linearised values). */
#include <indicator/types.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

static trygg_status fault(const trygg_error *place, trygg_error *error, const char *what) {
  return tg_error_at(error, TRYGG_ECODEBOOK, place->file, place->line, 0, "standard", "%s", what);
}

/* CODE:NUMBER into the lists; the code is what stands before the last colon. */
static trygg_status read_pair(tg_indicator *indicator, const char *word, size_t length, tg_text *codes,
                              double *standard, const trygg_error *place, trygg_error *error) {
  size_t code = length;
  while (code > 0 && word[code - 1] != ':')
    code--;
  (void)indicator;
  if (code < 2 || tg_number_parse(word + code, length - code, 0, standard) || !(*standard > 0) ||
      isinf(*standard))
    return fault(place, error,
                 "write a variable and its codes with the people that have them: age 1:24100 2:30200");
  tg_text_append(codes, word, code - 1);
  tg_text_append(codes, "", 1);
  return TRYGG_OK;
}

static trygg_status read_pairs(tg_indicator *indicator, const char *cursor, const trygg_error *place,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_text codes = {0};
  size_t length, capacity = 0;
  double total = 0;
  for (const char *word; (word = tg_text_word(&cursor, &length));) {
    if (tg_memory_grow((void **)&indicator->standard, &capacity, indicator->part_count + 1,
                       sizeof *indicator->standard)) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(read_pair(indicator, word, length, &codes, &indicator->standard[indicator->part_count], place,
                  error));
    total += indicator->standard[indicator->part_count++];
  }
  if (indicator->part_count < 2)
    TRY(fault(place, error, "a standard population needs two categories or more"));
  for (size_t g = 0; g < indicator->part_count; g++)
    indicator->standard[g] /= total;
  if (codes.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  indicator->standard_codes = codes.bytes;
  codes = (tg_text){0};
cleanup:
  tg_text_free(&codes);
  return status;
}

/* VAR=CODE as one more condition. */
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

/* The value in the category of a part; the whole is over all categories. */
static trygg_status divide(tg_indicators *all, size_t at, const trygg_codebook *codebook,
                           trygg_error *error) {
  size_t count = all->list[at].part_count, row = (size_t)(all->list[at].row - codebook->indicators);
  const char *code = all->list[at].standard_codes;
  trygg_error place = {.field = "standard"};
  trygg_status status = TRYGG_OK;
  place.line = all->list[at].row->line;
  for (size_t g = 0; g < count && status == TRYGG_OK; g++, code += strlen(code) + 1) {
    status = tg_indicator_append_row(all, at, codebook, row, 0, error);
    if (status == TRYGG_OK)
      status = add_condition(&all->list[all->all - 1], codebook, all->list[at].standard_variable, code,
                             &place, error);
  }
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
  trygg_status status = TRYGG_OK;
  const char *cursor = indicator->row->standard, *word;
  size_t length;
  trygg_error at = *place;
  tg_text codes = {0};
  tg_text_print(at.field, sizeof at.field, "standard");
  if (indicator->estimand != TG_RATIO)
    return fault(place, error,
                 "only shares, means, ratios and scales are standardised; leave the cell empty");
  word = tg_text_word(&cursor, &length);
  indicator->standard_variable = tg_codebook_find_variable(codebook, word, length);
  if (indicator->standard_variable == TG_NONE)
    return tg_codebook_unknown_variable(codebook, word, length, &at, error);
  TRY(read_pairs(indicator, cursor, place, error));
  tg_text_put(&codes, "");
  for (size_t g = 0, begin = 0; g < indicator->part_count; g++) {
    const char *code = indicator->standard_codes + begin;
    for (size_t h = 0, other = 0; h < g; h++, other += strlen(indicator->standard_codes + other) + 1)
      if (!strcmp(indicator->standard_codes + other, code))
        TRY(fault(place, error, "a category of the standard population is there twice"));
    tg_text_put(&codes, g ? "," : "");
    tg_text_put(&codes, code);
    begin += strlen(code) + 1;
  }
  if (codes.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(add_condition(indicator, codebook, indicator->standard_variable, codes.bytes, &at, error));
  indicator->estimand = TG_FUNCTION;
  indicator->function = &standard_function;
cleanup:
  tg_text_free(&codes);
  return status;
}
