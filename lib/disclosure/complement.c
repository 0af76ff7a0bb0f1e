/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complementary suppression: what subtraction from totals would give back.
 *
 * Rows differ by which of their domain keys are empty: their pattern.  A row whose
 * pattern has fewer keys is the total of the rows that agree with it in the keys it
 * has and that all have the same further keys: the cells.  Each such sum is an
 * equation; rows of one-way and crossed breakdowns stand in several, so the equations
 * are gone through until nothing changes.
 *
 * Respondents without a code of a breakdown are in the total and in no cell: the rest
 * of the equation, one more cell that is never shown.
 *
 * Groups that are each compared with the rest, or with all, need no total: the
 * differences from it, weighted by size, sum to 0, so that all but one give that one. */
#include <disclosure/complement.h>

#include <stdlib.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/number.h>
#include <base/text.h>

#define MAX_KEYS 63 /* bits of a pattern */

/* total = cells[first] + ... + cells[first + count - 1], by increasing base, + rest. */
typedef struct equation {
  size_t total; /* SIZE_MAX: no row, but known */
  size_t first, count;
  int64_t rest; /* respondents of the total that are in no cell; 0 where that is not known */
} equation;

typedef struct equations {
  const trygg_table *table;
  size_t side;  /* column of comparisons that repeats the domain keys, or SIZE_MAX */
  size_t *keys; /* domain columns, one a bit of a pattern */
  size_t key_count;
  uint64_t *row_patterns; /* [rows] */
  uint64_t *patterns;     /* distinct */
  size_t pattern_count, pattern_capacity;
  equation *list;
  size_t count, capacity;
  size_t *cells;
  size_t cell_count, cell_capacity;
  int has_rests; /* some respondents may be in a total and in no cell */
} equations;

/* A row on its way into an equation. */
typedef struct member {
  const char *name; /* the keys that the rows of an equation share, joined */
  int is_cell;
  int64_t base;
  size_t row;
} member;

static trygg_status find_patterns(equations *all, trygg_error *error) {
  size_t rows = trygg_table_rows(all->table), columns = trygg_table_columns(all->table);

  all->keys = tg_memory_new(columns, sizeof *all->keys);
  all->row_patterns = tg_memory_new(rows, sizeof *all->row_patterns);
  if (all->keys == NULL || all->row_patterns == NULL)
    return tg_error_memory(error);
  for (size_t i = 0; i < columns && all->key_count < MAX_KEYS; i++)
    if (tg_table_is_domain(all->table, i))
      all->keys[all->key_count++] = i;
  for (size_t row = 0; row < rows; row++) {
    size_t known = 0;
    for (size_t k = 0; k < all->key_count; k++)
      if (!trygg_table_missing(all->table, row, all->keys[k]) &&
          strcmp(trygg_table_text(all->table, row, all->keys[k]), "") != 0)
        all->row_patterns[row] |= UINT64_C(1) << k;
    while (known < all->pattern_count && all->patterns[known] != all->row_patterns[row])
      known++;
    if (known < all->pattern_count)
      continue;
    if (tg_memory_grow((void **)&all->patterns, &all->pattern_capacity, all->pattern_count + 1,
                       sizeof *all->patterns) != 0)
      return tg_error_memory(error);
    all->patterns[all->pattern_count++] = all->row_patterns[row];
  }
  return TRYGG_OK;
}

/* Every key of a row except the domain keys outside of `pattern`; 0x1f and 0x1e occur in no code. */
static void append_name(const equations *all, size_t row, uint64_t pattern, tg_text *names) {
  char number[TG_NUMBER_SIZE];

  for (size_t i = 0, k = 0; i < trygg_table_columns(all->table); i++) {
    int is_domain = k < all->key_count && all->keys[k] == i;
    int is_shared = !is_domain || (pattern >> k & 1);
    k += is_domain ? 1 : 0;
    if (trygg_table_role(all->table, i) != TRYGG_KEY || !is_shared || i == all->side)
      continue;
    if (trygg_table_type(all->table, i) == TRYGG_TEXT)
      tg_text_put(names, trygg_table_text(all->table, row, i));
    else if (trygg_table_missing(all->table, row, i))
      tg_text_putc(names, '\x1e');
    else
      tg_text_put(names, tg_number_format(number, trygg_table_number(all->table, row, i)));
    tg_text_putc(names, '\x1f');
  }
  tg_text_append(names, "", 1);
}

static int compare_members(const void *left, const void *right) {
  const member *a = left, *b = right;
  int by_name = strcmp(a->name, b->name);

  if (by_name != 0)
    return by_name;
  if (a->is_cell != b->is_cell)
    return a->is_cell ? 1 : -1;
  if (a->base != b->base)
    return a->base < b->base ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Whether respondents without a code of a breakdown were met. */
static int has_uncoded(const trygg_table *table) {
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    if (strcmp(trygg_table_note_key(table, i), "by_missing") == 0)
      return 1;
  return 0;
}

/* Bases of a table add up, unless its rows rest on the smallest of several figures (the items of an index,
 * the waves of a test, the sides of a comparison): there a total exceeds its cells also where everybody has a code, so that it has
 * to be known that some have none. */
static int has_rests(const trygg_table *table) {
  static const char *const keys[] = {"index", "test", "b"};
  int adds_up = 1;

  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    adds_up &= tg_table_find_fixed(table, keys[i]) == SIZE_MAX;
  return adds_up || has_uncoded(table);
}

static int64_t rest_of(const equations *all, const equation *sum) {
  int64_t rest = tg_table_base(all->table, sum->total);

  if (!all->has_rests || rest == INT64_MAX)
    return 0;
  for (size_t i = sum->first; i < sum->first + sum->count; i++) {
    int64_t base = tg_table_base(all->table, all->cells[i]);
    if (base >= rest)
      return 0;
    rest -= base > 0 ? base : 0;
  }
  return rest;
}

/* Runs of sorted members of one name that begin with a total become equations. */
static trygg_status add_equations(equations *all, const member *members, size_t count, trygg_error *error) {
  for (size_t begin = 0, end; begin < count; begin = end) {
    end = begin + 1;
    while (end < count && strcmp(members[end].name, members[begin].name) == 0)
      end++;
    if (members[begin].is_cell || end - begin < 2)
      continue;
    if (tg_memory_grow((void **)&all->list, &all->capacity, all->count + 1, sizeof *all->list) != 0 ||
        tg_memory_grow((void **)&all->cells, &all->cell_capacity, all->cell_count + (end - begin),
                       sizeof *all->cells) != 0)
      return tg_error_memory(error);
    all->list[all->count] = (equation){members[begin].row, all->cell_count, 0, 0};
    for (size_t i = begin + 1; i < end; i++)
      if (members[i].is_cell) {
        all->cells[all->cell_count++] = members[i].row;
        all->list[all->count].count++;
      }
    if (all->list[all->count].count == 0)
      continue;
    all->list[all->count].rest = rest_of(all, &all->list[all->count]);
    all->count++;
  }
  return TRYGG_OK;
}

/* Whether a row compares a group with something that all groups of its table make up. */
static int is_part_of_known(const equations *all, size_t row) {
  size_t other = tg_table_find_fixed(all->table, "b");
  const char *text = all->side == SIZE_MAX ? "" : trygg_table_text(all->table, row, other);

  return strcmp(text, "rest") == 0 || strcmp(text, "total") == 0;
}

/* Runs of sorted members of one name are the cells of a known sum.  How many respondents are in no cell is not known:
 * where there are some in the total, the worst is taken to be true. */
static trygg_status add_known_sums(equations *all, const member *members, size_t count, trygg_error *error) {
  for (size_t begin = 0, end; begin < count; begin = end) {
    const char *other =
        trygg_table_text(all->table, members[begin].row, tg_table_find_fixed(all->table, "b"));
    equation sum = {SIZE_MAX, all->cell_count, 0, strcmp(other, "total") == 0 && has_uncoded(all->table)};
    for (end = begin; end < count && strcmp(members[end].name, members[begin].name) == 0;)
      end++;
    if (tg_memory_grow((void **)&all->list, &all->capacity, all->count + 1, sizeof *all->list) != 0 ||
        tg_memory_grow((void **)&all->cells, &all->cell_capacity, all->cell_count + (end - begin),
                       sizeof *all->cells) != 0)
      return tg_error_memory(error);
    for (size_t i = begin; i < end; i++)
      all->cells[all->cell_count++] = members[i].row;
    sum.count = end - begin;
    all->list[all->count++] = sum;
  }
  return TRYGG_OK;
}

/* Equations between the rows of pattern `of_totals` and those of `of_cells`, which has more keys; with `known` the
 * latter alone. */
static trygg_status find_equations(equations *all, uint64_t of_totals, uint64_t of_cells, int known,
                                   trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t rows = trygg_table_rows(all->table), count = 0, offset = 0;
  tg_text names = {0};
  member *members = tg_memory_new(rows, sizeof *members);

  if (members == NULL)
    return tg_error_memory(error);
  for (size_t row = 0; row < rows; row++) {
    if (all->row_patterns[row] != of_cells && (known || all->row_patterns[row] != of_totals))
      continue;
    if (known && !is_part_of_known(all, row))
      continue;
    append_name(all, row, of_totals, &names);
    members[count++] =
        (member){NULL, all->row_patterns[row] == of_cells, tg_table_base(all->table, row), row};
  }
  if (names.failed)
    TRY(tg_error_memory(error));
  for (size_t i = 0; i < count; i++) {
    members[i].name = names.bytes + offset;
    offset += strlen(members[i].name) + 1;
  }
  qsort(members, count, sizeof *members, compare_members);
  TRY(known ? add_known_sums(all, members, count, error) : add_equations(all, members, count, error));

cleanup:
  tg_text_free(&names);
  tg_memory_free(members);
  return status;
}

/* What subtraction gives is total - (sum of the published cells), i.e. the hidden cells and the rest together.
 * That is harmless when it rests on min_n respondents and no single row is given back: at least two hidden
 * rows, the total and the rest counted, or the rest alone, which is no row.  Else the smallest published cell
 * is to be hidden, or at last the total.  Returns its row, or SIZE_MAX when all is well. */
static size_t row_to_hide(const equations *all, const equation *sum, int64_t min_n,
                          const unsigned char *hidden) {
  size_t count = 0, smallest = SIZE_MAX;
  int64_t base = sum->rest < min_n ? sum->rest : min_n;

  for (size_t i = sum->first; i < sum->first + sum->count; i++) {
    size_t row = all->cells[i];
    int64_t cell = tg_table_base(all->table, row);
    if (hidden[row]) {
      count++;
      base += cell < min_n ? cell : min_n;
    } else if (smallest == SIZE_MAX && cell > 0 && cell != INT64_MAX) {
      smallest = row;
    }
  }
  if (sum->total != SIZE_MAX && hidden[sum->total])
    return count == 0 ? smallest : SIZE_MAX;
  if (base == 0 || (base >= min_n && (count >= 2 || sum->rest > 0)))
    return SIZE_MAX;
  return smallest != SIZE_MAX ? smallest : sum->total;
}

/* The bit of a pattern that says in which wave a row is. */
static uint64_t wave_bit(const equations *all) {
  for (size_t k = 0; k < all->key_count; k++)
    if (strcmp(trygg_table_name(all->table, all->keys[k]), "wave") == 0)
      return UINT64_C(1) << k;
  return 0;
}

trygg_status tg_complement_suppress(const trygg_table *table, int64_t min_n, unsigned char *hidden,
                                    size_t *added, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  equations all = {.table = table, .side = SIZE_MAX, .has_rests = has_rests(table)};
  int changed = 1;

  *added = 0;
  if (tg_table_find_fixed(table, "b") != SIZE_MAX)
    all.side = tg_table_find_fixed(table, "a");
  TRY(find_patterns(&all, error));
  for (size_t i = 0; i < all.pattern_count; i++)
    for (size_t j = 0; j < all.pattern_count; j++)
      if (i != j && (all.patterns[i] & all.patterns[j]) == all.patterns[i])
        TRY(find_equations(&all, all.patterns[i], all.patterns[j], 0, error));
  for (size_t i = 0; i < all.pattern_count && all.side != SIZE_MAX; i++)
    TRY(find_equations(&all, all.patterns[i] & wave_bit(&all), all.patterns[i], 1, error));
  while (changed) {
    changed = 0;
    for (size_t i = 0; i < all.count; i++) {
      size_t row = row_to_hide(&all, &all.list[i], min_n, hidden);
      if (row == SIZE_MAX)
        continue;
      hidden[row] = 1;
      ++*added;
      changed = 1;
    }
  }

cleanup:
  tg_memory_free(all.keys);
  tg_memory_free(all.row_patterns);
  tg_memory_free(all.patterns);
  tg_memory_free(all.list);
  tg_memory_free(all.cells);
  return status;
}
