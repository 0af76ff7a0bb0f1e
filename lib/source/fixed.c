/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fixed-width lines become delimited records, so that one reader of records serves both.
 *
 * Each line gives exactly one line of text, and the header stands before line 1: the lines that the reader counts are
 * those of the file. */
#include <source/fixed.h>

#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>

#define FIRST_SIZE ((size_t)64 << 10)
#define LONGEST ((size_t)16 << 20) /* bytes of a line */
#define CONTROL_Z 0x1A             /* end of text under DOS */

struct tg_fixed {
  const char *file;
  const tg_fixed_column *columns;
  size_t count;
  char decimal;
  size_t needed;       /* characters that every line has */
  size_t most;         /* bytes of a record, besides twice those of its line */
  int open;            /* a column goes on to the end of the line, which may have any length */
  size_t first_length; /* characters of the first line that has text; 0 before it */
  int64_t line;        /* of the line being taken */

  char *text; /* read and not yet taken */
  size_t begin, end, size;
  int ended;
  size_t *offsets; /* of the characters of a line that is not ASCII */
  size_t offset_capacity;
  char *record; /* made and not yet given */
  size_t given, made, capacity;
};

/* A line, and where its characters are. */
typedef struct fixed_line {
  const char *bytes;
  size_t length; /* in bytes */
  size_t characters;
  const size_t *offsets; /* NULL: one byte each */
  int plain;             /* nothing in it needs quotes */
} fixed_line;

/* ---- making a record -------------------------------------------------------------------------- */

static int reserve(tg_fixed *fixed, size_t capacity) {
  if (fixed->capacity >= capacity)
    return 0;
  char *larger = tg_memory_new(capacity, 1);
  if (!larger)
    return -1;
  tg_memory_wipe(fixed->record, fixed->capacity);
  fixed->record = larger;
  fixed->capacity = capacity;
  return 0;
}

static void put(tg_fixed *fixed, const char *text, size_t length) {
  memcpy(fixed->record + fixed->made, text, length);
  fixed->made += length;
}

/* A field, in quotes where the reader of records would take something in it for its own. */
static void put_field(tg_fixed *fixed, const char *text, size_t length, int plain) {
  if (plain) {
    put(fixed, text, length);
    return;
  }
  put(fixed, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"')
      put(fixed, "\"", 1);
    put(fixed, text + i, 1);
  }
  put(fixed, "\"", 1);
}

/* Digits, with or without a sign before them, that are no code. */
static int is_amount(const tg_fixed_column *column, const char *text, size_t length) {
  double value;
  if (tg_number_parse(text, length, 0, &value) != 0)
    return 0;
  for (size_t i = text[0] == '-' || text[0] == '+'; i < length; i++)
    if (text[i] < '0' || text[i] > '9')
      return 0;
  for (size_t i = 0; i < column->code_count; i++)
    if (column->codes[i] == value)
      return 0;
  return 1;
}

/* Digits with the decimal sign that the layout implies: 01234 with two decimals is 012.34, 5 is 0.05. */
static void put_amount(tg_fixed *fixed, const tg_fixed_column *column, const char *text, size_t length) {
  size_t sign = text[0] == '-' || text[0] == '+', digits = length - sign, decimals = column->decimals;
  put(fixed, text, sign);
  if (digits > decimals)
    put(fixed, text + sign, digits - decimals);
  else
    put(fixed, "0", 1);
  put(fixed, &fixed->decimal, 1);
  for (size_t i = digits; i < decimals; i++)
    put(fixed, "0", 1);
  size_t kept = digits < decimals ? digits : decimals;
  put(fixed, text + length - kept, kept);
}

static int is_space(char byte) {
  return byte == ' ' || byte == '\t';
}

static size_t offset_of(const fixed_line *line, size_t character) {
  return character >= line->characters ? line->length : line->offsets ? line->offsets[character] : character;
}

static void put_cell(tg_fixed *fixed, const fixed_line *line, const tg_fixed_column *column) {
  const char *from = line->bytes + offset_of(line, column->begin);
  const char *to = line->bytes + offset_of(line, column->end);
  while (from < to && is_space(*from))
    from++;
  while (from < to && is_space(to[-1]))
    to--;
  if (column->decimals && is_amount(column, from, (size_t)(to - from)))
    put_amount(fixed, column, from, (size_t)(to - from));
  else if (!line->plain || to - from > 8)
    put_field(fixed, from, (size_t)(to - from), line->plain);
  else { /* most cells have a byte or two: a call would cost more than they do */
    char *at = fixed->record + fixed->made;
    fixed->made += (size_t)(to - from);
    while (from < to)
      *at++ = *from++;
  }
}

static trygg_status make_header(tg_fixed *fixed, trygg_error *error) {
  size_t bytes = 1;
  for (size_t i = 0; i < fixed->count; i++)
    bytes += 2 * strlen(fixed->columns[i].name) + 3;
  if (reserve(fixed, bytes) != 0)
    return tg_error_memory(error);
  for (size_t i = 0; i < fixed->count; i++) {
    const char *name = fixed->columns[i].name;
    put(fixed, (const char[]){TG_FIXED_DELIMITER}, i > 0);
    put_field(fixed, name, strlen(name), strchr(name, '"') == NULL);
  }
  put(fixed, "\n", 1);
  return TRYGG_OK;
}

/* ---- looking at a line ---------------------------------------------------------------------------- */

static int is_ascii(const char *bytes, size_t length) {
  unsigned char any = 0;
  for (size_t i = 0; i < length; i++)
    any |= (unsigned char)bytes[i];
  return any < 0x80;
}

/* Where the characters of UTF-8 begin. */
static int find_characters(tg_fixed *fixed, fixed_line *line) {
  size_t count = 0;
  line->characters = line->length;
  line->offsets = NULL;
  if (is_ascii(line->bytes, line->length))
    return 0;
  if (tg_memory_grow((void **)&fixed->offsets, &fixed->offset_capacity, line->length, sizeof(size_t)) != 0)
    return -1;
  for (size_t i = 0; i < line->length; i++)
    if (((unsigned char)line->bytes[i] & 0xC0) != 0x80)
      fixed->offsets[count++] = i;
  line->characters = count;
  line->offsets = fixed->offsets;
  return 0;
}

static int is_blank(const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!is_space(bytes[i]))
      return 0;
  return 1;
}

/* The first column that the line ends before. */
static trygg_status refuse_short(const tg_fixed *fixed, const fixed_line *line, trygg_error *error) {
  const tg_fixed_column *first = NULL;
  for (size_t i = 0; i < fixed->count; i++) {
    const tg_fixed_column *column = &fixed->columns[i];
    size_t least = column->end == SIZE_MAX ? column->begin : column->end;
    if (least > line->characters && (!first || column->begin < first->begin))
      first = column;
  }
  return tg_error_at(
      error, TRYGG_EPARSE, fixed->file, fixed->line, first->begin + 1, first->name,
      "the record has %zu characters, and layout.csv has columns up to character %zu; fetch the file "
      "again, or correct its layout or encoding",
      line->characters, fixed->needed);
}

/* Text behind the columns is nobody's, but where it makes lines of different lengths something was shifted: bytes
 * were taken for characters, or characters were lost. */
static trygg_status check_length(tg_fixed *fixed, const fixed_line *line, trygg_error *error) {
  if (line->characters < fixed->needed)
    return refuse_short(fixed, line, error);
  if (fixed->first_length == 0)
    fixed->first_length = line->characters;
  size_t behind = offset_of(line, fixed->needed);
  if (fixed->open || line->characters == fixed->first_length ||
      is_blank(line->bytes + behind, line->length - behind))
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EPARSE, fixed->file, fixed->line, fixed->needed + 1, NULL,
      "the record has %zu characters, the first one %zu, and text behind the columns of layout.csv; check the "
      "encoding of the file, or give layout.csv a last column without an end",
      line->characters, fixed->first_length);
}

/* ---- lines ------------------------------------------------------------------------------------------ */

static trygg_status take_line(tg_fixed *fixed, const char *bytes, size_t length, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  fixed_line line = {.bytes = bytes, .length = length};
  fixed->line++;
  fixed->given = fixed->made = 0;
  if (find_characters(fixed, &line) != 0 || reserve(fixed, fixed->most + 2 * length) != 0)
    return tg_error_memory(error);
  if (!is_blank(bytes, length)) {
    TRY(check_length(fixed, &line, error));
    line.plain = !memchr(bytes, '"', length) && !memchr(bytes, TG_FIXED_DELIMITER, length);
    for (size_t i = 0; i < fixed->count; i++) {
      if (i > 0)
        fixed->record[fixed->made++] = TG_FIXED_DELIMITER;
      put_cell(fixed, &line, &fixed->columns[i]);
    }
  }
  put(fixed, "\n", 1);
cleanup:
  return status;
}

/* The next line, without its end; 0 when the rest of it is not there yet, or nothing is left. */
static int next_line(tg_fixed *fixed, const char **bytes, size_t *length) {
  size_t left = fixed->end - fixed->begin;
  *bytes = fixed->text + fixed->begin;
  const char *lf = left ? memchr(*bytes, '\n', left) : NULL;
  const char *cr = left ? memchr(*bytes, '\r', lf ? (size_t)(lf - *bytes) : left) : NULL;
  const char *end = cr ? cr : lf;
  if (fixed->ended && left > 0 && (*bytes)[left - 1] == CONTROL_Z && !end) {
    fixed->end--;
    left--;
  }
  if (left == 0 || (!end && !fixed->ended) || (cr && cr + 1 == *bytes + left && !fixed->ended))
    return 0; /* a CR at the end may be half of a CRLF */
  *length = end ? (size_t)(end - *bytes) : left;
  fixed->begin += *length + (end != NULL) + (cr && lf == cr + 1);
  return 1;
}

static trygg_status more_text(tg_fixed *fixed, tg_fixed_text text, void *context, trygg_error *error) {
  size_t left = fixed->end - fixed->begin, got = 0;
  if (left > LONGEST)
    return tg_error_at(error, TRYGG_ELIMIT, fixed->file, fixed->line + 1, 0, NULL,
                       "a line of more than %zu bytes; is layout.csv meant for this file?", LONGEST);
  if (left == fixed->size) {
    char *larger = tg_memory_new(2 * fixed->size, 1);
    if (!larger)
      return tg_error_memory(error);
    memcpy(larger, fixed->text + fixed->begin, left);
    tg_memory_wipe(fixed->text, fixed->size);
    fixed->text = larger;
    fixed->size *= 2;
  } else if (left) {
    memmove(fixed->text, fixed->text + fixed->begin, left);
  }
  fixed->begin = 0;
  fixed->end = left;
  trygg_status status = text(context, fixed->text + left, fixed->size - left, &got, error);
  fixed->end += got;
  fixed->ended = got == 0;
  return status;
}

trygg_status tg_fixed_read(tg_fixed *fixed, tg_fixed_text text, void *context, char *out, size_t size,
                           size_t *length, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  *length = 0;
  for (;;) {
    size_t count = fixed->made - fixed->given, room = size - *length, line_length;
    const char *line;
    count = count < room ? count : room;
    if (count)
      memcpy(out + *length, fixed->record + fixed->given, count);
    fixed->given += count;
    *length += count;
    if (*length == size)
      break;
    size_t begin = fixed->begin;
    if (next_line(fixed, &line, &line_length)) {
      status = take_line(fixed, line, line_length, *length > 0 ? NULL : error);
      if (status == TRYGG_OK)
        continue;
      if (*length > 0) { /* the text before the fault first; the next call meets it again */
        fixed->begin = begin;
        fixed->line--;
        status = TRYGG_OK;
      }
      break;
    }
    if (*length > 0 || (fixed->ended && fixed->begin == fixed->end))
      break;
    TRY(more_text(fixed, text, context, error));
  }
cleanup:
  return status;
}

/* ---- the handle --------------------------------------------------------------------------------------- */

trygg_status tg_fixed_create(const char *file, const tg_fixed_column *columns, size_t count, char decimal,
                             tg_fixed **out, trygg_error *error) {
  tg_fixed *fixed = tg_memory_new(1, sizeof *fixed);
  *out = NULL;
  if (!fixed)
    return tg_error_memory(error);
  fixed->file = file;
  fixed->columns = columns;
  fixed->count = count;
  fixed->decimal = decimal;
  fixed->most = 1;
  fixed->size = FIRST_SIZE;
  fixed->text = tg_memory_new(fixed->size, 1);
  for (size_t i = 0; i < count; i++) {
    size_t end = columns[i].end == SIZE_MAX ? columns[i].begin : columns[i].end;
    fixed->open |= columns[i].end == SIZE_MAX;
    /* A character has four bytes and may be doubled; a field has a delimiter, two quotes, and zeros before its
     * decimals.  The column that is open has twice the line at most. */
    fixed->most += 8 * (end - columns[i].begin) + 5 + columns[i].decimals;
    fixed->needed = end > fixed->needed ? end : fixed->needed;
  }
  trygg_status status = fixed->text ? make_header(fixed, error) : tg_error_memory(error);
  if (status == TRYGG_OK)
    *out = fixed;
  else
    tg_fixed_free(fixed);
  return status;
}

void tg_fixed_free(tg_fixed *fixed) {
  if (!fixed)
    return;
  tg_memory_wipe(fixed->text, fixed->text ? fixed->size : 0);
  tg_memory_wipe(fixed->record, fixed->record ? fixed->capacity : 0);
  tg_memory_free(fixed->offsets);
  tg_memory_free(fixed);
}
