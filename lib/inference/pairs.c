/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of comparisons: which pairs of estimates each of them makes.
 *
 * Both sides are estimates in sets of cells of one tally, so their covariance is exact whether the sets overlap (an
 * area and its county), are apart (an area and the rest), or lie in two waves with the same clusters. */
#include <inference/compare.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <numeric/distribution.h>

static trygg_status add_pair(tg_compare *all, tg_pair pair, trygg_error *error) {
  pair.output = TG_NONE;
  pair.value = pair.se = pair.df = pair.lower = pair.upper = pair.statistic = pair.p = pair.p_adjusted = NAN;
  if (tg_memory_grow((void **)&all->list, &all->capacity, all->count + 1, sizeof *all->list))
    return tg_error_memory(error);
  all->list[all->count++] = pair;
  return TRYGG_OK;
}

static size_t row_of(const trygg_estimates *estimates, size_t domain, size_t indicator) {
  return domain * estimates->tally->indicators.count + indicator;
}

static int is_total(const tg_compare *all, size_t domain) {
  return all->estimates->domains[domain].group == TG_TOTAL_DOMAIN;
}

/* ---- against groups that have no row of their own ------------------------------------------------------- */

/* Whether a cell is on the other side of a group. */
typedef int (*is_other_side)(const tg_compare *all, const tg_domain *group, const tg_cell *cell);

static int same_codes(const tg_compare *all, const uint32_t *a, const uint32_t *b) {
  return memcmp(a, b, all->estimates->tally->by_count * sizeof *a) == 0;
}

static int is_rest(const tg_compare *all, const tg_domain *group, const tg_cell *cell) {
  return !same_codes(all, cell->by, group->by);
}

/* Position of the variable of VAR=CODE among the by-variables. */
static size_t by_of_codes(const tg_compare *all) {
  size_t k = 0;
  while (k < all->estimates->tally->by_count && all->estimates->tally->by[k] != all->codes.variable)
    k++;
  return k;
}

static int has_code(const tg_compare *all, const uint32_t *by) {
  size_t k = by_of_codes(all);
  const tg_categories *categories = &all->estimates->tally->categories[k];
  return tg_code_set_has(&all->codes,
                         &all->estimates->tally->design->responses->codebook->variables[all->codes.variable],
                         categories->names[by[k]]);
}

/* The group's own codes but for the variable of VAR=CODE. */
static int is_coded(const tg_compare *all, const tg_domain *group, const tg_cell *cell) {
  size_t k = by_of_codes(all);
  for (size_t i = 0; i < all->estimates->tally->by_count; i++)
    if (i != k && cell->by[i] != group->by[i])
      return 0;
  return has_code(all, cell->by);
}

/* The cells of the other side: with a code in every by-variable, in the wave of the group. */
static trygg_status gather_cells(const tg_compare *all, const tg_domain *group, is_other_side belongs,
                                 tg_domain *out, trygg_error *error) {
  const tg_tally *tally = all->estimates->tally;
  *out = (tg_domain){.wave = group->wave, .by = group->by, .group = group->group};
  out->cells = tg_memory_new(tally->cell_count, sizeof *out->cells);
  if (!out->cells)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++) {
    const tg_cell *cell = &tally->cells[c];
    if (!cell->by_missing && (group->wave == TG_POOLED || cell->wave == group->wave) &&
        belongs(all, group, cell))
      out->cells[out->cell_count++] = (uint32_t)c;
  }
  return TRYGG_OK;
}

/* Estimate the other side of every group. */
static trygg_status make_other_sides(tg_compare *all, is_other_side belongs, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const trygg_estimates *estimates = all->estimates;
  size_t count = 0;
  tg_domain *domains = tg_memory_new(estimates->domain_count, sizeof *domains);
  all->made_of = tg_memory_new(estimates->domain_count, sizeof *all->made_of);
  if (!domains || !all->made_of) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t d = 0; d < estimates->domain_count; d++) {
    all->made_of[d] = TG_NONE;
    if (is_total(all, d) || (belongs == is_coded && has_code(all, estimates->domains[d].by)))
      continue;
    all->made_of[d] = count;
    TRY(gather_cells(all, &estimates->domains[d], belongs, &domains[count++], error));
  }
  status = tg_estimate_of_domains(estimates, domains, count, &all->made, error);
  domains = NULL;
cleanup:
  tg_domains_clear(domains, domains ? count : 0);
  return status;
}

static trygg_status prepare_rest(tg_compare *all, trygg_error *error) {
  return make_other_sides(all, is_rest, error);
}

static trygg_status prepare_coded(tg_compare *all, trygg_error *error) {
  const trygg_codebook *codebook = all->estimates->tally->design->responses->codebook;
  if (by_of_codes(all) == all->estimates->tally->by_count)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "against",
                       "groups of `%s` are compared where it is a by-variable; name it there too",
                       codebook->variables[all->codes.variable].name);
  return make_other_sides(all, is_coded, error);
}

static trygg_status add_made(tg_compare *all, size_t domain, size_t indicator, trygg_error *error) {
  if (all->made_of[domain] == TG_NONE)
    return TRYGG_OK;
  return add_pair(all,
                  (tg_pair){.a = row_of(all->estimates, domain, indicator),
                            .other = all->made,
                            .b = row_of(all->made, all->made_of[domain], indicator)},
                  error);
}

static void name_against(const tg_compare *all, const tg_pair *pair, tg_text *out) {
  (void)pair;
  tg_text_put(out, all->against);
}

/* ---- against other rows ------------------------------------------------------------------------------- */

static trygg_status add_total(tg_compare *all, size_t domain, size_t indicator, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  size_t total = tg_estimate_row(estimates, estimates->domains[domain].wave, TG_TOTAL_DOMAIN, indicator);
  return add_pair(all, (tg_pair){.a = row_of(estimates, domain, indicator), .other = estimates, .b = total},
                  error);
}

static trygg_status add_pairs(tg_compare *all, size_t domain, size_t indicator, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  trygg_status status = TRYGG_OK;
  for (size_t d = domain + 1; d < estimates->domain_count && status == TRYGG_OK; d++)
    if (estimates->domains[d].wave == estimates->domains[domain].wave)
      status = add_pair(all,
                        (tg_pair){.a = row_of(estimates, domain, indicator),
                                  .other = estimates,
                                  .b = row_of(estimates, d, indicator)},
                        error);
  return status;
}

static void name_other_group(const tg_compare *all, const tg_pair *pair, tg_text *out) {
  (void)all;
  tg_pairs_name_group(pair->other, &pair->other->domains[pair->other->rows[pair->b].domain], out);
}

static trygg_status check_waves(tg_compare *all, trygg_error *error) {
  const trygg_responses *responses = all->estimates->tally->design->responses;
  if (all->estimates->pooled)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "pool",
                       "pooled waves cannot be compared with one another; estimate wave by wave");
  for (size_t w = 0; w < responses->wave_count && responses->codebook->break_count; w++)
    if (isnan(responses->waves[w].time))
      return tg_error_at(error, TRYGG_ECODEBOOK, "waves.csv", 0, 0, "wave",
                         "the time of wave `%s` is not known, so that it is on no side of a break; give its "
                         "decimal year in waves.csv",
                         responses->waves[w].code);
  return TRYGG_OK;
}

/* With the last wave before that has the indicator in the group. */
static trygg_status add_wave(tg_compare *all, size_t domain, size_t indicator, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  const trygg_responses *responses = estimates->tally->design->responses;
  const tg_domain *now = &estimates->domains[domain];
  const tg_indicator_row *row = estimates->tally->indicators.list[indicator].row;
  size_t w = estimates->wave_count;
  tg_pair pair = {.a = row_of(estimates, domain, indicator), .other = estimates, .b = TG_NONE};
  while (w > 0 && estimates->waves[w - 1] != now->wave)
    w--;
  for (w = w > 0 ? w - 1 : 0; w-- > 0 && pair.b == TG_NONE;) {
    pair.b = tg_estimate_row(estimates, estimates->waves[w], now->group, indicator);
    if (pair.b != TG_NONE && isnan(estimates->rows[pair.b].estimate))
      pair.b = TG_NONE;
    if (pair.b != TG_NONE && !all->across_breaks &&
        tg_codebook_break(responses->codebook, row, responses->waves[estimates->waves[w]].time,
                          responses->waves[now->wave].time))
      pair.flags |= TG_FLAG_BREAK;
  }
  return pair.b == TG_NONE ? TRYGG_OK : add_pair(all, pair, error);
}

static void name_wave(const tg_compare *all, const tg_pair *pair, tg_text *out) {
  const trygg_responses *responses = all->estimates->tally->design->responses;
  tg_text_put(out, responses->waves[pair->other->domains[pair->other->rows[pair->b].domain].wave].code);
}

/* ---- against published figures -------------------------------------------------------------------------- */

double tg_pairs_published_error(const tg_published_row *figure, int is_share) {
  double level = isnan(figure->level) ? 0.95 : figure->level, p = figure->estimate;
  if (!isnan(figure->se))
    return figure->se;
  if (!isnan(figure->lower))
    return (figure->upper - figure->lower) / (2 * tg_distribution_normal_quantile((1 + level) / 2));
  return is_share ? sqrt(p * (1 - p) / figure->n) : NAN;
}

int tg_pairs_describes(const tg_tally *tally, const tg_published_row *figure, const tg_domain *domain,
                       tg_text *codes) {
  tg_text_clear(codes);
  tg_text_put(codes, "");
  for (size_t i = 0; i < figure->variable_count; i++) {
    size_t k = 0;
    while (k < tally->by_count && tally->by[k] != figure->variables[i])
      k++;
    if (k == tally->by_count || !domain->by)
      return 0;
    tg_text_put(codes, i ? " " : "");
    tg_text_put(codes, tally->categories[k].names[domain->by[k]]);
  }
  return !codes->failed && strcmp(codes->bytes, figure->category) == 0;
}

/* The figures that say most about the domain: those with the most of its codes. */
static trygg_status add_published(tg_compare *all, size_t domain, size_t indicator, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  const trygg_responses *responses = estimates->tally->design->responses;
  const trygg_codebook *codebook = responses->codebook;
  const tg_domain *d = &estimates->domains[domain];
  const char *wave = d->wave == TG_POOLED ? "" : responses->waves[d->wave].code;
  trygg_status status = TRYGG_OK;
  tg_text codes = {0};
  size_t most = 0;
  for (int round = 0; round < 2; round++)
    for (size_t i = 0; i < codebook->published_count; i++) {
      const tg_published_row *figure = &codebook->published[i];
      if (&codebook->indicators[figure->indicator] != estimates->tally->indicators.list[indicator].row ||
          (*figure->wave && strcmp(figure->wave, wave)) ||
          !tg_pairs_describes(estimates->tally, figure, d, &codes))
        continue;
      if (round == 0)
        most = figure->variable_count > most ? figure->variable_count : most;
      else if (figure->variable_count == most)
        TRY(add_pair(all,
                     (tg_pair){.a = row_of(estimates, domain, indicator), .b = TG_NONE, .published = figure},
                     error));
    }
  if (codes.failed)
    status = tg_error_memory(error);
cleanup:
  tg_text_free(&codes);
  return status;
}

static trygg_status prepare_published(tg_compare *all, trygg_error *error) {
  if (all->estimates->tally->design->responses->codebook->published_count)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_ECODEBOOK, NULL, 0, 0, "against",
                     "the survey folder has no published figures; write them in references.csv");
}

static void name_published(const tg_compare *all, const tg_pair *pair, tg_text *out) {
  (void)all;
  tg_text_put(out, *pair->published->source ? pair->published->source : "reference");
}

/* ---- the registry ----------------------------------------------------------------------------------------- */

const tg_comparison tg_comparisons[] = {
    {"rest", "each group with everybody else who has a code: with the rest of the county", 1, 0, prepare_rest,
     add_made, name_against},
    {"total", "each group with all, itself among them; the overlap is accounted for", 1, 0, NULL, add_total,
     name_against},
    {"pairs", "each group with each other one", 1, 0, NULL, add_pairs, name_other_group},
    {"wave", "each group, and all, with the wave before", 0, 1, check_waves, add_wave, name_wave},
    {"reference", "each group, and all, with the published figures of references.csv", 0, 0,
     prepare_published, add_published, name_published},
    {"VAR=CODE", "each group with the one that has this code, the other codes being equal", 1, 0,
     prepare_coded, add_made, name_against},
};

const size_t tg_comparison_count = sizeof tg_comparisons / sizeof *tg_comparisons;

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return tg_comparisons[i].name;
}

/* VAR=CODE[,CODE] */
static trygg_status read_codes(tg_compare *all, trygg_error *error) {
  trygg_error place = {.field = "against"};
  tg_conditions conditions = {0};
  trygg_status status = tg_conditions_parse(all->estimates->tally->design->responses->codebook, all->against,
                                            &place, &conditions, error);
  if (status == TRYGG_EPARSE &&
      error) /* in a file it would be a fault of the file; here it is one of the argument */
    error->status = TRYGG_EINVAL;
  if (status == TRYGG_OK && conditions.count != 1)
    status = tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "against",
                         "give one condition, VAR=CODE or VAR=CODE,CODE");
  if (status == TRYGG_OK) {
    all->codes = conditions.sets[0];
    conditions.sets[0] = (tg_code_set){0};
  }
  tg_conditions_clear(&conditions);
  return status == TRYGG_EPARSE ? TRYGG_EINVAL : status;
}

trygg_status tg_pairs_find(tg_compare *all, const tg_comparison **out, trygg_error *error) {
  size_t named = tg_comparison_count - 1;
  const char *nearest;
  if (!all->against)
    all->against = tg_comparisons[0].name;
  for (size_t i = 0; i < named; i++)
    if (!strcmp(tg_comparisons[i].name, all->against)) {
      *out = &tg_comparisons[i];
      return TRYGG_OK;
    }
  if (strchr(all->against, '=')) {
    *out = &tg_comparisons[named];
    return read_codes(all, error);
  }
  nearest = tg_text_nearest(all->against, named, name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "against",
                     "nothing to compare with is called `%s`; did you mean `%s`? VAR=CODE is possible too",
                     all->against, nearest ? nearest : tg_comparisons->name);
}

trygg_status tg_pairs_make(tg_compare *all, const tg_comparison *kind, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const trygg_estimates *estimates = all->estimates;
  if (kind->of_groups && !estimates->tally->by_count)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "by",
                       "there are no groups to compare; name a by-variable, or compare with `wave` or "
                       "`reference`");
  if (kind->prepare)
    TRY(kind->prepare(all, error));
  for (size_t d = 0; d < estimates->domain_count; d++)
    for (size_t k = 0; k < estimates->tally->indicators.count; k++)
      if (!kind->of_groups || !is_total(all, d))
        TRY(kind->add(all, d, k, error));
cleanup:
  return status;
}

void tg_pairs_name_group(const trygg_estimates *estimates, const tg_domain *domain, tg_text *out) {
  const tg_tally *tally = estimates->tally;
  if (!domain->by)
    tg_text_put(out, "total");
  for (size_t k = 0; domain->by && k < tally->by_count; k++) {
    tg_text_put(out, k ? " " : "");
    tg_text_put(out, tally->design->responses->codebook->variables[tally->by[k]].name);
    tg_text_putc(out, '=');
    tg_text_put(out, tally->categories[k].names[domain->by[k]]);
  }
}

void tg_pairs_clear(tg_compare *all) {
  tg_code_set_clear(&all->codes);
  trygg_estimate_free(all->made);
  tg_memory_free(all->made_of);
  tg_memory_free(all->list);
}
