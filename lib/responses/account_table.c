/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fieldwork account as a table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <responses/account.h>
#include <responses/rates.h>
#include <table/table.h>

/* ---- the table ------------------------------------------------------------------------- */

enum {
  FILE_COLUMN,
  WAVE_COLUMN,
  STRATUM_COLUMN,
  VARIABLE_COLUMN,
  ACCOUNT_COLUMN,
  REASON_COLUMN,
  COUNT_COLUMN,
  SHARE_COLUMN,
  COLUMNS
};

static const tg_column_description columns[COLUMNS] = {
    [FILE_COLUMN] = {.name = "file",
                     .type = TRYGG_TEXT,
                     .role = TRYGG_KEY,
                     .help = "data file, as it was named"},
    [WAVE_COLUMN] = {.name = "wave",
                     .type = TRYGG_TEXT,
                     .role = TRYGG_KEY,
                     .help = "wave; empty where a record has none"},
    [STRATUM_COLUMN] = {.name = "stratum",
                        .type = TRYGG_TEXT,
                        .role = TRYGG_KEY,
                        .help = "codes of the stratum"},
    [VARIABLE_COLUMN] = {.name = "variable",
                         .type = TRYGG_TEXT,
                         .role = TRYGG_KEY,
                         .help = "variable, in rows about answers"},
    [ACCOUNT_COLUMN] =
        {.name = "account",
         .type = TRYGG_TEXT,
         .role = TRYGG_KEY,
         .help =
             "read, accepted, duplicate, rejected; missing, unknown_code, recoded_by_number; day; file; disposition, "
             "response_rate"},
    [REASON_COLUMN] = {.name = "reason",
                       .type = TRYGG_TEXT,
                       .role = TRYGG_KEY,
                       .help = "why rejected; kind of missing; the code; the day; what was done; the rate"},
    [COUNT_COLUMN] = {.name = "count",
                      .type = TRYGG_INTEGER,
                      .role = TRYGG_VALUE,
                      .help = "records or cells"},
    [SHARE_COLUMN] = {.name = "share",
                      .type = TRYGG_NUMBER,
                      .role = TRYGG_VALUE,
                      .help = "of the records of the wave; of a response rate, the rate",
                      .scaled = 1},
};

typedef struct account_row {
  const char *file, *wave, *stratum, *variable, *account, *reason;
  int64_t count;
  double share; /* NaN: none */
} account_row;

static trygg_status add(trygg_table *table, const account_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *texts[COUNT_COLUMN] = {row->file,     row->wave,    row->stratum,
                                     row->variable, row->account, row->reason};
  TRY(tg_table_add_row(table, error));
  tg_table_set_unit(table, TG_UNIT_SHARE);
  for (size_t i = 0; i < COUNT_COLUMN; i++)
    if (texts[i] && *texts[i])
      TRY(tg_table_set_text(table, i, texts[i], error));
  tg_table_set_integer(table, COUNT_COLUMN, row->count);
  tg_table_set_number(table, SHARE_COLUMN, row->share);
cleanup:
  return status;
}

/* Nothing is said of what did not happen. */
static trygg_status add_some(trygg_table *table, const account_row *row, trygg_error *error) {
  return row->count == 0 ? TRYGG_OK : add(table, row, error);
}

typedef struct cell_order {
  const tg_account_cell *cell;
  const char *wave;
} cell_order;

static int compare_cells(const void *a, const void *b) {
  const cell_order *left = a, *right = b;
  if (left->cell->file != right->cell->file)
    return left->cell->file < right->cell->file ? -1 : 1;
  int order = strcmp(left->wave, right->wave);
  return order ? order : strcmp(left->cell->stratum, right->cell->stratum);
}

static trygg_status add_records(trygg_table *table, const tg_account *account, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  cell_order *order = tg_memory_new(account->cell_count, sizeof *order);
  if (!order)
    return tg_error_memory(error);
  for (size_t i = 0; i < account->cell_count; i++) {
    uint32_t wave = account->cells[i].wave;
    order[i] = (cell_order){&account->cells[i], wave == TG_NO_WAVE ? "" : account->waves[wave]};
  }
  qsort(order, account->cell_count, sizeof *order, compare_cells);
  for (size_t i = 0; i < account->cell_count; i++) {
    const tg_account_cell *cell = order[i].cell;
    account_row out = {
        account->files[cell->file], order[i].wave, cell->stratum, NULL, "read", NULL, 0, (double)NAN};
    for (int fate = 0; fate < TG_FATES; fate++)
      out.count += cell->fates[fate];
    TRY(add_some(table, &out, error));
    for (int fate = 0; fate < TG_FATES; fate++) {
      out.account = tg_account_name((tg_fate)fate);
      out.reason = tg_account_reason((tg_fate)fate);
      out.count = cell->fates[fate];
      TRY(add_some(table, &out, error));
    }
  }
cleanup:
  tg_memory_free(order);
  return status;
}

/* Who did not answer has no part in what was answered. */
static size_t answered(const tg_wave *wave) {
  return wave->count - wave->silent;
}

static int answers(const trygg_responses *responses, size_t record) {
  return !responses->silent || !responses->silent[record];
}

/* counts[wave * TG_MISSING_KINDS + kind] of a variable. */
static void count_missing(const trygg_responses *responses, const tg_column *column, int64_t *counts) {
  memset(counts, 0, responses->wave_count * TG_MISSING_KINDS * sizeof *counts);
  if (!column->present) {
    for (size_t w = 0; w < responses->wave_count; w++)
      counts[w * TG_MISSING_KINDS + TG_NOT_ASKED] = (int64_t)answered(&responses->waves[w]);
    return;
  }
  for (size_t i = 0; i < responses->count; i++)
    counts[(size_t)responses->wave[i] * TG_MISSING_KINDS + tg_column_missing(column, i)] +=
        answers(responses, i);
}

/* Cells with an unknown code: those that may be listed, then the others together. */
static trygg_status add_unknown(trygg_table *table, const trygg_responses *responses, size_t variable,
                                size_t wave, int64_t all, trygg_error *error) {
  const tg_account *account = responses->account;
  account_row out = {.wave = responses->waves[wave].code,
                     .variable = responses->columns[variable].variable->name,
                     .account = "unknown_code"};
  double records = (double)answered(&responses->waves[wave]);
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < account->unknown_count && status == TRYGG_OK; i++) {
    const tg_account_unknown *unknown = &account->unknown[i];
    if (unknown->variable != variable || unknown->wave != wave)
      continue;
    out.reason = unknown->code;
    out.count = unknown->count;
    out.share = (double)out.count / records;
    all -= unknown->count;
    status = add_some(table, &out, error);
  }
  out.reason = "(text)";
  out.count = all;
  out.share = (double)out.count / records;
  return status == TRYGG_OK ? add_some(table, &out, error) : status;
}

static trygg_status add_variable(trygg_table *table, const trygg_responses *responses, size_t variable,
                                 int64_t *counts, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_column *column = &responses->columns[variable];
  const tg_account *account = responses->account;
  if (column->variable->role == TG_ROLE_ID) /* not kept */
    return TRYGG_OK;
  count_missing(responses, column, counts);
  for (size_t w = 0; w < responses->wave_count; w++) {
    account_row out = {
        .wave = responses->waves[w].code, .variable = column->variable->name, .account = "missing"};
    for (int kind = TG_VALID + 1; kind < TG_MISSING_KINDS; kind++) {
      out.reason = tg_missing_names[kind];
      out.count = kind == TG_UNKNOWN_CODE ? 0 : counts[w * TG_MISSING_KINDS + (size_t)kind];
      out.share = (double)out.count / (double)answered(&responses->waves[w]);
      TRY(add_some(table, &out, error));
    }
    TRY(add_unknown(table, responses, variable, w, counts[w * TG_MISSING_KINDS + TG_UNKNOWN_CODE], error));
    out.account = "recoded_by_number";
    out.reason = NULL;
    out.share = (double)NAN;
    out.count = account->recoded ? account->recoded[variable * responses->wave_count + w] : 0;
    TRY(add_some(table, &out, error));
  }
cleanup:
  return status;
}

/* What was done to each file; a count below 0 stands for its records. */
static trygg_status add_files(trygg_table *table, const tg_account *account, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int64_t *read = tg_memory_new(account->file_count, sizeof *read);
  if (!read)
    return tg_error_memory(error);
  for (size_t i = 0; i < account->cell_count; i++)
    for (int fate = 0; fate < TG_FATES; fate++)
      read[account->cells[i].file] += account->cells[i].fates[fate];
  for (size_t i = 0; i < account->note_count; i++) {
    const tg_account_about *note = &account->notes[i];
    account_row out = {.file = account->files[note->file],
                       .account = "file",
                       .reason = note->text,
                       .count = note->count < 0 ? read[note->file] : note->count,
                       .share = (double)NAN};
    TRY(add(table, &out, error));
  }
cleanup:
  tg_memory_free(read);
  return status;
}

/* Accepted records by wave and day. */
static trygg_status add_days(trygg_table *table, const trygg_responses *responses, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t date = tg_codebook_find_role(responses->codebook, TG_ROLE_DATE, 1, 0);
  tg_categories days = {0};
  uint32_t *index = NULL;
  int64_t *counts = NULL;
  if (date == TG_NONE || !responses->columns[date].present)
    return TRYGG_OK;
  if (!(index = tg_memory_new(responses->count, sizeof *index)))
    return tg_error_memory(error);
  TRY(tg_column_categories(&responses->columns[date], responses->count, index, &days, error));
  if (!(counts = tg_memory_new(days.count * responses->wave_count, sizeof *counts))) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < responses->count; i++)
    if (index[i] != UINT32_MAX && answers(responses, i))
      counts[responses->wave[i] * days.count + index[i]]++;
  for (size_t w = 0; w < responses->wave_count; w++)
    for (size_t day = 0; day < days.count; day++) {
      account_row out = {.wave = responses->waves[w].code,
                         .account = "day",
                         .reason = days.names[day],
                         .count = counts[w * days.count + day]};
      out.share = (double)out.count / (double)answered(&responses->waves[w]);
      TRY(add_some(table, &out, error));
    }
cleanup:
  tg_categories_clear(&days);
  tg_memory_free(index);
  tg_memory_free(counts);
  return status;
}

/* Dispositions and the rates they give; of a category its variables stand in `variable`, unless it is a stratum. */
static trygg_status add_rates(trygg_table *table, const trygg_responses *responses, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_rates rates = {0};
  double values[TG_RATES], e;
  TRY(tg_rates_collect(responses, &rates, error));
  for (size_t i = 0; i < rates.count; i++) {
    const tg_rates_group *group = &rates.groups[i];
    account_row out = {.wave = group->wave,
                       .stratum = group->category,
                       .variable = group->is_stratum ? NULL : group->names,
                       .account = "disposition",
                       .share = (double)NAN};
    if (!group->known || group->contradicts)
      continue;
    for (int d = 0; d < TG_DISPOSITIONS; d++) {
      out.reason = tg_rates_dispositions[d];
      out.count = group->counts[d];
      TRY(add_some(table, &out, error));
    }
    tg_rates_compute(group->counts, values, &e);
    out.account = "response_rate";
    for (int rate = 0; rate < TG_RATES; rate++) {
      out.reason = tg_rates_names[rate];
      out.count = tg_rates_numerator(group->counts, (tg_rate)rate);
      out.share = values[rate];
      if (!isnan(out.share))
        TRY(add(table, &out, error));
    }
  }
cleanup:
  tg_rates_clear(&rates);
  return status;
}

trygg_status trygg_responses_account(const trygg_responses *responses, trygg_table **out,
                                     trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  int64_t *counts = NULL;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the account");
  *out = NULL;
  if (!responses)
    return tg_error_set(error, TRYGG_EINVAL, "there are no responses to account for");
  counts = tg_memory_new(responses->wave_count * TG_MISSING_KINDS, sizeof *counts);
  if (!counts)
    return tg_error_memory(error);
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_columns(table, columns, COLUMNS, error));
  TRY(add_records(table, responses->account, error));
  TRY(add_files(table, responses->account, error));
  TRY(add_days(table, responses, error));
  for (size_t i = 0; i < responses->column_count; i++)
    TRY(add_variable(table, responses, i, counts, error));
  TRY(add_rates(table, responses, error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  tg_memory_free(counts);
  return status;
}
