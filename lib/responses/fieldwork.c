/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wave of a record, and the account's cell of its file, wave and strata. */
#include <responses/fieldwork.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/row.h>

#define WAVE_NONE UINT32_MAX /* in wave_of_text: the text is no wave */

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
                         .assumed = tg_memory_new(load->variable_count, 1),
                         .recoded = tg_memory_new(load->variable_count, sizeof *wave->recoded),
                         .closes = closing_of(&load->codebook->settings, code)};
  load->wave_count++;
  return wave->code && wave->asked && wave->assumed && wave->recoded ? TRYGG_OK : tg_error_memory(load->error);
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

/* Wave of a row; TG_NO_WAVE when it has none. */
trygg_status tg_fieldwork_wave(tg_load *load, const tg_piece *piece, size_t row, uint32_t *out) {
  *out = TG_NO_WAVE;
  if (!load->wave) {
    *out = 0;
    return load->wave_count > 0
               ? TRYGG_OK
               : add_wave(load, load->codebook->settings.wave ? load->codebook->settings.wave : "", out);
  }
  size_t value = tg_row_value(piece, load->wave, row), known = load->wave_of_text_capacity;
  if (value >= known) {
    if (tg_memory_grow((void **)&load->wave_of_text, &load->wave_of_text_capacity, value + 1,
                       sizeof(uint32_t)) != 0)
      return tg_error_memory(load->error);
    memset(load->wave_of_text + known, 0, (load->wave_of_text_capacity - known) * sizeof(uint32_t));
  }
  if (load->wave_of_text[value] == 0) {
    const char *code = tg_row_text(piece, load->wave, row);
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

static uint32_t stratum_value(const tg_load_variable *variable, const tg_fieldwork_place *at) {
  if (at->piece)
    return tg_row_value(at->piece, variable, at->row);
  return variable->column->present ? tg_row_stored(variable, tg_columns_block(variable->column), at->row) : 0;
}

/* Codes of the record's strata with blanks between. */
static char *stratum_text(const tg_load *load, const tg_fieldwork_place *at) {
  tg_text text = {0};
  tg_text_put(&text, "");
  for (size_t i = 0; i < load->stratum_count; i++) {
    if (i)
      tg_text_putc(&text, ' ');
    if (load->strata[i]->column->present)
      tg_text_put(&text, tg_row_text_of(load->strata[i], stratum_value(load->strata[i], at)));
  }
  if (text.failed)
    tg_text_free(&text);
  return text.failed ? NULL : text.bytes;
}

/* The account's cell of a record's file, wave and strata. */
trygg_status tg_fieldwork_cell(tg_load *load, uint32_t file, uint32_t wave, const tg_fieldwork_place *at,
                               uint32_t *out) {
  tg_account *account = load->responses->account;
  uint32_t pair = 0;
  int is_new = 0, failed = tg_account_pair_id(account, 0, file, &pair, &is_new) != 0 ||
                           tg_account_pair_id(account, pair, wave, &pair, &is_new) != 0;
  for (size_t i = 0; i < load->stratum_count && !failed; i++)
    failed = tg_account_pair_id(account, pair, stratum_value(load->strata[i], at), &pair, &is_new) != 0;
  if (!failed && is_new) {
    failed = tg_memory_grow((void **)&account->cells, &account->cell_capacity, account->cell_count + 1,
                            sizeof *account->cells) != 0 ||
             tg_memory_grow((void **)&account->cell_of_pair, &account->cell_of_pair_capacity,
                            (size_t)pair + 1, sizeof(uint32_t)) != 0;
    char *stratum = failed ? NULL : stratum_text(load, at);
    failed = !stratum;
    if (stratum) {
      account->cells[account->cell_count] = (tg_account_cell){.file = file, .wave = wave, .stratum = stratum};
      account->cell_of_pair[pair] = (uint32_t)account->cell_count++;
    }
  }
  if (failed)
    return tg_error_memory(load->error);
  *out = account->cell_of_pair[pair];
  return TRYGG_OK;
}

/* With one stratum variable at most, cells are found by stratum and wave in a table, unless there are very many;
 * *out is where the cell belongs in it, or NULL. */
static trygg_status find_place(tg_load *load, uint32_t stratum, uint32_t wave, uint32_t **out) {
  enum { waves = 64, strata_most = 65536 };
  size_t at = (size_t)stratum * waves + (wave == TG_NO_WAVE ? 0 : wave + 1), known = load->cell_capacity;
  *out = NULL;
  if (load->stratum_count > 1 || stratum >= strata_most || (wave != TG_NO_WAVE && wave + 1 >= waves))
    return TRYGG_OK;
  if (at >= known) {
    if (tg_memory_grow((void **)&load->cells, &load->cell_capacity, at + 1, sizeof *load->cells) != 0)
      return tg_error_memory(load->error);
    memset(load->cells + known, 0, (load->cell_capacity - known) * sizeof *load->cells);
  }
  *out = &load->cells[at];
  return TRYGG_OK;
}

trygg_status tg_fieldwork_count(tg_load *load, const tg_piece *piece, size_t row, tg_fate fate,
                                uint32_t wave) {
  trygg_status status = TRYGG_OK;
  tg_account *account = load->responses->account;
  uint32_t cell, *place, stratum = load->stratum_count ? tg_row_value(piece, load->strata[0], row) : 0;
  TRY(find_place(load, stratum, wave, &place));
  if (place && *place > 0)
    cell = *place - 1;
  else {
    TRY(tg_fieldwork_cell(load, (uint32_t)(account->file_count - 1), wave, &(tg_fieldwork_place){piece, row},
                          &cell));
    if (place)
      *place = cell + 1;
  }
  account->cells[cell].fates[fate]++;
cleanup:
  return status;
}
