/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Are the index's linearised standard errors right?  A bootstrap of the county survey says.
 *
 * usage: simulate_index SURVEY DATA BY [REPLICATES]     e.g. examples/surveys/county county/data.csv.gz kommun
 *
 * In each wave, n_h - 1 records are drawn with replacement from the n_h of each stratum and weighted by
 * n_h / (n_h - 1) (Rao & Wu 1988, JASA 83:231-241), the shares and then the index are computed anew, and the spread of
 * the index over the replicates is compared with the standard error that trygg_index_table() gives, for the whole
 * survey and every domain of BY.  Where an item's share is within three standard errors of a kink between knots, the
 * delta method is not expected to hold; those cells are reported apart. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <index/index.h>
#include <numeric/random.h>

#define SEED 20260101

/* One wave, ready to be resampled: records stand stratum by stratum, each with w y and w x of every item. */
typedef struct sample {
  size_t items, records, strata;
  double *values;           /* [record][2 * items] */
  size_t *begin;            /* [strata + 1] */
  uint32_t *stratum_domain; /* domain of a stratum: strata nest in domains */
} sample;

static void fail(const char *what, const trygg_error *error) {
  fprintf(stderr, "simulate_index: %s: %s %s\n", what, error->file, error->message);
  exit(1);
}

static void *need(size_t count, size_t size) {
  void *block = calloc(count ? count : 1, size);
  if (!block)
    exit(1);
  return block;
}

static const uint32_t *sort_codes;

static int by_stratum(const void *a, const void *b) {
  uint32_t p = sort_codes[*(const size_t *)a], q = sort_codes[*(const size_t *)b];
  return (p > q) - (p < q);
}

/* Lay out the records of a wave. */
static sample layout(const trygg_estimates *estimates, uint32_t wave) {
  const tg_tally *tally = estimates->tally;
  const trygg_design *design = tally->design;
  sample s = {.items = tally->indicators.count};
  size_t all = design->responses->count, *order = need(all, sizeof *order);
  double y, x;
  unsigned char state;
  tg_values one = {&y, &x, &state};
  for (size_t i = 0; i < all; i++)
    if (design->responses->wave[i] == wave)
      order[s.records++] = i;
  sort_codes = design->stratum;
  qsort(order, s.records, sizeof *order, by_stratum);
  s.values = need(s.records * 2 * s.items, sizeof *s.values);
  s.begin = need(s.records + 2, sizeof *s.begin);
  s.stratum_domain = need(s.records + 1, sizeof *s.stratum_domain);
  for (size_t r = 0; r < s.records; r++) {
    size_t i = order[r];
    const tg_cell *cell = &tally->cells[tally->entry_cell[tally->entry[i]]];
    if (r == 0 || design->stratum[i] != design->stratum[order[r - 1]]) {
      s.stratum_domain[s.strata] = cell->by[0];
      s.begin[s.strata++] = r;
    }
    for (size_t k = 0; k < s.items; k++) {
      const double *weight = tg_design_weight(design, tally->indicators.list[k].weight);
      tg_indicator_evaluate(&tally->indicators.list[k], design->responses, i, 1, &one);
      if (state == TG_INSIDE && weight[i] > 0) {
        s.values[(r * s.items + k) * 2] = weight[i] * y;
        s.values[(r * s.items + k) * 2 + 1] = weight[i] * x;
      }
    }
  }
  s.begin[s.strata] = s.records;
  free(order);
  return s;
}

/* Position of an item among the estimated indicators. */
static size_t position_of(const trygg_estimates *estimates, const tg_index_item *item) {
  const trygg_codebook *codebook = estimates->tally->design->responses->codebook;
  size_t k = 0;
  while (estimates->tally->indicators.list[k].row != &codebook->indicators[item->indicator])
    k++;
  return k;
}

/* The whole index from the sums of w y and w x of every indicator. */
static double points_of(const trygg_estimates *estimates, const tg_index_definition *definition,
                        const double *sums) {
  double total = 0, weights = 0, slope;
  for (size_t g = 0; g < definition->section_count; g++) {
    const tg_index_section *section = &definition->sections[g];
    double points = 0, inside = 0;
    for (size_t i = 0; i < section->item_count; i++) {
      size_t k = position_of(estimates, &section->items[i]);
      points += section->items[i].weight *
                tg_definition_points(&section->items[i], sums[2 * k] / sums[2 * k + 1], &slope);
      inside += section->items[i].weight;
    }
    total += section->weight * points / inside;
    weights += section->weight;
  }
  return total / weights;
}

/* One replicate: sums of every domain (the last is the whole) from n_h - 1 draws in each stratum. */
static void resample(const sample *s, tg_random *random, double *stratum, double *sums, size_t domains) {
  size_t width = 2 * s->items;
  memset(sums, 0, (domains + 1) * width * sizeof *sums);
  for (size_t h = 0; h < s->strata; h++) {
    size_t n = s->begin[h + 1] - s->begin[h];
    double factor = (double)n / (double)(n - 1);
    memset(stratum, 0, width * sizeof *stratum);
    for (size_t draw = 0; draw + 1 < n; draw++) {
      const double *values = s->values + (s->begin[h] + tg_random_below(random, n)) * width;
      for (size_t k = 0; k < width; k++)
        stratum[k] += values[k];
    }
    for (size_t k = 0; k < width; k++) {
      sums[s->stratum_domain[h] * width + k] += factor * stratum[k];
      sums[domains * width + k] += factor * stratum[k];
    }
  }
}

/* Standard deviations of the index over the replicates, one a domain. */
static void bootstrap(const trygg_estimates *estimates, const tg_index_definition *definition,
                      const sample *s, size_t domains, size_t replicates, uint64_t stream, double *se) {
  double *sums = need((domains + 1) * 2 * s->items, sizeof *sums),
         *stratum = need(2 * s->items, sizeof *stratum);
  double *mean = need(domains + 1, sizeof *mean), *squares = need(domains + 1, sizeof *squares);
  tg_random random;
  tg_random_seed(&random, SEED, stream);
  for (size_t r = 0; r < replicates; r++) {
    resample(s, &random, stratum, sums, domains);
    for (size_t d = 0; d <= domains; d++) {
      double value = points_of(estimates, definition, sums + d * 2 * s->items), delta = value - mean[d];
      mean[d] += delta / (double)(r + 1);
      squares[d] += delta * (value - mean[d]);
    }
  }
  for (size_t d = 0; d <= domains; d++)
    se[d] = sqrt(squares[d] / (double)(replicates - 1));
  free(sums);
  free(stratum);
  free(mean);
  free(squares);
}

/* Is some item's share near a kink: a knot inside 0..1 at which the slope changes? */
static int near_kink(const trygg_estimates *estimates, const tg_index_definition *definition, size_t domain) {
  for (size_t g = 0; g < definition->section_count; g++)
    for (size_t i = 0; i < definition->sections[g].item_count; i++) {
      const tg_index_item *item = &definition->sections[g].items[i];
      size_t k = position_of(estimates, item);
      const tg_row *row = &estimates->rows[domain * estimates->tally->indicators.count + k];
      for (size_t j = 0; j < item->knot_count; j++) {
        double at = item->knots[j].share, left, right, share = item->reversed ? 1 - at : at;
        if (share <= 0 || share >= 1)
          continue;
        tg_definition_points(item, share - 1e-9, &left);
        tg_definition_points(item, share + 1e-9, &right);
        if (fabs(left - right) > 1e-6 && fabs(row->estimate - share) < 3 * row->se)
          return 1;
      }
    }
  return 0;
}

/* Everything loaded; the estimates are by one variable. */
static trygg_estimates *load(char **argv) {
  trygg_codebook *codebook;
  trygg_responses *responses;
  trygg_design *design;
  trygg_estimates *estimates;
  trygg_estimate_options options = {.size = sizeof options};
  trygg_error error = {0};
  const char *file = argv[2], *by = argv[3], **items;
  if (trygg_codebook_read(argv[1], &codebook, &error))
    fail("survey", &error);
  if (trygg_responses_load(codebook, &file, 1, NULL, &responses, &error))
    fail("data", &error);
  if (trygg_design_create(responses, NULL, &design, &error))
    fail("design", &error);
  if (trygg_index_items(codebook, NULL, &items, &options.indicator_count, &error))
    fail("index", &error);
  options.indicators = items;
  options.by = &by;
  options.by_count = 1;
  if (trygg_estimate_create(design, &options, &estimates, &error))
    fail("estimate", &error);
  trygg_index_free_items(items);
  trygg_codebook_free(codebook);
  trygg_responses_free(responses);
  trygg_design_free(design);
  return estimates;
}

int main(int argc, char **argv) {
  trygg_estimates *estimates;
  tg_index_definitions definitions;
  tg_index_value *values;
  trygg_error error = {0};
  size_t count, replicates = argc > 4 ? (size_t)strtoul(argv[4], NULL, 10) : 20000, domains;
  double worst = 0, worst_kink = 0, *se;
  int cells = 0, kinks = 0;
  if (argc < 4) {
    fprintf(stderr, "usage: simulate_index SURVEY DATA BY [REPLICATES]\n");
    return 2;
  }
  estimates = load(argv);
  domains = estimates->tally->categories[0].count;
  se = need(domains + 1, sizeof *se);
  if (tg_definition_read(estimates->tally->design->responses->codebook, NULL, 0, &definitions, &error) ||
      tg_index_values(estimates, &definitions, 0.95, &values, &count, &error))
    fail("index", &error);
  printf("wave,domain,index,points,se_linearised,se_bootstrap,ratio,near_kink\n");
  for (size_t w = 0; w < estimates->wave_count; w++) {
    sample s = layout(estimates, estimates->waves[w]);
    for (size_t d = 0; d < definitions.count; d++) {
      bootstrap(estimates, &definitions.list[d], &s, domains, replicates, w, se);
      for (size_t i = 0; i < count; i++) {
        const tg_domain *domain = &estimates->domains[values[i].domain];
        double other, ratio;
        int kink;
        if (values[i].definition != d || values[i].section != TG_NONE || domain->wave != estimates->waves[w])
          continue;
        other = se[domain->by ? domain->by[0] : domains];
        ratio = values[i].se / other;
        kink = near_kink(estimates, &definitions.list[d], values[i].domain);
        printf("%s,%s,%s,%.4f,%.6f,%.6f,%.4f,%d\n",
               estimates->tally->design->responses->waves[domain->wave].code,
               domain->by ? estimates->tally->categories[0].names[domain->by[0]] : "",
               definitions.list[d].name, values[i].points, values[i].se, other, ratio, kink);
        if (kink) {
          kinks++;
          worst_kink = fmax(worst_kink, fabs(ratio - 1));
        } else {
          cells++;
          worst = fmax(worst, fabs(ratio - 1));
        }
      }
    }
    free(s.values);
    free(s.begin);
    free(s.stratum_domain);
  }
  printf(
      "# %zu replicates; away from kinks: %d cells, largest difference %.2f %%; near kinks: %d cells, %.2f %%\n",
      replicates, cells, 100 * worst, kinks, 100 * worst_kink);
  free(values);
  free(se);
  tg_definition_clear(&definitions);
  trygg_estimate_free(estimates);
  return worst <= 0.03 ? 0 : 1;
}
