/* SPDX-License-Identifier: GPL-3.0-or-later */
/* references.csv: published figures that estimates are compared with. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum {
  REF_WAVE,
  REF_VARIABLES,
  REF_CATEGORY,
  REF_INDICATOR,
  REF_ESTIMATE,
  REF_SE,
  REF_LOWER,
  REF_UPPER,
  REF_LEVEL,
  REF_N,
  REF_SOURCE,
  REF_FIELDS
};

static const tg_sheet_field fields[REF_FIELDS] = {
    [REF_WAVE] = {"wave", 0, "the wave that is compared with it; empty: every wave"},
    [REF_VARIABLES] = {"variables", 0,
                       "variables that make the category, with blanks between; empty: everybody"},
    [REF_CATEGORY] = {"category", 0, "their codes in the same order, with blanks between"},
    [REF_INDICATOR] = {"indicator", 1, "the indicator"},
    [REF_ESTIMATE] = {"estimate", 1, "the published figure; a share between 0 and 1"},
    [REF_SE] = {"se", 0, "its standard error"},
    [REF_LOWER] = {"lower", 0, "lower limit of its interval"},
    [REF_UPPER] = {"upper", 0, "upper limit of its interval"},
    [REF_LEVEL] = {"level", 0, "confidence level of the interval (0.95)"},
    [REF_N] = {"n", 0, "answers it rests on"},
    [REF_SOURCE] = {"source", 0, "where it was published"},
};

static trygg_status read_numbers(const tg_sheet_row *row, tg_published_row *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(tg_sheet_number(row, REF_ESTIMATE, &out->estimate, error));
  TRY(tg_sheet_number(row, REF_SE, &out->se, error));
  TRY(tg_sheet_number(row, REF_LOWER, &out->lower, error));
  TRY(tg_sheet_number(row, REF_UPPER, &out->upper, error));
  TRY(tg_sheet_number(row, REF_LEVEL, &out->level, error));
  TRY(tg_sheet_number(row, REF_N, &out->n, error));
cleanup:
  return status;
}

/* Fails at `field` where `wrong` holds. */
static trygg_status reject(int wrong, const tg_sheet_row *row, size_t field, const char *what,
                           trygg_error *error) {
  return wrong ? tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field, "%s", what) : TRYGG_OK;
}

static trygg_status check_numbers(const tg_sheet_row *row, const tg_published_row *r, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(reject(r->se < 0, row, REF_SE, "a standard error is not negative", error));
  TRY(reject(isnan(r->lower) && !isnan(r->upper), row, REF_LOWER,
             "an interval needs both limits; give `lower` too, or leave `upper` empty", error));
  TRY(reject(isnan(r->upper) && !isnan(r->lower), row, REF_UPPER,
             "an interval needs both limits; give `upper` too, or leave `lower` empty", error));
  TRY(reject(r->lower > r->estimate, row, REF_LOWER, "the lower limit is above the estimate", error));
  TRY(reject(r->upper < r->estimate, row, REF_UPPER, "the upper limit is below the estimate", error));
  TRY(reject(!isnan(r->level) && !(r->level > 0 && r->level < 1), row, REF_LEVEL,
             "a confidence level lies between 0 and 1, as 0.95", error));
  TRY(reject(!isnan(r->level) && isnan(r->lower), row, REF_LEVEL,
             "a level belongs to an interval; give `lower` and `upper`, or leave it empty", error));
  TRY(reject(!isnan(r->n) && !(r->n >= 1 && r->n == floor(r->n)), row, REF_N,
             "the answers are a whole number from 1 on", error));
cleanup:
  return status;
}

static trygg_status add_published(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_published_row numbers = {0};
  TRY(read_numbers(row, &numbers, error));
  TRY(check_numbers(row, &numbers, error));
  tg_published_row *grown = tg_sheet_room(codebook->published, codebook->published_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->published = grown;
  tg_published_row *kept = &grown[codebook->published_count++];
  *kept = numbers;
  kept->indicator = TG_NONE;
  kept->line = row->line;
  kept->wave = tg_sheet_copy(row, REF_WAVE);
  kept->names = tg_category_tidy(row->cells[REF_VARIABLES]);
  kept->category = tg_category_tidy(row->cells[REF_CATEGORY]);
  kept->source = tg_sheet_copy(row, REF_SOURCE);
  kept->file = tg_memory_string(row->file);
  if (!kept->wave || !kept->names || !kept->category || !kept->source || !kept->file)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_published_sheet = {
    .name = "references",
    .help = "published figures to compare with",
    .fields = fields,
    .field_count = REF_FIELDS,
    .add = add_published,
};

void tg_published_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->published_count; i++) {
    tg_published_row *row = &codebook->published[i];
    tg_memory_free(row->variables);
    tg_memory_free(row->wave);
    tg_memory_free(row->names);
    tg_memory_free(row->category);
    tg_memory_free(row->source);
    tg_memory_free(row->file);
  }
  tg_memory_free(codebook->published);
}

static trygg_status link_indicator(const trygg_codebook *codebook, tg_published_row *kept,
                                   const tg_sheet_row *row, trygg_error *error) {
  const trygg_error place = tg_sheet_place(row, REF_INDICATOR);
  const char *name = row->cells[REF_INDICATOR];
  kept->indicator = tg_codebook_find_indicator(codebook, name, strlen(name));
  return kept->indicator != TG_NONE
             ? TRYGG_OK
             : tg_codebook_unknown_indicator(codebook, name, strlen(name), &place, error);
}

/* What is said of a figure is said once, but for several sources. */
static trygg_status check_once(const trygg_codebook *codebook, tg_names *seen, char **keys, size_t i,
                               const tg_sheet_row *row, trygg_error *error) {
  const tg_published_row *kept = &codebook->published[i];
  tg_text key = {0};
  tg_text_format(&key, "%s\n%s\n%s\n%s\n%s", kept->wave, kept->names, kept->category,
                 codebook->indicators[kept->indicator].name, kept->source);
  keys[i] = key.bytes;
  if (key.failed)
    return tg_error_memory(error);
  size_t before = tg_names_find(seen, keys[i], key.length);
  if (before != SIZE_MAX)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, REF_INDICATOR,
                         "this wave, category and indicator are in line %lld already; name another `source` "
                         "where it is another figure",
                         (long long)codebook->published[before].line);
  return tg_names_put(seen, keys[i], i) == 0 ? TRYGG_OK : tg_error_memory(error);
}

trygg_status tg_published_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_names seen = {0};
  char **keys = tg_memory_new(codebook->published_count, sizeof *keys);
  if (!keys)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->published_count; i++) {
    const tg_sheet_row *row = codebook->reader->sheets[TG_PUBLISHED].rows[i];
    tg_published_row *kept = &codebook->published[i];
    const trygg_error place = tg_sheet_place(row, REF_WAVE);
    if (kept->wave[0])
      TRY(tg_waves_check(codebook, kept->wave, &place, error));
    TRY(link_indicator(codebook, kept, row, error));
    TRY(tg_category_variables(codebook, row, REF_VARIABLES, &kept->variables, &kept->variable_count, error));
    TRY(tg_category_codes(codebook, row, REF_CATEGORY, kept->variables, kept->variable_count, &kept->category,
                          error));
    TRY(check_once(codebook, &seen, keys, i, row, error));
  }
cleanup:
  tg_names_clear(&seen);
  for (size_t i = 0; i < codebook->published_count; i++)
    tg_memory_free(keys[i]);
  tg_memory_free(keys);
  return status;
}
