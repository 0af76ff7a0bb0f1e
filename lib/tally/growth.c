/* SPDX-License-Identifier: GPL-3.0-or-later */
/* While windows are added a cell is the path wave, categories as they were met; an entry is a unit and a cell.  Only
 * what gathering looks at is kept in the tally: how many there are, and the cell of each entry. */
#include <tally/growth.h>

#include <string.h>

#include <base/keys.h>
#include <responses/pool.h>
#include <tally/cells.h>

#define MISSING_CODE UINT32_MAX /* every category of a cell where one is missing */

struct tg_growth {
  size_t by_count;
  tg_pool *by; /* categories of each by-variable */
  tg_keys steps, cells, entries;
  uint32_t *paths; /* [cell * (by_count + 1)] */
  size_t path_capacity, entry_capacity;
};

trygg_status tg_growth_create(size_t by_count, tg_growth **out, trygg_error *error) {
  tg_growth *growth = tg_memory_new(1, sizeof *growth);
  *out = growth;
  if (!growth)
    return tg_error_memory(error);
  growth->by_count = by_count;
  growth->by = tg_memory_new(by_count, sizeof *growth->by);
  return growth->by ? TRYGG_OK : tg_error_memory(error);
}

void tg_growth_free(tg_growth *growth) {
  if (!growth)
    return;
  for (size_t k = 0; k < growth->by_count && growth->by; k++)
    tg_pool_clear(&growth->by[k]);
  tg_memory_free(growth->by);
  tg_keys_clear(&growth->steps);
  tg_keys_clear(&growth->cells);
  tg_keys_clear(&growth->entries);
  tg_memory_free(growth->paths);
  tg_memory_free(growth);
}

/* ---- windows ------------------------------------------------------------------------------------------ */

/* numbers[k][i]: number by which the i-th category of the window was met. */
static trygg_status add_categories(tg_growth *growth, const tg_tally *index, uint32_t **numbers,
                                   trygg_error *error) {
  for (size_t k = 0; k < growth->by_count; k++) {
    trygg_status status;
    numbers[k] = tg_memory_new(index->categories[k].count, sizeof *numbers[k]);
    if (!numbers[k])
      return tg_error_memory(error);
    status = tg_pool_add(&growth->by[k], &index->categories[k], numbers[k], error);
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

/* Number of a cell of the window; its path is kept when it is new. */
static int add_cell(tg_growth *growth, const tg_cell *cell, uint32_t **numbers, uint32_t *number) {
  size_t length = growth->by_count + 1, known = growth->cells.used;
  uint32_t *path;
  if (tg_memory_grow((void **)&growth->paths, &growth->path_capacity, (known + 1) * length, sizeof *path) !=
      0)
    return -1;
  path = growth->paths + known * length;
  path[0] = cell->wave;
  for (size_t k = 0; k < growth->by_count; k++)
    path[k + 1] = cell->by_missing ? MISSING_CODE : numbers[k][cell->by[k]];
  return tg_keys_add_path(&growth->steps, &growth->cells, path, length, number);
}

static int add_entries(tg_tally *tally, const tg_tally *index, const uint32_t *units, const uint32_t *cells,
                       uint32_t *entries) {
  tg_growth *growth = tally->growth;
  for (size_t e = 0; e < index->entry_count; e++) {
    uint32_t cell = cells[index->entry_cell[e]];
    if (tg_keys_add(&growth->entries, (uint64_t)units[index->entry_unit[e]] << 32 | cell, &entries[e]) != 0 ||
        tg_memory_grow((void **)&tally->entry_cell, &growth->entry_capacity, growth->entries.used,
                       sizeof *tally->entry_cell) != 0)
      return -1;
    tally->entry_cell[entries[e]] = cell;
  }
  return 0;
}

trygg_status tg_growth_add(tg_tally *tally, const tg_tally *index, const uint32_t *units, uint32_t **entries,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_growth *growth = tally->growth;
  uint32_t **numbers = tg_memory_new(growth->by_count, sizeof *numbers);
  uint32_t *cells = tg_memory_new(index->cell_count, sizeof *cells);
  int failed = 0;
  *entries = tg_memory_new(index->entry_count, sizeof **entries);
  if (!numbers || !cells || !*entries) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(add_categories(growth, index, numbers, error));
  for (size_t c = 0; c < index->cell_count && !failed; c++)
    failed = add_cell(growth, &index->cells[c], numbers, &cells[c]);
  if (failed || add_entries(tally, index, units, cells, *entries) != 0) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  tally->cell_count = growth->cells.used;
  tally->entry_count = growth->entries.used;
  tally->by_missing_records += index->by_missing_records;
cleanup:
  for (size_t k = 0; k < growth->by_count && numbers; k++)
    tg_memory_free(numbers[k]);
  tg_memory_free(numbers);
  tg_memory_free(cells);
  return status;
}

/* ---- the end ------------------------------------------------------------------------------------------ */

/* Ranks of keys that are all different: met[rank] is the number of the key that has it. */
static trygg_status put_in_order(const uint64_t *keys, size_t count, uint32_t *rank, uint32_t **met,
                                 uint64_t **sorted, trygg_error *error) {
  size_t distinct;
  trygg_status status = tg_keys_rank(keys, count, rank, sorted, &distinct, error);
  if (status != TRYGG_OK)
    return status;
  *met = tg_memory_new(count, sizeof **met);
  if (!*met)
    return tg_error_memory(error);
  for (size_t i = 0; i < count; i++)
    (*met)[rank[i]] = (uint32_t)i;
  return TRYGG_OK;
}

/* Cells in the order wave, codes: the same keys as in cells.c. */
static trygg_status finish_cells(tg_tally *tally, const tg_tally_order *order, uint32_t *rank,
                                 trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_growth *growth = tally->growth;
  uint64_t radix = 1, *sorted = NULL, *keys = tg_memory_new(tally->cell_count, sizeof *keys);
  uint32_t *place = NULL;
  tally->categories = tg_memory_new(tally->by_count, sizeof *tally->categories);
  if (!keys || !tally->categories) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < tally->by_count; k++) {
    const tg_variable *variable = &tally->design->responses->codebook->variables[tally->by[k]];
    place = tg_memory_new(tg_pool_count(&growth->by[k]), sizeof *place);
    if (!place) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(tg_pool_finish(&growth->by[k], variable, place, &tally->categories[k], error));
    TRY(tg_cells_widen(&radix, &tally->categories[k], error));
    for (size_t c = 0; c < tally->cell_count; c++) {
      uint32_t code = growth->paths[c * (tally->by_count + 1) + k + 1];
      keys[c] = keys[c] * (tally->categories[k].count + 1) + (code == MISSING_CODE ? 0 : place[code]);
    }
    tg_memory_free(place);
    place = NULL;
  }
  for (size_t c = 0; c < tally->cell_count; c++) {
    const uint32_t *path = growth->paths + c * (tally->by_count + 1);
    keys[c] = tally->by_count && path[1] == MISSING_CODE ? radix - 1 : keys[c];
    keys[c] += radix * order->waves[path[0]];
  }
  TRY(put_in_order(keys, tally->cell_count, rank, &tally->cell_met, &sorted, error));
  TRY(tg_cells_decode(tally, sorted, radix, error));
cleanup:
  tg_memory_free(place);
  tg_memory_free(keys);
  tg_memory_free(sorted);
  return status;
}

static trygg_status finish_entries(tg_tally *tally, const tg_tally_order *order, const uint32_t *cell_rank,
                                   trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t cells = tally->cell_count ? tally->cell_count : 1;
  uint64_t *sorted = NULL, *keys = tg_memory_new(tally->entry_count, sizeof *keys);
  uint32_t *rank = tg_memory_new(tally->entry_count, sizeof *rank);
  if (!keys || !rank) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t e = 0; e < tally->entry_count; e++)
    keys[e] =
        (uint64_t)order->units[tally->growth->entries.met[e] >> 32] * cells + cell_rank[tally->entry_cell[e]];
  TRY(put_in_order(keys, tally->entry_count, rank, &tally->entry_met, &sorted, error));
  tg_memory_free(tally->entry_cell);
  tally->entry_cell = NULL;
  TRY(tg_cells_list_entries(tally, sorted, error));
cleanup:
  tg_memory_free(keys);
  tg_memory_free(rank);
  tg_memory_free(sorted);
  return status;
}

trygg_status tg_growth_finish(tg_tally *tally, const tg_tally_order *order, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint32_t *cell_rank = tg_memory_new(tally->cell_count, sizeof *cell_rank);
  if (!cell_rank)
    return tg_error_memory(error);
  TRY(finish_cells(tally, order, cell_rank, error));
  TRY(finish_entries(tally, order, cell_rank, error));
  tg_growth_free(tally->growth);
  tally->growth = NULL;
cleanup:
  tg_memory_free(cell_rank);
  return status;
}
