/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A published table with everything that decides how people see it. */
#ifndef TG_REPORT_VIEW_H
#define TG_REPORT_VIEW_H

#include <base/text.h>
#include <report/messages.h>
#include <table/table.h>
#include <trygg/report.h>

typedef struct tg_view {
  const trygg_table *table;
  const trygg_codebook *codebook; /* NULL: names and codes */
  tg_message_language language;
  const char *title;        /* NULL: none */
  const trygg_table *trend; /* of trend tests, for charts; NULL: none */
  int color;
  size_t width; /* SIZE_MAX: no limit */
} tg_view;

/* A writer of a format appends to `out`; memory that runs out shows in out->failed. */
typedef trygg_status (*tg_view_writer)(const tg_view *view, tg_text *out, trygg_error *error);

/* What a column is to a reader, by its name; one row a name in report/view.c. */
typedef enum tg_kind {
  TG_KIND_KEY,
  TG_KIND_COUNT,   /* whole, thousands apart */
  TG_KIND_SCALED,  /* in the unit of its row */
  TG_KIND_DECIMAL, /* two decimals */
  TG_KIND_DF,      /* whole, or one decimal */
  TG_KIND_P,       /* a probability */
  TG_KIND_FLAG
} tg_kind;

tg_kind tg_view_kind(const tg_view *view, size_t column);

/* How gladly a reader does without the column where space is short; 0: never. */
int tg_view_spare(const tg_view *view, size_t column);

/* 1 for a column that only says again what the keys say: the first side of a comparison. */
int tg_view_repeats(const tg_view *view, size_t column);

/* What the scaled columns of a row measure; shares in a table of tests are changes of shares. */
tg_unit tg_view_unit(const tg_view *view, size_t row);

/* The unit of a column, in a row or table of this unit: where estimates stand beside their difference, they are no
 * changes. */
tg_unit tg_view_column_unit(const tg_view *view, size_t column, tg_unit unit);

/* 1 and the unit, when all rows that have a scaled figure share it. */
int tg_view_one_unit(const tg_view *view, tg_unit *unit);

/* 1 when any column is scaled: the table holds estimates. */
int tg_view_has_scaled(const tg_view *view);

/* Bits of the flags of a row (table/flag.h). */
unsigned tg_view_flags(const tg_view *view, size_t row);

/* The level of the limits and tests, 0.95 where the table does not say. */
double tg_view_level(const tg_view *view);

/* The text of a provenance note, or NULL. */
const char *tg_view_note(const tg_view *view, const char *key);

/* The message `word.name` in the view's language. */
const char *tg_view_word(const tg_view *view, const char *name);

#endif
