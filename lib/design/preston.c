/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bootstrap of Preston (2009, Survey Methodology 35:227-234) for samples drawn without replacement at every stage
 * (R survey's type "mrbbootstrap").  In each stratum s, of every stage, half of the n_s units is drawn without
 * replacement, n'_s = floor(n_s / 2) of them; d_i = 1 for those, else 0.  A unit changes by what its own draw and those
 * of the units it lies in say:
 *
 *   change_i = change_above + carry_above lambda_s (n_s / n'_s d_i - 1),   carry_i = carry_above sqrt(n_s / n'_s) d_i
 *   lambda_s = sqrt(n'_s c_s (1 - f_s) / (n_s - n'_s)),                    V = 1/(R - 1) sum_r (theta_r - mean)^2
 *
 * where c_s is the product of the fractions f of the units that s lies in, and at the first stage nothing is above
 * (change 0, carry 1, c 1).  The mean of d_i n_s / n'_s is 1, so that of carry_i^2 is 1, and lambda_s gives each stage
 * its part of the variance of a total:
 *
 *   E carry^2 lambda_s^2 (n_s / n'_s)^2 Var(sum_i z_i d_i) = c_s (1 - f_s) n_s / (n_s - 1) sum_i (z_i - zbar_s)^2
 *
 * A census, or a unit alone in its stratum, is not drawn from: its units carry what is above, and those within them
 * vary as they are. */
#include <math.h>

#include <base/error.h>
#include <design/replicates.h>

static int is_drawn_from(const tg_stratum *stratum) {
  return stratum->clusters > 1 && stratum->remaining > 0;
}

trygg_status tg_preston_prepare(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  trygg_status status = tg_replicates_strata(replicates, design, error);
  if (status != TRYGG_OK)
    return status;
  replicates->scale = 1 / (double)(replicates->count - (replicates->mse ? 0 : 1));
  for (size_t s = 0; s < tg_design_all_strata(design); s++) {
    const tg_stratum *stratum = &design->strata[s];
    size_t half = stratum->clusters / 2;
    double n = (double)stratum->clusters, drawn = (double)half;
    if (!is_drawn_from(stratum))
      continue;
    replicates->base[s] = -sqrt(drawn * stratum->scale * stratum->remaining / (n - drawn));
    replicates->step[s] = -replicates->base[s] * n / drawn;
  }
  if (design->stage_count) {
    replicates->by_record = 1;
    replicates->unit_count = design->responses->count;
  }
  return TRYGG_OK;
}

/* Unit by unit, each with the chance that is left of what is still to be drawn (Fan, Muller & Rezucha 1962). */
void tg_preston_draw(const tg_replicates *replicates, const trygg_design *design, size_t s, size_t first,
                     size_t count, tg_replicate_stream *stream, int16_t *draws) {
  size_t n = design->strata[s].clusters;
  (void)replicates;
  (void)first;
  for (size_t k = 0; k < count && is_drawn_from(&design->strata[s]); k++)
    for (size_t i = 0, wanted = n / 2; wanted > 0; i++)
      if (tg_random_index(&stream->random[k], (uint32_t)(n - i)) < wanted) {
        draws[i * TG_LANES + k] = 1;
        wanted--;
      }
}

/* ---- later stages ----------------------------------------------------------------------------------------- */

/* Units of a stage: [unit * TG_LANES + lane]. */
typedef struct drawn_units {
  double *change, *carry;
} drawn_units;

static void clear(drawn_units *units) {
  tg_memory_free(units->change);
  tg_memory_free(units->carry);
  *units = (drawn_units){0};
}

static trygg_status begin(drawn_units *units, size_t count, trygg_error *error) {
  units->change = tg_memory_new(count * TG_LANES, sizeof *units->change);
  units->carry = tg_memory_new(count * TG_LANES, sizeof *units->carry);
  return units->change && units->carry ? TRYGG_OK : tg_error_memory(error);
}

/* What one unit's draws make of it; `above` NULL: nothing is. */
static void follow(const tg_replicates *replicates, const tg_stratum *stratum, size_t s,
                   const drawn_units *above, size_t parent, const int16_t *draws, const drawn_units *out,
                   size_t unit) {
  double n = (double)stratum->clusters, root = sqrt(n / (double)(stratum->clusters / 2));
  for (size_t k = 0; k < TG_LANES; k++) {
    double change = above ? above->change[parent * TG_LANES + k] : 0;
    double carry = above ? above->carry[parent * TG_LANES + k] : 1;
    int drawn_from = is_drawn_from(stratum);
    out->change[unit * TG_LANES + k] =
        change + carry * (replicates->base[s] + replicates->step[s] * draws[k]);
    out->carry[unit * TG_LANES + k] = drawn_from ? carry * root * draws[k] : carry;
  }
}

/* Draw in all strata of a stage: units of stratum s of the stage have draws from begin[s] on. */
static trygg_status draw_stage(const trygg_design *design, size_t first_stratum, size_t strata, size_t first,
                               size_t count, tg_replicate_stream *stream, size_t **begin, int16_t **draws,
                               trygg_error *error) {
  *begin = tg_memory_new(strata + 1, sizeof **begin);
  if (!*begin)
    return tg_error_memory(error);
  for (size_t s = 0; s < strata; s++)
    (*begin)[s + 1] = (*begin)[s] + design->strata[first_stratum + s].clusters;
  *draws = tg_memory_new((*begin)[strata] * TG_LANES, sizeof **draws);
  if (!*draws)
    return tg_error_memory(error);
  for (size_t s = 0; s < strata; s++)
    tg_preston_draw(design->replicates, design, first_stratum + s, first, count, stream,
                    *draws + (*begin)[s] * TG_LANES);
  return TRYGG_OK;
}

/* The units of a stage (NULL: clusters) from those of the stage before. */
static trygg_status next_stage(const trygg_design *design, const tg_stage *stage, size_t first, size_t count,
                               tg_replicate_stream *stream, const drawn_units *above, drawn_units *out,
                               trygg_error *error) {
  size_t first_stratum = stage ? stage->first : 0;
  size_t strata = stage ? stage->stratum_count : design->stratum_count;
  size_t units = stage ? stage->unit_count : design->cluster_count;
  const uint32_t *of_unit = !stage        ? design->cluster_stratum
                            : stage->unit ? stage->unit_stratum
                                          : stage->stratum;
  trygg_status status = TRYGG_OK;
  size_t *next = NULL;
  int16_t *draws = NULL;
  TRY(begin(out, units, error));
  TRY(draw_stage(design, first_stratum, strata, first, count, stream, &next, &draws, error));
  for (size_t i = 0; i < units; i++) {
    size_t s = of_unit[i];
    follow(design->replicates, &design->strata[first_stratum + s], first_stratum + s, above,
           stage ? stage->parent[s] : 0, draws + next[s]++ * TG_LANES, out, i);
  }
cleanup:
  tg_memory_free(next);
  tg_memory_free(draws);
  return status;
}

trygg_status tg_preston_changes(const trygg_design *design, size_t first, size_t count,
                                tg_replicate_stream *stream, double *changes, trygg_error *error) {
  const tg_stage *last = &design->stages[design->stage_count - 1];
  trygg_status status = TRYGG_OK;
  drawn_units above = {0}, units = {0};
  TRY(next_stage(design, NULL, first, count, stream, NULL, &units, error));
  for (size_t s = 0; s < design->stage_count; s++) {
    clear(&above);
    above = units;
    units = (drawn_units){0};
    TRY(next_stage(design, &design->stages[s], first, count, stream, &above, &units, error));
  }
  for (size_t i = 0; i < design->responses->count; i++)
    for (size_t k = 0; k < count; k++)
      changes[i * TG_LANES + k] = units.change[(last->unit ? last->unit[i] : i) * TG_LANES + k];
cleanup:
  clear(&above);
  clear(&units);
  return status;
}
