/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From rows of margins.csv to aims. */
#include <design/aims.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/number.h>
#include <base/text.h>

void tg_aims_clear(tg_aims *f) {
  for (size_t m = 0; m < f->margin_count; m++) {
    tg_memory_free(f->list[m].parts);
    tg_memory_free(f->list[m].table);
  }
  tg_memory_free(f->list);
  tg_memory_free(f->variables);
  tg_memory_free(f->example);
  tg_memory_free(f->weighted);
  tg_memory_free(f->first_weighted);
  tg_combination_clear(&f->combination);
}

/* ---- combinations ------------------------------------------------------------------------------- */

static tg_margin_kind kind_of(const tg_margin_row *row, const trygg_codebook *codebook) {
  const tg_variable *variable;
  if (!row->names[0])
    return TG_MARGIN_PEOPLE;
  variable = &codebook->variables[row->variables[0]];
  return !row->category[0] && row->variable_count == 1 && !tg_variable_is_coded(variable) &&
                 (variable->type == TG_INTEGER || variable->type == TG_DECIMAL) &&
                 (variable->role == TG_ROLE_NONE || variable->role == TG_ROLE_DOMAIN)
             ? TG_MARGIN_NUMBER
             : TG_MARGIN_CATEGORIES;
}

static int is_of_wave(const tg_aims *f, const tg_margin_row *row, size_t wave) {
  return !*row->wave || !strcmp(row->wave, f->responses->waves[wave].code);
}

/* A number of `variable` is another part than its categories would be. */
static size_t key_of(const tg_aims *f, size_t variable, tg_margin_kind kind) {
  return variable + (kind == TG_MARGIN_NUMBER ? f->responses->column_count : 0);
}

/* The part of a variable; the number of parts where there is none yet. */
static size_t part_of(const tg_aims *f, size_t key) {
  size_t k = 0;
  while (k < f->combination.part_count && f->variables[k] != key)
    k++;
  return k;
}

static trygg_status use_category(tg_aims *f, size_t variable, trygg_error *error) {
  size_t k = part_of(f, key_of(f, variable, TG_MARGIN_CATEGORIES));
  if (k < f->combination.part_count)
    return TRYGG_OK;
  f->variables[k] = variable;
  return tg_combination_add_column(&f->combination, &f->responses->columns[variable], error);
}

/* A number of the records of some waves. */
static trygg_status use_number(tg_aims *f, size_t variable, const unsigned char *waves, trygg_error *error) {
  size_t records = f->responses->count;
  uint64_t *bits = tg_memory_new(records, sizeof *bits), *distinct = NULL;
  tg_part part = {.width = 4, .owned = tg_memory_new(records, sizeof *part.owned)};
  trygg_status status = TRYGG_OK;
  if (!bits || !part.owned) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records; i++) {
    double x = waves[f->responses->wave[i]] ? tg_column_number(&f->responses->columns[variable], i) : NAN;
    bits[i] = TG_KEY_NONE;
    x = x == 0 ? 0 : x; /* no negative zero */
    if (!isnan(x))
      memcpy(&bits[i], &x, sizeof x);
  }
  TRY(tg_keys_rank(bits, records, part.owned, &distinct, &part.count, error));
  part.values = part.owned;
  part.size = part.count;
  f->variables[f->combination.part_count] = key_of(f, variable, TG_MARGIN_NUMBER);
  TRY(tg_combination_add(&f->combination, &part, error));
cleanup:
  tg_part_clear(&part);
  tg_memory_free(distinct);
  tg_memory_free(bits);
  return status;
}

/* The number of the first row of its variable, in the waves of all of them. */
static trygg_status use_number_of_row(tg_aims *f, size_t row, unsigned char *waves, trygg_error *error) {
  const tg_margin_row *rows = f->responses->codebook->margins;
  memset(waves, 0, f->responses->wave_count);
  for (size_t i = 0; i < f->responses->codebook->margin_count; i++) {
    if (kind_of(&rows[i], f->responses->codebook) != TG_MARGIN_NUMBER ||
        rows[i].variables[0] != rows[row].variables[0])
      continue;
    if (i < row)
      return TRYGG_OK;
    for (size_t w = 0; w < f->responses->wave_count; w++)
      waves[w] |= is_of_wave(f, &rows[i], w);
  }
  return use_number(f, rows[row].variables[0], waves, error);
}

static int is_of_data(const tg_aims *f, const tg_margin_row *row) {
  size_t w = 0;
  while (w < f->responses->wave_count && !is_of_wave(f, row, w))
    w++;
  return w < f->responses->wave_count;
}

/* What tells records apart. */
static trygg_status add_parts(tg_aims *f, trygg_error *error) {
  const trygg_codebook *codebook = f->responses->codebook;
  trygg_status status = TRYGG_OK;
  tg_part wave = tg_part_of_waves(f->responses);
  unsigned char *waves = tg_memory_new(f->responses->wave_count, 1);
  size_t most = 2;
  for (size_t i = 0; i < codebook->margin_count; i++)
    most += codebook->margins[i].variable_count;
  f->variables = tg_memory_new(most, sizeof *f->variables);
  if (!waves || !f->variables) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  f->variables[0] = TG_NONE;
  TRY(tg_combination_add(&f->combination, &wave, error));
  for (size_t i = 0; i < codebook->margin_count; i++) {
    const tg_margin_row *row = &codebook->margins[i];
    tg_margin_kind kind = kind_of(row, codebook);
    if (kind == TG_MARGIN_PEOPLE || !is_of_data(f, row))
      continue;
    if (kind == TG_MARGIN_NUMBER)
      TRY(use_number_of_row(f, i, waves, error));
    for (size_t k = 0; kind == TG_MARGIN_CATEGORIES && k < row->variable_count; k++)
      TRY(use_category(f, row->variables[k], error));
  }
  memset(waves, 1, f->responses->wave_count);
  if (f->request->spread != TG_NONE) {
    TRY(use_number(f, f->request->spread, waves, error));
    f->spread = &f->combination.parts[f->combination.part_count - 1];
  }
cleanup:
  tg_memory_free(waves);
  return status;
}

static trygg_status find_combinations(tg_aims *f, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t records = f->responses->count, found = 0;
  f->combination.records = records;
  f->combination.threads = f->request->threads;
  TRY(add_parts(f, error));
  TRY(tg_combination_rank(&f->combination, f->patterns->of, NULL, &f->count, error));
  f->example = tg_memory_new(f->count, sizeof *f->example);
  if (!f->example)
    return tg_error_memory(error);
  for (size_t c = 0; c < f->count; c++)
    f->example[c] = TG_NONE;
  for (size_t i = 0; i < records && found < f->count; i++) {
    size_t *first = &f->example[f->patterns->of[i]];
    found += *first == TG_NONE;
    *first = *first == TG_NONE ? i : *first;
  }
cleanup:
  return status;
}

trygg_status tg_aims_weigh(tg_aims *f, trygg_error *error) {
  if (f->weighted)
    return TRYGG_OK;
  f->first_weighted = tg_memory_new(f->count, sizeof *f->first_weighted);
  f->weighted = tg_memory_new(f->count, sizeof *f->weighted);
  if (!f->weighted || !f->first_weighted)
    return tg_error_memory(error);
  for (size_t i = f->responses->count; i-- > 0;)
    if (!f->request->weight || f->request->weight[i] != 0) {
      f->weighted[f->patterns->of[i]]++;
      f->first_weighted[f->patterns->of[i]] = i;
    }
  return TRYGG_OK;
}

/* The combination of a margin's categories that a record is in; TG_NONE where one is missing. */
static size_t place_of(const tg_aims *f, const tg_margin *m, size_t record) {
  size_t key = 0;
  for (size_t k = 0; k < m->row->variable_count; k++) {
    const tg_part *part = &f->combination.parts[m->parts[k]];
    uint32_t category = tg_part_number(part, record);
    if (category == TG_RANK_NONE)
      return TG_NONE;
    key = key * part->count + category;
  }
  return key;
}

uint32_t tg_aims_rank(const tg_aims *f, const tg_margin *m, size_t record, int *missing) {
  size_t place = place_of(f, m, record);
  *missing = place == TG_NONE;
  return *missing ? TG_RANK_NONE : m->table ? m->table[place] : (uint32_t)place;
}

size_t tg_aims_ranks(const tg_aims *f, const tg_margin *m) {
  return m->kind == TG_MARGIN_NUMBER ? f->combination.parts[m->parts[0]].count : m->count;
}

/* ---- aims --------------------------------------------------------------------------------------- */

/* A text or, where none is the same, the same number (380 is 0380).  Rows tend to stand in the order of the names. */
static size_t find_name(const tg_categories *names, size_t likely, const char *word, size_t length) {
  double wanted, met;
  for (size_t i = likely < names->count ? likely : 0, k = 0; k < names->count;
       k++, i = i + 1 < names->count ? i + 1 : 0)
    if (tg_text_equal(word, length, names->names[i]))
      return i;
  if (tg_number_parse(word, length, 0, &wanted))
    return TG_NONE;
  for (size_t i = 0; i < names->count; i++)
    if (!tg_number_parse(names->names[i], strlen(names->names[i]), 0, &met) && met == wanted)
      return i;
  return TG_NONE;
}

/* The combination that a row means, sought from that of a row before on; TG_NONE when a code does not occur. */
static size_t combination_of_row(const tg_aims *f, const tg_margin *m, const tg_margin_row *row,
                                 size_t before) {
  const char *cursor = row->category, *word = cursor;
  size_t length = strlen(cursor), key = 0, radix = m->table_size;
  for (size_t k = 0; k < row->variable_count; k++) {
    const tg_categories *names = &f->combination.parts[m->parts[k]].names;
    if (row->variable_count > 1)
      word = tg_text_word(&cursor, &length);
    radix /= names->count ? names->count : 1;
    size_t found = word && radix ? find_name(names, before / radix % names->count, word, length) : TG_NONE;
    if (found == TG_NONE)
      return TG_NONE;
    key = key * names->count + found;
  }
  return key;
}

static trygg_status add_aim(tg_aims *f, const tg_margin_row *row, const char *category, int people,
                            trygg_error *error) {
  tg_aim *aim = &f->patterns->aims[f->patterns->aim_count];
  *aim =
      (tg_aim){.row = row, .margin = f->margin_count, .people = people, .total = row->total, .se = row->se};
  aim->category = tg_memory_string(category);
  if (!aim->category)
    return tg_error_memory(error);
  f->patterns->aim_count++;
  return TRYGG_OK;
}

/* Given weights and no categories: each combination that respondents have. */
static trygg_status expand(tg_aims *f, tg_margin *m, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  unsigned char *met = tg_memory_new(m->table_size, 1);
  tg_aim *grown;
  size_t found = 0;
  if (!met)
    return tg_error_memory(error);
  TRY(tg_aims_weigh(f, error));
  for (size_t c = 0; c < f->count; c++) {
    size_t place = place_of(f, m, f->example[c]);
    if (f->responses->wave[f->example[c]] == m->wave && place != TG_NONE && f->weighted[c])
      met[place] = 1;
  }
  for (size_t key = 0; key < m->table_size; key++)
    found += met[key];
  grown =
      tg_memory_resize(f->patterns->aims,
                       f->patterns->aim_count + found + f->responses->codebook->margin_count, sizeof *grown);
  if (!grown) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  f->patterns->aims = grown;
  for (size_t key = 0; key < m->table_size; key++)
    if (met[key]) {
      tg_text text = {0};
      size_t left = key, radix = m->table_size;
      for (size_t k = 0; k < m->row->variable_count; k++) {
        const tg_categories *names = &f->combination.parts[m->parts[k]].names;
        radix /= names->count;
        tg_text_put(&text, k ? " " : "");
        tg_text_put(&text, names->names[left / radix]);
        left %= radix;
      }
      m->table[key] = (uint32_t)(f->patterns->aim_count - m->first);
      status = text.failed ? tg_error_memory(error) : add_aim(f, m->row, text.bytes, 1, error);
      tg_text_free(&text);
      if (status != TRYGG_OK)
        goto cleanup;
    }
cleanup:
  tg_memory_free(met);
  return status;
}

/* Where the margin's variables are, and for categories a table of their combinations, none with an aim yet. */
static trygg_status make_table(tg_aims *f, tg_margin *m, trygg_error *error) {
  m->table_size = 1;
  m->parts = tg_memory_new(m->row->variable_count, sizeof *m->parts);
  if (!m->parts)
    return tg_error_memory(error);
  for (size_t k = 0; k < m->row->variable_count; k++) {
    size_t count;
    m->parts[k] = part_of(f, key_of(f, m->row->variables[k], m->kind));
    count = f->combination.parts[m->parts[k]].count;
    if (count && m->table_size > ((size_t)1 << 26) / count)
      return tg_error_at(error, TRYGG_ELIMIT, m->row->file, m->row->line, 0, "variables",
                         "`%s` has too many combinations to be a margin", m->row->names);
    m->table_size *= count;
  }
  if (m->kind == TG_MARGIN_NUMBER)
    return TRYGG_OK;
  m->table = tg_memory_new(m->table_size, sizeof *m->table);
  if (!m->table)
    return tg_error_memory(error);
  memset(m->table, 0xff, m->table_size * sizeof *m->table);
  return TRYGG_OK;
}

/* All rows of the margin that `row` is the first of. */
static trygg_status add_margin(tg_aims *f, const tg_margin_row *row, size_t wave, trygg_error *error) {
  const trygg_codebook *codebook = f->responses->codebook;
  trygg_status status = TRYGG_OK;
  tg_margin *m = &f->list[f->margin_count++];
  size_t before = 0;
  *m = (tg_margin){.kind = kind_of(row, codebook), .wave = wave, .row = row, .first = f->patterns->aim_count};
  if (isnan(row->total) && !f->request->given)
    return tg_error_at(error, TRYGG_EDESIGN, row->file, row->line, 0, "total",
                       "the totals of `%s` are empty, which only --calibrate given or a second phase of the sample (`phase2`) can do with; fill them in",
                       row->names);
  if (m->kind != TG_MARGIN_PEOPLE)
    TRY(make_table(f, m, error));
  if (m->kind == TG_MARGIN_CATEGORIES && !row->category[0])
    TRY(expand(f, m, error));
  else
    for (size_t i = 0; i < codebook->margin_count; i++) {
      const tg_margin_row *other = &codebook->margins[i];
      size_t key;
      if (!is_of_wave(f, other, wave) || strcmp(other->names, row->names))
        continue;
      key = m->kind == TG_MARGIN_CATEGORIES ? combination_of_row(f, m, other, before) : TG_NONE;
      if (key != TG_NONE)
        m->table[before = key] = (uint32_t)(f->patterns->aim_count - m->first);
      TRY(add_aim(f, other, other->category, m->kind != TG_MARGIN_NUMBER, error));
    }
  m->count = f->patterns->aim_count - m->first;
cleanup:
  return status;
}

static trygg_status make_margins(tg_aims *f, trygg_error *error) {
  const trygg_codebook *codebook = f->responses->codebook;
  trygg_status status = TRYGG_OK;
  size_t most = codebook->margin_count * f->responses->wave_count; /* a folder without waves has one */
  f->list = tg_memory_new(most, sizeof *f->list);
  f->patterns->aims = tg_memory_new(most, sizeof *f->patterns->aims);
  f->patterns->wave_count = f->responses->wave_count;
  f->patterns->waves = tg_memory_new(f->patterns->wave_count, sizeof *f->patterns->waves);
  if (!f->list || !f->patterns->aims || !f->patterns->waves)
    return tg_error_memory(error);
  for (size_t w = 0; w < f->responses->wave_count; w++) {
    size_t begin = f->margin_count;
    f->patterns->waves[w].first_aim = f->patterns->aim_count;
    for (size_t i = 0; i < codebook->margin_count; i++) {
      const tg_margin_row *row = &codebook->margins[i];
      size_t m = begin;
      while (m < f->margin_count && strcmp(f->list[m].row->names, row->names))
        m++;
      if (is_of_wave(f, row, w) && m == f->margin_count)
        TRY(add_margin(f, row, w, error));
    }
    f->patterns->waves[w].aims = f->patterns->aim_count - f->patterns->waves[w].first_aim;
  }
  if (f->patterns->aim_count == 0)
    status =
        tg_error_at(error, TRYGG_EDESIGN, codebook->margins[0].file, codebook->margins[0].line, 0, "wave",
                    "no total is for a wave of the data; the first is for `%s`, the data begin with `%s`",
                    codebook->margins[0].wave, f->responses->wave_count ? f->responses->waves[0].code : "");
cleanup:
  return status;
}

trygg_status tg_aims_find(tg_aims *f, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(find_combinations(f, error));
  TRY(make_margins(f, error));
cleanup:
  return status;
}
