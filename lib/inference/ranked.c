/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inference/ranked.h>

#include <stdlib.h>

#include <base/keys.h>

#define RUN ((size_t)1024)

static int by_value(const void *a, const void *b) {
  const tg_ranked *p = a, *q = b;
  if (p->y != q->y)
    return p->y < q->y ? -1 : 1;
  return (p->record > q->record) - (p->record < q->record);
}

/* Which group each record is in. */
static trygg_status find_groups(const trygg_estimates *estimates, const size_t *domains, size_t groups,
                                uint32_t *group, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  size_t records = tally->design->responses->count;
  uint32_t *of_cell = tg_memory_new(tally->cell_count, sizeof *of_cell);
  if (!of_cell)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++)
    of_cell[c] = TG_RANK_NONE;
  for (size_t g = 0; g < groups; g++) {
    const tg_domain *domain = &estimates->domains[domains[g]];
    for (size_t k = 0; k < domain->cell_count; k++)
      of_cell[domain->cells[k]] = (uint32_t)g;
  }
  for (size_t i = 0; i < records; i++)
    group[i] = tally->entry[i] == TG_RANK_NONE ? TG_RANK_NONE : of_cell[tally->entry_cell[tally->entry[i]]];
  tg_memory_free(of_cell);
  return TRYGG_OK;
}

/* Values of the records that have one; the others are in no group. */
static void read_values(const trygg_estimates *estimates, const tg_indicator *indicator,
                        tg_ranked_list *ranked) {
  const trygg_responses *responses = estimates->tally->design->responses;
  double y[RUN], x[RUN];
  unsigned char state[RUN];
  tg_values values = {y, x, state};
  for (size_t first = 0; first < responses->count; first += RUN) {
    size_t rest = responses->count - first, count = rest < RUN ? rest : RUN;
    tg_indicator_evaluate(indicator, responses, first, count, &values);
    for (size_t i = 0; i < count; i++) {
      size_t record = first + i;
      double w = ranked->weight ? ranked->weight[record] : 1;
      if (state[i] != TG_INSIDE || !(w > 0))
        ranked->group[record] = TG_RANK_NONE;
      if (ranked->group[record] != TG_RANK_NONE)
        ranked->list[ranked->count++] = (tg_ranked){y[i], w, record};
    }
  }
  if (ranked->count)
    qsort(ranked->list, ranked->count, sizeof *ranked->list, by_value);
}

trygg_status tg_ranked_read(const trygg_estimates *estimates, size_t indicator, const size_t *domains,
                            size_t groups, tg_ranked_list *out, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  size_t records = tally->design->responses->count;
  trygg_status status = TRYGG_OK;

  if (!tally->entry)
    return tg_error_set(error, TRYGG_EINVAL,
                        "a test by ranks needs the records; estimates of a stream have kept none");
  out->count = 0;
  out->weight = tg_design_weight(tally->design, tally->indicators.list[indicator].weight);
  out->group = tg_memory_new(records, sizeof *out->group);
  out->list = tg_memory_new(records, sizeof *out->list);
  if (!out->group || !out->list)
    return tg_error_memory(error);
  TRY(find_groups(estimates, domains, groups, out->group, error));
  read_values(estimates, &tally->indicators.list[indicator], out);
cleanup:
  return status;
}

void tg_ranked_clear(tg_ranked_list *ranked) {
  tg_memory_free(ranked->group);
  tg_memory_free(ranked->list);
  *ranked = (tg_ranked_list){0};
}
