/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A published table with everything that decides how people see it. */
#include <report/view.h>

#include <string.h>

#include <base/number.h>
#include <table/flag.h>

static const struct {
  const char *name;
  tg_kind kind;
  int spare;
} known_columns[] = {
    {"n", TG_KIND_COUNT, 0},
    {"weighted_n", TG_KIND_COUNT, 9},
    {"estimate", TG_KIND_SCALED, 0},
    {"se", TG_KIND_SCALED, 5},
    {"groups", TG_KIND_COUNT, 4},
    {"df", TG_KIND_DF, 7},
    {"df1", TG_KIND_DF, 7},
    {"df2", TG_KIND_DF, 7},
    {"lower", TG_KIND_SCALED, 0},
    {"upper", TG_KIND_SCALED, 0},
    {"deff", TG_KIND_DECIMAL, 8},
    {"difference", TG_KIND_SCALED, 0},
    {"before_se", TG_KIND_SCALED, 6},
    {"after_se", TG_KIND_SCALED, 6},
    {"ratio", TG_KIND_SCALED, 0},
    {"odds_ratio", TG_KIND_SCALED, 0},
    {"points", TG_KIND_SCALED, 0},
    {"statistic", TG_KIND_DECIMAL, 6},
    {"p", TG_KIND_P, 3},
    {"p_adjusted", TG_KIND_P, 2},
    {"rank", TG_KIND_COUNT, 1},
    {"rank_lower", TG_KIND_COUNT, 4},
    {"rank_upper", TG_KIND_COUNT, 4},
    {"count", TG_KIND_COUNT, 0},
    {"target", TG_KIND_SCALED, 3},
    {"effective_n", TG_KIND_COUNT, 6},
    {"limit_lower", TG_KIND_SCALED, 0},
    {"limit_upper", TG_KIND_SCALED, 0},
    {"outer_lower", TG_KIND_SCALED, 1},
    {"outer_upper", TG_KIND_SCALED, 1},
    {"phi", TG_KIND_DECIMAL, 2},
    {"tau", TG_KIND_SCALED, 2},
    {"waves", TG_KIND_KEY, 4},
    {"at", TG_KIND_KEY, 1},
    {"since", TG_KIND_KEY, 4},
    {"areas", TG_KIND_COUNT, 5},
};

#define KNOWN_COLUMNS (sizeof known_columns / sizeof *known_columns)

static size_t find_known(const tg_view *view, size_t column) {
  const char *name = trygg_table_name(view->table, column);

  for (size_t i = 0; i < KNOWN_COLUMNS; i++)
    if (strcmp(known_columns[i].name, name) == 0)
      return i;
  return KNOWN_COLUMNS;
}

tg_kind tg_view_kind(const tg_view *view, size_t column) {
  size_t known = find_known(view, column);

  if (trygg_table_role(view->table, column) == TRYGG_FLAG)
    return TG_KIND_FLAG;
  if (trygg_table_role(view->table, column) == TRYGG_KEY ||
      trygg_table_type(view->table, column) == TRYGG_TEXT)
    return TG_KIND_KEY;
  if (tg_table_scaled(view->table, column))
    return TG_KIND_SCALED;
  if (known < KNOWN_COLUMNS)
    return known_columns[known].kind;
  return trygg_table_type(view->table, column) == TRYGG_INTEGER ? TG_KIND_COUNT : TG_KIND_DECIMAL;
}

int tg_view_spare(const tg_view *view, size_t column) {
  size_t known = find_known(view, column);

  return known < KNOWN_COLUMNS && !tg_table_is_domain(view->table, column) ? known_columns[known].spare : 0;
}

int tg_view_repeats(const tg_view *view, size_t column) {
  return column == tg_table_find_fixed(view->table, "a") && tg_table_find_fixed(view->table, "b") != SIZE_MAX;
}

tg_unit tg_view_unit(const tg_view *view, size_t row) {
  tg_unit unit = tg_table_unit(view->table, row);

  if (unit == TG_UNIT_SHARE && (tg_table_find_fixed(view->table, "test") != SIZE_MAX ||
                                trygg_table_find(view->table, "difference") != SIZE_MAX))
    return TG_UNIT_CHANGE;
  return unit;
}

tg_unit tg_view_column_unit(const tg_view *view, size_t column, tg_unit unit) {
  static const char *const estimates[] = {"before", "after"};

  for (size_t i = 0; i < sizeof estimates / sizeof *estimates; i++)
    if (unit == TG_UNIT_CHANGE && column == tg_table_find_fixed(view->table, estimates[i]))
      return TG_UNIT_SHARE;
  return unit;
}

static int has_scaled_figure(const tg_view *view, size_t row) {
  for (size_t i = 0; i < trygg_table_columns(view->table); i++)
    if (tg_view_kind(view, i) == TG_KIND_SCALED && !trygg_table_missing(view->table, row, i))
      return 1;
  return 0;
}

int tg_view_one_unit(const tg_view *view, tg_unit *unit) {
  int found = 0;

  *unit = TG_UNIT_NUMBER;
  for (size_t row = 0; row < trygg_table_rows(view->table); row++) {
    tg_unit of_row = tg_view_unit(view, row);
    if ((found && of_row == *unit) || !has_scaled_figure(view, row))
      continue;
    if (found)
      return 0;
    *unit = of_row;
    found = 1;
  }
  return 1;
}

int tg_view_has_scaled(const tg_view *view) {
  for (size_t i = 0; i < trygg_table_columns(view->table); i++)
    if (tg_view_kind(view, i) == TG_KIND_SCALED)
      return 1;
  return 0;
}

unsigned tg_view_flags(const tg_view *view, size_t row) {
  unsigned flags = 0;

  for (size_t i = 0; i < trygg_table_columns(view->table); i++)
    if (trygg_table_role(view->table, i) == TRYGG_FLAG)
      flags |= tg_flag_parse(trygg_table_text(view->table, row, i));
  return flags;
}

const char *tg_view_note(const tg_view *view, const char *key) {
  for (size_t i = 0; i < trygg_table_notes(view->table); i++)
    if (strcmp(trygg_table_note_key(view->table, i), key) == 0)
      return trygg_table_note_text(view->table, i);
  return NULL;
}

double tg_view_level(const tg_view *view) {
  const char *text = tg_view_note(view, "level");
  double level = 0.95;

  if (text != NULL)
    tg_number_parse(text, strlen(text), '.', &level);
  return level;
}

const char *tg_view_word(const tg_view *view, const char *name) {
  return tg_messages_text(view->language, "word", name);
}
