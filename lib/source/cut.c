/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a text can be cut between records: a line end is one only where the quotes before it are paired. */
#include <source/cut.h>

#include <string.h>

static size_t count_quotes(const char *text, size_t length) {
  size_t count = 0;
  const char *end = text + length;
  while ((text = memchr(text, '"', (size_t)(end - text))) != NULL) {
    count++;
    text++;
  }
  return count;
}

/* Behind the last `byte` that is outside quotes, in text[0..length) with that many quotes. */
static size_t last_outside(const char *text, size_t length, size_t quotes, char byte) {
  for (size_t i = length; i > 0; i--) {
    if (text[i - 1] == '"')
      quotes--;
    else if (text[i - 1] == byte && quotes % 2 == 0)
      return i;
  }
  return 0;
}

size_t tg_cut_whole(const char *text, size_t length, int *has_quotes) {
  size_t quotes = count_quotes(text, length);
  *has_quotes = quotes > 0;
  size_t whole = last_outside(text, length, quotes, '\n');
  /* A CR at the very end may be half of a CRLF. */
  if (whole == 0 && length > 1) {
    length--;
    quotes -= text[length] == '"';
    whole = last_outside(text, length, quotes, '\r');
  }
  return whole;
}
