/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what was read to finished responses: duplicates out, waves in order, texts by bytes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <base/thread.h>
#include <responses/load.h>
#include <responses/window.h>

static int compare_sizes(const void *a, const void *b) {
  size_t left = *(const size_t *)a, right = *(const size_t *)b;
  return (left > right) - (left < right);
}

/* ---- nothing left --------------------------------------------------------------------------- */

static trygg_status refuse_nothing(tg_load *load) {
  const tg_account *account = load->responses->account;
  int64_t read = 0;
  tg_text reasons = {0};
  tg_text_put(&reasons, "");
  for (int fate = 0; fate < TG_FATES; fate++) {
    int64_t count = tg_account_total(account, (tg_fate)fate);
    read += count;
    if (count && tg_account_reason((tg_fate)fate))
      tg_text_format(&reasons, "%s%s %lld", reasons.length ? ", " : ": ", tg_account_reason((tg_fate)fate),
                     (long long)count);
  }
  trygg_status status =
      reasons.failed
          ? tg_error_memory(load->error)
          : tg_error_at(
                load->error, TRYGG_EDATA, load->file, 0, 0, NULL,
                "no record was accepted of %lld read%s; check the data against survey.csv and settings.csv",
                (long long)read, reasons.bytes);
  tg_text_free(&reasons);
  return status;
}

/* ---- records and waves ------------------------------------------------------------------------ */

static void close_columns(tg_load *load) {
  for (size_t i = 0; i < load->variable_count; i++) {
    tg_load_variable *variable = &load->variables[i];
    if (variable->column->present)
      tg_columns_not_asked(variable->column, variable->stored, load->count);
  }
}

static void remove_dropped(tg_load *load) {
  trygg_responses *responses = load->responses;
  if (load->dropped_count > 0)
    qsort(load->dropped, load->dropped_count, sizeof *load->dropped, compare_sizes);
  for (size_t i = 0; i < responses->column_count; i++) {
    tg_column *column = &responses->columns[i];
    if (column->present)
      tg_columns_remove(tg_columns_block(column), tg_columns_width(column->kind), load->count, load->dropped,
                        load->dropped_count);
  }
  tg_columns_remove(responses->wave, sizeof *responses->wave, load->count, load->dropped,
                    load->dropped_count);
  if (responses->silent)
    tg_columns_remove(responses->silent, 1, load->count, load->dropped, load->dropped_count);
  responses->count = load->count - load->dropped_count;
}

static int compare_by_time(const void *a, const void *b) {
  const tg_wave *left = a, *right = b;
  if (left->time != right->time)
    return left->time < right->time ? -1 : 1;
  return strcmp(left->code, right->code);
}

static int compare_by_code(const void *a, const void *b) {
  return strcmp(((const tg_wave *)a)->code, ((const tg_wave *)b)->code);
}

/* The waves that have records, sorted; final[w] is the place of the w-th to arrive. */
static trygg_status sort_waves(tg_load *load, uint32_t *final) {
  trygg_responses *responses = load->responses;
  int known = 1;
  responses->waves = tg_memory_new(load->wave_count, sizeof *responses->waves);
  if (!responses->waves)
    return tg_error_memory(load->error);
  for (size_t w = 0; w < load->wave_count; w++) {
    if (load->waves[w].count == 0)
      continue;
    tg_wave *wave = &responses->waves[responses->wave_count];
    wave->code = tg_memory_string(load->waves[w].code);
    if (!wave->code)
      return tg_error_memory(load->error);
    responses->wave_count++;
    wave->time = tg_codebook_wave_time(load->codebook, wave->code);
    wave->count = load->waves[w].count;
    known &= !isnan(wave->time);
  }
  qsort(responses->waves, responses->wave_count, sizeof *responses->waves,
        known ? compare_by_time : compare_by_code);
  for (size_t w = 0; w < load->wave_count; w++) {
    final[w] = TG_NO_WAVE;
    for (size_t i = 0; i < responses->wave_count; i++)
      if (strcmp(responses->waves[i].code, load->waves[w].code) == 0)
        final[w] = (uint32_t)i;
  }
  for (size_t i = 0; i < responses->count; i++) {
    responses->wave[i] = (uint16_t) final[responses->wave[i]];
    responses->waves[responses->wave[i]].silent += responses->silent && responses->silent[i];
  }
  return TRYGG_OK;
}

/* What was counted by wave of arrival, by final wave. */
static trygg_status settle_counts(tg_load *load, const uint32_t *final) {
  trygg_responses *responses = load->responses;
  tg_account *account = responses->account;
  size_t waves = responses->wave_count;
  responses->asked = tg_memory_new(load->variable_count * waves, 1);
  account->recoded = tg_memory_new(load->variable_count * waves, sizeof *account->recoded);
  account->waves = tg_memory_new(load->wave_count, sizeof *account->waves);
  if (!responses->asked || !account->recoded || !account->waves)
    return tg_error_memory(load->error);
  for (size_t w = 0; w < load->wave_count; w++) {
    account->waves[w] = tg_memory_string(load->waves[w].code);
    if (!account->waves[w])
      return tg_error_memory(load->error);
    account->wave_count++;
    for (size_t i = 0; i < load->variable_count && final[w] != TG_NO_WAVE; i++) {
      responses->asked[i * waves + final[w]] = load->waves[w].asked[i];
      account->recoded[i * waves + final[w]] = load->waves[w].recoded[i];
    }
  }
  return TRYGG_OK;
}

/* A variable whose cells are all empty in a wave was not in it. */
static void mark_not_asked(tg_load *load) {
  trygg_responses *responses = load->responses;
  for (size_t i = 0; i < responses->column_count; i++) {
    const unsigned char *asked = responses->asked + i * responses->wave_count;
    tg_column *column = &responses->columns[i];
    int all = 1;
    for (size_t w = 0; w < responses->wave_count; w++)
      all &= asked[w];
    if (all || !column->present)
      continue;
    for (size_t record = 0; record < responses->count; record++)
      if (!asked[responses->wave[record]])
        tg_columns_not_asked(column, record, record + 1);
  }
}

/* ---- unknown codes ------------------------------------------------------------------------------ */

static int compare_unknown(const void *a, const void *b) {
  const tg_account_unknown *left = a, *right = b;
  if (left->variable != right->variable)
    return left->variable < right->variable ? -1 : 1;
  if (left->wave != right->wave)
    return left->wave < right->wave ? -1 : 1;
  return strcmp(left->code, right->code);
}

size_t tg_finish_dropped_before(const tg_load *load, size_t record) {
  size_t before = 0, end = load->dropped_count;
  while (before < end) {
    size_t middle = before + (end - before) / 2;
    if (load->dropped[middle] < record)
      before = middle + 1;
    else
      end = middle;
  }
  return before;
}

/* Cells of the kept records, with the record's number once the dropped ones are out. */
static size_t keep_unknown(tg_load *load) {
  size_t kept = 0;
  for (size_t i = 0; i < load->unknown_log_count; i++) {
    tg_load_unknown entry = load->unknown_log[i];
    size_t before = tg_finish_dropped_before(load, entry.record);
    if (before < load->dropped_count && load->dropped[before] == entry.record)
      continue;
    entry.record -= before;
    load->unknown_log[kept++] = entry;
  }
  return kept;
}

/* Add up equal entries. */
static void add_up_unknown(tg_account *account) {
  size_t to = 0;
  if (account->unknown_count > 0)
    qsort(account->unknown, account->unknown_count, sizeof *account->unknown, compare_unknown);
  for (size_t i = 0; i < account->unknown_count; i++) {
    if (to > 0 && compare_unknown(&account->unknown[to - 1], &account->unknown[i]) == 0)
      account->unknown[to - 1].count += account->unknown[i].count;
    else
      account->unknown[to++] = account->unknown[i];
  }
  account->unknown_count = to;
}

trygg_status tg_finish_unknown(tg_load *load, size_t count) {
  tg_account *account = load->responses->account;
  size_t left = 0;
  for (size_t i = 0; i < load->unknown_log_count; i++) {
    tg_load_unknown entry = load->unknown_log[i];
    if (entry.record >= count) {
      entry.record -= count;
      load->unknown_log[left++] = entry;
      continue;
    }
    if (strcmp(entry.code, "(text)") == 0)
      continue; /* these are what the listed ones leave of the total */
    if (tg_memory_grow((void **)&account->unknown, &account->unknown_capacity, account->unknown_count + 1,
                       sizeof *account->unknown) != 0)
      return tg_error_memory(load->error);
    tg_account_unknown *unknown = &account->unknown[account->unknown_count++];
    *unknown = (tg_account_unknown){
        .variable = entry.variable, .wave = load->responses->wave[entry.record], .count = 1};
    memcpy(unknown->code, entry.code, sizeof unknown->code);
  }
  load->unknown_log_count = left;
  add_up_unknown(account);
  return TRYGG_OK;
}

/* What windows left is by the waves as they were met. */
static trygg_status settle_unknown(tg_load *load, const uint32_t *final) {
  tg_account *account = load->responses->account;
  for (size_t i = 0; i < account->unknown_count; i++)
    account->unknown[i].wave = final[account->unknown[i].wave];
  load->unknown_log_count = keep_unknown(load);
  return tg_finish_unknown(load, load->responses->count);
}

/* ---- warnings ---------------------------------------------------------------------------------- */

/* One warning for all variables that no file has: a misspelt header is seen here too. */
static trygg_status warn_of_absent(tg_load *load) {
  trygg_status status = TRYGG_OK;
  tg_text names = {0};
  size_t absent = 0;
  const size_t shown = 10;
  for (size_t i = 0; i < load->codebook->derived_begin; i++) {
    const tg_load_variable *variable = &load->variables[i];
    if (variable->column->present || variable->variable->role == TG_ROLE_ID)
      continue;
    if (absent++ < shown)
      tg_text_format(&names, "%s`%s`", absent > 1 ? " " : "", variable->variable->name);
  }
  if (absent > shown)
    tg_text_format(&names, " and %lld more", (long long)(absent - shown));
  if (absent > 0) {
    tg_text_put(&names,
                absent == 1 ? " is in no file and was not asked" : " are in no file and were not asked");
    status = names.failed ? tg_error_memory(load->error) : tg_load_warn(load, NULL, names.bytes);
  }
  tg_text_free(&names);
  return status;
}

static trygg_status warn_of_counts(tg_load *load) {
  trygg_status status = TRYGG_OK;
  const trygg_responses *responses = load->responses;
  char text[256];
  if (!load->weight && !tg_codebook_has_populations(load->responses->codebook) &&
      tg_codebook_find_role(load->responses->codebook, TG_ROLE_INCLUSION, 1, 0) == TG_NONE)
    TRY(tg_load_warn(load, NULL, "no variable has the role weight: every weight is 1"));
  for (size_t i = 0; i < load->variable_count; i++) {
    int64_t recoded = 0;
    for (size_t w = 0; w < responses->wave_count; w++)
      recoded += responses->account->recoded[i * responses->wave_count + w];
    if (recoded == 0)
      continue;
    tg_text_print(text, sizeof text,
                  "%lld cells of `%s` match a code only as a number (1,0 for 1; 380 for 0380)",
                  (long long)recoded, load->variables[i].variable->name);
    TRY(tg_load_warn(load, NULL, text));
  }
cleanup:
  return status;
}

/* ---- columns ------------------------------------------------------------------------------------ */

static trygg_status settle_texts(void *context, size_t variable, trygg_error *error) {
  tg_load *load = context;
  tg_column *column = &load->responses->columns[variable];
  if (!column->present || column->kind != TG_COLUMN_TEXT)
    return TRYGG_OK;
  return tg_dictionary_finish(&load->variables[variable].texts, column->variable, column->values.text,
                              load->responses->count, &column->dictionary, error);
}

/* Not the weights: design and estimates read them as doubles. */
static trygg_status narrow(void *context, size_t variable, trygg_error *error) {
  tg_load *load = context;
  (void)error;
  if (load->variables[variable].strict == TG_LOAD_LENIENT)
    tg_columns_narrow(&load->responses->columns[variable], load->responses->count, load->count,
                      load->responses->capacity);
  return TRYGG_OK;
}

/* ---- all of it ---------------------------------------------------------------------------------- */

trygg_status tg_finish_load(tg_load *load, trygg_responses **out) {
  trygg_status status = TRYGG_OK;
  trygg_responses *responses = load->responses;
  uint32_t *final = NULL;
  if (load->released + load->count == 0)
    return refuse_nothing(load);
  if (load->windows)
    TRY(tg_window_end(load));
  else {
    close_columns(load);
    remove_dropped(load);
    TRY(tg_persons_number(load));
  }
  final = tg_memory_new(load->wave_count, sizeof *final);
  if (!final) {
    status = tg_error_memory(load->error);
    goto cleanup;
  }
  TRY(sort_waves(load, final));
  TRY(settle_counts(load, final));
  TRY(settle_unknown(load, final));
  mark_not_asked(load);
  /* Columns are settled by several threads where there is much to do. */
  int threads = responses->count > TG_BLOCK ? load->options.threads : 1;
  if (!load->windows) {
    TRY(tg_thread_run(threads, load->variable_count, settle_texts, load, NULL, "load", load->error));
    TRY(tg_derive_all(responses, load->error));
  }
  if (responses->count > TG_BLOCK)
    TRY(tg_thread_run(threads, load->variable_count, narrow, load, NULL, "load", load->error));
  TRY(warn_of_absent(load));
  TRY(warn_of_counts(load));
  *out = responses;
  load->responses = NULL;
cleanup:
  tg_memory_free(final);
  return status;
}
