/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How different those who did not answer must be for a share to be elsewhere.
 *
 *   P = r p + (1 - r) q   (Cochran 1977, Sampling Techniques, 13.2),  so P = c where q = (c - r p) / (1 - r)
 *
 * with r the response rate, p the share of those who answered and q that of the silent. */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/options.h>
#include <base/text.h>
#include <responses/rates.h>

static const tg_column_description keys[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator", 0},
    {"silent_at", TRYGG_TEXT, TRYGG_KEY, "what the share is compared with", 0},
};

static const tg_column_description columns[] = {
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "records in the denominator", 0},
    {"rate", TRYGG_NUMBER, TRYGG_VALUE, "svarsandel", 1},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "the share of those who answered", 1},
    {"reference", TRYGG_NUMBER, TRYGG_VALUE, "the share it is compared with", 1},
    {"tipping", TRYGG_NUMBER, TRYGG_VALUE, "share of the silent at which the whole is at the reference", 1},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* A table in the making. */
typedef struct writing {
  const trygg_estimates *estimates;
  const tg_interval *interval;
  double level;
  tg_rates rates;
  trygg_table *table;
  trygg_error *error;
} writing;

static double rate_of(const tg_rates_group *group) {
  double rates[TG_RATES], e;
  if (!group->known || group->contradicts)
    return NAN;
  tg_rates_compute(group->counts, rates, &e);
  return rates[TG_RATE_SVARSANDEL];
}

/* Append what the rates call a domain: the names of its variables, or its codes. */
static void put_words(const trygg_estimates *estimates, const tg_domain *domain, int codes, tg_text *out) {
  const tg_tally *tally = estimates->tally;
  tg_text_put(out, "");
  for (size_t k = 0; k < tally->by_count && domain->by; k++)
    tg_text_format(out, "%s%s", k ? " " : "",
                   codes ? tally->categories[k].names[domain->by[k]]
                         : tally->design->responses->codebook->variables[tally->by[k]].name);
}

/* Svarsandel of a domain, else of its wave; NaN where neither is known. */
static trygg_status find_rate(const writing *w, const tg_domain *domain, double *out) {
  const char *wave = w->estimates->tally->design->responses->waves[domain->wave].code;
  tg_text names = {0}, category = {0};
  trygg_status status = TRYGG_OK;
  double of_wave = NAN;
  *out = NAN;
  put_words(w->estimates, domain, 0, &names);
  put_words(w->estimates, domain, 1, &category);
  if (names.failed || category.failed)
    status = tg_error_memory(w->error);
  for (size_t i = 0; i < w->rates.count && status == TRYGG_OK; i++) {
    const tg_rates_group *group = &w->rates.groups[i];
    if (strcmp(group->wave, wave) != 0)
      continue;
    if (!group->names[0])
      of_wave = rate_of(group);
    if (!strcmp(group->names, names.bytes) && !strcmp(group->category, category.bytes))
      *out = rate_of(group);
  }
  if (isnan(*out))
    *out = of_wave;
  tg_text_free(&names);
  tg_text_free(&category);
  return status;
}

/* One reference; `base`: fewest respondents behind it. */
static trygg_status add_row(const writing *w, size_t index, double rate, const char *at, double reference,
                            int64_t base) {
  const trygg_estimates *estimates = w->estimates;
  const tg_row *row = &estimates->rows[index];
  size_t column = 1 + estimates->tally->by_count;
  double tipping = (reference - rate * row->estimate) / (1 - rate);
  unsigned flags = row->flags & (TG_FLAG_UNRELIABLE | TG_FLAG_BOUNDARY | TG_FLAG_NOT_ASKED | TG_FLAG_EMPTY);
  trygg_status status = TRYGG_OK;
  if (rate >= 1) /* nobody is silent */
    tipping = NAN;
  if (tipping < 0 || tipping > 1 || (rate >= 1 && reference != row->estimate && !isnan(reference)))
    flags |= TG_FLAG_IMPOSSIBLE;
  TRY(tg_table_add_row(w->table, w->error));
  TRY(tg_inference_set_keys(w->table, estimates, &estimates->domains[row->domain], 1, w->error));
  TRY(tg_table_set_text(w->table, column++, tg_row_indicator(estimates, index)->name, w->error));
  TRY(tg_table_set_text(w->table, column++, at, w->error));
  tg_table_set_integer(w->table, column++, (int64_t)row->n);
  tg_table_set_number(w->table, column++, rate);
  tg_table_set_number(w->table, column++, row->estimate);
  tg_table_set_number(w->table, column++, reference);
  tg_table_set_number(w->table, column++, tipping);
  TRY(tg_table_set_flags(w->table, column, flags, w->error));
  tg_table_set_base(w->table, base < tg_row_base(row) ? base : tg_row_base(row));
  tg_table_set_unit(w->table, TG_UNIT_SHARE);
cleanup:
  return status;
}

static trygg_status add_other(const writing *w, size_t index, double rate, const char *at, size_t other) {
  const tg_row *row = other == TG_NONE ? NULL : &w->estimates->rows[other];
  return row && !isnan(row->estimate) ? add_row(w, index, rate, at, row->estimate, tg_row_base(row))
                                      : TRYGG_OK;
}

/* The ends of the interval, the total, and the wave before that has the group, unless a break lies between. */
static trygg_status add_rows(const writing *w, size_t index) {
  const trygg_estimates *estimates = w->estimates;
  const trygg_responses *responses = estimates->tally->design->responses;
  const tg_row *row = &estimates->rows[index];
  const tg_domain *domain = &estimates->domains[row->domain];
  const tg_indicator *indicator = tg_row_indicator(estimates, index);
  trygg_status status = TRYGG_OK;
  tg_limits limits;
  double rate;
  if (!indicator->type->is_share || isnan(row->estimate))
    return TRYGG_OK;
  TRY(find_rate(w, domain, &rate));
  TRY(tg_inference_limits(estimates, index, w->interval, w->level, &limits, w->error));
  TRY(add_row(w, index, rate, "lower", limits.lower, INT64_MAX));
  TRY(add_row(w, index, rate, "upper", limits.upper, INT64_MAX));
  if (domain->group != TG_TOTAL_DOMAIN)
    TRY(add_other(w, index, rate, "total",
                  tg_estimate_row(estimates, domain->wave, TG_TOTAL_DOMAIN, row->indicator)));
  for (size_t k = 1; k < estimates->wave_count; k++)
    if (estimates->waves[k] == domain->wave &&
        !tg_codebook_break(responses->codebook, indicator->row,
                            responses->waves[estimates->waves[k - 1]].time,
                            responses->waves[domain->wave].time))
      TRY(add_other(w, index, rate, responses->waves[estimates->waves[k - 1]].code,
                    tg_estimate_row(estimates, estimates->waves[k - 1], domain->group, row->indicator)));
cleanup:
  return status;
}

static trygg_status write_table(writing *w) {
  trygg_status status = TRYGG_OK;
  TRY(tg_inference_add_keys(w->table, w->estimates, 1, w->error));
  TRY(tg_table_add_columns(w->table, keys, sizeof keys / sizeof *keys, w->error));
  TRY(tg_table_add_columns(w->table, columns, sizeof columns / sizeof *columns, w->error));
  TRY(tg_inference_add_notes(w->table, w->estimates, w->level, w->error));
  TRY(tg_table_add_note(w->table, "ci", w->interval->name, w->error));
  for (size_t i = 0; i < w->estimates->row_count; i++)
    TRY(add_rows(w, i));
cleanup:
  return status;
}

trygg_status trygg_model_tipping(const trygg_estimates *estimates, const trygg_tipping_options *options,
                                 trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_tipping_options chosen;
  writing w = {.estimates = estimates, .error = error};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates || estimates->pooled)
    return tg_error_set(error, TRYGG_EINVAL,
                        "estimates of each wave were expected: those of pooled waves have no response rate");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_tipping_options", error));
  w.interval = tg_interval_find(chosen.ci, error);
  if (!w.interval)
    return TRYGG_ENAME;
  TRY(tg_inference_level(chosen.level, &w.level, error));
  TRY(tg_rates_collect(estimates->tally->design->responses, &w.rates, error));
  TRY(tg_table_create(&w.table, error));
  TRY(write_table(&w));
  *out = w.table;
  w.table = NULL;
cleanup:
  tg_rates_clear(&w.rates);
  trygg_table_free(w.table);
  return status;
}
