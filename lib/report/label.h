/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What columns, codes, indicators and flags are called in the reader's language. */
#ifndef TG_REPORT_LABEL_H
#define TG_REPORT_LABEL_H

#include <report/view.h>

/* "en" or "sv" */
const char *tg_label_language(const tg_view *view);

/* The header of a column: a message, else the label of the variable, else its name; borrowed. */
const char *tg_label_column(const tg_view *view, size_t column);

/* Append the label of a key or text cell; an empty key gives what the row is the total of. */
void tg_label_cell(const tg_view *view, size_t row, size_t column, tg_text *out);

/* Append the flags of a row with commas between. */
void tg_label_flags(const tg_view *view, size_t row, tg_text *out);

/* Call `line` for every flag set in any row, with its label and what it says, and at last, with a NULL name,
 * for the sign of a missing figure where there is one. */
void tg_label_footnotes(const tg_view *view, void (*line)(void *user, const char *name, const char *text),
                        void *user);

/* The key of a provenance note as people read it; borrowed. */
const char *tg_label_note(const tg_view *view, size_t note);

/* Append the text of a provenance note in the reader's language, where it is a word of the library. */
void tg_label_note_text(const tg_view *view, size_t note, tg_text *out);

#endif
