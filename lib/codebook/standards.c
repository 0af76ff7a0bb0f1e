/* SPDX-License-Identifier: GPL-3.0-or-later */
/* standards.csv: standard populations that indicators name. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/text.h>

enum { STANDARD_NAME, STANDARD_VARIABLES, STANDARD_CATEGORY, STANDARD_PEOPLE, STANDARD_FIELDS };

static const tg_sheet_field fields[STANDARD_FIELDS] = {
    [STANDARD_NAME] = {"standard", 1, "name of the standard population; one row a category"},
    [STANDARD_VARIABLES] = {"variables", 1, "variables that make the category, with blanks between"},
    [STANDARD_CATEGORY] = {"category", 1, "their codes in the same order, with blanks between"},
    [STANDARD_PEOPLE] = {"people", 1, "people of the category, or their share"},
};

static trygg_status add_standard(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double people;
  TRY(tg_sheet_number(row, STANDARD_PEOPLE, &people, error));
  if (!(people > 0) || isinf(people))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, STANDARD_PEOPLE,
                         "a category of a standard population has people; write a number above 0");
  tg_standard_row *grown = tg_sheet_room(codebook->standards, codebook->standard_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->standards = grown;
  tg_standard_row *kept = &grown[codebook->standard_count++];
  *kept = (tg_standard_row){.people = people, .line = row->line};
  kept->name = tg_sheet_copy(row, STANDARD_NAME);
  kept->names = tg_category_tidy(row->cells[STANDARD_VARIABLES]);
  kept->category = tg_category_tidy(row->cells[STANDARD_CATEGORY]);
  if (!kept->name || !kept->names || !kept->category)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_standards_sheet = {
    .name = "standards",
    .help = "standard populations that indicators are standardised to",
    .fields = fields,
    .field_count = STANDARD_FIELDS,
    .add = add_standard,
};

void tg_standards_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->standard_count; i++) {
    tg_standard_row *row = &codebook->standards[i];
    tg_memory_free(row->name);
    tg_memory_free(row->variables);
    tg_memory_free(row->names);
    tg_memory_free(row->category);
  }
  tg_memory_free(codebook->standards);
}

/* The rows of a population name the same variables. */
static trygg_status check_variables(const trygg_codebook *codebook, size_t i, const tg_sheet_row *row,
                                    trygg_error *error) {
  const tg_standard_row *kept = &codebook->standards[i];
  for (size_t k = 0; k < i; k++)
    if (!strcmp(codebook->standards[k].name, kept->name) && strcmp(codebook->standards[k].names, kept->names))
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, STANDARD_VARIABLES,
                           "the population `%s` has other variables in line %lld", TG_SHOWN(kept->name),
                           (long long)codebook->standards[k].line);
  return TRYGG_OK;
}

trygg_status tg_standards_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < codebook->standard_count; i++) {
    const tg_sheet_row *row = codebook->reader->sheets[TG_STANDARDS].rows[i];
    tg_standard_row *kept = &codebook->standards[i];
    TRY(check_variables(codebook, i, row, error));
    TRY(tg_category_variables(codebook, row, STANDARD_VARIABLES, &kept->variables, &kept->variable_count,
                              error));
    TRY(tg_category_codes(codebook, row, STANDARD_CATEGORY, kept->variables, kept->variable_count,
                          &kept->category, error));
  }
cleanup:
  return status;
}
