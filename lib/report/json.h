/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON: row objects and a provenance object. */
#ifndef TG_REPORT_JSON_H
#define TG_REPORT_JSON_H

#include <report/view.h>

trygg_status tg_json_write(const tg_view *view, tg_text *out, trygg_error *error);

#endif
