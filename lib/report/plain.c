/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned text for people. */
#include <report/plain.h>

#include <string.h>

#include <base/error.h>
#include <report/discoveries.h>
#include <report/label.h>
#include <report/layout.h>
#include <report/sentence.h>

#define GAP 2           /* blanks between columns */
#define INDENT 2        /* of rows below a heading */
#define READABLE_KEY 16 /* a column of texts is cut down to this */
#define SMALLEST_KEY 12 /* and, when all else is gone, to this */

#define BOLD "\x1b[1m"
#define DIM "\x1b[2m"
#define NORMAL "\x1b[0m"

typedef struct plain {
  const tg_view *view;
  tg_layout layout;
  size_t heading; /* key column whose texts stand as lines above their rows; SIZE_MAX: none */
  tg_text cell;   /* the one being written */
  tg_text *out;
} plain;

static void put_colored(plain *text, const char *color) {
  if (text->view->color)
    tg_text_put(text->out, color);
}

/* The cell or, for row SIZE_MAX, the header into text->cell; its width. */
static size_t make_cell(plain *text, size_t row, size_t position) {
  tg_text_clear(&text->cell);
  tg_text_put(&text->cell, "");
  if (row == SIZE_MAX)
    tg_layout_header(text->view, &text->layout, position, &text->cell);
  else
    tg_layout_cell(text->view, &text->layout, position, row, &text->cell);
  return text->cell.failed ? 0 : tg_text_width(text->cell.bytes);
}

static void measure(plain *text) {
  size_t rows = trygg_table_rows(text->view->table);

  for (size_t i = 0; i < text->layout.count; i++) {
    text->layout.columns[i].width = make_cell(text, SIZE_MAX, i);
    for (size_t row = 0; row < rows; row++) {
      size_t width = make_cell(text, row, i);
      if (width > text->layout.columns[i].width)
        text->layout.columns[i].width = width;
    }
  }
}

static size_t total_width(const plain *text) {
  size_t width = text->heading == SIZE_MAX ? 0 : INDENT;

  for (size_t i = 0; i < text->layout.count; i++)
    width += text->layout.columns[i].width + (i > 0 ? GAP : 0);
  return width;
}

/* Cut the widest texts, none below `least`; 0 when that is not enough. */
static int cut_texts(plain *text, size_t least) {
  while (total_width(text) > text->view->width) {
    size_t widest = text->layout.count;
    for (size_t i = 0; i < text->layout.count; i++)
      if (text->layout.columns[i].kind == TG_KIND_KEY && text->layout.columns[i].width > least &&
          (widest == text->layout.count ||
           text->layout.columns[i].width > text->layout.columns[widest].width))
        widest = i;
    if (widest == text->layout.count)
      return 0;
    text->layout.columns[widest].width--;
  }
  return 1;
}

/* Whether a row begins a run of equal texts in a column. */
static int begins_run(const trygg_table *table, size_t row, size_t column) {
  return row == 0 ||
         strcmp(trygg_table_text(table, row, column), trygg_table_text(table, row - 1, column)) != 0;
}

/* Runs of two rows or more on average. */
static int has_runs(const trygg_table *table, size_t column) {
  size_t runs = 0, rows = trygg_table_rows(table);

  if (trygg_table_type(table, column) != TRYGG_TEXT)
    return 0;
  for (size_t row = 0; row < rows; row++)
    runs += begins_run(table, row, column) ? 1 : 0;
  return rows >= 2 * runs;
}

static void lift(plain *text, size_t position) {
  tg_layout_column *columns = text->layout.columns;

  text->heading = columns[position].column;
  text->layout.count--;
  memmove(columns + position, columns + position + 1, (text->layout.count - position) * sizeof *columns);
}

/* Let the widest key that comes in runs stand above its rows, where another key is left to tell rows apart. */
static void lift_heading(plain *text) {
  tg_layout_column *columns = text->layout.columns;
  size_t keys = 0, chosen = text->layout.count;

  for (size_t i = 0; i < text->layout.count; i++) {
    if (columns[i].kind != TG_KIND_KEY || trygg_table_role(text->view->table, columns[i].column) != TRYGG_KEY)
      continue;
    keys++;
    if (has_runs(text->view->table, columns[i].column) &&
        (chosen == text->layout.count || columns[i].width > columns[chosen].width))
      chosen = i;
  }
  if (keys >= 2 && chosen < text->layout.count)
    lift(text, chosen);
}

/* The parts of a regression are tables of their own. */
static void lift_part(plain *text) {
  size_t part = tg_table_find_fixed(text->view->table, "part");

  for (size_t i = 0; part != SIZE_MAX && i < text->layout.count; i++)
    if (text->layout.columns[i].column == part) {
      lift(text, i);
      return;
    }
}

/* Details go before texts are cut, a little cut is better than losing a p-value, and losing that is better
 * than texts that say nothing. */
static void fit(plain *text) {
  lift_part(text);
  measure(text);
  while (total_width(text) > text->view->width && tg_layout_spare(&text->layout, TG_LAYOUT_DETAIL))
    continue;
  if (total_width(text) > text->view->width && text->heading == SIZE_MAX)
    lift_heading(text);
  while (!cut_texts(text, READABLE_KEY) && tg_layout_spare(&text->layout, 1))
    continue;
  cut_texts(text, SMALLEST_KEY);
}

/* Append at most `width` columns of text->cell; a longer one ends in an ellipsis. */
static void put_cut(plain *text, size_t width) {
  const char *at = text->cell.bytes;
  size_t left = text->cell.length, used = 0;

  if (tg_text_width(at) <= width) {
    tg_text_append(text->out, at, left);
    return;
  }
  while (left > 0) {
    size_t size = tg_text_utf8(at, left);
    char character[8] = {0};
    size = size == 0 ? 1 : size;
    memcpy(character, at, size);
    used += tg_text_width(character);
    if (used >= width)
      break;
    tg_text_append(text->out, at, size);
    at += size;
    left -= size;
  }
  tg_text_put(text->out, "\xe2\x80\xa6");
}

static void put_blanks(tg_text *out, size_t count) {
  while (count-- > 0)
    tg_text_putc(out, ' ');
}

static void put_heading(plain *text, size_t row) {
  if (text->heading == SIZE_MAX || !begins_run(text->view->table, row, text->heading))
    return;
  put_colored(text, BOLD);
  tg_label_cell(text->view, row, text->heading, text->out);
  put_colored(text, NORMAL);
  tg_text_putc(text->out, '\n');
}

static void put_line(plain *text, size_t row) {
  if (text->heading != SIZE_MAX)
    put_blanks(text->out, INDENT);
  for (size_t i = 0; i < text->layout.count; i++) {
    size_t width = make_cell(text, row, i), padding;
    int is_last = i + 1 == text->layout.count, is_numeric = tg_layout_is_numeric(&text->layout.columns[i]);
    if (text->cell.failed)
      return;
    padding = width < text->layout.columns[i].width ? text->layout.columns[i].width - width : 0;
    if (is_numeric)
      put_blanks(text->out, padding);
    put_cut(text, text->layout.columns[i].width);
    if (!is_numeric && !is_last)
      put_blanks(text->out, padding);
    if (!is_last)
      put_blanks(text->out, GAP);
  }
  if (!text->out->failed)
    while (text->out->length > 0 && text->out->bytes[text->out->length - 1] == ' ')
      text->out->length--;
  tg_text_putc(text->out, '\n');
}

static void put_sentence(void *user, const char *sentence) {
  plain *text = user;

  tg_text_put(text->out, sentence);
  tg_text_putc(text->out, '\n');
}

static void put_captions(plain *text) {
  const tg_view *view = text->view;

  if (view->title != NULL) {
    put_colored(text, BOLD);
    tg_text_put(text->out, view->title);
    put_colored(text, NORMAL);
    tg_text_putc(text->out, '\n');
  }
  for (size_t i = 0; i < text->layout.caption_count; i++) {
    tg_text_put(text->out, tg_label_column(view, text->layout.captions[i]));
    tg_text_put(text->out, ": ");
    tg_label_cell(view, 0, text->layout.captions[i], text->out);
    tg_text_putc(text->out, '\n');
  }
  if (view->title != NULL || text->layout.caption_count > 0)
    tg_text_putc(text->out, '\n');
}

static void put_footnote(void *user, const char *name, const char *message) {
  plain *text = user;

  if (name != NULL) {
    tg_text_put(text->out, name);
    tg_text_put(text->out, ": ");
  }
  tg_text_put(text->out, message);
  tg_text_putc(text->out, '\n');
}

static void put_notes(plain *text) {
  const trygg_table *table = text->view->table;

  tg_text_putc(text->out, '\n');
  put_colored(text, DIM);
  tg_label_footnotes(text->view, put_footnote, text);
  for (size_t i = 0; i < trygg_table_notes(table); i++) {
    tg_text_put(text->out, tg_label_note(text->view, i));
    tg_text_put(text->out, ": ");
    tg_label_note_text(text->view, i, text->out);
    tg_text_putc(text->out, '\n');
  }
  put_colored(text, NORMAL);
}

trygg_status tg_plain_write(const tg_view *view, tg_text *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t before = out->length;
  plain text = {.view = view, .heading = SIZE_MAX, .out = out};

  TRY(tg_layout_make(view, &text.layout, error));
  fit(&text);
  TRY(tg_sentence_lines(view, put_sentence, &text, error));
  TRY(tg_discoveries_lines(view, put_sentence, &text, error));
  if (out->length > before)
    tg_text_putc(out, '\n');
  put_captions(&text);
  put_colored(&text, BOLD);
  put_line(&text, SIZE_MAX);
  put_colored(&text, NORMAL);
  for (size_t row = 0; row < trygg_table_rows(view->table); row++) {
    put_heading(&text, row);
    put_line(&text, row);
  }
  if (trygg_table_rows(view->table) == 0) {
    tg_text_put(out, tg_view_word(view, "no_rows"));
    tg_text_putc(out, '\n');
  }
  put_notes(&text);
  if (text.cell.failed)
    TRY(tg_error_memory(error));

cleanup:
  tg_layout_clear(&text.layout);
  tg_text_free(&text.cell);
  return status;
}
