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
  uint64_t max_columns;           /* 0: 4096 */
  uint64_t max_record;            /* 0: 16 MiB */
  const trygg_progress *progress; /* stage "load", raw bytes; may be NULL */
} tg_records_options;

/* Called for every record, the header first.  Blank lines give no record, except
 * that in a one-column file a blank line is a record with one empty field.  A
 * first line `sep=;` (Excel) is taken as the delimiter and skipped. */
typedef trygg_status (*tg_record_callback)(void *context, const tg_record *record, trygg_error *error);

/* Read all of `source`.  Unclosed quote, text after a closing quote, a quote inside
 * a plain field: TRYGG_EPARSE with the line the record starts on.  A limit passed: TRYGG_ELIMIT.
 * *delimiter (may be NULL) is the delimiter used. */
trygg_status tg_records_read(tg_source *source, const tg_records_options *options,
                             tg_record_callback callback, void *context, char *delimiter, trygg_error *error);

#endif
