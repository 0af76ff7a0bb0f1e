/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Combinations of what margins ask of records become patterns of aims. */
#include <design/pattern.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/number.h>
#include <base/text.h>
#include <base/thread.h>
#include <design/aims.h>
#include <numeric/sum.h>

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

/* ---- combinations to keys ----------------------------------------------------------------------- */

/* A key of each combination, which says what it is to the margins; ranks of one margin. */
typedef struct key_maker {
  tg_aims *margins;
  uint64_t *keys, radix;
  uint32_t *ranks;
} key_maker;

static size_t wave_of(const tg_aims *f, size_t combination) {
  return f->responses->wave[f->example[combination]];
}

/* Records that the margin does not place. */
static trygg_status refuse(const tg_aims *f, const tg_margin *m, size_t missing, size_t without,
                           size_t example, trygg_error *error) {
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
    const tg_part *part = &f->combination.parts[m->parts[k]];
    int coded = tg_variable_is_coded(&codebook->variables[m->row->variables[k]]);
    tg_text_put(&codes, k ? " " : "");
    tg_text_put(&codes, coded ? part->names.names[tg_part_number(part, example)] : "...");
  }
  status = tg_error_at(error, TRYGG_EDESIGN, m->row->file, m->row->line, 0, "category",
                       "margin `%s` has no row for %s records%s%s, of `%s` for instance; add its total",
                       m->row->names, tg_number_format_integer(count, (int64_t)without),
                       *m->row->wave ? " of wave " : "", m->row->wave, codes.failed ? "" : codes.bytes);
  tg_text_free(&codes);
  return status;
}

/* What combinations are to a margin: which of its aims, or the rank of their number. */
static trygg_status rank_margin(key_maker *keys, const tg_margin *m, trygg_error *error) {
  tg_aims *f = keys->margins;
  size_t missing = 0, without = 0, example = TG_NONE;
  trygg_status status = TRYGG_OK;
  for (size_t c = 0; c < f->count; c++) {
    int no_value;
    if (wave_of(f, c) != m->wave)
      continue;
    keys->ranks[c] = tg_aims_rank(f, m, f->example[c], &no_value);
    if (keys->ranks[c] != TG_RANK_NONE)
      continue;
    TRY(tg_aims_weigh(f, error));
    if (no_value)
      missing += f->weighted[c];
    else if (f->weighted[c]) {
      without += f->weighted[c];
      example = f->first_weighted[c] < example ? f->first_weighted[c] : example;
    }
  }
  if (missing || without)
    return refuse(f, m, missing, without, example, error);
cleanup:
  return status;
}

/* key = key * (count + 1) + rank, the last rank for combinations without; compressed before it overflows. */
static trygg_status extend_keys(key_maker *keys, size_t wave, size_t count, trygg_error *error) {
  const tg_aims *f = keys->margins;
  if (keys->radix > (UINT64_C(1) << 60) / (count + 1)) {
    size_t distinct_count;
    uint64_t *distinct = NULL;
    uint32_t *ranks = tg_memory_new(f->count, sizeof *ranks);
    trygg_status status = ranks ? tg_keys_rank(keys->keys, f->count, ranks, &distinct, &distinct_count, error)
                                : tg_error_memory(error);
    for (size_t c = 0; status == TRYGG_OK && c < f->count; c++)
      keys->keys[c] = ranks[c];
    tg_memory_free(ranks);
    tg_memory_free(distinct);
    if (status != TRYGG_OK)
      return status;
    keys->radix = distinct_count;
  }
  keys->radix *= count + 1;
  for (size_t c = 0; c < f->count; c++) {
    int mine = wave == TG_NONE || wave_of(f, c) == wave;
    keys->keys[c] =
        keys->keys[c] * (count + 1) + (mine && keys->ranks[c] != TG_RANK_NONE ? keys->ranks[c] : count);
  }
  return TRYGG_OK;
}

static double spread_of(const tg_aims *f, size_t record) {
  return tg_column_number(&f->responses->columns[f->request->spread], record);
}

/* The variable to whose variance q is inverse. */
static trygg_status rank_spread(key_maker *keys, trygg_error *error) {
  tg_aims *f = keys->margins;
  const char *name = f->responses->columns[f->request->spread].variable->name;
  char number[TG_NUMBER_SIZE];
  size_t refused = 0;
  trygg_status status = TRYGG_OK;
  for (size_t c = 0; c < f->count; c++) {
    double x = spread_of(f, f->example[c]);
    keys->ranks[c] = x > 0 && isfinite(x) ? tg_part_number(f->spread, f->example[c]) : TG_RANK_NONE;
    if (keys->ranks[c] != TG_RANK_NONE)
      continue;
    TRY(tg_aims_weigh(f, error));
    refused += f->weighted[c];
  }
  if (refused)
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, name,
                       "%s records have no positive number in `%s`, by which calibration spreads its changes",
                       tg_number_format_integer(number, (int64_t)refused), name);
cleanup:
  return status;
}

static trygg_status make_keys(key_maker *keys, trygg_error *error) {
  tg_aims *f = keys->margins;
  trygg_status status = TRYGG_OK;
  keys->keys = tg_memory_new(f->count, sizeof *keys->keys);
  keys->ranks = tg_memory_new(f->count, sizeof *keys->ranks);
  if (!keys->keys || !keys->ranks)
    return tg_error_memory(error);
  keys->radix = f->responses->wave_count ? f->responses->wave_count : 1;
  for (size_t c = 0; c < f->count; c++)
    keys->keys[c] = wave_of(f, c);
  for (size_t m = 0; m < f->margin_count; m++) {
    const tg_margin *one = &f->list[m];
    if (one->kind == TG_MARGIN_PEOPLE)
      continue;
    TRY(rank_margin(keys, one, error));
    TRY(extend_keys(keys, one->wave, tg_aims_ranks(f, one), error));
  }
  if (f->spread) {
    TRY(rank_spread(keys, error));
    TRY(extend_keys(keys, TG_NONE, f->spread->count, error));
  }
cleanup:
  return status;
}

/* ---- patterns --------------------------------------------------------------------------------- */

/* The columns of a pattern are those of any record of it. */
static void fill_pattern(const tg_aims *f, size_t pattern, size_t record) {
  tg_patterns *out = f->patterns;
  size_t at = out->begin[pattern];
  for (size_t m = 0; m < f->margin_count; m++) {
    const tg_margin *one = &f->list[m];
    int missing = 0;
    uint32_t rank = 0;
    if (one->wave != f->responses->wave[record])
      continue;
    if (one->kind != TG_MARGIN_PEOPLE)
      rank = tg_aims_rank(f, one, record, &missing);
    if (rank == TG_RANK_NONE)
      continue;
    out->column[at] = (uint32_t)one->first + (one->kind == TG_MARGIN_CATEGORIES ? rank : 0);
    out->value[at] = 1;
    if (one->kind == TG_MARGIN_NUMBER)
      out->value[at] = tg_column_number(&f->responses->columns[one->row->variables[0]], record);
    at++;
  }
  out->begin[pattern + 1] = at;
  out->q[pattern] = f->request->spread == TG_NONE ? 1 : 1 / spread_of(f, record);
}

/* Margins of the wave that has most. */
static size_t most_margins(const tg_aims *f) {
  size_t most = 0;
  for (size_t m = 0, end; m < f->margin_count; m = end) {
    for (end = m; end < f->margin_count && f->list[end].wave == f->list[m].wave; end++)
      ;
    most = end - m > most ? end - m : most;
  }
  return most;
}

/* `of` says which combination a record is; from here on which pattern. */
static trygg_status make_patterns(const tg_aims *f, const uint64_t *keys, trygg_error *error) {
  tg_patterns *out = f->patterns;
  trygg_status status = TRYGG_OK;
  size_t most = most_margins(f), made = 0;
  uint64_t *distinct = NULL;
  uint32_t *pattern = tg_memory_new(f->count, sizeof *pattern);
  size_t *example = tg_memory_new(f->count, sizeof *example);
  if (!pattern || !example) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_keys_rank(keys, f->count, pattern, &distinct, &out->count, error));
  out->begin = tg_memory_new(out->count + 1, sizeof *out->begin);
  out->column = tg_memory_new(out->count * most, sizeof *out->column);
  out->value = tg_memory_new(out->count * most, sizeof *out->value);
  out->q = tg_memory_new(out->count, sizeof *out->q);
  if (!out->begin || !out->column || !out->value || !out->q) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t c = f->count; c-- > 0;) {
    example[pattern[c]] = f->example[c];
    made += pattern[c] != c;
  }
  for (size_t p = 0; p < out->count; p++) {
    tg_pattern_wave *wave = &out->waves[f->responses->wave[example[p]]];
    wave->first_pattern = wave->patterns++ ? wave->first_pattern : p;
    fill_pattern(f, p, example[p]);
  }
  for (size_t i = 0; made && i < f->responses->count; i++)
    out->of[i] = pattern[out->of[i]];
cleanup:
  tg_memory_free(distinct);
  tg_memory_free(pattern);
  tg_memory_free(example);
  return status;
}

trygg_status tg_pattern_find(const trygg_responses *responses, const tg_pattern_request *request,
                             tg_patterns *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_aims margins = {.responses = responses, .request = request, .patterns = out};
  key_maker keys = {.margins = &margins};
  *out = (tg_patterns){.of = tg_memory_room(responses->count, sizeof *out->of)};
  if (!out->of)
    return tg_error_memory(error);
  TRY(tg_aims_find(&margins, error));
  TRY(make_keys(&keys, error));
  TRY(make_patterns(&margins, keys.keys, error));
  if (request->households)
    TRY(tg_household_join(responses, request->weight, out, error));
cleanup:
  tg_memory_free(keys.keys);
  tg_memory_free(keys.ranks);
  tg_aims_clear(&margins);
  if (status != TRYGG_OK)
    tg_patterns_clear(out);
  return status;
}

/* ---- sums --------------------------------------------------------------------------------------- */

typedef struct summing {
  const tg_patterns *patterns;
  const double *number;
  size_t records, part; /* records of a part */
  tg_sum *sums;         /* [part][pattern] */
} summing;

static trygg_status sum_block(void *opaque, size_t block, trygg_error *error) {
  const summing *s = opaque;
  size_t first = block * s->part, end = s->records - first < s->part ? s->records : first + s->part;
  tg_sum *sums = s->sums + block * s->patterns->count;
  (void)error;
  for (size_t i = first; i < end; i++)
    tg_sum_add(&sums[s->patterns->of[i]], s->number ? s->number[i] : 1);
  return TRYGG_OK;
}

/* Compensated (Neumaier), for the sums are what the margins are met by.  Quarters are added up by threads and
 * merged in order, where patterns are few enough for that to pay. */
trygg_status tg_pattern_sums(const tg_patterns *patterns, const double *number, size_t records, int threads,
                             double *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = patterns->count, blocks = count > records / 16 || records < TG_BLOCK ? 1 : 4;
  summing s = {
      .patterns = patterns, .number = number, .records = records, .part = (records + blocks - 1) / blocks};
  s.sums = tg_memory_new(blocks * count, sizeof *s.sums);
  if (!s.sums)
    return tg_error_memory(error);
  TRY(tg_thread_run(threads, blocks, sum_block, &s, NULL, NULL, error));
  for (size_t p = 0; p < count; p++) {
    for (size_t b = 1; b < blocks; b++)
      tg_sum_merge(&s.sums[p], &s.sums[b * count + p]);
    out[p] = tg_sum_value(&s.sums[p]);
  }
cleanup:
  tg_memory_free(s.sums);
  return status;
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
