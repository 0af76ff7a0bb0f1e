/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a cell's text to the stored value, one function a kind of column, chosen once. */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>
#include <responses/load.h>

/* What a cell was; remembered beside its value so that a repeated text is looked up once. */
enum { CELL_PLAIN, CELL_RECODED, CELL_EMPTY, CELL_UNKNOWN };

/* Values above all codes: a missing kind without a code of its own. */
#define KIND UINT32_C(0x80000000)

/* Texts that programs write for nothing. */
static int is_nothing(const char *text, size_t length) {
  static const char *const nothings[] = {"#NULL!", "NA", "."};
  if (length == 0 || (text[0] != '#' && text[0] != 'N' && text[0] != '.'))
    return 0;
  for (size_t i = 0; i < sizeof nothings / sizeof nothings[0]; i++)
    if (tg_text_equal(text, length, nothings[i]))
      return 1;
  return 0;
}

/* Most cells have no blanks: look at the ends before calling. */
static inline void trim(const char **text, size_t *length) {
  if (*length == 0)
    return;
  unsigned char first = (unsigned char)(*text)[0], last = (unsigned char)(*text)[*length - 1];
  if (first <= ' ' || first == 0xC2 || last <= ' ' || last == 0xA0)
    *text = tg_text_trim(*text, length);
}

/* Book-keeping common to all kinds of column. */
static inline void note(tg_piece *piece, const tg_load_variable *variable, uint32_t what, const char *text,
                        size_t length) {
  if (what == CELL_UNKNOWN)
    tg_piece_note(piece, variable->index, TG_EVENT_UNKNOWN, text, length);
  else if (what == CELL_RECODED && !piece->numeric_cells)
    tg_piece_note(piece, variable->index, TG_EVENT_RECODED, NULL, 0);
}

/* ---- codes ------------------------------------------------------------------------------- */

static uint32_t look_up(const tg_load *load, const tg_load_variable *variable, const char *text,
                        size_t length, uint32_t *what) {
  int by_number = 0;
  size_t code = TG_NONE;
  if (load->codebook->settings.answers_are_labels)
    code = tg_variable_code_by_label(variable->variable, text, length);
  if (code == TG_NONE)
    code = tg_variable_code(variable->variable, text, length, &by_number);
  if (code != TG_NONE) {
    *what = by_number ? CELL_RECODED : CELL_PLAIN;
    return (uint32_t)code;
  }
  *what = is_nothing(text, length) ? CELL_EMPTY : CELL_UNKNOWN;
  if (*what == CELL_EMPTY && !(variable->empty & KIND))
    *what = CELL_PLAIN; /* an empty cell that stands for a code is an answer */
  return *what == CELL_UNKNOWN ? KIND | TG_UNKNOWN_CODE : variable->empty;
}

/* A code, or KIND with a missing kind, as it is stored. */
static uint32_t stored(const tg_load_variable *variable, uint32_t value) {
  if (!(value & KIND))
    return value;
  return variable->column->kind == TG_COLUMN_CODE8 ? TG_CODE8(value & 0xFF) : TG_CODE16(value & 0xFF);
}

static inline uint32_t find_code(tg_piece *piece, const tg_load_variable *variable, const char *text,
                                 size_t length) {
  uint32_t value, what;
  trim(&text, &length);
  if (length == 0)
    return variable->stored_empty;
  if (length > 8) {
    value = stored(variable, look_up(piece->load, variable, text, length, &what));
    note(piece, variable, what, text, length);
    return value;
  }
  const tg_piece_column *column = &piece->columns[variable->index];
  uint64_t bytes = tg_texts_key(text, length);
  tg_piece_known *known = tg_piece_find_known(column, bytes);
  if (known->bytes != bytes) {
    known->value = stored(variable, look_up(piece->load, variable, text, length, &known->what));
    known->bytes = bytes;
  }
  if (known->what != CELL_PLAIN)
    note(piece, variable, known->what, text, length);
  return known->value;
}

static void convert_code8(tg_piece *piece, const tg_load_variable *variable, const char *text,
                          size_t length) {
  ((uint8_t *)piece->columns[variable->index].values)[piece->count] =
      (uint8_t)find_code(piece, variable, text, length);
}

static void convert_code16(tg_piece *piece, const tg_load_variable *variable, const char *text,
                           size_t length) {
  ((uint16_t *)piece->columns[variable->index].values)[piece->count] =
      (uint16_t)find_code(piece, variable, text, length);
}

/* Chosen codes with blanks between.  Valid ones win over missing ones in the same cell. */
static void convert_mask(tg_piece *piece, const tg_load_variable *variable, const char *text, size_t length) {
  tg_piece_column *column = &piece->columns[variable->index];
  uint64_t *out = (uint64_t *)column->values + piece->count, chosen = 0, missing = 0;
  const tg_code *codes = variable->variable->codes;
  uint32_t worst = CELL_EMPTY;
  const char *whole = text;
  size_t whole_length = length;
  trim(&whole, &whole_length);
  for (size_t i = 0, begin; i < length;) {
    while (i < length && (unsigned char)text[i] <= ' ')
      i++;
    for (begin = i; i < length && (unsigned char)text[i] > ' ';)
      i++;
    if (i == begin)
      break;
    uint32_t what, value = look_up(piece->load, variable, text + begin, i - begin, &what);
    if (what == CELL_EMPTY)
      continue;
    if (value & KIND)
      missing = TG_UNKNOWN_CODE;
    else if (codes[value].missing == TG_VALID)
      chosen |= UINT64_C(1) << value;
    else if (missing != TG_UNKNOWN_CODE)
      missing = codes[value].missing;
    worst = worst == CELL_EMPTY || what > worst ? what : worst;
  }
  column->filled[piece->count] = 1;
  if (worst == CELL_EMPTY) {
    uint32_t empty = variable->empty;
    int is_kind = (empty & KIND) != 0;
    *out = is_kind                            ? TG_MASK_MISSING | (empty & 0xFF)
           : codes[empty].missing == TG_VALID ? UINT64_C(1) << empty
                                              : TG_MASK_MISSING | codes[empty].missing;
    column->filled[piece->count] = !is_kind;
    return;
  }
  *out = missing == TG_UNKNOWN_CODE || !chosen ? TG_MASK_MISSING | missing : chosen;
  note(piece, variable, worst, whole, whole_length);
}

/* ---- numbers ------------------------------------------------------------------------------ */

static inline void put_number(tg_piece *piece, const tg_load_variable *variable, double value,
                              unsigned char filled) {
  tg_piece_column *column = &piece->columns[variable->index];
  ((double *)column->values)[piece->count] = value;
  column->filled[piece->count] = filled;
}

/* A cell that is no number, or no value of the variable. */
static void store_unknown(tg_piece *piece, const tg_load_variable *variable, const char *text,
                          size_t length) {
  put_number(piece, variable, tg_missing_number(TG_UNKNOWN_CODE), 1);
  note(piece, variable, CELL_UNKNOWN, text, length);
  if (variable->strict != TG_LOAD_LENIENT)
    tg_piece_note(piece, variable->index, TG_EVENT_FAULT, NULL, 0);
}

static void store_empty(tg_piece *piece, const tg_load_variable *variable) {
  const tg_variable *about = variable->variable;
  if (about->empty != TG_VALID || about->empty_code >= about->code_count) {
    put_number(piece, variable, tg_missing_number(about->empty != TG_VALID ? about->empty : TG_NO_ANSWER), 0);
    return;
  }
  const tg_code *code = &about->codes[about->empty_code];
  put_number(piece, variable, code->missing == TG_VALID ? code->number : tg_missing_number(code->missing), 1);
}

/* A number, unless the codebook declares it a missing code. */
void tg_convert_value(tg_piece *piece, const tg_load_variable *variable, double value, const char *text,
                      size_t length) {
  const tg_variable *about = variable->variable;
  for (size_t i = 0; i < about->code_count; i++)
    if (about->codes[i].number == value && about->codes[i].missing != TG_VALID) {
      put_number(piece, variable, tg_missing_number(about->codes[i].missing), 1);
      return;
    }
  if (about->type == TG_INTEGER && value != floor(value)) {
    store_unknown(piece, variable, text, length);
    return;
  }
  put_number(piece, variable, value, 1);
  if (variable->strict == TG_LOAD_WEIGHT && value < 0)
    tg_piece_note(piece, variable->index, TG_EVENT_NEGATIVE, NULL, 0);
}

/* A declared code that is no number, or nothing, or a fault. */
static void store_word(tg_piece *piece, const tg_load_variable *variable, const char *text, size_t length) {
  int by_number;
  const tg_variable *about = variable->variable;
  size_t code = about->code_count ? tg_variable_code(about, text, length, &by_number) : TG_NONE;
  if (code != TG_NONE && about->codes[code].missing != TG_VALID)
    put_number(piece, variable, tg_missing_number(about->codes[code].missing), 1);
  else if (is_nothing(text, length))
    store_empty(piece, variable);
  else
    store_unknown(piece, variable, text, length);
}

static void convert_number(tg_piece *piece, const tg_load_variable *variable, const char *text,
                           size_t length) {
  double value;
  trim(&text, &length);
  if (length == 0)
    store_empty(piece, variable);
  else if (tg_number_parse(text, length, piece->decimal, &value) == 0)
    tg_convert_value(piece, variable, value, text, length);
  else
    store_word(piece, variable, text, length);
}

int tg_convert_number(tg_piece *piece, const tg_load_variable *variable, double value) {
  int is_whole_enough = variable->variable->type != TG_INTEGER || value == floor(value);
  if (variable->convert != convert_number || !isfinite(value) || !is_whole_enough)
    return 0;
  tg_convert_value(piece, variable, value, NULL, 0);
  return 1;
}

static void convert_date(tg_piece *piece, const tg_load_variable *variable, const char *text, size_t length) {
  double value;
  trim(&text, &length);
  if (length == 0)
    store_empty(piece, variable);
  else if (tg_codebook_parse_date(text, length, &value) == 0)
    put_number(piece, variable, value, 1);
  else
    store_word(piece, variable, text, length);
}

/* ---- texts -------------------------------------------------------------------------------- */

/* A lone `NA` that no code declares is an empty cell. */
static int is_empty_text(const tg_variable *variable, const char *text, size_t length) {
  int by_number;
  return length == 0 ||
         (is_nothing(text, length) &&
          (variable->code_count == 0 || tg_variable_code(variable, text, length, &by_number) == TG_NONE));
}

static void convert_text(tg_piece *piece, const tg_load_variable *variable, const char *text, size_t length) {
  const tg_variable *about = variable->variable;
  tg_piece_column *column = &piece->columns[variable->index];
  trim(&text, &length);
  if (is_empty_text(about, text, length)) {
    int coded = about->empty == TG_VALID && about->empty_code < about->code_count;
    text = coded ? about->codes[about->empty_code].text : "";
    length = strlen(text);
  }
  if (tg_texts_add(&column->texts, text, length, (uint32_t *)column->values + piece->count) != 0)
    piece->no_memory = 1;
}

/* Ids are compared while loading and not kept. */
static void convert_id(tg_piece *piece, const tg_load_variable *variable, const char *text, size_t length) {
  trim(&text, &length);
  if (is_empty_text(variable->variable, text, length))
    length = 0;
  if (length > UINT32_MAX)
    piece->no_memory = 1;
  piece->ids[piece->count * piece->id_count + variable->id] =
      (tg_piece_id){text, (uint32_t)length, tg_dictionary_hash(text, length)};
}

/* ---- the choice ----------------------------------------------------------------------------- */

/* What each single byte means, so that most cells of a questionnaire are one look at a table. */
static trygg_status prepare_bytes(tg_load *load, tg_load_variable *variable) {
  variable->bytes = tg_memory_new(256, 1);
  if (!variable->bytes)
    return tg_error_memory(load->error);
  for (int byte = 0; byte < 256; byte++) {
    char text = (char)byte;
    uint32_t what = CELL_UNKNOWN, value = 0;
    if (byte > ' ' && byte < 0x7F && byte != '"' && byte != ',' && byte != ';') /* may end the cell */
      value = look_up(load, variable, &text, 1, &what);
    else if (byte == ' ') {
      what = CELL_PLAIN;
      value = variable->empty;
    }
    variable->bytes[byte] =
        what == CELL_PLAIN || what == CELL_EMPTY ? (unsigned char)stored(variable, value) : TG_LOAD_SLOW;
  }
  return TRYGG_OK;
}

/* The number that a code of one to four digits is written as, or -1. */
static int short_number(const char *text, size_t length) {
  int number = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    number = number * 10 + (text[i] - '0');
  }
  return length >= 1 && length <= 4 ? number : -1;
}

/* Most other codes are short numbers, whose place in a table needs no search. */
static trygg_status prepare_digits(tg_load *load, tg_load_variable *variable) {
  const tg_variable *about = variable->variable;
  for (size_t i = 0; i < about->code_count; i++) {
    size_t length = strlen(about->codes[i].text);
    if (length > variable->digits_most && short_number(about->codes[i].text, length) >= 0)
      variable->digits_most = length;
  }
  size_t size = tg_load_digits(variable->digits_most + 1);
  if (variable->digits_most == 0)
    return TRYGG_OK;
  variable->digits = tg_memory_new(size, sizeof *variable->digits);
  if (!variable->digits)
    return tg_error_memory(load->error);
  memset(variable->digits, 0xFF, size * sizeof *variable->digits);
  for (size_t i = 0; i < about->code_count; i++) {
    const char *text = about->codes[i].text;
    size_t length = strlen(text);
    int number = short_number(text, length);
    uint32_t what = CELL_UNKNOWN, value = number >= 0 ? look_up(load, variable, text, length, &what) : 0;
    if (what == CELL_PLAIN)
      variable->digits[tg_load_digits(length) + (size_t)number] = (uint16_t)stored(variable, value);
  }
  return TRYGG_OK;
}

trygg_status tg_convert_prepare(tg_load *load, tg_load_variable *variable) {
  static const tg_load_convert converters[] = {
      [TG_COLUMN_CODE8] = convert_code8, [TG_COLUMN_CODE16] = convert_code16,
      [TG_COLUMN_MASK] = convert_mask,   [TG_COLUMN_NUMBER] = convert_number,
      [TG_COLUMN_TEXT] = convert_text,
  };
  trygg_status status = TRYGG_OK;
  const tg_variable *about = variable->variable;
  tg_column_kind kind = variable->column->kind;
  variable->convert = about->role == TG_ROLE_ID                            ? convert_id
                      : kind == TG_COLUMN_NUMBER && about->type == TG_DATE ? convert_date
                                                                           : converters[kind];
  int coded = about->empty == TG_VALID && about->empty_code < about->code_count;
  variable->empty = coded                      ? (uint32_t)about->empty_code
                    : about->empty == TG_VALID ? KIND | TG_NO_ANSWER
                                               : KIND | (uint32_t)about->empty;
  variable->stored_empty = stored(variable, variable->empty);
  variable->unfilled = coded                    ? UINT32_MAX
                       : kind == TG_COLUMN_TEXT ? TG_DICTIONARY_EMPTY
                                                : variable->stored_empty;
  if ((kind == TG_COLUMN_CODE8 || kind == TG_COLUMN_CODE16) && about->role != TG_ROLE_ID) {
    TRY(prepare_digits(load, variable));
    if (kind == TG_COLUMN_CODE8)
      TRY(prepare_bytes(load, variable));
  }
cleanup:
  return status;
}
