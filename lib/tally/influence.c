/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariance of sums of u over the records (Binder 1983, Int. Stat. Rev. 51:279-292), as that of any linear statistics:
 * tally/spread.c. */
#include <tally/replicate.h>

#include <math.h>

#include <base/error.h>
#include <design/phases.h>
#include <tally/residual.h>
#include <tally/spread.h>

#define RUN ((size_t)1024)

typedef struct job {
  const tg_influence *influence;
  double *u; /* of a run of records */
  unsigned char *inside;
  tg_spread spread;
  tg_residual residual; /* of a design whose weights were made */
} job;

static int pass(job *j) {
  size_t k = j->influence->count, count = j->influence->design->responses->count;
  for (size_t first = 0; first < count; first += RUN) {
    size_t records = count - first < RUN ? count - first : RUN;
    j->influence->fill(j->influence->context, first, records, j->u, j->inside);
    for (size_t r = 0; r < records; r++) {
      if (!j->inside[r] && !tg_residual_matters(&j->residual))
        continue;
      for (size_t o = 0; o < k && j->inside[r]; o++) {
        tg_spread_touch(&j->spread, o, j->u[r * k + o]);
        if (j->influence->weight == j->influence->design->weight)
          tg_residual_regress(&j->residual, o, first + r, j->u[r * k + o]);
      }
      tg_residual_touch(&j->residual, first + r, &j->spread);
      tg_spread_add_record(&j->spread, first + r);
    }
  }
  return tg_spread_settle(&j->spread);
}

static trygg_status make_matrix(const job *j, double *covariance, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t size = j->spread.count;
  double *matrix;
  if (!tg_residual_matters(&j->residual))
    return tg_spread_matrix(&j->spread, covariance, error);
  matrix = tg_memory_new(size * size, sizeof *matrix);
  if (!matrix)
    return tg_error_memory(error);
  TRY(tg_spread_matrix(&j->spread, matrix, error));
  TRY(tg_residual_reduce(&j->residual, matrix, 1, covariance, error));
cleanup:
  tg_memory_free(matrix);
  return status;
}

/* Clusters and lonely strata of the waves that count; a record that counts does so for the first statistic too. */
static trygg_status find_degrees(const job *j, tg_influence_degrees *degrees, trygg_error *error) {
  const trygg_design *design = j->influence->design;
  unsigned char *group_met = tg_memory_new(tg_design_all_groups(design), 1);
  if (!group_met)
    return tg_error_memory(error);
  *degrees = (tg_influence_degrees){0};
  tg_spread_df(&j->spread, 1, &degrees->domain);
  for (size_t h = 0; h < j->spread.strata; h++)
    group_met[design->strata[h].group] |= j->spread.of[h].n > 0;
  degrees->design = tg_panel_df(design, group_met);
  for (size_t h = 0; h < j->spread.strata; h++)
    if (group_met[design->strata[h].group])
      degrees->lonely |= tg_stratum_is_lonely(&design->strata[h]) &&
                         (j->spread.of[h].n > 0 || design->lonely == TG_LONELY_AVERAGE);
  for (size_t g = 0; g < design->group_count; g++)
    degrees->lonely |= group_met[g] && tg_phases_is_lonely(design, g);
  tg_memory_free(group_met);
  return TRYGG_OK;
}

trygg_status tg_influence_covariance(const tg_influence *influence, double *covariance,
                                     tg_influence_degrees *degrees, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  job j = {.influence = influence};
  j.u = tg_memory_new(RUN * influence->count, sizeof *j.u);
  j.inside = tg_memory_new(RUN, 1);
  if (!j.u || !j.inside || tg_residual_begin(&j.residual, influence->design, influence->count) ||
      tg_spread_begin(&j.spread, influence->design, tg_residual_outputs(&j.residual), 1)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t o = 0; o < j.spread.count; o++)
    j.spread.across[o] = influence->across != 0;
  tg_residual_mark(&j.residual, &j.spread);
  if (pass(&j)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  j.residual.known = 1;
  if (tg_spread_begin_products(&j.spread, 1) || pass(&j)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(make_matrix(&j, covariance, error));
  TRY(find_degrees(&j, degrees, error));
  if (influence->design->replicates) {
    if (!influence->design->replicates->deletes)
      TRY(tg_replicate_influence(influence, covariance, error));
    degrees->domain = fmin(degrees->domain, influence->design->replicates->df);
    degrees->design = fmin(degrees->design, influence->design->replicates->df);
  }
cleanup:
  tg_memory_free(j.u);
  tg_memory_free(j.inside);
  tg_spread_clear(&j.spread);
  tg_residual_clear(&j.residual);
  return status;
}
