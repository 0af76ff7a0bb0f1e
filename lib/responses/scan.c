/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scanner that knows from the header what each field becomes.
 *
 * It takes what libcsv takes under both strict flags and gives the same fields; wherever libcsv would find a fault
 * it stops before the record, and libcsv tells the fault.  A byte is looked at once: most cells of a questionnaire
 * are one digit, whose value stands in a table. */
#include <responses/scan.h>

#include <float.h>
#include <string.h>

#include <base/memory.h>
#include <responses/load.h>

typedef enum field_kind {
  FIELD_OTHER,
  FIELD_BYTE,
  FIELD_CODE,
  FIELD_NUMBER,
  FIELD_DATE,
  FIELD_TEXT
} field_kind;

struct tg_scan_field {
  field_kind kind;
  unsigned run;                     /* fields of one-byte codes from here on, without the last field */
  const tg_load_variable *variable; /* NULL: an unknown column */
  const unsigned char *bytes;       /* of one-byte codes */
  unsigned char empty;
  int whole;               /* numbers: an integer; texts: an empty cell is none */
  int declared;            /* numbers: some stand for missing */
  tg_piece_column *column; /* of the piece, and its values */
  union {
    void *all;
    uint8_t *code8;
    uint16_t *code16;
    double *number;
    uint32_t *text;
  } values;
};
typedef struct tg_scan_field tg_scan_field;

/* Many questions in a row have the same answers: one table for them stays in the first cache. */
static const unsigned char *shared_bytes(const tg_scan *scan, const tg_scan_field *field) {
  const unsigned char *bytes = field->variable->bytes;
  int same = field > scan->fields && field[-1].bytes && memcmp(field[-1].bytes, bytes, 256) == 0;
  return same ? field[-1].bytes : bytes;
}

trygg_status tg_scan_open(tg_scan *scan, const tg_load *load, char delimiter, uint64_t longest,
                          trygg_error *error) {
  tg_scan_close(scan);
  scan->fields = tg_memory_new(load->field_count, sizeof *scan->fields);
  scan->texts = tg_memory_new(load->field_count, sizeof *scan->texts);
  scan->lengths = tg_memory_new(load->field_count, sizeof *scan->lengths);
  if (!scan->fields || !scan->texts || !scan->lengths || tg_files_copy_plan(&load->plan, &scan->plan) != 0)
    return tg_error_memory(error);
  scan->field_count = load->field_count;
  scan->delimiter = delimiter;
  scan->longest = longest;
  scan->stop[(unsigned char)delimiter] = scan->stop['\n'] = scan->stop['\r'] = scan->stop['"'] = 1;
  for (size_t i = 0; i < load->field_count; i++) {
    const tg_load_variable *variable = load->fields[i];
    tg_scan_field *field = &scan->fields[i];
    field->variable = variable;
    if (!variable)
      continue;
    if (variable->variable->role == TG_ROLE_ID)
      continue;
    if (variable->column->kind == TG_COLUMN_CODE8) {
      field->kind = FIELD_BYTE;
      field->bytes = shared_bytes(scan, field);
      field->empty = (unsigned char)variable->stored_empty;
    } else if (variable->column->kind == TG_COLUMN_CODE16)
      field->kind = FIELD_CODE;
    else if (variable->column->kind == TG_COLUMN_NUMBER && variable->variable->type == TG_DATE)
      field->kind = FIELD_DATE;
    else if (variable->column->kind == TG_COLUMN_NUMBER && FLT_EVAL_METHOD == 0) {
      field->kind = FIELD_NUMBER;
      field->whole = variable->variable->type == TG_INTEGER;
      field->declared = variable->variable->code_count > 0;
    } else if (variable->column->kind == TG_COLUMN_TEXT) {
      field->kind = FIELD_TEXT;
      field->whole = variable->unfilled == TG_DICTIONARY_EMPTY;
    }
  }
  for (size_t i = load->field_count - 1; i > 0; i--)
    if (scan->fields[i - 1].kind == FIELD_BYTE)
      scan->fields[i - 1].run = scan->fields[i].run + 1;
  return TRYGG_OK;
}

void tg_scan_close(tg_scan *scan) {
  tg_memory_free(scan->fields);
  tg_memory_free(scan->texts);
  tg_memory_free(scan->lengths);
  tg_files_clear_plan(&scan->plan);
  tg_memory_wipe(scan->quoted, scan->quoted_size);
  *scan = (tg_scan){0};
}

/* ---- quoted fields ------------------------------------------------------------------------------- */

static int is_blank(const tg_scan *scan, char byte) {
  return (byte == ' ' || byte == '\t') && byte != scan->delimiter;
}

static int is_line_end(char byte) {
  return byte == '\n' || byte == '\r';
}

/* The text within quotes, `at` behind the first one, without the second of two quotes; NULL: it is never closed. */
static const char *take_quoted(tg_scan *scan, const char *at, const char *end, tg_cell_text *cell,
                               int64_t *lines) {
  const char *begin = at;
  char *copy = NULL;
  for (;; at++) {
    if (at >= end)
      return NULL;
    if (*at == '"') {
      if (at + 1 >= end || at[1] != '"')
        break;
      if (!copy) {
        copy = scan->quoted + scan->quoted_used;
        memcpy(copy, begin, (size_t)(at - begin));
        scan->quoted_used += (size_t)(at - begin);
      }
      at++;
    }
    *lines += *at == '\n' || (*at == '\r' && at[1] != '\n');
    if (copy)
      scan->quoted[scan->quoted_used++] = *at;
  }
  *cell = copy ? (tg_cell_text){copy, (size_t)(scan->quoted + scan->quoted_used - copy)}
               : (tg_cell_text){begin, (size_t)(at - begin)};
  return at + 1;
}

/* ---- most records ------------------------------------------------------------------------------ */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* How many of the next eight bytes are digits before another one comes, and their number: lengths vary too much to
 * be guessed by the processor, so there is no loop (D. Lemire, "Quickly parsing eight digits", 2018). */
static inline size_t scan_digits(const char *at, uint64_t *out) {
  uint64_t word, others;
  memcpy(&word, at, sizeof word);
  word ^= UINT64_C(0x3030303030303030);
  others = ((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080);
  size_t digits = others ? (size_t)__builtin_ctzll(others) / 8 : 8;
  word = digits ? word << 8 * (8 - digits) : 0;
  word = (word * 10 + (word >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
  word = (word * 100 + (word >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
  *out = (word * 10000 + (word >> 32)) & UINT64_C(0xFFFFFFFF);
  return digits;
}
#else
static inline size_t scan_digits(const char *at, uint64_t *out) {
  size_t digits = 0;
  for (*out = 0; digits < 8 && at[digits] >= '0' && at[digits] <= '9'; digits++)
    *out = *out * 10 + (uint64_t)(at[digits] - '0');
  return digits;
}
#endif

static inline const char *find_end(const tg_scan *scan, const char *at) {
  while (!scan->stop[(unsigned char)*at])
    at++;
  return at;
}

/* Any field the long way: find its end, then convert the text. */
static const char *take_any(const tg_scan *scan, tg_piece *piece, const tg_scan_field *field,
                            const char *at) {
  const char *end = find_end(scan, at);
  if (field->variable)
    field->variable->convert(piece, field->variable, at, (size_t)(end - at));
  return end;
}

/* A short number that is a code, or a code of up to eight bytes that was met before and is nothing to note. */
static inline const char *take_code(const tg_scan *scan, tg_piece *piece, const tg_scan_field *field,
                                    const char *at) {
  uint64_t number;
  size_t length = scan_digits(at, &number);
  const char *end = find_end(scan, at + length);
  uint32_t value = TG_LOAD_SLOW_DIGITS;
  if (end == at + length && length > 0 && length <= field->variable->digits_most)
    value = field->variable->digits[tg_load_digits(length) + number];
  if (value == TG_LOAD_SLOW_DIGITS) {
    length = (size_t)(end - at);
    if (length == 0 || length > 8)
      return NULL;
    uint64_t key = tg_texts_key_padded(at, length);
    const tg_piece_known *known = tg_piece_find_known(field->column, key);
    if (known->bytes != key || known->what != 0)
      return NULL;
    value = known->value;
  }
  if (field->kind == FIELD_BYTE)
    field->values.code8[piece->count] = (uint8_t)value;
  else
    field->values.code16[piece->count] = (uint16_t)value;
  return end;
}

/* Up to 15 digits with a decimal sign among them, read as base/number.c reads them: whole number and power of ten
 * are exact doubles, so their quotient is rounded once. */
static inline const char *take_number(const tg_scan *scan, tg_piece *piece, const tg_scan_field *field,
                                      const char *at) {
  static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
  static const uint64_t whole_powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
  const char decimal = piece->decimal, *begin = at;
  uint64_t whole, fraction;
  size_t digits = scan_digits(at, &whole), decimals = 0;
  double value = (double)whole;
  if (digits == 8) {
    digits += scan_digits(at + 8, &fraction);
    if (digits == 16)
      return NULL;
    whole = whole * whole_powers[digits - 8] + fraction;
    value = (double)whole;
  }
  at += digits;
  if (!scan->stop[(unsigned char)*at]) {
    if (field->whole || (decimal ? *at != decimal : *at != '.' && *at != ','))
      return NULL;
    decimals = scan_digits(++at, &fraction);
    if (decimals == 8 || digits + decimals > 15)
      return NULL;
    at += decimals;
    value = (double)(whole * whole_powers[decimals] + fraction) / powers[decimals];
  }
  if (digits + decimals == 0 || !scan->stop[(unsigned char)*at])
    return NULL;
  if (field->declared) {
    tg_convert_value(piece, field->variable, value, begin, (size_t)(at - begin));
    return at;
  }
  field->values.number[piece->count] = value;
  field->column->filled[piece->count] = 1;
  return at;
}

/* A day, with or without the time behind it. */
static inline const char *take_date(const tg_scan *scan, tg_piece *piece, const tg_scan_field *field,
                                    const char *at) {
  double days;
  if (scan->stop[(unsigned char)at[0]] || at[4] != '-' || at[7] != '-')
    return NULL;
  const char *end = find_end(scan, at);
  if (tg_codebook_parse_date(at, (size_t)(end - at), &days) != 0)
    return NULL;
  field->values.number[piece->count] = days;
  field->column->filled[piece->count] = 1;
  return end;
}

/* A text of up to eight bytes that the piece has already. */
static inline const char *take_text(const tg_scan *scan, tg_piece *piece, const tg_scan_field *field,
                                    const char *at) {
  uint64_t number;
  size_t digits = scan_digits(at, &number);
  const char *end = find_end(scan, at + digits);
  size_t length = (size_t)(end - at);
  if (length == 0 && field->whole) {
    field->values.text[piece->count] = 0;
    return end;
  }
  if (length == 0 || length > 8)
    return NULL;
  uint64_t key = tg_texts_key_padded(at, length);
  uint32_t home = tg_texts_home(key, length, digits, number);
  uint32_t index = tg_texts_find_short(&field->column->texts, key, length, home);
  field->values.text[piece->count] = index;
  return index ? end : NULL;
}

static inline const char *take_field(const tg_scan *scan, tg_piece *piece, const tg_scan_field *field,
                                     const char *at) {
  const char *end = NULL;
  switch (field->kind) {
  case FIELD_BYTE:
  case FIELD_CODE:
    end = take_code(scan, piece, field, at);
    break;
  case FIELD_NUMBER:
    end = take_number(scan, piece, field, at);
    break;
  case FIELD_DATE:
    end = take_date(scan, piece, field, at);
    break;
  case FIELD_TEXT:
    end = take_text(scan, piece, field, at);
    break;
  case FIELD_OTHER:
    break;
  }
  return end ? end : take_any(scan, piece, field, at);
}

/* A field in quotes; NULL where they are not closed, or something follows them. */
static const char *take_quoted_field(tg_scan *scan, tg_piece *piece, const tg_scan_field *field,
                                     const char *at, const char *end, int64_t *lines) {
  tg_cell_text cell;
  at = take_quoted(scan, at + 1, end, &cell, lines);
  while (at && at < end && is_blank(scan, *at))
    at++;
  if (!at || at >= end)
    return NULL;
  if (field->variable)
    field->variable->convert(piece, field->variable, cell.text, cell.length);
  return at;
}

/* Four codes of one byte at a time, as long as they come: a delimiter at every second byte. */
static inline const char *take_run(uint64_t delimiters, const tg_scan_field **field, size_t row,
                                   const char *at) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  const tg_scan_field *next = *field;
  for (; next->run >= 4; next += 4, at += 8) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    if ((word & UINT64_C(0xFF00FF00FF00FF00)) != delimiters)
      break;
    unsigned char a = next[0].bytes[word & 0xFF], b = next[1].bytes[word >> 16 & 0xFF],
                  c = next[2].bytes[word >> 32 & 0xFF], d = next[3].bytes[word >> 48 & 0xFF];
    if (a == TG_LOAD_SLOW || b == TG_LOAD_SLOW || c == TG_LOAD_SLOW || d == TG_LOAD_SLOW)
      break;
    next[0].values.code8[row] = a;
    next[1].values.code8[row] = b;
    next[2].values.code8[row] = c;
    next[3].values.code8[row] = d;
  }
  *field = next;
#else
  (void)delimiters, (void)field, (void)row;
#endif
  return at;
}

/* Codes of one byte or none, without asking which; as many as four, for what take_run() does not take. */
static inline const char *take_mixed(char delimiter, const tg_scan_field **field, size_t row,
                                     const char *at) {
  const tg_scan_field *next = *field;
  for (size_t i = 0; i < 4 && next->run > 0; i++, next++) {
    unsigned char code = next->bytes[(unsigned char)*at], empty = next->empty;
    const char *end = at + (*at != delimiter);
    code = *at == delimiter ? empty : code;
    if (code == TG_LOAD_SLOW || *end != delimiter)
      break;
    next->values.code8[row] = code;
    at = end + 1;
  }
  *field = next;
  return at;
}

/* A record whose quotes begin its fields; NULL where it is none, or has too many fields or too few. */
static const char *take_record(tg_scan *scan, tg_piece *piece, const char *at, const char *end,
                               int64_t *lines) {
  const size_t row = piece->count;
  const char delimiter = scan->delimiter;
  const uint64_t delimiters = (unsigned char)delimiter * UINT64_C(0x0100010001000100);
  const tg_scan_field *field = scan->fields, *last = field + scan->field_count - 1;
  for (; field <= last; field++, at++) {
    const tg_scan_field *from = field;
    for (int more = field->run > 0; more; more = field->run > 0 && field == from + 4) {
      at = take_run(delimiters, &field, row, at);
      from = field;
      at = take_mixed(delimiter, &field, row, at);
    }
    at = *at == '"' ? take_quoted_field(scan, piece, field, at, end, lines)
                    : take_field(scan, piece, field, at);
    if (!at || (field < last ? *at != delimiter : !is_line_end(*at)))
      return NULL;
  }
  return at + (at[-1] == '\r' && at[0] == '\n');
}

/* ---- records that are split first ------------------------------------------------------------------ */

/* Split a record as libcsv does; NULL where libcsv would find a fault, or another number of fields. */
static const char *split_record(tg_scan *scan, const char *at, const char *end, int64_t *lines) {
  for (size_t i = 0; i < scan->field_count; i++) {
    const char *begin = at;
    tg_cell_text cell;
    while (is_blank(scan, *at))
      at++;
    if (*at == '"') {
      at = take_quoted(scan, at + 1, end, &cell, lines);
      while (at && at < end && is_blank(scan, *at))
        at++;
      if (!at || at >= end)
        return NULL;
    } else {
      at = find_end(scan, at);
      cell = (tg_cell_text){begin, (size_t)(at - begin)};
    }
    if (i + 1 < scan->field_count ? *at != scan->delimiter : !is_line_end(*at))
      return NULL;
    scan->texts[i] = cell.text;
    scan->lengths[i] = cell.length;
    at++;
  }
  return at + (at[-1] == '\r' && at[0] == '\n');
}

/* With blanks around quotes, or recodes, which look at all cells of a record. */
static const char *take_split(tg_scan *scan, tg_piece *piece, const char *at, const char *end,
                              int64_t *lines) {
  const char *begin = at;
  at = split_record(scan, at, end, lines);
  if (!at || (uint64_t)(at - begin) > scan->longest)
    return NULL;
  for (size_t i = 0; i < scan->field_count; i++) {
    const tg_load_variable *variable = scan->fields[i].variable;
    if (variable)
      variable->convert(piece, variable, scan->texts[i], scan->lengths[i]);
  }
  tg_recode_record(piece->load, &scan->plan, piece, scan->texts, scan->lengths);
  return at;
}

/* ---- all of them -------------------------------------------------------------------------------- */

static void bind(tg_scan *scan, const tg_piece *piece) {
  for (size_t i = 0; i < scan->field_count; i++) {
    tg_scan_field *field = &scan->fields[i];
    if (!field->variable)
      continue;
    field->column = &piece->columns[field->variable->index];
    field->values.all = field->column->values;
  }
}

/* The end of a line that has blanks at most, else NULL.  In a one-column file such a line is a record. */
static const char *skip_blank_line(const tg_scan *scan, const char *at) {
  if (scan->field_count == 1)
    return NULL;
  while (is_blank(scan, *at))
    at++;
  return is_line_end(*at) ? at + (at[0] == '\r' && at[1] == '\n') + 1 : NULL;
}

/* Texts with a quote written twice are copied: all together they are no longer than the text, and a record may be
 * tried twice. */
static int reserve_quoted(tg_scan *scan, size_t length) {
  scan->quoted_used = 0;
  if (scan->quoted_size >= length)
    return 0;
  tg_memory_wipe(scan->quoted, scan->quoted_size);
  scan->quoted_size = 0;
  scan->quoted = tg_memory_new(length, 1);
  if (!scan->quoted)
    return -1;
  scan->quoted_size = length;
  return 0;
}

void tg_scan_text(tg_scan *scan, tg_piece *piece, const char *text, size_t length, int has_quotes,
                  size_t *used, int64_t *lines) {
  const char *at = text, *end = text + length;
  int64_t line = 0;
  if (has_quotes && reserve_quoted(scan, 2 * length) != 0)
    piece->no_memory = 1;
  bind(scan, piece);
  while (at < end && !piece->no_memory) {
    const char *next = is_line_end(*at) || is_blank(scan, *at) ? skip_blank_line(scan, at) : NULL;
    if (next) {
      line++;
      at = next;
      continue;
    }
    if (piece->count == piece->capacity) {
      if (tg_piece_grow(piece) != 0) {
        piece->no_memory = 1;
        break;
      }
      bind(scan, piece);
    }
    int64_t inside = 0;
    size_t events = piece->event_count;
    next = scan->plan.slot_count == 0 ? take_record(scan, piece, at, end, &inside) : NULL;
    if (!next) {
      piece->event_count = events;
      inside = 0;
      next = take_split(scan, piece, at, end, &inside);
    }
    if (!next || (uint64_t)(next - at) > scan->longest) {
      piece->event_count = events;
      break;
    }
    piece->lines[piece->count++] = (uint32_t)(line + 1);
    line += 1 + inside;
    at = next;
  }
  *used = (size_t)(at - text);
  *lines = line;
}
