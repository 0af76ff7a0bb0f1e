/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complementary suppression: what subtraction from totals would give back. */
#ifndef TG_DISCLOSURE_COMPLEMENT_H
#define TG_DISCLOSURE_COMPLEMENT_H

#include <table/table.h>

/* Suppress further rows of `table` until no total gives a suppressed row back, or the few respondents that are
 * in the total and in no cell.
 *
 * hidden[row] is 1 for rows that are suppressed already and becomes 1 for those
 * this adds; *added is their number. */
trygg_status tg_complement_suppress(const trygg_table *table, int64_t min_n, unsigned char *hidden,
                                    size_t *added, trygg_error *error);

#endif
