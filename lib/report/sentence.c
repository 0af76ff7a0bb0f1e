/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Unsafe out late in the evening, Tierp, 2017–2024: down 3.1 percentage points a year (95% interval 0.4–5.8), p = 0.030;
 * no clear bend, p = 0.400."
 *
 * The slope is that of the first test of a line in the table; whether it is clear, its adjusted p says.  The bend is the
 * first test of one. */
#include <report/sentence.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <report/figure.h>
#include <report/label.h>
#include <report/layout.h>

#define MOST 12 /* series that each have a sentence, whatever they show */

static const char *const lines[] = {"linear", "gls_slope", "wls_slope", "record_linear", NULL},
                         *const bends[] = {"lack_of_fit", "quadratic", NULL};

/* The columns of the table that a sentence needs. */
typedef struct columns {
  size_t test, waves, estimate, lower, upper, p, adjusted;
} columns;

/* Rows first..first+count-1 are of one series; SIZE_MAX: it has no such test. */
typedef struct series {
  size_t first, count, line, bend;
  int clear;
} series;

static int find_columns(const trygg_table *table, columns *at) {
  *at = (columns){tg_table_find_fixed(table, "test"),      tg_table_find_fixed(table, "waves"),
                  tg_table_find_fixed(table, "estimate"),  tg_table_find_fixed(table, "lower"),
                  tg_table_find_fixed(table, "upper"),     tg_table_find_fixed(table, "p"),
                  tg_table_find_fixed(table, "p_adjusted")};
  return at->test != SIZE_MAX && at->waves != SIZE_MAX && at->estimate != SIZE_MAX && at->lower != SIZE_MAX &&
         at->upper != SIZE_MAX && at->p != SIZE_MAX && at->adjusted != SIZE_MAX;
}

static int is_name(const trygg_table *table, const columns *at, size_t column) {
  return column != at->test && column != at->waves && trygg_table_role(table, column) == TRYGG_KEY &&
         trygg_table_type(table, column) == TRYGG_TEXT;
}

static int same_series(const trygg_table *table, const columns *at, size_t a, size_t b) {
  for (size_t i = 0; i < trygg_table_columns(table); i++)
    if (is_name(table, at, i) && strcmp(trygg_table_text(table, a, i), trygg_table_text(table, b, i)) != 0)
      return 0;
  return 1;
}

/* The row of the first of these tests that has a p. */
static size_t find_test(const trygg_table *table, const columns *at, const series *s,
                        const char *const *names) {
  for (; *names; names++)
    for (size_t row = s->first; row < s->first + s->count; row++)
      if (strcmp(trygg_table_text(table, row, at->test), *names) == 0 &&
          !trygg_table_missing(table, row, at->p))
        return row;
  return SIZE_MAX;
}

static size_t list_series(const tg_view *view, const columns *at, series *list) {
  const trygg_table *table = view->table;
  size_t count = 0, rows = trygg_table_rows(table);
  double line = 1 - tg_view_level(view);
  for (size_t row = 0; row < rows;) {
    series *s = &list[count];
    *s = (series){row, 1, 0, 0, 0};
    while (row + s->count < rows && same_series(table, at, row, row + s->count))
      s->count++;
    row += s->count;
    s->line = find_test(table, at, s, lines);
    s->bend = find_test(table, at, s, bends);
    if (s->line == SIZE_MAX)
      continue;
    s->clear = trygg_table_number(table, s->line, at->adjusted) <= line;
    count++;
  }
  return count;
}

static void put_names(const tg_view *view, const columns *at, size_t row, tg_text *out) {
  size_t indicator = tg_table_find_fixed(view->table, "indicator");
  if (indicator != SIZE_MAX)
    tg_label_cell(view, row, indicator, out);
  for (size_t i = 0; i < trygg_table_columns(view->table); i++) {
    if (i == indicator || !is_name(view->table, at, i) || *trygg_table_text(view->table, row, i) == '\0')
      continue;
    if (out->length)
      tg_text_put(out, ", ");
    tg_label_cell(view, row, i, out);
  }
  if (out->length)
    tg_text_put(out, ", ");
  tg_label_cell(view, row, at->waves, out);
  tg_text_put(out, ": ");
}

/* The size of a slope; its direction has a word of its own. */
static void put_size(const tg_view *view, const columns *at, size_t row, tg_text *out) {
  tg_unit unit = tg_view_unit(view, row);
  tg_figure_put(view, fabs(trygg_table_number(view->table, row, at->estimate)) * tg_figure_factor(unit),
                tg_figure_decimals(view, row), out);
  if (unit == TG_UNIT_CHANGE)
    tg_text_put(out, tg_view_word(view, "points"));
}

/* Of a clear change the limits of its size, else those of the slope. */
static void put_limits(const tg_view *view, const columns *at, const series *s, tg_text *out) {
  double lower = trygg_table_number(view->table, s->line, at->lower),
         upper = trygg_table_number(view->table, s->line, at->upper),
         factor = tg_figure_factor(tg_view_unit(view, s->line));
  int decimals = tg_figure_decimals(view, s->line), turned = upper < 0;
  if (!isfinite(lower) || !isfinite(upper))
    return;
  tg_text_put(out, " (");
  tg_text_put(out, tg_layout_interval(view, at->lower));
  tg_text_putc(out, ' ');
  tg_figure_put(view, (turned ? -upper : lower) * factor, decimals, out);
  tg_text_put(out, tg_view_word(view, "between"));
  tg_figure_put(view, (turned ? -lower : upper) * factor, decimals, out);
  tg_text_putc(out, ')');
}

static void put_p(const tg_view *view, size_t row, size_t column, tg_text *out) {
  tg_text cell = {0};
  tg_figure_cell(view, row, column, 0, &cell);
  tg_text_put(out, cell.bytes && *cell.bytes == '<' ? "p " : "p = ");
  if (cell.failed)
    out->failed = 1;
  else
    tg_text_put(out, cell.bytes);
  tg_text_free(&cell);
}

static void put_sentence(const tg_view *view, const columns *at, const series *s, double line, tg_text *out) {
  const trygg_table *table = view->table;
  double slope = trygg_table_number(table, s->line, at->estimate),
         p = trygg_table_number(table, s->line, at->p),
         adjusted = trygg_table_number(table, s->line, at->adjusted);
  put_names(view, at, s->line, out);
  if (!s->clear)
    tg_text_put(out, tg_view_word(view, "no_clear_change"));
  tg_text_put(out, tg_view_word(view, slope < 0 ? "down" : "up"));
  put_size(view, at, s->line, out);
  tg_text_put(out, tg_view_word(view, "a_year"));
  put_limits(view, at, s, out);
  tg_text_put(out, ", ");
  put_p(view, s->line, at->p, out);
  if (adjusted > p) {
    tg_text_put(out, tg_view_word(view, "adjusted"));
    put_p(view, s->line, at->adjusted, out);
  }
  if (s->bend != SIZE_MAX) {
    tg_text_put(out,
                tg_view_word(view, trygg_table_number(table, s->bend, at->p) <= line ? "bend" : "no_bend"));
    put_p(view, s->bend, at->p, out);
  }
  tg_text_putc(out, '.');
}

static void put_rest(const tg_view *view, size_t count, size_t shown, tg_text *out) {
  tg_text_put(out, tg_view_word(view, "other_series"));
  tg_figure_put(view, (double)(count - shown), 0, out);
  tg_text_put(out, tg_view_word(view, "of_series"));
  tg_figure_put(view, (double)count, 0, out);
  tg_text_putc(out, '.');
}

trygg_status tg_sentence_lines(const tg_view *view, void (*line)(void *user, const char *text), void *user,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  columns at;
  tg_text text = {0};
  series *list;
  size_t count, shown = 0;
  double at_most = 1 - tg_view_level(view);
  if (!find_columns(view->table, &at) || !trygg_table_rows(view->table))
    return TRYGG_OK;
  list = tg_memory_new(trygg_table_rows(view->table), sizeof *list);
  if (!list)
    return tg_error_memory(error);
  count = list_series(view, &at, list);
  for (size_t i = 0; i < count; i++) {
    if (count > MOST && !list[i].clear)
      continue;
    tg_text_clear(&text);
    put_sentence(view, &at, &list[i], at_most, &text);
    if (text.failed)
      TRY(tg_error_memory(error));
    line(user, text.bytes);
    shown++;
  }
  if (shown < count) {
    tg_text_clear(&text);
    put_rest(view, count, shown, &text);
    if (text.failed)
      TRY(tg_error_memory(error));
    line(user, text.bytes);
  }
cleanup:
  tg_text_free(&text);
  tg_memory_free(list);
  return status;
}
