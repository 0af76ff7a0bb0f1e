/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R-indicators: how much the propensities to answer vary over what is known of everybody who was drawn.
 *
 * With rho of a logistic regression of response on x, both of n people drawn, each counting once or by a weight, and S of
 * evenness.c, squares less what they are too large by:
 *
 *   R = 1 - 2 S, with the standard error 2 se(S)                (Schouten, Cobben & Bethlehem 2009, 3.1)
 *   partial R of a variable: S of its categories' rates, all of it that goes along the variable; of its category:
 *     (n_k/n)^(1/2) (rho_k - mean)                              (unconditional: Schouten, Shlomo & Skinner 2011)
 *   conditional partial R of a variable: S within the cells of all the other variables, what it adds to them; of its
 *     category: the part of that sum that its people have       (the same)
 *   |bias of a mean| <= (1 - R) S(y) / (2 mean)                 (Schouten, Cobben & Bethlehem 2009, 4)
 */
#include <model/representativity.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <base/options.h>
#include <base/text.h>
#include <numeric/distribution.h>
#include <numeric/sum.h>

static const tg_column_description columns[] = {
    {"wave", TRYGG_TEXT, TRYGG_KEY, "wave", 0},
    {"measure", TRYGG_TEXT, TRYGG_KEY, "what kind of figure it is", 0},
    {"variable", TRYGG_TEXT, TRYGG_KEY, "variable, or indicator of bias_bound; empty: all together", 0},
    {"category", TRYGG_TEXT, TRYGG_KEY, "its code; empty: all of them", 0},
    {"drawn", TRYGG_INTEGER, TRYGG_VALUE, "people drawn", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "the figure", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* ---- patterns ------------------------------------------------------------------------------------------ */

static trygg_status open_variables(tg_representativity *w, const char *const *on) {
  const trygg_codebook *codebook = w->drawn->codebook;
  trygg_status status = TRYGG_OK;
  double most = 1;
  w->variables = tg_memory_new(w->count, sizeof *w->variables);
  w->index = tg_memory_new(w->count, sizeof *w->index);
  w->categories = tg_memory_new(w->count, sizeof *w->categories);
  w->patterns = tg_memory_new(w->drawn->count, sizeof *w->patterns);
  if (!w->variables || !w->index || !w->categories || !w->patterns)
    return tg_error_memory(w->error);
  for (size_t i = 0; i < w->count; i++) {
    trygg_error place = {0};
    size_t v = tg_codebook_find_variable(codebook, on[i], strlen(on[i]));
    tg_text_print(place.field, sizeof place.field, "on");
    if (v == TG_NONE)
      return tg_codebook_unknown_variable(codebook, on[i], strlen(on[i]), &place, w->error);
    if (codebook->variables[v].type != TG_SELECT_ONE)
      return tg_error_at(w->error, TRYGG_EINVAL, NULL, 0, 0, "on",
                         "`%s` has no codes: give a variable with codes, or make bands of it in derived.csv",
                         on[i]);
    w->variables[i] = v;
    if (!(w->index[i] = tg_memory_new(w->drawn->count, sizeof(uint32_t))))
      return tg_error_memory(w->error);
    TRY(tg_column_categories(&w->drawn->columns[v], w->drawn->count, w->index[i], &w->categories[i],
                             w->error));
    most *= (double)w->categories[i].count;
  }
  if (most > 9e15)
    status =
        tg_error_at(w->error, TRYGG_ELIMIT, NULL, 0, 0, "on", "these variables have too many codes together");
cleanup:
  return status;
}

static int by_key(const void *a, const void *b) {
  uint64_t left = ((const tg_drawn_pattern *)a)->key, right = ((const tg_drawn_pattern *)b)->key;
  return (left > right) - (left < right);
}

/* Everybody of a wave whose background is known, by background. */
static void make_patterns(tg_representativity *w, size_t wave) {
  size_t people = 0;
  w->pattern_count = 0;
  for (size_t i = 0; i < w->drawn->count; i++) {
    uint64_t key = 0;
    int known = 1;
    if (w->drawn->wave[i] != wave)
      continue;
    for (size_t v = 0; v < w->count; v++) {
      known &= w->index[v][i] != UINT32_MAX;
      key = key * w->categories[v].count + (known ? w->index[v][i] : 0);
    }
    double d = w->d ? w->d[i] : 1;
    if (known && d > 0)
      w->patterns[people++] = (tg_drawn_pattern){key, 1, d, d * d, w->drawn->silent[i] ? 0 : d};
    else
      w->left_out++;
  }
  qsort(w->patterns, people, sizeof *w->patterns, by_key);
  for (size_t i = 0; i < people; i++) {
    tg_drawn_pattern *last = w->pattern_count ? &w->patterns[w->pattern_count - 1] : NULL;
    if (last && last->key == w->patterns[i].key) {
      last->n++;
      last->weight += w->patterns[i].weight;
      last->square += w->patterns[i].square;
      last->answered += w->patterns[i].answered;
    } else {
      w->patterns[w->pattern_count++] = w->patterns[i];
    }
  }
}

/* ---- the regression ------------------------------------------------------------------------------------- */

/* An intercept and a column for each category; those that follow from the columns before them, such as one of each
 * variable, say nothing new and are left out. */
static trygg_status make_columns(tg_representativity *w) {
  size_t rows = w->pattern_count, all = 1, kept = 0;
  trygg_status status = TRYGG_OK;
  unsigned char *dependent = NULL;
  for (size_t v = 0; v < w->count; v++)
    all += w->categories[v].count;
  if (all > TG_MODEL_COLUMNS)
    return tg_error_at(w->error, TRYGG_ELIMIT, NULL, 0, 0, "on", "these variables have too many codes");
  w->x = tg_memory_new(rows * all, sizeof *w->x);
  w->weight = tg_memory_new(4 * rows, sizeof *w->weight);
  dependent = tg_memory_new(all, 1);
  if (!w->x || !w->weight || !dependent) {
    status = tg_error_memory(w->error);
    goto cleanup;
  }
  w->y = w->weight + rows;
  w->rho = w->y + rows;
  w->square = w->rho + rows;
  for (size_t i = 0; i < rows; i++) {
    size_t column = 1;
    w->weight[i] = w->patterns[i].weight;
    w->square[i] = w->patterns[i].square;
    w->y[i] = w->patterns[i].answered / w->patterns[i].weight;
    w->x[i * all] = 1;
    for (size_t v = 0; v < w->count; column += w->categories[v++].count)
      w->x[i * all + column + tg_representativity_category(w, w->patterns[i].key, v)] = 1;
  }
  TRY(tg_regress_dependent(&(tg_regress_data){w->x, w->weight, w->y, rows, all, NULL}, dependent, w->error));
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < all; j++)
      if (!dependent[j])
        w->x[kept++] = w->x[i * all + j];
  w->column_count = kept / rows;
cleanup:
  tg_memory_free(dependent);
  return status;
}

/* Mean over people of what their patterns have. */
static double mean_of(const tg_representativity *w, const double *values) {
  tg_sum sum = {0, 0}, whole = {0, 0};
  for (size_t i = 0; i < w->pattern_count; i++) {
    tg_sum_add(&sum, w->weight[i] * values[i]);
    tg_sum_add(&whole, w->weight[i]);
  }
  return tg_sum_value(&sum) / tg_sum_value(&whole);
}

/* V = J^-1 (sum of d^2 rho (1 - rho) x x') J^-1, J^-1 the inverse of the information; with d = 1 that itself. */
static void find_covariance(const tg_representativity *w, const double *inverse, double *work) {
  size_t p = w->column_count;
  double *middle = work, *half = work + p * p;
  memcpy(w->covariance, inverse, p * p * sizeof *inverse);
  if (!w->d)
    return;
  memset(work, 0, 2 * p * p * sizeof *work);
  for (size_t i = 0; i < w->pattern_count; i++)
    for (size_t j = 0; j < p; j++)
      for (size_t k = 0; k < p; k++)
        middle[j * p + k] += w->square[i] * w->rho[i] * (1 - w->rho[i]) * w->x[i * p + j] * w->x[i * p + k];
  for (size_t i = 0; i < p * p; i++)
    for (size_t k = 0; k < p; k++)
      half[i] += inverse[i / p * p + k] * middle[k * p + i % p];
  for (size_t i = 0; i < p * p; i++) {
    w->covariance[i] = 0;
    for (size_t k = 0; k < p; k++)
      w->covariance[i] += half[i / p * p + k] * inverse[k * p + i % p];
  }
}

/* Without variation there is nothing to fit: everybody or nobody answered, and R is 1.  Where all or none of a category
 * answered its propensity is 1 or 0 to many digits, with no variance to adjust by. */
static trygg_status fit_wave(tg_representativity *w, tg_drawn_figures *out) {
  trygg_status status = TRYGG_OK;
  size_t rows = w->pattern_count, p = w->column_count;
  double *memory = tg_memory_new(3 * p * p + 2 * p + rows, sizeof *memory), *b, *step, *eta;
  tg_regress_data data = {w->x, w->weight, w->y, rows, p, NULL};
  tg_regress_end end = TG_REGRESS_DONE;
  tg_evenness all = {0, 0, 0, 0};
  tg_propensities fit;
  *out = (tg_drawn_figures){.r = 1, .unadjusted = 1, .se = NAN};
  w->covariance = tg_memory_new(p * p, sizeof *w->covariance);
  if (!memory || !w->covariance) {
    status = tg_error_memory(w->error);
    goto cleanup;
  }
  b = memory + 3 * p * p;
  step = b + p;
  eta = step + p;
  for (size_t i = 0; i < rows; i++) {
    out->n += w->patterns[i].n;
    out->whole += w->weight[i];
    out->square += w->square[i];
  }
  out->mean = mean_of(w, w->y);
  memcpy(w->rho, w->y, rows * sizeof *w->rho);
  w->fitted = 0;
  if (out->mean > 0 && out->mean < 1) {
    TRY(tg_regress_fit(&data, &tg_logistic_regress, b, step, eta, memory, &end, w->error));
    for (size_t i = 0; i < rows; i++)
      w->rho[i] = tg_logistic_regress.mean(eta[i]);
    out->mean = mean_of(w, w->rho);
    w->fitted = end == TG_REGRESS_DONE;
    if (w->fitted)
      find_covariance(w, memory, memory + p * p);
    fit = tg_representativity_fit(w, out);
    TRY(tg_evenness_find(&fit, NULL, 1, NULL, &all, w->error));
    out->unadjusted = 1 - 2 * sqrt(all.square);
    out->r = w->fitted ? 1 - 2 * sqrt(fmax(0, all.square - all.excess)) : out->unadjusted;
    out->se = w->fitted && all.square > 0 ? sqrt(all.variance / all.plain) : NAN;
  }
  out->bound = (1 - out->r) / (2 * out->mean);
cleanup:
  tg_memory_free(memory);
  return status;
}

/* ---- waves ------------------------------------------------------------------------------------------------ */

/* Largest bias of the shares of a wave, S(y) being that of those who answered. */
static trygg_status add_bounds(const tg_representativity *w, const char *wave, const tg_drawn_figures *f,
                               const trygg_estimates *estimates) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; estimates && i < estimates->row_count; i++) {
    const tg_row *of = &estimates->rows[i];
    const tg_domain *domain = &estimates->domains[of->domain];
    const tg_indicator *indicator = tg_row_indicator(estimates, i);
    if (domain->wave == TG_POOLED || domain->group != TG_TOTAL_DOMAIN || !indicator->type->is_share ||
        strcmp(estimates->tally->design->responses->waves[domain->wave].code, wave) != 0)
      continue;
    TRY(tg_representativity_add_row(w, &(tg_drawn_row){wave, "bias_bound", indicator->name, NULL, f->n,
                                                       f->bound * sqrt(of->estimate * (1 - of->estimate)),
                                                       NAN, 0, 1, tg_row_base(of), 0, TG_UNIT_CHANGE}));
  }
cleanup:
  return status;
}

static trygg_status add_wave(tg_representativity *w, size_t wave, const trygg_estimates *estimates) {
  const char *code = w->drawn->waves[wave].code;
  trygg_status status = TRYGG_OK;
  tg_drawn_figures f;
  tg_drawn_category *sums = NULL;
  size_t most = 1;
  make_patterns(w, wave);
  if (!w->pattern_count)
    return TRYGG_OK;
  for (size_t v = 0; v < w->count; v++)
    most = w->categories[v].count > most ? w->categories[v].count : most;
  if (!(sums = tg_memory_new(most, sizeof *sums)))
    return tg_error_memory(w->error);
  TRY(make_columns(w));
  TRY(fit_wave(w, &f));
  tg_drawn_row r = {code,
                    "response_rate",
                    NULL,
                    NULL,
                    f.n,
                    f.mean,
                    sqrt(f.mean * (1 - f.mean) * f.square) / f.whole,
                    0,
                    1,
                    (int64_t)f.n,
                    0,
                    TG_UNIT_SHARE};
  TRY(tg_representativity_add_row(w, &r));
  r = (tg_drawn_row){code,
                     "r_indicator",
                     NULL,
                     NULL,
                     f.n,
                     f.r,
                     f.se,
                     0,
                     1,
                     (int64_t)f.n,
                     isnan(f.se) ? TG_FLAG_NO_SE : 0,
                     TG_UNIT_NUMBER};
  TRY(tg_representativity_add_row(w, &r));
  r = (tg_drawn_row){code, "r_unadjusted", NULL, NULL,          f.n, f.unadjusted, NAN, 0,
                     1,    (int64_t)f.n,   0,    TG_UNIT_NUMBER};
  TRY(tg_representativity_add_row(w, &r));
  for (size_t v = 0; v < w->count; v++)
    TRY(tg_representativity_add_variable(w, code, &f, v, sums));
  TRY(add_bounds(w, code, &f, estimates));
cleanup:
  tg_memory_free(sums);
  tg_memory_free(w->x);
  tg_memory_free(w->weight);
  tg_memory_free(w->covariance);
  w->x = w->weight = w->covariance = NULL;
  return status;
}

static void clear(tg_representativity *w) {
  for (size_t i = 0; i < w->count; i++) {
    if (w->index)
      tg_memory_free(w->index[i]);
    if (w->categories)
      tg_categories_clear(&w->categories[i]);
  }
  tg_memory_free(w->variables);
  tg_memory_free(w->index);
  tg_memory_free(w->categories);
  tg_memory_free(w->patterns);
  tg_memory_free(w->waves);
  trygg_table_free(w->table);
}

/* The weights that people were drawn by. */
static trygg_status open_weight(tg_representativity *w, const char *name) {
  const trygg_codebook *codebook = w->drawn->codebook;
  trygg_error place = {0};
  size_t v;
  if (!name)
    return TRYGG_OK;
  tg_text_print(place.field, sizeof place.field, "drawn_weight");
  v = tg_codebook_find_variable(codebook, name, strlen(name));
  if (v == TG_NONE)
    return tg_codebook_unknown_variable(codebook, name, strlen(name), &place, w->error);
  if (w->drawn->columns[v].kind != TG_COLUMN_NUMBER || !w->drawn->columns[v].present)
    return tg_error_at(w->error, TRYGG_EINVAL, NULL, 0, 0, "drawn_weight",
                       "`%s` is no number in the data; give the weight that everybody was drawn by", name);
  w->d = w->drawn->columns[v].values.number;
  for (size_t i = 0; i < w->drawn->count; i++)
    if (w->d[i] < 0)
      return tg_error_at(w->error, TRYGG_EDATA, NULL, 0, 0, "drawn_weight", "`%s` is below 0 in some record",
                         name);
  return tg_table_add_note(w->table, "drawn_weight", name, w->error);
}

static trygg_status check_drawn(const trygg_responses *drawn, trygg_error *error) {
  if (!drawn || !drawn->keeps_silent)
    return tg_error_set(error, TRYGG_EINVAL,
                        "records of all who were drawn were expected; load with `keep_silent`");
  if (drawn->codebook->settings.second_phase.declared)
    return tg_error_at(
        error, TRYGG_EUNSUPPORTED, NULL, 0, 0, "phase2",
        "R-indicators are of samples of one phase; load the second phase alone, with its weights and "
        "without `phase2` in settings.csv");
  for (size_t i = 0; i < drawn->count; i++)
    if (drawn->silent[i])
      return TRYGG_OK;
  return tg_error_set(
      error, TRYGG_EDATA,
      "the data hold nobody who was drawn and did not answer; representativity needs their records, "
      "with a status variable whose codes have a disposition");
}

trygg_status trygg_model_representativity(const trygg_responses *drawn,
                                          const trygg_representativity_options *options, trygg_table **out,
                                          trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_representativity_options chosen;
  tg_representativity w = {.drawn = drawn, .error = error};
  double level;
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  TRY(check_drawn(drawn, error));
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_representativity_options", error));
  TRY(tg_options_list(chosen.on, chosen.on_count, "on", error));
  TRY(tg_options_list(chosen.waves, chosen.wave_count, "waves", error));
  if (!chosen.on_count)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "on",
                       "name the variables that are known of everybody who was drawn, such as sex and age");
  TRY(tg_inference_level(chosen.level, &level, error));
  w.z = tg_distribution_normal_quantile((1 + level) / 2);
  w.count = chosen.on_count;
  TRY(tg_responses_mark_waves(drawn, chosen.waves, chosen.wave_count, &w.waves, error));
  TRY(open_variables(&w, chosen.on));
  TRY(tg_table_create(&w.table, error));
  TRY(tg_table_add_columns(w.table, columns, sizeof columns / sizeof *columns, error));
  TRY(open_weight(&w, chosen.drawn_weight));
  for (size_t i = 0; i < drawn->wave_count; i++)
    if (w.waves[i])
      TRY(add_wave(&w, i, chosen.estimates));
  if (w.left_out) {
    char number[TG_NUMBER_SIZE];
    TRY(tg_table_add_note(w.table, "left_out", tg_number_format_integer(number, w.left_out), error));
  }
  *out = w.table;
  w.table = NULL;
cleanup:
  clear(&w);
  return status;
}
