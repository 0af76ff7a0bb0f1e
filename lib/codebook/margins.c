/* SPDX-License-Identifier: GPL-3.0-or-later */
/* margins.csv: totals of the population that weights are calibrated to. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { MARGIN_WAVE, MARGIN_VARIABLES, MARGIN_CATEGORY, MARGIN_TOTAL, MARGIN_SE, MARGIN_FIELDS };

static const tg_sheet_field fields[MARGIN_FIELDS] = {
    [MARGIN_WAVE] = {"wave", 0, "the wave; may be empty where there is only one"},
    [MARGIN_VARIABLES] = {"variables", 0,
                          "variables that make the category, with blanks between; empty: all people"},
    [MARGIN_CATEGORY] = {"category", 0,
                         "their codes in the same order, with blanks between; empty: the sum of a number"},
    [MARGIN_TOTAL] = {"total", 0, "people in the category, or the sum; empty: as the given weights have it"},
    [MARGIN_SE] = {"se", 0, "standard error of a total that is itself an estimate; empty: it is known"},
};

/* Totals of one wave that count the same people may differ by the rounding of decimals, by nothing else. */
#define SAME_PEOPLE 1e-9

static trygg_status check_numbers(const tg_sheet_row *row, tg_margin_row *kept, trygg_error *error) {
  if (kept->category[0] || !kept->names[0])
    if (kept->total < 0)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MARGIN_TOTAL, "a number of people is not negative");
  if (kept->se < 0)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MARGIN_SE, "a standard error is not negative");
  if (kept->se > 0 && isnan(kept->total))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MARGIN_SE,
                         "a standard error belongs to a total, and `total` is empty");
  if (isnan(kept->se))
    kept->se = 0;
  return TRYGG_OK;
}

static trygg_status add_margin(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double total, se;
  TRY(tg_sheet_number(row, MARGIN_TOTAL, &total, error));
  TRY(tg_sheet_number(row, MARGIN_SE, &se, error));
  tg_margin_row *grown = tg_sheet_room(codebook->margins, codebook->margin_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->margins = grown;
  tg_margin_row *kept = &grown[codebook->margin_count++];
  kept->total = total;
  kept->se = se;
  kept->line = row->line;
  kept->wave = tg_sheet_copy(row, MARGIN_WAVE);
  kept->names = tg_category_tidy(row->cells[MARGIN_VARIABLES]);
  kept->category = tg_category_tidy(row->cells[MARGIN_CATEGORY]);
  kept->file = tg_memory_string(row->file);
  if (!kept->wave || !kept->names || !kept->category || !kept->file)
    return tg_error_memory(error);
  TRY(check_numbers(row, kept, error));
cleanup:
  return status;
}

const tg_sheet tg_margins_sheet = {
    .name = "margins",
    .help = "population totals to calibrate to",
    .fields = fields,
    .field_count = MARGIN_FIELDS,
    .add = add_margin,
};

void tg_margins_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->margin_count; i++) {
    tg_margin_row *row = &codebook->margins[i];
    tg_memory_free(row->wave);
    tg_memory_free(row->file);
    tg_memory_free(row->variables);
    tg_memory_free(row->names);
    tg_memory_free(row->category);
  }
  tg_memory_free(codebook->margins);
}

/* ---- rows by themselves -------------------------------------------------------------------------------- */

/* A code that means missing is nobody in the population. */
static trygg_status check_code(const tg_variable *variable, const char *word, size_t length,
                               const tg_sheet_row *row, trygg_error *error) {
  int by_number;
  size_t code = variable->code_count ? tg_variable_code(variable, word, length, &by_number) : TG_NONE;
  if (code == TG_NONE || variable->codes[code].missing == TG_VALID)
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MARGIN_CATEGORY,
                       "code `%s` of `%s` means a missing answer, which nobody in the population has",
                       variable->codes[code].text, variable->name);
}

static trygg_status check_codes(const trygg_codebook *codebook, const tg_margin_row *kept,
                                const tg_sheet_row *row, trygg_error *error) {
  const char *cursor = kept->category, *word;
  size_t length;
  trygg_status status = TRYGG_OK;
  if (kept->variable_count == 1) /* its code may have blanks */
    return check_code(&codebook->variables[kept->variables[0]], cursor, strlen(cursor), row, error);
  for (size_t k = 0; status == TRYGG_OK && (word = tg_text_word(&cursor, &length)); k++)
    status = check_code(&codebook->variables[kept->variables[k]], word, length, row, error);
  return status;
}

/* A total without category: of people, of a number, or (given weights) of whatever categories there are. */
static trygg_status check_sum(const trygg_codebook *codebook, const tg_margin_row *kept,
                              const tg_sheet_row *row, trygg_error *error) {
  const tg_variable *variable;
  if (kept->variable_count == 0 || isnan(kept->total))
    return TRYGG_OK;
  variable = &codebook->variables[kept->variables[0]];
  if (kept->variable_count == 1 && (variable->type == TG_INTEGER || variable->type == TG_DECIMAL) &&
      (variable->role == TG_ROLE_NONE || variable->role == TG_ROLE_DOMAIN))
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MARGIN_CATEGORY,
                       "`%s` %s no number to be summed; write the category that the total is for",
                       TG_SHOWN(kept->names), kept->variable_count == 1 ? "is" : "are");
}

static trygg_status link_row(trygg_codebook *codebook, size_t i, trygg_error *error) {
  const tg_sheet_row *row = codebook->reader->sheets[TG_MARGINS].rows[i];
  tg_margin_row *kept = &codebook->margins[i];
  trygg_status status = TRYGG_OK;
  TRY(tg_category_wave(codebook, row, MARGIN_WAVE, error));
  TRY(tg_category_variables(codebook, row, MARGIN_VARIABLES, &kept->variables, &kept->variable_count, error));
  if (!kept->category[0])
    return check_sum(codebook, kept, row, error);
  TRY(tg_category_codes(codebook, row, MARGIN_CATEGORY, kept->variables, kept->variable_count,
                        &kept->category, error));
  TRY(check_codes(codebook, kept, row, error));
cleanup:
  return status;
}

/* ---- rows together --------------------------------------------------------------------------------------- */

static int same_margin(const tg_margin_row *a, const tg_margin_row *b) {
  return !strcmp(a->wave, b->wave) && !strcmp(a->names, b->names);
}

/* What a margin counts, found from its first row. */
typedef struct margin_facts {
  size_t first;  /* row */
  double people; /* sum of its totals */
} margin_facts;

static int counts_people(const tg_margin_row *row) {
  return row->category[0] || !row->names[0];
}

static trygg_status check_row_fits(const trygg_codebook *codebook, size_t i, size_t first,
                                   trygg_error *error) {
  const tg_sheet_row *row = codebook->reader->sheets[TG_MARGINS].rows[i];
  const tg_margin_row *kept = &codebook->margins[i], *other = &codebook->margins[first];
  if (counts_people(kept) != counts_people(other))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MARGIN_CATEGORY,
                         "`%s` has categories and a sum; a margin has the one or the other",
                         TG_SHOWN(kept->names));
  if (isnan(kept->total) != isnan(other->total))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, MARGIN_TOTAL,
                         "some totals of `%s` are given and some are empty; fill them all in, or none",
                         TG_SHOWN(kept->names));
  return TRYGG_OK;
}

static trygg_status check_same_people(const trygg_codebook *codebook, const margin_facts *a,
                                      const margin_facts *b, trygg_error *error) {
  const tg_margin_row *one = &codebook->margins[a->first], *two = &codebook->margins[b->first];
  char first[TG_NUMBER_SIZE], second[TG_NUMBER_SIZE];
  if (strcmp(one->wave, two->wave) || isnan(a->people) || isnan(b->people) ||
      fabs(a->people - b->people) <= SAME_PEOPLE * fmax(a->people, b->people))
    return TRYGG_OK;
  return tg_sheet_fail(
      error, TRYGG_ECODEBOOK, codebook->reader->sheets[TG_MARGINS].rows[b->first], MARGIN_TOTAL,
      "%s%s%s adds up to %s people and %s%s%s to %s%s%s; they count the same people, so make "
      "them agree",
      one->names[0] ? "`" : "the whole", TG_SHOWN(one->names), one->names[0] ? "`" : "",
      tg_number_format(first, a->people), two->names[0] ? "`" : "the whole", TG_SHOWN(two->names),
      two->names[0] ? "`" : "", tg_number_format(second, b->people), one->wave[0] ? " in wave " : "",
      one->wave);
}

/* Margins in the order of their first rows; `seen` finds them by wave and names, and their rows by category too. */
static trygg_status gather(const trygg_codebook *codebook, tg_names *seen, char **keys, margin_facts *margins,
                           size_t *count, trygg_error *error) {
  for (size_t i = 0; i < codebook->margin_count; i++) {
    const tg_margin_row *kept = &codebook->margins[i];
    tg_text key = {0};
    size_t m = 0, before;
    trygg_status status;
    tg_text_format(&key, "%s\n%s\n%s", kept->wave, kept->names, kept->category);
    keys[i] = key.bytes;
    if (key.failed)
      return tg_error_memory(error);
    if ((before = tg_names_find(seen, keys[i], key.length)) != SIZE_MAX)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, codebook->reader->sheets[TG_MARGINS].rows[i],
                           MARGIN_CATEGORY, "this wave and category are in line %lld already",
                           (long long)codebook->margins[before].line);
    if (tg_names_put(seen, keys[i], i))
      return tg_error_memory(error);
    while (m < *count && !same_margin(kept, &codebook->margins[margins[m].first]))
      m++;
    if (m == *count)
      margins[(*count)++] = (margin_facts){i, counts_people(kept) ? 0 : NAN};
    status = check_row_fits(codebook, i, margins[m].first, error);
    if (status != TRYGG_OK)
      return status;
    margins[m].people += kept->total;
  }
  return TRYGG_OK;
}

trygg_status tg_margins_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_names seen = {0};
  size_t count = 0;
  char **keys = tg_memory_new(codebook->margin_count, sizeof *keys);
  margin_facts *margins = tg_memory_new(codebook->margin_count, sizeof *margins);
  if (!keys || !margins) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < codebook->margin_count; i++)
    TRY(link_row(codebook, i, error));
  TRY(gather(codebook, &seen, keys, margins, &count, error));
  for (size_t a = 0; a < count; a++)
    for (size_t b = a + 1; b < count; b++)
      TRY(check_same_people(codebook, &margins[a], &margins[b], error));
cleanup:
  tg_names_clear(&seen);
  for (size_t i = 0; i < codebook->margin_count && keys; i++)
    tg_memory_free(keys[i]);
  tg_memory_free(keys);
  tg_memory_free(margins);
  return status;
}
