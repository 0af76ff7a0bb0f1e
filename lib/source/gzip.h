/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One or more gzip members, inflated and checked one by one. */
#ifndef TG_SOURCE_GZIP_H
#define TG_SOURCE_GZIP_H

#include <base/error.h>

typedef struct tg_gzip tg_gzip;

trygg_status tg_gzip_create(const char *name, tg_gzip **out, trygg_error *error);

/* Inflate bytes[0..length) into out[0..size).  `last`: no bytes follow these.  *used bytes were taken,
 * *produced given; both 0 when more input is needed.  When they are 0 with `last` given and nothing left, every
 * member was whole. */
trygg_status tg_gzip_inflate(tg_gzip *gzip, const unsigned char *bytes, size_t length, int last,
                             unsigned char *out, size_t size, size_t *used, size_t *produced,
                             trygg_error *error);

void tg_gzip_free(tg_gzip *gzip);

#endif
