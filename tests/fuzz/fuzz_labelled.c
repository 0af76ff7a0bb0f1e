/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of SPSS, Stata and SAS: read whole or refused, alone and as the data of a survey. */
#include "fuzz.h"

#include <math.h>

#include <responses/responses.h>
#include <source/labelled.h>

static const char survey[] = "type,name,role\ndecimal,vikt,weight\nselect_one scale,kvall,\ninteger,alder,\n"
                             "date,dag,\ntext,namn,\nselect_one scale,oro,\ndecimal,antal,\n";
static const char choices[] =
    "list_name,name,missing\nscale,1,\nscale,2,\nscale,3,\nscale,4,\nscale,8,dont_know\n";

static trygg_codebook *codebook_once(void) {
  static trygg_codebook *codebook;
  trygg_error error = {0};
  if (codebook)
    return codebook;
  HOLDS(trygg_codebook_create(&codebook, &error) == TRYGG_OK);
  HOLDS(trygg_codebook_add_csv(codebook, "survey", survey, sizeof survey - 1, &error) == TRYGG_OK);
  HOLDS(trygg_codebook_add_csv(codebook, "choices", choices, sizeof choices - 1, &error) == TRYGG_OK);
  HOLDS(trygg_codebook_finish(codebook, &error) == TRYGG_OK);
  return codebook;
}

/* What the header of source/labelled.h promises of a file that was read. */
static void check_columns(const tg_labelled *labelled) {
  size_t sum = 0;
  HOLDS(labelled->kind != NULL);
  for (size_t i = 0; i < labelled->column_count; i++) {
    const tg_labelled_column *column = &labelled->columns[i];
    HOLDS(column->name != NULL);
    HOLDS(!column->texts || !column->numbers);
    for (size_t row = 0; row < labelled->rows; row++) {
      if (column->texts && column->texts[row])
        sum += strlen(column->texts[row]);
      if (column->numbers)
        sum += isnan(column->numbers[row]) != 0;
    }
    for (size_t k = 0; k < column->code_count; k++)
      sum += strlen(column->codes[k].text) + (column->codes[k].label ? strlen(column->codes[k].label) : 0);
    for (size_t k = 0; k < column->range_count; k++)
      HOLDS(column->ranges[k].text || column->ranges[k].low <= column->ranges[k].high);
  }
  HOLDS(sum < SIZE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tg_labelled labelled = {0};
  tg_labelled_options options = {.max_bytes = 4 << 20, .max_columns = 200, .max_field = 4096};
  trygg_load_options how = {.size = sizeof how, .threads = 1, .max_bytes = 4 << 20, .max_columns = 200};
  trygg_responses *responses = NULL;
  trygg_error error = {0};
  if (size == 0 || size > 65536 || !tg_labelled_is_memory(data, size))
    return 0;
  uint8_t *bytes = malloc(size);
  HOLDS(bytes);
  memcpy(bytes, data, size);
  trygg_status status = tg_labelled_read_memory("input", bytes, size, &options, &labelled, &error);
  if (status == TRYGG_OK)
    check_columns(&labelled);
  else
    HOLDS_ERROR(status, error);
  tg_labelled_clear(&labelled);
  memset(&error, 0, sizeof error);
  status = trygg_responses_load_memory(codebook_once(), "input", bytes, size, &how, &responses, &error);
  if (status != TRYGG_OK) {
    HOLDS(responses == NULL);
    HOLDS_ERROR(status, error);
  }
  trygg_responses_free(responses);
  free(bytes);
  return 0;
}
