/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The responses of a load are lent out as a window; then what lies behind it moves to the front. */
#include <responses/window.h>

#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/text.h>
#include <base/thread.h>

/* What was assumed of a variable of which no cell of a wave was filled. */
enum { NOT_ASKED_VALUES = TG_WINDOW_VALUES, NOT_ASKED_AT_ALL = TG_WINDOW_ASKED };

/* ---- what cannot be done ------------------------------------------------------------------------------ */

static trygg_status refuse_duplicates(const tg_load *load) {
  static const char *const names[] = {[TG_DUPLICATES_LAST] = "last",
                                      [TG_DUPLICATES_COMPLETE] = "complete",
                                      [TG_DUPLICATES_SOURCE] = "source"};
  tg_duplicates mode = load->codebook->settings.duplicates;
  if (load->id_count == 0 || mode == TG_DUPLICATES_FAIL || mode == TG_DUPLICATES_FIRST)
    return TRYGG_OK;
  return tg_error_at(
      load->error, TRYGG_EINVAL, "settings.csv", 0, 0, "duplicates",
      "`%s` may choose a record that comes later, when the earlier one was counted and forgotten; "
      "set it to `first` or `fail`, or do not stream",
      names[mode]);
}

/* A variable that was first answered in a wave after records of it were given out as not asked. */
static trygg_status check_assumptions(const tg_load *load) {
  for (size_t w = 0; w < load->wave_count; w++)
    for (size_t i = 0; i < load->variable_count; i++)
      if (load->waves[w].assumed[i] & load->windows->needs[i] && load->waves[w].asked[i])
        return tg_error_at(
            load->error, TRYGG_EDATA, load->file, 0, 0, load->variables[i].variable->name,
            "the first answer%s%s comes after so many empty cells that the question was taken not to have been asked; "
            "sort the records so that one with an answer comes earlier, or do not stream",
            *load->waves[w].code ? " in wave " : "", load->waves[w].code);
  return TRYGG_OK;
}

/* ---- the window ----------------------------------------------------------------------------------------- */

trygg_status tg_window_begin(tg_load *load, const tg_window_options *options) {
  load->windows = options;
  load->window = options->records ? options->records : TG_WINDOW_RECORDS;
  trygg_status status = refuse_duplicates(load);
  return status == TRYGG_OK ? tg_record_reserve(load, load->window + TG_BLOCK) : status;
}

/* Nothing is known yet of some variable that is needed, in a wave that the file may have asked. */
static int is_open(const tg_load *load, size_t wave) {
  for (size_t i = 0; i < load->variable_count; i++)
    if (load->windows->needs[i] & (TG_WINDOW_VALUES | TG_WINDOW_ASKED) && !load->waves[wave].asked[i] &&
        load->variables[i].column->present && !load->variables[i].variable->rule)
      return 1;
  return 0;
}

/* Where the window ends: see window.h. */
static size_t find_end(const tg_load *load) {
  const uint16_t *wave = load->responses->wave;
  size_t end = load->window;
  for (size_t w = 0; w < load->wave_count; w++) {
    size_t first = 0;
    if (load->waves[w].count == 0 || !is_open(load, w))
      continue;
    while (first < end && wave[first] != w)
      first++;
    first -= first % TG_BLOCK;
    end = first > 0 && first < end ? first : end;
  }
  return end;
}

/* Waves and what they asked, as far as is known. */
static trygg_status lend_waves(tg_load *load) {
  trygg_responses *responses = load->responses;
  responses->waves = tg_memory_new(load->wave_count, sizeof *responses->waves);
  responses->asked = tg_memory_new(load->variable_count * load->wave_count, 1);
  if (!responses->waves || !responses->asked)
    return tg_error_memory(load->error);
  for (size_t w = 0; w < load->wave_count; w++) {
    tg_wave *wave = &responses->waves[w];
    wave->code = tg_memory_string(load->waves[w].code);
    if (!wave->code)
      return tg_error_memory(load->error);
    responses->wave_count++;
    wave->time = tg_codebook_wave_time(load->codebook, wave->code);
    wave->count = load->waves[w].count;
    for (size_t i = 0; i < load->variable_count; i++)
      responses->asked[i * load->wave_count + w] = load->waves[w].asked[i];
  }
  return TRYGG_OK;
}

/* Where a wave that has records did not ask a variable, that is an assumption. */
static trygg_status note_assumptions(tg_load *load) {
  const trygg_responses *responses = load->responses;
  unsigned char *met = tg_memory_new(load->wave_count, 1);
  if (!met)
    return tg_error_memory(load->error);
  for (size_t record = 0; record < responses->count; record++)
    met[responses->wave[record]] = 1;
  for (size_t i = 0; i < load->variable_count; i++)
    for (size_t w = 0; w < load->wave_count; w++)
      if (met[w] && !responses->asked[i * responses->wave_count + w])
        load->waves[w].assumed[i] |= NOT_ASKED_AT_ALL;
  tg_memory_free(met);
  return TRYGG_OK;
}

/* Where cells are empty, and not of a file without the variable, they now count as not asked. */
static void note_values(tg_load *load, size_t variable) {
  const trygg_responses *responses = load->responses;
  const tg_column *column = &responses->columns[variable];
  const unsigned char *asked = responses->asked + variable * responses->wave_count;
  for (size_t record = 0; record < responses->count; record++) {
    size_t wave = responses->wave[record];
    if (!asked[wave] && !(load->waves[wave].assumed[variable] & NOT_ASKED_VALUES) &&
        tg_column_missing(column, record) != TG_NOT_ASKED)
      load->waves[wave].assumed[variable] |= NOT_ASKED_VALUES;
  }
}

static void mark_not_asked(tg_load *load) {
  const trygg_responses *responses = load->responses;
  for (size_t i = 0; i < load->variable_count; i++) {
    const unsigned char *asked = responses->asked + i * responses->wave_count;
    if (!responses->columns[i].present || !memchr(asked, 0, responses->wave_count))
      continue;
    note_values(load, i);
    for (size_t record = 0; record < responses->count; record++)
      if (!asked[responses->wave[record]])
        tg_columns_not_asked(&responses->columns[i], record, record + 1);
  }
}

static trygg_status settle_texts(void *context, size_t variable, trygg_error *error) {
  tg_load *load = context;
  tg_column *column = &load->responses->columns[variable];
  if (!column->present || column->kind != TG_COLUMN_TEXT)
    return TRYGG_OK;
  return tg_dictionary_use(&load->variables[variable].texts, column->variable, column->values.text,
                           load->responses->count, &column->dictionary, error);
}

/* What the load knows of derived variables is what their records showed. */
static void keep_asked(tg_load *load) {
  const trygg_responses *responses = load->responses;
  for (size_t i = 0; i < load->variable_count; i++)
    for (size_t w = 0; w < responses->wave_count && load->variables[i].variable->rule; w++)
      load->waves[w].asked[i] = responses->asked[i * responses->wave_count + w];
}

/* Take back what was lent, and move the records behind the window to the front. */
static void take_back(tg_load *load, size_t given) {
  trygg_responses *responses = load->responses;
  size_t left = load->count - given;
  for (size_t i = 0; i < load->variable_count; i++) {
    tg_column *column = &responses->columns[i];
    size_t width = tg_columns_width(column->kind), stored = load->variables[i].stored;
    char *block = tg_columns_block(column);
    if (column->variable->rule) {
      tg_columns_clear(column, responses->capacity);
      column->present = 0;
      continue;
    }
    tg_dictionary_clear(&column->dictionary);
    if (column->present && left > 0)
      memmove(block, block + given * width, left * width);
    load->variables[i].stored = stored > given ? stored - given : 0;
  }
  memmove(responses->wave, responses->wave + given, left * sizeof *responses->wave);
  for (size_t w = 0; w < responses->wave_count; w++)
    tg_memory_free(responses->waves[w].code);
  tg_memory_free(responses->waves);
  tg_memory_free(responses->asked);
  responses->waves = NULL;
  responses->asked = NULL;
  responses->wave_count = responses->count = 0;
  load->count = left;
  load->released += given;
}

static trygg_status give(tg_load *load, size_t count) {
  trygg_status status = TRYGG_OK;
  trygg_responses *responses = load->responses;
  TRY(check_assumptions(load));
  for (size_t i = 0; i < load->variable_count; i++) {
    tg_load_variable *variable = &load->variables[i];
    if (!variable->column->present || variable->in_file)
      continue;
    tg_columns_not_asked(variable->column, variable->stored, load->count);
    variable->stored = load->count;
  }
  responses->count = count;
  TRY(lend_waves(load));
  TRY(tg_finish_unknown(load, count));
  mark_not_asked(load);
  TRY(tg_thread_run(tg_thread_count(load->options.threads, load->variable_count), load->variable_count,
                    settle_texts, load, NULL, NULL, load->error));
  TRY(tg_derive_all(responses, load->error));
  keep_asked(load);
  TRY(note_assumptions(load));
  TRY(load->windows->take(load->windows->user, responses, load->error));
  take_back(load, count);
cleanup:
  return status;
}

trygg_status tg_window_give(tg_load *load) {
  return give(load, find_end(load));
}

trygg_status tg_window_end(tg_load *load) {
  trygg_responses *responses = load->responses;
  trygg_status status = load->count > 0 ? give(load, load->count) : check_assumptions(load);
  for (size_t i = 0; i < load->variable_count && status == TRYGG_OK; i++)
    tg_columns_clear(&responses->columns[i], responses->capacity);
  responses->released = load->released;
  return status;
}

trygg_status tg_window_load(trygg_codebook *codebook, const char *const *files, size_t count,
                            const trygg_load_options *options, const tg_window_options *windows,
                            trygg_responses **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_load load = {0};
  *out = NULL;
  TRY(tg_load_begin(&load, codebook, options, error));
  if (codebook->settings.second_phase.declared)
    TRY(tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "phase2",
                    "a sample of two phases needs the records of both, and a stream keeps none; load them"));
  if (load.responses->silent)
    TRY(tg_error_set(error, TRYGG_EINVAL, "`keep_silent` keeps records, and a stream keeps none; load them"));
  TRY(tg_window_begin(&load, windows));
  TRY(tg_load_files(&load, files, count));
  TRY(tg_finish_load(&load, out));
cleanup:
  tg_load_end(&load);
  return status;
}
