/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be published: small rows lose their figures, and so do the rows that would give them back. */
#include <trygg/disclosure.h>

#include <string.h>

#include <base/options.h>
#include <base/error.h>
#include <base/memory.h>
#include <base/text.h>
#include <disclosure/complement.h>
#include <table/flag.h>
#include <table/table.h>

struct trygg_publication {
  tg_references references;
  trygg_table *table;
  size_t suppressed, complements;
};

/* The flag column, or SIZE_MAX. */
static size_t find_flag_column(const trygg_table *table) {
  for (size_t i = 0; i < trygg_table_columns(table); i++)
    if (trygg_table_role(table, i) == TRYGG_FLAG)
      return i;
  return SIZE_MAX;
}

/* hidden[row] = 1 where the base is too small, or where an earlier publication hid the row.  Where a question
 * was not asked there is no answer to protect, and the reader is better served by that flag. */
static size_t hide_small_rows(const trygg_table *table, int64_t min_n, unsigned char *hidden) {
  size_t flag_column = find_flag_column(table), count = 0;

  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    int64_t base = tg_table_base(table, row);
    unsigned flags = tg_flag_parse(trygg_table_text(table, row, flag_column));
    if (base <= 0 && flags & TG_FLAG_NOT_ASKED)
      continue;
    hidden[row] = base < min_n || flags & TG_FLAG_SUPPRESSED ? 1 : 0;
    count += hidden[row];
  }
  return count;
}

/* Append rows of `table` to `out`; the figures of hidden ones are never copied.  Their base, which nobody can
 * read, is kept: publishing again has to see the same sums. */
static trygg_status copy_rows(const trygg_table *table, const unsigned char *hidden, size_t flag_column,
                              trygg_table *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;

  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    TRY(tg_table_add_row(out, error));
    tg_table_set_unit(out, tg_table_unit(table, row));
    for (size_t i = 0; i < trygg_table_columns(table); i++)
      if (!hidden[row] || trygg_table_role(table, i) == TRYGG_KEY)
        TRY(tg_table_copy_cell(out, i, table, row, error));
    if (hidden[row])
      TRY(tg_table_set_flags(out, flag_column, TG_FLAG_SUPPRESSED, error));
    tg_table_set_base(out, tg_table_base(table, row));
  }

cleanup:
  return status;
}

static trygg_status add_count_note(trygg_table *table, const char *key, size_t count, trygg_error *error) {
  char text[32];

  if (count == 0)
    return TRYGG_OK;
  tg_text_print(text, sizeof text, "%zu", count);
  return tg_table_set_note(table, key, text, error);
}

static trygg_status protect(const trygg_table *table, int64_t min_n, trygg_publication *out,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  char note[40];
  unsigned char *hidden = tg_memory_new(trygg_table_rows(table), 1);
  size_t small, flag_column = find_flag_column(table);

  if (hidden == NULL)
    return tg_error_memory(error);
  small = hide_small_rows(table, min_n, hidden);
  TRY(tg_complement_suppress(table, min_n, hidden, &out->complements, error));
  out->suppressed = small + out->complements;
  TRY(tg_table_create_like(table, &out->table, error));
  if (flag_column == SIZE_MAX && out->suppressed > 0) {
    flag_column = trygg_table_columns(out->table);
    TRY(tg_table_add_column(out->table, "flag", TRYGG_TEXT, TRYGG_FLAG, error));
  }
  TRY(copy_rows(table, hidden, flag_column, out->table, error));
  TRY(tg_table_hide_counts(out->table, min_n, error));
  tg_text_print(note, sizeof note, "min_n %lld", (long long)min_n);
  TRY(tg_table_set_note(out->table, "disclosure", note, error));
  TRY(add_count_note(out->table, "suppressed_rows", out->suppressed, error));
  TRY(add_count_note(out->table, "complement_rows", out->complements, error));

cleanup:
  tg_memory_free(hidden);
  return status;
}

static trygg_status leave_unprotected(const trygg_table *table, trygg_publication *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  unsigned char *hidden = tg_memory_new(trygg_table_rows(table), 1);

  if (hidden == NULL)
    return tg_error_memory(error);
  TRY(tg_table_create_like(table, &out->table, error));
  TRY(copy_rows(table, hidden, SIZE_MAX, out->table, error));
  TRY(tg_table_set_note(out->table, "disclosure", "unprotected", error));

cleanup:
  tg_memory_free(hidden);
  return status;
}

trygg_status trygg_disclosure_publish(trygg_table *table, const trygg_disclosure_options *options,
                                      trygg_publication **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_disclosure_options chosen;
  trygg_publication *publication = NULL;

  if (out == NULL)
    return tg_error_set(error, TRYGG_EINVAL, "no place was given for the publication");
  *out = NULL;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_disclosure_options", error));
  if (table == NULL)
    return tg_error_set(error, TRYGG_EINVAL, "no table was given to publish");
  if (chosen.min_n < -1)
    return tg_error_at(
        error, TRYGG_EINVAL, NULL, 0, 0, "min_n",
        "min_n is %lld; give the smallest number of respondents, 0 for the default, -1 for no rule",
        (long long)chosen.min_n);
  publication = tg_memory_new(1, sizeof *publication);
  if (publication == NULL)
    return tg_error_memory(error);
  tg_references_begin(&publication->references);
  if (chosen.min_n == -1)
    TRY(leave_unprotected(table, publication, error));
  else
    TRY(protect(table, chosen.min_n == 0 ? TRYGG_DISCLOSURE_MIN_N : chosen.min_n, publication, error));
  *out = publication;
  publication = NULL;

cleanup:
  trygg_disclosure_free(publication);
  return status;
}

trygg_table *trygg_disclosure_table(const trygg_publication *publication) {
  return publication == NULL ? NULL : publication->table;
}

size_t trygg_disclosure_suppressed(const trygg_publication *publication) {
  return publication == NULL ? 0 : publication->suppressed;
}

size_t trygg_disclosure_complements(const trygg_publication *publication) {
  return publication == NULL ? 0 : publication->complements;
}

trygg_publication *trygg_disclosure_retain(trygg_publication *publication) {
  if (publication != NULL)
    tg_references_take(&publication->references);
  return publication;
}

void trygg_disclosure_free(trygg_publication *publication) {
  if (publication == NULL || !tg_references_drop(&publication->references))
    return;
  trygg_table_free(publication->table);
  tg_memory_free(publication);
}
