/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is in several waves, and how much their products count in a covariance.
 *
 * With z_i the contribution of unit i to a statistic, and e_i = z_i - zbar_h about the mean of its stratum h in that wave,
 * wave a has the variance of a sample of its own, sum_h (1 - f_h) n_h/(n_h - 1) sum_i e_i^2, and two waves a and b covary
 * by the units in both (Tam 1984, Am. Stat. 38:288-289; Berger 2004, Can. J. Stat. 32:451-467; Qualité & Tillé 2008,
 * Survey Methodology 34:173-181; Wood 2008, J. Off. Stat. 24:53-78):
 *
 *   C_ab = sum_hk kappa_hk sqrt((1 - f_h)(1 - f_k)) sqrt(n_h/(n_h - 1) n_k/(n_k - 1)) sum_i e_ai e_bi
 *
 * over strata h of a and k of b and the n_hk units i in both.  A unit that moved from h to k counts as the others: the sums
 * are over pairs of strata (Knottnerus & van Delden 2012, Survey Methodology 38:43-52).  All sampled units of a stratum
 * being in both gives the analysis of their differences, none gives independence.
 *
 * Finite populations: units drawn without replacement, n_hk of the n_h and n_k in both, have Cov(ybar_h, ybar_k) =
 * (n_hk/(n_h n_k) - 1/N) S_ab (Tam), so that n_hk products count (1 - t) with t = n_h n_k/(N n_hk).  With r the share of
 * h's sample that is in wave b, in whatever stratum, and s that of k's sample in wave a, t = sqrt(f_h f_k/(r s)), which is
 * the same where nobody moves, and does not ask for the unknown number of people who moved.  Two independent samples that
 * meet by chance have t = 1 on average, and do not covary.  kappa = (1 - t)/sqrt((1 - f_h)(1 - f_k)), held in -1..1; it is
 * 1 where no population is finite. */
#include <design/panel.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/text.h>
#include <design/codes.h>
#include <design/phases.h>

/* ---- units ---------------------------------------------------------------------------------- */

/* Numbers of clusters by their codes alone, wherever they lie. */
static trygg_status number_clusters(const trygg_design *design, uint32_t *numbers, size_t *count,
                                    trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_codes codes = {0};
  tg_numbers found = {0};
  TRY(tg_codes_begin(&codes, design, NULL, TG_ROLE_CLUSTER, 1, error));
  TRY(tg_codes_number(&codes, &found, error));
  for (size_t i = 0; i < design->responses->count; i++)
    numbers[design->cluster[i]] = found.of_record[i];
  *count = found.count;
cleanup:
  tg_codes_clear(&codes);
  tg_codes_clear_numbers(&found);
  return status;
}

static trygg_status number_persons(const trygg_design *design, uint32_t *numbers, size_t *count,
                                   trygg_error *error) {
  const trygg_responses *responses = design->responses;
  *count = 0;
  for (size_t i = 0; i < responses->count && responses->person; i++) {
    numbers[i] = responses->person[i];
    if (numbers[i] != TG_RANK_NONE && numbers[i] >= *count)
      *count = (size_t)numbers[i] + 1;
  }
  if (*count)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "id",
      "waves are a panel and no record has an id, so that nobody is known again; check the column with "
      "the role id, or set `waves` in settings.csv to independent");
}

/* Units by their numbers, and new numbers for those that are in several waves. */
static trygg_status link_units(const trygg_design *design, tg_panel *panel, uint32_t *numbers, size_t count,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint32_t *met = tg_memory_new(count, sizeof *met), linked = 0;
  size_t members = 0;
  if (!met)
    return tg_error_memory(error);
  for (size_t i = 0; i < design->cluster_count; i++)
    if (numbers[i] != TG_RANK_NONE)
      met[numbers[i]]++;
  for (size_t u = 0; u < count; u++) {
    members += met[u] > 1 ? met[u] : 0;
    met[u] = met[u] > 1 ? linked++ : TG_RANK_NONE;
  }
  panel->linked_count = linked;
  panel->begin = tg_memory_new(linked + 2, sizeof *panel->begin); /* one in advance, as they are filled */
  panel->members = tg_memory_new(members, sizeof *panel->members);
  if (!panel->begin || !panel->members) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < design->cluster_count; i++) {
    panel->linked[i] = numbers[i] == TG_RANK_NONE ? TG_RANK_NONE : met[numbers[i]];
    if (panel->linked[i] != TG_RANK_NONE)
      panel->begin[panel->linked[i] + 2]++;
  }
  for (size_t l = 2; l < linked + 2u; l++)
    panel->begin[l] += panel->begin[l - 1];
  for (size_t i = 0; i < design->cluster_count; i++)
    if (panel->linked[i] != TG_RANK_NONE)
      panel->members[panel->begin[panel->linked[i] + 1]++] = (uint32_t)i;
cleanup:
  tg_memory_free(met);
  return status;
}

/* ---- pairs of strata --------------------------------------------------------------------------- */

/* A person is in a wave once, as the load has seen to; a code may stand in two strata. */
static trygg_status refuse_ambiguous(const trygg_design *design, uint32_t a, uint32_t b, trygg_error *error) {
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "cluster",
      "the same cluster code stands in the strata `%s` and `%s` of one wave, and a panel knows "
      "clusters by their code; make codes unique, or set `waves` in settings.csv to overlapping",
      design->strata[a].name, design->strata[b].name);
}

/* Every ordered pair of strata that a linked unit is in, as a key; `keys` NULL: only their number. */
static trygg_status list_pairs(const trygg_design *design, const tg_panel *panel, uint64_t *keys,
                               size_t *count, trygg_error *error) {
  *count = 0;
  for (size_t l = 0; l < panel->linked_count; l++)
    for (size_t i = panel->begin[l]; i < panel->begin[l + 1]; i++)
      for (size_t j = panel->begin[l]; j < panel->begin[l + 1]; j++) {
        uint32_t a = tg_panel_stratum(design, panel->members[i]),
                 b = tg_panel_stratum(design, panel->members[j]);
        if (i == j)
          continue;
        if (design->strata[a].group == design->strata[b].group)
          return refuse_ambiguous(design, a, b, error);
        if (keys)
          keys[*count] = (uint64_t)a * design->stratum_count + b;
        ++*count;
      }
  return TRYGG_OK;
}

static void fill_links(const trygg_design *design, tg_panel *panel, const uint64_t *distinct, size_t count) {
  for (size_t p = 0; p < count; p++) {
    panel->links[p].stratum = (uint32_t)(distinct[p] % design->stratum_count);
    panel->link_begin[distinct[p] / design->stratum_count + 1] = p + 1;
  }
  for (size_t h = 0; h < design->stratum_count; h++) /* strata without links end where the one before does */
    if (panel->link_begin[h + 1] < panel->link_begin[h])
      panel->link_begin[h + 1] = panel->link_begin[h];
  for (size_t p = 0; p < count; p++)
    panel->links[p].back = (size_t)(tg_panel_find(panel, panel->links[p].stratum,
                                                  (uint32_t)(distinct[p] / design->stratum_count)) -
                                    panel->links);
}

static trygg_status link_strata(const trygg_design *design, tg_panel *panel, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint64_t *keys = NULL, *distinct = NULL;
  uint32_t *ranks = NULL;
  size_t pairs, count = 0;
  TRY(list_pairs(design, panel, NULL, &pairs, error));
  keys = tg_memory_new(pairs, sizeof *keys);
  ranks = tg_memory_new(pairs, sizeof *ranks);
  panel->link_begin = tg_memory_new(design->stratum_count + 1, sizeof *panel->link_begin);
  if (!keys || !ranks || !panel->link_begin) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(list_pairs(design, panel, keys, &pairs, error));
  TRY(tg_keys_rank(keys, pairs, ranks, &distinct, &count, error));
  panel->links = tg_memory_new(count, sizeof *panel->links);
  if (!panel->links) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t p = 0; p < pairs; p++)
    panel->links[ranks[p]].count++;
  fill_links(design, panel, distinct, count);
cleanup:
  tg_memory_free(keys);
  tg_memory_free(ranks);
  tg_memory_free(distinct);
  return status;
}

/* The share of a stratum's sample that is in the wave of another. */
static double kept_of(const trygg_design *design, size_t stratum, size_t group) {
  const tg_panel *panel = design->panel;
  double kept = 0;
  for (size_t p = panel->link_begin[stratum]; p < panel->link_begin[stratum + 1]; p++)
    if (design->strata[panel->links[p].stratum].group == group)
      kept += panel->links[p].count;
  return kept / (double)design->strata[stratum].clusters;
}

/* kappa; kept: r s. */
static double share_of(const tg_stratum *h, const tg_stratum *k, double kept) {
  double varying = sqrt(h->remaining * k->remaining), share;
  if (!(varying > 0)) /* a census does not vary */
    return 0;
  share = (1 - sqrt((1 - h->remaining) * (1 - k->remaining) / kept)) / varying;
  return fmax(-1, fmin(1, share));
}

static void weigh_links(const trygg_design *design, tg_panel *panel) {
  for (size_t h = 0; h < design->stratum_count; h++)
    for (size_t p = panel->link_begin[h]; p < panel->link_begin[h + 1]; p++) {
      size_t k = panel->links[p].stratum;
      double kept = kept_of(design, h, design->strata[k].group) * kept_of(design, k, design->strata[h].group);
      panel->links[p].share = share_of(&design->strata[h], &design->strata[k], kept);
      panel->links[p].same_codes = !strcmp(design->strata[h].codes, design->strata[k].codes);
    }
}

const tg_panel_link *tg_panel_find(const tg_panel *panel, uint32_t from, uint32_t to) {
  size_t low = panel->link_begin[from], high = panel->link_begin[from + 1];
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (panel->links[middle].stratum <= to)
      low = middle;
    else
      high = middle;
  }
  return &panel->links[low];
}

/* ---- all of it ------------------------------------------------------------------------------------ */

static trygg_status check_stages(const trygg_design *design, trygg_error *error) {
  if (!design->stage_count)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EUNSUPPORTED, NULL, 0, 0, "waves",
      "later stages of the sample have finite populations, and a panel knows only units of the first stage "
      "again; take the roles fpc2, ... away for the variance of the first stage");
}

trygg_status tg_panel_create(trygg_design *design, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint32_t *numbers = NULL;
  size_t count = 0;
  if (design->responses->codebook->settings.waves != TG_WAVES_PANEL)
    return TRYGG_OK;
  TRY(check_stages(design, error));
  design->panel = tg_memory_new(1, sizeof *design->panel);
  numbers = tg_memory_new(design->cluster_count, sizeof *numbers);
  if (!design->panel || !numbers) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (design->cluster)
    TRY(number_clusters(design, numbers, &count, error));
  else
    TRY(number_persons(design, numbers, &count, error));
  design->panel->linked = tg_memory_new(design->cluster_count, sizeof *design->panel->linked);
  if (!design->panel->linked) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(link_units(design, design->panel, numbers, count, error));
  TRY(link_strata(design, design->panel, error));
  weigh_links(design, design->panel);
cleanup:
  tg_memory_free(numbers);
  return status;
}

void tg_panel_free(tg_panel *panel) {
  if (!panel)
    return;
  tg_memory_free(panel->linked);
  tg_memory_free(panel->members);
  tg_memory_free(panel->begin);
  tg_memory_free(panel->links);
  tg_memory_free(panel->link_begin);
  tg_memory_free(panel);
}

/* ---- what they count ---------------------------------------------------------------------------- */

int tg_panel_is_again(const tg_panel *panel, size_t stratum, int (*met)(const void *, size_t),
                      const void *context) {
  if (!panel)
    return 0;
  for (size_t p = panel->link_begin[stratum]; p < panel->link_begin[stratum + 1]; p++)
    if (panel->links[p].same_codes && panel->links[p].stratum < stratum &&
        met(context, panel->links[p].stratum))
      return 1;
  return 0;
}

typedef struct marks {
  const trygg_design *design;
  const unsigned char *groups;
} marks;

static int is_marked(const void *context, size_t stratum) {
  const marks *m = context;
  return m->groups[m->design->strata[stratum].group];
}

double tg_panel_df(const trygg_design *design, const unsigned char *groups) {
  const tg_panel *panel = design->panel;
  marks m = {design, groups};
  double df = 0;
  for (size_t h = 0; h < design->stratum_count; h++)
    if (is_marked(&m, h))
      df += (double)design->strata[h].clusters - !tg_panel_is_again(panel, h, is_marked, &m);
  for (size_t l = 0; panel && l < panel->linked_count; l++) {
    size_t times = 0;
    for (size_t i = panel->begin[l]; i < panel->begin[l + 1]; i++)
      times += (size_t)is_marked(&m, tg_panel_stratum(design, panel->members[i]));
    df -= times > 1 ? (double)(times - 1) : 0;
  }
  return design->phases ? fmin(df, tg_phases_df(design->phases, groups)) : df;
}

size_t tg_panel_overlap(const trygg_design *design, size_t wave, size_t other) {
  const tg_panel *panel = design->panel;
  double units = 0;
  for (size_t h = 0; h < design->stratum_count; h++)
    for (size_t p = panel->link_begin[h]; p < panel->link_begin[h + 1]; p++)
      if (design->strata[h].group == wave && design->strata[panel->links[p].stratum].group == other)
        units += panel->links[p].count;
  return (size_t)units;
}
