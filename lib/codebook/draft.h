/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey folder that is being drafted: what was seen of a source, what was guessed of it and why. */
#ifndef TG_CODEBOOK_DRAFT_H
#define TG_CODEBOOK_DRAFT_H

#include <codebook/codebook.h>

#include <base/error.h>
#include <base/text.h>

/* Fewest times that a text must occur in the data to be taken for a code: no respondent's own words. */
#define TG_DRAFT_FEW 3
#define TG_DRAFT_CODES 30   /* most codes of a list that is guessed */
#define TG_DRAFT_LENGTH 60  /* most bytes of a code that is guessed */
#define TG_DRAFT_VALUES 400 /* distinct values that a profile tells apart */

/* ---- what was guessed ------------------------------------------------------------------ */

/* One row a reason in codebook/draft_notes.c: its kind and its words in two languages. */
typedef enum tg_draft_reason {
  TG_DRAFT_ROLE_BY_NAME,
  TG_DRAFT_ROLE_TAKEN,
  TG_DRAFT_ROLE_NO_WEIGHT,
  TG_DRAFT_ROLE_NO_ID,
  TG_DRAFT_NO_ROLE_WEIGHT,
  TG_DRAFT_TYPE_CODES,
  TG_DRAFT_TYPE_WORDS,
  TG_DRAFT_TYPE_ZEROS,
  TG_DRAFT_TYPE_NUMBER,
  TG_DRAFT_TYPE_DATE,
  TG_DRAFT_TYPE_TEXT,
  TG_DRAFT_TYPE_EMPTY,
  TG_DRAFT_TYPE_FORM,
  TG_DRAFT_MISSING_APART,
  TG_DRAFT_MISSING_LABEL,
  TG_DRAFT_MISSING_DECLARED,
  TG_DRAFT_CODE_UNLABELLED,
  TG_DRAFT_EMPTY_RELEVANT,
  TG_DRAFT_OUT_NAME,
  TG_DRAFT_OUT_TWICE,
  TG_DRAFT_OUT_TYPE,
  TG_DRAFT_OUT_SERVICE,
  TG_DRAFT_OUT_REPEAT,
  TG_DRAFT_OUT_CHOICES,
  TG_DRAFT_OUT_MANY,
  TG_DRAFT_OUT_LIST,
  TG_DRAFT_OUT_CODE,
  TG_DRAFT_OUT_LANGUAGE,
  TG_DRAFT_ABOUT_LIME,
  TG_DRAFT_ABOUT_GROUPS,
  TG_DRAFT_ABOUT_LOAD,
  TG_DRAFT_REASONS
} tg_draft_reason;

typedef struct tg_draft_note {
  tg_draft_reason reason;
  char *variable; /* "" where it is about the whole */
  char *text;
} tg_draft_note;

typedef struct tg_draft_code {
  char *text;
  tg_labels labels;
  tg_missing missing;
  const char *disposition; /* NULL: not said */
} tg_draft_code;

typedef struct tg_draft_list {
  char *name;
  tg_draft_code *codes;
  size_t count;
} tg_draft_list;

typedef struct tg_draft_variable {
  char *name;
  tg_variable_type type;
  tg_role role;
  size_t list; /* of a select, else TG_NONE */
  tg_labels labels;
  tg_draft_code *missing; /* codes of a number, date or text that are no answers */
  size_t missing_count;
  tg_missing empty;       /* TG_VALID: not said */
  const char *empty_code; /* the code that an empty cell means; NULL: none */
  const char *from;       /* the column that recodes.csv makes it of, NULL: its own */
  const char *to;         /* what every cell there that is not empty becomes */
} tg_draft_variable;

enum { TG_DRAFT_TITLE, TG_DRAFT_FORM, TG_DRAFT_VERSION, TG_DRAFT_LANGUAGE, TG_DRAFT_SETTINGS };
enum { TG_DRAFT_FILES = 6 };

struct trygg_draft {
  char *source;
  int swedish;                       /* language of README.txt and of the notes */
  char *settings[TG_DRAFT_SETTINGS]; /* NULL where not known */
  tg_draft_variable *variables;
  size_t variable_count;
  tg_draft_list *lists;
  size_t list_count;
  tg_draft_note *notes;
  size_t note_count;
  int64_t records; /* read; -1 where the source has none */
  struct tg_draft_file {
    const char *name; /* NULL behind the last one */
    char *text;
  } files[TG_DRAFT_FILES];
};

/* ---- draft.c ---- */
/* What is added is copied.  All return NULL or TRYGG_ENOMEM without memory. */
tg_draft_variable *tg_draft_add_variable(trygg_draft *draft, const char *name, tg_variable_type type);
tg_draft_list *tg_draft_add_list(trygg_draft *draft, const char *name);
tg_draft_code *tg_draft_add_code(tg_draft_list *list, const char *text, size_t length);
tg_draft_code *tg_draft_add_missing(tg_draft_variable *variable, const char *text, size_t length,
                                    tg_missing kind);
size_t tg_draft_find(const trygg_draft *draft, const char *name); /* TG_NONE */
void tg_draft_clear_list(tg_draft_list *list);

/* A name that survey.csv can hold. */
int tg_draft_name_is_good(const char *name);

/* ---- draft_notes.c ---- */
/* `detail` fills the %s of the reason's words; "" where it has none. */
trygg_status tg_draft_say(trygg_draft *draft, tg_draft_reason reason, const char *variable,
                          const char *detail, trygg_error *error);
const char *tg_draft_kind(tg_draft_reason reason); /* role, type, missing, left_out, about */

/* ---- draft_guess.c ---- */
/* Kind of missing that the words of a label mean, TG_VALID for an answer. */
tg_missing tg_draft_label_kind(const char *label);

/* Role that a name is known for, TG_ROLE_NONE. */
tg_role tg_draft_name_role(const char *name);

/* 1 where a name says that its numbers are counted and not codes: `antal_barn`, `age`. */
int tg_draft_name_counts(const char *name);

/* Codes that numbers often have for no answer: candidate `i` and its kind; 0 past the last. */
typedef struct tg_draft_apart {
  int code;
  tg_missing kind;
  int gap; /* how far it must stand from all answers */
} tg_draft_apart;
extern const tg_draft_apart tg_draft_aparts[];
extern const size_t tg_draft_apart_count;

/* ---- draft_profile.c ---- */
/* What is seen of a column without keeping it. */
typedef struct tg_draft_profile {
  const char *name;                                  /* borrowed */
  tg_role role;                                      /* that the name is known for */
  char decimal;                                      /* 0: either */
  size_t cells, empty, numbers, whole, dates, zeros; /* zeros: with a digit behind a leading zero */
  size_t negative;
  double low, high;       /* of the numbers that are no candidates */
  size_t *apart;          /* [tg_draft_apart_count] how often each candidate occurs */
  int told;               /* the source says itself which values are missing */
  int many;               /* more distinct values than are kept */
  struct tg_draft_value { /* in order of arrival */
    char text[TG_DRAFT_LENGTH + 1];
    size_t count;
  } * values;
  size_t value_count, value_capacity;
  uint16_t *slots;
  uint64_t *hashes; /* of every cell, where the name is one of an id */
  size_t hash_count, hash_capacity;
} tg_draft_profile;

trygg_status tg_draft_profile_begin(tg_draft_profile *profile, const char *name, char decimal,
                                    trygg_error *error);
trygg_status tg_draft_profile_take(tg_draft_profile *profile, const char *text, size_t length, uint64_t wave,
                                   trygg_error *error);
void tg_draft_profile_end(tg_draft_profile *profile); /* after the last cell */
void tg_draft_profile_clear(tg_draft_profile *profile);

/* ---- draft_columns.c ---- */
/* Guess a variable from its profile and add it, with the reasons. */
trygg_status tg_draft_take_profile(trygg_draft *draft, const tg_draft_profile *profile, trygg_error *error);

/* Give the variable added last the role its name is known for, where that can be. */
trygg_status tg_draft_take_role(trygg_draft *draft, const tg_draft_profile *profile, trygg_error *error);

trygg_status tg_draft_columns(trygg_draft *draft, const char *path, const trygg_draft_options *options,
                              trygg_error *error);

/* ---- draft_form.c: an XLSForm's exported sheets ---- */
trygg_status tg_draft_form(trygg_draft *draft, const char *folder, trygg_error *error);

/* ---- draft_labelled.c: SPSS, Stata and SAS files ---- */
trygg_status tg_draft_labelled(trygg_draft *draft, const char *path, const trygg_draft_options *options,
                               trygg_error *error);

/* ---- draft_write.c: the texts of the folder ---- */
trygg_status tg_draft_write(trygg_draft *draft, trygg_error *error);

#endif
