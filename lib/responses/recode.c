/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells read as recodes.csv says: of the rows for a variable, file and wave the first that matches wins. */
#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <responses/files.h>
#include <responses/load.h>

/* A cell of the record, trimmed; "" where there is none. */
static const char *cell_text(const tg_file_cell *cell, const char *const *fields, const size_t *lengths,
                             size_t *length) {
  const char *text = cell->field != TG_NONE ? fields[cell->field] : cell->text ? cell->text : "";
  *length = cell->field != TG_NONE ? lengths[cell->field] : strlen(text);
  return tg_text_trim(text, length);
}

/* Texts that programs write for nothing. */
static int is_nothing(const char *text, size_t length) {
  return length == 0 || tg_text_equal(text, length, "#NULL!") || tg_text_equal(text, length, "NA") ||
         tg_text_equal(text, length, ".");
}

/* ---- which rows are for the wave ------------------------------------------------------------------- */

static size_t wave_code(const tg_load *load, const char *text, size_t length) {
  int by_number;
  size_t code = TG_NONE;
  if (!load->wave || !tg_variable_is_coded(load->wave->variable))
    return TG_NONE;
  if (load->codebook->settings.answers_are_labels)
    code = tg_variable_code_by_label(load->wave->variable, text, length);
  return code != TG_NONE ? code : tg_variable_code(load->wave->variable, text, length, &by_number);
}

static int is_wave(const tg_load *load, const tg_recode_row *row, const char *text, size_t length) {
  size_t code = wave_code(load, text, length);
  for (size_t i = 0; i < row->wave_count; i++)
    if (tg_text_equal(text, length, row->waves[i]) ||
        (code != TG_NONE && code == wave_code(load, row->waves[i], strlen(row->waves[i]))))
      return 1;
  return row->wave_count == 0;
}

/* Forget which rows are for which wave. */
static void forget_waves(tg_file_plan *plan) {
  plan->wave_count = 0;
  for (size_t i = 0; i < plan->slot_count; i++) {
    for (size_t k = 0; k < plan->slots[i].step_count; k++)
      plan->slots[i].steps[k].active = 0;
    if (plan->slots[i].known)
      memset(plan->slots[i].known, 0, TG_FILES_KNOWN * sizeof(tg_file_known));
  }
}

/* A file has few waves: what the rows are for is found once for each. */
static void choose_rows(const tg_load *load, tg_file_plan *plan, const char *text, size_t length) {
  size_t shown = length < sizeof plan->waves[0] ? length : 0; /* a longer one is no wave of the codebook */
  for (plan->wave_now = 0; plan->wave_now < plan->wave_count; plan->wave_now++)
    if (tg_text_equal(text, shown, plan->waves[plan->wave_now]))
      return;
  if (plan->wave_count == TG_FILES_WAVES) {
    forget_waves(plan);
    plan->wave_now = 0;
  }
  memcpy(plan->waves[plan->wave_now], text, shown);
  plan->waves[plan->wave_now][shown] = '\0';
  plan->wave_count++;
  for (size_t i = 0; i < plan->slot_count; i++)
    for (size_t k = 0; k < plan->slots[i].step_count; k++) {
      tg_file_step *step = &plan->slots[i].steps[k];
      step->active |= (uint64_t)is_wave(load, step->row, text, shown) << plan->wave_now;
    }
}

/* ---- which row matches ------------------------------------------------------------------------------- */

static int has_text(const tg_recode_row *row, const char *text, size_t length) {
  if (row->code_count && tg_text_equal(text, length, row->whole))
    return 1; /* a code of several words */
  for (size_t i = 0; i < row->code_count; i++)
    if (row->codes[i].text && tg_text_equal(text, length, row->codes[i].text))
      return 1;
  return 0;
}

/* A number matches ranges, and codes that are the same number written in another way. */
static int has_number(const tg_recode_row *row, double number, int ranges_only) {
  for (size_t i = 0; i < row->code_count; i++)
    if ((!row->codes[i].text || !ranges_only) && number >= row->codes[i].lower &&
        number <= row->codes[i].upper)
      return 1;
  return 0;
}

/* Whether some row for the wave names the text itself: then it is not matched as a number. */
static int is_named(const tg_file_slot *slot, const tg_recode_row *row, uint64_t wave, const char *text,
                    size_t length) {
  for (size_t i = 0; i < slot->step_count; i++)
    if ((slot->steps[i].active & wave) && strcmp(slot->steps[i].row->from, row->from) == 0 &&
        has_text(slot->steps[i].row, text, length))
      return 1;
  return 0;
}

/* What find_step() finds, of the cells of one record. */
typedef struct finding {
  size_t step;      /* the first row that matches, or TG_NONE */
  size_t met;       /* the first whose cell is not empty, or TG_NONE */
  const char *text; /* the cell of either */
  size_t length;
} finding;

static void search(const tg_file_slot *slot, uint64_t wave, const char *const *fields, const size_t *lengths,
                   finding *out) {
  *out = (finding){TG_NONE, TG_NONE, "", 0};
  const char *cell = "", *from = NULL;
  size_t length = 0;
  int named = 0, numeric = 0;
  double number = 0;
  for (size_t i = 0; i < slot->step_count; i++) {
    const tg_file_step *step = &slot->steps[i];
    if (!(step->active & wave))
      continue;
    if (!from || strcmp(from, step->row->from) != 0) { /* rows mostly read the same column */
      from = step->row->from;
      cell = cell_text(&step->from, fields, lengths, &length);
      named = is_named(slot, step->row, wave, cell, length);
      numeric = tg_number_parse(cell, length, 0, &number) == 0;
    }
    if (!named && is_nothing(cell, length))
      continue;
    int matches = step->row->code_count == 0 || has_text(step->row, cell, length) ||
                  (numeric && has_number(step->row, number, named));
    if (out->met == TG_NONE || matches) {
      out->met = i;
      out->text = cell;
      out->length = length;
    }
    if (matches) {
      out->step = i;
      return;
    }
  }
}

/* Short texts are looked up once a wave, where all rows read the same column. */
static finding find_step(tg_file_slot *slot, size_t wave, const char *const *fields, const size_t *lengths) {
  finding found;
  size_t length;
  const char *text = cell_text(&slot->steps[0].from, fields, lengths, &length);
  if (!slot->known || length == 0 || length > 8) {
    search(slot, UINT64_C(1) << wave, fields, lengths, &found);
    return found;
  }
  uint64_t key = tg_texts_key(text, length);
  tg_file_known *known =
      &slot->known[((key + wave) * UINT64_C(0x9E3779B97F4A7C15) >> 40) & (TG_FILES_KNOWN - 1)];
  if (known->key == key && known->wave == wave && known->step > 0) {
    found = (finding){known->step - 1, known->step - 1, text, length};
    return found;
  }
  search(slot, UINT64_C(1) << wave, fields, lengths, &found);
  if (found.step != TG_NONE)
    *known = (tg_file_known){key, (uint32_t)wave, (uint32_t)found.step + 1};
  return found;
}

/* ---- what is stored ------------------------------------------------------------------------------------ */

static void put_kind(tg_piece *piece, const tg_load_variable *variable, tg_missing kind) {
  tg_piece_column *column = &piece->columns[variable->index];
  if (variable->variable->role == TG_ROLE_ID) {
    variable->convert(piece, variable, "", 0);
    return;
  }
  if (column->filled)
    column->filled[piece->count] = kind != TG_NOT_ASKED;
  switch (variable->column->kind) {
  case TG_COLUMN_CODE8:
    ((uint8_t *)column->values)[piece->count] = TG_CODE8(kind);
    break;
  case TG_COLUMN_CODE16:
    ((uint16_t *)column->values)[piece->count] = TG_CODE16(kind);
    break;
  case TG_COLUMN_MASK:
    ((uint64_t *)column->values)[piece->count] = TG_MASK_MISSING | (uint64_t)kind;
    break;
  case TG_COLUMN_NUMBER:
    ((double *)column->values)[piece->count] = tg_missing_number(kind);
    break;
  case TG_COLUMN_TEXT: /* texts have no kinds before they are settled: an empty cell */
    variable->convert(piece, variable, "", 0);
    break;
  }
}

/* The kind of a declared missing code of a variable, TG_VALID where the text is none. */
static tg_missing missing_code(const tg_variable *variable, const char *text, size_t length) {
  int by_number;
  size_t code = variable->code_count ? tg_variable_code(variable, text, length, &by_number) : TG_NONE;
  return code == TG_NONE ? TG_VALID : variable->codes[code].missing;
}

/* What no row matches is missing and counted; a missing code of the variable, or of the one it is read from, keeps
 * its kind. */
static void put_unmatched(const tg_load *load, tg_file_slot *slot, const tg_recode_row *row, tg_piece *piece,
                          const char *text, size_t length) {
  const tg_load_variable *variable = slot->variable;
  size_t from = tg_codebook_find_variable(load->codebook, row->from, strlen(row->from));
  tg_missing kind = missing_code(variable->variable, text, length);
  if (kind == TG_VALID && from != TG_NONE)
    kind = missing_code(&load->codebook->variables[from], text, length);
  if (kind == TG_VALID) {
    kind = TG_UNKNOWN_CODE;
    slot->unmatched++;
    if (variable->column->kind != TG_COLUMN_TEXT && variable->variable->role != TG_ROLE_ID)
      tg_piece_note(piece, variable->index, TG_EVENT_UNKNOWN, text, length);
  }
  put_kind(piece, variable, kind);
}

static void put_text(tg_piece *piece, const tg_load_variable *variable, const char *text, size_t length) {
  variable->convert(piece, variable, text, length);
}

/* A code of recodes.csv has either decimal sign. */
static void put_code(tg_piece *piece, const tg_load_variable *variable, const char *text) {
  char decimal = piece->decimal;
  piece->decimal = '\0';
  put_text(piece, variable, text, strlen(text));
  piece->decimal = decimal;
}

/* The row for one of the codes in a cell of a select_multiple, among those that read the same column. */
static const tg_recode_row *find_word(tg_file_slot *slot, const tg_recode_row *first, uint64_t wave,
                                      const char *word, size_t length) {
  double number;
  int named = is_named(slot, first, wave, word, length),
      numeric = tg_number_parse(word, length, 0, &number) == 0;
  for (size_t i = 0; i < slot->step_count; i++) {
    tg_file_step *step = &slot->steps[i];
    if (!(step->active & wave) || strcmp(step->row->from, first->from) != 0)
      continue;
    if (step->row->code_count == 0 || has_text(step->row, word, length) ||
        (numeric && has_number(step->row, number, named))) {
      step->count++;
      return step->row;
    }
  }
  return NULL;
}

/* Several codes in a cell become others one by one; a kind of missing counts where no code is left, and one that no
 * row matches makes the cell unknown. */
static void recode_words(const tg_load *load, tg_file_slot *slot, uint64_t wave, const tg_recode_row *first,
                         tg_piece *piece, const char *text, size_t length) {
  char out[2048];
  size_t put = 0, word_length;
  tg_missing kind = TG_VALID;
  int unknown = 0;
  for (const char *word = text, *end = text + length; word < end; word += word_length + 1) {
    for (word_length = 0; word + word_length < end && (unsigned char)word[word_length] > ' ';)
      word_length++;
    if (word_length == 0)
      continue;
    const tg_recode_row *row = find_word(slot, first, wave, word, word_length);
    int as_it_is =
        row ? row->unchanged : missing_code(slot->variable->variable, word, word_length) != TG_VALID;
    const char *code = as_it_is ? word : row ? row->to : "";
    size_t code_length = as_it_is ? word_length : strlen(code);
    unknown |= (!row && !as_it_is) || put + code_length + 1 > sizeof out;
    if (row && row->kind != TG_VALID)
      kind = row->kind;
    else if (code_length && !unknown) {
      memcpy(out + put, code, code_length);
      out[put + code_length] = ' ';
      put += code_length + 1;
    }
  }
  if (unknown)
    put_unmatched(load, slot, first, piece, text, length);
  else if (put == 0 && kind != TG_VALID)
    put_kind(piece, slot->variable, kind);
  else
    put_text(piece, slot->variable, out, put);
}

static void recode(const tg_load *load, tg_file_slot *slot, size_t wave, tg_piece *piece,
                   const char *const *fields, const size_t *lengths) {
  const char *text;
  size_t length;
  uint64_t active = 0;
  for (size_t i = 0; i < slot->step_count; i++)
    active |= slot->steps[i].active;
  if (!(active >> wave & 1)) {
    if (slot->own.field == TG_NONE && !slot->own.text) {
      put_kind(piece, slot->variable, TG_NOT_ASKED);
      return;
    }
    text = cell_text(&slot->own, fields, lengths, &length);
    put_text(piece, slot->variable, text, length);
    return;
  }
  finding found;
  if (slot->variable->column->kind == TG_COLUMN_MASK)
    search(slot, UINT64_C(1) << wave, fields, lengths, &found);
  else
    found = find_step(slot, wave, fields, lengths);
  if (slot->variable->column->kind == TG_COLUMN_MASK && found.met != TG_NONE) {
    recode_words(load, slot, UINT64_C(1) << wave, slot->steps[found.met].row, piece, found.text,
                 found.length);
  } else if (found.step != TG_NONE) {
    tg_file_step *step = &slot->steps[found.step];
    step->count++;
    if (step->row->unchanged)
      put_text(piece, slot->variable, found.text, found.length);
    else if (step->row->kind != TG_VALID)
      put_kind(piece, slot->variable, step->row->kind);
    else
      put_code(piece, slot->variable, step->row->to);
  } else if (found.met == TG_NONE) {
    put_text(piece, slot->variable, "", 0);
  } else {
    put_unmatched(load, slot, slot->steps[found.met].row, piece, found.text, found.length);
  }
}

/* The wave as the wave variable's rows read it: they are for every wave. */
static const char *find_wave(const tg_load *load, tg_file_plan *plan, const char *const *fields,
                             const size_t *lengths, size_t *length) {
  const char *text = cell_text(&plan->wave, fields, lengths, length);
  tg_file_slot *slot = &plan->slots[0];
  if (!load->wave || slot->variable != load->wave)
    return text;
  if (plan->wave_count == 0) /* nothing is remembered yet: begin with the empty wave */
    choose_rows(load, plan, "", 0);
  finding found = find_step(slot, 0, fields, lengths);
  const tg_recode_row *row = found.step == TG_NONE ? NULL : slot->steps[found.step].row;
  text = !row ? "" : row->unchanged ? found.text : row->to;
  *length = row && row->unchanged ? found.length : strlen(text);
  return text;
}

void tg_recode_record(const tg_load *load, tg_file_plan *plan, tg_piece *piece, const char *const *fields,
                      const size_t *lengths) {
  size_t length;
  if (plan->slot_count == 0)
    return;
  const char *wave = find_wave(load, plan, fields, lengths, &length);
  choose_rows(load, plan, wave, length);
  for (size_t i = 0; i < plan->slot_count; i++)
    recode(load, &plan->slots[i], plan->wave_now, piece, fields, lengths);
}
