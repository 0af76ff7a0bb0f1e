/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands below a picture that stands alone: what signs mean, how many answered, where the figures are from. */
#ifndef TG_REPORT_FOOTING_H
#define TG_REPORT_FOOTING_H

#include <report/chart.h>

/* Draw from *height down; *height becomes the end. */
trygg_status tg_footing_draw(const tg_chart *chart, double width, double *height, tg_text *out,
                             trygg_error *error);

#endif
