/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Margins become columns, records patterns of columns. */
#include <design/pattern.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/number.h>
#include <base/text.h>
#include <numeric/sum.h>

#define NOWHERE UINT32_MAX

/* Categories of a variable that margins use, found once. */
typedef struct source {
  size_t variable;
  uint32_t *category; /* of each record */
  tg_categories names;
} source;

typedef enum margin_kind { CATEGORIES, NUMBER, PEOPLE } margin_kind;

/* The rows of a wave with the same variables. */
typedef struct margin {
  margin_kind kind;
  size_t wave;
  const tg_margin_row *row; /* the first */
  size_t first, count;      /* aims */
  size_t *sources;          /* one a variable */
  uint32_t *table;          /* [combination of categories] to aim */
  size_t table_size;
} margin;

typedef struct finder {
  const trygg_responses *responses;
  const tg_pattern_request *request;
  tg_patterns *out;
  margin *margins;
  size_t margin_count;
  source *sources;
  size_t source_count;
  uint64_t *keys;
  uint32_t *ranks;
} finder;

static void clear_finder(finder *f) {
  for (size_t m = 0; m < f->margin_count; m++) {
    tg_memory_free(f->margins[m].sources);
    tg_memory_free(f->margins[m].table);
  }
  for (size_t s = 0; s < f->source_count; s++) {
    tg_memory_free(f->sources[s].category);
    tg_categories_clear(&f->sources[s].names);
  }
  tg_memory_free(f->margins);
  tg_memory_free(f->sources);
  tg_memory_free(f->keys);
  tg_memory_free(f->ranks);
}

void tg_patterns_clear(tg_patterns *p) {
  for (size_t j = 0; j < p->aim_count; j++)
    tg_memory_free(p->aims[j].category);
  tg_memory_free(p->of);
  tg_memory_free(p->begin);
  tg_memory_free(p->column);
  tg_memory_free(p->value);
  tg_memory_free(p->q);
  tg_memory_free(p->aims);
  tg_memory_free(p->waves);
  *p = (tg_patterns){0};
}

static double weight_of(const finder *f, size_t record) {
  return f->request->weight ? f->request->weight[record] : 1;
}

/* ---- margins to aims ----------------------------------------------------------------------- */

static trygg_status use_variable(finder *f, size_t variable, size_t *at, trygg_error *error) {
  const trygg_responses *responses = f->responses;
  source *s;
  for (*at = 0; *at < f->source_count; ++*at)
    if (f->sources[*at].variable == variable)
      return TRYGG_OK;
  s = &f->sources[f->source_count];
  s->category = tg_memory_new(responses->count, sizeof *s->category);
  if (!s->category)
    return tg_error_memory(error);
  s->variable = variable;
  f->source_count++;
  return tg_column_categories(&responses->columns[variable], responses->count, s->category, &s->names, error);
}

/* A text or, where none is the same, the same number (380 is 0380). */
static size_t find_name(const tg_categories *names, const char *word, size_t length) {
  double wanted, met;
  for (size_t i = 0; i < names->count; i++)
    if (tg_text_equal(word, length, names->names[i]))
      return i;
  if (tg_number_parse(word, length, 0, &wanted))
    return TG_NONE;
  for (size_t i = 0; i < names->count; i++)
    if (!tg_number_parse(names->names[i], strlen(names->names[i]), 0, &met) && met == wanted)
      return i;
  return TG_NONE;
}

/* The combination that a row means; TG_NONE when a code does not occur. */
static size_t combination_of_row(const finder *f, const margin *m, const tg_margin_row *row) {
  const char *cursor = row->category, *word = cursor;
  size_t length = strlen(cursor), key = 0;
  for (size_t k = 0; k < row->variable_count; k++) {
    const tg_categories *names = &f->sources[m->sources[k]].names;
    if (row->variable_count > 1)
      word = tg_text_word(&cursor, &length);
    size_t found = word ? find_name(names, word, length) : TG_NONE;
    if (found == TG_NONE)
      return TG_NONE;
    key = key * names->count + found;
  }
  return key;
}

static trygg_status add_aim(finder *f, const tg_margin_row *row, const char *category, int people,
                            trygg_error *error) {
  tg_aim *aim = &f->out->aims[f->out->aim_count];
  *aim = (tg_aim){.row = row, .people = people, .total = row->total, .se = row->se};
  aim->category = tg_memory_string(category);
  if (!aim->category)
    return tg_error_memory(error);
  f->out->aim_count++;
  return TRYGG_OK;
}

/* Given weights and no categories: each combination that respondents have. */
static trygg_status expand(finder *f, margin *m, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  unsigned char *met = tg_memory_new(m->table_size, 1);
  tg_aim *grown;
  size_t found = 0;
  if (!met)
    return tg_error_memory(error);
  for (size_t i = 0; i < f->responses->count; i++) {
    size_t key = 0, k = 0;
    for (; k < m->row->variable_count; k++) {
      const source *s = &f->sources[m->sources[k]];
      if (s->category[i] == TG_RANK_NONE)
        break;
      key = key * s->names.count + s->category[i];
    }
    if (f->responses->wave[i] == m->wave && k == m->row->variable_count && weight_of(f, i) != 0)
      met[key] = 1;
  }
  for (size_t key = 0; key < m->table_size; key++)
    found += met[key];
  grown = tg_memory_resize(f->out->aims, f->out->aim_count + found + f->responses->codebook->margin_count,
                           sizeof *grown);
  if (!grown) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  f->out->aims = grown;
  for (size_t key = 0; key < m->table_size; key++)
    if (met[key]) {
      tg_text text = {0};
      size_t left = key, radix = m->table_size;
      for (size_t k = 0; k < m->row->variable_count; k++) {
        const tg_categories *names = &f->sources[m->sources[k]].names;
        radix /= names->count;
        tg_text_put(&text, k ? " " : "");
        tg_text_put(&text, names->names[left / radix]);
        left %= radix;
      }
      m->table[key] = (uint32_t)f->out->aim_count;
      status = text.failed ? tg_error_memory(error) : add_aim(f, m->row, text.bytes, 1, error);
      tg_text_free(&text);
      if (status != TRYGG_OK)
        goto cleanup;
    }
cleanup:
  tg_memory_free(met);
  return status;
}

static trygg_status make_table(finder *f, margin *m, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  m->table_size = 1;
  m->sources = tg_memory_new(m->row->variable_count, sizeof *m->sources);
  if (!m->sources)
    return tg_error_memory(error);
  for (size_t k = 0; k < m->row->variable_count; k++) {
    size_t count;
    TRY(use_variable(f, m->row->variables[k], &m->sources[k], error));
    count = f->sources[m->sources[k]].names.count;
    if (count && m->table_size > ((size_t)1 << 26) / count)
      return tg_error_at(error, TRYGG_ELIMIT, m->row->file, m->row->line, 0, "variables",
                         "`%s` has too many combinations to be a margin", m->row->names);
    m->table_size *= count;
  }
  m->table = tg_memory_new(m->table_size, sizeof *m->table);
  if (!m->table)
    return tg_error_memory(error);
  memset(m->table, 0xff, m->table_size * sizeof *m->table);
cleanup:
  return status;
}

static margin_kind kind_of(const tg_margin_row *row, const trygg_codebook *codebook) {
  const tg_variable *variable;
  if (!row->names[0])
    return PEOPLE;
  variable = &codebook->variables[row->variables[0]];
  return !row->category[0] && row->variable_count == 1 && !tg_variable_is_coded(variable) &&
                 (variable->type == TG_INTEGER || variable->type == TG_DECIMAL) &&
                 (variable->role == TG_ROLE_NONE || variable->role == TG_ROLE_DOMAIN)
             ? NUMBER
             : CATEGORIES;
}

static int is_of_wave(const finder *f, const tg_margin_row *row, size_t wave) {
  return !*row->wave || !strcmp(row->wave, f->responses->waves[wave].code);
}

/* All rows of the margin that `row` is the first of. */
static trygg_status add_margin(finder *f, const tg_margin_row *row, size_t wave, trygg_error *error) {
  const trygg_codebook *codebook = f->responses->codebook;
  trygg_status status = TRYGG_OK;
  margin *m = &f->margins[f->margin_count++];
  *m = (margin){.kind = kind_of(row, codebook), .wave = wave, .row = row, .first = f->out->aim_count};
  if (isnan(row->total) && !f->request->given)
    return tg_error_at(error, TRYGG_EDESIGN, row->file, row->line, 0, "total",
                       "the totals of `%s` are empty, which only --calibrate given can do with; fill them in",
                       row->names);
  if (m->kind == CATEGORIES)
    TRY(make_table(f, m, error));
  if (m->kind == CATEGORIES && !row->category[0])
    TRY(expand(f, m, error));
  else
    for (size_t i = 0; i < codebook->margin_count; i++) {
      const tg_margin_row *other = &codebook->margins[i];
      size_t key;
      if (!is_of_wave(f, other, wave) || strcmp(other->names, row->names))
        continue;
      key = m->kind == CATEGORIES ? combination_of_row(f, m, other) : TG_NONE;
      if (key != TG_NONE)
        m->table[key] = (uint32_t)f->out->aim_count;
      TRY(add_aim(f, other, other->category, m->kind != NUMBER, error));
    }
  m->count = f->out->aim_count - m->first;
cleanup:
  return status;
}

static trygg_status make_margins(finder *f, trygg_error *error) {
  const trygg_codebook *codebook = f->responses->codebook;
  trygg_status status = TRYGG_OK;
  size_t variables = 0, most;
  for (size_t i = 0; i < codebook->margin_count; i++)
    variables += codebook->margins[i].variable_count;
  most = codebook->margin_count * f->responses->wave_count; /* a folder without waves has one */
  f->margins = tg_memory_new(most, sizeof *f->margins);
  f->sources = tg_memory_new(variables, sizeof *f->sources);
  f->out->aims = tg_memory_new(most, sizeof *f->out->aims);
  f->out->wave_count = f->responses->wave_count;
  f->out->waves = tg_memory_new(f->out->wave_count, sizeof *f->out->waves);
  if (!f->margins || !f->sources || !f->out->aims || !f->out->waves)
    return tg_error_memory(error);
  for (size_t w = 0; w < f->responses->wave_count; w++) {
    size_t begin = f->margin_count;
    f->out->waves[w].first_aim = f->out->aim_count;
    for (size_t i = 0; i < codebook->margin_count; i++) {
      const tg_margin_row *row = &codebook->margins[i];
      size_t m = begin;
      while (m < f->margin_count && strcmp(f->margins[m].row->names, row->names))
        m++;
      if (is_of_wave(f, row, w) && m == f->margin_count)
        TRY(add_margin(f, row, w, error));
    }
    f->out->waves[w].aims = f->out->aim_count - f->out->waves[w].first_aim;
  }
  if (f->out->aim_count == 0)
    status =
        tg_error_at(error, TRYGG_EDESIGN, codebook->margins[0].file, codebook->margins[0].line, 0, "wave",
                    "no total is for a wave of the data; the first is for `%s`, the data begin with `%s`",
                    codebook->margins[0].wave, f->responses->wave_count ? f->responses->waves[0].code : "");
cleanup:
  return status;
}

/* ---- records to keys ------------------------------------------------------------------------ */

/* The aim that a record counts for; NOWHERE when it has no value or no row. */
static uint32_t aim_of(const finder *f, const margin *m, size_t record, int *missing) {
  size_t key = 0;
  *missing = 0;
  for (size_t k = 0; k < m->row->variable_count; k++) {
    const source *s = &f->sources[m->sources[k]];
    if (s->category[record] == TG_RANK_NONE) {
      *missing = 1;
      return NOWHERE;
    }
    key = key * s->names.count + s->category[record];
  }
  return m->table[key];
}

static double number_of(const finder *f, const margin *m, size_t record) {
  return tg_column_number(&f->responses->columns[m->row->variables[0]], record);
}

/* Records that the margin does not place. */
static trygg_status refuse(const finder *f, const margin *m, size_t missing, size_t without, size_t example,
                           trygg_error *error) {
  const trygg_codebook *codebook = f->responses->codebook;
  char count[TG_NUMBER_SIZE];
  tg_text codes = {0};
  trygg_status status;
  if (missing)
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, m->row->names,
        "%s records%s%s have no value in `%s`, to which the weights are calibrated; fill it in, give them a "
        "category of their own in the data and in margins.csv, or take the margin away",
        tg_number_format_integer(count, (int64_t)missing), *m->row->wave ? " of wave " : "", m->row->wave,
        m->row->names);
  /* Only codes of the codebook are told. */
  for (size_t k = 0; k < m->row->variable_count; k++) {
    const source *s = &f->sources[m->sources[k]];
    int coded = tg_variable_is_coded(&codebook->variables[s->variable]);
    tg_text_put(&codes, k ? " " : "");
    tg_text_put(&codes, coded ? s->names.names[s->category[example]] : "...");
  }
  status = tg_error_at(error, TRYGG_EDESIGN, m->row->file, m->row->line, 0, "category",
                       "margin `%s` has no row for %s records%s%s, of `%s` for instance; add its total",
                       m->row->names, tg_number_format_integer(count, (int64_t)without),
                       *m->row->wave ? " of wave " : "", m->row->wave, codes.failed ? "" : codes.bytes);
  tg_text_free(&codes);
  return status;
}

/* Ranks of the numbers of a wave's records; missing ones of weight 0 get TG_RANK_NONE. */
static trygg_status rank_numbers(finder *f, const margin *m, size_t *count, trygg_error *error) {
  uint64_t *bits = tg_memory_new(f->responses->count, sizeof *bits), *distinct = NULL;
  trygg_status status = TRYGG_OK;
  size_t missing = 0;
  if (!bits)
    return tg_error_memory(error);
  for (size_t i = 0; i < f->responses->count; i++) {
    double x = f->responses->wave[i] == m->wave ? number_of(f, m, i) : NAN;
    bits[i] = TG_KEY_NONE;
    x = x == 0 ? 0 : x;
    if (!isnan(x))
      memcpy(&bits[i], &x, sizeof x);
    else
      missing += f->responses->wave[i] == m->wave && weight_of(f, i) != 0;
  }
  if (missing)
    status = refuse(f, m, missing, 0, 0, error);
  else
    status = tg_keys_rank(bits, f->responses->count, f->ranks, &distinct, count, error);
  tg_memory_free(distinct);
  tg_memory_free(bits);
  return status;
}

static trygg_status rank_categories(finder *f, const margin *m, trygg_error *error) {
  size_t missing = 0, without = 0, example = 0;
  const uint32_t *only = m->row->variable_count == 1 ? f->sources[m->sources[0]].category : NULL;
  for (size_t i = 0; i < f->responses->count; i++) {
    int no_value;
    if (f->responses->wave[i] != m->wave)
      continue;
    no_value = only && only[i] == TG_RANK_NONE;
    f->ranks[i] = no_value ? NOWHERE : only ? m->table[only[i]] : aim_of(f, m, i, &no_value);
    if (f->ranks[i] != NOWHERE)
      f->ranks[i] -= (uint32_t)m->first;
    else if (weight_of(f, i) != 0) {
      example = no_value || without ? example : i;
      missing += (size_t)no_value;
      without += !no_value;
    }
  }
  return missing || without ? refuse(f, m, missing, without, example, error) : TRYGG_OK;
}

/* key = key * (count + 1) + rank, the last rank for records without; compressed before it overflows. */
static trygg_status extend_keys(finder *f, size_t wave, size_t count, uint64_t *radix, trygg_error *error) {
  size_t records = f->responses->count, distinct_count;
  uint64_t *distinct = NULL;
  if (*radix > (UINT64_C(1) << 60) / (count + 1)) {
    uint32_t *ranks = tg_memory_new(records, sizeof *ranks);
    trygg_status status = ranks ? tg_keys_rank(f->keys, records, ranks, &distinct, &distinct_count, error)
                                : tg_error_memory(error);
    for (size_t i = 0; status == TRYGG_OK && i < records; i++)
      f->keys[i] = ranks[i];
    tg_memory_free(ranks);
    tg_memory_free(distinct);
    if (status != TRYGG_OK)
      return status;
    *radix = distinct_count;
  }
  *radix *= count + 1;
  for (size_t i = 0; i < records; i++) {
    int mine = wave == TG_NONE || f->responses->wave[i] == wave;
    f->keys[i] = f->keys[i] * (count + 1) + (mine && f->ranks[i] != TG_RANK_NONE ? f->ranks[i] : count);
  }
  return TRYGG_OK;
}

/* The variable to whose variance q is inverse. */
static trygg_status extend_by_spread(finder *f, uint64_t *radix, trygg_error *error) {
  const tg_column *column = &f->responses->columns[f->request->spread];
  uint64_t *distinct = NULL;
  size_t count = 0, refused = 0;
  trygg_status status = TRYGG_OK;
  uint64_t *bits = tg_memory_new(f->responses->count, sizeof *bits);
  if (!bits)
    return tg_error_memory(error);
  for (size_t i = 0; i < f->responses->count; i++) {
    double x = tg_column_number(column, i);
    bits[i] = TG_KEY_NONE;
    if (x > 0 && isfinite(x))
      memcpy(&bits[i], &x, sizeof x);
    else
      refused += weight_of(f, i) != 0;
  }
  if (refused) {
    char number[TG_NUMBER_SIZE];
    status =
        tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, column->variable->name,
                    "%s records have no positive number in `%s`, by which calibration spreads its changes",
                    tg_number_format_integer(number, (int64_t)refused), column->variable->name);
    goto cleanup;
  }
  TRY(tg_keys_rank(bits, f->responses->count, f->ranks, &distinct, &count, error));
  TRY(extend_keys(f, TG_NONE, count, radix, error));
cleanup:
  tg_memory_free(bits);
  tg_memory_free(distinct);
  return status;
}

static trygg_status make_keys(finder *f, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint64_t radix = f->responses->wave_count ? f->responses->wave_count : 1;
  for (size_t i = 0; i < f->responses->count; i++)
    f->keys[i] = f->responses->wave[i];
  for (size_t m = 0; m < f->margin_count; m++) {
    size_t count = f->margins[m].count;
    if (f->margins[m].kind == PEOPLE)
      continue;
    if (f->margins[m].kind == NUMBER)
      TRY(rank_numbers(f, &f->margins[m], &count, error));
    else
      TRY(rank_categories(f, &f->margins[m], error));
    TRY(extend_keys(f, f->margins[m].wave, count, &radix, error));
  }
  if (f->request->spread != TG_NONE)
    TRY(extend_by_spread(f, &radix, error));
cleanup:
  return status;
}

/* ---- patterns --------------------------------------------------------------------------------- */

/* The columns of a pattern are those of any record of it. */
static void fill_pattern(const finder *f, size_t pattern, size_t record) {
  tg_patterns *out = f->out;
  size_t at = out->begin[pattern];
  for (size_t m = 0; m < f->margin_count; m++) {
    const margin *one = &f->margins[m];
    int missing = 0;
    uint32_t aim = (uint32_t)one->first;
    double value = 1;
    if (one->wave != f->responses->wave[record])
      continue;
    if (one->kind == CATEGORIES)
      aim = aim_of(f, one, record, &missing);
    if (one->kind == NUMBER)
      value = number_of(f, one, record);
    if (aim == NOWHERE || isnan(value))
      continue;
    out->column[at] = aim;
    out->value[at++] = value;
  }
  out->begin[pattern + 1] = at;
  out->q[pattern] = 1;
  if (f->request->spread != TG_NONE)
    out->q[pattern] = 1 / tg_column_number(&f->responses->columns[f->request->spread], record);
}

static trygg_status make_patterns(finder *f, trygg_error *error) {
  tg_patterns *out = f->out;
  trygg_status status = TRYGG_OK;
  size_t records = f->responses->count, most = 0;
  uint64_t *distinct = NULL;
  size_t *example = NULL;
  TRY(tg_keys_rank(f->keys, records, out->of, &distinct, &out->count, error));
  for (size_t w = 0; w < out->wave_count; w++) {
    size_t margins = 0;
    for (size_t m = 0; m < f->margin_count; m++)
      margins += f->margins[m].wave == w;
    most = margins > most ? margins : most;
  }
  example = tg_memory_new(out->count, sizeof *example);
  out->begin = tg_memory_new(out->count + 1, sizeof *out->begin);
  out->column = tg_memory_new(out->count * most, sizeof *out->column);
  out->value = tg_memory_new(out->count * most, sizeof *out->value);
  out->q = tg_memory_new(out->count, sizeof *out->q);
  if (!example || !out->begin || !out->column || !out->value || !out->q) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = records; i-- > 0;)
    example[out->of[i]] = i;
  for (size_t p = 0; p < out->count; p++) {
    tg_pattern_wave *wave = &out->waves[f->responses->wave[example[p]]];
    wave->first_pattern = wave->patterns++ ? wave->first_pattern : p;
    fill_pattern(f, p, example[p]);
  }
cleanup:
  tg_memory_free(distinct);
  tg_memory_free(example);
  return status;
}

trygg_status tg_pattern_find(const trygg_responses *responses, const tg_pattern_request *request,
                             tg_patterns *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  finder f = {.responses = responses, .request = request, .out = out};
  *out = (tg_patterns){0};
  f.keys = tg_memory_new(responses->count, sizeof *f.keys);
  f.ranks = tg_memory_new(responses->count, sizeof *f.ranks);
  out->of = tg_memory_new(responses->count, sizeof *out->of);
  if (!f.keys || !f.ranks || !out->of) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(make_margins(&f, error));
  TRY(make_keys(&f, error));
  TRY(make_patterns(&f, error));
  if (request->households)
    TRY(tg_household_join(responses, request->weight, out, error));
cleanup:
  clear_finder(&f);
  if (status != TRYGG_OK)
    tg_patterns_clear(out);
  return status;
}

/* ---- sums --------------------------------------------------------------------------------------- */

/* Compensated (Neumaier), for the sums are what the margins are met by; `work` is as long as `out`. */
void tg_pattern_sums(const tg_patterns *patterns, const double *number, size_t records, double *out,
                     double *work) {
  memset(out, 0, patterns->count * sizeof *out);
  memset(work, 0, patterns->count * sizeof *work);
  for (size_t i = 0; i < records; i++) {
    uint32_t p = patterns->of[i];
    tg_sum sum = {out[p], work[p]};
    tg_sum_add(&sum, number ? number[i] : 1);
    out[p] = sum.sum;
    work[p] = sum.correction;
  }
  for (size_t p = 0; p < patterns->count; p++) {
    tg_sum sum = {out[p], work[p]};
    out[p] = tg_sum_value(&sum);
  }
}

/* With N people, sum of w (x - c) = T - c N is as good an aim as sum of w x = T, and its numbers are as small as x
 * varies. */
void tg_pattern_centre(tg_patterns *patterns, const double *weight) {
  for (size_t w = 0; w < patterns->wave_count; w++) {
    const tg_pattern_wave *wave = &patterns->waves[w];
    size_t end = wave->first_pattern + wave->patterns;
    int people = 0;
    double total = 0;
    for (size_t j = wave->first_aim; j < wave->first_aim + wave->aims; j++)
      people |= patterns->aims[j].people;
    for (size_t p = wave->first_pattern; p < end; p++)
      total += weight[p];
    if (!people || total == 0)
      continue;
    for (size_t p = wave->first_pattern; p < end; p++)
      for (size_t k = patterns->begin[p]; k < patterns->begin[p + 1]; k++) {
        tg_aim *aim = &patterns->aims[patterns->column[k]];
        aim->centre += aim->people ? 0 : weight[p] * patterns->value[k] / total;
      }
    for (size_t p = wave->first_pattern; p < end; p++)
      for (size_t k = patterns->begin[p]; k < patterns->begin[p + 1]; k++)
        patterns->value[k] -= patterns->aims[patterns->column[k]].centre;
  }
}
