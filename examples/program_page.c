/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page as it is put together: its sections, what they point at, numbers in its sentences. */
#include "program_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

program_text *program_page_text(struct program_page *page) {
  return &page->texts[page->text_count < PROGRAM_PAGE_SECTIONS - 1 ? page->text_count++ : page->text_count];
}

void program_page_add(struct program_page *page, const char *heading, const char *note,
                      const trygg_publication *publication, trygg_report_kind kind) {
  if (page->section_count < PROGRAM_PAGE_SECTIONS)
    page->sections[page->section_count++] = (trygg_report_section){heading, note, publication, kind};
}

void program_page_say(struct program_page *page, const char *heading, const program_text *note) {
  program_page_add(page, heading, note->failed ? NULL : note->bytes, NULL, TRYGG_REPORT_BOTH);
}

trygg_status program_page_publish(struct program_page *page, trygg_table *table,
                                  const trygg_publication **out) {
  trygg_publication *publication = NULL;
  trygg_status status;

  *out = NULL;
  if (page->publication_count == PROGRAM_PAGE_SECTIONS)
    return program_fail(page->program, TRYGG_EINTERNAL, "the page has too many sections");
  status = program_publish(page->program, table, &publication);
  if (status == TRYGG_OK)
    page->publications[page->publication_count++] = publication;
  *out = publication;
  return status;
}

/* ---- numbers in sentences -------------------------------------------------------------------- */

void program_page_number(const struct program_page *page, program_text *out, double value) {
  long long tenths = fabs(value) < 1e15 ? (long long)(fabs(value) * 10 + 0.5) : 0;

  program_text_format(out, "%s%lld%s%lld", value < 0 && tenths > 0 ? "\xe2\x88\x92" : "", tenths / 10,
                      program_say(page->program, ".", ","), tenths % 10);
}

double program_page_confidence(const struct program_page *page) {
  return page->program->options.level > 0 ? page->program->options.level : 0.95;
}

void program_page_level(const struct program_page *page, program_text *out) {
  double percent = program_page_confidence(page) * 100;

  if (fabs(percent - (double)(int)(percent + 0.5)) < 1e-9)
    program_text_format(out, "%d", (int)(percent + 0.5));
  else
    program_page_number(page, out, percent);
  program_text_put(out, program_say(page->program, "%", "\xc2\xa0%"));
}

/* First or last of the waves in a cell, borrowed with its length. */
static const char *wave_at(const char *waves, int last, int *length) {
  const char *begin = last ? strrchr(waves, ' ') : NULL;

  begin = begin != NULL ? begin + 1 : waves;
  *length = (int)strcspn(begin, " ");
  return begin;
}

void program_page_change(const struct program_page *page, const trygg_table *table, size_t row, double factor,
                         program_text *out) {
  const struct program *program = page->program;
  const char *indicator = trygg_table_text(table, row, trygg_table_find(table, "indicator"));
  const char *waves = trygg_table_text(table, row, trygg_table_find(table, "waves"));
  double change = trygg_table_number(table, row, trygg_table_find(table, "estimate")) * factor;
  int length;
  const char *wave = wave_at(waves, 0, &length);

  program_text_format(out, "%s: %s ", program_label(program, indicator),
                      change > 0 ? program_say(program, "up", "upp") : program_say(program, "down", "ned"));
  program_page_number(page, out, fabs(change));
  if (factor > 1)
    program_text_put(out, program_say(program, " percentage points", " procentenheter"));
  program_text_format(out, program_say(program, " from %.*s", " från %.*s"), length, wave);
  wave = wave_at(waves, 1, &length);
  program_text_format(out, program_say(program, " to %.*s (", " till %.*s ("), length, wave);
  program_page_level(page, out);
  program_text_put(out, program_say(program, " interval ", " intervall "));
  program_page_number(page, out, trygg_table_number(table, row, trygg_table_find(table, "lower")) * factor);
  program_text_put(out, program_say(program, " to ", " till "));
  program_page_number(page, out, trygg_table_number(table, row, trygg_table_find(table, "upper")) * factor);
  program_text_put(out, ").");
}

/* ---- the end --------------------------------------------------------------------------------------- */

void program_page_clear(struct program_page *page) {
  for (size_t i = 0; i < page->publication_count; i++)
    trygg_disclosure_free(page->publications[i]);
  for (size_t i = 0; i < PROGRAM_PAGE_SECTIONS; i++)
    program_text_free(&page->texts[i]);
  if (page->borrowed != NULL)
    trygg_index_free_items(page->borrowed);
  else
    free(page->items.items);
  free(page->latest.items);
}
