/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The delimiter of a text, as its first lines tell it. */
#ifndef TG_SOURCE_DIALECT_H
#define TG_SOURCE_DIALECT_H

#include <stddef.h>

/* Excel's first line `sep=;`, also in quotes: its length with the line end and *delimiter, else 0. */
size_t tg_dialect_separator(const char *bytes, size_t length, char *delimiter);

/* The one of , ; tab that the header record has most of, outside quotes. */
char tg_dialect_delimiter(const char *bytes, size_t length);

#endif
