/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the variables of a survey are: their codes, kinds of missing, sets of codes, and rules that derive them. */
#ifndef TG_CODEBOOK_VARIABLES_H
#define TG_CODEBOOK_VARIABLES_H

#include <trygg/codebook.h>

#include <base/memory.h>

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
  TG_ROLE_INCLUSION,
  TG_ROLES
} tg_role;

typedef struct tg_code {
  char *text;    /* as written in the codebook */
  double number; /* its value, NaN when the text is no number */
  tg_labels labels;
  tg_missing missing;
  double score;        /* NaN where not given: then `number` */
  char disposition[3]; /* "" or I P R NC O UH UO NE */
} tg_code;

struct tg_rule;

typedef struct tg_variable {
  char *name;
  tg_variable_type type;
  tg_role role;
  int stage; /* of stratum, cluster, fpc, inclusion: 1, 2, ... */
  tg_labels labels;
  char *list;     /* choices list of a select, else NULL */
  tg_code *codes; /* the list's codes in order, then those only in `missing` */
  size_t code_count;
  tg_missing empty;     /* kind of an empty cell; TG_VALID when it stands for empty_code */
  size_t empty_code;    /* index into codes, or TG_NONE */
  struct tg_rule *rule; /* how a derived variable is made, else NULL */
  char *file;           /* where it is declared */
  int64_t line;
  const struct tg_sheet_row *row; /* (internal) its row while the codebook is read, NULL once finished */
  uint32_t *text_order;           /* (internal) codes sorted by text; NULL where there are few */
  uint32_t *number_order;         /* (internal) codes that are numbers, sorted by number */
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
  double number;  /* cap, prefix length */
  tg_band *bands; /* bands */
  size_t band_count;
  tg_code_set *sets; /* count: one a variable */
} tg_rule;

#endif
