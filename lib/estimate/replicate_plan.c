/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What replicates must be asked for.  An estimate differs in a replicate from that of the full sample by
 *
 *   ratio     (dY - R dX) / (X + dX),   R = Y / X
 *   total     s (dY + c dX)             (c the shift of the values)
 *   quantile  q_r - q
 *
 * dX and dY being what the replicate changes in its sums: nothing cancels where little changes. */
#include <estimate/replicates.h>

#include <math.h>
#include <stdlib.h>

#include <design/panel.h>

/* ---- slots ------------------------------------------------------------------------------- */

static trygg_status add_slot(tg_plan *plan, tg_slot slot, trygg_error *error) {
  if (tg_memory_grow((void **)&plan->slots, &plan->slot_capacity, plan->slot_count + 1, sizeof *plan->slots))
    return tg_error_memory(error);
  plan->slots[plan->slot_count++] = slot;
  return TRYGG_OK;
}

/* Pooled equally, a row is the mean of its waves' ratios, of those that have one. */
static trygg_status add_waves(tg_plan *plan, const trygg_estimates *estimates, size_t index,
                              tg_workspace *workspace, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_domain *domain = &estimates->domains[row->domain];
  const tg_tally *tally = estimates->tally;
  size_t begin = plan->slot_count;
  for (size_t first = 0, end; first < domain->cell_count; first = end) {
    trygg_status status = TRYGG_OK;
    tg_domain_sums sums;
    for (end = first; end < domain->cell_count &&
                      tally->cells[domain->cells[end]].wave == tally->cells[domain->cells[first]].wave;)
      end++;
    tg_tally_domain(tally, row->indicator, domain->cells + first, end - first, workspace, &sums);
    if (sums.x != 0)
      status = add_slot(
          plan,
          (tg_slot){estimates, index, domain->cells + first, end - first, sums.x, sums.y, sums.shift, 0, {0}},
          error);
    if (status != TRYGG_OK)
      return status;
  }
  for (size_t s = begin; s < plan->slot_count; s++)
    plan->slots[s].weight = 1 / (double)(plan->slot_count - begin);
  return TRYGG_OK;
}

static trygg_status add_row(tg_plan *plan, const trygg_estimates *estimates, size_t index,
                            tg_workspace *workspace, trygg_error *error) {
  const tg_row *row = &estimates->rows[index];
  const tg_domain *domain = &estimates->domains[row->domain];
  tg_estimand estimand = tg_row_indicator(estimates, index)->estimand;
  tg_slot slot = {estimates, index, domain->cells, domain->cell_count, row->x, row->y, row->shift, 1, {0}};
  trygg_status status;
  if (estimand == TG_RATIO && domain->wave == TG_POOLED &&
      estimates->tally->design->responses->codebook->settings.pool == TG_POOL_EQUAL)
    return add_waves(plan, estimates, index, workspace, error);
  status = add_slot(plan, slot, error);
  if (status == TRYGG_OK && estimand == TG_QUANTILE)
    status = tg_quantile_order(estimates, index, &plan->slots[plan->slot_count - 1].ordered, error);
  return status;
}

/* Numbers of rows of all estimates that parts are of: the first row of each. */
typedef struct owners {
  const trygg_estimates **list;
  size_t *first;
  size_t count, rows;
} owners;

static trygg_status find_owners(const tg_plan *plan, owners *out, trygg_error *error) {
  out->list = tg_memory_new(plan->part_count, sizeof *out->list);
  out->first = tg_memory_new(plan->part_count, sizeof *out->first);
  if (!out->list || !out->first)
    return tg_error_memory(error);
  for (size_t p = 0; p < plan->part_count; p++) {
    size_t i = 0;
    while (i < out->count && out->list[i] != plan->parts[p].estimates)
      i++;
    if (i < out->count)
      continue;
    out->list[out->count] = plan->parts[p].estimates;
    out->first[out->count++] = out->rows;
    out->rows += plan->parts[p].estimates->domain_count * plan->estimates->tally->indicators.all;
  }
  return TRYGG_OK;
}

static size_t row_number(const owners *all, const tg_part *part) {
  size_t i = 0;
  while (all->list[i] != part->estimates)
    i++;
  return all->first[i] + part->row;
}

/* Each row has its slots once, whichever parts use it. */
static trygg_status find_slots(tg_plan *plan, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  owners all = {0};
  size_t *first = NULL, *number = NULL;
  tg_workspace *workspace = tg_workspace_create(plan->estimates->tally);
  TRY(find_owners(plan, &all, error));
  first = tg_memory_new(all.rows, sizeof *first);
  number = tg_memory_new(all.rows, sizeof *number);
  plan->slot_first = tg_memory_new(plan->part_count, sizeof *plan->slot_first);
  plan->slot_number = tg_memory_new(plan->part_count, sizeof *plan->slot_number);
  if (!first || !number || !workspace || !plan->slot_first || !plan->slot_number) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t p = 0; p < plan->part_count; p++) {
    size_t row = row_number(&all, &plan->parts[p]);
    if (!number[row]) {
      first[row] = plan->slot_count;
      TRY(add_row(plan, plan->parts[p].estimates, plan->parts[p].row, workspace, error));
      number[row] = plan->slot_count - first[row];
    }
    plan->slot_first[p] = first[row];
    plan->slot_number[p] = number[row];
  }
cleanup:
  tg_memory_free((void *)all.list);
  tg_memory_free(all.first);
  tg_memory_free(first);
  tg_memory_free(number);
  tg_workspace_free(workspace);
  return status;
}

/* ---- pairs of slots --------------------------------------------------------------------------- */

static trygg_status find_pairs(tg_plan *plan, trygg_error *error) {
  const tg_tally *tally = plan->estimates->tally;
  size_t indicators = tally->indicators.all, total = 0;
  trygg_status status = TRYGG_OK;
  size_t *local = tg_memory_new(indicators, sizeof *local); /* position in `used`, from 1 */
  tg_pairs *pairs = &plan->pairs;
  pairs->used = tg_memory_new(indicators, sizeof *pairs->used);
  plan->pair_begin = tg_memory_new(plan->slot_count + 1, sizeof *plan->pair_begin);
  if (!local || !pairs->used || !plan->pair_begin) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t s = 0; s < plan->slot_count; s++) {
    size_t indicator = plan->slots[s].estimates->rows[plan->slots[s].row].indicator;
    int sums = plan->slots[s].ordered.values == NULL;
    total += sums ? plan->slots[s].cell_count : 0;
    if (sums && !local[indicator]) {
      pairs->used[pairs->used_count++] = indicator;
      local[indicator] = pairs->used_count;
    }
  }
  pairs->position = tg_memory_new(pairs->used_count * tally->cell_count, sizeof *pairs->position);
  plan->slot_pairs = tg_memory_new(total, sizeof *plan->slot_pairs);
  if (!pairs->position || !plan->slot_pairs) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < pairs->used_count * tally->cell_count; i++)
    pairs->position[i] = TG_RANK_NONE;
  total = 0;
  for (size_t s = 0; s < plan->slot_count; s++) {
    const tg_slot *slot = &plan->slots[s];
    for (size_t i = 0; i < slot->cell_count && !slot->ordered.values; i++) {
      uint32_t *at =
          &pairs->position[(local[slot->estimates->rows[slot->row].indicator] - 1) * tally->cell_count +
                           slot->cells[i]];
      if (*at == TG_RANK_NONE)
        *at = (uint32_t)pairs->count++;
      plan->slot_pairs[total++] = *at;
    }
    plan->pair_begin[s + 1] = total;
  }
cleanup:
  tg_memory_free(local);
  return status;
}

/* ---- statistics -------------------------------------------------------------------------------- */

static size_t group_of(const trygg_estimates *estimates, size_t row) {
  uint32_t wave = estimates->domains[estimates->rows[row].domain].wave;
  return wave == TG_POOLED || tg_panel_is_linked(estimates->tally->design) ? 0 : tg_design_group_of_wave(estimates->tally->design, wave);
}

/* The group stands in the part while parts are sorted. */
static int by_statistic(const void *a, const void *b) {
  const tg_part *p = a, *q = b;
  if (p->output != q->output)
    return p->output < q->output ? -1 : 1;
  if (p->group != q->group)
    return p->group < q->group ? -1 : 1;
  return (p->row > q->row) - (p->row < q->row);
}

static trygg_status find_statistics(tg_plan *plan, tg_part *parts, trygg_error *error) {
  for (size_t p = 0; p < plan->part_count; p++)
    parts[p].group = (uint32_t)group_of(parts[p].estimates, parts[p].row);
  if (plan->part_count)
    qsort(parts, plan->part_count, sizeof *parts, by_statistic);
  plan->part_begin = tg_memory_new(plan->part_count + 1, sizeof *plan->part_begin);
  plan->output = tg_memory_new(plan->part_count, sizeof *plan->output);
  plan->group = tg_memory_new(plan->part_count, sizeof *plan->group);
  if (!plan->part_begin || !plan->output || !plan->group)
    return tg_error_memory(error);
  for (size_t p = 0; p < plan->part_count; p++) {
    if (p && parts[p].output == parts[p - 1].output && parts[p].group == parts[p - 1].group)
      continue;
    plan->output[plan->statistic_count] = parts[p].output;
    plan->group[plan->statistic_count] = parts[p].group;
    plan->part_begin[plan->statistic_count++] = p;
  }
  plan->part_begin[plan->statistic_count] = plan->part_count;
  return TRYGG_OK;
}

trygg_status tg_plan_create(const trygg_estimates *estimates, tg_part *parts, size_t count, tg_plan *out,
                            trygg_error *error) {
  trygg_status status = TRYGG_OK;
  *out = (tg_plan){.estimates = estimates, .parts = parts, .part_count = count};
  TRY(find_statistics(out, parts, error));
  TRY(find_slots(out, error));
  TRY(find_pairs(out, error));
cleanup:
  if (status != TRYGG_OK)
    tg_plan_clear(out);
  return status;
}

void tg_plan_clear(tg_plan *plan) {
  for (size_t s = 0; s < plan->slot_count; s++)
    tg_memory_free(plan->slots[s].ordered.copy);
  tg_memory_free(plan->slots);
  tg_memory_free(plan->slot_first);
  tg_memory_free(plan->slot_number);
  tg_memory_free(plan->pairs.used);
  tg_memory_free(plan->pairs.position);
  tg_memory_free(plan->pair_begin);
  tg_memory_free(plan->slot_pairs);
  tg_memory_free(plan->part_begin);
  tg_memory_free(plan->output);
  tg_memory_free(plan->group);
  *plan = (tg_plan){0};
}

/* ---- differences -------------------------------------------------------------------------------- */

/* A replicate that leaves nothing of a denominator has no ratio; what is left of it otherwise is rounding. */
#define NOTHING_LEFT 1e-12

static double row_difference(const tg_plan *plan, const tg_part *part, size_t s, double dx, double dy) {
  const tg_slot *slot = &plan->slots[s];
  const trygg_estimates *estimates = slot->estimates;
  const tg_row *row = &estimates->rows[slot->row];
  switch (tg_row_indicator(estimates, slot->row)->estimand) {
  case TG_TOTAL:
    return tg_rows_total_scale(estimates, &estimates->domains[row->domain], row->indicator) *
           (dy + slot->shift * dx);
  case TG_QUANTILE:
    return part->what == TG_PART_SHARE ? dy : dx;
  default:
    if (!(fabs(slot->x + dx) > NOTHING_LEFT * fabs(slot->x)))
      return NAN;
    return slot->weight * tg_tally_linear(1, dy, -slot->y / slot->x, dx) / (slot->x + dx);
  }
}

double tg_plan_difference(const tg_plan *plan, size_t statistic, const double *dx, const double *dy,
                          size_t stride) {
  double result = 0;
  for (size_t p = plan->part_begin[statistic]; p < plan->part_begin[statistic + 1]; p++) {
    const tg_part *part = &plan->parts[p];
    double value = part->estimates->rows[part->row].estimate, difference = 0;
    for (size_t s = plan->slot_first[p]; s < plan->slot_first[p] + plan->slot_number[p]; s++) {
      double x = dx[s * stride], y = dy[s * stride];
      if (part->what == TG_PART_TOTAL)
        difference += part->y * (y + (plan->slots[s].shift - part->shift) * x) + part->x * x;
      else
        difference += row_difference(plan, part, s, x, y);
    }
    if (part->curve)
      difference = part->curve(part->context, value + difference) - part->curve(part->context, value);
    result += part->what == TG_PART_TOTAL ? difference : part->y * difference;
  }
  return result;
}
