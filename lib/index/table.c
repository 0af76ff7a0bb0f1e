/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indices as a table. */
#include <index/index.h>

#include <math.h>

#include <base/options.h>

static const tg_column_description columns[] = {
    {"index", TRYGG_TEXT, TRYGG_KEY, "the index", 0},
    {"section", TRYGG_TEXT, TRYGG_KEY, "its section; empty: the whole index", 0},
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "smallest number of answers behind an item", 0},
    {"points", TRYGG_NUMBER, TRYGG_VALUE, "0 hardly any problems, 6 alarming", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"df", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom", 0},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"rank", TRYGG_INTEGER, TRYGG_VALUE, "rank among the domains of the wave; 1 has the fewest points", 0},
    {"rank_lower", TRYGG_INTEGER, TRYGG_VALUE, "lowest rank that the sampling error leaves open", 0},
    {"rank_upper", TRYGG_INTEGER, TRYGG_VALUE, "highest rank that the sampling error leaves open", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

static trygg_status add_row(trygg_table *table, const trygg_estimates *estimates,
                            const tg_index_definitions *definitions, const tg_index_value *value,
                            trygg_error *error) {
  const tg_index_definition *definition = &definitions->list[value->definition];
  size_t column = 1 + estimates->tally->by_count;
  trygg_status status = TRYGG_OK;
  TRY(tg_table_add_row(table, error));
  TRY(tg_inference_set_keys(table, estimates, &estimates->domains[value->domain], 1, error));
  TRY(tg_table_set_text(table, column++, definition->name, error));
  TRY(tg_table_set_text(table, column++,
                        value->section == TG_NONE ? NULL : definition->sections[value->section].name, error));
  if (value->n != INT64_MAX)
    tg_table_set_integer(table, column, value->n);
  column++;
  tg_table_set_number(table, column++, value->points);
  tg_table_set_number(table, column++, value->se);
  tg_table_set_number(table, column++, value->df);
  tg_table_set_number(table, column++, value->lower);
  tg_table_set_number(table, column++, value->upper);
  if (value->rank) {
    tg_table_set_integer(table, column, (int64_t)value->rank);
    tg_table_set_integer(table, column + 1, (int64_t)value->rank_lower);
    tg_table_set_integer(table, column + 2, (int64_t)value->rank_upper);
  }
  TRY(tg_table_set_flags(table, column + 3, value->flags, error));
  tg_table_set_base(table, value->n);
  tg_table_set_unit(table, TG_UNIT_POINTS);
cleanup:
  return status;
}

trygg_status trygg_index_table(const trygg_estimates *estimates, const trygg_index_options *options,
                               trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  tg_index_definitions definitions = {0};
  tg_index_value *values = NULL;
  size_t count = 0;
  double level = 0;
  const trygg_codebook *codebook;
  trygg_index_options chosen;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  codebook = estimates->tally->design->responses->codebook;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_index_options", error));
  TRY(tg_options_list(chosen.names, chosen.name_count, "index", error));
  TRY(tg_inference_level(chosen.level, &level, error));
  TRY(tg_definition_read(codebook, chosen.names, chosen.name_count, &definitions, error));
  if (!definitions.count) {
    status = tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "index",
                         "the survey folder defines no index; write one in indices.csv");
    goto cleanup;
  }
  TRY(tg_index_values(estimates, &definitions, level, &values, &count, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_inference_add_keys(table, estimates, 1, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
  TRY(tg_inference_add_notes(table, estimates, level, error));
  for (size_t i = 0; i < count; i++)
    TRY(add_row(table, estimates, &definitions, &values[i], error));
  *out = table;
  table = NULL;
cleanup:
  tg_memory_free(values);
  tg_definition_clear(&definitions);
  trygg_table_free(table);
  return status;
}
