/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which columns a reader is shown and in what form. */
#include <report/layout.h>

#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <report/figure.h>
#include <report/label.h>

static int is_empty(const trygg_table *table, size_t column) {
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    if (!trygg_table_missing(table, row, column) &&
        (trygg_table_type(table, column) != TRYGG_TEXT || *trygg_table_text(table, row, column) != '\0'))
      return 0;
  return trygg_table_rows(table) > 0;
}

/* The same text in every row of at least two. */
static int is_constant(const trygg_table *table, size_t column) {
  if (trygg_table_type(table, column) != TRYGG_TEXT || trygg_table_rows(table) < 2)
    return 0;
  for (size_t row = 1; row < trygg_table_rows(table); row++)
    if (strcmp(trygg_table_text(table, row, column), trygg_table_text(table, 0, column)) != 0)
      return 0;
  return 1;
}

/* Pairs of limits that are shown as one interval. */
static const struct {
  const char *lower, *upper, *header;
} intervals[] = {
    {"lower", "upper", "interval"},
    {"rank_lower", "rank_upper", "rank_interval"},
    {"limit_lower", "limit_upper", "limits"},
    {"outer_lower", "outer_upper", "outer_limits"},
};

#define INTERVALS (sizeof intervals / sizeof *intervals)

/* Where a column is an upper limit whose lower one is there too: that one. */
static int is_upper_limit(const trygg_table *table, size_t column) {
  for (size_t i = 0; i < INTERVALS; i++)
    if (strcmp(trygg_table_name(table, column), intervals[i].upper) == 0)
      return trygg_table_find(table, intervals[i].lower) != SIZE_MAX;
  return 0;
}

static size_t find_upper_limit(const trygg_table *table, size_t column) {
  for (size_t i = 0; i < INTERVALS; i++)
    if (strcmp(trygg_table_name(table, column), intervals[i].lower) == 0)
      return trygg_table_find(table, intervals[i].upper);
  return SIZE_MAX;
}

trygg_status tg_layout_make(const tg_view *view, tg_layout *out, trygg_error *error) {
  const trygg_table *table = view->table;
  size_t columns = trygg_table_columns(table);
  tg_unit unit;

  *out = (tg_layout){0};
  out->columns = tg_memory_new(columns, sizeof *out->columns);
  out->captions = tg_memory_new(columns, sizeof *out->captions);
  if (out->columns == NULL || out->captions == NULL) {
    tg_layout_clear(out);
    return tg_error_memory(error);
  }
  out->with_unit = !tg_view_one_unit(view, &unit);
  for (size_t i = 0; i < columns; i++) {
    int is_value = trygg_table_role(table, i) == TRYGG_VALUE;
    if (tg_view_repeats(view, i) || is_upper_limit(table, i) ||
        (is_empty(table, i) && (!is_value || tg_view_spare(view, i) > 0)))
      continue;
    if (trygg_table_role(table, i) == TRYGG_KEY && is_constant(table, i))
      out->captions[out->caption_count++] = i;
    else
      out->columns[out->count++] =
          (tg_layout_column){i, find_upper_limit(table, i), tg_view_kind(view, i), tg_view_spare(view, i), 0};
  }
  return TRYGG_OK;
}

void tg_layout_clear(tg_layout *layout) {
  tg_memory_free(layout->columns);
  tg_memory_free(layout->captions);
  *layout = (tg_layout){0};
}

int tg_layout_spare(tg_layout *layout, int least) {
  size_t chosen = layout->count;

  for (size_t i = 0; i < layout->count; i++)
    if (layout->columns[i].spare >= least &&
        (chosen == layout->count || layout->columns[i].spare > layout->columns[chosen].spare))
      chosen = i;
  if (chosen == layout->count)
    return 0;
  layout->count--;
  memmove(layout->columns + chosen, layout->columns + chosen + 1,
          (layout->count - chosen) * sizeof *layout->columns);
  return 1;
}

int tg_layout_is_numeric(const tg_layout_column *column) {
  return column->kind != TG_KIND_KEY && column->kind != TG_KIND_FLAG;
}

const char *tg_layout_interval(const tg_view *view, size_t lower) {
  static const struct {
    const char *level, *header;
  } levels[] = {{"0.95", "interval_95"}, {"0.9", "interval_90"}, {"0.99", "interval_99"}};
  const trygg_table *table = view->table;

  for (size_t i = 0; i < INTERVALS; i++)
    if (strcmp(trygg_table_name(table, lower), intervals[i].lower) == 0 && i > 0)
      return tg_messages_text(view->language, "column", intervals[i].header);
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++)
      if (strcmp(trygg_table_note_key(table, i), "level") == 0 &&
          strcmp(trygg_table_note_text(table, i), levels[l].level) == 0)
        return tg_messages_text(view->language, "column", levels[l].header);
  return tg_messages_text(view->language, "column", intervals[0].header);
}

void tg_layout_header(const tg_view *view, const tg_layout *layout, size_t position, tg_text *out) {
  const tg_layout_column *shown = &layout->columns[position];
  tg_unit unit;

  if (shown->upper != SIZE_MAX) {
    tg_text_put(out, tg_layout_interval(view, shown->column));
    return;
  }
  tg_text_put(out, tg_label_column(view, shown->column));
  if (shown->kind != TG_KIND_SCALED || shown->spare > 0 || !tg_view_one_unit(view, &unit))
    return;
  unit = tg_view_column_unit(view, shown->column, unit);
  if (unit == TG_UNIT_SHARE || unit == TG_UNIT_CHANGE) {
    tg_text_put(out, ", ");
    tg_text_put(out, tg_messages_text(view->language, "unit",
                                      unit == TG_UNIT_SHARE ? "percent" : "points_of_percent"));
  }
}

void tg_layout_cell(const tg_view *view, const tg_layout *layout, size_t position, size_t row, tg_text *out) {
  const tg_layout_column *shown = &layout->columns[position];

  if (shown->kind == TG_KIND_FLAG)
    tg_label_flags(view, row, out);
  else if (shown->kind == TG_KIND_KEY)
    tg_label_cell(view, row, shown->column, out);
  else if (shown->upper != SIZE_MAX)
    tg_figure_interval(view, row, shown->column, shown->upper, out);
  else
    tg_figure_cell(view, row, shown->column, layout->with_unit && shown->spare == 0, out);
}
