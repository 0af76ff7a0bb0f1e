/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a cell's text to the stored value, one function a kind of column, chosen once. */
#include <math.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>
#include <responses/load.h>

/* What a cell was; stored beside its value so that a repeated text is looked up once. */
enum { CELL_PLAIN, CELL_RECODED, CELL_EMPTY, CELL_UNKNOWN };

/* Values above all codes: a missing kind without a code of its own. */
#define KIND UINT32_C(0x80000000)

/* Texts that programs write for nothing. */
static int is_nothing(const char *text, size_t length) {
  static const char *const nothings[] = {"#NULL!", "NA", "."};
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

/* Codes that may be shown in an account: short and harmless. */
static void remember_unknown(tg_load *load, const tg_load_variable *variable, const char *text,
                             size_t length) {
  tg_load_unknown *entry = &load->unknown[load->unknown_count++];
  int fit = length > 0 && length <= 10;
  for (size_t i = 0; fit && i < length; i++)
    fit = (text[i] >= '0' && text[i] <= '9') || ((text[i] | 32) >= 'a' && (text[i] | 32) <= 'z') ||
          text[i] == '.' || text[i] == '_' || text[i] == '-';
  entry->record = load->count;
  entry->variable = variable->index;
  tg_text_print(entry->code, sizeof entry->code, "%.*s", fit ? (int)length : 6, fit ? text : "(text)");
}

/* Book-keeping common to all kinds of column. */
static inline void note(tg_load *load, tg_load_variable *variable, uint32_t what, const char *text,
                        size_t length) {
  load->filled[variable->index] = what != CELL_EMPTY;
  if (what == CELL_UNKNOWN)
    remember_unknown(load, variable, text, length);
  else if (what == CELL_RECODED && !load->numeric_cells)
    load->recoded[load->recoded_count++] = variable->index;
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

/* The value of a cell: a code, or KIND with a missing kind. */
static inline uint32_t find_code(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  uint32_t value, what;
  trim(&text, &length);
  if (length == 0) {
    note(load, variable, variable->empty & KIND ? CELL_EMPTY : CELL_PLAIN, text, 0);
    return variable->empty;
  }
  if (length > 8) {
    value = look_up(load, variable, text, length, &what);
    note(load, variable, what, text, length);
    return value;
  }
  uint64_t bytes = 0;
  for (size_t i = 0; i < length; i++)
    bytes = bytes << 8 | (unsigned char)text[i]; /* no byte is 0, so different texts differ */
  tg_load_known *known =
      &variable->known[(bytes * UINT64_C(0x9E3779B97F4A7C15) >> 40) & variable->known_mask];
  if (known->bytes != bytes) {
    known->value = look_up(load, variable, text, length, &known->what);
    known->bytes = bytes;
  }
  note(load, variable, known->what, text, length);
  return known->value;
}

static void convert_code8(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  uint32_t value = find_code(load, variable, text, length);
  variable->column->values.code8[load->count] = value & KIND ? TG_CODE8(value & 0xFF) : (uint8_t)value;
}

static void convert_code16(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  uint32_t value = find_code(load, variable, text, length);
  variable->column->values.code16[load->count] = value & KIND ? TG_CODE16(value & 0xFF) : (uint16_t)value;
}

/* Chosen codes with blanks between.  Valid ones win over missing ones in the same cell. */
static void convert_mask(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  uint64_t *out = &variable->column->values.mask[load->count], chosen = 0, missing = 0;
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
    uint32_t what, value = look_up(load, variable, text + begin, i - begin, &what);
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
  if (worst == CELL_EMPTY) {
    uint32_t empty = variable->empty;
    int is_kind = (empty & KIND) != 0;
    *out = is_kind                            ? TG_MASK_MISSING | (empty & 0xFF)
           : codes[empty].missing == TG_VALID ? UINT64_C(1) << empty
                                              : TG_MASK_MISSING | codes[empty].missing;
    note(load, variable, is_kind ? CELL_EMPTY : CELL_PLAIN, whole, whole_length);
    return;
  }
  *out = missing == TG_UNKNOWN_CODE || !chosen ? TG_MASK_MISSING | missing : chosen;
  note(load, variable, worst, whole, whole_length);
}

/* ---- numbers ------------------------------------------------------------------------------ */

static void set_fault(tg_load *load, const tg_load_variable *variable, int negative) {
  if (load->fault)
    return;
  load->fault = variable;
  load->fault_negative = negative;
}

/* A cell that is no number, or no value of the variable. */
static void store_unknown(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  variable->column->values.number[load->count] = tg_missing_number(TG_UNKNOWN_CODE);
  note(load, variable, CELL_UNKNOWN, text, length);
  if (variable->strict != TG_LOAD_LENIENT)
    set_fault(load, variable, 0);
}

static void store_empty(tg_load *load, tg_load_variable *variable) {
  const tg_variable *about = variable->variable;
  double *out = &variable->column->values.number[load->count];
  if (about->empty != TG_VALID || about->empty_code >= about->code_count) {
    *out = tg_missing_number(about->empty != TG_VALID ? about->empty : TG_NO_ANSWER);
    load->filled[variable->index] = 0;
    return;
  }
  const tg_code *code = &about->codes[about->empty_code];
  *out = code->missing == TG_VALID ? code->number : tg_missing_number(code->missing);
  load->filled[variable->index] = 1;
}

/* A number, unless the codebook declares it a missing code. */
static void store_number(tg_load *load, tg_load_variable *variable, double value, const char *text,
                         size_t length) {
  const tg_variable *about = variable->variable;
  for (size_t i = 0; i < about->code_count; i++)
    if (about->codes[i].number == value && about->codes[i].missing != TG_VALID) {
      variable->column->values.number[load->count] = tg_missing_number(about->codes[i].missing);
      load->filled[variable->index] = 1;
      return;
    }
  if (about->type == TG_INTEGER && value != floor(value)) {
    store_unknown(load, variable, text, length);
    return;
  }
  variable->column->values.number[load->count] = value;
  load->filled[variable->index] = 1;
  if (variable->strict == TG_LOAD_WEIGHT && value < 0)
    set_fault(load, variable, 1);
}

/* A declared code that is no number, or nothing, or a fault. */
static void store_word(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  int by_number;
  const tg_variable *about = variable->variable;
  size_t code = about->code_count ? tg_variable_code(about, text, length, &by_number) : TG_NONE;
  if (code != TG_NONE && about->codes[code].missing != TG_VALID) {
    variable->column->values.number[load->count] = tg_missing_number(about->codes[code].missing);
    load->filled[variable->index] = 1;
  } else if (is_nothing(text, length))
    store_empty(load, variable);
  else
    store_unknown(load, variable, text, length);
}

static void convert_number(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  double value;
  trim(&text, &length);
  if (length == 0)
    store_empty(load, variable);
  else if (tg_number_parse(text, length, load->decimal, &value) == 0)
    store_number(load, variable, value, text, length);
  else
    store_word(load, variable, text, length);
}

static void convert_date(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  double value;
  trim(&text, &length);
  if (length == 0)
    store_empty(load, variable);
  else if (tg_codebook_parse_date(text, length, &value) == 0) {
    variable->column->values.number[load->count] = value;
    load->filled[variable->index] = 1;
  } else
    store_word(load, variable, text, length);
}

/* ---- texts -------------------------------------------------------------------------------- */

/* A lone `NA` that no code declares is an empty cell. */
static int is_empty_text(const tg_variable *variable, const char *text, size_t length) {
  int by_number;
  return length == 0 ||
         (is_nothing(text, length) &&
          (variable->code_count == 0 || tg_variable_code(variable, text, length, &by_number) == TG_NONE));
}

static void convert_text(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  const tg_variable *about = variable->variable;
  trim(&text, &length);
  int empty = is_empty_text(about, text, length);
  if (empty) {
    int coded = about->empty == TG_VALID && about->empty_code < about->code_count;
    text = coded ? about->codes[about->empty_code].text : "";
    length = strlen(text);
    empty = !coded;
  }
  load->filled[variable->index] = (unsigned char)!empty;
  if (tg_dictionary_add(&variable->texts, text, length, &variable->column->values.text[load->count], NULL) !=
      0)
    load->failed = tg_error_memory(load->error);
}

/* Ids are compared while loading and not kept. */
static void convert_id(tg_load *load, tg_load_variable *variable, const char *text, size_t length) {
  trim(&text, &length);
  if (is_empty_text(variable->variable, text, length))
    length = 0;
  load->ids[variable->id] = (tg_load_text){text, length};
  load->filled[variable->index] = length > 0;
}

trygg_status tg_convert_prepare(tg_load *load, tg_load_variable *variable) {
  static const tg_load_convert converters[] = {
      [TG_COLUMN_CODE8] = convert_code8, [TG_COLUMN_CODE16] = convert_code16,
      [TG_COLUMN_MASK] = convert_mask,   [TG_COLUMN_NUMBER] = convert_number,
      [TG_COLUMN_TEXT] = convert_text,
  };
  const tg_variable *about = variable->variable;
  tg_column_kind kind = variable->column->kind;
  variable->convert = about->role == TG_ROLE_ID                            ? convert_id
                      : kind == TG_COLUMN_NUMBER && about->type == TG_DATE ? convert_date
                                                                           : converters[kind];
  int coded = about->empty == TG_VALID && about->empty_code < about->code_count;
  variable->empty = coded                      ? (uint32_t)about->empty_code
                    : about->empty == TG_VALID ? KIND | TG_NO_ANSWER
                                               : KIND | (uint32_t)about->empty;
  if (kind != TG_COLUMN_CODE8 && kind != TG_COLUMN_CODE16)
    return TRYGG_OK;
  size_t slots = 16;
  while (slots < 2 * about->code_count && slots < 1024)
    slots *= 2;
  variable->known = tg_memory_new(slots, sizeof *variable->known);
  variable->known_mask = slots - 1;
  return variable->known ? TRYGG_OK : tg_error_memory(load->error);
}
