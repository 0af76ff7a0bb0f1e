/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells (wave x by-codes) and entries (cells within strata or clusters) are numbered once, for all indicators. */
#include <tally/cells.h>

#include <string.h>

#include <base/keys.h>
#include <base/number.h>
#include <base/text.h>
#include <responses/combine.h>

trygg_status tg_cells_widen(uint64_t *radix, const tg_categories *categories, trygg_error *error) {
  if (*radix > UINT64_C(1) << 44 || (*radix *= categories->count + 1) > UINT64_C(1) << 44)
    return tg_error_set(error, TRYGG_ELIMIT, "the by-variables have too many combinations");
  return TRYGG_OK;
}

/* Combinations of wave and by-categories of the records, and which of them are cells. */
typedef struct cell_index {
  tg_tally *tally;
  const tg_tally_request *request;
  tg_combination combination;
  uint32_t *of;       /* of each record: its combination, at the end its cell; TG_RANK_NONE outside */
  uint64_t *distinct; /* combinations ... */
  size_t count;
  uint64_t *keys,
      radix;      /* ... as keys of cells: wave * radix + codes in mixed radix, see tg_cells_decode() */
  uint32_t *cell; /* ... and their numbers */
  unsigned char *inside; /* of each record, where conditions are asked for */
} cell_index;

static void clear_index(cell_index *c) {
  tg_combination_clear(&c->combination);
  tg_memory_free(c->of);
  tg_memory_free(c->distinct);
  tg_memory_free(c->keys);
  tg_memory_free(c->cell);
  tg_memory_free(c->inside);
}

static trygg_status find_combinations(cell_index *c, trygg_error *error) {
  tg_tally *tally = c->tally;
  const trygg_responses *responses = tally->design->responses;
  trygg_status status = TRYGG_OK;
  tg_part wave = tg_part_of_waves(responses);
  c->combination.records = responses->count;
  c->combination.threads = c->request->threads;
  TRY(tg_combination_add(&c->combination, &wave, error));
  for (size_t k = 0; k < tally->by_count; k++) {
    TRY(tg_combination_add_column(&c->combination, &responses->columns[tally->by[k]], error));
    TRY(tg_cells_widen(&c->radix, &c->combination.parts[k + 1].names, error));
  }
  TRY(tg_combination_rank(&c->combination, c->of, &c->distinct, &c->count, error));
cleanup:
  return status;
}

/* Without a by-code a record comes after the others of its wave: no combination of true categories has this key. */
static uint64_t key_of(const cell_index *c, uint64_t combination, int *missing) {
  uint32_t wave = tg_combination_number(&c->combination, combination, 0);
  uint64_t key = 0;
  *missing = 0;
  if (c->request->waves && !c->request->waves[wave])
    return TG_KEY_NONE;
  for (size_t k = 1; k < c->combination.part_count; k++) {
    uint32_t category = tg_combination_number(&c->combination, combination, k);
    *missing |= category == TG_RANK_NONE;
    key = key * (c->combination.parts[k].count + 1) + category;
  }
  return (*missing ? c->radix - 1 : key) + c->radix * wave;
}

/* Number the cells that have a record inside. */
static trygg_status number_cells(cell_index *c, uint64_t **cells, trygg_error *error) {
  tg_tally *tally = c->tally;
  const trygg_responses *responses = tally->design->responses;
  size_t *records = tg_memory_new(c->count, sizeof *records);
  trygg_status status = TRYGG_OK;
  int all = 1, any_missing = 0;
  c->keys = tg_memory_new(c->count, sizeof *c->keys);
  c->cell = tg_memory_new(c->count, sizeof *c->cell);
  if (!records || !c->keys || !c->cell) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < c->count; i++) {
    int missing;
    c->keys[i] = key_of(c, c->distinct[i], &missing);
    all &= c->keys[i] != TG_KEY_NONE && !missing && !c->inside;
    any_missing |= missing;
  }
  for (size_t i = 0; c->inside && i < responses->count; i++)
    records[c->of[i]] += c->inside[i] != 0;
  for (size_t i = 0; c->inside && i < c->count; i++)
    c->keys[i] = records[i] ? c->keys[i] : TG_KEY_NONE;
  TRY(tg_keys_rank(c->keys, c->count, c->cell, cells, &tally->cell_count, error));
  for (size_t i = 0; !all && i < responses->count; i++) {
    size_t combination = c->of[i];
    int is_inside = c->keys[combination] != TG_KEY_NONE && (!c->inside || c->inside[i]);
    c->of[i] = is_inside ? c->cell[combination] : TG_RANK_NONE;
    tally->by_missing_records += is_inside && any_missing &&
                                 c->keys[combination] % c->radix == c->radix - 1 &&
                                 !(responses->silent && responses->silent[i]);
  }
cleanup:
  tg_memory_free(records);
  return status;
}

/* Which cell each record is in, into `of`. */
static trygg_status index_cells(cell_index *c, trygg_error *error) {
  tg_tally *tally = c->tally;
  const trygg_responses *responses = tally->design->responses;
  trygg_status status = TRYGG_OK;
  uint64_t *cells = NULL;
  c->of = tg_memory_room(responses->count, sizeof *c->of);
  tally->categories = tg_memory_new(tally->by_count, sizeof *tally->categories);
  if (!c->of || !tally->categories)
    return tg_error_memory(error);
  if (c->request->where && c->request->where->count) {
    c->inside = tg_memory_new(responses->count, 1);
    if (!c->inside)
      return tg_error_memory(error);
    memset(c->inside, 1, responses->count);
    tg_conditions_apply(c->request->where, responses, 0, responses->count, c->inside);
  }
  TRY(find_combinations(c, error));
  TRY(number_cells(c, &cells, error));
  for (size_t k = 0; k < tally->by_count; k++) {
    tally->categories[k] = c->combination.parts[k + 1].names;
    c->combination.parts[k + 1].names = (tg_categories){0};
  }
  TRY(tg_cells_decode(tally, cells, c->radix, error));
cleanup:
  tg_memory_free(cells);
  return status;
}

trygg_status tg_cells_decode(tg_tally *tally, const uint64_t *distinct, uint64_t radix, trygg_error *error) {
  tally->cells = tg_memory_new(tally->cell_count, sizeof *tally->cells);
  tally->cell_by = tg_memory_new(tally->cell_count * tally->by_count, sizeof *tally->cell_by);
  if (!tally->cells || !tally->cell_by)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++) {
    tg_cell *cell = &tally->cells[c];
    uint64_t key = distinct[c] % radix;
    cell->wave = (uint32_t)(distinct[c] / radix);
    cell->by = tally->cell_by + c * tally->by_count;
    cell->by_missing = tally->by_count && key == radix - 1;
    for (size_t k = tally->by_count; k-- > 0 && !cell->by_missing;) {
      cell->by[k] = (uint32_t)(key % (tally->categories[k].count + 1));
      key /= tally->categories[k].count + 1;
    }
  }
  return TRYGG_OK;
}

trygg_status tg_cells_list_entries(tg_tally *tally, const uint64_t *distinct, trygg_error *error) {
  size_t cells = tally->cell_count ? tally->cell_count : 1;
  size_t *fill = tg_memory_new(tally->cell_count + 1, sizeof *fill);
  trygg_status status = TRYGG_OK;
  tally->entry_unit = tg_memory_new(tally->entry_count, sizeof *tally->entry_unit);
  tally->entry_cell = tg_memory_new(tally->entry_count, sizeof *tally->entry_cell);
  tally->cell_entries = tg_memory_new(tally->entry_count, sizeof *tally->cell_entries);
  tally->cell_begin = tg_memory_new(tally->cell_count + 1, sizeof *tally->cell_begin);
  if (!tally->entry_unit || !tally->entry_cell || !tally->cell_entries || !tally->cell_begin || !fill) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t e = 0; e < tally->entry_count; e++) {
    tally->entry_unit[e] = (uint32_t)(distinct[e] / cells);
    tally->entry_cell[e] = (uint32_t)(distinct[e] % cells);
    tally->cell_begin[tally->entry_cell[e] + 1]++;
  }
  for (size_t c = 0; c < tally->cell_count; c++)
    fill[c + 1] = tally->cell_begin[c + 1] += tally->cell_begin[c];
  for (size_t e = 0; e < tally->entry_count; e++)
    tally->cell_entries[fill[tally->entry_cell[e]]++] = (uint32_t)e;
cleanup:
  tg_memory_free(fill);
  return status;
}

static trygg_status index_entries(tg_tally *tally, const cell_index *cells, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const trygg_design *design = tally->design;
  tg_part unit = design->cluster ? tg_part_of_numbers(design->cluster, design->cluster_count)
                                 : tg_part_of_numbers(design->stratum, design->stratum_count);
  tg_part cell = tg_part_of_numbers(cells->of, tally->cell_count);
  tg_combination c = {.records = design->responses->count, .threads = cells->request->threads, .strict = 1};
  uint64_t *distinct = NULL;
  tally->entry = tg_memory_room(c.records, sizeof *tally->entry);
  if (!tally->entry)
    return tg_error_memory(error);
  TRY(tg_combination_add(&c, &unit, error));
  TRY(tg_combination_add(&c, &cell, error));
  TRY(tg_combination_rank(&c, tally->entry, &distinct, &tally->entry_count, error));
  for (size_t e = 0; e < tally->entry_count; e++)
    distinct[e] = (uint64_t)tg_combination_number(&c, distinct[e], 0) * tally->cell_count +
                  tg_combination_number(&c, distinct[e], 1);
  TRY(tg_cells_list_entries(tally, distinct, error));
cleanup:
  tg_combination_clear(&c);
  tg_memory_free(distinct);
  return status;
}

trygg_status tg_cells_index(tg_tally *tally, const tg_tally_request *request, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  cell_index cells = {.tally = tally, .request = request, .radix = 1};
  TRY(index_cells(&cells, error));
  TRY(index_entries(tally, &cells, error));
cleanup:
  clear_index(&cells);
  return status;
}

void tg_cells_clear(tg_tally *tally) {
  for (size_t k = 0; k < tally->by_count && tally->categories; k++)
    tg_categories_clear(&tally->categories[k]);
  tg_memory_free(tally->categories);
  tg_memory_free(tally->cells);
  tg_memory_free(tally->cell_by);
  tg_memory_free(tally->entry_unit);
  tg_memory_free(tally->entry_cell);
  tg_memory_free(tally->cell_begin);
  tg_memory_free(tally->cell_entries);
  tg_memory_free(tally->entry);
}
