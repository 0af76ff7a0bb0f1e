/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a column as categories in canonical order. */
#include <responses/responses.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>

#define NO_CATEGORY UINT32_MAX

void tg_categories_clear(tg_categories *categories) {
  for (size_t i = 0; i < categories->count; i++)
    tg_memory_free(categories->names[i]);
  tg_memory_free(categories->names);
  *categories = (tg_categories){0};
}

/* Room for `most` names. */
static trygg_status begin(tg_categories *out, size_t most, trygg_error *error) {
  out->count = 0;
  out->names = tg_memory_new(most, sizeof *out->names);
  return out->names ? TRYGG_OK : tg_error_memory(error);
}

static trygg_status add(tg_categories *out, const char *name, trygg_error *error) {
  out->names[out->count] = tg_memory_string(name);
  if (!out->names[out->count])
    return tg_error_memory(error);
  out->count++;
  return TRYGG_OK;
}

/* The codes that are answers, in codebook order, with or without records. */
static trygg_status of_codes(const tg_column *column, size_t records, uint32_t *index, tg_categories *out,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_variable *variable = column->variable;
  uint32_t *category = tg_memory_new(variable->code_count, sizeof *category);
  if (!category)
    return tg_error_memory(error);
  TRY(begin(out, variable->code_count, error));
  for (size_t i = 0; i < variable->code_count; i++) {
    category[i] = NO_CATEGORY;
    if (variable->codes[i].missing != TG_VALID)
      continue;
    category[i] = (uint32_t)out->count;
    TRY(add(out, variable->codes[i].text, error));
  }
  for (size_t i = 0; i < records; i++) {
    size_t code = column->present ? tg_column_code(column, i) : TG_NONE;
    index[i] = code == TG_NONE ? NO_CATEGORY : category[code];
  }
cleanup:
  tg_memory_free(category);
  return status;
}

/* Texts are sorted already; those that mean missing are left out. */
static trygg_status of_texts(const tg_column *column, size_t records, uint32_t *index, tg_categories *out,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_dictionary *dictionary = &column->dictionary;
  uint32_t *category = tg_memory_new(dictionary->count, sizeof *category);
  if (!category)
    return tg_error_memory(error);
  TRY(begin(out, dictionary->count, error));
  for (size_t i = 0; i < dictionary->count; i++) {
    category[i] = NO_CATEGORY;
    if (dictionary->missing[i] != TG_VALID)
      continue;
    category[i] = (uint32_t)out->count;
    TRY(add(out, dictionary->texts[i], error));
  }
  for (size_t i = 0; i < records; i++)
    index[i] = category[tg_column_stored_text(column, i)];
cleanup:
  tg_memory_free(category);
  return status;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

/* Proleptic Gregorian date of a number of days since 1970-01-01 (Howard Hinnant, civil_from_days). */
static void print_date(char out[TG_NUMBER_SIZE], double days) {
  int64_t z = (int64_t)days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t of_era = z - era * 146097;
  int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
  month += month < 10 ? 3 : -9;
  tg_text_print(out, TG_NUMBER_SIZE, "%04lld-%02lld-%02lld",
                (long long)(year_of_era + era * 400 + (month <= 2)), (long long)month, (long long)day);
}

/* Distinct numbers by size. */
static trygg_status of_numbers(const tg_column *column, size_t records, uint32_t *index, tg_categories *out,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = 0, distinct = 0;
  char name[TG_NUMBER_SIZE];
  double *sorted = tg_memory_new(records, sizeof *sorted);
  if (!sorted)
    return tg_error_memory(error);
  for (size_t i = 0; i < records; i++) {
    double value = tg_column_stored_number(column, i);
    if (!isnan(value))
      sorted[count++] = value == 0 ? 0 : value; /* no negative zero */
  }
  qsort(sorted, count, sizeof *sorted, compare);
  for (size_t i = 0; i < count; i++)
    if (i == 0 || sorted[i] != sorted[distinct - 1])
      sorted[distinct++] = sorted[i];
  TRY(begin(out, distinct, error));
  for (size_t i = 0; i < distinct; i++) {
    if (column->variable->type == TG_DATE)
      print_date(name, sorted[i]);
    else
      tg_number_format(name, sorted[i]);
    TRY(add(out, name, error));
  }
  for (size_t i = 0; i < records; i++) {
    double value = tg_column_stored_number(column, i);
    const double *found = isnan(value) ? NULL : bsearch(&value, sorted, distinct, sizeof *sorted, compare);
    index[i] = found ? (uint32_t)(found - sorted) : NO_CATEGORY;
  }
cleanup:
  tg_memory_wipe(sorted, records * sizeof *sorted);
  return status;
}

trygg_status tg_column_categories(const tg_column *column, size_t records, uint32_t *index,
                                  tg_categories *out, trygg_error *error) {
  trygg_status status;
  *out = (tg_categories){0};
  if (column->kind == TG_COLUMN_MASK)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, column->variable->name,
        "`%s` is select_multiple: a respondent can be in several of its categories, so it cannot "
        "divide them; derive a variable from it with the rule count",
        column->variable->name);
  if (column->kind == TG_COLUMN_CODE8 || column->kind == TG_COLUMN_CODE16)
    status = of_codes(column, records, index, out, error);
  else if (!column->present) {
    for (size_t i = 0; i < records; i++)
      index[i] = NO_CATEGORY;
    status = begin(out, 0, error);
  } else if (column->kind == TG_COLUMN_TEXT)
    status = of_texts(column, records, index, out, error);
  else
    status = of_numbers(column, records, index, out, error);
  if (status != TRYGG_OK)
    tg_categories_clear(out);
  return status;
}
