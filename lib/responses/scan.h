/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of a text straight into the columns of a piece, without libcsv. */
#ifndef TG_RESPONSES_SCAN_H
#define TG_RESPONSES_SCAN_H

#include <responses/files.h>

#define TG_SCAN_SLACK 16 /* readable bytes behind a text */

/* Zero-initialise. */
typedef struct tg_scan {
  struct tg_scan_field *fields; /* one a column of the file */
  size_t field_count;
  char delimiter;
  uint64_t longest;        /* bytes of a record; a longer one is left to libcsv, which knows the limits */
  unsigned char stop[256]; /* bytes that end a plain field */
  char *quoted;            /* texts of this piece in which a quote was written twice */
  size_t quoted_used, quoted_size;
  const char **texts;  /* [field_count] of a record that is split first */
  size_t *lengths;
  tg_file_plan plan; /* recodes of the file, with counts of their own */
} tg_scan;

trygg_status tg_scan_open(tg_scan *scan, const struct tg_load *load, char delimiter, uint64_t longest,
                          trygg_error *error);

/* Take the records of text[0..length), which ends behind a record and holds quotes only with `has_quotes`.  *used bytes were taken, in *lines physical
 * lines: fewer than `length` where a record is not well-formed, ragged or too long.  Texts of the piece point into
 * `text` and `scan`. */
void tg_scan_text(tg_scan *scan, tg_piece *piece, const char *text, size_t length, int has_quotes, size_t *used,
                  int64_t *lines);

void tg_scan_close(tg_scan *scan);

#endif
