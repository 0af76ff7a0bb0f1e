/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file report.h
 * @brief Tables and pictures out: text, CSV, JSON, SVG, one-file HTML, in English or Swedish.
 *
 * Only a ::trygg_publication can be written, so nothing leaves without a decision
 * about disclosure.  Everything is composed in memory and handed to the sink
 * afterwards: when a call fails before that, the sink has seen nothing.
 */
#ifndef TRYGG_REPORT_H
#define TRYGG_REPORT_H

#include <trygg/codebook.h>
#include <trygg/disclosure.h>

TRYGG_BEGIN_DECLS

/**
 * Takes the output piece by piece.
 *
 * @param user    The pointer given with the sink.
 * @param bytes   @p length bytes, not ended by NUL.
 * @return 0, or anything else when they could not be written: the call then fails with ::TRYGG_EIO.
 */
typedef int (*trygg_report_sink)(void *user, const char *bytes, size_t length);

/** A format of trygg_report_write(). */
typedef struct trygg_report_format {
  const char *name;  /**< `table`, `csv`, ... */
  const char *media; /**< Media type, for instance `text/csv; charset=utf-8`. */
  const char *help;  /**< One English line. */
} trygg_report_format;

/** How to write. */
typedef struct trygg_report_options {
  size_t size;                    /**< sizeof(trygg_report_options). */
  const char *language;           /**< `en` or `sv`; NULL: English, but Swedish for `csv-sv`. */
  const trygg_codebook *codebook; /**< Labels of indicators, codes and waves; NULL: names and codes. */
  int color;                      /**< Non-zero: `table` uses ANSI colours. */
  int width;         /**< Columns of a terminal, `table` fits into them; 0: 100, negative: no limit. */
  const char *title; /**< Heading of `table`, `svg`, `html`; NULL: none, in `html` that of the survey. */
  const trygg_publication
      *trend; /**< Trend tests of the same indicators and groups, published: where a chart has
                                       lines over the waves, those of `linear` and the bends of `joinpoint` are drawn
                                       into it.  NULL: none. */
} trygg_report_options;

/** Format number @p format, static; NULL after the last one. */
TRYGG_API const trygg_report_format *trygg_report_formats(size_t format);

/**
 * Write a publication.
 *
 * @param[in] format   Name of a format.
 * @param[in] options  NULL: defaults.
 * @param[in] sink     Receives the output; @p user is handed to it.
 * @retval TRYGG_ENAME   No such format; the message has the nearest.
 * @retval TRYGG_EINVAL  Unknown language, no publication, format or sink, or for `svg` a table without figures
 *                       to draw.
 * @retval TRYGG_EIO     The sink failed.
 */
TRYGG_API trygg_status trygg_report_write(const trygg_publication *publication, const char *format,
                                          const trygg_report_options *options, trygg_report_sink sink,
                                          void *user, trygg_error *error);

/** What a section of a page shows of its publication. */
typedef enum trygg_report_kind {
  TRYGG_REPORT_BOTH, /**< The chart, where there is something to draw, and the table. */
  TRYGG_REPORT_TABLE,
  TRYGG_REPORT_CHART
} trygg_report_kind;

/** A section of a page. */
typedef struct trygg_report_section {
  const char *heading;                  /**< NULL: none. */
  const char *note;                     /**< A paragraph below the heading; NULL: none. */
  const trygg_publication *publication; /**< NULL: only heading and note. */
  trygg_report_kind kind;               /**< What is shown. */
} trygg_report_section;

/** A page made of several publications. */
typedef struct trygg_report_page {
  size_t size;                          /**< sizeof(trygg_report_page). */
  const char *title;                    /**< Heading; NULL: that of the survey. */
  const char *const *lead;              /**< @ref lead_count lines before the sections. */
  size_t lead_count;                    /**< May be 0. */
  const trygg_report_section *sections; /**< @ref section_count sections. */
  size_t section_count;                 /**< May be 0. */
} trygg_report_page;

/** Write a page as one self-contained HTML file.  Texts are escaped. Fails as trygg_report_write(). */
TRYGG_API trygg_status trygg_report_write_page(const trygg_report_page *page,
                                               const trygg_report_options *options, trygg_report_sink sink,
                                               void *user, trygg_error *error);

TRYGG_END_DECLS

#endif /* TRYGG_REPORT_H */
