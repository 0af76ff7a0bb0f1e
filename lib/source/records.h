/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of a delimited text, split by libcsv under both strict flags. */
#ifndef TG_SOURCE_RECORDS_H
#define TG_SOURCE_RECORDS_H

#include <source/source.h>

/* Valid during the callback only; fields end in NUL and hold no NUL. */
typedef struct tg_record {
  const char *const *fields;
  const size_t *lengths;
  size_t count;
  int64_t line; /* physical line on which the record starts */
} tg_record;

typedef struct tg_records_options {
  char delimiter;                 /* 0: the one of , ; tab that the header line has most of, outside quotes */
  uint64_t max_field;             /* 0: 1 MiB */
  uint64_t max_columns;           /* 0: TG_SOURCE_COLUMNS */
  uint64_t max_record;            /* 0: 16 MiB */
  int headless;                   /* the source made the header: line 1 of the file is the line after it */
  const trygg_progress *progress; /* stage "load", raw bytes; may be NULL */
} tg_records_options;

/* Called for every record, the header first.  Blank lines give no record, except
 * that in a one-column file a blank line is a record with one empty field.  A
 * first line `sep=;` (Excel) is taken as the delimiter and skipped. */
typedef trygg_status (*tg_record_callback)(void *context, const tg_record *record, trygg_error *error);

/* A text that is read record by record, in steps: the header, then either the rest, or text taken out for
 * another splitter of records and given back from the first record that it leaves to libcsv. */
typedef struct tg_records tg_records;

/* Read the beginning and settle the delimiter.  `error` is kept for the calls that follow. */
trygg_status tg_records_open(tg_source *source, const tg_records_options *options,
                             tg_record_callback callback, void *context, tg_records **out,
                             trygg_error *error);
char tg_records_delimiter(const tg_records *records);

/* The physical line that comes next. */
int64_t tg_records_line(const tg_records *records);

/* Call back for the header record, if there is one. */
trygg_status tg_records_header(tg_records *records);

/* The next bytes of text behind the header; *length 0: the end, or a fault of the source, which tg_records_rest
 * then tells.  From any thread, one at a time. */
trygg_status tg_records_text(tg_records *records, char *out, size_t size, size_t *length);

/* Text that was taken, from the beginning of a record to the last byte taken; `lines` lie before it. */
trygg_status tg_records_give_back(tg_records *records, const char *bytes, size_t length, int64_t lines);

/* Call back for all records that are left. */
trygg_status tg_records_rest(tg_records *records);

void tg_records_free(tg_records *records); /* NULL is allowed */

/* Read all of `source`.  Unclosed quote, text after a closing quote, a quote inside
 * a plain field: TRYGG_EPARSE with the line the record starts on.  A limit passed: TRYGG_ELIMIT.
 * *delimiter (may be NULL) is the delimiter used. */
trygg_status tg_records_read(tg_source *source, const tg_records_options *options,
                             tg_record_callback callback, void *context, char *delimiter, trygg_error *error);

#endif
