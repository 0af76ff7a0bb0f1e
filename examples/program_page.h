/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page as it is put together: its sections, what they point at, numbers in its sentences. */
#ifndef EXAMPLES_PROGRAM_PAGE_H
#define EXAMPLES_PROGRAM_PAGE_H

#include "program.h"

#define PROGRAM_PAGE_SECTIONS 64 /* the most; what is added behind them is left out */

/* Everything a page points at lives here until it is written. */
struct program_page {
  struct program *program;
  program_list items;    /* indicators of the index; of the folder where it declares none */
  const char **borrowed; /* items, where the library made the list */
  program_list latest;   /* the last wave */
  trygg_report_section sections[PROGRAM_PAGE_SECTIONS];
  size_t section_count;
  trygg_publication *publications[PROGRAM_PAGE_SECTIONS];
  size_t publication_count;
  const trygg_publication *trend; /* one of them: tests of trends, for pictures over the waves */
  program_text texts[PROGRAM_PAGE_SECTIONS];
  size_t text_count;
};

/* A text of the page to be filled; the last one is shared when there are too many. */
program_text *program_page_text(struct program_page *page);

/* Append a section, or one that is only a heading and a paragraph. */
void program_page_add(struct program_page *page, const char *heading, const char *note,
                      const trygg_publication *publication, trygg_report_kind kind);
void program_page_say(struct program_page *page, const char *heading, const program_text *note);

/* Protect a table and keep it for the page. */
trygg_status program_page_publish(struct program_page *page, trygg_table *table,
                                  const trygg_publication **out);

/* Append a number with one decimal in the reader's language; the minus is a minus. */
void program_page_number(const struct program_page *page, program_text *out, double value);

/* The confidence level, 0-1; and appended in per cent. */
double program_page_confidence(const struct program_page *page);
void program_page_level(const struct program_page *page, program_text *out);

/* Append a difference between two waves, the estimate times `factor` (100: percentage points):
 * "Graffiti: up 2.3 percentage points from 2020 to 2024 (95% interval 0.5 to 4.1)." */
void program_page_change(const struct program_page *page, const trygg_table *table, size_t row, double factor,
                         program_text *out);

/* Free what the page holds. */
void program_page_clear(struct program_page *page);

#endif
