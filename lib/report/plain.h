/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned text for people. */
#ifndef TG_REPORT_PLAIN_H
#define TG_REPORT_PLAIN_H

#include <report/view.h>

trygg_status tg_plain_write(const tg_view *view, tg_text *out, trygg_error *error);

#endif
