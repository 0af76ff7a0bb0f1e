/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a table of trend tests says, in sentences. */
#ifndef TG_REPORT_SENTENCE_H
#define TG_REPORT_SENTENCE_H

#include <report/view.h>

/* Call `line` with a sentence for each series of a table of trend tests that has a slope per year: all of them, or of
 * many those that changed clearly, and at last how many did not.  No call for other tables. */
trygg_status tg_sentence_lines(const tg_view *view, void (*line)(void *user, const char *text), void *user,
                               trygg_error *error);

#endif
