/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of charts. */
#include <report/kinds.h>

#include <report/dots.h>
#include <report/funnel_plot.h>
#include <report/lines.h>
#include <report/panels.h>

static const tg_chart_kind kinds[] = {
    {"funnel", 0, tg_funnel_plot_fit, tg_funnel_plot_draw, tg_funnel_plot_page},
    {"lines", 1, tg_lines_fit, tg_lines_draw, NULL},
    {"panels", 1, tg_panels_fit, tg_panels_draw, tg_panels_page},
    {"dots", 0, tg_dots_fit, tg_dots_draw, tg_dots_page},
};

const tg_chart_kind *tg_kinds_choose(const tg_chart *chart) {
  size_t kind = 0;

  while (kind + 1 < sizeof kinds / sizeof *kinds && !kinds[kind].fits(chart))
    kind++;
  return &kinds[kind];
}
