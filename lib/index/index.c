/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points, sections and totals, and their standard errors.
 *
 *   S_g = sum_i w_i s_i(p_i) / sum_i w_i,  T = sum_g v_g S_g / sum_g v_g
 *   V = grad' Cov(p) grad,  dS_g/dp_i = w_i s_i'(p_i) / sum w
 *
 * The items are answered by the same respondents, so Cov(p) is not diagonal: the gradient is put into one linear
 * statistic a record and its design variance is taken, which is the same thing.  Replicates compute the points anew. */
#include <index/index.h>

#include <math.h>
#include <string.h>

#include <base/text.h>

/* What computing one figure needs at hand. */
typedef struct figures {
  const trygg_estimates *estimates;
  const tg_index_definitions *definitions;
  size_t *position; /* of each indicator of the codebook among the estimated ones, TG_NONE */
  tg_index_value *values;
  size_t count;
  tg_terms terms;
} figures;

static trygg_status find_items(figures *f, trygg_error *error) {
  const trygg_codebook *codebook = f->estimates->tally->design->responses->codebook;
  const tg_indicators *estimated = &f->estimates->tally->indicators;
  f->position = tg_memory_new(codebook->indicator_count, sizeof *f->position);
  if (!f->position)
    return tg_error_memory(error);
  for (size_t i = 0; i < codebook->indicator_count; i++) {
    f->position[i] = TG_NONE;
    for (size_t k = 0; k < estimated->count; k++)
      if (estimated->list[k].row == &codebook->indicators[i])
        f->position[i] = k;
  }
  for (size_t d = 0; d < f->definitions->count; d++)
    for (size_t g = 0; g < f->definitions->list[d].section_count; g++)
      for (size_t i = 0; i < f->definitions->list[d].sections[g].item_count; i++) {
        const tg_index_item *item = &f->definitions->list[d].sections[g].items[i];
        if (f->position[item->indicator] == TG_NONE)
          return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "indicator",
                             "the index needs the indicator `%s`, which was not estimated",
                             item->row->indicator);
      }
  return TRYGG_OK;
}

/* Points have corners: replicates go through them, where linearisation takes the slope at the estimate. */
static double points_of(const void *item, double share) {
  double slope;
  return tg_definition_points(item, share, &slope);
}

/* Add a section to a figure: its points times `share` of the figure. */
static trygg_status add_section(figures *f, tg_index_value *value, const tg_index_section *section,
                                double share, size_t output, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double total = 0;
  for (size_t i = 0; i < section->item_count; i++)
    total += section->items[i].weight;
  for (size_t i = 0; i < section->item_count; i++) {
    const tg_index_item *item = &section->items[i];
    size_t row = value->domain * f->estimates->tally->indicators.count + f->position[item->indicator];
    const tg_row *estimate = &f->estimates->rows[row];
    double slope, weight = share * item->weight / total;
    if (weight == 0)
      continue;
    if (isnan(estimate->estimate) || isnan(estimate->se)) {
      value->flags |= TG_FLAG_INCOMPLETE | (estimate->flags & TG_FLAG_NOT_ASKED);
      continue;
    }
    value->n = tg_row_base(estimate) < value->n ? tg_row_base(estimate) : value->n;
    value->flags |= estimate->flags & TG_FLAG_LONELY;
    value->points += weight * tg_definition_points(item, estimate->estimate, &slope);
    TRY(tg_estimate_add_curve(f->estimates, row, weight, slope, points_of, item, output, &f->terms, error));
  }
cleanup:
  return status;
}

static trygg_status add_figure(figures *f, size_t domain, size_t d, size_t section, trygg_error *error) {
  const tg_index_definition *definition = &f->definitions->list[d];
  size_t output = f->count++;
  tg_index_value *value = &f->values[output];
  trygg_status status = TRYGG_OK;
  double total = 0;
  *value = (tg_index_value){.definition = d, .section = section, .domain = domain, .n = INT64_MAX};
  if (section != TG_NONE)
    return add_section(f, value, &definition->sections[section], 1, output, error);
  for (size_t g = 0; g < definition->section_count; g++)
    total += definition->sections[g].weight;
  for (size_t g = 0; g < definition->section_count; g++)
    TRY(add_section(f, value, &definition->sections[g], definition->sections[g].weight / total, output,
                    error));
cleanup:
  return status;
}

static int has_sections(const tg_index_definition *definition) {
  return definition->section_count > 1 || *definition->sections[0].name;
}

static trygg_status finish(figures *f, double level, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *variance = tg_memory_new(f->count, sizeof *variance), *df = tg_memory_new(f->count, sizeof *df);
  if (!variance || !df) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_estimate_combine(f->estimates, &f->terms, f->count, 0, variance, df, error));
  for (size_t i = 0; i < f->count; i++) {
    tg_index_value *value = &f->values[i];
    tg_limits limits;
    value->se = sqrt(variance[i]);
    value->df = df[i];
    if (value->flags & TG_FLAG_INCOMPLETE)
      value->points = value->se = value->df = NAN;
    else if (!(value->df > 0))
      value->flags |= TG_FLAG_NO_DF;
    limits = tg_inference_symmetric(value->points, value->se, value->df, level);
    value->lower = limits.lower;
    value->upper = limits.upper;
  }
cleanup:
  tg_memory_free(variance);
  tg_memory_free(df);
  return status;
}

trygg_status tg_index_values(const trygg_estimates *estimates, const tg_index_definitions *definitions,
                             double level, tg_index_value **out, size_t *count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  figures f = {.estimates = estimates, .definitions = definitions};
  size_t each = 0;
  for (size_t d = 0; d < definitions->count; d++)
    each += definitions->list[d].section_count + 1;
  f.values = tg_memory_new(each * estimates->domain_count, sizeof *f.values);
  if (!f.values)
    return tg_error_memory(error);
  TRY(find_items(&f, error));
  for (size_t domain = 0; domain < estimates->domain_count; domain++)
    for (size_t d = 0; d < definitions->count; d++) {
      for (size_t g = 0; g < definitions->list[d].section_count && has_sections(&definitions->list[d]); g++)
        TRY(add_figure(&f, domain, d, g, error));
      TRY(add_figure(&f, domain, d, TG_NONE, error));
    }
  TRY(finish(&f, level, error));
  TRY(tg_ranks_set(estimates, f.values, f.count, level, error));
  *out = f.values;
  *count = f.count;
  f.values = NULL;
cleanup:
  tg_memory_free(f.values);
  tg_memory_free(f.position);
  tg_estimate_clear_terms(&f.terms);
  return status;
}
