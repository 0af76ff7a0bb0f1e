/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading without keeping: accepted records are given out in windows of whole blocks, and forgotten.
 *
 * A window is what the load has read so far of responses: values, texts, derived variables; its waves stand in the order
 * in which they were met.  Two things cannot be known before the end.  Which of several records of a person to keep:
 * only `fail` and `first` can be done.  And whether a variable whose cells are all empty was asked in a wave: it is taken
 * not to have been, as it would be in the end; where its first answer comes later than that, the load fails.  To let this
 * happen only where answers are very rare, a window ends before the first block of a wave of which that much is not known
 * yet, unless it begins with it. */
#ifndef TG_RESPONSES_WINDOW_H
#define TG_RESPONSES_WINDOW_H

#include <responses/load.h>

#define TG_WINDOW_RECORDS (8 * TG_BLOCK) /* some 40 MB with 50 variables */

/* What a variable is needed for; the others' texts are not kept. */
enum {
  TG_WINDOW_KEPT = 1, /* its categories */
  TG_WINDOW_VALUES =
      2, /* its values: whether an empty cell is an answer that is missing, or was not asked for */
  TG_WINDOW_ASKED = 4 /* whether it was asked in the wave at all */
};

typedef struct tg_window_options {
  size_t
      records; /* of a window, whole blocks; 0: TG_WINDOW_RECORDS.  Fewer only where the bits do not matter */
  const unsigned char *needs; /* [variable] */
  /* Receives a window, which is gone when this returns. */
  trygg_status (*take)(void *user, trygg_responses *window, trygg_error *error);
  void *user;
} tg_window_options;

/* Load files, giving out all records; *out has waves, account and warnings, and no records. */
trygg_status tg_window_load(trygg_codebook *codebook, const char *const *files, size_t count,
                            const trygg_load_options *options, const tg_window_options *windows,
                            trygg_responses **out, trygg_error *error);

/* ---- within a load ---------------------------------------------------------------------------- */

trygg_status tg_window_begin(tg_load *load, const tg_window_options *options);

/* Records up to the end of the window are in the columns, and known is which variables they answered: give them. */
trygg_status tg_window_give(tg_load *load);

/* Give the rest, and free the columns. */
trygg_status tg_window_end(tg_load *load);

#endif
