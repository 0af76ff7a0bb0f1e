/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tally from its records, kept or window by window. */
#include <tally/tally.h>

#include <base/keys.h>
#include <tally/cells.h>
#include <tally/gather.h>
#include <tally/growth.h>
#include <tally/joint.h>

static trygg_status begin(tg_indicators *indicators, const tg_tally_request *request, tg_tally **out,
                          trygg_error *error) {
  tg_tally *tally = tg_memory_new(1, sizeof *tally);
  *out = tally;
  if (!tally) {
    tg_indicator_clear(indicators);
    return tg_error_memory(error);
  }
  tally->indicators = *indicators;
  *indicators = (tg_indicators){0};
  tally->by_count = request->by_count;
  tally->by = tg_memory_new(request->by_count, sizeof *tally->by);
  if (!tally->by)
    return tg_error_memory(error);
  for (size_t k = 0; k < request->by_count; k++)
    tally->by[k] = request->by[k];
  return TRYGG_OK;
}

/* All records are one window, whose cells and entries are the tally's own. */
trygg_status tg_tally_create(trygg_design *design, tg_indicators *indicators, const tg_tally_request *request,
                             tg_tally **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_tally *tally = NULL;
  *out = NULL;
  TRY(begin(indicators, request, &tally, error));
  tally->design = trygg_design_retain(design);
  tally->has_moments = !design->cluster;
  TRY(tg_cells_index(tally, request, error));
  TRY(tg_gather_all(tally, &(tg_gather_window){tally, NULL}, 1, request, error));
  if (tg_auxiliary_suits(design))
    TRY(tg_joint_create(tally, &tally->joint, error));
  *out = tally;
  tally = NULL;
cleanup:
  tg_tally_free(tally);
  return status;
}

trygg_status tg_tally_begin(tg_indicators *indicators, const tg_tally_request *request, tg_tally **out,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_tally *tally = NULL;
  *out = NULL;
  TRY(begin(indicators, request, &tally, error));
  TRY(tg_growth_create(request->by_count, &tally->growth, error));
  *out = tally;
  tally = NULL;
cleanup:
  tg_tally_free(tally);
  return status;
}

trygg_status tg_tally_add(tg_tally *tally, trygg_design *design, const uint32_t *units,
                          const tg_tally_request *request, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_tally index = {.design = design, .by = tally->by, .by_count = tally->by_count};
  uint32_t *entries = NULL;
  tally->has_moments = !design->cluster;
  TRY(tg_cells_index(&index, request, error));
  TRY(tg_growth_add(tally, &index, units, &entries, error));
  TRY(tg_gather_all(tally, &(tg_gather_window){&index, entries}, 0, request, error));
cleanup:
  tg_cells_clear(&index);
  tg_memory_free(entries);
  return status;
}

trygg_status tg_tally_finish(tg_tally *tally, trygg_design *design, const tg_tally_order *order,
                             const tg_tally_request *request, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tally->design = trygg_design_retain(design);
  TRY(tg_growth_finish(tally, order, error));
  TRY(tg_gather_all(tally, NULL, 1, request, error));
cleanup:
  return status;
}

void tg_tally_free(tg_tally *tally) {
  if (!tally)
    return;
  tg_cells_clear(tally);
  tg_gather_free(tally);
  tg_growth_free(tally->growth);
  tg_joint_free(tally->joint);
  tg_memory_free(tally->by);
  tg_memory_free(tally->cell_met);
  tg_memory_free(tally->entry_met);
  tg_memory_free(tally->shift);
  tg_memory_free(tally->sums);
  tg_memory_free(tally->moments);
  tg_memory_free(tally->cell_sums);
  tg_indicator_clear(&tally->indicators);
  trygg_design_free(tally->design);
  tg_memory_free(tally);
}
