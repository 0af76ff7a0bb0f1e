/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as people read them: per cent, decimals that the uncertainty carries, comma or point. */
#include <report/figure.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <table/flag.h>

double tg_figure_factor(tg_unit unit) {
  return unit == TG_UNIT_SHARE || unit == TG_UNIT_CHANGE ? 100.0 : 1.0;
}

const char *tg_figure_unit(const tg_view *view, tg_unit unit) {
  if (unit == TG_UNIT_SHARE)
    return tg_messages_text(view->language, "unit", "cell_percent");
  if (unit == TG_UNIT_CHANGE)
    return tg_messages_text(view->language, "unit", "cell_points_of_percent");
  return "";
}

/* Decimals with which a positive `size` shows `digits` significant digits, between least and most. */
static int decimals_for(double size, int digits, int least, int most) {
  double wanted;

  if (!isfinite(size) || size <= 0)
    return least;
  wanted = digits - 1 - floor(log10(size));
  return wanted < least ? least : wanted > most ? most : (int)wanted;
}

static double figure_named(const tg_view *view, size_t row, const char *name) {
  return trygg_table_number(view->table, row, trygg_table_find(view->table, name));
}

int tg_figure_decimals(const tg_view *view, size_t row) {
  tg_unit unit = tg_view_unit(view, row);
  double se = figure_named(view, row, "se") * tg_figure_factor(unit);
  double estimate = fabs(figure_named(view, row, "estimate"));

  if (unit == TG_UNIT_SHARE)
    return 1;
  if (unit == TG_UNIT_POINTS)
    return 2;
  if (unit == TG_UNIT_CHANGE)
    return se > 0 ? decimals_for(se, 1, 1, 3) : 1;
  return se > 0 ? decimals_for(se, 2, 0, 6) : decimals_for(estimate, 3, 0, 6);
}

/* Thousands are set apart by a blank that does not break in Swedish, by a comma in English. */
void tg_figure_put(const tg_view *view, double value, int decimals, tg_text *out) {
  char digits[TG_NUMBER_SIZE];
  const char *separator = view->language == TG_MESSAGE_SWEDISH ? "\xc2\xa0" : ",";
  const char *at = tg_number_fixed(digits, value, decimals);
  size_t whole;

  if (*at == '-') {
    at++;
    if (at[strspn(at, "0.")] != '\0') /* what rounds to nothing has no sign */
      tg_text_put(out, "\xe2\x88\x92");
  }
  whole = strspn(at, "0123456789");
  for (size_t i = 0; i < whole; i++) {
    if (i > 0 && (whole - i) % 3 == 0)
      tg_text_put(out, separator);
    tg_text_putc(out, at[i]);
  }
  at += whole;
  if (*at == '.') {
    tg_text_putc(out, view->language == TG_MESSAGE_SWEDISH ? ',' : '.');
    at++;
  }
  tg_text_put(out, at);
}

static void put_probability(const tg_view *view, double p, tg_text *out) {
  if (p < 0.001) {
    tg_text_putc(out, '<');
    p = 0.001;
  }
  tg_figure_put(view, p, 3, out);
}

static void put_degrees(const tg_view *view, double df, tg_text *out) {
  tg_figure_put(view, df, df == floor(df) ? 0 : 1, out);
}

const char *tg_figure_missing(const tg_view *view, size_t row) {
  return tg_view_flags(view, row) & TG_FLAG_SUPPRESSED ? TG_FIGURE_SUPPRESSED : TG_FIGURE_MISSING;
}

void tg_figure_cell(const tg_view *view, size_t row, size_t column, int with_unit, tg_text *out) {
  double value = trygg_table_number(view->table, row, column);
  tg_unit unit = tg_view_unit(view, row);

  if (isnan(value)) {
    tg_text_put(out, tg_figure_missing(view, row));
    return;
  }
  switch (tg_view_kind(view, column)) {
  case TG_KIND_SCALED:
    tg_figure_put(view, value * tg_figure_factor(unit), tg_figure_decimals(view, row), out);
    if (with_unit)
      tg_text_put(out, tg_figure_unit(view, tg_view_column_unit(view, column, unit)));
    break;
  case TG_KIND_COUNT:
    tg_figure_put(view, value, 0, out);
    break;
  case TG_KIND_DF:
    put_degrees(view, value, out);
    break;
  case TG_KIND_P:
    put_probability(view, value, out);
    break;
  case TG_KIND_DECIMAL:
  case TG_KIND_KEY:
  case TG_KIND_FLAG:
    tg_figure_put(view, value, 2, out);
    break;
  }
}

void tg_figure_interval(const tg_view *view, size_t row, size_t lower, size_t upper, tg_text *out) {
  if (trygg_table_missing(view->table, row, lower) || trygg_table_missing(view->table, row, upper)) {
    tg_text_put(out, tg_figure_missing(view, row));
    return;
  }
  tg_figure_cell(view, row, lower, 0, out);
  if (trygg_table_number(view->table, row, lower) < 0) {
    tg_text_putc(out, ' ');
    tg_text_put(out, tg_view_word(view, "to"));
    tg_text_putc(out, ' ');
  } else {
    tg_text_put(out, "\xe2\x80\x93");
  }
  tg_figure_cell(view, row, upper, 0, out);
}
