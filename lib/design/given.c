/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replicate weights that the data bring along, with the factors of settings.csv or those of their type (R survey's
 * svrepdesign()): BRR 1/R, Fay 1/(R (1 - rho)^2), JK1 (R - 1)/R, bootstrap 1/(R - 1), successive differences and ACS
 * 4/R, JKn and JK2 1.  They are whole weights, not multiples of the weight, and stay doubles: a float has 24 bits, and
 * a squared difference of two weights that agree in 20 of them would have 4. */
#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/number.h>
#include <design/replicates.h>
#include <numeric/rank.h>

static double type_scale(const tg_replicate_settings *settings, double r) {
  if (!isnan(settings->scale) && settings->scale > 0)
    return settings->scale;
  switch (settings->type) {
  case TG_REPLICATE_BRR:
    return 1 / r;
  case TG_REPLICATE_FAY:
    return 1 / (r * (1 - settings->rho) * (1 - settings->rho));
  case TG_REPLICATE_JK1:
    return (r - 1) / r;
  case TG_REPLICATE_BOOTSTRAP:
    return 1 / (r - 1);
  case TG_REPLICATE_SUCCESSIVE:
  case TG_REPLICATE_ACS:
    return 4 / r;
  default:
    return 1;
  }
}

static trygg_status check_column(const tg_column *column, size_t records, trygg_error *error) {
  char number[TG_NUMBER_SIZE];
  int64_t missing = 0;
  for (size_t i = 0; column->values.number && i < records; i++)
    missing += isnan(column->values.number[i]) != 0;
  if (!missing && column->values.number)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDATA, NULL, 0, 0, column->variable->name,
      "%s records have no replicate weight `%s`; give it for all, or choose another --variance",
      column->values.number ? tg_number_format_integer(number, missing) : "all", column->variable->name);
}

trygg_status tg_given_prepare(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  const trygg_codebook *codebook = responses->codebook;
  const tg_replicate_settings *settings = &codebook->settings.replicates;
  trygg_status status = TRYGG_OK;
  replicates->by_record = 1;
  replicates->variables = tg_memory_new(codebook->variable_count, sizeof *replicates->variables);
  if (!replicates->variables)
    return tg_error_memory(error);
  for (size_t v = tg_codebook_find_role(codebook, TG_ROLE_REPLICATE, 1, 0); v != TG_NONE;
       v = tg_codebook_find_role(codebook, TG_ROLE_REPLICATE, 1, v + 1)) {
    TRY(check_column(&responses->columns[v], responses->count, error));
    replicates->variables[replicates->count++] = v;
  }
  if (!replicates->count)
    return tg_error_at(error, TRYGG_EDESIGN, NULL, 0, 0, "variance",
                       "the survey folder names no replicate weights; give them the role `replicate` in "
                       "survey.csv and their `replicate_type` in settings.csv");
  replicates->unit_count = responses->count;
  replicates->scale = type_scale(settings, (double)replicates->count);
  if (settings->rscale_count == 1)
    replicates->scale *= settings->rscales[0];
  if (settings->rscale_count > 1) {
    replicates->rscales = tg_memory_new(replicates->count, sizeof *replicates->rscales);
    if (!replicates->rscales)
      return tg_error_memory(error);
    memcpy(replicates->rscales, settings->rscales, replicates->count * sizeof *replicates->rscales);
  }
  TRY(tg_given_df(design, replicates, error));
cleanup:
  return status;
}

/* The rank of the n x R matrix W without factoring it (which takes n R^2 steps): S W has the same rank, with
 * probability 1, where S adds the records up in R + 32 groups, each times a random number of its own. */
trygg_status tg_given_df(const trygg_design *design, tg_replicates *replicates, trygg_error *error) {
  const trygg_responses *responses = design->responses;
  size_t columns = replicates->count, rows = columns + 32, rank;
  double *sketch = tg_memory_new(rows * columns, sizeof *sketch);
  tg_random random;
  if (!sketch)
    return tg_error_memory(error);
  tg_random_seed(&random, 1, 0);
  for (size_t i = 0; i < responses->count; i++) {
    double *row = sketch + i % rows * columns,
           factor = responses->count > rows ? tg_random_uniform(&random) + 0.5 : 1;
    for (size_t k = 0; k < columns; k++)
      row[k] += factor * responses->columns[replicates->variables[k]].values.number[i];
  }
  rank = tg_rank_matrix(sketch, rows, columns, 1e-7);
  replicates->df = rank > 0 ? (double)rank - 1 : 0;
  tg_memory_free(sketch);
  return TRYGG_OK;
}
