/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What files.csv and recodes.csv say of the file being read: constants, and cells that become others. */
#ifndef TG_RESPONSES_FILES_H
#define TG_RESPONSES_FILES_H

#include <responses/piece.h>
#include <source/records.h>

/* Where the cell of a record is found: a column of the file, or the same text in every record, or nowhere. */
typedef struct tg_file_cell {
  size_t field;     /* from 0; TG_NONE: no column */
  const char *text; /* the constant, NULL */
} tg_file_cell;

typedef struct tg_file_value {
  const struct tg_load_variable *variable;
  const char *text;
  size_t length;
} tg_file_value;

/* A row of recodes.csv that the file is concerned by. */
typedef struct tg_file_step {
  const tg_recode_row *row;
  tg_file_cell from;
  uint64_t active; /* bit w: in the w-th remembered wave */
  int64_t count;   /* cells that it was for */
} tg_file_step;

/* Which row a short cell text met before, in a wave. */
typedef struct tg_file_known {
  uint64_t key;        /* of the text, 0: free */
  uint32_t wave, step; /* step + 1; 0: none */
} tg_file_known;

#define TG_FILES_KNOWN 256
#define TG_FILES_WAVES 64

/* A variable that has such rows. */
typedef struct tg_file_slot {
  const struct tg_load_variable *variable;
  tg_file_cell own; /* its own column, for records that no row is for */
  tg_file_step *steps;
  size_t step_count;
  tg_file_known *known; /* [TG_FILES_KNOWN], where all steps read one column; else NULL */
  int64_t unmatched;
} tg_file_slot;

/* Zero-initialise. */
typedef struct tg_file_plan {
  const tg_file_row *row; /* of files.csv, NULL */
  tg_file_value *values;  /* constants of variables without recodes */
  size_t value_count;
  tg_file_slot *slots; /* the wave first; where there are some, records are read one by one */
  size_t slot_count;
  tg_file_cell wave;
  size_t wave_count, wave_now; /* remembered waves, and that of the record */
  char waves[TG_FILES_WAVES][64];
} tg_file_plan;

/* The row of files.csv for a file, NULL; before its first byte is read. */
const tg_file_row *tg_files_find(const struct tg_load *load, const char *file);

/* How the text of a source is to be split, as files.csv, layout.csv and the load options say; what they say of its bytes
 * is told to the source.  *layout (may be NULL) is that of fixed columns, or NULL.  Before the first read. */
trygg_status tg_files_describe(const trygg_codebook *codebook, const trygg_load_options *options,
                               tg_source *source, tg_records_options *out, const tg_record_layout **layout,
                               trygg_error *error);

/* Plan the file whose header was read into load->fields: constants and recoded variables become part of the file. */
trygg_status tg_files_begin(struct tg_load *load, const char *const *names, const size_t *lengths,
                            size_t count, int64_t line);

/* 1 when some recode reads a column of this name. */
int tg_files_reads(const trygg_codebook *codebook, const char *name, size_t length);

/* Give the constants to all rows of a piece. */
void tg_files_fill(const tg_file_plan *plan, tg_piece *piece);

/* Account for the file read: how it was written, its constants and recodes.  `encoding` may be NULL. */
trygg_status tg_files_account(struct tg_load *load, char delimiter, const char *encoding);

/* A plan of recodes for a thread of its own: they count what they met and remember waves and texts.  0, or -1 without
 * memory; `out` is cleared in either case. */
int tg_files_copy_plan(const tg_file_plan *plan, tg_file_plan *out);

/* Add what a copy counted to the file's plan. */
void tg_files_move_counts(tg_file_plan *copy, tg_file_plan *plan);

void tg_files_clear_plan(tg_file_plan *plan);

/* recode.c: the values of recoded variables of the piece's row `count`, from all cells of the record. */
void tg_recode_record(const struct tg_load *load, tg_file_plan *plan, tg_piece *piece,
                      const char *const *fields, const size_t *lengths);

#endif
