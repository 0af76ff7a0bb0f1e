/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adding up indicators over the entries of a tally, window by window. */
#ifndef TG_TALLY_GATHER_H
#define TG_TALLY_GATHER_H

#include <tally/tally.h>

#define TG_GATHER_BLOCKS                                                                                     \
  ((size_t)16) /* blocks whose counts of records are added up before they are settled */

/* Records to be added.  All that are kept are one window; a stream has many. */
typedef struct tg_gather_window {
  const tg_tally *index;   /* which entry of the window each record is in */
  const uint32_t *entries; /* the tally's entry of each entry of the window; NULL: the same */
} tg_gather_window;

/* Add a window (NULL: none) to what was gathered, and with `last` turn it into the tally's sums. */
trygg_status tg_gather_all(tg_tally *tally, const tg_gather_window *window, int last,
                           const tg_tally_request *request, trygg_error *error);

/* Frees what was gathered and is not finished. */
void tg_gather_free(tg_tally *tally);

#endif
