/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks and words of an SVG picture. */
#include <report/draw.h>

#include <string.h>

#include <report/markup.h>

const char *const tg_draw_colors[TG_DRAW_SERIES] = {"#0b5cad", "#c2410c", "#0f766e",
                                                    "#7e22ce", "#374151", "#be185d"};

/* Advance widths of U+0020..U+007E in thousandths of the size in DejaVu Sans, the widest face that a picture may be set
 * in: what fits by these fits in Helvetica, Arial and Liberation Sans too. */
static const unsigned short widths[] = {
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361,  318, 337, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
    575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635,  611, 732, 684, 989, 685,
    611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352,  635, 634, 278, 278, 579,
    278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,  525, 636, 337, 636, 838};

#define BOLD 1.15 /* as much wider, about */

/* Of a character beyond ASCII: a blank that does not break or a middle dot, a letter with its mark, an en dash, other
 * signs. */
static double width_of_others(unsigned char lead, unsigned char next, unsigned char last) {
  if (lead == 0xc2)
    return next == 0xa0 || next == 0xb7 ? 318 : 840;
  if (lead < 0xe0)
    return lead == 0xc3 && next < 0x9f ? 790 : 640;
  return lead == 0xe2 && next == 0x80 && last == 0x93 ? 500 : 1000;
}

double tg_draw_width(const char *text, size_t length, double size, int bold) {
  double width = 0;

  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte >= 0x20 && byte < 0x7f)
      width += widths[byte - 0x20];
    else if ((byte & 0xc0) != 0x80)
      width += width_of_others(byte, i + 1 < length ? (unsigned char)text[i + 1] : 0,
                               i + 2 < length ? (unsigned char)text[i + 2] : 0);
  }
  return width * size / 1000 * (bold ? BOLD : 1);
}

/* Bytes of text that fit into the width: up to the last blank, or a part of a word that alone is too wide. */
static size_t fitting(const char *text, const tg_draw_font *font, double width) {
  size_t length = strlen(text), best = 0, end = 0;

  if (tg_draw_width(text, length, font->size, font->bold) <= width)
    return length;
  while (end < length) {
    size_t size = tg_text_utf8(text + end, length - end);
    size = size == 0 ? 1 : size;
    if (tg_draw_width(text, end + size, font->size, font->bold) > width)
      break;
    if (text[end] == ' ')
      best = end;
    end += size;
  }
  if (best > 0)
    return best;
  return end > 0 ? end : (tg_text_utf8(text, length) > 0 ? tg_text_utf8(text, length) : 1);
}

tg_draw_lines tg_draw_wrap(const char *text, const tg_draw_font *font, double width, size_t most) {
  tg_draw_lines lines = {0};
  size_t at = 0, length = strlen(text);

  while (at < length && lines.count < most && lines.count < TG_DRAW_LINES) {
    int is_last = lines.count + 1 == most || lines.count + 1 == TG_DRAW_LINES;
    size_t size = fitting(text + at, font, width);
    if (is_last && at + size < length) {
      size = fitting(text + at, font, width - font->size);
      lines.cut = 1;
    }
    lines.begin[lines.count] = at;
    lines.length[lines.count++] = size;
    at += size;
    while (at < length && text[at] == ' ')
      at++;
  }
  return lines;
}

static void begin_text(tg_text *out, double x, double y, const tg_draw_font *font) {
  tg_text_put(out, "<text");
  tg_markup_attribute(out, "x", x);
  tg_markup_attribute(out, "y", y);
  tg_markup_attribute(out, "font-size", font->size);
  tg_text_format(out, " fill=\"%s\"", font->color);
  if (font->bold)
    tg_text_put(out, " font-weight=\"bold\"");
  if (font->anchor != 's')
    tg_text_format(out, " text-anchor=\"%s\"", font->anchor == 'm' ? "middle" : "end");
  tg_text_putc(out, '>');
}

void tg_draw_text(tg_text *out, double x, double y, const tg_draw_font *font, const char *text) {
  begin_text(out, x, y, font);
  tg_markup_put(out, text);
  tg_text_put(out, "</text>\n");
}

void tg_draw_wrapped(tg_text *out, double x, double y, double leading, const tg_draw_font *font,
                     const char *text, const tg_draw_lines *lines) {
  for (size_t i = 0; i < lines->count; i++) {
    begin_text(out, x, y + (double)i * leading, font);
    tg_markup_append(out, text + lines->begin[i], lines->length[i]);
    if (lines->cut && i + 1 == lines->count)
      tg_text_put(out, "\xe2\x80\xa6");
    tg_text_put(out, "</text>\n");
  }
}

void tg_draw_line(tg_text *out, double x1, double y1, double x2, double y2, const char *color, double width,
                  const char *dashes) {
  tg_text_put(out, "<line");
  tg_markup_attribute(out, "x1", x1);
  tg_markup_attribute(out, "y1", y1);
  tg_markup_attribute(out, "x2", x2);
  tg_markup_attribute(out, "y2", y2);
  tg_text_format(out, " stroke=\"%s\"", color);
  tg_markup_attribute(out, "stroke-width", width);
  if (dashes != NULL)
    tg_text_format(out, " stroke-dasharray=\"%s\"", dashes);
  tg_text_put(out, "/>\n");
}

/* Corners of the markers in units of the radius; none: a circle. */
static const struct {
  size_t count;
  double corners[4][2];
} shapes[TG_DRAW_SERIES] = {
    {0, {{0, 0}}},
    {4, {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}}},
    {3, {{0, -1.2}, {1.15, 0.9}, {-1.15, 0.9}}},
    {4, {{0, -1.35}, {1.35, 0}, {0, 1.35}, {-1.35, 0}}},
    {3, {{0, 1.2}, {1.15, -0.9}, {-1.15, -0.9}}},
    {4, {{-0.5, -1.3}, {0.5, -1.3}, {0.5, 1.3}, {-0.5, 1.3}}},
};

void tg_draw_marker(tg_text *out, size_t shape, double x, double y, double radius, const char *color,
                    int filled) {
  shape %= TG_DRAW_SERIES;
  if (shapes[shape].count == 0) {
    tg_text_put(out, "<circle");
    tg_markup_attribute(out, "cx", x);
    tg_markup_attribute(out, "cy", y);
    tg_markup_attribute(out, "r", radius);
  } else {
    tg_text_put(out, "<polygon points=\"");
    for (size_t i = 0; i < shapes[shape].count; i++) {
      if (i > 0)
        tg_text_putc(out, ' ');
      tg_markup_coordinate(out, x + shapes[shape].corners[i][0] * radius);
      tg_text_putc(out, ',');
      tg_markup_coordinate(out, y + shapes[shape].corners[i][1] * radius);
    }
    tg_text_putc(out, '"');
  }
  tg_text_format(out, " fill=\"%s\" stroke=\"%s\" stroke-width=\"1.5\"/>\n", filled ? color : "#ffffff",
                 color);
}

void tg_draw_band(tg_text *out, double x, double y, double width, double height) {
  tg_text_put(out, "<rect");
  tg_markup_attribute(out, "x", x);
  tg_markup_attribute(out, "y", y);
  tg_markup_attribute(out, "width", width);
  tg_markup_attribute(out, "height", height);
  tg_text_put(out, " fill=\"#f1f5f9\"/>\n");
}
