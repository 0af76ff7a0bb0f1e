/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two halves of the reader of labelled files share. */
#ifndef TG_SOURCE_LABELLED_PARSE_H
#define TG_SOURCE_LABELLED_PARSE_H

#include <base/number.h>
#include <source/labelled.h>

typedef enum tg_labelled_kind {
  TG_LABELLED_SAV, /* and .zsav */
  TG_LABELLED_POR,
  TG_LABELLED_DTA,
  TG_LABELLED_SAS,
  TG_LABELLED_KINDS
} tg_labelled_kind;

/* Bytes of a file that is open, or in memory. */
typedef struct tg_labelled_input {
  const char *name;
  tg_labelled_kind kind;
  int descriptor; /* -1: memory */
  const unsigned char *bytes;
  uint64_t size;
} tg_labelled_input;

/* ---- labelled.c ---- */
const char *tg_labelled_kind_name(tg_labelled_kind kind);

/* A copy that lives as long as the columns; NULL without memory. */
char *tg_labelled_keep(tg_labelled *labelled, const char *text, size_t length);

/* What the numbers of a column mean. */
typedef enum tg_labelled_time {
  TG_LABELLED_NO_TIME,
  TG_LABELLED_SPSS_SECONDS, /* since 1582-10-14 */
  TG_LABELLED_DAYS,         /* since 1960-01-01 */
  TG_LABELLED_SECONDS,
  TG_LABELLED_MILLISECONDS
} tg_labelled_time;

/* Whether a format makes times of numbers. */
tg_labelled_time tg_labelled_time_of(tg_labelled_kind kind, const char *format);

/* A time as its day; what is no day of the years 1 to 9999 stays a number, which is then an unknown date. */
void tg_labelled_put_day(char out[TG_NUMBER_SIZE], tg_labelled_time time, double value);

/* ---- labelled_parse.c ---- */
trygg_status tg_labelled_parse(const tg_labelled_input *input, const tg_labelled_options *options,
                               tg_labelled *out, trygg_error *error);

#endif
