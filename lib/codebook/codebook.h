/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finished codebook looks like from inside: every later room reads it here. */
#ifndef TG_CODEBOOK_CODEBOOK_H
#define TG_CODEBOOK_CODEBOOK_H

#include <trygg/codebook.h>

#include <base/memory.h>
#include <codebook/names.h>

#define TG_NONE SIZE_MAX /* no such variable, list, ... */

/* ---- kinds of missing ------------------------------------------------------------ */

/* One row a kind in codebook/missing.c; the order is the order of the account. */
typedef enum tg_missing {
  TG_VALID = 0,
  TG_NO_ANSWER,
  TG_DONT_KNOW,
  TG_REFUSED,
  TG_NOT_APPLICABLE, /* by routing */
  TG_NOT_ASKED,      /* the variable was not in that wave */
  TG_MULTIPLE,       /* several marks on paper */
  TG_ILLEGIBLE,
  TG_BROKE_OFF,
  TG_SUPPRESSED,
  TG_UNKNOWN_CODE, /* a code that is not in the codebook, or a cell that is no number */
  TG_MISSING_KINDS
} tg_missing;

const char *tg_missing_name(tg_missing kind);                          /* "dont_know" */
int tg_missing_find(const char *name, size_t length, tg_missing *out); /* 0 found, -1 not */
extern const char *const tg_missing_names[TG_MISSING_KINDS];           /* [0] is "valid" */

/* Numbers carry their kind of missing in the payload of a NaN. */
double tg_missing_number(tg_missing kind);
tg_missing tg_missing_of(double value); /* TG_VALID for a number; a foreign NaN is TG_NO_ANSWER */

/* ---- labels ---------------------------------------------------------------------- */

typedef enum tg_language { TG_DEFAULT_LANGUAGE, TG_ENGLISH, TG_SWEDISH, TG_LANGUAGES } tg_language;

typedef struct tg_labels {
  char *text[TG_LANGUAGES]; /* NULL where not given */
} tg_labels;

/* The label in `language`, else the default, else any, else `name`. */
const char *tg_labels_text(const tg_labels *labels, tg_language language, const char *name);

/* "en", "sv" or NULL/"" (default); anything else is the default. */
tg_language tg_language_find(const char *name);

/* ---- variables --------------------------------------------------------------------- */

typedef enum tg_variable_type {
  TG_SELECT_ONE,
  TG_SELECT_MULTIPLE, /* a cell lists the chosen codes with spaces between */
  TG_INTEGER,
  TG_DECIMAL,
  TG_STRING, /* `text` */
  TG_DATE,   /* YYYY-MM-DD with anything after a blank or T; a number of days since 1970-01-01 */
  TG_VARIABLE_TYPES
} tg_variable_type;

#define TG_MAX_STAGES 9 /* of a sample */

typedef enum tg_role {
  TG_ROLE_NONE,
  TG_ROLE_ID,
  TG_ROLE_WAVE,
  TG_ROLE_WEIGHT,
  TG_ROLE_STRATUM,
  TG_ROLE_CLUSTER,
  TG_ROLE_FPC,
  TG_ROLE_DOMAIN,
  TG_ROLE_STATUS,
  TG_ROLE_SOURCE,
  TG_ROLE_DATE,
  TG_ROLE_HOUSEHOLD,
  TG_ROLE_REPLICATE,
  TG_ROLES
} tg_role;

typedef struct tg_code {
  char *text;       /* as written in the codebook */
  double number;    /* its value, NaN when the text is no number */
  tg_labels labels;
  tg_missing missing;
  double score;     /* NaN where not given: then `number` */
  char disposition[3]; /* "" or I P R NC O UH UO NE */
} tg_code;

struct tg_rule;

typedef struct tg_variable {
  char *name;
  tg_variable_type type;
  tg_role role;
  int stage;          /* of stratum, cluster, fpc: 1, 2, ... */
  tg_labels labels;
  char *list;         /* choices list of a select, else NULL */
  tg_code *codes;     /* the list's codes in order, then those only in `missing` */
  size_t code_count;
  tg_missing empty;   /* kind of an empty cell; TG_VALID when it stands for empty_code */
  size_t empty_code;  /* index into codes, or TG_NONE */
  struct tg_rule *rule; /* how a derived variable is made, else NULL */
  char *file;         /* where it is declared */
  int64_t line;
  const struct tg_sheet_row *row; /* (internal) its row while the codebook is read, NULL once finished */
  uint32_t *text_order;   /* (internal) codes sorted by text; NULL where there are few */
  uint32_t *number_order; /* (internal) codes that are numbers, sorted by number */
  size_t number_count;
} tg_variable;

/* Index of the code that a cell means: trimmed text, else as a number when exactly one code equals it
 * (*by_number = 1).  TG_NONE when none does. */
size_t tg_variable_code(const tg_variable *variable, const char *text, size_t length, int *by_number);

/* The same by label, in any language (settings.answers = labels). */
size_t tg_variable_code_by_label(const tg_variable *variable, const char *text, size_t length);

/* A select, i.e. answers are codes and not numbers. */
static inline int tg_variable_is_coded(const tg_variable *variable) {
  return variable->type == TG_SELECT_ONE || variable->type == TG_SELECT_MULTIPLE;
}

/* ---- sets of codes and conditions ---------------------------------------------------- */

/* A set of values of one variable: by code index where the variable is coded,
 * by closed intervals of numbers otherwise, by texts for text variables. */
typedef struct tg_code_set {
  size_t variable;
  unsigned char *codes; /* [code_count] 0/1, for coded variables */
  double (*intervals)[2];
  size_t interval_count;
  char **texts;
  size_t text_count;
} tg_code_set;

/* Parse "4 5", "1..3", "4,5" (blanks and commas separate).  Unknown codes of a coded variable: TRYGG_ENAME
 * with the nearest.  `place` gives file, line, field of errors (its message is ignored; may be NULL). */
trygg_status tg_code_set_parse(const trygg_codebook *codebook, size_t variable, const char *text,
                               const trygg_error *place, tg_code_set *out, trygg_error *error);
void tg_code_set_clear(tg_code_set *set);

/* 1 when a value written as text, as categories are, is in the set of the variable. */
int tg_code_set_has(const tg_code_set *set, const tg_variable *variable, const char *text);

/* VAR=CODE[,CODE] ..., all of which must hold. */
typedef struct tg_conditions {
  tg_code_set *sets;
  size_t count;
} tg_conditions;

/* Parse conditions separated by blanks; NULL or "" gives none.  Appends to *out. */
trygg_status tg_conditions_parse(const trygg_codebook *codebook, const char *text, const trygg_error *place,
                                 tg_conditions *out, trygg_error *error);
void tg_conditions_clear(tg_conditions *conditions);

/* ---- derived variables ---------------------------------------------------------------- */

/* One row a rule in codebook/derived.c (name, arity); responses/derive.c computes them.
 * Arithmetic takes integer, decimal, date and select_one (its score) and makes integer or decimal.
 *   product     of numbers                          from = variables
 *   sum         of numbers                          from = variables
 *   difference  first minus second                  from = 2 variables
 *   cap         min(value, number)                  from = 1 variable, codes = the cap
 *   bands       number to code                      from = 1 variable, codes = "16..24=1 25..44=2 45..=3"; first match
 *               makes select_one, or text, whose codes are then those of the bands
 *   prefix      first characters of a code or text  from = 1 variable, codes = how many
 *               of a select_one or text; makes select_one or text
 *   count       how many of the variables are in the set (missing counts as not)  from = variables, codes = set
 *   first       the first non-missing               from = variables
 *               of a select_one, every code is also in the result's list
 */
typedef enum tg_rule_kind {
  TG_RULE_PRODUCT,
  TG_RULE_SUM,
  TG_RULE_DIFFERENCE,
  TG_RULE_CAP,
  TG_RULE_BANDS,
  TG_RULE_PREFIX,
  TG_RULE_COUNT,
  TG_RULE_FIRST,
  TG_RULES
} tg_rule_kind;

typedef struct tg_band {
  double lower, upper; /* closed; infinite where open */
  size_t code;         /* index into the derived variable's codes */
} tg_band;

typedef struct tg_rule {
  tg_rule_kind kind;
  size_t *from; /* variables before this one */
  size_t from_count;
  double number;      /* cap, prefix length */
  tg_band *bands;     /* bands */
  size_t band_count;
  tg_code_set *sets;  /* count: one a variable */
} tg_rule;

/* ---- the other tables ------------------------------------------------------------------ */

/* Rows that a later room gives meaning to keep their texts ("" where empty) and place. */
typedef struct tg_indicator_row {
  char *name, *topic, *type, *variable, *numerator, *denominator, *where, *weight, *min_valid, *low, *high, *better,
      *sensitive;
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
  char *note;
  char *file;
  int64_t line;
} tg_break_row;

/* What is known of a stratum from outside the sample.  The population gives the FPC. */
typedef struct tg_strata_row {
  char *wave;    /* "": every wave */
  char *stratum; /* the codes of its variables, in their order, with blanks between */
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
  char delimiter, decimal;   /* 0: seen from the file; TG_FIXED_DELIMITER: layout.csv tells */
  const char *encoding;      /* of tg_codebook_encodings; NULL: seen from the file */
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
  char *text; /* NULL: a range */
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
  char *names;    /* of the variables, with one blank between */
  char *category; /* their codes, with one blank between; "" without variables */
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
  double total; /* NaN: that of the weights, which are given */
  double se;    /* 0: known */
  char *file;
  int64_t line;
} tg_margin_row;
/* One row of references.csv: a figure that somebody published. */
typedef struct tg_published_row {
  char *wave; /* "": to compare with every wave */
  size_t *variables;
  size_t variable_count;
  char *names;    /* of the variables, with one blank between */
  char *category; /* their codes, with one blank between; "" without variables */
  size_t indicator;
  double estimate, se, lower, upper, level, n; /* NaN where not given, but for the estimate */
  char *source; /* "" where not given */
  char *file;
  int64_t line;
} tg_published_row;

typedef enum tg_waves_mode { TG_WAVES_INDEPENDENT, TG_WAVES_OVERLAPPING } tg_waves_mode;
typedef enum tg_pool_mode { TG_POOL_AVERAGE, TG_POOL_SUM, TG_POOL_EQUAL } tg_pool_mode;
typedef enum tg_lonely { TG_LONELY_FAIL, TG_LONELY_CERTAINTY, TG_LONELY_ADJUST, TG_LONELY_AVERAGE, TG_LONELY_MODES } tg_lonely;
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
} tg_settings;

struct trygg_codebook {
  tg_references references;
  int finished;
  tg_settings settings;
  tg_variable *variables; /* survey.csv in order (ranges expanded), then derived.csv */
  size_t variable_count;
  size_t derived_begin; /* first derived variable */
  tg_indicator_row *indicators;
  size_t indicator_count;
  tg_index_row *indices;
  size_t index_count;
  tg_wave_row *waves;
  size_t wave_count;
  tg_break_row *breaks;
  size_t break_count;
  tg_strata_row *strata;
  size_t strata_count;
  tg_file_row *files;
  size_t file_count;
  tg_recode_row *recodes;
  size_t recode_count;
  tg_record_layout_row *layout_rows;
  size_t layout_row_count;
  tg_record_layout *layouts;
  size_t layout_count;
  tg_sample_row *sample;
  size_t sample_count;
  tg_margin_row *margins;
  size_t margin_count;
  tg_published_row *published;
  size_t published_count;
  tg_names variable_names;  /* name to index */
  tg_names indicator_names;
  char **warnings;
  size_t warning_count;
  char *title;   /* "form_id version" */
  char hash[20]; /* 16 hex digits over everything read: the version of a definition */
  struct tg_codebook_reader *reader; /* state of reading, NULL once finished */
};

/* Index of a variable or TG_NONE. */
size_t tg_codebook_find_variable(const trygg_codebook *codebook, const char *name, size_t length);
size_t tg_codebook_find_indicator(const trygg_codebook *codebook, const char *name, size_t length);

/* First variable with a role at a stage (1 for roles without stages), from position `from`; TG_NONE. */
size_t tg_codebook_find_role(const trygg_codebook *codebook, tg_role role, int stage, size_t from);

/* TRYGG_ENAME "no variable `x`; did you mean `y`?" at a place (may be NULL). */
trygg_status tg_codebook_unknown_variable(const trygg_codebook *codebook, const char *name, size_t length,
                                          const trygg_error *place, trygg_error *error);
trygg_status tg_codebook_unknown_indicator(const trygg_codebook *codebook, const char *name, size_t length,
                                           const trygg_error *place, trygg_error *error);

/* Decimal year of a wave code: waves.csv, else a four-digit code; NaN when neither. */
double tg_codebook_wave_time(const trygg_codebook *codebook, const char *wave);

/* 1 when a break declared for the indicator (NULL: for all of them only) lies after one time and not after a later one. */
int tg_codebook_breaks(const trygg_codebook *codebook, const tg_indicator_row *indicator, double after,
                       double until);

/* Days since 1970-01-01 of YYYY-MM-DD (anything after a blank or T is ignored); -1 when it is no date. */
int tg_codebook_parse_date(const char *text, size_t length, double *days);

/* What people wrote in their own words, which no table may print: a text with no role that says it names areas or the
 * like, and not derived by a rule. */
static inline int tg_variable_is_free_text(const tg_variable *variable) {
  return variable->type == TG_STRING && !variable->rule &&
         (variable->role == TG_ROLE_NONE || variable->role == TG_ROLE_ID);
}

#endif
