/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing texts and lists of names. */
#include "program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void program_text_append(program_text *text, const char *bytes, size_t length) {
  if (text->failed)
    return;
  if (text->capacity - text->length <= length) {
    size_t capacity = (text->length + length + 1) * 2;
    char *larger = capacity > length ? realloc(text->bytes, capacity) : NULL;
    if (larger == NULL) {
      text->failed = 1;
      return;
    }
    text->bytes = larger;
    text->capacity = capacity;
  }
  if (length > 0)
    memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void program_text_put(program_text *text, const char *string) {
  program_text_append(text, string, strlen(string));
}

static void append_format(program_text *text, const char *format, va_list arguments) {
  char line[2048];
  int length = vsnprintf(line, sizeof line, format, arguments);

  if (length < 0)
    text->failed = 1;
  else
    program_text_append(text, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

void program_text_format(program_text *text, const char *format, ...) {
  va_list arguments;

  va_start(arguments, format);
  append_format(text, format, arguments);
  va_end(arguments);
}

void program_text_free(program_text *text) {
  free(text->bytes);
  *text = (program_text){0};
}

int program_list_add(program_list *list, const char *item) {
  const char **larger = realloc(list->items, (list->count + 1) * sizeof *larger);

  if (larger == NULL)
    return -1;
  larger[list->count++] = item;
  list->items = larger;
  return 0;
}

int program_sink(void *user, const char *bytes, size_t length) {
  program_text *text = user;

  program_text_append(text, bytes, length);
  return text->failed;
}
