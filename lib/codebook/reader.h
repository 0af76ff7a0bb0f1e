/* SPDX-License-Identifier: GPL-3.0-or-later */
/* State of a codebook that is being read, and what the files of the tables give the reader.
 *
 * Rows are kept as texts until trygg_codebook_finish() builds everything from them: first the `add` of every sheet
 * row by row, then the links between tables.  So a failed call is undone by forgetting its rows. */
#ifndef TG_CODEBOOK_READER_H
#define TG_CODEBOOK_READER_H

#include <codebook/sheet.h>

/* Sheets that are read, in the order in which they are built. */
typedef enum tg_sheet_kind {
  TG_SETTINGS,
  TG_CHOICES,
  TG_SURVEY,
  TG_DERIVED,
  TG_INDICATORS,
  TG_INDICES,
  TG_WAVES,
  TG_BREAKS,
  TG_STRATA,
  TG_FILES,
  TG_RECODES,
  TG_SAMPLE,
  TG_MARGINS,
  TG_PUBLISHED,
  TG_STANDARDS,
  TG_MEASURES,
  TG_LAYOUT,
  TG_JOINT,
  TG_SHEETS
} tg_sheet_kind;

extern const tg_sheet tg_settings_sheet, tg_choices_sheet, tg_survey_sheet, tg_derived_sheet,
    tg_indicators_sheet, tg_indices_sheet, tg_waves_sheet, tg_breaks_sheet, tg_strata_sheet, tg_files_sheet,
    tg_recodes_sheet, tg_sample_sheet, tg_margins_sheet, tg_published_sheet, tg_standards_sheet,
    tg_measures_sheet, tg_record_layout_sheet, tg_joint_sheet;

/* All sheets of the contract, those not yet read included. */
const tg_sheet *tg_reader_sheet(size_t i); /* NULL at the end */
const tg_sheet *tg_reader_find(const char *name, size_t length, size_t *kind);
const char *tg_reader_nearest(const char *name); /* the nearest table, or NULL */

/* A list of choices. */
typedef struct tg_list {
  char *name;
  tg_code *codes;
  size_t code_count;
  tg_names code_names;
} tg_list;

typedef struct tg_sheet_rows {
  tg_sheet_row **rows;
  size_t count;
} tg_sheet_rows;

typedef struct tg_codebook_reader {
  tg_sheet_rows sheets[TG_SHEETS];
  char **files; /* names that rows point at */
  size_t file_count;
  tg_list *lists; /* while building */
  size_t list_count;
  tg_names list_names;
  size_t code_total; /* codes of all variables together, to stop before memory does */
} tg_codebook_reader;

/* Limits: beyond any survey, within any memory. */
enum {
  TG_MAX_VARIABLES = 100000,
  TG_MAX_ROWS = 1000000,
  TG_MAX_WAVES = 10000,
  TG_MAX_INDEX_ROWS = 10000,
  TG_MAX_CODES = 65000, /* of one variable: a stored code has two bytes, some of which mean missing */
  TG_MAX_ALL_CODES = 5000000,
  TG_MAX_WARNINGS = 1000
};

/* Keep a warning; after TG_MAX_WARNINGS only that there were more. */
trygg_status tg_reader_warn(trygg_codebook *codebook, const char *file, int64_t line, const char *text,
                            trygg_error *error);

/* Read all rows of a table from an opened source; errors and rows carry the source's name. */
struct tg_source;
trygg_status tg_reader_take(trygg_codebook *codebook, size_t kind, struct tg_source *source,
                            trygg_error *error);

/* The second half of building: what one row says about other tables. */
trygg_status tg_survey_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_derived_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_indicators_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_waves_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_settings_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_files_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_recodes_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_record_layout_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_sample_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_margins_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_joint_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_published_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_standards_link(trygg_codebook *codebook, trygg_error *error);
trygg_status tg_measures_link(trygg_codebook *codebook, trygg_error *error);

/* survey.c: append a variable; the type column of a row; shared with derived.c. */
trygg_status tg_survey_append(trygg_codebook *codebook, const tg_sheet_row *row, size_t name_field,
                              const char *name, size_t length, const tg_variable *pattern,
                              trygg_error *error);
trygg_status tg_survey_parse_type(const tg_sheet_row *row, size_t field, tg_variable *pattern,
                                  trygg_error *error);
extern const char *const tg_survey_types[TG_VARIABLE_TYPES];

/* codes.c: fail with the nearest code when a coded variable has no such code (others take any). */
trygg_status tg_codes_check(const trygg_codebook *codebook, size_t variable, const char *code, size_t length,
                            const trygg_error *place, trygg_error *error);

/* waves.c: fail when the waves are known, from waves.csv or as codes, and this is none of them. */
trygg_status tg_waves_check(const trygg_codebook *codebook, const char *wave, const trygg_error *place,
                            trygg_error *error);

/* category.c: groups of people in the columns `variables` and `category`.  The words of a cell with one blank between,
 * yours, NULL without memory; the variables that a cell names, appended; the codes as the codebook writes them, one a
 * variable, instead of what was written. */
char *tg_category_tidy(const char *cell);
trygg_status tg_category_variables(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                                   size_t **variables, size_t *count, trygg_error *error);
trygg_status tg_category_codes(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                               const size_t *variables, size_t count, char **category, trygg_error *error);
/* ... and the wave beside them, which may only be empty where there is one. */
trygg_status tg_category_wave(const trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                              trygg_error *error);

/* choices.c: copy a list's codes into a variable; append one code; sort for look-up. */
trygg_status tg_choices_use(trygg_codebook *codebook, tg_variable *variable, size_t type_field,
                            trygg_error *error);
tg_code *tg_choices_append(tg_code **codes, size_t *count, const char *text, size_t length);
trygg_status tg_choices_sort(tg_variable *variable, trygg_error *error);
trygg_status tg_choices_kind(const tg_sheet_row *row, size_t field, const char *text, size_t length,
                             tg_missing *out, trygg_error *error);
void tg_choices_clear(tg_codebook_reader *reader);

/* codebook.c: free what was built, keep references, rows and warnings. */
void tg_codebook_clear(trygg_codebook *codebook);
void tg_codebook_clear_codes(tg_code *codes, size_t count);
void tg_codebook_clear_rule(tg_rule *rule);

/* files.c, recodes.c, record_layout.c, sample.c, margins.c, joint.c, published.c, standards.c, measures.c: free their
 * rows. */
void tg_files_clear(trygg_codebook *codebook);
void tg_recodes_clear(trygg_codebook *codebook);
void tg_record_layout_clear(trygg_codebook *codebook);
void tg_sample_clear(trygg_codebook *codebook);
void tg_margins_clear(trygg_codebook *codebook);
void tg_joint_clear(trygg_codebook *codebook);
void tg_published_clear(trygg_codebook *codebook);
void tg_standards_clear(trygg_codebook *codebook);
void tg_measures_clear(trygg_codebook *codebook);

/* choices.c: the names of dispositions, in the order of tg_disposition. */
extern const char *const tg_choices_dispositions[TG_DISPOSITIONS];

/* reader.c */
void tg_reader_free(tg_codebook_reader *reader);

#endif
