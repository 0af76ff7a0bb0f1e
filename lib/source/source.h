/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes in: a file, standard input or memory, inflated when they are gzip, as
 * UTF-8 without BOM. */
#ifndef TG_SOURCE_SOURCE_H
#define TG_SOURCE_SOURCE_H

#include <base/error.h>

#define TG_SOURCE_COLUMNS                                                                                    \
  16384 /* columns that a file may have unless told otherwise: as many as a spreadsheet */

typedef struct tg_source tg_source;

typedef struct tg_source_limits {
  uint64_t bytes; /* once inflated; 0: 16 GiB */
  uint64_t ratio; /* inflated to compressed, after the first MiB; 0: 200 */
} tg_source_limits;

/* `path` "-" is standard input, shown as "(stdin)".  The source keeps a copy of the name. */
trygg_status tg_source_open(const char *path, const tg_source_limits *limits, tg_source **out,
                            trygg_error *error);

/* Bytes of a regular file as it lies there, 0 where that is not known. */
uint64_t tg_source_size(const char *path);

/* Borrows `bytes` until tg_source_free. */
trygg_status tg_source_open_memory(const char *name, const void *bytes, size_t length,
                                   const tg_source_limits *limits, tg_source **out, trygg_error *error);

/* Read up to `size` bytes of UTF-8 text; *length 0 is the end, and only then is the
 * whole input known to be sound.  Windows-1252 and UTF-16 are seen and
 * converted, NUL is refused, gzip members checked one by one (CRC, length, truncation,
 * trailing garbage).  Errors name the file and, for text faults, the line. */
trygg_status tg_source_read(tg_source *source, char *buffer, size_t size, size_t *length, trygg_error *error);

const char *tg_source_name(const tg_source *source);

/* Raw (compressed) bytes read so far, and all of them where known, else 0. */
uint64_t tg_source_done(const tg_source *source);
uint64_t tg_source_total(const tg_source *source);

/* Raw bytes behind the text that was given: tells with tg_source_total how much text is to come. */
uint64_t tg_source_used(const tg_source *source);

/* Take the text for UTF-8, Windows-1252, ISO-8859-1 or UTF-16, whatever it looks like; before the first read.  Another
 * name: TRYGG_EUNSUPPORTED.  UTF-16 that is declared and not there, or there and not declared: the read fails. */
trygg_status tg_source_expect(tg_source *source, const char *encoding, trygg_error *error);

/* Give the lines as delimited records (fixed.h); before the first read.  The columns are borrowed. */
struct tg_fixed_column;
trygg_status tg_source_arrange(tg_source *source, const struct tg_fixed_column *columns, size_t count, char decimal,
                               trygg_error *error);

/* "UTF-8", "Windows-1252" or "UTF-16": what the bytes were, as far as seen; or what was expected. */
const char *tg_source_encoding(const tg_source *source);

/* 1 when the encoding is a guess: bytes that are no UTF-8 were taken for Windows-1252. */
int tg_source_guessed(const tg_source *source);

void tg_source_free(tg_source *source);

#endif
