/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream that is read in order, worked on by several threads and taken in order. */
#ifndef TG_BASE_PIPELINE_H
#define TG_BASE_PIPELINE_H

#include <base/error.h>

/* Each piece of the stream lives in a slot.  No two calls have the same slot at the same time. */
typedef struct tg_pipeline {
  /* Read the next piece into a slot; 0 when it was the last.  On any thread, one call at a time. */
  int (*read)(void *context, size_t slot);
  /* Work on it.  On any thread, several slots at a time. */
  void (*work)(void *context, size_t slot);
  /* Take the result, in the order of reading, on the calling thread.  *stop ends the whole early. */
  trygg_status (*take)(void *context, size_t slot, int *stop, trygg_error *error);
  /* Called on the calling thread now and then, for progress; may be NULL. */
  trygg_status (*pause)(void *context, trygg_error *error);
  void *context;
} tg_pipeline;

/* Run until the last piece is taken, or one is refused.  `threads` counts the calling one, which works too: with 1
 * nothing else is started.  *read (may be NULL) is the number of pieces read, *taken of those that take was called
 * for: after an early end slot i % slots still holds piece i for *taken <= i < *read.  Threads block all signals. */
trygg_status tg_pipeline_run(const tg_pipeline *pipeline, int threads, size_t slots, size_t *read, size_t *taken,
                             trygg_error *error);

#endif
