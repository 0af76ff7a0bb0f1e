/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Persons of a panel: ids become numbers, and only the numbers are kept, four bytes a record. */
#include <base/keys.h>
#include <base/memory.h>
#include <responses/load.h>

/* Where clusters were drawn they link the waves, whoever answered in them. */
static int are_asked_for(const tg_load *load) {
  return load->codebook->settings.waves == TG_WAVES_PANEL && load->id_count > 0 &&
         tg_codebook_find_role(load->codebook, TG_ROLE_CLUSTER, 1, 0) == TG_NONE;
}

/* Numbers of entries become numbers of persons, in the order of their first records. */
static void renumber(trygg_responses *responses, uint32_t *place, size_t entries) {
  uint32_t persons = 0;
  for (size_t e = 0; e < entries; e++)
    place[e] = TG_RANK_NONE;
  for (size_t i = 0; i < responses->count; i++) {
    uint32_t entry = responses->person[i];
    if (entry == TG_RANK_NONE)
      continue;
    if (place[entry] == TG_RANK_NONE)
      place[entry] = persons++;
    responses->person[i] = place[entry];
  }
}

trygg_status tg_persons_number(tg_load *load) {
  const tg_duplicates_index *index = &load->duplicates;
  trygg_responses *responses = load->responses;
  uint32_t *first;
  if (!are_asked_for(load))
    return TRYGG_OK;
  first = tg_memory_new(index->count, sizeof *first);
  responses->person = tg_memory_new(responses->count, sizeof *responses->person);
  if (!first || !responses->person) {
    tg_memory_free(first);
    return tg_error_memory(load->error);
  }
  tg_duplicates_unite(index, load->id_count, first);
  for (size_t i = 0; i < responses->count; i++)
    responses->person[i] = TG_RANK_NONE;
  for (size_t e = 0; e < index->count; e++) {
    size_t record = index->entries[e].record;
    responses->person[record - tg_finish_dropped_before(load, record)] = first[e];
  }
  renumber(responses, first, index->count);
  tg_memory_free(first);
  return TRYGG_OK;
}
