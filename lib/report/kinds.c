/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of charts. */
#include <report/kinds.h>

#include <report/dots.h>
#include <report/lines.h>

static const tg_chart_kind kinds[] = {
    {"lines", 1, tg_lines_fit, tg_lines_draw},
    {"dots", 0, tg_dots_fit, tg_dots_draw},
};

const tg_chart_kind *tg_kinds_choose(const tg_chart *chart) {
  size_t kind = 0;

  while (kind + 1 < sizeof kinds / sizeof *kinds && !kinds[kind].fits(chart))
    kind++;
  return &kinds[kind];
}
