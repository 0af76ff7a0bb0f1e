/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a record once its cells are read: accepted, a duplicate, or rejected for a reason. */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/fieldwork.h>
#include <responses/row.h>
#include <responses/window.h>

#define IDS_AHEAD 8 /* rows; what memory answers meanwhile is not waited for */

/* ---- room ------------------------------------------------------------------------------------ */

trygg_status tg_record_reserve(tg_load *load, size_t capacity) {
  trygg_responses *responses = load->responses;
  size_t old = responses->capacity;
  if (capacity <= old)
    return TRYGG_OK;
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
  if (responses->silent) {
    unsigned char *silent = tg_memory_resize(responses->silent, capacity, 1);
    if (!silent)
      return tg_error_memory(load->error);
    responses->silent = silent;
  }
  responses->capacity = capacity;
  return TRYGG_OK;
}

static trygg_status grow(tg_load *load, size_t needed) {
  size_t capacity = load->responses->capacity;
  while (capacity < needed)
    capacity = capacity < 65536 ? capacity * 4 : capacity * 2;
  return tg_record_reserve(load, capacity);
}

/* ---- duplicates ------------------------------------------------------------------------------- */

static uint32_t file_of(const tg_load *load, size_t record) {
  size_t file = load->responses->account->file_count - 1;
  while (file > 0 && load->file_begins[file] > record)
    file--;
  return (uint32_t)file;
}

static uint32_t source_rank(const tg_load *load, const tg_piece *piece, size_t row) {
  const tg_settings *settings = &load->codebook->settings;
  const char *source = load->source ? tg_row_text(piece, load->source, row) : "";
  uint32_t rank = 0;
  while (rank < settings->duplicate_source_count && strcmp(settings->duplicate_sources[rank], source) != 0)
    rank++;
  return rank;
}

static size_t count_answers(const tg_load *load, const tg_piece *piece, size_t row) {
  size_t count = 0;
  for (size_t i = 0; i < load->all_count; i++)
    count +=
        (size_t)(load->fields[i] && load->fields[i]->question && tg_row_filled(piece, load->fields[i], row));
  return count;
}

/* ---- rows to records ---------------------------------------------------------------------------- */

/* The piece whose rows are judged: rows before `row` are, those before `stored` are in the columns. */
typedef struct judging {
  tg_load *load;
  tg_piece *piece;
  size_t row, stored;
  size_t event; /* first event of the row */
  size_t kept;  /* records in the columns */
} judging;

static void store_run(const judging *at, size_t from, size_t count, size_t to) {
  for (size_t i = 0; i < at->load->all_count; i++) {
    const tg_load_variable *variable = at->load->fields[i];
    const void *values = variable ? at->piece->columns[variable->index].values : NULL;
    if (!values)
      continue;
    size_t width = tg_columns_width(variable->column->kind);
    memcpy((char *)tg_columns_block(variable->column) + to * width, (const char *)values + from * width,
           count * width);
  }
  memcpy(at->load->responses->wave + to, at->piece->waves + from, count * sizeof(uint16_t));
}

/* Copy the accepted rows that were judged, run by run. */
static void store(judging *at) {
  const unsigned char *kept = at->piece->kept;
  while (at->stored < at->row) {
    const unsigned char *end = memchr(kept + at->stored, !kept[at->stored], at->row - at->stored);
    size_t count = end ? (size_t)(end - kept) - at->stored : at->row - at->stored;
    if (kept[at->stored]) {
      store_run(at, at->stored, count, at->kept);
      at->kept += count;
    }
    at->stored += count;
  }
}

static int is_first_phase(const tg_load *load, size_t record) {
  return load->responses->silent && load->responses->silent[record] == TG_FIRST_PHASE_ONLY;
}

/* The record that was kept so far gives way: it becomes the duplicate. */
static trygg_status drop(judging *at, size_t record) {
  tg_load *load = at->load;
  store(at);
  uint32_t wave = load->responses->wave[record], cell;
  tg_fieldwork_place where = {NULL, record};
  if (tg_memory_grow((void **)&load->dropped, &load->dropped_capacity, load->dropped_count + 1,
                     sizeof(size_t)) != 0)
    return tg_error_memory(load->error);
  trygg_status status = tg_fieldwork_cell(load, file_of(load, record), wave, &where, &cell);
  if (status != TRYGG_OK)
    return status;
  load->dropped[load->dropped_count++] = record;
  load->responses->account->cells[cell]
      .fates[is_first_phase(load, record) ? TG_FATE_FIRST_PHASE : TG_FATE_ACCEPTED]--;
  load->responses->account->cells[cell].fates[TG_FATE_DUPLICATE]++;
  load->waves[wave].count--;
  return TRYGG_OK;
}

/* Who did not answer is in the index of a panel, where persons are found by it. */
static int is_silent(const tg_load *load, size_t record) {
  return load->responses->keeps_silent && load->responses->silent[record] == TG_DID_NOT_ANSWER;
}

static trygg_status refuse_duplicate(tg_load *load, const tg_duplicates_entry *found, int silent) {
  uint32_t file = file_of(load, found->record);
  int elsewhere = (size_t)file + 1 != load->responses->account->file_count;
  return tg_error_at(
      load->error, TRYGG_EDATA, load->file, load->line, 0, "id",
      silent
          ? "the same id in the same wave as on line %lld%s%s; a person of a panel is drawn once in a wave, also who "
            "did not answer: remove one"
          : "the same id in the same wave as on line %lld%s%s; remove one, or say with `duplicates` in "
            "settings.csv which to keep",
      (long long)found->line, elsewhere ? " of " : "",
      elsewhere ? load->responses->account->files[file] : "");
}

/* *fate becomes TG_FATE_DUPLICATE when an earlier record with the same id stays. */
static trygg_status check_id(judging *at, uint32_t wave, size_t answers, int silent, tg_fate *fate) {
  tg_load *load = at->load;
  const tg_piece_id *ids = at->piece->ids + at->row * at->piece->id_count;
  tg_duplicates mode = load->codebook->settings.duplicates;
  tg_duplicates_index *index = &load->duplicates;
  for (size_t i = 0; i < load->id_count; i++)
    if (ids[i].length == 0) /* nobody knows whose record this is */
      return TRYGG_OK;
  if (load->id_count == 0)
    return TRYGG_OK;
  tg_duplicates_key key = {ids, load->id_count, wave, tg_duplicates_hash(ids, load->id_count)};
  tg_duplicates_entry newcomer = {
      .record = load->released + load->count, .line = load->line, .answered = (uint32_t)answers};
  if (mode == TG_DUPLICATES_SOURCE)
    newcomer.rank = source_rank(load, at->piece, at->row);
  tg_duplicates_entry *found = NULL;
  if (tg_duplicates_find_or_add(index, &key, &newcomer, &found) != 0)
    return tg_error_memory(load->error);
  if (!found)
    return TRYGG_OK;
  silent = silent || is_silent(load, found->record);
  if (mode == TG_DUPLICATES_FAIL || silent)
    return refuse_duplicate(load, found, silent);
  if (!tg_duplicates_prefers_new(mode, found, &newcomer)) {
    *fate = TG_FATE_DUPLICATE;
    return TRYGG_OK;
  }
  if (tg_account_reject(load->responses->account, file_of(load, found->record), found->line,
                        TG_FATE_DUPLICATE) != 0)
    return tg_error_memory(load->error);
  trygg_status status = drop(at, found->record);
  newcomer.key = found->key;
  *found = newcomer;
  return status;
}

/* ---- the fate --------------------------------------------------------------------------------- */

static trygg_status refuse_number(tg_load *load, char decimal, const tg_piece_event *fault) {
  const tg_load_variable *variable = &load->variables[fault->variable];
  size_t column = tg_header_column(load, variable);
  if (fault->kind == TG_EVENT_NEGATIVE)
    return tg_error_at(
        load->error, TRYGG_EDATA, load->file, load->line, column, variable->variable->name,
        "a negative weight; weights are numbers from 0 on, empty for records outside the sample");
  return tg_error_at(load->error, TRYGG_EDATA, load->file, load->line, column, variable->variable->name,
                     "a cell that is no number where a number was expected%s",
                     decimal == '.'   ? " (with a decimal point)"
                     : decimal == ',' ? " (with a decimal comma)"
                                      : "");
}

/* The first strict number of the row that is none. */
static const tg_piece_event *find_fault(const judging *at) {
  for (size_t i = at->event; i < at->piece->event_count && at->piece->events[i].row == at->row; i++)
    if (at->piece->events[i].kind >= TG_EVENT_FAULT)
      return &at->piece->events[i];
  return NULL;
}

static tg_fate fate_of_status(const judging *at) {
  const tg_load_variable *variable = at->load->status;
  if (!variable)
    return TG_FATE_ACCEPTED;
  uint32_t code = tg_row_value(at->piece, variable, at->row);
  return code < variable->variable->code_count
             ? tg_account_disposition(variable->variable->codes[code].disposition)
             : TG_FATE_DISPOSITION_UNKNOWN;
}

/* In the second phase of the sample; everybody is where there is only one. */
static int is_drawn(const judging *at) {
  const tg_second_phase *phase = &at->load->codebook->settings.second_phase;
  const tg_load_variable *variable = &at->load->variables[phase->drawn.variable];
  if (!phase->declared)
    return 1;
  if (!at->piece->columns[variable->index].values)
    return 0;
  if (tg_variable_is_coded(variable->variable)) {
    uint32_t code = tg_row_value(at->piece, variable, at->row);
    return code < variable->variable->code_count && phase->drawn.codes[code];
  }
  for (size_t i = 0; i < phase->drawn.interval_count; i++)
    if (tg_row_number(at->piece, variable, at->row) >= phase->drawn.intervals[i][0] &&
        tg_row_number(at->piece, variable, at->row) <= phase->drawn.intervals[i][1])
      return 1;
  return 0;
}

/* Who was not asked need have no status and no answers, but a status that is there counts. */
static tg_fate fate_of_first_phase(const judging *at) {
  tg_fate fate = fate_of_status(at);
  return fate == TG_FATE_ACCEPTED || fate == TG_FATE_DISPOSITION_UNKNOWN ? TG_FATE_FIRST_PHASE : fate;
}

/* Everything but the id.  Of records outside the sample the weight does not matter. */
static trygg_status find_fate(judging *at, uint32_t wave, size_t answers, tg_fate *fate) {
  const tg_load *load = at->load;
  int drawn = is_drawn(at);
  *fate = drawn ? fate_of_status(at) : fate_of_first_phase(at);
  if (*fate > TG_FATE_FIRST_PHASE)
    return TRYGG_OK;
  if (wave == TG_NO_WAVE) {
    *fate = TG_FATE_NO_WAVE;
    return TRYGG_OK;
  }
  const tg_piece_event *fault = find_fault(at);
  if (fault)
    return refuse_number(at->load, at->piece->decimal, fault);
  if (load->weight && isnan(tg_row_number(at->piece, load->weight, at->row)))
    *fate = TG_FATE_NO_WEIGHT;
  else if (load->date && load->date->in_file &&
           tg_row_number(at->piece, load->date, at->row) >
               load->waves[wave].closes) /* not where either is NaN */
    *fate = TG_FATE_LATE;
  else if (drawn && (double)answers < load->answers_needed)
    *fate = TG_FATE_TOO_FEW_ANSWERS;
  return TRYGG_OK;
}

/* ---- what only accepted records count for --------------------------------------------------------- */

static trygg_status log_unknown(tg_load *load, const tg_piece_event *event) {
  if (load->unknown_seen >= TG_LOAD_UNKNOWN_MOST)
    return TRYGG_OK;
  if (tg_memory_grow((void **)&load->unknown_log, &load->unknown_log_capacity, load->unknown_log_count + 1,
                     sizeof *load->unknown_log) != 0)
    return tg_error_memory(load->error);
  tg_load_unknown *entry = &load->unknown_log[load->unknown_log_count++];
  load->unknown_seen++;
  entry->record = load->count;
  entry->variable = event->variable;
  memcpy(entry->code, event->code, sizeof entry->code);
  return TRYGG_OK;
}

/* Go past the events of the row. */
static trygg_status take_events(judging *at, uint32_t wave, int accepted) {
  const tg_piece *piece = at->piece;
  for (; at->event < piece->event_count && piece->events[at->event].row == at->row; at->event++) {
    const tg_piece_event *event = &piece->events[at->event];
    if (!accepted)
      continue;
    if (event->kind == TG_EVENT_RECODED)
      at->load->waves[wave].recoded[event->variable]++;
    trygg_status status = event->kind == TG_EVENT_UNKNOWN ? log_unknown(at->load, event) : TRYGG_OK;
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

static trygg_status judge(judging *at) {
  trygg_status status = TRYGG_OK;
  tg_load *load = at->load;
  uint32_t wave = TG_NO_WAVE;
  tg_fate fate = TG_FATE_ACCEPTED;
  size_t answers = 0;
  load->line = at->piece->line + at->piece->lines[at->row];
  TRY(tg_fieldwork_wave(load, at->piece, at->row, &wave));
  if (load->answers_needed > 0 || load->codebook->settings.duplicates == TG_DUPLICATES_COMPLETE)
    answers = count_answers(load, at->piece, at->row);
  TRY(find_fate(at, wave, answers, &fate));
  int silent =
      load->responses->keeps_silent && wave != TG_NO_WAVE && tg_account_is_silent(fate) && is_drawn(at);
  int finds = silent ? load->codebook->settings.waves == TG_WAVES_PANEL : fate <= TG_FATE_FIRST_PHASE;
  if (finds && load->id_count > 0)
    TRY(check_id(at, wave, answers, silent, &fate));
  TRY(tg_fieldwork_count(load, at->piece, at->row, fate, wave));
  int accepted = fate <= TG_FATE_FIRST_PHASE || silent;
  tg_account *account = load->responses->account;
  if (!accepted && tg_account_reject(account, (uint32_t)account->file_count - 1, load->line, fate) != 0) {
    status = tg_error_memory(load->error);
    goto cleanup;
  }
  TRY(take_events(at, wave, accepted));
  at->piece->kept[at->row] = (unsigned char)accepted;
  at->piece->waves[at->row] = (uint16_t)wave;
  if (accepted) {
    if (load->responses->silent)
      load->responses->silent[load->count] = silent                        ? TG_DID_NOT_ANSWER
                                             : fate == TG_FATE_FIRST_PHASE ? TG_FIRST_PHASE_ONLY
                                                                           : TG_ANSWERED;
    load->waves[wave].count++;
    load->waves[wave].piece = load->pieces;
    load->count++;
  }
cleanup:
  return status;
}

/* A variable was asked in a wave when a cell of an accepted record is not empty.  Once that is known of all waves
 * there is nothing to look for, which is soon. */
static void note_asked(tg_load *load, const tg_piece *piece, size_t first, size_t end) {
  for (size_t i = 0; i < load->all_count; i++) {
    const tg_load_variable *variable = load->fields[i];
    size_t open = 0;
    for (size_t w = 0; w < load->wave_count && variable; w++)
      open += load->waves[w].piece == load->pieces && !load->waves[w].asked[variable->index];
    for (size_t row = first; row < end && open > 0; row++) {
      if (!piece->kept[row])
        continue;
      unsigned char *asked = &load->waves[piece->waves[row]].asked[variable->index];
      if (!*asked && tg_row_filled(piece, variable, row)) {
        *asked = 1;
        open--;
      }
    }
  }
}

/* Note what the piece's rows answered, and give out each window that they complete.  What rows behind a window
 * answered is not known in it, so that the window does not depend on how the file was cut into pieces. */
static trygg_status take_windows(tg_load *load, const tg_piece *piece, size_t before) {
  trygg_status status = TRYGG_OK;
  for (size_t first = 0, end; first < piece->count; first = end) {
    size_t records = before;
    for (end = first; end < piece->count && records < load->window; end++)
      records += piece->kept[end];
    note_asked(load, piece, first, end);
    if (records < load->window)
      break;
    before = load->count;
    status = tg_window_give(load);
    if (status != TRYGG_OK)
      break;
    before = records - (before - load->count);
  }
  return status;
}

static int keeps_texts(const tg_load *load, const tg_load_variable *variable) {
  return !load->windows || variable->variable->role != TG_ROLE_NONE || load->windows->needs[variable->index];
}

/* Texts of a variable that nobody asks for may be different in every record: a stream keeps only that there are some. */
static trygg_status forget_texts(tg_load *load, tg_load_variable *variable, tg_piece *piece) {
  uint32_t *values = piece->columns[variable->index].values, some;
  if (tg_dictionary_add(&variable->texts, "-", 1, &some, NULL) != 0)
    return tg_error_memory(load->error);
  for (size_t row = 0; row < piece->count; row++)
    values[row] = values[row] ? some : TG_DICTIONARY_EMPTY;
  return TRYGG_OK;
}

/* Indexes of the reader's texts become those of the load. */
static trygg_status settle_texts(tg_load *load, tg_piece *piece) {
  for (size_t i = 0; i < load->all_count; i++) {
    tg_load_variable *variable = load->fields[i];
    if (!variable || variable->column->kind != TG_COLUMN_TEXT || variable->variable->role == TG_ROLE_ID)
      continue;
    if (!keeps_texts(load, variable)) {
      trygg_status status = forget_texts(load, variable, piece);
      if (status != TRYGG_OK)
        return status;
      continue;
    }
    tg_piece_column *column = &piece->columns[variable->index];
    if (tg_texts_settle(&column->texts, &variable->texts) != 0)
      return tg_error_memory(load->error);
    const uint32_t *map = column->texts.map;
    uint32_t *values = column->values;
    for (size_t row = 0; row < piece->count; row++)
      values[row] = map[values[row]];
  }
  return TRYGG_OK;
}

/* ---- all rows ------------------------------------------------------------------------------------- */

trygg_status tg_record_take(tg_load *load, tg_piece *piece) {
  trygg_status status = TRYGG_OK;
  size_t before = load->count;
  judging at = {.load = load, .piece = piece, .kept = load->count};
  if (piece->no_memory)
    return tg_error_memory(load->error);
  if (load->cells_file != load->responses->account->file_count) { /* their keys do not hold the file */
    load->cells_file = load->responses->account->file_count;
    if (load->cells)
      memset(load->cells, 0, load->cell_capacity * sizeof *load->cells);
  }
  load->pieces++;
  tg_files_fill(&load->plan, piece);
  if (piece->no_memory)
    return tg_error_memory(load->error);
  TRY(settle_texts(load, piece));
  TRY(grow(load, load->count + piece->count));
  for (; at.row < piece->count; at.row++) {
    if (load->id_count > 0 && at.row + IDS_AHEAD < piece->count)
      tg_duplicates_prefetch(
          &load->duplicates,
          tg_duplicates_hash(piece->ids + (at.row + IDS_AHEAD) * load->id_count, load->id_count));
    TRY(judge(&at));
  }
  store(&at);
  if (load->windows)
    TRY(take_windows(load, piece, before));
  else
    note_asked(load, piece, 0, piece->count);
cleanup:
  return status;
}

trygg_status tg_record_room(tg_load *load, size_t rows) {
  size_t file = load->responses->account->file_count;
  if (load->single_file == file && load->single.capacity >= rows)
    return TRYGG_OK;
  trygg_status status = tg_piece_open(&load->single, load, rows, load->error);
  if (status == TRYGG_OK)
    load->single_file = file;
  return status;
}

trygg_status tg_record_begin(tg_load *load, int64_t line) {
  trygg_status status = tg_record_room(load, 1);
  if (status != TRYGG_OK)
    return status;
  tg_piece_reset(&load->single, line - 1);
  load->single.lines[0] = 1;
  return TRYGG_OK;
}

trygg_status tg_record_end(tg_load *load) {
  load->single.count = 1;
  return tg_record_take(load, &load->single);
}
