/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys in mixed radix, a digit a part, the last one of each meaning that there is no number.  Where there could be
 * few combinations, those that occur are marked in a table, whose order is theirs; keys then need no memory but that
 * of the result.  Where there could be many, keys are hashed. */
#include <responses/combine.h>

#include <stdatomic.h>
#include <string.h>

#include <base/keys.h>
#include <base/memory.h>
#include <base/thread.h>

#define FEW 4                /* places of the table for each record */
#define PIECE ((size_t)1024) /* records whose digits are at hand */
#define MOST_KEYS (UINT64_C(1) << 62)

tg_part tg_part_of_numbers(const uint32_t *numbers, size_t count) {
  return (tg_part){.values = numbers, .width = 4, .size = count, .count = count};
}

tg_part tg_part_of_waves(const trygg_responses *responses) {
  size_t count = responses->wave_count;
  return (tg_part){.values = responses->wave, .width = 2, .size = count, .count = count, .full = count > 0};
}

void tg_part_clear(tg_part *part) {
  tg_memory_free(part->table);
  tg_memory_free(part->owned);
  tg_categories_clear(&part->names);
  *part = (tg_part){0};
}

trygg_status tg_combination_add(tg_combination *c, tg_part *part, trygg_error *error) {
  if (tg_memory_grow((void **)&c->parts, &c->part_capacity, c->part_count + 1, sizeof *c->parts) != 0) {
    tg_part_clear(part);
    return tg_error_memory(error);
  }
  c->parts[c->part_count++] = *part;
  *part = (tg_part){0};
  return TRYGG_OK;
}

trygg_status tg_combination_add_column(tg_combination *c, const tg_column *column, trygg_error *error) {
  tg_part part = {0};
  trygg_status status = tg_part_of_column(column, c->records, &part, error);
  return status == TRYGG_OK ? tg_combination_add(c, &part, error) : status;
}

void tg_combination_clear(tg_combination *c) {
  while (c->part_count > 0)
    tg_part_clear(&c->parts[--c->part_count]);
  tg_memory_free(c->parts);
  c->parts = NULL;
  c->part_capacity = 0;
}

/* Digits of a part: its numbers, and one more where a record may have none. */
static uint64_t radix_of(const tg_part *part) {
  return (uint64_t)part->count + !part->full;
}

uint32_t tg_combination_number(const tg_combination *c, uint64_t key, size_t k) {
  for (size_t i = c->part_count; --i > k;)
    key /= radix_of(&c->parts[i]);
  key %= radix_of(&c->parts[k]);
  return key == c->parts[k].count ? TG_RANK_NONE : (uint32_t)key;
}

/* ---- keys -------------------------------------------------------------------------------------------- */

typedef struct ranking {
  const tg_combination *combination;
  uint32_t *of;          /* of each record; keys at first, where there are few */
  uint64_t *keys;        /* of each record, where there are many */
  const tg_part *part;   /* the one that is added to them */
  _Atomic uint64_t *met; /* a bit of each key */
  const uint32_t *ranks; /* the same */
} ranking;

/* keys = keys * radix + digit.  With `width` and `has_table` known, no loop has to ask for them, nor has it branches. */
static inline void add_digits(const tg_part *part, unsigned char width, int has_table, size_t first,
                              size_t count, uint32_t radix, uint32_t *keys) {
  const uint8_t *bytes = part->values;
  const uint16_t *shorts = part->values;
  const uint32_t *words = part->values, *table = part->table;
  uint32_t none = (uint32_t)part->count, size = (uint32_t)part->size;
  for (size_t i = 0; i < count; i++) {
    uint32_t value = width == 1 ? bytes[first + i] : width == 2 ? shorts[first + i] : words[first + i];
    value = value < size ? value : size;
    value = has_table ? table[value] : value;
    keys[i] = keys[i] * radix + (value < none ? value : none);
  }
}

static void add_part(const tg_part *part, size_t first, size_t count, uint32_t radix, uint32_t *keys) {
  int kind = (part->values ? part->width : 0) * 2 + (part->table != NULL);
  if (kind == 3)
    add_digits(part, 1, 1, first, count, radix, keys);
  else if (kind == 4)
    add_digits(part, 2, 0, first, count, radix, keys);
  else if (kind == 5)
    add_digits(part, 2, 1, first, count, radix, keys);
  else if (kind == 8)
    add_digits(part, 4, 0, first, count, radix, keys);
  else if (kind == 9)
    add_digits(part, 4, 1, first, count, radix, keys);
  else
    for (size_t i = 0; i < count; i++) {
      uint32_t number = tg_part_number(part, first + i);
      keys[i] = keys[i] * radix + (number < part->count ? number : (uint32_t)part->count);
    }
}

static size_t end_of(const ranking *r, size_t first, size_t length) {
  return r->combination->records - first < length ? r->combination->records : first + length;
}

/* Few records are the first of their combination. */
static inline void mark(_Atomic uint64_t *bits, uint64_t bit) {
  if (!(atomic_load_explicit(bits, memory_order_relaxed) & bit))
    atomic_fetch_or_explicit(bits, bit, memory_order_relaxed);
}

/* Keys of a block's records, marked. */
static trygg_status mark_block(void *opaque, size_t block, trygg_error *error) {
  const ranking *r = opaque;
  const tg_combination *c = r->combination;
  size_t end = end_of(r, block * TG_BLOCK, TG_BLOCK);
  (void)error;
  for (size_t first = block * TG_BLOCK; first < end; first += PIECE) {
    size_t count = end - first < PIECE ? end - first : PIECE;
    uint32_t *keys = r->of + first;
    memset(keys, 0, count * sizeof *keys);
    for (size_t k = 0; k < c->part_count; k++)
      if (radix_of(&c->parts[k]) > 1) /* else the digit is 0 */
        add_part(&c->parts[k], first, count, (uint32_t)radix_of(&c->parts[k]), keys);
    for (size_t i = 0; i < count; i++)
      mark(&r->met[keys[i] / 64], UINT64_C(1) << keys[i] % 64);
  }
  return TRYGG_OK;
}

static trygg_status translate_block(void *opaque, size_t block, trygg_error *error) {
  const ranking *r = opaque;
  size_t end = end_of(r, block * TG_BLOCK, TG_BLOCK);
  (void)error;
  for (size_t i = block * TG_BLOCK; i < end; i++)
    r->of[i] = r->ranks[r->of[i]];
  return TRYGG_OK;
}

static trygg_status run(ranking *r, tg_thread_task task, trygg_error *error) {
  size_t blocks = (r->combination->records + TG_BLOCK - 1) / TG_BLOCK;
  return tg_thread_run(r->combination->threads, blocks, task, r, NULL, NULL, error);
}

/* The last part has a number in the combination, or need not. */
static int is_combination(const tg_combination *c, uint64_t key) {
  return !c->strict || tg_combination_number(c, key, c->part_count - 1) != TG_RANK_NONE;
}

/* The next marked key; sixty-four that are not are passed at a time. */
static size_t next_met(const ranking *r, size_t most, size_t key) {
  for (; key < most; key = (key / 64 + 1) * 64) {
    uint64_t left = atomic_load_explicit(&r->met[key / 64], memory_order_relaxed) >> key % 64;
    for (; left; left >>= 1, key++)
      if (left & 1)
        return key;
  }
  return most;
}

/* Number the marked keys. */
static trygg_status list_met(const ranking *r, size_t most, uint32_t *ranks, uint64_t **distinct,
                             size_t *count, trygg_error *error) {
  size_t capacity = 0;
  for (size_t key = next_met(r, most, 0); key < most; key = next_met(r, most, key + 1)) {
    if (!is_combination(r->combination, key)) {
      ranks[key] = TG_RANK_NONE;
      continue;
    }
    if (distinct && tg_memory_grow((void **)distinct, &capacity, *count + 1, sizeof **distinct) != 0)
      return tg_error_memory(error);
    if (distinct)
      (*distinct)[*count] = key;
    ranks[key] = (uint32_t)(*count)++;
  }
  if (distinct && !*distinct && !(*distinct = tg_memory_new(0, sizeof **distinct)))
    return tg_error_memory(error);
  return TRYGG_OK;
}

static trygg_status rank_few(ranking *r, size_t most, uint64_t **distinct, size_t *count,
                             trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint32_t *ranks = tg_memory_room(most, sizeof *ranks);
  r->ranks = ranks;
  r->met = tg_memory_new(most / 64 + 1, sizeof *r->met);
  if (!ranks || !r->met) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(run(r, mark_block, error));
  TRY(list_met(r, most, ranks, distinct, count, error));
  TRY(run(r, translate_block, error));
cleanup:
  if (status != TRYGG_OK && distinct) {
    tg_memory_free(*distinct);
    *distinct = NULL;
  }
  tg_memory_free(ranks);
  tg_memory_free(r->met);
  return status;
}

static trygg_status extend_block(void *opaque, size_t block, trygg_error *error) {
  const ranking *r = opaque;
  uint64_t radix = radix_of(r->part);
  int strict = r->combination->strict && r->part == &r->combination->parts[r->combination->part_count - 1];
  size_t end = end_of(r, block * TG_BLOCK, TG_BLOCK);
  uint32_t digits[PIECE];
  (void)error;
  for (size_t first = block * TG_BLOCK; first < end; first += PIECE) {
    size_t count = end - first < PIECE ? end - first : PIECE;
    memset(digits, 0, sizeof digits);
    add_part(r->part, first, count, 0, digits);
    for (size_t i = 0; i < count; i++)
      r->keys[first + i] =
          strict && digits[i] == r->part->count ? TG_KEY_NONE : r->keys[first + i] * radix + digits[i];
  }
  return TRYGG_OK;
}

/* Before keys grow too large, their ranks take their place. */
static trygg_status shorten(ranking *r, uint64_t *most, trygg_error *error) {
  uint64_t *distinct = NULL;
  size_t count;
  trygg_status status = tg_keys_rank(r->keys, r->combination->records, r->of, &distinct, &count, error);
  for (size_t i = 0; status == TRYGG_OK && i < r->combination->records; i++)
    r->keys[i] = r->of[i];
  *most = count;
  tg_memory_free(distinct);
  return status;
}

static trygg_status rank_many(ranking *r, uint64_t **distinct, size_t *count, trygg_error *error) {
  const tg_combination *c = r->combination;
  trygg_status status = TRYGG_OK;
  uint64_t most = 1, *own = NULL;
  r->keys = tg_memory_new(c->records, sizeof *r->keys);
  if (!r->keys)
    return tg_error_memory(error);
  for (size_t k = 0; k < c->part_count; k++) {
    r->part = &c->parts[k];
    if (most > MOST_KEYS / radix_of(r->part))
      TRY(shorten(r, &most, error));
    TRY(run(r, extend_block, error));
    most *= radix_of(r->part);
  }
  TRY(tg_keys_rank(r->keys, c->records, r->of, distinct ? distinct : &own, count, error));
cleanup:
  tg_memory_free(r->keys);
  tg_memory_free(own);
  return status;
}

trygg_status tg_combination_rank(const tg_combination *c, uint32_t *of, uint64_t **distinct, size_t *count,
                                 trygg_error *error) {
  ranking r = {.combination = c, .of = of};
  uint64_t most = 1;
  *count = 0;
  if (distinct)
    *distinct = NULL;
  for (size_t k = 0; k < c->part_count; k++) {
    if (most > MOST_KEYS / radix_of(&c->parts[k])) {
      if (distinct)
        return tg_error_set(error, TRYGG_ELIMIT, "the variables have too many combinations");
      return rank_many(&r, distinct, count, error);
    }
    most *= radix_of(&c->parts[k]);
  }
  if (c->part_count && most / FEW <= c->records && most <= UINT32_MAX)
    return rank_few(&r, (size_t)most, distinct, count, error);
  return rank_many(&r, distinct, count, error);
}
