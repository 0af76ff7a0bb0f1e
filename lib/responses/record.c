/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a record once its cells are read: accepted, a duplicate, or rejected for a reason. */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/load.h>

#define WAVE_NONE UINT32_MAX /* in wave_of_text: the text is no wave */

/* ---- room for the record ------------------------------------------------------------------ */

static trygg_status grow(tg_load *load) {
  trygg_responses *responses = load->responses;
  size_t old = responses->capacity, capacity = old < 65536 ? old * 4 : old * 2;
  for (size_t i = 0; i < responses->column_count; i++) {
    /* When one fails the load is thrown away; until then all have room for the old capacity. */
    tg_column *column = &responses->columns[i];
    if (!column->present)
      continue;
    trygg_status status = tg_columns_resize(column, load->count, old, capacity, load->error);
    if (status != TRYGG_OK)
      return status;
  }
  uint16_t *wave = tg_memory_resize(responses->wave, capacity, sizeof *wave);
  if (!wave)
    return tg_error_memory(load->error);
  responses->wave = wave;
  responses->capacity = capacity;
  return TRYGG_OK;
}

trygg_status tg_record_begin(tg_load *load, int64_t line) {
  load->line = line;
  load->fault = NULL;
  load->recoded_count = load->unknown_count = 0;
  memset(load->filled, 0, load->variable_count);
  return load->count < load->responses->capacity ? TRYGG_OK : grow(load);
}

const char *tg_record_text(const tg_load_variable *variable, size_t record) {
  const tg_column *column = variable->column;
  if (!column->present)
    return "";
  if (column->kind == TG_COLUMN_TEXT)
    return tg_dictionary_text(&variable->texts, column->values.text[record]);
  if (column->kind != TG_COLUMN_CODE8 && column->kind != TG_COLUMN_CODE16)
    return "";
  size_t code = tg_column_code(column, record);
  return code == TG_NONE ? "" : variable->variable->codes[code].text;
}

/* ---- waves ---------------------------------------------------------------------------------- */

static double closing_of(const tg_settings *settings, const char *wave) {
  double date = NAN;
  for (size_t i = 0; i < settings->closing_count; i++) {
    if (strcmp(settings->closes[i].wave, wave) == 0)
      return settings->closes[i].date;
    if (!*settings->closes[i].wave)
      date = settings->closes[i].date;
  }
  return date;
}

static trygg_status add_wave(tg_load *load, const char *code, uint32_t *out) {
  for (*out = 0; *out < load->wave_count; ++*out)
    if (strcmp(load->waves[*out].code, code) == 0)
      return TRYGG_OK;
  if (load->wave_count == TG_LOAD_WAVES_MOST)
    return tg_error_at(
        load->error, TRYGG_ELIMIT, load->file, load->line, 0, load->wave ? load->wave->variable->name : NULL,
        "more than %d different waves; does the right variable have the role wave?", TG_LOAD_WAVES_MOST);
  if (tg_memory_grow((void **)&load->waves, &load->wave_capacity, load->wave_count + 1,
                     sizeof *load->waves) != 0)
    return tg_error_memory(load->error);
  tg_load_wave *wave = &load->waves[load->wave_count];
  *wave = (tg_load_wave){.code = tg_memory_string(code),
                         .asked = tg_memory_new(load->variable_count, 1),
                         .recoded = tg_memory_new(load->variable_count, sizeof *wave->recoded),
                         .closes = closing_of(&load->codebook->settings, code)};
  load->wave_count++;
  return wave->code && wave->asked && wave->recoded ? TRYGG_OK : tg_error_memory(load->error);
}

/* Whether the value of the wave variable is a wave: no missing code and not empty. */
static int is_wave(const tg_load_variable *variable, const char *code) {
  int by_number;
  const tg_variable *about = variable->variable;
  if (!*code)
    return 0;
  size_t at = about->code_count ? tg_variable_code(about, code, strlen(code), &by_number) : TG_NONE;
  return at == TG_NONE || about->codes[at].missing == TG_VALID;
}

/* Wave of the record being read; TG_NO_WAVE when it has none. */
static trygg_status find_wave(tg_load *load, uint32_t *out) {
  *out = TG_NO_WAVE;
  if (!load->wave)
    return add_wave(load, load->codebook->settings.wave ? load->codebook->settings.wave : "", out);
  const tg_column *column = load->wave->column;
  size_t value = column->kind == TG_COLUMN_TEXT    ? column->values.text[load->count]
                 : column->kind == TG_COLUMN_CODE8 ? column->values.code8[load->count]
                                                   : column->values.code16[load->count];
  size_t known = load->wave_of_text_capacity;
  if (value >= known) {
    if (tg_memory_grow((void **)&load->wave_of_text, &load->wave_of_text_capacity, value + 1,
                       sizeof(uint32_t)) != 0)
      return tg_error_memory(load->error);
    memset(load->wave_of_text + known, 0, (load->wave_of_text_capacity - known) * sizeof(uint32_t));
  }
  if (load->wave_of_text[value] == 0) {
    const char *code = tg_record_text(load->wave, load->count);
    uint32_t wave;
    if (!is_wave(load->wave, code))
      load->wave_of_text[value] = WAVE_NONE;
    else {
      trygg_status status = add_wave(load, code, &wave);
      if (status != TRYGG_OK)
        return status;
      load->wave_of_text[value] = wave + 1;
    }
  }
  if (load->wave_of_text[value] != WAVE_NONE)
    *out = load->wave_of_text[value] - 1;
  return TRYGG_OK;
}

/* ---- the account ----------------------------------------------------------------------------- */

/* Codes of the record's strata with blanks between. */
static char *stratum_text(const tg_load *load, size_t record) {
  tg_text text = {0};
  tg_text_put(&text, "");
  for (size_t i = 0; i < load->stratum_count; i++) {
    if (i)
      tg_text_putc(&text, ' ');
    tg_text_put(&text, tg_record_text(load->strata[i], record));
  }
  if (text.failed)
    tg_text_free(&text);
  return text.failed ? NULL : text.bytes;
}

static uint32_t stratum_value(const tg_load_variable *variable, size_t record) {
  const tg_column *column = variable->column;
  if (!column->present)
    return 0;
  return column->kind == TG_COLUMN_TEXT     ? column->values.text[record]
         : column->kind == TG_COLUMN_CODE8  ? column->values.code8[record]
         : column->kind == TG_COLUMN_CODE16 ? column->values.code16[record]
                                            : 0;
}

/* The account's cell of a record's file, wave and strata. */
static trygg_status find_cell(tg_load *load, uint32_t file, uint32_t wave, size_t record,
                              tg_account_cell **out) {
  tg_account *account = load->responses->account;
  uint32_t pair = 0;
  int is_new = 0, failed = tg_account_pair_id(account, 0, file, &pair, &is_new) != 0 ||
                           tg_account_pair_id(account, pair, wave, &pair, &is_new) != 0;
  for (size_t i = 0; i < load->stratum_count && !failed; i++)
    failed = tg_account_pair_id(account, pair, stratum_value(load->strata[i], record), &pair, &is_new) != 0;
  if (!failed && is_new) {
    failed = tg_memory_grow((void **)&account->cells, &account->cell_capacity, account->cell_count + 1,
                            sizeof *account->cells) != 0 ||
             tg_memory_grow((void **)&account->cell_of_pair, &account->cell_of_pair_capacity,
                            (size_t)pair + 1, sizeof(uint32_t)) != 0;
    char *stratum = failed ? NULL : stratum_text(load, record);
    failed = !stratum;
    if (stratum) {
      account->cells[account->cell_count] = (tg_account_cell){.file = file, .wave = wave, .stratum = stratum};
      account->cell_of_pair[pair] = (uint32_t)account->cell_count++;
    }
  }
  if (failed)
    return tg_error_memory(load->error);
  *out = &account->cells[account->cell_of_pair[pair]];
  return TRYGG_OK;
}

static trygg_status count_fate(tg_load *load, tg_fate fate, uint32_t wave) {
  tg_account_cell *cell = NULL;
  uint32_t file = (uint32_t)(load->responses->account->file_count - 1);
  trygg_status status = find_cell(load, file, wave, load->count, &cell);
  if (status == TRYGG_OK)
    cell->fates[fate]++;
  return status;
}

/* ---- duplicates ------------------------------------------------------------------------------- */

static uint32_t file_of(const tg_load *load, size_t record) {
  size_t file = load->responses->account->file_count - 1;
  while (file > 0 && load->file_begins[file] > record)
    file--;
  return (uint32_t)file;
}

static uint32_t source_rank(const tg_load *load) {
  const tg_settings *settings = &load->codebook->settings;
  const char *source = load->source ? tg_record_text(load->source, load->count) : "";
  uint32_t rank = 0;
  while (rank < settings->duplicate_source_count && strcmp(settings->duplicate_sources[rank], source) != 0)
    rank++;
  return rank;
}

static size_t count_answers(const tg_load *load) {
  size_t count = 0;
  for (size_t i = 0; i < load->field_count; i++)
    count += (size_t)(load->fields[i] && load->fields[i]->question && load->filled[load->fields[i]->index]);
  return count;
}

/* The record that was kept so far gives way: it becomes the duplicate. */
static trygg_status drop(tg_load *load, size_t record) {
  uint32_t wave = load->responses->wave[record];
  tg_account_cell *cell = NULL;
  if (tg_memory_grow((void **)&load->dropped, &load->dropped_capacity, load->dropped_count + 1,
                     sizeof(size_t)) != 0)
    return tg_error_memory(load->error);
  trygg_status status = find_cell(load, file_of(load, record), wave, record, &cell);
  if (status != TRYGG_OK)
    return status;
  load->dropped[load->dropped_count++] = record;
  cell->fates[TG_FATE_ACCEPTED]--;
  cell->fates[TG_FATE_DUPLICATE]++;
  load->waves[wave].count--;
  return TRYGG_OK;
}

static trygg_status refuse_duplicate(tg_load *load, const tg_duplicates_entry *found) {
  uint32_t file = file_of(load, found->record);
  int elsewhere = (size_t)file + 1 != load->responses->account->file_count;
  return tg_error_at(
      load->error, TRYGG_EDATA, load->file, load->line, 0, "id",
      "the same id in the same wave as on line %lld%s%s; remove one, or say with `duplicates` in "
      "settings.csv which to keep",
      (long long)found->line, elsewhere ? " of " : "",
      elsewhere ? load->responses->account->files[file] : "");
}

/* *fate becomes TG_FATE_DUPLICATE when an earlier record with the same id stays. */
static trygg_status check_id(tg_load *load, uint32_t wave, size_t answers, tg_fate *fate) {
  tg_duplicates mode = load->codebook->settings.duplicates;
  tg_duplicates_index *index = &load->duplicates;
  for (size_t i = 0; i < load->id_count; i++)
    if (load->ids[i].length == 0) /* nobody knows whose record this is */
      return TRYGG_OK;
  if (load->id_count == 0)
    return TRYGG_OK;
  tg_duplicates_begin_key(index);
  int failed = tg_duplicates_add_part(index, (const char *)&wave, sizeof wave) != 0;
  for (size_t i = 0; i < load->id_count && !failed; i++)
    failed = tg_duplicates_add_part(index, load->ids[i].text, load->ids[i].length) != 0;
  tg_duplicates_entry newcomer = {.record = load->count, .line = load->line, .answered = (uint32_t)answers};
  if (mode == TG_DUPLICATES_SOURCE)
    newcomer.rank = source_rank(load);
  tg_duplicates_entry *found = NULL;
  if (failed || tg_duplicates_find_or_add(index, &newcomer, &found) != 0)
    return tg_error_memory(load->error);
  if (!found)
    return TRYGG_OK;
  if (mode == TG_DUPLICATES_FAIL)
    return refuse_duplicate(load, found);
  if (!tg_duplicates_prefers_new(mode, found, &newcomer)) {
    *fate = TG_FATE_DUPLICATE;
    return TRYGG_OK;
  }
  trygg_status status = drop(load, found->record);
  newcomer.key = found->key;
  *found = newcomer;
  return status;
}

/* ---- the fate --------------------------------------------------------------------------------- */

static trygg_status refuse_number(tg_load *load) {
  const tg_load_variable *variable = load->fault;
  size_t column = tg_header_column(load, variable);
  if (load->fault_negative)
    return tg_error_at(
        load->error, TRYGG_EDATA, load->file, load->line, column, variable->variable->name,
        "a negative weight; weights are numbers from 0 on, empty for records outside the sample");
  return tg_error_at(load->error, TRYGG_EDATA, load->file, load->line, column, variable->variable->name,
                     "a cell that is no number where a number was expected%s",
                     load->decimal == '.'   ? " (with a decimal point)"
                     : load->decimal == ',' ? " (with a decimal comma)"
                                            : "");
}

static tg_fate fate_of_status(const tg_load *load) {
  if (!load->status)
    return TG_FATE_ACCEPTED;
  size_t code = tg_column_code(load->status->column, load->count);
  return code == TG_NONE ? TG_FATE_DISPOSITION_UNKNOWN
                         : tg_account_disposition(load->status->variable->codes[code].disposition);
}

/* Everything but the id.  Of records outside the sample the weight does not matter. */
static trygg_status find_fate(tg_load *load, uint32_t wave, size_t answers, tg_fate *fate) {
  *fate = fate_of_status(load);
  if (*fate != TG_FATE_ACCEPTED)
    return TRYGG_OK;
  if (wave == TG_NO_WAVE) {
    *fate = TG_FATE_NO_WAVE;
    return TRYGG_OK;
  }
  if (load->fault)
    return refuse_number(load);
  if (load->weight && isnan(load->weight->column->values.number[load->count]))
    *fate = TG_FATE_NO_WEIGHT;
  else if (load->date && load->date->in_file &&
           load->date->column->values.number[load->count] >
               load->waves[wave].closes) /* not where either is NaN */
    *fate = TG_FATE_LATE;
  else if ((double)answers < load->answers_needed)
    *fate = TG_FATE_TOO_FEW_ANSWERS;
  return TRYGG_OK;
}

/* Counts that only accepted records make. */
static trygg_status commit(tg_load *load, uint32_t wave) {
  tg_load_wave *its_wave = &load->waves[wave];
  for (size_t i = 0; i < load->variable_count; i++)
    its_wave->asked[i] |= load->filled[i];
  for (size_t i = 0; i < load->recoded_count; i++)
    its_wave->recoded[load->recoded[i]]++;
  size_t room = TG_LOAD_UNKNOWN_MOST - load->unknown_log_count;
  size_t unknown = load->unknown_count < room ? load->unknown_count : room;
  if (unknown > 0) {
    if (tg_memory_grow((void **)&load->unknown_log, &load->unknown_log_capacity,
                       load->unknown_log_count + unknown, sizeof *load->unknown_log) != 0)
      return tg_error_memory(load->error);
    memcpy(load->unknown_log + load->unknown_log_count, load->unknown, unknown * sizeof *load->unknown);
    load->unknown_log_count += unknown;
  }
  load->responses->wave[load->count] = (uint16_t)wave;
  its_wave->count++;
  load->count++;
  return TRYGG_OK;
}

trygg_status tg_record_end(tg_load *load) {
  trygg_status status = load->failed;
  uint32_t wave = TG_NO_WAVE;
  tg_fate fate = TG_FATE_ACCEPTED;
  size_t answers = 0;
  if (status != TRYGG_OK)
    return status;
  TRY(find_wave(load, &wave));
  if (load->answers_needed > 0 || load->codebook->settings.duplicates == TG_DUPLICATES_COMPLETE)
    answers = count_answers(load);
  TRY(find_fate(load, wave, answers, &fate));
  if (fate == TG_FATE_ACCEPTED)
    TRY(check_id(load, wave, answers, &fate));
  TRY(count_fate(load, fate, wave));
  if (fate == TG_FATE_ACCEPTED)
    TRY(commit(load, wave));
cleanup:
  return status;
}
