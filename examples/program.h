/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The harness of the programs: options, loading, progress, output, errors and exit codes. */
#ifndef EXAMPLES_PROGRAM_H
#define EXAMPLES_PROGRAM_H

#include <trygg.h>

/* The programs, as bits: which of them take an option. */
enum {
  PROGRAM_CHECK = 1 << 0,
  PROGRAM_ESTIMATE = 1 << 1,
  PROGRAM_TREND = 1 << 2,
  PROGRAM_INDEX = 1 << 3,
  PROGRAM_REPORT = 1 << 4,
  PROGRAM_COMPARE = 1 << 5,
  PROGRAM_MODEL = 1 << 6,
  PROGRAM_ALL = (1 << 7) - 1, /* of those that take a survey folder and data */
  PROGRAM_CODEBOOK = 1 << 10
};

typedef enum program_language { PROGRAM_ENGLISH, PROGRAM_SWEDISH, PROGRAM_LANGUAGES } program_language;

/* A growing text; zero-initialise.  After a failed append `failed` is set and later appends do nothing. */
typedef struct program_text {
  char *bytes; /* ended by NUL once anything was appended */
  size_t length, capacity;
  int failed;
} program_text;

void program_text_append(program_text *text, const char *bytes, size_t length);
void program_text_put(program_text *text, const char *string);
void program_text_format(program_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void program_text_free(program_text *text);

/* Names given on the command line; `items` is to be freed, the names are not. */
typedef struct program_list {
  const char **items;
  size_t count;
} program_list;

/* 0, or -1 without memory. */
int program_list_add(program_list *list, const char *item);

/* What was asked for; zero means the library's default. */
typedef struct program_options {
  program_list indicators, where, waves, indices, tests, on, parts, expected, response_on;
  program_list *by; /* one a --by */
  size_t by_count;
  const char *variance, *ci, *df, *lonely, *adjust, *calibrate, *response, *trim, *against, *nonresponse,
      *scale, *funnel, *outcome, *family, *reference, *covariate, *base, *offset, *exposure, *drawn_weight;
  const char *format, *output, *rejected, *language, *progress, *color;
  double level;
  double start;  /* decimal year */
  double margin; /* in the unit of the estimate */
  double target; /* the same */
  int64_t min_n; /* as in trygg_disclosure_options */
  int pool, stream, across_breaks, references, pool_waves, trim_strata, response_collapse, response_least,
      threads, seed, help, version;
  char delimiter, decimal;
  const char *survey; /* the survey folder */
  char **data;        /* data files */
  size_t data_count;
} program_options;

struct program;

/* What a program is; its source file has one of these and a main(). */
typedef struct program_description {
  const char *name;
  unsigned bit;
  int data_optional;
  const char *operands[PROGRAM_LANGUAGES]; /* two of its own instead of a survey folder and data, or NULL */
  const char *operand_text[PROGRAM_LANGUAGES]; /* what they are */
  const char *needs[2];                        /* options that it cannot do without */
  const char *purpose[PROGRAM_LANGUAGES];      /* half a line */
  const char *text[PROGRAM_LANGUAGES];         /* lines for the manual */
  const char *example;                         /* lines, each a command */
  trygg_status (*run)(struct program *program);
} program_description;

/* A program that runs: what was loaded, and what is to be written when all went well. */
struct program {
  const program_description *description;
  program_options options;
  program_language language;
  trygg_codebook *codebook;
  trygg_responses *responses; /* NULL where no data were given; without records after --stream */
  trygg_design *design;       /* NULL where no data were given, and with --stream */
  trygg_progress progress;
  program_text out;      /* goes to standard output or --output */
  program_text rejected; /* goes to --rejected, which only its owner can read */
  program_text notes;    /* goes to standard error behind it, a line each */
  trygg_error error;
};

/* An option: one row of the registry in program_options.c. */
typedef struct program_option {
  const char *name;
  const char *argument; /* NULL: takes none */
  unsigned programs;    /* that take it */
  size_t target;        /* what it sets in program_options */
  int (*set)(struct program *program, const struct program_option *option, char *value);
  const char *(*value)(size_t i);      /* the values it can have, NULL after the last */
  const char *(*value_help)(size_t i); /* a line on each; NULL: none */
  size_t (*value_waves)(size_t i);     /* the fewest waves of each; NULL: nothing to say */
  const char *later;                   /* values that are not built yet, with a blank before and after each */
  const char *help[PROGRAM_LANGUAGES];
} program_option;

/* Row of the registry, NULL after the last one. */
const program_option *program_option_at(size_t i);

/* Everything a main() does; the exit code: 0 done, 1 data or estimate failed, 2 usage. */
int program_main(const program_description *description, int count, char **arguments);

/* Read the command line into options; 0, or the exit code once a message was printed. */
int program_read_options(struct program *program, int count, char **arguments);
void program_clear_options(program_options *options);

/* The better of two candidates that `word` may have been meant for; `*least` is the distance of the best so
 * far, SIZE_MAX at first. */
const char *program_nearer(const char *word, const char *best, size_t *least, const char *candidate);

/* Whether the names in --indicator, --by and --where are there, as far as the survey folder alone tells. */
trygg_status program_check_names(struct program *program);

/* The fewest respondents a published figure rests on as --min-n says; 0: no rule. */
int64_t program_min_n(const struct program *program);

/* The manual of --help, made from the registry of options. */
void program_write_manual(const struct program *program, program_text *out);

/* Let SIGINT, SIGTERM and SIGHUP end the program without a trace of unfinished output. */
void program_catch_signals(void);

/* Number of the signal that asked to stop, or 0. */
int program_interrupted(void);

/* Let the library say how far it has come, drawn when `shown`; it stops the work after a signal. */
void program_show_progress(struct program *program, int shown);

/* Take the drawing off the line. */
void program_clear_progress(void);

/* Write `out` to standard output or --output: complete, or the old file is as it was. */
trygg_status program_write_output(struct program *program);

/* Fail with a message of the program's own. */
trygg_status program_fail(struct program *program, trygg_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The text in the language of the program. */
const char *program_say(const struct program *program, const char *english, const char *swedish);

/* Label of an indicator, variable or index in the language of the program; borrowed. */
const char *program_label(const struct program *program, const char *name);

/* Estimate with the options given on the command line.
 * `indicators`, `by` and `waves` stand in for those options; NULL: all, none, all. */
trygg_status program_estimate(struct program *program, const program_list *indicators, const program_list *by,
                              const program_list *waves, trygg_estimates **out);

/* Turns estimates into a table. */
typedef trygg_status (*program_maker)(struct program *program, const trygg_estimates *estimates,
                                      trygg_table **out);

/* Say how many records of a table are in no cell of its --by. */
void program_note_missing_codes(struct program *program, const program_list *by, const trygg_table *table);

/* For each --by: estimate the indicators in the waves (NULL: all) and make a table; all of them as one. */
trygg_status program_make_table(struct program *program, const program_list *indicators,
                                const program_list *waves, program_maker make, trygg_table **out);

/* Disclosure control as --min-n says; what was suppressed becomes a note.  The table is left as it is. */
trygg_status program_publish(struct program *program, trygg_table *table, trygg_publication **out);

/* How to write, from the options. */
trygg_report_options program_report_options(const struct program *program);

/* Takes what the library writes; `user` is a program_text. */
int program_sink(void *user, const char *bytes, size_t length);

/* Counts of the account of a load, summed over files and strata. */
typedef struct program_counts {
  char **rows, **columns; /* names, in the order of the account */
  size_t row_count, column_count;
  int64_t *counts; /* [row * column_count + column] */
} program_counts;

typedef enum program_counts_kind {
  PROGRAM_RECORDS, /* account, with the reason behind a colon, by wave */
  PROGRAM_ANSWERS  /* variable by why its answers are missing */
} program_counts_kind;

trygg_status program_count(struct program *program, const trygg_table *account, program_counts_kind kind,
                           program_counts *out);
void program_clear_counts(program_counts *counts);

/* Sum of a row over its columns; 0 where there is no such row. */
int64_t program_count_total(const program_counts *counts, const char *row);

/* What a row or column of counts is called, for people; itself where it has no other name. */
const char *program_count_label(const struct program *program, const char *name);

/* Publish a table and write it in the --format given. */
trygg_status program_write_table(struct program *program, trygg_table *table);

#endif
