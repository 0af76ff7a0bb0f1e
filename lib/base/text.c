/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text, nearest names, UTF-8. */
#include <base/text.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>

void tg_text_append(tg_text *text, const char *bytes, size_t length) {
  if (text->failed)
    return;
  void *block = text->bytes;
  if (length >= SIZE_MAX - text->length ||
      tg_memory_grow(&block, &text->capacity, text->length + length + 1, 1) != 0) {
    text->failed = 1;
    return;
  }
  text->bytes = block;
  if (length > 0)
    memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void tg_text_put(tg_text *text, const char *string) {
  tg_text_append(text, string, strlen(string));
}

void tg_text_putc(tg_text *text, char byte) {
  tg_text_append(text, &byte, 1);
}

void tg_text_format(tg_text *text, const char *format, ...) {
  char small[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (length < 0) {
    text->failed = 1;
    return;
  }
  if ((size_t)length < sizeof small) {
    tg_text_append(text, small, (size_t)length);
    return;
  }
  char *large = tg_memory_new((size_t)length + 1, 1);
  if (!large) {
    text->failed = 1;
    return;
  }
  va_start(arguments, format);
  vsnprintf(large, (size_t)length + 1, format, arguments);
  va_end(arguments);
  tg_text_append(text, large, (size_t)length);
  tg_memory_free(large);
}

void tg_text_number(tg_text *text, double value) {
  char number[TG_NUMBER_SIZE];
  tg_text_put(text, tg_number_format(number, value));
}

void tg_text_clear(tg_text *text) {
  text->length = 0;
  if (text->bytes)
    text->bytes[0] = '\0';
}

void tg_text_free(tg_text *text) {
  tg_memory_free(text->bytes);
  *text = (tg_text){0};
}

void tg_text_print(char *out, size_t size, const char *format, ...) {
  if (size == 0)
    return;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(out, size, format, arguments);
  va_end(arguments);
  if (length < 0)
    out[0] = '\0';
  if (length < 0 || (size_t)length < size)
    return;
  /* Cut: drop a last character that is not whole. */
  size_t end = size - 1, start = end;
  while (start > 0 && end - start < 3 && ((unsigned char)out[start - 1] & 0xc0) == 0x80)
    start--;
  if (start > 0 && (unsigned char)out[start - 1] >= 0xc0 &&
      tg_text_utf8(out + start - 1, end - start + 1) == 0)
    out[start - 1] = '\0';
}

/* --- UTF-8 ------------------------------------------------------------------ */

size_t tg_text_utf8(const char *bytes, size_t length) {
  const unsigned char *b = (const unsigned char *)bytes;
  if (length == 0)
    return 0;
  if (b[0] < 0x80)
    return 1;
  size_t size = b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : b[0] < 0xf5 ? 4 : 0;
  if (size == 0 || size > length)
    return 0;
  for (size_t i = 1; i < size; i++)
    if ((b[i] & 0xc0) != 0x80)
      return 0;
  /* Not too long, no surrogate, not above U+10FFFF. */
  if ((b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) || (b[0] == 0xf0 && b[1] < 0x90) ||
      (b[0] == 0xf4 && b[1] > 0x8f))
    return 0;
  return size;
}

/* The code point at *cursor, which moves behind it; a stray byte stands for itself. */
static uint32_t next_point(const char **cursor, const char *end) {
  static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  const unsigned char *b = (const unsigned char *)*cursor;
  size_t size = tg_text_utf8(*cursor, (size_t)(end - *cursor));
  *cursor += size ? size : 1;
  if (size == 0)
    return b[0];
  uint32_t point = b[0] & masks[size];
  for (size_t i = 1; i < size; i++)
    point = point << 6 | (b[i] & 0x3f);
  return point;
}

size_t tg_text_width(const char *text) {
  size_t width = 0;
  const char *end = text + strlen(text);
  while (text < end) {
    uint32_t point = next_point(&text, end);
    int none = (point >= 0x0300 && point <= 0x036f) || (point >= 0x1ab0 && point <= 0x1aff) ||
               (point >= 0x1dc0 && point <= 0x1dff) || (point >= 0x200b && point <= 0x200f) ||
               (point >= 0x20d0 && point <= 0x20ff) || (point >= 0xfe20 && point <= 0xfe2f) ||
               point == 0xfeff;
    width += !none;
  }
  return width;
}

/* --- Words and comparisons ---------------------------------------------------- */

/* Bytes of a blank at text[0..length), 0 when there is none. */
static size_t blank_at(const char *text, size_t length) {
  if (length >= 1 && (text[0] == ' ' || text[0] == '\t'))
    return 1;
  return length >= 2 && text[0] == '\xc2' && text[1] == '\xa0' ? 2 : 0;
}

const char *tg_text_trim(const char *text, size_t *length) {
  size_t blank;
  while ((blank = blank_at(text, *length)) > 0) {
    text += blank;
    *length -= blank;
  }
  for (;;) {
    if (*length >= 1 && blank_at(text + *length - 1, 1))
      *length -= 1;
    else if (*length >= 2 && blank_at(text + *length - 2, 2) == 2)
      *length -= 2;
    else
      return text;
  }
}

static size_t space_at(const char *text) {
  if (text[0] == '\0')
    return 0;
  if (text[0] == '\n' || text[0] == '\r' || text[0] == '\v' || text[0] == '\f')
    return 1;
  return blank_at(text, text[1] ? 2 : 1);
}

const char *tg_text_word(const char **cursor, size_t *length) {
  const char *start = *cursor;
  size_t space;
  while ((space = space_at(start)) > 0)
    start += space;
  const char *end = start;
  while (*end && space_at(end) == 0)
    end++;
  *cursor = end;
  *length = (size_t)(end - start);
  return *length ? start : NULL;
}

int tg_text_equal(const char *a, size_t length, const char *b) {
  return strlen(b) == length && (length == 0 || memcmp(a, b, length) == 0);
}

static int lower(int byte) {
  return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
}

int tg_text_same(const char *a, const char *b) {
  while (*a && lower((unsigned char)*a) == lower((unsigned char)*b)) {
    a++;
    b++;
  }
  return lower((unsigned char)*a) == lower((unsigned char)*b);
}

/* --- Nearest names -------------------------------------------------------------- */

enum { longest_name = 96 };

/* Code points in lower case (ASCII and Latin-1, which hold the Swedish letters); 0 when too long. */
static size_t fold(uint32_t out[longest_name], const char *name) {
  size_t count = 0;
  const char *end = name + strlen(name);
  while (name < end) {
    uint32_t point = next_point(&name, end);
    if (count == longest_name)
      return 0;
    if ((point >= 'A' && point <= 'Z') || (point >= 0xc0 && point <= 0xde && point != 0xd7))
      point += 32;
    out[count++] = point;
  }
  return count;
}

static unsigned least(unsigned a, unsigned b) {
  return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b
 * (optimal string alignment; Damerau 1964, CACM 7:171-176). */
static unsigned distance(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count) {
  unsigned rows[3][longest_name + 1];
  unsigned *before = rows[0], *above = rows[1], *row = rows[2];
  for (size_t j = 0; j <= b_count; j++)
    above[j] = (unsigned)j;
  for (size_t i = 1; i <= a_count; i++) {
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b_count; j++) {
      row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = least(row[j], before[j - 2] + 1);
    }
    unsigned *free_row = before;
    before = above;
    above = row;
    row = free_row;
  }
  return above[b_count];
}

const char *tg_text_nearest(const char *name, size_t count,
                            const char *(*name_at)(const void *context, size_t i), const void *context) {
  uint32_t wanted[longest_name], candidate[longest_name];
  size_t length = fold(wanted, name);
  const char *nearest = NULL;
  unsigned best = UINT32_MAX;
  if (length == 0)
    return NULL;
  unsigned threshold = length < 6 ? 1 : (unsigned)(length / 3);
  for (size_t i = 0; i < count; i++) {
    const char *other = name_at(context, i);
    size_t other_length = other ? fold(candidate, other) : 0;
    if (other_length == 0)
      continue;
    unsigned score = distance(wanted, length, candidate, other_length);
    size_t common = length < other_length ? length : other_length;
    int prefix = common >= 3 && memcmp(wanted, candidate, common * sizeof *wanted) == 0;
    /* A name of one letter replaced by another is no likeness. */
    int near = score <= threshold && score < length;
    if (!near && !prefix && score != 0)
      continue;
    if (!near && score != 0)
      score += longest_name; /* beginnings after spelling mistakes */
    if (score < best) {
      best = score;
      nearest = other;
    }
  }
  return nearest;
}

const char *tg_text_name_at(const void *context, size_t i) {
  return ((const char *const *)context)[i];
}
