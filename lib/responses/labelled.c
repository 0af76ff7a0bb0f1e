/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading SPSS, Stata and SAS files: their columns are loaded as arrays are. */
#include <responses/load.h>

#include <string.h>

#include <base/memory.h>
#include <source/labelled.h>

/* Cells are kept only of the survey's own variables; recodes look at all cells of a record. */
static int is_wanted(const void *context, const char *name) {
  const trygg_codebook *codebook = context;
  size_t variable = tg_codebook_find_variable(codebook, name, strlen(name));
  return codebook->recode_count > 0 || (variable != TG_NONE && variable < codebook->derived_begin);
}

trygg_status tg_labelled_load(tg_load *load, const char *path) {
  trygg_status status = TRYGG_OK;
  tg_labelled file = {0};
  trygg_array *arrays = NULL;
  char decimal = load->options.decimal;
  tg_labelled_options options = {.max_bytes = load->options.max_bytes,
                                 .max_columns = load->options.max_columns,
                                 .max_field = load->options.max_field,
                                 .wants = is_wanted,
                                 .context = load->codebook,
                                 .progress = load->options.progress};
  load->options.decimal =
      '.'; /* of the texts that stand for numbers, whatever CSV files beside this one have */
  TRY(tg_labelled_read(path, &options, &file, load->error));
  arrays = tg_memory_new(file.column_count, sizeof *arrays);
  if (!arrays) {
    status = tg_error_memory(load->error);
    goto cleanup;
  }
  for (size_t i = 0; i < file.column_count; i++) {
    const tg_labelled_column *column = &file.columns[i];
    arrays[i] = (trygg_array){.name = column->name, .type = TRYGG_ARRAY_DOUBLE, .values = column->numbers};
    if (column->texts) {
      arrays[i].type = TRYGG_ARRAY_TEXT;
      arrays[i].values = column->texts;
    }
  }
  TRY(tg_arrays_load(load, path, arrays, file.column_count, file.rows));
cleanup:
  load->options.decimal = decimal;
  tg_memory_free(arrays);
  tg_labelled_clear(&file);
  return status;
}
