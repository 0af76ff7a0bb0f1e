/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the other tables of a survey folder, and its settings. */
#ifndef TG_CODEBOOK_ROWS_H
#define TG_CODEBOOK_ROWS_H

#include <codebook/replicates.h>
#include <codebook/second_phase.h>
#include <codebook/variables.h>

/* ---- the other tables ------------------------------------------------------------------ */

/* Rows that a later room gives meaning to keep their texts ("" where empty) and place. */
typedef struct tg_indicator_row {
  char *name, *topic, *type, *variable, *numerator, *denominator, *where, *weight, *min_valid, *low, *high,
      *better, *sensitive, *standard;
  tg_labels labels;
  char *file;
  int64_t line;
} tg_indicator_row;

typedef struct tg_index_row {
  char *index, *section, *indicator, *weight, *knots;
  tg_labels labels; /* of the section when `section` is given, else of the index (columns label...) */
  char *file;
  int64_t line;
} tg_index_row;

typedef struct tg_wave_row {
  char *wave;
  double time;
  tg_labels labels;
} tg_wave_row;

typedef struct tg_break_row {
  char *wave;
  size_t indicator; /* TG_NONE: all */
  /* Of a bridge: which records of the wave were asked by the old method, and on which scale of comparison the waves
   * before are moved by what the two methods differ.  A break has none of them. */
  tg_conditions parallel;
  char *scale; /* "": difference */
  char *note;
  char *file;
  int64_t line;
} tg_break_row;

/* What is known of a stratum from outside the sample.  The population gives the FPC. */
typedef struct tg_strata_row {
  char *wave;                /* "": every wave */
  char *stratum;             /* the codes of its variables, in their order, with blanks between */
  double population, sample; /* NaN where not given */
  char *collapse;
  char *file;
  int64_t line;
} tg_strata_row;

/* A variable that has the same value in all records of a file. */
typedef struct tg_file_constant {
  size_t variable;
  char *text; /* as a cell of the data would have it */
} tg_file_constant;

/* What is known of data files from their names. */
typedef struct tg_file_row {
  char *pattern;
  char delimiter, decimal; /* 0: seen from the file; TG_FIXED_DELIMITER: layout.csv tells */
  const char *encoding;    /* of tg_codebook_encodings; NULL: seen from the file */
  tg_file_constant *constants;
  size_t constant_count;
  char *file;
  int64_t line;
} tg_file_row;

extern const char *const tg_codebook_encodings[]; /* UTF-8 Windows-1252 ISO-8859-1 UTF-16, then NULL */

/* 1 when a pattern with `*` and `?` matches the last part of a path, or all of it, with or without .gz. */
int tg_codebook_pattern(const char *pattern, const char *path);

/* The first row of files.csv whose pattern matches, or NULL. */
const tg_file_row *tg_codebook_file(const trygg_codebook *codebook, const char *path);

/* A column of a fixed-width file, as layout.csv has it. */
typedef struct tg_record_layout_row {
  char *name, *pattern; /* of the file; "": every file */
  size_t begin, end;    /* characters before it, and with it; SIZE_MAX: it goes on to the end of the line */
  size_t decimals;
  int64_t line;
} tg_record_layout_row;

/* The columns of fixed-width files with such names: those that a variable or a recode reads. */
typedef struct tg_record_layout {
  const char *pattern;
  struct tg_fixed_column *columns;
  size_t column_count;
  int64_t line; /* of its first row */
} tg_record_layout;

/* The layout of a data file, NULL where it is delimited: what files.csv says of the delimiter goes first. */
const tg_record_layout *tg_codebook_layout(const trygg_codebook *codebook, const char *path);

/* A code, or a closed range of numbers, that a recode looks for. */
typedef struct tg_recode_code {
  char *text;          /* NULL: a range */
  double lower, upper; /* of a text: its number twice, NaN where it is none */
} tg_recode_code;

/* One row of recodes.csv: what becomes of a cell.  The first row that matches wins. */
typedef struct tg_recode_row {
  size_t variable;
  char *from;            /* column of the data; the variable's own where not given */
  char *whole;           /* all of `codes`, "" : every cell that is not empty */
  tg_recode_code *codes; /* the words of `codes` */
  size_t code_count;
  char *to;        /* the new cell text; with `unchanged` nothing */
  int unchanged;   /* neither codes nor to: the cell is taken as it is */
  tg_missing kind; /* other than TG_VALID: `to` named a kind of missing, not a code */
  char **waves;    /* none: every wave */
  size_t wave_count;
  char *pattern; /* of the file; "": every file */
  char *file;
  int64_t line;
} tg_recode_row;

/* AAPOR's final dispositions: interview, partial, refusal, no contact, other, unknown household, unknown
 * other, not eligible. */
typedef enum tg_disposition {
  TG_DISPOSITION_I,
  TG_DISPOSITION_P,
  TG_DISPOSITION_R,
  TG_DISPOSITION_NC,
  TG_DISPOSITION_O,
  TG_DISPOSITION_UH,
  TG_DISPOSITION_UO,
  TG_DISPOSITION_NE,
  TG_DISPOSITIONS
} tg_disposition;

/* One row of sample.csv: how many there are of a disposition in a category of a wave. */
typedef struct tg_sample_row {
  char *wave; /* "": the only one */
  size_t *variables;
  size_t variable_count;
  char *names;     /* of the variables, with one blank between */
  char *category;  /* their codes, with one blank between; "" without variables */
  int disposition; /* of tg_disposition; TG_DISPOSITIONS: all that was sent out */
  int64_t count;
  char *file;
  int64_t line;
} tg_sample_row;

/* One row of margins.csv: a total of the population.  A number has an empty category; without variables it is the number
 * of people.  Rows of one wave with the same variables make a margin. */
typedef struct tg_margin_row {
  char *wave; /* "": the only one */
  size_t *variables;
  size_t variable_count;
  char *names, *category; /* as those of sample.csv */
  double total;           /* NaN: that of the weights, which are given */
  double se;              /* 0: known */
  char *file;
  int64_t line;
} tg_margin_row;

/* Whom a measure is compared with. */
typedef struct tg_measure_comparison {
  char *name, *conditions; /* "": everybody else */
  int64_t line;
} tg_measure_comparison;

/* The rows of measures.csv with one name. */
typedef struct tg_measure_row {
  char *name, *where, *start, *indicators; /* "" where not given */
  tg_labels labels;
  tg_measure_comparison *comparisons; /* at least one */
  size_t comparison_count;
  char *file;
  int64_t line;
} tg_measure_row;

/* One row of standards.csv: the people of a category of a standard population. */
typedef struct tg_standard_row {
  char *name;
  size_t *variables;
  size_t variable_count;
  char *names, *category; /* as those of sample.csv */
  double people;
  int64_t line;
} tg_standard_row;

/* One row of joint.csv: two clusters of a stratum, by their codes with one blank between. */
typedef struct tg_joint_row {
  char *wave, *stratum; /* "": every wave; every stratum */
  char *a, *b;
  double probability; /* that both were drawn */
  char *file;
  int64_t line;
} tg_joint_row;

/* One row of references.csv: a figure that somebody published. */
typedef struct tg_published_row {
  char *wave; /* "": to compare with every wave */
  size_t *variables;
  size_t variable_count;
  char *names;    /* of the variables, with one blank between */
  char *category; /* their codes, with one blank between; "" without variables */
  size_t indicator;
  double estimate, se, lower, upper, level, n; /* NaN where not given, but for the estimate */
  char *source;                                /* "" where not given */
  char *file;
  int64_t line;
} tg_published_row;

typedef enum tg_waves_mode {
  TG_WAVES_INDEPENDENT,
  TG_WAVES_OVERLAPPING, /* one sample of clusters, whose strata and codes are the same in every wave */
  TG_WAVES_PANEL,       /* a sample a wave, some of whose persons or clusters are the same */
  TG_WAVES_MODES
} tg_waves_mode;
extern const char *const tg_waves_names[TG_WAVES_MODES];
typedef enum tg_pool_mode { TG_POOL_AVERAGE, TG_POOL_SUM, TG_POOL_EQUAL } tg_pool_mode;
typedef enum tg_lonely {
  TG_LONELY_FAIL,
  TG_LONELY_CERTAINTY,
  TG_LONELY_ADJUST,
  TG_LONELY_AVERAGE,
  TG_LONELY_COLLAPSE,
  TG_LONELY_MODES
} tg_lonely;
extern const char *const tg_lonely_names[TG_LONELY_MODES];

typedef enum tg_duplicates {
  TG_DUPLICATES_FAIL,
  TG_DUPLICATES_FIRST,
  TG_DUPLICATES_LAST,
  TG_DUPLICATES_COMPLETE, /* most answers; then the first */
  TG_DUPLICATES_SOURCE    /* the earliest in duplicate_sources; then the first */
} tg_duplicates;

typedef struct tg_closing {
  char *wave;  /* "" : every wave */
  double date; /* last day that counts, days since 1970-01-01 */
} tg_closing;

typedef struct tg_settings {
  char *title, *form_id, *version, *default_language, *wave;
  tg_waves_mode waves;
  tg_pool_mode pool;
  tg_lonely lonely;
  int domain_lonely; /* `adjust` and `average` also where only a domain leaves a stratum one cluster */
  tg_duplicates duplicates;
  char **duplicate_sources;
  size_t duplicate_source_count;
  double min_answered; /* up to 1: share of the questions; above: their number; 0: no rule */
  tg_closing *closes;  /* `2024-12-01`, or `WAVE=DATE` separated by blanks */
  size_t closing_count;
  int answers_are_labels;
  tg_replicate_settings replicates;
  char *calibrate, *calibrate_spread,
      *inclusion; /* "" where not given; the room design says what they mean */
  int calibrate_households;
  char *response, *response_on; /* as calibrate */
  double response_least;        /* 0: not given */
  int response_collapse;
  char *trim; /* as calibrate */
  int trim_strata;
  tg_second_phase second_phase;
} tg_settings;

#endif
