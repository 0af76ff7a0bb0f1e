/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which columns a reader is shown and in what form: both limits become one interval, what is the same in
 * every row becomes a caption, empty columns go. */
#ifndef TG_REPORT_LAYOUT_H
#define TG_REPORT_LAYOUT_H

#include <report/view.h>

typedef struct tg_layout_column {
  size_t column;
  size_t upper; /* the upper limit, when `column` is the lower one; else SIZE_MAX */
  tg_kind kind;
  int spare;    /* as tg_view_spare */
  size_t width; /* for writers that align; 0 at first */
} tg_layout_column;

typedef struct tg_layout {
  tg_layout_column *columns;
  size_t count;
  size_t *captions; /* key columns that are the same in every row */
  size_t caption_count;
  int with_unit; /* rows differ in unit: each estimate says its own */
} tg_layout;

trygg_status tg_layout_make(const tg_view *view, tg_layout *out, trygg_error *error);
void tg_layout_clear(tg_layout *layout);

#define TG_LAYOUT_DETAIL 5 /* from here on, what is spared is for statisticians: df, design effect, ... */

/* Leave out the column that is most easily spared, of those spared as easily as `least`; 0 when there is none. */
int tg_layout_spare(tg_layout *layout, int least);

/* Right-aligned, i.e. a figure. */
int tg_layout_is_numeric(const tg_layout_column *column);

/* What the interval that begins in column `lower` is called, with its level where the provenance has it. */
const char *tg_layout_interval(const tg_view *view, size_t lower);

void tg_layout_header(const tg_view *view, const tg_layout *layout, size_t position, tg_text *out);
void tg_layout_cell(const tg_view *view, const tg_layout *layout, size_t position, size_t row, tg_text *out);

#endif
