/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Linear trend per year: 10 of 3,969 remain at a false discovery rate of 5%; by chance alone 198 would have p below
 * 0.05."
 *
 * Of m tests whose hypotheses all hold m (1 - level) have p < 1 - level: whoever looks at so many needs that number. */
#include <report/discoveries.h>

#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <report/figure.h>
#include <report/label.h>
#include <table/flag.h>

#define MOST 12 /* rows that a reader counts without help */

/* The rows of one test, found as the first of them is met. */
typedef struct family {
  size_t first; /* a row of it */
  size_t tests, findings;
} family;

typedef struct columns {
  size_t test, p, adjusted; /* test: SIZE_MAX where the table has one */
} columns;

static family *find_family(const tg_view *view, const columns *at, family *list, size_t *count, size_t row) {
  const trygg_table *table = view->table;
  size_t i = 0;
  while (i < *count && at->test != SIZE_MAX &&
         strcmp(trygg_table_text(table, list[i].first, at->test), trygg_table_text(table, row, at->test)) !=
             0)
    i++;
  if (i == *count)
    list[(*count)++] = (family){row, 0, 0};
  return &list[i];
}

static size_t count_findings(const tg_view *view, const columns *at, family *list) {
  double most = 1 - tg_view_level(view);
  size_t count = 0;
  for (size_t row = 0; row < trygg_table_rows(view->table); row++) {
    double p = trygg_table_number(view->table, row, at->p),
           adjusted = trygg_table_number(view->table, row, at->adjusted);
    family *one;
    if (isnan(p) || isnan(adjusted) || tg_view_flags(view, row) & TG_FLAG_CANNOT_REJECT)
      continue;
    one = find_family(view, at, list, &count, row);
    one->tests++;
    one->findings += adjusted <= most;
  }
  return count;
}

/* A probability with as many decimals as it needs: 5 %, 0.1 %. */
static void put_probability(const tg_view *view, double value, tg_text *out) {
  int decimals = 0;
  while (decimals < 4 && fabs(value * pow(10, decimals) - nearbyint(value * pow(10, decimals))) > 1e-9)
    decimals++;
  tg_figure_put(view, value, decimals, out);
}

static void put_line(const tg_view *view, const columns *at, const family *one, const char *method,
                     tg_text *out) {
  double most = 1 - tg_view_level(view);
  char name[24];
  if (at->test != SIZE_MAX) {
    tg_label_cell(view, one->first, at->test, out);
    tg_text_put(out, ": ");
  }
  tg_figure_put(view, (double)one->findings, 0, out);
  tg_text_put(out, tg_view_word(view, "of"));
  tg_figure_put(view, (double)one->tests, 0, out);
  tg_text_print(name, sizeof name, "remain_%s", method);
  tg_text_put(out, tg_view_word(view, name));
  put_probability(view, strcmp(method, "none") ? most * 100 : most, out);
  tg_text_print(name, sizeof name, "rate_%s", method);
  if (tg_messages_find(view->language, "word", name))
    tg_text_put(out, tg_view_word(view, name));
  tg_text_put(out, tg_view_word(view, "by_chance"));
  tg_figure_put(view, (double)one->tests * most, (double)one->tests * most < 10 ? 1 : 0, out);
  tg_text_put(out, tg_view_word(view, "would_have"));
  put_probability(view, most, out);
  tg_text_putc(out, '.');
}

trygg_status tg_discoveries_lines(const tg_view *view, void (*line)(void *user, const char *text), void *user,
                                  trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const trygg_table *table = view->table;
  const char *method = tg_view_note(view, "adjust");
  columns at = {tg_table_find_fixed(table, "test"), tg_table_find_fixed(table, "p"),
                tg_table_find_fixed(table, "p_adjusted")};
  size_t rows = trygg_table_rows(table), count;
  tg_text text = {0};
  family *list;
  if (!method || at.p == SIZE_MAX || at.adjusted == SIZE_MAX || rows <= MOST)
    return TRYGG_OK;
  list = tg_memory_new(rows, sizeof *list);
  if (!list)
    return tg_error_memory(error);
  count = count_findings(view, &at, list);
  for (size_t i = 0; i < count; i++) {
    if (list[i].tests <= MOST)
      continue;
    tg_text_clear(&text);
    put_line(view, &at, &list[i], method, &text);
    if (text.failed)
      TRY(tg_error_memory(error));
    line(user, text.bytes);
  }
cleanup:
  tg_text_free(&text);
  tg_memory_free(list);
  return status;
}
