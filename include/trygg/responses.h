/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file responses.h
 * @brief Answers of respondents, as narrow typed columns, with the account of
 *        where every record went.
 *
 * Loads are all or nothing.  Every record read is accepted, a duplicate, or
 * rejected for a named reason, and the counts add up (trygg_responses_account()).
 * Loaded responses are immutable, reference counted and may be shared by threads.
 */
#ifndef TRYGG_RESPONSES_H
#define TRYGG_RESPONSES_H

#include <trygg/codebook.h>

TRYGG_BEGIN_DECLS

/** Responses of one or more files, waves and municipalities. */
typedef struct trygg_responses trygg_responses;

/** Options of a load; zero everywhere means the default. */
typedef struct trygg_load_options {
  size_t size;                    /**< sizeof(trygg_load_options). */
  char delimiter;                 /**< `,` `;` or tab; 0: seen from the header. */
  char decimal;                   /**< `.` or `,`; 0: point, and also comma where the delimiter is none. */
  int threads;                    /**< 0: as many as there are processors. */
  uint64_t max_field;             /**< Bytes of a field; 0: 1 MiB. */
  uint64_t max_columns;           /**< Columns of a file; 0: 16384, as many as a spreadsheet has. */
  uint64_t max_record;            /**< Bytes of a record; 0: 16 MiB. */
  uint64_t max_bytes;             /**< Bytes of a file once inflated; 0: 16 GiB. */
  uint64_t max_ratio;             /**< Inflated bytes a compressed one, after the first MiB; 0: 200. */
  const trygg_progress *progress; /**< NULL: none. */
  int keep_rejected; /**< 1: remember where records lie that are not accepted (trygg_responses_rejected()). */
  int keep_silent; /**< 1: keep those who were drawn and did not answer too, for trygg_model_representativity() and weights
                        that make up for them; -1: do not; 0: where `response` of settings.csv asks for them. */
} trygg_load_options;

/**
 * Load data files: CSV or gzipped CSV (seen by content), `-` is standard input.
 *
 * @param[in]  codebook  Finished; the responses retain it.
 * @param[in]  files     @p count paths, pooled in this order.
 * @param[in]  options   NULL: defaults.
 * @param[out] out       Yours to free.  NULL on failure.
 * @retval TRYGG_EIO     A file cannot be opened or read.
 * @retval TRYGG_EPARSE  Ragged row, unclosed quote, truncated or damaged gzip, NUL, no header.
 * @retval TRYGG_ENAME   A variable that must be there (weight, stratum, wave, ...) is missing.
 * @retval TRYGG_EDATA   Negative weight, weight or design value that is no number, duplicate under `fail`.
 */
TRYGG_API trygg_status trygg_responses_load(trygg_codebook *codebook, const char *const *files, size_t count,
                                            const trygg_load_options *options, trygg_responses **out,
                                            trygg_error *error);

/** Load the @p length bytes at @p bytes as if they were the file called @p name; nothing is kept of them. */
TRYGG_API trygg_status trygg_responses_load_memory(trygg_codebook *codebook, const char *name,
                                                   const void *bytes, size_t length,
                                                   const trygg_load_options *options, trygg_responses **out,
                                                   trygg_error *error);

/** How a caller's array holds its values. */
typedef enum trygg_array_type {
  TRYGG_ARRAY_DOUBLE, /**< double; NaN is an empty cell. */
  TRYGG_ARRAY_INT32,  /**< int32_t; INT32_MIN is an empty cell. */
  TRYGG_ARRAY_TEXT    /**< const char *, UTF-8; NULL is an empty cell. */
} trygg_array_type;

/** One column of a caller's data. */
typedef struct trygg_array {
  const char *name;      /**< Variable of the codebook. */
  trygg_array_type type; /**< What @ref values points at. */
  const void *values;    /**< One value a record; read during the call only. */
} trygg_array;

/** Load from arrays of the caller, @p rows long each; errors give the row as line. */
TRYGG_API trygg_status trygg_responses_load_arrays(trygg_codebook *codebook, const trygg_array *arrays,
                                                   size_t count, size_t rows,
                                                   const trygg_load_options *options, trygg_responses **out,
                                                   trygg_error *error);

struct ArrowArrayStream; /* trygg/arrow.h */

/**
 * Load from an Arrow stream, whose batches are structs with a child for each column.
 *
 * Columns are found by the names of their variables and cells are read as a file's would be: whole numbers of any
 * width, booleans as 1 and 0, floating point numbers (NaN is an empty cell), decimals, texts (utf8, large and view),
 * dates and timestamps (as `2024-09-01T12:00:00`), and dictionaries of these, which may change from batch to batch.
 * Null is an empty cell.  A dictionary's values are what people see: where they are labels, declare `answers`
 * `labels` in settings.csv.  Errors give the row as line.
 *
 * @param[in,out] stream   Read to its end and released, also on failure; buffers are borrowed a batch at a time.
 * @param[in]     options  NULL: defaults.
 * @param[out]    out      Yours to free; NULL on failure.
 * @retval TRYGG_EUNSUPPORTED  A variable's column is of a type that is no answer (a list, a struct, ...).
 * @retval TRYGG_EPARSE        The batches break the rules of the interface.
 * @retval TRYGG_EIO           The producer failed.
 */
TRYGG_API trygg_status trygg_responses_load_arrow(trygg_codebook *codebook, struct ArrowArrayStream *stream,
                                                  const trygg_load_options *options, trygg_responses **out,
                                                  trygg_error *error);

/** Records accepted. */
TRYGG_API size_t trygg_responses_count(const trygg_responses *responses);

/** Bytes of memory that the columns take. */
TRYGG_API size_t trygg_responses_memory(const trygg_responses *responses);

/** Number of waves, in time order. */
TRYGG_API size_t trygg_responses_waves(const trygg_responses *responses);

/** Code of a wave, borrowed; NULL out of range. */
TRYGG_API const char *trygg_responses_wave(const trygg_responses *responses, size_t wave);

/**
 * The account of the load, as `trygg-check` prints it.
 *
 * Columns `file, wave, stratum, variable, account, reason, count, share`: records read =
 * accepted + duplicates + rejected by reason; per variable unknown codes and each
 * kind of missing, with their share of the wave's records; accepted records by day (`day`);
 * what was done to each file (`file`); response rates (`response_rate`, the rate in `share`).
 * Rows about variables have an empty file and stratum.
 */
TRYGG_API trygg_status trygg_responses_account(const trygg_responses *responses, trygg_table **out,
                                               trygg_error *error);

/**
 * Response rates of AAPOR (RR1 to RR6) and the Swedish *svarsandel*, which is net of overcoverage.
 *
 * Columns `wave, variables, category, sample, I, P, R, NC, O, UH, UO, NE, e, rr1 ... rr6, svarsandel`: a row for each
 * wave (empty `variables`), then for its categories in `sample.csv`, or else its strata.  Dispositions that
 * `sample.csv` counts are taken from there, the others from the records; what was sent out and is in neither is UO.
 * Rates are missing where nothing says how many were asked, or where the counts contradict each other; notes of the
 * table say so.  American Association for Public Opinion Research, Standard Definitions.
 */
TRYGG_API trygg_status trygg_responses_rates(const trygg_responses *responses, trygg_table **out,
                                             trygg_error *error);

/**
 * Where the records lie that were not accepted: columns `file, line, account, reason`, and no answer of anybody.
 *
 * @retval TRYGG_EINVAL  The load was not asked to `keep_rejected`.
 */
TRYGG_API trygg_status trygg_responses_rejected(const trygg_responses *responses, trygg_table **out,
                                                trygg_error *error);

/**
 * Receives records as text; they are what people answered.
 *
 * @return 0 to go on; anything else ends the writing with TRYGG_EIO.
 */
typedef int (*trygg_responses_sink)(void *user, const char *bytes, size_t length);

/**
 * Read the records that were not accepted once more and write them as CSV: `file, line, reason`, then the columns of
 * all their files, as they were.  This is the only way by which the library gives back a whole record.
 *
 * @param[in] options  Those of the load.
 * @param[in] sink     Receives a line at a time; keep it where only those who may see answers can.
 * @retval TRYGG_EINVAL       The load was not asked to `keep_rejected`.
 * @retval TRYGG_EUNSUPPORTED Records of standard input, arrays or files that are no text.
 * @retval TRYGG_EDATA        A file has changed since it was loaded.
 */
TRYGG_API trygg_status trygg_responses_write_rejected(const trygg_responses *responses,
                                                      const trygg_load_options *options,
                                                      trygg_responses_sink sink, void *user,
                                                      trygg_error *error);

/**
 * Which values of a variable occur: `code, n`, in the order of the codebook, numbers by size, texts by alphabet.
 *
 * @retval TRYGG_ENAME   An unknown variable; the message has the nearest.
 * @retval TRYGG_EINVAL  Free text without a role, ids, or select_multiple.
 */
TRYGG_API trygg_status trygg_responses_codes(const trygg_responses *responses, const char *variable,
                                             trygg_table **out, trygg_error *error);

/** Number of warnings: unknown columns, no weight role, recoded cells. */
TRYGG_API size_t trygg_responses_warnings(const trygg_responses *responses);

/** A warning, borrowed; NULL out of range. */
TRYGG_API const char *trygg_responses_warning(const trygg_responses *responses, size_t warning);

/** Take one more reference; returns @p responses. */
TRYGG_API trygg_responses *trygg_responses_retain(trygg_responses *responses);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_responses_free(trygg_responses *responses);

TRYGG_END_DECLS

#endif /* TRYGG_RESPONSES_H */
