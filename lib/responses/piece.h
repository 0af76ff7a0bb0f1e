/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that are read but not yet judged: the cells of a stretch of a file as columns of their own.
 *
 * Pieces are filled by any thread and judged in the order of the file by the calling one (record.c). */
#ifndef TG_RESPONSES_PIECE_H
#define TG_RESPONSES_PIECE_H

#include <responses/texts.h>

struct tg_load;
struct tg_load_variable;

typedef struct tg_cell_text {
  const char *text;
  size_t length;
} tg_cell_text;

/* A cell that says whose record it is, until the record is judged. */
typedef struct tg_piece_id {
  const char *text;
  uint32_t length, hash;
} tg_piece_id;

/* A remembered cell text of up to eight bytes. */
typedef struct tg_piece_known {
  uint64_t bytes; /* 0: free */
  uint32_t value; /* as stored */
  uint32_t what;
} tg_piece_known;

typedef struct tg_piece_column {
  void *values;          /* [capacity]; NULL where the file has no such column, and of ids */
  unsigned char *filled; /* [capacity] of numbers and masks: the cell is not empty */
  tg_texts texts;
  tg_piece_known *known; /* [known_mask + 1] of codes */
  size_t known_mask;
} tg_piece_column;

/* A cell of a record that is more than a value: matched as a number, unknown, or a strict number that is none. */
typedef enum tg_event_kind {
  TG_EVENT_RECODED,
  TG_EVENT_UNKNOWN,
  TG_EVENT_FAULT,
  TG_EVENT_NEGATIVE
} tg_event_kind;

typedef struct tg_piece_event {
  uint32_t row, variable;
  tg_event_kind kind;
  char code[12]; /* of an unknown one: "(text)" where it is not fit to be shown */
} tg_piece_event;

typedef struct tg_piece {
  const struct tg_load *load;
  tg_piece_column *columns; /* one a variable */
  size_t column_count, count, capacity;
  int64_t line;     /* physical lines before the piece */
  uint32_t *lines;  /* [capacity]: the line of each record within the piece, from 1 */
  tg_piece_id *ids; /* [capacity * ids] */
  size_t id_count;
  tg_piece_event *events; /* in the order of rows, and of fields within a row */
  size_t event_count, event_capacity;
  uint16_t *waves;     /* [capacity]: of the accepted records */
  unsigned char *kept; /* [capacity]: accepted */
  int no_memory;
  char decimal;      /* 0: either */
  int numeric_cells; /* texts were made from a caller's numbers: matching by number is no recoding */
} tg_piece;

/* Room for `capacity` records of the file being read.  The piece must be zeroed or have been opened before. */
trygg_status tg_piece_open(tg_piece *piece, const struct tg_load *load, size_t capacity, trygg_error *error);

/* Twice the room, with the rows kept; 0, or -1 without memory. */
int tg_piece_grow(tg_piece *piece);

/* Forget the rows. */
void tg_piece_reset(tg_piece *piece, int64_t line);

void tg_piece_close(tg_piece *piece);

/* Where a text is remembered, or may be. */
static inline tg_piece_known *tg_piece_find_known(const tg_piece_column *column, uint64_t key) {
  size_t home = key * UINT64_C(0x9E3779B97F4A7C15) >> 40 & column->known_mask;
  for (size_t i = 0; i < 4; i++) {
    tg_piece_known *known = &column->known[(home + i) & column->known_mask];
    if (known->bytes == key || known->bytes == 0)
      return known;
  }
  return &column->known[home];
}

/* Note something about a cell of row `count`. */
void tg_piece_note(tg_piece *piece, size_t variable, tg_event_kind kind, const char *text, size_t length);

#endif
