/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The account of a load in short: sums over files and strata. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/* What people call what the account counts. */
static const struct {
  const char *name;
  const char *texts[PROGRAM_LANGUAGES];
} labels[] = {
    {"read", {"records read", "lästa poster"}},
    {"accepted", {"accepted", "godtagna"}},
    {"duplicate", {"duplicates", "dubbletter"}},
    {"rejected: disposition_R", {"rejected: refused", "bortsorterade: vägrade"}},
    {"rejected: disposition_NC", {"rejected: not reached", "bortsorterade: ej anträffade"}},
    {"rejected: disposition_O", {"rejected: unable", "bortsorterade: förhindrade"}},
    {"rejected: disposition_UH", {"rejected: unknown if a home", "bortsorterade: okänt om bostad"}},
    {"rejected: disposition_UO", {"rejected: outcome unknown", "bortsorterade: okänt utfall"}},
    {"rejected: disposition_NE", {"rejected: not eligible", "bortsorterade: övertäckning"}},
    {"rejected: disposition_unknown", {"rejected: status not known", "bortsorterade: status okänd"}},
    {"rejected: no_wave", {"rejected: no wave", "bortsorterade: utan mätning"}},
    {"rejected: no_weight", {"rejected: no weight", "bortsorterade: utan vikt"}},
    {"rejected: late", {"rejected: late", "bortsorterade: för sent"}},
    {"rejected: too_few_answers", {"rejected: too few answers", "bortsorterade: för få svar"}},
    {"no_answer", {"no answer", "ej svar"}},
    {"dont_know", {"do not know", "vet ej"}},
    {"refused", {"refused", "vill inte svara"}},
    {"not_applicable", {"not applicable", "ej aktuell"}},
    {"not_asked", {"not asked", "ej ställd"}},
    {"multiple", {"several marks", "flera kryss"}},
    {"illegible", {"illegible", "oläsligt"}},
    {"broke_off", {"broke off", "avbröt"}},
    {"suppressed", {"suppressed", "undertryckt"}},
    {"unknown_code", {"unknown code", "okänd kod"}},
    {"recoded_by_number", {"matched as a number", "tolkad som tal"}},
};

const char *program_count_label(const struct program *program, const char *name) {
  for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
    if (strcmp(labels[i].name, name) == 0)
      return labels[i].texts[program->language];
  return name;
}

/* A cell of the account before it is summed. */
typedef struct cell {
  size_t row, column;
  int64_t count;
} cell;

/* Position of a name among names, which grow; SIZE_MAX without memory. */
static size_t find_name(char ***names, size_t *count, const char *name) {
  char **larger, *copy;

  for (size_t i = *count; i-- > 0;)
    if (strcmp((*names)[i], name) == 0)
      return i;
  larger = realloc(*names, (*count + 1) * sizeof *larger);
  if (larger == NULL)
    return SIZE_MAX;
  *names = larger;
  copy = strdup(name);
  if (copy == NULL)
    return SIZE_MAX;
  larger[*count] = copy;
  return (*count)++;
}

/* "rejected: late"; the reason alone where it is a kind of missing; the account alone where the reason is a code. */
static void put_account(program_text *out, const char *account, const char *reason) {
  if (strcmp(account, "missing") == 0)
    program_text_put(out, reason);
  else if (*reason == '\0' || strcmp(account, "unknown_code") == 0)
    program_text_put(out, account);
  else
    program_text_format(out, "%s: %s", account, reason);
}

/* Whether a row of the account is of the kind: days, files and response rates are of neither. */
static int is_of(const trygg_table *account, size_t row, program_counts_kind kind) {
  static const char *const names[][4] = {
      [PROGRAM_RECORDS] = {"read", "accepted", "duplicate", "rejected"},
      [PROGRAM_ANSWERS] = {"missing", "unknown_code", "recoded_by_number", ""}};
  const char *name = trygg_table_text(account, row, trygg_table_find(account, "account"));

  for (size_t i = 0; i < 4; i++)
    if (strcmp(names[kind][i], name) == 0)
      return 1;
  return 0;
}

/* Where a row of the account belongs; 0, or -1 without memory. */
static int place(const trygg_table *account, size_t row, program_counts_kind kind, program_counts *out,
                 cell *at) {
  const char *wave = trygg_table_text(account, row, trygg_table_find(account, "wave"));
  const char *variable = trygg_table_text(account, row, trygg_table_find(account, "variable"));
  program_text name = {0};

  put_account(&name, trygg_table_text(account, row, trygg_table_find(account, "account")),
              trygg_table_text(account, row, trygg_table_find(account, "reason")));
  at->row = at->column = SIZE_MAX;
  if (!name.failed) {
    at->row = find_name(&out->rows, &out->row_count, kind == PROGRAM_ANSWERS ? variable : name.bytes);
    at->column = find_name(&out->columns, &out->column_count, kind == PROGRAM_ANSWERS ? name.bytes : wave);
  }
  at->count = trygg_table_integer(account, row, trygg_table_find(account, "count"));
  program_text_free(&name);
  return at->row == SIZE_MAX || at->column == SIZE_MAX ? -1 : 0;
}

trygg_status program_count(struct program *program, const trygg_table *account, program_counts_kind kind,
                           program_counts *out) {
  size_t rows = trygg_table_rows(account), count = 0;
  cell *cells = calloc(rows + 1, sizeof *cells);
  int failed = cells == NULL;

  *out = (program_counts){0};
  for (size_t row = 0; row < rows && !failed; row++)
    if (is_of(account, row, kind))
      failed = place(account, row, kind, out, &cells[count++]) != 0;
  if (!failed)
    out->counts = calloc(out->row_count * out->column_count + 1, sizeof *out->counts);
  failed = failed || out->counts == NULL;
  for (size_t i = 0; i < count && !failed; i++)
    out->counts[cells[i].row * out->column_count + cells[i].column] += cells[i].count;
  free(cells);
  if (!failed)
    return TRYGG_OK;
  program_clear_counts(out);
  return program_fail(program, TRYGG_ENOMEM, "out of memory");
}

void program_clear_counts(program_counts *counts) {
  for (size_t i = 0; i < counts->row_count; i++)
    free(counts->rows[i]);
  for (size_t i = 0; i < counts->column_count; i++)
    free(counts->columns[i]);
  free(counts->rows);
  free(counts->columns);
  free(counts->counts);
  *counts = (program_counts){0};
}

int64_t program_count_total(const program_counts *counts, const char *row) {
  int64_t total = 0;

  for (size_t i = 0; i < counts->row_count; i++)
    for (size_t k = 0; k < counts->column_count && strcmp(counts->rows[i], row) == 0; k++)
      total += counts->counts[i * counts->column_count + k];
  return total;
}
