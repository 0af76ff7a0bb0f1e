/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What loaded responses look like from inside. */
#ifndef TG_RESPONSES_RESPONSES_H
#define TG_RESPONSES_RESPONSES_H

#include <trygg/responses.h>

#include <codebook/codebook.h>

/* Records of one block of work: results are merged block by block, so the bits do
 * not depend on threads or on how the input was cut. */
#define TG_BLOCK ((size_t)65536)

typedef enum tg_column_kind {
  TG_COLUMN_CODE8,  /* select_one: index into the variable's codes, one byte an answer */
  TG_COLUMN_CODE16, /* the same where the variable has more than 240 codes */
  TG_COLUMN_MASK,   /* select_multiple: bit i is code i; bit 63: missing, kind in the low bits */
  TG_COLUMN_NUMBER, /* integer, decimal, date: missing kinds in NaN payloads */
  TG_COLUMN_TEXT    /* index into the dictionary, whose texts are sorted by bytes */
} tg_column_kind;

#define TG_MASK_MISSING (UINT64_C(1) << 63)
#define TG_MASK_CODES 48 /* most codes of a select_multiple */

/* Stored code for a missing kind that has no code of its own. */
#define TG_CODE8(kind) ((uint8_t)(255 - (kind)))
#define TG_CODE16(kind) ((uint16_t)(65535 - (kind)))

typedef struct tg_dictionary {
  char **texts; /* sorted by bytes; index 0 is always "" (an empty cell), more "" are other missing kinds */
  unsigned char *missing; /* tg_missing of each text: of "", and of declared missing codes */
  size_t count;
  char *bytes; /* what the texts point into */
  size_t size;
} tg_dictionary;

typedef struct tg_column {
  const tg_variable *variable;
  tg_column_kind kind;
  int present; /* some file had it, or it is derived */
  unsigned char
      width; /* 0: values are as `kind` says; 2, 4: numbers and texts in that many bytes (large loads) */
  union {
    uint8_t *code8;
    uint16_t *code16;
    uint64_t *mask;
    double *number;
    uint32_t *text;
    int16_t *number16; /* TG_NARROW_MISSING16 + kind: missing */
    int32_t *number32;
    uint16_t *text16;
  } values;                 /* NULL when not present: every value is then not_asked */
  tg_dictionary dictionary; /* of a text column */
} tg_column;

/* More records than a block are worth storing whole numbers and texts in two or four bytes where all fit: see
 * tg_columns_narrow.  Weights, FPC and replicate weights stay doubles. */
#define TG_NARROW_MISSING16 INT16_MIN
#define TG_NARROW_MISSING32 INT32_MIN

/* A value of a number column, whatever its width. */
static inline double tg_column_stored_number(const tg_column *column, size_t record) {
  int64_t value, missing;
  if (column->width == 0)
    return column->values.number[record];
  value = column->width == 2 ? column->values.number16[record] : column->values.number32[record];
  missing = value - (column->width == 2 ? TG_NARROW_MISSING16 : (int64_t)TG_NARROW_MISSING32);
  return missing < TG_MISSING_KINDS ? tg_missing_number((tg_missing)missing) : (double)value;
}

/* Index into the dictionary of a text column, whatever its width. */
static inline uint32_t tg_column_stored_text(const tg_column *column, size_t record) {
  return column->width == 2 ? column->values.text16[record] : column->values.text[record];
}

/* Roles id, wave, stratum, cluster, household, source and status of type integer, decimal, text or date are
 * stored as TEXT, since codes are text.  select_one ones are CODE8/16.  Ids are dropped after the load: their
 * columns are as if not present. */

/* Records that are no interviews, and are kept. */
typedef enum tg_silence {
  TG_ANSWERED,
  TG_DID_NOT_ANSWER,  /* was drawn */
  TG_FIRST_PHASE_ONLY /* was not drawn in the second phase of the sample (codebook/second_phase.h) */
} tg_silence;

typedef struct tg_wave {
  char *code;
  double time;  /* decimal year; NaN where unknown */
  size_t count;  /* accepted records */
  size_t silent; /* of them those who did not answer, where they are kept */
} tg_wave;

struct tg_account;

struct trygg_responses {
  tg_references references;
  trygg_codebook *codebook;
  size_t count; /* accepted records, in file and record order */
  size_t
      released; /* those that came in windows and were not kept; count is 0 then, and there are no columns */
  size_t capacity;    /* records that the columns have room for */
  tg_column *columns; /* one a variable of the codebook, same order */
  size_t column_count;
  uint16_t *wave; /* of each record: index into waves */
  uint32_t *person; /* of each record: the same number where the ids are the same; TG_RANK_NONE without an id; NULL
                     * unless waves are a panel of persons (persons.c) */
  unsigned char *silent; /* of each record a tg_silence; NULL: only interviews are kept */
  int keeps_silent;      /* asked to: those who were drawn, but no interview */
  tg_wave *waves;        /* sorted by time where all are known, else by code */
  size_t wave_count;
  unsigned char *asked; /* [variable * wave_count + wave]: some cell of the wave was not empty */
  struct tg_account *account;
  char **warnings;
  size_t warning_count;
};

/* Records of those who answered. */
size_t tg_responses_answered(const trygg_responses *responses);

/* Missing kind of a record's value; TG_VALID when it has one. */
tg_missing tg_column_missing(const tg_column *column, size_t record);

/* Code index of a CODE8/CODE16 value, TG_NONE where the value has no code (then it is missing). */
static inline size_t tg_column_code(const tg_column *column, size_t record) {
  size_t code =
      column->kind == TG_COLUMN_CODE8 ? column->values.code8[record] : column->values.code16[record];
  return code < column->variable->code_count ? code : TG_NONE;
}

/* The value as a number: number columns themselves; for codes the score (else the code's number);
 * NaN carrying the missing kind otherwise. */
double tg_column_number(const tg_column *column, size_t record);

/* 1 when the record's value is in the set (missing codes count when the set names them). */
int tg_code_set_matches(const tg_code_set *set, const tg_column *column, size_t record);

/* keep[i] &= every condition holds for record first + i, i < count. */
void tg_conditions_apply(const tg_conditions *conditions, const trygg_responses *responses, size_t first,
                         size_t count, unsigned char *keep);

/* (*marks)[wave] is 1 for the waves with these codes, for all without any; yours to free, also on failure.  TRYGG_ENAME for
 * a wave that is not there. */
trygg_status tg_responses_mark_waves(const trygg_responses *responses, const char *const *codes, size_t count,
                                     unsigned char **marks, trygg_error *error);

/* Values of a column as categories 0..n-1 in canonical order, whatever order they were loaded in: codes in
 * codebook order (also those without records), texts by bytes, numbers by size.  `index` (`records` long, yours)
 * gets the category of each record, UINT32_MAX where missing; names (yours to free with tg_categories_clear)
 * their codes as text.  A select_multiple has none: TRYGG_EINVAL. */
typedef struct tg_categories {
  char **names;
  size_t count;
} tg_categories;
trygg_status tg_column_categories(const tg_column *column, size_t records, uint32_t *index,
                                  tg_categories *out, trygg_error *error);
void tg_categories_clear(tg_categories *categories);

#endif
