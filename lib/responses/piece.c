/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room and events of a piece; what held answers is wiped before it goes. */
#include <responses/piece.h>

#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/load.h>

/* ---- room ------------------------------------------------------------------------------------ */

/* A larger block by copy and wipe: what realloc leaves behind may hold answers. */
static int move(void **block, size_t old, size_t new, size_t width) {
  void *larger = tg_memory_new(new, width);
  if (!larger)
    return -1;
  if (*block)
    memcpy(larger, *block, old * width);
  tg_memory_wipe(*block, *block ? old * width : 0);
  *block = larger;
  return 0;
}

static int is_marked(const tg_column *column) {
  return column->kind == TG_COLUMN_NUMBER || column->kind == TG_COLUMN_MASK;
}

static int resize(tg_piece *piece, size_t capacity) {
  const tg_load *load = piece->load;
  size_t old = piece->capacity;
  if (move((void **)&piece->lines, old, capacity, sizeof *piece->lines) != 0 ||
      move((void **)&piece->waves, old, capacity, sizeof *piece->waves) != 0 ||
      move((void **)&piece->kept, old, capacity, 1) != 0 ||
      (piece->id_count > 0 && move((void **)&piece->ids, old * piece->id_count, capacity * piece->id_count,
                                   sizeof *piece->ids) != 0))
    return -1;
  for (size_t i = 0; i < piece->column_count; i++) {
    const tg_load_variable *variable = &load->variables[i];
    tg_piece_column *column = &piece->columns[i];
    if (!variable->in_file || variable->variable->role == TG_ROLE_ID)
      continue;
    if (move(&column->values, old, capacity, tg_columns_width(variable->column->kind)) != 0 ||
        (is_marked(variable->column) && move((void **)&column->filled, old, capacity, 1) != 0))
      return -1;
  }
  piece->capacity = capacity;
  return 0;
}

int tg_piece_grow(tg_piece *piece) {
  return resize(piece, piece->capacity * 2);
}

static int open_known(tg_piece *piece) {
  for (size_t i = 0; i < piece->column_count; i++) {
    const tg_load_variable *variable = &piece->load->variables[i];
    tg_column_kind kind = variable->column->kind;
    size_t slots = 16;
    if (!variable->in_file || (kind != TG_COLUMN_CODE8 && kind != TG_COLUMN_CODE16))
      continue;
    while (slots < 2 * variable->variable->code_count && slots < 1024)
      slots *= 2;
    piece->columns[i].known = tg_memory_new(slots, sizeof *piece->columns[i].known);
    piece->columns[i].known_mask = slots - 1;
    if (!piece->columns[i].known)
      return -1;
  }
  return 0;
}

trygg_status tg_piece_open(tg_piece *piece, const tg_load *load, size_t capacity, trygg_error *error) {
  tg_piece_close(piece);
  piece->load = load;
  piece->columns = tg_memory_new(load->variable_count, sizeof *piece->columns);
  if (!piece->columns)
    return tg_error_memory(error);
  piece->column_count = load->variable_count;
  piece->id_count = load->id_count;
  piece->decimal = load->decimal;
  if (open_known(piece) != 0 || resize(piece, capacity) != 0)
    return tg_error_memory(error);
  tg_piece_reset(piece, 0);
  return TRYGG_OK;
}

void tg_piece_reset(tg_piece *piece, int64_t line) {
  piece->count = 0;
  piece->event_count = 0;
  piece->line = line;
  piece->no_memory = 0;
  for (size_t i = 0; i < piece->column_count; i++)
    tg_texts_limit(&piece->columns[i].texts);
}

static void wipe(void *block, size_t bytes) {
  tg_memory_wipe(block, block ? bytes : 0);
}

void tg_piece_close(tg_piece *piece) {
  for (size_t i = 0; i < piece->column_count && piece->load; i++) {
    tg_piece_column *column = &piece->columns[i];
    wipe(column->values, piece->capacity * tg_columns_width(piece->load->variables[i].column->kind));
    wipe(column->known, (column->known_mask + 1) * sizeof *column->known);
    tg_memory_free(column->filled);
    tg_texts_clear(&column->texts);
  }
  wipe(piece->events, piece->event_capacity * sizeof *piece->events);
  tg_memory_free(piece->columns);
  tg_memory_free(piece->lines);
  tg_memory_free(piece->ids);
  tg_memory_free(piece->waves);
  tg_memory_free(piece->kept);
  *piece = (tg_piece){0};
}

/* ---- events ------------------------------------------------------------------------------------ */

/* Codes that may be shown in an account: short and harmless. */
static int is_harmless(const char *text, size_t length) {
  int fit = length > 0 && length <= 10;
  for (size_t i = 0; fit && i < length; i++)
    fit = (text[i] >= '0' && text[i] <= '9') || ((text[i] | 32) >= 'a' && (text[i] | 32) <= 'z') ||
          text[i] == '.' || text[i] == '_' || text[i] == '-';
  return fit;
}

static int grow_events(tg_piece *piece) {
  size_t capacity = piece->event_capacity ? piece->event_capacity * 2 : 16;
  if (move((void **)&piece->events, piece->event_capacity, capacity, sizeof *piece->events) != 0)
    return -1;
  piece->event_capacity = capacity;
  return 0;
}

void tg_piece_note(tg_piece *piece, size_t variable, tg_event_kind kind, const char *text, size_t length) {
  if (piece->event_count == piece->event_capacity && grow_events(piece) != 0) {
    piece->no_memory = 1;
    return;
  }
  tg_piece_event *event = &piece->events[piece->event_count++];
  *event = (tg_piece_event){(uint32_t)piece->count, (uint32_t)variable, kind, {0}};
  int fit = kind == TG_EVENT_UNKNOWN && is_harmless(text, length);
  if (kind == TG_EVENT_UNKNOWN)
    tg_text_print(event->code, sizeof event->code, "%.*s", fit ? (int)length : 6, fit ? text : "(text)");
}
