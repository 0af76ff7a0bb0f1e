/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One gzip member at a time: zlib's inflate, or ISA-L's where the library was configured with it. */
#ifndef TG_SOURCE_INFLATE_H
#define TG_SOURCE_INFLATE_H

#include <base/error.h>

typedef struct tg_inflate tg_inflate;

/* What a step came to; the faults stay. */
typedef enum tg_inflate_result {
  TG_INFLATE_MORE, /* the member goes on */
  TG_INFLATE_END,  /* it is whole: header, content, checksum and length */
  TG_INFLATE_NO_MEMORY,
  TG_INFLATE_DICTIONARY,
  TG_INFLATE_HEADER,
  TG_INFLATE_CHECKSUM,
  TG_INFLATE_LENGTH,
  TG_INFLATE_EITHER, /* checksum or length */
  TG_INFLATE_CONTENT
} tg_inflate_result;

trygg_status tg_inflate_create(tg_inflate **out, trygg_error *error);

/* A member begins with the next step; 0, or -1. */
int tg_inflate_begin(tg_inflate *member);

/* Inflate some of bytes[0..length), up to a gigabyte of it, into out[0..size); *used were taken, *produced given.  Both
 * are 0 with TG_INFLATE_MORE when more bytes are needed. */
tg_inflate_result tg_inflate_step(tg_inflate *member, const unsigned char *bytes, size_t length,
                                  unsigned char *out, size_t size, size_t *used, size_t *produced);

void tg_inflate_free(tg_inflate *member);

#endif
