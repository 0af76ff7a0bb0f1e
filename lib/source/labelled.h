/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that carry labels with their data: SPSS, Stata and SAS, read by ReadStat where it was there. */
#ifndef TG_SOURCE_LABELLED_H
#define TG_SOURCE_LABELLED_H

#include <base/error.h>

/* A value label, or a value that the file declares missing. */
typedef struct tg_labelled_code {
  char *text;  /* as the cells have it */
  char *label; /* NULL where it has none */
} tg_labelled_code;

/* Values that SPSS declares missing: both ends belong to it. */
typedef struct tg_labelled_range {
  double low, high; /* NaN: it is the text */
  char *text;
} tg_labelled_range;

/* One column.  Cells are numbers, exactly as the file has them (NaN: system-missing), unless `texts` is set:
 * strings, dates as YYYY-MM-DD, and columns with Stata's and SAS's tagged missing values, which are "a" to "z". */
typedef struct tg_labelled_column {
  char *name, *label; /* label NULL where it has none */
  int wanted;         /* its cells were kept */
  int is_text;        /* a string column */
  int is_date;
  double *numbers; /* [rows]; NULL where texts is set */
  char **texts;    /* [rows]; NULL is system-missing or empty */
  tg_labelled_code *codes;
  size_t code_count;
  tg_labelled_range *ranges;
  size_t range_count;
} tg_labelled_column;

typedef struct tg_labelled {
  const char *kind; /* "SPSS", "Stata", "SAS" */
  char *title;      /* NULL where it has none */
  tg_labelled_column *columns;
  size_t column_count;
  size_t rows;
  struct tg_labelled_arena *arena; /* (internal) where texts lie */
} tg_labelled;

typedef struct tg_labelled_options {
  uint64_t max_bytes;   /* of the file, and of its cells in memory; 0: 16 GiB */
  uint64_t max_columns; /* 0: TG_SOURCE_COLUMNS */
  uint64_t max_field;   /* bytes of a text; 0: 1 MiB */
  /* 1 to keep the cells of the column called so; NULL keeps all. */
  int (*wants)(const void *context, const char *name);
  const void *context;
  const trygg_progress *progress; /* stage "load"; may be NULL */
} tg_labelled_options;

/* Whether the regular file at `path`, or the bytes, begin as such a file does.  A file that cannot be opened is none;
 * TRYGG_EIO where it can be opened and not read. */
trygg_status tg_labelled_is_file(const char *path, int *is, trygg_error *error);
int tg_labelled_is_memory(const void *bytes, size_t length);

/* Read all of a file, or nothing.  TRYGG_EUNSUPPORTED without ReadStat, TRYGG_EPARSE where the file is damaged,
 * TRYGG_ELIMIT.  Clear *out afterwards. */
trygg_status tg_labelled_read(const char *path, const tg_labelled_options *options, tg_labelled *out,
                              trygg_error *error);
trygg_status tg_labelled_read_memory(const char *name, const void *bytes, size_t length,
                                     const tg_labelled_options *options, tg_labelled *out,
                                     trygg_error *error);
void tg_labelled_clear(tg_labelled *labelled); /* cells are wiped */

#endif
