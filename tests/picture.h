/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SVG pictures read back: are they well formed, where are their words and marks. */
#ifndef TESTS_PICTURE_H
#define TESTS_PICTURE_H

#include <stddef.h>

/* How often `part` is in a text. */
size_t count(const char *text, const char *part);

/* Why a text is no well-formed XML as far as the library's pictures go (elements, quoted attributes, references,
 * one root); NULL when it is. */
const char *malformed(const char *at);

/* An element of a picture. */
typedef struct mark {
  const char *begin;   /* "<line ..." */
  const char *content; /* of a text: what follows the tag */
} mark;

/* The next element of a name after `at`, or with begin NULL. */
mark next_mark(const char *at, const char *name);

/* A number of its attributes; NaN where it has none of that name. */
double mark_number(const mark *of, const char *name);

/* 1 where an attribute has that value. */
int mark_is(const mark *of, const char *name, const char *value);

/* Height and width of the picture. */
double picture_size(const char *svg, const char *name);

/* Fail where a word is outside the picture or over another. */
void check_words(const char *svg, const char *what);

#endif
