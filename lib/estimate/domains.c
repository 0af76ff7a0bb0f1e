/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domains are sets of cells: totals over by-codes, by-combinations, and either of them over waves. */
#include <estimate/estimate.h>

#include <string.h>

#include <base/keys.h>

/* group[c] = number of the by-combination of cell c (the same in all waves), TG_RANK_NONE where a code is missing. */
static trygg_status number_groups(trygg_estimates *estimates, uint32_t *group, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  trygg_status status;
  uint64_t *keys = tg_memory_new(tally->cell_count, sizeof *keys), *distinct = NULL;
  if (!keys)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++) {
    keys[c] = 0;
    for (size_t k = 0; k < tally->by_count; k++)
      keys[c] = keys[c] * (tally->categories[k].count + 1) + tally->cells[c].by[k];
    if (!tally->by_count || tally->cells[c].by_missing)
      keys[c] = TG_KEY_NONE;
  }
  status = tg_keys_rank(keys, tally->cell_count, group, &distinct, &estimates->group_count, error);
  tg_memory_free(keys);
  tg_memory_free(distinct);
  return status;
}

/* Fill one domain with the cells of a wave (TG_POOLED: all) and group (TG_TOTAL_DOMAIN: all); without cells it stays
 * out, except that a total is always there. */
static trygg_status add_domain(trygg_estimates *estimates, uint32_t wave, uint32_t group,
                               const uint32_t *groups, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  tg_domain *domain = &estimates->domains[estimates->domain_count];
  *domain = (tg_domain){.wave = wave, .group = group};
  for (size_t c = 0; c < tally->cell_count; c++)
    domain->cell_count += (wave == TG_POOLED || tally->cells[c].wave == wave) &&
                          (group == TG_TOTAL_DOMAIN || groups[c] == group);
  if (!domain->cell_count && group != TG_TOTAL_DOMAIN)
    return TRYGG_OK;
  domain->cells = tg_memory_new(domain->cell_count, sizeof *domain->cells);
  if (!domain->cells)
    return tg_error_memory(error);
  estimates->domain_count++;
  domain->cell_count = 0;
  for (size_t c = 0; c < tally->cell_count; c++)
    if ((wave == TG_POOLED || tally->cells[c].wave == wave) &&
        (group == TG_TOTAL_DOMAIN || groups[c] == group))
      domain->cells[domain->cell_count++] = (uint32_t)c;
  if (group != TG_TOTAL_DOMAIN)
    domain->by = tally->cells[domain->cells[0]].by;
  return TRYGG_OK;
}

trygg_status tg_domains_create(trygg_estimates *estimates, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t waves = estimates->pooled ? 1 : estimates->wave_count, width, slots;
  uint32_t *groups = tg_memory_new(estimates->tally->cell_count, sizeof *groups);
  if (!groups)
    return tg_error_memory(error);
  TRY(number_groups(estimates, groups, error));
  estimates->domains = tg_memory_new(waves * (estimates->group_count + 1), sizeof *estimates->domains);
  width = estimates->group_count + 1;
  slots = (estimates->pooled ? 1 : estimates->tally->design->responses->wave_count) * width;
  estimates->domain_of = tg_memory_new(slots, sizeof *estimates->domain_of);
  if (!estimates->domains || !estimates->domain_of) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < slots; i++)
    estimates->domain_of[i] = TG_NONE;
  for (size_t w = 0; w < waves; w++) {
    uint32_t wave = estimates->pooled ? TG_POOLED : estimates->waves[w];
    TRY(add_domain(estimates, wave, TG_TOTAL_DOMAIN, groups, error));
    for (size_t g = 0; g < estimates->group_count; g++)
      TRY(add_domain(estimates, wave, (uint32_t)g, groups, error));
  }
  for (size_t d = 0; d < estimates->domain_count; d++) {
    const tg_domain *domain = &estimates->domains[d];
    size_t group = domain->group == TG_TOTAL_DOMAIN ? 0 : domain->group + 1;
    estimates->domain_of[(domain->wave == TG_POOLED ? 0 : domain->wave) * width + group] = d;
  }
cleanup:
  tg_memory_free(groups);
  return status;
}

void tg_domains_clear(tg_domain *domains, size_t count) {
  for (size_t d = 0; d < count; d++)
    tg_memory_free(domains[d].cells);
  tg_memory_free(domains);
}
