/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Some rows of a table. */
#include <table/table.h>

#include <string.h>

#include <base/error.h>

trygg_status trygg_table_select(const trygg_table *table, const char *column, const char *text,
                                trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *selected = NULL;
  size_t key = trygg_table_find(table, column);

  if (out == NULL)
    return tg_error_set(error, TRYGG_EINVAL, "no place was given for the selected rows");
  *out = NULL;
  if (key == SIZE_MAX || trygg_table_type(table, key) != TRYGG_TEXT || text == NULL)
    return tg_error_set(error, TRYGG_EINVAL, "the table has no column of texts called `%s` to select rows by",
                        column == NULL ? "" : column);
  TRY(tg_table_create_like(table, &selected, error));
  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    if (strcmp(trygg_table_text(table, row, key), text) != 0)
      continue;
    TRY(tg_table_add_row(selected, error));
    for (size_t i = 0; i < trygg_table_columns(table); i++)
      TRY(tg_table_copy_cell(selected, i, table, row, error));
    tg_table_set_base(selected, tg_table_base(table, row));
    tg_table_set_unit(selected, tg_table_unit(table, row));
  }
  *out = selected;
  selected = NULL;

cleanup:
  trygg_table_free(selected);
  return status;
}
