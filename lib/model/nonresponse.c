/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signs of non-response bias among those who did answer: late against early, mode against mode.
 *
 * Both sides are estimates in sets of cells of one tally, by day or by mode, and the variance of their difference is that
 * of the design, as in comparisons of groups (inference/compare.c). */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/options.h>
#include <base/text.h>

static const tg_column_description columns[] = {
    {"wave", TRYGG_TEXT, TRYGG_KEY, "wave", 0},
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator", 0},
    {"method", TRYGG_TEXT, TRYGG_KEY, "what divides those who answered", 0},
    {"a", TRYGG_TEXT, TRYGG_KEY, "the group that is compared", 0},
    {"b", TRYGG_TEXT, TRYGG_KEY, "what it is compared with", 0},
    {"difference", TRYGG_NUMBER, TRYGG_VALUE, "a less b", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"df", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom", 0},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "t", 0},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* A difference between two sets of cells. */
typedef struct pair {
  uint32_t wave;
  char *a, *b;
} pair;

/* A difference of one indicator. */
typedef struct finding {
  const char *wave, *indicator, *method, *a, *b;
  tg_unit unit;
  int64_t base;
  unsigned flags;
  double value, se, df, p, p_adjusted;
} finding;

/* One way to divide: the tally by its variable, the pairs, and the estimates of their sides: domain 2i is a of pair i,
 * 2i + 1 is b. */
typedef struct division {
  const char *method;
  trygg_estimates *by, *sides;
  tg_domain *domains; /* until `sides` has them */
  pair *pairs;
  size_t count, capacity;
} division;

typedef struct working {
  trygg_design *design;
  trygg_estimate_options what;
  double level;
  division divisions[2];
  finding *findings;
  size_t count, capacity;
  tg_text early; /* until which day, wave by wave */
  trygg_error *error;
} working;

static void clear(working *all) {
  for (size_t i = 0; i < sizeof all->divisions / sizeof *all->divisions; i++) {
    division *d = &all->divisions[i];
    trygg_estimate_free(d->sides);
    trygg_estimate_free(d->by);
    tg_domains_clear(d->domains, d->domains ? 2 * d->count : 0);
    for (size_t k = 0; k < d->count; k++) {
      tg_memory_free(d->pairs[k].a);
      tg_memory_free(d->pairs[k].b);
    }
    tg_memory_free(d->pairs);
  }
  tg_memory_free(all->findings);
  tg_text_free(&all->early);
}

/* ---- the tally ------------------------------------------------------------------------------------ */

/* The indicators by one variable, a date among them, without rows of their own. */
static trygg_status tally_by(working *all, size_t variable, trygg_estimates **out) {
  trygg_status status = TRYGG_OK;
  tg_estimate_plan plan = {0};
  tg_tally_request request;
  trygg_estimates *estimates = NULL;
  TRY(tg_estimate_begin(&all->what, &estimates, all->error));
  TRY(tg_estimate_plan_names(all->design->responses->codebook, &all->what, &plan, estimates, all->error));
  TRY(tg_estimate_plan_waves(all->design, &all->what, &plan, estimates, all->error));
  request = (tg_tally_request){&variable, 1, &plan.where, plan.waves, all->what.threads, all->what.progress};
  TRY(tg_tally_create(all->design, &plan.indicators, &request, &estimates->tally, all->error));
  estimates->sorted = tg_memory_new(estimates->tally->indicators.count, sizeof *estimates->sorted);
  if (!estimates->sorted) {
    status = tg_error_memory(all->error);
    goto cleanup;
  }
  for (size_t k = 0; k < estimates->tally->indicators.count; k++) /* sort the values, of no domain so far */
    if (estimates->tally->indicators.list[k].type->estimand == TG_QUANTILE)
      TRY(tg_quantile_estimate(estimates, k, all->error));
  *out = estimates;
  estimates = NULL;
cleanup:
  tg_estimate_clear_plan(&plan);
  trygg_estimate_free(estimates);
  return status;
}

/* ---- pairs ------------------------------------------------------------------------------------------ */

/* Cells of a wave with a category from first to last; `inside` 0: with another one. */
static trygg_status gather(const division *d, uint32_t wave, uint32_t first, uint32_t last, int inside,
                           tg_domain *out, trygg_error *error) {
  const tg_tally *tally = d->by->tally;
  *out = (tg_domain){.wave = wave};
  out->cells = tg_memory_new(tally->cell_count, sizeof *out->cells);
  if (!out->cells)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++) {
    const tg_cell *cell = &tally->cells[c];
    if (!cell->by_missing && cell->wave == wave && (cell->by[0] >= first && cell->by[0] <= last) == inside)
      out->cells[out->cell_count++] = (uint32_t)c;
  }
  return TRYGG_OK;
}

/* A pair: a has the categories from first to last, b the others.  Takes the names over. */
static trygg_status add_pair(working *all, division *d, uint32_t wave, uint32_t first, uint32_t last, char *a,
                             char *b) {
  trygg_status status = TRYGG_OK;
  size_t room = d->capacity;
  tg_domain *domains;
  if (!a || !b || tg_memory_grow((void **)&d->pairs, &d->capacity, d->count + 1, sizeof *d->pairs)) {
    tg_memory_free(a);
    tg_memory_free(b);
    return tg_error_memory(all->error);
  }
  d->pairs[d->count] = (pair){wave, a, b};
  if (d->capacity > room || !d->domains) {
    domains = tg_memory_resize(d->domains, 2 * d->capacity, sizeof *domains);
    if (!domains) {
      tg_memory_free(a);
      tg_memory_free(b);
      return tg_error_memory(all->error);
    }
    d->domains = domains;
  }
  d->domains[2 * d->count] = d->domains[2 * d->count + 1] = (tg_domain){0};
  d->count++;
  TRY(gather(d, wave, first, last, 1, &d->domains[2 * d->count - 2], all->error));
  TRY(gather(d, wave, first, last, 0, &d->domains[2 * d->count - 1], all->error));
cleanup:
  return status;
}

/* Records of each category in a wave. */
static void count_categories(const working *all, const uint32_t *index, size_t wave, int64_t *counts,
                             size_t size) {
  const trygg_responses *responses = all->design->responses;
  memset(counts, 0, size * sizeof *counts);
  for (size_t i = 0; i < responses->count; i++)
    if (responses->wave[i] == wave && index[i] < size)
      counts[index[i]]++;
}

/* Early are those up to the day on which half of the wave had answered; where that is its last day, those before. */
static trygg_status add_timing(working *all, division *d, uint32_t wave, const int64_t *counts, size_t days) {
  int64_t whole = 0, sum = 0;
  size_t day = 0, first = 0, last = days;
  for (size_t i = 0; i < days; i++)
    whole += counts[i];
  while (last > 0 && counts[last - 1] == 0)
    last--;
  while (first < last && counts[first] == 0)
    first++;
  if (whole == 0 || first + 1 >= last)
    return TRYGG_OK; /* nobody, or one day */
  while (2 * (sum += counts[day]) < whole)
    day++;
  if (day + 1 == last)
    day--;
  tg_text_format(&all->early, "%s%s %s", all->early.length ? ", " : "",
                 all->design->responses->waves[wave].code, d->by->tally->categories[0].names[day]);
  return add_pair(all, d, wave, (uint32_t)day + 1, (uint32_t)days, tg_memory_string("late"),
                  tg_memory_string("early"));
}

static char *name_code(const division *d, size_t category) {
  const tg_tally *tally = d->by->tally;
  tg_text name = {0};
  tg_text_format(&name, "%s=%s", tally->design->responses->codebook->variables[tally->by[0]].name,
                 tally->categories[0].names[category]);
  return name.failed ? NULL : name.bytes;
}

/* Two modes are one pair, of more each is compared with the rest. */
static trygg_status add_modes(working *all, division *d, uint32_t wave, const int64_t *counts, size_t modes) {
  trygg_status status = TRYGG_OK;
  size_t met = 0, first = modes;
  for (size_t i = modes; i-- > 0;)
    if (counts[i] > 0) {
      first = i;
      met++;
    }
  for (size_t i = 0; i < modes && met > 1; i++)
    if (counts[i] > 0 && (met > 2 || i != first))
      TRY(add_pair(all, d, wave, (uint32_t)i, (uint32_t)i, name_code(d, i),
                   met > 2 ? tg_memory_string("rest") : name_code(d, first)));
cleanup:
  return status;
}

typedef trygg_status (*pairing)(working *all, division *d, uint32_t wave, const int64_t *counts, size_t size);

/* All pairs of a variable, and the estimates on both sides of them. */
static trygg_status divide(working *all, division *d, size_t variable, pairing add) {
  trygg_status status = TRYGG_OK;
  const trygg_responses *responses = all->design->responses;
  tg_categories categories = {0};
  int64_t *counts = NULL;
  uint32_t *index = tg_memory_new(responses->count, sizeof *index);
  if (!index)
    return tg_error_memory(all->error);
  TRY(tally_by(all, variable, &d->by));
  TRY(tg_column_categories(&responses->columns[variable], responses->count, index, &categories, all->error));
  if (!(counts = tg_memory_new(categories.count, sizeof *counts))) {
    status = tg_error_memory(all->error);
    goto cleanup;
  }
  for (size_t w = 0; w < d->by->wave_count; w++) {
    count_categories(all, index, d->by->waves[w], counts, categories.count);
    TRY(add(all, d, d->by->waves[w], counts, categories.count));
  }
  if (d->count) {
    tg_domain *domains = d->domains;
    d->domains = NULL;
    TRY(tg_estimate_of_domains(d->by, domains, 2 * d->count, &d->sides, all->error));
  }
cleanup:
  tg_categories_clear(&categories);
  tg_memory_free(counts);
  tg_memory_free(index);
  return status;
}

/* ---- differences ------------------------------------------------------------------------------------- */

static void begin_finding(const working *all, const division *d, size_t k, size_t indicators, size_t i,
                          finding *out) {
  const tg_row *a = &d->sides->rows[2 * k * indicators + i], *b = a + indicators;
  const tg_indicator *indicator = &d->sides->tally->indicators.list[i];
  int64_t base_a = tg_row_base(a), base_b = tg_row_base(b);
  *out = (finding){.wave = all->design->responses->waves[d->pairs[k].wave].code,
                   .indicator = indicator->name,
                   .method = d->method,
                   .a = d->pairs[k].a,
                   .b = d->pairs[k].b,
                   .unit = indicator->type->is_share ? TG_UNIT_CHANGE : TG_UNIT_NUMBER,
                   .base = base_a < base_b ? base_a : base_b,
                   .flags = a->flags | b->flags,
                   .value = a->estimate - b->estimate,
                   .se = isnan(a->se) || isnan(b->se) ? NAN : 0,
                   .df = NAN,
                   .p = NAN,
                   .p_adjusted = NAN};
  if (indicator->type->estimand == TG_TOTAL) /* how many the late are says nothing of how they are */
    out->value = NAN;
}

/* D = a - b and V(D) of the linearised difference. */
static trygg_status compare(working *all, const division *d) {
  trygg_status status = TRYGG_OK;
  size_t indicators = d->sides->tally->indicators.count, outputs = d->count * indicators, at = all->count;
  tg_terms terms = {0};
  double *variance = tg_memory_new(2 * outputs, sizeof *variance), *df = variance ? variance + outputs : NULL;
  if (!variance || tg_memory_grow((void **)&all->findings, &all->capacity, at + outputs, sizeof(finding))) {
    status = tg_error_memory(all->error);
    goto cleanup;
  }
  for (size_t i = 0; i < indicators; i++)
    for (size_t k = 0; k < d->count; k++) {
      size_t a = 2 * k * indicators + i, o = i * d->count + k;
      begin_finding(all, d, k, indicators, i, &all->findings[at + o]);
      if (isnan(all->findings[at + o].value))
        continue;
      TRY(tg_estimate_add_terms(d->sides, a, 1, o, &terms, all->error));
      TRY(tg_estimate_add_terms(d->sides, a + indicators, -1, o, &terms, all->error));
    }
  TRY(tg_estimate_combine(d->sides, &terms, outputs, 0, variance, df, all->error));
  for (size_t o = 0; o < outputs; o++) {
    finding *f = &all->findings[at + o];
    f->se = isnan(f->value) || isnan(f->se) ? NAN : sqrt(variance[o]);
    f->df = isnan(f->value) ? NAN : df[o];
    f->flags |= isnan(f->se) && !isnan(f->value) ? TG_FLAG_NO_SE
                : f->df > 0 || isnan(f->value)   ? 0
                                                 : TG_FLAG_NO_DF;
    f->p = tg_inference_p(f->value, f->se, f->df);
  }
  all->count = at + outputs;
cleanup:
  tg_estimate_clear_terms(&terms);
  tg_memory_free(variance);
  return status;
}

static trygg_status adjust(working *all, const char *method, int64_t min_n) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->count, sizeof *p);
  if (!p)
    return tg_error_memory(all->error);
  for (size_t i = 0; i < all->count; i++)
    p[i] = all->findings[i].base >= min_n ? all->findings[i].p : NAN;
  TRY(trygg_inference_adjust(method, p, all->count, all->error));
  for (size_t i = 0; i < all->count; i++)
    all->findings[i].p_adjusted = p[i];
cleanup:
  tg_memory_free(p);
  return status;
}

/* ---- the table ---------------------------------------------------------------------------------------- */

static trygg_status add_row(const working *all, const finding *f, trygg_table *table) {
  trygg_status status = TRYGG_OK;
  const char *texts[] = {f->wave, f->indicator, f->method, f->a, f->b};
  tg_limits limits = tg_inference_symmetric(f->value, f->se > 0 ? f->se : NAN, f->df, all->level);
  double cells[] = {f->value,     f->se,        f->df,
                    limits.lower, limits.upper, f->se > 0 ? f->value / f->se : NAN,
                    f->p,         f->p_adjusted};
  size_t column = 0;
  TRY(tg_table_add_row(table, all->error));
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    TRY(tg_table_set_text(table, column++, texts[i], all->error));
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, f->flags, all->error));
  tg_table_set_base(table, f->base);
  tg_table_set_unit(table, f->unit);
cleanup:
  return status;
}

static trygg_status write_table(const working *all, const char *method, trygg_table **out) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  const trygg_estimates *estimates = NULL;
  TRY(tg_table_create(&table, all->error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, all->error));
  for (size_t i = 0; i < sizeof all->divisions / sizeof *all->divisions; i++)
    estimates = all->divisions[i].by ? all->divisions[i].by : estimates;
  if (estimates)
    TRY(tg_inference_add_notes(table, estimates, all->level, all->error));
  TRY(tg_table_add_note(table, "adjust", method, all->error));
  TRY(tg_table_add_note(table, "early",
                        all->early.length ? all->early.bytes : "no wave has a date with more than one day",
                        all->error));
  if (!all->divisions[1].count)
    TRY(tg_table_add_note(table, "mode", "no wave has a source with more than one mode", all->error));
  for (size_t i = 0; i < all->count; i++)
    TRY(add_row(all, &all->findings[i], table));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  return status;
}

static trygg_status run(working *all) {
  static const struct {
    const char *method;
    tg_role role;
    pairing add;
  } ways[] = {{"timing", TG_ROLE_DATE, add_timing}, {"mode", TG_ROLE_SOURCE, add_modes}};
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    division *d = &all->divisions[i];
    size_t variable = tg_codebook_find_role(all->design->responses->codebook, ways[i].role, 1, 0);
    d->method = ways[i].method;
    if (variable != TG_NONE)
      TRY(divide(all, d, variable, ways[i].add));
    if (d->count)
      TRY(compare(all, d));
  }
  if (all->early.failed)
    status = tg_error_memory(all->error);
cleanup:
  return status;
}

trygg_status trygg_model_nonresponse(trygg_design *design, const trygg_nonresponse_options *options,
                                     trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_nonresponse_options chosen;
  working all = {.design = design, .error = error};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!design || design->responses->released)
    return tg_error_set(error, TRYGG_EINVAL, "a design whose records were kept was expected");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_nonresponse_options", error));
  TRY(tg_options_take(&all.what, sizeof all.what, chosen.estimates, "trygg_estimate_options", error));
  if (all.what.by_count || all.what.pool)
    return tg_error_set(
        error, TRYGG_EINVAL,
        "those who answered are divided by date and mode, wave by wave; leave out `by` and `pool`");
  if (!chosen.adjust)
    chosen.adjust = "holm";
  TRY(tg_inference_level(chosen.level, &all.level, error));
  TRY(run(&all));
  TRY(adjust(&all, chosen.adjust, chosen.min_n));
  TRY(write_table(&all, chosen.adjust, out));
cleanup:
  clear(&all);
  return status;
}
