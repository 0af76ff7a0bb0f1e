/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What marks mean, below a chart. */
#include <report/legend.h>

#include <string.h>

#include <base/error.h>

#define LEADING 18.0
#define GAP 22.0 /* between one meaning and the next */
#define MOST_BREAKS 8

static const tg_draw_font font = {12, 0, TG_DRAW_SOFT, 's'};

tg_legend tg_legend_begin(double left, double right, double y, tg_text *out) {
  return (tg_legend){.x = left, .y = y, .left = left, .right = right, .out = out};
}

static void begin_line(tg_legend *legend) {
  legend->x = legend->left;
  legend->y += LEADING;
}

void tg_legend_add(tg_legend *legend, tg_legend_sample sample, const char *color, double width,
                   const char *dashes, const char *text) {
  static const double room[] = {0, 36, 11};
  double needed = room[sample] + tg_draw_width(text, strlen(text), font.size, font.bold);

  if (legend->x > legend->left && legend->x + needed > legend->right)
    begin_line(legend);
  if (sample == TG_LEGEND_LINE)
    tg_draw_line(legend->out, legend->x, legend->y, legend->x + 30, legend->y, color, width, dashes);
  else if (sample == TG_LEGEND_BAR)
    tg_draw_line(legend->out, legend->x + 3, legend->y - 8, legend->x + 3, legend->y + 8, color, width,
                 dashes);
  tg_draw_text(legend->out, legend->x + room[sample], legend->y + 4, &font, text);
  legend->x += needed + GAP;
}

void tg_legend_say(tg_legend *legend, const char *text) {
  tg_draw_lines lines = tg_draw_wrap(text, &font, legend->right - legend->left, TG_DRAW_LINES);

  if (legend->x > legend->left)
    begin_line(legend);
  tg_draw_wrapped(legend->out, legend->left, legend->y + 4, LEADING - 2, &font, text, &lines);
  legend->y += (double)lines.count * (LEADING - 2);
}

double tg_legend_end(const tg_legend *legend) {
  return legend->y + (legend->x > legend->left ? LEADING / 2 + 2 : -LEADING / 2 + 2);
}

/* The next declared break that is not among those already said. */
static const tg_break_row *next_break(const tg_chart *chart, size_t wave, const tg_break_row *const *said,
                                      size_t count) {
  for (size_t series = 0; series < chart->series_count; series++) {
    const tg_break_row *row = tg_chart_find_break(chart, series, wave);
    size_t i = 0;
    while (i < count && said[i] != row)
      i++;
    if (row != NULL && i == count)
      return row;
  }
  return NULL;
}

static trygg_status say_break(tg_legend *legend, const tg_chart *chart, size_t wave, const tg_break_row *row,
                              trygg_error *error) {
  tg_text text = {0};
  trygg_status status = TRYGG_OK;

  tg_text_put(&text, tg_view_word(chart->view, "break_at"));
  tg_chart_put_wave(chart, wave, &text);
  tg_text_put(&text, ": ");
  tg_text_put(&text, row->note);
  if (text.failed)
    status = tg_error_memory(error);
  else
    tg_legend_say(legend, text.bytes);
  tg_text_free(&text);
  return status;
}

static int has_break(const tg_chart *chart) {
  for (size_t wave = 1; wave < chart->wave_count; wave++)
    for (size_t series = 0; series < chart->series_count; series++)
      if (tg_chart_breaks(chart, series, wave))
        return 1;
  return 0;
}

trygg_status tg_legend_breaks(tg_legend *legend, const tg_chart *chart, trygg_error *error) {
  const tg_break_row *said[MOST_BREAKS], *row;
  trygg_status status = TRYGG_OK;
  size_t count = 0;

  if (!has_break(chart))
    return TRYGG_OK;
  tg_legend_add(legend, TG_LEGEND_BAR, TG_DRAW_SOFT, 1, "4 4", tg_view_word(chart->view, "break"));
  for (size_t wave = 1; wave < chart->wave_count; wave++)
    while (count < MOST_BREAKS && (row = next_break(chart, wave, said, count)) != NULL) {
      said[count++] = row;
      if (row->note != NULL && *row->note != '\0')
        TRY(say_break(legend, chart, wave, row, error));
    }

cleanup:
  return status;
}
