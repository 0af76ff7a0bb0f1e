/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work shared by threads that live within one call, with progress and cancel. */
#ifndef TG_BASE_THREAD_H
#define TG_BASE_THREAD_H

#include <base/error.h>

/* One task of a set; must not report progress itself. */
typedef trygg_status (*tg_thread_task)(void *context, size_t task, trygg_error *error);

/* Threads to use when the caller asked for `wanted` (0: processors), for `tasks` tasks. */
int tg_thread_count(int wanted, size_t tasks);

/* Run tasks 0..count-1 on `threads` threads (1: on this one).  Tasks are taken in
 * order; the error of the lowest failing task is returned, whatever the timing.
 * Threads block all signals.  `progress` (may be NULL) is called on this thread
 * with `stage`, tasks done and count. */
trygg_status tg_thread_run(int threads, size_t count, tg_thread_task task, void *context,
                           const trygg_progress *progress, const char *stage, trygg_error *error);

/* Report progress; TRYGG_ECANCELLED when the callback wants to stop. */
trygg_status tg_thread_progress(const trygg_progress *progress, const char *stage, uint64_t done, uint64_t total,
                                trygg_error *error);

#endif
