/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a column as categories in canonical order. */
#include <responses/combine.h>

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

/* Room for what `count` stored values mean, and for as many names. */
static trygg_status begin_table(tg_part *out, size_t count, trygg_error *error) {
  out->size = count;
  out->table = tg_memory_new(count + 1, sizeof *out->table);
  if (!out->table)
    return tg_error_memory(error);
  out->table[count] = NO_CATEGORY;
  return begin(&out->names, count, error);
}

static trygg_status add_to_table(tg_part *out, size_t stored, tg_missing missing, const char *name,
                                 trygg_error *error) {
  out->table[stored] = missing == TG_VALID ? (uint32_t)out->names.count : NO_CATEGORY;
  return missing == TG_VALID ? add(&out->names, name, error) : TRYGG_OK;
}

/* The codes that are answers, in codebook order, with or without records. */
static trygg_status of_codes(const tg_column *column, tg_part *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_variable *variable = column->variable;
  out->width = column->kind == TG_COLUMN_CODE8 ? 1 : 2;
  out->values = column->kind == TG_COLUMN_CODE8 ? (const void *)column->values.code8 : column->values.code16;
  TRY(begin_table(out, variable->code_count, error));
  for (size_t i = 0; i < variable->code_count; i++)
    TRY(add_to_table(out, i, variable->codes[i].missing, variable->codes[i].text, error));
cleanup:
  return status;
}

/* Texts are sorted already; those that mean missing are left out. */
static trygg_status of_texts(const tg_column *column, tg_part *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_dictionary *dictionary = &column->dictionary;
  out->width = column->width == 2 ? 2 : 4;
  out->values = column->width == 2 ? (const void *)column->values.text16 : column->values.text;
  TRY(begin_table(out, dictionary->count, error));
  for (size_t i = 0; i < dictionary->count; i++)
    TRY(add_to_table(out, i, (tg_missing)dictionary->missing[i], dictionary->texts[i], error));
cleanup:
  return status;
}

static int compare(const void *a, const void *b) {
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

/* Distinct numbers by size. */
static trygg_status of_numbers(const tg_column *column, size_t records, tg_part *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = 0, distinct = 0;
  char name[TG_NUMBER_SIZE];
  double *sorted = tg_memory_new(records, sizeof *sorted);
  out->owned = tg_memory_new(records, sizeof *out->owned);
  if (!sorted || !out->owned) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records; i++) {
    double value = tg_column_stored_number(column, i);
    if (!isnan(value))
      sorted[count++] = value == 0 ? 0 : value; /* no negative zero */
  }
  qsort(sorted, count, sizeof *sorted, compare);
  for (size_t i = 0; i < count; i++)
    if (i == 0 || sorted[i] != sorted[distinct - 1])
      sorted[distinct++] = sorted[i];
  TRY(begin(&out->names, distinct, error));
  for (size_t i = 0; i < distinct; i++) {
    if (column->variable->type == TG_DATE)
      tg_number_format_date(name, sorted[i]);
    else
      tg_number_format(name, sorted[i]);
    TRY(add(&out->names, name, error));
  }
  for (size_t i = 0; i < records; i++) {
    double value = tg_column_stored_number(column, i);
    const double *found = isnan(value) ? NULL : bsearch(&value, sorted, distinct, sizeof *sorted, compare);
    out->owned[i] = found ? (uint32_t)(found - sorted) : NO_CATEGORY;
  }
  out->values = out->owned;
  out->width = 4;
  out->size = distinct;
cleanup:
  tg_memory_wipe(sorted, records * sizeof *sorted);
  return status;
}

trygg_status tg_part_of_column(const tg_column *column, size_t records, tg_part *out, trygg_error *error) {
  trygg_status status;
  *out = (tg_part){0};
  if (column->kind == TG_COLUMN_MASK)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, column->variable->name,
        "`%s` is select_multiple: a respondent can be in several of its categories, so it cannot "
        "divide them; derive a variable from it with the rule count",
        column->variable->name);
  if (column->kind == TG_COLUMN_CODE8 || column->kind == TG_COLUMN_CODE16)
    status = of_codes(column, out, error);
  else if (!column->present)
    status = begin(&out->names, 0, error);
  else if (column->kind == TG_COLUMN_TEXT)
    status = of_texts(column, out, error);
  else
    status = of_numbers(column, records, out, error);
  if (!column->present)
    out->values = NULL;
  out->count = out->names.count;
  if (status != TRYGG_OK)
    tg_part_clear(out);
  return status;
}

trygg_status tg_column_categories(const tg_column *column, size_t records, uint32_t *index,
                                  tg_categories *out, trygg_error *error) {
  tg_part part;
  trygg_status status = tg_part_of_column(column, records, &part, error);
  *out = (tg_categories){0};
  if (status != TRYGG_OK)
    return status;
  for (size_t i = 0; i < records; i++)
    index[i] = tg_part_number(&part, i);
  *out = part.names;
  part.names = (tg_categories){0};
  tg_part_clear(&part);
  return TRYGG_OK;
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
