/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells (wave x by-codes) and entries (cells within strata or clusters) are numbered once, for all indicators. */
#include <tally/cells.h>

#include <string.h>

#include <base/keys.h>
#include <base/number.h>
#include <base/text.h>

trygg_status tg_cells_widen(uint64_t *radix, const tg_categories *categories, trygg_error *error) {
  if (*radix > UINT64_C(1) << 44 || (*radix *= categories->count + 1) > UINT64_C(1) << 44)
    return tg_error_set(error, TRYGG_ELIMIT, "the by-variables have too many combinations");
  return TRYGG_OK;
}

/* Key of a record's cell: wave, then each by-category in mixed radix; a cell with a missing by-code comes after
 * the others of its wave.  TG_KEY_NONE outside. */
static trygg_status cell_keys(tg_tally *tally, const tg_tally_request *request, uint64_t *keys,
                              uint64_t *radix, trygg_error *error) {
  const trygg_responses *responses = tally->design->responses;
  trygg_status status = TRYGG_OK;
  size_t records = responses->count;
  uint32_t *category = tg_memory_new(records, sizeof *category);
  unsigned char *state = tg_memory_new(records, 1); /* 0 outside, 1 inside, 2 inside with a missing by-code */
  if (!category || !state) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  memset(state, 1, records);
  if (request->where)
    tg_conditions_apply(request->where, responses, 0, records, state);
  for (size_t i = 0; i < records; i++)
    keys[i] = 0;
  *radix = 1;
  for (size_t k = 0; k < tally->by_count; k++) {
    const tg_column *column = &responses->columns[tally->by[k]];
    TRY(tg_column_categories(column, records, category, &tally->categories[k], error));
    TRY(tg_cells_widen(radix, &tally->categories[k], error));
    for (size_t i = 0; i < records; i++) {
      keys[i] = keys[i] * (tally->categories[k].count + 1) + (category[i] == TG_RANK_NONE ? 0 : category[i]);
      if (category[i] == TG_RANK_NONE && state[i])
        state[i] = 2;
    }
  }
  for (size_t i = 0; i < records; i++) {
    uint16_t wave = responses->wave[i];
    if (!state[i] || (request->waves && !request->waves[wave])) {
      keys[i] = TG_KEY_NONE;
      continue;
    }
    if (state[i] == 2)
      keys[i] = *radix - 1; /* no combination of true categories reaches it, see the + 1 above */
    tally->by_missing_records += state[i] == 2 && !(responses->silent && responses->silent[i]);
    keys[i] += *radix * wave;
  }
  if (!tally->by_count)
    for (size_t i = 0; i < records; i++)
      keys[i] = keys[i] == TG_KEY_NONE ? TG_KEY_NONE : responses->wave[i];
cleanup:
  tg_memory_free(category);
  tg_memory_free(state);
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

static trygg_status index_entries(tg_tally *tally, const uint32_t *cell, uint64_t *keys, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const trygg_design *design = tally->design;
  size_t records = design->responses->count, cells = tally->cell_count ? tally->cell_count : 1;
  const uint32_t *unit = design->cluster ? design->cluster : design->stratum;
  uint64_t *distinct = NULL;
  for (size_t i = 0; i < records; i++)
    keys[i] = cell[i] == TG_RANK_NONE ? TG_KEY_NONE : (uint64_t)unit[i] * cells + cell[i];
  TRY(tg_keys_rank(keys, records, tally->entry, &distinct, &tally->entry_count, error));
  TRY(tg_cells_list_entries(tally, distinct, error));
cleanup:
  tg_memory_free(distinct);
  return status;
}

trygg_status tg_cells_index(tg_tally *tally, const tg_tally_request *request, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t records = tally->design->responses->count;
  uint64_t *keys = tg_memory_new(records, sizeof *keys), *distinct = NULL, radix = 1;
  uint32_t *cell = tg_memory_new(records, sizeof *cell);
  tally->entry = tg_memory_new(records, sizeof *tally->entry);
  tally->categories = tg_memory_new(tally->by_count, sizeof *tally->categories);
  if (!keys || !cell || !tally->entry || !tally->categories) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(cell_keys(tally, request, keys, &radix, error));
  TRY(tg_keys_rank(keys, records, cell, &distinct, &tally->cell_count, error));
  TRY(tg_cells_decode(tally, distinct, radix, error));
  TRY(index_entries(tally, cell, keys, error));
cleanup:
  tg_memory_free(keys);
  tg_memory_free(cell);
  tg_memory_free(distinct);
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
