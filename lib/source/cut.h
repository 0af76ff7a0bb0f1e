/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a text can be cut between records. */
#ifndef TG_SOURCE_CUT_H
#define TG_SOURCE_CUT_H

#include <stddef.h>

/* Bytes of text[0..length), which begins with a record, up to the end of its last whole record; 0: none.  Where a
 * quote stands within a plain field the cut may be wrong behind it, and the record that holds it is in fault. */
size_t tg_cut_whole(const char *text, size_t length, int *has_quotes);

#endif
