/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many of many tests are findings, in sentences. */
#ifndef TG_REPORT_DISCOVERIES_H
#define TG_REPORT_DISCOVERIES_H

#include <report/view.h>

/* Call `line` with a sentence for each test, in a table with adjusted p-values, that has many rows: how many of them
 * remain after the adjustment, and how many chance alone would have shown without it.  No call for other tables. */
trygg_status tg_discoveries_lines(const tg_view *view, void (*line)(void *user, const char *text), void *user,
                                  trygg_error *error);

#endif
