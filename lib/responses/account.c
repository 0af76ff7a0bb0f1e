/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fieldwork account: counts kept while loading, and the table made of them. */
#include <responses/account.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <table/table.h>

/* What the account calls each fate.  Rejections with a disposition are found by it. */
static const struct {
  const char *account, *reason, *disposition;
} fates[TG_FATES] = {
    [TG_FATE_ACCEPTED] = {"accepted", NULL, NULL},
    [TG_FATE_DUPLICATE] = {"duplicate", NULL, NULL},
    [TG_FATE_REFUSAL] = {"rejected", "disposition_R", "R"},
    [TG_FATE_NON_CONTACT] = {"rejected", "disposition_NC", "NC"},
    [TG_FATE_OTHER] = {"rejected", "disposition_O", "O"},
    [TG_FATE_UNKNOWN_HOUSEHOLD] = {"rejected", "disposition_UH", "UH"},
    [TG_FATE_UNKNOWN_OTHER] = {"rejected", "disposition_UO", "UO"},
    [TG_FATE_NOT_ELIGIBLE] = {"rejected", "disposition_NE", "NE"},
    [TG_FATE_DISPOSITION_UNKNOWN] = {"rejected", "disposition_unknown", NULL},
    [TG_FATE_NO_WAVE] = {"rejected", "no_wave", NULL},
    [TG_FATE_NO_WEIGHT] = {"rejected", "no_weight", NULL},
    [TG_FATE_LATE] = {"rejected", "late", NULL},
    [TG_FATE_TOO_FEW_ANSWERS] = {"rejected", "too_few_answers", NULL},
};

const char *tg_account_reason(tg_fate fate) {
  return fates[fate].reason;
}

tg_fate tg_account_disposition(const char *disposition) {
  if (strcmp(disposition, "I") == 0 || strcmp(disposition, "P") == 0)
    return TG_FATE_ACCEPTED;
  for (int fate = 0; fate < TG_FATES; fate++)
    if (fates[fate].disposition && strcmp(fates[fate].disposition, disposition) == 0)
      return (tg_fate)fate;
  return TG_FATE_DISPOSITION_UNKNOWN;
}

/* ---- counting ------------------------------------------------------------------------- */

static size_t pair_slot(const tg_account *account, uint64_t key) {
  size_t mask = account->pair_slots - 1;
  size_t slot = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 20) & mask;
  while (account->pairs[slot].key && account->pairs[slot].key != key)
    slot = (slot + 1) & mask;
  return slot;
}

static int grow_pairs(tg_account *account) {
  if ((account->pair_count + 1) * 2 <= account->pair_slots)
    return 0;
  size_t old_slots = account->pair_slots, slots = old_slots ? old_slots * 2 : 64;
  tg_account_pair *old = account->pairs, *pairs = tg_memory_new(slots, sizeof *pairs);
  if (!pairs)
    return -1;
  account->pairs = pairs;
  account->pair_slots = slots;
  for (size_t i = 0; i < old_slots; i++)
    if (old[i].key)
      pairs[pair_slot(account, old[i].key)] = old[i];
  tg_memory_free(old);
  return 0;
}

int tg_account_pair_id(tg_account *account, uint32_t a, uint32_t b, uint32_t *id, int *is_new) {
  uint64_t key = ((uint64_t)a << 32 | b) + 1;
  *is_new = 0;
  if (grow_pairs(account) != 0 || account->pair_count >= UINT32_MAX - 1)
    return -1;
  tg_account_pair *pair = &account->pairs[pair_slot(account, key)];
  if (pair->key == 0) {
    *pair = (tg_account_pair){key, (uint32_t)++account->pair_count};
    *is_new = 1;
  }
  *id = pair->id;
  return 0;
}

int tg_account_add_file(tg_account *account, const char *name) {
  if (tg_memory_grow((void **)&account->files, &account->file_capacity, account->file_count + 1,
                     sizeof(char *)) != 0)
    return -1;
  account->files[account->file_count] = tg_memory_string(name);
  return account->files[account->file_count] ? (account->file_count++, 0) : -1;
}

int64_t tg_account_total(const tg_account *account, tg_fate fate) {
  int64_t total = 0;
  for (size_t i = 0; i < account->cell_count; i++)
    total += account->cells[i].fates[fate];
  return total;
}

void tg_account_free(tg_account *account) {
  if (!account)
    return;
  for (size_t i = 0; i < account->file_count; i++)
    tg_memory_free(account->files[i]);
  for (size_t i = 0; i < account->cell_count; i++)
    tg_memory_free(account->cells[i].stratum);
  for (size_t i = 0; i < account->wave_count; i++)
    tg_memory_free(account->waves[i]);
  tg_memory_free(account->files);
  tg_memory_free(account->cells);
  tg_memory_free(account->waves);
  tg_memory_free(account->pairs);
  tg_memory_free(account->cell_of_pair);
  tg_memory_free(account->unknown);
  tg_memory_free(account->recoded);
  tg_memory_free(account);
}

/* ---- the table ------------------------------------------------------------------------- */

enum {
  FILE_COLUMN,
  WAVE_COLUMN,
  STRATUM_COLUMN,
  VARIABLE_COLUMN,
  ACCOUNT_COLUMN,
  REASON_COLUMN,
  COUNT_COLUMN,
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
    [ACCOUNT_COLUMN] = {.name = "account",
                        .type = TRYGG_TEXT,
                        .role = TRYGG_KEY,
                        .help =
                            "read, accepted, duplicate, rejected; missing, unknown_code, recoded_by_number"},
    [REASON_COLUMN] = {.name = "reason",
                       .type = TRYGG_TEXT,
                       .role = TRYGG_KEY,
                       .help = "why rejected; kind of missing; the code"},
    [COUNT_COLUMN] = {.name = "count",
                      .type = TRYGG_INTEGER,
                      .role = TRYGG_VALUE,
                      .help = "records or cells"},
};

typedef struct account_row {
  const char *file, *wave, *stratum, *variable, *account, *reason;
  int64_t count;
} account_row;

static trygg_status add(trygg_table *table, const account_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *texts[COUNT_COLUMN] = {row->file,     row->wave,    row->stratum,
                                     row->variable, row->account, row->reason};
  if (row->count == 0)
    return TRYGG_OK;
  TRY(tg_table_add_row(table, error));
  for (size_t i = 0; i < COUNT_COLUMN; i++)
    if (texts[i] && *texts[i])
      TRY(tg_table_set_text(table, i, texts[i], error));
  tg_table_set_integer(table, COUNT_COLUMN, row->count);
cleanup:
  return status;
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
    account_row out = {account->files[cell->file], order[i].wave, cell->stratum, NULL, "read", NULL, 0};
    for (int fate = 0; fate < TG_FATES; fate++)
      out.count += cell->fates[fate];
    TRY(add(table, &out, error));
    for (int fate = 0; fate < TG_FATES; fate++) {
      out.account = fates[fate].account;
      out.reason = fates[fate].reason;
      out.count = cell->fates[fate];
      TRY(add(table, &out, error));
    }
  }
cleanup:
  tg_memory_free(order);
  return status;
}

/* counts[wave * TG_MISSING_KINDS + kind] of a variable. */
static void count_missing(const trygg_responses *responses, const tg_column *column, int64_t *counts) {
  memset(counts, 0, responses->wave_count * TG_MISSING_KINDS * sizeof *counts);
  if (!column->present) {
    for (size_t w = 0; w < responses->wave_count; w++)
      counts[w * TG_MISSING_KINDS + TG_NOT_ASKED] = (int64_t)responses->waves[w].count;
    return;
  }
  for (size_t i = 0; i < responses->count; i++)
    counts[(size_t)responses->wave[i] * TG_MISSING_KINDS + tg_column_missing(column, i)]++;
}

/* Cells with an unknown code: those that may be listed, then the others together. */
static trygg_status add_unknown(trygg_table *table, const trygg_responses *responses, size_t variable,
                                size_t wave, int64_t all, trygg_error *error) {
  const tg_account *account = responses->account;
  account_row out = {.wave = responses->waves[wave].code,
                     .variable = responses->columns[variable].variable->name,
                     .account = "unknown_code"};
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < account->unknown_count && status == TRYGG_OK; i++) {
    const tg_account_unknown *unknown = &account->unknown[i];
    if (unknown->variable != variable || unknown->wave != wave)
      continue;
    out.reason = unknown->code;
    out.count = unknown->count;
    all -= unknown->count;
    status = add(table, &out, error);
  }
  out.reason = "(text)";
  out.count = all;
  return status == TRYGG_OK ? add(table, &out, error) : status;
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
      TRY(add(table, &out, error));
    }
    TRY(add_unknown(table, responses, variable, w, counts[w * TG_MISSING_KINDS + TG_UNKNOWN_CODE], error));
    out.account = "recoded_by_number";
    out.reason = NULL;
    out.count = account->recoded ? account->recoded[variable * responses->wave_count + w] : 0;
    TRY(add(table, &out, error));
  }
cleanup:
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
  for (size_t i = 0; i < responses->column_count; i++)
    TRY(add_variable(table, responses, i, counts, error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  tg_memory_free(counts);
  return status;
}
