/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers: what is accepted follows the grammar, equals strtod's value, and reads back from its own text. */
#include "fuzz.h"

#include <float.h>
#include <locale.h>
#include <math.h>

#include <base/number.h>

enum { longest = 4096 };

static int is_blank(char byte) {
  return byte == ' ' || byte == '\t';
}

static size_t digits(const char *text, size_t i, size_t length) {
  size_t begin = i;
  while (i < length && text[i] >= '0' && text[i] <= '9')
    i++;
  return i - begin;
}

/* The grammar of base/number.h, written a second time; the text has no blanks around it. */
static int is_number(const char *text, size_t length, char decimal) {
  size_t i = length > 0 && (text[0] == '+' || text[0] == '-'), count = digits(text, i, length);
  i += count;
  if (i < length && (decimal ? text[i] == decimal : text[i] == '.' || text[i] == ',')) {
    size_t more = digits(text, i + 1, length);
    i += 1 + more;
    count += more;
  }
  if (count == 0)
    return 0;
  if (i < length && (text[i] | 32) == 'e') {
    i++;
    i += i < length && (text[i] == '+' || text[i] == '-');
    size_t power = digits(text, i, length);
    if (power == 0)
      return 0;
    i += power;
  }
  return i == length;
}

static void same(double a, double b) {
  HOLDS(memcmp(&a, &b, sizeof a) == 0);
}

/* A text that is accepted: strtod, in the C locale, takes all of it for the same number. */
static void check_text(const char *given, size_t length, char decimal) {
  char copy[longest + 1];
  double value = 7;
  int accepted = tg_number_parse(given, length, decimal, &value) == 0;
  const char *text = given;
  while (length > 0 && is_blank(text[0]))
    text++, length--;
  while (length > 0 && is_blank(text[length - 1]))
    length--;
  /* A blank of two bytes (U+00A0) is trimmed as well: then the grammar here says less. */
  if (memchr(text, 0xA0, length))
    return;
  int follows = is_number(text, length, decimal);
  HOLDS(follows || !accepted);
  if (!follows)
    return;
  memcpy(copy, text, length);
  copy[length] = '\0';
  for (size_t i = 0; i < length; i++)
    if (copy[i] == ',')
      copy[i] = '.';
  char *end;
  double expected = strtod(copy, &end);
  HOLDS(end == copy + length);
  /* Refused only where a double cannot hold it: infinite, or not zero and yet rounded to zero. */
  if (accepted)
    same(value, expected);
  else
    HOLDS(isinf(expected) || expected == 0);
}

static void check_integer(const char *text, size_t length) {
  int64_t whole = 0;
  double value = 0;
  char out[TG_NUMBER_SIZE];
  if (tg_number_parse_integer(text, length, &whole) != 0)
    return;
  HOLDS(tg_number_parse(text, length, '.', &value) == 0);
  HOLDS(value == (double)whole);
  int64_t back = 0;
  const char *written = tg_number_format_integer(out, whole);
  HOLDS(tg_number_parse_integer(written, strlen(written), &back) == 0 && back == whole);
}

static void check_value(double value) {
  char out[TG_NUMBER_SIZE], shorter[64];
  double back = 0;
  const char *written = tg_number_format(out, value);
  HOLDS(strlen(written) < TG_NUMBER_SIZE && strchr(written, ',') == NULL);
  if (!isfinite(value)) {
    HOLDS(tg_number_parse(written, strlen(written), '.', &back) != 0);
    return;
  }
  HOLDS(tg_number_parse(written, strlen(written), '.', &back) == 0);
  same(back, value);
  snprintf(shorter, sizeof shorter, "%.15g", value); /* the C locale */
  if (strtod(shorter, NULL) == value)
    HOLDS(strlen(written) <= strlen(shorter) || fabs(value) < 1e15);
  for (int decimals = -1; decimals < 15; decimals += 4) {
    const char *fixed = tg_number_fixed(out, value, decimals);
    HOLDS(strlen(fixed) < TG_NUMBER_SIZE);
    HOLDS(tg_number_parse(fixed, strlen(fixed), '.', &back) == 0);
    HOLDS(fabs(value) >= 1e15 || fabs(back - value) <= 0.5 + 1e-9 + fabs(value) * DBL_EPSILON);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* Its own copy, so that reading past the end is seen. */
  size = size < longest ? size : longest;
  char *text = calloc(size ? size : 1, 1);
  if (!text)
    return 0;
  if (size)
    memcpy(text, data, size);
  check_text(text, size, '.');
  check_text(text, size, ',');
  check_text(text, size, 0);
  check_integer(text, size);
  for (size_t i = 0; i + sizeof(double) <= size && i < 64; i += sizeof(double)) {
    double value;
    memcpy(&value, text + i, sizeof value);
    check_value(value);
  }
  free(text);
  return 0;
}
