/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV for programs, and CSV for spreadsheets with Swedish settings. */
#ifndef TG_REPORT_CSV_H
#define TG_REPORT_CSV_H

#include <report/view.h>

/* Comma, point, UTF-8, one header row, numbers that read back the same, empty where unavailable. */
trygg_status tg_csv_write(const tg_view *view, tg_text *out, trygg_error *error);

/* Semicolon, decimal comma, byte order mark, CRLF, labels, per cent, `..` where suppressed. */
trygg_status tg_csv_write_swedish(const tg_view *view, tg_text *out, trygg_error *error);

/* Append the shortest text of `value` times 100: the point moves, no digit changes. */
void tg_csv_put_percent(double value, tg_text *out);

#endif
