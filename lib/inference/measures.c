/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Measures of measures.csv: did it change more where the measure was taken than elsewhere?
 *
 *   D = (theta_after - theta_before) of those it reached - (theta_after - theta_before) of those compared with
 *
 * before being the last wave ahead of the measure, after each one since (difference in differences).  All four estimates
 * are of one tally, so that what they share is accounted for: clusters, waves of the same people. */
#include <inference/compare.h>

#include <math.h>
#include <string.h>

/* Domains are made in the order measure, wave, side. */
static size_t domain_at(const tg_compare *all, size_t measure, size_t wave, int compared) {
  return (measure * all->estimates->wave_count + wave) * 2 + (compared != 0);
}

static const char *code_of(const tg_compare *all, size_t wave) {
  return all->estimates->tally->design->responses->waves[all->estimates->waves[wave]].code;
}

/* Whether a cell meets the conditions, all of whose variables are by-variables. */
static int meets(const tg_compare *all, const tg_conditions *conditions, const tg_cell *cell) {
  const tg_tally *tally = all->estimates->tally;
  for (size_t i = 0; i < conditions->count; i++) {
    const tg_code_set *set = &conditions->sets[i];
    size_t k = 0;
    while (tally->by[k] != set->variable)
      k++;
    if (!tg_code_set_has(set, &tally->design->responses->codebook->variables[set->variable],
                         tally->categories[k].names[cell->by[k]]))
      return 0;
  }
  return 1;
}

static trygg_status gather(const tg_compare *all, size_t wave, const tg_conditions *inside,
                           const tg_conditions *outside, tg_domain *out, trygg_error *error) {
  const tg_tally *tally = all->estimates->tally;
  *out = (tg_domain){.wave = all->estimates->waves[wave], .group = TG_TOTAL_DOMAIN};
  out->cells = tg_memory_new(tally->cell_count, sizeof *out->cells);
  if (!out->cells)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++) {
    const tg_cell *cell = &tally->cells[c];
    if (cell->wave == out->wave && !cell->by_missing && meets(all, inside, cell) &&
        !(outside && meets(all, outside, cell)))
      out->cells[out->cell_count++] = (uint32_t)c;
  }
  return TRYGG_OK;
}

static trygg_status check_variables(const tg_compare *all, const tg_measure_row *measure,
                                    const tg_conditions *conditions, trygg_error *error) {
  const tg_tally *tally = all->estimates->tally;
  for (size_t i = 0; i < conditions->count; i++) {
    size_t k = 0;
    while (k < tally->by_count && tally->by[k] != conditions->sets[i].variable)
      k++;
    if (k == tally->by_count)
      return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "by",
                         "the measure `%s` was taken by `%s`; name that by-variable", measure->name,
                         tally->design->responses->codebook->variables[conditions->sets[i].variable].name);
  }
  return TRYGG_OK;
}

/* Both sides of a measure in every wave; without conditions of their own the others are all it did not reach. */
static trygg_status make_sides(const tg_compare *all, size_t m, tg_domain *domains, size_t *count,
                               trygg_error *error) {
  const trygg_codebook *codebook = all->estimates->tally->design->responses->codebook;
  const tg_measure_row *measure = &codebook->measures[m];
  trygg_error place = {.line = measure->line};
  trygg_status status = TRYGG_OK;
  tg_conditions where = {0}, others = {0};
  TRY(tg_conditions_parse(codebook, measure->where, &place, &where, error));
  TRY(tg_conditions_parse(codebook, measure->comparison, &place, &others, error));
  TRY(check_variables(all, measure, &where, error));
  TRY(check_variables(all, measure, &others, error));
  for (size_t w = 0; w < all->estimates->wave_count; w++) {
    TRY(gather(all, w, &where, NULL, &domains[(*count)++], error));
    TRY(gather(all, w, &others, &where, &domains[(*count)++], error));
  }
cleanup:
  tg_conditions_clear(&where);
  tg_conditions_clear(&others);
  return status;
}

trygg_status tg_measures_prepare(tg_compare *all, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  size_t measures = estimates->tally->design->responses->codebook->measure_count, count = 0;
  trygg_status status = TRYGG_OK;
  tg_domain *domains = NULL;
  TRY(tg_pairs_check_waves(all, error));
  if (!measures)
    return tg_error_at(error, TRYGG_ECODEBOOK, NULL, 0, 0, "against",
                       "the survey folder has no measures; write them in measures.csv");
  domains = tg_memory_new(measures * estimates->wave_count * 2, sizeof *domains);
  if (!domains)
    return tg_error_memory(error);
  for (size_t m = 0; m < measures; m++)
    TRY(make_sides(all, m, domains, &count, error));
  status = tg_estimate_of_domains(estimates, domains, count, &all->made, error);
  domains = NULL;
cleanup:
  tg_domains_clear(domains, domains ? count : 0);
  return status;
}

/* Whether a wave is not before the measure began: by time where it is known, else by code. */
static int is_after(const tg_compare *all, const tg_measure_row *measure, size_t wave) {
  const trygg_responses *responses = all->estimates->tally->design->responses;
  double start = tg_codebook_wave_time(responses->codebook, measure->start),
         time = responses->waves[all->estimates->waves[wave]].time;
  if (!isnan(start) && !isnan(time))
    return time >= start;
  return strcmp(code_of(all, wave), measure->start) >= 0;
}

static int follows(const tg_measure_row *measure, const tg_indicator *indicator) {
  const char *cursor = measure->indicators, *word;
  size_t length;
  if (!*cursor)
    return 1;
  while ((word = tg_text_word(&cursor, &length)))
    if (tg_text_equal(word, length, indicator->name))
      return 1;
  return 0;
}

static size_t row_at(const tg_compare *all, size_t domain, size_t indicator) {
  return domain * all->estimates->tally->indicators.count + indicator;
}

/* The last wave ahead of the measure that has the indicator on both sides; TG_NONE. */
static size_t wave_before(const tg_compare *all, size_t m, size_t now, size_t indicator) {
  const trygg_codebook *codebook = all->estimates->tally->design->responses->codebook;
  for (size_t w = now; w-- > 0;)
    if (!is_after(all, &codebook->measures[m], w) &&
        !isnan(all->made->rows[row_at(all, domain_at(all, m, w, 0), indicator)].estimate) &&
        !isnan(all->made->rows[row_at(all, domain_at(all, m, w, 1), indicator)].estimate))
      return w;
  return TG_NONE;
}

static trygg_status add_measure(tg_compare *all, size_t m, size_t now, size_t indicator, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  const trygg_responses *responses = estimates->tally->design->responses;
  size_t before = wave_before(all, m, now, indicator);
  tg_pair pair = {.of = all->made, .other = all->made, .measure = &responses->codebook->measures[m]};
  if (before == TG_NONE)
    return TRYGG_OK;
  pair.a = row_at(all, domain_at(all, m, now, 0), indicator);
  pair.b = row_at(all, domain_at(all, m, now, 1), indicator);
  pair.a_before = row_at(all, domain_at(all, m, before, 0), indicator);
  pair.b_before = row_at(all, domain_at(all, m, before, 1), indicator);
  if (!all->across_breaks &&
      tg_codebook_breaks(responses->codebook, estimates->tally->indicators.list[indicator].row,
                         responses->waves[estimates->waves[before]].time,
                         responses->waves[estimates->waves[now]].time))
    pair.flags |= TG_FLAG_BREAK;
  return tg_pairs_add(all, pair, error);
}

/* Once a wave: at its total. */
trygg_status tg_measures_add(tg_compare *all, size_t domain, size_t indicator, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  const trygg_codebook *codebook = estimates->tally->design->responses->codebook;
  size_t now = 0;
  trygg_status status = TRYGG_OK;
  if (estimates->domains[domain].group != TG_TOTAL_DOMAIN)
    return TRYGG_OK;
  while (estimates->waves[now] != estimates->domains[domain].wave)
    now++;
  for (size_t m = 0; m < codebook->measure_count; m++)
    if (is_after(all, &codebook->measures[m], now) &&
        follows(&codebook->measures[m], &estimates->tally->indicators.list[indicator]))
      TRY(add_measure(all, m, now, indicator, error));
cleanup:
  return status;
}

void tg_measures_name(const tg_compare *all, const tg_pair *pair, tg_text *out) {
  const trygg_responses *responses = all->estimates->tally->design->responses;
  tg_text_put(out, responses->waves[pair->of->domains[pair->of->rows[pair->a_before].domain].wave].code);
}
