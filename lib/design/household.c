/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One weight for all persons of a household: each gets the mean of the household's auxiliary values, so that the totals
 * are the same and the factors equal (Lemaitre & Dufour 1987, Survey Methodology 13:199-207; R survey's
 * aggregate.stage). */
#include <design/pattern.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/number.h>

/* Households and their members' patterns, sorted, so that equal households are equal lists. */
typedef struct join {
  const trygg_responses *responses;
  tg_patterns *patterns;
  uint32_t *household; /* of each record */
  size_t count;
  size_t *begin; /* members of household h: begin[h]..begin[h + 1] */
  uint32_t *member;
  uint64_t *keys; /* of each household: the list up to the member at hand */
  uint32_t *ranks;
} join;

static void clear_join(join *j) {
  tg_memory_free(j->household);
  tg_memory_free(j->begin);
  tg_memory_free(j->member);
  tg_memory_free(j->keys);
  tg_memory_free(j->ranks);
}

/* Households within waves; who has no household lives alone. */
static trygg_status number_households(join *j, trygg_error *error) {
  const trygg_responses *responses = j->responses;
  size_t variable = tg_codebook_find_role(responses->codebook, TG_ROLE_HOUSEHOLD, 1, 0);
  tg_categories names = {0};
  uint64_t *keys = NULL, *distinct = NULL;
  trygg_status status = TRYGG_OK;
  if (variable == TG_NONE)
    return tg_error_set(
        error, TRYGG_EDESIGN,
        "equal weights within households need a variable with the role household in survey.csv");
  keys = tg_memory_new(responses->count, sizeof *keys);
  j->household = tg_memory_new(responses->count, sizeof *j->household);
  if (!keys || !j->household) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_column_categories(&responses->columns[variable], responses->count, j->household, &names, error));
  for (size_t i = 0; i < responses->count; i++)
    keys[i] = j->household[i] == TG_RANK_NONE
                  ? (UINT64_C(1) << 62) + i
                  : (uint64_t)responses->wave[i] * (names.count + 1) + j->household[i];
  TRY(tg_keys_rank(keys, responses->count, j->household, &distinct, &j->count, error));
cleanup:
  tg_memory_free(keys);
  tg_memory_free(distinct);
  tg_categories_clear(&names);
  return status;
}

static trygg_status check_weights(const join *j, const double *weight, trygg_error *error) {
  double *met = tg_memory_new(j->count, sizeof *met);
  size_t differ = 0;
  if (!met)
    return tg_error_memory(error);
  for (size_t h = 0; h < j->count; h++)
    met[h] = NAN;
  for (size_t i = 0; weight && i < j->responses->count; i++) {
    double *first = &met[j->household[i]];
    if (isnan(*first))
      *first = weight[i];
    differ += fabs(weight[i] - *first) > 1e-9 * fabs(*first);
  }
  tg_memory_free(met);
  if (differ) {
    char number[TG_NUMBER_SIZE];
    return tg_error_set(
        error, TRYGG_EDESIGN,
        "%s records have another weight than the first of their household; equal weights must "
        "begin with equal weights",
        tg_number_format_integer(number, (int64_t)differ));
  }
  return TRYGG_OK;
}

/* Members by household, each household's patterns in increasing order. */
static trygg_status list_members(join *j, trygg_error *error) {
  size_t records = j->responses->count;
  j->begin = tg_memory_new(j->count + 2, sizeof *j->begin);
  j->member = tg_memory_new(records, sizeof *j->member);
  if (!j->begin || !j->member)
    return tg_error_memory(error);
  for (size_t i = 0; i < records; i++)
    j->begin[j->household[i] + 2]++;
  for (size_t h = 0; h < j->count; h++)
    j->begin[h + 2] += j->begin[h + 1];
  for (size_t i = 0; i < records; i++)
    j->member[j->begin[j->household[i] + 1]++] = j->patterns->of[i];
  for (size_t h = 0; h < j->count; h++)
    for (size_t a = j->begin[h] + 1; a < j->begin[h + 1]; a++) { /* a household is small */
      uint32_t pattern = j->member[a];
      size_t b = a;
      for (; b > j->begin[h] && j->member[b - 1] > pattern; b--)
        j->member[b] = j->member[b - 1];
      j->member[b] = pattern;
    }
  return TRYGG_OK;
}

/* Rank the lists, one member longer each round: equal lists get equal ranks, in the order of their lists. */
static trygg_status rank_lists(join *j, size_t *distinct_count, trygg_error *error) {
  uint64_t members = j->patterns->count + 1;
  trygg_status status = TRYGG_OK;
  int longer = 1;
  j->keys = tg_memory_new(j->count, sizeof *j->keys);
  j->ranks = tg_memory_new(j->count, sizeof *j->ranks);
  if (!j->keys || !j->ranks)
    return tg_error_memory(error);
  *distinct_count = 1;
  for (size_t round = 0; longer && status == TRYGG_OK; round++) {
    uint64_t *distinct = NULL;
    longer = 0;
    for (size_t h = 0; h < j->count; h++) {
      size_t at = j->begin[h] + round;
      j->keys[h] = j->ranks[h] * members + (at < j->begin[h + 1] ? j->member[at] + 1 : 0);
      longer |= at + 1 < j->begin[h + 1];
    }
    status = tg_keys_rank(j->keys, j->count, j->ranks, &distinct, distinct_count, error);
    tg_memory_free(distinct);
  }
  return status;
}

/* Mean values of the households of a rank, from one of them: `dense` is as long as there are aims and 0. */
static trygg_status add_pattern(join *j, tg_patterns *out, size_t household, double *dense, size_t *capacity,
                                size_t *value_capacity, trygg_error *error) {
  const tg_patterns *in = j->patterns;
  size_t begin = j->begin[household], end = j->begin[household + 1], at = out->begin[out->count], most = at;
  double q = 0;
  for (size_t m = begin; m < end; m++)
    most += in->begin[j->member[m] + 1] - in->begin[j->member[m]];
  if (tg_memory_grow((void **)&out->column, capacity, most, sizeof *out->column) ||
      tg_memory_grow((void **)&out->value, value_capacity, most, sizeof *out->value))
    return tg_error_memory(error);
  for (size_t m = begin; m < end; m++) {
    uint32_t p = j->member[m];
    q += 1 / in->q[p];
    for (size_t k = in->begin[p]; k < in->begin[p + 1]; k++) {
      size_t seen = out->begin[out->count];
      while (seen < at && out->column[seen] != in->column[k])
        seen++;
      if (seen == at)
        out->column[at++] = in->column[k];
      dense[in->column[k]] += in->value[k];
    }
  }
  for (size_t k = out->begin[out->count]; k < at; k++) {
    out->value[k] = dense[out->column[k]] / (double)(end - begin);
    dense[out->column[k]] = 0;
  }
  out->q[out->count] = (double)(end - begin) / q;
  out->begin[++out->count] = at;
  return TRYGG_OK;
}

/* The new patterns, wave by wave: the rank of a list begins with its first member's pattern, which begins with the wave. */
static trygg_status make_patterns(join *j, size_t count, trygg_error *error) {
  tg_patterns *in = j->patterns, out = {0};
  trygg_status status = TRYGG_OK;
  size_t columns = 0, values = 0;
  size_t *example = tg_memory_new(count, sizeof *example);
  double *dense = tg_memory_new(in->aim_count, sizeof *dense);
  out.begin = tg_memory_new(count + 1, sizeof *out.begin);
  out.q = tg_memory_new(count, sizeof *out.q);
  if (!example || !dense || !out.begin || !out.q) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t h = j->count; h-- > 0;)
    example[j->ranks[h]] = h;
  for (size_t r = 0; r < count; r++)
    TRY(add_pattern(j, &out, example[r], dense, &columns, &values, error));
  for (size_t w = 0, r = 0; w < in->wave_count; w++) {
    size_t end = in->waves[w].first_pattern + in->waves[w].patterns, first = r;
    while (in->waves[w].patterns && r < count && j->member[j->begin[example[r]]] < end)
      r++;
    in->waves[w].first_pattern = first;
    in->waves[w].patterns = r - first;
  }
  for (size_t i = 0; i < j->responses->count; i++)
    in->of[i] = j->ranks[j->household[i]];
  tg_memory_free(in->begin);
  tg_memory_free(in->column);
  tg_memory_free(in->value);
  tg_memory_free(in->q);
  in->begin = out.begin;
  in->column = out.column;
  in->value = out.value;
  in->q = out.q;
  in->count = out.count;
  out = (tg_patterns){0};
cleanup:
  tg_patterns_clear(&out);
  tg_memory_free(example);
  tg_memory_free(dense);
  return status;
}

trygg_status tg_household_join(const trygg_responses *responses, const double *weight, tg_patterns *patterns,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  join j = {.responses = responses, .patterns = patterns};
  size_t distinct = 0;
  TRY(number_households(&j, error));
  TRY(check_weights(&j, weight, error));
  TRY(list_members(&j, error));
  TRY(rank_lists(&j, &distinct, error));
  TRY(make_patterns(&j, distinct, error));
cleanup:
  clear_join(&j);
  return status;
}
