/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as XML and HTML want it. */
#include <report/markup.h>

#include <string.h>

#include <base/number.h>

static const char *escape(char byte) {
  switch (byte) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  default:
    return NULL;
  }
}

/* XML 1.0 section 2.2: no control characters but tab, line feed and carriage return; no U+FFFE, U+FFFF. */
static int is_allowed(const char *bytes, size_t size) {
  if (size == 1)
    return (unsigned char)*bytes >= 0x20 || *bytes == '\t' || *bytes == '\n' || *bytes == '\r';
  return !(size == 3 && memcmp(bytes, "\xef\xbf", 2) == 0 && (unsigned char)bytes[2] >= 0xbe);
}

void tg_markup_append(tg_text *out, const char *text, size_t length) {
  while (length > 0) {
    size_t size = tg_text_utf8(text, length);
    if (size == 0 || !is_allowed(text, size))
      tg_text_put(out, "\xef\xbf\xbd");
    else if (size == 1 && escape(*text) != NULL)
      tg_text_put(out, escape(*text));
    else
      tg_text_append(out, text, size);
    size = size == 0 ? 1 : size;
    text += size;
    length -= size;
  }
}

void tg_markup_put(tg_text *out, const char *text) {
  tg_markup_append(out, text, strlen(text));
}

void tg_markup_element(tg_text *out, const char *head, const char *text, const char *tail) {
  tg_text_put(out, head);
  tg_markup_put(out, text);
  tg_text_put(out, tail);
}

void tg_markup_coordinate(tg_text *out, double value) {
  char digits[TG_NUMBER_SIZE];
  size_t length = strlen(tg_number_fixed(digits, value, 1));

  if (length > 2 && strcmp(digits + length - 2, ".0") == 0)
    length -= 2;
  tg_text_append(out, digits, length);
}

void tg_markup_attribute(tg_text *out, const char *name, double value) {
  tg_text_putc(out, ' ');
  tg_text_put(out, name);
  tg_text_put(out, "=\"");
  tg_markup_coordinate(out, value);
  tg_text_putc(out, '"');
}
