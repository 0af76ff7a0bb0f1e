/* SPDX-License-Identifier: GPL-3.0-or-later */
/* R-indicators: how much the propensities to answer vary over what is known of everybody who was drawn.
 *
 * With rho of a logistic regression of response on x (both of n people drawn, each counting once), z = rho (1 - rho) x,
 * and V = (sum z x')^-1, the covariance of its coefficients:
 *
 *   R  = 1 - 2 S,  S^2 = sum (rho - mean)^2 / (n - 1)           (Schouten, Cobben & Bethlehem 2009, 3.1)
 *   S^2 is too large by  sum z'V z / n - S^2 / n                (Shlomo, Skinner & Schouten 2012, simple random sampling
 *   V(S^2) = 4 A'V A + 2 tr(B V B V) + C,  V(R) = V(S^2) / S^2   from a large population)
 *   A = cov(rho, z),  B = cov(z),  C = var((rho - mean)^2) / n
 *   partial R of a variable: (sum_k n_k/n (rho_k - mean)^2)^(1/2); of its category: (n_k/n)^(1/2) (rho_k - mean)
 *                                                               (Schouten, Shlomo & Skinner 2011)
 *   |bias of a mean| <= (1 - R) S(y) / (2 mean)                 (Schouten, Cobben & Bethlehem 2009, 4)
 */
#include <model/model.h>

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

/* People drawn in one wave with the same known background: a row of the regression. */
typedef struct pattern {
  uint64_t key; /* their categories, as digits */
  double n, answered;
} pattern;

typedef struct figures {
  double n, mean;                         /* people; propensity on average, which is the response rate */
  double r, unadjusted, se, least, bound; /* R; least: its interval's lower end; bound: (1 - R) / (2 mean) */
} figures;

typedef struct working {
  const trygg_responses *drawn;
  size_t count; /* variables */
  size_t *variables;
  uint32_t **index; /* [variable][record] */
  tg_categories *categories;
  pattern *patterns; /* of one wave */
  size_t pattern_count;
  double *x, *weight, *y, *rho; /* of its patterns */
  size_t column_count;
  int64_t left_out;
  double z;             /* normal quantile of the level */
  unsigned char *waves; /* of each wave: it is asked for */
  trygg_table *table;
  trygg_error *error;
} working;

/* ---- patterns ------------------------------------------------------------------------------------------ */

static trygg_status open_variables(working *w, const char *const *on) {
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
  uint64_t left = ((const pattern *)a)->key, right = ((const pattern *)b)->key;
  return (left > right) - (left < right);
}

/* Everybody of a wave whose background is known, by background. */
static void make_patterns(working *w, size_t wave) {
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
    if (known)
      w->patterns[people++] = (pattern){key, 1, !w->drawn->silent[i]};
    else
      w->left_out++;
  }
  qsort(w->patterns, people, sizeof *w->patterns, by_key);
  for (size_t i = 0; i < people; i++) {
    pattern *last = w->pattern_count ? &w->patterns[w->pattern_count - 1] : NULL;
    if (last && last->key == w->patterns[i].key) {
      last->n++;
      last->answered += w->patterns[i].answered;
    } else {
      w->patterns[w->pattern_count++] = w->patterns[i];
    }
  }
}

static size_t category_of(const working *w, uint64_t key, size_t variable) {
  for (size_t v = w->count; v-- > variable + 1;)
    key /= w->categories[v].count;
  return (size_t)(key % w->categories[variable].count);
}

/* ---- the regression ------------------------------------------------------------------------------------- */

/* An intercept and a column for each category; those that follow from the columns before them, such as one of each
 * variable, say nothing new and are left out. */
static trygg_status make_columns(working *w) {
  size_t rows = w->pattern_count, all = 1, kept = 0;
  trygg_status status = TRYGG_OK;
  unsigned char *dependent = NULL;
  for (size_t v = 0; v < w->count; v++)
    all += w->categories[v].count;
  if (all > TG_MODEL_COLUMNS)
    return tg_error_at(w->error, TRYGG_ELIMIT, NULL, 0, 0, "on", "these variables have too many codes");
  w->x = tg_memory_new(rows * all, sizeof *w->x);
  w->weight = tg_memory_new(3 * rows, sizeof *w->weight);
  dependent = tg_memory_new(all, 1);
  if (!w->x || !w->weight || !dependent) {
    status = tg_error_memory(w->error);
    goto cleanup;
  }
  w->y = w->weight + rows;
  w->rho = w->y + rows;
  for (size_t i = 0; i < rows; i++) {
    size_t column = 1;
    w->weight[i] = w->patterns[i].n;
    w->y[i] = w->patterns[i].answered / w->patterns[i].n;
    w->x[i * all] = 1;
    for (size_t v = 0; v < w->count; column += w->categories[v++].count)
      w->x[i * all + column + category_of(w, w->patterns[i].key, v)] = 1;
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
static double mean_of(const working *w, const double *values) {
  tg_sum sum = {0, 0}, whole = {0, 0};
  for (size_t i = 0; i < w->pattern_count; i++) {
    tg_sum_add(&sum, w->weight[i] * values[i]);
    tg_sum_add(&whole, w->weight[i]);
  }
  return tg_sum_value(&sum) / tg_sum_value(&whole);
}

/* 4 A'V A + 2 tr(B V B V); `a` and `b` are means over people of (rho - mean) z and z z' about the
 * mean of z, `v` is V, `work` has room for p x p. */
static double coefficient_variance(const double *a, const double *b, const double *v, size_t p,
                                   double *work) {
  tg_sum linear = {0, 0}, square = {0, 0};
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++) {
      double value = 0;
      for (size_t k = 0; k < p; k++)
        value += b[i * p + k] * v[k * p + j];
      work[i * p + j] = value;
      tg_sum_add(&linear, a[i] * v[i * p + j] * a[j]);
    }
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++)
      tg_sum_add(&square, work[i * p + j] * work[j * p + i]);
  return 4 * tg_sum_value(&linear) + 2 * tg_sum_value(&square);
}

/* S^2 as it is, and what it is too large by, from the fit; memory: 3 p p + 2 p. */
static void find_indicator(const working *w, const double *eta, const double *v, double *memory,
                           figures *out) {
  size_t p = w->column_count, rows = w->pattern_count;
  double *b = memory, *work = b + p * p, *a = work + 2 * p * p, *middle = a + p;
  double n = out->n, squares = 0, fourth = 0, quadratic = 0, variance, plain;
  memset(memory, 0, (3 * p * p + 2 * p) * sizeof *memory);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < p; j++)
      middle[j] += w->weight[i] / n * tg_logistic_regress.slope(eta[i]) * w->x[i * p + j];
  for (size_t i = 0; i < rows; i++) {
    const double *x = w->x + i * p;
    double slope = tg_logistic_regress.slope(eta[i]), d = w->rho[i] - out->mean, share = w->weight[i] / n;
    squares += share * d * d;
    for (size_t j = 0; j < p; j++) {
      a[j] += share * d * (slope * x[j] - middle[j]);
      for (size_t k = 0; k < p; k++) {
        b[j * p + k] += share * (slope * x[j] - middle[j]) * (slope * x[k] - middle[k]);
        quadratic += share * slope * x[j] * v[j * p + k] * slope * x[k];
      }
    }
  }
  for (size_t i = 0; i < rows; i++) {
    double d = w->rho[i] - out->mean;
    fourth += w->weight[i] / n * (d * d - squares) * (d * d - squares);
  }
  plain = squares * n / (n - 1);
  variance = coefficient_variance(a, b, v, p, work) + fourth / (n - 1);
  out->unadjusted = 1 - 2 * sqrt(plain);
  out->r = 1 - 2 * sqrt(fmax(0, plain + plain / n - quadratic));
  out->se = squares > 0 ? sqrt(variance / squares) : NAN;
}

/* Without variation there is nothing to fit: everybody or nobody answered, and R is 1. */
static trygg_status fit_wave(working *w, figures *out) {
  trygg_status status = TRYGG_OK;
  size_t rows = w->pattern_count, p = w->column_count;
  double *memory = tg_memory_new(4 * p * p + 4 * p + rows, sizeof *memory), *inverse, *b, *step, *eta;
  tg_regress_data data = {w->x, w->weight, w->y, rows, p, NULL};
  tg_regress_end end = TG_REGRESS_DONE;
  *out = (figures){.r = 1, .unadjusted = 1, .se = NAN};
  if (!memory)
    return tg_error_memory(w->error);
  inverse = memory + 3 * p * p + 2 * p;
  b = inverse + p * p;
  step = b + p;
  eta = step + p;
  for (size_t i = 0; i < rows; i++)
    out->n += w->weight[i];
  out->mean = mean_of(w, w->y);
  memcpy(w->rho, w->y, rows * sizeof *w->rho);
  if (out->mean > 0 && out->mean < 1) {
    TRY(tg_regress_fit(&data, &tg_logistic_regress, b, step, eta, inverse, &end, w->error));
    for (size_t i = 0; i < rows; i++)
      w->rho[i] = tg_logistic_regress.mean(eta[i]);
    out->mean = mean_of(w, w->rho);
    /* All or none of a category answered: its propensity is 1 or 0 to many digits, with no variance to adjust by. */
    if (end == TG_REGRESS_DIVERGES)
      memset(inverse, 0, p * p * sizeof *inverse);
    find_indicator(w, eta, inverse, memory, out);
    if (end == TG_REGRESS_DIVERGES) {
      out->r = out->unadjusted;
      out->se = NAN;
    }
  }
  out->bound = (1 - out->r) / (2 * out->mean);
cleanup:
  tg_memory_free(memory);
  return status;
}

/* ---- rows -------------------------------------------------------------------------------------------------- */

typedef struct row {
  const char *wave, *measure, *variable, *category;
  double n, estimate, se, low, high; /* low, high: where its interval must end */
  int64_t base;
  unsigned flags;
  tg_unit unit;
} row;

static trygg_status add_row(const working *w, const row *r) {
  trygg_status status = TRYGG_OK;
  const char *texts[] = {r->wave, r->measure, r->variable, r->category};
  size_t column = 0;
  int known = r->se > 0;
  TRY(tg_table_add_row(w->table, w->error));
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    TRY(tg_table_set_text(w->table, column++, texts[i], w->error));
  tg_table_set_integer(w->table, column++, (int64_t)r->n);
  tg_table_set_number(w->table, column++, r->estimate);
  tg_table_set_number(w->table, column++, known ? r->se : NAN);
  tg_table_set_number(w->table, column++, known ? fmax(r->low, r->estimate - w->z * r->se) : NAN);
  tg_table_set_number(w->table, column++, known ? fmin(r->high, r->estimate + w->z * r->se) : NAN);
  TRY(tg_table_set_flags(w->table, column, r->flags, w->error));
  tg_table_set_base(w->table, r->base);
  tg_table_set_unit(w->table, r->unit);
cleanup:
  return status;
}

/* Rate and partial R of each category of a variable, then the variable's.  With the sample fixed, the rates of a category
 * and of the others are independent: rho_k - mean = (1 - n_k/n)(rho_k - rho_others). */
static trygg_status add_variable(const working *w, const char *wave, const figures *f, size_t v,
                                 double *sums) {
  size_t count = w->categories[v].count;
  const char *name = w->drawn->codebook->variables[w->variables[v]].name;
  trygg_status status = TRYGG_OK;
  double total = 0, least = f->n;
  memset(sums, 0, 2 * count * sizeof *sums);
  for (size_t i = 0; i < w->pattern_count; i++) {
    size_t k = category_of(w, w->patterns[i].key, v);
    sums[2 * k] += w->patterns[i].n;
    sums[2 * k + 1] += w->patterns[i].answered;
  }
  for (size_t k = 0; k < count; k++) {
    double n = sums[2 * k], others = f->n - n, rate = sums[2 * k + 1] / n, share = n / f->n;
    double other = (f->n * f->mean - sums[2 * k + 1]) / others, variance = rate * (1 - rate) / n;
    row r = {
        wave, "response_rate", name, w->categories[v].names[k], n, rate, sqrt(variance), 0, 1, (int64_t)n,
        0,    TG_UNIT_SHARE};
    if (n == 0)
      continue;
    least = fmin(least, n);
    total += share * (rate - f->mean) * (rate - f->mean);
    TRY(add_row(w, &r));
    r.measure = "partial";
    r.unit = TG_UNIT_NUMBER;
    r.estimate = sqrt(share) * (rate - f->mean);
    r.se = others > 0 ? sqrt(share) * (1 - share) * sqrt(variance + other * (1 - other) / others) : NAN;
    r.low = -1;
    TRY(add_row(w, &r));
  }
  TRY(add_row(w, &(row){wave, "partial", name, NULL, f->n, sqrt(total), NAN, 0, 1, (int64_t)least, 0,
                        TG_UNIT_NUMBER}));
cleanup:
  return status;
}

/* Largest bias of the shares of a wave, S(y) being that of those who answered. */
static trygg_status add_bounds(const working *w, const char *wave, const figures *f,
                               const trygg_estimates *estimates) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; estimates && i < estimates->row_count; i++) {
    const tg_row *of = &estimates->rows[i];
    const tg_domain *domain = &estimates->domains[of->domain];
    const tg_indicator *indicator = tg_row_indicator(estimates, i);
    if (domain->wave == TG_POOLED || domain->group != TG_TOTAL_DOMAIN || !indicator->type->is_share ||
        strcmp(estimates->tally->design->responses->waves[domain->wave].code, wave) != 0)
      continue;
    TRY(add_row(w, &(row){wave, "bias_bound", indicator->name, NULL, f->n,
                          f->bound * sqrt(of->estimate * (1 - of->estimate)), NAN, 0, 1, tg_row_base(of), 0,
                          TG_UNIT_CHANGE}));
  }
cleanup:
  return status;
}

static trygg_status add_wave(working *w, size_t wave, const trygg_estimates *estimates) {
  const char *code = w->drawn->waves[wave].code;
  trygg_status status = TRYGG_OK;
  figures f;
  double *sums = NULL;
  size_t most = 1;
  make_patterns(w, wave);
  if (!w->pattern_count)
    return TRYGG_OK;
  for (size_t v = 0; v < w->count; v++)
    most = w->categories[v].count > most ? w->categories[v].count : most;
  if (!(sums = tg_memory_new(2 * most, sizeof *sums)))
    return tg_error_memory(w->error);
  TRY(make_columns(w));
  TRY(fit_wave(w, &f));
  row r = {code, "response_rate", NULL, NULL,         f.n, f.mean, sqrt(f.mean * (1 - f.mean) / f.n), 0,
           1,    (int64_t)f.n,    0,    TG_UNIT_SHARE};
  TRY(add_row(w, &r));
  r = (row){code,
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
  TRY(add_row(w, &r));
  r = (row){code, "r_unadjusted", NULL, NULL, f.n, f.unadjusted, NAN, 0, 1, (int64_t)f.n, 0, TG_UNIT_NUMBER};
  TRY(add_row(w, &r));
  for (size_t v = 0; v < w->count; v++)
    TRY(add_variable(w, code, &f, v, sums));
  TRY(add_bounds(w, code, &f, estimates));
cleanup:
  tg_memory_free(sums);
  tg_memory_free(w->x);
  tg_memory_free(w->weight);
  w->x = w->weight = NULL;
  return status;
}

static void clear(working *w) {
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

static trygg_status check_drawn(const trygg_responses *drawn, trygg_error *error) {
  if (!drawn || !drawn->keeps_silent)
    return tg_error_set(error, TRYGG_EINVAL,
                        "records of all who were drawn were expected; load with `keep_silent`");
  if (drawn->codebook->settings.second_phase.declared)
    return tg_error_at(error, TRYGG_EUNSUPPORTED, NULL, 0, 0, "phase2",
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
  working w = {.drawn = drawn, .error = error};
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
