/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text, nearest names, UTF-8. */
#ifndef TG_BASE_TEXT_H
#define TG_BASE_TEXT_H

#include <stddef.h>
#include <base/error.h>

/* A growing text; zero-initialise.  After a failed append `failed` is set and
 * later appends do nothing, so that callers check once at the end. */
typedef struct tg_text {
  char *bytes; /* NUL-terminated once anything was appended */
  size_t length, capacity;
  int failed;
} tg_text;

void tg_text_append(tg_text *text, const char *bytes, size_t length);
void tg_text_put(tg_text *text, const char *string);
void tg_text_putc(tg_text *text, char byte);
void tg_text_format(tg_text *text, const char *format, ...) TG_FORMAT(2, 3); /* integers and strings only */
void tg_text_number(tg_text *text, double value);                            /* as tg_number_format */
void tg_text_clear(tg_text *text);
void tg_text_free(tg_text *text);

/* snprintf for integers and strings; always terminated. */
void tg_text_print(char *out, size_t size, const char *format, ...) TG_FORMAT(3, 4);

/* The name among `count` nearest to `name` by edit distance (case ignored), or NULL when none is near.
 * `name_at(context, i)` gives the i-th candidate. */
const char *tg_text_nearest(const char *name, size_t count, const char *(*name_at)(const void *context, size_t i),
                            const void *context);

/* name_at for an array of strings. */
const char *tg_text_name_at(const void *context, size_t i);

/* Start and length of `text` without surrounding blanks (space, tab, NBSP in UTF-8). */
const char *tg_text_trim(const char *text, size_t *length);

/* Next whitespace-separated word: moves *cursor behind it; NULL at the end. */
const char *tg_text_word(const char **cursor, size_t *length);

int tg_text_equal(const char *a, size_t length, const char *b); /* bytes a[0..length) == string b */
int tg_text_same(const char *a, const char *b);                 /* ASCII case ignored */

/* Length of the UTF-8 sequence at bytes[0..length), 0 when it is none. */
size_t tg_text_utf8(const char *bytes, size_t length);

/* Columns a text takes on a terminal (combining marks 0, others 1). */
size_t tg_text_width(const char *text);

#endif
