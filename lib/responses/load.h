/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a load, from the first header to the finished responses. */
#ifndef TG_RESPONSES_LOAD_H
#define TG_RESPONSES_LOAD_H

#include <responses/account.h>
#include <responses/columns.h>
#include <responses/dictionary.h>
#include <responses/duplicates.h>

typedef struct tg_load tg_load;
typedef struct tg_load_variable tg_load_variable;

/* Turn a cell into the variable's value of the record being read (convert.c).  Faults are
 * kept in the load until the record's fate is known. */
typedef void (*tg_load_convert)(tg_load *load, tg_load_variable *variable, const char *text, size_t length);

/* What a number that is none, or is negative, does to the load. */
typedef enum tg_load_strictness {
  TG_LOAD_LENIENT, /* missing, counted as an unknown code */
  TG_LOAD_NUMBER,  /* must be a number: finite population corrections, replicate weights */
  TG_LOAD_WEIGHT   /* must be a number from 0 on */
} tg_load_strictness;

/* A remembered cell text of up to eight bytes (convert.c). */
typedef struct tg_load_known {
  uint64_t bytes; /* 0: free */
  uint32_t value;
  uint32_t what;
} tg_load_known;

struct tg_load_variable {
  const tg_variable *variable;
  tg_column *column;
  size_t index;
  tg_load_convert convert;
  tg_load_strictness strict;
  int question;   /* counts for min_answered: no role, not derived */
  int in_file;    /* of the file being read */
  size_t stored;  /* records that have a value */
  size_t id;      /* position among the ids */
  uint32_t empty; /* of coded ones: what an empty cell is stored as */
  tg_dictionary_builder texts;
  tg_load_known *known; /* [known_mask + 1] */
  size_t known_mask;
};

/* A wave in the order of arrival. */
typedef struct tg_load_wave {
  char *code;
  double closes;        /* last day that counts, NaN: any */
  unsigned char *asked; /* [variable]: a cell was not empty */
  int64_t *recoded;     /* [variable]: cells that matched a code as a number */
  size_t count;
} tg_load_wave;

typedef struct tg_load_text {
  const char *text;
  size_t length;
} tg_load_text;

/* A cell whose code is unknown, of a record or of the record being read. */
typedef struct tg_load_unknown {
  size_t record, variable;
  char code[12]; /* "(text)" where it is not fit to be shown */
} tg_load_unknown;

#define TG_LOAD_UNKNOWN_MOST ((size_t)1 << 20) /* cells listed by their code; the others are only counted */
#define TG_LOAD_WAVES_MOST 4096

struct tg_load {
  trygg_codebook *codebook;
  trygg_responses *responses;
  trygg_load_options options;
  tg_load_variable *variables;
  size_t variable_count;
  size_t count; /* records kept so far; the one being read is number `count` */

  tg_load_variable *wave, *weight, *status, *date, *source; /* by role, NULL */
  tg_load_variable **strata;
  size_t stratum_count;
  tg_load_text *ids; /* of the record being read */
  size_t id_count;

  /* of the file being read */
  const char *file;
  tg_load_variable **fields; /* NULL: an unknown column */
  size_t field_count, question_count;
  double answers_needed; /* by min_answered */
  char decimal;
  int numeric_cells;   /* texts were made from a caller's numbers: matching by number is no recoding */
  size_t *file_begins; /* first record of each file */
  size_t file_begin_capacity;

  /* of the record being read */
  int64_t line;
  unsigned char *filled;         /* [variable]: the cell is not empty */
  const tg_load_variable *fault; /* the first strict number that is none */
  int fault_negative;
  size_t *recoded; /* variables whose cell matched a code as a number */
  size_t recoded_count;
  tg_load_unknown *unknown; /* one a variable at most */
  size_t unknown_count;

  tg_load_wave *waves;
  size_t wave_count, wave_capacity;
  uint32_t *wave_of_text; /* by dictionary index or code of the wave variable: wave + 1, 0 not yet known */
  size_t wave_of_text_capacity;

  tg_duplicates_index duplicates;
  size_t *dropped; /* records that a later one replaced */
  size_t dropped_count, dropped_capacity;
  tg_load_unknown *unknown_log;
  size_t unknown_log_count, unknown_log_capacity;
  size_t warning_capacity;
  tg_dictionary_builder unknown_columns; /* warned of */

  trygg_status failed; /* set by converters, which return nothing */
  trygg_error *error;
};

/* ---- load.c ---- */
trygg_status tg_load_begin(tg_load *load, trygg_codebook *codebook, const trygg_load_options *options,
                           trygg_error *error);
void tg_load_end(tg_load *load); /* frees all that was not handed out */

/* Keep a warning about `file` (NULL: about all of them), as "file: text". */
trygg_status tg_load_warn(tg_load *load, const char *file, const char *text);

/* ---- header.c ---- */
trygg_status tg_header_begin_file(tg_load *load, const char *file, const char *const *names,
                                  const size_t *lengths, size_t count, int64_t line);
trygg_status tg_header_end_file(tg_load *load);

/* Position (from 1) of a variable's column in the file being read, 0 when it has none. */
size_t tg_header_column(const tg_load *load, const tg_load_variable *variable);

/* ---- convert.c ---- */
trygg_status tg_convert_prepare(tg_load *load, tg_load_variable *variable);

/* ---- record.c ---- */
trygg_status tg_record_begin(tg_load *load, int64_t line);
trygg_status tg_record_end(tg_load *load);

/* The code or text of a record's value, "" where it has none; borrowed until the next record. */
const char *tg_record_text(const tg_load_variable *variable, size_t record);

/* ---- finish.c ---- */
trygg_status tg_finish_load(tg_load *load, trygg_responses **out);

/* ---- derive.c ---- */
trygg_status tg_derive_all(trygg_responses *responses, trygg_error *error);

#endif
