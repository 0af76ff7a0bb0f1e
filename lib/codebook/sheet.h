/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of the survey folder as it is written: its columns described, its rows kept as texts with their places. */
#ifndef TG_CODEBOOK_SHEET_H
#define TG_CODEBOOK_SHEET_H

#include <codebook/codebook.h>

#include <base/error.h>

typedef struct tg_sheet_row tg_sheet_row;

typedef struct tg_sheet_field {
  const char *name;
  int required; /* the column must be there and no cell empty */
  const char *help;
} tg_sheet_field;

/* One of these a table; reader.c has the list. */
typedef struct tg_sheet {
  const char *name;
  const char *help;
  int required; /* a folder must have it */
  int labelled; /* has columns label, label::Svenska (sv), ... */
  int open;     /* columns of other names mean something too: rows keep them as `others` */
  const tg_sheet_field *fields;
  size_t field_count;
  /* Take one row into the codebook, looking at nothing but this row and earlier rows of the same table, since the
   * tables may come in any order.  NULL: the table is part of the contract, but not yet read. */
  trygg_status (*add)(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error);
} tg_sheet;

/* A cell in a column that only an open sheet understands. */
typedef struct tg_sheet_other {
  const char *name, *cell; /* trimmed, in the text of the row */
  int32_t position;
} tg_sheet_other;

struct tg_sheet_row {
  const tg_sheet *sheet;
  const char *file; /* borrowed from the reader */
  int64_t line;
  const char **cells; /* one a field of the sheet, trimmed, "" where empty */
  int32_t *positions; /* where the cell stood in its record, from 1; 0 where the column is absent */
  tg_labels labels;
  tg_sheet_other *others; /* of an open sheet */
  size_t other_count;
  char *text; /* what the cells point into */
};

/* What the columns of a file, or of a call, mean to a sheet. */
typedef struct tg_sheet_header {
  const tg_sheet *sheet;
  const char *file;
  int *
      meaning; /* of each column: a field, or TG_SHEET_LABEL + language, TG_SHEET_OTHER or TG_SHEET_NOTHING */
  size_t count;
  char **names; /* of the columns that are TG_SHEET_OTHER */
  size_t other_count;
} tg_sheet_header;

#define TG_SHEET_NOTHING (-1)
#define TG_SHEET_LABEL 1000
#define TG_SHEET_OTHER 2000

/* Called for each column that means nothing; `near` is a known column or NULL. */
typedef trygg_status (*tg_sheet_unknown)(void *context, const char *column, const char *near,
                                         trygg_error *error);

/* Understand the names of columns.  `file` is borrowed.  A required column that is absent: TRYGG_ENAME. */
trygg_status tg_sheet_header_create(const tg_sheet *sheet, const char *file, int64_t line,
                                    const char *const *names, size_t count, tg_sheet_unknown unknown,
                                    void *context, tg_sheet_header *out, trygg_error *error);
void tg_sheet_header_clear(tg_sheet_header *header);

/* Keep a row of `header->count` cells (NULL is empty); *out stays NULL when they are all empty and `skip_empty`. */
trygg_status tg_sheet_row_create(const tg_sheet_header *header, int64_t line, const char *const *cells,
                                 int skip_empty, tg_sheet_row **out, trygg_error *error);
void tg_sheet_row_free(tg_sheet_row *row);

/* Fail at a cell: tg_sheet_fail(error, status, row, FIELD, "format", ...). */
#define tg_sheet_fail(error, status, row, field, ...)                                                        \
  tg_error_at(error, status, (row)->file, (row)->line, (size_t)(row)->positions[field],                      \
              (row)->sheet->fields[field].name, __VA_ARGS__)

/* The place of a cell, for functions that take one. */
trygg_error tg_sheet_place(const tg_sheet_row *row, size_t field);

/* A text short enough for a message: cut at a whole character.  Lives to the end of the full expression. */
typedef struct tg_sheet_shown {
  char text[80];
} tg_sheet_shown;
tg_sheet_shown tg_sheet_show(const char *text, size_t length);
#define TG_SHOWN(string) (tg_sheet_show(string, strlen(string)).text)

/* "; did you mean `near`?" or, for NULL, "". */
tg_sheet_shown tg_sheet_suggest(const char *near);
#define TG_SUGGESTED(near) (tg_sheet_suggest(near).text)

/* Find a cell among `count` words; TRYGG_ENAME with the nearest and the list when it is none of them. */
trygg_status tg_sheet_choose(const tg_sheet_row *row, size_t field, const char *const *words, size_t count,
                             int *out, trygg_error *error);

/* Read a cell as a number with point or comma; NaN where it is empty. */
trygg_status tg_sheet_number(const tg_sheet_row *row, size_t field, double *out, trygg_error *error);

/* A name must be printable, without blanks, commas and equals signs, and not begin with `-`. */
trygg_status tg_sheet_check_name(const tg_sheet_row *row, size_t field, const char *name, size_t length,
                                 trygg_error *error);

/* A copy of a cell; "" stays "". */
static inline char *tg_sheet_copy(const tg_sheet_row *row, size_t field) {
  return tg_memory_string(row->cells[field]);
}

/* Copy cells into texts, in the order given; TRYGG_ENOMEM leaves the others as they are. */
trygg_status tg_sheet_copy_cells(const tg_sheet_row *row, char **const *texts, const size_t *fields,
                                 size_t count, trygg_error *error);

/* Room for one more element, zeroed, at array[count]; the array may move.  NULL without memory. */
void *tg_sheet_room(void *array, size_t count, size_t size);

#endif
