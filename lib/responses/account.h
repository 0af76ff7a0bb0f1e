/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where every record went, and why answers are missing. */
#ifndef TG_RESPONSES_ACCOUNT_H
#define TG_RESPONSES_ACCOUNT_H

#include <responses/responses.h>

#define TG_NO_WAVE UINT32_MAX /* the wave of a record that has none */

/* What became of a record; one row each in account.c. */
typedef enum tg_fate {
  TG_FATE_ACCEPTED,
  TG_FATE_FIRST_PHASE, /* accepted, and not drawn in the second phase */
  TG_FATE_DUPLICATE,
  TG_FATE_REFUSAL, /* rejected, from here on; first the dispositions other than I and P */
  TG_FATE_NON_CONTACT,
  TG_FATE_OTHER,
  TG_FATE_UNKNOWN_HOUSEHOLD,
  TG_FATE_UNKNOWN_OTHER,
  TG_FATE_NOT_ELIGIBLE,
  TG_FATE_DISPOSITION_UNKNOWN,
  TG_FATE_NO_WAVE,
  TG_FATE_NO_WEIGHT,
  TG_FATE_LATE,
  TG_FATE_TOO_FEW_ANSWERS,
  TG_FATES
} tg_fate;

/* Name of a rejection's reason. */
const char *tg_account_reason(tg_fate fate);

/* accepted, duplicate or rejected. */
const char *tg_account_name(tg_fate fate);

/* The fate that a disposition gives ("" is unknown); I and P are accepted. */
tg_fate tg_account_disposition(const char *disposition);

/* Drawn and in the population, as far as is known, but no interview: what counts in the rates as R, NC, O, UH or UO. */
int tg_account_is_silent(tg_fate fate);

/* Records of one file, wave and stratum. */
typedef struct tg_account_cell {
  uint32_t file, wave; /* wave: as numbered while loading, TG_NO_WAVE */
  char *stratum;       /* codes with blanks between, "" without strata */
  int64_t fates[TG_FATES];
} tg_account_cell;

/* One step of the chain file, wave, stratum codes that leads to a cell. */
typedef struct tg_account_pair {
  uint64_t key; /* 0: free */
  uint32_t id;
} tg_account_pair;

/* Cells of a variable whose code is not in the codebook. */
typedef struct tg_account_unknown {
  size_t variable;
  uint32_t wave; /* final */
  char code[12];
  int64_t count;
} tg_account_unknown;

/* Something that was done to a file. */
typedef struct tg_account_about {
  uint32_t file;
  char *text;
  int64_t count; /* cells; below 0: all records of the file */
} tg_account_about;

/* A record that was not accepted. */
typedef struct tg_account_rejected {
  uint32_t file;
  tg_fate fate;
  int64_t line;
} tg_account_rejected;

typedef struct tg_account {
  char **files;
  size_t file_count, file_capacity;
  tg_account_cell *cells;
  size_t cell_count, cell_capacity;
  tg_account_pair *pairs;
  size_t pair_count, pair_slots;
  uint32_t *cell_of_pair; /* [pair id], for the last pair of a chain */
  size_t cell_of_pair_capacity;
  int keeps_rejected; /* asked to; else none is listed */
  tg_account_rejected *rejected;
  size_t rejected_count, rejected_capacity;
  tg_account_about *notes;
  size_t note_count, note_capacity;
  char **waves; /* codes by loading number, owned; set at the end */
  size_t wave_count;
  tg_account_unknown *unknown;
  size_t unknown_count, unknown_capacity;
  int64_t
      *recoded; /* [variable * waves + wave]: cells that matched a code as a number, duplicates included */
} tg_account;

/* Id of the pair (a, b), given in the order of arrival from 1 on; 0 is the start of a chain.
 * 0, or -1 without memory. */
int tg_account_pair_id(tg_account *account, uint32_t a, uint32_t b, uint32_t *id, int *is_new);

/* Begin a file; 0, or -1 without memory. */
int tg_account_add_file(tg_account *account, const char *name);

/* Say what was done to the last file begun; 0, or -1 without memory. */
int tg_account_note(tg_account *account, const char *text, int64_t count);

/* List a record that was not accepted, if that was asked for; 0, or -1 without memory. */
int tg_account_reject(tg_account *account, uint32_t file, int64_t line, tg_fate fate);

/* Sum over all cells. */
int64_t tg_account_total(const tg_account *account, tg_fate fate);

void tg_account_free(tg_account *account);

#endif
