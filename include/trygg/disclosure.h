/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file disclosure.h
 * @brief What may be published: a result table in which nothing points at a person.
 *
 * A ::trygg_publication is the only thing the report writers accept.  Rules:
 *
 * - A row that rests on fewer than `min_n` respondents keeps its keys and the flag
 *   `suppressed`, nothing else.  A row made of several figures (a change between
 *   waves, an index over items) rests on the smallest number behind any of them.
 * - Where published rows and their total (the row with that key empty) would give a
 *   suppressed row back by subtraction, the smallest other row is suppressed too,
 *   until what subtraction can give rests on `min_n` respondents and two rows.
 * - Respondents without a code of a breakdown are in the total and in no cell.  Where
 *   they are fewer than `min_n`, subtraction would give them back: the smallest cell
 *   is suppressed, so that they are seen together with it only.
 *
 * Subtraction is looked for within one table.  Who publishes tables that cut the
 * same respondents in different ways must compare them by eye.
 */
#ifndef TRYGG_DISCLOSURE_H
#define TRYGG_DISCLOSURE_H

#include <trygg/error.h>
#include <trygg/table.h>

TRYGG_BEGIN_DECLS

/** Respondents a published figure rests on where nothing else is asked for. */
#define TRYGG_DISCLOSURE_MIN_N 30

/** A table that may be published, or that its owner decided not to protect. */
typedef struct trygg_publication trygg_publication;

/** Rules of disclosure control. */
typedef struct trygg_disclosure_options {
  size_t size;   /**< sizeof(trygg_disclosure_options). */
  int64_t min_n; /**< 0: ::TRYGG_DISCLOSURE_MIN_N; -1: no rule at all, noted as `unprotected`. */
} trygg_disclosure_options;

/**
 * Protect a table.
 *
 * Give the whole table, totals included: rows that were picked out before cannot be checked
 * against their total.  The table of a publication may be published again, in part too;
 * what is suppressed stays so.
 *
 * The provenance gains the notes `disclosure` (`min_n 30` or `unprotected`) and, where
 * rows were suppressed, `suppressed_rows` and `complement_rows` (those among them that
 * only protect others).
 *
 * @param[in]  table    Any result; is left as it is.
 * @param[in]  options  NULL: defaults.
 * @param[out] out      Yours to free.  NULL on failure.
 * @retval TRYGG_EINVAL No table, no @p out, or a `min_n` below -1.
 */
TRYGG_API trygg_status trygg_disclosure_publish(trygg_table *table, const trygg_disclosure_options *options,
                                                trygg_publication **out, trygg_error *error);

/** The protected table, borrowed from @p publication; NULL for NULL. */
TRYGG_API trygg_table *trygg_disclosure_table(const trygg_publication *publication);

/** Rows suppressed, complements included. */
TRYGG_API size_t trygg_disclosure_suppressed(const trygg_publication *publication);

/** Rows suppressed only because they would give another one back. */
TRYGG_API size_t trygg_disclosure_complements(const trygg_publication *publication);

/** Take one more reference; returns @p publication. */
TRYGG_API trygg_publication *trygg_disclosure_retain(trygg_publication *publication);

/** Drop one reference; NULL is allowed. */
TRYGG_API void trygg_disclosure_free(trygg_publication *publication);

TRYGG_END_DECLS

#endif /* TRYGG_DISCLOSURE_H */
