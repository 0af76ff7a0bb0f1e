/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The closed list of flags that a result row can carry, as bits while computing and as text in a table. */
#ifndef TG_TABLE_FLAG_H
#define TG_TABLE_FLAG_H

#include <stddef.h>

#include <trygg/table.h>

/* The bits of ::trygg_flag under the prefix of the library; one row a flag in table/flag.c. */
enum {
  TG_FLAG_SUPPRESSED = TRYGG_FLAG_SUPPRESSED,
  TG_FLAG_UNRELIABLE = TRYGG_FLAG_UNRELIABLE,
  TG_FLAG_LONELY = TRYGG_FLAG_LONELY,
  TG_FLAG_NO_DF = TRYGG_FLAG_NO_DF,
  TG_FLAG_BOUNDARY = TRYGG_FLAG_BOUNDARY,
  TG_FLAG_NOT_ASKED = TRYGG_FLAG_NOT_ASKED,
  TG_FLAG_ITEM_MISSING = TRYGG_FLAG_ITEM_MISSING,
  TG_FLAG_INCOMPLETE = TRYGG_FLAG_INCOMPLETE,
  TG_FLAG_BREAK = TRYGG_FLAG_BREAK,
  TG_FLAG_NO_SE = TRYGG_FLAG_NO_SE,
  TG_FLAG_MODEL = TRYGG_FLAG_MODEL,
  TG_FLAG_EMPTY = TRYGG_FLAG_EMPTY,
  TG_FLAG_FEW_WAVES = TRYGG_FLAG_FEW_WAVES,
  TG_FLAG_IMPOSSIBLE = TRYGG_FLAG_IMPOSSIBLE,
  TG_FLAG_CANNOT_REJECT = TRYGG_FLAG_CANNOT_REJECT,
  TG_FLAG_NEGATIVE_VARIANCE = TRYGG_FLAG_NEGATIVE_VARIANCE,
  TG_FLAG_BRIDGED = TRYGG_FLAG_BRIDGED,
  TG_FLAG_NO_FIT = TRYGG_FLAG_NO_FIT
};

#define TG_FLAG_COUNT 18
#define TG_FLAG_SIZE 216 /* bytes that the text of any set of flags fits in */

/* Names of the bits in `flags`, separated by spaces; returns `out`. */
const char *tg_flag_text(char out[TG_FLAG_SIZE], unsigned flags);

/* The bits named in `text`; unknown words are passed over. */
unsigned tg_flag_parse(const char *text);

/* The bit of flag i < TG_FLAG_COUNT in the order of the list; its name and what it says are
 * trygg_table_flag() and trygg_table_flag_help(). */
unsigned tg_flag_bit(size_t i);

#endif
