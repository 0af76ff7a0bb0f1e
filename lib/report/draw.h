/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks and words of an SVG picture. */
#ifndef TG_REPORT_DRAW_H
#define TG_REPORT_DRAW_H

#include <base/text.h>

#define TG_DRAW_INK "#1f2937"
#define TG_DRAW_SOFT "#4b5563" /* 7.6:1 on white */
#define TG_DRAW_GRID "#e5e7eb"
#define TG_DRAW_AXIS "#9ca3af"
#define TG_DRAW_BEHIND "#7c8592" /* what is shown for comparison: 3.7:1 */

#define TG_DRAW_SERIES 6

/* Six colours with at least 4.5:1 on white, told apart by every common kind of colour blindness together with
 * the six shapes of markers. */
extern const char *const tg_draw_colors[TG_DRAW_SERIES];

typedef struct tg_draw_font {
  double size;
  int bold;
  const char *color;
  char anchor; /* 's' start, 'm' middle, 'e' end */
} tg_draw_font;

/* How wide the first `length` bytes of a text are at most, in the faces that pictures are set in. */
double tg_draw_width(const char *text, size_t length, double size, int bold);

#define TG_DRAW_LINES 4

/* A text in lines at most so wide. */
typedef struct tg_draw_lines {
  size_t begin[TG_DRAW_LINES], length[TG_DRAW_LINES];
  size_t count;
  int cut; /* the last line ends in an ellipsis */
} tg_draw_lines;

tg_draw_lines tg_draw_wrap(const char *text, const tg_draw_font *font, double width, size_t most);

void tg_draw_text(tg_text *out, double x, double y, const tg_draw_font *font, const char *text);

/* Lines of a text, the first with its baseline at y. */
void tg_draw_wrapped(tg_text *out, double x, double y, double leading, const tg_draw_font *font,
                     const char *text, const tg_draw_lines *lines);

void tg_draw_line(tg_text *out, double x1, double y1, double x2, double y2, const char *color, double width,
                  const char *dashes);

/* A tinted band that covers what is behind it, so that words on it can be read. */
void tg_draw_band(tg_text *out, double x, double y, double width, double height);

/* Marker of a series, filled or hollow. */
void tg_draw_marker(tg_text *out, size_t shape, double x, double y, double radius, const char *color,
                    int filled);

#endif
