/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a load, from the first header to the finished responses. */
#ifndef TG_RESPONSES_LOAD_H
#define TG_RESPONSES_LOAD_H

#include <responses/account.h>
#include <responses/columns.h>
#include <responses/dictionary.h>
#include <responses/duplicates.h>
#include <responses/files.h>
#include <responses/piece.h>
#include <source/records.h>

typedef struct tg_load tg_load;
typedef struct tg_load_variable tg_load_variable;

/* Turn a cell into the variable's value of the piece's row `count` (convert.c).  What else there is to know of
 * the cell is kept in the piece until the record's fate is known. */
typedef void (*tg_load_convert)(tg_piece *piece, const tg_load_variable *variable, const char *text,
                                size_t length);

/* What a number that is none, or is negative, does to the load. */
typedef enum tg_load_strictness {
  TG_LOAD_LENIENT, /* missing, counted as an unknown code */
  TG_LOAD_NUMBER,  /* must be a number: finite population corrections, replicate weights */
  TG_LOAD_WEIGHT   /* must be a number from 0 on */
} tg_load_strictness;

#define TG_LOAD_SLOW                                                                                         \
  240 /* of `bytes`: the byte alone does not tell; between the codes and the missing kinds */
#define TG_LOAD_SLOW_DIGITS UINT16_MAX /* of `digits` */

/* Where cells of that many digits are in `digits`: 7 is at 0 + 7, 07 at 10 + 7. */
static inline size_t tg_load_digits(size_t count) {
  static const uint16_t begins[] = {0, 0, 10, 110, 1110, 11110};
  return begins[count];
}

struct tg_load_variable {
  const tg_variable *variable;
  tg_column *column;
  size_t index;
  tg_load_convert convert;
  tg_load_strictness strict;
  int question;          /* counts for min_answered: no role, not derived */
  int in_file;           /* of the file being read */
  size_t stored;         /* records that have a value */
  size_t id;             /* position among the ids */
  uint32_t empty;        /* of coded ones: what an empty cell means */
  uint32_t stored_empty; /* the same as it is stored */
  uint32_t unfilled; /* of codes and texts: stored where the cell is empty; UINT32_MAX: that is an answer */
  unsigned char *bytes; /* [256] of one-byte codes: what a cell of that byte is stored as */
  uint16_t *digits;     /* what a cell of up to digits_most digits is stored as, at tg_load_digits(); NULL */
  size_t digits_most;
  tg_dictionary_builder texts;
};

/* A wave in the order of arrival. */
typedef struct tg_load_wave {
  char *code;
  double closes;          /* last day that counts, NaN: any */
  unsigned char *asked;   /* [variable]: a cell was not empty */
  unsigned char *assumed; /* [variable]: what was assumed of those that were not asked so far (window.c) */
  int64_t *recoded;       /* [variable]: cells that matched a code as a number */
  size_t count;
  size_t piece; /* the last one that had an accepted record of the wave */
} tg_load_wave;

/* A cell whose code is unknown, of a record or of the record being read. */
typedef struct tg_load_unknown {
  size_t record, variable;
  char code[12]; /* "(text)" where it is not fit to be shown */
} tg_load_unknown;

#define TG_LOAD_UNKNOWN_MOST ((size_t)1 << 20) /* cells listed by their code; the others are only counted */
#define TG_LOAD_WAVES_MOST 4096

/* How files are read, for tests: the result must never depend on it.  Zero means the default. */
typedef struct tg_load_reading {
  int reference;    /* every record by libcsv */
  size_t piece;     /* bytes of text a piece */
  size_t read_size; /* most bytes of text taken from the source at once */
} tg_load_reading;

struct tg_load {
  trygg_codebook *codebook;
  trygg_responses *responses;
  trygg_load_options options;
  tg_load_variable *variables;
  size_t variable_count;
  size_t count; /* records kept so far; the one being read is number `released + count` */

  const struct tg_window_options *windows; /* NULL: all records are kept */
  size_t window;                           /* records of a window */
  size_t released;                         /* records given out in windows and forgotten */

  tg_load_variable *wave, *weight, *status, *date, *source; /* by role, NULL */
  tg_load_variable **strata;
  size_t stratum_count;
  size_t id_count;

  /* of the file being read */
  const char *file;
  const tg_record_layout *layout; /* of fixed columns; NULL: it has none */
  tg_load_variable **fields;      /* NULL: an unknown column */
  size_t field_count, question_count;
  size_t all_count; /* fields, and behind them the variables that constants and recodes fill */
  tg_file_plan plan;
  double answers_needed; /* by min_answered */
  char decimal;
  size_t *file_begins; /* first record of each file */
  size_t file_begin_capacity;

  tg_piece single;    /* of the record being read, where records come one by one, or of rows of arrays */
  size_t single_file; /* files begun when it was opened */
  int64_t line;       /* of the record being judged */
  size_t pieces;      /* judged so far */

  tg_load_wave *waves;
  size_t wave_count, wave_capacity;
  uint32_t *wave_of_text; /* by dictionary index or code of the wave variable: wave + 1, 0 not yet known */
  size_t wave_of_text_capacity;

  tg_load_reading reading;
  tg_duplicates_index duplicates;
  size_t *dropped; /* records that a later one replaced */
  size_t dropped_count, dropped_capacity;
  size_t unknown_seen; /* cells logged in all, also those of windows that are gone */
  tg_load_unknown *unknown_log;
  size_t unknown_log_count, unknown_log_capacity;
  size_t warning_capacity;
  tg_dictionary_builder unknown_columns; /* warned of */

  uint32_t *cells; /* of the file being read, by stratum and wave: the account's cell + 1, 0 not yet known */
  size_t cell_capacity;
  size_t cells_file; /* files begun when they were filled */

  trygg_error *error;
};

/* ---- load.c ---- */

trygg_status tg_load_memory(trygg_codebook *codebook, const char *name, const void *bytes, size_t length,
                            const trygg_load_options *options, const tg_load_reading *reading,
                            trygg_responses **out, trygg_error *error);

trygg_status tg_load_begin(tg_load *load, trygg_codebook *codebook, const trygg_load_options *options,
                           trygg_error *error);
void tg_load_end(tg_load *load); /* frees all that was not handed out */

/* Keep a warning about `file` (NULL: about all of them), as "file: text". */
trygg_status tg_load_warn(tg_load *load, const char *file, const char *text);

/* Load files one after the other. */
trygg_status tg_load_files(tg_load *load, const char *const *files, size_t count);

/* ---- chunks.c ---- */

/* Read what follows the header; what no scanner takes is left to tg_records_rest. */
trygg_status tg_chunks_read(tg_load *load, tg_records *records, tg_source *source,
                            const trygg_progress *progress);

/* ---- header.c ---- */
trygg_status tg_header_begin_file(tg_load *load, const char *file, const char *const *names,
                                  const size_t *lengths, size_t count, int64_t line);
trygg_status tg_header_end_file(tg_load *load);

/* Position (from 1) of a variable's column in the file being read, 0 when it has none: its number, or where fixed
 * columns have their first character. */
size_t tg_header_column(const tg_load *load, const tg_load_variable *variable);

/* ---- convert.c ---- */
trygg_status tg_convert_prepare(tg_load *load, tg_load_variable *variable);

/* Store a number that is read already; `text` is the cell, trimmed. */
void tg_convert_value(tg_piece *piece, const tg_load_variable *variable, double value, const char *text,
                      size_t length);

/* Cells of the variable are numbers, so that one that is read already can be stored: 1 when it was, 0 where only its
 * text tells what it is. */
int tg_convert_number(tg_piece *piece, const tg_load_variable *variable, double value);

/* ---- arrays.c ---- */

#define TG_ARRAYS_CELL 64 /* bytes that a number's or a time's text fits in */

/* Columns whose cells come as text, whatever they are kept as. */
typedef struct tg_arrays_source {
  const void *context;
  uint64_t total; /* rows, for progress; 0: unknown */
  const char *(*name)(const void *context, size_t column);
  int (*is_number)(const void *context, size_t column);             /* its decimal sign is a point */
  double (*number)(const void *context, size_t column, size_t row); /* NaN: the text must tell */
  /* Text of a cell, with `out` as room where it needs one; NULL where the column contradicts itself. */
  const char *(*text)(const void *context, size_t column, size_t row, char out[TG_ARRAYS_CELL],
                      size_t *length);
} tg_arrays_source;

/* Begin a file called `name` of `count` columns, load rows (as often as rows come; `before`: rows so far), end it. */
trygg_status tg_arrays_begin(tg_load *load, const char *name, const tg_arrays_source *source, size_t count);
trygg_status tg_arrays_rows(tg_load *load, const tg_arrays_source *source, size_t rows, size_t before);
trygg_status tg_arrays_end(tg_load *load);

/* Load checked arrays as if they were the file called `name`. */
trygg_status tg_arrays_load(tg_load *load, const char *name, const trygg_array *arrays, size_t count,
                            size_t rows);

/* ---- labelled.c ---- */
/* Load an SPSS, Stata or SAS file (tg_labelled_is_file). */
trygg_status tg_labelled_load(tg_load *load, const char *path);

/* ---- record.c ---- */

/* Make load->single a piece of the file being read with room for that many rows. */
trygg_status tg_record_room(tg_load *load, size_t rows);

/* Records one by one: begin, convert the cells into load->single, end. */
trygg_status tg_record_begin(tg_load *load, int64_t line);
trygg_status tg_record_end(tg_load *load);

/* Judge the rows of a piece and keep the accepted ones. */
trygg_status tg_record_take(tg_load *load, tg_piece *piece);

/* Make room for that many records in all. */
trygg_status tg_record_reserve(tg_load *load, size_t capacity);

/* ---- persons.c ---- */

/* In a panel of persons, which records are the same person's; the dropped ones are out. */
trygg_status tg_persons_number(tg_load *load);

/* ---- finish.c ---- */

/* How many dropped records came before one; they are sorted. */
size_t tg_finish_dropped_before(const tg_load *load, size_t record);

/* List the unknown codes of the first `count` records, and forget their log. */
trygg_status tg_finish_unknown(tg_load *load, size_t count);
trygg_status tg_finish_load(tg_load *load, trygg_responses **out);

/* ---- derive.c ---- */
trygg_status tg_derive_all(trygg_responses *responses, trygg_error *error);

#endif
