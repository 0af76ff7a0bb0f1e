/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a text file to checked UTF-8. */
#ifndef TG_SOURCE_ENCODING_H
#define TG_SOURCE_ENCODING_H

#include <base/error.h>

/* Which byte of a UTF-16 unit comes first. */
enum { TG_ENCODING_LOW_FIRST = 1, TG_ENCODING_HIGH_FIRST = 2 };

/* Zero-initialise, then set `file` (borrowed). */
typedef struct tg_encoding {
  const char *file;
  int started;          /* the beginning was looked at */
  int marked;           /* it had the UTF-8 mark (BOM) */
  int wide;             /* the text is UTF-16, this byte first; 0: it is not */
  int multibyte;        /* a sequence of several bytes was seen: the text is UTF-8 */
  const char *expected; /* what the caller says the text is; NULL: to be seen */
  int latin;            /* with `windows`: the bytes 0x80 to 0x9F stand for themselves */
  int windows;          /* bytes that are no UTF-8 came first: the text is Windows-1252 */
  int after_cr;         /* the last byte counted was a CR */
  int64_t lines;        /* line ends so far: LF, CR, or both together */
  char pending[4];      /* of a sequence that did not fit */
  size_t pending_begin, pending_end;
} tg_encoding;

/* Bytes that tg_encoding_convert wants to see of a beginning, unless there are fewer. */
#define TG_ENCODING_BEGINNING 8

/* 1 when a whole file of these bytes has no text, but its mark at most. */
int tg_encoding_is_empty(const unsigned char *bytes, size_t length);

/* Convert bytes[0..length) into out[0..size); `last`: no bytes follow.  *used are taken, *produced given.
 * Up to three bytes stay unused when the rest of their sequence, or of their pair of units, is still to come. */
trygg_status tg_encoding_convert(tg_encoding *encoding, const unsigned char *bytes, size_t length, int last,
                                 char *out, size_t size, size_t *used, size_t *produced, trygg_error *error);

/* How many bytes from the start of bytes[0..length), which follow what was converted, are text as they stand; they
 * count as converted.  The others are left to tg_encoding_convert. */
size_t tg_encoding_take(tg_encoding *encoding, const unsigned char *bytes, size_t length);

#endif
