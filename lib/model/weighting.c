/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What weighting does to estimates: each with the weights that people were drawn by, and with those that became of them.
 *
 * With d the former, w the latter, u_d and u_w the linearised values of the two estimates, B the regression of u_w on what
 * the weights were calibrated to,
 *   D = after - before,   V(D) = V(sum of (w (u_w - x'B) - d u_d)),
 * over the same people, so that what the two share is accounted for (Deville & Särndal 1992, JASA 87:376-382, for the first
 * term).  An indicator stands in the tally twice, the second time with the other weight. */
#include <model/model.h>

#include <math.h>

#include <base/options.h>
#include <design/calibrate.h>

static const tg_column_description key = {"indicator", TRYGG_TEXT, TRYGG_KEY, "the indicator", 0};
static const tg_column_description columns[] = {
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "answers", 0},
    {"before", TRYGG_NUMBER, TRYGG_VALUE, "by the weights that people were drawn by", 1},
    {"before_se", TRYGG_NUMBER, TRYGG_VALUE, "its standard error", 1},
    {"after", TRYGG_NUMBER, TRYGG_VALUE, "by the weights as they are", 1},
    {"after_se", TRYGG_NUMBER, TRYGG_VALUE, "its standard error", 1},
    {"difference", TRYGG_NUMBER, TRYGG_VALUE, "after less before", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error of the difference", 1},
    {"df", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom", 0},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "t", 0},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"p_adjusted", TRYGG_NUMBER, TRYGG_VALUE, "adjusted for all rows", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

typedef struct finding {
  size_t after, before; /* rows */
  unsigned flags;
  double value, se, df, p, p_adjusted;
} finding;

typedef struct working {
  trygg_design *design;
  trygg_estimate_options what;
  double level;
  const char **names; /* of the indicators, twice */
  trygg_estimates *estimates;
  finding *findings;
  size_t count;
  trygg_error *error;
} working;

static void clear(working *all) {
  tg_memory_free(all->names);
  trygg_estimate_free(all->estimates);
  tg_memory_free(all->findings);
}

/* ---- both estimates --------------------------------------------------------------------------------- */

static trygg_status check(const trygg_design *design, trygg_error *error) {
  if (design->weight == tg_design_drawn_weight(design))
    return tg_error_set(error, TRYGG_EINVAL,
                        "the weights are those that people were drawn by, so there is nothing to compare; "
                        "calibrate them");
  if (design->calibration && design->calibration->distance.row->keeps && !design->trim)
    return tg_error_set(error, TRYGG_EINVAL,
                        "weights that are given as calibrated do not say what they were before; give the "
                        "weights that people were drawn by, and calibrate them");
  if (design->replicates)
    return tg_error_set(
        error, TRYGG_EUNSUPPORTED,
        "weights before and after are compared by linearisation; choose the variance `taylor`");
  return TRYGG_OK;
}

/* The names that were asked for, or all, and the same again. */
static trygg_status double_names(working *all) {
  const trygg_codebook *codebook = all->design->responses->codebook;
  size_t count = all->what.indicators && all->what.indicator_count ? all->what.indicator_count
                                                                   : codebook->indicator_count;
  all->names = tg_memory_new(2 * count, sizeof *all->names);
  if (!all->names)
    return tg_error_memory(all->error);
  for (size_t i = 0; i < 2 * count; i++)
    all->names[i] = all->what.indicators && all->what.indicator_count ? all->what.indicators[i % count]
                                                                      : codebook->indicators[i % count].name;
  all->what.indicators = all->names;
  all->what.indicator_count = 2 * count;
  return TRYGG_OK;
}

/* It, and what it is made of, by the weights that people were drawn by; weights of its own stay. */
static void weigh_as_drawn(const trygg_design *design, tg_indicators *indicators, size_t at) {
  tg_indicator *indicator = &indicators->list[at];
  if (tg_design_weight(design, indicator->weight) == design->weight)
    indicator->weight = TG_WEIGHT_DRAWN;
  for (size_t k = 0; k < indicator->part_count; k++)
    weigh_as_drawn(design, indicators, indicator->part_begin + k);
}

static trygg_status estimate(working *all) {
  trygg_status status = TRYGG_OK;
  const trygg_codebook *codebook = all->design->responses->codebook;
  tg_estimate_plan plan = {0};
  tg_tally_request request;
  TRY(tg_options_list(all->what.indicators, all->what.indicator_count, "indicator", all->error));
  TRY(double_names(all));
  TRY(tg_estimate_begin(&all->what, &all->estimates, all->error));
  TRY(tg_estimate_plan_names(codebook, &all->what, &plan, all->estimates, all->error));
  TRY(tg_estimate_plan_waves(all->design, &all->what, &plan, all->estimates, all->error));
  for (size_t k = plan.indicators.count / 2; k < plan.indicators.count; k++)
    weigh_as_drawn(all->design, &plan.indicators, k);
  request = (tg_tally_request){plan.by,    plan.by_count,     &plan.where,
                               plan.waves, all->what.threads, all->what.progress};
  TRY(tg_tally_create(all->design, &plan.indicators, &request, &all->estimates->tally, all->error));
  TRY(tg_estimate_rows(all->estimates, all->what.progress, all->error));
cleanup:
  tg_estimate_clear_plan(&plan);
  return status;
}

/* ---- differences ------------------------------------------------------------------------------------- */

/* An indicator with a weight of its own is as it was. */
static int has_changed(const working *all, size_t indicator) {
  const tg_indicator *of = &all->estimates->tally->indicators.list[indicator];
  return of->estimand == TG_FUNCTION || of->weight == TG_WEIGHT_DRAWN;
}

static trygg_status list_findings(working *all) {
  const trygg_estimates *estimates = all->estimates;
  size_t half = estimates->tally->indicators.count / 2;
  all->findings = tg_memory_new(estimates->domain_count * half, sizeof *all->findings);
  if (!all->findings)
    return tg_error_memory(all->error);
  for (size_t d = 0; d < estimates->domain_count; d++)
    for (size_t k = 0; k < half; k++) {
      finding f = {.after = tg_row_at(estimates, d, k), .before = tg_row_at(estimates, d, k + half)};
      const tg_row *after = &estimates->rows[f.after], *before = &estimates->rows[f.before];
      if (!has_changed(all, k + half))
        continue;
      f.flags = after->flags | before->flags;
      f.value = after->estimate - before->estimate;
      f.se = isnan(after->se) || isnan(before->se) ? NAN : 0;
      f.df = f.p = f.p_adjusted = NAN;
      all->findings[all->count++] = f;
    }
  return TRYGG_OK;
}

static trygg_status compare(working *all) {
  trygg_status status = TRYGG_OK;
  tg_terms terms = {0};
  double *variance = tg_memory_new(2 * all->count, sizeof *variance),
         *df = variance ? variance + all->count : NULL;
  if (!variance)
    return tg_error_memory(all->error);
  for (size_t i = 0; i < all->count; i++) {
    if (isnan(all->findings[i].value) || isnan(all->findings[i].se))
      continue;
    TRY(tg_estimate_add_terms(all->estimates, all->findings[i].after, 1, i, &terms, all->error));
    TRY(tg_estimate_add_terms(all->estimates, all->findings[i].before, -1, i, &terms, all->error));
  }
  TRY(tg_estimate_combine(all->estimates, &terms, all->count, 0, variance, df, all->error));
  for (size_t i = 0; i < all->count; i++) {
    finding *f = &all->findings[i];
    if (isnan(f->value))
      continue;
    f->se = isnan(f->se) ? NAN : sqrt(variance[i]);
    f->df = df[i];
    f->flags |= isnan(f->se) ? TG_FLAG_NO_SE : f->df > 0 ? 0 : TG_FLAG_NO_DF;
    f->p = tg_inference_p(f->value, f->se, f->df);
  }
cleanup:
  tg_estimate_clear_terms(&terms);
  tg_memory_free(variance);
  return status;
}

static int64_t base_of(const working *all, const finding *f) {
  return tg_row_base(&all->estimates->rows[f->after]);
}

static trygg_status adjust(working *all, const char *method, int64_t min_n) {
  trygg_status status = TRYGG_OK;
  double *p = tg_memory_new(all->count, sizeof *p);
  if (!p)
    return tg_error_memory(all->error);
  for (size_t i = 0; i < all->count; i++)
    p[i] = base_of(all, &all->findings[i]) >= min_n ? all->findings[i].p : NAN;
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
  const trygg_estimates *estimates = all->estimates;
  const tg_row *after = &estimates->rows[f->after], *before = &estimates->rows[f->before];
  const tg_indicator *indicator = tg_row_indicator(estimates, f->after);
  tg_limits limits = tg_inference_symmetric(f->value, f->se > 0 ? f->se : NAN, f->df, all->level);
  double cells[] = {before->estimate,
                    before->se,
                    after->estimate,
                    after->se,
                    f->value,
                    f->se,
                    f->df,
                    limits.lower,
                    limits.upper,
                    f->se > 0 ? f->value / f->se : NAN,
                    f->p,
                    f->p_adjusted};
  size_t column = 1 + estimates->tally->by_count;
  TRY(tg_table_add_row(table, all->error));
  TRY(tg_inference_set_keys(table, estimates, &estimates->domains[after->domain], 1, all->error));
  TRY(tg_table_set_text(table, column++, indicator->name, all->error));
  tg_table_set_integer(table, column++, (int64_t)after->n);
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, f->flags, all->error));
  tg_table_set_base(table, base_of(all, f));
  tg_table_set_unit(table, indicator->type->is_share ? TG_UNIT_CHANGE : TG_UNIT_NUMBER);
cleanup:
  return status;
}

static trygg_status write_table(const working *all, const char *method, trygg_table **out) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  TRY(tg_table_create(&table, all->error));
  TRY(tg_inference_add_keys(table, all->estimates, 1, all->error));
  TRY(tg_table_add_columns(table, &key, 1, all->error));
  TRY(tg_table_add_columns(table, columns, sizeof columns / sizeof *columns, all->error));
  TRY(tg_inference_add_notes(table, all->estimates, all->level, all->error));
  TRY(tg_table_add_note(table, "adjust", method, all->error));
  for (size_t i = 0; i < all->count; i++)
    TRY(add_row(all, &all->findings[i], table));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  return status;
}

trygg_status trygg_model_weighting(trygg_design *design, const trygg_nonresponse_options *options,
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
  TRY(check(design, error));
  if (!chosen.adjust)
    chosen.adjust = "holm";
  TRY(tg_inference_level(chosen.level, &all.level, error));
  TRY(estimate(&all));
  TRY(list_findings(&all));
  TRY(compare(&all));
  TRY(adjust(&all, chosen.adjust, chosen.min_n));
  TRY(write_table(&all, chosen.adjust, out));
cleanup:
  clear(&all);
  return status;
}
