/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to and from text, whatever the host's locale. */
#ifndef TG_BASE_NUMBER_H
#define TG_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#define TG_NUMBER_SIZE 32 /* bytes that any formatted number fits in */

/* Read `length` bytes as  [+-] digits [decimal digits] [eE [+-] digits]  with at
 * least one digit, surrounding blanks allowed; `decimal` is '.' or ',' or 0 for
 * either.  No hex, inf, nan, thousands.  Returns 0, or -1 when the text is no such
 * number or is out of a double's range. */
int tg_number_parse(const char *text, size_t length, char decimal, double *out);

/* Whole numbers of the same grammar without fraction and exponent. */
int tg_number_parse_integer(const char *text, size_t length, int64_t *out);

/* Shortest of %.15g %.16g %.17g that reads back the same; "nan", "inf", "-inf". */
const char *tg_number_format(char out[TG_NUMBER_SIZE], double value);

/* printf's %.*f with a point, for people; "-0.0" becomes "0.0". */
const char *tg_number_fixed(char out[TG_NUMBER_SIZE], double value, int decimals);

/* The Gregorian date of a day since 1970-01-01 as `2024-09-01`, years 0 to 9999; others are clamped. */
const char *tg_number_format_date(char out[TG_NUMBER_SIZE], double days);

const char *tg_number_format_integer(char out[TG_NUMBER_SIZE], int64_t value);

#endif
