/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finished codebook looks like from inside: every later room reads it here. */
#ifndef TG_CODEBOOK_CODEBOOK_H
#define TG_CODEBOOK_CODEBOOK_H

#include <trygg/codebook.h>

#include <codebook/names.h>
#include <codebook/rows.h>

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
  tg_joint_row *joint;
  size_t joint_count;
  tg_published_row *published;
  size_t published_count;
  tg_standard_row *standards;
  size_t standard_count;
  tg_measure_row *measures;
  size_t measure_count;
  tg_names variable_names; /* name to index */
  tg_names indicator_names;
  char **warnings;
  size_t warning_count;
  char *title;                       /* "form_id version" */
  char hash[20];                     /* 16 hex digits over everything read: the version of a definition */
  struct tg_codebook_reader *reader; /* state of reading, NULL once finished */
};

/* Index of a variable or TG_NONE. */
size_t tg_codebook_find_variable(const trygg_codebook *codebook, const char *name, size_t length);
size_t tg_codebook_find_indicator(const trygg_codebook *codebook, const char *name, size_t length);

/* Index of the measure called `name` or TG_NONE. */
size_t tg_codebook_find_measure(const trygg_codebook *codebook, const char *name);

/* First variable with a role at a stage (1 for roles without stages), from position `from`; TG_NONE. */
size_t tg_codebook_find_role(const trygg_codebook *codebook, tg_role role, int stage, size_t from);

/* TRYGG_ENAME "no variable `x`; did you mean `y`?" at a place (may be NULL). */
trygg_status tg_codebook_unknown_variable(const trygg_codebook *codebook, const char *name, size_t length,
                                          const trygg_error *place, trygg_error *error);
trygg_status tg_codebook_unknown_indicator(const trygg_codebook *codebook, const char *name, size_t length,
                                           const trygg_error *place, trygg_error *error);

/* 1 when strata.csv says how many people some stratum has. */
int tg_codebook_has_populations(const trygg_codebook *codebook);

/* Decimal year of a wave code: waves.csv, else a four-digit code; NaN when neither. */
double tg_codebook_wave_time(const trygg_codebook *codebook, const char *wave);

/* 1 when a row of breaks.csv is about the indicator; NULL: one made of a variable, which only rows for all are about. */
int tg_codebook_break_is_of(const trygg_codebook *codebook, const tg_break_row *row,
                            const tg_indicator_row *indicator);

/* What is declared for the indicator after one time and not after a later one: a break, else a bridge, else NULL. */
const tg_break_row *tg_codebook_break(const trygg_codebook *codebook, const tg_indicator_row *indicator,
                                      double after, double until);

/* Days since 1970-01-01 of YYYY-MM-DD (anything after a blank or T is ignored); -1 when it is no date. */
int tg_codebook_parse_date(const char *text, size_t length, double *days);

/* What people wrote in their own words, which no table may print: a text with no role that says it names areas or the
 * like, and not derived by a rule. */
static inline int tg_variable_is_free_text(const tg_variable *variable) {
  return variable->type == TG_STRING && !variable->rule &&
         (variable->role == TG_ROLE_NONE || variable->role == TG_ROLE_ID);
}

#endif
