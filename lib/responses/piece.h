/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records that are read but not yet judged: the cells of a stretch of a file as columns of their own.
 *
 * Pieces are filled by any thread and judged in the order of the file by the calling one (record.c). */
#ifndef TG_RESPONSES_PIECE_H
#define TG_RESPONSES_PIECE_H

#include <string.h>

#include <responses/dictionary.h>

struct tg_load;
struct tg_load_variable;

typedef struct tg_cell_text {
  const char *text;
  size_t length;
} tg_cell_text;

/* The different texts of a column, in the order of arrival; they stay where the reader has them. */
typedef struct tg_piece_text {
  const char *text;
  uint64_t key; /* the bytes of a text of up to eight */
  uint32_t length, hash;
} tg_piece_text;

typedef struct tg_piece_texts {
  tg_piece_text *texts; /* [0] is the empty cell */
  size_t count, capacity;
  uint32_t *slots; /* open addressing; 0: free */
  size_t slot_count;
} tg_piece_texts;

/* A remembered cell text of up to eight bytes. */
typedef struct tg_piece_known {
  uint64_t bytes; /* 0: free */
  uint32_t value; /* as stored */
  uint32_t what;
} tg_piece_known;

typedef struct tg_piece_column {
  void *values;          /* [capacity]; NULL where the file has no such column, and of ids */
  unsigned char *filled; /* [capacity] of numbers and masks: the cell is not empty */
  tg_piece_texts texts;
  tg_piece_known *known; /* [known_mask + 1] of codes */
  size_t known_mask;
} tg_piece_column;

/* A cell of a record that is more than a value: matched as a number, unknown, or a strict number that is none. */
typedef enum tg_event_kind { TG_EVENT_RECODED, TG_EVENT_UNKNOWN, TG_EVENT_FAULT, TG_EVENT_NEGATIVE } tg_event_kind;

typedef struct tg_piece_event {
  uint32_t row, variable;
  tg_event_kind kind;
  char code[12]; /* of an unknown one: "(text)" where it is not fit to be shown */
} tg_piece_event;

typedef struct tg_piece {
  const struct tg_load *load;
  tg_piece_column *columns; /* one a variable */
  size_t column_count, count, capacity;
  int64_t line;    /* physical lines before the piece */
  uint32_t *lines; /* [capacity]: the line of each record within the piece, from 1 */
  tg_cell_text *ids; /* [capacity * ids] */
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

/* Up to eight bytes as a number; no byte is 0, so different texts differ. */
static inline uint64_t tg_piece_key(const char *text, size_t length) {
  uint64_t key = 0;
  for (size_t i = 0; i < length; i++)
    key |= (uint64_t)(unsigned char)text[i] << 8 * i;
  return key;
}

/* The same of text[0..length) with eight readable bytes behind `text`. */
static inline uint64_t tg_piece_key_padded(const char *text, size_t length) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t key;
  memcpy(&key, text, sizeof key);
  return length >= 8 ? key : key & ((UINT64_C(1) << 8 * length) - 1);
#else
  return tg_piece_key(text, length);
#endif
}

/* Index of a text of a column; 0 with `no_memory` set when memory runs out. */
uint32_t tg_piece_intern(tg_piece *piece, tg_piece_texts *texts, const char *text, size_t length);

/* Index of a text of one to eight bytes where it is known, else 0. */
static inline uint32_t tg_piece_find_short(const tg_piece_texts *texts, uint64_t key, size_t length) {
  if (texts->slot_count == 0)
    return 0;
  size_t mask = texts->slot_count - 1, slot = tg_dictionary_hash_short(key, length) & mask;
  for (uint32_t index; (index = texts->slots[slot]) != 0; slot = (slot + 1) & mask)
    if (texts->texts[index].key == key && texts->texts[index].length == length)
      return index;
  return 0;
}

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
