/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file table.h
 * @brief Named, typed columns with provenance: the shape of every result.
 *
 * Whatever the library computes can be had as a table, so that writers and
 * bindings need to know nothing else.  Tables are immutable once handed out,
 * reference counted, and may be read by any number of threads.
 */
#ifndef TRYGG_TABLE_H
#define TRYGG_TABLE_H

#include <trygg/error.h>

TRYGG_BEGIN_DECLS

/** A table of results. */
typedef struct trygg_table trygg_table;

/** What a column holds. */
typedef enum trygg_column_type {
  TRYGG_NUMBER,  /**< double */
  TRYGG_INTEGER, /**< int64_t */
  TRYGG_TEXT     /**< UTF-8 text */
} trygg_column_type;

/** What a column is for; disclosure control blanks only values. */
typedef enum trygg_column_role {
  TRYGG_KEY,   /**< Says which row it is: wave, domain, indicator. */
  TRYGG_VALUE, /**< A result; missing in a suppressed row. */
  TRYGG_FLAG   /**< Space-separated flags. */
} trygg_column_role;

/** What a flag column can say, as bits; their names are trygg_table_flag(). */
typedef enum trygg_flag {
  TRYGG_FLAG_SUPPRESSED = 1 << 0,     /**< Too few answers to publish; set by disclosure control only. */
  TRYGG_FLAG_UNRELIABLE = 1 << 1,     /**< Too few effective cases for the interval to be trusted. */
  TRYGG_FLAG_LONELY = 1 << 2,         /**< A stratum with a single cluster took part in the variance. */
  TRYGG_FLAG_NO_DF = 1 << 3,          /**< No degrees of freedom, hence no interval. */
  TRYGG_FLAG_BOUNDARY = 1 << 4,       /**< A share of exactly 0 or 1. */
  TRYGG_FLAG_NOT_ASKED = 1 << 5,      /**< The question was not in that wave. */
  TRYGG_FLAG_ITEM_MISSING = 1 << 6,   /**< A total that counts missing answers as 0. */
  TRYGG_FLAG_INCOMPLETE = 1 << 7,     /**< An index with a missing item. */
  TRYGG_FLAG_BREAK = 1 << 8,          /**< The series breaks between the waves. */
  TRYGG_FLAG_NO_SE = 1 << 9,          /**< The figure has no standard error. */
  TRYGG_FLAG_MODEL = 1 << 10,         /**< The figure comes from a model. */
  TRYGG_FLAG_EMPTY = 1 << 11,         /**< No valid answer in the cell. */
  TRYGG_FLAG_FEW_WAVES = 1 << 12,     /**< Too few waves for the test. */
  TRYGG_FLAG_IMPOSSIBLE = 1 << 13,    /**< No share does it: the finding stands whatever the others think. */
  TRYGG_FLAG_CANNOT_REJECT = 1 << 14, /**< So few waves that the test finds nothing, whatever happened. */
  TRYGG_FLAG_NEGATIVE_VARIANCE = 1 << 15, /**< The estimate of the variance is negative: no standard error. */
  TRYGG_FLAG_BRIDGED =
      1 << 16,                /**< Earlier waves were moved to where the new method would have found them. */
  TRYGG_FLAG_NO_FIT = 1 << 17 /**< The regression cannot be fitted to these records. */
} trygg_flag;

/** Rows of @p table. */
TRYGG_API size_t trygg_table_rows(const trygg_table *table);

/** Columns of @p table. */
TRYGG_API size_t trygg_table_columns(const trygg_table *table);

/** Name of a column, borrowed; NULL when @p column is out of range. */
TRYGG_API const char *trygg_table_name(const trygg_table *table, size_t column);

/** Type of a column. */
TRYGG_API trygg_column_type trygg_table_type(const trygg_table *table, size_t column);

/** Role of a column. */
TRYGG_API trygg_column_role trygg_table_role(const trygg_table *table, size_t column);

/** Position of the column called @p name, or SIZE_MAX. */
TRYGG_API size_t trygg_table_find(const trygg_table *table, const char *name);

/** 1 when the cell is missing (or out of range), else 0. */
TRYGG_API int trygg_table_missing(const trygg_table *table, size_t row, size_t column);

/** A number or integer as a double; NaN when missing or text. */
TRYGG_API double trygg_table_number(const trygg_table *table, size_t row, size_t column);

/** An integer; 0 when missing or not an integer. */
TRYGG_API int64_t trygg_table_integer(const trygg_table *table, size_t row, size_t column);

/** A text, borrowed; "" when missing, NULL when the column is no text. */
TRYGG_API const char *trygg_table_text(const trygg_table *table, size_t row, size_t column);

/** Number of provenance notes: definition, method, counts a reader must know. */
TRYGG_API size_t trygg_table_notes(const trygg_table *table);

/** Key of a provenance note, borrowed; NULL out of range. */
TRYGG_API const char *trygg_table_note_key(const trygg_table *table, size_t note);

/** Text of a provenance note, borrowed; NULL out of range. */
TRYGG_API const char *trygg_table_note_text(const trygg_table *table, size_t note);

/** Name of flag number @p flag in the order of ::trygg_flag, borrowed; NULL after the last one. */
TRYGG_API const char *trygg_table_flag(size_t flag);

/** What a flag says, one English line, borrowed; NULL after the last one. */
TRYGG_API const char *trygg_table_flag_help(size_t flag);

/**
 * Put tables below one another.
 *
 * The result has the union of their columns: `wave` and by-variables in the order in
 * which they are first met, then the others; cells of a column that a table lacks are
 * missing.  A row whose keys a table before had already (the total of the same
 * respondents) is left out.  Notes are those of all tables, each once.
 *
 * @param[in]  tables  @p count tables; they stay yours.
 * @param[out] out     Yours to free; NULL on failure.
 * @retval TRYGG_EINVAL  No table at all in a place, no @p out, or columns of one name and different types.
 */
TRYGG_API trygg_status trygg_table_bind(trygg_table *const *tables, size_t count, trygg_table **out,
                                        trygg_error *error);

/**
 * The rows of a table that have a text in a column; missing is "".  Select before a table is published, never
 * from one that was: what protects a row may be left behind.
 *
 * @param[out] out  Yours to free, with the notes of @p table; NULL on failure.
 * @retval TRYGG_EINVAL  No column of texts called @p column, no @p text or no @p out.
 */
TRYGG_API trygg_status trygg_table_select(const trygg_table *table, const char *column, const char *text,
                                          trygg_table **out, trygg_error *error);

/** Take one more reference; returns @p table. */
TRYGG_API trygg_table *trygg_table_retain(trygg_table *table);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_table_free(trygg_table *table);

TRYGG_END_DECLS

#endif /* TRYGG_TABLE_H */
