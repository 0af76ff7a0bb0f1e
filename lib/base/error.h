/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors on the caller's stack: filling one, and leaving a function by TRY. */
#ifndef TG_BASE_ERROR_H
#define TG_BASE_ERROR_H

#include <trygg/error.h>

#define TG_FORMAT(string, first) __attribute__((format(printf, string, first)))

/* Run a fallible call; on failure keep its status and go to the one label
 * `cleanup`.  The function declares `trygg_status status = TRYGG_OK;`. */
#define TRY(call)                    \
  do {                               \
    status = (call);                 \
    if (status != TRYGG_OK)          \
      goto cleanup;                  \
  } while (0)

/* Fill *error (may be NULL) with a message and return the status. */
trygg_status tg_error_set(trygg_error *error, trygg_status status, const char *format, ...) TG_FORMAT(3, 4);

/* The same with a place; file and field may be NULL, line and column 0.
 * Only integers, %s and %.*s are formatted: numbers go through tg_number_format. */
trygg_status tg_error_at(trygg_error *error, trygg_status status, const char *file, int64_t line, size_t column,
                         const char *field, const char *format, ...) TG_FORMAT(7, 8);

/* "out of memory" */
trygg_status tg_error_memory(trygg_error *error);

#endif
