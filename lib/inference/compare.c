/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Differences and ratios between estimates, tested, and their table.
 *
 *   D = g(a) - g(b),  V(D) = V(g'(a) u_a - g'(b) u_b),  t = D / se(D)
 *
 * with u the linearised estimates, record by record, so that whatever the two sides share is accounted for (delta
 * method; g the identity, log or log odds).  A published figure adds its own variance. */
#include <inference/compare.h>

#include <math.h>
#include <string.h>

#include <base/options.h>

static const tg_column_description key_columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator", 0},
    {"a", TRYGG_TEXT, TRYGG_KEY, "the group or wave that is compared", 0},
    {"b", TRYGG_TEXT, TRYGG_KEY, "what it is compared with", 0},
};

static const tg_column_description columns[] = {
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"df", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom", 0},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "t", 0},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* ---- the sides ---------------------------------------------------------------------------------------- */

/* An estimate in a comparison, and the sign it has there. */
typedef struct side {
  const trygg_estimates *estimates;
  size_t row;
  int sign;
} side;

/* a, and b unless it is published. */
static size_t find_sides(const tg_compare *all, const tg_pair *pair, side out[2]) {
  out[0] = (side){all->estimates, pair->a, 1};
  out[1] = (side){pair->other, pair->b, -1};
  return pair->other ? 2 : 1;
}

static const tg_row *row_of(const side *s) {
  return &s->estimates->rows[s->row];
}

static const tg_row *row_a(const tg_compare *all, const tg_pair *pair) {
  return &all->estimates->rows[pair->a];
}

static const tg_indicator *indicator_of(const tg_compare *all, const tg_pair *pair) {
  return &all->estimates->tally->indicators.list[row_a(all, pair)->indicator];
}

static const tg_domain *domain_of(const tg_compare *all, const tg_pair *pair) {
  return &all->estimates->domains[row_a(all, pair)->domain];
}

/* Fewest respondents behind any side. */
static int64_t base_of(const tg_compare *all, const tg_pair *pair) {
  side sides[2];
  int64_t least = INT64_MAX;
  for (size_t i = find_sides(all, pair, sides); i-- > 0;)
    if (tg_row_base(row_of(&sides[i])) < least)
      least = tg_row_base(row_of(&sides[i]));
  return least;
}

/* ---- computing ---------------------------------------------------------------------------------------- */

static trygg_status add_terms(tg_compare *all, tg_pair *pair, const tg_contrast_scale *scale, size_t output,
                              tg_terms *terms, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  side sides[2];
  size_t count = find_sides(all, pair, sides);
  double slope[2], value = 0, published_slope;
  for (size_t i = 0; i < count; i++) {
    value += sides[i].sign * scale->link(row_of(&sides[i])->estimate, &slope[i]);
    pair->flags |= row_of(&sides[i])->flags;
  }
  if (!pair->other)
    value -= scale->link(pair->published->estimate, &published_slope);
  if (isnan(value) || pair->flags & TG_FLAG_BREAK)
    return TRYGG_OK;
  pair->value = value;
  pair->output = output;
  for (size_t i = 0; i < count; i++)
    TRY(tg_estimate_add_terms(sides[i].estimates, sides[i].row, sides[i].sign * slope[i], output, terms,
                              error));
cleanup:
  return status;
}

static void finish(const tg_compare *all, tg_pair *pair, const tg_contrast_scale *scale, double variance,
                   double df, double level) {
  double linked = pair->value, slope;
  side sides[2];
  tg_limits limits;
  if (!pair->other) {
    double se = tg_pairs_published_error(pair->published, indicator_of(all, pair)->type->is_share);
    scale->link(pair->published->estimate, &slope);
    variance += slope * se * slope * se;
  }
  for (size_t i = find_sides(all, pair, sides); i-- > 0;)
    if (isnan(row_of(&sides[i])->se))
      variance = NAN;
  pair->se = sqrt(variance);
  pair->df = df;
  if (isnan(pair->se))
    pair->flags |= TG_FLAG_NO_SE;
  else if (!(df > 0))
    pair->flags |= TG_FLAG_NO_DF;
  /* No sampling error is not certainty: two shares of 0 or 1, or equal values throughout. */
  limits = tg_inference_symmetric(linked, pair->se > 0 ? pair->se : NAN, df, level);
  pair->statistic = pair->se > 0 ? linked / pair->se : NAN;
  pair->p = tg_inference_p(linked, pair->se, df);
  pair->value = scale->back(linked);
  pair->lower = scale->back(limits.lower);
  pair->upper = scale->back(limits.upper);
  if (scale->changes_unit)
    pair->se *= pair->value;
}

/* Outputs are numbered indicator by indicator, so that those worked on together need few of them. */
static trygg_status run(tg_compare *all, const tg_contrast_scale *scale, double level, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  size_t outputs = 0;
  double *variance = tg_memory_new(all->count, sizeof *variance), *df = tg_memory_new(all->count, sizeof *df);
  if (!variance || !df) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < all->estimates->tally->indicators.count; k++)
    for (size_t i = 0; i < all->count; i++)
      if (row_a(all, &all->list[i])->indicator == k) {
        TRY(add_terms(all, &all->list[i], scale, outputs, &terms, error));
        outputs += all->list[i].output != TG_NONE;
      }
  TRY(tg_estimate_combine(all->estimates, &terms, outputs, 0, variance, df, error));
  for (size_t i = 0; i < all->count; i++)
    if (all->list[i].output != TG_NONE)
      finish(all, &all->list[i], scale, variance[all->list[i].output], df[all->list[i].output], level);
cleanup:
  tg_memory_free(variance);
  tg_memory_free(df);
  tg_estimate_clear_terms(&terms);
  return status;
}

static int is_shown(const tg_compare *all, const tg_pair *pair, const tg_contrast_scale *scale) {
  return !scale->of_shares || indicator_of(all, pair)->type->is_share;
}

/* The family of an adjustment is the rows that will be printed. */
static trygg_status adjust(tg_compare *all, const tg_contrast_scale *scale, const char *method, int64_t min_n,
                           trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->count, sizeof *p);
  if (!p)
    return tg_error_memory(error);
  for (size_t i = 0; i < all->count; i++)
    p[i] = is_shown(all, &all->list[i], scale) && base_of(all, &all->list[i]) >= min_n ? all->list[i].p : NAN;
  TRY(trygg_inference_adjust(method, p, all->count, error));
  for (size_t i = 0; i < all->count; i++)
    all->list[i].p_adjusted = p[i];
cleanup:
  tg_memory_free(p);
  return status;
}

/* ---- the table ------------------------------------------------------------------------------------------ */

static trygg_status add_columns(trygg_table *table, const tg_compare *all, const tg_contrast_scale *scale,
                                trygg_error *error) {
  const tg_column_description value = {scale->column, TRYGG_NUMBER, TRYGG_VALUE, scale->help, 1};
  trygg_status status = TRYGG_OK;
  TRY(tg_inference_add_keys(table, all->estimates, 1, error));
  TRY(tg_table_add_columns(table, key_columns, sizeof key_columns / sizeof *key_columns, error));
  TRY(tg_table_add_columns(table, &value, 1, error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, error));
cleanup:
  return status;
}

/* What is compared is the wave where b is another one, else the group. */
static trygg_status set_names(trygg_table *table, size_t column, const tg_compare *all,
                              const tg_comparison *kind, const tg_pair *pair, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  const tg_domain *domain = domain_of(all, pair);
  trygg_status status = TRYGG_OK;
  tg_text a = {0}, b = {0};
  kind->name_other(all, pair, &b);
  if (kind->of_waves)
    tg_text_put(&a, estimates->tally->design->responses->waves[domain->wave].code);
  else
    tg_pairs_name_group(estimates, domain, &a);
  if (a.failed || b.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(tg_table_set_text(table, column, a.bytes, error));
  TRY(tg_table_set_text(table, column + 1, b.bytes, error));
cleanup:
  tg_text_free(&a);
  tg_text_free(&b);
  return status;
}

static tg_unit unit_of(const tg_indicator *indicator, const tg_contrast_scale *scale) {
  return indicator->type->is_share && !scale->changes_unit ? TG_UNIT_CHANGE : TG_UNIT_NUMBER;
}

static trygg_status add_row(trygg_table *table, const tg_compare *all, const tg_comparison *kind,
                            const tg_contrast_scale *scale, const tg_pair *pair, trygg_error *error) {
  const trygg_estimates *estimates = all->estimates;
  const tg_indicator *indicator = indicator_of(all, pair);
  size_t column = 1 + estimates->tally->by_count;
  trygg_status status = TRYGG_OK;
  double cells[] = {pair->value, pair->se,        pair->df, pair->lower,
                    pair->upper, pair->statistic, pair->p,  pair->p_adjusted};
  TRY(tg_table_add_row(table, error));
  TRY(tg_inference_set_keys(table, estimates, domain_of(all, pair), 1, error));
  TRY(tg_table_set_text(table, column, indicator->name, error));
  TRY(set_names(table, column + 1, all, kind, pair, error));
  column += 3;
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, pair->flags, error));
  tg_table_set_base(table, base_of(all, pair));
  tg_table_set_unit(table, unit_of(indicator, scale));
cleanup:
  return status;
}

static trygg_status make_table(const tg_compare *all, const tg_comparison *kind,
                               const tg_contrast_scale *scale, double level, const char *method,
                               trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  TRY(tg_table_create(&table, error));
  TRY(add_columns(table, all, scale, error));
  TRY(tg_inference_add_notes(table, all->estimates, level, error));
  TRY(tg_table_add_note(table, "scale", scale->name, error));
  TRY(tg_table_add_note(table, "adjust", method, error));
  for (size_t i = 0; i < all->count; i++)
    if (is_shown(all, &all->list[i], scale))
      TRY(add_row(table, all, kind, scale, &all->list[i], error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  return status;
}

trygg_status trygg_inference_compare(const trygg_estimates *estimates,
                                     const trygg_comparison_options *options, trygg_table **out,
                                     trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_comparison_options chosen;
  tg_compare all = {.estimates = estimates};
  const tg_comparison *kind;
  const tg_contrast_scale *scale;
  double level = 0;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!estimates)
    return tg_error_set(error, TRYGG_EINVAL, "no estimates were given");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_comparison_options", error));
  if (!chosen.adjust)
    chosen.adjust = "holm";
  all.against = chosen.against;
  all.across_breaks = chosen.across_breaks;
  TRY(tg_inference_level(chosen.level, &level, error));
  TRY(tg_scales_find(chosen.scale, &scale, error));
  TRY(tg_pairs_find(&all, &kind, error));
  TRY(tg_pairs_make(&all, kind, error));
  TRY(run(&all, scale, level, error));
  TRY(adjust(&all, scale, chosen.adjust, chosen.min_n, error));
  TRY(make_table(&all, kind, scale, level, chosen.adjust, out, error));
cleanup:
  tg_pairs_clear(&all);
  return status;
}

const char *trygg_inference_against(size_t i) {
  return i < tg_comparison_count ? tg_comparisons[i].name : NULL;
}

const char *trygg_inference_against_help(size_t i) {
  return i < tg_comparison_count ? tg_comparisons[i].help : NULL;
}
