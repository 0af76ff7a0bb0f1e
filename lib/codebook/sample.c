/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.csv: what was sent out, for response rates. */
#include <codebook/reader.h>

#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { SAMPLE_WAVE, SAMPLE_VARIABLES, SAMPLE_CATEGORY, SAMPLE_DISPOSITION, SAMPLE_COUNT, SAMPLE_FIELDS };

static const tg_sheet_field fields[SAMPLE_FIELDS] = {
    [SAMPLE_WAVE] = {"wave", 0, "the wave; may be empty where there is only one"},
    [SAMPLE_VARIABLES] = {"variables", 0,
                          "variables that make the category, with blanks between; empty: all"},
    [SAMPLE_CATEGORY] = {"category", 0, "their codes in the same order, with blanks between"},
    [SAMPLE_DISPOSITION] = {"disposition", 0, "I P R NC O UH UO NE; empty: all that was sent out"},
    [SAMPLE_COUNT] = {"count", 1, "how many"},
};

static trygg_status read_count(const tg_sheet_row *row, int64_t *out, trygg_error *error) {
  const char *cell = row->cells[SAMPLE_COUNT];
  if (tg_number_parse_integer(cell, strlen(cell), out) == 0 && *out >= 0)
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_EPARSE, row, SAMPLE_COUNT,
                       "`%s` is no count; write a whole number from 0 on", TG_SHOWN(cell));
}

static trygg_status add_sample(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int disposition = TG_DISPOSITIONS;
  int64_t count;
  TRY(read_count(row, &count, error));
  if (row->cells[SAMPLE_DISPOSITION][0])
    TRY(tg_sheet_choose(row, SAMPLE_DISPOSITION, tg_choices_dispositions, TG_DISPOSITIONS, &disposition,
                        error));
  tg_sample_row *grown = tg_sheet_room(codebook->sample, codebook->sample_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->sample = grown;
  tg_sample_row *kept = &grown[codebook->sample_count++];
  kept->disposition = disposition;
  kept->count = count;
  kept->line = row->line;
  kept->wave = tg_sheet_copy(row, SAMPLE_WAVE);
  kept->names = tg_category_tidy(row->cells[SAMPLE_VARIABLES]);
  kept->category = tg_category_tidy(row->cells[SAMPLE_CATEGORY]);
  kept->file = tg_memory_string(row->file);
  if (!kept->wave || !kept->names || !kept->category || !kept->file)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_sample_sheet = {
    .name = "sample",
    .help = "what was sent out, for response rates",
    .fields = fields,
    .field_count = SAMPLE_FIELDS,
    .add = add_sample,
};

void tg_sample_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->sample_count; i++) {
    tg_sample_row *row = &codebook->sample[i];
    tg_memory_free(row->variables);
    tg_memory_free(row->wave);
    tg_memory_free(row->names);
    tg_memory_free(row->category);
    tg_memory_free(row->file);
  }
  tg_memory_free(codebook->sample);
}

/* Each wave, category and disposition is there once. */
static trygg_status check_once(const trygg_codebook *codebook, tg_names *seen, char **keys, size_t i,
                               const tg_sheet_row *row, trygg_error *error) {
  const tg_sample_row *kept = &codebook->sample[i];
  tg_text key = {0};
  tg_text_format(&key, "%s\n%s\n%s\n%d", kept->wave, kept->names, kept->category, kept->disposition);
  keys[i] = key.bytes;
  if (key.failed)
    return tg_error_memory(error);
  size_t before = tg_names_find(seen, keys[i], key.length);
  if (before != SIZE_MAX)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SAMPLE_DISPOSITION,
                         "this wave, category and disposition are in line %lld already",
                         (long long)codebook->sample[before].line);
  return tg_names_put(seen, keys[i], i) == 0 ? TRYGG_OK : tg_error_memory(error);
}

trygg_status tg_sample_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_names seen = {0};
  char **keys = tg_memory_new(codebook->sample_count, sizeof *keys);
  if (!keys)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->sample_count; i++) {
    const tg_sheet_row *row = codebook->reader->sheets[TG_SAMPLE].rows[i];
    tg_sample_row *kept = &codebook->sample[i];
    TRY(tg_category_wave(codebook, row, SAMPLE_WAVE, error));
    TRY(tg_category_variables(codebook, row, SAMPLE_VARIABLES, &kept->variables, &kept->variable_count,
                              error));
    TRY(tg_category_codes(codebook, row, SAMPLE_CATEGORY, kept->variables, kept->variable_count,
                          &kept->category, error));
    TRY(check_once(codebook, &seen, keys, i, row, error));
  }
cleanup:
  tg_names_clear(&seen);
  for (size_t i = 0; i < codebook->sample_count; i++)
    tg_memory_free(keys[i]);
  tg_memory_free(keys);
  return status;
}
