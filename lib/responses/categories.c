/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a column as categories in canonical order. */
#include <responses/responses.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/number.h>
#include <table/table.h>

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
      tg_number_format_date(name, sorted[i]);
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

/* ---- which codes occur ----------------------------------------------------------------------- */

static const tg_column_description code_columns[] = {
    {"code", TRYGG_TEXT, TRYGG_KEY, "a value", 0},
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "accepted records that have it", 0},
};

static trygg_status fill_codes(const tg_categories *categories, const int64_t *counts, trygg_table *table,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(tg_table_add_columns(table, code_columns, sizeof code_columns / sizeof *code_columns, error));
  for (size_t i = 0; i < categories->count; i++) {
    if (counts[i] == 0)
      continue;
    TRY(tg_table_add_row(table, error));
    TRY(tg_table_set_text(table, 0, categories->names[i], error));
    tg_table_set_integer(table, 1, counts[i]);
    tg_table_set_base(table, counts[i]);
  }
cleanup:
  return status;
}

static trygg_status count_codes(const tg_column *column, size_t records, trygg_table **out,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_categories categories = {0};
  int64_t *counts = NULL;
  trygg_table *table = NULL;
  uint32_t *index = tg_memory_new(records, sizeof *index);
  if (!index)
    return tg_error_memory(error);
  TRY(tg_column_categories(column, records, index, &categories, error));
  counts = tg_memory_new(categories.count, sizeof *counts);
  if (!counts) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records; i++)
    if (index[i] != NO_CATEGORY)
      counts[index[i]]++;
  TRY(tg_table_create(&table, error));
  TRY(fill_codes(&categories, counts, table, error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  tg_memory_free(counts);
  tg_memory_free(index);
  tg_categories_clear(&categories);
  return status;
}

trygg_status trygg_responses_codes(const trygg_responses *responses, const char *variable, trygg_table **out,
                                   trygg_error *error) {
  trygg_error place = {0};
  size_t which;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the codes");
  *out = NULL;
  if (!responses || !variable)
    return tg_error_set(error, TRYGG_EINVAL, "responses and a variable were expected");
  which = tg_codebook_find_variable(responses->codebook, variable, strlen(variable));
  if (which == TG_NONE)
    return tg_codebook_unknown_variable(responses->codebook, variable, strlen(variable), &place, error);
  if (tg_variable_is_free_text(&responses->codebook->variables[which]))
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, variable,
        "`%s` is free text, and what people wrote would be told; give it codes, or the role `domain` "
        "if it names areas",
        variable);
  return count_codes(&responses->columns[which], responses->count, out, error);
}
