/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file codebook.h
 * @brief The survey folder: what the codes mean, which column is the weight,
 *        which answers are a problem.
 *
 * A codebook is read from a folder of CSV tables (`settings.csv`, `survey.csv`,
 * `choices.csv`, ...; docs/survey-folder.md) or built by calls with the same
 * tables and columns.  Once finished it is immutable and may be shared by any
 * number of threads.
 */
#ifndef TRYGG_CODEBOOK_H
#define TRYGG_CODEBOOK_H

#include <trygg/error.h>
#include <trygg/table.h>

TRYGG_BEGIN_DECLS

/** The meaning of a survey's variables and codes, and its indicators. */
typedef struct trygg_codebook trygg_codebook;

/**
 * Read a survey folder completely and check it.
 *
 * @param[in]  folder  Path of the folder.
 * @param[out] out     The codebook, finished; yours to free.  NULL on failure.
 * @param[out] error   File, line and column of the first fault; may be NULL.
 * @retval TRYGG_EIO           The folder or a required table is missing.
 * @retval TRYGG_EPARSE        A table is no proper CSV.
 * @retval TRYGG_ENAME         An unknown type, role, list or variable; the message has the nearest name.
 * @retval TRYGG_ECODEBOOK     The tables contradict each other.
 * @retval TRYGG_EUNSUPPORTED  A table of the contract that is not built yet.
 */
TRYGG_API trygg_status trygg_codebook_read(const char *folder, trygg_codebook **out, trygg_error *error);

/** Begin an empty codebook, to be filled by trygg_codebook_add() and finished. */
TRYGG_API trygg_status trygg_codebook_create(trygg_codebook **out, trygg_error *error);

/**
 * Add one row to a table of an unfinished codebook.
 *
 * @param[in] codebook  From trygg_codebook_create().
 * @param[in] table     `settings`, `survey`, `choices`, `indicators`, ...
 * @param[in] columns   @p count column names as in the CSV table.
 * @param[in] values    @p count cell texts; NULL and "" are empty.
 * @param[in] count     Number of cells given; the others are empty.
 * @param[out] error    Line is the row's number within the table plus one.
 */
TRYGG_API trygg_status trygg_codebook_add(trygg_codebook *codebook, const char *table,
                                          const char *const *columns, const char *const *values, size_t count,
                                          trygg_error *error);

/** Add all rows of a table given as the @p length bytes of a CSV text with a header row. */
TRYGG_API trygg_status trygg_codebook_add_csv(trygg_codebook *codebook, const char *table, const char *text,
                                              size_t length, trygg_error *error);

/** Check an unfinished codebook as a whole; afterwards it is immutable. */
TRYGG_API trygg_status trygg_codebook_finish(trygg_codebook *codebook, trygg_error *error);

/** Number of warnings met while reading: unknown columns and the like. */
TRYGG_API size_t trygg_codebook_warnings(const trygg_codebook *codebook);

/** A warning as "file:line: text", borrowed; NULL out of range. */
TRYGG_API const char *trygg_codebook_warning(const trygg_codebook *codebook, size_t warning);

/** Number of variables, derived ones last. */
TRYGG_API size_t trygg_codebook_variables(const trygg_codebook *codebook);

/** Name of a variable, borrowed; NULL out of range. */
TRYGG_API const char *trygg_codebook_variable(const trygg_codebook *codebook, size_t variable);

/** Number of indicators. */
TRYGG_API size_t trygg_codebook_indicators(const trygg_codebook *codebook);

/** Name of an indicator, borrowed; NULL out of range. */
TRYGG_API const char *trygg_codebook_indicator(const trygg_codebook *codebook, size_t indicator);

/**
 * Text in a column of `indicators.csv` (`type topic variable better ...`, not labels) for an indicator.
 *
 * @return borrowed; "" where the cell is empty, NULL where there is no such indicator or column.
 */
TRYGG_API const char *trygg_codebook_declared(const trygg_codebook *codebook, const char *indicator,
                                              const char *column);

/** Name of the @p domain-th variable whose role is `domain`, borrowed; NULL past the last. */
TRYGG_API const char *trygg_codebook_domain(const trygg_codebook *codebook, size_t domain);

/**
 * Label of a variable, indicator, index or index section.
 *
 * @param[in] language  "en", "sv", or NULL for the default language.
 * @return borrowed; the name itself where no label is known, never NULL.
 */
TRYGG_API const char *trygg_codebook_label(const trygg_codebook *codebook, const char *name,
                                           const char *language);

/** Label of code @p code of @p variable, or the code itself; borrowed, never NULL. */
TRYGG_API const char *trygg_codebook_code_label(const trygg_codebook *codebook, const char *variable,
                                                const char *code, const char *language);

/** Title, form id and version of the survey in one text (`form_id version`), borrowed. */
TRYGG_API const char *trygg_codebook_title(const trygg_codebook *codebook);

/** What people call the survey: `form_title`, or as trygg_codebook_title() where it is empty; borrowed. */
TRYGG_API const char *trygg_codebook_form_title(const trygg_codebook *codebook);

/** Take one more reference; returns @p codebook. */
TRYGG_API trygg_codebook *trygg_codebook_retain(trygg_codebook *codebook);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_codebook_free(trygg_codebook *codebook);

/* ---- drafts ---------------------------------------------------------------------- */

/** A survey folder drafted from a source; its files are texts until the caller writes them. */
typedef struct trygg_draft trygg_draft;

/** Options of a draft; zero everywhere means the default. */
typedef struct trygg_draft_options {
  size_t size;                    /**< sizeof(trygg_draft_options). */
  const char *language;           /**< "en" or "sv": of the notes, README.txt and the CSV dialect; NULL: en. */
  char delimiter;                 /**< Of a CSV source: `,` `;` or tab; 0: seen from the header. */
  char decimal;                   /**< Of a CSV source: `.` or `,`; 0: as the delimiter suggests. */
  uint64_t max_bytes;             /**< Bytes of the source once inflated; 0: 16 GiB. */
  const trygg_progress *progress; /**< NULL: none. */
} trygg_draft_options;

/**
 * Draft a survey folder: the tables and a README.txt that gives each guess with its reason.
 *
 * @param[in]  source   A CSV file (gzipped or not, `-` is standard input), an SPSS, Stata or SAS file where
 *                      ReadStat was there when the library was built, or a folder with the sheets `survey.csv` and
 *                      `choices.csv` of an XLSForm.
 * @param[in]  options  NULL: defaults.
 * @param[out] out      Yours to free.  NULL on failure.
 * @retval TRYGG_EIO           The source cannot be read.
 * @retval TRYGG_EPARSE        The source is damaged or no table.
 * @retval TRYGG_EUNSUPPORTED  A labelled file, and the library was built without ReadStat.
 *
 * No respondent's own words come into a draft: a text is taken for a code only when every text of its column
 * is short and occurs at least three times.
 */
TRYGG_API trygg_status trygg_codebook_draft(const char *source, const trygg_draft_options *options,
                                            trygg_draft **out, trygg_error *error);

/** Name of a file of the draft (`survey.csv`), borrowed; NULL past the last. */
TRYGG_API const char *trygg_codebook_draft_file(const trygg_draft *draft, size_t file);

/** Content of that file, borrowed; NULL past the last. */
TRYGG_API const char *trygg_codebook_draft_text(const trygg_draft *draft, size_t file);

/** Number of variables that the draft has. */
TRYGG_API size_t trygg_codebook_draft_variables(const trygg_draft *draft);

/** Records of the source, or -1 where it holds none (an XLSForm). */
TRYGG_API int64_t trygg_codebook_draft_records(const trygg_draft *draft);

/**
 * A guess, or what was left out, as "variable: text"; borrowed, NULL past the last.
 *
 * @param[out] kind  `role`, `type`, `missing`, `left_out` or `about`; may be NULL.
 */
TRYGG_API const char *trygg_codebook_draft_note(const trygg_draft *draft, size_t note, const char **kind);

/** NULL is allowed. */
TRYGG_API void trygg_codebook_draft_free(trygg_draft *draft);

TRYGG_END_DECLS

#endif /* TRYGG_CODEBOOK_H */
