/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SVG pictures read back. */
#include "picture.h"

#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <report/draw.h>

size_t count(const char *text, const char *part) {
  size_t found = 0;

  for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
    found++;
  return found;
}

/* Move over one reference like &amp; or &#39;; NULL when it is none. */
static const char *after_reference(const char *at) {
  static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};

  for (size_t i = 0; i < 5; i++)
    if (strncmp(at, known[i], strlen(known[i])) == 0)
      return at + strlen(known[i]);
  return NULL;
}

const char *malformed(const char *at) {
  char open[32][32];
  size_t depth = 0, roots = 0;

  if (strncmp(at, "<?xml", 5) == 0)
    at = strstr(at, "?>") + 2;
  while (*at != '\0') {
    if (*at == '&') {
      at = after_reference(at);
      if (at == NULL)
        return "stray &";
    } else if (*at != '<') {
      if (*at == '>' || (depth == 0 && *at != '\n'))
        return "stray text";
      at++;
    } else if (at[1] == '/') {
      size_t length = strcspn(at + 2, ">");
      if (depth == 0 || strlen(open[depth - 1]) != length || memcmp(open[depth - 1], at + 2, length) != 0)
        return "closing tag does not match";
      depth--;
      at += length + 3;
    } else {
      size_t length = strcspn(at + 1, " />\n");
      int quoted = 0;
      if (length == 0 || length > 31 || depth == 32)
        return "odd tag";
      memcpy(open[depth], at + 1, length);
      open[depth][length] = '\0';
      roots += depth == 0;
      for (at += length + 1; *at != '\0' && (quoted || *at != '>'); at++) {
        if (*at == '"')
          quoted = !quoted;
        else if (*at == '<')
          return "< in a tag";
      }
      if (*at == '\0')
        return "tag without end";
      depth += at[-1] != '/';
      at++;
    }
  }
  return depth != 0 ? "not closed" : roots != 1 ? "not one root" : NULL;
}

/* ---- marks ------------------------------------------------------------------------------------- */

mark next_mark(const char *at, const char *name) {
  mark found = {NULL, NULL};
  size_t length = strlen(name);

  while ((at = strchr(at, '<')) != NULL && (strncmp(at + 1, name, length) != 0 || at[1 + length] != ' '))
    at++;
  if (at != NULL) {
    found.begin = at;
    found.content = strchr(at, '>') + 1;
  }
  return found;
}

/* The value of an attribute, or NULL. */
static const char *find_attribute(const mark *of, const char *name) {
  const char *end = strchr(of->begin, '>');
  size_t length = strlen(name);

  for (const char *at = of->begin; at < end; at++)
    if (*at == ' ' && strncmp(at + 1, name, length) == 0 && strncmp(at + 1 + length, "=\"", 2) == 0)
      return at + length + 3;
  return NULL;
}

double mark_number(const mark *of, const char *name) {
  const char *value = find_attribute(of, name);
  double number = NAN;

  if (value != NULL)
    tg_number_parse(value, strcspn(value, "\""), '.', &number);
  return number;
}

int mark_is(const mark *of, const char *name, const char *value) {
  const char *found = find_attribute(of, name);

  return found != NULL && strncmp(found, value, strlen(value)) == 0 && found[strlen(value)] == '"';
}

double picture_size(const char *svg, const char *name) {
  mark root = next_mark(svg, "svg");

  return mark_number(&root, name);
}

/* ---- words ------------------------------------------------------------------------------------- */

typedef struct word {
  double left, right, top, bottom;
  char text[300];
} word;

/* References count as the character they stand for. */
static void read_content(const char *at, char *out, size_t size) {
  size_t length = 0;

  while (*at != '<' && length + 1 < size) {
    const char *end = *at == '&' ? strchr(at, ';') : NULL;
    out[length++] = end != NULL ? 'm' : *at;
    at = end != NULL ? end + 1 : at + 1;
  }
  out[length] = '\0';
}

static word read_word(const mark *text) {
  double x = mark_number(text, "x"), y = mark_number(text, "y"), size = mark_number(text, "font-size"), width;
  word found;

  read_content(text->content, found.text, sizeof found.text);
  width = tg_draw_width(found.text, strlen(found.text), size, mark_is(text, "font-weight", "bold"));
  found.left = x - (mark_is(text, "text-anchor", "middle") ? width / 2
                    : mark_is(text, "text-anchor", "end")  ? width
                                                           : 0);
  found.right = found.left + width;
  found.top = y - 0.74 * size; /* capitals with a ring are a little higher, and none stands below another */
  found.bottom = y + 0.21 * size;
  return found;
}

void check_words(const char *svg, const char *what) {
  double width = picture_size(svg, "width"), height = picture_size(svg, "height");
  size_t words = 0, limit = count(svg, "<text ");
  word *all = calloc(limit + 1, sizeof *all);

  ck_assert_ptr_nonnull(all);
  for (mark text = next_mark(svg, "text"); text.begin != NULL; text = next_mark(text.content, "text")) {
    word *one = &all[words++];
    *one = read_word(&text);
    ck_assert_msg(one->left >= 0 && one->right <= width && one->top >= 0 && one->bottom <= height,
                  "%s: `%s` is outside the picture: %g to %g, %g to %g", what, one->text, one->left,
                  one->right, one->top, one->bottom);
    for (size_t i = 0; i + 1 < words; i++)
      ck_assert_msg(all[i].right <= one->left || one->right <= all[i].left || all[i].bottom <= one->top ||
                        one->bottom <= all[i].top,
                    "%s: `%s` is over `%s`", what, one->text, all[i].text);
  }
  ck_assert_uint_eq(words, limit);
  free(all);
}
