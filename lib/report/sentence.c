/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Unsafe out late in the evening, Tierp, 2017â2024, since the break: down 3.1 percentage points a year, for the better
 * (95% interval 0.4â5.8), p = 0.030; not clearly bent, p = 0.400."
 *
 * The slope is that of the first test of a line in the table that has a p.  It is clear where its adjusted p is at most
 * 1 - level; where p alone is, the sentence says so; else it says of no direction.  The bend is the first test of one,
 * judged by its adjusted p too. */
#include <report/sentence.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <codebook/codebook.h>
#include <report/figure.h>
#include <report/label.h>
#include <report/layout.h>
#include <table/flag.h>

#define MOST 12 /* series that each have a sentence, whatever they show */

static const char *const lines[] = {"linear", "gls_slope", "wls_slope", "record_linear", NULL},
                         *const bends[] = {"lack_of_fit", "quadratic", NULL};

/* The columns of the table that a sentence needs. */
typedef struct columns {
  size_t test, waves, estimate, lower, upper, p, adjusted;
} columns;

/* Rows first..first+count-1 are of one series; SIZE_MAX: it has no such test. */
typedef struct series {
  size_t first, count;
  size_t line, bend; /* rows with a p */
  size_t failed;     /* the row of a slope that could not be tested */
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

/* The row of the first of these tests that has a p, or has none. */
static size_t find_test(const trygg_table *table, const columns *at, const series *s,
                        const char *const *names, int has_p) {
  for (; *names; names++)
    for (size_t row = s->first; row < s->first + s->count; row++)
      if (strcmp(trygg_table_text(table, row, at->test), *names) == 0 &&
          trygg_table_missing(table, row, at->p) != has_p)
        return row;
  return SIZE_MAX;
}

static size_t list_series(const tg_view *view, const columns *at, series *list) {
  const trygg_table *table = view->table;
  size_t count = 0, rows = trygg_table_rows(table);
  double line = 1 - tg_view_level(view);
  for (size_t row = 0; row < rows;) {
    series *s = &list[count];
    *s = (series){.first = row, .count = 1};
    while (row + s->count < rows && same_series(table, at, row, row + s->count))
      s->count++;
    row += s->count;
    s->line = find_test(table, at, s, lines, 1);
    s->bend = find_test(table, at, s, bends, 1);
    s->failed = find_test(table, at, s, lines, 0);
    s->clear = s->line != SIZE_MAX && trygg_table_number(table, s->line, at->adjusted) <= line;
    count += s->line != SIZE_MAX || s->failed != SIZE_MAX;
  }
  return count;
}

static const tg_indicator_row *find_indicator(const tg_view *view, size_t row) {
  size_t column = tg_table_find_fixed(view->table, "indicator"), found = TG_NONE;
  if (view->codebook && column != SIZE_MAX) {
    const char *name = trygg_table_text(view->table, row, column);
    found = tg_codebook_find_indicator(view->codebook, name, strlen(name));
  }
  return found == TG_NONE ? NULL : &view->codebook->indicators[found];
}

/* Decimal year of the first or last of the waves of a row; NaN where it is not known. */
static double time_of(const tg_view *view, const columns *at, size_t row, int last) {
  const char *waves = trygg_table_text(view->table, row, at->waves), *word;
  char wave[128] = "";
  size_t length;
  while ((word = tg_text_word(&waves, &length)) != NULL && (last || !*wave))
    tg_text_print(wave, sizeof wave, "%.*s", (int)length, word);
  return tg_codebook_wave_time(view->codebook, wave);
}

/* What a declared break has to do with the waves of a row: that they begin at it, or run across it; NULL: nothing. */
static const char *word_of_break(const tg_view *view, const columns *at, size_t row) {
  const tg_break_row *met;
  double earliest = INFINITY, begin, end;
  if (!view->codebook)
    return NULL;
  begin = time_of(view, at, row, 0);
  end = time_of(view, at, row, 1);
  met = tg_codebook_break(view->codebook, find_indicator(view, row), begin, end);
  if (met && !(met->parallel.count && tg_view_flags(view, row) & TG_FLAG_BRIDGED))
    return "across_break";
  for (size_t i = 0; i < view->codebook->wave_count; i++)
    earliest = fmin(earliest, tg_codebook_wave_time(view->codebook, view->codebook->waves[i].wave));
  return tg_codebook_break(view->codebook, find_indicator(view, row), earliest, begin) ? "since_break" : NULL;
}

/* The indicator and the group, of a total of groups that it is all of them. */
static void put_names(const tg_view *view, const columns *at, size_t row, tg_text *out) {
  size_t indicator = tg_table_find_fixed(view->table, "indicator"), total = SIZE_MAX, groups = 0;
  if (indicator != SIZE_MAX)
    tg_label_cell(view, row, indicator, out);
  for (size_t i = 0; i < trygg_table_columns(view->table); i++) {
    int is_group = i != indicator && is_name(view->table, at, i);
    if (is_group && *trygg_table_text(view->table, row, i) == '\0')
      total = i;
    if (!is_group || *trygg_table_text(view->table, row, i) == '\0')
      continue;
    tg_text_put(out, out->length ? ", " : "");
    tg_label_cell(view, row, i, out);
    groups++;
  }
  if (!groups && total != SIZE_MAX) {
    tg_text_put(out, out->length ? ", " : "");
    tg_label_cell(view, row, total, out);
  }
}

static void put_waves(const tg_view *view, const columns *at, size_t row, tg_text *out) {
  if (*trygg_table_text(view->table, row, at->waves) != '\0') {
    tg_text_put(out, out->length ? ", " : "");
    tg_label_cell(view, row, at->waves, out);
    if (word_of_break(view, at, row))
      tg_text_put(out, tg_view_word(view, word_of_break(view, at, row)));
  }
  tg_text_put(out, out->length ? ": " : "");
}

static void put_scaled(const tg_view *view, size_t row, double value, tg_text *out) {
  tg_figure_put(view, value * tg_figure_factor(tg_view_unit(view, row)), tg_figure_decimals(view, row), out);
}

/* The scale of the table's changes; NULL: their own unit. */
static const char *scale_of(const tg_view *view) {
  for (size_t i = 0; i < trygg_table_notes(view->table); i++)
    if (!strcmp(trygg_table_note_key(view->table, i), "scale"))
      return strcmp(trygg_table_note_text(view->table, i), "difference")
                 ? trygg_table_note_text(view->table, i)
                 : NULL;
  return NULL;
}

static void put_unit(const tg_view *view, size_t row, tg_text *out) {
  const char *scale = scale_of(view);
  if (scale)
    tg_text_put(out, tg_view_word(view, strcmp(scale, "odds") ? "times" : "times_odds"));
  if (tg_view_unit(view, row) == TG_UNIT_CHANGE)
    tg_text_put(out, tg_view_word(view, "points"));
  tg_text_put(out, tg_view_word(view, "a_year"));
}

/* "up 0.5 percentage points a year, for the worse"; of a slope that may be nothing "no clear change, 0.3 ... a year". */
static void put_slope(const tg_view *view, const columns *at, size_t row, int has_direction, tg_text *out) {
  double slope = trygg_table_number(view->table, row, at->estimate);
  const tg_indicator_row *indicator = find_indicator(view, row);
  const char *better = indicator && indicator->better ? indicator->better : "", *scale = scale_of(view);
  int falls = slope < (scale ? 1 : 0);
  tg_text_put(out, tg_view_word(view, !has_direction ? "no_clear_change" : falls ? "down" : "up"));
  put_scaled(view, row, has_direction && !scale ? fabs(slope) : slope, out);
  put_unit(view, row, out);
  if (has_direction && *better)
    tg_text_put(out, tg_view_word(view, !strcmp(better, "high") == !falls ? "better" : "worse"));
}

/* Of a fall the limits of its size, else those of the slope. */
static void put_limits(const tg_view *view, const columns *at, size_t row, int has_direction, tg_text *out) {
  double lower = trygg_table_number(view->table, row, at->lower),
         upper = trygg_table_number(view->table, row, at->upper);
  if (!isfinite(lower) || !isfinite(upper))
    return;
  if (has_direction && upper <= 0 && !scale_of(view)) {
    double turned = -lower;
    lower = upper < 0 ? -upper : 0;
    upper = turned;
  }
  tg_text_put(out, " (");
  tg_text_put(out, tg_layout_interval(view, at->lower));
  tg_text_putc(out, ' ');
  put_scaled(view, row, lower, out);
  tg_text_put(out, lower < 0 ? tg_view_word(view, "between") : "\xe2\x80\x93");
  put_scaled(view, row, upper, out);
  tg_text_putc(out, ')');
}

static void put_p(const tg_view *view, size_t row, size_t column, tg_text *out) {
  size_t begin = out->length;
  tg_text_put(out, "p = ");
  tg_figure_cell(view, row, column, 0, out);
  if (!out->failed && out->bytes[begin + 4] == '<') { /* "p <0.001" */
    memmove(out->bytes + begin + 2, out->bytes + begin + 4, out->length - begin - 3);
    out->length -= 2;
  }
}

/* Whether two probabilities are printed alike. */
static int read_alike(double p, double q) {
  return (p < 0.001 && q < 0.001) || (p >= 0.001 && q >= 0.001 && rint(p * 1000) == rint(q * 1000));
}

/* p, and of a small one the adjusted p, where it reads otherwise. */
static void put_both(const tg_view *view, const columns *at, size_t row, double line, const char *between,
                     tg_text *out) {
  double p = trygg_table_number(view->table, row, at->p),
         adjusted = trygg_table_number(view->table, row, at->adjusted);
  put_p(view, row, at->p, out);
  if (p > line || !isfinite(adjusted) || read_alike(p, adjusted))
    return;
  tg_text_put(out, between);
  tg_text_put(out, tg_view_word(view, "adjusted"));
  put_p(view, row, at->adjusted, out);
}

static void put_failure(const tg_view *view, const columns *at, const series *s, tg_text *out) {
  put_names(view, at, s->failed, out);
  put_waves(view, at, s->failed, out);
  tg_text_put(out, tg_view_word(view, "no_test"));
  if (tg_view_flags(view, s->failed)) {
    tg_text_put(out, " (");
    tg_label_flags(view, s->failed, out);
    tg_text_putc(out, ')');
  }
  tg_text_putc(out, '.');
}

/* "; waves before 2017 moved by -2.1 percentage points (95% interval -2.9 to -1.3): new method".  By a factor where the
 * bridge says so. */
static void put_bridges(const tg_view *view, const columns *at, const series *s, tg_text *out) {
  static const char *const bridge[] = {"bridge", NULL};
  series rest = *s;
  for (size_t row; tg_view_flags(view, s->line) & TG_FLAG_BRIDGED &&
                   (row = find_test(view->table, at, &rest, bridge, 1)) != SIZE_MAX;) {
    const char *wave = trygg_table_text(view->table, row, at->waves);
    double time = view->codebook ? tg_codebook_wave_time(view->codebook, wave) : NAN;
    const tg_break_row *known =
        isnan(time) ? NULL
                    : tg_codebook_break(view->codebook, find_indicator(view, row), nextafter(time, 0), time);
    int times = known && *known->scale && strcmp(known->scale, "difference") != 0;
    tg_text_put(out, tg_view_word(view, "waves_before"));
    tg_label_cell(view, row, at->waves, out);
    tg_text_put(out, tg_view_word(view, !times                         ? "moved_by"
                                        : strcmp(known->scale, "odds") ? "multiplied_by"
                                                                       : "odds_multiplied_by"));
    put_scaled(view, row, trygg_table_number(view->table, row, at->estimate), out);
    if (tg_view_unit(view, row) == TG_UNIT_CHANGE)
      tg_text_put(out, tg_view_word(view, "points"));
    put_limits(view, at, row, 0, out);
    tg_text_put(out, tg_view_word(view, "new_method"));
    rest.count -= row + 1 - rest.first;
    rest.first = row + 1;
  }
}

static void put_sentence(const tg_view *view, const columns *at, const series *s, double line, tg_text *out) {
  int has_direction = s->clear || trygg_table_number(view->table, s->line, at->p) <= line;
  put_names(view, at, s->line, out);
  put_waves(view, at, s->line, out);
  put_slope(view, at, s->line, has_direction, out);
  put_limits(view, at, s->line, has_direction, out);
  tg_text_put(out, ", ");
  put_both(view, at, s->line, line, s->clear ? ", " : tg_view_word(view, "among_many"), out);
  if (s->bend != SIZE_MAX) {
    int is_bent = trygg_table_number(view->table, s->bend, at->adjusted) <= line;
    tg_text_put(out, tg_view_word(view, is_bent ? "bend" : "no_bend"));
    put_both(view, at, s->bend, line, ", ", out);
  }
  put_bridges(view, at, s, out);
  tg_text_putc(out, '.');
}

/* "No clear change in 60 series of 81; 3 of them could not be tested." */
static void put_rest(const tg_view *view, const series *list, size_t count, tg_text *out) {
  size_t clear = 0, failed = 0;
  for (size_t i = 0; i < count; i++) {
    clear += list[i].clear != 0;
    failed += list[i].line == SIZE_MAX;
  }
  tg_text_put(out, tg_view_word(view, "other_series"));
  tg_figure_put(view, (double)(count - clear), 0, out);
  tg_text_put(out, tg_view_word(view, "of_series"));
  tg_figure_put(view, (double)count, 0, out);
  if (failed) {
    tg_text_put(out, "; ");
    tg_figure_put(view, (double)failed, 0, out);
    tg_text_put(out, tg_view_word(view, "untested"));
  }
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
    if (list[i].line == SIZE_MAX)
      put_failure(view, &at, &list[i], &text);
    else
      put_sentence(view, &at, &list[i], at_most, &text);
    if (text.failed)
      TRY(tg_error_memory(error));
    line(user, text.bytes);
    shown++;
  }
  if (shown < count) {
    tg_text_clear(&text);
    put_rest(view, list, count, &text);
    if (text.failed)
      TRY(tg_error_memory(error));
    line(user, text.bytes);
  }
cleanup:
  tg_text_free(&text);
  tg_memory_free(list);
  return status;
}
