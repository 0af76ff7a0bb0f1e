/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The delimiter of a text, as its first lines tell it. */
#include <source/dialect.h>

static int is_delimiter_letter(char byte) {
  return byte == '\t' || (byte > ' ' && byte < 0x7F && byte != '"' && !(byte >= '0' && byte <= '9') &&
                          !((byte | 32) >= 'a' && (byte | 32) <= 'z'));
}

/* Excel's first line `sep=;`, also in quotes: its length with the line end, else 0. */
size_t tg_dialect_separator(const char *bytes, size_t length, char *delimiter) {
  size_t i = 0, quoted = length > 0 && bytes[0] == '"';
  static const char word[] = "sep=";
  i += quoted;
  for (size_t k = 0; k < 4; k++, i++)
    if (i >= length || (bytes[i] | (k < 3 ? 32 : 0)) != word[k])
      return 0;
  if (i >= length || !is_delimiter_letter(bytes[i]))
    return 0;
  char found = bytes[i++];
  if (quoted && (i >= length || bytes[i++] != '"'))
    return 0;
  if (i < length && bytes[i] != '\r' && bytes[i] != '\n')
    return 0;
  i += i < length && bytes[i] == '\r';
  i += i < length && bytes[i] == '\n';
  *delimiter = found;
  return i;
}

/* The most frequent candidate in the header record, outside quotes. */
char tg_dialect_delimiter(const char *bytes, size_t length) {
  static const char candidates[] = {',', ';', '\t'};
  size_t counts[3] = {0, 0, 0}, best = 0, i = 0;
  int quoted = 0;
  while (i < length && (bytes[i] == '\n' || bytes[i] == '\r'))
    i++;
  for (; i < length && (quoted || (bytes[i] != '\n' && bytes[i] != '\r')); i++) {
    if (bytes[i] == '"')
      quoted = !quoted;
    for (size_t k = 0; !quoted && k < 3; k++)
      counts[k] += bytes[i] == candidates[k];
  }
  for (size_t k = 1; k < 3; k++)
    if (counts[k] > counts[best])
      best = k;
  return candidates[best];
}
